"""pp train."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from penpaper_cli.commands.data_options import (
    Category,
    Drop,
    Features,
    Missing,
    Numbers,
    Plot,
    Size,
    names,
    read_pictures,
    say,
)
from penpaper_cli.commands.shared import View, command
from penpaper_cli.numbers import CannotRead
from penpaper_cli.solution import Solution

if TYPE_CHECKING:
    pass


def train(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="A CSV with a header line, or - for standard input; or a folder of pictures by class."
        ),
    ],
    view: View,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column to predict (not for pictures).")
    ] = None,
    features: Features = None,
    drop: Drop = None,
    category: Category = None,
    missing: Missing = None,
    numbers: Numbers = None,
    lr: Annotated[
        float | None, typer.Option(metavar="RATE", help="Learning rate. Default: 0.1, or less where that diverges.")
    ] = None,
    epochs: Annotated[int, typer.Option(metavar="N", help="How many updates to make.")] = 200,
    loss: Annotated[Literal["mse", "half-mse"], typer.Option(help="Mean squared error, or half of it.")] = "mse",
    scale: Annotated[Literal["standard", "minmax", "none"], typer.Option(help="How features are scaled.")] = "standard",
    explain: Annotated[str, typer.Option(metavar="1,2,last", help="Which epochs to work in full.")] = "1,last",
    predict: Annotated[
        str | None, typer.Option(metavar='"1650 3"', help="Features of a new row (or rows) to predict, worked.")
    ] = None,
    size: Size = None,
    plot: Plot = None,
) -> Solution:
    """Train a model on a CSV by gradient descent, epochs worked in full."""
    if epochs < 1:
        raise CannotRead(f"--epochs {epochs}: training needs at least 1 epoch.")
    if lr is not None and not (math.isfinite(lr) and lr > 0):
        raise CannotRead(f"--lr {lr:g}: the learning rate must be a finite number above 0, such as 0.1.")
    if view.exact:
        raise CannotRead("--exact: training repeats its sums too often for exact fractions; leave the option out.")
    chosen = read_epochs(explain, epochs)

    from penpaper_cli import table, training
    from penpaper_cli.explain import Show
    from penpaper_cli.explain_training import Lesson
    from penpaper_cli.sources import quoted

    if plot is not None:
        from penpaper_cli import plotting

        plotting.check(plot)
    wanted = names(features) if features is not None else None
    for_tables = {
        "target": target,
        "features": features,
        "drop": drop,
        "category": category,
        "missing": missing,
        "numbers": numbers,
    }
    read = read_pictures(data, size, for_tables)
    if read is None and target is None:
        raise CannotRead("Missing option '--target': name the column to predict.")
    read = read or table.read_data(data, str(target), wanted, names(drop), names(category), missing, numbers)
    say(read.notes)
    if read.classes:
        raise CannotRead(
            f"The target {quoted(read.target)} holds words, and a linear model predicts numbers: choose another target."
        )
    if "intercept" in read.features:
        raise CannotRead(
            'A feature can\'t be called "intercept", since the model has one of its own: rename the column.'
        )
    notes: list[str] = []
    new = table.read_rows_for(read.columns, predict, notes=notes) if predict is not None else None
    say(notes)
    scaling = training.scaling(read.X, scale)
    X, kind = scaling.apply(read.X), loss.replace("-", "_")
    rate = training.usual_rate(X, kind) if lr is None else lr
    rate_was_lowered = lr is None and rate < training.USUAL_RATE
    with progress(epochs) as tick:
        run = training.descend(X, read.y, rate, epochs, kind, chosen, tick)
    worked = sorted({min(epoch, run.epochs) for epoch in chosen if epoch <= run.epochs or epoch == epochs} - {0})
    metrics = {} if run.diverged else training.metrics(X @ run.w + run.b, read.y, kind)
    exact = training.least_squares(X, read.y, kind)
    show = Show(view.figures(), view.steps, view.entries, view.detail, terms=4)
    show.check("ŷ", read.y.shape)
    lesson = Lesson(read, scaling, X, run, exact, metrics, worked, new, show, rate_was_lowered)
    if plot is not None:
        outcome = None if run.diverged else plotting.Pairs(read.target, read.y, X @ run.w + run.b)
        say(plotting.plot(plot, run.losses, (), outcome, lesson.falls_far))
    return Solution(
        command="train",
        title="Training a linear model",
        figures=show.figures,
        steps=lesson.steps(),
        given=lesson.given(),
        answer=lesson.answer(),
        results=lesson.results(),
        more=lesson.for_programs(),
        failure=lesson.failure() if run.diverged else None,
    )


def read_epochs(text: str, last: int) -> list[int]:
    """The epochs named by --explain, in order: "1,2,last"."""
    found = set()
    for word in text.replace(",", " ").split():
        number = last if word == "last" else int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0
        if not 1 <= number <= last:
            raise CannotRead(
                f'--explain "{text}": name epochs from 1 to {last:,}, or "last", with commas between them.'
            )
        found.add(number)
    if not found:
        raise CannotRead('--explain names no epoch: name epochs such as "1,last".')
    return sorted(found)


@contextmanager
def progress(epochs: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr once training has taken a second, where stderr is a terminal."""
    import sys
    import time

    if not sys.stderr.isatty():
        yield lambda epoch: None
        return
    from rich.progress import Progress

    start = time.monotonic()
    bars: list[Progress] = []

    def tick(epoch: int) -> None:
        if bars:
            bars[0].update(bars[0].task_ids[0], completed=epoch)
        elif time.monotonic() - start > 1:
            from rich.console import Console

            bars.append(Progress(console=Console(stderr=True), transient=True))
            bars[0].add_task("training", total=epochs)
            bars[0].start()

    try:
        yield tick
    finally:
        for bar in bars:
            bar.stop()


COMMANDS = {"train": command(train)}
