"""Which versions a file is written by and for."""

from importlib import metadata

KERAS_VERSION = "3.15.1"  # the version whose formats these are


def own_version() -> str:
    """lurnet's version as installed."""
    try:
        return metadata.version("lurnet")
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return "unknown"
