"""Random state: a seed and a counter in a Variable, so that compiled code can carry it along."""

import contextlib
import random as python_random
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from lurnet.core.errors import BadValue
from lurnet.core.variable import Variable, autocast

_global: dict[str, Any] = {"rng": None}


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and lurnet's random numbers: what follows is then reproducible.

    >>> set_random_seed(7); a = make_default_seed(); set_random_seed(7); a == make_default_seed()
    True
    """
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise BadValue(f"`seed` must be a non-negative integer, but it is {seed!r}.")
    python_random.seed(int(seed))
    np.random.seed(int(seed) % 2**32)
    _global["rng"] = python_random.Random(int(seed))
    _global.pop("generator", None)


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers from ``seed`` inside; afterwards the state is as it was before.

    >>> set_random_seed(1); first = make_default_seed(); set_random_seed(1)
    >>> with seeded(7):
    ...     other = make_default_seed()
    >>> make_default_seed() == first, other == first
    (True, False)
    """
    before = python_random.getstate(), np.random.get_state(), dict(_global)
    try:
        set_random_seed(seed)
        yield
    finally:
        python_random.setstate(before[0])
        np.random.set_state(before[1])
        _global.clear()
        _global.update(before[2])


def make_default_seed() -> int:
    """A fresh seed below 2**31 from the global generator."""
    if _global["rng"] is None:
        _global["rng"] = python_random.Random()
    return _global["rng"].randrange(1, 2**31)


class SeedGenerator:
    """A stream of random keys: ``next()`` gives a new one each time.

    The state is a Variable of shape (2,), uint32: the seed and the number of keys drawn.

    Args:
        seed: an int; None draws one from the global generator (see ``set_random_seed``).
        name: name of the stream.

    >>> g = SeedGenerator(3)
    >>> g.next().tolist(), g.next().tolist()
    ([3, 0], [3, 1])
    """

    _not_in_program = ("name", "seed", "_initial_seed")

    def __init__(self, seed: int | None = None, name: str | None = None, **_: Any) -> None:
        if seed is not None and not isinstance(seed, (int, np.integer)):
            raise BadValue(f"`seed` must be an integer or None, but it is {seed!r}.")
        self.name = name or "seed_generator"
        self.seed, self._initial_seed = seed, seed
        start = make_default_seed() if seed is None else int(seed)
        first = np.array([start % 2**32, start // 2**32 % 2**32], "uint32")
        self.state = Variable(first, trainable=False, autocast=False, name="seed_generator_state")

    def next(self, ordered: bool = True) -> Any:
        """The next key, a (2,) uint32 array."""
        with autocast(None):
            key = self.state.value
            self.state.assign(key + jnp.array([0, 1], "uint32"))
        return key

    def get_config(self) -> dict:
        """Constructor arguments."""
        return {"seed": self._initial_seed}

    @classmethod
    def from_config(cls, config: dict) -> "SeedGenerator":
        """The generator that ``get_config`` described."""
        return cls(**config)


def draw_seed(seed: "int | SeedGenerator | None") -> Any:
    """A (2,) uint32 key from an int (always the same), a generator (the next), or None (global)."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        if "generator" not in _global:
            _global["generator"] = SeedGenerator()
        return _global["generator"].next()
    if isinstance(seed, (int, np.integer)):
        return jnp.array([int(seed) % 2**32, 0], "uint32")
    return jnp.asarray(seed, "uint32")
