"""What a compiled program depends on: models of equal structure share one program."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from lurnet.core import settings
from lurnet.core.numbers import Number, named, numbers_of
from lurnet.core.registry import known, serialize
from lurnet.ops.lowering.choice import lowering

NAME_LISTS = ("input_layers", "output_layers")


def structure_key(model: Any, kind: str, shapes: Any, alone: bool = False) -> str | None:
    """A digest of all that shapes a model's program, but not of names and of lifted numbers.

    With ``alone``, what the model was compiled with does not count. None where the model holds code
    of the user's own, whose equality nobody can tell.
    """
    layers = model._flatten_layers()
    if not all(known(type(layer)) and _computes_as_ours(layer) for layer in layers):
        return None
    parts = [model, *([] if alone else _compiled_parts(model))]
    if not all(known(type(p)) for p in parts if p is not None):
        return None
    try:
        with named(_without_effect(model)):
            described = [serialize(p) for p in parts]
            penalties = [serialize([v.regularizer, v.constraint]) for v in model.variables]
    except (ValueError, TypeError, NotImplementedError):
        return None
    if _names_user_code(described):
        return None
    names = {layer.name: i for i, layer in enumerate(layers)}
    facts = [
        [anonymous(d, names, _is_dynamic) for d in described],
        penalties,
        [(v.shape, str(v.dtype), v.trainable) for v in model.variables],
        None if alone else model._compile_facts(),
        [settings.floatx(), settings.epsilon(), settings.image_data_format(), lowering()],
        kind,
        shapes,
    ]
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()


def _computes_as_ours(layer: Any) -> bool:
    """Whether nobody has put another ``call`` in the place of the class's."""
    return "call" not in vars(layer) and type(layer).call.__module__.startswith("lurnet.")


def program_numbers(model: Any) -> list[Number]:
    """What a model's program takes as arguments beside its variables: penalties, rates, noise."""
    layers = model._flatten_layers()
    penalties = [v.regularizer for v in model.variables]
    penalties += [getattr(layer, "activity_regularizer", None) for layer in layers]
    optimizers = [model.optimizer, getattr(model.optimizer, "inner_optimizer", None)]
    return numbers_of(o for o in [*penalties, *layers, *optimizers] if o is not None)


def _without_effect(model: Any) -> list[tuple[Any, str]]:
    """Numbers that are arguments, and the seeds of layers, which lie in variables."""
    seeded = [x for x in model._flatten_layers() if "seed_generator" in x.__dict__]
    places = [(n.owner, n.name) for n in program_numbers(model)]
    return places + [(layer, "seed") for layer in seeded if "seed" in layer.__dict__]


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


def anonymous(
    value: Any,
    names: dict[str, int],
    left_out: Callable[[str, Any], bool] = lambda *_: False,
    key: str = "",
) -> Any:
    """A config with layer names replaced by numbers, without the entries to be left out."""
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if not left_out(k, v)}
        return {k: anonymous(v, names, left_out, k) for k, v in kept.items()}
    if isinstance(value, list):
        inner = key if key in (*NAME_LISTS, "keras_history") else ""
        return [anonymous(v, names, left_out, inner) for v in value]
    if isinstance(value, str) and key in ("name", "keras_history", *NAME_LISTS):
        return names.get(value, "")
    return value


def _is_dynamic(key: str, value: Any) -> bool:
    """What lies in variables: a learning rate that is a number, and what initializers drew."""
    rate = key == "learning_rate" and isinstance(value, (int, float))
    return rate or key.endswith("_initializer")
