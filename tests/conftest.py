"""Settings for every test."""

import os
import signal

import pytest

# The oracle runs on the same engine; it reads this when it is first imported.
os.environ.setdefault("KERAS_BACKEND", "jax")

# A shell's background jobs ignore Ctrl-C, and so would tests of it, and the programs they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Importing lurnet.compat makes `keras` mean lurnet. Imported and undone here, once, it cannot take
# the oracle away later, when the architecture test or a doctest imports it.
from lurnet import compat  # noqa: E402
from lurnet.core import registry  # noqa: E402

compat.uninstall()

collect_ignore = ["fuzz/fuzz_readers.py"]  # a program of its own; it needs atheris


@pytest.fixture(autouse=True)
def registered_by_this_test_only(monkeypatch):
    """A class that one test registers for files must not be there in the next."""
    for table in ("_registered", "_always"):
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))


@pytest.fixture(scope="module")
def quick_compilation():
    """For many small programs: most of the time would go into making each of them fast."""
    import jax

    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)
