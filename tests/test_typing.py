"""Types as users see them: type checkers flag no right program, and the mistakes in wrong ones.

The checkers run as for an installed package, in strict mode. Both come from the package registry
with all that they need; where one is missing, its tests are skipped and say so.
"""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cases.every_layer import LAYERS

import lurnet

ROOT = Path(__file__).resolve().parent.parent
FILES = ROOT / "tests" / "typing"
CHECKERS = ["pyright", "basedpyright"]


def check(checker, folder, mode="strict"):
    """What a checker says of the files in a folder: (file, line from 1, rule, message)."""
    program = Path(sys.executable).with_name(checker)
    if not program.exists() and shutil.which(checker) is None:
        pytest.skip(f"{checker} is not installed: pip install {checker}")
    settings = {"typeCheckingMode": mode, "pythonVersion": "3.11"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    python = ["--pythonpath", sys.executable]  # so that lurnet is found as a package, not as source
    command = [str(program) if program.exists() else checker, "--outputjson", *python]
    run = subprocess.run(
        [*command, "-p", str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    found = json.loads(run.stdout)["generalDiagnostics"]
    return [
        (Path(d["file"]).name, d["range"]["start"]["line"] + 1, d.get("rule"), d["message"])
        for d in found
        if d["severity"] == "error" and "PossiblyUnbound" not in d.get("rule", "")
    ]


@pytest.fixture(params=CHECKERS)
def checked(request, tmp_path):
    """A function of files, by name, and a mode: what the checker says of them."""

    def run(files, mode="strict"):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return check(request.param, tmp_path, mode)

    return run


def texts(*patterns):
    return {p.name: p.read_text() for pattern in patterns for p in sorted(ROOT.glob(pattern))}


def test_right_programs_are_not_flagged(checked):
    assert checked(texts("tests/typing/right/*.py")) == []


def test_wrong_programs_are_flagged_line_by_line(checked):
    files = texts("tests/typing/wrong/*.py")
    wanted = {
        (name, number, rule)
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        for rule in re.findall(r"# (report\w+)$", line)
    }
    assert len(wanted) > 70
    found = checked(files)
    rules = {rule for _, _, rule in wanted}
    assert {(f, n, r) for f, n, r, _ in found if r in rules} == wanted


def test_examples_are_not_flagged(checked):
    assert checked(texts("examples/*.py"), "standard") == []


PACKAGES = {
    **{"keras": lurnet, "layers": lurnet.layers, "losses": lurnet.losses},
    **{"metrics": lurnet.metrics, "ops": lurnet.ops, "optimizers": lurnet.optimizers},
    **{"callbacks": lurnet.callbacks, "initializers": lurnet.initializers},
    **{"models": lurnet.models, "utils": lurnet.utils, "random": lurnet.random},
}


def offered(module):
    """The public names of a module that a program may use."""
    inside = {"training", "kernels", "inference", "looking", "core", "cli", "compat"}
    listed = getattr(module, "__all__", None)
    found = {n: getattr(module, n) for n in listed or dir(module) if n[0] != "_"}
    here = module.__name__ if listed is None else "lurnet"
    ours = {n for n, v in found.items() if getattr(v, "__module__", here).startswith(here)}
    modules = {n for n, v in found.items() if inspect.ismodule(v)}
    return sorted(ours - inside - (set() if module is lurnet else modules))


def test_a_checker_knows_every_name(checked):
    lines = ["import lurnet as keras", f"from lurnet import {', '.join([*PACKAGES][1:])}"]
    lines += [f"print({home}.{n})" for home, m in PACKAGES.items() for n in offered(m)]
    assert len(lines) > 700
    assert checked({"names.py": "\n".join(lines)}, "basic") == []


def test_every_layer_can_be_made_as_keras_makes_it(checked):
    lines = ["from lurnet import layers"]
    for name, (args, options, _) in LAYERS.items():
        if any(map(callable, [*args, *options.values()])):
            continue
        given = ", ".join(
            [*map(repr, args), *(f"{k}={v!r}" for k, v in options.items()), "name='a'"]
        )
        lines.append(f"print(layers.{name}({given}))")
    assert len(lines) > 80
    assert checked({"layers.py": "\n".join(lines)}) == []


def test_the_stubs_are_those_of_the_classes():
    run = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "stubs"), "--check"], capture_output=True, text=True
    )
    assert run.returncode == 0, f"{run.stdout}: run scripts/stubs"
