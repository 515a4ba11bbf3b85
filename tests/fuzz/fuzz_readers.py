"""An atheris target over all readers: python tests/fuzz/fuzz_readers.py [options of libFuzzer].

Needs ``pip install "lurnet[fuzz]"``. The first byte of an input chooses the reader; for configs,
part of the inputs are good configs with values exchanged. It stops at the first error that is not
the library's own, and prints how many inputs were tried.
"""

import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["lurnet.saving", "lurnet.models", "lurnet.core.registry"]):
    from readers import READERS, SEEDS, attempt, edit_json

NAMES = list(READERS)
FOLDER = tempfile.mkdtemp(prefix="lurnet-fuzz-")


def one_input(data: bytes) -> None:
    """Give one input to the reader that its first byte names."""
    provider = atheris.FuzzedDataProvider(data)
    chosen = provider.ConsumeIntInRange(0, 2 * len(NAMES) - 1)
    name = NAMES[chosen % len(NAMES)]
    seed = SEEDS[READERS[name][1]]
    if chosen < len(NAMES):
        text = provider.ConsumeBytes(len(data))
    elif READERS[name][1].endswith("json"):
        text = edit_json(seed, lambda n: provider.ConsumeIntInRange(0, n - 1))
    else:
        text = _flipped(seed, provider)
    attempt(name, text, FOLDER)


def _flipped(seed: bytes, provider: atheris.FuzzedDataProvider) -> bytes:
    """A good file with some bytes exchanged, most of them near its ends, and perhaps cut off."""
    changed = bytearray(seed)
    for _ in range(provider.ConsumeIntInRange(1, 8)):
        place = provider.ConsumeIntInRange(0, len(seed) - 1)
        changed[place] = provider.ConsumeIntInRange(0, 255)
    cut = provider.ConsumeIntInRange(0, 4 * len(seed))
    return bytes(changed[:cut]) if cut < len(seed) else bytes(changed)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
