"""Normalisation: inputs shifted and scaled to mean 0 and variance 1, or to length 1."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import Check, Convert, Number, fields, is_int
from lurnet.core.types import Int
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import InputSpec, describe
from lurnet.layers.options import Axes, Constraint, Initializer, NotNegative, Regularizer
from lurnet.layers.per_sample import beside_axis
from lurnet.layers.weighted import Parametric

__all__ = [
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization",
    "RMSNormalization",
]  # fmt: skip


def _one_axis(_: Any, value: Any) -> Any:
    one = isinstance(value, (list, tuple)) and len(value) == 1
    return value[0] if one else value  # Keras 2 wrote the axis as a list


Axis = Annotated[int, Convert(_one_axis, Int | Sequence[Int]), Check("an integer", is_int)]


def _positive(axis: int, ndim: int, layer: Layer) -> int:
    if not -ndim <= axis < ndim:
        raise BadValue(f"{describe(layer)}: axis {axis} does not exist: the input has {ndim} axes.")
    return axis % ndim


def _known(layer: Layer, shape: tuple, axis: int) -> int:
    if shape[axis] is None:
        raise BadValue(
            f"{describe(layer)} needs to know the size of axis {axis}, but the input's shape is "
            f"{shape}. Give it in keras.Input(shape=...)."
        )
    return shape[axis]


def _wide(x: Any) -> Any:
    """Half-precision numbers as float32: their sums lose too much."""
    return ops.cast(x, "float32") if str(x.dtype) in ("float16", "bfloat16") else x


class _Affine(Parametric):
    """Learnt scale ``gamma`` and offset ``beta``, each of which may be left out."""

    center: Any
    scale: Any

    def _make_affine(self, shape: tuple) -> None:
        self.gamma = self.weight("gamma", shape) if self.scale else None
        self.beta = self.weight("beta", shape) if self.center else None


@fields
class BatchNormalization(_Affine):
    """Normalises each channel over the batch (Ioffe & Szegedy, 2015).

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``. While training, mean and variance are
    the batch's own, and moving averages of them are kept: ``moving * momentum + new * (1 -
    momentum)``. Otherwise, or when ``trainable`` is False, the moving ones are used.
    https://arxiv.org/abs/1502.03167

    >>> BatchNormalization()(ops.array([[0.0], [2.0]]), training=True).round(2).tolist()
    [[-1.0], [1.0]]
    """

    axis: Axis = -1  #: the axis of the channels
    momentum: Number = 0.99  #: share of the moving averages that one batch leaves
    epsilon: NotNegative = 0.001  #: added to the variance
    center: bool = True  #: whether to add beta
    scale: bool = True  #: whether to multiply by gamma
    beta_initializer: Initializer = "zeros"  #: first value of beta
    gamma_initializer: Initializer = "ones"  #: first value of gamma
    moving_mean_initializer: Initializer = "zeros"  #: first value of the moving mean
    moving_variance_initializer: Initializer = "ones"  #: first value of the moving variance
    beta_regularizer: Regularizer = None  #: penalty on beta
    gamma_regularizer: Regularizer = None  #: penalty on gamma
    beta_constraint: Constraint = None  #: projection of beta after each update
    gamma_constraint: Constraint = None  #: projection of gamma after each update
    renorm: bool = False  #: batch renormalisation, which is not supported
    renorm_clipping: dict[str, Any] | None = None  #: belongs to ``renorm``
    renorm_momentum: Number = 0.99  #: belongs to ``renorm``
    synchronized: bool = False  #: kept for compatibility: one device always sees the whole batch

    supports_masking = True
    gamma: ClassVar[Any] = None  # this and the next: until it is built
    beta: ClassVar[Any] = None
    moving_mean: ClassVar[Any] = None
    moving_variance: ClassVar[Any] = None
    per_sample = beside_axis

    def setup(self) -> None:
        """Refuse what would be ignored."""
        super().setup()
        if self.renorm:
            raise BadValue("BatchNormalization: renorm=True is not supported: leave it out.")

    def build(self, input_shape: tuple) -> None:
        """Make gamma, beta and the moving averages, all of shape (channels,)."""
        axis = _positive(self.axis, len(input_shape), self)
        shape = (_known(self, input_shape, axis),)
        self._make_affine(shape)
        fixed: dict[str, Any] = {"trainable": False, "autocast": False}
        self.moving_mean = self.weight("moving_mean", shape, **fixed)
        self.moving_variance = self.weight("moving_variance", shape, **fixed)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: shape[0]})

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The normalised input; ``mask`` is True where a step counts in mean and variance."""
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise BadValue(
                f"{describe(self)}: the mask has shape {tuple(mask.shape)}, but it must have that "
                f"of the input without the last axis, {tuple(inputs.shape)[:-1]}."
            )
        wide = _wide(inputs)
        if training and self.trainable:
            mean, variance = self._batch_moments(wide, mask)
            self._move(self.moving_mean, mean)
            self._move(self.moving_variance, variance)
        else:
            mean, variance = self.moving_mean.value, self.moving_variance.value
        y = ops.batch_normalization(
            wide,
            mean=ops.cast(mean, wide.dtype),
            variance=ops.cast(variance, wide.dtype),
            axis=self.axis,
            offset=None if self.beta is None else ops.cast(self.beta, wide.dtype),
            scale=None if self.gamma is None else ops.cast(self.gamma, wide.dtype),
            epsilon=self.epsilon,
        )
        return ops.cast(y, self.compute_dtype)

    def _batch_moments(self, x: Any, mask: Any) -> tuple:
        """Mean and variance of each channel, over what a mask leaves in."""
        channel = self.axis % len(x.shape)
        axes = [i for i in range(len(x.shape)) if i != channel]
        if mask is None:
            return ops.moments(x, axes=axes)
        counts = ops.expand_dims(ops.cast(mask, x.dtype), -1)
        counts = ops.broadcast_to(counts, x.shape)
        total = ops.sum(counts, axis=axes, keepdims=True)
        mean = ops.sum(x * counts, axis=axes, keepdims=True) / (total + _TINY)
        apart = ops.sum(ops.square(x - mean) * counts, axis=axes, keepdims=True)
        return ops.squeeze(mean, axes), ops.squeeze(apart / (total + _TINY), axes)

    def _move(self, moving: Any, new: Any) -> None:
        new = ops.cast(new, moving.dtype)
        moving.assign(moving * self.momentum + new * (1.0 - self.momentum))


