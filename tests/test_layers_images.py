"""The newer image layers: equal to real Keras' for the same random numbers."""

import jax
import keras
import numpy as np
import pytest
from test_layers_preprocessing import close, plain

from lurnet import layers
from lurnet.core import tree
from lurnet.core.symbolic import SymbolicTensor
from lurnet.core.variable import pure

pytestmark = pytest.mark.usefixtures("quick_compilation")
SHAPE = (4, 12, 10, 3)
UNIT = {"value_range": (0, 1)}
FIRST = {"data_format": "channels_first"}

#: Name: the class, its arguments. Real Keras is given the numbers that our layer draws.
CASES = {
    "grey": ("RandomGrayscale", {"factor": 0.5}),
    "grey first": ("RandomGrayscale", {"factor": 0.5, **FIRST}),
    "hue": ("RandomHue", {"factor": 0.7}),
    "hue unit": ("RandomHue", {"factor": (0.2, 1.0), **UNIT, **FIRST}),
    "saturation": ("RandomSaturation", {"factor": (0.2, 0.7)}),
    "saturation first": ("RandomSaturation", {"factor": (0.2, 0.7), **FIRST}),
    "pale": ("RandomColorDegeneration", {"factor": 0.8}),
    "posters": ("RandomPosterization", {"factor": (2, 6)}),
    "posters unit": ("RandomPosterization", {"factor": 5, **UNIT}),
    "posters first": ("RandomPosterization", {"factor": (1, 8), **FIRST}),
    "negative": ("RandomInvert", {"factor": 0.9}),
    "negative unit": ("RandomInvert", {"factor": (0.5, 0.6), **UNIT}),
    "solar": ("Solarization", {"addition_factor": 0.4, "threshold_factor": 0.6}),
    "solar unit": ("Solarization", {"addition_factor": (0.1, 0.2), **UNIT}),
    "sharp": ("RandomSharpness", {"factor": 0.9}),
    "sharp first": ("RandomSharpness", {"factor": (0.1, 0.3), **FIRST}),
    "blur": ("RandomGaussianBlur", {"factor": 0.9, "kernel_size": 5, "sigma": (0.3, 0.9)}),
    "blur first": ("RandomGaussianBlur", {"kernel_size": (3, 5), "sigma": 0.9, **FIRST}),
    "even": ("Equalization", {}),
    "even bins": ("Equalization", {"bins": 16, **UNIT}),
    "even first": ("Equalization", FIRST),
    "erase": ("RandomErasing", {"factor": 0.9}),
    "erase value": ("RandomErasing", {"scale": (0.2, 0.5), "fill_value": 7.0, **FIRST}),
    "erase colours": ("RandomErasing", {"scale": 0.3, "fill_value": (1.0, 2.0, 3.0)}),
    "cut": ("CutMix", {}),
    "cut first": ("CutMix", {"factor": (0.5, 0.9), **FIRST}),
    "mix": ("MixUp", {}),
    "mix more": ("MixUp", {"alpha": 1.0}),
    "shear": ("RandomShear", {"x_factor": (0.0, 0.5), "y_factor": (0.1, 0.2)}),
    "shear first": ("RandomShear", {"x_factor": (0.0, 0.5), "fill_mode": "constant", **FIRST}),
    "corners": ("RandomPerspective", {"scale": 0.4, "factor": 0.9}),
    "corners first": ("RandomPerspective", {"scale": 0.8, "interpolation": "nearest", **FIRST}),
}
#: Layers whose random numbers have a form of their own.
OWN = {
    "jitter": ("RandomColorJitter", {"contrast_factor": 0.3, "hue_factor": 0.2, **UNIT}),
    "ripple": ("RandomElasticTransform", {"scale": 0.9}),
    "ripple first": ("RandomElasticTransform", {"factor": 0.8, "fill_mode": "constant", **FIRST}),
    "augment": ("RandAugment", {"factor": 0.4}),
    "chains": ("AugMix", {"num_chains": 2, "chain_depth": 2}),
    "chains few": ("AugMix", {"all_ops": False, "num_chains": 1, "chain_depth": 1}),
}
#: Layers that act outside of training too.
ALWAYS = {
    "contrast": ("AutoContrast", {}),
    "contrast unit": ("AutoContrast", UNIT),
    "tiles": ("ContrastLimitedAdaptiveHistogramEqualization", {"tile_grid_size": (3, 2)}),
    "tiles uneven": ("ContrastLimitedAdaptiveHistogramEqualization", {"tile_grid_size": (5, 4)}),
    "tiles unlimited": (
        "ContrastLimitedAdaptiveHistogramEqualization",
        {"clip_limit": 0.0, "tile_grid_size": (2, 2), **UNIT, **FIRST},
    ),
}
EVERY = CASES | OWN | ALWAYS


