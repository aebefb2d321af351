"""Pooling of images, height × width or channels × height × width: windows shrink to one number each."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, Sum
from penpaper_cli.ops.convolution import WayBack, shifts, steps
from penpaper_cli.ops.shapes import function_of, named, shape_text, small, whole
from penpaper_cli.paper.arrays import Array, zeros
from penpaper_cli.paper.paper import OPS, Op, Place, Value


class Pool(Op):
    """One number for each window of an image, within each channel."""

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        size = whole(settings.get("size", 2), f"size of {self.name}")
        stride = settings.get("stride")
        return super().__call__(
            *parents, size=size, stride=size if stride is None else whole(stride, f"stride of {self.name}")
        )

    def check(self, x: Value, size: int, stride: int) -> None:
        if len(x.shape) not in (2, 3):
            raise CannotWork(
                f"{named(x)} is {shape_text(x.shape)}: {self.name} takes height×width, or channels×height×width."
            )
        if size > min(x.shape[-2:]):
            raise CannotWork(
                f"{named(x)} is {shape_text(x.shape)} and the windows are {size}×{size}: they don't fit, so give a "
                f"size of {min(x.shape[-2:])} or less."
            )

    def formula(self, x: Value, size: int, stride: int) -> Expr:
        return function_of(self.name, x, size=size, **({"stride": stride} if stride != size else {}))

    def example(self) -> Value:
        return self(small("x", "1 2 0 5; -1 1/2 3 4; 4 -2 1 0"), size=2, stride=1)


def window(at: Place, size: int, stride: int) -> Any:
    """Where the window of a result lies."""
    return (*at[:-2], *(slice(k * stride, k * stride + size) for k in at[-2:]))


def places_in(at: Place, size: int, stride: int) -> list[Place]:
    """The places in the window of a result, row by row."""
    return [(*at[:-2], at[-2] * stride + u, at[-1] * stride + v) for u, v in product(range(size), repeat=2)]


def highest(x: Array, size: int, stride: int) -> Array:
    """Where the largest entry of each window stands, counted row by row through the image; the first of equal ones."""
    count = np.arange(x.size).reshape(x.shape)
    sizes = [steps(n, size, stride) for n in x.shape[-2:]]
    (_, _, first), *others = shifts((size, size), sizes, stride)
    best, where = x[first], count[first]
    for _, _, cells in others:
        larger = x[cells] > best
        best, where = np.where(larger, x[cells], best), np.where(larger, count[cells], where)
    return np.asarray(where)


class MaxPool(Pool):
    """Max pooling: of each window only the largest entry is kept, so that a picture becomes smaller."""

    name = "maxpool"
    rule = "Take the largest entry of the window. Rows and columns at the end that don't fill a window are left out."
    reasons = (
        "Only the largest entry of each window gets the window's gradient; of equal ones, the first, row by row.",
    )
    backward = (lambda g, out, x, size, stride: OPS["scatter"](g, places=highest(x.data, size, stride), shape=x.shape),)

    def forward(self, x: Array, size: int = 2, stride: int | None = None) -> Any:
        return x.reshape(-1)[highest(x, size, stride or size)]

    def entry(self, at: Place, x: Value, size: int, stride: int) -> Expr:
        entries = tuple(x[place] for place in places_in(at, size, stride))
        return Apply("max", entries) if size > 1 else entries[0]


class AvgPool(Pool):
    """Average pooling: each window is replaced by its mean, so that a picture becomes smaller."""

    name = "avgpool"
    rule = (
        "Add up the window and divide by how many entries it has. Rows and columns at the end that don't fill a "
        "window are left out."
    )
    reasons = ("Every entry has an equal share in the mean of each window that it is in.",)
    backward = (lambda g, out, x, **slides: OPS["avgpool_back"](g, shape=x.shape, **slides),)

    def forward(self, x: Array, size: int = 2, stride: int | None = None) -> Any:
        sizes = [steps(n, size, stride or size) for n in x.shape[-2:]]
        total = zeros((*x.shape[:-2], *sizes), x)
        for _, _, cells in shifts((size, size), sizes, stride or size):
            total += x[cells]
        return total / size**2

    def entry(self, at: Place, x: Value, size: int, stride: int) -> Expr:
        places = places_in(at, size, stride)
        return Sum(x.data[window(at, size, stride)].ravel(), lambda n: x[places[n]]) / size**2


class AvgPoolBack(WayBack):
    """The way back through average pooling."""

    name = "avgpool_back"
    rule = "Add up the gradients of the windows that the entry is in, and divide by the number of entries in a window."
    reasons = ("Each window's gradient went to every entry of the window in equal shares, so it collects their mean.",)
    backward = (lambda d, out, g, shape, **slides: OPS["avgpool"](d, **slides),)

    def forward(self, g: Array, shape: tuple[int, ...], size: int, stride: int) -> Array:
        image = zeros(shape, g)
        for _, _, cells in shifts((size, size), g.shape[-2:], stride):
            image[cells] += g / size**2
        return image

    def entry(self, at: Place, g: Value, shape: tuple[int, ...], size: int, stride: int) -> Expr:
        rows, columns = (
            [r for r in range(n) if 0 <= k - r * stride < size] for n, k in zip(g.shape[-2:], at[-2:], strict=True)
        )
        places = [(*at[:-2], r, q) for r, q in product(rows, columns)]
        if not places:
            return Num(Fraction(0))
        return Sum(np.array([g.data[place] for place in places]), lambda n: g[places[n]]) / size**2

    def formula(self, g: Value, shape: tuple[int, ...], size: int, stride: int) -> Expr:
        """Every gradient copied over its window, in equal shares."""
        other = {} if stride == size else {"stride": stride}
        return function_of("upsample", g, size=size, **other) / size**2

    def example(self) -> Value:
        return self(small("g", "1 -2; 1/2 3"), shape=(3, 3), size=2, stride=1)
