"""Reads LaTeX back into the notation of plain text. Imports nothing from the package it judges.

A display becomes a line for each statement in it, its rows joined; \\frac{a}{b} becomes (a) / (b), A_{1,2} A[1,2].
"""

import re
import unicodedata

WORDS = {
    r"\textbackslash": "\\",
    r"\textasciicircum": "^",
    r"\textasciitilde": "~",
    r"\textless": "<",
    r"\textgreater": ">",
    r"\textbar": "|",
    r"\dots": "…",
    r"\quad": "  ",
}
GREEK = "alpha beta eta lambda mu rho sigma varepsilon Phi varphi delta"
RELATIONS = "cdot approx partial vdots cdots dots le"
SIGNS = {
    **dict(zip(GREEK.split(), "αβηλμρσεΦφδ", strict=True)),
    **dict(zip(RELATIONS.split(), "·≈∂⋮……≤", strict=True)),
    **{"circ": " ∘ ", "to": " → ", "top": "ᵀ", "times": "×", "lvert": "abs(", "rvert": ")"},
    **{name: name for name in ("log", "exp", "max", "min", "tanh")},
    **dict.fromkeys(("left", "right", "big", "Big", "qquad", "quad", "displaystyle"), ""),
}
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "acute": "\u0301", "grave": "\u0300", "ddot": "\u0308"}
WORD_ACCENTS = dict(zip("`'^~=u.\"v", "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030c", strict=True))
DISPLAY = re.compile(
    r"\\begin\{align\*\}\n(?P<rows>.*?)\n\\end\{align\*\}|\\\[\n(?P<matrix>.*?)\n\\\]"
    r"|\$\$\n\\begin\{aligned\}\n(?P<aligned>.*?)\n\\end\{aligned\}\n\$\$|\$\$\n(?P<block>.*?)\n\$\$",
    re.S,
)
MAKEBOX = r"\\put\(.*?\)\{\\makebox\(0,0\)\[\w\]\{"
SINGLE = re.compile(r"[^\s+\-·/∘≈=]+|-?[\d.]+")


def text_of(tex: str) -> str:
    """The whole of a fragment, displays and words, as plain text."""
    pieces, at = [], 0
    for found in DISPLAY.finditer(tex):
        rows = found["rows"] or found["aligned"]
        shown = statements(rows) if rows else [maths(found["matrix"] or found["block"])]
        pieces += [words_of(tex[at : found.start()]), "\n".join(shown)]
        at = found.end()
    return "\n".join([*pieces, words_of(tex[at:])])


def lines_of(tex: str) -> list[str]:
    """The statements in the displays alone."""
    found = [shown["rows"] or shown["aligned"] for shown in DISPLAY.finditer(tex)]
    return [line for rows in found if rows for line in statements(rows)]


def statements(rows: str) -> list[str]:
    """Worked lines: a row that begins with & and a relation, or with \\qquad, continues the one before it."""
    lines: list[str] = []
    for row in rows.split("\\\\\n"):
        text = maths(row).strip()
        continues = lines and (row.startswith(r"&\qquad") or re.match(r"&(=|\\approx)", row))
        if continues:
            lines[-1] += f" {text}"
        else:
            lines.append(text)
    return [re.sub(r" +", " ", line) for line in lines]


def group(tex: str, at: int) -> tuple[str, int]:
    """What stands in the braces that open at a place, and where they end."""
    depth = 0
    for found in re.compile(r"\\.|[{}]").finditer(tex, at):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth:
            return tex[at + 1 : found.start()], found.end()
    raise ValueError(f"no end of the braces in {tex[at:]!r}")


def dollar(tex: str, at: int) -> int:
    """Where the mathematics that starts at a place ends: at the next dollar outside braces."""
    depth = 0
    for found in re.compile(r"\\.|[{}$]").finditer(tex, at):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth and found[0] == "$":
            return found.start()
    raise ValueError(f"no end of the mathematics in {tex[at:]!r}")


def part(text: str) -> str:
    """An operand, in brackets unless it holds together."""
    return text if SINGLE.fullmatch(text) or closed(text) else f"({text})"


