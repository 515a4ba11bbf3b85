"""Layers that prepare data: equal to real Keras' where it can be told what to draw."""

import jax
import keras
import numpy as np
import pytest
from cases.layers_preprocessing import IMAGES, PLAIN, RANDOM

from lurnet import layers, random
from lurnet.core.symbolic import SymbolicTensor
from lurnet.core.variable import pure


def data(shape, dtype="float32", high=9):
    return np.random.default_rng(0).uniform(0, high, shape).astype(dtype)


def close(a, b, tolerance=1e-5):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    np.testing.assert_allclose(a.astype("float32"), b.astype("float32"), tolerance, tolerance)


def plain(config):
    dropped = ("name", "quantization_config")
    config = {k: v for k, v in config.items() if k not in dropped}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in config.items()}


@pytest.mark.parametrize("name", PLAIN)
def test_plain(name):
    make, shape, dtype = PLAIN[name]
    ours, theirs = make(layers), make(keras.layers)
    x = data(shape, dtype)
    close(ours(x), theirs(x))
    assert ours(x).dtype == theirs(x).dtype
    assert plain(ours.get_config()) == plain(theirs.get_config())
    again = type(ours).from_config(ours.get_config())
    assert again.get_config() == ours.get_config()
    if len(shape) > 1 and "one" not in name.split()[1:]:
        out = ours(SymbolicTensor((None, *shape[1:]), dtype))
        assert out.shape == (None, *ours(x).shape[1:])


def pairs(name):
    kind, options, drawn = RANDOM[name]
    ours, theirs = (getattr(L, kind)(**options) for L in (layers, keras.layers))
    first = ours.data_format == "channels_first"
    shape = (IMAGES[0], IMAGES[3], *IMAGES[1:3]) if first else IMAGES
    drawn = {k: np.array(v, "float32" if k != "flips" else bool) for k, v in drawn.items()}
    drawn |= {k: drawn[k].reshape(-1, 1, 1, 1) for k in drawn if k[:2] in ("fl", "co", "rg")}
    if "angle" in drawn:
        height, width = ours.size_of(np.zeros(shape))
        zero, one = np.zeros(3, "float32"), np.ones(3, "float32")
        drawn["rotation_matrix"] = theirs._compute_affine_matrix(
            0.5, 0.5, drawn["angle"], zero, zero, one, zero, zero, height, width
        )
    return ours, theirs, data(shape), drawn


@pytest.mark.parametrize("name", RANDOM)
def test_transform(name):
    ours, theirs, x, drawn = pairs(name)
    expected = theirs.transform_images(keras.ops.convert_to_tensor(x), drawn)
    close(ours.transform_images(x, drawn), expected, 1e-4)
    masks = x.round().astype("int32")
    theirs_masks = theirs.transform_segmentation_masks(keras.ops.convert_to_tensor(masks), drawn)
    close(ours.transform_segmentation_masks(masks, drawn), theirs_masks)
    assert plain(ours.get_config()) == plain(theirs.get_config())
    again = type(ours).from_config(ours.get_config())
    assert again.get_config() == ours.get_config()


@pytest.mark.parametrize("name", RANDOM)
def test_random(name):
    kind, options, _ = RANDOM[name]
    layer = getattr(layers, kind)(seed=3, **options)
    _, _, x, _ = pairs(name)
    close(layer(x, training=False), x)
    a, b = np.asarray(layer(x)), np.asarray(layer(x, training=True))
    assert a.shape == x.shape and not np.allclose(a, b)
    again = getattr(layers, kind)(seed=3, **options)
    close(again(x), a)
    run = jax.jit(pure(lambda x: again(x, training=True), again.variables))
    compiled, arrays = run([v.value for v in again.variables], x)
    close(compiled, b, 1e-4)
    assert not np.allclose(run(arrays, x)[0], b)
    assert layer(SymbolicTensor((None, *x.shape[1:]))).shape == (None, *x.shape[1:])
    assert layer(x[0]).shape == x.shape[1:]
    assert layer(x.astype("uint8")).dtype == "float32"
    out = layer({"images": x, "labels": np.arange(3), "segmentation_masks": x.astype("int32")})
    assert out["labels"].tolist() == [0, 1, 2]
    assert out["segmentation_masks"].shape == x.shape


def test_what_is_drawn():
    x = np.zeros((4000, 2, 2, 1), "float32")

    def drawn(layer, key):
        return np.asarray(layer.get_random_transformation(x)[key]).ravel()

    turns = drawn(layers.RandomRotation((-0.1, 0.2), seed=1), "angle")
    assert -36 <= turns.min() < -35 and 71 < turns.max() <= 72 and abs(turns.mean() - 18) < 2
    flips = drawn(layers.RandomFlip(seed=1), "flips")
    assert abs(flips.mean() - 0.5) < 0.03
    contrast = drawn(layers.RandomContrast((0.5, 0.9), seed=1), "contrast_factor")
    assert 0.5 <= contrast.min() < 0.51 and 1.89 < contrast.max() <= 1.9
    light = drawn(layers.RandomBrightness(0.5, value_range=(0, 10), seed=1), "rgb_delta")
    assert -5 <= light.min() < -4.9 and 4.9 < light.max() <= 5
    shifts = drawn(layers.RandomTranslation(0.5, (0, 0.1), seed=1), "translations").reshape(-1, 2)
    assert shifts[:, 0].min() >= 0 and shifts[:, 0].max() <= 0.2 and shifts[:, 1].min() < -0.9
    zoom = layers.RandomZoom(0.5, seed=1).get_random_transformation(x)
    assert zoom["width_zoom"] is zoom["height_zoom"]
    other = layers.RandomZoom(0.5, (0.0, 0.2), seed=1).get_random_transformation(x)
    assert float(other["width_zoom"].min()) >= 1 and float(other["width_zoom"].max()) <= 1.2


