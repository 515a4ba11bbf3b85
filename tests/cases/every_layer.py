"""Every layer that Keras has too: its arguments, and the shapes of its inputs by name."""

BOTH = [(2, 6, 3), (2, 6, 3)]
ROW, SEQ, IMAGE, VOLUME = (2, 5), (2, 6, 3), (2, 6, 6, 3), (2, 5, 5, 5, 2)
BY_RANK = {1: SEQ, 2: IMAGE, 3: VOLUME}
QUERY = {"query": SEQ, "value": (2, 4, 3)}


def case(shape, *args, name="inputs", **kwargs):
    """(arguments, options, input shapes by name)."""
    return args, kwargs, shape if isinstance(shape, dict) else {name: shape}


def inner(kind, *args, **kwargs):
    """A layer that is an argument: made of the library at hand."""
    return lambda layers: getattr(layers, kind)(*args, **kwargs)


LAYERS = {
    "Activation": case(ROW, "relu"),
    "ActivityRegularization": case(ROW, 0.1),
    "AdditiveAttention": case(BOTH),
    "AlphaDropout": case(ROW, 0.5, seed=1),
    "Attention": case(BOTH, use_scale=True),
    "BatchNormalization": case(SEQ),
    "Bidirectional": case(SEQ, inner("LSTM", 2), name="sequences"),
    "CategoryEncoding": case((2, 3), 4, output_mode="multi_hot"),
    "CenterCrop": case(IMAGE, 3, 4, name="data"),
    "Concatenate": case(BOTH),
    "Dense": case(ROW, 4, activation="relu"),
    "Discretization": case(ROW, [0.0, 1.0]),
    "Dot": case(BOTH, 2),
    "Dropout": case(ROW, 0.5, seed=1),
    "ELU": case(ROW),
    "EinsumDense": case(SEQ, "abc,cd->abd", (6, 4), bias_axes="d"),
    "Embedding": case(ROW, 4, 3),
    "Flatten": case(SEQ),
    "GRU": case(SEQ, 2, name="sequences"),
    "GaussianDropout": case(ROW, 0.5, seed=1),
    "GaussianNoise": case(ROW, 0.5, seed=1),
    "GroupNormalization": case(SEQ, 3),
    "GroupQueryAttention": case(QUERY, 3, 4, 2),
    "Identity": case(ROW),
    "LSTM": case(SEQ, 2, name="sequences"),
    "LayerNormalization": case(SEQ),
    "LeakyReLU": case(ROW, 0.2),
    "Masking": case(SEQ),
    "MultiHeadAttention": case(QUERY, 2, 3),
    "Normalization": case(ROW),
    "PReLU": case(ROW),
    "Permute": case(SEQ, (2, 1)),
    "RMSNormalization": case(SEQ, name="x"),
    "RNN": case(SEQ, inner("LSTMCell", 2), name="sequences"),
    "ReLU": case(ROW, 2.0),
    "RepeatVector": case(ROW, 3),
    "Rescaling": case(ROW, 2.0, 1.0),
    "Reshape": case(SEQ, (3, 6)),
    "Resizing": case(IMAGE, 3, 4, name="data"),
    "SimpleRNN": case(SEQ, 2, name="sequences"),
    "Softmax": case(ROW),
    "SpectralNormalization": case(ROW, inner("Dense", 3)),
    "TimeDistributed": case(SEQ, inner("Dense", 3)),
    "UnitNormalization": case(ROW),
}
LAYERS |= {k: case(BOTH) for k in ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")}
for n, shape in BY_RANK.items():
    for kind in ("AveragePooling", "MaxPooling", "UpSampling"):
        LAYERS[f"{kind}{n}D"] = case(shape, 2)
    for kind in ("ZeroPadding", "Cropping"):
        LAYERS[f"{kind}{n}D"] = case(shape, 1)
    for kind in ("GlobalAveragePooling", "GlobalMaxPooling"):
        LAYERS[f"{kind}{n}D"] = case(shape)
    for kind in ("Conv", "SeparableConv") if n < 3 else ("Conv",):
        LAYERS[f"{kind}{n}D"] = case(shape, 4, 2)
    if n < 3:
        LAYERS[f"DepthwiseConv{n}D"] = case(shape, 2)
    LAYERS[f"Conv{n}DTranspose"] = case(shape, 4, 2)
    LAYERS[f"SpatialDropout{n}D"] = case(shape, 0.5, seed=1)
    LAYERS[f"AdaptiveAveragePooling{n}D"] = case(shape, 2)
    LAYERS[f"AdaptiveMaxPooling{n}D"] = case(shape, 2)
    LAYERS[f"ConvLSTM{n}D"] = case((2, 3, *shape[1:]), 2, 2, name="sequences")
for kind, args in {
    "AutoContrast": (),
    "Equalization": (),
    "RandomBrightness": (0.2,),
    "RandomColorDegeneration": (0.2,),
    "RandomContrast": (0.2,),
    "RandomCrop": (3, 4),
    "RandomElasticTransform": (),
    "RandomErasing": (),
    "RandomFlip": (),
    "RandomGaussianBlur": (),
    "RandomGrayscale": (),
    "RandomHue": (0.2,),
    "RandomInvert": (),
    "RandomPerspective": (),
    "RandomPosterization": (4,),
    "RandomRotation": (0.1,),
    "RandomSaturation": (0.2,),
    "RandomSharpness": (0.2,),
    "RandomShear": (0.1, 0.1),
    "RandomTranslation": (0.1, 0.1),
    "RandomZoom": (0.1,),
    "Solarization": (),
}.items():
    LAYERS[kind] = case(IMAGE, *args, name="data")


def made(layers, name):
    """One of the layers, of the library at hand."""
    args, kwargs, _ = LAYERS[name]
    args = [a(layers) if callable(a) else a for a in args]
    return getattr(layers, name)(*args, **kwargs)
