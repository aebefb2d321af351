"""A calculation as a program, before any library has a word in it: what is given, its lines, gradients and updates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from penpaper_cli.expressions.numbers import Scalar

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Ref:
    """A name that stands for something above it; `whole` says that it holds class numbers."""

    name: str
    shape: Shape = ()
    whole: bool = False


@dataclass(frozen=True, eq=False)
class Number:
    """A number that stands in a formula."""

    value: Scalar
    shape: Shape = ()


@dataclass(frozen=True, eq=False)
class Numbers:
    """Many numbers without a name, nested to their shape."""

    values: Any
    shape: Shape
    whole: bool = True


@dataclass(frozen=True, eq=False)
class Call:
    """An operation, by its name on the paper, with every one of its settings."""

    op: str
    args: tuple[Term, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    shape: Shape = ()
    stops_gradient: bool = False


Term = Ref | Number | Numbers | Call


@dataclass(frozen=True, eq=False)
class Given:
    """What the user gave, nested to its shape; `whole` numbers are only used to count classes or rows."""

    name: str
    values: Any
    shape: Shape = ()
    whole: bool = False


@dataclass(frozen=True, eq=False)
class Let:
    """A line: a name for what an operation works out."""

    name: str
    term: Term


@dataclass(frozen=True, eq=False)
class Differentiate:
    """A forward pass and the gradients of its last line. `worked` are the recorded lines of the backward pass, for a
    library that can't differentiate; `gradients` has, for each name asked for, what its gradient is called."""

    forward: Sequence[Let]
    loss: str
    gradients: Mapping[str, str]
    worked: Sequence[Let]


@dataclass(frozen=True, eq=False)
class Update:
    """What an update rule makes of parameters: `torch` is the call of torch.optim, with `rates` by their letters in
    braces; other libraries take the `worked` lines.

    `parameters` has each parameter's updated name; `state` has, for each name of the rule's memory, its new name and
    the parameter that it belongs to. It starts with zeros.
    """

    torch: str
    rates: Mapping[str, Given]
    parameters: Mapping[str, str]
    state: Mapping[str, tuple[str, Ref]]
    worked: Sequence[Let]


@dataclass(frozen=True, eq=False)
class Repeat:
    """The gradients and the update, `times` times; each time starts with what the one before has made."""

    times: int
    body: Differentiate
    update: Update


@dataclass(frozen=True, eq=False)
class Choose:
    """A line: the names of what `numbers` count from 0."""

    name: str
    numbers: Ref
    names: Sequence[str]


Statement = Let | Differentiate | Repeat | Choose
COUNTER = Ref("step")
"""Which time it is, counted from 1."""


@dataclass(frozen=True, eq=False)
class Script:
    """A whole program. `results` has, for each name in the results, the name of the line that it is found in.

    `why` says why it isn't the same calculation, where it isn't.
    """

    title: str
    given: Sequence[Given]
    body: Sequence[Statement]
    results: Mapping[str, str]
    why: str = ""


def asked_for(part: Statement) -> Iterable[str]:
    """The names whose gradients are asked for."""
    match part:
        case Differentiate():
            return part.gradients
        case Repeat():
            return part.body.gradients
    return ()


def moving(term: Term) -> Iterator[str]:
    """The names in a term that a gradient flows back to."""
    if isinstance(term, Ref):
        yield term.name
    elif isinstance(term, Call) and not term.stops_gradient:
        for arg in term.args:
            yield from moving(arg)


def reaching(part: Differentiate) -> set[str]:
    """The names that the loss depends on, and the loss itself."""
    reached = {part.loss}
    for let in reversed(part.forward):
        if let.name in reached:
            reached |= set(moving(let.term))
    return reached


def starting(part: Statement) -> Iterator[str]:
    """The lines that are differentiated by and depend on nothing else that is."""
    if isinstance(part, Repeat):
        part = part.body
    if isinstance(part, Differentiate):
        lines = {let.name for let in part.forward}
        moved = set(part.gradients) - lines
        for let in part.forward:
            if moved.intersection(moving(let.term)):
                moved.add(let.name)
            elif let.name in part.gradients:
                moved.add(let.name)
                yield let.name
