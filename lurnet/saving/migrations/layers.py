"""One layer's class and arguments, from Keras 1 and 2 to today's names."""

from collections.abc import Callable
from typing import Any

from lurnet import layers
from lurnet.core.errors import BadFile
from lurnet.core.fields import arguments as constructor_arguments
from lurnet.layers import legacy
from lurnet.saving.migrations import names, values
from lurnet.saving.migrations.versions import Writer

Config = dict[str, Any]
_LEGACY = {k: v for k, v in vars(legacy).items() if isinstance(v, type)}


def class_of(name: str) -> type | None:
    """The layer class of a name of today, or None."""
    return _LEGACY.get(name) or dict(layers.registry).get(name)


def today(class_name: str) -> str:
    """The name that a layer's class has today."""
    own = class_name.rpartition(">")[2]
    return names.CLASSES.get(own, own)


def arguments(class_name: str, config: Config, writer: Writer) -> tuple[str, Config]:
    """Today's class name and arguments of a layer of Keras 1 or 2."""
    name = today(class_name)
    renames = names.ARGUMENTS | names.OWN_ARGUMENTS.get(name, {})
    made = _with_kernel_size({renames.get(k, k): _plain(v) for k, v in config.items()})
    fix = _FIXES.get(name)
    if fix is not None:
        name = fix(class_name, made, writer) or name
    made = {key: values.translated(key, value) for key, value in made.items()}
    cls = class_of(name)
    return name, made if cls is None else _without_idle(cls, made)


def _plain(value: Any) -> Any:
    """Arrays that Keras 2 wrote as ``{"type": "ndarray", "value": [...]}``, as lists."""
    if isinstance(value, dict) and value.get("type") == "ndarray":
        return value.get("value", value.get("values"))
    return value


def _with_kernel_size(config: Config) -> Config:
    for keys in names.KERNEL_SIZES:
        if all(k in config for k in keys):
            config["kernel_size"] = [config.pop(k) for k in keys]
    return config


def _without_idle(cls: type, config: Config) -> Config:
    """Leave out what the class does not take and what asks for nothing."""
    known = set(getattr(cls, "__fields__", ())) | {"name", "trainable", "dtype"}
    known |= set(constructor_arguments(cls))
    if cls.__name__ != "Embedding":
        config.pop("input_dim", None)
    return {k: v for k, v in config.items() if k in known or not _is_idle(k, v)}


def _is_idle(key: str, value: Any) -> bool:
    return key in names.IDLE or value is None or value is False or value in ([], {})


# --- layers whose arguments changed their meaning


def _input(class_name: str, config: Config, writer: Writer) -> None:
    shape = config.pop("batch_input_shape", None) or config.pop("batch_shape", None)
    if shape is None and config.get("input_shape") is not None:
        shape = [config.get("batch_size"), *config["input_shape"]]
    dtype = config.get("dtype") or config.get("input_dtype")
    kept = {"batch_shape": shape, "dtype": dtype, "name": config.get("name")}
    config.clear()
    config.update({k: v for k, v in kept.items() if v is not None})


def _batch_norm(class_name: str, config: Config, writer: Writer) -> str | None:
    axis = config.get("axis")
    if isinstance(axis, list) and len(axis) == 1:
        config["axis"] = axis[0]
    mode = config.pop("mode", 0)
    if mode in (1, 2):
        config["mode"] = mode
        return "Keras1BatchNormalization"
    return None


def _gru(class_name: str, config: Config, writer: Writer) -> None:
    config.setdefault("reset_after", class_name == "CuDNNGRU")
    _recurrent(class_name, config, writer)


def _recurrent(class_name: str, config: Config, writer: Writer) -> None:
    first = config.pop("forget_bias_init", None)
    if first is not None:
        config["unit_forget_bias"] = first in ("one", "ones")
    if config.get("time_major"):
        raise BadFile(
            f"Layer {config.get('name')!r} has time_major=True: inputs with the time axis first, "
            "which Keras 3 and lurnet do not have."
        )


def _transposed(class_name: str, config: Config, writer: Writer) -> None:
    """Keras 1 gave the output's whole shape, which today follows from the other arguments."""
    shape = config.pop("output_shape", None)
    if not isinstance(shape, list) or len(shape) < 4 or not writer.is_keras_1:
        return
    first = values.data_format(config.get("data_format")) == "channels_first"
    sizes = shape[2:] if first else shape[1:-1]
    config["output_padding"] = _output_padding(sizes, config)


