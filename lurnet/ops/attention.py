"""Attention by scaled dot products."""

import jax
import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, op

__all__ = ["dot_product_attention"]


@op
def dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bias: Tensor = None,
    mask: Tensor = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Tensor:
    """softmax(query keyᵀ * scale + bias) value, for (batch, length, heads, size).

    Vaswani et al., 2017 (https://arxiv.org/abs/1706.03762).

    Args:
        query: (batch, t, heads, size).
        key: (batch, s, key heads, size); heads is a multiple of key heads.
        value: as ``key``.
        bias: added to the logits, (batch, heads, t, s) or with 1 in some axes.
        mask: true where a query may look at a key, in the same shapes.
        scale: factor of the logits, None: 1 / sqrt(size).
        is_causal: whether query i looks at the keys up to i only.
        flash_attention: kept for compatibility; the engine chooses its own form.
        attn_logits_soft_cap: the logits become cap * tanh(logits / cap).

    >>> q = jnp.ones((1, 2, 1, 4)); dot_product_attention(q, q, q).shape
    (1, 2, 1, 4)
    """
    query, key, value = jnp.asarray(query), jnp.asarray(key), jnp.asarray(value)
    if query.ndim != 4 or key.ndim != 4 or value.ndim != 4:
        raise BadValue(
            "query, key and value must be (batch, length, heads, size), but their shapes are "
            f"{query.shape}, {key.shape} and {value.shape}."
        )
    mask = None if mask is None else jnp.asarray(mask).astype(bool)
    if attn_logits_soft_cap is None:
        return jax.nn.dot_product_attention(
            query, key, value, bias, mask, scale=scale, is_causal=is_causal
        )
    settings = scale or query.shape[-1] ** -0.5, is_causal, attn_logits_soft_cap
    return _capped(query, key, value, bias, mask, *settings)


def _capped(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bias: Tensor,
    mask: Tensor,
    scale: float,
    is_causal: bool,
    cap: float,
) -> Tensor:
    repeats = query.shape[2] // key.shape[2]
    key, value = jnp.repeat(key, repeats, 2), jnp.repeat(value, repeats, 2)
    logits = jnp.einsum("bthd,bshd->bhts", query, key).astype("float32") * scale
    logits = cap * jnp.tanh(logits / cap)
    if bias is not None:
        logits = logits + bias
    allowed = jnp.ones(logits.shape[-2:], bool)
    allowed = jnp.tril(allowed) if is_causal else allowed
    allowed = allowed if mask is None else allowed & mask
    weights = jax.nn.softmax(jnp.where(allowed, logits, jnp.finfo("float32").min), -1)
    return jnp.einsum("bhts,bshd->bthd", weights.astype(value.dtype), value)
