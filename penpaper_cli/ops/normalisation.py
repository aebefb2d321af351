"""Operations that work within each row of a matrix, or within each column: mean, deviation, layer normalisation."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Num, Sum
from penpaper_cli.expressions.numbers import Figures, Typed
from penpaper_cli.ops.elementwise import suited
from penpaper_cli.ops.shapes import free_name, function_of, in_decimals, named, shape_text, small
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import OPS, Op, Place, Value

EPSILON = Typed(Fraction(1, 100_000), "1e-5")


def line_axis(op: Op, a: Value, axis: Any) -> int:
    """The direction to work along, as NumPy counts it: 1 within each row, 0 within each column; a vector has one."""
    if len(a.shape) not in (1, 2):
        raise CannotWork(f"{named(a)} is {shape_text(a.shape)}: {op.name} takes a vector or a matrix.")
    if axis not in (0, 1):
        raise CannotWork(
            f"The axis of {op.name} is 1, to work within each row, or 0, to work within each column; "
            f"here it is {Figures().text(Fraction(axis))}."
        )
    return int(axis) if len(a.shape) == 2 else 0


class Within(Op):
    """An operation that works within each row of a matrix, or within each column."""

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        axis = line_axis(self, parents[0], settings.pop("axis", 1))
        return super().__call__(*parents, **settings, axis=axis)

    def formula(self, a: Value, axis: int, **settings: Any) -> Expr:
        unusual = {key: setting for key, setting in settings.items() if setting != EPSILON}
        return function_of(self.name, a, **unusual, **({"axis": 0} if axis == 0 and len(a.shape) == 2 else {}))


class Line:
    """The row (or column) of a matrix that an entry stands in: its numbers, and each as an operand."""

    def __init__(self, a: Value, before: Place, after: Place) -> None:
        self.a, self.before, self.after = a, before, after
        row: Any = (*before, slice(None), *after)
        self.numbers = in_decimals(a.data[row]) if a.in_float64 else a.data[row]

    def __getitem__(self, j: int) -> Expr:
        return self.a[(*self.before, j, *self.after)]

    @property
    def mean(self) -> Expr:
        return Sum(self.numbers, self.__getitem__) / len(self.numbers)

    def deviation(self, eps: Fraction) -> Expr:
        """The root of the mean squared distance from the mean, which stands there as a letter, plus epsilon."""
        mean = Entry(free_name(self.a.paper, "mean", "μ", "average"), (), self.numbers.sum() / len(self.numbers))
        squares = Sum((self.numbers - mean.value) ** 2, lambda j: (self[j] - mean) ** 2)
        return Apply("sqrt", (squares / len(self.numbers) + Num(eps),))


class MeanWithin(Within):
    """The mean of each row, or of each column, kept beside it."""

    name = "mean_within"
    rule = "Add up the row and divide by how many entries it has."
    reasons = ("Every entry has an equal share in the mean of its row: the gradient divided by their number.",)
    public = False
    backward = (lambda g, out, a, axis: OPS["spread"](g / a.shape[axis], shape=a.shape),)

    def forward(self, a: Array, axis: int = 1) -> Any:
        return a.sum(axis, keepdims=True) / a.shape[axis]

    def entry(self, at: Place, a: Value, axis: int) -> Expr:
        return Line(a, at[:axis], at[axis + 1 :]).mean

    def formula(self, a: Value, axis: int, **settings: Any) -> Expr:
        return function_of("mean", a, axis=axis)

    def example(self) -> Value:
        return self(small("A", "1 -2 3; 3 1/2 4"))


class Deviation(Within):
    """How far the entries of each row lie from their mean: the standard deviation, with a little added."""

    name = "deviation"
    rule = (
        "Square each entry's distance from the mean of its row, add up the squares, divide by their number, add the "
        "little epsilon, and take the root."
    )
    reasons = ("The deviation grows with each entry's distance from the mean, divided by their number and by itself.",)
    public = False
    keeps_exact = False
    backward = (lambda g, out, a, axis, eps: (a - OPS["mean_within"](a, axis=axis)) * (g / (a.shape[axis] * out)),)

    def forward(self, a: Array, axis: int = 1, eps: Fraction = EPSILON) -> Any:
        return np.sqrt(((a - a.mean(axis, keepdims=True)) ** 2).mean(axis, keepdims=True) + suited(eps, a))

    def entry(self, at: Place, a: Value, axis: int, eps: Fraction) -> Expr:
        return Line(a, at[:axis], at[axis + 1 :]).deviation(eps)

    def formula(self, a: Value, axis: int, **settings: Any) -> Expr:
        variance = function_of("var", a, **({"axis": axis} if len(a.shape) == 2 else {}))
        return Apply("sqrt", (variance + Num(settings["eps"]),))

    def example(self) -> Value:
        return self(small("A", "1 -2 3; 3 1/2 4"), eps=EPSILON)


class LayerNorm(Within):
    """Layer normalisation: each row (or column, where that is asked for) gets mean 0 and standard deviation 1."""

    name = "layernorm"
    rule = (
        "Subtract the mean of the row, and divide by the standard deviation: the root of the mean squared distance "
        "from that mean, over all entries of the row, with a little epsilon added so that it is never 0."
    )
    reasons = (
        "An entry also moves its row's mean and deviation: from its gradient take the mean gradient of the row, and "
        "the entry's result times the mean of gradient times result; divide by the deviation.",
    )
    keeps_exact = False
    backward = (
        lambda g, out, x, **along: (
            (g - mean_within(g, along) - out * mean_within(g * out, along)) / OPS["deviation"](x, **along)
        ),
    )

    takes_more = True

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        """Operands after the first are the scale and the shift, one number for each entry of a row."""
        x, *affine = parents
        eps = Fraction(str(eps)) if isinstance(eps := settings.pop("eps", EPSILON), float) else Fraction(eps)
        result = super().__call__(x, **settings, eps=EPSILON if eps == EPSILON else eps)
        axis = result.settings["axis"]
        if len(affine) > 2:
            raise CannotWork(f"The operation layernorm takes up to three operands, and here it has {len(parents)}.")
        for word, join, operand in zip(("scale", "shift"), ("mul", "add"), affine, strict=False):
            if operand.shape != (x.shape[axis],):
                raise CannotWork(
                    f"{named(x)} is {shape_text(x.shape)} and {named(operand)} is {shape_text(operand.shape)}: the "
                    f"{word} of layernorm is a vector of length {x.shape[axis]}, one number for each entry that is "
                    "normalised together."
                )
            upright = axis == 0 and len(x.shape) == 2
            result = OPS[join](result, OPS["stand"](operand, shape=(x.shape[0], 1)) if upright else operand)
        return result

    def check(self, x: Value, axis: int, eps: Fraction) -> None:
        if eps < 0:
            raise CannotWork(f"The eps of layernorm is {Figures().text(eps)}, and it can't be negative.")
        if not eps and np.any(x.data.max(axis) == x.data.min(axis)):
            raise CannotWork(
                f"{named(x)} has a line of equal numbers, whose standard deviation is 0: give layernorm an eps above 0."
            )

    def forward(self, x: Array, eps: Fraction = EPSILON, axis: int = 1) -> Any:
        distance = x - x.mean(axis, keepdims=True)
        deviation = OPS["deviation"].forward(x, axis, eps)
        if x.dtype != object:
            deviation = np.where(np.isfinite(deviation), deviation, np.nan)
        return distance / deviation

    def entry(self, at: Place, x: Value, axis: int, eps: Fraction) -> Expr:
        line = Line(x, at[:axis], at[axis + 1 :])
        return (line[at[axis]] - line.mean) / line.deviation(eps)

    def example(self) -> Value:
        return self(small("x", "1 2 3; 4 -1 1/2"))


def mean_within(a: Value, along: dict[str, Any]) -> Value:
    """The mean of each line that layernorm worked along."""
    return OPS["mean_within"](a, axis=along["axis"])
