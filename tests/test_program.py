"""pp solve: whole formulas, forward and backward, in every format; and every function that a formula may call."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reader import ugly, worked_lines
from test_cli import Ran, pp, refused, worked
from test_random_formulas import NUMPY, falsehoods

from penpaper_cli.formula.program import FUNCTIONS

Array = Any
ISSUE = "Z = X @ W + b; A = relu(Z); L = mean((A - y)^2)"
GIVEN = ["X=1 2; 3 4", "W=0.5; -1", "b=0.1", "y=1; 0"]
LIVELY = ["X=1 2; 3 4", "W=0.5; 1", "b=0.1", "y=1; 0"]
TEXTS = ["plain", "markdown", "terminal"]


def solved(*arguments: str, stdin: str = "") -> dict[str, Any]:
    """The JSON of a formula that works."""
    ran = pp("solve", *arguments, "-f", "json", stdin=stdin)
    assert (ran.code, ran.err) == (0, ""), ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def floats(values: Any) -> Array:
    """The numbers of JSON, exact ones written as strings, as float64."""
    return np.vectorize(lambda n: float(Fraction(n)), otypes=[float])(np.array(values, dtype=object))


def assert_close(found: Mapping[str, Any], expected: Any, tolerance: float = 1e-12) -> None:
    """A result of JSON agrees in its shape, in its values' shape, and in every number."""
    data = floats(found["values"])
    assert list(data.shape) == found["shape"] == list(np.shape(expected))
    size = max(1.0, float(np.max(abs(np.asarray(expected)))))
    np.testing.assert_allclose(data, expected, atol=tolerance * size, rtol=0)


# --- The issue's own example ---


@pytest.mark.parametrize("given", [GIVEN, LIVELY], ids=["dead", "lively"])
def test_the_example_of_the_issue_agrees_with_numpy(given: list[str]) -> None:
    results = solved(ISSUE, *given, "--grad", "W,b", "--nudge")["results"]
    X, W, b, y = (floats(results[name]["values"]) for name in "XWby")
    Z = X @ W + b
    A = np.maximum(Z, 0)
    dZ = 2 * (A - y) / A.size * (Z > 0)
    expected = {"Z": Z, "A": A, "L": np.mean((A - y) ** 2), "dW": X.T @ dZ, "db": dZ.sum()}
    for name, value in expected.items():
        assert_close(results[name], value)
        assert results[name]["exact"] is True
    assert any(floats(results["dW"]["values"]).ravel()) == (given is LIVELY)


def test_the_results_of_the_example_are_exact_strings() -> None:
    found = solved(ISSUE, *LIVELY, "--grad", "W,b")
    assert found["answer"] == found["results"]["L"]
    assert found["results"]["Z"] == {"shape": [2, 1], "exact": True, "values": [["13/5"], ["28/5"]]}
    assert found["results"]["L"] == {"shape": [], "exact": True, "values": "424/25"}
    assert found["results"]["db"]["values"] == str(Fraction(8, 5) + Fraction(28, 5))
    assert [name for name in found["results"] if name in "XWbyZAL"] == list("XWbyZAL")


@pytest.mark.parametrize("option", ["--float", "--exact"])
def test_the_example_in_float64_and_exact(option: str) -> None:
    found = solved(ISSUE, *LIVELY, "--grad", "W,b", option)["results"]
    assert {found[name]["exact"] for name in ("Z", "A", "L", "dW")} == {option == "--exact"}
    assert_close(found["L"], 424 / 25)
    assert isinstance(found["L"]["values"], str if option == "--exact" else float)


@pytest.mark.parametrize("form", TEXTS)
def test_the_example_is_worked_in_true_lines(form: str) -> None:
    text = worked("solve", ISSUE, *LIVELY, "--grad", "W,b", "--nudge", "-f", form)
    lines = worked_lines(text)
    for name in ("Z[1,1]", "A[2,1]", "L = ", "∂L/∂Z[1,1]", "∂L/∂W[2,1]", "∂L/∂b"):
        assert any(line.startswith(name) for line in lines), name
    assert falsehoods(text) == [] and ugly(text) == []
    assert text.count("PASS") == 3 and "FAIL" not in text


