"""What every command shares: the options of the view and of the output, and writing the solution where it goes."""

# Annotations are evaluated here where they stand, not as text by Typer: every command would wait for that.

import inspect
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO, get_origin, get_type_hints

import typer

from penpaper_cli.commands.completing import among
from penpaper_cli.commands.writing import SHEET, read_old, say, standard_output, unheard, write
from penpaper_cli.data.files import check_writable, same_file
from penpaper_cli.errors import CannotRead
from penpaper_cli.render.formats import FORMATS, check_installed, format_of
from penpaper_cli.render.page import Page
from penpaper_cli.sentences.common import any_of

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.view import ViewOptions


FORMS = ["auto", *FORMATS]


@dataclass(frozen=True, repr=False, eq=False)
class Target:
    """Where the solution goes, in which format, and on what page; with or without a pager, and notes."""

    form: str
    path: str | None = None
    append: bool = False
    page: Page = field(default_factory=Page)
    pager: bool = False
    quiet: bool = False

    def page_of(self, solution: "Solution") -> Page:
        """The page for this solution. A section that is added has a title, so that it can be found."""
        return replace(self.page, title=self.page.title or solution.title) if self.append else self.page


def read_target(
    sheet: bool,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            autocompletion=among(FORMS),
            help=f"{any_of(FORMS)}; auto is terminal on a screen, and markdown when piped.",
        ),
    ] = "auto",
    out: Annotated[
        str | None, typer.Option("--out", "-o", metavar="FILE", help="Write to FILE; its ending picks the format.")
    ] = None,
    append: Annotated[bool, typer.Option("--append", help="Add a section to FILE instead of replacing it.")] = False,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="A heading above the working.")] = None,
    heading_level: Annotated[
        int | None,
        typer.Option(min=1, max=6, metavar="N", help="The level of the topmost heading, to fit into a document."),
    ] = None,
    standalone: Annotated[
        bool, typer.Option("--standalone", help="A whole LaTeX document instead of a part of one.")
    ] = False,
    math: Annotated[
        Literal["text", "latex"] | None,
        typer.Option(help="latex: Markdown with $$ … $$, as GitHub, Jupyter and pandoc take it. Default: text."),
    ] = None,
    ascii: Annotated[bool, typer.Option("--ascii", help="Write ASCII characters only.")] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colour in a terminal (nor with NO_COLOR set).")
    ] = False,
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Long output in a terminal doesn't go through what PAGER names.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Nothing but errors on standard error: no notes, no progress.")
    ] = False,
) -> Target:
    """Where to write. Raises CannotRead for options that don't fit together, before anything is worked.

    With `sheet`, a file that ends in .csv gets the solution's rows instead of its working.
    """
    path = None if out == "-" else out
    screen = standard_output() if path is None else None
    if sheet and path is not None and path.lower().endswith(".csv") and format == "auto":
        if append:
            raise CannotRead("--append: a CSV of predictions is written anew; leave the option out.")
        check_writable(path, "--out")
        return Target(SHEET, path, quiet=quiet)
    named = "markdown" if math and (format, path) == ("auto", None) else format
    form = format_of(named, path, screen is not None and screen.isatty())
    if math and form != "markdown":
        raise CannotRead(f"--math belongs to markdown: leave it out with {form}, or add --format markdown.")
    if append and path is None:
        raise CannotRead("--append adds to a file: name it with --out, such as --out notes.md.")
    if append and not FORMATS[form].holds_sections:
        raise CannotRead(f"--append: nothing can be added to a file of the format {form}; leave the option out.")
    if FORMATS[form].is_binary and path is None:
        raise CannotRead(f"--format {form} is written to a file: name it with --out, such as --out notes.{form}.")
    if append and path is not None:
        read_old(path)
    if path is not None:
        check_writable(path, "--out")
    check_installed(form, f"-o {path}")
    level = heading_level or (1 if title and not append else 2)
    in_ascii = ascii or (screen is not None and not has_unicode(screen))
    page = Page(title or "", level, standalone or path is not None, math or "text", in_ascii, not no_color)
    return Target(form, path, append, page, not no_pager, quiet)


