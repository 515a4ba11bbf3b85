"""Run a program written for Keras, unchanged, on lurnet."""

import os
import runpy
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from lurnet.compat.names import install
from lurnet.core.errors import did_you_mean

PACKAGE = Path(__file__).resolve().parent.parent
HINTS = {
    "matplotlib": "lurnet[plots]",
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "cv2": "opencv-python",
}


def run_program(program: str, arguments: Sequence[str] = ()) -> int:
    """Run a program as ``python program`` would, with lurnet in the place of Keras.

    Returns the exit status: 0, what ``sys.exit`` was given, or 1 after an error, whose traceback is
    printed without the lines inside lurnet.
    """
    path = Path(program)
    if not path.is_file():
        print(f"There is no program {program!r}.{_near(path)}", file=sys.stderr)
        return 2
    install()
    _save_figures(path)
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(path.resolve().parent))
    try:
        runpy.run_path(str(path), run_name="__main__")
    except SystemExit as stop:
        return _status(stop)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BaseException as error:
        _report(error)
        return 1
    return 0


def _near(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    return did_you_mean(path.name, [p.name for p in folder.glob("*.py")])


def _status(stop: SystemExit) -> int:
    if stop.code is None:
        return 0
    if isinstance(stop.code, int):
        return stop.code
    print(stop.code, file=sys.stderr)
    return 1


def _save_figures(path: Path) -> None:
    """Without a display, a program's plots become PNG files beside it."""
    if "MPLBACKEND" in os.environ or not sys.platform.startswith("linux"):
        return
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return
    os.environ["MPLBACKEND"] = "module://lurnet.compat.figures"
    beside = path.resolve().parent
    folder = beside if os.access(beside, os.W_OK) else Path.cwd()
    os.environ["LURNET_FIGURES"] = str(folder / path.stem)


def _report(error: BaseException) -> None:
    """The traceback of the user's own lines, and the message."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not _is_inside(f.filename)]
    print("Traceback (most recent call last):", file=sys.stderr)
    print("".join(traceback.format_list(own or list(frames))), end="", file=sys.stderr)
    print("".join(traceback.format_exception_only(error)), end="", file=sys.stderr)
    if isinstance(error, AttributeError) and error.obj is not None and "Did you" not in str(error):
        hint = did_you_mean(error.name, [n for n in dir(error.obj) if not n.startswith("_")])
        print(hint.strip(), end="\n" if hint else "", file=sys.stderr)
    if isinstance(error, ModuleNotFoundError) and error.name in HINTS:
        print(
            f"This program needs {error.name}: pip install '{HINTS[error.name]}'", file=sys.stderr
        )


def _is_inside(filename: str) -> bool:
    name = Path(filename)
    return (
        PACKAGE in name.parents
        or "jax" in name.parts
        or filename.startswith("<frozen")
        or name.name in ("runpy.py", "contextlib.py")
    )
