"""How a solution is to be worked and shown: the keywords that every function of the library takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

from penpaper_cli.errors import CannotRead
from penpaper_cli.explain.show import MOST_TERMS, Show
from penpaper_cli.expressions.numbers import Figures, Typed

if TYPE_CHECKING:
    from penpaper_cli.paper.arrays import Array

Entry = str | int | tuple[int, ...]
"""The place of an entry, counted from 1: 3 in a vector, (3, 2) or "3,2" in a matrix."""
Detail = Literal["full", "normal", "summary"]
DETAILS = ("full", "normal", "summary")
MOST_DIGITS = 15


class ViewOptions(TypedDict, total=False):
    """The keywords of `View`, for type checkers."""

    digits: int
    fractions: bool | None
    exact: bool | None
    detail: Detail
    entries: Sequence[Entry]
    steps: int | str | None


@dataclass(frozen=True, repr=False, eq=False)
class View:
    """How numbers are worked and how much is shown.

    `digits` are the significant digits of rounded numbers, at least, from 1 to 15. `fractions` prints fractions (True)
    or decimals (False), else as they were given. `exact` works in fractions (True) or float64 (False), else in
    fractions as far as that goes. `detail` "full" has every sum term by term, "summary" shapes and results only.
    `entries` are places such as (1, 2) or "1,2", row and column counted from 1, that are worked instead of the first
    few; `steps` is how many entries are worked, or "all".

    Raises CannotRead for a value that none of these can have.
    """

    digits: int = 4
    fractions: bool | None = None
    exact: bool | None = None
    detail: Detail = "normal"
    entries: Sequence[Entry] = ()
    steps: int | str | None = None

    def __post_init__(self) -> None:
        if self.digits not in range(1, MOST_DIGITS + 1):
            raise CannotRead(f"--digits {self.digits}: give a whole number from 1 to {MOST_DIGITS}.")
        if self.detail not in DETAILS:
            raise CannotRead(f'--detail "{self.detail}": choose one of {", ".join(DETAILS)}.')
        self.show()  # Before anything is worked: entries and steps that can't be read are refused.

    @property
    def typed(self) -> bool | None:
        """How numbers are read: as they were typed, whatever they are worked in; many of them as float64 (None)."""
        return self.exact or None

    def figures(self, given: Iterable[Array] = ()) -> Figures:
        """How numbers print: as fractions when asked for, or when a given array holds a typed fraction."""
        texts = [n.text for data in given if data.dtype == object for n in data.flat if isinstance(n, Typed)]
        if self.fractions is not None:
            return Figures(self.digits, self.fractions)
        return Figures(self.digits, any("/" in text for text in texts), any("." in text for text in texts))

    def show(self, given: Iterable[Array] = (), terms: int = MOST_TERMS) -> Show:
        """What is shown of work on these arrays, and the most terms of a sum that are written out."""
        return Show(self.figures(given), self.most_entries(), tuple(map(read_place, self.entries)), self.detail, terms)

    def most_entries(self) -> int | None:
        """How many entries are worked at most; None leaves it to what is shown."""
        if self.steps is None:
            return None
        if self.steps == "all":
            return sys.maxsize
        text = str(self.steps)
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            raise CannotRead(f'--steps "{text}": give a whole number from 1 up, or "all".')
        return int(text)


def read_place(place: Entry) -> tuple[int, ...]:
    """The place of an entry, counted from 1 as given and from 0 inside: "3,2" and (3, 2) are (2, 1)."""
    text = ",".join(map(str, place)) if isinstance(place, list | tuple) else str(place)
    numbers = text.replace(",", " ").split()
    if not numbers or not all(n.isascii() and n.isdigit() and 0 < len(n) < 19 and int(n) for n in numbers):
        raise CannotRead(f'--entry "{text}": give a row and a column counted from 1, such as 3,2.')
    return tuple(int(n) - 1 for n in numbers)
