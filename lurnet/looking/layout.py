"""Where the boxes of a diagram go: ranks, order within them, coordinates, lines between.

The layered method of Sugiyama, Tagawa and Toda (1981, https://doi.org/10.1109/TSMC.1981.4308636):
ranks by longest path, order by barycentres, then places that keep lines as straight as they can.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from lurnet.looking.drawing import Point

GAP_ACROSS, GAP_ALONG = 26.0, 34.0  # between neighbours of a rank, between ranks
SWEEPS, RELAXATIONS = 12, 80
PULL = (1.0, 2.0, 8.0)  # on a line between two boxes, a box and a bend, two bends


@dataclass
class Layout:
    """Centres of the boxes, lines as points, and the size of the whole.

    A line's points come in pairs: the line is straight within a rank and curved between two.
    """

    centres: list[Point]
    lines: list[list[Point]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def lay_out(
    sizes: Sequence[Point], edges: Sequence[tuple[int, int]], ranks: Sequence[int] | None = None
) -> Layout:
    """Place boxes of the given (width, height) from top to bottom along the edges.

    Args:
        sizes: of the boxes.
        edges: (from, to), numbers of boxes, without circles.
        ranks: the boxes' rows; None: found from the edges.
    """
    if not sizes:
        return Layout([])
    rank = list(ranks) if ranks is not None else longest_path(len(sizes), edges)
    chains, rank, spans = _with_dummies(rank, edges, [w for w, _ in sizes])
    heights = [h for _, h in sizes] + [0.0] * (len(rank) - len(sizes))
    steps = [step for chain in chains for step in pairwise(chain)]
    rows = _order(rank, steps)
    across = _places(rows, steps, spans, len(sizes))
    tall = [max(heights[i] for i in row) for row in rows]
    tops = np.cumsum([0.0, *(h + GAP_ALONG for h in tall)])
    middle = [tops[r] + tall[r] / 2 for r in rank]
    left = min(x - w / 2 for x, w in zip(across, spans, strict=True))
    right = max(x + w / 2 for x, w in zip(across, spans, strict=True))
    centres = [(x - left, y) for x, y in zip(across, middle, strict=True)]
    layout = Layout(centres[: len(sizes)], [], right - left, float(tops[-1] - GAP_ALONG))
    layout.lines = _lines(chains, centres, sizes, rank, tops, tall)
    return layout


def longest_path(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Rows such that each edge goes down; a box that nothing leads to stands just above its use."""
    after: list[list[int]] = [[] for _ in range(count)]
    before = [0] * count
    for a, b in edges:
        after[a].append(b)
        before[b] += 1
    rank, waiting = [0] * count, list(before)
    ready = [i for i in range(count) if before[i] == 0]
    for i in ready:  # grows while it is walked
        for j in after[i]:
            rank[j] = max(rank[j], rank[i] + 1)
            waiting[j] -= 1
            if waiting[j] == 0:
                ready.append(j)
    for i in range(count):
        if before[i] == 0 and after[i]:
            rank[i] = min(rank[j] for j in after[i]) - 1
    return rank


def _with_dummies(
    rank: list[int], edges: Sequence[tuple[int, int]], widths: list[float]
) -> tuple[list[list[int]], list[int], list[float]]:
    """Chains of places, one in each row, for all edges; new places belong to no box."""
    rank, widths, chains = list(rank), list(widths), []
    for a, b in edges:
        chain = [a]
        for row in range(rank[a] + 1, rank[b]):
            chain.append(len(rank))
            rank.append(row)
            widths.append(4.0)
        chains.append([*chain, b])
    return chains, rank, widths


def _neighbours(count: int, steps: Sequence[tuple[int, int]]) -> tuple[list, list]:
    above: list[list[int]] = [[] for _ in range(count)]
    below: list[list[int]] = [[] for _ in range(count)]
    for a, b in steps:
        below[a].append(b)
        above[b].append(a)
    return above, below


