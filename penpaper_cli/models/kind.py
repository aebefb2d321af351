"""What a kind of model has to say: of its targets, its measures and its mathematics. The entries are in `kinds`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from penpaper_cli.data.dataset import DataSet
from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Name
from penpaper_cli.formula.choices import LOSSES, Loss
from penpaper_cli.models.metrics import class_metrics, decided, metrics
from penpaper_cli.models.rates import safe_rate
from penpaper_cli.models.scaling import Scaling
from penpaper_cli.paper.arrays import Array
from penpaper_cli.solution.blocks import Parts, Result


class Task(StrEnum):
    """What a model is for, as its file says."""

    REGRESSION = "regression"
    CLASSIFICATION = "classification"
    NEXT_WORD = "next-word"


class Equation(NamedTuple):
    """A model as one line, `left` ≈ `right`, with what is said before it and after it."""

    before: Parts
    left: Expr
    right: Expr
    after: Parts = ()


@dataclass(frozen=True, kw_only=True)
class Kind(ABC):
    """A kind of model, with or without hidden layers.

    It is trained on the first of its `losses` unless another is asked for, for so many `epochs` unless told otherwise.
    `title` heads a run without hidden layers, `forward` says how a row becomes a prediction. `target` says what its
    targets are, such as counts. `prediction` is what the losses' link makes of the last scores, as it is called on
    paper, and `conclusion` what is said of it. `measures` are the metrics by their names in JSON, with `about_measures`
    as a sentence on them; `rate_by` says where the learning rate without hidden layers comes from. `no_choice` are
    options of training that it has no use for, and why.
    """

    name: str
    task: Task
    losses: tuple[str, ...]
    title: str
    network_title: str = "Training a network"
    forward: str
    target: str
    prediction: str
    conclusion: str = ""
    measures: Mapping[str, str]
    about_measures: str
    rate_by: str
    usual_scaling: str = "standard"
    no_choice: Mapping[str, str] = field(default_factory=dict)
    epochs: int = 500
    network_epochs: int = 500

    of_classes = False
    """Whether it predicts one of several classes, with the shares of all of them; else it predicts a number."""
    has_least_squares = False
    """Whether least squares gives the smallest loss there is."""
    may_scale_target = False
    """Whether the target may be trained on in units of its own spread."""

    @property
    def loss(self) -> Loss:
        """The loss that it is trained on unless another is asked for; all of its losses have the same link."""
        return LOSSES[self.losses[0]]

    @property
    def link(self) -> str:
        """The operation that makes a prediction of the last scores; "none" where they are it already."""
        return self.loss.link or "none"

    @abstractmethod
    def suits(self, data: DataSet) -> bool:
        """Whether this is a kind of model for the target of this data."""

    def fits(self, classes: Sequence[str]) -> bool:
        """Whether there can be a model of this kind with these classes."""
        return not classes

    def outputs(self, classes: Sequence[str]) -> int:
        """How many scores come last."""
        return len(classes) if self.loss.per_class else 1

    @abstractmethod
    def check(self, data: DataSet, held: DataSet | None) -> None:
        """Raise CannotWork, or CannotRead, where the targets of the training rows leave nothing to learn."""

    def curvature(self, loss: Loss, y: Array) -> float:
        """The largest second derivative of one sample's loss by its scores."""
        return loss.curvature

    def usual_rate(self, X: Array, y: Array, loss: Loss, l2: float) -> float:
        """A learning rate for plain gradient descent without hidden layers."""
        return safe_rate(X, self.curvature(loss, y), l2)

    def why_rate(self, rate: float) -> str:
        """What is said of a rate that was chosen so; nothing where it is the usual one."""
        return self.rate_by

    @abstractmethod
    def predictions(self, outputs: Array, target: Scaling | None) -> Array:
        """Predictions from what the link makes of the last scores: numbers (n,), or shares of all classes (n, k)."""

    @abstractmethod
    def guess_of(self, y: Array, classes: Sequence[str]) -> Array:
        """One guess, the same for every row, that the targets of the training rows teach, without any feature."""

    @abstractmethod
    def metrics(self, predictions: Array, y: Array, guess: Array, loss: str) -> dict[str, float]:
        """How good predictions of `y` are, and, as `baseline_…`, how good the guess is."""

    @abstractmethod
    def guess(self, classes: Sequence[str], guess: Array) -> Parts:
        """That guess in words."""

    def labels(self, predictions: Array, classes: Sequence[str]) -> Sequence[str] | Sequence[float]:
        """What is predicted of each row."""
        return [float(number) for number in predictions]

    def results(self, predictions: Array, classes: Sequence[str]) -> dict[str, Result]:
        """Predictions for other programs."""
        return {"predictions": Result((len(predictions),), False, self.labels(predictions, classes))}

    def of_score(self, target: str) -> tuple[str, str]:
        """What the score of a row and the prediction made of it are called, with coefficients in the user's units."""
        return ("z", self.prediction)

    def equation(self, target: str, classes: Sequence[str], score: Expr) -> Equation:
        """The model as one line, from its one score in the user's own units.

        Raises CannotWork for a kind that has none.
        """
        raise CannotWork(f"A model of {self.name} can't be written as one equation.")


