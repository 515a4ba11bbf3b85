"""Time lurnet against its peers: the same network, data and batch, each through its ordinary API.

    python benchmarks/compare.py --work cnn32 --rounds 5 --peers-python peers/bin/python
    python benchmarks/compare.py --imports --peers-python peers/bin/python

Every contestant is a process that stays alive. First each starts alone and runs one chunk, with
empty compile caches and then, in a new process, with the filled ones; then rounds go through all
of them, one chunk each, the next round beginning with the next contestant: what disturbs the
machine disturbs all alike. The table gives medians.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import import_times
import processes
import results
import samples
import works
from contestants import BASE, CONTESTANTS
from processes import Entry
from results import Record

BUSY_LOAD = 0.5  # load average from which figures are doubtful
IDLE_SHARE = 0.02  # of the time between chunks: a worker that uses more disturbs the others
IDLE_S = 0.1  # which nobody minds


@dataclass(frozen=True)
class Settings:
    """How works are compared."""

    peers: tuple[str, ...]
    peers_python: str = sys.executable
    rounds: int = 5
    limit: int | None = None  # None: by work
    again: bool = True  # time a second start too
    starts: int = 1  # first ones, of which the median counts
    alone: bool = False  # one contestant at a time: for what fills the memory

    def names(self, work: works.Work) -> list[str]:
        """The contestants that say something about `work`."""
        return [name for name in (BASE, *self.peers) if CONTESTANTS[name].takes(work)]

    def command(self, work: str, limit: int) -> str:
        """The command line without this machine's folders."""
        peers = [name for name in self.names(works.WORKS[work]) if name != BASE]
        parts = ["--work", work, "--rounds", self.rounds, "--limit", limit, "--peers", *peers]
        parts += [] if self.again else ["--once"]
        parts += ["--starts", self.starts] if self.starts > 1 else []
        parts += ["--alone"] if self.alone else []
        parts += ["--peers-python", "PATH"]
        return shlex.join(["benchmarks/compare.py", *map(str, parts)])


def compare(name: str, settings: Settings) -> Record:
    """Compare all contestants on one work; the record of what they showed."""
    work = works.WORKS[name]
    limit = settings.limit or work.samples
    where = results.machine()
    if where["load_before"] > BUSY_LOAD:
        say(f"warning: the machine is busy (load {where['load_before']}): trust no single figure")
    with tempfile.TemporaryDirectory() as folder:
        names = settings.names(work)
        processes.preheat(names, settings.peers_python, Path(folder))
        entries = [entry(each, name, limit, settings, Path(folder)) for each in names]
        with processes.closing(entries):
            for group in [[each] for each in entries] if settings.alone else [entries]:
                run(group, settings)
    units = work.units(limit)
    return {
        "work": name,
        "kind": work.kind,
        "unit": work.unit,
        "batch": work.batch,
        "samples": work.used(limit),
        "units_per_chunk": units,
        "command": settings.command(name, limit),
        "date": time.strftime("%Y-%m-%d"),
        "machine": where,
        "results": [
            vars(e.result) | {"ms": [1e3 * seconds / units for seconds in e.result.seconds]}
            for e in entries
        ],
    }


def entry(name: str, work: str, limit: int, settings: Settings, folder: Path) -> Entry:
    """A contestant with a folder of its own, not yet started."""
    own = folder / name
    own.mkdir()
    return Entry(name, work, limit, processes.interpreter(name, settings.peers_python), own)


def run(entries: list[Entry], settings: Settings) -> None:
    """Start these contestants one after another, race them, and end them."""
    for _ in range(settings.starts):
        for each in (each for each in entries if each.runs):
            each.start()
            say(f"{each.result.name}: {each.result.error or f'{each.firsts[-1]:.1f} s'}")
    for each in (each for each in entries if each.runs and settings.again):
        each.start_again()
    began = time.perf_counter()
    for turn in range(settings.rounds):
        running = [each for each in entries if each.runs]
        cut = turn % max(len(running), 1)
        for each in running[cut:] + running[:cut]:
            each.race()
        say(f"round {turn + 1} of {settings.rounds} done")
    warn_of_restless(entries, time.perf_counter() - began)
    for each in entries:
        each.close()


