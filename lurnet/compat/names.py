"""An import hook: ``keras.*`` and ``tensorflow.keras.*`` are lurnet's modules."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from typing import Any

KERAS_VERSION = "3.15.1"  # the version whose API lurnet has
TENSORFLOW_VERSION = "2.21.0"  # the version of TensorFlow that came with it

_LAYERS = "lurnet.layers"
#: Modules of Keras 1 and 2 that have another home now.
OLD_HOMES = {
    "keras.engine": "lurnet.models",
    "keras.engine.topology": _LAYERS,
    "keras.engine.training": "lurnet.models",
    "keras.layers.advanced_activations": _LAYERS,
    "keras.layers.convolutional": _LAYERS,
    "keras.layers.convolutional_recurrent": _LAYERS,
    "keras.layers.core": _LAYERS,
    "keras.layers.embeddings": _LAYERS,
    "keras.layers.experimental": _LAYERS,
    "keras.layers.experimental.preprocessing": _LAYERS,
    "keras.layers.local": _LAYERS,
    "keras.layers.merge": _LAYERS,
    "keras.layers.noise": _LAYERS,
    "keras.layers.normalization": _LAYERS,
    "keras.layers.pooling": _LAYERS,
    "keras.layers.recurrent": _LAYERS,
    "keras.layers.wrappers": _LAYERS,
    "keras.optimizers.legacy": "lurnet.optimizers",
    "keras.preprocessing": "lurnet.utils",
    "keras.preprocessing.sequence": "lurnet.utils",
    "keras.tree": "lurnet.core.tree",
    "keras.utils.data_utils": "lurnet.utils",
    "keras.utils.generic_utils": "lurnet.utils",
    "keras.utils.layer_utils": "lurnet.utils",
    "keras.utils.np_utils": "lurnet.utils",
    "keras.utils.vis_utils": "lurnet.utils",
}
#: Modules of TensorFlow around ``keras``.
AROUND = ("tensorflow", "tensorflow_core", "tensorflow.python")
ROOTS = ("keras", "tf_keras", "tensorflow", "tensorflow_core")


#: Modules that are asked for by their path alone, and that a star import of their parent gives.
_INNER = {
    "keras": ("preprocessing",),
    "keras.ops": ("image", "linalg", "nn", "numpy"),
    "keras.optimizers": ("legacy", "schedules"),
    "keras.preprocessing": ("sequence",),
}
#: Homes of what lurnet's modules are written with, which is no part of what they offer.
_TOOLS = {f"lurnet.core.{m}" for m in ("docs", "errors", "fields", "numbers", "traced")}
_TOOLS_BY_NAME = {"Registry", "op", "register", "registry"}


class Alias(types.ModuleType):
    """A module under another name: attributes are those of the module it stands for."""

    def __init__(self, name: str, target: Any) -> None:
        super().__init__(name, target.__doc__)
        self.__dict__["_target"] = target
        self.__path__: list[str] = []  # it may have modules inside

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":  # without it, a star import looks at what is stored here: nothing
            return offered(
                self.__dict__["_target"], _INNER.get(_keras_name(self.__name__) or "", ())
            )
        inner = f"{self.__name__}.{name}"
        if inner in sys.modules:
            return sys.modules[inner]
        if _home_of(inner) is not None:
            return importlib.import_module(inner)
        return getattr(self.__dict__["_target"], name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self.__dict__["_target"])})


def offered(module: Any, inner: Sequence[str] = ()) -> list[str]:
    """Names that a star import gives: what a module is for, and not what it is written with."""
    if hasattr(module, "__all__"):
        names = set(module.__all__)
    else:
        names = {n for n in dir(module) if n[0] != "_" and _is_offered(getattr(module, n))}
    return sorted(names - _TOOLS_BY_NAME | {*inner})


def _is_offered(value: Any) -> bool:
    home = getattr(value, "__module__", None) or ""
    return home.startswith("lurnet.") and home not in _TOOLS


class TensorFlow(types.ModuleType):
    """What of TensorFlow a Keras program touches: ``tensorflow.keras`` and the version."""

    __version__ = TENSORFLOW_VERSION

    def __init__(self, name: str) -> None:
        super().__init__(name, "The Keras part of TensorFlow, by lurnet.")
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name == "keras":
            return importlib.import_module(f"{self.__name__}.keras")
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"lurnet runs the Keras part of TensorFlow, and tf.{name} is not in it. "
            f"{_instead(name)}"
        )


#: What programs write most of the rest of TensorFlow, and what does the same here.
_INSTEAD = {
    "GradientTape": "Gradients: in a model's train_step write self.gradients(fn)",
    "data": "fit takes arrays, generators and keras.utils.PyDataset",
    "function": "Leave it out: fit, evaluate and predict are compiled",
    "constant": "Write keras.ops.convert_to_tensor",
    "random": "Write keras.random",
    "nn": "Write keras.ops, such as keras.ops.relu for tf.nn.relu",
    "math": "Write keras.ops, such as keras.ops.log for tf.math.log",
}


def _instead(name: str) -> str:
    """What to write for a name of TensorFlow's: the op that has it, where there is one."""
    ops = importlib.import_module("lurnet.ops")
    same = next((n for n in (name, name.removeprefix("reduce_")) if hasattr(ops, n)), None)
    if same is None and name not in _INSTEAD:
        return "Use keras.ops, NumPy, or real TensorFlow for this line."
    said = _INSTEAD.get(name, f"Write keras.ops.{same}")
    return f"{said}. Or use real TensorFlow for this line."


