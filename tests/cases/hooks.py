"""Methods that users override, each with a call that must reach it; the same code for both sides.

A case gives the class to derive from, the methods to override, and what is then done with it. The
override notes what it is called with, and changes what the method gives, so that the value shows.
"""

import functools

import numpy as np


def numbers(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape).astype("float32")


def shown(x):
    """What one argument was, in words that are the same for both libraries."""
    if isinstance(x, (list, tuple)):
        return [shown(v) for v in x]
    if isinstance(x, dict):
        return {k: shown(v) for k, v in sorted(x.items())}
    if hasattr(x, "shape") and hasattr(x, "dtype"):
        return f"{'x'.join(map(str, x.shape))} {np.dtype(str(x.dtype)).name}"
    plain = x is None or isinstance(x, (int, float, str, bool))
    return x if plain else type(x).__name__


def doubled(x):
    """A changed value: twice the numbers, one more for a size, the same for the rest."""
    if isinstance(x, (list, tuple)):
        return type(x)(doubled(v) for v in x)
    if isinstance(x, bool) or x is None or isinstance(x, (str, dict)):
        return x
    if hasattr(x, "dtype") and "bool" in str(x.dtype):
        return x
    return x * 2 if hasattr(x, "dtype") else x


def overriding(base, names, calls, change=doubled):
    """A class that notes calls of some methods, and changes what they give."""

    def override(name):
        @functools.wraps(getattr(base, name))  # both sides read the parameters' names
        def method(self, *args, **kwargs):
            told = {k: v for k, v in kwargs.items() if k != "transformation"}
            calls.append((name, shown(args), shown(told)))
            return change(getattr(super(made, self), name)(*args, **kwargs))

        return method

    made = type("Own", (base,), {})
    for name in names:
        setattr(made, name, override(name))
    return made


SEQ, IMAGE = (2, 4, 3), (2, 6, 6, 3)
#: kind of layer: (constructor's arguments, input shapes, methods)
CALLED = {
    "Dense": ((3,), [(2, 5)], ["build", "call"]),
    "Conv1D": ((3, 2), [SEQ], ["build", "call"]),
    "Conv2D": ((3, 2), [IMAGE], ["convolution_op", "call"]),
    "Conv3D": ((3, 2), [(2, 4, 4, 4, 1)], ["convolution_op", "call"]),
    "Conv2DTranspose": ((3, 2), [IMAGE], ["call"]),
    "DepthwiseConv2D": ((2,), [IMAGE], ["call"]),
    "SeparableConv2D": ((3, 2), [IMAGE], ["call"]),
    "MaxPooling2D": ((2,), [IMAGE], ["call"]),
    "BatchNormalization": ((), [SEQ], ["call"]),
    "LayerNormalization": ((), [SEQ], ["call"]),
    "Attention": ((), [[SEQ, SEQ]], ["_calculate_scores", "_apply_scores"]),
    "AdditiveAttention": ((), [[SEQ, SEQ]], ["_calculate_scores"]),
    "Attention mask": ((), [[SEQ, SEQ]], ["_calculate_score_mask"]),
    "MultiHeadAttention": ((2, 3), [SEQ, SEQ], ["_compute_attention"]),
    "GroupQueryAttention": ((2, 4, 2), [SEQ, SEQ], ["_compute_attention"]),
    "GroupQueryAttention mask": ((2, 4, 2), [SEQ, SEQ], ["_compute_attention_mask"]),
    "LSTM": ((2,), [SEQ], ["inner_loop"]),
    "GRU": ((2,), [SEQ], ["inner_loop", "get_initial_state"]),
    "SimpleRNN": ((2,), [SEQ], ["inner_loop"]),
    "Rescaling": ((2.0,), [(2, 5)], ["call"]),
    "Softmax": ((), [(2, 5)], ["call"]),
    "Flatten": ((), [SEQ], ["call"]),
    "Add": ((), [[SEQ, SEQ]], ["call"]),
    "Concatenate": ((), [[SEQ, SEQ]], ["call"]),
    "Resizing": ((3, 3), [IMAGE], ["transform_images", "get_random_transformation"]),
    "CenterCrop": ((3, 3), [IMAGE], ["transform_images"]),
    "Resizing one": ((3, 3), [IMAGE[1:]], ["transform_single_image", "transform_images"]),
    "RandomBrightness": ((0.0,), [IMAGE], ["transform_images"]),
}
