"""Scores into shares that add up to 1."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, Sum
from penpaper_cli.expressions.decimals import real
from penpaper_cli.expressions.numbers import as_written
from penpaper_cli.ops.elementwise import suited
from penpaper_cli.ops.reductions import check_axis, collapsed, direction, how_many, repeated
from penpaper_cli.ops.shapes import function_of, in_decimals, named, of_entries, shape_text, small
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import OPS, Op, Place, Value
from penpaper_cli.paper.tidy import Term, apart, opened, without, written

LARGE = 20
"""Scores above this, or all of them below its opposite, are lowered by the largest before exp is taken."""
LITTLE = 1e-3
"""Where the other shares together are less than this beside one, its logarithm is worked from them."""
LOWERED = "Every score is lowered by the largest one first: that changes no share, and exp stays within range"


def exponents(z: Value, at: Place, axis: int, causal: int = 0) -> tuple[Array, Callable[[int], Expr], bool]:
    """What exp is taken of in the row (or column) of an entry: the numbers, how the k-th is written, if lowered."""
    along = direction(len(z.shape), axis) or 0
    values, place = collapsed(z, (*at[:along], *at[along + 1 :]), axis)
    if causal:
        values = values[: at[0] + 1]
    top = int(values.argmax())
    if -LARGE <= values[top] <= LARGE:
        return in_decimals(values), lambda k: z[place(k)], False
    shift = z.number(place(top))
    return in_decimals(values) - shift, lambda k: z[place(k)] - Num(shift), True


def share(z: Value, at: Place, axis: int, causal: int = 0) -> Expr:
    """A score's share of its row: its exp over the sum of all."""
    numbers, power, _ = exponents(z, at, axis, causal)
    k = at[direction(len(z.shape), axis) or 0]
    return Apply("exp", (power(k),)) / Sum(of_entries("exp", numbers), lambda j: Apply("exp", (power(j),)))


def log_share(z: Value, at: Place, axis: int) -> Expr:
    """The logarithm of that share: the score less the logarithm of the sum; one near 1 is worked from the others."""
    numbers, power, _ = exponents(z, at, axis)
    k = at[direction(len(z.shape), axis) or 0]
    if len(numbers) == 1:
        return Apply("log", (share(z, at, axis),))
    if near_one(numbers, k):
        return from_the_others(z, at, axis)
    return power(k) - Apply("log", (Sum(of_entries("exp", numbers), lambda j: Apply("exp", (power(j),))),))


def near_one(numbers: Array, k: int) -> bool:
    """Whether a share is so near to 1 that its logarithm would drown in rounding."""
    beside = np.delete(numbers, k) - numbers[k]
    return len(numbers) > 1 and max(beside) < 0 and bool(of_entries("exp", beside).sum() < LITTLE)


def from_the_others(z: Value, at: Place, axis: int) -> Expr:
    """The logarithm of a share near 1: minus log of 1 plus every other score's exp beside its own."""
    along = direction(len(z.shape), axis) or 0
    values, place = collapsed(z, (*at[:along], *at[along + 1 :]), axis)
    others = [k for k in range(len(values)) if k != at[along]]
    beside = of_entries("exp", in_decimals(values[others]) - as_written(values[at[along]]))
    return -Apply("log1p", (Sum(beside, lambda n: Apply("exp", (z[place(others[n])] - z[at],))),))


def log_shares(z: Array, axis: int) -> Array:
    """All logarithms of shares, safe from overflow; the largest is kept apart so that small ones don't drown in it."""
    axis = direction(z.ndim, axis) or 0
    lowered = z - z.max(axis=axis, keepdims=True)
    others = of_entries("exp", lowered)
    np.put_along_axis(others, np.expand_dims(z.argmax(axis=axis), axis), suited(real(0), z), axis)
    return np.asarray(lowered - of_entries("log1p", others.sum(axis=axis, keepdims=True)))


class Shares(Op):
    """What softmax and its logarithm have in common: they work within each row, or within each column for axis 0."""

    keeps_exact = False

    def check(self, a: Value, axis: int = 1) -> None:
        check_axis(a, axis)
        if axis is None:
            raise CannotWork(f"{self.name} works within each row, axis 1, or within each column, axis 0.")

    def caption(self, at: Place, a: Value, axis: int = 1, causal: int = 0) -> tuple[str | Expr, ...]:
        return (LOWERED,) if exponents(a, at, axis, causal)[2] else ()

    def formula(self, a: Value, **settings: Any) -> Expr:
        usual = {"axis": 1, "causal": 0}
        return function_of(self.name, a, **{key: found for key, found in settings.items() if found != usual[key]})

    def example(self) -> Value:
        return self(small("Z", "1 -2 0; 3 1/2 1"))


