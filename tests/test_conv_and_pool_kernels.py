"""The library in C against XLA's own forms: values, gradients, gradients of gradients."""

import re
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import lowering as cases
from test_forms_in_jax import (
    SOME,
    assert_same,
    check_a_batch_of_networks,
    convolutions,
    first_order,
    second_order,
    tensor,
    xla_max,
)

import lurnet
from lurnet.kernels import fusion
from lurnet.kernels.common import choice, loading, windows
from lurnet.kernels.common.loading import lanes as lanes_of_library
from lurnet.kernels.conv.op import conv
from lurnet.kernels.gather_rows import borrowed
from lurnet.kernels.matmul.op import matmul, matmul_nn
from lurnet.kernels.max_pool.op import max_pool

pytestmark = [
    pytest.mark.skipif(not lanes_of_library(), reason="no library in C on this machine"),
    pytest.mark.registers,
]
PRODUCTS = [*cases.PRODUCTS, ((70, 33), 67), ((9, 300), 1), ((600, 5), 16), ((1, 17), 32)]
BUSY = [  # enough work for several threads
    (16, 9, 40, 1, "channels_last", (26, 25), (3, 3), (1, 1), (1, 1), "same"),
    (3, 16, 33, 1, "channels_last", (40, 40), (5, 3), (2, 1), (1, 1), [(2, 1), (0, 3)]),
    (10, 64, 16, 1, "channels_last", (300,), (5,), (1,), (1,), "same"),
]
FEW = [  # filters, so few that a register holds what a window multiplies
    (5, 19, 1, 1, "channels_last", (7, 6), (3, 3), (1, 1), (1, 1), "same"),
    (9, 7, 3, 1, "channels_last", (8, 9), (2, 3), (2, 1), (1, 1), [(1, 0), (0, 2)]),
    (2, 33, 4, 1, "channels_last", (11,), (2,), (2,), (1,), "valid"),
    (3, 8, 2, 1, "channels_last", (9, 7), (2, 2), (1, 1), (2, 1), "valid"),
]


def in_use(function, *arrays):
    return "@lurnet." in jax.jit(function).lower(*arrays).as_text()


@pytest.mark.parametrize("case", [*cases.CONVOLUTIONS, *BUSY], ids=str)
def test_convolution(case):
    ours, theirs, arrays = convolutions(case)
    assert_same(ours, theirs, *arrays)


@pytest.mark.parametrize("case", [SOME[1], *BUSY, *FEW], ids=str)
def test_convolution_with_each_register(case, lanes):
    ours, theirs, arrays = convolutions(case)
    assert in_use(ours, *arrays)
    assert_same(ours, theirs, *arrays)


@pytest.mark.parametrize("case", [*SOME, cases.CONVOLUTIONS[2]], ids=str)
def test_gradient_of_a_gradient(case):
    ours, theirs, arrays = convolutions(case)
    assert_same(ours, theirs, *arrays, what=second_order, tolerance=1e-3)


@pytest.mark.parametrize("over", [(0, 0), (0, None), (None, 0)])
def test_convolution_over_a_batch_of_networks(over):
    check_a_batch_of_networks(over, first_order)


def test_zeros_that_reach_beyond_what_is_left():
    """Five zeros before a row of two, of which three are cut off: nothing of the image is left."""
    x, kernel = tensor(2, 4, 2, 3), tensor(1, 2, 3, 5)
    run = partial(conv, strides=(1, 1), padding=[(0, 0), (5, -3)], dilation=(1, 1))
    assert in_use(run, x, kernel)
    y = run(x, kernel)
    assert y.shape == (2, 4, 3, 5) and not y.any()


def test_a_kernel_for_other_channels_is_refused():
    with pytest.raises(TypeError, match=r"axis -1 of the one and axis -2 .* must have one size"):
        conv(jnp.ones((1, 4, 3)), jnp.ones((2, 2, 1)), (1,), "valid", (1,))
    with pytest.raises(TypeError, match="do not go together"):
        matmul_nn(jnp.ones((2, 3)), jnp.ones((4, 2)))


@pytest.mark.parametrize(("shape", "units"), PRODUCTS, ids=str)
def test_product(shape, units, lanes):
    x, kernel = tensor(*shape), tensor(shape[-1], units)
    assert_same(matmul, jnp.matmul, x, kernel)


