"""The sentences of the closed-form solution: the normal equations, elimination, and features that depend on others."""

from __future__ import annotations

from penpaper_cli.sentences.common import in_float64, plural

DATA_HEADING = "The design matrix: "
NORMAL_HEADING = "The normal equations: "
NORMAL_EQUATIONS = (
    "The loss is smallest where its slope by every coefficient is 0. Each slope is a column of X times the residuals, "
    "times -2/n; set to 0, the slopes give one equation for each coefficient, the normal equations."
)
ELIMINATION_HEADING = "Elimination: one zero after the other"
BACK_HEADING = "Back-substitution: the last unknown first"
BACK_SUBSTITUTION = (
    "The last row has one unknown left. Each row above it has one more, and the others are known by then: "
    "move them to the right, and divide by what stands on the diagonal."
)
NO_TURNS = "Every entry below the diagonal is 0 already, so there is nothing to eliminate."
TRIANGLE = "After the last turn, everything below the diagonal is 0:"
FIT_HEADING = "How the model fits the data"
PREDICTIONS = "Predictions: each row of X times the coefficients."
RESIDUALS = "Residuals: what the predictions leave unexplained."
LOSS = "The loss: the mean of the squared residuals. No other coefficients make it smaller."
CHECK_HEADING = "Check"
CHECK = (
    "Each column of X times the residuals comes to exactly 0: this is what the normal equations ask for, "
    "so the coefficients are right."
)
SINGULAR_VALUES_HEADING = "The coefficients"
SINGULAR_VALUES = (
    "Elimination on the normal equations is exact in fractions, but in float64 it would lose digits. So the features "
    "are put on one scale and the coefficients found by singular values (NumPy's lstsq)."
)
NO_INTERCEPT_MEASURES = (
    "The model has no intercept, so it may do worse than guessing the mean; R² is below 0 where it does."
)
COLLINEAR_HEADING = "Features that depend on each other"
SINGULAR = "A column that the columns before it add up to brings nothing new, so the coefficients aren't determined."
EXACT_FRACTIONS = "Least squares was worked in exact fractions, from the numbers as they were read."
EVERY_ROW = "In every row:"
FACTOR = "variance inflation factor (3 digits)"
BEYOND_FLOAT64 = "more than float64 can tell"
THE_LIKE = "those like them"


def data_set(rows: int, features: int, intercept: bool) -> str:
    """What is in the data, up to the name of the target."""
    ones = (
        "A column of ones stands in front, so that the intercept is a coefficient like the others"
        if intercept
        else "There is no column of ones, since the model has no intercept"
    )
    return f"{plural(rows, 'row')}, one sample each, and {plural(features, 'feature')}. {ones}. The target is "


def in_words(intercept: bool) -> str:
    """What the numbers of the model mean."""
    level = "The intercept is the prediction where every feature is 0, and each" if intercept else "Each"
    return (
        f"{level} coefficient is what one more of its feature adds to the prediction, the other features staying "
        "as they are."
    )


def large(forced: bool) -> str:
    """Why the work is done in float64."""
    return in_float64("Float64 was asked for" if forced else "This is much work for exact fractions")


LONG_DIGITS = in_float64(
    "Some cells have more digits than float64 is sure to keep, and as far as it can tell, features depend on each "
    "other (--exact takes the digits as they are)"
)


def elimination(unknowns: int) -> str:
    """What elimination does."""
    if unknowns == 1:
        return "There is one unknown only, so there is nothing to eliminate."
    return (
        "Write A and v side by side, as M. Taking a multiple of one row from another doesn't change the solution; "
        "each turn takes the multiple that makes one entry below the diagonal 0. No rows need to be swapped: a 0 on "
        "the diagonal would mean that a column depends on those before it."
    )


def zero_pivot(row: int) -> str:
    """What a zero on the diagonal says."""
    return f"Row {row} has become 0 throughout, so its column depends on the columns before it."


def turn(row: int, pivot: int, negative: bool, about: bool) -> tuple[str, str]:
    """One turn in words, before and after the factor."""
    return (f"Row {row} {'plus' if negative else 'minus'} {'about ' if about else ''}", f" times row {pivot}")


def turns_left_out(count: int) -> str:
    """How many turns of elimination were not shown."""
    return f"{plural(count, 'turn')} like these left out here: --detail full shows them all."


def unknowns_left_out(count: int) -> str:
    """How many coefficients were not worked."""
    return f"{plural(count, 'coefficient')} worked in the same way left out here: --detail full shows them all."


def inflated(threshold: int, share: str) -> str:
    """What nearly collinear features are."""
    return (
        f"Nearly collinear: the other features explain more than {share} % of each of these (a variance inflation "
        f"factor above {threshold}). The solution stands, but such coefficients change much when the data change a "
        "little, so don't read them one by one."
    )


def relations_left_out(count: int) -> str:
    """How many dependences were not written out."""
    return f"{plural(count, 'more column')} of this kind not shown here."


def more_dependent(count: int) -> str:
    """How many columns an error doesn't name."""
    return f"{plural(count, 'more column')} {'depends' if count == 1 else 'depend'} on others"


def no_unique_answer(dependences: str, columns: str, rows: int, unknowns: int) -> str:
    """Why there is no one solution, and what to do."""
    few = rows < unknowns
    start = f"{plural(rows, 'row')} can't settle {plural(unknowns, 'coefficient')}: no" if few else "No"
    remedy = f"{'give more rows, or ' if few else ''}leave {columns} out, by listing the other features with --features"
    return f"{start} single answer fits best, since {dependences}; {remedy}."
