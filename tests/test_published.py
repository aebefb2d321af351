"""Worked examples that others have published, with their numbers, worked by `pp … -f json`.

Publications round, and some carry rounded numbers on, so every example is compared twice: closely with the same sums in
full precision, done here in plain Python, and loosely with the digits in print.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from penpaper_cli.cli import run

Numbers = Any
"""A number, or a list of numbers, or a list of those."""
MAZUR = [
    *("step", "0.05 0.10", "--target", "0.01 0.99", "--loss", "half-sse", "--lr", "0.5", "--freeze", "b1,b2"),
    *("-w", "0.15 0.25; 0.20 0.30", "-b", "0.35 0.35", "-a", "sigmoid"),
    *("-w", "0.40 0.50; 0.45 0.55", "-b", "0.60 0.60", "-a", "sigmoid"),
]
TOKENS = {
    "X": "1 0 1 0; 0 2 0 2; 1 1 1 1",
    "W_K": "0 0 1; 1 1 0; 0 1 0; 1 1 0",
    "W_Q": "1 0 1; 1 0 0; 0 0 1; 0 1 1",
    "W_V": "0 2 0; 0 3 0; 1 0 3; 1 1 0",
}
PICTURE = "X=3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1"
KERNEL = "K=0 1 2; 2 2 0; 0 1 2"


def pp(*arguments: str) -> dict[str, Any]:
    """What a command writes as JSON."""
    out, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        code = run([*arguments, "-f", "json"])
    assert (code, errors.getvalue()) == (0, "")
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def numbers(value: Numbers) -> Numbers:
    """The values of a result as floats; exact ones are strings."""
    return [numbers(v) for v in value] if isinstance(value, list) else float(Fraction(value))


def result(found: dict[str, Any], name: str) -> Numbers:
    return numbers(found["results"][name]["values"])


def solve(formula: str, *options: str, **given: str) -> dict[str, Any]:
    return pp("solve", formula, *(f"{name}={matrix}" for name, matrix in given.items()), *options)


def flat(value: Numbers) -> list[float]:
    return [x for v in value for x in flat(v)] if isinstance(value, list) else [float(value)]


def close(found: Numbers, wanted: Numbers) -> bool:
    """Whether the numbers are those worked out here in full precision."""
    return flat(found) == pytest.approx(flat(wanted), rel=1e-12, abs=1e-15)


def in_print(found: Numbers, printed: str) -> bool:
    """Whether the numbers are those in print: within one unit of the last digit, since some round and some truncate."""
    pairs = list(zip(flat(found), printed.split(), strict=True))
    unit = [Decimal((0, (1,), int(Decimal(text).as_tuple().exponent))) for _, text in pairs]
    return all(abs(Decimal(x) - Decimal(text)) < u for (x, text), u in zip(pairs, unit, strict=True))


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def shares(scores: Sequence[float]) -> list[float]:
    """Softmax, lowered by the largest score."""
    powers = [math.exp(s - max(scores)) for s in scores]
    return [p / sum(powers) for p in powers]


# Matt Mazur, "A Step by Step Backpropagation Example" (2015),
# https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/
# He counts weights by the neuron they lead to, so w1 w2 w3 w4 are W1[1,1] W1[2,1] W1[1,2] W1[2,2]; biases stay.


def mazur(times: int, at_once: bool = True) -> dict[str, Numbers]:
    """The values of the last of some updates, and the loss after it."""
    i, y, w, v = [0.05, 0.10], [0.01, 0.99], [[0.15, 0.25], [0.20, 0.30]], [[0.40, 0.50], [0.45, 0.55]]
    found: dict[str, Numbers] = {}
    for step in range(times + 1):
        h = [sigmoid(i[0] * w[0][k] + i[1] * w[1][k] + 0.35) for k in (0, 1)]
        o = [sigmoid(h[0] * v[0][k] + h[1] * v[1][k] + 0.60) for k in (0, 1)]
        loss = ((o[0] - y[0]) ** 2 + (o[1] - y[1]) ** 2) / 2
        if step == times:
            return {**found, "W1_new": w, "W2_new": v, "L_new": loss}
        found = {"A1": h, "A2": o, "L": loss}
        blame_o = [(o[k] - y[k]) * o[k] * (1 - o[k]) for k in (0, 1)]
        v_new = [[v[j][k] - 0.5 * h[j] * blame_o[k] for k in (0, 1)] for j in (0, 1)]
        back = v if at_once else v_new
        blame_h = [(blame_o[0] * back[k][0] + blame_o[1] * back[k][1]) * h[k] * (1 - h[k]) for k in (0, 1)]
        w, v = [[w[j][k] - 0.5 * i[j] * blame_h[k] for k in (0, 1)] for j in (0, 1)], v_new
    return found


def test_the_first_update_of_a_sigmoid_network() -> None:
    found = pp(*MAZUR)
    for name, wanted in mazur(1).items():
        assert close(result(found, name), wanted), name
    assert in_print(result(found, "Z1")[0][0], "0.3775")
    assert in_print(result(found, "A1"), "0.593269992 0.596884378")
    assert in_print(result(found, "A2"), "0.75136507 0.772928465")
    assert in_print(result(found, "L"), "0.298371109")
    assert in_print(result(found, "dW2")[0][0], "0.082167041")
    assert in_print(result(found, "dW1")[0][0], "0.000438568")
    assert in_print(result(found, "W2_new"), "0.35891648 0.511301270 0.408666186 0.561370121")
    assert in_print(result(found, "W1_new"), "0.149780716 0.24975114 0.19956143 0.29950229")
    assert "b1_new" not in found["results"]


def test_the_loss_after_the_update_uses_weights_that_moved_at_once() -> None:
    """The page prints 0.291027924, which is what comes out when the hidden layer is blamed through output weights that
    have moved already; by its own hand calculation, with the weights from before the update, it is 0.291027774."""
    assert in_print(mazur(1, at_once=False)["L_new"], "0.291027924")
    assert in_print(result(pp(*MAZUR), "L_new"), "0.291027774")


def test_further_updates_of_the_same_network() -> None:
    found = pp(*MAZUR, "--times", "4")
    for name, wanted in mazur(4).items():
        assert close(result(found, name), wanted), name
    assert [row["step"] for row in found["history"]] == [1, 2, 3, 4]
    assert close([numbers(row["loss"]) for row in found["history"]], [mazur(t)["L"] for t in (1, 2, 3, 4)])


def test_the_json_of_an_update() -> None:
    """The form that other programs read."""
    text = io.StringIO()
    with redirect_stdout(text):
        assert run([*MAZUR, "-f", "json"]) == 0
    found = json.loads(text.getvalue(), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))

    assert (found["schema"], found["command"]) == ("penpaper/1", "step")
    assert found["title"]
    assert list(found["given"]) == ["X", "y", "W1", "b1", "W2", "b2"]
    assert found["given"]["X"] == {"shape": [1, 2], "exact": True, "values": [["1/20", "1/10"]]}
    assert found["steps"] and all(isinstance(step["type"], str) for step in found["steps"])
    names = ["X", "y", "W1", "b1", "W2", "b2", "Z1", "A1", "Z2", "A2", "L"]
    names += ["dA2", "dZ2", "dA1", "dZ1", "dW1", "dW2", "W1_new", "W2_new", "L_new"]
    assert set(names) <= set(found["results"])
    for value in [found["answer"], *found["given"].values(), *found["results"].values()]:
        assert set(value) == {"shape", "exact", "values"}
        assert shape(value["values"]) == value["shape"]
        assert {type(v) for v in leaves(value["values"])} <= ({str} if value["exact"] else {int, float})


def shape(value: Numbers) -> list[int]:
    return [len(value), *shape(value[0])] if isinstance(value, list) else []


def leaves(value: Numbers) -> list[Any]:
    return [x for v in value for x in leaves(v)] if isinstance(value, list) else [value]


# Ian Goodfellow, Yoshua Bengio, Aaron Courville, Deep Learning (2016), section 6.1 "Example: Learning XOR",
# https://www.deeplearningbook.org/contents/mlp.html


def test_a_network_that_computes_xor() -> None:
    layers = ["-w", "1 1; 1 1", "-b", "0 -1", "-a", "relu", "-w", "1; -2", "-b", "0", "-a", "none"]
    found = pp("forward", "0 0; 0 1; 1 0; 1 1", *layers)
    assert found["results"]["Z1"]["values"] == [["0", "-1"], ["1", "0"], ["1", "0"], ["2", "1"]]
    assert found["results"]["A1"]["values"] == [["0", "0"], ["1", "0"], ["1", "0"], ["2", "1"]]
    assert found["answer"] == {"shape": [4, 1], "exact": True, "values": [["0"], ["1"], ["1"], ["0"]]}


def test_no_straight_line_computes_xor() -> None:
    """The book's first attempt, least squares on a linear model: w = 0 and b = 1/2, so nothing pulls there."""
    found = pp("grad", "0 0; 0 1; 1 0; 1 1", "-w", "0; 0", "-b", "1/2", "--target", "0; 1; 1; 0", "--loss", "mse")
    assert found["results"]["Z1"]["values"] == [["1/2"]] * 4
    assert found["results"]["dW1"]["values"] == [["0"], ["0"]]
    assert flat(result(found, "db1")) == [0]


