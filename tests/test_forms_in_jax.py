"""Each form of a convolution, a pooling or a product against XLA's own, and dropout's bits.

The library in C is switched off here; test_conv_and_pool_kernels.py has its turn.
"""

import subprocess
import sys
from functools import partial
from math import prod

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import lowering as cases
from jax import lax

from lurnet.kernels import costs
from lurnet.kernels.average_pool.op import average_pool
from lurnet.kernels.common import choice
from lurnet.kernels.conv.op import conv
from lurnet.kernels.conv.transposed import conv_transpose
from lurnet.kernels.depthwise.op import depthwise
from lurnet.kernels.dropout.op import keep_mask, uniform_bits
from lurnet.kernels.matmul.op import matmul
from lurnet.kernels.max_pool.op import max_pool

random = np.random.default_rng(0)
QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
FORMS = {
    "columns": {"conv_columns_bytes": 10**9, "conv_few_filters": 0},
    "xla": {"conv_columns_bytes": 0},
}
SOME = [cases.CONVOLUTIONS[i] for i in (1, 5, 8, 12)]


@pytest.fixture(autouse=True)
def without_c():
    with choice.using("jax"):
        yield


def tensor(*shape, dtype="float32"):
    return jnp.asarray(random.normal(size=shape), dtype)


def first_order(function, *arrays):
    """Value and gradients, in which every output counts differently."""
    y, pull = jax.vjp(function, *arrays)
    return y, pull(jnp.cos(jnp.arange(y.size)).reshape(y.shape).astype(y.dtype))


def second_order(function, *arrays):
    def steepness(*arrays):
        return sum((g**2).sum() for g in first_order(function, *arrays)[1])

    return jax.grad(steepness, range(len(arrays)))(*arrays)


def assert_same(ours, theirs, *arrays, what=first_order, tolerance=2e-4):
    got, wanted = (
        jax.jit(partial(what, function), compiler_options=QUICK)(*arrays)
        for function in (ours, theirs)
    )

    def close(one, other):
        assert one.dtype == other.dtype
        one, other = np.asarray(one, "float32"), np.asarray(other, "float32")
        np.testing.assert_allclose(
            one, other, rtol=tolerance, atol=tolerance * (1 + abs(other).max(initial=0))
        )

    jax.tree.map(close, got, wanted)


def layout(rank, data_format):
    axes = "DHW"[-rank:]
    images = f"N{axes}C" if data_format == "channels_last" else f"NC{axes}"
    return images, axes + "IO", images


def xla_convolution(x, kernel, strides, padding, dilation, groups, data_format):
    padding = padding.upper() if isinstance(padding, str) else padding
    numbers = layout(len(strides), data_format)
    return lax.conv_general_dilated(
        x, kernel, strides, padding, None, dilation, numbers, feature_group_count=groups
    )


