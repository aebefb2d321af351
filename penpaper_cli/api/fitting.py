"""The least-squares solution of a linear model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from penpaper_cli.api.building import solution
from penpaper_cli.api.solution import Solution
from penpaper_cli.api.view import View, ViewOptions
from penpaper_cli.data.opening import DataOptions, open_rows, open_table
from penpaper_cli.data.sources import quoted
from penpaper_cli.data.tables import Source
from penpaper_cli.errors import CannotRead
from penpaper_cli.explain import fit as explain_fit
from penpaper_cli.models.preparation import prepared
from penpaper_cli.solution.script import Script


def fit(
    data: Source,
    target: str,
    *,
    features: str | Sequence[str] | None = None,
    drop: str | Sequence[str] | None = None,
    category: str | Sequence[str] | None = None,
    missing: str | None = None,
    numbers: str | None = None,
    encoding: str | None = None,
    intercept: bool = True,
    predict: Source | None = None,
    **options: Unpack[ViewOptions],
) -> Solution:
    """A linear model by least squares, in closed form: the normal equations worked, exactly where that is little work.

    `data` is a CSV or a table in memory, of shape (rows, columns); `features` are the columns to predict the `target`
    from, all others unless named, without those of `drop`; those of `category` hold categories. `predict` has new rows
    of features, shape (m, features). The answer are their predictions, shape (m,), else the coefficients c, the
    intercept first. Where features depend on each other it has a `failure`. `options` are those of `View`.

    Raises CannotRead for data that can't be read, CannotWork for fewer than two rows or a feature that never varies.
    """
    view = View(**options)
    reading = DataOptions(target, features, drop, category, missing, numbers, encoding=encoding)
    read = prepared(open_table(data, reading)).data
    if read.classes:
        raise CannotRead(f"The target {quoted(read.target)} holds words, and least squares fits numbers: try pp train.")
    notes = list(read.notes)
    try:
        new = open_rows(read, predict, notes).X if predict is not None else None
    except CannotRead as error:
        raise CannotRead(f"--predict: {error}") from None
    worked = explain_fit.fit(read, intercept, view.exact, new, view.show(terms=4))

    def script() -> Script:
        from penpaper_cli.explain.scripts.lines import fit_script

        return fit_script(worked)

    return solution(
        "fit",
        "Fitting a linear model",
        worked.steps,
        worked.show,
        answer=worked.answer(),
        results=worked.results(),
        more=worked.for_programs(),
        failure=worked.failure(),
        script=script,
        notes=notes,
    )
