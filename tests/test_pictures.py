"""Pictures: read as the numbers in their files, drawn so that they are recognised, and refused where they are none."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from test_cli import CONTROL, pp, refused, worked

from penpaper_cli.data.dataset import read_data, read_rows_for
from penpaper_cli.data.image_folder import read_album
from penpaper_cli.data.images import averaged, feature_names, pixel_shape, read_picture, read_size, within
from penpaper_cli.data.new_rows import read_row
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.explain.pictures import drawn, weight_pictures
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.formats import renderer
from penpaper_cli.render.page import Page
from penpaper_cli.render.picture import picture_lines
from penpaper_cli.render.text.notation import Text
from penpaper_cli.solution.blocks import Picture, Record, Sentence

SAMPLES = Path(__file__).parent.parent / "samples"
SMALL = np.array([[0, 50, 100], [150, 200, 255]], dtype=np.uint8)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def saved(name: str, pixels: np.ndarray, **options: object) -> str:
    """A picture file with these pixels: grey (2 dimensions), colours (3 of them), or colours with opacity (4)."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(name, **options)
    return name


def grey(name: str, size: tuple[int, int] | None = None) -> list[list[int]]:
    found: list[list[int]] = read_picture(name, size).grey.tolist()
    return found


def matrix(*arguments: str) -> list[list[int]]:
    """What pp look says the matrix of a picture is."""
    values = json.loads(worked("look", *arguments, "-f", "json"))["results"]["P"]["values"]
    return [[int(text) for text in row] for row in values]


# --- One picture ---


@pytest.mark.parametrize("name", ["a.png", "a.gif", "a.bmp", "A.PNG", "a b ü.png", "-e.png", "$x_1$.png"])
def test_a_grey_picture_is_the_numbers_in_its_file(name: str) -> None:
    assert grey(saved(name, SMALL)) == SMALL.tolist()


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg"])
def test_a_jpeg_is_read(name: str) -> None:
    assert np.abs(np.array(grey(saved(name, np.full((8, 8), 90, np.uint8), quality=95))) - 90).max() <= 1


def test_a_webp_is_read() -> None:
    colours = np.repeat(SMALL[:, :, None], 3, axis=2)
    assert grey(saved("a.webp", colours, lossless=True)) == SMALL.tolist()


def test_colours_become_grey_by_their_brightness() -> None:
    """ITU-R BT.601: 0.299·200 + 0.587·100 + 0.114·50 = 59.8 + 58.7 + 5.7 = 124.2; red alone 76.2, green 149.7."""
    found = read_picture(saved("a.png", np.array([[[200, 100, 50], [255, 0, 0], [0, 255, 0]]], np.uint8)))
    assert found.grey.tolist() == [[124, 76, 150]]
    assert any("0.587" in sentence for sentence in found.how)


def test_what_is_transparent_is_laid_on_white() -> None:
    """Black with opacity 51 of 255, a fifth, on white: 255·4/5 = 204."""
    found = read_picture(saved("a.png", np.array([[[0, 0, 0, 51], [0, 0, 0, 0], [0, 0, 0, 255]]], np.uint8)))
    assert found.grey.tolist() == [[204, 255, 0]]
    assert any("white" in sentence for sentence in found.how)


def test_a_colour_table_with_a_transparent_colour() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 10, 10, 200, 200, 200])
    image.putpixel((1, 0), 1)
    image.save("a.png", transparency=0)
    assert grey("a.png") == [[255, 200]]


def test_sixteen_bits_are_brought_to_eight() -> None:
    values = np.array([[0, 257, 65535, 32768]], np.uint16)
    found = read_picture(saved("a.png", values))
    assert found.grey.tolist() == [[0, 1, 255, 128]]
    assert found.how


def test_black_and_white() -> None:
    Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1").save("a.png")
    assert grey("a.png") == [[0, 255]]


def test_the_first_of_many_frames_is_taken_and_that_is_said() -> None:
    frames = [Image.fromarray(np.full((1, 2), value, np.uint8)) for value in (10, 200)]
    frames[0].save("a.gif", save_all=True, append_images=frames[1:])
    found = read_picture("a.gif")
    assert found.grey.tolist() == [[10, 10]]
    assert "2 pictures" in found.how[0]


