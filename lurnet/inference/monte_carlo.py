"""Monte Carlo predictions: many passes with dropout on, summed up as mean and deviation."""

from typing import Any, NamedTuple

from lurnet import ops
from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.seeds import SeedGenerator
from lurnet.core.types import Int
from lurnet.core.variable import values
from lurnet.inference.batches import as_inputs, map_batches
from lurnet.layers import context
from lurnet.layers.state import sublayers
from lurnet.layers.tracking import held
from lurnet.training.own_steps import predict_outputs
from lurnet.training.protocol import Trainable


class Samples(NamedTuple):
    """Mean and standard deviation over the passes, each of the shape of the model's output."""

    mean: Any
    sd: Any


def predict_samples(model: Trainable, x: Any, count: Int, batch_size: Int | None = None) -> Samples:
    """Mean and standard deviation (n - 1 in the denominator) of ``count`` stochastic passes.

    Gal and Ghahramani, 2016, "Dropout as a Bayesian Approximation", https://arxiv.org/abs/1506.02142
    """
    if not isinstance(count, int) or isinstance(count, bool) or count < 2:
        raise BadValue(
            f"`mc_samples` must be a whole number, 2 at least, to give a deviation, not {count!r}."
        )
    x = as_inputs(model, x)
    facts = f"samples {count}"
    return map_batches(model, lambda x: moments(model, x, count), x, batch_size, facts, draws=True)


def moments(model: Trainable, x: Any, count: int) -> Samples:
    """The passes, one after another in one loop; Welford's sums lose no digits."""
    variables, written = model.non_trainable_variables, set()

    def sample(state: list) -> tuple[Any, list]:
        with values(variables, state) as scope, context.acting(draws_numbers):
            y = predict_outputs(model, x)
            written.update(scope.written)
            return _floats(y), [scope[v] for v in variables]

    def body(i: Any, carried: tuple) -> tuple:
        mean, squares, state = carried
        y, state = sample(state)
        away = tree.map_structure(lambda a, m: a - m, y, mean)
        mean = tree.map_structure(lambda m, d: m + d / ops.cast(i + 1, m.dtype), mean, away)
        squares = tree.map_structure(lambda s, d, a, m: s + d * (a - m), squares, away, y, mean)
        return mean, squares, state

    first, state = sample([v.stored for v in variables])
    zeros = tree.map_structure(ops.zeros_like, first)
    mean, squares, state = ops.fori_loop(1, count, body, (first, zeros, state))
    for variable, array in zip(variables, state, strict=True):
        if id(variable) in written:
            variable.assign(array)
    sd = tree.map_structure(lambda s: ops.sqrt(ops.maximum(s, 0) / (count - 1)), squares)
    return Samples(mean, sd)


def _floats(y: Any) -> Any:
    return tree.map_structure(lambda a: ops.cast(a, "float32"), y)


def draws_numbers(layer: Any) -> bool:
    """Whether a layer disturbs its input at random while training: dropout and noise.

    Layers of the user's own count where they hold random numbers and no other layers. Those that
    change images at random do not: they make training data.
    """
    said = type(layer).draws
    if said is not None:
        return said
    return next(held(layer, SeedGenerator), None) is not None and not sublayers(layer)
