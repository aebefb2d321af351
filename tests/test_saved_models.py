"""Models saved by earlier versions: they load, predict what they predicted then, and go on as if never interrupted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_cli import pp, refused

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


@pytest.mark.parametrize("name", ["linear-nesterov", "hidden"])
def test_what_another_version_wrote_is_kept(tmp_path: Path, name: str) -> None:
    """Fields that this version doesn't know, at any depth, are in the file again after the run has gone on."""
    path, saved = SAVED / "0.1.0" / f"{name}.json", tmp_path / "later.json"
    later = json.loads(path.read_text())
    later["weather"] = {"sky": ["blue", None, 1.5], "wind": 3}
    later["scaling"]["clipped"] = False
    later["parameters"]["W1"]["unit"] = "metre"
    later["resume"]["schedule"] = {"kind": "cosine"}
    later["resume"]["rates"]["warmth"] = 0.25
    saved.write_text(json.dumps(later))
    assert numbers(document("predict", str(saved), NEW[RUNS[name][0]])["results"]) == PREDICTED[name]
    kept = resumed(saved, path, 10)
    for where in (lambda f: f["weather"], lambda f: f["scaling"]["clipped"], lambda f: f["parameters"]["W1"]["unit"]):
        assert where(kept) == where(later)
    assert kept["resume"]["schedule"] == {"kind": "cosine"} and kept["resume"]["rates"]["warmth"] == 0.25
    plain = tmp_path / "plain.json"
    plain.write_bytes(path.read_bytes())
    assert kept["parameters"]["W1"]["values"] == resumed(plain, path, 10)["parameters"]["W1"]["values"]


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("linear-nesterov", ("rates", "momentum")),
        ("hidden", ("rates", "beta2")),
        ("hidden", ("rates", "epsilon")),
        ("linear", ("batch_size",)),
        ("linear", ("patience",)),
        ("linear", ("test",)),
        ("linear", ("l2",)),
        ("linear", ("test_losses",)),
    ],
    ids=str,
)
def test_a_setting_that_an_earlier_version_did_not_have_is_the_usual_one(
    tmp_path: Path, name: str, missing: tuple[str, ...]
) -> None:
    """All of these stand at their usual values in the file, so without them the run goes on the same."""
    path, saved, plain = SAVED / "0.1.0" / f"{name}.json", tmp_path / "earlier.json", tmp_path / "plain.json"
    earlier = json.loads(path.read_text())
    fields = earlier["resume"]
    for key in missing[:-1]:
        fields = fields[key]
    del fields[missing[-1]]
    saved.write_text(json.dumps(earlier))
    plain.write_bytes(path.read_bytes())
    assert resumed(saved, path, 5)["parameters"] == resumed(plain, path, 5)["parameters"]


@pytest.mark.parametrize("needed", ["optimizer", "updates", "random", "memory", "losses", "seed", "rates"])
def test_what_the_next_epoch_depends_on_is_not_guessed(tmp_path: Path, needed: str) -> None:
    path, saved = SAVED / "0.1.0" / "hidden.json", tmp_path / "broken.json"
    broken = json.loads(path.read_text())
    del broken["resume"][needed]
    saved.write_text(json.dumps(broken))
    assert f'no "{needed}"' in refused("train", data_of(path), "--resume", str(saved))
