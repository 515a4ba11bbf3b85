"""Under which class name Keras writes each op into a model file, and back.

A node of a functional model that is an op stands there as ``{"module": "keras.src.ops.numpy",
"class_name": "Mean", "config": {"name": "mean", "axis": -1, "keepdims": True}}``; what the op was
called with stands among the node's inputs. Ops that take functions cannot be written.
"""

import inspect
from collections.abc import Callable

from lurnet import ops
from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.symbolic import tensor_parameters

PACKAGE = "keras.src.ops."

#: Name in ``lurnet.ops`` -> module and class in Keras' package of ops.
TABLE = {
    "abs": "numpy.Absolute",
    "absolute": "numpy.Absolute",
    "adaptive_average_pool": "nn.AdaptiveAveragePool",
    "adaptive_max_pool": "nn.AdaptiveMaxPool",
    "add": "numpy.Add",
    "all": "numpy.All",
    "allclose": "numpy.AllClose",
    "amax": "numpy.Amax",
    "amin": "numpy.Amin",
    "angle": "numpy.Angle",
    "any": "numpy.Any",
    "append": "numpy.Append",
    "arange": "numpy.Arange",
    "arccos": "numpy.Arccos",
    "arccosh": "numpy.Arccosh",
    "arcsin": "numpy.Arcsin",
    "arcsinh": "numpy.Arcsinh",
    "arctan": "numpy.Arctan",
    "arctan2": "numpy.Arctan2",
    "arctanh": "numpy.Arctanh",
    "argmax": "numpy.Argmax",
    "argmin": "numpy.Argmin",
    "argpartition": "numpy.Argpartition",
    "argsort": "numpy.Argsort",
    "array": "numpy.Array",
    "array_split": "numpy.ArraySplit",
    "average": "numpy.Average",
    "average_pool": "nn.AveragePool",
    "batch_normalization": "nn.BatchNorm",
    "binary_crossentropy": "nn.BinaryCrossentropy",
    "bincount": "numpy.Bincount",
    "bitwise_and": "numpy.BitwiseAnd",
    "bitwise_invert": "numpy.BitwiseInvert",
    "bitwise_left_shift": "numpy.BitwiseLeftShift",
    "bitwise_not": "numpy.BitwiseNot",
    "bitwise_or": "numpy.BitwiseOr",
    "bitwise_right_shift": "numpy.BitwiseRightShift",
    "bitwise_xor": "numpy.BitwiseXor",
    "broadcast_to": "numpy.BroadcastTo",
    "cast": "core.Cast",
    "categorical_crossentropy": "nn.CategoricalCrossentropy",
    "cbrt": "numpy.Cbrt",
    "cdist": "math.CDist",
    "ceil": "numpy.Ceil",
    "celu": "nn.Celu",
    "cholesky": "linalg.Cholesky",
    "cholesky_inverse": "linalg.CholeskyInverse",
    "clip": "numpy.Clip",
    "concatenate": "numpy.Concatenate",
    "conj": "numpy.Conjugate",
    "conjugate": "numpy.Conjugate",
    "conv": "nn.Conv",
    "conv_transpose": "nn.ConvTranspose",
    "convert_to_tensor": "core.ConvertToTensor",
    "copy": "numpy.Copy",
    "corrcoef": "numpy.Corrcoef",
    "correlate": "numpy.Correlate",
    "cos": "numpy.Cos",
    "cosh": "numpy.Cosh",
    "count_nonzero": "numpy.CountNonzero",
    "cross": "numpy.Cross",
    "ctc_decode": "nn.CTCDecode",
    "ctc_loss": "nn.CTCLoss",
    "cumprod": "numpy.Cumprod",
    "cumsum": "numpy.Cumsum",
    "deg2rad": "numpy.Deg2rad",
    "depth_to_space": "nn.DepthToSpace",
    "depthwise_conv": "nn.DepthwiseConv",
    "det": "linalg.Det",
    "diag": "numpy.Diag",
    "diagflat": "numpy.Diagflat",
    "diagonal": "numpy.Diagonal",
    "diff": "numpy.Diff",
    "digitize": "numpy.Digitize",
    "divide": "numpy.Divide",
    "divide_no_nan": "numpy.DivideNoNan",
    "dot": "numpy.Dot",
    "dot_product_attention": "nn.DotProductAttention",
    "dsplit": "numpy.Dsplit",
    "dstack": "numpy.Dstack",
    "eig": "linalg.Eig",
    "eigh": "linalg.Eigh",
    "einsum": "numpy.Einsum",
    "elu": "nn.Elu",
    "empty_like": "numpy.EmptyLike",
    "equal": "numpy.Equal",
    "erf": "math.Erf",
    "erfc": "math.Erfc",
    "erfinv": "math.Erfinv",
    "exp": "numpy.Exp",
    "exp2": "numpy.Exp2",
    "expand_dims": "numpy.ExpandDims",
    "expm1": "numpy.Expm1",
    "extract_sequences": "math.ExtractSequences",
    "fabs": "numpy.Fabs",
    "fft": "math.FFT",
    "fft2": "math.FFT2",
    "flip": "numpy.Flip",
    "fliplr": "numpy.Fliplr",
    "flipud": "numpy.Flipud",
    "floor": "numpy.Floor",
    "floor_divide": "numpy.FloorDivide",
    "fmax": "numpy.Fmax",
    "fmin": "numpy.Fmin",
    "fmod": "numpy.Fmod",
    "fold": "nn.Fold",
    "full": "numpy.Full",
    "full_like": "numpy.FullLike",
    "gcd": "numpy.Gcd",
    "gelu": "nn.Gelu",
    "geomspace": "numpy.Geomspace",
    "get_item": "numpy.GetItem",
    "glu": "nn.Glu",
    "greater": "numpy.Greater",
    "greater_equal": "numpy.GreaterEqual",
    "hard_shrink": "nn.HardShrink",
    "hard_sigmoid": "nn.HardSigmoid",
    "hard_silu": "nn.HardSilu",
    "hard_swish": "nn.HardSilu",
    "hard_tanh": "nn.HardTanh",
    "heaviside": "numpy.Heaviside",
    "histogram": "numpy.Histogram",
    "hsplit": "numpy.Hsplit",
    "hstack": "numpy.Hstack",
    "hypot": "numpy.Hypot",
    "i0": "numpy.I0",
    "ifft2": "math.IFFT2",
    "imag": "numpy.Imag",
    "image.affine_transform": "image.AffineTransform",
    "image.crop_images": "image.CropImages",
    "image.elastic_transform": "image.ElasticTransform",
    "image.extract_patches": "image.ExtractPatches",
    "image.extract_patches_3d": "image.ExtractPatches",
    "image.gaussian_blur": "image.GaussianBlur",
    "image.hsv_to_rgb": "image.HSVToRGB",
    "image.map_coordinates": "image.MapCoordinates",
    "image.pad_images": "image.PadImages",
    "image.perspective_transform": "image.PerspectiveTransform",
    "image.resize": "image.Resize",
    "image.rgb_to_grayscale": "image.RGBToGrayscale",
    "image.rgb_to_hsv": "image.RGBToHSV",
    "image.scale_and_translate": "image.ScaleAndTranslate",
    "image.sobel_edges": "image.SobelEdges",
    "image.ssim": "image.SSIM",
    "in_top_k": "math.InTopK",
    "inner": "numpy.Inner",
    "inv": "linalg.Inv",
    "irfft": "math.IRFFT",
    "isclose": "numpy.Isclose",
    "isfinite": "numpy.Isfinite",
    "isin": "numpy.IsIn",
    "isinf": "numpy.Isinf",
    "isnan": "numpy.Isnan",
    "isneginf": "numpy.Isneginf",
    "isposinf": "numpy.Isposinf",
    "isreal": "numpy.Isreal",
    "istft": "math.ISTFT",
    "kron": "numpy.Kron",
    "layer_normalization": "nn.LayerNorm",
    "lcm": "numpy.Lcm",
    "ldexp": "numpy.Ldexp",
    "leaky_relu": "nn.LeakyRelu",
    "left_shift": "numpy.LeftShift",
    "less": "numpy.Less",
    "less_equal": "numpy.LessEqual",
    "linspace": "numpy.Linspace",
    "log": "numpy.Log",
    "log10": "numpy.Log10",
    "log1p": "numpy.Log1p",
    "log2": "numpy.Log2",
    "log_sigmoid": "nn.LogSigmoid",
    "log_softmax": "nn.LogSoftmax",
    "logaddexp": "numpy.Logaddexp",
    "logaddexp2": "numpy.Logaddexp2",
    "logdet": "math.Logdet",
    "logical_and": "numpy.LogicalAnd",
    "logical_not": "numpy.LogicalNot",
    "logical_or": "numpy.LogicalOr",
    "logical_xor": "numpy.LogicalXor",
    "logspace": "numpy.Logspace",
    "logsumexp": "math.Logsumexp",
    "lstsq": "linalg.Lstsq",
    "lu_factor": "linalg.LuFactor",
    "matmul": "numpy.Matmul",
    "matrix_rank": "linalg.MatrixRank",
    "max": "numpy.Max",
    "max_pool": "nn.MaxPool",
    "maximum": "numpy.Maximum",
    "mean": "numpy.Mean",
    "median": "numpy.Median",
    "meshgrid": "numpy.Meshgrid",
    "min": "numpy.Min",
    "minimum": "numpy.Minimum",
    "mod": "numpy.Mod",
    "moments": "nn.Moments",
    "moveaxis": "numpy.Moveaxis",
    "multi_hot": "nn.MultiHot",
    "multiply": "numpy.Multiply",
    "nan_to_num": "numpy.NanToNum",
    "nanargmax": "numpy.Nanargmax",
    "nanargmin": "numpy.Nanargmin",
    "nancumprod": "numpy.Nancumprod",
    "nancumsum": "numpy.Nancumsum",
    "nanmax": "numpy.Nanmax",
    "nanmean": "numpy.Nanmean",
    "nanmedian": "numpy.Nanmedian",
    "nanmin": "numpy.Nanmin",
    "nanpercentile": "numpy.Nanpercentile",
    "nanprod": "numpy.Nanprod",
    "nanquantile": "numpy.Nanquantile",
    "nanstd": "numpy.Nanstd",
    "nansum": "numpy.Nansum",
    "nanvar": "numpy.Nanvar",
    "ndim": "numpy.Ndim",
    "negative": "numpy.Negative",
    "nextafter": "numpy.Nextafter",
    "nonzero": "numpy.Nonzero",
    "norm": "linalg.Norm",
    "normalize": "nn.Normalize",
    "not_equal": "numpy.NotEqual",
    "one_hot": "nn.OneHot",
    "ones_like": "numpy.OnesLike",
    "outer": "numpy.Outer",
    "pad": "numpy.Pad",
    "percentile": "numpy.Percentile",
    "pinv": "linalg.Pinv",
    "polar": "nn.Polar",
    "power": "numpy.Power",
    "prod": "numpy.Prod",
    "psnr": "nn.PSNR",
    "ptp": "numpy.Ptp",
    "qr": "linalg.Qr",
    "quantile": "numpy.Quantile",
    "rad2deg": "numpy.Rad2deg",
    "ravel": "numpy.Ravel",
    "real": "numpy.Real",
    "rearrange": "einops.Rearrange",
    "reciprocal": "numpy.Reciprocal",
    "relu": "nn.Relu",
    "relu6": "nn.Relu6",
    "repeat": "numpy.Repeat",
    "reshape": "numpy.Reshape",
    "rfft": "math.RFFT",
    "right_shift": "numpy.RightShift",
    "rms_normalization": "nn.RMSNorm",
    "roll": "numpy.Roll",
    "rot90": "numpy.Rot90",
    "round": "numpy.Round",
    "rsqrt": "math.Rsqrt",
    "saturate_cast": "core.SaturateCast",
    "scatter": "core.Scatter",
    "scatter_update": "core.ScatterUpdate",
    "searchsorted": "numpy.SearchSorted",
    "segment_max": "math.SegmentMax",
    "segment_min": "math.SegmentMin",
    "segment_prod": "math.SegmentProd",
    "segment_sum": "math.SegmentSum",
    "select": "numpy.Select",
    "selu": "nn.Selu",
    "separable_conv": "nn.SeparableConv",
    "sigmoid": "nn.Sigmoid",
    "sign": "numpy.Sign",
    "signbit": "numpy.Signbit",
    "silu": "nn.Silu",
    "sin": "numpy.Sin",
    "sinc": "numpy.Sinc",
    "sinh": "numpy.Sinh",
    "size": "numpy.Size",
    "slice": "core.Slice",
    "slice_update": "core.SliceUpdate",
    "slogdet": "numpy.Slogdet",
    "soft_shrink": "nn.SoftShrink",
    "softmax": "nn.Softmax",
    "softplus": "nn.Softplus",
    "softsign": "nn.Softsign",
    "solve": "linalg.Solve",
    "solve_triangular": "linalg.SolveTriangular",
    "sort": "numpy.Sort",
    "space_to_depth": "nn.SpaceToDepth",
    "sparse_categorical_crossentropy": "nn.SparseCategoricalCrossentropy",
    "sparse_plus": "nn.SparsePlus",
    "sparse_sigmoid": "nn.SparseSigmoid",
    "sparsemax": "nn.Sparsemax",
    "split": "numpy.Split",
    "sqrt": "numpy.Sqrt",
    "square": "numpy.Square",
    "squareplus": "nn.Squareplus",
    "squeeze": "numpy.Squeeze",
    "stack": "numpy.Stack",
    "std": "numpy.Std",
    "stft": "math.STFT",
    "stop_gradient": "core.StopGradient",
    "subtract": "numpy.Subtract",
    "sum": "numpy.Sum",
    "svd": "linalg.SVD",
    "swapaxes": "numpy.Swapaxes",
    "swish": "nn.Silu",
    "take": "numpy.Take",
    "take_along_axis": "numpy.TakeAlongAxis",
    "tan": "numpy.Tan",
    "tanh": "numpy.Tanh",
    "tanh_shrink": "nn.TanhShrink",
    "tensordot": "numpy.Tensordot",
    "threshold": "nn.Threshold",
    "tile": "numpy.Tile",
    "top_k": "math.TopK",
    "trace": "numpy.Trace",
    "transpose": "numpy.Transpose",
    "trapezoid": "numpy.Trapezoid",
    "tril": "numpy.Tril",
    "triu": "numpy.Triu",
    "true_divide": "numpy.TrueDivide",
    "trunc": "numpy.Trunc",
    "unfold": "nn.Unfold",
    "unique": "numpy.Unique",
    "unravel_index": "numpy.UnravelIndex",
    "unstack": "core.Unstack",
    "vander": "numpy.Vander",
    "var": "numpy.Var",
    "vdot": "numpy.Vdot",
    "view": "numpy.View",
    "view_as_complex": "math.ViewAsComplex",
    "view_as_real": "math.ViewAsReal",
    "vsplit": "numpy.Vsplit",
    "vstack": "numpy.Vstack",
    "where": "numpy.Where",
    "zeros_like": "numpy.ZerosLike",
}

