"""Models that differ in one thing: an argument of a constructor, an attribute set later, a setting.

Each variant makes a model as its base does, but for that thing. Values to try come from the
argument itself; what a class refuses is passed over.
"""

import inspect
import itertools
import typing
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cases import layers as cases_layers
from cases import layers_preprocessing as cases_images
from cases import layers_rnn as cases_rnn
from cases import layers_spatial as cases_spatial
from cases import losses as cases_losses
from cases import metrics as cases_metrics
from cases import optimizers as cases_optimizers

import lurnet
from lurnet import layers, losses, metrics, optimizers
from lurnet.core.fields import Config, given_arguments


class Variant(NamedTuple):
    """A model, and how it is compiled; ``label`` says in what it differs from its base."""

    label: str
    make: Callable[[], Any]
    kind: str  # "train", "test" or "predict"
    y: Any = None  # labels: shape and dtype


BY_NAME = {
    "dtype": ["mixed_bfloat16", "float16"],
    "trainable": [False],
    "autocast": [False],
    "name": ["another"],
    "seed": [5],
    "data_format": ["channels_first", "channels_last"],
    "activity_regularizer": ["l2"],
    "learning_rate": [0.3, lambda: optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)],
    "reduction": ["sum", "none"],
    "padding": ["same", "valid", "causal"],
}
BY_END = {
    "initializer": ["ones", "he_normal"],
    "regularizer": ["l2", "l1"],
    "constraint": ["non_neg"],
    "activation": ["tanh", "sigmoid"],
}
WORDS = ["nearest", "constant", "sum", "mul", "concat", "max", "rms", "tf_idf", "multi_hot", "relu"]


def others(name: str, value: Any, annotation: Any) -> list[Any]:
    """Values to try in the place of one."""
    found = BY_NAME.get(name) or BY_END.get(name.rpartition("_")[2]) or []
    found = [v() if callable(v) else v for v in found]
    found += [v for v in _literals(annotation)]
    if isinstance(value, bool):
        found.append(not value)
    elif isinstance(value, int):
        found += [value + 1, value + 2]
    elif isinstance(value, float):
        found += [value / 2, value + 0.125, 0.0, 1.0]
    elif isinstance(value, str) and not found:
        found += WORDS
    elif isinstance(value, (list, tuple)) and all(type(v) in (int, float) for v in value):
        found += [type(value)(v + i for v in value) for i in (1, -1)]
    elif value is None and not found:
        found += [1, 0.25, True, (1, 2)]
    return [v for v in found if type(v) is not type(value) or v != value]


def _literals(annotation: Any) -> list[Any]:
    if typing.get_origin(annotation) is typing.Literal:
        return list(typing.get_args(annotation))
    inner = getattr(annotation, "__origin__", None)
    parts = typing.get_args(annotation) if inner is None else (inner,)
    return [v for p in parts if p is not annotation for v in _literals(p)]


def arguments_of(obj: Any) -> dict[str, Any]:
    """The arguments that an object was made with, and the defaults of the others."""
    args, kwargs = given_arguments(obj)
    bound = inspect.signature(type(obj)).bind(*args, **kwargs)
    bound.apply_defaults()
    found = dict(bound.arguments)
    for p in inspect.signature(type(obj)).parameters.values():
        if p.kind is p.VAR_KEYWORD:
            found |= found.pop(p.name)
    return found


def changed(make: Callable[[], Any], every: bool) -> Iterator[tuple[str, Callable[[], Any]]]:
    """An object as it is, then with one argument after the other changed.

    With ``every`` to two values each, and also set as an attribute when the object is made.
    """
    yield "as it is", make
    base = make()
    cls = type(base)
    for name, value in arguments_of(base).items():
        annotation = cls.__fields__.get(name) if issubclass(cls, Config) else None
        for other in others(name, value, annotation)[: 2 if every else 1]:
            yield f"{name}={other!r}", _with(make, name, other)
            if every and name in vars(base) and name != "name":
                yield f".{name} = {other!r}", _set(make, name, other)


class Refused(Exception):
    """A value that a class does not take."""


def _with(make: Callable[[], Any], name: str, value: Any) -> Callable[[], Any]:
    def made() -> Any:
        base = make()
        try:
            return type(base)(**arguments_of(base) | {name: value})
        except (TypeError, ValueError, AttributeError) as error:
            raise Refused from error

    return made


def _set(make: Callable[[], Any], name: str, value: Any) -> Callable[[], Any]:
    """An object whose attribute becomes what the constructor makes of a value."""

    def made() -> Any:
        base, other = make(), _with(make, name, value)()
        later.append(lambda: setattr(base, name, getattr(other, name)))
        return base

    return made


