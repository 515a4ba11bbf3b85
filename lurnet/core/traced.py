"""Whether a value is known, or one of a computation that is being compiled."""

from typing import Any

import jax


def is_traced(x: Any) -> bool:
    """Whether a value is one of a computation that is being compiled, and so not known yet.

    >>> seen = []
    >>> _ = jax.jit(lambda x: seen.append(is_traced(x)) or x)(1.0)
    >>> seen, is_traced(1.0)
    ([True], False)
    """
    return isinstance(x, jax.core.Tracer)
