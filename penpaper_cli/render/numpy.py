"""The calculation as a NumPy script. NumPy doesn't differentiate, so its gradients are the lines that were worked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from penpaper_cli.render.script import Library, all_whole
from penpaper_cli.render.terms import Row
from penpaper_cli.script import Call, Differentiate, Given, Number


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
    kept = isinstance(of, Call) and of.op in ("sum", "mean") and of.settings["axis"] == call.settings["axis"]
    return f"np.{of.op}(a_0, axis=axis, keepdims=True)" if kept else "np.expand_dims(a, axis)"  # type: ignore[union-attr]


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


def along_rows(name: str) -> Row:
    """A function that works along the last direction unless it is told another."""
    return lambda call: f"{name}(a)" if call.settings["axis"] == len(call.shape) - 1 else f"{name}(a, axis=axis)"


def softmax(call: Call) -> str:
    """Softmax, which may see only what isn't later."""
    if call.settings["causal"]:
        return f"softmax(np.where(np.tri({call.shape[0]}, {call.shape[1]}) > 0, a, -np.inf))"
    return str(along_rows("softmax")(call))  # type: ignore[operator]


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
        matrix = len(call.args[0].shape) == 2
        if name == "hinge" and call.args[0].shape == call.args[1].shape:
            return "np.mean(np.maximum(1 - b * a, 0))"
        rows = f"{name}({'a' if matrix else 'a[None]'}, {classes(call) if matrix else 'np.ravel(b)'})"
        return rows if matrix or name == "hinge" else f"{rows}[0]"

    return row


def indicator(call: Call) -> str:
    """The rows of the identity matrix that class numbers name."""
    rows = f"np.eye({call.shape[-1]})[{classes(call)}]"
    return rows if call.args[1].shape or len(call.shape) == 1 else f"{rows}[None]"


def channels(name: str, row: str, back: str = "") -> Row:
    """A convolution of channels, or of one picture, which gets brackets around it and loses them again."""

    def write(call: Call) -> str:
        single = len(call.shape) == 2
        words = "".join(f", {key}={key}" for key, usual in (("stride", 1), ("padding", 0)) if call.settings[key] != usual)
        return (back if single else row).replace("...", words)

    return write


