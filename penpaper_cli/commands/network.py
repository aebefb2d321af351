"""pp forward, pp loss, pp grad and pp step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.choices import one_of, read_rates
from penpaper_cli.commands.completing import among
from penpaper_cli.commands.shared import command
from penpaper_cli.formula.choices import ACTIVATIONS, LOSSES, options_of
from penpaper_cli.formula.update_rules import UPDATE_RULES
from penpaper_cli.sentences.common import any_of

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.view import ViewOptions

Weights = Annotated[
    list[str], typer.Option("-w", "--weights", metavar="W", help="A layer's weights; give one per layer.")
]
Biases = Annotated[
    list[str] | None, typer.Option("-b", "--bias", metavar="B", help="A layer's bias, in the same order.")
]
Activations = Annotated[
    list[str] | None,
    typer.Option(
        "-a",
        "--activation",
        metavar="NAME",
        autocompletion=among(options_of(ACTIVATIONS)),
        help=f"A layer's activation, in the same order: {any_of(options_of(ACTIVATIONS))}.",
    ),
]
Target = Annotated[str, typer.Option(metavar="Y", help="The truth: a row for each sample, or class numbers from 0.")]
Loss = Annotated[
    str,
    typer.Option(metavar="KIND", autocompletion=among(options_of(LOSSES)), help=f"{any_of(options_of(LOSSES))}."),
]
Shares = Annotated[bool, typer.Option("--from-probabilities", help="cross-entropy of shares instead of scores.")]
Delta = Annotated[
    str | None,
    typer.Option(metavar="D", help="Where huber turns from square to straight; the margin of hinge. Default: 1."),
]
Samples = Annotated[str, typer.Argument(metavar="X", help="The input: a row for each sample.")]


def forward(
    x: Samples, weights: Weights, view: ViewOptions, bias: Biases = None, activation: Activations = None
) -> Solution:
    """Work a forward pass, layer by layer.

    Write each matrix in quotation marks, a layer's weights behind -w:
      pp forward "1 2" -w "0.5; -1" -b 0.1
      pp forward "1 2" -w "1 0; 0 1" -w "1; -3" -a relu -a none

    Read more: samples/reference/networks.md
    """
    from penpaper_cli.api import networks

    return networks.forward(x, weights, bias=bias, activation=activation or (), **view)


def loss(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", autocompletion=among(options_of(LOSSES)), help=f"{any_of(options_of(LOSSES))}."),
    ],
    predicted: Annotated[str, typer.Argument(metavar="PREDICTED", help="The predictions, or the scores.")],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="The truth, of the same shape, or class numbers from 0.")
    ],
    view: ViewOptions,
    from_probabilities: Shares = False,
    delta: Delta = None,
) -> Solution:
    """Work a loss: how far predictions land from the truth.

    Name the loss, and write the predictions and the truth in quotation marks:
      pp loss mse "2.5 0" "3 -1"
      pp loss cross-entropy "1 2 3; 1 0 -1" "2 0"

    Read more: samples/reference/networks.md
    """
    from penpaper_cli.api import networks

    return networks.loss(kind, predicted, target, from_probabilities=from_probabilities, delta=delta, **view)


def grad(
    x: Samples,
    weights: Weights,
    target: Target,
    loss: Loss,
    view: ViewOptions,
    bias: Biases = None,
    activation: Activations = None,
    from_probabilities: Shares = False,
    delta: Delta = None,
) -> Solution:
    """Work a forward pass, its loss, and its gradient by every parameter.

    Write each matrix in quotation marks, a layer's weights behind -w:
      pp grad "1 2" -w "0.5; -1" -b 0.1 --target 1 --loss mse
      pp grad "1 2" -w "1 0; 0 1" -a softmax --target 1 --loss cross-entropy

    Read more: samples/reference/networks.md
    """
    from penpaper_cli.api import networks

    return networks.grad(
        x,
        weights,
        target,
        loss,
        bias=bias,
        activation=activation or (),
        from_probabilities=from_probabilities,
        delta=delta,
        **view,
    )


def step(
    x: Samples,
    weights: Weights,
    target: Target,
    loss: Loss,
    lr: Annotated[str, typer.Option(metavar="RATE", help="The learning rate.")],
    rates: Mapping[str, str],
    view: ViewOptions,
    bias: Biases = None,
    activation: Activations = None,
    from_probabilities: Shares = False,
    delta: Delta = None,
    optimizer: Annotated[str, one_of(options_of(UPDATE_RULES), "The update rule.")] = "gd",
    times: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="How many steps to make.")] = 1,
    freeze: Annotated[str | None, typer.Option(metavar="b1,b2", help="Parameters that stay as they are.")] = None,
) -> Solution:
    """Work everything of grad, then the update of every parameter.

    Write each matrix in quotation marks, a layer's weights behind -w:
      pp step "1 2" -w "0.5; -1" -b 0.1 --target 1 --loss mse --lr 0.1
      pp step "1 2" -w "0.5; -1" --target 1 --loss mse --lr 0.1 --optimizer adam

    Read more: samples/reference/networks.md
    """
    from penpaper_cli.api import networks

    return networks.step(
        x,
        weights,
        target,
        loss,
        lr,
        bias=bias,
        activation=activation or (),
        from_probabilities=from_probabilities,
        delta=delta,
        optimizer=optimizer,
        times=times,
        freeze=freeze or (),
        rates=rates,
        **view,
    )


COMMANDS = {
    "forward": command(forward),
    "loss": command(loss),
    "grad": command(grad),
    "step": command(step, rates=read_rates),
}
