"""Constructor arguments of older Keras versions: the input's shape, idle options."""

from typing import Any, TypedDict

from lurnet.core.types import ShapeLike


class FirstInput(TypedDict, total=False):
    """What the first layer of a model is told of its input, as in Keras 1 and 2."""

    input_shape: ShapeLike | int | None
    input_length: int | None
    batch_input_shape: ShapeLike | None
    batch_shape: ShapeLike | None
    batch_size: int | None
    weights: Any


class FlatInput(FirstInput, total=False):
    """The same, where the layer takes no ``input_dim`` of its own."""

    input_dim: int | None


#: Keras 1 and 2 gave the shape of the first layer's input in these; Sequential reads them.
SHAPE_ARGUMENTS = ("input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length")
#: Options of later Keras versions and of other engines: accepted where they ask for nothing.
IDLE_ARGUMENTS = (
    *("quantization_config", "lora_rank", "lora_alpha"),
    *("implementation", "use_cudnn", "time_major"),
)


def drop_idle(extra: dict[str, Any]) -> None:
    """Take out the arguments that have been read, and those that ask for nothing."""
    for name in (*SHAPE_ARGUMENTS, "batch_size", "input_dtype"):
        extra.pop(name, None)
    for name in IDLE_ARGUMENTS:
        if extra.get(name) in (None, False, 0, 1, 2, "auto"):
            extra.pop(name, None)


def shape_given(extra: dict[str, Any]) -> tuple | None:
    """The batch input shape that Keras 1 and 2 style arguments give, or None."""
    for name in ("batch_input_shape", "batch_shape"):
        if extra.get(name) is not None:
            return tuple(extra[name])
    shape = extra.get("input_shape")
    if shape is None and extra.get("input_dim") is not None:
        length = extra.get("input_length")
        shape = (extra["input_dim"],) if length is None else (length, extra["input_dim"])
    if shape is None:
        return None
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    return (extra.get("batch_size"), *shape)
