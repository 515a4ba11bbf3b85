"""The house rules: who may import whom, who may open files, what must be documented."""

import ast
import importlib
import inspect
import tomllib
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEVELS = [
    {"core"},
    {"kernels"},
    {"ops", "random"},
    {
        "activations",
        "initializers",
        "regularizers",
        "constraints",
        "losses",
        "metrics",
        "optimizers",
    },
    {"layers"},
    {"training", "inference", "callbacks", "saving"},
    {"looking"},
    {"models"},
    {"applications", "datasets", "explain", "utils", "backend", "config", "dtype_policies"},
    {"study", "plots", "report"},
    {"", "compat"},  # "" is lurnet itself, which gathers what is below it
    {"cli", "__main__"},
]
JAX = (
    "core/",
    "kernels/",
    "ops/",
    "inference/",
    "random.py",
    "training/step.py",
    "training/program.py",
    "training/device.py",
    "training/device_loop.py",
    "saving/export.py",
)
NEVER = {"keras", "tensorflow", "torch"}
CLOSED = {"h5py.File", "zipfile", "tarfile", "numpy.load", "pickle", "marshal", "importlib"}
CLOSED |= {"eval", "exec", "__import__"}
OPEN = {"saving/*", "datasets/containers.py", "utils/archives.py", "__init__.py", "compat/*"}


def modules(root):
    """Every module below ``root/lurnet``: dotted name to path."""
    names = {}
    for path in sorted((root / "lurnet").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def imports(name, path):
    """(module, name taken from it or None, name it gets here) for each import, at any depth."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None, alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*up, *([node.module] if node.module else [])])
            yield from ((source, alias.name, alias.asname or alias.name) for alias in node.names)


def whole(source, name, known):
    """The module that ``from source import name`` means: a submodule, or ``source`` itself."""
    full = f"{source}.{name}"
    return full if full in known or (source == "lurnet" and level(full) is not None) else source


def graph(root):
    """For each module of lurnet, the modules of lurnet that it imports."""
    known = modules(root)
    edges = {}
    for name, path in known.items():
        found = {whole(a, b, known) for a, b, _ in imports(name, path)}
        edges[name] = {target for target in found if target.split(".")[0] == "lurnet"}
    return edges


def level(name):
    part = [*name.split("."), ""][1]
    return next((i for i, parts in enumerate(LEVELS) if part in parts), None)


def upward(root):
    """Modules with no level, and imports from a higher level than the importer's."""
    edges = graph(root)
    return [f"{name} has no level" for name in edges if level(name) is None] + [
        f"{name} imports {target}, which is above it"
        for name, targets in edges.items()
        for target in sorted(targets)
        if None not in (level(name), level(target)) and level(target) > level(name)
    ]


def circles(root):
    try:
        TopologicalSorter(graph(root)).prepare()
    except CycleError as error:
        return [" imports ".join(error.args[1][::-1])]
    return []


def foreign(root):
    """Imports of jax where it has no place, and of other frameworks anywhere."""
    found = []
    for name, path in modules(root).items():
        file = path.relative_to(root / "lurnet").as_posix()
        tops = {source.split(".")[0] for source, _, _ in imports(name, path)}
        wrong = tops & NEVER | (set() if file.startswith(JAX) else tops & {"jax", "jaxlib"})
        found += [f"{file} imports {top}" for top in sorted(wrong)]
    return found


def doors(root):
    """Uses of what only `saving` and the exceptions may use: opening archives, running code."""
    found = []
    for name, path in modules(root).items():
        file = path.relative_to(root / "lurnet").as_posix()
        if any(fnmatch(file, pattern) for pattern in OPEN):
            continue
        given = {here: f"{a}.{b}" if b else a for a, b, here in imports(name, path)}
        used = set(given.values()) | {source for source, _, _ in imports(name, path)}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name | ast.Attribute):
                first, *rest = ast.unparse(node).split(".")
                used.add(".".join([given.get(first, first), *rest]))
        wrong = {c for u in used for c in CLOSED if u == c or u.startswith(c + ".")}
        found += [f"{file} uses {use}" for use in sorted(wrong)]
    return found


