"""The terminal at every width, in colour and without; plain text line by line; ASCII everywhere; and the picture."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from reader import false_lines, worked_lines
from rich.cells import cell_len
from test_cli import HOUSES, on_a_terminal, pp
from test_render import TEXTS, drawn

from penpaper_cli.expressions.arithmetic import Name, Num
from penpaper_cli.expressions.numbers import Figures, Typed
from penpaper_cli.render.layout import aligned
from penpaper_cli.render.text.ascii import SIGNS, in_ascii
from penpaper_cli.render.text.notation import Text
from penpaper_cli.solution.blocks import Grid, Table

SAMPLES = Path(__file__).parent.parent / "samples"
NETWORK = [
    "0.05 0.10",
    "-w",
    "0.15 0.25; 0.20 0.30",
    "-b",
    "0.35 0.35",
    "-w",
    "0.40 0.50; 0.45 0.55",
    "-b",
    "0.60 0.60",
]
COMMANDS = {
    "dot": ["dot", "12345678.123456789 -1/3 0.00001", "1e-300 3 99999999.5", "--fractions"],
    "matmul": ["matmul", "1.5 2 -3.25; 3 -4.25 1e10", "5 6; 7 8.125; -9 0.5", "--steps", "all"],
    "a wide product": ["matmul", "1; 2.5", " ".join(f"{k}.{k}" for k in range(40)), "--detail", "full"],
    "attention": [
        "solve",
        "L = sum(attention(Q, K, V))",
        "Q=1 0 2; 2 2 2",
        "K=0 1 1; 4 4 0",
        "V=1 2 3; 2 8 0",
        "--grad",
        "Q",
    ],
    "a check": ["solve", "L = (w * x - y)^2 + abs(x)", "w=2.5", "x=-3", "y=1", "--grad", "w", "--nudge"],
    "step": [
        "step",
        *NETWORK,
        "-a",
        "sigmoid",
        "-a",
        "sigmoid",
        "--target",
        "0.01 0.99",
        "--loss",
        "half-sse",
        "--lr",
        "0.5",
    ],
    "adam": [
        "step",
        "1",
        "-w",
        "10",
        "--target",
        "4",
        "--loss",
        "mse",
        "--lr",
        "0.2",
        "--times",
        "5",
        "--optimizer",
        "adam",
    ],
    "loss": ["loss", "cross-entropy", "3.2 5.1 -1.7", "0"],
    "train": ["train", HOUSES, "--target", "price", "--predict", "1650 3", "--explain", "1"],
    "ops": ["ops"],
}
each_command = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture(autouse=True)
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def shown(name: str, *options: str) -> str:
    ran = pp(*COMMANDS[name], *options)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def numbers(text: str) -> set[str]:
    """Every number; those that a chart names in plain text are left out."""
    lines = [line for line in text.splitlines() if not re.match(r"epoch \d+: loss", line)]
    return set(re.findall(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", "\n".join(lines)))


# --- Widths ---


@each_command
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_nothing_is_wider_than_the_screen_and_no_number_is_cut(
    name: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = shown(name, "-f", "plain")
    monkeypatch.setenv("COLUMNS", str(columns))
    text = shown(name, "-f", "terminal")
    assert max(map(cell_len, text.splitlines())) <= columns
    assert numbers(text) == numbers(plain)
    assert not any(line != line.rstrip() for line in text.splitlines())
    assert false_lines(text, 4) == []


def test_a_wide_table_goes_on_below_behind_its_first_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    long = tuple((Num(Typed(f"{k}234567890.{k}", f"{k}234567890.{k}")),) for k in range(1, 7))
    table = Table((("i",), *((f"column {k}",) for k in range(6))), [(("7",), *long)], "r" * 7)
    text = drawn("terminal", [table])
    heads = [re.findall(r"i(?= )|column \d", line) for line in text.splitlines() if "column" in line]
    assert heads == [["i", "column 0", "column 1", "column 2"], ["i", "column 3", "column 4", "column 5"]]
    assert re.findall(r"\d{10}\.\d", text) == [f"{k}234567890.{k}" for k in range(1, 7)]
    assert text.count("│ 7 │") == 2 and max(map(len, text.splitlines())) <= 60


def test_a_number_wider_than_the_screen_runs_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    long = "1" * 70
    table = Table((("i",), ("u",), ("v",)), [(("1",), (Num(Typed(long, long)),), ("2",))], "rrr")
    grid = Grid(Name("A"), "=", ((Num(Typed(long, long)), Num(1.0)),), (1, 2))
    assert drawn("terminal", [table]).count(long) == drawn("terminal", [grid]).count(long) == 1


def test_a_single_column_that_is_too_wide_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert "1" * 70 in drawn("terminal", [Table((("u",),), [(("1" * 70,),)], "r")])


def test_long_words_wrap_beside_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    words = " ".join(f"word{k}" for k in range(30))
    text = drawn("terminal", [Table((("what",), ("x",)), [((words,), (Num(-1.25),))], "lr")])
    assert re.findall(r"word\d+", text) == words.split() and "-1.25" in text and "…" not in text
    assert {len(line) for line in text.splitlines()} == {60}


@pytest.mark.parametrize("form", ["terminal", "markdown"])
def test_decimal_points_stand_under_each_other(form: str) -> None:
    cells = ["1503", "-2.917", "0.00001", "12.5", "1e-7"]
    table = Table((("k",), ("mean",)), [((str(k),), (Num(Typed(c, c)),)) for k, c in enumerate(cells)], "rr")
    rows = [line for line in drawn(form, [table]).splitlines() if any(cell in line for cell in cells)]
    points = {
        line.index(c) + (c.find(".") if "." in c else len(c.split("e")[0])) for line, c in zip(rows, cells, strict=True)
    }
    assert len(points) == 1, "\n".join(rows)


def test_words_and_fractions_stand_flush_right() -> None:
    assert aligned(["1/3", "10", "…"], Text(Figures())) == ["1/3", " 10", "  …"]
    assert aligned(["0.5", "面", "2"], Text(Figures())) == ["0.5", " 面", "2  "]


def test_a_matrix_has_its_points_in_line() -> None:
    rows = tuple((Num(x), Num(y)) for x, y in ((1.5, 2.0), (-10.0, -4.125)))
    assert drawn("terminal", [Grid(Name("A"), "=", rows, (2, 2))]).split("\n")[:2] == [
        "  A = ⎡  1.5   2    ⎤",
        "      ⎣-10    -4.125⎦",
    ]


# --- Colour ---

ESCAPE = re.compile(r"\x1b\[([\d;]*)m")
ROW, COLUMN, PRODUCT, RESULT = "36", "35", "32", "1"


def coloured(text: str) -> set[tuple[str, str]]:
    """Each piece of text with its colour."""
    return {(style, piece.strip()) for style, piece in re.findall(r"\x1b\[([\d;]+)m([^\x1b]+)\x1b\[0m", text)}


def test_row_column_product_and_result_have_their_colours() -> None:
    pieces = coloured(on_a_terminal("matmul", "1 2; 3 4", "5 6; 7 8", "--entry", "1,2"))
    row, column = ("A[1,1]", "A[1,2]", "1", "2"), ("B[1,2]", "B[2,2]", "6", "8")
    assert {(ROW, piece) for piece in row} | {(COLUMN, piece) for piece in column} <= pieces
    assert {(PRODUCT, "6"), (PRODUCT, "16"), (RESULT, "22")} <= pieces
    assert {(ROW, "A = ⎡1  2⎤"), (COLUMN, "B = ⎡5  6⎤")} <= pieces


def test_a_dot_product_has_them_in_its_table() -> None:
    pieces = coloured(on_a_terminal("dot", "1 -2", "3 40"))
    assert {(ROW, "-2"), (COLUMN, "40"), (PRODUCT, "-80")} <= pieces


@each_command
def test_colours_come_from_the_theme_and_change_no_character(name: str) -> None:
    """The sixteen colours, without those that vanish on a light or a dark background; dim, bold and reset."""
    arguments = [*COMMANDS[name], "-f", "terminal"]
    text = on_a_terminal(*arguments)
    styles = {style for found in ESCAPE.findall(text) for style in found.split(";")}
    assert {"0", "1"} <= styles <= {"0", "1", "2", ROW, COLUMN, PRODUCT}
    plain = on_a_terminal(*arguments, NO_COLOR="1")
    assert ESCAPE.sub("", text) == plain and "\x1b" not in plain


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_colour_can_be_turned_off(environment: dict[str, str]) -> None:
    assert "\x1b" not in on_a_terminal("matmul", "1 2; 3 4", "5 6; 7 8", **environment)


def test_a_dumb_terminal_has_unicode() -> None:
    assert "╭" in on_a_terminal("dot", "1 2", "3 4", TERM="dumb")


def test_a_name_can_not_bring_its_own_colours() -> None:
    """The marks that the terminal uses inside are taken out of names."""
    name = "\ufdd0a\ufdd4b\ufddf"
    assert "\N{REPLACEMENT CHARACTER}a\N{REPLACEMENT CHARACTER}b" in drawn(
        "terminal", [Grid(Name(name), "=", ((Num(1.0),),), (1,))]
    )


# --- Markdown that is read raw ---


@each_command
def test_worked_lines_in_markdown_are_folded(name: str) -> None:
    """On GitHub and on paper, a line of a fenced block that is too long runs out of sight."""
    fenced = re.findall(r"^````text\n(.*?)^````$", shown(name, "-f", "markdown"), re.MULTILINE | re.DOTALL)
    lines = [line for block in fenced for line in block.splitlines() if re.search(r"[=≈] (?!\[)", line)]
    assert max(map(cell_len, lines), default=0) <= 96
    assert lines or name == "ops"


@each_command
def test_columns_of_raw_markdown_line_up(name: str) -> None:
    """Every bar of a table stands under the one above, but for columns of long words."""
    for table in re.findall(r"(?:^\|.*\n)+", shown(name, "-f", "markdown"), re.MULTILINE):
        rows = table.splitlines()
        assert name == "ops" or len({cell_len(row) for row in rows}) == 1, table


# --- ASCII ---


@each_command
@pytest.mark.parametrize("form", [*TEXTS, "json"])
def test_ascii_is_pure_and_true(name: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = shown(name, "-f", form, "--ascii")
    assert text.isascii()
    if form in ("terminal", "plain", "markdown"):
        assert false_lines(text, 4) == []
        assert len(worked_lines(text)) >= len(worked_lines(shown(name, "-f", form)))
        assert form != "terminal" or max(map(len, text.splitlines())) <= 80


def test_every_sign_of_the_package_has_a_likeness() -> None:
    """A sign that a sentence, a name or a frame uses is in the table, so that it isn't written as a number."""
    package = Path(sys.modules["penpaper_cli"].__file__ or "").parent
    folders = {"latex", "typst", "html"}
    files = {"ascii", "coloured", "identifiers", "markdown_math", "cells", "names", "spellings"}
    sources = [path for path in package.rglob("*.py") if path.stem not in files and path.parent.name not in folders]
    used = {c for path in sources for c in path.read_text(encoding="utf-8") if not c.isascii()}
    assert used - set("ö") <= set(SIGNS)  # A letter of a name in a citation.
    assert all(written.isascii() for written in SIGNS.values())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("∂L/∂W ≈ Xᵀ·ŷ − η", "dL/dW ~= X^T*y_hat - eta"),
        ("R² → “√d” … 2×3", 'R^2 -> "sqrt d" ... 2x3'),
        ("面积", "\\u9762\\u79ef"),
        ("größe", "gr\\xf6\\xdfe"),
        ("🏠", "\\U0001f3e0"),
        ("plain", "plain"),
    ],
)
def test_signs_in_ascii(text: str, written: str) -> None:
    assert in_ascii(text) == written


