"""The likeliest next words, worked: the row of the last word looked up, scores into shares, the counts beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from penpaper_cli.data.corpus import Counts, contexts
from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.prediction import FEW, MOST_ROWS, Predictions
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.values import explained
from penpaper_cli.expressions.arithmetic import Name, Num
from penpaper_cli.formula.program import Program
from penpaper_cli.models.kind import Task
from penpaper_cli.models.model import Model
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Paper
from penpaper_cli.sentences import corpus as corpus_words
from penpaper_cli.sentences import training as training_words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Sentence, Table

LIKELIEST = 5
WORKED = 2
LOOKED_UP = {1: ("word",), 2: ("first", "second")}
"""What the numbers of the words before are called on the paper."""


def side_by_side(words: Sequence[str], numbers: Sequence[int]) -> Parts:
    """Words side by side, as mathematics, so that no renderer reads them as markup."""
    return tuple(part for k, number in enumerate(numbers) for part in (" " if k else "", Name(words[number])) if part)


@dataclass(frozen=True)
class NextWords(Predictions):
    """Beginnings of sentences, as one-hot rows, put into a model of the next word."""

    @property
    def counts(self) -> Counts:
        assert self.model.counts is not None
        return self.model.counts

    @cached_property
    def before(self) -> Array:
        """The numbers of the words before, shape (rows, context)."""
        return contexts(self.X, len(self.model.classes))

    def steps(self) -> Iterator[Block]:
        """A few beginnings worked, and the likeliest words of each."""
        yield Sentence((corpus_words.LOOKED_UP[self.counts.context],))
        count = min(len(self.X), self.show.most(FEW))
        yield from self.by_layers(count)
        if 0 < count < len(self.X):
            yield Sentence((training_words.rows_left_out(len(self.X) - count),), explains=False)
        listed = len(self.X) if self.show.detail == "full" else min(len(self.X), MOST_ROWS)
        for k in range(listed):
            yield from self.likeliest(k)
        if listed < len(self.X):
            yield Sentence((training_words.predictions_left_out(len(self.X) - listed),), explains=False)

    def by_layers(self, count: int) -> Iterator[Block]:
        """The rows of W1 looked up, taken through the layers, and made into shares."""
        if not count:
            return
        model, layers, names = self.model, self.model.layers, LOOKED_UP[self.counts.context]
        paper, given = Paper(), {}
        for place, name in enumerate(names):
            given[name] = self.before[:count, place] + place * len(model.classes)
            yield Sentence((*self.numbered(count, place), ":"))
            yield from grid(paper.given(name, given[name]), self.show)
        rows = " + ".join(f"embedding(W1, {name})" for name in names)
        first, *others = layers.forward_text()
        lines = [first.replace("X @ W1", rows), *others, f"P = softmax({layers.prediction_name})"]
        work = Program("\n".join(lines)).work(given | dict(model.parameters), typed=False)
        for value in work.paper.worked:
            top = len(value.shape) == 2 and value.shape[1] == len(model.classes)
            yield from explained(value, self.best_places(count) if top else replace(self.show, steps=FEW))

    def numbered(self, count: int, place: int) -> Iterator[str | Name]:
        """Which word has which number."""
        words = self.model.classes
        for k, number in enumerate(self.before[:count, place].tolist()):
            yield from (", " if k else "", Name(words[number]), f" has number {number:,}")

    def best_places(self, count: int) -> Show:
        """The entries of the likeliest words, unless others were asked for or none at all."""
        if self.show.entries or not self.show.most(FEW):
            return self.show
        best = [(k, int(j)) for k in range(count) for j in self.order(k)[:WORKED]]
        return self.show if self.show.steps is not None else replace(self.show, entries=tuple(best))

    def order(self, k: int) -> Array:
        """The numbers of all words, the likeliest first."""
        return np.argsort(-self.predicted[k], kind="stable")

    def likeliest(self, k: int) -> Iterator[Block]:
        """A table of the likeliest words with what the counts say."""
        words, times = self.model.classes, self.counts.after(self.before[k])
        total, shown = int(times.sum()), self.order(k)
        if self.show.detail != "full":
            shown = shown[:LIKELIEST]
        yield Heading(("After ", *side_by_side(words, self.before[k].tolist())), 3)
        head: tuple[Parts, ...] = (("next word",), ("its probability",))
        rows: list[tuple[Parts, ...]] = [((Name(words[j]),), (Num(float(self.predicted[k, j])),)) for j in shown]
        if total:
            head = (*head, ("times in the text",), ("share in the text",))
            rows = [
                (*row, (f"{times[j]:,} of {total:,}",), (Num(float(times[j] / total)),))
                for row, j in zip(rows, shown, strict=True)
            ]
        yield Table(head, rows, "l" + "r" * (len(head) - 1))
        if not total:
            yield Sentence((corpus_words.NEVER_SEEN,), explains=False)
        if len(shown) < len(words):
            yield Sentence((corpus_words.less_likely(len(words) - len(shown)),), explains=False)

    def sheet(self) -> Iterator[list[str]]:
        """Rows for a CSV: the words before, the likeliest next word, and its probability."""
        words = self.model.classes
        yield ["words before", self.model.target, "probability"]
        for k, label in enumerate(self.model.kind.labels(self.predicted, words)):
            before = " ".join(words[number] for number in self.before[k])
            yield [before, str(label), repr(float(self.predicted[k].max()))]


def predictions_of(model: Model, X: Array, show: Show, truth: Array | None = None) -> Predictions:
    """New rows put into a model of any task, with their targets where these are known."""
    return (NextWords if model.kind.task == Task.NEXT_WORD else Predictions)(model, X, show, truth)
