"""A program in Python, laid out once for every library: imports, helpers, the given arrays, the lines, the results."""

from __future__ import annotations

import re
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from penpaper_cli.numbers import CannotRead
from penpaper_cli.render.identifiers import Identifiers
from penpaper_cli.render.maths import inert
from penpaper_cli.render.terms import Row, Terms, number_text
from penpaper_cli.script import COUNTER, Call, Differentiate, Given, Let, Number, Numbers, Ref, Repeat, Script, Term
from penpaper_cli.solution import Solution

WIDTH = 88
"""What formatters keep lines to unless told otherwise."""
INDENT = "    "


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
        words = (*self.imports, *self.helpers, COUNTER.name, "optimizer", "tape", "gradients", "wanted")
        self.names = Identifiers(words)
        self.names.known[COUNTER.name] = COUNTER.name
        self.terms = Terms(self.rows, self.wrap, self.names)
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.wanted: set[str] = set()
        self.starting: set[str] = set()
        self.hidden: set[str] = set()

    def render(self, solution: Solution) -> Iterator[str]:
        """The whole script as one piece."""
        if solution.script is None:
            raise CannotRead(
                f"pp {solution.command} has nothing to run, so there is no {self.name} script of it: choose a format "
                "to read, such as --format markdown."
            )
        script = solution.script()
        self.prepare(script)
        given = [line for part in script.given for line in self.given(part)]
        body = [line for part in script.body for line in self.statement(part)]
        results = [line for key, name in script.results.items() if name not in self.hidden for line in self.result(key, name)]
        code = re.sub(r"\n{3,}", "\n\n", "\n".join([*given, "", *body, "", *results])).strip()
        helpers = self.helpers_in(code)
        everything = "\n".join([*helpers, code])
        head = [f"# {script.title}: the same calculation in {self.name}, in float64."]
        head += [line for word, line in self.imports.items() if re.search(rf"(?<![.\w]){word}\.", everything)]
        head[1:] = ["\n\n".join(head[1:])] if "import math" in head else head[1:]
        parts = ["\n".join(head), *(f"\n\n{helper}" for helper in helpers)]
        yield "\n".join(parts) + ("\n\n\n" if helpers else "\n\n") + code + "\n"

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

    def statement(self, part: Let | Differentiate | Repeat) -> Iterator[str]:
        """A statement's lines."""
        match part:
            case Let():
                return self.let(part)
            case Differentiate():
                return self.differentiate(part)
            case Repeat():
                return self.repeat(part)

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
        while len(line := f"{self.names[let.name]} = {self.terms.text(term)}") > WIDTH - 2 * len(INDENT):
            parts = [k for k, arg in enumerate(term.args) if isinstance(arg, Call)] if isinstance(term, Call) else []
            if not parts or not isinstance(term, Call):
                line += "  # fmt: skip"
                break
            longest = max(parts, key=lambda k: len(self.terms.text(term.args[k])))
            piece = Let(self.names.fresh("part"), term.args[longest])
            self.names.known[piece.name] = piece.name
            lines += self.let(piece)
            args = [*term.args[:longest], Ref(piece.name, piece.term.shape), *term.args[longest + 1 :]]
            term = replace(term, args=tuple(args))
        yield from lines
        yield line

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
        moved = reaching(part)
        worked = {let.name: let for let in part.worked}
        self.shapes |= {name: let.term.shape for name, let in worked.items()}
        by = [name for name in part.gradients if name in moved]
        names, found = ([self.names[name] for name in part_] for part_ in (by, [part.gradients[name] for name in by]))
        loss = self.names[part.loss]
        line = f"{', '.join(found)} = {function}({loss}, [{', '.join(names)}])"
        if len(by) == 1:
            yield f"[{found[0]}] = {function}({loss}, [{names[0]}])"
        elif len(line) <= WIDTH - 2 * len(INDENT):
            yield from [line] if by else []
        else:
            yield from listed(names, "wanted = ")
            yield from listed(found, "", f" = {function}({loss}, wanted)")
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
        carried = update.parameters | {old: new for old, (new, _) in update.state.items()}
        start = [f"{self.names[old]} = {self.names[new]}" for old, new in carried.items()]
        body = [*start, *self.differentiate(part.body), *self.lets(update.worked)]
        yield from loop(part.times, body)
        yield ""

    def result(self, key: str, name: str) -> Iterator[str]:
        """A line that prints a result under its name on the paper."""
        label, value = quoted(f"{inert(key)} ="), self.printed(self.names[name], self.shapes[name])
        line = f"print({label}, {value})"
        yield from [line] if len(line) <= WIDTH else ["print(", f"{INDENT}{label},", f"{INDENT}{value},", ")"]

    @abstractmethod
    def printed(self, name: str, shape: tuple[int, ...]) -> str:
        """A value so that it prints in full."""


