"""A training run on a text: words as numbers and one-hot rows, the counts, and how far training is from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from penpaper_cli import words, words_models, words_text
from penpaper_cli.arithmetic import Name, Num
from penpaper_cli.explain import explained, grid
from penpaper_cli.explain_next_word import said
from penpaper_cli.explain_training import ARRIVED, MOST_ROWS, Lesson
from penpaper_cli.numbers import CannotWork
from penpaper_cli.paper import Array, Paper
from penpaper_cli.program import Program
from penpaper_cli.solution import Block, Heading, Parts, Result, Sentence, Table
from penpaper_cli.text import Counts, contexts, counted, one_hot

PAIRS_SHOWN = 8
WORDS_IN_A_ROW = 6
FEW = 3


@dataclass(frozen=True)
class WordLesson(Lesson):
    """Everything about a run on a text that its explanation draws on."""

    @cached_property
    def counts(self) -> Counts:
        return counted(self.data)

    @property
    def title(self) -> str:
        return words_text.TITLE

    def the_data(self) -> Iterator[Block]:
        """Words, pairs of words, one-hot rows, counts."""
        data, context = self.data, self.data.context
        yield Heading((words_text.AS_NUMBERS,))
        yield Sentence((words_text.READ,))
        yield Sentence((words_text.counts(len(data.y), len(data.classes)),))
        times = np.bincount(data.y.astype(int), minlength=len(data.classes)).tolist()
        named = [((f"{k:,}",), (Name(word),), (f"{times[k]:,}",)) for k, word in enumerate(data.classes)]
        yield self.cut((("number",), ("word",), ("times it comes next",)), named, "rlr", MOST_ROWS, "word")
        if self.experiment.held is not None:
            held = len(self.experiment.held.y)
            yield Sentence((words_models.set_aside(held, held + len(data.y), self.experiment.seed),))
        yield Sentence((words_text.PAIRS[context],))
        yield self.pairs()
        yield Sentence((words_text.ONE_HOT[context],))
        yield from grid(Paper().given("X", data.X), self.show, data.features, of_data=True)
        yield from grid(Paper().given("y", data.y), self.show, of_data=True)
        yield Heading((words_text.COUNTS,))
        yield Sentence((words_text.CAME_NEXT[context],))
        yield self.came_next()
        yield Sentence((words_text.HOW_OFTEN,))
        yield from grid(Paper().given("counts", self.counts.matrix().astype(float)), self.show, data.classes)
        yield Sentence((words.in_float64("Training repeats its sums many times"),))

    def cut(
        self, head: tuple[Parts, ...], rows: Sequence[tuple[Parts, ...]], align: str, most: int, noun: str
    ) -> Table:
        """A table of at most so many rows, with how many are left out."""
        if len(rows) > most and self.show.detail != "full":
            hidden = len(rows) - most + 1
            rows = [*rows[: most - 1], ((words_text.rows_left_out(hidden, noun),),)]
        return Table(head, rows, align)

    def pairs(self) -> Table:
        """The words before and the next word, as words and as numbers."""
        known, before = self.data.classes, contexts(self.data.X, len(self.data.classes)).tolist()
        rows: list[tuple[Parts, ...]] = [
            ((f"{k + 1:,}",), said(known, numbers), (" ".join(map(str, numbers)),), (Name(known[y]),), (str(y),))
            for k, (numbers, y) in enumerate(zip(before, self.data.y.astype(int).tolist(), strict=True))
        ]
        noun = "word" if self.data.context == 1 else "words"
        head: tuple[Parts, ...] = (("row",), (f"{noun} before",), ("in numbers",), ("next word",), ("y",))
        return self.cut(head, rows, "rlrlr", PAIRS_SHOWN, "row")

    def came_next(self) -> Table:
        """The counts as a student would list them: the 4, cat 2, mat 1."""
        known, rows = self.data.classes, []
        for before in self.counts.before.tolist():
            times = self.counts.after(before)
            order = [int(j) for j in np.argsort(-times, kind="stable") if times[j]]
            shown = order if self.show.detail == "full" else order[:WORDS_IN_A_ROW]
            found = [
                part for n, j in enumerate(shown) for part in (", " if n else "", Name(known[j]), f" {times[j]:,}")
            ]
            more = [words_text.others(len(order) - len(shown))] if len(order) > len(shown) else []
            rows.append((said(known, before), (f"{times.sum():,}",), (*found[1:], *more)))
        return self.cut((("before",), ("times",), ("next",)), rows, "lrl", MOST_ROWS, "row")

    def the_exact_answer(self) -> Iterator[Block]:
        """The shares that the counts come to beside those of the model, and the loss of both."""
        counts, run = self.counts, self.run
        yield Heading((words_text.EXACT,))
        yield Sentence((words_text.SHARES[counts.context],))
        times = counts.seen[:, -1].astype(float)
        given = {"times": times, "total": np.round(times / counts.shares())}
        names = self.data.classes
        before, after = counts.seen[:, :-2], counts.seen[:, -2]
        model = self.model.predictions(one_hot(before.tolist(), len(names)))[np.arange(len(after)), after]
        order = np.lexsort((-times, *before.T[::-1], -given["total"])).tolist()
        rows: list[tuple[Parts, ...]] = [
            (
                said(names, before[k].tolist()),
                (Name(names[after[k]]),),
                (f"{counts.seen[k, -1]:,} of {int(given['total'][k]):,}",),
                (Num(float(counts.shares()[k])),),
                (Num(float(model[k])),),
                (Num(float(model[k] - counts.shares()[k])),),
            )
            for k in order
        ]
        head = (("before",), ("next word",), ("times",), ("share",), ("the model",), ("difference",))
        yield self.cut(head, rows, "llrrrr", MOST_ROWS, "pair")
        yield from self.smallest_loss(given)
        yield Sentence((words_text.SMALLEST,))
        found, best = self.model.metrics["loss"], counts.loss()
        rule = words_models.OPTIMISERS[run.settings.optimizer]
        yield Table((("number",), (rule,), ("counts",), ("difference",)), [self.losses(found, best)], "lrrr")
        if run.layers.l2:
            yield Sentence((words_text.PENALISED,))
        elif counts.context > 1 and not run.layers.hidden:
            yield Sentence((words_text.ADDED_UP,))
        elif not run.out_of_patience and found > ARRIVED * best:
            yield Sentence((words_text.not_there_yet(10 * run.epochs, run.settings.optimizer == "gd"),))

    def losses(self, found: float, best: float) -> tuple[Parts, ...]:
        """The row of the loss."""
        return ("loss",), (Num(found),), (Num(best),), (Num(found - best),)

    def smallest_loss(self, given: dict[str, Array]) -> Iterator[Block]:
        """The loss of the counts, worked."""
        text = "share = times / total\nL_counts = -sum(times * log(share)) / sum(times)"
        few = replace(self.show, steps=self.show.steps or FEW, entries=()) if self.show.most(FEW) else self.show
        for value in Program(text).work(given, typed=False).paper.worked:
            yield from explained(value, few)

    def results(self) -> dict[str, Result]:
        """What any run gives, and the counts."""
        counts = self.counts.matrix()
        return super().results() | {"counts": Result(counts.shape, False, counts.tolist())}

    def for_programs(self) -> dict[str, Any]:
        """What any run gives, and the smallest loss there is."""
        found = super().for_programs()
        return found if self.run.diverged else found | {"counts": {"loss": self.counts.loss()}}

    def failure(self) -> CannotWork:
        """Why a run diverged, and what to try."""
        rate, text = float(self.run.settings.rates.lr), self.show.figures.text
        return CannotWork(words_models.diverged(self.run.epochs, text(rate), text(float(f"{rate / 10:.0e}"))))
