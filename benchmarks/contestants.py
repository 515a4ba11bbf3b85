"""The contestants: a framework, and the setting it runs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import works

BASE = "lurnet"
IN_BATCHES = ("predict", "evaluate")


@dataclass(frozen=True)
class Contestant:
    """A framework and the setting it runs in."""

    framework: str  # the module that is imported and timed
    backend: str = ""  # of Keras
    options: dict[str, Any] = field(default_factory=dict)  # of KerasRun or TorchRun
    kinds: tuple[str, ...] = tuple(works.UNITS)  # kinds of chunk on which the setting matters
    images_only: bool = False  # says nothing about dense networks
    for_l2: bool = False  # says nothing without an L2 penalty
    gpu_only: bool = False

    def takes(self, work: works.Work) -> bool:
        """Whether this setting can differ from the plain one on `work`."""
        if work.data == "stream" and self.framework != BASE:
            return False  # what a stream costs is measured against arrays, in lurnet alone
        if "source" in self.options and work.data != "stream":
            return False
        fits = len(work.shape) > 1 or not self.images_only
        return fits and work.kind in self.kinds and (work.l2 > 0 or not self.for_l2)


def keras(backend: str, **options: Any) -> Contestant:
    """Keras on a backend; `options` go to `compile`."""
    return Contestant("keras", backend, options)


def large(framework: str, backend: str = "", **options: Any) -> Contestant:
    """A setting that predicts and evaluates in large batches instead of 32."""
    return Contestant(framework, backend, options | {"inference_batch": 1024}, kinds=IN_BATCHES)


def pytorch(**options: Any) -> Contestant:
    """PyTorch with options of TorchRun; a layout of images is no matter for dense networks."""
    return Contestant("torch", options=options, images_only="channels_last" in options)


LAST: dict[str, Any] = {"channels_last": True}
GRAPHS: dict[str, Any] = {"compiled": "reduce-overhead"}
COMPILED: dict[str, Any] = {"compiled": "default"}

CONTESTANTS: dict[str, Contestant] = {
    BASE: Contestant(BASE),
    "lurnet-memmap": Contestant(BASE, options={"source": "memmap"}),
    "lurnet-dataset": Contestant(BASE, options={"source": "dataset"}),
    "lurnet-generator": Contestant(BASE, options={"source": "generator"}),
    "keras-tf": keras("tensorflow"),
    "keras-tf-1024": large("keras", "tensorflow"),
    "keras-tf-jit": keras("tensorflow", jit_compile=True),
    "keras-jax": keras("jax"),
    "keras-jax-1024": large("keras", "jax"),
    "keras-jax-16": Contestant(
        "keras", "jax", {"steps_per_execution": 16}, ("train", "sweep", "until", *IN_BATCHES)
    ),
    "keras-torch": keras("torch"),
    "keras-torch-1024": large("keras", "torch"),
    "torch": pytorch(),
    "torch-1024": large("torch"),
    "torch-decay": Contestant("torch", options={"decay": True}, for_l2=True),
    "torch-last": pytorch(**LAST),
    "torch-compile": pytorch(**COMPILED),
    "torch-last-compile": pytorch(**LAST, **COMPILED),
    "torch-graphs": Contestant("torch", options=GRAPHS, gpu_only=True),
    "torch-last-graphs": Contestant(
        "torch", options=LAST | GRAPHS, images_only=True, gpu_only=True
    ),
}

#: How a family of settings is called in a picture.
FAMILIES = {
    BASE: "lurnet",
    "tensorflow": "Keras, TensorFlow",
    "jax": "Keras, JAX",
    "torch": "Keras, torch",
    "": "PyTorch",
}


def family(name: str) -> str:
    """The framework behind a contestant, with Keras' backend."""
    contestant = CONTESTANTS[name]
    return FAMILIES[contestant.framework if contestant.framework == BASE else contestant.backend]
