"""Features that depend on each other, exactly or nearly, named in blocks and in the sentence of an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from penpaper_cli.data.sources import quoted
from penpaper_cli.explain.show import Show
from penpaper_cli.expressions.arithmetic import Expr, Name, Num
from penpaper_cli.expressions.numbers import Figures, Scalar, Typed
from penpaper_cli.models.dependence import BEYOND_FLOAT64, INFLATED, Dependence, inflation
from penpaper_cli.models.least_squares import Solved
from penpaper_cli.paper.arrays import Array
from penpaper_cli.sentences import fit as fit_words
from penpaper_cli.sentences.common import listed
from penpaper_cli.solution.blocks import Block, Parts, Sentence, Table, Working

MOST_NAMED = 5
SHORT_FRACTION = 9
"""Characters of a fraction that is still easier to work with than its rounded decimal."""
ONES = ""
"""What stands for the column of ones in a list of names."""


def handy(number: Scalar, figures: Figures) -> Scalar:
    """An exact number as its fraction, where that is short and no decimal shows it in full: 4/3."""
    short = isinstance(number, Fraction) and not figures.in_full(number) and len(str(number)) <= SHORT_FRACTION
    return Typed(str(number), str(number)) if short else number


def linear(terms: Iterable[tuple[Scalar, str]]) -> Expr:
    """A sum of names with their factors, signs as on paper: 52.3 + 0.139·size - bedrooms."""
    written: Expr | None = None
    for factor, name in terms:
        size = Num(_unsigned(factor))
        term: Expr = size if name == ONES else Name(name) if size.value == 1 else size * Name(name)
        if written is None:
            written = -term if factor < 0 else term
        else:
            written = written - term if factor < 0 else written + term
    return written or Num(Fraction(0))


def _unsigned(factor: Scalar) -> Scalar:
    """Without its sign; a number as it was typed stays as typed."""
    if factor >= 0:
        return factor
    return Typed(-factor, factor.text.removeprefix("-")) if isinstance(factor, Typed) else -factor


def sign(factors: Iterable[Scalar], figures: Figures) -> str:
    """Whether an equation with these factors holds as it is printed."""
    return "=" if all(figures.in_full(factor) for factor in factors) else "≈"


def terms(dependence: Dependence, names: Sequence[str], figures: Figures) -> list[tuple[Scalar, str]]:
    """The columns that a column depends on, with their factors; the constant last."""
    written = ((handy(factor, figures), names[k]) for k, factor in dependence.factors.items())
    return sorted(written, key=lambda term: term[1] == ONES)


def dependent(solved: Solved, names: Sequence[str], show: Show) -> Iterator[Block]:
    """The columns that depend on others: rooms = 2·bedrooms + 1."""
    yield Sentence((fit_words.EVERY_ROW,))
    for dependence in solved.dependent[:MOST_NAMED]:
        written = terms(dependence, names, show.figures)
        relation = sign((factor for factor, _ in written), show.figures) if solved.exact else "≈"
        yield Working((Name(names[dependence.column]), linear(written)), (relation,))
    hidden = len(solved.dependent) - MOST_NAMED
    if hidden > 0:
        yield Sentence((fit_words.relations_left_out(hidden),), explains=False)


def nearly_dependent(X: Array, names: Sequence[str], intercept: bool = True) -> Iterator[Block]:
    """The features that the others nearly determine, with their variance inflation factors."""
    factors = inflation(X, intercept)
    inflated = [(name, float(factor)) for name, factor in zip(names, factors, strict=True) if factor > INFLATED]
    if inflated:
        yield Sentence((fit_words.inflated(INFLATED, f"{100 - 100 / INFLATED:g}"),), explains=False)
        head: tuple[Parts, ...] = (("feature",), (fit_words.FACTOR,))
        yield Table(head, [((Name(name),), _factor(factor)) for name, factor in inflated], "lr")


def _factor(factor: float) -> Parts:
    """Three digits of it: float64 keeps fewer the larger it is."""
    return (Num(float(f"{factor:.2e}")),) if factor < BEYOND_FLOAT64 else (fit_words.BEYOND_FLOAT64,)


def no_unique_answer(solved: Solved, names: Sequence[str], rows: int) -> str:
    """The sentence that names the columns and the remedy."""
    shown = solved.dependent[:MOST_NAMED]
    clauses = [_clause(dependence, names, solved.exact) for dependence in shown]
    columns = [quoted(names[dependence.column]) for dependence in shown]
    hidden = len(solved.dependent) - len(shown)
    if hidden:
        clauses.append(fit_words.more_dependent(hidden))
        columns.append(fit_words.THE_LIKE)
    return fit_words.no_unique_answer(listed(clauses), listed(columns), rows, len(names))


def _clause(dependence: Dependence, names: Sequence[str], exact: bool) -> str:
    """One dependence as a clause: "rooms" = 2·"bedrooms" + 1 in every row."""
    figures = Figures()
    factors = terms(dependence, names, figures)
    written = ""
    for factor, name in factors:
        joint = (" − " if factor < 0 else " + ") if written else "−" if factor < 0 else ""
        size = figures.text(factor).removeprefix("-")
        written += joint + (size if name == ONES else quoted(name) if size == "1" else f"{size}·{quoted(name)}")
    relation = sign((factor for factor, _ in factors), figures) if exact else "≈"
    return f"{quoted(names[dependence.column])} {relation} {written or '0'} in every row"