def _order(rank: list[int], steps: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The rows, ordered so that few lines cross."""
    rows: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    for i, r in enumerate(rank):
        rows[r].append(i)
    above, below = _neighbours(len(rank), steps)
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    if len(rows) == 1:
        return best
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        down = sweep % 2 == 0
        for row in rows if down else rows[::-1]:
            _sort_row(row, rows, rank, above if down else below)
        _swap(rows, above, below)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _sort_row(row: list[int], rows: list[list[int]], rank: list[int], near: list) -> None:
    """Sort a row by the mean place of each member's neighbours in the row beside."""
    beside = {rank[j] for i in row for j in near[i]}
    place = {j: k for r in beside for k, j in enumerate(rows[r])}
    own = {i: k for k, i in enumerate(row)}
    row.sort(key=lambda i: np.mean([place[j] for j in near[i]]) if near[i] else own[i])


def _swap(rows: list[list[int]], above: list, below: list) -> None:
    """Exchange neighbours of a row wherever fewer lines cross then."""
    for r, row in enumerate(rows):
        beside = (
            [*rows[r - 1], *rows[r + 1]] if 0 < r < len(rows) - 1 else rows[1 if r == 0 else -2]
        )
        place = {j: k for k, j in enumerate(beside)}
        for k in range(len(row) - 1):
            a, b = row[k], row[k + 1]
            if (
                sum(_cross(n[a], n[b], place) - _cross(n[b], n[a], place) for n in (above, below))
                > 0
            ):
                row[k], row[k + 1] = b, a


def _cross(left: list[int], right: list[int], place: dict[int, int]) -> int:
    """How many lines of a box cross those of the box to its right."""
    return sum(place[i] > place[j] for i in left for j in right)


def _crossings(rows: list[list[int]], below: list) -> int:
    total = 0
    for upper, lower in pairwise(rows):
        place = {j: k for k, j in enumerate(lower)}
        ends = np.array([p for i in upper for p in sorted(place[j] for j in below[i])])
        total += int(np.sum(np.triu(ends[:, None] > ends[None, :], 1))) if len(ends) else 0
    return total


def _places(
    rows: list[list[int]], steps: Sequence[tuple[int, int]], widths: list[float], real: int
) -> list[float]:
    """Centres across, each as near to the mean of its neighbours as the row leaves room for."""
    across = np.zeros(len(widths))
    for row in rows:
        ends = np.cumsum([widths[i] + GAP_ACROSS for i in row])
        for i, end in zip(row, ends, strict=True):
            across[i] = end - widths[i] / 2 - ends[-1] / 2
    pull: list[list[tuple[int, float]]] = [
        [] for _ in widths
    ]  # (neighbour, how strongly a line wants to be straight there)
    for a, b in steps:
        weight = PULL[(a >= real) + (b >= real)]
        pull[a].append((b, weight))
        pull[b].append((a, weight))
    for sweep in range(RELAXATIONS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            weight = [sum(w for _, w in pull[i]) for i in row]
            wanted = [
                sum(across[j] * w for j, w in pull[i]) / total if total else across[i]
                for i, total in zip(row, weight, strict=True)
            ]
            across[row] = _apart(wanted, [w or 0.1 for w in weight], [widths[i] for i in row])
    return across.tolist()


def _apart(wanted: list, weight: list[float], widths: list[float]) -> np.ndarray:
    """Places next to the wanted ones (least squares) that keep order and distance.

    Without the distances this is isotonic regression, solved by pooling adjacent violators.
    """
    steps = [(a + b) / 2 + GAP_ACROSS for a, b in pairwise(widths)]
    offset = np.cumsum([0.0, *steps])
    pools: list[list[float]] = []  # mean, weight, count
    for target, w in zip(np.asarray(wanted) - offset, weight, strict=True):
        pools.append([float(target), w, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            m, v, n = pools.pop()
            last = pools[-1]
            pools[-1] = [(last[0] * last[1] + m * v) / (last[1] + v), last[1] + v, last[2] + n]
    return np.repeat([p[0] for p in pools], [int(p[2]) for p in pools]) + offset


def _lines(
    chains: list[list[int]],
    centres: list[Point],
    sizes: Sequence[Point],
    rank: list[int],
    tops: np.ndarray,
    tall: list[float],
) -> list[list[Point]]:
    """The chains as points: where a line leaves and enters each row."""
    starts = _doors(chains, centres, sizes, 0)
    ends = _doors(chains, centres, sizes, -1)
    lines = []
    for k, chain in enumerate(chains):
        a, b = chain[0], chain[-1]
        points = [(starts[k], centres[a][1] + sizes[a][1] / 2)]
        points.append((starts[k], float(tops[rank[a]] + tall[rank[a]])))
        for i in chain[1:-1]:
            top = float(tops[rank[i]])
            points += [(centres[i][0], top), (centres[i][0], top + tall[rank[i]])]
        points.append((ends[k], float(tops[rank[b]])))
        points.append((ends[k], centres[b][1] - sizes[b][1] / 2))
        lines.append(points)
    return lines


def _doors(
    chains: list[list[int]], centres: list[Point], sizes: Sequence[Point], end: int
) -> list[float]:
    """Where each line meets its box: side by side, in the order of where the lines come from."""
    doors = [0.0] * len(chains)
    beside = 1 if end == 0 else -2
    by_box: dict[int, list[int]] = {}
    for k, chain in enumerate(chains):
        by_box.setdefault(chain[end], []).append(k)
    for box, lines in by_box.items():
        lines.sort(key=lambda k: centres[chains[k][beside]][0])
        x, width = centres[box][0], sizes[box][0]
        apart = min(18.0, 0.8 * width / len(lines)) if end == -1 else 0.0
        for k, line in enumerate(lines):
            doors[line] = x + (k - (len(lines) - 1) / 2) * apart
    return doors
