"""Bounded fuzzing: readers give a model, or the library's own error, whatever the bytes are.

The same readers run without an end under atheris: tests/fuzz/fuzz_readers.py.
"""

import json
import random
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent / "fuzz"))
from readers import READERS, SEEDS, attempt, edit_json  # noqa: E402

BINARY = [name for name, (_, seed) in READERS.items() if not seed.endswith("json")]
TEXT = [name for name in READERS if name not in BINARY]
bounded = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("name", READERS)
def test_good_files_are_read(name, tmp_path):
    if name == "no model":
        assert not attempt(name, SEEDS["weights.h5"], tmp_path)  # weights alone are no model
    else:
        assert attempt(name, SEEDS[READERS[name][1]], tmp_path)


@pytest.mark.parametrize("name", BINARY)
@bounded
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6), st.data())
def test_changed_bytes(name, tmp_path, changes, data):
    broken = bytearray(SEEDS[READERS[name][1]])
    head = data.draw(st.sampled_from([64, 1024, len(broken)]))  # headers are where it hurts
    for place, value in changes:
        broken[int(place * (min(head, len(broken)) - 1))] = value
    attempt(name, bytes(broken[: data.draw(st.integers(1, 2 * len(broken)))]), tmp_path)


@pytest.mark.parametrize("name", TEXT)
@bounded
@given(seed=st.integers(0, 10**9))
def test_changed_configs(name, tmp_path, seed):
    choose = random.Random(seed).randrange
    attempt(name, edit_json(SEEDS[READERS[name][1]], choose), tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["class_name", "config", "layers", "name", "weight_map", "a"]), inner
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("name", TEXT)
@bounded
@given(value=st.dictionaries(st.sampled_from(["class_name", "config", "weight_map"]), JSON))
def test_any_json(name, tmp_path, value):
    attempt(name, json.dumps(value).encode(), tmp_path)


@pytest.mark.parametrize("name", READERS)
@bounded
@given(data=st.binary(max_size=200))
def test_any_bytes(name, tmp_path, data):
    attempt(name, data, tmp_path)
