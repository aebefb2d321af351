"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from penpaper_cli.numbers import CannotRead


@contextmanager
def written_whole(path: str, option: str) -> Iterator[TextIO]:
    """A file to write to, which takes the place of `path` once it is complete: never a half-written file.

    `option` is what the path was given for, such as --out. Raises CannotRead where it can't be written there.
    """
    import tempfile

    problem = f'{option} "{path}": can\'t write there'
    if os.path.isdir(path):
        raise CannotRead(f"{problem} (it is a directory); name a file.")
    try:
        handle, draft = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)), prefix=".pp-")
    except OSError as error:
        raise CannotRead(f"{problem} ({error.strerror}).") from None
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as out:
            yield out
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(draft, 0o666 & ~mask)
        os.replace(draft, path)
    except OSError as error:
        raise CannotRead(f"{problem} ({error.strerror}).") from None
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def check_writable(path: str, option: str) -> None:
    """Raise CannotRead where nothing can be written, so that hours of work aren't lost at their end."""
    folder = os.path.dirname(os.path.abspath(path))
    problem = f'{option} "{path}": can\'t write there'
    if os.path.isdir(path):
        raise CannotRead(f"{problem} (it is a directory); name a file.")
    if not os.path.isdir(folder):
        raise CannotRead(f"{problem} (there is no such folder).")
    if not os.access(folder, os.W_OK):
        raise CannotRead(f"{problem} (the folder can't be written to).")
