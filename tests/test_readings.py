"""What is read is never a guess that nobody is told of: what prepares data, what columns are, what is no table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_cli import pp, refused

from penpaper_cli.data.dataset import DataSet, read_data
from penpaper_cli.errors import CannotRead, CannotWork
from penpaper_cli.models.experiment import new_experiment
from penpaper_cli.models.options import TrainingOptions
from penpaper_cli.models.preparation import prepared


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(content: str | bytes, name: str = "data.csv") -> str:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def read(content: str, target: str = "y", **options: Any) -> DataSet:
    return read_data(write(content), target, **options)


def trained(content: str, *options: str, target: str = "y") -> tuple[dict[str, Any], str]:
    """What training gives to other programs, and what it says."""
    ran = pp("train", write(content), "--target", target, *options, "-f", "json", "--detail", "summary")
    assert ran.code == 0, ran.err
    return json.loads(ran.out), ran.err


GAPPY = "x,z,y\n1,,1\n2,3,2\n3,5,4\n4,4,4\n5,9,6\n6,2,7\n"


def test_gaps_are_filled_from_the_rows_to_train_on() -> None:
    """The test takes the rows of x = 4 and x = 6, so the mean is that of 3, 5 and 9, as a pipeline's imputer has it."""
    for missing, fill in (("mean", 17 / 3), ("median", 5)):
        data = read(GAPPY, missing=missing)
        experiment = new_experiment(data, TrainingOptions(test=0.3))
        assert experiment.held is not None
        assert experiment.held.X[:, 0].tolist() == [4, 6]
        assert experiment.data.X.tolist() == [[1, fill], [2, 3], [3, 5], [5, 9]]
        assert prepared(data).data.X[0, 1] == (23 / 5 if missing == "mean" else 4)
        assert np.isnan(data.X[0, 1])  # what was read stays as it was


def test_a_gap_of_the_test_gets_what_training_rows_teach() -> None:
    content = GAPPY.replace("1,,1", "1,8,1").replace("4,4,4", "4,,4")
    experiment = new_experiment(read(content, missing="mean"), TrainingOptions(test=0.3))
    assert experiment.held is not None and experiment.held.X[0].tolist() == [4, (8 + 3 + 5 + 9) / 4]


def test_a_column_without_a_number_to_train_on() -> None:
    content = "x,z,y\n1,,1\n2,,2\n3,,4\n4,4,4\n5,,6\n6,2,7\n"
    with pytest.raises(CannotWork, match='"z" has nothing but gaps'):
        new_experiment(read(content, missing="mean"), TrainingOptions(test=0.3))


RARE_CLASS = "x,y\n1,a\n2,a\n3,b\n4,b\n5,a\n6,b\n7,a\n8,b\n9,c\n10,a\n"
RARE_WORD = "x,c,y\n1,a,2\n2,a,4\n3,b,5\n4,b,8\n5,c,11\n6,a,12\n7,a,13\n8,b,17\n9,a,18\n10,a,21\n"


def test_a_class_that_only_test_rows_have() -> None:
    """The shares of the training rows give it no chance: the loss of that guess is infinite, which is no number."""
    document, said = trained(RARE_CLASS, "--test", "0.3", "--seed", "0")
    assert '"c"' in said and "baseline_test_loss" not in document["metrics"]
    assert {"test_loss", "test_accuracy", "baseline_test_accuracy", "baseline_loss"} <= set(document["metrics"])
    assert max(document["metrics"].values()) < 10
    assert "infinite" in pp("train", "data.csv", "--target", "y", "--test", "0.3", "--epochs", "2").out


def test_a_word_that_only_test_rows_have() -> None:
    document, said = trained(RARE_WORD, "--test", "0.3", "--seed", "0")
    assert document["model"]["features"] == ["x", "c=b"] and document["model"]["columns"][1]["categories"] == ["a", "b"]
    assert "1 test row left out" in said and '"c" of column "c"' in said
    experiment = new_experiment(read(RARE_WORD), TrainingOptions(test=0.3))
    assert experiment.held is not None and (experiment.untold, len(experiment.held.y)) == (1, 2)


