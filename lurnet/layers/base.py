"""The Layer: variables made by ``build``, a computation in ``call``."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY
from typing import TYPE_CHECKING, Any, ClassVar

from lurnet import constraints, initializers, ops, regularizers
from lurnet.core import tree
from lurnet.core.dtypes import as_policy, is_float
from lurnet.core.errors import BadState, BadType, BadValue, did_you_mean
from lurnet.core.fields import Config, fields
from lurnet.core.masking import get_mask, set_mask, set_masks
from lurnet.core.names import auto_name, name_scope
from lurnet.core.registry import serialize
from lurnet.core.symbolic import (
    SymbolicTensor,
    any_symbolic,
    infer,
    infer_or,
    is_symbolic,
    read,
    record,
    without_names,
)
from lurnet.core.variable import Variable, autocast, values
from lurnet.layers import added, context
from lurnet.layers.arguments import Arguments, accepted, call_parameters
from lurnet.layers.calls import InGraph
from lurnet.layers.declared import declared_masks
from lurnet.layers.input_spec import check_inputs, describe, shape_of
from lurnet.layers.old_arguments import drop_idle, shape_given
from lurnet.layers.options import Name, Policy, Regularizer
from lurnet.layers.state import Stateful, flatten_layers, own_variables, set_trainable
from lurnet.layers.tracking import Guard
from lurnet.layers.tree_view import tree_view
from lurnet.layers.typed import Typed, as_tensor
from lurnet.ops.value_errors import explain

__all__ = ["Layer"]


@fields
class Layer(Arguments, Stateful, InGraph, Typed, Config):
    """A computation with state; subclasses define ``call`` and, for weights, ``build``.

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight((input_shape[-1],), initializer="ones")
    ...
    ...     def call(self, x):
    ...         return x * self.factor
    >>> layer = Scale()
    >>> layer(ops.ones((2, 3))).shape, layer.count_params()
    ((2, 3), 3)
    """

    _: KW_ONLY
    activity_regularizer: Regularizer = None  #: penalty on the output
    trainable: bool = True  #: whether the optimizer updates the weights
    dtype: Policy = None  #: dtype or dtype policy; None takes the global one
    autocast: bool = True  #: whether float inputs are cast to the compute dtype
    name: Name = None  #: unique name; made from the class name if None

    supports_masking = False
    supports_jit: ClassVar[bool] = True
    quantization_mode: ClassVar[str | None] = None
    #: Whether each sample is computed by itself: True, or a method that tells for input shapes.
    per_sample: ClassVar[Any] = False
    #: Whether the outputs' mask is made of the inputs' masks alone, which ``compute_mask`` says.
    keeps_mask: ClassVar[Any] = True
    #: Whether it disturbs its input at random while training, as dropout does; None: it does
    #: where it holds random numbers and no layers.
    draws: ClassVar[bool | None] = None
    #: Seeds lie in variables; all else is names, or what a call leaves for whoever asks.
    _not_in_program = (
        *("name", "seed", "_inbound_nodes", "_first_weights"),
        *("_guard", "_version", "_watchers"),
    )
    transient = frozenset({"_inbound_nodes", "_guard", "_version", "_watchers"})

    # --- construction

    def prepare(self) -> None:
        """State that must be there before any constructor runs."""
        self.__dict__.update(built=False, input_spec=None, _weights=[], _inbound_nodes=[])
        self.__dict__.update(_trainable=True, _policy=None, _build_shapes=None, _building=False)
        self._guard = Guard()

    def setup(self) -> None:
        """Give the layer its name."""
        if self.name is None:
            self.name = auto_name(type(self).__name__)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _finishing(vars(cls)["build"])  # type: ignore[method-assign]

    def accept(self, extra: dict[str, Any]) -> None:
        """Arguments of Keras 1 and 2: the input's shape, first weights."""
        self._input_batch_shape = shape_given(extra)
        self._first_weights = extra.pop("weights", None)
        drop_idle(extra)
        super().accept(extra)

    # --- to be defined by subclasses

    if TYPE_CHECKING:  # a subclass names its shapes and its inputs as it likes

        def build(self, *input_shape: Any, **shapes: Any) -> None:
            """Create the weights."""

    else:

        def build(self, input_shape: Any) -> None:
            """Create the weights; called once, with the shape of the first input."""
            self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The computation."""
        hint = did_you_mean("call", [n for n in vars(type(self)) if n != "call"])
        raise BadType(f"{type(self).__name__} has no call(self, x) method: define one.{hint}")

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the output, from the inputs and their masks; here: the same one."""
        return previous_mask

    # --- calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Build at the first call, check the input, then run, or record where it is symbolic."""
        if "name" not in self.__dict__:
            raise BadState(
                f"{type(self).__name__} was not set up: call super().__init__() at the start of "
                "its __init__."
            )
        args, kwargs = self._convert(args), self._convert(kwargs)
        given = self._first(args, kwargs)
        check_inputs(self.input_spec, given, self)
        if not self.built or self._building:
            self._build_once(lambda: self._build_for(args, kwargs))
            check_inputs(self.input_spec, given, self)
        if context.current() is None:
            added.current().clear(self)
        if any_symbolic((args, kwargs)):
            return self._call_symbolic(args, kwargs)
        return self._run(args, kwargs)

    def _convert(self, given: Any) -> Any:
        """NumPy arrays as tensors, float tensors in the compute dtype."""
        dtype = self.compute_dtype if self.autocast else None
        return tree.map_structure(lambda x: as_tensor(x, dtype), given)

    def _run(self, args: tuple, kwargs: dict) -> Any:
        """One real or traced call, with the flags and masks that it did not get filled in."""
        training = self._training(kwargs)
        with contextlib.ExitStack() as stack:
            stack.enter_context(context.calling(training))
            stack.enter_context(name_scope(self.name))
            if self.autocast and self.compute_dtype != self.variable_dtype:
                stack.enter_context(autocast(self.compute_dtype))
            filled = self._filled(args, kwargs, training)
            try:
                outputs = self.call(*args, **filled)
            except (TypeError, AttributeError) as error:
                explain(error, describe(self), self._declares())
                raise
        watch = context.watcher()
        if watch is not None:
            outputs = watch(self, args, outputs)
        self._note_mask(args, kwargs, outputs)
        if self.activity_regularizer is not None:
            for x in tree.leaves(outputs):  # a mean over the batch, as the loss is
                size = ops.shape(x)[0] if ops.ndim(x) else 1
                self.add_loss(self.activity_regularizer(x) / size)
        return outputs

    def _call_symbolic(self, args: tuple, kwargs: dict) -> Any:
        """Record the call; shapes come from tracing it."""
        return record(self, args, kwargs, self._inferred(args, kwargs))

    def _inferred(self, args: tuple, kwargs: dict) -> Any:
        """The outputs of a call as symbolic tensors, with their masks."""
        own = self._declares()
        try:
            outputs, masks = self._traced(args, kwargs, _nothing if own else None)
        except Exception as error:
            if not own:
                raise self._refused(args, error) from error
            outputs, masks = _nothing()
        if own:  # the class says what comes out: that counts, whatever tracing found
            found, given = outputs, self._filled(args, kwargs, self._training(kwargs))
            outputs = self.compute_output_spec(*args, **accepted(self.compute_output_spec, given))
            if found is None:
                masks = declared_masks(self, Layer, args, kwargs, outputs)
        if masks is not None:
            set_masks(outputs, masks)
        return outputs

    def _traced(self, args: tuple, kwargs: dict, declared: Callable[..., Any] | None) -> tuple:
        """Outputs of the call and their masks, as symbolic tensors."""
        masks = tree.map_structure(get_mask, (args, kwargs))

        def run(args: tuple, kwargs: dict, masks: Any) -> tuple:
            tree.map_structure(set_mask, (args, kwargs), masks)
            outputs = self._run(args, kwargs)
            return outputs, tree.map_structure(get_mask, outputs)

        return infer_or(declared, run, (args, kwargs, masks), {})

    def _declares(self) -> bool:
        """Whether the class has a method of its own that says what comes out."""
        own = type(self)
        shape = own.compute_output_shape is not Layer.compute_output_shape
        return shape or own.compute_output_spec is not Layer.compute_output_spec

    def _refused(self, args: tuple, error: Exception) -> Exception:
        """The error for an input that the call cannot take."""
        kinds = (TypeError, ValueError, NotImplementedError)
        if isinstance(error, (BadValue, BadType)) or not isinstance(error, kinds):
            return error
        shapes = ", ".join(str(shape_of(x)) for x in tree.leaves(args) if is_symbolic(x))
        kind = next(k for k in (type(error), *kinds) if k in kinds and isinstance(error, k))
        return kind(f"{describe(self)} cannot take an input of shape {shapes}: {error}")

    # --- building

    def _build_once(self, build: Callable[[], None]) -> None:
        """Build where nobody has; who comes while another thread builds waits until it has."""
        if self.built and not self._building:
            return
        with self._guard.lock:
            if not self.built:
                build()

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        """Call build() with the shapes that it asks for by its parameters' names."""
        self.build(**self._shapes_for(self.build, args, kwargs))

    def add_weight(
        self,
        shape: Sequence[int] | int | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """A new variable of this layer.

        Args:
            shape: sizes of its axes; () is a single number.
            initializer: name, object or function; None: "glorot_uniform" for floats, else "zeros".
            dtype: None is the layer's.
            trainable: whether the optimizer updates it.
            autocast: whether it is read in the compute dtype.
            regularizer: penalty on it.
            constraint: projection after each update.
            aggregation: kept for compatibility.
            overwrite_with_gradient: whether the optimizer replaces it by its gradient.
            name: its name.
        """
        if isinstance(shape, str):  # Keras 2 had the name first
            shape, name = (initializer if not isinstance(initializer, str) else ()), shape
            initializer = None if initializer is shape else initializer
        shape = () if shape is None else shape
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self._check_known(shape, name)
        dtype = dtype or self.variable_dtype
        default = "glorot_uniform" if is_float(dtype) else "zeros"
        variable = Variable(
            initializers.get(initializer if initializer is not None else default),
            shape,
            dtype,
            trainable=trainable,
            autocast=autocast,
            aggregation=aggregation,
            name=name,
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
        )
        variable.overwrite_with_gradient = overwrite_with_gradient
        variable.trainable = trainable and self.trainable
        self._weights.append(variable)
        self._changed("_weights")
        return variable

    def _check_known(self, shape: tuple, name: str | None) -> None:
        if any(d is None for d in shape):
            raise BadValue(
                f"{describe(self)} needs the size of an axis that its input leaves open: its "
                f"weight {name!r} would have shape {shape}. Give the full shape, except the batch "
                "axis, in keras.Input(shape=...)."
            )

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build for the input shape that a file holds."""
        if "input_shape" in config:
            self.build(tree.map_shape_structure(tuple, config["input_shape"]))
        elif "shapes_dict" in config:
            self.build(**tree.map_shape_structure(tuple, config["shapes_dict"]))

    def get_build_config(self) -> dict[str, Any] | None:
        """The input shape that it was built for."""
        if self._build_shapes is None:
            return None
        if len(self._build_shapes) == 1:
            return {"input_shape": next(iter(self._build_shapes.values()))}
        return {"shapes_dict": self._build_shapes}

    # --- losses

    def add_loss(self, loss: Any) -> None:
        """Add scalars to what training minimises; called inside ``call``."""
        added.current().add(self, [x for x in tree.leaves(loss) if x is not None])

    @property
    def losses(self) -> list[Any]:
        """Scalars from ``add_loss`` and activity regularizers in the last call, and weights'."""
        now = added.current()
        found = [x for layer in flatten_layers(self) for x in now.of(layer)]
        return found + [
            v.regularizer(v) for v in self.trainable_variables if v.regularizer is not None
        ]

    def stateless_call(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> tuple:
        """The call as a pure function of the variables' values.

        Returns the outputs and the new values of the non-trainable variables (and the losses).
        """
        if not self.built:
            raise BadState(f"{describe(self)} must be built before stateless_call.")
        variables = self.trainable_variables + self.non_trainable_variables
        given = [read(x) for x in (*trainable_variables, *non_trainable_variables)]
        with values(variables, given) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else []
        new = [scope[v] for v in self.non_trainable_variables]
        return (outputs, new, losses) if return_losses else (outputs, new)

    # --- shapes

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Shape of the output for the inputs' shapes, found by tracing the call.

        Shapes are given by position, or by name: ``query_shape=...`` is that of ``query``, and
        ``input_shape=...`` that of the first input.
        """
        names = {f"{k}_shape": k for k in call_parameters(self)}
        first = next(iter(call_parameters(self)), "inputs")
        given = {names.get(k, first): v for k, v in kwargs.items() if v is not None}
        inputs = tuple(tree.map_shape_structure(self._symbol, shape) for shape in args)
        named = {k: tree.map_shape_structure(self._symbol, shape) for k, shape in given.items()}
        return tree.map_structure(lambda x: x.shape, self._spec(inputs, named))

    def _symbol(self, shape: Any) -> SymbolicTensor:
        return SymbolicTensor(shape, dtype=self.compute_dtype)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The output as symbolic tensors, for symbolic inputs."""
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return self._spec(args, kwargs)
        shapes = self._shapes_for(self.compute_output_shape, args, kwargs)
        shape = self.compute_output_shape(**shapes)
        return tree.map_shape_structure(self._symbol, shape)

    def _spec(self, args: tuple, kwargs: dict) -> Any:
        """The output as tracing finds it, whatever a subclass says of it."""
        if not self.built:
            self._build_for(args, kwargs)
        return infer(lambda *a, **k: self._run(a, k), *args, **kwargs)

    # --- config and files

    @property
    def path(self) -> str:
        """The name, under those of the layers around."""
        own = own_variables(self)
        return own[0].path.rpartition("/")[0] if own else self.name

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = super().get_config()
        config |= {"name": self.name, "trainable": self.trainable}
        config["dtype"] = serialize(self.dtype_policy)
        config.pop("autocast", None)
        if self.activity_regularizer is None:
            config.pop("activity_regularizer", None)
        return config

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: a tree of the layers that opens and closes."""
        return tree_view(self)


# Fields that are more than an attribute: they get their property once the fields are known.
Layer.trainable = property(lambda self: self._trainable, set_trainable)  # type: ignore[assignment]
Layer.dtype = property(  # type: ignore[assignment]
    lambda self: self.variable_dtype, lambda self, value: setattr(self, "_policy", as_policy(value))
)


def build_once(layer: Any, *inputs: Any) -> None:
    """Build a layer for the inputs of a call, where nobody has."""
    layer._build_once(lambda: layer._build_for(inputs, {}))


def build_shapes(layer: Layer) -> dict[str, Any] | None:
    """The shapes that a layer was built for, by the names of its build()'s parameters."""
    return layer._build_shapes


def input_shape_given(layer: Layer) -> tuple | None:
    """The batch input shape that the arguments of Keras 1 and 2 name, or None."""
    return getattr(layer, "_input_batch_shape", None)


def give_first_weights(layer: Layer, weights: Sequence[Any]) -> None:
    """Let a layer start with weights, which it takes when it is built."""
    layer._first_weights = weights


def has_first_weights(layer: Layer) -> bool:
    """Whether weights wait for a layer to be built."""
    return getattr(layer, "_first_weights", None) is not None


def _nothing() -> tuple:
    """What tracing gives of outputs and masks where the call takes no unknown size."""
    return None, None


def _finishing(build: Callable[..., Any]) -> Callable[..., Any]:
    """A class's ``build``, with names under the layer's own and ``built`` set afterwards."""

    @functools.wraps(build)
    def finishing(self: Layer, *args: Any, **kwargs: Any) -> None:
        if self._building:  # called by a subclass's build
            return build(self, *args, **kwargs)
        names = list(inspect.signature(build).parameters)[1:]
        self._build_shapes = without_names(dict(zip(names, args)) | kwargs)  # noqa: B905
        self._building = True
        try:
            with name_scope(self.name):
                build(self, *args, **kwargs)
        finally:
            self._building = False
        self.built = True
        first = getattr(self, "_first_weights", None)
        if first is not None:
            self.set_weights(first)
            self._first_weights = None
        return None

    return finishing
