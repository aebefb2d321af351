"""Training: open the data, run, and then whatever is wanted of the run: its working, a file of the model, a plot."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Unpack

from penpaper_cli.api.building import solution
from penpaper_cli.api.networks import Number
from penpaper_cli.api.solution import Solution
from penpaper_cli.api.view import View, ViewOptions
from penpaper_cli.data.files import check_writable, same_file
from penpaper_cli.data.images import Size
from penpaper_cli.data.opening import DataOptions, SavedRun, open_data, open_rows
from penpaper_cli.data.sources import quoted
from penpaper_cli.data.tables import Source
from penpaper_cli.errors import CannotRead, Interrupted
from penpaper_cli.explain.corpus import lesson_of
from penpaper_cli.explain.epochs import Epochs, falls_far
from penpaper_cli.explain.show import Show, check_entries
from penpaper_cli.explain.training import Lesson
from penpaper_cli.models.experiment import Experiment, Trained, new_experiment, resumed_experiment
from penpaper_cli.models.model_json import load_model, save_model
from penpaper_cli.models.options import TrainingOptions, read_hidden
from penpaper_cli.paper.arrays import Array
from penpaper_cli.sentences.training import interrupted
from penpaper_cli.solution.script import Script

MOST_EPOCHS = 100_000_000
Progress = Callable[[int, int], bool | None]
"""Called after every epoch with its number and that of the last; training ends where it gives True."""


@dataclass(frozen=True)
class RunOptions:
    """How long to train, and what is wanted of the run.

    `explain` names the epochs to work, "1,2,last" or a list, `predict` has new rows; `plot` and `save` are files to
    write, `resume` is a model in a file whose training goes on.
    """

    epochs: int | None = None
    explain: str | Sequence[int | str] = "1,last"
    predict: Source | None = None
    plot: str | None = None
    save: str | None = None
    resume: str | None = None


def train(
    data: Source,
    target: str | None = None,
    *,
    features: str | Sequence[str] | None = None,
    drop: str | Sequence[str] | None = None,
    category: str | Sequence[str] | None = None,
    missing: str | None = None,
    numbers: str | None = None,
    encoding: str | None = None,
    classify: bool = False,
    size: Size | None = None,
    next_word: bool = False,
    context: int | None = None,
    hidden: str | Sequence[int] | None = None,
    activation: str | None = None,
    loss: str | None = None,
    l2: float | None = None,
    init: str | None = None,
    optimizer: str | None = None,
    lr: Number | None = None,
    rates: Mapping[str, Number] | None = None,
    batch_size: int | None = None,
    seed: int | None = None,
    test: float | None = None,
    patience: int | None = None,
    scale: str | None = None,
    scale_target: bool | None = None,
    epochs: int | None = None,
    explain: str | Sequence[int | str] = "1,last",
    predict: Source | None = None,
    plot: str | None = None,
    save: str | None = None,
    resume: str | None = None,
    progress: Progress | None = None,
    **options: Unpack[ViewOptions],
) -> Solution:
    """A training run: linear regression, for classes logistic or softmax regression, or a network with hidden layers.

    `data` is a CSV, a folder that has a folder of pictures for each class, with `next_word` a text; or a table in
    memory: an array of shape (rows, columns), a data frame, a mapping of names to columns, a list of rows. An array has
    the columns x1, x2, …, and a `target` by another name is its last. What isn't given is chosen to suit, as pp train
    does; the names and meanings are those of its options. `hidden` are the sizes of hidden layers, such as [8, 4].

    The answer are the predictions of the new rows in `predict`, shape (m,), else the loss. `more` has the `model`, its
    `metrics` and the `history` of losses. A run that diverged has a `failure`. `options` are those of `View`.

    Raises CannotRead for data and options that can't be read or don't fit each other, CannotWork where there is nothing
    to learn, Interrupted where `progress` gave True; a model that was to be saved is saved by then.
    """
    typed = {} if lr is None else {"lr": str(lr)}
    typed |= {name: str(rate) for name, rate in (rates or {}).items()}
    data_options = DataOptions(
        target, features, drop, category, missing, numbers, classify, size, next_word, context, encoding
    )
    sizes = read_hidden(hidden)
    training_options = TrainingOptions(
        loss, sizes, activation, optimizer, typed, batch_size, seed, init, l2, test, patience, scale, scale_target
    )
    wanted = RunOptions(epochs, explain, predict, plot, save, resume)
    return train_with(data, data_options, training_options, wanted, View(**options), nullcontext(progress or _quiet))


def _quiet(epoch: int, last: int) -> None:
    """What hears of no epoch."""


def train_with(
    data: Source,
    data_options: DataOptions,
    training_options: TrainingOptions,
    wanted: RunOptions,
    view: View,
    watching: AbstractContextManager[Progress],
    say: Callable[[Iterable[str]], None] | None = None,
) -> Solution:
    """The same with its options in groups. `watching` is entered while training runs, and gives what hears of it.

    Notes on the data go to `say` before training starts; without it they are those of the solution.
    """
    if view.exact:
        raise CannotRead("--exact: training repeats its sums too often for exact fractions; leave the option out.")
    _check(data, wanted)
    experiment = open_experiment(data, data_options, training_options, wanted.resume)
    notes = list(experiment.data.notes)
    if say:
        say(notes)
    new_notes: list[str] = []
    new = _new_rows(experiment, wanted.predict, new_notes)
    if say:
        say(new_notes)
    epochs, show = _epochs_to_work(experiment, wanted), view.show(terms=4)
    _check_entries(experiment, show)
    trained = _run(experiment, epochs, watching)
    if trained.run.interrupted:
        saved = None if trained.run.diverged else _saved(trained, wanted)
        raise Interrupted(interrupted(trained.run.epochs, saved))
    lesson = lesson_of(trained, epochs.worked(trained), new, show, wanted.resume)
    made = lesson_solution(lesson, [] if say else [*notes, *new_notes])
    if not trained.run.diverged:  # Only now, when nothing can be refused any more.
        _saved(trained, wanted)
    if wanted.plot is not None:
        made.notes += tuple(draw_plot(lesson, wanted.plot))
    return made


def _saved(trained: Trained, wanted: RunOptions) -> str | None:
    """Save the model where that was asked for; the file as it is quoted."""
    if wanted.save is None:
        return None
    save_model(trained.model, wanted.save)
    return quoted(wanted.save, 200)


def _check(data: Source, wanted: RunOptions) -> None:
    """Raise CannotRead before any work for what can't be done with its end."""
    if wanted.epochs is not None and not 1 <= wanted.epochs <= MOST_EPOCHS:
        raise CannotRead(f"--epochs {wanted.epochs}: give a whole number from 1 to {MOST_EPOCHS:,}.")
    read_epochs(wanted.explain, None if wanted.resume else wanted.epochs)
    if wanted.save is not None:
        check_writable(wanted.save, "--save")
        if isinstance(data, str | os.PathLike) and same_file(os.fspath(data), wanted.save):
            raise CannotRead(f"--save {quoted(wanted.save, 200)}: that is the data; name another file for the model.")
    if wanted.plot is not None:
        from penpaper_cli.render.plot import files

        files.check(wanted.plot)
        if wanted.save is not None and same_file(wanted.save, wanted.plot):
            raise CannotRead("--save and --plot name the same file: name one for the model and one for the plot.")


