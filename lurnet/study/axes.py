"""Which parameter of a study goes where in a picture: on the axis, into curves, into panels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lurnet.core.errors import BadValue
from lurnet.study.settings import Setting, label, names_of, plain, text_of, values_of, varying

CURVES, PANELS = 7, 12  #: as many can be told apart, and stand on a page


@dataclass(frozen=True)
class Axes:
    """Names of parameters."""

    x: str | None  #: on the axis; None: each setting stands there by itself
    by: str | None  #: a curve for each of its values
    panels: list[str]  #: a panel for each combination of their values


def axes_of(settings: Sequence[Setting], x: str | None, by: str | None, grid: bool) -> Axes:
    """Where parameters go; BadValue for names that there are not, and for too many panels."""
    known = names_of(settings)
    for name in (x, by):
        if name is not None and name not in known:
            raise BadValue(f"The study has no parameter {name!r}; it has {', '.join(known)}.")
    if not known:
        raise BadValue("The study has one setting only: there is nothing to draw it against.")
    axes = arrange(settings, x, by, grid)
    count = panel_count(settings, axes.panels)
    if count > PANELS:
        texts = ", ".join(f"{n!r}: {plain(settings[0].get(n))!r}" for n in axes.panels)
        names = ", ".join(axes.panels)
        raise BadValue(f"{names} vary too, in {count} ways: fix some of them, where={{{texts}}}.")
    return axes


def arrange(settings: Sequence[Setting], x: str | None, by: str | None, grid: bool) -> Axes:
    """Places for the parameters that the caller has not placed.

    The axis takes the one with the most numbers, else the most names; curves the next with as many
    values as can be told apart; panels the rest. Settings that are no full grid stand one by one.
    After a search (``grid`` is False) every setting is a point above its ``x``.
    """
    if x is None and by is None and grid and not is_full(settings):
        return Axes(None, None, [])
    rest = [n for n in varying(settings) if n not in (x, by)]
    x = x or max(rest or names_of(settings), key=lambda n: _fitness(settings, n))
    rest = [n for n in rest if n != x] if grid else []
    if by is None and rest:
        by = max(rest, key=lambda n: _as_curves(settings, n))
    return Axes(x, by, [n for n in rest if n != by])


def panel_count(settings: Sequence[Setting], names: Sequence[str]) -> int:
    """How many combinations of these parameters' values there may be."""
    return math.prod(len(values_of(settings, n)) for n in names)


def is_full(settings: Sequence[Setting]) -> bool:
    """Whether the settings are all combinations of their values."""
    return len(settings) == panel_count(settings, varying(settings))


def _fitness(settings: Sequence[Setting], name: str) -> tuple[bool, int]:
    """How well a parameter suits the axis."""
    values = values_of(settings, name)
    return is_numeric(settings, name), len(values)


def _as_curves(settings: Sequence[Setting], name: str) -> int:
    count = len(values_of(settings, name))
    return count if count <= CURVES else -count


def is_numeric(settings: Sequence[Setting], name: str) -> bool:
    """Whether every setting has a number there."""
    given = [s.get(name) for s in settings]
    return all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in given)


def value_text(setting: Setting, name: str) -> str:
    """A setting's value as a text.

    >>> value_text({"l2": 0.001}, "l2"), value_text({}, "l2")
    ('0.001', 'not given')
    """
    return text_of(setting[name]) if name in setting else "not given"


def legend_text(setting: Setting, names: Sequence[str]) -> str:
    """A setting in a list that says the parameter's name above, where there is only one.

    >>> legend_text({"l2": 0.001}, ["l2"]), legend_text({"l2": 0.001, "units": 8}, ["l2", "units"])
    ('0.001', 'l2=0.001, units=8')
    """
    return value_text(setting, names[0]) if len(names) == 1 else label(setting, names)
