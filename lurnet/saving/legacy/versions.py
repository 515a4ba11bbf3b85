"""Which Keras, on which engine, wrote a config."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

#: Arguments that only Keras 1 has.
KERAS_1 = {"nb_filter", "border_mode", "inner_activation", "W_regularizer", "dim_ordering", "init"}
KERAS_1 |= {"inner_init", "subsample_length", "dropout_W", "atrous_rate", "pool_length"}


class Writer(NamedTuple):
    """The Keras that wrote a file."""

    major: int  #: 1, 2 or 3
    engine: str  #: "tensorflow", "theano", ... or "" where it is not known

    @property
    def flips(self) -> bool:
        """Whether kernels are those of a true convolution, as Theano computes it."""
        return self.engine == "theano"


def writer_of(config: Mapping[str, Any], version: Any = None, engine: Any = None) -> Writer:
    """The writer by the version and engine that the file names, else by the config's idioms.

    >>> writer_of({"class_name": "Sequential", "config": []}, "2.2.4-tf", "tensorflow").major
    2
    """
    version = version or config.get("keras_version")
    engine = engine or config.get("backend")
    engine = engine if isinstance(engine, str) else ""
    if isinstance(version, str) and version[:1].isdecimal():
        return Writer(max(int(version.split(".")[0]), 1), engine)
    return Writer(_major_by_idioms(config), engine)


def _major_by_idioms(config: Mapping[str, Any]) -> int:
    if isinstance(config.get("module"), str):
        return 3
    for entry in _settings(config):
        if KERAS_1 & entry.keys():
            return 1
        if isinstance(entry.get("module"), str) and "class_name" in entry:
            return 3
    return 2


def _settings(value: Any) -> Iterator[Mapping[str, Any]]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            yield item
            stack += item.values()
        elif isinstance(item, list):
            stack += item
