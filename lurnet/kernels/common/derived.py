"""Functions with a fast gradient of their own that can be differentiated forward as well.

`jax.custom_vjp` refuses forward mode, and so `jvp`, `jacfwd` and `hessian`. Here the tangent of a
call is one linear operation: forward it runs what it means, transposed it runs our gradient.
"""

import functools
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

Arrays = Sequence[Any]


class Derived:
    """A function of arrays (or None), and of settings at the positions `static`.

    >>> double, x = Derived(lambda x: 2.0 * x), jnp.float32(3.0)
    >>> double.define(
    ...     forward=lambda x: (double(x), None),
    ...     tangent=lambda saved, x: 2.0 * x,
    ...     backward=lambda saved, g: (2.0 * g,),
    ... )
    >>> float(jax.grad(double)(x)), float(jax.jacfwd(double)(x))
    (2.0, 2.0)
    """

    def __init__(self, value: Callable[..., Any], static: tuple[int, ...] = ()) -> None:
        self.value, self.static = value, static
        self.forward = self.tangent = self.backward = _undefined

    def __call__(self, *args: Any) -> Any:
        """The value."""
        arrays = [x for i, x in enumerate(args) if i not in self.static]
        call = _Call(self, [args[i] for i in self.static], [x is not None for x in arrays])
        meaning = _Meaning(call.compute, call.rule, call.results)
        found = _form.bind(*_those(arrays, call.there), meaning=meaning)
        return jax.tree.unflatten(call.structure, found)

    def define(
        self, forward: Callable[..., Any], tangent: Callable[..., Any], backward: Callable[..., Any]
    ) -> None:
        """Give the derivatives, each made of functions that have derivatives themselves.

        Args:
            forward: of all arguments: the value, and what the derivatives need, nested arrays.
            tangent: of the settings, what was saved, and a tangent for each array, None where it
                is zero: the tangent of the value, of which parts that are no floats do not count.
            backward: of the settings, what was saved, and the gradient by the value: a gradient for
                each array, None where it has none. It is the transpose of ``tangent``.
        """
        self.forward, self.tangent, self.backward = forward, tangent, backward

    def define_linear(
        self, count: int, backward: Callable[..., Any], forward: Callable[..., Any] | None = None
    ) -> None:
        """The same for a function that is linear in each of its first ``count`` arrays.

        All arrays are saved; ``forward`` gives the value, where it is to be computed otherwise.
        """
        places = len(self.static)

        def computed(*args: Any) -> tuple:
            arrays = [x for i, x in enumerate(args) if i not in self.static]
            return (forward or self)(*args), tuple(arrays)

        def tangent(*args: Any) -> Any:
            settings, saved, moved = args[:places], args[places], args[places + 1 :]
            parts = [
                self(*self.merged(settings, [*saved[:i], t, *saved[i + 1 :]]))
                for i, t in enumerate(moved[:count])
                if t is not None
            ]
            return reduce(jnp.add, parts)

        self.define(computed, tangent, backward)

    def merged(self, settings: Sequence, arrays: Arrays) -> list:
        """All arguments in their order."""
        merged = list(arrays)
        for place, setting in zip(self.static, settings, strict=True):
            merged.insert(place, setting)
        return merged


def derived(*static: int) -> Callable[[Callable[..., Any]], Derived]:
    """Decorator: the function as ``Derived``, with settings at some positions."""
    return lambda value: Derived(value, static)


def valued(fast: Callable[..., Any], plain: Callable[..., Any]) -> Derived:
    """``fast``, whose derivatives are those of ``plain``, written in JAX, of the same arrays.

    >>> double, x = valued(lambda x: 2.0 * x, lambda x: x + x), jnp.float32(3.0)
    >>> float(double(x)), float(jax.grad(double)(x))
    (6.0, 2.0)
    """
    function = Derived(fast)
    function.define(
        forward=lambda *arrays: (function(*arrays), arrays),
        tangent=partial(tangent_of, plain),
        backward=lambda arrays, g: jax.vjp(plain, *arrays)[1](g),
    )
    return function


def tangent_of(plain: Callable[..., Any], arrays: Arrays, *tangents: Any) -> Any:
    """The tangent of a function written in JAX, where None is a tangent of zeros."""
    given = [_no_tangent(x) if t is None else t for x, t in zip(arrays, tangents, strict=True)]
    return jax.jvp(plain, tuple(arrays), tuple(given))[1]


