"""A save leaves the old file or the new one, whatever happens meanwhile: kills, full disks."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lurnet
from lurnet.core.errors import BadFile
from lurnet.saving.atomic import replacing


def make(value=0.0, units=300):
    layers = [lurnet.Input((50,)), lurnet.layers.Dense(units, name="d")]
    model = lurnet.Sequential(layers, name="m")
    model.set_weights([np.full(w.shape, value, "float32") for w in model.get_weights()])
    return model


NAMES = ["x.keras", "x.weights.h5", "x.safetensors", "x.weights.json"]


def save(model, path):
    if path.name.endswith((".weights.h5", ".json")):
        model.save_weights(path)
    else:
        model.save(path)


def held(path):
    """The value that all weights in a file have; an error where the file is broken."""
    model = make(-1.0)
    model.load_weights(path)
    found = {float(x) for w in model.get_weights() for x in np.unique(w)}
    assert len(found) == 1
    return found.pop()


# --- kills: a child saves; it is killed by the system when its file has so many bytes, or at its
# n-th call into the system

KILLED = """
import os, resource, signal, sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from test_saving_atomic import make, save

folder = Path(sys.argv[1])
models = {{name: make(2.0) for name in sys.argv[2:]}}
left = [0]

def tick():
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def count(name):
    made = getattr(os, name)
    def call(*args, **kwargs):
        tick()
        done = made(*args, **kwargs)
        tick()
        return done
    setattr(os, name, call)

for name in ("fsync", "replace", "unlink"):
    count(name)

BYTES = [("bytes", n) for n in (0, 1, 100, 1000, 3000, 10_000, 30_000, 60_000)]
CALLS = [("calls", n) for n in (1, 2, 3, 4, 5, 6, 8, 10, 10**9)]
for name, model in models.items():
    for i, (kind, n) in enumerate(BYTES + CALLS):
        if not (folder / name).exists() or i == 0:
            save(make(1.0), folder / name)
        child = os.fork()
        if child == 0:
            if kind == "bytes":
                signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                resource.setrlimit(resource.RLIMIT_FSIZE, (n, n))
            else:
                left[0] = n
            save(model, folder / name)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(name, i, os.waitstatus_to_exitcode(status), flush=True)
        seen = folder / f"{{name}}-{{i}}"
        seen.mkdir()
        for file in folder.glob("x*"):
            if file.is_file():
                (seen / file.name).write_bytes(file.read_bytes())
"""
MOMENTS = 17


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and signals")
def test_kill_at_any_moment(tmp_path):
    program = KILLED.format(tests=str(Path(__file__).parent))
    command = [sys.executable, "-W", "ignore", "-c", program, tmp_path, *NAMES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    runs = [line.split() for line in done.stdout.splitlines()]
    assert len(runs) == MOMENTS * len(NAMES), done.stderr[-2000:]
    for name in NAMES:
        codes = [int(code) for saved, _, code in runs if saved == name]
        assert codes[0] < 0 and codes[-1] == 0
        assert sum(code < 0 for code in codes) >= 10, f"{name}: the kills came too late"
        values = [held(tmp_path / f"{name}-{n}" / name) for saved, n, _ in runs if saved == name]
        assert values[0] == 1.0 and values[-1] == 2.0
        assert set(values) == {1.0, 2.0}
    assert not list(tmp_path.glob(".*.part"))  # the last save removed what the killed ones left


# --- full disks


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB; where none can be mounted, a limit on the size of files."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here; test_failing_writes covers the rest")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("name", NAMES)
def test_full_disk(name, small_disk):
    save(make(1.0, 3000), small_disk / name)  # 600 kB: a second one has no room
    for _ in range(2):
        with pytest.raises(BadFile, match="No space left on device. Nothing was changed"):
            save(make(2.0, 3000), small_disk / name)
    model = make(-1.0, 3000)
    model.load_weights(small_disk / name)
    assert (model.get_weights()[0] == 1).all()
    (small_disk / "other").write_bytes(bytes(10_000))  # the room that the failures took is free
    assert not list(small_disk.glob(".*"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("room", [0, 10, 1000, 5000, 50_000, 10**9])
def test_failing_writes(name, room, tmp_path):
    path = tmp_path / name
    save(make(1.0), path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    model, limit = make(2.0), resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limit[1]))
        save(model, path)
    except BadFile as error:
        assert "File too large. Nothing was changed" in str(error)
        assert room <= 50_000
        assert all((tmp_path / file).read_bytes() == data for file, data in before.items())
        assert held(path) == 1.0
    else:
        assert room == 10**9
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


def test_failing_rename_and_fsync(tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(5, "Input/output error")

    for call in ("fsync", "replace"):
        save(make(1.0), tmp_path / "x.keras")
        with monkeypatch.context() as patch:
            patch.setattr(os, call, fails)
            with pytest.raises(BadFile, match="Input/output error"):
                save(make(2.0), tmp_path / "x.keras")
        assert held(tmp_path / "x.keras") == 1.0
        assert [p.name for p in tmp_path.iterdir()] == ["x.keras"]


# --- what killed programs leave


def test_leftovers(tmp_path):
    path = tmp_path / "x.keras"
    ours = tmp_path / ".x.keras.0123abcd.part"
    others = [".x.keras.0123abc.part", ".y.keras.0123abcd.part", "x.part", ".x.keras.zzzzzzzz.part"]
    for name in [ours.name, *others]:
        (tmp_path / name).write_bytes(b"")
    with replacing(path) as running:
        running.write(b"old")
        save(make(), path)  # another save of the same name, meanwhile
        assert Path(os.fsdecode(running.name)).exists()
        assert not ours.exists()
    assert path.read_bytes() == b"old"  # the last one to finish
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*others, "x.keras"])


def test_mode_and_links_stay(tmp_path):
    save(make(), tmp_path / "x.keras")
    (tmp_path / "x.keras").chmod(0o600)
    (tmp_path / "link.keras").symlink_to("x.keras")
    save(make(), tmp_path / "link.keras")
    assert (tmp_path / "link.keras").is_symlink()
    assert (tmp_path / "x.keras").stat().st_mode & 0o777 == 0o600


def test_long_names(tmp_path):
    save(make(), tmp_path / ("é" * 120 + ".keras"))
    assert len(list(tmp_path.iterdir())) == 1


def test_callbacks_save_so(tmp_path, monkeypatch):
    x, y = np.ones((4, 50), "float32"), np.ones((4, 3), "float32")
    model = make(units=3)
    model.compile("sgd", "mse")
    seen = []
    rename = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (seen.append(b.name), rename(a, b)))
    callbacks = [
        lurnet.callbacks.ModelCheckpoint(tmp_path / "m.keras"),
        lurnet.callbacks.ModelCheckpoint(tmp_path / "w.weights.h5", save_weights_only=True),
        lurnet.callbacks.BackupAndRestore(tmp_path / "b"),
    ]
    model.fit(x, y, verbose=0, callbacks=callbacks)
    assert seen == ["m.keras", "w.weights.h5", "epoch-1-batch-0.weights.h5"] + [
        "training_metadata.json"
    ]
