"""The Layer: variables made by ``build``, a computation in ``call``."""

import contextlib
import functools
import inspect
import warnings
import weakref
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY
from typing import Any, ClassVar

import numpy as np

from lurnet import constraints, initializers, ops, regularizers
from lurnet.core import tree
from lurnet.core.dtypes import DTypePolicy, as_policy, is_float
from lurnet.core.errors import BadState, BadType, BadValue, did_you_mean
from lurnet.core.fields import Config, fields
from lurnet.core.masking import get_mask, masks_of, set_mask, set_masks
from lurnet.core.names import auto_name, name_scope
from lurnet.core.registry import serialize
from lurnet.core.symbolic import (
    SymbolicTensor,
    any_symbolic,
    infer,
    is_symbolic,
    record,
    without_names,
)
from lurnet.core.variable import Variable, autocast, values
from lurnet.layers import context
from lurnet.layers.input_spec import check_inputs, describe, shape_of
from lurnet.layers.old_arguments import drop_idle, shape_given
from lurnet.layers.options import Name, Policy, Regularizer
from lurnet.layers.state import Stateful
from lurnet.layers.tracking import Guard
from lurnet.layers.tree_view import tree_view

_with_losses: "weakref.WeakSet[Layer]" = weakref.WeakSet()


@fields
class Layer(Stateful, Config):
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

    supports_masking: ClassVar[bool] = False

    # --- construction

    def prepare(self) -> None:
        """State that must be there before any constructor runs."""
        self.__dict__.update(
            built=False, input_spec=None, _weights=[], _losses=[], _inbound_nodes=[]
        )
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

    def build(self, input_shape: Any) -> None:
        """Create the weights; called once, with the shape of the first input."""
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The computation."""
        hint = did_you_mean("call", [n for n in vars(type(self)) if n != "call"])
        raise BadType(f"{type(self).__name__} has no call(self, x) method: define one.{hint}")

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
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
        given = args[0] if args else next(iter(kwargs.values()), None)
        check_inputs(self.input_spec, given, self)
        if not self.built or self._building:
            self._build_once(lambda: self._build_for(args, kwargs))
            check_inputs(self.input_spec, given, self)
        if any_symbolic((args, kwargs)):
            return self._call_symbolic(args, kwargs)
        if context.current() is None:
            clear_losses()
        return self._run(args, kwargs)

    def _convert(self, given: Any) -> Any:
        """NumPy arrays as tensors, float tensors in the compute dtype."""
        dtype = self.compute_dtype if self.autocast else None
        return tree.map_structure(lambda x: _as_tensor(x, dtype), given)

    def _run(self, args: tuple, kwargs: dict) -> Any:
        """One real or traced call, with the flags and masks that it did not get filled in."""
        training = self._training(kwargs)
        with contextlib.ExitStack() as stack:
            stack.enter_context(context.calling(training))
            stack.enter_context(name_scope(self.name))
            if self.autocast and self.compute_dtype != self.variable_dtype:
                stack.enter_context(autocast(self.compute_dtype))
            outputs = self.call(*args, **self._filled(args, kwargs, training))
        watch = context.watcher()
        if watch is not None:
            outputs = watch(self, args, outputs)
        self._note_mask(args, kwargs, outputs)
        if self.activity_regularizer is not None:
            for x in tree.leaves(outputs):  # a mean over the batch, as the loss is
                size = ops.shape(x)[0] if ops.ndim(x) else 1
                self.add_loss(self.activity_regularizer(x) / size)
        return outputs

    def _training(self, kwargs: dict) -> Any:
        """The flag given, else that of the call around, else the default in call(), else None."""
        if context.acts_as_in_training(self):
            return True
        flag = kwargs.get("training")
        if flag is None and context.current() is not None:
            flag = context.current().training  # type: ignore[union-attr]
        if flag is None and "training" in self._parameters():
            flag = self._parameters()["training"].default
            flag = None if flag is inspect.Parameter.empty else flag
        return flag

    def _parameters(self) -> dict[str, inspect.Parameter]:
        return _call_parameters(type(self))

    def _filled(self, args: tuple, kwargs: dict, training: Any) -> dict:
        """Keyword arguments for call(): ``training`` and masks where it takes them."""
        names = self._parameters()
        kwargs = {k: v for k, v in kwargs.items() if k != "training" or k in names}
        if "training" in names and list(names).index("training") >= len(args):
            kwargs["training"] = training
        tensors = dict(zip(names, args)) | kwargs  # noqa: B905
        free = set(names) - set(list(names)[: len(args)])
        for i, name in enumerate(list(tensors)):
            for key in ("mask", f"{name}_mask") if i == 0 else (f"{name}_mask",):
                if key in free and tensors.get(key) is None:
                    kwargs[key] = masks_of(tensors[name])
        return kwargs

    def _note_mask(self, args: tuple, kwargs: dict, outputs: Any) -> None:
        inputs = args[0] if args else next(iter(kwargs.values()), None)
        own = type(self).compute_mask is not Layer.compute_mask
        masks = masks_of(inputs)
        if not self.supports_masking and not own:
            if masks is not None and "mask" not in self._parameters():
                warnings.warn(
                    f"{describe(self)} got an input with a mask and does not use it: the mask "
                    "ends here.",
                    stacklevel=3,
                )
            return
        if masks is None and not own:
            return
        result = self.compute_mask(inputs, masks)
        if result is not None:
            set_masks(outputs, result)

    def _call_symbolic(self, args: tuple, kwargs: dict) -> Any:
        """Record the call; shapes come from tracing it."""
        return record(self, args, kwargs, self._inferred(args, kwargs))

    def _inferred(self, args: tuple, kwargs: dict) -> Any:
        """The outputs of a call as symbolic tensors, with their masks."""
        masks = tree.map_structure(get_mask, (args, kwargs))

        def run(args: tuple, kwargs: dict, masks: Any) -> tuple:
            tree.map_structure(set_mask, (args, kwargs), masks)
            outputs = self._run(args, kwargs)
            return outputs, tree.map_structure(get_mask, outputs)

        try:
            outputs, out_masks = infer(run, args, kwargs, masks)
        except (TypeError, ValueError, NotImplementedError) as error:
            outputs, out_masks = self._declared(args, error), None
        finally:
            clear_losses()
        if out_masks is not None:
            tree.map_structure(set_mask, outputs, out_masks)
        return outputs

    def _declared(self, args: tuple, error: Exception) -> Any:
        """The output by the user's own ``compute_output_shape``, where tracing failed."""
        if type(self).compute_output_shape is Layer.compute_output_shape or not args:
            shapes = ", ".join(str(shape_of(x)) for x in tree.leaves(args) if is_symbolic(x))
            if isinstance(error, (BadValue, BadType)):
                raise error
            raise type(error)(
                f"{describe(self)} cannot take an input of shape {shapes}: {error}"
            ) from error
        shape = self.compute_output_shape(_shapes(args[0]))
        make = functools.partial(SymbolicTensor, dtype=self.compute_dtype)
        return tree.map_shape_structure(make, shape)

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
        wanted = inspect.signature(self.build).parameters
        tensors = dict(zip(self._parameters(), args)) | kwargs  # noqa: B905
        by_key = {f"{k}_shape": v for k, v in tensors.items()}
        first = args[0] if args else next(iter(tensors.values()), None)
        needed = [w for w, p in wanted.items() if p.default is p.empty]
        if len(wanted) > 1 and needed and all(w in by_key for w in needed):
            self.build(**{w: _shapes(by_key[w]) for w in wanted if by_key.get(w) is not None})
        else:
            self.build(_shapes(first))

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
        self._losses: list[Any] = self._losses + [x for x in tree.leaves(loss) if x is not None]
        _with_losses.add(self)

    @property
    def losses(self) -> list[Any]:
        """Scalars from ``add_loss`` and activity regularizers in the last call, and weights'."""
        found = [x for layer in self._flatten_layers() for x in layer._losses]
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
        given = [*trainable_variables, *non_trainable_variables]
        with values(variables, given) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else []
        new = [scope[v] for v in self.non_trainable_variables]
        return (outputs, new, losses) if return_losses else (outputs, new)

    # --- shapes

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Shape of the output for an input shape, found by tracing the call."""
        spec = self.compute_output_spec(*tree.map_shape_structure(self._symbol, list(args)))
        return tree.map_structure(lambda x: x.shape, spec)

    def _symbol(self, shape: Any) -> SymbolicTensor:
        return SymbolicTensor(shape, dtype=self.compute_dtype)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The output as symbolic tensors, for symbolic inputs."""
        if not self.built:
            self._build_for(args, kwargs)
        return infer(lambda *a, **k: self._run(a, k), *args, **kwargs)

    # --- graph

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's call in a functional or Sequential model."""
        inputs = self._only_node().inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's call in a functional or Sequential model."""
        return self._only_node().outputs

    def _only_node(self) -> Any:
        if not self._inbound_nodes:
            raise BadState(
                f"{describe(self)} has no input or output yet: it has not been called. In a "
                "Sequential model start with keras.Input(shape=...), or call the model once."
            )
        return self._inbound_nodes[-1]

    # --- config and files

    @property
    def path(self) -> str:
        """The name, under those of the layers around."""
        own = self._own_variables
        return own[0].path.rpartition("/")[0] if own else self.name

    @property
    def dtype_policy(self) -> DTypePolicy:
        """Which dtype the weights have and which one computes."""
        return self._policy or as_policy(None)

    @property
    def compute_dtype(self) -> str:
        """The dtype of the computation."""
        return self.dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights."""
        return self.dtype_policy.variable_dtype

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
Layer.trainable = property(lambda self: self._trainable, Layer._set_trainable)  # type: ignore[assignment]
Layer.dtype = property(  # type: ignore[assignment]
    lambda self: self.variable_dtype, lambda self, value: setattr(self, "_policy", as_policy(value))
)


def clear_losses() -> None:
    """Forget the losses that earlier calls added."""
    for layer in list(_with_losses):
        layer._losses.clear()
    _with_losses.clear()


def _finishing(build: Callable) -> Callable:
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


@functools.cache
def _call_parameters(cls: type) -> dict[str, inspect.Parameter]:
    found = list(inspect.signature(cls.call).parameters.values())[1:]  # type: ignore[attr-defined]
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {p.name: p for p in found if p.kind not in variable}


def _as_tensor(x: Any, dtype: str | None) -> Any:
    if isinstance(x, np.ndarray) and x.dtype.kind in "USO":
        return x
    if isinstance(x, (np.ndarray, np.generic)):
        x = ops.convert_to_tensor(x)
    if dtype is None or not hasattr(x, "dtype") or isinstance(x, Variable):
        return x
    if is_float(x.dtype) and str(x.dtype) != dtype:
        mask = get_mask(x)
        x = ops.cast(x, dtype)
        set_mask(x, mask)
    return x


def _shapes(value: Any) -> Any:
    return tree.map_structure(shape_of, value)
