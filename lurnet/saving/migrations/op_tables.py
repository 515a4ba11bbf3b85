"""TensorFlow's functions and graph operations that old functional models hold, as ops: tables."""

#: Name in ``tf`` -> op, and how its arguments after the first are called here.
FUNCTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "cast": ("cast", {"dtype": "dtype"}),
    "clip_by_value": ("clip", {"clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "concat": ("concatenate", {"axis": "axis"}),
    "expand_dims": ("expand_dims", {"axis": "axis"}),
    "gather": ("take", {"indices": "indices", "axis": "axis"}),
    "image.resize": ("image.resize", {"size": "size", "method": "interpolation"}),
    "linalg.l2_normalize": ("normalize", {"axis": "axis"}),
    "linalg.matmul": ("matmul", {"b": "x2"}),
    "math.argmax": ("argmax", {"axis": "axis"}),
    "math.argmin": ("argmin", {"axis": "axis"}),
    "math.cumsum": ("cumsum", {"axis": "axis"}),
    "math.l2_normalize": ("normalize", {"axis": "axis"}),
    "math.pow": ("power", {"y": "x2"}),
    "math.reduce_logsumexp": ("logsumexp", {"axis": "axis", "keepdims": "keepdims"}),
    "math.reduce_std": ("std", {"axis": "axis", "keepdims": "keepdims"}),
    "math.reduce_variance": ("var", {"axis": "axis", "keepdims": "keepdims"}),
    "nn.depth_to_space": ("depth_to_space", {"block_size": "block_size"}),
    "nn.elu": ("elu", {}),
    "nn.gelu": ("gelu", {"approximate": "approximate"}),
    "nn.l2_normalize": ("normalize", {"axis": "axis"}),
    "nn.leaky_relu": ("leaky_relu", {"alpha": "negative_slope"}),
    "nn.log_softmax": ("log_softmax", {"axis": "axis"}),
    "nn.relu": ("relu", {}),
    "nn.relu6": ("relu6", {}),
    "nn.selu": ("selu", {}),
    "nn.silu": ("silu", {}),
    "nn.softmax": ("softmax", {"axis": "axis"}),
    "nn.space_to_depth": ("space_to_depth", {"block_size": "block_size"}),
    "nn.swish": ("silu", {}),
    "one_hot": ("one_hot", {"depth": "num_classes", "axis": "axis"}),
    "pad": ("pad", {"paddings": "pad_width", "mode": "mode", "constant_values": "constant_values"}),
    "repeat": ("repeat", {"repeats": "repeats", "axis": "axis"}),
    "reshape": ("reshape", {"shape": "newshape"}),
    "reverse": ("flip", {"axis": "axis"}),
    "roll": ("roll", {"shift": "shift", "axis": "axis"}),
    "split": ("split", {"num_or_size_splits": "indices_or_sections", "axis": "axis"}),
    "squeeze": ("squeeze", {"axis": "axis"}),
    "stack": ("stack", {"axis": "axis"}),
    "tile": ("tile", {"multiples": "repeats"}),
    "transpose": ("transpose", {"perm": "axes"}),
    "unstack": ("unstack", {"num": "num", "axis": "axis"}),
    "where": ("where", {"x": "x1", "y": "x2"}),
}
_PAIRS = {
    **{k: k for k in ("add", "equal", "greater", "greater_equal", "less", "less_equal")},
    **{k: k for k in ("logical_and", "logical_or", "logical_xor", "maximum", "minimum", "mod")},
    **{k: k for k in ("multiply", "not_equal", "subtract", "divide", "atan2")},
    **{"divide_no_nan": "divide_no_nan", "floordiv": "floor_divide", "truediv": "true_divide"},
    "floormod": "mod",
}
for _tf, _op in _PAIRS.items():
    FUNCTIONS[f"math.{_tf}"] = ("arctan2" if _op == "atan2" else _op, {"y": "x2"})
for _op in ("add", "multiply", "subtract", "maximum", "minimum", "less", "greater", "equal"):
    FUNCTIONS[_op] = FUNCTIONS[f"math.{_op}"]
for _op, _ours in {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
}.items():
    FUNCTIONS[f"__operators__.{_op}"] = (_ours, {"y": "x2"})
for _op in ("mean", "sum", "max", "min", "prod", "any", "all"):
    for _place in ("math.", ""):
        FUNCTIONS[f"{_place}reduce_{_op}"] = (_op, {"axis": "axis", "keepdims": "keepdims"})
for _op in (
    *("abs", "ceil", "cos", "cosh", "erf", "exp", "expm1", "floor", "log", "log1p", "negative"),
    *("reciprocal", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "softplus", "softsign"),
    *("sqrt", "square", "tan", "tanh", "log_sigmoid", "logical_not"),
):
    for _place in ("math.", "nn.", ""):
        FUNCTIONS[f"{_place}{_op}"] = ("absolute" if _op == "abs" else _op, {})

#: Graph operation of TensorFlow -> op, names of its inputs here, attributes and their names here.
OPERATIONS: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {
    "BiasAdd": ("add", ("x1", "x2"), {}),
    "ConcatV2": ("concatenate", ("xs", "axis"), {}),
    "DepthToSpace": ("depth_to_space", ("x",), {"block_size": "block_size"}),
    "ExpandDims": ("expand_dims", ("x", "axis"), {}),
    "GatherV2": ("take", ("x", "indices", "axis"), {}),
    "LeakyRelu": ("leaky_relu", ("x",), {"alpha": "negative_slope"}),
    "Pack": ("stack", ("x",), {"axis": "axis"}),
    "Pad": ("pad", ("x", "pad_width"), {}),
    "Reshape": ("reshape", ("x", "newshape"), {}),
    "ReverseV2": ("flip", ("x", "axis"), {}),
    "Softmax": ("softmax", ("x",), {}),
    "SpaceToDepth": ("space_to_depth", ("x",), {"block_size": "block_size"}),
    "Squeeze": ("squeeze", ("x",), {"squeeze_dims": "axis"}),
    "Tile": ("tile", ("x", "repeats"), {}),
    "Transpose": ("transpose", ("x", "axes"), {}),
}
for _tf, _op in {
    **{"Add": "add", "AddV2": "add", "Sub": "subtract", "Mul": "multiply", "Pow": "power"},
    **{"RealDiv": "true_divide", "Div": "divide", "FloorDiv": "floor_divide", "FloorMod": "mod"},
    **{"Maximum": "maximum", "Minimum": "minimum", "Greater": "greater", "Less": "less"},
    **{"MatMul": "matmul", "BatchMatMul": "matmul", "BatchMatMulV2": "matmul", "Equal": "equal"},
}.items():
    OPERATIONS[_tf] = (_op, ("x1", "x2"), {})
for _tf in ("Mean", "Sum", "Max", "Min", "Prod", "Any", "All"):
    OPERATIONS[_tf] = (_tf.lower(), ("x", "axis"), {"keep_dims": "keepdims"})
for _tf, _op in {
    **{"Abs": "absolute", "Exp": "exp", "Log": "log", "Sqrt": "sqrt", "Rsqrt": "rsqrt"},
    **{"Square": "square", "Neg": "negative", "Tanh": "tanh", "Sigmoid": "sigmoid"},
    **{"Relu": "relu", "Relu6": "relu6", "Softplus": "softplus", "Softsign": "softsign"},
    **{"Elu": "elu", "Selu": "selu", "Floor": "floor", "Ceil": "ceil", "Round": "round"},
    **{"Sin": "sin", "Cos": "cos", "Sign": "sign", "Reciprocal": "reciprocal", "Erf": "erf"},
    **{"StopGradient": "stop_gradient", "Log1p": "log1p", "Expm1": "expm1"},
}.items():
    OPERATIONS[_tf] = (_op, ("x",), {})
#: Attributes that must have these values, for the op to mean the same.
REQUIRED = {"adj_x": False, "adj_y": False, "transpose_a": False, "transpose_b": False}
