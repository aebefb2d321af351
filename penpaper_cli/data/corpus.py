"""Texts: each line is a sentence, and each word is to be guessed from the word before it, or from the two before it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from penpaper_cli.data.dataset import DataSet
from penpaper_cli.data.kinds import ANY_FILE, kind_of
from penpaper_cli.data.sources import STANDARD_INPUT, STDIN, quoted, shown
from penpaper_cli.errors import CannotRead

START, END = "<s>", "</s>"
TARGET = "next word"
CONTEXTS = (1, 2)
"""How many words before the next one may be looked at."""
MOST_WORDS = 1_000
MOST_CELLS = 20_000_000
"""Weights and counts have a row and a column for each word, and X has a row for each place in the text."""


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each word came next: `seen` has rows of the words before, the next word (by number) and how often."""

    seen: np.ndarray
    words: int

    @property
    def context(self) -> int:
        """How many words before the next one are looked at."""
        return int(self.seen.shape[1]) - 2

    @property
    def before(self) -> np.ndarray:
        """Each different context, in the order of the words."""
        return np.unique(self.seen[:, :-2], axis=0)

    def after(self, before: Sequence[int]) -> np.ndarray:
        """How often each word came next, shape (words,)."""
        rows = self.seen[(self.seen[:, :-2] == np.asarray(before)).all(axis=1)]
        return np.bincount(rows[:, -2], weights=rows[:, -1], minlength=self.words).astype(int)

    def matrix(self) -> np.ndarray:
        """Pairs of neighbours: how often the word of the column came right after the word of the row."""
        counts = np.zeros((self.words, self.words), dtype=int)
        np.add.at(counts, (self.seen[:, -3], self.seen[:, -2]), self.seen[:, -1])
        return counts

    def totals(self) -> np.ndarray:
        """For each row of `seen`, how often anything came after the same words."""
        _, which = np.unique(self.seen[:, :-2], axis=0, return_inverse=True)
        return np.bincount(which.ravel(), weights=self.seen[:, -1])[which.ravel()].astype(int)

    def shares(self) -> np.ndarray:
        """For each row of `seen`, the share of that word among all that came after the same words."""
        return np.asarray(self.seen[:, -1] / self.totals())

    def loss(self) -> float:
        """The cross-entropy of these shares: no rule that looks at the same words has a smaller one (Gibbs)."""
        times = self.seen[:, -1]
        return float(-(times * np.log(self.shares())).sum() / times.sum())


def read_text(source: str, context: int) -> DataSet:
    """The pairs of a text file, or of `-` for standard input: one-hot rows of the words before, and the next word.

    Words are parted by white space and taken as they stand. They are numbered as they come. Raises CannotRead where
    there is nothing to learn from, or more than fits.
    """
    sentences, name = _sentences(source)
    words = tuple(dict.fromkeys(word for sentence in sentences for word in sentence))
    if not set(words) - {START, END}:
        raise CannotRead(f"{name} has no words: write sentences in it, one on each line.")
    if len(words) > MOST_WORDS:
        raise CannotRead(
            f"{name} has {len(words):,} different words, and the table of weights takes at most {MOST_WORDS:,}: "
            "choose a shorter text."
        )
    numbers = {word: k for k, word in enumerate(words)}
    before, after = [], []
    for sentence in sentences:
        line = [numbers[word] for word in [START] * (context - 1) + sentence]
        for k in range(context, len(line)):
            before.append(line[k - context : k])
            after.append(line[k])
    if len(after) * context * len(words) > MOST_CELLS:
        raise CannotRead(
            f"{name} has {len(after):,} places where a word comes next and {len(words):,} different words, which is "
            f"more than pp trains on ({MOST_CELLS:,} numbers in X): choose a shorter text."
        )
    X = one_hot(before, len(words))
    return DataSet(features(words, context), X, TARGET, np.array(after, dtype=float), (), words, context=context)


def features(words: Sequence[str], context: int) -> tuple[str, ...]:
    """The names of the one-hot columns: the words; where two words are looked at, with their place, as in 1:the."""
    return tuple(words) if context == 1 else tuple(f"{k + 1}:{word}" for k in range(context) for word in words)


def one_hot(before: Sequence[Sequence[int]], words: int) -> np.ndarray:
    """A row for each context: a 1 in the column of each of its words, and 0 elsewhere."""
    numbers = np.array(before)
    X = np.zeros((len(numbers), numbers.shape[1] * words))
    for place in range(numbers.shape[1]):
        X[np.arange(len(numbers)), place * words + numbers[:, place]] = 1
    return X


def contexts(X: np.ndarray, words: int) -> np.ndarray:
    """The numbers of the words before, of shape (rows, context), from the rows that `one_hot` makes of them."""
    return np.asarray(X.reshape(len(X), -1, words).argmax(axis=2))


def counted(data: DataSet) -> Counts:
    """The counts of a data set that was read from a text."""
    words = len(data.classes)
    rows = np.column_stack([contexts(data.X, words), data.y.astype(int)])
    different, times = np.unique(rows, axis=0, return_counts=True)
    return Counts(np.column_stack([different, times]), words)


def read_beginnings(words: Sequence[str], context: int, source: str) -> np.ndarray:
    """One-hot rows of the last words of sentences that have begun: the text itself, a file that holds one, or `-`.

    Raises CannotRead for a word that the model doesn't know, or a sentence that has ended.
    """
    lines = _lines(source)[0] if source.strip() == "-" or kind_of(source) else [(1, source)]
    rows = []
    for _, line in lines:
        typed = line.split()
        if END in typed:
            raise CannotRead(f"{quoted(line)}: nothing comes after {END}, which ends a sentence; leave it out.")
        last = [*[START] * context, *typed][-context:]
        for word in last:
            if word not in words:
                close = ", ".join(map(quoted, difflib.get_close_matches(word, words)))
                hint = f"words close to it are {close}" if close else "give a word of the text that it learned from"
                raise CannotRead(f"The model doesn't know the word {quoted(word)}: {hint}.")
        rows.append([words.index(word) for word in last])
    return one_hot(rows, len(words))


def _lines(source: str) -> tuple[list[tuple[int, str]], str]:
    """The lines that aren't blank, with their numbers, and what messages call the text."""
    if source.strip() == "-":
        text, name = STANDARD_INPUT.text("The text"), STDIN
    else:
        kind, name = kind_of(source) or ANY_FILE, shown(source)
        if kind.text is None:
            raise kind.refused(source, "a text: write sentences in a file such as rhyme.txt")
        text = kind.text(source)
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise CannotRead(f"{name} is empty: write sentences in it, one on each line.")
    return lines, name


def _sentences(source: str) -> tuple[list[list[str]], str]:
    """The words of each sentence, with <s> before and </s> after where the text has none."""
    lines, name = _lines(source)
    sentences = []
    for number, line in lines:
        words = line.split()
        words = words if words[0] == START else [START, *words]
        words = words if words[-1] == END else [*words, END]
        if START in words[1:] or END in words[:-1]:
            raise CannotRead(
                f"{name}, line {number} has {START} or {END} in the middle, and each line is one sentence: "
                "begin a new line there."
            )
        sentences.append(words)
    return sentences, name
