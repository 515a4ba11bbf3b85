"""The error family: every message says what was seen, where, what was expected, what to write."""

import difflib
from collections.abc import Iterable


class LurnetError(Exception):
    """Base of every error that lurnet raises on purpose."""

    def add_note(self, note: str) -> None:
        """A line below the message, but for JAX's on frames it has removed: this says enough."""
        if "JAX_TRACEBACK_FILTERING" not in note:
            super().add_note(note)


class BadValue(LurnetError, ValueError):
    """An argument, a shape or a name that cannot work."""


class BadType(LurnetError, TypeError):
    """An argument of the wrong type, or one that does not exist."""


class BadAttribute(LurnetError, AttributeError):
    """An attribute that is not there."""


class BadState(LurnetError, RuntimeError):
    """A call that came too early or too late, such as ``fit`` before ``compile``."""


class BadFile(LurnetError, OSError, ValueError):
    """A file that is missing, broken, or not what it was taken for."""


def did_you_mean(name: object, options: Iterable[str]) -> str:
    """A hint with the nearest known name, or an empty string.

    >>> did_you_mean("rleu", ["relu", "selu", "tanh"])
    " Did you mean 'relu'?"
    """
    options = list(options)
    near = difflib.get_close_matches(str(name), options, 5, 0.6)
    near.sort(key=lambda o: sorted(o) != sorted(str(name)))  # swapped letters come first
    if not near:  # a second look that forgives case and underscores
        plain = {o.lower().replace("_", ""): o for o in options}
        found = difflib.get_close_matches(str(name).lower().replace("_", ""), plain, 1, 0.6)
        near = [plain[found[0]]] if found else []
    return f" Did you mean {near[0]!r}?" if near else ""