# Andrej Karpathy and others, CS231n course notes (Stanford, 2015 onwards), https://cs231n.github.io/linear-classify/
# ("SVM vs. Softmax" and "Practical issues: Numeric stability"), and slides of lecture 3 (2017),
# http://cs231n.stanford.edu/slides/2017/cs231n_2017_lecture3.pdf, which print -log(0.13) with another base.


def test_hinge_and_softmax_losses_of_the_same_scores() -> None:
    scores = [-2.85, 0.86, 0.28]
    assert pp("loss", "hinge", "-2.85 0.86 0.28", "2")["answer"]["values"] == "79/50"
    found = result(pp("loss", "cross-entropy", "-2.85 0.86 0.28", "2"), "L")
    assert close(found, -math.log(shares(scores)[2]))
    assert in_print(found, "1.04")


def test_the_hinge_losses_of_a_cat_a_car_and_a_frog() -> None:
    images = ["3.2 5.1 -1.7", "1.3 4.9 2.0", "2.2 2.5 -3.1"]
    each = [pp("loss", "hinge", scores, str(k))["answer"]["values"] for k, scores in enumerate(images)]
    assert each == ["29/10", "0", "129/10"]
    found = pp("loss", "hinge", "; ".join(images), "0 1 2")
    assert found["answer"]["values"] == "79/15"
    assert in_print(result(found, "L"), "5.27")


