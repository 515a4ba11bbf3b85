"""Axes in another order, by a pattern that names them."""

import math
import re

import jax.numpy as jnp

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, op

__all__ = ["rearrange"]


def _groups(side: str) -> list[list[str]]:
    """ "a (b c)" as [["a"], ["b", "c"]]."""
    return [g.strip("()").split() for g in re.findall(r"\([^()]*\)|[^\s()]+", side)]


@op
def rearrange(tensor: Tensor, pattern: str, **axes_lengths: int) -> Tensor:
    """Axes named, split, joined and put in another order, as in "b (h p) -> b p h".

    Parentheses join axes into one; of axes that are split, all but one need a size.

    >>> rearrange([[0, 1, 2, 3]], "a (b c) -> a c b", c=2).tolist()
    [[[0, 2], [1, 3]]]
    """
    x = jnp.asarray(tensor)
    left, arrow, right = pattern.partition("->")
    before, after = _groups(left), _groups(right)
    names = [name for group in before for name in group]
    wanted = [name for group in after for name in group]
    if not arrow or sorted(names) != sorted(wanted) or len(before) != x.ndim:
        raise BadValue(
            f"The pattern {pattern!r} must name each of the tensor's {x.ndim} axes once on both "
            "sides of '->'."
        )
    sizes = dict(axes_lengths)
    for size, group in zip(x.shape, before, strict=True):
        for name in [n for n in group if n not in sizes][:1]:
            sizes[name] = size // math.prod(sizes.get(n, 1) for n in group if n != name)
    x = x.reshape([sizes[name] for name in names]).transpose([names.index(n) for n in wanted])
    return x.reshape([math.prod(sizes[name] for name in group) for group in after])
