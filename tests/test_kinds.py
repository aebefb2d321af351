"""Every kind of input with every command: read where the command has a use for it, else refused with a sentence."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from test_cli import Ran, pp

from penpaper_cli.data import kinds
from penpaper_cli.data.entries import Matrix
from penpaper_cli.data.images import Pixels
from penpaper_cli.data.kinds import ANY_FILE, KINDS, Kind, kind_of
from penpaper_cli.data.tables import InMemory, Table

TABLE = "size,price\n1,3\n2,5\n4,9\n"
ROWS = [[1, 3], [2, 5], [4, 9]]


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array(ROWS))
    return file.getvalue()


def picture() -> bytes:
    image = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    image.new("L", (2, 2), 9).save(file, "PNG")
    return file.getvalue()


TEXT = "the cat sat\nthe dog sat\n"
SAMPLES: dict[str, Callable[[], bytes]] = {
    "a CSV": TABLE.encode,
    "a table": TABLE.replace(",", "\t").encode,
    "a text": TABLE.encode,
    "JSON": json.dumps(ROWS).encode,
    "a NumPy array": npy,
    "a picture": picture,
}
"""A good file of each kind, by its name."""

USES = {
    "look": ("table", ("look", "{}")),
    "train": ("table", ("train", "{}", "--target", "price", "--epochs", "1")),
    "fit": ("table", ("fit", "{}", "--target", "price")),
    "predict": ("table", ("predict", "rows.json", "{}")),
    "matmul": ("matrix", ("matmul", "{}", "1; 2")),
    "solve": ("matrix", ("solve", "y = sum(x)", "x={}")),
    "forward": ("matrix", ("forward", "{}", "-w", "1; 2")),
    "learn the next word": ("text", ("train", "{}", "--next-word", "--epochs", "1")),
    "predict the next word": ("text", ("predict", "rhyme.json", "{}")),
}
"""What a command does with a file, and the reader that it takes."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A saved model of numbers and one of words, and the table that the first learned from: contents by file name."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "rows.csv").write_text(TABLE)
    (folder / "rhyme.txt").write_text(TEXT)
    for data, *options in (("rows.csv", "--target", "price"), ("rhyme.txt", "--next-word")):
        path = str(folder / f"{data.partition('.')[0]}.json")
        assert pp("train", str(folder / data), *options, "--epochs", "1", "--save", path).code == 0
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture(autouse=True)
def in_a_folder_with_models(saved: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in saved.items():
        Path(name).write_text(content)


def use(name: str, path: str) -> Ran:
    """What a command makes of a file."""
    return pp(*(part.format(path) for part in USES[name][1]))


def is_refused(ran: Ran) -> bool:
    """Whether it was refused: one sentence on standard error, and nothing on standard output."""
    lines = [line for line in ran.err.splitlines() if line.startswith("pp: ")]
    return ran.code in (1, 2) and not ran.out and len(lines) == 1 and lines[0].endswith(".")


def test_every_kind_is_complete_and_apart_from_the_others() -> None:
    endings = [ending for kind in KINDS for ending in kind.endings]
    assert len(set(endings)) == len(endings)
    assert all(ending.startswith(".") and ending == ending.lower() for ending in endings)
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert all(kind.endings and (kind.table or kind.matrix or kind.picture or kind.text) for kind in KINDS)
    assert {kind.name for kind in KINDS} == set(SAMPLES), "give the new kind a good file here"


def test_the_ending_tells_the_kind() -> None:
    for kind in KINDS:
        for ending in kind.endings:
            assert kind_of(f"folder.csv/a.b{ending}") is kind_of(f" A{ending.upper()} ") is kind
    assert kind_of("data") is kind_of("1 2; 3 4") is kind_of("housing.data") is None
    assert ANY_FILE.table and ANY_FILE.text


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_every_command_reads_a_kind_or_refuses_it(kind: Kind) -> None:
    failures = []
    for ending in kind.endings:
        path = f"new{ending}"
        Path(path).write_bytes(SAMPLES[kind.name]())
        for name, (reader, _) in USES.items():
            ran = use(name, path)
            reads = getattr(kind, reader) or (kind.picture and name == "look")
            good = ran.code in (0, 2) if name == "predict the next word" else ran.code == 0
            if not (good if reads else is_refused(ran)):
                failures.append((name, path, ran))
    assert failures == []


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_missing_or_damaged_file_is_refused_by_every_command(kind: Kind) -> None:
    failures = []
    for ending in kind.endings:
        for content in (None, b"", b"\x00\x01\xfe\xff" * 5):
            path = f"new{ending}"
            Path(path).unlink(missing_ok=True)
            if content is not None:
                Path(path).write_bytes(content)
            failures += [(name, path, content) for name in USES if not is_refused(use(name, path))]
    assert failures == []


@contextmanager
def lines_of_pairs(path: str, encoding: str | None = None) -> Iterator[tuple[Table, list[str]]]:
    """A made-up kind of table: cells between stars."""
    rows = [line.split("*") for line in Path(path).read_text().splitlines()]
    yield InMemory(path, np.array(rows, dtype=object)), []


def matrix_of_pairs(path: str, exact: bool | None, deepest: int) -> Matrix:
    with lines_of_pairs(path) as (table, _):
        return kinds.array_files.read_table(table, exact)


def test_one_entry_makes_a_kind_known_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Kind("a table of stars", (".stars",), table=lines_of_pairs, matrix=matrix_of_pairs)
    monkeypatch.setattr(kinds, "KINDS", (*KINDS, entry))
    Path("new.stars").write_text(TABLE.replace(",", "*"))
    for name, (reader, _) in USES.items():
        ran = use(name, "new.stars")
        if reader == "text":
            assert is_refused(ran), (name, ran)
        else:
            assert ran.code == 0, (name, ran)
            same = use(name, "rows.csv")
            assert ran.out == same.out.replace("rows.csv", "new.stars").replace(", separated by commas", ""), name
    Path("other.txt").write_text("1 2")
    assert ".npy, .stars." in use("matmul", "other.txt").err


def test_one_entry_makes_a_kind_of_picture_known_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up kind: a row of digits on each line, a grey for each."""

    def dots(path: str, size: tuple[int, int] | None) -> Pixels:
        grey = np.array([list(map(int, line)) for line in Path(path).read_text().splitlines()])
        return Pixels(path, grey, (grey.shape[1], grey.shape[0]))

    monkeypatch.setattr(kinds, "KINDS", (*KINDS, Kind("a drawing", (".dots",), picture=dots)))
    for name, content in (("a", "09\n90"), ("b", "99\n00")):
        Path("drawings", name).mkdir(parents=True)
        Path("drawings", name, "1.dots").write_text(content)
    assert pp("look", "drawings/a/1.dots", "--format", "json").code == 0
    assert pp("look", "drawings").code == 0
    assert pp("train", "drawings", "--epochs", "1", "--save", "drawings.json").code == 0
    assert pp("predict", "drawings.json", "drawings/b/1.dots").code == 0
    for name in ("fit", "matmul", "learn the next word"):
        assert is_refused(use(name, "drawings/a/1.dots")), name
