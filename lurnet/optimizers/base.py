"""The base of all optimizers: one straight pass from gradients to new weights."""

import contextvars
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lurnet import ops
from lurnet.core.errors import BadState, BadValue
from lurnet.core.fields import Rate, fields
from lurnet.core.hyper import hyperparameter
from lurnet.core.variable import Variable, pure, values
from lurnet.optimizers.state import Decay, Every, LearningRate, Limit, OptimizerState, Several

__all__ = ["Optimizer"]

_masked: contextvars.ContextVar[bool] = contextvars.ContextVar("masked_update", default=False)


@fields
class Optimizer(OptimizerState):
    """Base: subclasses define ``build(variables)`` and ``update_step(gradient, variable, rate)``.

    All state is in Variables changed by ``assign``, so ``apply`` can run inside a compiled step.

    >>> class Plain(Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         self.assign_sub(variable, learning_rate * gradient)
    >>> w = Variable([1.0, 2.0])
    >>> Plain(learning_rate=0.5).apply([[1.0, 1.0]], [w])
    >>> w.value.tolist()
    [0.5, 1.5]
    """

    runtime_hyperparameters = ("weight_decay",)
    _not_in_program = ("name", "_indices", "_excluded", "_excluded_names")
    learning_rate: LearningRate  #: number, schedule, or function without arguments
    weight_decay: Decay = None  #: weights shrink by this times the learning rate at each step
    clipnorm: Limit = None  #: largest norm of the gradient of one weight
    clipvalue: Limit = None  #: largest absolute value of a gradient
    global_clipnorm: Limit = None  #: largest norm of all gradients together
    use_ema: bool = False  #: whether to keep a moving average of the weights
    ema_momentum: Rate = 0.99  #: how much of the old average stays at each step
    ema_overwrite_frequency: Every = None  #: every so many steps weights become their average
    loss_scale_factor: float | None = None  #: the loss is multiplied by it, the gradients divided
    gradient_accumulation_steps: Several = None  #: steps whose mean gradient makes one update
    name: str | None = None  #: name; made up if None

    def setup(self) -> None:
        """Check what excludes each other, and make the first variables."""
        limits = {k: getattr(self, k) for k in ("clipnorm", "clipvalue", "global_clipnorm")}
        given = {k: v for k, v in limits.items() if v is not None}
        if len(given) > 1:
            listed = ", ".join(f"{k}={v}" for k, v in given.items())
            raise BadValue(f"{type(self).__name__}: only one of {listed} can be set; keep one.")
        self._excluded: list[Variable] = []
        self._excluded_names: list[str] = []
        self._start()

    @property
    def iterations(self) -> Any:
        """Number of updates done so far."""
        steps = self.gradient_accumulation_steps
        return self._step.value // steps if steps else self._step

    @property
    def _updates(self) -> Any:
        """``iterations`` as an array."""
        done = self.iterations
        return done.value if isinstance(done, Variable) else done

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the variables that go with the given weights; subclasses add theirs after this."""
        if self.built:
            return
        self._trainable_variables = list(variables)
        self._number_weights()
        if self.use_ema:
            self._averages = self.add_optimizer_variables(self._trainable_variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = self.add_optimizer_variables(
                self._trainable_variables, "gradient_accumulator"
            )
        self.built = True

    # --- the pass

    def apply(self, grads: Iterable[Any], trainable_variables: Any = None) -> None:
        """Update the weights; ``trainable_variables`` builds the optimizer at the first call.

        A gradient may be None where the loss does not depend on the weight: it stays as it is.
        """
        grads, weights = list(grads), self._weights_for(trainable_variables)
        if len(grads) != len(weights):
            raise BadValue(
                f"{self.name!r} got {len(grads)} gradients for {len(weights)} variables: give one "
                "for each, None where a variable has no gradient."
            )
        pairs = self._usable(list(zip(grads, weights, strict=True)))
        if not pairs:
            return
        grads = [ops.cast(ops.convert_to_tensor(g), w.dtype) for g, w in pairs]
        weights = [w for _, w in pairs]
        grads = self._unscaled(grads)
        if self.gradient_accumulation_steps:
            self._accumulate(grads, weights)
        else:
            self._update(grads, weights)
        if self.use_ema:
            self._average(weights)
        for weight in weights:
            if weight.constraint is not None:
                weight.assign(weight.constraint(weight.value))
        self._step.assign(self._step.value + 1)

    def _unscaled(self, grads: list) -> list:
        factor = self.loss_scale_factor
        return [g / factor for g in grads] if factor else grads

    def _weights_for(self, variables: Any) -> list[Variable]:
        if variables is None:
            if not self.built:
                raise BadState(
                    f"{self.name!r} does not know its variables yet: write "
                    "apply(grads, trainable_variables), or call build(trainable_variables) first."
                )
            return self._trainable_variables
        variables = list(variables)
        if not self.built:
            self.build(variables)
            self.built = True
        for variable in variables:
            self._get_variable_index(variable)
        return variables

    def _usable(self, pairs: list[tuple[Any, Variable]]) -> list[tuple[Any, Variable]]:
        """The pairs with a gradient, without the weights that take theirs as their value."""
        if not pairs:
            return pairs
        missing = [w.path for g, w in pairs if g is None]
        if len(missing) == len(pairs):
            raise BadValue(
                "No variable got a gradient: the loss does not depend on any of "
                f"{', '.join(missing)}. Compute it from the outputs of the model."
            )
        if missing:
            warnings.warn(
                f"These variables got no gradient, so they stay as they are: {', '.join(missing)}. "
                "Does the loss depend on them?",
                stacklevel=4,
            )
        for gradient, weight in pairs:
            if weight.overwrite_with_gradient and gradient is not None:
                weight.assign(gradient)
        return [(g, w) for g, w in pairs if g is not None and not w.overwrite_with_gradient]

    def _update(self, grads: list, weights: list[Variable]) -> None:
        """Clip, decay, step."""
        rate = self._get_current_learning_rate()
        grads = self._clip_gradients(grads)
        self._apply_weight_decay(weights)
        self._update_all(grads, weights, rate)

    def _update_all(self, grads: list, weights: list[Variable], learning_rate: Any) -> None:
        for gradient, weight in zip(grads, weights, strict=True):
            self.update_step(gradient, weight, learning_rate)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight and what the optimizer holds for it."""
        raise NotImplementedError(
            f"{type(self).__name__} must define update_step(gradient, variable, learning_rate)."
        )

    def _operands(self, gradient: Any, variable: Variable, learning_rate: Any) -> tuple:
        """Gradient, value of the weight and rate as arrays in the weight's dtype, and its index."""
        dtype = variable.dtype
        rate = ops.cast(ops.convert_to_tensor(learning_rate), dtype)
        index = self._get_variable_index(variable)
        return ops.cast(ops.convert_to_tensor(gradient), dtype), variable.value, rate, index

    def _accumulate(self, grads: list, weights: list[Variable]) -> None:
        """Add the gradients up; at every n-th call take their mean and update."""
        steps = self.gradient_accumulation_steps
        assert steps is not None
        now = (self._step.value + 1) % steps == 0
        held = [self._accumulators[self._get_variable_index(w)] for w in weights]
        sums = [a.value + g for a, g in zip(held, grads, strict=True)]
        masked_update(now, lambda: self._update([s / steps for s in sums], weights))
        for accumulator, total in zip(held, sums, strict=True):
            accumulator.assign(ops.where(now, 0, total))

    # --- its parts

    def _clip_gradients(self, grads: list) -> list:
        if self.clipnorm:
            return [g * _shrink(ops.sqrt(ops.sum(g * g)), self.clipnorm) for g in grads]
        if self.global_clipnorm:
            norm = ops.sqrt(sum(ops.sum(g * g) for g in grads))
            factor = _shrink(norm, self.global_clipnorm)
            return [g * ops.cast(factor, g.dtype) for g in grads]
        if self.clipvalue:
            return [ops.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads

    def _apply_weight_decay(self, variables: Sequence[Variable]) -> None:
        if not self.weight_decay:
            return
        decay = hyperparameter(self, "weight_decay", "float32")
        factor = self._get_current_learning_rate() * decay
        for weight in variables:
            if self._use_weight_decay(weight):
                self.assign_sub(weight, weight.value * ops.cast(factor, weight.dtype))

    def exclude_from_weight_decay(
        self,
        var_list: Iterable[Variable] | None = None,
        var_names: Iterable[str] | None = None,
    ) -> None:
        """Spare weights from decay: given ones, or those whose name contains a given text."""
        self._excluded += var_list or ()
        self._excluded_names += list(var_names or ())

    def _use_weight_decay(self, variable: Variable) -> bool:
        named = any(re.search(text, variable.name) for text in self._excluded_names)
        return not named and not any(v is variable for v in self._excluded)

    def _program_facts(self) -> list[bool]:
        """Which weights decay: that may hang on their names."""
        return [self._use_weight_decay(v) for v in self._trainable_variables]

    def _average(self, weights: list[Variable]) -> None:
        done = self._updates
        momentum = ops.where(done == 0, 0.0, self.ema_momentum)  # the first average is the weight
        for weight in weights:
            average = self._average_of(weight)
            kept = ops.cast(momentum, weight.dtype)
            new = average.assign(kept * average.value + (1 - kept) * weight.value)
            if self.ema_overwrite_frequency:
                now = (done + 1) % self.ema_overwrite_frequency == 0
                weight.assign(ops.where(now, new, weight.value))

    def _average_of(self, weight: Variable) -> Any:
        return self._averages[self._get_variable_index(weight)]

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Set the weights to their averages, where averages are kept."""
        if not self.use_ema:
            return
        for weight in var_list:
            average = self._average_of(weight)
            if average is not None:
                weight.assign(average.value)

    # --- other doors to the same pass

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """``apply`` on pairs of gradient and variable; returns the step counter."""
        pairs = list(grads_and_vars)
        if not pairs:
            raise BadValue("apply_gradients needs at least one pair (gradient, variable).")
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._step

    def stateless_apply(
        self,
        optimizer_variables: Sequence[Any],
        grads: Sequence[Any],
        trainable_variables: Sequence[Any],
    ) -> tuple[list, list]:
        """``apply`` as a pure function of arrays: (new trainable values, new optimizer values)."""
        own, weights = self.variables, self._trainable_variables
        if not self.built:
            raise BadState(f"{self.name!r} must be built first: build(trainable_variables).")
        for what, given, wanted in (
            ("optimizer_variables", optimizer_variables, own),
            ("trainable_variables", trainable_variables, weights),
        ):
            if len(given) != len(wanted):
                raise BadValue(
                    f"{self.name!r} has {len(wanted)} {what}, but {len(given)} values were given."
                )
        arrays = [*trainable_variables, *optimizer_variables]
        _, new = pure(lambda: self.apply(grads, weights), [*weights, *own])(arrays)
        return new[: len(weights)], new[len(weights) :]

    def scale_loss(self, loss: Any) -> Any:
        """The loss times ``loss_scale_factor``: what is to be differentiated."""
        return loss * self.loss_scale_factor if self.loss_scale_factor else loss


def _shrink(norm: Any, limit: float) -> Any:
    return limit / ops.maximum(norm, limit)


def in_masked_update() -> bool:
    """Whether old values may be kept: what overwrites them in their place would need copies."""
    return _masked.get()


def masked_update(now: Any, change: Callable[[], Any]) -> None:
    """Run ``change``, and keep what it assigns where ``now`` holds; no branch, so XLA can fuse."""
    token = _masked.set(True)
    try:
        with values([], []) as scope:
            change()
    finally:
        _masked.reset(token)
    for key, variable in scope.written.items():
        variable.assign(ops.where(now, scope.arrays[key], variable.stored))


def average_of(optimizer: Optimizer, weight: Variable) -> Variable | None:
    """The moving average that a built optimizer with ``use_ema`` keeps of a weight."""
    return optimizer._average_of(weight)
