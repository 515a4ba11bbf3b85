"""Layers that Keras 1 or 2 had and Keras 3 has not: files and programs of then use them."""

from lurnet.layers.legacy.batch_norm import Keras1BatchNormalization as Keras1BatchNormalization
from lurnet.layers.legacy.cosine import Keras1Cosine as Keras1Cosine
from lurnet.layers.legacy.hard_sigmoid import keras2_hard_sigmoid as keras2_hard_sigmoid
from lurnet.layers.legacy.highway import Highway as Highway
from lurnet.layers.legacy.local import LocallyConnected1D as LocallyConnected1D
from lurnet.layers.legacy.local import LocallyConnected2D as LocallyConnected2D
from lurnet.layers.legacy.maxout import MaxoutDense as MaxoutDense
from lurnet.layers.legacy.parametric_softplus import ParametricSoftplus as ParametricSoftplus
from lurnet.layers.legacy.srelu import SReLU as SReLU
from lurnet.layers.registry import registry as _registry

for _layer in (
    *(Highway, Keras1BatchNormalization, Keras1Cosine, LocallyConnected1D, LocallyConnected2D),
    *(MaxoutDense, ParametricSoftplus, SReLU),
):
    _registry.add(_layer.__name__, _layer)
