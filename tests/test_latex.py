"""LaTeX as pdflatex reads it, and Markdown with LaTeX as GitHub, KaTeX and pandoc read it."""

from __future__ import annotations

import html
import io
import json
import re
import shlex
import subprocess
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from latex_reader import lines_of, maths, text_of
from programs import node_env
from reader import false_lines, worked_lines
from test_render import (
    HOSTILE,
    TAME,
    blocks,
    each_name,
    markdown_text,
    named,
    rows_of,
    solution,
    squeezed,
    tokens,
    visible,
)

from penpaper_cli.cli import run
from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, Rest
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.formats import renderer
from penpaper_cli.render.latex.document import Latex
from penpaper_cli.render.latex.notation import Latex as Notation
from penpaper_cli.render.latex.words import words
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Block, Chart, Grid, Heading, Sentence, Table, Working

ROOT = Path(__file__).parent.parent
LESSONS = [ROOT / "README.md", *sorted((ROOT / "samples").rglob("*.md"))]
DETAILS = ("full", "normal", "summary")
MORE = (
    'pp forward "1 2" -w "1 2 3; 4 5 6" -a relu',
    'pp grad "0.5 -1" -w "1 2; 3 4" -a tanh --target "1 0" --loss huber',
    'pp loss bce "0.8 0.3" "1 0"',
    'pp matmul "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" "1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17'
    ';18;19;20;21;22;23"',
    'pp solve "Y = layernorm(X); L = sum(gelu(Y))" X="1 2 4; 3 -5 9" --grad X',
    'pp solve "y = sqrt(abs(x)) + log(x^2) / x^(1/2)" x="1/2 3e-7 1e9" --digits 6',
    "pp ops",
)


def commands() -> list[str]:
    """The commands in the documents that write to the screen in a format of their choice."""
    found = (line for path in LESSONS for line in re.findall(r"^\$ (pp .*)$", path.read_text(encoding="utf-8"), re.M))
    own = dict.fromkeys(line for line in found if not re.search(r" >> | -o | -f |--out|--format|--title|--math", line))
    return [*own, *MORE]


