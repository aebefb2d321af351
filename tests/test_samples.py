"""Runs the commands in the README, the lessons, the reference and the architecture, and compares what they print.

Commands stand in blocks fenced as ```console, on lines that start with `$ `. Write only those lines: `pytest --accept`
writes the output. A comment `<!-- show: First … Last -->` before a block keeps the lines from the one that starts with
First up to the one that starts with Last (either may be missing), and counts the rest. Errors come after the output,
then the exit code where it isn't 0. `pp … >> notes.md` appends to a file as the shell does; `cat notes.md` shows it.
"""

import io
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from penpaper_cli.cli import run

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "penpaper_cli" / "README.md", *sorted((ROOT / "samples").rglob("*.md"))]
BLOCK = re.compile(
    r"^(?P<head>(?:<!-- show: (?P<first>.*?) ?… ?(?P<last>.*?) ?-->\n)?(?P<fence>`{3,})console\n)"
    r"(?P<body>.*?)(?P<foot>^(?P=fence)\n)",
    re.MULTILINE | re.DOTALL,
)
OPERATIONS = re.compile(r"(?<=^<!-- ops -->\n).*?(?=^<!-- /ops -->\n)", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"(.*\n)```(?:sh|bash|shell)\n")


class Screen(io.StringIO):
    """Text that takes itself for a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A terminal of 80 columns without colour, in a folder that holds the samples and may be written to."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("COLUMNS", "80"), ("TERM", "dumb"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)


def printed(command: str) -> str:
    """What a command line prints: its output, its errors, and its exit code where that isn't 0."""
    words = shlex.split(command)
    if words[0] == "cat":
        return "".join(Path(name).read_text(encoding="utf-8") for name in words[1:])
    assert words[0] == "pp", f"{command}: only pp and cat can be run here"
    notes = Path(words[-1]) if words[-2] == ">>" else None
    out, errors = io.StringIO() if notes else Screen(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        code = run(words[1:-2] if notes else words[1:])
    if notes:
        with notes.open("a", encoding="utf-8") as file:
            file.write(out.getvalue())
    return ("" if notes else out.getvalue()) + errors.getvalue() + (f"(exit code {code})\n" if code else "")


def starts(line: str, words: str) -> bool:
    """Whether a line starts so, be it set off from the words or not."""
    return line.lstrip().startswith(words)


def part(text: str, first: str, last: str) -> Iterator[str]:
    """The lines from the one that starts with `first` up to the one that starts with `last`; the rest is counted."""
    lines = [line.rstrip() for line in text.splitlines()]
    start = next((k for k, line in enumerate(lines) if starts(line, first)), None)
    assert start is not None, f"no line of the output starts with {first!r}"
    stop = next((k for k, line in enumerate(lines) if last and k > start and starts(line, last)), None)
    assert stop or not last, f"no line after that starts with {last!r}"
    if start:
        yield f"⋯ {start} more lines\n\n"
    yield "\n".join(lines[start:stop]).rstrip("\n") + "\n"
    if stop:
        yield f"\n⋯ {len(lines) - stop} more lines\n"


def worked(block: re.Match[str]) -> str:
    """A block with the output of its commands."""
    pieces, shown = [block["head"]], False
    for command in re.findall(r"^\$ (.*)\n", block["body"], re.MULTILINE):
        output = printed(command)
        shown |= bool(output)
        pieces += [f"$ {command}\n", *(part(output, block["first"] or "", block["last"] or "") if output else ())]
    assert shown, f"a block whose commands print nothing shows nothing:\n{block[0]}"
    return "".join([*pieces, block["foot"]])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_output_is_what_the_commands_print(path: Path, request: pytest.FixtureRequest) -> None:
    written = path.read_text(encoding="utf-8")
    assert BLOCK.search(written) or OPERATIONS.search(written), "no block of commands"
    found = OPERATIONS.sub(lambda _: f"\n{printed('pp ops -f markdown').strip()}\n\n", BLOCK.sub(worked, written))
    if request.config.getoption("--accept"):
        path.write_text(found, encoding="utf-8")
    else:
        assert written == found, f"{path.name} shows other output than its commands print; pytest --accept mends it"


def test_the_table_of_operations_has_its_place() -> None:
    assert [path.name for path in DOCUMENTS if OPERATIONS.search(path.read_text(encoding="utf-8"))] == ["operations.md"]


def test_every_shell_command_of_the_readme_is_run_by_ci() -> None:
    before = SHELL.findall(README.read_text(encoding="utf-8"))
    assert before == ["<!-- run -->\n"] * 2
