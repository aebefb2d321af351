"""Typst and PDF: everything compiles, says what the plain text says, stays on the page, and no name is markup."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typst
from cases import each
from reader import false_lines, worked_lines
from test_cli import HOUSES, Ran, pp, worked
from test_render import HOSTILE, TAME, blocks, drawn, named, numbers, solution, squeezed, visible
from typst_reader import plain, typst_lines

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, Rest
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.formats import renderer
from penpaper_cli.render.layout import fold
from penpaper_cli.render.page import Page
from penpaper_cli.render.typst.notation import WIDEST, TypstMaths, closed, quoted
from penpaper_cli.solution.blocks import Block, Chart, Grid, Heading, Sentence, Table, Working

SAMPLES = Path(HOUSES).parent
NETWORK = ["0.05 0.10", "-w", "0.15 0.25; 0.20 0.30", "-b", "0.35 0.35", "-w", "0.40 0.50; 0.45 0.55"]
NETWORK += ["-b", "0.60 0.60", "-a", "sigmoid", "-a", "sigmoid"]
TARGET = ["--target", "0.01 0.99", "--loss", "half-sse"]
TOKENS = [
    *("X=1 0 1 0; 0 2 0 2; 1 1 1 1", "W_Q=1 0 1; 1 0 0; 0 0 1; 0 1 1"),
    *("W_K=0 0 1; 1 1 0; 0 1 0; 1 1 0", "W_V=0 2 0; 0 3 0; 1 0 3; 1 1 0"),
]
COMMANDS = {
    "dot": ["dot", "1/2 -3 1e-7", "4 0.5 1e9"],
    "long dot": ["dot", " ".join(map(str, range(1, 61))), " ".join(map(str, range(100, 160)))],
    "matmul": ["matmul", "1 2; 3 4", "5 6; -7 1/3"],
    "wide matmul": ["matmul", "; ".join([" ".join(map(str, range(1000, 1040)))] * 2), ";".join(map(str, range(40)))],
    "solve": ["solve", "z = w @ x + b; L = (z - y)^2", "x=1 2", "w=3 -0.5", "b=0.1", "y=2", "--grad", "w,b"],
    "nudge": ["solve", "L = mean(tanh(X)/(1 + X^2))", "X=1 2; -3 1e-5", "--grad", "X", "--nudge"],
    "layernorm": ["solve", "Y = layernorm(X); L = sum(Y*Y)", "X=1 2 3 4 5 6; 2 3 4 1 5 8", "--grad", "X"],
    "attention": ["solve", str(SAMPLES / "attention.pp"), *TOKENS, "--entry", "1,1"],
    "convolution": ["solve", "Y = conv2d(X, K)", f"X={SAMPLES / 'picture.csv'}", "K=0 1 2; 2 2 0; 0 1 2"],
    "gelu": ["solve", "L = sum(gelu(x)) + max(x)", "x=1 -2 0.5", "--grad", "x"],
    "forward": ["forward", *NETWORK],
    "loss": ["loss", "cross-entropy", "3.2 5.1 -1.7", "0"],
    "grad": ["grad", *NETWORK, *TARGET],
    "step": ["step", *NETWORK, *TARGET, "--lr", "0.5"],
    "adam": ["step", "1", "-w", "10", "--target", "4", "--loss", "mse", "--lr", "0.2", "--optimizer", "adam"],
    "train": ["train", HOUSES, "--target", "price", "--predict", "1650 3"],
    "ops": ["ops"],
}
each_command = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
each_detail = pytest.mark.parametrize("detail", ["full", "normal", "summary"])
needs_poppler = pytest.mark.readers("pdftoppm", "pdftotext")


def options(command: list[str], detail: str) -> list[str]:
    return command if command == ["ops"] else [*command, "--detail", detail]


def compiled(source: str, **settings: Any) -> bytes | list[bytes]:
    """What Typst makes of a document; a warning is an error too."""
    made, warnings = typst.compile_with_warnings(source.encode(), **settings)
    assert [warning.message for warning in warnings] == []
    assert made
    return made


def document(*steps: Block, name: str = TAME) -> str:
    """A whole document of some blocks."""
    page = Page(name, 1, whole=True)
    return "".join(renderer("typst", Figures(), io.StringIO(), page).render(solution(steps, name)))


# --- It compiles ---


@pytest.mark.readers("typst")
@each_command
@each_detail
def test_every_command_compiles(command: list[str], detail: str) -> None:
    source = worked(*options(command, detail), "-f", "typst")
    assert source.startswith("#set document(title: ")
    assert compiled(source)[:5] == b"%PDF-"


def test_every_block_compiles_in_a_bare_document() -> None:
    """What is appended to a document of somebody else's needs none of the settings that pp's own begin with."""
    assert compiled(drawn("typst", blocks(TAME)))


def test_a_table_with_an_empty_cell_compiles() -> None:
    assert compiled(drawn("typst", [Table((("a",), ("b",)), [((), (Num(1.0),)), (("c",), ())], "lr")]))


@pytest.mark.parametrize("figures", [Figures(2), Figures(8, fractions=True)], ids=str)
def test_every_number_compiles(figures: Figures) -> None:
    assert compiled(drawn("typst", [Working((Name("x"), e), ("=",)) for e in numbers()], figures=figures))


def test_only_ascii_is_written_when_that_is_asked_for() -> None:
    command = [*COMMANDS["train"], "-f", "typst"]
    source = worked(*command, "--ascii")
    assert source.isascii() and not worked(*command).isascii()
    assert compiled(source)[:5] == b"%PDF-"
    assert squeezed("".join(texts(elements(source)))) == squeezed("".join(texts(elements(worked(*command)))))


# --- Names ---


KINDS = ["par", "heading", "math.equation", "table", "raw", "link", "ref", "strong", "emph", "list", "enum", "terms"]


def elements(source: str) -> list[Any]:
    """What the compiler finds in a document, in order."""
    either = "".join(f".or({kind})" for kind in KINDS[1:])
    return list(json.loads(typst.query(source.encode(), f"selector({KINDS[0]}){either}")))


def texts(tree: Any) -> Iterator[str]:
    """All the text in what the compiler has found."""
    if isinstance(tree, dict):
        yield from (tree["text"],) if isinstance(tree.get("text"), str) else ()
        tree = list(tree.values())
    for branch in tree if isinstance(tree, list) else ():
        yield from texts(branch)


DUE = cache(lambda: elements(document(*named(TAME))))
"""What the compiler finds around a tame name."""


@each("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_text_and_nothing_else(name: str) -> None:
    """The compiler finds a name as text as often as a tame one, and as many elements of each kind."""
    found, due = elements(document(*named(name), name=name)), DUE()
    straight = re.sub("['\"]", "", visible(name))  # Typst keeps marks of quotation apart from the text.
    assert re.sub("['\"]", "", squeezed("".join(texts(found)))).count(straight) >= "".join(texts(due)).count(TAME) > 20
    kinds = Counter(element["func"] for element in found), Counter(element["func"] for element in due)
    assert set(kinds[0]) == {"par", "heading", "equation", "table"}
    assert kinds[0] == kinds[1] or len(visible(name)) > 20  # A long one has a matrix folded.
    assert {"heading": kinds[0]["heading"], "table": kinds[0]["table"]}.items() <= kinds[1].items()


@needs_poppler
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_reader_of_the_pdf_finds_the_name(name: str, tmp_path: Path) -> None:
    """In a sentence and in mathematics; what the fonts inside the package have no signs for is left to the system's."""
    kept = "".join(c for c in visible(name) if c.isascii())
    steps = [Sentence(("It is ", Name(name), ".")), Working((Name(name), Num(1.0)), ("=",))]
    (tmp_path / "a.pdf").write_bytes(compiled(document(*steps)))
    text = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True).stdout.decode()
    text = "".join(c for c in squeezed(text) if c.isascii() and unicodedata.category(c) != "Cc")
    assert text.count(kept) >= 2 if kept else text


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("x", "x"),
        ("W1", "W_1"),
        ("W_Q", "W_Q"),
        ("ŷ", "hat(y)"),
        ("y\u0302", "hat(y)"),
        ("η", "η"),
        ("β1", "β_1"),
        ("W1_new", 'W_1^"new"'),
        ("X_raw", 'X^"raw"'),
        ("m_W1_hat", "hat(m)_(W_1)"),
        ("v_b_new", 'v_b^"new"'),
        ("a_b", '"a_b"'),
        ("size", '"size"'),
        ("size_new", '"size_new"'),
        ("x1y", '"x1y"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ("面", '"面"'),
        ("é", '"é"'),
        ("", '""'),
    ],
)
def test_letters_are_symbols_and_words_are_strings(name: str, due: str) -> None:
    assert TypstMaths(Figures()).draw(Name(name)) == due


