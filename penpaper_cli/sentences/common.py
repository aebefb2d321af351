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


def rounded_to(digits: int) -> str:
    """The note under a table that holds rounded numbers."""
    return f"Numbers here are rounded to {plural(digits, 'digit')} or to whole numbers, whichever shows more."


ROUND_EPOCHS = tuple(k * 10**p for p in range(9) for k in (1, 2, 5))
"""The epochs that a table of epochs shows, besides the first and the last."""

LOSS = "Loss: one number for how far the predictions land from the truth."
BACKWARD = "Gradients: how the loss changes with each number, by the chain rule from the loss backwards."
UPDATE = "Update: each weight takes a step against its gradient, the learning rate times as long."
LOGARITHMIC = "Going up, each step multiplies the loss by the same factor (a logarithmic scale)."
PREDICTION = "A prediction for a new row: put its numbers into the model."
NOTHING_BEYOND_ROUNDING = "less than float64 can tell"
EVERY_EPOCH = "The curve is drawn through every epoch; -f json lists them all."
SHORTENED = (
    "A bracket such as (9 more: 12) stands for terms that are left out and what they add up to: "
    "--detail full writes them all."
)


def no_variation(measure: str) -> str:
    """Why a measure such as R² is missing."""
    return f"The target never varies, so there is nothing for {measure} to explain."


def data_set(rows: int, features: int) -> str:
    """What is in a data set, up to the names of its features."""
    return f"{plural(rows, 'row')}, one sample each, and {plural(features, 'feature')}: "


def why_scale(standard: bool, which: str = "the first feature") -> str:
    """What scaling does, and why; `which` feature is worked."""
    how = (
        "subtract the feature's mean and divide by its standard deviation (over n)"
        if standard
        else "subtract the feature's minimum and divide by its range"
    )
    return f"Features on one scale let one learning rate suit all weights: {how}. Here is {which}, worked."


def scaling_names(standard: bool) -> tuple[str, str]:
    """What the shift and the spread of a scaling are called."""
    return ("mean", "standard deviation") if standard else ("minimum", "range")


def starting_weights(features: int) -> str:
    """Where training starts."""
    weights = "the weight" if features == 1 else "every weight"
    return f"Training starts with {weights} and the bias at 0; η is the learning rate."


def epoch_heading(epoch: int, last: int) -> str:
    """Which epoch is worked."""
    return f"Epoch {epoch:,} worked" + (" (the last)" if epoch == last and epoch > 1 else "")


def epochs_table(between: int) -> str:
    """What the table of epochs holds, and how many it leaves out."""
    rest = f" {plural(between, 'epoch in between')} left out; -f json lists them all." if between else ""
    return f"Epoch 0 is before any update.{rest}"


def undo_scaling(kind: str, epoch: str) -> str:
    """How the model gets back to the user's units, with the weights after `epoch`, such as "the last epoch"."""
    if kind == "none":
        return "The features were not scaled, so the weights are in your own units already."
    shift, spread = ("mean", "std") if kind == "standard" else ("min", "range")
    return (
        f"Undo the scaling, with the weights after {epoch}: each coefficient c is the weight divided by its "
        f"feature's {spread}, and the intercept a is the bias less what the {shift} of each feature adds."
    )


def least_squares(unique: bool) -> str:
    """What the exact answer is."""
    text = "Least squares gives the smallest loss that any weights can have; gradient descent walks towards it."
    if unique:
        return text
    return (
        text + " Some features depend on each other exactly, so many weights share that loss; these are the smallest."
    )


def not_there_yet(more: int) -> str:
    """That gradient descent has not arrived, and what to try."""
    return f"Gradient descent has not arrived yet: more epochs, such as --epochs {more}, bring it closer."


def diverged(epoch: int, rate: str, safe: str, uneven: tuple[str, str] | None) -> str:
    """Why training diverged, and what to try."""
    grown = f"after {plural(epoch, 'epoch')} the loss has grown instead of shrinking"
    text = f"Training diverged: {grown if epoch else 'the first update already leaves the range of numbers'}."
    if uneven:
        return (
            f"{text} The features are on very different scales ({uneven[0]} is much larger than {uneven[1]}): "
            f"try --scale standard, or a learning rate below {rate}, such as --lr {safe}."
        )
    return f"{text} The learning rate {rate} is too high for these features: try --lr {safe}."


GIVEN_HEADING = "Given"
WORKING_HEADING = "Working"
FORWARD_HEADING = "Forward pass"
BACKWARD_HEADING = "Backward pass"
NUDGE_HEADING = "The gradient checked by nudging"
CHAIN_RULE = "The chain rule, from the last line backwards: each line passes on its gradient to what it was made from."
NUDGE = (
    "Change one number by a little, h, up and down, watch the last line, and divide the difference by 2h: "
    "the slope must be the gradient that was worked."
)
NUDGE_FAILED = "Where it says FAIL, the two slopes differ: the function may have a corner there, or be very steep."


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
UPDATE_RULE = "Each parameter takes its step; all gradients are those from before the update."
FROZEN = " stays as it is."
LOSS_AFTER_HEADING = "The loss after the update"
LOSS_AFTER = ("The loss was ", " before the update and is now ")


def step_heading(number: int) -> str:
    """Which step is worked."""
    return f"Step {number:,}"


def steps_left_out(count: int) -> str:
    """How many steps the table leaves out."""
    return f"{plural(count, 'step in between')} left out; -f json lists them all."
