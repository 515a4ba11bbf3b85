"""Every layer takes Keras' arguments, in Keras' order, with Keras' defaults."""

import inspect

import keras
import pytest

import lurnet.layers as layers

#: What adapters and quantisation add to the constructors of some layers.
ELSEWHERE = {"lora_rank", "lora_alpha", "quantization_config", "gptq_unpacked_column_size"}
#: Arguments that lurnet takes without a place of their own.
BY_NAME = {"weights", "rms_scaling"}
VARIABLE = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)

NAMES = [
    name
    for name, cls in vars(layers).items()
    if inspect.isclass(cls) and issubclass(cls, layers.Layer) and hasattr(keras.layers, name)
]


def parameters(cls):
    """Names and defaults in order; what must be given counts as None by default."""
    found = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return {
        p.name: None if p.default is p.empty else single(p.default)
        for p in found
        if p.kind not in VARIABLE and p.name not in ELSEWHERE | BY_NAME
    }


def single(value):
    """One number for all axes, as lurnet writes it."""
    while isinstance(value, tuple) and value and all(v == value[0] for v in value):
        value = value[0]
    return value


@pytest.mark.parametrize("name", NAMES)
def test_signature(name):
    wanted, found = parameters(getattr(keras.layers, name)), parameters(getattr(layers, name))
    assert list(found)[: len(wanted)] == list(wanted)
    assert {k: found[k] for k in wanted} == wanted
