"""Chosen epochs of a training run worked on paper, the table of all of them, and the curve of the loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from penpaper_cli.errors import NotTrue
from penpaper_cli.explain.grids import grid
from penpaper_cli.explain.show import Show
from penpaper_cli.explain.values import explained
from penpaper_cli.expressions.arithmetic import Num
from penpaper_cli.formula.network import Step, Trainer
from penpaper_cli.formula.program import Program
from penpaper_cli.formula.update_rules import rate_of
from penpaper_cli.models.descent import Run, State, updated
from penpaper_cli.models.experiment import Experiment
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.paper import Paper, Value
from penpaper_cli.sentences import common as words
from penpaper_cli.sentences import training as training_words
from penpaper_cli.solution.blocks import Block, Chart, Heading, Parts, Sentence, Table

FEW = 3
STEEP = 20
MOST_ROWS_NAMED = 12
CLOSE = 1e-9
NEAR_ZERO = 1e-12


@dataclass(frozen=True)
class Epochs:
    """A run and its epochs; those that the run kept can be worked."""

    experiment: Experiment
    show: Show

    @cached_property
    def run(self) -> Run:
        return self.experiment.run

    @cached_property
    def program(self) -> Program:
        """The forward pass and the loss."""
        return Program(self.run.layers.text())

    @cached_property
    def last(self) -> Step:
        """The last epoch on paper, from which results and scripts come, too."""
        return self._recorded(self.run.epochs)

    def recorded(self, epoch: int) -> Step:
        """The epoch's (first) update on paper."""
        return self.last if epoch == self.run.epochs else self._recorded(epoch)

    def _recorded(self, epoch: int) -> Step:
        """Raises NotTrue unless the paper agrees with the loop that trained."""
        layers, kept = self.run.layers, self.run.kept[epoch]
        X, y = self.batch(epoch)
        given = {"X": X, "y": layers.target_on_paper(y)}
        if layers.l2:
            given["λ"] = np.array(rate_of(layers.l2), dtype=object)
        parameters = layers.on_paper(dict(kept.before.parameters))
        settings = self.run.settings
        trainer = Trainer(self.program, given, parameters, (), settings.rule, settings.rates, self.memory(kept.before))
        step = trainer.step(kept.before.step + 1, parameters)
        with np.errstate(all="ignore"):
            quick = updated(layers, settings, kept.before, X, y)
            loss = layers.loss_of(kept.before.parameters, layers.flow(kept.before.parameters, X), y)
        size = max(self.run.losses)
        pairs = [(np.array(step.loss), np.array(loss), size), *self.moved(step, quick)]
        for worked, due, scale in pairs:
            if not np.allclose(worked, due, rtol=CLOSE, atol=NEAR_ZERO * scale):
                raise NotTrue(f"pp could not confirm its own working of epoch {epoch}; please report this.")
        return step

    def moved(self, step: Step, quick: State) -> Iterator[tuple[Array, Array, float]]:
        """The parameters after the update, on paper and in the loop, and how large they are."""
        for name, data in self.run.layers.off_paper(step.parameters).items():
            yield data, quick.parameters[name], float(abs(quick.parameters[name]).max())

    def memory(self, state: State) -> dict[str, dict[str, Array]]:
        """What the update rule remembers, by the parameters' names on paper."""
        layers = self.run.layers
        by_name: dict[str, dict[str, Array]] = {}
        for letter in next(iter(state.memory.values()), {}):
            on_paper = layers.on_paper({name: memory[letter] for name, memory in state.memory.items()})
            for name, data in on_paper.items():
                by_name[name] = {**by_name.get(name, {}), letter: data}
        return by_name

    def batch(self, epoch: int) -> tuple[Array, Array]:
        """The rows that the epoch's first update is worked on."""
        X, y, rows = self.experiment.X, self.experiment.y, self.run.kept[epoch].rows
        return (X, y) if rows is None else (X[rows], y[rows])

    def worked(self, epoch: int) -> Iterator[Block]:
        """One epoch in full: prediction, loss, gradients by the chain rule, the update of each parameter."""
        yield Heading((training_words.epoch_heading(epoch, self.run.epochs),))
        step, layers = self.recorded(epoch), self.run.layers
        if self.run.kept[epoch].rows is not None:
            yield from self.which_batch(epoch)
        yield Sentence((training_words.FORWARD_LAYERS if layers.hidden else self.experiment.kind.forward,))
        for value in step.forward[:-1]:
            yield from explained(value, self.suited(value))
        yield Sentence((training_words.LOSS,))
        yield from explained(step.forward[-1], self.show)
        yield Sentence((training_words.BACKWARD,))
        slopes = [update.gradient for update in step.updates] if layers.single else []
        for value in [*(value for value in step.backward if value not in slopes), *slopes]:
            yield from explained(value, self.suited(value))
        rule = self.run.settings.rule
        yield Sentence((training_words.UPDATE if rule.plain else training_words.update(rule.word),))
        for value in step.update:
            yield from explained(value, self.suited(value))

    def suited(self, value: Value) -> Show:
        """A few entries of what has a row for every sample, and of the many lines of a larger model."""
        show, layers = self.show, self.run.layers
        small = layers.single and value.shape in ((), (layers.sizes[0],))
        return show if small or not show.most(FEW) else replace(show, steps=show.steps or FEW)

    def which_batch(self, epoch: int) -> Iterator[Block]:
        """The rows of the first batch."""
        rows = self.run.kept[epoch].rows
        assert rows is not None
        size = self.run.settings.batch or len(rows)
        count = -(-len(self.experiment.y) // size)
        named = [str(k + 1) for k in rows[:MOST_ROWS_NAMED].tolist()]
        more = f" and {len(rows) - len(named)} more" if len(rows) > len(named) else ""
        yield Sentence(
            (
                training_words.batch_worked(count, len(rows)),
                f"{words.listed(named)}{more} of the data above.",
            ),
            explains=False,
        )
        X, y = self.batch(epoch)
        yield from grid(Paper().carried("X", X), self.show, self.experiment.data.features, of_data=True)
        yield from grid(Paper().carried("y", y), self.show, of_data=True)

    def table(self) -> Iterator[Block]:
        """The loss after chosen epochs."""
        run, last = self.run, self.run.epochs
        shown = sorted({0, last, run.chosen_epoch, *(e for e in training_words.ROUND_EPOCHS if e < last)})
        yield Heading(("Epoch by epoch",))
        yield Sentence((training_words.epochs_table(last + 1 - len(shown)),), explains=False)
        columns = [run.losses, *([run.test_losses] if run.test_losses else [])]
        head: tuple[Parts, ...] = (("epoch",), ("loss after it",), ("test loss",))
        rows: list[tuple[Parts, ...]] = [((f"{e:,}",), *((Num(losses[e]),) for losses in columns)) for e in shown]
        yield Table(head[: len(columns) + 1], rows, "r" * (len(columns) + 1))
        if run.best is not None:
            wait, stopped = run.settings.patience or 0, run.epochs if run.out_of_patience else None
            yield Sentence(
                (training_words.patience(stopped, run.best.epoch, wait, bool(run.test_losses)),), explains=False
            )

    def curve(self) -> Iterator[Block]:
        """The loss over the epochs, and that of the test rows."""
        yield Heading(("The loss, epoch by epoch",))
        yield from drawn(self.run.losses, "loss")
        yield Sentence((training_words.EVERY_EPOCH,))
        if self.run.test_losses:
            yield Heading((training_words.TEST_CURVE,))
            yield from drawn(self.run.test_losses, "test loss")


def falls_far(losses: list[float]) -> bool:
    """Whether the loss falls so far that it is best drawn by factors."""
    return max(losses) > STEEP * min(losses) > 0


def drawn(losses: list[float], name: str) -> Iterator[Block]:
    """One curve; where it falls a long way, by factors."""
    logarithmic = falls_far(losses)
    if logarithmic:
        yield Sentence((training_words.LOGARITHMIC,), explains=False)
    yield Chart(("epoch",), (name,), list(enumerate(losses)), logarithmic)
