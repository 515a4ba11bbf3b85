"""New tensors: constants, ranges, windows."""

from typing import Any

import jax.numpy as jnp

from lurnet.core.symbolic import Tensor, op
from lurnet.ops.kinds import DType, Shape, chosen, given

__all__ = [
    "zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like", "eye",
    "identity", "tri", "array", "arange", "linspace", "logspace", "geomspace", "vander", "bartlett",
    "blackman", "hamming", "hanning", "kaiser",
]  # fmt: skip


def zeros(shape: Shape, dtype: DType = None) -> Tensor:
    """A tensor of zeros.

    >>> zeros((2,)).tolist()
    [0.0, 0.0]
    """
    return jnp.zeros(shape, chosen(dtype))


def ones(shape: Shape, dtype: DType = None) -> Tensor:
    """A tensor of ones.

    >>> ones((2,)).tolist()
    [1.0, 1.0]
    """
    return jnp.ones(shape, chosen(dtype))


def empty(shape: Shape, dtype: DType = None) -> Tensor:
    """A tensor whose values do not matter; here they are zeros.

    >>> empty((2,)).tolist()
    [0.0, 0.0]
    """
    return jnp.zeros(shape, chosen(dtype))


@op
def full(shape: Shape, fill_value: Tensor, dtype: DType = None) -> Tensor:
    """A tensor filled with one value.

    >>> full((2,), 3).tolist()
    [3.0, 3.0]
    """
    return jnp.full(shape, fill_value, chosen(dtype))


@op
def zeros_like(x: Tensor, dtype: DType = None) -> Tensor:
    """Zeros in the shape and dtype of ``x``.

    >>> zeros_like([1, 2]).tolist()
    [0, 0]
    """
    return jnp.zeros_like(x, given(dtype))


@op
def ones_like(x: Tensor, dtype: DType = None) -> Tensor:
    """Ones in the shape and dtype of ``x``.

    >>> ones_like([1, 2]).tolist()
    [1, 1]
    """
    return jnp.ones_like(x, given(dtype))


@op
def empty_like(x: Tensor, dtype: DType = None) -> Tensor:
    """A tensor in the shape and dtype of ``x`` whose values do not matter.

    >>> empty_like([1, 2]).shape
    (2,)
    """
    return jnp.zeros_like(x, given(dtype))


@op
def full_like(x: Tensor, fill_value: Tensor, dtype: DType = None) -> Tensor:
    """One value in the shape and dtype of ``x``.

    >>> full_like([1, 2], 3).tolist()
    [3, 3]
    """
    return jnp.full_like(x, fill_value, given(dtype))


def eye(N: int, M: int | None = None, k: int = 0, dtype: DType = None) -> Tensor:
    """An N x M matrix (M: N) with ones on its ``k``-th diagonal.

    >>> eye(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return jnp.eye(N, M, k, chosen(dtype))


def identity(n: int, dtype: DType = None) -> Tensor:
    """The n x n identity matrix.

    >>> identity(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return jnp.identity(n, chosen(dtype))


def tri(N: int, M: int | None = None, k: int = 0, dtype: DType = None) -> Tensor:
    """An N x M matrix (M: N) with ones up to its ``k``-th diagonal, zeros above.

    >>> tri(2).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    return jnp.tri(N, M, k, chosen(dtype))


@op
def array(x: Tensor, dtype: DType = None) -> Tensor:
    """A tensor from numbers, nested lists or an array.

    >>> array([1, 2]).tolist()
    [1, 2]
    """
    return jnp.array(x, given(dtype))


@op
def arange(start: Tensor, stop: Tensor = None, step: Tensor = None, dtype: DType = None) -> Tensor:
    """start, start + step, ... below stop; ``arange(n)`` is 0, 1, ..., n - 1.

    >>> arange(3).tolist()
    [0, 1, 2]
    """
    return jnp.arange(start, stop, step, given(dtype))


@op
def linspace(
    start: Tensor,
    stop: Tensor,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DType = None,
    axis: int = 0,
) -> Any:
    """``num`` numbers at equal distances from start to stop; with ``retstep`` also the distance.

    >>> linspace(0, 1, 3).tolist()
    [0.0, 0.5, 1.0]
    """
    return jnp.linspace(start, stop, num, endpoint, retstep=retstep, dtype=given(dtype), axis=axis)


@op
def logspace(
    start: Tensor,
    stop: Tensor,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: DType = None,
    axis: int = 0,
) -> Tensor:
    """``base`` to the powers ``linspace(start, stop, num)``.

    >>> logspace(0, 2, 3).tolist()
    [1.0, 10.0, 100.0]
    """
    return jnp.logspace(start, stop, num, endpoint, base, given(dtype), axis)


@op
def geomspace(
    start: Tensor,
    stop: Tensor,
    num: int = 50,
    endpoint: bool = True,
    dtype: DType = None,
    axis: int = 0,
) -> Tensor:
    """``num`` numbers from start to stop, each the same multiple of the one before.

    >>> geomspace(1, 100, 3).tolist()
    [1.0, 10.0, 100.0]
    """
    return jnp.geomspace(start, stop, num, endpoint, given(dtype), axis)


@op
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """Vandermonde's matrix: N powers of each element, falling or rising.

    >>> vander([1, 2, 3]).tolist()
    [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
    """
    return jnp.vander(x, N, increasing)


def bartlett(x: int) -> Tensor:
    """Bartlett's window of ``x`` samples: a triangle that ends at 0.

    >>> bartlett(5).tolist()
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    return jnp.bartlett(int(x))


def blackman(x: int) -> Tensor:
    """Blackman's window of ``x`` samples, 0.42 - 0.5 cos(t) + 0.08 cos(2t) for t in [0, 2π].

    >>> blackman(3).shape
    (3,)
    """
    return jnp.blackman(int(x))


def hamming(x: int) -> Tensor:
    """Hamming's window of ``x`` samples, 0.54 - 0.46 cos(t) for t in [0, 2π].

    >>> print(hamming(3))
    [0.08000001 1.         0.08000001]
    """
    return jnp.hamming(int(x))


def hanning(x: int) -> Tensor:
    """Hann's window of ``x`` samples, 0.5 - 0.5 cos(t) for t in [0, 2π].

    >>> hanning(3).tolist()
    [0.0, 1.0, 0.0]
    """
    return jnp.hanning(int(x))


def kaiser(x: int, beta: float) -> Tensor:
    """Kaiser's window of ``x`` samples; a larger ``beta`` is narrower.

    >>> print(kaiser(3, 1.0))
    [0.7898484 1.        0.7898484]
    """
    return jnp.kaiser(int(x), beta)