def make(name):
    """Ours, the oracle's, and images for them."""
    kind, options = EVERY[name]
    ours, theirs = (getattr(L, kind)(**options) for L in (layers, keras.layers))
    high = 1 if options.get("value_range") == (0, 1) else 255
    x = np.random.default_rng(0).uniform(0, high, SHAPE).astype("float32")
    first = options.get("data_format") == "channels_first"
    return ours, theirs, x.transpose(0, 3, 1, 2) if first else x


def nearly(name, found, wanted):
    """Equal; where tones are counted, the last bit of a value may decide between two of them."""
    close(found, wanted, 1.0 if name.startswith("even") else 1e-3)
    difference = np.abs(np.asarray(found, "float32") - np.asarray(wanted, "float32"))
    assert (difference > 1e-2 * np.abs(wanted).max()).mean() < 0.01


def arrays(numbers):
    return tree.map_structure(lambda n: np.asarray(n) if hasattr(n, "dtype") else n, numbers)


@pytest.mark.parametrize("name", CASES)
def test_same_numbers(name):
    ours, theirs, x = make(name)
    drawn = arrays(ours.get_random_transformation(x))
    given = drawn
    if isinstance(drawn, dict) and "shift_factor" in drawn:
        given = {"shift_factor": drawn["shift_factor"].astype("uint8")}
    x_theirs = keras.ops.convert_to_tensor(x)
    nearly(name, ours.transform_images(x, drawn), theirs.transform_images(x_theirs, given))
    labels = np.eye(4, 3, dtype="float32")
    close(ours.transform_labels(labels, drawn), theirs.transform_labels(labels, given))
    if not name.startswith("mix"):  # the oracle takes the partners' first pixels there
        masks = x.round().astype("int32")
        wanted = theirs.transform_segmentation_masks(keras.ops.convert_to_tensor(masks), given)
        close(ours.transform_segmentation_masks(masks, drawn), wanted)


@pytest.mark.parametrize("name", ALWAYS)
def test_always(name):
    ours, theirs, x = make(name)
    close(ours(x), theirs(x), 1e-3)
    close(ours(x, training=False), theirs(x), 1e-3)


@pytest.mark.parametrize("name", EVERY)
def test_config(name):
    ours, theirs, _ = make(name)
    config = plain(ours.get_config())
    wanted = plain(theirs.get_config())
    if name.startswith("grey"):
        wanted["seed"] = None  # the oracle forgets it
    for key in {"x_factor", "y_factor"} & set(wanted):  # the oracle does not read what it writes
        low, high = wanted[key]
        wanted[key] = high if low == -high else [low, high]
    assert config == wanted
    assert plain(type(ours).from_config(ours.get_config()).get_config()) == config
    assert plain(type(theirs).from_config(ours.get_config()).get_config()) == plain(
        theirs.get_config()
    )


