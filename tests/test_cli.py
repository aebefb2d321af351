"""The command line: exit codes, one sentence for bad input, where the output goes, and what a shell may do to it."""

from __future__ import annotations

import builtins
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from penpaper_cli import __version__
from penpaper_cli.cli import run
from penpaper_cli.commands.writing import write as write_record
from penpaper_cli.render.formats import FORMATS, renderer
from penpaper_cli.render.page import Page
from penpaper_cli.render.text.plain import Plain
from penpaper_cli.solution.blocks import Record, Table

HOUSES = str(Path(__file__).parent.parent / "samples" / "houses.csv")
SENTENCE = re.compile(r"pp: [^\n]*[.?)]\n")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
HOSTILE = "\x1b[31mred\nline\u202e"
BIG = "; ".join([" ".join(["1.5"] * 90)] * 90)
WRITTEN = [name for name, form in FORMATS.items() if not form.is_binary]
RUN_PP = [sys.executable, "-m", "penpaper_cli"]


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str


class Piped(io.StringIO):
    """Standard input with something piped in."""

    def isatty(self) -> bool:
        return False


def pp(*arguments: str, stdin: str = "") -> Ran:
    """Run a command in this process, its output piped."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), mock.patch("sys.stdin", Piped(stdin)):
        code = run(list(arguments))
    return Ran(code, out.getvalue(), err.getvalue())


def worked(*arguments: str, stdin: str = "") -> str:
    """The output of a command that works."""
    ran = pp(*arguments, stdin=stdin)
    assert (ran.code, ran.err) == (0, ""), ran.err
    assert ran.out
    return ran.out


def values_of(*arguments: str) -> dict[str, Any]:
    """What a command that works gives to other programs. Its steps are left out, so they are not worked: that takes
    most of the time, and whether they are true is asked elsewhere."""

    def write_values(record: Record, *target: Any) -> None:
        write_record(replace(record, steps=()), *target)

    with mock.patch("penpaper_cli.commands.shared.write", write_values):
        ran = pp(*arguments, "-f", "json")
    assert ran.code == 0, ran.err
    values: dict[str, Any] = json.loads(ran.out)
    return values


def record_of(*arguments: str) -> Record:
    """What a command works out, kept, so that it can be drawn in several formats and is worked only once."""
    kept: list[Record] = []
    with mock.patch("penpaper_cli.commands.shared.write", lambda record, *target: kept.append(record)):
        assert pp(*arguments) == Ran(0, "", "")
    [record] = kept
    record.steps = [replace(b, rows=list(b.rows)) if isinstance(b, Table) else b for b in record.steps]
    return record


def drawn(record: Record, form: str, math: str = "text") -> str:
    """The same as the command writes to standard output in a format."""
    page = Page(whole=FORMATS[form].is_document, math=math)
    return "".join(map(str, renderer(form, record.figures, io.StringIO(), page).render(record)))


def answer(*arguments: str, stdin: str = "") -> Any:
    """The answer of a command, as JSON gives it."""
    return json.loads(worked(*arguments, "-f", "json", stdin=stdin))["answer"]["values"]


def refused(*arguments: str, code: int = 2, stdin: str = "") -> str:
    """The sentence that refuses a command: one line on stderr, nothing harmful in it, and nothing on stdout."""
    ran = pp(*arguments, stdin=stdin)
    assert ran.code == code, ran
    assert ran.out == ""
    assert SENTENCE.fullmatch(ran.err), repr(ran.err)
    assert not CONTROL.search(ran.err), repr(ran.err)
    return ran.err


def write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- Help, version, misspelt words ---


@pytest.mark.parametrize("arguments", [(), ("-h",), ("--help",)], ids=str)
def test_pp_alone_gives_a_short_help_with_examples(arguments: tuple[str, ...]) -> None:
    shown = worked(*arguments)
    assert 'pp dot "1 2 3" "4 5 6"' in shown and "pp train" in shown
    assert len(shown.splitlines()) < 40


@pytest.mark.parametrize("command", ["dot", "matmul", "train", "ops"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help(command: str, option: str) -> None:
    shown = worked(command, option)
    assert command in shown and "--format" in shown


def test_version() -> None:
    assert worked("--version") == f"pp {__version__}\n"


def test_a_misspelt_command_is_suggested() -> None:
    assert "pp matmul" in refused("matmull", "1", "2")


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (("dot", "1 2", "3 4", "--digts", "3"), "--digits"),
        (("dot", "--fraction", "1 2", "3 4"), "--fractions"),
        (("matmul", "1 2", "3; 4", "--core", "2"), "--cores"),
        (("train", HOUSES, "--traget", "price"), "--target"),
        (("train", HOUSES, "--target", "price", "--epoch", "3"), "--epochs"),
    ],
)
def test_a_misspelt_option_is_suggested(arguments: tuple[str, ...], suggestion: str) -> None:
    assert suggestion in refused(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("dot",),
        ("dot", "1 2"),
        ("dot", "1 2", "3 4", "5 6"),
        ("dot", "1 2", "3 4", "-x"),
        ("dot", "1 2", "3 4", "--digits"),
        ("dot", "1 2", "3 4", "--digits", "0"),
        ("dot", "1 2", "3 4", "--digits", "many"),
        ("dot", "1 2", "3 4", "--detail", "more"),
        ("dot", "1 2", "3 4", "--entry", "0"),
        ("dot", "1 2", "3 4", "--entry", "3"),
        ("dot", "1 2", "3 4", "--entry", "1,1"),
        ("dot", "1 2", "3 4", "--entry", "x"),
        ("dot", "1 2", "3 4", "--steps", "-1"),
        ("dot", "1 2", "3 4", "--steps", "few"),
        ("dot", "1 2", "3 4", "-f", "word"),
        ("matmul", "1 2", "3; 4", "--cores", "0"),
        ("matmul", "1 2", "3; 4", "--entry", "2,1"),
        ("train", HOUSES),
        ("train", "--target", "price"),
        ("train", HOUSES, "--target", "price", "--loss", "huber"),
        ("train", HOUSES, "--target", "price", "--scale", "log"),
        ("train", HOUSES, "--target", "price", "--explain", "0"),
        ("train", HOUSES, "--target", "price", "--epochs", "5", "--explain", "6"),
        ("train", HOUSES, "--target", "price", "--explain", "first"),
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    refused(*arguments)


# --- Numbers with a minus in front ---


@pytest.mark.parametrize(
    ("u", "v"),
    [("-1e3 2", "3 4"), ("-1/2 3", "1 1"), ("-.5 4", "2 2"), ("−2 1", "5 6"), ("-1,2", "3,4"), ("-0 1", "1 1")],
)
def test_a_leading_minus_is_a_number(u: str, v: str) -> None:
    pairs = [[Fraction(n.replace("−", "-")) for n in re.split("[ ,]", text)] for text in (u, v)]
    expected = str(sum(a * b for a, b in zip(*pairs, strict=True)))
    assert answer("dot", u, v) == answer("dot", v, u) == expected


@pytest.mark.parametrize(
    "arguments", [("-1 2; 3 4", "-5; 6"), ("-1 2; 3 4", "--", "-5; 6"), ("--", "-1 2; 3 4", "-5; 6")]
)
def test_a_leading_minus_in_a_matrix(arguments: tuple[str, ...]) -> None:
    ran = pp("matmul", "-f", "json", *arguments)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["answer"]["values"] == [["17"], ["9"]]


def test_two_dashes_end_the_options() -> None:
    assert "-f" in refused("dot", "--", "-f", "3 4")
    assert json.loads(pp("dot", "-f", "json", "--", "-1 2", "-3 4").out)["answer"]["values"] == "11"


def test_a_negative_value_for_an_option_is_a_value() -> None:
    assert "-1" in refused("train", HOUSES, "--target", "price", "--lr", "-1")
    out = worked("train", HOUSES, "--target", "price", "--predict", "-1650 3", "-f", "json")
    assert json.loads(out)["results"]["predictions"]["shape"] == [1]


# --- Bad input: one sentence, as the issue lists it ---


@pytest.mark.parametrize(
    ("u", "v", "code", "words"),
    [
        ("1 2 3", "4 5", 1, ["3", "2", "partner"]),
        ("1 2; 3", "4 5", 2, ["row 2"]),
        ("", "1 2", 2, ["u is empty"]),
        ("1 2", "  ", 2, ["v is empty"]),
        ("[]", "1 2", 2, ["u is empty"]),
        ("1,,2", "1 2 3", 2, ["u", "character 3"]),
        ("1,2,", "1 2", 2, ["u", "character"]),
        ("1 2 three", "1 2 3", 2, ["entry 3", '"three"']),
        ("1 2 3", "1 2x 3", 2, ["v", "entry 2", '"2x"']),
        ("1 nan", "1 2", 2, ["entry 2", "finite"]),
        ("1 2", "inf 2", 2, ["entry 1", "finite"]),
        ("1 2", "-inf 2", 2, ["entry 1", "finite"]),
        ("1 1/0", "1 2", 2, ["zero"]),
        ("1 1e400", "1 2", 2, ["range"]),
        ("1 2; 3 4", "1 2", 2, ["2×2", "vector"]),
        ("missing.csv", "1 2", 2, ["missing.csv"]),
        ("1 2", "missing.npy", 2, ["missing.npy"]),
        ("folder", "1 2", 2, ["directory"]),
        ("folder.csv", "1 2", 2, ["directory"]),
        ("latin.csv", "1 2", 2, ["latin.csv", "UTF-8"]),
        ("empty.csv", "1 2", 2, ["empty.csv"]),
        ("words.csv", "1 2", 2, ["words.csv"]),
        ("gap.csv", "1 2", 2, ["gap.csv", "line 2", "column 2", "empty"]),
        ("text.csv", "1 2", 2, ["text.csv", "line 3", '"b"', '"four"']),
        ("ragged.csv", "1 2", 2, ["ragged.csv", "line 2"]),
        ("broken.json", "1 2", 2, ["broken.json"]),
        ("nan.json", "1 2", 2, ["nan.json", "finite"]),
        ("broken.npy", "1 2", 2, ["broken.npy"]),
    ],
)
@pytest.mark.parametrize("command", ["dot", "matmul"])
def test_bad_vectors_and_matrices(command: str, u: str, v: str, code: int, words: list[str], folder: Path) -> None:
    (folder / "folder").mkdir()
    (folder / "folder.csv").mkdir()
    files: dict[str, str | bytes] = {
        "latin.csv": b"1,2\n\xe9,4\n",
        "empty.csv": "",
        "words.csv": "size,price\n",
        "gap.csv": "1,2\n3,\n",
        "text.csv": "a,b\n1,2\n3,four\n",
        "ragged.csv": "1,2\n3\n",
        "broken.json": "[[1, 2], [3",
        "nan.json": "[1, NaN]",
        "broken.npy": "not numbers",
    }
    for name, content in files.items():
        write(folder / name, content)
    if command == "matmul":
        if (u, v) == ("1 2; 3 4", "1 2"):
            code, words = 1, ["2×2", "1×2", "partner"]
        elif code == 1:
            words = ["1×3", "1×2", "3", "partner"]
        words = [re.sub("^u", "A", re.sub("^v", "B", word)) for word in words]
    said = refused(command, u, v, code=code)
    assert [word for word in words if word not in said] == [], said


def test_inner_sizes_that_differ_are_both_named() -> None:
    said = refused("matmul", "1 2 3; 4 5 6", "1 2; 3 4", code=1)
    assert all(word in said for word in ("2×3", "2×2", "inner sizes 3 and 2"))


@pytest.mark.parametrize(
    "arguments",
    [("dot", "secret.csv", "1 2"), ("matmul", "1 2", "secret.npy"), ("train", "secret.csv", "--target", "y")],
    ids=" ".join,
)
def test_a_file_that_may_not_be_read(arguments: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really_open = builtins.open

    def guarded(path: Any, *rest: Any, **options: Any) -> Any:
        if "secret" in str(path):
            raise PermissionError(13, "Permission denied", path)
        return really_open(path, *rest, **options)

    monkeypatch.setattr("builtins.open", guarded)
    said = refused(*arguments)
    assert "secret" in said and "ermission denied" in said


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((HOUSES, "--target", "prise"), 2, ["houses.csv", '"prise"', '"price"']),
        ((HOUSES, "--target", "price", "--features", "size,bedroom"), 2, ['"bedroom"', '"bedrooms"']),
        ((HOUSES, "--target", "price", "--features", "price"), 2, ['"price"', "target"]),
        ((HOUSES, "--target", "price", "--features", "size,size"), 2, ['"size"', "more than once"]),
        ((HOUSES, "--target", "price", "--features", ""), 2, ["houses.csv"]),
        ((HOUSES, "--target", "price", "--lr", "0"), 2, ["--lr", "above 0"]),
        ((HOUSES, "--target", "price", "--lr", "-1"), 2, ["--lr", "above 0"]),
        ((HOUSES, "--target", "price", "--lr", "nan"), 2, ["--lr"]),
        ((HOUSES, "--target", "price", "--lr", "inf"), 2, ["--lr"]),
        ((HOUSES, "--target", "price", "--epochs", "0"), 2, ["--epochs", "1"]),
        ((HOUSES, "--target", "price", "--epochs", "-5"), 2, ["--epochs", "-5"]),
        ((HOUSES, "--target", "price", "--predict", "1650"), 2, ['pp: --predict: "1650": row 1', "size, bedrooms"]),
        ((HOUSES, "--target", "price", "--predict", "1650 many"), 2, ["--predict", "many"]),
        ((HOUSES, "--target", "price", "--predict", "1650 nan"), 2, ["--predict", "finite"]),
        (("one.csv", "--target", "y"), 1, ["one.csv", "two rows"]),
        (("header.csv", "--target", "y"), 1, ["header.csv", "no rows"]),
        (("same.csv", "--target", "y"), 1, ['"x"', "every row"]),
        (("gap.csv", "--target", "y"), 2, ["gap.csv", "line 3", '"x"', "empty"]),
        (("text.csv", "--target", "y"), 2, ["text.csv", "line 2", '"y"', '"dear"']),
        (("nan.csv", "--target", "y"), 2, ["nan.csv", "line 2", '"x"', "--missing drop"]),
        (("infinite.csv", "--target", "y"), 2, ["infinite.csv", "line 2", '"x"', "finite"]),
        (("ragged.csv", "--target", "y"), 2, ["ragged.csv", "line 3"]),
        (("numbers.csv", "--target", "x3"), 2, ["numbers.csv", '"x3"', "x1, x2"]),
        (("missing.csv", "--target", "y"), 2, ["missing.csv"]),
        ((".", "--target", "y"), 2, ["directory"]),
        (("empty.csv", "--target", "y"), 2, ["empty.csv", "empty"]),
        (("wide.csv", "--target", "y"), 1, ["too large"]),
    ],
)
def test_bad_training_data(arguments: tuple[str, ...], code: int, words: list[str], folder: Path) -> None:
    files = {
        "one": "x,y\n1,2\n",
        "header": "x,y\n",
        "same": "x,y\n5,1\n5,2\n5,3\n",
        "gap": "x,y\n1,2\n,4\n",
        "text": "x,y\n1,dear\n2,4\n",
        "nan": "x,y\nnan,1\n2,4\n",
        "infinite": "x,y\ninf,1\n2,4\n",
        "ragged": "x,y\n1,2\n3\n",
        "numbers": "1,2\n3,4\n",
        "empty": "",
        "wide": "x,y\n1,1e300\n2,-1e300\n",
    }
    for name, content in files.items():
        write(folder / f"{name}.csv", content)
    said = refused("train", *arguments, code=code)
    assert [word for word in words if word not in said] == [], said


@pytest.mark.parametrize(
    "arguments",
    [
        ("dot", HOSTILE, "1 2"),
        ("dot", f"{HOSTILE}.csv", "1 2"),
        ("dot", "1 2", "3 4", "-f", HOSTILE),
        ("dot", "1 2", "3 4", "-o", HOSTILE),
        ("dot", "1 2", "3 4", "-o", f"missing/{HOSTILE}.md"),
        ("dot", "1 2", "3 4", "--entry", HOSTILE),
        ("dot", "1 2", "3 4", "--steps", HOSTILE),
        ("dot", "1 2", "3 4", "--digits", HOSTILE),
        ("dot", "1 2", "3 4", "--detail", HOSTILE),
        ("dot", "1 2", "3 4", f"--{HOSTILE}"),
        ("dot", "1 2", "3 4", HOSTILE),
        (HOSTILE,),
        ("train", HOUSES, "--target", HOSTILE),
        ("train", HOUSES, "--target", "price", "--features", HOSTILE),
        ("train", HOUSES, "--target", "price", "--explain", HOSTILE),
        ("train", HOUSES, "--target", "price", "--predict", "1 2 3\n4 5 6"),
        ("train", HOUSES, "--target", "price", "--lr", HOSTILE),
        ("train", "hostile.csv", "--target", "y"),
        ("train", "hostile.csv", "--target", "y", "--features", "x", "--predict", "1 2"),
    ],
    ids=repr,
)
def test_a_message_is_one_line_that_steers_no_terminal(arguments: tuple[str, ...], folder: Path) -> None:
    write(folder / "hostile.csv", f'x,y,"{HOSTILE}"\n1,2,3\n2,3,x\n')
    refused(*arguments)


def test_a_hostile_column_name_in_the_message_of_a_run_that_diverges(folder: Path) -> None:
    write(folder / "hostile.csv", f'x,"{HOSTILE}",y\n1,1000,3\n2,3000,5\n3,1000,4\n')
    ran = pp("train", "hostile.csv", "--target", "y", "--scale", "none", "--lr", "1")
    assert ran.code == 1
    assert SENTENCE.fullmatch(ran.err) and not CONTROL.search(ran.err), repr(ran.err)
    assert not CONTROL.search(ran.out)


def test_a_header_of_the_issue_names_its_place_in_the_users_own_words(folder: Path) -> None:
    write(folder / "A.csv", "size,rooms\n1,2\n3,x\n")
    said = refused("matmul", "A.csv", "1; 2")
    assert all(word in said for word in ("A.csv", "line 3", '"rooms"', '"x"'))


# --- Standard input ---


def test_a_matrix_from_standard_input() -> None:
    assert answer("dot", "-", "4 5 6", stdin="1 2 3") == "32"
    assert answer("matmul", "1 2; 3 4", "-", stdin="5,6\n7,8\n") == [["19", "22"], ["43", "50"]]


def test_training_data_from_standard_input() -> None:
    from_file, piped = (
        worked("train", source, "--target", "price", stdin=Path(HOUSES).read_text()) for source in (HOUSES, "-")
    )
    assert from_file == piped


def test_standard_input_serves_one_matrix_only() -> None:
    assert "only one" in refused("dot", "-", "-", stdin="1 2 3")


def test_nothing_on_standard_input() -> None:
    assert "empty" in refused("dot", "-", "1 2")


# --- Where the output goes ---


@pytest.mark.parametrize("form", WRITTEN)
def test_the_suffix_of_the_file_picks_the_format(form: str, folder: Path) -> None:
    whole = worked("dot", "1 2", "3 4", "-f", form, "--standalone")
    for suffix in FORMATS[form][1]:
        for name in (f"notes{suffix}", f"NOTES{suffix.upper()}"):
            ran = pp("dot", "1 2", "3 4", "-o", name)
            assert ran == Ran(0, "", "")
            assert (folder / name).read_text(encoding="utf-8") == whole
    pp("dot", "1 2", "3 4", "-f", form, "-o", "notes.other")
    assert (folder / "notes.other").read_text(encoding="utf-8") == whole


def test_piped_output_is_markdown() -> None:
    assert (
        worked("dot", "1 2", "3 4")
        == worked("dot", "1 2", "3 4", "-f", "auto")
        != worked("dot", "1 2", "3 4", "-f", "plain")
    )
    assert (
        worked("dot", "1 2", "3 4")
        == worked("dot", "1 2", "3 4", "-f", "markdown")
        == worked("dot", "1 2", "3 4", "-o", "-")
    )


def test_a_name_between_fences_survives_a_file(folder: Path) -> None:
    write(folder / "houses.csv", "größe,preis\n1,2\n2,3\n")
    assert pp("train", "houses.csv", "--target", "preis", "-o", "notizen.md").code == 0
    assert "größe" in (folder / "notizen.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["notes.docx", "notes", "md", ".hidden"])
def test_an_ending_that_says_no_format(name: str, folder: Path) -> None:
    assert ".md" in refused("dot", "1 2", "3 4", "-o", name)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["missing/notes.md", "file.txt/notes.md", "folder.md"])
def test_a_place_where_nothing_can_be_written(name: str, folder: Path) -> None:
    write(folder / "file.txt", "")
    (folder / "folder.md").mkdir()
    assert name in refused("dot", "1 2", "3 4", "-o", name)
    assert sorted(path.name for path in folder.rglob("*")) == ["file.txt", "folder.md"]


@pytest.mark.parametrize("trouble", [RuntimeError("the middle"), KeyboardInterrupt(), OSError(28, "No space left")])
def test_a_file_is_never_half_written(trouble: BaseException, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(self: Plain, block: Any) -> Iterator[str]:
        yield "The beginning of a sentence"
        raise trouble

    write(folder / "old.txt", "as it was")
    monkeypatch.setattr(Plain, "sentence", breaks)
    for name in ("new.txt", "old.txt"):
        ran = pp("dot", "1 2", "3 4", "-o", name)
        assert ran.code in (2, 70, 130) and ran.out == ""
        assert SENTENCE.fullmatch(ran.err), ran.err
    assert [path.name for path in folder.iterdir()] == ["old.txt"]
    assert (folder / "old.txt").read_text() == "as it was"


def test_bad_input_leaves_an_old_file_alone(folder: Path) -> None:
    write(folder / "old.md", "as it was")
    refused("dot", "1 2", "3", "-o", "old.md", code=1)
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("old.md", "as it was")]


def test_a_written_file_has_the_usual_permissions(folder: Path) -> None:
    write(folder / "other", "")
    pp("dot", "1 2", "3 4", "-o", "notes.md")
    assert (folder / "notes.md").stat().st_mode == (folder / "other").stat().st_mode


def test_a_run_that_diverges_is_written_and_reported(folder: Path) -> None:
    ran = pp("train", HOUSES, "--target", "price", "--lr", "5", "-o", "notes.md")
    assert (ran.code, ran.out) == (1, "") and SENTENCE.fullmatch(ran.err)
    assert "Epoch 1 worked" in (folder / "notes.md").read_text(encoding="utf-8")


# --- The shell ---


@pytest.mark.parametrize(
    "place", ["penpaper_cli.data.matrices.read_matrix", "penpaper_cli.render.text.markdown.Markdown.sentence"]
)
def test_ctrl_c(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: Any, **settings: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, interrupt)
    ran = pp("dot", "1 2", "3 4")
    assert (ran.code, ran.err) == (130, "pp: interrupted.\n")


def test_a_bug_is_one_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penpaper_cli.data.matrices.read_matrix", lambda *_: 1 / 0)
    ran = pp("dot", "1 2", "3 4")
    assert (ran.code, ran.out) == (70, "")
    assert SENTENCE.fullmatch(ran.err) and "bug" in ran.err


def shell(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which $PP is pp."""
    settings = {**os.environ, "PP": f"{sys.executable} -m penpaper_cli", "BIG": BIG, **environment}
    return subprocess.run(["bash", "-c", script], capture_output=True, encoding="utf-8", timeout=60, env=settings)


