"""From recorded lines to a program: unnamed steps are nested, class numbers are whole, repeated ones get a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from penpaper_cli.explain.results import key
from penpaper_cli.expressions.arithmetic import Apply, Name
from penpaper_cli.formula.signatures import signature_of
from penpaper_cli.ops.reductions import direction
from penpaper_cli.paper.paper import Op, Value
from penpaper_cli.solution.script import (
    COUNTER,
    Call,
    Differentiate,
    Given,
    Let,
    Number,
    Numbers,
    Ref,
    Repeat,
    Script,
    Statement,
    Term,
    Update,
)

if TYPE_CHECKING:
    from penpaper_cli.explain.fit import Fit
    from penpaper_cli.formula.network import Step

LONG = 3
"""Operations from which on a step that is used more than once gets a name."""


class Notes:
    """What the lines of a paper are called in a program, and how they are written there."""

    def __init__(self, given: Sequence[Value], lines: Sequence[Value], rates: Sequence[Value] = ()) -> None:
        """`lines` are all that will be written; a power of one of the `rates` counts how often a step was made."""
        self.given, self.lines, self.rates = given, lines, rates
        self.names: dict[Value, str] = {}
        self.seen: set[Value] = set()
        self.results: dict[str, str] = {}
        for line in (*given, *lines):
            self.add(line)
        for value in dict.fromkeys(parent for line in self._reached() for parent in line.parents):
            if value not in self.names and value.op is None and isinstance(value.name, Name):
                self.names[value] = self._free(value.name.text)
        self.used = Counter(parent for line in self._reached() for parent in line.parents)
        self.whole = {value for value in given if self._is_whole(value)}

    def add(self, line: Value) -> None:
        """Name a line as on the paper; of two with one name, the later is the one in the results."""
        name = key(line.label)
        self.names[line] = self._free(name)
        self.results[name] = self.names[line]

    def _free(self, name: str) -> str:
        taken, free, k = set(self.names.values()), name, 1
        while free in taken:
            k += 1
            free = f"{name} {k}"
        return free

    def _reached(self) -> list[Value]:
        """The lines, and every unnamed step in them, once each."""
        reached: dict[Value, None] = {}

        def visit(value: Value) -> None:
            if value not in reached and value.op is not None:
                reached[value] = None
                for parent in value.parents:
                    if parent not in self.names:
                        visit(parent)

        for line in self.lines:
            visit(line)
        return list(reached)

    def _is_whole(self, value: Value) -> bool:
        """Whether a given value is only ever used as class numbers, and nobody asks for its gradient."""
        if any(gradient_of(line) == self.names[value] for line in self.lines):
            return False
        users = [line for line in self._reached() if value in line.parents]
        return bool(users) and all(class_place(user) == list(user.parents).index(value) for user in users)

    def givens(self) -> list[Given]:
        """What was given."""
        return [Given(self.names[v], v.data.tolist(), v.shape, v in self.whole) for v in self.given]

    def lets(self, lines: Iterable[Value]) -> list[Let]:
        """Lines as they are written in a program; long steps that are used again come before them."""
        return [let for line in lines for let in self._let(line)]

    def _let(self, line: Value) -> Iterator[Let]:
        for parent in line.parents:
            yield from self._again(parent)
        yield Let(self.names[line], self.call(line))

    def _again(self, value: Value) -> Iterator[Let]:
        """Names for the long steps inside an unnamed value that are used more than once."""
        if value in self.names or value in self.seen or value.op is None:
            return
        self.seen.add(value)
        for parent in value.parents:
            yield from self._again(parent)
        if self.used[value] > 1 and self._length(value) >= LONG:
            term = self.call(value)
            self.names[value] = self._free("part")
            yield Let(self.names[value], term)

    def _length(self, value: Value) -> int:
        """How many operations are written for a value, up to LONG of them."""
        if value in self.names or value.op is None:
            return 0
        count = 1
        for parent in value.parents:
            count += self._length(parent) if count < LONG else 0
        return count

    def term(self, value: Value) -> Term:
        """A value as an operand."""
        if value in self.names:
            return Ref(self.names[value], value.shape, value in self.whole)
        if value.op is None:
            return Numbers(value.data.tolist(), value.shape, False) if value.shape else Number(value.number(()))
        return self.call(value)

    def call(self, value: Value) -> Term:
        """The operation that a value came from, on its operands."""
        assert value.op is not None
        name = value.op.name
        args = [self.term(parent) for parent in value.parents]
        place = class_place(value)
        if place is not None and not getattr(args[place], "whole", False):
            args[place] = Call("classes", (args[place],), {}, args[place].shape, stops_gradient=True)
        if value.op.broadcasts:
            args = [unstretched(arg, other, value.shape) for arg, other in zip(args, args[::-1], strict=True)]
        settings = settings_of(value.op, value)
        if name == "pow" and value.parents[0] in self.rates:
            settings["power"] = COUNTER
        return Call(name, tuple(args), settings, value.shape, value.op.stops_gradient)

    def again(self, lines: Sequence[Value], renamed: Mapping[str, str]) -> list[Let]:
        """Lines once more, with other operands: each gets a new name, such as L_new."""
        notes = copy(self)
        notes.seen = set()
        notes.names = {value: renamed.get(name, name) for value, name in self.names.items()}
        for line in lines:
            notes.names[line] = self.results[f"{key(line.label)}_new"] = notes._free(f"{key(line.label)}_new")
        return notes.lets(lines)


def class_place(user: Value) -> int | None:
    """Which operand of an operation holds class numbers, if one does."""
    assert user.op is not None
    place = user.op.class_numbers
    return None if place and user.parents[0].shape == user.parents[place].shape else place


def settings_of(op: Op, value: Value) -> dict[str, Any]:
    """Every setting, the usual ones too; an axis as NumPy counts it, and arrays as numbers."""
    settings = {**signature_of(op).settings, **value.settings}
    if "axis" in settings and op.name != "repeat":
        settings["axis"] = direction(len(value.parents[0].shape), settings["axis"])
    return {
        name: Numbers(setting.tolist(), setting.shape) if isinstance(setting, np.ndarray) else setting
        for name, setting in settings.items()
    }


def unstretched(arg: Term, other: Term, shape: tuple[int, ...]) -> Term:
    """An operand without the copying that the libraries do by themselves, beside an operand of full shape."""
    if other.shape != shape or not isinstance(arg, Call):
        return arg
    if arg.op == "spread":
        return arg.args[0]
    if arg.op == "repeat":
        return Call("expand", arg.args, arg.settings, ())
    return arg


def lines_script(title: str, given: Sequence[Value], forward: Sequence[Value], backward: Sequence[Value]) -> Script:
    """Lines forward and, where there are any, backward."""
    notes = Notes(given, [*forward, *backward])
    lets = notes.lets(forward)
    body: list[Statement] = [*lets]
    if backward:
        body = [differentiate(notes, lets, forward[-1], backward)]
    return Script(title, notes.givens(), body, notes.results)


def differentiate(notes: Notes, forward: Sequence[Let], loss: Value, backward: Sequence[Value]) -> Differentiate:
    """The gradients of the last line: `backward` are the lines that work them."""
    called = {key(value.label): name for value, name in notes.names.items() if value not in backward}
    gradients = {called[gradient_of(line)]: notes.names[line] for line in backward}
    return Differentiate(forward, notes.names[loss], gradients, notes.lets(backward))


def gradient_of(line: Value) -> str:
    """What a line of the backward pass is the gradient by; nothing for any other line."""
    return key(line.name.args[1]) if isinstance(line.name, Apply) and line.name.op == "grad" else ""


def steps_script(title: str, first: Step, last: Step, times: int, goes_on: bool) -> Script:
    """Update steps. `goes_on` says that there is a loss after the last one."""
    notes = notes_of(last, times)
    steps = repeated(notes, last, times)
    typed = zip(notes.givens(), first.work.given, strict=True)
    start = [replace(now, values=before.data.tolist()) for now, before in typed]
    results = dict(notes.results)
    after = notes.again(last.forward, steps.update.parameters) if goes_on else []
    if after:
        results["L_new"] = after[-1].name
    return Script(title, start, [steps, *after], results)


def notes_of(step: Step, times: int) -> Notes:
    """Names for everything in a step that is made so many times."""
    lines = [*step.forward, *step.backward, *step.update]
    return Notes(step.work.given, lines, step.rates if times > 1 else ())


def repeated(notes: Notes, step: Step, times: int) -> Repeat:
    """The step as it was recorded, made so many times; all its gradients are asked for."""
    named = {name: value for value, name in notes.names.items()}
    state = {f"{letter}_{u.name}": value for u in step.updates for letter, value in u.state.items()}
    belongs = {f"{letter}_{u.name}": u.parameter for u in step.updates for letter in u.state}
    update = Update(
        step.rule.torch,
        {letter: Given(notes.names[named[letter]], rate) for letter, rate in rates_of(step).items()},
        {u.name: notes.names[value] for u, value in zip(step.updates, step.updated, strict=True)},
        {old: (notes.names[new], Ref(notes.names[belongs[old]], new.shape)) for old, new in state.items()},
        (),
    )
    body = differentiate(notes, notes.lets(step.forward), step.work.answer, step.backward)
    return Repeat(times, body, replace(update, worked=notes.lets(step.update)))


def rates_of(step: Step) -> dict[str, Any]:
    """What the update rule is set to, by its letters."""
    return {key(rate.label): rate.data[()] for rate in step.rates}


def fit_script(fit: Fit) -> Script:
    """The closed-form solution: the normal equations as they stand, the coefficients from a library's own solver."""
    X, y, fitted = fit.paper.X, fit.paper.y, fit.fitted
    normal = [fit.paper.gram, fit.paper.moments]
    lines = [fitted.prediction, fitted.residuals, fitted.loss] if fitted else []
    notes = Notes([X, y], [*normal, *lines])
    given, body = notes.givens(), list[Statement](notes.lets(normal))
    if fitted:
        c = notes.names[fitted.c]
        notes.results["c"] = c
        body.append(Let(c, Call("least_squares", (notes.term(X), notes.term(y)), {}, fitted.c.shape)))
        body += notes.lets(lines)
        if fit.predictions:
            rows = [prediction.parents[1].data.tolist() for prediction in fit.predictions]
            new = Given("X_new", rows, (len(rows), X.shape[1]))
            given.append(new)
            product = Call("matmul", (Ref(new.name, new.shape), Ref(c, fitted.c.shape)), {}, new.shape[:1])
            body.append(Let("predictions", product))
            notes.results["predictions"] = "predictions"
    results = {name: notes.results[name] for name in fit.results() if name in notes.results}
    return Script("Fitting a linear model", given, body, results)
