"""Models share a compiled program only where it is the same program, and then they do."""

import collections
import functools
import json
import subprocess
import sys
import threading
import time
from typing import Any

import jax
import numpy as np
import pytest
from cases import sharing as cases

import lurnet
from lurnet import layers, metrics, optimizers
from lurnet.core import donation, readable, tree
from lurnet.core.compilation_units import units_kept
from lurnet.layers.state import flatten_layers
from lurnet.training import device, device_loop, epochs, program
from lurnet.training.data.arrays import ArrayData
from lurnet.training.steps import Steps

SIZE = 4
REFUSED = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, NotImplementedError)


def zeros(symbols: Any) -> Any:
    return tree.map_structure(
        lambda s: np.zeros((SIZE, *(d or 3 for d in s.shape[1:])), s.dtype), symbols
    )


class Program:
    """What a model would compile for a kind of step: its key, and, if asked, its text."""

    def __init__(self, variant: cases.Variant) -> None:
        self.label, self.kind = variant.label, variant.kind
        self.model = variant.make()
        for change in cases.later:
            change()
        x = zeros(self.model.input)
        data = ArrayData(x, None if self.kind == "predict" else self._labels(variant.y), None, SIZE)
        if self.kind != "predict":
            epochs.prepare(self.model, data)
        self.steps = Steps(self.model, self.kind)
        given = x if self.kind == "predict" else data.data
        self.args = donation.arrays(self.steps.variables), device.to_host(given)
        self.key = self.steps.key(program.shapes(self.args))

    def _labels(self, y: Any) -> Any:
        if isinstance(y, np.ndarray):
            return np.zeros((SIZE, *y.shape[1:]), y.dtype)
        return np.zeros(SIZE, "int32") if y == "sparse" else zeros(self.model.output)

    def text(self) -> str:
        """The program as the compiler gets it, and the names of its results."""
        steps = self.steps
        run = device_loop.output_program(steps.step, steps.variables)
        if self.kind != "predict":
            run = device_loop.batch_program(steps.step, steps.variables, steps.logs)
        with units_kept():
            lowered = jax.jit(run).lower(*jax.tree.map(program.spec_of, self.args))
        return f"{lowered.out_tree}\n{lowered.as_text()}"


class Found(dict):
    """Programs by key; all of one key must have one text."""

    def __init__(self, variants: Any) -> None:
        super().__init__()
        self.counts: collections.Counter[str] = collections.Counter()
        self.wrong: list[str] = []
        self.text = functools.cache(lambda made: made.text())
        for variant in variants:
            self.counts[self._add(variant)] += 1

    def _add(self, variant: cases.Variant) -> str:
        try:
            made = Program(variant)
        except (cases.Refused, *REFUSED):
            return "refused"
        if made.key is None:
            return "unknown"
        first = self.setdefault(made.key, made)
        if first is made:
            return "alone"
        try:
            text = self.text(first)
        except REFUSED:  # a step that nobody can run shares nothing
            return "without a program"
        if made.text() != text:
            self.wrong.append(f"{made.kind}: {made.label} has the program of {first.label}")
        return "shared"


TABLES = {
    "layers": (cases.of_layers, 500, 60),
    "losses": (cases.of_losses, 80, 20),
    "metrics": (cases.of_metrics, 100, 0),
    "optimizers": (cases.of_optimizers, 200, 25),
}


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("name", TABLES)
def test_what_has_one_key_is_one_program(name, every):
    table, alone, shared = TABLES[name]
    found = Found(table(every))
    assert found.wrong == []
    assert found.counts["alone"] >= alone
    assert found.counts["shared"] >= shared  # names, seeds, numbers that are arguments
    assert found.counts["unknown"] < 10 + 40 * every


def test_what_is_given_to_compile_and_what_a_graph_says():
    found = Found(cases.of_compile())
    assert found.wrong == []
    assert found.counts["shared"] > 20


def hidden(*names):
    """The walk as it would be, were these attributes left out too."""
    before = readable._left_out
    return lambda cls: before(cls) | set(names)


