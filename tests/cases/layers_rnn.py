"""Recurrent layers and wrappers, made alike by lurnet's layers and by the oracle's."""

from typing import Any, NamedTuple


class Case(NamedTuple):
    """``make(L)`` with L a module of layers; ``shape`` of the input; ``mask``: which steps."""

    make: Any
    shape: tuple = (3, 5, 4)
    mask: str | None = None
    states: tuple = ()  # sizes of the initial states, none: the layer's own

    def __repr__(self):
        return "case"


def rnn(name, **options):
    return lambda L: getattr(L, name)(3, recurrent_initializer="ones", **options)


def both(name, merge_mode="concat", **options):
    return lambda L: L.Bidirectional(rnn(name, **options)(L), merge_mode=merge_mode)


ALL = {"return_sequences": True, "return_state": True}


def stack(L):
    return L.RNN(
        [
            cell(size, recurrent_initializer="ones")
            for cell, size in [(L.LSTMCell, 3), (L.GRUCell, 2), (L.SimpleRNNCell, 4)]
        ],
        **ALL,
    )


def pair(L):
    return L.Bidirectional(
        L.GRU(3, return_sequences=True),
        backward_layer=L.LSTM(2, return_sequences=True, go_backwards=True, activation="relu"),
    )


KINDS = {"SimpleRNN": 1, "GRU": 1, "LSTM": 2}
CASES = {}
for kind, count in KINDS.items():
    CASES |= {
        f"{kind} plain": Case(rnn(kind)),
        f"{kind} holes": Case(rnn(kind, **ALL), mask="holes"),
        f"{kind} backwards": Case(rnn(kind, go_backwards=True, **ALL), mask="holes"),
        f"{kind} backwards last": Case(rnn(kind, go_backwards=True)),
        f"{kind} given state": Case(rnn(kind, **ALL), states=(3,) * count, mask="left"),
        f"{kind} zeros": Case(rnn(kind, zero_output_for_mask=True, **ALL), mask="right"),
        f"{kind} zeros last": Case(rnn(kind, zero_output_for_mask=True), mask="right"),
    }
for mode in ("concat", "sum", "mul", "ave", None):
    CASES[f"both {mode}"] = Case(both("SimpleRNN", mode, return_sequences=mode != "mul"))
CASES |= {
    "LSTM cell": Case(lambda L: L.RNN(L.LSTMCell(3, recurrent_initializer="ones"), **ALL)),
    "LSTM unrolled": Case(rnn("LSTM", unroll=True, return_sequences=True), shape=(2, 3, 4)),
    "GRU no bias": Case(rnn("GRU", use_bias=False)),
    "SimpleRNN relu": Case(rnn("SimpleRNN", activation="relu")),
    "GRU one step": Case(rnn("GRU", **ALL), shape=(2, 1, 4)),
    "GRU reset before": Case(rnn("GRU", reset_after=False, **ALL)),
    "GRU hard": Case(rnn("GRU", recurrent_activation="hard_sigmoid")),
    "LSTM hard": Case(rnn("LSTM", recurrent_activation="hard_sigmoid")),
    "LSTM zero forget bias": Case(rnn("LSTM", unit_forget_bias=False)),
    "stack": Case(stack),
    "stack masked": Case(stack, mask="holes"),
    "both masked": Case(both("LSTM", return_sequences=True), mask="holes"),
    "both states": Case(both("GRU", return_state=True), states=(3, 3)),
    "both all": Case(both("LSTM", None, **ALL)),
    "both given": Case(pair),
    "each step": Case(lambda L: L.TimeDistributed(L.Dense(3, activation="tanh"))),
    "each image": Case(
        lambda L: L.TimeDistributed(L.Conv2D(2, 3, padding="same")), shape=(2, 3, 5, 5, 2)
    ),
    "each sequence": Case(lambda L: L.TimeDistributed(L.GRU(2)), shape=(2, 3, 4, 5)),
}

#: The cases whose gradients are compared: each way through the loop once.
GRADIENTS = ["SimpleRNN plain", "GRU given state", "LSTM backwards", "stack masked", "both all"]
GRADIENTS += ["GRU reset before", "each step"]
