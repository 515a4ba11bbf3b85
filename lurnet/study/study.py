"""A study: the same model trained over settings and replicates, compared with error bars."""

import contextlib
import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lurnet import report
from lurnet.core import tree
from lurnet.core.errors import BadState, BadType, BadValue
from lurnet.study import pictures, results
from lurnet.study.figures import captioned
from lurnet.study.fingerprint import description, digest, facts_of
from lurnet.study.places import place
from lurnet.study.progress import Progress
from lurnet.study.results import Result
from lurnet.study.runs import Job, Run, Task, check_callbacks, check_names, restored
from lurnet.study.search import Space, suggestions
from lurnet.study.settings import Setting, key_of, label, matching, only, settings_of, varying
from lurnet.study.statistics import Comparison
from lurnet.study.store import Store, read_weights
from lurnet.study.table import Table

_quick = {"on": False}


class Study:
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
        self._task: Task | None = None
        self._shape: Any = None

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
            on: "here", one run after another; "processes"; or "ray". The results are the same.
            workers: number of processes; with Ray the CPUs that a run asks for.
            verbose: 0 nothing, 1 a bar over the whole study, 2 a line for each run.
            **arguments: further arguments of ``Model.fit``.

        A run that fails keeps its error, and the others go on. Ctrl-C keeps the finished runs.

        Errors: BadState where every run failed, or where the folder holds another study's runs.
        """
        given = {"batch_size": batch_size, "epochs": epochs, "validation_data": validation_data}
        self._prepare(x, y, given | arguments, callbacks, evaluate_on)
        self._train(self.settings, on, workers, verbose)
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
        self._prepare(x, y, given | arguments, callbacks, evaluate_on)
        for setting, tell in suggestions(space, trials, sampler, self.seed):
            if not matching(self.settings, setting):
                self.settings.append(setting)
            self._train([setting], "here", None, verbose)
            result = self.result(setting)
            values = result.values(result.monitor).values()
            tell(result.sign * float(np.mean(list(values))) if values else None)
        self._report_failures()
        return self

    def _prepare(self, x: Any, y: Any, given: dict, callbacks: Any, test: Any) -> None:
        """Check what can be checked, and open the folder."""
        if inspect.isgenerator(x):
            raise BadType(
                "A generator can be read only once, but a study trains many models: give arrays, "
                "or a keras.utils.PyDataset."
            )
        check_callbacks(callbacks)
        if _quick["on"]:
            given, self.replicates = given | {"epochs": 1}, min(self.replicates, 2)
        arguments = {k: v for k, v in given.items() if v is not None}
        self.facts = facts = facts_of(
            self.seed, self.build, {"x": x, "y": y} | arguments, test, callbacks
        )
        self.folder = self._folder(facts)
        store = Store(self.folder)
        store.open(facts)
        self._task = Task(self.build, {"x": x, "y": y} | arguments, callbacks, test)
        self._store, self._known = store, {}
        arrays = hasattr(x, "shape") or isinstance(x, (list, tuple, dict))
        shape = tree.map_structure(lambda a: (None, *np.shape(a)[1:]), x) if arrays else None
        self._shape = shape

    def _folder(self, facts: dict[str, Any]) -> Path | None:
        if self.given_folder is False:
            return None
        if self.given_folder in (None, True):
            return Path("studies") / f"{facts['build'].strip('<>')}-{digest(facts)}"
        given = Path(str(self.given_folder)).expanduser()
        return given.with_name(f"{given.name}-quick") if _quick["on"] else given

    def _train(
        self, settings: Sequence[Setting], on: str, workers: int | None, verbose: int | str
    ) -> None:
        assert self._task is not None
        task, run_jobs = self._task, place(on)
        jobs = [job for s in settings for job in self._jobs(s) if not self._is_done(job)]
        verbose = 1 if verbose == "auto" else int(verbose)
        known = len(settings) * self.replicates - len(jobs)
        if known and jobs and verbose and self.folder:
            print(f"{known} of {known + len(jobs)} runs were finished before, in {self.folder}")
        progress = Progress(jobs, self._epochs, verbose)
        try:
            for job, run in run_jobs(task, jobs, workers, progress.watch) if jobs else ():
                self._store.save(run)
                self._adopt(run)
                progress.finished(job, run)
        except KeyboardInterrupt:
            where = f" in {self.folder}" if self.folder else ""
            print(
                f"\nStopped by Ctrl-C: {len(self._runs)} finished runs are kept{where}. The same "
                "call goes on from there."
            )
            raise

    def _jobs(self, setting: Setting) -> Iterator[Job]:
        for i in range(self.replicates):
            yield Job(setting, i, replicate_seed(self.seed, i))

    def _is_done(self, job: Job) -> bool:
        """Whether a run was finished before, by this very model; then it is taken up."""
        run = self._runs.get(key_of(job.setting, job.replicate))
        if run is None:
            run = self._store.load(Run(job.setting, job.replicate, job.seed))
        if run is None or run.error is not None or run.structure != self._structure(job):
            return False
        self._adopt(run)
        return True

    def _structure(self, job: Job) -> str | None:
        key = key_of(job.setting)
        if key not in self._known:
            self._known[key] = None
            assert self._task is not None
            with contextlib.suppress(Exception):  # it fails again, and is told, when it is trained
                self._known[key] = description(self._task.model(job.setting, job.seed))
        return self._known[key]

    def _adopt(self, run: Run) -> None:
        task, shape = self._task, self._shape
        assert task is not None
        run.restore = lambda run: restored(task, run, read_weights(run.weights), shape)
        self._runs[key_of(run.setting, run.replicate)] = run

    def _epochs(self, job: Job) -> int:
        assert self._task is not None
        return int((self._task.arguments | self._task.split(job.setting)[1])["epochs"])

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

    # --- results

    @property
    def runs(self) -> list[Run]:
        """All runs there are, by setting and replicate; failed ones have an ``error``."""
        keys = [key_of(s, i) for s in self.settings for i in range(self.replicates)]
        return [self._runs[k] for k in keys if k in self._runs]

    @property
    def parameters(self) -> list[str]:
        """The names whose value differs between settings."""
        return varying(self.settings)

    def label(self, setting: Mapping[str, Any]) -> str:
        """A setting in one line, without what is the same in all."""
        return label(setting, self.parameters)

    @property
    def failed(self) -> list[Run]:
        """The runs that ended with an error."""
        return [run for run in self.runs if run.error is not None]

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics that the runs have."""
        return results.metrics_of(self.runs)

    @property
    def monitor(self) -> str:
        """The metric that makes a setting the best."""
        if self.given_monitor != "auto":
            return results.check_metric(self.given_monitor, self.metrics)
        return results.chosen_monitor(self.metrics)

    @property
    def results(self) -> list[Result]:
        """Each setting with its runs."""
        if not self.runs:
            raise BadState("The study has no runs yet: call study.fit(x, y, ...) first.")
        if all(run.error for run in self.runs):
            raise BadState(f"All runs of the study failed; the first: {self.runs[0].error}")
        monitor = self.monitor
        sign = results.sign_of(monitor, self.mode)
        return results.by_setting(self.settings, self.runs, monitor, sign)

    def result(self, setting: Mapping[str, Any] | None = None, **values: Any) -> Result:
        """The one setting with the given values, and its runs."""
        found = key_of(only(self.settings, dict(setting or {}) | values))
        return next(r for r in self.results if key_of(r.setting) == found)

    @property
    def best(self) -> Result:
        """The setting with the best mean: its ``setting``, ``runs``, ``run`` and ``model``."""
        return results.best_of(self.results)

    def table(self, *metrics: str) -> Table:
        """Mean, standard deviation, n and the 95 % interval for each setting and metric.

        Without a name: the metrics of validation and test data; a single one in more detail.
        """
        known = self.metrics
        chosen = [results.check_metric(m, known) for m in metrics]
        chosen = chosen or results.shown_metrics(known)
        rows = [(r.setting, r.estimates, len(r.runs) - len(r.finished)) for r in self.results]
        return Table(self.parameters, rows, chosen)

    def compare(
        self, a: Mapping[str, Any], b: Mapping[str, Any], metric: str | None = None
    ) -> Comparison:
        """The paired difference ``a - b`` with its 95 % interval and p value (paired t test).

        Args:
            a: values that belong to one setting only, such as ``{"l2": 0.0}``.
            b: the same for the other setting.
            metric: what is compared; None: the monitor.
        """
        metric = results.check_metric(metric or self.monitor, self.metrics)
        first, second = self.result(a), self.result(b)
        labels = self.label(first.setting), self.label(second.setting)
        return results.compare(first, second, metric, labels)

    # --- pictures

    def plot(
        self,
        metric: str | None = None,
        x: str | None = None,
        by: str | None = None,
        where: Mapping[str, Any] | None = None,
        title: str | None = None,
    ) -> Any:
        """Means with their 95 % intervals against the parameters, as a matplotlib figure.

        Args:
            metric: what is drawn; None: the monitor. Intervals of shares, such as accuracy, are
                drawn no further than 0 and 1; ``table`` has them whole.
            x: the parameter on the axis; None: the one with the most numbers, else names.
            by: another: a curve for each of its values; None: one of those left (after a search:
                none). Each combination of further ones has a panel.
            where: values of parameters: only settings that have these are drawn.
            title: above the picture.

        Settings from a list of dicts that are not all combinations of their values stand one by
        one, by name.
        """
        metric = results.check_metric(metric or self.monitor, self.metrics)
        return pictures.against(self._chosen(where), metric, x, by, title, not self.searched)

    def plot_curves(
        self,
        metric: str | None = None,
        where: Mapping[str, Any] | None = None,
        most: int = 7,
        title: str | None = None,
    ) -> Any:
        """Learning curves: the mean of each setting's replicates, in its 95 % band.

        Args:
            metric: what is drawn; None: the monitor.
            where: values that the settings drawn have.
            most: how many settings are drawn, the best ones.
            title: above the picture.
        """
        metric = metric or self.monitor
        results.check_metric(metric, [m for m in self.metrics if not m.startswith("test_")])
        return pictures.learning(self._chosen(where), metric, title, most)

    def figures(self) -> Iterator[tuple[str, Any]]:
        """Captions and matplotlib figures of what the report shows: error bars and curves."""
        return captioned(self)

    def _chosen(self, where: Mapping[str, Any] | None) -> list[Result]:
        found = {key_of(s) for s in matching(self.settings, where or {})}
        if not found:
            raise BadValue(f"No setting of the study has {label(dict(where or {}))}.")
        return [r for r in self.results if key_of(r.setting) in found]

    def report(
        self,
        path: str | Path,
        title: str | None = None,
        question: str | None = None,
        pictures: Sequence[Any] | Mapping[str, Any] = (),
    ) -> Path:
        """Write one HTML page with all of it, readable without a network; returns its path.

        Args:
            path: name of the file.
            title: heading; None: made of build's name.
            question: what the study was made to find out, in a paragraph.
            pictures: matplotlib figures or paths of PNG and SVG files; with a dict under captions.
        """
        return report.write_study(self, Path(path), title, question, pictures)

    def __repr__(self) -> str:
        name = getattr(self.build, "__name__", "build")
        n, failed = len(self.runs), len(self.failed)
        tail = f", {failed} failed" if failed else ""
        return (
            f"Study of {name}: {len(self.settings)} settings x {self.replicates} replicates, "
            f"{n - failed} runs finished{tail}"
        )


def replicate_seed(seed: int, replicate: int) -> int:
    """The seed of a replicate: the same in every setting.

    >>> replicate_seed(0, 0) == replicate_seed(0, 1)
    False
    """
    return int(np.random.SeedSequence([seed, replicate]).generate_state(1)[0]) // 2


@contextlib.contextmanager
def quick() -> Iterator[None]:
    """Every study inside trains one epoch and two replicates at most, in a folder of its own."""
    _quick["on"], before = True, _quick["on"]
    try:
        yield
    finally:
        _quick["on"] = before
