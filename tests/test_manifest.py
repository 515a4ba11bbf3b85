"""The library in C and Python agree: on calls, enums, numbers."""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases.kernels import GROUPS

from lurnet.activations import biased, tanh
from lurnet.inference import captured
from lurnet.kernels.common import loading
from lurnet.kernels.common.choice import using
from lurnet.kernels.conv.op import conv
from lurnet.kernels.dropout.op import dropped
from lurnet.kernels.fused_step.op import added, zeros_like
from lurnet.kernels.loss_rows.op import RowLoss, loss_rows
from lurnet.kernels.matmul.op import matmul, matmul_nn, matmul_nt, matmul_tn
from lurnet.kernels.max_pool.op import max_pool
from lurnet.kernels.mean import op as sums
from lurnet.layers import Conv2D, MaxPooling2D
from lurnet.metrics import categorical_accuracy
from lurnet.models import Sequential

pytestmark = pytest.mark.skipif(not loading.lanes(), reason="no library in C on this machine")
ROOT = Path(__file__).parent.parent
KEY = jnp.array([1, 2], "uint32")


def arrays(*shapes):
    rng = np.random.default_rng(0)
    return [jnp.asarray(rng.uniform(0.1, 1, shape), "float32") for shape in shapes]


def convolved(x, kernel):
    return conv(x, kernel, (1, 1), "same", (1, 1))


def conv_pooled(x, bias):
    """Traced by a model: that nothing else reads what lies between is known there."""
    model = Sequential([Conv2D(8, 3, padding="same"), MaxPooling2D()])
    model.build((None, *x.shape[1:]))
    model.layers[0].kernel.assign(jnp.linspace(-1, 1, 3 * 3 * 8 * 8).reshape(3, 3, 8, 8))
    return model(x) + bias


def stepped(w, g):
    return added([w], [g], -0.5)[0]


def grad(function):
    return lambda *given: jax.grad(lambda *x: (function(*x) ** 2).sum(), (0, 1))(*given)


IMAGES = [(3, 8, 8, 8), (3, 3, 8, 8)]
POOLED = [(3, 8, 8, 8), (8,)]
ROWS = [(6, 20), (20,)]
LOSSES = [(6, 20), (6, 20)]
activated = partial(biased, activation=tanh)
crossentropy = partial(loss_rows, kind=RowLoss.DENSE_CE)
pooled = lambda x, bias: max_pool(x, (2, 2), (2, 2)) + bias  # noqa: E731
mean = lambda x, y: (sums.mean if sums.suits(x) else jnp.mean)(x) * y  # noqa: E731
#: Of each call a function of two arrays that makes it, and their shapes.
MAKES = {
    "matmul": (matmul, [(9, 7), (7, 5)]),
    "matmul_nt": (matmul_nt, [(9, 7), (5, 7)]),
    "matmul_tn": (matmul_tn, [(9, 7), (9, 5)]),
    "conv": (convolved, IMAGES),
    "conv_kernel_grad": (grad(convolved), IMAGES),
    "max_pool": (pooled, POOLED),
    "unpool": (grad(pooled), POOLED),
    "conv_pool": (conv_pooled, POOLED),
    "unpool_conv": (grad(conv_pooled), POOLED),
    "unpool_conv_kernel_grad": (None, []),  # by a layer's kernel: test_conv_and_pool_kernels.py
    "bias_act": (activated, ROWS),
    "bias_act_grad": (grad(activated), ROWS),
    "loss_rows": (crossentropy, LOSSES),
    "loss_rows_grad": (grad(crossentropy), LOSSES),
    "mean": (mean, [(50,), ()]),
    "mean_grad": (grad(mean), [(50,), ()]),
    "dropout": (lambda x, y: dropped(x, KEY, 0.5) + y, [(50,), ()]),
    "fused_step": (stepped, [(50,), (50,)]),
    "top1_match": (categorical_accuracy, LOSSES),
    "zeros": (lambda x, y: zeros_like([x])[0] + y, [(50,), ()]),
    "gather_rows": (None, []),  # of the host's memory: test_conv_and_pool_kernels.py
}


@pytest.mark.parametrize("name", MAKES)
def test_a_call_has_its_plain_form_and_its_derivative(name):
    function, shapes = MAKES[name]
    if function is None:
        return
    given = arrays(*shapes)
    text = jax.jit(function).lower(*given).as_text()
    assert f"@lurnet.{name}." in text
    first = jax.tree.leaves(function(*given))
    differentiated = lambda *x: sum((a**2).sum() for a in jax.tree.leaves(function(*x)))  # noqa: E731
    ours = jax.jit(function)(*given), jax.jit(jax.grad(differentiated, (0, 1)))(*given)
    with using("jax"):
        plain = jax.jit(lambda *x: function(*x))
        assert "@lurnet." not in plain.lower(*given).as_text()
        slopes = jax.jit(lambda *x: jax.grad(differentiated, (0, 1))(*x))
        theirs = plain(*given), slopes(*given)
    assert len(first) == len(jax.tree.leaves(ours[0]))
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-4)


def test_the_manifest_is_what_python_relies_on():
    stated, needed = loading.library().manifest, loading.relied_on()
    assert stated.calls == needed.calls == set(MAKES)
    assert stated.enums == needed.enums and set(needed.numbers) <= set(stated.numbers)
    assert set(captured.CAPTURED) <= stated.calls


def test_each_call_has_cases():
    """In cases/kernels.py, at sizes around the edges of its tiles."""
    names = {"matmul_nt", "gather_rows"}
    for group in GROUPS.values():
        for case in group(np.random.default_rng(0), 40):
            names |= {case.name} if hasattr(case, "name") else {step.name for step in case.steps}
    assert names == loading.library().manifest.calls


def test_what_does_not_go_together_is_refused():
    with pytest.raises(TypeError, match="do not go together"):
        matmul_nn(jnp.ones((2, 3)), jnp.ones((4, 2)))


# ---- a library of one's own ----


def built(folder, changes):
    """A library made by the package's own build, of its sources with some changes."""
    shutil.copytree(
        ROOT / "lurnet" / "kernels", folder / "lurnet" / "kernels",
        ignore=shutil.ignore_patterns("*.py", "_library*", "__pycache__"),
    )  # fmt: skip
    shutil.copy(ROOT / "setup.py", folder)
    for name, change in changes.items():
        path = folder / "lurnet" / "kernels" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(change(path.read_text() if path.exists() else ""))
    command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (found,) = (folder / "lurnet" / "kernels").glob("_library*")
    return found


def run_with(library, code):
    there = os.environ | {"LURNET_KERNELS": str(library), "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", code], env=there, capture_output=True, text=True)


def test_a_library_of_other_sources_is_refused(tmp_path):
    """Slower forms compute the same then."""
    library = built(
        tmp_path,
        {
            "bias_act/bias_act.c": lambda text: text.replace("LINEAR, RELU", "RELU, LINEAR"),
            "dropout/dropout.c": lambda text: text.replace("CALL(dropout)", "CALL(drop)"),
        },
    )
    code = "import lurnet, numpy; print(lurnet.layers.Dense(1)(numpy.zeros((1, 3))))"
    done = run_with(library, code)
    assert "[[0.]]" in done.stdout and not done.returncode
    for text in ("not those of this lurnet", "no call 'dropout'", "enum 'activation'", "Slower"):
        assert text in done.stderr, done.stderr
