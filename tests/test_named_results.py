"""What a page says that a name comes to is what its JSON says: exactly after an =, rounded after an ≈, 0 only for 0."""

from __future__ import annotations

import json
import random
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from test_cli import worked
from test_exercises import EXERCISES

NAMED = re.compile(
    r"^\s*(?:∂\w+/∂)?(?P<name>[^\W\d_]\w*) (?P<sign>[=≈]) (?P<numbers>\[[^\[\]()a-zA-Z]*\]|-?[\d./e+-]+)$", re.MULTILINE
)
PARTS = [
    "tanh({0})",
    "softmax({0})",
    "{0}*{1}",
    "{0} - {1}",
    "exp({0}*2)",
    "sigmoid({0}*30)",
    "{0}^2",
    "{0}/3",
    "relu({0})",
]


def entries(values: Any) -> list[Any]:
    """The numbers of JSON, nested to their shape, one after the other; exact ones are texts."""
    return [number for part in values for number in entries(part)] if isinstance(values, list) else [values]


def compare(*arguments: str) -> int:
    """Every name with its numbers on the plain page, beside the JSON; how many there were."""
    document = json.loads(worked(*arguments, "-f", "json"), parse_float=Decimal)
    results, compared = document["results"], 0
    for found in NAMED.finditer(worked(*arguments, "--detail", "full", "-f", "plain")):
        gradient = found[0].strip().startswith("∂")
        result = results.get(f"d{found['name']}" if gradient else found["name"])
        printed = re.sub(r"[\[\];]", " ", found["numbers"]).split()
        if result is None or len(printed) != len(entries(result["values"])):
            continue
        for text, number in zip(printed, entries(result["values"]), strict=True):
            shown, true = Fraction(text), Fraction(number)
            assert (shown == true) if found["sign"] == "=" else abs(shown - true) <= abs(true) / 1000, found[0]
            assert bool(shown) == bool(true), f"{found[0]}: 0 stands only for 0"
        compared += 1
    return compared


@pytest.mark.parametrize("seed", range(40))
def test_names_of_random_formulas(seed: int) -> None:
    draw = random.Random(seed)
    known, statements = ["x", "w"], []
    for name in "abc":
        statements.append(f"{name} = " + draw.choice(PARTS).format(draw.choice(known), draw.choice(known)))
        known.append(name)
    statements.append(f"L = sum({known[-1]}*{draw.choice(known)})")
    numbers = [" ".join(draw.choice(["1/3", "-0.7", "2", "0", "1.25", "-3"]) for _ in range(3)) for _ in "xw"]
    formula = "; ".join(statements)
    given = [
        f"{name}={row}" for name, row in zip("xw", numbers, strict=True) if name in re.findall(r"\b[xw]\b", formula)
    ]
    assert compare("solve", formula, *given) >= 2


ONE_PASS = [e for e in EXERCISES if e.arguments[0] != "dot" and "--times" not in e.arguments]
"""Those with names, each of which has one value on the page."""


@pytest.mark.parametrize("exercise", ONE_PASS, ids=lambda exercise: exercise.name)
def test_names_of_public_exercises(exercise: Any) -> None:
    assert compare(*exercise.arguments) >= 1
