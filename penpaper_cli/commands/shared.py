"""What every command shares: the options of the view, and writing the solution where it goes."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TextIO

import typer

from penpaper_cli.commands.writing import SHEET, write
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Figures, Typed
from penpaper_cli.render.formats import FORMATS, format_of
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Solution


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
    "append": (Annotated[bool, typer.Option("--append", help="Add a section to FILE instead of replacing it.")], False),
    "title": (Annotated[str | None, typer.Option(metavar="TEXT", help="A heading above the working.")], None),
    "heading_level": (
        Annotated[
            int | None,
            typer.Option(min=1, max=6, metavar="N", help="The level of the topmost heading, to fit into a document."),
        ],
        None,
    ),
    "standalone": (
        Annotated[bool, typer.Option("--standalone", help="A whole LaTeX document instead of a part of one.")],
        False,
    ),
    "math": (
        Annotated[
            Literal["text", "latex"] | None,
            typer.Option(help="latex: Markdown with $$ … $$, for GitHub, Obsidian, Jupyter and pandoc."),
        ],
        None,
    ),
    "ascii": (Annotated[bool, typer.Option("--ascii", help="Write ASCII characters only.")], False),
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
            typer.Option(help="full: every product with its running total; summary: shapes and results only."),
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

    The function's parameter `view` receives the options of the view; where nothing is worked (`explains` is false), its
    parameter `detail` receives the only one of them. With `sheet`, -o FILE.csv keeps the solution's rows instead of its
    working.
    """
    options = {**OPTIONS, **VIEW_OPTIONS} if explains else {**OPTIONS, "detail": VIEW_OPTIONS["detail"]}
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    own = [p for p in parameters if p.name not in ("view", "detail")]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]

    def run(**values: Any) -> None:
        shared = {name: values.pop(name) for name in options}
        values |= {"view": read_view(shared)} if explains else {"detail": shared["detail"]}
        target = read_target(shared, sheet)
        solution = function(**values)
        if explains and shared["detail"] == "summary":
            solution.summarise()
        write(solution, target.form, target.page(solution), target.path, target.append)

    run.__name__, run.__doc__ = function.__name__, function.__doc__
    run.__dict__["__signature__"] = inspect.Signature(own + added)
    run.__annotations__ = {p.name: p.annotation for p in own + added}
    return run


@dataclass(frozen=True)
class Target:
    """Where the solution goes, in which format, and how it is headed."""

    form: str
    path: str | None
    append: bool
    options: dict[str, Any]

    def page(self, solution: Solution) -> Page:
        """The page for this solution. A section that is added has a title, so that it can be found."""
        title = self.options["title"] or (solution.title if self.append else "")
        level = self.options["heading_level"] or (1 if title and not self.append else 2)
        math = self.options["math"] or "text"
        ascii = self.options["ascii"] or (self.path is None and not has_unicode(sys.stdout))
        return Page(title, level, bool(self.options["standalone"]), math, bool(ascii))


def has_unicode(out: TextIO) -> bool:
    """Whether the encoding of an output holds the signs that are written; where it doesn't, ASCII is."""
    try:
        "≈·∂ᵀ⎡⠿─".encode(out.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def read_target(shared: dict[str, Any], sheet: bool = False) -> Target:
    """Where to write, from what was typed. Raises CannotRead for options that don't fit together.

    With `sheet`, a file that ends in .csv gets the rows instead of the working.
    """
    path = None if shared["out"] in (None, "-") else shared["out"]
    if sheet and path is not None and path.lower().endswith(".csv") and shared["format"] == "auto":
        if shared["append"]:
            raise CannotRead("--append: a CSV of predictions is written anew; leave the option out.")
        return Target(SHEET, path, False, shared)
    asked = "markdown" if shared["math"] and (shared["format"], path) == ("auto", None) else str(shared["format"])
    form = format_of(asked, path, sys.stdout.isatty())
    if shared["math"] and form != "markdown":
        raise CannotRead(f"--math belongs to markdown: leave it out with {form}, or add --format markdown.")
    if shared["append"] and path is None:
        raise CannotRead("--append adds to a file: name it with --out, such as --out notes.md.")
    if shared["append"] and not FORMATS[form].holds_sections:
        raise CannotRead(f"--append: nothing can be added to a file of the format {form}; leave the option out.")
    check_writable(form, path)
    whole = shared["standalone"] or path is not None
    return Target(form, path, bool(shared["append"]), {**shared, "standalone": whole})


def check_writable(form: str, path: str | None) -> None:
    """Refuse a format that needs a file, or a package that isn't installed, before anything is worked or written."""
    needs = FORMATS[form]
    if needs.is_binary and path is None:
        raise CannotRead(f"--format {form} is written to a file: name it with --out, such as --out notes.{form}.")
    if needs.package and not is_installed(needs.package):
        raise CannotRead(
            f"-o {path} needs the package {needs.package}: install it with python -m pip install "
            f'"penpaper-cli[{form}]", or write -o notes.tex and use LaTeX.'
        )


def is_installed(package: str) -> bool:
    """Whether a package can be imported; it isn't imported yet."""
    from importlib.util import find_spec

    return find_spec(package) is not None


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