@pytest.mark.parametrize("name", [*CASES, *OWN])
def test_random(name):
    kind, options = EVERY[name]
    _, _, x = make(name)
    seeded = {} if kind == "Equalization" else {"seed": 3}
    layer, again = (getattr(layers, kind)(**options, **seeded) for _ in range(2))
    close(layer(x, training=False), x)
    draws = [np.asarray(layer(x, training=True)) for _ in range(3)]
    assert all(d.shape == x.shape and np.isfinite(d).all() for d in draws)
    assert any(not np.allclose(d, x) for d in draws)
    run = jax.jit(pure(lambda x: again(x, training=True), again.variables))
    state = [v.value for v in again.variables]
    for d in draws[:2]:
        compiled, state = run(state, x)
        np.testing.assert_allclose(compiled, d, rtol=1e-3, atol=1.01 if "even" in name else 0.02)
    if seeded:
        assert any(not np.allclose(draws[0], d) for d in draws[1:])
    assert layer(SymbolicTensor((None, *x.shape[1:]))).shape == (None, *x.shape[1:])
    assert layer(x[0]).shape == x.shape[1:]
    assert layer(x.astype("uint8")).dtype == "float32"


@pytest.mark.parametrize("number", range(11))
def test_augment_makes_each_change(number):
    ours, theirs, x = make("augment")
    names = list(theirs._AUGMENT_LAYERS)
    drawn = arrays(ours.get_random_transformation(x))
    drawn["layer_idxes"] = np.array([number, number])
    given = {"layer_idxes": drawn["layer_idxes"], "transforms": {}}
    for name in names:
        given["transforms"][name] = drawn["transforms"][name]
    theirs_poster = dict(drawn["transforms"]["random_posterization"])
    theirs_poster["shift_factor"] = theirs_poster["shift_factor"].astype("uint8")
    given["transforms"]["random_posterization"] = theirs_poster
    assert list(drawn["transforms"]) == names
    wanted = theirs.transform_images(keras.ops.convert_to_tensor(x), given)
    nearly("even" if number == 10 else "", ours.transform_images(x, drawn), wanted)


def test_chains():
    ours, theirs, x = make("chains")
    drawn = arrays(ours.get_random_transformation(x))
    drawn["layer_idxes"] = np.array([[2, 3], [len(ours.names), 0]])
    given = {k: drawn[k] for k in ("chain_mixing_weights", "weight_sample")}
    given["chain_transforms"] = [
        [
            {"layer_name": ours.names[i], "transformation": drawn["transforms"][c][ours.names[i]]}
            for i in chain
            if i < len(ours.names)
        ]
        for c, chain in enumerate(drawn["layer_idxes"])
    ]
    wanted = theirs.transform_images(keras.ops.convert_to_tensor(x), given)
    close(ours.transform_images(x, drawn), wanted, 1e-3)
    assert sorted(make("chains few")[0].names) == sorted(make("chains few")[1]._augment_layers)


def test_jitter_is_its_parts():
    ours, _, x = make("jitter")
    drawn = ours.get_random_transformation(x)
    assert list(drawn) == ["contrast", "hue"]
    y = layers.RandomContrast(0.3, **UNIT).transform_images(x, drawn["contrast"])
    close(
        ours.transform_images(x, drawn),
        layers.RandomHue(0.2, **UNIT).transform_images(y, drawn["hue"]),
    )


def test_ripples_are_smooth_and_move_masks_alike():
    layer = layers.RandomElasticTransform(scale=(0.5, 0.6), seed=1)
    x = np.tile(np.arange(40.0, dtype="float32")[None, :, None, None], (2, 1, 40, 1))
    drawn = layer.get_random_transformation(x)
    out = np.asarray(layer.transform_images(x, drawn))
    moved = np.abs(out - x)
    assert 0.5 < moved.max() < 10 and np.abs(np.diff(out, axis=1)).max() < 4
    masks = np.asarray(layer.transform_segmentation_masks(x.astype("int32"), drawn))
    assert masks.dtype == "int32" and np.abs(masks - out)[:, 8:-8, 8:-8].max() < 3
    assert layers.RandomElasticTransform(scale=0.0).get_random_transformation(x) is None


