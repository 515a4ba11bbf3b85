"""Attention by several heads at once, each comparing its own projections."""

import functools
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from lurnet import ops, random
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, PositiveInt, Rate, fields
from lurnet.core.registry import serialize
from lurnet.core.types import Int
from lurnet.layers.activation import Softmax
from lurnet.layers.base import Layer
from lurnet.layers.einsum_dense import EinsumDense
from lurnet.layers.input_spec import describe
from lurnet.layers.options import Constraint, Initializer, MaybePositive, Regularizer
from lurnet.layers.per_sample import has_axes, of_vectors

__all__ = ["MultiHeadAttention", "GroupQueryAttention"]


def _as_tuple(_: Any, value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _tuple_or_none(_: Any, value: Any) -> Any:
    return None if value is None else _as_tuple(_, value)


Sizes = Annotated[Any, Convert(_tuple_or_none, Int | Sequence[Int] | None)]
_OPTIONS = ("initializer", "regularizer", "constraint")


class _Heads(Layer):
    """Projections to heads, masks, and the projection of the result."""

    supports_masking = True
    if TYPE_CHECKING:
        _axes: tuple[int, ...]  # attended over
        _size: int  # of a projected query or key, by head
    draws = True

    def setup(self) -> None:
        """A stream of random numbers, where they are needed."""
        super().setup()
        if self.dropout > 0:
            self._seeds = random.SeedGenerator(self.seed)

    def _dense(self, name: str, equation: str, shape: tuple, output: tuple, axes: str) -> Any:
        """A built projection; each has initial values of its own."""
        options: dict[str, Any] = {}
        for option in _OPTIONS:
            options[f"kernel_{option}"] = serialize(getattr(self, f"kernel_{option}"))
            options[f"bias_{option}"] = serialize(getattr(self, f"bias_{option}"))
        bias = axes if self.use_bias else None
        layer = EinsumDense(
            equation, output, bias_axes=bias, name=name, dtype=self.dtype_policy, **options
        )
        layer.supports_masking = True  # its caller sees to masks: no warning that they end
        layer.build(shape)
        return layer

    def _to_heads(self, name: str, shape: tuple, heads: int, size: int) -> Any:
        """The projection (..., d) to (..., heads, size)."""
        free = string.ascii_lowercase[: len(shape) - 1]
        equation = f"{free}y,yxz->{free}xz"
        output = (*(None,) * (len(shape) - 2), heads, size)
        return self._dense(name, equation, shape, output, "xz")

    def _from_heads(self, shape: tuple, heads: int, size: int, output: tuple) -> Any:
        """The projection (..., heads, size) to (..., *output)."""
        free = string.ascii_lowercase[: len(shape) - 1]
        new = string.ascii_uppercase[: len(output)]
        whole = (*(None,) * (len(shape) - 2), *output)
        given = (*shape[:-1], heads, size)
        equation = f"{free}xz,xz{new}->{free}{new}"
        return self._dense("attention_output", equation, given, whole, new)

    def _compute_attention_mask(
        self,
        query: Any,
        value: Any,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Where a query may look: (b, t, s) or (1, t, s), or None for everywhere."""
        rows = None if query_mask is None else ops.expand_dims(query_mask, -1)
        seen = [m if m is None else ops.expand_dims(m, 1) for m in (value_mask, key_mask)]
        parts = [m for m in (rows, *seen, attention_mask) if m is not None]
        if use_causal_mask:
            parts.append(self._compute_causal_mask(query, value))
        if self.sliding_window:
            apart = ops.abs(_distances(query.shape[1], value.shape[1]))
            parts.append(ops.expand_dims(apart < self.sliding_window, 0))
        parts = [ops.cast(part, "bool") for part in parts]
        return functools.reduce(ops.logical_and, parts) if parts else None

    def _compute_causal_mask(self, query: Any, value: Any = None) -> Any:
        """True where a key comes no later than the query: (1, t, s)."""
        t = query.shape[1]
        apart = _distances(t, t if value is None else value.shape[1])
        return ops.expand_dims(apart >= 0, 0)

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: Any = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        """What the heads see and the weights, from projections; a subclass may put in its own."""
        to_scores, to_values = _equations(len(query.shape) - 1, self._axes)
        scores = ops.einsum(to_scores, query * (self._size**-0.5), key)
        weights = used = self._masked_softmax(scores, attention_mask)
        if training and self.dropout > 0:
            used = random.dropout(weights, self.dropout, seed=self._seeds)
        return ops.einsum(to_values, used, value), weights

    def _masked_softmax(self, attention_scores: Any, attention_mask: Any = None) -> Any:
        """The weights: a softmax over the keys, 0 where the mask is False."""
        axes = len(self._axes)
        if attention_mask is not None:
            while len(attention_mask.shape) < len(attention_scores.shape):
                attention_mask = ops.expand_dims(attention_mask, -2 * axes - 1)
        softmax = Softmax(axis=tuple(range(-axes, 0)), dtype=self.dtype_policy, name="softmax")
        return softmax(attention_scores, mask=attention_mask)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; which kernel computes is none of a file's business."""
        config = super().get_config()
        config.pop("flash_attention", None)
        return config


@fields
class MultiHeadAttention(_Heads):
    """Attention by several heads at once (Vaswani et al., 2017).

    Each head: ``softmax(q kT / sqrt(key_dim)) v`` of projections q, k, v; the heads together are
    projected to the output. https://arxiv.org/abs/1706.03762

    >>> MultiHeadAttention(2, 3)(ops.ones((1, 4, 5)), ops.ones((1, 6, 5))).shape
    (1, 4, 5)
    """

    num_heads: PositiveInt  #: number of heads
    key_dim: PositiveInt  #: size of the projected queries and keys, by head
    value_dim: MaybePositive = None  #: size of the projected values; None is ``key_dim``
    dropout: Rate = 0.0  #: share of the weights to set to 0 while training
    use_bias: bool = True  #: whether the projections have a bias
    output_shape: Sizes = None  #: size of the output; None: of the query
    attention_axes: Sizes = None  #: axes to attend over; None: all but batch and features
    sliding_window: MaybePositive = None  #: how near a key must be to be seen
    flash_attention: bool | None = None  #: kept for compatibility
    kernel_initializer: Initializer = "glorot_uniform"  #: first value of the kernels
    bias_initializer: Initializer = "zeros"  #: first value of the biases
    kernel_regularizer: Regularizer = None  #: penalty on the kernels
    bias_regularizer: Regularizer = None  #: penalty on the biases
    activity_regularizer: Regularizer = None  #: penalty on the output
    kernel_constraint: Constraint = None  #: projection of the kernels after each update
    bias_constraint: Constraint = None  #: projection of the biases after each update
    use_gate: bool = False  #: whether the heads are multiplied by a sigmoid of the query
    seed: int | None = None  #: seed of the dropout

    _own_fields_first = True

    def setup(self) -> None:
        """Values are as large as keys unless told otherwise."""
        super().setup()
        self.value_dim = self.value_dim or self.key_dim

    @property
    def _axes(self) -> tuple[int, ...]:
        return self.attention_axes

    @property
    def _size(self) -> int:
        return self.key_dim

    def build(self, query_shape: tuple, value_shape: tuple, key_shape: Any = None) -> None:
        """Make the projections."""
        key_shape = key_shape or value_shape
        if query_shape[-1] is None or value_shape[-1] is None:
            raise BadValue(f"{describe(self)} needs to know the number of features of its inputs.")
        heads, size = self.num_heads, self.value_dim or self.key_dim
        self.query_dense = self._to_heads("query", query_shape, heads, self.key_dim)
        self.key_dense = self._to_heads("key", key_shape, heads, self.key_dim)
        if self.use_gate:
            self.gate_dense = self._to_heads("gate", query_shape, heads, size)
        self.value_dense = self._to_heads("value", value_shape, heads, size)
        output = self.output_shape or (query_shape[-1],)
        self.output_dense = self._from_heads(query_shape, heads, size, output)
        if self.attention_axes is None:
            self.attention_axes = tuple(range(1, len(query_shape) - 1))

    def per_sample(self, *shapes: tuple) -> bool:
        """Whether it attends over axes of a sample."""
        axes = self.attention_axes or ()
        return of_vectors(self, *shapes) and all(0 < a < len(shapes[0]) - 1 for a in axes)

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """The attended values, and the weights if asked for.

        Args:
            query: (b, t, d).
            value: (b, s, d).
            key: (b, s, d), None: the value.
            query_mask: which queries count; it goes with the output.
            value_mask: (b, s), True where a value counts.
            key_mask: (b, s), True where a key counts.
            attention_mask: (b, t, s), True where query t may look at key s.
            return_attention_scores: whether to return the weights (b, heads, t, s) too.
            training: whether dropout acts.
            use_causal_mask: whether query t sees the keys up to t only.
        """
        masks = {"value_mask": value_mask, "key_mask": key_mask, "attention_mask": attention_mask}
        masks["use_causal_mask"] = use_causal_mask
        allowed = self._compute_attention_mask(query, value, **masks)
        q = self.query_dense(query)
        k = self.key_dense(value if key is None else key)
        v = self.value_dense(value)
        y, weights = self._compute_attention(q, k, v, allowed, training, return_attention_scores)
        if self.use_gate:
            y = y * ops.sigmoid(self.gate_dense(query))
        y = self.output_dense(y)
        return (y, weights) if return_attention_scores else y


def _distances(t: int, s: int) -> Any:
    """How far each of t queries lies behind each of s keys: (t, s)."""
    return ops.expand_dims(ops.arange(t), 1) - ops.expand_dims(ops.arange(s), 0)


def _equations(ndim: int, axes: tuple[int, ...]) -> tuple[str, str]:
    """Einsum equations of scores and values, for inputs (..., heads, size) attended over axes.

    >>> _equations(3, (1,))
    ('abxz,aBxz->axbB', 'axbB,aBxz->abxz')
    """
    own = string.ascii_lowercase[: ndim - 1]
    other = "".join(c.upper() if i in axes else c for i, c in enumerate(own))
    kept = "".join(c for i, c in enumerate(own) if i not in axes)
    scores = kept + "x" + "".join(own[i] for i in axes) + "".join(other[i] for i in axes)
    return f"{own}xz,{other}xz->{scores}", f"{scores},{other}xz->{own}xz"


@fields
class GroupQueryAttention(_Heads):
    """Attention whose heads share keys and values in groups (Ainslie et al., 2023).

    https://arxiv.org/abs/2305.13245

    >>> GroupQueryAttention(3, 4, 2)(ops.ones((1, 4, 5)), ops.ones((1, 6, 5))).shape
    (1, 4, 5)
    """

    head_dim: PositiveInt  #: size of the projections, by head
    num_query_heads: PositiveInt  #: number of heads
    num_key_value_heads: PositiveInt  #: number of heads of keys and values
    dropout: Rate = 0.0  #: share of the weights to set to 0 while training
    use_bias: bool = True  #: whether the projections have a bias
    sliding_window: MaybePositive = None  #: how near a key must be to be seen
    flash_attention: bool | None = None  #: kept for compatibility
    kernel_initializer: Initializer = "glorot_uniform"  #: first value of the kernels
    bias_initializer: Initializer = "zeros"  #: first value of the biases
    kernel_regularizer: Regularizer = None  #: penalty on the kernels
    bias_regularizer: Regularizer = None  #: penalty on the biases
    activity_regularizer: Regularizer = None  #: penalty on the output
    kernel_constraint: Constraint = None  #: projection of the kernels after each update
    bias_constraint: Constraint = None  #: projection of the biases after each update
    use_gate: bool = False  #: whether the heads are multiplied by a sigmoid of the query
    seed: int | None = None  #: seed of the dropout

    _own_fields_first = True
    _axes = (1,)

    @property
    def _size(self) -> int:
        return self.head_dim

    per_sample = has_axes(3)

    def setup(self) -> None:
        """The heads must fall into groups of equal size."""
        super().setup()
        if self.num_query_heads % self.num_key_value_heads:
            raise BadValue(
                f"{describe(self)}: `num_query_heads` ({self.num_query_heads}) must be divisible "
                f"by `num_key_value_heads` ({self.num_key_value_heads})."
            )

    def build(self, query_shape: tuple, value_shape: tuple, key_shape: Any = None) -> None:
        """Make the projections."""
        key_shape, size = key_shape or value_shape, self.head_dim
        self.query_dense = self._to_heads("query", query_shape, self.num_query_heads, size)
        self.key_dense = self._to_heads("key", key_shape, self.num_key_value_heads, size)
        if self.use_gate:
            self.gate_dense = self._to_heads("gate", query_shape, self.num_query_heads, size)
        self.value_dense = self._to_heads("value", value_shape, self.num_key_value_heads, size)
        output = (query_shape[-1],)
        self.output_dense = self._from_heads(query_shape, self.num_query_heads, size, output)

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """The attended values (b, t, d), and the weights (b, heads, t, s) if asked for.

        Arguments as in ``MultiHeadAttention``.
        """
        masks = {"query_mask": query_mask, "value_mask": value_mask, "key_mask": key_mask}
        masks |= {"attention_mask": attention_mask, "use_causal_mask": use_causal_mask}
        allowed = self._compute_attention_mask(query, value, **masks)
        groups = self.num_query_heads // self.num_key_value_heads
        q = self.query_dense(query)
        k = ops.repeat(self.key_dense(value if key is None else key), groups, axis=2)
        v = ops.repeat(self.value_dense(value), groups, axis=2)
        y, weights = self._compute_attention(q, k, v, attention_mask=allowed, training=training)
        if self.use_gate:
            y = y * ops.sigmoid(self.gate_dense(query))
        y = self.output_dense(y)
        return (y, weights) if return_attention_scores else y
