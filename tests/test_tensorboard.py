"""TensorBoard: event files that its own reader opens."""

import warnings

import numpy as np
import pytest

import lurnet
from lurnet import callbacks
from lurnet.callbacks.events import crc32c, png
from lurnet.callbacks.tensorboard import as_images


def test_crc32c():
    # RFC 3720, appendix B.4
    vectors = {bytes(32): 0x8A9136AA, b"\xff" * 32: 0x62A8AB43, bytes(range(32)): 0x46DD794E}
    assert {data: crc32c(data) for data in vectors} == vectors


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_opens_in_pillow(channels, tmp_path):
    image = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels)).astype(np.uint8)
    (tmp_path / "a.png").write_bytes(png(pixels))
    opened = np.asarray(image.open(tmp_path / "a.png")).reshape(5, 7, channels)
    assert (opened == pixels).all()


IMAGES = [
    ((), [(1, 1, 1)]),
    ((5,), [(1, 5, 1)]),
    ((8, 4), [(4, 8, 1)]),
    ((4, 8), [(4, 8, 1)]),
    ((3, 3, 3, 9), [(3, 3, 3)] * 3),
    ((3, 3, 7, 2), [(3, 3, 1)] * 2),
    ((2,) * 5, []),
]


@pytest.mark.parametrize(("shape", "wanted"), IMAGES)
def test_weights_as_images(shape, wanted):
    found = as_images(np.random.default_rng(0).normal(size=shape))
    assert [x.shape for x in found] == wanted
    assert all(x.dtype == np.uint8 for x in found)


def read_events(folder):
    module = "tensorboard.backend.event_processing.event_accumulator"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = pytest.importorskip(module)
        keep = {"tensors": 0, "scalars": 0, "images": 0, "histograms": 0}
        found = reader.EventAccumulator(str(folder), size_guidance=keep)
        found.Reload()
    return found


def scalars(events):
    values = {}
    for tag in events.Tags()["tensors"]:
        for event in events.Tensors(tag):
            if not event.tensor_proto.tensor_shape.dim:
                number = np.frombuffer(event.tensor_proto.tensor_content, np.float32)[0]
                values.setdefault(tag, []).append((event.step, round(float(number), 4)))
    return values


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small model trained with callbacks that write."""
    folder = tmp_path_factory.mktemp("trained")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4)).astype("float32")
    model = lurnet.Sequential([lurnet.Input((4,)), lurnet.layers.Dense(3, name="d")])
    model.compile("sgd", "mse", metrics=["mae"])
    board = callbacks.TensorBoard(
        folder / "logs", histogram_freq=1, write_images=True, update_freq=3,
        write_steps_per_second=True,
    )  # fmt: skip
    history = model.fit(
        x, x[:, :3], batch_size=8, epochs=2, validation_split=0.25, verbose=0, callbacks=[board]
    )
    return folder, model, history, x


def test_tensorboard_reads_the_files(trained):
    folder, model, history, x = trained
    train, validation = (read_events(folder / "logs" / n) for n in ("train", "validation"))
    curves, checks = scalars(train), scalars(validation)
    for name in ("loss", "mae"):
        assert curves[f"epoch_{name}"] == list(enumerate(np.round(history.history[name], 4)))
        wanted = list(enumerate(np.round(history.history[f"val_{name}"], 4)))
        assert checks[f"epoch_{name}"] == wanted
        steps = [step for step, _ in checks[f"evaluation_{name}_vs_iterations"]]
        assert steps == [6, 12]
        assert [step for step, _ in curves[f"batch_{name}"]] == [0, 3, 6, 9]
    assert curves["epoch_learning_rate"] == [(0, 0.01), (1, 0.01)]
    assert {"epoch_steps_per_second", "batch_steps_per_second"} <= set(curves)
    kernel = model.weights[0].path
    histogram = train.Tensors(f"{kernel}/histogram")[-1].tensor_proto
    table = np.frombuffer(histogram.tensor_content, np.float64).reshape(-1, 3)
    counts, edges = np.histogram(model.get_weights()[0].astype(np.float64), 30)
    assert (table[:, 2] == counts).all() and np.allclose(table[:, 0], edges[:-1])
    assert train.Tensors(f"{kernel}/image")[0].tensor_proto.string_val[:2] == [b"4", b"3"]


def test_tensorboard_of_evaluate(trained, tmp_path):
    _, model, _, x = trained
    found = model.evaluate(
        x, x[:, :3], verbose=0, callbacks=[callbacks.TensorBoard(tmp_path)], return_dict=True
    )
    values = scalars(read_events(tmp_path / "validation"))
    assert values["evaluation_loss_vs_iterations"] == [(12, round(found["loss"], 4))]
