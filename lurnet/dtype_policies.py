"""Dtype policies under Keras' names: ``keras.dtype_policies``."""

from lurnet.core.dtypes import DTypePolicy as DTypePolicy
from lurnet.core.dtypes import as_policy as get

__all__ = ["DTypePolicy", "get"]
