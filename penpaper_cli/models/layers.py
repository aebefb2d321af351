"""The layers of a model in plain NumPy: the forward pass, the loss and its gradients; and the same as formula text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from penpaper_cli.formula.network import layer_statements
from penpaper_cli.ops import OPS
from penpaper_cli.paper.paper import Array

Parameters = Mapping[str, Array]
HIDDEN = ("relu", "leaky-relu", "sigmoid", "tanh", "gelu")
LOSS_CALLS = {
    "mse": "mse({0}, y)",
    "half_mse": "half_mse({0}, y)",
    "bce": "bce({0}, y, from_scores=1)",
    "cross_entropy": "cross_entropy({0}, y)",
}
OUTPUT = {"mse": "none", "half_mse": "none", "bce": "sigmoid", "cross_entropy": "softmax"}
"""What makes a prediction of the last scores, by the loss that is taken from those scores."""
LEAK = 0.01


def slope(activation: str, Z: Array, A: Array) -> Array:
    """The slope of an activation at the scores Z, where it came to A; at a corner it is that of the left side."""
    match activation:
        case "relu":
            return np.asarray(Z > 0, dtype=float)
        case "leaky_relu":
            return np.where(Z > 0, 1.0, LEAK)
        case "sigmoid":
            return np.asarray(A * (1 - A))
        case "tanh":
            return np.asarray(1 - A**2)
        case "gelu":
            return np.asarray(OPS["normal_share"].forward(Z) + Z * OPS["normal_height"].forward(Z))
    return np.ones_like(Z)


@dataclass(frozen=True)
class Flow:
    """One forward pass: what went into each layer, and the scores that came out of it."""

    inputs: tuple[Array, ...]
    scores: tuple[Array, ...]


@dataclass(frozen=True)
class Layers:
    """A model's layers: `sizes` from features to outputs, the activations of the hidden ones, the loss, the penalty.

    Targets `y` have shape (n,): numbers, 0 and 1 (bce), or class numbers from 0 (cross_entropy).
    """

    sizes: tuple[int, ...]
    hidden: tuple[str, ...]
    loss: str
    l2: float = 0.0

    @property
    def activations(self) -> tuple[str, ...]:
        """Every layer's activation, that of the outputs last."""
        return (*self.hidden, OUTPUT[self.loss])

    @property
    def single(self) -> bool:
        """Whether it is one layer with one output, which is written with w and b."""
        return self.sizes[1:] == (1,)

    @property
    def names(self) -> list[tuple[str, str]]:
        """W1 and b1, W2 and b2, …"""
        return [(f"W{k}", f"b{k}") for k in range(1, len(self.sizes))]

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter."""
        pairs = zip(self.names, pairwise(self.sizes), strict=True)
        return {name: shape for (W, b), (m, n) in pairs for name, shape in ((W, (m, n)), (b, (n,)))}

    def flow(self, parameters: Parameters, X: Array) -> Flow:
        """The forward pass."""
        inputs, scores = [X], []
        for (W, b), activation in zip(self.names, (*self.hidden, "none"), strict=True):
            scores.append(inputs[-1] @ parameters[W] + parameters[b])
            if activation != "none":
                inputs.append(OPS[activation].forward(scores[-1]))
        return Flow(tuple(inputs), tuple(scores))

    def fit_for(self, scores: Array) -> Array:
        """The last scores in the shape that the loss takes: a vector where there is one for each sample."""
        return scores if self.loss == "cross_entropy" else scores[:, 0]

    def predictions(self, parameters: Parameters, X: Array) -> Array:
        """Numbers of shape (n,), probabilities of the later class (n,), or shares of all classes (n, k)."""
        scores = self.fit_for(self.flow(parameters, X).scores[-1])
        output = OUTPUT[self.loss]
        return scores if output == "none" else np.asarray(OPS[output].forward(scores))

    def plain_loss(self, flow: Flow, y: Array) -> float:
        """The loss without the penalty."""
        settings = {"from_scores": 1} if self.loss == "bce" else {}
        return float(OPS[self.loss].forward(self.fit_for(flow.scores[-1]), y, **settings))

    def penalty(self, parameters: Parameters) -> float:
        """l2/2 times the sum of the squared weights; biases are left alone."""
        if not self.l2:
            return 0.0
        return self.l2 / 2 * sum(float((parameters[W] ** 2).sum()) for W, _ in self.names)

    def loss_of(self, parameters: Parameters, flow: Flow, y: Array) -> float:
        """The loss that is made small: with the penalty."""
        return self.plain_loss(flow, y) + self.penalty(parameters)

    def score_slope(self, flow: Flow, y: Array) -> Array:
        """The gradient of the loss by the last scores."""
        scores = self.fit_for(flow.scores[-1])
        match self.loss:
            case "bce":
                found = (OPS["sigmoid"].forward(scores) - y) / len(y)
            case "cross_entropy":
                found = (OPS["softmax"].forward(scores) - OPS["indicator"].forward(scores, y)) / len(y)
            case "mse":
                found = 2 * (scores - y) / len(y)
            case _:
                found = (scores - y) / len(y)
        return np.asarray(found).reshape(flow.scores[-1].shape)

    def gradients(self, parameters: Parameters, flow: Flow, y: Array) -> dict[str, Array]:
        """The gradient of the loss by every parameter, the chain rule from the last layer to the first."""
        found: dict[str, Array] = {}
        behind = self.score_slope(flow, y)
        for k in reversed(range(len(self.names))):
            W, b = self.names[k]
            found[W] = flow.inputs[k].T @ behind
            found[b] = behind.sum(axis=0)
            if self.l2:
                found[W] = found[W] + self.l2 * parameters[W]
            if k:
                slopes = slope(self.hidden[k - 1], flow.scores[k - 1], flow.inputs[k])
                behind = (behind @ parameters[W].T) * slopes
        return {name: found[name] for pair in self.names for name in pair}

    def start(self, how: str, random: np.random.Generator) -> dict[str, Array]:
        """The parameters before training: biases at 0, and weights at 0 or drawn evenly from -limit to limit.

        `he`: limit √(6/inputs) (He et al., 2015), for relu and its kin. `xavier`: √(6/(inputs + outputs)) (Glorot and
        Bengio, 2010), for tanh and sigmoid. Both keep the spread of the scores about equal from layer to layer.
        """
        found: dict[str, Array] = {}
        for (W, b), (m, n) in zip(self.names, pairwise(self.sizes), strict=True):
            limit = {"zeros": 0.0, "he": np.sqrt(6 / m), "xavier": np.sqrt(6 / (m + n))}[how]
            found[W] = random.uniform(-limit, limit, (m, n)) if limit else np.zeros((m, n))
            found[b] = np.zeros(n)
        return found

    def usual_start(self) -> str:
        """Zeros where there is nothing hidden, since the loss then has one valley; else what suits the activation."""
        if not self.hidden:
            return "zeros"
        return "xavier" if self.hidden[0] in ("tanh", "sigmoid") else "he"

    # The same on paper.

    @property
    def prediction_name(self) -> str:
        """What the last scores are called."""
        if self.single:
            return "z" if self.loss == "bce" else "ŷ"
        return f"Z{len(self.names)}"

    def forward_text(self) -> list[str]:
        """The forward pass as statements, up to the last scores."""
        if self.single:
            return [f"{self.prediction_name} = X @ w + b"]
        return layer_statements((*self.hidden, "none"))[0]

    def text(self) -> str:
        """The forward pass and the loss as a formula."""
        loss = LOSS_CALLS[self.loss].format(self.prediction_name)
        if self.l2:
            squares = [f"sum({name}^2)" for name in (["w"] if self.single else [W for W, _ in self.names])]
            total = squares[0] if len(squares) == 1 else f"({' + '.join(squares)})"
            loss += f" + λ / 2 * {total}"
        return "\n".join([*self.forward_text(), f"L = {loss}"])

    def on_paper(self, parameters: Parameters) -> dict[str, Array]:
        """The parameters by their names on paper; one layer with one output has a vector w and a number b."""
        if not self.single:
            return dict(parameters)
        return {"w": parameters["W1"][:, 0], "b": np.array(parameters["b1"][0])}

    def off_paper(self, parameters: Parameters) -> dict[str, Array]:
        """And back."""
        if not self.single:
            return dict(parameters)
        return {"W1": parameters["w"].reshape(-1, 1), "b1": parameters["b"].reshape(1)}

    def target_on_paper(self, y: Array) -> Array:
        """The target in the shape of the last scores; class numbers stay a vector."""
        return y if self.single or self.loss == "cross_entropy" else y.reshape(-1, 1)
