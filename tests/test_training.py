"""Training against independent arithmetic: a plain NumPy loop, exact least squares, and measures worked out by hand."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from operator import mul
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_cli import HOUSES, pp

from penpaper_cli.errors import CannotWork
from penpaper_cli.formula.choices import TRAINED
from penpaper_cli.formula.network import Step, Trainer
from penpaper_cli.formula.program import Program
from penpaper_cli.formula.update_rules import UPDATE_RULES, rate_of
from penpaper_cli.models import descent
from penpaper_cli.models.kinds import LINEAR
from penpaper_cli.models.layers import Layers
from penpaper_cli.models.least_squares import least_squares
from penpaper_cli.models.metrics import metrics
from penpaper_cli.models.rates import safe_rate, steepest
from penpaper_cli.models.scaling import scaling
from penpaper_cli.paper.arrays import Array

LOSSES = {"mse": 1, "half_mse": 2}
"""What each loss divides the mean of the squares by."""
SCALES = ["standard", "minmax", "none"]

each_loss = pytest.mark.parametrize("loss", LOSSES)
each_scale = pytest.mark.parametrize("scale", SCALES)


def problem(seed: int, rows: int = 20, features: int = 3) -> tuple[Array, Array]:
    """Features on a scale of about one, and a noisy target."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, features))
    return X, X @ rng.normal(size=features) * 5 + rng.normal(size=rows) + 3


def loop(X: Array, y: Array, rate: float, epochs: int, loss: str) -> Iterator[tuple[float, Array, float]]:
    """Gradient descent as a textbook writes it: the loss before each epoch and at the end, with weights and bias."""
    n, half = len(y), LOSSES[loss]
    w, b = np.zeros(X.shape[1]), 0.0
    for epoch in range(epochs + 1):
        error = np.array([sum(X[i, j] * w[j] for j in range(len(w))) + b - y[i] for i in range(n)])
        yield float(sum(error**2) / n / half), w, b
        if epoch < epochs:
            slope_w = np.array([sum(2 * error[i] * X[i, j] for i in range(n)) / n / half for j in range(len(w))])
            w, b = w - rate * slope_w, b - rate * float(sum(2 * error) / n / half)


@dataclass
class Line:
    """A run of a linear model: its weights and bias, and those from before the epochs that were kept."""

    run: descent.Run

    def __post_init__(self) -> None:
        self.losses, self.epochs, self.diverged = self.run.losses, self.run.epochs, self.run.diverged
        self.w, self.b = self.of(self.run.state)
        self.kept = {epoch: self.of(kept.before) for epoch, kept in self.run.kept.items()}

    @staticmethod
    def of(state: descent.State) -> tuple[Array, float]:
        return state.parameters["W1"][:, 0], float(state.parameters["b1"][0])


def descend(
    X: Array,
    y: Array,
    rate: float,
    epochs: int,
    loss: str,
    keep: Iterable[int] = (),
    tick: Callable[[int], None] = lambda epoch: None,
) -> Line:
    """Plain gradient descent on a linear model from zeros."""
    layers, random = Layers((X.shape[1], 1), (), loss), np.random.default_rng(0)
    settings = descent.Settings(UPDATE_RULES["gd"], {"lr": rate_of(rate)})
    run = descent.Run(layers, settings, descent.State(layers.start("zeros", random), {}), random)
    return Line(descent.descend(run, X, y, epochs, keep, tick=tick))


def linear_epoch(X: Array, y: Array, w: Array, b: Array, rate: Array, loss: str) -> Step:
    """One epoch on paper."""
    program = Program(Layers((X.shape[1], 1), (), loss).text())
    trainer = Trainer(program, {"X": X, "y": y}, {"w": w, "b": b}, (), UPDATE_RULES["gd"], {"lr": rate_of(float(rate))})
    return trainer.step(1, {"w": w, "b": b})


