"""Diagrams of models: nothing overlaps, lines keep off the boxes, files are what they should be."""

import inspect
import sys
import xml.etree.ElementTree as xml

import keras
import numpy as np
import pytest
from cases.pictured import zoo
from hypothesis import given, settings
from hypothesis import strategies as st

import lurnet
from lurnet.looking.diagram import Options, draw_model
from lurnet.looking.drawing import font_of, points_along, text_width, to_image
from lurnet.looking.layout import lay_out, longest_path
from lurnet.utils import model_to_svg, plot_model

MODELS = zoo(lurnet)
ALL = Options(True, True, True, "TB", True, True, True)
VARIANTS = {"plain": Options(), "all": ALL, "left to right": ALL._replace(rankdir="LR")}


def inside(box, x, y, margin=0.5):
    return (
        box.x + margin < x < box.x + box.width - margin
        and box.y + margin < y < box.y + box.height - margin
    )


def contains(a, b):
    return inside(a, b.x, b.y) and inside(a, b.x + b.width, b.y + b.height)


def apart(a, b):
    return (
        a.x + a.width <= b.x
        or b.x + b.width <= a.x
        or a.y + a.height <= b.y
        or b.y + b.height <= a.y
    )


def points_of(line):
    for piece in line.pieces:
        if len(piece) == 4:
            yield from points_along(piece)
        else:
            yield from np.linspace(*piece, 20)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", MODELS)
def test_nothing_overlaps(name, variant):
    drawing = draw_model(MODELS[name], VARIANTS[variant])
    boxes = drawing.boxes
    for i, a in enumerate(boxes):
        assert a.x >= 0 and a.x + a.width <= drawing.width
        assert a.y >= 0 and a.y + a.height <= drawing.height
        for b in boxes[i + 1 :]:
            assert apart(a, b) or (a.dashed and contains(a, b))
    solid = [box for box in boxes if not box.dashed]
    for line in drawing.lines:
        hit = [box for box in solid for x, y in points_of(line) if inside(box, x, y)]
        assert hit == []
    for text in drawing.texts:
        home = [box for box in boxes if inside(box, text.x, text.y)]
        assert home
        wide = text_width(text.text, text.size, text.bold)
        assert wide <= min(box.width for box in home)


def test_estimated_width_is_enough():
    image = pytest.importorskip("PIL.Image")
    draw = pytest.importorskip("PIL.ImageDraw").Draw(image.new("RGB", (9, 9)))
    for text in (
        "BatchNormalization",
        "out: (None, 128, 128, 512)",
        "a_layer_with_a_name_0",
        "MWm",
    ):
        for bold in (False, True):
            assert draw.textlength(text, font=font_of(20, bold)) <= text_width(text, 20, bold)


COUNTS = {"seq": 5, "unbuilt": 1, "two_inputs": 7, "twice": 2, "inception": 28, "unet": 20,
          "nested": 7, "subunbuilt": 0}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_every_tensor_is_an_arrow(name):
    assert len(draw_model(MODELS[name], Options()).lines) == COUNTS[name]


def texts(name, **options):
    root = xml.fromstring(model_to_svg(MODELS[name], **options))
    return [x.text for x in root.iter("{http://www.w3.org/2000/svg}text")]


SHOWN = [
    ("seq", {}, ["Conv2D", "Flatten"], ["conv", "activation: relu"]),
    ("seq", {"show_layer_names": True}, ["conv", "flatten"], []),
    ("seq", {"show_shapes": True}, ["in: (None, 28, 28, 1)", "out: (None, 5408)"], []),
    ("seq", {"show_dtype": True}, ["dtype: float32"], []),
    ("seq", {"show_layer_activations": True}, ["activation: relu", "activation: softmax"], []),
    ("seq", {"show_trainable": True}, ["trainable", "not trainable"], []),
    ("twice", {}, ["shared: call 1 of 2", "shared: call 2 of 2"], []),
    ("ops", {"show_shapes": True}, ["Multiply", "Add", "out: 3 x (None, 3)"], []),
    ("nested", {}, ["Functional"], ["Subtract"]),
    ("nested", {"expand_nested": True}, ["Subtract"], ["Functional"]),
    ("inception", {"show_shapes": True}, ["in: 3 x (None, 16, 16, 8)"], []),
    ("unbuilt", {"show_shapes": True}, ["shape: ?"], []),
]


