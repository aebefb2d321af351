"""A look at data through the library: the same as the command's, and tables that Python holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from test_cli import worked

from penpaper_cli.api.looking import look
from penpaper_cli.api.solution import Solution
from penpaper_cli.commands import data_options
from penpaper_cli.data.cells import Convention
from penpaper_cli.data.inference import ColumnKind
from penpaper_cli.data.vectors import Missing
from penpaper_cli.errors import CannotRead
from penpaper_cli.render.formats import FORMATS

TABLE = 'size,zip,"a, b"\n1,A,3\n2,B,5\n4,A,9\n'


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("houses.csv").write_text(TABLE)
    for name, grey in (("dark", 10), ("light", 200)):
        Path("pictures", name).mkdir(parents=True)
        pytest.importorskip("PIL.Image").new("L", (2, 3), grey).save(Path("pictures", name, "1.png"))


LOOKS: list[tuple[list[str], str, dict[str, Any]]] = [
    (["houses.csv"], "houses.csv", {}),
    (["houses.csv", "--features", '"a, b",size'], "houses.csv", {"features": ["a, b", "size"]}),
    (["houses.csv", "--drop", "zip,size"], "houses.csv", {"drop": "zip,size"}),
    (["houses.csv", "--category", "size"], "houses.csv", {"category": ["size"]}),
    (["houses.csv", "--numbers", "1,234.56"], "houses.csv", {"numbers": "1,234.56"}),
    (["houses.csv", "--detail", "summary"], "houses.csv", {"detail": "summary"}),
    (["pictures/dark/1.png"], "pictures/dark/1.png", {}),
    (["pictures/dark/1.png", "--size", "1x2"], "pictures/dark/1.png", {"size": (1, 2)}),
    (["pictures"], "pictures", {}),
    (["pictures", "--size", "1"], "pictures", {"size": 1}),
]


@pytest.mark.parametrize(("typed", "data", "options"), LOOKS, ids=[" ".join(look[0]) for look in LOOKS])
def test_the_library_gives_what_the_command_prints(typed: list[str], data: str, options: dict[str, Any]) -> None:
    solution = look(data, **options)
    for _ in range(2):  # a solution can be read again
        assert str(solution) == worked("look", *typed, "-f", "plain")
        assert solution.to("json") == worked("look", *typed, "-f", "json")


def test_a_picture_is_the_answer() -> None:
    assert look("pictures/dark/1.png").answer.tolist() == [[10, 10]] * 3
    assert look("houses.csv").answer is None


def frame_of(solution: Solution) -> list[Any]:
    """What was understood of the columns."""
    columns: list[Any] = json.loads(str(solution.to("json")))["columns"]
    return columns


def test_tables_in_memory_look_like_files() -> None:
    mapping = {"size": [1, 2, 4], "zip": ["A", "B", "A"], "a, b": [3, 5, 9]}
    assert frame_of(look(mapping)) == frame_of(look("houses.csv"))
    assert frame_of(look(mapping, features="size")) == frame_of(look("houses.csv", features="size"))
    array = look(np.array([[1, 3], [2, 5], [4, 9]]))
    assert [column["name"] for column in frame_of(array)] == ["x1", "x2"]
    for form in FORMATS:
        if not FORMATS[form].is_binary and form not in ("numpy", "pytorch", "tensorflow"):
            assert array.to(form)


@pytest.mark.parametrize(
    ("data", "options", "sentence"),
    [
        ("houses.csv", {"size": "8x8"}, "--size is for pictures"),
        ("houses.csv", {"detail": "all"}, "--detail"),
        ("houses.csv", {"numbers": "1 234"}, "--numbers"),
        ("houses.csv", {"features": ["cost"]}, 'no column "cost"'),
        ("pictures", {"drop": []}, "--drop is for tables"),
        ("pictures/dark/1.png", {"size": (0, 4)}, '--size "0x4"'),
        ([[1], [2, 3]], {}, "differ in length"),
        ("none.csv", {}, "no file"),
    ],
)
def test_what_is_refused(data: Any, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CannotRead, match=sentence):
        look(data, **options)


def test_options_list_what_the_data_knows() -> None:
    """The command line must not load NumPy to list its choices, so it lists them once more."""
    for option, kinds in ((data_options.Numbers, Convention), (data_options.Missing, Missing)):
        choices = get_args(get_args(get_args(option)[0])[0])
        assert choices == tuple(kind.value for kind in kinds)


def test_types_of_columns_are_plain_text_for_programs() -> None:
    assert {column["type"] for column in frame_of(look("houses.csv"))} <= {kind.value for kind in ColumnKind}
