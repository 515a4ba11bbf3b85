"""A drawing of rectangles, lines and text, as SVG text or as pixels."""

import os
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from lurnet.core.errors import BadState

FONTS = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
MOST_PIXELS = 60_000_000
ARROW = 6.0
UNITS_PER_INCH = 96
Point = tuple[float, float]


@dataclass
class Box:
    """A rectangle with rounded corners."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str
    dashed: bool = False


@dataclass
class Text:
    """A line of text around a point (``anchor="middle"``) or from it on (``"start"``)."""

    x: float
    y: float
    text: str
    size: float
    colour: str = "#1f2933"
    bold: bool = False
    anchor: str = "middle"
    room: float = 1e9


@dataclass
class Line:
    """Pieces of a line with an arrow at its end: two points, or four of a Bézier curve."""

    pieces: list[list[Point]]
    colour: str = "#52606d"


@dataclass
class Drawing:
    """What to draw, in this order: boxes, lines, text."""

    width: float
    height: float
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def add(self, other: "Drawing", x: float, y: float) -> None:
        """Put another drawing into this one."""
        self.boxes += [replace(box, x=box.x + x, y=box.y + y) for box in other.boxes]
        self.texts += [replace(text, x=text.x + x, y=text.y + y) for text in other.texts]
        for line in other.lines:
            moved = [[(a + x, b + y) for a, b in piece] for piece in line.pieces]
            self.lines.append(replace(line, pieces=moved))


def text_width(text: str, size: float, bold: bool = False) -> float:
    """An upper estimate of a text's width, without a font at hand."""
    wide = sum(1.0 if ord(c) > 0x2E80 or c in "MWm@%" else 0.82 if c == "w" else 0.61 for c in text)
    return wide * size * (1.1 if bold else 1.0)


def arrow_head(line: Line) -> list[Point]:
    """The three corners of the head at a line's end."""
    piece = line.pieces[-1]
    (x, y) = piece[-1]
    before = next((p for p in reversed(piece[:-1]) if p != (x, y)), (x, y - 1))
    dx, dy = x - before[0], y - before[1]
    length = (dx * dx + dy * dy) ** 0.5
    dx, dy = dx / length * ARROW, dy / length * ARROW
    return [(x, y), (x - dx - dy / 2, y - dy + dx / 2), (x - dx + dy / 2, y - dy - dx / 2)]


# --- SVG


def to_svg(drawing: Drawing) -> str:
    """The drawing as the text of an SVG file."""
    size = f'width="{drawing.width:.0f}" height="{drawing.height:.0f}"'
    view = f'viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} font-family="{FONTS}">']
    parts.append('<rect width="100%" height="100%" fill="white"/>')
    for box in drawing.boxes:
        dash = ' stroke-dasharray="5 4"' if box.dashed else ""
        parts.append(
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
            f'height="{box.height:.1f}" rx="5" fill="{box.fill}" stroke="{box.edge}"{dash}/>'
        )
    for line in drawing.lines:
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in arrow_head(line))
        parts.append(
            f'<path d="{_path(line)}" fill="none" stroke="{line.colour}" stroke-width="1.2"/>'
            f'<polygon points="{corners}" fill="{line.colour}"/>'
        )
    parts += [_svg_text(text) for text in drawing.texts]
    return "\n".join([*parts, "</svg>\n"])


def _path(line: Line) -> str:
    parts = [f"M{line.pieces[0][0][0]:.1f},{line.pieces[0][0][1]:.1f} "]
    for piece in line.pieces:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in piece[1:])
        parts.append(f"{'C' if len(piece) == 4 else 'L'}{points} ")
    return "".join(parts).rstrip()


def _svg_text(text: Text) -> str:
    bold = ' font-weight="bold"' if text.bold else ""
    return (
        f'<text x="{text.x:.1f}" y="{text.y + 0.35 * text.size:.1f}" font-size="{text.size:g}" '
        f'fill="{text.colour}" text-anchor="{text.anchor}"{bold}>{escape(text.text)}</text>'
    )