def test_the_chain_rule_and_its_reasons_are_in_the_working() -> None:
    text = worked("solve", ISSUE, *LIVELY, "--grad", "W,b", "-f", "plain")
    assert "∂L/∂W = ∂L/∂Z·∂Z/∂W = Xᵀ·∂L/∂Z" in text
    assert "∂L/∂Z = ∂L/∂A·∂A/∂Z" in text
    assert "Pair each input with the gradient it met" in text
    assert "passes the gradient on unchanged" in text
    assert text.index("∂L/∂A") < text.index("∂L/∂Z") < text.index("∂L/∂W")


def test_without_grad_there_is_no_way_back() -> None:
    text = worked("solve", ISSUE, *LIVELY, "-f", "plain")
    assert "∂" not in text and "PASS" not in text
    assert not [name for name in solved(ISSUE, *LIVELY)["results"] if name.startswith("d")]


# --- Lines, letters and names ---


def test_nested_work_gets_letters_that_are_free() -> None:
    results = solved("sum(softmax(X) @ relu(W)) * H", "X=1 2; 3 4", "W=0.5; -1", "H=2")["results"]
    letters = [name for name in results if name not in ("X", "W", "H")]
    assert all(re.fullmatch(r"[A-Z]\d*", name) and len(results[name]["shape"]) < 3 for name in letters)
    assert len(letters) == len(set(letters)) == 4
    X, W = np.array([[1.0, 2], [3, 4]]), np.array([[0.5], [0]])
    H = NUMPY["softmax"](X)
    assert_close(results[letters[-1]], (H @ W).sum() * 2)
    assert_close(results[letters[0]], H)


def test_letters_keep_clear_of_names_that_come_later() -> None:
    found = solved("A = softmax(relu(x)); H = A + 1; G = H * 2", "x=1 -1")["results"]
    assert_close(found["A"], NUMPY["softmax"](np.array([1.0, 0])))
    assert_close(found["G"], 2 * (NUMPY["softmax"](np.array([1.0, 0])) + 1))
    (letter,) = set(found) - set("xAHG")
    assert found[letter]["values"] == ["1", "0"]


@pytest.mark.parametrize(
    ("formula", "values"), [("A * 2", ["2", "4"]), ("B = A * 2; B + 1", ["3", "5"]), ("A", ["1", "2"])]
)
def test_the_answer_is_the_last_line_with_or_without_a_name(formula: str, values: list[str]) -> None:
    found = solved(formula, "A=1 2")
    assert found["answer"] == {"shape": [2], "exact": True, "values": values}
    assert found["answer"] in found["results"].values()


