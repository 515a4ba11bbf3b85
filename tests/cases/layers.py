"""Feed-forward layers, made alike by lurnet's layers and by the oracle's (`L` is either)."""

from typing import Any, NamedTuple


class Case(NamedTuple):
    """``make(L)`` makes the layer; ``shapes`` of its inputs, several of them for a list."""

    make: Any
    shapes: tuple
    ints: int = 0  # the input holds whole numbers below this, 0: normal numbers
    bad: tuple | None = None  # a shape of wrong rank, which must be refused
    random: bool = False  # draws random numbers while training
    narrow: bool = True  # makes sense in half precision


def layer(name, *args, **options):
    return lambda L: getattr(L, name)(*args, **options)


def double(x):
    return 2.0 * x


SEQ, IMG, VOL, FLAT = (2, 7, 4), (2, 7, 6, 4), (2, 5, 4, 6, 2), (3, 5)
FIRST = {"data_format": "channels_first"}
SHAPE = {1: SEQ, 2: IMG, 3: VOL}
CASES = {}


def case(name, shapes, *args, key="", case=None, **options):
    shapes = shapes if isinstance(shapes, list) else [shapes]
    label = f"{name} {key}".strip()
    assert label not in CASES, label
    CASES[label] = Case(layer(name, *args, **options), tuple(shapes), **(case or {}))


# --- activations
for activation in ("relu", "gelu", "softmax", None):
    case("Activation", FLAT, activation, key=str(activation))
case("ReLU", FLAT)
case("ReLU", FLAT, 0.9, 0.2, 0.1, key="options")
case("LeakyReLU", FLAT)
case("LeakyReLU", FLAT, 0.1, key="slope")
case("ELU", FLAT, 0.5)
case("PReLU", SEQ, "ones")
case("PReLU", IMG, shared_axes=[1, 2], key="shared")
case("Softmax", FLAT)
case("Softmax", IMG, axis=(1, 2), key="axes")

# --- dense
case("Dense", SEQ, 3, activation="tanh")
case("Dense", FLAT, 3, use_bias=False, key="no bias")
case("EinsumDense", SEQ, "abc,cd->abd", (None, 5), bias_axes="d")
case("EinsumDense", SEQ, "...x,xy->...y", 3, activation="relu", key="dots")
case("EinsumDense", SEQ, "abc,cde->abde", (None, 2, 3), bias_axes="de", key="split")
case("EinsumDense", IMG, "abcd,cde->abe", (None, 3), key="contract")

# --- convolutions
wrong = {1: (2, 7), 2: (2, 7, 6), 3: (2, 5, 4, 6)}
for r in (1, 2, 3):
    rank = {"bad": wrong[r]}
    case(f"Conv{r}D", SHAPE[r], 3, 3, case=rank)
    case(f"Conv{r}D", SHAPE[r], 3, 2, strides=2, padding="same", activation="relu", key="strides")
    case(f"Conv{r}D", SHAPE[r], 2, 2, dilation_rate=2, use_bias=False, key="dilated")
    case(f"Conv{r}D", SHAPE[r], 2, 2, groups=2, padding="SAME", key="groups")
    case(f"Conv{r}DTranspose", SHAPE[r], 3, 3, case=rank)
    case(f"Conv{r}DTranspose", SHAPE[r], 3, 3, strides=2, padding="same", key="same")
    case(f"Conv{r}DTranspose", SHAPE[r], 2, 3, 2, output_padding=1, key="output")
    case(f"MaxPooling{r}D", SHAPE[r], case=rank)
    case(f"MaxPooling{r}D", SHAPE[r], 3, 2, "same", key="same")
    case(f"AveragePooling{r}D", SHAPE[r], 2, case=rank)
    case(f"AveragePooling{r}D", SHAPE[r], 3, 2, "same", key="same")
    for kind in ("Max", "Average"):
        case(f"Global{kind}Pooling{r}D", SHAPE[r], case=rank)
        case(f"Global{kind}Pooling{r}D", SHAPE[r], keepdims=True, **FIRST, key="first")
    case(f"ZeroPadding{r}D", SHAPE[r], case=rank)
    case(f"Cropping{r}D", SHAPE[r], 1, case=rank)
    case(f"UpSampling{r}D", SHAPE[r], 3, case=rank)
    case(f"SpatialDropout{r}D", SHAPE[r], 0.5, case=rank | {"random": True})
