"""Imports point down, as read off the source, and the guard on what a command loads before it answers."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cases import each

import penpaper_cli
from penpaper_cli.commands import FAMILIES

PACKAGE = "penpaper_cli"
ROOT = Path(penpaper_cli.__file__).parent
LONGEST_FILE = 400

STOREYS = [
    {"errors"},
    {"expressions"},
    {"sentences"},
    {"paper"},
    {"solution"},
    {"data"},
    {"ops"},
    {"render"},
    {"formula"},
    {"models"},
    {"explain"},
    {"api"},
    {"__init__"},
    {"commands"},
    {"cli"},
    {"__main__"},
]
"""From the ground up: a folder imports from the storeys below its own, and from itself."""

NO_NUMPY_IN = {"__init__", "__main__", "cli", "errors", "expressions", "render", "sentences", "solution"}
"""What never sees NumPy; `commands` sees it only inside functions."""

NOT_IN = {
    "expressions": {"sentences"},
    "paper": {"sentences"},
    "ops": {"sentences", "solution", "data"},
    "solution": {"sentences", "paper"},
    "render": {"sentences", "paper", "ops"},
    "commands": {"paper", "ops", "explain"},
}
"""What a storey doesn't see although it lies below: words for people, numbers in arrays, and what the library does."""

ONLY_IN = {
    "rich": {"render.text.terminal", "render.text.coloured", "commands.progress"},
    "typer": {"cli", "commands"},
    "typst": {"render.typst.pdf"},
    "PIL": {"data.images"},
    "matplotlib": {"render.plot.files"},
}
"""Who may import what isn't Python's own: modules, or whole folders."""


@dataclass(frozen=True)
class Import:
    """One import: by which module, of what, and whether it is at the top, in a function or for type checkers only."""

    by: str
    of: str
    line: int
    at_top: bool
    for_types: bool

    def __str__(self) -> str:
        return f"{self.by}, line {self.line}: imports {self.of}"


