"""Keras on any backend, or lurnet: the same lines, as every user writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import resnet
import samples
import works

Logs = dict[str, float]


def layer(keras: Any, spec: works.Layer) -> Any:
    """The layer that `spec` describes."""
    layers = keras.layers
    match spec:
        case works.Conv(filters, padding):
            return layers.Conv2D(filters, 3, padding=padding, activation="relu")
        case works.Pool():
            return layers.MaxPooling2D()
        case works.Flatten():
            return layers.Flatten()
        case works.Dropout(rate):
            return layers.Dropout(rate)
        case works.Dense(units, activation, l2):
            penalty = keras.regularizers.L2(l2) if l2 else None
            return layers.Dense(units, activation=activation, kernel_regularizer=penalty)


def build(keras: Any, work: works.Work, **options: Any) -> Any:
    """The compiled model of `work`; `keras` is Keras or lurnet, `options` go to `compile`."""
    keras.config.set_dtype_policy(work.policy)
    match work.layers:
        case (works.ResNet50(classes),):
            model = resnet.keras_model(keras, work.shape, classes)
        case specs:
            layers = [layer(keras, spec) for spec in specs]
            model = keras.Sequential([keras.Input(work.shape), *layers])
    optimizer = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[work.optimizer]
    model.compile(
        optimizer=optimizer(learning_rate=work.rate),
        loss="sparse_categorical_crossentropy" if work.classify else "mse",
        metrics=["accuracy"] if work.classify else None,
        **options,
    )
    return model


class KerasRun:
    """One chunk of each kind; a method's name is the kind's."""

    def __init__(
        self,
        keras: Any,
        work: works.Work,
        limit: int,
        *,
        source: str = "arrays",
        inference_batch: int | None = None,
        **options: Any,
    ) -> None:
        """Load the data, then build and compile the model; `options` go to `compile`."""
        keras.utils.set_random_seed(samples.SEED)
        self.keras, self.work, self.options = keras, work, options
        self.inference_batch = inference_batch  # None: Keras' own, which is 32
        self.x, self.y = samples.load(work, limit)
        self.before_mb = self.most_mb = samples.held_mb()
        if work.data == "stream" and source == "arrays":
            self.x = np.array(self.x)
        self.source = source
        self.model = build(keras, work, **options)
        if work.kind == "until":
            self.test = samples.test_set(work, limit)
            self.first = self.snapshot()

    def chunk(self) -> Logs:
        """Run one chunk of the work's kind and wait until it is done."""
        return getattr(self, self.work.kind)()

    def train(self) -> Logs:
        """One epoch."""
        if self.source in ("dataset", "generator"):
            history = self.model.fit(verbose=0, **self.streamed())
        else:
            history = self.fit(self.model, epochs=1)
        logs = {name: float(values[-1]) for name, values in history.history.items()}
        if self.work.data == "stream":
            self.note_memory()
            logs["grown_mb"] = self.most_mb - self.before_mb
        return logs

    def fit(self, model: Any, epochs: int) -> Any:
        """`fit` on the chunk's arrays."""
        return model.fit(
            self.x, self.y, batch_size=self.work.batch, epochs=epochs, verbose=0, shuffle=True
        )

    def streamed(self) -> dict[str, Any]:
        """The arguments by which `fit` reads the data batch by batch."""
        steps = len(self.x) // self.work.batch
        if self.source == "generator":
            return {"x": self.batches(), "steps_per_epoch": steps}
        run = self

        class Batches(self.keras.utils.PyDataset):
            """The mapped file, a batch at a time."""

            def __len__(self) -> int:
                return steps

            def __getitem__(self, index: int) -> samples.Pair:
                return run.rows(index)

        return {"x": Batches(), "shuffle": True}

    def batches(self) -> Iterator[samples.Pair]:
        """Every batch once, in a new order."""
        order = np.random.default_rng().permutation(len(self.x) // self.work.batch)
        for index in order:
            yield self.rows(index)

    def rows(self, index: int) -> samples.Pair:
        """One batch, copied out of the mapped file."""
        if index % 64 == 0:
            self.note_memory()
        rows = slice(index * self.work.batch, (index + 1) * self.work.batch)
        return np.array(self.x[rows]), self.y[rows]

    def note_memory(self) -> None:
        """Keep the most memory that the process was seen to hold."""
        self.most_mb = max(self.most_mb, samples.held_mb())

    def predict(self) -> Logs:
        """All samples in a call, some calls in a row."""
        for _ in range(works.CALLS):
            self.model.predict(self.x, batch_size=self.inference_batch, verbose=0)
        return {}

    def evaluate(self) -> Logs:
        """The same, with labels."""
        logs: Logs = {}
        for _ in range(works.CALLS):
            logs = self.model.evaluate(
                self.x, self.y, batch_size=self.inference_batch, verbose=0, return_dict=True
            )
        return logs

    def single(self) -> Logs:
        """One image after the other through `predict`."""
        for row in range(len(self.x)):
            self.model.predict(self.x[row : row + 1], verbose=0)
        return {}

    def call(self) -> Logs:
        """One image after the other through the model itself; each answer as a NumPy array."""
        for row in range(len(self.x)):
            self.keras.ops.convert_to_numpy(self.model(self.x[row : row + 1]))
        return {}

    def sweep(self) -> Logs:
        """A loop over settings as users write it: a new model for each."""
        logs: Logs = {}
        for factor in works.SWEEP_FACTORS:
            for replicate in range(works.SWEEP_REPLICATES):
                self.keras.utils.set_random_seed(replicate)
                model = build(self.keras, works.with_l2(self.work, factor), **self.options)
                history = self.fit(model, works.SWEEP_EPOCHS).history
                logs = {name: float(values[-1]) for name, values in history.items()}
        return logs

    def until(self) -> Logs:
        """From the first weights on, epoch by epoch, until the test accuracy is reached."""
        self.restore()
        for epoch in range(1, works.MOST_EPOCHS + 1):
            self.fit(self.model, epochs=1)
            logs = self.model.evaluate(*self.test, batch_size=1000, verbose=0, return_dict=True)
            if logs["accuracy"] >= works.TEST_ACCURACY:
                return logs | {"epochs": epoch}
        return logs | {"epochs": works.MOST_EPOCHS}

    def snapshot(self) -> list[np.ndarray]:
        """The values of all variables of the model and its optimizer."""
        self.model.optimizer.build(self.model.trainable_variables)
        return [self.keras.ops.convert_to_numpy(v).copy() for v in self.variables()]

    def restore(self) -> None:
        """Put the first values back, so that nothing need be compiled again."""
        for variable, value in zip(self.variables(), self.first, strict=True):
            variable.assign(value)

    def variables(self) -> list[Any]:
        """The variables of the model and of its optimizer."""
        return [*self.model.variables, *self.model.optimizer.variables]