case("Conv1D", SEQ, 3, 3, padding="causal", dilation_rate=2, key="causal")
case("Conv2D", IMG, 3, (2, 3), (2, 1), kernel_regularizer="l2", bias_constraint="max_norm", key="x")
case("Conv2D", IMG, 3, 3, padding="same", **FIRST, key="first")
case("Conv2DTranspose", IMG, 3, 2, strides=2, **FIRST, key="first")
for r in (1, 2):
    rank = {"bad": wrong[r]}
    case(f"DepthwiseConv{r}D", SHAPE[r], 3, case=rank)
    case(f"DepthwiseConv{r}D", SHAPE[r], 3, 2, "same", 2, activation="relu", key="multiplier")
    case(f"SeparableConv{r}D", SHAPE[r], 3, 3, case=rank)
    case(f"SeparableConv{r}D", SHAPE[r], 3, 2, 2, "same", depth_multiplier=2, key="multiplier")
case("DepthwiseConv2D", IMG, 2, dilation_rate=2, **FIRST, key="first")
case("SeparableConv2D", IMG, 3, 2, use_bias=False, **FIRST, key="first")
case("MaxPooling2D", IMG, (2, 1), 1, **FIRST, key="first")
case("AveragePooling2D", IMG, (2, 3), 1, "same", **FIRST, key="first")
case("ZeroPadding1D", SEQ, (2, 0), key="pair")
case("ZeroPadding2D", IMG, ((1, 2), (0, 3)), **FIRST, key="first")
case("ZeroPadding2D", IMG, (1, 2), key="two")
case("Cropping2D", IMG, ((1, 2), (0, 1)), **FIRST, key="first")
case("Cropping2D", IMG, key="default")
case("UpSampling2D", IMG, (2, 1), **FIRST, key="first")
for way in ("bilinear", "bicubic"):
    case("UpSampling2D", IMG, (2, 3), interpolation=way, key=way)

# --- normalisation
case("BatchNormalization", FLAT)
case(
    "BatchNormalization",
    SEQ,
    momentum=0.9,
    epsilon=1e-2,
    gamma_initializer="random_normal",
    key="x",
)
case("BatchNormalization", IMG, 1, scale=False, key="axis")
case("BatchNormalization", IMG, center=False, beta_regularizer="l2", key="no centre")
case("LayerNormalization", SEQ)
case("LayerNormalization", IMG, axis=(1, 2), epsilon=1e-2, key="axes")
case("LayerNormalization", IMG, axis=1, scale=False, key="axis")
case("GroupNormalization", IMG, 2)
case("GroupNormalization", SEQ, -1, center=False, key="instance")
case("GroupNormalization", IMG, 3, 2, key="axis")
case("UnitNormalization", SEQ)
case("UnitNormalization", IMG, axis=(1, 2), key="axes")
case("RMSNormalization", SEQ)
case("RMSNormalization", IMG, axis=-1, epsilon=1e-2, key="x")
CASES["SpectralNormalization"] = Case(
    lambda L: L.SpectralNormalization(L.Dense(3), power_iterations=2), (FLAT,), narrow=False
)

# --- several inputs
for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
    case(name, [SEQ, SEQ])
    case(name, [SEQ, (2, 1, 4)], key="broadcast")
case("Add", [SEQ, SEQ, SEQ], key="three")
case("Add", [SEQ, (2, 4)], key="ranks")
case("Maximum", [SEQ, SEQ, SEQ], key="three")
case("Concatenate", [SEQ, (2, 7, 2)])
case("Concatenate", [SEQ, (2, 3, 4)], 1, key="axis")
case("Dot", [FLAT, FLAT], 1)
case("Dot", [SEQ, (2, 5, 4)], (2, 2), normalize=True, key="cosine")
case("Dot", [SEQ, (2, 4)], (2, 1), key="ranks")

