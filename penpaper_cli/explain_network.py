"""Update steps as a worked solution: the first and the last worked in full, the others as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from penpaper_cli import words
from penpaper_cli.arithmetic import Num
from penpaper_cli.explain import Show, explained
from penpaper_cli.explain_formula import backward_steps, forward_steps, given_steps
from penpaper_cli.network import Step
from penpaper_cli.numbers import Scalar
from penpaper_cli.solution import Block, Heading, Sentence, Table

MOST_ROWS = 20


def update_steps(first: Step, last: Step, losses: Sequence[Scalar], loss_after: Scalar, show: Show) -> Iterator[Block]:
    """The first step, the losses of all steps, the last step, and the loss after it."""
    times = len(losses)
    yield from given_steps(first.work.given, show)
    yield from one_step(first, 1, times, show)
    if times > 1:
        yield Heading((words.STEPS_HEADING,))
        yield from table_of_losses(losses)
        yield from one_step(last, times, times, show)
    yield Heading((words.LOSS_AFTER_HEADING,))
    yield Sentence((words.LOSS_AFTER[0], Num(losses[-1]), words.LOSS_AFTER[1], Num(loss_after), "."))


def one_step(step: Step, number: int, times: int, show: Show) -> Iterator[Block]:
    """One step: forward, backward, update."""
    if times > 1:
        yield Heading((words.step_heading(number),))
    yield from forward_steps(step.forward, show, True)
    yield from backward_steps(step.backward, show)
    yield Heading((words.UPDATE_HEADING,))
    yield Sentence((words.UPDATE_RULE,))
    for value in step.update:
        yield from explained(value, show)


def table_of_losses(losses: Sequence[Scalar]) -> Iterator[Block]:
    """The loss before each step, with the middle ones left out when there are many."""
    times = len(losses)
    shown = range(times) if times <= MOST_ROWS else [*range(MOST_ROWS // 2), *range(times - MOST_ROWS // 2, times)]
    yield Table((("step",), ("loss before it",)), (((str(k + 1),), (Num(losses[k]),)) for k in shown), "rr")
    if len(shown) < times:
        yield Sentence((words.steps_left_out(times - len(shown)),))
