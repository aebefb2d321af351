"""Numbers read from their places, and put back: one entry, or many."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import Apply, Expr, Num, Sum
from penpaper_cli.ops.shapes import counted, named, place_in, shape_text, small
from penpaper_cli.paper.arrays import Array, zeros
from penpaper_cli.paper.paper import OPS, Op, Place, Value


class Pick(Op):
    """One entry of a vector or matrix; rows and columns count from 1."""

    name = "pick"
    rule = "Read the entry."
    reasons = ("Only the entry that was read gets the gradient; the others get nothing.",)
    rearranges = True

    def check(self, a: Value, place: Place) -> None:
        if len(place) != len(a.shape) or any(k >= n for k, n in zip(place, a.shape, strict=True)):
            asked = ",".join(str(k + 1) for k in place)
            raise CannotWork(f"{named(a)} is {shape_text(a.shape)}, so it has no entry [{asked}].")

    def forward(self, a: Array, place: Place) -> Any:
        return a[place]

    backward = (lambda g, out, a, place: OPS["place"](g, place=place, shape=a.shape),)

    def entry(self, at: Place, a: Value, place: Place) -> Expr:
        return a[place]

    def formula(self, a: Value, place: Place) -> Expr:
        return a[place]

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"), place=(1, 0))


class Put(Op):
    """Zeros with one number among them."""

    name = "place"
    rule = "Write the number in its place, and zeros everywhere else."
    reasons = ("Only the place where the number stands passes its gradient on.",)
    plain = True
    public = False

    def forward(self, g: Array, place: Place, shape: tuple[int, ...]) -> Array:
        placed = zeros(shape, g)
        placed[place] = g[()]
        return placed

    backward = (lambda d, out, g, place, shape: OPS["pick"](d, place=place),)

    def entry(self, at: Place, g: Value, place: Place, shape: tuple[int, ...]) -> Expr:
        return g[()] if at == place else Num(Fraction(0))

    def formula(self, g: Value, place: Place, shape: tuple[int, ...]) -> Expr:
        """The number times a unit vector, or a matrix with one 1 in it."""
        unit = Apply("unit", tuple(Num(Fraction(k + 1)) for k in place))
        return unit if g.label == Num(Fraction(1)) else g.label * unit

    def example(self) -> Value:
        return self(small("g", "1/2"), place=(1, 0), shape=(2, 2))


class Unmoved(Op):
    """Zeros: the gradient of what a loss doesn't depend on, or of what can't be nudged."""

    name = "unmoved"
    public = False
    rule = "Write a zero in every place."
    reasons = ("Zeros stay zeros whatever they were made from.",)

    def forward(self, a: Array) -> Array:
        return zeros(a.shape, a)

    backward = (lambda g, out, a: OPS["unmoved"](a),)

    def instruction(self, a: Value) -> str:
        """Nothing: why they are zeros is said by the gradient's reason."""
        return ""

    def entry(self, at: Place, a: Value) -> Expr:
        return Num(Fraction(0))

    def formula(self, a: Value) -> Expr:
        return Num(Fraction(0))

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"))


class Gather(Op):
    """The numbers that stand in given places."""

    name = "gather"
    rule = "Read the number that stands in the place."
    reasons = ("Each place collects the gradients of all its readings.",)
    rearranges = True
    public = False
    backward = (lambda g, out, a, places: OPS["scatter"](g, places=places, shape=a.shape),)

    def check(self, a: Value, places: Array) -> None:
        if places.max(initial=0) >= a.data.size:
            raise CannotWork(f"{named(a)} is {shape_text(a.shape)}, too small to have all the places asked for.")

    def forward(self, a: Array, places: Array) -> Array:
        return a.reshape(-1)[places]

    def entry(self, at: Place, a: Value, places: Array) -> Expr:
        return a[place_in(a.shape, places[at])]

    def example(self) -> Value:
        return self(small("A", "1 -2; 3 1/2"), places=np.array([3, 0, 3]))


class Scatter(Op):
    """Numbers put back into the places that they came from, and added up where they meet."""

    name = "scatter"
    rule = "Each gradient goes back to the place it came from; they are added where they meet, and the rest is zeros."
    reasons = ("Each number collects the gradient of the place that it went to.",)
    public = False
    backward = (lambda d, out, g, places, shape: OPS["gather"](d, places=places),)

    def forward(self, g: Array, places: Array, shape: tuple[int, ...]) -> Array:
        result = zeros((prod(shape),), g)
        np.add.at(result, places.ravel(), g.ravel())
        return result.reshape(shape)

    def entry(self, at: Place, g: Value, places: Array, shape: tuple[int, ...]) -> Expr:
        came_from = np.argwhere(places == counted(at, shape))
        if not len(came_from):
            return Num(Fraction(0))
        return Sum(g.data[tuple(came_from.T)], lambda n: g[tuple(map(int, came_from[n]))])

    def example(self) -> Value:
        return self(small("g", "1 -2 1/2"), places=np.array([3, 0, 3]), shape=(2, 2))
