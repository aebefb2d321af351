"""Every format draws every block, operator and name: whole, inert, and piece by piece."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from fractions import Fraction
from typing import Any, get_args

import pytest
from cases import each
from latex_reader import text_of
from markdown_it import MarkdownIt
from markdown_it.token import Token
from page_reader import page_text

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, Rest
from penpaper_cli.expressions.functions import EVALUATE
from penpaper_cli.expressions.numbers import Figures, Typed
from penpaper_cli.render.formats import FORMATS, renderer
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import (
    Block,
    Chart,
    Grid,
    Heading,
    Picture,
    Record,
    Result,
    Sentence,
    Table,
    Working,
)

HOSTILE = {
    "brackets": "x[b]",
    "underscores": "a_b_c",
    "lone underscores": "ss_|$ _a b_ <_",
    "stars": "*a* **b**",
    "a tag": "<script>alert(1)</script>",
    "an entity": "&amp;",
    "a formula": "$x$ $$y$$",
    "per cent": "100% %s {0} {x}",
    "a backslash": "\\a\\",
    "a pipe": "a|b",
    "backticks": "`a` ``b",
    "fences": "`````",
    "a link": "[a](https://example.org) ![b](c) <https://example.org>",
    "a bare link": "https://example.org and www.example.org",
    "Rich markup": "[bold red]a[/] [link=https://example.org]b[/link] :smile:",
    "a heading": "# a",
    "a list": "- a",
    "a rule": "---",
    "a strike": "~~a~~",
    "escapes": "\x1b[31mred\x1b[0m \x1b]8;;https://example.org\x07a",
    "one-byte escapes": "\x9b31ma\x7f\x85b",
    "line ends": "a\nb\r\nc\u2028d\u2029e",
    "tabs and bells": "a\tb\x07c\x08d\x00e",
    "right to left": "\u202eabc\u200f\u2067d",
    "long": "n" * 300,
    "Chinese": "面积（平方米）",
    "emoji": "🏠 price",
    "accents": "größe é e\u0301",
    "a quotation": "\"a\" 'b'",
    "blank": " a  b ",
    "a number": "-1.5",
    "an equation": "a = 1 ≈ 2",
}
TAME = "abc"
CHART_ENDS = [(0.0, 5.0), (1.0, 2.5), (2.0, 1.25)]
SCRIPTS = ["numpy", "pytorch", "tensorflow"]
"""Formats that draw no blocks: tests/test_scripts.py runs what they write."""
DRAWN = [name for name, form in FORMATS.items() if name not in SCRIPTS and not form.is_binary]
TEXTS = [name for name in DRAWN if name != "json"]
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
STRANGE_OPERATORS = {"grad": 2, "transpose": 1, "shape": 2, "maps": 2, "equals": 2, "matmul": 2}

each_format = pytest.mark.parametrize("form", DRAWN)
each_text = pytest.mark.parametrize("form", TEXTS)
each_name = each("name", HOSTILE.values(), ids=HOSTILE)


# --- A solution that holds everything ---


def numbers() -> tuple[Expr, ...]:
    """Exact and decimal, typed and computed, of every size."""
    return (
        *(Num(Fraction(n)) for n in (0, -3, 10**20)),
        *(Num(Fraction(a, b)) for a, b in ((1, 3), (-2, 7), (5, 4))),
        *(Num(x) for x in (0.0, -0.0, -1.5, 1 / 3, 1e-300, -1e300)),
        *(Num(Typed(text, text)) for text in ("-1/2", "0.1", "1e-7")),
        Num(Fraction(1, 3), as_decimal=True),
    )


def operators() -> Iterator[Expr]:
    """Each operator between plain operands, and inside and around a sum, a product and a negative number."""
    a, b, c = Name("a"), Entry(Name("b"), (0, 1), 2.0), Num(Fraction(-3))
    arities = {op: 1 if op in ("neg", "abs", "sqrt", "exp", "log") else 2 for op in EVALUATE} | STRANGE_OPERATORS
    for op, count in arities.items():
        yield Apply(op, (a, b)[:count])
        yield Apply(op, (Apply("add", (a, c)), Apply("mul", (c, b)))[:count])
        yield Apply("mul", (Apply("add", (Apply(op, (c, a)[:count]), a)), b))
    yield Apply("add", (a, Rest("5 more", 2.5), Rest("5 more", -2.5, worked=True), c))
    yield Apply("max", (a, b, c))
    yield Apply("vector", (c,))


def named(name: str) -> Iterator[Block]:
    """Blocks with a name in each place that a name can stand in."""
    n, one = Name(name), Num(Fraction(1))
    for level in (1, 2, 3):
        yield Heading(("On ", n), level)
    yield Sentence(("It is ", n, ", and ", Apply("grad", (Name("L"), n)), " too."))
    yield Working((Entry(n, (0, 1), 2.5), Apply("mul", (n, one)), Num(2.5)), ("=", "≈"), ("Row 1 of ", n))
    yield Working((n, one), ("=",))
    yield Working((Apply("transpose", (n,)), one), ("=",), (n,))
    yield Grid(n, "=", ((one, one), (one, one)), (2, 2), (name, "plain"))
    yield Grid(n, "≈", ((one, None, one), None, (one, None, one)), (9, 9))
    yield Grid(n, "=", ((one, None, one),), (9,))
    yield Grid(n, "=", ((one, None, one),), (9,), (name, "…", name))
    yield Table(((n,), ("what ", n)), iter([((n,), (one,)), (("7 more",),), ((Apply("mul", (n, n)),), (n,))]), "lr")
    yield Table((("k",), (Apply("dot", (n, n)),)), [(("1",), (Entry(n, (0,), 1.0),))], "rr")
    yield Chart((n,), (n,), CHART_ENDS)


def nameless() -> Iterator[Block]:
    """Every operator and number, and what else holds no name."""
    for e in operators():
        yield Working((e, Num(Fraction(1))), ("=",))
    for e in numbers():
        yield Working((Name("x"), e), ("≈",))
    yield Chart(("epoch",), ("loss",), [(0.0, 1.0)])
    yield Picture(((0.0, 127.5), (255.0, 200.0)), 0.0, 255.0)
    yield Picture(((-2.0, 0.0, 1.5),), -2.0, 2.0)


def blocks(name: str) -> Iterator[Block]:
    """Every block of the closed set."""
    yield from named(name)
    yield from nameless()


def solution(steps: Iterable[Block], name: str = TAME) -> Record:
    """A solution around some blocks."""
    result = Result((2,), True, [Fraction(1, 3), Fraction(-2)])
    decimal = Result((1, 2), False, [[0.1, -0.0]])
    return Record(
        "test",
        steps,
        title="A test",
        given={name: result},
        answer=decimal,
        results={"x": result, f"d{name}": decimal},
        more={"history": [{"epoch": 0, "loss": 2.5}]},
    )


def drawn(form: str, steps: Iterable[Block], name: str = TAME, figures: Figures | None = None) -> str:
    """What a format makes of some blocks, piped."""
    return "".join(renderer(form, figures or Figures(), io.StringIO(), Page()).render(solution(steps, name)))


def seen(form: str, steps: Iterable[Block]) -> str:
    """The same as its own reader shows it."""
    return READERS.get(form, str)(drawn(form, steps))


def visible(name: str) -> str:
    """What is to be seen of a name: what steers a terminal or ends a line is replaced, blanks don't count."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in name)
    return "".join(unicodedata.normalize("NFC", "".join(kept)).split())


