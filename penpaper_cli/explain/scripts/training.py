"""A training run as a program, and a trained model as one: scaling, every epoch, predictions in own units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from penpaper_cli.explain.scripts.lines import notes_of, repeated
from penpaper_cli.formula.signatures import signature_of
from penpaper_cli.ops import OPS
from penpaper_cli.solution.script import Call, Choose, Given, Let, Number, Ref, Repeat, Script, Statement, Term

if TYPE_CHECKING:
    from penpaper_cli.explain.training import Lesson
    from penpaper_cli.models.layers import Parameters
    from penpaper_cli.models.model import Model
    from penpaper_cli.models.scaling import Scaling
    from penpaper_cli.paper.arrays import Array

TRAINED = "The trained model"
BEFORE_DIVERGING = "The model where training went astray"
NOT_REPEATED = "so the training itself isn't repeated here."
BY_CHANCE = f"batches are drawn by chance, {NOT_REPEATED}"
WENT_ON = f"the run went on from a saved model, {NOT_REPEATED}"
PATIENCE = f"patience chose its epoch, {NOT_REPEATED}"
NO_STEP = "the first update leaves the range of float64, so there is no epoch to repeat."


def training_script(lesson: Lesson) -> Script:
    """The whole run, or the model that it came to where a script can't repeat it, or only the data before it."""
    reason = why_not_repeated(lesson)
    if lesson.run.epochs < lesson.run.first:
        data = Scaled.of_training(lesson)
        return Script("The scaled data", data.given, data.lines, {}, NO_STEP)
    if reason:
        title = BEFORE_DIVERGING if lesson.run.diverged else TRAINED
        return model_script(lesson.model, lesson.data.X if lesson.new is None else lesson.new, title, reason)
    return whole_run(lesson)


def whole_run(lesson: Lesson) -> Script:
    """Every epoch, the loss after the last one, and the predictions that were asked for."""
    run = lesson.run
    step = lesson.epochs.recorded(run.epochs)
    notes = notes_of(step, run.epochs)
    loop = only_parameters(repeated(notes, step, run.epochs))
    on_paper = {given.name: given for given in notes.givens()}
    data = Scaled.of_training(lesson)
    data.target(lesson, on_paper["y"])
    data.start(run.layers.on_paper(dict(lesson.experiment.start.parameters)))
    data.given += [on_paper["λ"]] if "λ" in on_paper else []
    after = notes.again(step.forward, loop.update.parameters)
    results = {name: notes.results[name] for name in lesson.results() if name in notes.results}
    results["L_new"] = after[-1].name
    body: list[Statement] = [*data.lines, loop, *after]
    if lesson.new is not None and not run.diverged:
        new = Given("X_new", lesson.new.tolist(), lesson.new.shape)
        data.given.append(new)
        forward = Forward(lesson.model, data.columns, loop.update.parameters)
        body += forward.predictions(Ref(new.name, new.shape))
        results |= {name: name for name in forward.results}
    return Script(lesson.title, data.given, body, results)


def why_not_repeated(lesson: Lesson) -> str:
    """Why a script can't make the same epochs again; nothing where it can."""
    settings = lesson.run.settings
    if lesson.went_on_from is not None:
        return WENT_ON
    if settings.batch is not None and settings.batch < len(lesson.data.y):
        return BY_CHANCE
    return PATIENCE if settings.patience is not None else ""


def model_script(model: Model, rows: Array, title: str, why: str = "") -> Script:
    """A model's predictions of rows in their own units: its numbers are given, and nothing is trained."""
    given = [Given("X_new", rows.tolist(), rows.shape)]
    columns = model.scaling.names if model.scaling.kind != "none" else ()
    for name, numbers in zip(columns, (model.scaling.shift, model.scaling.spread), strict=False):
        given.append(Given(name, numbers.tolist(), numbers.shape))
    parameters = model.layers.on_paper(dict(model.parameters))
    given += [Given(name, data.tolist(), data.shape) for name, data in parameters.items()]
    if model.target_scaling is not None:
        target = (model.target_scaling.shift, model.target_scaling.spread)
        given += [Given(name, float(data[0])) for name, data in zip(TARGET, target, strict=True)]
    forward = Forward(model, columns, {name: name for name in parameters})
    body = [*forward.predictions(Ref("X_new", rows.shape))]
    return Script(title, given, body, {name: name for name in forward.results}, why)


def only_parameters(loop: Repeat) -> Repeat:
    """The loop with no gradients asked for but those that the update needs."""
    gradients = {name: gradient for name, gradient in loop.body.gradients.items() if name in loop.update.parameters}
    return replace(loop, body=replace(loop.body, gradients=gradients))


TARGET = ("mean_y", "std_y")
"""What the target's scaling is called."""


