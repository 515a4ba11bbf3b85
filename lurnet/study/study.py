"""A study: the same model trained over settings and replicates, compared with error bars."""

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lurnet.core.errors import BadState, BadType, BadValue
from lurnet.study.findings import Findings
from lurnet.study.fingerprint import digest, facts_of
from lurnet.study.quick_mode import is_quick
from lurnet.study.runs import Run, Task, check_callbacks, check_names
from lurnet.study.schedule import Schedule
from lurnet.study.search import Space, suggestions
from lurnet.study.settings import label, matching, settings_of
from lurnet.study.store import Store


class Study(Findings):
    """Trains a model over a grid of settings, several times each, and compares the settings.

    Args:
        build: your function: called with a setting's values by name, it returns a compiled model.
        grid: a dict of lists, of which all combinations are tried; or a list of dicts; None: one
            setting without arguments. A name that ``build`` does not take but ``fit`` does
            (``batch_size``, ``epochs``, ...) goes to ``fit``.
        replicates: how often each setting is trained, each time from another seed.
        seed: of the whole study. Replicate i has the same seed in every setting, so settings are
            compared on equal initial weights (where the shapes are equal) and equal data order.
        folder: where each finished run is written at once; a study that was stopped goes on from
            there. None: ``studies/NAME-DIGEST``, the digest of the data, the seed and the arguments
            of ``fit``. False: nothing is written.
        monitor: the metric that makes a setting the best; "auto": the validation's first.
        mode: "max", "min", or "auto": by the metric's own direction.

    Errors: BadType for a grid that ``build`` does not take.

    >>> import lurnet, numpy as np
    >>> def build(units):
    ...     model = lurnet.Sequential([lurnet.layers.Dense(units), lurnet.layers.Dense(1)])
    ...     model.compile("sgd", "mse")
    ...     return model
    >>> x = np.linspace(-1, 1, 64)[:, None]
    >>> study = Study(build, grid={"units": [1, 4]}, replicates=2, folder=False)
    >>> study.fit(x, x ** 2, epochs=1, verbose=0)
    Study of build: 2 settings x 2 replicates, 4 runs finished
    >>> [row["n"] for row in study.table("loss")]
    [2, 2]
    """

    def __init__(
        self,
        build: Callable[..., Any],
        grid: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        replicates: int = 1,
        seed: int = 0,
        folder: str | Path | bool | None = None,
        monitor: str = "auto",
        mode: str = "auto",
    ) -> None:
        if not callable(build):
            raise BadType(f"`build` must be a function that returns a model, not {build!r}.")
        if replicates < 1:
            raise BadValue(f"`replicates` must be 1 or more, but it is {replicates}.")
        if mode not in ("auto", "max", "min"):
            raise BadValue(f"`mode` must be 'auto', 'max' or 'min', but it is {mode!r}.")
        self.build, self.replicates, self.seed = build, int(replicates), int(seed)
        self.settings = settings_of(grid)
        for setting in self.settings:
            check_names(build, setting)
        self.given_folder = folder
        self.given_monitor, self.mode = monitor, mode
        self.folder: Path | None = None
        self._runs: dict[str, Run] = {}
        self.searched = False
        self.facts: dict[str, Any] = {}

    # --- training

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        *,
        batch_size: int | None = None,
        epochs: int = 1,
        validation_data: Any = None,
        callbacks: Any = None,
        evaluate_on: Any = None,
        on: str = "here",
        workers: int | None = None,
        verbose: int | str = "auto",
        **arguments: Any,
    ) -> "Study":
        """Train what is not trained yet; returns the study.

        Args:
            x: inputs, as ``Model.fit`` takes them.
            y: targets.
            batch_size: samples in a step.
            epochs: epochs of each run.
            validation_data: ``(x, y)``; its metrics have the names ``val_...``.
            callbacks: a function that makes the callbacks of a run, or a list of such functions
                (a class is one).
            evaluate_on: ``(x, y)`` to evaluate every trained model on; metrics ``test_...``.
            on: "here", one run after another; "batch": runs of equal structure as one program,
                for small networks on a GPU, without callbacks; "processes"; or "ray". The results
                are the same, with "batch" but for rounding.
            workers: number of processes; of runs in a batch (32); with Ray the CPUs that a run asks
                for.
            verbose: 0 nothing, 1 a bar over the whole study, 2 a line for each run.
            **arguments: further arguments of ``Model.fit``.

        A run that fails keeps its error, and the others go on. Ctrl-C keeps the finished runs.

        Errors: BadState where every run failed, or where the folder holds another study's runs.
        """
        given = {"batch_size": batch_size, "epochs": epochs, "validation_data": validation_data}
        schedule = self._schedule(x, y, given | arguments, callbacks, evaluate_on)
        schedule.train(self.settings, self.replicates, on, workers, verbose)
        self._report_failures()
        return self

    def search(
        self,
        space: Mapping[str, Space],
        trials: int,
        x: Any = None,
        y: Any = None,
        *,
        sampler: str = "tpe",
        verbose: int | str = "auto",
        batch_size: int | None = None,
        epochs: int = 1,
        validation_data: Any = None,
        callbacks: Any = None,
        evaluate_on: Any = None,
        **arguments: Any,
    ) -> "Study":
        """Try settings drawn from ``space``, each with all replicates; returns the study.

        Args:
            space: name to ``study.uniform``, ``log``, ``integer`` or ``choice``.
            trials: how many settings.
            x: inputs.
            y: targets.
            sampler: "tpe", which learns from the trials before (Bergstra et al., 2011), or
                "random". The trials depend on the study's seed alone.
            verbose, batch_size, epochs, validation_data, callbacks, evaluate_on, **arguments:
                as in ``fit``.

        What counts is the mean of the study's ``monitor``. Needs optuna.
        """
        given = {"batch_size": batch_size, "epochs": epochs, "validation_data": validation_data}
        if self.settings == [{}]:
            self.settings = []
        self.searched = True
        check_names(self.build, dict(space))
        schedule = self._schedule(x, y, given | arguments, callbacks, evaluate_on)
        for setting, report in suggestions(space, trials, sampler, self.seed):
            if not matching(self.settings, setting):
                self.settings.append(setting)
            schedule.train([setting], self.replicates, "here", None, verbose)
            result = self.result(setting)
            values = result.values(result.monitor).values()
            report(result.sign * float(np.mean(list(values))) if values else None)
        self._report_failures()
        return self

    def _schedule(self, x: Any, y: Any, given: dict, callbacks: Any, test: Any) -> Schedule:
        """Check what can be checked, and open the folder."""
        if inspect.isgenerator(x):
            raise BadType(
                "A generator can be read only once, but a study trains many models: give arrays, "
                "or a keras.utils.PyDataset."
            )
        check_callbacks(callbacks)
        if is_quick():
            self.replicates, given = min(self.replicates, 2), given | {"epochs": 1}
        arguments = {"x": x, "y": y} | {k: v for k, v in given.items() if v is not None}
        facts = facts_of(self.seed, self.build, arguments, test, callbacks)
        if facts != self.facts:  # runs of another call are no runs of this one
            self._runs.clear()
        self.facts, self.folder = facts, self._folder(facts)
        store = Store(self.folder)
        store.open(facts)
        return Schedule(Task(self.build, arguments, callbacks, test), store, self._runs, self.seed)

    def _folder(self, facts: dict[str, Any]) -> Path | None:
        if self.given_folder is False:
            return None
        if self.given_folder in (None, True):
            return Path("studies") / f"{facts['build'].strip('<>')}-{digest(facts)}"
        folder = Path(str(self.given_folder)).expanduser()
        return folder.with_name(f"{folder.name}-quick") if is_quick() else folder

    def _report_failures(self) -> None:
        failed = [r for r in self.runs if r.error]
        if not failed:
            return
        first = f"the first, {label(failed[0].setting)}, with {failed[0].error}"
        if len(failed) == len(self.runs):
            raise BadState(f"All {len(failed)} runs of the study failed; {first}")
        warnings.warn(
            f"{len(failed)} of {len(self.runs)} runs of the study failed; {first}. The same call "
            "tries them again; study.failed lists them.",
            stacklevel=3,
        )
