"""What a subclass overrides is called, with what Keras calls it with, and its value is used."""

import inspect
import operator

import keras
import numpy as np
import pytest
from cases.every_layer import LAYERS, made
from cases.hooks import CALLED, numbers, overriding

import lurnet
from lurnet import layers
from lurnet.core.names import reset_names

pytestmark = pytest.mark.usefixtures("quick_compilation")
BOTH = (keras, lurnet)


@pytest.fixture(autouse=True)
def fresh_names():
    keras.src.backend.common.global_state.set_global_attribute("object_name_uids", None)
    reset_names()


def data(shape):
    return [numbers(*s) for s in shape] if isinstance(shape, list) else numbers(*shape)


def filled(layer):
    """The layer with numbers for weights, the same on both sides."""
    rng = np.random.default_rng(3)
    layer.set_weights([rng.uniform(0.1, 0.6, w.shape) for w in layer.weights])


@pytest.mark.parametrize("case", CALLED)
def test_overridden_method_is_called(case):
    args, shapes, names = CALLED[case]
    seen = []
    for library in BOTH:
        calls = []
        base = getattr(library.layers, case.split()[0])
        layer = overriding(base, names, calls)(*args)
        inputs = [data(s) for s in shapes]
        layer(*inputs)
        filled(layer)
        del calls[: -len(names)]
        seen.append((sorted(calls), np.asarray(layer(*inputs)), {c[0] for c in calls}))
    (theirs, wanted, _), (ours, found, met) = seen
    assert met == set(names)
    assert ours == theirs
    np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-5)


def test_convolution_of_ones_own_along_one_axis():
    """Keras has the method on Conv1D too, and calls it for two and three axes only."""

    class Own(lurnet.layers.Conv1D):
        def convolution_op(self, inputs, kernel):
            return 2 * super().convolution_op(inputs, kernel)

    x = numbers(2, 4, 3)
    for padding in ("valid", "causal"):
        plain, own = (c(3, 2, padding=padding) for c in (lurnet.layers.Conv1D, Own))
        plain(x), own(x)
        own.set_weights(plain.get_weights())
        np.testing.assert_allclose(own(x), 2 * np.asarray(plain(x)), rtol=1e-6)


NAMES = [
    name
    for name, cls in vars(keras.layers).items()
    if inspect.isclass(cls) and issubclass(cls, keras.layers.Layer) and hasattr(layers, name)
]


def parameters(method):
    return [(p.name, p.default, p.kind) for p in inspect.signature(method).parameters.values()]


@pytest.mark.parametrize("name", NAMES)
def test_call_has_the_oracles_parameters(name):
    ours, theirs = getattr(layers, name), getattr(keras.layers, name)
    assert parameters(ours.call) == parameters(theirs.call)
    wanted = [p[0] for p in parameters(theirs.compute_mask)]
    assert [p[0] for p in parameters(ours.compute_mask)] == wanted


def by_key(name):
    """Input shapes under the names that compute_output_shape has for them."""
    theirs = getattr(keras.layers, name).compute_output_shape
    wanted = [k for k in inspect.signature(theirs).parameters if k != "self"]
    return dict(zip(wanted, LAYERS[name][2].values(), strict=False))


def tupled(shape):
    return tuple(map(tupled, shape)) if isinstance(shape, (list, tuple)) else shape


@pytest.mark.parametrize("name", LAYERS)
def test_shapes_and_inputs_by_name(name):
    ours, theirs = made(layers, name), made(keras.layers, name)
    for layer in (ours, theirs):
        if not layer.built:
            layer.build(*LAYERS[name][2].values())
    wanted = tupled(theirs.compute_output_shape(**by_key(name)))
    assert tupled(ours.compute_output_shape(**by_key(name))) == wanted
    given = {k: symbols(s) for k, s in LAYERS[name][2].items()}
    assert ours(**given).shape == wanted


def symbols(shape):
    if isinstance(shape, list):
        return [symbols(s) for s in shape]
    return layers.Input(batch_shape=shape)


MASKED = [n for n, (_, _, shapes) in LAYERS.items() if len(shapes) == 1]


@pytest.mark.parametrize("name", MASKED)
def test_masks_by_hand(name):
    (shape,) = LAYERS[name][2].values()
    x, several = data(shape), isinstance(shape, list)
    steps = (shape[0] if several else shape)[:2]
    first, second = (np.arange(steps[0] * steps[1]).reshape(steps) % n > 0 for n in (2, 3))
    given = [[first, second], [first, None], [None, None]] if several else [first]
    found = []
    for library in BOTH:
        layer, tensor = made(library.layers, name), library.ops.convert_to_tensor
        inputs = [tensor(v) for v in x] if several else tensor(x)
        found.append([])
        for one in given:
            one = [m if m is None else tensor(m) for m in one] if several else tensor(one)
            found[-1].append(plain(layer.compute_mask(inputs, one)))
        if library is lurnet:
            assert plain(layer.compute_mask(inputs)) == plain(layer.compute_mask(inputs, None))
    assert found[0] == found[1]


def plain(mask):
    if isinstance(mask, (list, tuple)):
        return [plain(m) for m in mask]
    return mask if mask is None else np.asarray(mask).tolist()


def test_masks_of_a_concatenation():
    x, masks = np.ones((2, 3, 4)), [np.arange(6).reshape(2, 3) % n > 0 for n in (2, 3)]
    for axis in (1, 2, -1):
        ours, theirs = (a.layers.Concatenate(axis).compute_mask([x, x], masks) for a in BOTH[::-1])
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(ValueError, match="one mask, or None, for each of the inputs"):
        layers.Concatenate().compute_mask([x, x], masks[0])


