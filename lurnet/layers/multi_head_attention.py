"""Attention by several heads at once, each comparing its own projections."""

import string
from typing import Annotated, Any

from lurnet import ops, random
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, PositiveInt, Rate, fields
from lurnet.core.registry import serialize
from lurnet.layers.activation import Softmax
from lurnet.layers.base import Layer
from lurnet.layers.einsum_dense import EinsumDense
from lurnet.layers.input_spec import describe
from lurnet.layers.options import Constraint, Initializer, MaybePositive, Regularizer
from lurnet.layers.per_sample import has_axes, of_vectors


def _as_tuple(_: Any, value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _tuple_or_none(_: Any, value: Any) -> Any:
    return None if value is None else _as_tuple(_, value)


Sizes = Annotated[Any, Convert(_tuple_or_none)]
_OPTIONS = ("initializer", "regularizer", "constraint")


class _Heads(Layer):
    """Projections to heads, masks, and the projection of the result."""

    supports_masking = True
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

    def _allowed(self, query: Any, value: Any, masks: list, causal: bool) -> Any:
        """Where a query may look: (b, t, s) or (1, t, s), or None for everywhere."""
        parts = [m for m in masks if m is not None]
        t, s = query.shape[1], value.shape[1]
        if causal or self.sliding_window:
            apart = ops.expand_dims(ops.arange(t), 1) - ops.expand_dims(ops.arange(s), 0)
            if causal:
                parts.append(ops.expand_dims(apart >= 0, 0))
            if self.sliding_window:
                parts.append(ops.expand_dims(ops.abs(apart) < self.sliding_window, 0))
        allowed = None
        for part in parts:
            part = ops.cast(part, "bool")
            allowed = part if allowed is None else ops.logical_and(allowed, part)
        return allowed

    def _compare(self, scores: Any, allowed: Any, axes: int, training: Any) -> tuple[Any, Any]:
        """The weights over the last ``axes`` axes, and the same after dropout."""
        if allowed is not None:
            while len(allowed.shape) < len(scores.shape):
                allowed = ops.expand_dims(allowed, -2 * axes - 1)
        weights = Softmax(axis=tuple(range(-axes, 0)), dtype=self.dtype_policy, name="softmax")(
            scores, mask=allowed
        )
        if training and self.dropout > 0:
            return weights, random.dropout(weights, self.dropout, seed=self._seeds)
        return weights, weights

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
    flash_attention: Any = None  #: kept for compatibility
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
        seen = [m if m is None else ops.expand_dims(m, 1) for m in (value_mask, key_mask)]
        allowed = self._allowed(query, value, [*seen, attention_mask], use_causal_mask)
        q = self.query_dense(query) * (self.key_dim**-0.5)
        k = self.key_dense(value if key is None else key)
        v = self.value_dense(value)
        to_scores, to_values = _equations(len(query.shape), self.attention_axes)
        scores = ops.einsum(to_scores, q, k)
        weights, used = self._compare(scores, allowed, len(self.attention_axes), training)
        y = ops.einsum(to_values, used, v)
        if self.use_gate:
            y = y * ops.sigmoid(self.gate_dense(query))
        y = self.output_dense(y)
        return (y, weights) if return_attention_scores else y


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
    flash_attention: Any = None  #: kept for compatibility
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
        seen = [m if m is None else ops.expand_dims(m, 1) for m in (value_mask, key_mask)]
        rows = None if query_mask is None else ops.expand_dims(query_mask, -1)
        allowed = self._allowed(query, value, [rows, *seen, attention_mask], use_causal_mask)
        groups = self.num_query_heads // self.num_key_value_heads
        q = self.query_dense(query) * (self.head_dim**-0.5)
        k = ops.repeat(self.key_dense(value if key is None else key), groups, axis=2)
        v = ops.repeat(self.value_dense(value), groups, axis=2)
        to_scores, to_values = _equations(3, (1,))
        scores = ops.einsum(to_scores, q, k)
        weights, used = self._compare(scores, allowed, 1, training)
        y = ops.einsum(to_values, used, v)
        if self.use_gate:
            y = y * ops.sigmoid(self.gate_dense(query))
        y = self.output_dense(y)
        return (y, weights) if return_attention_scores else y
