"""Read a matrix from a literal, a file or standard input, exactly as it was written."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from penpaper_cli.data.sources import CSV, in_range, is_name, quoted, read_float, read_stdin, readable, shown
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Typed, read_number

MOST_EXACT_ENTRIES = 10_000
SUFFIXES = (".csv", ".tsv", ".json", ".npy")

ROW_END = re.compile(r";[ \t]*\r?\n?|\r?\n|\r")
MOST_FORMULA = 100_000
INNER_ROW = re.compile(r"\[([^][]*)\]")
NESTED_ROWS = re.compile(r"\[\s*\[[^][]*\](?:(?:\s*[,;])?\s*\[[^][]*\])*\s*\]")
LOOKS_LIKE_A_PATH = re.compile(r"^[^\W\d]|^~|^\.*/|/[^\W\d]")
THREE_DEEP = re.compile(r"\[[^]]*\[[^]]*\[")


@dataclass(frozen=True, eq=False)
class Matrix:
    """Numbers as the user gave them.

    `data` has one dimension for a single row (a vector), otherwise two; it is an object array of `Typed` when exact,
    else float64. `columns` are the names in the header when a CSV had one.
    """

    data: np.ndarray
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """A matrix still in text, with words for where each row ("line 3") and each cell ("line 3, column 2") stands.

    With `header` the first row holds names.
    """

    source: str
    rows: Sequence[Sequence[str]]
    row_name: Callable[[int], str]
    cell_name: Callable[[int, int], str]
    header: bool = False


def read_matrix(argument: str, name: str, exact: bool | None = None) -> Matrix:
    """The matrix that an argument stands for: a literal, a .csv, .tsv, .json or .npy file, or `-` for standard input.

    `name` is what messages call it. With `exact` None up to 10,000 entries are read exactly and more as float64; True
    is always exact, False always float64. Raises CannotRead with the place and the remedy.
    """
    source = argument.strip()
    ending = source.lower()
    if source == "-":
        text = read_stdin(name)
        return _csv(CSV.from_text(text), exact) if _is_csv(text) else Matrix(_numbers(_literal(text, name), exact))
    if ending.endswith((".csv", ".tsv")):
        with CSV.opened(source) as table:
            return _csv(table, exact)
    if ending.endswith(".json"):
        return Matrix(_numbers(_json(source), exact))
    if ending.endswith(".npy"):
        return Matrix(read_npy(source, exact))
    try:
        return Matrix(_numbers(_literal(source, name), exact))
    except CannotRead as error:
        raise CannotRead(_perhaps_a_file(source, name, str(error))) from None


def read_formula(argument: str) -> str:
    """A formula as typed, from a .pp file, or from standard input for `-`. Raises CannotRead when it isn't there."""
    if argument.strip() == "-":
        return read_stdin("The formula")
    if not argument.strip().lower().endswith(".pp"):
        return argument
    with readable(argument), open(argument, encoding="utf-8-sig") as text:
        return text.read(MOST_FORMULA)


def as_vector(matrix: Matrix, name: str) -> Matrix:
    """One row, or one column, as a vector of shape (n,). Raises CannotRead naming the shape of anything else."""
    if matrix.data.ndim == 1:
        return matrix
    rows, columns = matrix.data.shape
    if rows == 1:
        return Matrix(matrix.data[0], matrix.columns)
    if columns == 1:
        return Matrix(matrix.data[:, 0])
    raise CannotRead(f'{name} is a {rows}×{columns} matrix where a vector is needed: give one row such as "1 2 3".')


def as_matrix(matrix: Matrix) -> Matrix:
    """The same numbers in two dimensions: a vector becomes a row of shape (1, n)."""
    return Matrix(np.atleast_2d(matrix.data), matrix.columns)


def _numbers(cells: Cells, exact: bool | None) -> np.ndarray:
    """The cells as numbers, exact or float64; a single row becomes a vector."""
    rows = cells.rows
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            found = "1 entry" if len(row) == 1 else f"{len(row)} entries"
            raise CannotRead(
                f"{cells.source}, {cells.row_name(i)}: {found} where {cells.row_name(0)} has {len(rows[0])}; "
                "every row of a matrix needs the same number of entries."
            )
    if exact is None:
        exact = (len(rows) - cells.header) * len(rows[0]) <= MOST_EXACT_ENTRIES
    numbers: list[Typed | float] = []
    for i in range(cells.header, len(rows)):
        for j, cell in enumerate(rows[i]):
            try:
                numbers.append(read_number(cell) if exact else read_float(cell))
            except CannotRead as error:
                place = f"{cells.source}, {cells.cell_name(i, j)}"
                if not cell.strip():
                    raise CannotRead(f"{place} is empty: every entry needs a number.") from None
                raise CannotRead(
                    f"{place}: {quoted(cell)} {error}; write numbers such as -1, .5, 1e-3 or 1/3."
                ) from None
    data = np.array(numbers, dtype=object if exact else np.float64)
    return data if len(numbers) == len(rows[0]) else data.reshape(-1, len(rows[0]))