def warn_of_restless(entries: list[Entry], elapsed: float) -> None:
    """Say which workers used the processor while others were timed."""
    for result in (each.result for each in entries):
        if result.idle_cpu_s > max(IDLE_SHARE * elapsed, IDLE_S):
            say(f"warning: {result.name} used {result.idle_cpu_s:.1f} CPU seconds while idle")


def show(record: Record) -> None:
    """Print one work's table."""
    where = record["machine"]
    print(
        f"\n{record['work']}: {record['kind']}, batch {record['batch']}, "
        f"{record['units_per_chunk']} x {record['unit']} a chunk, {where['gpu'] or 'CPU'}, "
        f"{where['cores']} cores, load {where['load_before']} before\n"
    )
    print(results.table(record), flush=True)


def compare_all(names: list[str], settings: Settings, folder: Path | None) -> bool:
    """Compare works one after another, each written as soon as it is done; whether all ran."""
    fine = True
    for name in names:
        say(f"-- {name}")
        record = compare(name, settings)
        show(record)
        save(record, folder, name)
        fine = fine and not any(result["error"] for result in record["results"])
    return fine


def save(record: Record, folder: Path | None, name: str) -> None:
    """Write a record as JSON, where a folder is given."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")


def make_parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    peers = [name for name in CONTESTANTS if name != BASE]
    usual = [name for name in peers if not CONTESTANTS[name].gpu_only]
    add("--work", nargs="+", choices=works.WORKS, default=[], metavar="WORK")
    add("--all", action="store_true", help=f"the works {', '.join(works.EVERYDAY)}")
    add("--imports", action="store_true", help="time the imports in fresh interpreters")
    add("--rounds", type=int, default=5, help="timed chunks of each contestant")
    add("--limit", type=int, help="samples of one chunk (default: by work)")
    add("--peers", nargs="*", choices=peers, default=usual, metavar="PEER", help=", ".join(peers))
    add("--peers-python", metavar="PATH", default=sys.executable, help="interpreter with the peers")
    add("--once", action="store_true", help="do not time a second start")
    add("--starts", type=int, default=1, help="first starts, whose median counts (default: 1)")
    add("--alone", action="store_true", help="one contestant at a time, where memory is short")
    add("--json", metavar="DIR", type=Path, help="write each work's figures here")
    return parser


def arguments() -> argparse.Namespace:
    """The command line, checked before anything is started."""
    parser = make_parser()
    args = parser.parse_args()
    args.work = list(works.EVERYDAY) if args.all else args.work
    if not args.work and not args.imports:
        parser.error("name a --work, or say --all or --imports")
    if args.rounds < 1:
        parser.error(f"--rounds {args.rounds}: at least one round is needed")
    if not shutil.which(args.peers_python):
        parser.error(f"--peers-python {args.peers_python}: there is no such program")
    for name in args.work:
        if problem := unfit(name, args.limit):
            parser.error(problem)
    return args


def unfit(name: str, limit: int | None) -> str:
    """Why the work cannot be run, or nothing."""
    work = works.WORKS[name]
    if limit is not None and work.used(limit) < 1:
        return f"--limit {limit}: {name} needs at least one batch of {work.batch}"
    if work.data != "random" and not samples.data_file(work).exists():
        return "set LURNET_DATA to the folder that holds mnist.npz"
    return ""


def main() -> None:
    """Run the comparison and print its tables."""
    args = arguments()
    fine = True
    if args.imports:
        record = import_times.measure(args.rounds, args.peers_python)
        print(import_times.table(record), flush=True)
        save(record, args.json, "imports")
        fine = not any(result["error"] for result in record["results"])
    settings = Settings(
        tuple(args.peers),
        args.peers_python,
        args.rounds,
        args.limit,
        again=not args.once,
        starts=args.starts,
        alone=args.alone,
    )
    sys.exit(not compare_all(args.work, settings, args.json) or not fine)


def say(text: str) -> None:
    """Progress, apart from the tables."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
