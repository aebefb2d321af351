"""pp look: what was understood of a file, before anything is worked with it."""

from __future__ import annotations

from typing import Annotated

import typer

from penpaper_cli.commands.data_options import Category, Drop, Numbers, names
from penpaper_cli.commands.shared import command
from penpaper_cli.numbers import Figures
from penpaper_cli.solution import Solution


def look(
    data: Annotated[str, typer.Argument(metavar="DATA.csv", help="A CSV file, or - for standard input.")],
    features: Annotated[str | None, typer.Option(metavar="A,B", help="The columns to show. Default: all.")] = None,
    drop: Drop = None,
    category: Category = None,
    numbers: Numbers = None,
) -> Solution:
    """Show what was understood of a data file: its columns, types, gaps and first rows."""
    return look_at_table(data, features, drop, category, numbers)


def look_at_table(
    data: str, features: str | None, drop: str | None, category: str | None, numbers: str | None
) -> Solution:
    """The solution for a table; a picture would have another."""
    from penpaper_cli.explain_data import columns_for_programs, looked
    from penpaper_cli.looking import look_at

    wanted = names(features) if features is not None else None
    found = look_at(data, wanted, names(drop), names(category), numbers)
    more = {"rows": found.rows, "columns": columns_for_programs(found), "notes": found.notes}
    return Solution("look", looked(found), f"A look at {found.source}", Figures(), more=more)


COMMANDS = {"look": command(look, explains=False)}