def test_more_lines_than_letters() -> None:
    found = solved("; ".join(f"x + {k}" for k in range(60)), "x=1")
    assert len(found["results"]) == 61 and found["answer"]["values"] == "60"


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (("A=1 2; 3 4", "B=5"), ["B is one number", "every entry"]),
        (("A=1 2; 3 4", "B=5 6"), ["B is one row", "each of the 2 rows"]),
        (("A=1 2; 3 4", "B=5; 6"), ["B is one column", "each of the 2 columns"]),
        (("A=5 6 7", "B=1; 2"), ["A is one row", "B is one column"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("sign", "+-*/")
def test_broadcasting_is_said_in_words(shapes: tuple[str, str], words: list[str], sign: str) -> None:
    text = worked("solve", f"A {sign} B", *shapes, "-f", "plain")
    assert [word for word in words if word not in text] == []
    assert falsehoods(text) == []


def test_no_broadcasting_is_said_where_there_is_none() -> None:
    text = worked("solve", "A + B", "A=1 2; 3 4", "B=5 6; 7 8", "-f", "plain")
    assert "repeated" not in text and "one number" not in text


def test_the_gradient_of_what_was_repeated_is_summed_and_says_so() -> None:
    arguments = ["sum((A + B)^2)", "A=1 2; 3 4", "B=5 6", "--grad", "B"]
    assert solved(*arguments)["results"]["dB"]["values"] == ["28", "36"]
    text = worked("solve", *arguments, "-f", "plain")
    assert "sum over all of them" in text


# --- Gradients ---


@pytest.mark.parametrize(
    ("formula", "given", "slope"),
    [
        ("x * x + x", "3", "7"),
        ("x^2 * x", "2", "12"),
        ("a = x + 1; b = a * x; b * a", "2", "21"),
        ("x - x", "5", "0"),
        ("sum(x * x.T)", "1 2", ["2", "4"]),
        ("dot(x, x)", "1 2 3", ["2", "4", "6"]),
        ("sum(A @ A)", "1 2; 3 4", [["7", "11"], ["9", "13"]]),
        ("sum(concat(x, x) * concat(x, x))", "1 2", ["4", "8"]),
        ("x[1] * x[2] + x[1]", "3 5", ["6", "3"]),
        ("a = relu(x); sum(a) + sum(a * x)", "2 -1", ["5", "0"]),
        ("a = x; b = x; sum(a * b)", "2 3", ["4", "6"]),
    ],
)
def test_a_value_used_twice_gets_both_contributions(formula: str, given: str, slope: Any) -> None:
    name = "A" if "A" in formula else "x"
    arguments = [formula, f"{name}={given}", "--grad", name]
    found = solved(*arguments)["results"][f"d{name}"]
    assert (found["values"], found["exact"]) == (slope, True)
    text = worked("solve", *arguments, "--nudge", "-f", "plain")
    assert "PASS" in text and "FAIL" not in text
    assert falsehoods(text) == [] and ugly(text) == []


def test_both_contributions_are_named_with_their_reasons() -> None:
    text = worked("solve", "A = relu(x); B = x^2; L = sum(A + B)", "x=2 -1", "--grad", "x", "-f", "plain")
    line = next(line for line in text.splitlines() if line.startswith("∂L/∂x ="))
    assert "∂L/∂A·∂A/∂x" in line and "∂L/∂B·∂B/∂x" in line
    assert "power rule" in text and "Where the entry was positive" in text


def test_a_symbol_never_stands_on_both_sides_of_its_own_equation() -> None:
    text = worked("solve", "H = relu(x); L = sum(H) + max(x, axis=0)", "x=1 2", "--grad", "x", "-f", "plain")
    for line in text.splitlines():
        name, _, rest = line.partition(" = ")
        if name.startswith("∂") and "[" not in name:
            assert not re.search(rf"{re.escape(name)}(?!\w|\[)", rest), line


@pytest.mark.parametrize(
    ("formula", "x"),
    [("sum(relu(y - x))", "3 1/2"), ("sigmoid(relu(x))", "-1"), ("1 + -relu(x)", "-2"), ("exp(-abs(x))", "0")],
)
def test_zero_never_prints_with_a_minus(formula: str, x: str) -> None:
    text = worked("solve", f"A = {formula}; sum(A)", f"x={x}", "y=1", "--grad", "x", "-f", "plain")
    assert ugly(text) == [] and falsehoods(text) == []


@pytest.mark.parametrize(
    ("formula", "x", "line"),
    [
        ("x^0.5", "0.81", "H = x^0.5 = 0.81^0.5 = 0.9"),
        ("x^1.5", "4", "H = x^1.5 = 4^1.5 = 8"),
        ("sqrt(x)", "0.81", "H = sqrt(x) = sqrt(0.81) = 0.9"),
    ],
)
def test_a_root_that_comes_out_even_is_equal(formula: str, x: str, line: str) -> None:
    assert line in worked("solve", formula, f"x={x}", "-f", "plain").splitlines()


def test_the_gradient_of_an_intermediate() -> None:
    results = solved(ISSUE, *LIVELY, "--grad", "Z")["results"]
    assert results["dZ"] == {"shape": [2, 1], "exact": True, "values": [["8/5"], ["28/5"]]}
    assert "dW" not in results and "db" not in results


def test_several_gradients_given_and_intermediate() -> None:
    results = solved(ISSUE, *LIVELY, "--grad", " A , W,y,X ")["results"]
    X, W = np.array([[1.0, 2], [3, 4]]), np.array([[0.5], [1]])
    error = np.array([[1.6], [5.6]])
    for name, slope in {"A": error, "W": X.T @ error, "y": -error, "X": error @ W.T}.items():
        assert_close(results[f"d{name}"], slope)


def test_the_gradient_of_a_letter_that_pp_chose() -> None:
    found = solved("dot(softmax(x), x)", "x=1 2", "--grad", "H")["results"]
    assert_close(found["H"], NUMPY["softmax"](np.array([1.0, 2])))
    assert_close(found["dH"], [1, 2])


@pytest.mark.parametrize("form", ["json", *TEXTS])
def test_what_the_loss_does_not_depend_on_has_slope_zero(form: str) -> None:
    arguments = ["a = z * 2; sum(x)", "x=1 2", "z=3 4", "--grad", "z,x"]
    if form == "json":
        results = solved(*arguments)["results"]
        assert (results["dz"]["shape"], results["dx"]["values"]) == ([2], ["1", "1"])
        assert_close(results["dz"], [0, 0])
    else:
        assert "∂H/∂z" in worked("solve", *arguments, "-f", form)


def test_gradients_of_a_number_of_one_entry() -> None:
    assert solved("x^3", "x=2", "--grad", "x")["results"]["dx"]["values"] == "12"


@pytest.mark.parametrize(("formula", "shape"), [("x * 2", "length 2"), ("A @ A", "2×2"), ("a = sum(x); x", "length 2")])
def test_only_one_number_has_a_gradient(formula: str, shape: str) -> None:
    said = refused("solve", formula, "x=1 2", "A=1 2; 3 4", "--grad", "x", code=1)
    assert shape in said and "one number" in said and "sum(" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--nudge",), ["--nudge", "--grad"]),
        (("--grad", "weights"), ['"weights"']),
        (("--grad", "Wx"), ['"Wx"', "W"]),
        (("--grad", "W;b"), ['"W;b"']),
        (("--grad", ""), ["--grad"]),
        (("--grad", ","), ["--grad"]),
        (("--grad", "Z", "--nudge"), ["--nudge", "given"]),
        (("--grad",), ["--grad"]),
    ],
    ids=" ".join,
)
def test_gradients_that_are_asked_for_wrongly(options: tuple[str, ...], words: list[str]) -> None:
    said = refused("solve", ISSUE, *LIVELY, *options)
    assert [word for word in words if word not in said] == [], said


