"""Models saved by earlier versions: they load, predict what they predicted then, and go on as if never interrupted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_cli import pp

SAVED = Path(__file__).parent / "saved"
RUNS: dict[str, tuple[str, ...]] = {
    "linear": ("numbers.csv", "--target", "price"),
    "linear-nesterov": (
        *("numbers.csv", "--target", "price", "--optimizer", "nesterov", "--loss", "half-mse"),
        *("--l2", "0.01", "--scale", "minmax", "--test", "0.2", "--patience", "15"),
    ),
    "logistic": ("classes.csv", "--target", "result"),
    "softmax": ("kinds.csv", "--target", "kind", "--optimizer", "rmsprop"),
    "hidden": (
        *("kinds.csv", "--target", "kind", "--hidden", "3", "--activation", "leaky-relu", "--batch-size", "3"),
        *("--seed", "5", "--beta1", "0.8"),
    ),
    "next-word": ("words.txt", "--next-word"),
}
"""How each model was trained, for 20 epochs."""
NEW = {"numbers.csv": "1650 3", "classes.csv": "5 6", "kinds.csv": "5 1.5", "words.txt": "the cat"}
FILES = sorted(SAVED.glob("*/*.json"))
PREDICTED = json.loads((SAVED / "predicted.json").read_text())
"""What version 0.1.0 predicted of NEW: the number, or the shares of the classes."""


def document(*arguments: str) -> dict[str, Any]:
    ran = pp(*arguments, "-f", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def data_of(path: Path) -> str:
    return str(SAVED / RUNS[path.stem][0])


def ids(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def numbers(results: dict[str, Any]) -> Any:
    return results.get("probabilities", results["predictions"])["values"]


def resumed(saved: Path, path: Path, epochs: int) -> dict[str, Any]:
    """What is in the file after so many further epochs."""
    document("train", data_of(path), "--resume", str(saved), "--epochs", str(epochs), "--save", str(saved))
    found: dict[str, Any] = json.loads(saved.read_text())
    return found


def test_every_version_has_every_kind() -> None:
    assert {(path.parent.name, path.stem) for path in FILES} >= {("0.1.0", name) for name in RUNS}


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_it_predicts_what_it_did(path: Path) -> None:
    found = numbers(document("predict", str(path), NEW[RUNS[path.stem][0]])["results"])
    np.testing.assert_allclose(found, PREDICTED[path.stem], rtol=1e-12)


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_it_goes_on_like_an_unbroken_run(tmp_path: Path, path: Path) -> None:
    whole, half = tmp_path / "whole.json", tmp_path / "half.json"
    _, *options = RUNS[path.stem]
    document("train", data_of(path), *options, "--epochs", "30", "--save", str(whole))
    half.write_bytes(path.read_bytes())
    unbroken, found = json.loads(whole.read_text()), resumed(half, path, 10)
    for name, parameter in unbroken["parameters"].items():
        np.testing.assert_allclose(found["parameters"][name]["values"], parameter["values"], rtol=1e-12)
    np.testing.assert_allclose(found["resume"]["losses"], unbroken["resume"]["losses"], rtol=1e-12)
    assert found["resume"]["random"] == unbroken["resume"]["random"]
