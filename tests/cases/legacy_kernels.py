"""Kernels as Keras 1 and 2 laid them out, computed by NumPy: (model, weights, version, ...)."""

import itertools

import numpy as np
from cases.legacy_files import array, layer, sigmoid


def stack(kind, x, y, weights, version="2.2.4", backend="tensorflow", **config):
    """One layer of a kind, whose output for ``x`` is ``y``."""
    only = layer(kind, name="l", batch_input_shape=[None, *x.shape[1:]], **config)
    model = {"class_name": "Sequential", "config": {"name": "s", "layers": [only]}}
    return model, {"l": weights}, version, backend, x, y


def cudnn_gru():
    """cuDNN's: kernels of each gate transposed, two biases one after the other."""
    w, u, b, x = array(3, 6), array(2, 6), array(12), array(2, 5, 3)
    kernels = [k.T.reshape(k.shape, order="F") for k in np.split(w, 3, 1)]
    states = [s.T for s in np.split(u, 3, 1)]
    given, inner = np.split(b[:6], 3), np.split(b[6:], 3)
    h = np.zeros((2, 2))
    for t in range(5):
        a = [x[:, t] @ k + c for k, c in zip(kernels, given, strict=True)]
        r = [h @ s + c for s, c in zip(states, inner, strict=True)]
        z, reset = sigmoid(a[0] + r[0]), sigmoid(a[1] + r[1])
        h = z * h + (1 - z) * np.tanh(a[2] + reset * r[2])
    weights = {"l/kernel:0": w, "l/recurrent_kernel:0": u, "l/bias:0": b}
    return stack("CuDNNGRU", x, h, weights, units=2)


def conv3d_theano():
    """A true convolution: it runs over the kernel backwards along all three axes."""
    k, x = array(2, 2, 2, 3, 4), array(1, 3, 4, 3, 3)
    y = np.zeros((1, 2, 3, 2, 4))
    for i, j, m in itertools.product(range(2), repeat=3):
        y += x[:, i : i + 2, j : j + 3, m : m + 2] @ k[1 - i, 1 - j, 1 - m]
    options = {"filters": 4, "kernel_size": [2, 2, 2], "use_bias": False}
    return stack("Conv3D", x, y, {"l/kernel": k}, "2.1.0", "theano", **options)


def scattered(x, k, step, size, before):
    """A transposed convolution: each input adds the kernel, (i, j, filters, c), to the output."""
    y = np.zeros((len(x), size + 10, size + 10, k.shape[2]))
    for p, q, i, j in itertools.product(
        range(x.shape[1]), range(x.shape[2]), *map(range, k.shape[:2])
    ):
        at = (p * step + i - before + 5, q * step + j - before + 5)
        y[:, at[0], at[1]] += x[:, p, q] @ k[i, j].T
    return y[:, 5 : size + 5, 5 : size + 5]


def transposed_theano():
    k, x = array(3, 3, 2, 4), array(1, 3, 3, 4)
    y = scattered(x, k[::-1, ::-1], 2, 7, 0)
    options = {"filters": 2, "kernel_size": [3, 3], "strides": [2, 2], "use_bias": False}
    return stack("Conv2DTranspose", x, y, {"l/kernel": k}, "2.1.0", "theano", **options)


def deconvolution(border, k_size, size, before, ordering="tf"):
    """Keras 1's, whose output has the given size; its kernel is (i, j, filters, c) today."""

    def make():
        k, x = array(k_size, k_size, 2, 4), array(1, 4, 4, 4)
        y, first = scattered(x, k, 2, size, before), ordering == "th"
        stored = k.transpose(2, 3, 0, 1) if first else k.transpose(0, 1, 3, 2)
        sizes = [None, 2, size, size] if first else [None, size, size, 2]
        options = {"nb_filter": 2, "nb_row": k_size, "nb_col": k_size, "subsample": [2, 2]}
        options |= {"border_mode": border, "output_shape": sizes, "dim_ordering": ordering}
        x, y = (a.transpose(0, 3, 1, 2) if first else a for a in (x, y))
        return stack(
            "Deconvolution2D", x, y, {"l_W:0": stored}, "1.2.2", None, bias=False, **options
        )

    return make


def local(implementation, padding, first, size=(4, 5), window=(2, 3), strides=(1, 1)):
    """A kernel for each place, in the three forms of tf.keras; "same" puts its middle there."""

    def make():
        c, f = 2, 3
        before = [k // 2 if padding == "same" else 0 for k in window]
        places = [
            -(-n // s) if padding == "same" else (n - k) // s + 1
            for n, k, s in zip(size, window, strides, strict=True)
        ]
        dense = array(*size, c, *places, f)
        mask = np.zeros((*size, *places), bool)
        for p, o in itertools.product(
            itertools.product(*map(range, places)), itertools.product(*map(range, window))
        ):
            at = [a * s + b - m for a, s, b, m in zip(p, strides, o, before, strict=True)]
            if all(0 <= a < n for a, n in zip(at, size, strict=True)):
                mask[(*at, *p)] = True
        mask = mask[:, :, None, :, :, None]
        x, bias = array(2, *size, c), array(*places, f)
        y = np.einsum("bijc,ijcpqf->bpqf", x, dense * mask) + bias
        if first:
            dense, mask = (a.transpose(2, 0, 1, 5, 3, 4) for a in (dense, mask))
            x, y = (a.transpose(0, 3, 1, 2) for a in (x, y))
        kernel = dense
        if implementation == 3:  # values alone, by the output's index, then by the input's
            kept = np.broadcast_to(mask, dense.shape).reshape(c * size[0] * size[1], -1).T
            kernel = dense.reshape(kept.shape[::-1]).T[kept]
        options = {"filters": f, "kernel_size": list(window), "strides": list(strides)}
        options |= {"padding": padding, "implementation": implementation}
        options |= {"data_format": "channels_first" if first else "channels_last"}
        weights = {"l/kernel:0": kernel, "l/bias:0": bias}
        return stack("LocallyConnected2D", x, y, weights, "2.2.4-tf", **options)

    return make


KERNELS = {f.__name__: f for f in (cudnn_gru, conv3d_theano, transposed_theano)}
KERNELS |= {
    f"deconvolution {border} {k} {size} {order}": deconvolution(border, k, size, before, order)
    for border, k, size, before in (
        *(("valid", 3, 9, 0), ("valid", 3, 10, 0), ("same", 3, 8, 0), ("same", 3, 7, 1)),
        ("same", 4, 8, 1),
    )
    for order in ("tf", "th")
}
KERNELS |= {
    f"local {i} {padding} {'first' if first else 'last'} {strides}": local(
        i, padding, first, strides=strides
    )
    for i in (2, 3)
    for padding in ("valid", "same")
    for first in (False, True)
    for strides in ((1, 1), (2, 1))
}
