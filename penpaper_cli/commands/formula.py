"""pp solve."""

from __future__ import annotations

from itertools import chain
from typing import Annotated

import typer

from penpaper_cli.commands.scripts import later
from penpaper_cli.commands.shared import View, command
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.solution.blocks import Solution


def solve(
    formula: Annotated[str, typer.Argument(metavar="FORMULA", help='Such as "Z = X @ W + b", a .pp file, or -.')],
    view: View,
    values: Annotated[list[str] | None, typer.Argument(metavar="NAME=MATRIX", help="A value for each name.")] = None,
    grad: Annotated[
        str | None, typer.Option(metavar="W,b", help="Work the gradients of the last line by these names.")
    ] = None,
    nudge: Annotated[
        bool, typer.Option("--nudge", help="Check the gradients by nudging each number a little.")
    ] = False,
) -> Solution:
    """Work any formula, line by line, and its gradients."""
    from penpaper_cli.data import matrices
    from penpaper_cli.explain import formula as explain_formula
    from penpaper_cli.explain.results import result_of, results
    from penpaper_cli.explain.show import Show, check_entries
    from penpaper_cli.formula import program
    from penpaper_cli.ops.shapes import shape_text
    from penpaper_cli.paper.gradients import gradients

    names = program.read_names(values or ())
    given = {name: matrices.read_value(text, name, view.exact) for name, text in names.items()}
    program_ = program.Program(matrices.read_formula(formula), view.exact is True)
    work = program_.work(given)
    figures = view.figures([*given.values(), *(line.data for line in work.paper.lines if line.op is None)])
    show = Show(figures, view.steps, view.entries, view.detail)
    forward = work.paper.worked
    wanted = [work.find(name) for name in read_list(grad)] if grad is not None else []
    if nudge and not wanted:
        raise CannotRead("--nudge checks gradients: say which ones with --grad, such as --grad W,b.")
    if nudge and any(w.op for w in wanted):
        raise CannotRead("--nudge changes what was given: name only given values with --grad.")
    if wanted and work.answer.shape:
        raise CannotWork(
            f"The last line is {shape_text(work.answer.shape)}, and a gradient follows one number: "
            "end with sum(…), mean(…) or a loss."
        )
    for name in read_list(grad) if grad is not None else ():
        if f"d{name}" in work.known:
            raise CannotRead(f'"d{name}" is what the gradient by "{name}" is called: give that value another name.')
    check_entries(show, [*work.given, *forward])
    found = gradients(work.answer, wanted) if wanted else []
    backward = work.paper.worked[len(forward) :]

    steps = explain_formula.formula_steps(work.given, forward, backward, show)
    if nudge:
        steps = chain(
            steps, explain_formula.Nudges(program_.loss_with(given), wanted, found, work.answer, show).steps()
        )

    return Solution(
        command="solve",
        title="Formula",
        figures=show.figures,
        given=results(work.given),
        steps=steps,
        answer=result_of(work.answer),
        results=results([*work.given, *forward, *backward]),
        script=later("lines", "Formula", work.given, forward, backward),
    )


def read_list(text: str) -> list[str]:
    """Names with commas between them."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise CannotRead("--grad names nothing: give names with commas between them, such as --grad W,b.")
    return names


COMMANDS = {"solve": command(solve)}
