"""fit, evaluate and predict: equal to real Keras, and what Keras does not have."""

import gc
import warnings

import keras
import numpy as np
import pytest
from cases.training import CE, CLASSES, REAL, RUNS, X, mlp, subclassed

import lurnet
from lurnet.core.errors import BadState, BadValue


def both(make):
    """The same network in lurnet and in Keras, with the same weights."""
    ours, theirs = make(lurnet), make(keras)
    return ours, theirs


def share_weights(ours, theirs, x):
    first = {k: v[:2] for k, v in x.items()} if isinstance(x, dict) else x
    first = [v[:2] for v in x] if isinstance(x, list) else first if isinstance(x, dict) else x[:2]
    ours(first)
    theirs(first)
    theirs.set_weights(ours.get_weights())


@pytest.mark.lowerings("c8", "c16", "xla")
@pytest.mark.parametrize("name", RUNS)
def test_training_curve_is_keras(name):
    run = RUNS[name]
    ours, theirs = both(run.make)
    share_weights(ours, theirs, run.x)
    half = len(lurnet.tree.flatten(run.y)[0]) // 2  # no short last batch but where asked for
    options = {"epochs": 2, "batch_size": half, "shuffle": False, "verbose": 0, **run.fit}
    histories = []
    for module, model in ((lurnet, ours), (keras, theirs)):
        model.compile(**(run.compile(module) if callable(run.compile) else run.compile))
        histories.append(model.fit(run.x, run.y, **options).history)
    assert list(histories[0]) == list(histories[1])
    for key, values in histories[1].items():
        np.testing.assert_allclose(
            histories[0][key], values, rtol=run.tolerance * 10, atol=run.tolerance, err_msg=key
        )
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=run.tolerance * 10, atol=run.tolerance)
    quiet = {"verbose": 0, "batch_size": 2 * half}
    scores = [m.evaluate(run.x, run.y, return_dict=True, **quiet) for m in (ours, theirs)]
    assert scores[0].keys() == scores[1].keys()
    for key, value in scores[1].items():
        np.testing.assert_allclose(
            scores[0][key], value, rtol=run.tolerance * 10, atol=run.tolerance, err_msg=key
        )
    outputs = zip(
        lurnet.tree.flatten(ours.predict(run.x, **quiet)),
        lurnet.tree.flatten(theirs.predict(run.x, **quiet)),
        strict=True,
    )
    for a, b in outputs:
        np.testing.assert_allclose(a, b, rtol=run.tolerance * 10, atol=run.tolerance)


def test_eager_steps_equal_compiled_ones():
    results = []
    for eager in (False, True):
        lurnet.utils.set_random_seed(1)
        model = mlp()(lurnet)
        model.compile("adam", run_eagerly=eager, **CE)
        record = model.fit(X, CLASSES, batch_size=25, epochs=1, verbose=0)
        results.append((record.history["loss"], model.get_weights()))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-5)
    for a, b in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_looking_at_each_batch_does_not_change_results():
    seen = []
    look = lurnet.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs))
    assert dropout_curve(callbacks=[look]) == dropout_curve()
    assert len(seen) > 1


SHARED = {
    "assign": lambda a, b: a.assign(b),
    "assign its value": lambda a, b: a.assign(b.value),
}


@pytest.mark.parametrize("how", SHARED)
def test_training_leaves_arrays_of_others_alone(how):
    """Training gives a model's arrays away: one that another variable took over must stay."""
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    model = lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    other = lurnet.Variable(np.zeros((3, 1), "float32"))
    SHARED[how](other, model.layers[0].kernel)
    model.fit(x, y, verbose=0)  # nobody reads it before: an array that NumPy sees is not given away
    assert (np.array(model.layers[0].kernel) != np.array(other)).all()


def test_averaged_weights_survive_an_evaluation():
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    model = lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(1)])
    model.compile(lurnet.optimizers.SGD(0.1, use_ema=True), "mse")
    for _ in range(2):
        model.fit(x, y, verbose=0)
        model.evaluate(x, y, verbose=0)
    assert all(np.isfinite(np.array(v)).all() for v in model.optimizer.variables)


