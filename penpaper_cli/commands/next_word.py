"""What pp train and pp predict do otherwise for a text: new rows, the lesson, and the options that don't fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penpaper_cli.errors import CannotRead

if TYPE_CHECKING:
    from penpaper_cli.data.dataset import DataSet
    from penpaper_cli.explain.show import Show
    from penpaper_cli.explain.training import Lesson
    from penpaper_cli.models.experiment import Trained
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


def read_new(of: DataSet | Model, source: str, notes: list[str]) -> Array:
    """New rows like those of a data set or of a model: the words before, of a text; `notes` gets what was done."""
    from penpaper_cli.data import corpus, dataset

    if of.context:
        return corpus.read_beginnings(of.classes, of.context, source)
    return dataset.read_rows_for(of.columns, source, notes=notes)


def lesson_of(trained: Trained, chosen: list[int], new: Array | None, show: Show, resume: str | None) -> Lesson:
    """The lesson that fits the task."""
    from penpaper_cli.explain.corpus import WordLesson
    from penpaper_cli.explain.training import Lesson

    kind = WordLesson if trained.experiment.data.context else Lesson
    return kind(trained, chosen, new, show, resume)
