"""A look at data before anything is worked with it: what was understood of a table, a picture or a folder of them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from penpaper_cli.api.building import solution
from penpaper_cli.api.solution import Solution
from penpaper_cli.api.view import DETAILS, Detail
from penpaper_cli.data.image_folder import is_folder, read_album
from penpaper_cli.data.images import LARGEST_WRITTEN, Size, read_size, within
from penpaper_cli.data.kinds import is_picture, open_picture
from penpaper_cli.data.selection import column_names
from penpaper_cli.data.summary import look_at
from penpaper_cli.data.tables import Source
from penpaper_cli.errors import CannotRead
from penpaper_cli.explain.data import columns_for_programs, table_looked_at
from penpaper_cli.explain.pictures import looked_at_folder, looked_at_picture, results_of


def look(
    data: Source,
    *,
    features: str | Sequence[str] | None = None,
    drop: str | Sequence[str] | None = None,
    category: str | Sequence[str] | None = None,
    numbers: str | None = None,
    encoding: str | None = None,
    size: Size | None = None,
    detail: Detail = "normal",
) -> Solution:
    """What was understood of data: the columns, types and gaps of a table, or the matrix of a picture's pixels.

    `data` is a file, a picture, a folder that has a folder of pictures for each class, or a table in memory: an array
    of shape (rows, columns), a data frame, a mapping of names to columns or a list of rows. `features` are the columns
    to show, as a list or "A,B", without those of `drop`; those of `category` hold categories, whatever they look like;
    `numbers` says how numbers are written, "1,234.56", "1.234,56" or "1/2", `encoding` how the text is, such as
    "cp1251". `size` is the width and height that pictures are brought to. The answer is the matrix of a picture; a
    table has none.

    Raises CannotRead for what is neither a table nor a picture, and for options that don't fit it; CannotWork for a
    folder with one class only.
    """
    if detail not in DETAILS:
        raise CannotRead(f'--detail "{detail}": choose one of {", ".join(DETAILS)}.')
    if isinstance(data, str | os.PathLike):
        data = os.fspath(data).strip()  # a blank shields a leading minus
    if not isinstance(data, str) or not (is_picture(data) or is_folder(data)):
        if size is not None:
            raise CannotRead("--size is for pictures, and a table has none: leave the option out.")
        columns, left_out, categories = map(column_names, (features, drop, category))
        return _table(data, columns, left_out or (), categories or (), numbers, encoding, detail)
    for_tables = {"features": features, "drop": drop, "category": category, "numbers": numbers, "encoding": encoding}
    for name, value in for_tables.items():
        if value is not None:
            raise CannotRead(f"--{name} is for tables, and a picture has no columns: leave the option out.")
    brought_to = read_size(size) if size is not None else None
    return _folder(data, brought_to) if is_folder(data) else _picture(data, brought_to)


def _table(
    data: Source,
    features: Sequence[str] | None,
    drop: Sequence[str],
    category: Sequence[str],
    numbers: str | None,
    encoding: str | None,
    detail: Detail,
) -> Solution:
    """Its first rows too unless in a summary, and all of their columns in full detail."""
    summary = look_at(data, features, drop, category, numbers, encoding)
    more = {"rows": summary.rows, "columns": columns_for_programs(summary), "notes": summary.notes}
    return solution("look", f"A look at {summary.source}", lambda: table_looked_at(summary, detail), more=more)


def _picture(path: str, size: tuple[int, int] | None) -> Solution:
    """Without a size, a large one is made small enough to be written down."""
    picture = open_picture(path, size)
    if size is None:
        picture = picture.resized(within(*picture.size, LARGEST_WRITTEN))
    results = results_of(picture)
    title = f"A look at {picture.source}"
    return solution("look", title, lambda: looked_at_picture(picture), answer=results["P"], results=results)


def _folder(folder: str, size: tuple[int, int] | None) -> Solution:
    album = read_album(folder, size)
    width, height = album.size
    more = {"classes": album.classes, "pictures": album.counts, "width": width, "height": height}
    return solution("look", f"A look at {album.source}", lambda: looked_at_folder(album), more=more)
