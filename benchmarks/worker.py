"""One contestant in a process of its own: trains a chunk for every line it reads, else sleeps.

Each line on stdin asks for one chunk; each is answered by one line of JSON on stdout. The first
answer follows the import, the data and the compilation; the end of stdin ends the worker.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import resource
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import works

if TYPE_CHECKING:
    import numpy as np

SEED = 0
BACKENDS = ("tensorflow", "jax", "torch")


@dataclass(frozen=True)
class Contestant:
    """A framework and the setting it runs in."""

    framework: str  # the module that is imported and timed
    backend: str = ""  # of Keras
    options: dict[str, Any] = field(default_factory=dict)  # of Keras' compile, or of TorchRun
    images_only: bool = False  # says nothing about dense networks

    def takes(self, work: works.Work) -> bool:
        """Whether this setting can differ from the plain one on `work`."""
        return not self.images_only or len(work.shape) > 1


CONTESTANTS: dict[str, Contestant] = {
    "lurnet": Contestant("lurnet"),
    "keras-tf": Contestant("keras", "tensorflow"),
    "keras-tf-jit": Contestant("keras", "tensorflow", {"jit_compile": True}),
    "keras-jax": Contestant("keras", "jax"),
    "keras-jax-16": Contestant("keras", "jax", {"steps_per_execution": 16}),
    "keras-torch": Contestant("keras", "torch"),
    "torch": Contestant("torch"),
    "torch-last": Contestant("torch", options={"channels_last": True}, images_only=True),
    "torch-compile": Contestant("torch", options={"compiled": True}),
    "torch-last-compile": Contestant(
        "torch", options={"channels_last": True, "compiled": True}, images_only=True
    ),
}


class Run(Protocol):
    """A model and its data, ready to train."""

    def chunk(self) -> dict[str, float]:
        """Train one chunk, wait until it is done, and return its mean loss and accuracy."""
        ...


class KerasRun:
    """Keras on any backend, or lurnet: `fit` as every user calls it."""

    def __init__(
        self, keras: Any, work: works.Work, x: np.ndarray, y: np.ndarray, **options: Any
    ) -> None:
        """Build and compile the model; `options` go to `compile`."""
        keras.utils.set_random_seed(SEED)
        self.model = works.keras_model(keras, work, **options)
        self.x, self.y, self.batch = x, y, work.batch

    def chunk(self) -> dict[str, float]:
        """Train one epoch of the chunk's samples."""
        history = self.model.fit(
            self.x, self.y, batch_size=self.batch, epochs=1, verbose=0, shuffle=True
        )
        return {name: float(values[-1]) for name, values in history.history.items()}


class TorchRun:
    """Plain PyTorch: a tight loop over tensors in memory; loss and accuracy are summed unseen."""

    def __init__(
        self,
        torch: Any,
        work: works.Work,
        x: np.ndarray,
        y: np.ndarray,
        *,
        channels_last: bool = False,
        compiled: bool = False,
    ) -> None:
        """Build the model with Keras' initial values and optimizer settings."""
        torch.manual_seed(SEED)
        self.torch, self.work = torch, work
        self.x = torch.from_numpy(x)
        if len(work.shape) > 1:
            self.x = self.x.permute(0, 3, 1, 2).contiguous()
        self.y = torch.from_numpy(y).long() if work.classify else self.x
        self.loss = torch.nn.CrossEntropyLoss() if work.classify else torch.nn.MSELoss()
        model = torch_model(torch, work, self.x[: work.batch])
        if channels_last:
            model = model.to(memory_format=torch.channels_last)
            self.x = self.x.to(memory_format=torch.channels_last)
        self.optimizer = torch_optimizer(torch, work, model)
        self.model = torch.compile(model) if compiled else model

    def chunk(self) -> dict[str, float]:
        """Train one epoch of the chunk's samples."""
        torch, batch = self.torch, self.work.batch
        loss_sum, hits = torch.zeros(()), torch.zeros((), dtype=torch.long)
        for rows in torch.randperm(len(self.x)).split(batch):
            target = self.y[rows]
            self.optimizer.zero_grad()
            output = self.model(self.x[rows])
            loss = self.loss(output, target)
            loss.backward()
            self.optimizer.step()
            loss_sum += loss.detach()
            if self.work.classify:
                hits += (output.argmax(1) == target).sum()
        logs = {"loss": float(loss_sum) * batch / len(self.x)}
        return logs | ({"accuracy": float(hits) / len(self.x)} if self.work.classify else {})


