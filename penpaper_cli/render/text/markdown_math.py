"""Markdown with its mathematics in LaTeX: $$ … $$ for GitHub, Obsidian, Jupyter and pandoc.

Those that read Markdown first take a backslash before punctuation, a pair of underscores, or a bar in a table for
markup, also within dollars. So no such thing is written there, and a name that can't be without stands in code, as in
Markdown without LaTeX. Rows end in a backslash pair at the end of a line, the only place where GitHub leaves it alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.latex.layout import RELATIONS, aligned_rows, displays, matrices
from penpaper_cli.render.latex.notation import Latex, RunningLatex, symbol
from penpaper_cli.render.page import Page
from penpaper_cli.render.text.markdown import Markdown
from penpaper_cli.solution.blocks import Grid, Working

HARMLESS = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ0-9](?:[A-Za-zÀ-ÖØ-öø-ɏ0-9 ,()=+/'-]*[A-Za-zÀ-ÖØ-öø-ɏ0-9)])?")
"""A name in which neither Markdown nor LaTeX sees more than letters."""
OPENS_EMPHASIS = re.compile(r"(?<=[^\w\s])_(?=\{)")
"""An underscore behind a bracket; with a blank behind it, Markdown takes it for nothing else."""
MOST_ROWS = 30
"""Rows of a matrix between brackets; a longer one is a table."""


class MarkdownMath(Markdown):
    """GitHub-flavoured Markdown; worked lines and matrices are displayed mathematics."""

    def __init__(self, figures: Figures, out: TextIO, page: Page) -> None:
        super().__init__(figures, out, page)
        self.displayed, self.running = Latex(figures), RunningLatex(figures)

    def workings(self, blocks: Iterable[Working]) -> Iterator[str]:
        for harmless, group in itertools.groupby(blocks, self.is_harmless):
            if harmless:
                rows = ((self.text(b.caption), list(map(tame, aligned_rows(b, self.displayed)))) for b in group)
                yield from displays(rows, "$$\n\\begin{aligned}\n", "\n\\end{aligned}\n$$\n\n", self.above)
            else:
                yield from super().workings(group)

    def is_harmless(self, block: Working) -> bool:
        return all(map(harmless, block.sides))

    def above(self, caption: str) -> str:
        return f"{caption}\n\n" if caption.endswith(".") else f"{caption}:\n\n"

    def inline(self, e: Expr) -> str:
        if isinstance(e, Num) or not harmless(e) or (isinstance(e, Name) and not symbol(e.text)):
            return super().inline(e)
        return f"${tame(self.running.draw(e))}$"

    def grid(self, block: Grid) -> Iterable[str]:
        if block.columns or len(block.rows) > MOST_ROWS or not harmless(block.name):
            return super().grid(block)
        return (f"$$\n{tame(drawn)}\n$$\n\n" for drawn in matrices(block, self.displayed))

    def corner(self, block: Grid) -> str:
        if not harmless(block.name):
            return super().corner(block)
        return f"${tame(self.running.draw(block.name))} {RELATIONS[block.relation]}$"


def harmless(e: Expr) -> bool:
    """Whether each name in it can stand in mathematics."""
    match e:
        case Name(text):
            return bool(symbol(text) or HARMLESS.fullmatch(text))
        case Entry(of, _):
            return harmless(of)
        case Apply(_, args):
            return all(map(harmless, args))
    return True


def tame(tex: str) -> str:
    """The same mathematics, in which Markdown sees no emphasis."""
    return OPENS_EMPHASIS.sub("_ ", tex)
