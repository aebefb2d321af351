"""Lines of Python as a formatter would have them: lists of names and numbers over as few lines as they need."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from penpaper_cli.render.scripts.terms import number_text

WIDTH = 88
"""What formatters keep lines to unless told otherwise."""
INDENT = "    "


def indented(lines: Iterable[str]) -> Iterator[str]:
    """The lines one step to the right."""
    return (INDENT + line if line else line for line in lines)


def listed(names: Sequence[str], before: str = "", after: str = "") -> list[str]:
    """A list of names: on one line where it fits, else with a line for each."""
    line = f"{before}[{', '.join(names)}]{after}"
    fits = len(line) <= WIDTH - 2 * len(INDENT)
    return [line] if fits else [f"{before}[", *(f"{INDENT}{name}," for name in names), f"]{after}"]


def quoted(text: str) -> str:
    """A string literal, in double quotes unless single ones need fewer escapes."""
    if text.count('"') > text.count("'"):
        return repr(text)
    pieces = [repr(piece)[1:-1] for piece in text.split('"')]
    return '"' + '\\"'.join(pieces) + '"'


FILLED = "\0"
"""Marks a line of numbers that a formatter would have put one below the other."""


def nested(values: Any, whole: bool) -> Any:
    """Numbers as texts, nested as they were."""
    if isinstance(values, list):
        return [nested(item, whole) for item in values]
    return str(int(values)) if whole else number_text(values)


def on_one_line(texts: Any) -> str:
    """Nested texts between brackets."""
    return texts if isinstance(texts, str) else f"[{', '.join(map(on_one_line, texts))}]"


def laid_out(texts: list[Any], indent: str) -> Iterator[str]:
    """Nested texts over several lines: whole rows, or rows that are filled."""
    line = f"{indent}{on_one_line(texts)},"
    if len(line) <= WIDTH and len(indent) > len(INDENT):
        yield line
        return
    yield f"{indent}["
    if isinstance(texts[0], str):
        inner = indent + INDENT
        yield from (
            line + FILLED
            for line in textwrap.wrap(
                ", ".join(t.replace(" / ", "/") for t in texts) + ",",
                WIDTH,
                initial_indent=inner,
                subsequent_indent=inner,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
    else:
        for item in texts:
            yield from laid_out(item, indent + INDENT)
    yield f"{indent}],"


def all_whole(texts: Any) -> bool:
    """Whether every number is written as a whole one."""
    return texts.lstrip("-").isdigit() if isinstance(texts, str) else all(map(all_whole, texts))
