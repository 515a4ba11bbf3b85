"""The command line: ``lurnet run``, ``demo``, ``inspect``, ``convert``, ``lurnet study``."""

from lurnet.cli.main import main as main
