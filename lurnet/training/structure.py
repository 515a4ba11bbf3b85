"""What a compiled program depends on: models of equal structure share one program."""

import hashlib
import json
from typing import Any

from lurnet.core import settings
from lurnet.core.registry import known, serialize
from lurnet.ops.lowering.choice import lowering

NAME_LISTS = ("input_layers", "output_layers")


def structure_key(model: Any, kind: str, shapes: Any) -> str | None:
    """A digest of all that shapes a model's program, but not of names and values.

    None where the model holds code of the user's own, whose equality nobody can tell.
    """
    layers = model._flatten_layers()
    if not all(known(type(layer)) for layer in layers):
        return None
    parts = [model, *_compiled_parts(model)]
    if not all(known(type(p)) for p in parts if p is not None):
        return None
    try:
        described = [serialize(p) for p in parts]
        penalties = [serialize([v.regularizer, v.constraint]) for v in model.variables]
    except (ValueError, TypeError, NotImplementedError):
        return None
    if _names_user_code(described):
        return None
    names = {layer.name: i for i, layer in enumerate(layers)}
    facts = [
        [_anonymous(d, names) for d in described],
        penalties,
        [(v.shape, str(v.dtype), v.trainable) for v in model.variables],
        model._compile_facts(),
        [settings.floatx(), settings.epsilon(), settings.image_data_format(), lowering()],
        kind,
        shapes,
    ]
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()


def _compiled_parts(model: Any) -> list[Any]:
    optimizer = model.optimizer
    inner = getattr(optimizer, "inner_optimizer", None)
    return [optimizer, inner, *model._loss_objects(), *model.metrics]


def _names_user_code(described: Any) -> bool:
    """Whether a config holds a function or class that is not ours."""
    if isinstance(described, dict):
        if described.get("registered_name") and not str(described.get("module", "")).startswith(
            "keras"
        ):
            return True
        if described.get("class_name") in ("function", "type"):
            return True
        return any(_names_user_code(v) for v in described.values())
    return isinstance(described, list) and any(_names_user_code(v) for v in described)


def _anonymous(value: Any, names: dict[str, int], key: str = "") -> Any:
    """A config with layer names replaced by numbers, and the learning rate left out."""
    if isinstance(value, dict):
        return {k: _anonymous(v, names, k) for k, v in value.items() if not _is_dynamic(k, v)}
    if isinstance(value, list):
        inner = key if key in (*NAME_LISTS, "keras_history") else ""
        return [_anonymous(v, names, inner) for v in value]
    if isinstance(value, str) and key in ("name", "keras_history", *NAME_LISTS):
        return names.get(value, "")
    return value


def _is_dynamic(key: str, value: Any) -> bool:
    """A learning rate that is a number is read from its variable at every step."""
    return key == "learning_rate" and isinstance(value, (int, float))
