"""What a model's host stage gives to its compiled part: numbers only."""

import jax


class HostOutputs(list):
    """Arrays that the host stage of a model has made of its inputs.

    A list of a class of its own, so that a model can tell them from raw inputs.
    """


jax.tree_util.register_pytree_node(
    HostOutputs, lambda arrays: (tuple(arrays), None), lambda _, arrays: HostOutputs(arrays)
)