# --- Mathematics ---

a, b, c = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("e", "due"),
    [
        (Apply("mul", (a + b, Num(Fraction(-2)))), "(a + b) dot.op (-2)"),
        (a - (b - c), "a - (b - c)"),
        (a - Num(Fraction(-2)), "a - (-2)"),
        (a / (b * c), "frac(a, b dot.op c)"),
        (a / (b / c), "frac(a, frac(b, c))"),
        ((a / b) * c, "frac(a, b) dot.op c"),
        ((a / b) / c, r"frac(a, b) \/ c"),
        ((a / b) ** 2, "(frac(a, b))^(2)"),
        (Num(Fraction(1, 3)) ** 2, "(0.3333)^(2)".replace("(0.3333)", "0.3333")),
        ((-a) ** 2, "(-a)^(2)"),
        (Num(Fraction(-2)) ** 2, "(-2)^(2)"),
        ((a**b) ** c, "(a^(b))^(c)"),
        (Name("W1_new") ** 2, '(W_1^"new")^(2)'),
        (Apply("grad", (Name("L"), Name("W1_new"))), 'frac(∂ L, ∂ W_1^"new")'),
        (Apply("grad", (Name("L"), a + b)), "frac(∂ L, ∂ (a + b))"),
        (Apply("grad", (Name("L"), a)) ** 2, "(frac(∂ L, ∂ a))^(2)"),
        (Entry(Apply("grad", (Name("L"), a)), (0, 1), 1.0), "frac(∂ L, ∂ a_(1,2))"),
        (Entry(Apply("grad", (Name("L"), a)), (0,), 1.0) ** 2, "(frac(∂ L, ∂ a_(1)))^(2)"),
        (Entry(Apply("grad", (Name("L"), a + b)), (0,), 1.0), "(frac(∂ L, ∂ (a + b)))_(1)"),
        (Apply("transpose", (Name("W1"),)), "W_1^top"),
        (Apply("transpose", (Apply("matmul", (a, b)),)), "(a dot.op b)^top"),
        (Apply("transpose", (a,)) ** 2, "(a^top)^(2)"),
        (Entry(Apply("transpose", (a,)), (0, 1), 1.0), "(a^top)_(1,2)"),
        (Entry(Name("W1"), (11, 1), 1.0), "(W_1)_(12,2)"),
        (Entry(Name("ŷ"), (0,), 1.0), "hat(y)_(1)"),
        (Entry(Name("lot size"), (0,), 1.0), '"lot size"_(1)'),
        (Entry(a + b, (0,), 1.0), "(a + b)_(1)"),
        (Num(1e-7), "1 times 10^(-7)"),
        (Num(-2.5e30), "-2.5 times 10^(30)"),
        (Num(1e-7) ** 2, "(1 times 10^(-7))^(2)"),
        (a * Num(1e-7), "a dot.op 1 times 10^(-7)"),
        (Apply("vector", (Num(Fraction(1)), Num(Fraction(-2)))), "[1 quad -2]"),
        (Apply("sqrt", (a,)), "sqrt(a)"),
        (Apply("exp", (-a,)), "exp (-a)"),
        (Apply("half_sse", (a, b)), 'op("half_sse") (a, b)'),
        (Rest("5 more", 2.5, worked=True), '("5 more: "2.5)'),
    ],
)
def test_expressions_are_set_as_in_a_book(e: Expr, due: str) -> None:
    assert TypstMaths(Figures()).draw(e) == due


