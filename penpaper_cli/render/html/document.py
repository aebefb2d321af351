"""HTML: one page that needs nothing else, its mathematics in MathML, its sections to open and close."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Expr, Name, Num
from penpaper_cli.render.base import Renderer
from penpaper_cli.render.html.curve import curve
from penpaper_cli.render.html.mathml import WIDEST, MathML, operator
from penpaper_cli.render.html.origins import cell_origin, grid_name, line_origin
from penpaper_cli.render.html.squares import squares
from penpaper_cli.render.layout import fold, kept, point_pads
from penpaper_cli.render.maths import Maths, inert
from penpaper_cli.render.names import symbol
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Block, Chart, Grid, Heading, Parts, Picture, Record, Sentence, Table, Working

SHORT = 72
"""The characters up to which a worked line is left to flow; a longer one has a row for every sign."""
OPTION = re.compile(r"(?<!\S)--[a-z]+\b")
ROWS_AT_A_TIME = 200
LEFT, FULL_SIZE = ' class="left"', ' displaystyle="true"'
CHARACTERS_ACROSS = {"wider": 96, "wide": 64}
"""From how many characters on a matrix is set smaller on paper, or lets its rows wrap."""


class Html(Renderer):
    """A page that reads well on a screen, on a phone and on paper."""

    maths_class: ClassVar[type[Maths]] = MathML
    closing: ClassVar[str] = "</body>"

    def render(self, record: Record) -> Iterator[str]:
        for piece in super().render(record):
            yield piece.encode("ascii", "xmlcharrefreplace").decode() if self.page.ascii else piece
        if self.page.whole:
            yield "\n</html>\n"

    def opening(self, record: Record) -> Iterable[str]:
        title = escape(inert(self.page.title or record.title))
        style, script = (Path(__file__).with_name(f"page.{kind}").read_text(encoding="ascii") for kind in ("css", "js"))
        yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        yield f'<link rel="icon" href="data:,">\n<title>{title}</title>\n'
        yield f'<style>\n{style}</style>\n<script type="module">\n{script}</script>\n</head>\n<body>\n'
        if not self.page.title and self.page.level == 2:
            yield f"<h1>{title}</h1>\n"

    def body(self, blocks: Iterable[Block]) -> Iterator[str]:
        """A section for every heading below the title, inside the section of the heading above it."""
        opened: list[int] = []
        yield '<article class="working">\n'
        for block in blocks:
            if isinstance(block, Heading):
                while opened and opened[-1] >= block.level:
                    opened.pop()
                    yield "</details>\n"
                opened += [block.level] if block.level > 1 else []
            yield from self.block(block)
        yield "</details>\n" * len(opened) + "</article>\n"

    def words(self, text: str) -> str:
        spaced = escape(re.sub(" {2,}", " \N{EM SPACE}", text))
        return OPTION.sub(r'<span class="whole">\g<0></span>', spaced)

    def inline(self, e: Expr) -> str:
        match e:
            case Name(text) if not symbol(text):
                return escape(inert(text))
            case Num():
                return f'<span class="number">{self.digits(e)}</span>'
        return self.math(self.maths.draw(e))

    def math(self, drawn: str) -> str:
        """Mathematics in pieces, between which a line may be broken: inside MathML no browser breaks one."""
        pieces = (re.sub("^<mo>", '<mo form="infix">', piece) for piece in fold(drawn, self.maths, WIDEST))
        return "<wbr>".join(f"<math{FULL_SIZE if '<mfrac' in piece else ''}>{piece}</math>" for piece in pieces)

    def digits(self, number: Num) -> str:
        """A number among words or in a column."""
        figures = self.maths.figures
        return (figures.decimal if number.as_decimal else figures.text)(number.value).replace("-", "−")

    def caption(self, parts: Parts) -> str:
        ends = isinstance(parts[-1], str) and parts[-1].endswith(".")
        return self.text(parts) + ("" if ends else ":")

    def heading(self, block: Heading) -> Iterable[str]:
        tag = f"h{self.depth(block)}"
        head = f"<{tag}>{self.text(block.parts)}</{tag}>"
        yield f"<details open>\n<summary>{head}</summary>\n" if block.level > 1 else f"{head}\n"

    def sentence(self, block: Sentence) -> Iterable[str]:
        yield f"<p>{self.text(block.parts)}</p>\n"

    def working(self, block: Working) -> Iterable[str]:
        first, *later = map(self.maths.draw, block.sides)
        signed = [operator(sign) + side for sign, side in zip(block.relations, later, strict=True)]
        lengths = [self.maths.length(side) for side in (first, *signed)]
        kind = " flows" if sum(lengths) <= SHORT else " tall" if lengths[0] > WIDEST // 2 else ""
        caption = f'<p class="caption">{self.caption(block.caption)}</p>\n' if block.caption else ""
        sides = " ".join(f'<span class="side">{self.math(side)}</span>' for side in signed)
        line = f'<span class="left">{self.math(first)}</span> <span class="right">{sides}</span>'
        yield f'<div class="line{kind}"{line_origin(block)}>\n{caption}<p>{line}</p>\n</div>\n'

    def grid(self, block: Grid) -> Iterable[str]:
        rows = [None if row is None else [None if n is None else self.cell(n) for n in row] for row in block.rows]
        wide = max(len(row) for row in block.rows if row)
        columns = [self.pads([row[j] if row else None for row in rows]) for j in range(wide)]
        breadth = sum(2 + max(len(row[j] or "") for row in rows if row) for j in range(wide))
        kind = next((f" {kind}" for kind, limit in CHARACTERS_ACROSS.items() if breadth > limit), "")
        name = self.maths.draw(block.name) + operator(block.relation)
        yield f'<div class="grid{kind}">\n<p>{self.math(name)}</p>\n<table{grid_name(block)}>\n'
        if block.columns:
            yield self._head([self.words(inert(name)) for name in block.columns], "r" * wide)
        yield "<tbody>\n"
        places = kept(wide, block.shape[-1])
        for i, down in enumerate(kept(len(rows), block.shape[0])):
            row = rows[i] or ["⋮"] * wide
            marks = [cell_origin(block, i, j, (down, across)) + columns[j][i] for j, across in enumerate(places)]
            cells = (f"<td{mark}>{cell or '…'}</td>" for mark, cell in zip(marks, row, strict=True))
            yield f"<tr>{''.join(cells)}</tr>\n"
        yield "</tbody>\n</table>\n</div>\n"

    def cell(self, e: Expr) -> str:
        return self.digits(e) if isinstance(e, Num) else self.inline(e)

    def pads(self, column: list[str | None]) -> list[str]:
        """What each number of a column lacks on the right, so that decimal points stand in one line."""
        texts = [(text or "").replace("−", "-") for text in column]
        return [
            "" if not pad else f' data-pad="{"0" * pad if "." in text else "." + "0" * (pad - 1)}"'
            for text, pad in zip(texts, point_pads(texts), strict=True)
        ]

    def _head(self, names: list[str], align: str) -> str:
        sides = (LEFT if side == "l" else "" for side in align)
        cells = "".join(f'<th scope="col"{side}>{name}</th>' for name, side in zip(names, sides, strict=True))
        return f"<thead>\n<tr>{cells}</tr>\n</thead>\n"

    def table(self, block: Table) -> Iterable[str]:
        head = self._head(list(map(self.text, block.head)), block.align)
        yield f'<div class="table">\n<table>\n{head}<tbody>\n'
        rows, wide = iter(block.rows), len(block.head)
        while batch := list(itertools.islice(rows, ROWS_AT_A_TIME)):
            cells = [[self.part(parts) for parts in row] if len(row) == wide else None for row in batch]
            pads = [self.pads([row[j] if row else None for row in cells]) for j in range(wide)]
            for k, row in enumerate(cells):
                if row is None:
                    yield f'<tr><td colspan="{wide}" class="rest">{self.text(batch[k][0])}</td></tr>\n'
                else:
                    yield f"<tr>{''.join(self._cells(row, [pad[k] for pad in pads], block.align))}</tr>\n"
        yield "</tbody>\n</table>\n</div>\n"

    def part(self, parts: Parts) -> str:
        """A cell of a table: a number by itself, or words and mathematics."""
        return self.digits(parts[0]) if len(parts) == 1 and isinstance(parts[0], Num) else self.text(parts)

    def _cells(self, row: list[str], pads: list[str], align: str) -> Iterator[str]:
        """The cells of a row; the first says what the row is about."""
        for j, (cell, pad, side) in enumerate(zip(row, pads, align, strict=True)):
            tag = "td" if j else 'th scope="row"'
            yield f"<{tag}{LEFT if side == 'l' else ''}{pad}>{cell}</{tag[:2]}>"

    def chart(self, block: Chart) -> Iterable[str]:
        yield from curve(block, self.maths.figures)

    def picture(self, block: Picture) -> Iterable[str]:
        return squares(block, self.maths.figures)


ALONE = """.penpaper.penpaper.penpaper {
h1, h2, h3, h4, h5, h6, p, table, thead, tbody, tr, th, td, details, summary { all: revert; }
"""
"""What keeps the style of the page around out of a fragment: named three times, it weighs more than any there."""


def fragment(record: Record) -> str:
    """The working for a page of someone else's, such as a notebook: its style is nested, so that it stays inside."""
    style = Path(__file__).with_name("page.css").read_text(encoding="ascii")
    nested = re.sub(r"^( *)(?:html|body|:root)(?= \{)", r"\1&", style, flags=re.MULTILINE)
    body = "".join(Html(record.figures, io.StringIO(), Page()).render(record))
    return f'<style>\n{ALONE}{nested}padding: .1rem 1rem; }}\n</style>\n<div class="penpaper">\n{body}</div>\n'
