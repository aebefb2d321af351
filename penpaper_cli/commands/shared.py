"""What every command shares: the options of the view, and writing the solution where it goes."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TextIO

import typer

from penpaper_cli.files import written_whole
from penpaper_cli.numbers import CannotRead, ClosedPipe, Figures, Typed
from penpaper_cli.render import FORMATS, format_of, renderer
from penpaper_cli.solution import Solution

SHEET = "csv"
"""Not a format of the working: the rows of a solution that has any, kept with -o FILE.csv."""
FORMULA = tuple("=+-@\t\r")


def complete_format() -> list[str]:
    """What the shell offers after --format."""
    return ["auto", *FORMATS]


OPTIONS: dict[str, tuple[Any, Any]] = {
    "format": (
        Annotated[
            str,
            typer.Option(
                "--format",
                "-f",
                metavar="|".join(FORMATS),
                autocompletion=complete_format,
                help="How to write it. auto: terminal on a screen, markdown when piped.",
            ),
        ],
        "auto",
    ),
    "out": (
        Annotated[
            str | None, typer.Option("--out", "-o", metavar="FILE", help="Write to FILE; its ending picks the format.")
        ],
        None,
    ),
}
VIEW_OPTIONS: dict[str, tuple[Any, Any]] = {
    "digits": (Annotated[int, typer.Option(min=1, max=15, help="Significant digits of rounded numbers, at least.")], 4),
    "fractions": (
        Annotated[bool | None, typer.Option("--fractions/--decimals", help="Print fractions, or their decimals.")],
        None,
    ),
    "exact": (
        Annotated[bool | None, typer.Option("--exact/--float", help="Force exact fractions, or float64.")],
        None,
    ),
    "detail": (
        Annotated[
            Literal["full", "normal", "summary"],
            typer.Option(help="full: long sums and big matrices whole; summary: shapes and results only."),
        ],
        "normal",
    ),
    "entry": (
        Annotated[list[str] | None, typer.Option(metavar="ROW,COL", help="Work this entry (may be given again).")],
        None,
    ),
    "steps": (Annotated[str | None, typer.Option(metavar="N|all", help="How many entries to work.")], None),
}


@dataclass(frozen=True)
class View:
    """The shared options, read."""

    digits: int = 4
    fractions: bool | None = None
    exact: bool | None = None
    detail: str = "normal"
    entries: tuple[tuple[int, ...], ...] = ()
    steps: int | None = None

    def figures(self, given: Iterable[Any] = ()) -> Figures:
        """How numbers print: as fractions when asked for, or when a given array holds a typed fraction."""
        typed = any("/" in n.text for data in given if data.dtype == object for n in data.flat if isinstance(n, Typed))
        return Figures(self.digits, typed if self.fractions is None else self.fractions)


def command(function: Callable[..., Solution], explains: bool = True, sheet: bool = False) -> Callable[..., None]:
    """A command from a function that returns a solution: the shared options are added, and the solution is written.

    The function's parameter `view`, where it has one, receives the options of the view. With `sheet`, -o FILE.csv keeps
    the solution's rows instead of its working.
    """
    options = {**OPTIONS, **VIEW_OPTIONS} if explains else OPTIONS
    own = [p for p in inspect.signature(function, eval_str=True).parameters.values() if p.name != "view"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]

    def run(**values: Any) -> None:
        shared = {name: values.pop(name) for name in options}
        if explains:
            values["view"] = read_view(shared)
        path = None if shared["out"] in (None, "-") else shared["out"]
        rows = sheet and path is not None and path.lower().endswith(".csv") and shared["format"] == "auto"
        form = SHEET if rows else format_of(str(shared["format"]), path, sys.stdout.isatty())
        write(function(**values), form, path)

    run.__name__, run.__doc__ = function.__name__, function.__doc__
    run.__dict__["__signature__"] = inspect.Signature(own + added)
    run.__annotations__ = {p.name: p.annotation for p in own + added}
    return run


def read_view(shared: dict[str, Any]) -> View:
    """The options of the view from what was typed."""
    steps, entries = shared["steps"], tuple(map(read_place, shared["entry"] or ()))
    if steps is not None and steps != "all" and not (steps.isascii() and steps.isdigit() and int(steps) > 0):
        raise CannotRead(f'--steps "{steps}": give a whole number from 1 up, or "all".')
    count = None if steps is None else sys.maxsize if steps == "all" else int(steps)
    view = View(shared["digits"], shared["fractions"], shared["exact"], str(shared["detail"]))
    return replace(view, entries=entries, steps=count)


def read_place(text: str) -> tuple[int, ...]:
    """The place of an entry, counted from 1 as typed and from 0 inside: "3,2" is (2, 1)."""
    numbers = text.replace(",", " ").split()
    if not numbers or not all(n.isascii() and n.isdigit() and 0 < len(n) < 10 and int(n) for n in numbers):
        raise CannotRead(f'--entry "{text}": give a row and a column counted from 1, such as 3,2.')
    return tuple(int(n) - 1 for n in numbers)


def write(solution: Solution, form: str, path: str | None) -> None:
    """Write the solution to standard output or whole into a file; then raise its failure, if it ended in one."""
    if path is None:
        _stream(solution, form, sys.stdout)
    else:
        _write_file(solution, form, path)
    if solution.failure:
        raise solution.failure


def _stream(solution: Solution, form: str, out: TextIO) -> None:
    try:
        for piece in renderer(form, solution.figures, out).render(solution):
            out.write(piece)
        out.flush()
    except BrokenPipeError:
        raise ClosedPipe from None


def _write_file(solution: Solution, form: str, path: str) -> None:
    with written_whole(path, "--out") as out:
        if form == SHEET:
            write_rows(solution.sheet, out)
        else:
            _stream(solution, form, out)


def write_rows(rows: Iterable[Iterable[str]], out: TextIO) -> None:
    """Cells as CSV, each as it is."""
    for row in rows:
        out.write(",".join(map(cell_text, row)) + "\n")


def cell_text(cell: str) -> str:
    """A cell as it stands in a CSV: quoted where its signs need it, or where it begins as a formula would."""
    formula = cell[:1] in FORMULA and not is_number(cell)
    needed = formula or any(sign in cell for sign in ',"\n\r')
    return '"{}"'.format(cell.replace('"', '""')) if needed else cell


def is_number(cell: str) -> bool:
    """Whether a spreadsheet takes the cell for a number, minus sign and all."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
