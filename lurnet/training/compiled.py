"""compile(): which loss, metrics and optimizer a model has, and what they make of a batch."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from lurnet import losses, metrics, ops, optimizers
from lurnet.core.errors import BadType, BadValue, did_you_mean
from lurnet.core.registry import deserialize, serialize, with_own
from lurnet.core.symbolic import infer
from lurnet.core.types import Named, Real
from lurnet.core.variable import Variable, values
from lurnet.layers.tracking import held, unique
from lurnet.metrics import Mean
from lurnet.training.losses import CompileLoss
from lurnet.training.metrics import CompileMetrics
from lurnet.training.overrides import default
from lurnet.training.protocol import GradientWatcher, HostStage


class OldOptions(TypedDict, total=False):
    """Options of Keras 1 and 2 that asked for the default."""

    sample_weight_mode: Any
    target_tensors: Any
    distribute: Any
    experimental_run_tf_function: Any


class Compilation:
    """What compile() makes of its arguments, and what a ``fit`` notes of a model while it runs."""

    def __init__(self) -> None:
        self.arguments: dict[str, Any] = {}
        self.loss: CompileLoss | None = None
        self.metrics: CompileMetrics | None = None
        self.mean_loss = Mean(name="loss")
        self.watchers: list[GradientWatcher] = []
        self.in_epoch = False  #: whether an epoch of training is under way
        self.resume_epoch = 0  #: where a training that was broken off goes on

    @property
    def losses(self) -> list[Any]:
        """The loss of each output, None where it has none."""
        return [] if self.loss is None else list(self.loss.losses)

    @property
    def results(self) -> list[Any]:
        """The compiled metrics, as far as they are known yet."""
        return [] if self.metrics is None or not self.metrics.built else self.metrics.metrics

    def __getstate__(self) -> dict[str, Any]:
        """A copy is in no training."""
        return self.__dict__ | {"watchers": [], "in_epoch": False}


class Compiled:
    """Mixin of Model: the settings of compile(), the loss and the metrics."""

    losses: list[Any]
    name: str
    trainable_variables: list[Variable]
    non_trainable_variables: list[Variable]
    variables: list[Variable]
    built: bool
    #: What training reads of these is told apart: see ``structure``.
    _not_in_program = (
        *("compiled", "optimizer", "loss", "run_eagerly", "jit_compile", "steps_per_execution"),
        *("stop_training", "history", "_compilation", "stop_evaluating", "stop_predicting"),
    )
    #: The part that runs on the host before the compiled rest; models of graphs may have one.
    _host: HostStage | None = None

    def _on_host(self, inputs: Any) -> Any:
        """Raw inputs as the compiled part takes them."""
        return inputs

    def _prepare_trainer(self) -> None:
        self.compiled = False
        self.optimizer: Any = None
        self.loss: Any = None
        self.run_eagerly = False
        self.jit_compile: Any = "auto"
        self.steps_per_execution = 1
        self.stop_training = self.stop_evaluating = self.stop_predicting = False
        self.history: Any = None
        self._compilation = Compilation()

    def compile(
        self,
        optimizer: optimizers.Optimizer | Named = "rmsprop",
        loss: Named | Sequence[Any] = None,
        loss_weights: Real | Sequence[Any] | Mapping[str, Any] | None = None,
        metrics: Named | Sequence[Any] = None,
        weighted_metrics: Named | Sequence[Any] = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
        **extra: Unpack[OldOptions],
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
            jit_compile: kept for compatibility: steps are compiled unless ``run_eagerly``.
            auto_scale_loss: with a float16 policy, scale the loss so that gradients do not vanish.
        """
        self._refuse(extra)
        loss, metrics, weighted_metrics = map(with_own, (loss, metrics, weighted_metrics))
        self.optimizer = self._scaled(optimizers.get(optimizer), auto_scale_loss)
        if isinstance(self.optimizer, optimizers.Optimizer):
            self.optimizer.start_with(self.trainable_variables)
        self.loss = loss
        self._compilation = made = Compilation()
        made.arguments = {
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
        if loss is not None:
            made.loss = CompileLoss(loss, loss_weights, names)
        if metrics is not None or weighted_metrics is not None:
            made.metrics = CompileMetrics(metrics, weighted_metrics, names)
        self.run_eagerly = bool(run_eagerly)
        self.jit_compile, self.steps_per_execution = jit_compile, steps_per_execution
        self._forget_programs()
        self.stop_training = False
        self.compiled = True

    def _forget_programs(self) -> None:
        """What was compiled or traced for the model as it was."""
        self.__dict__["_version"] = None

    def _refuse(self, extra: Any) -> None:
        for name in OldOptions.__annotations__:
            extra.pop(name, None)
        known = list(inspect.signature(Compiled.compile).parameters)[1:-1]
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
        found, made = [], self._compilation
        if self.compiled:
            by_output = [] if made.loss is None else made.loss.metrics
            found = [made.mean_loss, *by_output, *made.results]
        for layer in self._flatten_layers():
            found += held(layer, metrics.Metric)
        return unique(found)

    @property
    def metrics_names(self) -> list[str]:
        """Names of the metrics, in the order of what evaluate() returns."""
        if not self.compiled:
            return []
        found = self._result_names()
        first = [name for name in names_in_order(self) if name in found]
        return [*first, *sorted(name for name in found if name not in first)]

    def _result_names(self) -> list[str]:
        """The keys of ``get_metrics_result``, found without computing: that would be compiled."""
        if self.run_eagerly:
            return list(self.get_metrics_result())
        try:
            return list(infer(self.get_metrics_result))
        except TypeError:  # a metric that looks at numbers
            return list(self.get_metrics_result())

    @property
    def metrics_variables(self) -> list[Variable]:
        """State of the metrics."""
        return unique(v for m in self.metrics for v in m.variables)

    @default
    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """Values of all metrics by name."""
        made, found = self._compilation, self.metrics
        own = {id(m) for m in made.results}
        results: dict[str, Any] = {}
        for metric in found:
            if id(metric) not in own:
                value = metric.result()
                results |= value if isinstance(value, dict) else {metric.name: value}
        # A model's own `metrics` may leave the compiled ones out.
        if made.metrics is not None and any(id(m) in own for m in found):
            results |= made.metrics.result()
        return results

    @default
    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict:
        """Update the compiled metrics with a batch; override it to add to them."""
        del x
        if self._compilation.metrics is not None:
            self._compilation.metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    @default
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The compiled loss plus ``model.losses`` (regularizers, ``add_loss``), a scalar."""
        del x
        total, compiled = None, self._compilation.loss
        if compiled is not None and y is not None:
            total = compiled(y, y_pred, sample_weight)
        for extra in self.losses:
            extra = ops.sum(ops.cast(extra, "float32"))
            total = extra if total is None else total + extra
        if total is None and compiled is None and not training:
            return ops.zeros(())  # metrics alone can be tested
        if total is None:
            raise BadValue(
                f"Model {self.name!r} has nothing to minimise: "
                + ("y is missing." if compiled is not None else "compile() got no loss=.")
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

    # --- Keras' names of what compile() makes

    @property
    def _loss_tracker(self) -> Mean:
        return self._compilation.mean_loss

    @property
    def _compile_loss(self) -> CompileLoss | None:
        return self._compilation.loss

    @property
    def _compile_metrics(self) -> CompileMetrics | None:
        return self._compilation.metrics

    # --- for files

    def get_compile_config(self) -> dict[str, Any] | None:
        """The arguments of compile() as plain data."""
        if not self.compiled:
            return None
        arguments = self._compilation.arguments | {"optimizer": self.optimizer}
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
        return set(list(inspect.signature(Compiled.compile).parameters)[1:-1])


def compilation_of(model: Any) -> Compilation:
    """What compile() has made for a model."""
    return model._compilation


def host_stage(model: Any) -> HostStage | None:
    """The part of a model, or of anything that is called in one, that runs on the host."""
    return getattr(model, "_host", None)


def on_host(model: Any, inputs: Any) -> Any:
    """Raw inputs as the compiled part of a model takes them."""
    return model._on_host(inputs)


def names_in_order(model: Any) -> list[str]:
    """Keras' order: the loss, compiled metrics, the outputs' losses, metrics of one's own."""
    first, *others = model.metrics or [None]
    found = (first, *compilation_of(model).results, *others)
    return list(dict.fromkeys(m.name for m in found if m is not None))
