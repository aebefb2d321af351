"""A training run on a text: words as numbers and one-hot rows, the counts, and how far training is from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from penpaper_cli.data.corpus import Counts, contexts, counted, one_hot
from penpaper_cli.errors import CannotWork
from penpaper_cli.explain.distance import ARRIVED, MOST_ROWS
from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.next_word import side_by_side
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.training import Lesson
from penpaper_cli.explain.values import explained
from penpaper_cli.expressions.arithmetic import Name, Num
from penpaper_cli.formula.program import Program
from penpaper_cli.models.experiment import Trained
from penpaper_cli.models.kind import Task
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Paper
from penpaper_cli.sentences import common as words
from penpaper_cli.sentences import corpus as corpus_words
from penpaper_cli.sentences import training as training_words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Result, Sentence, Table

PAIRS_SHOWN = 8
WORDS_IN_A_ROW = 6
FEW = 3


@dataclass(frozen=True)
class WordLesson(Lesson):
    """Everything about a run on a text that its explanation draws on."""

    @cached_property
    def counts(self) -> Counts:
        return counted(self.data)

    def the_data(self) -> Iterator[Block]:
        """Words, pairs of words, one-hot rows, counts."""
        data, context = self.data, self.data.context
        yield Heading((corpus_words.AS_NUMBERS,))
        yield Sentence((corpus_words.READ,), explains=False)
        yield Sentence((corpus_words.counts(len(data.y), len(data.classes)),), explains=False)
        times = np.bincount(data.y.astype(int), minlength=len(data.classes)).tolist()
        yield from self.cut(
            (("number",), ("word",), ("times it comes next",)),
            "rlr",
            range(len(data.classes)),
            lambda k: ((f"{k:,}",), (Name(data.classes[k]),), (f"{times[k]:,}",)),
            "word",
        )
        if self.experiment.held is not None:
            held = len(self.experiment.held.y)
            yield Sentence((training_words.set_aside(held, held + len(data.y), self.experiment.seed),), explains=False)
        yield Sentence((corpus_words.PAIRS[context],))
        yield from self.pairs()
        yield Sentence((corpus_words.ONE_HOT[context],))
        yield from grid(Paper().given("X", data.X), self.show, data.features, of_data=True)
        yield from grid(Paper().given("y", data.y), self.show, of_data=True)
        yield Heading((corpus_words.COUNTS,))
        yield Sentence((corpus_words.CAME_NEXT[context],))
        yield from self.came_next()
        yield Sentence((corpus_words.HOW_OFTEN,))
        yield from grid(Paper().given("counts", self.counts.matrix().astype(float)), self.show, data.classes)
        yield Sentence((words.in_float64("Training repeats its sums many times"),), explains=False)

    def cut(
        self,
        head: tuple[Parts, ...],
        align: str,
        which: Sequence[int],
        row: Callable[[int], tuple[Parts, ...]],
        noun: str,
        most: int = MOST_ROWS,
    ) -> Iterator[Block]:
        """A table of at most so many rows, and how many are left out."""
        hidden = len(which) - most + 1 if len(which) > most and self.show.detail != "full" else 0
        rows = [row(k) for k in which[: len(which) - hidden]]
        yield Table(head, [*rows, ((corpus_words.more(hidden, noun),),)] if hidden else rows, align)
        if hidden:
            yield Sentence((corpus_words.rows_left_out(hidden, noun),), explains=False)

    def pairs(self) -> Iterator[Block]:
        """The words before and the next word, as words and as numbers."""
        known, before = self.data.classes, contexts(self.data.X, len(self.data.classes))

        def row(k: int) -> tuple[Parts, ...]:
            numbers, y = before[k].tolist(), int(self.data.y[k])
            return (
                (f"{k + 1:,}",),
                side_by_side(known, numbers),
                (" ".join(map(str, numbers)),),
                (Name(known[y]),),
                (str(y),),
            )

        noun = "word" if self.data.context == 1 else "words"
        head: tuple[Parts, ...] = (("row",), (f"{noun} before",), ("in numbers",), ("next word",), ("y",))
        yield from self.cut(head, "rlrlr", range(len(before)), row, "row", PAIRS_SHOWN)

    def came_next(self) -> Iterator[Block]:
        """The counts as a student would list them: the 4, cat 2, mat 1."""
        known, contexts_found = self.data.classes, self.counts.before

        def row(k: int) -> tuple[Parts, ...]:
            times = self.counts.after(contexts_found[k])
            order = [j for j in np.argsort(-times, kind="stable").tolist() if times[j]]
            shown = order if self.show.detail == "full" else order[:WORDS_IN_A_ROW]
            parts = [part for j in shown for part in (", ", Name(known[j]), f" {times[j]:,}")]
            more = [corpus_words.others(len(order) - len(shown))] if len(order) > len(shown) else []
            return side_by_side(known, contexts_found[k].tolist()), (f"{times.sum():,}",), (*parts[1:], *more)

        head: tuple[Parts, ...] = (("before",), ("times",), ("next",))
        yield from self.cut(head, "lrl", range(len(contexts_found)), row, "row")

    def the_exact_answer(self) -> Iterator[Block]:
        """The shares that the counts come to beside those of the model, and the loss of both."""
        counts, run = self.counts, self.run
        yield Heading((corpus_words.EXACT,))
        yield Sentence((corpus_words.SHARES[counts.context],))
        yield from self.shares()
        yield from self.smallest_loss()
        yield Sentence((corpus_words.SMALLEST,))
        loss, best = self.model.metrics["loss"], counts.loss()
        rule = run.settings.rule.word
        yield Table((("number",), (rule,), ("counts",), ("difference",)), [self.losses(loss, best)], "lrrr")
        if run.layers.l2:
            yield Sentence((corpus_words.PENALISED,), explains=False)
        elif counts.context > 1 and not run.layers.hidden:
            yield Sentence((corpus_words.ADDED_UP,), explains=False)
        elif not run.out_of_patience and loss > ARRIVED * best:
            yield Sentence((corpus_words.not_there_yet(10 * run.epochs, run.settings.rule.plain),), explains=False)

    def shares(self) -> Iterator[Block]:
        """Every pair in the text: its share by the counts beside that of the model, frequent words before first."""
        names, seen, due = self.data.classes, self.counts.seen, self.counts.shares()
        before, after, times = seen[:, :-2], seen[:, -2], seen[:, -1]
        model = self.model.predictions(one_hot(before.tolist(), len(names)))[np.arange(len(seen)), after]
        total = self.counts.totals()

        def row(k: int) -> tuple[Parts, ...]:
            numbers = (Num(float(number)) for number in (due[k], model[k], model[k] - due[k]))
            which = (
                side_by_side(names, before[k].tolist()),
                (Name(names[after[k]]),),
                (f"{times[k]:,} of {total[k]:,}",),
            )
            return (*which, *((number,) for number in numbers))

        order = np.lexsort((-times, *before.T[::-1], -total)).tolist()
        head: tuple[Parts, ...] = (("before",), ("next word",), ("times",), ("share",), ("the model",), ("difference",))
        yield from self.cut(head, "llrrrr", order, row, "pair")

    def losses(self, loss: float, best: float) -> tuple[Parts, ...]:
        """The row of the loss."""
        return ("loss",), (Num(loss),), (Num(best),), (Num(loss - best),)

    def smallest_loss(self) -> Iterator[Block]:
        """The loss of the counts, worked."""
        counts = {"times": self.counts.seen[:, -1], "total": self.counts.totals()}
        given: dict[str, Array] = {name: data.astype(float) for name, data in counts.items()}
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
        document = super().for_programs()
        return document if self.run.diverged else document | {"counts": {"loss": self.counts.loss()}}

    def failure(self) -> CannotWork:
        """Why a run diverged, and what to try."""
        rate, text = float(self.run.settings.rates["lr"]), self.show.figures.text
        return CannotWork(training_words.diverged(self.run.epochs, text(rate), text(float(f"{rate / 10:.0e}"))))


def lesson_of(
    trained: Trained, chosen: Sequence[int], new: Array | None, show: Show, went_on_from: str | None
) -> Lesson:
    """The lesson that fits the task; its arguments are those of `Lesson`."""
    lesson = WordLesson if trained.experiment.kind.task == Task.NEXT_WORD else Lesson
    return lesson(trained, chosen, new, show, went_on_from)
