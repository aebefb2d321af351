"""A training experiment: rows set aside for a test, scaled, a model trained on the others, and how good it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from penpaper_cli.data.corpus import counted
from penpaper_cli.data.dataset import DataSet
from penpaper_cli.data.sources import quoted, shown
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.formula.choices import HIDDEN, OF_NUMBERS, chosen
from penpaper_cli.formula.update_rules import UpdateRule, rate_of, rule_for
from penpaper_cli.models.checkpoint import resume_to_json, resumed
from penpaper_cli.models.descent import Run, Settings, State, descend
from penpaper_cli.models.layers import Layers
from penpaper_cli.models.metrics import class_metrics, metrics
from penpaper_cli.models.model import Model
from penpaper_cli.models.rates import usual_rate
from penpaper_cli.models.scaling import Scaling, scaling
from penpaper_cli.paper.paper import Array

EPOCHS = {"numbers": 200, "classes": 500, "hidden": 500, "words": 2_000}
SPLIT, START, SHUFFLE = range(3)
"""What the seed is used for, each with random numbers of its own."""


@dataclass(frozen=True)
class TrainingOptions:
    """What a run was asked for; None, and what isn't among the rates, is for pp to choose."""

    loss: str | None = None
    hidden: tuple[int, ...] = ()
    activation: str | None = None
    optimizer: str | None = None
    rates: Mapping[str, Fraction] = field(default_factory=dict)
    batch: int | None = None
    seed: int | None = None
    init: str | None = None
    l2: float | None = None
    test: float | None = None
    patience: int | None = None
    scale: str | None = None
    scale_target: bool | None = None


def random_for(seed: int, use: int) -> np.random.Generator:
    """A generator for one use of the seed (PCG64, the same on every machine)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed).spawn(3)[use]))


def split(data: DataSet, share: float | None, seed: int) -> tuple[DataSet, DataSet | None]:
    """The rows to train on and the rows to test on, drawn by the seed; both stay in the order of the file.

    Raises CannotWork when too few rows are left.
    """
    if share is None:
        return data, None
    n = len(data.y)
    count = max(round(share * n), 1)
    if n - count < 2:
        raise CannotWork(
            f"--test {share:g} leaves {n - count} of {n} rows to train on, and training needs at least two: "
            "set less aside."
        )
    order = random_for(seed, SPLIT).permutation(n)
    parts = [np.sort(order[count:]), np.sort(order[:count])]
    rest, held = (replace(data, X=data.X[rows], y=data.y[rows]) for rows in parts)
    return rest, held


@dataclass(frozen=True, eq=False)
class Experiment:
    """A run with its data: `data` are the training rows as read, `X` and `y` the same as the loop takes them."""

    data: DataSet
    held: DataSet | None
    scaling: Scaling
    target_scaling: Scaling | None
    run: Run
    seed: int
    share: float | None
    start: State
    init: str | None = None
    rate_was_chosen: bool = False

    @property
    def layers(self) -> Layers:
        return self.run.layers

    def prepared(self, data: DataSet) -> tuple[Array, Array]:
        """Features and target as the loop takes them."""
        y = data.y
        if self.target_scaling is not None:
            y = (y - self.target_scaling.shift[0]) / self.target_scaling.spread[0]
        return self.scaling.apply(data.X), y

    @cached_property
    def X(self) -> Array:
        return self.prepared(self.data)[0]

    @cached_property
    def y(self) -> Array:
        return self.prepared(self.data)[1]

    def train(self, epochs: int, keep: Iterable[int], tick: Callable[[int], None], stop: Callable[[], bool]) -> Run:
        """Train for so many more epochs."""
        test = None if self.held is None else self.prepared(self.held)
        return descend(self.run, self.X, self.y, epochs, keep, test, tick, stop)

    def model(self) -> Model:
        """The model as training left it, with what it takes to go on."""
        data = self.data
        bare = Model(
            data.target,
            data.features,
            data.columns,
            self.scaling,
            self.layers,
            self.run.parameters,
            self.target_scaling,
            data.classes,
            counts=counted(data) if data.context else None,
        )
        return replace(bare, metrics=self.metrics(bare), resume=resume_to_json(self.run, self.seed, self.share))

    def metrics(self, model: Model) -> dict[str, float]:
        """How good it is on the training rows and, as `test_…`, on the test rows; guesses are the training rows'."""
        found = self._measured(model, self.data, None)
        if self.held is not None:
            for key, number in self._measured(model, self.held, float(self.data.y.mean())).items():
                found[f"baseline_test_{key.removeprefix('baseline_')}" if "baseline" in key else f"test_{key}"] = number
        return found

    def _measured(self, model: Model, data: DataSet, level: float | None) -> dict[str, float]:
        predictions = model.predictions(data.X)
        if data.classes:
            return class_metrics(predictions, data.y, self.frequencies())
        return metrics(predictions, data.y, self.layers.loss, level)

    def frequencies(self) -> Array:
        """The share of each class among the training rows."""
        return np.bincount(self.data.y.astype(int), minlength=len(self.data.classes)) / len(self.data.y)