def convolutions(case, dtype="float32"):
    """Ours, XLA's, and the arrays."""
    batch, channels, filters, groups, data_format, sizes, window, strides, dilation, padding = case
    image = (*sizes, channels) if data_format == "channels_last" else (channels, *sizes)
    arrays = (
        tensor(batch, *image, dtype=dtype),
        tensor(*window, channels // groups, filters, dtype=dtype),
    )
    how = {"strides": strides, "padding": padding, "dilation": dilation}
    how |= {"groups": groups, "data_format": data_format}
    return partial(conv, **how), partial(xla_convolution, **how), arrays


@pytest.mark.parametrize("case", cases.CONVOLUTIONS, ids=str)
def test_convolution(case):
    ours, theirs, arrays = convolutions(case)
    assert_same(ours, theirs, *arrays)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", SOME, ids=str)
def test_convolution_in_each_form(case, form):
    ours, theirs, arrays = convolutions(case)
    with costs.using(**FORMS[form]):
        assert_same(ours, theirs, *arrays)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", SOME[:2], ids=str)
def test_gradient_of_a_gradient(case, form):
    ours, theirs, arrays = convolutions(case)
    with costs.using(**FORMS[form]):
        assert_same(ours, theirs, *arrays, what=second_order, tolerance=1e-3)


@pytest.mark.parametrize("case", SOME[1:3], ids=str)
def test_convolution_in_half_precision(case):
    ours, theirs, arrays = convolutions(case, "bfloat16")
    assert_same(ours, theirs, *arrays, tolerance=0.03)


@pytest.mark.parametrize("over", [(0, 0), (0, None), (None, 0)])
@pytest.mark.parametrize(
    "what", [first_order, lambda f, *arrays: f(*arrays)], ids=["gradient", "value"]
)
def test_convolution_over_a_batch_of_networks(over, what):
    check_a_batch_of_networks(over, what)


def check_a_batch_of_networks(over, what):
    ours, theirs, arrays = convolutions(SOME[1])
    arrays = [
        jnp.stack([a, -2 * a, a + 1]) if axis == 0 else a
        for a, axis in zip(arrays, over, strict=True)
    ]

    def mapped(function):
        return lambda *arrays: jax.vmap(partial(what, function), over)(*arrays)

    assert_same(mapped(ours), mapped(theirs), *arrays, what=lambda f, *arrays: f(*arrays))


def test_convolution_of_integers_and_of_nothing():
    x, kernel = jnp.ones((1, 4, 1), "int32"), jnp.ones((2, 1, 1), "int32")
    assert conv(x, kernel, (1,), "valid", (1,)).ravel().tolist() == [2, 2, 2]
    assert conv(x[:0], kernel, (1,), "valid", (1,)).shape == (0, 3, 1)
    assert conv(x[:, :1], kernel, (1,), "valid", (1,)).shape == (1, 0, 1)


def test_a_window_too_many_channels_apart_is_refused():
    with pytest.raises((TypeError, ValueError)):
        conv(jnp.ones((1, 4, 3)), jnp.ones((2, 2, 1)), (1,), "valid", (1,))


@pytest.mark.parametrize("multiplier", [1, 3])
@pytest.mark.parametrize("case", cases.SAMPLED[1::2], ids=str)
def test_depthwise(case, multiplier):
    sizes, window, strides, dilation, padding = case
    data_format = "channels_last" if multiplier == 1 else "channels_first"
    x, kernel = tensor(2, *sizes, 4), tensor(*window, 4, multiplier)
    x = x if multiplier == 1 else jnp.moveaxis(x, -1, 1)

    def theirs(x, kernel):
        kernel = kernel.reshape(*window, 1, -1)
        return xla_convolution(x, kernel, strides, padding, dilation, 4, data_format)

    how = {"strides": strides, "padding": padding, "dilation": dilation}
    assert_same(partial(depthwise, **how, data_format=data_format), theirs, x, kernel)


@pytest.mark.parametrize(
    ("case", "filters"),
    [*((case, 5) for case in cases.TRANSPOSED), (cases.TRANSPOSED[5], 1)],
    ids=str,
)
def test_transposed(case, filters):
    from keras import ops as oracle

    sizes, window, strides, dilation, padding, extra = case
    x, kernel = tensor(2, *sizes, 3), tensor(*window, filters, 3)
    ours = partial(
        conv_transpose, strides=strides, padding=padding, output_padding=extra,
        dilation=dilation,
    )  # fmt: skip
    theirs = partial(
        oracle.conv_transpose, strides=strides, padding=padding, output_padding=extra,
        dilation_rate=dilation, data_format="channels_last",
    )  # fmt: skip
    assert_same(ours, theirs, x, kernel)


def xla_max(x, window, strides, padding):
    return lax.reduce_window(
        x, -jnp.inf, lax.max, (1, *window, 1), (1, *strides, 1), padding.upper()
    )


def xla_mean(x, window, strides, padding):
    def add(x):
        return lax.reduce_window(
            x, 0.0, lax.add, (1, *window, 1), (1, *strides, 1), padding.upper()
        )

    return add(x) / add(jnp.ones_like(x))


@pytest.mark.parametrize("case", cases.POOLINGS, ids=str)
def test_pooling(case):
    sizes, *how = case
    x = jnp.round(tensor(2, *sizes, 3))  # so that many windows hold their largest value twice
    assert_same(lambda x: max_pool(x, *how), lambda x: xla_max(x, *how), x)
    assert_same(lambda x: average_pool(x, *how), lambda x: xla_mean(x, *how), x)


def test_pooling_channels_first_mapped_integer_and_half():
    x = tensor(2, 3, 5, 6, 4)
    how = (2, 2), (2, 2), "same"
    for ours, theirs in ((max_pool, xla_max), (average_pool, xla_mean)):

        def mapped(x, ours=ours):
            return jax.vmap(lambda x: ours(x, *how))(x)

        def folded(x, theirs=theirs):
            return theirs(x.reshape(6, 5, 6, 4), *how).reshape(2, 3, 3, 3, 4)

        def first(x, ours=ours):
            return jnp.moveaxis(ours(jnp.moveaxis(x, -1, 1), *how, "channels_first"), 1, -1)

        assert_same(mapped, folded, x)
        assert_same(first, lambda x, theirs=theirs: theirs(x, *how), x[0])
        half = x[0].astype("bfloat16")
        assert_same(lambda x, f=ours: f(x, *how), lambda x, f=theirs: f(x, *how).astype(x.dtype),
                    half, tolerance=0.02)  # fmt: skip
    assert max_pool(jnp.arange(4).reshape(1, 4, 1), (2,), (2,)).ravel().tolist() == [1, 3]


@pytest.mark.parametrize(("shape", "units"), cases.PRODUCTS, ids=str)
def test_product(shape, units):
    x, kernel = tensor(*shape), tensor(shape[-1], units)
    assert_same(matmul, jnp.matmul, x, kernel)
    assert_same(matmul, jnp.matmul, x, kernel, what=second_order, tolerance=1e-3)


def test_the_switch():
    ours, _, arrays = convolutions(SOME[1])
    traced = lambda: str(jax.make_jaxpr(lambda *x: ours(*x))(*arrays))  # noqa: E731
    assert "lurnet_form" in traced()
    with choice.using("xla"):
        assert "lurnet_form" not in traced()


def test_a_switch_that_is_not_there():
    code = (
        "import os; os.environ['LURNET_LOWERING'] = 'fast'; import lurnet.ops; lurnet.ops.ones(1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "LURNET_LOWERING must be one of ('auto', 'jax', 'xla'), but it is 'fast'" in done.stderr


def bits(first, second, count=1 << 16):
    return np.asarray(uniform_bits(jnp.array([first, second], "uint32"), (count,)))


KEYS = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2**32 - 1, 5), (7, 2**31)]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_bits_are_uniform(key):
    words = bits(*key)
    values = words / 2**32
    error = 1 / np.sqrt(len(values))
    assert abs(values.mean() - 1 / 2) < 4 * error * np.sqrt(1 / 12)
    assert abs(values.var() - 1 / 12) < 4 * error * np.sqrt(1 / 180)
    ones = (words[:, None] >> np.arange(32, dtype="uint32") & 1).mean(0)
    assert abs(ones - 1 / 2).max() < 4.5 * error / 2
    counts = np.bincount(words >> 24, minlength=256)
    expected = len(words) / 256
    assert 150 < ((counts - expected) ** 2 / expected).sum() < 370  # chi squared, 255 degrees
    for lag in (1, 2, 3, 28, 128, 256):
        assert abs(np.corrcoef(values[lag:], values[:-lag])[0, 1]) < 4.5 * error


def test_bits_of_different_keys_are_unrelated():
    words = [bits(*key) for key in KEYS + [(0, step) for step in range(3, 10)]]
    values = np.corrcoef(np.array(words) / 2.0**32)
    single = np.corrcoef(np.array([word >> 7 & 1 for word in words], "float32"))
    for table in (values, single):
        assert abs(table - np.eye(len(words))).max() < 5 / np.sqrt(words[0].size)
    shifted = np.corrcoef(words[1][1:] / 2**32, words[0][:-1] / 2**32)[0, 1]
    assert abs(shifted) < 5 / np.sqrt(words[0].size)


def test_bits_do_not_depend_on_the_shape():
    key = jnp.array([3, 4], "uint32")
    flat = uniform_bits(key, (24,))
    assert (uniform_bits(key, (2, 3, 4)).ravel() == flat).all()
    assert (jax.jit(uniform_bits, static_argnums=1)(key, (24,)) == flat).all()


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.99, 1.0])
def test_keep_mask(rate):
    shape = (100, 400)
    kept = keep_mask(jnp.array([1, 2], "uint32"), rate, shape).mean()
    assert abs(float(kept) - (1 - rate)) <= 4 * np.sqrt(rate * (1 - rate) / prod(shape))
