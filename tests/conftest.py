"""Settings for every test."""

import os

# The oracle runs on the same engine; it reads this when it is first imported.
os.environ.setdefault("KERAS_BACKEND", "jax")
