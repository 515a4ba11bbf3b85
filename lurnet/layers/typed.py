"""In which dtypes a layer keeps its weights and computes."""

from typing import Any

import numpy as np

from lurnet import ops
from lurnet.core.dtypes import DTypePolicy, as_policy, is_float
from lurnet.core.masking import get_mask, set_mask
from lurnet.core.variable import Variable


class Typed:
    """Mixin of Layer: its dtype policy, and what follows from it."""

    _policy: DTypePolicy | None

    @property
    def dtype_policy(self) -> DTypePolicy:
        """Which dtype the weights have and which one computes."""
        return self._policy or as_policy(None)

    @property
    def compute_dtype(self) -> str:
        """The dtype of the computation."""
        return self.dtype_policy.compute_dtype

    @property
    def input_dtype(self) -> str:
        """The dtype that float inputs are cast to."""
        return self.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights."""
        return self.dtype_policy.variable_dtype


def as_tensor(x: Any, dtype: str | None) -> Any:
    """An argument as a tensor, floats in a dtype; text stays as it is."""
    if hasattr(x, "to_numpy"):  # a table of pandas or the like
        x = np.asarray(x.to_numpy())
    if isinstance(x, np.ndarray) and x.dtype.kind in "USO":
        return x
    if isinstance(x, (np.ndarray, np.generic)):
        x = ops.convert_to_tensor(x)
    if dtype is None or not hasattr(x, "dtype") or isinstance(x, Variable):
        return x
    if is_float(x.dtype) and str(x.dtype) != dtype:
        mask = get_mask(x)
        x = ops.cast(x, dtype)
        set_mask(x, mask)
    return x
