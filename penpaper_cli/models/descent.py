"""The training loop in plain NumPy: batches, the update rules, when to stop, and what is kept for the working."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.formula.update_rules import Rates, Update, UpdateRule
from penpaper_cli.models.layers import Flow, Layers, Parameters
from penpaper_cli.paper.arrays import Array

TOO_LARGE = 10.0
"""A run whose loss has grown to so many times what it was at the start has diverged."""
Memory = dict[str, dict[str, Array]]
"""What the update rule remembers of each parameter, by the rule's letters."""


@dataclass(frozen=True)
class Settings:
    """How a model is trained. `batch` is the number of rows of a batch, None for all of them."""

    rule: UpdateRule
    rates: Rates
    batch: int | None = None
    patience: int | None = None

    @cached_property
    def numbers(self) -> dict[str, tuple[float, float]]:
        """Each rate in float64 by its letter, and 1 less it."""
        rates = {letter: self.rates[name] for letter, name in self.rule.letters.items()}
        return {letter: (float(rate), float(1 - rate)) for letter, rate in rates.items()}

    @property
    def remembered(self) -> tuple[str, ...]:
        """The letters of what the rule remembers of each parameter."""
        nothing = np.zeros(1)
        update = ArrayUpdate(nothing, nothing, self.numbers, 1, {})
        with np.errstate(all="ignore"):
            self.rule.step(update)
        return tuple(update.state)

    @property
    def plain(self) -> bool:
        """Whether it is plain gradient descent on all rows."""
        return self.rule.plain and self.batch is None


@dataclass(frozen=True)
class State:
    """Where a run stands: the parameters, what the update rule remembers, and how many updates were made."""

    parameters: Parameters
    memory: Memory
    step: int = 0


@dataclass(frozen=True)
class Kept:
    """An epoch to be worked on paper: the state before it, and the rows of its first batch (None for all rows)."""

    before: State
    rows: Array | None


@dataclass(frozen=True)
class Best:
    """The epoch with the lowest loss, as patience watches it."""

    epoch: int
    loss: float
    parameters: Parameters


@dataclass
class Run:
    """A training run. `losses[k]` is the loss over all rows after k epochs, `test_losses` that of the test rows."""

    layers: Layers
    settings: Settings
    state: State
    random: np.random.Generator
    losses: list[float] = field(default_factory=list)
    test_losses: list[float] = field(default_factory=list)
    kept: dict[int, Kept] = field(default_factory=dict)
    best: Best | None = None
    first: int = 1
    diverged: bool = False
    interrupted: bool = False
    out_of_patience: bool = False

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return len(self.losses) - 1

    @property
    def parameters(self) -> Parameters:
        """What training has come to: the best parameters where patience watched for them, else the latest."""
        return self.best.parameters if self.best else self.state.parameters

    @property
    def chosen_epoch(self) -> int:
        """The epoch that these parameters are from."""
        return self.best.epoch if self.best else self.epochs

    @property
    def watched(self) -> list[float]:
        """The losses that patience watches."""
        return self.test_losses or self.losses


def batches(n: int, size: int | None, random: np.random.Generator) -> list[Array | None]:
    """The rows of each batch of an epoch, shuffled; one batch of all rows needs no shuffling."""
    if size is None or size >= n:
        return [None]
    order = random.permutation(n)
    return [order[k : k + size] for k in range(0, n, size)]


@dataclass
class ArrayUpdate(Update):
    """One parameter's update in plain NumPy: `old` is what the rule remembers of it, `state` collects what it will."""

    parameter: Array
    gradient: Array
    numbers: Mapping[str, tuple[float, float]]
    step: int
    old: Mapping[str, Array]
    state: dict[str, Array] = field(default_factory=dict)

    def __getitem__(self, letter: str) -> float:
        return self.numbers[letter][0]

    def rest(self, letter: str) -> float:
        return self.numbers[letter][1]

    def before(self, letter: str) -> Array:
        old = self.old.get(letter)
        return np.zeros_like(self.gradient) if old is None else old

    def after(self, letter: str, value: Array, why: str) -> Array:
        self.state[letter] = value
        return value

    def corrected(self, letter: str, value: Array, share: str) -> Array:
        return value / (1 - self[share] ** self.step)

    def root(self, value: Array) -> Array:
        return np.asarray(np.sqrt(value))

    def because(self, value: Array, why: str) -> Array:
        return value