def test_a_closed_pipe_is_quiet() -> None:
    done = shell('$PP matmul "$BIG" "$BIG" --steps all --detail full | head -1; echo "${PIPESTATUS[0]}"')
    assert done.stderr == ""
    first, code = done.stdout.splitlines()
    assert first.startswith("## ") and code == "141"


def test_python_m_runs_the_same_program() -> None:
    done = subprocess.run([*RUN_PP, "dot", "−1 2", "-3 4"], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("utf-8") == worked("dot", "−1 2", "-3 4")


def test_exit_codes_reach_the_shell() -> None:
    pairs = ('"1" "2"', '"1 2" "3"', '"x" "3"')
    script = "; ".join(f"$PP dot {pair} >/dev/null 2>&1; echo $?" for pair in pairs)
    assert shell(script).stdout.split() == ["0", "1", "2"]


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
def test_output_is_utf8_in_the_locales_that_ask_for_nothing_else(locale: str) -> None:
    done = shell('$PP dot "−1 2" "3 4" -f plain', LC_ALL=locale)
    assert done.returncode == 0 and "u · v" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("form", ["terminal", "plain", "markdown", "json"])
def test_an_encoding_without_the_signs_gets_ascii(encoding: str, form: str) -> None:
    done = shell(f'$PP dot "−1 2" "3 4" -f {form}', PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == worked("dot", "−1 2", "3 4", "-f", form, "--ascii")
    assert done.stdout.isascii() and "?" not in done.stdout


def test_an_error_in_ascii_names_what_it_can_not_show() -> None:
    done = shell('$PP dot "面" "3"', PYTHONIOENCODING="ascii")
    assert done.returncode == 2 and "\\u9762" in done.stderr


def test_a_file_is_utf8_whatever_the_screen_can_show(tmp_path: Path) -> None:
    shell(f'$PP dot "1 2" "3 4" -o "{tmp_path}/notes.md"', PYTHONIOENCODING="ascii")
    assert "u · v" in (tmp_path / "notes.md").read_text(encoding="utf-8")


NOT_OURS = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PAGER")


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a terminal of 80 columns receives."""
    settings = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    master, slave = pty.openpty()
    settings |= {"TERM": "xterm-256color", "COLUMNS": "80", **environment}
    with subprocess.Popen([*RUN_PP, *arguments], stdout=slave, stdin=subprocess.DEVNULL, env=settings) as process:
        os.close(slave)
        received = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            received += piece
        process.wait(timeout=60)
    os.close(master)
    assert process.returncode == 0
    return received.decode("utf-8")


COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)(?:;\d+)*m")


def test_a_terminal_gets_colour_unless_it_asks_for_none() -> None:
    assert COLOUR.search(on_a_terminal("dot", "1 2", "3 4"))
    assert not COLOUR.search(on_a_terminal("dot", "1 2", "3 4", NO_COLOR="1"))
    assert "\x1b" not in on_a_terminal("dot", "1 2", "3 4", TERM="dumb")


def test_piped_output_has_no_escapes_and_is_never_cut_to_the_screen() -> None:
    long = " ".join(["123456.789"] * 8)
    for form in WRITTEN:
        shown = worked("dot", long, long, "-f", form)
        assert "\x1b" not in shown
        # A script keeps to the lines of a formatter, whatever the screen; tests/test_scripts.py runs it.
        assert max(map(len, shown.splitlines())) > 80 or form in ("json", "numpy", "pytorch", "tensorflow")
