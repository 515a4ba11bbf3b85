"""A model that holds every layer with a vocabulary, for lurnet and for real Keras on TensorFlow.

``KERAS_BACKEND=tensorflow python tests/cases/texts.py FILE`` writes the model that is kept in
tests/golden (real Keras' layers over strings need TensorFlow).
"""

import sys

import numpy as np

TEXTS = ["The cat sat", "a dog, the cat"]
WORDS = [["a", "b"], ["x", "c"]]
#: What each layer is asked.
INPUTS = {"text": TEXTS, "weighed": TEXTS, "words": WORDS, "given": WORDS, "numbers": [[7], [4]]}


def reader(k):
    """The model's class with its layers as attributes."""

    @k.saving.register_keras_serializable("Texts")
    class Reader(k.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            make = k.layers
            self.text = make.TextVectorization(output_sequence_length=4)
            self.weighed = make.TextVectorization(output_mode="tf_idf")
            self.words = make.StringLookup(
                output_mode="tf_idf", max_tokens=6, pad_to_max_tokens=True
            )
            self.numbers = make.IntegerLookup(output_mode="one_hot")
            self.given = make.StringLookup(vocabulary=["x", "a"], num_oov_indices=2)
            self.dense = make.Dense(2)

        def call(self, x):
            return self.dense(x)

    return Reader


def adapted(k):
    """The model, built, with learned vocabularies."""
    model = reader(k)()
    model(np.ones((1, 3), "float32"))
    for layer in (model.text, model.weighed):
        layer.adapt(["the cat", "the dog sat"])
    model.words.adapt([["a", "b"], ["b", "c"], ["größe", "b"]])
    model.numbers.adapt([5, 7, 7, 9])
    return model


def answers(model):
    """What each layer gives."""
    return {
        name: np.asarray(getattr(model, name)(given)).tolist() for name, given in INPUTS.items()
    }


if __name__ == "__main__":
    import json

    import keras

    made = adapted(keras)
    made.save(sys.argv[1])
    print(json.dumps(answers(made)))