#: What a key would leave out, and where the check must find it.
FAULTS = {
    "what does not decay": ("_program_facts", cases.of_optimizers),
    "names of results": ("name", cases.of_compile),
    "activations": ("activation", cases.of_layers),
    "reductions": ("reduction", cases.of_losses),
    "coefficients": ("epsilon", cases.of_optimizers),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_check_finds_what_a_key_leaves_out(fault, monkeypatch):
    name, table = FAULTS[fault]
    few = ("Dense", "AdamW", "Mean", "Huber", "metrics", "BinaryCrossentropy")
    variants = [v for v in table() if v.label.startswith(few)]
    if name == "_program_facts":
        monkeypatch.setattr(optimizers.Optimizer, name, lambda self: None)
    else:
        monkeypatch.setattr(readable, "_left_out", hidden(name))
    assert Found(variants).wrong


# --- settings


def of_settings():
    """A model under each setting, and one that was made before the setting was changed."""

    def make():
        cases.later.clear()
        stack = [layers.Dense(3, "softmax"), layers.BatchNormalization(), layers.Dense(2)]
        model = lurnet.Sequential([lurnet.Input((4,)), *stack])
        model.compile(optimizers.SGD(0.1), "categorical_crossentropy", metrics=["acc"])
        return model

    for kind in ("train", "test", "predict"):
        yield cases.Variant("as it is", make, kind)
        early = make()
        for name, (put, get, value) in cases.SETTINGS.items():
            before = get()
            put(value)
            try:
                yield cases.Variant(f"{name}={value}", make, kind)
                yield cases.Variant(f"{name}={value}, made before", lambda m=early: m, kind)
            finally:
                put(before)
        for precision in ("float32", "bfloat16"):
            with jax.default_matmul_precision(precision):
                yield cases.Variant(precision, make, kind)
        with jax.enable_x64(True):
            yield cases.Variant("64 bits", make, kind)


def test_settings_count():
    found = Found(of_settings())
    assert found.wrong == []
    assert found.counts["alone"] > 20


def test_a_setting_counts_in_predict():
    """The smallest deviation that data are divided by is a setting."""
    model = lurnet.Sequential([lurnet.Input((3,)), layers.Normalization(mean=0.0, variance=1e-4)])
    x = np.ones((1, 3), "float32")
    calls = model.predict, lambda x, verbose: np.asarray(model(x))
    for _ in range(5):  # by now there is a captured graph
        assert [call(x, verbose=0)[0, 0] for call in calls] == pytest.approx([100.0, 100.0])
    before = lurnet.config.epsilon()
    try:
        lurnet.config.set_epsilon(0.5)
        assert [call(x, verbose=0)[0, 0] for call in calls] == pytest.approx([2.0, 2.0])
    finally:
        lurnet.config.set_epsilon(before)


# --- whole runs: after another model, before it, and where nothing was compiled before

X = np.random.default_rng(0).normal(size=(24, 4)).astype("float32")
Y = np.arange(24) % 3


def net(*stack, optimizer=None, loss="sparse_categorical_crossentropy", **options):
    stack = stack or (layers.Dense(3, "softmax"),)
    model = lurnet.Sequential([lurnet.Input((4,)), *stack])
    model.compile(optimizer or optimizers.SGD(0.5), loss, **options)
    return model


def without_decay(*names):
    optimizer = optimizers.AdamW(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=list(names))
    return net(optimizer=optimizer)


def policy(name):
    return net(layers.Dense(3, "softmax", dtype=name))


def frozen(index):
    model = net(layers.Dense(3, "tanh"), layers.Dense(3, "softmax"))
    model.layers[index].trainable = False
    return model


def set_later(name, value):
    layer = layers.Dense(3, "softmax")
    model = net(layer)
    setattr(layer, name, value)
    return model


def muon(decay):
    return net(optimizer=optimizers.Muon(0.1, weight_decay=decay))


def coded(target):
    model = net(layers.Dense(4), loss="mse")
    return model, X, X if target is None else target


PAIRS = {
    "policies": (lambda: policy("float32"), lambda: policy("mixed_bfloat16")),
    "what decays": (lambda: without_decay("bias"), lambda: without_decay("kernel")),
    "decay of Muon": (lambda: muon(0.1), lambda: muon(0.9)),
    "names of metrics": (
        lambda: net(metrics=[metrics.SparseCategoricalAccuracy()]),
        lambda: net(metrics=["acc"]),
    ),
    "frozen layers": (lambda: frozen(0), lambda: frozen(1)),
    "an activation set later": (
        lambda: net(),
        lambda: set_later("activation", lurnet.activations.sigmoid),
    ),
    "weights of a loss": (lambda: net(), lambda: net(loss_weights=3.0)),
    "x is y": (lambda: coded(None), lambda: coded(X[:, ::-1].copy())),
}


def told(pair, i):
    """All that a model says of its training, and what it predicts then."""
    lurnet.utils.set_random_seed(3)
    made = PAIRS[pair][i]()
    model, x, y = made if isinstance(made, tuple) else (made, X, Y)
    history = model.fit(x, y, batch_size=8, epochs=2, verbose=0, validation_data=(x, y)).history
    tested = model.evaluate(x, y, verbose=0, return_dict=True)
    numbers = [*model.get_weights(), model.predict(x, verbose=0), model.predict(x[:1], verbose=0)]
    return history, tested, [np.asarray(n, "float32").tolist() for n in numbers]


@pytest.mark.parametrize("pair", PAIRS)
def test_a_model_trains_as_if_it_were_alone(pair, quick_compilation):
    fresh = []
    for i in (0, 1):
        program.clear_programs()
        fresh.append(told(pair, i))
    assert fresh[0] != fresh[1]
    for order in (0, 1), (1, 0):
        program.clear_programs()
        for i in order:
            assert told(pair, i) == fresh[i]


IN_A_PROCESS = """
import json, sys
sys.path[:0] = [".", "tests"]
from tests import test_sharing
print(json.dumps(test_sharing.told(sys.argv[1], int(sys.argv[2]))))
"""


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS)
def test_a_model_trains_as_in_a_process_of_its_own(pair):
    program.clear_programs()
    here = [told(pair, i) for i in (0, 1)]
    for i, found in enumerate(here):
        command = [sys.executable, "-c", IN_A_PROCESS, pair, str(i)]
        made = subprocess.run(command, capture_output=True, text=True, check=True)
        assert json.loads(made.stdout.splitlines()[-1]) == json.loads(json.dumps(found))