def open_experiment(
    data: Source, data_options: DataOptions, training_options: TrainingOptions, resume: str | None
) -> Experiment:
    """The experiment before its first epoch, or where that of a saved model stood.

    Raises CannotRead and CannotWork as `train` does; options that only a new run can have are refused for a saved one.
    """
    if resume is None:
        return new_experiment(open_data(data, data_options), training_options)
    model = load_model(resume)
    for option in training_options.given():
        raise CannotRead(f"--{option}: with --resume this comes from {resume}; leave the option out.")
    saved = SavedRun(resume, model.target, model.columns, model.classes, model.context, model.missing)
    return resumed_experiment(open_data(data, data_options, saved), model, resume)


def _new_rows(experiment: Experiment, rows: Source | None, notes: list[str]) -> Array | None:
    try:
        return None if rows is None else open_rows(experiment.data, rows, notes).X
    except CannotRead as error:
        raise CannotRead(f"--predict: {error}") from None


@dataclass(frozen=True)
class EpochsToWork:
    """Which epochs are run, and which of them are to be worked."""

    first: int
    last: int
    named: tuple[int, ...]

    def worked(self, trained: Trained) -> list[int]:
        """Those that can be: a run may end early, and its end stands for its last epoch then."""
        run = trained.run
        reached = {min(n, run.epochs) for n in self.named if n <= run.epochs or n == self.last}
        return sorted(reached & set(run.kept))