class Softmax(Shares):
    """Softmax: turns the scores of each row into shares that add up to 1."""

    name = "softmax"
    gives_shares = True
    rule = "Take the exponential of every score, and divide it by the sum of them all."
    reasons = (
        "Each score gets its share of what its own gradient has over the average gradient of its row, weighted by the "
        "shares.",
    )

    def check(self, a: Value, axis: int = 1, causal: int = 0) -> None:
        super().check(a, axis)
        if causal and (len(a.shape) != 2 or axis != 1):
            raise CannotWork(
                f"{named(a)} is {shape_text(a.shape)}: a causal softmax works within the rows of a matrix."
            )

    def forward(self, a: Array, axis: int = 1, causal: int = 0) -> Any:
        axis = direction(a.ndim, axis) or 0
        seen = np.tri(*a.shape) > 0 if causal else np.full(a.shape, True)
        powers = of_entries(
            "exp", np.where(seen, a, a.min()) - np.where(seen, a, a.min()).max(axis=axis, keepdims=True)
        )
        powers = np.where(seen, powers, suited(Fraction(0), a))
        return powers / powers.sum(axis=axis, keepdims=True)

    backward = (lambda g, out, a, axis=1, causal=0: share_slope(g, out, a, axis),)

    def entry(self, at: Place, a: Value, axis: int = 1, causal: int = 0) -> Expr:
        return Num(Fraction(0)) if causal and at[1] > at[0] else share(a, at, axis, causal)

    def caption(self, at: Place, a: Value, axis: int = 1, causal: int = 0) -> tuple[str | Expr, ...]:
        if causal and at[1] > at[0]:
            return ("This column comes later than the row, so it is masked and gets no share",)
        return super().caption(at, a, axis, causal)


CANCELLED = (
    "The slope of a logarithm divides by the share, and the share's own slope multiplies by it, so that cancels: each "
    "score gets its share of what the targets of its row add up to, less its own target."
)


def share_slope(g: Value, shares: Value, scores: Value, axis: int) -> Value:
    """The gradient by the scores. Shares add up to 1, so a gradient that is the same for all of them moves no score.

    A gradient that is divided by the shares, as that of their logarithm is, loses them.
    """
    if is_repeated(g):
        return OPS["unmoved"](scores)
    product = without(g, shares)
    if product is None:
        return shares * (g - repeated(OPS["sum"](g * shares, axis=axis), scores, axis))
    slope = less_its_share(product, shares, axis)
    shares.paper.reasons[slope] = (CANCELLED,)
    return slope


def less_its_share(g: Value, shares: Value, axis: int) -> Value:
    """g less each share of what g adds up to in its row; a factor that is one number stands outside."""
    front, inside = apart(opened(g).tidied)
    targets = written(g, inside)
    if inside == Term():
        targets, whole = g.paper.constant(Fraction(1)), Fraction(how_many(shares, axis)) * shares
    elif adds_up_to_one(targets, axis):
        whole = shares
    elif len(targets.shape) == 1 and axis == 1:
        whole = OPS["sum"](targets) * shares
    elif targets.shape == shares.shape:
        whole = shares * repeated(OPS["sum"](targets, axis=axis), shares, axis)
    else:
        return g - shares * repeated(OPS["sum"](g, axis=axis), shares, axis)
    return written(g, -front * Term(above=(whole - targets,)))


def adds_up_to_one(value: Value, axis: int) -> bool:
    """Whether each row adds up to 1, by what made it or by what a loss asks of it."""
    if axis != 1 and len(value.shape) > 1:
        return False
    made = value.op is not None and value.op.gives_shares and value.settings.get("axis", 1) == 1
    return made or value in value.paper.shares


def is_repeated(g: Value) -> bool:
    """Whether it is one number in every place, by how it was made."""
    if g.op is OPS["same"]:
        return is_repeated(g.parents[0])
    return g.op is not None and g.op.rearranges and g.parents[0].size == 1


class LogSoftmax(Shares):
    """Logarithm of softmax: worked straight from the scores, so that small shares are not lost."""

    name = "log_softmax"
    rule = "From every score, subtract the logarithm of the sum of all their exponentials."
    reasons = ("Each score gets its own gradient, less its share of the sum of its row's gradients.",)

    def forward(self, a: Array, axis: int = 1) -> Any:
        return log_shares(a, axis)

    backward = (lambda g, out, a, axis=1: less_its_share(g, OPS["softmax"](a, axis=axis), axis),)

    def entry(self, at: Place, a: Value, axis: int = 1) -> Expr:
        return log_share(a, at, axis)
