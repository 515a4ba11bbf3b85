"""The recipes of CONTRIBUTING.md, tried as they stand on a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(
    r"```(?:python|c)\n(?:#|//) (\S+\.\w+)( \(one line more\))?\n(.*?)```", re.DOTALL
)

#: Chapter -> a program that uses what the recipe made as a user of Keras would.
TRIED = {
    "layer": """
        import numpy as np, lurnet as keras
        x = np.arange(8, dtype="float32").reshape(4, 2)
        stack = [keras.Input((2,)), keras.layers.Scale(2.0), keras.layers.Dense(1)]
        model = keras.Sequential(stack)
        model.compile("sgd", "mse")
        model.fit(x, x.sum(1), epochs=2, verbose=0)
        assert float(model.layers[0].factor[...]) != 2.0
        model.save("toy.keras")
        again = keras.models.load_model("toy.keras")
        assert again.layers[0].get_config()["start"] == 2.0
        np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), 1e-6)
        assert "Scale" in dir(keras.layers)
    """,
    "op": """
        import numpy as np, lurnet as keras
        x = keras.Input((3,))
        model = keras.Model(x, keras.ops.positive_part(x - 1.0))
        values = np.array([[0.0, 1.0, 3.0]], "float32")
        assert model.predict(values, verbose=0).tolist() == [[0.0, 0.0, 2.0]]
        assert "positive_part" in dir(keras.ops)
    """,
    "loss": """
        import numpy as np, lurnet as keras
        x = np.linspace(-1, 1, 32, dtype="float32")[:, None]
        for loss in ("mean_quartic_error", keras.losses.MeanQuarticError(), "MeanQuarticError"):
            model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
            model.compile("sgd", loss)
            history = model.fit(x, 3 * x, epochs=3, verbose=0).history["loss"]
            assert history[-1] < history[0]
        assert keras.losses.get("mean_quartic_error") is not None
        assert "MeanQuarticError" in dir(keras.losses)
    """,
    "kernel": """
        import jax, jax.numpy as jnp
        from lurnet.kernels.common.loading import library
        from lurnet.kernels.doubled.op import doubled
        x = jnp.arange(3.0)
        if library() is not None:
            assert "doubled" in library().manifest.calls
            assert "@lurnet.doubled." in jax.jit(doubled).lower(x).as_text()
        assert jax.jit(doubled)(x).tolist() == [0, 2, 4]
        assert jax.grad(lambda x: (doubled(x) ** 2).sum())(x).tolist() == [0, 8, 16]
    """,
    "optimizer": """
        import numpy as np, lurnet as keras
        x = np.linspace(-1, 1, 32, dtype="float32")[:, None]
        for optimizer in ("sign_sgd", "SignSGD", keras.optimizers.SignSGD(0.02)):
            model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
            model.compile(optimizer, "mse")
            history = model.fit(x, 3 * x, epochs=3, verbose=0).history["loss"]
            assert history[-1] < history[0]
        again = keras.optimizers.deserialize(keras.optimizers.serialize(model.optimizer))
        assert float(again.learning_rate) == np.float32(0.02)
    """,
}


def recipes():
    """Chapter -> (file, whether the text is added at its end, text) for each block."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for chapter in text.split("\n## To add an ")[1:] + text.split("\n## To add a ")[1:]:
        kind = chapter.split("\n", 1)[0]
        body = chapter.split("\n## ", 1)[0]
        yield kind, [(file, bool(more), code) for file, more, code in BLOCK.findall(body)]


RECIPES = dict(recipes())


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the package and its cases, with what every recipe says written into it."""
    root = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("lurnet", "tests/cases"):
        shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    for blocks in RECIPES.values():
        for file, more, code in blocks:
            path = root / file
            path.parent.mkdir(exist_ok=True)
            text = path.read_text(encoding="utf-8") if more else ""
            path.write_text(with_line(text, code), encoding="utf-8")
    shutil.copy(ROOT / "setup.py", root)
    command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return root


def with_line(text, code):
    """A text with lines after the last import, where there are names to import, else at its end."""
    if not code.startswith("from "):
        return text + code
    at = max(text.find("\n", m.start()) for m in re.finditer(r"^from ", text, re.MULTILINE)) + 1
    return text[:at] + code + text[at:]


def run(tree, tmp_path, *arguments):
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    return result.stdout


@pytest.mark.parametrize("kind", TRIED)
def test_a_recipe_makes_what_it_says(tree, tmp_path, kind):
    lines = TRIED[kind].split("\n")
    run(tree, tmp_path, "-c", "\n".join(line[8:] for line in lines))


@pytest.mark.parametrize("kind", TRIED)
def test_a_recipe_touches_three_files_at_most(kind):
    assert 2 <= len(RECIPES[kind]) <= 3


def test_docs_of_the_recipes_run(tree, tmp_path):
    files = [tree / f for blocks in RECIPES.values() for f, more, _ in blocks if not more]
    files = [str(f) for f in files if f.suffix == ".py" and "test" not in f.name]
    out = run(tree, tmp_path, "-m", "pytest", "-q", "--doctest-modules", *files)
    assert "passed" in out
