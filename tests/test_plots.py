"""Pictures: every plot in one table; titles, labels, no text on top of another, ready to print."""

from html.parser import HTMLParser

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import lurnet
from lurnet import callbacks, layers, plots
from lurnet.core.errors import BadValue

matplotlib.use("Agg")
RNG = np.random.default_rng(0)
IMAGES = RNG.random((6, 12, 12, 1)).astype("float32")
PHOTOS = RNG.random((6, 12, 12, 3)).astype("float32")
POINTS = RNG.normal(size=(40, 2)).astype("float32")
NAMES = ["aeroplane", "bird", "a very long name of a class", "dog"]


def compiled(*some, shape, loss="sparse_categorical_crossentropy"):
    lurnet.utils.set_random_seed(0)
    model = lurnet.Sequential([lurnet.Input(shape), *some], name="network")
    model.compile("sgd", loss, metrics=["accuracy"])
    return model


def network(channels=1):
    return compiled(
        layers.Conv2D(20, 3, activation="relu", name="first_convolution_of_all"),
        layers.BatchNormalization(name="norm"),
        layers.MaxPooling2D(2, name="pool"),
        layers.Conv2D(3, 3, activation="relu", name="second"),
        layers.Flatten(name="flatten"),
        layers.Dense(4, activation="softmax", name="output"),
        shape=(12, 12, channels),
    )


def deep(depth=9):
    hidden = [layers.Dense(4, "tanh", name=f"hidden_{i}") for i in range(depth)]
    return compiled(*hidden, layers.Dense(1), shape=(2,), loss="mse")


def plane(units):
    return compiled(
        layers.Dense(units, "sigmoid" if units == 1 else "softmax"),
        shape=(2,),
        loss="binary_crossentropy" if units == 1 else "sparse_categorical_crossentropy",
    )


def recorded():
    recorder, model = callbacks.GradientRecorder(), deep()
    model.fit(POINTS, POINTS[:, :1], epochs=3, batch_size=8, verbose=0, callbacks=[recorder])
    return recorder


def run(epochs, level=1.0):
    at = np.arange(1, epochs + 1)
    found = {"loss": level / at, "accuracy": 1 - 0.5 / at, "mean_absolute_error": 1000 / at}
    return {
        k: v.tolist() for k, v in (found | {f"val_{k}": v * 1.1 for k, v in found.items()}).items()
    }


def curves(points, count):
    at = np.linspace(0.1, 0.9, points).tolist()
    return {f"{2**k} units": (at, [0.9] * points, [0.2] * points) for k in range(count)}