def normal_equations(X: list[list[int]], y: list[int]) -> list[Fraction]:
    """The least-squares coefficients, the intercept last, by Gaussian elimination in exact fractions."""
    rows = [[Fraction(x) for x in (*row, 1)] for row in X]
    size = len(rows[0])
    columns = [list(column) for column in zip(*rows, strict=True)]
    sides = [*columns, [Fraction(t) for t in y]]
    system = [[sum(map(mul, column, side), Fraction(0)) for side in sides] for column in columns]
    for k in range(size):
        pivot = next(i for i in range(k, size) if system[i][k])
        system[k], system[pivot] = system[pivot], system[k]
        system[k] = [x / system[k][k] for x in system[k]]
        for i in range(size):
            if i != k:
                system[i] = [x - system[i][k] * p for x, p in zip(system[i], system[k], strict=True)]
    return [row[-1] for row in system]


def houses() -> tuple[list[list[int]], list[int]]:
    """The sample: size and bedrooms, and the price."""
    rows = [list(map(int, line.split(","))) for line in Path(HOUSES).read_text().splitlines()[1:]]
    return [row[:2] for row in rows], [row[2] for row in rows]


def trained(*options: str, data: str = HOUSES, target: str = "price", code: int = 0) -> dict[str, Any]:
    """What `pp train` gives to other programs."""
    ran = pp("train", data, "--target", target, "-f", "json", *options)
    assert ran.code == code, ran.err

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} in JSON")

    document: dict[str, Any] = json.loads(ran.out, parse_constant=refuse)
    return document


def close(found: Any, right: Any, tolerance: float = 1e-12) -> None:
    np.testing.assert_allclose(np.array(found, dtype=float), np.array(right, dtype=float), rtol=tolerance, atol=1e-12)


# --- The loop ---


@each_loss
@pytest.mark.parametrize(("seed", "rate", "epochs"), [(1, 0.1, 40), (2, 0.01, 100), (3, 0.3, 1), (4, 0.2, 30)])
def test_the_loop_is_gradient_descent(seed: int, rate: float, epochs: int, loss: str) -> None:
    X, y = problem(seed)
    run = descend(X, y, rate, epochs, loss, keep=range(1, epochs + 1))
    expected = list(loop(X, y, rate, epochs, loss))
    close(run.losses, [loss for loss, _, _ in expected])
    close([*run.w, run.b], [*expected[-1][1], expected[-1][2]])
    assert (run.epochs, run.diverged) == (epochs, False)
    assert sorted(run.kept) == list(range(1, epochs + 1))
    for epoch, (w, b) in run.kept.items():
        close([*w, b], [*expected[epoch - 1][1], expected[epoch - 1][2]])


@each_loss
def test_a_recorded_epoch_is_one_turn_of_the_loop(loss: str) -> None:
    X, y = problem(5)
    turns = list(loop(X, y, 0.1, 12, loss))
    for (before, w, b), (_, w_next, b_next) in pairwise(turns):
        epoch = linear_epoch(X, y, w, np.array(b), np.array(0.1), loss)
        close(epoch.loss, before)
        close(epoch.forward[0].data, X @ w + b)
        close(epoch.updated[0].data, w_next)
        close(epoch.updated[1].data, b_next)
        close(epoch.backward[0].data, (X @ w + b - y) * 2 / len(y) / LOSSES[loss])


@each_loss
def test_only_the_epochs_asked_for_and_the_last_are_kept(loss: str) -> None:
    run = descend(*problem(6), 0.1, 20, loss, keep=[1, 7])
    assert sorted(run.kept) == [1, 7, 20]


def test_every_epoch_ticks_once() -> None:
    ticks: list[int] = []
    descend(*problem(7), 0.1, 15, "mse", tick=ticks.append)
    assert ticks == list(range(1, 16))


# --- Rates, and runs that diverge ---


@each_loss
def test_the_steepest_curvature_is_the_limit_of_the_rate(loss: str) -> None:
    """Below 2 over the curvature gradient descent converges, above it diverges."""
    X, y = problem(8)
    curvature = TRAINED[loss].curvature
    limit = 2 / steepest(X, curvature)
    assert not descend(X, y, limit * 0.98, 2000, loss).diverged
    assert descend(X, y, limit * 1.02, 2000, loss).diverged
    assert 0 < safe_rate(X, curvature) <= limit / 2
    assert LINEAR.usual_rate(X, y, TRAINED[loss], 0.0) == min(0.1, safe_rate(X, curvature))