def test_the_baseline_is_a_word_that_training_rows_have() -> None:
    content = RARE_WORD.replace("5,c,", "5,A,")
    experiment = new_experiment(read(content), TrainingOptions(test=0.3))
    assert experiment.data.features == ("x", "c=b")
    whole = new_experiment(read(RARE_WORD), TrainingOptions(test=0.3))
    assert experiment.data.X.tolist() == whole.data.X.tolist()


def test_a_test_of_unlearnt_words_only() -> None:
    words = ["a", "b"] * 4
    content = "x,c,y\n" + "".join(f"{k},{word},{k * k}\n" for k, word in enumerate(words))
    experiment = new_experiment(read(content), TrainingOptions(test=0.1))
    assert experiment.held is not None
    [row] = experiment.held.X[:, 0].astype(int)
    words[row] = "c"
    content = "x,c,y\n" + "".join(f"{k},{word},{k * k}\n" for k, word in enumerate(words))
    with pytest.raises(CannotWork, match="Every row of the test"):
        new_experiment(read(content), TrainingOptions(test=0.1))


def test_constant_columns_are_named_at_once() -> None:
    data = write("x,c,d,y\n1,5,a,2\n2,5,a,4\n3,5,a,7\n4,5,a,8\n")
    ran = pp("train", data, "--target", "y")
    assert ran.code == 1 and '"c" (5) and "d" (a)' in ran.err and '--drop "c,d"' in ran.err
    assert pp("train", data, "--target", "y", "--drop", "c,d").code == 0
    assert '--drop "c,d"' in pp("fit", data, "--target", "y").err


def test_a_column_that_is_constant_among_training_rows_is_told() -> None:
    content = "x,z,y\n1,5,1\n2,5,2\n3,5,4\n4,4,4\n5,5,6\n6,5,7\n"
    _, said = trained(content, "--test", "0.3")
    assert 'column "z" is 5 in every row to train on' in said


GENES = "geno,x,y\n1/1,1,2.0\n1/2,2,5.0\n2/2,3,2.1\n1/1,4,1.9\n1/2,5,5.2\n2/2,6,8.0\n"


def test_numbers_with_a_slash_are_words_until_they_are_said_to_be_fractions() -> None:
    """R² of the three words as categories is 0.4276 and of the fractions 0.1121, by least squares."""
    for options, r2, fractions in (((), 0.4276, False), (("--numbers", "1/2"), 0.1121, True)):
        document, said = trained(GENES, "--features", "geno", "--epochs", "5000", *options)
        assert document["metrics"]["r2"] == pytest.approx(r2, abs=5e-5)
        assert ("--numbers 1/2" in said) is not fractions
    document, _ = trained(GENES, "--classify", target="geno")
    assert document["model"]["classes"] == ["1/1", "1/2", "2/2"]


def test_marks_and_pressures_are_no_numbers() -> None:
    for cells in (["120/80", "110/70", "130/85"], ["15/20", "16", "20"]):
        data = write("m,y\n" + "".join(f"{cell},{k * k}\n" for k, cell in enumerate(cells)))
        assert "--numbers 1/2" in refused("train", data, "--target", "y")
        assert pp("train", data, "--target", "y", "--numbers", "1/2", "--epochs", "2").code == 0


def test_fractions_of_new_rows_are_read_where_the_model_needs_numbers() -> None:
    trained("x,y\n1,2\n2,5\n4,9\n", "--save", "m.json")
    predicted = [pp("predict", "m.json", rows, "-f", "json").out for rows in (write("x\n1/2\n2\n", "n.csv"), "1/2; 2")]
    values = [json.loads(out)["answer"]["values"] for out in predicted]
    assert values[0] == values[1]


