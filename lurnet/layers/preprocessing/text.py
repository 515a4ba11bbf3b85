"""Texts as indices of their words, or as vectors of what occurs in them."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from lurnet.core.errors import BadValue, did_you_mean
from lurnet.core.fields import Convert, fields, is_int
from lurnet.core.registry import deserialize
from lurnet.core.types import Int
from lurnet.layers.input_spec import describe
from lurnet.layers.options import MaybePositive
from lurnet.layers.preprocessing.category import Dense
from lurnet.layers.preprocessing.host import batches_of, texts_of
from lurnet.layers.preprocessing.lookup import (
    VOCABULARY,
    Listed,
    LookupMode,
    MaxTokens,
    StringLookup,
    VocabularyLayer,
)

__all__ = ["TextVectorization"]

PUNCTUATION = re.compile(r"""[!"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']""")
STANDARDIZE: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "strip_punctuation": lambda text: PUNCTUATION.sub("", text),
    "lower_and_strip_punctuation": lambda text: PUNCTUATION.sub("", text.lower()),
}
SPLIT: dict[str, Callable[[str], list[str]]] = {"whitespace": str.split, "character": list}


def _one_of(table: dict[str, Callable[..., Any]]) -> Any:
    def convert(_: Any, value: Any) -> Any:
        value = deserialize(value) if isinstance(value, dict) else value
        if value is None or callable(value) or value in table:
            return value
        raise BadValue(
            f"must be one of {', '.join(map(repr, table))}, a function or None, not {value!r}."
            + did_you_mean(str(value), table)
        )

    return Annotated[Any, Convert(convert, str | Callable[..., Any] | Mapping[str, Any] | None)]


def _widths(_: Any, value: Any) -> Any:
    given = tuple(value) if isinstance(value, (list, tuple)) else value
    if given is None or is_int(given) or (isinstance(given, tuple) and all(map(is_int, given))):
        return given
    raise BadValue(f"must be None, a whole number or a tuple of them, not {value!r}.")


if TYPE_CHECKING:
    Standardize = Any
    Split = Any
else:
    Standardize, Split = _one_of(STANDARDIZE), _one_of(SPLIT)


