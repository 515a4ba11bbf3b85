"""compile, fit, evaluate and predict: what a Model can do with data."""

import inspect
from collections.abc import Callable
from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadType, BadValue, did_you_mean
from lurnet.core.symbolic import SymbolicTensor, infer
from lurnet.core.variable import Variable, values
from lurnet.inference.monte_carlo import predict_samples
from lurnet.inference.predict import predict
from lurnet.inference.predictor import predict_again
from lurnet.layers.tracking import unique
from lurnet.layers.version import version_of
from lurnet.training import loop, program, session, step
from lurnet.training.checks import require_compiled
from lurnet.training.compiled import Compiled
from lurnet.training.data.arrays import ArrayData, symbols_of, take
from lurnet.training.data.batch import unpack_x_y_sample_weight


class Trainer(Compiled):
    """Mixin of Model: training, testing, predicting."""

    __call__: Callable[..., Any]

    #: The part of the model that runs on the host before the compiled rest.
    _host: Any = None

    def _on_host(self, inputs: Any) -> Any:
        """Raw inputs as the compiled part takes them."""
        return inputs

    # --- one step; override these to train in your own way

    def train_step(self, *data: Any) -> Any:
        """One training step on a batch; returns the logs.

        Override it as ``train_step(self, data)``, with ordinary code on variables (use
        ``self.gradients(fn)`` for gradients), or as ``train_step(self, state, data)``, the pure
        form of Keras on JAX, returning ``(logs, state)``.
        """
        if len(data) == 2:
            return self._stateless_step(step.train_step, *data)
        logs = step.train_step(self, data[0])
        return self.get_metrics_result() if logs is None else logs

    def test_step(self, *data: Any) -> Any:
        """One test step on a batch; returns the logs. Override it like ``train_step``."""
        if len(data) == 2:
            return self._stateless_step(step.test_step, *data, kind="test")
        logs = step.test_step(self, data[0])
        return self.get_metrics_result() if logs is None else logs

    def predict_step(self, *data: Any) -> Any:
        """The outputs for a batch. Override it like ``train_step``."""
        x, _, _ = unpack_x_y_sample_weight(data[-1])
        if len(data) == 1:
            return self.call_for(x, training=False)
        parts = self._state_parts("test")[:2]
        with values([v for p in parts for v in p], [a for p in data[0] for a in p]) as scope:
            outputs = self.call_for(x, training=False)
            return outputs, tuple([scope[v] for v in part] for part in parts)

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

    def _state_parts(self, kind: str) -> list[list[Variable]]:
        parts = [self.trainable_variables, self.non_trainable_variables]
        if kind == "train":
            parts.append(self.optimizer.variables)
        return [*parts, self.metrics_variables]

    def _stateless_step(self, run: Callable, state: Any, data: Any, kind: str = "train") -> tuple:
        parts = self._state_parts(kind)
        with values([v for p in parts for v in p], [a for p in state for a in p]) as scope:
            logs = run(self, data)
            logs = self.get_metrics_result() if logs is None else logs
            return logs, tuple([scope[v] for v in part] for part in parts)

    def call_for(self, x: Any, training: bool) -> Any:
        """The model's outputs for a batch, whether or not its call() knows ``training``."""
        return self(x, training=training)

    def _has_own(self, method: str) -> bool:
        return getattr(type(self), method) is not getattr(Trainer, method)

    def _has_own_step(self, kind: str) -> bool:
        return self._has_own(f"{kind}_step")

    def _makes_logs(self, kind: str) -> bool:
        """Whether what a step returns, made by code of the user's own, are the logs."""
        return self._has_own_step(kind) or (kind != "predict" and self._has_own("compute_metrics"))

    def _step_function(self, kind: str) -> Callable:
        """What the loop runs: returns None, or the logs where the step is the user's own."""
        if kind == "predict":
            return self._predict_outputs
        if not self._has_own_step(kind):
            plain = step.train_step if kind == "train" else step.test_step
            return lambda data: plain(self, data)
        own = getattr(self, f"{kind}_step")
        if not _takes_state(own):
            return own

        def stateful(data: Any) -> Any:
            parts = self._state_parts(kind)
            state = tuple([v.stored for v in part] for part in parts)
            logs, new = own(state, data)
            for part, arrays in zip(parts, new, strict=True):
                for variable, array in zip(part, arrays, strict=True):
                    variable.assign(array)
            return logs

        return stateful

    def _predict_outputs(self, x: Any) -> Any:
        own = self.predict_step
        if self._has_own_step("predict") and _takes_state(own):
            state = tuple([v.stored for v in p] for p in self._state_parts("test")[:2])
            return own(state, (x,))[0]
        return own((x,) if isinstance(x, (tuple, list)) else x)

    def _step_variables(self, kind: str) -> list[Variable]:
        """All state that a step may read or write."""
        parts = [self.trainable_variables, self.non_trainable_variables]
        if kind != "predict":
            parts.append(self.metrics_variables)
        if kind == "train" and self.optimizer is not None:
            parts.append(self.optimizer.variables)
            parts += [watcher.variables for watcher in self._gradient_watchers]
        return unique(v for part in parts for v in part)

    # --- getting ready

    def _symbolic_build(self, batch: tuple, size: int) -> Any:
        """Build model, losses, metrics and optimizer for a batch of so many samples.

        Returns the outputs' spec for any number of samples.
        """
        x, y, _ = batch
        if x is None:
            raise BadValue("x is None: there is nothing to train on.")
        size, outputs = self._known_spec(x, size)
        y_pred = symbols_of(outputs, None)
        if y is not None:
            labels = symbols_of(y, None)
            if self._compile_loss is not None and not self._compile_loss.built:
                self._compile_loss.build(labels, y_pred)
            if self._compile_metrics is not None and not self._compile_metrics.built:
                self._compile_metrics.build(labels, y_pred)
                self._build_metrics(symbols_of(y, size), outputs)
        if self.optimizer is not None and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        return y_pred

    def _known_spec(self, x: Any, size: int) -> tuple[int, Any]:
        """A number of samples, and the outputs' spec for it, found once for a version of the model.

        Where steps run eagerly, samples go through the model and tell.
        """
        seen = repr(symbols_of(x, None))
        specs = version_of(self).specs
        if seen not in specs:
            if self.run_eagerly:
                outputs = self._outputs_seen(take(x, slice(size)))
            else:
                outputs = self._output_spec(symbols_of(x, size))
            specs = version_of(self).specs  # building has made it another one
            specs[seen] = size, outputs
        return specs[seen]

    def _output_spec(self, symbols: Any) -> Any:
        """The outputs' spec; building happens on the way."""
        self._build_once(lambda: self._build_for((symbols,), {}))
        return infer(lambda x: self.call_for(x, training=False), symbols)

    def _outputs_seen(self, x: Any) -> Any:
        """The outputs' spec, by what comes out; code of the user's own sees real numbers."""
        with values([], []):  # what is assigned in here stays in here
            y_pred = self.call_for(program.to_device(x, copy=True), training=False)
        return tree.map_structure(lambda a: SymbolicTensor(a.shape, a.dtype), y_pred)

    def _build_metrics(self, labels: Any, y_pred: Any) -> None:
        """Metrics that make their variables at the first batch make them now.

        Where steps run eagerly they make them then.
        """
        if not self.run_eagerly:
            infer(lambda y, p: self._compile_metrics.update_state(y, p), labels, y_pred)  # type: ignore[union-attr]

    def _finish_training(self) -> None:
        self._gradient_watchers = []
        if self.optimizer is not None:
            self.optimizer.finalize_variable_values(self.trainable_variables)

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
        data, checked = loop.fit_data(
            self, x, y, batch_size, validation_split, validation_data, shuffle, class_weight,
            sample_weight, steps_per_epoch, validation_steps, validation_batch_size,
        )  # fmt: skip
        return loop.fit(
            self, data, checked, callbacks, epochs, initial_epoch, verbose, validation_freq
        )

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
        data = loop.make_data(self, x, y, sample_weight, batch_size, steps)
        found = loop.evaluate(self, data, callbacks, verbose)
        return found if return_dict else _as_list(found, session.names_of(self))

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
        return self._on_batch("train", return_dict, x, y, sample_weight, class_weight)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One test step; returns the metrics of this batch."""
        require_compiled(self, "test_on_batch")
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
        x = self._on_host(x)
        data = ArrayData(x, y, sample_weight, len(_first(x)), class_weight=class_weight)
        logs, names = session.on_batch(self, kind, data)
        return logs if return_dict else _as_list(logs, names)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch as NumPy arrays."""
        x = self._on_host(x)
        return self.predict(x, batch_size=len(_first(x)), verbose=0)


def _as_list(logs: dict[str, Any], names: list[str]) -> Any:
    """Results in the order of the names, the others after them."""
    ordered = [k for k in names if k in logs]
    ordered += sorted(k for k in logs if k not in ordered)
    return logs[ordered[0]] if len(ordered) == 1 else [logs[k] for k in ordered]


def _first(x: Any) -> Any:
    first = next(v for v in tree.leaves(x) if v is not None)
    return first if hasattr(first, "__len__") else x


def _takes_state(fn: Callable) -> bool:
    """Whether a user's step is of the pure form ``(state, data)``."""
    parameters = [
        p
        for p in inspect.signature(fn).parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty
    ]
    return len(parameters) >= 2


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
