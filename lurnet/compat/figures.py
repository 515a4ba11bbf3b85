"""A matplotlib backend for machines without a display: ``plt.show()`` saves a PNG."""

import os
from pathlib import Path
from typing import Any

from matplotlib import pyplot
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

_saved: list[Path] = []


class FigureManager(FigureManagerBase):
    """Saves instead of showing."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Save all open figures beside the program, and close them."""
        for number in pyplot.get_fignums():
            save(pyplot.figure(number))
            pyplot.close(number)


class FigureCanvas(FigureCanvasAgg):
    """Draws as Agg does."""

    manager_class = FigureManager  # type: ignore[assignment]


def save(figure: Any) -> Path:
    """Write a figure to the next free file name of this run and say where."""
    stem = Path(os.environ.get("LURNET_FIGURES", "figure"))
    path = stem.with_name(f"{stem.name}-{len(_saved) + 1}.png")
    figure.savefig(path, dpi=120, bbox_inches="tight")
    _saved.append(path)
    print(f"Figure saved: {path}")
    return path
