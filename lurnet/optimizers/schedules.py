"""Learning rates that depend on the step: functions of ``iterations``, computed in the program."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import Check, Config, Number, fields, is_number
from lurnet.core.registry import Registry

Positive = Annotated[float, Check("a positive number", lambda v: is_number(v) and v > 0)]


class LearningRateSchedule(Config):
    """Base: subclasses define ``__call__(step)``, where ``step`` is an integer array.

    >>> class Halving(LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 * 0.5**step
    >>> Halving()(2)
    0.025
    """

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(step).")


def _float(step: Any) -> Any:
    return ops.cast(ops.convert_to_tensor(step), "float32")


@fields
class ExponentialDecay(LearningRateSchedule):
    """``initial * decay_rate ** (step / decay_steps)``.

    >>> round(float(ExponentialDecay(0.1, 10, 0.5)(20)), 6)
    0.025
    """

    initial_learning_rate: Number  #: learning rate at step 0
    decay_steps: Positive  #: number of steps in which it falls by the factor `decay_rate`
    decay_rate: Number  #: the factor
    staircase: bool = False  #: whether it falls in jumps, after whole multiples of `decay_steps`
    name: str = "ExponentialDecay"  #: name

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        periods = _float(step) / self.decay_steps
        periods = ops.floor(periods) if self.staircase else periods
        return self.initial_learning_rate * self.decay_rate**periods


@fields
class PiecewiseConstantDecay(LearningRateSchedule):
    """Constant between boundaries: ``values[i]`` while ``step <= boundaries[i]``.

    >>> [round(float(PiecewiseConstantDecay([2, 4], [1.0, 0.5, 0.1])(s)), 6) for s in (2, 3, 5)]
    [1.0, 0.5, 0.1]
    """

    boundaries: Sequence[float]  #: steps after which the next value holds, rising
    values: Sequence[float]  #: learning rates, one more than there are boundaries
    name: str = "PiecewiseConstant"  #: name

    def setup(self) -> None:
        """Check the number of values and the order of the boundaries."""
        if len(self.values) != len(self.boundaries) + 1:
            raise BadValue(
                f"PiecewiseConstantDecay needs one value more than boundaries, but `boundaries` "
                f"has {len(self.boundaries)} and `values` {len(self.values)}."
            )
        if sorted(self.boundaries) != list(self.boundaries):
            raise BadValue(
                f"PiecewiseConstantDecay: `boundaries` must rise, but they are {self.boundaries}."
            )

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        step = ops.convert_to_tensor(step)
        rate = ops.convert_to_tensor(float(self.values[0]))
        for boundary, value in zip(self.boundaries, self.values[1:], strict=True):
            rate = ops.where(step > boundary, value, rate)
        return rate


@fields
class PolynomialDecay(LearningRateSchedule):
    """From ``initial`` to ``end`` as ``(1 - step / decay_steps) ** power``.

    >>> round(float(PolynomialDecay(0.1, 10, 0.0)(5)), 6)
    0.05
    """

    initial_learning_rate: Number  #: learning rate at step 0
    decay_steps: Positive  #: number of steps to the end
    end_learning_rate: Number = 0.0001  #: learning rate at the end
    power: Number = 1.0  #: exponent; 1 is a straight line
    cycle: bool = False  #: whether to start again, each time with `decay_steps` more
    name: str = "PolynomialDecay"  #: name

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        step = _float(step)
        if self.cycle:
            cycles = ops.maximum(ops.ceil(step / self.decay_steps), 1.0)
            done = step / (self.decay_steps * cycles)
        else:
            done = ops.minimum(step, float(self.decay_steps)) / self.decay_steps
        fall = self.initial_learning_rate - self.end_learning_rate
        return fall * (1 - done) ** self.power + self.end_learning_rate


@fields
class InverseTimeDecay(LearningRateSchedule):
    """``initial / (1 + decay_rate * step / decay_steps)``.

    >>> round(float(InverseTimeDecay(0.1, 10, 1.0)(10)), 6)
    0.05
    """

    initial_learning_rate: Number  #: learning rate at step 0
    decay_steps: Positive  #: number of steps that count as one period
    decay_rate: Number  #: how much is added to the divisor in one period
    staircase: bool = False  #: whether it falls in jumps, after whole periods
    name: str = "InverseTimeDecay"  #: name

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        periods = _float(step) / self.decay_steps
        periods = ops.floor(periods) if self.staircase else periods
        return self.initial_learning_rate / (1 + self.decay_rate * periods)


@fields
class CosineDecay(LearningRateSchedule):
    """Half a cosine from ``initial`` to ``alpha * initial``, after an optional linear warm-up.

    With ``warmup_target`` the rate first rises from ``initial`` to the target in ``warmup_steps``,
    and the cosine starts there (Loshchilov & Hutter, 2016, https://arxiv.org/abs/1608.03983).

    >>> [round(float(CosineDecay(0.1, 10)(s)), 6) for s in (0, 5, 10)]
    [0.1, 0.05, 0.0]
    """

    initial_learning_rate: Number  #: learning rate at step 0
    decay_steps: Positive  #: number of steps of the cosine
    alpha: Number = 0.0  #: lowest rate, as a fraction of the highest
    name: str = "CosineDecay"  #: name
    warmup_target: Number | None = None  #: rate after the warm-up; None: no warm-up
    warmup_steps: int = 0  #: number of steps of the warm-up

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        step = _float(step)
        if self.warmup_target is None:
            return self._cosine(step, self.initial_learning_rate)
        rise = self.warmup_target - self.initial_learning_rate
        warm = self.initial_learning_rate + rise * step / max(self.warmup_steps, 1)
        cosine = self._cosine(step - self.warmup_steps, self.warmup_target)
        return ops.where(step > self.warmup_steps, cosine, warm)

    def _cosine(self, step: Any, start: float) -> Any:
        done = ops.minimum(step, float(self.decay_steps)) / self.decay_steps
        half = 0.5 * (1 + ops.cos(math.pi * done))
        return start * ((1 - self.alpha) * half + self.alpha)


@fields
class CosineDecayRestarts(LearningRateSchedule):
    """Cosines one after another, each ``t_mul`` times longer and ``m_mul`` times as high.

    Warm restarts of Loshchilov & Hutter, 2016, https://arxiv.org/abs/1608.03983.

    >>> [round(float(CosineDecayRestarts(0.1, 10)(s)), 6) for s in (5, 10, 20)]
    [0.05, 0.1, 0.05]
    """

    initial_learning_rate: Number  #: learning rate at step 0
    first_decay_steps: Positive  #: number of steps of the first cosine
    t_mul: Number = 2.0  #: each cosine is this many times as long as the one before
    m_mul: Number = 1.0  #: and starts this many times as high
    alpha: Number = 0.0  #: lowest rate, as a fraction of the highest
    name: str = "SGDRDecay"  #: name

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        periods = _float(step) / self.first_decay_steps
        if self.t_mul == 1.0:
            restarts = ops.floor(periods)
            done = periods - restarts
        else:
            # The n-th cosine starts at (t^n - 1) / (t - 1) times the length of the first.
            grown = 1 - periods * (1 - self.t_mul)
            restarts = ops.floor(ops.log(grown) / math.log(self.t_mul))
            start = (1 - self.t_mul**restarts) / (1 - self.t_mul)
            done = (periods - start) / self.t_mul**restarts
        half = 0.5 * self.m_mul**restarts * (1 + ops.cos(math.pi * done))
        return self.initial_learning_rate * ((1 - self.alpha) * half + self.alpha)


registry = Registry("learning rate schedule", "keras.optimizers.schedules")
registry.collect(globals(), LearningRateSchedule)
serialize, deserialize = registry.serialize, registry.deserialize
