"""Strings and whole numbers as indices into a vocabulary, and back."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from lurnet import ops
from lurnet.core.errors import BadState, BadValue
from lurnet.core.fields import Check, Convert, fields, is_int
from lurnet.core.settings import floatx
from lurnet.core.symbolic import SymbolicTensor
from lurnet.core.types import TensorLike
from lurnet.layers.input_spec import describe
from lurnet.layers.preprocessing.category import Dense, encode, encodes_samples
from lurnet.layers.preprocessing.hashes import bucket
from lurnet.layers.preprocessing.hashing import Salt, as_bytes, mapped
from lurnet.layers.preprocessing.host import HostLayer, batches_of, texts_of

__all__ = ["StringLookup", "IntegerLookup"]

OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}
LookupMode = Annotated[
    Literal["int", "one_hot", "multi_hot", "count", "tf_idf"],
    Convert(lambda owner, mode: OLD_MODES.get(mode, mode)),
]
MaxTokens = Annotated[
    int | None, Check("a whole number above 1, or None", lambda v: is_int(v) and v > 1)
]
NotBelowZero = Annotated[int, Check("a whole number of 0 or more", lambda v: is_int(v) and v >= 0)]


def listed(_: Any, value: Any) -> Any:
    """An array as a list; a path stays."""
    if value is None or isinstance(value, (str, Path)):
        return value
    return [v.item() if isinstance(v, np.generic) else v for v in np.asarray(value, object).ravel()]


Listed = Annotated[Any, Convert(listed, TensorLike | str | Path | None)]


VOCABULARY = "vocabulary.txt"
_told: ContextVar[list | None] = ContextVar("vocabularies_in_configs", default=None)


@contextlib.contextmanager
def vocabularies_in_configs() -> Iterator[list]:
    """Inside, configs hold learned vocabularies too: for files with no place for them beside.

    Gives a list of the layers that told theirs.
    """
    told: list = []
    token = _told.set(told)
    try:
        yield told
    finally:
        _told.reset(token)


class VocabularyLayer(HostLayer):
    """A layer with a vocabulary: its config holds the words and names no file."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer that ``get_config`` described; a path in the place of words is refused."""
        for key in ("vocabulary", "idf_weights"):
            if isinstance(config.get(key), (str, Path)):
                raise BadValue(
                    f"{cls.__name__} {config.get('name')!r} wants `{key}` read from "
                    f"{config[key]!r}. A config holds its words itself and opens no other file: "
                    "refused. Make the layer in your program: "
                    f"{cls.__name__}(vocabulary=path)."
                )
        return super().from_config(config)

    def get_build_config(self) -> dict[str, Any] | None:
        """Nothing: the layer takes inputs of any shape."""
        return {}

    def get_vocabulary(self, include_special_tokens: bool = True) -> list:
        """The tokens by index."""
        raise NotImplementedError

    def check_ready(self) -> None:
        """A model runs with a vocabulary only: without one, all tokens are the same."""
        if not self.get_vocabulary(include_special_tokens=False):
            raise BadState(
                f"{describe(self)} has no vocabulary yet: call its adapt(data) before the model "
                "runs, or pass `vocabulary`."
            )


