"""Models of pictures from the command line, and pictures in formats that draw more than characters."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image
from test_cli import pp, refused, worked
from test_plot import words_of

from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.formats import renderer
from penpaper_cli.render.page import Page
from penpaper_cli.render.plot import files
from penpaper_cli.solution.blocks import Picture, Record

SAMPLES = Path(__file__).parent.parent / "samples"
FOLDER, MUSHROOM = str(SAMPLES / "mushrooms"), str(SAMPLES / "mushroom.png")
GREYS = Picture(((0.0, 127.5), (255.0, 51.0)), 0.0, 255.0)
SIGNED = Picture(((-2.0, 0.0, 1.0),), -2.0, 2.0)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def drawn(name: str, block: Picture) -> str:
    return "".join(map(str, renderer(name, Figures(), io.StringIO(), Page()).render(Record("look", [block]))))


# --- Training on a folder, and what is done with the model ---


def test_a_folder_trains_a_model_that_predicts_a_new_picture() -> None:
    """The saved numbers, put together here without pp's own code, give the same probability."""
    found = json.loads(worked("train", FOLDER, "--test", "0.25", "--epochs", "100", "--save", "m.json", "-f", "json"))
    assert found["metrics"]["test_accuracy"] == 1
    model = json.loads(Path("m.json").read_text())
    assert model["classes"] == ["edible", "poisonous"] and len(model["features"]) == 64
    mean, std = (np.array(model["scaling"][key]) for key in ("mean", "std"))
    W, b = (np.array(model["parameters"][name]["values"]) for name in ("W1", "b1"))
    with Image.open(MUSHROOM) as image:
        pixels = np.asarray(image, dtype=float).ravel()
    score = ((pixels - mean) / std) @ W.reshape(-1) + b.reshape(())
    results = json.loads(worked("predict", "m.json", MUSHROOM, "-f", "json"))["results"]
    assert results["predictions"]["values"] == ["edible"]
    assert results["probabilities"]["values"][0][1] == pytest.approx(1 / (1 + np.exp(-score)))


def test_the_weights_are_drawn_as_training_left_them() -> None:
    found = json.loads(worked("train", FOLDER, "--epochs", "5", "-f", "json"))
    signed = [block for block in found["steps"] if block["type"] == "picture" and block["low"] < 0]
    weights = np.array(found["model"]["parameters"]["W1"]["values"]).reshape(8, 8)
    assert len(signed) == 1
    np.testing.assert_allclose(signed[0]["rows"], weights)


def test_hidden_units_and_several_classes_have_a_picture_each() -> None:
    for name, value in (("a", 0), ("b", 100), ("c", 200)):
        Path("three", name).mkdir(parents=True)
        for k in range(3):
            pixels = np.full((2, 2), value + 5 * k, np.uint8)
            pixels[0, k % 2] += 20
            Image.fromarray(pixels).save(f"three/{name}/{k}.png")
    text = worked("train", "three", "--epochs", "5", "--detail", "summary")
    assert re.findall(r"For the score of the class (\w)", text) == ["a", "b", "c"]
    hidden = worked("train", "three", "--epochs", "5", "--hidden", "4", "--detail", "summary")
    assert re.findall(r"For the score of hidden unit (\d)", hidden) == ["1", "2", "3", "4"]


def test_a_picture_is_kept_beside_its_prediction() -> None:
    pp("train", FOLDER, "--size", "4", "--epochs", "20", "--save", "m.json")
    ran = pp("predict", "m.json", MUSHROOM, "-o", "out.csv")
    assert ran.code == 0 and "brought from 8 pixels wide" in ran.err
    with open("out.csv", newline="") as file:
        head, row, *more = csv.reader(file)
    with Image.open(MUSHROOM) as image:
        corner = np.asarray(image, dtype=float)[:2, :2].mean()
    assert (head[0], head[15], head[16], more) == ("p1,1", "p4,4", "class", [])
    assert float(row[0]) == pytest.approx(corner, abs=0.51) and row[16] in ("edible", "poisonous")
    assert len(row) == len(head) == 19


