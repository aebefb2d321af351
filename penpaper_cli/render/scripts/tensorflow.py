"""The calculation as a TensorFlow script, which asks a GradientTape for the gradients.

The updates are written out: Keras's optimisers put epsilon elsewhere, so their numbers would differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from penpaper_cli.expressions.functions import FUNCTIONS
from penpaper_cli.render.scripts.helpers import TENSORFLOW
from penpaper_cli.render.scripts.layout import indented, listed
from penpaper_cli.render.scripts.script import Library
from penpaper_cli.render.scripts.terms import Row
from penpaper_cli.solution.script import Call, Differentiate, Given


def product(call: Call) -> str:
    """Matrices have a sign of their own; a product with a vector is a sum over the direction that they share."""
    return "a @ b" if all(len(arg.shape) == 2 for arg in call.args) else "tf.tensordot(a, b, 1)"


def softmax(call: Call) -> str:
    """Softmax, which may see only what isn't later."""
    if call.settings["causal"]:
        return f"causal_softmax(a, {call.shape[0]}, {call.shape[1]})"
    return "tf.nn.softmax(a, axis=axis)"


def classes(call: Call) -> str:
    """The class numbers of a classifier's samples: a vector, for a matrix of scores, else one number."""
    scores, numbers = (arg.shape for arg in call.args)
    if len(scores) == 1:
        return "tf.reshape(b, [])" if numbers else "b"
    return "b" if len(numbers) == 1 else "tf.reshape(b, [-1])"


def cross_entropy(call: Call) -> str:
    """From scores or shares, against class numbers or shares."""
    scores, targets = (arg.shape for arg in call.args)
    if scores == targets:
        if call.settings["from_probabilities"]:
            count = f" / {scores[0]}" if len(scores) == 2 else ""
            return f"-tf.reduce_sum(b * safe_log(a)){count}"
        return "tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(b, a))"
    if not call.settings["from_probabilities"]:
        return f"tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits({classes(call)}, a))"
    if len(scores) == 1:
        return f"-tf.math.log(a[{classes(call)}])"
    return f"-tf.reduce_mean(tf.math.log(tf.gather(a, {classes(call)}, batch_dims=1)))"


def hinge(call: Call) -> str:
    """Over classes, or over targets 1 and -1."""
    scores, targets = (arg.shape for arg in call.args)
    usual = call.settings["delta"] == 1
    if scores == targets:
        return f"tf.reduce_mean(tf.nn.relu({'1' if usual else 'delta'} - b * a))"
    operands = f"a, {classes(call)}" if len(scores) == 2 else "a[None], tf.reshape(b, [1])"
    return f"hinge({operands}{'' if usual else ', delta'})"


def one_picture(many: str, one: str) -> Row:
    """A function of channels × height × width; a picture without channels gets one and loses it again."""
    return lambda call: many if len(call.shape) == 3 else f"{one}[0]"


BCE = "-tf.reduce_mean(b * safe_log(a) + (1 - b) * safe_log(1 - a))"
BCE_FROM_SCORES = "tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(b, a))"