#: What is to be done when the model is built.
later: list[Callable[[], None]] = []


# --- models around one object


def around(make: Callable[[], Any], shapes: tuple, ints: int, rate: float = 0.1) -> Any:
    """A model of one layer, with as many inputs as there are shapes."""
    later.clear()
    layer = make()
    dtype = "int32" if ints else "float32"
    inputs = [lurnet.Input(s[1:], dtype=dtype) for s in shapes]
    model = lurnet.Model(inputs, layer(inputs if len(inputs) > 1 else inputs[0]))
    model.compile(optimizers.SGD(rate), "mse" if len(model.outputs) == 1 else None)
    return model


def dense(shape: tuple, units: int) -> Any:
    """A small network; its penalty is something to minimise where there is no loss."""
    penalty = layers.ActivityRegularization(l2=0.1)
    return lurnet.Sequential([lurnet.Input(shape), layers.Dense(units), penalty])


def of_layers(every: bool = False) -> Iterator[Variant]:
    """A variant for each argument of each layer; of one case for each class, or of all."""
    seen: set[str] = set()
    for label, make, shapes, ints in _layer_cases():
        name = type(make()).__name__
        if not every and (name in seen or name.endswith(("1D", "3D"))):
            continue
        seen.add(name)
        for difference, made in changed(make, every):
            whole = lambda m=made, s=shapes, i=ints: around(m, s, i)  # noqa: E731
            for kind in ("train", "predict") if every else ("train",):
                yield Variant(f"{label}({difference})", whole, kind)


def _layer_cases() -> Iterator[tuple[str, Callable[[], Any], tuple, int]]:
    for label, case in (cases_layers.CASES | cases_spatial.POOLS).items():
        yield label, lambda c=case: c.make(layers), case.shapes, case.ints
    for label, case in (cases_rnn.CASES | cases_spatial.MEMORIES).items():
        yield label, lambda c=case: c.make(layers), (case.shape,), 0
    for label, (name, options, *_) in cases_images.RANDOM.items():
        made = lambda n=name, o=options: getattr(layers, n)(**o)  # noqa: E731
        yield f"{name} {label}", made, ((3, 6, 6, 3),), 0


def of_losses(every: bool = False) -> Iterator[Variant]:
    """A variant for each argument of each loss."""
    for case in _first_of(cases_losses.CASES, every):
        make = lambda c=case: getattr(losses, c.cls)(**c.settings)  # noqa: E731
        for difference, made in changed(make, every):

            def whole(made: Any = made, case: Any = case) -> Any:
                later.clear()
                model = dense(case.y_pred.shape[1:-1] + (3,), case.y_pred.shape[-1])
                model.compile(optimizers.SGD(0.1), made())
                return model

            yield Variant(f"{case.cls}({difference})", whole, "train", case.y_true)


def of_metrics(every: bool = False) -> Iterator[Variant]:
    """A variant for each argument of each metric."""
    for case in _first_of(cases_metrics.CASES, every):
        make = lambda c=case: getattr(metrics, c.cls)(**c.settings)  # noqa: E731
        y, pred = case.batches[0][:2]
        if len(pred.shape) < 2:
            continue
        for difference, made in changed(make, every):

            def whole(made: Any = made, shape: tuple = pred.shape) -> Any:
                later.clear()
                model = dense(shape[1:-1] + (3,), shape[-1])
                model.compile(optimizers.SGD(0.1), metrics=[made()])
                return model

            yield Variant(f"{case.cls}({difference})", whole, "test", y)


def _first_of(cases: Any, every: bool) -> Iterator[Any]:
    rows = cases if every else {c.cls: c for c in reversed(list(cases))}.values()
    yield from rows


def of_optimizers(every: bool = False) -> Iterator[Variant]:
    """A variant for each argument of each optimizer, and of each schedule."""
    cases = cases_optimizers.CASES if every else dict(reversed(cases_optimizers.CASES)).items()
    makers = [(n, lambda n=n, o=o: getattr(optimizers, n)(**o)) for n, o in cases]
    makers.append(("LossScaleOptimizer", lambda: optimizers.LossScaleOptimizer(optimizers.SGD())))
    schedules = cases_optimizers.SCHEDULES
    for name, options in schedules if every else dict(reversed(schedules)).items():
        made = lambda n=name, o=options: getattr(optimizers.schedules, n)(**o)  # noqa: E731
        for difference, schedule in changed(made, every):
            yield _trained_by(f"SGD({name}({difference}))", lambda s=schedule: optimizers.SGD(s()))
    for name, make in makers:
        for difference, made in changed(make, every):
            yield _trained_by(f"{name}({difference})", made)
        for difference, change in EXCLUSIONS.items() if "decay" in repr(make()) else ():
            yield _trained_by(f"{name}, {difference}", _then(make, change))


