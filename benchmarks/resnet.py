"""ResNet50 (He et al., https://arxiv.org/abs/1512.03385), for Keras or lurnet and for PyTorch.

The stride of a stage is in its first block's 3 x 3 convolution, in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

STEM = 64
STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))  # filters, blocks, stride
EXPANSION = 4  # a block gives this many times its filters
EPSILON = 1e-3
MOMENTUM = 0.99


def blocks() -> Iterator[tuple[int, int, bool]]:
    """Filters and stride of every block, and whether it is its stage's first."""
    for filters, count, stride in STAGES:
        for index in range(count):
            yield filters, 1 if index else stride, index == 0


def products(size: int, channels: int, classes: int) -> Iterator[tuple[int, int, int]]:
    """The matrix product of each layer for one image: positions, what is summed, outputs."""
    size = -(-size // 2)
    yield size * size, 49 * channels, STEM
    size, width = -(-size // 2), STEM
    for filters, stride, first in blocks():
        yield size * size, width, filters
        size = -(-size // stride)
        yield size * size, 9 * filters, filters
        yield size * size, filters, EXPANSION * filters
        if first:
            yield size * size, width, EXPANSION * filters
        width = EXPANSION * filters
    yield 1, width, classes


def keras_model(keras: Any, shape: tuple[int, ...], classes: int) -> Any:
    """The functional model; `keras` is Keras or lurnet."""
    layers = keras.layers

    def convolve(x: Any, filters: int, size: int, stride: int = 1) -> Any:
        x = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=False)(x)
        return layers.BatchNormalization(epsilon=EPSILON, momentum=MOMENTUM)(x)

    def activate(x: Any) -> Any:
        return layers.Activation("relu")(x)

    def block(x: Any, filters: int, stride: int, first: bool) -> Any:
        wide = EXPANSION * filters
        shortcut = convolve(x, wide, 1, stride) if first else x
        x = activate(convolve(x, filters, 1))
        x = activate(convolve(x, filters, 3, stride))
        return activate(layers.Add()([convolve(x, wide, 1), shortcut]))

    inputs = keras.Input(shape)
    x = activate(convolve(inputs, STEM, 7, 2))
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for plan in blocks():
        x = block(x, *plan)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax", dtype="float32")(x))


def torch_model(nn: Any, classes: int) -> Any:
    """The same as a PyTorch module, which gives logits."""

    def convolve(filters: int, size: int, stride: int = 1) -> list[Any]:
        conv = nn.LazyConv2d(filters, size, stride=stride, padding=size // 2, bias=False)
        return [conv, nn.LazyBatchNorm2d(eps=EPSILON, momentum=1 - MOMENTUM)]

    class Block(nn.Module):
        """Three convolutions beside a shortcut."""

        def __init__(self, filters: int, stride: int, first: bool) -> None:
            super().__init__()
            narrow = [*convolve(filters, 1), nn.ReLU(), *convolve(filters, 3, stride), nn.ReLU()]
            self.path = nn.Sequential(*narrow, *convolve(EXPANSION * filters, 1))
            projection = convolve(EXPANSION * filters, 1, stride) if first else []
            self.shortcut = nn.Sequential(*projection)

        def forward(self, x: Any) -> Any:
            return nn.functional.relu(self.path(x) + self.shortcut(x))

    stem = [*convolve(STEM, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
    body = [Block(*plan) for plan in blocks()]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LazyLinear(classes)]
    return nn.Sequential(*stem, *body, *head)
