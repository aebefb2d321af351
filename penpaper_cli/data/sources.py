"""Where input comes from, files and standard input, and how their content is quoted in messages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from penpaper_cli.errors import CannotRead

STDIN = "standard input"
BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


def quoted(text: str, longest: int = 40) -> str:
    """A cell or a name in quotation marks, fit for a message: control characters escaped, long text cut."""
    return f'"{shown(text, longest)}"'


def shown(text: str, longest: int = 200) -> str:
    """A text without quotation marks, fit for a message: control characters escaped, long text cut."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(map(_harmless, cut))


def _harmless(char: str) -> str:
    """A character that can be shown; a no-break space, or one of another width, is a blank."""
    if char.isprintable():
        return char
    return " " if char in BLANKS else char.encode("unicode_escape").decode()


class StandardInput:
    """Standard input, from which one thing can be read, whole. `name` is what messages call that thing.

    Both readers raise CannotRead when nothing is piped in, or when something has been read before.
    """

    def __init__(self) -> None:
        self._taken: TextIO | None = None

    def text(self, name: str) -> str:
        """All of it as text."""
        stream = self._take(name)
        try:
            text = stream.read().removeprefix("\ufeff")
        except UnicodeDecodeError:
            raise CannotRead(f"{name}: {STDIN} is not UTF-8 text; pipe in numbers or a CSV.") from None
        if not text.strip():
            raise CannotRead(f"{name}: {STDIN} is empty; pipe in numbers or a CSV.")
        return text

    def bytes(self, name: str) -> bytes:
        """All of it as bytes, for a table whose encoding is still to be found out."""
        stream = self._take(name)
        raw = getattr(stream, "buffer", None)
        content = bytes(raw.read()) if raw is not None else stream.read().encode("utf-8", "surrogateescape")
        if not content.strip():
            raise CannotRead(f"{name}: {STDIN} is empty; pipe in a CSV.")
        return content

    def _take(self, name: str) -> TextIO:
        stream = sys.stdin
        if stream is None or stream.closed or stream.isatty():
            raise CannotRead(f"{name} should come from {STDIN}, but nothing is piped in: try `cat FILE.csv | pp …`.")
        if stream is self._taken:
            raise CannotRead(f"{name}: only one matrix can come from {STDIN}; put the other in a file.")
        self._taken = stream
        return stream


STANDARD_INPUT = StandardInput()


@contextmanager
def readable(path: str) -> Iterator[None]:
    """Turns what can go wrong with a file into a CannotRead that names it."""
    try:
        yield
    except FileNotFoundError:
        raise CannotRead(f"There is no file {quoted(path, 200)}; check its name and the folder you are in.") from None
    except IsADirectoryError:
        raise CannotRead(f"{shown(path)} is a directory; name a file in it.") from None
    except UnicodeDecodeError:
        raise CannotRead(f"{shown(path)} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise CannotRead(f"{shown(path)} can't be read: {error.strerror or error}; check the file.") from None
