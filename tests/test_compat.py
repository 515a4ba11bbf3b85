"""Programs written for Keras and tensorflow.keras: names, the ``lurnet run`` command, figures."""

import subprocess
import sys
from pathlib import Path

import pytest

LURNET = [sys.executable, "-m", "lurnet"]


def run(tmp_path, program, *arguments, name="program.py", **variables):
    """What ``lurnet run`` does with a program's text."""
    import os

    path = tmp_path / name
    path.write_text(program)
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "MPLBACKEND")}
    return subprocess.run(
        [*LURNET, "run", str(path), *arguments],
        capture_output=True,
        text=True,
        env=environment | variables,
        cwd=tmp_path,
    )


IMPORTS = """
import keras, tensorflow as tf, tensorflow
from tensorflow import keras as k2
from tensorflow.keras import layers
from tensorflow.keras.layers import Dense as A
from keras.layers import Dense as B
from keras.layers.core import Dense as C, Dropout
from keras.layers.convolutional import Conv2D
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential, Model, load_model
from keras.utils import np_utils, to_categorical
from keras import backend as K, regularizers, utils
from keras.optimizers import SGD
from keras.callbacks import EarlyStopping
from keras.datasets import mnist
from tensorflow.python.keras.layers import Dense as D
import keras.backend as KK
assert A is B is C is D is layers.Dense is keras.layers.Dense is tf.keras.layers.Dense
assert keras.utils.np_utils.to_categorical is to_categorical is np_utils.to_categorical
assert K.image_data_format() == "channels_last" and KK.epsilon() == 1e-7
assert tf.__version__.startswith("2.") and keras.__version__.startswith("3.")
assert A.__module__.startswith("lurnet"), A.__module__
import sys
print(sys.argv[1:], __name__)
"""


def test_names_of_keras_and_tensorflow(tmp_path):
    done = run(tmp_path, IMPORTS, "--flag", "value")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['--flag', 'value'] __main__"


def test_a_network_of_keras_1_trains(tmp_path):
    program = """
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Activation, Dropout
from keras.optimizers import SGD
x = np.random.rand(40, 5); y = (x.sum(1) > 2.5).astype(int)
model = Sequential()
model.add(Dense(8, input_dim=5)); model.add(Activation("relu")); model.add(Dropout(0.2))
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer=SGD(lr=0.1, momentum=0.9), metrics=["accuracy"])
model.fit(x, y, nb_epoch=2, batch_size=8, verbose=2)
print(model.predict(x).shape)
"""
    done = run(tmp_path, program)
    assert done.returncode == 0, done.stderr
    assert "(40, 1)" in done.stdout and "Epoch 2/2" in done.stdout


def test_figures_are_saved_beside_the_program(tmp_path):
    program = """
from matplotlib import pyplot as plt
plt.plot([1, 2]); plt.show()
plt.figure(); plt.plot([2, 1]); plt.show()
"""
    done = run(tmp_path, program)
    assert done.returncode == 0, done.stderr
    names = ["program-1.png", "program-2.png"]
    assert sorted(p.name for p in tmp_path.glob("*.png")) == names
    assert all((tmp_path / n).read_bytes().startswith(b"\x89PNG") for n in names)
    assert "Figure saved" in done.stdout


ERRORS = {
    "unknown in tf": ("import tensorflow as tf\ntf.matmul(1, 2)", "keras.ops.matmul"),
    "no such module": ("import keras.nothing", "lurnet has no 'keras.nothing'"),
    "misspelt layer": ("from keras import layers\nlayers.Dens(3)", "Did you mean 'Dense'"),
    "misspelt argument": (
        "from keras import layers\nlayers.Dense(3, activaton='relu')",
        "Did you mean 'activation'",
    ),
    "wrong shape": (
        "import keras, numpy as np\n"
        "m = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(2, 3)])\n"
        "m.predict(np.zeros((2, 28, 28, 3)))",
        "expected (None, 28, 28, 1)",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_show_the_users_line_and_teach(tmp_path, name):
    program, text = ERRORS[name]
    done = run(tmp_path, program)
    assert done.returncode == 1
    assert text in done.stderr, done.stderr
    assert 'program.py", line' in done.stderr
    assert "/lurnet/" not in done.stderr.split("Error")[0], done.stderr


def test_exit_status_and_missing_program(tmp_path):
    assert run(tmp_path, "import sys; sys.exit(3)").returncode == 3
    done = subprocess.run(
        [*LURNET, "run", "progam.py"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 2 and "no program 'progam.py'" in done.stderr
    (tmp_path / "program.py").write_text("")
    done = subprocess.run(
        [*LURNET, "run", "progam.py"], capture_output=True, text=True, cwd=tmp_path
    )
    assert "Did you mean 'program.py'" in done.stderr


def test_import_of_compat_serves_a_notebook(tmp_path):
    code = (
        "import lurnet.compat\n"
        "from tensorflow import keras\n"
        "import keras as k\n"
        "assert k.layers.Dense is keras.layers.Dense\n"
        "lurnet.compat.uninstall()\n"
        "import sys; assert 'keras' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_import_is_cheap():
    code = "import sys, lurnet; sys.exit(any(m in sys.modules for m in ('jax', 'h5py', 'rich')))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    assert (Path(__file__).parent.parent / "lurnet" / "py.typed").exists()
