"""pp train in three steps: data is opened once, the run is made once, and whatever is wanted of it draws on that."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from test_cli import HOUSES, pp

from penpaper_cli.api import training
from penpaper_cli.api.fitting import fit
from penpaper_cli.api.predicting import predict
from penpaper_cli.api.training import train
from penpaper_cli.errors import CannotRead, Interrupted
from penpaper_cli.explain.epochs import Epochs
from penpaper_cli.models import experiment


def houses() -> tuple[list[str], np.ndarray[Any, Any]]:
    with open(HOUSES, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, np.array(rows, dtype=float)


def counted(owner: Any, name: str) -> Any:
    """Something that is done as ever, and counted."""
    return mock.patch.object(owner, name, autospec=True, side_effect=getattr(owner, name))


def test_everything_is_made_once(tmp_path: Path) -> None:
    """With all that can be wanted of a run: an explanation, results, a new row, a file, a script's source."""
    with (
        counted(training, "open_data") as opened,
        counted(experiment, "descend") as run,
        counted(experiment, "resume_to_json") as model,
        counted(Epochs, "_recorded") as recorded,
    ):
        saved = str(tmp_path / "m.json")
        ran = pp("train", HOUSES, "--target", "price", "--epochs", "20", "--predict", "1650 3", "--save", saved)
    assert ran.code == 0
    assert [opened.call_count, run.call_count, model.call_count] == [1, 1, 1]
    assert sorted(call.args[1] for call in recorded.call_args_list) == [1, 20]


def test_a_table_in_memory_is_trained_on_like_its_file() -> None:
    header, rows = houses()
    table = {name: rows[:, k] for k, name in enumerate(header)}
    found = train(table, "price", epochs=30, predict=[[1650, 3]], seed=2, test=0.25)
    due = train(HOUSES, "price", epochs=30, predict="1650 3", seed=2, test=0.25)
    assert found.answer.tolist() == due.answer.tolist()
    assert found.more == due.more and str(found) == str(due)


@pytest.mark.parametrize("model", [lambda run, path: run, lambda run, path: run.more["model"], lambda run, path: path])
def test_a_model_is_a_solution_a_document_or_a_file(tmp_path: Path, model: Callable[..., Any]) -> None:
    path = tmp_path / "m.json"
    run = train(HOUSES, "price", epochs=30, predict="1650 3; 900 2", save=str(path))
    assert predict(model(run, path), [[1650, 3], [900, 2]]).answer.tolist() == run.answer.tolist()


def test_a_run_that_diverged_has_no_model() -> None:
    run = train(HOUSES, "price", lr=5)
    assert run.failure is not None and "diverged" in str(run.failure)
    with pytest.raises(CannotRead, match="holds no model"):
        predict(run, [[1650, 3]])


def test_progress_is_told_of_every_epoch_and_may_end_the_run(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    train(HOUSES, "price", epochs=5, progress=lambda epoch, last: heard.append((epoch, last)))
    assert heard == [(epoch, 5) for epoch in range(1, 6)]
    half, whole = str(tmp_path / "half.json"), str(tmp_path / "whole.json")
    with pytest.raises(Interrupted, match="after 3 epochs; what was learned so far is saved"):
        train(HOUSES, "price", epochs=8, save=half, progress=lambda epoch, last: epoch == 3)
    train(HOUSES, epochs=5, resume=half, save=half)
    train(HOUSES, "price", epochs=8, save=whole)
    assert Path(half).read_bytes() == Path(whole).read_bytes()


def test_options_are_python_s_own() -> None:
    def with_momentum(**options: Any) -> str:
        return str(train(HOUSES, "price", optimizer="momentum", **options))

    lists = with_momentum(hidden=[3, 2], lr=0.02, rates={"momentum": 0.8}, explain=[1, 2])
    assert lists == with_momentum(hidden="3,2", lr="0.02", rates={"momentum": "0.8"}, explain="1,2")


def test_what_was_assumed_stands_in_the_notes(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("a,y\n1,2\n,3\n4,5\n7,9\n")
    assert train(str(path), "y", missing="drop").notes == train(str(path), "y", missing="drop", epochs=3).notes
    assert len(train(str(path), "y", missing="drop").notes) == 1
    assert len(fit(str(path), "y", missing="drop").notes) == 1


def test_nothing_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = train(HOUSES, "price", epochs=3, save=str(tmp_path / "m.json"))
    predict(run, "1650 3").to("html")
    fit(HOUSES, "price", predict=[[1650, 3]]).to("markdown")
    assert capsys.readouterr() == ("", "")


def test_a_fit_in_memory_is_that_of_its_file() -> None:
    header, rows = houses()
    found = fit({name: rows[:, k] for k, name in enumerate(header)}, "price", predict=[[1650, 3]])
    assert found.answer == pytest.approx(fit(HOUSES, "price", predict="1650 3").answer)
    np.testing.assert_allclose(found.results["c"], fit(HOUSES, "price").results["c"])
    assert fit(HOUSES, "price", intercept=False).results["c"].shape == (2,)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"epochs": 0}, "--epochs 0"),
        ({"explain": []}, "names no epoch"),
        ({"explain": [9], "epochs": 3}, "from 1 to 3"),
        ({"hidden": [0]}, "--hidden"),
        ({"test": 2}, "--test 2"),
        ({"rates": {"rho": 0.9}}, "--rho"),
        ({"exact": True}, "--exact"),
        ({"predict": [[1, 2, 3]]}, "--predict"),
        ({"save": "/no/such/folder/m.json"}, "--save"),
    ],
    ids=str,
)
def test_what_train_refuses(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CannotRead) as error:
        train(HOUSES, "price", **options)
    assert sentence in str(error.value)
