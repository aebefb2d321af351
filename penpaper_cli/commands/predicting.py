"""pp predict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.data_options import Encoding
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
    encoding: Encoding = None,
) -> Solution:
    """Predict with a saved model, a few rows worked.

    With -o FILE.csv the data is kept, with its predictions beside it.

    Name the model, and a file of new rows, or write one in quotation marks:
      pp predict model.json "1650 3"
      pp predict model.json new.csv -o predictions.csv

    Read more: samples/reference/training.md
    """
    from penpaper_cli.api import predicting

    return predicting.predict(model, data, encoding=encoding, **view)


COMMANDS = {"predict": command(predict, sheet=True)}
