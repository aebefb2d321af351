"""Pictures as worked solutions: what was read, the pictures of a data set, and a model's weights drawn as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from penpaper_cli.data.image_folder import Album
from penpaper_cli.data.images import BLACK, LARGEST_WRITTEN, WHITE, Pixels, averaged, feature_names, pixel_shape, within
from penpaper_cli.expressions.arithmetic import Expr, Name, Num
from penpaper_cli.expressions.numbers import Typed, TypedFloat
from penpaper_cli.sentences import images as image_words
from penpaper_cli.solution.blocks import Block, Grid, Heading, Parts, Picture, Result, Sentence, Table

MOST_DRAWN = 36
"""A square is two characters wide, and a frame of them has to fit a screen of 80."""

MOST_PICTURES = 12


def looked_at_picture(found: Pixels) -> Iterator[Block]:
    """A picture drawn, its matrix, and the same laid out flat."""
    height, width = found.grey.shape
    yield Heading((image_words.PICTURE_HEADING,))
    yield from drawn(found.grey)
    yield Heading((image_words.MATRIX_HEADING,))
    yield Sentence((image_words.as_matrix((width, height)),))
    yield Sentence((image_words.GREY,))
    for sentence in found.how:
        yield Sentence((sentence,))
    if max(height, width) > LARGEST_WRITTEN:
        yield Sentence((image_words.not_shown(within(width, height, LARGEST_WRITTEN)),))
        return
    rows = tuple(tuple(map(grey_number, row)) for row in found.grey.tolist())
    yield Grid(Name("P"), "=", rows, found.grey.shape)
    yield Heading((image_words.ROW_HEADING,))
    yield flattened(feature_names(height, width), width)
    yield Grid(Name("p"), "=", (tuple(cell for row in rows for cell in row),), (found.grey.size,))


def grey_number(value: int) -> Expr:
    """A grey value as it stands in the picture."""
    return Num(Typed(value, str(value)))


def flattened(features: Sequence[str], width: int) -> Sentence:
    """How a picture becomes features, with one of them as an example."""
    k = min(width + 2, len(features) - 1)
    before, after = image_words.flattened(k // width + 1, k % width + 1)
    return Sentence((before, Name(features[k]), after))


def looked_at_folder(album: Album) -> Iterator[Block]:
    """How many pictures each class has, and the first of each drawn."""
    yield Heading((image_words.FOLDER_HEADING,))
    yield Sentence((image_words.folder_size(len(album.pictures), len(album.classes), album.size),))
    rows: list[tuple[Parts, ...]] = [
        ((Name(name),), (f"{count:,}",)) for name, count in zip(album.classes, album.counts, strict=True)
    ]
    yield Table((("class",), ("pictures",)), rows, "lr")
    for sentence in album.notes():
        yield Sentence((sentence,))
    grey = np.array([picture.grey.ravel() for picture in album.pictures])
    yield from first_of_each(grey, album.pictures[0].grey.shape, np.array(album.labels), album.classes)


def listed_features(features: Sequence[str]) -> Iterator[str | Expr]:
    """Their names with commas between them, as mathematics, so that no renderer reads them as markup.

    Of the pixels of a picture, the first and the last.
    """
    if pixel_shape(features) is not None:
        yield from ("the pixels ", Name(features[0]), " to ", Name(features[-1]))
        return
    for k, name in enumerate(features):
        if k:
            yield " and " if k == len(features) - 1 else ", "
        yield Name(name)


def of_pictures(features: Sequence[str], X: np.ndarray, y: np.ndarray, classes: Sequence[str]) -> Iterator[Block]:
    """Where the features (columns of X) are the pixels of a picture: how, and the first of each class drawn."""
    shape = pixel_shape(features)
    if shape is None:
        return
    yield Sentence((image_words.as_matrix((shape[1], shape[0])), " ", image_words.GREY))
    yield flattened(features, shape[1])
    yield from first_of_each(X, shape, y, classes)


def first_of_each(X: np.ndarray, shape: tuple[int, int], y: np.ndarray, classes: Sequence[str]) -> Iterator[Block]:
    """The first picture of each class, drawn."""
    for label, name in enumerate(classes):
        rows = np.flatnonzero(y == label)
        if len(rows):
            yield Sentence((image_words.first_of(len(rows)), Name(name), ":"), explains=False)
            yield from drawn(X[rows[0]].reshape(shape))


def drawn(matrix: np.ndarray, signed: bool = False) -> Iterator[Block]:
    """A matrix as a picture: of greys, or of numbers of both signs; one too large for a screen is drawn smaller."""
    height, width = matrix.shape
    smaller = within(width, height, MOST_DRAWN)
    if smaller != (width, height):
        yield Sentence((image_words.drawn_smaller(smaller),), explains=False)
        matrix = averaged(matrix, smaller[1], smaller[0])
    farthest = float(abs(matrix).max()) or 1.0
    low, high = (-farthest, farthest) if signed else (TypedFloat(BLACK), TypedFloat(WHITE))
    yield Picture(tuple(map(tuple, (matrix + 0.0).tolist())), low, high)


def weight_pictures(
    features: Sequence[str], weights: np.ndarray, classes: Sequence[str] = (), scaled: bool = True
) -> Iterator[Block]:
    """A model's weights as pictures, where its features are the pixels of one; nothing where they are not.

    `weights` are float64 of shape (d,), or (d, k) with a column for each of `classes`, or, without classes, for each
    hidden unit; a single column belongs to the last of two classes. With `scaled` they are those by the scaled pixels,
    among which no pixel stands out only because it hardly varies.
    """
    shape = pixel_shape(features)
    if shape is None:
        return
    yield Heading((image_words.WEIGHTS_HEADING,))
    yield Sentence((image_words.WEIGHTS + (f" {image_words.BY_SCALED}" if scaled else ""),))
    columns = weights.reshape(len(features), -1).T
    for k, column in enumerate(columns[:MOST_PICTURES]):
        if classes:
            yield Sentence((image_words.OF_CLASS, Name(classes[k if len(columns) > 1 else -1]), ":"), explains=False)
        elif len(columns) > 1:
            yield Sentence((image_words.of_unit(k + 1),), explains=False)
        yield from drawn(column.reshape(shape), signed=True)
    if len(columns) > MOST_PICTURES:
        yield Sentence((image_words.pictures_left_out(len(columns) - MOST_PICTURES),), explains=False)


def results_of(found: Pixels) -> dict[str, Result]:
    """The matrix, for other programs."""
    values = [[Typed(value, str(value)) for value in row] for row in found.grey.tolist()]
    return {"P": Result(found.grey.shape, True, values)}
