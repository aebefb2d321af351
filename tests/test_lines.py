"""Random problems through the command line: every printed line is read back, and none may be false."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from cases import examples
from hypothesis import example, given
from hypothesis import strategies as st
from reader import false_lines, ugly, worked_lines
from test_cli import HOUSES, Ran, pp

TEXTS = ["plain", "markdown", "terminal", "terminal at 80", "terminal at 60"]
Rows = list[list[str]]


# --- Numbers as people type them ---


@st.composite
def decimals(draw: st.DrawFn) -> str:
    """0.5, −12.0750, .5, +3 and the like."""
    whole, places = draw(st.integers(0, 10**4)), draw(st.text("0123456789", max_size=6))
    bare = places and not whole and draw(st.booleans())
    text = f".{places}" if bare else f"{whole}.{places}" if places else str(whole)
    return draw(st.sampled_from(["", "-", "−", "+"])) + text


NUMBERS = {
    "integers": st.integers(-99, 99).map(str),
    "decimals": decimals(),
    "fractions": st.builds(lambda top, bottom: f"{top}/{bottom}", st.integers(-60, 60), st.integers(1, 40)),
    "big and tiny": st.one_of(
        st.builds(lambda m, e: f"{m}e{e}", st.integers(-999, 999), st.integers(-30, 30)),
        st.builds(lambda m, e: f"{m / 100}e{e}", st.integers(-999, 999), st.integers(-12, 12)),
        st.integers(-(10**22), 10**22).map(str),
        st.sampled_from(["1e-300", "-1e300", "9.995", "0.00099995", "99999999.5", "-0", "1/3", "12345678.12345678"]),
    ),
}
NUMBERS["mixed"] = st.one_of(*NUMBERS.values())


def exact(text: str) -> Fraction:
    return Fraction(text.replace("−", "-"))


@dataclass(frozen=True)
class Product:
    """A dot product or a matrix product: the rows of its operands, as typed."""

    command: str
    first: Rows
    second: Rows

    def run(self, *options: str) -> Ran:
        return pp(self.command, *("; ".join(map(" ".join, rows)) for rows in (self.first, self.second)), *options)

    @property
    def columns(self) -> list[tuple[str, ...]]:
        """What the rows of the first operand meet."""
        return list(zip(*self.second, strict=True)) if self.command == "matmul" else [tuple(self.second[0])]

    def entries(self, term: Callable[[Fraction], Fraction] = lambda product: product) -> Any:
        """The answer in exact fractions, nested to its shape; with `term`, of something done to each product."""
        found = [
            [
                sum((term(exact(a) * exact(b)) for a, b in zip(row, met, strict=True)), Fraction(0))
                for met in self.columns
            ]
            for row in self.first
        ]
        return found if self.command == "matmul" else found[0][0]

    def leaves_float64(self) -> bool:
        """Whether a number on the way may be too large for float64, or so small that float64 has only 0 for it."""
        pairs = (
            exact(a) * exact(b) for row in self.first for met in self.columns for a, b in zip(row, met, strict=True)
        )
        small = any(0 < abs(product) < Fraction(1, 10**290) for product in pairs)
        return small or bool(np.max(np.array(self.entries(abs), dtype=object)) >= 10**300)


@st.composite
def products(draw: st.DrawFn) -> Product:
    """Short ones whose sums are written whole, and long ones whose sums are shortened."""
    number = NUMBERS[draw(st.sampled_from(sorted(NUMBERS)))]

    def matrix(rows: int, columns: int) -> Rows:
        return draw(st.lists(st.lists(number, min_size=columns, max_size=columns), min_size=rows, max_size=rows))

    if draw(st.booleans()):
        length = draw(st.one_of(st.integers(1, 8), st.integers(9, 30)))
        return Product("dot", matrix(1, length), matrix(1, length))
    inner = draw(st.one_of(st.integers(1, 4), st.integers(9, 20)))
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return Product("matmul", matrix(rows, inner), matrix(inner, columns))


def one_of_the_options(*options: str) -> st.SearchStrategy[str]:
    """One of them, or, half of the time, none."""
    return st.one_of(st.just(""), st.sampled_from(options))


VIEWS = st.tuples(
    one_of_the_options(*(f"--digits {n}" for n in range(2, 9))),
    one_of_the_options("--fractions", "--decimals"),
    one_of_the_options("--exact", "--float"),
    one_of_the_options("--detail full", "--detail summary"),
    one_of_the_options("--steps all", "--steps 1", "--steps 2"),
).map(lambda chosen: " ".join(chosen).split())


# --- Judging ---


def on_paper(form: str, command: Callable[..., Ran], *options: str) -> Ran:
    """Run a command in one of the formats that hold text; a terminal may have a width."""
    name, _, columns = form.partition(" at ")
    kept = {key: text for key, text in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
    with mock.patch.dict(os.environ, {**kept, **({"COLUMNS": columns} if columns else {})}, clear=True):
        return command(*options, "-f", name)


def judge(text: str, options: list[str], least: int = 1) -> None:
    """No line is false, none is ugly, and there are lines to judge."""
    digits = int(options[options.index("--digits") + 1]) if "--digits" in options else 4
    assert false_lines(text, digits) == []
    assert ugly(text) == []
    assert len(worked_lines(text)) >= least


# --- Dot and matrix products ---


@examples(150)
@given(problem=products(), view=VIEWS, form=st.sampled_from(TEXTS))
@example(Product("dot", [["-1", "1/3"]], [["1", "3"]]), ["--fractions"], "terminal at 60")
@example(Product("dot", [["12345678.12345678", "1"]], [["99999999.5", "1e-290"]]), ["--float"], "plain")
@example(Product("matmul", [["9.9995"], ["0.00099995"]], [["1", "-1"]]), ["--digits", "2"], "markdown")
def test_every_line_of_a_product_is_true(problem: Product, view: list[str], form: str) -> None:
    ran = on_paper(form, problem.run, *view)
    if ran.code == 1:
        assert "--exact" not in view and problem.leaves_float64() and "float64" in ran.err and not ran.out
        return
    assert (ran.code, ran.err) == (0, "")
    judge(ran.out, view, least=1 if problem.command == "dot" or "summary" not in view else 0)


@pytest.mark.parametrize("form", ["plain", "terminal at 60"])
@pytest.mark.parametrize("options", [[], ["--exact"], ["--float"]], ids=str)
@pytest.mark.parametrize(
    "problem",
    [
        Product("dot", [["1e-300"]], [["1e-300"]]),
        Product("dot", [["1e300", "1e-300"]], [["1e300", "1e-300"]]),
        Product("matmul", [["1e22", "1e-300"], ["0", "1e-300"]], [["1", "0"], ["1e-300", "1e-300"]]),
    ],
    ids=lambda problem: problem.command,
)
def test_numbers_beyond_float64_are_worked_truly_or_refused(problem: Product, options: list[str], form: str) -> None:
    """What isn't 0 never prints as 0. Exact fractions hold any number; float64 may refuse, but not silently give 0."""
    ran = on_paper(form, problem.run, *options)
    if ran.code == 1 and "--exact" not in options:
        assert "float64" in ran.err and not ran.out
        return
    assert (ran.code, ran.err) == (0, "")
    judge(ran.out, options)


