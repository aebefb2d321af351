"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable

from penpaper_cli.errors import CannotRead


def write_whole(path: str, option: str, pieces: Iterable[bytes]) -> None:
    """Into a file beside the target first, which then takes its place: never a half-written file.

    `option` is what the path was given for, such as --out. Raises CannotRead where it can't be written there.
    """
    import tempfile

    problem = f'{option} "{path}": can\'t write there'
    target = os.path.realpath(path)
    if os.path.isdir(target):
        raise CannotRead(f"{problem} (it is a directory); name a file.")
    try:
        handle, draft = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".pp-")
    except OSError as error:
        raise CannotRead(f"{problem} ({error.strerror}).") from None
    try:
        with open(handle, "wb") as out:
            out.writelines(pieces)
        os.chmod(draft, _mode(target))
        os.replace(draft, target)
    except OSError as error:
        raise CannotRead(f"{problem} ({error.strerror}).") from None
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


def check_writable(path: str, option: str) -> None:
    """Raise CannotRead where nothing can be written, so that hours of work aren't lost at their end."""
    folder = os.path.dirname(os.path.realpath(path))
    problem = f'{option} "{path}": can\'t write there'
    if os.path.isdir(path):
        raise CannotRead(f"{problem} (it is a directory); name a file.")
    if not os.path.isdir(folder):
        raise CannotRead(f"{problem} (there is no such folder).")
    if not os.access(folder, os.W_OK):
        raise CannotRead(f"{problem} (the folder can't be written to).")