# --- The nudge check ---


def test_the_nudge_is_worked_once_and_then_a_table() -> None:
    text = worked("solve", "sum(exp(x) * y)", "x=1 2", "y=3 -4", "--grad", "x,y", "--nudge", "-f", "plain")
    part = text[text.index("nudging") :]
    assert "L(" in part or "H(" in part or "(x[1] + h)" in part
    assert part.count("verdict: PASS") == 4
    slopes = re.findall(r"nudged slope: (\S+), worked slope: (\S+),", part)
    worked_slopes = [3 * np.e, -4 * np.e**2, np.e, np.e**2]
    for (nudged, slope), expected in zip(slopes, worked_slopes, strict=True):
        assert float(nudged) == pytest.approx(expected, rel=1e-3)
        assert float(slope) == pytest.approx(expected, rel=1e-3)
    assert falsehoods(text) == []


def test_a_nudge_across_a_kink_fails_and_says_so() -> None:
    text = worked("solve", "sum(abs(x))", "x=0 1", "--grad", "x", "--nudge", "-f", "plain")
    assert text.count("verdict: PASS") == 2
    text = worked("solve", "sum(relu(x))", "x=0 1", "--grad", "x", "--nudge", "-f", "plain")
    assert text.count("verdict: FAIL") == 1 and text.count("verdict: PASS") == 1


def test_of_many_entries_some_are_nudged_and_the_others_counted() -> None:
    given = "X=" + "; ".join(" ".join(["1"] * 10) for _ in range(10))
    text = worked("solve", "sum(X^2)", given, "--grad", "X", "--nudge", "-f", "plain")
    nudged = text.count("verdict: PASS")
    assert 0 < nudged < 100 and f"{100 - nudged} " in text[text.index("nudging") :]


# --- Where formulas come from ---


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


LESSON = """# One neuron
Z = X @ W + b   # its score
A = relu(Z)

L = mean((A - y)^2)
"""


