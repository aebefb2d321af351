"""The options of every command that reads a data set."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from penpaper_cli.commands.completing import columns

Features = Annotated[
    str | None,
    typer.Option(metavar="A,B", autocompletion=columns, help="The columns to predict it from. Default: all others."),
]
Drop = Annotated[str | None, typer.Option(metavar="A,B", autocompletion=columns, help="Columns to leave out.")]
Category = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        autocompletion=columns,
        help="Columns of categories, such as zip codes, though they look like numbers.",
    ),
]
Missing = Annotated[
    Literal["drop", "mean", "median"] | None,
    typer.Option(help="Gaps: leave their rows out, or fill in the column's mean or median."),
]
Numbers = Annotated[
    Literal["1,234.56", "1.234,56", "1/2"] | None,
    typer.Option(help="How numbers are written, where the file leaves it in doubt; 1/2: slashes are fractions."),
]
Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="How the text of the file is encoded, such as cp1251 or shift-jis.")
]
Plot = Annotated[
    str | None, typer.Option(metavar="FILE.svg", help="Draw the loss, and predicted against true: .svg, .png or .pdf.")
]
Size = Annotated[
    str | None,
    typer.Option(metavar="8x8", help="Pictures: bring each to this width and height, by means of what is covered."),
]
