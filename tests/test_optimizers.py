"""Optimizers and schedules against real Keras, and what is our own."""

import inspect
import warnings

import jax
import numpy as np
import pytest

import lurnet.optimizers as ours
from lurnet import ops
from lurnet.core.errors import BadState, BadType, BadValue
from lurnet.core.variable import Variable, pure
from tests.cases.optimizers import CASES, OWN, SCHEDULES

SHAPES = {"kernel": (3, 4), "bias": (4,), "filters": (2, 2, 3, 4)}
STEPS = 4
NAMES = sorted({name for name, _ in OWN})


def draw(rng):
    return [rng.standard_normal(shape).astype("float32") for shape in SHAPES.values()]


RNG = np.random.default_rng(0)
WEIGHTS = draw(RNG)
GRADS = [draw(RNG) for _ in range(STEPS)]


def label(case):
    return f"{case[0]}-{'-'.join(f'{k}={v}' for k, v in case[1].items())}"


@pytest.fixture(scope="module")
def oracle():
    import keras

    return keras


def weights(kind):
    pairs = zip(SHAPES, WEIGHTS, strict=True)
    return [kind(value, name=name) for name, value in pairs]


def built(optimizers, kind, name, kwargs):
    variables = weights(kind)
    optimizer = getattr(optimizers, name)(**kwargs)
    optimizer.build(variables)
    return optimizer, variables


def run(optimizer, variables, grads=GRADS):
    """All values after each step."""
    history = []
    for grad in grads:
        optimizer.apply(grad, variables)
        history.append([np.asarray(v.value) for v in [*variables, *optimizer.variables]])
    return history


def run_compiled(optimizer, variables, grads=GRADS):
    state = [*variables, *optimizer.variables]
    step = jax.jit(pure(lambda g: optimizer.apply(g, variables), state))
    arrays = [v.value for v in state]
    history = []
    for grad in grads:
        _, arrays = step(arrays, grad)
        history.append([np.asarray(a) for a in arrays])
    return history


def run_stateless(optimizer, variables, grads=GRADS):
    step = jax.jit(optimizer.stateless_apply)
    state, own = [v.value for v in variables], [v.value for v in optimizer.variables]
    history = []
    for grad in grads:
        state, own = step(own, grad, state)
        history.append([np.asarray(a) for a in [*state, *own]])
    return history


def assert_equal(found, wanted):
    for step, (ours_, theirs) in enumerate(zip(found, wanted, strict=True)):
        for i, (a, b) in enumerate(zip(ours_, theirs, strict=True)):
            np.testing.assert_allclose(a, b, 1e-5, 2e-6, err_msg=f"step {step}, variable {i}")


def described(optimizer):
    def plain(text):  # without the numbers of made-up names
        return text.split("variable")[0].split("/")[-1]

    return [(plain(v.name), plain(v.path), v.shape, str(v.dtype)) for v in optimizer.variables]


def config(optimizer):
    return {k: v for k, v in optimizer.get_config().items() if k != "name"}


@pytest.mark.parametrize("case", CASES, ids=label)
def test_equals_keras(oracle, case):
    theirs, their_weights = built(oracle.optimizers, oracle.Variable, *case)
    mine, my_weights = built(ours, Variable, *case)
    assert described(mine) == described(theirs)
    assert config(mine) == config(theirs)
    many = "gradient_accumulation_steps" in case[1]  # slow outside a compiled step
    wanted = (run_stateless if many else run)(theirs, their_weights)
    assert_equal(run_compiled(mine, my_weights), wanted)
    if case in OWN[::4]:
        assert_equal(run(mine, my_weights), wanted)


@pytest.mark.parametrize("name", NAMES)
def test_signature_and_config(oracle, name):
    def parameters(cls):
        found = inspect.signature(cls.__init__).parameters.values()
        return [(p.name, p.default) for p in found if p.kind is not p.VAR_KEYWORD]

    mine = getattr(ours, name)
    assert parameters(mine) == parameters(getattr(oracle.optimizers, name))
    optimizer = mine(learning_rate=0.25, name="mine")
    again = ours.deserialize(ours.serialize(optimizer))
    assert type(again) is mine
    assert again.get_config() == optimizer.get_config()
    assert type(ours.get(name.lower())) is mine
    there = getattr(oracle.optimizers, name).from_config(optimizer.get_config())
    assert there.get_config() == optimizer.get_config()


