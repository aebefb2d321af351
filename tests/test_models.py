"""Models of every kind: the loop against slopes by nudging, against the recorded run, and against scikit-learn."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from reader import false_lines
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.linear_model import LogisticRegression
from test_cli import HOUSES, pp, refused, values_of

from penpaper_cli.data.dataset import Column, DataSet
from penpaper_cli.explain.epochs import Epochs
from penpaper_cli.explain.show import Show
from penpaper_cli.formula.choices import HIDDEN, OF_NUMBERS, TRAINED
from penpaper_cli.formula.update_rules import UPDATE_RULES
from penpaper_cli.models.descent import batches, updated
from penpaper_cli.models.experiment import new_experiment, split
from penpaper_cli.models.layers import Layers
from penpaper_cli.models.metrics import class_metrics, confusion
from penpaper_cli.models.options import TrainingOptions
from penpaper_cli.paper.arrays import Array

LOSSES = tuple(TRAINED)


def random_data(loss: str, rows: int = 12, features: int = 3, seed: int = 0) -> DataSet:
    """Numbers that are not on one scale, and a target that suits the loss."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, features)) * [1, 50, 0.1][:features] + [0, 100, 5][:features]
    kinds = {"bce": 2, "cross_entropy": 3}.get(loss)
    y = X[:, 0] * 30 + random.normal(size=rows) * 10 + 200
    if kinds or loss == "poisson":
        y = random.integers(0, kinds or 6, rows).astype(float)
    names = tuple(f"x{k}" for k in range(features))
    return DataSet(names, X, "y", y, tuple(map(Column, names)), tuple("abc"[: kinds or 0]))


def options_for(loss: str, **options: Any) -> TrainingOptions:
    return TrainingOptions(loss=OF_NUMBERS[loss].option if loss in OF_NUMBERS else None, **options)


def written(path: Path, header: Sequence[str], rows: Any) -> str:
    """A CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Public data sets as CSV files, from the copies that scikit-learn has."""
    folder = tmp_path_factory.mktemp("public")
    for name, data in (("iris", load_iris()), ("cancer", load_breast_cancer())):
        rows = [[*map(repr, x.tolist()), data.target_names[y]] for x, y in zip(data.data, data.target, strict=True)]
        written(folder / f"{name}.csv", [*data.feature_names, "kind"], rows)
    two = [row for row in load_iris_rows() if row[-1] != "setosa"]
    written(folder / "two.csv", ["sepal length", "sepal width", "kind"], [[row[0], row[1], row[-1]] for row in two])
    digits = load_digits()
    pixels = [k for k in range(2, 62, 2) if digits.data[:300, k].std() > 1]
    rows = [[*map(int, x), y] for x, y in zip(digits.data[:300, pixels], digits.target[:300], strict=True)]
    written(folder / "digits.csv", [*(f"p{k}" for k in pixels), "digit"], rows)
    return folder


def load_iris_rows() -> list[list[Any]]:
    data = load_iris()
    return [[*x.tolist(), data.target_names[y]] for x, y in zip(data.data, data.target, strict=True)]


def trained(data: str, target: str, *options: str) -> dict[str, Any]:
    """What pp train gives to other programs."""
    return values_of("train", data, "--target", target, *options)


def printed(*arguments: str, code: int = 0) -> str:
    """What a run prints, each line of it true."""
    ran = pp(*arguments, "-f", "plain")
    assert ran.code == code, ran.err
    assert false_lines(ran.out, 4) == []
    return ran.out


# --- The loop ---


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", [(), *((name,) for name in HIDDEN), ("tanh", "relu")], ids=str)
def test_gradients_are_slopes(loss: str, hidden: tuple[str, ...]) -> None:
    """Central differences of the loss, with the penalty."""
    random = np.random.default_rng(1)
    outputs = 3 if loss == "cross_entropy" else 1
    names = tuple(name.replace("-", "_") for name in hidden)
    layers = Layers((3, *(4 for _ in hidden), outputs), names, loss, l2=0.1)
    X, y = random.normal(size=(6, 3)), random.integers(0, max(outputs, 2), 6).astype(float)
    parameters = {name: random.normal(size=shape) for name, shape in layers.shapes.items()}
    found = layers.gradients(parameters, layers.flow(parameters, X), y)
    for name, data in parameters.items():
        for at in np.ndindex(data.shape):

            def loss_at(step: float, name: str = name, at: Any = at) -> float:
                moved = {**parameters, name: parameters[name].copy()}
                moved[name][at] += step
                return layers.loss_of(moved, layers.flow(moved, X), y)

            slope = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5
            assert found[name][at] == pytest.approx(slope, rel=1e-5, abs=1e-7), (name, at)