def asked_for(part: Let | Differentiate | Repeat) -> Iterable[str]:
    """The names whose gradients are asked for."""
    match part:
        case Differentiate():
            return part.gradients
        case Repeat():
            return part.body.gradients
    return ()


def loop(times: int, body: Sequence[str]) -> Iterator[str]:
    """A loop over the lines, with a counter where they use one."""
    counted = any(re.search(rf"\b{COUNTER.name}\b(?!\()", line) for line in body)
    yield f"for {COUNTER.name} in range(1, {times + 1}):" if counted else f"for _ in range({times}):"
    yield from indented(body)


def indented(lines: Iterable[str]) -> Iterator[str]:
    """The lines one step to the right."""
    return (INDENT + line if line else line for line in lines)


def listed(names: Sequence[str], before: str = "", after: str = "") -> list[str]:
    """A list of names: on one line where it fits, else with a line for each."""
    line = f"{before}[{', '.join(names)}]{after}"
    fits = len(line) <= WIDTH - 2 * len(INDENT)
    return [line] if fits else [f"{before}[", *(f"{INDENT}{name}," for name in names), f"]{after}"]


STILL = ("argmax", "one_hot", "classes")
"""What whole numbers come from, or go into: no gradient flows there."""


def moving(term: Term) -> Iterator[str]:
    """The names in a term that a gradient flows back to."""
    if isinstance(term, Ref):
        yield term.name
    elif isinstance(term, Call) and term.op not in STILL:
        for arg in term.args:
            yield from moving(arg)


def reaching(part: Differentiate) -> set[str]:
    """The names that the loss depends on, and the loss itself."""
    found = {part.loss}
    for let in reversed(part.forward):
        if let.name in found:
            found |= set(moving(let.term))
    return found


def starting(part: Let | Differentiate | Repeat) -> Iterator[str]:
    """The lines that are differentiated by and depend on nothing else that is."""
    if isinstance(part, Repeat):
        part = part.body
    if isinstance(part, Differentiate):
        lines = {let.name for let in part.forward}
        moved = set(part.gradients) - lines
        for let in part.forward:
            if moved.intersection(moving(let.term)):
                moved.add(let.name)
            elif let.name in part.gradients:
                moved.add(let.name)
                yield let.name


def quoted(text: str) -> str:
    """A string literal, in double quotes where it holds none."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal else literal


FILLED = "\0"
"""Marks a line of numbers that a formatter would have put one below the other."""


def nested(values: Any, whole: bool) -> Any:
    """Numbers as texts, nested as they were."""
    if isinstance(values, list):
        return [nested(item, whole) for item in values]
    return str(int(values)) if whole else number_text(values)


def on_one_line(texts: Any) -> str:
    """Nested texts between brackets."""
    return texts if isinstance(texts, str) else f"[{', '.join(map(on_one_line, texts))}]"


def laid_out(texts: list[Any], indent: str) -> Iterator[str]:
    """Nested texts over several lines: whole rows, or rows that are filled."""
    line = f"{indent}{on_one_line(texts)},"
    if len(line) <= WIDTH and len(indent) > len(INDENT):
        yield line
        return
    yield f"{indent}["
    if isinstance(texts[0], str):
        inner = indent + INDENT
        yield from (
            line + FILLED
            for line in textwrap.wrap(
                ", ".join(t.replace(" / ", "/") for t in texts) + ",",
                WIDTH,
                initial_indent=inner,
                subsequent_indent=inner,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
    else:
        for item in texts:
            yield from laid_out(item, indent + INDENT)
    yield f"{indent}],"


def all_whole(texts: Any) -> bool:
    """Whether every number is written as a whole one."""
    return texts.lstrip("-").isdigit() if isinstance(texts, str) else all(map(all_whole, texts))
