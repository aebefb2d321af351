"""pp predict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.shared import command

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.view import ViewOptions


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
    from penpaper_cli.api import predicting

    return predicting.predict(model, data, **view)


COMMANDS = {"predict": command(predict, sheet=True)}
