"""Files of Keras 1 and 2 by idiom, as those wrote them: model, weights, version, input, output."""

import json

import h5py
import numpy as np

R = np.random.default_rng(0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def array(*shape):
    return R.normal(size=shape).astype("float32")


def layer(class_name, **config):
    return {"class_name": class_name, "config": config}


def write(path, model, weights, version, backend=None, training=None):
    """A file as Keras 1 and 2 wrote it: ``weights`` is {layer: {array name: array}}."""
    with h5py.File(path, "w") as file:
        if model is not None:
            file.attrs["model_config"] = json.dumps(model).encode()
        if version is not None:
            file.attrs["keras_version"] = version.encode()
        if backend is not None:
            file.attrs["backend"] = backend.encode()
        if training is not None:
            file.attrs["training_config"] = json.dumps(training).encode()
        root = file if model is None else file.create_group("model_weights")
        root.attrs["layer_names"] = [n.encode() for n in weights]
        for name, arrays in weights.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = [n.encode() for n in arrays]
            for key, value in arrays.items():
                group.create_dataset(key, data=value)
    return path


# --- one file for each idiom: (model, weights, version, backend, input, expected output)


def dense_1():
    k, b = array(3, 2), array(2)
    first = layer(
        "Dense",
        name="d",
        output_dim=2,
        init="glorot_uniform",
        activation="relu",
        W_regularizer={"name": "WeightRegularizer", "l1": 0.0, "l2": 0.1},
        b_regularizer=None,
        W_constraint={"name": "MaxNorm", "m": 2, "axis": 0},
        b_constraint=None,
        bias=True,
        input_dim=3,
        batch_input_shape=[None, 3],
        input_dtype="float32",
        trainable=True,
    )
    x = array(4, 3)
    model = {"class_name": "Sequential", "config": [first, layer("Dropout", name="p", p=0.5)]}
    return model, {"d": {"d_W": k, "d_b": b}, "p": {}}, "1.2.2", None, x, np.maximum(x @ k + b, 0)


def convolution(version, backend, ordering):
    """A 2 x 2 convolution in every order of axes; Theano's runs over its kernel backwards."""
    k, x = array(2, 2, 3, 4), array(1, 4, 4, 3)
    y = sum(x[:, i : i + 3, j : j + 3] @ k[i, j] for i in range(2) for j in range(2))
    old, first = version.startswith("1"), ordering == "th"
    stored = k[::-1, ::-1] if backend == "theano" else k
    stored = stored.transpose(3, 2, 0, 1) if old and first else stored
    suffix = ":0" if backend == "tensorflow" else ""
    shape = [None, 3, 4, 4] if first else [None, 4, 4, 3]
    if old:
        config = layer(
            "Convolution2D",
            name="c",
            nb_filter=4,
            nb_row=2,
            nb_col=2,
            bias=False,
            border_mode="valid",
            subsample=[1, 1],
            dim_ordering=ordering,
            activation="linear",
            batch_input_shape=shape,
        )
    else:
        config = layer(
            "Conv2D",
            name="c",
            filters=4,
            kernel_size=[2, 2],
            use_bias=False,
            data_format="channels_first" if first else "channels_last",
            batch_input_shape=shape,
        )
    model = {"class_name": "Sequential", "config": [config]}
    x, y = (x.transpose(0, 3, 1, 2), y.transpose(0, 3, 1, 2)) if first else (x, y)
    said = None if old else backend
    return model, {"c": {f"c_W{suffix}": stored}}, version, said, x, y


def hard(x):
    return np.clip(0.2 * x + 0.5, 0, 1)


def lstm(x, w, u, b, gate=hard):
    h = c = np.zeros((len(x), u.shape[0]))
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ w + h @ u + b, 4, axis=-1)
        c = gate(f) * c + gate(i) * np.tanh(g)
        h = gate(o) * np.tanh(c)
    return h


