"""pp forward, pp loss, pp grad and pp step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from penpaper_cli.commands.shared import command

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
    typer.Option("-a", "--activation", metavar="NAME", help="none, relu, leaky-relu, sigmoid, tanh, softmax or gelu."),
]
Target = Annotated[str, typer.Option(metavar="Y", help="The truth: a row for each sample, or class numbers from 0.")]
Loss = Annotated[
    str,
    typer.Option(metavar="KIND", help="mse, half-mse, sse, half-sse, mae, bce, cross-entropy, hinge or huber."),
]
Shares = Annotated[bool, typer.Option("--from-probabilities", help="cross-entropy of shares instead of scores.")]
Delta = Annotated[str | None, typer.Option(metavar="D", help="Where huber turns from square to straight. Default: 1.")]
Samples = Annotated[str, typer.Argument(metavar="X", help="The input: a row for each sample.")]


def forward(
    x: Samples, weights: Weights, view: ViewOptions, bias: Biases = None, activation: Activations = None
) -> Solution:
    """Work a forward pass, layer by layer."""
    from penpaper_cli.api import networks

    return networks.forward(x, weights, bias=bias, activation=activation or (), **view)


def loss(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="mse, half-mse, sse, half-sse, mae, bce, …")],
    predicted: Annotated[str, typer.Argument(metavar="PREDICTED", help="The predictions, or the scores.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The truth, of the same shape, or class numbers.")],
    view: ViewOptions,
    from_probabilities: Shares = False,
    delta: Delta = None,
) -> Solution:
    """Work a loss: how far predictions land from the truth."""
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
    """Work a forward pass, its loss, and the gradient by every weight and bias."""
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
    view: ViewOptions,
    bias: Biases = None,
    activation: Activations = None,
    from_probabilities: Shares = False,
    delta: Delta = None,
    optimizer: Annotated[
        Literal["gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"], typer.Option(help="The update rule.")
    ] = "gd",
    times: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="How many steps to make.")] = 1,
    freeze: Annotated[str | None, typer.Option(metavar="b1,b2", help="Parameters that stay as they are.")] = None,
    momentum: Annotated[str | None, typer.Option(metavar="μ", help="Of momentum and nesterov. Default: 0.9.")] = None,
    rho: Annotated[str | None, typer.Option(metavar="ρ", help="Of rmsprop. Default: 0.9.")] = None,
    beta1: Annotated[str | None, typer.Option(metavar="β1", help="Of adam. Default: 0.9.")] = None,
    beta2: Annotated[str | None, typer.Option(metavar="β2", help="Of adam. Default: 0.999.")] = None,
    epsilon: Annotated[str | None, typer.Option(metavar="ε", help="Added outside the root. Default: 1e-8.")] = None,
) -> Solution:
    """Work everything of grad, then the update of every parameter."""
    from penpaper_cli.api import networks

    typed = {"momentum": momentum, "rho": rho, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
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
        rates={name: text for name, text in typed.items() if text is not None},
        **view,
    )


COMMANDS = {"forward": command(forward), "loss": command(loss), "grad": command(grad), "step": command(step)}
