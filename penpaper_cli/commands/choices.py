"""Options that choose among entries: which activation, loss or update rule, and what the rule is set to."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from penpaper_cli.commands.completing import among
from penpaper_cli.formula.update_rules import RATES, UPDATE_RULES, Rate
from penpaper_cli.sentences.common import listed


def one_of(names: Sequence[str], help: str) -> Any:
    """An option that takes one of these names; whoever looks the name up refuses any other."""
    return typer.Option(metavar=f"<{'|'.join(names)}>", autocompletion=among(names), help=help)


def help_of(rate: Rate) -> str:
    """What a rate is for, and what it is unless given."""
    rules = [rule.option for rule in UPDATE_RULES.values() if rate.name in rule.rates]
    return f"{rate.about or f'Of {listed(rules)}.'} Default: {rate.usual}."


def read_rates(**typed: str | None) -> dict[str, str]:
    """What was typed of the rates that rules have besides the learning rate, by their names."""
    return {name: text for name, text in typed.items() if text is not None}


OPTIONS = {
    name: Annotated[str | None, typer.Option(f"--{rate.option}", metavar=rate.letter, help=help_of(rate))]
    for name, rate in RATES.items()
    if rate.usual
}
read_rates.__annotations__ = dict(OPTIONS)
read_rates.__dict__["__signature__"] = inspect.Signature(
    [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for name, option in OPTIONS.items()
    ]
)
