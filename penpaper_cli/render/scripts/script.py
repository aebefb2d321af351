"""A program in Python, laid out once for every library: imports, helpers, the given arrays, the lines, the results."""

from __future__ import annotations

import re
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from penpaper_cli.errors import CannotRead
from penpaper_cli.render.maths import inert
from penpaper_cli.render.scripts.identifiers import Identifiers
from penpaper_cli.render.scripts.layout import (
    FILLED,
    INDENT,
    WIDTH,
    all_whole,
    indented,
    laid_out,
    listed,
    nested,
    on_one_line,
    quoted,
)
from penpaper_cli.render.scripts.terms import Row, Terms, number_text
from penpaper_cli.solution.blocks import Record
from penpaper_cli.solution.script import (
    COUNTER,
    Call,
    Choose,
    Differentiate,
    Given,
    Let,
    Numbers,
    Ref,
    Repeat,
    Script,
    Statement,
    Term,
    asked_for,
    reaching,
    starting,
)


class Library(ABC):
    """Writes a script for one library, which brings rows for the operations and says how it differentiates."""

    name: ClassVar[str]
    imports: ClassVar[Mapping[str, str]]
    helpers: ClassVar[Mapping[str, str]]
    rows: ClassVar[Mapping[str, Row]]
    array: ClassVar[str]
    wrap: ClassVar[str] = ""
    whole: ClassVar[str] = ""

    def __init__(self, *context: object) -> None:
        words = (*self.imports, *self.helpers, COUNTER.name, "optimizer", "tape", "parameters", "wanted", "watched")
        self.names = Identifiers(words)
        self.names.known[COUNTER.name] = COUNTER.name
        self.terms = Terms(self.name, self.rows, self.wrap, self.names)
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.wanted: set[str] = set()
        self.starting: set[str] = set()
        self.hidden: set[str] = set()
        self.lists: set[str] = set()

    def render(self, record: Record) -> Iterator[str]:
        """The whole script as one piece."""
        if record.script is None:
            raise CannotRead(
                f"pp {record.command} has nothing to run, so there is no {self.name} script of it: choose a format "
                "to read, such as --format markdown."
            )
        script = record.script()
        self.prepare(script)
        given = [line for part in script.given for line in self.given(part)]
        body = [line for part in script.body for line in self.statement(part)]
        results = [
            line for key, name in script.results.items() if name not in self.hidden for line in self.result(key, name)
        ]
        code = re.sub(r"\n{3,}", "\n\n", "\n".join([*given, "", *body, "", *results])).strip()
        helpers = self.helpers_in(code)
        everything = "\n".join([*helpers, code])
        said = [f"# {line}" for line in textwrap.wrap(self.heading(script), WIDTH - 2)]
        head = ["\n".join(said)]
        head += [line for word, line in self.imports.items() if re.search(rf"(?<![.\w]){word}\.", everything)]
        head[1:] = ["\n\n".join(head[1:])] if "import math" in head else head[1:]
        parts = ["\n".join(head), *(f"\n\n{helper}" for helper in helpers)]
        yield "\n".join(parts) + ("\n\n\n" if helpers else "\n\n") + code + "\n"

    def heading(self, script: Script) -> str:
        """What the script is, and why it isn't the whole calculation where it isn't."""
        if script.why:
            return f"{script.title} in {self.name}: {script.why}"
        return f"{script.title}: the same calculation in {self.name}, in float64."

    def prepare(self, script: Script) -> None:
        """What has to be known of the whole script before its first line."""
        self.wanted = {name for part in script.body for name in asked_for(part)}
        self.starting = {name for part in script.body for name in starting(part)}

    def helpers_in(self, code: str) -> list[str]:
        """The helper functions that the code calls, and those that they call, in the order of the table."""
        found: set[str] = set()
        texts = [code]
        while texts:
            text = texts.pop()
            new = {name for name in self.helpers if name not in found and re.search(rf"\b{name}\(", text)}
            found |= new
            texts += [self.helpers[name] for name in new]
        return [self.helpers[name] for name in self.helpers if name in found]

    def statement(self, part: Statement) -> Iterator[str]:
        """A statement's lines."""
        match part:
            case Let():
                return self.let(part)
            case Differentiate():
                return self.differentiate(part)
            case Repeat():
                return self.repeat(part)
            case Choose():
                return self.choose(part)

    # --- What is given ---

    def given(self, given: Given) -> Iterator[str]:
        """A name for what was given."""
        self.shapes[given.name] = given.shape
        return self.assigned(given)

    def assigned(self, given: Given) -> Iterator[str]:
        """One number, or an array: on one line, or a line for each of its rows; rows too long for a line are filled."""
        name, texts = self.names[given.name], nested(given.values, whole=given.whole)
        call, keywords = self.making(given, texts)
        if not call:
            yield f"{name} = {texts}{'.0' if all_whole(texts) and not given.whole else ''}"
            return
        line = f"{name} = {call}({', '.join([on_one_line(texts), *keywords])})"
        if len(line) <= WIDTH or isinstance(texts, str):
            yield line
            return
        rows = list(laid_out(texts, INDENT))
        skip = "  # fmt: skip" if any(row.endswith(FILLED) for row in rows) else ""
        yield f"{name} = {call}("
        yield from (row.removesuffix(FILLED) for row in rows)
        yield from (f"{INDENT}{keyword}," for keyword in keywords)
        yield f"){skip}"

    @abstractmethod
    def making(self, given: Given, texts: Any) -> tuple[str, list[str]]:
        """The function that makes an array of what was given, and its keywords; none for a plain number."""

    # --- Lines ---

    def let(self, let: Let) -> Iterator[str]:
        """A line, with names for pieces of it where it would be too long."""
        self.shapes[let.name] = let.term.shape
        lines: list[str] = []
        term = self.with_names(let.term, lines)
        while len(line := self.line(let.name, term)) > WIDTH - 2 * len(INDENT):
            shorter = self.without_longest(term, lines)
            if shorter is term:
                line += "  # fmt: skip"
                break
            term = shorter
        yield from lines
        yield line

    def line(self, name: str, term: Term) -> str:
        """An assignment."""
        return f"{self.names[name]} = {self.terms.text(term)}"

    def without_longest(self, term: Term, lines: list[str]) -> Term:
        """The term with a name for its longest operand that is worked out; the lines that name it go to `lines`."""
        parts = [arg for arg in term.args if isinstance(arg, Call)] if isinstance(term, Call) else []
        if not isinstance(term, Call) or not parts:
            return term
        longest = max(parts, key=lambda arg: len(self.terms.text(arg)))
        name = self.names.fresh("part")
        self.names.known[name] = name
        lines += self.let(Let(name, longest))
        part = Ref(name, longest.shape)
        return replace(term, args=tuple(part if arg is longest else arg for arg in term.args))

    def choose(self, part: Choose) -> Iterator[str]:
        """A list of names, which Python prints by itself."""
        self.lists.add(part.name)
        choices, numbers = self.names.fresh("classes"), self.printed(self.names[part.numbers.name], part.numbers.shape)
        yield from listed([quoted(name) for name in part.names], f"{choices} = ")
        yield f"{self.names[part.name]} = [{choices}[k] for k in {numbers}]"

    def with_names(self, term: Term, lines: list[str]) -> Term:
        """The term with a name for every array of numbers in it; the lines that name them are added to `lines`."""
        if isinstance(term, Numbers):
            name = self.names.fresh("places" if term.whole else "numbers")
            self.names.known[name] = name
            lines += self.assigned(Given(name, term.values, term.shape, term.whole))
            return Ref(name, term.shape, term.whole)
        if not isinstance(term, Call):
            return term
        args = tuple(self.with_names(arg, lines) for arg in term.args)
        settings = {
            key: self.with_names(value, lines) if isinstance(value, Numbers) else value
            for key, value in term.settings.items()
        }
        return replace(term, args=args, settings=settings)

    def lets(self, lets: Iterable[Let]) -> list[str]:
        """Several lines."""
        return [line for let in lets for line in self.let(let)]

    @abstractmethod
    def differentiate(self, part: Differentiate) -> Iterator[str]:
        """A forward pass and its gradients."""

    def asked(self, function: str, part: Differentiate) -> Iterator[str]:
        """The gradients that a library finds by itself; zeros for what the loss doesn't depend on."""
        self.shapes |= {let.name: let.term.shape for let in part.worked}
        moved, loss = reaching(part), self.names[part.loss]
        by = [self.names[name] for name in part.gradients if name in moved]
        found = [self.names[gradient] for name, gradient in part.gradients.items() if name in moved]
        line = f"{', '.join(found)} = {function}({loss}, [{', '.join(by)}])"
        if len(by) > 1 and len(line) <= WIDTH - 2 * len(INDENT):
            yield line
        elif by:
            wanted = f"[{by[0]}]" if len(by) == 1 else "wanted"
            yield from listed(by, "wanted = ") if len(by) > 1 else ()
            yield from listed(found, "", f" = {function}({loss}, {wanted})")
        for name, gradient in part.gradients.items():
            if name not in moved:
                zeros = Call("unmoved", (Ref(name, self.shapes[name]),), {}, self.shapes[name])
                yield from self.let(Let(gradient, zeros))

    def repeat(self, part: Repeat) -> Iterator[str]:
        """The update as it was worked, from zeros, and in a loop where it is made more than once."""
        update = part.update
        for rate in update.rates.values():
            yield f"{self.names[rate.name]} = {number_text(rate.values)}"
        zeros = {name: Let(name, Call("unmoved", (of,), {}, of.shape)) for name, (_, of) in update.state.items()}
        if part.times == 1:
            yield from self.lets(zeros.values())
            yield ""
            yield from [*self.differentiate(part.body), "", *self.lets(update.worked)]
            return
        yield from self.lets(Let(new, Ref(old, self.shapes[old])) for old, new in update.parameters.items())
        yield from self.lets(replace(zeros[old], name=new) for old, (new, _) in update.state.items())
        yield ""
        carried = {**update.parameters} | {old: new for old, (new, _) in update.state.items()}
        start = [f"{self.names[old]} = {self.names[new]}" for old, new in carried.items()]
        body = [*start, *self.differentiate(part.body), *self.lets(update.worked)]
        yield from loop(part.times, body)
        yield ""

    def result(self, key: str, name: str) -> Iterator[str]:
        """A line that prints a result under its name on the paper."""
        label, value = quoted(f"{inert(key)} ="), self.names[name]
        if name not in self.lists:
            value = self.printed(value, self.shapes[name])
        line = f"print({label}, {value})"
        yield from [line] if len(line) <= WIDTH else ["print(", f"{INDENT}{label},", f"{INDENT}{value},", ")"]

    @abstractmethod
    def printed(self, name: str, shape: tuple[int, ...]) -> str:
        """A value so that it prints in full."""


def loop(times: int, body: Sequence[str]) -> Iterator[str]:
    """A loop over the lines, with a counter where they use one."""
    counted = any(re.search(rf"\b{COUNTER.name}\b(?!\()", line) for line in body)
    yield f"for {COUNTER.name} in range(1, {times + 1}):" if counted else f"for _ in range({times}):"
    yield from indented(body)
