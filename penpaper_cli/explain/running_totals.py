"""Sums term by term with their running total: what --detail full adds to a worked line."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Num, Sum, plug_in, shorten, value
from penpaper_cli.expressions.numbers import Figures, Scalar
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Parts, Sentence, Table


def running_totals(e: Expr, figures: Figures) -> Iterator[Block]:
    """A table for each sum in an expression: its terms, the numbers in them, what they come to, the total so far."""
    match e:
        case Sum(values) if len(values) > 1:
            yield from Terms(_terms(e), figures).blocks()
        case Apply("add", args) if any(isinstance(a, Sum) for a in args):
            yield from Terms(itertools.chain.from_iterable(map(_terms, args)), figures).blocks()
        case Apply(_, args):
            for arg in args:
                yield from running_totals(arg, figures)


def _terms(e: Expr) -> Iterable[Expr]:
    return map(e.term, range(len(e.values))) if isinstance(e, Sum) else (e,)


@dataclass(repr=False, eq=False)
class Terms:
    """The terms of one sum, read once, as the rows of a table."""

    terms: Iterable[Expr]
    figures: Figures
    is_rounded: bool = False

    def blocks(self) -> Iterator[Block]:
        """The table, and under it a note where its numbers are rounded."""
        first, *others = itertools.islice(self.terms, 1)
        self.terms = itertools.chain([first, *others], self.terms)
        bare = isinstance(first, Entry | Num)
        columns: list[Parts] = [("term",), ("in numbers",), ("comes to",), ("running total",)]
        head = columns[:1] + columns[2:] if bare else columns
        yield Table(tuple(head), self.rows(bare), "lrr" if bare else "llrr")
        if self.is_rounded:
            yield Sentence((words.rounded_to(self.figures.digits),))

    def rows(self, bare: bool) -> Iterator[tuple[Parts, ...]]:
        """A row for each term."""
        total: Scalar = 0
        for term in self.terms:
            written = shorten(term, None, words.more)
            plugged = plug_in(written)
            number = value(plugged)
            total = total + number
            self.is_rounded = self.is_rounded or not all(map(self.figures.in_full, (number, total)))
            middle: list[Parts] = [] if bare else [(plugged,)]
            yield ((written,), *middle, (Num(number),), (Num(total),))
