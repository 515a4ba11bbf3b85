"""Programs: traced, compiled on a thread of their own, and shared among equal models."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jax

from lurnet.core import tree
from lurnet.core.compilation_units import units_kept
from lurnet.core.forked import renewed_after_fork, require_threads
from lurnet.kernels.common.choice import kernels, on_cpu
from lurnet.kernels.gather_rows import borrowed
from lurnet.training.device import enable_cache
from lurnet.training.memory import with_memory_trim

_SHARED: OrderedDict[str, Future] = OrderedDict()
_SHARED_LIMIT = 128
_LOCK = threading.RLock()
_COMPILER = [ThreadPoolExecutor(1, "lurnet-compiler")]
#: The products run in libraries: less optimizing of the code around them costs nothing. Compile
#: time and step: 784-64-64-10 0.72 and 0.65 | 0.65 and 0.65 s and ms, conv 32-64-128 2.58 and 70 |
#: 1.85 and 63 (two CPU cores, level 3 | level 1). Level 0: 0.45 ms instead of 0.23 for the first.
CPU_OPTIONS: dict[str, Any] = {"xla_backend_optimization_level": 1}


def engine_settings() -> list[str]:
    """The engine's settings and what it computes with, but not where it keeps programs."""
    config = jax.config
    values = {n: getattr(config, n, v) for n, v in config.values.items() if "cache" not in n}
    facts = [jax.default_backend(), kernels(), sorted(CPU_OPTIONS.items())]
    return [*map(repr, values.items()), repr(facts)]


def compiled(run: Callable[..., Any], key: str | None, donate: bool, *args: Any) -> Any:
    """The executable of ``run`` for arguments of these shapes; equal keys share one."""
    return compiled_soon(run, key, donate, *args).result()


def compiled_soon(run: Callable[..., Any], key: str | None, donate: bool, *args: Any) -> Future:
    """``compiled`` on another thread: traced now, compiled while the caller goes on."""
    require_threads()
    found = _shared(key)
    if found is not None:
        return found
    enable_cache()
    specs = jax.tree.map(spec_of, args)
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


def spec_of(x: Any) -> Any:
    """What a program is compiled for, of an argument."""
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


def program_count() -> int:
    """How many compiled programs this process keeps for equal models."""
    return len(_SHARED)


def clear_programs() -> None:
    """Forget the compiled programs of this process."""
    _SHARED.clear()