THE_MODEL = "The model:"
SCORES = "Forward pass: a score for each row is its features times the weights, added up, plus the bias."
RATE_BY_CURVATURE = (
    "The rate is at most half of the largest that surely converges, which follows from how steeply the gradient of "
    "this loss can change."
)


@dataclass(frozen=True, kw_only=True)
class NumberKind(Kind):
    """A kind of model that predicts a number."""

    task: Task = Task.REGRESSION
    target: str = "numbers"
    prediction: str = "ŷ"

    def suits(self, data: DataSet) -> bool:
        return not data.classes

    def predictions(self, outputs: Array, target: Scaling | None) -> Array:
        return outputs if target is None else outputs * target.spread[0] + target.shift[0]

    def guess_of(self, y: Array, classes: Sequence[str]) -> Array:
        return np.asarray(y.mean(keepdims=True))

    def metrics(self, predictions: Array, y: Array, guess: Array, loss: str) -> dict[str, float]:
        return metrics(predictions, y, loss, float(guess[0]))

    def guess(self, classes: Sequence[str], guess: Array) -> Parts:
        return ("always guessing the mean",)

    def of_score(self, target: str) -> tuple[str, str]:
        return (target, target) if self.link == "none" else ("z", target)

    def equation(self, target: str, classes: Sequence[str], score: Expr) -> Equation:
        return Equation((THE_MODEL,), Name(target), score if self.link == "none" else Apply(self.link, (score,)))


@dataclass(frozen=True, kw_only=True)
class ClassKind(Kind):
    """A kind of model that predicts one of several classes."""

    task: Task = Task.CLASSIFICATION
    target: str = "classes"
    prediction: str = "P"
    measures: Mapping[str, str]
    about_measures: str = (
        "Accuracy is the share of rows whose most likely class is the true one; the loss is the cross-entropy."
    )
    rate_by: str = RATE_BY_CURVATURE

    of_classes = True

    def suits(self, data: DataSet) -> bool:
        return bool(data.classes) and self.fits(data.classes) and not data.context

    def check(self, data: DataSet, held: DataSet | None) -> None:
        present = sorted(set(data.y.astype(int).tolist()))
        if len(present) < 2:
            where = "in every row" if held is None else "in every row that is left to train on"
            remedy = "choose another target" if held is None else "try another --seed, or set less aside with --test"
            raise CannotWork(
                f"The target {quoted(data.target)} is {quoted(data.classes[present[0]])} {where}, so there are no "
                f"classes to tell apart: {remedy}."
            )

    def predictions(self, outputs: Array, target: Scaling | None) -> Array:
        return outputs

    def guess_of(self, y: Array, classes: Sequence[str]) -> Array:
        return frequencies(y, len(classes))

    def metrics(self, predictions: Array, y: Array, guess: Array, loss: str) -> dict[str, float]:
        return class_metrics(predictions, y, guess)

    def guess(self, classes: Sequence[str], guess: Array) -> Parts:
        return ("always guessing ", Name(classes[int(guess.argmax())]))

    def labels(self, predictions: Array, classes: Sequence[str]) -> Sequence[str]:
        return [classes[k] for k in decided(predictions)]

    def results(self, predictions: Array, classes: Sequence[str]) -> dict[str, Result]:
        shares = Result(predictions.shape, False, predictions.tolist())
        return {**super().results(predictions, classes), "probabilities": shares}


def frequencies(y: Array, classes: int) -> Array:
    """The share of each class among these targets."""
    return np.bincount(y.astype(int), minlength=classes) / len(y)