def dropout_curve(**options):
    lurnet.utils.set_random_seed(5)
    model = lurnet.Sequential(
        [lurnet.Input((6,)), lurnet.layers.Dropout(0.5), lurnet.layers.Dense(3, "softmax")]
    )
    model.compile("sgd", **CE)
    return model.fit(X, CLASSES, batch_size=10, epochs=2, verbose=0, **options).history["loss"]


def test_streams_train_like_arrays():
    class Batches(lurnet.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, i):
            return X[i * 10 : i * 10 + 10], CLASSES[i * 10 : i * 10 + 10]

    def endless():
        while True:
            yield from (Batches()[i] for i in range(5))

    sources = {
        "arrays": ((X, CLASSES), {"batch_size": 10, "shuffle": False}),
        "dataset": ((Batches(),), {"shuffle": False}),
        "generator": ((endless(),), {"steps_per_epoch": 5}),
        "list": (
            (iter([Batches()[i] for _ in range(2) for i in range(5)]),),
            {"steps_per_epoch": 5},
        ),
    }
    start = mlp()(lurnet)
    curves = {}
    for name, (args, options) in sources.items():
        model = mlp()(lurnet)
        model.set_weights(start.get_weights())
        model.compile("sgd", **CE)
        curves[name] = model.fit(*args, epochs=2, verbose=0, **options).history["loss"]
    for name, curve in curves.items():
        np.testing.assert_allclose(curve, curves["arrays"], rtol=1e-5, err_msg=name)


@pytest.mark.lowerings("c8", "c16", "xla")
def test_on_batch_methods_equal_keras():
    ours, theirs = both(mlp())
    share_weights(ours, theirs, X)
    for model in (ours, theirs):
        model.compile("sgd", **CE)
    for _ in range(3):
        a, b = (m.train_on_batch(X[:8], CLASSES[:8]) for m in (ours, theirs))
        np.testing.assert_allclose(a, b, rtol=1e-4)
    a, b = (m.test_on_batch(X[:8], CLASSES[:8], return_dict=True) for m in (ours, theirs))
    assert a.keys() == b.keys()
    np.testing.assert_allclose(
        ours.predict_on_batch(X[:8]), theirs.predict_on_batch(X[:8]), rtol=1e-4
    )


def test_own_steps():
    class Plain(lurnet.Model):
        """train_step on variables, as ordinary code."""

        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def call(self, x):
            return self.inner(x)

        def train_step(self, data):
            x, y = data

            def loss():
                return self.compute_loss(x, y, self(x, training=True)), None

            grads, _ = self.gradients(lambda: loss()[0])
            self.optimizer.apply(grads, self.trainable_variables)
            return {"twice": 2.0 * self.compute_loss(x, y, self(x))}

        def test_step(self, data):
            x, y = data
            return {"half": 0.5 * self.compute_loss(x, y, self(x))}

    class Doubled(lurnet.Model):
        """A step that changes the data and calls the usual one."""

        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def call(self, x):
            return self.inner(x)

        def train_step(self, data):
            x, y = data
            return super().train_step((2 * x, y))

    for cls, keys in ((Plain, ["twice"]), (Doubled, ["accuracy", "loss"])):
        lurnet.utils.set_random_seed(0)
        model = cls(mlp()(lurnet))
        model.compile("sgd", **CE)
        record = model.fit(X, CLASSES, batch_size=50, epochs=5, verbose=0)
        assert list(record.history) == keys
        assert record.history[keys[-1]][-1] < record.history[keys[-1]][0]
    model = Plain(mlp()(lurnet))
    model.compile("sgd", **CE)
    assert model.evaluate(X, CLASSES, verbose=0) > 0


