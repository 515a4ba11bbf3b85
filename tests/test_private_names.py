"""What begins with an underscore is its module's own: no other module reads it, nor do tests."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETTERS = ("getattr", "hasattr", "setattr", "delattr")
#: Public in spite of their underscore: of named tuples, of `os`.
PUBLIC = {"_replace", "_fields", "_asdict", "_make", "_exit"}

#: (file, name) -> why this module may read what another calls private.
EXCEPTIONS: dict[tuple[str, str], str] = {
    **{
        ("lurnet/core/readable.py", hook): "a class answers it about itself; users' names stay free"
        for hook in ("_program_facts", "_names_in_dicts")
    },
    ("lurnet/core/masking.py", "_keras_mask"): "Keras' name, under which programs print a mask",
    ("lurnet/core/registry.py", "_registered_name"): "noted on a user's own class, as Keras does",
    ("lurnet/core/tape.py", "_trace"): "JAX has no public way from a tracer to its trace",
    ("lurnet/metrics/results.py", "_direction"): "Keras' name, which users' metrics set",
}

#: The same for tests.
IN_TESTS: dict[tuple[str, str], str] = {
    ("tests/conftest.py", "registry"): "what one test registers must not be there in the next",
    ("tests/test_layers_images.py", "_AUGMENT_LAYERS"): "the oracle's own list, to compare with",
    ("tests/test_layers_images.py", "_augment_layers"): "the oracle's own list, to compare with",
    ("tests/test_layers_preprocessing.py", "_compute_affine_matrix"): "of the oracle, not of ours",
    ("tests/test_subclassed_models.py", "_keras_mask"): "Keras' name, which users' programs read",
    ("tests/test_sharing.py", "_left_out"): "plants a fault, to see that the check finds it",
    ("tests/test_sharing.py", "readable"): "plants a fault, to see that the check finds it",
    ("tests/test_sharing.py", "optimizers.Optimizer"): "plants a fault for the check to find",
    ("tests/test_sharing.py", "layers.Dense"): "stands for a user who patches a class of ours",
    ("tests/test_datasets.py", "files"): "no test uses the network: downloads are replaced",
    ("tests/test_datasets.py", "source.SOURCES"): "the hash of a file that a test serves itself",
    ("tests/test_utils_files.py", "files"): "no test uses the network: downloads are replaced",
    ("tests/test_evaluate.py", "memory"): "that memory goes back cannot be seen from outside",
    ("tests/test_fusion.py", "lurnet.layers.conv.RISING"): "counts calls of a function fused so",
    (
        "tests/test_copies.py",
        "_trainable_variables",
    ): "nothing else shows the weights of a copy",
    ("tests/test_study.py", "ensemble"): "a machine that has no memory left for a batch",
}


def is_private(name):
    """Whether a name is a module's own; `_repr_html_` and `__len__` are called by others."""
    return name.startswith("_") and not name.endswith("_") and name not in PUBLIC


def own_names(tree):
    """Every name that a module itself defines: functions, classes, attributes, variables, slots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_own(node):
            yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("__setattr__"):
            yield from (a.value for a in node.args if isinstance(a, ast.Constant))


def is_own(node):
    """Whether an attribute is read of what the code stands in: ``self``, ``cls``, ``super()``."""
    value = node.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in ("super", "type") and node.attr != "__dict__"
    return isinstance(value, ast.Name) and value.id in ("self", "cls")


def foreign_names(text):
    """Private names that a module reads, imports or names in a string, and does not define."""
    tree = ast.parse(text)
    own = set(own_names(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            if not is_own(node) and node.attr not in own:
                yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom):
            parts = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from ((node.lineno, part) for part in parts if is_private(part))
        elif isinstance(node, ast.Import):
            parts = [part for alias in node.names for part in alias.name.split(".")]
            yield from ((node.lineno, part) for part in parts if is_private(part))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from asked_by_name(node, own)


def asked_by_name(call, own):
    """``getattr(other, "_name")`` and its like."""
    if call.func.id not in SETTERS or len(call.args) < 2:
        return
    obj, name = call.args[:2]
    if isinstance(obj, ast.Name) and obj.id in ("self", "cls"):
        return
    given = name.value if isinstance(name, ast.Constant) else None
    if isinstance(given, str) and is_private(given) and given not in own:
        yield call.lineno, given


def patched(text):
    """Lines in which a test puts something of its own in the place of lurnet's."""
    tree = ast.parse(text)
    ours = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "lurnet":
            ours |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            ours |= {a.asname or "lurnet" for a in node.names if a.name.split(".")[0] == "lurnet"}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in ("setattr", "setitem", "delattr", "delitem") or not node.args:
            continue
        target = node.args[0]
        if isinstance(target, ast.Constant):
            first = str(target.value).split(".")[0]
        else:
            first = ast.unparse(target).split(".")[0].split("(")[0].split("[")[0]
        if first in ours | {"lurnet"}:
            yield node.lineno, ast.unparse(target).strip("'")


def found(folder, rule, exceptions):
    for path in sorted((ROOT / folder).rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        for line, name in rule(path.read_text(encoding="utf-8")):
            if (file, name) not in exceptions:
                yield f"{file}:{line} {name}"


def test_no_module_reads_what_another_calls_private():
    assert list(found("lurnet", foreign_names, EXCEPTIONS)) == []


def test_no_test_reads_private_names():
    assert list(found("tests", foreign_names, IN_TESTS)) == []


def test_no_test_puts_its_own_in_place_of_ours():
    assert list(found("tests", patched, IN_TESTS)) == []


@pytest.mark.parametrize("exceptions", [EXCEPTIONS, IN_TESTS])
def test_each_exception_is_one_and_has_a_reason(exceptions):
    for (file, name), reason in exceptions.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        used = {n for _, n in foreign_names(text)} | {n for _, n in patched(text)}
        assert name in used, f"{file} does not read {name}: the exception can go"
        assert len(reason.split()) > 3


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (foreign_names, "def f(x): return x._y"),
        (foreign_names, "from a import _b"),
        (foreign_names, "import jax._src.core"),
        (foreign_names, "from jax._src import core"),
        (foreign_names, "getattr(x, '_y', None)"),
        (patched, "from lurnet import a\ndef test(monkeypatch): monkeypatch.setattr(a, 'b', 1)"),
        (patched, "def test(monkeypatch): monkeypatch.setattr('lurnet.a.b', 1)"),
    ],
)
def test_the_rules_can_fail(rule, text):
    assert len(list(rule(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def f(self, other): self._x = other._x",
        "class A(B):\n    def f(self): return self._of_b",
        "def _f(): ...\nx = module()._f",
        "x.__dict__",
        "getattr(x, 'y')",
    ],
)
def test_own_names_are_no_breach(text):
    assert list(foreign_names(text)) == []
