"""A data file as a worked solution: what was understood of it, and how its words became columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from penpaper_cli.data.encoding import Column
from penpaper_cli.data.summary import ColumnSummary, Summary
from penpaper_cli.expressions.arithmetic import Name, Num
from penpaper_cli.sentences import data as data_words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Sentence, Table

MOST_COLUMNS = 8


def table_looked_at(summary: Summary, detail: str) -> Iterator[Block]:
    """What is in a file: its columns, what was assumed, what stands in the way, and its first rows."""
    yield Heading((data_words.COLUMNS_HEADING,))
    yield Sentence((data_words.table_size(summary.rows, len(summary.columns), summary.separator),))
    head: tuple[Parts, ...] = (("column",), ("type",), ("count",), ("gaps",), (data_words.CELLS,))
    yield Table(head, [_row(column) for column in summary.columns], "llrrl")
    notes = [*summary.notes, *(column.finding for column in summary.columns if column.finding)]
    if notes:
        yield Heading((data_words.NOTICED_HEADING,))
        for note in notes:
            yield Sentence((note,))
    if summary.first_rows and detail != "summary":
        yield Heading((data_words.FIRST_ROWS_HEADING,))
        yield from _first_rows(summary, len(summary.columns) if detail == "full" else MOST_COLUMNS)


def _row(column: ColumnSummary) -> tuple[Parts, ...]:
    """A column in a row: numbers by their range and mean, words by how many there are and the most frequent."""
    content: Parts = ()
    if column.min is not None and column.max is not None:
        content = (Num(column.min), " to ", Num(column.max))
        content += (", mean ", Num(column.mean)) if column.mean is not None else ()
    elif column.most_frequent is not None:
        content = (data_words.different(column.categories), Name(column.most_frequent), f" ({column.times:,})")
    return (Name(column.name),), (column.type,), (f"{column.count:,}",), (f"{column.gaps:,}",), content


def _first_rows(summary: Summary, most: int) -> Iterator[Block]:
    """The first rows, as they stand in the file, up to so many columns."""
    shown = summary.columns[:most]
    head = tuple((Name(column.name),) for column in shown)
    rows = [tuple((Name(cell),) if cell else () for cell in row[:most]) for row in summary.first_rows]
    align = "".join("r" if column.min is not None else "l" for column in shown)
    yield Table(head, rows, align)
    if len(summary.columns) > most:
        yield Sentence((data_words.columns_left_out(len(summary.columns) - most),))
    if summary.rows > len(summary.first_rows):
        yield Sentence((data_words.rows_left_out(summary.rows - len(summary.first_rows)),))


def columns_for_programs(summary: Summary) -> list[dict[str, Any]]:
    """The same column, as JSON gives them."""
    return [
        {key: value for key, value in asdict(column).items() if value is not None and value != ""}
        for column in summary.columns
    ]


def one_hot(columns: Sequence[Column]) -> Iterator[Block]:
    """Which category is which column of X."""
    coded = [column for column in columns if column.categories]
    if not coded:
        return
    yield Sentence((data_words.ONE_HOT,))
    rows: list[tuple[Parts, ...]] = []
    for column in coded:
        first, *others = column.categories
        rows.append(((Name(column.name),), (Name(first),), (data_words.BASELINE,)))
        for category, feature in zip(others, column.features, strict=True):
            rows.append(((Name(column.name),), (Name(category),), (Name(feature), " is 1")))
    yield Table((("column",), ("category",), ("in X",)), rows, "lll")