def test_codes_with_an_e_are_told() -> None:
    for cells, told in ((["12E4", "13E5"], True), (["12e4", "13e5"], False), (["1.2E4", "1.3E+05"], False)):
        _, said = trained("x,y\n" + "".join(f"{cell},{k}\n" for k, cell in enumerate([*cells, "5"])))
        assert ("if it is a code" in said) is told
    assert read("x,y\n12E4,1\n5,2\n12E4,2\n", category=["x"]).columns[0].categories == ("12E4", "5")


NUMBERED = ["PassengerId", "user_id", "rownames", "row", "obs", "No.", "EmployeeNumber", "case_no", "id", "#"]
KEPT = ["week", "year", "acid", "size"]


@pytest.mark.parametrize("name", [*NUMBERED, *KEPT])
def test_row_numbers(name: str) -> None:
    """With holes, as those who left the firm leave them."""
    rows = [(1, 5), (2, 1), (4, 4), (5, 2), (7, 3), (8, 1)]
    data = read(f"{name},x,y\n" + "".join(f"{k},{x},{int(k > 4)}\n" for k, x in rows))
    assert data.features == (("x",) if name in NUMBERED else (name, "x"))
    assert bool(data.notes) is (name in NUMBERED)


def test_what_may_be_row_numbers_is_kept_and_told() -> None:
    for name, numbers, told in (
        ("k", range(12), True),
        ("week", range(12), False),
        ("k", range(8), False),
        ("k", range(0, 1200, 100), False),
        ("user_id", [3, 1, 2, 5, 4], True),
        ("number_of_rooms", range(5), True),
        ("user_id", [1, 1, 2, 3, 5], False),
    ):
        data = read(f"{name},y\n" + "".join(f"{k},{k * k % 7}\n" for k in numbers))
        assert data.features == (name,)
        assert any("--drop" in note for note in data.notes) is told, (name, numbers)
        assert ("number the rows" in pp("look", "data.csv").out) is told


GARAGES = "garage,x,y\nNone,1,2\nAttached,2,3\nNone,3,5\nDetached,4,4\nAttached,5,8\n"


def test_words_that_look_like_gaps_are_words_where_the_column_holds_categories() -> None:
    for word in ("None", "NA", "none", "?", "-", "null"):
        data = read(GARAGES.replace("None", word), category=["garage"])
        assert sorted(data.columns[0].categories) == sorted(["Attached", "Detached", word])
        said = refused("train", "data.csv", "--target", "y")
        assert f'"{word}", first on line 2' in said and '--category "garage"' in said and "mean" not in said
        assert '--category "garage"' in refused("train", "data.csv", "--target", "y", "--missing", "mean")
        assert '--category "garage"' in pp("look", "data.csv").out
        assert read(GARAGES.replace("None", word), missing="drop").X.shape[0] == 3
    with pytest.raises(CannotRead, match=r"2 in column \"garage\" \(first on line 2\)"):
        read(GARAGES.replace("None", ""), category=["garage"])


def test_mean_and_median_are_offered_where_only_numbers_are_missing() -> None:
    for content, offered in (("x,c,y\n,a,1\n2,b,2\n3,a,3\n", True), ("x,c,y\n,a,1\n2,NA,2\n3,a,3\n4,b,3\n", False)):
        assert ("--missing mean" in refused("train", write(content), "--target", "y")) is offered


def test_a_model_knows_which_gaps_were_words() -> None:
    options = ("--category", "garage", "--epochs", "3", "--save", "m.json")
    trained(GARAGES, *options)
    assert pp("train", "data.csv", "--resume", "m.json", "--epochs", "2").code == 0
    fitted = json.loads(pp("predict", "m.json", "data.csv", "-f", "json").out)["answer"]["values"]
    assert len(fitted) == 5 and fitted[0] != fitted[1]
    trained(GARAGES, "--missing", "drop", "--epochs", "3", "--save", "m.json")
    assert pp("train", "data.csv", "--resume", "m.json", "--missing", "drop", "--epochs", "2").code == 0


