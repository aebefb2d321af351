"""One way to open what is learned from, whatever kind it is, and the options that don't fit a kind."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from penpaper_cli.data.encoding import Column
from penpaper_cli.data.opening import OF_TABLES, WHY_NOT_FOR_WORDS, DataOptions, SavedRun, open_data
from penpaper_cli.errors import CannotRead

VALUES: dict[str, Any] = {
    "target": "price",
    "features": ["size"],
    "drop": ["size"],
    "category": ["size"],
    "missing": "drop",
    "numbers": "1,234.56",
    "encoding": "utf-8",
    "classify": True,
    "size": "8x8",
    "next_word": True,
    "context": 2,
}
"""A value for each option."""


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "houses.csv"
    path.write_text("size,zip,price\n100,A,10\n200,B,20\n300,A,40\n")
    return str(path)


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "rhyme.txt"
    path.write_text("the cat sat\nthe dog sat\n")
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    image = pytest.importorskip("PIL.Image")
    for name, grey in (("dark", 10), ("light", 200)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        image.new("L", (2, 2), grey).save(tmp_path / "pictures" / name / "1.png")
    return str(tmp_path / "pictures")


def test_there_is_a_value_for_every_option() -> None:
    assert set(VALUES) == {field.name for field in fields(DataOptions)}


def test_each_kind_is_opened(table: str, text: str, folder: str) -> None:
    assert open_data(table, DataOptions("price")).features == ("size", "zip=B")
    assert open_data(f" {table}", DataOptions("price", drop=["zip"])).features == ("size",)
    words = open_data(text, DataOptions(next_word=True))
    assert (words.context, words.classes[:2]) == (1, ("<s>", "the"))
    assert open_data(text, DataOptions(next_word=True, context=2)).context == 2
    pictures = open_data(folder, DataOptions())
    assert (pictures.classes, pictures.X.shape) == (("dark", "light"), (2, 4))
    assert open_data(folder, DataOptions(size="1")).X.shape == (2, 1)


def test_a_table_needs_a_target(table: str) -> None:
    with pytest.raises(CannotRead, match=r"^Missing option '--target'"):
        open_data(table, DataOptions())


def test_options_that_do_not_fit_are_refused_by_name(table: str, text: str, folder: str) -> None:
    """Each option that some kind has no use for, tried on that kind."""
    unfit = {
        table: (["size", "context"], DataOptions("price")),
        text: (list(WHY_NOT_FOR_WORDS), DataOptions(next_word=True)),
        folder: ([*OF_TABLES, "context"], DataOptions()),
    }
    for source, (options, good) in unfit.items():
        for option in options:
            with pytest.raises(CannotRead, match=f"^--{option}\\b"):
                open_data(source, replace(good, **{option: VALUES[option]}))


def test_an_empty_list_was_asked_for(folder: str) -> None:
    with pytest.raises(CannotRead, match=r"^--drop is for tables"):
        open_data(folder, DataOptions(drop=[]))


def test_a_saved_run_reads_data_as_its_model_knows_it(table: str, text: str, folder: str) -> None:
    saved = SavedRun("m.json", "price", (Column("size", ("100", "200", "300")),))
    assert open_data(table, DataOptions(), saved).features == ("size=200", "size=300")
    classes = SavedRun("m.json", "price", (Column("size"),), ("10", "20", "40"))
    assert open_data(table, DataOptions("price"), classes).classes == ("10", "20", "40")
    words = SavedRun("m.json", "next word", (), ("<s>", "the"), 2)
    assert open_data(text, DataOptions(next_word=True), words).context == 2
    assert open_data(folder, DataOptions(size="1"), SavedRun("m.json", "class")).X.shape == (2, 1)


@pytest.mark.parametrize("option", ["target", "features", "drop", "category", "classify", "next_word", "context"])
def test_what_a_saved_run_knows_already_is_refused(table: str, option: str) -> None:
    """Also --drop and --category, which would do nothing."""
    with pytest.raises(CannotRead, match=rf"^--{option.replace('_', '-')}: .*m\.json"):
        open_data(table, DataOptions(**{option: VALUES[option]}), SavedRun("m.json", "cost", (Column("size"),)))


def test_a_saved_text_refuses_what_only_tables_have(text: str) -> None:
    with pytest.raises(CannotRead, match=r"^--missing: with --next-word the data has no columns"):
        open_data(text, DataOptions(missing="drop"), SavedRun("m.json", "next word", (), ("the",), 1))
