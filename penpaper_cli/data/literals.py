"""Matrices and deeper arrays as they are typed: "1 2; 3 4", "[[1, 2], [3, 4]]", "[[[1, 2]], [[3, 4]]]"."""

from __future__ import annotations

import re

import numpy as np

from penpaper_cli.data.entries import Cells, read_nested
from penpaper_cli.errors import CannotRead

ROW_END = re.compile(r";[ \t]*\r?\n?|\r?\n|\r")
INNER_ROW = re.compile(r"\[([^][]*)\]")
NESTED_ROWS = re.compile(r"\[\s*\[[^][]*\](?:(?:\s*[,;])?\s*\[[^][]*\])*\s*\]")
THREE_DEEP = re.compile(r"\[[^]]*\[[^]]*\[")
NESTED = re.compile(r"\s*\[\s*\[\s*\[")
TYPED_NUMBER = re.compile(r"[^\s,\[\]]+")
WHERE_A_COMMA_BELONGS = re.compile(r"(?<=[\"\]])\s*(?=\[)|(?<=[\"\]])\s+(?=\")")


def read_literal(text: str, name: str) -> Cells:
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
        return [(row.start(1), row[1]) for row in INNER_ROW.finditer(text, 1)]
    inner = text[1:-1]
    if text[-1] != "]" or "[" in inner or "]" in inner:
        raise CannotRead(f'{name}: the brackets don\'t match; write "[[1, 2], [3, 4]]" or "1 2; 3 4".')
    # A list that goes on after a comma on the next line, as programs print it, is still one row.
    inner = re.sub(r",\s+", lambda comma: ",".ljust(len(comma[0])), inner).rstrip()
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
        words = [(start + word.start(), word[0]) for word in re.finditer(r"\S+", part)]
        if not words and len(parts) == 1:
            raise CannotRead(f"{place} is empty (character {start + 1}): every row needs its numbers.")
        if not words:
            between = 0 < number < len(parts) - 1
            remedy = "two commas need a number between them" if between else "a comma needs a number on each side"
            raise CannotRead(f"{place}, entry {len(fields) + 1} is empty (character {start + 1}): {remedy}.")
        fields += words
        start += len(part) + 1
    return fields


def is_nested(text: str) -> bool:
    """Whether brackets are nested three deep."""
    return bool(NESTED.match(text))


def read_nested_literal(text: str, name: str, exact: bool | None) -> np.ndarray:
    """The array that nested brackets stand for, exact unless `exact` is False. Raises CannotRead with the place."""
    import json

    words = TYPED_NUMBER.sub(lambda word: json.dumps(word[0].strip('"')), text)
    try:
        nested = json.loads(WHERE_A_COMMA_BELONGS.sub(",", words))
    except (json.JSONDecodeError, RecursionError):
        raise CannotRead(f"{name}: the brackets don't match; write [[[1, 2], [3, 4]], [[5, 6], [7, 8]]].") from None
    return read_nested(nested, name, exact)
