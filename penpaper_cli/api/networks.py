"""Layers without a formula: forward passes, losses, gradients and update steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Unpack

from penpaper_cli.api.arguments import Array, MatrixLike, matrix, one_per_layer, value
from penpaper_cli.api.building import lines_worked, solution
from penpaper_cli.api.solution import Solution
from penpaper_cli.api.view import View, ViewOptions
from penpaper_cli.data.matrices import as_matrix, as_vector
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.explain.formula import formula_steps
from penpaper_cli.explain.results import result_of, results
from penpaper_cli.explain.show import check_entries
from penpaper_cli.explain.steps import Row, row, update_steps
from penpaper_cli.formula.choices import chosen
from penpaper_cli.formula.network import Network, Trainer, loss_text
from penpaper_cli.formula.program import Program
from penpaper_cli.formula.settings import read_rates
from penpaper_cli.formula.update_rules import UPDATE_RULES
from penpaper_cli.paper.gradients import gradients
from penpaper_cli.sentences.common import plural
from penpaper_cli.solution.script import Script

Number = str | float | Fraction
Layers = MatrixLike | Sequence[MatrixLike]
"""A matrix for each layer in a list, or one by itself where there is one layer."""
MOST_STEPS = 100_000
MOST_STEPS_BY_HAND = 20
"""Steps that are worked in fractions and decimals; more of them, whose fractions would grow long, in float64."""


def forward(
    x: MatrixLike,
    weights: Layers,
    *,
    bias: Layers | None = None,
    activation: str | Sequence[str] = (),
    **options: Unpack[ViewOptions],
) -> Solution:
    """A forward pass of samples (n, k), a row for each, through layers of weights (k, m) and biases (m,).

    `weights`, `bias` and `activation` are lists with one for each layer, where biases and activations may be left out;
    one layer's activation may stand by itself. The answer has a row for each sample, and a column for each unit of the
    last layer. `options` are those of `View`.

    Raises CannotRead for numbers and names that can't be read, CannotWork where shapes don't fit.
    """
    view = View(**options)
    X, network = read_network(x, weights, bias, activation, view)
    given = {"X": X, **network.parameters}
    return worked("forward", "Forward pass", network.program(), given, view, activations=network.activations)


def loss(
    kind: str,
    predicted: MatrixLike,
    target: MatrixLike,
    *,
    from_probabilities: bool = False,
    delta: Number | None = None,
    **options: Unpack[ViewOptions],
) -> Solution:
    """How far predictions land from the truth, by a loss such as "mse" or "cross-entropy"; the answer is one number.

    `predicted` and `target` have the same shape, or `target` holds class numbers from 0, one for each row.
    `from_probabilities` says that cross-entropy gets shares instead of scores, `delta` where huber turns from square
    to straight, and how wide the margin of hinge is. `options` are those of `View`.

    Raises CannotRead for numbers and names that can't be read, CannotWork where shapes don't fit.
    """
    view = View(**options)
    program = Program(loss_text(kind, "ŷ", text_of(delta), from_probabilities))
    given = {"ŷ": value(predicted, "PREDICTED", view.typed), "y": value(target, "TARGET", view.typed)}
    return worked("loss", "Loss", program, given, view)


def grad(
    x: MatrixLike,
    weights: Layers,
    target: MatrixLike,
    loss: str,
    *,
    bias: Layers | None = None,
    activation: str | Sequence[str] = (),
    from_probabilities: bool = False,
    delta: Number | None = None,
    **options: Unpack[ViewOptions],
) -> Solution:
    """A forward pass, its loss, and the gradient of the loss by every weight and bias: dW1, db1, … in its results.

    The answer is the loss. `x`, `weights`, `bias` and `activation` are those of `forward`, the others those of `loss`.

    Raises CannotRead for numbers and names that can't be read, CannotWork where shapes don't fit.
    """
    view = View(**options)
    X, network = read_network(x, weights, bias, activation, view)
    program = network.program(loss, text_of(delta), from_probabilities)
    program.exact = view.exact
    given = {"X": X, **network.parameters, "y": read_target(target, X, network, view)}
    return worked("grad", "Gradients", program, given, view, list(network.parameters), network.activations)


def step(
    x: MatrixLike,
    weights: Layers,
    target: MatrixLike,
    loss: str,
    lr: Number,
    *,
    bias: Layers | None = None,
    activation: str | Sequence[str] = (),
    from_probabilities: bool = False,
    delta: Number | None = None,
    optimizer: str = "gd",
    times: int = 1,
    freeze: str | Sequence[str] = (),
    rates: Mapping[str, Number] | None = None,
    **options: Unpack[ViewOptions],
) -> Solution:
    """All of `grad`, then the update of every parameter with learning rate `lr`, `times` times.

    `optimizer` names the update rule, `rates` what else it is set to, such as {"momentum": 0.9}; `freeze` names
    parameters that stay as they are. The answer is the loss after the last update, the updated parameters are W1_new,
    b1_new, … in its results; `more["history"]` lists the loss before each step.

    Raises CannotRead for numbers and names that can't be read, CannotWork where shapes don't fit.
    """
    view = View(**options)
    rule = chosen(UPDATE_RULES, optimizer, "--optimizer")
    typed = {name: str(number) for name, number in {"lr": lr, **(rates or {})}.items()}
    settings = rule.with_defaults(read_rates(typed, rule))
    if times not in range(1, MOST_STEPS + 1):
        raise CannotRead(f"--times {times}: give a whole number from 1 to {MOST_STEPS:,}.")
    if times > MOST_STEPS_BY_HAND and view.exact is None:
        view = replace(view, exact=False)
    X, network = read_network(x, weights, bias, activation, view)
    given = {"X": X, "y": read_target(target, X, network, view)}
    program = network.program(loss, text_of(delta), from_probabilities)
    program.exact = view.exact
    names = freeze.split(",") if isinstance(freeze, str) and freeze else freeze
    frozen = [name.strip() for name in names]
    trainer = Trainer(program, given, network.parameters, frozen, rule, settings)
    history: list[Row] = []
    first = last = after = failure = None
    try:
        for last in trainer.steps(times):
            first = first or last
            history.append(row(last))
        after = program.work({**given, **network.parameters, **trainer.latest}).answer
    except CannotWork as error:
        if not history:
            raise
        failure = CannotWork(f"Training diverged after {plural(len(history), 'step')}: {error} Try a smaller --lr.")
    assert first and last
    begun, ended = first, last
    show = view.show(line.data for line in begun.work.given)
    lines = [*ended.work.given, *ended.forward, *ended.backward, *ended.update]
    check_entries(show, lines)
    loss_after = {"L_new": result_of(after)} if after else {}

    def script() -> Script:
        from penpaper_cli.explain.scripts.lines import steps_script

        return steps_script("Update step", begun, ended, len(history), after is not None)

    return solution(
        "step",
        "Update step",
        lambda: update_steps(begun, ended, history, network.activations, frozen, after, show),
        show,
        given=results(begun.work.given),
        answer=loss_after.get("L_new"),
        results=results(lines) | loss_after,
        more={"history": [{"step": k, "loss": before.loss} for k, before in enumerate(history, 1)]},
        failure=failure,
        script=script,
    )


def worked(
    command: str,
    title: str,
    program: Program,
    given: dict[str, Array],
    view: View,
    wanted: Sequence[str] = (),
    activations: Sequence[str] = (),
) -> Solution:
    """A program worked forward and, for the gradients by the wanted names, backward."""
    program.exact = view.exact
    work = program.work(given)
    show = view.show(given.values())
    forward = work.paper.worked
    if wanted:
        gradients(work.answer, [work.known[name] for name in wanted])
    backward = work.paper.worked[len(forward) :]
    check_entries(show, [*work.given, *forward, *backward])
    return lines_worked(
        command,
        title,
        lambda: formula_steps(work.given, forward, backward, show, activations),
        show,
        work.given,
        forward,
        backward,
    )


def read_network(
    x: MatrixLike, weights: Layers, bias: Layers | None, activation: str | Sequence[str], view: View
) -> tuple[Array, Network]:
    """The input, a row for each sample, and the layers."""
    X = as_matrix(matrix(x, "X", view.typed)).data
    read = [
        as_matrix(matrix(layer, f"W{k}", view.typed)).data
        for k, layer in enumerate(one_per_layer(weights, "weights", 2), 1)
    ]
    biases = [
        as_vector(matrix(layer, f"b{k}", view.typed), f"b{k}").data
        for k, layer in enumerate(one_per_layer(() if bias is None else bias, "bias", 1), 1)
    ]
    return X, Network(read, biases, [activation] if isinstance(activation, str) else activation)


def read_target(target: MatrixLike, X: Array, network: Network, view: View) -> Array:
    """The truth in the shape of the prediction, where its numbers fill it; class numbers stay a vector."""
    y = matrix(target, "--target", view.typed).data
    shape = (len(X), network.weights[-1].shape[1])
    return y.reshape(shape) if y.ndim == 1 and y.size == shape[0] * shape[1] else y


def text_of(number: Number | None) -> str | None:
    """A setting as it would be typed."""
    return None if number is None else str(number)
