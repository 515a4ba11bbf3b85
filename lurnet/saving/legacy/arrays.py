"""One layer's stored arrays, matched with its variables; shapes are compared before all reading."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lurnet.core.errors import BadValue
from lurnet.core.variable import Variable
from lurnet.saving.entries import Entry
from lurnet.saving.legacy.groups import Stored
from lurnet.saving.legacy.layouts import layout_of
from lurnet.saving.legacy.order import Piece, pieces
from lurnet.saving.legacy.versions import Writer

Found = list[tuple[Variable, np.ndarray]]


def fitted(layer: Any, stored: Stored, writer: Writer) -> Found:
    """Each variable of a layer with its array, in today's layout; BadValue where one misfits."""
    orders = [pieces(layer), pieces(layer, all_train=True)]
    problems = []
    for order in orders:
        try:
            return _matched(layer, order, stored, writer)
        except BadValue as error:
            problems.append(error)
    raise problems[0]


def _matched(layer: Any, order: list[Piece], stored: Stored, writer: Writer) -> Found:
    counts = _counts(order, len(stored.arrays))
    if counts is None:
        total = sum(len(p.variables) for p in order)
        raise BadValue(
            f"misshapen  {stored.name}: {len(stored.arrays)} arrays in the file, for layer "
            f"{layer.name!r} with {total} weights"
        )
    found: Found = []
    start = 0
    for piece, count in zip(order, counts, strict=True):
        found += _converted(piece, stored.arrays[start : start + count], stored.name, writer)
        start += count
    return found


def _counts(order: list[Piece], total: int) -> list[int] | None:
    """How many arrays belong to each piece: as many as variables, or one for each gate."""
    plain = [len(p.variables) for p in order]
    if sum(plain) == total:
        return plain
    split = [layout_of(p.layer).arrays.get(n, n) for p, n in zip(order, plain, strict=True)]
    return split if sum(split) == total else None


def _converted(piece: Piece, arrays: list[tuple[str, Entry]], name: str, writer: Writer) -> Found:
    layout = layout_of(piece.layer)
    shapes = [entry.shape for _, entry in arrays]
    wanted = [v.shape for v in piece.variables]
    room = 4 * sum(math.prod(s) for s in wanted) + 1024
    if not layout.expands and any(math.prod(s) > room for s in shapes):
        raise BadValue(_misfit(name, arrays, piece))
    if shapes == wanted and not layout.turns(piece.layer, writer):
        values = [entry.read() for _, entry in arrays]
    else:
        read = [entry.read_free(f"{name}/{key}") for key, entry in arrays]
        values = _tried(lambda: layout.convert(piece.layer, read, writer), read)
    if [np.shape(v) for v in values] != wanted:
        raise BadValue(_misfit(name, arrays, piece))
    return list(zip(piece.variables, values, strict=True))


def _tried(convert: Callable, otherwise: list) -> list:
    """What a conversion gives; arrays that it does not understand stay as they are."""
    try:
        return convert()
    except (ValueError, IndexError):
        return otherwise


def _misfit(name: str, arrays: list[tuple[str, Entry]], piece: Piece) -> str:
    listed = ", ".join(f"{key} {tuple(entry.shape)}" for key, entry in arrays)
    mine = ", ".join(f"{v.path} {v.shape}" for v in piece.variables)
    return f"misshapen  {name}: {listed} in the file, for {mine}"
