"""A fact about a class stands on the class: no other module lists classes to decide by.

Looked for are displays (tuples, lists, sets, dictionaries) of two or more layers, losses, metrics,
optimizers or callbacks, as classes or by name, and the like in the second place of ``isinstance``.
"""

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOMES = ("layers", "losses", "metrics", "optimizers", "callbacks", "initializers.py")

#: Files that name classes for another reason than to decide about them.
EXCEPTIONS = {
    "lurnet/saving/*": "names that stand in files of older versions are data of the format",
    "lurnet/compat/*": "names that older versions had",
    "lurnet/*/__init__.py": "tables of contents",
    "lurnet/__init__.py": "the table of contents",
    "lurnet/ops/table.py": "names under which Keras' files hold ops",
    "lurnet/looking/diagram.py": "colours by words in class names, of users too",
}


def public_classes(root):
    """Name of each public class at home in the folders above -> its folder."""
    found = {}
    for home in HOMES:
        path = root / "lurnet" / home
        for file in [path] if path.suffix else sorted(path.rglob("*.py")):
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name] = home
    return found


def snake(name):
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def lists_of_classes(text, classes):
    """Lines with a display that names two classes or more."""
    tree = ast.parse(text)
    exported = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AugAssign)
        and "__all__" in ast.unparse(node).split("=")[0]
    } | {id(node.slice) for node in ast.walk(tree) if isinstance(node, ast.Subscript)}
    snakes = {snake(name) for name in classes}
    for node in ast.walk(tree):
        if id(node) in exported:  # or the parts of a type, as in dict[Dense, Conv2D]
            continue
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = node.elts
        elif isinstance(node, ast.Dict):
            parts = [key for key in node.keys if key is not None]
        else:
            continue
        if sum(names_class(part, classes, snakes) for part in parts) >= 2:
            yield node.lineno


def names_class(node, classes, snakes):
    if isinstance(node, ast.Attribute):
        return node.attr in classes
    if isinstance(node, ast.Name):
        return node.id in classes
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value in classes or ("_" in node.value and node.value in snakes)
    return False


def breaches(root):
    classes = public_classes(root)
    for path in sorted((root / "lurnet").rglob("*.py")):
        file = path.relative_to(root).as_posix()
        if any(fnmatch(file, pattern) for pattern in EXCEPTIONS):
            continue
        home = file.split("/")[1]
        others = {name for name, at in classes.items() if at != home}
        yield from (f"{file}:{n}" for n in lists_of_classes(path.read_text("utf-8"), others))


def test_no_module_lists_classes_of_another():
    assert list(breaches(ROOT)) == []


@pytest.mark.parametrize(
    "text",
    [
        "isinstance(x, (layers.Dense, layers.Conv2D))",
        "SUMS = L1, L2",
        "{'Dense': 1, 'Conv2D': 2}",
        "x in ('mean_squared_error', 'mean_absolute_error')",
    ],
)
def test_the_rule_can_fail(text):
    classes = {"Dense", "Conv2D", "L1", "L2", "MeanSquaredError", "MeanAbsoluteError"}
    assert len(list(lists_of_classes(text, classes))) == 1


def test_a_single_class_and_a_table_of_contents_are_no_list():
    text = "__all__ = ['Dense', 'Conv2D']\nisinstance(x, Dense)\n[Dense(), f]"
    assert list(lists_of_classes(text, {"Dense", "Conv2D"})) == []