def test_losses_by_hand() -> None:
    X, y = np.array([[1.0], [2.0]]), np.array([1.0, 0.0])
    parameters = {"W1": np.array([[2.0]]), "b1": np.array([-1.0])}
    p = [1 / (1 + math.exp(-1)), 1 / (1 + math.exp(-3))]
    layers = Layers((1, 1), (), "bce", l2=0.5)
    due = -(math.log(p[0]) + math.log(1 - p[1])) / 2
    flow = layers.flow(parameters, X)
    assert layers.plain_loss(flow, y) == pytest.approx(due, rel=1e-14)
    assert layers.loss_of(parameters, flow, y) == pytest.approx(due + 0.5 / 2 * 4, rel=1e-14)
    far = {"W1": np.array([[1000.0]]), "b1": np.array([0.0])}
    assert layers.plain_loss(layers.flow(far, X), y) == pytest.approx(1000, rel=1e-14)


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
@pytest.mark.parametrize("batch", [None, 5])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", [(), (3,)], ids=str)
def test_recorded_epochs_agree_with_the_loop(optimizer: str, batch: int | None, loss: str, hidden: Any) -> None:
    """The paper and the loop go the same way, to 1e-12: the loss before and every parameter after the update."""
    l2 = 0.05 if batch and "λ" not in UPDATE_RULES[optimizer].letters else None
    options = options_for(
        loss, hidden=hidden, optimizer=optimizer, batch_size=batch, l2=l2, activation="tanh" if hidden else None
    )
    experiment = new_experiment(random_data(loss), options)
    run = experiment.train(9, range(1, 10)).run
    epochs = Epochs(experiment, Show())
    for epoch in range(1, 10):
        step, kept = epochs.recorded(epoch), run.kept[epoch]
        X, y = epochs.batch(epoch)
        after = updated(run.layers, run.settings, kept.before, X, y)
        if batch is None:
            assert step.loss == pytest.approx(run.losses[epoch - 1], rel=1e-12)
            later = run.kept[epoch + 1].before if epoch < 9 else run.state
            assert all((later.parameters[name] == data).all() for name, data in after.parameters.items())
        else:
            assert len(X) == 5
        for name, data in run.layers.off_paper(step.parameters).items():
            np.testing.assert_allclose(data, after.parameters[name], rtol=1e-12, atol=1e-12)


def test_batches_are_every_row_once() -> None:
    random = np.random.default_rng(0)
    parts = batches(11, 4, random)
    assert [len(part) for part in parts if part is not None] == [4, 4, 3]
    assert sorted(np.concatenate([part for part in parts if part is not None])) == list(range(11))
    assert batches(11, 11, random) == batches(11, None, random) == [None]


def test_an_epoch_updates_once_for_each_batch() -> None:
    experiment = new_experiment(random_data("mse"), TrainingOptions(batch_size=5))
    run = experiment.train(4).run
    assert run.state.step == 4 * 3
    other = new_experiment(random_data("mse"), TrainingOptions(batch_size=5, seed=1))
    other.train(4)
    again = new_experiment(random_data("mse"), TrainingOptions(batch_size=5))
    again.train(4)
    assert again.run.losses == run.losses != other.run.losses


# --- Against scikit-learn, on public data ---


def standardised(X: Array) -> Array:
    return (X - X.mean(axis=0)) / X.std(axis=0)


def weights_of(document: dict[str, Any]) -> tuple[Array, Array]:
    parameters = document["model"]["parameters"]
    return np.array(parameters["W1"]["values"]), np.array(parameters["b1"]["values"])


def test_logistic_regression_with_a_penalty(folder: Path) -> None:
    """Breast cancer, 569 tumours: scikit-learn divides nothing by n, so its C is 1 over n times l2."""
    options = ("--l2", "0.01", "--optimizer", "momentum", "--epochs", "3000")
    document = trained(str(folder / "cancer.csv"), "kind", *options)
    data = load_breast_cancer()
    X, n = standardised(data.data), len(data.target)
    assert document["model"]["classes"] == ["benign", "malignant"]
    due = LogisticRegression(C=1 / (n * 0.01), tol=1e-10, max_iter=10_000).fit(X, 1 - data.target)
    W, b = weights_of(document)
    np.testing.assert_allclose(W[:, 0], due.coef_[0], atol=2e-5)
    np.testing.assert_allclose(b, due.intercept_, atol=2e-5)
    assert document["metrics"]["accuracy"] == due.score(X, 1 - data.target)
    assert document["metrics"]["baseline_accuracy"] == 357 / 569
    shares = due.predict_proba(X)[np.arange(n), 1 - data.target]
    assert document["metrics"]["loss"] == pytest.approx(-np.log(shares).mean(), rel=1e-5)


