"""What prepares data learns from the rows to train on alone: what fills a gap, which words get columns, what varies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from penpaper_cli.data.dataset import DataSet
from penpaper_cli.data.encoding import Column
from penpaper_cli.data.images import pixel_shape
from penpaper_cli.data.selection import as_option
from penpaper_cli.data.sources import quoted, shown
from penpaper_cli.data.vectors import Missing
from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.numbers import TypedFloat
from penpaper_cli.paper.arrays import Array
from penpaper_cli.sentences.common import listed, plural

MOST_LISTED = 20
FILLS: dict[Missing, Callable[[Array], float]] = {
    Missing.MEAN: lambda known: float(known.mean()),
    Missing.MEDIAN: lambda known: float(np.median(known)),
}
"""What stands in for a gap, from the numbers that the rows to train on have; nothing where their rows are left out."""


class Prepared(NamedTuple):
    """The rows to train on, and those to test on, of which `untold` many are left out: they hold unlearnt words."""

    data: DataSet
    held: DataSet | None = None
    untold: int = 0


def prepared(data: DataSet, held: DataSet | None = None, columns: Sequence[Column] | None = None) -> Prepared:
    """Gaps filled in and words with columns, as `columns` have it, else as the rows to train on teach it.

    Raises CannotWork where a feature never varies among them, has nothing to fill a gap with, or no test row is left.
    """
    if not data.columns:  # A text: its words are the classes, and nothing is made of columns.
        return Prepared(data, held)
    notes: list[str] = []
    own = tuple(_learnt(data))
    if columns is not None:  # An earlier version kept no fills: then they are learnt again.
        pairs = zip(columns, own, strict=True)
        own = tuple(kept if kept.fill is not None else replace(kept, fill=learnt.fill) for kept, learnt in pairs)
    elif pixel_shape(data.features) is None:
        notes += _constants(data, held, own)
    notes += [*_filled(data, held, own), *_unlearnt_classes(data, held)]
    ready, _ = _as_columns(data, own)
    if held is None:
        return Prepared(replace(ready, notes=(*data.notes, *notes)))
    told, unknown = _as_columns(held, own)
    untold = np.logical_or.reduce([np.zeros(len(held.y), dtype=bool), *unknown.values()])
    if untold.all():
        raise CannotWork("Every row of the test has a word that no row to train on has: try another --seed.")
    if untold.any():
        names = [f"{quoted(name)} of column {quoted(column)}" for column, name in unknown]
        notes.append(
            f"{data.source}: {plural(int(untold.sum()), 'test row')} left out, since no row to train on teaches "
            f"anything of {listed(names)}; another --seed, or a smaller --test, may."
        )
        told = replace(told, X=told.X[~untold], y=told.y[~untold])
    return Prepared(replace(ready, notes=(*data.notes, *notes)), told, int(untold.sum()))


def _places(columns: Sequence[Column]) -> Iterator[tuple[Column, int]]:
    """Each column, and where its first one stands in X."""
    start = 0
    for column in columns:
        yield column, start
        start += len(column.features)


def _category(X: Array, column: Column, start: int, number: int) -> Array:
    """Which rows have a category, by its number; the first is the one without a column."""
    if number:
        return np.asarray(X[:, start + number - 1] == 1)
    return np.asarray(~X[:, start : start + len(column.categories) - 1].any(axis=1))


def _learnt(data: DataSet) -> Iterator[Column]:
    """The columns with what these rows teach of them: the words that stand in them, what fills a gap."""
    fill = FILLS.get(data.missing) if data.missing else None
    for column, start in _places(data.columns):
        if column.categories:
            there = [_category(data.X, column, start, k).any() for k in range(len(column.categories))]
            yield replace(
                column, categories=tuple(c for c, any_row in zip(column.categories, there, strict=True) if any_row)
            )
        elif fill is not None:
            values = data.X[:, start]
            known = values[~np.isnan(values)]
            if not len(known):
                raise CannotWork(
                    f"{data.source}, column {quoted(column.name)} has nothing but gaps in the rows to train on, so "
                    f"there is no {data.missing} to fill in: try another --seed, or leave it out with "
                    f"--drop {quoted(column.name)}."
                )
            yield replace(column, fill=fill(known))
        else:
            yield column


def _as_columns(data: DataSet, columns: tuple[Column, ...]) -> tuple[DataSet, dict[tuple[str, str], Array]]:
    """The data with these columns, and which rows have a category that is not among theirs."""
    unknown: dict[tuple[str, str], Array] = {}
    taken: list[int] = []
    for (read, start), column in zip(_places(data.columns), columns, strict=True):
        if not read.categories:
            taken.append(start)
            continue
        for k, category in enumerate(read.categories):
            if category not in column.categories and (rows := _category(data.X, read, start, k)).any():
                unknown[column.name, category] = rows
        taken += [start + read.categories.index(category) - 1 for category in column.categories[1:]]
    X = data.X if taken == list(range(data.X.shape[1])) else data.X[:, taken]
    fills = [(start, column.fill) for column, start in _places(columns) if column.fill is not None]
    if data.missing and fills:
        X = X.copy()
        for start, fill in fills:
            X[np.isnan(X[:, start]), start] = fill
    features = tuple(name for column in columns for name in column.features)
    return replace(data, X=X, columns=columns, features=features), unknown


def _filled(data: DataSet, held: DataSet | None, columns: Sequence[Column]) -> Iterator[str]:
    """What each gap was filled in with."""
    if data.missing is None:
        return
    where = " of the rows to train on" if held is not None else ""
    for (_, start), column in zip(_places(data.columns), columns, strict=True):
        gaps = sum(int(np.isnan(rows.X[:, start]).sum()) for rows in (data, held) if rows is not None)
        if gaps and column.fill is not None:
            text = f"{column.fill:.6g}" if float(f"{column.fill:.6g}") == column.fill else f"about {column.fill:.6g}"
            yield (
                f"{data.source}, column {quoted(column.name)}: {plural(gaps, 'gap')} filled in with its "
                f"{data.missing}{where}, {text}."
            )


def _unlearnt_classes(data: DataSet, held: DataSet | None) -> Iterator[str]:
    """The classes that only test rows have."""
    if held is None or not data.classes:
        return
    unlearnt = sorted(set(held.y.astype(int).tolist()) - set(data.y.astype(int).tolist()))
    if unlearnt:
        names = listed([quoted(data.classes[k]) for k in unlearnt[:MOST_LISTED]])
        yield (
            f"{data.source}: of {names} there are test rows only, so the model can't learn "
            f"{'it' if len(unlearnt) == 1 else 'them'}; another --seed, or a smaller --test, may mend that."
        )


def _constants(data: DataSet, held: DataSet | None, columns: Sequence[Column]) -> Iterator[str]:
    """What to say of a number that is the same in all rows to train on, but not in the test.

    Raises CannotWork that names every feature that is the same in all rows, save pixels: corners may well be. So are
    words that only one is left of to train on.
    """
    constant: list[tuple[str, str]] = []
    for (read, start), column in zip(_places(data.columns), columns, strict=True):
        name, values = column.name, data.X[:, start]
        if read.categories:
            constant += [(name, column.categories[0])] if len(column.categories) == 1 else []
        elif column.fill is not None or values[0] == values[-1]:  # Most differ: no need to look at every row then.
            value = values[0] if column.fill is None else column.fill
            if ((values == value) | np.isnan(values)).all():
                text = TypedFloat(value).text
                if held is None or ((held.X[:, start] == value) | np.isnan(held.X[:, start])).all():
                    constant.append((name, text))
                else:
                    yield (
                        f"{data.source}, column {quoted(name)} is {text} in every row to train on, so nothing can be "
                        f"learned from it: leave it out with --drop {as_option([name])}, or try another --seed."
                    )
    if constant:
        where = "in every row to train on" if held is not None else "in every row"
        where += " without gaps" if data.missing is Missing.DROP else ""
        drop = f"--drop {as_option([name for name, _ in constant])}"
        if len(constant) == 1:
            [(name, text)] = constant
            raise CannotWork(
                f"{data.source}, column {quoted(name)} is {shown(text, 40)} {where}, so nothing can be learned from "
                f"it: leave it out with {drop}."
            )
        names = [f"{quoted(name)} ({shown(text, 40)})" for name, text in constant[:MOST_LISTED]]
        rest = [f"{len(constant) - MOST_LISTED} more"] if len(constant) > MOST_LISTED else []
        raise CannotWork(
            f"{data.source}: the columns {listed(names + rest)} are each the same {where}, so nothing can be learned "
            f"from them: leave them out with {drop}."
        )
