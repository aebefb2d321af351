"""Open what is learned from: a table, a folder of pictures, a text, or the data that a saved run goes on with."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from penpaper_cli.data.cells import is_gap
from penpaper_cli.data.corpus import CONTEXTS, read_beginnings, read_text
from penpaper_cli.data.dataset import DataSet, read_data
from penpaper_cli.data.encoding import Column
from penpaper_cli.data.image_folder import is_folder, read_album
from penpaper_cli.data.images import Size, read_size
from penpaper_cli.data.kinds import is_picture, kind_of
from penpaper_cli.data.new_rows import NewRows, Wanted, read_new_rows
from penpaper_cli.data.selection import column_names
from penpaper_cli.data.sources import quoted, shown
from penpaper_cli.data.tables import Source
from penpaper_cli.data.vectors import Missing
from penpaper_cli.errors import CannotRead

USUAL_CONTEXT = 1
OF_TABLES = ("target", "features", "drop", "category", "missing", "numbers", "encoding", "classify")
"""The options that say something of columns, which only tables have."""
WHY_NOT_FOR_WORDS = {
    "size": "there are no pictures",
    "target": "the next word is the target",
    "features": "the words before the next one are the features",
    "drop": "the data has no columns",
    "category": "the data has no columns",
    "missing": "the data has no columns",
    "numbers": "the data has no columns",
    "encoding": "the text has to be UTF-8",
    "classify": "the classes are the words of the text",
}


@dataclass(frozen=True)
class DataOptions:
    """How data is to be read. None, and False, is what wasn't asked for.

    `target`, `features`, `drop` and `category` name columns of a table, several as a list or "A,B"; `missing` says what
    to do with gaps (drop, mean, median), `numbers` how numbers are written, `encoding` how the text is, such as cp1251;
    with `classify` the numbers of the target are classes. `size` is the width and height that pictures are brought to,
    such as "8x8". With `next_word` the data is a text, of which `context` words are looked at to guess the next.
    """

    target: str | None = None
    features: str | Sequence[str] | None = None
    drop: str | Sequence[str] | None = None
    category: str | Sequence[str] | None = None
    missing: str | None = None
    numbers: str | None = None
    classify: bool = False
    size: Size | None = None
    next_word: bool = False
    context: int | None = None
    encoding: str | None = None

    def given(self, option: str) -> bool:
        """Whether an option was asked for."""
        return getattr(self, option) not in (None, False)


@dataclass(frozen=True)
class SavedRun:
    """What a model in a file tells of the data that it learned from; `context` is 0 but for a text.

    `missing` is what was done with gaps, where the model knows it.
    """

    file: str
    target: str
    columns: tuple[Column, ...] = ()
    classes: tuple[str, ...] = ()
    context: int = 0
    missing: Missing | None = None


def open_data(source: Source, options: DataOptions, saved: SavedRun | None = None) -> DataSet:
    """The data set in a file or a folder, on standard input for `-`, or in memory as an array or a data frame.

    For a `saved` run it is read as its model knows it. An array has the columns x1, x2, …, and a target by another name
    is its last.

    Raises CannotRead with the place and the remedy, also for options that don't fit the kind of data, and CannotWork
    where there is nothing to learn from it.
    """
    if isinstance(source, os.PathLike):
        source = os.fspath(source)
    if isinstance(source, str):
        source = source.strip()  # a blank shields a leading minus
    if saved is not None:
        return _open_again(source, options, saved)
    if options.next_word:
        return _open_text(source, options)
    if options.context is not None:
        raise CannotRead("--context: how many words are looked at belongs to --next-word; give both or neither.")
    pictures = _open_pictures(source, options)
    if pictures is None and options.target is None:
        raise CannotRead("Missing option '--target': name the column to predict, or give --next-word for a text.")
    return pictures or open_table(source, options)


class Rows(Protocol):
    """What new rows have to be like: those of a data set, or those that a model was trained on."""

    @property
    def columns(self) -> tuple[Column, ...]: ...

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def context(self) -> int: ...

    @property
    def missing(self) -> Missing | None: ...

    @property
    def target(self) -> str: ...


def open_rows(like: Rows, source: Source, notes: list[str], encoding: str | None = None) -> NewRows:
    """New rows: of a table, a literal or a picture; of a text the words before.

    `notes` gets what was done to them. Raises CannotRead for rows that don't fit.
    """
    if like.context:
        if encoding is not None:
            raise CannotRead(f"--encoding: {WHY_NOT_FOR_WORDS['encoding']}; leave the option out.")
        return NewRows(read_beginnings(like.classes, like.context, str(source)))
    wanted = Wanted(like.columns, like.missing, like.target, like.classes)
    return read_new_rows(wanted, source, notes, encoding=encoding)


def open_table(source: Source, options: DataOptions, all_words: Collection[str] | None = None) -> DataSet:
    """The data set in a table, whose target is named among the options. Raises as `open_data` does.

    `all_words` are the columns in which NA is a word: those of `category` unless they are given.
    """
    return read_data(
        source,
        str(options.target),
        column_names(options.features),
        column_names(options.drop) or (),
        column_names(options.category) or (),
        options.missing,
        options.numbers,
        options.classify,
        all_words,
        options.encoding,
    )


def _refuse_for_text(source: Source, options: DataOptions) -> str:
    """The source of a text. Raises CannotRead for a table in memory, and for options that a text has no use for."""
    for option, why in WHY_NOT_FOR_WORDS.items():
        if options.given(option):
            raise CannotRead(f"--{option}: with --next-word {why}; leave the option out.")
    if not isinstance(source, str):
        raise CannotRead("--next-word learns from a text in a file: name the file.")
    return source


def _open_text(source: Source, options: DataOptions) -> DataSet:
    path, context = _refuse_for_text(source, options), options.context
    if context is not None and context not in CONTEXTS:
        raise CannotRead(f"--context {context}: the model looks at 1 or 2 words before the next one; give 1 or 2.")
    kind = kind_of(path)
    if kind and kind.text is None:
        raise CannotRead(
            f"{shown(path)}: --next-word learns from sentences, one on each line of a text file such as rhyme.txt."
        )
    return read_text(path, USUAL_CONTEXT if context is None else context)


def _open_pictures(source: Source, options: DataOptions) -> DataSet | None:
    """The data set in a folder of pictures, or None where the source is a table."""
    if isinstance(source, str) and is_picture(source) and not is_folder(source):
        raise CannotRead(
            f"{quoted(source, 200)} is one picture, and training needs many: "
            "name a folder that has a folder of pictures for each class."
        )
    if not isinstance(source, str) or not is_folder(source):
        if options.size is not None:
            raise CannotRead("--size is for pictures, and a table has none: leave the option out.")
        return None
    for option in OF_TABLES:
        if options.given(option):
            raise CannotRead(
                f"--{option} is for tables, and {shown(source)} is a directory: name a file in it, or, where it holds "
                "a folder of pictures for each class, leave the option out."
            )
    return read_album(source, read_size(options.size) if options.size is not None else None).data_set()


def _open_again(source: Source, options: DataOptions, saved: SavedRun) -> DataSet:
    """The data for a saved run to go on with: its target, its features and its classes are those of its model."""
    if options.next_word and not saved.context:
        raise CannotRead(
            f"--next-word: the model in {shown(saved.file)} is not one of the next word; leave the option out."
        )
    for option in ("features", "drop", "category", "classify", "context"):
        if options.given(option):
            raise CannotRead(f"--{option}: with --resume this comes from {shown(saved.file)}; leave the option out.")
    if saved.missing is not None and options.missing not in (None, saved.missing):
        raise CannotRead(
            f"--missing {options.missing}: the model in {shown(saved.file)} was trained with {saved.missing}; leave "
            "the option out."
        )
    if options.target not in (None, saved.target):
        raise CannotRead(
            f"--target: the model in {shown(saved.file)} predicts {quoted(saved.target)}; leave the option out."
        )
    if saved.context:
        return read_text(_refuse_for_text(source, replace(options, target=None)), saved.context)
    pictures = _open_pictures(source, options)
    own = [column.name for column in saved.columns]
    words = {column.name: column.categories for column in saved.columns if column.categories} | {
        saved.target: saved.classes
    }
    return pictures or open_table(
        source,
        replace(
            options,
            target=saved.target,
            features=own,
            missing=options.missing or saved.missing,
            category=[name for name in words if name != saved.target],
            classify=bool(saved.classes),
        ),
        [name for name, known in words.items() if any(map(is_gap, known))],
    )