def _epochs_to_work(experiment: Experiment, wanted: RunOptions) -> EpochsToWork:
    first = experiment.run.epochs + 1 if experiment.run.losses else 1
    last = first + (wanted.epochs or experiment.usual_epochs) - 1
    named = [last if epoch is None else epoch for epoch in read_epochs(wanted.explain, None)]
    if wanted.resume is not None and named == [1, last]:
        named = [first, last]
    for number in named:
        if not first <= number <= last:
            raise CannotRead(f'--explain: name epochs from {first:,} to {last:,}, or "last", with commas between them.')
    return EpochsToWork(first, last, tuple(named))


def read_epochs(named: str | Sequence[int | str], last: int | None) -> list[int | None]:
    """The epochs to explain, "1,2,last", with None for the last; `last` is its number where it is known."""
    text = named if isinstance(named, str) else ",".join(map(str, named))
    epochs: list[int | None] = []
    for word in text.replace(",", " ").split():
        number = None if word == "last" else int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0
        if number is not None and (number < 1 or (last is not None and number > last)):
            upto = f"from 1 to {MOST_EPOCHS if last is None else last:,}"
            raise CannotRead(f'--explain "{text}": name epochs {upto}, or "last", with commas between them.')
        epochs.append(number)
    if not epochs:
        raise CannotRead('--explain names no epoch: name epochs such as "1,last".')
    return epochs


def _run(experiment: Experiment, epochs: EpochsToWork, watching: AbstractContextManager[Progress]) -> Trained:
    stopped = False

    with watching as progress:

        def tick(epoch: int) -> None:
            nonlocal stopped
            stopped = bool(progress(epoch, epochs.last))

        return experiment.train(epochs.last - epochs.first + 1, epochs.named, tick, lambda: stopped)


def _check_entries(experiment: Experiment, show: Show) -> None:
    """Raise CannotRead when an entry that was asked for is nowhere in an epoch that is worked; they are all alike."""
    if not show.entries:
        return
    if experiment.layers.single:
        show.check(experiment.layers.prediction_name, experiment.y.shape)
        return
    rehearsal = replace(experiment, run=deepcopy(experiment.run))
    run = rehearsal.train(1).run
    if run.kept:
        step = Epochs(rehearsal, show).recorded(run.first)
        check_entries(show, [*step.forward, *step.backward, *step.update])


def draw_plot(lesson: Lesson, path: str) -> list[str]:
    """Write the plot of a run, whole or not at all; what has to be said of it."""
    from penpaper_cli.render.plot import files

    run = lesson.run
    outcome = None if run.diverged else lesson.outcome.for_plot()
    return list(files.plot(path, run.losses, run.test_losses, outcome, falls_far(run.losses)))


def lesson_solution(lesson: Lesson, notes: Iterable[str]) -> Solution:
    """A run as a solution."""

    def script() -> Script:
        from penpaper_cli.explain.scripts.training import training_script

        return training_script(lesson)

    results = lesson.results()
    return solution(
        "train",
        lesson.title,
        lesson.steps,
        lesson.show,
        given=lesson.given(),
        answer=lesson.answer(results),
        results=results,
        more=lesson.for_programs(),
        failure=lesson.failure() if lesson.run.diverged else None,
        script=script,
        notes=notes,
    )
