"""How far training is from the exact answer: its coefficients beside those of least squares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from penpaper_cli.explain.dependence import ONES, dependent, nearly_dependent
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.trained import OfTrained
from penpaper_cli.expressions.arithmetic import Name, Num
from penpaper_cli.formula.composed import in_own_units
from penpaper_cli.models.least_squares import Exact, least_squares
from penpaper_cli.paper.paper import Value
from penpaper_cli.sentences import common as words
from penpaper_cli.sentences import fit as fit_words
from penpaper_cli.sentences import training as training_words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Sentence, Table

ARRIVED = 1.01
MOST_ROWS = 20
ROUNDING = 1e-12


@dataclass(frozen=True)
class Distance(OfTrained):
    """A trained linear model beside the least-squares solution."""

    show: Show

    @cached_property
    def exact(self) -> Exact:
        """The least-squares solution."""
        data, layers = self.experiment.data, self.experiment.run.layers
        return least_squares(data.X, data.y, layers.loss, self.experiment.scaling)

    def steps(self) -> Iterator[Block]:
        """Each number of the model beside the exact one."""
        run, data = self.experiment.run, self.experiment.data
        yield Heading(("How far from the exact answer",))
        yield Sentence((training_words.least_squares(self.exact.unique, self.experiment.scaling.kind != "none"),))
        if not self.exact.unique:
            yield from dependent(self.exact.solved, (ONES, *data.features), self.show)
        elif self.exact.solved.exact:
            yield Sentence((fit_words.EXACT_FRACTIONS,))
        if run.layers.l2:
            yield Sentence((training_words.PENALISED,))
        rule = run.settings.rule.word
        own, best = self.model.in_own_units(), self.in_own_units()
        pairs: list[tuple[Parts, float, float]] = [(("intercept",), float(own[1].data), float(best[1].data))]
        coefficients = zip(data.features, own[0].data, best[0].data, strict=True)
        pairs += [((Name(feature),), *both) for feature, *both in coefficients]
        pairs += [(("loss",), self.model.metrics["loss"], self.exact.loss)]
        rows = [(name, (Num(a),), (Num(b),), _difference(a, b)) for name, a, b in pairs]
        head: tuple[Parts, ...] = (("number",), (rule,), ("least squares",), ("difference",))
        yield from by_feature(self.show, head, rows)
        stopped = run.layers.l2 or run.out_of_patience
        nothing = (ROUNDING * float(abs(data.y).max())) ** 2
        if not stopped and self.model.metrics["loss"] > ARRIVED * self.exact.loss + nothing:
            yield Sentence((training_words.not_there_yet(10 * run.epochs),), explains=False)
        if self.exact.unique:
            yield from nearly_dependent(data.X, data.features)

    def in_own_units(self) -> tuple[Value, Value]:
        """The least-squares coefficients and intercept, in the user's units."""
        scaling = self.experiment.scaling
        shift, spread = scaling.names
        return in_own_units(self.exact.w, np.array(self.exact.b), (shift, scaling.shift), (spread, scaling.spread))

    def for_programs(self) -> dict[str, Any]:
        """The coefficients by name, and the smallest loss."""
        coefficients, intercept = self.in_own_units()
        named = zip(self.experiment.data.features, coefficients.data.tolist(), strict=True)
        return {"coefficients": {"intercept": float(intercept.data), **dict(named)}, "loss": self.exact.loss}


def by_feature(show: Show, head: tuple[Parts, ...], rows: Sequence[tuple[Parts, ...]]) -> Iterator[Block]:
    """A table with a row for each feature, the middle ones left out where they are many."""
    hidden = len(rows) - MOST_ROWS + 1 if len(rows) > MOST_ROWS and show.detail != "full" else 0
    if hidden:
        rows = [*rows[: MOST_ROWS - 2], ((words.more(hidden),),), rows[-1]]
    yield Table(head, rows, "l" + "r" * (len(head) - 1))
    if hidden:
        yield Sentence((training_words.features_left_out(hidden),), explains=False)


def _difference(number: float, best: float) -> Parts:
    """The difference of two numbers, unless it is one of rounding only."""
    rounding = abs(number - best) <= ROUNDING * max(abs(number), abs(best))
    return (training_words.NOTHING_BEYOND_ROUNDING,) if rounding and number != best else (Num(number - best),)
