"""Which columns of a data file are asked for: the target, the features, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from penpaper_cli.data.sheet import Header
from penpaper_cli.data.sources import quoted, shown
from penpaper_cli.errors import CannotRead

MOST_LISTED = 20
OUTSIDE_QUOTES = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')


@dataclass
class Selection:
    """Which columns are asked for."""

    source: str
    header: Header
    target: str
    features: Sequence[str] | None
    drop: tuple[str, ...]
    category: frozenset[str]

    def places(self) -> list[int]:
        """Where the features stand, and the target last. Raises CannotRead when a name is wrong."""
        names = [self.header.called(j) for j in range(len(self.header.names))]
        if self.features is None:
            self._no_name_twice(names, [name for name in names if name not in self.drop])
        self._name_the_last_column(names)
        for name in (self.target, *(self.features or ()), *self.drop, *sorted(self.category)):
            if name not in names:
                raise CannotRead(no_column(self.source, names, name))
        if self.target in self.drop:
            raise CannotRead(f"{quoted(self.target)} is the target, so it can't be left out: take it out of --drop.")
        features = [name for name in names if name != self.target] if self.features is None else self.features
        for name in features:
            if name == self.target:
                raise CannotRead(
                    f"{quoted(name)} is the target, so it can't be a feature too: leave it out of --features."
                )
            if self.features and features.count(name) > 1:
                raise CannotRead(f"The feature {quoted(name)} is listed more than once: list it once in --features.")
        features = [name for name in features if name not in self.drop]
        if not features:
            raise CannotRead(
                f"{self.source}: training needs at least one feature besides the target {quoted(self.target)}."
            )
        self._no_name_twice(names, [*features, self.target])
        for name in sorted(self.category):
            if name not in (*features, self.target):
                raise CannotRead(f"--category names {quoted(name)}, which is not used: take it out.")
        return [names.index(name) for name in (*features, self.target)]

    def _no_name_twice(self, names: list[str], used: list[str]) -> None:
        for name in used:
            if names.count(name) > 1:
                raise CannotRead(
                    f"{self.source}, line {self.header.line}: two columns are called {quoted(name)}, "
                    "and every column needs its own name."
                )

    def _name_the_last_column(self, names: list[str]) -> None:
        """Without a header, a target that is no such name as x3 is the last column."""
        if self.header.invented and self.target not in names and not re.fullmatch(r"x\d+", self.target):
            self.header.notes.append(f"{self.source}: the last column is taken for the target {quoted(self.target)}.")
            names[-1] = self.header.names[-1] = self.target


def column_names(names: str | Sequence[str] | None) -> Sequence[str] | None:
    """The names of columns, from a list, or from a text with commas between them.

    There a name that has a comma itself stands in quotation marks.
    """
    if not isinstance(names, str):
        return names
    parts = OUTSIDE_QUOTES.split(names) if names else []
    return [part.strip().removeprefix('"').removesuffix('"') for part in parts]


def as_option(names: Sequence[str]) -> str:
    """The names of columns as an option takes them, fit for a shell: "A,B"."""
    parts = [f'"{name}"' if "," in name else name for name in names]
    return f"'{','.join(parts)}'" if any("," in name for name in names) else f'"{shown(",".join(parts), 2_000)}"'


def no_column(source: str, names: list[str], name: str) -> str:
    """That there is no such column, with names that are close and those there are."""
    import difflib

    close = ", ".join(map(quoted, difflib.get_close_matches(name, names)))
    hint = f" close: {close};" if close else ""
    listed = ", ".join(shown(column, 40) for column in names[:MOST_LISTED])
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    columns = f"its columns are {listed}{more}"
    if len(names) == 1:
        columns = f"it has one column, {quoted(names[0])}: separate columns with commas, semicolons, tabs or |"
    return f"{source} has no column {quoted(name)};{hint} {columns}."
