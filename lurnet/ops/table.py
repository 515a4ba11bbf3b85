"""Under which class name Keras writes each op into a model file, and back.

A node of a functional model that is an op stands there as ``{"module": "keras.src.ops.numpy",
"class_name": "Mean", "config": {"name": "mean", "axis": -1, "keepdims": True}}``; what the op was
called with stands among the node's inputs. Ops that take functions cannot be written.
"""

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from lurnet import ops
from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.symbolic import tensor_parameters

PACKAGE = "keras.src.ops."

#: Keras' module for the ops of a file of ours; those of the other files stand in ``numpy``.
_HOMES = {
    **dict.fromkeys(("activation", "attention", "convolution", "crossentropy", "ctc"), "nn"),
    **dict.fromkeys(("folding", "normalization"), "nn"),
    **dict.fromkeys(("core", "slicing"), "core"),
    **dict.fromkeys(("segments", "signal", "special"), "math"),
    **{"image": "image", "linalg": "linalg", "rearranging": "einops"},
}
_OTHER_HOME = {"logdet": "math", "polar": "nn", "slogdet": "numpy"}
#: Words that stand in capitals in a class name, and class names that are not made of the words.
_CAPITALS = {"ctc", "fft", "fft2", "hsv", "ifft2", "irfft", "istft", "psnr", "rfft", "rgb", "ssim"}
_CAPITALS |= {"stft", "svd"}
_OTHER_CLASS = {
    **{"allclose": "AllClose", "cdist": "CDist", "isin": "IsIn", "searchsorted": "SearchSorted"},
    **{"batch_normalization": "BatchNorm", "layer_normalization": "LayerNorm"},
    "rms_normalization": "RMSNorm",
}
#: Second names of an op; a file is read as the first.
ALIASES = {
    "abs": "absolute",
    "conj": "conjugate",
    "hard_swish": "hard_silu",
    "image.extract_patches_3d": "image.extract_patches",
    "swish": "silu",
}

#: Tensors that Keras keeps in the config, and settings that it keeps among the call's inputs.
CONFIG_TENSORS = {"bincount": ("weights",), "clip": ("x_min", "x_max"), "trapezoid": ("x",)}
CALL_SETTINGS = {
    "dot_product_attention": ("scale",),
    "get_item": ("key",),
    "image.scale_and_translate": ("output_shape",),
    "isclose": ("rtol", "atol"),
    "pad": ("constant_values",),
    "rearrange": ("pattern", "axes_lengths"),
}
#: Settings that an op takes by ``**kwargs`` and Keras keeps in the config.
CONFIG_KEYWORDS = {"layer_normalization": ("rms_scaling",)}


def _place(name: str, fn: Callable[..., Any]) -> str:
    """Module and class in Keras' package of ops, from where an op stands here and its name."""
    name = ALIASES.get(name, name).rpartition(".")[2]
    home = _OTHER_HOME.get(name) or _HOMES.get(fn.__module__.split(".")[2], "numpy")
    words = (w.upper() if w in _CAPITALS else w.capitalize() for w in name.split("_"))
    return f"{home}.{_OTHER_CLASS.get(name) or ''.join(words)}"


def _writable(module: ModuleType, prefix: str = "") -> dict[str, str]:
    """What a file can name: the ops that can be recorded, but for those that take functions."""
    return {
        prefix + name: _place(prefix + name, fn)
        for name, fn in vars(module).items()
        if fn is ops.convert_to_tensor
        or (getattr(fn, "is_op", False) and fn not in (ops.cond, ops.switch))
    }


#: Name in ``lurnet.ops`` -> module and class in Keras' package of ops.
TABLE = _writable(ops) | _writable(ops.image, "image.")
_NAMES = {place: name for name, place in TABLE.items() if name not in ALIASES}


def function(name: str) -> Callable[..., Any]:
    """The op of a name in ``lurnet.ops``, such as "mean" or "image.resize".

    >>> function("image.resize").__name__
    'resize'
    """
    if name not in TABLE:
        raise BadValue(f"There is no op {name!r} in model files.{did_you_mean(name, TABLE)}")
    folder, _, own = name.rpartition(".")
    return getattr(ops.image if folder else ops, own)


def name_of(fn: Callable[..., Any]) -> str | None:
    """The name of an op in the table; None for a function that is not in it.

    >>> name_of(ops.image.resize), name_of(len)
    ('image.resize', None)
    """
    own = getattr(fn, "__name__", "")
    for name in (own, f"image.{own}"):
        if name in TABLE and function(name) is fn:
            return name
    return None


def keras_class(name: str) -> tuple[str, str]:
    """Module and class under which Keras writes an op.

    >>> keras_class("add")
    ('keras.src.ops.numpy', 'Add')
    """
    function(name)
    module, _, class_name = TABLE[name].rpartition(".")
    return PACKAGE + module, class_name


def op_name(module: str, class_name: str) -> str | None:
    """The op that Keras writes under a module and a class; None if there is none.

    >>> op_name("keras.src.ops.nn", "Relu"), op_name("keras.src.ops.nn", "Nothing")
    ('relu', None)
    """
    return _NAMES.get(f"{module.removeprefix(PACKAGE)}.{class_name}")


def config_parameters(name: str) -> tuple[str, ...]:
    """The op's parameters that stand in the config; the others are inputs of the node.

    >>> config_parameters("mean"), config_parameters("clip")
    (('axis', 'keepdims'), ('x_min', 'x_max'))
    """
    fn = function(name)
    inputs = {*tensor_parameters(fn), *CALL_SETTINGS.get(name, ())}
    inputs -= set(CONFIG_TENSORS.get(name, ()))
    plain = [
        p.name
        for p in inspect.signature(fn).parameters.values()
        if p.name not in inputs and p.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    return (*plain, *CONFIG_KEYWORDS.get(name, ()))