@examples(60)
@given(problem=products(), kind=st.sampled_from([[], ["--exact"], ["--float"]]))
@example(Product("matmul", [["1e22", "1e-300"]], [["1", "1e-300"], ["0", "1"]]), ["--exact"])
def test_the_answer_is_the_exact_one(problem: Product, kind: list[str]) -> None:
    ran = problem.run(*kind, "-f", "json")
    if ran.code == 1:
        assert kind != ["--exact"] and problem.leaves_float64() and "float64" in ran.err
        return
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(ran.out)
    answer = document["answer"]
    assert answer == document["results"]["u·v" if problem.command == "dot" else "C"]
    due, room = (np.array(numbers, dtype=object) for numbers in (problem.entries(), problem.entries(abs)))
    assert answer["shape"] == list(due.shape)
    assert answer["exact"] or "--exact" not in kind
    assert not (answer["exact"] and "--float" in kind)
    for number, right, size in zip(np.array(answer["values"], dtype=object).flat, due.flat, room.flat, strict=True):
        if answer["exact"]:
            assert number == str(right)
        else:
            assert isinstance(number, float) and abs(Fraction(number) - right) <= size / 10**13 + Fraction(1, 10**320)


def as_printed(text: str) -> str:
    """A typed number as it stands on the paper: no plus sign, a digit on each side of its point."""
    if not exact(text):
        return "0"
    return re.sub(r"^(-?)\.", r"\g<1>0.", text.replace("−", "-").lstrip("+"))


