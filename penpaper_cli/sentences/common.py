"""The sentences that join things up: plurals, counts, what was left out."""

from __future__ import annotations

from collections.abc import Sequence

IRREGULAR = {
    "entry": "entries",
    "matrix": "matrices",
    "bias": "biases",
    "batch": "batches",
    "class": "classes",
    "epoch in between": "epochs in between",
    "step in between": "steps in between",
}


def plural(count: int, noun: str) -> str:
    """1 entry, 2 entries, 1,000 rows."""
    return f"{count:,} {noun if count == 1 else IRREGULAR.get(noun, noun + 's')}"


def listed(items: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def any_of(items: Sequence[str]) -> str:
    """a, b or c."""
    return " or ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def more(count: int) -> str:
    """How many terms of a sum are left out."""
    return f"{count:,} more"


def left_out(count: int, example: str) -> str:
    """Which entries were not worked, and how to see them; `example` is a place such as 3,2."""
    verb = "is" if count == 1 else "are"
    return (
        f"The other {plural(count, 'entry')} {verb} worked the same way: "
        f"--entry {example} works the one you name, --steps all works them all."
    )


def vector_left_out(count: int, example: str) -> str:
    """Which rows of a dot product were not shown, and how to see them."""
    return (
        f"{plural(count, 'row')} left out here: --entry {example} shows the one you name, --steps all shows them all."
    )


def grid_left_out(hidden: Sequence[tuple[int, str]]) -> str:
    """How much of a big matrix is not drawn, and how to see it."""
    counts = listed([plural(n, noun) for n, noun in hidden])
    return f"{counts} not drawn here: --detail full draws the whole."


def two_vectors(length: int) -> str:
    """The note on shape of a dot product."""
    return f"Two vectors of length {length:,} give one number: every element has a partner, and the products are added."


def one_pair() -> str:
    """The note on shape of a dot product of vectors of length 1."""
    return "Two vectors of length 1 give one number: a single product, with nothing to add."


def shape_rule(inner: int, rows: int, columns: int) -> str:
    """Why a matrix product has the shape it has."""
    return (
        f"The inner sizes match ({inner:,} and {inner:,}): every entry of a row of the first has a partner in a column "
        f"of the second. The outer sizes give the result: {plural(rows, 'row')} and {plural(columns, 'column')}."
    )


def count_of_work(entries: int, inner: int) -> str:
    """How many multiplications and additions a matrix product takes."""
    each = f"{plural(inner, 'multiplication')} and {plural(inner - 1, 'addition')}"
    if entries == 1:
        return f"The work: {each}."
    return (
        f"The work: {plural(entries, 'entry')}, each with {each}: "
        f"{plural(entries * inner, 'multiplication')} and {plural(entries * (inner - 1), 'addition')} in all."
    )


def rounds_of_work(entries: int, inner: int, cores: int) -> str:
    """How long the work takes in rounds, when cores work at the same time, one entry each."""
    each = 2 * inner - 1
    turns = -(-entries // cores)
    one = f"One core takes {plural(entries * each, 'round')}, one operation in each."
    if cores == 1:
        return one
    if entries == 1:
        return f"{one} There is one entry only, so more cores would find nothing to do."
    busy = min(cores, entries)
    idle = f" ({plural(cores - busy, 'core')} with nothing to do)" if cores > busy else ""
    return (
        f"{one} No entry needs another one's result, so {cores:,} cores can work {plural(busy, 'entry')} at the same "
        f"time{idle}: {plural(turns, 'turn')} of {plural(each, 'round')}, {plural(turns * each, 'round')} in all. "
        "This is why GPUs matter: they have thousands of cores."
    )


def in_float64(why: str) -> str:
    """Where exact arithmetic ends."""
    return f"{why}, so the arithmetic here is float64 (about 16 significant digits), and results are rounded for print."


def in_decimals(why: str) -> str:
    """Where the rationals are left."""
    return f"{why}, so the arithmetic goes on in decimals of 50 digits, and results are rounded for print."


def nothing_left(digits: int, exponent: int) -> str:
    """What is known of a number of which rounding has left nothing."""
    return f"Worked with {digits:,} digits, what is about 0 here is smaller than 1e{exponent}: it may be 0."


def rounded_to(digits: int) -> str:
    """The note under a table that holds rounded numbers."""
    return f"Numbers here are rounded to {plural(digits, 'digit')} or to whole numbers, whichever shows more."


SHORTENED = (
    "A bracket such as (9 more: 12) stands for terms that are left out and what they add up to: "
    "--detail full writes them all."
)

GIVEN_HEADING = "Given"
WORKING_HEADING = "Working"
FORWARD_HEADING = "Forward pass"
BACKWARD_HEADING = "Backward pass"
NUDGE_HEADING = "The gradient checked by nudging"
CHAIN_RULE = "The chain rule, from the last line backwards: each line passes on its gradient to what it was made from."
NUDGE_FAILED = "Where it says FAIL, the two slopes differ: the function may have a corner there, or be very steep."


def nudge(letter: str) -> str:
    """What is done to check a gradient; a nudge is called by a letter that the user doesn't have."""
    return (
        f"Change one number by a little, {letter}, up and down, watch the last line, and divide the difference by "
        f"2{letter}: the slope must be the gradient that was worked."
    )


def nudges_left_out(count: int) -> str:
    """How many entries were not nudged."""
    return f"{plural(count, 'entry')} not nudged here: --steps all nudges them all."


def repeated(small: tuple[int, ...], large: tuple[int, ...]) -> str:
    """Broadcasting in words, after the operand's name."""
    if not small or set(small) == {1}:
        return " is one number: it is used for every entry."
    if len(small) < len(large) or small[0] == 1:
        return f" is one row of {small[-1]}: it is repeated for each of the {large[0]} rows."
    return f" is one column of {small[0]}: it is repeated for each of the {large[-1]} columns."


STEPS_HEADING = "Step by step"
UPDATE_HEADING = "Update"
UPDATE_RULE = (
    "The gradient points to where the loss rises fastest, so each parameter takes a step against its gradient; η, the "
    "learning rate, sets how long the step is. All gradients are those from before the update."
)
FROZEN = " stays as it is."
LOSS_AFTER_HEADING = "The loss after the update"
LOSS_AFTER = ("The loss was ", " before the update and is now ")


def activations_of_layers(names: Sequence[str]) -> str:
    """Which layer has which activation; a layer whose scores are passed on as they are has none."""
    if set(names) == {"none"}:
        return "No layer has an activation: each passes on its scores as they are."
    last = "; the scores of a layer with none are passed on as they are" if "none" in names else ""
    return f"Activations: {listed([f'layer {k} has {name}' for k, name in enumerate(names, 1)])}{last}."


def step_heading(number: int) -> str:
    """Which step is worked."""
    return f"Step {number:,}"


def steps_left_out(count: int) -> str:
    """How many steps the table leaves out."""
    return f"{plural(count, 'step in between')} left out; -f json lists them all."
