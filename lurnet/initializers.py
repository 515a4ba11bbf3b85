"""First values of weights: functions ``(shape, dtype=None)`` that give NumPy arrays.

They come from NumPy's generators, so making a model compiles nothing.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from lurnet.core.dtypes import is_float, standardize_dtype
from lurnet.core.errors import BadValue
from lurnet.core.fields import Check, Config, Convert, Number, fields, is_int, is_number
from lurnet.core.registry import Registry
from lurnet.core.seeds import SeedGenerator, make_default_seed
from lurnet.core.types import Int


def _as_seed(_: Any, value: Any) -> Any:
    """A seed from plain data too: configs write a generator as a dict."""
    if isinstance(value, dict):
        inner = value.get("config") or {}
        return SeedGenerator(inner.get("seed"), inner.get("name"))
    return value


def _is_seed(value: Any) -> bool:
    return is_int(value) or isinstance(value, SeedGenerator)


Seed = Annotated[
    Any,
    Convert(_as_seed, Int | SeedGenerator | Mapping[str, Any] | None),
    Check("an int, a SeedGenerator or None", _is_seed),
]
Axes = Sequence[int] | None
Positive = Annotated[float, Check("a positive number", lambda v: is_number(v) and v > 0)]
Shape = Sequence[int]


class Initializer(Config):
    """Base: subclasses define ``__call__(shape, dtype=None)``.

    >>> class Twos(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.full(shape, 2.0, dtype)
    >>> Twos()((2,)).tolist()
    [2.0, 2.0]
    """

    _in_program: ClassVar[bool] = False  # what it gives lies in variables

    def __call__(self, shape: Shape, dtype: Any = None) -> Any:
        """An array of this shape; dtype None is ``floatx()``."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(shape, dtype=None).")

    def clone(self) -> "Initializer":
        """A new one with the same config."""
        return type(self).from_config(self.get_config())


def _dtype(dtype: Any) -> np.dtype:
    return np.dtype(standardize_dtype(dtype))


class Zeros(Initializer):
    """All zeros.

    >>> Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        """Zeros of this shape."""
        return np.zeros(shape, _dtype(dtype))


class Ones(Initializer):
    """All ones.

    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        """Ones of this shape."""
        return np.ones(shape, _dtype(dtype))


@fields
class Constant(Initializer):
    """One value everywhere, or an array that broadcasts to the shape.

    >>> Constant(3.0)((2,)).tolist()
    [3.0, 3.0]
    """

    value: Any = 0.0  #: number or array

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        """The value, broadcast to this shape."""
        return np.array(np.broadcast_to(np.asarray(self.value), shape), _dtype(dtype))


@fields
class Identity(Initializer):
    """``gain`` on the diagonal of a matrix, zeros elsewhere.

    >>> Identity(2.0)((2, 3)).tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    gain: Number = 1.0  #: value on the diagonal

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        """The matrix; BadValue for a shape that is not (rows, columns)."""
        if len(shape) != 2:
            raise BadValue(f"Identity makes matrices, (rows, columns), not shape {tuple(shape)}.")
        return np.eye(*shape, dtype=_dtype(dtype)) * _dtype(dtype).type(self.gain)

    def get_config(self) -> dict:
        """The gain, where it is not 1: Keras' files have no word for it."""
        return {} if self.gain == 1.0 else {"gain": self.gain}


class RandomInitializer(Initializer):
    """Base of the random ones: ``draw(rng, shape, dtype)`` from a NumPy generator.

    An int seed, or None (a seed taken at construction), gives the same values at each call; a
    ``SeedGenerator`` gives new ones.
    """

    seed: Any

    def setup(self) -> None:
        """Take a seed now, so that ``set_random_seed`` before decides it."""
        self._seed = make_default_seed() if self.seed is None else self.seed

    def generator(self) -> np.random.Generator:
        """The generator that the next call draws from."""
        seed = self._seed
        key = np.asarray(seed.next()).tolist() if isinstance(seed, SeedGenerator) else abs(seed)
        return np.random.Generator(np.random.PCG64(key))

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        """Random values of this shape; the dtype must be a float one."""
        wanted = _dtype(dtype)
        if not is_float(wanted.name):
            raise BadValue(
                f"{type(self).__name__} draws real numbers, but dtype {wanted.name!r} was asked "
                "for: give a float dtype."
            )
        working = np.dtype("float64" if wanted.name == "float64" else "float32")
        return self.draw(self.generator(), tuple(shape), working).astype(wanted, copy=False)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> Any:
        """The values, in float32 or float64."""
        raise NotImplementedError(f"{type(self).__name__} must define draw(rng, shape, dtype).")


