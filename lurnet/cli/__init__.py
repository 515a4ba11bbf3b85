"""The command line: ``lurnet run``, ``lurnet demo``."""

from lurnet.cli.main import main as main
