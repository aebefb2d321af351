"""pp forward, loss, grad and step: networks of one to three layers against the same networks worked in NumPy."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from cases import each
from reader import false_lines, ugly, worked_lines
from test_cli import pp, refused, values_of
from test_cli import worked as shown
from test_random_formulas import NUMPY
from test_update_rules import REFERENCES

from penpaper_cli.formula import choices
from penpaper_cli.formula.update_rules import UPDATE_RULES

ACTIVATIONS, LOSSES = choices.options_of(choices.ACTIVATIONS), choices.options_of(choices.LOSSES)

Array = Any
CLOSE = 1e-12


# --- Networks for the tests, and NumPy's opinion of them ---


def typed(data: Array) -> str:
    """An array as the command line takes it."""
    rows = np.atleast_2d(data)
    return "; ".join(" ".join(f"{n:.15g}" for n in row) for row in rows)


@dataclass(frozen=True)
class Net:
    """A network with its input, target and loss."""

    X: Array
    weights: Sequence[Array]
    biases: Sequence[Array]
    activations: Sequence[str]
    y: Array | None = None
    loss: str = "mse"

    @property
    def parameters(self) -> dict[str, Array]:
        """By name, layer by layer."""
        found = {}
        for k, weight in enumerate(self.weights, 1):
            found[f"W{k}"] = weight
            if self.biases:
                found[f"b{k}"] = self.biases[k - 1]
        return found

    @property
    def layers(self) -> list[str]:
        """The options that describe it."""
        options = [word for weight in self.weights for word in ("-w", typed(weight))]
        options += [word for bias in self.biases for word in ("-b", typed(bias))]
        return [typed(self.X), *options, *(word for name in self.activations for word in ("-a", name))]

    @property
    def truth(self) -> list[str]:
        return ["--target", typed(self.y), "--loss", self.loss]

    def values(self, parameters: Mapping[str, Array]) -> dict[str, Array]:
        """Z1, A1 and so on, and the loss L."""
        found, value = {}, np.atleast_2d(self.X).astype(float)
        names = list(self.activations)
        for k, name in enumerate(names or ["none"] * len(self.weights), 1):
            value = found[f"Z{k}"] = value @ parameters[f"W{k}"] + parameters.get(f"b{k}", 0)
            if name != "none":
                value = found[f"A{k}"] = NUMPY[name.replace("-", "_")](value)
        if self.y is not None:
            target = np.reshape(self.y, value.shape) if np.size(self.y) == value.size else self.y
            shares = {"from_probabilities": 1} if names[-1:] == ["softmax"] and self.loss == "cross-entropy" else {}
            found["L"] = NUMPY[self.loss.replace("-", "_")](value, target, **shares)
        return found

    def gradients(self, parameters: Mapping[str, Array]) -> dict[str, Array]:
        """The slope of the loss by every parameter, by central differences of four points."""

        def loss_at(name: str, at: Any, nudge: float) -> float:
            moved = parameters[name].astype(float).copy()
            moved[at] += nudge
            return float(self.values({**parameters, name: moved})["L"])

        found = {}
        for name, data in parameters.items():
            found[name] = np.zeros(np.shape(data))
            for at in np.ndindex(np.shape(data)):
                h = 1e-4
                near, far = (loss_at(name, at, k * h) - loss_at(name, at, -k * h) for k in (1, 2))
                found[name][at] = (8 * near - far) / (12 * h)
        return found


def random_net(
    seed: int, layers: int, activations: Sequence[str], loss: str = "mse", bias: bool = True, rows: int = 3
) -> Net:
    """A small network of numbers with two decimals, with a target that suits the loss."""
    rng = np.random.default_rng(seed)
    sizes = [int(n) for n in rng.integers(2, 4, layers + 1)]
    sizes[-1] = 1 if loss == "hinge" and activations[-1] == "tanh" else sizes[-1]

    def numbers(*shape: int) -> Array:
        return np.round(rng.integers(-150, 151, shape) / 100 + 0.005, 3)

    target: Array = numbers(rows, sizes[-1])
    if loss == "poisson":
        target = rng.integers(0, 5, (rows, sizes[-1])).astype(float)
    if loss == "bce":
        target = rng.integers(0, 2, (rows, sizes[-1])).astype(float)
    if loss == "cross-entropy" or (loss == "hinge" and sizes[-1] > 1):
        target = rng.integers(0, sizes[-1], rows).astype(float)
    elif loss == "hinge":
        target = rng.choice([-1.0, 1.0], (rows, 1))
    return Net(
        numbers(rows, sizes[0]),
        [numbers(m, n) for m, n in pairwise(sizes)],
        [numbers(n) for n in sizes[1:]] if bias else [],
        activations,
        target,
        loss,
    )


def floats(values: Any) -> Array:
    """The numbers of JSON, exact ones written as strings, as float64."""
    return np.vectorize(lambda n: float(Fraction(n)), otypes=[float])(np.array(values, dtype=object))


def assert_close(found: Any, expected: Array, tolerance: float = CLOSE) -> None:
    """A result of JSON agrees in its shape, in its values' shape, and in every number."""
    data = floats(found["values"])
    assert list(data.shape) == found["shape"] == list(np.shape(expected))
    size = max(1.0, float(np.max(abs(np.asarray(expected)))))
    np.testing.assert_allclose(data, expected, atol=tolerance * size, rtol=0)


