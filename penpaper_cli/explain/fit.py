"""The closed-form least-squares solution as a worked solution: normal equations, elimination, back-substitution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from penpaper_cli.data.dataset import DataSet
from penpaper_cli.errors import CannotWork
from penpaper_cli.explain.dependence import ONES, dependent, linear, nearly_dependent, no_unique_answer, sign
from penpaper_cli.explain.elimination import Eliminated
from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.results import results
from penpaper_cli.explain.show import Show, check_entries
from penpaper_cli.explain.values import explained
from penpaper_cli.explain.working import worked_out
from penpaper_cli.expressions.arithmetic import Apply, Name, Num
from penpaper_cli.expressions.numbers import Typed
from penpaper_cli.formula.composed import ClosedForm, Fitted, closed_form
from penpaper_cli.models.kinds import LINEAR
from penpaper_cli.models.least_squares import Solved, design, is_little, solve, typed
from penpaper_cli.models.metrics import metrics
from penpaper_cli.models.singular_values import OUT_OF_RANGE
from penpaper_cli.ops import OPS
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Paper, Value
from penpaper_cli.sentences import fit as fit_words
from penpaper_cli.sentences import training as training_words
from penpaper_cli.solution.blocks import Block, Heading, Result, Sentence, Table, Working

FEW = 3
MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class Fit:
    """A least-squares fit on the paper; `fitted` is None where features depend on each other."""

    data: DataSet
    intercept: bool
    paper: ClosedForm
    solved: Solved
    fitted: Fitted | None
    metrics: dict[str, float]
    predictions: tuple[Value, ...]
    why_float64: str
    show: Show

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of X, in the words of the user."""
        return ("intercept", *self.data.features) if self.intercept else self.data.features

    @property
    def named(self) -> tuple[str, ...]:
        """The same as they stand in an equation."""
        return (ONES, *self.data.features) if self.intercept else self.data.features

    def steps(self) -> Iterator[Block]:
        """The whole working, in order."""
        yield from self.the_data()
        yield from self.the_normal_equations()
        elimination = self.solved.elimination
        if elimination:
            yield from Eliminated(elimination, self.columns, self.show).steps()
        if self.fitted is None:
            yield from self.the_dependences()
            return
        if not elimination:
            yield Heading((fit_words.SINGULAR_VALUES_HEADING,))
            yield Sentence((fit_words.SINGULAR_VALUES,))
        yield from grid(self.fitted.c, self.show, self.columns)
        yield from self.the_model(self.fitted)
        yield from self.the_fit(self.fitted)
        yield from self.how_good()
        near = list(nearly_dependent(self.data.X, self.data.features, self.intercept))
        if near:
            yield Heading((fit_words.COLLINEAR_HEADING,))
            yield from near

    def the_data(self) -> Iterator[Block]:
        """The design matrix and the target."""
        shown = [Name(name) for name in self.data.features[:MOST_NAMED]]
        more = [Name("…")] if len(self.data.features) > MOST_NAMED else []
        row = Apply("vector", (*([Num(Typed(1, "1"))] if self.intercept else []), *shown, *more))
        yield Heading((fit_words.DATA_HEADING, Apply("equals", (Name("X"), row))))
        rows, features = self.data.X.shape
        counts = fit_words.data_set(rows, features, self.intercept)
        yield Sentence((counts, Name(self.data.target), "."), explains=False)
        yield from grid(self.paper.X, self.show, self.columns, of_data=True)
        yield from grid(self.paper.y, self.show, of_data=True)
        if self.paper.X.in_float64:
            yield Sentence((self.why_float64,), explains=False)

    def the_normal_equations(self) -> Iterator[Block]:
        """A = Xᵀ·X and v = Xᵀ·y, worked like any matrix product."""
        sides = Apply("matmul", (self.paper.gram.label, Name("c"))), self.paper.moments.label
        yield Heading((fit_words.NORMAL_HEADING, Apply("equals", sides)))
        yield Sentence((fit_words.NORMAL_EQUATIONS,))
        yield from explained(self.paper.gram, self.show)
        yield from explained(self.paper.moments, self.show)

    def the_dependences(self) -> Iterator[Block]:
        """Why there is no one solution."""
        yield Heading((fit_words.COLLINEAR_HEADING,))
        yield Sentence((fit_words.SINGULAR,), explains=False)
        yield from dependent(self.solved, self.named, self.show)

    def the_model(self, fitted: Fitted) -> Iterator[Block]:
        """The model as an equation and in words, with predictions for new rows."""
        yield Heading(("The model",))
        numbers = [fitted.c.number((k,)) for k in range(len(self.named))]
        relation = sign(numbers, self.show.figures)
        yield Working((Name(self.data.target), linear(zip(numbers, self.named, strict=True))), (relation,))
        yield Sentence((fit_words.in_words(self.intercept),))
        if self.predictions:
            yield Sentence((training_words.PREDICTION,))
            for prediction in self.predictions:
                yield from worked_out(prediction, (), self.show)

    def the_fit(self, fitted: Fitted) -> Iterator[Block]:
        """Predictions, residuals and the loss; in exact fractions, the proof that the loss can't be smaller."""
        few = replace(self.show, steps=self.show.steps or FEW) if self.show.most(FEW) else self.show
        yield Heading((fit_words.FIT_HEADING,))
        for sentence, value, show in (
            (fit_words.PREDICTIONS, fitted.prediction, few),
            (fit_words.RESIDUALS, fitted.residuals, few),
            (fit_words.LOSS, fitted.loss, self.show),
        ):
            yield Sentence((sentence,))
            yield from explained(value, show)
        if fitted.residuals.exact:
            yield Heading((fit_words.CHECK_HEADING,))
            yield Sentence((fit_words.CHECK,))
            yield from grid(self.paper.X.T @ fitted.residuals, self.show, self.columns)

    def how_good(self) -> Iterator[Block]:
        """R², the errors and their baseline."""
        measures, names = self.metrics, LINEAR.measures
        yield Heading(("How good the model is",))
        yield Sentence((LINEAR.about_measures if "r2" in measures else training_words.no_variation(names["r2"]),))
        rows = [
            ((name,), (Num(measures[key]),), (Num(measures[f"baseline_{key}"]),))
            for key, name in names.items()
            if key in measures
        ]
        yield Table((("measure",), ("the model",), ("always guessing the mean",)), rows, "lrr")
        if not self.intercept:
            yield Sentence((fit_words.NO_INTERCEPT_MEASURES,), explains=False)

    def answer(self) -> Result | None:
        """The predictions that were asked for, else the coefficients."""
        results = self.results()
        return results.get("predictions", results.get("c"))

    def results(self) -> dict[str, Result]:
        """What stands on the paper, save what has a number for every row of the data."""
        on_paper = results((self.paper.gram, self.paper.moments))
        if self.fitted:
            on_paper |= results((self.fitted.c, self.fitted.loss))
        if self.predictions:
            values = [p.data.tolist() for p in self.predictions]
            on_paper["predictions"] = Result((len(values),), all(p.exact for p in self.predictions), values)
        return on_paper

    def for_programs(self) -> dict[str, Any]:
        """The model, its metrics and the least-squares solution, as JSON gives them."""
        if self.fitted is None:
            return {}
        c = self.fitted.c
        level, slopes = (c.data[:1], c.data[1:]) if self.intercept else (np.array([Typed(0, "0")]), c.data)
        own = {"intercept": float(level[0]), **dict(zip(self.data.features, map(float, slopes), strict=True))}
        model = {
            "schema": "penpaper-model/1",
            "task": "regression",
            "target": self.data.target,
            "features": self.data.features,
            "scaling": {"kind": "none"},
            "parameters": {
                "W1": Result((len(slopes), 1), c.exact, slopes.reshape(-1, 1).tolist()),
                "b1": Result((1,), level.dtype == object, level.tolist()),
            },
            "activations": ["none"],
            "loss": "mse",
            "coefficients": own,
        }
        least_squares = {"coefficients": own, "loss": self.metrics["loss"]}
        return {"model": model, "metrics": self.metrics, "least_squares": least_squares}

    def failure(self) -> CannotWork | None:
        """The sentence for features that depend on each other."""
        if self.fitted is not None:
            return None
        return CannotWork(no_unique_answer(self.solved, self.named, len(self.data.y)))


