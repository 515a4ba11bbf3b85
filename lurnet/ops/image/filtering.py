"""What a window around each pixel gives: patches, blurred images, edges, similarity."""

import itertools
from collections.abc import Sequence

import jax.numpy as jnp
from jax import lax

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, op
from lurnet.ops.arithmetic import as_float
from lurnet.ops.image.layout import in_batch
from lurnet.ops.kinds import per_axis

__all__ = ["extract_patches", "extract_patches_3d", "gaussian_blur", "sobel_edges", "ssim"]

Sizes = int | Sequence[int]


@op
def extract_patches(
    images: Tensor,
    size: Sizes,
    strides: Sizes | None = None,
    dilation_rate: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Windows of images, each as one vector (row, column, channel) in the channels' place.

    Args:
        images: (h, w, c) or a batch; with a ``size`` of three numbers, volumes (d, h, w, c).
        size: of a window.
        strides: from one window to the next, None: ``size``.
        dilation_rate: distance of neighbours within a window.
        padding: "valid", or "same" with zeros around.
        data_format: "channels_last", "channels_first", None: the global setting.

    >>> extract_patches(jnp.ones((1, 4, 4, 3)), 2).shape
    (1, 2, 2, 12)
    """
    rank = 2 if isinstance(size, int) else len(size)
    window = per_axis(size, rank)
    steps = window if strides is None else per_axis(strides, rank)
    dilation = per_axis(dilation_rate, rank)
    if padding not in ("valid", "same"):
        raise BadValue(f"`padding` must be 'valid' or 'same', but it is {padding!r}.")

    def run(batch: Tensor) -> Tensor:
        spans = [(n - 1) * d + 1 for n, d in zip(window, dilation, strict=True)]
        if padding == "same":
            axes = zip(batch.shape[1:-1], spans, steps, strict=True)
            batch = jnp.pad(batch, [(0, 0), *(_around(*axis) for axis in axes), (0, 0)])
        counts = [
            (n - span) // step + 1
            for n, span, step in zip(batch.shape[1:-1], spans, steps, strict=True)
        ]
        taps = itertools.product(*map(range, window))
        return jnp.concatenate([_tap(batch, tap, dilation, steps, counts) for tap in taps], -1)

    return in_batch(run, images, data_format, rank)


def _around(size: int, span: int, step: int) -> tuple[int, int]:
    """Zeros before and after an axis that give ``ceil(size / step)`` windows."""
    total = max((-(-size // step) - 1) * step + span - size, 0)
    return total // 2, total - total // 2


def _tap(batch: Tensor, tap: Sequence, dilation: Sequence, steps: Sequence, counts: list) -> Tensor:
    """The pixels that stand at one place of all windows."""
    starts = [t * d for t, d in zip(tap, dilation, strict=True)]
    ends = [s + (n - 1) * step + 1 for s, n, step in zip(starts, counts, steps, strict=True)]
    cut = [slice(*limits) for limits in zip(starts, ends, steps, strict=True)]
    return batch[(slice(None), *cut)]


@op
def extract_patches_3d(
    volumes: Tensor,
    size: Sizes,
    strides: Sizes | None = None,
    dilation_rate: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Windows of volumes, (d, h, w, c) or a batch; see ``extract_patches``.

    >>> extract_patches_3d(jnp.ones((1, 2, 2, 2, 1)), 2).shape
    (1, 1, 1, 1, 8)
    """
    return extract_patches(volumes, per_axis(size, 3), strides, dilation_rate, padding, data_format)


def _filtered(batch: Tensor, kernel: Tensor, padding: str) -> Tensor:
    """Each channel by itself under one kernel (h, w)."""
    channels = batch.shape[-1]
    kernel = jnp.tile(kernel.astype(batch.dtype)[:, :, None, None], (1, 1, 1, channels))
    return lax.conv_general_dilated(
        batch,
        kernel,
        (1, 1),
        padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=channels,
    )


def _bell(size: int, sigma: float, dtype: str) -> Tensor:
    """exp(-t² / 2 sigma²) at ``size`` places around 0, divided by its sum."""
    t = jnp.arange(size, dtype=dtype) - (size - 1) / 2
    bell = jnp.exp(-0.5 * (t / sigma) ** 2)
    return bell / jnp.sum(bell)


@op
def gaussian_blur(
    images: Tensor,
    kernel_size: Sequence[int] = (3, 3),
    sigma: Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> Tensor:
    """Images under a Gaussian bell of ``sigma`` pixels, (along x, along y), zeros around.

    >>> gaussian_blur(jnp.ones((4, 4, 1))).shape
    (4, 4, 1)
    """
    across, down = (_bell(*axis, "float32") for axis in zip(kernel_size, sigma, strict=True))
    kernel = jnp.outer(down, across)
    return in_batch(lambda x: _filtered(as_float(x), kernel, "SAME"), images, data_format)


@op
def sobel_edges(images: Tensor, data_format: str | None = None) -> Tensor:
    """Changes along y and along x, (..., 2) in a new last axis, by Sobel's 3 x 3 kernels.

    >>> sobel_edges(jnp.ones((4, 4, 1))).shape
    (4, 4, 1, 2)
    """
    down = jnp.array([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]])
    both = [
        in_batch(lambda x, k=k: _filtered(as_float(x), k, "SAME"), images, data_format)
        for k in (down, down.T)
    ]
    return jnp.stack(both, -1)


@op
def ssim(
    image1: Tensor,
    image2: Tensor,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Tensor:
    """Structural similarity of images, 1 for equal ones, one number per image.

    The mean over windows of (2 m1 m2 + a)(2 s12 + b) / ((m1² + m2² + a)(s11 + s22 + b)) with means
    m, variances and covariance s under a Gaussian bell, a = (k1 max_val)², b = (k2 max_val)².
    Wang et al., 2004 (https://doi.org/10.1109/TIP.2003.819861).

    >>> float(ssim(jnp.ones((12, 12, 1)), jnp.ones((12, 12, 1))))
    1.0
    """
    bell = _bell(filter_size, filter_sigma, "float32")
    kernel = jnp.outer(bell, bell)
    a, b = (k1 * max_val) ** 2, (k2 * max_val) ** 2

    def smooth(x: Tensor) -> Tensor:
        return in_batch(lambda batch: _filtered(batch, kernel, "VALID"), x, data_format)

    x, y = as_float(image1), as_float(image2)
    if x.shape != y.shape:
        raise BadValue(f"The images must have one shape, but have {x.shape} and {y.shape}.")
    mean_x, mean_y = smooth(x), smooth(y)
    variances = smooth(x * x) + smooth(y * y) - mean_x**2 - mean_y**2
    covariance = smooth(x * y) - mean_x * mean_y
    likeness = (2 * mean_x * mean_y + a) * (2 * covariance + b)
    likeness = likeness / ((mean_x**2 + mean_y**2 + a) * (variances + b))
    return jnp.mean(likeness, (-3, -2, -1))
