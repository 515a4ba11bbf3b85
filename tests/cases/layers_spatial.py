"""Adaptive pooling and convolutional memories, made alike by lurnet's layers and the oracle's."""

from cases.layers import FIRST, SHAPE, Case, layer
from cases.layers_rnn import ALL
from cases.layers_rnn import Case as Recurrent

SIZES = {1: 3, 2: (3, 2), 3: (2, 3, 2)}
POOLS = {}
for r in (1, 2, 3):
    for kind in ("Average", "Max"):
        name = f"Adaptive{kind}Pooling{r}D"
        POOLS[name] = Case(layer(name, SIZES[r]), (SHAPE[r],))
        POOLS[f"{name} one"] = Case(layer(name, 2, **FIRST), (SHAPE[r],))


def memory(rank, *args, **options):
    return lambda L: getattr(L, f"ConvLSTM{rank}D")(*args, **options)


FILMS = {1: (3, 5, 6, 2), 2: (3, 5, 6, 4, 2), 3: (3, 5, 3, 4, 3, 2)}
FILM = (3, 5, 2, 6, 4)
MEMORIES = {
    "1 all": Recurrent(memory(1, 3, 2, **ALL), FILMS[1]),
    "2 plain": Recurrent(memory(2, 3, (2, 3)), FILMS[2]),
    "2 same": Recurrent(memory(2, 2, 3, padding="same", return_sequences=True), FILMS[2]),
    "2 strides": Recurrent(memory(2, 2, 2, 2, go_backwards=True, use_bias=False), FILMS[2]),
    "2 strides same": Recurrent(memory(2, 2, 2, (2, 3), "same", **ALL), FILMS[2]),
    "2 dilated": Recurrent(memory(2, 2, 2, dilation_rate=2, **ALL), FILMS[2]),
    "2 first": Recurrent(memory(2, 2, 3, padding="same", **FIRST, **ALL), FILM),
    "2 options": Recurrent(
        memory(2, 2, 2, activation="relu", recurrent_activation="hard_sigmoid", dropout=0.3),
        FILMS[2],
    ),
    "3 no forget": Recurrent(memory(3, 2, 2, unit_forget_bias=False), FILMS[3]),
}