_TINY = 1e-7


@fields
class LayerNormalization(_Affine):
    """Normalises each sample over its own axis or axes (Ba et al., 2016).

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``. https://arxiv.org/abs/1607.06450

    >>> LayerNormalization()(ops.array([[0.0, 2.0]])).round(2).tolist()
    [[-1.0, 1.0]]
    """

    axis: Axes = -1  #: the axis, or a list of axes, to normalise over
    epsilon: NotNegative = 0.001  #: added to the variance
    center: bool = True  #: whether to add beta
    scale: bool = True  #: whether to multiply by gamma
    beta_initializer: Initializer = "zeros"  #: first value of beta
    gamma_initializer: Initializer = "ones"  #: first value of gamma
    beta_regularizer: Regularizer = None  #: penalty on beta
    gamma_regularizer: Regularizer = None  #: penalty on gamma
    beta_constraint: Constraint = None  #: projection of beta after each update
    gamma_constraint: Constraint = None  #: projection of gamma after each update

    supports_masking = True
    per_sample = beside_axis

    def accept(self, extra: dict[str, Any]) -> None:
        """An old option that files still hold."""
        if extra.pop("rms_scaling", False):
            raise BadValue("LayerNormalization: for rms_scaling use keras.layers.RMSNormalization.")
        super().accept(extra)

    def build(self, input_shape: tuple) -> None:
        """Make gamma and beta, of the size of the normalised axes."""
        shape = tuple(_known(self, input_shape, a) for a in self._axes(len(input_shape)))
        self._make_affine(shape)

    def _axes(self, ndim: int) -> list[int]:
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        return [_positive(a, ndim, self) for a in given]

    def call(self, inputs: Any) -> Any:
        """The normalised input."""
        wide, axes = _wide(inputs), self._axes(len(inputs.shape))
        mean, variance = ops.moments(wide, axes=axes, keepdims=True)
        y = (wide - mean) * ops.rsqrt(variance + self.epsilon)
        shape = [d if i in axes else 1 for i, d in enumerate(inputs.shape)]
        if self.gamma is not None:
            y = y * ops.reshape(ops.cast(self.gamma, y.dtype), shape)
        if self.beta is not None:
            y = y + ops.reshape(ops.cast(self.beta, y.dtype), shape)
        return ops.cast(y, self.compute_dtype)


