"""pp solve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.completing import functions
from penpaper_cli.commands.shared import command

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.view import ViewOptions


def solve(
    formula: Annotated[
        str,
        typer.Argument(metavar="FORMULA", autocompletion=functions, help='Such as "Z = X @ W + b", a .pp file, or -.'),
    ],
    view: ViewOptions,
    values: Annotated[list[str] | None, typer.Argument(metavar="NAME=MATRIX", help="A value for each name.")] = None,
    grad: Annotated[
        str | None, typer.Option(metavar="W,b", help="Work the gradients of the last line by these names.")
    ] = None,
    nudge: Annotated[
        bool, typer.Option("--nudge", help="Check the gradients by nudging each number a little.")
    ] = False,
) -> Solution:
    """Work any formula, line by line, and its gradients.

    Write the formula, and each name with its value, in quotation marks:
      pp solve "z = w @ x + b" "w=3 -0.5" "x=1 2" b=0.1
      pp solve "L = (w*x - y)^2" w=3 x=2 y=1 --grad w

    Read more: samples/reference/formulas.md
    """
    from penpaper_cli.api import formula as library
    from penpaper_cli.formula.program import read_names

    return library.solve(formula, read_names(values or ()), grad=grad, nudge=nudge, **view)


COMMANDS = {"solve": command(solve)}
