"""A training run as a worked solution: the data, the scaling, chosen epochs worked, the model and how good it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from penpaper_cli.data.dataset import DataSet
from penpaper_cli.errors import CannotWork
from penpaper_cli.explain.data import one_hot
from penpaper_cli.explain.distance import Distance, by_feature
from penpaper_cli.explain.epochs import Epochs
from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.model import Outcome
from penpaper_cli.explain.pictures import listed_features, of_pictures
from penpaper_cli.explain.results import results
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.trained import OfTrained
from penpaper_cli.explain.values import shortened
from penpaper_cli.explain.working import worked_out
from penpaper_cli.expressions.arithmetic import Entry, Name, Num
from penpaper_cli.formula.composed import ranged, standardised
from penpaper_cli.formula.update_rules import rate_of
from penpaper_cli.models.descent import Run
from penpaper_cli.models.model_json import model_to_json
from penpaper_cli.models.rates import safe_rate
from penpaper_cli.models.scaling import Scaling
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Paper
from penpaper_cli.sentences import common as words
from penpaper_cli.sentences import training as training_words
from penpaper_cli.solution.blocks import Block, Heading, Parts, Result, Sentence


@dataclass(frozen=True)
class Lesson(OfTrained):
    """Everything about a training run that its explanation draws on; `chosen` are epochs to work."""

    chosen: Sequence[int]
    new: Array | None
    show: Show
    went_on_from: str | None = None

    @property
    def data(self) -> DataSet:
        return self.experiment.data

    @property
    def scaling(self) -> Scaling:
        return self.experiment.scaling

    @property
    def run(self) -> Run:
        return self.trained.run

    @cached_property
    def distance(self) -> Distance | None:
        """How far training is from the least-squares solution, for linear regression."""
        linear = self.run.layers.single and self.experiment.kind.has_least_squares
        return Distance(self.trained, self.show) if linear else None

    @cached_property
    def epochs(self) -> Epochs:
        return Epochs(self.experiment, self.show)

    @cached_property
    def outcome(self) -> Outcome:
        return Outcome(self.trained, self.new, self.show)

    @property
    def title(self) -> str:
        kind = self.experiment.kind
        return kind.network_title if self.run.layers.hidden else kind.title

    def steps(self) -> Iterator[Block]:
        """The whole lesson, in order."""
        yield from self.the_data()
        if self.scaling.kind != "none" or self.experiment.target_scaling is not None:
            yield from self.the_scaling()
        yield from self.the_start()
        first = [epoch for epoch in self.chosen if epoch == self.run.first]
        for epoch in first:
            yield from self.epochs.worked(epoch)
        yield from self.epochs.table()
        for epoch in self.chosen[len(first) :]:
            yield from self.epochs.worked(epoch)
        yield from self.epochs.curve()
        if not self.run.diverged:
            yield from self.outcome.the_model()
            yield from self.the_exact_answer()
            yield from self.outcome.how_good()
            yield from self.outcome.worth_knowing()

    def the_data(self) -> Iterator[Block]:
        """X and y as they stand in the file."""
        data, name = self.data, "X" if self.scaling.kind == "none" else "X_raw"
        yield Heading(("The data as a matrix",))
        counts = training_words.data_set(*data.X.shape)
        yield Sentence(
            (counts, *listed_features(data.features), "; the target is ", Name(data.target), "."), explains=False
        )
        yield from of_pictures(data.features, data.X, data.y, data.classes)
        yield from one_hot(data.columns)
        held = self.experiment.held
        if held is not None:
            untold = self.experiment.untold
            aside = len(held.y) + untold
            yield Sentence(
                (training_words.set_aside(aside, aside + len(data.y), self.experiment.seed),), explains=False
            )
            if untold:
                yield Sentence((training_words.untold(untold),), explains=False)
        if self.experiment.kind.of_classes:
            numbered = [part for k, c in enumerate(data.classes) for part in (", " if k else "", f"{k} is ", Name(c))]
            yield Sentence((training_words.CLASS_NUMBERS, *numbered, "."), explains=False)
        yield from grid(Paper().given(name, data.X), self.show, data.features, of_data=True)
        y_name = "y" if self.experiment.target_scaling is None else "y_raw"
        yield from grid(Paper().given(y_name, data.y), self.show, of_data=True)
        yield Sentence((words.in_float64("Training repeats its sums many times"),), explains=False)

    def the_scaling(self) -> Iterator[Block]:
        """One feature's scaling worked, the others in a table."""
        standard = self.scaling.kind == "standard"
        yield Heading(("Scaling the features",))
        if self.scaling.kind != "none":
            j = self.first_that_varies()
            which = "the first that varies among these rows" if j else "the first feature"
            yield Sentence((training_words.why_scale(standard, which),))
            name, column = self.data.features[j], self.data.X[:, j]
            shift, spread, scaled = (standardised if standard else ranged)(name, column)
            for part in (shift, spread):
                yield from worked_out(part, (), self.show) if part.op else grid(part, self.show)
            if standard:
                yield from shortened(len(column), self.show)
            cell = Entry(Name("X"), (0, j), scaled.number((0,)))
            yield from worked_out(scaled, (0,), self.show, cell)
            head: tuple[Parts, ...] = (("feature",), *((part,) for part in training_words.scaling_names(standard)))
            rows = zip(self.data.features, self.scaling.shift, self.scaling.spread, strict=True)
            yield from by_feature(self.show, head, [((Name(f),), (Num(a),), (Num(b),)) for f, a, b in rows])
            yield from grid(Paper().carried("X", self.experiment.X), self.show, self.data.features, of_data=True)
        if self.experiment.target_scaling is not None:
            yield from self.the_scaled_target()

    def first_that_varies(self) -> int:
        """The first feature that can be shown scaled; a category may happen to have no row to train on."""
        return int(np.ptp(self.data.X, axis=0).astype(bool).argmax())

    def the_scaled_target(self) -> Iterator[Block]:
        """The target's scaling worked."""
        yield Sentence((training_words.SCALED_TARGET,))
        shift, spread, scaled = standardised("y_raw", self.data.y)
        for part in (shift, spread):
            yield from worked_out(part, (), self.show)
        yield from worked_out(scaled, (0,), self.show, Entry(Name("y"), (0,), scaled.number((0,))))
        yield from grid(Paper().carried("y", self.experiment.y), self.show, of_data=True)

    def the_start(self) -> Iterator[Block]:
        """The parameters before the first epoch, the update rule and what it is set to."""
        layers, settings, start = self.run.layers, self.run.settings, self.experiment.start
        yield Heading(("The start",))
        if self.went_on_from is not None:
            yield Sentence((training_words.goes_on(self.run.first - 1),))
        elif layers.single and self.experiment.init == "zeros":
            yield Sentence((training_words.starting_weights(self.data.X.shape[1]),))
        else:
            yield Sentence((training_words.STARTS[self.experiment.init or "zeros"],))
        if not settings.plain:
            yield Sentence((training_words.rule(settings.rule.word, settings.batch, len(self.data.y)),), explains=False)
        if self.experiment.init != "zeros" or settings.batch is not None or self.experiment.held is not None:
            yield Sentence((training_words.drawn(self.experiment.seed),), explains=False)
        for name, data in layers.on_paper(dict(start.parameters)).items():
            columns = self.data.features if name == "w" else ()
            yield from grid(Paper().carried(name, data), self.show, columns)
        for letter, rate in settings.rule.letters.items():
            yield from grid(Paper().given(letter, np.array(settings.rates[rate], dtype=object)), self.show)
        why_rate = self.experiment.kind.why_rate(float(settings.rates["lr"]))
        if self.experiment.rate_was_chosen and settings.plain and not layers.hidden and why_rate:
            yield Sentence((why_rate,))
        if layers.l2:
            yield from grid(Paper().given("λ", np.array(rate_of(layers.l2), dtype=object)), self.show)
            yield Sentence((training_words.PENALTY,))

    def the_exact_answer(self) -> Iterator[Block]:
        """How far training is from the least-squares solution, where there is one."""
        if self.distance is not None:
            yield from self.distance.steps()

    def given(self) -> dict[str, Result]:
        """What was given, apart from the rows of the data."""
        return {"η": Result((), False, float(self.run.settings.rates["lr"]))}

    def answer(self, results: Mapping[str, Result]) -> Result:
        """The predictions that were asked for, else the loss that training came to."""
        return results.get("predictions", Result((), False, self.run.losses[-1]))

    def results(self) -> dict[str, Result]:
        """What stands on the paper of the last epoch, save what has a number for every row of the data."""
        if self.run.epochs < self.run.first:  # It diverged in the very first update.
            return {}
        step = self.epochs.recorded(self.run.epochs)
        names = [step.work.known[update.name] for update in step.updates]
        lines = (step.work.answer, *names, *(update.gradient for update in step.updates), *step.updated)
        on_paper = results(lines) | {"L_new": Result((), False, self.run.losses[-1])}
        return on_paper if self.run.diverged else on_paper | self.outcome.results()

    def for_programs(self) -> dict[str, Any]:
        """The model, its metrics, the exact solution and the history, as JSON gives them."""
        history = [{"epoch": epoch, "loss": loss} for epoch, loss in enumerate(self.run.losses)]
        for entry, loss in zip(history, self.run.test_losses, strict=False):
            entry["test_loss"] = loss
        if self.run.diverged:
            return {"history": history}
        document: dict[str, Any] = {"model": model_to_json(self.model), "metrics": dict(self.model.metrics)}
        if self.distance is not None:
            document["least_squares"] = self.distance.for_programs()
        return {**document, "history": history}

    def failure(self) -> CannotWork:
        """Why a run diverged, and what to try."""
        layers, rate, X = self.run.layers, float(self.run.settings.rates["lr"]), self.experiment.X
        text = self.show.figures.text
        if layers.hidden or not self.run.settings.plain:
            return CannotWork(training_words.diverged(self.run.epochs, text(rate), text(float(f"{rate / 10:.0e}"))))
        safe = safe_rate(X, self.experiment.kind.curvature(layers.objective, self.experiment.y), layers.l2)
        sizes = abs(X).max(axis=0)
        uneven = self.scaling.kind == "none" and sizes.max() > 10 * sizes.min()
        largest, smallest = (self.data.features[int(k)] for k in (sizes.argmax(), sizes.argmin()))
        pair = (largest, smallest) if uneven else None
        sentence = training_words.diverged(self.run.epochs, text(rate), text(safe), pair, "for these features")
        return CannotWork(sentence)
