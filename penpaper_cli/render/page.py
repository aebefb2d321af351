"""What the working stands in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, repr=False, eq=False)
class Page:
    """A document of its own (`whole`), or a section of one.

    `level` is that of the topmost heading. With a `title`, that heading is the title. `math` says how Markdown writes
    mathematics, text or latex; `ascii` that no other characters than ASCII's are to be written, `colour` that a
    terminal may have it.
    """

    title: str = ""
    level: int = 2
    whole: bool = False
    math: str = "text"
    ascii: bool = False
    colour: bool = True