def _output_padding(sizes: list[Any], config: dict[str, Any]) -> list[int] | None:
    """What is added to the output along each axis; None where the default gives these sizes.

    A stride s above 1 leaves s sizes of the output open, and Keras 1 wrote the one meant.

    >>> _output_padding([8, 8], {"kernel_size": [3, 3], "strides": [2, 2], "padding": "valid"})
    [1, 1]
    >>> _output_padding([8, 8], {"kernel_size": [3, 3], "strides": [2, 2], "padding": "same"})
    """
    kernel, strides = config.get("kernel_size"), config.get("strides") or [1] * len(sizes)
    triples = list(zip(sizes, _each(kernel), _each(strides), strict=False))
    if len(triples) != len(sizes) or not all(type(n) is int and n > 0 for t in triples for n in t):
        return None  # the layer itself tells what is wrong
    if config.get("padding") == "valid":
        return [(size - k) % step for size, k, step in triples]
    if all(size % step == 0 for size, _, step in triples):
        return None
    return [_of_same(*t, config.get("name")) for t in triples]


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_same(size: int, k: int, step: int, name: Any) -> int:
    """The padding that puts the kernel where Keras 1 put it."""
    total = max(((size + step - 1) // step - 1) * step + k - size, 0)
    if total // 2 != k // 2:
        raise BadFile(
            f"Layer {name!r} makes an output of size {size} with a kernel of {k}, strides {step} "
            'and padding="same", which no layer of Keras 3 or lurnet does.'
        )
    return 2 * (k // 2) - total


def _embedding(class_name: str, config: Config, writer: Writer) -> None:
    config.pop("dropout", None)  # Keras 1; it acts in training alone
    config.pop("activity_regularizer", None)


def _attention(class_name: str, config: Config, writer: Writer) -> None:
    for key in ("query_shape", "key_shape", "value_shape"):
        config.pop(key, None)


def _bidirectional(class_name: str, config: Config, writer: Writer) -> None:
    """The layer that reads backwards is the given one's opposite."""
    inner: Any = config.get("layer")
    inner_config = inner.get("config") if isinstance(inner, dict) else None
    if not isinstance(inner_config, dict) or not inner_config.get("go_backwards"):
        return
    name = f"backward_{inner_config.get('name')}"
    other = dict(inner) | {"config": inner_config | {"go_backwards": False, "name": name}}
    config.setdefault("backward_layer", other)


def _lambda(class_name: str, config: Config, writer: Writer) -> None:
    """A function by name is looked for among the caller's; code stays, and is refused later."""
    kind = config.pop("function_type", None)
    if isinstance(config.get("function"), str) and kind != "lambda":
        config["function"] = values.function(config["function"])
    for key in ("output_shape", "mask"):
        kind = config.pop(f"{key}_type", "raw")
        if kind != "raw" or config.get(key) is None:
            config.pop(key, None)
    for key in ("module", "output_shape_module", "mask_module"):
        config.pop(key, None)


def _merge(class_name: str, config: Config, writer: Writer) -> str:
    """The merge layer of Keras 1 by its mode; a function as mode is a Lambda's."""
    name, mode = config.get("name"), config.get("mode")
    rest = {"name": name} | {k: v for k, v in config.items() if k in ("trainable", "dtype")}
    axes, axis = config.get("dot_axes", -1), config.get("concat_axis", -1)
    config.clear()
    config.update(rest)
    if mode == "concat":
        config["axis"] = axis
    elif mode in ("dot", "cos"):
        config.update({"axes": axes, "normalize": mode == "cos"})
    elif not isinstance(mode, str) or mode not in names.MERGES:
        config["function"] = values.function(mode) if isinstance(mode, str) else mode
        return "Lambda"
    return "Keras1Cosine" if mode == "cos" else names.MERGES[mode]


_FIXES: dict[str, Callable[[str, Config, Writer], str | None]] = {
    "BatchNormalization": _batch_norm,
    "Bidirectional": _bidirectional,
    "Conv2DTranspose": _transposed,
    "Conv3DTranspose": _transposed,
    "ConvLSTM2D": _recurrent,
    "Embedding": _embedding,
    "GRU": _gru,
    "GRUCell": _gru,
    "InputLayer": _input,
    "LSTM": _recurrent,
    "LSTMCell": _recurrent,
    "Lambda": _lambda,
    "LayerNormalization": _batch_norm,
    "Merge": _merge,
    "MultiHeadAttention": _attention,
    "RNN": _recurrent,
    "SimpleRNN": _recurrent,
    "SimpleRNNCell": _recurrent,
}
