"""Optimizers' steps for all weights in one call of the library in C, against XLA's own forms."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from test_conv_and_pool_kernels import calls, texts_of_programs

import lurnet as keras
from lurnet.core.variable import Variable
from lurnet.kernels.common import choice, loading
from lurnet.kernels.common.loading import lanes as lanes_of_library
from lurnet.kernels.fused_step import op as fused_step
from lurnet.optimizers import SGD, Adam, AdamW, LossScaleOptimizer, RMSprop
from lurnet.optimizers import sgd as rules
from lurnet.optimizers.adam import adam
from lurnet.optimizers.rmsprop import rmsprop
from lurnet.optimizers.schedules import ExponentialDecay

pytestmark = [
    pytest.mark.skipif(not lanes_of_library(), reason="no library in C on this machine"),
    pytest.mark.registers,
]
SHAPES = [(), (1,), (7,), (33, 65), (0,), (16,), (2, 3, 4, 5), (3, 0)]
BUSY = [(7,), (300, 500), (1,), (8192,), (8193,), (200, 3, 129)]  # enough for several threads
CASES = {
    "plain": lambda **kwargs: SGD(0.1, **kwargs),
    "momentum": lambda **kwargs: SGD(0.1, momentum=0.9, **kwargs),
    "nesterov": lambda **kwargs: SGD(0.1, momentum=0.8, nesterov=True, **kwargs),
    "adam": lambda **kwargs: Adam(0.1, **kwargs),
    "rmsprop": lambda **kwargs: RMSprop(0.1, epsilon=1e-3, **kwargs),
    "rmsprop-momentum": lambda **kwargs: RMSprop(0.1, rho=0.8, momentum=0.5, **kwargs),
    "adamw": lambda **kwargs: AdamW(0.1, beta_2=0.98, epsilon=1e-3, **kwargs),
}
by_case = pytest.mark.parametrize("make", CASES.values(), ids=CASES)
#: arguments, and whether one call does the step then
AROUND = [
    ({"clipnorm": 0.5, "momentum": 0.5}, True),
    ({"clipnorm": 0.5}, False),
    ({"global_clipnorm": 0.5, "momentum": 0.5, "weight_decay": 0.1}, True),
    ({"use_ema": True}, True),
    ({"loss_scale_factor": 8.0}, True),
    ({"gradient_accumulation_steps": 2}, False),
]


def arrays(shapes=SHAPES, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype("float32") for shape in shapes]


def prepared(optimizer, shapes=SHAPES):
    """A pure step, ``(state, grads, weights) -> (weights, state)``, and what it starts from."""
    weights = [Variable(a) for a in arrays(shapes)]
    optimizer.build(weights)
    first = [v.value for v in optimizer.variables], [v.value for v in weights]
    return optimizer.stateless_apply, *first


def run(optimizer, compiled, shapes=SHAPES, steps=3):
    step, state, weights = prepared(optimizer, shapes)
    step = jax.jit(step) if compiled else step
    for i in range(steps):
        weights, state = step(state, arrays(shapes, i + 1), weights)
    return weights + state


def check(make, shapes=SHAPES, wanted=True):
    """A step compiled is the step outside programs, number by number."""
    step, state, weights = prepared(make(), shapes)
    assert ("fused_step" in calls(step, state, arrays(shapes), weights)) == wanted
    assert_close(run(make(), True, shapes), run(make(), False, shapes))


def assert_close(ours, theirs, tolerance=3e-6):
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance / 10)


@by_case
@pytest.mark.parametrize("shapes", [SHAPES, BUSY, [()]], ids=["some", "busy", "one"])
def test_step(make, shapes, lanes):
    check(make, shapes)


@pytest.mark.parametrize(("kwargs", "wanted"), AROUND, ids=str)
def test_what_stands_around_the_step(kwargs, wanted):
    check(lambda: SGD(0.1, **kwargs), wanted=wanted)


def test_a_rate_that_follows_a_schedule():
    check(lambda: Adam(ExponentialDecay(0.1, 2, 0.5)))
    check(lambda: SGD(lambda: 0.25, momentum=0.5))


def test_amsgrad_is_left_to_xla():
    check(lambda: Adam(0.1, amsgrad=True), wanted=False)


def test_a_centered_mean_is_left_to_xla():
    for momentum in (0.0, 0.5):
        check(lambda m=momentum: RMSprop(0.1, momentum=m, centered=True), wanted=False)


def test_users_own_step():
    class Halved(SGD):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient, variable, learning_rate / 2)

    check(lambda: Halved(0.1), wanted=False)
    assert_close(run(Halved(0.1), True)[: len(SHAPES)], run(SGD(0.05), True)[: len(SHAPES)])


def test_old_values_that_are_kept():
    """Where a step may be undone, nothing is overwritten in its place."""
    check(lambda: LossScaleOptimizer(Adam(0.1)), wanted=False)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_other_dtypes_are_left_to_xla(dtype):
    optimizer, weight = Adam(0.1), Variable(np.ones(3), dtype=dtype)
    optimizer.build([weight])
    state = [v.value for v in optimizer.variables]
    assert calls(optimizer.stateless_apply, state, [weight.value], [weight.value]) == set()


def test_a_weight_with_a_penalty_joins_its_gradient():
    """Without momentum: the call would read and write what one loop does."""
    for momentum in (0.0, 0.5):
        weights = [Variable(a) for a in arrays([(3,), (4,)])]
        weights[0].regularizer = keras.regularizers.L2(0.1)
        optimizer = SGD(0.1, momentum=momentum)
        optimizer.build(weights)
        given = [[v.value for v in one] for one in (optimizer.variables, weights, weights)]
        assert sizes_updated(optimizer.stateless_apply, *given) == ([3, 4] if momentum else [4])


def sizes_updated(function, *given):
    """How many numbers each weight has that the call updates."""
    text = str(jax.make_jaxpr(function)(*given))
    found = re.findall(r"result_avals=\((.*?)\)\s", text, re.DOTALL)
    return sorted({int(n) for n in re.findall(r"float32\[(\d+)\]", found[0])}) if found else []


def test_the_same_weight_twice():
    """Each step begins where the one before ended."""

    def step(w, g):
        variable, optimizer = Variable(np.ones(3)), SGD(0.5)
        optimizer.build([variable])
        with keras.core.variable.values([variable], [w]):
            optimizer.apply([g, g], [variable, variable])
            return variable.value

    np.testing.assert_allclose(jax.jit(step)(jnp.ones(3), jnp.ones(3)), 0)


@by_case
def test_derivatives(make):
    """Of a step by the weights, the gradients and the state, against those of XLA's form."""
    step, (count, *state), weights = prepared(make(), SHAPES[1:4])
    state = [abs(a) + 0.3 for a in state]  # away from the root of zero

    def total(state, grads, weights):
        new = step([count, *state], grads, weights)
        return sum(jnp.sum(jnp.sin(a)) for a in jax.tree.leaves(new) if a.dtype == jnp.float32)

    given = state, arrays(SHAPES[1:4], 3), weights
    first = jax.grad(total, (0, 1, 2))

    def second(*given):
        return jax.grad(lambda *x: sum(jnp.sum(a * a) for a in jax.tree.leaves(first(*x))))(*given)

    def forward(*given):
        return jax.jvp(total, given, given)

    for function in (first, second, forward):
        assert_close(jax.jit(function)(*given), by_xla(function, *given), 1e-4)


