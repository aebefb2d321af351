"""Files that are written whole or not at all, and by one run at a time."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator

from penpaper_cli.errors import CannotRead, ClosedPipe

DRAFT, UNFINISHED = ".pp-", ".draft"
"""How a file is called until it is whole."""


def write_whole(path: str, option: str, pieces: Iterable[bytes]) -> None:
    """Into a file beside the target first, which then takes its place: never a half-written file.

    What isn't a file, such as a device or a named pipe, is written into. `option` is what the path was given for, such
    as --out. Raises CannotRead where it can't be written there.
    """
    problem = f'{option} "{path}": can\'t write there'
    target = os.path.realpath(path)
    if os.path.isdir(target):
        raise CannotRead(f"{problem} (it is a directory); name a file.")
    try:
        if _takes_a_stream(path):
            with open(path, "wb", buffering=0) as out:
                out.writelines(pieces)
            return
        _clear_drafts(os.path.dirname(target))
        handle, draft = _new_draft(os.path.dirname(target))
    except BrokenPipeError:
        raise ClosedPipe from None
    except OSError as error:
        raise CannotRead(f"{problem} ({error.strerror}).") from None
    try:
        with open(handle, "wb") as out:
            out.writelines(pieces)
            out.flush()
            os.chmod(draft, _mode(target))
            if sys.platform != "win32":  # Under its lock until it has its name: another run takes it for no leftover.
                os.replace(draft, target)
        if sys.platform == "win32":
            os.replace(draft, target)
    except OSError as error:
        raise CannotRead(f"{problem} ({error.strerror}).") from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)


def _takes_a_stream(path: str) -> bool:
    """Whether something stands there that is neither a file nor a directory: a device, a pipe, a socket."""
    return os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode)


def _new_draft(folder: str) -> tuple[int, str]:
    """A draft that this run holds locked, open for writing, and its path."""
    import tempfile

    while True:
        handle, draft = tempfile.mkstemp(dir=folder, prefix=DRAFT, suffix=UNFINISHED)
        with contextlib.suppress(OSError):  # A file system without locks: then no other run clears it up either.
            _lock(handle, wait=False)
        if os.path.exists(draft):  # Another run may have cleared it up before it was locked.
            return handle, draft
        os.close(handle)


def _clear_drafts(folder: str) -> None:
    """Remove what a run that was killed has left behind: drafts that nobody holds locked."""
    for name in os.listdir(folder):
        if name.startswith(DRAFT) and name.endswith(UNFINISHED):
            draft = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                handle = os.open(draft, os.O_RDWR)
                try:
                    _lock(handle, wait=False)
                    os.unlink(draft)
                finally:
                    os.close(handle)


@contextlib.contextmanager
def held(path: str, option: str) -> Iterator[None]:
    """Keep a file to this run while something is added to it: others that add to it wait.

    Raises CannotRead where the file can't be kept.
    """
    try:
        handle = os.open(*_lock_of(os.path.realpath(path)))
    except OSError as error:
        raise CannotRead(f'{option} "{path}": can\'t write there ({error.strerror}).') from None
    try:
        try:
            _lock(handle, wait=True)
        except OSError as error:
            raise CannotRead(
                f'{option} "{path}": its folder can\'t be locked ({error.strerror}), and another run might add to the '
                "file at the same time: write into a new file."
            ) from None
        yield
    finally:
        os.close(handle)


def _lock_of(target: str) -> tuple[str, int]:
    """What is locked for a file, and how it is opened: its folder, since the file itself is replaced."""
    if sys.platform != "win32":
        return os.path.dirname(target), os.O_RDONLY
    import hashlib
    import tempfile

    name = hashlib.sha256(os.path.normcase(target).encode()).hexdigest()[:32]
    return os.path.join(tempfile.gettempdir(), f"pp-{name}.lock"), os.O_RDWR | os.O_CREAT


def _lock(handle: int, wait: bool) -> None:
    """Hold an open file for this run until it is closed. Raises OSError where another holds it, unless told to wait."""
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                if not wait:
                    raise
                import time

                time.sleep(0.05)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


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
    if _takes_a_stream(path):
        return
    if not os.path.isdir(folder):
        raise CannotRead(f"{problem} (there is no such folder).")
    if not os.access(folder, os.W_OK):
        raise CannotRead(f"{problem} (the folder can't be written to).")


def same_file(one: str, other: str) -> bool:
    """Whether two paths lead to one file, which need not be there yet. A device or a pipe takes more than one text."""
    return os.path.realpath(one) == os.path.realpath(other) and not _takes_a_stream(one)
