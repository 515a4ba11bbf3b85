"""Names of layers and variables, unique within a session."""

import contextlib
import contextvars
import re
from collections import Counter
from collections.abc import Iterator

_used: Counter = Counter()
_scopes: contextvars.ContextVar = contextvars.ContextVar("name_scopes", default=())


def to_snake_case(name: str) -> str:
    """A class name as an instance name.

    >>> to_snake_case("MaxPooling2D"), to_snake_case("LSTM"), to_snake_case("PReLU")
    ('max_pooling2d', 'lstm', 'p_re_lu')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower().lstrip("_")


def auto_name(prefix: str) -> str:
    """``prefix``, or ``prefix_1``, ``prefix_2``, ... where it was given before."""
    prefix = to_snake_case(prefix)
    count = _used[prefix]
    _used[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def reset_names() -> None:
    """Start counting anew; names already given stay."""
    _used.clear()


@contextlib.contextmanager
def name_scope(name: str) -> Iterator[None]:
    """Put ``name/`` before the paths of the variables made inside."""
    token = _scopes.set((*_scopes.get(), name))
    try:
        yield
    finally:
        _scopes.reset(token)


def current_path() -> str:
    """The open name scopes, joined by slashes."""
    return "/".join(_scopes.get())


def path_of(name: str) -> str:
    """A name inside the open scopes."""
    return "/".join((*_scopes.get(), name))