ROWS: dict[str, Row] = {
    "add": "a + b",
    "sub": "a - b",
    "mul": product,
    "div": "a / b",
    "neg": "-a",
    "pow": "a ** power",
    "power": "a ** power",
    "same": "a",
    "classes": lambda call: "a" if isinstance(call.args[0], Number) else "np.asarray(a).astype(int)",
    "sqrt": "np.sqrt(a)",
    "exp": "np.exp(a)",
    "log": "np.log(a)",
    "abs": "np.abs(a)",
    "step": "np.heaviside(a, 0)",
    "sign": "np.sign(a)",
    "relu": "np.maximum(a, 0)",
    "leaky_relu": "leaky_relu(a, slope)",
    "sigmoid": "1 / (1 + np.exp(-a))",
    "tanh": "np.tanh(a)",
    "softplus": "np.logaddexp(0, a)",
    "normal_share": "normal_share(a)",
    "normal_height": "normal_height(a)",
    "gelu": "a * normal_share(a)",
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
    "outer": "np.outer(a, b)",
    "transpose": lambda call: "a.T" if len(call.shape) > 1 else "a",
    "softmax": softmax,
    "log_softmax": along_rows("log_softmax"),
    "mse": "np.mean((a - b) ** 2)",
    "half_mse": "np.mean((a - b) ** 2) / 2",
    "sse": "np.sum((a - b) ** 2)",
    "half_sse": "np.sum((a - b) ** 2) / 2",
    "mae": "np.mean(np.abs(a - b))",
    "huber": "huber(a, b, delta)",
    "bce": "-np.mean(b * safe_log(a) + (1 - b) * safe_log(1 - a))",
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
    "mean_within": "np.mean(a, axis=axis, keepdims=True)",
    "deviation": "np.sqrt(np.var(a, axis=axis, keepdims=True) + eps)",
    "layernorm": "(a - np.mean(a, axis=axis, keepdims=True)) / np.sqrt(np.var(a, axis=axis, keepdims=True) + eps)",
}
HELPERS = {
    "leaky_relu": """
def leaky_relu(z, slope):
    return np.where(z > 0, z, slope * z)
""",
    "normal_share": """
def normal_share(x):
    return np.vectorize(lambda a: math.erfc(-a / math.sqrt(2)) / 2, otypes=[float])(x)
""",
    "normal_height": """
def normal_height(x):
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
""",
    "softmax": """
def softmax(z, axis=-1):
    powers = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)
""",
    "log_softmax": """
def log_softmax(z, axis=-1):
    z = z - np.max(z, axis=axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
""",
    "first": """
def first(argmax, a, axis=None):
    marks = np.zeros_like(a)
    if axis is None:
        marks.flat[argmax(a)] = 1
    else:
        np.put_along_axis(marks, np.expand_dims(argmax(a, axis=axis), axis), 1, axis)
    return marks
""",
    "huber": """
def huber(p, t, delta):
    size = np.abs(p - t)
    return np.mean(np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)))
""",
    "safe_log": """
def safe_log(p):
    return np.log(np.where(p > 0, p, 1))  # where p is 0, it counts 0 times
""",
    "hinge": """
def hinge(z, classes):
    rows = np.arange(len(z))
    within = np.maximum(z - z[rows, classes][:, None] + 1, 0)
    within[rows, classes] = 0
    return np.sum(within) / len(z)
""",
    "violations": """
def violations(z, classes):
    rows = np.arange(len(z))
    marks = np.heaviside(z - z[rows, classes][:, None] + 1, 0)
    marks[rows, classes] = 0
    marks[rows, classes] = -np.sum(marks, axis=1)
    return marks
""",
    "placed": """
def placed(number, place, shape):
    result = np.zeros(shape)
    result[place] = number
    return result
""",
    "scatter": """
def scatter(numbers, places, shape):
    result = np.zeros(shape)
    np.add.at(result.reshape(-1), places, numbers)
    return result
""",
    "conv2d": """
def conv2d(x, k, stride=1, padding=0):
    x = np.pad(x, [(0, 0), (padding, padding), (padding, padding)])
    view = np.lib.stride_tricks.sliding_window_view(x, k.shape[2:], axis=(1, 2))
    return np.einsum("chwij,fcij->fhw", view[:, ::stride, ::stride], k)
""",
    "conv2d_back_input": """
def conv2d_back_input(g, k, shape, stride, padding):
    _, height, width = shape
    x = np.zeros((shape[0], height + 2 * padding, width + 2 * padding))
    for i, j in np.ndindex(k.shape[2:]):
        rows = slice(i, i + stride * g.shape[1], stride)
        columns = slice(j, j + stride * g.shape[2], stride)
        x[:, rows, columns] += np.einsum("fhw,fc->chw", g, k[:, :, i, j])
    return x[:, padding : padding + height, padding : padding + width]
""",
    "conv2d_back_kernel": """
def conv2d_back_kernel(x, g, shape, stride, padding):
    x = np.pad(x, [(0, 0), (padding, padding), (padding, padding)])
    k = np.zeros(shape)
    for i, j in np.ndindex(shape[2:]):
        rows = slice(i, i + stride * g.shape[1], stride)
        columns = slice(j, j + stride * g.shape[2], stride)
        k[:, :, i, j] = np.einsum("fhw,chw->fc", g, x[:, rows, columns])
    return k
""",
    "windows": """
def windows(x, size, stride):
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(-2, -1))
    return view[..., ::stride, ::stride, :, :]
""",
    "avgpool_back": """
def avgpool_back(g, shape, size, stride):
    x = np.zeros(shape)
    for i, j in np.ndindex(g.shape[-2:]):
        rows = slice(i * stride, i * stride + size)
        columns = slice(j * stride, j * stride + size)
        x[..., rows, columns] += g[..., i, j, None, None] / size**2
    return x
""",
}


class NumPy(Library):
    """Arrays of float64, which NumPy has unless told otherwise."""

    name = "NumPy"
    imports = {"math": "import math", "np": "import numpy as np"}
    helpers = {name: text.strip() for name, text in HELPERS.items()}
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