@each_loss
@pytest.mark.parametrize("rate", [3.0, 50.0, 1e80, 1e200])
def test_a_run_that_diverges_stops_where_it_does(rate: float, loss: str) -> None:
    X, y = problem(9)
    run = descend(X, y, rate, 100, loss, keep=[1, 100])
    assert run.diverged and run.epochs < 100
    assert all(map(math.isfinite, [*run.losses, *run.w, run.b]))
    assert all(later <= 10 * run.losses[0] for later in run.losses[:-1])
    assert {1, run.epochs} - {0} <= set(run.kept)
    with np.errstate(all="ignore"):
        expected = list(loop(X, y, rate, run.epochs, loss))
    close(run.losses, [loss for loss, _, _ in expected], 1e-9)
    close([*run.w, run.b], [*expected[-1][1], expected[-1][2]], 1e-9)


def test_a_target_too_large_for_float64_is_refused() -> None:
    X, y = problem(10)
    with pytest.raises(CannotWork, match=r"too large.*\.$"):
        descend(X, y * 1e200, 0.1, 10, "mse")


@pytest.mark.parametrize(
    "options", [("--lr", "5"), ("--scale", "none", "--lr", "0.1"), ("--scale", "minmax", "--lr", "9")], ids=str
)
@pytest.mark.parametrize("loss", ["mse", "half-mse"])
def test_the_suggestion_after_a_run_that_diverged_works(options: tuple[str, ...], loss: str) -> None:
    ran = pp("train", HOUSES, "--target", "price", "--loss", loss, *options)
    assert ran.code == 1 and "nan" not in ran.out and "inf" not in ran.out
    found = re.search(r"after (\d+) epochs?\b.*--lr ([\d.e-]+)[.,]", ran.err.replace(",", ""))
    assert found, ran.err
    rate = found[2].rstrip(".")
    given = options[: options.index("--lr")]
    again = trained(*given, "--lr", rate, "--loss", loss)
    losses = [entry["loss"] for entry in again["history"]]
    assert losses[-1] < losses[0] and all(later <= earlier * (1 + 1e-9) for earlier, later in pairwise(losses))
    if "--scale none" in " ".join(options):
        assert "size" in ran.err and "--scale standard" in ran.err
        trained("--loss", loss)


def test_the_history_of_a_run_that_diverged_ends_where_it_stopped() -> None:
    document = trained("--lr", "5", code=1)
    X, y = houses()
    scaled = scaling(np.array(X, dtype=float), "standard").apply(np.array(X, dtype=float))
    losses = [entry["loss"] for entry in document["history"]]
    close(losses, [loss for loss, _, _ in loop(scaled, np.array(y, dtype=float), 5, len(losses) - 1, "mse")], 1e-9)
    assert losses[-1] > losses[0]
    assert "model" not in document and "predictions" not in document["results"]


# --- Scaling ---


def test_scaling() -> None:
    X = np.array([[1.0, 10], [2, 30], [6, 20]])
    standard, minmax, none = (scaling(X, kind) for kind in SCALES)
    close(standard.shift, [3, 20])
    close(standard.spread, [math.sqrt((4 + 1 + 9) / 3), math.sqrt(200 / 3)])
    close(standard.apply(X).mean(axis=0), [0, 0])
    close((standard.apply(X) ** 2).mean(axis=0), [1, 1])
    close(minmax.apply(X), [[0, 0], [0.2, 1], [1, 0.5]])
    assert none.apply(X) is X or (none.apply(X) == X).all()


@pytest.mark.parametrize("kind", ["standard", "minmax"])
def test_numbers_that_float64_cannot_scale_are_refused(kind: str) -> None:
    with pytest.raises(CannotWork, match=r"\.$"):
        scaling(np.array([[1e308], [-1e308]]), kind)


