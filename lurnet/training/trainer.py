"""compile, fit, evaluate and predict: what a Model can do with data."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet import losses, metrics, ops, optimizers
from lurnet.core import tree
from lurnet.core.errors import BadType, BadValue, did_you_mean
from lurnet.core.registry import deserialize, serialize
from lurnet.core.symbolic import SymbolicTensor, infer
from lurnet.core.variable import Variable, values
from lurnet.layers.tracking import unique
from lurnet.metrics import Mean
from lurnet.training import loop, step
from lurnet.training.checks import require_compiled
from lurnet.training.data.batch import unpack_x_y_sample_weight
from lurnet.training.losses import CompileLoss
from lurnet.training.metrics import CompileMetrics
from lurnet.training.runner import Steps


class Trainer:
    """Mixin of Model: training, testing, predicting."""

    __call__: Callable[..., Any]

    def _prepare_trainer(self) -> None:
        self.compiled = False
        self.optimizer: Any = None
        self.loss: Any = None
        self.run_eagerly = False
        self.jit_compile: Any = "auto"
        self.steps_per_execution = 1
        self.stop_training = False
        self.history: Any = None
        self._compile_loss: CompileLoss | None = None
        self._compile_metrics: CompileMetrics | None = None
        self._compile_arguments: dict[str, Any] = {}
        self._programs: dict[tuple, Any] = {}
        self._specs: dict[str, Any] = {}

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
        **extra: Any,
    ) -> None:
        """Choose how to train.

        Args:
            optimizer: name, object or config.
            loss: name, function, object; for several outputs a list or a dict by output name.
            loss_weights: factor of each output's loss.
            metrics: list of names, functions or objects; for several outputs a list of lists or a
                dict. "accuracy" becomes the right one for the labels.
            weighted_metrics: metrics that take sample weights into account.
            run_eagerly: run steps in Python, uncompiled: slow, for looking inside.
            steps_per_execution: kept for compatibility: the loop is compiled whole anyway.
            jit_compile: kept for compatibility; False is the same as ``run_eagerly``.
            auto_scale_loss: with a float16 policy, scale the loss so that gradients do not vanish.
        """
        self._refuse(extra)
        self.optimizer = self._scaled(optimizers.get(optimizer), auto_scale_loss)
        self.loss = loss
        self._compile_arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        names = getattr(self, "output_names", None)
        self._compile_loss = None if loss is None else CompileLoss(loss, loss_weights, names)
        has_metrics = metrics is not None or weighted_metrics is not None
        self._compile_metrics = (
            CompileMetrics(metrics, weighted_metrics, names) if has_metrics else None
        )
        self.run_eagerly = bool(run_eagerly)
        self.jit_compile, self.steps_per_execution = jit_compile, steps_per_execution
        self.__dict__["_loss_tracker"] = Mean(name="loss")
        self._forget_programs()
        self.stop_training = False
        self.compiled = True

    def _forget_programs(self) -> None:
        """What was compiled or traced for the model as it was."""
        self._programs, self._specs = {}, {}

    def _refuse(self, extra: dict[str, Any]) -> None:
        for name in (
            "sample_weight_mode",
            "target_tensors",
            "distribute",
            "experimental_run_tf_function",
        ):
            extra.pop(name, None)  # Keras 1 and 2 options that asked for the default
        known = list(inspect.signature(Trainer.compile).parameters)[1:-1]
        for name in extra:
            raise BadType(f"compile() has no argument `{name}`.{did_you_mean(name, known)}")

    def _scaled(self, optimizer: Any, auto: bool) -> Any:
        policy = getattr(self, "dtype_policy", None)
        narrow = policy is not None and policy.name == "mixed_float16"
        if auto and narrow and not isinstance(optimizer, optimizers.LossScaleOptimizer):
            return optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
        return optimizer

    # --- metrics

    @property
    def metrics(self) -> list[Any]:
        """All metrics: the mean loss, those of compile(), those of each output, the model's own."""
        found = []
        if self.compiled:
            found.append(self._loss_tracker)
            if self._compile_loss is not None:
                found += self._compile_loss.metrics
            if self._compile_metrics is not None and self._compile_metrics.built:
                found += self._compile_metrics.metrics
        for layer in self._flatten_layers():
            held = [
                m
                for m in layer._held(metrics.Metric)
                if m is not layer.__dict__.get("_loss_tracker")
            ]
            found += held
        return unique(found)

    @property
    def metrics_names(self) -> list[str]:
        """Names of the metrics, in the order of what evaluate() returns."""
        return list(self.get_metrics_result()) if self.compiled else []

    @property
    def metrics_variables(self) -> list[Variable]:
        """State of the metrics."""
        return unique(v for m in self.metrics for v in m.variables)

    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """Values of all metrics by name."""
        results: dict[str, Any] = {}
        compiled = self._compile_metrics
        own = [] if compiled is None or not compiled.built else compiled.metrics
        held = {id(m) for m in own}
        for metric in self.metrics:
            if id(metric) in held:
                continue
            value = metric.result()
            results |= value if isinstance(value, dict) else {metric.name: value}
        return results | (compiled.result() if own and compiled is not None else {})

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict:
        """Update the compiled metrics with a batch; override it to add to them."""
        del x
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The compiled loss plus ``model.losses`` (regularizers, ``add_loss``), a scalar."""
        del x, training
        total = None
        if self._compile_loss is not None and y is not None:
            total = self._compile_loss(y, y_pred, sample_weight)
        for extra in self.losses:
            extra = ops.sum(ops.cast(extra, "float32"))
            total = extra if total is None else total + extra
        if total is None:
            raise BadValue(
                f"Model {self.name!r} has nothing to minimise: "
                + ("y is missing." if self._compile_loss is not None else "compile() got no loss=.")
            )
        return total

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        **data: Any,
    ) -> tuple:
        """``compute_loss`` as a pure function of the variables' values."""
        variables = self.trainable_variables + self.non_trainable_variables + self.metrics_variables
        given = [*trainable_variables, *non_trainable_variables, *metrics_variables]
        with values(variables, given) as scope:
            loss = self.compute_loss(**data)
        rest = [scope[v] for v in self.non_trainable_variables]
        return loss, (
            given[: len(self.trainable_variables)],
            rest,
            [scope[v] for v in self.metrics_variables],
        )

    # --- one step; override these to train in your own way

    def train_step(self, *data: Any) -> Any:
        """One training step on a batch; returns the logs.

        Override it as ``train_step(self, data)``, with ordinary code on variables (use
        ``self.gradients(fn)`` for gradients), or as ``train_step(self, state, data)``, the pure
        form of Keras on JAX, returning ``(logs, state)``.
        """
        if len(data) == 2:
            return self._stateless_step(step.train_step, *data)
        step.train_step(self, data[0])
        return self.get_metrics_result()

    def test_step(self, *data: Any) -> Any:
        """One test step on a batch; returns the logs. Override it like ``train_step``."""
        if len(data) == 2:
            return self._stateless_step(step.test_step, *data, kind="test")
        step.test_step(self, data[0])
        return self.get_metrics_result()

    def predict_step(self, *data: Any) -> Any:
        """The outputs for a batch."""
        x, _, _ = unpack_x_y_sample_weight(data[-1])
        return self.call_for(x, training=False)

    def gradients(self, fn: Callable) -> tuple[list, Any]:
        """Gradients of ``fn()``'s scalar by the trainable weights, and what else it returns.

        ``fn`` returns the scalar, or ``(scalar, rest)``.
        """

        def pair() -> tuple[Any, Any]:
            result = fn()
            return result if isinstance(result, tuple) else (result, None)

        return step.gradients(pair, self.trainable_variables)

    def _state_parts(self, kind: str) -> list[list[Variable]]:
        parts = [self.trainable_variables, self.non_trainable_variables]
        if kind == "train":
            parts.append(self.optimizer.variables)
        return [*parts, self.metrics_variables]

    def _stateless_step(self, run: Callable, state: Any, data: Any, kind: str = "train") -> tuple:
        parts = self._state_parts(kind)
        with values([v for p in parts for v in p], [a for p in state for a in p]) as scope:
            run(self, data)
            logs = self.get_metrics_result()
            return logs, tuple([scope[v] for v in part] for part in parts)

    def call_for(self, x: Any, training: bool) -> Any:
        """The model's outputs for a batch, whether or not its call() knows ``training``."""
        return self(x, training=training)

    def _has_own_step(self, kind: str) -> bool:
        name = f"{kind}_step"
        return getattr(type(self), name) is not getattr(Trainer, name)

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
        return unique(v for part in parts for v in part)

    def _loss_objects(self) -> list[Any]:
        return [] if self._compile_loss is None else list(self._compile_loss.losses)

    def _compile_facts(self) -> list[Any]:
        """What of compile() shapes a program besides the optimizer, losses and metrics."""
        loss, metric = self._compile_loss, self._compile_metrics
        weights = (
            [] if loss is None else [float(w) if w is not None else None for w in loss.weights]
        )
        rows = [] if metric is None else [[len(r) for r in v] for v in metric.found.values()]
        names = [] if loss is None or loss.outputs is None else loss.outputs.names
        return [weights, rows, names if len(names) > 1 else [], type(self).__qualname__]

    # --- getting ready

    def _symbolic_build(self, batch: tuple) -> Any:
        """Build model, losses, metrics and optimizer for a batch; returns the outputs' spec."""
        x, y, _ = batch
        if x is None:
            raise BadValue("x is None: there is nothing to train on.")
        symbols = tree.map_structure(_symbol, x)
        seen = repr(symbols)
        if seen not in self._specs:
            self._specs[seen] = self._output_spec(symbols)
        y_pred = self._specs[seen]
        labels = None if y is None else tree.map_structure(_symbol, y)
        if labels is not None:
            if self._compile_loss is not None and not self._compile_loss.built:
                self._compile_loss.build(labels, y_pred)
            if self._compile_metrics is not None and not self._compile_metrics.built:
                self._compile_metrics.build(labels, y_pred)
                self._build_metrics(labels, y_pred)
        if self.optimizer is not None and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        return y_pred

    def _output_spec(self, symbols: Any) -> Any:
        """The outputs' spec; building happens on the way."""
        if not self.built:
            self._build_for((symbols,), {})
        return infer(lambda x: self.call_for(x, training=False), symbols)

    def _build_metrics(self, labels: Any, y_pred: Any) -> None:
        """Metrics that make their variables at the first batch make them now."""
        assert self._compile_metrics is not None
        infer(lambda y, p: self._compile_metrics.update_state(y, p), labels, y_pred)  # type: ignore[union-attr]

    def _finish_training(self) -> None:
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
            steps_per_epoch: steps in an epoch; None: all data.
            validation_steps: steps in a validation; None: all data.
            validation_batch_size: None is ``batch_size``.
            validation_freq: validate every so many epochs, or after the listed ones.
        """
        epochs = _old_arguments(extra, epochs)
        require_compiled(self, "fit")
        part = None
        if validation_split and validation_data is None:
            (x, y, sample_weight), part = loop.split_off(x, y, sample_weight, validation_split)
        data = loop.make_data(
            x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight
        )
        checked = loop.validation_data(
            validation_data if part is None else part,
            data,
            validation_batch_size or batch_size,
            validation_steps,
        )
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
        data = loop.make_data(x, y, sample_weight, batch_size, steps)
        found = loop.evaluate(self, data, callbacks, verbose)
        return found if return_dict else self._as_list(found)

    def _as_list(self, logs: dict[str, Any]) -> Any:
        names = [n for n in self.get_metrics_result() if n in logs]
        ordered = [logs[n] for n in names] + [v for k, v in logs.items() if k not in names]
        return ordered[0] if len(ordered) == 1 else ordered

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        **extra: Any,
    ) -> Any:
        """Outputs for all samples as NumPy arrays, computed in batches."""
        _old_arguments(extra, 1)
        data = loop.make_data(x, batch_size=batch_size, steps=steps)
        if not self.built:
            first = data.x if hasattr(data, "x") else data.peek()[0]
            self._output_spec(tree.map_structure(_symbol, first))
        return loop.predict(self, data, callbacks, verbose)

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
        data = loop.make_data(
            x, y, sample_weight, batch_size=len(_first(x)), class_weight=class_weight
        )
        loop.prepare(self, data)
        self.reset_metrics()
        logs = loop.as_floats(Steps(self, "train").on_batch(data.data))
        return logs if return_dict else self._as_list(logs)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One test step; returns the metrics of this batch."""
        require_compiled(self, "test_on_batch")
        data = loop.make_data(x, y, sample_weight, batch_size=len(_first(x)))
        loop.prepare(self, data)
        self.reset_metrics()
        logs = loop.as_floats(Steps(self, "test").on_batch(data.data))
        return logs if return_dict else self._as_list(logs)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch as NumPy arrays."""
        return self.predict(x, batch_size=len(_first(x)), verbose=0)

    def get_compile_config(self) -> dict[str, Any] | None:
        """The arguments of compile() as plain data."""
        if not self.compiled:
            return None
        arguments = self._compile_arguments | {"optimizer": self.optimizer}
        return {k: serialize(v) for k, v in arguments.items()}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with what ``get_compile_config`` gave."""
        known = {k: v for k, v in config.items() if k in self._compile_keys()}
        for key, registry in (("loss", losses.registry), ("metrics", metrics.registry)):
            if key in known:
                known[key] = deserialize(known[key], module=registry.module)
        if "weighted_metrics" in known:
            known["weighted_metrics"] = deserialize(
                known["weighted_metrics"], module=metrics.registry.module
            )
        self.compile(**known)
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    @staticmethod
    def _compile_keys() -> set[str]:
        return set(list(inspect.signature(Trainer.compile).parameters)[1:-1])


def _symbol(x: Any) -> Any:
    if x is None:
        return None
    return SymbolicTensor((None, *np.shape(x)[1:]), dtype=x.dtype)


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
