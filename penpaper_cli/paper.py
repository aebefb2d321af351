"""The paper: every value written down on the way to an answer, which operation wrote it, and the gradients back.

paper = Paper()
X, w = paper.given("X", data), paper.given("w", weights)
prediction = paper.call("ŷ", X @ w)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from penpaper_cli.arithmetic import Apply, Entry, Expr, Name, Num
from penpaper_cli.numbers import CannotWork, Scalar, TypedFloat

Array = np.ndarray[Any, Any]
Place = tuple[int, ...]
MOST_EXACT_WORK = 100_000
"""Multiplications that one operation does in exact rationals before float64 takes over (about 0.2 s)."""


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
    def exact(self) -> bool:
        return bool(self.data.dtype == object)

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
        """The number at an entry. What was given in float64 is marked, so that print doesn't round it."""
        number: Scalar = self.data[at]
        if self.exact:
            return number
        return TypedFloat(number) if self in self.paper.typed else float(number)

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

    def __add__(self, other: Value | int) -> Value:
        return OPS["add"](self, self._lift(other))

    def __sub__(self, other: Value | int) -> Value:
        return OPS["sub"](self, self._lift(other))

    def __mul__(self, other: Value | int) -> Value:
        return OPS["mul"](self, self._lift(other))

    def __rmul__(self, other: int) -> Value:
        return OPS["mul"](self._lift(other), self)

    def __truediv__(self, other: Value | int) -> Value:
        return OPS["div"](self, self._lift(other))

    def __pow__(self, power: int) -> Value:
        return OPS["pow"](self, power=power)

    def __neg__(self) -> Value:
        return OPS["neg"](self)

    def __matmul__(self, other: Value) -> Value:
        return OPS["matmul"](self, other)

    @property
    def T(self) -> Value:
        return OPS["transpose"](self)

    def _lift(self, other: Value | int) -> Value:
        return other if isinstance(other, Value) else self.paper.write(np.array(Fraction(other), dtype=object))


@dataclass(eq=False)
class Paper:
    """Lines in the order they were written, with names, and reasons in the margin. Written numbers never change."""

    lines: list[Value] = field(default_factory=list)
    names: dict[Value, Expr] = field(default_factory=dict)
    reasons: dict[Value, tuple[str, ...]] = field(default_factory=dict)
    chains: dict[Value, Expr] = field(default_factory=dict)
    typed: set[Value] = field(default_factory=set)
    one: Value | None = None

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
        return line

    def given(self, name: str, data: Array) -> Value:
        """Write down what the user gave: an object array of exact rationals, or float64. It is printed as given."""
        line = self.carried(name, data)
        self.typed.add(line)
        return line

    def carried(self, name: str, data: Array) -> Value:
        """Write down what was computed elsewhere, such as the weights of an earlier epoch."""
        return self.call(name, self.write(np.array(data)))

    def call(self, name: str | Expr, line: Value) -> Value:
        """Give a line its name."""
        self.names[line] = Name(name) if isinstance(name, str) else name
        return line


