"""Going on after a crash: the state of training on disk, found again at the next start."""

import contextlib
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from lurnet.callbacks.saving import Saving
from lurnet.core.errors import BadFile, BadState, BadValue
from lurnet.training.compiled import compilation_of

__all__ = ["BackupAndRestore"]

RECORD, PREVIOUS = "training_metadata.json", "previous_training_metadata.json"
KERAS_WEIGHTS = "latest.weights.h5"


class BackupAndRestore(Saving):
    """Saves weights, optimizer state and epoch while training, and takes them up after a crash.

    A backup is a file of weights and then, moved into place in one step, a record that names it:
    a crash at any moment leaves the backup before. When ``fit`` starts and finds one, the model
    gets its weights and ``fit`` goes on with the first epoch that was not finished.

    Args:
        backup_dir: folder for this training alone.
        save_freq: "epoch", a number of batches, or False for none; after a backup in the middle
            of an epoch, that epoch is trained anew from the weights it had reached.
        double_checkpoint: whether to keep the backup before the last one too, and to fall back
            on it when the last one cannot be read.
        delete_checkpoint: whether to remove the backup when training has come to its end.

    >>> BackupAndRestore("backup").save_freq
    'epoch'
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike,
        save_freq: str | int | bool = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not os.fspath(backup_dir):
            raise BadValue("BackupAndRestore: `backup_dir` is empty; give the path of a folder.")
        wanted = save_freq is False or save_freq == "epoch"
        if not wanted and (isinstance(save_freq, (str, bool)) or int(save_freq) < 1):
            raise BadValue(
                "BackupAndRestore: `save_freq` must be 'epoch', a number of batches or False, but "
                f"it is {save_freq!r}."
            )
        self.backup_dir, self.save_freq = os.fspath(backup_dir), save_freq
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        self._start_counting()

    def _in_folder(self, name: str) -> str:
        return os.path.join(self.backup_dir, name)

    # --- taking up

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Take up the last backup, where there is one."""
        self._batches = 0
        records = [r for r in (RECORD, PREVIOUS) if os.path.exists(self._in_folder(r))]
        problems = []
        for record in records:
            try:
                self._restore(record)
                break
            except (OSError, ValueError, KeyError) as error:
                problems.append(f"{record}: {error}")
        else:
            if problems:
                raise BadFile(
                    f"The backup in {self.backup_dir!r} cannot be used: {'; '.join(problems)}. "
                    "Remove that folder to train from the start."
                )
            return
        for problem in problems:
            warnings.warn(
                f"The last backup cannot be used, the one before is: {problem}", stacklevel=2
            )

    def _restore(self, record: str) -> None:
        with open(self._in_folder(record), encoding="utf-8") as file:
            facts = json.load(file)
        epoch = int(facts["epoch"])
        if not self.model.built:
            raise BadState("The model must be built before its backup can be restored.")
        weights = os.path.basename(facts.get("weights", KERAS_WEIGHTS))
        self.model.load_weights(self._in_folder(weights))
        compilation_of(self.model).resume_epoch = epoch

    # --- saving

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        del logs
        epoch, batch = (epoch + 1, 0) if batch is None else (epoch, batch + 1)
        os.makedirs(self.backup_dir, exist_ok=True)
        weights = f"epoch-{epoch}-batch-{batch}.weights.h5"
        self.model.save_weights(self._in_folder(weights), overwrite=True)
        if self.double_checkpoint and os.path.exists(self._in_folder(RECORD)):
            os.replace(self._in_folder(RECORD), self._in_folder(PREVIOUS))
        facts = {"epoch": epoch, "batch": batch, "weights": weights}
        from lurnet.saving.atomic import replacing  # noqa: PLC0415

        with replacing(Path(self._in_folder(RECORD))) as file:
            file.write(json.dumps(facts).encode())
        self._remove_weights_but({weights, self._weights_of(PREVIOUS)})

    def _weights_of(self, record: str) -> str | None:
        try:
            with open(self._in_folder(record), encoding="utf-8") as file:
                return json.load(file).get("weights")
        except (OSError, ValueError):
            return None

    def _remove_weights_but(self, kept: set) -> None:
        for name in os.listdir(self.backup_dir):
            if name.endswith(".weights.h5") and name not in kept:
                os.remove(self._in_folder(name))

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Remove the backup, unless training was broken off by Ctrl-C."""
        interrupted = isinstance(sys.exc_info()[1], KeyboardInterrupt)
        if interrupted or not self.delete_checkpoint or not os.path.isdir(self.backup_dir):
            return
        for name in (RECORD, PREVIOUS):
            with contextlib.suppress(FileNotFoundError):
                os.remove(self._in_folder(name))
        self._remove_weights_but(set())
        with contextlib.suppress(OSError):  # somebody else's files are left there
            os.rmdir(self.backup_dir)