# --- shapes
case("Flatten", IMG)
case("Flatten", IMG, **FIRST, key="first")
case("Flatten", (3,), key="vector")
case("Reshape", SEQ, (4, 7))
case("Reshape", SEQ, (2, -1, 2), key="free")
case("Permute", IMG, (3, 1, 2), case={"bad": SEQ})
case("RepeatVector", FLAT, 3, case={"bad": SEQ})

# --- at random
case("Dropout", SEQ, 0.4, case={"random": True})
case("Dropout", SEQ, 0.4, (None, 1, 4), 7, key="shape", case={"random": True})
case("Dropout", SEQ, 0.0, key="none")
case("AlphaDropout", SEQ, 0.4, case={"random": True})
case("GaussianDropout", SEQ, 0.4, 7, case={"random": True})
case("GaussianNoise", SEQ, 0.4, case={"random": True})
case("SpatialDropout2D", IMG, 0.5, **FIRST, key="first", case={"random": True})

# --- the rest
case("Embedding", (2, 5), 9, 3, case={"ints": 9})
case("Embedding", (2, 5), 9, 3, "uniform", "l2", mask_zero=True, key="masked", case={"ints": 9})
case("Masking", SEQ)
case("Identity", SEQ)
case("ActivityRegularization", FLAT, 0.1, 0.2)
case("Lambda", SEQ, double, case={"narrow": False})

# --- attention
case("Attention", [SEQ, (2, 5, 4)])
case("Attention", [SEQ, (2, 5, 3), (2, 5, 4)], use_scale=True, key="scale")
case("Attention", [SEQ, (2, 5, 4)], use_scale=True, score_mode="concat", key="concat")
case("AdditiveAttention", [SEQ, (2, 5, 4)])


#: Layers that can do without any size but the channels'.
OPEN = [
    "Conv1D causal",
    "Conv2D",
    "Conv2D strides",
    "Conv2DTranspose",
    "Conv2DTranspose same",
    "Conv3D",
    "DepthwiseConv2D",
    "SeparableConv2D",
    "MaxPooling2D",
    "MaxPooling2D same",
    "AveragePooling2D same",
    "GlobalAveragePooling2D",
    "ZeroPadding2D",
    "Cropping2D",
    "UpSampling2D",
    "UpSampling2D bilinear",
    "BatchNormalization no centre",
    "LayerNormalization",
    "GroupNormalization",
    "Flatten",
    "Reshape free",
    "Permute",
    "Add",
    "Concatenate axis",
    "Dot cosine",
    "EinsumDense",
    "Attention",
    "Dropout shape",
    "SpatialDropout2D",
    "PReLU shared",
    "Masking",
]


