"""The calculation as a NumPy script. NumPy doesn't differentiate, so its gradients are the lines that were worked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from penpaper_cli.expressions.functions import FUNCTIONS
from penpaper_cli.render.scripts.helpers import NUMPY
from penpaper_cli.render.scripts.layout import all_whole
from penpaper_cli.render.scripts.script import Library
from penpaper_cli.render.scripts.terms import Row
from penpaper_cli.solution.script import Call, Differentiate, Given, Number


def product(call: Call) -> str:
    """Times a step is times whether it is positive."""
    second = call.args[1]
    return "a * (b_0 > 0)" if isinstance(second, Call) and second.op == "step" else "a * b"


def stretched(call: Call) -> str:
    """One number in every place, or an array repeated."""
    (of,) = call.args
    if isinstance(of, Number) and of.value in (0, 1):
        return "np.ones(shape)" if of.value else "np.zeros(shape)"
    return "np.broadcast_to(a, shape)" if of.shape else "np.full(shape, a)"


def expanded(call: Call) -> str:
    """Numbers that stand beside the rows or columns they belong to; a sum can be told to stay there."""
    (of,) = call.args
    if isinstance(of, Call) and of.op in ("sum", "mean") and of.settings["axis"] == call.settings["axis"]:
        return f"np.{of.op}(a_0, axis=axis, keepdims=True)"
    return "np.expand_dims(a, axis)"


def summed_to(call: Call) -> str:
    """The sum over the directions that an operand was repeated in."""
    before, after = call.args[0].shape, call.shape
    extra = len(before) - len(after)
    ones = [k + extra for k, size in enumerate(after) if size == 1 and before[k + extra] > 1]
    axes = [*range(extra), *ones]
    if not after:
        return "np.sum(a)"
    total = f"np.sum(a, axis={axes[0] if len(axes) == 1 else tuple(axes)}" if axes else "(a"
    if extra and ones:
        return f"{total}).reshape(shape)"
    return f"{total}, keepdims=True)" if ones else f"{total})"


def along_rows(name: str) -> Callable[[Call], str]:
    """A function that works along the last direction unless it is told another."""
    return lambda call: f"{name}(a)" if call.settings["axis"] == len(call.shape) - 1 else f"{name}(a, axis=axis)"


def softmax(call: Call) -> str:
    """Softmax, which may see only what isn't later."""
    if call.settings["causal"]:
        return f"softmax(np.where(np.tri({call.shape[0]}, {call.shape[1]}) > 0, a, -np.inf))"
    return along_rows("softmax")(call)


def classes(call: Call) -> str:
    """The class numbers of a classifier's samples: a vector, for a matrix of scores, else one number."""
    scores, numbers = (arg.shape for arg in call.args)
    if len(scores) == 1:
        return {0: "b", 1: "b[0]", 2: "b[0, 0]"}[len(numbers)]
    return "np.ravel(b)" if len(numbers) == 2 else "b"


def cross_entropy(call: Call) -> str:
    """From scores or shares, against class numbers or shares."""
    scores, targets = (arg.shape for arg in call.args)
    shares = call.settings["from_probabilities"]
    if scores == targets:
        total = f"np.sum(b * {'safe_log' if shares else 'log_softmax'}(a))"
        return f"-{total} / {scores[0]}" if len(scores) == 2 else f"-{total}"
    place = classes(call) if len(scores) == 1 else f"np.arange({scores[0]}), {classes(call)}"
    logarithms = f"np.log(a[{place}])" if shares else f"log_softmax(a)[{place}]"
    return f"-{logarithms}" if len(scores) == 1 else f"-np.mean({logarithms})"


def of_classes(name: str) -> Row:
    """A helper that takes a matrix of scores and a class number for each of its rows."""

    def row(call: Call) -> str:
        matrix, usual = len(call.args[0].shape) == 2, call.settings["delta"] == 1
        if name == "hinge" and call.args[0].shape == call.args[1].shape:
            return f"np.mean(np.maximum({'1' if usual else 'delta'} - b * a, 0))"
        operands = f"{'a' if matrix else 'a[None]'}, {classes(call) if matrix else 'np.ravel(b)'}"
        rows = f"{name}({operands}{'' if usual else ', delta'})"
        return rows if matrix or name == "hinge" else f"{rows}[0]"

    return row


def indicator(call: Call) -> str:
    """The rows of the identity matrix that class numbers name."""
    rows = f"np.eye({call.shape[-1]})[{classes(call)}]"
    return rows if call.args[1].shape or len(call.shape) == 1 else f"{rows}[None]"


def channels(name: str, row: str, back: str = "") -> Row:
    """A convolution of channels, or of one picture, which gets brackets around it and loses them again."""

    def write(call: Call) -> str:
        usual = {"stride": 1, "padding": 0}
        words = "".join(f", {name}={name}" for name in usual if call.settings[name] != usual[name])
        return (back if len(call.shape) == 2 else row).replace("...", words)

    return write


BCE = "-np.mean(b * safe_log(a) + (1 - b) * safe_log(1 - a))"
BCE_FROM_SCORES = "np.mean(b * np.logaddexp(0, -a) + (1 - b) * np.logaddexp(0, a))"