@fields
class TextVectorization(VocabularyLayer):
    """Texts to numbers: standardized, split into words, joined to n-grams, and looked up.

    Index 0 fills up short texts and 1 stands for unknown words. The vocabulary is given, or taken
    from texts by ``adapt``.

    >>> layer = TextVectorization(vocabulary=["the", "cat"])
    >>> layer(["The cat!", "a cat and the dog"]).tolist()
    [[2, 3, 0, 0, 0], [1, 3, 1, 2, 1]]
    """

    max_tokens: MaxTokens = None  #: largest size of the vocabulary, special tokens included
    standardize: Standardize = "lower_and_strip_punctuation"  #: what is done to a text first
    split: Split = "whitespace"  #: how a text is cut into words
    ngrams: Annotated[Any, Convert(_widths, Int | Sequence[Int] | None)] = (
        None  #: words that go together: up to n, or listed
    )
    output_mode: LookupMode = "int"  #: indices, one vector per word or text, or weights
    output_sequence_length: MaybePositive = None  #: length of the rows; None: of the longest
    pad_to_max_tokens: bool = False  #: whether vectors have `max_tokens` places
    vocabulary: Listed = None  #: the words, or the path of a text file with one on each line
    idf_weights: Listed = None  #: weight of each word, for "tf_idf"
    sparse: Dense = False  #: only False
    ragged: Dense = False  #: only False
    encoding: str = "utf-8"  #: encoding of bytes

    _after = {"name": "encoding"}
    asset_names = (VOCABULARY,)

    def accept(self, extra: dict[str, Any]) -> None:
        """What the configs of files hold beside the arguments."""
        self._fixed = {k: extra.pop(k, None) for k in ("has_input_vocabulary", "vocabulary_size")}
        super().accept(extra)

    def setup(self) -> None:
        """Make the layer that looks words up."""
        super().setup()
        if self.output_mode != "int" and self.output_sequence_length is not None:
            raise BadValue(
                f"{describe(self)}: `output_sequence_length` goes with output_mode='int' only."
            )
        shared = ("max_tokens", "output_mode", "pad_to_max_tokens", "encoding")
        options = {k: getattr(self, k) for k in (*shared, "vocabulary", "idf_weights")}
        self._lookup_layer = StringLookup(mask_token="", **options, **getattr(self, "_fixed", {}))
        self.vocabulary = self._lookup_layer.vocabulary

    def per_sample(self, shape: tuple) -> bool:
        """Not where rows are filled up to the longest, nor sure where functions do the work."""
        own = callable(self.standardize) or callable(self.split)
        return not own and (self.output_mode != "int" or self.output_sequence_length is not None)

    def words(self, texts: np.ndarray) -> list[list[str]]:
        """The words, or n-grams, of each text."""
        if self.split is not None and texts.ndim > 1:
            if texts.shape[-1] != 1:
                raise BadValue(
                    f"{describe(self)} takes texts (batch,) or (batch, 1), but it got shape "
                    f"{texts.shape}. For words that are split already write split=None."
                )
            texts = texts[..., 0]
        texts = self._standardized(texts)
        if self.split is None:
            rows = [[t] if isinstance(t, str) else list(t) for t in texts.tolist()]
        elif callable(self.split):
            cut: Any = self.split(texts)
            rows = [[str(w) for w in row] for row in cut]
        else:
            rows = [SPLIT[self.split](t) for t in np.atleast_1d(texts).tolist()]
        return rows if self.ngrams is None else [self._joined(row) for row in rows]

    def _standardized(self, texts: np.ndarray) -> np.ndarray:
        if self.standardize is None:
            return texts
        if callable(self.standardize):
            return texts_of(self.standardize(texts.astype(str)))
        change = STANDARDIZE[self.standardize]
        made = np.empty(texts.shape, object)
        made.ravel()[:] = [change(t) for t in texts.ravel().tolist()]
        return made

    def _joined(self, row: list[str]) -> list[str]:
        given: Any = self.ngrams
        widths = range(1, given + 1) if is_int(given) else given
        return [" ".join(row[i : i + n]) for n in widths for i in range(len(row) - n + 1)]

    @property
    def _takes_words(self) -> bool:
        """Whether each string is looked up as it stands."""
        return self.split is None and self.ngrams is None and self.output_sequence_length is None

    def indices(self, inputs: np.ndarray) -> np.ndarray:
        """The indices of the words, rows of one length."""
        if self._takes_words:
            return self._lookup_layer.indices(self._standardized(inputs))
        rows = [[self._lookup_layer.index_of(w) for w in row] for row in self.words(inputs)]
        length = self.output_sequence_length or max(map(len, rows), default=0)
        table = np.full((len(rows), length), 0 if self.output_mode == "int" else -1, "int32")
        for line, row in zip(table, rows, strict=True):
            line[: len(row)] = row[:length]
        return table

    def index_shape(self, inputs: Any) -> tuple:
        """Shape of the indices: a row for each text."""
        return inputs.shape if self._takes_words else (inputs.shape[0], self.output_sequence_length)

    def encoded(self, indices: Any) -> Any:
        """The indices, or vectors of what occurs."""
        return self._lookup_layer.encoded(indices)

    def on_host(self, inputs: np.ndarray) -> Any:
        """The numbers of the words."""
        if self.output_mode != "int" and not self.pad_to_max_tokens:
            self.check_ready()
        made = super().on_host(inputs)
        return made[0] if inputs.ndim == 0 and not self._takes_words else made

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Take the vocabulary from texts, the most frequent words first.

        Args:
            data: an array, a list, or an iterable of batches of texts.
            batch_size: kept for compatibility.
            steps: number of batches to take.
        """
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the words of a batch of texts."""
        self._lookup_layer.refuse_adapting()
        self._lookup_layer.count(self.words(texts_of(data)))

    def finalize_state(self) -> None:
        """Make the vocabulary of the words counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forget the counts of words; the vocabulary stays."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The words by index; ``include_special_tokens`` puts "" and "[UNK]" first."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Number of indices, with those of "" and unknown words."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the words: a list, or the path of a text file with one on each line."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)
        self.vocabulary = self._lookup_layer.vocabulary
        self.idf_weights = self._lookup_layer.idf_weights

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        learned = self._lookup_layer.learned_config()
        return super().get_config() | {"vocabulary_size": self.vocabulary_size()} | learned

    def save_own_variables(self, store: Any) -> None:
        """The weights of the words, for "tf_idf"."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """The weights of the words, for "tf_idf"."""
        self._lookup_layer.load_own_variables(store)

    def assets(self) -> dict[str, str]:
        """The texts that a model file holds beside the config, by file name."""
        return self._lookup_layer.assets()

    def take_assets(self, texts: dict[str, str]) -> None:
        """The vocabulary, from the text that a model file holds."""
        self._lookup_layer.take_assets(texts)
