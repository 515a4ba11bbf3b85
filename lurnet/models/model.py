"""Model: a layer that can be trained, saved and looked at as a whole."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

from lurnet.core import tree
from lurnet.core.errors import BadState, BadValue, did_you_mean
from lurnet.core.registry import register
from lurnet.core.symbolic import SymbolicTensor, any_symbolic, is_symbolic
from lurnet.core.traced import is_traced
from lurnet.core.variable import at_one_moment, commit, in_scope
from lurnet.inference.activations import activations
from lurnet.inference.host_stage import HostOutputs
from lurnet.inference.predictor import call_again, call_compiled
from lurnet.layers import added, context
from lurnet.layers.base import Layer
from lurnet.layers.preprocessing.host import Untraceable
from lurnet.layers.rnn.base import Recurrent
from lurnet.layers.state import flatten_layers, sublayers
from lurnet.layers.tracking import unique
from lurnet.looking.summary import print_summary
from lurnet.training.compiled import on_host
from lurnet.training.trainer import Trainer

T = TypeVar("T")


class Model(Trainer, Layer):
    """A network: ``Model(inputs, outputs)`` of symbolic tensors, or a subclass with ``call``.

    >>> import lurnet
    >>> x = lurnet.Input((4,))
    >>> model = Model(x, lurnet.layers.Dense(2)(x))
    >>> model.count_params()
    10
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """``Model(inputs, outputs)`` makes a functional model.

        What the arguments of a subclass mean is its own affair, until it hands them on.
        """
        if cls is Model and _is_functional_call(args, kwargs):
            functional = _functional_class()
            return functional.__new__(functional, *args, **kwargs)
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if _is_functional_call(args, kwargs) and not _is_functional_class(type(self)):
            self.__class__ = _functional_form(type(self))  # a subclass says so
            _functional_class().prepare(self)
        if _is_functional_class(type(self)):
            _functional_class().__init__(self, *args, **kwargs)
            return
        Layer.__init__(self, *args, **kwargs)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """How to copy: a class that was made here of the user's own is found by that one."""
        own = vars(type(self)).get("_own_class")
        if own is None:
            return super().__reduce_ex__(protocol)
        return _blank, (own,), self.__getstate__()

    def prepare(self) -> None:
        """State that must be there before any constructor runs."""
        super().prepare()
        self._prepare_trainer()

    # --- layers

    @property
    def layers(self) -> list[Layer]:
        """The layers directly in this model."""
        return [x for x in sublayers(self) if isinstance(x, Layer)]

    @property
    def operations(self) -> list[Any]:
        """The layers, and in a functional model the ops between them."""
        return self.layers

    def reset_states(self) -> None:
        """Set the states that recurrent layers keep between batches to zero, as in Keras 2."""
        for layer in flatten_layers(self):
            if isinstance(layer, Recurrent):
                layer.reset_state()

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its place."""
        if name is None and index is None:
            raise BadValue("get_layer needs a `name` or an `index`.")
        if name is not None and index is not None:
            raise BadValue("get_layer takes a `name` or an `index`, not both.")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise BadValue(f"Model {self.name!r} has {len(layers)} layers: no number {index}.")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in layers]
        raise BadValue(
            f"Model {self.name!r} has no layer named {name!r}.{did_you_mean(name, names)} "
            f"Its layers: {', '.join(names)}."
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs for inputs, compiled where that is the same; on symbolic input, recorded."""
        outputs = call_again(self, args, kwargs)
        if outputs is not None:
            return outputs
        known = bool(args) and not any(map(_is_unknown, tree.leaves(args[0])))
        if known:
            args = (on_host(self, args[0]), *args[1:])
        outputs = call_compiled(self, args, kwargs)
        if outputs is not None:
            return outputs
        if not (known and self.built and context.undisturbed()) or in_scope():
            return super().__call__(*args, **kwargs)
        losses = added.current()
        with at_one_moment(self.variables) as scope:  # another thread may be training
            scope.losses = losses  # what layers add is for the caller
            outputs = super().__call__(*args, **kwargs)
        commit(scope)
        return outputs

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The computation; subclasses define it."""
        raise BadState(
            f"{type(self).__name__} {self.name!r} has no call(self, x) method: define one, or make "
            "the model with Model(inputs, outputs)."
        )

    def _inferred(self, args: tuple, kwargs: dict) -> Any:
        """The outputs as symbolic tensors; of a model with a host stage, by what comes after it."""
        host = self._host
        if host is None or any(isinstance(x, HostOutputs) for x in args):
            return super()._inferred(args, kwargs)
        if host.is_all:
            return tree.map_structure(lambda x: SymbolicTensor(x.shape, x.dtype), self.output)
        kwargs = {k: v for k, v in kwargs.items() if k != "inputs"}
        return super()._inferred((HostOutputs(host.boundary), *args[1:]), kwargs)

    def _spec(self, args: tuple, kwargs: dict) -> Any:
        """The output as symbolic tensors; of a model with a host stage, by what comes after it."""
        if self._host is not None:
            return self._inferred(args, kwargs)
        return super()._spec(args, kwargs)

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        """Build a subclassed model: its own build(), and its layers by tracing the call."""
        super()._build_for(args, kwargs)
        self._build_sublayers(args, kwargs)
        self.built = True

    def _build_sublayers(self, args: tuple, kwargs: dict) -> None:
        inner = flatten_layers(self, include_self=False)
        if any_symbolic((args, kwargs)) and not all(x.built for x in inner):
            super()._spec(args, kwargs)

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for an input shape (with the batch axis)."""
        if self.run_eagerly:  # the first call builds the layers, on real numbers
            self.built = True
        elif type(self).call is not Model.call and input_shape is not None:
            symbols = tree.map_shape_structure(self._symbol, input_shape)
            self.built = True
            with contextlib.suppress(Untraceable):  # then the first call builds the layers
                super()._spec((symbols,), {})
        self.built = True

    # --- looking

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[..., Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print the layers with their output shapes and numbers of parameters."""
        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

    def activations(
        self, x: Any, layers: Sequence[Any] | None = None, batch_size: int | None = None
    ) -> dict[str, Any]:
        """What layers give out for a batch, by layer name, in inference mode and in one pass.

        Args:
            x: the inputs, as for ``predict``.
            layers: names of layers, at any depth, or the layers; None: all directly in the model.
            batch_size: samples in a pass, 32 if None.

        Returns:
            NumPy arrays; for a layer that is called several times a list of them.

        >>> import lurnet
        >>> model = lurnet.Sequential([lurnet.layers.Dense(3, name="a"), lurnet.layers.Dense(1)])
        >>> model.activations([[1.0, 2.0]], ["a"])["a"].shape
        (1, 3)
        """
        return activations(self, x, layers, batch_size)

    # --- files

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
    ) -> None:
        """Write architecture, weights, compile settings and optimizer state into one file."""
        optimizer = getattr(self.optimizer, "variables", [])
        with at_one_moment(unique([*self.variables, *optimizer])):
            _saving().save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Write the weights into a ``.weights.h5`` file."""
        with at_one_moment(self.variables):
            _saving().save_weights(self, filepath, overwrite=overwrite, **kwargs)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read weights from a file into this model."""
        _saving().load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON text."""
        return _saving().model_to_json(self, **kwargs)

    @property
    def input_shape(self) -> Any:
        """Shape of the input, batch axis included."""
        return tree.map_structure(lambda x: x.shape, self.input)

    @property
    def output_shape(self) -> Any:
        """Shape of the output, batch axis included."""
        return tree.map_structure(lambda x: x.shape, self.output)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        return Layer.get_config(self)


def _is_unknown(x: Any) -> bool:
    return is_symbolic(x) or is_traced(x)


def _saving() -> Any:
    """The package that opens files: programs that open none start sooner without it."""
    from lurnet import saving  # noqa: PLC0415

    return saving


def _is_functional_call(args: tuple, kwargs: dict) -> bool:
    return (
        len(args) >= 2
        or {"inputs", "outputs"} <= set(kwargs)
        or (len(args) == 1 and "outputs" in kwargs)
    )


def _functional_form(cls: type) -> type:
    """A user's class of models as one of functional models."""
    space = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "_own_class": cls}
    return type(cls.__name__, (cls, _functional_class()), space)


def _blank(cls: type) -> Any:
    """A functional model of a user's class that waits for its attributes."""
    return Layer.__new__(_functional_form(cls))  # type: ignore[type-var]


_FUNCTIONAL: list[type] = []


def _functional_class() -> Any:
    return _FUNCTIONAL[0]


def _is_functional_class(cls: type) -> bool:
    return bool(_FUNCTIONAL) and issubclass(cls, _FUNCTIONAL[0])


def functional_class(cls: type[T]) -> type[T]:
    """Decorator by which the functional model's class makes itself known to Model."""
    _FUNCTIONAL.append(cls)
    return cls


register("keras", "Model", Model)
register("keras.models", "Model", Model)
