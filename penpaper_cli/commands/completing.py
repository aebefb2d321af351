"""What the shell offers for a word that is begun. Whatever knows the words loads when the shell asks, not before."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from typing import Any

from penpaper_cli.errors import PaperError

LAST_NAME = r"[^\W\d]\w*$|$"


def among(names: Sequence[str]) -> Callable[[], list[str]]:
    """Offers these names."""
    return lambda: list(names)


def functions(incomplete: str) -> list[str]:
    """The functions of formulas whose name is begun at the end of a formula."""
    from penpaper_cli.formula.program import FUNCTIONS

    begun = re.search(LAST_NAME, incomplete)
    before = incomplete[: begun.start()] if begun else incomplete
    return [f"{before}{name}(" for name in FUNCTIONS if f"{before}{name}".startswith(incomplete)]


def columns(ctx: Any, incomplete: str) -> list[str]:
    """The columns of the file on the line, one more behind those that are named already; nothing where it has none."""
    from penpaper_cli.data.kinds import opened_table
    from penpaper_cli.data.sheet import read_header

    # Behind an option that has no value yet, arguments are left over unread.
    path = ctx.params.get("data") or next(iter(ctx.args), "-")
    if path == "-":
        return []
    named, comma, _ = incomplete.rpartition(",")
    with contextlib.suppress(PaperError, OSError), opened_table(path) as (table, _):
        header = read_header(table)
        return [f"{named}{comma}{name}" for name in header.names if name and name not in named.split(",")]
    return []
