"""Functional models, symbolic arithmetic, ops and variables."""

import numpy as np

import lurnet as keras
from lurnet import layers, ops, optimizers
from lurnet.layers import LSTM, Concatenate, Conv2D, Dense, Input, concatenate
from lurnet.models import Model

inputs = keras.Input(shape=(28, 28, 1), name="image", dtype="float32")
x = Conv2D(32, (3, 3), strides=(2, 2), padding="SAME", activation=keras.activations.relu)(inputs)
x = Conv2D(32, 3, 1, "same", kernel_regularizer=keras.regularizers.l2(0.01))(x)
x = layers.MaxPooling2D(2, 2, "same")(x)
x = layers.BatchNormalization(-1, 0.9)(x)
x = layers.Flatten()(x)
a = Dense(8, "relu", True, keras.initializers.HeNormal(seed=1), input_dim=4)(x)
b = Dense(8, activation=lambda v: v * 2, bias_initializer=keras.initializers.Zeros)(x)
c = a * 2 + b - a / 2
c = layers.add([a, b]) + concatenate([a, b])[:, :8]
c = Concatenate(axis=-1)([a, b])
model = Model(inputs=inputs, outputs=[a, c])
model = Model([inputs], {"a": a}, name="two")
y = inputs * 2 + inputs[:, 0] @ inputs - 1
y = ops.relu(-y) ** 2 > 0.5
print(inputs.shape[0], inputs.dtype, y)

words = Input((None,), dtype="int32")
h = layers.Embedding(1000, 64, mask_zero=True, input_length=20)(words)
h = LSTM(32, return_sequences=True, dropout=0.1)(h)
h = layers.Bidirectional(layers.GRU(16, return_state=False), merge_mode="concat")(h)
h = layers.MultiHeadAttention(2, 16)(h, h)
h, state = layers.LSTM(4, return_state=True)(h)[:2]
h = layers.TimeDistributed(Dense(2))(h)
h = layers.SeparableConv2D(4, 3)(h)
h = layers.Lambda(ops.square)(h)
h = layers.Reshape((2, -1))(h)
h = layers.Activation(keras.activations.gelu)(h)
h = layers.LayerNormalization(axis=[1, 2], epsilon=np.float32(1e-3))(h)
h = layers.Normalization(mean=[1.0], variance=np.ones(1))(h)

v = keras.Variable(np.ones((2, 3)), trainable=False, name="v", dtype="float32")
v.assign(v * 2 + 1)
v.assign_add(ops.ones((2, 3)) @ np.eye(3))
print(float(v[0, 0]), v.numpy().sum(), (1 - v).shape, -v, v == 2, np.asarray(v), len(v))
total = ops.sum(ops.square(v), axis=-1, keepdims=True) * 2
print(total.shape, ops.softmax(total)[0], ops.convert_to_numpy(total).mean())
print(ops.image.resize(np.ones((1, 4, 4, 3)), (2, 2)), ops.nn.relu(v), ops.linalg.norm(v))
print(keras.random.normal((2, 3), seed=keras.random.SeedGenerator(1)))
seed: int = 3
keras.utils.set_random_seed(seed)

rate = optimizers.schedules.ExponentialDecay(0.1, decay_steps=1000, decay_rate=0.9)
for optimizer in (
    optimizers.SGD(rate, momentum=0.9, nesterov=True),
    optimizers.Adam(learning_rate=rate, clipnorm=1.0),
    optimizers.RMSprop(lambda: 0.1),
    optimizers.AdamW(np.float32(0.1), weight_decay=1e-2),
):
    model.compile(optimizer, keras.losses.Huber(delta=2), metrics=[keras.metrics.Recall(0.5)])
optimizers.get("adam")
adam: keras.optimizers.Adam = optimizers.AdamW()
tree = keras.tree.map_structure(lambda leaf: leaf, {"a": 1})
keras.config.set_floatx("float32")
layer: layers.Layer = Dense(3, dtype=keras.DTypePolicy("mixed_bfloat16"), name=None)
