"""What networks are made of: activations and losses, one entry each. Their mathematics is that of the operations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from penpaper_cli.errors import CannotRead


@dataclass(frozen=True)
class Choice:
    """Something with a name that is chosen by an option: `leaky_relu` in formulas, `leaky-relu` on the command line."""

    name: str

    @property
    def option(self) -> str:
        """The name as it is typed, and as saved models have it."""
        return self.name.replace("_", "-")


Chosen = TypeVar("Chosen", bound=Choice)


def by_name(entries: Iterable[Chosen]) -> dict[str, Chosen]:
    """The entries under their names, in order."""
    return {entry.name: entry for entry in entries}


def options_of(entries: Mapping[str, Choice]) -> list[str]:
    """What may be typed for each entry."""
    return [entry.option for entry in entries.values()]


def entry_of(entries: Mapping[str, Chosen], text: str) -> Chosen | None:
    """The entry of that name, with - or _ in it."""
    return entries.get(text.replace("-", "_"))


def chosen(entries: Mapping[str, Chosen], typed: str, option: str) -> Chosen:
    """The entry that was typed. Raises CannotRead with the choices."""
    entry = entry_of(entries, typed)
    if entry is None:
        raise CannotRead(f'{option} "{typed}": choose one of {", ".join(options_of(entries))}.')
    return entry


@dataclass(frozen=True)
class Activation(Choice):
    """What a layer makes of its scores. `hidden` says that the hidden layers of pp train may have it.

    `start` is how the weights of a hidden layer start unless told otherwise.
    """

    hidden: bool = True
    start: str = "he"


ACTIVATIONS = by_name(
    (
        Activation("none", hidden=False),
        Activation("relu"),
        Activation("leaky_relu"),
        Activation("sigmoid", start="xavier"),
        Activation("tanh", start="xavier"),
        Activation("softmax", hidden=False),
        Activation("gelu"),
        Activation("exp", hidden=False),
    )
)
HIDDEN = {name: activation for name, activation in ACTIVATIONS.items() if activation.hidden}


@dataclass(frozen=True)
class Loss(Choice):
    """A loss of predictions and targets. `settings` are those that have an option.

    Models are trained on the losses with a `link`: the activation that makes a prediction of the last scores. The loss
    is taken from these scores, with the settings `of_scores`; a single score is called `scores` on paper, and
    `per_class` says that there is one for each class, whose numbers are the targets. `curvature` bounds the second
    derivative of one sample's loss by its scores: p·(1 - p) is at most 1/4, and softmax has at most 1/2 (Böhning,
    Multinomial logistic regression algorithm, 1992). `of_classes` says that targets are classes, `may_be_negative` that
    the loss can be below 0.
    """

    settings: tuple[str, ...] = ()
    link: str | None = None
    of_scores: Mapping[str, int] = field(default_factory=dict)
    scores: str = "ŷ"
    per_class: bool = False
    curvature: float = 0.0
    of_classes: bool = False
    may_be_negative: bool = False

    def text(self, prediction: str, settings: Mapping[str, object]) -> str:
        """The loss as formula text: huber(ŷ, y, delta=1)."""
        words = "".join(f", {name}={value}" for name, value in settings.items())
        return f"{self.name}({prediction}, y{words})"

    def text_of_scores(self, scores: str) -> str:
        """The same, of the last scores of a model."""
        return self.text(scores, self.of_scores)


LOSSES = by_name(
    (
        Loss("mse", link="none", curvature=2),
        Loss("half_mse", link="none", curvature=1),
        Loss("poisson", link="exp", scores="z", curvature=math.inf, may_be_negative=True),
        Loss("sse"),
        Loss("half_sse"),
        Loss("mae"),
        Loss("bce", link="sigmoid", of_scores={"from_scores": 1}, scores="z", curvature=1 / 4, of_classes=True),
        Loss(
            "cross_entropy",
            settings=("from_probabilities",),
            link="softmax",
            per_class=True,
            of_classes=True,
            curvature=1 / 2,
        ),
        Loss("hinge", settings=("delta",)),
        Loss("huber", settings=("delta",)),
    )
)
TRAINED = {name: loss for name, loss in LOSSES.items() if loss.link is not None}
"""The losses that models are trained on."""
OF_NUMBERS = {name: loss for name, loss in TRAINED.items() if not loss.of_classes}
"""Those of numbers, among which there is a choice."""
