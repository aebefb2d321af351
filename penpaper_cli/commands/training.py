"""pp train."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands import choices
from penpaper_cli.commands import training_options as options
from penpaper_cli.commands.data_options import (
    Category,
    Drop,
    Features,
    Missing,
    Numbers,
    Plot,
    Size,
    draw_plot,
    names,
)
from penpaper_cli.commands.model_files import read_saved, save_model
from penpaper_cli.commands.next_word import lesson_of, read_new, refuse_for_words
from penpaper_cli.commands.progress import interruptible, progress
from penpaper_cli.commands.shared import command
from penpaper_cli.commands.writing import say
from penpaper_cli.errors import CannotRead, Interrupted

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.view import ViewOptions
    from penpaper_cli.models.experiment import Experiment
    from penpaper_cli.solution.script import Script

MOST_EPOCHS = 100_000_000


def train(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="A CSV, or - for stdin; a folder of pictures by class; a text for --next-word."
        ),
    ],
    rates: Mapping[str, str],
    view: ViewOptions,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column to predict (not with --resume, nor for pictures).")
    ] = None,
    next_word: options.NextWord = False,
    context: options.Context = None,
    features: Features = None,
    drop: Drop = None,
    category: Category = None,
    missing: Missing = None,
    numbers: Numbers = None,
    classify: options.Classify = False,
    hidden: options.Hidden = None,
    activation: options.Activation = None,
    loss: options.Loss = None,
    l2: options.L2 = None,
    init: options.Init = None,
    optimizer: options.Optimizer = None,
    lr: options.Rate = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    seed: options.Seed = None,
    test: options.Test = None,
    patience: options.Patience = None,
    scale: options.Scale = None,
    scale_target: options.ScaleTarget = None,
    explain: options.Explain = "1,last",
    predict: options.Predict = None,
    size: Size = None,
    plot: Plot = None,
    save: options.Save = None,
    resume: options.Resume = None,
) -> Solution:
    """Train a model on a CSV, epochs worked in full: linear, for classes logistic or softmax, or with hidden layers."""
    from dataclasses import replace

    from penpaper_cli.data.files import check_writable
    from penpaper_cli.data.opening import DataOptions, SavedRun, open_data
    from penpaper_cli.formula.settings import read_rates
    from penpaper_cli.formula.update_rules import rule_for
    from penpaper_cli.models.experiment import new_experiment, resumed_experiment
    from penpaper_cli.models.options import TrainingOptions

    if view.get("exact"):
        raise CannotRead("--exact: training repeats its sums too often for exact fractions; leave the option out.")
    if epochs is not None and not 1 <= epochs <= MOST_EPOCHS:
        raise CannotRead(f"--epochs {epochs}: training needs at least 1 epoch.")
    typed = rates if lr is None else {"lr": lr, **rates}
    chosen = read_epochs(explain, epochs if resume is None else None)
    if save is not None:
        check_writable(save, "--save")
    if plot is not None:
        from penpaper_cli.render.plot import files

        files.check(plot)
    asked = TrainingOptions(
        loss=loss,
        hidden=options.read_hidden(hidden),
        activation=activation,
        optimizer=optimizer,
        rates=read_rates(typed, rule_for(optimizer, hidden is not None)),
        batch_size=batch_size,
        seed=seed,
        init=init,
        l2=l2,
        test=test,
        patience=patience,
        scale=scale,
        scale_target=scale_target,
    )
    wanted = DataOptions(
        target,
        names(features),
        names(drop),
        names(category),
        missing,
        numbers,
        classify,
        size,
        next_word,
        context,
    )
    if resume is not None:
        before = read_saved(resume, asked)
        words_before = before.counts.context if before.counts is not None else 0
        saved = SavedRun(resume, before.target, before.columns, before.classes, words_before)
        read = open_data(data, wanted, saved)
        experiment = resumed_experiment(read, before, resume)
    else:
        if next_word:
            refuse_for_words({"loss": loss, "scale": scale, "scale-target": scale_target})
            asked = replace(asked, scale="none")
        read = open_data(data, wanted)
        experiment = new_experiment(read, asked)
    say(read.notes)
    return worked(experiment, chosen, epochs or experiment.usual_epochs, predict, save, plot, resume, view)


def worked(
    experiment: Experiment,
    chosen: list[int | None],
    count: int,
    predict: str | None,
    save: str | None,
    plot: str | None,
    resume: str | None,
    view: ViewOptions,
) -> Solution:
    """Train, save what came of it, and explain it."""
    from penpaper_cli.api.building import solution
    from penpaper_cli.api.view import View
    from penpaper_cli.explain.show import check_entries

    notes: list[str] = []
    try:
        new = read_new(experiment.data, predict, notes) if predict is not None else None
    except CannotRead as error:
        raise CannotRead(f"--predict: {error}") from None
    say(notes)
    run, start = experiment.run, experiment.run.epochs + 1 if experiment.run.losses else 1
    last = start + count - 1
    numbers = [last if epoch is None else epoch for epoch in chosen]
    if resume is not None and numbers == [1, last]:
        numbers = [start, last]
    for number in numbers:
        if not start <= number <= last:
            raise CannotRead(f'--explain: name epochs from {start:,} to {last:,}, or "last", with commas between them.')
    with progress(last) as tick, interruptible() as stop:
        trained = experiment.train(count, numbers, tick, stop)
    if not run.diverged and save is not None:
        save_model(trained.model, save)
    if run.interrupted:
        from penpaper_cli.data.sources import quoted
        from penpaper_cli.sentences.training import interrupted

        raise Interrupted(interrupted(run.epochs, quoted(save, 200) if save and not run.diverged else None))
    to_work = sorted({min(n, run.epochs) for n in numbers if n <= run.epochs or n == last} & set(run.kept))
    show = View(**view).show(terms=4)
    lesson = lesson_of(trained, to_work, new, show, resume)
    if show.entries and to_work:
        step = lesson.epochs.recorded(to_work[0])
        if experiment.layers.single:
            show.check(experiment.layers.prediction_name, experiment.y.shape)
        else:
            check_entries(show, [*step.forward, *step.backward, *step.update])
    if plot is not None:
        draw_plot(lesson, plot)

    def script() -> Script:
        from penpaper_cli.explain.scripts.training import training_script

        return training_script(lesson)

    return solution(
        "train",
        lesson.title,
        lesson.steps,
        show,
        given=lesson.given(),
        answer=lesson.answer(),
        results=lesson.results(),
        more=lesson.for_programs(),
        failure=lesson.failure() if run.diverged else None,
        script=script,
    )


def read_epochs(text: str, last: int | None) -> list[int | None]:
    """The epochs named by --explain, "1,2,last", with None for the last."""
    found: list[int | None] = []
    for word in text.replace(",", " ").split():
        number = None if word == "last" else int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0
        if number is not None and (number < 1 or (last is not None and number > last)):
            upto = f"from 1 to {last:,}" if last is not None else "from 1 up"
            raise CannotRead(f'--explain "{text}": name epochs {upto}, or "last", with commas between them.')
        found.append(number)
    if not found:
        raise CannotRead('--explain names no epoch: name epochs such as "1,last".')
    return found


COMMANDS = {"train": command(train, rates=choices.read_rates)}