#: Second names of an op; a file is read as the first.
ALIASES = {
    "abs": "absolute",
    "conj": "conjugate",
    "hard_swish": "hard_silu",
    "image.extract_patches_3d": "image.extract_patches",
    "swish": "silu",
}

#: Tensors that Keras keeps in the config, and settings that it keeps among the call's inputs.
CONFIG_TENSORS = {"bincount": ("weights",), "clip": ("x_min", "x_max"), "trapezoid": ("x",)}
CALL_SETTINGS = {
    "dot_product_attention": ("scale",),
    "get_item": ("key",),
    "image.scale_and_translate": ("output_shape",),
    "isclose": ("rtol", "atol"),
    "pad": ("constant_values",),
    "rearrange": ("pattern", "axes_lengths"),
}
#: Settings that an op takes by ``**kwargs`` and Keras keeps in the config.
CONFIG_KEYWORDS = {"layer_normalization": ("rms_scaling",)}

_NAMES = {place: name for name, place in TABLE.items() if name not in ALIASES}


def function(name: str) -> Callable:
    """The op of a name in ``lurnet.ops``, such as "mean" or "image.resize".

    >>> function("image.resize").__name__
    'resize'
    """
    if name not in TABLE:
        raise BadValue(f"There is no op {name!r} in model files.{did_you_mean(name, TABLE)}")
    folder, _, own = name.rpartition(".")
    return getattr(ops.image if folder else ops, own)


