"""HTML: valid, self-contained, true line by line, lit up by a real pointer, readable on every width and on paper."""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from page_reader import Node, page_text, tree
from programs import node_env, vnu_jar
from reader import false_lines, ugly, worked_lines
from test_cli import HOUSES, folder, pp, worked
from test_render import HOSTILE, TAME, blocks, named, solution

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.formats import renderer
from penpaper_cli.render.html.mathml import MathML
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Block, Chart, Grid, Heading, Sentence, Working

__all__ = ["folder"]
SAMPLES = Path(__file__).parent.parent / "samples"
PICTURE = str(SAMPLES / "picture.csv")
LAYERS = ["-w", "0.15 0.25; 0.20 0.30", "-b", "0.35 0.35", "-w", "0.40 0.50; 0.45 0.55", "-b", "0.60 0.60"]
TARGET = ["--target", "0.01 0.99", "--loss", "half-sse"]
TOKENS = ["X=1 0 1 0; 0 2 0 2; 1 1 1 1", "W_Q=1 0 1; 1 0 0; 0 0 1; 0 1 1", "W_K=0 0 1; 1 1 0; 0 1 0; 1 1 0"]
COMMANDS = {
    "dot": ["dot", "1 2.25 -3", "4 1/3 6"],
    "long dot": ["dot", " ".join(map(str, range(40))), " ".join(map(str, range(40)))],
    "matmul": ["matmul", "1 2; 3 4", "5 6; 7 8"],
    "wide matmul": ["matmul", "; ".join(["1.5 -2 3"] * 20), "; ".join([" ".join(["12345.678"] * 20)] * 3)],
    "forward": ["forward", "0.05 0.10", *LAYERS, "-a", "relu", "-a", "relu"],
    "loss": ["loss", "cross-entropy", "3.2 5.1 -1.7; 1 2 3", "0 1"],
    "grad": ["grad", "0.05 0.10", *LAYERS, "-a", "sigmoid", "-a", "sigmoid", *TARGET],
    "step": ["step", "0.05 0.10", *LAYERS, "-a", "sigmoid", "-a", "sigmoid", *TARGET, "--lr", "0.5"],
    "adam": ["step", "1", "-w", "10", "--target", "4", "--loss", "mse", "--lr", "0.2", "--optimizer", "adam"],
    "train": ["train", HOUSES, "--target", "price", "--predict", "1650 3"],
    "attention": ["solve", str(SAMPLES / "attention.pp"), *TOKENS, "W_V=0 2 0; 0 3 0; 1 0 3; 1 1 0"],
    "convolution": ["solve", "Y = conv2d(X, K); L = sum(Y^2)", f"X={PICTURE}", "K=0 1; 2 -1", "--grad", "K,X"],
    "layers": ["solve", "Y = conv2d(X, K)", "X=[[[1,2],[3,4]],[[5,6],[7,8]]]", "K=[[[[1]],[[2]]],[[[3]],[[4]]]]"],
    "functions": [
        "solve",
        "z = sqrt(abs(x)) / (1 + log(x)^2); L = mean(tanh(z) * gelu(z))",
        "x=1.5 2 3",
        "--grad",
        "x",
    ],
    "nudge": ["solve", "L = sum((x @ w - y)^2)", "x=1 2; 3 4", "w=1 -1", "y=0 1", "--grad", "w", "--nudge"],
    "ops": ["ops"],
}
DETAILS = ["normal", "full", "summary"]
WIDTHS = (360, 800, 1200)
CELL = "table[data-of='{}'] td[data-at='{}']"


@cache
def page(name: str, detail: str = "normal") -> str:
    """What a command writes."""
    return worked(*COMMANDS[name], "-f", "html", *(["--detail", detail] if name != "ops" else []))


def drawn(steps: list[Block] | Iterator[Block], form: Page | None = None, name: str = TAME) -> str:
    """Some blocks as a page."""
    return "".join(renderer("html", Figures(), io.StringIO(), form or Page(whole=True)).render(solution(steps, name)))


