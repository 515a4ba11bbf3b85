"""Settings for every test."""

import ctypes
import os
import signal
from contextlib import ExitStack

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
from lurnet.kernels.common import choice, loading  # noqa: E402

compat.uninstall()

collect_ignore = ["fuzz/fuzz_readers.py"]  # a program of its own; it needs atheris
collect_ignore_glob = ["typing/*/*.py"]  # programs for type checkers, which nobody runs


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


REGISTERS = 8, 16  # numbers that one holds, of each kind that the library in C has kernels for
#: Every way to compute the same: the library with each kind of register, forms of our own without
#: it, XLA's.
LOWERINGS = {f"c{lanes}": ("auto", lanes) for lanes in REGISTERS}
LOWERINGS |= {"c": ("auto", None), "jax": ("jax", 0), "xla": ("xla", 0)}
#: What a value is tried in: the widest registers that there are, and without forms of our own.
BOTH = "c", "xla"


def pytest_generate_tests(metafunc):
    """Values in each lowering, calls of the library with each kind of register: by a mark, of a
    test or of a module."""
    for mark, fixture, known in (
        ("lowerings", "lowering_in_use", BOTH),
        ("registers", "registers_in_use", REGISTERS),
    ):
        found = metafunc.definition.get_closest_marker(mark)
        asked = mark == "registers" and "lanes" in metafunc.fixturenames
        if found and not asked and "widest" not in found.args:
            metafunc.parametrize(fixture, found.args or known, indirect=True)


def with_registers(wanted):
    """Uses the kernels for registers of so many numbers; the widest again at the end."""
    if not loading.lanes():
        pytest.skip("no library in C on this machine")
    compiled = ctypes.CDLL(str(loading.file()))
    try:
        if compiled.lurnet_lanes(wanted) != wanted:
            pytest.skip(f"this processor has no registers of {wanted} numbers")
        yield wanted
    finally:
        compiled.lurnet_lanes(loading.MOST_LANES)


@pytest.fixture(params=REGISTERS)
def lanes(request):
    """The kernels of each kind of register that this processor has."""
    yield from with_registers(request.param)


# What a mark parametrizes must be used by every test: pytest drops fixtures that a hook adds.
@pytest.fixture(autouse=True)
def registers_in_use(request):
    """The kernels of each kind of register, where a mark says so."""
    yield from with_registers(request.param) if hasattr(request, "param") else (None,)


@pytest.fixture(autouse=True)
def lowering_in_use(request):
    """Each way to compute the same; what is compiled is kept apart by `choice.lowering`."""
    if not hasattr(request, "param"):
        yield None
        return
    wanted, registers = LOWERINGS[request.param]
    with choice.using(wanted):
        if registers:
            yield from with_registers(registers)
        else:
            yield registers


@pytest.fixture
def asked_for():
    """A function that asks for a lowering, until the test ends."""
    with ExitStack() as stack:
        yield lambda wanted: stack.enter_context(choice.using(wanted))
