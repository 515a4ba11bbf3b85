"""Gradients of code that sees real numbers: it runs, is noted down, and is differentiated then.

Under ``jax.grad`` code meets tracers, which have no number for ``float(x)`` or NumPy. Here it meets
arrays; a tape notes the operations on those that depend on the inputs, and ``jax.grad`` has its
turn on the tape. What leaves JAX on the way, through NumPy or a Python number, is a constant.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import set_current_trace, take_current_trace

from lurnet.core.traced import is_traced


class _Call(NamedTuple):
    """An operation: how to do it again, on what it was done, and what came out."""

    again: Callable[..., Any]
    args: tuple
    results: list


class Tape(jax.core.Trace):
    """Computes as JAX does without it, and notes what depends on some arrays.

    Args:
        outer: what computes.
        inputs: the arrays.
    """

    def __init__(self, outer: Any, inputs: Sequence[Any]) -> None:
        super().__init__()
        self.outer = outer
        self.calls: list[_Call] = []
        self.dependent = {id(x) for x in inputs}  # they live as long as the tape: ids are theirs

    def stage_value(self, val: Any) -> Any:
        """A value as it is."""
        return self.outer.stage_value(val)

    def process_primitive(self, primitive: Any, args: Any, params: dict, /) -> Any:
        """An operation of JAX's own."""
        args = tuple(map(_unchanging, args))
        with set_current_trace(self.outer):
            made = primitive.bind(*args, **params)
        return self._noted(lambda *given: primitive.bind(*given, **params), args, made)

    def process_custom_jvp_call(
        self, primitive: Any, fun: Any, jvp: Any, args: Any, /, **options: Any
    ) -> Any:
        """A function with a derivative of its own; its inside is not noted."""
        with set_current_trace(self.outer):
            made = self.outer.process_custom_jvp_call(primitive, fun, jvp, args, **options)

        def again(*given: Any) -> Any:
            trace = next(x._trace for x in given if is_traced(x))
            return trace.process_custom_jvp_call(primitive, fun, jvp, given, **options)

        return self._noted(again, args, made)

    def process_custom_vjp_call(
        self, primitive: Any, fun: Any, fwd: Any, bwd: Any, args: Any, /, **options: Any
    ) -> Any:
        """A function with a gradient of its own; its inside is not noted."""
        with set_current_trace(self.outer):
            made = self.outer.process_custom_vjp_call(primitive, fun, fwd, bwd, args, **options)

        def again(*given: Any) -> Any:
            trace = next(x._trace for x in given if is_traced(x))
            return trace.process_custom_vjp_call(primitive, fun, fwd, bwd, given, **options)

        return self._noted(again, args, made)

    def process_call(self, primitive: Any, fun: Any, args: Any, params: dict, /) -> Any:
        """A function call: its inside is noted."""
        return fun.call_wrapped(*args)

    def _noted(self, again: Callable[..., Any], args: Any, made: Any) -> Any:
        """What came out, noted if it depends on the inputs."""
        if not any(id(x) in self.dependent for x in args):
            return made
        several = isinstance(made, (list, tuple))
        taken = {id(x) for x in args}
        results = [self._copied(x) if id(x) in taken else x for x in (made if several else [made])]
        self.calls.append(_Call(again, tuple(args), results))
        self.dependent |= {id(x) for x in results}
        return results if several else results[0]

    def _copied(self, x: Any) -> Any:
        """The array as another one: ``stop_gradient`` gives back what it got."""
        with set_current_trace(self.outer):
            return jnp.array(x, copy=True)

    def replayed(self, inputs: Sequence[Any], given: Sequence[Any], result: Any) -> Any:
        """What ``result`` is where the inputs are the given ones."""
        now = {id(x): y for x, y in zip(inputs, given, strict=True)}
        for call in self.calls:
            args = [now.get(id(x), x) for x in call.args]
            if any(map(is_traced, args)):
                made = call.again(*args)
                made = made if isinstance(made, (list, tuple)) else [made]
                now |= {id(x): y for x, y in zip(call.results, made, strict=True)}
        return now.get(id(result), result)


def _unchanging(x: Any) -> Any:
    """A copy of a NumPy array, which its owner may fill anew before the tape is looked at."""
    return x.copy() if isinstance(x, np.ndarray) else x


def gradients(fn: Callable[..., Any], inputs: Sequence[Any]) -> tuple[list, Any]:
    """``jax.grad(fn, has_aux=True)(inputs)`` for an ``fn`` that is to see real numbers.

    >>> grads, seen = gradients(lambda x: (x[0] ** 2, float(x[0])), [jnp.asarray(3.0)])
    >>> float(grads[0]), seen
    (6.0, 3.0)
    """
    own = [jnp.array(x, copy=True) for x in inputs]  # none may be in use as something else
    with take_current_trace() as outer:
        if isinstance(outer, Tape):  # a gradient inside of one
            with set_current_trace(outer):
                return jax.grad(fn, has_aux=True)(list(inputs))
        tape = Tape(outer, own)
        with set_current_trace(tape):
            result, rest = fn(own)
    if own and id(result) not in tape.dependent:
        warnings.warn(
            "The loss depends on no trainable weight, so the step changes none. Values that pass "
            "through NumPy or float() have no gradient: compute the loss with lurnet.ops.",
            stacklevel=4,
        )
    return jax.grad(lambda given: tape.replayed(own, given, result))(own), rest
