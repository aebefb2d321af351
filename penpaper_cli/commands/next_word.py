"""What pp train and pp predict do otherwise for a text: reading it, and the options that don't fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penpaper_cli.errors import CannotRead

if TYPE_CHECKING:
    from penpaper_cli.data.dataset import DataSet
    from penpaper_cli.explain.show import Show
    from penpaper_cli.explain.training import Lesson
    from penpaper_cli.models.experiment import Experiment
    from penpaper_cli.models.model import Model
    from penpaper_cli.paper.paper import Array

USUAL_CONTEXT = 1
WHY_NOT = {
    "size": "there are no pictures",
    "target": "the next word is the target",
    "features": "the words before the next one are the features",
    "drop": "the data has no columns",
    "category": "the data has no columns",
    "missing": "the data has no columns",
    "numbers": "the data has no columns",
    "classify": "the classes are the words of the text",
    "loss": "words are classes, and their loss is the cross-entropy",
    "scale": "one-hot rows are 0 and 1 already",
    "scale-target": "words are classes and can't be scaled",
}


def read_words(data: str, context: int | None, typed: dict[str, Any]) -> DataSet:
    """The pairs of a text to train on. Raises CannotRead for options that only a table of columns can have."""
    from penpaper_cli.data.corpus import CONTEXTS, read_text
    from penpaper_cli.data.sources import shown

    for option, why in WHY_NOT.items():
        if typed.get(option) not in (None, False):
            raise CannotRead(f"--{option}: with --next-word {why}; leave the option out.")
    if context is not None and context not in CONTEXTS:
        raise CannotRead(f"--context {context}: the model looks at 1 or 2 words before the next one; give 1 or 2.")
    if data.strip().lower().endswith((".csv", ".tsv", ".json", ".npy")):
        raise CannotRead(
            f"{shown(data)}: --next-word learns from sentences, one on each line of a text file such as rhyme.txt."
        )
    return read_text(data, USUAL_CONTEXT if context is None else context)


def check_task(model: Model, next_word: bool, context: int | None, source: str) -> None:
    """Raise CannotRead where options for a text don't fit the model that is gone on with."""
    from penpaper_cli.data.sources import shown

    if next_word and model.counts is None:
        raise CannotRead(
            f"--next-word: the model in {shown(source)} is not one of the next word; leave the option out."
        )
    if context is not None:
        raise CannotRead(f"--context: with --resume this comes from {shown(source)}; leave the option out.")


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