def _no_tangent(x: Any) -> Any:
    floating = jnp.issubdtype(x.dtype, jnp.inexact)
    return jnp.zeros_like(x) if floating else np.zeros(x.shape, jax.dtypes.float0)


class _Call:
    """A function with its settings, as one of flat arrays: those that are not None."""

    def __init__(self, function: Derived, settings: list, there: list[bool]) -> None:
        self.function, self.settings, self.there = function, settings, there
        self.structure: Any = None  # of the value, once it was computed

    def compute(self, *given: Any) -> list:
        """The value, flat."""
        arguments = self.function.merged(self.settings, _spread(given, self.there))
        leaves, self.structure = jax.tree.flatten(self.function.value(*arguments))
        return leaves

    def results(self, given: tuple) -> list:
        """The shapes and dtypes of a flat value, for those of flat arrays."""
        found = _results_of(self.function, tuple(self.settings), tuple(self.there), given)
        leaves, self.structure = jax.tree.flatten(found)
        return leaves

    def rule(self, primals: Arrays, tangents: Arrays) -> tuple:
        """The value and its tangent, both flat."""
        function, settings = self.function, self.settings
        value, saved = function.forward(*function.merged(settings, _spread(primals, self.there)))
        linear = _Linear(
            partial(function.tangent, *settings),
            partial(function.backward, *settings),
            saved,
            value,
        )
        leaves, self.structure = jax.tree.flatten(value)
        return leaves, linear(_spread(tangents, self.there))


@functools.lru_cache(maxsize=4096)
def _results_of(function: Derived, settings: tuple, there: tuple[bool, ...], given: tuple) -> Any:
    """The shapes and dtypes of a value, which depend on nothing else."""
    call = _Call(function, list(settings), list(there))
    leaves = jax.eval_shape(call.compute, *given)
    return jax.tree.unflatten(call.structure, leaves)


class _Linear:
    """A tangent as a linear operation on flat arrays: those that were saved, and tangents."""

    def __init__(
        self, forward: Callable[..., Any], backward: Callable[..., Any], saved: Any, value: Any
    ) -> None:
        self._forward, self._backward = forward, backward
        self.saved, self.structure = jax.tree.flatten(saved)
        self.value, self.shape = jax.tree.flatten(value)
        self.floats = [jnp.issubdtype(x.dtype, jnp.inexact) for x in self.value]

    def __call__(self, tangents: Arrays) -> list:
        """The tangents of the floats in the value, None of the others; None is one of zeros."""
        self.present = [t is not None for t in tangents]
        given = _those(tangents, self.present)
        if not given:
            return [None] * len(self.value)
        results = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in _those(self.value, self.floats)]
        found = _linear.bind(
            *self.saved,
            *given,
            count=len(self.saved),
            results=tuple(results),
            forward=self.forward,
            backward=self.backward,
        )
        return _spread(found, self.floats)

    def forward(self, saved: Arrays, tangents: Arrays) -> list:
        """What it means, in JAX: the tangents of the floats in the value."""
        given = _spread(tangents, self.present)
        found = self._forward(jax.tree.unflatten(self.structure, saved), *given)
        return _those(jax.tree.leaves(found, is_leaf=lambda x: x is None), self.floats)

    def backward(self, saved: Arrays, gradients: Arrays) -> list:
        """The gradients by the tangents that are there."""
        g = jax.tree.unflatten(self.shape, _spread(gradients, self.floats))
        return _those(self._backward(jax.tree.unflatten(self.structure, saved), g), self.present)


def _those(items: Any, wanted: Sequence[bool]) -> list:
    return [x for x, there in zip(items, wanted, strict=True) if there]


def _spread(items: Any, there: Sequence[bool]) -> list:
    """The reverse: items where they belong, None elsewhere."""
    left = iter(items)
    return [next(left) if one else None for one in there]


def _undefined(*_: Any) -> Any:
    raise NotImplementedError("This function was not given its derivatives.")


# ---- the two operations, as JAX knows them: primitives, since JAX inlines its own custom
# functions where a loop is differentiated, and ours have no derivative then ----

_form = Primitive("lurnet_form")
_form.multiple_results = True


class _Meaning(NamedTuple):
    """What a call computes, of flat arrays to flat arrays."""

    compute: Callable[..., Any]
    rule: Callable  # for its tangents
    results: Callable  # of shapes and dtypes


@_form.def_impl
def _compute(*arrays: Any, meaning: _Meaning) -> list:
    return meaning.compute(*arrays)


