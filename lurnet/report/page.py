"""One self-contained HTML page: text, tables, pictures; it asks nothing of a network."""

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lurnet.core.errors import BadType
from lurnet.plots.style import styled
from lurnet.saving.atomic import replacing

_TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg"}


def page(title: str, parts: Sequence[str]) -> str:
    """The page's text.

    Args:
        title: heading, plain text.
        parts: HTML, made by the functions below.
    """
    head = html.escape(title)
    return PAGE.replace("TITLE", head).replace("STYLE", STYLE).replace("BODY", "\n".join(parts))


def write(path: Path, text: str) -> Path:
    """Write a page, whole or not at all, making its folder; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(text.encode())
    return path


def heading(text: str) -> str:
    """A section's heading."""
    return f"<h2>{html.escape(text)}</h2>"


def paragraph(text: str, kind: str = "") -> str:
    """Plain text; ``kind`` is its class in the style sheet."""
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{html.escape(text)}</p>"


def table(header: Sequence[str], lines: Sequence[Sequence[str]], best: int | None = None) -> str:
    """A table of texts; the line number ``best`` is marked.

    >>> table(["a"], [["<1"]])
    '<div class="wide"><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>&lt;1</td>...
    """
    head = "".join(f"<th>{html.escape(c)}</th>" for c in header)
    head = f"<thead><tr>{head}</tr></thead>"
    rows = ""
    for i, line in enumerate(lines):
        mark = ' class="best"' if i == best else ""
        rows += f"<tr{mark}>" + "".join(f"<td>{html.escape(c)}</td>" for c in line) + "</tr>"
    return f'<div class="wide"><table>{head}<tbody>{rows}</tbody></table></div>'


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and values, one below the other."""
    rows = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in pairs)
    return f"<dl>{rows}</dl>"


def code(text: str) -> str:
    """A piece of a program."""
    return f"<pre><code>{html.escape(text)}</code></pre>"


def picture(given: Any, caption: str = "") -> str:
    """A matplotlib figure, drawn as SVG, or the path of a PNG, SVG or JPEG file."""
    kind, data = _image(given)
    source = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    text = html.escape(caption)
    below = f"<figcaption>{text}</figcaption>" if caption else ""
    return f'<figure><img alt="{text}" src="{source}">{below}</figure>'


def _image(given: Any) -> tuple[str, bytes]:
    if hasattr(given, "savefig"):
        data = io.BytesIO()
        with styled():
            given.savefig(data, format="svg", bbox_inches="tight")
        return _TYPES[".svg"], data.getvalue()
    if isinstance(given, (str, Path)) and Path(given).suffix.lower() in _TYPES:
        return _TYPES[Path(given).suffix.lower()], Path(given).read_bytes()
    raise BadType(
        f"A page takes matplotlib figures and paths of PNG, SVG or JPEG files, not {given!r}."
    )


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>TITLE</title>
<style>STYLE</style>
</head>
<body>
<main>
<h1>TITLE</h1>
BODY
</main>
</body>
</html>
"""

STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --soft: #5a5a5a; --line: #d8d8d8;
  --ground: #ffffff; --mark: #e8f1f8; --link: #0072b2 }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #b0b0b0; --line: #4a4a4a;
  --ground: #17191c; --mark: #1d3242; --link: #56b4e9 } }
* { box-sizing: border-box }
body { margin: 0; color: var(--ink); background: var(--ground);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; text-wrap: balance }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .75rem;
  border-top: 1px solid var(--line) }
p { margin: .6rem 0; max-width: 42rem }
.question { font-size: 1.1rem }
.answer { background: var(--mark); border-left: 4px solid var(--link); padding: .75rem 1rem;
  border-radius: 0 .4rem .4rem 0 }
.note, figcaption, dt { color: var(--soft) }
.wide { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .93rem }
th, td { padding: .3rem .6rem .3rem 0; text-align: left; white-space: nowrap;
  border-bottom: 1px solid var(--line) }
th { font-weight: 600; border-bottom-width: 2px }
td + td, th + th { padding-left: .6rem }
tr.best td { background: var(--mark); font-weight: 600 }
tr.best td:first-child, td:first-child, th:first-child { padding-left: .5rem }
figure { margin: 1.25rem 0 }
figure img { display: block; max-width: 100%; height: auto; background: #fff; padding: .5rem;
  border: 1px solid var(--line); border-radius: .4rem }
figcaption { font-size: .9rem; margin-top: .4rem; max-width: 42rem }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .25rem 1.25rem;
  font-size: .93rem; margin: 1rem 0 }
dd { margin: 0; overflow-wrap: anywhere }
pre { font-size: .82rem; line-height: 1.45; padding: .8rem 1rem; border: 1px solid var(--line);
  border-radius: .4rem; overflow-x: auto }
@media (max-width: 480px) { main { padding: 1.25rem .9rem 3rem } h1 { font-size: 1.5rem }
  dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .5rem } }
@media print {
  :root { --ink: #000; --soft: #444; --line: #bbb; --ground: #fff; --mark: #eef4f8 }
  @page { margin: 18mm 16mm }
  body { font-size: 10.5pt } main { max-width: none; padding: 0 }
  figure, tr, dl { break-inside: avoid } h2 { break-after: avoid } .wide { overflow: visible }
  figure img { border: 0; padding: 0 } pre { white-space: pre-wrap }
}
"""
