"""Every op against Keras' op of the same name, and in the three ways it can be called."""

import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from lurnet import ops
from lurnet.core.symbolic import SymbolicTensor, is_symbolic
from lurnet.core.tree import flatten, map_structure, pack_sequence_as
from lurnet.ops import table
from tests.cases import ops as cases
from tests.cases import ops_nn

CASES = [*cases.CASES, *ops_nn.CASES]

NAMES = sorted(n for n in vars(ops) if callable(getattr(keras.ops, n, None)))
IMAGES = sorted(n for n in vars(ops.image) if callable(getattr(keras.ops.image, n, None)))


def pair(name):
    folder, _, own = name.rpartition(".")
    homes = (ops.image, keras.ops.image) if folder else (ops, keras.ops)
    return [getattr(home, own) for home in homes]


def label(case):
    name, args, kwargs = case
    settings = [repr(a)[:12] for a in args if not hasattr(a, "shape") and not isinstance(a, list)]
    return "-".join([name, *settings, *(f"{k}={v}"[:20] for k, v in kwargs.items())])


def leaves(result):
    return [x for x in flatten(result) if x is not None]


def same(ours, theirs, tolerance=2e-5):
    ours, theirs = leaves(ours), leaves(theirs)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert getattr(a, "dtype", type(a)) == getattr(b, "dtype", type(b))
        assert np.shape(a) == np.shape(b)
        if isinstance(a, str):
            assert a == b
            continue
        a, b = np.asarray(a), np.asarray(b)
        if a.dtype.name in ("float16", "bfloat16"):
            a, b, tolerance = a.astype("float32"), b.astype("float32"), 2e-2
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def as_dtype(x, dtype):
    return jnp.asarray(np.abs(x) * 3 if "u" in dtype else x * 3).astype(dtype)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_equals_keras(case):
    name, args, kwargs = case
    ours, theirs = pair(name)
    if name in ("qr", "svd", "eig", "eigh"):
        same(
            map_structure(jnp.abs, ours(*args, **kwargs)),
            map_structure(jnp.abs, tuple(flatten(theirs(*args, **kwargs)))),
            1e-3,
        )
    elif name == "where" and len(args) == 1 or name == "bincount":
        same(ours(*args, **kwargs), theirs(*map(jnp.asarray, args), **kwargs))
    else:
        loose = name in ("lstsq", "logdet", "image.rgb_to_hsv", "image.hsv_to_rgb")
        same(ours(*args, **kwargs), theirs(*args, **kwargs), 1e-4 if loose else 2e-5)


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # the oracle, on integers
@pytest.mark.parametrize("name", [*cases.UNARY, *cases.FLOAT_UNARY])
def test_one_argument_in_every_dtype(name):
    ours, theirs = pair(name)
    x = (cases.UNARY | cases.FLOAT_UNARY)[name]
    same(ours(x), theirs(jnp.asarray(x)))
    for dtype in cases.NARROW if name in cases.UNARY else ():
        try:
            expected = theirs(as_dtype(x, dtype))
        except (TypeError, ValueError):
            continue  # what Keras refuses, lurnet may take
        got = ours(as_dtype(x, dtype))
        assert [np.asarray(v).dtype for v in leaves(got)] == [
            np.asarray(v).dtype for v in leaves(expected)
        ], dtype
        if name in ("relu", "sum", "mean", "floor", "square", "abs"):
            same(got, expected)


@pytest.mark.parametrize("name", cases.BINARY)
def test_two_arguments_in_every_dtype(name):
    ours, theirs = pair(name)
    x, y = cases.BINARY[name]
    same(ours(x, y), theirs(jnp.asarray(x), jnp.asarray(y)))
    for a, b in cases.MIXED:
        args = as_dtype(x, a), as_dtype(y, b)
        try:
            expected = jax.eval_shape(theirs, *args)
        except (TypeError, ValueError):
            continue
        assert jax.eval_shape(ours, *args).dtype == expected.dtype, (a, b)
    for number in (2, 0.5) if name in ("add", "multiply", "maximum", "power", "arctan2") else ():
        for dtype in cases.NARROW:
            args = as_dtype(x, dtype), number
            assert ours(*args).dtype == theirs(*args).dtype, (dtype, number)


def tensors(case):
    """The arguments as one tree, its leaves, and where arrays stand among them."""
    tree = (list(case[1]), case[2])
    flat = flatten(tree)
    return tree, flat, [i for i, x in enumerate(flat) if isinstance(x, np.ndarray) and x.ndim]


def call(case, tree, flat):
    args, kwargs = pack_sequence_as(tree, flat)
    return pair(case[0])[0](*args, **kwargs)


ON_ARRAYS = [
    *(c for c in CASES if tensors(c)[2] and c[0] not in cases.BY_VALUE),
    *((name, (x,), {}) for name, x in (cases.UNARY | cases.FLOAT_UNARY).items()),
    *((name, xs, {}) for name, xs in cases.BINARY.items()),
]
ON_ARRAYS = [
    c
    for c in ON_ARRAYS
    if c[0] not in ("shape", "dtype", "is_tensor", "ndim", "size", "convert_to_tensor")
    and not (c[0] == "where" and len(c[1]) == 1)
]
ONE_EACH = list({c[0]: c for c in reversed(ON_ARRAYS)}.values())[::-1]


