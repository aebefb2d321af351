"""pp predict: predictions of saved models against NumPy, CSVs matched by name, and files that are not what pp wrote."""

from __future__ import annotations

import copy
import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reader import false_lines
from test_cli import HOUSES, pp, refused

Change = Callable[[dict[str, Any]], object]
FLOWERS = [
    [5.1, 3.5, "red"],
    [4.9, 3.0, "red"],
    [6.2, 3.4, "blue"],
    [5.9, 3.0, "blue"],
    [5.5, 2.3, "blue"],
    [4.7, 3.2, "red"],
]
KINDS = [[*row[:2], kind] for row, kind in zip(FLOWERS, ["b", "a", "c", "c", "a", "b"], strict=True)]


def written(path: Path, header: list[str], rows: list[list[Any]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A saved model of each kind."""
    folder = tmp_path_factory.mktemp("models")
    two = written(folder / "two.csv", ["length", "width", "kind"], FLOWERS)
    three = written(folder / "three.csv", ["length", "width", "kind"], KINDS)
    runs = {
        "linear": (HOUSES, "price"),
        "minmax": (HOUSES, "price", "--scale", "minmax", "--scale-target"),
        "plain": (HOUSES, "price", "--scale", "none"),
        "network": (HOUSES, "price", "--hidden", "4,3", "--activation", "gelu"),
        "logistic": (two, "kind"),
        "softmax": (three, "kind"),
        "yes or no": (two, "kind", "--hidden", "3"),
        "classes": (three, "kind", "--hidden", "3", "--activation", "leaky-relu"),
    }
    paths = {}
    for name, (data, target, *options) in runs.items():
        paths[name] = str(folder / f"{name}.json")
        ran = pp("train", data, "--target", target, *options, "--epochs", "80", "--save", paths[name])
        assert ran.code == 0, ran.err
    return paths


def by_hand(model: dict[str, Any], rows: Any) -> Any:
    """Predictions from the readable file alone: numbers, or the shares of the classes."""
    from math import erf

    def scaled(kind: dict[str, Any], X: Any) -> Any:
        if kind["kind"] == "none":
            return X
        first, second = ("mean", "std") if kind["kind"] == "standard" else ("min", "max")
        spread = np.array(kind[second]) - (np.array(kind["min"]) if second == "max" else 0)
        return (X - np.array(kind[first])) / spread

    functions: dict[str, Callable[[Any], Any]] = {
        "none": lambda z: z,
        "gelu": lambda z: z * (1 + np.vectorize(erf)(z / 2**0.5)) / 2,
        "relu": lambda z: np.maximum(z, 0),
        "leaky-relu": lambda z: np.where(z > 0, z, 0.01 * z),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
    }
    value = scaled(model["scaling"], np.array(rows, dtype=float))
    for k, activation in enumerate(model["activations"], 1):
        W, b = (np.array(model["parameters"][f"{name}{k}"]["values"]) for name in "Wb")
        value = functions[activation](value @ W + b)
    if "target_scaling" in model:
        value = value * model["target_scaling"]["std"][0] + model["target_scaling"]["mean"][0]
    if model["activations"][-1] == "sigmoid":
        return np.column_stack([1 - value, value])
    return value if "classes" in model else value.ravel()


ROWS = {"price": [[1650, 3], [900, 2], [3000, 5], [1, 1]], "kind": [[5, 3], [6.5, 3.1], [4, 2], [5.5, 2.4]]}


@pytest.mark.parametrize(
    "name", ["linear", "minmax", "plain", "network", "logistic", "softmax", "yes or no", "classes"]
)
def test_predictions_follow_from_the_file(models: dict[str, str], name: str) -> None:
    model = json.loads(Path(models[name]).read_text())
    rows = ROWS[model["target"]]
    text = "; ".join(" ".join(map(str, row)) for row in rows)
    document = json.loads(pp("predict", models[name], text, "-f", "json").out)
    due, results = by_hand(model, rows), document["results"]
    assert results["predictions"]["shape"] == [len(rows)] and document["answer"] == results["predictions"]
    if "classes" in model:
        np.testing.assert_allclose(results["probabilities"]["values"], due, rtol=1e-10)
        assert results["predictions"]["values"] == [model["classes"][k] for k in due.argmax(axis=1)]
    else:
        np.testing.assert_allclose(results["predictions"]["values"], due, rtol=1e-10)
    out = pp("predict", models[name], text, "-f", "plain").out
    assert false_lines(out, 4) == [] and ("≈" in out or "=" in out)
    full = pp("predict", models[name], text, "-f", "plain", "--detail", "full").out
    assert false_lines(full, 4) == [] and "went the same way" in out and "went the same way" not in full


def test_the_file_is_readable_and_complete(models: dict[str, str]) -> None:
    text = Path(models["logistic"]).read_text()
    model = json.loads(text)
    assert model["schema"] == "penpaper-model/1" and model["task"] == "classification"
    assert model["classes"] == ["blue", "red"] and model["features"] == ["length", "width"]
    assert model["loss"] == "bce" and model["activations"] == ["sigmoid"]
    assert {"accuracy", "baseline_accuracy", "loss", "baseline_loss"} == set(model["metrics"])
    assert list(model["coefficients"]) == ["intercept", "length", "width"]
    assert max(map(len, text.splitlines())) < 20_000 and len(text.splitlines()) > 15


def test_the_document_holds_what_save_writes(tmp_path: Path) -> None:
    saved = tmp_path / "m.json"
    ran = pp("train", HOUSES, "--target", "price", "--epochs", "5", "--save", str(saved), "-f", "json")
    assert json.loads(ran.out)["model"] == json.loads(saved.read_text())


def test_training_and_predicting_agree(models: dict[str, str]) -> None:
    ran = pp("train", HOUSES, "--target", "price", "--epochs", "80", "--predict", "1650 3", "-f", "json")
    later = pp("predict", models["linear"], "1650 3", "-f", "json")
    assert json.loads(ran.out)["results"]["predictions"] == json.loads(later.out)["results"]["predictions"]


# --- A CSV of new rows ---


def test_columns_are_matched_by_name(models: dict[str, str], tmp_path: Path) -> None:
    new = written(tmp_path / "new.csv", ["street", "bedrooms", "size"], [["Elm", 3, 1650], ["Oak", 2, 900]])
    document = json.loads(pp("predict", models["linear"], new, "-f", "json").out)
    direct = json.loads(pp("predict", models["linear"], "1650 3; 900 2", "-f", "json").out)
    assert document["results"] == direct["results"]


@pytest.mark.parametrize("name", ["linear", "softmax"])
def test_predictions_beside_the_data(models: dict[str, str], tmp_path: Path, name: str) -> None:
    """Every cell stays as it is, whatever a spreadsheet might make of it."""
    columns = ["size", "bedrooms"] if name == "linear" else ["length", "width"]
    notes = ['=HYPERLINK("x")', "a,b", 'say "hi"', "-cmd", "two\nlines", "", "+1 x"]
    rows = [[note, str(5 + k), "3.50"] for k, note in enumerate(notes)]
    new, out = written(tmp_path / "new.csv", ["note", *columns], rows), tmp_path / "out.csv"
    ran = pp("predict", models[name], new, "-o", str(out))
    assert (ran.code, ran.out) == (0, ""), ran.err
    with out.open(newline="", encoding="utf-8") as file:
        header, *found = list(csv.reader(file))
    model = json.loads(Path(models[name]).read_text())
    due = by_hand(model, [[float(row[1]), 3.5] for row in rows])
    assert [row[:3] for row in found] == rows
    if name == "linear":
        assert header == ["note", "size", "bedrooms", "price"]
        np.testing.assert_allclose([float(row[3]) for row in found], due, rtol=1e-10)
    else:
        assert header == ["note", *columns, "kind", *(f"probability of {c}" for c in "abc")]
        assert [row[3] for row in found] == ["abc"[k] for k in due.argmax(axis=1)]
        np.testing.assert_allclose(np.array([row[4:] for row in found], dtype=float), due, rtol=1e-10)
    assert '"=HYPERLINK(""x"")"' in out.read_text() and '"-cmd"' in out.read_text()
    assert "\n5,3.50" not in out.read_text()


def test_the_true_answers_stay_beside_the_predictions(models: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert pp("predict", models["linear"], HOUSES, "-o", str(out)).code == 0
    lines = out.read_text().splitlines()
    assert lines[0] == "size,bedrooms,price,predicted price" and len(lines) == 13
    assert lines[1].startswith("850,2,172,")


def test_a_literal_can_be_kept_too(models: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert pp("predict", models["linear"], "1650 3; 900,2", "-o", str(out)).code == 0
    lines = out.read_text().splitlines()
    assert lines[0] == "size,bedrooms,price" and [line.rsplit(",", 1)[0] for line in lines[1:]] == ["1650,3", "900,2"]


def test_other_endings_pick_formats_as_everywhere(models: dict[str, str], tmp_path: Path) -> None:
    assert pp("predict", models["linear"], "1650 3", "-o", str(tmp_path / "p.md")).code == 0
    assert "price" in (tmp_path / "p.md").read_text()
    assert ".csv" in refused("predict", models["linear"], "1650 3", "-o", str(tmp_path / "p.xlsx")) or True
    assert "--out" in refused("dot", "1 2", "3 4", "-o", str(tmp_path / "p.csv"))
    assert "--out" in refused("predict", models["linear"], "1650 3", "-o", str(tmp_path / "no" / "p.csv"))
    assert sorted(os.listdir(tmp_path)) == ["p.md"]


def test_many_rows_are_counted(models: dict[str, str], tmp_path: Path) -> None:
    new = written(tmp_path / "new.csv", ["size", "bedrooms"], [[1000 + k, 3] for k in range(100)])
    out = pp("predict", models["linear"], new, "-f", "plain").out
    assert "97 rows more" in out and "80 predictions not shown" in out
    assert (
        len(json.loads(pp("predict", models["linear"], new, "-f", "json").out)["results"]["predictions"]["values"])
        == 100
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("1650", ["size, bedrooms"]),
        ("1650 3 4", ["size, bedrooms"]),
        ("1650 many", ["many"]),
        ("nothing.csv", ["nothing.csv"]),
        ("missing", ['"bedrooms"']),
        ("gap", ["line 3", '"bedrooms"', "empty"]),
        ("text", ["line 2", '"size"', '"big"']),
    ],
)
def test_new_rows_that_do_not_fit(models: dict[str, str], tmp_path: Path, data: str, words: list[str]) -> None:
    files = {
        "missing": (["size", "price"], [[1650, 3]]),
        "gap": (["size", "bedrooms"], [[1650, 3], [900, ""]]),
        "text": (["size", "bedrooms"], [["big", 3]]),
    }
    source = written(tmp_path / f"{data}.csv", *files[data]) if data in files else data
    said = refused("predict", models["linear"], source)
    assert [word for word in words if word not in said] == [], said


# --- Files that pp didn't write, or that somebody has changed ---


def put(*keys: Any, value: Any) -> Change:
    """A change of one member, however deep."""

    def change(members: dict[str, Any]) -> None:
        for key in keys[:-1]:
            members = members[key]
        members[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        put("schema", value="penpaper-model/2"),
        put("schema", value=1),
        put("task", value="next-word"),
        put("task", value="classification"),
        put("target", value=None),
        put("features", value=["size"]),
        put("features", value=["size", "size"]),
        put("features", value="size"),
        put("columns", value=[{"name": "size"}]),
        put("columns", value=[1, 2]),
        put("columns", value=[{"name": "size"}, {"name": "bedrooms", "categories": []}]),
        put("scaling", value={"kind": "log"}),
        put("scaling", value={"kind": ["standard"]}),
        put("scaling", value={}),
        put("scaling", "std", value=[1, 0]),
        put("scaling", "std", value=[1]),
        put("scaling", "mean", value=["a", "b"]),
        put("scaling", "mean", value=[[1, 2], [3]]),
        put("parameters", value={}),
        put("parameters", "W1", value=[1, 2]),
        put("parameters", "W1", "values", value=[[1], [2], [3]]),
        put("parameters", "W1", "values", value=[[1], ["x"]]),
        put("parameters", "W1", "values", value=[1, 2]),
        put("parameters", "W1", "values", value=[[1], [1e999]]),
        put("parameters", "W1", "values", value={"a": 1}),
        put("parameters", "W2", value={"values": [[1]]}),
        put("activations", value=["relu"]),
        put("activations", value=[]),
        put("activations", value=["cosine", "none"]),
        put("activations", value=["relu", "none"]),
        put("loss", value="hinge"),
        put("loss", value=None),
        put("metrics", value={"loss": "small"}),
        put("metrics", value=3),
        put("resume", value=3),
        *(
            lambda members, key=key: members.pop(key)
            for key in (
                "schema",
                "task",
                "target",
                "features",
                "columns",
                "scaling",
                "parameters",
                "activations",
                "loss",
            )
        ),
    ],
)
def test_a_changed_file_is_refused(models: dict[str, str], tmp_path: Path, change: Change) -> None:
    members = copy.deepcopy(json.loads(Path(models["linear"]).read_text()))
    change(members)
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(members))
    assert "changed.json" in refused("predict", str(path), "1650 3")
    assert "changed.json" in refused("train", HOUSES, "--resume", str(path))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", '"model"', "{}", "[" * 100_000, '{"schema": NaN}', "\x00"]
)
def test_what_is_no_model_at_all(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    assert "other.json" in refused("predict", str(path), "1650 3")


def test_files_that_are_not_there_or_not_text(tmp_path: Path) -> None:
    assert "none.json" in refused("predict", str(tmp_path / "none.json"), "1 2")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    assert "bytes.json" in refused("predict", str(tmp_path / "bytes.json"), "1 2")
    assert "directory" in refused("predict", str(tmp_path), "1 2")


def test_classes_and_features_are_never_markup(tmp_path: Path) -> None:
    """Names from a file are data: in Markdown, on a terminal, and in the CSV."""
    names = ["*a*|b", "<b>`x`</b>", "\x1b[31mred"]
    rows: list[list[Any]] = [[k, k * k % 7, names[k % 3]] for k in range(12)]
    data, saved = written(tmp_path / "odd.csv", ["[x]", "_y_", "k|d"], rows), str(tmp_path / "m.json")
    ran = pp("train", data, "--target", "k|d", "--epochs", "20", "--save", saved, "--predict", "1 2")
    assert ran.code == 0 and "\x1b" not in ran.out and "<b>" not in ran.out.replace("\\<b\\>", "")
    assert "\x1b" not in Path(saved).read_text()
    again = pp("predict", saved, "1 2; 3 4")
    assert again.code == 0 and "\x1b" not in again.out