def updated(layers: Layers, settings: Settings, state: State, X: Array, y: Array, flow: Flow | None = None) -> State:
    """The state after one update on these rows; `flow` is their forward pass where it is known already."""
    flow = flow or layers.flow(state.parameters, X)
    gradients = layers.gradients(state.parameters, flow, y)
    parameters, memory = {}, {}
    for name, gradient in gradients.items():
        update = ArrayUpdate(
            state.parameters[name], gradient, settings.numbers, state.step + 1, state.memory.get(name, {})
        )
        parameters[name], memory[name] = settings.rule.step(update), update.state
    return State(parameters, memory, state.step + 1)


def descend(
    run: Run,
    X: Array,
    y: Array,
    epochs: int,
    keep: Iterable[int] = (),
    test: tuple[Array, Array] | None = None,
    tick: Callable[[int], None] = lambda epoch: None,
    stop: Callable[[], bool] = lambda: False,
) -> Run:
    """Train for `epochs` more epochs, unless the run diverges, is out of patience or is told to stop.

    The epochs to `keep`, and the last one, can be worked on paper afterwards. Raises CannotWork when the numbers are
    too large for float64 from the start.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        flow = run.layers.flow(run.state.parameters, X)
        if not run.losses:
            _note(run, flow, y, test)
        if not math.isfinite(run.losses[0]):
            raise CannotWork("The target's numbers are too large for float64: choose larger units for them.")
        run.first, wanted = run.epochs + 1, set(keep)
        recent: dict[int, Kept] = {}
        for epoch in range(run.first, run.first + epochs):
            if stop():
                run.interrupted = True
                break
            before = run.state = _without_traces(run.state)
            state, first = before, None
            for k, rows in enumerate(batches(len(y), run.settings.batch, run.random)):
                part = (X, y, flow) if rows is None else (X[rows], y[rows], None)
                state = updated(run.layers, run.settings, state, *part)
                first = rows if k == 0 else first
            run.state = state
            recent = {**{k: kept for k, kept in recent.items() if k == epoch - 1}, epoch: Kept(before, first)}
            if epoch in wanted:
                run.kept[epoch] = recent[epoch]
            flow = run.layers.flow(state.parameters, X)
            latest = run.layers.loss_of(state.parameters, flow, y)
            if not (math.isfinite(latest) and all(np.isfinite(p).all() for p in state.parameters.values())):
                run.state, run.diverged = before, True
                break
            _note(run, flow, y, test)
            tick(epoch)
            run.diverged = not run.settings.rule.adaptive and latest > _too_large(run)
            run.out_of_patience = _out_of_patience(run)
            if run.diverged or run.out_of_patience:
                break
        run.kept |= {epoch: kept for epoch, kept in recent.items() if epoch == run.epochs}
    run.diverged = run.diverged or _no_descent(run)
    return run


def _without_traces(state: State) -> State:
    """The state, where what the rule remembers of a gradient that has ended is 0 once float64 rounds it too coarsely.

    A share of what was remembered is kept in each step, so it would go on to be divided until a product with it is 0.
    """
    memory = {
        name: {letter: np.where(abs(data) < sys.float_info.min, 0.0, data) for letter, data in letters.items()}
        for name, letters in state.memory.items()
    }
    return replace(state, memory=memory)


def _note(run: Run, flow: Flow, y: Array, test: tuple[Array, Array] | None) -> None:
    """Write down the losses after an epoch, and the parameters where they are the best so far."""
    parameters = run.state.parameters
    run.losses.append(run.layers.loss_of(parameters, flow, y))
    if test is not None:
        run.test_losses.append(run.layers.loss_of(parameters, run.layers.flow(parameters, test[0]), test[1]))
        if not math.isfinite(run.test_losses[-1]):
            raise CannotWork(
                "The test rows lie so far from the others that their loss leaves the range of float64: try another "
                "--seed, or other features."
            )
    if run.settings.patience is not None and (run.best is None or run.watched[-1] < run.best.loss):
        run.best = Best(run.epochs, run.watched[-1], parameters)


def _out_of_patience(run: Run) -> bool:
    return run.best is not None and run.epochs - run.best.epoch >= (run.settings.patience or 0)


def _too_large(run: Run) -> float:
    """What no loss of a run that converges grows to; one that can be negative is compared with 1 where it is small."""
    start = run.losses[0]
    size = max(abs(start), 1.0) if run.layers.objective.may_be_negative else start
    return start + (TOO_LARGE - 1) * size


def _no_descent(run: Run) -> bool:
    """Whether plain gradient descent ended higher than it began, and other rules, which may wander, much higher."""
    if run.best is not None:  # Then the model is no worse than the start.
        return False
    return run.losses[-1] > (run.losses[0] if run.settings.plain else _too_large(run))
