"""The output shape that Keras 1's transposed convolutions were given, as today's output padding."""

from typing import Any

from lurnet.core.errors import BadFile


def output_padding(sizes: list[Any], config: dict[str, Any]) -> list[int] | None:
    """What is added to the output along each axis; None where the default gives these sizes.

    A stride s above 1 leaves s sizes of the output open, and Keras 1 wrote the one meant.

    >>> output_padding([8, 8], {"kernel_size": [3, 3], "strides": [2, 2], "padding": "valid"})
    [1, 1]
    >>> output_padding([8, 8], {"kernel_size": [3, 3], "strides": [2, 2], "padding": "same"})
    """
    kernel, strides = config.get("kernel_size"), config.get("strides") or [1] * len(sizes)
    triples = list(zip(sizes, _each(kernel), _each(strides), strict=False))
    if len(triples) != len(sizes) or not all(type(n) is int and n > 0 for t in triples for n in t):
        return None  # the layer itself tells what is wrong
    if config.get("padding") == "valid":
        return [(size - k) % step for size, k, step in triples]
    if all(size % step == 0 for size, _, step in triples):
        return None
    return [_of_same(*t, config.get("name")) for t in triples]


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_same(size: int, k: int, step: int, name: Any) -> int:
    """The padding that puts the kernel where Keras 1 put it."""
    total = max(((size + step - 1) // step - 1) * step + k - size, 0)
    if total // 2 != k // 2:
        raise BadFile(
            f"Layer {name!r} makes an output of size {size} with a kernel of {k}, strides {step} "
            'and padding="same", which no layer of Keras 3 or lurnet does.'
        )
    return 2 * (k // 2) - total
