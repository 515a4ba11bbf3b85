"""Layers with every axis that they can be given, and models that mix samples, or seem to."""

from cases import layers, layers_preprocessing, layers_rnn, layers_spatial

SIZES = (6, 2, 4, 3, 2)  # of the axes, that of the batch first
RANKS = range(1, 6)


def axes_of(rank):
    """Every axis alone, from both ends, and some of two."""
    yield from range(-rank, rank)
    if rank > 1:
        yield from [(0, 1), (-1, -rank), [1, 1 - rank], (rank - 1, 0)]
    if rank > 2:
        yield from [(1, 2), (-1, -2), [-2, 2]]


def beside(axis, rank):
    """Whether an axis, or all of some, is not the batch's."""
    axes = axis if isinstance(axis, (list, tuple)) else [axis]
    return all(a % rank for a in axes)


#: Name: (maker, shapes with the batch, whether samples are computed apart).
AXES = {}
LISTS = ("Softmax", "LayerNormalization", "UnitNormalization", "RMSNormalization")
for rank in RANKS:
    shape = SIZES[:rank]
    for axis in axes_of(rank):
        several = isinstance(axis, (list, tuple))
        if several and len({a % rank for a in axis}) < len(axis):
            continue
        apart = beside(axis, rank)
        for name in LISTS:
            AXES[f"{name} {rank} {axis}"] = (
                lambda L, name=name, axis=axis: getattr(L, name)(axis=axis),
                [shape],
                apart,
            )
        AXES[f"Normalization {rank} {axis}"] = (
            lambda L, axis=axis: L.Normalization(axis=axis),
            [shape],
            apart,
        )
        if several:
            continue
        for name, options in (("BatchNormalization", {}), ("GroupNormalization", {"groups": 1})):
            AXES[f"{name} {rank} {axis}"] = (
                lambda L, name=name, axis=axis, options=options: getattr(L, name)(
                    axis=axis, **options
                ),
                [shape],
                apart,
            )
        AXES[f"Concatenate {rank} {axis}"] = (
            lambda L, axis=axis: L.Concatenate(axis=axis),
            [shape, shape],
            apart,
        )
for function in ("softmax", "log_softmax", "sparsemax", "relu", "tanh"):
    for rank in (1, 2, 3):
        AXES[f"Activation {function} {rank}"] = (
            lambda L, function=function: L.Activation(function),
            [SIZES[:rank]],
            rank > 1 or function in ("relu", "tanh"),
        )
EQUATIONS = {
    "ab,bc->ac": (3, True),
    "ba,ac->bc": (3, True),
    "ab,b->a": ((), True),
    "abc,cd->abd": ((None, 5), True),
    "...x,xy->...y": (3, True),
    "ab...,bc->ac...": (3, True),
    "ab,bc->ca": (3, False),
    "ab,ac->bc": (3, False),
    "abc,cd->bad": ((2, 3), False),
}
for equation, (size, apart) in EQUATIONS.items():
    rank = max(2, len(equation.split(",")[0].replace(".", "")))
    AXES[f"EinsumDense {equation}"] = (
        lambda L, equation=equation, size=size: L.EinsumDense(equation, size),
        [SIZES[:rank]],
        apart,
    )
AXES["EinsumDense vector"] = (lambda L: L.EinsumDense("...x,xy->...y", 3), [SIZES[:1]], False)
for axes, apart in (((1,), True), ((2,), True), ((1, 2), True), ((0,), False), ((0, 1), False)):
    AXES[f"MultiHeadAttention {axes}"] = (
        lambda L, axes=axes: L.MultiHeadAttention(2, 3, attention_axes=axes),
        [SIZES[:4]] * 2,
        apart,
    )
for mode in ("int", "one_hot", "multi_hot", "count"):
    for rank in (1, 2):
        AXES[f"Discretization {mode} {rank}"] = (
            lambda L, mode=mode: L.Discretization([0.0, 0.5], output_mode=mode),
            [SIZES[:rank]],
            rank == 2 or mode in ("int", "one_hot"),
        )
for scale, apart in ((2.0, True), ([1.0, 2.0], True), ([[float(i)] for i in range(6)], False)):
    AXES[f"Rescaling {scale}"] = (lambda L, s=scale: L.Rescaling(s), [SIZES[:2]], apart)
for rank, apart in ((3, False), (4, True)):
    AXES[f"Resizing {rank}"] = (lambda L: L.Resizing(3, 2), [SIZES[:rank]], apart)
    AXES[f"CenterCrop {rank}"] = (lambda L: L.CenterCrop(2, 2), [SIZES[:rank]], apart)
INNER = {"Softmax": -1, "UnitNormalization": 1, "LayerNormalization": 2}
for name in ("Softmax", "UnitNormalization", "LayerNormalization"):
    for axis in range(-3, 3):
        AXES[f"TimeDistributed {name} {axis}"] = (
            lambda L, name=name, axis=axis: L.TimeDistributed(getattr(L, name)(axis=axis)),
            [SIZES[:4]],
            axis % 3 != 0,
        )
for axis in (-2, -1, 0, 1):
    AXES[f"Dense Softmax {axis}"] = (
        lambda L, axis=axis: L.Dense(3, activation=L.Softmax(axis=axis)),
        [SIZES[:2]],
        axis % 2 != 0,
    )
    AXES[f"Pipeline Softmax {axis}"] = (
        lambda L, axis=axis: L.Pipeline([L.Flatten(), L.Softmax(axis=axis)]),
        [SIZES[:3]],
        axis % 2 != 0,
    )
    AXES[f"Spectral Softmax {axis}"] = (
        lambda L, axis=axis: L.SpectralNormalization(L.Dense(3, activation=L.Softmax(axis=axis))),
        [SIZES[:2]],
        axis % 2 != 0,
    )
    AXES[f"LSTM Softmax {axis}"] = (
        lambda L, axis=axis: L.Bidirectional(L.LSTM(3, activation=L.Softmax(axis=axis))),
        [SIZES[:3]],
        axis % 2 != 0,
    )


def as_batch(shape):
    """A case's shape with a batch of more samples."""
    return (SIZES[0], *shape[1:])


#: The layers of all other tables; samples are apart but for the names in MIXING.
TABLES = {}
for table in (layers.CASES, layers_spatial.POOLS):
    for name, case in table.items():
        TABLES[name] = (case.make, [as_batch(s) for s in case.shapes], case.ints)
for table in (layers_rnn.CASES, layers_spatial.MEMORIES):
    for name, case in table.items():
        if not case.states:
            TABLES[f"recurrent {name}"] = (case.make, [as_batch(case.shape)], 0)
for name, (make, shape, _) in layers_preprocessing.PLAIN.items():
    TABLES[f"preprocessing {name}"] = (make, [as_batch(shape)], 4)
MIXING = {"Lambda", "preprocessing multi hot one", "preprocessing crop one"}
