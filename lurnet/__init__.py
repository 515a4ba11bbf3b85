"""lurnet: a deep-learning framework that runs Keras programs."""

__version__ = "0.1.0"
