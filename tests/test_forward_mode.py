"""Derivatives forward and of every order, by JAX's own transformations, through our own forms.

A tangent computed forward and a gradient computed backward must be each other's transpose, and the
same as by XLA's forms.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import layers as feed_forward
from cases import layers_rnn as recurrent
from jax.flatten_util import ravel_pytree
from test_layers import as_given, data

import lurnet
from lurnet import layers, losses
from lurnet.core.variable import pure
from lurnet.kernels.common import choice

pytestmark = pytest.mark.usefixtures("quick_compilation")
FEED_FORWARD = [k for k, c in feed_forward.CASES.items() if not c.ints]
RECURRENT = [k for k, c in recurrent.CASES.items() if not c.states]


@pytest.fixture
def by_xla():
    """A function that gives what another gives by XLA's own forms."""

    def run(function, *args):
        with choice.using("xla"):
            return function(*args)

    return run


def like(values, seed):
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda x: jnp.asarray(rng.normal(size=x.shape), x.dtype), values)


def inner(a, b):
    return sum(jnp.vdot(x, y) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True))


def close(a, b, tolerance=1e-3):
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        scale = max(1.0, float(np.abs(y).max(initial=0)))
        np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance * scale)


def function_of(layer, arrays):
    """The floats of a layer's outputs, as a function of its weights and inputs; and these."""
    layer(as_given(arrays))
    fixed = [v.stored for v in layer.non_trainable_variables]
    variables = layer.trainable_variables + layer.non_trainable_variables

    def call(weights, arrays):
        y = pure(layer, variables)([*weights, *fixed], as_given(arrays))[0]
        return [x for x in jax.tree.leaves(y) if jnp.issubdtype(x.dtype, jnp.floating)]

    return call, ([v.stored for v in layer.trainable_variables], arrays)


def tangent_and_gradient(function, at):
    """A tangent, and whether the gradient is its transpose: both sides of <g, t(v)> = <b(g), v>."""
    v = like(at, 1)
    y, moved = jax.jvp(function, at, v)
    g = like(y, 2)
    return moved, inner(g, moved), inner(jax.vjp(function, *at)[1](g), v)


def check(function, at, by_xla):
    """All of that for a function in which a form of our own is; the rest is JAX's own affair."""
    traced = jax.jit(lambda: tangent_and_gradient(function, at)).trace()
    if "lurnet_linear" not in str(jax.make_jaxpr(lambda: jax.jvp(function, at, like(at, 1)))()):
        return False
    moved, forward, backward = traced.lower().compile()()
    close(forward, backward)
    wanted = by_xla(jax.jit(lambda: jax.jvp(function, at, like(at, 1))[1]))
    close(moved, wanted)
    return True


@pytest.mark.parametrize("name", FEED_FORWARD)
def test_layer(name, by_xla):
    case = feed_forward.CASES[name]
    arrays = [jnp.asarray(x) for x in data(case)]
    check(*function_of(case.make(layers), arrays), by_xla)


@pytest.mark.parametrize("name", RECURRENT)
def test_recurrent_layer(name, by_xla):
    case = recurrent.CASES[name]
    x = jnp.asarray(np.random.default_rng(0).normal(size=case.shape), "float32")
    check(*function_of(case.make(layers), [x]), by_xla)