def by_xla(function, *given):
    """What it gives where the library is not used."""
    with choice.using("jax"):
        return jax.jit(lambda *x: function(*x))(*given)


@by_case
def test_a_batch_of_networks(make):
    step, state, weights = prepared(make())
    several = [jnp.stack([a, 2 * a, -a]) for a in weights]
    grads = [np.stack([a, -a, a / 2]) for a in arrays(SHAPES, 5)]
    many = jax.vmap(step, (None, 0, 0))
    assert calls(many, state, grads, several) == {"fused_step"}
    assert_close(jax.jit(many)(state, grads, several), by_xla(many, state, grads, several))


@by_case
def test_a_gradient_that_is_the_weight(make):
    """It is read while the weight is overwritten."""
    step, state, weights = prepared(make(), BUSY)

    def twice(weights, state):
        for _ in range(2):
            weights, state = step(state, weights, weights)
        return weights

    def many():
        return jax.lax.fori_loop(0, 2, lambda _, w: twice(w, state), weights)

    assert_close(jax.jit(many)(), by_xla(many), 1e-3)  # Adam makes small differences large


@pytest.mark.registers("widest")  # of equal models one program is made
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_fit_makes_one_call_that_overwrites(optimizer, monkeypatch):
    texts = texts_of_programs(monkeypatch)
    layers = [keras.layers.Dense(40, activation="relu"), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((71,)), *layers])
    model.compile(optimizer, "mse")
    model.fit(np.ones((32, 71)), np.ones((32, 3)), batch_size=8, verbose=0)
    (text,) = [t for t in texts if "lurnet.fused_step" in t]
    (call,) = re.findall(r".*custom_call_target=\"lurnet\.fused_step.*", text)
    slots = {"sgd": 0, "adam": 2}[optimizer]
    assert call.count(": (", call.index("output_to_operand_aliasing")) == 4 * (1 + slots)
    for shape in ("71,40", "40,3"):
        assert not re.findall(rf"= f32\[{shape}\]\S* copy\(%get-tuple-element", text)


def test_what_does_not_go_together_is_refused():
    one, two = jnp.ones(1), jnp.ones(2)
    for numbers, lists in [
        ([one], [[one], [one]]),
        ([one[0]], [[one], [two]]),
        ([one[0]], [[one], [one.astype("float16")]]),
    ]:
        with pytest.raises(TypeError, match="no single ones|Shapes of|float32"):
            fused_step.fused_step(rules.sgd, numbers, *lists)


def test_each_step_of_the_library_is_an_optimizers_formula():
    formulas = [rules.sgd, rules.momentum, rules.nesterov, adam, rmsprop]
    names = [name for formula in formulas for name in formula.fused]
    assert sorted(names) == sorted(loading.library().manifest.steps)
