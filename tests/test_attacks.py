"""Known attacks on model files: one crafted file each, every one refused with a clear error.

While a file is opened no code runs, no other file or address is opened, it takes less than 200 MB
and 5 seconds (``watched``). Archives that `get_file` unpacks are in test_utils_files.py.
"""

import base64
import json
import marshal

import keras
import pytest
from cases.hostile import good_parts, layer, make, watched, with_config, write

import lurnet
from lurnet.core.errors import LurnetError

load_model = lurnet.saving.load_model


@pytest.fixture(scope="module")
def parts():
    found = good_parts()
    load_model  # noqa: B018 - and what loading imports is imported by now
    return found


def load_weights(path):
    make().load_weights(path)


def refuses(path, text, load=load_model, allowed=()):
    before = sorted(path.parent.rglob("*"))
    with watched(path, *allowed), pytest.raises(LurnetError, match=text):
        load(path)
    assert sorted(path.parent.rglob("*")) == before  # nothing was written


# --- code


def pwn(x):
    __import__("os").mkdir("pwned")
    return x


def marshalled(config):
    code = base64.b64encode(marshal.dumps(pwn.__code__)).decode()
    function = {"class_name": "__lambda__", "config": {"code": code, "defaults": None}}
    settings = {"name": "up", "function": function, "arguments": {}}
    layer(config).update(class_name="Lambda", config=settings)


def as_activation(config):
    code = base64.b64encode(marshal.dumps(pwn.__code__)).decode()
    layer(config)["config"]["activation"] = {"class_name": "__lambda__", "config": {"code": code}}


def old_marshalled(config):
    code = base64.b64encode(marshal.dumps(pwn.__code__)).decode()
    settings = {"name": "up", "function": [code, None, None], "function_type": "lambda"}
    layer(config).update(class_name="Lambda", config=settings)


def named(module, name, **more):
    return lambda config: layer(config).update(module=module, class_name=name, **more)


def field(key, value):
    return lambda config: layer(config)["config"].update({key: value})


def function_of(module, name):
    entry = {"module": module, "class_name": "function", "config": name, "registered_name": name}
    return field("activation", entry)


def switched_off(config):
    """A function of Keras that switches its guard off, in front of a Lambda (2025-9906)."""
    entry = {"module": "keras.config", "class_name": "function", "registered_name": "function"}
    entry["config"] = "enable_unsafe_deserialization"
    layers = config["config"]["layers"]
    layers.insert(1, {"module": "keras.layers", "class_name": "Activation", "config": {}})
    layers[1]["config"] = {"name": "off", "activation": entry}
    marshalled({"config": {"layers": [None, layers[2]]}})


def gadget(config):
    """`get_file` as a layer's activation would download what the file likes (2025-8747)."""
    arguments = {"fname": "x", "origin": "https://127.0.0.1:1/x", "extract": True}
    layer(config).update(module="keras.utils", class_name="get_file", config=arguments)


def words(class_name, vocabulary):
    settings = {"name": "words", "vocabulary": vocabulary}
    return named("keras.layers", class_name, config=settings)


def op_on_constants(name, *arguments):
    """A node that would compute on the file's own numbers, outside of any trace."""
    place = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
    source = {"batch_shape": [None, 2], "name": "x"}
    layers = [
        {"module": "keras.layers", "class_name": "InputLayer", "config": source, "name": "x"},
        {"module": "keras.src.ops.numpy", "class_name": name, "config": {"name": "o"}, "name": "o"},
        {"module": "keras.src.ops.numpy", "class_name": "Add", "config": {}, "name": "a"},
    ]
    layers[0]["inbound_nodes"] = []
    layers[1]["inbound_nodes"] = [{"args": list(arguments), "kwargs": {}}]
    layers[2]["inbound_nodes"] = [{"args": [place, place], "kwargs": {}}]
    inner = {"name": "m", "layers": layers}
    inner |= {"input_layers": [["x", 0, 0]], "output_layers": [["a", 0, 0]]}
    return lambda _: {"module": "keras.models", "class_name": "Functional", "config": inner}


def array_of_text(config):
    value = {"value": [""] * 100, "dtype": "U100000000"}
    layer(config)["config"]["kernel_initializer"] = {"class_name": "__numpy__", "config": value}


def safety_unset(config):
    config["safe_mode"] = False
    config["config"]["safe_mode"] = False
    marshalled(config)


def compiled_with(**settings):
    return lambda config: config.update(compile_config={"optimizer": "sgd", **settings})


