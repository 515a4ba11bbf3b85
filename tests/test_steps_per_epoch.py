"""steps_per_epoch: an epoch goes on where the last one stopped, as in Keras."""

import warnings

import jax
import keras
import numpy as np
import pytest

import lurnet

COUNT = 10
POWERS = 2.0 ** np.arange(COUNT, dtype="float32")[:, None]  # a sum of them tells which they were


def seen(y_true, y_pred):
    return y_true


def fitted(package, kind, size, callbacks=(), **options):
    """The history of a model that learns nothing, and notes in ``seen`` what it is shown."""

    class Batches(package.utils.PyDataset):
        def __len__(self):
            return -(-COUNT // size)

        def __getitem__(self, index):
            rows = slice(index * size, index * size + size)
            return POWERS[rows], POWERS[rows]

    package.utils.set_random_seed(3)
    model = package.Sequential([package.Input((1,)), package.layers.Dense(1)])
    model.compile(package.optimizers.SGD(0.0), "mae", metrics=[seen])
    arrays = {"x": POWERS, "y": POWERS, "batch_size": size}
    data = arrays if kind == "arrays" else {"x": Batches()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns of an epoch with fewer steps
        return model.fit(**data, verbose=0, callbacks=list(callbacks), **options).history


CASES = [  # samples in a batch, steps in an epoch, epochs, other options
    (2, 2, 7, {}),
    (2, 1, 7, {}),
    (3, 2, 5, {}),
    (3, 3, 5, {}),
    (4, 5, 3, {}),
    (2, 5, 3, {}),
    (2, 2, 6, {"initial_epoch": 2}),
    (2, 2, 4, {"validation_data": (POWERS, POWERS), "validation_steps": 1}),
]


@pytest.mark.parametrize("where", ["host", "device"])
@pytest.mark.parametrize("kind", ["arrays", "dataset"])
@pytest.mark.parametrize(("size", "steps", "epochs", "options"), CASES)
def test_epochs_see_what_the_oracle_sees(size, steps, epochs, options, kind, where, monkeypatch):
    options = {"steps_per_epoch": steps, "epochs": epochs, "shuffle": False, **options}
    theirs = fitted(keras, kind, size, **options)
    if where == "device":  # as on a GPU: the arrays lie there whole
        monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    ours = fitted(lurnet, kind, size, **options)
    for name in ("seen", *(n for n in theirs if n == "val_seen")):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-6)


def samples(means, counts):
    """The numbers of the samples of each epoch."""
    sums = [round(mean * count) for mean, count in zip(means, counts, strict=True)]
    return [{i for i in range(COUNT) if total >> i & 1} for total in sums]


@pytest.mark.parametrize("shuffle", [True, "batch"])
@pytest.mark.parametrize("kind", ["arrays", "dataset"])
@pytest.mark.parametrize("package", [lurnet, keras])
def test_a_shuffled_pass_shows_every_sample_once(package, kind, shuffle):
    options = {"steps_per_epoch": 2, "epochs": 6, "shuffle": shuffle}
    found = samples(fitted(package, kind, 2, **options)["seen"], [4, 4, 2, 4, 4, 2])
    assert [len(epoch) for epoch in found] == [4, 4, 2, 4, 4, 2]
    assert set.union(*found[:3]) == set.union(*found[3:]) == set(range(COUNT))
    if shuffle is True:
        assert found[:3] != found[3:], "the next pass comes in another order"


class Crash(lurnet.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 4:
            raise RuntimeError("crash")


@pytest.mark.parametrize("kind", ["arrays", "dataset"])
def test_a_resumed_training_goes_on_in_the_same_pass(kind, tmp_path):
    options = {"steps_per_epoch": 2, "epochs": 6, "shuffle": True}
    whole = fitted(lurnet, kind, 2, **options)["seen"]
    with pytest.raises(RuntimeError, match="crash"):
        backup = lurnet.callbacks.BackupAndRestore(tmp_path)
        fitted(lurnet, kind, 2, [backup, Crash()], **options)
    backup = lurnet.callbacks.BackupAndRestore(tmp_path)
    assert fitted(lurnet, kind, 2, [backup], **options)["seen"] == whole[4:]


def test_every_evaluation_starts_anew():
    model = lurnet.Sequential([lurnet.Input((1,)), lurnet.layers.Dense(1)])
    model.compile("sgd", "mae", metrics=[seen])
    model.fit(POWERS, POWERS, batch_size=2, steps_per_epoch=2, verbose=0)
    for _ in range(2):
        assert model.evaluate(POWERS, POWERS, batch_size=2, steps=2, verbose=0)[1] == 15 / 4
        assert model.predict(POWERS, batch_size=2, steps=2, verbose=0).shape == (4, 1)
