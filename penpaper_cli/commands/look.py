"""pp look: what was understood of a file, before anything is worked with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.data_options import Category, Drop, Numbers, Size, names
from penpaper_cli.commands.shared import command
from penpaper_cli.errors import CannotRead

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution


def look(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="A CSV file, or - for standard input; a picture, or a folder of pictures by class."
        ),
    ],
    features: Annotated[str | None, typer.Option(metavar="A,B", help="The columns to show. Default: all.")] = None,
    drop: Drop = None,
    category: Category = None,
    numbers: Numbers = None,
    size: Size = None,
    detail: str = "normal",
) -> Solution:
    """Show what was understood of a data file or a picture: columns, types and gaps, or the matrix of its pixels."""
    from penpaper_cli.data.image_folder import is_folder
    from penpaper_cli.data.kinds import is_picture

    data = data.strip()  # a blank shields a leading minus
    options = {"features": features, "drop": drop, "category": category, "numbers": numbers}
    if not (is_picture(data) or is_folder(data)):
        if size is not None:
            raise CannotRead("--size is for pictures, and a table has none: leave the option out.")
        return look_at_table(data, features, drop, category, numbers, detail)
    for name, value in options.items():
        if value is not None:
            raise CannotRead(f"--{name} is for tables, and a picture has no columns: leave the option out.")
    return look_at_folder(data, size) if is_folder(data) else look_at_picture(data, size)


def look_at_table(
    data: str, features: str | None, drop: str | None, category: str | None, numbers: str | None, detail: str
) -> Solution:
    """The solution for a table: its first rows too unless in a summary, and all of their columns in full detail."""
    from penpaper_cli.api.building import solution
    from penpaper_cli.data.summary import look_at
    from penpaper_cli.explain.data import columns_for_programs, looked

    found = look_at(data, names(features), names(drop) or (), names(category) or (), numbers)
    more = {"rows": found.rows, "columns": columns_for_programs(found), "notes": found.notes}
    return solution("look", f"A look at {found.source}", lambda: looked(found, detail), more=more)


def look_at_picture(path: str, size: str | None) -> Solution:
    """The solution for a picture; without a size, a large one is made small enough to be written down."""
    from penpaper_cli.api.building import solution
    from penpaper_cli.data.images import LARGEST_WRITTEN, read_picture, read_size, within
    from penpaper_cli.explain.pictures import looked_at_picture, results_of

    found = read_picture(path, read_size(size) if size is not None else None)
    if size is None:
        found = found.resized(within(*found.size, LARGEST_WRITTEN))
    results = results_of(found)
    title = f"A look at {found.source}"
    return solution("look", title, lambda: looked_at_picture(found), answer=results["P"], results=results)


def look_at_folder(folder: str, size: str | None) -> Solution:
    """The solution for a folder of pictures."""
    from penpaper_cli.api.building import solution
    from penpaper_cli.data.image_folder import read_album
    from penpaper_cli.data.images import read_size
    from penpaper_cli.explain.pictures import looked_at_folder

    album = read_album(folder, read_size(size) if size is not None else None)
    width, height = album.size
    more = {"classes": album.classes, "pictures": album.counts, "width": width, "height": height}
    return solution("look", f"A look at {album.source}", lambda: looked_at_folder(album), more=more)


COMMANDS = {"look": command(look)}