# --- Tools of the outside world ---

in_chromium = pytest.mark.readers("chromium", "node", "playwright-core")
by_validator = pytest.mark.readers("java", "vnu-jar")


def browse(path: Path, *steps: tuple[Any, ...]) -> list[Any]:
    """Do some steps on a page; nothing may be said on its console, and nothing asked of any host."""
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("browser.js")), str(path)],
        input=json.dumps(steps),
        env=node_env(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["messages"], found["requests"]) == ([], [])
    answers: list[Any] = found["answers"]
    return answers


def valid(*paths: Path) -> None:
    done = subprocess.run(
        ["java", "-jar", vnu_jar(), "--errors-only", "--format", "text", *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr.replace("Document checking completed. No errors found.", "").strip()) == (
        0,
        "",
    )


# --- Valid and whole ---


@by_validator
def test_every_command_writes_valid_pages(tmp_path: Path) -> None:
    paths = []
    for name in COMMANDS:
        for detail in DETAILS if name != "ops" else DETAILS[:1]:
            paths.append(tmp_path / f"{name} {detail}.html")
            paths[-1].write_text(page(name, detail), encoding="utf-8")
    valid(*paths)


@by_validator
def test_hostile_names_leave_a_page_valid(tmp_path: Path) -> None:
    for k, name in enumerate(HOSTILE.values()):
        text = drawn(named(name), Page(name, 1, whole=True), name)
        (tmp_path / f"{k}.html").write_text(text, encoding="utf-8")
    (tmp_path / "tame.html").write_text(drawn(blocks(TAME)), encoding="utf-8")
    valid(*tmp_path.iterdir())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_needs_nothing_else(name: str) -> None:
    root = tree(page(name))
    tags = {tag: list(root.all(tag)) for tag in ("script", "style", "link", "img", "html", "title", "meta")}
    assert tags["html"][0].attributes["lang"] == "en" and tags["title"][0].text
    assert [node.attributes["href"] for node in tags["link"]] == ["data:,"] and not tags["img"]
    assert len(tags["script"]) == len(tags["style"]) == 1 and "src" not in tags["script"][0].attributes
    assert not re.search(r"url\(|@import|https?:", tags["style"][0].text + tags["script"][0].text)
    assert page(name).count("</body>") == 1 and page(name).endswith("</body>\n</html>\n")


def outline(node: Node) -> list[Any]:
    """Tags and attribute names, nested: what markup there is."""
    return [
        (child.tag, sorted(set(child.attributes) - {"data-pad"}), outline(child))
        for child in node.elements
        if child.tag not in ("math", "span", "wbr")
    ]


def test_a_name_is_never_markup() -> None:
    due = [outline(tree(drawn([block]))) for block in named(TAME)]
    for name in HOSTILE.values():
        assert [outline(tree(drawn([block]))) for block in named(name)] == due, name


# --- The line law ---


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("detail", DETAILS)
def test_every_line_parses_back_and_holds(name: str, detail: str) -> None:
    text = page_text(page(name, detail))
    assert false_lines(text, 4) == []
    assert ugly(text) == []
    assert len(worked_lines(text)) >= (name != "ops" and detail != "summary")


def test_the_reader_of_pages_reads_what_stands_there() -> None:
    """The judge can fail: a false line in MathML is seen as one."""
    half = Apply("div", (Num(1.0), Apply("add", (Num(1.0), Num(1.0)))))
    text = page_text(drawn([Working((Entry(Name("a"), (0, 1), 0.5), half, Num(0.75)), ("=", "="))]))
    assert "a[1,2] = 1 / (1 + 1) = 0.75" in text
    assert len(false_lines(text)) == 1


@pytest.mark.parametrize("name", ["matmul", "step", "train", "attention", "functions"])
def test_a_page_holds_the_same_lines_as_plain_text(name: str) -> None:
    def lines(text: str) -> list[str]:
        spaceless = (re.sub(r"[\s()]", "", line) for line in worked_lines(text))
        return [line for line in spaceless if "[" not in line.partition("=")[2][:1]]

    plain = pp(*COMMANDS[name], "-f", "plain").out
    here = lines(page_text(page(name)))
    missing = [line for line in lines(plain) if line not in here and ";" not in line]
    assert missing == []


@pytest.mark.parametrize(
    ("e", "due"),
    [
        (Name("W1"), "<msub><mi>W</mi><mn>1</mn></msub>"),
        (Name("W1_new"), "<msubsup><mi>W</mi><mn>1</mn><mtext>new</mtext></msubsup>"),
        (Name("X_raw"), "<msup><mi>X</mi><mtext>raw</mtext></msup>"),
        (Name("W_Q"), "<msub><mi>W</mi><mi>Q</mi></msub>"),
        (Name("ŷ"), '<mover accent="true"><mi>y</mi><mo>^</mo></mover>'),
        (Name("price"), "<mi>price</mi>"),
        (Name("a_b"), "<mtext>a_b</mtext>"),
        (Entry(Name("x"), (0,), 1.0), "<msub><mi>x</mi><mtext>1</mtext></msub>"),
    ],
)
def test_names_are_symbols_where_they_can_be(e: Expr, due: str) -> None:
    assert MathML(Figures()).draw(e) == due


def test_two_indices_are_kept_apart() -> None:
    drawn_entry = MathML(Figures()).draw(Entry(Name("W1"), (0, 1), 1.0))
    assert re.sub("<[^>]*>", "", drawn_entry) == "(W1)1,2"


def test_a_quotient_of_a_quotient_has_one_bar() -> None:
    drawn_twice = MathML(Figures()).draw(Name("a") / Name("b") / Name("c"))
    assert drawn_twice == "<mfrac><mi>a</mi><mi>b</mi></mfrac><mo>/</mo><mi>c</mi>"


# --- Where an entry came from ---


def origins(text: str, of: str) -> dict[str, str | None]:
    table = next(node for node in tree(text).all("table") if node.attributes.get("data-of") == of)
    cells = {str(cell.attributes.get("data-at")): cell.attributes.get("data-from") for cell in table.all("td")}
    return {at: origin for at, origin in cells.items() if at != "None"}


def test_an_entry_of_a_product_came_from_a_row_and_a_column() -> None:
    assert origins(page("matmul"), "C") == {
        "1,1": "A[1,1-2] B[1-2,1]",
        "1,2": "A[1,1-2] B[1-2,2]",
        "2,1": "A[2,1-2] B[1-2,1]",
        "2,2": "A[2,1-2] B[1-2,2]",
    }
    assert set(origins(page("matmul"), "A").values()) == {None}


@pytest.mark.parametrize(
    ("formula", "given", "of", "at", "due"),
    [
        ("A = relu(Z)", ["Z=1 -2; 3 4"], "A", "2,1", "Z[2,1]"),
        ("S = softmax(Z)", ["Z=1 -2 5; 3 4 1"], "S", "2,3", "Z[2,1-3]"),
        ("Z = X @ W + b", ["X=1 2", "W=1 2; 3 4", "b=5 6"], "Z", "2", "X[1-2] W[1-2,2] b[2]"),
        ("Y = conv2d(X, K)", ["X=1 2 3; 4 5 6; 7 8 9", "K=1 2; 3 4"], "Y", "2,1", "X[2-3,1-2] K[1-2,1-2]"),
        ("P = A.T @ B", ["A=1 2; 3 4", "B=5 6; 7 8"], "P", "1,2", "A[1-2,1] B[1-2,2]"),
        ("M = maxpool(X, size=2)", ["X=1 2 3 4; 4 5 6 7"], "M", "1,2", "X[1-2,3-4]"),
    ],
)
def test_other_results_know_their_origins_too(formula: str, given: list[str], of: str, at: str, due: str) -> None:
    assert origins(worked("solve", formula, *given, "-f", "html"), of)[at] == due


def test_a_gradient_knows_its_origins() -> None:
    text = worked("solve", "Z = X @ w; L = sum(Z^2)", "X=1 2; 3 4", "w=1 -1", "--grad", "w", "-f", "html")
    grad_w, grad_z = "%E2%88%82L%2F%E2%88%82w", "%E2%88%82L%2F%E2%88%82Z"
    assert origins(text, grad_w) == {"1": f"X[1-2,1] {grad_z}[1-2]", "2": f"X[1-2,2] {grad_z}[1-2]"}


def test_what_is_left_out_keeps_the_places_right() -> None:
    of = origins(page("wide matmul"), "C")
    assert of["20,20"] == "A[20,1-3] B[1-3,20]"
    assert "6,6" not in of


@in_chromium
def test_pointing_at_an_entry_lights_its_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "matmul.html"
    path.write_text(page("matmul"), encoding="utf-8")
    lit = (
        "ask",
        "[...document.querySelectorAll('article [data-at]')]"
        ".filter((one) => getComputedStyle(one).outlineStyle != 'none')"
        ".map((one) => one.closest('[data-of]').dataset.of + one.dataset.at)",
    )
    lines = ("ask", "[...document.querySelectorAll('.line.lit')].map((one) => one.dataset.at)")
    cell = CELL.format("C", "1,2")
    answers = browse(
        path,
        lit,
        ("point", cell),
        lit,
        lines,
        ("ask", f"getComputedStyle(document.querySelector({json.dumps(CELL.format('A', '1,1'))})).textShadow"),
        ("away",),
        lit,
        ("ask", f"document.querySelector({json.dumps(CELL.format('C', '1,1'))}).focus()"),
        lit,
        ("press", "Tab"),
        lit,
        ("press", "Escape"),
        ("point", ".line[data-at='2,1']"),
        ("ask", "[...document.querySelectorAll('td.first, td.second')].map((one) => one.dataset.at)"),
    )
    before, pointed, line, weight, after, focused, tabbed, by_line = [a for a in answers if a is not None]
    assert (before, after) == ([], [])
    assert sorted(pointed) == ["A1,1", "A1,2", "B1,2", "B2,2", "C1,2"]
    assert line == ["1,2"] and weight != "none"
    assert sorted(focused) == ["A1,1", "A1,2", "B1,1", "B2,1", "C1,1"]
    assert sorted(tabbed) == sorted(pointed)
    assert by_line == ["2,1", "2,2", "1,1", "2,1"]


@in_chromium
def test_origins_that_are_out_of_sight_are_shown_beside_the_entry(tmp_path: Path) -> None:
    path = tmp_path / "convolution.html"
    path.write_text(page("convolution"), encoding="utf-8")
    seen = ("ask", "[...document.querySelectorAll('#origins:not([hidden]) td.first')].length")
    assert browse(path, seen, ("point", CELL.format("Y", "2,2")), seen, ("press", "Escape"), seen) == [0, 4, 0]


@in_chromium
def test_each_section_of_a_file_lights_its_own_entries(tmp_path: Path) -> None:
    path = tmp_path / "notes.html"
    for operands in (("1 2; 3 4", "5 6; 7 8"), ("1 0; 0 1", "2 3; 4 5")):
        worked_into(path, "matmul", *operands)
    cell = f"article:nth-of-type(2) {CELL.format('C', '1,1')}"
    counts = ("ask", "[...document.querySelectorAll('article')].map((one) => one.querySelectorAll('td.first').length)")
    assert browse(path, ("point", cell), counts) == [[0, 2]]


def worked_into(path: Path, *arguments: str) -> None:
    ran = pp(*arguments, "--append", "-o", str(path))
    assert (ran.code, ran.err) == (0, "")


# --- Steps, widths, light and dark, paper ---


@in_chromium
def test_steps_open_and_close(tmp_path: Path) -> None:
    path = tmp_path / "step.html"
    path.write_text(page("step"), encoding="utf-8")
    seen = ("ask", "document.querySelector('table[data-of=X]').checkVisibility()")
    closed = ("ask", "document.querySelectorAll('details:not([open])').length")
    asked = (closed, seen)
    answers = browse(path, *asked, ("click", "summary"), *asked, ("press", "Enter"), *asked)
    assert answers == [0, True, 1, False, 0, True]


@in_chromium
@pytest.mark.parametrize("detail", ["normal", "full"])
def test_nothing_overflows(detail: str, tmp_path: Path) -> None:
    """No width makes the page scroll sideways; only a wide matrix or table scrolls, in a box of its own."""
    wide = "(one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth"
    rows = "[...document.querySelectorAll('.line, p, h1, h2, h3, summary')]"
    across = ("ask", "document.documentElement.scrollWidth - innerWidth")
    boxes = ("ask", f"{rows}.filter({wide}).map((one) => one.textContent)")
    steps: list[tuple[Any, ...]] = []
    for name in COMMANDS:
        path = tmp_path / f"{name}.html"
        path.write_text(page(name, detail), encoding="utf-8")
        steps.append(("go", str(path)))
        for width in WIDTHS:
            steps += [("width", width), across, boxes]
    found = browse(path, *steps)
    assert len(found) == 2 * len(WIDTHS) * len(COMMANDS)
    assert [answer for answer in found if answer not in (0, [])] == []


COLOURS = """
[...document.querySelectorAll('h1, p, td, th, .caption, text, summary')].map((one) => {
  const style = getComputedStyle(one);
  let paper = one;
  while (paper && getComputedStyle(paper).backgroundColor === "rgba(0, 0, 0, 0)") paper = paper.parentElement;
  const colour = one.tagName === "text" ? style.fill : style.color;
  return [colour, paper ? getComputedStyle(paper).backgroundColor : "rgb(255, 255, 255)"];
})
"""


def luminance(colour: str) -> float:
    """Of a colour as CSS computes it, by WCAG 2.2."""
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@in_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_light_and_dark(scheme: str, tmp_path: Path) -> None:
    """At least 4.5 : 1, also where entries are lit."""
    path = tmp_path / "page.html"
    text = page("train").replace("</article>", page("matmul").partition("<article")[2].partition(">")[2], 1)
    path.write_text(text.partition("</html>")[0], encoding="utf-8")
    steps = (("scheme", scheme), ("ask", COLOURS), ("point", CELL.format("C", "1,2")), ("ask", COLOURS))
    pairs = {tuple(pair) for found in browse(path, *steps) for pair in found}
    assert len({paper for _, paper in pairs}) >= 4
    for ink, paper in pairs:
        low, high = sorted((luminance(ink), luminance(paper)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, paper)
    lightest = max(luminance(paper) for _, paper in pairs)
    assert (lightest > 0.9) == (scheme == "light")


@in_chromium
@pytest.mark.readers("pdftotext")
def test_paper_shows_every_step_also_those_that_are_closed(tmp_path: Path) -> None:
    path, paper = tmp_path / "step.html", tmp_path / "step.pdf"
    path.write_text(page("step"), encoding="utf-8")
    close = ("ask", "document.querySelectorAll('details').forEach((one) => { one.open = false; })")
    browse(path, close, ("print", str(paper)))
    printed = subprocess.run(["pdftotext", "-layout", str(paper), "-"], capture_output=True, text=True).stdout
    for due in ("0.05", "half_sse", "0.2984", "Backward pass", "Update", "0.2805"):
        assert due in printed


# --- Files, titles, ASCII ---


def test_a_section_is_added_before_the_end_of_the_body(folder: Path) -> None:
    path = folder / "notes.html"
    worked_into(path, "dot", "1 2", "3 4")
    worked_into(path, "dot", "5 6", "7 8", "--title", "A <second> & last")
    text = path.read_text(encoding="utf-8")
    root = tree(text)
    assert len(list(root.all("article"))) == 2 and len(list(root.all("script"))) == 1
    assert [node.text for node in root.all("h2")][-1] == "A <second> & last"
    assert text.endswith("</article>\n</body>\n</html>\n")
    assert "11" in page_text(text) and "83" in page_text(text)


def test_a_section_is_added_to_a_page_of_ones_own(folder: Path) -> None:
    path = folder / "mine.html"
    path.write_text("<!DOCTYPE html><title>Mine</title><body><p>Hello</p></body></html>", encoding="utf-8")
    worked_into(path, "dot", "1 2", "3 4")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html><title>Mine</title><body><p>Hello</p>")
    assert text.endswith("</article>\n</body></html>")


@pytest.mark.parametrize(
    ("options", "due"),
    [
        ([], ["h1", "h2"]),
        (["--title", "Week 3"], ["h1", "h2"]),
        (["--heading-level", "3"], ["h3"]),
        (["--title", "Week 3", "--heading-level", "2"], ["h2", "h3"]),
    ],
)
def test_headings_have_their_levels(options: list[str], due: list[str]) -> None:
    root = tree(worked("dot", "1 2", "3 4", "-f", "html", *options))
    tags = [f"h{level}" for level in range(1, 7) if list(root.all(f"h{level}"))]
    assert tags == due
    assert ("--title" in options) == (next(root.all("title")).text == "Week 3")


def test_sections_stand_inside_the_section_of_the_heading_above() -> None:
    steps = [Heading((name,), level) for name, level in (("a", 2), ("b", 3), ("c", 3), ("d", 2))]
    outer = [node for node in next(tree(drawn(list(steps))).all("article")).elements if node.tag == "details"]
    assert ["".join(head.text for head in node.all("summary")) for node in outer] == ["abc", "d"]
    assert all("open" in node.attributes for node in tree(drawn(list(steps))).all("details"))


@pytest.mark.parametrize("name", ["step", "train", "functions"])
def test_ascii_writes_the_same_page_in_ascii(name: str) -> None:
    text = worked(*COMMANDS[name], "-f", "html", "--ascii")
    assert text.isascii()
    assert page_text(text) == page_text(page(name))


def test_decimal_points_stand_in_line_and_nothing_is_copied_that_is_not_there() -> None:
    rows = tuple((Num(x),) for x in (3.0, 0.25, -10.5))
    cells = list(tree(drawn([Grid(Name("A"), "=", rows, (3, 1))])).all("td"))
    assert [cell.text for cell in cells] == ["3", "0.25", "−10.5"]
    assert [cell.attributes.get("data-pad") for cell in cells] == [".00", None, "0"]


def test_a_chart_is_a_drawing_with_a_description() -> None:
    points = [(0.0, 100.0), (1.0, 10.0), (2.0, 1.0)]
    svg = next(tree(drawn([Chart(("epoch",), ("loss",), points, logarithmic=True)])).all("svg"))
    line = str(next(svg.all("polyline")).attributes["points"])
    (x0, y0), (x1, y1), (x2, y2) = (tuple(map(float, pair.split(","))) for pair in line.split())
    assert x1 - x0 == pytest.approx(x2 - x1) and y1 - y0 == pytest.approx(y2 - y1) and y0 < y2
    assert next(svg.all("title")).text == "loss, epoch" and "loss 100" in next(svg.all("desc")).text
    assert {node.text for node in svg.all("text")} == {"epoch", "loss", "0", "2", "1", "10", "100"}


def test_option_names_are_not_torn_apart() -> None:
    text = drawn([Sentence(("Try --steps all.",))])
    assert '<span class="whole">--steps</span>' in text


@in_chromium
@pytest.mark.parametrize("name", [HOSTILE["a tag"], HOSTILE["long"], "<img src=x onerror=alert(1)>", "</script><b>"])
def test_a_hostile_page_does_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(drawn(named(name), Page(name, 1, whole=True), name), encoding="utf-8")
    strange = ("ask", "document.querySelectorAll('img, b, body script').length")
    across = ("ask", "document.documentElement.scrollWidth - innerWidth")
    assert browse(path, strange, ("width", 360), across) == [0, 0]