def test_pure_step_of_keras_on_jax():
    import jax

    def make(module):
        class Pure(module.Model):
            def __init__(self):
                super().__init__()
                self.d = module.layers.Dense(3, activation="softmax")

            def call(self, x):
                return self.d(x)

            def compute(self, trainable, rest, x, y):
                y_pred, rest = self.stateless_call(trainable, rest, x)
                return self.compute_loss(x, y, y_pred), (y_pred, rest)

            def train_step(self, state, data):
                trainable, rest, opt, metrics = state
                x, y = data
                grad = jax.value_and_grad(self.compute, has_aux=True)
                (loss, (y_pred, rest)), grads = grad(trainable, rest, x, y)
                trainable, opt = self.optimizer.stateless_apply(opt, grads, trainable)
                return {"mine": loss}, (trainable, rest, opt, metrics)

        return Pure()

    ours, theirs = both(make)
    share_weights(ours, theirs, X)
    curves = []
    for model in (ours, theirs):
        model.compile("sgd", "sparse_categorical_crossentropy")
        fit = model.fit(X, CLASSES, epochs=2, batch_size=25, shuffle=False, verbose=0)
        curves.append(fit.history["mine"])
    np.testing.assert_allclose(*curves, rtol=1e-4)


def other_loss(model, x, y, loss="binary_crossentropy"):
    model.compile("sgd", loss)
    model.fit(x, np.broadcast_to(y[:, None], (len(y), 3)) if y.ndim == 1 else y)


