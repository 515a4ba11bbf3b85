"""Callbacks fed with the same logs as the oracle's: options and the metric after each epoch."""

NAN = float("nan")
DOWN, FLAT, UP = [1.0, 0.9, 0.8, 0.7], [1.0] * 12, [0.1, 0.2, 0.3]
BUMPY = [1.0, 0.9, 0.95, 0.4, 0.97, 0.96, 0.99, 0.3]

#: (class, options, metric's name, its values; None: not in the logs)
CASES = {
    # --- EarlyStopping
    "stop, patience 2": ("EarlyStopping", {"patience": 2}, "val_loss", BUMPY),
    "stop, patience 0": ("EarlyStopping", {}, "val_loss", [1.0, 1.0, 1.0]),
    "stop, best weights": (
        "EarlyStopping",
        {"patience": 2, "restore_best_weights": True},
        "val_loss",
        [1.0, 0.9, 0.95, 0.96, 0.97],
    ),
    "stop, best weights without stopping": (
        "EarlyStopping",
        {"patience": 9, "restore_best_weights": True},
        "val_loss",
        [1.0, 0.5, 0.6],
    ),
    "stop, baseline": (
        "EarlyStopping",
        {"patience": 2, "baseline": 0.5, "restore_best_weights": True},
        "val_loss",
        BUMPY,
    ),
    "stop, baseline beaten": (
        "EarlyStopping",
        {"patience": 2, "baseline": 0.95},
        "val_loss",
        BUMPY,
    ),
    "stop, start late": (
        "EarlyStopping",
        {"patience": 1, "start_from_epoch": 3, "restore_best_weights": True},
        "val_loss",
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    ),
    "stop, NaN": ("EarlyStopping", {"restore_best_weights": True}, "val_loss", [1.0, NAN, 3.0]),
    "stop, NaN first": ("EarlyStopping", {"patience": 2}, "val_loss", [NAN, 1.0, 0.5, 2.0]),
    "stop, min_delta": ("EarlyStopping", {"patience": 2, "min_delta": 0.15}, "val_loss", DOWN),
    "stop, negative min_delta": (
        "EarlyStopping",
        {"patience": 2, "min_delta": -0.1},
        "val_loss",
        [1.0, 0.95, 0.91, 0.85],
    ),
    "stop, max": (
        "EarlyStopping",
        {"monitor": "val_foo", "mode": "max", "patience": 1, "min_delta": 0.1},
        "val_foo",
        [1.0, 1.05, 1.2, 1.3, 1.1],
    ),
    "stop, training loss": ("EarlyStopping", {"monitor": "loss"}, "loss", [1.0, 0.5, 0.7]),
    "stop, metric missing": ("EarlyStopping", {}, "val_loss", [None, None]),
    # --- ReduceLROnPlateau
    "reduce": ("ReduceLROnPlateau", {"factor": 0.5, "patience": 2}, "val_loss", FLAT),
    "reduce, cooldown, floor": (
        "ReduceLROnPlateau",
        {"factor": 0.5, "patience": 2, "cooldown": 2, "min_lr": 0.02},
        "val_loss",
        FLAT,
    ),
    "reduce, bumpy": ("ReduceLROnPlateau", {"patience": 1}, "val_loss", BUMPY),
    "reduce, max": (
        "ReduceLROnPlateau",
        {"monitor": "val_foo", "mode": "max", "patience": 1, "min_delta": 0.15},
        "val_foo",
        UP,
    ),
    "reduce, metric missing": ("ReduceLROnPlateau", {"patience": 1}, "val_loss", [None, None]),
    # --- LearningRateScheduler
    "schedule": ("LearningRateScheduler", {"schedule": lambda e, r: r * 0.5}, "loss", DOWN),
    "schedule of the epoch": (
        "LearningRateScheduler",
        {"schedule": lambda e: 0.5 / (e + 1)},
        "loss",
        DOWN,
    ),
    # --- ModelCheckpoint
    "save": ("ModelCheckpoint", {"filepath": "a{epoch:02d}-{loss:.2f}.keras"}, "loss", DOWN),
    "save best": (
        "ModelCheckpoint",
        {"filepath": "a{epoch}.keras", "save_best_only": True},
        "val_loss",
        BUMPY,
    ),
    "save best, max": (
        "ModelCheckpoint",
        {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "f", "mode": "max"},
        "f",
        [0.1, 0.3, 0.2, 0.4],
    ),
    "save best, threshold": (
        "ModelCheckpoint",
        {"filepath": "{epoch}.h5", "save_best_only": True, "initial_value_threshold": 0.93},
        "val_loss",
        BUMPY,
    ),
    "save best, metric missing": (
        "ModelCheckpoint",
        {"filepath": "{epoch}.keras", "save_best_only": True},
        "val_loss",
        [None, None],
    ),
    "save weights": (
        "ModelCheckpoint",
        {"filepath": "{epoch}.weights.h5", "save_weights_only": True},
        "val_loss",
        DOWN,
    ),
    "save by batches": (
        "ModelCheckpoint",
        {"filepath": "{epoch}-{batch}.keras", "save_freq": 3},
        "loss",
        DOWN,
    ),
}

#: (class, options, part of the message): refused by us, and by the oracle where `True`.
REFUSED = [
    ("ModelCheckpoint", {"filepath": "a"}, "ends in .keras", True),
    ("ModelCheckpoint", {"filepath": "a.keras", "save_weights_only": True}, ".weights.h5", True),
    ("ModelCheckpoint", {"filepath": "a.keras", "save_freq": "x"}, "save_freq", True),
    ("ReduceLROnPlateau", {"factor": 1.0}, "below 1", True),
    ("ReduceLROnPlateau", {"patiense": 1}, "Did you mean 'patience'", False),
    ("BackupAndRestore", {"backup_dir": ""}, "empty", True),
    ("BackupAndRestore", {"backup_dir": "a", "save_freq": "x"}, "save_freq", True),
    ("LambdaCallback", {"on_epoch_ends": print}, "Did you mean 'on_epoch_end'", False),
    ("LearningRateScheduler", {"schedule": 3}, "function", False),
    ("TensorBoard", {"update_freq": "often"}, "update_freq", False),
    ("RemoteMonitor", {"root": "file:///etc"}, "http", False),
]

#: (sequence of logs, options): rows of CSVLogger
TABLES = [
    ([{"loss": 0.5, "acc": 0.25}, {"loss": 0.4, "acc": 0.3}], {}),
    ([{"loss": 0.5, "acc": [1.0, 2.0]}, {"loss": 0.4, "val_loss": 0.3}], {"separator": ";"}),
    ([{"loss": 0.5, "val_loss": 0.3}, {"loss": NAN}], {}),
]
