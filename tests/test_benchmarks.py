"""The parts of the benchmarks that need no clock: counting, tables, the report."""

import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))

import compare  # noqa: E402
import contestants  # noqa: E402
import costs  # noqa: E402
import gpu  # noqa: E402
import import_times  # noqa: E402
import keras_run  # noqa: E402
import picture  # noqa: E402
import report  # noqa: E402
import resnet  # noqa: E402
import results  # noqa: E402
import works  # noqa: E402

import lurnet  # noqa: E402

MACHINE = {
    "processor": "a chip",
    "cores": 2,
    "memory_gb": 8.0,
    "system": "Linux",
    "gpu": "",
    "load_before": 0.1,
}


def result(name, ms, **others):
    """One contestant's figures."""
    figures = {"first_start_s": 2.0, "second_start_s": 1.0, "import_s": 0.5, "peak_rss_mb": 300.0}
    own = {"name": name, "ms": ms, "error": "", "logs": {"loss": 0.25}, "versions": {"numpy": "2"}}
    return own | figures | others


def record(work="mlp64", ms=(1.0, 3.0, 2.0), gpu=""):
    """A comparison in which one contestant has failed."""
    return {
        "work": work,
        "kind": works.WORKS[work].kind,
        "unit": works.WORKS[work].unit,
        "samples": 128,
        "command": f"benchmarks/compare.py --work {work}",
        "date": "2026-01-02",
        "machine": MACHINE | {"gpu": gpu},
        "results": [
            result("lurnet", list(ms)),
            result("torch", [3.0, 5.0], first_start_s=5.0),
            result("keras-jax", [7.0]),
            result("keras-tf", [], error="no module | named tensorflow"),
        ],
    }


MLP = 2 * 128 * (784 * 64 + 64 * 64 + 64 * 10)
CONV = 2 * 32 * (26 * 26 * 9 * 32 + 11 * 11 * 9 * 32 * 32 + 800 * 64 + 64 * 64 + 64 * 10)
FLOPS = {
    # forward, and two gradients of the same size, of which the first layer needs one
    "mlp64": 3 * MLP - 2 * 128 * 784 * 64,
    "cnn32": 3 * CONV - 2 * 32 * 26 * 26 * 9 * 32,
    "cnn32_128": 4 * (3 * CONV - 2 * 32 * 26 * 26 * 9 * 32),
    "predict_cnn32": CONV,
    "single_cnn32": CONV,
}


@pytest.mark.parametrize("name", FLOPS)
def test_flops(name):
    assert costs.flops(works.WORKS[name]) == FLOPS[name]


def test_traffic_of_a_forward_pass():
    weights = 785 * 64 + 65 * 64 + 65 * 10
    assert costs.traffic(works.WORKS["predict_mlp64"]) == 4 * (32 * (784 + 64 + 64 + 10) + weights)


def test_traffic_grows_with_the_optimizer_state():
    work = works.WORKS["mlp64"]
    adam = works.replace(work, optimizer="adam")
    weights = sum(cost.weights for cost in costs.layers(work))
    assert costs.traffic(adam) - costs.traffic(work) == 4 * 4 * weights


@pytest.mark.parametrize("name", [n for n in works.WORKS if n.startswith(("cnn", "fash", "auto"))])
def test_counted_weights_are_the_models(name):
    work = works.WORKS[name]
    counted = sum(cost.weights for cost in costs.layers(work))
    assert counted == keras_run.build(lurnet, work).count_params()


def test_resnet_counts_its_operations_as_published():
    # torchvision's documentation: 4.09 G multiply-adds for one image of 224 x 224
    forward = sum(m * k * n for m, k, n in resnet.products(224, 3, 1000))
    assert forward == pytest.approx(4.09e9, rel=0.01)


def test_resnet_has_the_layers_it_counts():
    model = resnet.keras_model(lurnet, (32, 32, 3), 10)
    kernels = [w for w in model.trainable_weights if w.ndim > 1]
    counted = sum(k * n for _, k, n in resnet.products(32, 3, 10))
    assert sum(int(np.prod(w.shape)) for w in kernels) == counted


CHUNKS = [
    ("mlp64", 60_000, 59_392, 464),  # a multiple of 16 steps
    ("mlp64", 1_000, 896, 7),  # fewer than 16
    ("predict_mlp64", 1_000, 1_000, 5),
    ("call_mlp64", 70, 70, 70),
    ("sweep15", 1_000, 512, 1),
]


@pytest.mark.parametrize("name, limit, samples, units", CHUNKS)
def test_chunks(name, limit, samples, units):
    work = works.WORKS[name]
    assert (work.used(limit), work.units(limit)) == (samples, units)


