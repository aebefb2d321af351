"""What pp train and pp predict do otherwise for a text: new rows, the lesson, and the options that don't fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penpaper_cli.errors import CannotRead

if TYPE_CHECKING:
    from penpaper_cli.explain.show import Show
    from penpaper_cli.explain.training import Lesson
    from penpaper_cli.models.experiment import Experiment
    from penpaper_cli.models.model import Model
    from penpaper_cli.paper.paper import Array

WHY_NOT = {
    "loss": "words are classes, and their loss is the cross-entropy",
    "scale": "one-hot rows are 0 and 1 already",
    "scale-target": "words are classes and can't be scaled",
}


def refuse_for_words(typed: dict[str, Any]) -> None:
    """Raise CannotRead for what was typed of the options of training that a text leaves no choice for."""
    for option, why in WHY_NOT.items():
        if typed[option] is not None:
            raise CannotRead(f"--{option}: with --next-word {why}; leave the option out.")


def read_new(model: Model, source: str, notes: list[str]) -> Array:
    """New rows for a model of any task: words for that of a text, else numbers; `notes` gets what was done to them."""
    from penpaper_cli.data import corpus, dataset

    if model.counts is not None:
        return corpus.read_beginnings(model.classes, model.counts.context, source)
    return dataset.read_rows_for(model.columns, source, notes=notes)


def lesson_of(
    experiment: Experiment, model: Model, chosen: list[int], new: Array | None, show: Show, resume: str | None
) -> Lesson:
    """The lesson that fits the task."""
    from penpaper_cli.explain.corpus import WordLesson
    from penpaper_cli.explain.training import Lesson

    kind = WordLesson if experiment.data.context else Lesson
    return kind(experiment, model, chosen, new, show, resume)
