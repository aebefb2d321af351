"""Every exception of pp, and the sentence for a package that is missing."""

from __future__ import annotations


class PaperError(Exception):
    """Something the reader can mend, in one whole sentence; `pointer` shows the place in a text, over two lines."""

    exit_code = 2
    pointer = ""


class CannotRead(PaperError):
    """The input or the usage is wrong."""

    exit_code = 2


class NotANumber(CannotRead):
    """A text that is no number at all, rather than one that can't be worked with."""


class CannotWork(PaperError):
    """The input was understood, but the mathematics can't be done."""

    exit_code = 1


class Interrupted(PaperError):
    """Stopped by the user, at a place where what was done so far could be kept."""

    exit_code = 130


class ClosedPipe(Exception):
    """Whoever read the output, such as `head`, has seen enough."""


class NotTrue(PaperError):
    """A worked line that fails its own check. It is a bug of pp, so the program stops rather than print it."""

    exit_code = 70


class Fault(Exception):
    """What is wrong with a file: the end of a sentence."""


def missing(what: str, package: str, extra: str) -> CannotRead:
    """That `what` can't be done without a package, and how to install it."""
    install = f'python -m pip install "penpaper-cli[{extra}]"'
    return CannotRead(f"{what} needs the package {package}: install it with {install}.")
