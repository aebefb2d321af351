"""The largest and the smallest: of all entries, of each column or row, and of two operands entry by entry."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, Rest
from penpaper_cli.ops.elementwise import Elementwise, one_minus, suited
from penpaper_cli.ops.reductions import Reduction, collapsed, direction, fit, repeated
from penpaper_cli.ops.shapes import cell
from penpaper_cli.paper.arrays import Array, zeros
from penpaper_cli.paper.gradients import scale
from penpaper_cli.paper.paper import OPS, Place, Value

MOST_COMPARED = 12
"""Entries that are written one by one in the working of a maximum."""


class Maximum(Elementwise):
    """The larger of two, entry by entry."""

    name = "maximum"
    verb = "compare"
    rule = "Take the larger of the two entries that stand in the same place."
    reasons = (
        "The larger entry gets the whole gradient; of two equal ones, the first.",
        "The second entry gets the gradient only where it is larger than the first.",
    )
    symbol = "max"

    def forward(self, a: Array, b: Array) -> Any:
        return np.maximum(a, b)

    backward = (
        lambda g, out, a, b: fit(scale(g, one_minus(OPS["step"](b - a))), a),
        lambda g, out, a, b: fit(scale(g, OPS["step"](b - a)), b),
    )

    def entry(self, at: Place, a: Value, b: Value) -> Expr:
        return Apply(self.symbol, (cell(a, at), cell(b, at)))

    def formula(self, a: Value, b: Value) -> Expr:
        return Apply(self.symbol, (a.label, b.label))


class Minimum(Maximum):
    """The smaller of two, entry by entry."""

    name = "minimum"
    rule = "Take the smaller of the two entries that stand in the same place."
    reasons = (
        "The smaller entry gets the whole gradient; of two equal ones, the first.",
        "The second entry gets the gradient only where it is smaller than the first.",
    )
    symbol = "min"

    def forward(self, a: Array, b: Array) -> Any:
        return np.minimum(a, b)

    backward = (
        lambda g, out, a, b: fit(scale(g, one_minus(OPS["step"](a - b))), a),
        lambda g, out, a, b: fit(scale(g, OPS["step"](a - b)), b),
    )


class Largest(Reduction):
    """The largest of all entries, or of each column or row."""

    name = "max"
    rule = "Take the largest of the entries."
    reasons = ("The largest entry gets the whole gradient; of tied entries, the first. The others get nothing.",)

    def forward(self, a: Array, axis: int | None = None) -> Any:
        return a.max(axis=direction(a.ndim, axis))

    backward = (lambda g, out, a, axis=None: marked(g, a, axis, "first_max"),)

    def entry(self, at: Place, a: Value, axis: int | None = None) -> Expr:
        return compared(self.name, a, at, axis)


class Smallest(Reduction):
    """The smallest of all entries, or of each column or row."""

    name = "min"
    rule = "Take the smallest of the entries."
    reasons = ("The smallest entry gets the whole gradient; of tied entries, the first. The others get nothing.",)

    def forward(self, a: Array, axis: int | None = None) -> Any:
        return a.min(axis=direction(a.ndim, axis))

    backward = (lambda g, out, a, axis=None: marked(g, a, axis, "first_min"),)

    def entry(self, at: Place, a: Value, axis: int | None = None) -> Expr:
        return compared(self.name, a, at, axis)


def compared(name: str, a: Value, at: Place, axis: int | None) -> Expr:
    """The largest or smallest of the numbers that are collapsed into the entry `at`; of many, the middle is counted."""
    values, place = collapsed(a, at, axis)
    last = len(values) - 1
    head = last if last < MOST_COMPARED else MOST_COMPARED - 2
    written = [a[place(k)] for k in (*range(head), last)]
    if head < last:
        middle = values[head:last]
        written.insert(head, Rest(f"{last - head:,} more", middle.max() if name == "max" else middle.min()))
    return Apply(name, tuple(written)) if last else written[0]


def marked(g: Value, a: Value, axis: int | None, mark: str) -> Value:
    """The gradient of a largest or smallest entry, for that entry alone."""
    marks = OPS[mark](a, axis=axis)
    return marks if g is g.paper.one else repeated(g, a, axis) * marks


class FirstLargest(Reduction):
    """Marks the largest entry, of all or of each column or row, with 1, the others with 0; of tied ones, the first."""

    name = "first_max"
    place = "argmax"
    rule = "Write 1 in the place of the largest entry (of tied ones, the first), and 0 elsewhere."
    reasons = ("The marks stay as they are when an entry changes a little, so no gradient flows back through them.",)
    public = False
    backward = (lambda g, out, a, axis=None: a * 0,)

    def first(self, a: Array, axis: int | None) -> Any:
        return a.argmax(axis=axis)

    def forward(self, a: Array, axis: int | None = None) -> Array:
        axis, found = direction(a.ndim, axis), zeros(a.shape, a)
        one = suited(Fraction(1), a)
        if axis is None:
            found.flat[self.first(a, None)] = one
        else:
            np.put_along_axis(found, np.expand_dims(self.first(a, axis), axis), one, axis)
        return found

    def entry(self, at: Place, a: Value, axis: int | None = None) -> Expr:
        return Num(Fraction(int(self.forward(a.data, axis)[at])))

    def formula(self, a: Value, **settings: Any) -> Expr:
        return Apply("one_hot", (Apply(self.place, (a.label,)),))


class FirstSmallest(FirstLargest):
    """Marks the smallest entry, of all or of each column or row, with 1, the others with 0; of tied ones, the first."""

    name = "first_min"
    place = "argmin"
    rule = "Write 1 in the place of the smallest entry (of tied ones, the first), and 0 elsewhere."
    reasons = FirstLargest.reasons

    def first(self, a: Array, axis: int | None) -> Any:
        return a.argmin(axis=axis)
