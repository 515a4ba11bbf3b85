"""How long imports take, each in fresh interpreters: `compare.py --imports`."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import processes
import results
from results import Record

REFERENCE = "import jax"  # what ratios refer to: lurnet cannot be quicker
MODEL = """
model = {module}.Sequential([
    {module}.Input((784,)),
    {module}.layers.Dense(64, activation="relu"),
    {module}.layers.Dense(10, activation="softmax"),
])
model.compile("sgd", "sparse_categorical_crossentropy")
"""
TORCH_MODEL = """
model = torch.nn.Sequential(torch.nn.Linear(784, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""
TIMED = (
    "{before}\nimport time\nbegan = time.perf_counter()\n{code}\nprint(time.perf_counter() - began)"
)
KERAS = {"jax": "keras-jax", "tensorflow": "keras-tf", "torch": "keras-torch"}


def cases() -> dict[str, tuple[str, str]]:
    """By what it is called: the contestant whose interpreter runs it, and the code.

    lurnet loads its parts at first use, so its honest figure is the time to a built model.
    """
    touched = "import lurnet\nlurnet.layers.Dense, lurnet.models.Sequential"
    found = {
        REFERENCE: ("lurnet", "import jax"),
        "import lurnet": ("lurnet", "import lurnet"),
        "import lurnet, layers and models": ("lurnet", touched),
        "import lurnet, first model": ("lurnet", "import lurnet" + MODEL.format(module="lurnet")),
    }
    for backend, contestant in KERAS.items():
        code = "import keras" + MODEL.format(module="keras")
        found[f"import keras ({backend})"] = (contestant, "import keras")
        found[f"import keras ({backend}), first model"] = (contestant, code)
    found["import torch"] = ("torch", "import torch")
    found["import torch, first model"] = ("torch", "import torch" + TORCH_MODEL)
    return found


def measure(rounds: int, peers_python: str) -> Record:
    """All cases in turn, `rounds` times, after a first pass that fills the disk's cache."""
    found = cases()
    seconds: dict[str, list[float]] = {name: [] for name in found}
    errors = dict.fromkeys(found, "")
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds + 1):
            for name, (contestant, code) in found.items():
                if not errors[name]:
                    taken, errors[name] = once(contestant, code, peers_python, Path(folder))
                    seconds[name].append(taken)
    return {
        "work": "imports",
        "kind": "imports",
        "command": f"benchmarks/compare.py --imports --rounds {rounds} --peers-python PATH",
        "date": time.strftime("%Y-%m-%d"),
        "machine": results.machine(),
        "results": [
            {"name": name, "seconds": seconds[name][1:], "error": errors[name]} for name in found
        ],
    }


def once(contestant: str, code: str, peers_python: str, folder: Path) -> tuple[float, str]:
    """Seconds that `code` takes in a fresh interpreter, and what went wrong."""
    answer = subprocess.run(
        [
            processes.interpreter(contestant, peers_python),
            "-c",
            TIMED.format(before=processes.preamble(contestant), code=code),
        ],
        env=processes.environment(contestant, folder),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        return 0.0, (answer.stderr.strip().splitlines() or ["no message"])[-1]
    return float(answer.stdout.split()[-1]), ""


def table(record: Record) -> str:
    """The medians in seconds, and their ratio to `import jax`."""
    fine = {r["name"]: statistics.median(r["seconds"]) for r in record["results"] if r["seconds"]}
    reference = fine.get(REFERENCE)
    rows = []
    for result in record["results"]:
        name, median = result["name"], fine.get(result["name"])
        if result["error"] or median is None:
            rows.append([name, result["error"].replace("|", "/")[:60], "", ""])
            continue
        ratio = f"{median / reference:.2f}" if reference else "-"
        rows.append([name, f"{median:.3f}", f"{min(result['seconds']):.3f}", ratio])
    return results.markdown(["fresh interpreter", "s", "min", "/ jax"], rows)