def lstm_1():
    gates = {g: (array(3, 2), array(2, 2), array(2)) for g in "icfo"}
    arrays = {f"l_{k}_{g}": gates[g]["WUb".index(k)] for g in "icfo" for k in "WUb"}
    joined = [np.concatenate([gates[g][k] for g in "ifco"], -1) for k in range(3)]
    config = layer(
        "LSTM",
        name="l",
        output_dim=2,
        init="glorot_uniform",
        inner_init="orthogonal",
        forget_bias_init="one",
        activation="tanh",
        inner_activation="hard_sigmoid",
        consume_less="cpu",
        dropout_W=0.0,
        dropout_U=0.0,
        input_dim=3,
        batch_input_shape=[None, 5, 3],
        return_sequences=False,
        U_regularizer=None,
    )
    x = array(2, 5, 3)
    model = {"class_name": "Sequential", "config": [config]}
    return model, {"l": arrays}, "1.1.0", None, x, lstm(x, *joined)


def cudnn_lstm():
    w, u, b = array(3, 8), array(2, 8), array(16)
    turned = [np.concatenate([k.T.reshape(k.shape, order="F") for k in np.split(w, 4, 1)], 1)]
    turned += [np.concatenate([k.T for k in np.split(u, 4, 1)], 1), b[:8] + b[8:]]
    config = layer("CuDNNLSTM", name="l", units=2, batch_input_shape=[None, 5, 3])
    x = array(2, 5, 3)
    arrays = {"l/kernel:0": w, "l/recurrent_kernel:0": u, "l/bias:0": b}
    model = {"class_name": "Sequential", "config": {"name": "s", "layers": [config]}}
    return model, {"l": arrays}, "2.2.4", "tensorflow", x, lstm(x, *turned, gate=sigmoid)


def merged_stacks():
    """Keras 1: a Sequential on a Merge of two others, whose weights lie flat in the file."""
    a, b, c = array(3, 2), array(4, 2), array(4, 1)

    def dense(name, k, **more):
        return layer("Dense", name=name, output_dim=k.shape[1], bias=False, **more)

    def branch(name, k):
        return layer("Sequential") | {"config": [dense(name, k, batch_input_shape=[None, len(k)])]}

    merge = layer(
        "Merge",
        name="m",
        mode="concat",
        mode_type="raw",
        concat_axis=-1,
        dot_axes=-1,
        output_shape=None,
        output_shape_type="raw",
        arguments={},
        layers=[branch("a", a), branch("b", b)],
    )
    model = {"class_name": "Sequential", "config": [merge, dense("c", c)]}
    x = [array(2, 3), array(2, 4)]
    y = np.concatenate([x[0] @ a, x[1] @ b], -1) @ c
    return model, {"a": {"a_W": a}, "b": {"b_W": b}, "c": {"c_W": c}}, "1.2.2", None, x, y


def graph(nodes, version="2.3.1"):
    entries = [e | {"name": e["config"]["name"], "inbound_nodes": i} for e, i in nodes]
    last = entries[-1]["name"]
    config = {
        "name": "g",
        "layers": entries,
        "input_layers": [[entries[0]["name"], 0, 0]],
        "output_layers": [[last, 0, 0]],
    }
    return {"class_name": "Model", "config": config}