def test_steps_per_unit():
    steps = [costs.steps_per_unit(works.WORKS[n], 640) for n in ("mlp500", "predict_cnn32")]
    assert steps == [1, 20]
    assert costs.steps_per_unit(works.WORKS["sweep15"], 640) == 2 * 15 * 20


TAKEN = [
    ("torch-last", "mlp64", False),
    ("torch-last", "cnn32", True),
    ("torch-decay", "mlp64", False),
    ("torch-decay", "mlp500", True),
    ("torch-1024", "cnn32", False),
    ("torch-1024", "predict_cnn32", True),
    ("torch", "stream_mlp64", False),
    ("lurnet-generator", "stream_mlp64", True),
    ("lurnet-generator", "mlp64", False),
    ("lurnet", "stream_mlp64", True),
]


@pytest.mark.parametrize("name, work, taken", TAKEN)
def test_contestants_take_what_they_say_something_about(name, work, taken):
    assert contestants.CONTESTANTS[name].takes(works.WORKS[work]) is taken


def test_table():
    lines = results.table(record()).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0][:4] == ["contestant", "ms/step", "min", "ratio"]
    assert cells[2][:4] == ["lurnet", "2.00", "1.00", "1.00"]
    assert cells[3][:5] == ["torch", "4.00", "3.00", "2.00", "5.00"]
    assert cells[5][:2] == ["keras-tf", "no module / named tensorflow"]
    assert len({len(line) for line in lines}) == 1


def test_summary_names_the_fastest_peer_and_the_aim():
    cells = [cell.strip() for cell in report.summary([record()], report.TARGETS).split("|")]
    start = cells.index("mlp64")
    assert cells[start : start + 9] == [
        *("mlp64", "step", "2.00", "4.00 torch", "2.00", "1.80"),
        *("1.00", "3.00", "1.00"),  # keras-jax starts as soon as lurnet
    ]


def test_summary_says_that_lurnet_failed():
    failed = record(ms=())
    failed["results"][0]["error"] = "killed"
    assert "failed" in report.summary([failed], report.TARGETS)


def test_only_works_have_targets():
    assert {*report.TARGETS, *report.GPU_TARGETS} <= set(works.WORKS)


def test_report_replaces_what_stands_between_its_markers():
    text = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    new = report.replaced(text, "new")
    assert new == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
    assert report.replaced(new, "new") == new
    with pytest.raises(SystemExit, match="no <!-- figures -->"):
        report.replaced("nothing here", "new")


def test_report_parts_cpu_and_gpu():
    text = "\n".join(report.sections([record(), record("cnn32", gpu="H200")]))
    before, after = text.split("## On a GPU")
    assert "### mlp64" in before
    assert "### cnn32" in after


def test_streams_are_compared_with_arrays():
    shown = record("stream_mlp64")
    shown["results"] = [
        result("lurnet", [2.0], logs={"grown_mb": 401.2}),
        result("lurnet-memmap", [2.2], logs={"grown_mb": 1.6}),
    ]
    cells = [cell.strip() for cell in report.streams([shown]).split("|")]
    start = cells.index("memmap")
    assert cells[start : start + 5] == ["memmap", "2.20", "10 %", "2", "0"]
    assert "### Streams" in "\n".join(report.sections([shown, record()]))


def test_imports_table_refers_to_jax():
    figures = {"import jax": [0.5, 0.7, 0.6], "import lurnet": [0.3]}
    found = [{"name": n, "seconds": s, "error": ""} for n, s in figures.items()]
    found.append({"name": "import torch", "seconds": [], "error": "none"})
    cells = [c.strip() for c in import_times.table({"results": found}).split("|")]
    assert cells[cells.index("import lurnet") + 3] == "0.50"
    assert "none" in cells


def test_picture(tmp_path):
    assert picture.bars(record()) == [("lurnet", 2.0), ("Keras, JAX", 7.0), ("PyTorch", 4.0)]
    pytest.importorskip("matplotlib")
    picture.draw([record(), record("call_mlp64", ms=(0.02,))], tmp_path / "figures.png")
    assert (tmp_path / "figures.png").stat().st_size > 10_000


AMOUNTS = {0.0421: "42 µs", 0.5: "500 µs", 3.14159: "3.14 ms", 42.73: "42.7 ms", 45_100: "45.1 s"}


@pytest.mark.parametrize("ms", AMOUNTS)
def test_amounts(ms):
    assert picture.amount(ms) == AMOUNTS[ms]


def test_share_of_the_peak():
    shown = record("resnet50_small", ms=(2.0,))
    gpu.add_shares(shown, peak=1e12)
    flops = costs.flops(works.WORKS["resnet50_small"])
    assert shown["results"][0]["share_of_peak"] == pytest.approx(flops / 2e-3 / 1e12)


def test_limits_are_checked_before_anything_starts():
    assert "at least one batch of 128" in compare.unfit("mlp64", 100)