def test_a_photograph_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held so that the file has to be turned by 90 degrees clockwise
    saved("a.png", SMALL, exif=exif)
    assert grey("a.png") == np.rot90(SMALL, -1).tolist()


# --- Another size ---


def test_each_new_pixel_is_the_mean_of_what_it_covers() -> None:
    """By hand: (0 + 50 + 150 + 200) / 4 = 100, and of 3 columns made 2, the middle one counts half to each side."""
    saved("a.png", SMALL)
    assert grey("a.png", (1, 1)) == [[126]]  # 755 / 6 = 125.83…
    # Left: (0·2 + 50·1) / 3 = 16.67 and (150·2 + 200) / 3 = 166.67; right: (50 + 100·2) / 3 and (200 + 255·2) / 3.
    assert grey("a.png", (2, 2)) == [[17, 83], [167, 237]]
    assert grey("a.png", (3, 1)) == [[75, 125, 178]]  # 75, 125 and 177.5, halves up
    assert grey("a.png", (6, 2))[0] == [0, 0, 50, 50, 100, 100]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 12), st.integers(1, 12), st.randoms())
def test_averaging_agrees_with_blowing_up_and_taking_means(
    height: int, width: int, rows: int, columns: int, random: object
) -> None:
    """Each pixel repeated so often that the new ones cover whole repeats; and the mean of all stays what it was."""
    generator = np.random.default_rng(random.randrange(10**6))  # type: ignore[attr-defined]
    old = generator.integers(0, 256, (height, width))
    new = averaged(old, rows, columns)
    large = old.repeat(rows, axis=0).repeat(columns, axis=1)
    assert np.allclose(new, large.reshape(rows, height, columns, width).mean(axis=(1, 3)))
    assert new.mean() == pytest.approx(old.mean())


@pytest.mark.parametrize(("text", "size"), [("8", (8, 8)), ("8x6", (8, 6)), (" 8 X 6 ", (8, 6)), ("8×6", (8, 6))])
def test_sizes(text: str, size: tuple[int, int]) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "8x", "x8", "8x0", "-8", "8.5", "257", "8x8x8", "٣", "1e2", "a"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(CannotRead, match="--size"):
        read_size(text)


def test_proportions_are_kept_within_a_length() -> None:
    assert within(4000, 3000, 28) == (28, 21)
    assert within(8, 6, 28) == (8, 6)
    assert within(10_000, 1, 28) == (28, 1)


# --- What is no picture ---


def damaged() -> None:
    whole = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)).save(whole, "PNG")
    Path("x.png").write_bytes(whole.getvalue()[:1000])


def bomb() -> None:
    Image.new("1", (20_000, 20_000)).save("x.png")


NO_PICTURE: dict[str, tuple[Callable[[], object], str]] = {
    "not there": (lambda: None, "There is no file"),
    "empty": (lambda: Path("x.png").touch(), "not a PNG"),
    "text": (lambda: Path("x.png").write_text("1,2\n3,4\n"), "not a PNG"),
    "a kind that is not read": (lambda: Image.fromarray(SMALL).save("x.png", "TIFF"), "not a PNG"),
    "only its beginning": (damaged, "damaged or cut off"),
    "a few bytes": (lambda: Path("x.png").write_bytes(b"\x89PNG\r\n\x1a\n"), "x.png"),
    "too many pixels": (bomb, "more than 50,000,000 pixels"),
}


@pytest.mark.parametrize("case", NO_PICTURE)
def test_what_is_no_picture_is_refused_in_a_sentence(case: str) -> None:
    make, what = NO_PICTURE[case]
    make()
    assert what in refused("look", "x.png")


@given(st.binary(max_size=200), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"\xff\xd8\xff", b"RIFF"]))
def test_any_bytes_are_read_or_refused(content: bytes, start: bytes) -> None:
    Path("x.png").write_bytes(start + content)
    try:
        read_picture("x.png")
    except CannotRead as error:
        assert "x.png" in str(error)


@pytest.mark.parametrize("arguments", [("look", "a.png"), ("look", "folder"), ("train", "folder")])
def test_without_pillow_the_sentence_says_how_to_install_it(arguments: tuple[str, ...]) -> None:
    saved("a.png", SMALL)
    saved("folder/one/a.png", SMALL)
    with mock.patch.dict(sys.modules, {"PIL": None, "PIL.Image": None}):
        sentence = refused(*arguments)
    assert 'python -m pip install "penpaper-cli[images]"' in sentence


