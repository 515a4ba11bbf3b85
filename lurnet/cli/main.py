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
    study = commands.add_parser("study", help="run a program's studies and write their reports")
    study.add_argument("--report", help="name of the page; default: beside the program")
    study.add_argument(
        "--quick", action="store_true", help="one epoch and two replicates, to see that all works"
    )
    study.add_argument("program", help="a Python file that fits one or several lurnet.Study")
    study.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of the program")
    look = commands.add_parser("inspect", help="tell what is in a model file, without running it")
    look.add_argument("file", help="a file of a model or of weights, of any Keras")
    look.add_argument("--json", action="store_true", help="as JSON text")
    change = commands.add_parser("convert", help="write a model file in another form")
    change.add_argument("old", help="a file of a model or of weights, of any Keras")
    change.add_argument("new", help="name ending in .keras, .h5, .safetensors, .weights.h5, ...")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    chosen = parser().parse_args(arguments)
    if chosen.command == "run":
        from lurnet.compat.run import run_program  # noqa: PLC0415 - only what is asked for loads

        return run_program(chosen.program, chosen.arguments)
    if chosen.command == "study":
        from lurnet.cli.study import study  # noqa: PLC0415

        return study(chosen.program, chosen.arguments, chosen.report, chosen.quick)
    if chosen.command in ("inspect", "convert"):
        from lurnet.cli.files import convert_file, inspect  # noqa: PLC0415

        if chosen.command == "inspect":
            return inspect(chosen.file, chosen.json)
        return convert_file(chosen.old, chosen.new)
    from lurnet.cli.demo import demo  # noqa: PLC0415

    return demo(chosen.out, chosen.epochs)


if __name__ == "__main__":
    sys.exit(main())
