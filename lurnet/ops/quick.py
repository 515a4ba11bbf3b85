"""Stand-ins for the functions that are being written; this file goes away."""

import functools
import inspect

import jax
import jax.numpy as jnp

from lurnet.core.settings import epsilon as _eps
from lurnet.core.settings import floatx as _floatx
from lurnet.core.dtypes import narrow as _narrow
from lurnet.core.symbolic import SymbolicTensor, is_symbolic, op

NAMES = """abs absolute add all allclose amax amin angle any append arange arccos arccosh arcsin
arcsinh arctan arctan2 arctanh argmax argmin argpartition argsort array array_split average bincount
bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor
broadcast_to cbrt clip conj conjugate copy corrcoef correlate cos cosh count_nonzero
cross cumprod cumsum deg2rad diag diagflat diagonal diff digitize divide dot equal
exp exp2 expand_dims expm1 eye flip floor_divide fmax fmin fmod full_like greater
greater_equal histogram hypot identity imag inner isclose isfinite isin isinf isnan kron
less less_equal linspace log log10 log1p log2 logaddexp logical_and logical_not logical_or
logical_xor logspace matmul max maximum mean median min minimum mod moveaxis multiply
nan_to_num ndim negative nonzero not_equal outer percentile power prod quantile ravel real
reciprocal repeat roll rot90 round searchsorted select sign signbit sin sinh size sort square squeeze
sqrt std subtract sum swapaxes take take_along_axis tan tanh tensordot tile trace transpose
tri tril triu true_divide trunc unique var vdot where zeros_like ones_like ceil floor""".split()
LISTS = "concatenate stack hstack vstack dstack".split()
NN = "relu relu6 sigmoid silu selu softplus soft_sign elu celu glu log_sigmoid hard_sigmoid hard_silu hard_tanh log_softmax softmax squareplus sparse_plus".split()


def _wrap(fn, name):
    def call(*args, **kwargs):
        args = [jnp.asarray(a) if i == 0 and isinstance(a, (list, tuple)) else a for i, a in enumerate(args)]
        return fn(*args, **kwargs)

    call.__name__ = name
    return op(call)


def _wrap_list(fn, name):
    def call(xs, axis=0):
        return fn(list(xs), axis=axis) if name in ("concatenate", "stack") else fn(list(xs))

    call.__name__ = name
    return op(call)


for _n in NAMES:
    globals()[_n] = _wrap(getattr(jnp, _n), _n)
for _n in LISTS:
    globals()[_n] = _wrap_list(getattr(jnp, _n), _n)
for _n in NN:
    globals()[_n] = _wrap(getattr(jax.nn, _n), _n)
softsign = soft_sign  # noqa
swish, hard_swish = silu, hard_silu  # noqa
erf, erfinv, rsqrt = (_wrap(getattr(jax.lax, n), n) for n in ("erf", "erf_inv", "rsqrt"))
norm = _wrap(jnp.linalg.norm, "norm")
logsumexp = _wrap(lambda x, axis=None, keepdims=False: jax.nn.logsumexp(x, axis, keepdims=keepdims), "logsumexp")
stop_gradient = _wrap(jax.lax.stop_gradient, "stop_gradient")
top_k = _wrap(lambda x, k, sorted=True: tuple(jax.lax.top_k(x, k)), "top_k")
gelu = _wrap(lambda x, approximate=True: jax.nn.gelu(x, approximate), "gelu")
leaky_relu = _wrap(lambda x, negative_slope=0.2: jax.nn.leaky_relu(x, negative_slope), "leaky_relu")
get_item = _wrap(lambda x, key: x[key], "get_item")
convert_to_numpy = lambda x: __import__("numpy").asarray(x)
is_tensor = lambda x: isinstance(x, (jax.Array, SymbolicTensor))
einsum = op(lambda s, *xs, **k: jnp.einsum(s, *xs, **k))


def shape(x):
    return tuple(x.shape) if hasattr(x, "shape") else jnp.shape(x)


def dtype(x):
    return x.dtype if is_symbolic(x) else getattr(x.dtype, "name", x.dtype)


@op
def cast(x, dtype):
    return jnp.asarray(x).astype(_narrow(dtype))


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    if is_symbolic(x):
        return x if dtype is None or dtype == x.dtype else cast(x, dtype)
    if dtype is None and isinstance(x, float):
        dtype = _floatx()
    return jnp.asarray(getattr(x, "value", x), None if dtype is None else _narrow(dtype))


def zeros(shape, dtype=None):
    return jnp.zeros(shape, _narrow(dtype))