def test_the_softmax_loss_of_a_cat() -> None:
    found = result(solve("p = softmax(s)", s="3.2 5.1 -1.7"), "p")
    assert close(found, shares([3.2, 5.1, -1.7]))
    assert in_print(found, "0.13 0.87 0.00")
    loss = result(pp("loss", "cross-entropy", "3.2 5.1 -1.7", "0"), "L")
    assert close(loss, -math.log(found[0]))
    assert in_print(loss, "2.04")


@pytest.mark.parametrize(("scores", "printed"), [("1 -2 0", "0.7 0.04 0.26"), ("0.5 -1 0", "0.55 0.12 0.33")])
def test_smaller_scores_give_more_even_shares(scores: str, printed: str) -> None:
    found = result(solve("p = softmax(s)", s=scores), "p")
    assert close(found, shares([float(s) for s in scores.split()]))
    assert in_print(found, printed)


def test_large_scores_do_not_overflow() -> None:
    found = result(solve("p = softmax(s)", s="123 456 789"), "p")
    assert close(found, [math.exp(-666), math.exp(-333), 1])
    assert close(result(pp("loss", "cross-entropy", "123 456 789", "0"), "L"), 666)


# The same notes, https://cs231n.github.io/optimization-2/: circuits with the gradient of every wire.


def test_the_gradients_of_a_sum_and_a_product() -> None:
    found = solve("q = x + y; f = q*z", "--grad", "x,y,z,q", x="-2", y="5", z="-4")
    assert [found["results"][n]["values"] for n in ("q", "f", "dz", "dq", "dx", "dy")] == ["3", "-12", "3", *["-4"] * 3]


def test_the_gradients_of_a_product_and_a_maximum() -> None:
    found = solve("f = (x*y + max(z, w))*2", "--grad", "x,y,z,w", x="3", y="-4", z="2", w="-1")
    assert [found["results"][n]["values"] for n in ("f", "dx", "dy", "dz", "dw")] == ["-20", "-8", "6", "2", "0"]