def name_of(fn: Callable) -> str | None:
    """The name of an op in the table; None for a function that is not in it.

    >>> name_of(ops.image.resize), name_of(len)
    ('image.resize', None)
    """
    own = getattr(fn, "__name__", "")
    for name in (own, f"image.{own}"):
        if name in TABLE and function(name) is fn:
            return name
    return None


def keras_class(name: str) -> tuple[str, str]:
    """Module and class under which Keras writes an op.

    >>> keras_class("add")
    ('keras.src.ops.numpy', 'Add')
    """
    function(name)
    module, _, class_name = TABLE[name].rpartition(".")
    return PACKAGE + module, class_name


def op_name(module: str, class_name: str) -> str | None:
    """The op that Keras writes under a module and a class; None if there is none.

    >>> op_name("keras.src.ops.nn", "Relu"), op_name("keras.src.ops.nn", "Nothing")
    ('relu', None)
    """
    return _NAMES.get(f"{module.removeprefix(PACKAGE)}.{class_name}")


def config_parameters(name: str) -> tuple[str, ...]:
    """The op's parameters that stand in the config; the others are inputs of the node.

    >>> config_parameters("mean"), config_parameters("clip")
    (('axis', 'keepdims'), ('x_min', 'x_max'))
    """
    fn = function(name)
    inputs = {*tensor_parameters(fn), *CALL_SETTINGS.get(name, ())}
    inputs -= set(CONFIG_TENSORS.get(name, ()))
    plain = [
        p.name
        for p in inspect.signature(fn).parameters.values()
        if p.name not in inputs and p.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    return (*plain, *CONFIG_KEYWORDS.get(name, ()))
