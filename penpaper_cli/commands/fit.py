"""pp fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.data_options import Category, Drop, Features, Missing, Numbers, names
from penpaper_cli.commands.shared import command
from penpaper_cli.commands.writing import say
from penpaper_cli.errors import CannotRead

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.view import ViewOptions
    from penpaper_cli.solution.script import Script


def fit(
    data: Annotated[str, typer.Argument(metavar="DATA.csv", help="A CSV file, or - for standard input.")],
    target: Annotated[str, typer.Option(metavar="COLUMN", help="The column to predict.")],
    view: ViewOptions,
    features: Features = None,
    drop: Drop = None,
    category: Category = None,
    missing: Missing = None,
    numbers: Numbers = None,
    no_intercept: Annotated[bool, typer.Option("--no-intercept", help="A model that is 0 where all is 0.")] = False,
    predict: Annotated[
        str | None, typer.Option(metavar='"1650 3"', help="Features of a new row (or rows) to predict, worked.")
    ] = None,
) -> Solution:
    """Fit a linear model to a CSV by least squares, in closed form: the normal equations worked exactly."""
    from penpaper_cli.api.building import solution
    from penpaper_cli.api.view import View
    from penpaper_cli.data import dataset
    from penpaper_cli.data.opening import DataOptions, open_table
    from penpaper_cli.data.sources import quoted
    from penpaper_cli.explain import fit as explain_fit

    read = open_table(data, DataOptions(target, names(features), names(drop), names(category), missing, numbers))
    say(read.notes)
    if read.classes:
        raise CannotRead(f"The target {quoted(read.target)} holds words, and least squares fits numbers: try pp train.")
    try:
        new = dataset.read_rows_for(read.columns, predict) if predict is not None else None
    except CannotRead as error:
        raise CannotRead(f"--predict: {error}") from None
    show = View(**view).show(terms=4)
    worked = explain_fit.fit(read, not no_intercept, view.get("exact"), new, show)

    def script() -> Script:
        from penpaper_cli.explain.scripts.lines import fit_script

        return fit_script(worked)

    return solution(
        "fit",
        "Fitting a linear model",
        worked.steps,
        show,
        answer=worked.answer(),
        results=worked.results(),
        more=worked.for_programs(),
        failure=worked.failure(),
        script=script,
    )


COMMANDS = {"fit": command(fit)}
