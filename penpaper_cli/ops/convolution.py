"""Convolution of images, height × width or channels × height × width, and the ways back through it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Expr, Num, Sum
from penpaper_cli.ops.shapes import Shape, function_of, named, place_in, shape_text, small, whole
from penpaper_cli.paper.arrays import Array, zeros
from penpaper_cli.paper.paper import OPS, Op, Paper, Place, Value

MOST_PADDING = 100


def stack(a: Array, dimensions: int) -> Array:
    """The same numbers with 1s in front of the shape: an image of one channel, a kernel of one filter."""
    return a.reshape((1,) * (dimensions - a.ndim) + a.shape)


def steps(size: int, window: int, stride: int, padding: int = 0) -> int:
    """How many windows fit along one direction."""
    return (size + 2 * padding - window) // stride + 1


def shifts(window: Sequence[int], results: Sequence[int], stride: int) -> Iterator[tuple[int, int, Any]]:
    """For each cell of a window: its row, its column, and where in the image it lies, over all windows at once."""
    for u, v in product(*map(range, window)):
        yield u, v, (..., *(slice(k, k + stride * (n - 1) + 1, stride) for k, n in zip((u, v), results, strict=True)))


def padded(x: Array, padding: int) -> Array:
    """A stack of channels with zeros around each."""
    wide = zeros((x.shape[0], *(n + 2 * padding for n in x.shape[1:])), x)
    wide[inside(x.shape, padding)] = x
    return wide


def inside(shape: Shape, padding: int) -> Any:
    """Where the image lies in the padded one."""
    return (..., *(slice(padding, padding + n) for n in shape[-2:]))


def meetings(
    results: Iterable[int], window: Iterable[int], image: Container[int], stride: int, padding: int = 0
) -> tuple[list[int], list[int], list[int]]:
    """Along one direction: the places of result, window and image that meet, without the padding around the image."""
    pairs = ((r, u, r * stride + u - padding) for r in results for u in window)
    found = [(r, u, i) for r, u, i in pairs if i in image]
    return [r for r, _, _ in found], [u for _, u, _ in found], [i for _, _, i in found]


def slides(stride: int, padding: int) -> dict[str, int]:
    """The settings of a convolution that aren't the usual ones."""
    return {**({"stride": stride} if stride > 1 else {}), **({"padding": padding} if padding else {})}


def products(a: Value, a_at: Sequence[Sequence[int]], b: Value, b_at: Sequence[Sequence[int]]) -> Expr:
    """The sum of products of entries taken from a grid of places in each operand, in the same order."""
    a_at, b_at = a_at[-len(a.shape) :], b_at[-len(b.shape) :]
    if not all(map(len, a_at)):
        return Num(Fraction(0))

    def entry(of: Value, at: Sequence[Sequence[int]], n: int) -> Expr:
        places = place_in(tuple(map(len, at)), n)
        return of[tuple(axis[k] for axis, k in zip(at, places, strict=True))]

    values = a.data[np.ix_(*a_at)].ravel() * b.data[np.ix_(*b_at)].ravel()
    return Sum(values, lambda n: entry(a, a_at, n) * entry(b, b_at, n))


