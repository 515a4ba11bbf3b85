"""Global settings: float type, epsilon, image layout; read once from ``keras.json``."""

import json
import os
from pathlib import Path

from lurnet.core.errors import BadValue

_CHOICES = {
    "floatx": ("float16", "bfloat16", "float32", "float64"),
    "image_data_format": ("channels_last", "channels_first"),
}


def keras_home() -> Path:
    """Folder of the user's Keras settings and cached files: ``KERAS_HOME`` or ``~/.keras``."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()


def _stored() -> dict:
    """The settings in the user's ``keras.json`` that we know; a broken file is ignored."""
    try:
        found = json.loads((keras_home() / "keras.json").read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    good = {k: v for k, v in found.items() if k in _CHOICES and v in _CHOICES[k]}
    if isinstance(found.get("epsilon"), float):
        good["epsilon"] = found["epsilon"]
    return good


_settings = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"} | _stored()


def _choose(name: str, value: object) -> None:
    if value not in _CHOICES[name]:
        options = ", ".join(map(repr, _CHOICES[name]))
        raise BadValue(f"`{name}` must be one of {options}, but it is {value!r}.")
    _settings[name] = value


def chosen() -> tuple:
    """All settings as they are now: what was computed under equal ones is equal."""
    return (*_settings.values(),)


def floatx() -> str:
    """Default float type.

    >>> floatx()
    'float32'
    """
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Set the default float type: "float16", "bfloat16", "float32" or "float64"."""
    _choose("floatx", value)


def epsilon() -> float:
    """The small number that keeps divisions and logarithms finite.

    >>> epsilon()
    1e-07
    """
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Set the small number that keeps divisions and logarithms finite."""
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """Default layout of images: "channels_last" (b, h, w, c) or "channels_first" (b, c, h, w).

    >>> image_data_format()
    'channels_last'
    """
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set the default layout of images."""
    _choose("image_data_format", data_format)


def standardize_data_format(value: str | None) -> str:
    """The layout given, checked; None is the global setting."""
    if value is None:
        return image_data_format()
    if value not in _CHOICES["image_data_format"]:
        raise BadValue(
            "`data_format` must be 'channels_last' or 'channels_first' (or None for the global "
            f"setting), but it is {value!r}."
        )
    return value


def backend() -> str:
    """Name of the engine, always "jax"."""
    return "jax"
