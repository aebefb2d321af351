"""Random formulas out of all differentiable operations: their values against NumPy, their gradients against nudging."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from reader import false_lines, ugly, worked_lines
from test_cli import pp

from penpaper_cli.formula.parser import NAME
from penpaper_cli.formula.program import FUNCTIONS, Program, Work
from penpaper_cli.paper.gradients import gradients
from penpaper_cli.paper.paper import Value

Array = Any
FORMULAS = 240
EXACT_FORMULAS = 80
SHOWN_FORMULAS = 32
NUDGE = 1e-5
LARGEST = 30.0
NOT_DIFFERENTIABLE = {"argmax", "one_hot"}


# --- What the operations mean, in NumPy ---


def lane(a: Array, axis: int | None) -> int | None:
    """A vector has one direction only."""
    return axis if axis is None or np.ndim(a) > 1 else 0


def softmax(a: Array, axis: int = 1, causal: int = 0) -> Array:
    shown = np.where(np.tri(*a.shape) > 0, a, -np.inf) if causal else a
    powers = np.exp(shown - shown.max(axis=lane(a, axis), keepdims=True))
    return powers / powers.sum(axis=lane(a, axis), keepdims=True)


def log_softmax(a: Array, axis: int = 1) -> Array:
    lowered = a - a.max(axis=lane(a, axis), keepdims=True)
    return lowered - np.log(np.exp(lowered).sum(axis=lane(a, axis), keepdims=True))


def layernorm(a: Array, *affine: Array, axis: int = 1, eps: float = 1e-5) -> Array:
    along = lane(a, axis)
    result = (a - a.mean(along, keepdims=True)) / np.sqrt(a.var(along, keepdims=True) + eps)
    upright = [operand[:, None] if along == 0 and np.ndim(a) == 2 else operand for operand in affine]
    scale, shift = [*upright, *(1, 0)[len(affine) :]]
    return result * scale + shift


def conv2d(x: Array, k: Array, *b: Array, stride: int = 1, padding: int = 0) -> Array:
    """The cross-correlation, entry by entry."""
    image = x if x.ndim == 3 else x[None]
    kernels = k if k.ndim == 4 else k[None, None]
    biases = np.reshape(b[0], -1) if b else [0] * len(kernels)
    padded = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    height, width = ((n - m) // stride + 1 for n, m in zip(padded.shape[1:], kernels.shape[2:], strict=True))
    result = np.zeros((len(kernels), height, width), dtype=x.dtype)
    for f, r, c in np.ndindex(result.shape):
        window = padded[:, r * stride :, c * stride :][:, : kernels.shape[2], : kernels.shape[3]]
        result[f, r, c] = (window * kernels[f]).sum() + biases[f]
    return result if x.ndim == 3 else result[0]


def windows(x: Array, size: int, stride: int | None, of: Callable[[Array], Any]) -> Array:
    """One number for each window of an image."""
    stride = stride or size
    sizes = [(n - size) // stride + 1 for n in x.shape[-2:]]
    result = np.zeros((*x.shape[:-2], *sizes), dtype=x.dtype)
    for at in np.ndindex(result.shape):
        r, c = at[-2] * stride, at[-1] * stride
        result[at] = of(x[(*at[:-2], slice(r, r + size), slice(c, c + size))])
    return result


def attention(Q: Array, K: Array, V: Array, scale: float = 0, causal: int = 0) -> Array:
    return softmax(Q @ K.T / (scale or math.sqrt(Q.shape[1])), causal=causal) @ V


def true_classes(z: Array, t: Array) -> Array:
    """1 for the class of each row, 0 for the others."""
    return t if np.shape(t) == z.shape else (np.arange(z.shape[-1]) == np.reshape(t, (-1, 1))).reshape(z.shape) * 1


def samples(z: Array) -> int:
    return len(z) if z.ndim == 2 else 1


def cross_entropy(z: Array, t: Array, from_probabilities: int = 0) -> Array:
    logs = np.log(z) if from_probabilities else log_softmax(z)
    return -(true_classes(z, t) * logs).sum() / samples(z)


def hinge(z: Array, t: Array) -> Array:
    if np.shape(t) == z.shape:
        return np.maximum(0, 1 - t * z).sum() / z.size
    true = true_classes(z, t)
    margins = z - (z * true).sum(axis=-1, keepdims=True) + 1
    return (np.maximum(0, margins) * (1 - true)).sum() / samples(z)


def bce(p: Array, t: Array, from_scores: int = 0) -> Array:
    p = 1 / (1 + np.exp(-p)) if from_scores else p
    return -(t * np.log(p) + (1 - t) * np.log(1 - p)).sum() / p.size


def huber(p: Array, t: Array, delta: float = 1) -> Array:
    size = abs(p - t)
    return np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)).sum() / p.size


def normal_share(a: Array) -> Array:
    return np.vectorize(lambda n: (1 + math.erf(n / math.sqrt(2))) / 2, otypes=[float])(a)


Table = Mapping[str, Callable[..., Array]]
NUMPY: Table = {
    "number": lambda number: np.array(number),
    "neg": lambda a: -a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "matmul": lambda a, b: a @ b,
    "dot": lambda a, b: a @ b,
    "outer": lambda a, b: a[:, None] * b[None, :],
    "transpose": lambda a: a.T,
    "pow": lambda a, power: a**power,
    "pick": lambda a, place: a[place],
    "same": lambda a: a * 1,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": abs,
    "relu": lambda a: np.where(a > 0, a, 0 * a),
    "leaky_relu": lambda a, slope=0.01: np.where(a > 0, a, slope * a),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "softplus": lambda a: np.log(1 + np.exp(a)),
    "gelu": lambda a: a * normal_share(a),
    "sum": lambda a, axis=None: a.sum(axis=lane(a, axis)),
    "mean": lambda a, axis=None: a.sum(axis=lane(a, axis)) / (a.size if axis is None else a.shape[lane(a, axis) or 0]),
    "max": lambda a, axis=None: a.max(axis=lane(a, axis)),
    "min": lambda a, axis=None: a.min(axis=lane(a, axis)),
    "maximum": np.maximum,
    "minimum": np.minimum,
    "softmax": softmax,
    "log_softmax": log_softmax,
    "layernorm": layernorm,
    "reshape": lambda a, shape: a.reshape(shape),
    "flatten": lambda a: a.reshape(-1),
    "concat": lambda a, *others, axis: np.concatenate((a, *others), axis=axis),
    "conv2d": conv2d,
    "maxpool": lambda x, size=2, stride=None: windows(x, size, stride, np.max),
    "avgpool": lambda x, size=2, stride=None: windows(x, size, stride, lambda w: w.sum() / size**2),
    "embedding": lambda E, ids: E[ids.astype(int)],
    "one_hot": lambda ids, classes: (np.arange(classes) == ids[:, None]) + 0 * ids[:, None],
    "argmax": lambda a: np.argmax(a, axis=-1) + 0 * a.sum(axis=-1),
    "neuron": lambda x, w, b: w @ x + b,
    "dense": lambda X, W, b: X @ W + b,
    "attention": attention,
    "mse": lambda p, t: np.sum((p - t) ** 2) / p.size,
    "half_mse": lambda p, t: np.sum((p - t) ** 2) / (2 * p.size),
    "sse": lambda p, t: np.sum((p - t) ** 2),
    "half_sse": lambda p, t: np.sum((p - t) ** 2) / 2,
    "mae": lambda p, t: np.sum(abs(p - t)) / p.size,
    "poisson": lambda z, t: np.sum(np.exp(z) - z * t) / z.size,
    "bce": bce,
    "cross_entropy": cross_entropy,
    "hinge": hinge,
    "huber": huber,
}
"""Every operation on arrays."""


# --- Building formulas ---


class Unsuited(Exception):
    """The operation can't be used here, or the point is too close to a kink."""