def test_a_typed_fraction_stands_in_brackets_below_a_power() -> None:
    drawn_with = TypstMaths(Figures(fractions=True)).draw
    assert drawn_with(Num(Fraction(1, 3)) ** 2) == "(frac(1, 3))^(2)"
    assert drawn_with(Num(Fraction(-1, 3))) == "-frac(1, 3)"


def test_a_wide_numerator_is_written_in_a_line() -> None:
    maths = TypstMaths(Figures())
    terms = Apply("add", tuple(Name(f"price of number {k}") for k in range(9)))
    assert maths.length(maths.draw(terms)) > WIDEST
    text = maths.draw(terms / 3)
    assert "frac" not in text and text.endswith(r") \/ 3")
    assert maths.draw(Apply("sqrt", (terms,))).startswith('op("sqrt") (')
    assert max(depth for _, depth, _ in maths.breaks(text)) == 1


def test_lone_brackets_are_signs_only() -> None:
    text = TypstMaths(Figures()).draw(a * (b + Name("c")) ** 2 + Apply("exp", (b,)))
    assert text == "a dot.op (b + c)^(2) + exp (b)"
    cuts = [text.index(" + "), text.rindex(" + ")]
    lines = list(zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(text)], strict=True))
    assert list(closed(text, lines)) == [r"a dot.op \(b", r"+ c\)^(2)", "+ exp (b)"]
    assert list(closed(text, [(0, len(text))])) == [text]
    assert list(closed(quoted("a (b"), [(0, 6)])) == ['"a (b"']