@examples(40)
@given(problem=products(), form=st.sampled_from(TEXTS))
def test_every_number_that_was_typed_is_printed_as_typed(problem: Product, form: str) -> None:
    """Each one stands in the full working: 1/3 is not turned into 0.3333, nor 1e-7 into 0."""
    ran = on_paper(form, problem.run, "--detail", "full", "--steps", "all", "--exact")
    assert (ran.code, ran.err) == (0, "")
    printed = set(re.findall(r"-?[\d.]+(?:e-?\d+)?(?:/\d+)?", ran.out))
    typed = {as_printed(cell) for rows in (problem.first, problem.second) for row in rows for cell in row}
    assert typed - printed - {f"-{number}" for number in printed} == set()


@examples(30)
@given(problem=products())
def test_the_entry_asked_for_is_worked(problem: Product) -> None:
    last = str(len(problem.first[0])) if problem.command == "dot" else f"{len(problem.first)},{len(problem.second[0])}"
    ran = problem.run("-f", "plain", "--entry", last, "--exact")
    assert (ran.code, ran.err) == (0, "")
    judge(ran.out, [])
    assert (f"i: {last}," if problem.command == "dot" else f"C[{last}] = ") in ran.out


def test_a_vector_of_thousands_counts_what_it_leaves_out() -> None:
    long = " ".join(str(k % 17 - 8) for k in range(5000))
    for form in TEXTS:
        ran = on_paper(form, pp, "dot", long, long)
        judge(ran.out, [])
        assert "4,988 rows left out" in " ".join(ran.out.split()) and "more" in ran.out


# --- Training runs ---


def data_file(folder: Path, seed: int, rows: int, features: int) -> str:
    """A CSV of invented data: features on different scales, a noisy target."""
    rng = np.random.default_rng(seed)
    X = np.round(rng.normal(size=(rows, features)) * 10.0 ** rng.integers(-2, 4, features) + rng.integers(-9, 9), 4)
    y = np.round(X @ rng.normal(size=features) + rng.normal(size=rows) + 3, 3)
    names = ["size", "Lot Area (m)", "x_1"][:features]
    lines = [
        ",".join([*names, "price"]),
        *(",".join(map(str, [*row, target])) for row, target in zip(X.tolist(), y, strict=True)),
    ]
    path = folder / f"data{seed}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


RUNS = [
    (1, 2, 1, "plain", ""),
    (2, 3, 2, "terminal at 80", "--loss half-mse --epochs 3"),
    (3, 12, 2, "markdown", "--scale minmax --epochs 50"),
    (4, 40, 3, "terminal", "--epochs 100 --explain 1,2,50,last"),
    (5, 7, 1, "plain", "--scale none"),
    (6, 9, 3, "terminal at 60", "--scale none --loss half-mse --epochs 20"),
    (7, 25, 2, "plain", "--digits 2 --epochs 30"),
    (8, 25, 2, "markdown", "--digits 8 --epochs 30 --steps all"),
    (9, 15, 3, "plain", "--detail full --epochs 10"),
    (10, 30, 1, "terminal at 80", "--detail summary --epochs 10"),
    (11, 20, 2, "plain", "--lr 0.001 --epochs 4 --explain 1,2,3,4 --entry 5"),
    (12, 6, 2, "markdown", "--epochs 1 --loss half-mse --scale minmax"),
]


@pytest.mark.parametrize(("seed", "rows", "features", "form", "options"), RUNS, ids=str)
def test_every_line_of_a_training_run_is_true(
    seed: int, rows: int, features: int, form: str, options: str, tmp_path: Path
) -> None:
    data, new = data_file(tmp_path, seed, rows, features), " ".join(["-1.5", "2", "1/4"][:features])
    ran = on_paper(form, pp, "train", data, "--target", "price", "--predict", new, *options.split())
    assert (ran.code, ran.err) == (0, "")
    judge(ran.out, options.split(), least=5)


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize(
    "options", ["--lr 5", "--scale none --lr 0.1", "--lr 1e150", "--scale minmax --lr 3 --explain 1,2,3"]
)
def test_a_run_that_diverges_shows_only_true_lines(options: str, form: str, tmp_path: Path) -> None:
    data = data_file(tmp_path, 20, 8, 2)
    ran = on_paper(form, pp, "train", data, "--target", "price", *options.split())
    assert ran.code == 1 and "diverged" in ran.err
    judge(ran.out, [], least=5)


