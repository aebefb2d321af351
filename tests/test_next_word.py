"""pp train --next-word and pp predict on words: counts by hand, published bigrams, the smallest loss, bad texts."""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reader import false_lines
from test_cli import HOUSES, drawn, pp, record_of, refused, values_of, worked, write

from penpaper_cli.data.corpus import counted, read_beginnings, read_text

RHYME = str(Path(__file__).parent.parent / "samples" / "rhyme.txt")
SAM = "<s> I am Sam </s>\n<s> Sam I am </s>\n<s> I do not like green eggs and ham </s>\n"
"""Jurafsky and Martin, Speech and Language Processing, section 3.1.2, who give some of its bigram probabilities."""
PUBLISHED = {
    ("<s>", "I"): 2 / 3,
    ("<s>", "Sam"): 1 / 3,
    ("I", "am"): 2 / 3,
    ("I", "do"): 1 / 3,
    ("Sam", "</s>"): 1 / 2,
    ("am", "Sam"): 1 / 2,
}
HOSTILE = (
    "<script>alert(1)</script> **bold** [red]x[/red] $x^2$ \x1b[31mred \u202eabc |pipe|\n"
    "`tick` \\textbf{x} &amp; 2 + 2 = 5 X W1 1:a <s>x -1\n"
)


@pytest.fixture
def sam(tmp_path: Path) -> str:
    return write(tmp_path / "sam.txt", SAM)


@pytest.fixture(scope="module")
def rhymes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """Saved models of the rhyme, by their context."""
    folder = tmp_path_factory.mktemp("rhymes")
    paths = {}
    for context in (1, 2):
        paths[context] = str(folder / f"{context}.json")
        worked("train", RHYME, "--next-word", "--context", str(context), "--save", paths[context], "--epochs", "300")
    return paths


def trained(*arguments: str) -> Any:
    return values_of("train", *arguments, "--next-word")


def table_of(found: Any) -> dict[tuple[str, str], int]:
    """results.counts by words, without zeros."""
    words, matrix = found["model"]["words"], found["results"]["counts"]["values"]
    return {(a, b): matrix[i][j] for i, a in enumerate(words) for j, b in enumerate(words) if matrix[i][j]}


def ngrams(path: str, size: int) -> Counter[tuple[str, ...]]:
    """Counted plainly: so many words side by side, <s> as often as needed before a sentence."""
    found: Counter[tuple[str, ...]] = Counter()
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        words = ["<s>"] * (size - 1) + line.split() + ["</s>"]
        found.update(zip(*(words[k:] for k in range(size)), strict=False))
    return found


def loss_of(found: Counter[tuple[str, ...]]) -> float:
    """The mean of minus the logarithm of each word's share among those that came after the same words."""
    totals: Counter[tuple[str, ...]] = Counter()
    for words, times in found.items():
        totals[words[:-1]] += times
    parts = (times * math.log(times / totals[words[:-1]]) for words, times in found.items())
    return -sum(parts) / sum(found.values())


# --- Counts ---


def test_the_counts_of_the_rhyme_are_those_of_a_pencil() -> None:
    found = table_of(trained(RHYME, "--epochs", "2"))
    after_the = {word: times for (before, word), times in found.items() if before == "the"}
    assert after_the == {"rat": 5, "cat": 4, "mat": 2, "hat": 1}
    assert found["<s>", "the"] == 6 and found["<s>", "and"] == 1 and found["that", "</s>"] == 1
    assert found == ngrams(RHYME, 2)


@pytest.mark.parametrize("context", [1, 2])
def test_counts_agree_with_plain_counting(context: int) -> None:
    data = read_text(RHYME, context)
    counts = counted(data)
    names = {tuple(data.classes[k] for k in row[:-1]): int(row[-1]) for row in counts.seen}
    assert names == ngrams(RHYME, context + 1)
    assert counts.loss() == pytest.approx(loss_of(ngrams(RHYME, context + 1)), rel=1e-12)
    assert counts.matrix().tolist() == counted(read_text(RHYME, 1)).matrix().tolist()


def test_published_bigrams(sam: str) -> None:
    """The text has its own <s> and </s>, which are not added again; capitals stay."""
    found = trained(sam, "--epochs", "3")
    counts, words = table_of(found), found["model"]["words"]
    assert len(words) == 12 and words.count("<s>") == words.count("</s>") == 1
    totals: Counter[str] = Counter()
    for (before, _), times in counts.items():
        totals[before] += times
    for (before, after), share in PUBLISHED.items():
        assert counts[before, after] / totals[before] == pytest.approx(share)


