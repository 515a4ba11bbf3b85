"""``run_eagerly=True``: code of the user's own sees numbers, and the results are the same."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import lurnet
from lurnet import layers, ops
from lurnet.core.tape import gradients

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3)).astype("float32")
Y = X[:, :1] * 2 + 1


@jax.custom_vjp
def triple(x):
    """The sine, with thrice its gradient."""
    return jnp.sin(x)


triple.defvjp(lambda x: (jnp.sin(x), x), lambda x, g: (3 * g * jnp.cos(x),))


@jax.custom_jvp
def fivefold(x):
    """The sine, with five times its slope."""
    return jnp.sin(x)


fivefold.defjvp(lambda primals, tangents: (jnp.sin(primals[0]), 5 * tangents[0]))

OPERATIONS = {
    "relu": ops.relu,
    "gelu": ops.gelu,
    "softmax": ops.softmax,
    "own gradient": triple,
    "own slope": fivefold,
    "stopped": lambda h: ops.stop_gradient(h) * 0.1 + h,
    "scan": lambda h: jax.lax.scan(lambda s, v: (s * 0.9 + v, s), jnp.zeros(3), h)[0],
    "loop": lambda h: ops.fori_loop(0, 3, lambda i, s: s + h[i], ops.zeros(3)),
    "rows": lambda h: [row for row in h][1],
    "index": lambda h: h[1, :2],
    "take": lambda h: ops.take(h, [1, 0], axis=0),
    "sort": ops.sort,
    "where": lambda h: ops.where(h > 0.1, h, -h),
    "inverse": lambda h: ops.inv(ops.eye(3) + ops.transpose(h) @ h),
    "set": lambda h: h.at[0].set(1.0),
    "compiled": jax.jit(lambda h: ops.tanh(h) * 2),
    "same": jax.jit(lambda h: h),
    "inner gradient": lambda h: jax.grad(lambda v: jnp.sum(jnp.tanh(v * h)))(h),
    "mapped": jax.vmap(lambda v: v * ops.sum(v)),
    "python if": lambda h: h * 2 if h[0, 0] > 0 else h * 3,
    "constant": lambda h: h * float(ops.sum(h[0])),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_gradients_of_a_tape_are_those_of_jax(name):
    run, inputs = OPERATIONS[name], [jnp.asarray(X[:4]), jnp.asarray(X[4:8])]

    def loss(given):
        h = run(given[0] * 2 + given[1])
        assert name == "constant" or ops.sum(h * 0 + 1) > 0
        return ops.sum(h**2), None

    found, _ = gradients(loss, inputs)
    if name == "constant":  # what passes through a number has no gradient
        factor = float(jnp.sum(inputs[0][0] * 2 + inputs[1][0]))
        wanted = jax.grad(lambda g: jnp.sum((factor * (g[0] * 2 + g[1])) ** 2))(inputs)
    else:
        wanted, _ = jax.grad(loss, has_aux=True)(inputs)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_numpy_arrays_may_be_filled_anew_before_the_gradient():
    batch = X[:4].copy()

    def loss(given):
        total = ops.sum((given[0] * batch) ** 2)
        batch[:] = 0
        return total, None

    (found,), _ = gradients(loss, [jnp.ones(3)])
    np.testing.assert_allclose(found, 2 * (X[:4] ** 2).sum(0), rtol=1e-5)


def look(x, seen):
    """All that needs a number."""
    assert isinstance(x, jax.Array) and not isinstance(x, jax.core.Tracer)
    seen.append(np.asarray(x).sum() + float(ops.max(x)) + x.tolist()[0][0] + int(x.shape[0]))
    assert "Trace" not in f"{x}{x!r}"
    return x if x[0, 0] > -100 else -x


class Looks(layers.Layer):
    """Looks at what goes through it."""

    def __init__(self, seen, **options):
        super().__init__(**options)
        self.seen, self.inner = seen, layers.Dense(3, "relu")

    def call(self, x):
        self.add_loss(0.01 * ops.mean(look(x, self.seen)))
        return self.inner(look(x, self.seen))


class Far(lurnet.metrics.Metric):
    """How often predictions are far off; looks at them."""

    def __init__(self, seen, **options):
        super().__init__(**options)
        self.seen, self.count = seen, self.add_variable((), name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        look(y_pred, self.seen)
        self.count.assign(self.count + ops.sum(ops.abs(y_true - y_pred) > 0.5))

    def result(self):
        return self.count.value


def plain(model, data):
    return super(type(model), model).train_step(data)


def by_gradients(model, data):
    x, y = data

    def forward():
        y_pred = model(x, training=True)
        return model.compute_loss(x, y, y_pred), y_pred

    grads, y_pred = model.gradients(forward)
    model.optimizer.apply(grads, model.trainable_variables)
    return {"loss": float(ops.mean((look(y_pred, [])) ** 2)), "seen": np.asarray(x).sum()}


def made(looks, eagerly, step=None):
    """A network whose parts look at numbers, or the same without looks."""
    lurnet.utils.set_random_seed(0)

    class Net(lurnet.Model):
        def __init__(self):
            super().__init__()
            self.first = Looks(seen) if looks else Plain()
            self.last = layers.Dense(1)

        def call(self, x):
            return look(self.last(self.first(x)), seen) if looks else self.last(self.first(x))

        def train_step(self, data):
            return (step or plain)(self, data)

    class Plain(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(3, "relu")

        def call(self, x):
            self.add_loss(0.01 * ops.mean(x))
            return self.inner(x)

    seen = []

    def loss(y, p):
        return ops.mean(ops.square(y - (look(p, seen) if looks else p)), -1)

    model = Net()
    metrics = ["mae", Far(seen)] if looks else ["mae"]
    model.compile(lurnet.optimizers.Adam(0.05), loss, metrics=metrics, run_eagerly=eagerly)
    return model, seen


def test_everything_sees_numbers_and_the_curve_is_that_of_the_compiled_run():
    options = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0}
    options["validation_data"] = X[:6], Y[:6]
    wanted = made(False, False)[0]
    curve = wanted.fit(X, Y, **options).history
    model, seen = made(True, True)
    found = model.fit(X, Y, **options).history
    for name in curve:
        np.testing.assert_allclose(found[name], curve[name], rtol=1e-4, err_msg=name)
    assert len(seen) > 20 and np.isfinite(seen).all() and "far" in found
    for a, b in zip(model.get_weights(), wanted.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    for run in (model.evaluate, model.test_on_batch, model.train_on_batch):
        before = len(seen)
        run(X[:8], Y[:8])
        assert len(seen) > before
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X), rtol=1e-5)
    assert model.losses and all(np.isfinite(float(v)) for v in model.losses)


def test_a_step_of_ones_own_sees_numbers():
    model, seen = made(True, True, by_gradients)
    before = model.evaluate(X, Y, return_dict=True, verbose=0)["mae"]
    history = model.fit(X, Y, batch_size=10, epochs=20, shuffle=False, verbose=0).history
    assert {"loss", "seen"} <= set(history) and seen
    np.testing.assert_allclose(history["seen"], X[10:].sum(), rtol=1e-5)
    assert model.evaluate(X, Y, return_dict=True, verbose=0)["mae"] < before - 0.1


def test_the_pure_form_of_a_step_sees_numbers():
    seen = []

    class Net(lurnet.Sequential):
        def train_step(self, state, data):
            look(data[0], seen)
            look(state[0][0], seen)
            logs, state = super().train_step(state, data)
            return {**logs, "twice": 2 * float(logs["loss"])}, state

    model = Net([lurnet.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    history = model.fit(X, Y, epochs=2, verbose=0).history
    np.testing.assert_allclose(history["twice"], 2 * np.array(history["loss"]), rtol=1e-6)
    assert len(seen) == 4


def test_a_step_runs_code_once():
    """The tape is looked at after the step has run: it runs nothing of the user's again."""
    calls = []

    class Count(layers.Layer):
        def call(self, x, training=False):
            calls.append(training)
            return x

    model = lurnet.Sequential(
        [
            lurnet.Input((3,)),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            Count(),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse", run_eagerly=True)
    calls.clear()
    model.fit(X, Y, batch_size=10, epochs=2, verbose=0)
    assert calls.count(True) == 4


def test_a_loss_outside_of_the_engine_is_told():
    model = lurnet.Sequential([lurnet.Input((3,)), layers.Dense(1)])
    model.compile(
        "sgd", lambda y, p: ops.convert_to_tensor(np.asarray(p).mean(-1)), run_eagerly=True
    )
    with pytest.warns(UserWarning, match="depends on no trainable weight"):
        model.fit(X, Y, batch_size=20, verbose=0)
