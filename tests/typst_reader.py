"""Reads worked lines in Typst's notation back into plain text. Imports nothing from the package that writes them."""

import re
from collections.abc import Iterator

_BLOCK = re.compile(r"^(?:#\[[^\n]*\n)?\$ (.*?) \$\]?$", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[_^]\(|[a-z]+(?:\.[a-z]+)*\(|[a-z]+(?:\.[a-z]+)*|\\\S|\d[\d.]*|->|.', re.DOTALL)
_WORDS = {"dot.op": "·", "compose": " ∘ ", "approx": "≈", "times": "×", "quad": " ", "top": "ᵀ", "->": "→"}
_CALLS = {"frac(": "({}) / ({})", "hat(": "{}\u0302", "op(": "{}", "sqrt(": "sqrt({})", "abs(": "abs({})"}


def typst_lines(source: str) -> Iterator[str]:
    """The worked lines of a document, matrices left out."""
    for found in _BLOCK.finditer(source):
        if "mat(" not in found[1]:
            whole = (
                re.sub(r'\s*\\\n\s*(?:quad )?&?(?:quad )?(?:"" )?', " ", found[1]).replace(" &", " ").replace("&", "")
            )
            yield plain(whole)


def plain(source: str) -> str:
    """Mathematics as plain text."""
    text, end = _read(source, 0)
    assert end == len(source), f"a bracket too many in {source!r}"
    text = text.replace("∂ ", "∂")
    text = re.sub(r" ×\s*10\^\((-?\d+)\)", r"e\1", text)
    text = re.sub(r"\((∂[^()]+)\) / \((∂[^()]+)\)", r"\1/\2", text)
    text = simplified(text)
    return re.sub(r" +", " ", re.sub(r"(exp|log|max|min|tanh|Φ|φ|\w) \(", r"\1(", text))


def simplified(line: str) -> str:
    """Names as plain text has them."""
    line = re.sub(r"_\((\w)_?(\d*)\)", r"_\1\2", line)
    line = re.sub(r"(?<![A-Za-z])([A-ZΑ-ωa-z])_(?=\d)", r"\1", line)
    line = re.sub(r"\^(new|raw)", r"_\1", line)
    line = re.sub(r"([msv])\u0302(_\w+)", r"\1\2_hat", line)
    return re.sub(r"\((\w+)\)\[", r"\1[", line)


def _read(source: str, at: int) -> tuple[str, int]:
    """Up to the bracket that ends a call, or to the end: the text, and the place behind it."""
    text, depth = "", 0
    while at < len(source):
        token = _TOKEN.match(source, at)[0]  # type: ignore[index]
        at += len(token)
        if token == ")" and not depth:
            return text, at
        depth += (token == "(") - (token == ")")
        if token in ("_(", "^("):
            inner, at = _read(source, at)
            text += f"[{inner}]" if re.fullmatch(r"[\d,]+", inner) and token == "_(" else token + inner + ")"
        elif token.endswith("(") and len(token) > 1 and not token.startswith("\\"):
            inner, at = _read(source, at)
            parts = _parted(inner) if token == "frac(" else [inner]
            text += _CALLS[token].format(*parts)
        elif token.startswith('"'):
            text += re.sub(r"\\(.)", r"\1", token[1:-1])
        else:
            text += _WORDS.get(token, token[-1] if token.startswith("\\") else token)
    return text, at


def _parted(inner: str) -> list[str]:
    """The two operands of a fraction."""
    depth = 0
    for at, sign in enumerate(inner):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            return [inner[:at].strip(), inner[at + 1 :].strip()]
    raise AssertionError(f"no fraction: {inner!r}")
