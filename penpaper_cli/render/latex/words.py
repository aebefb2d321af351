"""Words in LaTeX: what TeX would take for a command is escaped, and a character that its fonts lack is named."""

from __future__ import annotations

import re
import unicodedata

GREEK_NAMES = """
    alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon varphi chi psi
    omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
"""
GREEK = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", GREEK_NAMES.split(), strict=True))
ACCENTS = {
    "\u0300": ("grave", "`"),
    "\u0301": ("acute", "'"),
    "\u0302": ("hat", "^"),
    "\u0303": ("tilde", "~"),
    "\u0304": ("bar", "="),
    "\u0306": ("breve", "u"),
    "\u0307": ("dot", "."),
    "\u0308": ("ddot", '"'),
    "\u030c": ("check", "v"),
}
"""An accent on a letter: its command in mathematics, and in words."""
SIGNS = {
    "·": r"\cdot",
    "×": r"\times",
    "∘": r"\circ",
    "≈": r"\approx",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "±": r"\pm",
    "−": "-",
    "→": r"\to",
    "←": r"\leftarrow",
    "∂": r"\partial",
    "∇": r"\nabla",
    "√": r"\surd",
    "∞": r"\infty",
    "∈": r"\in",
    "°": r"^{\circ}",
    "²": "^{2}",
    "³": "^{3}",
    "ᵀ": r"^{\top}",
    "⋮": r"\vdots",
    **{letter: f"\\{name}" for letter, name in GREEK.items()},
}
"""Signs that stand in mathematics only."""
WORDS = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "`": r"\char96{}",
    "…": r"\dots{}",
    "\u2013": "--",
    "\u2014": "---",
    "\u2018": "`{}",
    "\u2019": "'{}",
    "\u201c": "``{}",
    "\u201d": "''{}",
    "\u00a0": "~",
    **{c: f"\\{c}" for c in "{}$&#%_"},
    **dict.fromkeys("\n\t", " "),
}
LETTERS = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŁłŒœ")
"""Letters beyond ASCII that every encoding of LaTeX's fonts holds."""
CHARACTER = re.compile(
    r"(?P<twin>[-',])(?=(?P=twin))|(?P<stop>[?!])(?=`)|(?P<letter>[A-Za-z])(?P<mark>[\u0300-\u036f])|.", re.S
)
"""A character; the first of two that would run together into another one; a letter with its accent."""


def words(text: str) -> str:
    """Words for LaTeX, in which nothing is a command.

    A character that pdflatex's own fonts can't set is named by its number: U+9762.
    """
    drawn = "".join(map(_character, CHARACTER.finditer(text))).replace("  ", r"\quad ")
    return re.sub(r"(?<=\d|[A-F])\}\\texttt\{(?=U\+)", " ", drawn)


def _character(found: re.Match[str]) -> str:
    text = found[0]
    if found["twin"] or found["stop"]:
        return text + "{}"
    if found["mark"] or not (text.isascii() or text in WORDS or text in SIGNS or text in LETTERS):
        return _accented(unicodedata.normalize("NFD", text)) or "".join(rf"\texttt{{U+{ord(c):04X}}}" for c in text)
    return f"${SIGNS[text]}$" if text in SIGNS else WORDS.get(text, text)


def _accented(letters: str) -> str:
    """A letter with one accent, such as č; nothing where TeX has no such letter."""
    if len(letters) != 2 or not letters[0].isascii() or letters[1] not in ACCENTS:
        return ""
    base = f"\\{letters[0]}" if letters[0] in "ij" else letters[0]
    return f"\\{ACCENTS[letters[1]][1]}{{{base}}}"
