"""get_file: the cache, hashes, archives; archives that try to write elsewhere."""

import functools
import http.server
import io
import os
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from lurnet.core.errors import BadFile, BadValue
from lurnet.utils import files, get_file
from lurnet.utils.archives import unpack

URL = "https://example.org/things/data.txt"
SHA = "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"  # of b"data"
MD5 = "8d777f385d3dfec8815d20f7496026dc"


@pytest.fixture
def net(monkeypatch, tmp_path):
    """A network that serves ``served`` and counts the calls, and an empty cache."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    state = {"served": b"data", "calls": 0}

    def fetch(url, path):
        state["calls"] += 1
        Path(path).write_bytes(state["served"])

    monkeypatch.setattr(files, "fetch", fetch)
    return state


@pytest.mark.parametrize(
    "arguments", [{}, {"file_hash": SHA}, {"md5_hash": MD5}, {"file_hash": MD5}]
)
def test_cache(net, tmp_path, arguments):
    for _ in range(2):
        assert get_file(origin=URL, **arguments) == str(tmp_path / "home/datasets/data.txt")
    assert net["calls"] == 1
    get_file(origin=URL, force_download=True, **arguments)
    assert net["calls"] == 2


def test_places(net, tmp_path):
    assert get_file("a.bin", URL, cache_dir=tmp_path) == str(tmp_path / "datasets/a.bin")
    assert get_file("a.bin", URL, cache_dir=tmp_path, cache_subdir="") == str(tmp_path / "a.bin")
    assert get_file("a", URL, cache_subdir=str(tmp_path / "x")) == str(tmp_path / "x/a")


def test_changed_file_is_downloaded_again(net, tmp_path):
    path = Path(get_file(origin=URL, file_hash=SHA))
    path.write_bytes(b"rotten")
    with pytest.warns(UserWarning, match="another hash"):
        get_file(origin=URL, file_hash=SHA)
    assert path.read_bytes() == b"data"


def test_wrong_hash_keeps_the_old_file(net):
    path = Path(get_file(origin=URL))
    net["served"] = b"other"
    with pytest.raises(BadFile, match="hash is not"):
        get_file(origin=URL, file_hash=SHA, force_download=True)
    assert path.read_bytes() == b"data"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"origin": "http://example.org/a"},
        {"origin": "file:///etc/passwd"},
        {"origin": "https://example.org/"},
        {"origin": "https://example.org/.."},
        {"origin": URL, "fname": "../up"},
        {"origin": URL, "fname": "/etc/passwd"},
        {"origin": URL, "archive_format": "rar"},
        {"origin": URL, "file_hash": SHA, "hash_algorithm": "crc"},
    ],
)
def test_refused_arguments(net, arguments):
    with pytest.raises(BadValue):
        get_file(**arguments)
    assert "file_hash" in arguments or net["calls"] == 0


def test_plain_http_needs_a_hash(net):
    get_file(origin="http://example.org/a", file_hash=SHA)


def test_offline(net, monkeypatch, tmp_path):
    def fetch(url, path):
        raise ConnectionError("a long story")

    monkeypatch.setattr(files, "fetch", fetch)
    with pytest.raises(BadFile) as caught:
        get_file(origin=URL)
    for part in (URL, "data.txt", str(tmp_path / "home/datasets"), "ConnectionError"):
        assert part in str(caught.value)


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A web server on this machine, which has one file."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / "www").mkdir()
    (tmp_path / "www/data.txt").write_bytes(b"data")
    handler = functools.partial(QuietHandler, directory=str(tmp_path / "www"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


def test_real_download(server, tmp_path, capsys):
    path = files.download(f"{server}/data.txt", tmp_path / "got.txt", SHA)
    assert path.read_bytes() == b"data"
    assert "data.txt" in capsys.readouterr().err
    with pytest.raises(BadFile, match="the server answered 404"):
        files.download(f"{server}/other.txt", tmp_path / "other.txt", SHA)
    with pytest.raises(BadFile, match="ConnectionError"):
        files.download("http://127.0.0.1:9/data.txt", tmp_path / "other.txt", SHA)
    assert not (tmp_path / "other.txt").exists()


def test_progress_bar_takes_what_pooch_says(capsys):
    bar = files.DownloadBar("data.txt")
    bar.total = 10
    for count in (4, 6):
        bar.update(count)
    bar.reset()
    bar.update(10)
    bar.close()
    assert "data.txt" in capsys.readouterr().err


def tar_bytes(*members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, kind, content in members:
            member = tarfile.TarInfo(name)
            member.type = kind
            if kind == tarfile.REGTYPE:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
            else:
                member.linkname = content
                tar.addfile(member)
    return file.getvalue()


def zip_bytes(*members, mode=0):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            bundle.writestr(info, content)
    return file.getvalue()


FILE, LINK, HARD, PIPE = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE
GOOD = {
    "tar": tar_bytes(("./a/b.txt", FILE, b"one"), ("c", HARD, "./a/b.txt"), ("a/d", LINK, "b.txt")),
    "zip": zip_bytes(("a/b.txt", b"one"), ("c", b"one"), ("a/d", b"one"), ("e/", b"")),
}


@pytest.mark.parametrize("kind", GOOD)
def test_extract(net, kind, tmp_path):
    net["served"] = GOOD[kind]
    folder = Path(get_file("set.tar.gz", URL, extract=True))
    assert folder == tmp_path / "home/datasets/set_extracted"
    for name in ("a/b.txt", "c", "a/d"):
        assert (folder / name).read_bytes() == b"one"
        assert not (folder / name).is_symlink()
    (folder / "mine").write_text("stays")
    get_file("set.tar.gz", URL, extract=True, force_download=True)
    assert (folder / "mine").read_text() == "stays"
    plain = get_file("set", URL, extract=True)
    assert plain == str(folder.parent / "set")
    assert (folder.parent / "set_archive").is_file()


def test_extract_of_no_archive_warns(net):
    with pytest.warns(UserWarning, match="no archive"):
        get_file(origin=URL, extract=True)


EVIL = {
    "climbs": tar_bytes(("good", FILE, b"1"), ("../out", FILE, b"1")),
    "climbs later": tar_bytes(("a/../../out", FILE, b"1")),
    "absolute": tar_bytes(("/tmp/lurnet-out", FILE, b"1")),
    "windows": tar_bytes(("..\\out", FILE, b"1")),
    "drive": tar_bytes(("C:out", FILE, b"1")),
    "link out": tar_bytes(("l", LINK, "../../secret")),
    "absolute link": tar_bytes(("l", LINK, "/etc/passwd")),
    "hard link out": tar_bytes(("l", HARD, "/etc/passwd")),
    "through a link": tar_bytes(("l", LINK, "/tmp"), ("l/out", FILE, b"1")),
    "loop": tar_bytes(("l", LINK, "l")),
    "pipe": tar_bytes(("p", PIPE, "")),
    "zip climbs": zip_bytes(("good", b"1"), ("../out", b"1")),
    "zip absolute": zip_bytes(("/tmp/lurnet-out", b"1")),
    "zip link": zip_bytes(("l", b"/etc/passwd"), mode=0o120777),
}


@pytest.mark.parametrize("name", EVIL)
def test_archives_cannot_write_elsewhere(name, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "archive").write_bytes(EVIL[name])
    with pytest.raises(BadFile):
        unpack(tmp_path / "archive", tmp_path / "deep" / "folder")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["archive", "deep", "secret"]
