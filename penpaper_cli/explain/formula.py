"""A formula as a worked solution: what was given, each line forward, the gradients backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.values import explained
from penpaper_cli.paper.paper import Value
from penpaper_cli.sentences import common as words
from penpaper_cli.solution.blocks import Block, Heading, Sentence


def formula_steps(
    given: Sequence[Value],
    forward: Sequence[Value],
    backward: Sequence[Value],
    show: Show,
    activations: Sequence[str] = (),
) -> Iterator[Block]:
    """What was given, the lines forward, and the gradients backward."""
    yield from given_steps(given, show, activations)
    yield from forward_steps(forward, show, bool(backward))
    if backward:
        yield from backward_steps(backward, show)


def forward_steps(forward: Sequence[Value], show: Show, goes_back: bool) -> Iterator[Block]:
    """The lines from what was given to the answer."""
    yield Heading((words.FORWARD_HEADING if goes_back else words.WORKING_HEADING,))
    for value in forward:
        yield from explained(value, show)


def backward_steps(backward: Sequence[Value], show: Show) -> Iterator[Block]:
    """The gradients, from the last line to what was given."""
    yield Heading((words.BACKWARD_HEADING,))
    yield Sentence((words.CHAIN_RULE,))
    for value in backward:
        yield from explained(value, show)


def given_steps(given: Sequence[Value], show: Show, activations: Sequence[str] = ()) -> Iterator[Block]:
    """The matrices that were given, and which activation each of several layers has."""
    if given:
        yield Heading((words.GIVEN_HEADING,))
    for value in given:
        yield from grid(value, show)
    if len(activations) > 1:
        yield Sentence((words.activations_of_layers([name.replace("_", "-") for name in activations]),), explains=False)
