"""The options of every command that reads a data set, and how what was assumed about it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from penpaper_cli.commands.writing import say
from penpaper_cli.errors import CannotRead

if TYPE_CHECKING:
    from penpaper_cli.data.dataset import DataSet
    from penpaper_cli.explain.training import Lesson

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
Plot = Annotated[
    str | None, typer.Option(metavar="FILE.svg", help="Draw the loss, and predicted against true: .svg, .png or .pdf.")
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


def read_pictures(data: str, size: str | None, for_tables: Mapping[str, object]) -> DataSet | None:
    """The data set in a folder of pictures, or None where `data` is a table. Raises CannotRead for what doesn't fit.

    `for_tables` are the options that only tables have, by name, with None for what wasn't given.
    """
    from penpaper_cli.data.image_folder import is_folder, read_album
    from penpaper_cli.data.images import is_picture, read_size
    from penpaper_cli.data.sources import quoted, shown

    data = data.strip()  # a blank shields a leading minus
    if is_picture(data) and not is_folder(data):
        raise CannotRead(
            f"{quoted(data, 200)} is one picture, and training needs many: "
            "name a folder that has a folder of pictures for each class."
        )
    if not is_folder(data):
        if size is not None:
            raise CannotRead("--size is for pictures, and a table has none: leave the option out.")
        return None
    for name, value in for_tables.items():
        if value is not None:
            raise CannotRead(
                f"--{name} is for tables, and {shown(data)} is a directory: name a file in it, or, where it holds a "
                "folder of pictures for each class, leave the option out."
            )
    return read_album(data, read_size(size) if size is not None else None).data_set()


def draw_plot(lesson: Lesson, path: str) -> None:
    """Write the plot of a run, whole or not at all."""
    from penpaper_cli.explain.epochs import falls_far
    from penpaper_cli.render.plot import files

    run = lesson.run
    outcome = None if run.diverged else lesson.outcome.for_plot()
    say(files.plot(path, run.losses, run.test_losses, outcome, falls_far(run.losses)))