@pytest.mark.parametrize("case", SCHEDULES, ids=label)
def test_schedule_equals_keras(oracle, case):
    name, kwargs = case
    theirs = getattr(oracle.optimizers.schedules, name)(**kwargs)
    mine = getattr(ours.schedules, name)(**kwargs)
    assert mine.get_config() == theirs.get_config()
    steps = np.arange(60)
    wanted = jax.jit(jax.vmap(theirs))(steps)
    np.testing.assert_allclose(jax.jit(jax.vmap(mine))(steps), wanted, 1e-5, 1e-7)
    np.testing.assert_allclose(float(mine(11)), wanted[11], 3e-5)
    assert ours.schedules.deserialize(ours.schedules.serialize(mine)).get_config() == kwargs | (
        mine.get_config()
    )


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adafactor"])
def test_schedule_in_an_optimizer(oracle, name):
    def kwargs(optimizers):
        return {"learning_rate": optimizers.schedules.ExponentialDecay(0.5, 2, 0.5)}

    theirs, their_weights = built(
        oracle.optimizers, oracle.Variable, name, kwargs(oracle.optimizers)
    )
    mine, my_weights = built(ours, Variable, name, kwargs(ours))
    assert config(mine) == config(theirs)
    assert type(mine).from_config(mine.get_config()).get_config() == mine.get_config()
    assert_equal(run_compiled(mine, my_weights), run(theirs, their_weights))


def test_state_goes_to_keras_and_back(oracle):
    mine, my_weights = built(ours, Variable, "Adam", {"amsgrad": True})
    theirs, their_weights = built(oracle.optimizers, oracle.Variable, "Adam", {"amsgrad": True})
    run(mine, my_weights, GRADS[:2])
    store = {}
    mine.save_own_variables(store)
    theirs.load_own_variables(store)
    for a, b in zip(their_weights, my_weights, strict=True):
        a.assign(np.asarray(b.value))
    assert_equal(run(mine, my_weights, GRADS[2:]), run(theirs, their_weights, GRADS[2:]))
    back = {}
    theirs.save_own_variables(back)
    mine.load_own_variables(back)
    with pytest.warns(UserWarning, match="not loaded"):
        ours.Adam().load_own_variables(store)


def test_loss_scale_equals_keras(oracle):
    grads = [[g * 8 for g in grad] for grad in GRADS]
    grads[2][0] = grads[2][0] * np.nan
    results = []
    for keras_like, kind in ((oracle.optimizers, oracle.Variable), (ours, Variable)):
        variables = weights(kind)
        inner = keras_like.Adam(0.1)
        optimizer = keras_like.LossScaleOptimizer(inner, 8.0, dynamic_growth_steps=2)
        assert float(optimizer.scale_loss(2.0)) == 16.0
        optimizer.build(variables)
        results.append((described(optimizer), run_stateless(optimizer, variables, grads)))
    assert results[0][0] == results[1][0]
    assert_equal(results[1][1], results[0][1])


def test_multi_equals_keras(oracle):
    results = []
    for optimizers, kind in ((oracle.optimizers, oracle.Variable), (ours, Variable)):
        table = optimizers.OptimizerMap(
            optimizers.SGD(0.1, momentum=0.5), {"k.*": optimizers.Adam()}
        )
        optimizer, variables = (
            optimizers.MultiOptimizer(table, loss_scale_factor=2.0),
            weights(kind),
        )
        optimizer.build(variables)
        results.append((described(optimizer), run(optimizer, variables), optimizer))
    assert results[0][0] == results[1][0]
    assert_equal(results[1][1], results[0][1])
    mine = results[1][2]
    there = oracle.optimizers.deserialize(ours.serialize(mine))
    assert [config(one) for one in there.optimizers] == [config(one) for one in mine.optimizers]
    assert ours.deserialize(ours.serialize(mine)).get_config() == mine.get_config()
    chosen = ours.MultiOptimizer(lambda v: ours.Adam() if v.name == "bias" else ours.SGD())
    run(chosen, weights(Variable))
    assert [type(one).__name__ for one in chosen.optimizers] == ["SGD", "Adam", "SGD"]