def squeezed(text: str) -> str:
    """Text without blanks, line ends and replacement characters, so that folding doesn't matter."""
    text = unicodedata.normalize("NFC", ESCAPES.sub("", text).replace("\N{REPLACEMENT CHARACTER}", ""))
    return "".join(text.split())


def unfolded(text: str) -> str:
    """Text with the sides of long worked lines joined again."""
    return re.sub(r"\n {2,}(?=[=≈+-] )", " ", text)


@pytest.fixture(autouse=True)
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The output of these tests goes to no terminal."""
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


def unescaped(text: str) -> str:
    """Typst without its backslashes; that it compiles to the same text, test_typst.py has the compiler's word for."""
    return re.sub(r"\\(.)", r"\1", text)


READERS: dict[str, Callable[[str], str]] = {
    "markdown": lambda text: markdown_text(text),
    "latex": text_of,
    "html": page_text,
    "typst": unescaped,
}
"""What a reader sees of a format's text."""


# --- Everything is drawn ---


def test_the_kitchen_sink_holds_every_block_and_operator() -> None:
    assert {type(block) for block in blocks(TAME)} == set(get_args(Block))
    used = {e.op for e in operators() if isinstance(e, Apply)}
    assert set(EVALUATE) <= used


@each_format
@pytest.mark.parametrize("figures", [Figures(), Figures(2), Figures(8, fractions=True)], ids=str)
def test_every_block_is_drawn(form: str, figures: Figures) -> None:
    for block in blocks(TAME):
        text = drawn(form, [block], figures=figures)
        assert text.strip() and "None" not in text and "Fraction(" not in text
        assert text.endswith("\n")


