"""Small layers: a function as a layer, nothing at all, a penalty on what passes."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from lurnet import regularizers
from lurnet.core.errors import BadValue
from lurnet.core.fields import Convert, fields
from lurnet.core.registry import deserialize
from lurnet.layers.base import Layer
from lurnet.layers.options import NotNegative

__all__ = ["Lambda", "Identity", "ActivityRegularization"]

ShapeOrRule = Callable[..., Any] | Sequence[int | None] | None


def _function(_: Any, value: Any) -> Callable[..., Any]:
    found = deserialize(value) if isinstance(value, dict) else value
    if not callable(found):
        raise BadValue(f"must be a function, not {value!r}.")
    return found


@fields
class Lambda(Layer):
    """Any function as a layer, such as ``Lambda(lambda x: x ** 2)``.

    A file holds no code: a model with a lambda trains and predicts, but its architecture cannot be
    saved (its weights can). Use a named function and
    ``@keras.saving.register_keras_serializable()``, or a Layer of your own.

    >>> from lurnet import ops
    >>> Lambda(lambda x: x + 1)(ops.ones(2)).tolist()
    [2.0, 2.0]
    """

    function: Annotated[
        Any, Convert(_function, Callable[..., Any] | Mapping[str, Any])
    ]  #: takes the input first
    output_shape: ShapeOrRule = None  #: shape without the batch axis; found by itself if None
    mask: Any = None  #: mask of the output, or a function (inputs, mask) that gives it
    arguments: Any = None  #: further keyword arguments of the function

    runs_given_code = True

    def setup(self) -> None:
        """Arguments in a dict, and a mask that passes if one is given."""
        super().setup()
        self.arguments = dict(self.arguments or {})
        self.supports_masking = self.mask is not None
        try:
            self._takes = set(inspect.signature(self.function).parameters)
        except (TypeError, ValueError):  # a builtin does not tell
            self._takes = set()

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """``function(inputs, **arguments)``, with ``mask`` and ``training`` if it takes them."""
        more = {k: v for k, v in (("mask", mask), ("training", training)) if k in self._takes}
        return self.function(inputs, **(dict(self.arguments) | more))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask given, or what the function given for it says."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def _declares(self) -> bool:
        return self.output_shape is not None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape given, or the one that tracing finds."""
        if self.output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self.output_shape):
            return tuple(self.output_shape(input_shape))
        first = input_shape if _is_shape(input_shape) else input_shape[0]
        return (first[0], *self.output_shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; a lambda has none that a file may hold, so it is refused."""
        if getattr(self.function, "__name__", "") == "<lambda>":
            raise BadValue(
                f"Lambda layer {self.name!r} holds a lambda, which cannot be written into a config "
                "or a file, because a file must not hold code. Write it as a named function and "
                "decorate that with @keras.saving.register_keras_serializable(), write a Layer "
                "with a call method, or save the weights alone with save_weights()."
            )
        config = super().get_config()
        optional = {k for k in ("output_shape", "mask") if config.get(k) is None}
        return {k: v for k, v in config.items() if k not in optional}


def _is_shape(value: Any) -> bool:
    return all(d is None or isinstance(d, int) for d in value)


class Identity(Layer):
    """The input as it is.

    >>> from lurnet import ops
    >>> Identity()(ops.ones(2)).tolist()
    [1.0, 1.0]
    """

    supports_masking = True
    per_sample = True

    def call(self, inputs: Any) -> Any:
        """The input."""
        return inputs


@fields
class ActivityRegularization(Layer):
    """Passes the input and adds ``l1 * sum(|x|) + l2 * sum(x^2)`` to the loss.

    >>> from lurnet import ops
    >>> layer = ActivityRegularization(l1=0.5)
    >>> layer(ops.ones((1, 4))).shape, float(layer.losses[0])
    ((1, 4), 2.0)
    """

    l1: NotNegative = 0.0  #: factor of the absolute values
    l2: NotNegative = 0.0  #: factor of the squares

    supports_masking = True
    per_sample = True

    def setup(self) -> None:
        """The penalty is an activity regularizer."""
        super().setup()
        self.activity_regularizer = regularizers.L1L2(l1=self.l1, l2=self.l2)

    def call(self, inputs: Any) -> Any:
        """The input."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return config