ROWS: dict[str, Row] = {
    **{name: function.calls.tensorflow for name, function in FUNCTIONS.items()},
    "add": "a + b",
    "sub": "a - b",
    "mul": "a * b",
    "div": "a / b",
    "neg": "-a",
    "pow": "a ** power",
    "power": "a ** power",
    "same": "tf.identity(a)",
    "classes": "tf.cast(a, tf.int64)",
    "sum": "tf.reduce_sum(a, axis=axis)",
    "mean": "tf.reduce_mean(a, axis=axis)",
    "std": "tf.math.reduce_std(a, axis=axis)",
    "zeros": "tf.zeros(shape, dtype=tf.float64)",
    "max": "first(tf.argmax, a, axis=axis)",
    "min": "first(tf.argmin, a, axis=axis)",
    "maximum": "tf.maximum(a, b)",
    "minimum": "tf.minimum(a, b)",
    "dot": "tf.tensordot(a, b, 1)",
    "matmul": product,
    "xlogy": "tf.math.xlogy(a, b)",
    "outer": "tf.tensordot(a, b, 0)",
    "least_squares": "tf.linalg.lstsq(a, b[:, None], fast=False)[:, 0]",
    "transpose": "tf.transpose(a)",
    "softmax": softmax,
    "log_softmax": "tf.nn.log_softmax(a, axis=axis)",
    "mse": "tf.reduce_mean((a - b) ** 2)",
    "half_mse": "tf.reduce_mean((a - b) ** 2) / 2",
    "sse": "tf.reduce_sum((a - b) ** 2)",
    "half_sse": "tf.reduce_sum((a - b) ** 2) / 2",
    "mae": "tf.reduce_mean(tf.abs(a - b))",
    "poisson": "tf.reduce_mean(tf.nn.log_poisson_loss(b, a))",
    "huber": "huber(a, b, delta)",
    "bce": lambda call: BCE_FROM_SCORES if call.settings["from_scores"] else BCE,
    "cross_entropy": cross_entropy,
    "hinge": hinge,
    "pick": "a[place]",
    "unmoved": "tf.zeros_like(a)",
    "reshape": "tf.reshape(a, shape)",
    "stand": "tf.reshape(a, shape)",
    "flatten": "tf.reshape(a, [-1])",
    "concat": "tf.concat([a, b], axis=axis)",
    "conv2d": one_picture("conv2d(a, b, stride, padding)", "conv2d(a[None], b[None, None], stride, padding)"),
    "maxpool": one_picture(
        "first(tf.argmax, windows(a, size, stride), axis=3)",
        "first(tf.argmax, windows(a[None], size, stride), axis=3)",
    ),
    "avgpool": one_picture(
        "tf.reduce_mean(windows(a, size, stride), axis=3)", "tf.reduce_mean(windows(a[None], size, stride), axis=3)"
    ),
    "embedding": lambda call: f"tf.tensordot(tf.one_hot(b, {call.args[0].shape[0]}, dtype=tf.float64), a, 1)",
    "one_hot": "tf.one_hot(a, classes, dtype=tf.float64)",
    "argmax": "tf.cast(tf.argmax(a, axis=axis), tf.float64)",
    "likeliest": "tf.argmax(a, axis=1)",
    "likely": "tf.cast(a >= 0.5, tf.int64)",
    "columns": "tf.stack([a, b], axis=1)",
    "layernorm": "layernorm(a, axis=axis, eps=eps)",
}


class TensorFlow(Library):
    """Tensors of float64; a tape watches what is differentiated by."""

    name = "TensorFlow"
    imports: ClassVar = {"math": "import math", "tf": "import tensorflow as tf"}
    helpers: ClassVar = {name: text.strip() for name, text in TENSORFLOW.items()}
    rows = ROWS
    wrap = "tf.constant(a, dtype=tf.float64)"

    def making(self, given: Given, texts: Any) -> tuple[str, list[str]]:
        return "tf.constant", [f"dtype=tf.{'int64' if given.whole else 'float64'}"]

    def differentiate(self, part: Differentiate) -> Iterator[str]:
        lines = {let.name for let in part.forward}
        watched = [self.names[name] for name in part.gradients if name not in lines]
        yield "with tf.GradientTape() as tape:"
        body = listed(watched, "tape.watch(", ")") if watched else []
        if len(body) > 1:
            body = [*listed(watched, "watched = "), "tape.watch(watched)"]
        for let in part.forward:
            body += self.let(let)
            if let.name in self.starting:
                body.append(f"tape.watch({self.names[let.name]})")
        yield from indented(body)
        yield ""
        yield from self.asked("tape.gradient", part)

    def printed(self, name: str, shape: tuple[int, ...]) -> str:
        return f"{name}.numpy().tolist()" if shape else f"{name}.numpy()"
