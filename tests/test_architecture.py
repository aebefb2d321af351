"""The picture of the architecture is the code's own, and the pages for contributors name only what there is."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "penpaper_cli"
TESTS = ROOT / "tests"
PAGES = [PACKAGE / "README.md", TESTS / "README.md", ROOT / ".github" / "CONTRIBUTING.md"]
ARCHITECTURE = PAGES[0].read_text(encoding="utf-8")


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script that draws the picture."""
    monkeypatch.syspath_prepend(str(ROOT / ".github"))
    import draw_architecture

    return draw_architecture


def test_the_picture_is_drawn_from_the_code(drawing: ModuleType, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--accept"):
        drawing.PICTURE.write_text(drawing.picture(), encoding="utf-8")
    kept = drawing.PICTURE.read_text(encoding="utf-8")
    assert kept == drawing.picture(), "python .github/draw_architecture.py draws it anew"


def test_the_picture_has_every_folder_and_every_import(drawing: ModuleType) -> None:
    texts = [
        node.text or "" for node in ElementTree.fromstring(drawing.picture()).iter("{http://www.w3.org/2000/svg}text")
    ]
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {f"{name}/" for name in folders} <= set(texts)
    assert len(folders) > 8
    below = {name: k for k, floor in enumerate(drawing.storeys()) for name in floor}
    for room in drawing.rooms().values():
        for lower in room.imports:
            assert below[lower] < below[room.name], f"{room.name} imports {lower}, which doesn't stand below it"
            assert lower in drawing.all_below(room.name)
    drawn = set(drawing.arrows())
    assert drawn <= {(room.name, lower) for room in drawing.rooms().values() for lower in room.imports}
    assert ("cli", "commands") in drawn


def test_the_picture_asks_for_nothing_from_the_network(drawing: ModuleType) -> None:
    svg = drawing.PICTURE.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\"' )]+", svg)) == {"http://www.w3.org/2000/svg"}


def test_the_script_needs_only_the_standard_library(drawing: ModuleType) -> None:
    source = Path(str(drawing.__file__)).read_text(encoding="utf-8")
    modules = re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE)
    assert set(modules) <= sys.stdlib_module_names


def test_the_architecture_tells_of_every_folder() -> None:
    rows = set(re.findall(r"^\| `(\w+)/` ", ARCHITECTURE, re.MULTILINE))
    assert rows == {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


TABLE = re.compile(r"(?<=^<!-- tests -->\n).*?(?=^<!-- /tests -->\n)", re.MULTILINE | re.DOTALL)


def table_of_tests() -> str:
    """A row for each file of tests: what the first sentence of its docstring says."""
    rows = ["| file | what is tested |", "| --- | --- |"]
    for path in sorted(TESTS.rglob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        first = " ".join(docstring.split("\n\n")[0].split()).replace("|", "\\|")
        rows.append(f"| `{path.relative_to(TESTS).as_posix()}` | {first} |")
    return "\n" + "\n".join(rows) + "\n\n"


def test_the_page_of_the_tests_tells_of_every_file(request: pytest.FixtureRequest) -> None:
    page = TESTS / "README.md"
    written = page.read_text(encoding="utf-8")
    assert TABLE.search(written), "no place for the table"
    expected = TABLE.sub(lambda _: table_of_tests(), written)
    if request.config.getoption("--accept"):
        page.write_text(expected, encoding="utf-8")
    else:
        assert written == expected, "python -m pytest tests/test_architecture.py --accept writes it anew"


NAMED_FILE = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|pp|css|js|yml|toml|svg|md|csv)|(?:[\w.-]+/)+)`")
DEFINED = re.compile(r"`([A-Za-z_]\w*)(?:\(\))?` in `((?:[\w.-]+/)*\w+\.py)`")


def place(name: str) -> Path | None:
    """A file or folder that a page names, from the package or from the top."""
    return next((root / name for root in (PACKAGE, ROOT, TESTS) if (root / name).exists()), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_and_names_in_the_pages_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [found.group(1) for found in NAMED_FILE.finditer(text)]
    assert named, "no file is named"
    assert [name for name in named if not place(name)] == []
    text = " ".join(text.split())
    for name, where in DEFINED.findall(text):
        path = place(where)
        assert path, f"{where} is not there"
        pattern = rf"^\s*(?:async )?(?:def|class) {name}\b|^{name}\b.*="
        assert re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE), f"{where} has no {name}"
