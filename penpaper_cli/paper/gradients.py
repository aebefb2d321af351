"""The backward pass: the gradients of a loss, written on the same paper as the loss and explained like the rest."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from penpaper_cli.expressions.arithmetic import Apply, Expr
from penpaper_cli.paper.paper import OPS, Numbers, Value
from penpaper_cli.paper.tidy import combined

USED_AGAIN = "It is used in more than one place, so its contributions are added up."
INDEPENDENT = "The last line doesn't depend on it, so a change of it changes nothing: the gradient is 0."


def gradients(loss: Value, wrt: Iterable[Value]) -> list[Value]:
    """Write the backward pass of a scalar `loss` on the same paper, and return the gradient by each value of `wrt`.

    Reverse-mode differentiation: lines are visited last to first, so a line's gradient is complete when it is reached.
    A value that the loss doesn't depend on gets zeros.
    """
    paper, wrt = loss.paper, list(wrt)
    plainly, paper.combine = paper.combine, combined
    try:
        return _backwards(loss, wrt)
    finally:
        paper.combine = plainly


def _backwards(loss: Value, wrt: list[Value]) -> list[Value]:
    """The same, with products and sums written as `combined` has them."""
    paper = loss.paper
    tape, moves = list(paper.lines), set(wrt)
    for line in tape:
        if moves.intersection(line.parents):
            moves.add(line)
    paper.one = paper.write(np.array(Fraction(1), dtype=object))
    flow = {loss: paper.one}
    own: set[Value] = set()  # Gradients written for one value alone. One that is passed on may be another's as well.
    why: dict[Value, tuple[str, ...]] = {}
    users: dict[Value, tuple[Value, ...]] = {}
    for line in reversed(tape):
        if line not in flow:
            continue
        if line is not loss and line.name is not None:
            made_for_it = flow[line] in own and flow[line].op is not None
            gradient = flow[line] if made_for_it else OPS["same"](flow[line])
            flow[line] = _named_gradient(loss, line, gradient, why[line], users[line])
        if line.op is None:
            continue
        for parent, rule, reason in zip(
            line.parents, line.op.backward, line.op.reasons_for(**line.settings), strict=True
        ):
            if parent not in moves:
                continue
            before = len(paper.lines)
            piece = rule(flow[line], line, *line.parents, **line.settings)
            because = paper.reasons.get(piece, (reason,)) if piece.name is None else (reason,)
            own.discard(piece)
            flow[parent] = flow[parent] + piece if parent in flow else piece
            own.update(paper.lines[before:])
            passed_on = why[line] if line.name is None and line is not loss else ()
            again = (USED_AGAIN,) if parent in why else ()
            why[parent] = (*why.get(parent, ()), *passed_on, *because, *again)
            users[parent] = (*users.get(parent, ()), *((line,) if line.name or line is loss else users[line]))
    return [flow[w] if w in flow else _no_gradient(loss, w) for w in wrt]


def _named_gradient(loss: Value, line: Value, gradient: Value, why: tuple[str, ...], users: tuple[Value, ...]) -> Value:
    """Name the finished gradient of a named line, and note its reasons and its chain rule in the margin."""
    paper = loss.paper
    paper.call(slope(loss, line), gradient)
    paper.reasons[gradient] = tuple(dict.fromkeys(why))
    if loss not in users:
        links = [slope(loss, u) * slope(u, line) for u in dict.fromkeys(users)]
        paper.chains[gradient] = Apply("add", tuple(links)) if len(links) > 1 else links[0]
    return gradient


def _no_gradient(loss: Value, line: Value) -> Value:
    """Zeros, for a value that the loss doesn't depend on."""
    gradient = loss.paper.call(slope(loss, line), OPS["unmoved"](line))
    loss.paper.reasons[gradient] = (INDEPENDENT,)
    return gradient


def slope(of: Value, by: Value) -> Expr:
    """The symbol ∂L/∂w."""
    return Apply("grad", (of.label, by.label))


def scale(gradient: Numbers, by: Numbers) -> Numbers:
    """The gradient of the result times a slope; the loss's own gradient is 1, and is left out on paper."""
    if isinstance(gradient, Value) and gradient.shape in ((), by.shape) and _is_one(gradient):
        return by
    return gradient * by


def _is_one(gradient: Value) -> bool:
    """Whether it is the loss's own gradient, or copies of it that have no name of their own."""
    copied = gradient.op is not None and gradient.op.rearranges and gradient.name is None
    return gradient is gradient.paper.one or (copied and _is_one(gradient.parents[0]))
