"""What follows a product, as calls of the library in C, against XLA's own forms.

Bias and activation, losses, hits, sums and means.
"""

from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from test_conv_and_pool_kernels import calls, in_use
from test_forms_in_jax import QUICK, assert_same, first_order, second_order, tensor

import lurnet as keras
from lurnet import losses, metrics
from lurnet.kernels.bias_act.op import Activation, bias_act, suits
from lurnet.kernels.common import choice
from lurnet.kernels.common.loading import lanes as lanes_of_library
from lurnet.kernels.loss_rows.op import (
    BY_CLASS,
    RowLoss,
    loss_rows,
    loss_rows_in_c,
    plain,
    top1_match,
)
from lurnet.kernels.mean import op as sums

pytestmark = [
    pytest.mark.skipif(not lanes_of_library(), reason="no library in C on this machine"),
    pytest.mark.registers,
]
INF, NAN = np.inf, np.nan
#: rows and columns; those of many numbers are shared among threads
SIZES = [
    *[(5, 1), (3000, 1), (5, 7), (500, 10)],
    *[(900, 16), (3, 33), (400, 33), (60, 500)],
]
PLAIN = {
    Activation.LINEAR: lambda x: x,
    Activation.RELU: jax.nn.relu,
    Activation.SIGMOID: jax.nn.sigmoid,
    Activation.TANH: jnp.tanh,
    Activation.SOFTMAX: lambda x: jax.nn.softmax(x, -1),
}
by_activation = pytest.mark.parametrize("kind", Activation, ids=lambda kind: kind.name.lower())
by_distance = pytest.mark.parametrize("kind", RowLoss, ids=lambda kind: kind.name.lower())
by_kind_of_class = pytest.mark.parametrize("kind", BY_CLASS, ids=["class", "logits"])


def each(function, count):
    """The function of so many arrays, for several such: all results in a row."""

    def all_of_them(*arrays):
        groups = [arrays[i : i + count] for i in range(0, len(arrays), count)]
        return jnp.concatenate([function(*group).ravel() for group in groups])

    return all_of_them


def assert_equal(one, other, tolerance=2e-6):
    """Number by number, NaN and infinities too."""
    assert one.shape == other.shape and one.dtype == other.dtype
    np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@cache
def compiled(forms, kind):
    """Both forms, values and gradients, compiled once: registers are chosen when they run."""
    return [jax.jit(partial(first_order, each(f, 2)), compiler_options=QUICK) for f in forms(kind)]


def assert_forms_agree(forms, kind, pairs):
    ours, theirs = (run(*(a for pair in pairs for a in pair)) for run in compiled(forms, kind))
    assert_equal(ours[0], theirs[0], 1e-5)
    for got, wanted in zip(ours[1], theirs[1], strict=True):
        assert_equal(got, wanted, 2e-5 * (1 + abs(wanted).max()))


# ---- bias and activation ----


def finished(kind):
    """Ours and XLA's, of numbers and a bias."""
    return lambda x, b: bias_act(x, b, kind), lambda x, b: PLAIN[kind](x + b)


@by_activation
def test_bias_and_activation(kind, lanes):
    assert_forms_agree(finished, kind, [(3 * tensor(*size), tensor(size[1])) for size in SIZES])


@by_activation
def test_activation_alone(kind):
    ours, theirs = each(lambda x: bias_act(x, None, kind), 1), each(PLAIN[kind], 1)
    arrays = [3 * tensor(*size) for size in [(5, 1), (5, 7), (4, 16), (2, 3, 17), (2, 2, 3, 1)]]
    assert_same(ours, theirs, *arrays, tolerance=2e-5)


@by_activation
def test_activation_twice_differentiated(kind):
    ours, theirs = (each(lambda x, b, f=f: f(x, b) ** 2, 2) for f in finished(kind))
    arrays = [tensor(4, 1), tensor(1), tensor(3, 7), tensor(7), tensor(2, 2, 18), tensor(18)]
    assert_same(ours, theirs, *arrays, what=second_order, tolerance=1e-4)


