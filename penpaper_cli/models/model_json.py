"""A model as the readable file that it is kept in, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from penpaper_cli.data.corpus import CONTEXTS, Counts
from penpaper_cli.data.corpus import features as word_features
from penpaper_cli.data.dataset import Column
from penpaper_cli.data.files import write_whole
from penpaper_cli.data.sources import quoted, readable, shown
from penpaper_cli.data.vectors import Missing
from penpaper_cli.errors import CannotRead, Fault
from penpaper_cli.formula.choices import HIDDEN, TRAINED, entry_of
from penpaper_cli.models.json_fields import (
    JsonObject,
    array_of,
    array_to_json,
    check_numbers,
    count_of,
    floats,
    list_of,
    names_of,
    number_of,
    object_of,
    text_of,
    unknown_fields,
    with_unknown,
)
from penpaper_cli.models.kind import Kind, Task
from penpaper_cli.models.kinds import kind_of
from penpaper_cli.models.layers import Layers, Parameters
from penpaper_cli.models.model import Model
from penpaper_cli.models.scaling import Scaling
from penpaper_cli.paper.arrays import Array
from penpaper_cli.render.json.document import written

SCHEMA = "penpaper-model/1"
MOST_SEEN = 10**12
"""No text has more words."""


def model_to_json(model: Model) -> JsonObject:
    """What the file holds, in plain lists and numbers."""
    layers, of_text = model.layers, model.counts is not None
    fields: JsonObject = {"schema": SCHEMA, "task": str(model.kind.task), "target": model.target}
    fields["features"] = list(model.features)
    fields["columns"] = list(map(column_to_json, model.columns))
    if model.missing is not None:
        fields["missing"] = str(model.missing)
    fields["scaling"] = scaling_to_json(model.scaling)
    if model.target_scaling is not None:
        fields["target_scaling"] = scaling_to_json(model.target_scaling)
    fields["parameters"] = {name: array_to_json(data) for name, data in model.parameters.items()}
    fields["activations"] = [name.replace("_", "-") for name in layers.activations]
    fields["loss"] = layers.objective.option
    if model.kind.of_classes:
        fields["words" if of_text else "classes"] = list(model.classes)
    if model.counts is not None:
        fields |= {"context": model.counts.context, "seen": model.counts.seen.tolist()}
    if layers.single:
        fields["coefficients"] = model.coefficients()
    if model.guess is not None:
        fields["guess"] = model.guess.tolist()
    fields["metrics"] = dict(model.metrics)
    if model.resume is not None:
        fields["resume"] = model.resume
    return with_unknown(fields, model.unknown)


def column_to_json(column: Column) -> JsonObject:
    """A column of the file: its name, its categories or what fills its gaps."""
    fields: JsonObject = {"name": column.name}
    if column.categories:
        fields["categories"] = list(column.categories)
    if column.fill is not None:
        fields["fill"] = column.fill
    return fields


def scaling_to_json(scaling: Scaling) -> JsonObject:
    """The kind, and for each feature mean and std, or min and max."""
    if scaling.kind == "none":
        return {"kind": "none"}
    if scaling.top is not None:
        return {"kind": "minmax", "min": scaling.shift.tolist(), "max": scaling.top.tolist()}
    return {"kind": "standard", "mean": scaling.shift.tolist(), "std": scaling.spread.tolist()}


def save_model(model: Model, path: str) -> None:
    """Write the model, whole or not at all."""
    write_whole(path, "--save", [written(model_to_json(model)).encode()])


def load_model(path: str) -> Model:
    """A saved model. Raises CannotRead when the file is missing, or isn't one."""
    with readable(path), open(path, encoding="utf-8") as file:
        text = file.read()
    return read_model(text, path)


def read_model(text: str, source: str) -> Model:
    """The model in a file's text. Raises CannotRead with what is wrong with it."""
    return model_of(lambda: json.loads(text, parse_constant=_no_constant), source)


def model_of(document: Callable[[], Any], source: str) -> Model:
    """The model in a document of JSON. Raises CannotRead, which calls it `source`, with what is wrong with it."""
    try:
        fields = _fields(document())
        check_numbers(fields)
        model = _model(fields)
        return replace(model, unknown=unknown_fields(fields, model_to_json(model)))
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


def _fields(document: Any) -> JsonObject:
    if not isinstance(document, dict) or not isinstance(document.get("schema"), str):
        raise Fault(f'it has no "schema": "{SCHEMA}"')
    if document["schema"] != SCHEMA:
        raise Fault(f"its schema is {quoted(document['schema'])}, and this version of pp reads {SCHEMA}")
    return document


def _model(fields: JsonObject) -> Model:
    features = names_of(fields, "features")
    kind, classes = _kind(fields)
    parameters = {name: array_of(value, name) for name, value in object_of(fields, "parameters").items()}
    resume = object_of(fields, "resume") if "resume" in fields else None
    layers = _layers(
        fields, len(features), parameters, float(number_of(resume, "l2")) if resume and "l2" in resume else 0.0
    )
    if layers.sizes[-1] != kind.outputs(classes):
        raise Fault("its last layer doesn't fit its classes")
    of_text = kind.task == Task.NEXT_WORD
    measures = object_of(fields, "metrics") if "metrics" in fields else {}
    return Model(
        kind,
        text_of(fields, "target"),
        features,
        () if of_text else _columns(fields, features),
        _scaling(object_of(fields, "scaling"), len(features)),
        layers,
        parameters,
        _scaling(object_of(fields, "target_scaling"), 1) if "target_scaling" in fields else None,
        classes,
        {key: number_of(measures, key) for key in measures},
        resume,
        _counts(fields, features, classes) if of_text else None,
        _missing(fields),
        _guess(fields, classes),
    )


