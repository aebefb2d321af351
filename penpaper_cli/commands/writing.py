"""Writing a solution where it goes: to standard output, into a file, or at the end of one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from penpaper_cli.data.files import held, write_whole
from penpaper_cli.errors import CannotRead, ClosedPipe
from penpaper_cli.render.formats import FORMATS, CanRender, renderer
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Solution

SHEET = "csv"
"""Not a format of the working: the rows of a solution that has any, kept with -o FILE.csv."""
FORMULA = tuple("=+-@\t\r")


def write(solution: Solution, form: str, page: Page, path: str | None, append: bool = False) -> None:
    """Write the solution; then raise its failure, if it ended in one."""
    if form == SHEET and path is not None:
        write_whole(path, "--out", sheet_text(solution.sheet))
        return
    if path and append:
        with held(path, "--append"):
            draw(solution, form, page, path, read_old(path))
    else:
        draw(solution, form, page, path)
    if solution.failure:
        raise solution.failure


def draw(solution: Solution, form: str, page: Page, path: str | None, old: str = "") -> None:
    """Draw it in its format, behind what the file holds already."""
    page = replace(page, whole=not old and (page.whole or FORMATS[form].is_document))
    drawn = renderer(form, solution.figures, sys.stdout, page)
    if path is None:
        stream(drawn.render(solution))
    else:
        pieces = (piece.encode() if isinstance(piece, str) else piece for piece in drawn.render(solution))
        write_whole(path, "--out", with_old(old, pieces, drawn) if old else pieces)


def stream(pieces: Iterable[str | bytes]) -> None:
    """To standard output, piece by piece."""
    try:
        for piece in pieces:
            sys.stdout.write(str(piece))
        sys.stdout.flush()
    except BrokenPipeError:
        raise ClosedPipe from None


def read_old(path: str) -> str:
    """What a file holds that is to be added to; nothing where there is no such file yet."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise CannotRead(f'--append: "{path}" isn\'t UTF-8 text, so nothing can be added to it.') from None
    except OSError as error:
        raise CannotRead(f'--append: "{path}" can\'t be read ({error.strerror}).') from None


def with_old(old: str, pieces: Iterable[bytes], drawn: CanRender) -> Iterator[bytes]:
    """What a file held, and the new section behind it: before the end of the document, where it has a marked end."""
    before, closing, after = old.rpartition(drawn.closing) if drawn.closing else (old, "", "")
    if not closing:
        before, after = old, ""
    yield f"{before.rstrip()}\n\n".encode()
    yield from pieces
    yield f"{closing}{after}".encode()


def sheet_text(rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """Cells as CSV, each as it is."""
    for row in rows:
        yield (",".join(map(cell_text, row)) + "\n").encode()


def cell_text(cell: str) -> str:
    """A cell as it stands in a CSV: quoted where its signs need it, or where it begins as a formula would."""
    formula = cell[:1] in FORMULA and not is_number(cell)
    needed = formula or any(sign in cell for sign in ',"\n\r')
    return '"{}"'.format(cell.replace('"', '""')) if needed else cell


def is_number(cell: str) -> bool:
    """Whether a spreadsheet takes the cell for a number, minus sign and all."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
