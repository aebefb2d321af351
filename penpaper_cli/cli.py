"""The command line: builds the Typer app from the families, runs it; an error becomes a sentence and an exit code."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from importlib import import_module
from types import FrameType
from typing import Annotated

import typer

from penpaper_cli import __version__
from penpaper_cli.commands import FAMILIES
from penpaper_cli.commands.manual import TOP, Command, Commands, usage_problem, without_help_command
from penpaper_cli.errors import ClosedPipe, PaperError

SHIELD = r"((?<=[(\[])|(?<=^[\"'])|(?<=[\s(=\[][\"'])) (?=-)"
"""The blank that shielded a leading minus, behind a bracket or a quotation mark that opens."""
INTERRUPTED, CLOSED_PIPE, BUG = 130, 141, 70


def build(args: list[str]) -> typer.Typer:
    """The app with all its commands, or with the one named first, since declaring a command takes time too."""
    app = typer.Typer(
        name="pp",
        cls=Commands,
        help=TOP,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def top(
        version: Annotated[
            bool, typer.Option("--version", "-V", callback=show_version, is_eager=True, help="Print the version.")
        ] = False,
    ) -> None:
        pass

    for family in dict.fromkeys([FAMILIES[args[0]]] if args[:1] and args[0] in FAMILIES else FAMILIES.values()):
        for name, function in import_module(f"penpaper_cli.commands.{family}").COMMANDS.items():
            app.command(name, cls=Command)(function)
    return app


def show_version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        print(f"pp {__version__}")
        raise typer.Exit


def run(args: list[str]) -> int:
    """Run a command line; the exit code.

    0 worked, 1 the mathematics fails, 2 wrong input, 130 interrupted, 141 nobody reads the output any more.
    """
    if sys.stderr is None:  # Closed before pp began; print would take standard output in its place.
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (open until the end)
    interrupts.clear()
    in_json = asks_for_json(args)
    try:
        args = without_help_command(args) or ["--help"]
        code = typer.main.get_command(build(args)).main(args, prog_name="pp", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        # Typer turns Ctrl-C into this number without a word.
        return complain("interrupted.", INTERRUPTED, in_json) if code == INTERRUPTED else int(code or 0)
    except PaperError as error:
        return complain(str(error), error.exit_code, in_json, error.pointer)
    except (KeyboardInterrupt, typer.Abort):
        return complain("interrupted.", INTERRUPTED, in_json)
    except (ClosedPipe, BrokenPipeError, SystemExit) as end:  # Typer exits where its help meets a closed pipe.
        if isinstance(end, SystemExit) and not end.code:  # It also does when a shell's completions are printed.
            return 0
        # What is still buffered can't be written either; without this the interpreter would say so at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except OSError as error:
        return complain(f"the output can't be written ({error.strerror}).", PaperError.exit_code, in_json)
    except Exception as error:
        if interrupts:
            return complain("interrupted.", INTERRUPTED, in_json)
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            return complain(usage_problem(error, args), error.exit_code, in_json)
        return complain(f"this is a bug in pp ({type(error).__name__}: {error}); please report it.", BUG, in_json)


interrupts: list[int] = []
"""The signals of Ctrl-C: a module that is interrupted while it loads may end with quite another error."""


def interrupt(number: int, frame: FrameType | None) -> None:
    """What Ctrl-C does while a command runs."""
    interrupts.append(number)
    raise KeyboardInterrupt


def asks_for_json(args: list[str]) -> bool:
    """Whether -f json was typed; it counts even where the rest of the line can't be read."""
    options = args[: args.index("--")] if "--" in args else args
    return bool(re.search(r"\0(--format[=\0]|-f\0?)json\0", "\0{}\0".format("\0".join(options))))


def complain(sentence: str, code: int, in_json: bool, pointer: str = "") -> int:
    """One sentence on stderr. What the user typed is quoted in it, and must not steer the terminal."""
    sentence = re.sub(SHIELD, "", sentence)
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in sentence)
    line = f"pp: {plain}{pointer}"
    if in_json:
        import json

        place = {"pointer": pointer.removeprefix("\n")} if pointer else {}
        line = json.dumps({"error": {"message": plain, "exit_code": code, **place}}, ensure_ascii=False)
    with contextlib.suppress(OSError):
        if sys.stdout is not None:
            sys.stdout.flush()
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr)
    return code