def fit(data: DataSet, intercept: bool, exactly: bool | None, new: Array | None, show: Show) -> Fit:
    """Work it all out. `exactly` forces exact rationals or float64; `new` are rows of features to predict, (m, d)."""
    solved = solve(data.X, data.y, intercept, exactly)
    suited = typed if solved.exact else np.asarray
    paper = closed_form(design(suited(data.X), intercept), suited(data.y))
    fitted, measures, predictions = None, dict[str, float](), list[Value]()
    if solved.coefficients is not None:
        fitted = paper.fitted(solved.coefficients)
        try:
            _ = list(map(float, solved.coefficients))
            measures = metrics(fitted.prediction.data, paper.y.data, "mse")
        except OverflowError:
            raise CannotWork(OUT_OF_RANGE) from None
        for row in () if new is None else design(suited(new), intercept):
            sheet = Paper(exact=True)
            c, x = sheet.carried("c", fitted.c.data), sheet.given("x", row)
            predictions.append(sheet.call(data.target, OPS["dot"](c, x)))
    start = [Paper().carried("M", solved.elimination.start)] if solved.elimination else []
    check_entries(show, [paper.gram, paper.moments, paper.y, *start])
    little = exactly is None and is_little(paper.X.data)
    why_float64 = fit_words.LONG_DIGITS if little else fit_words.large(forced=exactly is False)
    return Fit(data, intercept, paper, solved, fitted, measures, tuple(predictions), why_float64, show)