def module_of(path: Path) -> str:
    """ops.shapes for penpaper_cli/ops/shapes.py, ops for its __init__.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


SOURCES = {module_of(path): path for path in sorted(ROOT.rglob("*.py"))}


def imports_of(module: str) -> Iterator[Import]:
    """Every import of a module, wherever it stands; modules of the package without the package's name."""

    def visit(node: ast.AST, at_top: bool, for_types: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            names: list[str] = []
            if isinstance(child, ast.Import):
                names = [alias.name for alias in child.names]
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{module}, line {child.lineno}: imports are absolute"
                names = [f"{child.module}.{alias.name}" for alias in child.names]
            for name in names:
                yield Import(module, resolved(name), getattr(child, "lineno", 0), at_top, for_types)
            guarded = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            in_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from visit(child, at_top and not in_function, for_types or guarded)

    return visit(ast.parse(SOURCES[module].read_text(encoding="utf-8")), True, False)


def resolved(name: str) -> str:
    """numbers for penpaper_cli.numbers.Figures, ops.shapes for penpaper_cli.ops.shapes.cell, numpy.linalg as it is."""
    if name.split(".")[0] != PACKAGE:
        return name
    parts = name.split(".")[1:]
    while parts and ".".join(parts) not in SOURCES:
        parts.pop()
    return f"{PACKAGE}:{'.'.join(parts) or '__init__'}"


IMPORTS = [found for module in SOURCES for found in imports_of(module)]
INSIDE = [found for found in IMPORTS if found.of.startswith(f"{PACKAGE}:")]
OUTSIDE = [found for found in IMPORTS if not found.of.startswith(f"{PACKAGE}:")]


def target(found: Import) -> str:
    """The module of the package that is imported."""
    return found.of.removeprefix(f"{PACKAGE}:")


def part(module: str) -> str:
    """The folder or file of the package that a module belongs to."""
    return module.split(".")[0]


def layer(module: str) -> int:
    """How far up a module stands."""
    [found] = [k for k, names in enumerate(STOREYS) if part(module) in names] or [-1]
    assert found >= 0, f"give {part(module)} its place in STOREYS"
    return found


def test_every_module_has_its_layer() -> None:
    placed = [name for names in STOREYS for name in names]
    assert len(placed) == len(set(placed))
    assert {part(module) for module in SOURCES} <= set(placed), "a new module needs its place in STOREYS"


def test_the_imports_were_found() -> None:
    """The rule is held over real imports: at the top and inside functions, of the package and of others."""
    assert len(INSIDE) > 50 and len(OUTSIDE) > 50
    assert any(not found.at_top for found in INSIDE) and any(found.for_types for found in OUTSIDE)
    assert any(found.by == "cli" and target(found) == "commands" for found in INSIDE)


@pytest.mark.parametrize("for_types", [False, True], ids=["at run time", "for type checkers"])
def test_imports_point_down(for_types: bool) -> None:
    upwards = [
        str(found)
        for found in INSIDE
        if found.for_types == for_types
        and part(found.by) != part(target(found))
        and layer(target(found)) >= layer(found.by)
    ]
    assert upwards == []


@pytest.mark.parametrize("folder", NOT_IN)
def test_some_do_not_see_what_lies_below(folder: str) -> None:
    seen = [str(found) for found in INSIDE if part(found.by) == folder and part(target(found)) in NOT_IN[folder]]
    assert seen == []


def test_no_command_imports_another() -> None:
    families = {f"commands.{family}" for family in FAMILIES.values()}
    assert [str(found) for found in INSIDE if found.by in families and target(found) in families] == []


def test_no_module_imports_itself_in_a_circle() -> None:
    lower = {module: {target(found) for found in INSIDE if found.by == module} for module in SOURCES}
    left = set(SOURCES)
    while ready := {module for module in left if not lower[module] & left - {module}}:
        left -= ready
    assert not left, f"in a circle, or above one: {sorted(left)}"


def test_only_what_the_project_depends_on_is_imported() -> None:
    strangers = [
        str(found) for found in OUTSIDE if found.of.split(".")[0] not in {*sys.stdlib_module_names, *ONLY_IN, "numpy"}
    ]
    assert strangers == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    users = {found.by for found in OUTSIDE if found.of.split(".")[0] == library and not found.for_types}
    assert {user for user in users if not {user, part(user)} & ONLY_IN[library]} == set()
    assert users, f"nothing imports {library}: the rule has nothing to hold"


def test_numpy_stays_out_of_what_only_reads_and_draws() -> None:
    users = {found.by for found in OUTSIDE if found.of.split(".")[0] == "numpy" and not found.for_types}
    assert {user for user in users if part(user) in NO_NUMPY_IN} == {"render.plot.files"}
    assert "paper.paper" in users


SLOW = {"numpy", "rich", "PIL", "matplotlib", *(name for names in STOREYS[3:-4] for name in names)}


LIGHT = {"data.files", "formula.choices", "formula.update_rules"}
"""Modules of slow folders that load nothing slow: options are made of their tables."""


def test_slow_libraries_load_when_they_are_needed() -> None:
    """Every command passes through cli and commands, so what these load at the top loads every time."""
    eager = [
        str(found)
        for found in IMPORTS
        if found.at_top and not found.for_types and part(found.by) in ("cli", "commands")
        if part(target(found)) in SLOW
        if part(target(found)) not in ("solution", "render") and target(found) not in LIGHT
    ]
    assert eager == []
    assert not [str(found) for found in OUTSIDE if found.of.startswith(("importlib.metadata", "rich.markdown"))]


def test_no_wildcard_imports() -> None:
    assert [str(found) for found in IMPORTS if found.of.endswith("*")] == []


@each("module", SOURCES)
def test_no_file_is_too_long(module: str) -> None:
    assert len(SOURCES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@each("module", SOURCES)
def test_every_file_says_what_it_is_for(module: str) -> None:
    assert ast.get_docstring(ast.parse(SOURCES[module].read_text(encoding="utf-8")))


# --- Start-up ---

ONLY_WHEN_NEEDED = {
    "rich",
    "pydantic",
    "importlib.metadata",
    "json",
    "csv",
    "pygments",
    "hypothesis",
    "PIL",
    "matplotlib",
    "penpaper_cli.models.scaling",
    "penpaper_cli.render.text.terminal",
    "penpaper_cli.render.text.coloured",
    "penpaper_cli.render.json.document",
    "penpaper_cli.solution.script",
    "penpaper_cli.explain.scripts.lines",
}
RUN = """
import sys
from penpaper_cli.cli import run
code = run(sys.argv[1:])
sys.stderr.write(repr([code, *sys.modules]))
"""


def modules_loaded_by(*arguments: str) -> set[str]:
    """What is in memory once a command has run in a fresh interpreter, its output piped."""
    unmeasured = {name: text for name, text in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        env=unmeasured,  # Measuring coverage loads modules of its own.
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    code, *modules = ast.literal_eval(done.stderr)
    assert code == 0 and done.stdout
    return set(modules)


@pytest.mark.parametrize("arguments", [("dot", "1 2 3", "4 5 6"), ("matmul", "1 2; 3 4", "5 6; 7 8", "-f", "plain")])
def test_a_small_product_loads_nothing_it_does_not_need(arguments: tuple[str, ...]) -> None:
    loaded = modules_loaded_by(*arguments)
    assert "numpy" in loaded
    assert loaded & ONLY_WHEN_NEEDED == set()


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("dot", "--help")])
def test_help_and_version_do_no_arithmetic(arguments: tuple[str, ...]) -> None:
    loaded = modules_loaded_by(*arguments)
    assert "typer" in loaded
    assert loaded & ({"numpy"} | ONLY_WHEN_NEEDED) == set()


def test_formats_load_what_they_draw_with() -> None:
    """The guard can fail: where a terminal table or JSON is asked for, Rich and json do load."""
    assert "rich" in modules_loaded_by("dot", "1 2", "3 4", "-f", "terminal")
    assert "json" in modules_loaded_by("dot", "1 2", "3 4", "-f", "json")
