"""pp forward, pp loss, pp grad and pp step."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from penpaper_cli.commands.scripts import later
from penpaper_cli.commands.shared import View, command
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.solution.blocks import Solution

if TYPE_CHECKING:
    import numpy as np

    from penpaper_cli.formula.network import Network
    from penpaper_cli.formula.update_rules import Rates

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


def forward(x: Samples, weights: Weights, view: View, bias: Biases = None, activation: Activations = None) -> Solution:
    """Work a forward pass, layer by layer."""
    X, network = read_network(x, weights, bias, activation, view)
    return worked("forward", "Forward pass", network.program(), {"X": X, **network.parameters}, view, gradient=False)


def loss(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="mse, half-mse, sse, half-sse, mae, bce, …")],
    predicted: Annotated[str, typer.Argument(metavar="PREDICTED", help="The predictions, or the scores.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The truth, of the same shape, or class numbers.")],
    view: View,
    from_probabilities: Shares = False,
    delta: Delta = None,
) -> Solution:
    """Work a loss: how far predictions land from the truth."""
    from penpaper_cli.data.matrices import read_value
    from penpaper_cli.formula.network import loss_text
    from penpaper_cli.formula.program import Program

    program = Program(loss_text(kind, "ŷ", delta, from_probabilities))
    given = {"ŷ": read_value(predicted, "PREDICTED", view.exact), "y": read_value(target, "TARGET", view.exact)}
    return worked("loss", "Loss", program, given, view, gradient=False)


def grad(
    x: Samples,
    weights: Weights,
    target: Target,
    loss: Loss,
    view: View,
    bias: Biases = None,
    activation: Activations = None,
    from_probabilities: Shares = False,
    delta: Delta = None,
) -> Solution:
    """Work a forward pass, its loss, and the gradient by every weight and bias."""
    X, network = read_network(x, weights, bias, activation, view)
    program = network.program(loss, delta, from_probabilities)
    given = {"X": X, **network.parameters, "y": read_target(target, X, network, loss, view)}
    return worked("grad", "Gradients", program, given, view, gradient=True, wanted=list(network.parameters))


def step(
    x: Samples,
    weights: Weights,
    target: Target,
    loss: Loss,
    lr: Annotated[str, typer.Option(metavar="RATE", help="The learning rate.")],
    view: View,
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
    from penpaper_cli.explain import steps as explain_steps
    from penpaper_cli.explain.results import result_of, results
    from penpaper_cli.explain.show import Show, check_entries
    from penpaper_cli.formula.network import Trainer
    from penpaper_cli.sentences.common import plural

    typed = {"lr": lr, "momentum": momentum, "rho": rho, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
    rates = read_rates({name: text for name, text in typed.items() if text is not None}, optimizer)
    if times > 1 and view.exact is None:
        view = replace(view, exact=False)
    X, network = read_network(x, weights, bias, activation, view)
    given = {"X": X, "y": read_target(target, X, network, loss, view)}
    program = network.program(loss, delta, from_probabilities)
    frozen = [name.strip() for name in freeze.split(",")] if freeze else []
    trainer = Trainer(program, given, network.parameters, frozen, optimizer, rates)
    history: list[explain_steps.Row] = []
    first = last = after = failure = None
    try:
        for last in trainer.steps(times):
            first = first or last
            history.append(explain_steps.row(last))
        after = program.work({**given, **network.parameters, **trainer.latest}).answer
    except CannotWork as error:
        if not history:
            raise
        failure = CannotWork(f"Training diverged after {plural(len(history), 'step')}: {error} Try a smaller --lr.")
    assert first and last
    show = Show(view.figures(line.data for line in first.work.given), view.steps, view.entries, view.detail)
    lines = [*last.work.given, *last.forward, *last.backward, *last.update]
    check_entries(show, lines)
    loss_after = {"L_new": result_of(after)} if after else {}
    return Solution(
        command="step",
        title="Update step",
        figures=show.figures,
        given=results(first.work.given),
        steps=explain_steps.update_steps(first, last, history, frozen, after, show),
        answer=loss_after.get("L_new"),
        results=results(lines) | loss_after,
        script=later("steps", "Update step", first, last, len(history), optimizer, after is not None),
        more={"history": [{"step": k, "loss": found.loss} for k, found in enumerate(history, 1)]},
        failure=failure,
    )


def worked(
    name: str,
    title: str,
    program: Any,
    given: dict[str, Any],
    view: View,
    gradient: bool,
    wanted: list[str] | None = None,
) -> Solution:
    """A program worked forward and, where asked for, backward."""
    from penpaper_cli.explain import formula as explain_formula
    from penpaper_cli.explain.results import result_of, results
    from penpaper_cli.explain.show import Show, check_entries
    from penpaper_cli.paper.gradients import gradients

    work = program.work(given)
    show = Show(view.figures(given.values()), view.steps, view.entries, view.detail)
    forward = work.paper.worked
    if gradient:
        gradients(work.answer, [work.known[name] for name in wanted or ()])
    backward = work.paper.worked[len(forward) :]
    check_entries(show, [*work.given, *forward, *backward])
    return Solution(
        command=name,
        title=title,
        figures=show.figures,
        given=results(work.given),
        steps=explain_formula.formula_steps(work.given, forward, backward, show),
        answer=result_of(work.answer),
        results=results([*work.given, *forward, *backward]),
        script=later("lines", title, work.given, forward, backward),
    )


def read_network(
    x: str, weights: list[str], bias: list[str] | None, activation: list[str] | None, view: View
) -> tuple[np.ndarray[Any, Any], Network]:
    """The input, a row for each sample, and the layers."""
    from penpaper_cli.data.matrices import as_matrix, as_vector, read_matrix
    from penpaper_cli.formula.network import Network

    X = as_matrix(read_matrix(x, "X", view.exact)).data
    read = [as_matrix(read_matrix(text, f"W{k}", view.exact)).data for k, text in enumerate(weights, 1)]
    biases = [as_vector(read_matrix(text, f"b{k}", view.exact), f"b{k}").data for k, text in enumerate(bias or (), 1)]
    return X, Network(read, biases, activation or ())


def read_target(text: str, X: np.ndarray[Any, Any], network: Network, loss: str, view: View) -> np.ndarray[Any, Any]:
    """The truth in the shape of the prediction, where its numbers fill it; class numbers stay a vector."""
    from penpaper_cli.data.matrices import read_matrix

    y = read_matrix(text, "--target", view.exact).data
    shape = (len(X), network.weights[-1].shape[1])
    return y.reshape(shape) if y.ndim == 1 and y.size == shape[0] * shape[1] else y


def read_rates(typed: dict[str, str], optimizer: str) -> Rates:
    """What the update rule is set to. Raises CannotRead for a setting that the rule doesn't have."""
    from penpaper_cli.formula.update_rules import OPTIMISERS, Rates

    rates = {name: read_rate(name, text) for name, text in typed.items()}
    for name in rates:
        if name not in OPTIMISERS[optimizer][1].values():
            raise CannotRead(f"--{name}: the optimizer {optimizer} has no such setting; leave it out.")
    return Rates(**rates)


def read_rate(name: str, text: str) -> Fraction:
    """A rate as typed: above 0, or, for the share that a running average keeps, from 0 to below 1."""
    from penpaper_cli.formula.network import positive

    if name in ("lr", "epsilon"):
        return positive(f"--{name}", text)
    rate = Fraction(0) if text.strip() in ("0", "0.0") else positive(f"--{name}", text)
    if rate >= 1:
        raise CannotRead(f"--{name} {text.strip()}: the number must be from 0 up to, but not including, 1.")
    return rate


COMMANDS = {"forward": command(forward), "loss": command(loss), "grad": command(grad), "step": command(step)}
