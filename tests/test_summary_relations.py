"""A summary keeps the two ends of a worked line, and decides by them whether = or ≈ stands between."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from penpaper_cli.cli import run
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.working import worked
from penpaper_cli.expressions.arithmetic import Name, Num
from penpaper_cli.expressions.checking import read_back, symbolic
from penpaper_cli.expressions.numbers import Figures, read_number
from penpaper_cli.ops import OPS
from penpaper_cli.paper.paper import Paper, Value
from penpaper_cli.solution.blocks import Working, ends

KINDS = ("1e0", "0", "-1e300", "9.995", "1/3", "12345678.12345678", "2/7", "-0.5", "7", "1e-9", "0.1")


def given(*rows: str) -> list[Value]:
    """Vectors on one paper."""
    paper = Paper(exact=True)
    numbers = [np.array([read_number(text) for text in row.split()], dtype=object) for row in rows]
    return [paper.given(name, data) for name, data in zip("uv", numbers, strict=False)]


def summarised(result: Value, figures: Figures) -> tuple[Working, Working]:
    """A worked line in full, and its two ends."""
    result.paper.call("y", result)
    line = worked(result, (), Show(figures))
    return line, ends(line, figures)


def test_what_was_rounded_in_between_may_leave_no_trace(capsys: pytest.CaptureFixture[str]) -> None:
    u, v = "1e0 0 0 0e0 -1e20", "9.995 0 0e0 1/3 12345678.12345678"
    assert run(["dot", u, v, "-f", "plain"]) == 0 and "≈" in capsys.readouterr().out
    assert run(["dot", u, v, "-f", "plain", "--detail", "summary"]) == 0
    assert f"[{u}] · [{v}] = -246913562469135" in capsys.readouterr().out
    assert run(["dot", u.replace("e20", "e300"), v, "-f", "plain", "--detail", "summary"]) == 0
    assert capsys.readouterr().out.endswith(f"[{u.replace('e20', 'e300')}] · [{v}] ≈ -1.235e307\n")


@pytest.mark.parametrize("fractions", [False, True])
@pytest.mark.parametrize("op", ["dot", "mse", "sse", "mae"])
def test_the_sign_is_that_of_the_two_ends(op: str, fractions: bool) -> None:
    """It is = exactly where the result that is printed is what the given numbers come to."""
    draw = random.Random(op)
    signs = set()
    for _ in range(150):
        rows = [" ".join(draw.choice(KINDS) for _ in range(3)) for _ in "uv"]
        figures = Figures(fractions=fractions)
        line, short = summarised(OPS[op](*given(*rows)), figures)
        numbers = next(side for side in line.sides if not symbolic(side))
        equal = read_back(numbers, figures) == read_back(short.sides[1], figures)
        assert short.relations[0] == ("=" if equal else "≈"), rows
        assert short.sides[0] is line.sides[0] and short.sides[-1] is line.sides[-1]
        signs.add(short.relations[0])
    assert op != "dot" or fractions or signs == {"=", "≈"}


def test_what_left_the_rationals_is_never_said_to_be_equal() -> None:
    """In float64, sigmoid(40) is 1 to the last digit; on paper it isn't, and is never said to be."""
    [u] = given("40")
    line, short = summarised(OPS["sigmoid"](OPS["pick"](u, place=(0,))), Figures())
    [result] = [side.value for side in line.sides[-1:] if isinstance(side, Num)]
    assert float(result) == 1.0 and result != 1
    assert short.relations == ("≈",)


def test_a_fraction_keeps_its_decimal() -> None:
    u, v = given("1/3 2", "1 1/7")
    _, short = summarised(OPS["dot"](u, v), Figures(fractions=True))
    assert len(short.sides) == 3 and short.relations == ("=", "≈")
    assert short.sides[1] == Num(Fraction(13, 21))


def test_a_line_of_letters_alone_keeps_its_sign() -> None:
    """As the equation of a model has it, whose coefficients were rounded."""
    line = Working((Name("price"), Num(0.5) * Name("size") + Num(1 / 3)), ("≈",))
    assert ends(line, Figures()).relations == line.relations
