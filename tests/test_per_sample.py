"""Whether samples are computed apart: what classes state, and what follows for batches."""

import keras as oracle
import numpy as np
import pytest
from cases.per_sample import AXES, MIXING, TABLES

import lurnet
from lurnet import layers, ops
from lurnet.core import tree
from lurnet.core.seeds import SeedGenerator
from lurnet.core.traits import stated
from lurnet.layers.arguments import call_parameters
from lurnet.layers.per_sample import is_per_sample
from lurnet.layers.state import flatten_layers, own_variables
from lurnet.layers.tracking import held

pytestmark = pytest.mark.usefixtures("quick_compilation")
CLOSE = {"rtol": 2e-5, "atol": 2e-6}
RNG = np.random.default_rng(0)


def data(shapes, ints=0):
    if ints:
        return [RNG.integers(0, ints, s).astype("int32") for s in shapes]
    return [RNG.normal(size=s).astype("float32") for s in shapes]


def called(layer, inputs, **options):
    several = len(inputs) > 1 and not isinstance(layer, layers.MultiHeadAttention)
    y = layer(list(inputs), **options) if several else layer(*inputs, **options)
    return [np.asarray(a) for a in tree.leaves(y)]


def check_apart(layer, inputs, **options):
    """Each sample's outputs are the same at another place, beside others, and alone."""
    whole = called(layer, inputs, **options)
    others = [np.roll(x, 1, axis=0) for x in inputs]
    for x in others:
        x[-1] = x[-1][..., ::-1] if x.ndim > 1 else x[-2]
    moved = called(layer, others, **options)
    alone = called(layer, [x[-2:-1] for x in inputs], **options)
    for y, beside, single in zip(whole, moved, alone, strict=True):
        np.testing.assert_allclose(beside[:-1], np.roll(y, 1, axis=0)[:-1], **CLOSE)
        np.testing.assert_allclose(single, y[-2:-1], **CLOSE)


def shapes_of(inputs):
    return [(None, *x.shape[1:]) for x in inputs]


def test_an_axis_decides():
    for name, (make, shapes, apart) in AXES.items():
        assert is_per_sample(make(layers), *shapes_of(data(shapes))) is apart, name


def test_all_layers_of_the_tables_are_apart():
    for name, (make, shapes, ints) in TABLES.items():
        found = is_per_sample(make(layers), *shapes_of(data(shapes, ints)))
        assert found is (name not in MIXING), name


def of_each_class():
    """A case of each class, and with each number of axes, whose samples are apart."""
    found = {}
    for name, (make, shapes, apart) in AXES.items():
        if apart and len(shapes[0]) < 4:
            found.setdefault(f"{name.split()[0]} {len(shapes[0])}", (make, shapes, 0))
    for name, case in TABLES.items():
        if name not in MIXING:
            found.setdefault(" ".join(name.split()[: 1 + name.startswith(("pre", "rec"))]), case)
    return found


EACH = of_each_class()


@pytest.mark.parametrize("name", EACH)
def test_whole_in_parts_alone(name):
    make, shapes, ints = EACH[name]
    layer, inputs = make(layers), data(shapes, ints)
    check_apart(layer, inputs)
    parts = flatten_layers(layer)
    moves = any(not v.trains for x in parts for v in own_variables(x))
    draws = any(any(held(x, SeedGenerator)) for x in parts)
    if "training" in call_parameters(layer) and not moves and not draws:
        check_apart(layer, inputs, training=True)


# --- a class of the user's own


class Own(layers.Layer):
    def call(self, x):
        return x - ops.mean(x, axis=0)


def sub(parent, **body):
    return type("Sub", (parent,), body)


def centred(self, x):
    return x - ops.mean(x, axis=0)


HOOKS = ("call", "__call__", "_run", "build", "combine", "scores", "transformed", "advance")


def test_other_code_loses_what_was_stated():
    known = [
        c for c in vars(layers).values() if isinstance(c, type) and issubclass(c, layers.Layer)
    ]
    for cls in known:
        fact = stated(cls, "per_sample", False)
        assert stated(sub(cls, own_word=lambda self: 1), "per_sample", False) is fact
        for hook in [h for h in HOOKS if hasattr(cls, h)]:
            changed = sub(cls, **{hook: centred})
            assert stated(changed, "per_sample", False) is False, (cls, hook)
            assert stated(sub(changed), "per_sample", False) is False
            own = sub(cls, per_sample=True, **{hook: centred})
            assert stated(own, "per_sample", False) is True