@each_scale
@pytest.mark.parametrize("new", ["1650 3", "900 2; 3000 5", "-1 1/2"])
def test_the_model_in_the_users_units_predicts_what_the_scaled_model_does(scale: str, new: str) -> None:
    document = trained("--scale", scale, "--predict", new, "--epochs", "60")
    model = document["model"]
    rows = [[float(Fraction(x)) for x in row.split()] for row in new.split(";")]
    shift, spread = np.zeros(2), np.ones(2)
    if scale == "standard":
        shift, spread = (np.array(model["scaling"][key], dtype=float) for key in ("mean", "std"))
    elif scale == "minmax":
        shift, top = (np.array(model["scaling"][key], dtype=float) for key in ("min", "max"))
        spread = top - shift
    w, b = (np.array(model["parameters"][name]["values"], dtype=float) for name in ("W1", "b1"))
    by_scaled = (((np.array(rows) - shift) / spread) @ w + b).ravel()
    own = model["coefficients"]
    by_own = [own["intercept"] + own["size"] * size + own["bedrooms"] * bedrooms for size, bedrooms in rows]
    predictions = document["results"]["predictions"]
    close(by_own, by_scaled, 1e-9)
    close(predictions["values"], by_scaled, 1e-9)
    assert (predictions["shape"], predictions["exact"]) == ([len(rows)], False)


# --- Least squares and measures ---


@each_loss
def test_least_squares_against_exact_normal_equations(loss: str) -> None:
    X, y = houses()
    due = normal_equations(X, y)
    found = least_squares(np.array(X, dtype=float), np.array(y, dtype=float), loss)
    close([*found.w, found.b], due, 1e-10)
    squares = sum(
        (sum(c * x for c, x in zip(due, (*row, 1), strict=True)) - t) ** 2 for row, t in zip(X, y, strict=True)
    )
    close(found.loss, squares / len(y) / LOSSES[loss], 1e-10)
    assert found.unique


@pytest.mark.parametrize("seed", range(5))
def test_least_squares_against_numpy(seed: int) -> None:
    X, y = problem(seed, rows=6 + seed, features=1 + seed % 4)
    due, *_ = np.linalg.lstsq(np.column_stack([X, np.ones(len(y))]), y, rcond=None)
    found = least_squares(X, y, "mse")
    close([*found.w, found.b], due, 1e-10)


def test_features_that_depend_on_each_other() -> None:
    X, y = problem(11, features=2)
    X = np.column_stack([X, X[:, 0] - 2 * X[:, 1]])
    found = least_squares(X, y, "mse")
    assert not found.unique
    close(found.loss, least_squares(X[:, :2], y, "mse").loss, 1e-10)


@each_loss
def test_measures_by_hand(loss: str) -> None:
    y, guess = np.array([1.0, 2, 6]), np.array([2.0, 2, 4])
    found = metrics(guess, y, loss)
    squares, about_mean = 1 + 0 + 4, 4 + 1 + 9
    due = {
        "loss": squares / 3 / LOSSES[loss],
        "mae": (1 + 0 + 2) / 3,
        "rmse": math.sqrt(squares / 3),
        "r2": 1 - squares / about_mean,
        "baseline_loss": about_mean / 3 / LOSSES[loss],
        "baseline_mae": (2 + 1 + 3) / 3,
        "baseline_rmse": math.sqrt(about_mean / 3),
        "baseline_r2": 0,
    }
    assert found.keys() == due.keys()
    close(list(found.values()), [due[key] for key in found])


def test_a_target_that_never_varies_has_no_r2(tmp_path: Path) -> None:
    """There is no variation to explain, so no share of it; and nothing divides by zero."""
    data = tmp_path / "flat.csv"
    data.write_text("x,y\n1,5\n2,5\n4,5\n")
    document = trained(data=str(data), target="y")
    assert "r2" not in document["metrics"] and document["metrics"]["mae"] == pytest.approx(0, abs=1e-6)