def ones(shape, dtype=None):
    return jnp.ones(shape, _narrow(dtype))


def empty(shape, dtype=None):
    return jnp.zeros(shape, _narrow(dtype))


def full(shape, fill_value, dtype=None):
    return jnp.full(shape, fill_value, None if dtype is None else _narrow(dtype))


@op
def reshape(x, newshape):
    if isinstance(newshape, int):
        newshape = (newshape,)
    return jnp.reshape(jnp.asarray(x), tuple(-1 if d is None else d for d in newshape))


@op
def split(x, indices_or_sections, axis=0):
    return list(jnp.split(x, indices_or_sections, axis))


@op
def pad(x, pad_width, mode="constant", constant_values=None):
    kwargs = {} if mode != "constant" else {"constant_values": constant_values or 0}
    return jnp.pad(x, pad_width, mode, **kwargs)


@op
def divide_no_nan(x1, x2):
    safe = jnp.where(x2 == 0, 1, x2)
    return jnp.where(x2 == 0, 0, jnp.divide(x1, safe))


@op
def moments(x, axes, keepdims=False, synchronized=False):
    return jnp.mean(x, axes, keepdims=keepdims), jnp.var(x, axes, keepdims=keepdims)


@op
def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    return jax.nn.one_hot(x, num_classes, axis=axis, dtype=_narrow(dtype))


@op
def normalize(x, axis=-1, order=2, epsilon=None):
    x = jnp.asarray(x)
    n = jnp.linalg.norm(x, ord=order, axis=axis, keepdims=True)
    return x / jnp.maximum(n, _eps() if epsilon is None else epsilon)


@op
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    if from_logits:
        return -jnp.sum(target * jax.nn.log_softmax(output, axis), axis)
    output = output / jnp.sum(output, axis, keepdims=True)
    return -jnp.sum(target * jnp.log(jnp.clip(output, _eps(), 1 - _eps())), axis)


@op
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    target = jnp.asarray(target, "int32")
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = jnp.squeeze(target, -1)
    target = jax.nn.one_hot(target, output.shape[axis], axis=axis)
    return categorical_crossentropy(target, output, from_logits, axis)


@op
def binary_crossentropy(target, output, from_logits=False):
    target, output = jnp.asarray(target), jnp.asarray(output)
    if from_logits:
        return jnp.maximum(output, 0) - output * target + jnp.log1p(jnp.exp(-jnp.abs(output)))
    output = jnp.clip(output, _eps(), 1 - _eps())
    return -(target * jnp.log(output) + (1 - target) * jnp.log1p(-output))


@op
def scatter_update(inputs, indices, updates, reduction=None):
    at = jnp.asarray(inputs).at[tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))]
    return getattr(at, reduction or "set")(updates)


@op
def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    return jax.ops.segment_sum(data, segment_ids, num_segments, sorted)


def cond(pred, true_fn, false_fn):
    return jax.lax.cond(pred, true_fn, false_fn)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    return jax.lax.while_loop(lambda v: cond(*v), lambda v: body(*v), tuple(loop_vars))


def fori_loop(lower, upper, body_fun, init_val):
    return jax.lax.fori_loop(lower, upper, body_fun, init_val)


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    return jax.lax.scan(f, init, xs, length, reverse, unroll)


def map(f, xs):
    return jax.lax.map(f, xs)


def vectorized_map(function, elements):
    return jax.vmap(function)(elements)


@op
def solve(a, b):
    return jnp.linalg.solve(a, b)


@op
def qr(x, mode="reduced"):
    return tuple(jnp.linalg.qr(x, mode))


@op
def svd(x, full_matrices=True, compute_uv=True):
    return tuple(jnp.linalg.svd(x, full_matrices, compute_uv))


def _operators():
    import operator as _o  # noqa
    pairs = {"add": add, "sub": subtract, "mul": multiply, "truediv": true_divide,  # noqa
             "floordiv": floor_divide, "mod": mod, "pow": power, "matmul": matmul}  # noqa
    for n, fn in pairs.items():
        setattr(SymbolicTensor, f"__{n}__", lambda a, b, fn=fn: fn(a, b))
        setattr(SymbolicTensor, f"__r{n}__", lambda a, b, fn=fn: fn(b, a))
    for n, fn in {"lt": less, "le": less_equal, "gt": greater, "ge": greater_equal}.items():  # noqa
        setattr(SymbolicTensor, f"__{n}__", lambda a, b, fn=fn: fn(a, b))
    SymbolicTensor.__neg__ = lambda a: negative(a)  # noqa
    SymbolicTensor.__getitem__ = lambda a, k: get_item(a, k)


_operators()
del _n