class Lookup(VocabularyLayer):
    """Base of the layers with a vocabulary: tokens by index, and indices by token.

    Index 0 is the mask token's, where there is one and whole numbers are given; then come
    ``num_oov_indices`` for tokens that are not in the vocabulary; then the vocabulary.
    """

    max_tokens: int | None
    num_oov_indices: int
    mask_token: Any
    oov_token: Any
    vocabulary: Any
    idf_weights: Any
    invert: bool
    output_mode: str
    pad_to_max_tokens: bool
    salt: Any
    token_kind: type = str
    asset_names: ClassVar[tuple[str, ...]] = (VOCABULARY,)

    def accept(self, extra: dict[str, Any]) -> None:
        """What the configs of files hold beside the arguments."""
        self._fixed = extra.pop("has_input_vocabulary", None)
        self._size = extra.pop("vocabulary_size", None)  # while the words are still to come
        for name in ("vocabulary_dtype", "oov_method"):
            extra.pop(name, None)
        super().accept(extra)

    def setup(self) -> None:
        """Check the options against each other, and take the vocabulary that was given."""
        super().setup()
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise BadValue(f"{describe(self)}: `pad_to_max_tokens` needs `max_tokens`.")
        if self.invert and self.output_mode != "int":
            raise BadValue(f"{describe(self)}: `invert` works with output_mode='int' only.")
        given = self.vocabulary is not None
        self._has_vocabulary = given if getattr(self, "_fixed", None) is None else self._fixed
        told = getattr(self, "_size", None)
        self._size: int | None = told if is_int(told) else None
        self._tokens: list = []
        self._idf: np.ndarray | None = None
        self.reset_state()
        if given and self.output_mode == "tf_idf" and self.idf_weights is None:
            raise BadValue(f"{describe(self)}: a vocabulary for 'tf_idf' needs `idf_weights`.")
        if given:
            words, self.vocabulary = self.vocabulary, None
            self.set_vocabulary(words, self.idf_weights)
            path = isinstance(words, (str, Path))
            self.vocabulary = words if self._has_vocabulary and not path else None

    # --- the vocabulary

    @property
    def _masks(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def _start(self) -> int:
        """Index of the vocabulary's first token."""
        return self._masks + self.num_oov_indices

    def vocabulary_size(self) -> int:
        """Number of indices, with those of mask and unknown tokens."""
        return self._start + len(self._tokens)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list:
        """The tokens by index; ``include_special_tokens`` puts mask and unknown tokens first."""
        if not self._tokens and not self.num_oov_indices:
            return []
        special = [self.mask_token] * self._masks + [self.oov_token] * self.num_oov_indices
        return (special if include_special_tokens else []) + list(self._tokens)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the tokens: a list, or the path of a text file with one on each line.

        Args:
            vocabulary: the tokens, without or with mask and unknown tokens in front.
            idf_weights: weight of each token, for output_mode="tf_idf".
        """
        if (idf_weights is not None) != (self.output_mode == "tf_idf"):
            raise BadValue(
                f"{describe(self)}: `idf_weights` go with output_mode='tf_idf', and only with it."
            )
        if isinstance(vocabulary, (str, Path)):
            vocabulary = self._read(Path(vocabulary))
        words = [self._token(v) for v in listed(self, vocabulary)]
        special = list(map(str, self.get_vocabulary()[: self._start]))
        whole = bool(words and special) and list(map(str, words[: self._start])) == special
        tokens = words[self._start :] if whole else words
        self._check(tokens)
        if idf_weights is not None:
            self._idf = self._padded(np.asarray(idf_weights, floatx()), words, whole)
        if self.vocabulary is not None:  # the config tells what holds now
            self.vocabulary, self.idf_weights = words, listed(self, idf_weights)
        self._tokens = tokens
        self._index = {t: i + self._start for i, t in enumerate(tokens)}

    def _read(self, path: Path) -> list[str]:
        if not path.is_file():
            raise BadValue(f"{describe(self)}: there is no vocabulary file {path}.")
        return path.read_text("utf-8").splitlines()

    def _token(self, value: Any) -> Any:
        value = value.decode() if isinstance(value, bytes) else value
        try:
            return self.token_kind(value)
        except ValueError:
            raise BadValue(
                f"{describe(self)}: a token must be a {self.token_kind.__name__}, not {value!r}."
            ) from None

    def _check(self, tokens: list) -> None:
        if not tokens:
            raise BadValue(f"{describe(self)}: the vocabulary is empty.")
        twice = [t for t, count in Counter(tokens).items() if count > 1]
        if twice:
            raise BadValue(f"{describe(self)}: the vocabulary holds {twice[:5]} more than once.")
        wrong = [self.mask_token] + ([self.oov_token] if self.invert else [])
        inside = [t for t in wrong if t is not None and t in tokens]
        if inside:
            raise BadValue(
                f"{describe(self)}: the vocabulary holds the special token {inside[0]!r}: leave "
                "special tokens out, or put all of them first."
            )
        size = self._start + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise BadValue(
                f"{describe(self)}: the vocabulary has {size} tokens with the special ones, but "
                f"`max_tokens` is {self.max_tokens}."
            )

    def _padded(self, weights: np.ndarray, words: list, whole: bool) -> np.ndarray:
        """Weights for all indices: the mean for special tokens, zeros up to ``max_tokens``."""
        if weights.shape != (len(words),):
            raise BadValue(
                f"{describe(self)}: `idf_weights` has shape {weights.shape}, but there are "
                f"{len(words)} tokens."
            )
        front = 0 if whole else self._start
        weights = np.concatenate([np.full(front, weights.mean(), weights.dtype), weights])
        missing = (self.max_tokens or 0) - len(weights) if self.pad_to_max_tokens else 0
        return np.pad(weights, (0, missing))

    # --- learning the vocabulary

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Take the vocabulary from data, the most frequent tokens first.

        Tokens that are equally frequent come from the last to the first of the alphabet.

        Args:
            data: an array, a list, or an iterable of batches.
            batch_size: kept for compatibility.
            steps: number of batches to take.
        """
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch[:, None] if batch.ndim == 1 else batch)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forget the counts of tokens; the vocabulary stays."""
        self._counts: Counter = Counter()
        self._documents: Counter = Counter()
        self._document_count = 0

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch; each row is a document."""
        self.refuse_adapting()
        rows = texts_of(data)
        rows = rows.reshape(1, -1) if rows.ndim < 2 else rows.reshape(len(rows), -1)
        self.count([[self._token(t) for t in row] for row in rows.tolist()])

    def refuse_adapting(self) -> None:
        """A layer that was given its vocabulary learns none."""
        if self._has_vocabulary:
            raise BadState(f"{describe(self)} was given its vocabulary, so it cannot adapt.")

    def count(self, rows: list[list]) -> None:
        """Count tokens, given row by row."""
        for row in rows:
            self._counts.update(row)
            self._documents.update(set(row))
        self._document_count += len(rows)

    def finalize_state(self) -> None:
        """Make the vocabulary of the tokens counted."""
        if self._has_vocabulary or not self._counts:
            return
        for special in (self.mask_token, self.oov_token):
            self._counts.pop(special, None)
        order = sorted(self._counts, key=lambda t: (self._counts[t], _sortable(t)), reverse=True)
        tokens = order[: None if self.max_tokens is None else self.max_tokens - self._start]
        weights = None
        if self.output_mode == "tf_idf":
            seen = np.array([self._documents[t] for t in tokens])
            weights = np.log(1 + self._document_count / (1 + seen)).astype(floatx())
        self.set_vocabulary(tokens, weights)
        self.reset_state()

    # --- looking up

    @property
    def input_dtype(self) -> str:
        """Strings, or whole numbers."""
        return "int64" if self.invert or self.token_kind is int else "string"

    per_sample = encodes_samples

    def on_host(self, inputs: np.ndarray) -> Any:
        """Indices or vectors for tokens; tokens for indices with ``invert``."""
        if not self._tokens and self.output_mode != "int" and not self.pad_to_max_tokens:
            raise BadState(
                f"{describe(self)} has no vocabulary yet: call adapt(data), or pass `vocabulary`."
            )
        return self._inverted(inputs) if self.invert else super().on_host(inputs)

    def encoded_spec(self, inputs: Any) -> Any:
        """The output as a symbolic tensor, for a symbolic input."""
        if self.invert:
            return SymbolicTensor(inputs.shape, "string" if self.token_kind is str else "int32")
        return super().encoded_spec(inputs)

    def indices(self, inputs: np.ndarray) -> np.ndarray:
        """Indices of tokens."""
        return mapped(inputs, self.index_of).astype("int32")

    def index_of(self, token: Any) -> int:
        """Index of one token; -1 for the mask token where vectors are made."""
        token = self._token(token)
        if self.mask_token is not None and token == self.mask_token:
            return 0 if self._masks else -1
        found = self._index.get(token) if self._tokens else None
        return self._unknown(token) if found is None else found

    def _unknown(self, token: Any) -> int:
        if self.num_oov_indices == 0:
            raise BadValue(
                f"{describe(self)} does not know {token!r}, and with num_oov_indices=0 there is no "
                "index for unknown tokens: set num_oov_indices=1."
            )
        if self.num_oov_indices == 1:
            return self._masks
        return self._masks + self.spread(token)

    def spread(self, token: Any) -> int:
        """Which of the indices for unknown tokens one gets."""
        return bucket(as_bytes(token), self.num_oov_indices, self.salt)

    def encoded(self, indices: Any) -> Any:
        """Indices as they are, or as vectors; -1 stands for no token."""
        if self.output_mode == "int":
            return indices
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        made = encode(indices, mode, self._depth, floatx() if self._weighs else "int32")
        return made if self._idf is None else made * ops.convert_to_tensor(self._idf)

    @property
    def _depth(self) -> int:
        """Size of the vectors; of a layer from a file that gets its words later, by its config."""
        if self.pad_to_max_tokens and self.max_tokens:
            return self.max_tokens
        size = self.vocabulary_size() if self._tokens else self._size
        if size is None:
            raise BadState(
                f"{describe(self)} has no vocabulary yet, so the size of its vectors is unknown: "
                "call its adapt(data) before you build the model, or pass `vocabulary`."
            )
        return size

    @property
    def _weighs(self) -> bool:
        return self.output_mode == "tf_idf"

    def _inverted(self, indices: np.ndarray) -> np.ndarray:
        words = self.get_vocabulary()
        words = words if words else [self.oov_token]
        found = [words[i] if 0 <= i < len(words) else self.oov_token for i in indices.ravel()]
        return np.array(found, object if self.token_kind is str else "int32").reshape(indices.shape)

    # --- files

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        size = self.vocabulary_size() if self._tokens else None
        return super().get_config() | {"vocabulary_size": size} | self.learned_config()

    def learned_config(self) -> dict[str, Any]:
        """A learned vocabulary as arguments, where configs are to hold it."""
        told = _told.get()
        if told is None or self.vocabulary is not None or not self._tokens:
            return {}
        told.append(self)
        words = self.get_vocabulary()
        weights = None if self._idf is None else self._idf[: len(words)].tolist()
        return {
            "vocabulary": words,
            "idf_weights": weights,
            "has_input_vocabulary": self._has_vocabulary,
        }

    def save_own_variables(self, store: Any) -> None:
        """The weights of the tokens, for "tf_idf"."""
        if self._idf is not None:
            store["idf_weights"] = self._idf

    def load_own_variables(self, store: Any) -> None:
        """The weights of the tokens, for "tf_idf"."""
        if self.output_mode == "tf_idf" and "idf_weights" in store:
            self._idf = np.asarray(store["idf_weights"])

    def assets(self) -> dict[str, str]:
        """The texts that a model file holds beside the config, by file name."""
        if self.vocabulary is not None or not self._tokens:
            return {}
        words = list(map(str, self.get_vocabulary()))
        broken = [w for w in words if "\n" in w or "\r" in w]
        if broken:
            raise BadState(
                f"{describe(self)} has the token {broken[0]!r}, but a .keras file holds one token "
                "on each line: take line breaks out of the data, or make the layer with "
                "vocabulary=[...], which the config holds."
            )
        return {VOCABULARY: "\n".join(words)}

    def take_assets(self, texts: dict[str, str]) -> None:
        """The vocabulary, from the text that a model file holds."""
        text = texts.get(VOCABULARY)
        if self.vocabulary is None and text:
            lines = text.replace("\r\n", "\n").split("\n")
            self.set_vocabulary(lines, None if self._idf is None else self._idf[: len(lines)])


