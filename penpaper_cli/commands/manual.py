"""What pp says of itself: help that begins with examples, and a sentence with one for a line that can't be read.

A command's docstring holds it all, in paragraphs: a summary in one line, more where that says too little, examples
under a line that ends in a colon, and which page tells the rest.
"""

from __future__ import annotations

import difflib
import inspect
import os
import re
import sys
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from penpaper_cli.sentences.common import any_of, listed

NEGATIVE = re.compile(r"-(?=[\d.(]|inf\b|nan\b|[^\W\d]\w*\s*([-+*/^@·∘(\[;]|\.T\b))", re.IGNORECASE)
BOUNDS = r"(?P<least>\d+)<=x<=(?P<most>\d+)|x>=(?P<from>\d+)"
"""How the framework writes the bounds of a number; compiled for help only."""
LONGEST = 40
TOP = """Works the mathematics of machine learning step by step, the way a careful student does on paper.

Write each matrix in quotation marks, or name a file:
  pp dot "1 2 3" "4 5 6"
  pp matmul "1 2; 3 4" "5 6; 7 8" --cores 4
  pp matmul A.csv B.csv >> notes.md
  pp train samples/houses.csv --target price

pp help COMMAND tells of one command. Read more: README.md
"""


class Manual(NamedTuple):
    """A command's docstring in its parts: summary, what else it says, a line above the examples, and where more is."""

    summary: str
    more: list[str]
    lead: str
    examples: list[str]
    page: str

    @property
    def advice(self) -> str:
        """How to write it, with the first example: the end of a sentence about a line that can't be read."""
        return f"{self.lead[:1].lower()}{self.lead[1:]} {self.examples[0]}" if self.examples else "see pp --help"


def manual(text: str | None) -> Manual:
    """The parts of a docstring."""
    summary, *others = inspect.cleandoc(text or "").split("\n\n")
    lead, page, examples, more = "", "", [], []
    for paragraph in others:
        first, *lines = paragraph.splitlines()
        if first.endswith(":") and lines:
            lead, examples = first, [line.strip() for line in lines]
        elif "Read more:" in first:
            page = paragraph
        else:
            more.append(paragraph)
    return Manual(" ".join(summary.split()), more, lead, examples, page)


def _in_words(bounds: re.Match[str]) -> str:
    """Bounds of a number as a reader says them: 1 to 15 for 1<=x<=15."""
    least, most = bounds["least"] or bounds["from"], bounds["most"]
    return f"{least} to {most}" if most else f"from {least}"


class HasManual:
    """A command whose help begins with its examples, and whose summary is never cut."""

    help: str | None

    def get_help(self: Any, ctx: Any) -> str:
        formatter = ctx.make_formatter()
        self.format_help(ctx, formatter)
        text: str = formatter.getvalue().rstrip("\n")
        if "PAGER" in os.environ and sys.stdout is not None and sys.stdout.isatty():
            from penpaper_cli.commands.paging import to_terminal

            to_terminal([f"{text}\n"], sys.stdout)
            raise typer.Exit  # Whoever asked would print it once more.
        return text

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        told = manual(self.help)
        formatter.write("\n".join([told.lead, *(f"  {example}" for example in told.examples), "", ""]))
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)))

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        told = manual(self.help)
        with formatter.indentation():
            for paragraph in (told.summary, *told.more):
                formatter.write_paragraph()
                formatter.write_text(paragraph)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        formatter.buffer = [re.sub(BOUNDS, _in_words, piece) for piece in formatter.buffer]
        formatter.write_paragraph()
        formatter.write_text(manual(self.help).page)

    def get_short_help_str(self, limit: int = 0) -> str:
        return manual(self.help).summary


class Command(HasManual, TyperCommand):
    """A command to which -1e3 and -x^2 are no options: a blank in front shields them, and readers strip it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [" " + arg if NEGATIVE.match(arg) else arg for arg in args])


class Commands(HasManual, TyperGroup):
    """All commands."""


def without_help_command(args: list[str]) -> list[str]:
    """`pp help train` as `pp train --help`."""
    return [*args[1:2], "--help"] if args[:1] == ["help"] else args


def usage_problem(error: Any, args: list[str]) -> str:
    """The sentence for an error of the framework about these arguments: what is wrong, and how the command is written.

    Not every error knows its command; then it is the first argument.
    """
    context = getattr(error, "ctx", None)
    command = context.command_path if context else " ".join(["pp", *args[:1]])
    problem = _problem(error, command, context)
    if problem.endswith(("?", ".")):
        return problem
    return f"{problem}; {manual(context.command.help).advice if context else f'see {command} --help'}."


def _problem(error: Any, command: str, context: Any) -> str:
    """What is wrong: a sentence of its own, or one that goes on with how the command is written."""
    message = str(error.message)
    parameter: Any = getattr(error, "param", None)
    name = "/".join(parameter.opts) if parameter and parameter.param_type_name == "option" else ""
    match type(error).__name__:
        case "MissingParameter" if parameter:
            return f"{command.removeprefix('pp ')} needs {name or parameter.human_readable_name}"
        case "NoSuchOption":
            close = difflib.get_close_matches(error.option_name, error.possibilities or ())
            meant = f"did you mean {any_of(close)}?" if close else f"{command} --help lists those that there are."
            return f"There is no option {error.option_name}: {meant}"
        case "BadParameter" if parameter:
            return f"{name or parameter.human_readable_name} {_refused(message, parameter)}"
        case "BadOptionUsage" if "requires" in message:
            return f"{error.option_name} needs a value behind it: {command} --help says which."
        case "BadOptionUsage":
            return f"{error.option_name} takes no value: write it by itself."
    left_over = re.search(r"unexpected extra argument\(s\) \((.*)\)", message, re.DOTALL)
    if left_over and context:
        wanted = [p.human_readable_name for p in context.command.params if p.param_type_name == "argument"]
        takes = f"takes {listed(wanted)}" if wanted else "takes no arguments"
        rest = left_over[1] if len(left_over[1]) <= LONGEST else f"{left_over[1][:LONGEST]}…"
        return f"{command.removeprefix('pp ')} {takes}, and there is more: {rest}"
    if no_command := re.match(r"No such command '(.*?)'\.?(?: Did you mean (.*)\?)?", message, re.DOTALL):
        close = [word.strip("' ") for word in (no_command[2] or "").split(",") if word]
        meant = f"did you mean pp {any_of(close)}?" if close else "pp help lists those that there are."
        return f'There is no command "{no_command[1]}": {meant}'
    return message


def _refused(message: str, parameter: Any) -> str:
    """What is wrong with a value, and which are right."""
    typed = re.match(r"'?(.*?)'? is not ", message, re.DOTALL)
    value = f'"{typed[1]}"' if typed else ""
    choices = getattr(parameter.type, "choices", None)
    if choices:
        return f"{value}: choose one of {any_of([str(choice) for choice in choices])}."
    least, most = getattr(parameter.type, "min", None), getattr(parameter.type, "max", None)
    bounds = f" from {least:,} to {most:,}" if None not in (least, most) else f" from {least:,} up" if least else ""
    number = "whole number" if parameter.type.name.startswith("int") else "number"
    return f"{value}: give a {number}{bounds}."