# --- pp forward ---


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_forward(layers: int, bias: bool, rows: int) -> None:
    net = random_net(layers, layers, ["relu", "tanh", "sigmoid"][:layers], bias=bias, rows=rows)
    found = values_of("forward", *net.layers)
    expected = {name: value for name, value in net.values(net.parameters).items() if name != "L"}
    assert list(found["results"]) == ["X", *net.parameters, *expected]
    assert found["answer"] == found["results"][f"A{layers}"]
    for name, value in expected.items():
        assert_close(found["results"][name], value)
    for name, value in net.parameters.items():
        assert_close(found["results"][name], value, 0)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("times", [1, 2])
def test_every_activation_of_one_layer_and_of_two(activation: str, times: int) -> None:
    net = random_net(7, times, [activation] * times)
    found = values_of("forward", *net.layers)["results"]
    for name, value in net.values(net.parameters).items():
        if name != "L":
            assert_close(found[name], value)
    assert ("A1" in found) == (activation != "none")


def test_each_activation_belongs_to_the_layer_in_its_place() -> None:
    net = random_net(3, 3, ["none", "leaky-relu", "softmax"])
    results = values_of("forward", *net.layers)["results"]
    assert [name for name in results if name[0] in "ZA"] == ["Z1", "Z2", "A2", "Z3", "A3"]
    assert_close({"shape": [3], "values": floats(results["A3"]["values"]).sum(axis=1).tolist()}, np.ones(3))


def test_without_activations_layers_are_linear_and_exact() -> None:
    found = values_of("forward", "1 2; 3 4", "-w", "1/2; 1/3", "-b", "1", "-w", "2 3", "-b", "0 1/7")
    assert found["results"]["Z1"] == {"shape": [2, 1], "exact": True, "values": [["13/6"], ["23/6"]]}
    assert found["answer"] == {"shape": [2, 2], "exact": True, "values": [["13/3", "93/14"], ["23/3", "163/14"]]}


def test_one_row_is_one_sample() -> None:
    results = values_of("forward", "1 2 3", "-w", "1; 0; 2", "-b", "0.5", "-a", "relu")["results"]
    assert {name: results[name]["shape"] for name in ("X", "W1", "b1", "Z1", "A1")} == {
        "X": [1, 3],
        "W1": [3, 1],
        "b1": [1],
        "Z1": [1, 1],
        "A1": [1, 1],
    }
    assert results["A1"]["values"] == [["15/2"]]


@pytest.mark.parametrize("command", ["forward", "grad", "step"])
@pytest.mark.parametrize("form", ["plain", "markdown", "terminal"])
def test_networks_are_worked_in_true_lines(command: str, form: str) -> None:
    net = random_net(11, 2, ["tanh", "sigmoid"], "half-mse", rows=2)
    rest = {"forward": [], "grad": net.truth, "step": [*net.truth, "--lr", "0.5"]}[command]
    text = shown(command, *net.layers, *rest, "-f", form)
    lines = worked_lines(text)
    assert any("Z1" in line for line in lines) and any("A2" in line for line in lines)
    assert any("∂L/∂W1" in line for line in lines) == (command != "forward")
    assert any("W1_new" in line for line in lines) == (command == "step")
    assert false_lines(text, 4) == [] and ugly(text) == []


# --- Networks that can't be put together ---

