"""The options of every command that reads a data set, and how what was assumed about it is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from penpaper_cli.commands.writing import say

if TYPE_CHECKING:
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


def names(text: str | None) -> Sequence[str] | None:
    """The names of columns, with commas between them."""
    from penpaper_cli.data.selection import column_names

    return column_names(text)


def draw_plot(lesson: Lesson, path: str) -> None:
    """Write the plot of a run, whole or not at all."""
    from penpaper_cli.explain.epochs import falls_far
    from penpaper_cli.render.plot import files

    run = lesson.run
    outcome = None if run.diverged else lesson.outcome.for_plot()
    say(files.plot(path, run.losses, run.test_losses, outcome, falls_far(run.losses)))
