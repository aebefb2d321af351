"""What a saved model keeps so that training can go on bit for bit: settings, memory, random state, losses so far."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from penpaper_cli.data.sources import shown
from penpaper_cli.errors import CannotRead, Fault
from penpaper_cli.formula.choices import entry_of
from penpaper_cli.formula.settings import read_rates
from penpaper_cli.formula.update_rules import UPDATE_RULES, UpdateRule, rate_of
from penpaper_cli.models.descent import Best, Run, Settings, State
from penpaper_cli.models.json_fields import (
    JsonObject,
    array_of,
    array_to_json,
    count_of,
    number_of,
    numbers_of,
    object_of,
    text_of,
)
from penpaper_cli.models.layers import Parameters
from penpaper_cli.models.model import Model
from penpaper_cli.models.model_json import check_shapes
from penpaper_cli.models.options import TrainingOptions
from penpaper_cli.paper.arrays import Array


def resume_to_json(run: Run, seed: int, test: float | None) -> JsonObject:
    """Everything that the next epoch depends on."""
    fields: JsonObject = {
        "optimizer": run.settings.rule.option,
        "rates": {name: float(rate) for name, rate in run.settings.rates.items()},
        "l2": run.layers.l2,
        "batch_size": run.settings.batch,
        "patience": run.settings.patience,
        "seed": seed,
        "test": test,
        "updates": run.state.step,
        "random": random_to_json(run.random),
        "memory": {
            name: {letter: array_to_json(data) for letter, data in memory.items()}
            for name, memory in run.state.memory.items()
        },
        "losses": run.losses,
        "test_losses": run.test_losses,
    }
    if run.best is not None:
        fields["best"] = {"epoch": run.best.epoch, "loss": run.best.loss}
        fields["latest"] = {name: array_to_json(data) for name, data in run.state.parameters.items()}
    return fields


def random_to_json(random: np.random.Generator) -> JsonObject:
    """The state of a PCG64 generator; its large whole numbers as text, which every reader of JSON keeps whole."""
    state = dict(random.bit_generator.state)
    inner: Mapping[str, int] = state["state"]
    return {
        "state": str(inner["state"]),
        "inc": str(inner["inc"]),
        "has_uint32": state["has_uint32"],
        "uinteger": state["uinteger"],
    }


def resumed(model: Model, source: str) -> tuple[Run, int, float | None]:
    """The run as it stood when the model was saved, with its seed and the share of test rows.

    Settings that the file of an earlier version doesn't have are the usual ones. Raises CannotRead where the file
    doesn't hold what the next epoch depends on.
    """
    if model.resume is None:
        raise CannotRead(f"{shown(source)} holds a model, but not what training needs to go on: train a new one.")
    try:
        return _run(model, model.resume)
    except Fault as fault:
        problem = str(fault)
    except KeyError as missing:
        problem = f'it has no "{missing.args[0]}"'
    raise CannotRead(f"{shown(source)} can't be trained further: under resume, {problem}; train a new model.")


def _run(model: Model, fields: JsonObject) -> tuple[Run, int, float | None]:
    rule = entry_of(UPDATE_RULES, text_of(fields, "optimizer"))
    if rule is None:
        raise Fault("its optimizer is not one of pp's")
    options, seed = _options(fields, rule), count_of(fields, "seed")
    settings = Settings(rule, rule.with_defaults(read_rates(options.rates, rule)), options.batch_size, options.patience)
    parameters, best = model.parameters, None
    if settings.patience is not None:
        mark = object_of(fields, "best")
        best = Best(count_of(mark, "epoch"), float(number_of(mark, "loss")), model.parameters)
        parameters = {name: array_of(data, name) for name, data in object_of(fields, "latest").items()}
        check_shapes(model.layers, parameters)
    run = Run(
        model.layers,
        settings,
        State(parameters, _memory(fields, parameters, settings), count_of(fields, "updates")),
        _random(object_of(fields, "random")),
        numbers_of(fields, "losses"),
        numbers_of(fields, "test_losses") if "test_losses" in fields else [],
        best=best,
    )
    tested = 0 if options.test is None else len(run.losses)
    if not run.losses or len(run.test_losses) != tested or (best is not None and best.epoch > run.epochs):
        raise Fault("its losses are not those of a run")
    return run, seed, options.test


def _options(fields: JsonObject, rule: UpdateRule) -> TrainingOptions:
    """What the run was set to, held to the same bounds as when it is typed."""
    typed = object_of(fields, "rates")
    rates = {name: rate_of(number_of(typed, name)).text for name in rule.rates if name in typed}
    batch, patience = (None if fields.get(key) is None else count_of(fields, key) for key in ("batch_size", "patience"))
    l2, test = (None if fields.get(key) is None else float(number_of(fields, key)) for key in ("l2", "test"))
    try:
        read_rates(rates, rule)
        return TrainingOptions(batch_size=batch, patience=patience, l2=l2, test=test, rates=rates)
    except CannotRead as error:
        raise Fault(f"a setting is out of its bounds ({str(error).rstrip('.')})") from None


def _memory(fields: JsonObject, parameters: Parameters, settings: Settings) -> dict[str, dict[str, Array]]:
    """What the rule remembers of every parameter; what it doesn't know is left to the version that does."""
    memory: dict[str, dict[str, Array]] = {name: {} for name in parameters}
    of_all = object_of(fields, "memory")
    for letter in settings.remembered:
        for name, parameter in parameters.items():
            memory[name][letter] = array_of(object_of(of_all, name)[letter], f"{letter} of {name}")
            if memory[name][letter].shape != parameter.shape:
                raise Fault("what it remembers doesn't fit its parameters")
    return memory


def _random(fields: JsonObject) -> np.random.Generator:
    large = {key: text_of(fields, key) for key in ("state", "inc")}
    if not all(text.isascii() and text.isdigit() and len(text) < 40 for text in large.values()):
        raise Fault("its random state is not one")
    generator = np.random.Generator(np.random.PCG64())
    try:
        generator.bit_generator.state = {
            "bit_generator": "PCG64",
            "state": {key: int(text) for key, text in large.items()},
            "has_uint32": count_of(fields, "has_uint32"),
            "uinteger": count_of(fields, "uinteger"),
        }
    except (ValueError, OverflowError):
        raise Fault("its random state is not one") from None
    return generator