SIZES = "size,rooms,price\n48,2,100\n61,3,130\n74,1,150\n"
ABOVE = {
    "merged cells": "Flat,,Market\n",
    "a title with empty cells": "Sales report,,\n2024,,\n,,\n",
    "a title": "Sales report\n",
    "comments": "# from the office\n# of 2024, May\n",
    "SEP": "SEP=,\n",
    "a name twice": "Flat,Flat,Market\n",
}


@pytest.mark.parametrize("above", ABOVE)
def test_what_stands_above_the_header(above: str) -> None:
    data = read(ABOVE[above] + SIZES, "price")
    assert (data.features, data.X.tolist()) == (("size", "rooms"), [[48, 2], [61, 3], [74, 1]])
    assert bool(data.notes) is (above != "SEP") and "units" not in "".join(data.notes)


def test_a_header_in_a_comment() -> None:
    for content in ("# from the office\n# " + SIZES, "#" + SIZES, "# " + SIZES.replace(",", " ")):
        data = read(content, "price")
        assert data.features == ("size", "rooms") and any("taken for the header" in note for note in data.notes)
    assert read("#,x,y\n1,5,2\n2,2,3\n3,4,7\n").features == ("x",)
    assert read(SIZES + "# the end\n", "price").X.shape == (3, 2)


def test_words_that_are_no_units_are_not_called_so() -> None:
    [note] = read(SIZES.replace("\n48", "\nsquare metres,number,thousands\n48"), "price").notes
    assert "units" not in note and "line 2" in note
    assert "units" in read(SIZES.replace("\n48", "\n(m2),#,k$\n48"), "price").notes[0]


NO_TABLES = {
    "JSON": '[{"size": 48, "price": 100}]',
    "JSON, line by line": '{"size": 48}\n{"size": 61}\n',
    "HTML": "<!DOCTYPE html>\n<html><body>a,b</body></html>",
    "XML": '<?xml version="1.0"?><a>1,2</a>',
    "Git LFS": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n",
}


@pytest.mark.parametrize("kind", NO_TABLES)
def test_what_is_no_table_is_named(kind: str) -> None:
    for command in (("look",), ("train", "--target", "y")):
        assert f"is {'a pointer of ' if kind == 'Git LFS' else ''}{kind.partition(',')[0]}" in refused(
            command[0], write(NO_TABLES[kind]), *command[1:]
        )


def test_what_looks_a_little_like_something_else_is_a_table() -> None:
    assert read("[sqft],y\n48,1\n61,2\n").features == ("[sqft]",)
    assert read("<age>,y\n48,1\n61,2\n").features == ("<age>",)


def test_columns_separated_by_blanks() -> None:
    for content in ("size rooms price\n48 2 100\n61  3 130 \n 74 1 150\n", SIZES.replace(",", "   ")):
        data = read(content, "price")
        assert data.X.tolist() == [[48, 2], [61, 3], [74, 1]] and "separated by blanks" in data.notes[0]
    words = read('kind size y\n"a b" 1 2\nc 2 4\n"a b" 3 5\n', "y")
    assert words.columns[0].categories == ("a b", "c")
    assert "2 rows of data and 1 column" in pp("look", write("name\nAnn Lee\nBob Ray\n")).out


def test_long_cells_and_an_end_mark() -> None:
    long = "a" * 200_000
    data = read(f"t,x,y\n{long},1,2\nb,2,3\nb,3,5\n{long},4,6\n")
    assert data.columns[0].categories == (long, "b")
    assert len(pp("look", "data.csv").out) < 5_000
    assert read("x,y\n1,2\n2,3\n4,9\n\x1a").y.tolist() == [2, 3, 9]


def test_a_no_break_space_is_shown_as_a_blank() -> None:
    assert '"1 234" is read as 1234' in read("x,y\n1\u00a0234,2\n2\u00a0555,3\n").notes[0]


