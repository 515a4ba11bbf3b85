"""Settings for every test."""

import os

# The oracle runs on the same engine; it reads this when it is first imported.
os.environ.setdefault("KERAS_BACKEND", "jax")

# Importing lurnet.compat makes `keras` mean lurnet. Imported and undone here, once, it cannot take
# the oracle away later, when the architecture test or a doctest imports it.
from lurnet import compat  # noqa: E402

compat.uninstall()
