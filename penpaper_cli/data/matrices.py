"""The matrix or the deeper array that an argument stands for: a literal, a file or standard input."""

from __future__ import annotations

import os
import re

import numpy as np

from penpaper_cli.data.entries import DEEPEST, Matrix, read_entries
from penpaper_cli.data.literals import is_nested, read_literal, read_nested_literal
from penpaper_cli.data.sources import STANDARD_INPUT, quoted, readable
from penpaper_cli.errors import CannotRead

MOST_FORMULA = 100_000
HAS_AN_ENDING = re.compile(r"\.\w*[^\W\d]\w*$")
TWO_DEEP = re.compile(r"\[\s*\[")
LOOKS_LIKE_A_PATH = re.compile(r"^[^\W\d]|^~|^\.*/|/[^\W\d]")


def read_matrix(argument: str, name: str, exact: bool | None = None, deepest: int = 2) -> Matrix:
    """The matrix that an argument stands for: a literal, a file of a kind that holds one, or `-` for standard input.

    `name` is what messages call it. With `exact` None up to 10,000 entries are read exactly and more as float64; True
    is always exact, False always float64. A file may hold an array of more dimensions where `deepest` allows them.
    Raises CannotRead with the place and the remedy.
    """
    source = argument.strip()
    if source == "-":
        text = STANDARD_INPUT.text(name)
        if _is_csv(text):
            from penpaper_cli.data import array_files, tables

            return array_files.read_table(tables.CSV.from_text(text), exact)
        return Matrix(read_entries(read_literal(text, name), exact))
    if HAS_AN_ENDING.search(source):
        from penpaper_cli.data.kinds import kind_of

        kind = kind_of(source)
        if kind and kind.matrix:
            return kind.matrix(source, exact, deepest)
    try:
        return Matrix(read_entries(read_literal(source, name), exact))
    except CannotRead as error:
        raise CannotRead(_perhaps_a_file(source, name, str(error))) from None


def read_value(argument: str, name: str, exact: bool | None = None) -> np.ndarray:
    """A value for a formula: one number has no dimensions, one row one, a matrix two; brackets may nest deeper."""
    source = argument.strip()
    if is_nested(source):
        return read_nested_literal(source, name, exact)
    data = read_matrix(source, name, exact, DEEPEST).data
    if TWO_DEEP.match(source):
        return np.atleast_2d(data)
    return data.reshape(()) if data.size == 1 and "[" not in source else data


def read_formula(argument: str) -> str:
    """A formula as typed, from a .pp file, or from standard input for `-`. Raises CannotRead when it isn't there."""
    if argument.strip() == "-":
        return STANDARD_INPUT.text("The formula")
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


def _perhaps_a_file(source: str, name: str, error: str) -> str:
    """Why an argument isn't a literal, in the light of what else it may have been meant to be."""
    if os.path.exists(source):
        from penpaper_cli.data.kinds import matrix_endings

        kind, endings = "directory" if os.path.isdir(source) else "file", ", ".join(matrix_endings())
        return f"{name}: {quoted(source)} is a {kind}; pp reads literals and files that end in {endings}."
    if LOOKS_LIKE_A_PATH.search(source):
        return f"{error.removesuffix('.')} (there is no file {quoted(source)} either)."
    return error


def _is_csv(text: str) -> bool:
    """Whether text from standard input is a CSV, maybe with a header, rather than a literal."""
    text = text.strip()
    if "\n" not in text or text.startswith("["):
        return False
    return text[0].isalpha() or '"' in text or (("," in text or "\t" in text) and ";" not in text)