def test_loss_scale_config_and_rate(oracle):
    optimizer = ours.LossScaleOptimizer(ours.SGD(0.5, name="in"), 4.0, name="out")
    there = oracle.optimizers.deserialize(ours.serialize(optimizer))
    assert there.get_config() == optimizer.get_config()
    assert ours.deserialize(oracle.optimizers.serialize(there)).get_config() == there.get_config()
    optimizer.learning_rate = 0.25
    assert float(optimizer.inner_optimizer.learning_rate) == 0.25 == float(optimizer.learning_rate)


def test_learning_rate_can_change_in_a_compiled_step():
    optimizer, variables = built(ours, Variable, "SGD", {"learning_rate": 1.0})
    state = [*variables, *optimizer.variables]
    step = jax.jit(pure(lambda g: optimizer.apply(g, variables), state))
    one = [np.ones_like(w) for w in WEIGHTS]
    for rate in (0.5, 0.25):
        optimizer.learning_rate = rate
        _, new = step([v.value for v in state], one)
        np.testing.assert_allclose(new[0], WEIGHTS[0] - rate, 1e-6)
    optimizer.learning_rate.assign(0.125)
    assert optimizer.get_config()["learning_rate"] == 0.125 == float(optimizer.lr)
    optimizer.learning_rate = ours.schedules.ExponentialDecay(0.5, 1, 0.5)
    assert float(optimizer.learning_rate) == 0.5
    assert [v.name for v in optimizer.variables] == ["iteration"]
    with pytest.raises(BadType, match="cannot be set to a number"):
        optimizer.learning_rate = 0.1


def test_old_names():
    optimizer = ours.SGD(lr=0.5, decay=0.5, momentum=0.9, nesterov=True)
    assert float(optimizer.lr) == 0.5
    again = ours.SGD.from_config(optimizer.get_config())
    for one in (ours.SGD(lr=0.5, decay=0.5), again):
        one.momentum = 0.0
        w = Variable(0.0)
        values = []
        for _ in range(3):
            one.apply([1.0], [w])
            values.append(float(w))
        steps = [0.5 / (1 + 0.5 * i) for i in range(3)]
        np.testing.assert_allclose(values, -np.cumsum(steps), 1e-6)
    assert ours.Adam(epsilon=None).epsilon == 1e-7


def test_weight_decay_can_be_excluded():
    for exclude in ({"var_names": ["kern"]}, {"var_list": 0}):
        optimizer, variables = built(ours, Variable, "AdamW", {"learning_rate": 0.1})
        if exclude.get("var_list") == 0:
            exclude = {"var_list": variables[:1]}
        optimizer.exclude_from_weight_decay(**exclude)
        optimizer.apply([np.zeros_like(w) for w in WEIGHTS], variables)
        np.testing.assert_array_equal(variables[0].value, WEIGHTS[0])
        np.testing.assert_allclose(variables[1].value, WEIGHTS[1] * (1 - 0.0004), 1e-6)


def test_constraint_averages_and_overwriting():
    w, scale = Variable([1.0, 1.0]), Variable([1.0, 1.0])
    w.constraint = lambda x: ops.maximum(x, 0)
    scale.overwrite_with_gradient = True
    optimizer = ours.SGD(1.0, use_ema=True)
    optimizer.apply([[3.0, 0.0], [5.0, 6.0]], [w, scale])
    assert w.value.tolist() == [0.0, 1.0]
    assert scale.value.tolist() == [5.0, 6.0]
    assert [v.value.tolist() for v in optimizer.variables] == [1, 1.0, [-2.0, 1.0]]
    optimizer.finalize_variable_values([w, scale])
    assert w.value.tolist() == [-2.0, 1.0]


def test_no_gradient():
    a, b = Variable([1.0], name="a"), Variable([1.0], name="b")
    with pytest.warns(UserWarning, match="no gradient.*: a"):
        ours.SGD(1.0).apply([None, [0.5]], [a, b])
    assert (a.value.tolist(), b.value.tolist()) == ([1.0], [0.5])
    with pytest.raises(BadValue, match="No variable got a gradient"):
        ours.SGD(1.0).apply_gradients([(None, a)])


