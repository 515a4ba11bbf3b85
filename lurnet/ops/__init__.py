"""Functions of tensors."""

from .quick import *  # noqa: F403
