"""Copies of models with new weights."""

from collections.abc import Callable
from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.fields import given_arguments
from lurnet.core.graph import graph_of
from lurnet.core.symbolic import OpCall, is_symbolic
from lurnet.layers.base import Layer
from lurnet.layers.input_layer import Input
from lurnet.layers.misc import Lambda
from lurnet.layers.preprocessing.lookup import vocabularies_in_configs
from lurnet.models.functional import Functional
from lurnet.models.model import Model
from lurnet.models.sequential import Sequential


def clone_layer(layer: Layer) -> Layer:
    """A layer of the same configuration, with no weights yet; learned words it keeps."""
    if isinstance(layer, Lambda):  # its function need not have a name that a config could hold
        args, kwargs = given_arguments(layer)
        return Lambda(*args, **kwargs | {"name": layer.name})
    with vocabularies_in_configs():
        return type(layer).from_config(layer.get_config())


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
) -> Model:
    """A copy of a model's architecture with freshly initialised weights.

    Args:
        model: a Sequential or functional model, or a subclass whose config can be read.
        input_tensors: symbolic tensors to build the copy on, None: new inputs.
        clone_function: ``layer -> layer``, None copies by config.
        call_function: ``(layer, *args, **kwargs) -> outputs``, None calls the layer.
        recursive: whether models inside are cloned layer by layer too.

    >>> import lurnet
    >>> model = Sequential([lurnet.Input((4,)), lurnet.layers.Dense(2)])
    >>> clone_model(model).count_params()
    10
    """
    copy = _copier(clone_function or clone_layer, recursive)
    if isinstance(model, Sequential):
        return _clone_sequential(model, input_tensors, copy)
    if isinstance(model, Functional):
        return _clone_functional(model, input_tensors, copy, call_function)
    if clone_function is not None or input_tensors is not None:
        raise BadValue("A subclassed model is cloned by its config: give no other arguments.")
    return type(model).from_config(model.get_config())


def _copier(function: Callable[..., Any], recursive: bool) -> Callable[..., Any]:
    def copy(layer: Layer) -> Layer:
        if recursive and isinstance(layer, Model):
            return clone_model(layer, clone_function=function, recursive=True)
        return function(layer)

    return copy


def _clone_sequential(model: Sequential, inputs: Any, copy: Callable[..., Any]) -> Sequential:
    layers: list[Any] = [copy(x) for x in model.layers]
    if inputs is not None:
        inputs = tree.flatten(inputs)[0]
        layers.insert(0, Input(batch_shape=inputs.shape, dtype=inputs.dtype))
    elif model.built:
        layers.insert(0, Input(batch_shape=model.input_shape, dtype=model.input.dtype))
    return Sequential(layers, name=model.name, trainable=model.trainable)


def _clone_functional(
    model: Functional, inputs: Any, copy: Callable[..., Any], call: Callable[..., Any] | None
) -> Any:
    run = call or (lambda layer, *args, **kwargs: layer(*args, **kwargs))
    if inputs is None:
        named = zip(model.inputs, model.input_names, strict=True)
        made = [Input(batch_shape=x.shape, dtype=x.dtype, name=name) for x, name in named]
        inputs = tree.pack_sequence_as(model.input, made)
    known = {id(a): b for a, b in zip(model.inputs, tree.flatten(inputs), strict=True)}
    copies: dict[int, Any] = {}

    def find(x: Any) -> Any:
        return known[id(x)] if is_symbolic(x) else x

    graph = graph_of(model)
    for node in graph.nodes if graph else ():
        if id(node.fn) not in copies:
            is_op = isinstance(node.fn, OpCall)
            copies[id(node.fn)] = node.fn.fn if is_op else copy(node.fn)
        args, kwargs = tree.map_structure(find, (node.args, node.kwargs))
        outputs = run(copies[id(node.fn)], *args, **kwargs)
        for old, new in zip(tree.leaves(node.outputs), tree.leaves(outputs), strict=True):
            known[id(old)] = new
    return Functional(inputs, tree.map_structure(find, model.output), name=model.name)