def test_random_crop():
    x = data((3, 6, 9, 2))
    layer = layers.RandomCrop(4, 5, seed=1)
    seen = set()
    for _ in range(40):
        top, left = (int(v) for v in layer.get_random_transformation(x))
        seen.add((top, left))
        out = layer.transform_images(x, (top, left))
        close(out, x[:, top : top + 4, left : left + 5])
    assert {t for t, _ in seen} == {0, 1, 2} and {i for _, i in seen} == {0, 1, 2, 3, 4}
    assert layer(x, training=True).shape == (3, 4, 5, 2)
    close(layer(x, training=False), keras.layers.RandomCrop(4, 5)(x, training=False))
    theirs = keras.layers.RandomCrop(8, 8)(x, training=True)
    assert layers.RandomCrop(8, 8)(x, training=True).shape == theirs.shape


def test_normalization_adapts():
    x = data((20, 3, 2))
    for axis in (-1, 1, (1, 2), None):
        ours, theirs = (L.Normalization(axis=axis) for L in (layers, keras.layers))
        ours.adapt(x)
        theirs.adapt(x)
        close(ours(x), theirs(x))
        assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
        assert plain(ours.get_config()) == plain(theirs.get_config())
    batches = layers.Normalization()
    batches.adapt((x[i : i + 6], None) for i in range(0, 20, 6))
    whole = layers.Normalization()
    whole.adapt(x)
    close(batches.get_weights()[0], whole.get_weights()[0])
    close(batches.get_weights()[1], whole.get_weights()[1])
    back = layers.Normalization(invert=True)
    back.build(x.shape)
    back.set_weights(whole.get_weights())
    close(back(whole(x)), x, 1e-4)
    assert whole.trainable_variables == []


def test_bins_adapt():
    x = data((1000,)) ** 2
    ours, theirs = (L.Discretization(num_bins=5) for L in (layers, keras.layers))
    ours.adapt(x)
    theirs.update_state(x)
    theirs.finalize_state()
    np.testing.assert_allclose(ours.bin_boundaries, theirs.bin_boundaries, 1e-5)
    again = layers.Discretization.from_config(ours.get_config())
    close(again(x), theirs(x))
    counts = np.bincount(np.asarray(ours(x)))
    assert len(counts) == 5 and counts.min() > 150


def test_count_weights():
    x, w = np.array([[0, 1, 1], [2, 0, 0]]), np.array([[0.5, 1, 2], [1, 1, 1.5]], "float32")
    pair = [L.CategoryEncoding(4, "count") for L in (layers, keras.layers)]
    close(*[layer(x, count_weights=w) for layer in pair])


def test_bfloat16():
    x = data(IMAGES)
    for name in ("flip", "turn constant", "contrast"):
        kind, options, _ = RANDOM[name]
        layer = getattr(layers, kind)(dtype="mixed_bfloat16", **options)
        out = layer(x, training=True)
        assert str(out.dtype) == "bfloat16" and np.isfinite(np.asarray(out, "float32")).all()


ERRORS = [
    (lambda: layers.RandomFlip("horizontl"), "'horizontal'"),
    (lambda: layers.RandomRotation(2.0), "RandomRotation: `factor`.*between -1 and 1"),
    (lambda: layers.RandomZoom(-1.0), "`height_factor`"),
    (lambda: layers.RandomTranslation(0.1, 3), "`width_factor`"),
    (lambda: layers.RandomRotation(0.1, fill_mode="reflct"), "'reflect'"),
    (lambda: layers.RandomFlip(name="f")(np.ones((2, 2))), "'f'.*4 axes"),
    (lambda: layers.RandomContrast(0.1, value_range=3), "`value_range`"),
    (lambda: layers.Normalization(mean=1.0), "both"),
    (lambda: layers.Normalization(name="n").build((2, None)), "'n'.*sizes"),
    (lambda: layers.Discretization(), "num_bins"),
    (lambda: layers.Discretization(num_bins=3)(np.ones(3)), "adapt"),
    (lambda: layers.CategoryEncoding(3)(np.ones((1, 2), int), count_weights=1.0), "count"),
    (lambda: layers.CategoryEncoding(), "num_tokens"),
    (
        lambda: layers.Resizing(2, 2, "bilinear", True, True),
        "only one",
    ),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_errors(call, message):
    with pytest.raises((ValueError, TypeError, RuntimeError), match=message):
        call()


def test_seeds_are_shared_by_the_stream():
    generator = random.SeedGenerator(5)
    layer = layers.RandomRotation(0.5)
    x = np.zeros((2, 4, 4, 1), "float32")
    a = layer.get_random_transformation(x, seed=generator)["angle"]
    b = layer.get_random_transformation(x, seed=generator)["angle"]
    assert not np.allclose(a, b)
