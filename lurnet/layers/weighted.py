"""Layers with a kernel and a bias, and their usual options."""

from collections.abc import Sequence
from dataclasses import KW_ONLY
from typing import Any

from lurnet.core.fields import fields
from lurnet.core.variable import Variable
from lurnet.layers.base import Layer
from lurnet.layers.options import Constraint, Initializer, Regularizer


class Parametric(Layer):
    """A layer whose options for a weight are named after it: ``gamma_initializer`` and so on."""

    _own_fields_first = True

    def weight(
        self, name: str, shape: Sequence[int], like: str | None = None, **options: Any
    ) -> Variable:
        """A variable with the options ``{like or name}_initializer``, ``_regularizer`` ..."""
        like = like or name
        return self.add_weight(
            shape,
            initializer=getattr(self, f"{like}_initializer"),
            regularizer=getattr(self, f"{like}_regularizer", None),
            constraint=getattr(self, f"{like}_constraint", None),
            name=name,
            **options,
        )


@fields
class Weighted(Parametric):
    """A layer with a kernel and a bias, and their usual options."""

    _: KW_ONLY
    kernel_initializer: Initializer = "glorot_uniform"  #: first value of the kernel
    bias_initializer: Initializer = "zeros"  #: first value of the bias
    kernel_regularizer: Regularizer = None  #: penalty on the kernel
    bias_regularizer: Regularizer = None  #: penalty on the bias
    activity_regularizer: Regularizer = None  #: penalty on the output
    kernel_constraint: Constraint = None  #: projection of the kernel after each update
    bias_constraint: Constraint = None  #: projection of the bias after each update
