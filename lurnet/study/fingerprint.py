"""What a study and its models are, as short texts that change when these do."""

import hashlib
import json
from typing import Any

import numpy as np

from lurnet.core.registry import serialize
from lurnet.layers.state import flatten_layers
from lurnet.training.compiled import compilation_of

FORMAT = 1
NAME_LISTS = ("input_layers", "output_layers")
SAMPLE = 2**28  #: bytes of an array that its digest reads, evenly spread


def facts_of(seed: int, build: Any, arguments: dict[str, Any], test: Any, callbacks: Any) -> dict:
    """What all runs in a folder have in common; the grid and the replicates may grow."""
    given = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    return {
        "format": FORMAT,
        "build": getattr(build, "__name__", type(build).__name__),
        "seed": seed,
        "fit": {k: _described(v) for k, v in arguments.items()},
        "evaluate_on": _described(test),
        "callbacks": [getattr(c, "__name__", None) or str(type(c)) for c in given if c is not None],
    }


def as_json(facts: dict[str, Any]) -> bytes:
    """Facts as the text of a file."""
    return json.dumps(facts, indent=1, default=str).encode()


def digest(facts: dict[str, Any]) -> str:
    """Eight characters that stand for some facts."""
    return hashlib.sha256(as_json(facts)).hexdigest()[:8]


def _described(value: Any) -> Any:
    """An argument of fit: arrays by shape, dtype and a digest of what is in them."""
    if isinstance(value, (tuple, list)):
        return [_described(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _described(v) for k, v in value.items()}
    if hasattr(value, "__array__") and hasattr(value, "shape"):
        array = np.asarray(value)
        return f"{array.dtype.name}{list(array.shape)} {_digest_of_array(array)}"
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return type(value).__name__


def _digest_of_array(array: np.ndarray) -> str:
    step = max(1, -(-array.nbytes // SAMPLE))
    data = np.ascontiguousarray(array[::step] if array.ndim else array)
    if data.dtype.hasobject:
        return hashlib.sha256(repr(data.tolist()).encode()).hexdigest()[:12]
    return hashlib.sha256(data.reshape(-1).view(np.uint8).data).hexdigest()[:12]


def description(model: Any) -> str:
    """A digest of an untrained model: its layers, optimizer and loss, but not their names."""
    layers = flatten_layers(model)
    names = {layer.name: i for i, layer in enumerate(layers)}
    parts = [model, model.optimizer, *compilation_of(model).losses]
    facts = [type(model).__name__, [v.shape for v in model.variables]]
    facts += [_config(part, names) for part in parts]
    policies = [layer.dtype_policy.name for layer in layers]
    facts += [] if set(policies) == {"float32"} else policies  # they are names too
    text = json.dumps(facts, default=lambda v: type(v).__name__, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _config(part: Any, names: dict[str, int]) -> Any:
    try:
        return anonymous(serialize(part), names)
    except (TypeError, ValueError, NotImplementedError):  # the user's own, without a config
        return type(part).__name__


def anonymous(value: Any, names: dict[str, int], key: str = "") -> Any:
    """A config with layer names replaced by numbers."""
    if isinstance(value, dict):
        return {k: anonymous(v, names, k) for k, v in value.items()}
    if isinstance(value, list):
        inner = key if key in (*NAME_LISTS, "keras_history") else ""
        return [anonymous(v, names, inner) for v in value]
    if isinstance(value, str) and key in ("name", "keras_history", *NAME_LISTS):
        return names.get(value, "")
    return value
