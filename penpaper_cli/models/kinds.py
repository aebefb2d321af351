"""Kinds of model, one entry each: what it is trained on, how it is measured, and how it is said and written.

Whatever differs between a linear model, a logistic regression, … is asked of its kind. Add an entry to KINDS, with its
loss in formula/choices.py, and every command knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from penpaper_cli.data.dataset import DataSet
from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.expressions.arithmetic import Expr, Name
from penpaper_cli.formula.choices import OF_NUMBERS, Loss, chosen
from penpaper_cli.models.kind import SCORES, ClassKind, Equation, Kind, NumberKind, Task
from penpaper_cli.models.metrics import count_metrics
from penpaper_cli.models.options import TrainingOptions
from penpaper_cli.models.rates import USUAL_RATE
from penpaper_cli.models.scaling import Scaling
from penpaper_cli.paper.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Linear(NumberKind):
    """The score itself is the prediction."""

    has_least_squares = True
    may_scale_target = True

    def check(self, data: DataSet, held: DataSet | None) -> None:
        """Any numbers will do."""

    def usual_rate(self, X: Array, y: Array, loss: Loss, l2: float) -> float:
        return min(USUAL_RATE, super().usual_rate(X, y, loss, l2))

    def why_rate(self, rate: float) -> str:
        return self.rate_by if rate < USUAL_RATE else ""


@dataclass(frozen=True, kw_only=True)
class Poisson(NumberKind):
    """The exponential of the score is the mean of a Poisson distribution (McCullagh and Nelder, Generalized Linear
    Models, 1989, chapter 6): the logarithm of the expected count is linear in the features.
    """

    def check(self, data: DataSet, held: DataSet | None) -> None:
        for rows in (data, held):
            wrong = [] if rows is None else rows.y[(rows.y < 0) | (rows.y != np.floor(rows.y))]
            if len(wrong):
                raise CannotRead(
                    f"--loss poisson: the target {quoted(data.target)} has {wrong[0]:g}, and a Poisson regression "
                    "predicts counts, 0, 1, 2 and so on: choose another target, or leave the option out."
                )
        if not data.y.any():
            raise CannotWork(f"Every {quoted(data.target)} to train on is 0, so there is nothing to count.")

    def predictions(self, outputs: Array, target: Scaling | None) -> Array:
        if not np.isfinite(outputs).all():
            raise CannotWork(
                f"For row {int(np.argmin(np.isfinite(outputs))) + 1} the model expects a count beyond float64: its "
                "features lie too far from those that the model was trained on."
            )
        return outputs

    def curvature(self, loss: Loss, y: Array) -> float:
        """The second derivative is the predicted count itself: that of predictions up to the largest count."""
        return float(y.max())

    def metrics(self, predictions: Array, y: Array, guess: Array, loss: str) -> dict[str, float]:
        return count_metrics(predictions, y, float(guess[0]))

    def equation(self, target: str, classes: Sequence[str], score: Expr) -> Equation:
        factor = (
            "One more of a feature multiplies the count by the exponential of its coefficient, whatever it was before.",
        )
        return super().equation(target, classes, score)._replace(after=factor)


@dataclass(frozen=True, kw_only=True)
class Logistic(ClassKind):
    """One score, the logarithm of the odds of the later of two classes."""

    def fits(self, classes: Sequence[str]) -> bool:
        return len(classes) == 2

    def predictions(self, outputs: Array, target: Scaling | None) -> Array:
        return np.column_stack([1 - outputs, outputs])

    def of_score(self, target: str) -> tuple[str, str]:
        return ("z", "p")

    def equation(self, target: str, classes: Sequence[str], score: Expr) -> Equation:
        later = Name(classes[1])
        odds = ("The score z of a row, the logarithm of the odds of ", later, ":")
        verdict = (" is sigmoid(z); from one half up (z from 0 up) the prediction is ", later, ".")
        return Equation(odds, Name("z"), score, ("The probability of ", later, *verdict))


@dataclass(frozen=True, kw_only=True)
class Softmax(ClassKind):
    """A score for every class."""

    conclusion: str = "The prediction is the class with the largest share."

    def fits(self, classes: Sequence[str]) -> bool:
        return len(classes) != 2


@dataclass(frozen=True, kw_only=True)
class NextWord(Softmax):
    """A score for every word of a text."""

    task: Task = Task.NEXT_WORD

    def fits(self, classes: Sequence[str]) -> bool:
        return len(classes) > 1

    def suits(self, data: DataSet) -> bool:
        return bool(data.context)


NUMBER_MEASURES = {"r2": "R²", "mae": "mean absolute error", "rmse": "root mean squared error", "loss": "loss"}
CLASS_MEASURES = {"accuracy": "accuracy", "loss": "loss"}
EACH_CLASS = "Forward pass: each row gets a score for every class, its features times weights, plus a bias."

LINEAR = Linear(
    name="linear regression",
    losses=("mse", "half_mse"),
    title="Training a linear model",
    forward="Forward pass: a prediction for each row is its features times the weights, added up, plus the bias.",
    measures=NUMBER_MEASURES,
    about_measures=(
        "R² is the share of the target's variation that the model explains; the errors are in the target's own units."
    ),
    rate_by="The usual rate, 0.1, would not converge on these features, so a smaller one is taken.",
    epochs=200,
)
POISSON = Poisson(
    name="Poisson regression",
    losses=("poisson",),
    target="counts",
    title="Training a Poisson regression",
    forward=SCORES,
    conclusion="The expected count is the exponential of the score.",
    measures={"d2": "D²", "deviance": "mean deviance", "mae": "mean absolute error", "loss": "loss"},
    about_measures=(
        "The deviance is twice the loss beyond that of predictions that hit every count; D² is the share of it that "
        "the model explains, as R² is of squared errors."
    ),
    rate_by=(
        "The rate is half of the largest that converges as long as no prediction is larger than the largest count, "
        "since this loss is as steep as what is predicted."
    ),
)
LOGISTIC = Logistic(
    name="logistic regression",
    losses=("bce",),
    title="Training a logistic regression",
    forward=SCORES,
    conclusion="P is the probability of the later class: from one half up, that class is the prediction.",
    measures=CLASS_MEASURES,
)
SOFTMAX = Softmax(
    name="softmax regression",
    losses=("cross_entropy",),
    title="Training a softmax regression",
    forward=EACH_CLASS,
    measures=CLASS_MEASURES,
)
NEXT_WORD = NextWord(
    name="the next word",
    losses=("cross_entropy",),
    title="Learning the next word",
    network_title="Learning the next word",
    forward=EACH_CLASS,
    measures=CLASS_MEASURES,
    usual_scaling="none",
    no_choice={
        "loss": "with --next-word words are classes, and their loss is the cross-entropy",
        "scale": "with --next-word one-hot rows are 0 and 1 already",
        "scale-target": "with --next-word words are classes and can't be scaled",
    },
    epochs=2_000,
    network_epochs=2_000,
)
KINDS = (LINEAR, POISSON, LOGISTIC, SOFTMAX, NEXT_WORD)


def kind_for(data: DataSet, options: TrainingOptions) -> tuple[Kind, Loss]:
    """The kind of model for a target, and the loss it is trained on: the one asked for, if any.

    Raises CannotRead where that loss is for another kind of target, and for other options that leave no choice.
    """
    suited = [kind for kind in KINDS if kind.suits(data)]
    for option in options.given():
        if option in suited[0].no_choice:
            raise CannotRead(f"--{option}: {suited[0].no_choice[option]}; leave the option out.")
    loss = options.loss
    if loss is None:
        return suited[0], suited[0].loss
    if suited[0].of_classes:
        raise CannotRead(f"--loss {loss} measures numbers, and the target holds classes: leave the option out.")
    wanted = chosen(OF_NUMBERS, loss, "--loss")
    return next(kind for kind in suited if wanted.name in kind.losses), wanted


def kind_of(task: str, loss: str) -> Kind | None:
    """The kind of a model that was saved."""
    return next((kind for kind in KINDS if kind.task == task and loss in kind.losses), None)
