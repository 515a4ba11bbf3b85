"""One run of a study: build a model for a setting, train it, measure it."""

import inspect
import time
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lurnet.core import tree
from lurnet.core.errors import BadType, BadValue, did_you_mean
from lurnet.core.seeds import seeded, set_random_seed
from lurnet.models import Model
from lurnet.saving.memory import weights_from_bytes, weights_to_bytes
from lurnet.study.fingerprint import description
from lurnet.study.settings import Setting, label

#: Arguments of ``fit`` that a grid may name.
FIT_NAMES = ("batch_size", "epochs", "class_weight", "shuffle", "steps_per_epoch")


@dataclass
class Run:
    """One trained model of a study, or the error that ended it."""

    setting: Setting
    replicate: int  #: from 0
    seed: int  #: ``set_random_seed(seed)`` before build, ``set_random_seed(seed + 1)`` before fit
    history: dict[str, list[Any]] = field(default_factory=dict, repr=False)
    metrics: dict[str, float] = field(default_factory=dict)  #: after the last epoch; ``test_...``
    seconds: float = 0.0
    error: str | None = None
    traceback: str | None = field(default=None, repr=False)
    structure: str = field(default="", repr=False)  #: a digest of the model before training
    weights: Any = field(default=None, repr=False)  #: bytes, or the path of their file
    restore: Callable[["Run"], Any] | None = field(default=None, repr=False)

    @property
    def model(self) -> Any:
        """The model as it was trained, built anew with the trained weights."""
        if self.weights is None or self.restore is None:
            raise BadValue(f"This run ({label(self.setting)}) has no weights: {self.error}")
        return self.restore(self)


@dataclass(frozen=True)
class Task:
    """What all runs of a study share; it can be sent to another process."""

    build: Callable[..., Any]
    arguments: dict[str, Any]  #: of ``fit``, the data among them
    callbacks: Any = None  #: a function that makes them, or a list of such
    test: Any = None  #: data to evaluate the trained model on

    def split(self, setting: Setting) -> tuple[Setting, dict[str, Any]]:
        """A setting's arguments for build, and those for fit: what build does not take itself."""
        taken = parameters_of(self.build)
        own = {k: v for k, v in setting.items() if taken is None or k in taken}
        return own, {k: v for k, v in setting.items() if k not in own}

    def model(self, setting: Setting, seed: int) -> Any:
        """A new, untrained model; global random state is left alone."""
        with seeded(seed):
            return build_model(self.build, self.split(setting)[0])


@dataclass(frozen=True)
class Job:
    """A setting, the number of its replicate and the seed of that."""

    setting: Setting
    replicate: int
    seed: int


Done = Generator[tuple[Job, Run], None, None]
Watch = Callable[[Job], list[Any]]


def train(task: Task, job: Job, watch: Sequence[Any] = ()) -> Run:
    """Build, fit and evaluate under the job's seed; an error becomes part of the run."""
    run = Run(job.setting, job.replicate, job.seed)
    start = time.perf_counter()
    with seeded(job.seed):
        try:
            _train(task, run, watch)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the other runs go on
            run.error = f"{type(error).__name__}: {error}"
            run.traceback = traceback.format_exc()
    run.seconds = time.perf_counter() - start
    return run


def _train(task: Task, run: Run, watch: Sequence[Any]) -> None:
    own, for_fit = task.split(run.setting)
    model, run.structure = seeded_model(task.build, own, run.seed)
    chosen = task.arguments | for_fit
    callbacks = [*make_callbacks(task.callbacks), *watch]
    model.fit(**chosen, callbacks=callbacks, verbose=0)
    tested = {}
    if task.test is not None:  # (x, y), or whatever `evaluate` takes
        test = task.test if isinstance(task.test, (tuple, list)) else (task.test,)
        options = {"batch_size": chosen.get("batch_size"), "verbose": 0, "return_dict": True}
        tested = model.evaluate(*test, **options)
    record(run, model, model.history.history, tested)


def seeded_model(build: Callable[..., Any], setting: Setting, seed: int) -> tuple[Any, str]:
    """A run's model and what tells its structure; the seed is set for what follows."""
    model = build_model(build, setting)
    structure = description(model)
    set_random_seed(seed + 1)  # the order of the data must not depend on the model's size
    return model, structure


def record(run: Run, model: Any, history: Mapping[str, Any], tested: Mapping[str, Any]) -> None:
    """Write down what came of a run."""
    run.history = {k: [as_data(v) for v in vs] for k, vs in history.items()}
    run.metrics = {k: vs[-1] for k, vs in run.history.items() if isinstance(vs[-1], float)}
    found = {f"test_{k}": as_data(v) for k, v in tested.items()}
    run.metrics |= {k: v for k, v in found.items() if isinstance(v, float)}
    run.weights = weights_to_bytes(model)


def build_model(build: Callable[..., Any], setting: Setting) -> Any:
    """What the user's function makes of a setting: a compiled model."""
    model = build(**setting)
    if not isinstance(model, Model):
        raise BadType(
            f"build({label(setting)}) returned {model!r}: it must return a compiled model."
        )
    if not model.compiled:
        raise BadValue(
            f"build({label(setting)}) returned a model that is not compiled: call model.compile("
            "optimizer, loss, metrics=[...]) in it."
        )
    return model


def as_data(value: Any) -> Any:
    """A log's value as a float, or nested lists of them."""
    array = np.asarray(value)
    return float(array) if array.ndim == 0 else array.tolist()


def make_callbacks(callbacks: Any) -> list[Any]:
    """New callbacks for a run, from the functions that make them."""
    factories = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    found = [factory() for factory in factories if factory is not None]
    return tree.flatten(found)


def check_callbacks(callbacks: Any) -> None:
    """Each run needs callbacks of its own, so they are given as functions that make them."""
    for one in callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]:
        if one is not None and (hasattr(one, "set_model") and not isinstance(one, type)):
            name = type(one).__name__
            raise BadType(
                f"A study trains many models, and each needs callbacks of its own: give a function "
                f"that makes them, callbacks=lambda: [{name}(...)], not one {name} for all."
            )
        if one is not None and not callable(one):
            raise BadType(f"`callbacks` takes functions that make callbacks, not {one!r}.")


def parameters_of(build: Callable[..., Any]) -> set[str] | None:
    """The names that a function takes; None where it takes any."""
    parameters = inspect.signature(build).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return {p.name for p in parameters if p.kind not in (p.POSITIONAL_ONLY, p.VAR_POSITIONAL)}


def check_names(build: Callable[..., Any], setting: Mapping[str, Any]) -> None:
    """Every name of a setting is an argument of build, or of fit."""
    taken = parameters_of(build)
    if taken is None:
        return
    name_of_build = getattr(build, "__name__", "build")
    for name in setting:
        if name not in taken and name not in FIT_NAMES:
            hint = did_you_mean(name, [*taken, *FIT_NAMES])
            raise BadType(
                f"The study's setting {name!r} is no argument of {name_of_build}({', '.join(taken)}"
                f") nor one of fit that a study may vary ({', '.join(FIT_NAMES)}).{hint}"
            )


def restored_model(task: Task, run: Run, weights: bytes, shape: Any) -> Any:
    """The model of a run with its trained weights."""
    model = task.model(run.setting, run.seed)
    if not model.built:
        model.build(shape)
    model.optimizer.build(model.trainable_variables)
    weights_from_bytes(model, weights)
    return model
