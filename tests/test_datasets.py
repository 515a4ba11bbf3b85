"""Data sets: the values of real Keras, from the same files; the look-up; files that lie."""

import gzip
import importlib
import io
import os
import pickle
import struct
import tarfile
import warnings
from pathlib import Path

import numpy as np
import pytest

import lurnet
from lurnet import datasets
from lurnet.core.errors import BadFile, BadState, BadValue
from lurnet.datasets import containers, source
from lurnet.utils import files

RNG = np.random.default_rng(0)


def texts(count):
    made = [RNG.integers(1, 50, RNG.integers(3, 12)).tolist() for _ in range(count)]
    return np.fromiter(made, object, count)


def tar_of(path, contents):
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for name, data in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def batch(count, **labels):
    pixels = np.zeros((count, 3072), "uint8")
    pixels[:20] = RNG.integers(0, 256, (20, 3072))
    content = {b"data": pixels}
    content |= {name.encode(): RNG.integers(0, 10, count).tolist() for name in labels}
    return pickle.dumps(content, protocol=3)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with small files in the formats of the published ones."""
    folder = tmp_path_factory.mktemp("data")
    xy = {f"{k}_{part}": v for part in ("train", "test") for k, v in (("x", texts(30)), ("y", 0))}
    xy |= {f"y_{part}": RNG.integers(0, 2, 30) for part in ("train", "test")}
    np.savez(folder / "imdb.npz", **xy)
    np.savez(folder / "reuters.npz", x=texts(40), y=RNG.integers(0, 46, 40))
    for name in ("boston_housing", "california_housing"):
        np.savez(folder / f"{name}.npz", x=RNG.normal(size=(700, 8)), y=RNG.normal(size=700))
    x, y = RNG.integers(0, 256, (5, 28, 28), dtype="uint8"), np.arange(5, dtype="uint8")
    np.savez(folder / "mnist.npz", x_train=x, y_train=y, x_test=x[1:], y_test=y[1:])
    for part in ("train", "t10k"):
        pixels = RNG.integers(0, 256, 4 * 784, dtype="uint8").tobytes()
        header = struct.pack(">IIII", 0x803, 4, 28, 28)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + pixels))
        labels = struct.pack(">II", 0x801, 4) + bytes([3, 1, 4, 1])
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    # Keras allots 50,000 training images whatever the file holds, hence batches of the real size.
    ten = {f"cifar-10-batches-py/{name}": batch(10000, labels=0) for name in names}
    tar_of(folder / "cifar-10-python.tar.gz", ten)
    hundred = {
        f"cifar-100-python/{n}": batch(20, fine_labels=0, coarse_labels=0)
        for n in ("train", "test")
    }
    tar_of(folder / "cifar-100-python.tar.gz", hundred)
    return folder


@pytest.fixture
def home(monkeypatch, tmp_path):
    """An empty Keras cache, no folder of own files, and no network."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("LURNET_DATA", raising=False)
    monkeypatch.setattr(files, "fetch", offline)
    return tmp_path / "datasets"


def offline(url, path):
    raise ConnectionError(f"no route to {url}")


def flat(value):
    return [part for item in value for part in flat(item)] if isinstance(value, tuple) else [value]


CASES = [
    ("imdb", {}),
    ("imdb", {"num_words": 30, "skip_top": 5, "maxlen": 9, "seed": 7}),
    ("imdb", {"num_words": 30, "oov_char": None, "start_char": None}),
    ("imdb", {"start_char": None, "index_from": None}),
    ("reuters", {}),
    ("reuters", {"num_words": 20, "maxlen": 8, "test_split": 0.5, "seed": 1}),
    ("reuters", {"oov_char": None, "skip_top": 10, "num_words": 40}),
    ("boston_housing", {}),
    ("boston_housing", {"test_split": 0.3, "seed": 5}),
    ("california_housing", {}),
    ("california_housing", {"version": "small", "seed": 5}),
    ("mnist", {}),
    ("fashion_mnist", {}),
    ("cifar10", {}),
    ("cifar100", {}),
    ("cifar100", {"label_mode": "coarse"}),
]


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_equals_keras(name, arguments, folder, monkeypatch, tmp_path):
    oracle = importlib.import_module(f"keras.src.datasets.{name}")

    def get_file(fname, origin, extract=False, **_):
        path = folder / origin.rpartition("/")[2]
        if extract:
            with tarfile.open(path) as tar:
                tar.extractall(tmp_path, filter="data")
        return str(tmp_path if extract else path)

    monkeypatch.setattr(oracle, "get_file", get_file)
    monkeypatch.setenv("LURNET_DATA", str(folder))
    ours = flat(getattr(datasets, name).load_data(**arguments))
    theirs = flat(oracle.load_data(**arguments))
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine.shape, mine.dtype) == (other.shape, other.dtype)
        assert np.array_equal(mine, other)


