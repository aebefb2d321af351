"""How good predictions are: the measures of a kind of model beside those of a guess, and for classes what was what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from penpaper_cli.expressions.arithmetic import Name, Num
from penpaper_cli.models.metrics import confusion
from penpaper_cli.models.model import Model
from penpaper_cli.paper.arrays import Array
from penpaper_cli.sentences import training as training_words
from penpaper_cli.solution.blocks import Block, Parts, Sentence, Table

MOST_CLASSES = 12


def measured(model: Model, numbers: Mapping[str, float], which: str = "") -> Table:
    """Each measure of the model beside that of the constant guess, where the model knows what to guess.

    `which` begins the names of the numbers, such as test_.
    """
    names = {key: name for key, name in model.kind.measures.items() if which + key in numbers}
    if model.guess is None:
        return Table(
            (("measure",), ("the model",)),
            [((name,), (Num(numbers[which + key]),)) for key, name in names.items()],
            "lr",
        )
    rows: list[tuple[Parts, ...]] = [
        ((name,), (Num(numbers[which + key]),), _number_or_infinite(numbers.get(f"baseline_{which}{key}")))
        for key, name in names.items()
    ]
    return Table((("measure",), ("the model",), model.kind.guess(model.classes, model.guess)), rows, "lrr")


def confused(model: Model, predicted: Array, y: Array) -> Iterator[Block]:
    """The confusion table, for classes."""
    classes = model.classes
    if not model.kind.of_classes:
        return
    if len(classes) > MOST_CLASSES:
        yield Sentence((training_words.too_many_classes(len(classes)),), explains=False)
        return
    yield Sentence((training_words.CONFUSION,))
    head: tuple[Parts, ...] = (("truth",), *(("as ", Name(name)) for name in classes))
    rows: list[tuple[Parts, ...]] = [
        ((Name(name),), *((f"{count:,}",) for count in row))
        for name, row in zip(classes, confusion(predicted, y).tolist(), strict=True)
    ]
    yield Table(head, rows, "l" + "r" * len(classes))


def _number_or_infinite(measure: float | None) -> Parts:
    """A measure of the constant guess: a loss without a number is infinite."""
    return (training_words.INFINITE,) if measure is None else (Num(measure),)