@dataclass
class Scaled:
    """What a run begins with, as it was read, and the lines that scale it. `columns` name what scales the features."""

    given: list[Given]
    lines: list[Statement] = field(default_factory=list)
    columns: tuple[str, ...] = ()

    @classmethod
    def of_training(cls, lesson: Lesson) -> Scaled:
        """The features; a column that doesn't vary has nothing to be divided by, so there the divisors are given."""
        X, scaling = lesson.data.X, lesson.scaling
        raw = Given("X" if scaling.kind == "none" else "X_raw", X.tolist(), X.shape)
        data = cls([raw])
        if scaling.kind == "none":
            return data
        data.columns = scaling.names
        shift, spread = scaling_lets(scaling, Ref(raw.name, raw.shape), data.columns)
        data.lines.append(shift)
        if (X[0] == X).all(axis=0).any():
            data.given.append(Given(spread.name, scaling.spread.tolist(), scaling.spread.shape))
        else:
            data.lines.append(spread)
        data.lines.append(Let("X", scaled(Ref(raw.name, raw.shape), data.columns)))
        return data

    def target(self, lesson: Lesson, on_paper: Given) -> None:
        """The target, scaled where it was, and in the shape that it has on paper."""
        y, scaling = lesson.data.y, lesson.experiment.target_scaling
        if scaling is None and on_paper.shape == y.shape:
            self.given.append(replace(on_paper, values=y.tolist()))
            return
        raw = Ref("y_raw", y.shape)
        self.given.append(Given(raw.name, y.tolist(), y.shape))
        term: Term = raw
        if scaling is not None:
            self.lines += scaling_lets(scaling, raw, TARGET)
            term = scaled(raw, TARGET)
        if on_paper.shape != y.shape:
            term = Call("reshape", (term,), {"shape": on_paper.shape}, on_paper.shape)
        self.lines.append(Let("y", term))

    def start(self, parameters: Parameters) -> None:
        """The parameters before the first epoch: zeros, or the numbers that were drawn."""
        for name, data in parameters.items():
            if data.any():
                self.given.append(Given(name, data.tolist(), data.shape))
            else:
                self.lines.append(Let(name, Call("zeros", (), {"shape": data.shape}, data.shape)))


def scaling_lets(scaling: Scaling, raw: Ref, names: Sequence[str]) -> tuple[Let, Let]:
    """The lines that find what to subtract, and what to divide by."""
    columns = raw.shape[1:]
    axis = 0 if columns else None
    shift = Ref(names[0], columns)

    def column(op: str) -> Call:
        return Call(op, (raw,), {"axis": axis}, columns)

    standard = scaling.kind == "standard"
    width = column("std") if standard else Call("sub", (column("max"), shift), {}, columns)
    return Let(names[0], column("mean" if standard else "min")), Let(names[1], width)


def scaled(rows: Ref, names: Sequence[str]) -> Term:
    """Rows minus the one, divided by the other; as they are where they aren't scaled."""
    if not names:
        return rows
    shift, spread = (Ref(name, rows.shape[1:]) for name in names)
    return Call("div", (Call("sub", (rows, shift), {}, rows.shape), spread), {}, rows.shape)


@dataclass
class Forward:
    """New rows taken through a model. `columns` name what scales them, `parameters` has each parameter's name here."""

    model: Model
    columns: Sequence[str]
    parameters: Mapping[str, str]

    @property
    def results(self) -> tuple[str, ...]:
        return ("predictions", "probabilities") if self.model.kind.of_classes else ("predictions",)

    def predictions(self, rows: Ref) -> Iterator[Statement]:
        """The lines from rows in their own units to predictions in the target's, or to classes."""
        lets, scores = self.scores(rows)
        yield from lets
        kind = self.model.kind
        if not kind.of_classes:
            if kind.link != "none":
                scores = Call(kind.link, (scores,), {}, scores.shape)
            if self.model.target_scaling is not None:
                mean, std = map(Ref, TARGET)
                scores = Call("mul", (scores, std), {}, scores.shape)
                scores = Call("add", (scores, mean), {}, scores.shape)
            yield Let("predictions", scores)
            return
        best = Ref("best", rows.shape[:1])
        if not kind.loss.per_class:
            p = Ref("p", rows.shape[:1])
            yield Let(p.name, Call(kind.link, (scores,), {}, p.shape))
            rest = Call("sub", (Number(Fraction(1)), p), {}, p.shape)
            yield Let("probabilities", Call("columns", (rest, p), {}, (*p.shape, 2)))
            yield Let(best.name, Call("likely", (p,), {}, p.shape))
        else:
            shares = Ref("probabilities", scores.shape)
            yield Let(shares.name, Call(kind.link, (scores,), {"axis": 1, "causal": 0}, scores.shape))
            yield Let(best.name, Call("likeliest", (shares,), {}, best.shape))
        yield Choose("predictions", best, self.model.classes)

    def scores(self, rows: Ref) -> tuple[list[Let], Term]:
        """A line for each hidden layer, and the scores that come last, a vector where there is one for each row."""
        layers = self.model.layers
        value = scaled(rows, self.columns)
        if layers.single:
            return [], self.layer(value, ("w", (layers.sizes[0],)), ("b", ()), rows.shape[:1])
        lets = []
        for k, ((W, b), activation) in enumerate(zip(layers.names, (*layers.hidden, "none"), strict=True), 1):
            shape = (*rows.shape[:1], layers.sizes[k])
            value = self.layer(value, (W, layers.shapes[W]), (b, layers.shapes[b]), shape)
            if activation != "none":
                value = Call(activation, (value,), signature_of(OPS[activation]).settings, shape)
                lets.append(Let(f"hidden_{k}", value))
                value = Ref(f"hidden_{k}", shape)
        if layers.objective.per_class:
            return lets, value
        return lets, Call("flatten", (value,), {}, rows.shape[:1])

    def layer(
        self,
        value: Term,
        weights: tuple[str, tuple[int, ...]],
        bias: tuple[str, tuple[int, ...]],
        shape: tuple[int, ...],
    ) -> Term:
        """value @ W + b."""
        W, b = (Ref(self.parameters[name], size) for name, size in (weights, bias))
        return Call("add", (Call("matmul", (value, W), {}, shape), b), {}, shape)
