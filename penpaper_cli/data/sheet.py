"""A data file understood as a table: which line is the header, which rows are data, what was seen in each column."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice

from penpaper_cli.data.cells import Convention, is_date, is_gap, written
from penpaper_cli.data.inference import CellKind, Inference, Survey, evidence, infer
from penpaper_cli.data.sources import quoted
from penpaper_cli.data.tables import Table
from penpaper_cli.errors import CannotRead

SAMPLE = 200
UNIT = re.compile(r"[\[(].*[\])]|[^\W\d]{1,3}|.{0,4}[^\w\s].{0,8}")
"""A short mark, or something in brackets, as units are: (m2), kg, k$, km/h."""
LAST_ROWS = 3
"""So many rows at the end may be totals and averages."""
TOTALS = {"total", "totals", "subtotal", "grand total", "sum", "gesamt", "summe", "gesamtsumme", "zwischensumme"}
AVERAGES = {"average", "averages", "avg", "mean", "durchschnitt", "mittelwert"}


@dataclass
class Header:
    """The names of the columns; one without a name is "".

    `given` is whether they stand in the first row, on `line`; `invented` are names such as x1, where there are none.
    """

    names: list[str]
    given: bool
    line: int
    notes: list[str]
    invented: bool = False

    def called(self, j: int) -> str:
        """What a column is called, also one without a name."""
        return self.names[j] or f"column {j + 1}"


def read_header(table: Table) -> Header:
    """The names of the columns; x1, x2, … where nothing names them and the first line already holds data."""
    if table.names:
        return Header(list(table.names), False, table.names_line, [])
    rows = list(islice(table.rows(), SAMPLE))
    if not rows:
        raise CannotRead(
            f"{table.source} is empty: it needs a header line such as size,bedrooms,price and rows under it."
        )
    line, cells = rows[0]
    if len(cells) == 1 and len(rows) > 1 and len(rows[1][1]) > 1:
        raise CannotRead(
            f"{table.source}, line {line} has 1 cell, but line {rows[1][0]} has {len(rows[1][1])}: "
            f"if line {line} is a title, take it out."
        )
    names = [cell.strip() for cell in cells]
    data = [name for name in names if is_date(name) or written(name)]
    words = [j for j, name in enumerate(names) if name not in data and not is_gap(name)]
    place = f"{table.source}, line {line}"
    if not data and not words and not table.headless:
        raise CannotRead(f"{place} has no names: the file needs a header line such as size,bedrooms,price.")
    repeated = [j for j in words for _, row in rows[1:] if j < len(row) and row[j].strip() == names[j]]
    if table.headless or (data and (not words or repeated)):
        last = f"x{len(names)}"
        note = f"{place} holds data, so no header is assumed: the columns are called {'x1 to ' * (last != 'x1')}{last}."
        return Header([f"x{j + 1}" for j in range(len(names))], False, line, [note], invented=True)
    notes = [f"{place} is taken for the header, though {quoted(data[0])} in it looks like data."] if data else []
    return Header(names, True, line, notes)


@dataclass
class Sheet:
    """A table seen as a whole, cell by cell. `left_out` are lines that hold no data, `totals` rows that may be sums."""

    table: Table
    header: Header
    surveys: list[Survey] = field(default_factory=list)
    rows: int = 0
    left_out: set[int] = field(default_factory=set)
    totals: list[tuple[int, int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def seen(cls, table: Table, header: Header, all_words: Collection[str] = ()) -> Sheet:
        """Look at every row once; also None and NA are words in the columns of `all_words`.

        Raises CannotRead when a row has too many cells or too few.
        """
        names = [header.called(j) for j in range(len(header.names))]
        sheet = cls(table, header, [Survey(name, name in all_words) for name in names])
        sheet._look()
        return sheet

    def body(self) -> Iterator[tuple[int, list[str]]]:
        """The rows of data, each with its line."""
        rows = self.table.rows()
        if self.header.given:
            next(rows)
        return ((line, cells) for line, cells in rows if line not in self.left_out)

    def inference(self, j: int, numbers: Convention | None = None, category: bool = False) -> Inference:
        """What the j-th column was taken for."""
        of_file = evidence(self.surveys)
        return infer(self.surveys[j], self.table.source, self.table.delimiter, of_file, numbers, category)

    def _look(self) -> None:
        first: tuple[int, list[str]] | None = None
        last: deque[tuple[int, list[str]]] = deque()
        width = len(self.header.names)
        comments = set()
        for line, cells in self.body():
            if len(cells) != width:
                if cells[0].startswith("#"):
                    comments.add(line)
                    continue
                raise CannotRead(self._uneven(line, cells))
            if not any(cell.strip() for cell in cells):
                self.left_out.add(line)
            elif first is None:
                first = line, cells
            else:
                last.append((line, cells))
                if len(last) > LAST_ROWS:
                    self._take(*last.popleft())
        if self.left_out:
            self.notes.append(f"{self.table.source}: {_lines(self.left_out)} without any data left out.")
        if comments:
            self.notes.append(f"{self.table.source}: {_lines(comments)} left out: a comment, as it begins with #.")
            self.left_out |= comments
        self._take_the_last(list(last))
        if first is not None:
            self._take_the_first(*first)

    def _uneven(self, line: int, cells: list[str]) -> str:
        count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        width, what = len(self.header.names), "header" if self.header.given else "first line"
        return f"{self.table.source}, line {line} has {count}, but the {what} has {width}: mend the line."

    def _take(self, line: int, cells: list[str]) -> None:
        self.rows += 1
        kinds = [survey.add(line, cell) for survey, cell in zip(self.surveys, cells, strict=True)]
        label = _label(cells) if CellKind.TEXT in kinds else None
        if label and label[1] in TOTALS:
            self.totals.append((line, label[0], cells[label[0]].strip()))

    def _take_the_last(self, rows: list[tuple[int, list[str]]]) -> None:
        """The last rows, save totals and averages, which would count every row twice."""
        kept = list(rows)
        while kept and (label := _label(kept[-1][1])):
            j, word = label
            others = [*self.surveys[j].different, *(cells[j].strip() for _, cells in kept[:-1])]
            named_before = any(_word(other) == word for other in others)
            only_numbers = all(written(other) for other in others if not is_gap(other))
            if named_before or not (word in TOTALS or only_numbers):
                if word in AVERAGES and not named_before:
                    self.totals.append((kept[-1][0], j, kept[-1][1][j].strip()))
                break
            kept.pop()
        for line, cells in kept:
            self._take(line, cells)
        for line, cells in rows[len(kept) :]:
            self.left_out.add(line)
            [text] = {cells[j].strip() for j, _ in filter(None, [_label(cells)])}
            self.notes.append(
                f"{self.table.source}, line {line} is left out: {quoted(text)} says it sums up the others."
            )

    def _take_the_first(self, line: int, cells: list[str]) -> None:
        """The first row, unless it holds units: no number in it, but words where a column has only numbers."""
        words = [
            cell.strip()
            for cell, survey in zip(cells, self.surveys, strict=True)
            if not is_gap(cell) and survey.kinds[CellKind.NUMBER] == survey.filled > 0
        ]
        data = [cell for cell in cells if is_date(cell) or written(cell)]
        if words and not data and self.header.given:
            self.left_out.add(line)
            what = f"units, such as {quoted(words[0])}"
            if all(cell == name for cell, name in zip(cells, self.header.names, strict=True)):
                what = f"names, such as {quoted(words[0])}"
            elif not UNIT.fullmatch(words[0]):
                what = f"words where the others hold numbers, such as {quoted(words[0])}"
            self.notes.append(f"{self.table.source}, line {line} is left out: it holds {what}.")
        else:
            self._take(line, cells)


def _label(cells: list[str]) -> tuple[int, str] | None:
    """Where a row begins with a word such as total or average, and the word."""
    j = next((j for j, cell in enumerate(cells) if cell.strip()), 0)
    word = _word(cells[j])
    return (j, word) if word in TOTALS or word in AVERAGES else None


def _word(cell: str) -> str:
    return cell.strip().casefold().rstrip(" :.")


def _lines(lines: set[int]) -> str:
    """line 4, or 3 lines (the first is line 4)."""
    return f"line {min(lines)}" if len(lines) == 1 else f"{len(lines)} lines (the first is line {min(lines)})"
