"""The way of one training step, as ARCHITECTURE.md tells it, is the way that it takes."""

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

SCRIPT = str(Path(__file__).parent.parent / "scripts" / "tour")


@pytest.fixture(scope="module")
def tour():
    loader = SourceFileLoader("tour", SCRIPT)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("tour", loader))
    loader.exec_module(module)
    return module


def test_it_can_be_read_in_ten_files_and_a_thousand_lines(tour):
    way = tour.stops()
    assert [stop.number for stop in way] == list(range(1, len(way) + 1))
    assert 5 <= len({stop.file for stop in way}) <= 10
    assert sum(count for _, count in (stop.lines() for stop in way)) <= 1000
    assert way[-1].file.endswith((".c", ".h"))


def test_a_fit_takes_it_in_this_order(tour):
    way, (first, second), _ = tour.walk()
    python = [f.__code__ for f in (stop.function() for stop in way) if f is not None]
    calls = iter(first.order)
    assert [code for code in python if code not in calls] == []  # each after the one before
    assert second.calls[python[0]] == 1