def test_a_formula_from_a_file_and_from_standard_input(folder: Path) -> None:
    (folder / "lesson.pp").write_text(LESSON, encoding="utf-8")
    typed = pp("solve", ISSUE, *LIVELY, "--grad", "W,b", "-f", "plain")
    assert typed.code == 0
    assert pp("solve", "lesson.pp", *LIVELY, "--grad", "W,b", "-f", "plain") == typed
    assert pp("solve", "-", *LIVELY, "--grad", "W,b", "-f", "plain", stdin=LESSON) == typed
    (folder / "lesson.pp").write_bytes(b"\xef\xbb\xbf" + LESSON.replace("\n", "\r\n").encode())
    assert pp("solve", "lesson.pp", *LIVELY, "--grad", "W,b", "-f", "plain") == typed


def test_a_fault_in_a_file_is_shown_in_its_line(folder: Path) -> None:
    (folder / "lesson.pp").write_text(LESSON.replace("relu(Z)", "relo(Z)"), encoding="utf-8")
    ran = pp("solve", "lesson.pp", *LIVELY)
    sentence, line, caret, rest = ran.err.split("\n")
    assert (ran.code, ran.out, rest) == (2, "", "")
    assert '"relo"' in sentence and "relu" in sentence
    assert line == "  A = relo(Z)" and caret.index("^") == line.index("relo")


@pytest.mark.parametrize(
    ("formula", "words"),
    [("missing.pp", ["missing.pp"]), ("folder.pp", ["folder.pp", "directory"]), ("latin.pp", ["latin.pp", "UTF-8"])],
)
def test_formulas_that_cannot_be_read(formula: str, words: list[str], folder: Path) -> None:
    (folder / "folder.pp").mkdir()
    (folder / "latin.pp").write_bytes(b"A = \xe9")
    said = refused("solve", formula)
    assert [word for word in words if word not in said] == [], said


def test_an_empty_file_and_an_empty_pipe(folder: Path) -> None:
    (folder / "empty.pp").write_text("\n# nothing\n", encoding="utf-8")
    assert "empty" in refused("solve", "empty.pp")
    assert "empty" in refused("solve", "-", stdin="")


def test_values_from_files_and_nested_brackets(folder: Path) -> None:
    (folder / "A.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    np.save(folder / "B.npy", np.arange(8.0).reshape(2, 2, 2))
    (folder / "C.json").write_text("[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]", encoding="utf-8")
    assert solved("A @ A", "A=A.csv")["answer"]["values"] == [["7", "10"], ["15", "22"]]
    assert_close(solved("B + 1", "B=B.npy")["answer"], np.arange(1.0, 9).reshape(2, 2, 2))
    found = solved("C * 2 + D", "C=C.json", "D=[[[1, 2], [3, 4]], [[5, 6], [7, 1/8]]]")["answer"]
    assert found["shape"] == [2, 2, 2] and found["values"][1][1] == ["21", "129/8"]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("5", []),
        ("[5]", [1]),
        ("1 2", [2]),
        ("[1, 2]", [2]),
        ("1; 2", [2, 1]),
        ("[[1], [2]]", [2, 1]),
        ("[[1, 2]]", [1, 2]),
        ("[[5]]", [1, 1]),
        ("[[[1, 2]]]", [1, 1, 2]),
    ],
)
def test_the_shape_of_a_value_is_the_one_its_brackets_say(text: str, shape: list[int]) -> None:
    assert solved("x * 2", f"x={text}")["answer"]["shape"] == shape


# --- Every function ---


@dataclass(frozen=True)
class Example:
    """A call of a function, with values for its names; `grad` are those that can be nudged."""

    call: str
    given: Mapping[str, str]
    grad: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


