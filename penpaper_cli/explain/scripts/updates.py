"""Update steps as a program: the forward pass, its gradients and the update rule, once or many times."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from penpaper_cli.explain.results import key
from penpaper_cli.explain.scripts.lines import Notes, differentiate
from penpaper_cli.solution.script import Given, Ref, Repeat, Script, Update

if TYPE_CHECKING:
    from penpaper_cli.formula.network import Step


def steps_script(title: str, first: Step, last: Step, times: int, rule: str, goes_on: bool) -> Script:
    """Update steps. `goes_on` says that there is a loss after the last one."""
    notes = notes_of(last, times)
    steps = repeated(notes, last, times, rule)
    typed = zip(notes.givens(), first.work.given, strict=True)
    start = [replace(now, values=before.data.tolist()) for now, before in typed]
    results = dict(notes.results)
    after = notes.again(last.forward, steps.update.parameters) if goes_on else []
    if after:
        results["L_new"] = after[-1].name
    return Script(title, start, [steps, *after], results)


def notes_of(step: Step, times: int) -> Notes:
    """Names for everything in a step that is made so many times."""
    lines = [*step.forward, *step.backward, *step.update]
    return Notes(step.work.given, lines, step.rates if times > 1 else ())


def repeated(notes: Notes, step: Step, times: int, rule: str) -> Repeat:
    """The step as it was recorded, made so many times; all its gradients are asked for."""
    named = {name: value for value, name in notes.names.items()}
    state = {f"{letter}_{u.name}": value for u in step.updates for letter, value in u.state.items()}
    belongs = {f"{letter}_{u.name}": u.parameter for u in step.updates for letter in u.state}
    update = Update(
        rule,
        {letter: Given(notes.names[named[letter]], rate) for letter, rate in rates_of(step).items()},
        {u.name: notes.names[value] for u, value in zip(step.updates, step.updated, strict=True)},
        {old: (notes.names[new], Ref(notes.names[belongs[old]], new.shape)) for old, new in state.items()},
        (),
    )
    body = differentiate(notes, notes.lets(step.forward), step.work.answer, step.backward)
    return Repeat(times, body, replace(update, worked=notes.lets(step.update)))


def rates_of(step: Step) -> dict[str, Any]:
    """What the update rule is set to, by its letters."""
    return {key(rate.label): rate.data[()] for rate in step.rates}
