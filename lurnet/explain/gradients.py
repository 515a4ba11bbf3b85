"""Maps from the gradient of a score by the input."""

from typing import Any

import numpy as np

from lurnet import ops
from lurnet.core.errors import BadValue
from lurnet.explain.score import facts_of, float_images, logits, targets
from lurnet.inference.batches import map_batches
from lurnet.training.step import gradients_by

__all__ = ["saliency", "integrated_gradients"]


def saliency(
    model: Any,
    x: Any,
    target: Any = None,
    samples: int = 1,
    noise: float = 0.15,
    seed: int = 0,
    batch_size: int | None = None,
) -> np.ndarray:
    """How much the score moves with each input value: ``|d score / d x|``, of the shape of x.

    With ``samples`` more than 1 the gradient is averaged over that many copies of the input with
    normal noise (SmoothGrad), which takes most of the speckles away.

    Simonyan, Vedaldi and Zisserman, 2013, https://arxiv.org/abs/1312.6034; Smilkov et al., 2017,
    https://arxiv.org/abs/1706.03825

    Args:
        model: any model.
        x: inputs (n, ...).
        target: what is explained; see ``lurnet.explain``.
        samples: how many noisy copies; 1: the input itself, without noise.
        noise: standard deviation of the noise, as a part of the range of each sample's values.
        seed: seed of the noise.
        batch_size: samples in a pass, 32 if None.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.layers.Dense(1, kernel_initializer="ones")])
    >>> saliency(model, np.zeros((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """
    x = float_images(model, x)
    if samples == 1:
        return np.abs(_gradients(model, x, target, batch_size))
    numbers = target if callable(target) else targets(model, x, target)[0]
    rng = np.random.default_rng(seed)
    axes = tuple(range(1, x.ndim))
    spread = noise * (x.max(axes, keepdims=True) - x.min(axes, keepdims=True))
    total = np.zeros_like(x)
    for _ in range(samples):
        noisy = x + spread * rng.normal(size=x.shape).astype("float32")
        total += _gradients(model, noisy, numbers, batch_size)
    return np.abs(total / samples)


def _gradients(model: Any, x: np.ndarray, target: Any, batch_size: int | None) -> np.ndarray:
    numbers, pick = targets(model, x, target)
    return map_batches(
        model, lambda a: _by_input(model, pick, *a), (x, numbers), batch_size,
        facts_of("gradients", target),
    )  # fmt: skip


def _by_input(model: Any, pick: Any, x: Any, numbers: Any) -> Any:
    """Gradients of each sample's score by its input: samples do not mix, so the sum's will do."""
    return gradients_by(lambda x: (ops.sum(pick(logits(model, x), numbers)), None), x)[0]


def integrated_gradients(
    model: Any,
    x: Any,
    target: Any = None,
    baseline: Any = 0.0,
    steps: int = 64,
    batch_size: int | None = None,
) -> np.ndarray:
    """What each input value adds to the score, of the shape of x.

    ``(x - b) * mean of d score / d x at b + t (x - b)`` over ``steps`` values of t between 0 and 1
    (the midpoint rule). The values of a sample add up to ``score(x) - score(b)``.

    Sundararajan, Taly and Yan, 2017, https://arxiv.org/abs/1703.01365

    Args:
        model: any model.
        x: inputs (n, ...).
        target: what is explained; see ``lurnet.explain``.
        baseline: the input that says nothing, b: a number, or an array that fits x.
        steps: points on the way; more are more exact.
        batch_size: samples in a pass, 32 if None.

    >>> import lurnet
    >>> model = lurnet.Sequential([lurnet.layers.Dense(1, kernel_initializer="ones")])
    >>> integrated_gradients(model, [[1.0, 2.0, 0.0]], target=0).tolist()
    [[1.0, 2.0, 0.0]]
    """
    if steps < 1:
        raise BadValue(f"`steps` must be 1 at least, not {steps!r}.")
    x = float_images(model, x)
    start = np.broadcast_to(np.asarray(baseline, x.dtype), x.shape)
    numbers, pick = targets(model, x, target)

    def along(arrays: tuple) -> Any:
        x, start, numbers = arrays

        def add(i: Any, total: Any) -> Any:
            share = (ops.cast(i, x.dtype) + 0.5) / steps
            return total + _by_input(model, pick, start + share * (x - start), numbers)

        return (x - start) * ops.fori_loop(0, steps, add, ops.zeros_like(x)) / steps

    facts = facts_of(f"integrated {steps}", target)
    return map_batches(model, along, (x, start, numbers), batch_size, facts)