@_form.def_abstract_eval
def _results(*arrays: Any, meaning: _Meaning) -> list:
    found = meaning.results(tuple(jax.ShapeDtypeStruct(x.shape, x.dtype) for x in arrays))
    return [ShapedArray(x.shape, x.dtype) for x in found]


def _form_differentiated(arrays: Arrays, tangents: Arrays, *, meaning: _Meaning) -> tuple:
    values, moved = meaning.rule(arrays, [None if _is_zero(t) else t for t in tangents])
    none = [ad.Zero(jax.typeof(x).to_tangent_aval()) for x in values]
    return values, [z if t is None else t for t, z in zip(moved, none, strict=True)]


def _is_zero(t: Any) -> bool:
    return type(t) is ad.Zero or t.dtype == jax.dtypes.float0


def _form_batched(arrays: Arrays, axes: Arrays, *, meaning: _Meaning) -> tuple:
    axes = list(axes)

    def rule_each(arrays: Arrays, tangents: Arrays) -> tuple:
        moved = [None if t is None else axis for t, axis in zip(tangents, axes, strict=True)]
        return jax.vmap(meaning.rule, (axes, moved))(list(arrays), list(tangents))

    compute = jax.vmap(meaning.compute, axes)
    each = _Meaning(compute, rule_each, lambda given: jax.eval_shape(compute, *given))
    found = _form.bind(*arrays, meaning=each)
    return found, [0] * len(found)


ad.primitive_jvps[_form] = _form_differentiated
batching.primitive_batchers[_form] = _form_batched
mlir.register_lowering(_form, mlir.lower_fun(_compute, multiple_results=True))


_linear = Primitive("lurnet_linear")
_linear.multiple_results = True


@_linear.def_impl
def _run(*arrays: Any, count: int, forward: Callable[..., Any], **_: Any) -> list:
    return forward(arrays[:count], arrays[count:])


@_linear.def_abstract_eval
def _shaped(*_: Any, results: tuple, **__: Any) -> list:
    return [ShapedArray(x.shape, x.dtype) for x in results]


def _differentiated(arrays: Arrays, tangents: Arrays, **how: Any) -> tuple:
    given = [
        _no_tangent(x) if type(t) is ad.Zero else t for x, t in zip(arrays, tangents, strict=True)
    ]
    moved = jax.jvp(partial(_run, **how), tuple(arrays), tuple(given))[1]
    return _linear.bind(*arrays, **how), moved


def _transposed(gradients: Arrays, *arrays: Any, count: int, results: tuple, **how: Any) -> list:
    given = [
        jnp.zeros(x.shape, x.dtype) if type(g) is ad.Zero else g
        for g, x in zip(gradients, results, strict=True)
    ]
    by_each = how["backward"](arrays[:count], given)
    asked = map(ad.is_undefined_primal, arrays[count:])
    return [None] * count + [x if there else None for x, there in zip(by_each, asked, strict=True)]


def _batched(
    arrays: Arrays,
    axes: Arrays,
    *,
    count: int,
    results: tuple,
    forward: Callable[..., Any],
    backward: Any,
) -> tuple:
    size = next(x.shape[a] for x, a in zip(arrays, axes, strict=True) if a is not None)
    of_saved, of_tangents = tuple(axes[:count]), tuple(axes[count:])

    def each_forward(saved: Arrays, tangents: Arrays) -> list:
        run = jax.vmap(forward, (of_saved, of_tangents), axis_size=size)
        return run(tuple(saved), tuple(tangents))

    def each_backward(saved: Arrays, gradients: Arrays) -> list:
        run = jax.vmap(backward, (of_saved, 0), axis_size=size)
        found = run(tuple(saved), list(gradients))
        return [
            x.sum(0) if axis is None else jnp.moveaxis(x, 0, axis)
            for x, axis in zip(found, of_tangents, strict=True)
        ]

    more = tuple(jax.ShapeDtypeStruct((size, *x.shape), x.dtype) for x in results)
    how = {"count": count, "results": more, "forward": each_forward, "backward": each_backward}
    found = _linear.bind(*arrays, **how)
    return found, [0] * len(found)


ad.primitive_jvps[_linear] = _differentiated
ad.primitive_transposes[_linear] = _transposed
batching.primitive_batchers[_linear] = _batched
mlir.register_lowering(_linear, mlir.lower_fun(_run, multiple_results=True))