V, M, N = "1 -2 0.5", "1 -2 3; 0.5 4 -1", "0.25 1; -2 3; 1 0.5"
P, T = "0.9 0.2 0.5", "1 0 0.25"
IMAGE = "1 2 0 5; -1 0.5 3 4; 4 -2 1 0; 2 6 -3 7"
EXAMPLES = {
    "abs": [Example("abs(x)", {"x": V}, "x")],
    "argmax": [Example("argmax(M)", {"M": M}), Example("argmax(x)", {"x": V})],
    "attention": [
        Example("attention(Q, K, V)", {"Q": "1 0; 0.5 2", "K": "1 1; -1 0.5", "V": "1 2 3; 4 5 6"}, "Q,K,V"),
        Example("attention(X, X, X, causal=1)", {"X": "1 0; 0.5 2; -1 1"}, "X", {"causal": 1}),
        Example(
            "attention(Q, K, V, scale=1)", {"Q": "1 0", "K": "1 1; -1 0.5", "V": "1 2; 4 5"}, "Q,K,V", {"scale": 1}
        ),
    ],
    "avgpool": [
        Example("avgpool(x)", {"x": IMAGE}, "x"),
        Example("avgpool(x, size=3, stride=1)", {"x": IMAGE}, "x", {"size": 3, "stride": 1}),
    ],
    "bce": [
        Example("bce(p, t)", {"p": P, "t": T}, "p,t"),
        Example("bce(z, t, from_scores=1)", {"z": "-2 0.5; 3 -0.25", "t": "0 1; 0.75 1"}, "z,t", {"from_scores": 1}),
    ],
    "concat": [
        Example("concat(x, y)", {"x": V, "y": "4 5"}, "x,y", {"axis": 0}),
        Example("concat(M, y)", {"M": M, "y": "7; 8"}, "M,y", {"axis": 1}),
        Example("concat(M, y, axis=0)", {"M": M, "y": "7 8 9; 1 2 3"}, "M,y", {"axis": 0}),
    ],
    "conv2d": [
        Example("conv2d(x, k)", {"x": IMAGE, "k": "1 -1; 2 0.5"}, "x,k"),
        Example("conv2d(x, k, b)", {"x": IMAGE, "k": "1 -1; 2 0.5", "b": "3"}, "x,k,b"),
        Example(
            "conv2d(x, k, stride=2, padding=1)", {"x": IMAGE, "k": "1 -1; 2 0.5"}, "x,k", {"stride": 2, "padding": 1}
        ),
        Example(
            "conv2d(x, k, b)",
            {"x": "[[[1,2],[3,4]],[[5,6],[7,8]]]", "k": "[[[[1]],[[2]]],[[[0.5]],[[-1]]]]", "b": "1 2"},
            "x,k,b",
        ),
    ],
    "cross_entropy": [
        Example("cross_entropy(z, t)", {"z": M, "t": "2 0"}, "z"),
        Example("cross_entropy(z, t)", {"z": M, "t": "0 0.5 0.5; 1 0 0"}, "z"),
        Example("cross_entropy(z, t)", {"z": V, "t": "1"}, "z"),
        Example(
            "cross_entropy(p, t, from_probabilities=1)",
            {"p": "0.25 0.75; 0.5 0.5", "t": "0 1"},
            "p",
            {"from_probabilities": 1},
        ),
    ],
    "dense": [Example("dense(X, W, b)", {"X": M, "W": N, "b": "1 -1"}, "X,W,b")],
    "dot": [Example("dot(x, y)", {"x": V, "y": "4 5 6"}, "x,y")],
    "embedding": [Example("embedding(E, ids)", {"E": N, "ids": "2 0 2"}, "E")],
    "exp": [Example("exp(x)", {"x": V}, "x")],
    "flatten": [Example("flatten(M)", {"M": M}, "M")],
    "gelu": [Example("gelu(x)", {"x": V}, "x")],
    "poisson": [Example("poisson(z, t)", {"z": "1 -2 0.5", "t": "3 0 1"}, "z,t")],
    "half_mse": [Example("half_mse(p, t)", {"p": V, "t": T}, "p,t")],
    "half_sse": [Example("half_sse(p, t)", {"p": V, "t": T}, "p,t")],
    "hinge": [
        Example("hinge(z, t)", {"z": "3 2.5 0; 0.5 3 1", "t": "0 1"}, "z"),
        Example("hinge(z, t)", {"z": "1.5 -2 0.5", "t": "1 1 -1"}, "z"),
    ],
    "huber": [
        Example("huber(p, t)", {"p": "1 -2 0.5", "t": "1.5 1 0"}, "p,t"),
        Example("huber(p, t, delta=2)", {"p": "1 -2 0.5", "t": "1.5 1 0"}, "p,t", {"delta": 2}),
    ],
    "layernorm": [
        Example("layernorm(M)", {"M": M}, "M"),
        Example("layernorm(M, s, b)", {"M": M, "s": "1 2 0.5", "b": "0 1 -1"}, "M,s,b"),
        Example("layernorm(M, axis=0, eps=0.01)", {"M": M}, "M", {"axis": 0, "eps": 0.01}),
    ],
    "leaky_relu": [
        Example("leaky_relu(x)", {"x": V}, "x"),
        Example("leaky_relu(x, slope=0.2)", {"x": V}, "x", {"slope": 0.2}),
    ],
    "log": [Example("log(x)", {"x": "1 0.5 3"}, "x")],
    "log_softmax": [Example("log_softmax(M)", {"M": M}, "M"), Example("log_softmax(x)", {"x": V}, "x")],
    "mae": [Example("mae(p, t)", {"p": V, "t": T}, "p,t")],
    "max": [Example("max(M)", {"M": M}, "M"), Example("max(M, axis=1)", {"M": M}, "M", {"axis": 1})],
    "maximum": [
        Example("maximum(x, y)", {"x": V, "y": "0 1 0.25"}, "x,y"),
        Example("maximum(M, y)", {"M": M, "y": "0"}, "M,y"),
    ],
    "maxpool": [
        Example("maxpool(x)", {"x": IMAGE}, "x"),
        Example("maxpool(x, size=2, stride=1)", {"x": IMAGE}, "x", {"size": 2, "stride": 1}),
    ],
    "mean": [Example("mean(M)", {"M": M}, "M"), Example("mean(M, axis=0)", {"M": M}, "M", {"axis": 0})],
    "min": [Example("min(M)", {"M": M}, "M"), Example("min(M, axis=0)", {"M": M}, "M", {"axis": 0})],
    "minimum": [Example("minimum(x, y)", {"x": V, "y": "0 1 0.25"}, "x,y")],
    "mse": [Example("mse(p, t)", {"p": M, "t": "1 2 3; 4 5 6"}, "p,t")],
    "neuron": [Example("neuron(x, w, b)", {"x": V, "w": "4 5 6", "b": "0.5"}, "x,w,b")],
    "one_hot": [Example("one_hot(ids, classes=4)", {"ids": "2 0 3"}, "", {"classes": 4})],
    "outer": [Example("outer(x, y)", {"x": V, "y": "4 5"}, "x,y")],
    "relu": [Example("relu(x)", {"x": V}, "x")],
    "reshape": [Example("reshape(M, 3, 2)", {"M": M}, "M", {"shape": (3, 2)})],
    "sigmoid": [Example("sigmoid(x)", {"x": V}, "x")],
    "softmax": [
        Example("softmax(M)", {"M": M}, "M"),
        Example("softmax(M, axis=0)", {"M": M}, "M", {"axis": 0}),
        Example("softmax(A, causal=1)", {"A": "1 2 3; 0 1 -1; 2 2 1"}, "A", {"causal": 1}),
    ],
    "softplus": [Example("softplus(x)", {"x": V}, "x")],
    "sqrt": [Example("sqrt(x)", {"x": "1 2 0.25"}, "x")],
    "sse": [Example("sse(p, t)", {"p": V, "t": T}, "p,t")],
    "sum": [Example("sum(M)", {"M": M}, "M"), Example("sum(M, axis=1)", {"M": M}, "M", {"axis": 1})],
    "tanh": [Example("tanh(x)", {"x": V}, "x")],
}
"""Each function that a formula may call, with an example of each way to call it."""
ALL = [(name, example) for name, examples in EXAMPLES.items() for example in examples]
every_example = pytest.mark.parametrize(("name", "example"), ALL, ids=[example.call for _, example in ALL])


