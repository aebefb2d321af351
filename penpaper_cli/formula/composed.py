"""Formulas built from operations, each line with its name: no mathematics that the operations don't know already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.ops import OPS
from penpaper_cli.ops.shapes import shape_text
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Paper, Value


@dataclass(frozen=True)
class ClosedForm:
    """The normal equations A·c = v of least squares as they stand on the paper: A = Xᵀ·X and v = Xᵀ·y."""

    X: Value
    y: Value
    gram: Value
    moments: Value

    def fitted(self, coefficients: Array) -> Fitted:
        """Work what the coefficients lead to: ŷ = X·c, the residuals r = y - ŷ, and the mean squared error."""
        c = self.X.paper.carried("c", coefficients)
        prediction = c.paper.call("ŷ", self.X @ c)
        residuals = c.paper.call("r", self.y - prediction)
        return Fitted(c, prediction, residuals, c.paper.call("L", OPS["mse"](prediction, self.y)))


@dataclass(frozen=True)
class Fitted:
    """What coefficients lead to."""

    c: Value
    prediction: Value
    residuals: Value
    loss: Value


def closed_form(X: Array, y: Array) -> ClosedForm:
    """Write down the normal equations. Shapes: the design matrix X (n, p), y (n,); both exact, or both float64."""
    paper = Paper(exact=True)
    X_, y_ = paper.given("X", X), paper.given("y", y)
    return ClosedForm(X_, y_, paper.call("A", X_.T @ X_), paper.call("v", X_.T @ y_))


Apply = Callable[..., Value]
"""Applies a function by name: apply("softmax", scores). It names the lines that deserve a name of their own."""


def check_dimensions(function: str, **operands: tuple[Value, int, int]) -> None:
    """Raise CannotWork unless each operand has at least and at most so many dimensions."""
    for name, (value, least, most) in operands.items():
        if not least <= len(value.shape) <= most:
            wanted = "a matrix" if least == most else "a vector or a matrix"
            raise CannotWork(f"The {name} of {function} is {wanted}, and here it is {shape_text(value.shape)}.")


def neuron(apply: Apply, x: Value, w: Value, b: Value) -> Value:
    """One neuron before its activation: w·x + b."""
    return apply("add", apply("dot", w, x), b)


def dense(apply: Apply, X: Value, W: Value, b: Value) -> Value:
    """A dense layer before its activation: X·W + b, a sample in each row of X.

    Raises CannotWork where X or W has another number of dimensions than a vector or a matrix.
    """
    check_dimensions("dense", X=(X, 1, 2), W=(W, 1, 2))
    return apply("add", apply("matmul", X, W), b)


def attention(apply: Apply, Q: Value, K: Value, V: Value, scale: float | None = None, causal: int = 0) -> Value:
    """Scaled dot-product attention, softmax(Q·Kᵀ / √d)·V (Vaswani et al., Attention Is All You Need, 2017, eq. 1).

    Shapes: Q (n, d), K (m, d), V (m, p). `scale=1` leaves out the division by √d; `causal=1` lets each row attend
    only to itself and the rows above it. One query may be a vector (d), and so may values of one column (m).

    Raises CannotWork for operands of another number of dimensions.
    """
    check_dimensions("attention", Q=(Q, 1, 2), K=(K, 2, 2), V=(V, 1, 2))
    scores = apply("matmul", Q, apply("transpose", K))
    if scale is None:
        scores = apply("div", scores, apply("sqrt", Q.paper.constant(Fraction(Q.shape[-1]))))
    elif scale != 1:
        scores = apply("div", scores, Q.paper.constant(Fraction(scale)))
    return apply("matmul", apply("softmax", scores, causal=1) if causal else apply("softmax", scores), V)


def standardised(name: str, column: Array) -> tuple[Value, Value, Value]:
    """Work the scaling of a column to mean 0 and deviation 1: its mean, its std over n, the new column."""
    paper = Paper()
    x = paper.given(name, column)
    mean = paper.call("mean", OPS["mean"](x))
    deviation = paper.call("std", OPS["sqrt"](OPS["mean"]((x - mean) ** 2)))
    return mean, deviation, paper.call("scaled", (x - mean) / deviation)


def ranged(name: str, column: Array) -> tuple[Value, Value, Value]:
    """Work the scaling of a column to run from 0 to 1: its minimum, its range, the new column."""
    paper = Paper()
    x = paper.given(name, column)
    low, high = paper.given("min", column.min()), paper.given("max", column.max())
    span = paper.call("range", high - low)
    return low, span, paper.call("scaled", (x - low) / span)


def in_own_units(
    w: Array, b: Array, shift: tuple[str, Array], spread: tuple[str, Array], target: tuple[float, float] | None = None
) -> tuple[Value, Value]:
    """Work the coefficients c = w_new / spread and the intercept a = b_new - c·shift of a model on scaled features.

    The features were scaled to (x - shift) / spread; both come with what they are called, such as mean and std. Where
    the target was scaled too, `target` is its mean and standard deviation.
    """
    paper = Paper()
    w_, b_, m, s = (paper.carried(name, data) for name, data in (("w_new", w), ("b_new", b), shift, spread))
    if target is None:
        c = paper.call("c", w_ / s)
        return c, paper.call("a", b_ - OPS["dot"](c, m))
    mean, std = (
        paper.carried(name, np.array(number)) for name, number in zip(("mean_y", "std_y"), target, strict=True)
    )
    c = paper.call("c", w_ * std / s)
    return c, paper.call("a", b_ * std + mean - OPS["dot"](c, m))
