"""Attention between two sequences: each step of one is a mean over the other, by likeness."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from lurnet import ops, random
from lurnet.core.errors import BadValue
from lurnet.core.fields import Rate, fields
from lurnet.layers.base import Layer
from lurnet.layers.input_spec import describe
from lurnet.layers.per_sample import has_axes

__all__ = ["Attention", "AdditiveAttention"]


class _Attending(Layer):
    """Scores, weights and sums; subclasses say how a query and a key are compared."""

    supports_masking = True
    dropout: Any
    seed: Any

    def setup(self) -> None:
        """A stream of random numbers, where they are needed."""
        super().setup()
        if self.dropout > 0:
            self.seed_generator = random.SeedGenerator(self.seed)

    def build(self, input_shape: Any) -> None:
        """Check that there is a list of two or three inputs."""
        if not isinstance(input_shape, (list, tuple)) or len(input_shape) not in (2, 3):
            raise self._wrong_inputs(input_shape)
        if not all(isinstance(s, (list, tuple)) for s in input_shape):
            raise self._wrong_inputs(input_shape)

    def _wrong_inputs(self, seen: Any) -> BadValue:
        return BadValue(
            f"{describe(self)} takes [query, value] or [query, value, key], but it got {seen}."
        )

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        """How like each query is to each key: (b, t, s)."""
        raise NotImplementedError

    def _calculate_score_mask(self, scores: Any, v_mask: Any, use_causal_mask: bool) -> Any:
        """True where a key may be seen: (b, s), (1, t, s) or (b, t, s); None for everywhere."""
        if not use_causal_mask:
            return v_mask
        earlier = ops.expand_dims(ops.tril(ops.ones(scores.shape[-2:], dtype="bool")), 0)
        if v_mask is None:
            return earlier
        return ops.logical_and(ops.expand_dims(ops.cast(v_mask, "bool"), -2), earlier)

    def _apply_scores(
        self, scores: Any, value: Any, scores_mask: Any = None, training: Any = False
    ) -> tuple[Any, Any]:
        """Means of the values (b, t, d), and the weights (b, t, s)."""
        if scores_mask is not None:
            hidden = ops.logical_not(scores_mask)
            hidden = ops.expand_dims(hidden, -2) if len(hidden.shape) == 2 else hidden
            low = 65504.0 if str(scores.dtype) == "float16" else 1e9
            scores = scores - ops.cast(hidden, scores.dtype) * ops.cast(low, scores.dtype)
        weights = ops.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        return ops.matmul(weights, value), weights

    def call(
        self,
        inputs: Sequence[Any],
        mask: Any = None,
        training: Any = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Means of the values (b, t, d), and the weights (b, t, s) if asked for.

        Args:
            inputs: query (b, t, d), value (b, s, d) and optionally key (b, s, d), else the value.
            mask: masks of query (b, t) and value (b, s), True where a step counts.
            training: whether dropout acts.
            return_attention_scores: whether to return the weights too.
            use_causal_mask: whether query i sees the keys up to i only.
        """
        query, value, *rest = inputs
        key = rest[0] if rest else value
        masks = list(mask) if isinstance(mask, (list, tuple)) else [mask, None]
        scores = self._calculate_scores(query=query, key=key)
        v_mask = masks[1] if len(masks) > 1 else None
        scores_mask = self._calculate_score_mask(scores, v_mask, use_causal_mask)
        y, weights = self._apply_scores(
            scores=scores, value=value, scores_mask=scores_mask, training=training
        )
        if masks[0] is not None:
            y = y * ops.cast(ops.expand_dims(masks[0], -1), y.dtype)
        return (y, weights) if return_attention_scores else y

    keeps_mask = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The query's mask."""
        several = isinstance(mask, (list, tuple))
        return mask[0] if several else mask


@fields
class Attention(_Attending):
    """Attention by dot products (Luong et al., 2015): ``softmax(query keyT) value``.

    https://arxiv.org/abs/1508.04025

    >>> Attention()([ops.ones((2, 3, 4)), ops.ones((2, 5, 4))]).shape
    (2, 3, 4)
    """

    use_scale: bool = False  #: whether a learnt number multiplies the scores
    score_mode: Literal["dot", "concat"] = "dot"  #: "concat": sums of tanh(query + key)
    dropout: Rate = 0.0  #: share of the weights to set to 0 while training
    seed: int | None = None  #: seed of the dropout

    per_sample = has_axes(3)

    def build(self, input_shape: Any) -> None:
        """Make the numbers that multiply the scores."""
        super().build(input_shape)
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight((), initializer="ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                (), initializer="ones", name="concat_score_weight"
            )

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        """Scaled dot products, or weighted sums of tanh."""
        scale = 1 if self.scale is None else self.scale.value
        if self.score_mode == "dot":
            return ops.matmul(query, ops.transpose(key, (0, 2, 1))) * scale
        pairs = ops.expand_dims(query, -2) + ops.expand_dims(key, -3)
        return self.concat_score_weight * ops.sum(ops.tanh(scale * pairs), axis=-1)


@fields
class AdditiveAttention(_Attending):
    """Attention by ``sum(scale * tanh(query + key))`` (Bahdanau et al., 2015).

    https://arxiv.org/abs/1409.0473

    >>> AdditiveAttention()([ops.ones((2, 3, 4)), ops.ones((2, 5, 4))]).shape
    (2, 3, 4)
    """

    use_scale: bool = True  #: whether learnt numbers, one per feature, multiply the terms
    dropout: Rate = 0.0  #: share of the weights to set to 0 while training
    seed: int | None = None  #: seed of the dropout

    score_mode: ClassVar[str] = "dot"  # as Keras says of it
    per_sample = has_axes(3)

    def build(self, input_shape: Any) -> None:
        """Make the scale, one number per feature."""
        super().build(input_shape)
        self.scale = None
        if self.use_scale:
            size = input_shape[0][-1]
            self.scale = self.add_weight((size,), initializer="glorot_uniform", name="scale")

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        """Weighted sums of tanh."""
        terms = ops.tanh(ops.expand_dims(query, -2) + ops.expand_dims(key, -3))
        return ops.sum(terms if self.scale is None else self.scale * terms, axis=-1)
