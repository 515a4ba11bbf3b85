"""The ``lurnet`` command and its subcommands."""

import argparse
import sys
from collections.abc import Sequence

from lurnet import __version__


def parser() -> argparse.ArgumentParser:
    """The command line's options."""
    top = argparse.ArgumentParser(
        prog="lurnet", description="Run Keras programs, unchanged and fast."
    )
    top.add_argument("--version", action="version", version=f"lurnet {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run a program written for Keras or tensorflow.keras")
    run.add_argument("program", help="the program, a Python file")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of the program")
    demo = commands.add_parser("demo", help="train a small network on real digits, in seconds")
    demo.add_argument("--out", default="lurnet-demo", help="folder for the pictures")
    demo.add_argument("--epochs", type=int, default=None, help="epochs to train")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    chosen = parser().parse_args(arguments)
    if chosen.command == "run":
        from lurnet.compat.run import run_program  # noqa: PLC0415 - only what is asked for loads

        return run_program(chosen.program, chosen.arguments)
    from lurnet.cli.demo import demo  # noqa: PLC0415

    return demo(chosen.out, chosen.epochs)


if __name__ == "__main__":
    sys.exit(main())
