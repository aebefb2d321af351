"""Every sign in ASCII, for terminals and encodings that have nothing else."""

from __future__ import annotations

import re

SIGNS = {
    **{"·": "*", "∘": ".*", "×": "x", "÷": "/", "−": "-", "±": "+-", "√": "sqrt ", "∂": "d", "∇": "grad ", "Σ": "sum "},
    **{"≈": "~=", "≠": "!=", "≤": "<=", "≥": ">=", "→": "->", "←": "<-", "⇒": "=>", "∞": "inf"},
    **{"ᵀ": "^T", "′": "'", "²": "^2", "³": "^3", "½": "1/2", "°": " deg", "…": "...", "⋮": ":", "⋯": "...", "•": "*"},
    **{"ŷ": "y_hat", "Φ": "Phi", "φ": "phi", "η": "eta", "μ": "mu", "σ": "sigma", "ρ": "rho", "δ": "delta"},
    **{"ε": "epsilon", "α": "alpha", "β": "beta", "γ": "gamma", "θ": "theta", "λ": "lambda", "π": "pi", "τ": "tau"},
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("–—─═", "-"),
    **dict.fromkeys("⎡⎢⎣", "["),
    **dict.fromkeys("⎤⎥⎦", "]"),
    **dict.fromkeys("│║", "|"),
    **dict.fromkeys("┤├└┘┌┐┼╭╮╰╯", "+"),
    **dict.fromkeys("\u00a0\u2009\u202f\u2800", " "),
    **dict(zip("░▒▓█", ".:*#", strict=True)),
    "\N{REPLACEMENT CHARACTER}": "?",
    **{chr(0x2800 + dots): "*" for dots in range(1, 256)},
}
"""What stands for a sign; where no sign of it is like ASCII's, its name in formulas. A braille block is one point."""
OTHERS = re.compile(r"[^\x00-\x7f\ufdd0-\ufdef]")
"""The last range never stands for a sign (Unicode leaves it to programs); the terminal marks colours with it."""


def in_ascii(text: str) -> str:
    """The text in ASCII; what has no likeness there is named by its number, such as \\u9762 for 面."""
    return text if text.isascii() else OTHERS.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    return SIGNS.get(found[0]) or found[0].encode("ascii", "backslashreplace").decode()