MODELS = {
    "dense": lambda: ([layers.Dense(6, "tanh"), layers.Dense(3, "softmax")], (5,)),
    "one feature": lambda: ([layers.Dense(17, "sigmoid"), layers.Dense(3)], (1,)),
    "convolution": lambda: (
        [
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(2, 2, padding="same", activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(3),
        ],
        (10, 9, 2),
    ),
    "strides, depthwise, transposed": lambda: (
        [
            layers.Conv2DTranspose(3, 2, 2),
            layers.DepthwiseConv2D(2),
            layers.SeparableConv2D(4, 2, 2),
            layers.GlobalMaxPooling2D(),
            layers.Dense(3),
        ],
        (5, 4, 2),
    ),
    "recurrent": lambda: ([layers.LSTM(3, return_sequences=True), layers.GRU(3)], (4, 2)),
}
LOSSES = {
    "mse": (losses.MeanSquaredError(), "values"),
    "class": (losses.SparseCategoricalCrossentropy(from_logits=True), "numbers"),
    "shares": (losses.CategoricalCrossentropy(from_logits=True), "values"),
    "binary": (losses.BinaryCrossentropy(from_logits=True), "values"),
}


def objective(kind, loss):
    """A model's loss as a function of its weights, flat, and these; dropout is on."""
    made, shape = MODELS[kind]()
    lurnet.utils.set_random_seed(3)
    model = lurnet.Sequential([lurnet.Input(shape), layers.Dropout(0.3, seed=1), *made])
    rng = np.random.default_rng(4)
    x = rng.normal(size=(3, *shape)).astype("float32")
    fn, labels = LOSSES[loss]
    y = {"values": rng.uniform(size=(3, 3)).astype("float32"), "numbers": np.array([0, 2, 1])}
    fixed = [v.stored for v in model.non_trainable_variables]
    weights, unravel = ravel_pytree([v.stored for v in model.trainable_variables])

    def value(flat):
        outputs, _ = model.stateless_call(unravel(flat), fixed, x, training=True)
        return fn(y[labels], outputs)

    return value, weights


PAIRS = [*((k, "mse") for k in MODELS), *(("dense", k) for k in LOSSES if k != "mse")]


@pytest.mark.parametrize(("kind", "loss"), PAIRS)
def test_hessian(kind, loss, by_xla):
    """Forward over backward, backward over forward, and both twice: one matrix times a vector."""
    value, at = objective(kind, loss)
    v = like(at, 5)

    def products(at, v):
        return [
            jax.jvp(jax.grad(value), (at,), (v,))[1],
            jax.grad(lambda at: jax.jvp(value, (at,), (v,))[1])(at),
            jax.grad(lambda at: jnp.vdot(jax.grad(value)(at), v))(at),
        ]

    found = jax.jit(products)(at, v)
    wanted = by_xla(lambda: jax.jit(lambda at, v: products(at, v)[0])(at, v))
    for product in found:
        close(product, wanted)
    twice = jax.jit(lambda at, v: _second_forward(value, at, v))(at, v)
    close(twice, jnp.vdot(v, wanted))


def _second_forward(value, at, v):
    return jax.jvp(lambda at: jax.jvp(value, (at,), (v,))[1], (at,), (v,))[1]


def test_whole_hessian_and_jacobians():
    value, at = objective("dense", "mse")
    rows = jax.jit(jax.hessian(value))(at)
    close(rows, rows.T)
    close(rows, jax.jit(jax.jacrev(jax.jacrev(value)))(at))
    close(jax.jit(jax.jacfwd(value))(at), jax.grad(value)(at))


def test_a_batch_of_models_has_the_fast_gradient():
    """A gradient of a mapped function runs our form's own gradient, summed where one is shared."""
    model = lurnet.Sequential([lurnet.Input((6, 6, 1)), layers.Conv2D(3, 3), layers.Flatten()])
    x = np.random.default_rng(0).normal(size=(4, 2, 6, 6, 1)).astype("float32")

    def total(weights, each):
        outputs = jax.vmap(lambda x: each(weights, x))(x)
        return jnp.sum(outputs**2)

    def each(weights, x):
        return model.stateless_call(weights, [], x)[0]

    weights = [v.stored for v in model.trainable_variables]
    found = jax.jit(jax.grad(lambda w: total(w, each)))(weights)
    whole = x.reshape(8, 6, 6, 1)
    close(found, jax.grad(lambda w: jnp.sum(each(w, whole) ** 2))(weights))
