"""What a column of a data file holds, judged by the evidence of all its cells: numbers (and how they are written),
categories, dates, or something that can't be learned from as it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from penpaper_cli.data.cells import COMMA, GAPS, POINT, RATIO, as_number, has_unit, is_date, is_odd, written
from penpaper_cli.data.entries import read_float
from penpaper_cli.data.sources import quoted
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import NUMBER, TypedFloat

MOST_CATEGORIES = 50
"""A text column with more of them is taken for something else, unless --category insists."""
MOST_COUNTED = 1000
"""So many different cells of a column are told apart, and no more."""
NEARLY_ALL = 0.8
"""Where more than this share of a text column's cells differ, they identify rows instead of grouping them."""
OTHERWISE = "mend the cell, or choose the other columns with --features"


@dataclass
class Survey:
    """What was seen in a column: how many cells of each kind, and where the first of each kind stands."""

    name: str
    gaps: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    """number, date, unit (a number with its unit), odd (digits, but no number as it is written) and text"""
    marks: Counter[str] = field(default_factory=Counter)
    different: dict[str, int] = field(default_factory=dict)
    too_many: bool = False
    first: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def filled(self) -> int:
        """How many cells are no gaps."""
        return self.kinds.total()

    def add(self, line: int, cell: str) -> str:
        """Look at one more cell: its kind."""
        text = cell.strip()
        if text.isascii() and NUMBER.fullmatch(text) and ("." not in text or POINT in self.first):
            kind, mark = "number", ""
            if len(text) > 1 and text[0] == "0" and text.isdigit():
                self._see("padded", line, text)
        elif text.lower() in GAPS:
            self.gaps += 1
            self._see("gap", line, text)
            return "gap"
        else:
            kind, mark = self._kind(line, text)
        self.kinds[kind] += 1
        if kind == "number":
            self.marks[mark] += 1
        self._see(kind + mark, line, text)
        if not self.too_many:
            self.different[text] = self.different.get(text, 0) + 1
            self.too_many = len(self.different) > MOST_COUNTED
        return kind

    def _kind(self, line: int, text: str) -> tuple[str, str]:
        if is_date(text):
            return "date", ""
        found = written(text)
        if found is None:
            return ("odd" if is_odd(text) else "unit" if has_unit(text) else "text"), ""
        if found.in_doubt:
            self._see("1,234" if "," in text else "1.234", line, text)
        elif found.comma is None:
            self._see(POINT, line, text)
        elif found.point is None:
            self._see(COMMA, line, text)
        plain = text.replace("\N{MINUS SIGN}", "-")
        if not NUMBER.fullmatch(plain) and not RATIO.fullmatch(plain.lstrip("+-")):
            self._see("dressed", line, text)
        return "number", found.mark

    def _see(self, kind: str, line: int, text: str) -> None:
        if kind not in self.first or line < self.first[kind][0]:
            self.first[kind] = line, text

    def example(self, kind: str) -> str:
        """The first cell of this kind and its place: "5 m" (line 3)."""
        line, text = self.first[kind]
        return f"{quoted(text)} (line {line})"


@dataclass(frozen=True)
class Understood:
    """What a column is: `number`, `category`, `date`, `text`, `mixed` or `empty`, and how its numbers are written.

    A `problem` says why it can't be learned from, with its place; the remedy differs for features and the target.
    """

    kind: str
    convention: str = POINT
    note: str = ""
    problem: str = ""
    remedy: str = OTHERWISE
    target_remedy: str = "mend the cell, or leave the row out"


def evidence(surveys: Iterable[Survey]) -> set[str]:
    """The conventions that some cell of the file can only be written in."""
    return {convention for survey in surveys for convention in (POINT, COMMA) if convention in survey.first}


def understood(
    survey: Survey, source: str, separator: str, of_file: set[str], numbers: str | None = None, category: bool = False
) -> Understood:
    """What a column is, by its own cells first, then by what other columns tell (`of_file`), or as `numbers` says.

    With `category` it holds categories, whatever they look like.
    """
    place, name = f"{source}, column {quoted(survey.name)}", quoted(survey.name)
    kinds, filled = survey.kinds, survey.filled
    drop = f"leave the column out with --drop {name}"
    if not filled:
        return Understood("empty", problem=f"{place} is empty", remedy=drop, target_remedy="choose another target")
    if category:
        return _categories(survey, place, drop, insisted=True)
    if kinds["number"] == filled:
        return _number(survey, source, separator, of_file, numbers)
    if kinds["date"] and kinds["date"] >= filled - kinds["date"]:
        advice = "turn them into a number, such as a year or an age"
        problem = f"{place} holds dates, such as {survey.example('date')}"
        return Understood("date", problem=problem, remedy=f"{advice}, or {drop}", target_remedy=advice)
    if kinds["unit"] + kinds["odd"] == filled:
        advice = "leave only plain numbers in the cells"
        problem = (
            f"{place} holds numbers with a unit, such as {survey.example('unit')}"
            if kinds["unit"]
            else f"{place} holds neither numbers nor words, but cells such as {survey.example('odd')}"
        )
        insist = f"{advice}, or {drop}, or use them as categories with --category {name}"
        return Understood("text", problem=problem, remedy=insist, target_remedy=advice)
    if any(kind.startswith("number") for kind in kinds):
        return _mixed(survey, source, name)
    return _categories(survey, place, drop, insisted=False)


