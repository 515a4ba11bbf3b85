"""What the two CIFAR sets share: an archive with batches of 32 x 32 colour photos."""

from pathlib import Path

import numpy as np

from lurnet.core.errors import BadFile
from lurnet.core.settings import image_data_format
from lurnet.datasets.containers import Split, read_tar, unpickle


def read_batches(archive: Path, names: list[str], label_key: str) -> Split:
    """Images (n, 32, 32, 3), or (n, 3, 32, 32) with channels first, uint8; labels (n, 1), int64."""
    batches = [unpickle(data) for data in read_tar(archive, *names)]
    try:
        images = np.concatenate([batch[b"data"] for batch in batches])
        labels = np.concatenate([batch[label_key.encode()] for batch in batches])
    except KeyError as error:
        raise BadFile(f"{archive} is no CIFAR archive: its batches lack {error}.") from None
    return layout(images.reshape(-1, 3, 32, 32)), labels.reshape(-1, 1)


def layout(images: np.ndarray) -> np.ndarray:
    """Images with channels first in the layout of the global setting."""
    return images if image_data_format() == "channels_first" else images.transpose(0, 2, 3, 1)
