"""Runs the generated calls of the library in C: `kernels_run.py LIBRARY LANES THIN [GROUP...]`.

Of every group it prints how many calls were right, or what was wrong; THIN takes every so manieth
size only. A process of its own, since a wrong call may end it.
"""

import faulthandler
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from cases.frames import Library  # noqa: E402
from cases.kernels import GROUPS  # noqa: E402

SHOWN = 5  #: wrong calls of a group


def run(library: Library, group: str, thin: int, seed: int = 0) -> int:
    """How many calls of a group were wrong."""
    rng, right, wrong = np.random.default_rng(seed), 0, 0
    for case in GROUPS[group](rng, thin):
        try:
            case.check(library) if hasattr(case, "check") else library.check(case)
            right += 1
        except AssertionError as error:
            wrong += 1
            if wrong <= SHOWN:
                print(error, flush=True)
    print(f"{group}: {right} right, {wrong} wrong", flush=True)
    return wrong


def main(path: str, lanes: str, thin: str, *groups: str) -> int:
    faulthandler.enable()
    library = Library(path, int(lanes))
    if library.lanes != int(lanes):
        print(f"no registers of {lanes}")
        return 0
    return any([run(library, group, int(thin)) for group in groups or GROUPS])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