NET = ("1 2", "-w", "1 2; 3 4", "-b", "1 2", "-w", "1; 2", "-b", "3")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("1 2", "-w", "1; 2", "-w", "1 2", "-b", "1"), ["2 weights", "1 bias"]),
        (("1 2", "-w", "1; 2", "-b", "1", "-b", "2"), ["1 weight", "2 biases"]),
        (("1 2", "-w", "1 2; 3 4", "-w", "1;2", "-w", "3", "-a", "relu", "-a", "relu"), ["3 weights", "2 activations"]),
        (("1 2", "-w", "1; 2", "-a", "relu", "-a", "relu"), ["1 weight", "2 activations"]),
        (("1 2", "-w", "1; 2", "-a", "relus"), ['"relus"', *ACTIVATIONS]),
        (("1 2", "-w", "1; 2", "-a", ""), [*ACTIVATIONS]),
        (("1 2",), ["-w"]),
        (("-w", "1; 2"), ["X"]),
        (("1 2", "-w", "missing.csv"), ["missing.csv"]),
        (("1 2", "-w", "1 2; 3"), ["W1", "row 2"]),
        (("1 2", "-w", "1; 2", "-b", "1 2; 3 4"), ["b1", "2×2"]),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_networks_that_are_written_wrongly(arguments: tuple[str, ...], words: list[str]) -> None:
    said = refused("forward", *arguments)
    assert [word for word in words if word not in said] == [], said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("1 2 3", "-w", "1; 2"), ["X", "1×3", "W1", "2×1"]),
        (("1 2", "-w", "1 2 3; 4 5 6", "-w", "1; 2"), ["Z1", "1×3", "W2", "2×1"]),
        (("1 2", "-w", "1 2; 3 4", "-a", "relu", "-w", "1; 2; 3", "-a", "none"), ["A1", "1×2", "W2", "3×1"]),
        (("1 2", "-w", "1 2; 3 4", "-b", "1 2 3"), ["1×2", "b1", "length 3"]),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_shapes_that_do_not_fit_are_both_named(arguments: tuple[str, ...], words: list[str]) -> None:
    said = refused("forward", *arguments, code=1)
    assert [word for word in words if word not in said] == [], said


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--target", "1", "--loss", "msee"), 2, ['"msee"', *LOSSES]),
        (("--target", "1"), 2, ["--loss"]),
        (("--loss", "mse"), 2, ["--target"]),
        (("--target", "x", "--loss", "mse"), 2, ["--target", '"x"']),
        (("--target", "1 2 3", "--loss", "mse"), 1, ["1×1", "length 3"]),
        (("--target", "1; 2", "--loss", "mse"), 1, ["1×1", "2×1"]),
        (("--target", "2", "--loss", "bce"), 1, ["between 0 and 1"]),
        (("--target", "1", "--loss", "mse", "--delta", "2"), 2, ["--delta", "huber", "mse"]),
        (("--target", "1", "--loss", "mse", "--from-probabilities"), 2, ["--from-probabilities", "cross-entropy"]),
        (("--target", "1", "--loss", "huber", "--delta", "0"), 2, ["delta", "0"]),
        (("--target", "1", "--loss", "huber", "--delta", "-1"), 2, ["delta", "-1"]),
        (("--target", "1", "--loss", "huber", "--delta", "x"), 2, ["--delta", '"x"']),
        (("--target", "1", "--loss", "huber", "--delta", "1); L2 = sum(X"), 2, ["--delta"]),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
@pytest.mark.parametrize("command", ["grad", "step"])
def test_losses_that_do_not_fit(command: str, arguments: tuple[str, ...], code: int, words: list[str]) -> None:
    rate = ["--lr", "0.1"] if command == "step" else []
    said = refused(command, *NET, *arguments, *rate, code=code)
    assert [word for word in words if word not in said] == [], said


# --- pp loss ---

PAIRS = {
    "mse": ("1 2.5; -3 0", "1 2; 0.5 0"),
    "half-mse": ("1 2.5; -3 0", "1 2; 0.5 0"),
    "sse": ("1 2.5; -3 0", "1 2; 0.5 0"),
    "half-sse": ("1 2.5; -3 0", "1 2; 0.5 0"),
    "mae": ("1 2.5; -3 0", "1 2; 0.5 0"),
    "huber": ("1 2.5; -3 0", "1 2; 0.5 0"),
    "poisson": ("1 0.5; -3 0", "1 2; 0 7"),
    "bce": ("0.9 0.2; 0.5 0.4", "1 0; 0.3 1"),
    "cross-entropy": ("1 -2 0.5; 3 0.5 1", "2 0"),
    "hinge": ("1 -2 0.5; 3 2.5 1", "2 0"),
}


