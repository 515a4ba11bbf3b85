"""A training step as calls of the library in C: dropout, products, sums of gradients, all of it."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from test_conv_and_pool_kernels import calls, in_use, texts_of_programs
from test_forms_in_jax import assert_same, second_order, tensor
from test_losses_and_activations import assert_equal

import lurnet as keras
from lurnet.kernels.common.loading import lanes as lanes_of_library
from lurnet.kernels.dropout import op as dropout
from lurnet.kernels.fused_step import op as fused_step
from lurnet.kernels.matmul.op import matmul_nt, matmul_tn

pytestmark = [
    pytest.mark.skipif(not lanes_of_library(), reason="no library in C on this machine"),
    pytest.mark.registers,
]

# ---- dropout ----

RATES = [0.0, 1e-9, 0.1, 0.25, 0.5, 0.9, 0.9999]


@pytest.mark.parametrize("size", [7, 1000, 40000])
def test_dropout_bit_for_bit(size, lanes):
    """Rates as arrays, as programs have them."""
    x, key = tensor(size), jnp.array([7, 2**32 - 5], "uint32")
    for rate in map(jnp.float32, RATES):
        assert in_use(dropout.dropped, x, key, rate)
        both = (f(x, key, rate) for f in (dropout.dropped, dropout.plain_dropped))
        np.testing.assert_array_equal(*both)


def test_gradients_of_dropout():
    """By the numbers and the rate; and its own."""
    key = jnp.array([1, 2], "uint32")
    ours, theirs = (
        lambda x, rate, f=f: f(x, key, rate) ** 2 for f in (dropout.dropped, dropout.plain_dropped)
    )
    arrays = tensor(5, 40), jnp.float32(0.3)
    assert_same(ours, theirs, *arrays, tolerance=1e-5)
    assert_same(ours, theirs, *arrays, what=second_order, tolerance=1e-4)


def test_dropout_over_a_batch():
    keys, x = jnp.arange(6, dtype="uint32").reshape(3, 2), tensor(3, 50)
    for over in ((0, 0, None), (0, None, None), (None, 0, None)):
        given = x if over[0] == 0 else x[0], keys if over[1] == 0 else keys[0], jnp.float32(0.4)
        both = (jax.vmap(f, over)(*given) for f in (dropout.dropped, dropout.plain_dropped))
        np.testing.assert_array_equal(*both)


def test_rates_at_the_ends():
    """All, none, and what rounds to all."""
    x, key = tensor(3000), jnp.array([3, 4], "uint32")
    np.testing.assert_array_equal(dropout.dropped(x, key, 0.0), x)
    for rate in (1, 1.0, jnp.float32(1), 0.99999999):
        assert not dropout.dropped(x, key, rate).any()
    assert not in_use(lambda x: dropout.dropped(x, key, 1.0), x)


def test_what_dropout_is_left_to_xla():
    key = jnp.array([3, 4], "uint32")
    for x in (jnp.ones(4, "float16"), jnp.zeros((0, 3))):
        assert not in_use(lambda x: dropout.dropped(x, key, 0.5), x)
    assert not in_use(lambda x: keras.random.dropout(x, 0.5, (3, 1), seed=1), jnp.ones((3, 4)))


# ---- products by a transpose, tall products ----

PRODUCTS = [(2, 1, 1), (3, 5, 7), (7, 8, 9), (9, 33, 10), (33, 31, 65), (50, 17, 4), (130, 300, 12)]


@pytest.mark.parametrize("case", PRODUCTS, ids=str)
def test_product_by_a_transpose(case, lanes):
    n, depth, m = case
    arrays = tensor(n, depth), tensor(m, depth)
    assert calls(matmul_nt, *arrays) == {"matmul_nt"}
    assert_same(matmul_nt, lambda x, y: x @ y.T, *arrays)


@pytest.mark.parametrize("case", [*PRODUCTS, (600, 128, 3), (300, 400, 4), (1, 3, 5)], ids=str)
def test_tall_product(case, lanes):
    depth, n, m = case
    arrays = tensor(depth, n), tensor(depth, m)
    assert "matmul_tn" in calls(matmul_tn, *arrays)
    assert_same(matmul_tn, lambda x, y: x.T @ y, *arrays)


def test_products_twice_differentiated():
    x, y = tensor(9, 6), tensor(5, 6)
    assert_same(matmul_nt, lambda x, y: x @ y.T, x, y, what=second_order)
    assert_same(matmul_tn, lambda x, y: x.T @ y, x.T, y.T, what=second_order)


def test_products_left_to_xla():
    many, wide = jnp.ones((40, 200)), jnp.ones((2000, 300))
    assert not in_use(matmul_tn, many, many[:, :3])  # few columns of many rows
    assert not in_use(matmul_nt, wide[:5], wide)
    assert not in_use(matmul_tn, wide[:70, :1].astype("float16"), wide[:70])
    with pytest.raises(TypeError, match="do not go together"):
        matmul_nt(jnp.ones((2, 3)), jnp.ones((3, 2)))


# ---- zeros, and gradients that are added up ----


def test_zeros_and_sums_of_gradients():
    shapes = [(3, 5), (), (0,), (1, 2, 9), (20000,)]
    sums, arrays = ([tensor(*s) for s in shapes] for _ in range(2))

    def added(sums, arrays):
        return fused_step.added(sums, arrays, 0.25), fused_step.zeros_like(sums)

    assert calls(added, sums, arrays) == {"fused_step", "zeros"}
    new, zeros = jax.jit(added)(sums, arrays)
    for a, b, got, zero in zip(sums, arrays, new, zeros, strict=True):
        assert_equal(got, a + 0.25 * b)
        assert_equal(zero, jnp.zeros_like(a))
    half = [a.astype("float16") for a in sums]
    assert calls(added, half, half) == set() and not in_use(added, half, half)
    assert_equal(added(sums, arrays)[0][0], sums[0] + 0.25 * arrays[0])  # outside a program


# ---- a training step ----


def step_of(model, x, y, monkeypatch, loss="sparse_categorical_crossentropy"):
    """The text of the compiled training step, from a first ``fit``."""
    texts = texts_of_programs(monkeypatch)
    model.compile("adam", loss, metrics=["accuracy"])
    model.fit(x, y, batch_size=32, verbose=0)
    (text,) = [t for t in texts if "lurnet.fused_step" in t]
    return text, set(re.findall(r'custom_call_target="lurnet\.(\w+)\.', text))


EVERY_STEP = {
    "gather_rows",
    "matmul",
    "matmul_tn",
    "bias_act",
    "bias_act_grad",
    "top1_match",
    "fused_step",
}
LOSS = {"loss_rows", "loss_rows_grad", "mean", "mean_grad"}


@pytest.mark.registers("widest")  # of equal models one program is made
def test_a_step_is_calls_and_few_loops(monkeypatch):
    """Each loop costs a first start 9 ms; and nothing is copied that a call writes over."""
    dense = [keras.layers.Dense(64, activation="relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((784,)), *dense, keras.layers.Dense(10, "softmax")])
    text, found = step_of(model, np.ones((64, 784), "float32"), np.arange(64) % 10, monkeypatch)
    assert found == EVERY_STEP | LOSS | {"matmul_nt"}
    assert len(re.findall(r"= \S+ fusion\(", text)) <= 15
    for shape in ("784,64", "64,64", "64,10", "32,64", "32,10", "32,784"):
        assert not re.findall(rf"= f32\[{shape}\]\S* copy\(", text), shape


@pytest.mark.registers("widest")  # of equal models one program is made
def test_a_step_of_a_convolutional_network(monkeypatch):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            *(layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D()),
            *(layers.Conv2D(16, 3, activation="relu"), layers.Dropout(0.3), layers.Flatten()),
            *(layers.Dense(20, "relu"), layers.Dropout(0.5), layers.Dense(10, "softmax")),
        ]
    )
    text, found = step_of(model, np.ones((64, 12, 12, 1)), np.arange(64) % 10, monkeypatch)
    pooled = {"conv_pool", "unpool_conv_kernel_grad"}
    assert found >= EVERY_STEP | LOSS | pooled | {"dropout", "matmul_nt"}