# --- pp look ---


def test_look_shows_the_matrix_and_draws_the_picture() -> None:
    saved("a.png", np.array([[0, 255], [255, 100]], np.uint8))
    assert matrix("a.png") == [[0, 255], [255, 100]]
    text = worked("look", "a.png")
    assert "│██  │\n│  ▓▓│\n" in text
    assert "a matrix of 2 rows and 2 columns" in text
    plain = worked("look", "a.png", "-f", "plain")
    assert "P = [0 255; 255 100]" in plain
    assert "p = [0 255 255 100]" in plain
    assert "\n9 0\n0 6\n" in plain


def test_look_at_a_name_that_begins_with_a_minus() -> None:
    saved("-1.png", SMALL)
    saved("-1/a/x.png", SMALL)
    saved("-1/b/x.png", SMALL)
    assert matrix("-1.png") == SMALL.tolist()
    assert "2 pictures in 2 folders" in worked("look", "-1")


def test_look_makes_a_large_picture_small_enough_to_write_down_and_says_so() -> None:
    saved("a.png", np.full((60, 84), 7, np.uint8))
    assert matrix("a.png") == [[7] * 28] * 20
    assert "84 pixels wide and 60 high to 28 pixels wide and 20 high" in worked("look", "a.png")
    assert matrix("a.png", "--size", "3x2") == [[7] * 3] * 2
    large = worked("look", "a.png", "--size", "84x60")
    assert "too big to write out here" in large
    assert max(map(len, large[large.index("┌") : large.index("┘")].splitlines())) <= 80
    assert matrix("a.png", "--size", "84x60") == [[7] * 84] * 60


def test_look_at_a_folder_counts_the_classes() -> None:
    text = worked("look", str(SAMPLES / "mushrooms"))
    found = json.loads(worked("look", str(SAMPLES / "mushrooms"), "-f", "json"))
    assert [found[key] for key in ("classes", "pictures", "width", "height")] == [
        ["edible", "poisonous"],
        [12, 12],
        8,
        8,
    ]
    assert "24 pictures in 2 folders" in text
    assert re.search(r"\| edible +\| +12 \|", text)
    assert text.count("┌") == 2


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("look", "a.png", "--drop", "p1,1"), "--drop is for tables"),
        (("look", "a.png", "--size", "0"), "--size"),
        (("look", "a.csv", "--size", "8"), "--size is for pictures"),
        (("train", "a.csv", "--target", "y", "--size", "8"), "--size is for pictures"),
        (("train", "a.csv"), "--target"),
        (("train", "a.png"), "one picture"),
        (("train", "folder", "--target", "class"), "--target is for tables, and folder is a directory"),
        (("train", "folder", "--missing", "mean"), "--missing is for tables"),
    ],
)
def test_options_that_do_not_fit(arguments: tuple[str, ...], what: str) -> None:
    saved("a.png", SMALL)
    saved("folder/one/a.png", SMALL)
    Path("a.csv").write_text("x,y\n1,2\n2,3\n")
    assert what in refused(*arguments)


# --- Folders ---


def test_a_folder_of_folders_is_a_data_set() -> None:
    for name, value in (("b/2", 20), ("b/10", 10), ("a/x", 0), ("a/y", 1)):
        pixels = SMALL.copy()
        pixels[0, 0] = value
        saved(f"folder/{name}.png", pixels)
    data = read_album("folder").data_set()
    assert data.classes == ("a", "b")
    assert data.y.tolist() == [0, 0, 1, 1]
    assert data.features == ("p1,1", "p1,2", "p1,3", "p2,1", "p2,2", "p2,3")
    assert data.X[:, 0].tolist() == [0, 1, 10, 20]
    assert data.X[2].tolist() == [10, 50, 100, 150, 200, 255]
    assert [column.name for column in data.columns] == list(data.features)
    assert data.notes == ()