def has_unicode(out: TextIO) -> bool:
    """Whether the encoding of an output holds the signs that are written; where it doesn't, ASCII is."""
    try:
        "≈·∂ᵀ⎡⠿─".encode(out.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


Detail = Annotated[
    Literal["full", "normal", "summary"],
    typer.Option(help="full: every product with its running total; summary: shapes and results only."),
]


def read_view(
    digits: Annotated[
        int, typer.Option(min=1, max=15, metavar="N", help="Significant digits of rounded numbers, at least.")
    ] = 4,
    fractions: Annotated[
        bool | None, typer.Option("--fractions/--decimals", help="Print fractions, or their decimals.")
    ] = None,
    exact: Annotated[bool | None, typer.Option("--exact/--float", help="Force exact fractions, or float64.")] = None,
    detail: Detail = "normal",
    entry: Annotated[
        list[str] | None, typer.Option(metavar="ROW,COL", help="Work this entry (may be given again).")
    ] = None,
    steps: Annotated[str | None, typer.Option(metavar="N|all", help="How many entries to work.")] = None,
) -> "ViewOptions":
    """The options of the view, as the library's functions take them."""
    return {
        "digits": digits,
        "fractions": fractions,
        "exact": exact,
        "detail": detail,
        "entries": entry or (),
        "steps": steps,
    }


def read_detail(detail: Detail = "normal") -> str:
    """The one option of the view that makes sense where nothing is worked."""
    return detail


READERS: dict[str, Callable[..., Any]] = {"view": read_view, "detail": read_detail}
"""A command's function that has a parameter of this name gets what the reader makes of its own options."""


def command(work: Callable[..., "Solution"], sheet: bool = False, **own: Callable[..., Any]) -> Callable[..., None]:
    """A command: it reads the options of the output and of the view, does its work, and writes the solution.

    Typer reads a command's options off the signature of one function. Here they come from several: `work` has its own,
    `read_target` and a reader have those that many commands share; so the function that is returned is given a
    signature that joins theirs. With `sheet`, -o FILE.csv keeps the solution's rows instead of its working. `own` are
    readers that few commands have, by the parameter of `work` that they read.
    """
    shared = {name: READERS[name] for name in inspect.signature(work).parameters if name in READERS}
    readers = own | shared
    functions: list[Callable[..., Any]] = [work, *own.values(), read_target, *shared.values()]
    options = {function: options_of(function) for function in functions}

    def run(**typed: Any) -> None:
        def call(function: Callable[..., Any], *others: Any, **more: Any) -> Any:
            return function(*others, **{option.name: typed[option.name] for option in options[function]}, **more)

        read = {name: call(reader) for name, reader in readers.items()}
        target: Target = call(read_target, sheet)
        for option in ("save", "plot"):
            if typed.get(option) and target.path and same_file(typed[option], target.path):
                raise CannotRead(f"--out and --{option} name the same file: name one for each.")
        with unheard() if target.quiet else nullcontext():
            solution: Solution = call(work, **read)
            say(solution.notes)
        write(solution.record, target.form, target.page_of(solution), target.path, target.append, target.pager)

    joined = [option for function in options for option in options[function]]
    run.__name__, run.__doc__ = work.__name__, work.__doc__
    run.__dict__["__signature__"] = inspect.Signature(joined)
    run.__annotations__ = {option.name: option.annotation for option in joined}
    return run


@cache
def options_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters of a function that Typer is to fill: those that are annotated with an option or an argument.

    The types of others are often imported for type checkers only: the modules behind them take long to load.
    """
    names = filter(str.isidentifier, filter(lambda hint: isinstance(hint, str), function.__annotations__.values()))
    for_checkers = {name: Any for name in names if name not in function.__globals__}
    hints = get_type_hints(function, localns={**function.__globals__, **for_checkers}, include_extras=True)
    return [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[name])
        for name, parameter in inspect.signature(function).parameters.items()
        if get_origin(hints[name]) is Annotated
    ]