@each_text
def test_every_operator_looks_different(form: str) -> None:
    """Two expressions that mean different things are never drawn alike."""
    a, b = Name("a"), Name("b")
    expressions = [
        Apply(op, (a, b))
        for op in {*EVALUATE, *STRANGE_OPERATORS}
        if op not in ("neg", "transpose", "abs", "sqrt", "exp", "log")
    ]
    expressions += [Apply(op, (a,)) for op in ("neg", "transpose", "abs", "sqrt", "exp", "log")]
    texts = Counter(seen(form, [Working((e, Num(1.0)), ("=",))]) for e in expressions)
    alike = {text for text, count in texts.items() if count > 1}
    assert len(alike) <= 1, alike  # a·b is the product of numbers and of matrices
    assert all("·" in text or "dot.op" in text for text in alike)


@pytest.mark.parametrize("form", ["terminal", "plain", "markdown"])
@pytest.mark.parametrize(
    ("e", "text"),
    [
        (Apply("mul", (Apply("add", (Name("a"), Name("b"))), Num(Fraction(-2)))), "(a + b)·(-2)"),
        (Apply("sub", (Name("a"), Apply("sub", (Name("b"), Name("c"))))), "a - (b - c)"),
        (Apply("sub", (Name("a"), Num(Fraction(-2)))), "a - (-2)"),
        (Apply("div", (Name("a"), Apply("mul", (Name("b"), Name("c"))))), "a / (b·c)"),
        (Apply("div", (Name("a"), Apply("div", (Name("b"), Name("c"))))), "a / (b / c)"),
        (Apply("pow", (Apply("neg", (Name("a"),)), Num(Fraction(2)))), "(-a)^2"),
        (Apply("pow", (Num(Fraction(-2)), Num(Fraction(2)))), "(-2)^2"),
        (Apply("pow", (Apply("pow", (Name("a"), Name("b"))), Name("c"))), "(a^b)^c"),
        (Apply("neg", (Apply("add", (Name("a"), Name("b"))),)), "-(a + b)"),
        (Apply("neg", (Num(Fraction(-2)),)), "-(-2)"),
        (Apply("add", (Name("a"), Apply("neg", (Name("b"),)))), "a + (-b)"),
        (Apply("transpose", (Apply("matmul", (Name("A"), Name("B"))),)), "(A·B)ᵀ"),
        (Apply("grad", (Name("L"), Apply("add", (Name("a"), Name("b"))))), "∂L/∂(a + b)"),
        (Entry(Apply("transpose", (Name("A"),)), (0, 1), 1.0), "Aᵀ[1,2]"),
        (Entry(Apply("add", (Name("a"), Name("b"))), (0,), 1.0), "(a + b)[1]"),
    ],
)
def test_brackets_stand_where_they_must(form: str, e: Expr, text: str) -> None:
    assert text in seen(form, [Working((e, Num(1.0)), ("=",))])


# --- Hostile names ---


@each_format
@each_name
def test_no_control_characters_come_out(form: str, name: str) -> None:
    text = drawn(form, blocks(name), name)
    if form == "terminal":
        text = ESCAPES.sub("", text)
    steering = ("Cc",) if form == "json" else ("Cc", "Cf", "Zl", "Zp")
    assert {c for c in text if unicodedata.category(c) in steering and c != "\n"} == set()


@each_text
@each_name
def test_every_name_survives_in_every_place(form: str, name: str) -> None:
    for block, tame in zip(named(name), named(TAME), strict=True):
        text = seen(form, [block])
        due = squeezed(seen(form, [tame])).count(TAME)
        assert squeezed(text).count(visible(name)) >= due, (block, text)


@each("form", ["plain", "markdown"])
@each_name
def test_a_name_makes_no_new_lines(form: str, name: str) -> None:
    for block, tame in zip(named(name), named(TAME), strict=True):
        assert unfolded(drawn(form, [block])).count("\n") == unfolded(drawn(form, [tame])).count("\n"), block