LABELS = np.arange(6) % 4
LONG = ["connected, images", "valid 3/1", "dropout, L2, images", "a very long name", "same 5/2"]
#: Name: how the figure is made, number of axes with a picture, title, and axis labels it must have.
FIGURES = {
    "history": (lambda: plots.history(run(5)), 3, "Loss", {"epoch", "loss", "accuracy"}),
    "history of replicates": (
        lambda: plots.history([run(90), run(80, 2)], "Replicates"), 3, "Replicates", {"epoch"}),
    "history of many metrics": (
        lambda: plots.history({f"metric_{k}": [0.1, 0.2, k] for k in range(5)}), 5, "Metric 4",
        {"epoch", "metric 3"}),
    "history of runs": (
        lambda: plots.history({"sgd": run(5), "adam": [run(5), run(5, 2)]}, metrics=["loss"]),
        1, "Loss", {"epoch", "loss"}),
    "activations": (
        lambda: plots.activations(network(), IMAGES[0]), 28, "Activations by layer",
        {"first_co..n_of_all", "pool", "second"}),  # "norm" changes nothing before training
    "activations of vectors": (
        lambda: plots.activations(network(3), PHOTOS[0], ["second", "flatten", "output"]),
        6, "Activations by layer", {"second", "flatten", "output"}),
    "activations of points": (
        lambda: plots.activations(deep(3), POINTS[0]), 4, "Activations by layer", set()),
    "activations of one number": (
        lambda: plots.activations(plane(1), POINTS[0]), 1, "Activations by layer", {"unit"}),
    "filters": (
        lambda: plots.filters(network()), 21, "Filters of first_convolution_of_all", {"weight"}),
    "filters in colour": (lambda: plots.filters(network(3)), 20, "Filters", set()),
    "filters further on": (
        lambda: plots.filters(network(), "second", most=2), 3, "(2 of 3)", {"mean weight"}),
    "weights": (lambda: plots.weights(deep()), 10, "Weights of network", {"weight", "number"}),
    "gradients": (
        lambda: plots.gradients(recorded()), 1, "Gradients by layer",
        {"epoch", "mean absolute gradient"}),
    "gradients by step": (
        lambda: plots.gradients(recorded(), "norm", "step", "Steps"), 1, "Steps",
        {"step", "norm of the gradient"}),
    "learning rate": (
        lambda: plots.learning_rate(deep(1), POINTS, POINTS[:, :1], steps=60), 1,
        "Learning-rate range test", {"learning rate", "loss"}),
    "boundary": (
        lambda: plots.decision_boundary(plane(1), POINTS, POINTS[:, 0] > 0), 2,
        "Decision boundary", {"$x_1$", "$x_2$", "probability of class 1"}),
    "boundary with names": (
        lambda: plots.decision_boundary(plane(1), POINTS, POINTS[:, 0] > 0, ["ill", "well"]), 2,
        "Decision boundary", {"probability of well"}),
    "boundary of classes": (
        lambda: plots.decision_boundary(plane(4), POINTS, np.arange(40) % 4, NAMES), 1,
        "Decision boundary", {"$x_1$", "$x_2$"}),
    "confusion": (
        lambda: plots.confusion(LABELS, LABELS[::-1]), 2, "Confusion: 0 of 6 right",
        {"predicted class", "true class", "share of the true class"}),
    "confusion with names": (
        lambda: plots.confusion(LABELS, LABELS, NAMES), 2, "Confusion: 6 of 6 right",
        {"predicted class"}),
    "top losses": (lambda: plots.top_losses(network(), IMAGES, LABELS), 6, "Highest losses", set()),
    "top losses with names": (
        lambda: plots.top_losses(network(3), PHOTOS, LABELS, 3, NAMES), 3, "Highest losses", set()),
    "reconstructions": (
        lambda: plots.reconstructions({"original": IMAGES, "noisy": IMAGES, "denoised": IMAGES}),
        18, "Reconstructions", {"original", "noisy", "denoised"}),
    "reconstructions of photos": (
        lambda: plots.reconstructions({"original": PHOTOS[:2], "denoised": PHOTOS}), 4,
        "Reconstructions", {"original"}),
    "saliency": (lambda: plots.saliency(network(), IMAGES, samples=2), 13, "Saliency", set()),
    "saliency of one": (
        lambda: plots.saliency(network(3), PHOTOS[:1], 2, NAMES), 3, "Saliency", set()),
    "integrated gradients": (
        lambda: plots.integrated_gradients(network(3), PHOTOS, names=NAMES, steps=4), 13,
        "Integrated gradients", set()),
    "grad cam": (lambda: plots.grad_cam(network(), IMAGES[:3]), 7, "Grad-CAM", set()),
    "occlusion": (
        lambda: plots.occlusion(network(), IMAGES[:3], lambda y: y[:, 0], stride=4), 7,
        "Occlusion by patches of 4 pixels", set()),
    "error bars": (
        lambda: plots.error_bars({"a": ([1, 2], [1, 2], [0.1, 0.2])}, "noise", "accuracy", "Noise"),
        1, "Noise", {"noise", "accuracy"}),
    "error bars of long names": (
        lambda: plots.error_bars(
            {c: (LONG, np.linspace(0.5, 0.9, 5), np.full(5, 0.2)) for c in ("with noise", "plain")},
            "network", "accuracy", "Names", "data", bounds=(0, 1)),
        1, "Names", {"network", "accuracy"}),
    "error bars of short names": (
        lambda: plots.error_bars({"": (list("abc"), [1, 2, 3], [1, 1, 1])}, "name", "loss", "Few"),
        1, "Few", {"name", "loss"}),
    "error bars of whole numbers": (
        lambda: plots.error_bars({"": ([8, 16, 32, 64], [1, 2, 3, 4], [1] * 4)}, "units", "loss"),
        1, "", {"units"}),
    "panels": (
        lambda: plots.error_bar_panels(
            {f"padding=same, strides={k}": curves(4, 3) for k in range(5)}, "rate", "accuracy",
            "Panels", "units"), 5, "Panels", set()),
    "panels of long names": (
        lambda: plots.error_bar_panels(
            {p: {c: (LONG, [0.5] * 5, [0.1] * 5) for c in ("a", "b")} for p in ("one", "two")},
            "network", "validation accuracy (mean of 3, 95 % interval)"), 2, "one", set()),
    "bands": (
        lambda: plots.bands(
            {f"units={k}, rate=0.5": ([0.5, 0.8], [0.2, 0.6], [0.9, 1.1]) for k in range(7)},
            "epoch", "accuracy", "Bands", bounds=(0, 1)), 1, "Bands", {"epoch", "accuracy"}),
    "model": (lambda: plots.model(network(), "Network"), 1, "Network", set()),
}  # fmt: skip


