"""Numbers that settings have, read from what was typed."""

from __future__ import annotations

from collections.abc import Mapping

from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import Typed, read_number
from penpaper_cli.formula.choices import chosen
from penpaper_cli.formula.update_rules import RATES, Rate, Rates, UpdateRule


def positive(option: str, text: str, from_zero: bool = False) -> Typed:
    """A number above 0, or `from_zero` up, as typed. Raises CannotRead otherwise."""
    try:
        number = read_number(text)
    except CannotRead as error:
        raise CannotRead(f"{option} {quoted(text)} {error}; give a number such as 0.1.") from None
    if number < 0 or (number == 0 and not from_zero):
        bound = "0 or above" if from_zero else "above 0"
        raise CannotRead(f"{option} {number.text}: the number must be {bound}, such as 0.1.")
    return number


def read_rates(typed: Mapping[str, str], rule: UpdateRule) -> Rates:
    """What was typed of a rule's rates, by their names. Raises CannotRead for one that the rule doesn't have."""
    rates = {name: read_rate(chosen(RATES, name, "The setting"), text) for name, text in typed.items()}
    for name in rates:
        if name not in rule.rates:
            option = RATES[name].option
            raise CannotRead(f"--{option}: the optimizer {rule.option} has no such setting; leave it out.")
    return rates


def read_rate(rate: Rate, text: str) -> Typed:
    """A rate as typed. Raises CannotRead where it is out of its bounds."""
    number = positive(f"--{rate.option}", text, rate.from_zero)
    if rate.below is not None and number >= rate.below:
        bounds = f"from 0 up to, but not including, {rate.below}"
        raise CannotRead(f"--{rate.option} {number.text}: the number must be {bounds}.")
    return number
