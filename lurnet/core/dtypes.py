"""Dtype names, and policies: which dtype weights are stored in and which one computes."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.settings import floatx

DTYPES = [
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128", "string"),
    *("float8_e4m3fn", "float8_e5m2"),
]
_ALIASES = {"int": "int32", "float": "float32", "half": "float16", "double": "float64"}


def standardize_dtype(dtype: Any) -> str:
    """A dtype's name, from a name, a NumPy or JAX dtype, a Python type, or a torch or tf dtype.

    >>> standardize_dtype(None), standardize_dtype(np.int64), standardize_dtype(int)
    ('float32', 'int64', 'int32')
    """
    if dtype is None:
        return floatx()
    if isinstance(dtype, DTypePolicy):
        return dtype.compute_dtype
    if isinstance(dtype, type) and dtype in (int, float, bool, str):
        return {int: "int32", float: floatx(), bool: "bool", str: "string"}[dtype]
    if not isinstance(dtype, str):
        dtype = getattr(dtype, "name", None) or _other_name(dtype)
    dtype = _ALIASES.get(dtype, dtype)
    if dtype not in DTYPES:
        raise BadValue(f"There is no dtype {dtype!r}.{did_you_mean(dtype, DTYPES)}")
    return dtype


def _other_name(dtype: Any) -> str:
    if "torch" in str(dtype):
        return str(dtype).split(".")[-1]
    return np.dtype(dtype).name


def is_float(dtype: Any) -> bool:
    """Whether a dtype holds real floating-point numbers."""
    name = dtype if isinstance(dtype, str) else str(dtype)
    return "float" in name


class DTypePolicy:
    """Which dtype the weights have and which one the computation.

    Args:
        name: a dtype, such as "float32", or "mixed_bfloat16" / "mixed_float16" (weights in
            float32, computation in the narrow type; Micikevicius et al., 2018,
            https://arxiv.org/abs/1710.03740). None is the global policy.

    >>> DTypePolicy("mixed_bfloat16").compute_dtype
    'bfloat16'
    """

    def __init__(self, name: str | None = None, source_name: str | None = None) -> None:
        self.name = name if name is not None else dtype_policy().name
        if self.name.startswith("mixed_"):
            narrow = self.name.removeprefix("mixed_")
            if narrow not in ("float16", "bfloat16"):
                raise BadValue(
                    f"There is no dtype policy {name!r}. The mixed ones are 'mixed_bfloat16' and "
                    "'mixed_float16'."
                )
            self.variable_dtype, self.compute_dtype = "float32", narrow
        else:
            self.variable_dtype = self.compute_dtype = standardize_dtype(self.name)

    @property
    def quantization_mode(self) -> None:
        """Always None: quantised forms are no matter of the policy."""
        return

    def get_config(self) -> dict:
        """Constructor arguments."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict) -> "DTypePolicy":
        """The policy that ``get_config`` described."""
        return cls(config["name"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<DTypePolicy {self.name!r}>"


_policy: list[DTypePolicy] = []


def dtype_policy() -> DTypePolicy:
    """The global policy: what layers use when no dtype is given."""
    return _policy[0] if _policy else DTypePolicy(floatx())


def policy_set() -> DTypePolicy | None:
    """The global policy that somebody has set, if any."""
    return _policy[0] if _policy else None


def set_dtype_policy(policy: Any) -> None:
    """Set the global policy, by name or object; None goes back to ``floatx()``."""
    _policy[:] = [] if policy is None else [as_policy(policy)]


def as_policy(value: Any) -> DTypePolicy:
    """A policy from None, a dtype, a name, a config dict or a policy."""
    if value is None:
        return dtype_policy()
    if isinstance(value, DTypePolicy):
        return value
    if isinstance(value, dict):
        config = value.get("config") or {}
        name = config.get("name")
        if not isinstance(name, str):
            raise BadValue(f"{value!r} is no dtype policy.")
        return DTypePolicy(name)
    if isinstance(value, str):
        return DTypePolicy(value)
    return DTypePolicy(standardize_dtype(value))


def as_array(value: Any, dtype: Any = None) -> Any:
    """A JAX array; Python floats take ``floatx()``, 64-bit NumPy values the 32-bit types."""
    if dtype is not None:
        return jnp.asarray(value, narrow(dtype))
    return jnp.asarray(value)


def narrow(dtype: Any) -> str:
    """The dtype that the engine really uses: 64-bit types become 32-bit ones unless enabled."""
    name = standardize_dtype(dtype)
    return jax.dtypes.canonicalize_dtype(name).name if name.endswith(("64", "128")) else name