def _sortable(token: Any) -> Any:
    return token.encode() if isinstance(token, str) else token


@fields
class StringLookup(Lookup):
    """Strings as indices into a vocabulary, as vectors, or, with ``invert``, back.

    >>> layer = StringLookup(vocabulary=["a", "b"])
    >>> layer([["a", "x"], ["b", "a"]]).tolist()
    [[1, 0], [2, 1]]
    """

    max_tokens: MaxTokens = None  #: largest number of indices, those of special tokens included
    num_oov_indices: NotBelowZero = 1  #: number of indices for unknown tokens
    mask_token: str | None = None  #: token that stands for nothing, index 0
    oov_token: str | None = "[UNK]"  #: what unknown indices become with `invert`
    vocabulary: Listed = None  #: the tokens, or the path of a text file with one on each line
    idf_weights: Listed = None  #: weight of each token, for "tf_idf"
    invert: bool = False  #: whether indices are turned into tokens
    output_mode: LookupMode = "int"  #: the index, a vector, what occurs, how often, or weighted
    pad_to_max_tokens: bool = False  #: whether vectors have `max_tokens` places
    sparse: Dense = False  #: only False
    encoding: str = "utf-8"  #: encoding of bytes
    salt: Salt = None  #: key of the hash that spreads unknown tokens

    _after = {"name": "encoding"}

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        return super().get_config() | {"oov_method": "floormod"}  # Keras writes it, unused


