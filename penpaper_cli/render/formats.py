"""The formats: a name, where its renderer is (imported only when it is used), and the suffixes that choose it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import ClassVar, NamedTuple, Protocol, TextIO

from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Record


class Format(NamedTuple):
    """A format. `is_document`: it is always a whole document; `holds_sections`: more can be appended to it.

    `with_latex` is the renderer that writes its mathematics in LaTeX. `is_binary`: it isn't text, and only goes into a
    file. `package`: what it needs beyond pp's own dependencies; the extra with the format's name brings it.
    """

    renderer: str
    suffixes: tuple[str, ...] = ()
    is_document: bool = False
    holds_sections: bool = True
    with_latex: str = ""
    is_binary: bool = False
    package: str = ""


FORMATS = {
    "terminal": Format("text.terminal.Terminal"),
    "plain": Format("text.plain.Plain", (".txt",)),
    "markdown": Format("text.markdown.Markdown", (".md",), with_latex="text.markdown_math.MarkdownMath"),
    "latex": Format("latex.document.Latex", (".tex",)),
    "html": Format("html.document.Html", (".html", ".htm"), is_document=True),
    "typst": Format("typst.document.Typst", (".typ",), is_document=True),
    "pdf": Format("typst.pdf.Pdf", (".pdf",), is_document=True, holds_sections=False, is_binary=True, package="typst"),
    "json": Format("json.document.Json", (".json",), holds_sections=False),
    "numpy": Format("scripts.numpy.NumPy", (".py",), holds_sections=False),
    "pytorch": Format("scripts.pytorch.PyTorch", holds_sections=False),
    "tensorflow": Format("scripts.tensorflow.TensorFlow", holds_sections=False),
}


class CanRender(Protocol):
    closing: ClassVar[str]

    def render(self, record: Record) -> Iterator[str] | Iterator[bytes]: ...


def renderer(name: str, figures: Figures, out: TextIO, page: Page) -> CanRender:
    """The renderer of a format, ready to write to `out`."""
    form = FORMATS[name]
    module, kind = (form.with_latex if page.math == "latex" else form.renderer).rsplit(".", 1)
    ready: CanRender = getattr(import_module(f"penpaper_cli.render.{module}"), kind)(figures, out, page)
    return ready


def format_of(name: str, path: str | None, is_terminal: bool) -> str:
    """The format to write: the one asked for, else by the file's suffix, else by where the output goes."""
    if name in FORMATS:
        return name
    if name != "auto":
        raise CannotRead(f'--format "{name}": choose one of auto, {", ".join(FORMATS)}.')
    if path is None:
        return "terminal" if is_terminal else "markdown"
    for known, form in FORMATS.items():
        if form.suffixes and path.lower().endswith(form.suffixes):
            return known
    endings = ", ".join(suffix for form in FORMATS.values() for suffix in form.suffixes)
    raise CannotRead(f'--out "{path}": its ending says no format; end it in {endings}, or name a format with --format.')


def check_installed(form: str, asked: str = "") -> None:
    """Raise CannotRead, which names the format as it was `asked` for, when a package that it needs is missing."""
    from importlib.util import find_spec

    package = FORMATS[form].package
    if package and find_spec(package) is None:
        raise CannotRead(
            f"{asked or f'The format {form}'} needs the package {package}: install it with python -m pip install "
            f'"penpaper-cli[{form}]", or write -o notes.tex and use LaTeX.'
        )
