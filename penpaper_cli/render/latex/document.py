"""LaTeX: a part to put into a document, or a document of its own. It needs amsmath, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, NamedTuple, TextIO

from penpaper_cli.expressions.arithmetic import Expr, Name, Num
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.base import Renderer
from penpaper_cli.render.drawn import Drawn
from penpaper_cli.render.latex.layout import aligned_rows, displays, evenly, matrices, pointed
from penpaper_cli.render.latex.notation import Latex as Notation
from penpaper_cli.render.latex.notation import RunningLatex, symbol
from penpaper_cli.render.latex.picture import picture
from penpaper_cli.render.latex.squares import squares
from penpaper_cli.render.latex.words import words
from penpaper_cli.render.layout import column_marks, row_marks
from penpaper_cli.render.maths import Maths, inert
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Chart, Grid, Heading, Parts, Picture, Record, Sentence, Table, Working

OPENING = r"""\documentclass{article}
\usepackage{amsmath}
\allowdisplaybreaks
\setlength{\jot}{5pt}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt plus 2pt minus 1pt}
\raggedbottom
\begin{document}
\raggedright
"""
SECTIONS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph", "subparagraph")
ROWS = 40
"""Rows of a table that stand on one page."""
LINE = 64
"""What fits into a line, in digits, less a little."""
GAP = 2.5
"""The room between two columns of a table, in digits."""
LONG, PARAGRAPH = 30, 20
"""Words in a table that are wider than the first are set as a paragraph as wide as the second."""
USUAL_COLUMNS = 10
"""Columns of a matrix for which amsmath needs no counter set."""


class Latex(Renderer):
    """Text with displayed mathematics, for pdflatex and whatever else reads LaTeX."""

    maths_class: ClassVar[type[Maths]] = Notation
    maths: Notation
    closing: ClassVar[str] = "\\end{document}\n"

    def __init__(self, figures: Figures, out: TextIO, page: Page) -> None:
        super().__init__(figures, out, page)
        self.running = RunningLatex(figures)

    def render(self, record: Record) -> Iterator[str]:
        # Each paragraph begins with an empty line, and none ends with one: that would set a display apart from it.
        pieces = super().render(record)
        yield next(pieces).lstrip()
        yield from pieces

    def opening(self, record: Record) -> Iterable[str]:
        yield OPENING
        if not self.page.title and record.title:
            yield f"\\section*{{{self.words(inert(record.title))}}}\n"

    def words(self, text: str) -> str:
        return words(text)

    def inline(self, e: Expr) -> str:
        return self.within_words(e, self.running.draw(e))

    def within_words(self, e: Expr, drawn: str) -> str:
        """Mathematics among words; a name that is a word is one of them."""
        return words(inert(e.text)) if isinstance(e, Name) and not symbol(e.text) else f"${drawn}$"

    def heading(self, block: Heading) -> Iterable[str]:
        section = SECTIONS[self.depth(block) - 1]
        # The lowest headings would run into the text; what follows is to stand below.
        below = r"\leavevmode\par" if section.endswith("paragraph") else ""
        yield f"\n\\{section}*{{\\boldmath {self.text(block.parts)}}}{below}\n"

    def sentence(self, block: Sentence) -> Iterable[str]:
        yield f"\n{self.text(block.parts)}\n"

    def working(self, block: Working) -> Iterable[str]:
        return self.workings([block])

    def workings(self, blocks: Iterable[Working]) -> Iterator[str]:
        """Worked lines that follow each other, their signs under each other."""
        rows = ((self.text(block.caption), aligned_rows(block, self.maths)) for block in blocks)
        return displays(rows, "\\begin{align*}\n", "\n\\end{align*}\n", self.above)

    def above(self, caption: str) -> str:
        return f"\n{caption}\n" if caption.endswith(".") else f"\n{caption}:\n"

    def grid(self, block: Grid) -> Iterable[str]:
        if block.columns or len(block.rows) > ROWS:
            return self.table(self.as_table(block))
        return (self.matrix(drawn) for drawn in matrices(block, self.maths))

    def matrix(self, drawn: str) -> str:
        columns = drawn.split("\n")[1 if "\n" in drawn else 0].count("&") + 1
        counter = f"\\setcounter{{MaxMatrixCols}}{{{columns}}}\n" if columns > USUAL_COLUMNS else ""
        return f"{counter}\\[\n{drawn}\n\\]\n"

    def as_table(self, block: Grid) -> Table:
        """A matrix whose columns have names, or one too long for a page, with its rows numbered."""
        wide = max(len(row) for row in block.rows if row is not None)
        head: list[Parts] = [(name,) for name in block.columns or column_marks(block, self.maths)]
        rows = [
            [("⋮",)] * wide if row is None else [("…" if cell is None else cell,) for cell in row] for row in block.rows
        ]
        marked = ((((mark,), *row)) for mark, row in zip(row_marks(block, self.maths), rows, strict=True))
        return Table(((block.name, f" {block.relation}"), *head), marked, "r" * (wide + 1))

    def table(self, block: Table) -> Iterable[str]:
        part: list[tuple[Cell, ...]] = []
        lines = 0
        for row in (tuple(map(self.cell, parts)) for parts in block.rows):
            lines += self.lines(row)
            if part and lines > ROWS:
                yield from self.tabulars(block, part)
                part, lines = [], self.lines(row)
            part.append(row)
        yield from self.tabulars(block, part)

    def lines(self, row: tuple[Cell, ...]) -> int:
        """How many lines a row of a table takes, more or less, where its cells are set as paragraphs."""
        longest = max(cell.width for cell in row)
        return int(longest / PARAGRAPH) + 1 if longest > LONG else 1

    def tabulars(self, block: Table, rows: list[tuple[Cell, ...]]) -> Iterator[str]:
        """Some rows of a table under its head; what is too wide is parted by columns, and the first one repeated."""
        count = len(block.head)
        full = [row for row in rows if len(row) == count]
        head = tuple(map(self.cell, block.head))
        columns = [self.column(side, [row[k] for row in (head, *full)]) for k, side in enumerate(block.align)]
        first, *others = [column.width for column in columns]
        for part in evenly(others, LINE - first - GAP, GAP) or [slice(0)]:
            shown = [columns[0], *columns[1:][part]]
            lines = iter(zip(*(column.cells for column in shown), strict=True))
            # A paragraph that is set ragged takes \\ for itself.
            end = "\\tabularnewline" if any(column.side.startswith("p") for column in shown) else "\\\\"
            yield "\n\\begin{center}\n\\begin{tabular}{" + "".join(column.side for column in shown) + "}\n"
            yield f"{' & '.join(next(lines))} {end}\n\\hline\n\\rule{{0pt}}{{2.6ex}}"
            for row in rows:
                drawn = " & ".join(next(lines)) if len(row) == count else self.note(row[0], len(shown))
                yield f"{drawn} {end}\n"
            yield "\\end{tabular}\n\\end{center}\n"

    def note(self, cell: Cell, count: int) -> str:
        """A row that says what was left out."""
        return f"\\multicolumn{{{count}}}{{l}}{{{self.words('⋮')} {cell.text}}}"

    def column(self, side: str, cells: list[Cell]) -> Column:
        """A column of a table, its head first: how wide it is, and its cells, long words set as a paragraph."""
        width = max(cell.width for cell in cells)
        drawn = [cell.text for cell in cells]
        if side == "l" and width > LONG:
            return Column(f"p{{{PARAGRAPH / LINE:.2f}\\linewidth}}", PARAGRAPH, [f"\\raggedright {c}" for c in drawn])
        if side == "r":
            padded = pointed([cell.number for cell in cells], both=False)
            drawn = [f"${new}$" if new else old for old, new in zip(drawn, padded, strict=True)]
        return Column(side, width, drawn)

    def cell(self, parts: Parts) -> Cell:
        """A cell, drawn once."""
        texts, width, number = [], 0, Drawn()
        for part in parts:
            if isinstance(part, str):
                texts.append(self.words(inert(part)))
                width += len(part)
                continue
            drawn = self.running.draw(part)
            texts.append(self.within_words(part, drawn))
            width += self.maths.length(drawn)
            number = drawn if isinstance(part, Num) and len(parts) == 1 else number
        return Cell("".join(texts), width, number)

    def chart(self, block: Chart) -> Iterable[str]:
        return picture(block, self.text, self.maths)

    def picture(self, block: Picture) -> Iterable[str]:
        return squares(block, self.maths)


class Cell(NamedTuple):
    """A cell of a table: its text, how wide that comes out in digits, and what is drawn of it where it is a number."""

    text: str
    width: int
    number: Drawn


class Column(NamedTuple):
    """A column of a table: how LaTeX aligns it, how wide it is in digits, and its cells."""

    side: str
    width: float
    cells: list[str]