def matrix(text: str) -> Array:
    rows = [[float(Fraction(n)) for n in row.split()] for row in text.split(";")]
    return np.array(rows if len(rows) > 1 else rows[0])


@pytest.mark.parametrize("kind", LOSSES)
def test_every_loss(kind: str) -> None:
    predicted, target = PAIRS[kind]
    found = values_of("loss", kind, predicted, target)
    expected = NUMPY[kind.replace("-", "_")](matrix(predicted), matrix(target))
    assert list(found["results"])[-1] == "L" and found["answer"] == found["results"]["L"]
    assert_close(found["answer"], expected)
    assert found["answer"]["exact"] == (kind not in ("poisson", "bce", "cross-entropy"))
    assert false_lines(shown("loss", kind, predicted, target, "-f", "plain"), 4) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("mse", "3", "1"), 4),
        (("mse", "1 2 3", "2 2 5"), 5 / 3),
        (("huber", "0 0 0", "0.5 1 4"), (0.125 + 0.5 + 3.5) / 3),
        (("huber", "0 0 0", "0.5 1 4", "--delta", "2"), (0.125 + 0.5 + 6) / 3),
        (("huber", "0 0", "1/2 4", "--delta", "1/4"), (0.25 * 0.375 + 0.25 * 3.875) / 2),
        (("cross-entropy", "0 0", "1"), math.log(2)),
        (("cross-entropy", "1 2 3", "0 0 1"), math.log(sum(map(math.exp, (1, 2, 3)))) - 3),
        (("cross-entropy", "1 2 3; 3 2 1", "0 0 1; 0 1 0"), math.log(sum(map(math.exp, (1, 2, 3)))) - 2.5),
        (("cross-entropy", "1 2 3; 3 2 1", "2; 1"), math.log(sum(map(math.exp, (1, 2, 3)))) - 2.5),
        (("cross-entropy", "0.25 0.75", "1", "--from-probabilities"), -math.log(0.75)),
        (("cross-entropy", "0.25 0.75; 0.5 0.5", "0 1; 1 0", "--from-probabilities"), -math.log(0.375) / 2),
        (("cross-entropy", "1 0", "0", "--from-probabilities"), 0),
        (("cross-entropy", "1000 0", "1"), 1000),
        (("hinge", "0.5 -2 3", "1 1 -1"), (0.5 + 3 + 4) / 3),
        (("hinge", "3 5 0", "0"), 3),
        (("bce", "0.5 0.5", "1 0"), math.log(2)),
        (("poisson", "0 0 0", "0 1 2"), 1),
        (("poisson", "1 2", "3 0"), (math.e - 3 + math.e**2) / 2),
        (("half_mse", "3", "1"), 2),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_losses_by_hand(arguments: tuple[str, ...], expected: float) -> None:
    assert_close(values_of("loss", *arguments)["answer"], np.array(expected))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("mse", "1 2", "1 2 3"), 1, ["length 2", "length 3"]),
        (("mse", "1 2; 3 4", "1 2"), 1, ["2×2", "length 2"]),
        (("rmse", "1", "2"), 2, ['"rmse"', *LOSSES]),
        (("bce", "1.5", "1"), 1, ["1.5", "between 0 and 1"]),
        (("bce", "0", "1"), 1, ["0", "log"]),
        (("cross-entropy", "1 2 3", "3"), 1, ["3", "0 to 2"]),
        (("cross-entropy", "1 2 3", "-1"), 1, ["-1", "0 to 2"]),
        (("cross-entropy", "1 2 3", "0.5"), 1, ["0.5", "0 to 2"]),
        (("cross-entropy", "1 2 3; 4 5 6", "0"), 1, ["2×3"]),
        (("cross-entropy", "1 2 3; 4 5 6", "0 1 2"), 1, ["2×3", "length 3"]),
        (("cross-entropy", "1 2", "0.5 0.6"), 1, ["add up to 1"]),
        (("cross-entropy", "2 -1", "0", "--from-probabilities"), 1, ["2", "between 0 and 1"]),
        (("hinge", "1 2", "2 2"), 1, ["2", "1 or -1"]),
        (("mse", "1", "2", "--delta", "1"), 2, ["--delta", "huber"]),
        (("bce", "0.5", "1", "--from-probabilities"), 2, ["--from-probabilities", "cross-entropy"]),
        (("huber", "1", "2", "--delta", "big"), 2, ["--delta", '"big"']),
        (("mse", "1"), 2, ["TARGET"]),
        (("mse", "x", "1"), 2, ["PREDICTED", '"x"']),
        (("mse", "1", "x"), 2, ["TARGET", '"x"']),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_losses_that_cannot_be_taken(arguments: tuple[str, ...], code: int, words: list[str]) -> None:
    said = refused("loss", *arguments, code=code)
    assert [word for word in words if word not in said] == [], said


