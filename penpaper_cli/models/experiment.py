"""A training experiment: rows set aside for a test, scaled, a model trained on the others, and how good it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from penpaper_cli.data.corpus import counted
from penpaper_cli.data.dataset import DataSet
from penpaper_cli.data.sources import quoted, shown
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.formula.choices import HIDDEN, chosen
from penpaper_cli.formula.settings import read_rates
from penpaper_cli.formula.update_rules import UpdateRule, rate_of, rule_for
from penpaper_cli.models.checkpoint import resume_to_json, resumed
from penpaper_cli.models.descent import Run, Settings, State, descend
from penpaper_cli.models.json_fields import JsonObject, unknown_fields
from penpaper_cli.models.kind import Kind
from penpaper_cli.models.kinds import kind_for
from penpaper_cli.models.layers import Layers
from penpaper_cli.models.model import Model
from penpaper_cli.models.options import TrainingOptions
from penpaper_cli.models.preparation import prepared
from penpaper_cli.models.scaling import Scaling, scaling
from penpaper_cli.paper.arrays import Array

SPLIT, START, SHUFFLE = range(3)
"""What the seed is used for, each with random numbers of its own."""


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
    """A run with its data: `data` are the training rows as read, `X` and `y` the same as the loop takes them.

    `untold` many test rows are left out, since they have words that no training row has. `unknown` are fields of the
    file it goes on from that another version wrote.
    """

    kind: Kind
    data: DataSet
    held: DataSet | None
    scaling: Scaling
    target_scaling: Scaling | None
    run: Run
    seed: int
    share: float | None
    untold: int
    start: State
    init: str | None = None
    rate_was_chosen: bool = False
    unknown: JsonObject = field(default_factory=dict)

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

    @property
    def usual_epochs(self) -> int:
        """How often training goes through the data unless told otherwise."""
        return self.kind.network_epochs if self.layers.hidden else self.kind.epochs

    def train(
        self,
        epochs: int,
        keep: Iterable[int] = (),
        tick: Callable[[int], None] = lambda epoch: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Trained:
        """Train for so many more epochs."""
        test = None if self.held is None else self.prepared(self.held)
        return Trained(self, descend(self.run, self.X, self.y, epochs, keep, test, tick, stop))


@dataclass(frozen=True, eq=False)
class Trained:
    """An experiment whose run has ended, and what came of it."""

    experiment: Experiment
    run: Run

    @cached_property
    def model(self) -> Model:
        """The model as training left it, with how good it is and what it takes to go on."""
        experiment, data = self.experiment, self.experiment.data
        bare = Model(
            experiment.kind,
            data.target,
            data.features,
            data.columns,
            experiment.scaling,
            self.run.layers,
            self.run.parameters,
            experiment.target_scaling,
            data.classes,
            counts=counted(data) if data.context else None,
            missing=data.missing,
            guess=experiment.kind.guess_of(data.y, data.classes),
            unknown=experiment.unknown,
        )
        resume = resume_to_json(self.run, experiment.seed, experiment.share)
        return replace(bare, metrics=self._metrics(bare), resume=resume)

    def _metrics(self, model: Model) -> dict[str, float]:
        """How good it is on the training rows and, as `test_…`, on the test rows; guesses are the training rows'."""
        data, held = self.experiment.data, self.experiment.held
        guess = model.kind.guess_of(data.y, data.classes)
        measures = model.measured(data.X, data.y, guess)
        if held is not None:
            for key, number in model.measured(held.X, held.y, guess).items():
                name = f"baseline_test_{key.removeprefix('baseline_')}" if "baseline" in key else f"test_{key}"
                measures[name] = number
        return measures