@pytest.fixture(scope="module", params=FIGURES)
def drawn(request):
    make, *facts = FIGURES[request.param]
    figure = make()
    FigureCanvasAgg(figure).draw()
    return figure, *facts


def texts(figure):
    """All texts that are seen, with their places."""
    found = list(figure.texts)
    for ax in figure.axes:
        found += [ax.title, *ax.texts]
        found += [] if ax.get_legend() is None else ax.get_legend().findobj(Text)
        if ax.axison:
            found += [ax.xaxis.label, ax.yaxis.label, *ticks(ax.xaxis), *ticks(ax.yaxis)]
    shown = [t for t in found if t is not None and t.get_visible() and t.get_text().strip()]
    return [(t.get_text(), t.get_window_extent()) for t in shown]


def ticks(axis):
    """Labels of the ticks between the axis' limits; those beyond are never drawn."""
    low, high = sorted(axis.get_view_interval())
    margin = 1e-6 * (high - low)
    inside = [t for t in axis.get_major_ticks() if low - margin <= t.get_loc() <= high + margin]
    return [label for t in inside for label in (t.label1, t.label2)]


def test_figures_have_axes_title_and_labels(drawn):
    figure, axes, title, labels = drawn
    assert isinstance(figure, Figure)
    assert sum(ax.axison and bool(ax.has_data()) or bool(ax.texts) for ax in figure.axes) == axes
    found = {label for ax in figure.axes for label in (ax.get_xlabel(), ax.get_ylabel())}
    assert labels <= found
    titles = [ax.get_title() for ax in figure.axes]
    assert any(title in t for t in [*titles, figure.get_suptitle()])


def test_no_text_lies_on_another_or_outside(drawn):
    figure = drawn[0]
    seen = texts(figure)
    for i, (text, box) in enumerate(seen):
        assert box.x0 >= -1 and box.y0 >= -1, text
        assert box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1, text
        for other, there in seen[:i]:
            wide = min(box.x1, there.x1) - max(box.x0, there.x0)
            high = min(box.y1, there.y1) - max(box.y0, there.y0)
            assert wide < 1.5 or high < 1.5, f"{text!r} lies on {other!r}"


def test_sizes_are_sensible(drawn):
    width, height = drawn[0].get_size_inches()
    assert 1.5 <= width <= 15 and 1.5 <= height <= 15
    assert all(t.get_fontsize() >= 6.5 for t in drawn[0].findobj(Text) if t.get_text().strip())


def test_the_overlap_check_can_fail():
    figure = plots.history(run(3), metrics=["loss"])
    figure.axes[0].text(0.5, 1.02, "On the title", transform=figure.axes[0].transAxes)
    FigureCanvasAgg(figure).draw()
    with pytest.raises(AssertionError, match="lies on"):
        test_no_text_lies_on_another_or_outside([figure])


