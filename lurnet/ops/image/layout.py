"""One image or a batch, channels first or last: brought to (b, h, w, c) and back."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.settings import standardize_data_format
from lurnet.core.symbolic import Tensor


def in_batch(
    fn: Callable[..., Any], images: Tensor, data_format: str | None, rank: int = 2
) -> Tensor:
    """``fn`` of a batch with channels last, for images in any layout.

    >>> in_batch(lambda x: x + 1, jnp.zeros((2, 2, 3)), None).shape
    (2, 2, 3)
    """
    images = jnp.asarray(images)
    if images.ndim not in (rank + 1, rank + 2):
        raise BadValue(
            f"Images have {rank + 1} axes, or {rank + 2} in a batch, but their shape is "
            f"{images.shape}."
        )
    first = standardize_data_format(data_format) == "channels_first"
    single = images.ndim == rank + 1
    batch = images[None] if single else images
    batch = fn(jnp.moveaxis(batch, 1, -1) if first else batch)
    batch = jnp.moveaxis(batch, -1, 1) if first else batch
    return batch[0] if single else batch
