"""What the layers of a model give out, for any model: every layer's call is looked at."""

from collections.abc import Sequence
from typing import Any

from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.traits import stated
from lurnet.core.types import Int
from lurnet.inference.batches import as_inputs, map_batches
from lurnet.layers import context
from lurnet.layers.input_layer import InputLayer
from lurnet.layers.state import flatten_layers, sublayers
from lurnet.training.protocol import Trainable


def activations(
    model: Trainable, x: Any, names: Sequence[Any] | None = None, batch_size: Int | None = None
) -> dict[str, Any]:
    """Outputs of layers by name, in inference mode; see ``Model.activations``."""
    x = as_inputs(model, x)
    chosen = chosen_layers(model, names)
    order = {id(layer): i for i, layer in enumerate(flatten_layers(model))}
    facts = f"activations {[order[id(layer)] for layer in chosen]}"
    found = map_batches(model, lambda x: outputs_of(model, chosen, x), x, batch_size, facts)
    return {layer.name: calls for layer, calls in zip(chosen, found, strict=True)}


def outputs_of(model: Trainable, chosen: Sequence[Any], x: Any) -> list[Any]:
    """The output of each layer for a batch; of one that is called several times, a list."""
    seen: dict[int, list] = {id(layer): [] for layer in chosen}

    def watch(layer: Any, args: tuple, outputs: Any) -> Any:
        del args
        if id(layer) in seen:
            seen[id(layer)].append(outputs)
        return outputs

    with context.watching(watch):
        model.call_for(x, training=False)
    for layer in chosen:
        if not seen[id(layer)]:
            raise BadValue(
                f"Layer {layer.name!r} has no output to show: calling model {model.name!r} does "
                "not call it."
            )
    return [calls[0] if len(calls) == 1 else calls for calls in seen.values()]


def chosen_layers(model: Trainable, names: Sequence[Any] | None) -> list[Any]:
    """Layers by name, or the layers themselves; None: those directly in the model."""
    if isinstance(names, str):
        names = [names]
    known = _reachable(model)
    if names is None:
        return [x for x in model.layers if _has_activations(x)]
    return [_find(model, known, name) for name in names]


def _has_activations(layer: Any) -> bool:
    return stated(type(layer), "gives_activations", True, by=())


def _is_loop(layer: Any) -> bool:
    """Whether the layers inside run in a loop, where one call is many."""
    return stated(type(layer), "is_loop", False, by=())


def _find(model: Trainable, known: list[Any], name: Any) -> Any:
    for layer in known:
        if layer is name or layer.name == name:
            return layer
    names = [layer.name for layer in known]
    raise BadValue(
        f"Model {model.name!r} has no layer {name!r} whose output could be taken."
        f"{did_you_mean(name, names)} Its layers: {', '.join(names)}."
    )


def _reachable(model: Trainable) -> list[Any]:
    """All layers in a model, the outer ones first, but those that run inside a loop."""
    found: list[Any] = []
    level = list(sublayers(model))
    while level:
        found += [x for x in level if x not in found and not isinstance(x, InputLayer)]
        level = [y for x in level if not _is_loop(x) for y in sublayers(x)]
    return found
