"""Typst: a document that compiles as it stands, or a section of one. No text in it is ever read as markup or code."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from penpaper_cli.expressions.arithmetic import Expr, Name, Num
from penpaper_cli.render.base import Renderer
from penpaper_cli.render.drawn import Drawn, piece
from penpaper_cli.render.layout import point_pads, side_by_side, spans
from penpaper_cli.render.maths import Maths, inert
from penpaper_cli.render.text.notation import Text
from penpaper_cli.render.typst.chart import chart_source
from penpaper_cli.render.typst.matrix import TALLEST, cells, lettered, matrix
from penpaper_cli.render.typst.notation import BESIDE, RELATIONS, TypstMaths, closed, plain, string
from penpaper_cli.render.typst.picture import picture_source
from penpaper_cli.solution.blocks import Block, Chart, Grid, Heading, Parts, Picture, Record, Sentence, Table, Working

LINE = 80
"""How many digits go on a line, of A4 with Typst's own margins and letters of 11 points, less a little to spare."""
ROWS_AT_A_TIME = 200
MARKUP = re.compile(r"""_|[^\w\s,;:!?()%&|'’.]|(?<![^\W\d_])'|'(?![^\W\d_])|\.(?=\.)|(?<=\d)\.(?=\s|$)""")
"""What Typst could read as markup, and quotation marks that it would turn; an apostrophe is left to it."""
SIGN = re.compile(r"(?<!\w)(?:[Α-Ωα-ω]\d?|ŷ)(?!\w)")
"""A letter of mathematics in a sentence."""
OPTION = re.compile(r"(?<!\S)(?:\\-){1,2}[a-z]+(?=[\s,:]|$)")
"""An option of the command line, which is not to be broken after its hyphens."""
POWER_OF_TEN = re.compile(r"(?P<places>\.\d+)?e[+-]?(?P<power>\d+)$")
LEFT_OUT = {"…": piece("dots.h", 2.0), "⋮": piece("dots.v", 1.0)}
MOST_LINES = 10
"""A worked line of more lines than this may go on on the next page."""
PREAMBLE = """\
#set document(title: {title}, date: none)
#set page(footer: context if counter(page).final().first() > 1 {{ align(center, counter(page).display()) }})
#set text(font: "New Computer Modern", size: 11pt, lang: "en", ligatures: false)
#set par(justify: true)
#show table: set par(justify: false)
#show heading: set block(above: 20pt, below: 12pt)
#show math.equation.where(block: true): it => layout(size => {{
  let fit = calc.min(1, size.width / calc.max(1pt, measure(it).width))
  align(left, if fit < 1 {{ scale(fit * 100%, reflow: true, it) }} else {{ it }})
}})
#show regex("\\\\S{{40,}}"): it => it.text.clusters().join(sym.zws)

"""


