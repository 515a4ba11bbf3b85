"""Programs as the guides write them: checked in strict mode, nothing may be flagged."""

from collections.abc import Iterator
from typing import Any

import numpy as np

import lurnet as keras
from lurnet import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(60000, 784).astype("float32") / 255
x_test = x_test.reshape(10000, 784).astype("float32") / 255
y_train = keras.utils.to_categorical(y_train, 10)

model = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        layers.Dense(64, activation="relu", kernel_initializer="he_normal"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ],
    name="digits",
)
model.add(layers.Dense(np.int64(3), input_shape=(10,)))
model.summary()
model.compile(
    optimizer=keras.optimizers.Adam(1e-3, 0.9, beta_2=0.99),
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=["accuracy", keras.metrics.AUC(name="auc"), keras.losses.mean_squared_error],
)
model.compile("sgd", "mse")
model.compile(keras.optimizers.SGD, loss={"a": "mse"}, metrics={"a": ["mae"]}, loss_weights=[1.0])

history = model.fit(
    x_train,
    y_train,
    batch_size=128,
    epochs=2,
    validation_split=0.1,
    class_weight={0: 1.0, 1: 2.0},
    verbose=0,
    callbacks=[
        keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True),
        keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs)),
        keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.9),
    ],
)
last: float = history.history["loss"][-1]
print(last, history.epoch[0], history.params["epochs"])
model.fit(x=x_train, y=y_train, validation_data=(x_test, y_test), shuffle=False, verbose="auto")


def batches() -> Iterator[tuple[Any, Any]]:
    yield x_train[:8], y_train[:8]


class Batches(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> Any:
        return x_train[index : index + 8], y_train[index : index + 8]


model.fit(batches(), steps_per_epoch=1)
model.fit(Batches(workers=2), epochs=np.int64(2))
model.fit([[1.0, 2.0], [3.0, 4.0]], [0, 1])
model.fit({"a": x_train, "b": x_train}, {"c": y_train})

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
score = model.evaluate(x_test, y_test)
print("Test loss:", score[0], loss, accuracy)
found = model.evaluate(x_test, y_test, return_dict=True)
print(found["loss"])
classes = model.predict(x_test).argmax(-1)
print(classes[0], model.predict(x_test[:1], verbose=0)[0, 3], np.argmax(model(x_test[:1]), axis=1))
print(model(x_test[:1], training=False).shape)
print(model.train_on_batch(x_train[:8], y_train[:8], return_dict=True)["loss"])

model.save("digits.keras")
again = keras.models.load_model("digits.keras")
print(again.predict(x_test), again.layers[0].name)
model.save_weights("digits.weights.h5")
model.load_weights("digits.weights.h5")
text = model.to_json()
print(keras.models.model_from_json(text), keras.models.clone_model(model).count_params())
for layer in model.layers:
    layer.trainable = False
    print(layer.name, [w.shape for w in layer.weights], layer.get_config()["name"])
dense = model.get_layer("dense")
print(dense.output, model.get_layer(index=0), model.inputs, model.output_shape)
weights = model.get_weights()
model.set_weights(weights)
model.optimizer.learning_rate = 0.01
print(model.metrics_names, model.metrics[0].result(), model.trainable_variables)
