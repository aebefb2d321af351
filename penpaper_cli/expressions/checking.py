"""Whether a worked line is true: its sides agree at full precision, and the printed digits decide between = and ≈."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from penpaper_cli.errors import NotTrue
from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, Rest, Sum, value
from penpaper_cli.expressions.decimals import Float64, Real, real
from penpaper_cli.expressions.functions import ARITHMETIC, EVALUATE, FUNCTIONS, exact_power
from penpaper_cli.expressions.numbers import Figures, Scalar

NOTHING = real(0)
FARTHEST = 5_000
"""The largest exponent of a decimal that is read back digit by digit."""
MOST_DIGITS, FLOAT_DIGITS = Real("1e-35"), Real("1e-9")
"""How far two sides may differ, beside the size of the numbers met: decimals of 50 digits, and a float64 among them."""


def size(e: Expr) -> Real:
    """How large the numbers met on the way are: Σ|terms| for a sum. It scales the tolerance of `agree`."""
    match e:
        case Sum(values):
            return _magnitude(abs(values).sum())
        case Rest(_, number, _, hidden):
            return max(_magnitude(number), _magnitude(hidden))
        case Apply("vector" | "dot" | "add" | "sub" | "neg", args):
            return real(sum(map(size, args)))
        case Apply("mul", args):
            return real(math.prod(map(size, args)))
        case Apply("div", (top, bottom)):
            return real(size(top) / (_magnitude(value(bottom)) or 1))
        case Apply("pow", (base, exponent)):
            result, at, power = (_magnitude(value(part)) for part in (e, base, exponent))
            return real(result * max(real(1), power * size(base) / at) if at else size(base) ** (power or 1))
        case Apply("max" | "min", args):
            return real(max(map(size, args)))
        case Apply(op, (x,)) if op in FUNCTIONS:
            at, result = real(value(x)), real(value(e))
            return real(max(abs(result), abs(real(FUNCTIONS[op].slope(at, result))) * size(x)))
    return _magnitude(value(e))


def _magnitude(number: Scalar) -> Real:
    return abs(real(number))


def agree(left: Expr, right: Expr, met: Real = NOTHING) -> bool:
    """Whether two sides are the same number: exactly for rationals, else to within rounding.

    `met` is the size of the numbers met before, whose rounding the sides may have inherited.
    """
    a, b = value(left), value(right)
    in_float64 = _recorded_in_float64(left) or _recorded_in_float64(right)
    if isinstance(a, Fraction | tuple) and isinstance(b, Fraction | tuple) and not in_float64:
        return bool(a == b)
    tolerance = FLOAT_DIGITS if in_float64 else MOST_DIGITS
    return bool(abs(real(a) - b) <= tolerance * max(size(left), size(right), met))


def is_exactly(left: Expr, right: Expr) -> bool:
    """Whether two sides come to the very same number."""
    return bool(value(left) == value(right))


def _recorded_in_float64(e: Expr) -> bool:
    return isinstance(e, Num | Entry) and isinstance(e.value, float | Float64)


def symbolic(e: Expr) -> bool:
    """Whether a letter is left in it."""
    match e:
        case Name() | Entry():
            return True
        case Rest(_, _, worked):
            return not worked
        case Apply(_, args):
            return any(map(symbolic, args))
    return False


def numbers_in(e: Expr) -> Iterator[Scalar]:
    """Every number that stands in it, or behind a letter of it."""
    match e:
        case Num(number) | Entry(_, _, number) | Rest(_, number):
            yield number
        case Apply(_, args):
            for arg in args:
                yield from numbers_in(arg)


def read_back(e: Expr, figures: Figures) -> Any:
    """What a reader of the printed digits gets: a fraction, or what is left once all rational sums are done."""
    match e:
        case Num(number, as_decimal):
            return Fraction(figures.decimal(number)) if as_decimal else figures.shown(number)
        case Rest(_, number):
            return figures.shown(number)
        case Apply(op, args):
            done = tuple(read_back(a, figures) for a in args)
            if op in FUNCTIONS:
                exact = FUNCTIONS[op].exactly(done[0]) if isinstance(done[0], Fraction) else None
                return (op, done) if exact is None else exact
            if op == "pow" and all(isinstance(d, Fraction) for d in done) and done[1].denominator != 1:
                return exact_power(*done) or (op, done)
            if (op == "mul" and 0 in done) or (op == "div" and done[0] == 0 != done[1]):
                return Fraction(0)
            if op in ("max", "min") and (clear := _clear_winner(op, done)) is not None:
                return clear
            rational = op in ARITHMETIC and not any(is_unfinished(d) for d in done)
            whole_power = op != "pow" or done[1].denominator == 1
            return ARITHMETIC[op](*done) if rational and whole_power and not _divides_by_zero(op, done) else (op, done)
    return e


def _clear_winner(op: str, done: tuple[Any, ...]) -> Any:
    """The largest or smallest of some numbers, when the others are clearly not, so that their digits don't matter."""
    near = [_roughly(d) for d in done]
    best = (max if op == "max" else min)(near)
    clear = [k for k, x in enumerate(near) if abs(x - best) <= 1e-9 * (1 + abs(best))]
    return done[clear[0]] if len(clear) == 1 and math.isfinite(best) else None