def read(text: str) -> Array:
    """The numbers of an example."""
    if text.startswith("["):
        return np.array(json.loads(text), dtype=float)
    rows = [[float(n) for n in row.split()] for row in text.split(";")]
    return np.array(rows if len(rows) > 1 else rows[0] if len(rows[0]) > 1 else rows[0][0])


def run(example: Example, formula: str, *options: str) -> Ran:
    return pp("solve", formula, *(f"{name}={text}" for name, text in example.given.items()), *options)


def weighed(example: Example) -> tuple[str, Array]:
    """A loss on top of the call in which every entry has another weight, and those weights."""
    ran = run(example, example.call, "-f", "json")
    assert ran.code == 0, ran.err
    shape = json.loads(ran.out)["answer"]["shape"]
    return "sum(R * C)", np.round(np.linspace(0.5, 2, int(np.prod(shape))).reshape(shape), 2)


def literal(data: Array) -> str:
    return repr(data.tolist()) if data.ndim != 2 else "; ".join(" ".join(map(str, row)) for row in data.tolist())


def test_every_function_has_an_example() -> None:
    assert sorted(EXAMPLES) == FUNCTIONS


@every_example
def test_the_value_of_every_function(name: str, example: Example) -> None:
    ran = run(example, example.call, "-f", "json")
    assert (ran.code, ran.err) == (0, ""), ran.err
    values = [read(text) for text in example.given.values()]
    if example.call.startswith("attention(X, X"):
        values *= 3
    assert_close(json.loads(ran.out)["answer"], NUMPY[name](*values, **example.settings))


