"""Ops in a functional graph as plain data: Keras writes each as an Operation class."""

import inspect
from typing import Any

from lurnet import ops
from lurnet.core import tree
from lurnet.core.errors import BadValue
from lurnet.core.registry import serialize
from lurnet.core.symbolic import Node, OpCall, is_symbolic, tensor_parameters
from lurnet.ops import table

#: Ops whose settings Keras passes in the call and not in the config.
IN_CALL = {"get_item"}


def describe(call: OpCall, nodes: list[Node]) -> dict[str, Any]:
    """An op's entry in the config of a functional model."""
    name = call.fn.__name__
    key = table.to_keras(name)
    if key is None:
        raise BadValue(
            f"The op {name!r} in this model has no name that a file can hold. Wrap it in a Layer "
            "subclass of yours."
        )
    module, class_name = key
    config = {"name": call.name} | {k: serialize(v) for k, v in _settings(call, nodes[0]).items()}
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": class_name,
    }


def _bound(call: OpCall, node: Node) -> dict[str, Any]:
    signature = inspect.signature(inspect.unwrap(call.fn))
    bound = signature.bind(*node.args, **node.kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def _settings(call: OpCall, node: Node) -> dict[str, Any]:
    if call.fn.__name__ in IN_CALL:
        return {}
    tensors = tensor_parameters(call.fn)
    return {k: v for k, v in _bound(call, node).items() if k not in tensors}


def tensors_only(call: OpCall, node: Node) -> Node:
    """The call with its tensors alone, by position, as Keras records it."""
    if call.fn.__name__ in IN_CALL:
        return node
    tensors = tensor_parameters(call.fn)
    args = tuple(v for k, v in _bound(call, node).items() if k in tensors)
    return Node(node.fn, args, {}, node.outputs)


def restore(entry: dict[str, Any]) -> OpCall | None:
    """The op that a config entry stands for, or None where it is a layer's."""
    name = table.from_keras(entry.get("module") or "", entry["class_name"])
    if name is None:
        return None
    settings = {k: _plain(v) for k, v in entry["config"].items() if k not in ("name", "dtype")}
    known = inspect.signature(inspect.unwrap(getattr(ops, name))).parameters
    settings = {k: v for k, v in settings.items() if k in known}
    return OpWithSettings(getattr(ops, name), entry["config"].get("name"), settings)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class OpWithSettings(OpCall):
    """An op from a file: its settings are in the config, and the call holds tensors alone."""

    def __init__(self, fn: Any, name: str | None, settings: dict[str, Any]) -> None:
        super().__init__(fn, name)
        self.settings = settings

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the op with its settings; the symbolic result keeps the name from the file."""
        tensors = tensor_parameters(self.fn)
        given = dict(zip(tensors, args)) if tensors else {}  # noqa: B905
        if len(given) < len(args):  # settings that Keras passes in the call
            outputs = self.fn(*args, **kwargs, **self.settings)
        else:
            outputs = self.fn(**given, **kwargs, **self.settings)
        self._name_calls(outputs)
        return outputs

    def _name_calls(self, outputs: Any) -> None:
        for x in tree.leaves(outputs):
            if is_symbolic(x) and isinstance(x.node.fn, OpCall):
                x.node.fn.name = self.name
