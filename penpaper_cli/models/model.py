"""A trained model: what it predicts, and, where it is one layer with one output, its coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from penpaper_cli.data.corpus import Counts
from penpaper_cli.data.dataset import Column
from penpaper_cli.data.vectors import Missing
from penpaper_cli.errors import CannotWork
from penpaper_cli.formula.composed import in_own_units
from penpaper_cli.models.json_fields import JsonObject
from penpaper_cli.models.kind import Kind
from penpaper_cli.models.layers import Layers, Parameters
from penpaper_cli.models.scaling import Scaling
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Value


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that a prediction needs. `features` are the columns of X, `columns` those of the file.

    `target_scaling` is None where the target was taken as it is; `classes` are () for a number. `resume` is what
    training needs to go on, as the file holds it. `counts` are those of a text, whose words are the classes. `missing`
    is what was done with gaps, `guess` the constant guess that measures are compared with, by its kind. `unknown` are
    fields of its file that another version wrote, to be kept.
    """

    kind: Kind
    target: str
    features: tuple[str, ...]
    columns: tuple[Column, ...]
    scaling: Scaling
    layers: Layers
    parameters: Parameters
    target_scaling: Scaling | None = None
    classes: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    resume: JsonObject | None = None
    counts: Counts | None = None
    missing: Missing | None = None
    guess: Array | None = None
    unknown: JsonObject = field(default_factory=dict)

    @property
    def context(self) -> int:
        """How many words of a text are looked at; 0 for a model of anything else."""
        return 0 if self.counts is None else self.counts.context

    def predictions(self, X: Array) -> Array:
        """Of rows in their own units: numbers (n,) in the target's units, or the shares of all classes (n, k).

        Raises CannotWork where they leave the range of float64.
        """
        with np.errstate(all="ignore"):
            outputs = self.layers.predictions(self.parameters, self.scaling.apply(X))
            predicted = self.kind.predictions(outputs, self.target_scaling)
        if not np.isfinite(predicted).all():
            raise CannotWork(
                "The predictions leave the range of float64: the rows, or the model's numbers, are too large for it."
            )
        return predicted

    def measured(self, X: Array, y: Array, guess: Array) -> dict[str, float]:
        """How good predictions of rows in their own units are, beside the guess.

        The loss is worked from the scores: a share that rounds to 0 would make it infinite.
        """
        measures = self.kind.metrics(self.predictions(X), y, guess, self.layers.loss)
        if self.kind.link != "none":
            measures["loss"] = self.layers.plain_loss(self.layers.flow(self.parameters, self.scaling.apply(X)), y)
        return measures

    def in_own_units(self) -> tuple[Value, Value]:
        """For one layer with one output: the coefficients and the intercept, worked into the user's own units."""
        weights, (shift, spread) = self.layers.on_paper(dict(self.parameters)), self.scaling.names
        target = self.target_scaling
        own = None if target is None else (float(target.shift[0]), float(target.spread[0]))
        columns = (shift, self.scaling.shift), (spread, self.scaling.spread)
        return in_own_units(weights["w"], weights["b"], *columns, own)

    def coefficients(self) -> dict[str, float]:
        """The same by name."""
        own, intercept = self.in_own_units()
        return {"intercept": float(intercept.data), **dict(zip(self.features, own.data.tolist(), strict=True))}
