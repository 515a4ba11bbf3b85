"""What every format gives of an open file, so that loading is the same for all of them."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NamedTuple

from lurnet.core.errors import BadFile
from lurnet.saving.door import Entry
from lurnet.saving.migrations.versions import Writer, writer_of

PICKLE = "a Python pickle (a pickle can run code, so none is opened)"
#: How files that hold no model begin, and what they are.
OTHERS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"\x93NUMPY": "a NumPy array (.npy)",
    **{bytes([0x80, protocol]): PICKLE for protocol in (2, 3, 4, 5)},
    b"{": "JSON text: an architecture without weights, for keras.models.model_from_json(text)",
    b"<": "a web page or XML (a failed download?)",
}


class Stored(NamedTuple):
    """One layer's arrays, in the order in which the file names them."""

    name: str
    arrays: list[tuple[str, Entry]]


class ModelFile(contextlib.AbstractContextManager):
    """An open model file. Nothing is read before it is asked for; a format says what it holds.

    Args:
        path: the file.
    """

    container: ClassVar[str]  #: the format in words
    holds_config = False  #: whether a file of this kind may describe a model

    def __init__(self, path: Path) -> None:
        self.path, self.stack = path, contextlib.ExitStack()

    def __exit__(self, *_: Any) -> None:
        self.stack.close()

    @staticmethod
    def detect(path: Path, head: bytes) -> bool:
        """Whether a file that begins so is of this format."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """Size on the disk."""
        return self.path.stat().st_size

    def about(self) -> dict[str, Any]:
        """Who wrote the file, and when, where it says so."""
        return {}

    def config(self, compile: bool = True) -> dict[str, Any] | None:
        """The description of the model, with the compile settings if wanted; None: weights alone.

        Settings that Keras 1 or 2 wrote stand under ``training_config``.
        """
        return None

    def writer(self, config: Mapping[str, Any]) -> Writer:
        """The Keras that wrote the file."""
        about = self.about()
        return writer_of(config, about.get("keras_version"), about.get("backend"))

    def arrays(self) -> Mapping[str, Entry]:
        """The arrays by name, nothing of them read yet."""
        raise NotImplementedError

    def layers(self) -> list[Stored] | None:
        """The arrays by layer and in order, where names are no places in the model."""
        return None

    def optimizer(self) -> list[tuple[str, Entry]]:
        """The optimizer's arrays in order, where they do not stand among the others."""
        return []

    def asset_sizes(self) -> dict[str, int]:
        """Sizes of the texts and files that layers keep, by name below ``assets/``."""
        return {}

    def open_asset(self, name: str) -> BinaryIO:
        """One of them."""
        raise NotImplementedError


def weights_alone(path: Path) -> BadFile:
    """What to do with a file of weights alone."""
    return BadFile(
        f"{path} holds weights without an architecture. Build the model in your program, then "
        f"call model.load_weights({path.name!r})."
    )


def head_of(path: Path) -> bytes:
    """How a file begins; BadFile where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except FileNotFoundError:
        near = sorted(p.name for p in path.parent.glob("*") if p.stem == path.stem)
        hint = f" There is {', '.join(near)} in that folder." if near else ""
        raise BadFile(f"There is no file {path}.{hint}") from None
    except OSError as error:
        raise BadFile(f"Cannot read {path}: {error.strerror or error}.") from None


def no_model(path: Path, head: bytes) -> BadFile:
    """What a file is that is none of ours."""
    what = next((text for start, text in OTHERS.items() if head.startswith(start)), None)
    return BadFile(
        f"{path} is no model file: it is {what or ('of an unknown kind' if head else 'empty')}. "
        "Model files are .keras archives and HDF5 files (.weights.h5, .h5)."
    )
