"""Attention with several heads against the oracle, with the same weights, inputs and masks."""

import json

import keras
import numpy as np
import pytest

import lurnet.layers as layers
from lurnet.core.errors import BadValue

pytestmark = pytest.mark.usefixtures("quick_compilation")
RNG = np.random.default_rng(0)
Q, V, K = (RNG.normal(size=s).astype("float32") for s in ((2, 5, 4), (2, 6, 4), (2, 6, 3)))
IMAGE = RNG.normal(size=(1, 2, 3, 4)).astype("float32")
OF_Q, OF_V, OF_BOTH = (RNG.uniform(size=s) < 0.6 for s in ((2, 5), (2, 6), (2, 5, 6)))
OF_V[:, 0] = OF_BOTH[:, :, 0] = True  # each query sees something
WEIGHTS = {"return_attention_scores": True}
M, G = "MultiHeadAttention", "GroupQueryAttention"
CASES = [
    (M, (2, 3), {}, [Q, V], {}),
    (M, (2, 3, 5), {"use_bias": False, "output_shape": 7}, [Q, V, K], WEIGHTS),
    (M, (2, 3), {"output_shape": (3, 2), "kernel_regularizer": "l2"}, [Q, V], {}),
    (M, (2, 3), {}, [Q, Q], {"use_causal_mask": True} | WEIGHTS),
    (M, (2, 3), {}, [Q, V], {"value_mask": OF_V, "query_mask": OF_Q}),
    (M, (2, 3), {}, [Q, V, K], {"attention_mask": OF_BOTH, "key_mask": OF_V}),
    (M, (2, 3), {"sliding_window": 2}, [Q, V], WEIGHTS),
    (M, (2, 3), {"use_gate": True, "dropout": 0.1, "seed": 3}, [Q, V], {}),
    (M, (2, 3), {"attention_axes": (2,)}, [IMAGE, IMAGE], WEIGHTS),
    (M, (2, 3), {}, [IMAGE, IMAGE], WEIGHTS),
    (G, (3, 4, 2), {}, [Q, V], {}),
    # The oracle treats queries that see nothing in two ways; with the weights asked for, as here.
    (G, (3, 4, 2), {}, [Q, V], {"value_mask": OF_V, "query_mask": OF_Q} | WEIGHTS),
    (G, (3, 4, 2), {"sliding_window": 2, "use_gate": True}, [Q, V, K], {"use_causal_mask": True}),
    (G, (3, 4, 2), {"use_bias": False}, [Q, V], {"attention_mask": OF_BOTH}),
]


@pytest.mark.lowerings
@pytest.mark.parametrize("case", CASES)
def test_same_as_the_oracle(case):
    name, args, options, inputs, call = case
    ours, theirs = (getattr(L, name)(*args, **options, name="a") for L in (layers, keras.layers))
    theirs(*inputs, **call)
    assert ours(*inputs, **call) is not None
    assert [v.path for v in ours.weights] == [v.path for v in theirs.weights]
    assert len(ours.variables) == len(theirs.variables)
    given = [RNG.normal(0, 0.5, v.shape).astype("float32") for v in theirs.weights]
    ours.set_weights(given)
    theirs.set_weights(given)
    found, wanted = ours(*inputs, **call), theirs(*inputs, **call)
    pairs = zip(found, wanted, strict=True) if isinstance(found, tuple) else [(found, wanted)]
    for a, b in pairs:
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)
    mine, yours = as_json(ours), as_json(theirs)
    assert {"activity_regularizer": None} | mine == yours
    assert as_json(type(theirs).from_config(mine)) == yours
    assert as_json(type(ours).from_config(yours)) == mine


def as_json(layer):
    return json.loads(json.dumps(layer.get_config()))


def test_symbolic():
    x = layers.Input((5, 4))
    y, weights = layers.MultiHeadAttention(2, 3)(x, x, return_attention_scores=True)
    assert (y.shape, weights.shape) == ((None, 5, 4), (None, 2, 5, 5))


def test_groups_must_be_equal():
    with pytest.raises(BadValue, match="`num_query_heads` \\(3\\) must be divisible"):
        layers.GroupQueryAttention(3, 3, 2)
