"""Old names of classes, arguments, activations, initializers, losses: tables, nothing else."""

#: Class names of Keras 1 and 2 whose arguments differ at most in their names.
CLASSES = {
    "AtrousConv1D": "Conv1D",
    "AtrousConv2D": "Conv2D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3D": "Conv3D",
    "Convolution3DTranspose": "Conv3DTranspose",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "Deconv2D": "Conv2DTranspose",
    "Deconv3D": "Conv3DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "LayerNormalizationV1": "LayerNormalization",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "SyncBatchNormalization": "BatchNormalization",
    "ThresholdedReLU": "ReLU",
    "TimeDistributedDense": "Dense",
    "UnifiedGRU": "GRU",
    "UnifiedLSTM": "LSTM",
}
#: Layers that only trained: they hand on what they get.
NO_EFFECT = {"AddLoss", "AddMetric"}
#: Class names of functional models.
GRAPHS = {"Model", "Functional", "Network", "Container"}

#: Arguments of Keras 1, in any layer.
ARGUMENTS = {
    "U_constraint": "recurrent_constraint",
    "U_regularizer": "recurrent_regularizer",
    "W_constraint": "kernel_constraint",
    "W_regularizer": "kernel_regularizer",
    "atrous_rate": "dilation_rate",
    "b_constraint": "bias_constraint",
    "b_regularizer": "bias_regularizer",
    "beta_init": "beta_initializer",
    "bias": "use_bias",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "dropout_U": "recurrent_dropout",
    "dropout_W": "dropout",
    "filter_length": "kernel_size",
    "gamma_init": "gamma_initializer",
    "init": "kernel_initializer",
    "inner_activation": "recurrent_activation",
    "inner_init": "recurrent_initializer",
    "length": "size",
    "nb_feature": "features",
    "nb_filter": "filters",
    "output_dim": "units",
    "p": "rate",
    "pool_length": "pool_size",
    "sigma": "stddev",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
    "theta": "threshold",
}
#: Arguments of single layers, by the layer's name today.
OWN_ARGUMENTS = {
    "Embedding": {
        "W_constraint": "embeddings_constraint",
        "W_regularizer": "embeddings_regularizer",
        "init": "embeddings_initializer",
        "output_dim": "output_dim",
    },
    "LeakyReLU": {"alpha": "negative_slope"},
    "PReLU": {"init": "alpha_initializer"},
    "ParametricSoftplus": {"beta_init": "beta_init"},
    "SReLU": {f"{k}_init": f"{k}_initializer" for k in ("t_left", "a_left", "t_right", "a_right")},
}
#: Kernel sizes that Keras 1 gave axis by axis.
KERNEL_SIZES = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
#: Arguments that say nothing about what is computed here.
IDLE = {
    *("autocast", "batch_input_shape", "batch_size", "consume_less", "experimental_autocast"),
    *("experimental_compile", "fused", "implementation", "input_dtype", "input_length"),
    *("input_shape", "adjustment", "is_cell_list", "ragged", "renorm_momentum", "reset_metrics"),
    *("sparse", "virtual_batch_size", "time_major", "name_scope", "groups", "filters"),
    *("kernel_constraint", "kernel_initializer", "kernel_regularizer"),  # of depthwise layers
}

ACTIVATIONS = {
    "hard_sigmoid": "keras2_hard_sigmoid",
    "log_softmax_v2": "log_softmax",
    "softmax_v2": "softmax",
    "swish": "silu",
}
INITIALIZERS = {
    "normal": "random_normal",
    "one": "ones",
    "uniform": "random_uniform",
    "zero": "zeros",
}
DATA_FORMATS = {"default": None, "tf": "channels_last", "th": "channels_first"}
REGULARIZERS = {"ActivityRegularizer", "L1L2Regularizer", "L1Regularizer", "L2Regularizer"}
REGULARIZERS |= {"WeightRegularizer"}
#: Arguments of constraints in Keras 1.
CONSTRAINTS = {
    "MaxNorm": {"m": "max_value"},
    "MinMaxNorm": {"high": "max_value", "low": "min_value", "m": "max_value"},
    "NonNeg": {},
    "UnitNorm": {},
}
MERGES = {
    "ave": "Average",
    "concat": "Concatenate",
    "dot": "Dot",
    "max": "Maximum",
    "mul": "Multiply",
    "sum": "Add",
}
LOSSES = {
    "KLD": "kl_divergence",
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "huber_loss": "huber",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}
