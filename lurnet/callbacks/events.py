"""Event files as TensorBoard reads them: records of small protobuf messages, with checksums.

The layouts are public: https://github.com/tensorflow/tensorboard (event.proto, summary.proto,
tensor.proto) and https://protobuf.dev/programming-guides/encoding.
"""

import itertools
import os
import socket
import struct
import time
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

_numbers = itertools.count()
_FLOAT, _DOUBLE, _STRING = 1, 2, 7  # of tensor.proto's DataType
_SCALAR, _TENSOR, _BLOBS = 1, 2, 3  # of summary.proto's DataClass
_MASK = 0xA282EAD8


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    """The Castagnoli checksum (RFC 3720, appendix B.4).

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> int:
    """The checksum as records store it: rotated and shifted, so that it can be summed again."""
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + _MASK) & 0xFFFFFFFF


def record(data: bytes) -> bytes:
    """A record of a file: length, its checksum, data, their checksum."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        [length, struct.pack("<I", masked_crc(length)), data, struct.pack("<I", masked_crc(data))]
    )


# --- protobuf


def _varint(value: int) -> bytes:
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, value: Any) -> bytes:
    """A message's field: an int as a varint, a float as a double, text or bytes with a length."""
    if isinstance(value, float):
        return _varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _event(step: int, summary: bytes | None = None, version: str | None = None) -> bytes:
    parts = [_field(1, float(time.time())), _field(2, int(step))]
    parts += [_field(3, version)] if version else []
    parts += [_field(5, summary)] if summary is not None else []
    return b"".join(parts)


def _tensor(array: np.ndarray) -> bytes:
    shape = b"".join(_field(2, _field(1, int(n))) for n in array.shape)
    kind = _DOUBLE if array.dtype == np.float64 else _FLOAT
    return _field(1, kind) + _field(2, shape) + _field(4, np.ascontiguousarray(array).tobytes())


def _strings(items: Sequence[bytes]) -> bytes:
    shape = _field(2, _field(1, len(items)))
    return _field(1, _STRING) + _field(2, shape) + b"".join(_field(8, item) for item in items)


def _value(tag: str, plugin: str, kind: int, tensor: bytes) -> bytes:
    """A summary with one value, for one of TensorBoard's plugins."""
    metadata = _field(1, _field(1, plugin) + _field(2, b"")) + _field(4, kind)
    return _field(1, _field(1, tag) + _field(9, metadata) + _field(8, tensor))


def png(image: np.ndarray) -> bytes:
    """A PNG file from uint8 values of shape (height, width) or (height, width, 1, 3 or 4)."""
    image = image if image.ndim == 3 else image[..., None]
    height, width, channels = image.shape
    colour = {1: 0, 3: 2, 4: 6}[channels]
    rows = np.insert(image.reshape(height, -1), 0, 0, axis=1)  # each row starts with its filter

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = zlib.compress(rows.astype(np.uint8).tobytes())
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


class EventWriter:
    """An event file in a folder.

    Args:
        folder: made where it is missing.

    >>> import tempfile
    >>> writer = EventWriter(tempfile.mkdtemp())
    >>> writer.scalar("epoch_loss", 0.5, step=0); writer.close()
    """

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}"
        self.path = os.path.join(folder, f"{name}.{next(_numbers)}.v2")
        self.file = open(self.path, "ab")  # noqa: SIM115
        self._write(_event(0, version="brain.Event:2"))

    def _write(self, event: bytes) -> None:
        self.file.write(record(event))

    def scalar(self, tag: str, value: Any, step: int) -> None:
        """A number."""
        tensor = _tensor(np.asarray(value, np.float32).reshape(()))
        self._write(_event(step, _value(tag, "scalars", _SCALAR, tensor)))

    def histogram(self, tag: str, values: Any, step: int, buckets: int = 30) -> None:
        """How often which values occur, in equal buckets from the least to the greatest."""
        values = np.asarray(values, np.float64).ravel()
        values = values[np.isfinite(values)]
        table = np.zeros((0, 3))
        if values.size:
            counts, edges = np.histogram(values, buckets, (values.min(), values.max()))
            if values.min() == values.max():
                counts, edges = np.array([values.size]), np.repeat(values.min(), 2)
            table = np.stack([edges[:-1], edges[1:], counts], axis=1).astype(np.float64)
        self._write(_event(step, _value(tag, "histograms", _TENSOR, _tensor(table))))

    def images(self, tag: str, images: Sequence[np.ndarray], step: int) -> None:
        """uint8 images of one size, (height, width, channels)."""
        height, width = images[0].shape[:2]
        items = [str(width).encode(), str(height).encode(), *(png(x) for x in images)]
        self._write(_event(step, _value(tag, "images", _BLOBS, _strings(items))))

    def flush(self) -> None:
        """Let readers see what was written."""
        self.file.flush()

    def close(self) -> None:
        """Close the file."""
        self.file.close()
