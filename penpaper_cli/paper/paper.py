"""The paper: every value written down on the way to an answer, which operation wrote it, and how gradients flow back.

paper = Paper()
X, w = paper.given("X", data), paper.given("w", weights)
prediction = paper.call("ŷ", X @ w)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from typing import Any, ClassVar, TypeVar

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num
from penpaper_cli.expressions.functions import MOST_BITS
from penpaper_cli.expressions.numbers import Scalar, TypedFloat

Array = np.ndarray[Any, Any]
Place = tuple[int, ...]
Number = int | Fraction
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
    def size(self) -> int:
        """How many entries it has."""
        return int(self.data.size)

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

    def __add__(self, other: Value | Number) -> Value:
        return OPS["add"](self, self._lift(other))

    def __sub__(self, other: Value | Number) -> Value:
        return OPS["sub"](self, self._lift(other))

    def __mul__(self, other: Value | Number) -> Value:
        return OPS["mul"](self, self._lift(other))

    def __radd__(self, other: Number) -> Value:
        return self._lift(other) + self

    def __rsub__(self, other: Number) -> Value:
        return self._lift(other) - self

    def __rmul__(self, other: Number) -> Value:
        return self._lift(other) * self

    def __truediv__(self, other: Value | Number) -> Value:
        return OPS["div"](self, self._lift(other))

    def __pow__(self, power: int) -> Value:
        return OPS["pow"](self, power=power)

    def __neg__(self) -> Value:
        return OPS["neg"](self)

    def __matmul__(self, other: Value) -> Value:
        return OPS["dot" if len(self.shape) == len(other.shape) == 1 else "matmul"](self, other)

    @property
    def T(self) -> Value:
        turned = self.name is None and self.op is OPS["transpose"]
        return self.parents[0] if turned else OPS["transpose"](self)

    def _lift(self, other: Value | Number) -> Value:
        return other if isinstance(other, Value) else self.paper.constant(Fraction(other))


@dataclass(eq=False)
class Paper:
    """Lines in the order they were written, with names, and reasons in the margin. Written numbers never change.

    `always_exact` keeps to exact rationals where it would be quicker to go over to float64.
    """

    always_exact: bool = False
    lines: list[Value] = field(default_factory=list)
    names: dict[Value, Expr] = field(default_factory=dict)
    reasons: dict[Value, tuple[str, ...]] = field(default_factory=dict)
    chains: dict[Value, Expr] = field(default_factory=dict)
    typed: set[Value] = field(default_factory=set)
    one: Value | None = None

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
    takes_more: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            OPS.add(cls())

    @property
    def about(self) -> str:
        """What it is for: the class docstring."""
        return " ".join((self.__doc__ or "").split())

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        """Work it out on the operands' paper. Raises CannotWork where the mathematics can't be done."""
        self.check(*parents, **settings)
        return parents[0].paper.write(self._compute(parents, settings), self, parents, settings)

    def of(self, *operands: Numbers, **settings: Any) -> Numbers:
        """The same where the operands may also be plain arrays, for gradient rules that a training loop uses too."""
        if isinstance(operands[0], Value):
            return self(*operands, **settings)
        return np.asarray(self.forward(*operands, **settings))

    def _compute(self, parents: tuple[Value, ...], settings: dict[str, Any]) -> Array:
        little = parents[0].paper.always_exact or self.work(*parents) <= MOST_EXACT_WORK
        exact = self.keeps_exact and all(p.exact for p in parents) and little
        too_large = f"{self.name} leaves the range of float64 here: the numbers are too large, or undefined."
        with np.errstate(all="ignore"):
            try:
                arrays = [p.data if exact or not p.exact else p.data.astype(float) for p in parents]
                result = np.asarray(self.forward(*arrays, **settings))
                if exact and _unwieldy(result):
                    return result.astype(float)
            except ZeroDivisionError:
                raise CannotWork(
                    f"{self.name} divides by zero here, and a number divided by zero is undefined."
                ) from None
            except OverflowError:
                raise CannotWork(too_large) from None
        if not exact and not np.isfinite(result).all():
            raise CannotWork(too_large)
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


class Operations(Mapping[str, Op]):
    """Every operation by name, in the order of the FAMILIES of `package`: these are its modules with operations.

    They are loaded when one is looked up that isn't there yet, or all are listed. So what is found never depends on
    what was imported before, and a small calculation loads the families that it uses.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        self.known: dict[str, Op] = {}

    def add(self, op: Op) -> None:
        self.known[op.name] = op

    def __getitem__(self, name: str) -> Op:
        if name not in self.known:
            self.families()
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        order = self.families()
        return iter(sorted(self.known, key=lambda name: order.index(type(self.known[name]).__module__)))

    def __len__(self) -> int:
        self.families()
        return len(self.known)

    def families(self) -> list[str]:
        """The modules that hold operations, each of them loaded."""
        modules = [f"{self.package}.{family}" for family in import_module(self.package).FAMILIES]
        for module in modules:
            import_module(module)
        return modules


OPS = Operations("penpaper_cli.ops")


def _unwieldy(result: Array) -> bool:
    """Whether exact numbers have grown past what anybody would write down, as they do over many steps."""
    return any(n.numerator.bit_length() + n.denominator.bit_length() > MOST_BITS for n in result.flat)


def zeros(shape: tuple[int, ...], like: Array) -> Array:
    """Zeros of the same kind of number, exact or float64."""
    return np.full(shape, Fraction(0), dtype=object) if like.dtype == object else np.zeros(shape)


def scale(gradient: Numbers, by: Numbers) -> Numbers:
    """The gradient of the result times a slope; the loss's own gradient is 1, and is left out on paper."""
    if isinstance(gradient, Value) and gradient.shape in ((), by.shape) and _is_one(gradient):
        return by
    return gradient * by


def _is_one(gradient: Value) -> bool:
    """Whether it is the loss's own gradient, or copies of it that have no name of their own."""
    copied = gradient.op is not None and gradient.op.rearranges and gradient.name is None
    return gradient is gradient.paper.one or (copied and _is_one(gradient.parents[0]))