@pytest.mark.parametrize(
    "cells",
    [
        ("₹1,234.0", "₹ 2,555"),
        ("1 234 ₽", "2 555 ₽"),
        ("1 234,50 zł", "2 zł"),
        ("USD 1,234.5", "USD 2"),
        ("1234 EUR", "2 EUR"),
    ],
)
def test_currencies(cells: tuple[str, str]) -> None:
    data = read("x;y\n" + "".join(f"{cell};{k}\n" for k, cell in enumerate(cells)))
    assert int(data.X[0, 0]) == 1234 and "without its" in "".join(data.notes)
    assert "must stand in every cell" in refused("train", write(f"x;y\n{cells[0]};1\n5 $;2\n"), "--target", "y")


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("cp1251", "дом сад"), ("shift-jis", "面積 価格"), ("gbk", "面积 价格"), ("mac-roman", "Größe Überfläche")],
)
def test_encodings(encoding: str, words: str) -> None:
    first, second = words.split()
    data = write(f"{first},{second}\n1,2\n2,3\n4,9\n".encode(encoding))
    read_so = read_data(data, second, encoding=encoding)
    assert (read_so.features, read_so.notes) == ((first,), ())
    for command in ("train", "fit"):
        assert pp(command, data, "--target", second, "--encoding", encoding).code == 0
    assert first in pp("look", data, "--encoding", encoding).out
    assert "--encoding names another" in pp("look", data).out
    assert "--encoding" in refused("look", data, "--encoding", "utf-8")
    assert "--encoding" in refused("look", data, "--encoding", "rot13")


SEPARABLE = "x,y\n1,no\n2,no\n3,no\n4,yes\n5,yes\n6,yes\n"


def test_separable_classes_have_no_best_weights() -> None:
    """The weight grows without end: 8.1, 12.7, 17.3 after 500, 5,000 and 50,000 epochs; with a penalty it doesn't."""
    for content, options, told in (
        (SEPARABLE, (), True),
        (SEPARABLE, ("--l2", "0.01"), False),
        (SEPARABLE.replace("6,yes", "6,no"), (), False),
        (SEPARABLE + "7,maybe\n8,maybe\n", ("--epochs", "5000"), True),
    ):
        assert ("no best weights" in pp("train", write(content), "--target", "y", *options).out) is told
    weights = [
        trained(SEPARABLE, "--epochs", epochs)[0]["model"]["coefficients"]["x"] for epochs in ("500", "5000", "50000")
    ]
    assert [round(weight, 1) for weight in weights] == [8.1, 12.7, 17.3]


def test_a_target_of_0_and_1_is_told_of_classes() -> None:
    content = SEPARABLE.replace("no", "0").replace("yes", "1")
    for options, told in (((), True), (("--classify",), False), (("--loss", "mse"), False)):
        assert ("--classify" in trained(content, *options)[1]) is told
    assert "--classify" not in trained(content.replace("6,1", "6,2"))[1]
    assert "--classify" not in pp("fit", write(content), "--target", "y").err


def predicted(*arguments: str) -> tuple[dict[str, Any], str]:
    ran = pp("predict", *arguments, "-f", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out), ran.err


def test_new_rows_are_filled_as_the_model_learnt_to() -> None:
    document, _ = trained(GAPPY, "--missing", "mean", "--test", "0.3", "--save", "m.json")
    assert document["model"]["missing"] == "mean" and document["model"]["columns"][1]["fill"] == 17 / 3
    filled, said = predicted("m.json", write("z,x\nNA,1\n3,2\n", "new.csv"))
    typed, _ = predicted("m.json", f"1 {17 / 3}; 2 3")
    assert filled["answer"] == typed["answer"] and "1 gap filled in with 5.66667" in said
    assert predicted("m.json", "data.csv")[0]["results"]["predictions"]["shape"] == [6]
    assert pp("train", "data.csv", "--resume", "m.json", "--epochs", "2").code == 0
    assert "leave the option out" in refused("train", "data.csv", "--resume", "m.json", "--missing", "drop")