def test_what_is_drawn():
    x = np.zeros((3000, 2, 2, 3), "float32")
    chosen = layers.RandomInvert((0.2, 0.4), seed=1).get_random_transformation(x)
    assert abs(np.mean(chosen["apply_inversion"]) - 0.3) < 0.03
    lost = layers.RandomPosterization((2, 5), seed=1).get_random_transformation(x)["shift_factor"]
    assert set(np.asarray(lost).tolist()) == {4, 5, 6}
    turns = np.asarray(layers.RandomHue((0.2, 0.4), seed=1).get_random_transformation(x)["factor"])
    assert np.abs(turns).min() >= 0.1 and np.abs(turns).max() <= 0.2 and abs(turns.mean()) < 0.02
    slopes = layers.RandomShear((0.1, 0.3), seed=1).get_random_transformation(x)["shear_factor"]
    slopes = np.asarray(slopes)
    assert np.abs(slopes[:, 0]).min() >= 0.1 and (slopes[:, 1] == 0).all()
    boxes = layers.RandomErasing(scale=(0.25, 0.25), seed=1)
    masks = np.asarray(boxes.get_random_transformation(np.zeros((300, 8, 8, 1)))["batch_masks"])
    assert (masks.sum((1, 2, 3)) == 16).mean() > 0.9
    mixed = layers.CutMix(seed=1).get_random_transformation(np.zeros((300, 20, 20, 1)))
    kept = 1 - np.asarray(mixed["batch_masks"]).mean((1, 2, 3))
    np.testing.assert_allclose(kept, np.ravel(mixed["mix_weight"]), atol=0.1)


def test_keras_reads_what_it_writes_of_shears():
    config = layers.RandomShear(0.3, (0.1, 0.2)).get_config()
    assert config["x_factor"] == 0.3 and config["y_factor"] == [0.1, 0.2]
    theirs = keras.layers.RandomShear(0.3, (0.1, 0.2))
    assert keras.layers.RandomShear.from_config(config).x_factor == theirs.x_factor
    assert layers.RandomShear.from_config(theirs.get_config()).x_factor == (-0.3, 0.3)


def test_pipeline():
    def pipeline(L):
        return L.Pipeline([L.Rescaling(0.5), L.CenterCrop(4, 4), L.RandomFlip(seed=1)], name="p")

    ours, theirs = pipeline(layers), pipeline(keras.layers)
    x = np.random.default_rng(0).uniform(size=SHAPE).astype("float32")
    close(ours(x, training=False), theirs(x, training=False))
    again = layers.Pipeline.from_config(theirs.get_config())
    assert again.name == "p" and [type(a) for a in again.layers] == [type(b) for b in ours.layers]
    assert len(keras.layers.Pipeline.from_config(ours.get_config()).layers) == 3


@pytest.mark.parametrize("number", [2, 5])
def test_boxes(number):
    boxes = {"boxes": np.arange(24.0).reshape(2, 3, 4), "labels": np.arange(6).reshape(2, 3)}
    ours, theirs = (
        L.MaxNumBoundingBoxes(number, bounding_box_format="xyxy")
        if L is keras.layers
        else L.MaxNumBoundingBoxes(number)
        for L in (layers, keras.layers)
    )
    found, wanted = (layer.transform_bounding_boxes(boxes, None) for layer in (ours, theirs))
    for key in ("boxes", "labels"):
        close(found[key], wanted[key])
    kept = layers.RandomInvert(seed=1)({"images": np.zeros((2, 4, 4, 3)), "bounding_boxes": boxes})
    close(kept["bounding_boxes"]["boxes"], boxes["boxes"])


ERRORS = [
    (lambda: layers.RandomGrayscale(2.0), "from 0 to 1"),
    (lambda: layers.RandomPosterization(0), "between 1 and 8"),
    (lambda: layers.RandomShear(-0.1), "`x_factor`.*between 0 and 1"),
    (lambda: layers.RandomGaussianBlur(kernel_size=4), "odd"),
    (lambda: layers.RandomErasing(fill_value="x"), "fill_value"),
    (lambda: layers.Pipeline([3]), "must hold layers"),
    (lambda: layers.Pipeline(layers.Identity()), "list of layers"),
    (
        lambda: layers.RandomFlip()({"images": np.zeros(SHAPE), "bounding_boxes": {}}),
        "cannot move",
    ),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_errors(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