@pytest.mark.parametrize("library", BOTH)
def test_what_a_class_says_of_its_output_counts(library):
    """Its shape, its spec, its mask; and ``super()`` of each."""

    class Shape(library.layers.Dense):
        def compute_output_shape(self, input_shape):
            return (*super().compute_output_shape(input_shape)[:-1], 9)

    class Spec(library.layers.Layer):
        def call(self, inputs, training=False):
            return inputs

        def compute_output_spec(self, inputs, training=False):
            return library.KerasTensor((7, 5), "float16")

    class Several(library.layers.Layer):
        def call(self, a, b):
            return a

        def compute_output_shape(self, a_shape, b_shape):
            return (*a_shape, *b_shape)

    x = library.Input((3,))
    assert Shape(2)(x).shape == (None, 9)
    spec = Spec()(x)
    assert (spec.shape, str(spec.dtype)) == ((7, 5), "float16")
    assert Several()(x, library.Input((4,))).shape == (None, 3, None, 4)


def masks_met(library, supports):
    """The masks that a class's own compute_mask gets, for an input with a mask and one without."""
    calls = []

    class Own(library.layers.Layer):
        def call(self, inputs):
            return inputs + 1

        def compute_mask(self, inputs, previous_mask=None):
            calls.append(plain(previous_mask))
            return previous_mask

    layer = Own()
    layer.supports_masking = supports
    if supports:  # else both warn that the mask ends here
        layer(library.layers.Embedding(3, 2, mask_zero=True)(np.array([[1, 0]])))
    layer(np.ones((1, 2), "float32"))
    return calls


@pytest.mark.parametrize("supports", [True, False])
def test_masks_of_ones_own(supports):
    assert masks_met(lurnet, supports) == masks_met(keras, supports)


TWO = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor"]
TWO += ["lt", "le", "gt", "ge", "eq", "ne"]
OTHERS = [2.0, 2, True, np.array([[1.0, 2.0], [3.0, 4.0]], "float32"), [[1.0, 2.0], [3.0, 4.0]]]


def outcome(fn, *operands):
    """Dtype and values, or the kind of error."""
    try:
        y = np.asarray(fn(*operands))
    except (TypeError, ValueError) as error:
        return type(error).__name__
    return str(y.dtype), repr(y.tolist())


@pytest.mark.parametrize("name", TWO)
@pytest.mark.parametrize("kind", ["float32", "int32", "bool"])
def test_operators_of_a_variable(name, kind):
    fn = getattr(operator, name)
    value = np.array([[1, 2], [3, 0 if name in ("and_", "or_", "xor") else 4]], kind)
    for other in OTHERS:
        if name in ("pow", "floordiv", "mod") and kind == "bool":
            continue  # numbers that no one means
        for swap in (False, True):
            pairs = [(a.Variable(value), other)[:: -1 if swap else 1] for a in BOTH]
            assert outcome(fn, *pairs[1]) == outcome(fn, *pairs[0]), (other, swap)
    pairs = [(a.Variable(value), a.Variable(value)) for a in BOTH]
    assert outcome(fn, *pairs[1]) == outcome(fn, *pairs[0])


@pytest.mark.parametrize("fn", [operator.neg, operator.pos, abs, operator.invert, round, len])
def test_operators_of_one_variable(fn):
    for value in (np.array([1.5, -2.5], "float32"), np.array([1, -2], "int32")):
        ours, theirs = (a.Variable(value) for a in BOTH[::-1])
        assert outcome(fn, ours) == (outcome(fn, theirs) if fn is not len else outcome(fn, value))


def test_variables_and_symbols_are_keys():
    a, b = lurnet.Variable([1.0, 2.0]), lurnet.Variable([1.0, 2.0])
    assert {a: 1, b: 2}[b] == 2 and a in {a} and a in [a, b]
    x, y = lurnet.KerasTensor((2, 3)), lurnet.KerasTensor((2, 3))
    assert x in [y, x] and x not in [y] and (x == y) is False and {x: 1}[x] == 1
    assert lurnet.KerasTensor((2, 3), "bool").shape == (~lurnet.KerasTensor((2, 3), "bool")).shape
    assert round(x + 1, 1).shape == (2, 3) and (x != y).dtype == "bool"
    with pytest.raises(AttributeError):
        x.shape = (1,)


def test_a_cells_own_call_sees_one_dropout_mask():
    class Own(layers.LSTMCell):
        def call(self, inputs, states, training=False):
            _, new = super().call(inputs, states, training=training)
            projected = self.start(inputs.shape[0], training).project(inputs)
            return projected[:, :3], new

    cell = Own(3, dropout=0.5, seed=1, use_bias=False)
    y = layers.RNN(cell, return_sequences=True)(np.ones((1, 9, 3), "float32"), training=True)
    np.testing.assert_allclose(y, np.broadcast_to(np.asarray(y)[:, :1], y.shape), rtol=1e-6)


@pytest.mark.parametrize("options", [{}, {"mean": [1.0, 2.0], "variance": [4.0, 9.0]}])
def test_normalization_shows_what_it_uses(options):
    x = np.array([[0.0, 10.0], [2.0, 30.0]], "float32")
    ours, theirs = (a.layers.Normalization(**options) for a in BOTH[::-1])
    for layer in (ours, theirs):
        layer.build((None, 2)) if options else layer.adapt(x)
    np.testing.assert_allclose(ours.mean, theirs.mean)
    np.testing.assert_allclose(ours.variance, theirs.variance)
    assert ours.get_config()["mean"] == theirs.get_config()["mean"]
    again = type(ours).from_config(ours.get_config())
    assert again.get_config() == ours.get_config()
