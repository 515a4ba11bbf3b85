"""``from keras.x import *`` gives, for every module, the names that Keras and lurnet have."""

import json
import subprocess
import sys
import types

import keras
import pytest

OWN = ("layers", "models", "utils", "losses", "metrics", "optimizers", "callbacks", "ops")


def walk(module, name="keras", found=None):
    """The public modules of real Keras, each with its public names."""
    found = {} if found is None else found
    if name not in found:
        found[name] = [n for n in dir(module) if n[0] != "_" and n != "src"]
        for inner in found[name]:
            value = getattr(module, inner)
            if isinstance(value, types.ModuleType) and value.__name__.startswith("keras"):
                walk(value, f"{name}.{inner}", found)
    return found


MODULES = walk(keras)
LOOK = """
import importlib, json, sys
import lurnet.compat
made = {}
for module, names in json.load(sys.stdin).items():
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError:  # lurnet has not got it
        continue
    space = {}
    exec(f"from {module} import *", space)
    made[module] = [sorted(n for n in names if hasattr(found, n)), sorted(space)]
print(json.dumps(made))
"""


def looked(modules, program=LOOK):
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(modules), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("root", ["keras", "tensorflow.keras"])
def test_a_star_import_gives_what_keras_gives(root):
    modules = {root + m.removeprefix("keras"): names for m, names in MODULES.items()}
    made = looked(modules)
    assert len(made) > 30 and {f"{root}.{m}" for m in OWN} <= set(made)
    lost = {m: set(has) - set(given) for m, (has, given) in made.items()}
    assert not {m: names for m, names in lost.items() if names}


def test_a_star_import_gives_nothing_that_lurnet_is_written_with():
    tools = {"Any", "Callable", "Registry", "registry", "Config", "fields", "op", "BadValue", "np"}
    for module, (_, given) in looked(MODULES).items():
        assert not tools & set(given) - set(MODULES[module]), module


OF_LURNET = """
import importlib, json, sys
missing = {}
for module, names in json.load(sys.stdin).items():
    space = {}
    exec(f"from lurnet.{module} import *", space)
    found = importlib.import_module("lurnet." + module)
    missing[module] = [n for n in names if hasattr(found, n) and n not in space]
space = {}
exec("import lurnet.layers as L; from lurnet.layers import *; assert L.Dense is Dense", space)
exec("from lurnet import *; Sequential, Model, layers, optimizers, Input", {})
print(json.dumps(missing))
"""


def test_lurnets_own_modules_take_a_star_import_too():
    missing = looked({m: MODULES[f"keras.{m}"] for m in OWN}, OF_LURNET)
    assert not {m: names for m, names in missing.items() if names}


def test_what_is_loaded_at_first_use_stays_so():
    program = "import sys, json, lurnet.compat, lurnet; print(json.dumps('jax' in sys.modules))"
    assert looked({}, program) is False