@every_example
@pytest.mark.parametrize("option", ["", "--float"])
def test_every_function_is_worked_in_true_lines(name: str, example: Example, option: str) -> None:
    ran = run(example, example.call, "-f", "plain", "--steps", "all", *[option] * bool(option))
    assert (ran.code, ran.err) == (0, ""), ran.err
    assert worked_lines(ran.out)
    assert falsehoods(ran.out) == [] and ugly(ran.out) == []


@pytest.mark.parametrize(
    ("name", "example"), [(n, e) for n, e in ALL if e.grad], ids=[example.call for _, example in ALL if example.grad]
)
def test_every_function_has_gradients_worked_in_true_lines(name: str, example: Example) -> None:
    loss, weights = weighed(example)
    given = {**example.given, "C": literal(weights)}
    formula = f"R = {example.call}; {loss}"
    whole = Example(example.call, given, example.grad)
    found = run(whole, formula, "--grad", example.grad, "-f", "json")
    assert (found.code, found.err) == (0, ""), found.err
    values = {key: read(text) for key, text in example.given.items()}
    repeats = 3 if example.call.startswith("attention(X, X") else 1
    for key in example.grad.split(","):
        slopes = np.zeros(values[key].shape)
        for at in np.ndindex(slopes.shape):
            ends = []
            for sign in (1, -1):
                moved = values[key].copy()
                moved[at] += sign * 1e-5
                operands = list({**values, key: moved}.values()) * repeats
                ends.append(float((NUMPY[name](*operands, **example.settings) * weights).sum()))
            slopes[at] = (ends[0] - ends[1]) / 2e-5
        assert_close(json.loads(found.out)["results"][f"d{key}"], slopes, 1e-7)
    text = run(whole, formula, "--grad", example.grad, "--nudge", "-f", "plain")
    assert (text.code, text.err) == (0, ""), text.err
    assert "PASS" in text.out and "FAIL" not in text.out
    assert falsehoods(text.out) == [] and ugly(text.out) == []


@pytest.mark.parametrize("call", ["argmax(M)", "one_hot(argmax(M), classes=3)"])
def test_what_cannot_be_nudged_has_slope_zero(call: str) -> None:
    results = solved(f"sum({call}) + sum(M)", f"M={M}", "--grad", "M")["results"]
    assert_close(results["dM"], np.ones((2, 3)))
    assert_close(solved(f"sum({call})", f"M={M}", "--grad", "M")["results"]["dM"], np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("score", "due"),
    [("800", 0), ("-800", 800), ("40", math.exp(-40)), ("0", math.log(2)), ("-3", math.log1p(math.exp(3)))],
)
def test_binary_cross_entropy_from_scores_at_the_ends(score: str, due: float) -> None:
    """Where a probability would round to 0 or 1, the loss of the score is still right to the last digits."""
    ran = pp("solve", "L = bce(z, y, from_scores=1)", f"z={score}", "y=1", "-f", "json")
    assert float(json.loads(ran.out)["results"]["L"]["values"]) == pytest.approx(due, rel=1e-14, abs=1e-300)
