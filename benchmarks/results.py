"""What a comparison has shown: its record for a file, and its table."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from contestants import BASE

Record = dict[str, Any]
Figure = Callable[[Record], float]


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "memory_gb": round(memory / 1e9, 1),
        "system": platform.system(),
        "gpu": gpu(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def gpu() -> str:
    """The name of the NVIDIA GPU, or nothing."""
    if not shutil.which("nvidia-smi"):
        return ""
    query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    return answer.stdout.strip().splitlines()[0] if answer.returncode == 0 else ""


def median_ms(result: Record) -> float:
    """Median time of one unit."""
    return statistics.median(result["ms"])


def ran(record: Record) -> list[Record]:
    """The results of those that did not fail."""
    return [result for result in record["results"] if not result["error"] and result["ms"]]


def base(record: Record) -> Record | None:
    """lurnet's own result."""
    return next((result for result in ran(record) if result["name"] == BASE), None)


def fastest(record: Record, figure: Figure = median_ms) -> Record | None:
    """The peer whose figure is smallest."""
    peers = [r for r in ran(record) if not r["name"].startswith(BASE) and figure(r)]
    return min(peers, key=figure, default=None)


def markdown(head: list[str], rows: Iterable[list[str]]) -> str:
    """A Markdown table whose columns line up."""
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = [" | ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in lines]
    texts.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {text} |" for text in texts)


def short(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0:
        return "-"
    digits = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f}"


def ratio(record: Record, figure: Figure = median_ms) -> float | None:
    """The fastest peer's figure over lurnet's."""
    own, peer = base(record), fastest(record, figure)
    return figure(peer) / figure(own) if own and peer and figure(own) else None


def first_start(result: Record) -> float:
    """Seconds from an empty cache to the end of the first chunk."""
    return result["first_start_s"]


def second_start(result: Record) -> float:
    """The same with filled caches."""
    return result["second_start_s"]


def row(result: Record, base_ms: float | None) -> list[str]:
    """The table's cells for one contestant."""
    if result["error"] or not result["ms"]:
        return [result["name"], result["error"].replace("|", "/")[:60], *[""] * 8]
    ms, logs = median_ms(result), result["logs"]
    return [
        result["name"],
        short(ms),
        short(min(result["ms"])),
        f"{ms / base_ms:.2f}" if base_ms else "-",
        short(result["first_start_s"]),
        short(result["second_start_s"]),
        f"{result['import_s']:.1f}",
        f"{result['peak_rss_mb']:.0f}",
        f"{logs['loss']:.4f}" if "loss" in logs else "-",
        f"{logs['accuracy']:.4f}" if "accuracy" in logs else "-",
    ]


def table(record: Record) -> str:
    """All results of one work as a Markdown table; ratio is peer / lurnet."""
    own = base(record)
    base_ms = median_ms(own) if own else None
    head = ["contestant", f"ms/{record['unit']}", "min", "ratio", "first start s"]
    head += ["second start s", "import s", "RSS MB", "loss", "acc"]
    return markdown(head, (row(result, base_ms) for result in record["results"]))
