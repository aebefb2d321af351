"""What the project says of itself agrees: the versions of Python, the licence, the commands, and what is packed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import penpaper_cli

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
WORKFLOW = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
RUN = re.compile(r"^<!-- run -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_workflow_runs_the_command_of_the_readme() -> None:
    _, tests = RUN.findall(README)
    assert re.findall(r"^ *- run: (.*)$", WORKFLOW, re.MULTILINE) == [tests.strip()]


def test_the_workflow_tries_every_version_that_the_metadata_names() -> None:
    named = re.findall(r":: (3\.\d+)$", "\n".join(PROJECT["project"]["classifiers"]), re.MULTILINE)
    [tried] = re.findall(r"^ *python: \[(.*)\]$", WORKFLOW, re.MULTILINE)
    assert re.findall(r'"(.*?)"', tried) == named
    assert PROJECT["project"]["requires-python"] == f">={named[0]}"


def test_the_licence_is_there_and_named() -> None:
    assert PROJECT["project"]["license"] == "MIT"
    for name in PROJECT["project"]["license-files"]:
        assert (ROOT / name).read_text(encoding="utf-8").startswith("MIT License\n")


def test_what_the_tests_need_is_packed_with_the_sources() -> None:
    packed = {name.strip("/") for name in PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]}
    assert {"penpaper_cli", "samples", "tests", ".github", "README.md", "LICENSE"} <= packed
    assert all((ROOT / name).exists() for name in packed)


def test_types_are_offered() -> None:
    assert (Path(penpaper_cli.__file__).parent / "py.typed").exists()


def test_the_changelog_knows_the_version() -> None:
    log = (ROOT / "penpaper_cli" / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.*)$", log, re.MULTILINE)
    assert versions[0] == "Unreleased" and penpaper_cli.__version__ in versions


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 250
