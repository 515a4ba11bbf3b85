"""Nested lists, tuples and dicts as trees; ``None`` is a leaf, dicts are walked by sorted key."""

from collections.abc import Callable, Iterator
from typing import Any, overload

IsLeaf = Callable[[Any], bool]


def _is_namedtuple(tree: Any) -> bool:
    return isinstance(tree, tuple) and hasattr(tree, "_fields")


def is_nested(tree: Any) -> bool:
    """Whether a value is a list, tuple or dict."""
    return isinstance(tree, (list, tuple, dict))


def keys(tree: dict) -> list:
    """A dict's keys in walking order: sorted, or as inserted where they cannot be compared."""
    try:
        return sorted(tree)
    except TypeError:
        return list(tree)


def flatten(tree: Any) -> list:
    """All leaves, from left to right.

    >>> flatten({"b": [1, (2, None)], "a": 0})
    [0, 1, 2, None]
    """
    return list(leaves(tree))


def leaves(tree: Any) -> Iterator:
    """All leaves, one by one."""
    if isinstance(tree, dict):
        for key in keys(tree):
            yield from leaves(tree[key])
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from leaves(item)
    else:
        yield tree


@overload
def map_structure(fn: Callable[[Any], Any], tree: Any) -> Any: ...
@overload
def map_structure(fn: Callable[..., Any], tree: Any, *others: Any) -> Any: ...
def map_structure(fn: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """The same structure with ``fn(leaf, *leaves of the others)`` at each leaf.

    >>> map_structure(lambda x, y: x + y, [1, {"a": 2}], [10, {"a": 20}])
    [11, {'a': 22}]
    """
    if isinstance(tree, dict):
        done = {k: map_structure(fn, tree[k], *(o[k] for o in others)) for k in keys(tree)}
        return type(tree)((k, done[k]) for k in tree)
    if isinstance(tree, (list, tuple)):
        for other in others:
            if not isinstance(other, (list, tuple)) or len(other) != len(tree):
                raise ValueError(f"The structures differ: {tree!r} and {other!r}.")
        done = [map_structure(fn, *items) for items in zip(tree, *others, strict=True)]
        return type(tree)(*done) if _is_namedtuple(tree) else type(tree)(done)
    return fn(tree, *others)


def pack_sequence_as(tree: Any, flat: list) -> Any:
    """The structure of ``tree`` with the leaves of ``flat``.

    >>> pack_sequence_as((0, [0, 0]), [1, 2, 3])
    (1, [2, 3])
    """
    if len(flat) != len(flatten(tree)):
        raise ValueError(f"The structure has {len(flatten(tree))} leaves, but {len(flat)} came.")
    rest = iter(flat)
    return map_structure(lambda _: next(rest), tree)


def map_shape_structure(fn: Callable[..., Any], tree: Any) -> Any:
    """``map_structure`` that takes a shape, a tuple or list of sizes, for a leaf."""
    if is_shape(tree):
        return fn(tuple(tree))
    if isinstance(tree, dict):
        return {k: map_shape_structure(fn, v) for k, v in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(map_shape_structure(fn, v) for v in tree)
    return fn(tree)


def is_shape(value: Any) -> bool:
    """Whether a value is a tuple or list of sizes (int or None)."""
    return isinstance(value, (list, tuple)) and all(v is None or isinstance(v, int) for v in value)