HUGE = 10**10
CODE = "program code .* never run"
CONFIGS = {
    "Lambda, CVE-2024-3660": (marshalled, CODE),
    "Lambda of Keras 2, CVE-2025-9905": (old_marshalled, CODE),
    "code as activation": (as_activation, CODE),
    "guard in the config, CVE-2026-12481": (safety_unset, CODE),
    "guard switched off, CVE-2025-9906": (switched_off, CODE),
    "any class, CVE-2025-1550": (named("os", "system"), "not Keras': system"),
    "class of the library": (named("lurnet.core.settings", "set_floatx"), "not Keras'"),
    "class of the standard library": (named("pathlib", "PosixPath"), "not Keras'"),
    "any function, CVE-2025-1550": (function_of("os", "system"), "not Keras': system"),
    "builtin function": (function_of("builtins", "exec"), "exec"),
    "function of Keras": (function_of("keras.config", "enable_unsafe_deserialization"), "not here"),
    "get_file, CVE-2025-8747": (gadget, "not here"),
    "get_file as function": (function_of("keras.utils", "get_file"), "not here"),
    "torch module, CVE-2025-49655": (
        named("keras.layers", "TorchModuleWrapper", config={"module": "gASVIAAAAAA="}),
        "not here",
    ),
    "torch module of 3.12, CVE-2026-12484": (
        named("keras.src.utils.torch_utils", "TorchModuleWrapper", config={"module": "gASV"}),
        "not here",
    ),
    "SavedModel, CVE-2026-1462": (
        named("keras.layers", "TFSMLayer", config={"filepath": "/tmp/x"}),
        "not here",
    ),
    "vocabulary in a file, CVE-2025-12058": (words("StringLookup", "/etc/passwd"), "no other file"),
    "vocabulary at an address": (words("IntegerLookup", "https://127.0.0.1:1/x"), "no other file"),
    "vocabulary of IndexLookup": (words("IndexLookup", "/etc/passwd"), "no other file"),
    "vocabulary of TextVectorization": (words("TextVectorization", "/etc/shadow"), "no other file"),
    "layer named .., CVE-2026-12479": (field("name", ".."), "which is a path"),
    "layer named by a path": (field("name", "a/../../x"), "which is a path"),
    "layer named by a path of Windows": (field("name", "..\\x"), "which is a path"),
    "registered_name of another class": (
        named("keras.layers", "Dense", registered_name="Attack>Other"),
        "which one it means is unclear",
    ),
    "negative size": (field("units", -3), "positive integer"),
    "size NaN": (field("units", float("nan")), "positive integer"),
    "size infinite": (field("units", float("inf")), "positive integer"),
    "size as text": (field("units", "3"), "positive integer"),
    "huge Dense": (field("units", HUGE), r"misshapen .*3\) in the file, for .*10000000000"),
    "huge convolution": (
        named(
            "keras.layers", "Conv2D", config={"name": "d", "filters": HUGE, "kernel_size": [9, 9]}
        ),
        ".",
    ),
    "huge embedding": (
        named(
            "keras.layers",
            "Embedding",
            config={"name": "d", "input_dim": 10**12, "output_dim": 9},
        ),
        "OverflowError",
    ),
    "huge recurrent layer": (
        lambda c: {
            **c,
            "config": {
                "name": "m",
                "layers": [
                    {
                        "module": "keras.layers",
                        "class_name": "InputLayer",
                        "config": {"batch_shape": [None, 5, 2], "name": "i"},
                    },
                    {
                        "module": "keras.layers",
                        "class_name": "LSTM",
                        "config": {"name": "l", "units": HUGE},
                    },
                ],
            },
        },
        "missing",
    ),
    "huge input": (
        lambda c: c["config"]["layers"][0]["config"].update(batch_shape=[None, 10**9, 10**9]),
        "expects an input with size 2",
    ),
    "huge constant": (op_on_constants("Ones", [10**6, 10**6]), "."),
    "huge range": (op_on_constants("Arange", 0, 10**11), "no tensor of the graph"),
    "array of text": (array_of_text, "no dtype"),
    "code as loss": (
        compiled_with(loss={"class_name": "__lambda__", "config": {"code": "4wEA"}}),
        CODE,
    ),
}


@pytest.mark.parametrize("attack", CONFIGS)
def test_config(attack, tmp_path, parts, monkeypatch):
    monkeypatch.chdir(tmp_path)

    @lurnet.saving.register_keras_serializable("Attack")
    class Other(lurnet.layers.Layer):
        def __init__(self, **_):
            raise AssertionError("a class that the file did not mean was made")

    change, text = CONFIGS[attack]
    changed = with_config(parts, change)
    refuses(write(tmp_path / "x.keras", changed), text)
    config = json.loads(changed["config.json"])
    if "misshapen" not in text and text != "missing":  # these are known by the weights beside
        for load in (
            lurnet.saving.deserialize_keras_object,
            lambda c: lurnet.saving.deserialize_keras_object(c, safe_mode=False),
            lambda c: lurnet.models.model_from_json(json.dumps(c)),
        ):
            with watched(), pytest.raises(LurnetError):
                load(config)
    assert [p.name for p in tmp_path.iterdir()] == ["x.keras"]


@pytest.mark.parametrize("safe_mode", [True, False])
def test_lambda_that_keras_wrote(safe_mode, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x + 1, name="up")])
    for name in ("x.keras", "x.h5"):
        model.save(tmp_path / name)
        refuses(tmp_path / name, CODE, lambda path: load_model(path, safe_mode=safe_mode))


