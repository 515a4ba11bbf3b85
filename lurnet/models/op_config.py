"""Ops in a functional graph as plain data: Keras writes each as an Operation class."""

import inspect
from typing import Any

from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.registry import deserialize, serialize
from lurnet.core.symbolic import Node, OpCall, is_symbolic
from lurnet.ops import table


def describe(call: OpCall, nodes: list[Node]) -> dict[str, Any]:
    """An op's entry in the config of a functional model: its class, name and settings."""
    name = _name(call)
    module, class_name = table.keras_class(name)
    bound = _bound(call, nodes[0])
    settings = {k: serialize(bound[k]) for k in table.config_parameters(name) if k in bound}
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": call.name} | settings,
        "registered_name": class_name,
    }


def _name(call: OpCall) -> str:
    name = table.name_of(call.fn)
    if name is None:
        raise BadValue(
            f"The op {call.fn.__name__!r} in this model has no name that a file can hold. Put it "
            "into the call() of a Layer subclass of yours."
        )
    return name


def _bound(call: OpCall, node: Node) -> dict[str, Any]:
    """The call's arguments by name, ``**kwargs`` among them."""
    signature = inspect.signature(inspect.unwrap(call.fn))
    bound = signature.bind(*node.args, **node.kwargs)
    bound.apply_defaults()
    named = dict(bound.arguments)
    for p in signature.parameters.values():
        if p.kind is p.VAR_KEYWORD:
            named |= named.pop(p.name)
    return named


def inputs_only(call: OpCall, node: Node) -> Node:
    """The call with what Keras records of it, by position: its tensors."""
    settings = table.config_parameters(_name(call))
    args = [v for k, v in _bound(call, node).items() if k not in settings]
    while args and args[-1] is None:
        args.pop()
    return Node(node.fn, tuple(args), {}, node.outputs)


def restore(entry: dict[str, Any]) -> OpCall | None:
    """The op that a config entry stands for, or None where it is a layer's."""
    name = table.op_name(entry.get("module") or "", entry["class_name"])
    if name is None:
        return None
    known = table.config_parameters(name)
    config = {k: deserialize(v) for k, v in entry["config"].items() if k in known}
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in config.items()}
    return OpWithSettings(table.function(name), entry["config"].get("name"), settings)


class OpWithSettings(OpCall):
    """An op from a file: its settings are in the config, and the call holds tensors alone."""

    def __init__(self, fn: Any, name: str | None, settings: dict[str, Any]) -> None:
        super().__init__(fn, name)
        parameters = inspect.signature(inspect.unwrap(fn)).parameters
        self.settings = settings
        self.inputs = [p for p in parameters if p not in settings]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the op with its settings; the symbolic result keeps the name from the file."""
        given = dict(zip(self.inputs, args))  # noqa: B905 - later inputs may be left out
        outputs = self.fn(**given, **kwargs, **self.settings)
        for x in tree.leaves(outputs):
            if is_symbolic(x) and x.node is not None:
                x.node.fn.name = self.name
        return outputs