def test_the_gradients_of_a_sigmoid_neuron() -> None:
    formula = "s = w[1]*x[1] + w[2]*x[2] + w[3]; f = sigmoid(s)"
    found = solve(formula, "--grad", "w,x,s", w="2 -3 -3", x="-1 -2")
    f = sigmoid(1)
    slope = f * (1 - f)
    assert close(result(found, "f"), f)
    assert close(result(found, "ds"), slope)
    assert close(result(found, "dw"), [-slope, -2 * slope, slope])
    assert close(result(found, "dx"), [2 * slope, -3 * slope])
    assert in_print(result(found, "f"), "0.73")
    assert in_print(result(found, "dw"), "-0.20 -0.39 0.20")
    assert in_print(result(found, "dx"), "0.39 -0.59")


def test_the_gradients_of_a_value_used_twice() -> None:
    """The notes give this one as code: gradients add up where a value forks."""
    found = solve("f = (x + sigmoid(y)) / (sigmoid(x) + (x + y)^2)", "--grad", "x,y", x="3", y="-4")
    x, y = 3, -4
    top, under = x + sigmoid(y), sigmoid(x) + (x + y) ** 2
    bend_x, bend_y = sigmoid(x) * (1 - sigmoid(x)), sigmoid(y) * (1 - sigmoid(y))
    assert close(result(found, "f"), top / under)
    assert close(result(found, "dx"), 1 / under - top / under**2 * (bend_x + 2 * (x + y)))
    assert close(result(found, "dy"), bend_y / under - top / under**2 * 2 * (x + y))


# Raimi Karim, "Illustrated: Self-Attention" (2019), https://towardsdatascience.com/illustrated-self-attention-2d627e33b20a
# He rounds the shares to one decimal before he multiplies them with the values.


def test_self_attention_on_three_tokens() -> None:
    formula = "Q = X @ W_Q; K = X @ W_K; V = X @ W_V; S = Q @ K.T; A = softmax(S); Y = A @ V"
    found = solve(formula, **TOKENS)
    assert result(found, "K") == [[0, 1, 1], [4, 4, 0], [2, 3, 1]]
    assert result(found, "Q") == [[1, 0, 2], [2, 2, 2], [2, 1, 3]]
    assert result(found, "V") == [[1, 2, 3], [2, 8, 0], [2, 6, 3]]
    assert result(found, "S") == [[2, 4, 4], [4, 16, 12], [4, 12, 10]]
    weights = [shares(row) for row in result(found, "S")]
    values = list(zip(*result(found, "V"), strict=True))
    outputs = [[sum(a * v for a, v in zip(row, column, strict=True)) for column in values] for row in weights]
    assert close(result(found, "A"), weights)
    assert close(result(found, "Y"), outputs)
    printed = "6.3379e-02 4.6831e-01 4.6831e-01 6.0337e-06 9.8201e-01 1.7986e-02 2.9539e-04 8.8054e-01 1.1917e-01"
    assert in_print(result(found, "A"), printed)
    assert in_print(result(found, "A"), "0.0 0.5 0.5 0.0 1.0 0.0 0.0 0.9 0.1")

    whole = solve("attention(X @ W_Q, X @ W_K, X @ W_V, scale=1)", **TOKENS)
    assert close(numbers(whole["answer"]["values"]), outputs)
    rounded = pp("matmul", "0 0.5 0.5; 0 1 0; 0 0.9 0.1", "1 2 3; 2 8 0; 2 6 3")
    assert numbers(rounded["answer"]["values"]) == [[2.0, 7.0, 1.5], [2.0, 8.0, 0.0], [2.0, 7.8, 0.3]]


# Vincent Dumoulin, Francesco Visin, "A guide to convolution arithmetic for deep learning" (2016),
# https://arxiv.org/abs/1603.07285, figures 1.1 (convolution), 1.2 (stride 2, padding 1), 1.5 and 1.6 (pooling).


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        ("conv2d(X, K)", "12 12 17 10 17 19 9 6 14"),
        ("conv2d(X, K, stride=2, padding=1)", "6 17 3 8 17 13 6 4 4"),
        ("maxpool(X, size=3, stride=1)", "3 3 3 3 3 3 3 2 3"),
    ],
)
def test_a_convolution_and_its_pooling(call: str, printed: str) -> None:
    found = pp("solve", f"Y = {call}", PICTURE, *([KERNEL] if "K" in call else []))
    assert found["answer"]["shape"] == [3, 3]
    assert leaves(found["answer"]["values"]) == printed.split()


