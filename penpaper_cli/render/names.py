"""Names as symbols: a letter with an index and marks; whatever else has more than one letter is a word."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

SYMBOL = re.compile(
    r"(?:(?P<of>[msv])_)?(?P<letter>[A-Za-zΑ-Ωα-ω])(?P<hat>\u0302?)(?P<number>\d{0,3})"
    r"(?:_(?P<index>[A-Z]))?(?:_(?P<mark>new|hat|raw))?"
)


class Symbol(NamedTuple):
    """A letter, perhaps with a hat; the number or letter below it; the word above it.

    `of` is the letter of an optimiser's memory, which has all the rest as its index: m_W1_hat.
    """

    letter: str
    hat: bool = False
    below: str = ""
    above: str = ""
    of: str = ""


def symbol(text: str) -> Symbol | None:
    """W1, W_Q, ŷ, W1_new, m_W1_hat; nothing for a word."""
    found = SYMBOL.fullmatch(unicodedata.normalize("NFD", text))
    if not found or (found["index"] and (found["of"] or found["number"])):
        return None
    mark = found["mark"] or ""
    above = "" if mark == "hat" else mark
    return Symbol(
        found["letter"],
        bool(found["hat"]) or mark == "hat",
        found["number"] or found["index"] or "",
        above,
        found["of"] or "",
    )
