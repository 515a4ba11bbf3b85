"""The losses that layers add: kept for each layer, apart by thread and by trace.

Outside of ``values`` scopes every thread has its own. A scope, inside of which a step is traced,
has those of the calls inside it, and they end with it.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from lurnet import ops
from lurnet.core.side_table import SideTable
from lurnet.core.variable import open_scope
from lurnet.layers.state import flatten_layers


class Losses:
    """Lists of scalars by layer.

    Args:
        earlier: those of a call before, which stay: a layer that is in there gets no others.
    """

    def __init__(self, earlier: "Losses | None" = None) -> None:
        self.earlier, self.table = earlier, SideTable()

    def of(self, layer: Any) -> list[Any]:
        """What a layer has added."""
        before = [] if self.earlier is None else self.earlier.of(layer)
        return before or list(self.table.get(layer) or ())

    def add(self, layer: Any, losses: list[Any]) -> None:
        """Add to a layer's."""
        self.table.put(layer, (self.table.get(layer) or []) + losses)

    def clear(self, layer: Any) -> None:
        """Forget those of a layer and of all that it holds."""
        if len(self.table):
            for part in flatten_layers(layer):
                self.table.put(part, None)


class _Outside(threading.local):
    """The losses of a thread's calls outside of scopes."""

    def __init__(self) -> None:
        self.losses = Losses()


_outside = _Outside()


def current() -> Losses:
    """The losses of the innermost scope, or of this thread where none is open."""
    scope = open_scope()
    if scope is None:
        return _outside.losses
    if scope.losses is None:
        scope.losses = Losses()
    return scope.losses


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Keep what a model's call has added in this scope while its loss is computed.

    Whoever calls the same layers again to compute a loss adds no penalty a second time.
    """
    scope, before = open_scope(), current()
    if scope is None:
        yield
        return
    scope.losses = Losses(before)
    try:
        yield
    finally:
        scope.losses = before


def gathered() -> tuple[list[Any], list[Any]]:
    """The layers that have added losses in the innermost scope, and the sum of each one's.

    The body of a compiled loop gives them to its caller, who adds them where the loop stands.
    """
    found = list(current().table.items())
    return [layer for layer, _ in found], [sum(map(ops.sum, some)) for _, some in found]