class PlainMomentum(ours.Optimizer):
    """A user's optimizer, written as for Keras."""

    def __init__(self, learning_rate=0.1, momentum=0.9, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        super().build(variables)
        self.slots = [self.add_variable_from_reference(v, name="m") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        learning_rate = ops.cast(learning_rate, variable.dtype)
        m = self.slots[self._get_variable_index(variable)]
        kept = ops.multiply(m, ops.cast(self.momentum, variable.dtype))
        self.assign(m, ops.subtract(kept, ops.multiply(gradient, learning_rate)))
        self.assign_add(variable, m)


@pytest.mark.parametrize(
    "shared", [{}, {"gradient_accumulation_steps": 2}, {"weight_decay": 0.1, "clipnorm": 0.5}]
)
def test_user_optimizer(shared):
    mine, variables = PlainMomentum(**shared), weights(Variable)
    mine.build(variables)
    same, others = built(ours, Variable, "SGD", {"learning_rate": 0.1, "momentum": 0.9} | shared)
    found, wanted = run_compiled(mine, variables), run(same, others)
    assert_equal(found, wanted)
    assert mine.variables[-1].name == "filters_m"
    assert PlainMomentum.from_config(mine.get_config()).momentum == 0.9


def test_narrow_weights_learn():
    w = Variable(np.ones(3), dtype="bfloat16")
    optimizer = ours.Adam(0.1)
    optimizer.apply([np.ones(3)], [w])
    assert w.dtype == "bfloat16" == optimizer.variables[-1].dtype
    np.testing.assert_allclose(np.asarray(w.value, "float32"), 0.9, 1e-2)


ERRORS = [
    (lambda: ours.SGD(learning_rate=-0.1), BadValue, "must not be negative"),
    (lambda: ours.SGD(learning_rate="fast"), BadValue, "must be a number"),
    (lambda: ours.SGD(momentun=0.9), BadType, "Did you mean 'momentum'"),
    (lambda: ours.SGD(0.1, lr=0.1), BadType, "twice"),
    (lambda: ours.SGD(momentum=2.0), BadValue, "from 0 to 1"),
    (lambda: ours.SGD(clipnorm=1.0, global_clipnorm=1.0), BadValue, "only one of"),
    (lambda: ours.SGD(gradient_accumulation_steps=1), BadValue, "at least 2"),
    (lambda: ours.AdamW(weight_decay=None), BadValue, "not None"),
    (lambda: ours.Lion(beta_1=0.0), BadValue, "signs"),
    (lambda: ours.Ftrl(learning_rate_power=1.0), BadValue, "at most 0"),
    (lambda: ours.get("adagrd"), BadValue, "Did you mean 'adagrad'"),
    (lambda: ours.get(3), BadValue, "no optimizer"),
    (lambda: ours.SGD().apply([1.0]), BadState, "build"),
    (
        lambda: ours.SGD().apply([1.0], [Variable(1.0), Variable(1.0)]),
        BadValue,
        "1 gradients for 2",
    ),
    (lambda: ours.SGD().stateless_apply([], [], []), BadState, "built first"),
    (lambda: ours.LossScaleOptimizer(ours.SGD(), clipnorm=1.0), BadType, "inner optimizer"),
    (lambda: ours.MultiOptimizer(3), BadType, "OptimizerMap"),
    (lambda: ours.OptimizerMap(3), BadType, "needs an optimizer"),
    (
        lambda: ours.OptimizerMap(ours.SGD(), {"a.": ours.SGD(), ".b": ours.SGD()})["ab"],
        BadValue,
        "Several patterns",
    ),
    (lambda: ours.LossScaleOptimizer(None), BadType, "wraps an optimizer"),
    (lambda: ours.schedules.PiecewiseConstantDecay([1], [1.0]), BadValue, "one value more"),
    (lambda: ours.schedules.CosineDecay(0.1, 0), BadValue, "positive"),
    (lambda: ours.SGD().set_weights([1]), BadValue, "2 variables"),
]


@pytest.mark.parametrize(("call", "error", "message"), ERRORS)
def test_errors_teach(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_other_variables_are_refused():
    optimizer, variables = built(ours, Variable, "SGD", {})
    with pytest.raises(BadValue, match="built for other variables than 'stranger'"):
        optimizer.apply([1.0], [Variable(1.0, name="stranger")])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.apply_gradients(zip(GRADS[0][1:], variables[1:], strict=True))
