"""PDF: the Typst document, compiled. It needs the package typst, which brings its own fonts and reads nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, TextIO

from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.page import Page
from penpaper_cli.render.typst.document import Typst
from penpaper_cli.solution.blocks import Record


class Pdf:
    """One document, written whole or not at all; the same solution gives the same bytes."""

    closing: ClassVar[str] = ""

    def __init__(self, figures: Figures, out: TextIO, page: Page) -> None:
        self.drawn = Typst(figures, out, page)

    def render(self, record: Record) -> Iterator[bytes]:
        """The whole document as one piece."""
        import typst

        yield typst.compile("".join(self.drawn.render(record)).encode(), format="pdf")
