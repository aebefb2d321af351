"""pp train."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.choices import read_rates
from penpaper_cli.commands.progress import watching
from penpaper_cli.commands.shared import command
from penpaper_cli.commands.training_options import read_columns, read_run, read_training
from penpaper_cli.commands.writing import say

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.training import RunOptions
    from penpaper_cli.api.view import ViewOptions
    from penpaper_cli.data.opening import DataOptions
    from penpaper_cli.models.options import TrainingOptions


def train(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="A CSV, or - for stdin; a folder of pictures by class; a text for --next-word."
        ),
    ],
    columns: DataOptions,
    training: TrainingOptions,
    rates: Mapping[str, str],
    run: RunOptions,
    view: ViewOptions,
) -> Solution:
    """Train a model on a file by gradient descent, epochs worked in full.

    The model is linear, for classes logistic or softmax, or has hidden layers.

    Name the file and the column to predict:
      pp train samples/houses.csv --target price
      pp train samples/exam.csv --target result --hidden 4 --save model.json

    Read more: samples/reference/training.md
    """
    from dataclasses import replace

    from penpaper_cli.api.training import train_with
    from penpaper_cli.api.view import View

    training = replace(training, rates={**training.rates, **rates})
    return train_with(data, columns, training, run, View(**view), watching(), say)


COMMANDS = {
    "train": command(train, columns=read_columns, training=read_training, rates=read_rates, run=read_run),
}
