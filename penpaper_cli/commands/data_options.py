"""The options of every command that reads a data set, and how what was assumed about it is said."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Annotated, Literal

import typer

Features = Annotated[
    str | None, typer.Option(metavar="A,B", help="The columns to predict it from. Default: all others.")
]
Drop = Annotated[str | None, typer.Option(metavar="A,B", help="Columns to leave out.")]
Category = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="Columns of categories, such as zip codes, though they look like numbers."),
]
Missing = Annotated[
    Literal["drop", "mean", "median"] | None,
    typer.Option(help="Gaps: leave their rows out, or fill in the column's mean or median."),
]
Numbers = Annotated[
    Literal["1,234.56", "1.234,56"] | None,
    typer.Option(help="How numbers are written, where the file leaves it in doubt."),
]
Size = Annotated[
    str | None,
    typer.Option(metavar="8x8", help="Pictures: bring each to this width and height, by means of what is covered."),
]


OUTSIDE_QUOTES = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')


def names(text: str | None) -> list[str]:
    """The names of columns, with commas between them; one that has a comma itself stands in quotation marks."""
    parts = OUTSIDE_QUOTES.split(text) if text else []
    return [part.strip().removeprefix('"').removesuffix('"') for part in parts]


def say(notes: Iterable[str]) -> None:
    """What was assumed, a line each on standard error."""
    for note in notes:
        print(f"pp: {note}", file=sys.stderr)