ROWS: dict[str, Row] = {
    **{name: function.calls.numpy for name, function in FUNCTIONS.items()},
    "add": "a + b",
    "sub": "a - b",
    "mul": product,
    "div": "a / b",
    "neg": "-a",
    "pow": "a ** power",
    "power": "a ** power",
    "same": "a",
    "classes": lambda call: "a" if isinstance(call.args[0], Number) else "np.asarray(a).astype(int)",
    "sum": "np.sum(a, axis=axis)",
    "mean": "np.mean(a, axis=axis)",
    "max": "np.max(a, axis=axis)",
    "min": "np.min(a, axis=axis)",
    "std": "np.std(a, axis=axis)",
    "zeros": "np.zeros(shape)",
    "maximum": "np.maximum(a, b)",
    "minimum": "np.minimum(a, b)",
    "first_max": "first(np.argmax, a, axis=axis)",
    "first_min": "first(np.argmin, a, axis=axis)",
    "repeat": "np.repeat(np.expand_dims(a, axis), times, axis=axis)",
    "expand": expanded,
    "spread": stretched,
    "sum_to": summed_to,
    "dot": "a @ b",
    "matmul": "a @ b",
    "xlogy": "a * safe_log(b)",
    "outer": "np.outer(a, b)",
    "least_squares": "np.linalg.lstsq(a, b, rcond=None)[0]",
    "transpose": lambda call: "a.T" if len(call.shape) > 1 else "a",
    "softmax": softmax,
    "log_softmax": along_rows("log_softmax"),
    "mse": "np.mean((a - b) ** 2)",
    "half_mse": "np.mean((a - b) ** 2) / 2",
    "sse": "np.sum((a - b) ** 2)",
    "half_sse": "np.sum((a - b) ** 2) / 2",
    "mae": "np.mean(np.abs(a - b))",
    "poisson": "np.mean(np.exp(a) - a * b)",
    "huber": "huber(a, b, delta)",
    "bce": lambda call: BCE_FROM_SCORES if call.settings["from_scores"] else BCE,
    "cross_entropy": cross_entropy,
    "indicator": indicator,
    "hinge": of_classes("hinge"),
    "violations": of_classes("violations"),
    "pick": "a[place]",
    "place": "placed(a, place, shape)",
    "unmoved": "np.zeros_like(a)",
    "reshape": "np.reshape(a, shape)",
    "stand": "np.reshape(a, shape)",
    "flatten": "np.ravel(a)",
    "concat": "np.concatenate([a, b], axis=axis)",
    "gather": "np.ravel(a)[places]",
    "scatter": "scatter(a, places, shape)",
    "conv2d": channels("conv2d", "conv2d(a, b...)", "conv2d(a[None], b[None, None]...)[0]"),
    "conv2d_back_input": lambda call: (
        "conv2d_back_input(a, b, shape, stride, padding)"
        if len(call.shape) == 3
        else f"conv2d_back_input(a[None], b[None, None], {(1, *call.shape)}, stride, padding)[0]"
    ),
    "conv2d_back_kernel": lambda call: (
        "conv2d_back_kernel(a, b, shape, stride, padding)"
        if len(call.shape) == 4
        else f"conv2d_back_kernel(a[None], b[None], {(1, 1, *call.shape)}, stride, padding)[0, 0]"
    ),
    "maxpool": "windows(a, size, stride).max(axis=(-2, -1))",
    "avgpool": "windows(a, size, stride).mean(axis=(-2, -1))",
    "avgpool_back": "avgpool_back(a, shape, size, stride)",
    "embedding": "a[b]",
    "one_hot": "np.eye(classes)[a]",
    "argmax": "np.argmax(a, axis=axis)",
    "likeliest": "np.argmax(a, axis=1)",
    "likely": "(a >= 0.5).astype(int)",
    "columns": "np.column_stack([a, b])",
    "mean_within": "np.mean(a, axis=axis, keepdims=True)",
    "deviation": "np.sqrt(np.var(a, axis=axis, keepdims=True) + eps)",
    "layernorm": "(a - np.mean(a, axis=axis, keepdims=True)) / np.sqrt(np.var(a, axis=axis, keepdims=True) + eps)",
}


class NumPy(Library):
    """Arrays of float64, which NumPy has unless told otherwise."""

    name = "NumPy"
    imports: ClassVar = {"math": "import math", "np": "import numpy as np"}
    helpers: ClassVar = {name: text.strip() for name, text in NUMPY.items()}
    rows = ROWS

    def making(self, given: Given, texts: Any) -> tuple[str, list[str]]:
        if not given.shape:
            return "", []
        return "np.array", ["dtype=float"] if all_whole(texts) and not given.whole else []

    def differentiate(self, part: Differentiate) -> Iterator[str]:
        yield from self.lets(part.forward)
        yield ""
        yield from self.lets(part.worked)

    def printed(self, name: str, shape: tuple[int, ...]) -> str:
        return f"{name}.tolist()" if shape else name
