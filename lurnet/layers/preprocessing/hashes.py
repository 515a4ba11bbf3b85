"""Strings as numbers that are the same everywhere: FarmHash and SipHash, 64 bits."""

import struct
from collections.abc import Sequence

MASK = 2**64 - 1
K0, K1, K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
CROSS = 0xC6A4A7935BD1E995
CROSS_START = 0xDECAFCAFFE


def _word(text: bytes, at: int, form: str = "<Q") -> int:
    return struct.unpack_from(form, text, at)[0]


def _right(value: int, count: int) -> int:
    """Bits turned to the right."""
    return (value >> count | value << (64 - count)) & MASK


def _shift_mix(value: int) -> int:
    return (value ^ value >> 47) & MASK


def _mix(u: int, v: int, factor: int) -> int:
    """Two words as one."""
    a = _shift_mix(((u ^ v) & MASK) * factor & MASK)
    b = _shift_mix((v ^ a) * factor & MASK)
    return b * factor & MASK


def farmhash(text: bytes) -> int:
    """FarmHash's 64-bit fingerprint (https://github.com/google/farmhash).

    >>> farmhash(b"")
    11160318154034397263
    """
    size = len(text)
    if size <= 16:
        return _short(text, size)
    if size <= 64:
        return _medium(text, size)
    return _long(text, size)


def _short(text: bytes, size: int) -> int:
    factor = K2 + 2 * size & MASK
    if size >= 8:
        a, b = _word(text, 0) + K2 & MASK, _word(text, size - 8)
        c, d = _right(b, 37) * factor + a, (_right(a, 25) + b) * factor
        return _mix(c & MASK, d & MASK, factor)
    if size >= 4:
        first, last = _word(text, 0, "<I"), _word(text, size - 4, "<I")
        return _mix(size + (first << 3), last, factor)
    if size:
        y, z = text[0] + (text[size >> 1] << 8), size + (text[-1] << 2)
        return _shift_mix((y * K2 ^ z * K0) & MASK) * K2 & MASK
    return K2


def _medium(text: bytes, size: int) -> int:
    factor = K2 + 2 * size & MASK
    long = size > 32
    a, b = _word(text, 0) * (K2 if long else K1) & MASK, _word(text, 8)
    c, d = _word(text, size - 8) * factor & MASK, _word(text, size - 16) * K2
    y = _right(a + b & MASK, 43) + _right(c, 30) + d & MASK
    z = _mix(y, a + _right(b + K2 & MASK, 18) + c & MASK, factor)
    if not long:
        return z
    e, f = _word(text, 16) * factor & MASK, _word(text, 24)
    g, h = (y + _word(text, size - 32)) * factor & MASK, (z + _word(text, size - 24)) * factor
    upper = _right(e + f & MASK, 43) + _right(g, 30) + h & MASK
    return _mix(upper, e + _right(f + a & MASK, 18) + g & MASK, factor)


def _weak(text: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """Four words of the text mixed into two numbers."""
    w, x, y, z = struct.unpack_from("<4Q", text, at)
    a = a + w & MASK
    b = _right(b + a + z & MASK, 21)
    c = a
    a = a + x + y & MASK
    return a + z & MASK, b + _right(a, 44) + c & MASK


def _long(text: bytes, size: int) -> int:
    x, y = 81 * K2 + _word(text, 0) & MASK, 81 * K1 + 113 & MASK
    z = _shift_mix(y * K2 + 113 & MASK) * K2 & MASK
    state = (x, y, z, (0, 0), (0, 0))
    for at in range(0, (size - 1) // 64 * 64, 64):
        state = _round(text, at, state, K1, 1)
    x, y, z, v, w = state
    factor = K1 + ((z & 0xFF) << 1)
    first = w[0] + (size - 1 & 63) & MASK
    v = (v[0] + first & MASK, v[1])
    w = (first + v[0] & MASK, w[1])
    x, y, z, v, w = _round(text, size - 64, (x, y, z, v, w), factor, 9)
    upper = _mix(v[0], w[0], factor) + _shift_mix(y) * K0 + z & MASK
    return _mix(upper, _mix(v[1], w[1], factor) + x & MASK, factor)


def _round(text: bytes, at: int, state: tuple, factor: int, weight: int) -> tuple:
    """64 bytes mixed into the state."""
    x, y, z, v, w = state
    x = _right(x + y + v[0] + _word(text, at + 8) & MASK, 37) * factor & MASK
    y = _right(y + v[1] + _word(text, at + 48) & MASK, 42) * factor & MASK
    x = (x ^ w[1] * weight) & MASK
    y = y + v[0] * weight + _word(text, at + 40) & MASK
    z = _right(z + w[0] & MASK, 33) * factor & MASK
    v = _weak(text, at, v[1] * factor & MASK, x + w[0] & MASK)
    w = _weak(text, at + 32, z + w[1] & MASK, y + _word(text, at + 16) & MASK)
    return z, y, x, v, w


def siphash(text: bytes, key: Sequence[int]) -> int:
    """SipHash-2-4 with a key of two words (Aumasson and Bernstein, 2012).

    >>> siphash(b"", (0, 0))
    2202906307356721367
    """
    words = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
    keys = [k & MASK for k in key]
    state = [keys[i % 2] ^ word for i, word in enumerate(words)]
    padded = text + bytes(7 - len(text) % 8) + bytes([len(text) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", padded):
        state[3] ^= word
        state = _sip(_sip(state))
        state[0] ^= word
    state[2] ^= 0xFF
    for _ in range(4):
        state = _sip(state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _sip(state: list[int]) -> list[int]:
    a, b, c, d = state
    a, c = a + b & MASK, c + d & MASK
    b, d = _right(b, 51) ^ a, _right(d, 48) ^ c
    a, c = _right(a, 32) + d & MASK, c + b & MASK
    d, b = _right(d, 43) ^ a, _right(b, 47) ^ c
    return [a, b, _right(c, 32), d]


def bucket(text: bytes, count: int, salt: Sequence[int] | None = None) -> int:
    """A number below ``count`` for a text: by FarmHash or, with a salt, by SipHash."""
    return (farmhash(text) if salt is None else siphash(text, salt)) % count


def crossed(values: Sequence[int | bytes], count: int) -> int:
    """A number below ``count`` for several values together."""
    total = CROSS_START
    for value in values:
        number = farmhash(value) if isinstance(value, bytes) else value & MASK
        mixed = _shift_mix(number * CROSS & MASK) * CROSS & MASK
        total = ((total ^ CROSS) ^ mixed) * CROSS & MASK
        total = _shift_mix(_shift_mix(total) * CROSS & MASK)
    return total % count
