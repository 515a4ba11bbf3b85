"""Helpers beside the models: arrays, files."""

from lurnet.utils.arrays import normalize, pad_sequences, split_dataset, to_categorical
from lurnet.utils.files import get_file

__all__ = ["get_file", "normalize", "pad_sequences", "split_dataset", "to_categorical"]
