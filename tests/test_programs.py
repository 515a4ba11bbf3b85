"""The users' programs, unchanged, on the real data: ``lurnet run`` reaches what they reported.

These take minutes, so they are marked slow. A program runs to the letter; where its full length
would be too long (the notebook trains some 270 epochs), the test runs its parts with fewer epochs,
by replacing numbers in a copy, and compares with what the author reported for that many; the
copy also sets a seed.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

DATA = os.environ.get("LURNET_DATA")
PROGRAMS = Path(DATA or ".").parent / "programs"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not DATA or not PROGRAMS.is_dir(), reason="LURNET_DATA names no folder with the real data"
    ),
]


def run(path, cwd):
    """Output of ``lurnet run PROGRAM``."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "MPLBACKEND")}
    done = subprocess.run(
        [sys.executable, "-m", "lurnet", "run", str(path)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
        timeout=1500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def copy(name, tmp_path, *changes):
    """A program in a folder of its own, with some numbers replaced."""
    text = (PROGRAMS / name).read_text()
    for old, new, count in changes:
        assert text.count(old) >= count, (old, text.count(old))
        text = text.replace(old, new)
    folder = tmp_path / "programs"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def last(pattern, text):
    """The last number that a pattern finds."""
    return float(re.findall(pattern, text)[-1])


def test_tabular_early_stopping(tmp_path):
    text = (PROGRAMS / "tabular_early_stopping.py").read_text()
    folder = tmp_path / "programs"
    folder.mkdir()
    (tmp_path / "data").symlink_to(Path(str(DATA)).resolve())
    (folder / "tabular_early_stopping.py").write_text(text)
    output = run(folder / "tabular_early_stopping.py", tmp_path)
    assert (tmp_path / "model_file.keras").is_file()
    assert last(r"val_accuracy: ([\d.]+)", output) > 0.70


def test_convnet_tfkeras(tmp_path):
    path = copy("convnet_tfkeras.py", tmp_path, ("epochs = 10", "epochs = 2", 1))
    output = run(path, tmp_path)
    assert "225,034" in output
    assert last(r"val_accuracy: ([\d.]+)", output) > 0.98
    assert "(1, 26, 26, 32)" in output and "(1, 5, 5, 64)" in output


def test_dat405_notebook(tmp_path):
    """Parts 1 to 2.3 in full; 2.4 with 12 of 40 epochs; the sweep with 1 and the convnet with 4.

    The last two are as long as their authors ran them.
    """
    text = (PROGRAMS / "dat405_notebook.py").read_text()
    parts = re.split(r"(?m)^epochs = ", text)
    assert len(parts) == 5, len(parts)
    short = ["10", "12", "1", "4"]
    text = parts[0] + "".join(
        f"epochs = {n}" + p[len(re.match(r"\d+", p)[0]) :]
        for n, p in zip(short, parts[1:], strict=True)
    )
    first_line = "from __future__ import print_function\n"
    assert text.count(first_line) == 1
    seed = "import keras.utils; keras.utils.set_random_seed(0)\n"
    text = text.replace(first_line, first_line + seed)
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "dat405_notebook.py").write_text(text)
    output = run(folder / "dat405_notebook.py", tmp_path)
    assert "55,050" in output and "545,810" in output
    first = last(r"Test accuracy ([\d.]+)", output)
    accuracies = [float(a) for a in re.findall(r"(?m)^Accuracy: ([\d.]+)", output)]
    sweep, convnet = (float(a) for a in re.findall(r"Max accuracy: ([\d.]+)", output))
    reached = np.array([first, *accuracies, sweep, convnet])
    reported = np.array([0.9746, 0.8360, 0.88, 0.9632, 0.9926])
    # The reports are single runs; so are these. The first network reaches 0.9704 with a standard
    # deviation of 0.0028 over eight seeds here, and 0.9700 with 0.0022 with Keras; the convnet
    # without momentum scatters by 0.003. Allow some four of them.
    spread = [0.011, 0.02, 0.0, 0.006, 0.012]
    assert (reached >= reported - spread).all(), reached
    assert len(list(folder.glob("*.png"))) == 2