# --- what must be refused: how it is made, the shapes it is called with one after the other, and
# what the message says (a pattern); no shapes: the constructor refuses
ERRORS = [
    (layer("Conv2D", 3, 3), [(2, 28, 28)], r"Conv2D layer 'conv2d'.*4 axes.*\(2, 28, 28\).*None\]"),
    (layer("Conv2D", 3, 3), [(2, 9, 9, 1), (2, 9, 9, 2)], r"size 1 on axis -1.*\(2, 9, 9, 2\)"),
    (layer("Conv2D", 3, 3), [(2, 9, 9, 3), (2, 3, 9, 9)], "data_format='channels_first'"),
    (layer("Conv2D", 3, 5), [(2, 4, 9, 1)], "window of 5 x 5 does not fit into an input of 4 x 9"),
    (layer("Conv1D", 3, 3, dilation_rate=4), [(2, 8, 1)], "window of 9 .* input of 8"),
    (layer("Conv2D", 4, 3, groups=2), [(2, 9, 9, 3)], "3 channels cannot be split into 2"),
    (layer("Conv2D", 3, 3, groups=2), [], "divisible by `groups`"),
    (layer("Conv2D", 3, 3, strides=2, dilation_rate=2), [], "cannot both be more than 1"),
    (layer("Conv2D", 3, 3, padding="smae"), [], "Did you mean 'same'"),
    (layer("Conv2D", 3, 3, padding="causal"), [], "'valid', 'same'"),
    (layer("Conv2D", 3, (3, 3, 3)), [], "2 of them"),
    (layer("Conv2D", 0, 3), [], "`filters` must be a positive integer, not 0"),
    (layer("Conv2D", 3, 3, fitlers=3), [], "Did you mean 'filters'"),
    (layer("DepthwiseConv2D", 5), [(2, 4, 9, 1)], "does not fit"),
    (layer("SeparableConv2D", 3, 5), [(2, 4, 9, 1)], "does not fit"),
    (layer("MaxPooling2D", 5), [(2, 4, 9, 1)], "does not fit.*pool less"),
    (layer("GlobalAveragePooling2D"), [(2, 3)], "Reshape"),
    (layer("Cropping2D", 2), [(2, 4, 9, 1)], r"cropping 2 \+ 2 leaves nothing of axis 1"),
    (layer("ZeroPadding2D", -1), [], "0 or more"),
    (layer("UpSampling2D", interpolation="bilinaer"), [], "Did you mean 'bilinear'"),
    (layer("Reshape", (3, 5)), [(2, 4, 4)], r"\(15 numbers\) out of samples of .*\(16 numbers\)"),
    (layer("Reshape", (-1, 3)), [(2, 4, 4)], "cannot make"),
    (layer("Reshape", (-1, -1)), [], "only one size"),
    (layer("Permute", (1, 3)), [], "each of 1 to 2 once"),
    (layer("RepeatVector", 2.5), [], "positive integer, not 2.5"),
    (layer("RepeatVector", 2), [(2, 3, 4)], "Flatten"),
    (layer("Add"), [(2, 3)], r"list of inputs.*Add\(\)\(\[a, b\]\)"),
    (layer("Add"), [[(2, 3), (2, 4)]], r"\(2, 3\), \(2, 4\).*axis 1"),
    (layer("Subtract"), [[(2, 3)] * 3], "two inputs, but it got 3"),
    (layer("Concatenate", 1), [[(2, 3, 4), (2, 3, 5)]], "all other axes must have the same size"),
    (layer("Concatenate"), [[(2, 3, 4), (2, 4)]], "cannot join"),
    (layer("Dot", 1), [[(2, 3), (2, 4)]], "size 3, axis 1 of the second 4"),
    (layer("Dot", 0), [[(2, 3), (2, 3)]], "batch axis"),
    (layer("Dot", 1.5), [], "not 1.5"),
    (layer("BatchNormalization", 3), [(2, 3)], "axis 3 does not exist"),
    (layer("BatchNormalization"), [(2, 3), (2, 4)], "size 3"),
    (layer("GroupNormalization", 4), [(2, 6)], "6 channels cannot be split into 4"),
    (layer("Dropout", 1.5), [], "from 0 to 1, not 1.5"),
    (layer("ReLU", max_value=-1), [], ">= 0"),
    (layer("LeakyReLU", None), [], "not None"),
    (layer("Embedding", -1, 3), [], "`input_dim` must be a positive integer"),
    (layer("EinsumDense", "ab,bc=ac", 3), [], "form"),
    (layer("EinsumDense", "ab,bc->ac", None), [(2, 3)], "size of axis 'c'"),
    (layer("Attention"), [(2, 3, 4)], r"\[query, value\]"),
    (layer("SpectralNormalization", 3), [], "must be a layer"),
    (layer("Lambda", 3), [], "must be a function"),
    (layer("Input", 5), [], r"Input\(shape=\(5,\)\)"),
    (layer("Input"), [], "needs a shape"),
    (layer("Input", (3,), batch_shape=(2, 3)), [], "only one of them"),
    (layer("Input", (3.5,)), [], "positive integers or None"),
    (layer("Input", (3,), sparse=True), [], "dense"),
]