def test_from_config_is_as_strict(parts):
    """2026-12481: the classmethod instead of load_model."""
    config = json.loads(with_config(parts, marshalled)["config.json"])
    for build in (
        lambda: lurnet.Sequential.from_config(config["config"]),
        lambda: lurnet.layers.Lambda.from_config(layer(config)["config"]),
        lambda: lurnet.layers.deserialize(layer(config)),
    ):
        with watched(), pytest.raises((LurnetError, TypeError)):
            build()


WORDY = (lurnet.layers.StringLookup, lurnet.layers.IntegerLookup, lurnet.layers.TextVectorization)


@pytest.mark.parametrize("kind", WORDY)
@pytest.mark.parametrize("key", ["vocabulary", "idf_weights"])
def test_paths_in_configs(kind, key, tmp_path):
    (tmp_path / "words.txt").write_text("1\n2")
    config = {"name": "w", key: str(tmp_path / "words.txt")}
    entry = {"module": "keras.layers", "class_name": kind.__name__, "config": config}
    for build in (
        lambda: kind.from_config(config),
        lambda: lurnet.layers.deserialize(entry),
        lambda: lurnet.layers.deserialize({"class_name": kind.__name__, "config": config}),
        lambda: lurnet.Sequential.from_config({"name": "m", "layers": [entry]}),
        lambda: lurnet.Model.from_config({"name": "m", "layers": [entry]}),
        lambda: lurnet.saving.deserialize_keras_object(entry),
        lambda: lurnet.models.model_from_json(json.dumps(entry)),
    ):
        with watched(), pytest.raises(LurnetError, match="no other file|has no argument"):
            build()
    if key == "vocabulary":  # the program itself may name a file
        assert kind(vocabulary=str(tmp_path / "words.txt")).vocabulary_size() > 2


def test_path_inside_a_class_of_the_users_own(tmp_path, parts):
    @lurnet.saving.register_keras_serializable("Attack")
    class Holder(lurnet.layers.Layer):
        def __init__(self, inner=None, **kwargs):
            super().__init__(**kwargs)
            self.inner = lurnet.saving.deserialize_keras_object(inner)

    def change(config):
        inner = {"module": "keras.layers", "class_name": "StringLookup"}
        inner["config"] = {"name": "w", "vocabulary": "/etc/passwd"}
        settings = {"name": "h", "inner": inner}
        layer(config).update(
            module="x", class_name="Holder", registered_name="Attack>Holder", config=settings
        )

    refuses(write(tmp_path / "x.keras", with_config(parts, change)), "no other file")


# --- texts

START = '{"class_name": "Sequential", "module": "keras", "config": {"layers": ['
TEXTS = {
    "lists 100,000 deep": ("[" * 100_000, "nested too deeply|no JSON"),
    "dicts 100,000 deep": ('{"a":' * 100_000, "nested too deeply|no JSON"),
    "models 10,000 deep": (START * 10_000 + "]}}" * 10_000, "nested too"),
    "models 400 deep": (START * 400 + "]}}" * 400, "nested too"),
    "duplicate keys": (
        '{"class_name": "Sequential", "class_name": "Model", "config": {}}',
        "class_name twice",
    ),
    "number of a million digits": ('{"a": ' + "9" * 10**6 + "}", "no JSON"),
    "no dict": ("[1, 2]", "must hold a dict"),
    "cut off": ("{", "no JSON"),
    "no text": (b"\xff\xfe\x00", "no JSON"),
}


@pytest.mark.parametrize("attack", TEXTS)
def test_text(attack, tmp_path, parts):
    text, expected = TEXTS[attack]
    refuses(write(tmp_path / "x.keras", parts | {"config.json": text}), expected)
    with watched(), pytest.raises(LurnetError, match=expected):
        lurnet.models.model_from_json(text)


# --- configs without sense

NONSENSE = {
    "activation a number": field("activation", {"class_name": "function", "config": 3}),
    "layers a number": lambda c: c["config"].update(layers=3),
    "a layer a number": lambda c: c["config"].update(layers=[3]),
    "config a list": lambda c: c.update(config=[1]),
    "class a list": lambda c: c.update(class_name=["x"]),
    "registered name a list": lambda c: layer(c).update(registered_name=["x"]),
    "module a list": lambda c: layer(c).update(module=["x"]),
    "empty config of a layer": lambda c: layer(c)["config"].clear(),
    "policy a number": field("dtype", {"class_name": "DTypePolicy", "config": 7}),
    "input shape a text": lambda c: layer(c).update(build_config={"input_shape": [None, "x"]}),
    "nothing": lambda c: c.clear(),
}


@pytest.mark.parametrize("change", NONSENSE.values(), ids=NONSENSE)
def test_nonsense(change, tmp_path, parts):
    refuses(write(tmp_path / "x.keras", with_config(parts, change)), ".")


def test_sizes_that_only_training_needs_take_nothing(tmp_path, parts):
    """A metric with 10**10 thresholds: the model opens, and nothing of that size is made."""
    metric = {"module": "keras.metrics", "class_name": "AUC"}
    metric["config"] = {"name": "a", "num_thresholds": HUGE}
    path = write(tmp_path / "x.keras", with_config(parts, compiled_with(metrics=[metric])))
    with watched(path):
        assert load_model(path).count_params() == 9