def test_class_numbers_say_which_column_they_are() -> None:
    said = shown("loss", "cross-entropy", "1 2 3; 4 5 6", "2 0", "-f", "plain")
    assert "count from 0" in said and "column 3" in said


# --- pp grad ---


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_of_every_loss_through_every_depth(loss: str, layers: int, bias: bool) -> None:
    last = {"bce": "sigmoid", "hinge": "tanh", "cross-entropy": "softmax"}.get(loss, "none")
    net = random_net(layers * 10 + len(loss), layers, [*["tanh", "sigmoid"][: layers - 1], last], loss, bias)
    found = values_of("grad", *net.layers, *net.truth)["results"]
    expected = net.gradients(net.parameters)
    assert_close(found["L"], net.values(net.parameters)["L"])
    assert {f"d{name}" for name in net.parameters} <= set(found)
    for name, slope in expected.items():
        assert_close(found[f"d{name}"], slope, 1e-9)


@each("loss", LOSSES)
def test_the_lines_of_every_loss_are_true(loss: str) -> None:
    last = {"bce": "sigmoid", "hinge": "tanh", "cross-entropy": "softmax"}.get(loss, "none")
    net = random_net(20 + len(loss), 2, ["tanh", last], loss, rows=2)
    assert false_lines(shown("step", *net.layers, *net.truth, "--lr", "0.5", "-f", "plain"), 4) == []


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("rows", [1, 3])
def test_gradients_through_every_activation(activation: str, rows: int) -> None:
    net = random_net(5, 2, [activation] * 2, "half-sse", rows=rows)
    found = values_of("grad", *net.layers, *net.truth)["results"]
    for name, slope in net.gradients(net.parameters).items():
        assert_close(found[f"d{name}"], slope, 1e-9)