def _then(make: Callable[[], Any], change: Callable[[Any], Any]) -> Callable[[], Any]:
    def made() -> Any:
        optimizer = make()
        change(optimizer)
        return optimizer

    return made


EXCLUSIONS = {
    f"without decay of {name}": lambda o, n=name: o.exclude_from_weight_decay(var_names=[n])
    for name in ("kernel", "bias", "nothing")
}


def _trained_by(label: str, make: Callable[[], Any]) -> Variant:
    def whole() -> Any:
        later.clear()
        model = lurnet.Sequential([lurnet.Input((4,)), layers.Dense(3), layers.Dense(1)])
        model.compile(make(), "mse")
        return model

    return Variant(label, whole, "train")


# --- what compile() and settings add


def _net(**options: Any) -> Callable[[], Any]:
    def made() -> Any:
        later.clear()
        model = lurnet.Sequential([lurnet.Input((4,)), layers.Dense(3), layers.Softmax()])
        model.compile(**{"optimizer": "sgd", "loss": "sparse_categorical_crossentropy"} | options)
        return model

    return made


def _two(names: tuple[str, str] = ("a", "b"), sources: tuple = ("u", "v"), **options: Any) -> Any:
    def made() -> Any:
        later.clear()
        inputs = [lurnet.Input((4,), name=n) for n in sources]
        mixed = layers.Subtract()(inputs)
        outputs = [layers.Dense(3, name=n)(mixed) for n in names]
        model = lurnet.Model(inputs, outputs)
        model.compile(**{"optimizer": "sgd", "loss": "mse"} | options)
        return model

    return made


def _shared(same: bool) -> Callable[[], Any]:
    """Two layers, or one that is called twice; two penalties, or one for two layers."""

    def made() -> Any:
        later.clear()
        one = layers.Dense(4)
        x = lurnet.Input((4,))
        model = lurnet.Model(x, (one if same else layers.Dense(4))(one(x)))
        model.compile("sgd", "mse")
        return model

    return made


def _frozen(index: int) -> Callable[[], Any]:
    def made() -> Any:
        later.clear()
        model = lurnet.Sequential([lurnet.Input((4,)), layers.Dense(4), layers.Dense(4)])
        model.layers[index].trainable = False
        model.compile("sgd", "mse")
        return model

    return made


def _names() -> Iterator[Any]:
    yield ["acc"]
    yield ["accuracy"]
    yield [metrics.SparseCategoricalAccuracy()]
    yield [metrics.SparseCategoricalAccuracy(name="acc")]
    yield ["sparse_categorical_accuracy"]
    yield [metrics.sparse_categorical_accuracy]
    yield None


COMPILED = {
    **{f"metrics={m}": (_net(metrics=m), "sparse") for m in _names()},
    **{f"weighted_metrics={m}": (_net(weighted_metrics=m), "sparse") for m in _names()},
    **{f"loss_weights={w}": (_net(loss_weights=w), "sparse") for w in (None, 1.0, 2.0, [2])},
    **{f"steps_per_execution={n}": (_net(steps_per_execution=n), "sparse") for n in (1, 4)},
    **{f"jit_compile={v}": (_net(jit_compile=v), "sparse") for v in (True, False, "auto")},
    **{f"two losses, weights {w}": (_two(loss_weights=w), "two") for w in ([1, 2], [2, 1], None)},
    **{f"outputs {n}": (_two(n), "two") for n in (("a", "b"), ("b", "a"), ("a", "c"))},
    **{f"inputs {n}": (_two(sources=n), "two") for n in (("u", "v"), ("v", "u"))},
    **{f"metrics of {n}": (_two(metrics={n: "mae"}), "two") for n in "ab"},
    **{f"one layer twice: {s}": (_shared(s), None) for s in (True, False)},
    **{f"frozen: {i}": (_frozen(i), None) for i in (0, 1)},
}


def of_compile() -> Iterator[Variant]:
    """What is given to compile(), and what a graph adds: sharing, names, what is trained."""
    for (label, (make, y)), kind in itertools.product(COMPILED.items(), ("train", "test")):
        yield Variant(label, make, kind, y)


SETTINGS = {
    "floatx": (lurnet.config.set_floatx, lurnet.config.floatx, "float16"),
    "epsilon": (lurnet.config.set_epsilon, lurnet.config.epsilon, 1e-3),
    "image_data_format": (
        lurnet.config.set_image_data_format,
        lurnet.config.image_data_format,
        "channels_first",
    ),
    "dtype_policy": (
        lurnet.config.set_dtype_policy,
        lurnet.config.dtype_policy,
        "mixed_bfloat16",
    ),
}
