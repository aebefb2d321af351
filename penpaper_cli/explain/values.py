"""A value explained in full: its formula, why, how an entry is worked, the entries, the result."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.show import MOST_ENTRIES, Show
from penpaper_cli.explain.working import entries_worked
from penpaper_cli.expressions.arithmetic import SLACK, Apply, Expr, Name, Num
from penpaper_cli.paper.paper import Op, Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Heading, Sentence


def shape_expr(shape: tuple[int, ...]) -> Expr:
    """A shape as it is written: 2×3, or scalar."""
    return Apply("shape", tuple(Num(Fraction(n)) for n in shape)) if shape else Name("scalar")


def shapes(result: Value) -> Expr:
    """(2×3)·(3×2) + (2) → 2×2: the formula with shapes in place of names."""
    known = {name: shape_expr(v.shape) for v, name in result.paper.names.items() if v is not result}

    def shaped(e: Expr) -> Expr:
        if e in known:
            return known[e]
        return Apply(e.op, tuple(map(shaped, e.args))) if isinstance(e, Apply) else e

    return Apply("maps", (shaped(result.formula), shape_expr(result.shape)))


def definition(result: Value) -> Expr:
    """ŷ = X·w + b."""
    return Apply("equals", (result.label, result.formula))


def explained(result: Value, show: Show, limit: int = MOST_ENTRIES) -> Iterator[Block]:
    """A value in full: its formula, why (for a gradient), how an entry is worked, the entries, the result."""
    paper = result.paper
    chain = paper.chains.get(result)
    chained = [chain] if chain is not None else []
    statement = Apply("equals", (result.label, *chained, result.formula))
    yield Heading((statement, "   ", shapes(result)) if show.detail == "summary" else (statement,), 3)
    reasons = paper.reasons.get(result, ())
    for sentence in (*reasons, *sentences(result, alone=not reasons)):
        yield Sentence((sentence,))
    yield from leaving_exact(result)
    yield from broadcasts(result).values()
    yield from entries_worked(result, show, limit)
    if result.shape or not show.most(limit):
        yield from grid(result, show)


def broadcasts(result: Value) -> dict[Value, Sentence]:
    """Which operands are repeated to fit, each in words."""
    repeated: dict[Value, Sentence] = {}
    for parent in result.parents:
        if parent.name is None:
            repeated |= broadcasts(parent)
        elif result.op and result.op.broadcasts and parent.data.size != result.data.size:
            repeated[parent] = Sentence((parent.label, words.repeated(parent.shape, result.shape)))
    return repeated


def sentences(result: Value, alone: bool) -> tuple[str, ...]:
    """How an entry is worked: what the operations in its formula say, innermost first, without plain arithmetic.

    A single operation says even that, where nothing else is said (`alone`).
    """
    instructions: list[tuple[Op, str]] = []

    def visit(v: Value) -> None:
        for parent in v.parents:
            if parent.name is None:
                visit(parent)
        if v.op is not None and not v.op.rearranges:
            instructions.append((v.op, v.op.instruction(*v.parents, **v.settings)))

    visit(result)
    instructions = [(op, sentence) for op, sentence in instructions if sentence]
    if not (alone and len(instructions) == 1):
        instructions = [(op, sentence) for op, sentence in instructions if not op.plain]
    return tuple(dict.fromkeys(sentence for _, sentence in instructions))


def leaving_exact(result: Value, read_as_float: bool = False) -> Iterator[Block]:
    """Say where exact rationals end and float64 begins, or that the numbers were float64 from the start."""
    if read_as_float:
        yield Sentence((words.in_float64("The numbers were read as float64"),), explains=False)
        return
    op = _first_in_float64(result)
    if op is not None:
        seldom = f"The result of {op.name.replace('_', ' ')} is seldom a fraction"
        why = "This is much work for exact fractions" if op.keeps_exact else seldom
        yield Sentence((words.in_float64(why),), explains=False)


def _first_in_float64(result: Value) -> Op | None:
    """The operation, in this line, that leaves the exact rationals."""
    if result.op is None or result.exact:
        return None
    if all(p.exact for p in result.parents):
        return result.op
    inside = (_first_in_float64(p) for p in result.parents if p.name is None)
    return next((op for op in inside if op is not None), None)


def shortened(terms: int, show: Show) -> Iterator[Block]:
    """How to see the terms of sums that are too long to be written whole."""
    if show.detail == "normal" and terms > show.terms + SLACK and show.most(1):
        yield Sentence((words.SHORTENED,))