def test_gradients_have_names_and_shapes() -> None:
    net = random_net(2, 2, ["relu", "none"])
    results = values_of("grad", *net.layers, *net.truth)["results"]
    assert list(results)[:6] == ["X", "W1", "b1", "W2", "b2", "y"]
    assert {"Z1", "A1", "Z2", "L", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"} <= set(results)
    for name in ("W1", "b1", "W2", "b2", "Z1", "A1", "Z2"):
        assert results[f"d{name}"]["shape"] == results[name]["shape"]


def test_rational_gradients_are_exact() -> None:
    found = values_of("grad", "1 2; 3 4", "-w", "1/2; -1", "-b", "1/3", "--target", "1; 0", "--loss", "mse")["results"]
    errors = [Fraction(-3, 2) + Fraction(1, 3) - 1, Fraction(-5, 2) + Fraction(1, 3)]
    assert found["L"] == {"shape": [], "exact": True, "values": str(sum(e**2 for e in errors) / 2)}
    slopes = [[str(errors[0] * 1 + errors[1] * 3)], [str(errors[0] * 2 + errors[1] * 4)]]
    assert found["dW1"] == {"shape": [2, 1], "exact": True, "values": slopes}
    assert found["db1"] == {"shape": [1], "exact": True, "values": [str(sum(errors))]}


def test_cross_entropy_after_softmax_does_not_apply_softmax_again() -> None:
    layers = ["1 2; -1 0.5", "-w", "0.5 -1 2; 1 0 -0.5", "-b", "0 0.1 0.2"]
    truth = ["--target", "2 0", "--loss", "cross-entropy"]
    after = values_of("grad", *layers, "-a", "softmax", *truth)["results"]
    scores = values_of("grad", *layers, *truth)["results"]
    assert_close(after["L"], floats(scores["L"]["values"]))
    for name in ("dW1", "db1"):
        assert_close(after[name], floats(scores[name]["values"]))
    shares = floats(after["A1"]["values"])
    assert_close(after["L"], -np.log(shares[[0, 1], [2, 0]]).mean())
    for flag in ([], ["--from-probabilities"]):
        told = values_of("grad", *layers, "-a", "softmax", *truth, *flag)["results"]
        assert told["L"] == after["L"]


def test_class_numbers_and_one_hot_rows_give_the_same() -> None:
    layers = ["1 2; -1 0.5", "-w", "0.5 -1 2; 1 0 -0.5"]
    numbers, column, hot = (
        values_of("grad", *layers, "--target", target, "--loss", "cross-entropy")["results"]
        for target in ("2 0", "2; 0", "0 0 1; 1 0 0")
    )
    for name in ("L", "dW1", "dZ1"):
        assert_close(numbers[name], floats(hot[name]["values"]))
        assert numbers[name] == column[name]


def test_from_probabilities_takes_shares_as_they_are() -> None:
    found = values_of(
        "grad", "1", "-w", "0.25 0.75", "--target", "1", "--loss", "cross-entropy", "--from-probabilities"
    )["results"]
    assert_close(found["L"], np.array(-math.log(0.75)))
    assert_close(found["dW1"], np.array([[0, -4 / 3]]))


def test_delta_reaches_the_loss() -> None:
    layers = ["1; 1", "-w", "1", "--target", "1.5; 5", "--loss", "huber"]
    assert_close(values_of("grad", *layers)["results"]["dW1"], np.array([[(-0.5 - 1) / 2]]))
    assert_close(values_of("grad", *layers, "--delta", "3")["results"]["dW1"], np.array([[(-0.5 - 3) / 2]]))


def test_a_target_in_one_row_serves_a_column_of_predictions() -> None:
    row, column = (
        values_of("grad", "1 2; 3 4", "-w", "1; 2", "--target", target, "--loss", "mse")["results"]
        for target in ("1 2", "1; 2")
    )
    assert row["dW1"] == column["dW1"] and row["L"] == column["L"]


# --- pp step ---

RATE = 0.1

X = np.array([[1.0, 0.5], [-0.25, 2], [0.75, -1]])
Y = np.array([[0.25], [1], [-0.5]])
W1, B1 = np.array([[0.5, -0.3], [0.2, 0.8]]), np.array([0.1, -0.2])
W2, B2 = np.array([[0.7], [-0.4]]), np.array([0.05])
TANH_NET = Net(X, [W1, W2], [B1, B2], ["tanh", "none"], Y, "half-mse")


def slopes(parameters: Mapping[str, Array]) -> dict[str, Array]:
    """The gradients of the network above, all from the same parameters, by the chain rule."""
    A1 = np.tanh(X @ parameters["W1"] + parameters["b1"])
    dZ2 = (A1 @ parameters["W2"] + parameters["b2"] - Y) / len(Y)
    dZ1 = dZ2 @ parameters["W2"].T * (1 - A1**2)
    return {"W1": X.T @ dZ1, "b1": dZ1.sum(axis=0), "W2": A1.T @ dZ2, "b2": dZ2.sum(axis=0)}


def trained(
    optimiser: str, times: int, frozen: Sequence[str] = (), lr: float = RATE, **settings: float
) -> tuple[dict[str, Array], dict[str, Array], list[float]]:
    """The parameters after some steps, the gradients of the last step, and the loss before each step."""
    parameters, state, losses = TANH_NET.parameters, {}, []
    gradients: dict[str, Array] = {}
    for step in range(1, times + 1):
        losses.append(float(TANH_NET.values(parameters)["L"]))
        gradients = slopes(parameters)
        parameters = {
            name: w
            if name in frozen
            else REFERENCES[optimiser](w, gradients[name], state.setdefault(name, {}), step, lr, **settings)
            for name, w in parameters.items()
        }
    return parameters, gradients, losses


OPTIMISERS = choices.options_of(UPDATE_RULES)


def stepped(*options: str) -> dict[str, Any]:
    return values_of("step", *TANH_NET.layers, *TANH_NET.truth, "--lr", str(RATE), *options)


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_optimiser_over_some_steps(optimiser: str, times: int) -> None:
    found = stepped("--optimizer", optimiser, "--times", str(times))
    results = found["results"]
    after, gradients, losses = trained(optimiser, times)
    before, _, _ = trained(optimiser, times - 1)
    for name in TANH_NET.parameters:
        assert_close(results[f"{name}_new"], after[name], 1e-10)
        assert_close(results[f"d{name}"], gradients[name], 1e-10)
        assert_close(results[name], before[name], 1e-10)
    assert [entry["step"] for entry in found["history"]] == list(range(1, times + 1))
    assert_close({"shape": [times], "values": [entry["loss"] for entry in found["history"]]}, np.array(losses))
    assert_close(results["L"], np.array(losses[-1]))
    assert_close(results["L_new"], TANH_NET.values(after)["L"])


@pytest.mark.parametrize(
    ("optimiser", "options"),
    [
        ("momentum", {"momentum": 0.5}),
        ("momentum", {"momentum": 0}),
        ("nesterov", {"momentum": 0.75}),
        ("adagrad", {"epsilon": 0.1}),
        ("rmsprop", {"rho": 0.5}),
        ("rmsprop", {"epsilon": 1}),
        ("adam", {"beta1": 0.5, "beta2": 0.9}),
        ("adam", {"epsilon": 0.25}),
        ("adam", {"beta1": 0}),
    ],
)
def test_the_settings_of_the_optimisers(optimiser: str, options: dict[str, float]) -> None:
    given = [word for name, number in options.items() for word in (f"--{name}", str(number))]
    results = stepped("--optimizer", optimiser, "--times", "3", *given)["results"]
    after, _, _ = trained(optimiser, 3, **options)
    for name in TANH_NET.parameters:
        assert_close(results[f"{name}_new"], after[name], 1e-10)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("frozen", [["b1", "b2"], ["W1"], ["W1", "b1", "b2"]], ids=",".join)
def test_frozen_parameters_stay(optimiser: str, frozen: list[str]) -> None:
    results = stepped("--optimizer", optimiser, "--times", "3", "--freeze", ",".join(frozen))["results"]
    after, _, _ = trained(optimiser, 3, frozen)
    for name, start in TANH_NET.parameters.items():
        if name in frozen:
            assert f"{name}_new" not in results
            assert_close(results[name], start, 0)
        else:
            assert_close(results[f"{name}_new"], after[name], 1e-10)
    assert_close(results["L_new"], TANH_NET.values(after)["L"])


def test_all_gradients_use_the_weights_from_before_the_update() -> None:
    """With a rate as large as 10, an updated W2 would give quite another dW1."""
    results = values_of("step", *TANH_NET.layers, *TANH_NET.truth, "--lr", "10")["results"]
    worked = values_of("grad", *TANH_NET.layers, *TANH_NET.truth)["results"]
    for name, slope in slopes(TANH_NET.parameters).items():
        assert results[f"d{name}"] == worked[f"d{name}"]
        assert_close(results[f"{name}_new"], TANH_NET.parameters[name] - 10 * slope, 1e-11)


def test_the_gradient_by_hand_is_the_one_by_nudging() -> None:
    for name, slope in TANH_NET.gradients(TANH_NET.parameters).items():
        np.testing.assert_allclose(slopes(TANH_NET.parameters)[name], slope, atol=1e-10)


def test_a_rational_step_is_exact() -> None:
    options = ["1 2", "-w", "1; 1", "-b", "0", "--target", "1", "--loss", "half-sse", "--lr", "1/5"]
    results = values_of("step", *options)["results"]
    assert results["W1_new"] == {"shape": [2, 1], "exact": True, "values": [["3/5"], ["1/5"]]}
    assert results["b1_new"] == {"shape": [1], "exact": True, "values": ["-2/5"]}
    assert results["L_new"] == {"shape": [], "exact": True, "values": "2/25"}


def test_the_first_and_last_steps_are_worked_and_the_others_are_rows() -> None:
    text = shown("step", *TANH_NET.layers, *TANH_NET.truth, "--lr", "0.1", "--times", "5", "-f", "plain")
    worked_steps = re.findall(r"^Step (\d+)", text, re.MULTILINE)
    assert worked_steps == ["1", "5"]
    _, _, losses = trained("gd", 5)
    for k, loss in enumerate(losses, 1):
        row = re.search(rf"^step: {k}, loss before it: (\S+)$", text, re.MULTILINE)
        assert row and math.isclose(float(row[1]), loss, rel_tol=1e-3)
    assert false_lines(text, 4) == [] and ugly(text) == []


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_the_update_is_worked_in_true_lines(optimiser: str) -> None:
    options = ["--optimizer", optimiser, "--times", "2", "--lr", "0.1", "--freeze", "W1,b1"]
    text = shown("step", *TANH_NET.layers, *TANH_NET.truth, *options, "-f", "plain")
    assert any(line.startswith("W2_new") for line in worked_lines(text))
    assert false_lines(text, 4) == [] and ugly(text) == []


def test_many_steps_stay_within_bounds_on_the_page() -> None:
    found = stepped("--times", "300", "--optimizer", "adam")
    after, _, losses = trained("adam", 300)
    assert len(found["history"]) == 300
    assert_close(found["results"]["L_new"], TANH_NET.values(after)["L"], 1e-8)
    assert losses[-1] < losses[0]
    text = shown("step", *TANH_NET.layers, *TANH_NET.truth, "--lr", "0.1", "--times", "300", "-f", "plain")
    assert "280" in text and text.count("loss before it") <= 20


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--lr", "0"), ["--lr", "above 0"]),
        (("--lr", "-1"), ["--lr", "above 0", "-1"]),
        (("--lr", "x"), ["--lr", '"x"']),
        (("--lr", "nan"), ["--lr", "finite"]),
        (("--lr", "inf"), ["--lr", "finite"]),
        ((), ["--lr"]),
        (("--lr", "0.1", "--times", "0"), ["--times"]),
        (("--lr", "0.1", "--times", "-2"), ["--times"]),
        (("--lr", "0.1", "--times", "many"), ["--times"]),
        (("--lr", "0.1", "--optimizer", "sgd"), ["--optimizer", "momentum", "adam"]),
        (("--lr", "0.1", "--freeze", "b3"), ["--freeze", '"b3"', "W1, b1, W2, b2"]),
        (("--lr", "0.1", "--freeze", "X"), ["--freeze", '"X"']),
        (("--lr", "0.1", "--freeze", "W1,b1,W2,b2"), ["--freeze", "every"]),
        (("--lr", "0.1", "--momentum", "-0.5"), ["--momentum", "-0.5"]),
        (("--lr", "0.1", "--beta1", "1"), ["--beta1", "1"]),
        (("--lr", "0.1", "--beta2", "x"), ["--beta2", '"x"']),
        (("--lr", "0.1", "--epsilon", "-1"), ["--epsilon", "0 or above"]),
        (("--lr", "0.1", "--rho", "1.5"), ["--rho", "1.5"]),
    ],
    ids=" ".join,
)
def test_steps_that_are_written_wrongly(options: tuple[str, ...], words: list[str]) -> None:
    said = refused("step", *TANH_NET.layers, *TANH_NET.truth, *options)
    assert [word for word in words if word not in said] == [], said


