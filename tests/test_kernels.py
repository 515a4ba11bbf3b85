"""Every call of the library in C, at sizes around the edges of its tiles, against float64.

Between pages that nobody may touch, into memory that holds no numbers (cases/frames.py), with each
kind of register. `scripts/sanitize` runs more of them, and with the compilers' sanitizers.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from cases.kernels import GROUPS

from lurnet.kernels.common import loading
from lurnet.kernels.common.loading import lanes as lanes_of_library

pytestmark = [
    pytest.mark.skipif(not lanes_of_library(), reason="no library in C on this machine"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no mprotect"),
]
RUN = Path(__file__).parent / "cases" / "kernels_run.py"
LEAST = {"products": 3000, "convolutions": 1500, "poolings": 300, "finishes": 2000, "losses": 1500}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("registers", [8, 16])
def test_calls(group, registers):
    """In a process of its own, which a wrong call may end."""
    command = [sys.executable, RUN, loading.file(), str(registers), "4", group]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "no registers" in done.stdout:
        pytest.skip(f"this processor has no registers of {registers} numbers")
    assert not done.returncode, done.stdout + done.stderr
    name, right, wrong = done.stdout.strip().replace(":", "").replace("right,", "").split()[:3]
    assert name == group and wrong == "0" and int(right) >= LEAST.get(group, 30)
