"""Compiled loops: one program runs any number of steps, however often the host looks."""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np
from jax import lax

from lurnet.core import donation, tree
from lurnet.core.compilation_units import units_kept
from lurnet.core.dtypes import narrow
from lurnet.core.forked import renewed_after_fork, require_threads
from lurnet.core.traced import is_traced
from lurnet.core.variable import Variable, held, values
from lurnet.kernels.common.choice import kernels
from lurnet.kernels.gather_rows import borrowed
from lurnet.training import cache
from lurnet.training.memory import with_memory_trim

_SHARED: OrderedDict[str, Future] = OrderedDict()
_SHARED_LIMIT = 128
_LOCK = threading.RLock()
_COMPILER = [ThreadPoolExecutor(1, "lurnet-compiler")]
#: The products run in libraries: less optimizing of the code around them costs nothing. Compile
#: time and step: 784-64-64-10 0.72 and 0.65 | 0.65 and 0.65 s and ms, conv 32-64-128 2.58 and 70 |
#: 1.85 and 63 (two CPU cores, level 3 | level 1). Level 0: 0.45 ms instead of 0.23 for the first.
CPU_OPTIONS: dict[str, Any] = {"xla_backend_optimization_level": 1}


@functools.cache
def enable_cache() -> None:
    """Switch the compile cache on disk on, once, for programs of any compile time."""
    place = cache.folder([jax.__version__, jaxlib.__version__])
    if place is None or jax.config.jax_compilation_cache_dir or not cache.writable(place):  # type: ignore[attr-defined]
        return
    jax.config.update("jax_compilation_cache_dir", str(place))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    cache.trim(place)


def on_cpu() -> bool:
    """Whether the device is the CPU, whose memory is the host's own."""
    return jax.default_backend() == "cpu"


def to_device(arrays: Any, copy: bool = False) -> Any:
    """Nested NumPy arrays as JAX arrays, 64-bit types narrowed; without a copy where possible."""
    enable_cache()
    return tree.map_structure(lambda x: _put(x, copy), arrays)


def _put(x: Any, copy: bool) -> Any:
    if x is None or isinstance(x, jax.Array):
        return x
    given = _narrowed(x)  # NumPy copies: jnp.array would compile a program for each shape
    return jax.device_put(np.array(given) if copy else given, may_alias=True)


def is_concrete(x: Any) -> bool:
    """Whether a value is an array of numbers that are known: NumPy's, or JAX's outside a trace."""
    if isinstance(x, np.ndarray):
        return x.dtype.kind not in "OUS"
    return isinstance(x, jax.Array) and not is_traced(x)


def resident(arrays: Any) -> Any:
    """Nested NumPy arrays as a program on this device reads all of them; None: it had better not.

    Another device gets a copy; on the CPU the program reads them where they are, so that the caller
    keeps what is returned until the program has run.
    """
    return borrowed.borrow(arrays) if on_cpu() else to_device(arrays)


def readable(arrays: Any) -> Any:
    """Nested NumPy arrays as a program reads them: where they are if it can, else on the device."""
    held = borrowed.borrow(arrays) if on_cpu() else None
    return to_device(arrays) if held is None else held


def narrowed(arrays: Any) -> Any:
    """Nested arrays where they are, NumPy's 64-bit types narrowed."""
    return tree.map_structure(
        lambda x: x if x is None or isinstance(x, jax.Array) else _narrowed(x), arrays
    )


def to_host(arrays: Any) -> Any:
    """Nested arrays as NumPy arrays, 64-bit types narrowed."""
    return tree.map_structure(lambda x: None if x is None else _narrowed(x), arrays)


def _narrowed(x: Any) -> np.ndarray:
    x = np.asarray(x)
    return x.astype(narrow(x.dtype), copy=False)


def wait(arrays: Any) -> Any:
    """Block until the arrays are computed; Ctrl-C too: the program may still read what is lent."""
    try:
        return jax.block_until_ready(arrays)
    except KeyboardInterrupt:
        jax.block_until_ready(arrays)
        raise


def computed(arrays: Any) -> bool:
    """Whether nested arrays are computed, without waiting for them."""
    return all(x.is_ready() for x in jax.tree.leaves(arrays) if isinstance(x, jax.Array))