def new_experiment(data: DataSet, options: TrainingOptions) -> Experiment:
    """Everything before the first epoch, with what wasn't asked for chosen to suit the task.

    Raises CannotRead where options don't fit the task, CannotWork where the data leaves nothing to learn.
    """
    seed = options.seed or 0
    kind, loss = kind_for(data, options)
    rest, held = split(data, options.test, seed)
    kind.check(rest, held)
    rest, held, untold = prepared(rest, held)
    if options.loss is None and not kind.of_classes and set(np.unique(rest.y).tolist()) == {0, 1}:
        classes = f"{data.source}: the target {quoted(data.target)} is 0 or 1 in every row, and is learnt as a number; "
        rest = replace(rest, notes=(*rest.notes, f"{classes}--classify takes them as two classes."))
    scaled = scaling(rest.X, options.scale or kind.usual_scaling)
    hidden = chosen(HIDDEN, options.activation or "relu", "--activation").name
    if options.activation is not None and not options.hidden:
        raise CannotRead("--activation belongs to hidden layers: give their sizes too, such as --hidden 8.")
    sizes = (rest.X.shape[1], *options.hidden, kind.outputs(rest.classes))
    layers = Layers(sizes, (hidden,) * len(options.hidden), loss.name, options.l2 or 0.0)
    rule = rule_for(options.optimizer, bool(options.hidden))
    if options.l2 and "λ" in rule.letters:
        raise CannotRead(f"--l2: {rule.word} keeps weights small by a λ of its own; give --weight-decay instead.")
    target_scaling = _target_scaling(kind, rest, options, rule)
    usual = usual_lr(kind, layers, rule, scaled.apply(rest.X), rest.y, options.batch_size)
    rates = rule.with_defaults({"lr": rate_of(usual), **read_rates(options.rates, rule)})
    init = options.init or layers.usual_start()
    state = State(layers.start(init, random_for(seed, START)), {})
    settings = Settings(rule, rates, options.batch_size, options.patience)
    run = Run(layers, settings, state, random_for(seed, SHUFFLE))
    suits = "lr" not in options.rates
    return Experiment(kind, rest, held, scaled, target_scaling, run, seed, options.test, untold, state, init, suits)


def _target_scaling(kind: Kind, data: DataSet, options: TrainingOptions, rule: UpdateRule) -> Scaling | None:
    """By default where steps don't grow with the target: hidden layers and adaptive rules. A constant has no scale."""
    if options.scale_target and not kind.may_scale_target:
        raise CannotRead(f"--scale-target is for numbers, and the target holds {kind.target}: leave the option out.")
    if not kind.may_scale_target or not np.ptp(data.y):
        return None
    wanted = bool(options.hidden) or rule.adaptive if options.scale_target is None else options.scale_target
    return scaling(data.y[:, None], "standard") if wanted else None


def usual_lr(kind: Kind, layers: Layers, rule: UpdateRule, X: Array, y: Array, batch: int | None) -> float:
    """A learning rate that suits: safe where the curvature of the loss is known, else the customary one."""
    if layers.hidden:
        return rule.rate_with_hidden
    if rule.rate is not None:
        return rule.rate
    usual = kind.usual_rate(X, y, layers.objective, layers.l2)
    if batch is None or batch >= len(X):
        return usual
    # The loss of a batch may be steeper than that of all rows, but no steeper than that of the row farthest out.
    farthest = X[[int((X**2).sum(axis=1).argmax())]]
    return min(usual, kind.usual_rate(farthest, y, layers.objective, layers.l2))


def resumed_experiment(data: DataSet, model: Model, source: str) -> Experiment:
    """The experiment that a saved model was trained in, to go on with.

    Raises CannotRead where the data is not what it was trained on.
    """
    run, seed, share = resumed(model, source)
    others = CannotRead(
        f"{shown(source)} was trained on other columns, classes or words than these: resume it with its own data."
    )
    words = {column.name: set(column.categories) for column in data.columns}
    if (data.target, data.classes) != (model.target, model.classes) or any(
        not set(column.categories) <= words.get(column.name, set()) for column in model.columns
    ):
        raise others
    rest, held = split(data, share, seed)
    rest, held, untold = prepared(rest, held, model.columns)
    if rest.features != model.features:
        raise others
    unknown = unknown_fields(model.resume or {}, resume_to_json(run, seed, share))
    scalings = model.scaling, model.target_scaling
    experiment = Experiment(model.kind, rest, held, *scalings, run, seed, share, untold, run.state)
    experiment = replace(experiment, unknown=model.unknown | ({"resume": unknown} if unknown else {}))
    with np.errstate(all="ignore"):
        X, y = experiment.prepared(rest)
        now = run.layers.loss_of(run.state.parameters, run.layers.flow(run.state.parameters, X), y)
    if not abs(now - run.losses[-1]) <= 1e-9 * max(abs(now), run.losses[0]):
        raise CannotRead(
            f"{shown(source)} was trained on other rows: its loss was {run.losses[-1]:.6g} there and is {now:.6g} "
            "here; resume it with the same data."
        )
    return experiment