def _normal(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    return rng.standard_normal(shape, dtype)  # type: ignore[arg-type]


def _truncated(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Standard normal values within [-2, 2]: those outside are drawn again."""
    x = _normal(rng, (math.prod(shape),), dtype)
    bad = np.flatnonzero(np.abs(x) > 2)
    while bad.size:
        x[bad] = _normal(rng, bad.shape, dtype)
        bad = bad[np.abs(x[bad]) > 2]
    return x.reshape(shape)


def _uniform(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Values in [-1, 1)."""
    return rng.random(shape, dtype) * 2 - 1  # type: ignore[arg-type]


@fields
class RandomNormal(RandomInitializer):
    """Normally distributed values.

    >>> RandomNormal(seed=1)((2, 3)).shape
    (2, 3)
    """

    mean: Number = 0.0  #: mean
    stddev: Number = 0.05  #: standard deviation
    seed: Seed = None  #: int: always the same values; a SeedGenerator: new ones at each call

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> Any:
        """``mean + stddev * normal``."""
        return _normal(rng, shape, dtype) * dtype.type(self.stddev) + dtype.type(self.mean)


@fields
class TruncatedNormal(RandomInitializer):
    """Normally distributed values; those beyond two standard deviations are drawn again.

    >>> bool(abs(TruncatedNormal(seed=1)((1000,))).max() <= 0.1)
    True
    """

    mean: Number = 0.0  #: mean
    stddev: Number = 0.05  #: standard deviation before the tails are cut
    seed: Seed = None  #: int: always the same values; a SeedGenerator: new ones at each call

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> Any:
        """``mean + stddev * truncated normal``."""
        return _truncated(rng, shape, dtype) * dtype.type(self.stddev) + dtype.type(self.mean)


@fields
class RandomUniform(RandomInitializer):
    """Uniformly distributed values in [minval, maxval).

    >>> bool(abs(RandomUniform(seed=1)((1000,))).max() <= 0.05)
    True
    """

    minval: Number = -0.05  #: lower bound
    maxval: Number = 0.05  #: upper bound
    seed: Seed = None  #: int: always the same values; a SeedGenerator: new ones at each call

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> Any:
        """``minval + (maxval - minval) * uniform``."""
        width = dtype.type(self.maxval - self.minval)
        return rng.random(shape, dtype) * width + dtype.type(self.minval)  # type: ignore[arg-type]


def compute_fans(shape: Shape, input_axes: Axes = None, output_axes: Axes = None) -> tuple:
    """Numbers of inputs and outputs of one unit, from the shape of its kernel.

    The last two axes count channels in and out, all others are the window, unless axes are named.

    >>> compute_fans((3, 3, 8, 16))
    (72, 144)
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[i] for i in input_axes), math.prod(shape[i] for i in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


#: The standard deviation of a standard normal distribution cut at two.
CUT_STDDEV = 0.87962566103423978


class Scaled(RandomInitializer):
    """Values whose variance is ``scale / n``, where ``n`` counts the inputs or outputs of a unit.

    ``n`` is ``fan_in``, ``fan_out`` or their mean, ``fan_avg``; see ``compute_fans``.
    """

    scale: Any
    mode: Any
    distribution: Any
    input_axes: Axes
    output_axes: Axes

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> Any:
        """Values of variance ``scale / n``."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
        stddev = math.sqrt(self.scale / max(1.0, count[self.mode]))
        if self.distribution == "uniform":
            return _uniform(rng, shape, dtype) * dtype.type(math.sqrt(3) * stddev)
        if self.distribution == "untruncated_normal":
            return _normal(rng, shape, dtype) * dtype.type(stddev)
        return _truncated(rng, shape, dtype) * dtype.type(stddev / CUT_STDDEV)


Distribution = Annotated[
    Literal["truncated_normal", "untruncated_normal", "uniform"],
    Convert(lambda _, value: "truncated_normal" if value == "normal" else value),
]


@fields
class VarianceScaling(Scaled):
    """Values whose variance is ``scale / n``, where ``n`` counts the inputs or outputs of a unit.

    >>> w = VarianceScaling(2.0, "fan_in", "uniform", seed=1)((100, 50))
    >>> bool(abs(w).max() <= (3 * 2.0 / 100) ** 0.5)
    True
    """

    scale: Positive = 1.0  #: factor of the variance
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"  #: what ``n`` counts
    distribution: Distribution = "truncated_normal"  #: or "untruncated_normal", "uniform"
    seed: Seed = None  #: int: always the same values; a SeedGenerator: new ones at each call
    input_axes: Axes = None  #: axes that count the inputs, None: all but the last
    output_axes: Axes = None  #: axes that count the outputs, None: all but the last but one


@fields
class Preset(Scaled):
    """A variance scaling with its numbers fixed."""

    seed: Seed = None  #: int: always the same values; a SeedGenerator: new ones at each call
    input_axes: Axes = None  #: axes that count the inputs, None: all but the last
    output_axes: Axes = None  #: axes that count the outputs, None: all but the last but one


@fields
class GlorotUniform(Preset):
    """Uniform in +-sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio, 2010).

    >>> bool(abs(GlorotUniform(seed=1)((100, 50))).max() <= (6 / 150) ** 0.5)
    True
    """

    scale, mode, distribution = 1.0, "fan_avg", "uniform"


@fields
class GlorotNormal(Preset):
    """Truncated normal of variance 2 / (fan_in + fan_out) (Glorot & Bengio, 2010).

    >>> GlorotNormal(seed=1)((100, 50)).shape
    (100, 50)
    """

    scale, mode, distribution = 1.0, "fan_avg", "truncated_normal"


@fields
class HeUniform(Preset):
    """Uniform in +-sqrt(6 / fan_in), for relu (He et al., 2015).

    >>> bool(abs(HeUniform(seed=1)((100, 50))).max() <= (6 / 100) ** 0.5)
    True
    """

    scale, mode, distribution = 2.0, "fan_in", "uniform"


@fields
class HeNormal(Preset):
    """Truncated normal of variance 2 / fan_in, for relu (He et al., 2015).

    >>> HeNormal(seed=1)((100, 50)).shape
    (100, 50)
    """

    scale, mode, distribution = 2.0, "fan_in", "truncated_normal"


@fields
class LecunUniform(Preset):
    """Uniform in +-sqrt(3 / fan_in) (LeCun et al., 1998).

    >>> bool(abs(LecunUniform(seed=1)((100, 50))).max() <= (3 / 100) ** 0.5)
    True
    """

    scale, mode, distribution = 1.0, "fan_in", "uniform"


@fields
class LecunNormal(Preset):
    """Truncated normal of variance 1 / fan_in, for selu (LeCun et al., 1998).

    >>> LecunNormal(seed=1)((100, 50)).shape
    (100, 50)
    """

    scale, mode, distribution = 1.0, "fan_in", "truncated_normal"


@fields
class Orthogonal(RandomInitializer):
    """A random orthogonal matrix; more axes are one matrix of shape (all others, last).

    The shorter side's vectors are orthonormal, times ``gain`` (Saxe et al., 2014).

    >>> w = Orthogonal(seed=1)((4, 2))
    >>> np.allclose(w.T @ w, np.eye(2), atol=1e-6)
    True
    """

    gain: Number = 1.0  #: factor
    seed: Seed = None  #: int: always the same values; a SeedGenerator: new ones at each call

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> Any:
        """Q of a QR decomposition of normal values, its signs made unique."""
        if len(shape) < 2:
            raise BadValue(f"Orthogonal makes matrices, of two axes or more, not shape {shape}.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(_normal(rng, (max(rows, columns), min(rows, columns)), dtype))
        q *= np.sign(np.diagonal(r))
        return (q if rows >= columns else q.T).reshape(shape) * dtype.type(self.gain)


@fields
class STFT(Initializer):
    """Kernels of a short-time Fourier transform: shape (frame, 1, bins), one bin per filter.

    ``cos`` or ``-sin`` of ``2 pi t f / (2 (bins - 1))``, times the window over its norm.

    >>> STFT("real", None)((4, 1, 3))[:, 0, 1].round(3).tolist()
    [1.0, 0.0, -1.0, -0.0]
    """

    side: Literal["real", "imag"] = "real"  #: which part of the complex kernel
    window: Any = "hann"  #: a window's name in scipy.signal, its values, or None
    scaling: Literal["density", "spectrum", None] = "density"  #: divide by L2 or L1 norm, or not
    periodic: bool = False  #: whether the window is one period of a periodic function

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        """The kernel."""
        frame, _, bins = shape
        angle = 2 * np.pi * np.outer(np.arange(frame), np.arange(bins)) / (2 * (bins - 1))
        wave = np.cos(angle) if self.side == "real" else -np.sin(angle)
        kernel = wave * self._window(frame)[:, None]
        return kernel[:, None].astype(_dtype(dtype))

    def _window(self, frame: int) -> np.ndarray:
        if self.window is None:
            return np.ones(frame)
        if isinstance(self.window, str):
            from scipy.signal import get_window  # heavy, and few need it

            window = np.asarray(get_window(self.window, frame, self.periodic))
        else:
            window = np.asarray(self.window)
        if self.scaling == "density":
            return window / np.sqrt(np.sum(np.square(window)))
        return window / np.sum(np.abs(window)) if self.scaling == "spectrum" else window


class _Initializers(Registry):
    """The registry; an array stands for a Constant."""

    def get(self, identifier: Any, *_: Any) -> Any:
        """The initializer that a name, config, class, array or function stands for."""
        if hasattr(identifier, "shape") and hasattr(identifier, "__array__"):
            return Constant(np.asarray(identifier))
        return super().get(identifier)


_BASES = ("RandomInitializer", "Scaled", "Preset")
registry = _Initializers("initializer", "keras.initializers")
registry.collect({k: v for k, v in globals().items() if k not in _BASES}, Initializer)
registry |= {
    **{"IdentityInitializer": Identity, "OrthogonalInitializer": Orthogonal},
    **{"STFTInitializer": STFT, "stft": STFT, "uniform": RandomUniform, "normal": RandomNormal},
    **{"zero": Zeros, "one": Ones},
}
IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
