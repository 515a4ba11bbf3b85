"""The works that are timed: networks as data, so that every contestant runs the same one.

Only the standard library is imported here at first: a worker times its framework's import from a
bare interpreter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

# Chunks are a multiple of this: `steps_per_execution=16` never meets a shorter last call.
STEPS_MULTIPLE = 16
IMAGE = (28, 28, 1)


@dataclass(frozen=True)
class Conv:
    """Convolution, 3 x 3, relu."""

    filters: int
    padding: str = "valid"


@dataclass(frozen=True)
class Pool:
    """Max-pooling, 2 x 2."""


@dataclass(frozen=True)
class Flatten:
    """Images to vectors."""


@dataclass(frozen=True)
class Dropout:
    """Zeroes a share of its input while training."""

    rate: float


@dataclass(frozen=True)
class Dense:
    """Fully connected layer; `l2` times the sum of its kernel's squares is added to the loss."""

    units: int
    activation: str = "relu"
    l2: float = 0.0


@dataclass(frozen=True)
class ResNet50:
    """The whole network of `resnet.py`; it stands alone."""

    classes: int = 1000


Layer = Conv | Pool | Flatten | Dropout | Dense | ResNet50

#: What one figure of each kind of chunk is the time of.
UNITS = {
    "train": "step",  # one epoch of `fit`
    "predict": "call",  # all samples in one call of `predict`
    "evaluate": "call",  # all samples in one call of `evaluate`
    "single": "image",  # `predict`, one image at a time
    "call": "image",  # `model(x)`, one image at a time
    "sweep": "sweep",  # a loop over settings, with a new model each time
    "until": "training",  # epochs from the first weights on, until the test accuracy is reached
}
PER_SAMPLE = ("single", "call")
IN_A_ROW = ("predict", "evaluate")  # calls so short that a chunk is several
CALLS = 5  # of those in a chunk
WHOLE_BATCHES = ("train", "sweep", "until")  # the others take every sample they are given


@dataclass(frozen=True)
class Work:
    """One network, its data and what is done with it."""

    layers: tuple[Layer, ...]
    batch: int
    samples: int  # of one chunk, unless --limit says otherwise
    optimizer: str = "sgd"
    rate: float = 0.1
    data: str = "mnist"
    shape: tuple[int, ...] = (784,)  # of one sample
    classify: bool = True  # False: the network reproduces its input
    kind: str = "train"
    policy: str = "float32"

    @property
    def unit(self) -> str:
        """What one figure is the time of."""
        return UNITS[self.kind]

    @property
    def l2(self) -> float:
        """Factor of the first layer's L2 penalty, 0 where it has none."""
        return getattr(self.layers[0], "l2", 0.0)

    def steps(self, limit: int) -> int:
        """How many whole batches one chunk of at most `limit` samples has."""
        steps = limit // self.batch
        return steps - steps % STEPS_MULTIPLE or steps

    def used(self, limit: int) -> int:
        """Samples that one chunk of at most `limit` takes."""
        return self.steps(limit) * self.batch if self.kind in WHOLE_BATCHES else limit

    def units(self, limit: int) -> int:
        """By how many a chunk's time is divided."""
        if self.kind in PER_SAMPLE:
            return limit
        if self.kind in IN_A_ROW:
            return CALLS
        return self.steps(limit) if self.kind == "train" else 1


def mlp(*units: int, l2: float = 0.0) -> tuple[Dense, ...]:
    """Hidden layers of these sizes and ten classes; `l2` is for the first kernel."""
    first, *others = units
    return Dense(first, l2=l2), *(Dense(n) for n in others), Dense(10, "softmax")


def block(filters: int) -> tuple[Layer, ...]:
    """One stage of the Fashion-MNIST network."""
    return Conv(filters, "same"), Pool(), Dropout(0.25)


CNN32 = (Conv(32), Pool(), Conv(32), Pool(), Flatten(), *mlp(64, 64))
STAGES = (*block(32), *block(64), *block(128))
FASHION = (*STAGES, Flatten(), Dense(128), Dense(128), Dropout(0.5), Dense(10, "softmax"))
AUTOENCODER = (Dense(128), Dense(64), Dense(128), Dense(784, "sigmoid"))
MNIST99 = (Conv(32), Pool(), Conv(64), Pool(), Flatten(), Dense(128), Dense(10, "softmax"))

SMALL = Work(mlp(64, 64), batch=128, samples=60_000)
L2 = Work(mlp(500, 300, l2=1e-4), batch=32, samples=60_000)
CONVNET = Work(CNN32, batch=32, samples=16_384, shape=IMAGE)
ADAM = {"optimizer": "adam", "rate": 1e-3}
RESNET = Work((ResNet50(),), 256, 2048, data="random", shape=(224, 224, 3), policy="mixed_bfloat16")

WORKS: dict[str, Work] = {
    "mlp64": SMALL,
    "mlp500": L2,
    "cnn32": CONVNET,
    "cnn32_128": replace(CONVNET, batch=128),
    "fashion_cnn": Work(FASHION, 128, 8_192, **ADAM, data="fashion_mnist", shape=IMAGE),
    "autoencoder": Work(AUTOENCODER, 128, 60_000, **ADAM, classify=False),
    "sweep15": replace(L2, kind="sweep"),
    "predict_mlp64": replace(SMALL, kind="predict", batch=32, samples=10_000),
    "predict_cnn32": replace(CONVNET, kind="predict", samples=10_000),
    "evaluate_cnn32": replace(CONVNET, kind="evaluate", samples=10_000),
    "single_mlp64": replace(SMALL, kind="single", samples=300),
    "single_cnn32": replace(CONVNET, kind="single", samples=300),
    "call_mlp64": replace(SMALL, kind="call", samples=300),
    "call_cnn32": replace(CONVNET, kind="call", samples=300),
    "stream_mlp64": replace(SMALL, data="stream", samples=262_144),
    "stream_cnn32": replace(CONVNET, data="stream", batch=128, samples=131_072),
    "mnist99": Work(MNIST99, 128, 60_000, **ADAM, shape=IMAGE, kind="until"),
    "resnet50": RESNET,
    "resnet50_small": replace(RESNET, batch=8, samples=16, shape=(64, 64, 3)),
}
#: What `compare.py` runs when no work is named: what a laptop's CPU is for.
EVERYDAY = tuple(name for name in WORKS if WORKS[name].shape in ((784,), IMAGE))

SWEEP_FACTORS = (1e-5, 1e-4, 1e-3, 3e-3, 1e-2)
SWEEP_REPLICATES = 3
SWEEP_EPOCHS = 2
TEST_ACCURACY = 0.99  # where a chunk of kind "until" ends
MOST_EPOCHS = 20  # where it gives up


def with_l2(work: Work, factor: float) -> Work:
    """The same work with another L2 factor on its first kernel."""
    first, *others = work.layers
    return replace(work, layers=(replace(first, l2=factor), *others))  # type: ignore[arg-type]
