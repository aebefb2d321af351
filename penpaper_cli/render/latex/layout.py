"""Worked lines and matrices in LaTeX, as LaTeX documents and Markdown share them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from penpaper_cli.render.drawn import Drawn, Typeset, piece
from penpaper_cli.render.latex.notation import row
from penpaper_cli.render.layout import NUMBER, fold, point_pads, side_by_side
from penpaper_cli.solution.blocks import Grid, Working

LINE = 67
"""What fits into a line of an article, in digits."""
RELATIONS = {"=": piece("=", 2.5), "≈": piece(r"\approx", 2.6)}
LEFT_OUT = {"⋮": piece(r"\vdots", 1.3), "…": piece(r"\cdots", 1.3)}
SPACE = piece(" ")
LONGEST = 12
"""Worked lines in one display, more or less: a display isn't broken over two pages everywhere."""
GAP, MOST_COLUMNS = 2, 20
"""Of a matrix: the room between two columns, in digits, and how many stand side by side."""
END_OF_ROW = " \\\\\n"


def aligned_rows(working: Working, maths: Typeset, line: int = LINE) -> list[str]:
    """A worked line as rows with & where they are aligned: one where it fits, else a row per side or more."""
    sides = [maths.draw(side) for side in working.sides]
    steps = [RELATIONS[sign] + SPACE + side for sign, side in zip(working.relations, sides[1:], strict=True)]
    if maths.length(SPACE.join([sides[0], *steps])) <= line:
        return [f"{sides[0]} &{' '.join(steps)}"]
    wide = maths.length(sides[0])
    if wide <= line // 3:
        first, *later = [row for step in steps for row in _folded(step, maths, line - wide)]
        return [f"{sides[0]} {first}", *later]
    return [*_folded(sides[0], maths, line), *(row for step in steps for row in _folded(step, maths, line - 2))]


def _folded(step: Drawn, maths: Typeset, room: int) -> list[str]:
    first, *later = (piece.rstrip() for piece in fold(step, maths, room, 4))
    return [f"&{first}", *(rf"&\qquad {{}} {piece}" for piece in later)]


def displays(
    block_rows: Iterable[tuple[str, list[str]]], opening: str, closing: str, caption: Callable[[str], str]
) -> Iterator[str]:
    """Worked lines in displays, one under the other; a caption stands above a display of its own."""
    count = 0
    for above, rows in block_rows:
        if count and (above or count + len(rows) > LONGEST):
            yield closing
            count = 0
        if above:
            yield caption(above)
        yield (END_OF_ROW if count else opening) + END_OF_ROW.join(rows)
        count += len(rows)
    yield closing


def matrices(block: Grid, maths: Typeset) -> Iterator[str]:
    """A vector or matrix between brackets; a wide one in pieces, whose brackets stay open where it is parted."""
    head = maths.draw(block.name) + SPACE + RELATIONS[block.relation] + SPACE
    columns = [pointed(list(column)) for column in zip(*_cells(block, maths), strict=True)]
    sizes = [max(map(maths.length, column)) for column in columns]
    parts = evenly(sizes, LINE - maths.length(head) - 2, GAP, MOST_COLUMNS)
    for part in parts:
        body = [" & ".join(row) for row in zip(*columns[part], strict=True)]
        inside = body[0] if len(body) == 1 else "\n" + END_OF_ROW.join(body) + "\n"
        if len(parts) == 1:
            left, right = r"\begin{bmatrix}", r"\end{bmatrix}"
        else:
            left = r"\left[" if part.start == 0 else r"\left."
            left, right = left + r"\begin{matrix}", r"\end{matrix}\right" + ("]" if part.stop == len(sizes) else ".")
        blank = " " if len(body) == 1 else ""
        yield f"{head if part.start == 0 else ''}{left}{blank}{inside}{blank}{right}"


def _cells(block: Grid, maths: Typeset) -> list[list[Drawn]]:
    wide = max(len(row) for row in block.rows if row is not None)
    return [
        [LEFT_OUT["⋮"]] * wide if row is None else [LEFT_OUT["…"] if cell is None else maths.draw(cell) for cell in row]
        for row in block.rows
    ]


def pointed(cells: Sequence[Drawn], both: bool = True) -> list[Drawn]:
    """The numbers of a column, made equally wide on the right of their points and, with `both`, also on the left."""
    heads = [found[0].removesuffix(found["tail"]) if (found := NUMBER.fullmatch(cell)) else None for cell in cells]
    known = [head for head in heads if head is not None]
    minus, most = any(head.startswith("-") for head in known), max((len(head.lstrip("-")) for head in known), default=0)
    return [
        cell if head is None else (_left(head, minus, most) if both else Drawn()) + cell + _right(cell, pad)
        for cell, head, pad in zip(cells, heads, point_pads(cells), strict=True)
    ]


def _right(cell: str, pad: int) -> Drawn:
    point = bool(pad) and "." not in cell
    return _phantom("." * point + "0" * (pad - point))


def _left(head: str, minus: bool, most: int) -> Drawn:
    return _phantom("-" * (minus and not head.startswith("-"))) + _phantom("0" * (most - len(head.lstrip("-"))))


def _phantom(text: str) -> Drawn:
    return piece(rf"\phantom{{{text}}}", row(text).width) if text else Drawn()


def evenly(sizes: Sequence[float], room: float, gap: float, most: int = 1000) -> list[slice]:
    """Columns parted evenly so that each part fits, where a single column does."""
    parts = side_by_side(sizes, room, gap, most)
    return side_by_side(sizes, room, gap, -(-len(sizes) // max(len(parts), 1)))