def epoch_program(
    step: Callable,
    variables: Sequence[Variable],
    batch_size: int,
    stride: int,
    logs: Callable,
    whole: bool = True,
) -> Callable:
    """``(state, last, data, order, start, stop) -> (state, last, logs)``: steps start to stop.

    Step i takes the samples ``order[i * stride:][:batch_size]`` of the data, or,
    where ``order`` is None, those that stand there. The loop's length is an argument: it is never
    differentiated, so it may be. ``last`` holds what the step itself returned last (its logs, where
    it is the user's own). Unless ``whole``, only the state that is written comes back, by place.
    """

    def run(state: list, last: Any, data: Any, order: Any, start: Any, stop: Any) -> tuple:
        written: set[int] = set()

        def body(i: Any, carried: tuple) -> tuple:
            state, _ = carried
            batch = borrowed.each_once(lambda x: take(x, order, i * stride, batch_size), data)
            with values(variables, state) as scope:
                returned = step(batch)
                written.update(scope.written)
                return [scope[v] for v in variables], returned

        state, last = lax.fori_loop(start, stop, body, (state, last))
        with values(variables, state):
            shown = logs(last)
        return (state if whole else _written(variables, state, written)), last, shown

    return run


def for_models(run: Callable, own_order: bool) -> Callable:
    """An epoch's program for several equal models at once, along a first axis of their state.

    The data are the same for all; the order is each model's own, or one for all.
    """
    return jax.vmap(run, in_axes=(0, 0, None, 0 if own_order else None, None, None))


def stacked(arrays: Sequence[Any]) -> Any:
    """Arrays of equal shape along a new first axis."""
    return jnp.stack([jnp.asarray(a) for a in arrays])


def take(x: Any, order: Any, start: Any, size: int) -> Any:
    """``size`` samples from ``start`` on, in the given order."""
    if order is not None:
        index = take(order, None, start, size)
    elif borrowed.is_borrowed(x):
        index = borrowed.row_numbers(start, size)
    else:
        return lax.dynamic_slice_in_dim(x, start, size)
    return x.rows(index) if borrowed.is_borrowed(x) else x.at[index].get(mode="promise_in_bounds")


def output_loop(call: Callable, variables: Sequence[Variable], size: int) -> Callable:
    """``(state, x, first, steps, outputs) -> outputs``: some batches from sample ``first`` on."""

    def run(state: list, x: Any, first: Any, steps: Any, outputs: Any) -> Any:
        def body(i: Any, outputs: Any) -> Any:
            batch = borrowed.each_once(lambda a: take(a, None, first + i * size, size), x)
            with values(variables, state):
                made = call(batch)
            return jax.tree.map(
                lambda all_, part: lax.dynamic_update_slice_in_dim(all_, part, i * size, 0),
                outputs,
                made,
            )

        return lax.fori_loop(0, steps, body, outputs)

    return run


def batch_program(
    step: Callable, variables: Sequence[Variable], logs: Callable, whole: bool = True
) -> Callable:
    """``(state, batch) -> (state, logs)``: one step on a batch given as it is.

    Unless ``whole``, only the state that the step writes comes back, by its place.
    """

    def run(state: list, batch: Any) -> tuple:
        with values(variables, state) as scope:
            returned = step(batch)
            shown = logs(returned)
            new = [scope[v] for v in variables]
            return (new if whole else _written(variables, new, scope.written)), shown

    return run


def _written(variables: Sequence[Variable], arrays: Sequence[Any], ids: Any) -> dict[int, Any]:
    return {i: a for i, (v, a) in enumerate(zip(variables, arrays, strict=True)) if id(v) in ids}


def output_program(call: Callable, variables: Sequence[Variable]) -> Callable:
    """``(state, x) -> outputs``, reading the variables only."""

    def run(state: list, x: Any) -> Any:
        with values(variables, state):
            return call(x)

    return run


def returned_zeros(step: Callable, variables: Sequence[Variable], data: Any, size: int) -> Any:
    """Zeros of the shape of what a step returns, to start its loop with."""

    def one(state: list, batch: Any) -> Any:
        with values(variables, state):
            return step(batch)

    batch = borrowed.each_once(lambda x: jax.ShapeDtypeStruct((size, *x.shape[1:]), x.dtype), data)
    spec = jax.eval_shape(one, state_of(variables), batch)
    return jax.tree.map(lambda s: np.zeros(s.shape, s.dtype), spec)


