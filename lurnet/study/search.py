"""Spaces to search for good settings, and who proposes the next one: optuna."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lurnet.core.errors import BadState, BadType, BadValue, did_you_mean
from lurnet.study.settings import Setting


@dataclass(frozen=True)
class Space:
    """The values that a name of a search may take; made by ``uniform``, ``log``, ..."""

    kind: str
    low: float = 0.0
    high: float = 0.0
    options: tuple = ()


def uniform(low: float, high: float) -> Space:
    """A number from ``low`` to ``high``, each equally likely."""
    return Space("uniform", *_ordered(low, high))


def log(low: float, high: float) -> Space:
    """A positive number whose logarithm is equally likely anywhere: learning rates, penalties."""
    if low <= 0:
        raise BadValue(f"log(low, high) needs a positive `low`, but it is {low!r}.")
    return Space("log", *_ordered(low, high))


def integer(low: int, high: int) -> Space:
    """A whole number from ``low`` to ``high``, both included."""
    return Space("integer", *_ordered(low, high))


def choice(*options: Any) -> Space:
    """One of some values of any kind.

    >>> choice("relu", "tanh").options
    ('relu', 'tanh')
    """
    if len(options) == 1 and isinstance(options[0], (list, tuple)):
        options = tuple(options[0])
    if not options:
        raise BadValue("choice() needs values to choose from.")
    return Space("choice", options=options)


def _ordered(low: float, high: float) -> tuple[float, float]:
    if not low < high:
        raise BadValue(f"`low` must be less than `high`, but they are {low!r} and {high!r}.")
    return low, high


Report = Callable[[float | None], None]


def suggestions(
    space: Mapping[str, Space], trials: int, sampler: str, seed: int
) -> Iterator[tuple[Setting, Report]]:
    """Settings to try, and for each how to report what came of it: more is better, None failed.

    Equal seeds and reports give equal settings, so a search that was stopped finds its runs again.
    """
    for name, one in space.items():
        if not isinstance(one, Space):
            raise BadType(
                f"The space gives {name!r} the value {one!r}: write lurnet.study.uniform(low, high)"
                ", log(low, high), integer(low, high) or choice(...)."
            )
    try:
        import optuna as engine  # type: ignore[import-not-found] # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadState("Searching needs optuna: pip install 'lurnet[search]'") from None
    engine.logging.set_verbosity(engine.logging.WARNING)
    samplers = {"tpe": engine.samplers.TPESampler, "random": engine.samplers.RandomSampler}
    if sampler not in samplers:
        raise BadValue(
            f"`sampler` must be 'tpe' or 'random', but it is {sampler!r}."
            f"{did_you_mean(sampler, samplers)}"
        )
    found = engine.create_study(direction="maximize", sampler=samplers[sampler](seed=seed))
    ranges = {name: _distribution(engine, one) for name, one in space.items()}
    for _ in range(trials):
        trial = found.ask(ranges)

        def report(value: float | None, trial: Any = trial) -> None:
            found.tell(trial, value, engine.trial.TrialState.FAIL if value is None else None)

        yield _setting(space, trial.params), report


def _distribution(engine: Any, space: Space) -> Any:
    kinds = engine.distributions
    if space.kind == "choice":
        return kinds.CategoricalDistribution(range(len(space.options)))
    if space.kind == "integer":
        return kinds.IntDistribution(int(space.low), int(space.high))
    return kinds.FloatDistribution(space.low, space.high, log=space.kind == "log")


def _setting(space: Mapping[str, Space], drawn: Mapping[str, Any]) -> Setting:
    return {n: s.options[drawn[n]] if s.kind == "choice" else drawn[n] for n, s in space.items()}