HARD_DATA = {
    "ties": ("-2.5051,-0.228\n-9.9542,-5.414\n1.0732,0.575\n-7.1628,-3.115\n", "--loss half-mse"),
    "more ties": (
        "3,4\n1,2\n2,1.509\n" + "".join(f"{k},7\n" for k in range(4, 41)),
        "--loss half-mse --steps all --numbers 1,234.56",
    ),
    "cancellation": ("-2000000000,1\n2.3333333333333335,2\n-3000000000,4\n5000000000,3\n0.75,7\n", ""),
    "cancellation in 8 digits": ("1e9,1\n0.1,2\n-1e9,4\n0.7,3\n", "--digits 8"),
    "large": ("1,400000000000000\n2,-300000000000000\n4,0.5\n", "--digits 2"),
    "small": ("1e-9,3e-12\n2e-9,-1e-12\n4e-9,5e-13\n", ""),
    "a perfect fit": ("1,3\n2,5\n3,7\n4,9\n", "--epochs 400"),
}


@pytest.mark.parametrize("form", ["plain", "terminal at 60"])
@pytest.mark.parametrize("kind", HARD_DATA)
def test_numbers_that_are_hard_for_float64(kind: str, form: str, tmp_path: Path) -> None:
    """Sums that cancel, quotients half-way between two printed numbers, and very large and small data."""
    rows, options = HARD_DATA[kind]
    (tmp_path / "hard.csv").write_text("a,y\n" + rows)
    data = str(tmp_path / "hard.csv")
    ran = on_paper(form, pp, "train", data, "--target", "y", "--epochs", "3", *options.split())
    assert (ran.code, ran.err) == (0, "")
    judge(ran.out, options.split(), least=5)


@pytest.mark.parametrize("digits", ["2", "4", "8"])
@pytest.mark.parametrize(
    ("u", "v"),
    [
        ("12345678.5", "99999999.5"),
        ("1e9 0.1 -1e9 0.7", "1 1 1 1"),
        ("0.057 1.3535 -0.14375 0.77875", "1 1 1 1"),
        ("0.1 0.2 -0.3", "1 1 1"),
        ("1.005 1.115", "1e3 0.5"),
    ],
)
def test_float64_slips_are_not_printed_as_true(u: str, v: str, digits: str) -> None:
    ran = pp("dot", u, v, "--float", "--digits", digits, "-f", "plain")
    assert (ran.code, ran.err) == (0, "")
    judge(ran.out, ["--digits", digits])


@examples(12)
@given(
    cells=st.lists(
        st.tuples(*[st.integers(-500, 500)] * 3), min_size=3, max_size=12, unique_by=(lambda r: r[0], lambda r: r[1])
    ),
    form=st.sampled_from(TEXTS),
    scale=st.sampled_from(["standard", "minmax", "none"]),
    loss=st.sampled_from(["mse", "half-mse"]),
)
def test_whole_numbers_in_training_data(
    cells: list[tuple[int, ...]], form: str, scale: str, loss: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("data") / "cells.csv"
    path.write_text("a,b,y\n" + "".join(",".join(map(str, row)) + "\n" for row in cells), encoding="utf-8")
    options = ["--target", "y", "--scale", scale, "--loss", loss, "--epochs", "5"]
    ran = on_paper(form, pp, "train", str(path), *options)
    assert (ran.code, ran.err) == (0, "")
    judge(ran.out, options, least=5)


@pytest.mark.parametrize("form", TEXTS)
def test_the_houses(form: str) -> None:
    ran = on_paper(
        form, pp, "train", HOUSES, "--target", "price", "--predict", "1650 3; 900 2", "--explain", "1,2,10,last"
    )
    assert (ran.code, ran.err) == (0, "")
    judge(ran.out, [], least=40)
