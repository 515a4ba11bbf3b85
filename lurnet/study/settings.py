"""Settings of a study: dicts of arguments, how they are listed, named and shown."""

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lurnet.core.errors import BadType, BadValue

Setting = dict[str, Any]


def settings_of(grid: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None) -> list[Setting]:
    """All combinations of a dict of lists; a list of dicts as it is; None: one empty setting.

    >>> settings_of({"l2": [0.0, 0.1], "units": [8]})
    [{'l2': 0.0, 'units': 8}, {'l2': 0.1, 'units': 8}]
    """
    if grid is None:
        return [{}]
    if isinstance(grid, Mapping):
        axes = [_axis(name, values) for name, values in grid.items()]
        found = [dict(zip(grid, chosen, strict=True)) for chosen in itertools.product(*axes)]
    else:
        found = [_setting(s) for s in grid]
    _refuse_bad(found)
    return found


def _axis(name: str, values: Any) -> list[Any]:
    if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__iter__"):
        raise BadType(
            f"The grid gives {name!r} the value {values!r}: give a list of values, [{values!r}]."
        )
    return [_python(v) for v in values]


def _setting(given: Any) -> Setting:
    if not isinstance(given, Mapping):
        raise BadType(f"A list of settings holds dicts, not {given!r}.")
    return {name: _python(value) for name, value in given.items()}


def _refuse_bad(settings: list[Setting]) -> None:
    if not settings:
        raise BadValue("The grid is empty: give each name at least one value.")
    keys = [key_of(s) for s in settings]
    for i, key in enumerate(keys):
        if key in keys[:i]:
            raise BadValue(f"The grid holds the setting {label(settings[i])} twice.")


def _python(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def plain(value: Any) -> Any:
    """A value as data that JSON can hold: what it is where that is plain, else its name.

    >>> plain((1, np.float32(0.5), len))
    [1, 0.5, 'len']
    """
    value = _python(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    text = getattr(value, "__name__", None) or repr(value)
    if " at 0x" in text:
        raise BadValue(
            f"A setting holds {text}, which has no lasting name, so its runs could not be found "
            "again: use a name or a number, and make the object of it in build()."
        )
    return text


def key_of(setting: Setting, replicate: int | None = None) -> str:
    """A short name for a setting, or for one replicate of it; the order of names is no matter."""
    text = json.dumps(plain(setting), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return digest if replicate is None else f"{digest}-{replicate}"


def text_of(value: Any) -> str:
    """A value as tables and axes show it.

    >>> text_of(0.00025075), text_of("same"), text_of([3, 3])
    ('0.0002507', 'same', '3 x 3')
    """
    value = plain(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return " x ".join(map(text_of, value))
    return str(value)


def label(setting: Mapping[str, Any], names: Sequence[str] | None = None) -> str:
    """A setting in one line.

    >>> label({"l2": 1e-06, "units": 8})
    'l2=1e-06, units=8'
    """
    chosen = setting if names is None else [n for n in names if n in setting]
    return ", ".join(f"{n}={text_of(setting[n])}" for n in chosen) or "the one setting"


def names_of(settings: Sequence[Setting]) -> list[str]:
    """All names, in the order in which they come up."""
    return list(dict.fromkeys(name for s in settings for name in s))


def varying(settings: Sequence[Setting]) -> list[str]:
    """The names whose value is not the same in all settings."""
    return [n for n in names_of(settings) if len(values_of(settings, n)) > 1]


def values_of(settings: Sequence[Setting], name: str) -> list[Any]:
    """The different values of a name; numbers in rising order, others as they come up."""
    found = {json.dumps(plain(s.get(name))): s.get(name) for s in settings}
    values = list(found.values())
    numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
    return sorted(values) if numeric else values


def matching(settings: Sequence[Setting], wanted: Mapping[str, Any]) -> list[Setting]:
    """The settings that have the wanted values."""
    aim = plain(wanted)
    return [s for s in settings if all(n in s and plain(s[n]) == v for n, v in aim.items())]


def only(settings: Sequence[Setting], wanted: Mapping[str, Any]) -> Setting:
    """The one setting that has the wanted values; BadValue for none or several."""
    found = matching(settings, wanted)
    if len(found) != 1:
        options = "; ".join(label(s) for s in (found or settings)[:8])
        raise BadValue(
            f"{len(found) or 'No'} settings of the study have {label(dict(wanted))}, where one is "
            f"needed. {'They are' if found else 'It has'}: {options}."
        )
    return found[0]
