"""How lurnet's figures look: colours that the colour-blind can tell apart, quiet axes."""

from pathlib import Path
from typing import Any

from lurnet.core.errors import BadState

#: Okabe and Ito's colours, https://jfly.uni-koeln.de/color/
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
CONTEXT: Any = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.labelsize": 10,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "figure.dpi": 110,
    "savefig.dpi": 150,
}


def new_figure(width: float, height: float, **layout: Any) -> Any:
    """An empty figure, in inches; it belongs to no window."""
    try:
        from matplotlib import rc_context  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadState("Pictures need matplotlib: pip install 'lurnet[plots]'") from None
    with rc_context(CONTEXT):
        return Figure(figsize=(width, height), layout="constrained", **layout)


def styled() -> Any:
    """The context in which axes are made: ``with styled(): figure.subplots()``."""
    from matplotlib import rc_context  # noqa: PLC0415

    return rc_context(CONTEXT)


def save(figure: Any, path: str | Path) -> Path:
    """Write a figure to a PNG, SVG or PDF file, making its folder; returns the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with styled():
        figure.savefig(path, bbox_inches="tight")
    return path