@pytest.mark.parametrize(("name", "options", "there", "absent"), SHOWN)
def test_what_is_shown(name, options, there, absent):
    found = texts(name, **options)
    assert set(there) <= set(found) and not set(absent) & set(found)


def test_signature_is_the_oracles():
    found = [
        [(p.name, p.default) for p in inspect.signature(f).parameters.values()]
        for f in (plot_model, keras.utils.plot_model)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "pdf", "svg"])
def test_files(ending, tmp_path):
    path = tmp_path / f"model.{ending}"
    diagram = plot_model(MODELS["seq"], path, show_shapes=True, dpi=100)
    starts = {
        "png": b"\x89PNG",
        "jpg": b"\xff\xd8",
        "webp": b"RIFF",
        "pdf": b"%PDF",
        "svg": b"<svg",
    }
    assert path.read_bytes().startswith(starts[ending])
    assert diagram._repr_svg_().startswith("<svg")


def test_resolution(tmp_path):
    image = pytest.importorskip("PIL.Image")
    sizes = []
    for dpi in (96, 192):
        plot_model(MODELS["seq"], tmp_path / "m.png", dpi=dpi)
        with image.open(tmp_path / "m.png") as opened:
            sizes.append(np.array(opened.size))
            pixels = np.asarray(opened)
        assert pixels.min() < 90 and (pixels[0] == 255).all()  # ink inside, a white margin
    assert np.allclose(sizes[1], 2 * sizes[0], atol=2)
    drawing = draw_model(MODELS["seq"], Options())
    drawing.width = drawing.height = 40_000.0
    monster = to_image(drawing, 300)
    assert monster.width * monster.height <= 61_000_000


def test_bad_options(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="'TB' or 'LR'"):
        plot_model(MODELS["seq"], rankdir="BT")
    with pytest.raises(ValueError, match="must end in one of .svg"):
        plot_model(MODELS["seq"], tmp_path / "model.dot")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(RuntimeError, match=r"lurnet\[images\]"):
        plot_model(MODELS["seq"], tmp_path / "model.png")
    plot_model(MODELS["seq"], None)


def test_names_are_escaped():
    model = lurnet.Sequential([lurnet.Input((2,)), lurnet.layers.Dense(1, name="a<b&c")])
    root = xml.fromstring(model_to_svg(model, show_layer_names=True))
    assert "a<b&c" in [x.text for x in root.iter("{http://www.w3.org/2000/svg}text")]


GRAPHS = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.tuples(st.floats(20, 200), st.floats(20, 90)), min_size=n, max_size=n),
        st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=2 * n).map(
            lambda pairs: sorted({(min(p), max(p)) for p in pairs if p[0] != p[1]})
        ),
    )
)


@settings(max_examples=60, deadline=None)
@given(GRAPHS)
def test_layouts_of_any_graph(graph):
    sizes, edges = graph
    rank = longest_path(len(sizes), edges)
    assert all(rank[a] < rank[b] for a, b in edges)
    layout = lay_out(sizes, edges)
    ends = []
    for (x, y), (w, h) in zip(layout.centres, sizes, strict=True):
        ends.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
        assert x - w / 2 >= -1e-6 and x + w / 2 <= layout.width + 1e-6
    for i, a in enumerate(ends):
        for b in ends[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for (a, b), line in zip(edges, layout.lines, strict=True):
        assert ends[a][0] <= line[0][0] <= ends[a][2] and abs(line[0][1] - ends[a][3]) < 1e-6
        assert ends[b][0] <= line[-1][0] <= ends[b][2] and abs(line[-1][1] - ends[b][1]) < 1e-6
        assert all(p[1] <= q[1] + 1e-6 for p, q in zip(line, line[1:], strict=False))
