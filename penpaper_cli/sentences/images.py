"""The sentences about pictures: what was read, how it became numbers, and what a drawing of weights shows."""

from __future__ import annotations

from penpaper_cli.sentences.common import plural

PICTURE_HEADING = "The picture"
MATRIX_HEADING = "The picture as a matrix"
ROW_HEADING = "The picture as a row of features"
FOLDER_HEADING = "The pictures"
WEIGHTS_HEADING = "The weights as a picture"
TO_GREY = "Each colour became a grey: 0.299·red + 0.587·green + 0.114·blue (ITU-R BT.601), rounded to a whole number."
ON_WHITE = "What is transparent was laid on white."
SIXTEEN_BITS = "The file counts from 0 to 65535, so each number was divided by 257 and rounded."
GREY = "One number for each pixel, row by row from the top: 0 is black, 255 is white, and greys are in between."
WEIGHTS = (
    "Each weight stands where its pixel is, the darker the farther it is from 0: + where light in that pixel raises "
    "the score, - where it lowers the score."
)
BY_SCALED = "They are the weights by the scaled pixels, as training left them."
OF_CLASS = "For the score of the class "


def size_of(size: tuple[int, ...]) -> str:
    """How large a picture is."""
    return f"{plural(size[0], 'pixel')} wide and {size[1]:,} high"


def flattened(row: int, column: int) -> tuple[str, str]:
    """How a matrix becomes features, up to the name of one of them, and after it."""
    before = "For a model the matrix is laid out flat: its rows one after the other, so that each pixel is a feature. "
    return before, f" is the pixel in row {row} and column {column}."


def as_matrix(size: tuple[int, ...]) -> str:
    """A picture's size, and the size of its matrix."""
    width, height = size
    return f"{size_of(size)}: a matrix of {plural(height, 'row')} and {plural(width, 'column')}."


def averaged_down(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """How a picture was brought to another size."""
    return (
        f"It was brought from {size_of(before)} to {size_of(after)}: each new pixel is the mean of the part of the "
        "picture that it covers, rounded to a whole number."
    )


def of_frames(count: int) -> str:
    """Which picture of a film was taken."""
    return f"The file holds {plural(count, 'picture')}, one after the other; the first is taken."


def drawn_smaller(size: tuple[int, ...]) -> str:
    """That a picture is drawn with fewer pixels than it has."""
    return f"It is drawn {size_of(size)} here, each square the mean of the pixels that it covers."


def not_shown(size: tuple[int, ...]) -> str:
    """That a big matrix is not written out, and how to see it."""
    return f"It is too big to write out here: --size {size[0]}x{size[1]} makes it smaller, -f json lists it all."


def folder_size(pictures: int, classes: int, size: tuple[int, ...]) -> str:
    """What is in a folder of pictures."""
    return f"{plural(pictures, 'picture')} in {classes:,} folders, one folder for each class; each is {size_of(size)}."


def first_of(count: int) -> str:
    """What stands before the first picture of a class, whose name follows."""
    return "The picture of the class " if count == 1 else f"The first of the {count:,} pictures of the class "


def stray(folder: str, count: int, example: str) -> str:
    """What in a folder of pictures was left out."""
    if count == 1:
        return f"{folder}: {example} is no picture of a class: left out."
    return f"{folder}: {plural(count, 'file')} that are no pictures of a class left out; the first is {example}."


def of_unit(number: int) -> str:
    """Whose weights follow, for a hidden unit."""
    return f"For the score of hidden unit {number}:"


def pictures_left_out(count: int) -> str:
    """How many pictures of weights were not drawn."""
    return f"The weights of {plural(count, 'more score')} are not drawn here; -f json lists them all."
