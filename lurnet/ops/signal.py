"""Fourier transforms; a complex tensor is given as a pair (real part, imaginary part)."""

from typing import Any

import jax
import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, Tensors, op
from lurnet.ops.arithmetic import as_float

__all__ = [
    "fft", "fft2", "ifft2", "rfft", "irfft", "extract_sequences", "stft", "istft", "polar",
    "view_as_complex", "view_as_real",
]  # fmt: skip


def _complex(x: Tensors) -> Tensor:
    if len(x) != 2:
        raise BadValue(f"Expected a pair (real, imaginary), but {len(x)} tensors came.")
    real, imaginary = (as_float(part) for part in x)
    if real.shape != imaginary.shape:
        raise BadValue(
            "The real and the imaginary part must have one shape, but they have "
            f"{real.shape} and {imaginary.shape}."
        )
    return jax.lax.complex(real, imaginary)


def _pair(z: Tensor) -> tuple[Tensor, Tensor]:
    return jnp.real(z), jnp.imag(z)


@op
def fft(x: Tensors) -> tuple[Tensor, Tensor]:
    """Discrete Fourier transform along the last axis, sum over n of x[n] e^(-2πikn/N).

    >>> fft(([1.0, 1.0], [0.0, 0.0]))[0].tolist()
    [2.0, 0.0]
    """
    return _pair(jnp.fft.fft(_complex(x)))


@op
def fft2(x: Tensors) -> tuple[Tensor, Tensor]:
    """Discrete Fourier transform along the last two axes.

    >>> fft2(([[1.0, 1.0]], [[0.0, 0.0]]))[0].tolist()
    [[2.0, 0.0]]
    """
    return _pair(jnp.fft.fft2(_complex(x)))


@op
def ifft2(x: Tensors) -> tuple[Tensor, Tensor]:
    """Inverse of ``fft2``.

    >>> ifft2(([[2.0, 0.0]], [[0.0, 0.0]]))[0].tolist()
    [[1.0, 1.0]]
    """
    return _pair(jnp.fft.ifft2(_complex(x)))


@op
def rfft(x: Tensor, fft_length: int | None = None) -> tuple[Tensor, Tensor]:
    """Fourier transform of real numbers along the last axis: the N // 2 + 1 first frequencies.

    With ``fft_length`` the axis is cut or filled with zeros first.

    >>> rfft([1.0, 1.0, 1.0, 1.0])[0].tolist()
    [4.0, 0.0, 0.0]
    """
    return _pair(jnp.fft.rfft(jnp.asarray(x), fft_length))


@op
def irfft(x: Tensors, fft_length: int | None = None) -> Tensor:
    """Inverse of ``rfft``; ``fft_length`` is the size of the result, 2 (n - 1) if None.

    >>> irfft(([4.0, 0.0, 0.0], [0.0, 0.0, 0.0])).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    return jnp.fft.irfft(_complex(x), fft_length)


@op
def extract_sequences(x: Tensor, sequence_length: int, sequence_stride: int) -> Tensor:
    """Windows of the last axis, (..., n) -> (..., number of windows, sequence_length).

    >>> extract_sequences([1, 2, 3, 4], 2, 1).tolist()
    [[1, 2], [2, 3], [3, 4]]
    """
    x = jnp.asarray(x)
    number = (x.shape[-1] - sequence_length) // sequence_stride + 1
    starts = jnp.arange(number)[:, None] * sequence_stride
    return jnp.take(x, starts + jnp.arange(sequence_length), axis=-1)


def _window(window: Any, length: int, fft_length: int, dtype: Any) -> Tensor:
    """A window by name, array or None (ones), in the middle of ``fft_length`` samples."""
    if isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise BadValue(f"`window` must be 'hann', 'hamming', an array or None, not {window!r}.")
        angle = 2 * jnp.pi * jnp.arange(length) / length
        middle = 0.5 if window == "hann" else 0.54
        values = middle - (1 - middle) * jnp.cos(angle)
    else:
        values = jnp.ones(length) if window is None else jnp.asarray(window)
    left = (fft_length - length) // 2
    return jnp.pad(values, (left, fft_length - length - left)).astype(dtype)


@op
def stft(
    x: Tensor,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> tuple[Tensor, Tensor]:
    """Short-time Fourier transform: ``rfft`` of windows of the last axis.

    Args:
        x: real signal, (..., n).
        sequence_length: samples of a window.
        sequence_stride: samples from one window to the next.
        fft_length: size of the transform, at least ``sequence_length``.
        window: "hann", "hamming", an array of ``sequence_length`` factors, or None.
        center: whether the signal is reflected at its ends, so that windows are centred.

    >>> stft([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 4, 2, 4)[0].shape
    (4, 3)
    """
    x = jnp.asarray(x)
    if center:
        around = [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)]
        x = jnp.pad(x, around, mode="reflect")
    frames = extract_sequences(x, fft_length, sequence_stride)
    return rfft(frames * _window(window, sequence_length, fft_length, x.dtype))


@op
def istft(
    x: Tensors,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Tensor:
    """Inverse of ``stft``: windows added where they overlap, divided by the sum of squared windows.

    ``length`` is the size of the result; the other arguments are those of ``stft``.

    >>> parts = stft([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 4, 2, 4)
    >>> print(istft(parts, 4, 2, 4).round(2))
    [1. 2. 3. 4. 5. 6.]
    """
    frames = irfft(x, fft_length)
    factors = _window(window, sequence_length, fft_length, frames.dtype)
    number = frames.shape[-2]
    size = fft_length + (number - 1) * sequence_stride
    places = (jnp.arange(number)[:, None] * sequence_stride + jnp.arange(fft_length)).ravel()
    flat = (frames * factors).reshape(*frames.shape[:-2], -1)
    total = jnp.zeros((*frames.shape[:-2], size), frames.dtype).at[..., places].add(flat)
    weight = jnp.zeros(size, frames.dtype).at[places].add(jnp.tile(factors**2, number))
    total = jnp.where(weight > 1e-11, total / jnp.where(weight > 1e-11, weight, 1), total)
    start = fft_length // 2 if center else 0
    end = size - start if length is None else start + length
    return total[..., start:end]


@op
def polar(abs_: Tensor, angle: Tensor) -> Tensor:
    """The complex number abs_ · e^(i·angle).

    >>> polar(2.0, 0.0).tolist()
    (2+0j)
    """
    abs_, angle = as_float(abs_), as_float(angle)
    return jax.lax.complex(*jnp.broadcast_arrays(abs_ * jnp.cos(angle), abs_ * jnp.sin(angle)))


@op
def view_as_complex(x: Tensor) -> Tensor:
    """A complex tensor from one with real and imaginary parts in its last axis, of size 2.

    >>> view_as_complex([[1.0, 2.0]]).tolist()
    [(1+2j)]
    """
    x = jnp.asarray(x)
    if x.ndim < 1 or x.shape[-1] != 2:
        raise BadValue(f"The last axis must have size 2 (real, imaginary); the shape is {x.shape}.")
    return jax.lax.complex(x[..., 0], x[..., 1])


@op
def view_as_real(x: Tensor) -> Tensor:
    """Real and imaginary parts of a complex tensor in a new last axis.

    >>> view_as_real([1 + 2j]).tolist()
    [[1.0, 2.0]]
    """
    return jnp.stack(_pair(jnp.asarray(x)), -1)
