"""The sentences about models: how they start, how they are measured, what is worth knowing about them."""

from __future__ import annotations

from penpaper_cli.sentences.common import plural

STARTS = {
    "zeros": "Training starts with every weight and every bias at 0; η is the learning rate.",
    "he": (
        "Training starts with biases at 0 and with weights drawn evenly between minus and plus the root of 6 over the "
        "number of inputs of their layer (He et al., 2015); η is the learning rate."
    ),
    "xavier": (
        "Training starts with biases at 0 and with weights drawn evenly between minus and plus the root of 6 over the "
        "number of inputs and outputs of their layer (Glorot and Bengio, 2010); η is the learning rate."
    ),
}
PENALTY = (
    "λ is the strength of the penalty: λ/2 times the sum of the squared weights is added to the loss, so that weights "
    "stay small; biases are left out of it. The loss shown is with the penalty, and the measures at the end without."
)
FORWARD_LAYERS = "Forward pass: each layer takes what the layer before it made, times its weights, plus its bias."
CLASS_NUMBERS = "The classes are numbered in sorted order: "
SCALED_TARGET = "The target is scaled the same way, so that steps of one length suit it; the end undoes it."
THE_PARAMETERS = "The weights and biases that training came to:"
PENALISED = "The penalty keeps the weights smaller than those of least squares, so they don't meet."
TEST_ROWS = "On the test rows, which training never saw (the constant guess is still that of the training rows):"
TRAINING_ROWS = "On the rows that the model was trained on:"
OWN_UNITS = "The loss here is in the target's own units, too; the losses of the epochs are those of the scaled target."
CONFUSION = "The confusion table: how often each true class (a row) was taken for each class (a column)."
UNDO_TARGET = (
    "The target was scaled, too: times its standard deviation std_y, plus its mean mean_y, leads back to its own units."
)
INFINITE = "infinite"
NO_CHANCE = (
    "Some test rows have a class that no row to train on has. The constant guess gives it no chance at all, and so its "
    "loss is infinite."
)
HOW_GOOD_PREDICTIONS = "How good the predictions are"
WORTH_KNOWING = "Worth knowing"
TEST_CURVE = "The loss on the test rows, epoch by epoch"
SAME_UNITS = (
    "All weights started at 0, so the units of a hidden layer get the same gradients and stay equal for ever: they are "
    "worth one unit together. Leave --init out."
)
SATURATED = (
    "Every predicted probability is within 0.001 of 0 or 1: the model is as sure as can be on these rows, and larger "
    "weights would only make it surer. --l2 0.01 keeps the weights small."
)
SEPARABLE = (
    "Every row to train on is classified right, so larger weights make the loss smaller, and still larger ones smaller "
    "yet: there are no best weights, and these grow for as long as training goes on. --l2 0.01 sets them a limit."
)
NO_PROGRESS = "The loss did not fall below where it started: try other features, another --lr or more --epochs."
ROUND_EPOCHS = tuple(k * 10**p for p in range(9) for k in (1, 2, 5))
"""The epochs that a table of epochs shows, besides the first and the last."""
LOSS = "Loss: one number for how far the predictions land from the truth."
BACKWARD = "Gradients: how the loss changes with each number, by the chain rule from the loss backwards."
UPDATE = "Update: each weight takes a step against its gradient, the learning rate times as long."
LOGARITHMIC = "Going up, each step multiplies the loss by the same factor (a logarithmic scale)."
EVERY_EPOCH = "The curve is drawn through every epoch; -f json lists them all."
NOTHING_BEYOND_ROUNDING = "less than float64 can tell"
PREDICTION = "A prediction for a new row: put its numbers into the model."


def rule(word: str, batch: int | None, rows: int) -> str:
    """Which update rule is used, and on which rows."""
    if batch is None or batch >= rows:
        return f"The update rule is {word}, on all {rows:,} rows at once."
    return (
        f"The update rule is {word}, on batches: in each epoch the {rows:,} rows are shuffled and "
        f"taken {batch:,} at a time, with an update for each batch."
    )


def update(word: str) -> str:
    """How a parameter is updated."""
    return f"Update by {word}: each parameter takes its step; all gradients are from before it."


def drawn(seed: int) -> str:
    """Where random numbers come from."""
    return f"The random numbers come from seed {seed}, so that the run can be repeated."


def set_aside(held: int, all_rows: int, seed: int) -> str:
    """The test rows."""
    verb = "was" if held == 1 else "were"
    return (
        f"{plural(held, 'row')} of {all_rows:,} {verb} set aside for a test, drawn with seed {seed}; neither the "
        "scaling nor the training sees them, and only the others are shown here."
    )


