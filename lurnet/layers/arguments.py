"""What the arguments of a layer's call are: its first input, its flags, its masks and shapes."""

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

from lurnet.core import tree
from lurnet.core.masking import get_mask, masks_of, set_masks
from lurnet.layers import context
from lurnet.layers.input_spec import describe, shape_of

_VARIABLE = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


class Arguments:
    """Mixin: the arguments of ``call`` by name, with what was not given filled in."""

    supports_masking: bool
    compute_mask: Callable[..., Any]

    def _named(self, args: tuple, kwargs: dict) -> dict[str, Any]:
        """The arguments given, by name, in the order of ``call``'s parameters."""
        names = call_parameters(self)
        given = dict(zip(names, args))  # noqa: B905
        return given | {k: kwargs[k] for k in names if k in kwargs} | kwargs

    def _first(self, args: tuple, kwargs: dict) -> Any:
        """The first input, given by position or by name."""
        return args[0] if args else next(iter(self._named(args, kwargs).values()), None)

    def _training(self, kwargs: dict) -> Any:
        """The flag given, else that of the call around, else the default in call(), else None."""
        if context.acts_as_in_training(self):
            return True
        flag = kwargs.get("training")
        if flag is None and context.current() is not None:
            flag = context.current().training  # type: ignore[union-attr]
        if flag is None and "training" in call_parameters(self):
            flag = call_parameters(self)["training"].default
            flag = None if flag is inspect.Parameter.empty else flag
        return flag

    def _filled(self, args: tuple, kwargs: dict, training: Any) -> dict:
        """Keyword arguments for call(): ``training`` and masks where it takes them."""
        names = call_parameters(self)
        kwargs = {k: v for k, v in kwargs.items() if k != "training" or k in names}
        if "training" in names and list(names).index("training") >= len(args):
            needed = names["training"].default is inspect.Parameter.empty
            if training is not None or needed:
                kwargs["training"] = training
        tensors = self._named(args, kwargs)
        free = set(names) - set(list(names)[: len(args)])
        for i, name in enumerate(list(tensors)):
            for key in ("mask", f"{name}_mask") if i == 0 else (f"{name}_mask",):
                if key in free and tensors.get(key) is None:
                    kwargs[key] = masks_of(tensors[name])
        return kwargs

    def _note_mask(self, args: tuple, kwargs: dict, outputs: Any) -> None:
        """Give the outputs the mask that ``compute_mask`` says, unless they all have one."""
        inputs, masks = self._first(args, kwargs), kwargs.get("mask")
        masks = tree.map_structure(get_mask, inputs) if masks is None else masks
        if not self.supports_masking:
            met = any(m is not None for m in tree.leaves(masks))
            if met and "mask" not in call_parameters(self):
                warnings.warn(
                    f"{describe(self)} got an input with a mask and does not use it: the mask "
                    "ends here.",
                    stacklevel=3,
                )
        elif not all(get_mask(x) is not None for x in tree.leaves(outputs)):
            set_masks(outputs, self.compute_mask(inputs, masks))

    def _shapes_for(self, method: Callable[..., Any], args: tuple, kwargs: dict) -> dict[str, Any]:
        """What ``build`` or ``compute_output_shape`` asks for by its parameters' names.

        A method with one parameter takes the first input's shape, under any name.
        """
        wanted = inspect.signature(method).parameters
        wanted = {k: p for k, p in wanted.items() if p.kind not in _VARIABLE}
        by_key = {f"{k}_shape": v for k, v in self._named(args, kwargs).items()}
        needed = [k for k, p in wanted.items() if p.default is p.empty]
        if len(wanted) > 1 and needed and all(k in by_key for k in needed):
            return {k: shapes_of(by_key[k]) for k in wanted if by_key.get(k) is not None}
        first = next(iter(wanted), None)
        return {} if first is None else {first: shapes_of(self._first(args, kwargs))}


def call_parameters(layer: Any) -> dict[str, inspect.Parameter]:
    """The parameters that a layer's ``call`` names."""
    return _parameters_of(type(layer))


@functools.cache
def _parameters_of(cls: type) -> dict[str, inspect.Parameter]:
    found = list(inspect.signature(cls.call).parameters.values())[1:]  # type: ignore[attr-defined]
    return {p.name: p for p in found if p.kind not in _VARIABLE}


def shapes_of(value: Any) -> Any:
    """The shapes of nested tensors in the same nesting."""
    return tree.map_structure(shape_of, value)


def accepted(method: Callable[..., Any], options: dict[str, Any]) -> dict[str, Any]:
    """The options that a method takes by name; all of them where it has ``**kwargs``."""
    parameters = inspect.signature(method).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return options
    return {k: v for k, v in options.items() if k in parameters}