@each_command
@pytest.mark.parametrize("detail", ["full", "normal"])
def test_typst_says_what_the_plain_text_says(command: list[str], detail: str) -> None:
    """Each worked line, read back, is a line of the plain text, sign by sign, and is true."""

    def signs(line: str) -> str:
        return re.sub(r"[()\[\]\s,;]", "", unicodedata.normalize("NFC", line))

    lines = list(typst_lines(worked(*options(command, detail), "-f", "typst")))
    due = {signs(line) for line in worked(*options(command, detail), "-f", "plain").splitlines()}
    assert [line for line in lines if signs(line) not in due] == []
    assert false_lines("\n".join(lines), 4) == []
    assert len(worked_lines("\n".join(lines))) >= (0 if command == ["ops"] else 1)


def test_the_reader_of_these_tests_reads() -> None:
    assert plain("frac(1 + 2, 3) dot.op (-2)^(2)") == "(1 + 2) / (3) · (-2)^(2)"
    assert plain("frac(∂ L, ∂ a_(1,2)) = 1 times 10^(-7)") == "∂L/∂a[1,2] = 1e-7"
    assert false_lines("\n".join(typst_lines("$ a_(1) = 1 + 2\n  &= 4 $\n")))
    assert list(typst_lines('$ a &= 1 \\\n  & quad "" + 2 \\\n  &= 3 $\n')) == ["a = 1 + 2 = 3"]


# --- On the page ---


PAGE = ["-r", "36", "-gray"]
EDGE = 34
"""Pixels of the margin to the left and right (2.5 cm), less one or two for what leans over."""


def pages(pdf: Path) -> Iterator[np.ndarray[Any, Any]]:
    """How bright each pixel of each page is, as poppler draws it."""
    subprocess.run(["pdftoppm", *PAGE, pdf, pdf.with_suffix("")], check=True)
    for path in sorted(pdf.parent.glob(f"{pdf.stem}*.pgm")):
        found = re.fullmatch(rb"P5\s(\d+) (\d+)\s\d+\s(.*)", path.read_bytes(), re.DOTALL)
        assert found
        yield np.frombuffer(found[3], np.uint8).reshape(int(found[2]), int(found[1]))


@needs_poppler
@each_command
@pytest.mark.parametrize("detail", ["full", "normal"])
def test_the_margins_are_blank(command: list[str], detail: str, tmp_path: Path) -> None:
    pdf = tmp_path / "notes.pdf"
    assert pp(*options(command, detail), "-o", str(pdf)).code == 0
    drawn_pages = list(pages(pdf))
    assert drawn_pages and all(page.min() < 128 for page in drawn_pages)
    for number, page in enumerate(drawn_pages, 1):
        assert page[:, :EDGE].min() == page[:, -EDGE:].min() == 255, f"page {number}: something in the side margins"
        assert page[: EDGE - 2].min() == page[-16:].min() == 255, f"page {number}: something above or below"