@fields
class IntegerLookup(Lookup):
    """Whole numbers as indices into a vocabulary, as vectors, or, with ``invert``, back.

    >>> layer = IntegerLookup(vocabulary=[12, 36])
    >>> layer([[12, 7], [36, 12]]).tolist()
    [[1, 0], [2, 1]]
    """

    max_tokens: MaxTokens = None  #: largest number of indices, those of special tokens included
    num_oov_indices: NotBelowZero = 1  #: number of indices for unknown tokens
    mask_token: int | None = None  #: number that stands for nothing, index 0
    oov_token: int | None = -1  #: what unknown indices become with `invert`
    vocabulary: Listed = None  #: the numbers, or the path of a text file with one on each line
    vocabulary_dtype: Literal["int64"] = "int64"  #: only "int64"
    idf_weights: Listed = None  #: weight of each token, for "tf_idf"
    invert: bool = False  #: whether indices are turned into tokens
    output_mode: LookupMode = "int"  #: the index, a vector, what occurs, how often, or weighted
    sparse: Dense = False  #: only False
    pad_to_max_tokens: bool = False  #: whether vectors have `max_tokens` places
    oov_method: Literal["floormod", "farmhash"] = "floormod"  #: how unknown numbers are spread
    salt: Salt = None  #: key of the hash that spreads unknown numbers

    _after = {"name": "salt"}
    token_kind = int
    per_sample = encodes_samples

    def setup(self) -> None:
        """A salt belongs to a hash."""
        super().setup()
        if self.salt is not None and self.oov_method != "farmhash":
            raise BadValue(f"{describe(self)}: `salt` goes with oov_method='farmhash' only.")

    def spread(self, token: Any) -> int:
        """Which of the indices for unknown tokens one gets."""
        plain = self.oov_method == "floormod"
        return token % self.num_oov_indices if plain else super().spread(token)