def need(condition: Any) -> None:
    if not np.all(condition):
        raise Unsuited


@dataclass(frozen=True)
class Step:
    """An operation on values that are known by their number; a given value has no operation."""

    op: str
    operands: tuple[int, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Formula:
    """A formula as text and as steps, with the values that it is given."""

    text: str
    steps: Sequence[Step | str]
    given: Mapping[str, Array]
    counts: frozenset[str]

    @property
    def ops(self) -> set[str]:
        return {step.op for step in self.steps if isinstance(step, Step)}

    @property
    def movable(self) -> list[str]:
        """The given values that aren't class numbers."""
        return [name for name in self.given if name not in self.counts]

    def value(
        self, given: Mapping[str, Array], table: Table = NUMPY, array: Callable[[Any], Array] = np.asarray
    ) -> Array:
        """Its last line, worked by the test itself."""
        values: list[Array] = []
        for step in self.steps:
            if isinstance(step, str):
                values.append(given[step])
            else:
                values.append(array(table[step.op](*(values[k] for k in step.operands), **step.settings)))
        return values[-1]


@dataclass
class Builder:
    """Puts a formula together, working it as it goes, so that every point lies in the open."""

    rng: np.random.Generator
    steps: list[Step | str] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    given: dict[str, Array] = field(default_factory=dict)
    counts: set[str] = field(default_factory=set)
    grid: int = 100

    def copy(self) -> Builder:
        """To try something on."""
        lists = (list(part) for part in (self.steps, self.values, self.texts, self.lines))
        return Builder(self.rng, *lists, dict(self.given), set(self.counts), self.grid)

    def pick(self, *choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]

    def size(self) -> int:
        return int(self.rng.integers(1, 5))

    def add(self, step: Step | str, value: Array, text: str) -> int:
        self.steps.append(step)
        self.values.append(np.asarray(value))
        self.texts.append(text)
        return len(self.steps) - 1

    def leaf(self, shape: Sequence[int] = (), low: float = -2, high: float = 2, whole: bool = False) -> int:
        """A new given value, away from 0: numbers with two decimals, or class numbers."""
        name = f"x{len(self.given) + 1}"
        if whole:
            data = self.rng.integers(int(low), int(high) + 1, shape).astype(float)
            self.counts.add(name)
        else:
            data = self.rng.integers(int(low * self.grid), int(high * self.grid) + 1, shape) / self.grid
            data = np.where(abs(data) < 0.2, 0.25 if high > 0.25 else data, data)
        self.given[name] = np.asarray(data)
        return self.add(name, self.given[name], name)

    def targets(self, data: Array) -> int:
        """A new given value with these very numbers."""
        name = f"x{len(self.given) + 1}"
        self.given[name] = np.asarray(data, dtype=float)
        return self.add(name, self.given[name], name)

    def apply(self, op: str, *operands: int, pattern: str = "", **settings: Any) -> int:
        """Apply an operation; some results get a name, others stay inside a longer formula."""
        with np.errstate(all="ignore"):
            value = np.asarray(NUMPY[op](*(self.values[k] for k in operands), **settings))
        need(np.isfinite(value.astype(float)))
        need(abs(value) < LARGEST)
        texts = [self.texts[k] for k in operands]
        if pattern:
            text = pattern.format(*(t if re.fullmatch(NAME, t) else f"({t})" for t in texts))
        else:
            text = f"{op}({', '.join((*texts, *(f'{key}={n}' for key, n in settings.items())))})"
        if len(text) > 120 or self.rng.random() < 0.6:
            name = f"v{len(self.steps)}"
            self.lines.append(f"{name} = {text}")
            text = name
        return self.add(Step(op, operands, settings), value, text)

    def mate(self, a: int, low: float = -2, high: float = 2) -> int:
        """An operand that broadcasts against another: an earlier value, or a new one."""
        shape = self.values[a].shape
        earlier = [k for k in range(a) if self.fits(self.values[k].shape, shape) and not self.is_count(k)]
        if earlier and self.rng.random() < 0.5:
            return int(self.pick(*earlier))
        if len(shape) == 2:
            return self.leaf(self.pick(shape, (), shape[1:], (shape[0], 1), (1, shape[1])), low, high)
        if not shape:
            return self.leaf(self.pick((), (), (self.size(),), (self.size(), self.size())), low, high)
        return self.leaf(self.pick(shape, ()), low, high)

    def is_count(self, k: int) -> bool:
        return self.texts[k] in self.counts

    @staticmethod
    def fits(a: Sequence[int], b: Sequence[int]) -> bool:
        try:
            np.broadcast_shapes(tuple(a), tuple(b))
        except ValueError:
            return False
        return True

    def finish(self, a: int, *ends: str) -> Formula:
        """End with one number."""
        if self.values[a].shape:
            a = self.apply(self.pick(*ends), a)
        self.lines.append(f"L = {self.texts[a]}")
        steps = [*self.steps, Step("same", (a,), {})]
        return Formula("\n".join(self.lines), steps, self.given, frozenset(self.counts))


Recipe = Callable[[Builder, int], int]
RECIPES: dict[str, Recipe] = {}
"""How each sort of step is put together: from the formula so far and the number of its latest value to a new one."""
RATIONAL: set[str] = set()
"""Those that keep rationals exact."""


def recipe(name: str, rational: bool = False) -> Callable[[Recipe], Recipe]:
    def register(function: Recipe) -> Recipe:
        RECIPES[name] = function
        if rational:
            RATIONAL.add(name)
        return function

    return register


def away_from_zero(a: Array) -> Any:
    return abs(a) > 0.1


def positive(a: Array) -> Any:
    return a > 0.2


def moderate(a: Array) -> Any:
    return abs(a) < 3


def spread_out(a: Array) -> Any:
    """Whether the largest and the smallest numbers stand apart from the others, in each row of a matrix."""
    ordered = np.sort(np.asarray(a, dtype=float), axis=-1)
    return ordered.shape[-1] == 1 or (np.diff(ordered) > 0.1).all()


ENTRYWISE: dict[str, tuple[Callable[[Array], Any], list[dict[str, Any]]]] = {
    "exp": (moderate, [{}]),
    "log": (positive, [{}]),
    "sqrt": (positive, [{}]),
    "abs": (away_from_zero, [{}]),
    "relu": (away_from_zero, [{}]),
    "leaky_relu": (away_from_zero, [{}, {"slope": 0.25}, {"slope": -0.5}, {"slope": 2}]),
    "sigmoid": (lambda a: abs(a) < 10, [{}]),
    "tanh": (moderate, [{}]),
    "softplus": (lambda a: abs(a) < 10, [{}]),
    "gelu": (lambda a: abs(a) < 4, [{}]),
}


def entrywise(op: str) -> Recipe:
    suits, settings = ENTRYWISE[op]

    def build(b: Builder, a: int) -> int:
        if not np.all(suits(b.values[a])):
            a = b.apply("add", a, b.apply("number", pattern="3", number=3), pattern="{0} + {1}")
        need(suits(b.values[a]))
        return b.apply(op, a, **b.pick(*settings))

    return build


for _op in ENTRYWISE:
    recipe(_op, _op in ("abs", "relu", "leaky_relu"))(entrywise(_op))


def infix(op: str, *patterns: str) -> Recipe:
    def build(b: Builder, a: int) -> int:
        mate = b.mate(a)
        if op == "div":
            need(abs(b.values[mate]) > 0.3)
        pair = (a, mate) if op == "div" or b.rng.random() < 0.5 else (mate, a)
        return b.apply(op, *pair, pattern=b.pick(*patterns))

    return build


for _op, _patterns in {"add": ["{0} + {1}"], "sub": ["{0} - {1}"], "mul": ["{0} * {1}", "{0} ∘ {1}"]}.items():
    recipe(_op, True)(infix(_op, *_patterns))
recipe("div", True)(infix("div", "{0} / {1}"))


@recipe("neg", True)
def negated(b: Builder, a: int) -> int:
    return b.apply("neg", a, pattern="-{0}")


@recipe("number", True)
def with_a_number(b: Builder, a: int) -> int:
    op, sign, number = b.pick(("add", "+", 2), ("mul", "*", 0.5), ("div", "/", 4), ("sub", "-", 1.25))
    constant = b.apply("number", pattern=str(number), number=number)
    return b.apply(op, a, constant, pattern=f"{{0}} {sign} {{1}}")


@recipe("pow", True)
def power(b: Builder, a: int) -> int:
    n, text = b.pick((2, "^2"), (3, "**3"), (1, "^1"), (0, "^0"), (-1, "^-1"), (-2, "^-2"))
    need(n >= 0 or abs(b.values[a]) > 0.3)
    return b.apply("pow", a, pattern=f"{{0}}{text}", power=n)


@recipe("power")
def root(b: Builder, a: int) -> int:
    need(positive(b.values[a]))
    n, text = b.pick((0.5, "^0.5"), (1.5, "**1.5"), (1 / 4, "^(1/4)"), (-0.5, "^-0.5"))
    return b.apply("pow", a, pattern=f"{{0}}{text}", power=n)


@recipe("matmul", True)
def product_of_matrices(b: Builder, a: int) -> int:
    shape = b.values[a].shape
    need(len(shape) in (1, 2))
    sign = b.pick("@", "·")
    if b.rng.random() < 0.5:
        other = b.leaf((shape[-1], b.size()) if len(shape) == 1 or b.rng.random() < 0.7 else shape[-1:])
        return b.apply("matmul", a, other, pattern=f"{{0}} {sign} {{1}}")
    other = b.leaf((b.size(), shape[0]) if len(shape) == 1 or b.rng.random() < 0.7 else shape[:1])
    return b.apply("matmul", other, a, pattern=f"{{0}} {sign} {{1}}")


@recipe("own product", True)
def product_with_its_transpose(b: Builder, a: int) -> int:
    need(b.values[a].ndim == 2)
    return b.apply("matmul", a, b.apply("transpose", a, pattern=b.pick("{0}.T", "{0}.T")), pattern="{0} @ {1}")


@recipe("dot", True)
def dot_product(b: Builder, a: int) -> int:
    need(b.values[a].ndim == 1)
    other = b.pick(a, b.leaf(b.values[a].shape))
    return b.apply("dot", a, other, pattern=b.pick("", "{0} @ {1}", "{0} · {1}"))


@recipe("outer", True)
def outer_product(b: Builder, a: int) -> int:
    need(b.values[a].ndim == 1)
    return b.apply("outer", *b.pick((a, b.leaf((b.size(),))), (b.leaf((b.size(),)), a), (a, a)))


@recipe("transpose", True)
def transposed(b: Builder, a: int) -> int:
    need(b.values[a].ndim in (1, 2))
    return b.apply("transpose", a, pattern="{0}.T")


@recipe("pick", True)
def picked(b: Builder, a: int) -> int:
    need(b.values[a].ndim > 0)
    at = tuple(int(b.rng.integers(n)) for n in b.values[a].shape)
    entry = b.apply("pick", a, pattern=f"{{0}}[{','.join(str(k + 1) for k in at)}]", place=at)
    return b.apply("mul", entry, a, pattern="{0} * {1}")


@recipe("sum", True)
def summed(b: Builder, a: int) -> int:
    return b.apply("sum", a, **axis_for(b, a))


@recipe("mean", True)
def averaged(b: Builder, a: int) -> int:
    return b.apply("mean", a, **axis_for(b, a))


def axis_for(b: Builder, a: int) -> dict[str, Any]:
    """An axis that the value has, or none."""
    return b.pick({}, {"axis": 0}, {"axis": 1}) if b.values[a].ndim in (1, 2) else {}


def extreme(op: str) -> Recipe:
    def build(b: Builder, a: int) -> int:
        settings = axis_for(b, a)
        data = b.values[a] if settings else b.values[a].ravel()
        need(spread_out(data.T if settings == {"axis": 0} else data))
        return b.apply(op, a, **settings)

    return build


def larger(op: str) -> Recipe:
    def build(b: Builder, a: int) -> int:
        mate = b.mate(a)
        need(abs(b.values[a] - b.values[mate]) > 0.1)
        return b.apply(op, a, mate, pattern=b.pick("", op[:3] + "({0}, {1})"))

    return build


for _op in ("max", "min"):
    recipe(_op, True)(extreme(_op))
    recipe(f"{_op}imum", True)(larger(f"{_op}imum"))


def by_rows(op: str, *settings: dict[str, Any]) -> Recipe:
    def build(b: Builder, a: int) -> int:
        chosen = b.pick(*settings)
        need(b.values[a].ndim == 2 or (b.values[a].ndim == 1 and "causal" not in chosen))
        weights = b.leaf(b.values[a].shape)
        return b.apply("mul", b.apply(op, a, **chosen), weights, pattern="{0} * {1}")

    return build


recipe("softmax")(by_rows("softmax", {}, {"axis": 0}, {"axis": 1}, {"causal": 1}))
recipe("log_softmax")(by_rows("log_softmax", {}, {"axis": 0}, {"axis": 1}))


@recipe("layernorm")
def normalised(b: Builder, a: int) -> int:
    data = b.values[a]
    axis = b.pick(0, 1)
    along = lane(data, axis)
    need(data.ndim in (1, 2) and data.std(axis=along).min() > 0.2)
    count = data.shape[along or 0]
    affine = [b.leaf((count,)) for _ in range(b.pick(0, 1, 2))]
    settings = b.pick({}, {"eps": 0.01}) | ({"axis": 0} if axis == 0 else {})
    return b.apply("mul", b.apply("layernorm", a, *affine, **settings), b.leaf(data.shape), pattern="{0} * {1}")


@recipe("reshape", True)
def reshaped(b: Builder, a: int) -> int:
    n = b.values[a].size
    need(n > 1)
    sizes = b.pick(*[(k, n // k) for k in range(1, n + 1) if n % k == 0], (n,))
    return b.apply("reshape", a, pattern=f"reshape({{0}}, {', '.join(map(str, sizes))})", shape=sizes)


@recipe("flatten", True)
def flattened(b: Builder, a: int) -> int:
    need(b.values[a].ndim > 0)
    return b.apply("flatten", a)


@recipe("concat", True)
def joined(b: Builder, a: int) -> int:
    shape = b.values[a].shape
    need(len(shape) in (1, 2))
    axis = b.pick(0, 1) if len(shape) == 2 else 0
    usual = axis == len(shape) - 1
    others = [b.leaf([b.size() if k == axis else n for k, n in enumerate(shape)]) for _ in range(b.pick(1, 1, 2))]
    others = [a] if b.rng.random() < 0.2 else others
    slots = ", ".join(f"{{{k}}}" for k in range(len(others) + 1))
    pattern = f"concat({slots})" if usual and b.rng.random() < 0.5 else f"concat({slots}, axis={axis})"
    return b.apply("concat", a, *others, pattern=pattern, axis=axis)


@recipe("conv2d", True)
def convolved(b: Builder, a: int) -> int:
    shape = b.values[a].shape
    need(len(shape) == 2)
    padding = b.pick(0, 0, 1)
    sizes = [int(b.rng.integers(1, min(n + 2 * padding, 3) + 1)) for n in shape]
    settings = b.pick({}, {"stride": 2}) | ({"padding": padding} if padding else {})
    bias = [b.leaf()] if b.rng.random() < 0.5 else []
    return b.apply("conv2d", a, b.leaf(sizes), *bias, **settings)


@recipe("conv2d of channels", True)
def convolved_channels(b: Builder, a: int) -> int:
    channels, filters = b.pick(1, 2), b.pick(1, 2)
    x, k = b.leaf((channels, 3, b.pick(3, 4))), b.leaf((filters, channels, 2, b.pick(1, 2)))
    bias = [b.leaf((filters,))] if b.rng.random() < 0.5 else []
    image = b.apply("conv2d", x, k, *bias, **b.pick({}, {"stride": 2}, {"padding": 1}))
    pooled = b.apply("avgpool", image) if min(b.values[image].shape[-2:]) > 1 else image
    return b.apply("mul", a, b.apply("mean", pooled), pattern="{0} * {1}")


@recipe("maxpool", True)
def max_pooled(b: Builder, a: int) -> int:
    data = b.values[a]
    need(data.ndim in (2, 3) and min(data.shape[-2:]) > 1 and spread_out(data.ravel()))
    return b.apply("maxpool", a, **b.pick({}, {"size": 2}, {"size": 2, "stride": 1}, {"size": 1, "stride": 2}))


@recipe("avgpool", True)
def mean_pooled(b: Builder, a: int) -> int:
    need(b.values[a].ndim in (2, 3) and min(b.values[a].shape[-2:]) > 1)
    return b.apply("avgpool", a, **b.pick({}, {"size": 2}, {"size": 2, "stride": 1}))


@recipe("embedding", True)
def looked_up(b: Builder, a: int) -> int:
    need(b.values[a].ndim == 2)
    return b.apply("embedding", a, b.leaf((b.size(),), 0, len(b.values[a]) - 1, whole=True))


@recipe("one_hot", True)
def hot(b: Builder, a: int) -> int:
    need(b.values[a].ndim == 2)
    count = len(b.values[a])
    rows = b.apply("one_hot", b.leaf((b.pick(2, 3, 4),), 0, count - 1, whole=True), classes=count)
    return b.apply("matmul", rows, a, pattern="{0} @ {1}")


@recipe("argmax", True)
def most_likely(b: Builder, a: int) -> int:
    need(b.values[a].ndim in (1, 2) and spread_out(b.values[a]))
    place = b.apply("argmax", a)
    return b.apply("mul", b.apply("mean", place) if b.values[place].shape else place, a, pattern="{0} * {1}")


@recipe("neuron", True)
def one_neuron(b: Builder, a: int) -> int:
    need(b.values[a].ndim == 1)
    return b.apply("neuron", a, b.leaf(b.values[a].shape), b.leaf())


@recipe("dense", True)
def dense_layer(b: Builder, a: int) -> int:
    need(b.values[a].ndim == 2)
    width = b.size()
    return b.apply("dense", a, b.leaf((b.values[a].shape[1], width)), b.leaf(b.pick((width,), ())))


@recipe("attention")
def attended(b: Builder, a: int) -> int:
    need(b.values[a].ndim == 2)
    rows, width = b.values[a].shape
    chosen = b.pick({}, {"scale": 1}, {"scale": 2}, {"causal": 1}, {"scale": 1, "causal": 1})
    count = rows if "causal" in chosen else b.size()
    keys, numbers = b.leaf((count, width)), b.leaf((count, b.size()))
    return b.apply("attention", *b.pick((a, keys, numbers), (a, a, a)), **chosen)


@recipe("self-attention")
def self_attended(b: Builder, a: int) -> int:
    need(b.values[a].ndim == 2)
    width = b.values[a].shape[1]
    q, k, v = (b.apply("matmul", a, b.leaf((width, 2)), pattern="{0} @ {1}") for _ in range(3))
    return b.apply("attention", q, k, v)


def pair_loss(op: str) -> Recipe:
    def build(b: Builder, a: int) -> int:
        target = b.leaf(b.values[a].shape)
        error = abs(b.values[a] - b.values[target])
        settings = b.pick({}, {"delta": 0.5}, {"delta": 2}) if op == "huber" else {}
        need(op not in ("mae", "huber") or error > 0.1)
        need(op != "huber" or abs(error - settings.get("delta", 1)) > 0.05)
        return b.apply(op, *b.pick((a, target), (target, a)), **settings)

    return build


for _op in ("mse", "half_mse", "sse", "half_sse", "mae", "huber"):
    recipe(_op, True)(pair_loss(_op))


@recipe("poisson")
def unlikely_counts(b: Builder, a: int) -> int:
    need(moderate(b.values[a]))
    return b.apply("poisson", a, b.leaf(b.values[a].shape, 0, 4))


@recipe("bce")
def surprise(b: Builder, a: int) -> int:
    need(moderate(b.values[a]))
    return b.apply("bce", b.apply("sigmoid", a), b.leaf(b.values[a].shape, 0, 1))


def class_numbers(b: Builder, a: int) -> int:
    shape = b.values[a].shape
    need(len(shape) in (1, 2))
    return b.leaf(shape[:-1], 0, shape[-1] - 1, whole=True)


def class_shares(b: Builder, a: int) -> int:
    shape = b.values[a].shape
    need(len(shape) in (1, 2))
    shares = b.rng.integers(1, 10, shape) / 10
    return b.targets(shares / shares.sum(axis=-1, keepdims=True))


@recipe("cross_entropy")
def surprise_of_classes(b: Builder, a: int) -> int:
    need(b.values[a].ndim in (1, 2))
    targets = b.pick(class_numbers, class_shares)
    if b.rng.random() < 0.3:
        need(moderate(b.values[a]))
        return b.apply("cross_entropy", b.apply("softmax", a), targets(b, a), from_probabilities=1)
    return b.apply("cross_entropy", a, targets(b, a))


@recipe("hinge", True)
def within_the_margin(b: Builder, a: int) -> int:
    z = b.values[a]
    need(z.ndim in (1, 2))
    if z.ndim == 1 and b.rng.random() < 0.5:
        target = b.targets(b.rng.choice([-1, 1], z.shape))
        need(abs(1 - z * b.values[target]) > 0.1)
        return b.apply("hinge", a, target)
    need(z.shape[-1] > 1)
    target = class_numbers(b, a)
    true = (z * true_classes(z, b.values[target])).sum(axis=-1, keepdims=True)
    need(abs(z - true + 1) > 0.1)
    return b.apply("hinge", a, target)


SHAPES = ((), (1,), (2,), (3,), (4,), (1, 3), (3, 1), (2, 2), (2, 3), (3, 2), (4, 3), (3, 4), (4, 4))


def random_formula(
    seed: int, kinds: Sequence[str] = tuple(RECIPES), ends: Sequence[str] = ("sum", "mean"), grid: int = 100
) -> Formula:
    """A formula of a few steps; every kind of step has its turn to be in it."""
    rng = np.random.default_rng(seed)
    wanted = kinds[seed % len(kinds)]
    while True:
        b = Builder(rng, grid=grid)
        latest, place, length = b.leaf(b.pick(*SHAPES)), int(rng.integers(0, 4)), int(rng.integers(3, 9))
        done = False
        for k in range(length + 20):
            kind = wanted if k >= place and not done else b.pick(*kinds)
            trial = b.copy()
            try:
                latest = RECIPES[kind](trial, latest)
            except Unsuited:
                continue
            b, done = trial, done or kind == wanted
            if done and sum(isinstance(step, Step) for step in b.steps) >= length:
                break
        if done:
            try:
                return b.finish(latest, *ends)
            except Unsuited:
                continue


@lru_cache
def formulas() -> list[Formula]:
    """The formulas of this file, and of the comparison with PyTorch."""
    return [random_formula(seed) for seed in range(FORMULAS)]


def exactly(number: float) -> Fraction:
    return Fraction(str(number))


def in_fractions(given: Mapping[str, Array]) -> dict[str, Array]:
    """The same numbers as exact rationals, read as they are written."""
    return {
        name: np.asarray(np.vectorize(exactly, otypes=[object])(data), dtype=object) for name, data in given.items()
    }


def worked(formula: Formula, given: Mapping[str, Array]) -> tuple[Work, list[Value]]:
    """A formula on paper, and its gradients by all that isn't a class number."""
    work = Program(formula.text).work(given)
    return work, gradients(work.answer, [work.known[name] for name in formula.movable])


def assert_close(found: Array, expected: Array, tolerance: float, formula: Formula) -> None:
    """Every number agrees, as measured by the largest of them, or by 1."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert found.shape == expected.shape, formula.text
    size = max(1.0, float(abs(expected).max()))
    np.testing.assert_allclose(found, expected, atol=tolerance * size, rtol=0, err_msg=formula.text)


def nudged(formula: Formula, name: str) -> Array:
    """The slope of the last line by one of the given values, by central differences."""
    start = formula.given[name]
    slopes = np.zeros(start.shape)
    for at in np.ndindex(start.shape):
        ends = []
        for sign in (1, -1):
            moved = start.copy()
            moved[at] += sign * NUDGE
            ends.append(formula.value({**formula.given, name: moved}))
        slopes[at] = (ends[0] - ends[1]) / (2 * NUDGE)
    return slopes


# --- The formulas themselves ---


def test_every_function_of_pp_is_in_some_formula() -> None:
    used = set().union(*(formula.ops for formula in formulas()))
    assert set(FUNCTIONS) - used == set()
    assert set(NUMPY) - used == set()


def test_the_formulas_are_varied() -> None:
    texts = [formula.text for formula in formulas()]
    assert len(set(texts)) == len(texts) == FORMULAS
    assert max(len(formula.given) for formula in formulas()) > 5
    assert {data.shape for formula in formulas() for data in formula.given.values()} >= set(SHAPES)


every_formula = pytest.mark.parametrize("seed", range(FORMULAS))


@every_formula
def test_the_value_is_the_one_that_numpy_finds(seed: int) -> None:
    formula = formulas()[seed]
    work = Program(formula.text).work(formula.given)
    assert_close(work.answer.data, formula.value(formula.given), 1e-12, formula)


@every_formula
def test_gradients_agree_with_central_differences(seed: int) -> None:
    formula = formulas()[seed]
    _, found = worked(formula, formula.given)
    loss = max(1.0, abs(float(formula.value(formula.given))))
    for name, gradient in zip(formula.movable, found, strict=True):
        assert_close(gradient.data, nudged(formula, name), 2e-7 * loss, formula)


@every_formula
def test_exact_numbers_give_the_same_as_floats(seed: int) -> None:
    formula = formulas()[seed]
    work, found = worked(formula, in_fractions(formula.given))
    plain, expected = worked(formula, formula.given)
    for exact, other in zip([work.answer, *found], [plain.answer, *expected], strict=True):
        assert_close(exact.data, other.data, 1e-11, formula)


# --- Formulas that keep rationals exact ---


THIRDS = {"div", "mean", "pow", "avgpool", "mse", "half_mse", "mae", "huber", "hinge", "argmax", "leaky_relu"}
DYADIC = sorted(RATIONAL - THIRDS - {"conv2d of channels"})
"""Those that never divide by 3 or multiply by 0.01: beginning with quarters, float64 is exact too."""


@pytest.mark.parametrize("seed", range(EXACT_FORMULAS))
def test_rational_formulas_are_worked_exactly(seed: int) -> None:
    formula = random_formula(1000 + seed, sorted(RATIONAL))
    given = in_fractions(formula.given)
    work, found = worked(formula, given)
    assert work.answer.exact and all(gradient.exact for gradient in found), formula.text
    settings = {"leaky_relu": lambda a, slope=0.01: np.where(a > 0, a, exactly(slope) * a)}
    settings["huber"] = lambda p, t, delta=1: huber(p, t, exactly(delta))
    settings["number"] = lambda number: np.array(exactly(number), dtype=object)
    assert work.answer.data[()] == formula.value(given, {**NUMPY, **settings})[()], formula.text
    plain, expected = worked(formula, formula.given)
    for exact, other in zip([work.answer, *found], [plain.answer, *expected], strict=True):
        assert_close(exact.data, other.data, 1e-12, formula)


@pytest.mark.parametrize("seed", range(EXACT_FORMULAS))
def test_where_float64_is_exact_too_both_give_the_very_same_numbers(seed: int) -> None:
    formula = random_formula(1000 + seed, DYADIC, ["sum"], grid=4)
    exact, exact_slopes = worked(formula, in_fractions(formula.given))
    plain, plain_slopes = worked(formula, formula.given)
    for one, other in zip([exact.answer, *exact_slopes], [plain.answer, *plain_slopes], strict=True):
        assert one.exact and one.shape == other.shape
        rounded = [Fraction(n) for n in other.data.flat]
        assert [Fraction(n) for n in one.data.flat] == rounded, formula.text


# --- The printed working ---


def typed(data: Array) -> str:
    """An array as the command line takes it."""
    if data.ndim > 2 or data.shape == (1,):
        return repr(data.tolist())
    rows = data if data.ndim == 2 else data.reshape(1, -1)
    return "; ".join(" ".join(f"{n:.15g}" for n in row) for row in rows)


@lru_cache
def shown_formulas() -> list[Formula]:
    """Formulas for the command line, where a matrix of one row would be a vector."""
    found = [f for f in formulas() if all(data.ndim != 2 or len(data) > 1 for data in f.given.values())]
    return found[:: len(found) // SHOWN_FORMULAS][:SHOWN_FORMULAS]


FUNCTION = re.compile(r"\b(?:exp|log|sqrt|tanh|normal_share|normal_height)\(|Φ|φ")


def falsehoods(text: str) -> list[str]:
    """The lines that aren't true. Where functions were rounded, an ≈ may stand between values that happen to agree."""
    found = []
    for report in false_lines(text, 4):
        pair = re.search(r"<- '(.*)' is exactly '(.*)': = is due, not ≈$", report)
        if not pair or not FUNCTION.search(pair[1]):
            found.append(report)
    return found


@pytest.mark.parametrize("k", range(SHOWN_FORMULAS))
def test_every_printed_line_is_true(k: int) -> None:
    formula, options = shown_formulas()[k], ["--float"] * (k % 2)
    given = [f"{name}={typed(data)}" for name, data in formula.given.items()]
    ran = pp("solve", formula.text, *given, "--grad", ",".join(formula.movable), "-f", "plain", *options)
    assert (ran.code, ran.err) == (0, ""), (formula.text, given)
    assert worked_lines(ran.out)
    assert falsehoods(ran.out) == [] and ugly(ran.out) == []
