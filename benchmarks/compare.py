"""Time lurnet against its peers: the same network, data and batch, each through its ordinary API.

    python benchmarks/compare.py --work cnn32 --rounds 5 --peers-python other/bin/python

Every contestant is a process that stays alive. First each starts alone and trains one chunk (cold
start); then rounds go through all of them, one chunk each, the next round beginning with the next
contestant: what disturbs the machine disturbs all alike. The table gives medians.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import works
from worker import CONTESTANTS

HERE = Path(__file__).resolve().parent
BASE = "lurnet"
BUSY_LOAD = 0.5  # load average from which figures are doubtful
IDLE_SHARE = 0.02  # of the time between chunks: a worker that uses more disturbs the others


class Failed(Exception):
    """A worker ended before it answered."""


@dataclass
class Result:
    """What one contestant has shown so far."""

    name: str
    seconds: list[float] = field(default_factory=list)
    cold_start_s: float = 0.0
    import_s: float = 0.0
    peak_rss_mb: float = 0.0
    idle_cpu_s: float = 0.0
    logs: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    error: str = ""

    def take(self, answer: dict[str, Any]) -> None:
        """Keep what the last answer says; only times add up."""
        self.idle_cpu_s += answer["idle_cpu_s"]
        for name in ("import_s", "peak_rss_mb", "logs", "versions"):
            setattr(self, name, answer[name])

    def ms(self, steps: int) -> list[float]:
        """Milliseconds per step of every timed chunk."""
        return [1e3 * seconds / steps for seconds in self.seconds]


class Worker:
    """A contestant's process, asked for chunks over a pipe."""

    def __init__(self, name: str, args: argparse.Namespace, folder: Path) -> None:
        """Start the process; `folder` takes what it prints."""
        self.result = Result(name)
        self.printed = folder / f"{name}.log"  # shown only when it fails
        python = sys.executable if name == BASE else args.peers_python
        options = ["--contestant", name, "--work", args.work, "--limit", str(args.limit)]
        self.began = time.perf_counter()
        with self.printed.open("w") as noise:
            self.process = subprocess.Popen(
                [python, str(HERE / "worker.py"), *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=noise,
                text=True,
                env=environment(name, args.caches or folder),
            )
        assert self.process.stdin and self.process.stdout
        self.requests, self.answers = self.process.stdin, self.process.stdout

    def ask(self) -> float:
        """Train one chunk; the seconds it took."""
        try:
            print(file=self.requests, flush=True)
            line = self.answers.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failed(self.last_words())
        answer = json.loads(line)
        self.result.take(answer)
        return answer["seconds"]

    def last_words(self) -> str:
        """The last line the process wrote, or how it ended."""
        code = self.process.wait()
        lines = self.printed.read_text().strip().splitlines()
        return lines[-1] if lines else f"ended with code {code}"

    def close(self) -> None:
        """End the process: it leaves at the end of its input."""
        with contextlib.suppress(BrokenPipeError):  # it may have died with a request unread
            self.requests.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def environment(name: str, caches: Path) -> dict[str, str]:
    """The worker's environment: quiet, and with compile caches of this run's own."""
    own = {"TF_CPP_MIN_LOG_LEVEL": "3", "XDG_CACHE_HOME": str(caches)}
    own["TORCHINDUCTOR_CACHE_DIR"] = str(caches / "torchinductor")
    if name == BASE:  # a checkout need not be installed
        own["PYTHONPATH"] = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    return os.environ | own


def arguments() -> argparse.Namespace:
    """The command line, checked before anything is started."""
    parser = make_parser()
    args = parser.parse_args()
    work = works.WORKS[args.work]
    args.limit = work.samples if args.limit is None else args.limit
    if args.rounds < 1:
        parser.error(f"--rounds {args.rounds}: at least one round is needed")
    if not shutil.which(args.peers_python):
        parser.error(f"--peers-python {args.peers_python}: there is no such program")
    if args.limit < work.batch:
        parser.error(f"--limit {args.limit}: at least one batch of {work.batch} is needed")
    if not works.data_file(work).exists():
        parser.error("set LURNET_DATA to the folder that holds mnist.npz")
    return args


def make_parser() -> argparse.ArgumentParser:
    """The options."""
    peers = [name for name in CONTESTANTS if name != BASE]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", choices=works.WORKS, required=True)
    parser.add_argument("--rounds", type=int, default=5, help="timed chunks of each contestant")
    parser.add_argument("--limit", type=int, help="samples of one chunk (default: by work)")
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=peers,
        default=peers,
        metavar="PEER",
        help=f"of {', '.join(peers)} (default: all that fit the work)",
    )
    parser.add_argument(
        "--peers-python",
        metavar="PATH",
        default=sys.executable,
        help="interpreter that has the peers (default: this one)",
    )
    parser.add_argument(
        "--caches",
        metavar="DIR",
        type=Path,
        help="keep compile caches here, to time a second start (default: none)",
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all figures here")
    return parser


def start(name: str, args: argparse.Namespace, folder: Path) -> Worker:
    """Start one contestant and let it train its first chunk, alone."""
    worker = Worker(name, args, folder)
    attempt(worker)
    worker.result.cold_start_s = time.perf_counter() - worker.began
    say(f"{name}: {worker.result.error or f'{worker.result.cold_start_s:.1f} s'}")
    return worker


def attempt(worker: Worker) -> float:
    """One chunk; a failure is kept as the contestant's result."""
    try:
        return worker.ask()
    except Failed as failure:
        worker.result.error = str(failure)
        return 0.0


def race(workers: list[Worker], rounds: int) -> None:
    """Timed rounds through all contestants that started."""
    for turn in range(rounds):
        running = [worker for worker in workers if not worker.result.error]
        cut = turn % max(len(running), 1)
        for worker in running[cut:] + running[:cut]:
            seconds = attempt(worker)
            if not worker.result.error:
                worker.result.seconds.append(seconds)
        say(f"round {turn + 1} of {rounds} done")


def compare(args: argparse.Namespace) -> list[Result]:
    """Run all contestants and return what they showed."""
    work = works.WORKS[args.work]
    names = [name for name in (BASE, *args.peers) if CONTESTANTS[name].takes(work)]
    workers: list[Worker] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for name in names:
                workers.append(start(name, args, Path(folder)))
            raced = time.perf_counter()
            race(workers, args.rounds)
            warn_of_restless([w.result for w in workers], time.perf_counter() - raced)
        finally:
            for worker in workers:
                worker.close()
    return [worker.result for worker in workers]


def warn_of_restless(results: list[Result], elapsed: float) -> None:
    """Say which workers used the processor while others were timed."""
    for result in results:
        if result.idle_cpu_s > IDLE_SHARE * elapsed:
            say(f"warning: {result.name} used {result.idle_cpu_s:.1f} CPU seconds while idle")


def row(result: Result, base_ms: float | None, steps: int) -> list[str]:
    """The table's cells for one contestant."""
    if result.error:
        return [result.name, result.error.replace("|", "/")[:60], *[""] * 7]
    ms = result.ms(steps)
    median = statistics.median(ms)
    return [
        result.name,
        f"{median:.3f}",
        f"{min(ms):.3f}",
        f"{median / base_ms:.2f}" if base_ms else "-",
        f"{result.cold_start_s:.1f}",
        f"{result.import_s:.1f}",
        f"{result.peak_rss_mb:.0f}",
        f"{result.logs['loss']:.4f}",
        f"{result.logs['accuracy']:.4f}" if "accuracy" in result.logs else "-",
    ]


def table(results: list[Result], steps: int) -> str:
    """All results as a Markdown table; ratio is peer / lurnet."""
    head = ["contestant", "ms/step", "min", "ratio", "cold s", "import s", "RSS MB", "loss", "acc"]
    base = next((r for r in results if r.name == BASE and not r.error), None)
    base_ms = statistics.median(base.ms(steps)) if base else None
    rows = [head, *(row(result, base_ms, steps) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [" | ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in rows]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "system": platform.platform(terse=True),
        "load_before": round(os.getloadavg()[0], 2),
    }


def command(args: argparse.Namespace) -> str:
    """The command line without this machine's folders."""
    peers = "PATH" if args.peers_python != sys.executable else "the same"
    parts = ["--work", args.work, "--rounds", args.rounds, "--limit", args.limit]
    parts += ["--peers", *args.peers, "--peers-python", peers]
    parts += ["--caches", "DIR"] if args.caches else []
    return shlex.join(["benchmarks/compare.py", *map(str, parts)])


def record(
    args: argparse.Namespace, where: dict[str, Any], results: list[Result]
) -> dict[str, Any]:
    """Everything that `--json` writes."""
    work = works.WORKS[args.work]
    steps = work.steps(args.limit)
    return {
        "work": args.work,
        "data": works.data_file(work).stem,
        "batch": work.batch,
        "steps_per_chunk": steps,
        "command": command(args),
        "date": time.strftime("%Y-%m-%d"),
        "machine": where,
        "results": [vars(result) | {"ms_per_step": result.ms(steps)} for result in results],
    }


def say(text: str) -> None:
    """Progress, apart from the table."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Run the comparison and print its table."""
    args = arguments()
    work = works.WORKS[args.work]
    steps = work.steps(args.limit)
    where = machine()
    if where["load_before"] > BUSY_LOAD:
        say(f"warning: the machine is busy (load {where['load_before']}): trust no single figure")
    results = compare(args)
    print(
        f"{args.work}: batch {work.batch}, {steps} steps a chunk, {args.rounds} rounds, "
        f"{where['cores']} cores, load {where['load_before']} before\n"
    )
    print(table(results, steps))
    if args.json:
        args.json.write_text(json.dumps(record(args, where, results), indent=1) + "\n")
    sys.exit(any(result.error for result in results))


if __name__ == "__main__":
    main()
