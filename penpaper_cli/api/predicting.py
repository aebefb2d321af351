"""Predictions of a model that was trained before."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Unpack

from penpaper_cli.api.building import solution
from penpaper_cli.api.solution import Solution
from penpaper_cli.api.view import View, ViewOptions
from penpaper_cli.data.new_rows import rows_as_typed
from penpaper_cli.data.opening import open_rows
from penpaper_cli.data.tables import Source
from penpaper_cli.errors import CannotRead
from penpaper_cli.explain.next_word import NextWords, predictions_of
from penpaper_cli.explain.prediction import Predictions
from penpaper_cli.models.model import Model
from penpaper_cli.models.model_json import load_model, model_of
from penpaper_cli.paper.arrays import Array
from penpaper_cli.solution.script import Script

TITLE = "Predictions of a saved model"


def predict(
    model: str | os.PathLike[str] | Mapping[str, Any] | Solution,
    data: Source,
    *,
    encoding: str | None = None,
    **options: Unpack[ViewOptions],
) -> Solution:
    """What a trained model predicts of new rows, a few of them worked.

    `model` is a file that `train` has saved, the solution that `train` gave, or the `model` in its `more`. `data` has
    the features: rows such as "1650 3; 900 2", a file or a table in memory, of shape (m, features), where columns with
    names are found by them; a picture; for a model of the next word the beginning of a sentence. The answer has shape
    (m,): numbers, or the names of classes or words, whose shares are the `probabilities` of `results`, (m, classes).
    Gaps are treated as in training. Where the data has the target too, the `metrics` in `more` say how good the
    predictions are. `encoding` is that of the text of a file. `options` are those of `View`.

    Raises CannotRead for a file that is no model, and for rows that don't fit it.
    """
    view = View(**options)
    if view.exact:
        raise CannotRead("--exact: a saved model holds float64 numbers; leave the option out.")
    loaded = _loaded(model)
    notes: list[str] = []
    rows = open_rows(loaded, data, notes, encoding)
    predictions = predictions_of(loaded, rows.X, view.show(terms=4), rows.truth)
    results = predictions.results()

    def script() -> Script:
        from penpaper_cli.explain.scripts.training import model_script

        return model_script(loaded, predictions.X, TITLE)

    return solution(
        "predict",
        TITLE,
        predictions.lesson,
        predictions.show,
        answer=results["predictions"],
        results=results,
        more={"metrics": predictions.metrics()} if rows.truth is not None else {},
        sheet=predictions.sheet
        if isinstance(predictions, NextWords)
        else lambda: sheet(predictions, data, rows.kept, encoding),
        script=script,
        notes=notes,
    )


def _loaded(model: str | os.PathLike[str] | Mapping[str, Any] | Solution) -> Model:
    if isinstance(model, str | os.PathLike):
        return load_model(os.fspath(model))
    fields = model.more.get("model") if isinstance(model, Solution) else model
    if fields is None:
        raise CannotRead("This solution holds no model: give that of a training run that came to its end.")
    return model_of(lambda: fields, "The model")


def sheet(
    predictions: Predictions, data: Source, kept: Array | None = None, encoding: str | None = None
) -> Iterator[list[str]]:
    """All columns of the data as they stand there, then the prediction and, for classes, their probabilities.

    The rows that were not `kept`, since they have gaps, have none.
    """
    model = predictions.model
    header, *rows = rows_as_typed(model.columns, data, encoding)
    added = [unused(model.target, header)]
    if model.kind.of_classes:
        added += [unused(f"probability of {name}", header) for name in model.classes]
    yield [*header, *added]
    labels = model.kind.labels(predictions.predicted, model.classes)
    k = 0
    for row, is_kept in zip(rows, [True] * len(rows) if kept is None else kept.tolist(), strict=True):
        if not is_kept:
            yield [*row, *("" for _ in added)]
            continue
        shares = predictions.predicted[k].tolist() if model.kind.of_classes else []
        yield [*row, *(label if isinstance(label, str) else repr(label) for label in [labels[k], *shares])]
        k += 1


def unused(name: str, header: list[str]) -> str:
    """The name of a new column; where the data has that column already, as the true answer, it says predicted."""
    return f"predicted {name}" if name in header else name