def test_stray_files_are_left_out_and_counted() -> None:
    for name in ("one", "two"):
        saved(f"folder/{name}/a.png", SMALL)
    for stray in (".DS_Store", "one/.a.png", "one/._a.png"):
        Path("folder", stray).touch()
    shutil.copytree("folder/one", "folder/.hidden")
    assert read_album("folder").data_set().notes == ()
    for stray in ("notes.txt", "one/notes.txt", "one/a\nb\x1b[31m.txt"):
        Path("folder", stray).touch()
    saved("folder/loose.png", SMALL)
    saved("folder/one/deeper/a.png", SMALL)
    album = read_album("folder")
    assert len(album.pictures) == 2
    [note] = album.notes()
    assert "5 files" in note
    assert not CONTROL.search(note)


def test_what_was_done_to_pictures_is_said_once() -> None:
    for name in ("one", "two"):
        for k in range(3):
            saved(f"folder/{name}/{k}.png", np.full((4, 4), k, np.uint8))
    notes = list(read_album("folder", (2, 2)).notes())
    assert len(notes) == 1 and "and 5 more" in notes[0] and "2 pixels wide and 2 high" in notes[0]


def one_class() -> None:
    saved("folder/one/a.png", SMALL)


def different_sizes() -> None:
    saved("folder/one/a.png", SMALL)
    saved("folder/two/b.png", SMALL.T)


def an_empty_class() -> None:
    saved("folder/one/a.png", SMALL)
    Path("folder/two").mkdir()


def no_class_folders() -> None:
    saved("folder/a.png", SMALL)


def a_bad_picture() -> None:
    one_class()
    Path("folder/two").mkdir()
    Path("folder/two/b.png").write_text("no")


BAD_FOLDERS: dict[str, tuple[Callable[[], object], str, int]] = {
    "empty": (lambda: Path("folder").mkdir(), "folder has no folders of pictures", 2),
    "pictures, but no classes": (no_class_folders, "put the pictures of each class into a folder of its own", 2),
    "one class": (one_class, 'only one folder, "one"', 1),
    "an empty class": (an_empty_class, "two has no pictures", 2),
    "different sizes": (different_sizes, "give all of them one size, such as --size 3x2", 2),
    "a picture that is none": (a_bad_picture, "b.png is not a PNG", 2),
}


@pytest.mark.parametrize("command", ["look", "train"])
@pytest.mark.parametrize("case", BAD_FOLDERS)
def test_folders_that_are_refused(case: str, command: str) -> None:
    make, what, code = BAD_FOLDERS[case]
    make()
    assert what in refused(command, "folder", code=code)


def test_different_sizes_are_brought_to_one() -> None:
    different_sizes()
    assert read_album("folder", (3, 3)).data_set().X.shape == (2, 9)


@pytest.mark.parametrize("name", ["[bold]a[-]", "<b>", "$x$", "a\x1b[31mb", "a\nb", "面积", "a,b", "*", "-a", "`"])
def test_hostile_names_stay_data(name: str) -> None:
    saved(f"folder/{name}/{name}.png", SMALL)
    saved("folder/other/a.png", SMALL)
    assert read_album("folder").classes == tuple(sorted((name, "other")))
    for form in ("plain", "markdown", "terminal", "json"):
        ran = pp("look", "folder", "-f", form)
        assert ran.code == 0
        assert not CONTROL.search(ran.out)


def test_a_name_that_is_not_utf8_is_refused() -> None:
    try:
        Path("folder", "a\udcff").mkdir(parents=True)
    except OSError:
        Path("folder").mkdir(exist_ok=True)
        return  # this file system has no such names
    saved("folder/a\udcff/a.png", SMALL)
    saved("folder/b/a.png", SMALL)
    assert "not UTF-8" in refused("look", "folder")


def test_training_does_not_begin_with_too_many_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penpaper_cli.data.image_folder.MOST_NUMBERS", 10)
    for name in ("one", "two"):
        saved(f"folder/{name}/a.png", SMALL)
    with pytest.raises(CannotRead, match="make them smaller"):
        read_album("folder")
    with pytest.raises(CannotWork):
        shutil.rmtree("folder/two")
        read_album("folder")


# --- Pixels as features ---