def test_new_rows_with_gaps_are_left_out_as_in_training() -> None:
    trained(GAPPY, "--missing", "drop", "--save", "m.json")
    document, said = predicted("m.json", "data.csv")
    assert document["results"]["predictions"]["shape"] == [5] and "1 row with gaps left out (line 2)" in said
    assert pp("predict", "m.json", "data.csv", "-o", "out.csv").code == 0
    lines = Path("out.csv").read_text().splitlines()
    assert len(lines) == 7 and lines[1] == "1,,1," and not lines[2].endswith(",")
    assert pp("train", "data.csv", "--resume", "m.json", "--epochs", "2").code == 0
    trained("x,z,y\n1,2,1\n2,3,2\n3,5,4\n", "--save", "m.json")
    assert "is empty" in refused("predict", "m.json", write(GAPPY, "new.csv"))


def test_predictions_are_measured_where_the_truth_stands_beside_them() -> None:
    """R² and the errors by hand: the baseline guesses the mean of the training rows."""
    trained("x,y\n1,2\n2,3\n3,7\n", "--save", "m.json")
    document, said = predicted("m.json", write("x,y,note\n4,9,a\n5,10,b\n6,,c\n", "new.csv"))
    guesses = np.array(document["answer"]["values"][:2])
    errors = np.array([9, 10]) - guesses
    measures = document["metrics"]
    assert measures["mae"] == pytest.approx(abs(errors).mean()) and measures["baseline_mae"] == pytest.approx(5.5)
    assert measures["r2"] == pytest.approx(1 - (errors**2).sum() / 0.5)
    assert '"note"' in said and "1 row without the truth" in said
    assert "always guessing the mean" in pp("predict", "m.json", "new.csv").out
    assert "metrics" not in predicted("m.json", "4; 5")[0]


def test_classes_are_measured_too() -> None:
    trained(SEPARABLE, "--save", "m.json")
    document, said = predicted("m.json", write("x,y\n1,no\n2,yes\n6,yes\n5,perhaps\n", "new.csv"))
    assert document["metrics"]["accuracy"] == 2 / 3 and document["metrics"]["baseline_accuracy"] == 1 / 3
    assert '"perhaps"' in said
    trained(SEPARABLE.replace("no", "0").replace("yes", "1"), "--classify", "--save", "m.json")
    document, _ = predicted("m.json", write("x,y\n1,0.0\n6,1.0\n", "new.csv"))
    assert document["metrics"]["accuracy"] == 1


def test_a_model_of_an_earlier_version_has_no_guess_to_compare_with() -> None:
    trained("x,y\n1,2\n2,3\n3,7\n", "--save", "m.json")
    fields = json.loads(Path("m.json").read_text())
    del fields["guess"]
    Path("m.json").write_text(json.dumps(fields))
    document, _ = predicted("m.json", "data.csv")
    assert set(document["metrics"]) == {"loss", "mae", "rmse", "r2"}
    assert pp("predict", "m.json", "data.csv").code == 0


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("guess", [1, 2]),
        ("guess", "x"),
        ("guess", [1e999]),
        ("missing", "mode"),
        ("missing", 1),
        ("columns", [{"name": "x", "fill": "a"}]),
    ],
)
def test_what_a_model_says_of_gaps_and_guesses_is_checked(field: str, wrong: Any) -> None:
    trained("x,y\n1,2\n2,3\n3,7\n", "--save", "m.json")
    fields = json.loads(Path("m.json").read_text())
    Path("m.json").write_text(json.dumps({**fields, field: wrong}))
    assert "is not a model that pp can use" in refused("predict", "m.json", "4")