@needs_poppler
def test_what_is_too_wide_is_folded_or_made_smaller(tmp_path: Path) -> None:
    long = Name("n" * 300)
    row = tuple(Num(10.0**k + 0.5) for k in range(30))
    steps = [
        Heading((long,)),
        Sentence(("It is ", long, ".")),
        Working((long, long * long, Num(1.0)), ("=", "=")),
        Working((Name("x"), Apply("vector", row), Apply("exp", (Apply("add", row),))), ("=", "="), ("Of ", long)),
        Grid(Name("A"), "=", (row, row), (2, 30)),
        Grid(Name("A"), "=", (row, row), (2, 30), tuple("abcdefghij" * 3)),
        Grid(Name("A"), "≈", ((Num(1.0), None),) * 70, (70, 9), ("n" * 300, "…")),
        Table((("k",), (long,), ("total",)), [((long,), (Num(1.0),), (Num(1e100),))] * 3, "lrr"),
        Table(tuple((f"column {k}",) for k in range(12)), [tuple((Num(123.456 + k),) for k in range(12))], "r" * 12),
        Chart((long,), ("loss",), [(0.0, 1e30), (1.0, 1e-30)], logarithmic=True),
    ]
    pdf = tmp_path / "wide.pdf"
    pdf.write_bytes(compiled(document(*steps)))
    for page in pages(pdf):
        assert page[:, :EDGE].min() == page[:, -EDGE:].min() == 255


# --- PDF ---