def test_logistic_regression_without_a_penalty(folder: Path) -> None:
    """Two kinds of iris by their sepals, which overlap: by default settings, and converged."""
    X = np.array([row[:2] for row in load_iris_rows()[50:]])
    y = np.repeat([0, 1], 50)
    due = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(X, y)
    document = trained(str(folder / "two.csv"), "kind", "--optimizer", "momentum", "--epochs", "3000")
    own = document["model"]["coefficients"]
    found = [own["sepal length"], own["sepal width"], own["intercept"]]
    np.testing.assert_allclose(found, [*due.coef_[0], *due.intercept_], rtol=1e-4)
    usual = trained(str(folder / "two.csv"), "kind")
    assert usual["metrics"]["accuracy"] == due.score(X, y)
    assert usual["metrics"]["loss"] == pytest.approx(document["metrics"]["loss"], abs=1e-3)


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "nesterov", "adam"])
def test_softmax_regression_with_a_penalty(folder: Path, optimizer: str) -> None:
    """Iris, 150 flowers of three kinds."""
    rates = ("--lr", "0.05") if optimizer == "adam" else ()
    options = ("--l2", "0.02", "--optimizer", optimizer, "--epochs", "2500", *rates)
    document = trained(str(folder / "iris.csv"), "kind", *options)
    data = load_iris()
    X = standardised(data.data)
    due = LogisticRegression(C=1 / (150 * 0.02), tol=1e-10, max_iter=10_000).fit(X, data.target)
    W, b = weights_of(document)
    np.testing.assert_allclose(W.T, due.coef_, atol=2e-5)
    np.testing.assert_allclose(b - b.mean(), due.intercept_ - due.intercept_.mean(), atol=2e-5)
    assert document["metrics"]["accuracy"] == due.score(X, data.target)


def test_softmax_regression_on_digits(folder: Path) -> None:
    """Ten classes that are numbers, so --classify says that they are classes."""
    options = ("--classify", "--l2", "0.05", "--optimizer", "momentum", "--epochs", "800")
    document = trained(str(folder / "digits.csv"), "digit", *options)
    assert document["model"]["classes"] == list("0123456789")
    data = np.genfromtxt(folder / "digits.csv", delimiter=",", skip_header=1)
    X, y = standardised(data[:, :-1]), data[:, -1]
    due = LogisticRegression(C=1 / (len(y) * 0.05), tol=1e-10, max_iter=10_000).fit(X, y)
    W, _ = weights_of(document)
    np.testing.assert_allclose(W.T, due.coef_, atol=5e-5)
    counts = np.array(document["results"]["confusion"]["values"])
    assert counts.sum() == len(y) and np.trace(counts) / len(y) == document["metrics"]["accuracy"]


# --- Sane without any option ---


@pytest.mark.parametrize(
    "options", [(), ("--hidden", "8,4"), ("--hidden", "6", "--activation", "tanh", "--batch-size", "16")]
)
def test_iris_without_settings(folder: Path, options: tuple[str, ...]) -> None:
    document = trained(str(folder / "iris.csv"), "kind", "--test", "0.2", *options)
    assert document["metrics"]["test_accuracy"] >= 0.9 > 0.5 > document["metrics"]["baseline_test_accuracy"]
    assert len(document["history"]) == 501


@pytest.mark.parametrize("options", [(), ("--hidden", "8")] + [("--optimizer", name) for name in UPDATE_RULES], ids=str)
def test_houses_without_settings(options: tuple[str, ...]) -> None:
    document = trained(HOUSES, "price", *options)
    assert document["metrics"]["r2"] > 0.97
    assert document["metrics"]["mae"] < 9 < document["metrics"]["baseline_mae"]


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_a_small_network_learns_what_no_line_can(tmp_path: Path, optimizer: str) -> None:
    """XOR."""
    data = written(tmp_path / "xor.csv", ["a", "b", "y"], [[0, 0, "no"], [0, 1, "yes"], [1, 0, "yes"], [1, 1, "no"]])
    assert trained(data, "y")["metrics"]["accuracy"] <= 0.75
    options = ("--hidden", "8", "--activation", "tanh", "--optimizer", optimizer, "--epochs", "2000")
    assert trained(data, "y", *options)["metrics"]["accuracy"] == 1