def new_experiment(data: DataSet, options: TrainingOptions) -> Experiment:
    """Everything before the first epoch, with what wasn't asked for chosen to suit the task.

    Raises CannotRead where options don't fit the task, CannotWork where the data leaves nothing to learn.
    """
    seed = options.seed or 0
    rest, held = split(data, options.test, seed)
    if rest.classes:
        _check_classes(rest, held)
    scaled = scaling(rest.X, options.scale or "standard")
    loss = _loss(rest, options)
    outputs = len(rest.classes) if loss == "cross_entropy" else 1
    hidden = chosen(HIDDEN, options.activation or "relu", "--activation").name
    if options.activation is not None and not options.hidden:
        raise CannotRead("--activation belongs to hidden layers: give their sizes too, such as --hidden 8.")
    sizes = (rest.X.shape[1], *options.hidden, outputs)
    layers = Layers(sizes, (hidden,) * len(options.hidden), loss, options.l2 or 0.0)
    rule = rule_for(options.optimizer, bool(options.hidden))
    if options.l2 and "λ" in rule.letters:
        raise CannotRead(f"--l2: {rule.word} keeps weights small by a λ of its own; give --weight-decay instead.")
    target_scaling = _target_scaling(rest, options, rule)
    X = scaled.apply(rest.X)
    usual = usual_lr(layers, rule, X, options.batch)
    rates = rule.with_defaults({"lr": rate_of(usual), **options.rates})
    init = options.init or layers.usual_start()
    state = State(layers.start(init, random_for(seed, START)), {})
    settings = Settings(rule, rates, options.batch, options.patience)
    run = Run(layers, settings, state, random_for(seed, SHUFFLE))
    suits = "lr" not in options.rates
    return Experiment(rest, held, scaled, target_scaling, run, seed, options.test, state, init, suits)


def _loss(data: DataSet, options: TrainingOptions) -> str:
    if not data.classes:
        return chosen(OF_NUMBERS, options.loss or "mse", "--loss").name
    if options.loss is not None:
        raise CannotRead(f"--loss {options.loss} measures numbers, and the target holds classes: leave the option out.")
    if options.scale_target:
        raise CannotRead("--scale-target is for numbers, and the target holds classes: leave the option out.")
    return "bce" if len(data.classes) == 2 else "cross_entropy"


def _check_classes(data: DataSet, held: DataSet | None) -> None:
    """Raise CannotWork unless there are at least two classes among the rows to train on."""
    found = sorted(set(data.y.astype(int).tolist()))
    if len(found) < 2:
        where = "in every row" if held is None else "in every row that is left to train on"
        remedy = "choose another target" if held is None else "try another --seed, or set less aside with --test"
        raise CannotWork(
            f"The target {quoted(data.target)} is {quoted(data.classes[found[0]])} {where}, so there are no classes to "
            f"tell apart: {remedy}."
        )


def _target_scaling(data: DataSet, options: TrainingOptions, rule: UpdateRule) -> Scaling | None:
    """By default where steps don't grow with the target: hidden layers and adaptive rules. A constant has no scale."""
    if data.classes or not np.ptp(data.y):
        return None
    wanted = bool(options.hidden) or rule.adaptive if options.scale_target is None else options.scale_target
    return scaling(data.y[:, None], "standard") if wanted else None


def usual_lr(layers: Layers, rule: UpdateRule, X: Array, batch: int | None) -> float:
    """A learning rate that suits: safe where the curvature of the loss is known, else the customary one."""
    if layers.hidden:
        return rule.rate_with_hidden
    if rule.rate is not None:
        return rule.rate
    usual = usual_rate(X, layers.loss, layers.l2)
    if batch is None or batch >= len(X):
        return usual
    # The loss of a batch may be steeper than that of all rows, but no steeper than that of the row farthest out.
    farthest = X[[int((X**2).sum(axis=1).argmax())]]
    return min(usual, usual_rate(farthest, layers.loss, layers.l2))


def resumed_experiment(data: DataSet, model: Model, source: str) -> Experiment:
    """The experiment that a saved model was trained in, to go on with.

    Raises CannotRead where the data is not what it was trained on.
    """
    run, seed, share = resumed(model, source)
    same = (data.target, data.features, data.classes) == (model.target, model.features, model.classes)
    if not same:
        raise CannotRead(
            f"{shown(source)} was trained on other columns, classes or words than these: resume it with its own data."
        )
    rest, held = split(data, share, seed)
    found = Experiment(rest, held, model.scaling, model.target_scaling, run, seed, share, run.state)
    X, y = found.prepared(rest)
    now = run.layers.loss_of(run.state.parameters, run.layers.flow(run.state.parameters, X), y)
    if abs(now - run.losses[-1]) > 1e-9 * max(abs(now), run.losses[0]):
        raise CannotRead(
            f"{shown(source)} was trained on other rows: its loss was {run.losses[-1]:.6g} there and is {now:.6g} "
            "here; resume it with the same data."
        )
    return found
