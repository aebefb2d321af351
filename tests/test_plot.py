"""Plots of training runs: whole files that show the numbers, the same each time, or a sentence and no file."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image
from test_cli import HOUSES, pp, refused

from penpaper_cli.errors import CannotRead
from penpaper_cli.render.plot import files
from penpaper_cli.render.plot.files import Confusion, Pairs, plot

LOSSES = [100 * 0.9**k + 1 for k in range(60)]
PAIRS = Pairs("price", np.array([1.0, 2.0, 4.0]), np.array([1.5, 2.0, 3.0]))
COUNTS = Confusion("class", ("edible", "poisonous"), np.array([[11, 1], [0, 12]]))
TRAIN = ("train", HOUSES, "--target", "price", "--epochs", "20", "--explain", "last")
STARTS = {".png": b"\x89PNG\r\n\x1a\n", ".pdf": b"%PDF-", ".svg": b"<?xml"}


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def words_of(path: str) -> list[str]:
    """All text in an SVG, in order."""
    tree = ElementTree.parse(path)
    return ["".join(e.itertext()).strip() for e in tree.iter() if e.tag.endswith("}text")]


@pytest.mark.parametrize("ending", STARTS)
@pytest.mark.parametrize("outcome", [PAIRS, COUNTS, None], ids=["pairs", "confusion", "diverged"])
def test_the_same_run_gives_the_same_whole_file(ending: str, outcome: Pairs | Confusion | None) -> None:
    contents = []
    for name in ("a", "b"):
        assert plot(f"{name}{ending}", LOSSES, (), outcome, True) == []
        contents.append(Path(f"{name}{ending}").read_bytes())
    assert contents[0] == contents[1]
    assert contents[0].startswith(STARTS[ending])
    assert len(list(Path().iterdir())) == 2


@pytest.mark.parametrize("name", ["A.SVG", "a.b.png", "-a.pdf", "größe 面.svg"])
def test_names_of_files(name: str) -> None:
    files.check(name)
    plot(name, LOSSES)
    assert Path(name).stat().st_size > 1000


def test_there_is_no_text_but_what_the_data_says() -> None:
    plot("a.svg", LOSSES, (), COUNTS)
    words = [word for word in words_of("a.svg") if not re.fullmatch(r"[\d,.]+", word)]
    assert sorted(words) == sorted(
        ["epoch", "loss", "edible", "poisonous", "edible", "poisonous", "predicted class", "true class"]
    )
    assert {"11", "1", "0", "12"} <= set(words_of("a.svg"))


def test_curves_are_named_where_there_are_two() -> None:
    plot("a.svg", LOSSES, [loss * 1.1 for loss in LOSSES], PAIRS, True)
    assert {"training", "test"} <= set(words_of("a.svg"))
    plot("b.svg", LOSSES, (), PAIRS, True)
    assert not {"training", "test"} & set(words_of("b.svg"))


def test_the_curve_goes_through_the_losses() -> None:
    """Heights in the picture are a straight function of the loss, or of its logarithm."""
    losses = [9.0, 5.0, 7.0, 1.0]
    for logarithmic in (False, True):
        plot("a.svg", losses, (), None, logarithmic)
        text = Path("a.svg").read_text()
        curves = [np.array(re.findall(r"[ML] ([-\d.]+) ([-\d.]+)", d), float) for d in re.findall(r'd="([^"]*)"', text)]
        [curve] = [c for c in curves if len(c) == 4 and len(set(c[:, 0])) == 4 and (np.diff(c[:, 0]) > 0).all()]
        y = np.log(losses) if logarithmic else np.array(losses)
        assert np.allclose(np.diff(np.diff(curve[:, 0])), 0, atol=1e-3)
        fit = np.polyfit(y, curve[:, 1], 1)
        assert fit[0] < 0 and np.allclose(np.polyval(fit, y), curve[:, 1], atol=1e-2)


@pytest.mark.readers("matplotlib")
@pytest.mark.parametrize("name", ["$x_1$", "$\\frac$", "<b>&amp;", "a\nb\x1b[31m", "n" * 300, "", "ü", "_", "%s {0}"])
@pytest.mark.parametrize("ending", STARTS)
def test_names_are_data(name: str, ending: str) -> None:
    for outcome in (
        Pairs(name, PAIRS.true, PAIRS.predicted),
        Confusion(name, (name, f"{name}2"), COUNTS.counts),
    ):
        assert plot(f"a{ending}", LOSSES, (), outcome) == []
        if ending == ".svg":
            words = words_of("a.svg")
            assert all(word.isprintable() for word in words)
            if 0 < len(name) < 20 and name.isprintable():
                assert f"true {name}" in words


def test_signs_that_no_font_has_are_said_to_be_missing() -> None:
    strange = Pairs("\U00012000", PAIRS.true, PAIRS.predicted)  # cuneiform
    [note] = plot("a.png", LOSSES, (), strange)
    assert "font" in note and "a.png" in note
    assert plot("a.svg", LOSSES, (), strange) == [] or "true \U00012000" in words_of("a.svg")


RUNS: dict[str, tuple[Sequence[float], Pairs | Confusion | None, bool]] = {
    "one epoch": ([2.0, 1.0], PAIRS, False),
    "no epoch": ([2.0], None, False),
    "a loss of 0 throughout": ([0.0, 0.0], PAIRS, False),
    "down to 0": ([5.0, 0.0], PAIRS, True),
    "many decades": ([10.0**-k for k in range(300)], PAIRS, True),
    "huge": ([1e300, 1e299], Pairs("y", np.array([1e150, -1e150]), np.array([1e150, 1.0])), False),
    "tiny": ([1e-300, 1e-301], Pairs("y", np.array([1e-150, -1e-150]), np.array([1e-150, 0])), False),
    "one true value": ([2.0, 1.0], Pairs("y", np.array([3.0, 3.0]), np.array([3.0, 3.0])), False),
    "with a test": ([2.0, 1.0], Pairs("y", PAIRS.true, PAIRS.predicted, np.array([9.0]), np.array([8.0])), False),
    "no test rows": ([2.0, 1.0], Pairs("y", PAIRS.true, PAIRS.predicted, np.array([]), np.array([])), False),
    "many dots": ([2.0, 1.0], Pairs("y", np.arange(20_000.0), np.arange(20_000.0)), False),
    "many epochs": (np.geomspace(100, 1, 100_000).tolist(), PAIRS, True),
    "a class never seen": ([2.0, 1.0], Confusion("y", ("a", "b", "c"), np.diag([1, 0, 5])), False),
    "many classes": ([2.0, 1.0], Confusion("y", tuple(map(str, range(300))), np.eye(300, dtype=int)), False),
    "long names": ([2.0, 1.0], Confusion("y", tuple(f"a long name {k}" for k in range(12)), np.eye(12)), False),
}


def test_a_logarithmic_axis_has_numbers_however_far_it_goes() -> None:
    for decades in (2, 3, 5, 12, 290):
        plot("a.svg", np.geomspace(1, 10.0**-decades, 50).tolist(), (), None, True)
        text = words_of("a.svg")
        heights = [float(word.replace(",", "")) for word in text[text.index("epoch") + 1 : text.index("loss")]]
        assert 3 <= len(heights) <= 10 and heights == sorted(heights), (decades, text)


@pytest.mark.parametrize("case", RUNS)
def test_every_run_has_a_plot(case: str) -> None:
    losses, outcome, logarithmic = RUNS[case]
    for ending in (".png", ".svg"):
        assert plot(f"a{ending}", losses, (), outcome, logarithmic) == []
    with Image.open("a.png") as image:
        assert max(image.size) < 6000
    assert Path("a.svg").stat().st_size < 2_000_000


# --- pp train --plot ---


def test_train_draws_the_plot_beside_its_working() -> None:
    without, ran = pp(*TRAIN), pp(*TRAIN, "--plot", "loss.svg")
    assert (ran.code, ran.err, ran.out) == (0, without.err, without.out)
    assert {"true price", "predicted price"} <= set(words_of("loss.svg"))


def test_a_run_that_diverges_has_its_loss_drawn() -> None:
    ran = pp(*TRAIN, "--lr", "10", "--plot", "loss.svg")
    assert ran.code == 1
    assert "loss" in words_of("loss.svg") and "true price" not in words_of("loss.svg")


@pytest.mark.parametrize("path", ["loss.gif", "loss", "loss.svg.txt", "svg", "", "a\x1b[31m.txt"])
def test_other_endings_are_refused(path: str) -> None:
    assert ".svg, .png or .pdf" in refused(*TRAIN, "--plot", path)


@pytest.mark.parametrize("path", ["nowhere/loss.svg", "folder.svg"])
def test_places_that_cannot_be_written_are_refused_before_training(path: str) -> None:
    Path("folder.svg").mkdir()
    with mock.patch("penpaper_cli.models.experiment.descend", side_effect=AssertionError):
        assert "--plot" in refused(*TRAIN, "--plot", path)


def test_without_matplotlib_the_sentence_comes_before_training() -> None:
    with (
        mock.patch.dict(sys.modules, {"matplotlib": None, "matplotlib.figure": None}),
        mock.patch("penpaper_cli.models.experiment.descend", side_effect=AssertionError),
    ):
        sentence = refused(*TRAIN, "--plot", "loss.svg")
    assert 'needs the package matplotlib: install it with python -m pip install "penpaper-cli[plot]"' in sentence
    assert list(Path().iterdir()) == []


def test_what_was_there_stays_when_drawing_fails() -> None:
    Path("loss.svg").write_text("before")
    with (
        mock.patch("penpaper_cli.data.files.os.replace", side_effect=OSError(28, "no space")),
        pytest.raises(CannotRead, match="can't write there"),
    ):
        plot("loss.svg", LOSSES)
    assert Path("loss.svg").read_text() == "before"
    assert len(list(Path().iterdir())) == 1
