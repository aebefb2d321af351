"""What one cell of a data file says: a gap, a number in one of two conventions, a date, or words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from penpaper_cli.data.entries import read_float
from penpaper_cli.errors import CannotRead
from penpaper_cli.expressions.numbers import NUMBER

GAPS = {"", "na", "n/a", "#n/a", "nan", "null", "none", "-", "?"}
"""What stands for a missing value, whether in capitals or not."""
NEVER_WORDS = {"", "#n/a"}
"""Those of them that stand for one also where --category makes words of all that a column holds."""


class Convention(StrEnum):
    """How numbers are written, as --numbers names it: the decimal mark is a point, or it is a comma.

    Or two whole numbers with a slash are a fraction, which might as well be a code, a mark or a pressure.
    """

    POINT = "1,234.56"
    COMMA = "1.234,56"
    FRACTION = "1/2"

    @property
    def other(self) -> Convention:
        """The other decimal mark's."""
        return COMMA if self is POINT else POINT


POINT, COMMA, FRACTION = Convention


SPACES = "' ’\u00a0\u2009\u202f"
PLAIN_POINT = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
PLAIN_COMMA = r"(?:\d+(?:,\d+)?|,\d+)(?:[eE][+-]?\d+)?"
CORES = {
    # The second form is how India groups its digits: 12,34,567.
    POINT: re.compile(
        rf"{PLAIN_POINT}|[1-9]\d{{0,2}}(?:,\d{{3}})+(?:\.\d*)?|[1-9]\d?(?:,\d{{2}})+,\d{{3}}(?:\.\d*)?", re.ASCII
    ),
    COMMA: re.compile(rf"{PLAIN_COMMA}|[1-9]\d{{0,2}}(?:\.\d{{3}})+(?:,\d*)?", re.ASCII),
}
SPACED = re.compile(rf"[1-9]\d{{0,2}}(?P<mark>[{SPACES}])\d{{3}}(?:(?P=mark)\d{{3}})*(?:[.,]\d*)?", re.ASCII)
RATIO = re.compile(r"[+-]?\d+/\d+", re.ASCII)
LIKE_A_CODE = re.compile(r"\d+E\d+", re.ASCII)
"""A number that may be meant for a code, such as 12E4 beside 13F4; programs write 1e5, 1E+05 or 1.2E5."""
MONEY = "[$€£¥₹₽]|zł|USD|EUR|GBP|JPY|CHF|CNY|INR|RUB|PLN"
DECORATED = re.compile(rf"([+-]?)((?:{MONEY})?)\s?([+-]?)([\d.,].*?)\s?((?:{MONEY}|%)?)")

MONTHS = (
    r"(?:jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?"
    r"|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\.?"
)
TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]m)?\s*(?:z|utc|[+-]\d{2}:?\d{2})?"
DAY = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4}-\d{2}"
    r"|(?:0?[1-9]|1[0-2])/(?:19|20)\d{2}"
    rf"|{MONTHS}[ -]\d{{1,2}}(?:st|nd|rd|th)?,?[ -]\d{{2,4}}|\d{{1,2}}(?:st|nd|rd|th)?\.?[ -]{MONTHS},?[ -]\d{{2,4}}"
    rf"|\d{{4}}[ -]{MONTHS}(?:[ -]\d{{1,2}})?|{MONTHS}[ -]\d{{2,4}}"
)
DATE = re.compile(rf"(?:[a-z]{{2,9}}\.?,? )?(?:(?:{DAY})(?:(?:t|,?\s)\s*{TIME})?|{TIME})", re.IGNORECASE | re.ASCII)
WITH_UNIT = re.compile(r"[+-]?\d[\d.,]*\s?[^\W\d_][^\d]*|[+-]?\d[\d.,]*\s?[^\w\s.,:/()-]+|[A-Z]{2,3}\s\d[\d.,]*")
"""A number with its unit, such as 850 sqft or EUR 5."""

HEXADECIMAL = re.compile(r"0[xX][\da-fA-F]+")


def is_gap(cell: str, all_words: bool = False) -> bool:
    """Whether the cell stands for a missing value; where all words count as words, None or NA does not."""
    return cell.strip().lower() in (NEVER_WORDS if all_words else GAPS)


@dataclass(frozen=True)
class Written:
    """A number as a cell has it: a plain decimal (or a fraction) by each convention, None where it can't be one.

    `mark` is a currency or percent sign; `spaced` says that its thousands are set apart by blanks or apostrophes.
    """

    point: str | None
    comma: str | None
    mark: str = ""
    spaced: bool = False

    def by(self, convention: Convention) -> str | None:
        """The number by one of the conventions."""
        return self.point if convention is POINT else self.comma

    @property
    def in_doubt(self) -> bool:
        """Whether the two conventions make different numbers of it."""
        return None not in (self.point, self.comma) and self.point != self.comma


def written(cell: str) -> Written | None:
    """The number in a cell, or None when it holds none."""
    text = cell.strip().replace("\N{MINUS SIGN}", "-")
    if NUMBER.fullmatch(text) and text.isascii() and "." not in text:
        return Written(text, text)
    if RATIO.fullmatch(text):
        return Written(text, text)
    parts = DECORATED.fullmatch(text)
    if not parts or (parts[1] and parts[3]) or (parts[2] and parts[5]):
        return None
    sign, core, mark = parts[1] or parts[3], parts[4], parts[2] or parts[5]
    spaced = SPACED.fullmatch(core)
    if spaced:
        core = core.replace(spaced["mark"], "")
        # Where the thousands are set apart by something else, the one mark left is the decimal mark.
        point = None if "," in core else sign + core
        comma = None if "." in core else sign + core.replace(",", ".")
        return Written(point, comma, mark, spaced=True)
    point = sign + core.replace(",", "") if CORES[POINT].fullmatch(core) else None
    comma = sign + core.replace(".", "").replace(",", ".") if CORES[COMMA].fullmatch(core) else None
    return None if point is None and comma is None else Written(point, comma, mark)


def can_be_number(cell: str) -> bool:
    """Whether a cell is a number in one convention or the other."""
    return written(cell) is not None


def is_date(cell: str) -> bool:
    """Whether a cell is a day, a month of a year, or a time of day."""
    return len(cell) < 50 and any(c.isdigit() for c in cell) and bool(DATE.fullmatch(cell.strip()))


def has_unit(cell: str) -> bool:
    """Whether a cell is a number and its unit."""
    return len(cell) < 50 and bool(WITH_UNIT.fullmatch(cell.strip()))


def is_ratio(cell: str) -> bool:
    """Whether a cell is two whole numbers with a slash between them, such as 1/2 or 120/80."""
    return bool(RATIO.fullmatch(cell.replace("\N{MINUS SIGN}", "-")))


def is_odd(cell: str) -> bool:
    """Whether a cell that is no number is no word either: digits without letters, such as 1_000 or 10-20, or 0x1F."""
    return any(c.isdigit() for c in cell) and (not any(c.isalpha() for c in cell) or bool(HEXADECIMAL.fullmatch(cell)))


def as_number(cell: str, convention: Convention) -> float:
    """The number in a cell. Raises CannotRead with the end of a sentence: "is not a number"."""
    if convention is POINT and NUMBER.fullmatch(cell):
        return read_float(cell)
    number = written(cell)
    if number is None:
        return read_float(cell)
    text = number.by(convention)
    if text is None:
        raise CannotRead(f"is not a number as {convention} is one")
    return read_float(text)
