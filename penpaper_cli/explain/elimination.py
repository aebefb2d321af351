"""Gaussian elimination and back-substitution in blocks: each turn in words, worked, with the matrix after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from penpaper_cli.explain.dependence import handy
from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.show import MOST_ENTRIES, Show
from penpaper_cli.explain.working import as_decimal, line
from penpaper_cli.expressions.arithmetic import Entry, Expr, Name, Num, Sum, shorten, working
from penpaper_cli.models.elimination import Elimination, Turn
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Paper, Place
from penpaper_cli.sentences import common as words
from penpaper_cli.sentences import fit as fit_words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Sentence

FEW = 3
MOST_TURNS = 10


@dataclass(frozen=True)
class Eliminated:
    """Elimination and back-substitution in blocks. Matrices are M, M1, M2 …, one for each turn."""

    elimination: Elimination
    columns: tuple[str, ...]
    show: Show

    def steps(self) -> Iterator[Block]:
        """Each turn, then, where there is one solution, each unknown."""
        yield Heading((fit_words.ELIMINATION_HEADING,))
        yield Sentence((fit_words.elimination(len(self.columns)),))
        yield from self.matrix("M", self.elimination.start)
        yield from self.turns()
        for k in self.elimination.dependent:
            yield Sentence((fit_words.zero_pivot(k + 1),), explains=False)
        if not self.elimination.dependent:
            yield from self.back_substitution()

    def matrix(self, name: str, data: Array) -> Iterator[Block]:
        """M with the names of its columns."""
        yield from grid(Paper().carried(name, data), self.show, (*self.columns, "v"))

    def turns(self) -> Iterator[Block]:
        """The first turns, worked; the triangle where not all were."""
        turns, most = self.elimination.turns, self.show.most(MOST_TURNS)
        shown = len(turns) if len(turns) <= most else min(most, FEW)
        matrix = self.elimination.start.copy()
        for number, turn in enumerate(turns[:shown], start=1):
            yield from self.turn(number, turn, matrix)
            matrix[turn.row] = turn.after
            yield from self.matrix(self.called(number), matrix)
        if shown < len(turns):
            if self.show.detail != "summary":
                yield Sentence((fit_words.turns_left_out(len(turns) - shown),), explains=False)
            yield Sentence((fit_words.TRIANGLE,))
            yield from self.matrix(self.called(len(turns)), self.elimination.triangle)
        elif not turns and len(self.columns) > 1:
            yield Sentence((fit_words.NO_TURNS,))

    def called(self, turn: int) -> str:
        """The matrix after a turn."""
        return f"M{turn}" if turn else "M"

    def turn(self, number: int, turn: Turn, before: Array) -> Iterator[Block]:
        """One turn: the factor, and each entry of the row to the right of the one that becomes 0."""
        i, k, times = turn.row, turn.pivot, handy(turn.times, self.show.figures)
        about = not self.show.figures.in_full(times)
        start, end = fit_words.turn(i + 1, k + 1, times < 0, about)
        yield Heading((start, Num(handy(abs(turn.times), self.show.figures)), end), 3)

        def entry(at: Place) -> Entry:
            return Entry(Name(self.called(number - 1)), at, before[at])

        m = Entry(Name(f"m{number}"), (), times)
        quotient = entry((i, k)) / entry((k, k))
        symbols, plugged, *_ = working(quotient)
        unlike = [] if f"{before[i, k]}/{before[k, k]}" == str(times) else [Num(times)]
        decimal = [Num(times, as_decimal=True)] if "/" in self.show.figures.text(times) else []
        yield line("elimination", [m, symbols, plugged, *unlike, *decimal], self.show)
        places = [(i, j) for j in range(k + 1, before.shape[1])]
        asked = [at for at in places if at in self.show.entries]
        kept = asked or places[: self.show.most(MOST_ENTRIES)]
        for at in kept:
            result = turn.after[at[1]]
            head = Entry(Name(self.called(number)), at, result)
            sides = working(entry(at) - m * entry((k, at[1])))
            yield line("elimination", [head, *sides, *as_decimal(result, self.show)], self.show)
        if len(kept) < len(places):
            unseen = next(at for at in places if at not in kept)
            yield Sentence(
                (words.left_out(len(places) - len(kept), f"{unseen[0] + 1},{unseen[1] + 1}"),), explains=False
            )

    def back_substitution(self) -> Iterator[Block]:
        """Each unknown by those below it, the last first."""
        yield Heading((fit_words.BACK_HEADING,))
        yield Sentence((fit_words.BACK_SUBSTITUTION,))
        rows, c, size = self.elimination.triangle, self.elimination.solution, len(self.columns)
        name = Name(self.called(len(self.elimination.turns)))
        shown = min(size, self.show.most(MOST_TURNS))
        for k in range(size - 1, size - 1 - shown, -1):
            e = self.unknown(name, rows, c, k)
            sides = working(shorten(e, self.show.terms, words.more))
            head = Entry(Name("c"), (k,), c[k])
            caption: Parts = (Name(self.columns[k]),)
            yield line("back-substitution", [head, *sides, *as_decimal(c[k], self.show)], self.show, caption)
        if shown < size and self.show.detail != "summary":
            yield Sentence((fit_words.unknowns_left_out(size - shown),), explains=False)

    def unknown(self, name: Name, rows: Array, c: Array, k: int) -> Expr:
        """(M[k,v] - (M[k,j]·c[j] + …)) / M[k,k]."""
        size = len(c)
        right: Expr = Entry(name, (k, size), rows[k, size])
        if k < size - 1:
            values = rows[k, k + 1 : size] * c[k + 1 :]

            def term(j: int) -> Expr:
                at = k + 1 + j
                return Entry(name, (k, at), rows[k, at]) * Entry(Name("c"), (at,), c[at])

            right = right - Sum(values, term)
        return right / Entry(name, (k, k), rows[k, k])
