"""A trained model: what it predicts, and the readable file that it is kept in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from penpaper_cli.data.corpus import CONTEXTS, Counts
from penpaper_cli.data.corpus import features as word_features
from penpaper_cli.data.dataset import Column
from penpaper_cli.data.sources import quoted, shown
from penpaper_cli.errors import CannotRead, Fault
from penpaper_cli.formula.choices import ACTIVATIONS, HIDDEN, TRAINED, entry_of
from penpaper_cli.formula.composed import in_own_units
from penpaper_cli.models.json_fields import (
    JsonObject,
    array_of,
    array_to_json,
    count_of,
    finite,
    list_of,
    names_of,
    number_of,
    object_of,
    text_of,
)
from penpaper_cli.models.layers import Layers, Parameters
from penpaper_cli.models.metrics import decided
from penpaper_cli.models.scaling import Scaling
from penpaper_cli.paper.paper import Array, Value

SCHEMA = "penpaper-model/1"
TASKS = ("regression", "classification", "next-word")


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that a prediction needs. `features` are the columns of X, `columns` those of the file.

    `target_scaling` is None where the target was taken as it is; `classes` are () for a number. `resume` is what
    training needs to go on, as the file holds it. `counts` are those of a text, whose words are the classes.
    """

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

    @property
    def task(self) -> str:
        if self.counts is not None:
            return "next-word"
        return "classification" if self.classes else "regression"

    def predictions(self, X: Array) -> Array:
        """Of rows in their own units: numbers (n,) in the target's units, or the shares of all classes (n, k)."""
        found = self.layers.predictions(self.parameters, self.scaling.apply(X))
        if self.layers.loss == "bce":
            return np.column_stack([1 - found, found])
        if self.target_scaling is not None:
            found = found * self.target_scaling.spread[0] + self.target_scaling.shift[0]
        return found

    def labels(self, shares: Array) -> list[str]:
        """The most likely class of every row."""
        return [self.classes[k] for k in decided(shares)]

    def in_own_units(self) -> tuple[Value, Value]:
        """For one layer with one output: the coefficients and the intercept, worked into the user's own units."""
        found, (shift, spread) = self.layers.on_paper(dict(self.parameters)), self.scaling.names
        target = self.target_scaling
        own = None if target is None else (float(target.shift[0]), float(target.spread[0]))
        columns = (shift, self.scaling.shift), (spread, self.scaling.spread)
        return in_own_units(found["w"], found["b"], *columns, own)

    def coefficients(self) -> dict[str, float]:
        """The same by name."""
        own, intercept = self.in_own_units()
        return {"intercept": float(intercept.data), **dict(zip(self.features, own.data.tolist(), strict=True))}

    def to_json(self) -> JsonObject:
        """What the file holds, in plain lists and numbers."""
        found: JsonObject = {"schema": SCHEMA, "task": self.task, "target": self.target}
        found["features"] = list(self.features)
        found["columns"] = [
            {"name": c.name, "categories": list(c.categories)} if c.categories else {"name": c.name}
            for c in self.columns
        ]
        found["scaling"] = scaling_to_json(self.scaling)
        if self.target_scaling is not None:
            found["target_scaling"] = scaling_to_json(self.target_scaling)
        found["parameters"] = {name: array_to_json(data) for name, data in self.parameters.items()}
        found["activations"] = [ACTIVATIONS[name].option for name in self.layers.activations]
        found["loss"] = self.layers.objective.option
        if self.classes:
            found["words" if self.counts is not None else "classes"] = list(self.classes)
        if self.counts is not None:
            found |= {"context": self.counts.context, "seen": self.counts.seen.tolist()}
        if self.layers.single:
            found["coefficients"] = self.coefficients()
        found["metrics"] = dict(self.metrics)
        if self.resume is not None:
            found["resume"] = self.resume
        return found


def scaling_to_json(scaling: Scaling) -> JsonObject:
    """The kind, and for each feature mean and std, or min and max."""
    if scaling.kind == "none":
        return {"kind": "none"}
    if scaling.top is not None:
        return {"kind": "minmax", "min": scaling.shift.tolist(), "max": scaling.top.tolist()}
    return {"kind": "standard", "mean": scaling.shift.tolist(), "std": scaling.spread.tolist()}


def read_model(text: str, source: str) -> Model:
    """The model in a file's text. Raises CannotRead with what is wrong with it."""
    try:
        members = json.loads(text, parse_constant=_no_constant)
        return _model(members)
    except Fault as fault:
        problem = str(fault)
    except KeyError as missing:
        problem = f"it has no {quoted(str(missing.args[0]))}"
    except RecursionError:
        problem = "it is nested too deeply"
    except ValueError:
        problem = "it is not JSON"
    raise CannotRead(f"{shown(source)} is not a model that pp can use: {problem}; save one with pp train --save.")


def _no_constant(name: str) -> float:
    raise Fault(f"it holds {name}, which is not a finite number")


