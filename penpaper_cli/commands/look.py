"""pp look: what was understood of a file, before anything is worked with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from penpaper_cli.commands.completing import columns
from penpaper_cli.commands.data_options import Category, Drop, Encoding, Numbers, Size
from penpaper_cli.commands.shared import command

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution


def look(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="A CSV file, or - for standard input; a picture, or a folder of pictures by class."
        ),
    ],
    features: Annotated[
        str | None, typer.Option(metavar="A,B", autocompletion=columns, help="The columns to show. Default: all.")
    ] = None,
    drop: Drop = None,
    category: Category = None,
    numbers: Numbers = None,
    encoding: Encoding = None,
    size: Size = None,
    detail: Literal["full", "normal", "summary"] = "normal",
) -> Solution:
    """Show what was understood of a data file or a picture.

    Of a file these are its columns, types and gaps; of a picture, the matrix of its pixels.

    Name the file:
      pp look samples/houses.csv
      pp look samples/houses.csv --features size,price --detail full

    Read more: samples/reference/data.md
    """
    from penpaper_cli.api import looking

    return looking.look(
        data,
        features=features,
        drop=drop,
        category=category,
        numbers=numbers,
        encoding=encoding,
        size=size,
        detail=detail,
    )


COMMANDS = {"look": command(look)}
