"""Looking inside: activations, Monte Carlo predictions, recorded gradients, learning rates."""

import numpy as np
import pytest

import lurnet
from lurnet import layers
from lurnet.callbacks import GradientRecorder
from lurnet.core.errors import BadState, BadType, BadValue
from lurnet.layers.state import flatten_layers, sublayers


class Block(layers.Layer):
    def __init__(self):
        super().__init__(name="block")
        self.inner = layers.Dense(5, activation="tanh", name="inner")

    def call(self, x):
        return x + self.inner(x)


class Own(lurnet.Model):
    def __init__(self):
        super().__init__()
        self.block, self.drop = Block(), layers.Dropout(0.5, name="drop")
        self.norm = layers.BatchNormalization(name="norm")
        self.out = layers.Dense(2, name="out")

    def call(self, x, training=False):
        return self.out(self.drop(self.norm(self.block(x), training=training), training=training))


def sequential(rate=0.5):
    return lurnet.Sequential(
        [
            lurnet.Input((5,)),
            layers.Dense(6, activation="relu", name="a"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(rate, name="drop"),
            layers.Dense(2, name="out"),
        ]
    )


def functional():
    x = lurnet.Input((5,))
    inner = lurnet.Sequential([layers.Dense(5, name="deep")], name="inner")
    shared = layers.Dense(5, name="shared")
    y = shared(layers.Dropout(0.3, name="drop")(inner(x)))
    return lurnet.Model(x, [layers.Dense(2, name="out")(shared(y)), y])


def recurrent():
    return lurnet.Sequential(
        [
            lurnet.Input((5,)),
            layers.Reshape((5, 1)),
            layers.LSTM(3, dropout=0.5, recurrent_dropout=0.2, name="lstm"),
            layers.Dense(2, name="out"),
        ]
    )


MODELS = {"sequential": sequential, "functional": functional, "own": Own, "recurrent": recurrent}
X = np.random.default_rng(0).normal(size=(7, 5)).astype("float32")
Y = np.random.default_rng(1).normal(size=(7, 2)).astype("float32")


def close(a, b, tolerance=1e-5):
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


# --- activations


def test_activations_are_the_outputs_layer_by_layer():
    model = sequential()
    found, x = model.activations(X, batch_size=3), X
    assert list(found) == ["a", "norm", "drop", "out"]
    for layer in model.layers:
        x = layer(x)
        close(found[layer.name], x)


def test_activations_at_any_depth_and_of_several_calls():
    model = functional()
    found = model.activations(X, ["deep", "shared", "inner"])
    deep = model.get_layer("inner").layers[0]
    shared = model.get_layer("shared")
    close(found["deep"], deep(X))
    close(found["inner"], deep(X))
    close(found["shared"][0], shared(deep(X)))
    close(found["shared"][1], shared(shared(deep(X))))


@pytest.mark.parametrize("eagerly", [False, True])
def test_activations_of_a_model_of_ones_own(eagerly):
    model = Own()
    model.compile("sgd", "mse", run_eagerly=eagerly)
    found = model.activations(X, ["inner", "block", model.norm])
    close(found["inner"], model.block.inner(X))
    close(found["block"], model.block(X))
    close(found["norm"], model.norm(model.block(X)))


def test_activations_use_the_weights_of_now_and_share_programs():
    model = sequential()
    before = model.activations(X, ["a"])["a"]
    model.get_layer("a").bias.assign(np.ones(6))
    after = model.activations(X, ["a"])["a"]
    assert (after >= before).all() and after.sum() > before.sum()
    assert sequential().activations(X, ["out"])["out"].shape == (7, 2)


BAD = [
    (lambda m: m.activations(X, ["aa"]), BadValue, "Did you mean 'a'"),
    (lambda m: m.activations(iter([X])), BadType, "takes arrays"),
    (lambda m: m.predict(X, mc_samples=1), BadValue, "2 at least"),
    (lambda m: m.predict(iter([X]), mc_samples=5), BadType, "takes arrays"),
    (lambda m: recurrent().activations(X, ["lstm_cell"]), BadValue, "no layer 'lstm_cell'"),
]


@pytest.mark.parametrize(("call", "error", "said"), BAD)
def test_mistakes_are_told(call, error, said):
    with pytest.raises(error, match=said):
        call(sequential())


# --- Monte Carlo predictions


@pytest.mark.parametrize("name", MODELS)
def test_samples_agree_with_many_single_calls(name):
    lurnet.utils.set_random_seed(0)
    model = MODELS[name]()
    model(X)
    count = 400
    mean, sd = model.predict(X, mc_samples=count, batch_size=4)
    for layer in flatten_layers(model):
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False  # inference mode, as Keras has it
    many = model(np.tile(X, (count, 1)), training=True)  # each row has a mask of its own
    for i, shown in enumerate(mean if isinstance(mean, list) else [mean]):
        single = np.array(many[i] if isinstance(many, list) else many)
        single = single.reshape(count, *shown.shape)
        spread = sd[i] if isinstance(sd, list) else sd
        error = single.std(0, ddof=1) / count**0.5
        assert (np.abs(shown - single.mean(0)) < 6 * error + 1e-6).all()
        np.testing.assert_allclose(spread, single.std(0, ddof=1), rtol=0.2, atol=1e-6)
        assert spread.max() > 0.01


def test_without_dropout_the_deviation_is_zero_and_the_mean_the_prediction():
    model = sequential(rate=0)
    moving = model.get_layer("norm").get_weights()
    found = model.predict(X, mc_samples=10)
    assert (found.sd == 0).all()
    close(found.mean, model.predict(X, verbose=0))
    for before, after in zip(moving, model.get_layer("norm").get_weights(), strict=True):
        assert (before == after).all()


def test_samples_can_be_repeated_and_go_on():
    def two():
        lurnet.utils.set_random_seed(3)
        model = sequential()
        return model.predict(X, mc_samples=5).mean, model.predict(X, mc_samples=5).mean

    (a, b), (c, d) = two(), two()
    assert (a == c).all() and (b == d).all() and (a != b).any()


# --- gradients by layer


def by_hand(model, optimizer, batches):
    """Norm and mean of each layer's gradient of the loss, step by step, in plain code."""
    rows = []
    for x, y in batches:
        grads, _ = model.gradients(lambda x=x, y=y: model.compute_loss(x, y, model(x)))
        sizes, at = [], 0
        for layer in [x for x in sublayers(model) if x.trainable_variables]:
            part = grads[at : at + len(layer.trainable_variables)]
            at += len(part)
            flat = np.concatenate([np.ravel(g) for g in part])
            sizes.append([np.sqrt((flat**2).sum()), np.abs(flat).mean()])
        rows.append(sizes)
        optimizer.apply(grads, model.trainable_variables)
    return np.array(rows)


OPTIONS = {"compiled": {}, "eager": {"run_eagerly": True}}


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("name", ["sequential", "functional"])
def test_recorded_gradients_are_those_by_hand(name, option):
    def one():
        lurnet.utils.set_random_seed(1)
        made = sequential(rate=0) if name == "sequential" else functional_of_one()
        for layer in made.layers:
            layer.trainable = not isinstance(layer, layers.BatchNormalization)
        made.compile(lurnet.optimizers.SGD(0.1), "mse", **OPTIONS[option])
        return made

    model, recorder = one(), GradientRecorder()
    model.fit(X, Y, batch_size=3, epochs=2, shuffle=False, verbose=0, callbacks=[recorder])
    other = one()
    other.evaluate(X, Y, verbose=0)
    batches = [(X[i : i + 3], Y[i : i + 3]) for _ in range(2) for i in (0, 3, 6)]
    wanted = by_hand(other, other.optimizer, batches)
    close(recorder.norms, wanted[..., 0])
    close(recorder.means, wanted[..., 1])
    assert recorder.epochs.tolist() == [0, 0, 0, 1, 1, 1]
    before = recorder.norms
    model.fit(X, Y, verbose=0)  # without the recorder
    assert recorder.norms is before or np.array_equal(recorder.norms, before)


def functional_of_one():
    x = lurnet.Input((5,))
    y = layers.Dense(4, activation="sigmoid", name="a")(x)
    return lurnet.Model(x, layers.Dense(2, name="out")(layers.concatenate([x, y])))


def test_recording_changes_nothing_and_does_not_stop_the_device_at_every_step():
    calls = []

    class Progress(lurnet.callbacks.Callback):
        def on_train_progress(self, step, logs):
            calls.append(step)

    def trained(*callbacks):
        lurnet.utils.set_random_seed(1)
        model = sequential()
        model.compile("adam", "mse")
        x, y = np.tile(X, (300, 1)), np.tile(Y, (300, 1))
        model.fit(x, y, batch_size=1, epochs=1, verbose=0, callbacks=list(callbacks))
        return model.get_weights()

    recorder = GradientRecorder()
    with_it, without = trained(recorder, Progress()), trained()
    assert len(recorder.norms) == 2100 and len(calls) < 500
    for a, b in zip(with_it, without, strict=True):
        close(a, b, 1e-4)


def batches(count):
    for i in range(count):
        yield X[i % 3 : i % 3 + 4], Y[i % 3 : i % 3 + 4]


def test_recorded_gradients_of_a_stream_of_unknown_length():
    model, recorder = sequential(), GradientRecorder()
    recorder.rows_at_a_time = 4
    model.compile("sgd", "mse")
    model.fit(batches(11), verbose=0, callbacks=[recorder])
    assert recorder.norms.shape == (11, 3) and (recorder.norms > 0).all()


def test_scaled_losses_are_recorded_as_they_are():
    norms = []
    for scale in (None, 1024.0):
        lurnet.utils.set_random_seed(1)
        model, recorder = sequential(0), GradientRecorder()
        model.compile(lurnet.optimizers.SGD(0.01, loss_scale_factor=scale), "mse")
        model.fit(X, Y, shuffle=False, verbose=0, callbacks=[recorder])
        norms.append(recorder.norms)
    close(*norms)


class Mine(lurnet.Sequential):
    def train_step(self, data):
        x, y = data
        grads, _ = self.gradients(lambda: self.compute_loss(x, y, self(x, training=True)))
        self.optimizer.apply(grads, self.trainable_variables)
        return {"loss": 0.0}


class Hidden(lurnet.Sequential):
    def train_step(self, data):
        return {"loss": 0.0}


def test_gradients_of_a_train_step_of_ones_own():
    model, recorder = Mine([layers.Dense(2)]), GradientRecorder()
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=4, verbose=0, callbacks=[recorder])
    assert (recorder.norms > 0).all()
    model = Hidden([layers.Dense(2)])
    model.compile("sgd", "mse")
    with pytest.raises(BadState, match="saw no gradients"):
        model.fit(X, Y, verbose=0, callbacks=[GradientRecorder()])
    with pytest.raises(BadState, match="holds nothing"):
        GradientRecorder().norms  # noqa: B018