def test_product_twice_differentiated():
    x, kernel = tensor(40, 9), tensor(9, 5)
    assert_same(matmul, jnp.matmul, x, kernel, what=second_order, tolerance=1e-3)


@pytest.mark.parametrize("case", cases.POOLINGS, ids=str)
def test_max_pooling(case, lanes):
    sizes, *how = case
    x = jnp.round(tensor(2, *sizes, 19))  # so that many windows hold their largest value twice
    assert_same(lambda x: max_pool(x, *how), lambda x: xla_max(x, *how), x)


def test_max_pooling_twice_differentiated():
    x = tensor(2, 6, 5, 3)
    for how in (((2, 2), (2, 2), "valid"), ((3, 2), (2, 1), "same")):
        ours, theirs = (lambda x, f=f, how=how: f(x, *how) ** 2 for f in (max_pool, max_of_slices))
        assert_same(ours, theirs, x, what=second_order, tolerance=1e-3)


def max_of_slices(x, window, strides, padding):
    """Largest values by slices, which JAX can differentiate as often as one likes."""
    pads = windows.explicit(padding, x.shape[1:-1], window, strides)
    x = windows.padded(x, pads, -1e9)
    return jnp.stack(windows.slices(x, window, strides)).max(0)


def test_largest_of_not_a_number(lanes):
    x = jnp.array([[1.0, jnp.nan], [jnp.nan, 2.0], [3.0, 4.0], [0.0, jnp.nan]])
    x = jnp.repeat(x, 20, 1).reshape(1, 4, 40)
    y = max_pool(x, (2,), (2,))
    assert np.isnan(y[0, 0]).all()
    assert (y[0, 1, :20] == 3).all()
    assert np.isnan(y[0, 1, 20:]).all()