def test_a_change_between_two_fits_counts(quick_compilation):
    layer = layers.Dense(3, "softmax")
    model = net(layer)
    model.fit(X, Y, verbose=0)
    weights = model.get_weights()
    layer.activation = lurnet.activations.sigmoid
    model.fit(X, Y, verbose=0, shuffle=False)
    other = net(layers.Dense(3, "sigmoid"))
    other.set_weights(weights)
    other.fit(X, Y, verbose=0, shuffle=False)
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


def test_inputs_by_name(quick_compilation):
    """Two models that differ only in which input is called what, given a dict."""

    def make(names):
        inputs = [lurnet.Input((4,), name=n) for n in names]
        return lurnet.Model(inputs, layers.Subtract()(inputs))

    data = {"u": X, "v": np.zeros_like(X)}
    for names, sign in ((("u", "v"), 1), (("v", "u"), -1)):
        for rows in (24, 1):
            given = {k: v[:rows] for k, v in data.items()}
            np.testing.assert_array_equal(make(names).predict(given, verbose=0), sign * X[:rows])


# --- what nobody can tell is not shared


class Own(layers.Dense):
    pass


def spoofed():
    cls = type("Dense", (layers.Dense,), {"__module__": "lurnet.layers.dense"})
    return cls(3, "softmax")


def patched():
    layer = layers.Dense(3)
    layer.call = lambda x: x[:, :3]
    return layer


def traced():
    layer = layers.Dense(3, "softmax")
    layer.note = object()
    return layer


UNKNOWN = {
    "a class": lambda: Own(3, "softmax"),
    "a class under another's name": spoofed,
    "a method": patched,
    "an activation": lambda: layers.Dense(3, activation=lambda x: x),
    "an engine's function": lambda: layers.Dense(3, activation=jax.nn.softmax),
    "a Lambda": lambda: layers.Lambda(lambda x: x[:, :3]),
    "an object": traced,
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_code_of_the_users_own_is_not_shared(case):
    model = net(layers.Dense(4), UNKNOWN[case]())
    steps = Steps(model, "predict")
    assert steps.key("") is None


def test_a_patched_class_is_another_one(monkeypatch):
    def key():
        return Steps(net(), "predict").key("")

    before = key()
    assert key() == before
    with monkeypatch.context() as patch:
        patch.setattr(layers.Dense, "call", lambda self, inputs, training=None: inputs)
        assert key() != before
    assert key() == before


# --- at once, and quickly


def at_once(fn, count):
    """``fn(i)`` on threads that begin together."""
    start, found = threading.Barrier(count), [None] * count

    def run(i):
        start.wait()
        try:
            found[i] = fn(i)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            found[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def noisy():
    lurnet.utils.set_random_seed(3)
    penalty = lurnet.regularizers.L2(0.01)
    inner = layers.Dropout(0.3), layers.Dense(5, "tanh", kernel_regularizer=penalty)
    return net(*inner, layers.GaussianNoise(0.2), layers.Dense(3, "softmax"))


def test_threads_use_one_model_for_the_first_time(quick_compilation):
    model = noisy()
    steps = Steps(model, "train")
    keys = at_once(lambda i: [steps.key("") for _ in range(20)], 8)
    assert keys == [[steps.key("")] * 20] * 8
    for call in (lambda i: model.predict(X, verbose=0), lambda i: np.asarray(model(X[:2]))):
        program.clear_programs()
        found = at_once(call, 8)
        for one in found:
            np.testing.assert_array_equal(one, call(0))


def test_threads_train_equal_models(quick_compilation):
    def trained(model):
        return model.fit(X, Y, epochs=3, shuffle=False, verbose=0).history["loss"]

    program.clear_programs()
    alone = trained(noisy())
    program.clear_programs()
    models = [noisy() for _ in range(6)]
    assert at_once(lambda i: trained(models[i]), 6) == [alone] * 6
    assert program.program_count() == 1


def test_a_digest_changes_nothing():
    model = noisy()
    steps = Steps(model, "train")
    before = {id(x): dict(vars(x)) for x in flatten_layers(model)}
    steps.key("")
    assert {id(x): dict(vars(x)) for x in flatten_layers(model)} == before


def test_a_digest_is_quick():
    steps = Steps(net(*[layers.Dense(4, "relu") for _ in range(9)], layers.Dense(3)), "train")
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        steps.key("")
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.005
