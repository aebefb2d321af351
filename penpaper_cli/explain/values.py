"""A value explained in full: its formula, why, how an entry is worked, the entries, the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.show import MOST_ENTRIES, Show
from penpaper_cli.explain.working import entries_worked
from penpaper_cli.expressions.arithmetic import SLACK, Apply, Expr, Name, Num
from penpaper_cli.paper.paper import MORE_DIGITS, Op, Value
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
    if result in paper.noise:
        yield Sentence((words.nothing_left(MORE_DIGITS[-1], paper.noise[result]),), explains=False)
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


def leaving_exact(result: Value) -> Iterator[Block]:
    """Say where the rationals are left, for decimals or for float64."""
    if result.in_float64 and any(p.in_float64 and p in p.paper.typed for p in result.parents):
        yield Sentence((words.in_float64("The numbers were read as float64"),), explains=False)
    elif _first(result, lambda value: value.in_float64):
        asked = (
            "Float64 was asked for" if result.paper.exact is False else "This is much work for fractions or decimals"
        )
        yield Sentence((words.in_float64(asked),), explains=False)
    elif leaving := _first(result, lambda value: not value.exact):
        seldom = f"The result of {leaving.name.replace('_', ' ')} is seldom a fraction"
        why = "The fractions get too long to be written" if leaving.keeps_exact else seldom
        yield Sentence((words.in_decimals(why),), explains=False)


def _first(result: Value, is_so: Callable[[Value], bool]) -> Op | None:
    """The operation, in this line, whose result is so while its operands are not."""
    if result.op is None or not is_so(result):
        return None
    if not any(map(is_so, result.parents)):
        return result.op
    inside = (_first(p, is_so) for p in result.parents if p.name is None)
    return next((op for op in inside if op is not None), None)


def shortened(terms: int, show: Show) -> Iterator[Block]:
    """How to see the terms of sums that are too long to be written whole."""
    if show.detail == "normal" and terms > show.terms + SLACK and show.most(1):
        yield Sentence((words.SHORTENED,))
