"""What a function of formulas takes, read off the Python function that works it: operands, and its settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from penpaper_cli.paper.paper import Op, Value
from penpaper_cli.sentences.common import plural


@dataclass(frozen=True)
class Signature:
    """The names of the operands, in order, whether `more` may follow, and the settings with what they usually are."""

    operands: tuple[str, ...]
    more: bool
    settings: Mapping[str, Any]

    def problem(self, name: str, operands: int, settings: Mapping[str, object]) -> str:
        """What is wrong with a call of so many operands and these settings, or nothing."""
        for key in settings:
            if key not in (*self.operands, *self.settings):
                has = f"it has {', '.join(self.settings)}" if self.settings else "it has none"
                return f'{name} has no setting "{key}": {has}.'
        needed = sum(operand not in settings for operand in self.operands)
        if operands < needed or (operands > needed and not self.more):
            wanted = f"{needed} or more operands" if self.more else plural(needed, "operand")
            options = ", ".join(f"{key}=…" for key in self.settings)
            hint = f"; settings are written {options}" if options else ""
            return f"{name} takes {wanted}, and here it has {operands}{hint}."
        return ""


@cache
def signature_of(function: Callable[..., Value]) -> Signature:
    """Of an operation, that of its `forward`; a composed function is given first how to apply others."""
    if isinstance(function, Op):
        parameters = list(inspect.signature(function.forward).parameters.values())
    else:
        _, *parameters = inspect.signature(function).parameters.values()
    settings = {p.name: p.default for p in parameters if p.default is not p.empty}
    operands = tuple(p.name for p in parameters if p.name not in settings)
    return Signature(operands, isinstance(function, Op) and function.takes_more, settings)
