"""Updates as programs: the steps of a network, and a training run on a whole data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from penpaper_cli.explain import key
from penpaper_cli.explain_script import Notes, differentiate
from penpaper_cli.script import Call, Given, Let, Ref, Repeat, Script, Statement, Term, Update

if TYPE_CHECKING:
    from penpaper_cli.explain_training import Lesson
    from penpaper_cli.network import Step


def steps_script(title: str, first: Step, last: Step, times: int, rule: str, goes_on: bool) -> Script:
    """Update steps. `goes_on` says that there is a loss after the last one."""
    given = last.work.given
    notes = Notes(given, [*last.forward, *last.backward, *last.update], last.rates if times > 1 else ())
    named = {name: value for value, name in notes.names.items()}
    state = {f"{letter}_{u.name}": value for u in last.updates for letter, value in u.state.items()}
    belongs = {f"{letter}_{u.name}": u.parameter for u in last.updates for letter in u.state}
    parameters = {u.name: notes.names[value] for u, value in zip(last.updates, last.updated, strict=True)}
    forward = notes.lets(last.forward)
    update = Update(
        rule,
        {letter: Given(notes.names[named[letter]], rate) for letter, rate in rates_of(last).items()},
        parameters,
        {old: (notes.names[new], Ref(notes.names[belongs[old]], new.shape)) for old, new in state.items()},
        (),
    )
    body = differentiate(notes, forward, last.work.answer, last.backward)
    update = replace(update, worked=notes.lets(last.update))
    typed = zip(notes.givens(), first.work.given, strict=True)
    start = [replace(now, values=before.data.tolist()) for now, before in typed]
    results = dict(notes.results)
    after = notes.again(last.forward, parameters) if goes_on else []
    if after:
        results["L_new"] = after[-1].name
    return Script(title, start, [Repeat(times, body, update), *after], results)


def rates_of(step: Step) -> dict[str, Any]:
    """What the update rule is set to, by its letters."""
    return {key(rate.label): rate.data[()] for rate in step.rates}


def training_script(lesson: Lesson) -> Script:
    """A training run on a whole data set: the scaling, every epoch, the predictions."""
    epochs = lesson.run.epochs
    scaled = lesson.scaling.kind != "none"
    raw = Given("X_raw" if scaled else "X", lesson.data.X.tolist(), lesson.X.shape)
    given = [raw, Given("y", lesson.data.y.tolist(), lesson.data.y.shape)]
    if lesson.new is not None:
        given.append(Given("X_new", lesson.new.tolist(), lesson.new.shape))
    scaling, scale = scaling_lets(lesson.scaling.kind, raw)
    body: list[Statement] = [*scaling]
    if not epochs:
        return Script("Training", given, body, {})
    epoch = lesson.recorded(epochs)
    lines = [epoch.prediction, epoch.loss, *epoch.gradients, *epoch.updated]
    notes = Notes([], lines)
    for parameter in epoch.parameters:
        notes.results[key(parameter.label)] = notes.names[parameter]
        body.append(Let(notes.names[parameter], Call("zeros", (), {"shape": parameter.shape}, parameter.shape)))
    updated = {key(old.label): notes.names[new] for old, new in zip(epoch.parameters, epoch.updated, strict=True)}
    forward = notes.lets([epoch.prediction, epoch.loss])
    gradients = differentiate(notes, forward, epoch.loss, epoch.gradients)
    rate = Given("η", lesson.run.rate)
    update = Update("gd", {"η": rate}, updated, {}, notes.lets(epoch.updated))
    results = {name: notes.results[name] for name in lesson.results() if name in notes.results}
    after = notes.again([epoch.prediction, epoch.loss], updated)
    results["L_new"] = after[-1].name
    body += [Repeat(epochs, gradients, update), *after]
    if lesson.new is not None and not lesson.run.diverged:
        rows = Ref("X_new", lesson.new.shape)
        product = Call("matmul", (scale(rows), Ref("w_new", lesson.run.w.shape)), {}, (len(lesson.new),))
        body.append(Let("predictions", Call("add", (product, Ref("b_new")), {}, (len(lesson.new),))))
        results["predictions"] = "predictions"
    return Script("Training a linear model", given, body, results)


def scaling_lets(kind: str, raw: Given) -> tuple[list[Let], Callable[[Ref], Term]]:
    """The lines that scale the features, and how other rows are scaled likewise."""
    X, columns = Ref(raw.name, raw.shape), raw.shape[1:]
    if kind == "none":
        return [], lambda rows: rows
    names = ("mean", "std") if kind == "standard" else ("min", "range")
    shift, spread = (Ref(name, columns) for name in names)

    def column(op: str) -> Call:
        return Call(op, (X,), {"axis": 0}, columns)

    def scale(rows: Ref) -> Term:
        return Call("div", (Call("sub", (rows, shift), {}, rows.shape), spread), {}, rows.shape)

    width = column("std") if kind == "standard" else Call("sub", (column("max"), shift), {}, columns)
    first = column("mean" if kind == "standard" else "min")
    return [Let(names[0], first), Let(names[1], width), Let("X", scale(X))], scale