def test_new_rows_in_another_encoding() -> None:
    trained("größe,y\n1,2\n2,3\n3,7\n", "--save", "m.json")
    new = write("größe\n4\n".encode("mac-roman"), "new.csv")
    assert predicted("m.json", new, "--encoding", "mac-roman")[0]["answer"] == predicted("m.json", "4")[0]["answer"]
    assert "--encoding" in refused("predict", "m.json", "4", "--encoding", "gbk")


def test_the_smallest_weights_are_those_that_were_scaled() -> None:
    """b is twice a but for one row's rounding: (0.42, 0.84) is the shortest of all (a, b) with a + 2b = 2.1."""
    data = write("a,b,y\n1,2,2\n2,4,4\n3,6,7\n4,8,8\n")
    for options, smallest, shortest in (
        ((), False, [1.05, 0.525]),
        (("--scale", "none", "--lr", "0.01"), True, [0.42, 0.84]),
    ):
        document, _ = trained(Path(data).read_text(), *options)
        exact = document["least_squares"]["coefficients"]
        assert [exact["a"], exact["b"]] == pytest.approx(shortest)
        said = pp("train", data, "--target", "y", *options, "-f", "plain").out
        assert ("these are the smallest." in said) is smallest and (
            "scaled weights are the smallest" in said
        ) is not smallest


def test_dropping_that_leaves_nothing_names_the_columns_that_cost_the_rows() -> None:
    data = write("a,b,y\n1,,2\n,2,3\n4,,5\n")
    for command in ("train", "fit"):
        said = refused(command, data, "--target", "y", "--missing", "drop", code=1)
        assert '2 in column "b" and 1 in column "a"' in said and "--drop" in said and "--missing mean" in said
    assert "--missing mean" not in refused(
        "train", write("c,y\nNA,2\na,3\nNA,5\n"), "--target", "y", "--missing", "drop", code=1
    )
    assert "another target" in refused(
        "train", write("c,y\n1,NA\n2,3\n4,\n"), "--target", "y", "--missing", "drop", code=1
    )
    constant = write("x,z,y\n1,2,3\n1,3,4\n5,,3\n")
    assert "in every row without gaps" in refused("train", constant, "--target", "y", "--missing", "drop", code=1)


def test_the_loss_of_a_far_test_row_is_no_clip() -> None:
    """A share that rounds to 0 has a loss all the same: the one that the history of the run tells."""
    content = "x,y\n" + "".join(f"{k},{'a' if k < 5 else 'b'}\n" for k in range(10)) + "1e6,a\n"
    losses = []
    for seed in range(5):
        document, _ = trained(content, "--test", "0.1", "--seed", str(seed), "--epochs", "20")
        losses.append(document["metrics"]["test_loss"])
        assert losses[-1] == pytest.approx(document["history"][-1]["test_loss"])
    assert max(losses) > 10_000


def test_new_rows_of_a_fit_and_of_a_training_run_are_treated_alike() -> None:
    data, new = write(GAPPY), write("x,z\n1,\n2,4\n", "new.csv")
    for command in ("train", "fit"):
        ran = pp(command, data, "--target", "y", "--missing", "drop", "--predict", new, "-f", "json")
        assert json.loads(ran.out)["results"]["predictions"]["shape"] == [1] and "1 row with gaps left out" in ran.err
        ran = pp(command, data, "--target", "y", "--missing", "mean", "--predict", "1 NA", "-f", "json")
        assert json.loads(ran.out)["results"]["predictions"]["shape"] == [1] and "1 gap filled in with 4.6" in ran.err


def test_row_numbers_are_all_there_is() -> None:
    assert '"id"' in refused("train", write("id,y\n1,2\n2,3\n3,5\n"), "--target", "y")
    assert pp("train", "data.csv", "--target", "y", "--features", "id").code == 0


def test_a_truth_that_is_no_number_is_told() -> None:
    trained("x,y\n1,2\n2,3\n3,7\n", "--save", "m.json")
    document, said = predicted("m.json", write("x,y\n1,much\n", "new.csv"))
    assert "metrics" not in document and "not measured" in said