# --- pixels


def to_image(drawing: Drawing, dpi: float) -> Any:
    """The drawing as a Pillow image; very large ones in fewer dots per inch."""
    try:
        from PIL import Image, ImageDraw  # noqa: PLC0415
    except ImportError as error:
        raise BadState(
            "Drawing a model as pixels needs Pillow: pip install 'lurnet[images]'. A file name "
            "that ends in .svg needs nothing."
        ) from error
    area = max(drawing.width * drawing.height, 1.0)
    scale = min(dpi / UNITS_PER_INCH, (MOST_PIXELS / area) ** 0.5)
    fine = 2 if area * scale**2 * 4 <= MOST_PIXELS else 1  # lines get smooth by drawing them larger
    size = [max(1, round(v * scale)) for v in (drawing.width, drawing.height)]
    image = Image.new("RGB", [v * fine for v in size], "white")
    pen = ImageDraw.Draw(image)
    for box in drawing.boxes:
        _draw_box(pen, box, scale * fine)
    for line in drawing.lines:
        _draw_line(pen, line, scale * fine)
    image = image.resize(size, Image.Resampling.LANCZOS) if fine > 1 else image
    pen = ImageDraw.Draw(image)
    for text in drawing.texts:
        _draw_text(pen, text, scale)
    return image


def _draw_box(pen: Any, box: Box, scale: float) -> None:
    x0, y0, x1, y1 = (v * scale for v in (box.x, box.y, box.x + box.width, box.y + box.height))
    width = max(1, round(scale))
    edge = None if box.dashed else box.edge
    pen.rounded_rectangle([x0, y0, x1, y1], 5 * scale, fill=box.fill, outline=edge, width=width)
    for a, b in pairwise([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)] if box.dashed else []):
        _draw_dashes(pen, np.array(a), np.array(b), box.edge, scale, width)


def _draw_dashes(
    pen: Any, a: np.ndarray, b: np.ndarray, colour: str, scale: float, width: int
) -> None:
    length = max(float(np.abs(b - a).max()), 1e-9)
    for at in np.arange(0, 1, 9 * scale / length):
        ends = [tuple(a + (b - a) * t) for t in (at, min(at + 5 * scale / length, 1))]
        pen.line(ends, fill=colour, width=width)


def _draw_line(pen: Any, line: Line, scale: float) -> None:
    points = [(x * scale, y * scale) for piece in line.pieces for x, y in points_along(piece)]
    pen.line(points, fill=line.colour, width=max(1, round(1.2 * scale)), joint="curve")
    pen.polygon([(x * scale, y * scale) for x, y in arrow_head(line)], fill=line.colour)


def points_along(piece: list[Point], count: int = 24) -> list[Point]:
    """Points on a cubic Bézier curve; the ends of a straight line."""
    if len(piece) != 4:
        return piece
    t = np.linspace(0, 1, count + 1)[:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3])
    return [(float(x), float(y)) for x, y in weights @ np.array(piece)]


def _draw_text(pen: Any, text: Text, scale: float) -> None:
    place = text.x * scale, text.y * scale
    size, room = text.size * scale, text.room * scale
    font = font_of(size, text.bold)
    wide = pen.textlength(text.text, font=font)
    if wide > room:
        font = font_of(size * room / wide, text.bold)
    anchor = "mm" if text.anchor == "middle" else "lm"
    pen.text(place, text.text, fill=text.colour, font=font, anchor=anchor)


def font_of(size: float, bold: bool) -> Any:
    """DejaVu Sans, which comes with matplotlib, else Pillow's own font."""
    from PIL import ImageFont  # noqa: PLC0415

    try:
        from matplotlib import get_data_path  # noqa: PLC0415
    except ImportError:
        return ImageFont.load_default(max(size, 4))
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(os.path.join(get_data_path(), "fonts", "ttf", name), max(size, 4))