@each_name
def test_a_terminal_keeps_its_tables_straight(name: str) -> None:
    """The right edges of a table stand under each other, in cells of the screen, whatever is in it."""
    from rich.cells import cell_len

    for block in named(name):
        if isinstance(block, Table):
            lines = [line for line in drawn("terminal", [block]).splitlines() if line.strip()]
            assert len({cell_len(line) for line in lines}) == 1, "\n".join(lines)


# --- Markdown, as GitHub reads it ---

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(text: str) -> Iterator[Token]:
    """Block tokens and the inline tokens inside them."""
    for token in GITHUB.parse(text):
        yield token
        yield from token.children or []


def markdown_text(text: str) -> str:
    """What a reader sees."""
    return "\n".join(
        token.content for token in tokens(text) if token.type in ("text", "code_inline", "fence", "html_inline")
    )


def rows_of(text: str) -> list[list[str]]:
    """The cells of the tables, row by row, as a reader sees them."""
    rows: list[list[str]] = []
    for token in GITHUB.parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level >= 4:
            rows[-1].append("".join(child.content for child in token.children or []))
    return rows


@each_name
def test_markdown_finds_no_markup_in_a_name(name: str) -> None:
    allowed = {
        "heading_open",
        "heading_close",
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "code_inline",
        "fence",
    }
    allowed |= {
        f"{part}_{side}" for part in ("table", "thead", "tbody", "tr", "th", "td") for side in ("open", "close")
    }
    found = {token.type for token in tokens(drawn("markdown", named(name)))}
    assert found - allowed == set()


@each_name
def test_markdown_has_the_same_blocks_whatever_the_name(name: str) -> None:
    def outline(name: str) -> list[tuple[str, str]]:
        return [(token.type, token.tag) for token in GITHUB.parse(drawn("markdown", named(name)))]

    assert outline(name) == outline(TAME)


@each_name
def test_markdown_tables_keep_their_cells(name: str) -> None:
    for block, tame in zip(named(name), named(TAME), strict=True):
        hostile, plain = rows_of(drawn("markdown", [block])), rows_of(drawn("markdown", [tame]))
        assert [len(row) for row in hostile] == [len(row) for row in plain]
        assert plain or not isinstance(block, Table)
        for row, due in zip(hostile, plain, strict=True):
            assert [squeezed(cell) for cell in row] == [squeezed(cell).replace(TAME, visible(name)) for cell in due]


@each_name
def test_every_row_of_a_markdown_table_has_as_many_pipes(name: str) -> None:
    """GitHub drops what is left over in a row that is too long, so no cell may hold a bare pipe, in code neither."""
    for block in named(name):
        if isinstance(block, Table):
            rows = [line for line in drawn("markdown", [block]).splitlines() if line.startswith("|")]
            assert len({len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows}) == 1


# --- JSON ---


@each_name
def test_json_gives_every_name_back(name: str) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} in JSON")

    document = json.loads(drawn("json", named(name), name), parse_constant=refuse)
    assert document["given"][name]["values"] == ["1/3", "-2"]
    assert document["results"][f"d{name}"] == {"shape": [1, 2], "exact": False, "values": [[0.1, 0.0]]}
    assert document["answer"] == document["results"][f"d{name}"]
    assert document["history"] == [{"epoch": 0, "loss": 2.5}]
    assert document["steps"][0] == {"type": "heading", "parts": ["On ", {"type": "name", "text": name}], "level": 1}
    assert len(document["steps"]) == len(list(named(name)))


def test_json_has_a_type_for_every_block_with_all_its_members() -> None:
    steps = json.loads(drawn("json", blocks(TAME)))["steps"]
    for step, block in zip(steps, blocks(TAME), strict=True):
        assert step["type"] == type(block).__name__.lower()
        assert set(step) == {"type", *(field.name for field in fields(block) if not field.metadata)}
    entry = next(side for step in steps for side in step.get("sides", []) if side["type"] == "entry")
    assert entry["at"] == [1, 2] and entry["of"] == {"type": "name", "text": TAME}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_json_never_holds_nan_or_infinity(number: float) -> None:
    """Nothing at all is written, rather than half of a document or a document that few programs can read."""
    pieces = renderer("json", Figures(), io.StringIO(), Page()).render(
        solution([Chart(("x",), ("y",), [(0.0, number)])])
    )
    with pytest.raises(ValueError, match="JSON"):
        next(iter(pieces))


