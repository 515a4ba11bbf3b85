"""The examples run with ``--quick``, write their page, and stay short."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
PROGRAMS = sorted(p.stem for p in EXAMPLES.glob("*.py") if p.stem != "common")
needs_data = pytest.mark.skipif("LURNET_DATA" not in os.environ, reason="LURNET_DATA is not set")


@pytest.mark.parametrize("name", [*PROGRAMS, "common"])
def test_short(name):
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) < 100


@needs_data
@pytest.mark.parametrize(
    "name",
    [pytest.param(p, marks=[] if p == "early_stopping" else pytest.mark.slow) for p in PROGRAMS],
)
def test_quick(name, tmp_path):
    command = [sys.executable, EXAMPLES / f"{name}.py", "--quick", "--results", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    page = (tmp_path / f"{name}-quick.html").read_text()
    assert "<h2>Results</h2>" in page and "How it was made" in page
    assert "Failed runs" not in page
    pictures = page.count("data:image/svg+xml;base64,")
    assert pictures >= 1
    written = {p.name for p in tmp_path.iterdir() if "network" in p.name}
    if name == "weight_decay":  # two studies, each with its network's diagram
        found = {
            f"{name}{part}-quick-network.{k}" for part in ("", "-better") for k in ("svg", "png")
        }
        assert written == found and (tmp_path / f"{name}-better-quick.html").exists()
