"""Names on the paper as Python's: ŷ is y_hat, η is eta, u·v is u_v, and no two names become one."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

MARKS = {"\u0302": "_hat", "\u0304": "_bar", "\u0303": "_tilde", "\u0307": "_dot", "′": "_prime", "∂": "d"}
LIKE_DIGITS = {"l", "O", "I"}
"""Names that are easily taken for a 1 or a 0."""
LONGEST = 40


def ascii_name(text: str) -> str:
    """The name in ASCII letters, digits and underscores, not yet safe from keywords."""
    name = re.sub(r"\W+", "_", "".join(map(ascii_sign, unicodedata.normalize("NFKD", text))), flags=re.ASCII)
    name = name.strip("_")[:LONGEST]
    return name if name and not name[0].isdigit() else f"x_{name}".rstrip("_")


def ascii_sign(sign: str) -> str:
    """A sign in ASCII: letters of other scripts by their name, marks in words."""
    if sign in MARKS or sign.isascii():
        return MARKS.get(sign, sign)
    if not sign.isalpha():
        return "" if unicodedata.combining(sign) else "_"
    word = unicodedata.name(sign, "x").split()[-1]
    return word.capitalize() if sign.isupper() else word.lower()


class Identifiers:
    """Hands out an identifier for every name, always the same one, and none twice."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self.reserved = {*reserved, *dir(builtins), *keyword.kwlist, *LIKE_DIGITS}
        self.taken = set(self.reserved)
        self.known: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self.known:
            self.known[name] = self.fresh(ascii_name(name))
        return self.known[name]

    def fresh(self, wanted: str) -> str:
        """A name that nothing has yet: with an underscore behind it where Python or the script has it, or a number."""
        found, k = f"{wanted}_" if wanted in self.reserved else wanted, 1
        while found in self.taken:
            k += 1
            found = f"{wanted}_{k}"
        self.taken.add(found)
        return found
