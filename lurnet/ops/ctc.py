"""Connectionist temporal classification: a loss and a decoder for unaligned sequences."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from lurnet.core.errors import BadValue
from lurnet.core.symbolic import Tensor, op
from lurnet.ops.arithmetic import as_float

__all__ = ["ctc_loss", "ctc_decode"]

NEVER = -1e5  # logarithm of a probability of 0, finite so that derivatives stay finite


@op
def ctc_loss(
    target: Tensor,
    output: Tensor,
    target_length: Tensor,
    output_length: Tensor,
    mask_index: int = 0,
) -> Tensor:
    """-log of the probability of the labels, summed over all ways to align them, (b,).

    Graves et al., 2006 (https://doi.org/10.1145/1143844.1143891).

    Args:
        target: integer labels, (b, labels).
        output: logits, (b, time, classes).
        target_length: number of labels in each row, (b,).
        output_length: number of time steps of each row, (b,).
        mask_index: the class that means "no label".

    >>> print(ctc_loss([[1]], [[[0.0, 0.0]]], [1], [1]))
    [0.6931472]
    """
    target, output = jnp.asarray(target), as_float(output)
    if target.ndim != 2 or output.ndim != 3:
        raise BadValue(
            "`target` must be (batch, labels) and `output` (batch, time, classes), but their "
            f"shapes are {target.shape} and {output.shape}."
        )
    lengths = jnp.asarray(target_length), jnp.asarray(output_length)
    log_p = jax.nn.log_softmax(output, -1)
    return jax.vmap(partial(_row_loss, blank=mask_index))(target, log_p, *lengths)


def _row_loss(labels: Tensor, log_p: Tensor, number: Tensor, steps: Tensor, blank: int) -> Tensor:
    """The loss of one row: states are the labels with blanks between and around."""
    states = jnp.full(2 * labels.shape[0] + 1, blank).at[1::2].set(labels)
    again = states == jnp.roll(states, 2)
    leap = jnp.where((states != blank) & ~again, 0.0, NEVER).at[:2].set(NEVER)
    emitted = log_p[:, states]
    first = jnp.where(jnp.arange(states.size) < 2, emitted[0], NEVER)

    def step(before: Tensor, now: tuple[Tensor, Tensor]) -> tuple[Tensor, None]:
        t, chance = now
        one = jnp.concatenate([jnp.full(1, NEVER), before[:-1]])
        two = jnp.concatenate([jnp.full(2, NEVER), before[:-2]])[: before.size] + leap
        after = jnp.logaddexp(jnp.logaddexp(before, one), two) + chance
        return jnp.where(t < steps, jnp.maximum(after, 2 * NEVER), before), None

    last, _ = lax.scan(step, first, (jnp.arange(1, log_p.shape[0]), emitted[1:]))
    ends = last[2 * number], jnp.where(number > 0, last[2 * number - 1], NEVER)
    return -jnp.logaddexp(*ends)


@op
def ctc_decode(
    inputs: Tensor,
    sequence_lengths: Tensor,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[Tensor, Tensor]:
    """The most likely class of each step, with repeats and blanks left out.

    Args:
        inputs: logits, (b, time, classes).
        sequence_lengths: number of steps of each row, (b,).
        strategy: "greedy", the only one here.
        beam_width: of the strategy that does not exist here.
        top_paths: of the strategy that does not exist here.
        merge_repeated: whether equal neighbours are one label.
        mask_index: the class that means "no label".

    Returns the labels, (1, b, time), filled up with -1, and -sum of the best logits, (b, 1).

    >>> ctc_decode([[[0.0, 1.0], [0.0, 1.0]]], [2])[0].tolist()
    [[[1, -1]]]
    """
    if strategy != "greedy":
        raise BadValue(f"`strategy` must be 'greedy', but it is {strategy!r}.")
    inputs = as_float(inputs)
    steps = jnp.arange(inputs.shape[1])
    inside = steps < jnp.asarray(sequence_lengths)[:, None]
    best = jnp.argmax(inputs, -1).astype("int32")
    score = -jnp.sum(jnp.where(inside, jnp.max(inputs, -1), 0), 1, keepdims=True)
    kept = inside & (best != mask_index)
    if merge_repeated:
        kept &= (best != jnp.roll(best, 1, 1)) | (steps == 0)
    order = jnp.argsort(~kept, 1)  # stable: labels first, in their order
    labels = jnp.take_along_axis(jnp.where(kept, best, -1), order, 1)
    return labels[None], score