def test_a_pdf_is_the_same_each_time(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.pdf", "b.PDF")]
    for file in files:
        assert pp(*COMMANDS["dot"], "-o", str(file), "--title", "Café & <b>") == Ran(0, "", "")
    first, second = (file.read_bytes() for file in files)
    assert first == second and first.startswith(b"%PDF-")
    assert b"CreationDate" not in first


def test_the_suffix_or_the_format_makes_a_pdf(tmp_path: Path) -> None:
    for name, options in (("a.pdf", ()), ("A.PDF", ()), ("notes.other", ("-f", "pdf"))):
        assert pp(*COMMANDS["dot"], "-o", str(tmp_path / name), *options) == Ran(0, "", "")
        assert (tmp_path / name).read_bytes() == compiled(worked(*COMMANDS["dot"], "-f", "typst"))


def test_a_pdf_needs_a_file() -> None:
    ran = pp(*COMMANDS["dot"], "-f", "pdf")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "pp: --format pdf is written to a file: name it with --out, such as --out notes.pdf.\n"


def test_nothing_is_appended_to_a_pdf(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    ran = pp(*COMMANDS["dot"], "-o", str(file), "--append")
    assert (ran.code, ran.out, file.exists()) == (2, "", False)
    assert "--append" in ran.err


@pytest.mark.parametrize("old", [None, b"old"])
def test_without_the_package_one_sentence_says_how_to_get_it(
    old: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is worked or written: the file stays as it was."""
    monkeypatch.setitem(sys.modules, "typst", None)
    file = tmp_path / "notes.pdf"
    if old:
        file.write_bytes(old)
    ran = pp("train", str(tmp_path / "no such file.csv"), "--target", "y", "-o", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f'pp: -o {file} needs the package typst: install it with python -m pip install "penpaper-cli[pdf]", '
        "or write -o notes.tex and use LaTeX.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == (["notes.pdf"] if old else [])
    assert not old or file.read_bytes() == old
    assert worked(*COMMANDS["dot"], "-f", "typst")  # Only PDF needs it.


def test_a_half_written_pdf_never_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(typst, "compile", breaks)
    file = tmp_path / "notes.pdf"
    file.write_bytes(b"old")
    assert pp(*COMMANDS["dot"], "-o", str(file)).code == 130
    assert file.read_bytes() == b"old" and list(tmp_path.iterdir()) == [file]


# --- The page ---


def test_title_and_heading_level() -> None:
    def outline(*options: str) -> list[tuple[int, str]]:
        found = elements(worked(*COMMANDS["solve"], "-f", "typst", *options))
        return [(e["depth"], squeezed("".join(texts(e["body"])))) for e in found if e["func"] == "heading"]

    assert outline()[:2] == [(1, "Formula"), (2, "Given")]
    assert outline("--title", "Sheet #3 *x*")[:2] == [(1, "Sheet#3*x*"), (2, "Given")]
    assert outline("--heading-level", "4")[0] == (4, "Given")
    assert max(depth for depth, _ in outline("--heading-level", "6")) == 6


def test_a_section_is_added_to_a_document(tmp_path: Path) -> None:
    file = tmp_path / "notes.typ"
    for command in (COMMANDS["dot"], COMMANDS["matmul"]):
        assert pp(*command, "-o", str(file), "--append") == Ran(0, "", "")
    source = file.read_text(encoding="utf-8")
    assert source.count("#set document(") == 1
    headings = [squeezed("".join(texts(e["body"]))) for e in elements(source) if e["func"] == "heading"]
    assert "Dotproduct" in headings and "Matrixproduct" in headings


def test_numbers_in_a_column_stand_on_their_points() -> None:
    numbers = [Num(Fraction(n)) for n in (7, "0.25", "-12.5")]
    source = drawn("typst", [Grid(Name("A"), "=", tuple((n,) for n in numbers), (3, 1))])
    assert "7 #hide[$.00$] ;\n  0.25 ;\n  -12.5 #hide[$0$] )" in source
    source = drawn("typst", [Table((("x",),), [((Num(x),),) for x in (1.5e-7, 0.25)], "r")])
    assert "[$1.5 times 10^(-7)$]" in source and "[$0.25 #hide[$00000$]$]" in source


# --- Charts ---


def test_a_chart_goes_through_its_points() -> None:
    source = drawn("typst", [Chart(("epoch",), ("loss",), [(0.0, 8.0), (1.0, 2.0), (4.0, 4.0)])])
    assert "curve.move((0%, 0%)), ..((25%, 100%), (100%, 66.67%),)" in source
    assert "[$8$]" in source and "[$2$]" in source and "[epoch]" in source and "[loss]" in source


def test_a_logarithmic_chart_has_equal_steps_for_equal_factors() -> None:
    source = drawn("typst", [Chart(("k",), ("loss",), [(0.0, 1000.0), (1.0, 100.0), (2.0, 1.0)], logarithmic=True)])
    assert "curve.move((0%, 0%)), ..((50%, 33.33%), (100%, 100%),)" in source
    assert "$10^(2)$" in source and "$10^(1)$" in source


@pytest.mark.parametrize(
    "points", [[(0.0, 1.0)], [(0.0, 3.0), (1.0, 3.0)], [(float(k), 1 / (k + 1)) for k in range(9999)]]
)
def test_any_chart_compiles(points: list[tuple[float, float]]) -> None:
    source = drawn("typst", [Chart(("k",), ("y",), points, logarithmic=len(points) > 9)])
    assert compiled(source) and len(source) < 30_000


# --- Widths ---


def test_a_full_line_is_about_as_wide_as_the_page() -> None:
    """The estimate that lines are folded by, against the compiler's own measure."""
    x, y, size = Entry(Name("x"), (0,), 0.0), Name("ŷ"), Entry(Name("size"), (0, 1), 0.0)
    one, two, three = (Num(Fraction(k)) for k in (1, 2, -3))
    sides = [
        Apply("add", (one, two, three)),
        (a + b) / 2 * size,
        Apply("equals", (Apply("sqrt", (Num(Fraction(12345)),)) - x, y)),
        Apply("vector", (one, two, three)),
    ]
    lines = list(map(TypstMaths(Figures()).draw, sides))
    settings = '#set text(font: "New Computer Modern", size: 11pt)'
    for line in lines:
        source = f"{settings}\n#context [#metadata(measure($ {line} $).width / 5.5pt) <found>]"
        [found] = json.loads(typst.query(source.encode(), "<found>", field="value"))
        assert 0.9 * found < line.width < 1.3 * found, (line, found, line.width)


def test_a_long_sum_is_folded_without_reading_the_rest_of_it_each_time() -> None:
    """5000 terms took minutes before."""
    maths = TypstMaths(Figures())
    text = maths.draw(Apply("add", tuple(Entry(a, (k,), 0.0) for k in range(9000))))
    lines = fold(text, maths, 80)
    assert 50 * len(lines) < len(text) < 200 * len(lines) and " ".join(lines) == text
