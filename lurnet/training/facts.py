"""What a model's training depends on beside its layers, and what was compiled for it as it is.

Loss, metrics, optimizer and penalties do not tell of their changes, so they are looked at: before
a fit or a test, and at each single batch.
"""

from collections.abc import Callable
from operator import is_
from typing import Any

from lurnet.core.hyper import HELD, is_argument
from lurnet.core.registry import known
from lurnet.layers.version import TreeVersion, version_of


class Training:
    """The programs of a model, for its loss, metrics and optimizer as they are now, and the like.

    Args:
        model: a compiled model.
        version: that of its layers.
    """

    def __init__(self, model: Any, version: TreeVersion) -> None:
        self.programs: dict[Any, Any] = {}  # by kind, shapes, and what is trained
        self.made: dict[Any, Any] = {}
        optimizer = model.optimizer
        owners = [optimizer, getattr(optimizer, "inner_optimizer", None), *model._loss_objects()]
        # A metric of the user's own may count in its attributes what it likes.
        owners += [m for m in model.metrics if known(type(m))]
        owners += [model._compile_loss, model._compile_metrics, *_penalties(version)]
        self.owners = list({id(x): x for x in owners if hasattr(x, "__dict__")}.values())
        self.facts = self._look(version)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, found out once; the key says what else it depends on."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    def is_current(self, version: TreeVersion) -> bool:
        """Whether all is still as it was, the layers apart."""
        now = self._look(version)
        return len(now) == len(self.facts) and all(map(is_, now, self.facts))

    def _look(self, version: TreeVersion) -> list:
        return [*_penalties(version), *(fact for owner in self.owners for fact in _facts(owner))]


def training_of(model: Any) -> Training:
    """What was compiled for a model as it is now: its layers, and all that it trains with."""
    version = version_of(model)
    kept = version.training
    if kept is None or not kept.is_current(version):
        kept = version.training = Training(model, version)
    return kept


def _penalties(version: TreeVersion) -> list:
    return [x for v in version.variables for x in (v.regularizer, v.constraint)]


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
