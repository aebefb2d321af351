"""The worked solution: a closed set of blocks that every renderer can draw, and that other programs can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from penpaper_cli.errors import PaperError
from penpaper_cli.expressions.arithmetic import Entry, Expr, Num
from penpaper_cli.expressions.checking import relation, symbolic
from penpaper_cli.expressions.numbers import Figures, Scalar

if TYPE_CHECKING:
    from penpaper_cli.solution.script import Script

Parts = tuple[str | Expr, ...]
"""Words mixed with mathematics, so that words never hold markup and mathematics never becomes text too early."""

LAYOUT = {"layout": True}
"""Marks a field that steers how a block is shown and is no part of what it says; JSON leaves it out."""


@dataclass(frozen=True, repr=False, eq=False)
class Heading:
    """What the blocks after it are about; level 1 is the title."""

    parts: Parts
    level: int = 2


@dataclass(frozen=True, repr=False, eq=False)
class Sentence:
    """A sentence: one that `explains`, or one that says what must be known, which stays in a summary."""

    parts: Parts
    explains: bool = field(default=True, metadata=LAYOUT)


@dataclass(frozen=True, repr=False, eq=False)
class Working:
    """One worked line: sides joined by = or ≈, each checked against the next before the line was made."""

    sides: tuple[Expr, ...]
    relations: tuple[str, ...]
    caption: Parts = ()


@dataclass(frozen=True, repr=False, eq=False)
class Grid:
    """A vector or matrix with its name. None marks rows or columns left out; `columns` are names from a header."""

    name: Expr
    relation: str
    rows: tuple[tuple[Expr | None, ...] | None, ...]
    shape: tuple[int, ...]
    columns: tuple[str, ...] = ()
    of_data: bool = False
    """Whether its rows are those of a data set, which JSON doesn't repeat."""
    sources: Callable[[tuple[int, ...]], Iterable[Entry]] | None = field(default=None, metadata=LAYOUT)
    """Which entries the one at a place came from, where it was worked out; asked only by formats that show it."""


@dataclass(frozen=True, repr=False, eq=False)
class Table:
    """Rows under a head. A row of one cell in a wider table says what was left out. `align` has l or r per column."""

    head: tuple[Parts, ...]
    rows: Iterable[tuple[Parts, ...]]
    align: str


@dataclass(frozen=True, repr=False, eq=False)
class Chart:
    """A line of y over x, drawn small; with `logarithmic`, each step up is a multiple of y."""

    x: Parts
    y: Parts
    points: Sequence[tuple[float, float]]
    logarithmic: bool = False


@dataclass(frozen=True, repr=False, eq=False)
class Picture:
    """A matrix as a picture, a square for each entry: `low` is black, `high` is white.

    Where `low` is below 0 it shows numbers of both signs, such as weights: 0 is white, and a number is the darker the
    farther it is from 0; its sign has to be seen without colour.
    """

    rows: tuple[tuple[Scalar, ...], ...]
    low: Scalar
    high: Scalar

    @property
    def signed(self) -> bool:
        """Whether numbers of both signs are shown."""
        return self.low < 0

    def darkness(self, value: Scalar) -> float:
        """How dark the square of a number is, from 0 to 1."""
        number, low, high = float(value), float(self.low), float(self.high)
        return abs(number) / max(-low, high) if self.signed else (high - number) / (high - low)


Block = Heading | Sentence | Working | Grid | Table | Chart | Picture


@dataclass(frozen=True, repr=False, eq=False)
class Result:
    """Something on the paper, for other programs: nested to its shape; exact numbers are fractions."""

    shape: tuple[int, ...]
    exact: bool
    values: Any


T = TypeVar("T")


class Anew(Generic[T]):
    """Things that are made whenever they are read, so that they take no memory and can be read again."""

    def __init__(self, make: Callable[[], Iterable[T]]) -> None:
        self.make = make

    def __iter__(self) -> Iterator[T]:
        return iter(self.make())


@dataclass(repr=False, eq=False)
class Record:
    """A solution as data: the blocks that renderers draw, and the values that other programs read."""

    command: str
    steps: Iterable[Block]
    title: str = ""
    figures: Figures = field(default_factory=Figures)
    given: dict[str, Result] = field(default_factory=dict)
    answer: Result | None = None
    results: dict[str, Result] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    """What else JSON has of it, by name."""
    sheet: Iterable[Sequence[str]] = ()
    """Rows of cells, where the command can keep them as a CSV."""
    failure: PaperError | None = None
    """Raised once the working so far has been shown, as when a training run diverges."""
    script: Callable[[], Script] | None = None
    """The calculation as a program, made when a format asks for it; nothing where there is nothing to run."""


def summary(blocks: Iterable[Block], figures: Figures) -> Iterator[Block]:
    """The shapes and the results: no sentences that only explain, and of worked lines their two ends."""
    for block in blocks:
        if isinstance(block, Working):
            yield ends(block, figures)
        elif not (isinstance(block, Sentence) and block.explains):
            yield block


def ends(line: Working, figures: Figures) -> Working:
    """A worked line without what lies between its first side and its result (a fraction keeps its decimal).

    What was rounded in between may leave no trace in the result, so the two are compared: by the numbers that the first
    side stands for, since a letter equals whatever it is worked to.
    """
    last = len(line.sides) - (2 if isinstance(line.sides[-1], Num) and line.sides[-1].as_decimal else 1)
    between, sign = line.relations[:last], "="
    if "≈" in between:
        plain = next((k for k, side in enumerate(line.sides) if not symbolic(side)), last)
        sign = "≈" if "≈" in between[:plain] else relation(line.sides[plain], line.sides[last], figures)
    return Working((line.sides[0], *line.sides[last:]), (sign, *line.relations[last:]))
