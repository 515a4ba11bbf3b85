"""Where a CPU's programs run: on the thread that calls them."""

import contextlib
import os

import jax

NAME = "jax_cpu_enable_async_dispatch"


def run_where_called() -> None:
    """Have JAX run a CPU's programs on the calling thread, unless the user has chosen otherwise.

    By default all but the smallest are handed to another thread, which has to be woken while the
    caller falls asleep. An image through conv 32-32 takes 58 us handed over, 30 where it is called
    (two cores); training and `evaluate`, where a call lasts long, take the same. It counts for a
    process from JAX's first computation on, so it is asked for before lurnet's.
    """
    if NAME.upper() not in os.environ:
        with contextlib.suppress(AttributeError):  # a JAX without this choice
            jax.config.update(NAME, False)
