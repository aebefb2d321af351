"""What a training run came to: the model in the user's own units, how good it is, what is worth knowing about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from penpaper_cli.explain.measures import confused, measured
from penpaper_cli.explain.next_word import predictions_of
from penpaper_cli.explain.pictures import weight_pictures
from penpaper_cli.explain.prediction import Predictions
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.trained import OfTrained
from penpaper_cli.explain.values import explained
from penpaper_cli.models.kind import frequencies
from penpaper_cli.models.metrics import confusion, separated
from penpaper_cli.paper.arrays import Array
from penpaper_cli.render.plot.files import Confusion, Pairs
from penpaper_cli.sentences import training as training_words
from penpaper_cli.solution.blocks import Block, Heading, Result, Sentence

SURE = 0.001


@dataclass(frozen=True)
class Outcome(OfTrained):
    """A trained model with the experiment that it comes from, and new rows to predict, if any."""

    new: Array | None
    show: Show

    @property
    def predictions(self) -> Predictions:
        """The new rows put into the model; none at all where there are none."""
        none = np.zeros((0, len(self.model.features)))
        return predictions_of(self.model, none if self.new is None else self.new, self.show)

    def the_model(self) -> Iterator[Block]:
        """The model, in the user's own units where it is one layer with one output, with predictions."""
        if self.model.layers.single:
            yield from self.in_own_units()
            yield from self.predictions.equation()
        else:
            yield from self.predictions.parameters()
        model = self.model
        classes = () if model.layers.hidden else model.classes
        yield from weight_pictures(model.features, model.parameters["W1"], classes, model.scaling.kind != "none")
        if self.new is not None:
            yield from self.predictions.steps()

    def in_own_units(self) -> Iterator[Block]:
        """The scaling undone."""
        yield Heading(("The model in your own units",))
        coefficients, intercept = self.model.in_own_units()
        kind, run, target = self.model.scaling.kind, self.experiment.run, self.model.target_scaling
        epoch = "the last epoch" if run.chosen_epoch == run.epochs else f"epoch {run.chosen_epoch:,}"
        if kind != "none" or target is None:
            yield Sentence((training_words.undo_scaling(kind, epoch),))
        if target is not None:
            yield Sentence((training_words.UNDO_TARGET,))
        if kind != "none" or target is not None:
            everything = replace(self.show, entries=(), steps=None)
            yield from explained(coefficients, everything)
            yield from explained(intercept, everything)

    def how_good(self) -> Iterator[Block]:
        """The measures beside those of a constant guess, on the training rows and on the test rows."""
        measures, held, kind = self.model.metrics, self.experiment.held, self.model.kind
        yield Heading(("How good the model is",))
        yield Sentence((kind.about_measures,))
        for key, name in kind.measures.items():
            if key not in measures:
                yield Sentence((training_words.no_variation(name),), explains=False)
        if self.model.target_scaling is not None:
            yield Sentence((training_words.OWN_UNITS,), explains=False)
        if held is not None:
            yield Sentence((training_words.TRAINING_ROWS,), explains=False)
        yield measured(self.model, measures)
        yield from confused(self.model, self.model.predictions(self.experiment.data.X), self.experiment.data.y)
        if held is not None:
            yield Sentence((training_words.TEST_ROWS,), explains=False)
            yield measured(self.model, measures, "test_")
            if kind.of_classes and "baseline_test_loss" not in measures:
                yield Sentence((training_words.NO_CHANCE,), explains=False)
            yield from confused(self.model, self.model.predictions(held.X), held.y)

    def results(self) -> dict[str, Result]:
        """The predictions that were asked for, and the confusion tables."""
        results = self.predictions.results() if self.new is not None else {}
        if self.model.kind.of_classes:
            for name, data in (("confusion", self.experiment.data), ("test_confusion", self.experiment.held)):
                if data is not None:
                    counts = confusion(self.model.predictions(data.X), data.y)
                    results[name] = Result(counts.shape, False, counts.tolist())
        return results

    def for_plot(self) -> Pairs | Confusion:
        """What was predicted beside what is true; of classes on the test rows, where there are any."""
        model, data, held = self.model, self.experiment.data, self.experiment.held
        if model.kind.of_classes:
            shown = held or data
            return Confusion(model.target, model.classes, confusion(model.predictions(shown.X), shown.y))
        pairs = Pairs(model.target, data.y, model.predictions(data.X))
        return pairs if held is None else replace(pairs, test_true=held.y, test_predicted=model.predictions(held.X))

    def worth_knowing(self) -> Iterator[Block]:
        """Whatever about the run or the model would surprise somebody who relied on it."""
        remarks = [remark for remark in self.remarks() if remark]
        if remarks:
            yield Heading((training_words.WORTH_KNOWING,))
        for remark in remarks:
            yield Sentence((remark,), explains=False)

    def remarks(self) -> Iterator[str]:
        """Dead layers, equal units, sure probabilities, classes that can be told apart, too few rows, no progress."""
        layers, run, data = self.model.layers, self.experiment.run, self.experiment.data
        X = self.experiment.X
        flow = layers.flow(self.model.parameters, X)
        if layers.hidden and self.experiment.init == "zeros":
            yield training_words.SAME_UNITS
        for k, A in enumerate(flow.inputs[1:], 1):
            if not A.any() and layers.hidden[k - 1] == "relu":
                yield training_words.dead_layer(k, len(layers.hidden))
        if self.model.kind.of_classes:
            shares = self.model.predictions(data.X)
            if np.maximum(shares, 1 - shares).min() > 1 - SURE:
                yield training_words.SATURATED
            elif not layers.l2 and separated(shares, data.y):
                yield training_words.SEPARABLE
            missing = int((frequencies(data.y, len(data.classes)) == 0).sum())
            if missing and not data.context:
                yield training_words.classes_missing(missing)
        learnt = sum(parameter.size for parameter in self.model.parameters.values())
        if learnt > len(data.y) * layers.sizes[-1] and not layers.l2:
            yield training_words.many_models(learnt, len(data.y), self.experiment.held is not None)
        if run.losses[-1] >= run.losses[0] > 0:
            yield training_words.NO_PROGRESS
