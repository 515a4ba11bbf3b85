"""Write the figures of a folder into benchmarks/README.md, and draw them.

    python benchmarks/report.py results           # what compare.py and roofline.py wrote there

Everything between the two markers of the README is replaced, and benchmarks/results.png drawn.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable
from pathlib import Path

import import_times
import picture
import results
import roofline
import works
from results import Record

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
PICTURE = HERE / "results.png"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"

#: What was aimed at: the ratio to the fastest peer, steady and from a cold start.
TARGETS: dict[str, tuple[float, float | None]] = {
    "mlp64": (1.8, 3),
    "mlp500": (1.4, 3),
    "cnn32": (2.4, 2),
    "cnn32_128": (1.4, 2),
    "fashion_cnn": (1.3, 1.5),
    "autoencoder": (1.5, 3),
    "sweep15": (2, None),
    "predict_mlp64": (2, None),
    "predict_cnn32": (2, None),
    "single_mlp64": (5, None),
    "single_cnn32": (5, None),
    "call_mlp64": (5, None),
    "call_cnn32": (5, None),
    "evaluate_cnn32": (2, None),
}
GPU_TARGETS: dict[str, tuple[float, float | None]] = {
    "mlp64": (2, None),
    "mlp500": (2, None),
    "cnn32": (2, None),
    "resnet50": (1, None),
}


def read(folder: Path) -> list[Record]:
    """All records of a folder, works in the order of `works.WORKS`."""
    records = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    order = {name: index for index, name in enumerate(works.WORKS)}
    return sorted(records, key=lambda record: order.get(record["work"], len(order)))


def compared(records: Iterable[Record], gpu: bool = False) -> list[Record]:
    """The comparisons of works on the CPU, or on a GPU."""
    return [r for r in records if r["work"] in works.WORKS and bool(r["machine"]["gpu"]) == gpu]


def of_kind(records: Iterable[Record], kind: str) -> Record | None:
    """The record of the imports or of the roofline."""
    return next((record for record in records if record["kind"] == kind), None)


def is_stream(record: Record) -> bool:
    """Whether lurnet is compared with itself, reading from a file."""
    return works.WORKS[record["work"]].data == "stream"


def times(value: float | None) -> str:
    """A ratio or a target, to two digits after the point."""
    return f"{value:.2f}" if value else "-"


def summary_row(record: Record, targets: dict[str, tuple[float, float | None]]) -> list[str]:
    """One work: lurnet, its fastest peer, the ratio and what was aimed at."""
    own, peer = results.base(record), results.fastest(record)
    steady, cold = targets.get(record["work"], (None, None))
    second = results.ratio(record, results.second_start) if own and own["second_start_s"] else None
    return [
        record["work"],
        record["unit"],
        results.short(results.median_ms(own)) if own else "failed",
        f"{results.short(results.median_ms(peer))} {peer['name']}" if peer else "-",
        times(results.ratio(record)),
        times(steady),
        times(results.ratio(record, results.first_start)),
        times(cold),
        times(second),
    ]


def summary(records: list[Record], targets: dict[str, tuple[float, float | None]]) -> str:
    """All works in one table."""
    head = ["work", "unit", "lurnet ms", "fastest peer ms", "ratio", "aim"]
    head += ["first start", "aim", "second start"]
    return results.markdown(head, (summary_row(record, targets) for record in records))


def where(records: list[Record]) -> str:
    """When, on what and with which versions the figures were taken."""
    dates = sorted({record["date"] for record in records})
    machine = records[0]["machine"]
    device = f"{machine['gpu']}, " if machine["gpu"] else ""
    found: dict[str, str] = {}
    for result in (result for record in records for result in record.get("results", [])):
        found |= result.get("versions", {})
    named = ", ".join(f"{name} {version}" for name, version in sorted(found.items()))
    loads = [record["machine"]["load_before"] for record in records]
    return (
        f"{' to '.join(dict.fromkeys((dates[0], dates[-1])))}; {device}{machine['cores']} cores of "
        f"{machine['processor']}, {machine['memory_gb']:.0f} GB, {machine['system']}; {named}. "
        f"Load before each work: {min(loads):.1f} to {max(loads):.1f}."
    )


def sections(records: list[Record]) -> Iterable[str]:
    """The paragraphs and tables of the figures."""
    on_cpu, on_gpu = compared(records), compared(records, gpu=True)
    if on_cpu:
        yield where(on_cpu)
        yield "![lurnet beside its peers](results.png)"
        yield summary([record for record in on_cpu if not is_stream(record)], TARGETS)
    if imports := of_kind(records, "imports"):
        yield f"### Imports\n\n{import_times.table(imports)}\n\n`{imports['command']}`"
    if roof := of_kind(records, "roofline"):
        yield f"### Roofline\n\nPeaks: {roofline.peaks(roof)}.\n\n{roofline.table(roof)}"
        yield f"What each work's own products reach in XLA:\n\n{roofline.products_table(roof)}"
    if streamed := [record for record in on_cpu if is_stream(record)]:
        commands = "\n".join(f"`{record['command']}`" for record in streamed)
        yield f"### Streams\n\n{streams(streamed)}\n\n{commands}"
    yield from (details(record) for record in on_cpu if not is_stream(record))
    if on_gpu:
        yield f"## On a GPU\n\n{where(on_gpu)}"
        yield summary(on_gpu, GPU_TARGETS)
        yield from map(details, on_gpu)


def streams(records: list[Record]) -> str:
    """What it costs to read the data from a file, in speed, and what it saves in memory."""
    rows = []
    for record in records:
        own = results.base(record)
        data_mb = record["samples"] * math.prod(works.WORKS[record["work"]].shape) * 4 / 1e6
        for result in results.ran(record):
            ms = results.median_ms(result)
            loss = f"{100 * (ms / results.median_ms(own) - 1):.0f} %" if own else "-"
            held = f"{result['logs']['grown_mb']:.0f}"
            name = "arrays" if result is own else result["name"].partition("-")[2]
            rows.append([record["work"], name, results.short(ms), loss, held, f"{data_mb:.0f}"])
    head = ["work", "data from", "ms/step", "slower by", "MB held", "MB of data"]
    return results.markdown(head, rows)


def details(record: Record) -> str:
    """All contestants of one work."""
    shares = [f"{r['name']} {r['share_of_peak']:.0%}" for r in results.ran(record) if share(r)]
    note = f"\n\nShare of the chip's measured peak: {', '.join(shares)}." if shares else ""
    command = f"`{record['command']}`"
    return f"### {record['work']}\n\n{results.table(record)}{note}\n\n{command}"


def share(result: Record) -> float:
    """Share of the chip's peak, where it was measured."""
    return result.get("share_of_peak", 0.0)


def replaced(text: str, figures: str) -> str:
    """`text` with other figures between its markers."""
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{README} has no {BEGIN} and {END}")
    before, rest = text.split(BEGIN, 1)
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{rest.split(END, 1)[1]}"


def main() -> None:
    """Read, write, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", type=Path, default=README)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    args = parser.parse_args()
    records = read(args.folder)
    if not records:
        parser.error(f"{args.folder} has no figures: run compare.py --json {args.folder}")
    args.readme.write_text(replaced(args.readme.read_text(), "\n\n".join(sections(records))))
    picture.draw(compared(records) or compared(records, gpu=True), args.picture)


if __name__ == "__main__":
    main()
