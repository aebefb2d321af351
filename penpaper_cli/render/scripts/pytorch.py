"""The calculation as a PyTorch script, which asks autograd for the gradients and torch.optim for the updates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from penpaper_cli.expressions.functions import FUNCTIONS
from penpaper_cli.render.scripts.helpers import PYTORCH
from penpaper_cli.render.scripts.layout import INDENT, WIDTH, listed
from penpaper_cli.render.scripts.script import Library, loop
from penpaper_cli.render.scripts.terms import Row, number_text
from penpaper_cli.solution.script import Call, Differentiate, Given, Let, Ref, Repeat, Script


def reduced(name: str) -> Row:
    """A sum or mean of everything, or along a direction."""
    return f"torch.{name}(a, dim=axis)"


def extreme(name: str) -> Row:
    """The largest or smallest; its gradient goes to the first of equal ones, so it is taken along a direction."""

    def row(call: Call) -> str:
        flat = call.settings["axis"] is None and len(call.args[0].shape) != 1
        return f"torch.{name}(torch.flatten(a), dim=0).values" if flat else f"torch.{name}(a, dim={axis(call)}).values"

    return row


def axis(call: Call) -> str:
    """The direction, which a vector has only one of."""
    return "0" if call.settings["axis"] is None else "axis"


def transpose(call: Call) -> str:
    """Rows become columns; one number or a vector stays as it is."""
    dimensions = len(call.shape)
    turned = ", ".join(map(str, reversed(range(dimensions))))
    return "a" if dimensions < 2 else "a.T" if dimensions == 2 else f"a.permute({turned})"


def softmax(call: Call) -> str:
    """Softmax, which may see only what isn't later."""
    if call.settings["causal"]:
        mask = f"torch.ones({call.shape[0]}, {call.shape[1]}).tril() == 0"
        return f"torch.softmax(a.masked_fill({mask}, -torch.inf), dim=1)"
    return "torch.softmax(a, dim=axis)"


def classes(call: Call) -> str:
    """The class numbers: one for each row of scores."""
    scores, numbers = (arg.shape for arg in call.args)
    if len(scores) == 1:
        return "b.squeeze()" if numbers else "b"
    return "b" if len(numbers) == 1 else "b.reshape(-1)"


def cross_entropy(call: Call) -> str:
    """From scores or shares, against class numbers or shares."""
    scores, targets = (arg.shape for arg in call.args)
    if not call.settings["from_probabilities"]:
        return "F.cross_entropy(a, b)" if scores == targets else f"F.cross_entropy(a, {classes(call)})"
    count = f" / {scores[0]}" if len(scores) == 2 else ""
    if scores == targets:
        return f"-torch.sum(b * safe_log(a)){count}"
    if len(scores) == 1:
        return f"-torch.log(a[{classes(call)}])"
    return f"-torch.mean(torch.log(a[torch.arange({scores[0]}), {classes(call)}]))"


def hinge(call: Call) -> str:
    """Over classes, or over targets 1 and -1."""
    scores, targets = (arg.shape for arg in call.args)
    usual = call.settings["delta"] == 1
    if scores == targets:
        return f"torch.mean(torch.relu({'1' if usual else 'delta'} - b * a))"
    return f"F.multi_margin_loss(a, {classes(call)}{'' if usual else ', margin=delta'}) * {scores[-1]}"


def layernorm(call: Call) -> str:
    """Along the last direction, or, turned, along the first."""
    along = call.settings["axis"]
    sizes = f"({call.shape[along]},)"
    if along == len(call.shape) - 1:
        return f"F.layer_norm(a, {sizes}, eps=eps)"
    return f"F.layer_norm(a.T, {sizes}, eps=eps).T"


def picture(function: str, settings: Mapping[str, int], kernel: bool = False) -> Callable[[Call], str]:
    """A function of channels × height × width; a picture without channels gets one and loses it again."""

    def row(call: Call) -> str:
        words = "".join(f", {name}={name}" for name, usual in settings.items() if call.settings[name] != usual)
        if len(call.shape) == 3:
            return f"{function}({'a, b' if kernel else 'a, size'}{words})"
        return f"{function}({'a[None], b[None, None]' if kernel else 'a[None], size'}{words})[0]"

    return row


def pooling(function: str) -> Row:
    """Windows that follow each other, or move by a stride."""

    def row(call: Call) -> str:
        return picture(function, {"stride": call.settings["size"]})(call)

    return row


BCE = "-torch.mean(b * safe_log(a) + (1 - b) * safe_log(1 - a))"
BCE_FROM_SCORES = "F.binary_cross_entropy_with_logits(a, b)"