@by_activation
@pytest.mark.parametrize("over", [(0, 0), (None, 0)], ids=["both", "one"])
def test_activation_over_a_batch_of_networks(kind, over):
    shapes = [(5, 9), (9,)]
    arrays = [
        tensor(*shape) if axis is None else tensor(3, *shape)
        for shape, axis in zip(shapes, over, strict=True)
    ]
    assert_same(*(jax.vmap(f, over) for f in finished(kind)), *arrays)


@by_activation
def test_activation_of_images(kind):
    ours, theirs = (each(f, 2) for f in finished(kind))
    arrays = tensor(2, 3, 5), tensor(5), tensor(2, 3, 4, 20), tensor(20), tensor(3, 9, 9, 1)
    assert_same(ours, theirs, *arrays, tensor(1))


@by_activation
def test_activation_of_what_is_no_number(kind, lanes):
    odd = [NAN, INF, -INF, 1e30, -1e30, 88.0, -88.0, 104.0, -104.0, 0.0, -0.0, 1e-30, 1e-40]
    rows = np.zeros((len(odd) + 1, 21), "float32")
    rows[range(len(odd)), np.arange(len(odd)) % 21] = odd
    rows[-1] = -INF
    x, zeros = jnp.asarray(rows), jnp.zeros(21)
    for ours, theirs in zip(*(first_order(f, x, zeros) for f in finished(kind)), strict=True):
        jax.tree.map(assert_equal, ours, theirs)


@by_activation
def test_results_do_not_depend_on_threads(kind):
    """Rows alone are computed on one thread; sums by the bias are taken in the same parts."""
    x, b = tensor(2000, 40), tensor(40)
    run = jax.jit(lambda *arrays: first_order(lambda x, b: bias_act(x, b, kind), *arrays))
    y, (by_x, by_b) = run(x, b)
    apart = [bias_act(x[i : i + 100], b, kind) for i in range(0, 2000, 100)]
    assert (y == jnp.concatenate(apart)).all()
    for _ in range(3):
        assert all((a == c).all() for a, c in zip((by_x, by_b), run(x, b)[1], strict=True))


def test_where_a_call_finishes():
    """Not what is large and alone, of other types, or rows that leave registers empty."""
    x, b = jnp.ones((600, 16)), jnp.ones(16)
    assert suits(x, b) and suits(x, None)
    assert suits(jnp.ones((2000, 50)), jnp.ones(50)) and not suits(jnp.ones((2000, 50)), None)
    assert not suits(x[:, :9], b[:9]) and suits(x[:500, :9], b[:9]) and suits(x[:, :1], b[:1])
    assert not suits(x, b[:1]) and not suits(x, jnp.ones((1, 16)))
    assert not suits(jnp.ones((0, 16)), b) and not suits(b, b) and not suits(jnp.ones(()), None)
    for dtype in ("float16", "bfloat16", "int32"):
        assert not suits(x.astype(dtype), b.astype(dtype)) and not suits(x, b.astype(dtype))


@pytest.mark.parametrize("activation", ["linear", "relu", "sigmoid", "tanh", "softmax", "gelu"])
def test_layers_that_call(activation):
    """Dense, Conv and Activation; with options or in other dtypes XLA's form does."""
    wanted = {"bias_act"} if activation != "gelu" else set()
    x, images = tensor(4, 6), tensor(2, 5, 5, 3)
    for layer, given in [
        (keras.layers.Dense(20, activation), x),
        (keras.layers.Conv2D(20, 2, activation=activation), images),
        (keras.layers.Activation(activation), x),
    ]:
        layer.build(given.shape)
        assert calls(layer, given) & {"bias_act"} == wanted
        theirs = layer.stateless_call([v.value for v in layer.variables], [], given)[0]
        assert_equal(layer(given), theirs, 1e-5)
    half = keras.layers.Dense(20, activation, dtype="float16")
    assert calls(half, x) == set()
    first = keras.layers.Conv2D(20, 2, activation=activation, data_format="channels_first")
    assert "bias_act" not in calls(first, images)


# ---- losses ----


def given_for(kind, rows, n):
    """A target and outputs."""
    logits = kind in (RowLoss.SPARSE_CE_LOGITS, RowLoss.DENSE_CE_LOGITS, RowLoss.BINARY_CE_LOGITS)
    output = tensor(rows, n) if logits or kind >= RowLoss.MSE else uniform(rows, n)
    if kind in BY_CLASS:
        return jnp.arange(rows, dtype="float32") % n, output
    return (tensor if kind >= RowLoss.MSE else uniform)(rows, n), output