MISTAKES = {
    "not compiled": (lambda m: m.fit(X, CLASSES), BadState, "compile"),
    "lengths": (lambda m: m.fit(X, CLASSES[:9]), BadValue, "x has 50, y has 9"),
    "shape": (lambda m: m.fit(X[:, :5], CLASSES), BadValue, "expected (None, 6)"),
    "range": (lambda m: m.fit(X, CLASSES + 1), BadValue, "run from 1 to 3"),
    "one-hot": (lambda m: m.fit(X, np.eye(3)[CLASSES]), BadValue, "categorical_crossentropy"),
    "nan": (lambda m: m.fit(np.where(X > 2, np.nan, X), CLASSES), BadValue, "NaN"),
    "split": (lambda m: m.fit(X, CLASSES, validation_split=1.5), BadValue, "between 0 and 1"),
    "argument": (lambda m: m.fit(X, CLASSES, epoch=3), TypeError, "Did you mean 'epochs'"),
    "minus one": (lambda m: other_loss(m, X, 2 * CLASSES - 1), BadValue, "from 0 to 1"),
    "targets": (lambda m: other_loss(m, X, REAL, "mse"), BadValue, "predicts (3,)"),
    "empty": (lambda m: m.fit(X[:0], CLASSES[:0]), BadValue, "no samples"),
    "objects": (
        lambda m: m.fit(np.array([["a"]] * 50), CLASSES),
        BadValue,
        "where a number belongs",
    ),
    "batch size": (lambda m: m.fit(X, CLASSES, batch_size=0), BadValue, "positive"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_caught_before_training(name):
    act, kind, text = MISTAKES[name]
    model = mlp()(lurnet)
    if name != "not compiled":
        model.compile("sgd", **CE)
    before = model.get_weights()
    with pytest.raises(kind) as caught:
        act(model)
    assert text in str(caught.value), str(caught.value)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


COMPILE_MISTAKES = {
    "loss": ({"loss": "categorical_crossentrop"}, "Did you mean 'categorical_crossentropy'"),
    "optimizer": ({"optimizer": "adma"}, "Did you mean 'adam'"),
    "metric": ({"metrics": ["acuracy"], "loss": "mse"}, "acuracy"),
    "argument": ({"optimiser": "sgd"}, "Did you mean 'optimizer'"),
}


@pytest.mark.parametrize("name", COMPILE_MISTAKES)
def test_unknown_names(name):
    options, text = COMPILE_MISTAKES[name]
    model = mlp(2, None)(lurnet)
    with pytest.raises((ValueError, TypeError)) as caught:
        model.compile(**options)
        model.fit(X, REAL, verbose=0)
    assert text in str(caught.value)


def test_interrupted_training_keeps_what_was_done(capsys):
    class Press(lurnet.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                import signal

                signal.raise_signal(signal.SIGINT)

    model = mlp()(lurnet)
    model.compile("sgd", **CE)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, CLASSES, batch_size=25, epochs=50, verbose=0, callbacks=[Press()])
    assert "Stopped by Ctrl-C in epoch 3 of 50" in capsys.readouterr().out
    assert len(model.history.history["loss"]) == 2
    assert np.isfinite(model.predict(X, verbose=0)).all()
    model.fit(X, CLASSES, epochs=1, verbose=0)


def test_equal_models_share_one_program():
    from lurnet.training import program

    program.clear_programs()
    sizes = []
    for _ in range(3):
        model = mlp()(lurnet)
        model.compile("sgd", **CE)
        model.fit(X, CLASSES, batch_size=25, verbose=0)
        sizes.append(program.program_count())
    assert sizes[0] > 0 and sizes[0] == sizes[-1]
    other = mlp(4)(lurnet)
    other.compile("sgd", **CE)
    other.fit(X, CLASSES, batch_size=25, verbose=0)
    assert program.program_count() > sizes[-1]


def test_programs_differ_where_models_do():
    lurnet.utils.set_random_seed(0)
    results = set()
    variants = [
        {"kernel_regularizer": "l2"},
        {"kernel_regularizer": lurnet.regularizers.L2(0.5)},
        {},
        {"kernel_constraint": "non_neg"},
    ]
    start = mlp()(lurnet).get_weights()
    for options in variants:
        model = mlp(**options)(lurnet)
        model.set_weights(start)
        model.compile("sgd", **CE)
        loss = model.fit(X, CLASSES, epochs=2, shuffle=False, verbose=0).history["loss"]
        results.add(round(loss[-1], 6))
    assert len(results) == len(variants)


def test_learning_rate_is_read_at_every_step():
    model = mlp()(lurnet)
    model.compile(lurnet.optimizers.SGD(0.1), **CE)
    model.fit(X, CLASSES, verbose=0)
    model.optimizer.learning_rate = 0.0
    before = model.get_weights()
    model.fit(X, CLASSES, verbose=0)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_frozen_layers_stay():
    model = mlp()(lurnet)
    model.layers[0].trainable = False
    model.compile("sgd", **CE)
    before = model.get_weights()
    model.fit(X, CLASSES, verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert not np.array_equal(before[2], after[2])


def test_models_made_in_a_loop_leave_no_memory():
    import weakref

    alive = []
    for i in range(6):
        make = subclassed if i % 2 else mlp()
        model = make(lurnet)
        model.compile("sgd", **CE)
        model.fit(X, CLASSES, verbose=0, batch_size=50)
        alive.append(weakref.ref(model))
    del model
    gc.collect()
    assert sum(ref() is not None for ref in alive) == 0


def test_no_warnings_in_ordinary_training():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = mlp()(lurnet)
        model.compile("adam", **CE)
        model.fit(X.astype("float64"), CLASSES.astype("int64"), epochs=1, verbose=0)


def test_a_generator_may_fill_one_array_again_and_again():
    x = np.random.default_rng(0).normal(size=(40, 8, 3)).astype("float32")

    def weights(batches):
        lurnet.utils.set_random_seed(0)
        model = lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(batches, epochs=1, steps_per_epoch=40, verbose=0)
        return model.get_weights()[0]

    def same_array():
        room = np.empty((8, 3), "float32")
        for batch in x:
            room[...] = batch
            yield room, room[:, :1] * 2

    apart = ((batch, batch[:, :1] * 2) for batch in x)
    np.testing.assert_array_equal(weights(same_array()), weights(apart))


def test_an_error_of_ours_comes_without_notes_on_frames():
    """JAX adds three lines on frames it has removed; what is to be done is said already."""
    model = lurnet.Sequential([lurnet.Input((4,)), lurnet.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(BadValue) as caught:
        model.fit(np.zeros((8, 3)), np.zeros((8, 1)), verbose=0)
    assert getattr(caught.value, "__notes__", []) == []
    caught.value.add_note("while fitting")
    assert caught.value.__notes__ == ["while fitting"]