def _literal(text: str, name: str) -> Cells:
    """The cells of "1 2; 3 4", "[1 2; 3 4]" or "[[1, 2], [3, 4]]"; characters count from the first that isn't blank."""
    text = text.strip()
    rows = _bracketed_rows(text, name) if text.startswith("[") else _split_rows(text, 0)
    if not any(row.strip() for _, row in rows):
        raise CannotRead(f'{name} is empty: write numbers such as "1 2 3".')
    fields = [_split_fields(row, start, f"{name}, row {i}") for i, (start, row) in enumerate(rows, 1)]
    return Cells(
        name,
        [[cell for _, cell in row] for row in fields],
        lambda i: f"row {i + 1}",
        lambda i, j: f"row {i + 1}, entry {j + 1} (character {fields[i][j][0] + 1})",
    )


def _bracketed_rows(text: str, name: str) -> list[tuple[int, str]]:
    """The rows inside brackets, each with where it starts in `text`."""
    if THREE_DEEP.search(text):
        raise CannotRead(f'{name}: the brackets nest too deep for a matrix; write "[[1, 2], [3, 4]]" or "1 2; 3 4".')
    if NESTED_ROWS.fullmatch(text):
        return [(found.start(1), found[1]) for found in INNER_ROW.finditer(text, 1)]
    inner = text[1:-1]
    if text[-1] != "]" or "[" in inner or "]" in inner:
        raise CannotRead(f'{name}: the brackets don\'t match; write "[[1, 2], [3, 4]]" or "1 2; 3 4".')
    # A list that goes on after a comma on the next line, as programs print it, is still one row.
    inner = re.sub(r",\s+", lambda found: ",".ljust(len(found[0])), inner).rstrip()
    return _split_rows(inner.lstrip(), 1 + len(inner) - len(inner.lstrip()))


def _split_rows(text: str, start: int) -> list[tuple[int, str]]:
    """The rows between semicolons or line ends, each with its place; one such end after the last row is fine."""
    rows, at = [], 0
    for end in ROW_END.finditer(text):
        rows.append((start + at, text[at : end.start()]))
        at = end.end()
    return rows if rows and at == len(text) else [*rows, (start + at, text[at:])]


def _split_fields(row: str, start: int, place: str) -> list[tuple[int, str]]:
    """The entries between commas or blanks, each with its place."""
    fields: list[tuple[int, str]] = []
    parts = row.split(",")
    for number, part in enumerate(parts):
        words = [(start + found.start(), found[0]) for found in re.finditer(r"\S+", part)]
        if not words and len(parts) == 1:
            raise CannotRead(f"{place} is empty (character {start + 1}): every row needs its numbers.")
        if not words:
            between = 0 < number < len(parts) - 1
            remedy = "two commas need a number between them" if between else "a comma needs a number on each side"
            raise CannotRead(f"{place}, entry {len(fields) + 1} is empty (character {start + 1}): {remedy}.")
        fields += words
        start += len(part) + 1
    return fields


def _perhaps_a_file(source: str, name: str, error: str) -> str:
    """Why an argument isn't a literal, in the light of what else it may have been meant to be."""
    if os.path.exists(source):
        kind = "directory" if os.path.isdir(source) else "file"
        return f"{name}: {quoted(source)} is a {kind}; pp reads literals and files that end in {', '.join(SUFFIXES)}."
    if LOOKS_LIKE_A_PATH.search(source):
        return f"{error.removesuffix('.')} (there is no file {quoted(source)} either)."
    return error


def _is_csv(text: str) -> bool:
    """Whether text from standard input is a CSV, maybe with a header, rather than a literal."""
    text = text.strip()
    if "\n" not in text or text.startswith("["):
        return False
    return text[0].isalpha() or '"' in text or (("," in text or "\t" in text) and ";" not in text)


