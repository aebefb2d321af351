"""The paper: every value written down on the way to an answer, which operation wrote it, and how gradients flow back.

paper = Paper()
X, w = paper.given("X", data), paper.given("w", weights)
prediction = paper.call("ŷ", X @ w)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import InvalidOperation, Overflow, Underflow
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num
from penpaper_cli.expressions.decimals import DIGITS, LOST, PRECISION, WIDEST, Float64, Real, real
from penpaper_cli.expressions.numbers import Scalar, TypedFloat
from penpaper_cli.paper.arrays import Array, each, in_hand
from penpaper_cli.paper.registry import Registry

Place = tuple[int, ...]
Number = int | Fraction
MOST_EXACT_WORK = 100_000
"""Multiplications that one operation does in fractions or decimals before float64 takes over (about 0.2 s)."""
MORE_DIGITS = (2 * DIGITS + LOST, 500, 2_000)
"""What is worked with where digits cancel, until what is left of an entry stays."""
FUNCTION = 20
"""So many multiplications take as long as an exponential in decimals."""


def recorded(name: str, *parts: Value) -> Value:
    """An operation written down as it is."""
    return OPS[name](*parts)


@dataclass(frozen=True, eq=False)
class Value:
    """Something on the paper: its numbers, and, unless it was given, the operation and operands it came from."""

    paper: Paper
    data: Array
    op: Op | None = None
    parents: tuple[Value, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Value({self.name}, {self.data.tolist()})"

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.data.shape)

    @property
    def size(self) -> int:
        """How many entries it has."""
        return int(self.data.size)

    @property
    def in_float64(self) -> bool:
        """Whether its numbers are float64; else each is a fraction, or a decimal where the rationals were left."""
        return bool(self.data.dtype != object)

    @cached_property
    def exact(self) -> bool:
        """Whether all its numbers are fractions."""
        return not self.in_float64 and all(isinstance(number, Fraction) for number in self.data.flat)

    @property
    def name(self) -> Expr | None:
        return self.paper.names.get(self)

    @property
    def formula(self) -> Expr:
        """How it comes from named values: X·w + b."""
        if self.op is None:
            return self.name or Num(self.number(()))
        return self.op.formula(*self.parents, **self.settings)

    @property
    def label(self) -> Expr:
        """Its name, or the formula that stands in for one."""
        return self.name or self.formula

    def number(self, at: Place) -> Scalar:
        """The number at an entry.

        A float64 that was given is marked, so that print doesn't round it; one that left the rationals is a decimal,
        since it is not in full even where it reads 0 or 1.
        """
        number: Scalar = self.data[at]
        if not self.in_float64:
            return number
        if self in self.paper.typed:
            return TypedFloat(number)
        return Float64(float(number)) if self in self.paper.irrational else float(number)

    def __getitem__(self, at: Place) -> Expr:
        """The entry as an operand: read through rearrangements and unnamed steps, which are worked in place."""
        if self.op and (self.op.rearranges or self.name is None):
            return self.entry(at)
        if self.name is None:
            return Num(self.number(at))
        return Entry(self.name, at, self.number(at))

    def entry(self, at: Place) -> Expr:
        """How this entry is worked by hand."""
        assert self.op is not None
        return self.op.entry(at, *self.parents, **self.settings)

    def __add__(self, other: Value | Number) -> Value:
        return self.paper.combine("add", self, self._lift(other))

    def __sub__(self, other: Value | Number) -> Value:
        return self.paper.combine("sub", self, self._lift(other))

    def __mul__(self, other: Value | Number) -> Value:
        return self.paper.combine("mul", self, self._lift(other))

    def __radd__(self, other: Number) -> Value:
        return self._lift(other) + self

    def __rsub__(self, other: Number) -> Value:
        return self._lift(other) - self

    def __rmul__(self, other: Number) -> Value:
        return self._lift(other) * self

    def __truediv__(self, other: Value | Number) -> Value:
        return self.paper.combine("div", self, self._lift(other))

    def __pow__(self, power: int) -> Value:
        return OPS["pow"](self, power=power)

    def __neg__(self) -> Value:
        return self.paper.combine("neg", self)

    def __matmul__(self, other: Value) -> Value:
        return OPS["dot" if len(self.shape) == len(other.shape) == 1 else "matmul"](self, other)

    @property
    def T(self) -> Value:
        return self.parents[0] if self.name is None and self.op is OPS["transpose"] else OPS["transpose"](self)

    def _lift(self, other: Value | Number) -> Value:
        exact = Fraction(other) if isinstance(other, int) else other
        return exact if isinstance(exact, Value) else self.paper.constant(exact)


@dataclass(eq=False)
class Paper:
    """Lines in the order they were written, with names, and reasons in the margin. Written numbers never change.

    `exact` keeps to fractions and decimals (True) or to float64 (False); else small work is done in fractions and
    decimals, and large work in float64. `irrational` are float64 values that left the rationals; `noise` are those
    with entries of which nothing but rounding is left: they are below so much, as a power of ten. The rows of `shares`
    add up to 1, since a loss asks for it. `combine` writes sums and products of values down: as they are, or in a
    backward pass as a person would.
    """

    exact: bool | None = None
    lines: list[Value] = field(default_factory=list)
    names: dict[Value, Expr] = field(default_factory=dict)
    reasons: dict[Value, tuple[str, ...]] = field(default_factory=dict)
    chains: dict[Value, Expr] = field(default_factory=dict)
    typed: set[Value] = field(default_factory=set)
    irrational: set[Value] = field(default_factory=set)
    noise: dict[Value, int] = field(default_factory=dict)
    shares: set[Value] = field(default_factory=set)
    one: Value | None = None
    combine: Callable[..., Value] = recorded

    @property
    def worked(self) -> list[Value]:
        """The named lines that an operation wrote, in order."""
        return [line for line in self.lines if line.op is not None and line.name is not None]

    def write(
        self,
        data: Array,
        op: Op | None = None,
        parents: tuple[Value, ...] = (),
        settings: dict[str, Any] | None = None,
    ) -> Value:
        """Write a value down; its array is frozen."""
        data.setflags(write=False)
        line = Value(self, data, op, parents, settings or {})
        self.lines.append(line)
        if op and line.in_float64 and (not op.keeps_exact or not self.irrational.isdisjoint(parents)):
            self.irrational.add(line)
        return line

    def given(self, name: str, data: Array) -> Value:
        """Write down what the user gave: an object array of exact rationals, or float64. It is printed as given."""
        line = self.carried(name, data)
        self.typed.add(line)
        return line

    def constant(self, number: Fraction) -> Value:
        """Write down a number that stands in a formula; it has no name."""
        return self.write(np.array(number, dtype=object))

    def carried(self, name: str, data: Array) -> Value:
        """Write down what was computed elsewhere, such as the weights of an earlier epoch."""
        return self.call(name, self.write(np.array(data)))

    def call(self, name: str | Expr, line: Value) -> Value:
        """Give a line its name."""
        self.names[line] = Name(name) if isinstance(name, str) else name
        return line


Numbers = TypeVar("Numbers", Value, Array)
"""Values on paper, or plain arrays."""


class Op:
    """One operation: what it computes, how its gradient flows back, and how one entry is worked by hand.

    A subclass with a `name` is an operation, and stands in OPS from then on.

    - `rule`: how an entry is worked, in one sentence without symbols. The class docstring says what it is for.
    - `reasons`: for each operand, why its gradient is what it is.
    - `backward`: for each operand, its gradient as a function of (gradient of the result, result, *operands), written
      in recorded operations, so that the backward pass explains itself. A training loop calls the rules of activations
      and of losses of scores on plain arrays.
    - `rearranges`: it only moves numbers (a transpose), so nothing is worked and entries read straight through.
    - `broadcasts`: a smaller operand is repeated to fit.
    - `class_numbers`: the operand, counted from 0, that holds class numbers unless its shape is that of the first.
    - `stops_gradient`: its result is a place or a class, which can't be nudged.
    - `public`: formulas may name it; what only gradient rules need is not.
    - `takes_more`: formulas may give it more operands than `forward` takes; its `__call__` makes something of them.
    - `plain`: arithmetic that needs no explanation inside a longer formula.
    - `keeps_exact`: fractions give fractions.
    - `gives_shares`: the rows of its result add up to 1.
    """

    name: ClassVar[str]
    rule: ClassVar[str] = ""
    reasons: ClassVar[tuple[str, ...]] = ()
    backward: ClassVar[tuple[Callable[..., Any], ...]] = ()
    rearranges: ClassVar[bool] = False
    plain: ClassVar[bool] = False
    keeps_exact: ClassVar[bool] = True
    broadcasts: ClassVar[bool] = False
    class_numbers: ClassVar[int | None] = None
    stops_gradient: ClassVar[bool] = False
    public: ClassVar[bool] = True
    gives_shares: ClassVar[bool] = False
    takes_more: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            OPS.add(cls.name, cls())

    @property
    def about(self) -> str:
        """What it is for: the class docstring."""
        return " ".join((self.__doc__ or "").split())

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        """Work it out on the operands' paper. Raises CannotWork where the mathematics can't be done."""
        self.check(*parents, **settings)
        paper = parents[0].paper
        effort = self.work(*parents) * (1 if self.keeps_exact else FUNCTION)
        too_much = effort > MOST_EXACT_WORK if paper.exact is None else not paper.exact
        if too_much or any(p.in_float64 for p in parents):
            return paper.write(self._in_float64(parents, settings), self, parents, settings)
        PRECISION.cancelled = False
        data = self._in_decimals([p.data for p in parents], settings)
        bound = None
        if PRECISION.cancelled and not all(isinstance(number, Fraction) for number in data.flat):
            for digits in MORE_DIGITS:
                data, bound = self._in_more_digits(digits, data, parents, settings)
                if bound is None:
                    break
        line = paper.write(data, self, parents, settings)
        if bound is not None:
            paper.noise[line] = bound
        return line

    def of(self, *operands: Numbers, **settings: Any) -> Numbers:
        """The same where the operands may also be plain arrays, for gradient rules that a training loop uses too."""
        if isinstance(operands[0], Value):
            return self(*operands, **settings)
        return np.asarray(self.forward(*operands, **settings))

    def _in_float64(self, parents: tuple[Value, ...], settings: dict[str, Any]) -> Array:
        """Its numbers by NumPy's float64."""
        too_large = f"{self.name} leaves the range of float64 here: the numbers are too large, or undefined."
        try:
            with np.errstate(all="ignore"):
                result = np.asarray(self.forward(*(p.data.astype(float, copy=False) for p in parents), **settings))
        except OverflowError:
            raise CannotWork(too_large) from None
        if not np.isfinite(result).all():
            raise CannotWork(too_large)
        return result

    def _in_decimals(self, arrays: Sequence[Array], settings: dict[str, Any]) -> Array:
        """Its numbers as fractions, and as decimals of 50 digits where the rationals are left."""
        PRECISION.context.clear_flags()
        try:
            result = each(in_hand, np.asarray(self.forward_in_decimals(*arrays, **settings)))
            if PRECISION.context.flags[Underflow] and any(isinstance(n, Real) and not n for n in result.flat):
                raise Underflow
            return result
        except (ZeroDivisionError, InvalidOperation):
            raise CannotWork(f"{self.name} divides by zero here, and a number divided by zero is undefined.") from None
        except (Overflow, Underflow):
            raise CannotWork(
                f"{self.name} leaves the range of pp: a number here is above 1e{WIDEST} or below 1e-{WIDEST}."
            ) from None

    def _in_more_digits(
        self, digits: int, data: Array, parents: tuple[Value, ...], settings: dict[str, Any]
    ) -> tuple[Array, int | None]:
        """The same where digits cancelled, worked again from the start with more of them.

        Where that shrinks an entry as well, only rounding was left of it: it is 0 as far as can be told, and the bound
        that it stays below is told as a power of ten.
        """
        with PRECISION.of(digits):
            again: dict[Value, Array] = {}
            for line in _ancestry(parents):
                plain = line.op is None or line.exact
                operands = [again[p] for p in line.parents]
                again[line] = line.data if plain or line.op is None else line.op._in_decimals(operands, line.settings)
            sharper = self._in_decimals([again[p] for p in parents], settings)
        bounds: list[int] = []
        result = np.empty_like(data)
        for at in np.ndindex(data.shape):
            rough, sharp = data[at], sharper[at]
            if isinstance(sharp, Real) and (not sharp or (rough and sharp.adjusted() < rough.adjusted() - LOST)):
                bounds.append(sharp.adjusted() + 1 if sharp else -digits)
                result[at] = real(0) if digits == MORE_DIGITS[-1] else sharp
            else:
                result[at] = real(PRECISION.context.plus(sharp)) if isinstance(sharp, Real) else sharp
        return result, max(bounds, default=None)

    def check(self, *parents: Any, **settings: Any) -> None:
        """Raise CannotWork when the operands' shapes don't fit."""

    def work(self, *parents: Any) -> int:
        """About how many scalar operations it takes."""
        return max(int(p.data.size) for p in parents)

    def forward(self, *arrays: Any, **settings: Any) -> Any:
        """Compute it with NumPy."""
        raise TypeError(f"{self.name} says nothing about how it is computed")

    def forward_in_decimals(self, *arrays: Any, **settings: Any) -> Any:
        """Compute it in arrays of fractions and decimals; all as decimals where the rationals are left."""
        return self.forward(*(arrays if self.keeps_exact else (each(real, array) for array in arrays)), **settings)

    def entry(self, at: Place, *parents: Any, **settings: Any) -> Expr:
        """How the entry `at` is worked by hand."""
        raise TypeError(f"{self.name} says nothing about how an entry is worked")

    def instruction(self, *parents: Any, **settings: Any) -> str:
        """How an entry is worked, in this very case."""
        return along(self.rule, settings)

    def reasons_for(self, *positional: Any, **settings: Any) -> tuple[str, ...]:
        """Why each operand gets its gradient, with these settings."""
        return tuple(along(reason, settings) for reason in self.reasons)

    def caption(self, at: Place, *parents: Any, **settings: Any) -> tuple[str | Expr, ...]:
        """What stands above the working of an entry, where a formula alone doesn't say it."""
        return ()

    def formula(self, *parents: Any, **settings: Any) -> Expr:
        """The operation on its operands' names, for a heading."""
        return Apply(self.name, tuple(p.label for p in parents))

    def example(self) -> Value:
        """The operation at work on small numbers: what `pp ops` and the laws of the tests try."""
        raise TypeError(f"{self.name} has no example")


def along(sentence: str, settings: dict[str, Any]) -> str:
    """A sentence about rows, said of columns where the operation works within columns."""
    return re.sub(r"\brow(s?)\b", r"column\1", sentence) if settings.get("axis") == 0 else sentence


OPS: Registry[Op] = Registry("penpaper_cli.ops")
"""Every operation by name."""


def _ancestry(values: tuple[Value, ...]) -> list[Value]:
    """Everything that some values were worked from, and they themselves, in the order of the paper."""
    known, lines = set(values), values[0].paper.lines
    for line in reversed(lines):
        known.update(line.parents if line in known else ())
    return [line for line in lines if line in known]