def torch_layers(nn: Any, spec: works.Layer) -> list[Any]:
    """The modules that `spec` describes; the softmax is left to the loss, as PyTorch wants it."""
    activations = {"relu": [nn.ReLU()], "sigmoid": [nn.Sigmoid()], "softmax": []}
    match spec:
        case works.Conv(filters, padding):
            return [nn.LazyConv2d(filters, 3, padding=padding), nn.ReLU()]
        case works.Pool():
            return [nn.MaxPool2d(2)]
        case works.Flatten():
            return [nn.Flatten()]
        case works.Dropout(rate):
            return [nn.Dropout(rate)]
        case works.Dense(units, activation):
            return [nn.LazyLinear(units), *activations[activation]]


def torch_model(torch: Any, work: works.Work, sample: Any) -> Any:
    """The network of `work` with Glorot-uniform kernels and zero biases, as in Keras."""
    nn = torch.nn
    model = nn.Sequential(*(layer for spec in work.layers for layer in torch_layers(nn, spec)))
    with torch.no_grad():
        model(sample)  # the lazy layers take their sizes
        for value in model.parameters():
            if value.ndim > 1:
                nn.init.xavier_uniform_(value)
            else:
                value.zero_()
    return model


def torch_optimizer(torch: Any, work: works.Work, model: Any) -> Any:
    """The optimizer of `work` with Keras' constants, in PyTorch's fastest form."""
    if work.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), lr=work.rate, fused=True)
    return torch.optim.Adam(model.parameters(), lr=work.rate, eps=1e-7, fused=True)


def versions() -> dict[str, str]:
    """Versions of Python and of the frameworks this process has loaded."""
    names = ("lurnet", "keras", "tensorflow", "jax", "jaxlib", "torch", "numpy")
    loaded = {name: sys.modules[name] for name in names if sys.modules.get(name)}
    found = {name: str(getattr(module, "__version__", "?")) for name, module in loaded.items()}
    return {"python": platform.python_version()} | found


def peak_rss_mb() -> float:
    """Most memory this process has held, in MB (Linux counts in KiB, macOS in bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def choose_backend(backend: str) -> None:
    """Let Keras see this backend alone.

    It would import the others too where they are installed, which costs seconds and hundreds of
    megabytes that a user of one backend does not pay.
    """
    os.environ["KERAS_BACKEND"] = backend
    modules: dict[str, Any] = sys.modules
    modules.update({name: None for name in BACKENDS if name != backend})


def start(name: str, work: works.Work, limit: int) -> tuple[Run, float]:
    """Import the framework and make the model; also returns the seconds the import took."""
    contestant = CONTESTANTS[name]
    if contestant.backend:
        choose_backend(contestant.backend)
    began = time.perf_counter()
    framework = importlib.import_module(contestant.framework)
    import_s = time.perf_counter() - began
    make = TorchRun if contestant.framework == "torch" else KerasRun
    return make(framework, work, *works.load(work, limit), **contestant.options), import_s


def timed_chunk(run: Run) -> dict[str, Any]:
    """Train one chunk; its seconds and its logs."""
    began = time.perf_counter()
    logs = run.chunk()
    return {"seconds": time.perf_counter() - began, "logs": logs}


def main() -> None:
    """Answer requests until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contestant", choices=CONTESTANTS, required=True)
    parser.add_argument("--work", choices=works.WORKS, required=True)
    parser.add_argument("--limit", type=int, required=True)
    args = parser.parse_args()
    # Answers keep the pipe to themselves: whatever a framework prints goes to stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    run, import_s = start(args.contestant, works.WORKS[args.work], args.limit)
    slept_at = time.process_time()
    for _ in sys.stdin:
        idle_cpu_s = time.process_time() - slept_at
        answer = timed_chunk(run) | {"idle_cpu_s": idle_cpu_s, "peak_rss_mb": peak_rss_mb()}
        answer |= {"import_s": import_s, "versions": versions()}
        slept_at = time.process_time()
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
