"""pp fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.completing import columns
from penpaper_cli.commands.data_options import Category, Drop, Encoding, Features, Missing, Numbers
from penpaper_cli.commands.shared import command

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.view import ViewOptions


def fit(
    data: Annotated[str, typer.Argument(metavar="DATA.csv", help="A CSV file, or - for standard input.")],
    target: Annotated[str, typer.Option(metavar="COLUMN", autocompletion=columns, help="The column to predict.")],
    view: ViewOptions,
    features: Features = None,
    drop: Drop = None,
    category: Category = None,
    missing: Missing = None,
    numbers: Numbers = None,
    encoding: Encoding = None,
    no_intercept: Annotated[bool, typer.Option("--no-intercept", help="A model that is 0 where all is 0.")] = False,
    predict: Annotated[
        str | None, typer.Option(metavar='"1650 3"', help="Features of a new row (or rows) to predict, worked.")
    ] = None,
) -> Solution:
    """Fit a linear model by least squares, in closed form and exactly.

    The normal equations are written down, solved by elimination, and checked.

    Name the file and the column to predict:
      pp fit samples/houses.csv --target price
      pp fit samples/houses.csv --target price --predict "1650 3"

    Read more: samples/09-the-exact-line.md
    """
    from penpaper_cli.api import fitting

    return fitting.fit(
        data,
        target,
        features=features,
        drop=drop,
        category=category,
        missing=missing,
        numbers=numbers,
        encoding=encoding,
        intercept=not no_intercept,
        predict=predict,
        **view,
    )


COMMANDS = {"fit": command(fit)}