def test_mixed_in_and_patched_code_counts():
    mixed = type("Mixed", (type("Mixin", (), {"call": centred}), layers.Dense), {})
    assert not is_per_sample(mixed(3), (None, 4))
    patched = layers.Dense(3)
    patched.call = lambda x: x - ops.mean(x, axis=0)
    assert is_per_sample(layers.Dense(3), (None, 4)) and not is_per_sample(patched, (None, 4))
    dense = layers.Dense(3)
    dense.activation = lambda x: x - ops.mean(x, axis=0)
    assert not is_per_sample(dense, (None, 4))


# --- models, against the oracle


def own_in(K):
    class Centred(K.layers.Layer):
        def call(self, x):
            return x - K.ops.mean(x, axis=0)

    return Centred


def chain(shape, *makers):
    return lambda K: K.Sequential([K.Input(shape), *(make(K) for make in makers)])


def graph(shape, body):
    def make(K):
        x = K.Input(shape)
        return K.Model(x, body(K, x))

    return make


def softmax(axis):
    return lambda K: K.layers.Softmax(axis=axis)


def inside(K, axis):
    return K.Sequential([K.Input((4,)), K.layers.Softmax(axis=axis)])


MODELS = {
    "softmax of the batch": (chain((4,), softmax(-2)), (4,)),
    "softmax of all": (chain((4,), softmax((0, 1))), (4,)),
    "softmax of a sample": (chain((3, 4), softmax((-2, -1))), (3, 4)),
    "unit of the batch": (chain((3, 4), lambda K: K.layers.UnitNormalization(axis=-3)), (3, 4)),
    "distributed": (
        chain((3, 4), lambda K: K.layers.TimeDistributed(K.layers.Softmax(axis=0))),
        (3, 4),
    ),
    "distributed own": (
        chain((3, 4), lambda K: K.layers.TimeDistributed(own_in(K)())),
        (3, 4),
    ),
    "distributed apart": (
        chain((3, 4), lambda K: K.layers.TimeDistributed(K.layers.Softmax(axis=1))),
        (3, 4),
    ),
    "nested": (chain((4,), lambda K: inside(K, 0)), (4,)),
    "nested apart": (chain((4,), lambda K: inside(K, 1)), (4,)),
    "activation layer": (
        chain((4,), lambda K: K.layers.Dense(3, "relu", kernel_initializer="ones"), softmax(0)),
        (4,),
    ),
    "scalars": (chain((), lambda K: K.layers.Activation("softmax")), ()),
    "own layer": (chain((4,), lambda K: own_in(K)()), (4,)),
    "lambda": (chain((4,), lambda K: K.layers.Lambda(lambda x: x - x[:1])), (4,)),
    "own activation": (
        chain((4,), lambda K: K.layers.Activation(lambda x: x - K.ops.max(x, axis=0))),
        (4,),
    ),
    "op": (graph((4,), lambda K, x: x - K.ops.mean(x, axis=0)), (4,)),
    "op and layer": (graph((4,), lambda K, x: K.layers.Softmax(axis=1)(x * 2.0)), (4,)),
    "stacked": (graph((4,), lambda K, x: K.layers.Concatenate(axis=0)([x, x])), (4,)),
    "stacked from the end": (graph((4,), lambda K, x: K.layers.Concatenate(axis=-2)([x, x])), (4,)),
    "joined": (graph((4,), lambda K, x: K.layers.Concatenate(axis=1)([x, x])), (4,)),
    "occurs": (chain((), lambda K: K.layers.CategoryEncoding(4)), ()),
    "constant rows": (
        graph((4,), lambda K, x: K.layers.Softmax(axis=1)(x, mask=np.eye(1, 4) == 1)),
        (4,),
    ),
}


@pytest.mark.parametrize("lowering", ["auto", "xla"])
@pytest.mark.parametrize("name", MODELS)
def test_predictions_are_the_oracles(name, lowering, asked_for):
    asked_for(lowering)
    make, shape = MODELS[name]
    ours, theirs = make(lurnet), make(oracle)
    x = RNG.integers(0, 4, (7, *shape)).astype("float32")
    for size in (2, 32):
        expected = theirs.predict(x, batch_size=size, verbose=0)
        np.testing.assert_allclose(
            ours.predict(x, batch_size=size, verbose=0), expected, **CLOSE, err_msg=size
        )
        streamed = ours.predict((x[i : i + size] for i in range(0, 7, size)), verbose=0)
        np.testing.assert_allclose(streamed, expected, **CLOSE)
    for some in (x[:1], x[2:]):
        expected = np.asarray(theirs(some))
        for _ in range(4):  # from the third time on by another way
            np.testing.assert_allclose(np.asarray(ours(some)), expected, **CLOSE)
            np.testing.assert_allclose(ours.predict_on_batch(some), expected, **CLOSE)


