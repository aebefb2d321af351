"""The sentences about data files: what was looked at, and how words become numbers."""

from __future__ import annotations

from penpaper_cli.sentences.common import plural

COLUMNS_HEADING = "The columns"
NOTICED_HEADING = "What was noticed"
FIRST_ROWS_HEADING = "The first rows"
CELLS = "what is in it"
BASELINE = "the baseline: all 0"
ONE_HOT = (
    "A column of words becomes one-hot columns, one for each word but the first, the baseline: 1 in the rows that have "
    "the word, 0 elsewhere. So a coefficient tells how far its word lies from the baseline."
)


def table_size(rows: int, columns: int, separator: str) -> str:
    """How big a table is, and what separates its columns where it is a text."""
    separated = f", separated by {separator}" if separator and columns > 1 else ""
    return f"{plural(rows, 'row')} of data and {plural(columns, 'column')}{separated}."


def columns_left_out(count: int) -> str:
    """How many columns the first rows leave out."""
    return f"{plural(count, 'more column')} not shown here: name those you want to see with --features."


def rows_left_out(count: int) -> str:
    """How many rows follow the first ones."""
    return f"{plural(count, 'more row')} in the file."


def different(count: int | None) -> str:
    """How many different words a column has, before the most frequent one; None where they are too many to count."""
    return f"{'over 1,000' if count is None else f'{count:,}'} different, most often "
