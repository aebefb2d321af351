"""The reference leaves out nothing: every command, every option and every function of a formula is named in it."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from penpaper_cli.cli import run
from penpaper_cli.commands import FAMILIES
from penpaper_cli.ops import OPS

REFERENCE = Path(__file__).parent.parent / "samples" / "reference"
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in sorted(REFERENCE.glob("*.md")))
STANDARD = {"--help", "--version", "--show-completion", "--no-scale-target"}
"""What every program of this kind has, and the opposite of an option that is named."""


@pytest.mark.parametrize("command", FAMILIES)
def test_every_command_and_option_is_named(command: str) -> None:
    with redirect_stdout(io.StringIO()) as out:
        assert run([command, "--help"]) == 0
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", out.getvalue())) - STANDARD
    assert [option for option in sorted(options) if not re.search(rf"{option}(?![\w-])", TEXT)] == []
    assert re.search(rf"`pp {command}\b", TEXT), f"pp {command} is missing"


def test_every_function_of_a_formula_is_named() -> None:
    text = (REFERENCE / "formulas.md").read_text(encoding="utf-8")
    written_as_signs = {"add", "sub", "mul", "div", "neg", "pow", "matmul", "transpose", "pick"}
    public = {name for name, op in OPS.items() if op.public} - written_as_signs
    assert [name for name in sorted(public) if not re.search(rf"`{name}[`(]", text)] == []
