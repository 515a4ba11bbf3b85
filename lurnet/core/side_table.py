"""What is known of a tensor beside its values, for as long as the tensor lives."""

import weakref
from collections.abc import Iterator
from typing import Any


class SideTable:
    """One thing by tensor, told apart by identity.

    >>> import numpy as np
    >>> notes, x = SideTable(), np.zeros(2)
    >>> notes.put(x, "zeros")
    >>> notes.get(x), notes.get(np.zeros(2))
    ('zeros', None)
    """

    def __init__(self) -> None:
        self._held: dict[int, tuple[weakref.ref, Any]] = {}

    def put(self, tensor: Any, value: Any) -> None:
        """Note something of a tensor, or, with None, forget it."""
        key, held = id(tensor), self._held
        if value is None:
            held.pop(key, None)
            return
        try:
            # The table is bound here: when the interpreter ends, modules lose their names first.
            ref = weakref.ref(tensor, lambda _: held.pop(key, None))
        except TypeError:  # a Python number: nothing can be noted of it
            return
        held[key] = ref, value

    def get(self, tensor: Any) -> Any:
        """What was noted of a tensor, or None."""
        found = self._held.get(id(tensor))
        return found[1] if found is not None and found[0]() is tensor else None

    def items(self) -> Iterator[tuple[Any, Any]]:
        """The tensors that live, and what was noted of each."""
        for ref, value in list(self._held.values()):
            if (tensor := ref()) is not None:
                yield tensor, value

    def __len__(self) -> int:
        return len(self._held)
