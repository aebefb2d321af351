"""Matrices in Typst: in brackets, folded by columns where they are too wide, with the names of their columns above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SIGNS = ('"["', '"]"')
TALLEST = 25
"""Rows of a matrix that still stand on one page together."""


def cells(drawn: Iterable[str]) -> str:
    return "".join(f"[{cell}], " for cell in drawn)


def matrix(columns: Sequence[Sequence[str]], ends: tuple[bool, bool]) -> str:
    """A matrix, or some of its columns: its brackets stand open where there are more."""
    delim = (
        '"["'
        if all(ends)
        else f"#({', '.join(sign if end else 'none' for sign, end in zip(SIGNS, ends, strict=True))})"
    )
    rows = " ;\n  ".join(", ".join(row) for row in zip(*columns, strict=True))
    return f"mat(delim: {delim}, align: #right, column-gap: #1em,\n  {rows} )"


def lettered(head: str, names: Sequence[str], columns: Sequence[Sequence[str]], ends: tuple[bool, bool]) -> str:
    """The same with a name above each column, or so tall that it goes on on the next page."""
    first, *later = zip(*columns, strict=True)
    tall = f"rowspan: {1 + len(later)}"
    left, right = (
        f"grid.cell({tall}, inset: (x: 0.12em), stroke: ({side}: 0.6pt, top: 0.6pt, bottom: 0.6pt))[], "
        if end
        else f"grid.cell({tall})[], "
        for side, end in zip(("left", "right"), ends, strict=True)
    )
    body = "".join(f"  {cells(f'${cell}$' for cell in row)}\n" for row in later)
    return (
        f"#block(breakable: {str(len(later) >= TALLEST).lower()})[#grid(\n"
        f"  columns: {len(columns) + 3}, align: right + horizon, inset: (x: 0.5em, y: 0.3em),\n"
        f"  [], [], {cells(names) if names else '[], ' * len(columns)}[],\n"
        f"  grid.cell({tall}, inset: (left: 0pt))[${head}$], "
        f"{left}{cells(f'${cell}$' for cell in first)}{right}\n{body})]\n\n"
    )