class Op:
    """One operation: what it computes, how blame flows back, and how one entry is worked by hand.

    A subclass is an operation: defining it registers it, under `name`, in OPS.

    - `says`: how an entry is worked, in one sentence without symbols. The class docstring says what it is for.
    - `blames`: for each operand, why its gradient is what it is.
    - `backward`: for each operand, its gradient as a function of (gradient of the result, result, *operands), written
      in recorded operations, so that the backward pass explains itself.
    - `rearranges`: it only moves numbers (a transpose), so nothing is worked and entries read straight through.
    - `plain`: arithmetic that needs no explanation inside a longer formula.
    """

    name: ClassVar[str]
    says: ClassVar[str] = ""
    blames: ClassVar[tuple[str, ...]] = ()
    backward: ClassVar[tuple[Callable[..., Value], ...]] = ()
    rearranges: ClassVar[bool] = False
    plain: ClassVar[bool] = False
    keeps_exact: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            OPS[cls.name] = cls()

    @property
    def about(self) -> str:
        """What it is for: the class docstring."""
        return " ".join((self.__doc__ or "").split())

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        """Work it out on the operands' paper. Raises CannotWork where the mathematics can't be done."""
        self.check(*parents, **settings)
        return parents[0].paper.write(self._compute(parents, settings), self, parents, settings)

    def _compute(self, parents: tuple[Value, ...], settings: dict[str, Any]) -> Array:
        exact = self.keeps_exact and all(p.exact for p in parents) and self.work(*parents) <= MOST_EXACT_WORK
        arrays = [p.data if exact or not p.exact else p.data.astype(float) for p in parents]
        with np.errstate(all="ignore"):
            try:
                result = np.asarray(self.forward(*arrays, **settings))
            except ZeroDivisionError:
                raise CannotWork(
                    f"{self.name} divides by zero here, and a number divided by zero is undefined."
                ) from None
        if not exact and not np.isfinite(result).all():
            raise CannotWork(f"{self.name} leaves the range of float64 here: the numbers are too large, or undefined.")
        return result

    def check(self, *parents: Any, **settings: Any) -> None:
        """Raise CannotWork when the operands' shapes don't fit."""

    def work(self, *parents: Any) -> int:
        """About how many scalar operations it takes."""
        return max(int(p.data.size) for p in parents)

    def forward(self, *arrays: Any, **settings: Any) -> Any:
        """Compute it with NumPy."""
        raise TypeError(f"{self.name} says nothing about how it is computed")

    def entry(self, at: Place, *parents: Any, **settings: Any) -> Expr:
        """How the entry `at` is worked by hand."""
        raise TypeError(f"{self.name} says nothing about how an entry is worked")

    def caption(self, at: Place, *parents: Any, **settings: Any) -> tuple[str | Expr, ...]:
        """What stands above the working of an entry, where a formula alone doesn't say it."""
        return ()

    def formula(self, *parents: Any, **settings: Any) -> Expr:
        """The operation on its operands' names, for a heading."""
        return Apply(self.name, tuple(p.label for p in parents))

    def example(self) -> Value:
        """The operation at work on small numbers: what `pp ops` and the laws of the tests try."""
        raise TypeError(f"{self.name} has no example")


OPS: dict[str, Op] = {}
"""Every operation by name."""


def scale(gradient: Value, by: Value) -> Value:
    """The gradient of the result times a slope; the loss's own gradient is 1, and is left out."""
    return by if gradient is gradient.paper.one else gradient * by


def gradients(loss: Value, wrt: Iterable[Value]) -> list[Value]:
    """Write the backward pass of a scalar `loss` on the same paper, and return the gradient by each value of `wrt`.

    Reverse-mode differentiation: lines are visited last to first, so a line's gradient is complete when it is reached.
    A value that the loss doesn't depend on gets zeros.
    """
    paper, wrt = loss.paper, list(wrt)
    tape, moves = list(paper.lines), set(wrt)
    for line in tape:
        if moves.intersection(line.parents):
            moves.add(line)
    paper.one = paper.write(np.array(Fraction(1), dtype=object))
    flow = {loss: paper.one}
    why: dict[Value, tuple[str, ...]] = {}
    users: dict[Value, tuple[Value, ...]] = {}
    for line in reversed(tape):
        if line not in flow:
            continue
        if line is not loss and line.name is not None:
            flow[line] = _named_gradient(loss, line, flow[line], why[line], users[line])
        if line.op is None:
            continue
        for parent, rule, reason in zip(line.parents, line.op.backward, line.op.blames, strict=True):
            if parent not in moves:
                continue
            piece = rule(flow[line], line, *line.parents, **line.settings)
            flow[parent] = flow[parent] + piece if parent in flow else piece
            why[parent] = (*why.get(parent, ()), reason)
            users[parent] = (*users.get(parent, ()), *((line,) if line.name or line is loss else users[line]))
    return [flow[w] if w in flow else paper.write(np.zeros_like(w.data)) for w in wrt]


def _named_gradient(loss: Value, line: Value, found: Value, why: tuple[str, ...], users: tuple[Value, ...]) -> Value:
    """Name the finished gradient of a named line, and note its reasons and its chain rule in the margin."""
    paper = loss.paper
    gradient = OPS["same"](found) if found in paper.names else found
    paper.call(slope(loss, line), gradient)
    paper.reasons[gradient] = tuple(dict.fromkeys(why))
    if any(user is not loss for user in users):
        links = [slope(loss, u) * slope(u, line) if u is not loss else slope(u, line) for u in dict.fromkeys(users)]
        paper.chains[gradient] = Apply("add", tuple(links)) if len(links) > 1 else links[0]
    return gradient


def slope(of: Value, by: Value) -> Expr:
    """The symbol ∂L/∂w."""
    return Apply("grad", (of.label, by.label))
