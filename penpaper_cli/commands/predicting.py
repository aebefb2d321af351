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
    found = predictions_of(loaded, read_new(loaded, data, notes), show)
    results = found.results()
    title = "Predictions of a saved model"

    def script() -> Script:
        from penpaper_cli.explain.scripts.training import model_script

        return model_script(loaded, found.X, title)

    return solution(
        "predict",
        title,
        found.lesson,
        show,
        answer=results["predictions"],
        results=results,
        sheet=found.sheet if isinstance(found, NextWords) else lambda: sheet(found, data),
        script=script,
        notes=notes,
    )


def sheet(found: Predictions, data: str) -> Iterator[list[str]]:
    """All columns of the data as they stand there, then the prediction and, for classes, their probabilities."""
    from penpaper_cli.data.new_rows import rows_as_typed

    model = found.model
    header, *rows = rows_as_typed(model.columns, data)
    added = [unused(model.target, header)]
    if model.classes:
        added += [unused(f"probability of {name}", header) for name in model.classes]
    yield [*header, *added]
    labels = model.labels(found.found) if model.classes else None
    for k, row in enumerate(rows):
        numbers = [repr(float(n)) for n in found.found[k].ravel()]
        yield [*row, *([labels[k]] if labels else []), *numbers]


def unused(name: str, header: list[str]) -> str:
    """The name of a new column; where the data has that column already, as the true answer, it says predicted."""
    return f"predicted {name}" if name in header else name


COMMANDS = {"predict": command(predict, sheet=True)}