def untold(count: int) -> str:
    """The test rows that the model can say nothing of."""
    verb = "has" if count == 1 else "have"
    return (
        f"{count:,} of them {verb} a word that no row to train on has, so the model can say nothing of it: left out "
        "of the test."
    )


def goes_on(epochs: int) -> str:
    """Where a resumed run starts."""
    return f"Training goes on after epoch {epochs:,} from what the saved model holds; η is the learning rate."


def batch_worked(count: int, size: int) -> str:
    """Which batch of an epoch is worked."""
    return f"This epoch has {plural(count, 'batch')}; the first, with {plural(size, 'row')}, is worked: "


def patience(stopped: int | None, best: int, wait: int, tested: bool) -> str:
    """What patience came to."""
    which = "test loss" if tested else "loss"
    if stopped is None:
        return f"The lowest {which} was that of epoch {best:,}; the model has its parameters."
    return (
        f"Training stopped after epoch {stopped:,}: for {plural(wait, 'epoch')} the {which} had not fallen below that "
        f"of epoch {best:,}. The model has the parameters of epoch {best:,}."
    )


def dead_layer(number: int, layers: int) -> str:
    """That a layer lets nothing through."""
    where = "The hidden layer" if layers == 1 else f"Hidden layer {number}"
    return (
        f"{where} is dead: every unit is 0 on every row, so no gradient reaches the weights before it and they can't "
        "learn any more. Try another --seed, a smaller --lr, or --activation leaky-relu."
    )


def many_models(weights: int, rows: int, tested: bool) -> str:
    """More columns than rows."""
    remedy = "believe only the test" if tested else "test it with --test 0.2"
    return (
        f"The model has {weights:,} numbers to learn from {plural(rows, 'row')}, so many models fit these rows equally "
        f"well, and how good it is on them says little: {remedy}, or hold it back with --l2."
    )


def rows_left_out(count: int) -> str:
    """How many predictions are not worked."""
    return f"{plural(count, 'row')} more went the same way."


def long_equation(terms: int) -> str:
    """Why the model is not written as an equation."""
    return f"The model has {terms:,} coefficients, too many for one line; -f json and the saved file list them all."


def features_left_out(count: int) -> str:
    """How many rows of a table of features are left out."""
    return f"{plural(count, 'feature')} left out here: --detail full lists them all."


def predictions_left_out(count: int) -> str:
    """How many predictions are not in the table."""
    return f"{plural(count, 'prediction')} not shown here: -f json lists them all."


def too_many_classes(count: int) -> str:
    """Why there is no confusion table."""
    return f"The confusion table of {count} classes is too wide to draw; -f json holds it."


def interrupted(epochs: int, saved: str | None) -> str:
    """The one sentence after Ctrl-C."""
    kept = f"what was learned so far is saved in {saved}" if saved else "nothing is saved without --save"
    return f"interrupted after {plural(epochs, 'epoch')}; {kept}."


def classes_missing(count: int) -> str:
    """Classes that no training row shows."""
    return f"{plural(count, 'class')} of the target can't be learned: no row to train on has it. Try another --seed."


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


def least_squares(unique: bool, scaled: bool) -> str:
    """What the exact answer is."""
    smallest = "those whose scaled weights are the smallest" if scaled else "the smallest"
    text = "Least squares gives the smallest loss that any weights can have; gradient descent walks towards it."
    if unique:
        return text
    return text + f" Some features depend on each other exactly, so many weights share that loss; these are {smallest}."


def not_there_yet(more: int) -> str:
    """That gradient descent has not arrived, and what to try."""
    return f"Gradient descent has not arrived yet: more epochs, such as --epochs {more}, bring it closer."


def diverged(epoch: int, rate: str, smaller: str, uneven: tuple[str, str] | None = None, where: str = "here") -> str:
    """Why training diverged, and what to try; of `uneven` features the first is much larger than the second."""
    grown = f"after {plural(epoch, 'epoch')} the loss has grown instead of shrinking"
    text = f"Training diverged: {grown if epoch else 'the first update already leaves the range of numbers'}."
    if uneven:
        return (
            f"{text} The features are on very different scales ({uneven[0]} is much larger than {uneven[1]}): "
            f"try --scale standard, or a learning rate below {rate}, such as --lr {smaller}."
        )
    return f"{text} The learning rate {rate} is too high {where}: try --lr {smaller}."
