"""Pictures as matrices of grey: one whole number for each pixel, from 0 (black) to 255 (white)."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import numpy as np

from penpaper_cli.data.sources import quoted, readable, shown
from penpaper_cli.errors import CannotRead, missing
from penpaper_cli.sentences.images import ON_WHITE, SIXTEEN_BITS, TO_GREY, averaged_down, of_frames, size_of

if TYPE_CHECKING:
    from PIL import Image

Size: TypeAlias = str | int | tuple[int, int]
"""Width and height of a picture: "8x6" or (8, 6); "8" or 8 is a square."""
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
"""What Pillow is allowed to take a file for, whatever its ending."""
BLACK, WHITE = 0, 255
LUMA = np.array([299, 587, 114])
"""How much red, green and blue count for the brightness of a colour, in thousandths (ITU-R BT.601)."""
MOST_PIXELS = 50_000_000
LARGEST_SIZE = 256
LARGEST_WRITTEN = 28
"""Pixels along the longer side of a picture whose matrix is written out, as in the well-known handwritten digits."""
STRIP = 256
"""So many rows of colours are turned into grey at a time, which keeps a large photograph out of memory."""
SIZE = re.compile(r"(\d{1,4})(?:\s*[x×]\s*(\d{1,4}))?", re.IGNORECASE | re.ASCII)
PLACES = re.compile(r"(?:p|px|pix|pixel)?_?(\d{1,4})[,x_](\d{1,4})", re.IGNORECASE | re.ASCII)
COUNTED = re.compile(r"(?:p|px|pix|pixel)_?(\d{1,6})", re.IGNORECASE | re.ASCII)
LEAST_COUNTED = 9
"""Fewer columns than this, such as p1 to p4, may well be something other than a picture."""


@dataclass(frozen=True, eq=False)
class Pixels:
    """A picture: `grey` holds whole numbers, int64 of shape (height, width).

    `size` is the file's own, width and height. `how` are sentences on what was done to get from the file to the matrix.
    """

    source: str
    grey: np.ndarray
    size: tuple[int, int]
    how: tuple[str, ...] = ()

    def resized(self, size: tuple[int, int]) -> Pixels:
        """The picture in another size, width and height: each new pixel is the mean of the part that it covers."""
        width, height = size
        if self.grey.shape == (height, width):
            return self
        grey = np.floor(averaged(self.grey, height, width) + 0.5).astype(np.int64)
        return replace(self, grey=grey, how=(*self.how, averaged_down(self.grey.shape[::-1], size)))


def read_picture(path: str, size: tuple[int, int] | None = None) -> Pixels:
    """The picture in a file as grey, in its own size or in another one (width and height).

    Raises CannotRead when Pillow is missing, and when the file is no picture or a damaged one.
    """
    try:
        import_module("PIL.Image")
    except ImportError:
        raise missing(f"Reading the picture {quoted(path, 200)}", "Pillow", "images") from None
    with readable(path), open(path, "rb") as file:
        picture = _decoded(path, file)
    return picture.resized(size) if size else picture


def _decoded(path: str, file: BinaryIO) -> Pixels:
    from PIL import Image, ImageOps, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of sizes, which are looked at here, and of odd colour tables
        try:
            with Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Image.DecompressionBombError
                frames = getattr(image, "n_frames", 1)
                grey, how = _grey(ImageOps.exif_transpose(image))
        except UnidentifiedImageError:
            kinds = ", ".join(FORMATS[:-1])
            raise CannotRead(f"{shown(path)} is not a {kinds} or {FORMATS[-1]} picture; check the file.") from None
        except Image.DecompressionBombError:
            raise CannotRead(
                f"{shown(path)} has more than {MOST_PIXELS:,} pixels; make it smaller with a program for pictures."
            ) from None
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception:  # A damaged file makes Pillow's decoders raise nearly anything.
            raise CannotRead(f"{shown(path)} is damaged or cut off; make the picture again, or try another.") from None
    if frames > 1:
        how = (of_frames(frames), *how)
    return Pixels(shown(path), grey, (grey.shape[1], grey.shape[0]), how)


def _grey(image: Image.Image) -> tuple[np.ndarray, tuple[str, ...]]:
    """The grey values, and what was done to get them."""
    if image.mode.startswith(("I", "F")):  # A PNG of 16 bits: 65535 is white.
        values = np.asarray(image).astype(float)
        return np.floor(values / 257 + 0.5).astype(np.int64), (SIXTEEN_BITS,)
    transparent = "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBA", "RGBa")
    if image.mode in ("1", "L") and not transparent:
        return np.asarray(image.convert("L")).astype(np.int64), ()
    strips, coloured, clear = [], False, False
    for top in range(0, image.height, STRIP):
        strip = image.crop((0, top, image.width, min(top + STRIP, image.height)))
        colours = np.asarray(strip.convert("RGBA"), dtype=np.int64)
        opaque = colours[:, :, 3]
        coloured |= bool((colours[:, :, :1] != colours[:, :, 1:3]).any())
        clear |= bool((opaque < WHITE).any())
        bright = (colours[:, :, :3] @ LUMA) * opaque + 1000 * WHITE * (WHITE - opaque)
        strips.append(np.floor(bright / (1000 * WHITE) + 0.5).astype(np.uint8))
    grey: np.ndarray = np.concatenate(strips).astype(np.int64)
    return grey, (*((ON_WHITE,) if clear else ()), *((TO_GREY,) if coloured else ()))


def averaged(matrix: np.ndarray, height: int, width: int) -> np.ndarray:
    """A matrix of another shape, float64: each entry is the mean of the part of the old one that it covers.

    An old entry that is covered in part counts by that part.
    """
    rows = np.array(list(_covered(matrix, height)))
    sums = np.array(list(_covered(rows.T, width))).T
    return np.asarray(sums / matrix.size)


def _covered(matrix: np.ndarray, count: int) -> Iterator[np.ndarray]:
    """For each of `count` equal stretches of the rows, their sum; a row counts `count` times where it is whole."""
    n = len(matrix)
    for k in range(count):
        rows = np.arange(k * n // count, -(-(k + 1) * n // count))
        parts = np.minimum((rows + 1) * count, (k + 1) * n) - np.maximum(rows * count, k * n)
        yield parts @ matrix[rows[0] : rows[-1] + 1]


def within(width: int, height: int, most: int) -> tuple[int, int]:
    """Width and height in the same proportion, the longer of them no longer than `most`."""
    longer = max(width, height, most)
    return max(round(width * most / longer), 1), max(round(height * most / longer), 1)


def read_size(size: Size) -> tuple[int, int]:
    """Width and height from "8x6"; "8" is a square. Raises CannotRead."""
    text = "x".join(map(str, size)) if isinstance(size, tuple) else str(size)
    parts = SIZE.fullmatch(text.strip())
    width, height = (int(n) for n in (parts[1], parts[2] or parts[1])) if parts else (0, 0)
    if not (1 <= width <= LARGEST_SIZE and 1 <= height <= LARGEST_SIZE):
        raise CannotRead(
            f"--size {quoted(text)}: give width and height in pixels, such as 8x8, each from 1 to {LARGEST_SIZE}."
        )
    return width, height


def feature_names(height: int, width: int) -> tuple[str, ...]:
    """p1,1 for the pixel in row 1 and column 1, row by row."""
    return tuple(f"p{i},{j}" for i in range(1, height + 1) for j in range(1, width + 1))


def pixel_shape(features: Sequence[str]) -> tuple[int, int] | None:
    """Height and width, where the features are all the pixels of a picture, row by row; None where they are not.

    Either they are named by row and column, as p1,1 or 1x1, or they are counted, as p1 to p64, and fill a square.
    """
    matches = [PLACES.fullmatch(name) for name in features]
    places = [(int(match[1]), int(match[2])) for match in matches if match]
    if places and len(places) == len(features):
        (top, left), (bottom, right) = places[0], places[-1]
        whole = [(i, j) for i in range(top, bottom + 1) for j in range(left, right + 1)]
        shape = bottom - top + 1, right - left + 1
        return shape if places == whole and top == left <= 1 and min(shape) > 1 else None
    counts = [COUNTED.fullmatch(name) for name in features]
    numbers = [int(count[1]) for count in counts if count]
    side = round(len(features) ** 0.5)
    square = side**2 == len(features) == len(numbers) >= LEAST_COUNTED
    return (side, side) if square and numbers == list(range(numbers[0], numbers[0] + len(numbers))) else None


def differing(first: Pixels, other: Pixels) -> str:
    """That two pictures are not of one size, and what to do."""
    width, height = within(*first.size, 32)
    return (
        f"{first.source} is {size_of(first.size)} and {other.source} is {size_of(other.size)}: "
        f"give all of them one size, such as --size {width}x{height}."
    )