IN_AXES = {
    "confusion": lambda ax: plots.confusion(LABELS, LABELS, ax=ax),
    "boundary": lambda ax: plots.decision_boundary(plane(1), POINTS, POINTS[:, 0] > 0, ax=ax),
    "gradients": lambda ax: plots.gradients(recorded(), ax=ax),
    "learning rate": lambda ax: plots.learning_rate(deep(1), POINTS, POINTS[:, :1], ax=ax, steps=9),
}


@pytest.mark.parametrize("name", IN_AXES)
def test_pictures_go_into_given_axes(name):
    figure = Figure(layout="constrained")
    left, right = figure.subplots(1, 2)
    assert IN_AXES[name](right) is figure
    assert right.get_title() and not left.has_data()


# --- what is drawn


def test_history_draws_means_and_bands():
    ax = plots.history([run(4), run(4, 3)], metrics=["loss"]).axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), 2 / np.arange(1, 5))
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert np.isclose(band.max(), 2 + 2**0.5) and ax.get_legend() is not None


SHARE = {"": ([0.1, 0.2], [0.95, 0.02], [0.1, 0.1])}
PERCENT = {"": ([0.1, 0.2], [95.0, 2.0], [10.0, 10.0])}


def bars(figure):
    """The ends of all error bars along the vertical axis."""
    found = [c.lines[2][0].get_segments() for ax in figure.axes for c in ax.containers]
    return np.concatenate(found)[:, :, 1]


@pytest.mark.parametrize(
    ("given", "bounds", "ends"),
    [
        (SHARE, (0, 1), [[0.85, 1], [0, 0.12]]),
        (SHARE, None, [[0.85, 1.05], [-0.08, 0.12]]),
        (PERCENT, (0, 1), [[85, 105], [-8, 12]]),  # these are no shares
    ],
)
def test_bars_end_where_the_quantity_does(given, bounds, ends):
    np.testing.assert_allclose(bars(plots.error_bars(given, "x", "y", bounds=bounds)), ends)


def test_bands_of_shares_end_at_one():
    some = [{"accuracy": [0.9, 1.0], "loss": [1.0, 0.1]}, {"accuracy": [0.98, 0.5], "loss": [0, 2]}]
    accuracy, loss = (
        plots.history(some, metrics=[m]).axes[0].collections[0].get_paths()[0].vertices[:, 1]
        for m in ("accuracy", "loss")
    )
    assert accuracy.max() == 1 and loss.min() < 0


def test_many_bands_are_bars_behind_the_ends():
    """Bands that would cover each other stand side by side, where no epoch is marked."""
    curves = {str(k): ([0.5, 0.7], [0.4, 0.6], [0.6, 1.1]) for k in range(4)}
    few, many = (
        plots.bands(dict(list(curves.items())[:n]), "epoch", "accuracy", bounds=(0, 1)).axes[0]
        for n in (3, 4)
    )
    assert len(few.collections) == 3 and max(few.collections[0].get_paths()[0].vertices[:, 0]) == 2
    ends = np.array([c.get_segments()[0] for c in many.collections])
    np.testing.assert_allclose(ends[..., 1], [[0.6, 1.0]] * 4)
    places = ends[:, 0, 0]
    assert (np.diff([2, *places]) > 0).all() and max(many.get_xticks()) == 2


def test_names_are_points_in_the_order_given():
    curves = {"a": (["z", "m"], [1, 2], [1, 1]), "b": (["m", "a"], [3, 4], [1, 1])}
    ax = plots.error_bars(curves, "x", "y", order=["z", "a", "m"]).axes[0]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["z", "a", "m"]
    assert all(line.get_linestyle() == "None" for line in ax.lines)
    np.testing.assert_allclose(np.round(ax.containers[1].lines[0].get_xdata()), [2, 1])
    numbers = {"a": ([3, 1], [1, 2], [1, 1])}
    assert plots.error_bars(numbers, "x", "y").axes[0].lines[0].get_linestyle() == "-"


