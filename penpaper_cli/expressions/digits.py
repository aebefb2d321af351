"""Digits enough to see a difference: where terms all but cancel, or one hardly moves the other, lines print more."""

from __future__ import annotations

from itertools import pairwise

from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, value
from penpaper_cli.expressions.decimals import DIGITS, Float64, finer, real
from penpaper_cli.expressions.numbers import Figures

FLOAT_DIGITS = 15
"""What a float64 is sure of."""
MARGIN = 10
"""So many of all digits are left to rounding."""


def with_enough_digits(sides: tuple[Expr, ...], figures: Figures) -> tuple[Expr, ...]:
    """The sides of a worked line, each number with as many digits as show what the line says."""
    if len(sides) < 2:
        return sides
    shown = [_of_differences(side, figures) for side in sides]
    for k, (left, right) in enumerate(pairwise(sides)):
        place = _place_of_a_step(left, right, figures)
        if place is not None:
            shown[k], shown[k + 1] = (_to_the_place(side, place, figures) for side in (left, right))
    return tuple(shown)


def _of_differences(e: Expr, figures: Figures) -> Expr:
    """Operands of a sum that is much smaller than they are, with the digits that don't cancel."""
    if not isinstance(e, Apply):
        return e
    if _is_sum_of_numbers(e):
        total, largest = real(value(e)), max(abs(real(value(term))) for term in e.args)
        lost = largest.adjusted() - total.adjusted() if total and largest else 0
        place = total.adjusted() - figures.digits + 1
        return _to_the_place(e, place, figures) if lost >= figures.digits - 1 else e
    return Apply(e.op, tuple(_of_differences(arg, figures) for arg in e.args))


def _place_of_a_step(left: Expr, right: Expr, figures: Figures) -> int | None:
    """The power of ten that shows that a small term moved a number, where the digits that are printed don't."""
    if not (isinstance(right, Num) and _is_sum_of_numbers(left) and isinstance(left, Apply) and len(left.args) == 2):
        return None
    large, small = sorted((real(value(term)) for term in left.args), key=abs, reverse=True)
    if not small or figures.text(abs(large)) != figures.text(abs(real(right.value))) or figures.in_full(right.value):
        return None
    unsure = isinstance(right.value, float | Float64) and large.adjusted() - small.adjusted() + 2 > FLOAT_DIGITS
    return None if unsure else small.adjusted() - 1


def _is_sum_of_numbers(e: Expr) -> bool:
    return isinstance(e, Apply) and e.op in ("add", "sub") and all(map(_is_number, e.args))


def _is_number(e: Expr) -> bool:
    return isinstance(e, Num) or (isinstance(e, Apply) and e.op == "neg" and isinstance(e.args[0], Num))


def _to_the_place(e: Expr, place: int, figures: Figures) -> Expr:
    """The numbers of an expression rounded at this power of ten, if that shows more; those that are in full stay."""
    match e:
        case Num(number) if not figures.in_full(number):
            return Num(finer(number, min(real(number).adjusted() - place + 1, DIGITS - MARGIN)))
        case Apply(op, args):
            return Apply(op, tuple(_to_the_place(arg, place, figures) for arg in args))
    return e