def _csv(table: CSV, exact: bool | None) -> Matrix:
    _, first = next(table.rows(), (1, []))
    if not first:
        raise CannotRead(f"{table.source} is empty: write one row of numbers on each line.")
    # A line that mixes names and numbers holds a slip, not a header.
    header = any(map(is_name, first)) and all(is_name(cell) or not cell.strip() for cell in first)
    columns = tuple(cell.strip() for cell in first) if header else ()
    # An entry takes a digit and a separator, so that a short file can't hold too many to be exact.
    if exact is not True and table.stream.seek(0, io.SEEK_END) > 2 * MOST_EXACT_ENTRIES:
        data = table.quick_floats(header)
        if data is not None and data.size > MOST_EXACT_ENTRIES and data.shape[1] == len(first):
            return Matrix(data if len(data) > 1 else data[0], columns)
    lines, rows = zip(*table.rows(), strict=True)
    if header and len(rows) == 1:
        name = next(filter(is_name, first))
        raise CannotRead(
            f"{table.source} has no rows of numbers: as {quoted(name)} is not a number, line {lines[0]} is its header."
        )
    names = [quoted(column) if column else str(j) for j, column in enumerate(columns or [""] * len(first), 1)]
    cells = Cells(
        table.source, rows, lambda i: f"line {lines[i]}", lambda i, j: f"line {lines[i]}, column {names[j]}", header
    )
    return Matrix(_numbers(cells, exact), columns)


def _by_row_and_entry(source: str, rows: Sequence[Sequence[str]]) -> Cells:
    return Cells(source, rows, lambda i: f"row {i + 1}", lambda i, j: f"row {i + 1}, entry {j + 1}")


def _json(path: str) -> Cells:
    """The cells of a JSON list of numbers, or of lists of numbers, as they are written in the file."""
    import json

    source, good = shown(path), "write a list such as [1, 2] or [[1, 2], [3, 4]]"
    try:
        with readable(path), open(path, encoding="utf-8-sig") as stream:
            # NaN and Infinity stay text like the numbers, and are refused with their place.
            rows = json.load(stream, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, character {error.colno}"
        raise CannotRead(f"{source} is not JSON ({error.msg}, {place}); {good}.") from None
    except RecursionError:
        raise CannotRead(f"{source} nests too deep for a matrix; {good}.") from None
    if not isinstance(rows, list):
        raise CannotRead(f"{source} does not hold a list; {good}.")
    if not any(isinstance(row, list) for row in rows):
        rows = [rows]
    for i, row in enumerate(rows, 1):
        if not isinstance(row, list):
            raise CannotRead(f"{source}, row {i} is not a list like the other rows; {good}.")
        if any(isinstance(cell, list) for cell in row):
            raise CannotRead(f"{source}, row {i} nests too deep for a matrix; {good}.")
    if not rows[0]:
        raise CannotRead(f"{source} is empty; {good}.")
    return _by_row_and_entry(
        source, [[cell if isinstance(cell, str) else json.dumps(cell) for cell in row] for row in rows]
    )


def read_npy(path: str, exact: bool | None, deepest: int = 2) -> np.ndarray:
    """The array in an .npy file; a float stands for the shortest decimal that reads back as it."""
    data = _load(path, deepest)
    flat = _npy_numbers(data.reshape(-1, data.shape[-1]), shown(path), exact)
    return flat.reshape(data.shape) if data.ndim > 2 else flat


def _load(path: str, deepest: int) -> np.ndarray:
    """The array itself, once its type and shape are ones that pp reads."""
    source = shown(path)
    with readable(path), open(path, "rb") as stream:
        try:
            data = np.lib.format.read_array(stream, allow_pickle=False)
        except Exception:  # NumPy raises errors of many kinds over a damaged file.
            raise CannotRead(f"{source} is not a NumPy file of numbers; write one with numpy.save.") from None
    if data.dtype.kind not in "iuf" or data.dtype.itemsize > 8:
        raise CannotRead(
            f"{source} holds {shown(str(data.dtype), 40)}; pp reads whole numbers and floats up to 64 bits."
        )
    if not 1 <= data.ndim <= deepest or not data.size:
        kinds = "vectors and matrices" if deepest == 2 else f"arrays of up to {deepest} dimensions"
        raise CannotRead(f"{source} has shape {data.shape}; pp reads {kinds} with at least one entry.")
    return data


def _npy_numbers(data: np.ndarray, source: str, exact: bool | None) -> np.ndarray:
    if data.dtype.kind == "f" and data.dtype.itemsize < 8:
        data = data.astype(str).astype(np.float64)
    if exact is not True and data.size > MOST_EXACT_ENTRIES and in_range(data):
        return data.astype(np.float64) if len(data) > 1 else data[0].astype(np.float64)
    texts = [[str(number).removesuffix(".0") for number in row] for row in data.tolist()]
    return _numbers(_by_row_and_entry(source, texts), exact)
