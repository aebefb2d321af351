"""Update steps as a worked solution: the first and the last worked in full, the others as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from penpaper_cli.explain.formula import backward_steps, forward_steps, given_steps
from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.values import explained
from penpaper_cli.expressions.arithmetic import Entry, Name, Num
from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.formula.network import Step
from penpaper_cli.paper.paper import Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Sentence, Table

MOST_ROWS = 20
MOST_SHOWN = 4


@dataclass(frozen=True)
class Row:
    """One step of many: the loss before it and, where they are few, the parameters' entries after it."""

    loss: Scalar
    parameters: tuple[Entry, ...]


def row(step: Step) -> Row:
    """What a table says of a step."""
    entries = [
        Entry(Name(update.name), at, value.number(at))
        for update, value in zip(step.updates, step.updated, strict=True)
        for at in np.ndindex(value.shape)
    ]
    return Row(step.work.answer.number(()), tuple(entries) if len(entries) <= MOST_SHOWN else ())


def update_steps(
    first: Step,
    last: Step,
    history: Sequence[Row],
    activations: Sequence[str],
    frozen: Sequence[str],
    after: Value | None,
    show: Show,
) -> Iterator[Block]:
    """The first step, a row for every step, the last step, and the loss after it."""
    times = len(history)
    yield from given_steps(first.work.given, show, activations)
    if times > 1 and first.work.paper.exact is False:
        yield Sentence((words.in_float64("Many steps repeat their sums many times"),), explains=False)
    for name in frozen:
        yield Sentence((Name(name), words.FROZEN), explains=False)
    yield from one_step(first, 1, times, show)
    if times > 1:
        yield Heading((words.STEPS_HEADING,))
        yield from table_of_steps(history)
        yield from one_step(last, times, times, show)
    if after is not None:
        now = after.number(())
        yield Heading((words.LOSS_AFTER_HEADING,))
        yield Sentence((words.LOSS_AFTER[0], Num(history[-1].loss), words.LOSS_AFTER[1], Num(now), "."), explains=False)


def one_step(step: Step, number: int, times: int, show: Show) -> Iterator[Block]:
    """One step: forward, backward, update."""
    if times > 1:
        yield Heading((words.step_heading(number),))
    yield from forward_steps(step.forward, show, True)
    yield from backward_steps(step.backward, show)
    yield Heading((words.UPDATE_HEADING,))
    yield Sentence((words.UPDATE_RULE,))
    for rate in step.rates if number == 1 else ():
        yield from grid(rate, show)
    for value in step.update:
        yield from explained(value, show)


def table_of_steps(history: Sequence[Row]) -> Iterator[Block]:
    """The loss before each step and, where they are few, the parameters after it; middle steps left out when many."""
    times, entries = len(history), history[0].parameters
    shown = range(times) if times <= MOST_ROWS else [*range(MOST_ROWS // 2), *range(times - MOST_ROWS // 2, times)]
    head: tuple[Parts, ...] = (("step",), ("loss before it",), *((entry, " after it") for entry in entries))
    rows: list[tuple[Parts, ...]] = [
        ((str(k + 1),), (Num(history[k].loss),), *((Num(number.value),) for number in history[k].parameters))
        for k in shown
    ]
    yield Table(head, rows, "r" * len(head))
    if len(shown) < times:
        yield Sentence((words.steps_left_out(times - len(shown)),), explains=False)
