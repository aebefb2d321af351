"""What the library gives: a worked solution, to be read as numbers and written in any format."""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, TypedDict, Unpack, overload

import numpy as np

from penpaper_cli.errors import PaperError
from penpaper_cli.render.formats import FORMATS, check_installed, format_of, renderer
from penpaper_cli.render.page import Page
from penpaper_cli.solution.blocks import Record, Result

Array = np.ndarray[Any, Any]


class PageOptions(TypedDict, total=False):
    """The keywords of `Solution.to`, for type checkers."""

    title: str
    heading_level: int
    standalone: bool
    math: Literal["text", "latex"]
    ascii: bool


def page_for(
    form: str,
    title: str = "",
    heading_level: int = 0,
    standalone: bool = False,
    math: str = "text",
    ascii: bool = False,
) -> Page:
    """The page that a format is written on."""
    level = heading_level or (1 if title else 2)
    return Page(title, level, standalone or FORMATS[form].is_document, math, ascii)


class Solution:
    """A worked solution. It can be read as often as you like; its lines are worked anew when they are written.

    A notebook shows it as HTML; `print` shows it as plain text.
    """

    def __init__(self, record: Record, notes: tuple[str, ...] = ()) -> None:
        self.record = record
        """Its blocks and values as data, for renderers."""
        self.notes = notes
        """What was assumed about the input, a sentence each."""

    @property
    def title(self) -> str:
        """What was worked, in a few words."""
        return self.record.title

    @property
    def answer(self) -> Array | Any:
        """The result: a NumPy array of float64, or one number; names, where classes or words were predicted.

        Numbers that float64 can't hold stay Fractions or Decimals, in an array of objects. None where nothing is
        worked out.
        """
        return None if self.record.answer is None else numbers(self.record.answer)

    @cached_property
    def results(self) -> dict[str, Any]:
        """Everything that has a name on the paper, gradients included (dW), in the form of `answer`."""
        return {name: numbers(result) for name, result in self.record.results.items()}

    @cached_property
    def given(self) -> dict[str, Any]:
        """What was given, by name, in the form of `answer`."""
        return {name: numbers(result) for name, result in self.record.given.items()}

    @property
    def fractions(self) -> dict[str, Any]:
        """Those of `results` that were worked exactly, as Fractions: one, or a NumPy array of them."""
        return {name: fractions(result) for name, result in self.record.results.items() if result.exact}

    @property
    def more(self) -> dict[str, Any]:
        """What else its JSON has, such as the `history`, `model` and `metrics` of a training run."""
        from penpaper_cli.render.json.document import tree

        plain: dict[str, Any] = tree(self.record.more)
        return plain

    @property
    def failure(self) -> PaperError | None:
        """Why the work could not go on to its end, as when training diverges; None where it could."""
        return self.record.failure

    @overload
    def to(self, format: Literal["pdf"], **page: Unpack[PageOptions]) -> bytes: ...  # type: ignore[overload-overlap]

    # PDF alone is bytes; that mypy can't know it of the other formats' names is no reason to cast each of them.

    @overload
    def to(self, format: str, **page: Unpack[PageOptions]) -> str: ...

    def to(self, format: str, **page: Unpack[PageOptions]) -> str | bytes:
        """The solution in a format: terminal, plain, markdown, latex, html, typst, json, numpy, pytorch or tensorflow.

        pdf is bytes and needs the package typst; the others are text. html and typst are whole documents. `page` are
        keywords: `title` is a heading above the working, `heading_level` (1 to 6) the level of the topmost heading;
        `standalone` makes latex a whole document too; `math="latex"` writes Markdown's mathematics as $…$; `ascii`
        keeps to ASCII characters.

        Raises CannotRead for a format that isn't one, whose package is missing, or that has nothing of this solution
        to write (a script of a look at data).
        """
        form = format_of(format, None, False)
        check_installed(form)
        pieces = list(renderer(form, self.record.figures, io.StringIO(), page_for(form, **page)).render(self.record))
        in_bytes = [piece for piece in pieces if isinstance(piece, bytes)]
        return b"".join(in_bytes) if in_bytes else "".join(map(str, pieces))

    def __str__(self) -> str:
        return self.to("plain")

    def __repr__(self) -> str:
        return f"<Solution of pp.{self.record.command}: {self.title}>"

    def _repr_html_(self) -> str:
        """A fragment with a style of its own, for notebooks."""
        from penpaper_cli.render.html.document import fragment

        return fragment(self.record)

    def _repr_markdown_(self) -> str:
        return self.to("markdown", math="latex")


def numbers(result: Result) -> Any:
    """A value of the paper as float64 where it is numbers that fit into it, else as what it is."""
    array: Array = np.array(result.values)
    if array.dtype.kind != "U":
        try:
            near = array.astype(np.float64)
        except OverflowError:
            return fractions(result)
        array = near if np.isfinite(near).all() and ((near == 0) == (array == 0)).all() else array
    return array.reshape(result.shape) if result.shape else array.item()


def fractions(result: Result) -> Any:
    """An exact value of the paper as Fractions."""
    if not result.shape:
        return Fraction(result.values)
    array: Array = np.frompyfunc(Fraction, 1, 1)(np.array(result.values, dtype=object))
    return array.reshape(result.shape)