def _model(members: Any) -> Model:
    if not isinstance(members, dict) or not isinstance(members.get("schema"), str):
        raise Fault(f'it has no "schema": "{SCHEMA}"')
    if members["schema"] != SCHEMA:
        raise Fault(f"its schema is {quoted(members['schema'])}, and this version of pp reads {SCHEMA}")
    if members["task"] not in TASKS:
        raise Fault(f"its task is {quoted(str(members['task']))}, and pp predicts for {', '.join(TASKS)}")
    features, of_text = names_of(members, "features"), members["task"] == "next-word"
    key = "words" if of_text else "classes"
    classes = names_of(members, key) if key in members else ()
    if (members["task"] == "regression") != (len(classes) < 2):
        raise Fault("its task and its classes don't fit each other")
    activations = names_of(members, "activations", different=False)
    loss = entry_of(TRAINED, text_of(members, "loss"))
    hidden = tuple(known.name for name in activations[:-1] if (known := entry_of(HIDDEN, name)))
    if loss is None or (*hidden, loss.link) != tuple(name.replace("-", "_") for name in activations):
        raise Fault("its activations and its loss are not those of a model that pp trains")
    parameters = {name: array_of(found, name) for name, found in object_of(members, "parameters").items()}
    resume = object_of(members, "resume") if "resume" in members else None
    l2 = float(number_of(resume, "l2")) if resume is not None else 0.0
    sizes = [len(features)]
    for k in range(1, len(activations) + 1):
        weights = parameters[f"W{k}"]
        sizes.append(weights.shape[1] if weights.ndim == 2 else 0)
    layers = Layers(tuple(sizes), hidden, loss.name, l2)
    check_shapes(layers, parameters)
    outputs = len(classes) if loss.per_class else 1
    if sizes[-1] != outputs or (loss.name == "bce" and len(classes) != 2) or (classes and loss.link == "none"):
        raise Fault("its last layer doesn't fit its classes")
    scale = _scaling(object_of(members, "scaling"), len(features))
    target_scale = _scaling(object_of(members, "target_scaling"), 1) if "target_scaling" in members else None
    measures = object_of(members, "metrics") if "metrics" in members else {}
    metrics = {key: number_of(measures, key) for key in measures}
    counts = _counts(members, features, classes) if of_text else None
    columns = () if of_text else _columns(members, features)
    return Model(
        text_of(members, "target"),
        features,
        columns,
        scale,
        layers,
        parameters,
        target_scale,
        classes,
        metrics,
        resume,
        counts,
    )


def check_shapes(layers: Layers, parameters: Parameters) -> None:
    """Raise Fault unless every parameter has its shape."""
    if list(parameters) != list(layers.shapes):
        raise Fault(f"its parameters should be {', '.join(layers.shapes)}")
    for name, shape in layers.shapes.items():
        if parameters[name].shape != shape:
            sizes = ["×".join(map(str, s)) for s in (parameters[name].shape, shape)]
            raise Fault(f"its {name} is {sizes[0]} and should be {sizes[1]}")


def _counts(members: JsonObject, features: tuple[str, ...], words: tuple[str, ...]) -> Counts:
    """What the model's text held: rows of the words before, the next word and how often, words by their numbers."""
    context = count_of(members, "context")
    if context not in CONTEXTS or features != word_features(words, context):
        raise Fault("its words and its features don't fit each other")
    seen = finite(list_of(members, "seen"), "seen")
    whole = seen.ndim == 2 and seen.shape[1] == context + 2 and bool((seen == np.floor(seen)).all())
    if not whole or seen[:, :-1].min() < 0 or seen[:, :-1].max() >= len(words) or seen[:, -1].min() < 1:
        raise Fault('its "seen" is not what pp writes')
    return Counts(seen.astype(int), len(words))


def _columns(members: JsonObject, features: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of the file, which must come to the features: one for numbers, one less than the categories."""
    found = []
    for column in list_of(members, "columns"):
        if not isinstance(column, dict):
            raise Fault("its columns are not what pp writes")
        categories = names_of(column, "categories") if "categories" in column else ()
        found.append(Column(text_of(column, "name"), categories))
    names = [n for c in found for n in ([f"{c.name}={one}" for one in c.categories[1:]] or [c.name])]
    if names != list(features):
        raise Fault("its columns and its features don't fit each other")
    return tuple(found)


def _scaling(members: JsonObject, width: int) -> Scaling:
    kind = members["kind"]
    if kind == "none":
        return Scaling("none", np.zeros(width), np.ones(width))
    names = {"standard": ("mean", "std"), "minmax": ("min", "max")}.get(kind if isinstance(kind, str) else "")
    if names is None:
        raise Fault("its scaling is of no kind that pp knows")
    first, second = (_vector(list_of(members, name), width, name) for name in names)
    if kind == "minmax":
        # A feature that didn't vary among the training rows is not divided, as in training.
        spread, top = np.where(second == first, 1.0, second - first), second
    else:
        spread, top = second, None
    if not (spread > 0).all():
        raise Fault(f"a feature's {names[1]} leaves nothing to divide by")
    return Scaling(kind, first, spread, top)


def _vector(numbers: Sequence[Any], width: int, name: str) -> Array:
    found = finite(numbers, name)
    if found.shape != (width,):
        raise Fault(f"its {name} should have {width} numbers")
    return found
