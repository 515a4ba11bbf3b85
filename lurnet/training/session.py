"""What stands between a model and its engine: found out once, and kept until the model changes.

Layers tell of their changes (``layers.version``). Loss, metrics, optimizer and penalties do not, so
they are looked at: before a fit or a test, and at each single batch.
"""

from collections.abc import Callable
from operator import is_
from typing import Any

from lurnet.core.hyper import HELD, is_argument
from lurnet.core.registry import known
from lurnet.layers.version import TreeVersion, version_of
from lurnet.training.compiled import compilation_of, host_stage, names_in_order
from lurnet.training.protocol import HostStage, Trainable


class Session:
    """A model as its engine knows it, for as long as its tree of layers is as it is now.

    Args:
        model: the model.
        version: that of its layers.
    """

    def __init__(self, model: Trainable, version: TreeVersion) -> None:
        self.model, self.version = model, version
        self.specs: dict[str, Any] = {}  #: of the outputs, by those of the inputs
        self.programs: dict[Any, Any] = {}  #: that predict, by shapes and what is trained
        self._training: Training | None = None

    @property
    def host(self) -> HostStage | None:
        """The part of the model that runs on the host."""
        return host_stage(self.model)

    @property
    def training(self) -> "Training":
        """What was compiled for the loss, metrics and optimizer as they are now."""
        kept = self._training
        if kept is None or not kept.is_current():
            kept = self._training = Training(self.model, self.version)
        return kept


class Training:
    """The part of a session that depends on what a model is compiled with.

    Args:
        model: the model.
        version: that of its layers.
    """

    def __init__(self, model: Trainable, version: TreeVersion) -> None:
        self.model, self.version = model, version
        self.programs: dict[Any, Any] = {}  #: by kind, shapes, and what is trained
        self.made: dict[Any, Any] = {}
        made, optimizer = compilation_of(model), model.optimizer
        owners = [optimizer, getattr(optimizer, "inner_optimizer", None), *made.losses]
        # A metric of the user's own may count in its attributes what it likes.
        owners += [m for m in model.metrics if known(type(m))]
        owners += [made.loss, made.metrics, *self._penalties()]
        self._owners = list({id(x): x for x in owners if hasattr(x, "__dict__")}.values())
        self._facts = self._look()

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, found out once; the key says what else it depends on."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    @property
    def names(self) -> list[str]:
        """Names of the results, in the order in which lists hold them."""
        return self.once("names", lambda: names_in_order(self.model))

    def is_current(self) -> bool:
        """Whether all is still as it was, the layers apart."""
        now = self._look()
        return len(now) == len(self._facts) and all(map(is_, now, self._facts))

    def _look(self) -> list:
        return [*self._penalties(), *(fact for owner in self._owners for fact in _facts(owner))]

    def _penalties(self) -> list:
        return [x for v in self.version.variables for x in (v.regularizer, v.constraint)]


def session_of(model: Any) -> Session:
    """The session of a model as it is now: the one before if nothing has changed."""
    version = version_of(model)
    if version.session is None:
        version.session = Session(model, version)
    return version.session


def _facts(owner: Any) -> list:
    """An object's attributes, and what its containers hold; not numbers that are arguments."""
    found: list[Any] = []
    for name, value in vars(owner).items():
        if isinstance(value, (list, tuple, set)):
            found += value
        elif isinstance(value, dict):
            found += () if name == HELD else value.values()
        elif not is_argument(owner, name, value):
            found.append(value)
    return found
