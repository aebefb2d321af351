"""Packages that only some work needs, and that are installed on request."""

from __future__ import annotations

from penpaper_cli.numbers import CannotRead


def missing(what: str, package: str, extra: str) -> CannotRead:
    """That `what` can't be done without a package, and how to install it."""
    install = f'python -m pip install "penpaper-cli[{extra}]"'
    return CannotRead(f"{what} needs the package {package}: install it with {install}.")