def _roughly(done: Any) -> float:
    """About what it comes to; not a number where a symbol stands."""
    try:
        if isinstance(done, tuple):
            return float(EVALUATE[done[0]](*map(_roughly, done[1])))
        return float(done) if isinstance(done, Fraction) else math.nan
    except (ArithmeticError, ValueError, TypeError, KeyError):
        return math.nan


def is_unfinished(done: Any) -> bool:
    """Whether `read_back` left a symbol or an irrational number standing there."""
    if isinstance(done, tuple):
        return not done or isinstance(done[0], str) or any(map(is_unfinished, done))
    return not isinstance(done, Fraction)


def _divides_by_zero(op: str, done: tuple[Any, ...]) -> bool:
    return (op == "div" and done[1] == 0) or (op == "pow" and done[0] == 0 and done[1] < 0)


def relation(left: Expr, right: Expr, figures: Figures) -> str:
    """`=` where the printed sides are exactly equal, `≈` where something was rounded.

    A symbolic side equals another by definition; it equals numbers when these are printed in full. Decimals as small or
    large as nobody writes them out count as rounded.
    """
    numbers = (*numbers_in(left), *numbers_in(right))
    if any(isinstance(n, Real) and n and abs(n.adjusted()) > FARTHEST for n in numbers) or _is_unproved_zero(right):
        return "≈"
    if symbolic(left):
        exact = symbolic(right) or all(figures.in_full(n) for n in numbers_in(right))
    else:
        exact = read_back(left, figures) == read_back(right, figures)
    return "=" if exact else "≈"


def _is_unproved_zero(e: Expr) -> bool:
    """Whether it is a decimal of which rounding has left nothing, which doesn't say that it is 0."""
    return isinstance(e, Num) and isinstance(e.value, Real) and not e.value


def looks_like(a: Expr, b: Expr) -> bool:
    """Whether two sides read the same: also where one has a minus sign in front of 3, and the other the number -3."""
    match a, b:
        case (Apply("neg", (Num(x),)), Num(y)) | (Num(y), Apply("neg", (Num(x),))):
            return bool(-x == y)
        case Apply(op, args), Apply(other, others):
            return op == other and len(args) == len(others) and all(map(looks_like, args, others))
    return a == b


def checked(name: str, sides: Sequence[Expr]) -> tuple[Expr, ...]:
    """The sides of a worked line without repetitions, once each is known to come to what the next one does."""
    kept = [side for k, side in enumerate(sides) if k == 0 or not looks_like(side, sides[k - 1])]
    met, waiting = NOTHING, list[Expr]()
    for left, right in pairwise(kept):
        waiting.append(left)
        if is_exactly(left, right):  # How large the numbers on the way were matters only where something was rounded.
            continue
        met = max(met, *map(size, waiting))
        waiting.clear()
        if not agree(left, right, met=met):
            raise NotTrue(f"pp could not confirm its own working of {name}; please report this with your command.")
    return tuple(kept)