SHAPES = {
    feature_names(8, 8): (8, 8),
    feature_names(2, 3): (2, 3),
    feature_names(100, 101): (100, 101),
    tuple(f"{i}x{j}" for i in range(1, 29) for j in range(1, 29)): (28, 28),
    tuple(f"pixel{k}" for k in range(784)): (28, 28),
    tuple(f"p{k}" for k in range(1, 65)): (8, 8),
    tuple(f"pixel_{i}_{j}" for i in range(3) for j in range(4)): (3, 4),
    feature_names(8, 8)[:-1]: None,
    feature_names(8, 8)[::-1]: None,
    (*feature_names(8, 8), "size"): None,
    tuple(f"x{k}" for k in range(1, 65)): None,
    tuple(f"p{k}" for k in range(1, 64)): None,
    tuple(f"p{k}" for k in range(1, 5)): None,
    ("size", "bedrooms"): None,
    ("p1",): None,
    (): None,
}


@pytest.mark.parametrize("features", SHAPES, ids=lambda names: ",".join(names[:3]) + f"…{len(names)}")
def test_features_that_are_the_pixels_of_a_picture(features: tuple[str, ...]) -> None:
    assert pixel_shape(features) == SHAPES[features]


def test_a_csv_of_pixels_may_have_a_corner_that_never_varies() -> None:
    names = ",".join(f"p{k}" for k in range(1, 10))
    Path("pixels.csv").write_text(f"label,{names}\ncat,0,1,2,3,4,5,6,7,8\ndog,0,2,2,3,4,5,6,7,9\n")
    data = read_data("pixels.csv", "label")
    assert data.X.shape == (2, 9) and data.classes == ("cat", "dog")
    Path("others.csv").write_text("label,x,y\ncat,0,1\ndog,0,2\n")
    ran = pp("train", "others.csv", "--target", "label")
    assert ran.code == 1 and '"x" is 0 in every row' in ran.err


def test_a_new_picture_is_a_row_for_the_model() -> None:
    saved("a.png", SMALL)
    names = feature_names(2, 3)
    row, notes = read_row(names, "a.png")
    assert row.tolist() == [[0, 50, 100, 150, 200, 255]] and notes == ()
    smaller, notes = read_row(feature_names(2, 2), "a.png")
    assert smaller.tolist() == [[17, 83, 167, 237]]
    assert len(notes) == 1 and notes[0].startswith("a.png: ")
    columns = read_album(str(SAMPLES / "mushrooms")).data_set().columns
    said: list[str] = []
    found = read_rows_for(columns, str(SAMPLES / "mushroom.png"), notes=said)
    assert found.tolist() == [np.asarray(Image.open(SAMPLES / "mushroom.png")).ravel().tolist()]
    assert said == []
    read_rows_for(columns, "a.png", notes=said)
    assert len(said) == 1


def test_a_picture_for_a_model_of_something_else_is_refused() -> None:
    saved("a.png", SMALL)
    Path("a.csv").write_text("size,price\n1,2\n2,3\n3,5\n")
    assert "not the pixels" in refused("train", "a.csv", "--target", "price", "--predict", "a.png")


def test_a_picture_predicts_with_a_model_of_pixels() -> None:
    random = np.random.default_rng(1)
    for name in ("a.png", "b.png"):
        saved(name, SMALL)
    names = ",".join(f"p{k}" for k in range(1, 10))
    rows = [",".join(map(str, [k, *random.integers(0, 256, 9)])) for k in range(6)]
    Path("pixels.csv").write_text("\n".join([f"y,{names}", *rows]) + "\n")
    ran = pp("train", "pixels.csv", "--target", "y", "--predict", "a.png", "-f", "json")
    assert ran.code == 0 and "a.png: It was brought from 3 pixels wide" in ran.err
    found = json.loads(ran.out)
    model = found["model"]["coefficients"]
    row = np.array(grey("a.png", (3, 3))).ravel()
    expected = model["intercept"] + sum(model[f"p{k}"] * value for k, value in enumerate(row.tolist(), 1))
    assert found["results"]["predictions"]["values"] == pytest.approx([expected])
    pictures = [step for step in found["steps"] if step["type"] == "picture"]
    assert len(pictures) == 1 and np.array(pictures[0]["rows"]).shape == (3, 3)
    assert np.array(pictures[0]["rows"]).reshape(9, 1).tolist() == found["model"]["parameters"]["W1"]["values"]


# --- Drawings ---


def lines(block: Picture) -> list[str]:
    return picture_lines(block, Text(Figures()))


