"""Writing a solution where it goes: to standard output, into a file, or at the end of one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from penpaper_cli.numbers import CannotRead, ClosedPipe
from penpaper_cli.render import FORMATS, CanRender, renderer
from penpaper_cli.render.page import Page
from penpaper_cli.solution import Solution


def write(solution: Solution, form: str, page: Page, path: str | None, append: bool = False) -> None:
    """Write the solution; then raise its failure, if it ended in one."""
    old = read_old(path) if path and append else ""
    page = replace(page, whole=not old and (page.whole or FORMATS[form].is_document))
    drawn = renderer(form, solution.figures, sys.stdout, page)
    if path is None:
        stream(drawn.render(solution))
    else:
        pieces = (piece.encode() if isinstance(piece, str) else piece for piece in drawn.render(solution))
        write_file(path, with_old(old, pieces, drawn) if old else pieces)
    if solution.failure:
        raise solution.failure


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


def write_file(path: str, pieces: Iterable[bytes]) -> None:
    """Into a file beside the target first, which then takes its place: never a half-written file."""
    import tempfile

    path = os.path.realpath(path)
    try:
        handle, draft = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".pp-")
    except OSError as error:
        raise CannotRead(f'--out "{path}": can\'t write there ({error.strerror}).') from None
    try:
        with open(handle, "wb") as out:
            out.writelines(pieces)
        os.chmod(draft, _mode(path))
        os.replace(draft, path)
    except OSError as error:
        raise CannotRead(f'--out "{path}": can\'t write there ({error.strerror}).') from None
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def _mode(path: str) -> int:
    """The permissions of the file that is replaced, or those that a new file gets."""
    if os.path.exists(path):
        return os.stat(path).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