def _missing(fields: JsonObject) -> Missing | None:
    """What was done with gaps."""
    if "missing" not in fields:
        return None
    missing = text_of(fields, "missing")
    if missing not in list(Missing):
        raise Fault(f'its "missing" is {quoted(missing)}, and gaps are treated by {", ".join(Missing)}')
    return Missing(missing)


def _guess(fields: JsonObject, classes: tuple[str, ...]) -> Array | None:
    """The constant guess: a number, or the shares of the classes."""
    if "guess" not in fields:
        return None
    guess = _vector(fields, "guess", max(len(classes), 1))
    if classes and (guess.min() < 0 or not 0 < guess.sum() <= 1 + 1e-9):
        raise Fault('its "guess" is not what pp writes')
    return guess


def _kind(fields: JsonObject) -> tuple[Kind, tuple[str, ...]]:
    """The kind of model by its task and its loss, and its classes."""
    if fields["task"] not in list(Task):
        raise Fault(f"its task is {quoted(str(fields['task']))}, and pp predicts for {', '.join(Task)}")
    key = "words" if fields["task"] == Task.NEXT_WORD else "classes"
    classes = names_of(fields, key) if key in fields else ()
    if (fields["task"] == Task.REGRESSION) != (len(classes) < 2):
        raise Fault("its task and its classes don't fit each other")
    loss = entry_of(TRAINED, text_of(fields, "loss"))
    kind = None if loss is None else kind_of(fields["task"], loss.name)
    if kind is None:
        raise Fault("its activations and its loss are not those of a model that pp trains")
    if not kind.fits(classes):
        raise Fault("its last layer doesn't fit its classes")
    return kind, classes


def _layers(fields: JsonObject, inputs: int, parameters: Parameters, l2: float) -> Layers:
    """The layers by the activations and the loss, of the sizes that the weights have."""
    activations = names_of(fields, "activations", different=False)
    loss = entry_of(TRAINED, text_of(fields, "loss"))
    hidden = tuple(known.name for name in activations[:-1] if (known := entry_of(HIDDEN, name)))
    if loss is None or (*hidden, loss.link) != tuple(name.replace("-", "_") for name in activations):
        raise Fault("its activations and its loss are not those of a model that pp trains")
    weights = [parameters[f"W{k}"] for k in range(1, len(activations) + 1)]
    sizes = (inputs, *(W.shape[1] if W.ndim == 2 else 0 for W in weights))
    layers = Layers(sizes, hidden, loss.name, l2)
    check_shapes(layers, parameters)
    return layers


def check_shapes(layers: Layers, parameters: Parameters) -> None:
    """Raise Fault unless every parameter has its shape."""
    if list(parameters) != list(layers.shapes):
        raise Fault(f"its parameters should be {', '.join(layers.shapes)}")
    for name, shape in layers.shapes.items():
        if parameters[name].shape != shape:
            sizes = ["×".join(map(str, s)) for s in (parameters[name].shape, shape)]
            raise Fault(f"its {name} is {sizes[0]} and should be {sizes[1]}")


def _counts(fields: JsonObject, features: tuple[str, ...], words: tuple[str, ...]) -> Counts:
    """What the model's text held: rows of the words before, the next word and how often, words by their numbers."""
    context = count_of(fields, "context")
    if context not in CONTEXTS or features != word_features(words, context):
        raise Fault("its words and its features don't fit each other")
    seen = floats(list_of(fields, "seen"), "seen")
    whole = seen.ndim == 2 and seen.shape[1] == context + 2 and bool((seen == np.floor(seen)).all())
    if not whole or seen[:, :-1].min() < 0 or seen[:, :-1].max() >= len(words) or not _are_counts(seen[:, -1]):
        raise Fault('its "seen" is not what pp writes')
    return Counts(seen.astype(int), len(words))


def _are_counts(numbers: Array) -> bool:
    return bool(numbers.min() >= 1 and numbers.max() <= MOST_SEEN)


def _columns(fields: JsonObject, features: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of the file, which must come to the features: one for numbers, one less than the categories."""
    columns = []
    for column in list_of(fields, "columns"):
        if not isinstance(column, dict):
            raise Fault("its columns are not what pp writes")
        categories = names_of(column, "categories") if "categories" in column else ()
        fill = float(number_of(column, "fill")) if "fill" in column else None
        columns.append(Column(text_of(column, "name"), categories, fill))
    names = [n for c in columns for n in ([f"{c.name}={one}" for one in c.categories[1:]] or [c.name])]
    if names != list(features):
        raise Fault("its columns and its features don't fit each other")
    return tuple(columns)


def _scaling(fields: JsonObject, width: int) -> Scaling:
    kind = fields["kind"]
    if kind == "none":
        return Scaling("none", np.zeros(width), np.ones(width))
    names = {"standard": ("mean", "std"), "minmax": ("min", "max")}.get(kind if isinstance(kind, str) else "")
    if names is None:
        raise Fault("its scaling is of no kind that pp knows")
    first, second = (_vector(fields, name, width) for name in names)
    if kind == "minmax":
        # A feature that didn't vary among the training rows is not divided, as in training.
        spread, top = np.where(second == first, 1.0, second - first), second
    else:
        spread, top = second, None
    if not (spread > 0).all():
        raise Fault(f"a feature's {names[1]} leaves nothing to divide by")
    return Scaling(kind, first, spread, top)


def _vector(fields: JsonObject, name: str, width: int) -> Array:
    numbers = floats(list_of(fields, name), name)
    if numbers.shape != (width,):
        raise Fault(f"its {name} should have {width} numbers")
    return numbers