ROWS: dict[str, Row] = {
    **{name: function.calls.pytorch for name, function in FUNCTIONS.items()},
    "add": "a + b",
    "sub": "a - b",
    "mul": "a * b",
    "div": "a / b",
    "neg": "-a",
    "pow": "a ** power",
    "power": "a ** power",
    "same": "a.clone()",
    "classes": lambda call: "torch.tensor(a)" if not isinstance(call.args[0], Ref | Call) else "a.long()",
    "sum": reduced("sum"),
    "mean": reduced("mean"),
    "std": "torch.std(a, dim=axis, correction=0)",
    "zeros": "torch.zeros(shape, dtype=torch.float64)",
    "max": extreme("max"),
    "min": extreme("min"),
    "maximum": "maximum(a, b)",
    "minimum": "minimum(a, b)",
    "dot": "a @ b",
    "matmul": "a @ b",
    "xlogy": "torch.special.xlogy(a, b)",
    "outer": "torch.outer(a, b)",
    "least_squares": "torch.linalg.lstsq(a, b[:, None]).solution[:, 0]",
    "transpose": transpose,
    "softmax": softmax,
    "log_softmax": "torch.log_softmax(a, dim=axis)",
    "mse": "F.mse_loss(a, b)",
    "half_mse": "F.mse_loss(a, b) / 2",
    "sse": 'F.mse_loss(a, b, reduction="sum")',
    "half_sse": 'F.mse_loss(a, b, reduction="sum") / 2',
    "mae": "F.l1_loss(a, b)",
    "poisson": "F.poisson_nll_loss(a, b)",
    "huber": "F.huber_loss(a, b, delta=delta)",
    "bce": lambda call: BCE_FROM_SCORES if call.settings["from_scores"] else BCE,
    "cross_entropy": cross_entropy,
    "hinge": hinge,
    "pick": "a[place]",
    "unmoved": "torch.zeros_like(a)",
    "reshape": "torch.reshape(a, shape)",
    "stand": "torch.reshape(a, shape)",
    "flatten": "torch.flatten(a)",
    "concat": "torch.cat([a, b], dim=axis)",
    "conv2d": picture("F.conv2d", {"stride": 1, "padding": 0}, kernel=True),
    "maxpool": pooling("F.max_pool2d"),
    "avgpool": pooling("F.avg_pool2d"),
    "embedding": "a[b]",
    "one_hot": "F.one_hot(a, classes).double()",
    "argmax": "torch.argmax(a, dim=axis).double()",
    "likeliest": "torch.argmax(a, dim=1)",
    "likely": "(a >= 0.5).long()",
    "columns": "torch.stack([a, b], dim=1)",
    "layernorm": layernorm,
}


class PyTorch(Library):
    """Tensors of float64; what is differentiated by requires gradients."""

    name = "PyTorch"
    imports: ClassVar = {"math": "import math", "torch": "import torch", "F": "import torch.nn.functional as F"}
    helpers: ClassVar = {name: text.strip() for name, text in PYTORCH.items()}
    rows = ROWS
    wrap = "torch.tensor(a, dtype=torch.float64)"

    def making(self, given: Given, texts: Any) -> tuple[str, list[str]]:
        kind = [] if given.whole else ["dtype=torch.float64"]
        return "torch.tensor", [*kind, *(["requires_grad=True"] if given.name in self.wanted else [])]

    def prepare(self, script: Script) -> None:
        """Parameters that torch.optim changes in place are what their updated names stand for."""
        super().prepare(script)
        self.starting |= {part.name for part in script.body if isinstance(part, Let) and part.name in self.wanted}
        for part in script.body:
            if isinstance(part, Repeat):
                for old, new in part.update.parameters.items():
                    self.names.known[new] = self.names[old]

    def let(self, let: Let) -> Iterator[str]:
        """A line; what is differentiated by, and depends on nothing that is, requires gradients from here on."""
        yield from super().let(let)
        if let.name in self.starting:
            yield f"{self.names[let.name]}.requires_grad_()"

    def differentiate(self, part: Differentiate) -> Iterator[str]:
        yield from self.lets(part.forward)
        yield ""
        yield from self.asked("torch.autograd.grad", part)

    def repeat(self, part: Repeat) -> Iterator[str]:
        """The update by torch.optim, which changes the parameters in place."""
        update = part.update
        rates = {letter: number_text(rate.values) for letter, rate in update.rates.items()}
        kind, settings = update.torch.format(**rates).split("(", 1)
        yield ""
        names = [self.names[name] for name in update.parameters]
        line = f"optimizer = torch.optim.{kind}([{', '.join(names)}], {settings}"
        if len(line) > WIDTH:
            yield from listed(names, "parameters = ")
            line = f"optimizer = torch.optim.{kind}(parameters, {settings}"
        if len(line) > WIDTH:
            call, words = line.removesuffix(")").split("(", 1)
            yield from (f"{call}(", f"{INDENT}{words}", ")")
        else:
            yield line
        self.hidden = {*update.parameters, *(let.name for let in update.worked)} - {*update.parameters.values()}
        self.shapes |= {let.name: let.term.shape for let in update.worked}
        gradients = part.body.gradients
        body = [
            *self.differentiate(part.body),
            *(f"{self.names[name]}.grad = {self.names[gradients[name]]}" for name in update.parameters),
            "optimizer.step()",
        ]
        yield ""
        yield from body if part.times == 1 else loop(part.times, body)
        yield ""

    def printed(self, name: str, shape: tuple[int, ...]) -> str:
        return f"{name}.tolist()" if shape else f"{name}.item()"