class Conv2d(Op):
    """Convolution: a small kernel slides over an image, and each window answers how well it matches the kernel."""

    name = "conv2d"
    rule = (
        "Lay the kernel on its window of the image as it is, not turned around (this is the cross-correlation that "
        "deep learning calls convolution), multiply the entries that meet, and add the products. Padding is zeros "
        "around the image; they add nothing and are left out of the working."
    )
    reasons = (
        "Each entry of the image collects the gradients of all windows it was in, times the kernel entry it met there.",
        "Each entry of the kernel was used in every window: it collects their gradients, times the entry it met there.",
    )
    backward = (
        lambda g, out, x, k, **along: OPS["conv2d_back_input"](g, k, shape=x.shape, **along),
        lambda g, out, x, k, **along: OPS["conv2d_back_kernel"](x, g, shape=k.shape, **along),
    )

    takes_more = True

    def __call__(self, *parents: Value, **settings: Any) -> Value:
        """An operand after the kernel is the bias: one number for each filter, added to the whole of its result."""
        x, k, *bias = parents
        stride = whole(settings.get("stride", 1), "stride of conv2d")
        padding = whole(settings.get("padding", 0), "padding of conv2d", 0, MOST_PADDING)
        result = super().__call__(x, k, stride=stride, padding=padding)
        if not bias:
            return result
        filters = k.shape[0] if len(k.shape) == 4 else 1
        if len(bias) > 1 or len(bias[0].shape) > 1 or bias[0].data.size != filters:
            raise CannotWork(
                f"{named(k)} is {shape_text(k.shape)} and {named(bias[0])} is {shape_text(bias[0].shape)}: conv2d adds "
                f"one bias for each filter of the kernel, so here a single operand with {filters} of them."
            )
        return result + (OPS["stand"](bias[0], shape=(filters, 1, 1)) if len(x.shape) == 3 else bias[0])

    def check(self, x: Value, k: Value, stride: int, padding: int) -> None:
        shapes = f"{named(x)} is {shape_text(x.shape)} and {named(k)} is {shape_text(k.shape)}"
        dimensions = (len(x.shape), len(k.shape))
        if dimensions not in ((2, 2), (3, 4)):
            missing = {(3, 3): k, (2, 4): x}.get(dimensions)
            remedy = f"; one more pair of brackets around {named(missing)} will do" if missing else ""
            raise CannotWork(
                f"{shapes}: conv2d takes height×width for both, or channels×height×width with a kernel of "
                f"filters×channels×height×width{remedy}."
            )
        if len(x.shape) == 3 and x.shape[0] != k.shape[1]:
            raise CannotWork(
                f"{shapes}: the image's channels, {x.shape[0]}, and the kernel's, {k.shape[1]}, must be equal, since "
                "every channel needs a kernel of its own."
            )
        lacking = max(n - m for m, n in zip(x.shape[-2:], k.shape[-2:], strict=True))
        if lacking > 2 * padding:
            raise CannotWork(
                f"{shapes}: the kernel doesn't fit into the image; padding={-(-lacking // 2)} would make room for it."
            )

    def work(self, x: Value, k: Value) -> int:
        return x.data.size * k.data.size // (k.shape[1] if len(k.shape) == 4 else 1)

    def forward(self, x: Array, k: Array, stride: int = 1, padding: int = 0) -> Array:
        image, kernel = padded(stack(x, 3), padding), stack(k, 4)
        sizes = [steps(n, m, stride) for n, m in zip(image.shape[1:], kernel.shape[2:], strict=True)]
        result: Array = zeros((kernel.shape[0], *sizes), x)
        for u, v, cells in shifts(kernel.shape[2:], sizes, stride):
            result += np.tensordot(kernel[:, :, u, v], image[cells], 1)
        return result.reshape(result.shape[-x.ndim :])

    def entry(self, at: Place, x: Value, k: Value, stride: int, padding: int) -> Expr:
        (h, w), (kh, kw) = x.shape[-2:], k.shape[-2:]
        _, us, rows = meetings(at[-2:-1], range(kh), range(h), stride, padding)
        _, vs, columns = meetings(at[-1:], range(kw), range(w), stride, padding)
        channels = range(x.shape[0])
        return products(x, (channels, rows, columns), k, (at[:1], channels, us, vs))

    def formula(self, x: Value, k: Value, stride: int, padding: int) -> Expr:
        return function_of(self.name, x, k, **slides(stride, padding))

    def example(self) -> Value:
        paper = Paper()
        return self(small("x", "1 2 0; -1 1/2 3; 4 -2 1", paper), small("k", "1 -1; 2 0.5", paper), padding=1)


class WayBack(Op):
    """A gradient rule of convolution or pooling, which has to be told the shape that it goes back to."""

    public = False

    def check(self, *parents: Value, shape: Shape = (), **settings: Any) -> None:
        if not shape:
            raise CannotWork(f"The operation {self.name} needs the shape that it goes back to.")


