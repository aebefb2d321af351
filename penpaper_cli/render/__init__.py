"""The formats: a name, the suffixes that choose it, and where its renderer is (imported only when it is used)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Protocol, TextIO

from penpaper_cli.numbers import CannotRead, Figures
from penpaper_cli.solution import Solution

FORMATS = {
    "terminal": ("terminal.Terminal", ()),
    "plain": ("plain.Plain", (".txt",)),
    "markdown": ("markdown.Markdown", (".md",)),
    "json": ("json.Json", (".json",)),
    "numpy": ("numpy.NumPy", (".py",)),
    "pytorch": ("pytorch.PyTorch", ()),
    "tensorflow": ("tensorflow.TensorFlow", ()),
}


class CanRender(Protocol):
    def render(self, solution: Solution) -> Iterator[str]: ...


def renderer(name: str, figures: Figures, out: TextIO) -> CanRender:
    """The renderer of a format, ready to write to `out`."""
    module, kind = FORMATS[name][0].split(".")
    found: CanRender = getattr(import_module(f"penpaper_cli.render.{module}"), kind)(figures, out)
    return found


def format_of(name: str, path: str | None, is_terminal: bool) -> str:
    """The format to write: the one asked for, else by the file's suffix, else by where the output goes."""
    if name in FORMATS:
        return name
    if name != "auto":
        raise CannotRead(f'--format "{name}": choose one of auto, {", ".join(FORMATS)}.')
    if path is None:
        return "terminal" if is_terminal else "markdown"
    for known, (_, suffixes) in FORMATS.items():
        if path.lower().endswith(suffixes) and suffixes:
            return known
    endings = ", ".join(s for _, suffixes in FORMATS.values() for s in suffixes)
    raise CannotRead(f'--out "{path}": its ending says no format; end it in {endings}, or name a format with --format.')
