"""Predictions worked: with coefficients in the user's own units where a model has them, else layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.measures import confused, measured
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.values import explained
from penpaper_cli.explain.working import worked_out
from penpaper_cli.expressions.arithmetic import Expr, Name, Num
from penpaper_cli.formula.program import Program
from penpaper_cli.models.metrics import decided
from penpaper_cli.models.model import Model
from penpaper_cli.ops import OPS
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Paper
from penpaper_cli.sentences import training as training_words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Result, Sentence, Table, Working

FEW = 3
MOST_ROWS = 20
MOST_TERMS = 30


@dataclass(frozen=True)
class Predictions:
    """New rows `X`, in the user's own units, put into a model; `truth` has their targets, NaN where it isn't known."""

    model: Model
    X: Array
    show: Show
    truth: Array | None = None

    @cached_property
    def predicted(self) -> Array:
        """The predictions: numbers (n,), or the shares of all classes (n, k)."""
        return self.model.predictions(self.X)

    def results(self) -> dict[str, Result]:
        """The predictions for other programs, and the probabilities of the classes."""
        return self.model.kind.results(self.predicted, self.model.classes)

    def lesson(self) -> Iterator[Block]:
        """The predictions of a saved model: the model first, where it can be written as one equation."""
        if self.model.layers.single:
            yield Heading(("The model in your own units",))
            yield from self.equation()
        else:
            yield from self.parameters()
        yield Heading(("The predictions",))
        yield from self.steps()
        yield from self.how_good()

    def metrics(self) -> dict[str, float]:
        """How good they are, where the truth is known: the measures, and those of the guess where there is one."""
        if self.truth is None:
            return {}
        kind, model, known = self.model.kind, self.model, ~np.isnan(self.truth)
        y = self.truth[known]
        guess = kind.guess_of(y, model.classes) if model.guess is None else model.guess
        measures = model.measured(self.X[known], y, guess)
        return {key: measure for key, measure in measures.items() if model.guess is not None or "baseline" not in key}

    def how_good(self) -> Iterator[Block]:
        """The measures, where the truth is known."""
        if self.truth is None:
            return
        known = ~np.isnan(self.truth)
        yield Heading((training_words.HOW_GOOD_PREDICTIONS,))
        yield Sentence((self.model.kind.about_measures,))
        yield measured(self.model, self.metrics())
        yield from confused(self.model, self.predicted[known], self.truth[known])

    def parameters(self) -> Iterator[Block]:
        """The weights and biases of every layer."""
        yield Heading(("The model",))
        yield Sentence((training_words.THE_PARAMETERS,))
        for name, data in self.model.parameters.items():
            yield from grid(Paper().carried(name, data), self.show)

    def equation(self) -> Iterator[Block]:
        """The model as one equation in the user's own units, as its kind writes it."""
        coefficients, intercept = self.model.in_own_units()
        if coefficients.data.size > MOST_TERMS:
            yield Sentence((training_words.long_equation(coefficients.data.size),), explains=False)
            return
        score: Expr = Num(intercept.number(()))
        for k, feature in enumerate(self.model.features):
            term = Num(abs(float(coefficients.data[k]))) * Name(feature)
            score = score - term if coefficients.data[k] < 0 else score + term
        equation = self.model.kind.equation(self.model.target, self.model.classes, score)
        yield Sentence(equation.before)
        yield Working((equation.left, equation.right), ("≈",))
        if equation.after:
            yield Sentence(equation.after)

    def steps(self) -> Iterator[Block]:
        """A few rows worked, and the predictions of all in a table where there is more than a number to say."""
        yield Sentence((training_words.PREDICTION,))
        count = min(len(self.X), self.show.most(FEW))
        if self.model.layers.single:
            for k in range(count):
                yield from self.by_coefficients(k)
        else:
            yield from self.by_layers(count)
        if count < len(self.X):
            yield Sentence((training_words.rows_left_out(len(self.X) - count),), explains=False)
        if self.model.kind.of_classes or len(self.X) > count:
            yield from self.table()

    def by_coefficients(self, k: int) -> Iterator[Block]:
        """price = c·x + a, or the score and what the model's link makes of it."""
        coefficients, intercept = self.model.in_own_units()
        paper = Paper()
        c, a = paper.carried("c", coefficients.data), paper.carried("a", intercept.data)
        kind = self.model.kind
        score_name, name = kind.of_score(self.model.target)
        score = paper.call(score_name, OPS["dot"](c, paper.given("x", self.X[k])) + a)
        yield from worked_out(score, (), self.show)
        if kind.link != "none":
            yield from worked_out(paper.call(name, OPS[kind.link](score)), (), self.show)
        if kind.of_classes:
            yield self.verdict(k)

    def verdict(self, k: int) -> Sentence:
        """Which class it is."""
        [label] = self.model.kind.labels(self.predicted[[k]], self.model.classes)
        return Sentence(("So the prediction is ", Name(str(label)), "."), explains=False)

    def by_layers(self, count: int) -> Iterator[Block]:
        """The rows scaled, and taken through the layers; the scores into shares, or back into the target's units."""
        if not count:
            return
        model, lines, given = self.model, [], {"X": self.X[:count]}
        kept = replace(self.show, steps=self.show.steps or FEW)
        paper = Paper()
        if model.scaling.kind != "none":
            shift, spread = model.scaling.names
            given = {"X_new": self.X[:count], f"{shift}_X": model.scaling.shift, f"{spread}_X": model.scaling.spread}
            lines = [f"X = (X_new - {shift}_X) / {spread}_X"]
        for name, data in given.items():
            columns = model.features
            yield from grid(
                paper.given(name, data) if name[0] == "X" else paper.carried(name, data), self.show, columns
            )
        given |= model.layers.on_paper(dict(model.parameters))
        scores = model.layers.prediction_name
        ending = "" if model.kind.link == "none" else f"{model.kind.prediction} = {model.kind.link}({scores})"
        if model.target_scaling is not None:
            given |= {
                "mean_y": np.array(model.target_scaling.shift[0]),
                "std_y": np.array(model.target_scaling.spread[0]),
            }
            ending = f"ŷ = {scores} * std_y + mean_y"
        lines += [*model.layers.forward_text(), *([ending] if ending else [])]
        work = Program("\n".join(lines)).work(given, typed=False)
        for name in ("mean_y", "std_y") if model.target_scaling is not None else ():
            yield from grid(work.known[name], self.show)
        for value in work.paper.worked:
            yield from explained(value, kept if kept.most(FEW) else self.show)
        if model.kind.conclusion:
            yield Sentence((model.kind.conclusion,))

    def table(self) -> Iterator[Block]:
        """Each row's prediction, with its probability where it is a class."""
        shown = range(min(len(self.X), MOST_ROWS) if self.show.detail != "full" else len(self.X))
        target, predicted = Name(self.model.target), self.predicted
        if self.model.kind.of_classes:
            names = [Name(self.model.classes[j]) for j in decided(predicted)]
            head: tuple[Parts, ...] = (("row",), (target,), ("its probability",))
            shares = predicted.max(axis=1)
            yield Table(head, [((f"{k + 1:,}",), (names[k],), (Num(float(shares[k])),)) for k in shown], "rlr")
        else:
            rows = [((f"{k + 1:,}",), (Num(float(predicted[k])),)) for k in shown]
            yield Table((("row",), (target,)), rows, "rr")
        if len(shown) < len(self.X):
            yield Sentence((training_words.predictions_left_out(len(self.X) - len(shown)),), explains=False)
