"""Writing a solution where it goes: to standard output, into a file, or at the end of one."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TextIO

from penpaper_cli.data.files import held, write_whole
from penpaper_cli.errors import CannotRead, ClosedPipe
from penpaper_cli.render.formats import FORMATS, CanRender, renderer
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Record

SHEET = "csv"
"""Not a format of the working: the rows of a solution that has any, kept with -o FILE.csv."""
FORMULA = tuple("=+-@\t\r")


def say(notes: Iterable[str]) -> None:
    """What was assumed, a line each on standard error."""
    with contextlib.suppress(OSError):  # Nobody listens there; the answer is none the worse.
        for note in notes:
            print(f"pp: {note}", file=sys.stderr)


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Whatever is said on standard error meanwhile is kept quiet; an error is raised as ever."""
    with contextlib.redirect_stderr(io.StringIO()):
        yield


def standard_output() -> TextIO:
    """Where the working goes unless a file is named. Raises CannotRead where it was closed before pp began."""
    if sys.stdout is None:
        raise CannotRead(
            "Standard output is closed, so the result has nowhere to go: name a file, such as --out notes.md."
        )
    return sys.stdout


def write(record: Record, form: str, page: Page, path: str | None, append: bool = False, pager: bool = False) -> None:
    """Write the solution; then raise its failure, if it ended in one."""
    if form == SHEET and path is not None:
        write_whole(path, "--out", sheet_text(record.sheet))
        return
    if path and append:
        with held(path, "--append"):
            draw(record, form, page, path, read_old(path))
    else:
        draw(record, form, page, path, pager=pager)
    if record.failure:
        raise record.failure


def draw(record: Record, form: str, page: Page, path: str | None, old: str = "", pager: bool = False) -> None:
    """Draw it in its format, behind what the file holds already."""
    page = replace(page, whole=not old and (page.whole or FORMATS[form].is_document))
    drawn = renderer(form, record.figures, sys.stdout or io.StringIO(), page)
    if path is None:
        stream(drawn.render(record), pager)
    else:
        pieces = (piece.encode() if isinstance(piece, str) else piece for piece in drawn.render(record))
        write_whole(path, "--out", with_old(old, pieces, drawn) if old else pieces)


def stream(pieces: Iterable[str | bytes], pager: bool = False) -> None:
    """To standard output, piece by piece; where that is a terminal, long output may go through a pager."""
    out = standard_output()
    try:
        if pager and "PAGER" in os.environ and out.isatty():
            from penpaper_cli.commands.paging import to_terminal

            return to_terminal(map(str, pieces), out)
        for piece in pieces:
            out.write(str(piece))
        out.flush()
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
