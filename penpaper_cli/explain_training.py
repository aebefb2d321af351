"""A training run as a worked solution: the data, the scaling, chosen epochs worked, the model and how good it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from penpaper_cli import words
from penpaper_cli.arithmetic import Entry, Expr, Name, Num
from penpaper_cli.explain import Show, explained, grid, line, results, shortened, worked
from penpaper_cli.explain_data import one_hot
from penpaper_cli.explain_pictures import listed_features, of_pictures, weight_pictures
from penpaper_cli.formulas import Epoch, in_own_units, linear_epoch, ranged, standardised
from penpaper_cli.numbers import CannotWork
from penpaper_cli.ops import OPS
from penpaper_cli.paper import Array, Paper, Value
from penpaper_cli.solution import Block, Chart, Heading, Parts, Result, Sentence, Table, Working
from penpaper_cli.table import DataSet
from penpaper_cli.training import Exact, Run, Scaling, safe_rate

FEW = 3
STEEP = 20
ARRIVED = 1.01
ROUNDING = 1e-12


@dataclass(frozen=True)
class Lesson:
    """Everything about a training run that its explanation draws on; `X` is scaled, `chosen` are epochs to work."""

    data: DataSet
    scaling: Scaling
    X: Array
    run: Run
    exact: Exact
    metrics: dict[str, float]
    chosen: Sequence[int]
    new: Array | None
    show: Show
    rate_was_lowered: bool = False

    def steps(self) -> Iterator[Block]:
        """The whole lesson, in order."""
        yield from self.the_data()
        if self.scaling.kind != "none":
            yield from self.the_scaling()
        yield from self.the_start()
        first = [epoch for epoch in self.chosen if epoch == 1]
        for epoch in first:
            yield from self.epoch_worked(epoch)
        yield from self.table_of_epochs()
        for epoch in self.chosen[len(first) :]:
            yield from self.epoch_worked(epoch)
        yield from self.the_curve()
        if not self.run.diverged:
            yield from self.the_model()
            yield from self.the_exact_answer()
            yield from self.how_good()

    def the_data(self) -> Iterator[Block]:
        """X and y as they stand in the file."""
        data, name = self.data, "X" if self.scaling.kind == "none" else "X_raw"
        yield Heading(("The data as a matrix",))
        counts = words.data_set(*data.X.shape)
        yield Sentence((counts, *listed_features(data.features), "; the target is ", Name(data.target), "."))
        yield from of_pictures(data.features, data.X, data.y, data.classes)
        yield from one_hot(data.columns)
        yield from grid(Paper().given(name, data.X), self.show, data.features, of_data=True)
        yield from grid(Paper().given("y", data.y), self.show, of_data=True)
        yield Sentence((words.in_float64("Training repeats its sums many times"),))

    def the_scaling(self) -> Iterator[Block]:
        """One feature's scaling worked, the others in a table."""
        standard = self.scaling.kind == "standard"
        yield Heading(("Scaling the features",))
        yield Sentence((words.why_scale(standard),))
        name, column = self.data.features[0], self.data.X[:, 0]
        shift, spread, scaled = (standardised if standard else ranged)(name, column)
        for part in (shift, spread):
            yield worked(part, (), self.show) if part.op else next(grid(part, self.show))
        if standard:
            yield from shortened(len(column), self.show)
        cell = Entry(Name("X"), (0, 0), scaled.number((0,)))
        yield worked(scaled, (0,), self.show, cell)
        head: tuple[Parts, ...] = (("feature",), *((part,) for part in words.scaling_names(standard)))
        rows = zip(self.data.features, self.scaling.shift, self.scaling.spread, strict=True)
        yield Table(head, (((Name(f),), (Num(a),), (Num(b),)) for f, a, b in rows), "lrr")
        yield from grid(Paper().carried("X", self.X), self.show, self.data.features, of_data=True)

    def the_start(self) -> Iterator[Block]:
        """The weights before the first epoch, and the learning rate."""
        yield Heading(("The start",))
        yield Sentence((words.starting_weights(self.X.shape[1]),))
        zeros = np.zeros(self.X.shape[1])
        for name, value in (("w", zeros), ("b", np.array(0.0)), ("η", np.array(self.run.rate))):
            yield from grid(Paper().given(name, value), self.show, self.data.features if name == "w" else ())
        if self.rate_was_lowered:
            yield Sentence((words.SAFE_RATE,))

    def epoch_worked(self, epoch: int) -> Iterator[Block]:
        """One epoch in full: prediction, loss, gradients by the chain rule, the update of each weight."""
        yield Heading((words.epoch_heading(epoch, self.run.epochs),))
        recorded = self.recorded(epoch)
        few = replace(self.show, steps=self.show.steps or FEW) if self.show.most(FEW) else self.show
        yield Sentence((words.FORWARD,))
        yield from explained(recorded.prediction, few)
        yield Sentence((words.LOSS,))
        yield from explained(recorded.loss, self.show)
        yield Sentence((words.BACKWARD,))
        for gradient in recorded.gradients:
            yield from explained(gradient, few if gradient is recorded.gradients[0] else self.show)
        yield Sentence((words.UPDATE,))
        for updated in recorded.updated:
            yield from explained(updated, self.show)

    def recorded(self, epoch: int) -> Epoch:
        """The epoch on paper; it must agree with the loop that trained."""
        w, b = self.run.kept[epoch]
        found = linear_epoch(self.X, self.data.y, w, np.array(b), np.array(self.run.rate), self.run.loss)
        line(f"epoch {epoch}", [Num(found.loss.number(())), Num(self.run.losses[epoch - 1])], self.show)
        return found

    def table_of_epochs(self) -> Iterator[Block]:
        """The loss after chosen epochs."""
        last = self.run.epochs
        shown = sorted({0, last, *(e for e in words.ROUND_EPOCHS if e < last)})
        yield Heading(("Epoch by epoch",))
        yield Sentence((words.epochs_table(last + 1 - len(shown)),))
        yield Table((("epoch",), ("loss after it",)), (((f"{e:,}",), (Num(self.run.losses[e]),)) for e in shown), "rr")

    @property
    def falls_far(self) -> bool:
        """Whether the loss falls so far that it is best drawn by factors."""
        return max(self.run.losses) > STEEP * min(self.run.losses) > 0

    def the_curve(self) -> Iterator[Block]:
        """The loss over the epochs; where it falls a long way, by factors."""
        yield Heading(("The loss, epoch by epoch",))
        if self.falls_far:
            yield Sentence((words.LOGARITHMIC,))
        yield Chart(("epoch",), ("loss",), list(enumerate(self.run.losses)), self.falls_far)
        yield Sentence((words.EVERY_EPOCH,))

    def the_model(self) -> Iterator[Block]:
        """The model in the user's own units, with predictions."""
        yield Heading(("The model in your own units",))
        coefficients, intercept = self.in_own_units()
        yield Sentence((words.undo_scaling(self.scaling.kind),))
        if self.scaling.kind != "none":
            everything = replace(self.show, entries=(), steps=None)
            yield from explained(coefficients, everything)
            yield from explained(intercept, everything)
        yield Sentence((words.THE_MODEL,))
        yield self.equation(coefficients, intercept)
        yield from weight_pictures(self.data.features, self.run.w, scaled=self.scaling.kind != "none")
        if self.new is not None:
            yield Sentence((words.PREDICTION,))
            for k in range(len(self.new)):
                yield worked(self.prediction(k), (), self.show)

    def in_own_units(self) -> tuple[Value, Value]:
        """Coefficients and intercept by features that are not scaled."""
        return self._unscaled(self.run.w, self.run.b)

    def equation(self, coefficients: Value, intercept: Value) -> Working:
        """price ≈ 52.3 + 0.139·size + …"""
        model: Expr = Num(intercept.number(()))
        for k, feature in enumerate(self.data.features):
            term = Num(abs(float(coefficients.data[k]))) * Name(feature)
            model = model - term if coefficients.data[k] < 0 else model + term
        return Working((Name(self.data.target), model), ("≈",))

    def prediction(self, k: int) -> Value:
        """The model at the k-th new row."""
        assert self.new is not None
        coefficients, intercept = self.in_own_units()
        paper = Paper()
        c, a = paper.carried("c", coefficients.data), paper.carried("a", intercept.data)
        return paper.call(self.data.target, OPS["dot"](c, paper.given("x", self.new[k])) + a)

    def the_exact_answer(self) -> Iterator[Block]:
        """How far gradient descent is from the least-squares solution."""
        yield Heading(("How far from the exact answer",))
        yield Sentence((words.least_squares(self.exact.unique),))
        descent, exact = self.in_own_units(), self.exact_in_own_units()
        pairs: list[tuple[Parts, float, float]] = [(("intercept",), float(descent[1].data), float(exact[1].data))]
        coefficients = zip(self.data.features, descent[0].data, exact[0].data, strict=True)
        pairs += [((Name(feature),), found, best) for feature, found, best in coefficients]
        pairs += [(("loss",), self.run.losses[-1], self.exact.loss)]
        rows = [(name, (Num(found),), (Num(best),), _difference(found, best)) for name, found, best in pairs]
        head: tuple[Parts, ...] = (("number",), ("gradient descent",), ("least squares",), ("difference",))
        yield Table(head, rows, "lrrr")
        if self.run.losses[-1] > ARRIVED * self.exact.loss:
            yield Sentence((words.not_there_yet(10 * self.run.epochs),))

    def exact_in_own_units(self) -> tuple[Value, Value]:
        """The least-squares coefficients and intercept."""
        return self._unscaled(self.exact.w, self.exact.b)

    def _unscaled(self, w: Array, b: float) -> tuple[Value, Value]:
        shift, spread = self.scaling.names
        return in_own_units(w, np.array(b), (shift, self.scaling.shift), (spread, self.scaling.spread))

    def how_good(self) -> Iterator[Block]:
        """R², mean absolute error and their baseline."""
        found = self.metrics
        yield Heading(("How good the model is",))
        yield Sentence((words.METRICS,))
        names = [(words.METRIC_NAMES[key], key) for key in ("r2", "mae", "rmse", "loss") if key in found]
        rows = [((name,), (Num(found[key]),), (Num(found[f"baseline_{key}"]),)) for name, key in names]
        if "r2" not in found:
            yield Sentence((words.NO_VARIATION,))
        yield Table((("measure",), ("the model",), ("always guessing the mean",)), rows, "lrr")

    def given(self) -> dict[str, Result]:
        """What was given, apart from the rows of the data."""
        return {"η": Result((), False, self.run.rate)}

    def answer(self) -> Result:
        """The predictions that were asked for, else the loss that training came to."""
        return self.results().get("predictions", Result((), False, self.run.losses[-1]))

    def results(self) -> dict[str, Result]:
        """What stands on the paper of the last epoch, save what has a number for every row of the data."""
        if not self.run.epochs:  # It diverged in the very first update.
            return {}
        recorded = self.recorded(self.run.epochs)
        lines = (recorded.loss, *recorded.parameters, *recorded.gradients[1:], *recorded.updated)
        found = results(lines) | {"L_new": Result((), False, self.run.losses[-1])}
        if self.new is not None and not self.run.diverged:
            predictions = [self.prediction(k) for k in range(len(self.new))]
            found["predictions"] = Result((len(predictions),), False, [float(p.data) for p in predictions])
        return found

    def for_programs(self) -> dict[str, Any]:
        """The model, its metrics, the exact solution and the history, as JSON gives them."""
        history = [{"epoch": epoch, "loss": loss} for epoch, loss in enumerate(self.run.losses)]
        if self.run.diverged:
            return {"history": history}
        return {
            "model": self.model(),
            "metrics": self.metrics,
            "least_squares": {"coefficients": self._by_name(*self.exact_in_own_units()), "loss": self.exact.loss},
            "history": history,
        }

    def model(self) -> dict[str, Any]:
        """The trained model, readable, with everything a prediction needs."""
        names = {"standard": ("mean", "std"), "minmax": ("min", "max"), "none": ()}[self.scaling.kind]
        columns = (self.scaling.shift, self.scaling.spread + (self.scaling.shift if "max" in names else 0))
        return {
            "schema": "penpaper-model/1",
            "task": "regression",
            "target": self.data.target,
            "features": self.data.features,
            "scaling": {"kind": self.scaling.kind, **dict(zip(names, columns, strict=False))},
            "parameters": {
                "W1": Result((len(self.run.w), 1), False, self.run.w.reshape(-1, 1).tolist()),
                "b1": Result((1,), False, [self.run.b]),
            },
            "activations": ["none"],
            "loss": self.run.loss.replace("_", "-"),
            "coefficients": self._by_name(*self.in_own_units()),
        }

    def _by_name(self, coefficients: Value, intercept: Value) -> dict[str, float]:
        named = zip(self.data.features, coefficients.data.tolist(), strict=True)
        return {"intercept": float(intercept.data), **dict(named)}

    def failure(self) -> CannotWork:
        """Why a run diverged, and what to try."""
        rate = safe_rate(self.X, self.run.loss)
        sizes = abs(self.X).max(axis=0)
        uneven = self.scaling.kind == "none" and sizes.max() > 10 * sizes.min()
        largest, smallest = (self.data.features[int(k)] for k in (sizes.argmax(), sizes.argmin()))
        tried, safe = map(self.show.figures.text, (self.run.rate, rate))
        return CannotWork(words.diverged(self.run.epochs, tried, safe, (largest, smallest) if uneven else None))


def _difference(found: float, best: float) -> Parts:
    """The difference of two numbers, unless it is one of rounding only."""
    rounding = abs(found - best) <= ROUNDING * max(abs(found), abs(best))
    return (words.NOTHING_BEYOND_ROUNDING,) if rounding and found != best else (Num(found - best),)
