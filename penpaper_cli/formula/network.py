"""Networks without a formula: layers, losses and updates are put together as formula text and worked like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from penpaper_cli.errors import CannotRead
from penpaper_cli.formula.choices import ACTIVATIONS, LOSSES, chosen
from penpaper_cli.formula.program import Program, Work
from penpaper_cli.formula.settings import positive
from penpaper_cli.formula.update_rules import Rates, Update, UpdateRule
from penpaper_cli.ops import OPS
from penpaper_cli.paper.arrays import Array, zeros
from penpaper_cli.paper.gradients import gradients
from penpaper_cli.paper.paper import Value
from penpaper_cli.sentences.common import any_of, listed, plural

MOST_EXACT_STEPS = 500
"""Steps up to which rates are exact: bias corrections raise them to the power of the step's number."""


def loss_text(kind: str, prediction: str, delta: str | None, from_probabilities: bool) -> str:
    """The statement of the loss: L = huber(ŷ, y, delta=1). Raises CannotRead for a setting that it doesn't have."""
    loss = chosen(LOSSES, kind, "The loss")
    settings: dict[str, object] = {}
    if delta is not None:
        settings["delta"] = positive("--delta", delta)
    if from_probabilities:
        settings["from_probabilities"] = 1
    for name in settings:
        if name not in loss.settings:
            owners = listed([entry.option for entry in LOSSES.values() if name in entry.settings])
            raise CannotRead(f"--{name.replace('_', '-')} belongs to {owners}: {kind} doesn't have it.")
    return f"L = {loss.text(prediction, settings)}"


def layer_statements(activations: Sequence[str], biases: bool = True) -> tuple[list[str], str]:
    """Layers as statements, Z1 = X @ W1 + b1 and so on, and the name of the last line."""
    lines, value = [], "X"
    for k, activation in enumerate(activations, 1):
        lines.append(f"Z{k} = {value} @ W{k}" + (f" + b{k}" if biases else ""))
        value = f"Z{k}"
        if activation != "none":
            lines.append(f"A{k} = {activation}({value})")
            value = f"A{k}"
    return lines, value


def both_spellings(typed: Sequence[str], layers: int) -> str:
    """How to give each layer an activation, the last one none or what was typed; nothing where none lacks."""
    lacking = layers - len(typed)
    filled = [*typed, *[typed[-1]] * (lacking - 1)]
    ways = [" ".join(f"-a {name}" for name in [*filled, last]) for last in ("none", typed[-1])]
    return f", such as {any_of(list(dict.fromkeys(ways)))}" if lacking > 0 else ""


@dataclass
class Network:
    """Layers in order: weights; biases and activations, of each one for every layer, or none at all."""

    weights: Sequence[Array]
    biases: Sequence[Array]
    activations: Sequence[str]

    def __post_init__(self) -> None:
        layers = len(self.weights)
        for given, noun in ((self.biases, "bias"), (self.activations, "activation")):
            if given and len(given) != layers:
                counts = f"{'is' if layers == 1 else 'are'} {plural(layers, 'weight')} and {plural(len(given), noun)}"
                ways = both_spellings(self.activations, layers) if given is self.activations else ""
                raise CannotRead(f"There {counts}: give one for each layer{ways}, or none at all.")
        self.activations = [chosen(ACTIVATIONS, a, "-a").name for a in self.activations or ["none"] * layers]

    @property
    def parameters(self) -> dict[str, Array]:
        """Every weight and bias by name, layer by layer."""
        parameters: dict[str, Array] = {}
        for k, weight in enumerate(self.weights):
            parameters[f"W{k + 1}"] = weight
            if self.biases:
                parameters[f"b{k + 1}"] = self.biases[k]
        return parameters

    def statements(self) -> tuple[list[str], str]:
        """The forward pass as statements, and the name of its prediction."""
        return layer_statements(self.activations, bool(self.biases))

    def program(self, loss: str | None = None, delta: str | None = None, from_probabilities: bool = False) -> Program:
        """The forward pass, and the loss after it. After a softmax, cross-entropy takes its shares as they are."""
        lines, prediction = self.statements()
        if loss is not None:
            entry = chosen(LOSSES, loss, "The loss")
            shares = "from_probabilities" in entry.settings and self.activations[-1] == entry.link
            lines.append(loss_text(loss, prediction, delta, from_probabilities or shares))
        return Program("\n".join(lines))


