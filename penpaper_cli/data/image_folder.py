"""A folder of pictures, in which each class has a folder of its own, as a data set."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from penpaper_cli.data.dataset import DataSet
from penpaper_cli.data.encoding import Column
from penpaper_cli.data.images import Pixels, differing, feature_names
from penpaper_cli.data.kinds import is_picture, open_picture
from penpaper_cli.data.sources import quoted, readable, shown
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.sentences.images import stray

TARGET = "class"
MOST_NUMBERS = 50_000_000
EXAMPLE = "such as {0}/edible and {0}/poisonous"


@dataclass(frozen=True, eq=False)
class Album:
    """The pictures of all classes, all of one size; `labels` are the places of their classes among `classes`."""

    source: str
    classes: tuple[str, ...]
    pictures: tuple[Pixels, ...]
    labels: tuple[int, ...]
    strays: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every picture's matrix."""
        height, width = self.pictures[0].grey.shape
        return width, height

    @property
    def counts(self) -> list[int]:
        """How many pictures each class has."""
        return [self.labels.count(label) for label in range(len(self.classes))]

    def notes(self) -> Iterator[str]:
        """What was left out, and what was done to pictures, with one of them named."""
        if self.strays:
            yield stray(self.source, len(self.strays), quoted(self.strays[0], 100))
        for sentence in dict.fromkeys(sentence for picture in self.pictures for sentence in picture.how):
            names = [picture.source for picture in self.pictures if sentence in picture.how]
            others = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
            yield f"{names[0]}{others}: {sentence}"

    def data_set(self) -> DataSet:
        """A row for each picture, laid out flat; the class is the target."""
        features = feature_names(*self.pictures[0].grey.shape)
        X = np.array([picture.grey.ravel() for picture in self.pictures], dtype=float)
        columns = tuple(map(Column, features))
        y = np.array(self.labels, dtype=float)
        return DataSet(features, X, TARGET, y, columns, self.classes, tuple(self.notes()))


def is_folder(source: str) -> bool:
    """Whether it is a folder that is there."""
    return os.path.isdir(source)


def read_album(folder: str, size: tuple[int, int] | None = None) -> Album:
    """All pictures of a folder's folders, in their own size or in another one (width and height).

    What begins with a point is passed over. Raises CannotRead for a folder without pictures, for pictures of different
    sizes and for a damaged one; CannotWork when there is only one class.
    """
    classes, strays = _listing(folder)
    if not classes:
        raise CannotRead(
            f"{shown(folder)} has no folders of pictures: put the pictures of each class into a folder of its own, "
            f"{EXAMPLE.format(shown(folder).rstrip('/'))}."
        )
    pictures: list[Pixels] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        if name != name.encode("utf-8", "replace").decode():
            raise CannotRead(f"{shown(folder)}: the folder {quoted(name)} has a name that is not UTF-8: rename it.")
        inside = os.path.join(folder, name)
        others, files = _listing(inside)
        strays += [os.path.join(name, other) for other in others]
        strays += [os.path.join(name, file) for file in files if not is_picture(file)]
        paths = [os.path.join(inside, file) for file in files if is_picture(file)]
        if not paths:
            raise CannotRead(f"{shown(inside)} has no pictures: put some in it, or take the folder away.")
        for path in paths:
            pictures.append(open_picture(path, size))
            labels.append(label)
            _check(pictures)
    if len(classes) < 2:
        raise CannotWork(
            f"{shown(folder)} has only one folder, {quoted(classes[0])}: telling classes apart needs two or more."
        )
    return Album(shown(folder), tuple(classes), tuple(pictures), tuple(labels), tuple(strays))


def _listing(folder: str) -> tuple[list[str], list[str]]:
    """The names of the folders in a folder and of its files, each sorted."""
    with readable(folder), os.scandir(folder) as listing:
        entries = sorted((entry.name, entry.is_dir()) for entry in listing if not entry.name.startswith("."))
    return [name for name, is_dir in entries if is_dir], [name for name, is_dir in entries if not is_dir]


def _check(pictures: list[Pixels]) -> None:
    """Raise CannotRead where the last picture has another size than the first, or they come to too many numbers."""
    first, last = pictures[0], pictures[-1]
    if last.grey.shape != first.grey.shape:
        raise CannotRead(differing(first, last))
    if len(pictures) * first.grey.size > MOST_NUMBERS:
        raise CannotRead(
            f"{last.source}: the pictures up to here have more than {MOST_NUMBERS:,} pixels in all: "
            "make them smaller with --size, such as --size 32."
        )
