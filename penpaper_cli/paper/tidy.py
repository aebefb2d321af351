"""Gradients as a textbook writes them: products and quotients put together without what cancels.

The rules of operations say g / b or -(g * out) / b of whatever g is. Written one inside the other they give
-((p / (p / q)) ∘ (p / q) / q), where a person writes -p / q. What is left out here follows from how values were made
(double signs, factors 1, terms 0, a factor that is divided by itself), never from their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np

from penpaper_cli.expressions.numbers import Count
from penpaper_cli.paper.paper import OPS, Value


@dataclass(frozen=True)
class Term:
    """A product over a product, with a sign: what unnamed products, quotients and signs come to.

    A number is a factor like any other, except that 1 is left out.
    """

    negative: bool = False
    above: tuple[Value | Fraction, ...] = ()
    below: tuple[Value | Fraction, ...] = ()

    def __neg__(self) -> Term:
        return Term(not self.negative, self.above, self.below)

    def __mul__(self, other: Term) -> Term:
        return Term(self.negative != other.negative, self.above + other.above, self.below + other.below)

    def __truediv__(self, other: Term) -> Term:
        return Term(self.negative != other.negative, self.above + other.below, self.below + other.above)

    @property
    def tidied(self) -> Term:
        """Without factors that are divided by themselves; the numbers above, and those below, made one."""
        below = list(self.below)
        above = []
        for factor in self.above:
            if isinstance(factor, Value) and (same := next((b for b in below if alike(factor, b)), None)) is not None:
                below.remove(same)
            else:
                above.append(factor)
        top, bottom = (prod((n for n in part if isinstance(n, Fraction)), start=Fraction(1)) for part in (above, below))
        negative = self.negative != ((top < 0) != (bottom < 0))
        top, bottom = abs(top), abs(bottom)
        if (top / bottom).denominator == 1 or (bottom / top if top else top).denominator == 1:
            ratio = top / bottom
            top, bottom = (ratio, Fraction(1)) if ratio.denominator == 1 else (Fraction(1), 1 / ratio)
        below.sort(key=lambda factor: isinstance(factor, Value) and bool(factor.shape))
        return Term(negative, one_number(above, top), one_number(below, bottom))


def one_number(factors: list[Value | Fraction], number: Fraction) -> tuple[Value | Fraction, ...]:
    """The factors with one number in the place of the first; none where it is 1. A single one stays as written."""
    numbers = [f for f in factors if isinstance(f, Fraction) and f != 1]
    if len(numbers) == 1 and numbers[0] == number:
        number = numbers[0]
    others: list[Value | Fraction] = [f for f in factors if isinstance(f, Value)]
    if number == 1:
        return tuple(others)
    before = next((k for k, f in enumerate(factors) if isinstance(f, Fraction) and (f != 1 or not numbers)), 0)
    before = sum(isinstance(f, Value) for f in factors[:before])
    return (*others[:before], number, *others[before:])


def alike(one: Value | Fraction, other: Value | Fraction) -> bool:
    """Whether both are the same value, or unnamed and made in the same way from the same values."""
    if one is other:
        return True
    if isinstance(one, Fraction) or isinstance(other, Fraction) or one.name is not None or other.name is not None:
        return False
    if one.op is None or one.op is not other.op or one.shape != other.shape or set(one.settings) != set(other.settings):
        return False
    if not all(np.array_equal(setting, other.settings[key]) for key, setting in one.settings.items()):
        return False
    return all(alike(a, b) or same_number(a, b) for a, b in zip(one.parents, other.parents, strict=True))


def same_number(one: Value, other: Value) -> bool:
    """Whether both are the same number of a formula."""
    return is_number(one) and is_number(other) and bool(one.data[()] == other.data[()])


def is_number(value: Value) -> bool:
    """Whether it is a number that stands in a formula or in a rule."""
    return value.op is None and value.name is None and not value.shape


def term_of(value: Value) -> Term:
    """An unnamed value as a term; anything with a name is one factor."""
    return Term(above=(value,)) if value.name is not None else made_of(value)


def made_of(value: Value) -> Term:
    """A value, even one with a name, as a term of what it was made from."""
    if is_number(value):
        number: Fraction = value.data.item()
        return Term(above=(value,)) if isinstance(number, Count) else Term(above=(number,))
    parts = value.parents
    match value.op.name if value.op is not None else "":
        case "neg":
            return -term_of(*parts)
        case "mul":
            return term_of(parts[0]) * term_of(parts[1])
        case "div":
            return term_of(parts[0]) / term_of(parts[1])
        case "spread" | "same":
            return term_of(*parts)
    return Term(above=(value,))


def combined(name: str, *parts: Value) -> Value:
    """A sum, difference, product, quotient or opposite of values, written as a person would."""
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    match name:
        case "mul":
            found = written(parts[0], term_of(parts[0]) * term_of(parts[1]))
        case "div":
            found = written(parts[0], term_of(parts[0]) / term_of(parts[1]))
        case "neg":
            found = written(parts[0], -term_of(parts[0]))
        case _:
            found = added(parts[0], parts[1], minus=name == "sub")
    return found if found.shape == shape else OPS["spread"](found, shape=shape)


def added(a: Value, b: Value, minus: bool) -> Value:
    """A sum or difference, without terms 0; a term that has a sign of its own is taken away, or added, without it."""
    if is_zero(b):
        return a
    second = term_of(b).tidied
    plain = b
    if not minus and a.shape == b.shape and any(isinstance(f, Value) for f in second.above):
        first = term_of(a).tidied
        if first.negative == second.negative and equal(first.above, second.above) and equal(first.below, second.below):
            return written(a, Term(above=(Fraction(2),)) * first)
    if second.negative:
        minus, plain = not minus, written(b, -second)
    if is_zero(a):
        return written(b, -term_of(plain)) if minus else plain
    return OPS["sub" if minus else "add"](a, plain)


def equal(some: tuple[Value | Fraction, ...], others: tuple[Value | Fraction, ...]) -> bool:
    """Whether two products have the same factors in the same order."""
    return len(some) == len(others) and all(a == b or alike(a, b) for a, b in zip(some, others, strict=True))


def is_zero(value: Value) -> bool:
    """Whether it is 0 by how it was made."""
    if value.op is not None and value.name is None and value.op.name in ("unmoved", "spread"):
        return value.op.name == "unmoved" or is_zero(value.parents[0])
    return is_number(value) and not value.data[()]


def written(beside: Value, term: Term) -> Value:
    """The term written down on the paper of a value."""
    term = term.tidied
    paper = beside.paper

    def line(factor: Value | Fraction) -> Value:
        if isinstance(factor, Value):
            return factor
        return paper.one if factor == 1 and paper.one is not None else paper.constant(factor)

    def product(factors: tuple[Value | Fraction, ...]) -> Value:
        first, *others = map(line, factors or (Fraction(1),))
        for other in others:
            first = OPS["mul"](first, other)
        return first

    if term.negative and not term.below and len(term.above) == 1:
        (only,) = term.above
        if isinstance(only, Fraction):
            return paper.constant(-only)
        if only.name is None and only.op is OPS["sub"]:
            a, b = only.parents
            return OPS["sub"](b, a)
    if term.negative and not term.above and not term.below:
        return paper.constant(Fraction(-1))
    found = product(term.above)
    if term.below:
        found = OPS["div"](found, product(term.below))
    return OPS["neg"](found) if term.negative else found


def without(value: Value, divisor: Value) -> Value | None:
    """The value times something that it is divided by, even where it has a name; None where it isn't divided by it."""
    term = opened(value).tidied
    if not any(alike(factor, divisor) for factor in term.below):
        return None
    return written(value, term * Term(above=(divisor,)))


def opened(gradient: Value) -> Term:
    """A gradient, even one with a name, as a term; its factors with names stay, unless they are made of numbers."""
    term = made_of(gradient)
    found = Term(term.negative, below=term.below)
    for factor in term.above:
        inside = made_of(factor) if isinstance(factor, Value) else Term(above=(factor,))
        numbers = all(isinstance(f, Fraction) or not f.shape for f in inside.above + inside.below)
        found = found * (inside if numbers else Term(above=(factor,)))
    return found


def apart(term: Term) -> tuple[Term, Term]:
    """A term as the product of what is one number, and of what has entries."""
    inside = [tuple(f for f in part if isinstance(f, Value) and f.shape) for part in (term.above, term.below)]
    outside = [tuple(f for f in part if not (isinstance(f, Value) and f.shape)) for part in (term.above, term.below)]
    return Term(term.negative, *outside), Term(False, *inside)