# --- What other programs read ---


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The houses, with a prediction."""
    return trained("--predict", "1650 3")


def test_the_document_has_the_members_of_the_contract(document: dict[str, Any]) -> None:
    contract = {
        "schema",
        "command",
        "title",
        "given",
        "steps",
        "answer",
        "results",
        "model",
        "metrics",
        "least_squares",
        "history",
    }
    assert contract <= set(document)
    assert (document["schema"], document["command"]) == ("penpaper/1", "train")
    assert isinstance(document["title"], str) and document["title"]
    assert all(isinstance(step["type"], str) for step in document["steps"])
    assert {"heading", "sentence", "working", "grid", "table", "chart"} <= {step["type"] for step in document["steps"]}


def test_the_history_lists_every_epoch(document: dict[str, Any]) -> None:
    history = document["history"]
    assert all(set(entry) == {"epoch", "loss"} for entry in history)
    assert [entry["epoch"] for entry in history] == list(range(len(history)))
    raw, y = (np.array(numbers, dtype=float) for numbers in houses())
    X = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    epochs = len(history) - 1
    assert epochs >= 100
    close([entry["loss"] for entry in history], [loss for loss, _, _ in loop(X, y, 0.1, epochs, "mse")], 1e-9)
    assert len(trained("--epochs", "7")["history"]) == 8


def test_the_model_is_all_that_a_prediction_needs(document: dict[str, Any]) -> None:
    model = document["model"]
    raw, _ = houses()
    assert (model["schema"], model["task"]) == ("penpaper-model/1", "regression")
    assert (model["target"], model["features"]) == ("price", ["size", "bedrooms"])
    assert (model["loss"], model["activations"]) == ("mse", ["none"])
    assert model["scaling"]["kind"] == "standard"
    close(model["scaling"]["mean"], np.mean(raw, axis=0))
    close(model["scaling"]["std"], np.std(raw, axis=0))
    assert model["parameters"]["W1"]["shape"] == [2, 1] and model["parameters"]["b1"]["shape"] == [1]
    assert all(parameter["exact"] is False for parameter in model["parameters"].values())
    assert list(model["coefficients"]) == ["intercept", "size", "bedrooms"]


def test_the_model_is_what_training_ends_with(document: dict[str, Any]) -> None:
    """And a reader believes it: it is close to least squares, and far better than guessing the mean."""
    raw, y = (np.array(numbers, dtype=float) for numbers in houses())
    own = document["model"]["coefficients"]
    error = raw @ [own["size"], own["bedrooms"]] + own["intercept"] - y
    found = document["metrics"]
    close(found["loss"], (error**2).mean(), 1e-9)
    close(found["mae"], abs(error).mean(), 1e-9)
    close(found["rmse"], math.sqrt((error**2).mean()), 1e-9)
    close(found["r2"], 1 - (error**2).sum() / ((y - y.mean()) ** 2).sum(), 1e-9)
    close(found["baseline_loss"], y.var())
    close(found["baseline_mae"], abs(y - y.mean()).mean())
    close(found["loss"], document["history"][-1]["loss"], 1e-9)
    assert found["r2"] > 0.9
    close([own["size"], own["bedrooms"], own["intercept"]], normal_equations(*houses()), 1e-2)


def test_the_exact_solution_is_given_beside_it(document: dict[str, Any]) -> None:
    due = normal_equations(*houses())
    found = document["least_squares"]
    assert list(found["coefficients"]) == ["intercept", "size", "bedrooms"]
    close(list(found["coefficients"].values()), [due[-1], *due[:-1]], 1e-9)
    assert found["loss"] <= document["history"][-1]["loss"] <= found["loss"] * 1.01


def test_results_hold_the_paper_of_the_last_epoch(document: dict[str, Any]) -> None:
    results = document["results"]
    for name, result in results.items():
        assert set(result) == {"shape", "exact", "values"}, name
        assert list(np.shape(result["values"])) == result["shape"], name
    assert {"L", "w", "b", "dw", "db", "w_new", "b_new", "L_new", "predictions"} <= set(results)
    close(results["L"]["values"], document["history"][-2]["loss"])
    close(results["L_new"]["values"], document["history"][-1]["loss"])
    close(results["w_new"]["values"], np.ravel(document["model"]["parameters"]["W1"]["values"]))
    step = np.array(results["w"]["values"]) - 0.1 * np.array(results["dw"]["values"])
    close(results["w_new"]["values"], step)


def test_the_rows_of_a_data_set_are_not_repeated_in_it(tmp_path: Path) -> None:
    """A document does not grow with the data, save for its history, which doesn't either."""
    rng = np.random.default_rng(1)
    sizes = []
    for rows in (100, 2000):
        data = tmp_path / f"{rows}.csv"
        lines = [f"{x:.6f},{3 * x + 1:.6f}\n" for x in rng.normal(size=rows)]
        data.write_text("x,y\n" + "".join(lines))
        sizes.append(len(pp("train", str(data), "--target", "y", "-f", "json", "--epochs", "5").out))
    assert sizes[1] < 1.2 * sizes[0]