def test_json_is_written_whole_or_not_at_all() -> None:
    def breaks() -> Iterator[Block]:
        yield Sentence(("One.",))
        raise KeyboardInterrupt

    pieces = renderer("json", Figures(), io.StringIO(), Page()).render(solution(breaks()))
    with pytest.raises(KeyboardInterrupt):
        next(iter(pieces))


# --- Streaming ---


class Counted:
    """Counts how many items have been taken."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.items, self.taken = iter(items), 0

    def __iter__(self) -> Iterator[Any]:
        for item in self.items:
            self.taken += 1
            yield item


def working(k: int) -> Working:
    return Working((Name(f"x{k}"), Num(float(k))), ("=",))


STREAMS: dict[str, Callable[[int], Block]] = {
    "sentences": lambda k: Sentence((f"Sentence {k}.",)),
    "worked lines": working,
    "headings": lambda k: Heading((f"Heading {k}",)),
    "grids": lambda k: Grid(Name(f"x{k}"), "=", ((Num(1.0),),), (1,)),
    "charts": lambda k: Chart(("x",), ("y",), CHART_ENDS),
    "tables": lambda k: Table((("a",),), [(("1",),)], "l"),
}


@each_text
@pytest.mark.parametrize("kind", STREAMS)
def test_output_streams(form: str, kind: str) -> None:
    """Pieces come out while blocks are still being made: at no time has more than a block or two been made ahead."""
    steps = Counted(STREAMS[kind](k) for k in range(100))
    pieces = iter(renderer(form, Figures(), io.StringIO(), Page()).render(solution(steps)))
    next(pieces)
    assert steps.taken <= 2
    written = 0
    for piece in pieces:
        written += bool(piece.strip())
        assert steps.taken <= written + 3
    assert steps.taken == 100 and written >= 99


@each_text
def test_long_tables_stream_row_by_row(form: str) -> None:
    rows = Counted(((str(k),), (Num(float(k)),)) for k in range(5000))
    pieces = iter(
        renderer(form, Figures(), io.StringIO(), Page()).render(solution([Table((("k",), ("x",)), rows, "rr")]))
    )
    first = next(piece for piece in pieces if "1" in piece)
    assert rows.taken <= 500 and len(first) < 20_000
    assert "4999" in "".join(pieces) and rows.taken == 5000


# --- Screens ---


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_a_narrow_terminal_folds_and_never_cuts(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    terms = tuple(Entry(Name("price"), (k,), float(k)) * Num(float(k)) for k in range(30))
    steps: list[Block] = [
        Working((Name("L"), Apply("add", terms), Num(8555.0)), ("=", "=")),
        Sentence(("word " * 60 + "end.",)),
        Grid(Name("A"), "=", (tuple(Num(float(k) + 0.25) for k in range(20)),) * 2, (2, 20)),
    ]
    text = drawn("terminal", steps)
    assert max(map(len, text.splitlines())) <= columns
    assert "\n\n" not in drawn("terminal", steps[:1]).strip("\n")
    for k in range(30):
        assert f"price[{k + 1}]·{k}" in text
    assert text.count("19.25") == 2 and "end." in text and "8555" in text
    assert not any(line != line.rstrip(" ") for line in text.splitlines())


@pytest.mark.parametrize("columns", [20, 30, 50, 60, 61, 62, 80])
@pytest.mark.parametrize("word", ["a", "price", "a_rather_long_name"])
def test_a_folded_line_reads_like_the_whole_one(columns: int, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folding adds line ends and blanks, and nothing else: no empty line, nothing twice, nothing left out."""
    long_rest = Rest("8 more", -(10.0**14) - 1, worked=True)
    sums = [
        Apply("add", tuple(Entry(Name(word), (k,), 1.0) * Num(float(-k)) for k in range(12))),
        Apply("add", (*(Num(0.0) for _ in range(6)), long_rest, Num(0.0))),
        Apply("sqrt", (Apply("add", tuple((Entry(Name(word), (k,), 1.0) - Name("mean")) ** 2 for k in range(9))),)),
    ]
    line = Working((Name(word), *sums, Num(1.0)), ("=", "≈", "=", "≈"))
    whole = drawn("plain", [line])
    monkeypatch.setenv("COLUMNS", str(columns))
    folded = drawn("terminal", [line])
    assert folded.split() == whole.split()
    assert all(part.strip() for part in folded.strip("\n").split("\n"))
