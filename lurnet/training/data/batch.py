"""A batch is ``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``."""

from typing import Any

from lurnet.core.errors import BadValue


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """A batch as three values, None where one is missing.

    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if len(data) > 3 or not data:
        raise BadValue(
            "A batch must be x, (x, y) or (x, y, sample_weight), but it is a tuple of "
            f"{len(data)} items. Several inputs go into one item: ([x1, x2], y)."
        )
    x, y, sample_weight = (*data, None, None)[:3]
    return x, y, sample_weight


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """The shortest tuple that says the same.

    >>> pack_x_y_sample_weight(1, 2)
    (1, 2)
    """
    if sample_weight is not None:
        return x, y, sample_weight
    if y is not None:
        return x, y
    return (x,) if isinstance(x, (tuple, list)) else x