def test_layout_follows_the_setting(folder, monkeypatch):
    monkeypatch.setenv("LURNET_DATA", str(folder))
    (last, _), _ = datasets.cifar100.load_data()
    before = lurnet.config.image_data_format()
    lurnet.config.set_image_data_format("channels_first")
    try:
        (first, _), _ = datasets.cifar100.load_data()
    finally:
        lurnet.config.set_image_data_format(before)
    assert first.shape[1:] == (3, 32, 32)
    assert np.array_equal(first, last.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_word_index(name, home, monkeypatch, tmp_path):
    (tmp_path / f"{name}_word_index.json").write_text('{"the": 1}')
    monkeypatch.setenv("LURNET_DATA", str(tmp_path))
    assert getattr(datasets, name).get_word_index() == {"the": 1}


def test_label_names_are_those_of_keras():
    from keras.datasets import reuters

    assert datasets.reuters.get_label_names() == reuters.get_label_names()


def test_hashes_are_those_of_keras():
    folder = Path(importlib.import_module("keras.src.datasets").__file__).parent
    text = "".join(path.read_text() for path in folder.glob("*.py"))
    for name, entry in source.SOURCES.items():
        assert entry.hash in text or name.endswith("-ubyte.gz")  # Keras has no hash of those


def test_downloads_once_into_the_cache(home, folder, monkeypatch):
    data = (folder / "mnist.npz").read_bytes()
    calls = []

    def fetch(url, path):
        calls.append(url)
        Path(path).write_bytes(data)

    entry = source.Source(source.SOURCES["mnist.npz"].url, files.file_hash(folder / "mnist.npz"))
    monkeypatch.setitem(source.SOURCES, "mnist.npz", entry)
    monkeypatch.setattr(files, "fetch", fetch)
    for _ in range(2):
        (x, _), _ = datasets.mnist.load_data()
    assert calls == [entry.url]
    assert x.shape == (5, 28, 28)
    assert [p.name for p in home.iterdir()] == ["mnist.npz"]

    (home / "mnist.npz").write_bytes(b"broken")
    with pytest.warns(UserWarning, match="its hash differs"):
        datasets.mnist.load_data()
    assert (home / "mnist.npz").read_bytes() == data


def test_wrong_hash_leaves_nothing_behind(home, monkeypatch):
    monkeypatch.setattr(files, "fetch", lambda url, path: Path(path).write_bytes(b"other"))
    with pytest.raises(BadFile, match="hash is not 731c5ac6"):
        datasets.mnist.load_data()
    assert list(home.iterdir()) == []


def test_offline_says_what_to_do(home):
    with pytest.raises(BadFile) as caught:
        datasets.mnist.load_data()
    message = str(caught.value)
    for part in (source.SOURCES["mnist.npz"].url, "mnist.npz\n", str(home), "LURNET_DATA"):
        assert part in message
    assert caught.value.__suppress_context__
    assert message.count("\n") < 6


def test_own_folder_comes_before_the_cache(home, folder, monkeypatch):
    home.mkdir()
    (home / "mnist.npz").write_bytes(b"broken")
    monkeypatch.setenv("LURNET_DATA", str(folder))
    assert source.locate("mnist.npz") == folder / "mnist.npz"


def test_absolute_path_is_taken_as_it_is(home, folder):
    (x, _), _ = datasets.mnist.load_data(str(folder / "mnist.npz"))
    assert x.shape == (5, 28, 28)


def test_part_of_cifar10_says_that_it_is_one(home, monkeypatch, tmp_path):
    x, y = np.zeros((3, 32, 32, 3), "uint8"), np.arange(3, dtype="uint8")
    np.savez(tmp_path / "cifar10_small.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    monkeypatch.setenv("LURNET_DATA", str(tmp_path))
    with pytest.warns(UserWarning, match="a part of CIFAR-10: 3 training and 3 test") as caught:
        (x_train, y_train), _ = datasets.cifar10.load_data()
    assert caught[0].filename == __file__
    assert (x_train.shape, y_train.shape) == ((3, 32, 32, 3), (3, 1))


class Evil:
    """What a pickle in a data set's place would do."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


EVIL = [
    Evil(os.system, "true"),
    Evil(eval, "1"),
    Evil(getattr, "", "join"),
    Evil(importlib.import_module, "os"),
    Evil(np.load, "x.npy"),
    Evil(bytearray, 10),
    np.array([("a", 1)], dtype="U1,i4"),
    np.array(["2020-01-01"], dtype="M8[D]"),
]


@pytest.mark.parametrize("value", EVIL, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("protocol", range(6))
def test_unpickler_refuses(value, protocol, tmp_path, monkeypatch):
    with pytest.raises(BadFile):
        containers.unpickle(pickle.dumps([value], protocol=protocol))
    array = np.empty(1, object)
    array[0] = value
    np.savez(tmp_path / "reuters.npz", x=array, y=np.zeros(1))
    monkeypatch.setenv("LURNET_DATA", str(tmp_path))
    with pytest.raises(BadFile):
        datasets.reuters.load_data()


@pytest.mark.parametrize("protocol", range(5))
def test_unpickler_reads_arrays(protocol):
    ragged = np.empty(2, object)
    ragged[:] = [[1, 2], [3]]
    even = np.fromiter([[1, 2], [3, 4]], object, 2)
    numbers = [np.arange(6, dtype=d).reshape(2, 3) for d in ("uint8", ">i4", "float32", "int64")]
    for array in (ragged, even, np.asfortranarray(numbers[2]), *numbers):
        again = containers.unpickle(pickle.dumps(array, protocol=protocol))
        assert (again.shape, again.dtype) == (array.shape, array.dtype)
        assert again.tolist() == array.tolist()


def test_unpickler_reads_what_python_2_wrote():
    none = b"J\xff\xff\xff\xff"
    kind = b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNN" + 2 * none + b"K\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR"
    array += b"(K\x01K\x01K\x03\x86" + kind + b"\x89U\x03abctb"
    batch = containers.unpickle(b"\x80\x02}(U\x04data" + array + b"U\x06labels](K\x06eu.")
    assert batch[b"data"].tolist() == [[97, 98, 99]]
    assert batch[b"labels"] == [6]


@pytest.mark.parametrize(
    "data", [b"", b"\x80\x02]", b"cnumpy\ndtype\n.", b"junk", b"cnumpy\nndarray\n}b."]
)
def test_broken_pickles(data):
    with pytest.raises(BadFile):
        containers.unpickle(data)


@pytest.mark.parametrize(
    "key", ["mnist.npz", "cifar-100-python.tar.gz", "t10k-labels-idx1-ubyte.gz"]
)
def test_broken_files_are_named(key, home, monkeypatch, tmp_path):
    (tmp_path / key).write_bytes(b"no such thing")
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"text"))
    monkeypatch.setenv("LURNET_DATA", str(tmp_path))
    name = {"m": "mnist", "c": "cifar100", "t": "fashion_mnist"}[key[0]]
    with pytest.raises(BadFile, match=str(tmp_path)):
        getattr(datasets, name).load_data()


def test_bad_arguments(home, folder, monkeypatch):
    monkeypatch.setenv("LURNET_DATA", str(folder))
    for call in (
        lambda: datasets.cifar100.load_data("fein"),
        lambda: datasets.california_housing.load_data("middle"),
        lambda: datasets.california_housing.load_data(test_split=1.0),
        lambda: datasets.boston_housing.load_data(test_split=-0.1),
        lambda: datasets.digits.load_data(test_split=1.5),
        lambda: datasets.imdb.load_data(maxlen=1),
    ):
        with pytest.raises(BadValue):
            call()


def test_digits():
    (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()
    assert x_train.dtype == y_train.dtype == np.uint8
    assert len(x_train) + len(x_test) == 1797
    assert x_train.max() == 16
    shares = np.bincount(y_test) / (np.bincount(y_train) + np.bincount(y_test))
    assert np.all(abs(shares - 0.2) < 0.01)
    again = datasets.digits.load_data()
    assert np.array_equal(x_train, again[0][0])
    rows = {bytes(x) for x in x_train}
    assert np.mean([bytes(x) in rows for x in x_test]) < 0.01  # the parts do not overlap


def test_digits_need_scikit_learn(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(BadState, match="lurnet\\[demo\\]"):
        datasets.digits.load_data()


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("LURNET_DATA"), reason="LURNET_DATA names no folder")
def test_real_data():
    (x, y), (x_test, y_test) = datasets.mnist.load_data()
    assert (x.shape, y.shape, x_test.shape, y_test.shape) == (
        (60000, 28, 28),
        (60000,),
        (10000, 28, 28),
        (10000,),
    )
    assert x.dtype == y.dtype == np.uint8
    assert abs(x.mean() / 255 - 0.13066) < 1e-5
    assert y[:5].tolist() == [5, 0, 4, 1, 9]
    (x, y), (x_test, y_test) = datasets.fashion_mnist.load_data()
    assert x.shape == (60000, 28, 28)
    assert np.bincount(y).tolist() == [6000] * 10
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the folder may hold a part of CIFAR-10
        (x, y), _ = datasets.cifar10.load_data()
    assert x.shape[1:] == (32, 32, 3)
    assert y[:3].tolist() == [[6], [9], [9]]
