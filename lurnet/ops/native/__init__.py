"""Small networks without XLA: calls of the library in C, one after another."""

from lurnet.ops.native.lent import each_once, is_lent, lent, numbers
from lurnet.ops.native.plan import Plan
from lurnet.ops.native.plans import Plans
from lurnet.ops.native.recipe import Recipe, recipe
from lurnet.ops.native.wrapped import wrapper

__all__ = [
    "Plan",
    "Plans",
    "Recipe",
    "each_once",
    "is_lent",
    "lent",
    "numbers",
    "recipe",
    "wrapper",
]
