"""Evaluating with the averages of the weights."""

from typing import Any

from lurnet.callbacks.base import Callback
from lurnet.core.errors import BadState
from lurnet.optimizers.base import average_of

__all__ = ["SwapEMAWeights"]


class SwapEMAWeights(Callback):
    """Exchanges the weights and their moving averages while the model is tested.

    For optimizers with ``use_ema=True`` (Polyak averaging: Polyak and Juditsky, 1992,
    https://doi.org/10.1137/0330046).

    Args:
        swap_on_epoch: whether to exchange them at the end of an epoch too, so that callbacks
            after this one, such as ModelCheckpoint, see the averages.

    >>> SwapEMAWeights().swap_on_epoch
    False
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False

    def _exchange(self) -> None:
        for weight, average in self._pairs():
            trained = weight.stored
            weight.assign(average.stored)
            average.assign(trained)

    def _pairs(self) -> list[tuple[Any, Any]]:
        optimizer = getattr(self.model, "optimizer", None)
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        if optimizer is None or not getattr(optimizer, "use_ema", False):
            raise BadState(
                "SwapEMAWeights needs an optimizer that keeps averages: write use_ema=True, as in "
                'compile(optimizer=keras.optimizers.Adam(use_ema=True), ...), not "adam".'
            )
        if not optimizer.built:
            return []
        found = [
            (weight, average_of(optimizer, weight)) for weight in self.model.trainable_variables
        ]
        return [(weight, average) for weight, average in found if average is not None]

    def _go(self, to_averages: bool) -> None:
        if self._swapped != to_averages:
            self._exchange()
            self._swapped = to_averages

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Back to the weights that are trained."""
        if self.swap_on_epoch:
            self._go(False)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """The averages for the callbacks that follow; the last epoch leaves them in the model."""
        if not self.swap_on_epoch:
            return
        self._go(True)
        if self.params.get("epochs") == epoch + 1:
            self._finish()

    def _finish(self) -> None:
        for weight, average in self._pairs():  # nothing trains on: both hold the averages
            average.assign(weight.stored)
        self._swapped = False

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Test with the averages."""
        self._go(True)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Back to the weights that are trained."""
        self._go(False)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Predict with the averages."""
        if not self.swap_on_epoch:
            self._go(True)

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Back to the weights that are trained."""
        if not self.swap_on_epoch:
            self._go(False)