def state_of(variables: Sequence[Variable]) -> list:
    """The arrays of some variables as they are now: their shapes count, and nobody computes."""
    return [v._array for v in variables]


def advanced(variables: Sequence[Variable], run: Callable[[list], tuple]) -> tuple:
    """Run a program that is given the variables' arrays for good; what else it returns."""
    require_threads()
    return donation.run_donating(variables, run, _duplicate, wait)


def written(variables: Sequence[Variable], new: dict[int, Any]) -> None:
    """Give variables the arrays that a program gave back by their places."""
    donation.replace([variables[i] for i in new], list(new.values()))


def _duplicate(array: Any) -> Any:
    """The same numbers in memory of their own."""
    if not isinstance(array, jax.Array):
        return array
    if on_cpu() and len(array.devices()) == 1 and array.dtype == np.float32:
        return held(np.asarray(array), None)  # JAX would compile a program for each shape
    return jnp.array(array, copy=True)


def engine_settings() -> list[str]:
    """The engine's settings and what it computes with, but not where it keeps programs."""
    config = jax.config
    values = {n: getattr(config, n, v) for n, v in config.values.items() if "cache" not in n}
    facts = [jax.default_backend(), kernels(), sorted(CPU_OPTIONS.items())]
    return [*map(repr, values.items()), repr(facts)]


def compiled(run: Callable, key: str | None, donate: bool, *args: Any) -> Any:
    """The executable of ``run`` for arguments of these shapes; equal keys share one."""
    return compiled_soon(run, key, donate, *args).result()


def compiled_soon(run: Callable, key: str | None, donate: bool, *args: Any) -> Future:
    """``compiled`` on another thread: traced now, compiled while the caller goes on."""
    require_threads()
    found = _shared(key)
    if found is not None:
        return found
    enable_cache()
    specs = jax.tree.map(_spec, args)
    # jit would keep the function, and with it the model, in its caches: an executable does not.
    with units_kept(on_cpu()):
        lowered = jax.jit(run, donate_argnums=(0,) if donate else ()).lower(*specs)
    with _LOCK:
        found = _shared(key)  # another thread may have been quicker
        if found is not None:
            return found
        options = CPU_OPTIONS if on_cpu() else None
        future = _COMPILER[0].submit(with_memory_trim, lowered.compile, options)
        if key is not None:
            _share(key, future)
    return future


def _shared(key: str | None) -> Future | None:
    """The program of this key, if there is one."""
    with _LOCK:
        if key is None or key not in _SHARED:
            return None
        _SHARED.move_to_end(key)
        return _SHARED[key]


def _share(key: str, future: Future) -> None:
    def forget_failed(done: Future) -> None:
        if done.exception():
            with _LOCK:
                _SHARED.pop(key, None)

    _SHARED[key] = future
    future.add_done_callback(forget_failed)
    while len(_SHARED) > _SHARED_LIMIT:
        _SHARED.popitem(last=False)


@renewed_after_fork
def _after_fork() -> None:
    _LOCK.__init__()  # another thread may have been inside
    _COMPILER[:] = [ThreadPoolExecutor(1, "lurnet-compiler")]
    for key in [k for k, future in _SHARED.items() if not future.done()]:
        del _SHARED[key]


def _spec(x: Any) -> Any:
    if isinstance(x, int):
        return jax.ShapeDtypeStruct((), "int32")
    return jax.ShapeDtypeStruct(x.shape, x.dtype, weak_type=getattr(x, "weak_type", False))


def shapes(data: Any) -> str:
    """Structure, shapes and dtypes of nested arrays, and which are one array, as text."""
    return repr(tree.map_structure(_form, data))


def _form(x: Any) -> Any:
    if x is None:
        return None
    kind = x.number if borrowed.is_borrowed(x) else bool(getattr(x, "weak_type", False))
    return x.shape, str(x.dtype), kind


def clear_programs() -> None:
    """Forget the compiled programs of this process."""
    _SHARED.clear()


def rows(data: Any, index: Any) -> Any:
    """The same rows of nested arrays."""
    return jax.tree.map(lambda x: x[index], data)