# --- learning rates


OPTIMIZERS = {
    "sgd": lambda: lurnet.optimizers.SGD(0.02, momentum=0.9),
    "adam": lambda: lurnet.optimizers.Adam(3e-4),
    "scaled": lambda: lurnet.optimizers.LossScaleOptimizer(lurnet.optimizers.Adam(3e-4)),
}


def state_of(model):
    variables = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return [np.array(v) for v in variables]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("trained", [False, True])
def test_the_range_test_puts_everything_back(optimizer, trained):
    lurnet.utils.set_random_seed(2)
    model = sequential()
    model.compile(OPTIMIZERS[optimizer](), "mse", metrics=["mae"])
    if trained:
        model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)  # what is not built yet is built
    before = state_of(model)
    found = lurnet.utils.find_learning_rate(model, X, Y, batch_size=4, steps=40)
    after = state_of(model)
    assert len(before) == len(after)
    for a, b in zip(before, after, strict=True):
        assert a.dtype == b.dtype and (a == b).all()
    assert len(found.rates) == len(found.losses) == len(found.smooth) > 10


def test_the_range_test_goes_back_when_it_is_stopped():
    model = sequential()
    model.compile("sgd", "mse")
    model.evaluate(X, Y, verbose=0)
    before = model.get_weights()
    model.train_on_batch = lambda *args, **kwargs: (model.layers[0].bias.assign(np.ones(6)), 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lurnet.utils.find_learning_rate(model, X, Y)
    for a, b in zip(before, model.get_weights(), strict=True):
        assert (a == b).all()


def test_the_range_test_finds_where_training_works():
    """A linear model: gradient descent blows up above 2 over the largest curvature."""
    x = np.random.default_rng(0).normal(size=(512, 4)).astype("float32")
    y = x @ np.array([[1.0], [2.0], [-1.0], [0.5]])
    model = lurnet.Sequential([lurnet.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    found = lurnet.utils.find_learning_rate(model, x, y, smallest=1e-4, largest=100)
    assert 0.005 < found.suggestion < 1
    assert found.rates[-1] < 30  # it ended where the loss blew up
    model.compile(lurnet.optimizers.SGD(found.suggestion), "mse")
    assert model.fit(x, y, epochs=5, verbose=0).history["loss"][-1] < 0.01


def test_a_rate_from_a_schedule_and_bad_bounds_are_refused():
    model = sequential()
    model.compile(
        lurnet.optimizers.SGD(lurnet.optimizers.schedules.ExponentialDecay(1, 1, 1)), "mse"
    )
    with pytest.raises(BadType, match="Make the optimizer with a number"):
        lurnet.utils.find_learning_rate(model, X, Y)
    model.compile("sgd", "mse")
    with pytest.raises(BadValue, match="smallest < largest"):
        lurnet.utils.find_learning_rate(model, X, Y, smallest=1, largest=0.1)
