"""Layers over strings: they run on the host, in NumPy, since a device holds numbers only."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from lurnet import ops
from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.fields import fields
from lurnet.core.symbolic import SymbolicTensor, infer
from lurnet.core.traced import is_traced
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import describe


class Untraceable(BadValue):
    """A layer that computes on the host was met where a computation is being compiled."""


@fields
class HostLayer(Layer):
    """Base of the layers that take strings (or whole numbers) as NumPy arrays or nested lists.

    A subclass defines ``indices(array)``, in NumPy, and ``encoded(indices)``, in ops. In a model
    of symbolic tensors the layer runs on the host, before the part that is compiled.
    """

    #: Names of the texts that a model file may hold for the layer.
    asset_names: ClassVar[tuple[str, ...]] = ()
    _in_program: ClassVar[bool] = False
    gives_activations = False

    def assets(self) -> dict[str, str]:
        """The texts that a model file holds beside the config, by file name."""
        return {}

    def take_assets(self, texts: dict[str, str]) -> None:
        """Take the texts that a model file holds."""

    def save_assets(self, dir_path: str) -> None:
        """Write the layer's texts into a folder, as a ``.keras`` file holds them."""
        for name, text in self.assets().items():
            Path(dir_path, name).write_bytes(text.encode())

    def load_assets(self, dir_path: str) -> None:
        """Take the layer's texts from a folder."""
        found = {name: Path(dir_path, name) for name in self.asset_names}
        self.take_assets({n: p.read_bytes().decode() for n, p in found.items() if p.is_file()})

    def _convert(self, given: Any) -> Any:
        """Inputs stay as they are: no device takes strings."""
        return given

    @property
    def input_dtype(self) -> str:
        """What the layer takes, where it is a model's first layer and nothing else tells."""
        return "string"

    def check_ready(self) -> None:
        """Refuse to run in a model while something is missing, such as a vocabulary."""

    # --- symbolic

    def _inferred(self, args: tuple, kwargs: dict) -> Any:
        """The output by shapes alone: nothing is looked up."""
        return self.compute_output_spec(*args, **kwargs)

    def _spec(self, args: tuple, kwargs: dict) -> Any:
        return self.encoded_spec(self._first(args, kwargs))

    def encoded_spec(self, inputs: Any) -> Any:
        """The output as a symbolic tensor, for a symbolic input."""
        return infer(self.encoded, SymbolicTensor(self.index_shape(inputs), "int32"))

    def index_shape(self, inputs: Any) -> tuple:
        """Shape of what ``indices`` gives for a symbolic input; None is an unknown size."""
        return inputs.shape

    # --- calling

    def _run(self, args: tuple, kwargs: dict) -> Any:
        if any(map(is_traced, tree.leaves((args, kwargs)))):
            raise Untraceable(
                f"{describe(self)} computes on the host, but it was called within a computation "
                "that is compiled, where nothing is known yet: in a call() or train_step() of "
                "your own, perhaps. Make the model of keras.Input and layers (Sequential, or "
                "keras.Model(inputs, outputs)), which runs it first; or call it on the data, and "
                "give the model its numbers."
            )
        return super()._run(args, kwargs)

    def call(self, inputs: Any) -> Any:
        """The numbers for the strings, as a tensor."""
        return as_output(self.on_host(texts_of(inputs)))

    def on_host(self, inputs: np.ndarray) -> Any:
        """The computation itself, over one array."""
        return self.encoded(self.indices(inputs))

    def indices(self, inputs: np.ndarray) -> np.ndarray:
        """A whole number for each string; -1 for none."""
        raise NotImplementedError

    def encoded(self, indices: Any) -> Any:
        """The indices as the layer gives them out, such as vectors."""
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
