"""Runs of equal structure as one program, along a batch axis: for a GPU that one would not fill."""

import json
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lurnet.core.errors import BadValue
from lurnet.core.seeds import seeded
from lurnet.study.runs import Done, Job, Run, Task, Watch, record, seeded_model, train
from lurnet.study.settings import plain
from lurnet.training import ensemble as engine

MOST = 32  #: runs in a batch, where ``workers`` does not say


@dataclass
class Member:
    """A job whose model is built and about to be trained."""

    job: Job
    structure: str
    fit: engine.Fit


def ensemble(task: Task, jobs: list[Job], workers: int | None, watch: Watch) -> Done:
    """Batches of ``workers`` runs; what cannot be in one is trained by itself."""
    if task.callbacks is not None:
        raise BadValue(
            "on='batch' trains many runs as one program, so callbacks cannot hear a single one: "
            "leave them out, or use on='here' or on='processes'."
        )
    plans: dict[str, engine.Plan] = {}
    waiting: dict[str, list[Member]] = {}
    for job in jobs:
        member = _member(task, job, plans)
        structure = None if member is None else member.fit.key
        if member is None or structure is None:
            yield job, train(task, job, watch(job))
            continue
        key = f"{structure} {_plan_key(task, job)}"
        waiting.setdefault(key, []).append(member)
        if len(waiting[key]) >= (workers or MOST):
            yield from _trained(task, waiting.pop(key), watch)
    for members in waiting.values():
        yield from _trained(task, members, watch)


def _plan_key(task: Task, job: Job) -> str:
    """What a setting gives to ``fit``."""
    return json.dumps(plain(task.split(job.setting)[1]), sort_keys=True)


def _member(task: Task, job: Job, plans: dict[str, engine.Plan]) -> Member | None:
    """What a run by itself begins with, from the same seeds; None where that fails: it fails again,
    and is reported, when it is trained by itself."""
    own, for_fit = task.split(job.setting)
    key = _plan_key(task, job)
    with seeded(job.seed):
        try:
            model, structure = seeded_model(task.build, own, job.seed)
            if key not in plans:
                plans[key] = engine.Plan(model, task.arguments | for_fit)
            return Member(job, structure, engine.Fit(model, plans[key]))
        except Exception:  # noqa: BLE001 - whatever it is
            return None


def _trained(task: Task, members: Sequence[Member], watch: Watch) -> Done:
    """Train a batch; where that fails, its runs one after another."""
    try:
        runs = _train_as_one(task, members, [watch(m.job) for m in members])
    except Exception as error:  # noqa: BLE001 - too little memory, most likely
        warnings.warn(
            f"{len(members)} runs cannot be trained as one batch ({str(error):.200}), so they are "
            "trained one after another. `workers` says how many are in a batch.",
            stacklevel=2,
        )
        for member in members:
            yield member.job, train(task, member.job, watch(member.job))
        return
    yield from zip((m.job for m in members), runs, strict=True)


def _train_as_one(task: Task, members: Sequence[Member], watchers: Sequence[list]) -> list[Run]:
    start = time.perf_counter()

    def at_epoch_end(epoch: int, logs: list[dict[str, Any]]) -> None:
        for callbacks, found in zip(watchers, logs, strict=True):
            for callback in callbacks:
                callback.on_epoch_end(epoch, found)

    engine.fit([m.fit for m in members], at_epoch_end)
    models, tested = [m.fit.model for m in members], [{} for _ in members]
    if task.test is not None:
        given = task.arguments | task.split(members[0].job.setting)[1]
        tested = engine.evaluate(models, task.test, given.get("batch_size"))
    runs, seconds = [], (time.perf_counter() - start) / len(members)  # of all, shared out
    for member, found in zip(members, tested, strict=True):
        run = Run(member.job.setting, member.job.replicate, member.job.seed)
        run.structure = member.structure
        record(run, member.fit.model, member.fit.history, found)
        run.seconds = seconds
        runs.append(run)
    return runs