def test_sums_do_not_depend_on_threads():
    """Parts are added in a fixed order, whoever computed them."""
    ours, _, arrays = convolutions(BUSY[0])
    run = jax.jit(partial(first_order, ours))
    first = jax.tree.leaves(run(*arrays))
    for _ in range(5):
        again = jax.tree.leaves(run(*arrays))
        assert all((a == b).all() for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize("dtype", ["float32", "uint8", "bool", "int32", "float16"])
def test_rows_of_an_array_that_is_lent(dtype):
    array = np.random.default_rng(0).integers(0, 2 if dtype == "bool" else 100, (50, 3, 7))
    array = array.astype(dtype)
    lent = borrowed.borrow((array, array[:, 0].copy(), array))
    index = np.array([3, 49, 0, 3, 60], "int32")  # the last row for numbers beyond it
    taken = borrowed.each_once(lambda x: x.rows(jnp.asarray(index)), lent)
    np.testing.assert_array_equal(taken[0], array[[3, 49, 0, 3, 49]])
    np.testing.assert_array_equal(taken[1], array[[3, 49, 0, 3, 49], 0])
    assert taken[2] is taken[0]


def test_arrays_that_cannot_be_lent():
    array = np.zeros((6, 4), "float32")
    for wrong in (array[:, ::2], array.T, np.zeros((3, 2)), array.astype(">f4"), np.float32(1)):
        assert borrowed.borrow((array, np.asarray(wrong))) is None


def test_without_the_library():
    ours, theirs, arrays = convolutions(SOME[1])
    with choice.using("jax"):
        assert not in_use(ours, *arrays)
        assert_same(ours, theirs, *arrays)


def test_a_library_that_does_not_load_is_named(tmp_path):
    broken = tmp_path / "_library.so"
    broken.write_bytes(b"not a library")
    with pytest.warns(UserWarning, match="do not fit this jax.*Slower forms are used"):
        assert loading.loaded(broken) is None


POOLED = [  # samples, image, channels, filters; kernel, strides, padding; the pooling's window, ...
    (3, (9, 8), 2, 40, (3, 3), (1, 1), "same", (2, 2), (2, 2), "valid"),
    (2, (10, 7), 5, 19, (3, 2), (1, 1), "valid", (3, 2), (2, 1), "same"),
    (20, (8, 8), 3, 32, (2, 2), (2, 1), "same", (2, 2), (2, 2), "valid"),
    (2, (6, 9), 16, 8, (1, 1), (1, 1), "valid", (2, 3), (2, 3), "valid"),
    (3, (8, 8), 9, 2, (3, 3), (1, 1), "same", (2, 2), (2, 2), "same"),
    (2, (7, 6), 3, 5, (2, 3), (1, 1), [(0, 3), (3, 0)], (2, 2), (1, 2), "valid"),
]


def pooled_twice(case):
    """A convolution with its pooling, as one and apart, and arrays to give them."""
    n, size, channels, filters, window, *how, sizes, strides, padding = case

    def one(x, kernel, once=True):
        y = conv(x, kernel, *how, (1, 1))
        if once:
            fusion.mark_used_once(y)
        return max_pool(y, sizes, strides, padding)

    arrays = tensor(n, *size, channels), tensor(*window, channels, filters)
    return one, partial(one, once=False), arrays


def calls(function, *arrays):
    """The library's functions that a compiled function calls."""
    text = jax.jit(function).lower(*arrays).compile().as_text()
    return set(re.findall(r'custom_call_target="lurnet\.(\w+)\.', text))


def texts_of_programs(monkeypatch):
    """A list that takes the text of each program compiled from now on."""
    texts, real = [], jax.stages.Lowered.compile

    def compiled(self, *args, **kwargs):
        program = real(self, *args, **kwargs)
        texts.append(program.as_text())
        return program

    monkeypatch.setattr(jax.stages.Lowered, "compile", compiled)
    return texts


@pytest.mark.parametrize("case", POOLED, ids=str)
def test_a_convolution_with_its_pooling(case, lanes):
    one, apart, arrays = pooled_twice(case)
    assert calls(one, *arrays) == {"conv_pool"}
    assert calls(apart, *arrays) == {"conv", "max_pool"}
    assert_same(one, apart, *arrays)


def test_nothing_between_is_written_in_training():
    one, _, arrays = pooled_twice(POOLED[0])
    wanted = {"conv_pool", "unpool_conv", "unpool_conv_kernel_grad"}
    assert calls(partial(first_order, one), *arrays) == wanted


@pytest.mark.parametrize("over", [(0, 0), (0, None), (None, 0)])
def test_a_pooled_convolution_over_a_batch_of_networks(over):
    one, apart, arrays = pooled_twice(POOLED[0])
    stacked = [
        a if axis is None else jnp.stack([a, -a]) for a, axis in zip(arrays, over, strict=True)
    ]
    assert_same(*(jax.vmap(f, over) for f in (one, apart)), *stacked)


def test_its_gradients_of_gradients():
    for case in POOLED[:2]:
        one, apart, arrays = pooled_twice(case)
        ours, theirs = (lambda *a, f=f: f(*a) ** 2 for f in (one, apart))
        assert_same(ours, theirs, *arrays, what=second_order, tolerance=1e-3)


FORWARD = {
    "dense": lambda: lurnet.layers.Dense(3, activation="relu"),
    "conv": lambda: lurnet.layers.Conv2D(3, 2, activation="tanh"),
    "pooled": lambda: lurnet.Sequential(
        [lurnet.layers.Conv2D(3, 2, activation="relu"), lurnet.layers.MaxPooling2D()]
    ),
    "dropout": lambda: lambda x: lurnet.random.dropout(x, 0.5, seed=1),
    "loss": lambda: lambda x: lurnet.losses.mean_squared_error(x * 0, x),
    "mean": lambda: lambda x: lurnet.ops.mean(x[:, 0, 0, 0] ** 2),
}


@pytest.mark.parametrize("kind", FORWARD)
def test_derivative_forward(kind):
    """By `ops.jvp`, against differences."""
    function, x = FORWARD[kind](), tensor(4, 6, 6, 2)
    function(x)  # build
    direction, step = tensor(4, 6, 6, 2)[::-1], 1e-2
    value, slope = lurnet.ops.jvp(function, (x,), (direction,))
    np.testing.assert_allclose(value, function(x), rtol=1e-5, atol=1e-5)
    far = [np.asarray(function(x + sign * step * direction)) for sign in (1, -1)]
    wanted = (far[0] - far[1]) / (2 * step)
    close = np.isclose(slope, wanted, rtol=0.05, atol=0.02)
    assert close.mean() > 0.95  # but where a ReLU or a pooling has its corner