def test_long_names_stand_below_each_other():
    ax = plots.error_bars({"": (LONG, [1] * 5, [1] * 5)}, "x", "y").axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == LONG and ax.yaxis_inverted()
    assert ax.get_ylabel() == "x"


def test_panels_share_axes_and_legend():
    figure = plots.error_bar_panels({f"p{k}": curves(3, k + 1) for k in range(4)}, "x", "y")
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in figure.axes}) == 1
    (legend,) = figure.legends
    assert [t.get_text() for t in legend.get_texts()] == [f"{2**k} units" for k in range(4)]
    colors = {ax.containers[0].lines[0].get_color() for ax in figure.axes}
    assert len(colors) == 1  # the same curve has the same colour in all panels


def test_top_losses_are_the_highest():
    model = network()
    p = model.predict(IMAGES, verbose=0)
    losses = -np.log(p[np.arange(6), LABELS])
    worst = int(losses.argmax())
    ax = plots.top_losses(model, IMAGES, LABELS, 2).axes[0]
    assert ax.get_title().startswith(f"true: {LABELS[worst]}\nsaid: {p[worst].argmax()} (")
    assert ax.get_title().endswith(f"loss {losses[worst]:.1f}")
    np.testing.assert_allclose(ax.images[0].get_array(), IMAGES[worst, ..., 0])


def test_the_boundary_is_where_the_model_changes_its_mind():
    model = plane(1)
    model.set_weights([np.array([[5.0], [0.0]]), np.array([-1.0])])  # one half at x1 = 0.2
    ax = plots.decision_boundary(model, POINTS, POINTS[:, 0] > 0.2).axes[0]
    line = next(c for c in ax.collections if c.get_edgecolor().tolist() == [[0, 0, 0, 1]])
    np.testing.assert_allclose(line.get_paths()[0].vertices[:, 0], 0.2, atol=1e-3)


def test_units_are_whole_numbers():
    (ax,) = plots.activations(plane(1), POINTS[0]).axes
    low, high = ax.get_xlim()
    assert [t for t in ax.get_xticks() if low <= t <= high] == [0]


def test_gradients_by_epoch_are_means_of_steps():
    recorder = recorded()
    line = plots.gradients(recorder).axes[0].lines[0].get_ydata()
    np.testing.assert_allclose(line, recorder.means[:, 0].reshape(3, 5).mean(1), rtol=1e-6)


def test_activations_are_those_of_the_model():
    model = network()
    figure = plots.activations(model, IMAGES[0], ["second"])
    shown = next(ax for ax in figure.axes if ax.get_ylabel() == "second").images[0].get_array()
    np.testing.assert_allclose(
        shown, model.activations(IMAGES[:1], ["second"])["second"][0, ..., 0]
    )


def rows(model, layers=None):
    figure = plots.activations(model, IMAGES[0], layers)
    return [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()]


def test_normalised_channels_look_as_before():
    """Each map is drawn on its own scale, so only a channel turned upside down is new."""
    norm = layers.BatchNormalization(name="norm")
    some = layers.Conv2D(3, 3, name="conv"), norm, layers.ReLU(name="relu")
    model = compiled(*some, shape=(12, 12, 1))
    mean, variance = np.array([0.1, -0.2, 0.3]), np.array([1.0, 4.0, 0.25])
    norm.set_weights([np.array([1.0, 2.0, 0.5]), np.array([0.0, 0.5, -0.5]), mean, variance])
    assert rows(model) == ["conv", "relu"]
    norm.set_weights([np.array([1.0, -2.0, 0.5]), np.zeros(3), mean, variance])
    assert rows(model) == ["conv", "norm", "relu"]


