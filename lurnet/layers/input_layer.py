"""The door of a functional or Sequential model: a symbolic tensor, and the layer that made it."""

from collections.abc import Sequence
from typing import Any

from lurnet.core.dtypes import standardize_dtype
from lurnet.core.errors import BadType, BadValue
from lurnet.core.fields import is_int
from lurnet.core.symbolic import SymbolicTensor, is_symbolic, record
from lurnet.layers.base import Layer

__all__ = ["InputLayer", "Input"]


class InputLayer(Layer):
    """Makes the symbolic input of a model; ``Input`` calls it, and most programs only ``Input``.

    Args:
        shape: sizes of the axes without the batch axis; None is an unknown size.
        batch_size: size of the batch axis, None: any.
        dtype: dtype of the data, None: ``floatx()``.
        sparse: not supported.
        ragged: not supported.
        batch_shape: shape with the batch axis, in place of ``shape`` and ``batch_size``.
        input_tensor: a symbolic tensor to take as it is.
        optional: whether None may be given for this input.
        name: unique name.

    >>> InputLayer((3,)).output.shape
    (None, 3)
    """

    gives_activations = False

    def __init__(
        self,
        shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Sequence[int | None] | None = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **old: Any,
    ) -> None:
        shape = old.pop("input_shape", shape)
        batch_shape = old.pop("batch_input_shape", batch_shape)
        dtype = old.pop("input_dtype", dtype)
        if sparse or ragged:
            raise BadValue("Input takes dense tensors only: leave out `sparse` and `ragged`.")
        if input_tensor is not None:
            if not is_symbolic(input_tensor):
                raise BadType(f"`tensor` must be a symbolic tensor, not {input_tensor!r}.")
            batch_shape, shape, dtype = input_tensor.shape, None, dtype or input_tensor.dtype
        self._data_dtype = standardize_dtype(dtype)
        super().__init__(name=name, dtype=self._data_dtype, **old)
        self.batch_shape = _whole_shape(shape, batch_size, batch_shape)
        self.sparse, self.ragged, self.optional = False, False, bool(optional)
        self.built = True
        if input_tensor is None:
            input_tensor = SymbolicTensor(self.batch_shape, self._data_dtype, name)
        record(self, (), {}, input_tensor)

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"_inbound_nodes": self._inbound_nodes}  # it is its output

    @property
    def dtype(self) -> str:
        """Dtype of the data."""
        return self._data_dtype

    @dtype.setter
    def dtype(self, value: Any) -> None:
        Layer.dtype.fset(self, value)  # type: ignore[attr-defined]

    def call(self) -> Any:
        """The symbolic tensor."""
        return self.output

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        keys = ("batch_shape", "dtype", "sparse", "ragged", "name", "optional")
        return {k: getattr(self, k) for k in keys}


def _whole_shape(shape: Any, batch_size: Any, batch_shape: Any) -> tuple:
    if shape is not None and batch_shape is not None:
        raise BadValue("Input got both `shape` and `batch_shape`: give only one of them.")
    if shape is None and batch_shape is None:
        raise BadValue("Input needs a shape without the batch axis: write Input(shape=(28, 28)).")
    if batch_shape is not None and batch_size is not None:
        raise BadValue("Input got `batch_shape`, which holds the batch size: drop `batch_size`.")
    given: Any = shape if batch_shape is None else batch_shape
    if is_int(given):
        raise BadValue(f"`shape` must be a tuple, not {given!r}: write Input(shape=({given},)).")
    assert given is not None  # one of the two
    sizes = tuple(given)
    if not all(d is None or (is_int(d) and d >= 0) for d in sizes):
        raise BadValue(f"`shape` must hold positive integers or None, but it is {given!r}.")
    sizes = tuple(None if d is None else int(d) for d in sizes)
    return (batch_size, *sizes) if batch_shape is None else sizes


def Input(  # noqa: N802
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> SymbolicTensor:
    """The symbolic input of a functional model, or the first entry of a Sequential one.

    Args:
        shape: sizes of the axes without the batch axis; None is an unknown size.
        batch_size: size of the batch axis, None: any.
        dtype: dtype of the data, None: ``floatx()``.
        sparse: not supported.
        ragged: not supported.
        batch_shape: shape with the batch axis, in place of ``shape`` and ``batch_size``.
        name: unique name; inputs given as a dict are found by it.
        tensor: a symbolic tensor to take as it is.
        optional: whether None may be given for this input.

    >>> Input(shape=(28, 28, 1)).shape
    (None, 28, 28, 1)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output
