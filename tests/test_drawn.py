"""What a notation with markup draws knows its width, its brackets and where it breaks: laws over every operation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

import numpy as np
import pytest

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, shorten, working
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.ops import OPS
from penpaper_cli.paper.paper import Value
from penpaper_cli.render.drawn import Drawn, Typeset, known, piece
from penpaper_cli.render.html.mathml import MathML
from penpaper_cli.render.latex.notation import Latex, RunningLatex
from penpaper_cli.render.layout import fold, spans
from penpaper_cli.render.typst.notation import TypstMaths, closed

every_notation = pytest.mark.parametrize("notation", [Latex, RunningLatex, MathML, TypstMaths])


def named(value: Value) -> Value:
    """With a name for every array that was given."""
    for k, line in enumerate(value.paper.lines):
        if line.op is None and line.shape and not line.name:
            value.paper.call(f"x{k}", line)
    return value


def sides() -> Iterator[Expr]:
    """Every side of every worked entry of every operation's example, and its formula."""
    for op in OPS.values():
        example = named(op.example())
        yield example.formula
        for at in np.ndindex(example.shape):
            yield from working(shorten(example.entry(at), 8, "{} more".format))


SIDES = list(sides())


@every_notation
def test_what_is_drawn_is_its_pieces(notation: type[Typeset]) -> None:
    maths = notation(Figures())
    for side in SIDES:
        drawn = maths.draw(side)
        assert drawn == "".join(part.text for part in drawn.pieces)
        assert all(part.width >= 0 for part in drawn.pieces) and drawn.width > 0
        open_after = list(accumulate(part.opens for part in drawn.pieces))
        assert min(open_after) >= 0 == open_after[-1]


@every_notation
@pytest.mark.parametrize("room", [8, 30])
def test_what_is_broken_says_the_same_and_fits(notation: type[Typeset], room: int) -> None:
    """A line is as wide as the room at most, unless it can't be broken before that."""
    maths = notation(Figures())
    for side in SIDES:
        drawn = maths.draw(side)
        lines = fold(drawn, maths, room)
        assert "".join(lines).replace(" ", "") == drawn.replace(" ", "")
        places = [0, *(at for at, _, _ in maths.breaks(drawn)), len(drawn)]
        widths = dict(zip(places, [0, *(wide for _, _, wide in maths.breaks(drawn)), maths.length(drawn)], strict=True))
        assert list(widths.values()) == sorted(widths.values())
        for start, stop in spans(drawn, maths, room):
            start = start if start in widths else start - 1
            unbroken = not any(start < at < stop for at in places)
            assert unbroken or widths[stop] - widths[start] <= room + 1


@every_notation
def test_longer_is_wider(notation: type[Typeset]) -> None:
    maths = notation(Figures())
    letters = [Entry(Name("x"), (k,), 0.0) for k in range(9)]
    chains = [Apply(op, tuple(letters[:k])) for op in ("add", "mul", "vector", "max") for k in range(2, 9)]
    for shorter, longer in pairwise(chains):
        if len(longer.args) > 2:
            assert maths.draw(longer).width > maths.draw(shorter).width
    for e in (letters[0], Num(-0.25), Name("a word"), letters[0] / letters[1]):
        assert maths.draw(Apply("exp", (e,))).width > 0.7 * maths.draw(e).width
        assert maths.draw(-e).width > maths.draw(e).width


def test_lines_of_typst_have_no_lone_bracket() -> None:
    maths = TypstMaths(Figures())
    for side in SIDES:
        drawn = maths.draw(side)
        for line in closed(drawn, spans(drawn, maths, 20)):
            plain = line.replace(r"\(", "").replace(r"\)", "")
            assert plain.count("(") == plain.count(")")


def test_a_plain_string_has_no_width() -> None:
    with pytest.raises(AssertionError, match="how wide"):
        known("x + 1")
    assert piece("a", 1.0) + piece("b", 2.0) == "ab" and (piece("a", 1.0) + piece("b", 2.0)).width == 3
    assert piece(", ", 1.0).join([piece("a", 1.0)] * 3).width == 5 and Drawn().width == 0 == Drawn().height
