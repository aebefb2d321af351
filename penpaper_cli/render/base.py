"""What every renderer is: one method per kind of block, and the layout that text formats share."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar, TextIO

from penpaper_cli.expressions.arithmetic import Expr
from penpaper_cli.expressions.numbers import Figures
from penpaper_cli.render.maths import Maths, inert
from penpaper_cli.render.page import Page
from penpaper_cli.render.picture import picture_lines
from penpaper_cli.render.text.notation import Text
from penpaper_cli.solution.blocks import Block, Chart, Grid, Heading, Parts, Picture, Record, Sentence, Table, Working

DEEPEST = 6


class Renderer(ABC):
    """Turns a solution into text, block by block, as its blocks are made."""

    maths_class: ClassVar[type[Maths]] = Text
    closing: ClassVar[str] = ""
    """What ends a whole document; a section that is appended goes before it."""

    def __init__(self, figures: Figures, out: TextIO, page: Page) -> None:
        self.maths = self.maths_class(figures, page.ascii)
        self.out = out
        self.page = page

    def render(self, record: Record) -> Iterator[str]:
        """The text, piece by piece."""
        title = [Heading((self.page.title,), 1)] if self.page.title else []
        if self.page.whole:
            yield from self.opening(record)
        yield from self.body(itertools.chain(title, record.steps))
        if self.page.whole:
            yield self.closing

    def opening(self, record: Record) -> Iterable[str]:
        """What stands before the first block of a whole document."""
        return ()

    def body(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The text of the blocks, one after the other."""
        for kind, group in itertools.groupby(blocks, type):
            if kind is Working:
                yield from self.workings(block for block in group if isinstance(block, Working))
            else:
                yield from itertools.chain.from_iterable(map(self.block, group))

    def workings(self, blocks: Iterable[Working]) -> Iterator[str]:
        """Worked lines that follow each other."""
        return itertools.chain.from_iterable(map(self.working, blocks))

    def depth(self, block: Heading) -> int:
        """The level of a heading on this page, from 1 to 6."""
        return min(block.level + self.page.level - (1 if self.page.title else 2), DEEPEST)

    def block(self, block: Block) -> Iterable[str]:
        """The text of one block."""
        match block:
            case Heading():
                return self.heading(block)
            case Sentence():
                return self.sentence(block)
            case Working():
                return self.working(block)
            case Grid():
                return self.grid(block)
            case Table():
                return self.table(block)
            case Chart():
                return self.chart(block)
            case Picture():
                return self.picture(block)

    def text(self, parts: Parts) -> str:
        """Words and mathematics in one string."""
        return "".join(self.words(inert(p)) if isinstance(p, str) else self.inline(p) for p in parts)

    def caption(self, parts: Parts) -> str:
        """What stands above a worked line: a few words and a colon, or a sentence. It is never escaped."""
        text = "".join(self.maths.spell(p) if isinstance(p, str) else self.maths.draw(p) for p in parts)
        return text if text.endswith(".") else f"{text}:"

    def words(self, text: str) -> str:
        return self.maths.spell(text)

    def inline(self, e: Expr) -> str:
        return self.maths.draw(e)

    @abstractmethod
    def heading(self, block: Heading) -> Iterable[str]: ...

    @abstractmethod
    def sentence(self, block: Sentence) -> Iterable[str]: ...

    @abstractmethod
    def working(self, block: Working) -> Iterable[str]: ...

    @abstractmethod
    def grid(self, block: Grid) -> Iterable[str]: ...

    @abstractmethod
    def table(self, block: Table) -> Iterable[str]: ...

    @abstractmethod
    def chart(self, block: Chart) -> Iterable[str]: ...

    def picture(self, block: Picture) -> Iterable[str]:
        return (f"{line}\n" for line in picture_lines(block, self.maths))