def uniform(*shape):
    return jax.nn.sigmoid(tensor(*shape))


def compared(kind):
    """Ours and XLA's, of targets and outputs."""
    return lambda t, x: loss_rows_in_c(t, x, kind), lambda t, x: plain(kind, t, x)


@by_distance
def test_loss(kind, lanes):
    """Values, and gradients by outputs and targets."""
    assert_forms_agree(compared, kind, [given_for(kind, *size) for size in SIZES])


@by_distance
def test_loss_twice_differentiated(kind):
    ours, theirs = (each(lambda t, x, f=f: f(t, x) ** 2, 2) for f in compared(kind))
    arrays = [a for size in [(4, 1), (3, 7), (2, 18)] for a in given_for(kind, *size)]
    assert_same(ours, theirs, *arrays, what=second_order, tolerance=1e-4)


@by_distance
@pytest.mark.parametrize("over", [(0, 0), (None, 0)], ids=["both", "one"])
def test_loss_over_a_batch_of_networks(kind, over):
    arrays = [
        a if axis is None else jnp.stack([a, a[::-1], a])
        for a, axis in zip(given_for(kind, 5, 9), over, strict=True)
    ]
    assert_same(*(jax.vmap(f, over) for f in compared(kind)), *arrays)


@by_distance
def test_loss_of_rows_on_more_axes(kind):
    target, output = given_for(kind, 24, 20)
    shape = (2, 3, 4)
    arrays = target.reshape(*shape, *target.shape[1:]), output.reshape(*shape, 20)
    ours, theirs = compared(kind)
    assert in_use(ours, *arrays) and ours(*arrays).shape == shape
    assert_same(ours, theirs, *arrays)
    one = target[0], output[0]
    assert ours(*one).shape == () and assert_same(ours, theirs, *one) is None


@by_distance
def test_loss_of_no_rows(kind):
    target, output = (a[:0] for a in given_for(kind, 2, 20))
    assert loss_rows_in_c(target, output, kind) is None
    assert plain(kind, target, output).shape == (0,)
    assert loss_rows(target, output, kind).shape == (0,)


@by_distance
def test_loss_of_what_is_no_number(kind, lanes):
    """NaN where XLA has it; but not where that multiplies an infinity by 0."""
    target, output = given_for(kind, 6, 19)
    output = output.at[0, 3].set(NAN).at[1, 18].set(NAN).at[2, 0].set(NAN)
    if kind not in BY_CLASS and kind is not RowLoss.BINARY_CE_LOGITS:
        output = output.at[3, 17].set(INF).at[4, 2].set(-INF)
    ours, theirs = (run(target, output) for run in compiled(compared, kind))
    assert_equal(ours[0], theirs[0])
    by_output = ours[1][1], theirs[1][1]
    assert (np.isnan(by_output[0]) >= np.isnan(by_output[1]))[:3].all()
    assert_equal(by_output[0][5], by_output[1][5])
    if kind not in BY_CLASS:
        target = target.at[5, 18].set(NAN)
        assert np.isnan(loss_rows_in_c(target, output, kind)[5])


@by_kind_of_class
@pytest.mark.parametrize("dtype", ["int32", "float32", "uint8", "int8", "bool", "float16"])
def test_classes_of_each_dtype(kind, dtype):
    target = np.array([0, 1, 1, 0, 1], dtype)
    output = given_for(kind, 5, 12)[1]
    ours, theirs = (f(jnp.asarray(target), output) for f in compared(kind))
    assert_equal(ours, theirs)
    assert_equal(ours, loss_rows_in_c(jnp.asarray(target.astype("int32")), output, kind))


@by_kind_of_class
def test_classes_out_of_range(kind):
    target = jnp.array([-1, 9, -100, 2**30, 10, 3, 8, 0])
    output = given_for(kind, 8, 9)[1]
    for numbers in (target, target + 0.5, target.astype("float32")):
        assert_same(*compared(kind), *(numbers.astype("float32"), output))
    assert (
        not loss_rows_in_c(target, output, kind)[:5].any()
        and loss_rows_in_c(target, output, kind)[5:].all()
    )