def _mixed(survey: Survey, source: str, name: str) -> Understood:
    """Numbers and words in one column: the kind that is rarer holds the slip."""
    few_words = survey.kinds["number"] >= survey.filled - survey.kinds["number"]
    kinds = [kind for kind in survey.first if kind in ("text", "unit", "odd", "date")]
    if not few_words:
        kinds = [kind for kind in survey.first if kind.startswith("number")]
    line, text = min(survey.first[kind] for kind in kinds)
    problem = f"{source}, line {line}, column {quoted(survey.name)}: {quoted(text)} "
    if few_words:
        return Understood("mixed", problem=problem + _why_no_number(text))
    remedy = (
        f"mend the cell, or use the column as categories with --category {name}, or leave it out with --drop {name}"
    )
    return Understood("mixed", problem=f"{problem}is a number, but most cells of the column are not", remedy=remedy)


def _why_no_number(text: str) -> str:
    try:
        read_float(text)
    except CannotRead as error:
        return str(error)
    return "is not a number like the others"


def _categories(survey: Survey, place: str, drop: str, insisted: bool) -> Understood:
    count, name = len(survey.different), quoted(survey.name)
    if survey.too_many:
        problem = f"{place} has more than {MOST_COUNTED:,} different cells, too many for categories"
        return Understood("text", problem=problem, remedy=drop, target_remedy="choose another target")
    if insisted:
        return Understood("category")
    insist = f"{drop}, or insist with --category {name}"
    if count > MOST_CATEGORIES:
        problem = f"{place} has {count} different words, and more than {MOST_CATEGORIES} are too many for categories"
        return Understood("text", problem=problem, remedy=insist, target_remedy=f"insist with --category {name}")
    if count > 1 and count > NEARLY_ALL * survey.filled:
        # Classes of a small data set may all differ; as features they would only identify the rows.
        problem = f"{place} is different in nearly every row ({count} words in {survey.filled} rows), as a name is"
        few = count <= 10
        return Understood(
            "category" if few else "text",
            problem=problem,
            remedy=insist,
            target_remedy="" if few else f"insist with --category {name}",
        )
    return Understood("category", note=_alike(survey, place))


def _alike(survey: Survey, place: str) -> str:
    """A word of warning where categories differ only in capitals or blanks."""
    seen: dict[str, str] = {}
    for word in survey.different:
        other = seen.setdefault(" ".join(word.casefold().split()), word)
        if other != word:
            return f"{place}: {quoted(other)} and {quoted(word)} are taken for different categories."
    return ""


def _number(survey: Survey, source: str, separator: str, of_file: set[str], numbers: str | None) -> Understood:
    place = f"{source}, column {quoted(survey.name)}"
    if len(survey.marks) > 1:
        kinds = sorted((survey.first[f"number{mark}"], mark) for mark in survey.marks)
        (line, text), _ = kinds[1]
        problem = (
            f"{source}, line {line}, column {quoted(survey.name)}: {quoted(text)} is not written like "
            f"{quoted(kinds[0][0][1])} (line {kinds[0][0][0]}): a sign such as $ or % must stand in every cell, or none"
        )
        return Understood("number", problem=problem)
    own = {convention for convention in (POINT, COMMA) if convention in survey.first}
    doubts = [form for form in ("1,234", "1.234") if form in survey.first]
    remedy = f"say --numbers {POINT} or --numbers {COMMA}"
    if numbers:
        convention = numbers
        other = POINT if numbers == COMMA else COMMA
        if other in own:
            line, text = survey.first[other]
            where = f"{source}, line {line}, column {quoted(survey.name)}"
            problem = f"{where}: {quoted(text)} is not a number as --numbers {numbers} has them"
            return Understood("number", convention, problem=problem)
    elif len(own) == 2:
        problem = f"{place} mixes two ways to write numbers: {survey.example(POINT)} and {survey.example(COMMA)}"
        mend = "write them alike"
        return Understood("number", problem=problem, remedy=mend, target_remedy=mend)
    elif own:
        [convention] = own
    elif not doubts:
        convention = POINT
    elif len(of_file) == 1 and len(doubts) == 1:
        [convention] = of_file
    elif doubts == ["1.234"] and separator == "," and not of_file:
        return Understood("number", POINT, note=_assumed_point(survey, place))
    else:
        line, text = survey.first[doubts[0]]
        found = written(text)
        assert found is not None and found.point is not None and found.comma is not None
        readings = f"{_plain(found.point)} or {_plain(found.comma)}"
        problem = f"{source}, line {line}, column {quoted(survey.name)}: {quoted(text)} may be {readings}"
        return Understood("number", problem=problem, remedy=remedy, target_remedy=remedy)
    return Understood("number", convention, note=_reading(survey, place, convention))


def _reading(survey: Survey, place: str, convention: str) -> str:
    """What was made of numbers that are not written plainly, by the first of them."""
    category = f"--category {quoted(survey.name)}"
    if padded := survey.first.get("padded"):
        value = padded[1].lstrip("0") or "0"
        return f"{place}: {quoted(padded[1])} is read as {value}; if it is a code, say {category}."
    shown = survey.first.get("dressed") or (survey.first.get("1.234") if convention == COMMA else None)
    if not shown:
        return ""
    try:
        value = TypedFloat(as_number(shown[1], convention)).text
    except CannotRead:  # Out of range, perhaps: its reader says so.
        return ""
    [mark] = survey.marks
    unit = ", a number in percent" if mark == "%" else f", without its {mark}" if mark else ""
    return f"{place}: {quoted(shown[1])} is read as {value}{unit}."


def _assumed_point(survey: Survey, place: str) -> str:
    text = survey.first["1.234"][1]
    value = TypedFloat(as_number(text, POINT)).text
    return f"{place}: {quoted(text)} is read as {value}; if points set thousands apart, say --numbers {COMMA}."


def _plain(text: str) -> str:
    return TypedFloat(float(text)).text
