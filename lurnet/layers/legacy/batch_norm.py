"""Two kinds of normalisation that the batch normalisation of Keras 1 could do."""

from typing import Any, Literal

from lurnet import ops
from lurnet.core.fields import fields
from lurnet.layers.norm import BatchNormalization


@fields
class Keras1BatchNormalization(BatchNormalization):
    """``mode=1`` normalises each sample, ``mode=2`` each batch, with no moving averages.

    What Keras 1 called ``mode=0`` is ``BatchNormalization``.

    >>> Keras1BatchNormalization(mode=1)(ops.array([[0.0, 2.0]])).round(1).tolist()
    [[-1.0, 1.0]]
    """

    mode: Literal[1, 2] = 1  #: 1: sample by sample; 2: by the statistics of the batch at hand

    def per_sample(self, shape: tuple) -> bool:
        """By mode."""
        return self.mode == 1 and len(shape) > 1

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Shift, scale, and apply gamma and beta."""
        others = [a for a in range(len(inputs.shape)) if a != self._channels(inputs)]
        axes = -1 if self.mode == 1 else others
        centred = inputs - ops.mean(inputs, axis=axes, keepdims=True)
        spread = ops.sqrt(ops.mean(centred * centred, axis=axes, keepdims=True) + self.epsilon)
        if self.mode == 1:
            spread = spread + self.epsilon  # Keras 1 added it twice
        return centred / spread * self._wide(inputs, self.gamma) + self._wide(inputs, self.beta)

    def _channels(self, x: Any) -> int:
        return self.axis % len(x.shape)

    def _wide(self, x: Any, vector: Any) -> Any:
        shape = [1] * len(x.shape)
        shape[self._channels(x)] = -1
        return ops.reshape(vector, shape)
