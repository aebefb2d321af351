"""The layers of a model in plain NumPy: the forward pass, the loss and its gradients; and the same as formula text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from penpaper_cli.formula.choices import ACTIVATIONS, TRAINED, Loss
from penpaper_cli.formula.network import layer_statements
from penpaper_cli.ops import OPS
from penpaper_cli.paper.arrays import Array

Parameters = Mapping[str, Array]
ONE = np.ones(())
"""The gradient of the loss by itself."""


@dataclass(frozen=True)
class Flow:
    """One forward pass: what went into each layer, and the scores that came out of it."""

    inputs: tuple[Array, ...]
    scores: tuple[Array, ...]


@dataclass(frozen=True)
class Layers:
    """A model's layers: `sizes` from features to outputs, the activations of the hidden ones, the loss, the penalty.

    Targets `y` have shape (n,): numbers, 0 and 1 (bce), or class numbers from 0 (cross_entropy). Values and gradient
    rules are those of the operations, on plain arrays.
    """

    sizes: tuple[int, ...]
    hidden: tuple[str, ...]
    loss: str
    l2: float = 0.0

    @property
    def activations(self) -> tuple[str, ...]:
        """Every layer's activation, that of the outputs last."""
        return (*self.hidden, self.link)

    @property
    def objective(self) -> Loss:
        """What is known of the loss."""
        return TRAINED[self.loss]

    @property
    def link(self) -> str:
        """The activation that makes a prediction of the last scores."""
        return self.objective.link or "none"

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
        return scores if self.objective.per_class else scores[:, 0]

    def predictions(self, parameters: Parameters, X: Array) -> Array:
        """Numbers of shape (n,), probabilities of the later class (n,), or shares of all classes (n, k)."""
        scores = self.fit_for(self.flow(parameters, X).scores[-1])
        return scores if self.link == "none" else np.asarray(OPS[self.link].forward(scores))

    def plain_loss(self, flow: Flow, y: Array) -> float:
        """The loss without the penalty."""
        return float(OPS[self.loss].forward(self.fit_for(flow.scores[-1]), y, **self.objective.of_scores))

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
        by_scores = OPS[self.loss].backward[0]
        gradient = by_scores(ONE, None, self.fit_for(flow.scores[-1]), y, **self.objective.of_scores)
        return np.asarray(gradient).reshape(flow.scores[-1].shape)

    def gradients(self, parameters: Parameters, flow: Flow, y: Array) -> dict[str, Array]:
        """The gradient of the loss by every parameter, the chain rule from the last layer to the first."""
        gradients: dict[str, Array] = {}
        behind = self.score_slope(flow, y)
        for k in reversed(range(len(self.names))):
            W, b = self.names[k]
            gradients[W] = flow.inputs[k].T @ behind
            gradients[b] = behind.sum(axis=0)
            if self.l2:
                gradients[W] = gradients[W] + self.l2 * parameters[W]
            if k:
                through = OPS[self.hidden[k - 1]].backward[0]
                behind = through(behind @ parameters[W].T, flow.inputs[k], flow.scores[k - 1])
        return {name: gradients[name] for pair in self.names for name in pair}

    def start(self, how: str, random: np.random.Generator) -> dict[str, Array]:
        """The parameters before training: biases at 0, and weights at 0 or drawn evenly from -limit to limit.

        `he`: limit √(6/inputs) (He et al., 2015), for relu and its kin. `xavier`: √(6/(inputs + outputs)) (Glorot and
        Bengio, 2010), for tanh and sigmoid. Both keep the spread of the scores about equal from layer to layer.
        """
        parameters: dict[str, Array] = {}
        for (W, b), (m, n) in zip(self.names, pairwise(self.sizes), strict=True):
            limit = {"zeros": 0.0, "he": np.sqrt(6 / m), "xavier": np.sqrt(6 / (m + n))}[how]
            parameters[W] = random.uniform(-limit, limit, (m, n)) if limit else np.zeros((m, n))
            parameters[b] = np.zeros(n)
        return parameters

    def usual_start(self) -> str:
        """Zeros where there is nothing hidden, since the loss then has one valley; else what suits the activation."""
        if not self.hidden:
            return "zeros"
        return ACTIVATIONS[self.hidden[0]].start

    # The same on paper.

    @property
    def prediction_name(self) -> str:
        """What the last scores are called."""
        return self.objective.scores if self.single else f"Z{len(self.names)}"

    def forward_text(self) -> list[str]:
        """The forward pass as statements, up to the last scores."""
        if self.single:
            return [f"{self.prediction_name} = X @ w + b"]
        return layer_statements((*self.hidden, "none"))[0]

    def text(self) -> str:
        """The forward pass and the loss as a formula."""
        loss = self.objective.text_of_scores(self.prediction_name)
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
        return y if self.single or self.objective.per_class else y.reshape(-1, 1)