def test_layers_that_show_nothing_new_are_left_out():
    model = compiled(
        layers.Rescaling(2.0, -1.0, name="scale"),
        layers.RandomFlip(name="flip"),
        layers.GaussianNoise(0.1, name="noise"),
        layers.Conv2D(4, 3, name="conv"),
        layers.Dropout(0.5, name="drop"),
        layers.ReLU(name="relu"),
        layers.SpatialDropout2D(0.5, name="spatial"),
        layers.MaxPooling2D(name="pool"),
        layers.Flatten(name="flat"),
        layers.Dense(4, "softmax", name="output"),
        shape=(12, 12, 1),
    )
    assert rows(model) == ["conv", "relu", "pool"]
    assert rows(model, ["scale", "drop", "flat"]) == ["scale", "drop", "flat"]
    dense = compiled(
        layers.Flatten(name="flat"),
        layers.Dense(3, name="dense"),
        layers.Dropout(0.5, name="drop"),
        layers.Dense(4, "softmax", name="output"),
        shape=(12, 12, 1),
    )
    assert rows(dense) == ["dense", "output"]
    dead = compiled(
        layers.Conv2D(2, 3, activation="relu", bias_initializer=lambda s, dtype: np.full(s, -99.0),
                      name="dead"),
        layers.MaxPooling2D(name="pool"), shape=(12, 12, 1),
    )  # fmt: skip
    assert rows(dead) == ["dead", "pool"]
    same = compiled(layers.Flatten(name="flat"), shape=(12, 12, 1))
    assert rows(same) == ["flat"]


BAD = [
    (lambda: plots.history({}), "no curve"),
    (lambda: plots.history(run(2), metrics=["los"]), "no metric 'los'"),
    (lambda: plots.decision_boundary(plane(1), IMAGES, LABELS), "points in the plane"),
    (lambda: plots.top_losses(deep(1), POINTS, np.arange(40) % 2), "probabilities"),
    (lambda: plots.reconstructions({"a": IMAGES, "b": []}), "an image at least"),
    (lambda: plots.reconstructions({"a": POINTS}), "must be"),
    (lambda: plots.error_bar_panels({}, "x", "y"), "one panel or more"),
    (lambda: plots.saliency(network(), IMAGES[0]), r"image\[None\]"),
    (lambda: plots.filters(deep(1)), "no built layer with filters"),
    (lambda: plots.filters(network(), "norm"), "named 'norm'"),
    (lambda: plots.gradients(callbacks.GradientRecorder(), "median"), "'mean' or 'norm'"),
    (lambda: plots.weights(lurnet.Sequential([layers.Dense(1)])), "no trainable weights yet"),
]


@pytest.mark.parametrize(("call", "said"), BAD)
def test_mistakes_are_told(call, said):
    with pytest.raises(BadValue, match=said):
        call()


# --- the tree in a notebook


class Page(HTMLParser):
    """Tags that are opened and closed in order, and the text of each summary."""

    def __init__(self):
        super().__init__()
        self.open, self.summaries, self.details = [], [], []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "summary":
            self.summaries.append("")
        if tag == "details":
            self.details.append(dict(attributes))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "summary" in self.open:
            self.summaries[-1] += data


def parsed(layer):
    page = Page()
    page.feed(layer._repr_html_())
    assert page.open == []
    return page


def test_the_tree_holds_every_layer_and_is_closed_but_for_the_first():
    x = lurnet.Input((8, 8, 1), name="photo")
    body = lurnet.Sequential([layers.Conv2D(2, 3, name="conv")], name="body")
    y = layers.Dense(3, name="<out>")(layers.Flatten(name="flat")(body(x) * 2.0))
    page = parsed(lurnet.Model(x, y, name="network"))
    names = [s.split()[0] for s in page.summaries]
    assert names[0] == "network" and {"photo", "body", "conv", "flat", "<out>"} <= set(names)
    assert "(None, 6, 6, 2) · 20 parameters" in page.summaries[names.index("conv")]
    assert ["open" in d for d in page.details] == [True] + [False] * (len(names) - 1)


@pytest.mark.parametrize(
    "layer", [layers.Dense(3), layers.Bidirectional(layers.LSTM(2)), lurnet.Sequential()]
)
def test_the_tree_of_what_is_not_built(layer):
    assert "not built yet" in layer._repr_html_()
    parsed(layer)