def test_a_step_that_diverges_is_a_sentence() -> None:
    ran = pp("step", *NET, "--target", "1", "--loss", "sse", "--lr", "1000", "--times", "2000", "-f", "plain")
    assert ran.code == 1
    assert re.fullmatch(r"pp: [^\n]*\.\n", ran.err)


# --- Mazur's network (Matt Mazur, A Step by Step Backpropagation Example, 2015) ---

MAZUR = ["0.05 0.1", "-w", ".15 .25; .20 .30", "-b", ".35 .35", "-w", ".40 .50; .45 .55", "-b", ".60 .60"]
MAZUR += [*["-a", "sigmoid"] * 2, "--target", "0.01 0.99", "--loss", "half-sse", "--lr", "0.5", "--freeze", "b1,b2"]


@pytest.mark.parametrize(
    ("name", "at", "published"),
    [
        ("A1", (0, 0), 0.593269992107),
        ("A1", (0, 1), 0.596884378260),
        ("A2", (0, 0), 0.751365069552),
        ("A2", (0, 1), 0.772928465321),
        ("L", (), 0.298371108760),
        ("dW2", (0, 0), 0.082167040564),
        ("dW1", (0, 0), 0.000438567728),
        ("W2_new", (0, 0), 0.358916479718),
        ("W2_new", (1, 0), 0.408666186076),
        ("W2_new", (0, 1), 0.511301270239),
        ("W2_new", (1, 1), 0.561370121108),
        ("W1_new", (0, 0), 0.149780716133),
        ("W1_new", (1, 0), 0.199561432266),
        ("W1_new", (0, 1), 0.249751143633),
        ("W1_new", (1, 1), 0.299502287266),
    ],
)
def test_mazur_s_first_update(name: str, at: tuple[int, ...], published: float) -> None:
    """His numbers are cut after twelve decimals, not rounded."""
    results = values_of("step", *MAZUR)["results"]
    assert abs(floats(results[name]["values"])[at] - published) < 1e-11
    assert "b1_new" not in results and "b2_new" not in results


def test_every_option_of_a_network_is_in_the_help() -> None:
    for command, option in product(["grad", "step"], ["--loss", "--target", "--delta", "-a", "-w", "-b"]):
        assert option in shown(command, "--help")
