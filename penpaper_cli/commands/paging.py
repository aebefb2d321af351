"""Long output in a terminal goes through the pager that PAGER names."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable
from itertools import chain
from typing import TextIO


def to_terminal(pieces: Iterable[str], out: TextIO) -> None:
    """Write the pieces to a terminal, or, where they are taller than it, to the pager, if there is such a program.

    `less` leaves short text on the screen, keeps colour and leaves the text behind, unless LESS says otherwise.
    """
    rest, held, height = iter(pieces), list[str](), 0
    command, tall = shlex.split(os.environ.get("PAGER", "")), shutil.get_terminal_size().lines
    if command and shutil.which(command[0]):
        for piece in rest:
            held.append(piece)
            height += piece.count("\n")
            if height >= tall:
                return through(command, chain(held, rest), out)
    for piece in chain(held, rest):
        out.write(piece)
    out.flush()


def through(command: list[str], pieces: Iterable[str], out: TextIO) -> None:
    """Hand the pieces to a pager, and wait until it has been left."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=out,
        encoding=out.encoding,
        errors="backslashreplace",
        env={"LESS": "FRX", **os.environ},
    ) as process:
        assert process.stdin
        try:
            for piece in pieces:
                process.stdin.write(piece)
        except BrokenPipeError:
            pass  # The reader has seen enough.
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            while process.poll() is None:
                with contextlib.suppress(KeyboardInterrupt):  # It is the pager's, such as to end a search.
                    process.wait()
