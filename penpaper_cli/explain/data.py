"""A data file as a worked solution: what was understood of it, and how its words became columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from penpaper_cli.data.encoding import Column
from penpaper_cli.data.summary import Facts, Looked
from penpaper_cli.expressions.arithmetic import Name, Num
from penpaper_cli.sentences import data as data_words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Sentence, Table

MOST_COLUMNS = 8


def looked(found: Looked, detail: str) -> Iterator[Block]:
    """What is in a file: its columns, what was assumed, what stands in the way, and its first rows."""
    yield Heading((data_words.COLUMNS_HEADING,))
    yield Sentence((data_words.table_size(found.rows, len(found.columns), found.separator),))
    head: tuple[Parts, ...] = (("column",), ("type",), ("count",), ("gaps",), (data_words.CELLS,))
    yield Table(head, [_row(facts) for facts in found.columns], "llrrl")
    notes = [*found.notes, *(facts.finding for facts in found.columns if facts.finding)]
    if notes:
        yield Heading((data_words.NOTICED_HEADING,))
        for note in notes:
            yield Sentence((note,))
    if found.first_rows and detail != "summary":
        yield Heading((data_words.FIRST_ROWS_HEADING,))
        yield from _first_rows(found, len(found.columns) if detail == "full" else MOST_COLUMNS)


def _row(facts: Facts) -> tuple[Parts, ...]:
    """A column in a row: numbers by their range and mean, words by how many there are and the most frequent."""
    content: Parts = ()
    if facts.min is not None and facts.max is not None:
        content = (Num(facts.min), " to ", Num(facts.max))
        content += (", mean ", Num(facts.mean)) if facts.mean is not None else ()
    elif facts.most_frequent is not None:
        content = (data_words.different(facts.categories), Name(facts.most_frequent), f" ({facts.times:,})")
    return (Name(facts.name),), (facts.type,), (f"{facts.count:,}",), (f"{facts.gaps:,}",), content


def _first_rows(found: Looked, most: int) -> Iterator[Block]:
    """The first rows, as they stand in the file, up to so many columns."""
    shown = found.columns[:most]
    head = tuple((Name(facts.name),) for facts in shown)
    rows = [tuple((Name(cell),) if cell else () for cell in row[:most]) for row in found.first_rows]
    align = "".join("r" if facts.min is not None else "l" for facts in shown)
    yield Table(head, rows, align)
    if len(found.columns) > most:
        yield Sentence((data_words.columns_left_out(len(found.columns) - most),))
    if found.rows > len(found.first_rows):
        yield Sentence((data_words.rows_left_out(found.rows - len(found.first_rows)),))


def columns_for_programs(found: Looked) -> list[dict[str, Any]]:
    """The same facts, as JSON gives them."""
    return [
        {key: value for key, value in asdict(facts).items() if value is not None and value != ""}
        for facts in found.columns
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