@pytest.mark.parametrize("kind", [RowLoss.SPARSE_CE, RowLoss.DENSE_CE, RowLoss.BINARY_CE], ids=str)
def test_certain_probabilities(kind):
    """Exactly 0 and 1: kept away from infinity, with gradients of 0."""
    output = jnp.eye(6, 17)
    rows = jnp.array([0, 1, 2, 2, 1, 0])
    target = rows.astype("float32") if kind in BY_CLASS else jnp.eye(17)[rows]
    assert_same(*compared(kind), target, output, tolerance=2e-5)
    assert np.isfinite(first_order(compared(kind)[0], target, output)[1][1]).all()


@pytest.mark.parametrize("kind", [RowLoss.SPARSE_CE, RowLoss.DENSE_CE], ids=str)
def test_probabilities_that_are_none(kind):
    """Rows that are not normalised, of sum 0, below 0."""
    target, _ = given_for(kind, 4, 3)
    odd = jnp.array([[2.0, 6.0, 2.0], [1.0, -1.0, 3.0], [1e-9, 5.0, 1e9], [-1.0, -2.0, -3.0]])
    assert_same(*compared(kind), target, odd, tolerance=2e-5)
    none = jnp.array([[0.0, 0.0, 0.0], [1.0, -1.0, 0.0], [0.0, 0.0, 0.0], [2.0, -2.0, 0.0]])
    assert_equal(*(f(target, none) for f in compared(kind)))


@pytest.mark.parametrize(
    "kind", [RowLoss.SPARSE_CE_LOGITS, RowLoss.DENSE_CE_LOGITS, RowLoss.BINARY_CE_LOGITS], ids=str
)
def test_extreme_logits(kind):
    output = tensor(6, 18) * jnp.array([[1e-30], [1e-6], [30], [100], [1e4], [1e30]])
    target, _ = given_for(kind, 6, 18)
    ours, theirs = (first_order(f, target, output) for f in compared(kind))
    for values in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        assert_equal(*values, tolerance=2e-5)


def test_sure_logits():
    """Losses of e^-x and their gradients keep their digits, as far as floats go."""
    output = jnp.array([[5.0], [12.0], [16.0], [18.0], [25.0], [60.0], [-25.0], [-7.0]])
    target = (output > 0).astype("float32")
    ours, theirs = (first_order(f, target, output) for f in compared(RowLoss.BINARY_CE_LOGITS))
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5)
    np.testing.assert_allclose(ours[1][1], theirs[1][1], rtol=1e-5)


def test_a_small_epsilon():
    """As the setting has it: down to none."""
    before = keras.config.epsilon()
    try:
        for least in (1e-3, 1e-12, 1e-40, 0.0):
            keras.config.set_epsilon(least)
            for kind in (RowLoss.SPARSE_CE, RowLoss.DENSE_CE, RowLoss.BINARY_CE):
                target, output = given_for(kind, 4, 17)
                output = output.at[0, 0].set(0).at[1, 1].set(least).at[2, 2].set(1e-30)
                assert_equal(*(f(target, output) for f in compared(kind)), tolerance=1e-5)
    finally:
        keras.config.set_epsilon(before)


@pytest.mark.parametrize(
    ("loss", "dtype"),
    [
        (losses.mean_squared_error, "int32"),
        (losses.mean_absolute_error, "float32"),
        (losses.binary_crossentropy, "int32"),
        (losses.binary_crossentropy, "bool"),
        (losses.categorical_crossentropy, "int32"),
        (losses.sparse_categorical_crossentropy, "int32"),
    ],
)
def test_losses_that_call(loss, dtype):
    target, output = np.eye(8, 18).astype(dtype), uniform(8, 18)
    if loss is losses.sparse_categorical_crossentropy:
        target = np.arange(8)[:, None]
    assert calls(lambda x: loss(target, x), output) == {"loss_rows"}
    gradient = jax.grad(lambda x: loss(target, x).sum())
    assert calls(gradient, output) == {"loss_rows_grad"}
    for other in (output.astype("float16"), output[:0]):
        assert not in_use(lambda x: loss(target[: len(x)], x), other)
    ours = loss(target, output)
    with choice.using("jax"):
        assert not in_use(lambda x: loss(target, x), output)
        assert_equal(ours, loss(target, output), 1e-5)


