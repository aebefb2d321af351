"""Mathematics as a notation with markup draws it: text that knows how wide it comes out and where it may be broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import ClassVar, NamedTuple

from penpaper_cli.expressions.arithmetic import Expr
from penpaper_cli.render.maths import Maths


class Piece(NamedTuple):
    """A bit of drawn mathematics that stays on one line.

    - `width`: how wide it comes out, in digits; its text is longer by the markup.
    - `breaks`: how much a line break before it costs, beside brackets that stand open, which cost 1 each; None where
      none may be.
    - `opens`: 1 for an opening bracket in which a line may be broken, -1 for a closing one.
    - `height`: 0 for a line of text, 1 for what is taller, 2 for a fraction.
    - `kind`: what a notation wants to know of it when it puts something around or behind it.
    """

    text: str
    width: float = 0.0
    breaks: float | None = None
    opens: int = 0
    height: int = 0
    kind: str = ""


class Drawn(str):
    """Pieces side by side: a string, which is their text."""

    pieces: tuple[Piece, ...]

    def __new__(cls, pieces: Iterable[Piece] = ()) -> Drawn:
        pieces = tuple(pieces)
        text = pieces[0].text if len(pieces) == 1 else "".join([piece.text for piece in pieces])
        self = super().__new__(cls, text)
        self.pieces = pieces
        return self

    def __add__(self, other: str) -> Drawn:
        return Drawn((*self.pieces, *known(other).pieces))

    def join(self, parts: Iterable[str]) -> Drawn:
        """The parts with this between them."""
        pieces: list[Piece] = []
        for part in parts:
            pieces += self.pieces if pieces else ()
            pieces += known(part).pieces
        return Drawn(pieces)

    @cached_property
    def width(self) -> float:
        """How wide it comes out, in digits."""
        return sum(piece.width for piece in self.pieces)

    @property
    def height(self) -> int:
        """That of its tallest piece."""
        return max((piece.height for piece in self.pieces), default=0)

    @property
    def is_enclosed(self) -> bool:
        """Whether it is one piece, or stands in one pair of brackets altogether."""
        return bool(self) and all(list(accumulate(piece.opens for piece in self.pieces))[:-1])

    def breaks(self) -> Iterator[tuple[int, float, int]]:
        """Where a line may be broken: the place in the text, what a break costs there, how wide all before it is."""
        at = depth = 0
        width = 0.0
        for text, wide, cost, opens, _, _ in self.pieces:
            if cost is not None and at:
                yield at, depth + cost, round(width)
            depth += opens
            at += len(text)
            width += wide

    def brackets(self) -> Iterator[tuple[int, int]]:
        """The brackets in which it may be broken: the place in the text, 1 for an opening one, -1 for a closing one."""
        at = 0
        for piece in self.pieces:
            if piece.opens:
                yield at, piece.opens
            at += len(piece.text)


def known(drawn: str) -> Drawn:
    """What is drawn, which must say how wide it is."""
    assert isinstance(drawn, Drawn), f"{drawn!r} doesn't say how wide it is"
    return drawn


def piece(text: str, width: float = 0.0, *, height: int = 0, kind: str = "") -> Drawn:
    """One piece, in which nothing is broken."""
    return Drawn((Piece(text, width, height=height, kind=kind),))


class Typeset(Maths):
    """A notation with markup. What it draws says how wide it comes out and where it may be broken."""

    empty: ClassVar[Drawn] = Drawn()

    def draw(self, e: Expr, inside: int = 0) -> Drawn:
        return known(super().draw(e, inside))

    def unsigned(self, drawn: str) -> Drawn:
        return Drawn(known(drawn).pieces[1:])

    def length(self, drawn: str) -> int:
        return round(known(drawn).width)

    def breaks(self, drawn: str) -> Iterator[tuple[int, float, int]]:
        return known(drawn).breaks()
