"""Curves, histograms and images for TensorBoard, written without TensorFlow."""

import os
import time
import warnings
from typing import Any

import numpy as np

from lurnet.callbacks.base import Callback
from lurnet.callbacks.events import EventWriter
from lurnet.core.errors import BadValue

__all__ = ["TensorBoard"]

MOST_IMAGES = 3  # of one weight


class TensorBoard(Callback):
    """Writes event files that TensorBoard shows (``pip install tensorboard``).

    Metrics of epochs go to ``train`` and ``validation`` below the folder, as ``epoch_loss`` and
    so on; with ``update_freq`` those of batches too, as ``batch_loss``; those of ``evaluate`` as
    ``evaluation_loss_vs_iterations``.

    Args:
        log_dir: folder for the files.
        histogram_freq: epochs between two histograms of the weights; 0: none.
        write_graph: kept for compatibility; no graph is written, see ``lurnet.utils.plot_model``.
        write_images: whether to write the weights as images with the histograms.
        write_steps_per_second: whether to write the speed of training.
        update_freq: "epoch", "batch" or a number of batches. Anything but "epoch" makes the
            device stop after every step, which slows small networks down.
        profile_batch: kept for compatibility; nothing is profiled.
        embeddings_freq: kept for compatibility; no embeddings are written.
        embeddings_metadata: kept for compatibility.

    >>> TensorBoard("logs").update_freq
    'epoch'
    """

    def __init__(
        self,
        log_dir: str | os.PathLike = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        if update_freq not in ("epoch", "batch") and not (
            isinstance(update_freq, int) and update_freq > 0
        ):
            raise BadValue(
                "TensorBoard: `update_freq` must be 'epoch', 'batch' or a number of batches, but "
                f"it is {update_freq!r}."
            )
        self.log_dir, self.histogram_freq = os.fspath(log_dir), histogram_freq
        self.write_graph, self.write_images = write_graph, write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.profile_batch, self.embeddings_freq = profile_batch, embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        for name, given in (("profile_batch", profile_batch), ("embeddings_freq", embeddings_freq)):
            if given:
                warnings.warn(f"TensorBoard: `{name}` is not supported; it is ignored.",
                              stacklevel=2)  # fmt: skip
        self._writers: dict[str, EventWriter] = {}
        self._training, self._batches, self._epoch_start = False, 0, (0, 0.0)
        if self.update_freq != "epoch":  # only then does it need to hear of batches
            self.on_train_batch_end = self._on_batch

    def _writer(self, name: str) -> EventWriter:
        """The open file of a subfolder; made when there is something to write."""
        if name not in self._writers:
            self._writers[name] = EventWriter(os.path.join(self.log_dir, name))
        return self._writers[name]

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start counting."""
        self._training, self._batches = True, 0

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the files."""
        self._training = False
        self._close()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start the clock."""
        self._epoch_start = (self._iterations(), time.perf_counter())
        self._batch_time = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the epoch's metrics, and the weights where it is time."""
        logs = logs or {}
        train = {k: v for k, v in logs.items() if not k.startswith("val_")}
        rate = self._learning_rate()
        train |= {} if rate is None else {"learning_rate": rate}
        if self.write_steps_per_second:
            steps, start = self._epoch_start
            spent = time.perf_counter() - start
            train["steps_per_second"] = (self._iterations() - steps) / max(spent, 1e-9)
        self._scalars("train", train, "epoch_{}", epoch)
        validation = {k.removeprefix("val_"): v for k, v in logs.items() if k.startswith("val_")}
        self._scalars("validation", validation, "epoch_{}", epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._weights(epoch)

    def _on_batch(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        now = time.perf_counter()
        speed, self._batch_time = 1 / max(now - self._batch_time, 1e-9), now
        if self._batches % int(self.update_freq) == 0:
            self._scalars("train", logs or {}, "batch_{}", self._batches)
            if self.write_steps_per_second:
                speeds = {"steps_per_second": speed}
                self._scalars("train", speeds, "batch_{}", self._batches)
        self._batches += 1

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Write the test's metrics by the number of training steps so far."""
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is not None and hasattr(optimizer, "iterations"):
            step = self._iterations()
            self._scalars("validation", logs or {}, "evaluation_{}_vs_iterations", step)
        if not self._training:
            self._close()

    def _iterations(self) -> int:
        return int(getattr(getattr(self.model, "optimizer", None), "iterations", 0))

    def _learning_rate(self) -> float | None:
        optimizer = getattr(self.model, "optimizer", None)
        return None if optimizer is None else float(optimizer.learning_rate)

    def _scalars(self, where: str, values: dict[str, Any], tag: str, step: int) -> None:
        if not values:
            return
        writer = self._writer(where)
        for name, value in values.items():
            if np.ndim(value) == 0:
                writer.scalar(tag.format(name), value, step)
        writer.flush()

    def _weights(self, epoch: int) -> None:
        writer = self._writer("train")
        for weight in self.model.weights:
            values = np.asarray(weight.stored, np.float32)
            writer.histogram(f"{weight.path}/histogram", values, epoch)
            images = as_images(values) if self.write_images else []
            if images:
                writer.images(f"{weight.path}/image", images, epoch)
        writer.flush()


def as_images(weight: np.ndarray) -> list[np.ndarray]:
    """A weight as uint8 images, black at the least value and white at the greatest.

    A vector is a row, a matrix an image, lying; of a kernel of a convolution each filter, in
    colour where it has three channels; none for other shapes.

    >>> [x.shape for x in as_images(np.zeros((8, 4)))]
    [(4, 8, 1)]
    """
    weight = np.squeeze(weight)
    if weight.size == 0 or weight.ndim > 4:
        return []
    low, high = float(weight.min()), float(weight.max())
    grey = ((weight - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)
    if grey.ndim == 0:
        images = grey.reshape(1, 1, 1, 1)
    elif grey.ndim == 1:
        images = grey.reshape(1, 1, -1, 1)
    elif grey.ndim == 2:
        images = (grey.T if grey.shape[0] > grey.shape[1] else grey)[None, ..., None]
    elif grey.ndim == 3:
        images = np.moveaxis(grey, -1, 0)[..., None]
    else:
        channels = slice(None) if grey.shape[2] == 3 else slice(1)
        images = np.moveaxis(grey[:, :, channels], -1, 0)
    return list(images[:MOST_IMAGES])