def test_the_darker_the_more_ink_and_the_scale_says_so() -> None:
    found = lines(Picture(((0.0, 60.0, 120.0, 180.0, 255.0),), 0.0, 255.0))
    assert found == ["┌──────────┐", "│██▓▓▒▒░░  │", "└──────────┘", "0 [██ ▓▓ ▒▒ ░░   ] 255"]


def test_signs_are_seen_without_colour() -> None:
    found = lines(Picture(((-2.0, -0.5, 0.0, 0.1, 1.0, 2.0),), -2.0, 2.0))
    assert found[1] == "│-█-░    +▒+█│"
    assert found[-1] == "-2 [-█ -▓ -▒ -░  0  +░ +▒ +▓ +█] 2"


def test_colour_only_repeats_what_the_signs_say(monkeypatch: pytest.MonkeyPatch) -> None:
    block = Picture(((-2.0, 0.1, 2.0),), -2.0, 2.0)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    solution = Record("look", [block])
    coloured = "".join(renderer("terminal", Figures(), io.StringIO(), Page()).render(solution))
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert plain == "".join(f"  {line}\n" for line in lines(block))
    assert len(set(re.findall(r"\x1b\[([\d;]+)m[-+]█", coloured))) == 2


def test_weights_are_drawn_where_their_pixels_are() -> None:
    names = feature_names(2, 3)
    [picture] = [b for b in weight_pictures(names, np.array([1.0, 0, 0, -2, 0, 0])) if isinstance(b, Picture)]
    assert picture.rows == ((1, 0, 0), (-2, 0, 0))
    assert (picture.low, picture.high) == (-2, 2)
    softmax = list(weight_pictures(names, np.arange(18.0).reshape(6, 3), ("a", "b", "c")))
    second = [block for block in softmax if isinstance(block, Picture)][1]
    assert second.rows == ((1, 4, 7), (10, 13, 16))
    assert [s.parts[1].text for s in softmax if isinstance(s, Sentence) and len(s.parts) == 3] == ["a", "b", "c"]  # type: ignore[union-attr]
    assert list(weight_pictures(("size", "bedrooms"), np.array([1.0, 2.0]))) == []
    untrained = [b for b in weight_pictures(names, np.zeros(6)) if isinstance(b, Picture)]
    assert lines(untrained[0])[1] == "│      │"


def test_many_weights_are_counted() -> None:
    blocks = list(weight_pictures(feature_names(3, 3), np.ones((9, 40))))
    assert sum(isinstance(block, Picture) for block in blocks) == 12
    last = blocks[-1]
    assert isinstance(last, Sentence) and "28 more scores" in str(last.parts[0])


def test_a_large_picture_is_drawn_to_fit_and_that_is_said() -> None:
    said, picture = drawn(np.arange(72 * 36.0).reshape(36, 72), signed=True)
    assert isinstance(said, Sentence) and "36 pixels wide and 18 high" in str(said.parts[0])
    assert isinstance(picture, Picture) and picture.rows[0][0] == (0 + 1 + 72 + 73) / 4


# --- The mushrooms ---


def test_the_mushrooms_are_what_the_script_draws(tmp_path: Path) -> None:
    path = SAMPLES / "draw_mushrooms.py"
    spec = importlib.util.spec_from_file_location("draw_mushrooms", path)
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.draw(tmp_path)
    names = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*.png"))
    assert names == sorted(
        [p.relative_to(SAMPLES) for p in (SAMPLES / "mushrooms").rglob("*.png")] + [Path("mushroom.png")]
    )
    for name in names:
        assert np.array_equal(np.asarray(Image.open(tmp_path / name)), np.asarray(Image.open(SAMPLES / name))), name


def test_the_mushrooms_can_be_told_apart_but_not_by_one_pixel() -> None:
    """The nearest mean picture of a class, with the picture in question left out, is right for nearly all."""
    data = read_album(str(SAMPLES / "mushrooms")).data_set()
    assert data.X.shape == (24, 64)
    right = 0
    for k in range(24):
        others = np.arange(24) != k
        means = [data.X[others & (data.y == label)].mean(axis=0) for label in (0, 1)]
        right += int(np.argmin([np.linalg.norm(data.X[k] - mean) for mean in means])) == data.y[k]
    assert right >= 20
    truth = data.y == 1
    alone = max(max(np.mean((x > t) == truth), np.mean((x <= t) == truth)) for x in data.X.T for t in x)
    assert alone < 1
