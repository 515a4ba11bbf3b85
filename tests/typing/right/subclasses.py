"""Subclasses in the ways the guides write them, with types."""

from typing import Any, Self

import numpy as np

import lurnet as keras
from lurnet import layers, ops


@keras.saving.register_keras_serializable(package="mine")
class Linear(layers.Layer):
    def __init__(self, units: int = 32, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.seed_generator = keras.random.SeedGenerator(1337)
        self.supports_masking = True

    def build(self, input_shape: tuple[int, ...]) -> None:
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer="random_normal",
            trainable=True,
            name="w",
        )
        self.b = self.add_weight((self.units,), initializer=keras.initializers.Zeros())
        self.built = True

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        if training:
            inputs = keras.random.dropout(inputs, 0.1, seed=self.seed_generator)
        self.add_loss(1e-2 * ops.sum(inputs))
        return ops.matmul(inputs, self.w) + self.b

    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.update({"units": self.units})
        return {**config, "units": self.units}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config)


class OtherNames(layers.Layer):
    def build(self, batch_input_shape: Any) -> None:
        super().build(batch_input_shape)

    def call(self, first: Any, second: Any, *, scale: float = 1.0) -> Any:
        return first * scale + second


class MyDense(layers.Dense):
    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, activation="relu", **kwargs)


class Mlp(keras.Model):
    def __init__(self, classes: int = 10) -> None:
        super().__init__(name="mlp")
        self.hidden = [Linear(32, name="a"), MyDense(8)]
        self.head = layers.Dense(classes)
        self.loss_tracker = keras.metrics.Mean(name="loss")

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        for layer in self.hidden:
            inputs = layer(inputs, training=training)
        return self.head(inputs)

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y = data

        def loss_of() -> Any:
            return self.compute_loss(x, y, self(x, training=True))

        gradients, _ = self.gradients(loss_of)
        self.optimizer.apply(gradients, self.trainable_variables)
        self.loss_tracker.update_state(1.0)
        for metric in self.metrics:
            metric.update_state(y, x)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data: Any) -> dict[str, Any]:
        return {"loss": self.compute_loss(*data)}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        return loss + sum(self.losses)

    @property
    def metrics(self) -> list[keras.Metric]:
        return [self.loss_tracker]


class Pure(keras.Model):
    def train_step(self, state: Any, data: Any) -> Any:
        return {}, state


class Cube(keras.Loss):
    def __init__(self, factor: float = 1.0, name: str = "cube", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.factor = factor

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return ops.mean(ops.abs(y_pred - y_true) ** 3, axis=-1) * self.factor


class Hits(keras.Metric):
    def __init__(self, name: str = "hits", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.total = self.add_variable(shape=(), initializer="zeros", name="total")
        self.other = self.add_weight(name="other", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.total.assign_add(ops.sum(ops.cast(y_true == y_pred, "float32")))

    def result(self) -> Any:
        return self.total / 2

    def reset_state(self) -> None:
        self.total.assign(0)


class Report(keras.callbacks.Callback):
    def __init__(self, every: int = 1) -> None:
        super().__init__()
        self.every = every
        self.seen: list[float] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        self.seen.append(logs["loss"])
        if epoch % self.every == 0:
            print(epoch, self.model.optimizer.learning_rate, self.params)
        self.model.stop_training = True

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        print(batch, logs)


class Warm(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, first: float) -> None:
        self.first = first

    def __call__(self, step: Any) -> Any:
        return self.first / (step + 1)

    def get_config(self) -> dict[str, Any]:
        return {"first": self.first}


class Plain(keras.optimizers.Optimizer):
    def __init__(self, learning_rate: Any = 0.01, name: str = "plain", **kwargs: Any) -> None:
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)

    def update_step(self, gradient: Any, variable: keras.Variable, learning_rate: Any) -> None:
        self.assign_sub(variable, learning_rate * gradient)


class Twos(keras.Initializer):
    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return np.full(shape, 2.0, dtype)


class Ridge(keras.Regularizer):
    def __call__(self, x: Any) -> Any:
        return ops.sum(x**2)


class UnitColumns(keras.constraints.Constraint):
    def __call__(self, w: Any) -> Any:
        return w / ops.norm(w, axis=0)


model = Mlp(classes=3)
model.compile(Plain(Warm(0.1)), loss=Cube(), metrics=[Hits()])
history = model.fit(np.ones((4, 2)), np.ones(4), callbacks=[Report()], verbose=2)
layer = layers.Dense(3, "relu", kernel_initializer=Twos(), kernel_regularizer=Ridge())
layers.Dense(3, kernel_constraint=UnitColumns(), kernel_initializer=Twos)
print(layer.units, layer.kernel, layer.bias, Linear()(np.ones((1, 2))))