def test_average_pooling() -> None:
    found = pp("solve", "Y = avgpool(X, size=3, stride=1)", PICTURE)
    assert leaves(found["answer"]["values"]) == ["5/3", "5/3", "5/3", "1", "11/9", "16/9", "10/9", "7/9", "4/3"]
    assert in_print(result(found, "Y"), "1.7 1.7 1.7 1.0 1.2 1.8 1.1 0.8 1.3")


# Université de Saïda, "Momentum Gradient Descent: Complete Solution with Step-by-Step Calculations" (course page,
# undated), https://e-learning.univ-saida.dz/mod/page/view.php?id=148564: (x - 4)^2 from x = 10. Its velocity holds the
# learning rate already: it is minus 0.2 times the velocity of pp, which is that of PyTorch.


@pytest.mark.parametrize(
    ("times", "gradient", "velocity", "position"),
    [(1, "12", "-2.4", "7.6"), (2, "7.2", "-3.6", "4.0"), (3, "0", "-3.24", "0.76"), (4, "-6.48", "-1.62", "-0.86")],
)
def test_the_first_steps_of_momentum(times: int, gradient: str, velocity: str, position: str) -> None:
    x, v, g = 10.0, 0.0, 0.0
    for _ in range(times):
        g = 2 * (x - 4)
        v = 0.9 * v + g
        x -= 0.2 * v
    found = downhill("10", "4", "0.2", "momentum", times)
    assert flat(result(found, "dW1")) == pytest.approx([g], abs=1e-12)
    assert close(result(found, "v_W1_new"), v)
    assert close(result(found, "W1_new"), x)
    assert flat(result(found, "dW1")) == pytest.approx([float(gradient)], abs=1e-12)
    assert flat(result(found, "v_W1_new")) == pytest.approx([-float(velocity) / 0.2])
    assert flat(result(found, "W1_new")) == pytest.approx([float(position)])


# Diederik Kingma, Jimmy Ba, "Adam: A Method for Stochastic Optimization" (ICLR 2015), algorithm 1,
# https://arxiv.org/abs/1412.6980; its first three steps on θ^2 from θ = 5 by hand in "The Full Adam Algorithm" of the
# study guide for MATH 3850 (University of Lethbridge),
# https://gbasran.github.io/ADAM-Machine-Learning-Deepdive/concept-12-full-adam.html


@pytest.mark.parametrize(
    ("times", "printed"),
    [
        (1, "10 1 0.1 10 100 4.9"),
        (2, "9.8 1.88 0.19594 9.895 98.02 4.8001"),
        (3, "9.6002 2.652 0.28790 9.786 96.06 4.7003"),
    ],
)
def test_the_first_steps_of_adam(times: int, printed: str) -> None:
    x, m, v, wanted = 5.0, 0.0, 0.0, [0.0]
    for t in range(1, times + 1):
        g = 2 * x
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        x -= 0.1 * m_hat / (math.sqrt(v_hat) + 1e-8)
        wanted = [g, m, v, m_hat, v_hat, x]
    found = downhill("5", "0", "0.1", "adam", times)
    got = [result(found, name) for name in ("dW1", "m_W1_new", "v_W1_new", "m_W1_hat", "v_W1_hat", "W1_new")]
    assert flat(got) == pytest.approx(wanted, rel=1e-10)
    assert in_print(got, printed)


@pytest.mark.parametrize("start", ["5", "-0.003", "1e6"])
def test_the_first_step_of_adam_is_as_long_as_the_learning_rate(start: str) -> None:
    """Section 2.1 of the paper: the length of a step doesn't change with the scale of the gradients."""
    g = 2 * float(start)
    found = flat(result(downhill(start, "0", "0.1", "adam", 1), "W1_new"))
    assert found == pytest.approx([float(start) - 0.1 * g / (abs(g) + 1e-8)], rel=1e-12)


def downhill(start: str, goal: str, rate: str, optimizer: str, times: int) -> dict[str, Any]:
    """Steps on (w - goal)^2: a network of one weight on the input 1."""
    where = ["step", "1", "-w", start, "--target", goal, "--loss", "mse", "--lr", rate]
    return pp(*where, "--optimizer", optimizer, "--times", str(times))