RULES = [upward, circles, foreign, doors]


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule):
    assert rule(ROOT) == []


def test_lint_has_the_same_exceptions():
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    ignores = lint["per-file-ignores"].items()
    files = {f for f, rules in ignores if "TID251" in rules and f.startswith("lurnet/")}
    assert files == {f"lurnet/{file}" for file in OPEN}
    banned = set(lint["flake8-tidy-imports"]["banned-api"])
    assert banned == {use for use in CLOSED if use not in ("eval", "exec", "__import__")}


def test_public_names_are_documented():
    packages = [name for name, path in modules(ROOT).items() if path.name == "__init__.py"]
    missing = []
    for package in packages:
        module = importlib.import_module(package)
        for name, value in vars(module).items():
            ours = getattr(value, "__module__", "").split(".")[0] == "lurnet"
            public = not name.startswith("_") and (
                inspect.isclass(value) or inspect.isfunction(value)
            )
            if public and ours and not inspect.getdoc(value):
                missing.append(f"{package}.{name}")
        if not inspect.getdoc(module):
            missing.append(package)
    assert missing == []


def lengths(path):
    """Lines of a file, and of each function in it, docs left out."""
    text = path.read_text(encoding="utf-8")
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    docs = [f.body[0] if ast.get_docstring(f) else None for f in functions]
    less = [d.end_lineno - d.lineno + 1 if d else 0 for d in docs]
    spans = [f.end_lineno - f.lineno + 1 for f in functions]
    return text.count("\n"), [span - n for span, n in zip(spans, less, strict=True)]


def test_files_and_functions_are_short():
    long, functions = {}, []
    for folder in ("lurnet", "tests", "scripts", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            lines, found = lengths(path)
            functions += found if folder == "lurnet" else []
            if lines > 500:
                long[path.relative_to(ROOT).as_posix()] = lines
    assert long == {}
    assert sorted(functions)[int(0.9 * len(functions))] < 25
    assert max(functions) <= 53


BAD = [
    (upward, {"core/a.py": "import lurnet.layers.b", "layers/b.py": ""}),
    (upward, {"core/a.py": "def f():\n    from ..layers import b", "layers/b.py": ""}),
    (upward, {"core/a.py": "from lurnet import layers", "layers/__init__.py": ""}),
    (upward, {"new/a.py": ""}),
    (circles, {"core/a.py": "from . import b", "core/b.py": "def f():\n    from .a import x"}),
    (circles, {"layers/a.py": "import lurnet.layers", "layers/__init__.py": "from .a import x"}),
    (foreign, {"layers/a.py": "import jax.numpy as jnp"}),
    (foreign, {"core/a.py": "import keras"}),
    (foreign, {"training/steps/a.py": "from jax import lax"}),
    (doors, {"utils/a.py": "from h5py import File"}),
    (doors, {"utils/a.py": "import h5py as h\ndef f(x):\n    return h.File(x)"}),
    (doors, {"utils/a.py": "import numpy as np\nf = np.load"}),
    (doors, {"utils/a.py": "x = eval('1')"}),
    (doors, {"utils/a.py": "import importlib.util"}),
    (doors, {"utils/__init__.py": "from importlib import import_module"}),
    (doors, {"datasets/mnist.py": "import pickle"}),
]


def tree(root, files):
    for file, text in files.items():
        path = root / "lurnet" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(("rule", "files"), BAD)
def test_rules_can_fail(rule, files, tmp_path):
    assert len(rule(tree(tmp_path, files))) == 1


def test_rules_let_good_trees_pass(tmp_path):
    good = {
        "core/a.py": "import jax",
        "core/b.py": "from lurnet.core.a import x",
        "layers/c.py": "from ..core import b\nimport h5py, numpy",
        "saving/d.py": "import zipfile, h5py\nf = h5py.File",
        "compat/deep/e.py": "import importlib",
    }
    assert [rule(tree(tmp_path, good)) for rule in RULES] == [[], [], [], []]