def test_a_run_on_pictures_is_gone_on_with() -> None:
    worked("train", FOLDER, "--epochs", "4", "--save", "whole.json")
    worked("train", FOLDER, "--epochs", "2", "--save", "half.json")
    worked("train", FOLDER, "--epochs", "2", "--resume", "half.json", "--save", "half.json")
    whole, half = (json.loads(Path(f"{name}.json").read_text())["parameters"] for name in ("whole", "half"))
    assert whole == half
    assert "--classify is for tables" in refused("train", FOLDER, "--classify")


def test_classes_are_plotted_as_counts_of_the_test_rows() -> None:
    with mock.patch("penpaper_cli.render.plot.files.plot", side_effect=files.plot) as made:
        text = worked("train", FOLDER, "--epochs", "2", "--test", "0.25", "--plot", "a.svg", "-f", "json")
    outcome = made.call_args.args[3]
    assert outcome.counts.tolist() == json.loads(text)["results"]["test_confusion"]["values"]
    assert outcome.counts.sum() == 6
    assert {"true class", "predicted class", "training", "test", "edible", "poisonous"} <= set(words_of("a.svg"))


def test_rows_for_a_test_are_plotted_too() -> None:
    houses = str(SAMPLES / "houses.csv")
    for name, more in (("plain", ()), ("tested", ("--test", "0.25")), ("hidden", ("--hidden", "2"))):
        worked("train", houses, "--target", "price", "--epochs", "5", *more, "--plot", f"{name}.svg")
        assert {"true price", "predicted price"} <= set(words_of(f"{name}.svg"))
        assert ("test" in words_of(f"{name}.svg")) == (name == "tested")


# --- Formats that draw ---


def test_html_has_a_grey_square_for_each_number() -> None:
    squares = re.findall(r'fill="rgb\((\d+),\1,\1\)"><title>([^<]*)</title>', drawn("html", GREYS))
    assert squares[:4] == [("0", "0"), ("128", "127.5"), ("255", "255"), ("51", "51")]
    assert [int(grey) for grey, _ in squares[4:]] == [0, 64, 128, 191, 255]
    assert "<text" not in drawn("html", GREYS)


def test_html_shows_signs_without_colour() -> None:
    found = re.findall(
        r'rgb\((\d+),.*?<title>(.*?)</title></rect>(?:<text[^>]*fill="(#\w+)">(.)</text>)?', drawn("html", SIGNED)
    )
    assert found[:3] == [("0", "−2", "#fff", "−"), ("255", "0", "", ""), ("128", "1", "#000", "+")]


def test_typst_has_a_grey_square_for_each_number() -> None:
    assert "(0, []), (50, []),\n  (100, []), (20, [])" in drawn("typst", GREYS)
    assert "(0, $-$), (100, []), (50, $+$)" in drawn("typst", SIGNED)


def test_latex_has_squares_as_large_as_their_numbers_are_dark() -> None:
    sides = [float(side) for side in re.findall(r"\\rule\{([\d.]+)\\unitlength\}", drawn("latex", GREYS))]
    areas = np.square(np.array(sides[:3]) / sides[0])
    np.testing.assert_allclose(areas, [1, 0.5, 0.8], atol=0.02)  # white has no square at all
    first = drawn("latex", SIGNED).partition(r"\end{picture}")[0]
    assert re.findall(r"\\tiny\$(.)\$", first) == ["-", "+"]


@pytest.mark.parametrize("name", ["terminal", "plain", "markdown", "latex", "html", "typst"])
def test_pictures_are_written_in_ascii_where_that_is_asked_for(name: str) -> None:
    for block in (GREYS, SIGNED):
        page = Page(ascii=True)
        text = "".join(map(str, renderer(name, Figures(), io.StringIO(), page).render(Record("look", [block]))))
        assert text.isascii()
    if name == "markdown":
        assert "-#" in text and "+:" in text