@cache
def output(command: str, *options: str) -> str:
    """What a command prints; nothing where it ends in an error of its own."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()), pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        code = run([*shlex.split(command)[1:], *options])
    return "" if code == 2 else out.getvalue()


def documents(*options: str, details: Sequence[str] = DETAILS) -> list[tuple[str, str]]:
    """Each command with what it prints, at some levels of detail if it has any."""
    found = []
    for command in commands():
        tried = [()] if "--detail" in command or command == "pp ops" else [("--detail", one) for one in details]
        found += [(f"{command} {' '.join(detail)}", output(command, *detail, *options)) for detail in tried]
    return [(command, text) for command, text in found if text]


def drawn(form: str, steps: list[Block], page: Page | None = None) -> str:
    return "".join(renderer(form, Figures(), io.StringIO(), page or Page()).render(solution(steps)))


# --- LaTeX, as pdflatex reads it ---

needs_pdflatex = pytest.mark.readers("pdflatex")


def typeset(parts: list[tuple[str, str]], folder: Path) -> list[str]:
    """Sets some fragments in one document; the complaints, each with the fragment that it is about."""
    opening = "".join(Latex(Figures(), io.StringIO(), Page(title="a", whole=True)).opening(solution([])))
    body = "".join(f"\\typeout{{@@@ {k}}}\n\n{text}\n\\clearpage\n" for k, (_, text) in enumerate(parts))
    (folder / "all.tex").write_text(f"{opening}{body}{Latex.closing}", encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all.tex"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, timeout=600)
    complaints, about = [], "the opening"
    for line in (folder / "all.log").read_text(encoding="utf-8", errors="replace").splitlines():
        if found := re.match(r"@@@ (\d+)", line):
            about = parts[int(found[1])][0]
        elif line.startswith(("!", "Overfull \\hbox", "Missing character", "LaTeX Warning", "Overfull \\vbox")):
            complaints.append(f"{about}: {line}")
    return complaints or ([] if ran.returncode == 0 else [ran.stdout.decode(errors="replace")[-500:]])


@needs_pdflatex
def test_pdflatex_sets_every_command_without_a_complaint(tmp_path: Path) -> None:
    """No error, no line that is too wide, no character that its fonts lack."""
    parts = documents("-f", "latex")
    assert len(parts) > 60
    assert typeset(parts, tmp_path) == []


@needs_pdflatex
def test_pdflatex_sets_every_hostile_name(tmp_path: Path) -> None:
    parts = [(name, drawn("latex", list(named(name)))) for name in HOSTILE.values()]
    parts.append((TAME, drawn("latex", list(blocks(TAME)))))
    assert [one for one in typeset(parts, tmp_path) if "Overfull" not in one] == []


@needs_pdflatex
def test_a_whole_document_stands_alone(tmp_path: Path) -> None:
    text = output('pp matmul "1 2; 3 4" "5 6; 7 8"', "-f", "latex", "--standalone")
    assert re.findall(r"\\usepackage.*", text) == [r"\usepackage{amsmath}"]
    (tmp_path / "x.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "x.tex"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


@needs_pdflatex
def test_a_table_of_any_length_and_width_is_set(tmp_path: Path) -> None:
    number = Num(123.25)
    rows = [tuple((number,) for _ in range(30)) for _ in range(100)]
    table = Table(tuple((f"column {k}",) for k in range(30)), rows, "r" * 30)
    grid = Grid(Name("A"), "=", tuple((number,) * 30 for _ in range(60)), (60, 30))
    wide = Grid(Name("A"), "=", ((number,) * 30,) * 3, (3, 30))
    assert typeset([("table", drawn("latex", [table])), ("grids", drawn("latex", [grid, wide]))], tmp_path) == []
    for k in range(30):
        assert f"column {k} " in drawn("latex", [table])


def test_a_fragment_is_a_part_and_a_file_is_whole(tmp_path: Path) -> None:
    fragment = output('pp dot "1 2" "3 4"', "-f", "latex")
    assert "documentclass" not in fragment and "usepackage" not in fragment and fragment.startswith("\\subsection*")
    path = tmp_path / "x.tex"
    assert output('pp dot "1 2" "3 4"', "-o", str(path)) == ""
    whole = path.read_text(encoding="utf-8")
    assert whole.startswith("\\documentclass{article}\n") and whole.endswith("\\end{document}\n")
    assert output('pp dot "5 6" "7 8"', "-o", str(path), "--append") == ""
    both = path.read_text(encoding="utf-8")
    assert both.count("\\end{document}") == 1 and both.endswith("\\end{document}\n") and "= 83" in both


# --- Every line holds in LaTeX too ---


@pytest.mark.parametrize(
    "details", [["normal"], pytest.param(["full", "summary"], marks=pytest.mark.readers)], ids=" ".join
)
def test_every_worked_line_in_latex_is_true(details: list[str]) -> None:
    """In two forms of every command of the lessons; with the slow readers, at the other levels of detail too."""
    forms = (("-f", "latex"), ("--math", "latex"))
    texts = [text for options in forms for _, text in documents(*options, details=details)]
    lines = sorted({line for text in texts for line in lines_of(text)})
    assert len(lines) > 200
    assert [line for line in lines if not worked_lines(line)] == []
    assert false_lines("\n".join(lines), digits=4) == []


def test_the_reader_of_latex_notices_a_slip() -> None:
    right = "\\begin{align*}\nx_{1} &= \\frac{1}{4} + 2^{3} \\cdot \\sqrt{4} \\\\\n&= 16.25\n\\end{align*}\n"
    assert lines_of(right) == ["x[1] = 1/4 + 2^3·sqrt(4) = 16.25"]
    assert false_lines("\n".join(lines_of(right))) == []
    assert len(false_lines("\n".join(lines_of(right.replace("16.25", "16.26"))))) == 1


# --- The notation ---


def tex(e: Expr) -> str:
    return Notation(Figures()).draw(e)


A, W, W_NEW = Name("A"), Name("W1"), Name("W1_new")
GRAD = Apply("grad", (Name("L"), W))


@pytest.mark.parametrize(
    ("e", "due"),
    [
        (Entry(A, (0, 1), 1.0), "A_{1,2}"),
        (Name("ŷ"), r"\hat{y}"),
        (Name("price"), r"\text{price}"),
        (Name("lot_area"), r"\text{lot\_area}"),
        (W, "W_{1}"),
        (W_NEW, r"W_{1}^{\text{new}}"),
        (Name("m_W1_hat"), r"\hat{m}_{W_{1}}"),
        (Name("β1"), r"\beta_{1}"),
        (Name("W_Q"), "W_{Q}"),
        (Entry(W, (0, 1), 1.0), "(W_{1})_{1,2}"),
        (W_NEW**2, r"(W_{1}^{\text{new}})^{2}"),
        (W**2, "W_{1}^{2}"),
        (Apply("transpose", (W,)), r"W_{1}^{\top}"),
        (Apply("transpose", (A * 2,)), r"(A \cdot 2)^{\top}"),
        (GRAD, r"\frac{\partial L}{\partial W_{1}}"),
        (Entry(GRAD, (0, 1), 1.0), r"\frac{\partial L}{\partial (W_{1})_{1,2}}"),
        (GRAD**2, r"\left(\frac{\partial L}{\partial W_{1}}\right)^{2}"),
        ((A - 1) / 3, r"\frac{A - 1}{3}"),
        ((A / 3) ** 2, r"\left(\frac{A}{3}\right)^{2}"),
        (A / (Name("b") / 3), r"\frac{A}{\frac{b}{3}}"),
        ((A / Name("b")) / 3, r"\frac{A}{b} / 3"),
        ((A / Name("b")) / 3 * A, r"\left(\frac{A}{b} / 3\right) \cdot A"),
        (Num(1e-7) * 2, r"1 \times 10^{-7} \cdot 2"),
        (Num(1e-7) ** 2, r"(1 \times 10^{-7})^{2}"),
        (Apply("exp", (-A,)), r"\mathrm{e}^{-A}"),
        (Apply("exp", (-(A * 12345) - 67890,)), r"\exp(-A \cdot 12345 - 67890)"),
        (Apply("exp", (A,)) ** 2, r"(\mathrm{e}^{A})^{2}"),
        (Apply("sqrt", (A + 1,)), r"\sqrt{A + 1}"),
        (Apply("abs", (A - 1,)), r"\lvert A - 1 \rvert"),
        (Apply("half_sse", (A,)), r"\text{half-sse}(A)"),
        (Apply("vector", (Num(1.0), Num(-2.0))), r"\begin{bmatrix} 1 & -2 \end{bmatrix}"),
    ],
)
def test_the_notation(e: Expr, due: str) -> None:
    assert tex(e) == due


def test_a_wide_fraction_or_root_stands_in_the_line() -> None:
    """So that it can be broken."""
    terms = Apply("add", tuple(Entry(Name("size"), (k,), 1.0) for k in range(9)))
    assert tex(terms / 3).startswith(r"(\text{size}_{1} + ") and tex(terms / 3).endswith(") / 3")
    assert tex(A / (terms / 3)).endswith(") / 3)")
    assert tex(Apply("sqrt", (terms,))).endswith(")^{1/2}")
    assert tex(Apply("sqrt", (terms / 3,))).count("(") == 2


def test_a_line_is_not_broken_between_a_relation_and_its_minus() -> None:
    wide = -(Apply("add", tuple(Entry(A, (k,), 1.0) for k in range(30))) / 2)
    text = drawn("latex", [Working((Name("L"), wide, wide), ("=", "≈"))])
    assert "L &= -" in text and r"&\approx -" in text and len(text.splitlines()) > 6


def test_the_number_behind_what_is_left_out_has_its_width() -> None:
    left_out = Notation(Figures())
    with_number = left_out.draw(Rest("10 more", -0.0479, worked=True))
    assert left_out.length(with_number) > left_out.length(left_out.draw(Rest("10 more: ", None))) + 6


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("50% & more: #1_a $", r"50\% \& more: \#1\_a \$"),
        (r"a\b{c}", r"a\textbackslash{}b\{c\}"),
        ("--steps", "-{}-steps"),
        ("a --- b", "a -{}-{}- b"),
        ("größe, ŷ and ǒ", r"größe, \^{y} and \v{o}"),
        ("≈ η R²", r"$\approx$ $\eta$ R$^{2}$"),
        ("面积", r"\texttt{U+9762 U+79EF}"),
        ("a 🏠 b", r"a \texttt{U+1F3E0} b"),
        ('"a"', r"\char34{}a\char34{}"),
    ],
)
def test_words_in_latex(text: str, due: str) -> None:
    assert words(text) == due


def test_points_of_a_column_stand_under_each_other() -> None:
    rows = tuple((Num(x),) for x in (5.0, -8.25, 10.5))
    assert drawn("latex", [Grid(A, "=", rows, (3, 1))]).splitlines()[2:5] == [
        r"\phantom{-}\phantom{0}5\phantom{.00} \\",
        r"\phantom{0}-8.25 \\",
        r"\phantom{-}10.5\phantom{0}",
    ]


def test_a_chart_is_a_picture_within_its_axes() -> None:
    text = drawn("latex", [Chart(("epoch",), ("loss",), [(float(k), 1000.0 / (k + 1)) for k in range(500)], True)])
    segments = re.findall(r"\\qbezier\((.*?),(.*?)\)\((.*?),(.*?)\)\((.*?),(.*?)\)", text)
    assert 20 < len(segments) <= 80
    numbers = [tuple(map(float, one)) for one in segments]
    assert numbers[0][:2] == (0.0, 110.0) and numbers[-1][4:] == (250.0, 0.0)
    assert all(0 <= x <= 250 and 0 <= y <= 110 for one in numbers for x, y in (one[:2], one[2:4], one[4:]))
    assert all(a[4:] == b[:2] for a, b in pairwise(numbers))
    assert "{epoch}" in text and "{loss}" in text and "{$1000$}" in text and "{$499$}" in text


def test_headings_go_down_to_the_paragraph() -> None:
    found = [drawn("latex", [Heading(("a",), 1)], Page(level=level)).split("*")[0] for level in range(2, 7)]
    assert found == ["\\section", "\\subsection", "\\subsubsection", "\\paragraph", "\\subparagraph"]


# --- Markdown with LaTeX ---

MATHS = Page(math="latex")
DISPLAYED = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.M | re.S)
INLINE = re.compile(r"(?<![\\$`])\$(?![\s$])((?:[^$`\n\\]|\\.)+?)(?<!\s)\$(?![\d$])")
CODE = re.compile(r"^````.*?^````$|(`+) ?.*?[^`]\1(?!`)", re.M | re.S)


def formulas(text: str) -> list[tuple[str, bool]]:
    """The mathematics in Markdown, and whether it is displayed."""
    bare = CODE.sub("", text)
    found = [(shown, True) for shown in DISPLAYED.findall(bare)]
    return found + [(shown, False) for shown in INLINE.findall(DISPLAYED.sub("", bare))]


RENDER = """
const katex = require('katex'), wrong = [];
for (const [tex, displayMode] of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
  try { katex.renderToString(tex, {displayMode, throwOnError: true, strict: 'error'}); }
  catch (error) { wrong.push(tex + ': ' + error.message); }
}
console.log(JSON.stringify(wrong));
"""


@pytest.mark.readers("node", "katex")
def test_katex_sets_all_mathematics() -> None:
    texts = [text for _, text in documents("--math", "latex")]
    texts += [drawn("markdown", list(named(name)), MATHS) for name in HOSTILE.values()]
    texts.append(drawn("markdown", list(blocks(TAME)), MATHS))
    found = sorted({one for text in texts for one in formulas(text)})
    assert len(found) > 400
    ran = subprocess.run(
        ["node", "-e", RENDER], input=json.dumps(found), env=node_env(), capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == []


@pytest.mark.readers("cmark-gfm")
def test_markdown_leaves_the_mathematics_alone() -> None:
    """Only the backslash pair at the end of a line is touched; there GitHub protects it."""
    texts = [text for _, text in documents("--math", "latex")]
    texts += [drawn("markdown", list(named(name)), MATHS) for name in HOSTILE.values()]
    texts.append(drawn("markdown", list(blocks(TAME)), MATHS))
    command = ["cmark-gfm", "-e", "table", "-e", "strikethrough", "-e", "autolink", "-e", "tagfilter"]
    for text in texts:
        ran = subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", check=True)
        tags = set(re.findall(r"</?(\w+)", ran.stdout))
        assert tags <= {*(f"h{k}" for k in range(1, 7)), *"p table thead tbody tr th td pre code".split()}  # noqa: SIM905
        seen = html.unescape(re.sub(r"<[^>]*>", "", ran.stdout))
        for shown, displayed in formulas(text):
            due = f"$$\n{shown}\n$$" if displayed else f"${shown}$"
            assert due.replace("\\\\\n", "\\\n") in seen


@pytest.mark.readers("pandoc")
def test_pandoc_makes_a_document_of_it_that_keeps_the_numbers(tmp_path: Path) -> None:
    text = "\n\n".join(output(command, "--math", "latex") for command in commands() if command != "pp ops")
    made = subprocess.run(
        ["pandoc", "-f", "markdown", "-o", tmp_path / "x.docx"], input=text, capture_output=True, text=True
    )
    assert (made.returncode, made.stderr) == (0, "")
    ran = subprocess.run(["pandoc", tmp_path / "x.docx", "-t", "markdown"], capture_output=True, text=True, check=True)
    due, kept = (Counter(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", one)) for one in (text, ran.stdout))
    assert len(due) > 300 and due - kept == Counter()


def shown(text: str) -> str:
    """Markdown with LaTeX as a reader sees it."""
    pieces, at = [], 0
    for code in CODE.finditer(text):
        pieces += [unset(text[at : code.start()]), code[0]]
        at = code.end()
    return markdown_text("".join([*pieces, unset(text[at:])]))


def unset(text: str) -> str:
    text = DISPLAYED.sub(lambda found: f"````text\n{text_of(found[0])}\n````", text)
    return INLINE.sub(lambda found: f"`` {maths(found[1])} ``", text)


@each_name
def test_a_name_survives_in_markdown_with_latex(name: str) -> None:
    for block, tame in zip(named(name), named(TAME), strict=True):
        text = shown(drawn("markdown", [block], MATHS))
        due = squeezed(shown(drawn("markdown", [tame], MATHS))).count(TAME)
        assert squeezed(text).count(visible(name)) >= due, (block, text)


@each_name
def test_markdown_with_latex_finds_no_markup_in_a_name(name: str) -> None:
    kinds = {"heading", "paragraph", "table", "thead", "tbody", "tr", "th", "td"}
    allowed = {f"{kind}_{side}" for kind in kinds for side in ("open", "close")}
    allowed |= {"inline", "text", "code_inline", "fence", "softbreak"}
    assert {token.type for token in tokens(drawn("markdown", list(named(name)), MATHS))} - allowed == set()


@each_name
def test_tables_keep_their_cells_in_markdown_with_latex(name: str) -> None:
    for block, tame in zip(named(name), named(TAME), strict=True):
        if isinstance(block, Table):
            hostile, plain = (rows_of(drawn("markdown", [one], MATHS)) for one in (block, tame))
            assert plain and [len(row) for row in hostile] == [len(row) for row in plain]


def test_markdown_with_latex_writes_displays() -> None:
    line = Working((Entry(A, (0,), 1.0), Name("b") / 2, Num(1.0)), ("=", "≈"), ("Row 1",))
    steps = [line, Sentence(("So ", A, " is ", Name("price"), " or ", GRAD, "."))]
    assert drawn("markdown", steps, MATHS) == (
        "Row 1:\n\n$$\n\\begin{aligned}\nA_{1} &= \\frac{b}{2} \\approx 1\n\\end{aligned}\n$$\n\n"
        "So $A$ is price or $\\partial L / \\partial W_{1}$.\n\n"
    )
    matrix = Grid(A, "=", ((Num(1.0), Num(2.0)), (Num(3.0), Num(4.0))), (2, 2))
    assert drawn("markdown", [matrix], MATHS) == "$$\nA = \\begin{bmatrix}\n1 & 2 \\\\\n3 & 4\n\\end{bmatrix}\n$$\n\n"