def tf_functions():
    """Functions of TensorFlow as layers: constants, slices, names with slashes."""
    key = {
        "slice_spec": [
            {"start": None, "stop": None, "step": None},
            {"start": 1, "stop": None, "step": None},
        ]
    }
    model = graph(
        [
            (layer("InputLayer", name="i", batch_input_shape=[None, 3], dtype="float32"), []),
            (
                layer("TFOpLambda", name="tf/mul", function="math.multiply"),
                [["i", 0, 0, {"y": 2.0, "name": None}]],
            ),
            (
                layer("TFOpLambda", name="sub", function="math.subtract"),
                [["_CONSTANT_VALUE", -1, 1.0, {"y": ["tf/mul", 0, 0]}]],
            ),
            (
                layer("SlicingOpLambda", name="item", function="__operators__.getitem"),
                [["sub", 0, 0, key]],
            ),
            (
                layer(
                    "TensorFlowOpLayer",
                    name="mean",
                    constants={"1": -1},
                    node_def={"op": "Mean", "attr": {"keep_dims": {"b": True}}},
                ),
                [[["item", 0, 0, {}]]],
            ),
        ]
    )
    x = array(4, 3)
    return model, {}, "2.4.0", "tensorflow", x, (1 - 2 * x)[:, 1:].mean(-1, keepdims=True)


def simple(name, x, y, weights=None, version="1.2.2", **config):
    stack = [layer(name, name="l", batch_input_shape=[None, *x.shape[1:]], **config)]
    return {"class_name": "Sequential", "config": stack}, {"l": weights or {}}, version, None, x, y


def highway():
    w, wc, b, bc, x = array(3, 3), array(3, 3), array(3), array(3), array(2, 3)
    t = sigmoid(x @ wc + bc)
    y = t * np.tanh(x @ w + b) + (1 - t) * x
    return simple("Highway", x, y, {"W": w, "Wc": wc, "b": b, "bc": bc}, activation="tanh")


def maxout():
    w, b, x = array(4, 3, 2), array(4, 2), array(2, 3)
    y = (np.einsum("bd,kdu->bku", x, w) + b).max(1)
    return simple("MaxoutDense", x, y, {"W": w, "b": b}, output_dim=2, nb_feature=4)


def srelu():
    tl, al, tr, ar, x = array(3), array(3), array(3), array(3), 3 * array(5, 3)
    right = tl + abs(tr)
    y = np.where(x <= tl, tl + al * (x - tl), np.where(x >= right, right + ar * (x - right), x))
    arrays = {"tl": tl, "al": al, "tr": tr, "ar": ar}
    return simple(
        "SReLU",
        x,
        y,
        arrays,
        t_left_init="zero",
        a_left_init="glorot_uniform",
        t_right_init="glorot_uniform",
        a_right_init="one",
    )


def softplus():
    a, b, x = array(3), array(3), array(2, 3)
    return simple(
        "ParametricSoftplus",
        x,
        a * np.log1p(np.exp(b * x)),
        {"a": a, "b": b},
        alpha_init=0.2,
        beta_init=5.0,
    )


def sample_norm():
    g, b, x = array(3), array(3), array(4, 3)
    spread = np.sqrt(x.var(-1, keepdims=True) + 1e-3) + 1e-3
    y = g * (x - x.mean(-1, keepdims=True)) / spread + b
    arrays = {"g": g, "b": b, "m": array(3), "s": abs(array(3))}
    return simple("BatchNormalization", x, y, arrays, mode=1, axis=-1, epsilon=1e-3, momentum=0.9)


def thresholded():
    x = array(4, 3)
    return simple("ThresholdedReLU", x, np.where(x > 0.5, x, 0), version="2.2.0", theta=0.5)


def time_distributed_dense():
    w, b, x = array(3, 2), array(2), array(2, 4, 3)
    return simple("TimeDistributedDense", x, x @ w + b, {"W": w, "b": b}, output_dim=2)


IDIOMS = {
    f.__name__: f
    for f in (
        *(
            dense_1,
            lstm_1,
            cudnn_lstm,
            merged_stacks,
            tf_functions,
            highway,
            maxout,
            srelu,
            softplus,
        ),
        *(sample_norm, thresholded, time_distributed_dense),
    )
}
IDIOMS |= {
    f"conv {v} {b} {o}": (lambda v=v, b=b, o=o: convolution(v, b, o))
    for v in ("1.2.2", "2.1.0")
    for b in ("theano", "tensorflow")
    for o in ("th", "tf")
}