def test_large_losses_are_left_to_xla():
    """With a target for each output; those of rows are calls whatever their size."""
    large, short = jnp.ones((1000, 200)), jnp.ones((1000, 5))
    assert not in_use(lambda x: losses.mean_squared_error(x, x), large)
    assert not in_use(lambda x: losses.mean_squared_error(x, x), short)
    for x in (large, short):
        assert in_use(lambda x: losses.categorical_crossentropy(x, x), x)


# ---- hits ----


TIES = [
    [1, 3, 3, 0],
    [2, 2, 2, 2],
    [0, NAN, 5, NAN],
    [INF, 1, INF, 0],
    [-INF] * 4,
    [0.0, -0.0, 0, 0],
]


@pytest.mark.parametrize("width", [4, 9, 40])
def test_hits(width, lanes):
    """The first of equals, and NaN before all else, as argmax has it."""
    output = jnp.full((6, width), -1e30).at[:, -4:].set(jnp.array(TIES))
    best = jnp.argmax(output, -1)
    for target in (best, best.astype("float32"), best.astype("uint8")):
        assert top1_match(target, output, True).tolist() == [1] * 6
        assert top1_match(target + 1, output, True).tolist() == [0] * 6
    assert top1_match(output, output, False).tolist() == [1] * 6
    assert top1_match(output[::-1], output, False).tolist() == (best == best[::-1]).tolist()


@pytest.mark.parametrize("axes", [(60,), (3, 5, 4), ()])
def test_accuracies_that_call(axes):
    output = jnp.round(tensor(*axes, 7))
    classes = jnp.asarray(np.random.default_rng(0).integers(-1, 8, axes))
    shares = jax.nn.one_hot(classes, 7)
    accuracies = {
        metrics.sparse_categorical_accuracy: (classes, classes[..., None], classes + 0.5),
        metrics.categorical_accuracy: (shares, shares.astype("int32"), shares > 0),
    }
    for accuracy, targets in accuracies.items():
        for target in targets:
            assert in_use(accuracy, target, output)
            ours = accuracy(target, output)
            with choice.using("jax"):
                assert_equal(ours, accuracy(target, output))


def test_accuracies_of_targets_of_another_kind():
    """What the forms in JAX make of them, with the library too."""
    output, classes = tensor(4, 7), jnp.arange(4)
    shares = jax.nn.one_hot(classes, 7)
    for lowering in ("auto", "jax"):
        with choice.using(lowering):
            with pytest.raises((TypeError, ValueError), match=r"shape|broadcast"):
                metrics.sparse_categorical_accuracy(shares, output)
            assert metrics.categorical_accuracy(classes, output).shape == (4,)
            assert_equal(
                metrics.categorical_accuracy(classes, output),
                (jnp.argmax(output, -1) == 3).astype("float32"),
            )


# ---- sums and means ----


@pytest.mark.parametrize("count", [1, 7, 8, 33, 1000, 65535, 65536])
def test_sum_and_mean(count, lanes):
    x = tensor(count)
    assert calls(sums.total, x) == calls(sums.mean, x) == {"mean"}
    assert calls(jax.grad(sums.mean), x) == {"mean_grad"}
    for ours, theirs in ((sums.total, jnp.sum), (sums.mean, jnp.mean)):
        assert_same(ours, theirs, x, tolerance=1e-4 if count > 1000 else 1e-5)


def test_sum_twice_differentiated_and_over_a_batch():
    x = tensor(3, 19)
    assert_same(*(lambda x, f=f: f(x[0]) ** 3 for f in (sums.mean, jnp.mean)), x, what=second_order)
    assert_same(*(jax.vmap(f) for f in (sums.total, jnp.sum)), x)
    assert np.isnan(sums.total(jnp.array([1.0, NAN]))) and sums.mean(jnp.array([1, INF])) == INF


def test_what_is_not_summed_by_a_call():
    for x in (jnp.ones(2**16 + 1), jnp.ones((4, 4)), jnp.ones(()), jnp.zeros(0), jnp.arange(3)):
        assert not sums.suits(x)
    assert not sums.suits(jnp.ones(3, "float16")) and not sums.suits([1.0, 2.0])
    assert not in_use(keras.ops.sum, jnp.ones(3))  # which JAX must differentiate forward too
