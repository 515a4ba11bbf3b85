"""Layers over strings: they run on the host, in NumPy, since a device holds numbers only."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import numpy as np

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import fields
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import describe


@fields
class HostLayer(Layer):
    """Base of the layers that take strings (or whole numbers) as NumPy arrays or nested lists.

    A subclass defines ``on_host(array)``.
    """

    #: Names of the texts that a model file may hold for the layer.
    asset_names: ClassVar[tuple[str, ...]] = ()

    def assets(self) -> dict[str, str]:
        """The texts that a model file holds beside the config, by file name."""
        return {}

    def take_assets(self, texts: dict[str, str]) -> None:
        """Take the texts that a model file holds."""

    def _convert(self, given: Any) -> Any:
        """Inputs stay as they are: no device takes strings."""
        return given

    def _call_symbolic(self, args: tuple, kwargs: dict) -> Any:
        """Refused: a model is compiled, and this layer runs on the host."""
        raise BadValue(
            f"{describe(self)} computes on the host and cannot be a part of a model yet. Call it "
            "on the texts, and give the model its numbers. Where a file holds such a model, build "
            "the layers after it in your program, and call load_weights on the file."
        )

    def call(self, inputs: Any) -> Any:
        """The numbers for the strings, as a tensor."""
        return as_output(self.on_host(texts_of(inputs)))

    def on_host(self, inputs: np.ndarray) -> Any:
        """The computation itself, over one array."""
        raise NotImplementedError


def texts_of(inputs: Any) -> np.ndarray:
    """An array of Python strings, or of numbers; bytes are read as UTF-8."""
    if isinstance(inputs, (list, tuple)):
        sizes = {len(row) for row in inputs if isinstance(row, (list, tuple))}
        if len(sizes) > 1:
            raise BadValue(
                f"The rows have different lengths, {sorted(sizes)}: fill them up to one length, or "
                "give whole texts."
            )
    array = np.asarray(inputs.numpy() if hasattr(inputs, "numpy") else inputs)
    return decoded(array) if array.dtype.kind in "SUO" else array


def decoded(array: np.ndarray, encoding: str = "utf-8") -> np.ndarray:
    """An array of Python strings, from strings or bytes."""
    texts = [t.decode(encoding) if isinstance(t, bytes) else str(t) for t in array.ravel().tolist()]
    made = np.empty(len(texts), object)
    made[:] = texts
    return made.reshape(array.shape)


def as_output(array: Any) -> Any:
    """Numbers as a tensor; strings stay a NumPy array."""
    return array if array.dtype.kind in "OUS" else ops.convert_to_tensor(array)


def batches_of(data: Any, steps: int | None) -> Iterator[np.ndarray]:
    """The arrays that ``adapt`` is given: one, or an iterable of batches, at most so many."""
    if hasattr(data, "shape") or isinstance(data, (list, tuple)):
        data = [data]
    if not isinstance(data, Iterable):
        raise BadValue(f"adapt() takes an array, a list or an iterable of batches, not {data!r}.")
    for i, batch in enumerate(data):
        if steps is not None and i >= steps:
            return
        yield texts_of(batch)
