"""What a column of a data file holds, judged by the evidence of all its cells: numbers (and how they are written),
categories, dates, or something that can't be learned from as it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, TypeVar

from penpaper_cli.data.cells import (
    COMMA,
    FRACTION,
    LIKE_A_CODE,
    POINT,
    Convention,
    as_number,
    has_unit,
    is_date,
    is_gap,
    is_odd,
    is_ratio,
    written,
)
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


class CellKind(StrEnum):
    """What a cell was taken for; odd is what has digits, but is no number as it is written."""

    NUMBER = "number"
    RATIO = "two numbers with a slash"
    DATE = "date"
    UNIT = "a number with its unit"
    ODD = "odd"
    TEXT = "text"
    GAP = "gap"


NOT_NUMBERS = (CellKind.TEXT, CellKind.RATIO, CellKind.UNIT, CellKind.ODD, CellKind.DATE)


class Doubt(StrEnum):
    """A number that each convention reads in its own way, by the one mark that it has."""

    COMMA = "1,234"
    POINT = "1.234"


class Look(StrEnum):
    """What isn't plain about how a number is written."""

    PADDED = "0 in front"
    CODE = "E between digits"
    DECORATED = "with more than digits"


class Cell(NamedTuple):
    """A cell and the line it is on."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"{quoted(self.text)} (line {self.line})"


Key = TypeVar("Key", bound=Hashable)


def _keep_first(seen: dict[Key, Cell], key: Key, line: int, text: str) -> None:
    if key not in seen or line < seen[key].line:
        seen[key] = Cell(line, text)


@dataclass
class Survey:
    """What was seen in a column: how many cells of each kind, and where the first of each stands.

    Of numbers also the first with each `sign` such as $ ("" is none), the first that `only` one convention can have,
    the first that is in doubt between them, and the first of each unusual look. With `all_words` also None and NA are
    words, and no gaps.
    """

    name: str
    all_words: bool = False
    gaps: int = 0
    kinds: Counter[CellKind] = field(default_factory=Counter)
    """Gaps are not among them."""
    different: dict[str, int] = field(default_factory=dict)
    too_many: bool = False
    first: dict[CellKind, Cell] = field(default_factory=dict)
    signs: dict[str, Cell] = field(default_factory=dict)
    only: dict[Convention, Cell] = field(default_factory=dict)
    in_doubt: dict[Doubt, Cell] = field(default_factory=dict)
    looks: dict[Look, Cell] = field(default_factory=dict)

    @property
    def filled(self) -> int:
        """How many cells are no gaps."""
        return self.kinds.total()

    @property
    def first_gap(self) -> str:
        """The first gap and its place: line 4, or first on line 4, with the word that stands there."""
        line, text = self.first[CellKind.GAP]
        place = f"{'line' if self.gaps == 1 else 'first on line'} {line}"
        return f"{quoted(text)}, {place}" if text else place

    def add(self, line: int, content: str) -> CellKind:
        """Look at one more cell: its kind."""
        text = content.strip()
        if text.isascii() and NUMBER.fullmatch(text) and ("." not in text or POINT in self.only):
            kind = CellKind.NUMBER
            _keep_first(self.signs, "", line, text)
            if len(text) > 1 and text[0] == "0" and text.isdigit():
                _keep_first(self.looks, Look.PADDED, line, text)
            elif "E" in text and LIKE_A_CODE.fullmatch(text):
                _keep_first(self.looks, Look.CODE, line, text)
        elif is_gap(text, self.all_words):
            self.gaps += 1
            _keep_first(self.first, CellKind.GAP, line, text)
            return CellKind.GAP
        else:
            kind = self._kind(line, text)
        self.kinds[kind] += 1
        _keep_first(self.first, kind, line, text)
        if not self.too_many:
            self.different[text] = self.different.get(text, 0) + 1
            self.too_many = len(self.different) > MOST_COUNTED
        return kind

    def _kind(self, line: int, text: str) -> CellKind:
        if is_date(text):
            return CellKind.DATE
        if is_ratio(text):
            _keep_first(self.signs, "", line, text)
            return CellKind.RATIO
        number = written(text)
        if number is None:
            return CellKind.ODD if is_odd(text) else CellKind.UNIT if has_unit(text) else CellKind.TEXT
        _keep_first(self.signs, number.mark, line, text)
        if number.in_doubt:
            _keep_first(self.in_doubt, Doubt.COMMA if "," in text else Doubt.POINT, line, text)
        elif number.comma is None:
            _keep_first(self.only, POINT, line, text)
        elif number.point is None:
            _keep_first(self.only, COMMA, line, text)
        if not NUMBER.fullmatch(text.replace("\N{MINUS SIGN}", "-")):
            _keep_first(self.looks, Look.DECORATED, line, text)
        return CellKind.NUMBER


class ColumnKind(StrEnum):
    """What a column was taken for; mixed are numbers and words, an index only numbers the rows."""

    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"
    MIXED = "mixed"
    EMPTY = "empty"
    INDEX = "index"


@dataclass(frozen=True)
class Inference:
    """What a column was taken for, how its numbers are written, and a `note` on what was assumed.

    A `problem` says why it can't be learned from, with its place; the remedy differs for features and the target.
    """

    kind: ColumnKind
    convention: Convention = POINT
    note: str = ""
    problem: str = ""
    remedy: str = ""
    target_remedy: str = "mend the cell, or leave the row out"


def evidence(surveys: Iterable[Survey]) -> set[Convention]:
    """The conventions that some cell of the file can only be written in."""
    return {convention for survey in surveys for convention in survey.only}


def infer(
    survey: Survey,
    source: str,
    separator: str,
    of_file: set[Convention],
    numbers: Convention | None = None,
    category: bool = False,
) -> Inference:
    """What a column is, by its own cells first, then by what other columns tell (`of_file`), or as `numbers` says.

    With `category` it holds categories, whatever they look like.
    """
    drop = f"leave the column out with --drop {quoted(survey.name)}"
    inference = _infer(survey, source, separator, of_file, numbers, category, drop)
    return inference if inference.remedy else replace(inference, remedy=f"mend the cell, or {drop}")


def _infer(
    survey: Survey,
    source: str,
    separator: str,
    of_file: set[Convention],
    numbers: Convention | None,
    category: bool,
    drop: str,
) -> Inference:
    place, name = f"{source}, column {quoted(survey.name)}", quoted(survey.name)
    kinds, filled = survey.kinds, survey.filled
    if not filled:
        problem = f"{place} is empty"
        return Inference(ColumnKind.EMPTY, problem=problem, remedy=drop, target_remedy="choose another target")
    if category:
        return _categories(survey, place, drop, insisted=True)
    if numbers is FRACTION and kinds[CellKind.NUMBER] + kinds[CellKind.RATIO] == filled:
        return _number(survey, source, separator, of_file, None)
    if kinds[CellKind.NUMBER] == filled:
        return _number(survey, source, separator, of_file, None if numbers is FRACTION else numbers)
    if kinds[CellKind.DATE] and kinds[CellKind.DATE] >= filled - kinds[CellKind.DATE]:
        advice = "turn them into a number, such as a year or an age"
        problem = f"{place} holds dates, such as {survey.first[CellKind.DATE]}"
        return Inference(ColumnKind.DATE, problem=problem, remedy=f"{advice}, or {drop}", target_remedy=advice)
    if kinds[CellKind.UNIT] + kinds[CellKind.ODD] == filled:
        advice = "leave only plain numbers in the cells"
        problem = (
            f"{place} holds numbers with a unit, such as {survey.first[CellKind.UNIT]}"
            if kinds[CellKind.UNIT]
            else f"{place} holds neither numbers nor words, but cells such as {survey.first[CellKind.ODD]}"
        )
        insist = f"{advice}, or {drop}, or use them as categories with --category {name}"
        return Inference(ColumnKind.TEXT, problem=problem, remedy=insist, target_remedy=advice)
    if kinds[CellKind.NUMBER]:
        return _or_fractions(survey, _mixed(survey, source, name, drop))
    return _or_fractions(survey, _categories(survey, place, drop, insisted=False), place)


def _mixed(survey: Survey, source: str, name: str, drop: str) -> Inference:
    """Numbers and words in one column: the kind that is rarer holds the slip."""
    few_words = survey.kinds[CellKind.NUMBER] >= survey.filled - survey.kinds[CellKind.NUMBER]
    rarer = NOT_NUMBERS if few_words else (CellKind.NUMBER,)
    line, text = min(survey.first[kind] for kind in rarer if kind in survey.first)
    problem = f"{source}, line {line}, column {quoted(survey.name)}: {quoted(text)} "
    if few_words:
        return Inference(ColumnKind.MIXED, problem=problem + _why_no_number(text), remedy=f"mend the cell, or {drop}")
    remedy = (
        f"mend the cell, or use the column as categories with --category {name}, or leave it out with --drop {name}"
    )
    problem += "is a number, but most cells of the column are not"
    return Inference(ColumnKind.MIXED, problem=problem, remedy=remedy)


def _or_fractions(survey: Survey, inference: Inference, place: str = "") -> Inference:
    """What two numbers with a slash were taken for, and how to have fractions of them."""
    ratio = survey.first.get(CellKind.RATIO)
    if ratio is None:
        return inference
    fractions = f"for fractions say --numbers {FRACTION}"
    if inference.problem:
        remedies = [remedy and f"{remedy}; {fractions}" for remedy in (inference.remedy, inference.target_remedy)]
        inference = replace(inference, remedy=remedies[0], target_remedy=remedies[1])
    if place:
        note = f"{place}: {quoted(ratio.text)} is taken for a word; {fractions}."
        return replace(inference, note=" ".join(filter(None, [inference.note, note])))
    return inference


def _why_no_number(text: str) -> str:
    try:
        read_float(text)
    except CannotRead as error:
        return str(error)
    return "is not a number like the others"


def _categories(survey: Survey, place: str, drop: str, insisted: bool) -> Inference:
    count, name = len(survey.different), quoted(survey.name)
    if survey.too_many:
        problem = f"{place} has more than {MOST_COUNTED:,} different cells, too many for categories"
        return Inference(ColumnKind.TEXT, problem=problem, remedy=drop, target_remedy="choose another target")
    if insisted:
        return Inference(ColumnKind.CATEGORY)
    insist = f"{drop}, or insist with --category {name}"
    if count > MOST_CATEGORIES:
        problem = f"{place} has {count} different words, and more than {MOST_CATEGORIES} are too many for categories"
        return Inference(
            ColumnKind.TEXT, problem=problem, remedy=insist, target_remedy=f"insist with --category {name}"
        )
    if count > 1 and count > NEARLY_ALL * survey.filled:
        # Classes of a small data set may all differ; as features they would only identify the rows.
        problem = f"{place} is different in nearly every row ({count} words in {survey.filled} rows), as a name is"
        few = count <= 10
        return Inference(
            ColumnKind.CATEGORY if few else ColumnKind.TEXT,
            problem=problem,
            remedy=insist,
            target_remedy="" if few else f"insist with --category {name}",
        )
    return Inference(ColumnKind.CATEGORY, note=_alike(survey, place))


def _alike(survey: Survey, place: str) -> str:
    """A word of warning where categories differ only in capitals or blanks."""
    seen: dict[str, str] = {}
    for word in survey.different:
        other = seen.setdefault(" ".join(word.casefold().split()), word)
        if other != word:
            return f"{place}: {quoted(other)} and {quoted(word)} are taken for different categories."
    return ""


def _number(
    survey: Survey, source: str, separator: str, of_file: set[Convention], numbers: Convention | None
) -> Inference:
    place = f"{source}, column {quoted(survey.name)}"
    if len(survey.signs) > 1:
        first, other = sorted(survey.signs.values())[:2]
        problem = (
            f"{source}, line {other.line}, column {quoted(survey.name)}: {quoted(other.text)} is not written like "
            f"{first}: a sign such as $ or % must stand in every cell, or none"
        )
        return Inference(ColumnKind.NUMBER, problem=problem)
    doubts = [doubt for doubt in Doubt if doubt in survey.in_doubt]
    if numbers:
        convention = numbers
        if slip := survey.only.get(numbers.other):
            where = f"{source}, line {slip.line}, column {quoted(survey.name)}"
            problem = f"{where}: {quoted(slip.text)} is not a number as --numbers {numbers} has them"
            return Inference(ColumnKind.NUMBER, convention, problem=problem)
    elif len(survey.only) == 2:
        problem = f"{place} mixes two ways to write numbers: {survey.only[POINT]} and {survey.only[COMMA]}"
        mend = "write them alike"
        return Inference(ColumnKind.NUMBER, problem=problem, remedy=mend, target_remedy=mend)
    elif survey.only:
        [convention] = survey.only
    elif not doubts:
        convention = POINT
    elif len(of_file) == 1 and len(doubts) == 1:
        [convention] = of_file
    elif doubts == [Doubt.POINT] and separator == "," and not of_file:
        return Inference(ColumnKind.NUMBER, POINT, note=_assumed_point(survey, place))
    else:
        line, text = survey.in_doubt[doubts[0]]
        number = written(text)
        assert number is not None and number.point is not None and number.comma is not None
        readings = f"{_plain(number.point)} or {_plain(number.comma)}"
        problem = f"{source}, line {line}, column {quoted(survey.name)}: {quoted(text)} may be {readings}"
        remedy = f"say --numbers {POINT} or --numbers {COMMA}"
        return Inference(ColumnKind.NUMBER, problem=problem, remedy=remedy, target_remedy=remedy)
    return Inference(ColumnKind.NUMBER, convention, note=_reading(survey, place, convention))


def _reading(survey: Survey, place: str, convention: Convention) -> str:
    """What was made of numbers that are not written plainly, by the first of them."""
    if code := survey.looks.get(Look.PADDED) or survey.looks.get(Look.CODE):
        value, category = _plain(code.text), f"--category {quoted(survey.name)}"
        return f"{place}: {quoted(code.text)} is read as {value}; if it is a code, say {category}."
    example = survey.looks.get(Look.DECORATED)
    if not example and convention is COMMA:
        example = survey.in_doubt.get(Doubt.POINT)
    if not example:
        return ""
    try:
        value = TypedFloat(as_number(example.text, convention)).text
    except CannotRead:  # Out of range, perhaps: its reader says so.
        return ""
    [sign] = survey.signs
    unit = ", a number in percent" if sign == "%" else f", without its {sign}" if sign else ""
    return f"{place}: {quoted(example.text)} is read as {value}{unit}."


def _assumed_point(survey: Survey, place: str) -> str:
    text = survey.in_doubt[Doubt.POINT].text
    value = TypedFloat(as_number(text, POINT)).text
    return f"{place}: {quoted(text)} is read as {value}; if points set thousands apart, say --numbers {COMMA}."


def _plain(text: str) -> str:
    return TypedFloat(float(text)).text