def _keras_name(name: str) -> str | None:
    """``keras.x`` for any spelling of a Keras module's name, None for other modules."""
    parts = name.split(".")
    if parts[0] in ("tensorflow", "tensorflow_core"):
        parts = parts[1:]
        if parts[:1] == ["python"]:
            parts = parts[1:]
        if parts[:1] != ["keras"]:
            return None
    if parts[0] == "tf_keras":
        parts[0] = "keras"
    inner = [p for p in parts[1:] if p not in ("api", "src", "_tf_keras", "keras", "v1", "v2")]
    return ".".join(["keras", *inner])


def _home_of(name: str) -> str | None:
    """The lurnet module behind a name, None where there is none."""
    keras = _keras_name(name)
    if keras is None:
        return None
    if keras in OLD_HOMES:
        return OLD_HOMES[keras]
    home = "lurnet" + keras.removeprefix("keras")
    found = importlib.util.find_spec(home) if _parent_is_package(home) else None
    return home if found is not None else None


def _parent_is_package(home: str) -> bool:
    parent = home.rpartition(".")[0]
    if not parent:
        return True
    if not _parent_is_package(parent):
        return False
    spec = importlib.util.find_spec(parent)
    return spec is not None and spec.submodule_search_locations is not None


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of Keras in lurnet."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for ``keras``, ``tensorflow`` and what lies in them."""
        if name.partition(".")[0] not in ROOTS:
            return None
        if name in AROUND or _home_of(name) is not None:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        raise ModuleNotFoundError(_not_there(name), name=name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The alias."""
        if spec.name in AROUND:
            return TensorFlow(spec.name)
        home = _home_of(spec.name)
        assert home is not None
        alias = Alias(spec.name, importlib.import_module(home))
        if home == "lurnet":
            alias.__dict__["__version__"] = KERAS_VERSION
        return alias

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing: an alias has no code of its own."""


def _not_there(name: str) -> str:
    keras = _keras_name(name)
    if keras is None:
        return f"No module named {name!r}: of TensorFlow, lurnet runs tensorflow.keras alone."
    return f"No module named {name!r}: lurnet has no {keras!r} yet."


_finder = Finder()


def install() -> None:
    """Make ``keras`` and ``tensorflow.keras`` mean lurnet, whatever else is installed."""
    if _finder in sys.meta_path:
        return
    for name in list(sys.modules):
        if name.partition(".")[0] in ROOTS:
            del sys.modules[name]
    sys.meta_path.insert(0, _finder)


def uninstall() -> None:
    """Undo ``install``."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name, module in list(sys.modules.items()):
        if isinstance(module, (Alias, TensorFlow)):
            del sys.modules[name]
