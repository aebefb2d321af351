"""A law over every kind of model: it is complete, learns, predicts, goes on and is written; and the kind of counts."""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import d2_tweedie_score, mean_absolute_error, mean_poisson_deviance
from test_cli import pp, refused

from penpaper_cli.api.predicting import predict
from penpaper_cli.api.solution import Solution
from penpaper_cli.api.training import train
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.expressions.arithmetic import Name
from penpaper_cli.formula.choices import ACTIVATIONS, LOSSES, TRAINED
from penpaper_cli.models.kind import Kind, Task
from penpaper_cli.models.kinds import KINDS, POISSON

Array = np.ndarray[Any, Any]
LIBRARIES = ("numpy", "pytorch", "tensorflow")
RHYME = "the cat sat\nthe dog sat\na cat ran\nthe cat ran\n"
EPOCHS = 12

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
each_depth = pytest.mark.parametrize("hidden", [(), (3,)], ids=["one layer", "hidden"])


def rows(count: int = 14) -> Array:
    return np.random.default_rng(5).normal(size=(count, 2)) * [2, 30] + [1, 100]


def target_of(kind: Kind, X: Array) -> list[Any]:
    """A target that the features have to do with."""
    score = X[:, 0] / 2 + (X[:, 1] - 100) / 60
    match kind.target:
        case "numbers":
            return list(score * 7 + 3)
        case "counts":
            return list(np.floor(np.exp(score)))
    classes = "no yes" if kind.fits(("no", "yes")) else "a b c"
    ranks = np.argsort(np.argsort(score)) * len(classes.split()) // len(score)
    return [classes.split()[k] for k in ranks]


def trained(kind: Kind, folder: Path, *, loss: str | None = None, **options: Any) -> Solution:
    """A run of this kind."""
    if kind.task == Task.NEXT_WORD:
        text = folder / "rhyme.txt"
        text.write_text(RHYME)
        return train(str(text), next_word=True, **options)
    X = rows()
    table = {"x1": X[:, 0], "x2": X[:, 1], "y": target_of(kind, X)}
    return train(table, None if options.get("resume") else "y", loss=loss or asked(kind), **options)


def asked(kind: Kind) -> str | None:
    """What --loss has to say to get this kind."""
    first = next(other for other in KINDS if other.target == kind.target or not other.of_classes)
    return None if kind.of_classes or kind is first else kind.loss.option


def new_rows(kind: Kind) -> Any:
    return "the cat" if kind.task == Task.NEXT_WORD else rows(5)[:3]


@each_kind
def test_a_kind_is_complete(kind: Kind) -> None:
    texts = (
        kind.name,
        kind.title,
        kind.network_title,
        kind.forward,
        kind.about_measures,
        kind.rate_by,
        kind.prediction,
    )
    assert all(texts) and kind.epochs > 0 and kind.network_epochs > 0
    assert kind.losses and set(kind.losses) <= {*TRAINED}
    assert {LOSSES[name].link for name in kind.losses} == {kind.link} <= {*ACTIVATIONS}
    assert {LOSSES[name].of_classes for name in kind.losses} == {kind.of_classes}
    assert kind.task in list(Task) and all(kind.measures.values())


def test_every_trained_loss_has_a_kind_and_every_kind_is_told_from_the_others() -> None:
    assert {name for kind in KINDS for name in kind.losses} == {*TRAINED}
    keys = [(kind.task, name) for kind in KINDS for name in kind.losses]
    assert len(set(keys)) == len(keys)


