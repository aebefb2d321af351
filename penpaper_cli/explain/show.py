"""What is shown: which entries are worked, in what detail, with how many digits."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.ops.shapes import shape_text
from penpaper_cli.paper.paper import Place, Value

MOST_ENTRIES = 9
"""How many entries of a value are worked, unless more are asked for."""
MOST_TERMS = 8
"""How many terms of a sum are written out."""


@dataclass(frozen=True, repr=False, eq=False)
class Show:
    """What to show: the digits of a number, which entries to work (`steps` many, or those named), in what detail."""

    figures: Figures = field(default_factory=Figures)
    steps: int | None = None
    entries: tuple[Place, ...] = ()
    detail: str = "normal"
    terms: int = MOST_TERMS

    def places(self, shape: tuple[int, ...], limit: int = MOST_ENTRIES) -> Iterable[Place]:
        """The entries to work: the named ones, else the first few and the last."""
        if named := self.named(shape):
            return named
        count, most = prod(shape), self.most(limit)
        if count <= most:
            return itertools.product(*map(range, shape))
        if most < 2:
            return itertools.islice(itertools.product(*map(range, shape)), most)
        first = itertools.islice(itertools.product(*map(range, shape)), most - 1)
        return itertools.chain(first, [tuple(n - 1 for n in shape)])

    def most(self, limit: int) -> int:
        """How many entries are worked at most."""
        if self.steps is not None:
            return self.steps
        return {"full": sys.maxsize, "normal": limit, "summary": 0}[self.detail]

    def left_out(self, shape: tuple[int, ...], limit: int = MOST_ENTRIES) -> int:
        """How many entries are not worked."""
        return prod(shape) - (len(self.named(shape)) or min(prod(shape), self.most(limit)))

    def named(self, shape: tuple[int, ...]) -> list[Place]:
        """The entries asked for that are there."""
        return [
            at
            for at in dict.fromkeys(self.entries)
            if len(at) == len(shape) and all(k < n for k, n in zip(at, shape, strict=True))
        ]

    def unseen(self, shape: tuple[int, ...], limit: int) -> str:
        """The first entry that is not worked, as it is typed after --entry."""
        shown = set(self.places(shape, limit))
        at = next(place for place in itertools.product(*map(range, shape)) if place not in shown)
        return ",".join(str(k + 1) for k in at)

    def check(self, name: str, shape: tuple[int, ...]) -> None:
        """Raise CannotRead when an entry asked for isn't there."""
        for place in self.entries:
            if place not in self.named(shape):
                asked = ",".join(str(k + 1) for k in place)
                example = ",".join(map(str, shape))
                raise CannotRead(f"--entry {asked}: {name} is {shape_text(shape)}, so its last entry is {example}.")


def check_entries(show: Show, values: Sequence[Value]) -> None:
    """Raise CannotRead when an entry that was asked for is in none of the values."""
    for at in show.entries:
        if not any(replace(show, entries=(at,)).named(v.shape) for v in values):
            asked = ",".join(str(k + 1) for k in at)
            raise CannotRead(f"--entry {asked}: no value here has such an entry; rows and columns count from 1.")