# --- Measures ---


def test_class_measures_by_hand() -> None:
    shares = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.6, 0.3, 0.1]])
    y = np.array([0.0, 1, 1, 2])
    found = class_metrics(shares, y, np.array([0.25, 0.5, 0.25]))
    assert found["accuracy"] == 2 / 4 and found["baseline_accuracy"] == 2 / 4
    assert found["loss"] == pytest.approx(-(math.log(0.7) + math.log(0.8) + math.log(0.3) + math.log(0.1)) / 4)
    assert found["baseline_loss"] == pytest.approx(-(2 * math.log(0.25) + 2 * math.log(0.5)) / 4)
    assert confusion(shares, y).tolist() == [[1, 0, 0], [0, 1, 1], [1, 0, 0]]


def test_a_test_set_stays_apart() -> None:
    data = random_data("mse", rows=20)
    rest, held = split(data, 0.2, seed=3)
    assert held is not None and (len(rest.y), len(held.y)) == (16, 4)
    rows = [tuple(row) for row in np.column_stack([data.X, data.y])]
    parts = [tuple(row) for part in (rest, held) for row in np.column_stack([part.X, part.y])]
    assert sorted(parts) == sorted(rows)
    again = split(data, 0.2, seed=3)[1]
    assert again is not None and (again.y == held.y).all()
    other = split(data, 0.2, seed=4)[1]
    assert other is not None and sorted(other.y) != sorted(held.y)
    experiment = new_experiment(data, TrainingOptions(test=0.2, seed=3))
    np.testing.assert_allclose(experiment.scaling.shift, rest.X.mean(axis=0))
    model = experiment.train(5).model
    error = model.predictions(held.X) - held.y
    assert model.metrics["test_rmse"] == pytest.approx(math.sqrt((error**2).mean()))
    assert model.metrics["baseline_test_mae"] == pytest.approx(abs(held.y - rest.y.mean()).mean())
    assert experiment.run.test_losses[-1] == pytest.approx((error**2).mean())


def test_both_losses_are_shown(folder: Path) -> None:
    out = printed("train", str(folder / "iris.csv"), "--target", "kind", "--test", "0.2", "--epochs", "5")
    assert "test loss" in out and "30 rows of 150 were set aside" in out and "test rows" in out
    document = trained(str(folder / "iris.csv"), "kind", "--test", "0.2", "--epochs", "5")
    assert all(set(entry) == {"epoch", "loss", "test_loss"} for entry in document["history"])
    assert np.sum(document["results"]["test_confusion"]["values"]) == 30


def test_patience_keeps_the_best(folder: Path) -> None:
    """A network far too large for 12 houses soon does worse on those it hasn't seen."""
    options = ("--hidden", "30", "--test", "0.3", "--patience", "20", "--lr", "0.05")
    document = trained(HOUSES, "price", *options)
    losses = [entry["test_loss"] for entry in document["history"]]
    best = losses.index(min(losses))
    assert len(losses) - 1 == best + 20 < 500
    shorter = trained(HOUSES, "price", *options[:4], "--lr", "0.05", "--epochs", str(best))
    assert document["model"]["parameters"] == shorter["model"]["parameters"]
    out = printed("train", HOUSES, "--target", "price", *options)
    assert f"Training stopped after epoch {best + 20}" in out and f"parameters of epoch {best}" in out


def test_the_penalty_is_in_the_loss_but_not_in_the_measures() -> None:
    document = trained(HOUSES, "price", "--l2", "0.5")
    weights, _ = weights_of(document)
    penalty = 0.5 / 2 * (weights**2).sum()
    assert document["history"][-1]["loss"] == pytest.approx(document["metrics"]["loss"] + penalty, rel=1e-9)
    X, y = (np.array(part, dtype=float) for part in houses())
    X = standardised(X)
    due = np.linalg.solve(2 / 12 * X.T @ X + 0.5 * np.eye(2), 2 / 12 * X.T @ (y - y.mean()))
    np.testing.assert_allclose(weights[:, 0], due, rtol=1e-6)


def houses() -> tuple[list[list[float]], list[float]]:
    rows = [list(map(float, line.split(","))) for line in Path(HOUSES).read_text().splitlines()[1:]]
    return [row[:2] for row in rows], [row[2] for row in rows]