@each_depth
@each_kind
def test_a_kind_learns_predicts_and_goes_on(kind: Kind, hidden: tuple[int, ...], tmp_path: Path) -> None:
    """What is saved predicts the same, and goes on as if it had never stopped."""
    half, whole = str(tmp_path / "half.json"), str(tmp_path / "whole.json")
    options: dict[str, Any] = {"hidden": hidden} if hidden else {}
    run = trained(kind, tmp_path, epochs=EPOCHS, predict=new_rows(kind), save=half, **options)
    assert run.title == (kind.network_title if hidden else kind.title)
    losses = [row["loss"] for row in run.more["history"]]
    assert len(losses) == EPOCHS + 1 and losses[-1] < losses[0]
    metrics = run.more["metrics"]
    assert set(metrics) == {*kind.measures, *(f"baseline_{key}" for key in kind.measures)}
    for model in (half, run, run.more["model"]):
        again = predict(model, new_rows(kind))
        np.testing.assert_array_equal(again.answer, run.answer)
        for name, shares in again.results.items():
            np.testing.assert_array_equal(shares, run.results[name])
    trained(kind, tmp_path, epochs=2 * EPOCHS, save=whole, **options)
    trained_on = "rhyme.txt" if kind.task == Task.NEXT_WORD else None
    if trained_on:
        train(str(tmp_path / trained_on), resume=half, epochs=EPOCHS, save=half)
    else:
        X = rows()
        train({"x1": X[:, 0], "x2": X[:, 1], "y": target_of(kind, X)}, resume=half, epochs=EPOCHS, save=half)
    assert json.loads(Path(half).read_text()) == json.loads(Path(whole).read_text())


@each_depth
@each_kind
def test_a_kind_is_written_for_every_library(kind: Kind, hidden: tuple[int, ...], tmp_path: Path) -> None:
    """NumPy's script, run here, comes to the same predictions."""
    options: dict[str, Any] = {"hidden": hidden} if hidden else {}
    run = trained(kind, tmp_path, epochs=EPOCHS, predict=new_rows(kind), **options)
    for library in LIBRARIES:
        assert "predictions" in str(run.to(library))
    space: dict[str, Any] = {}
    exec(str(run.to("numpy")), space)
    found = space["predictions"]
    if kind.of_classes:
        assert list(found) == list(run.answer)
        np.testing.assert_allclose(space["probabilities"], run.results["probabilities"], rtol=1e-9)
    else:
        np.testing.assert_allclose(found, run.answer, rtol=1e-9)


@each_kind
def test_the_equation_of_a_kind_gives_its_predictions(kind: Kind, tmp_path: Path) -> None:
    """The printed line, evaluated on the rows by Python; a kind that has none refuses to write one."""
    if kind.loss.per_class:
        with pytest.raises(CannotWork, match="can't be written as one equation"):
            kind.equation("y", ("a", "b", "c"), Name("z"))
        return
    X = rows(5)
    run = trained(kind, tmp_path, epochs=EPOCHS, predict=X, digits=15)
    [line] = re.findall(r"^(?:y|z) ≈ (.*·x1.*)$", str(run), re.MULTILINE)[:1]
    formula = line.replace("·", "*").replace("−", "-")
    values = np.array([eval(formula, {"exp": math.exp, "x1": a, "x2": b}) for a, b in X])
    if kind.of_classes:
        np.testing.assert_allclose(1 / (1 + np.exp(-values)), run.results["probabilities"][:, 1], rtol=1e-9)
    else:
        np.testing.assert_allclose(values, run.answer, rtol=1e-9)


# --- Poisson regression ---


def counts(count: int = 60) -> tuple[Array, Array]:
    random = np.random.default_rng(11)
    X = random.normal(size=(count, 2)) * [1, 10] + [0, 50]
    return X, random.poisson(np.exp(0.4 + 0.5 * X[:, 0] - 0.03 * (X[:, 1] - 50))).astype(float)


