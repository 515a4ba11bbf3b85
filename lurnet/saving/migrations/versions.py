"""Which Keras, on which engine, wrote a file."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

#: Arguments that only Keras 1 has.
KERAS_1 = {"nb_filter", "border_mode", "inner_activation", "W_regularizer", "dim_ordering", "init"}
KERAS_1 |= {"inner_init", "subsample_length", "dropout_W", "atrous_rate", "pool_length"}


class Writer(NamedTuple):
    """The Keras that wrote a file."""

    version: tuple[int, ...]  #: (2, 13, 1); (1,), (2,) or (3,) where only the idioms tell
    engine: str  #: "tensorflow", "theano", ... or "" where it is not known

    @property
    def is_keras_1(self) -> bool:
        """Whether kernels lie as Keras 1 had them."""
        return self.version[:1] == (1,)

    @property
    def flips(self) -> bool:
        """Whether kernels are those of a true convolution, as Theano computes it."""
        return self.engine == "theano"


def writer_of(config: Mapping[str, Any], version: Any = None, engine: Any = None) -> Writer:
    """The writer by the version and engine that the file names, else by the config's idioms.

    >>> writer_of({"class_name": "Sequential", "config": []}, "2.2.4-tf", "tensorflow").version
    (2, 2, 4)
    """
    version = version or config.get("keras_version")
    engine = engine or config.get("backend")
    numbers = re.match(r"\d+(\.\d+)*", version) if isinstance(version, str) else None
    parts = [min(int(n[:9]), 10**6) for n in numbers[0].split(".")] if numbers else []
    found = (max(parts[0], 1), *parts[1:]) if parts else (_major_by_idioms(config),)
    return Writer(found, engine if isinstance(engine, str) else "")


def _major_by_idioms(config: Mapping[str, Any]) -> int:
    if isinstance(config.get("module"), str):
        return 3
    for entry in descriptions(config):
        if KERAS_1 & entry.keys():
            return 1
        if isinstance(entry.get("module"), str) and "class_name" in entry:
            return 3
    return 2


def descriptions(config: Any) -> Iterator[Any]:
    """Every dict inside plain data."""
    stack = [config]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            stack += value.values()
        elif isinstance(value, list):
            stack += value
