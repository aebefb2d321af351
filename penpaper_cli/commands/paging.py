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


def pager() -> list[str]:
    """The command that PAGER names; nothing where it names none, or none that there is."""
    command = shlex.split(os.environ.get("PAGER", ""))
    return command if command and shutil.which(command[0]) else []


def page(pieces: Iterable[str], out: TextIO, command: list[str]) -> None:
    """Write the pieces to a terminal, or, where they are taller than it, all of them to the pager.

    `less` leaves what fits on the screen, keeps colour and leaves the text behind, unless LESS says otherwise.
    """
    rest, held, height = iter(pieces), [], 0
    tall = shutil.get_terminal_size().lines
    for piece in rest:
        held.append(piece)
        height += piece.count("\n")
        if height >= tall:
            break
    else:
        out.write("".join(held))
        out.flush()
        return
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
            for piece in chain(held, rest):
                process.stdin.write(piece)
        except BrokenPipeError:
            pass  # The reader has seen enough.
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            while process.poll() is None:
                with contextlib.suppress(KeyboardInterrupt):  # It is the pager's, such as to end a search.
                    process.wait()