def test_marks_are_added_only_where_they_are_missing(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.txt", "a b\nb a")
    marked = write(tmp_path / "marked.txt", "\ufeff<s> a b\r\n\r\n  b\ta </s>  \r\n")
    first, second = read_text(plain, 1), read_text(marked, 1)
    assert first.classes == second.classes == ("<s>", "a", "b", "</s>")
    assert first.X.tolist() == second.X.tolist() and first.y.tolist() == second.y.tolist()


# --- Training ---


def test_training_comes_close_to_the_shares_and_never_below_the_smallest_loss(sam: str) -> None:
    for path in (RHYME, sam):
        found = trained(path, "--optimizer", "adam")
        smallest = found["counts"]["loss"]
        losses = [step["loss"] for step in found["history"]]
        assert losses[0] == pytest.approx(math.log(len(found["model"]["words"])))
        assert all(loss > smallest for loss in losses) and losses[-1] < smallest + 1e-3
        model = {name: np.array(found["model"]["parameters"][name]["values"]) for name in ("W1", "b1")}
        scores = np.exp(model["W1"] + model["b1"])
        counts = np.array(found["results"]["counts"]["values"], dtype=float)
        seen = counts.sum(axis=1) > 0
        shares = counts[seen] / counts[seen].sum(axis=1, keepdims=True)
        assert abs(scores[seen] / scores[seen].sum(axis=1, keepdims=True) - shares).max() < 0.002


def test_the_usual_run_is_plain_gradient_descent_within_a_fiftieth_of_the_smallest_loss() -> None:
    found = trained(RHYME)
    smallest = loss_of(ngrams(RHYME, 2))
    assert found["counts"]["loss"] == pytest.approx(smallest)
    assert smallest < found["metrics"]["loss"] < 1.02 * smallest
    assert len(found["history"]) == 2001 and found["given"]["η"]["values"] == 1


def test_two_words_before_come_closer_than_one_and_hidden_units_are_allowed() -> None:
    one, two = (trained(RHYME, "--context", n, "--optimizer", "adam")["metrics"]["loss"] for n in "12")
    hidden = trained(RHYME, "--context", "2", "--hidden", "8", "--activation", "tanh")["metrics"]["loss"]
    smallest = loss_of(ngrams(RHYME, 3))
    assert smallest < two < one and smallest < hidden < smallest + 0.01


def test_the_members_of_the_json() -> None:
    found = trained(RHYME, "--epochs", "5", "--predict", "the")
    model = found["model"]
    assert model["schema"] == "penpaper-model/1" and model["task"] == "next-word" and model["loss"] == "cross-entropy"
    assert model["words"][:5] == ["<s>", "the", "cat", "sat", "on"] and len(model["words"]) == 16
    assert model["activations"] == ["softmax"] and "classes" not in model and model["scaling"] == {"kind": "none"}
    assert model["parameters"]["W1"]["shape"] == [16, 16] and model["features"] == model["words"]
    assert found["results"]["counts"]["shape"] == [16, 16]
    assert found["results"]["predictions"]["shape"] == [1] and found["results"]["probabilities"]["shape"] == [1, 16]
    assert {"loss", "accuracy", "baseline_loss", "baseline_accuracy"} == set(found["metrics"])


def test_a_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    path = str(tmp_path / "model.json")
    whole = trained(RHYME, "--epochs", "30")["model"]["parameters"]
    worked("train", RHYME, "--next-word", "--epochs", "10", "--save", path)
    assert trained(RHYME, "--epochs", "20", "--resume", path)["model"]["parameters"] == whole
    other = write(tmp_path / "other.txt", Path(RHYME).read_text(encoding="utf-8") + "the rat sat\n")
    assert "other rows" in refused("train", other, "--resume", path)
    assert "words" in refused("train", write(tmp_path / "new.txt", "a b c\n"), "--resume", path)
    assert "--context" in refused("train", RHYME, "--resume", path, "--context", "2")
    houses = str(tmp_path / "houses.json")
    worked("train", HOUSES, "--target", "price", "--save", houses)
    assert "not one of the next word" in refused("train", HOUSES, "--resume", houses, "--next-word")


# --- Working ---


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--context", "2"),
        ("--optimizer", "adam", "--batch-size", "8"),
        ("--hidden", "3", "--test", "0.2"),
        ("--detail", "full", "--l2", "0.01"),
        ("--detail", "summary"),
        ("--entry", "1,3"),
    ],
)
def test_every_printed_line_is_true(options: tuple[str, ...]) -> None:
    shown = ("--next-word", "--epochs", "12", "--explain", "1,last", "--predict", "the cat")
    record = record_of("train", RHYME, *shown, *options)
    for form in ("plain", "markdown"):
        text = drawn(record, form)
        assert "How far from the counts" in text and re.search("After (the )?cat", text)
        assert false_lines(text, 4) == []


