"""Noise added while training."""

from typing import Any

from lurnet import ops, random
from lurnet.core.fields import fields
from lurnet.core.hyper import hyperparameter
from lurnet.layers.base import Layer
from lurnet.layers.options import NotNegative

__all__ = ["GaussianNoise"]


@fields
class GaussianNoise(Layer):
    """Adds normal noise of mean 0 while training.

    >>> GaussianNoise(0.1)(ops.ones(3)).tolist()
    [1.0, 1.0, 1.0]
    """

    stddev: NotNegative  #: standard deviation of the noise
    seed: int | None = None  #: seed of the noise

    supports_masking = True
    per_sample = True
    runtime_hyperparameters = ("stddev",)

    def setup(self) -> None:
        """A stream of random numbers, where they are needed."""
        super().setup()
        if self.stddev > 0:
            self.seed_generator = random.SeedGenerator(self.seed)

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The input, with noise while training."""
        if not training or self.stddev == 0:
            return inputs
        noise = random.normal(ops.shape(inputs), dtype=inputs.dtype, seed=self.seed_generator)
        return inputs + hyperparameter(self, "stddev", inputs.dtype) * noise
