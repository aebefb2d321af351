"""pp predict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.shared import command
from penpaper_cli.errors import CannotRead

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.view import ViewOptions
    from penpaper_cli.explain.prediction import Predictions
    from penpaper_cli.solution.script import Script


def predict(
    model: Annotated[str, typer.Argument(metavar="MODEL.json", help="A model that pp train --save has kept.")],
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help='New rows: "1650 3", or a CSV; a picture; for a text its words so far: "the cat".'
        ),
    ],
    view: ViewOptions,
) -> Solution:
    """Predict with a saved model, a few rows worked; -o FILE.csv keeps the data with its predictions."""
    if view.get("exact"):
        raise CannotRead("--exact: a saved model holds float64 numbers; leave the option out.")
    from penpaper_cli.api.building import solution
    from penpaper_cli.api.view import View
    from penpaper_cli.commands.model_files import load_model
    from penpaper_cli.commands.next_word import read_new
    from penpaper_cli.explain.next_word import NextWords, predictions_of

    loaded = load_model(model)
    show = View(**view).show(terms=4)
    notes: list[str] = []
    predictions = predictions_of(loaded, read_new(loaded, data, notes), show)
    results = predictions.results()
    title = "Predictions of a saved model"

    def script() -> Script:
        from penpaper_cli.explain.scripts.training import model_script

        return model_script(loaded, predictions.X, title)

    return solution(
        "predict",
        title,
        predictions.lesson,
        show,
        answer=results["predictions"],
        results=results,
        sheet=predictions.sheet if isinstance(predictions, NextWords) else lambda: sheet(predictions, data),
        script=script,
        notes=notes,
    )


def sheet(predictions: Predictions, data: str) -> Iterator[list[str]]:
    """All columns of the data as they stand there, then the prediction and, for classes, their probabilities."""
    from penpaper_cli.data.new_rows import rows_as_typed

    model = predictions.model
    header, *rows = rows_as_typed(model.columns, data)
    added = [unused(model.target, header)]
    if model.kind.of_classes:
        added += [unused(f"probability of {name}", header) for name in model.classes]
    yield [*header, *added]
    labels = model.kind.labels(predictions.predicted, model.classes)
    for k, row in enumerate(rows):
        shares = predictions.predicted[k].tolist() if model.kind.of_classes else []
        yield [*row, *(label if isinstance(label, str) else repr(label) for label in [labels[k], *shares])]


def unused(name: str, header: list[str]) -> str:
    """The name of a new column; where the data has that column already, as the true answer, it says predicted."""
    return f"predicted {name}" if name in header else name


COMMANDS = {"predict": command(predict, sheet=True)}
