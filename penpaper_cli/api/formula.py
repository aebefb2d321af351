"""Any formula, worked line by line, with its gradients and a check of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Unpack

from penpaper_cli.api.arguments import MatrixLike, value
from penpaper_cli.api.building import lines_worked
from penpaper_cli.api.solution import Solution
from penpaper_cli.api.view import View, ViewOptions
from penpaper_cli.data.matrices import read_formula
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.explain.formula import formula_steps
from penpaper_cli.explain.nudges import Nudges
from penpaper_cli.explain.show import check_entries
from penpaper_cli.formula.program import Program, Work
from penpaper_cli.ops.shapes import shape_text
from penpaper_cli.paper.gradients import gradients
from penpaper_cli.paper.paper import Value
from penpaper_cli.solution.blocks import Block


def solve(
    formula: str | os.PathLike[str],
    values: Mapping[str, MatrixLike] | None = None,
    *,
    grad: str | Sequence[str] | None = None,
    nudge: bool = False,
    **options: Unpack[ViewOptions],
) -> Solution:
    """A formula such as "Z = X @ W + b", or the name of a .pp file, on these values; the answer is its last line.

    `values` has a number, vector, matrix or deeper array for each name. `grad` names what the gradients of the last
    line are worked by, as a list or "W,b"; then the last line has to be one number. With `nudge` each gradient is
    checked by moving its number a little. `options` are those of `View`.

    Raises CannotRead for a fault in the formula or in a value, CannotWork where shapes don't fit.
    """
    view = View(**options)
    given = {name: value(argument, name, view.typed) for name, argument in (values or {}).items()}
    program = Program(read_formula(os.fspath(formula)), view.exact)
    work = program.work(given)
    show = view.show([*given.values(), *(line.data for line in work.paper.lines if line.op is None)])
    forward = work.paper.worked
    names = read_list(grad) if grad is not None else []
    wanted = [work.find(name) for name in names]
    check_wanted(work, names, wanted, nudge)
    check_entries(show, [*work.given, *forward])
    slopes = gradients(work.answer, wanted) if wanted else []
    backward = work.paper.worked[len(forward) :]

    def steps() -> Iterator[Block]:
        yield from formula_steps(work.given, forward, backward, show)
        if nudge:
            yield from Nudges(program.loss_with(given), wanted, slopes, work.answer, show).steps()

    return lines_worked("solve", "Formula", steps, show, work.given, forward, backward)


def check_wanted(work: Work, names: Iterable[str], wanted: Sequence[Value], nudge: bool) -> None:
    """Raise where gradients by these names can't be worked, or not be nudged."""
    if nudge and not wanted:
        raise CannotRead("--nudge checks gradients: say which ones with --grad, such as --grad W,b.")
    if nudge and any(w.op for w in wanted):
        raise CannotRead("--nudge changes what was given: name only given values with --grad.")
    if wanted and work.answer.shape:
        raise CannotWork(
            f"The last line is {shape_text(work.answer.shape)}, and a gradient follows one number: "
            "end with sum(…), mean(…) or a loss."
        )
    for name in names:
        if f"d{name}" in work.known:
            raise CannotRead(f'"d{name}" is what the gradient by "{name}" is called: give that value another name.')


def read_list(names: str | Sequence[str]) -> list[str]:
    """Names with commas between them, or in a list."""
    parts = names.split(",") if isinstance(names, str) else names
    listed = [name.strip() for name in parts if name.strip()]
    if not listed:
        raise CannotRead("--grad names nothing: give names with commas between them, such as --grad W,b.")
    return listed
