"""The kinds of input: one entry for each, with the endings of its files and the readers that every command asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from penpaper_cli.data import array_files
from penpaper_cli.data.entries import Matrix
from penpaper_cli.data.sources import readable, shown
from penpaper_cli.data.tables import Source, Table, table_in_memory
from penpaper_cli.errors import CannotRead

if TYPE_CHECKING:
    from penpaper_cli.data.images import Pixels


@dataclass(frozen=True)
class Kind:
    """A kind of file: what a sentence calls it, how its files end, and a reader for each use that it can be put to.

    `table` opens the rows and columns of a data set, in an encoding that may be named, with notes on what was assumed;
    `matrix` reads numbers, exact or not as asked, of at most so many dimensions; `picture` reads pixels, brought to a
    width and height where they are given; `text` reads sentences, one on each line. A command refuses a kind without
    the reader that it needs.
    """

    name: str
    endings: tuple[str, ...]
    table: Callable[[str, str | None], AbstractContextManager[tuple[Table, list[str]]]] | None = None
    matrix: Callable[[str, bool | None, int], Matrix] | None = None
    picture: Callable[[str, tuple[int, int] | None], Pixels] | None = None
    text: Callable[[str], str] | None = None

    def refused(self, path: str, need: str) -> CannotRead:
        """That a file of this kind is not what is needed, "a table: save the table as CSV"; or that it isn't there."""
        with readable(path), open(path, "rb"):
            return CannotRead(f"{shown(path)} is {self.name}, not {need}.")


def _table(path: str, encoding: str | None) -> AbstractContextManager[tuple[Table, list[str]]]:
    from penpaper_cli.data import dialect

    return dialect.opened(path, encoding)


def _picture(path: str, size: tuple[int, int] | None) -> Pixels:
    from penpaper_cli.data import images

    return images.read_picture(path, size)


def _text(path: str) -> str:
    with readable(path), open(path, encoding="utf-8-sig") as file:
        return file.read()


KINDS = (
    Kind("a CSV", (".csv",), table=_table, matrix=partial(array_files.read_csv, delimiter=",")),
    Kind("a table", (".tsv",), table=_table, matrix=partial(array_files.read_csv, delimiter="\t")),
    Kind("a text", (".txt",), table=_table, text=_text),
    Kind("JSON", (".json",), matrix=array_files.read_json),
    Kind("a NumPy array", (".npy",), matrix=array_files.read_npy),
    Kind("a picture", (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"), picture=_picture),
)
"""What reads a matrix is loaded with them, the rest when it is needed: `pp matmul A.csv B.csv` should be quick."""
ANY_FILE = Kind("a file", (), table=_table, text=_text)
"""A file with another ending, or none: data sets come in many."""


def kind_of(path: str) -> Kind | None:
    """The kind of a file by its ending, None where it tells nothing."""
    return next((kind for kind in KINDS if path.strip().lower().endswith(kind.endings)), None)


def is_picture(path: str) -> bool:
    """Whether a file is meant to be a picture, by its ending."""
    kind = kind_of(path)
    return kind is not None and kind.picture is not None


def open_picture(path: str, size: tuple[int, int] | None = None) -> Pixels:
    """The picture in a file, in its own size or brought to a width and height. Raises CannotRead where it is none."""
    kind = kind_of(path) or ANY_FILE
    if kind.picture is None:
        raise kind.refused(path, "a picture")
    return kind.picture(path, size)


def matrix_endings() -> list[str]:
    """How the files end that hold matrices."""
    return [ending for kind in KINDS if kind.matrix for ending in kind.endings]


@contextmanager
def opened_table(source: Source, encoding: str | None = None) -> Iterator[tuple[Table, list[str]]]:
    """The table in a file, on standard input for `-`, or in memory, with what was found out about how it is written.

    Raises CannotRead when it can't be opened, isn't a table or written in the named encoding, or its separator is in
    doubt.
    """
    with _opener(source, encoding) as opened:
        yield opened


def _opener(source: Source, encoding: str | None) -> AbstractContextManager[tuple[Table, list[str]]]:
    if not isinstance(source, str | os.PathLike):
        if encoding is not None:
            raise CannotRead("--encoding is for files, and this table is in memory: leave the option out.")
        return nullcontext((table_in_memory(source), []))
    path = os.fspath(source)
    if path.strip() == "-":
        from penpaper_cli.data.dialect import from_stdin

        return nullcontext(from_stdin(encoding))
    kind = kind_of(path) or ANY_FILE
    if kind.table is None:
        raise kind.refused(path, "a table: save the table as CSV")
    return kind.table(path, encoding)