@pytest.mark.parametrize("case", ONE_EACH, ids=label)
def test_symbolic(case):
    tree, flat, where = tensors(case)
    real = leaves(call(case, tree, flat))
    known, open_ = list(flat), list(flat)
    batch = flat[where[0]].shape[0]
    for i in where:
        x = flat[i]
        known[i] = SymbolicTensor(x.shape, x.dtype)
        first = None if x.shape[0] == batch else x.shape[0]
        open_[i] = SymbolicTensor((first, *x.shape[1:]), x.dtype)
    inferred = leaves(call(case, tree, known))
    assert all(is_symbolic(x) and x.node is not None for x in inferred)
    assert [(x.shape, x.dtype) for x in inferred] == [(x.shape, x.dtype) for x in real]
    if case[0] in NO_BATCH:
        return
    inferred = leaves(call(case, tree, open_))
    for guess, x in zip(inferred, real, strict=True):
        assert len(guess.shape) == len(x.shape) and guess.dtype == x.dtype
        assert all(g in (None, s) for g, s in zip(guess.shape, x.shape, strict=True))


#: The first axis of these calls is no batch: a matrix to invert, a shape that is written out.
NO_BATCH = {"reshape", "broadcast_to", "vsplit", "cholesky_inverse", "eig", "squeeze", "glu"}
NO_BATCH |= {"image.scale_and_translate"}


@pytest.mark.parametrize("case", ONE_EACH, ids=label)
def test_compiled_and_differentiated(case):
    tree, flat, where = tensors(case)
    real = leaves(call(case, tree, flat))
    floats = [i for i in where if flat[i].dtype == "float32"]
    smooth = floats and case[0] not in cases.NO_GRADIENT
    smooth = smooth and any(jnp.issubdtype(x.dtype, jnp.floating) for x in real)

    def run(xs):
        filled = dict(zip(where, xs, strict=True))
        out = leaves(call(case, tree, [filled.get(i, x) for i, x in enumerate(flat)]))
        kept = [x for x in out if jnp.issubdtype(x.dtype, jnp.floating)]
        return sum(jnp.sum(x) for x in kept) if kept else 0.0, out

    arrays = [flat[i] for i in where]
    if not smooth:
        same(jax.jit(run)(arrays)[1], real, 1e-4)
        return

    def total(xs, rest):
        mixed = {**dict(zip(floats, xs, strict=True)), **rest}
        return run([mixed[i] for i in where])

    rest = {i: flat[i] for i in where if i not in floats}
    grad = jax.jit(jax.grad(total, has_aux=True))
    gradients, out = grad([flat[i] for i in floats], rest)
    same(out, real, 1e-4)
    if not any(np.isnan(flat[i]).any() for i in floats):
        assert all(np.isfinite(g).all() for g in gradients)


@pytest.mark.parametrize("name", [*NAMES, *(f"image.{n}" for n in IMAGES)])
def test_signature(name):
    ours, theirs = (inspect.signature(fn) for fn in pair(name))
    got = [(p.name, p.default, p.kind) for p in ours.parameters.values()]
    assert got == [(p.name, p.default, p.kind) for p in theirs.parameters.values()]


def test_nothing_is_missing():
    public = {n for n in dir(keras.ops) if not n.startswith("_")}
    assert sorted(public - set(vars(ops))) == []
    assert sorted({n for n in dir(keras.ops.image) if n[0] != "_"} - set(vars(ops.image))) == []
    for part in ("nn", "numpy", "linalg"):
        theirs = {n for n in dir(getattr(keras.ops, part)) if n[0] != "_"}
        assert sorted(theirs - set(dir(getattr(ops, part)))) == []


@pytest.mark.parametrize("name", sorted(table.TABLE))
def test_table(name):
    module, class_name = table.keras_class(name)
    home = __import__(module, fromlist=[class_name])
    cls = getattr(home, class_name)
    assert cls.__module__ == module
    canonical = table.ALIASES.get(name, name)
    assert table.op_name(module, class_name) == canonical
    assert table.name_of(table.function(name)) == name
    settings = set(inspect.signature(cls.__init__).parameters) - {"self", "name", "kwargs"}
    assert settings == set(table.config_parameters(name))
    inputs = [p for p in inspect.signature(cls.call).parameters if p != "self"]
    ours = [p for p in inspect.signature(table.function(name)).parameters]
    if name not in table.ALIASES:
        assert inputs == [p for p in ours if p not in settings and p != "kwargs" or p in inputs]


def test_table_agrees_with_a_saved_graph():
    x = keras.Input((4,))
    y = keras.ops.clip(keras.ops.mean(x, axis=-1, keepdims=True), 0, 5) + 2.0
    layers = json.loads(keras.Model(x, y).to_json())["config"]["layers"][1:]
    names = [table.op_name(layer["module"], layer["class_name"]) for layer in layers]
    assert names == ["mean", "clip", "add"]
    for name, layer in zip(names, layers, strict=True):
        assert set(layer["config"]) - {"name"} == set(table.config_parameters(name))


def test_sparsemax():
    # Keras' own gives [0.25, 0, 0] here, which does not sum to 1 as the paper demands.
    np.testing.assert_allclose(ops.sparsemax([1.0, 0.5, -2.0]), [0.75, 0.25, 0], atol=1e-6)
    np.testing.assert_allclose(ops.sparsemax(cases.X).sum(-1), 1, atol=1e-5)
    np.testing.assert_allclose(ops.sparsemax(cases.X, axis=0).sum(0), 1, atol=1e-5)
