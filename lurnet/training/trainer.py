"""compile, fit, evaluate and predict: what a Model can do with data."""

import inspect
from collections.abc import Callable
from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadType, did_you_mean
from lurnet.inference.monte_carlo import predict_samples
from lurnet.inference.predict import predict
from lurnet.inference.predictor import predict_again
from lurnet.training import epochs as loop
from lurnet.training import single_batch, step
from lurnet.training.checks import require_compiled
from lurnet.training.compiled import Compiled, on_host
from lurnet.training.data.arrays import ArrayData
from lurnet.training.data.batch import unpack_x_y_sample_weight
from lurnet.training.data.given import fit_data, make_data
from lurnet.training.overrides import default
from lurnet.training.own_steps import stateless
from lurnet.training.protocol import Trainable
from lurnet.training.session import session_of


class Trainer(Compiled):
    """Mixin of Model: training, testing, predicting."""

    __call__: Callable[..., Any]

    # --- one step; override these to train in your own way

    @default
    def train_step(self, *data: Any) -> Any:
        """One training step on a batch; returns the logs.

        Override it as ``train_step(self, data)``, with ordinary code on variables (use
        ``self.gradients(fn)`` for gradients), or as ``train_step(self, state, data)``, the pure
        form of Keras on JAX, returning ``(logs, state)``.
        """
        return _run_step(self, step.train_step, data, "train")

    @default
    def test_step(self, *data: Any) -> Any:
        """One test step on a batch; returns the logs. Override it like ``train_step``."""
        return _run_step(self, step.test_step, data, "test")

    @default
    def predict_step(self, *data: Any) -> Any:
        """The outputs for a batch. Override it like ``train_step``."""
        x, _, _ = unpack_x_y_sample_weight(data[-1])
        if len(data) == 1:
            return self.call_for(x, training=False)
        return stateless(self, lambda: self.call_for(x, training=False), data[0], "predict")

    def gradients(self, fn: Callable) -> tuple[list, Any]:
        """Gradients of ``fn()``'s scalar by the trainable weights, and what else it returns.

        ``fn`` returns the scalar, or ``(scalar, rest)``.
        """

        def pair() -> tuple[Any, Any]:
            result = fn()
            return result if isinstance(result, tuple) else (result, None)

        variables = self.trainable_variables
        grads, rest = step.gradients(pair, variables, self.run_eagerly)
        step.show_gradients(self, variables, grads)
        return grads, rest

    def call_for(self, x: Any, training: bool) -> Any:
        """The model's outputs for a batch, whether or not its call() knows ``training``."""
        return self(x, training=training)

    # --- called before a run, as in Keras: override them to get ready

    def make_train_function(self, force: bool = False) -> None:
        """Called before each training; the engine compiles its own loop."""

    def make_test_function(self, force: bool = False) -> None:
        """Called before each test."""

    def make_predict_function(self, force: bool = False) -> None:
        """Called before each prediction."""

    # --- the loops

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
        **extra: Any,
    ) -> Any:
        """Train for a number of epochs; returns a History.

        Args:
            x: array, list or dict of arrays, generator of batches, PyDataset or other iterable.
            y: labels, where x is arrays.
            batch_size: samples in a step, 32 if None.
            epochs: number of the last epoch.
            verbose: 0 silent, 1 a bar, 2 a line for each epoch; "auto" is 1.
            callbacks: list of callbacks.
            validation_split: fraction of the arrays, the last part, to validate with.
            validation_data: ``(x, y)``, ``(x, y, sample_weight)`` or a source of batches.
            shuffle: whether each epoch comes in a new order; "batch" keeps batches together.
            class_weight: weight by class number.
            sample_weight: weight of each sample, where x is arrays.
            initial_epoch: number of the first epoch.
            steps_per_epoch: steps in an epoch; None: all data. The next epoch goes on where this
                one ended; an epoch that ends a pass over the data has what is left of it.
            validation_steps: steps in a validation; None: all data.
            validation_batch_size: None is ``batch_size``.
            validation_freq: validate every so many epochs, or after the listed ones.
        """
        epochs = _old_arguments(extra, epochs)
        require_compiled(self, "fit")
        data, checked = fit_data(
            self, x, y, batch_size, validation_split, validation_data, shuffle, class_weight,
            sample_weight, steps_per_epoch, validation_steps, validation_batch_size,
        )  # fmt: skip
        self.make_train_function()
        return loop.fit(
            self, data, checked, callbacks, epochs, initial_epoch, verbose, validation_freq
        )

    @default
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **extra: Any,
    ) -> Any:
        """Loss and metrics on test data: the loss alone, a list, or a dict by name."""
        _old_arguments(extra, 1)
        require_compiled(self, "evaluate")
        self.make_test_function()
        data = make_data(self, x, y, sample_weight, batch_size, steps)
        found = loop.evaluate(self, data, callbacks, verbose)
        return found if return_dict else _as_list(found, session_of(self).training.names)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        mc_samples: int | None = None,
        **extra: Any,
    ) -> Any:
        """Outputs for all samples as NumPy arrays, computed in batches.

        With ``mc_samples``, the ``Samples(mean, sd)`` of that many passes with dropout and noise
        on, and all else, such as BatchNormalization, in inference mode: how sure the model is.
        """
        self.make_predict_function()
        if verbose == 0 and steps is callbacks is mc_samples is None and not extra:
            outputs = predict_again(self, x, batch_size)
            if outputs is not None:
                return outputs
        _old_arguments(extra, 1)
        if mc_samples is not None:
            return predict_samples(self, x, mc_samples, batch_size)
        return predict(self, x, batch_size, verbose, steps, callbacks)

    # --- single batches

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One training step; returns the metrics of this batch."""
        require_compiled(self, "train_on_batch")
        self.make_train_function()
        return self._on_batch("train", return_dict, x, y, sample_weight, class_weight)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One test step; returns the metrics of this batch."""
        require_compiled(self, "test_on_batch")
        self.make_test_function()
        return self._on_batch("test", return_dict, x, y, sample_weight)

    def _on_batch(
        self,
        kind: str,
        return_dict: bool,
        x: Any,
        y: Any,
        sample_weight: Any,
        class_weight: dict[int, float] | None = None,
    ) -> Any:
        x = on_host(self, x)
        data = ArrayData(x, y, sample_weight, len(_first(x)), class_weight=class_weight)
        logs, names = single_batch.on_batch(self, kind, data)
        return logs if return_dict else _as_list(logs, names)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch as NumPy arrays."""
        x = on_host(self, x)
        return self.predict(x, batch_size=len(_first(x)), verbose=0)


def _run_step(model: Trainable, run: Callable, data: tuple, kind: str) -> Any:
    """A step in the form in which it is called, ``(data)`` or ``(state, data)``."""

    def logs() -> Any:
        found = run(model, data[-1])
        return model.get_metrics_result() if found is None else found

    return logs() if len(data) == 1 else stateless(model, logs, data[0], kind)


def _as_list(logs: dict[str, Any], names: list[str]) -> Any:
    """Results in the order of the names, the others after them."""
    ordered = [k for k in names if k in logs]
    ordered += sorted(k for k in logs if k not in ordered)
    return logs[ordered[0]] if len(ordered) == 1 else [logs[k] for k in ordered]


def _first(x: Any) -> Any:
    first = next(v for v in tree.leaves(x) if v is not None)
    return first if hasattr(first, "__len__") else x


_IDLE = ("workers", "use_multiprocessing", "max_queue_size", "max_q_size", "pickle_safe")


def _old_arguments(extra: dict[str, Any], epochs: int) -> int:
    """Arguments of Keras 1 and 2 that have another name now, or none."""
    for name in _IDLE:
        extra.pop(name, None)
    epochs = extra.pop("nb_epoch", epochs)
    for name in extra:
        known = list(inspect.signature(Trainer.fit).parameters)
        raise BadType(f"There is no argument `{name}` here.{did_you_mean(name, known)}")
    return epochs
