"""The figures as bars: each work on its own scale, lurnet beside the best setting of each peer."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import results
import works
from contestants import FAMILIES, family
from results import Record

COLUMNS = 3
# Okabe and Ito's colours, https://jfly.uni-koeln.de/color/; the bars differ in lightness too.
OWN, FASTEST, OTHER = "#0072B2", "#E69F00", "#BBBBBB"
UNITS = {"step": "a training step", "call": "10,000 images", "image": "one image"}


def title(record: Record) -> str:
    """What the panel shows."""
    unit = UNITS.get(record["unit"], f"a {record['unit']}")
    if record["unit"] == "call":
        unit = f"{record['samples']:,} images"
    return f"{record['work']}: {unit}"


def bars(record: Record) -> list[tuple[str, float]]:
    """The quickest setting of each family that ran, lurnet first."""
    best: dict[str, float] = {}
    for result in results.ran(record):
        name, ms = family(result["name"]), results.median_ms(result)
        best[name] = min(ms, best.get(name, math.inf))
    return [(name, best[name]) for name in FAMILIES.values() if name in best]


def amount(ms: float) -> str:
    """A time in the unit that suits it."""
    if ms < 1:
        return f"{1e3 * ms:.0f} µs"
    return f"{results.short(ms)} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def factor(value: float) -> str:
    """A ratio; finer where it is near 1."""
    return f"{value:.2f}" if value < 2 else f"{value:.1f}"


def drawable(record: Record) -> bool:
    """Whether there is something to compare; streams have no peers."""
    return len(bars(record)) > 1 and works.WORKS[record["work"]].data != "stream"


def panel(axes: Any, record: Record) -> None:
    """One work's bars with their times and ratios."""
    found = bars(record)
    names, values = zip(*found, strict=True)
    own = dict(found).get(FAMILIES["lurnet"])
    quickest = min(ms for name, ms in found if name != FAMILIES["lurnet"])
    colors = [OWN if n == "lurnet" else FASTEST if v == quickest else OTHER for n, v in found]
    axes.barh(names, values, color=colors, edgecolor="#333333", linewidth=0.6)
    for row, (name, ms) in enumerate(found):
        times = f"   {factor(ms / own)} x" if own and name != "lurnet" else ""
        weight = "bold" if name == "lurnet" or ms == quickest else "normal"
        axes.text(ms, row, f" {amount(ms)}{times}", va="center", fontsize=8, fontweight=weight)
    axes.set_title(title(record), fontsize=9.5, fontweight="bold", loc="left")
    axes.set_xlim(0, 1.45 * max(values))  # room for the labels
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, labelsize=8)
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def draw(records: list[Record], path: Path) -> None:
    """Write the picture; nothing where no work has a peer."""
    from matplotlib.figure import Figure  # an extra: pip install 'lurnet[plots]'

    shown = [record for record in records if drawable(record)]
    if not shown:
        return
    rows = math.ceil(len(shown) / COLUMNS)
    figure = Figure(figsize=(11.5, 0.6 + 1.5 * rows), layout="constrained", dpi=150)
    grid = list(figure.subplots(rows, COLUMNS, squeeze=False).flat)
    for axes, record in zip(grid, shown, strict=False):
        panel(axes, record)
    for axes in grid[len(shown) :]:
        axes.set_visible(False)
    device = shown[0]["machine"]["gpu"] or f"{shown[0]['machine']['cores']} CPU cores"
    figure.suptitle(
        f"Time of lurnet (blue) and of its peers on {device}, each peer in its best setting; "
        "the fastest peer in orange",
        fontsize=10,
    )
    figure.savefig(path)