def test_large_batches_of_a_stream_stay_whole():
    ours, theirs = (
        MODELS["softmax of the batch"][0](lurnet),
        MODELS["softmax of the batch"][0](oracle),
    )
    x = RNG.normal(size=(100, 4)).astype("float32")
    batches = [x[:50], x[50:]]
    np.testing.assert_allclose(
        ours.predict(iter(batches), verbose=0), theirs.predict(x, batch_size=50, verbose=0), **CLOSE
    )


def test_activations_are_of_the_batches_asked_for():
    ours = MODELS["softmax of the batch"][0](lurnet)
    x = RNG.normal(size=(7, 4)).astype("float32")
    (found,) = ours.activations(x, batch_size=3).values()
    np.testing.assert_allclose(found, ours.predict(x, batch_size=3, verbose=0), **CLOSE)


# --- figures of a batch: evaluation in larger batches, training in smaller ones


def compiled(net, loss="mse", **options):
    def make(K):
        made = net(K)
        made.compile("sgd", loss(K) if callable(loss) else loss, **options)
        return made

    return make


def plain(K, *more, width=3, shape=(4,), **options):
    return K.Sequential([K.Input(shape), K.layers.Dense(width, "relu", **options), *more])


def masked(K):
    x = K.Input((5, 4))
    return K.Model(x, K.layers.Dense(3)(K.layers.Masking(-1.0)(x)))


X, Y = RNG.random((8, 4)).astype("float32"), RNG.random((8, 3)).astype("float32")
LONG = np.where(RNG.random((8, 5, 1)) < 0.5, -1.0, RNG.random((8, 5, 4))).astype("float32")
LONG_Y, WEIGHTS = RNG.random((8, 5, 3)).astype("float32"), RNG.random(8).astype("float32")
FIGURES = {
    "softmax": (compiled(lambda K: plain(K, K.layers.Softmax(axis=0))), X, Y, None),
    "own layer": (compiled(lambda K: plain(K, own_in(K)())), X, Y, None),
    "apart": (compiled(plain, metrics=["mae", "mse"]), X, Y, WEIGHTS),
    "dice": (compiled(plain, "dice"), X, Y, None),
    "class axis": (
        compiled(plain, lambda K: K.losses.CategoricalCrossentropy(axis=0)),
        X,
        Y,
        None,
    ),
    "masked": (compiled(masked, weighted_metrics=["mse"]), LONG, LONG_Y, None),
    "orthogonal": (
        compiled(lambda K: plain(K, activity_regularizer=K.regularizers.OrthogonalRegularizer())),
        X,
        Y,
        None,
    ),
    "penalty": (compiled(lambda K: plain(K, activity_regularizer="l2")), X, Y, None),
    "scalars": (
        compiled(lambda K: K.Sequential([K.Input(()), K.layers.Rescaling(2.0)]), metrics=["mae"]),
        X[:, 0],
        Y[:, 0],
        WEIGHTS,
    ),
    "ignored": (
        compiled(plain, lambda K: K.losses.SparseCategoricalCrossentropy(True, ignore_class=0)),
        X,
        np.array([0, 1, 0, 2, 2, 0, 0, 1], "int32"),
        None,
    ),
    "paired": (
        compiled(lambda K: plain(K, width=1), metrics=["poisson", "hinge"]),
        X,
        Y[:, 0],
        None,
    ),
    "cosine": (
        compiled(plain, lambda K: K.losses.CosineSimilarity(axis=0), metrics=["cosine_similarity"]),
        X,
        Y,
        None,
    ),
}


def with_weights_of(theirs, make):
    ours = make(lurnet)
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    return ours


@pytest.mark.parametrize("name", FIGURES)
def test_evaluations_are_the_oracles(name):
    make, x, y, weight = FIGURES[name]
    theirs = make(oracle)
    ours = with_weights_of(theirs, make)
    options = {"sample_weight": weight, "verbose": 0, "return_dict": True}
    for size in (2, 3):
        expected = theirs.evaluate(x, y, batch_size=size, **options)
        found = ours.evaluate(x, y, batch_size=size, **options)
        for key, value in expected.items():
            np.testing.assert_allclose(found[key], value, rtol=2e-5, atol=1e-6, err_msg=key)