@fields
class GroupNormalization(_Affine):
    """Normalises groups of channels of each sample (Wu & He, 2018).

    https://arxiv.org/abs/1803.08494

    >>> GroupNormalization(groups=1)(ops.array([[0.0, 2.0]])).round(2).tolist()
    [[-1.0, 1.0]]
    """

    groups: Annotated[int, Check("an integer", is_int)] = 32  #: number of groups; -1: of channels
    axis: Axis = -1  #: the axis of the channels
    epsilon: NotNegative = 0.001  #: added to the variance
    center: bool = True  #: whether to add beta
    scale: bool = True  #: whether to multiply by gamma
    beta_initializer: Initializer = "zeros"  #: first value of beta
    gamma_initializer: Initializer = "ones"  #: first value of gamma
    beta_regularizer: Regularizer = None  #: penalty on beta
    gamma_regularizer: Regularizer = None  #: penalty on gamma
    beta_constraint: Constraint = None  #: projection of beta after each update
    gamma_constraint: Constraint = None  #: projection of gamma after each update

    supports_masking = True
    per_sample = beside_axis

    def build(self, input_shape: tuple) -> None:
        """Make gamma and beta, of shape (channels,)."""
        axis = _positive(self.axis, len(input_shape), self)
        channels = _known(self, input_shape, axis)
        if self.groups == -1:
            self.groups = channels
        if self.groups < 1 or channels % self.groups:
            raise BadValue(
                f"{describe(self)}: {channels} channels cannot be split into {self.groups} groups "
                "of equal size. Choose a divisor of the number of channels for `groups`."
            )
        self._make_affine((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels})

    def call(self, inputs: Any) -> Any:
        """The normalised input."""
        axis, ndim = self.axis % len(inputs.shape), len(inputs.shape)
        sizes = (self.groups, inputs.shape[axis] // self.groups)
        wide = _wide(inputs)
        apart = ops.reshape(wide, (*inputs.shape[:axis], *sizes, *inputs.shape[axis + 1 :]))
        axes = [i for i in range(1, ndim + 1) if i != axis]
        mean, variance = ops.moments(apart, axes=axes, keepdims=True)
        y = ops.reshape((apart - mean) * ops.rsqrt(variance + self.epsilon), inputs.shape)
        shape = [d if i == axis else 1 for i, d in enumerate(inputs.shape)]
        if self.gamma is not None:
            y = y * ops.reshape(ops.cast(self.gamma, y.dtype), shape)
        if self.beta is not None:
            y = y + ops.reshape(ops.cast(self.beta, y.dtype), shape)
        return ops.cast(y, self.compute_dtype)


@fields
class UnitNormalization(Layer):
    """Scales to length 1: ``x / sqrt(sum(x^2))`` along an axis or several.

    >>> UnitNormalization()(ops.array([[0.0, 4.0]])).round(3).tolist()
    [[0.0, 1.0]]
    """

    axis: Axes = -1  #: the axis, or a list of axes, along which the length is 1

    supports_masking = True
    per_sample = beside_axis

    def call(self, inputs: Any) -> Any:
        """The scaled input."""
        axis = tuple(self.axis) if isinstance(self.axis, list) else self.axis
        squares = ops.sum(ops.square(inputs), axis=axis, keepdims=True)
        return inputs * ops.rsqrt(ops.maximum(squares, ops.cast(1e-12, inputs.dtype)))


@fields
class RMSNormalization(Layer):
    """Divides by the root mean square and scales (Zhang & Sennrich, 2019).

    ``scale * x / sqrt(mean(x^2) + epsilon)``. https://arxiv.org/abs/1910.07467

    >>> RMSNormalization()(ops.array([[3.0, 3.0]])).round(3).tolist()
    [[1.0, 1.0]]
    """

    axis: int | Sequence[int] = -1  #: the axis, or a list of axes, to take the mean over
    epsilon: NotNegative = 1e-06  #: added to the mean square

    per_sample = beside_axis

    def build(self, input_shape: tuple) -> None:
        """Make the scale, of the size of the normalised axes."""
        given = self.axis if isinstance(self.axis, Sequence) else [self.axis]
        axes = [_positive(a, len(input_shape), self) for a in given]
        shape = tuple(_known(self, input_shape, a) for a in axes)
        self.scale = self.add_weight(shape, initializer="ones", name="scale")
        self._axes = tuple(axes)

    def call(self, x: Any) -> Any:
        """The normalised input."""
        wide = _wide(x)
        mean = ops.mean(ops.square(wide), axis=self._axes, keepdims=True)
        shape = [d if i in self._axes else 1 for i, d in enumerate(x.shape)]
        scale = ops.reshape(ops.cast(self.scale, wide.dtype), shape)
        return ops.cast(wide * ops.rsqrt(mean + self.epsilon) * scale, x.dtype)