class Typst(Renderer):
    """Equations aligned at their signs, matrices on their points, tables with thin rules, a drawn chart."""

    maths_class: ClassVar[type[Maths]] = TypstMaths
    maths: TypstMaths

    def opening(self, record: Record) -> Iterable[str]:
        yield PREAMBLE.format(title=string(inert(self.page.title or record.title)))
        if not self.page.title and self.page.level == 2:
            yield f"= {self.words(inert(record.title))}\n\n"

    def body(self, blocks: Iterable[Block]) -> Iterator[str]:
        for text in super().body(blocks):
            yield re.sub(r"[^\x00-\x7f]", lambda c: f"\\u{{{ord(c[0]):x}}}", text) if self.page.ascii else text

    def words(self, text: str) -> str:
        if len(text) > 1 and text.isspace():
            return " #h(1.5em) "
        marked = MARKUP.sub(r"\\\g<0>", text.replace("\n", " "))
        marked = SIGN.sub(lambda sign: f"${self.maths.letter(sign[0])}$", marked)
        return OPTION.sub(r"#box[\g<0>]", marked)

    def inline(self, e: Expr) -> str:
        drawn = self.maths.draw(e)
        return self.words(inert(e.text)) if isinstance(e, Name) and drawn.startswith('"') else f"${drawn}$"

    def caption(self, parts: Parts) -> str:
        text = self.text(parts)
        return text if text.endswith(".") else f"{text}:"

    def heading(self, block: Heading) -> Iterable[str]:
        parts = (re.sub(r"^\$(.*frac\(.*)\$$", r"$display(\1)$", self.text((part,))) for part in block.parts)
        yield f"{'=' * self.depth(block)} {''.join(parts)}\n\n"

    def sentence(self, block: Sentence) -> Iterable[str]:
        yield f"{self.text(block.parts)}\n\n"

    def working(self, block: Working) -> Iterable[str]:
        if block.caption:
            yield f"#block(sticky: true, below: 0.8em)[#text(0.9em)[{self.caption(block.caption)}]]\n"
        statement = self.statement(block)
        if statement.count("\n") > MOST_LINES:
            yield f"#[#show math.equation: set block(breakable: true)\n$ {statement} $]\n\n"
        else:
            yield f"$ {statement} $\n\n"

    def statement(self, block: Working) -> str:
        """A worked line: whole where it fits; else a line per side, its sign under the one above."""
        maths = self.maths
        first, *later = map(maths.draw, block.sides)
        signs = [RELATIONS[sign] + BESIDE for sign in block.relations]
        whole = BESIDE.join([first, *(sign + side for sign, side in zip(signs, later, strict=True))])
        if maths.length(whole) <= LINE:
            return whole
        hangs = maths.length(first) <= LINE // 3
        head = (
            f"{first} &"
            if hangs
            else " \\\n  quad ".join(closed(first, spans(first, maths, LINE, 4))) + " \\\n  quad &"
        )
        room = LINE - 3 - (maths.length(first) if hangs else 2)
        sides = (
            str(sign) + ' \\\n  & quad "" '.join(closed(side, spans(side, maths, room, 2)))
            for sign, side in zip(signs, later, strict=True)
        )
        return head + " \\\n  &".join(sides)

    def pointed(self, column: Sequence[Expr | None]) -> list[Drawn]:
        """A column of numbers with hidden digits behind them, so that their points stand in one line."""
        text = Text(self.maths.figures)
        texts = ["" if e is None else POWER_OF_TEN.sub(_as_digits, text.draw(e)) for e in column]
        found = []
        for e, number, lacks in zip(column, texts, point_pads(texts), strict=True):
            hidden = ("" if "." in number else ".") + "0" * lacks
            pad = piece(f" #hide[${hidden[:lacks]}$]", plain(hidden[:lacks]).width) if lacks else Drawn()
            found.append(LEFT_OUT["…"] if e is None else self.maths.draw(e) + pad)
        return found

    def grid(self, block: Grid) -> Iterable[str]:
        rows = [row for row in block.rows if row is not None]
        columns = [self.pointed(column) for column in zip(*rows, strict=True)]
        for k, row in enumerate(block.rows):
            if row is None:
                for column in columns:
                    column.insert(k, LEFT_OUT["⋮"])
        named = bool(block.columns)
        sizes = [max(cell.width for cell in column) + 2 for column in columns]
        if named:
            sizes = [max(size, len(name) + 2) for size, name in zip(sizes, block.columns, strict=True)]
        name = self.maths.draw(block.name) + BESIDE + RELATIONS[block.relation]
        parts = [columns[part] for part in side_by_side(sizes, LINE - self.maths.length(name) - 2)]
        ends = [(part is parts[0], part is parts[-1]) for part in parts]
        if not named and len(block.rows) <= TALLEST:
            whole = " \\\n  &".join(map(matrix, parts, ends))
            yield f"$ {name} {'&' if len(parts) > 1 else ''}{whole} $\n\n"
            return
        names = iter([self.words(inert(name)) for name in block.columns])
        for part, end in zip(parts, ends, strict=True):
            head = name if end[0] else f"#hide[${name}$]"
            yield lettered(head, list(itertools.islice(names, len(part))), part, end)

    def table(self, block: Table) -> Iterable[str]:
        rows = iter(block.rows)
        batch = list(itertools.islice(rows, ROWS_AT_A_TIME))
        head = [self.text(parts) for parts in block.head]
        room = min(1, max(0.5, LINE / self.needed(block, batch)))
        sides = ", ".join("left" if side == "l" else "right" for side in block.align)
        yield (
            f"#block[#set text({room:.2g}em)\n#table(\n  columns: {len(head)}, align: ({sides},), stroke: none,\n"
            "  inset: (x: 0.7em, y: 0.4em),\n"
            f"  table.header(table.hline(stroke: 0.8pt), {cells(head)}table.hline(stroke: 0.4pt)),\n"
        )
        while batch:
            yield from self.rows(batch, block.align)
            batch = list(itertools.islice(rows, ROWS_AT_A_TIME))
        yield "  table.hline(stroke: 0.8pt),\n)]\n\n"

    def needed(self, block: Table, batch: Sequence[tuple[Parts, ...]]) -> int:
        """How wide a table is at least: words are broken into lines, numbers are not."""
        total = 0
        for j, name in enumerate(block.head):
            column = [name, *(row[j] for row in batch if len(row) == len(block.head))]
            sizes = [self.width(parts) for parts in column if parts and isinstance(parts[0], Expr)]
            words = [len(word) for part in name if isinstance(part, str) for word in part.split()]
            total += max([*sizes, *words, 1]) + 2
        return total

    def width(self, parts: Parts) -> int:
        """How wide words and mathematics are on one line."""
        return sum(len(part) if isinstance(part, str) else self.maths.length(self.maths.draw(part)) for part in parts)

    def rows(self, batch: Sequence[tuple[Parts, ...]], align: str) -> Iterator[str]:
        """Some rows of a table, the numbers of each column on their points."""
        whole = [row for row in batch if len(row) == len(align)]
        columns = []
        for column, side in zip(zip(*whole, strict=True), align, strict=False):
            numeric = side == "r" and all(len(parts) == 1 and isinstance(parts[0], Num) for parts in column)
            columns.append(
                [f"${drawn}$" for drawn in self.pointed([parts[0] for parts in column])]
                if numeric
                else [self.text(parts) for parts in column]
            )
        drawn = iter(zip(*columns, strict=True))
        for row in batch:
            if len(row) == len(align):
                yield f"  {cells(next(drawn))}\n"
            else:
                yield f"  table.cell(colspan: {len(align)}, align: center)[⋮ {self.text(row[0])}],\n"

    def chart(self, block: Chart) -> Iterable[str]:
        yield chart_source(block, self.maths, self.text(block.x), self.text(block.y))

    def picture(self, block: Picture) -> Iterable[str]:
        return picture_source(block, self.maths)


def _as_digits(found: re.Match[str]) -> str:
    """A power of ten behind a number as so many more places: that is how wide it is."""
    return (found["places"] or ".") + "0" * (5 + len(found["power"]))