def test_names_stay_apart_in_ascii() -> None:
    assert len({in_ascii(name) for name in ("größe", "grösse", "面", "积", "é", "e\u0301")}) == 6


def test_matrices_boxes_and_charts_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = shown("train", "-f", "terminal", "--ascii")
    assert "+-------+---------------+" in text and "| epoch | loss after it |" in text
    assert re.search(r"^  \d+ \+\*", text, re.MULTILINE) and "~= [" in text


# --- Plain ---


@each_command
def test_plain_text_is_one_statement_a_line(name: str) -> None:
    text = shown(name, "-f", "plain")
    assert not re.search(r"[─-╿⠀-⣿⎡-⎦\t\x1b]| $", text, re.MULTILINE)
    assert "\n\n\n" not in text and not text.startswith("\n")
    assert not [line for line in text.splitlines() if line.startswith((" ", "=", "≈"))]


def test_plain_tables_read_as_sentences() -> None:
    table = Table((("k",), ("about",), ("x",)), [(("1",), ("It is one.",), (Num(2.0),)), (("2 more",),)], "rlr")
    assert drawn("plain", [table]) == "k: 1, about: It is one. x: 2\n(2 more)\n"


def test_plain_text_says_what_the_columns_of_a_matrix_are() -> None:
    grid = Grid(Name("X"), "=", ((Num(1.0), Num(2.5)), (Num(3.0), Num(4.0))), (2, 2), ("size", "面"))
    assert drawn("plain", [grid]) == "X: size, 面\nX = [1 2.5; 3 4]\n"


# --- The picture in the README ---


def seen(svg: str) -> list[tuple[str, str]]:
    """The pieces of text in a picture, each with its style."""
    styles = dict(re.findall(r"\.(pp-r\d+) \{ (.*?) \}", svg))
    return [(styles[kind], text) for kind, text in re.findall(r'<text class="(pp-r\d+)"[^>]*>(.*?)</text>', svg)]


def test_the_picture_shows_what_the_program_writes(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(SAMPLES))
    from draw_terminal import PICTURE, picture

    if request.config.getoption("--accept"):
        PICTURE.write_text(picture(), encoding="utf-8")
    kept = PICTURE.read_text(encoding="utf-8")
    assert seen(kept) == seen(picture()), "python samples/draw_terminal.py draws it anew"
    assert len(seen(kept)) > 20


def test_the_picture_asks_for_nothing_from_the_network() -> None:
    svg = (SAMPLES / "terminal.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\"' )]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\((?!#)|<script|<image|@import", svg)
