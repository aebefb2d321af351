"""Every command in every format at every detail, and how the working fits into a document of the user's own."""

from __future__ import annotations

import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cases import each
from jsonschema_rs import Draft202012Validator, meta
from PIL import Image
from test_cli import drawn, record_of

from penpaper_cli.cli import run
from penpaper_cli.commands import FAMILIES
from penpaper_cli.render.formats import FORMATS
from penpaper_cli.render.json.schema import schema
from penpaper_cli.solution.blocks import Record

SAMPLES = Path(__file__).parent.parent / "samples"
HOUSES, THREE_HOUSES = str(SAMPLES / "houses.csv"), str(SAMPLES / "three-houses.csv")
DESK = Path(tempfile.mkdtemp())
"""Where the small data lie: what is tried here is every format, not how much can be learned."""
MODEL, EXAM, RHYME, PICTURES = (str(DESK / name) for name in ("model.json", "exam.csv", "rhyme.txt", "pictures"))
NETWORK = [
    "1 2; 3 -1",
    "-w",
    "0.1 0.2; 0.3 0.4",
    "-b",
    "0 1/2",
    "-w",
    "1; -1",
    "-b",
    "0.25",
    "-a",
    "relu",
    "-a",
    "none",
]
STEP = ["step", *NETWORK, "--target", "1 0", "--loss", "mse", "--lr", "0.1"]
STEPS = ["step", "1 2", "-w", "0.1; 0.3", "-b", "0", "--target", "1", "--loss", "mse", "--lr", "0.1"]
TO_BEDROOMS = ["train", THREE_HOUSES, "--target", "bedrooms"]
CASES = {
    "dot": ["dot", "1 2 3", "4 5 6"],
    "dot of decimals": ["dot", "0.1 1/3 -2", "3 1e-7 1/7"],
    "matmul": ["matmul", "1 2; 3 4", "5 6; 7 8", "--cores", "4"],
    "matmul of many": ["matmul", "; ".join(["1 2 3 4 5 6 7 8 9"] * 9), "; ".join(["1 -1"] * 9)],
    "solve": ["solve", "Z = X @ W + b; L = mean(softmax(Z)^2)", "X=1 2; 3 4", "W=1 0; 0 1", "b=1 1/3"],
    "solve back": ["solve", "L = sum((x @ w - 1)^2)", "x=1 2; 3 4", "w=0.5 1", "--grad", "w,x", "--nudge"],
    "forward": ["forward", *NETWORK],
    "loss": ["loss", "cross-entropy", "1 2 3; 0 1 0", "2 0"],
    "grad": ["grad", *NETWORK, "--target", "1 0", "--loss", "huber"],
    "step": STEP,
    "steps": [*STEPS, "--optimizer", "adam", "--times", "3", "--freeze", "b1"],
    "train": ["train", HOUSES, "--target", "price", "--predict", "1650 3", "--epochs", "2"],
    "train classes": ["train", EXAM, "--target", "result", "--epochs", "2", "--test", "0.25"],
    "train words": ["train", RHYME, "--next-word", "--epochs", "2", "--predict", "the cat"],
    "train hidden": [
        "train",
        THREE_HOUSES,
        "--target",
        "bedrooms",
        "--hidden",
        "2",
        "--epochs",
        "2",
        "--batch-size",
        "2",
    ],
    "predict": ["predict", MODEL, "1650 3; 900 2"],
    "fit": ["fit", HOUSES, "--target", "price", "--features", "size", "--predict", "1650"],
    "train pictures": ["train", PICTURES, "--epochs", "2", "--test", "0.25"],
    "look": ["look", str(SAMPLES / "flats.csv")],
    "look at a picture": ["look", str(SAMPLES / "mushroom.png")],
    "ops": ["ops"],
}
"""Every command at least once."""
UNWORKED = {"ops", "look", "look at a picture"}
"""What only lists: nothing is worked in it."""
DETAILS = ("full", "normal", "summary")
TO_STDOUT = [name for name in FORMATS if name != "pdf"]
SCRIPTS = {"numpy", "pytorch", "tensorflow"}
TEXTS = [name for name in TO_STDOUT if name not in SCRIPTS | {"json"}]
VERBATIM = {"plain", "terminal", "typst"}
"""Formats in which a tag is no markup, and stands as it is."""
WRITTEN = ("dot of decimals", "solve back", "train", "look")
"""Of these, the command is asked for each format; of the others, what it worked out is drawn in each."""
VALIDATOR = Draft202012Validator(schema())