def test_a_scaled_target_predicts_in_its_own_units() -> None:
    plain = trained(HOUSES, "price", "--predict", "1650 3", "--epochs", "2000")
    scaled = trained(HOUSES, "price", "--predict", "1650 3", "--epochs", "2000", "--scale-target")
    for key, number in plain["model"]["coefficients"].items():
        assert scaled["model"]["coefficients"][key] == pytest.approx(number, rel=1e-6)
    assert scaled["results"]["predictions"]["values"] == pytest.approx(plain["results"]["predictions"]["values"])
    assert scaled["metrics"]["loss"] == pytest.approx(plain["metrics"]["loss"], rel=1e-6)
    assert scaled["history"][0]["loss"] == pytest.approx(1)


# --- Every printed line is true ---


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--l2", "0.01", "--optimizer", "adam"),
        ("--hidden", "3", "--activation", "gelu", "--batch-size", "40", "--optimizer", "nesterov"),
        ("--hidden", "3,2", "--activation", "leaky-relu", "--l2", "0.1", "--optimizer", "rmsprop"),
        ("--scale", "minmax", "--optimizer", "adagrad", "--test", "0.2"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("name", ["iris", "two"])
def test_lines_of_classifiers(folder: Path, name: str, options: tuple[str, ...]) -> None:
    new = "5.1 3.5 1.4 0.2; 6 2.5 5 2" if name == "iris" else "5 3; 7 2.5"
    arguments = ("--target", "kind", "--epochs", "30", "--explain", "1,last", "--predict", new)
    out = printed("train", str(folder / f"{name}.csv"), *arguments, *options)
    assert "confusion" in out and "always guessing" in out


@pytest.mark.parametrize(
    "options",
    [
        ("--hidden", "4", "--l2", "0.01"),
        ("--batch-size", "5", "--optimizer", "momentum"),
        ("--optimizer", "adam", "--scale", "none", "--patience", "3"),
        ("--hidden", "2,2", "--activation", "sigmoid", "--no-scale-target", "--loss", "half-mse"),
    ],
    ids=" ".join,
)
def test_lines_of_regressions(options: tuple[str, ...]) -> None:
    arguments = ("--target", "price", "--epochs", "60", "--explain", "1,last", "--predict", "1650 3; 900 2")
    printed("train", HOUSES, *arguments, *options)


# --- What would surprise somebody ---


def test_one_class_only(tmp_path: Path) -> None:
    data = written(tmp_path / "one.csv", ["x", "y"], [[1, "yes"], [2, "yes"], [3, "yes"]])
    said = refused("train", data, "--target", "y", code=1)
    assert '"yes"' in said and '"y"' in said


def test_one_class_left_to_train_on(tmp_path: Path) -> None:
    data = written(tmp_path / "rare.csv", ["x", "y"], [*([k, "no"] for k in range(5)), [9, "yes"]])
    said = [pp("train", data, "--target", "y", "--test", "0.4", "--seed", str(seed)) for seed in range(8)]
    failed = [ran for ran in said if ran.code]
    assert failed and len(failed) < 8
    assert all(ran.code == 1 and "--seed" in ran.err and not ran.out for ran in failed)


def test_classes_that_can_be_told_apart_completely(tmp_path: Path) -> None:
    data = written(tmp_path / "apart.csv", ["x", "y"], [[k, "low" if k < 5 else "high"] for k in range(10)])
    out = printed("train", data, "--target", "y", "--lr", "100", "--epochs", "3000")
    assert "as sure as can be" in out and "--l2" in out
    document = trained(data, "y", "--lr", "100", "--epochs", "3000")
    assert document["metrics"]["accuracy"] == 1 and 0 < document["metrics"]["loss"] < 0.01


def test_scores_beyond_what_exp_can_take(tmp_path: Path) -> None:
    data = written(tmp_path / "far.csv", ["x", "y"], [[-1e6, "a"], [1e6, "b"], [2e6, "b"], [-3e6, "a"]])
    document = trained(data, "y", "--scale", "none", "--lr", "1e-3", "--epochs", "20")
    assert document["metrics"]["accuracy"] == 1 and document["metrics"]["loss"] >= 0
    assert pp("train", data, "--target", "y", "--scale", "none", "--lr", "1e-3", "--epochs", "20").code == 0


def test_a_dead_layer(tmp_path: Path) -> None:
    data = written(tmp_path / "positive.csv", ["x", "y"], [[k, k] for k in range(1, 9)])
    dead = None
    for seed in range(8):
        ran = pp("train", data, "--target", "y", "--hidden", "1", "--scale", "none", "--seed", str(seed), "-f", "plain")
        assert ran.code == 0, ran.err
        dead = dead or (ran.out if "is dead" in ran.out else None)
    assert dead is not None and "leaky-relu" in dead and false_lines(dead, 4) == []


def test_more_columns_than_rows(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    rows = [[*random.normal(size=9).round(3), label] for label in (1.5, 2.5, 4.0)]
    data = written(tmp_path / "wide.csv", [*"abcdefghi", "y"], rows)
    document = trained(data, "y", "--epochs", "2000")
    assert document["metrics"]["r2"] > 0.999
    assert "so many models fit" in printed("train", data, "--target", "y")
    classes = written(
        tmp_path / "words.csv", [*"abcdefghi", "y"], [[*row[:-1], word] for row, word in zip(rows, "nny", strict=True)]
    )
    assert "so many models fit" in printed("train", classes, "--target", "y")


def test_units_that_stay_equal(folder: Path) -> None:
    arguments = ("--target", "kind", "--hidden", "3", "--epochs", "10")
    assert "stay equal" in printed("train", str(folder / "two.csv"), *arguments, "--init", "zeros")
    assert "stay equal" not in printed("train", str(folder / "two.csv"), *arguments)


@pytest.mark.parametrize(
    "options",
    [
        ("--optimizer", "momentum", "--lr", "5"),
        ("--hidden", "4", "--optimizer", "gd", "--lr", "1e6"),
        ("--batch-size", "3", "--lr", "4"),
        ("--hidden", "4", "--lr", "1e200"),
        ("--l2", "10", "--lr", "1"),
    ],
    ids=" ".join,
)
def test_runs_that_diverge_say_what_to_try(tmp_path: Path, options: tuple[str, ...]) -> None:
    saved = tmp_path / "model.json"
    ran = pp("train", HOUSES, "--target", "price", "--save", str(saved), *options)
    assert ran.code == 1 and "diverged" in ran.err and "--lr" in ran.err and ran.err.count("\n") == 1
    assert "nan" not in ran.out and "inf" not in ran.out and not saved.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--hidden", "0"), ["--hidden"]),
        (("--hidden", "8,x"), ["--hidden"]),
        (("--hidden", ""), ["--hidden"]),
        (("--activation", "relu"), ["--activation", "--hidden"]),
        (("--activation", "softmax", "--hidden", "2"), ["softmax"]),
        (("--optimizer", "sgd"), ["sgd"]),
        (("--batch-size", "0"), ["--batch-size", "1"]),
        (("--seed", "-1"), ["--seed"]),
        (("--test", "1"), ["--test"]),
        (("--test", "nan"), ["--test"]),
        (("--l2", "-1"), ["--l2"]),
        (("--l2", "nan"), ["--l2"]),
        (("--patience", "0"), ["--patience"]),
        (("--beta1", "0.5"), ["--beta1", "gd"]),
        (("--optimizer", "adam", "--beta1", "1"), ["--beta1"]),
        (("--save", "no/such/folder/m.json"), ["--save", "folder"]),
        (("--resume", "nothing.json"), ["nothing.json"]),
    ],
    ids=lambda part: " ".join(part),
)
def test_bad_options(options: tuple[str, ...], words: list[str]) -> None:
    said = refused("train", HOUSES, "--target", "price", *options)
    assert [word for word in words if word not in said] == [], said