CORRECTED = "A mean that started at 0 is too small at first, so it is divided by the weight that it has gathered."


@dataclass
class PaperUpdate(Update):
    """One parameter's update on paper at step `step`: `old` is what the rule remembers from the step before."""

    name: str
    parameter: Value
    gradient: Value
    rates: Mapping[str, Value]
    step: int
    old: Mapping[str, Array]
    state: dict[str, Value] = field(default_factory=dict)

    def __getitem__(self, letter: str) -> Value:
        return self.rates[letter]

    def rest(self, letter: str) -> Value:
        return 1 - self.rates[letter]

    def before(self, letter: str) -> Value:
        data = self.old.get(letter)
        start = zeros(self.parameter.shape, self.parameter.data) if data is None else data
        return self.parameter.paper.carried(f"{letter}_{self.name}", start)

    def after(self, letter: str, value: Value, why: str) -> Value:
        self.state[letter] = self.parameter.paper.call(f"{letter}_{self.name}_new", value)
        return self.because(value, why)

    def corrected(self, letter: str, value: Value, share: str) -> Value:
        weight = 1 - OPS["pow"](self.rates[share], power=self.step)
        return self.because(self.parameter.paper.call(f"{letter}_{self.name}_hat", value / weight), CORRECTED)

    def root(self, value: Value) -> Value:
        return OPS["sqrt"](value)

    def because(self, value: Value, why: str) -> Value:
        self.parameter.paper.reasons[value] = (why,)
        return value


@dataclass
class Step:
    """One update on one paper: the lines forward, the gradients, and the lines of the update."""

    rule: UpdateRule
    work: Work
    forward: list[Value]
    backward: list[Value]
    update: list[Value]
    rates: list[Value]
    updates: list[PaperUpdate]
    updated: list[Value]

    @property
    def loss(self) -> float:
        """The loss before the update."""
        return float(self.work.answer.data)

    @property
    def parameters(self) -> dict[str, Array]:
        """The parameters that were updated, after the update."""
        return {update.name: value.data for update, value in zip(self.updates, self.updated, strict=True)}


@dataclass
class Trainer:
    """Repeats an update; what the rule remembers of each parameter goes from step to step."""

    program: Program
    given: Mapping[str, Array]
    parameters: Mapping[str, Array]
    frozen: Sequence[str]
    rule: UpdateRule
    rates: Rates
    state: dict[str, dict[str, Array]] = field(default_factory=dict)
    latest: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.frozen:
            if name not in self.parameters:
                raise CannotRead(f'--freeze "{name}": the parameters are {", ".join(self.parameters)}.')
        if set(self.frozen) >= set(self.parameters):
            raise CannotRead("--freeze holds every parameter fixed: leave at least one free.")

    def steps(self, times: int) -> Iterator[Step]:
        """The steps, one after the other. All gradients use the parameters from before the update."""
        parameters = dict(self.parameters)
        for number in range(1, times + 1):
            step = self.step(number, parameters, typed=number == 1)
            yield step
            self.latest |= step.parameters
            parameters |= self.latest
            self.state = {u.name: {letter: value.data for letter, value in u.state.items()} for u in step.updates}

    def step(self, number: int, parameters: Mapping[str, Array], typed: bool = False) -> Step:
        """The step of that number from these parameters and the present state; `typed` are the user's own numbers."""
        work = self.program.work({**self.given, **parameters}, typed)
        forward = work.paper.worked
        free = [name for name in parameters if name not in self.frozen]
        by_parameter = gradients(work.answer, [work.known[name] for name in free])
        backward = work.paper.worked[len(forward) :]
        exact = number <= MOST_EXACT_STEPS
        rates = {letter: self._rate(work, letter, name, exact) for letter, name in self.rule.letters.items()}
        updates = [
            PaperUpdate(name, work.known[name], gradient, rates, number, self.state.get(name, {}))
            for name, gradient in zip(free, by_parameter, strict=True)
        ]
        updated = [work.paper.call(f"{update.name}_new", self.rule.step(update)) for update in updates]
        update_lines = work.paper.worked[len(forward) + len(backward) :]
        return Step(self.rule, work, forward, backward, update_lines, list(rates.values()), updates, updated)

    def _rate(self, work: Work, letter: str, name: str, exact: bool) -> Value:
        import numpy as np

        return work.paper.given(letter, np.array(self.rates[name], dtype=object if exact else float))
