"""Weights kept at a largest singular value of 1."""

from typing import Any

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.core.fields import PositiveInt, fields
from lurnet.layers.input_spec import describe
from lurnet.layers.per_sample import is_per_sample
from lurnet.layers.wrapper import InnerLayer, Wrapper

__all__ = ["SpectralNormalization"]


@fields
class SpectralNormalization(Wrapper):
    """Divides a layer's kernel by its largest singular value while training (Miyato et al., 2018).

    The value is found by power iteration, from where the last step left off.
    https://arxiv.org/abs/1802.05957

    >>> from lurnet.layers.dense import Dense
    >>> SpectralNormalization(Dense(3))(ops.ones((2, 4)), training=True).shape
    (2, 3)
    """

    _own_fields_first = True

    layer: InnerLayer  #: the layer whose kernel, or embeddings, is normalised
    power_iterations: PositiveInt = 1  #: steps of power iteration in each call

    def build(self, input_shape: Any = None) -> None:
        """Build the layer, and make the vector (1, last axis) of the iteration."""
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))
        if kernel is None:
            raise BadValue(
                f"{describe(self)} normalises a kernel or embeddings, but "
                f"{describe(self.layer)} has neither."
            )
        self.kernel = kernel
        self.vector_u = self.add_weight(
            (1, kernel.shape[-1]),
            initializer="truncated_normal",
            trainable=False,
            name="vector_u",
            dtype=kernel.dtype,
        )

    def per_sample(self, *shapes: tuple) -> bool:
        """As the layer inside."""
        return is_per_sample(self.layer, *shapes)

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The layer's output; while training, its kernel is normalised before."""
        if training:
            self._normalise()
        return self.layer(inputs)

    def _normalise(self) -> None:
        flat = ops.reshape(self.kernel, (-1, self.kernel.shape[-1]))
        u = v = self.vector_u.value
        for _ in range(self.power_iterations):
            v = ops.normalize(ops.matmul(u, ops.transpose(flat)), axis=None)
            u = ops.normalize(ops.matmul(v, flat), axis=None)
        u, v = ops.stop_gradient(u), ops.stop_gradient(v)
        largest = ops.squeeze(ops.matmul(ops.matmul(v, flat), ops.transpose(u)))
        self.vector_u.assign(u)
        self.kernel.assign(self.kernel / largest)