def test_the_working_of_the_smallest_loss_and_the_row_that_is_looked_up() -> None:
    text = worked("train", RHYME, "--next-word", "--predict", "the cat sat on the", "-f", "plain")
    assert re.search(r"share\[3\] = .* 4 / 12|share\[2\] = times\[2\] / total\[2\] = 1 / 7 ≈ 0\.1429", text)
    assert re.search(rf"L_counts = .* ≈ {loss_of(ngrams(RHYME, 2)):.4f}\n", text)
    assert "the has number 1" in text and "Z1[1,8] = W1[2,8] + b1[8]" in text
    assert "next word: rat, its probability: 0.41" in text and "times in the text: 5 of 12" in text


def test_what_is_left_out_is_counted_in_a_terminal_too(tmp_path: Path) -> None:
    text = worked("train", RHYME, "--next-word", "--epochs", "2", "-f", "terminal")
    assert "38 rows more: --detail full" in text and "8 pairs more: --detail full" in text
    whole = worked("train", RHYME, "--next-word", "--epochs", "2", "-f", "terminal", "--detail", "full")
    assert " more: --detail" not in whole


def test_a_penalty_and_two_words_say_why_they_keep_away_from_the_counts() -> None:
    assert "penalty keeps" in worked("train", RHYME, "--next-word", "--epochs", "9", "--l2", "0.1", "-f", "plain")
    assert "only added up" in worked("train", RHYME, "--next-word", "--epochs", "9", "--context", "2", "-f", "plain")
    assert "--epochs 90" in worked("train", RHYME, "--next-word", "--epochs", "9", "-f", "plain")


@pytest.mark.parametrize("form", ["plain", "terminal", "markdown", "latex", "html", "typst", "json"])
def test_hostile_words_are_data(tmp_path: Path, form: str) -> None:
    path, model = write(tmp_path / "hostile.txt", HOSTILE), str(tmp_path / "model.json")
    shown = ("--next-word", "--epochs", "3", "--save", model, "--predict", "<script>alert(1)</script> **bold**")
    text = worked("train", path, *shown, "-f", form) + worked("predict", model, "2 + 2 =", "-f", form)
    assert "\x1b" not in text and "\u202e" not in text
    if form in ("markdown", "html"):
        assert "<script>alert" not in text
    if form == "plain":
        assert false_lines(text, 4) == []
    words = json.loads(Path(model).read_text(encoding="utf-8"))["words"]
    assert words == list(dict.fromkeys(w for line in HOSTILE.splitlines() for w in ["<s>", *line.split(), "</s>"]))


# --- Predictions ---


@pytest.mark.parametrize("context", [1, 2])
def test_the_likeliest_words(rhymes: dict[int, str], context: int) -> None:
    found = values_of("predict", rhymes[context], "the cat sat on the")["results"]
    model = json.loads(Path(rhymes[context]).read_text(encoding="utf-8"))
    words, W, b = model["words"], *(np.array(model["parameters"][n]["values"]) for n in ("W1", "b1"))
    last = ["on", "the"][-context:]
    scores = sum(W[k * len(words) + words.index(word)] for k, word in enumerate(last)) + b
    shares = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(found["probabilities"]["values"], [shares], rtol=1e-9)
    assert found["predictions"]["values"] == [words[int(shares.argmax())]] == ["rat" if context == 1 else "mat"]


@pytest.mark.parametrize("context", [1, 2])
def test_a_sentence_not_yet_begun(rhymes: dict[int, str], context: int) -> None:
    for text in ("", "  ", "<s>"):
        found = values_of("predict", rhymes[context], text)["results"]
        assert found["predictions"]["values"] == ["the"]
    text = worked("predict", rhymes[context], "", "-f", "plain")
    assert "After " + " ".join(["<s>"] * context) in text and "6 of 7" in text and false_lines(text, 4) == []


