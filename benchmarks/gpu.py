"""The comparison on a machine with an NVIDIA GPU, in one command.

    python -m venv peers
    pip install -e '.[plots]' 'jax[cuda12]'
    peers/bin/pip install torch==2.13.0                # PyPI's wheel for Linux has CUDA
    peers/bin/pip install keras==3.15.1 'jax[cuda12]'
    LURNET_DATA=data python benchmarks/gpu.py --peers-python peers/bin/python --json results-gpu

Where torch and JAX want different CUDA libraries, give each an environment of its own and run the
command once for each, with `--peers torch torch-graphs ...` or `--peers keras-jax ...`.

The small works go through whole epochs; ResNet50 trains on noise of 224 x 224 in bfloat16, one
contestant at a time, since each fills the memory; `mnist99` trains a convolutional network to 99 %
of the test images, from the first weights on, with everything compiled. `--smoke` shrinks it all,
to see on any machine, CPU included, that every line runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import compare
import costs
import processes
import results
import works
from compare import Settings
from contestants import BASE, CONTESTANTS

SMALL = ("mlp64", "mlp500", "cnn32", "cnn32_128", "fashion_cnn", "autoencoder")
SMALL_PEERS = ("torch", "torch-last", "torch-graphs", "torch-last-graphs")
KERAS_PEERS = ("keras-jax", "keras-jax-16", "keras-torch")
LARGE_PEERS = ("keras-jax", "keras-torch", "torch-last", "torch-last-compile", "torch-last-graphs")
PEERS = tuple(dict.fromkeys(SMALL_PEERS + KERAS_PEERS + LARGE_PEERS))
SEES_GPU = {
    "jax": "import jax; print(jax.default_backend() == 'gpu')",
    "torch": "import torch; print(torch.cuda.is_available())",
}
PEAK = """
import json, sys
from dataclasses import asdict
sys.path.insert(0, {here!r})
import roofline
print(json.dumps(asdict(roofline.measure_peak("bfloat16", {size}))))
"""


def blind(peers: list[str], peers_python: str) -> list[str]:
    """The frameworks that see no GPU, in words."""
    wanted = {(sys.executable, "jax"): BASE}
    for name in peers:
        contestant = CONTESTANTS[name]
        wanted[(peers_python, contestant.backend or contestant.framework)] = name
    problems = []
    for (python, framework), name in wanted.items():
        answer = subprocess.run(
            [python, "-c", SEES_GPU[framework]], capture_output=True, text=True, check=False
        )
        if answer.stdout.split()[-1:] != ["True"]:
            problems.append(f"{name}: {framework} in {python} sees no GPU")
    return problems


def measured_peak(smoke: bool) -> dict[str, float]:
    """The chip's peak in bfloat16, by a process of its own, which leaves the memory free."""
    code = PEAK.format(here=str(processes.HERE), size=256 if smoke else 8192)
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=processes.environment(BASE, Path(tempfile.gettempdir())),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])


def plan(args: argparse.Namespace) -> list[tuple[str, Settings]]:
    """Every work and how it is compared."""
    rounds = 1 if args.smoke else args.rounds
    common = Settings((), args.peers_python, rounds, again=not args.smoke)
    chosen = lambda names: tuple(name for name in names if name in args.peers)  # noqa: E731
    small = replace(common, peers=chosen(SMALL_PEERS + KERAS_PEERS))
    large = replace(common, peers=chosen(LARGE_PEERS), alone=True)
    if args.smoke:
        small, large = replace(small, limit=256), replace(large, limit=16)
    resnet = "resnet50_small" if args.smoke else "resnet50"
    until = replace(small, limit=1024 if args.smoke else None)
    return [*((name, small) for name in SMALL), (resnet, large), ("mnist99", until)]


def add_shares(record: results.Record, peak: float) -> None:
    """Write into each result which share of the chip's peak its steps reach."""
    flops = costs.flops(works.WORKS[record["work"]])
    for result in results.ran(record):
        result["share_of_peak"] = 1e3 * flops / results.median_ms(result) / peak


def arguments() -> argparse.Namespace:
    """The command line, checked before anything is started."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--peers", nargs="*", choices=PEERS, default=list(PEERS), metavar="PEER")
    add("--peers-python", metavar="PATH", default=sys.executable, help="interpreter with the peers")
    add("--rounds", type=int, default=5, help="timed chunks of each contestant")
    add("--work", nargs="+", help="only these works")
    add("--smoke", action="store_true", help="everything tiny, on any device")
    add("--json", metavar="DIR", type=Path, help="write each work's figures here")
    args = parser.parse_args()
    if not shutil.which(args.peers_python):
        parser.error(f"--peers-python {args.peers_python}: there is no such program")
    if problems := [] if args.smoke else blind(args.peers, args.peers_python):
        parser.error("; ".join(problems) + " (--smoke runs without one)")
    if problem := compare.unfit("mnist99", None):
        parser.error(problem)
    return args


def main() -> None:
    """Run everything and print its tables."""
    args = arguments()
    peak = measured_peak(args.smoke)
    print(f"peak: {peak['flops'] / 1e12:.1f} TFLOP/s in bfloat16, {peak['bytes'] / 1e9:.0f} GB/s")
    fine = True
    for name, settings in plan(args):
        if args.work and name not in args.work:
            continue
        record = compare.compare(name, settings)
        if works.WORKS[name].policy == "mixed_bfloat16":
            record["peak"] = peak
            add_shares(record, peak["flops"])
        compare.show(record)
        for result in filter(lambda r: "share_of_peak" in r, record["results"]):
            print(f"{result['name']}: {result['share_of_peak']:.1%} of the peak")
        compare.save(record, args.json, name)
        fine = fine and not any(result["error"] for result in record["results"])
    sys.exit(not fine)


if __name__ == "__main__":
    main()
