"""What a compiled program depends on: models for which that is the same share one program."""

from collections.abc import Sequence
from typing import Any

from lurnet.core import settings
from lurnet.core.dtypes import dtype_policy
from lurnet.core.hyper import Hyperparameter, hyperparameters_of
from lurnet.core.readable import Readable, Unknown
from lurnet.kernels.common.choice import lowering
from lurnet.kernels.costs import costs
from lurnet.layers.state import flatten_layers
from lurnet.training import program
from lurnet.training.compiled import compilation_of
from lurnet.training.peak_activation import peak_written
from lurnet.training.protocol import Trainable


def structure_key(model: Trainable, kind: str, arguments: Sequence[Any], facts: str) -> str | None:
    """A digest of all that a model's program depends on, or None where nobody can tell.

    It covers whatever the computation can read: the state of the model and of what it is compiled
    with, the settings, the engine's. See ``core.readable`` for what is left out.

    Args:
        model: the model.
        kind: "train" or "test" for its step, "predict" for what reads the model alone.
        arguments: the variables and numbers that the program takes, whose values do not count.
        facts: what else there is: which computation, and the structure of the data.
    """
    parts = kind, model, *_compiled_parts(model, kind), _environment()
    return digest_of(parts, arguments, facts)


def digest_of(parts: Sequence[Any], arguments: Sequence[Any], facts: str = "") -> str | None:
    """A digest of what a computation can read of some objects; None where nobody can tell."""
    try:
        everything = Readable(arguments)
        for part in parts:
            everything.add(part)
    except (Unknown, RecursionError):
        return None
    return everything.digest(facts)


def runtime_hyperparameters(model: Trainable) -> list[Hyperparameter]:
    """What a model's program takes as arguments beside its variables: penalties, rates, noise."""
    layers = flatten_layers(model)
    penalties = [v.regularizer for v in model.variables]
    penalties += [getattr(layer, "activity_regularizer", None) for layer in layers]
    optimizers = [model.optimizer, getattr(model.optimizer, "inner_optimizer", None)]
    return hyperparameters_of(o for o in [*penalties, *layers, *optimizers] if o is not None)


def _compiled_parts(model: Trainable, kind: str) -> list[Any]:
    """What a step reads beside the model itself."""
    if kind == "predict":
        return []
    made = compilation_of(model)
    parts = [made.mean_loss, made.loss, made.metrics]
    if kind == "train":
        parts += [model.optimizer, made.watchers, peak_written(model)]
    return parts


def _environment() -> tuple:
    """The settings that a computation can read while it is traced, and the compiler's."""
    policy = dtype_policy().name
    return settings.chosen(), policy, lowering(), costs(), program.engine_settings()