def closed(text: str) -> bool:
    """Whether it is one thing: a name with an index, a function of something, or what stands in brackets."""
    inner = text
    while (shorter := re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", inner)) != inner:
        inner = shorter
    return not re.search(r"[\s+\-·/∘≈=]", inner)


def maths(tex: str) -> str:
    """Mathematics as plain text."""
    out, at = "", 0
    while at < len(tex):
        found = re.compile(r"\\([a-zA-Z]+)|\\.|.", re.S).match(tex, at)
        assert found
        at, name = found.end(), found[1]
        arguments = []
        count = {"frac": 2}.get(
            name or "", 1 if name in {"text", "sqrt", "phantom", "mathrm", "begin", *ACCENTS} else 0
        )
        for _ in range(count):
            inside, at = group(tex, at)
            arguments.append(inside)
        if found[0] in "_^":
            inside, at = group(tex, re.compile(" *").match(tex, at).end())
            out = script(out, found[0], inside)
        elif found[0] == "{":
            inside, at = group(tex, at - 1)
            out += maths(inside)
        elif name == "begin":
            end = tex.index("\\end{" + arguments[0] + "}", at)
            rows = [" ".join(maths(cell).strip() for cell in row.split("&")) for row in tex[at:end].split("\\\\")]
            out += f"[{'; '.join(rows)}]"
            at = end + len("\\end{" + arguments[0] + "}")
        elif name == "frac":
            top, bottom = map(maths, arguments)
            whole = top.startswith("∂") or (top + bottom).isdigit()
            out += f"{top}/{bottom}" if whole else f"{part(top)} / {part(bottom)}"
        elif name == "text":
            out += words(arguments[0])
        elif name == "mathrm":
            inside, at = group(tex, at + 1)
            assert arguments == ["e"]
            out += f"exp({maths(inside)})"
        elif name == "sqrt":
            out += f"sqrt({maths(arguments[0])})"
        elif name in ACCENTS:
            out += unicodedata.normalize("NFC", maths(arguments[0]) + ACCENTS[name])
        elif name != "phantom" and found[0] != "&":
            out += SIGNS[name] if name else found[0].removeprefix("\\")
            at += 1 if name == "partial" else 0
    out = re.sub(r" ?· ?", "·", out)
    return re.sub(r"(?<![\w.])(\d[\d.]*) × 10\^(-?\d+)", r"\1e\2", out)


def script(base: str, sign: str, inside: str) -> str:
    """An index or a power."""
    if inside in (r"\top",):
        return base + "ᵀ"
    if sign == "_" and re.fullmatch(r"[\d,]+", inside):
        return re.sub(r"\(([^\s()]*)\)$", r"\1", base) + f"[{inside}]"
    if sign == "_" or inside.startswith(r"\text"):
        return f"{base}_{maths(inside).replace(',', '_')}"
    power = maths(inside)
    return base + "^" + (power if re.fullmatch(r"-?[\w.]+", power) else f"({power})")


def words(tex: str) -> str:
    """Words with their escapes undone."""
    out, at = "", 0
    while at < len(tex):
        found = re.compile(
            r"\\char(\d+)\{\}|\\texttt\{([^}]*)\}|(\\[a-z]+)(?:\{\}| )|\\([`'^~=u.\"v])\{(\\?.)\}|\\(.)|(.)", re.S
        )
        match = found.match(tex, at)
        assert match
        at = match.end()
        code, numbers, command, accent, letter, escaped, plain = match.groups()
        if code:
            out += chr(int(code))
        elif numbers:
            out += "".join(chr(int(number[2:], 16)) for number in numbers.split())
        elif command:
            out += WORDS[command]
        elif accent:
            out += unicodedata.normalize("NFC", letter.removeprefix("\\") + WORD_ACCENTS[accent])
        elif escaped:
            out += escaped
        elif plain == "$":
            end = dollar(tex, at)
            out += maths(tex[at:end])
            at = end + 1
        elif plain == "{":
            assert tex[at] == "}", tex
            at += 1
        else:
            out += " " if plain == "~" else plain
    return out


def words_of(tex: str) -> str:
    """Paragraphs, headings and tables: the commands that lay them out are taken away."""
    tex = re.sub(
        r"\\(?:begin|end)\{(?:center|tabular|picture)\}(?:\{.*\}|\(.*\))?|\\setlength.*|\\setcounter.*", "", tex
    )
    tex = re.sub(
        r"\\put\(.*?\)\{\\(?:line|rule|framebox).*|\\qbezier.*|\\hline|\\rule\{0pt\}\{2.6ex\}|\\leavevmode\\par|"
        r"\\par\\smallskip|\\raggedright ",
        "",
        tex,
    )
    tex = re.sub(r"(?<!\\)&|\\\\$", " ", tex, flags=re.M)
    for opening, before, after in (
        (r"\\\w+\*\{", r"\boldmath ", 0),
        (MAKEBOX, "", 1),
        (r"\\multicolumn\{\d+\}\{l\}\{", "", 0),
    ):
        while found := re.search(opening, tex):
            inside, end = group(tex, found.end() - 1)
            tex = tex[: found.start()] + inside.removeprefix(before) + tex[end + after :]
    return words(tex)