@pytest.mark.parametrize("options", [{"epochs": 3000}, {"epochs": 4000, "optimizer": "adam", "lr": 0.02}], ids=str)
def test_a_poisson_regression_comes_to_what_scikit_learn_finds(options: dict[str, Any]) -> None:
    X, y = counts()
    run = train(np.column_stack([X, y]), "count", loss="poisson", predict=X, **options)
    due = PoissonRegressor(alpha=0, max_iter=10_000, tol=1e-10).fit(X, y)
    coefficients = run.more["model"]["coefficients"]
    assert coefficients["intercept"] == pytest.approx(due.intercept_, rel=1e-3)
    assert [coefficients["x1"], coefficients["x2"]] == pytest.approx(due.coef_.tolist(), rel=1e-3)
    guess = due.predict(X)
    np.testing.assert_allclose(run.answer, guess, rtol=1e-3)
    metrics = run.more["metrics"]
    assert metrics["deviance"] == pytest.approx(mean_poisson_deviance(y, run.answer), rel=1e-9)
    assert metrics["d2"] == pytest.approx(d2_tweedie_score(y, run.answer, power=1), rel=1e-9)
    assert metrics["mae"] == pytest.approx(mean_absolute_error(y, run.answer), rel=1e-9)
    assert metrics["loss"] == pytest.approx(float((run.answer - y * np.log(run.answer)).mean()), rel=1e-9)
    assert metrics["baseline_deviance"] == pytest.approx(mean_poisson_deviance(y, np.full_like(y, y.mean())), rel=1e-9)
    assert metrics["baseline_d2"] == 0


def test_large_counts_converge_at_the_rate_that_pp_chooses() -> None:
    X, y = counts()
    run = train(np.column_stack([X, y * 400 + 3]), "count", loss="poisson", epochs=500)
    losses = [row["loss"] for row in run.more["history"]]
    assert run.failure is None and all(after <= before + 1e-12 * abs(before) for before, after in pairwise(losses))


def test_counts_are_tested_on_rows_set_aside() -> None:
    X, y = counts()
    metrics = train(np.column_stack([X, y]), "count", loss="poisson", test=0.25).more["metrics"]
    assert {f"test_{key}" for key in POISSON.measures} <= set(metrics)
    assert metrics["test_d2"] > 0 and metrics["baseline_test_deviance"] > metrics["test_deviance"]


@pytest.mark.parametrize(
    ("y", "options", "sentence"),
    [
        ([1, -2, 3, 1], (), r'the target "n" has -2, and a Poisson regression predicts counts'),
        ([1, 2.5, 3, 1], (), r'the target "n" has 2\.5'),
        ([1, 2, 3, 1], ("--scale-target",), "the target holds counts"),
        (["a", "b", "a", "b"], (), "--loss poisson measures numbers"),
    ],
)
def test_what_a_poisson_regression_refuses(
    tmp_path: Path, y: list[Any], options: tuple[str, ...], sentence: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,n\n" + "".join(f"{k * k},{value}\n" for k, value in enumerate(y)))
    assert re.search(sentence, refused("train", str(path), "--target", "n", "--loss", "poisson", *options))


def test_nothing_to_count(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,n\n1,0\n2,0\n5,0\n")
    ran = pp("train", str(path), "--target", "n", "--loss", "poisson")
    assert ran.code == 1 and "nothing to count" in ran.err


def test_a_prediction_beyond_float64_is_refused() -> None:
    X, y = counts()
    run = train(np.column_stack([X, y]), "count", loss="poisson", epochs=50)
    with pytest.raises(CannotWork, match="For row 2 the model expects a count beyond float64"):
        predict(run, [[0, 50], [1e9, 50]])


def test_every_number_of_a_file_is_bounded(tmp_path: Path) -> None:
    """A whole number too long for float64 is refused like one that is not finite, wherever it stands."""
    X, y = counts(12)
    path = tmp_path / "m.json"
    train(np.column_stack([X, y]), "count", loss="poisson", epochs=3, save=str(path))
    document = json.loads(path.read_text())
    places = [("parameters", "b1", "values", 0), ("metrics", "loss"), ("scaling", "mean", 0), ("resume", "l2")]
    for *way, last in places:
        for huge in (10**400, math.inf, math.nan):
            broken = json.loads(json.dumps(document))
            inner = broken
            for step in way:
                inner = inner[step]
            inner[last] = huge
            with pytest.raises(CannotRead, match="not a model that pp can use"):
                predict(broken, [[0, 50]])
