"""Explanations of predictions against gradients by real Keras, finite differences, and by hand."""

import jax
import keras
import numpy as np
import pytest

import lurnet
from lurnet import explain, layers
from lurnet.core.errors import BadType, BadValue

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 8, 8, 2)).astype("float32")


def build(lib, last=None):
    """A small convolutional network with all that may stand before a score."""
    x = lib.Input((8, 8, 2))
    y = lib.layers.Conv2D(4, 3, activation="tanh", name="first")(x)
    y = lib.layers.BatchNormalization()(y)
    y = lib.layers.Conv2D(3, 3, padding="same", activation="relu", name="maps")(y)
    y = lib.layers.Dropout(0.5)(lib.layers.MaxPooling2D(2)(y))
    y = lib.layers.Dense(4, activation=last, name="scores")(lib.layers.Flatten()(y))
    return lib.Model(x, y)


@pytest.fixture(scope="module")
def pair():
    """The same network twice: ours with a softmax, Keras' without."""
    keras.utils.set_random_seed(0)
    theirs = build(keras)
    theirs.set_weights([w + 0.1 * RNG.normal(size=w.shape) for w in theirs.get_weights()[:-1]] + [
        np.array([0.0, 1.0, 0.0, -1.0])
    ])  # fmt: skip
    theirs.layers[2].moving_variance.assign(np.full(4, 0.7))
    ours = build(lurnet, "softmax")
    ours.set_weights(theirs.get_weights())
    return ours, theirs


def gradients(theirs, x, numbers, start=None):
    """Gradients of Keras' scores by the input, or by the maps of its third layer."""

    def score(x):
        y = theirs(x, training=False)
        return y[np.arange(len(numbers)), numbers].sum()

    return np.asarray(jax.grad(score)(x))


def close(a, b, tolerance=1e-5):
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("target", [None, 2, [0, 1, 2, 3, 0]])
def test_saliency_is_the_gradient(pair, target):
    ours, theirs = pair
    numbers = np.asarray(theirs(X)).argmax(-1) if target is None else np.broadcast_to(target, 5)
    close(explain.saliency(ours, X, target), np.abs(gradients(theirs, X, numbers)))
    close(explain.scores(ours, X, target), np.asarray(theirs(X))[np.arange(5), numbers])


def test_saliency_against_finite_differences(pair):
    ours, _ = pair
    found, x, step = explain.saliency(ours, X[:1], 1)[0], X[:1].astype("float64"), 1e-2
    for place in [(0, 0, 0), (3, 4, 1), (7, 2, 0), (5, 5, 1)]:
        up, down = x.copy(), x.copy()
        up[(0, *place)] += step
        down[(0, *place)] -= step
        slope = (explain.scores(ours, up, 1) - explain.scores(ours, down, 1)) / (2 * step)
        close(found[place], np.abs(slope[0]), 5e-3)


def test_smooth_saliency_is_the_mean_over_noisy_inputs(pair):
    ours, theirs = pair
    rng = np.random.default_rng(7)
    spread = 0.1 * (X.max((1, 2, 3), keepdims=True) - X.min((1, 2, 3), keepdims=True))
    noisy = [X + spread * rng.normal(size=X.shape).astype("float32") for _ in range(3)]
    wanted = np.mean([gradients(theirs, x, np.full(5, 2)) for x in noisy], 0)
    found = explain.saliency(ours, X, 2, samples=3, noise=0.1, seed=7)
    close(found, np.abs(wanted))


@pytest.mark.parametrize("baseline", [0.0, RNG.normal(size=(8, 8, 2))])
def test_integrated_gradients_add_up_to_the_difference(pair, baseline):
    ours, _ = pair
    found = explain.integrated_gradients(ours, X, 2, baseline=baseline, steps=300)
    start = np.broadcast_to(np.asarray(baseline, "float32"), X.shape)
    wanted = explain.scores(ours, X, 2) - explain.scores(ours, start, 2)
    close(found.sum((1, 2, 3)), wanted, 5e-3)


def test_integrated_gradients_are_the_mean_of_gradients(pair):
    ours, theirs = pair
    numbers = np.full(5, 3)
    at = [(i + 0.5) / 4 for i in range(4)]
    wanted = X * np.mean([gradients(theirs, t * X, numbers) for t in at], 0)
    close(explain.integrated_gradients(ours, X, 3, steps=4), wanted)


@pytest.mark.parametrize("layer", ["maps", "first", None])
def test_grad_cam_is_keras_with_a_split_model(pair, layer):
    ours, theirs = pair
    name = layer or "maps"
    until = keras.Model(theirs.input, theirs.get_layer(name).output)
    after = keras.Model(theirs.get_layer(name).output, theirs.output)
    maps = until(X, training=False)
    by_map = gradients(after, maps, np.full(5, 1))
    weights = by_map.mean((1, 2), keepdims=True)
    wanted = np.maximum((weights * np.asarray(maps)).sum(-1), 0)
    assert wanted.max() > 0
    close(explain.grad_cam(ours, X, 1, layer=layer), wanted)