def pp(*arguments: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it wrote to standard output and to standard error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(list(arguments))
    return code, out.getvalue(), err.getvalue()


@cache
def written(case: str, form: str, detail: str = "normal", *more: str) -> str:
    """What a command writes in a format."""
    code, out, err = pp(*CASES[case], "-f", form, "--detail", detail, *more)
    assert (code, err) == (0, "")
    return out


@cache
def solved(case: str, detail: str) -> Record:
    """What a command works out."""
    return record_of(*CASES[case], "--detail", detail)


def steps(case: str, detail: str) -> list[dict[str, Any]]:
    """The blocks of a command."""
    found: list[dict[str, Any]] = json.loads(written(case, "json", detail))["steps"]
    return found


def digits(text: str) -> str:
    return "".join(re.findall(r"\d", text))


@pytest.fixture(autouse=True, scope="module")
def desk() -> Iterator[None]:
    """Small data: eight exams, ten words, four pictures; and a model for pp predict."""
    Path(EXAM).write_text("hours,result\n" + "".join(f"{k},{'pass' if k > 4 else 'fail'}\n" for k in range(1, 9)))
    Path(RHYME).write_text("the cat sat\nthe rat sat\nthe cat ran\n")
    for k in range(4):
        path = Path(PICTURES) / ("dark" if k < 2 else "light") / f"{k}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.frombytes("L", (3, 2), bytes(40 * k + 5 * pixel for pixel in range(6))).save(path)
    assert pp("train", HOUSES, "--target", "price", "--save", MODEL, "-f", "json")[0] == 0
    yield
    shutil.rmtree(DESK)


each_case = pytest.mark.parametrize("case", CASES)
each_worked = each("case", [case for case in CASES if case not in UNWORKED])


def test_no_command_is_forgotten() -> None:
    assert {arguments[0] for arguments in CASES.values()} == set(FAMILIES) - {"schema"}


@each_case
@each("form", TO_STDOUT)
@each("detail", DETAILS)
def test_every_command_works_in_every_format_at_every_detail(case: str, form: str, detail: str) -> None:
    if form in SCRIPTS and case in UNWORKED:
        code, out, err = pp(*CASES[case], "-f", form)
        assert (code, out) == (2, "") and "nothing to run" in err
        return
    text = drawn(solved(case, detail), form)
    assert case not in WRITTEN or text == written(case, form, detail)
    assert text.strip() and text.endswith("\n")
    assert not re.search(r"\bnan\b|\bTODO\b|object at 0x" + ("" if form in SCRIPTS else r"|\bNone\b"), text)


@each("case", CASES)
@each("detail", DETAILS)
def test_json_keeps_to_its_schema(case: str, detail: str) -> None:
    VALIDATOR.validate(json.loads(written(case, "json", detail)))


def test_the_schema_is_one_itself_and_is_what_pp_prints() -> None:
    meta.validate(schema())
    code, out, err = pp("schema")
    assert (code, err) == (0, "") and json.loads(out) == schema()


def test_the_schema_refuses_what_is_no_solution() -> None:
    document = json.loads(written("dot", "json"))
    for spoiled in (
        {**document, "schema": "penpaper/2"},
        {**document, "steps": [{"type": "poem"}]},
        {**document, "answer": {"shape": [], "exact": True}},
        {**document, "results": {"x": {"shape": [], "exact": True, "values": "1.5.2"}}},
        {name: value for name, value in document.items() if name != "given"},
    ):
        assert not VALIDATOR.is_valid(spoiled)


# --- What the details mean ---


@each_worked
def test_full_has_running_totals_and_a_summary_has_no_working(case: str) -> None:
    """In every format, since the blocks are the same for all."""
    full, normal, summary = (steps(case, detail) for detail in DETAILS)
    assert any(["running total"] in block["head"] for block in full if block["type"] == "table") or case == "loss"
    assert len(full) >= len(normal) > len(summary)
    for block in summary:
        decimal = block["type"] == "working" and bool(block["sides"][-1].get("as_decimal"))
        assert block["type"] != "working" or len(block["sides"]) == 2 + decimal, block


@each_worked
def test_every_detail_gives_the_same_results(case: str) -> None:
    full, normal, summary = (json.loads(written(case, "json", detail)) for detail in DETAILS)
    for member in ("given", "answer", "results"):
        assert full[member] == normal[member] == summary[member]


@pytest.mark.parametrize("case", ["dot", "matmul", "solve", "forward", "grad", "step"])
def test_a_running_total_ends_in_what_the_line_comes_to(case: str) -> None:
    blocks = steps(case, "full")
    totals = [
        (blocks[k - 1], block)
        for k, block in enumerate(blocks)
        if block["type"] == "table" and block["head"][-1] == ["running total"] and case != "dot"
    ]
    assert totals or case == "dot"
    for line, table in totals:
        assert line["type"] == "working"
        [last] = table["rows"][-1][-1]
        assert last["type"] == "num" and table["rows"][0][-1] == table["rows"][0][-2]


@each_worked
def test_a_summary_says_the_shape_of_every_result(case: str) -> None:
    headings = [block for block in steps(case, "summary") if block["type"] == "heading" and block["level"] == 3]
    equations = [h for h in headings if any(isinstance(p, dict) and p.get("op") == "equals" for p in h["parts"])]
    for heading in equations:
        assert any(isinstance(p, dict) and p.get("op") == "maps" for p in heading["parts"])


# --- Fitting into a document ---


def test_a_title_stands_above_and_everything_else_one_level_deeper() -> None:
    text = written("step", "markdown", "summary", "--title", "Homework 3")
    assert text.startswith("# Homework 3\n\n## Given\n")
    assert "\n### " in text and "\n#### " not in text


def test_the_level_of_the_topmost_heading() -> None:
    plain = written("step", "markdown", "summary", "--heading-level", "3")
    assert plain.startswith("### Given\n") and "\n#### " in plain
    titled = written("step", "markdown", "summary", "--heading-level", "4", "--title", "Part b")
    assert titled.startswith("#### Part b\n") and "\n##### Given" in titled and "\n###### " in titled
    assert "#######" not in written("step", "markdown", "summary", "--heading-level", "6", "--title", "x")


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("title", ["<b>*a*</b> $x$ \\b [red] `c` | & % # _d_", "\x1b[31mred\u202e"])
def test_a_title_is_data(form: str, title: str) -> None:
    text = written("dot", form, "normal", "--title", title)
    assert "\x1b" not in text and "\u202e" not in text
    assert form in VERBATIM or "<b>" not in text.replace("\\<b\\>", "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def test_append_adds_a_section_under_a_heading(folder: Path) -> None:
    notes = folder / "notes.md"
    notes.write_text("# My notes\n\nBefore.", encoding="utf-8")
    assert pp("dot", "1 2", "3 4", "-o", "notes.md", "--append") == (0, "", "")
    assert pp("dot", "1 2", "3 5", "-o", "notes.md", "--append", "--title", "Part b") == (0, "", "")
    headings = re.findall("^#+ .*", notes.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "# My notes" and headings[1] == "## Dot product" and headings[3] == "## Part b"
    assert headings[2].startswith("### ") and notes.read_text(encoding="utf-8").startswith(
        "# My notes\n\nBefore.\n\n##"
    )
    assert [path.name for path in folder.iterdir()] == ["notes.md"]


@pytest.mark.parametrize("suffix", [s for f in FORMATS.values() if f.holds_sections for s in f.suffixes])
def test_append_begins_a_file_and_then_adds_to_it(folder: Path, suffix: str) -> None:
    for title in ("First part", "Second part", "Third part"):
        assert pp("matmul", "1 2", "3; 4", "-o", f"notes{suffix}", "--append", "--title", title) == (0, "", "")
    text = (folder / f"notes{suffix}").read_text(encoding="utf-8")
    places = [text.rindex(title) for title in ("First part", "Second part", "Third part")]
    assert places == sorted(places)
    for once in (r"\documentclass", r"\end{document}", "<!doctype html>", "</html>"):
        assert text.lower().count(once.lower()) <= 1
    assert "Third part" in text.split(r"\end{document}")[0].split("</html>")[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--append"], "name it with --out"),
        (["--append", "-o", "notes.json"], "nothing can be added to a file of the format json"),
        (["--append", "-o", "latin.md"], "isn't UTF-8"),
        (["--append", "-o", "."], "ending says no format"),
        (["--append", "-o", "folder.md"], "can't be read"),
        (["--heading-level", "0"], "--heading-level"),
        (["--heading-level", "7"], "--heading-level"),
        (["--math", "latex", "-f", "plain"], "--math belongs to markdown"),
        (["--math", "tex"], "--math"),
    ],
)
def test_options_that_do_not_fit_are_refused(folder: Path, arguments: list[str], said: str) -> None:
    (folder / "latin.md").write_bytes(b"caf\xe9")
    (folder / "folder.md").mkdir()
    code, out, err = pp("dot", "1 2", "3 4", *arguments)
    assert (code, out) == (2, "") and said in err and err.count("\n") == 1
    assert (folder / "latin.md").read_bytes() == b"caf\xe9"


def test_a_failed_append_leaves_the_file_as_it_was(folder: Path) -> None:
    (folder / "notes.md").write_text("mine\n")
    assert pp("dot", "1 2", "3 4 5", "-o", "notes.md", "--append")[0] == 1
    assert (folder / "notes.md").read_text() == "mine\n"


def test_a_written_file_keeps_its_permissions_and_a_link_stays_a_link(folder: Path) -> None:
    (folder / "real.md").write_text("mine\n")
    (folder / "real.md").chmod(0o640)
    (folder / "notes.md").symlink_to("real.md")
    assert pp("dot", "1 2", "3 4", "-o", "notes.md", "--append")[0] == 0
    assert (folder / "notes.md").is_symlink() and (folder / "real.md").stat().st_mode & 0o777 == 0o640
    assert (folder / "real.md").read_text(encoding="utf-8").startswith("mine\n\n## Dot product")