class Conv2dBackInput(WayBack):
    """The way back through a convolution to the image, also known as transposed convolution."""

    name = "conv2d_back_input"
    rule = (
        "For every window that the entry was in, multiply the window's gradient by the kernel entry that met it there, "
        "and add the products."
    )
    reasons = (
        "Each gradient was spread over its window by the kernel, so it collects the window through the kernel again.",
        "Each entry of the kernel collects what it was multiplied with, wherever it went.",
    )
    backward = (
        lambda d, out, g, k, shape, **along: OPS["conv2d"](d, k, **along),
        lambda d, out, g, k, shape, **along: OPS["conv2d_back_kernel"](d, g, shape=k.shape, **along),
    )

    def work(self, g: Value, k: Value) -> int:
        return g.data.size * k.data.size // (k.shape[0] if len(k.shape) == 4 else 1)

    def forward(self, g: Array, k: Array, shape: Shape, stride: int, padding: int) -> Array:
        gradient, kernel = stack(g, 3), stack(k, 4)
        image: Array = zeros((kernel.shape[1], *(n + 2 * padding for n in shape[-2:])), g)
        for u, v, cells in shifts(kernel.shape[2:], gradient.shape[1:], stride):
            image[cells] += np.tensordot(kernel[:, :, u, v], gradient, (0, 0))
        return np.asarray(image[inside(shape, padding)]).reshape(shape)

    def entry(self, at: Place, g: Value, k: Value, shape: Shape, stride: int, padding: int) -> Expr:
        (height, width), (kh, kw) = g.shape[-2:], k.shape[-2:]
        rows, us, _ = meetings(range(height), range(kh), at[-2:-1], stride, padding)
        columns, vs, _ = meetings(range(width), range(kw), at[-1:], stride, padding)
        filters = range(k.shape[0])
        return products(g, (filters, rows, columns), k, (filters, at[:1], us, vs))

    def formula(self, g: Value, k: Value, shape: Shape, stride: int, padding: int) -> Expr:
        """The transposed convolution, as libraries call it."""
        return function_of("conv_transpose2d", g, k, **slides(stride, padding))

    def example(self) -> Value:
        paper = Paper()
        g, k = small("g", "1 -2; 1/2 3", paper), small("k", "1 -1; 2 0.5", paper)
        return self(g, k, shape=(3, 3), stride=1, padding=0)


class Conv2dBackKernel(WayBack):
    """The way back through a convolution to its kernel."""

    name = "conv2d_back_kernel"
    rule = (
        "For every window, multiply the entry of the image that met this kernel entry by the window's gradient, and "
        "add the products."
    )
    reasons = (
        "Each entry of the image collects what it was multiplied with, in every window that it was in.",
        "Each window's gradient met every entry of its window, so it collects them all.",
    )
    backward = (
        lambda d, out, x, g, shape, **along: OPS["conv2d_back_input"](g, d, shape=x.shape, **along),
        lambda d, out, x, g, shape, **along: OPS["conv2d"](x, d, **along),
    )

    def work(self, x: Value, g: Value) -> int:
        """As if the kernel were as large as it is where windows move by one and there is no padding."""
        kernel = prod(max(n - m + 1, 1) for n, m in zip(x.shape[-2:], g.shape[-2:], strict=True))
        return g.data.size * kernel * (x.shape[0] if len(x.shape) == 3 else 1)

    def forward(self, x: Array, g: Array, shape: Shape, stride: int, padding: int) -> Array:
        image, gradient = padded(stack(x, 3), padding), stack(g, 3)
        kernel = zeros((gradient.shape[0], image.shape[0], *shape[-2:]), x)
        for u, v, cells in shifts(shape[-2:], gradient.shape[1:], stride):
            kernel[:, :, u, v] = np.tensordot(gradient, image[cells], ((1, 2), (1, 2)))
        return kernel.reshape(shape)

    def entry(self, at: Place, x: Value, g: Value, shape: Shape, stride: int, padding: int) -> Expr:
        (h, w), (height, width) = x.shape[-2:], g.shape[-2:]
        rows, _, image_rows = meetings(range(height), at[-2:-1], range(h), stride, padding)
        columns, _, image_columns = meetings(range(width), at[-1:], range(w), stride, padding)
        return products(x, (at[1:2], image_rows, image_columns), g, (at[:1], rows, columns))

    def formula(self, x: Value, g: Value, shape: Shape, stride: int, padding: int) -> Expr:
        """The gradients slide over the image like a kernel; where windows moved by more than 1, with gaps in it."""
        return function_of("conv2d", x, g, **slides(1, padding), **({"dilation": stride} if stride > 1 else {}))

    def example(self) -> Value:
        paper = Paper()
        x, g = small("x", "1 2 0; -1 1/2 3; 4 -2 1", paper), small("g", "1 -2; 1/2 3", paper)
        return self(x, g, shape=(2, 2), stride=1, padding=0)