def test_occlusion_by_hand(pair):
    ours, theirs = pair
    found = explain.occlusion(ours, X, 1, patch=(3, 2), stride=(2, 3), fill=0.5)
    assert found.shape == (5, 3, 3)
    for i in range(3):
        for j in range(3):
            covered = X.copy()
            covered[:, 2 * i : 2 * i + 3, 3 * j : 3 * j + 2] = 0.5
            fall = np.asarray(theirs(X) - theirs(covered))[:, 1]
            close(found[:, i, j], fall)


class Own(lurnet.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(3, 3, name="conv")
        self.flat, self.out = layers.Flatten(name="flatten"), layers.Dense(4, activation="softmax")

    def call(self, x):
        return self.out(self.flat(self.conv(x)))


def ending(*last):
    return lurnet.Sequential(
        [lurnet.Input((8, 8, 2)), layers.Conv2D(3, 3), layers.Flatten(), *last]
    )


def nested():
    x = lurnet.Input((8, 8, 2))
    body = lurnet.Sequential([layers.Conv2D(3, 3, name="conv"), layers.Flatten()])
    return lurnet.Model(x, layers.Dense(4, activation="softmax")(body(x)))


MODELS = {
    "own": Own,
    "activation": lambda: ending(layers.Dense(4), layers.Activation("softmax")),
    "layer": lambda: ending(layers.Dense(4), layers.Softmax()),
    "linear": lambda: ending(layers.Dense(4)),
    "one": lambda: ending(layers.Dense(1, activation="sigmoid")),
    "nested": nested,
}


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_the_score_is_before_the_last_softmax_in_any_model(name, eagerly):
    model = MODELS[name]()
    model.compile("sgd", "mse", run_eagerly=eagerly)
    outputs = model.predict(X, verbose=0)
    found = np.stack([explain.scores(model, X, k) for k in range(outputs.shape[1])], 1)
    if name == "linear":
        close(found, outputs)
    elif name == "one":
        close(1 / (1 + np.exp(-found)), outputs)
    else:
        close(np.exp(found) / np.exp(found).sum(1, keepdims=True), outputs)
        assert np.abs(found - np.log(outputs)).max() > 1e-3
    assert explain.saliency(model, X).shape == X.shape
    layer = "conv" if name == "nested" else None
    assert explain.grad_cam(model, X, layer=layer).shape == (5, 6, 6)


def test_a_target_of_ones_own_and_models_without_classes():
    model = lurnet.Sequential([lurnet.Input((8, 8, 2)), layers.Conv2D(1, 3, padding="same")])

    def middle(y):
        return y[:, 4, 4, 0]

    found = explain.saliency(model, X, middle)
    assert (found[:, 3:6, 3:6] > 0).all() and (found > 0).sum() == 5 * 18
    kernel = np.abs(np.asarray(model.layers[0].kernel))[..., 0]
    close(found[0, 3:6, 3:6], kernel)
    assert explain.occlusion(model, X, middle, patch=2, stride=2).shape == (5, 4, 4)
    assert explain.integrated_gradients(model, X, middle).shape == X.shape


def test_sure_networks_have_maps_too():
    """A softmax that is 1 to all digits has a gradient of 0; its score has not."""
    model = ending(layers.Dense(4, activation="softmax"))
    dense = model.layers[-1]
    dense.bias.assign([500.0, 0, 0, 0])
    assert model.predict(X, verbose=0)[:, 0].min() == 1
    assert explain.saliency(model, X).max() > 0.01


BAD = [
    (lambda: explain.saliency(MODELS["own"](), X, 4), BadValue, "class numbers from 0 to 3"),
    (lambda: explain.saliency(MODELS["own"](), X, 0.5), BadValue, "class numbers"),
    (lambda: explain.grad_cam(MODELS["own"](), X, layer="cnv"), BadValue, "Did you mean 'conv'"),
    (lambda: explain.grad_cam(MODELS["own"](), X, layer="flatten"), BadValue, "does not give maps"),
    (lambda: explain.occlusion(MODELS["own"](), X, patch=9), BadValue, "fit into images"),
    (lambda: explain.integrated_gradients(MODELS["own"](), X, steps=0), BadValue, "`steps`"),
    (lambda: explain.saliency(segmenter(), X), BadValue, "target=lambda"),
    (lambda: explain.saliency(words(), np.zeros((2, 3), int)), BadType, "whole numbers"),
    (lambda: explain.saliency(two(), [X, X]), BadType, "several inputs"),
]


def segmenter():
    return lurnet.Sequential([lurnet.Input((8, 8, 2)), layers.Conv2D(1, 3)])


def two():
    x, y = lurnet.Input((8, 8, 2)), lurnet.Input((8, 8, 2))
    return lurnet.Model([x, y], layers.Flatten()(x + y))


def words():
    x = lurnet.Input((3,), dtype="int32")
    return lurnet.Model(x, layers.Flatten()(layers.Embedding(5, 2)(x)))


@pytest.mark.parametrize(("call", "error", "said"), BAD)
def test_mistakes_are_told(call, error, said):
    with pytest.raises(error, match=said):
        call()