def test_several_beginnings_from_a_file_and_a_sheet_of_them(rhymes: dict[int, str], tmp_path: Path) -> None:
    beginnings = write(tmp_path / "begin.txt", "the cat\n\nand\nthe rat sat\nthe rat ran\noff the\n")
    text = worked("predict", rhymes[2], beginnings, "-f", "plain")
    assert text.count("After ") == 5 and "2 rows more went the same way" in text and false_lines(text, 4) == []
    sheet = tmp_path / "next.csv"
    assert pp("predict", rhymes[2], beginnings, "-o", str(sheet)).code == 0
    rows = list(csv.reader(sheet.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["words before", "next word", "probability"]
    assert [row[:2] for row in rows[2:]] == [
        ["<s> and", "that"],
        ["rat sat", "on"],
        ["rat ran", "off"],
        ["off the", "mat"],
    ]
    assert all(0 < float(row[2]) < 1 for row in rows[1:])


def test_words_never_seen_in_this_order_have_no_counts(rhymes: dict[int, str]) -> None:
    text = worked("predict", rhymes[2], "was mat", "-f", "plain")
    assert "never have these words in this order" in text and "share in the text" not in text


def test_words_that_the_model_doesnt_know(rhymes: dict[int, str]) -> None:
    assert '"zebra"' in refused("predict", rhymes[1], "the zebra")
    assert '"The": words close to it are "the"' in refused("predict", rhymes[1], "The")
    assert "ends a sentence" in refused("predict", rhymes[1], "the cat </s>")
    assert "\\x1b" in refused("predict", rhymes[1], "the \x1b[31m")
    assert refused("train", RHYME, "--next-word", "--predict", "zebra").startswith("pp: --predict: ")
    assert read_beginnings(("<s>", "the", "</s>"), 1, "zebra the").tolist() == [[0, 1, 0]]


@pytest.mark.parametrize(
    "key, value",
    [
        ("seen", [[0, 99, 1]]),
        ("seen", [[0, 1]]),
        ("seen", [[0.5, 1, 1]]),
        ("seen", []),
        ("context", 2),
        ("context", 0),
        ("words", ["a"]),
        ("task", "classification"),
    ],
)
def test_a_model_that_is_not_what_pp_wrote(rhymes: dict[int, str], tmp_path: Path, key: str, value: Any) -> None:
    members = json.loads(Path(rhymes[1]).read_text(encoding="utf-8"))
    path = write(tmp_path / "model.json", json.dumps(members | {key: value}))
    assert "is not a model that pp can use" in refused("predict", path, "the")


# --- Bad input ---


@pytest.mark.parametrize(
    "content, said",
    [
        ("", "is empty"),
        (" \n\t\n", "is empty"),
        ("<s> </s>\n", "has no words"),
        ("a b\nc </s> <s> d\n", "line 2 has <s> or </s> in the middle"),
        (b"\xff\xfe\x00a", "not UTF-8"),
        ("\n".join(f"w{k}" for k in range(1_001)), "1,003 different words"),
        ((" ".join(f"w{k}" for k in range(990)) + "\n") * 22, "more than pp trains on"),
    ],
)
def test_texts_that_cannot_be_learned_from(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = write(tmp_path / "text.txt", content)
    found = refused("train", path, "--next-word")
    assert said in found and "text.txt" in found


def test_a_text_of_one_word_is_enough(tmp_path: Path) -> None:
    found = trained(write(tmp_path / "one.txt", "hello"), "--epochs", "50")
    assert table_of(found) == {("<s>", "hello"): 1, ("hello", "</s>"): 1} and found["counts"]["loss"] == 0


def test_a_text_from_standard_input() -> None:
    ran = pp("train", "-", "--next-word", "--epochs", "2", "-f", "json", stdin="a b\na c\n")
    assert ran.code == 0 and table_of(json.loads(ran.out))["<s>", "a"] == 2


@pytest.mark.parametrize(
    "options, said",
    [
        (("--next-word", "--target", "price"), "--target"),
        (("--next-word", "--features", "a"), "--features"),
        (("--next-word", "--classify"), "--classify"),
        (("--next-word", "--loss", "mse"), "--loss"),
        (("--next-word", "--scale", "standard"), "--scale"),
        (("--next-word", "--scale-target"), "--scale-target"),
        (("--next-word", "--context", "3"), "1 or 2"),
        (("--next-word", "--context", "0"), "1 or 2"),
        (("--target", "price", "--context", "1"), "--next-word"),
        ((), "--next-word"),
    ],
)
def test_options_that_do_not_fit(options: tuple[str, ...], said: str) -> None:
    assert said in refused("train", RHYME, *options)


def test_a_table_is_not_a_text() -> None:
    assert "sentences" in refused("train", HOUSES, "--next-word")


def test_a_run_that_diverges_names_a_smaller_rate() -> None:
    ran = pp("train", RHYME, "--next-word", "--lr", "1000", "-f", "plain")
    assert ran.code == 1 and "--lr 100" in ran.err and false_lines(ran.out, 4) == []