@pytest.mark.parametrize("options", [("--loss", "mse"), ("--scale-target",)])
def test_what_belongs_to_numbers_only(folder: Path, options: tuple[str, ...]) -> None:
    assert options[0] in refused("train", str(folder / "two.csv"), "--target", "kind", *options)


def test_too_little_to_train_on(tmp_path: Path) -> None:
    data = written(tmp_path / "few.csv", ["x", "y"], [[1, 2], [2, 3], [3, 5]])
    assert "--test" in refused("train", data, "--target", "y", "--test", "0.9", code=1)


# --- Going on with a saved model ---


@pytest.mark.parametrize(
    "options",
    [
        ("--hidden", "4", "--batch-size", "5", "--patience", "200", "--test", "0.25", "--seed", "3"),
        ("--hidden", "3", "--batch-size", "5", "--patience", "4", "--lr", "0.1"),
        ("--optimizer", "rmsprop", "--l2", "0.1", "--scale", "minmax"),
        ("--optimizer", "nesterov", "--momentum", "0.8", "--batch-size", "4"),
        (),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("data", [HOUSES, "two"])
def test_a_resumed_run_is_an_unbroken_run(tmp_path: Path, folder: Path, data: str, options: tuple[str, ...]) -> None:
    """The saved files are the same to the last bit."""
    source, target = (HOUSES, "price") if data == HOUSES else (str(folder / "two.csv"), "kind")
    whole, half, rest = (tmp_path / f"{name}.json" for name in ("whole", "half", "rest"))
    trained(source, target, *options, "--epochs", "60", "--save", str(whole))
    unbroken = json.loads(whole.read_text())["resume"]["losses"]
    trained(source, target, *options, "--epochs", "30", "--save", str(half))
    ran = pp(
        "train", source, "--resume", str(half), "--epochs", "30", "--save", str(rest), "-f", "plain", "--steps", "1"
    )
    assert ran.code == 0 and false_lines(ran.out, 4) == []
    if len(unbroken) == 61:
        assert rest.read_bytes() == whole.read_bytes()
        again = ("--resume", str(half), "--epochs", "30")
        document = values_of("train", source, *again)
        assert [entry["loss"] for entry in document["history"]] == unbroken


def test_what_can_not_be_resumed(tmp_path: Path, folder: Path) -> None:
    saved = str(tmp_path / "m.json")
    trained(HOUSES, "price", "--epochs", "5", "--save", saved)
    assert "--lr" in refused("train", HOUSES, "--resume", saved, "--lr", "0.5")
    assert "--hidden" in refused("train", HOUSES, "--resume", saved, "--hidden", "3")
    assert "price" in refused("train", HOUSES, "--resume", saved, "--target", "size")
    lines = Path(HOUSES).read_text().splitlines()
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("\n".join(lines[:-2]) + "\n")
    assert "other rows" in refused("train", str(fewer), "--resume", saved)
    assert "--target" in refused("train", HOUSES)
    members = json.loads(Path(saved).read_text())
    for broken in ({}, None, {**members["resume"], "optimizer": "none"}, {**members["resume"], "losses": []}):
        changed = (
            {**members, "resume": broken} if broken is not None else {k: v for k, v in members.items() if k != "resume"}
        )
        Path(saved).write_text(json.dumps(changed))
        assert "m.json" in refused("train", HOUSES, "--resume", saved)


def interrupting(at: int) -> Any:
    """A progress bar that presses Ctrl-C after an epoch."""

    @contextmanager
    def bar() -> Iterator[Callable[[int, int], None]]:
        yield lambda epoch, last: signal.raise_signal(signal.SIGINT) if epoch == at else None

    return mock.patch("penpaper_cli.commands.progress.bar", bar)


@pytest.mark.parametrize("options", [("--hidden", "3", "--batch-size", "5"), ("--patience", "500")], ids=" ".join)
def test_ctrl_c_ends_cleanly_and_saves(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Training goes on from there as if nobody had pressed it."""
    whole, saved = tmp_path / "whole.json", tmp_path / "half.json"
    trained(HOUSES, "price", *options, "--epochs", "60", "--save", str(whole))
    with interrupting(at=20):
        ran = pp("train", HOUSES, "--target", "price", *options, "--epochs", "60", "--save", str(saved))
    assert (ran.code, ran.out) == (130, "")
    assert re.fullmatch(
        r'pp: interrupted after 20 epochs; what was learned so far is saved in ".*half.json".\n', ran.err
    )
    assert pp("predict", str(saved), "1650 3").code == 0
    assert pp("train", HOUSES, "--resume", str(saved), "--epochs", "40", "--save", str(saved)).code == 0
    assert saved.read_bytes() == whole.read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["half.json", "whole.json"]


def test_ctrl_c_without_save() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupting(at=1):
        ran = pp("train", HOUSES, "--target", "price")
    assert (ran.code, ran.out) == (130, "") and ran.err.startswith("pp: interrupted after 1 epoch; nothing is saved")
    assert signal.getsignal(signal.SIGINT) is before


def test_epochs_of_a_resumed_run_are_named_by_their_numbers(tmp_path: Path) -> None:
    saved = str(tmp_path / "m.json")
    trained(HOUSES, "price", "--epochs", "3", "--save", saved)
    out = printed("train", HOUSES, "--resume", saved, "--epochs", "2", "--explain", "4,last")
    assert "Epoch 4 worked" in out and "Epoch 5 worked (the last)" in out and "goes on after epoch 3" in out
    assert "from 4 to 5" in refused("train", HOUSES, "--resume", saved, "--epochs", "2", "--explain", "3")


@pytest.mark.parametrize("options", [(), ("--hidden", "2"), ("--optimizer", "adam"), ("--scale-target",)], ids=str)
def test_a_target_that_never_varies(tmp_path: Path, options: tuple[str, ...]) -> None:
    data = written(tmp_path / "flat.csv", ["x", "y"], [[1, 5], [2, 5], [4, 5], [7, 5]])
    document = trained(data, "y", "--epochs", "2000", *options)
    assert "r2" not in document["metrics"] and document["metrics"]["mae"] == pytest.approx(0, abs=0.05)
    printed("train", data, "--target", "y", *options)


def test_a_feature_that_never_varies_among_the_training_rows(tmp_path: Path) -> None:
    data = written(tmp_path / "rare.csv", ["a", "b", "y"], [[int(k == 0), k, 2 * k] for k in range(8)])
    for seed in range(12):
        out = printed(
            "train", data, "--target", "y", "--test", "0.4", "--seed", str(seed), "--epochs", "5", "--predict", "1 3"
        )
        if "b[1]" in out:
            return
    raise AssertionError("no seed left the rare row out")


def test_what_is_left_of_terms_that_cancel(tmp_path: Path) -> None:
    """A classifier that is sure of symmetric rows: the bias's gradient is rounding, and its line still holds."""
    data = written(tmp_path / "apart.csv", ["x", "y"], [[k, "low" if k < 5 else "high"] for k in range(10)])
    printed("train", data, "--target", "y", "--lr", "100", "--epochs", "3000", "--explain", "last")


def test_bias_corrections_of_many_steps() -> None:
    """0.999 to the power of 3000 has too many digits to stay exact."""
    ran = pp(
        "step",
        "1",
        "-w",
        "10",
        "--target",
        "4",
        "--loss",
        "mse",
        "--lr",
        "0.2",
        "--optimizer",
        "adam",
        "--times",
        "3000",
    )
    assert ran.code == 0 and "0.999^3000" in ran.out
    assert "1 - 0.04971" in ran.out and abs(0.999**3000 - 0.04971) < 5e-6


@pytest.mark.parametrize("options", [(), ("--hidden", "3")], ids=str)
def test_very_many_columns(tmp_path: Path, options: tuple[str, ...]) -> None:
    random = np.random.default_rng(5)
    rows = random.normal(size=(6, 201)).round(3).tolist()
    data, saved = written(tmp_path / "wide.csv", [*(f"c{k}" for k in range(200)), "y"], rows), str(tmp_path / "m.json")
    out = printed("train", data, "--target", "y", "--epochs", "50", "--save", saved, *options)
    assert "181 features left out here" in out and out.count("c70,") == out.count("c70") == 1
    assert pp("predict", saved, data).code == 0


def test_every_feature_where_it_is_asked_for(tmp_path: Path) -> None:
    rows = np.random.default_rng(5).normal(size=(6, 31)).round(3).tolist()
    data = written(tmp_path / "wide.csv", [*(f"c{k}" for k in range(30)), "y"], rows)
    out = printed("train", data, "--target", "y", "--epochs", "5", "--detail", "full", "--explain", "1")
    assert "features left out" not in out and out.count("feature: c25") == 1


def test_a_range_is_kept_to_the_last_bit(tmp_path: Path) -> None:
    """The minimum plus the range is not always the maximum: 0.1 + (0.7 - 0.1) is, 0.3 + (0.9 - 0.3) isn't."""
    rows = [[0.3 + k / 7, 5, k] for k in range(6)] + [[0.9, 5, 3], [0.3, 6, 4]]
    data, saved = written(tmp_path / "range.csv", ["a", "b", "y"], rows), str(tmp_path / "m.json")
    for seed in range(6):
        options = ("--scale", "minmax", "--test", "0.3", "--seed", str(seed), "--detail", "summary")
        trained(data, "y", *options, "--epochs", "8", "--save", saved)
        whole = Path(saved).read_bytes()
        trained(data, "y", *options, "--epochs", "3", "--save", saved)
        ran = pp("train", data, "--resume", saved, "--epochs", "5", "--save", saved, "--detail", "summary")
        assert ran.code == 0 and Path(saved).read_bytes() == whole
        assert pp("predict", saved, "0.5 6").code == 0


def test_a_test_row_beyond_all_bounds(tmp_path: Path) -> None:
    data = written(tmp_path / "far.csv", ["x", "y"], [*([k, 2 * k + 1] for k in range(9)), [1e200, 3]])
    said = [pp("train", data, "--target", "y", "--test", "0.1", "--seed", str(seed)) for seed in range(40)]
    assert all(ran.code == 1 and ran.out == "" and ran.err.count("\n") == 1 for ran in said)
    assert {"test rows" in ran.err for ran in said} == {True, False}
