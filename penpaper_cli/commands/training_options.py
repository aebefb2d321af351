"""The options of pp train that say what is trained and how; None leaves the choice to pp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from penpaper_cli.commands.choices import one_of
from penpaper_cli.commands.completing import columns
from penpaper_cli.commands.data_options import Category, Drop, Encoding, Features, Missing, Numbers, Plot, Size
from penpaper_cli.formula.choices import HIDDEN, OF_NUMBERS, options_of
from penpaper_cli.formula.update_rules import UPDATE_RULES

if TYPE_CHECKING:
    from penpaper_cli.api.training import RunOptions
    from penpaper_cli.data.opening import DataOptions
    from penpaper_cli.models.options import TrainingOptions

ADAPTIVE = {name: rule for name, rule in UPDATE_RULES.items() if rule.adaptive}

Hidden = Annotated[str | None, typer.Option(metavar="8,4", help="Units in each hidden layer. Default: none.")]
Activation = Annotated[str | None, one_of(options_of(HIDDEN), "Of the hidden layers. Default: relu.")]
NextWord = Annotated[
    bool, typer.Option("--next-word", help="Learn which word comes next in a text: a sentence on each line.")
]
Context = Annotated[
    int | None, typer.Option(metavar="1|2", help="How many words to guess the next one from. Default: 1.")
]
Classify = Annotated[bool, typer.Option("--classify", help="Take a target of numbers as classes (text always is).")]
Loss = Annotated[
    str | None, one_of(options_of(OF_NUMBERS), "Mean squared error (the default), or half of it; for counts poisson.")
]
L2 = Annotated[float | None, typer.Option("--l2", metavar="λ", help="Penalty: λ/2 times the sum of squared weights.")]
Init = Annotated[
    Literal["zeros", "he", "xavier"] | None,
    typer.Option(help="Where weights start. Default: zeros; with hidden layers he, or xavier for tanh and sigmoid."),
]
Optimizer = Annotated[
    str | None, one_of(options_of(UPDATE_RULES), "The update rule. Default: gd; adam with hidden layers.")
]
Rate = Annotated[
    str | None,
    typer.Option("--lr", metavar="RATE", help="Learning rate. Default: 0.1, or what suits the model; pp says which."),
]
Epochs = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="How often to go through the data. Default: 200; 500 for classes, counts and networks; 2,000 for words.",
    ),
]
BatchSize = Annotated[int | None, typer.Option(metavar="N", help="Rows for each update. Default: all.")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Where random numbers start. Default: 0.")]
Test = Annotated[float | None, typer.Option(metavar="0.2", help="Share of the rows set aside to test the model on.")]
Patience = Annotated[
    int | None, typer.Option(metavar="N", help="Stop when the (test) loss hasn't fallen for N epochs; keep the best.")
]
Scale = Annotated[
    Literal["standard", "minmax", "none"] | None, typer.Option(help="How features are scaled. Default: standard.")
]
ScaleTarget = Annotated[
    bool | None,
    typer.Option(
        "--scale-target/--no-scale-target",
        help=f"Scale the target too. Default: with hidden layers, {', '.join(options_of(ADAPTIVE))}.",
    ),
]
Explain = Annotated[str, typer.Option(metavar="1,2,last", help="Which epochs to work in full.")]
Predict = Annotated[
    str | None, typer.Option(metavar='"1650 3"', help="Features of a new row (or rows) to predict, worked.")
]
Save = Annotated[str | None, typer.Option(metavar="FILE.json", help="Keep the model, for pp predict and --resume.")]
Resume = Annotated[
    str | None, typer.Option(metavar="FILE.json", help="Go on training a saved model, with the settings it has.")
]


def read_training(
    hidden: Hidden = None,
    activation: Activation = None,
    loss: Loss = None,
    l2: L2 = None,
    init: Init = None,
    optimizer: Optimizer = None,
    lr: Rate = None,
    batch_size: BatchSize = None,
    seed: Seed = None,
    test: Test = None,
    patience: Patience = None,
    scale: Scale = None,
    scale_target: ScaleTarget = None,
) -> TrainingOptions:
    """What is trained, and how. Raises CannotRead for what is out of range."""
    from penpaper_cli.models.options import TrainingOptions, read_hidden

    sizes, rates = read_hidden(hidden), {} if lr is None else {"lr": lr}
    return TrainingOptions(
        loss, sizes, activation, optimizer, rates, batch_size, seed, init, l2, test, patience, scale, scale_target
    )


def read_columns(
    target: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            autocompletion=columns,
            help="The column to predict (not with --resume, nor for pictures).",
        ),
    ] = None,
    next_word: NextWord = False,
    context: Context = None,
    features: Features = None,
    drop: Drop = None,
    category: Category = None,
    missing: Missing = None,
    numbers: Numbers = None,
    encoding: Encoding = None,
    classify: Classify = False,
    size: Size = None,
) -> DataOptions:
    """How the data is to be read."""
    from penpaper_cli.data.opening import DataOptions

    return DataOptions(target, features, drop, category, missing, numbers, classify, size, next_word, context, encoding)


def read_run(
    epochs: Epochs = None,
    explain: Explain = "1,last",
    predict: Predict = None,
    plot: Plot = None,
    save: Save = None,
    resume: Resume = None,
) -> RunOptions:
    """How long to train, and what is wanted of the run."""
    from penpaper_cli.api.training import RunOptions

    return RunOptions(epochs, explain, predict, plot, save, resume)
