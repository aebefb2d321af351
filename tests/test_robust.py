"""What pp stands: closed streams, Ctrl-C, refusals after work, model files that somebody changed, any dimensions."""

from __future__ import annotations

import copy
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_cli import HOUSES, RUN_PP, SENTENCE, pp, refused, worked
from test_saved_models import NEW, RUNS, SAVED

from penpaper_cli import cli
from penpaper_cli.formula.program import COMPOSED, FUNCTIONS
from penpaper_cli.formula.signatures import signature_of
from penpaper_cli.ops import OPS
from penpaper_cli.paper.paper import Op

posix = pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes the streams")


class Ended(NamedTuple):
    code: int
    out: str
    err: str


def shell(line: str, streams: str = "") -> Ended:
    """pp in a process of its own, with its streams as the shell is told."""
    command = f'"{sys.executable}" -m penpaper_cli {line} {streams}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL)
    return Ended(done.returncode, done.stdout, done.stderr)


# --- Standard streams that are closed or full ---


@posix
@pytest.mark.parametrize(
    ("line", "streams", "code"),
    [
        ("dot '1 2' '3 4'", ">&-", 2),
        ("schema", ">&-", 2),
        ("dot '1 2' '3'", ">&-", 2),
        ("--help", ">/dev/full", 2),
        ("--version", ">/dev/full", 2),
        ("dot '1 2' '3 4'", ">/dev/full", 2),
        ("matmul - '3 4'", "<&-", 2),
    ],
)
def test_a_stream_that_cannot_be_used_is_said_in_one_sentence(line: str, streams: str, code: int) -> None:
    if "/dev/full" in streams and not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    ended = shell(line, streams)
    assert (ended.code, ended.out) == (code, "")
    assert SENTENCE.fullmatch(ended.err), ended.err


@posix
def test_nothing_is_lost_with_the_stream_that_is_closed(tmp_path: Path) -> None:
    """Without standard error the answer and the exit code are what they were; a file needs no standard output."""
    right = shell("dot '1 2' '3 4'")
    assert shell("dot '1 2' '3 4'", "2>&-") == right
    for streams in ("2>&-", "2>/dev/full", ">&- 2>&-", "<&- >&- 2>&-"):
        ended = shell("dot '1 2' '3'", streams)
        assert (ended.out, ended.err) == ("", "")
        assert ended.code == (2 if ">&- 2" in streams else 1)
    for streams in (">&-", ">&- 2>&-", "<&- >&- 2>&-"):
        path = tmp_path / "notes.md"
        assert shell(f"dot '1 2' '3 4' -o '{path}'", streams) == Ended(0, "", "")
        assert path.read_text() == right.out
        path.unlink()
    assert shell("--help", ">&-").code == shell("--version", ">&-").code == 0


@posix
def test_a_model_is_not_saved_by_a_run_whose_working_has_nowhere_to_go(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    assert shell(f"train '{HOUSES}' --target price --epochs 2 --save '{path}'", ">&-").code == 2
    assert not path.exists()


@posix
@pytest.mark.parametrize("line", ["--help", "schema", "dot '1 2' '3 4'", "ops"])
def test_nobody_reads_the_output(line: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(["sh", "-c", f'"{sys.executable}" -m penpaper_cli {line}'], stdout=writer, stderr=-1)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


# --- Ctrl-C ---


@posix
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_is_one_line_whenever_it_comes(times: int) -> None:
    """While Python itself starts, pp can't hear it; from its own first line on there is no traceback."""
    codes = set()
    for delay in range(40, 400, 30):
        process = subprocess.Popen(
            [*RUN_PP, "solve", "y=sum(exp(x))", "x=1 2", "--grad", "x"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        time.sleep(delay / 1000)
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.002)
        _, err = process.communicate()
        if "penpaper_cli" not in err and ("runpy" in err or "site" in err or "init_" in err or process.returncode < 0):
            continue  # Python was still starting.
        codes.add(process.returncode)
        assert process.returncode in (0, 130), err
        assert err in ("", "pp: interrupted.\n", "pp: interrupted.\n" * 2), err
    assert codes


def test_what_a_module_makes_of_ctrl_c_while_it_loads_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*arguments: str, **options: object) -> None:
        with pytest.raises(KeyboardInterrupt):
            cli.interrupt(signal.SIGINT, None)
        raise SyntaxError("can't load unicodedata module")

    monkeypatch.setattr("penpaper_cli.api.products.dot", load)
    ran = pp("dot", "1 2", "3 4")
    assert (ran.code, ran.out, ran.err) == (130, "", "pp: interrupted.\n")


# --- What can be refused is refused before anything is written ---


@pytest.mark.parametrize(
    "options",
    [
        ("--entry", "9,9"),
        ("--entry", "99", "--detail", "summary"),
        ("--explain", "999999"),
        ("--predict", "1 2 3"),
        ("-o", "missing/notes.md"),
        ("-o", "notes.unknown"),
        ("-o", "m.json"),
        ("-o", "notes.md", "--append", "-f", "numpy"),
        ("-o", "latin.md", "--append"),
        ("--plot", "missing/plot.svg"),
        ("--plot", "plot.unknown"),
        ("--plot", "m.svg", "-o", "m.svg", "-f", "plain"),
        ("-f", "pdf"),
        ("--exact",),
        ("--math", "latex", "-f", "plain"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("layers", [(), ("--hidden", "3", "--batch-size", "5")], ids=["linear", "hidden"])
def test_a_refused_run_changes_no_file(
    layers: tuple[str, ...], options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latin.md").write_bytes(b"caf\xe9")
    worked("train", HOUSES, "--target", "price", "--epochs", "2", *layers, "--save", "m.json", "--detail", "summary")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    refused("train", HOUSES, "--resume", "m.json", "--save", "m.json", "--epochs", "2", *options)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_entry_that_is_there_is_worked_and_the_run_is_the_same(tmp_path: Path) -> None:
    """The entry is looked for in a rehearsal, which leaves the run's random numbers alone."""
    models = [tmp_path / "a.json", tmp_path / "b.json"]
    options = ("--target", "price", "--hidden", "3", "--batch-size", "5", "--epochs", "4", "--detail", "summary")
    for model, more in zip(models, ((), ("--entry", "5,2")), strict=True):
        worked("train", HOUSES, *options, "--save", str(model), *more)
    assert models[0].read_bytes() == models[1].read_bytes()


def test_the_data_is_not_replaced_by_the_model(tmp_path: Path) -> None:
    data = tmp_path / "houses.csv"
    data.write_bytes(Path(HOUSES).read_bytes())
    link = tmp_path / "link.csv"
    link.symlink_to(data)
    assert "the data" in refused("train", str(data), "--target", "price", "--save", str(link))
    assert data.read_bytes() == Path(HOUSES).read_bytes()
    same = str(tmp_path / "one.svg")
    assert "same file" in refused("train", str(data), "--target", "price", "--save", same, "--plot", same)


# --- Numbers in the language that they go to ---

TYPED = ["01", "00012", "00", "-007.50", "000.5", "01e3", "+03", "1E05", "00/3", "01/03", ".5", "1.", "−02"]


@pytest.mark.parametrize("library", ["numpy", "pytorch", "tensorflow"])
def test_whatever_is_read_is_python_in_a_script(library: str) -> None:
    numbers = "; ".join(TYPED)
    for arguments in (("matmul", numbers, "2"), *(("matmul", text, "3") for text in TYPED)):
        compile(worked(*arguments, "-f", library), "script", "exec")
    compile(
        worked("step", "01", "-w", "02", "--target", "03", "--loss", "mse", "--lr", "00.1", "-f", library), "", "exec"
    )
    compile(worked("solve", "y=01*x^02 + leaky_relu(x, slope=00.1)", "x=007", "-f", library), "", "exec")


def test_the_script_has_the_numbers_that_were_typed() -> None:
    script = worked("matmul", "; ".join(TYPED), "1", "-f", "numpy")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    found = json.loads(re.search(r"^A = (.*)$", done.stdout, re.MULTILINE)[1])  # type: ignore[index]
    assert [row[0] for row in found] == [1, 12, 0, -7.5, 0.5, 1000, 3, 1e5, 0, 1 / 3, 0.5, 1, -2]


# --- Models in files that somebody changed ---

REMOVED = "removed"
VALUES: list[Any] = [10**30, 10**400, -1, 0, 0.5, 1e308, 1e-308, -1e300, "x", "nan", None, True, [], {}, [[1]], REMOVED]
MODELS = {path.stem: json.loads(path.read_text()) for path in sorted(SAVED.glob("0.1.0/*.json"))}
Path_ = tuple[str | int, ...]


def places(node: Any, at: Path_ = ()) -> Iterator[Path_]:
    """Every key of a document, and the first and last item of every list."""
    if isinstance(node, dict):
        parts: list[str | int] = list(node)
    else:
        parts = sorted({0, len(node) - 1}) if isinstance(node, list) and node else []
    for part in parts:
        yield (*at, part)
        yield from places(node[part], (*at, part))


PLACES = [(name, at) for name, model in MODELS.items() for at in places(model)]


def changed(model: Any, at: Path_, value: Any) -> str:
    model = copy.deepcopy(model)
    parent = model
    for part in at[:-1]:
        parent = parent[part]
    if value is REMOVED:
        del parent[at[-1]]
    else:
        parent[at[-1]] = value
    return json.dumps(model)


@given(st.sampled_from(PLACES), st.sampled_from(VALUES))
@example(("hidden", ("parameters", "W2")), REMOVED)
@example(("hidden", ("parameters", "b1")), REMOVED)
@example(("hidden", ("parameters", "b1", "values", 2)), 1e308)
@example(("hidden", ("scaling", "mean", 0)), 1e308)
@example(("hidden", ("scaling", "std", 0)), 1e-308)
@example(("hidden", ("resume", "memory", "b1", "v")), REMOVED)
@example(("hidden", ("resume", "memory", "b1")), {})
@example(("hidden", ("resume", "memory", "W1")), {})
@example(("hidden", ("resume", "rates", "beta1")), 10**30)
@example(("hidden", ("resume", "batch_size")), 0)
@example(("hidden", ("resume", "test")), 1e308)
@example(("linear", ("resume", "l2")), -1)
@example(("linear-nesterov", ("resume", "latest", "W1", "values", 0, 0)), 1e308)
@example(("linear-nesterov", ("resume", "test_losses")), [])
@example(("linear-nesterov", ("resume", "test_losses", 0)), None)
@example(("linear-nesterov", ("resume", "best")), REMOVED)
@example(("next-word", ("seen", 0, 2)), 10**30)
@example(("softmax", ("resume", "memory", "b1")), {})
def test_any_model_file_is_used_or_refused(place: tuple[str, Path_], value: Any) -> None:
    """Nothing of NumPy's is seen, standard output is empty with exit code 2, and a failed run saves nothing."""
    (name, at), data = place, RUNS[place[0]][0]
    text = changed(MODELS[name], at, value)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.json"
        for arguments in (
            ("predict", str(path), NEW[data]),
            ("train", str(SAVED / data), "--resume", str(path), "--epochs", "2", "--save", str(path)),
        ):
            if arguments[0] == "predict" and at[0] == "resume":
                continue
            path.write_text(text)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                ran = pp(*arguments, "-f", "plain")
            assert ran.code in (0, 1, 2), ran.err
            if ran.code:
                assert SENTENCE.fullmatch(ran.err), ran.err
                assert path.read_text() == text
            assert bool(ran.out) == (ran.code == 0) or ran.code == 1


def test_a_number_that_is_not_finite_is_found_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    for extra in ("1e999", "-1e999", "Infinity", "NaN", "1" + "0" * 400):
        path.write_text(json.dumps(MODELS["linear"])[:-1] + f', "weather": {{"sky": [1, {extra}]}}}}')
        assert "finite" in refused("predict", str(path), "1650 3")


# --- Any number of dimensions ---

GIVEN = {
    "s": "2",
    "v": "1 2",
    "h": "1/2 0.25",
    "M": "1 2; 3 4",
    "c": "1; 2",
    "N": "1 0 1; 0 1 2",
    "T": "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]",
    "Q": "[[[[1, 0], [0, 1]]]]",
}
THINGS = [*GIVEN, "10", "0"]


def of(name: str) -> tuple[int, bool]:
    """How many operands a function takes, and whether more may follow."""
    operation = OPS.get(name)
    signature = signature_of(operation if isinstance(operation, Op) and name not in COMPOSED else COMPOSED[name])
    return len(signature.operands), signature.more


FAST = ("-f", "plain", "--detail", "summary")


def worked_or_refused(formula: str, operands: tuple[str, ...], grad: bool) -> None:
    names = [name for name in dict.fromkeys(operands) if name in GIVEN]
    text = f"y = {formula}; L = sum(y)" if grad else f"y = {formula}"
    asked = ("--grad", ",".join(names)) if grad and names else ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ran = pp("solve", text, *(f"{name}={GIVEN[name]}" for name in names), *asked, *FAST)
    assert ran.code in (0, 1, 2), (formula, ran.err)
    assert bool(ran.out) == (ran.code == 0), (formula, ran.err)


def test_every_function_takes_or_refuses_every_number_of_dimensions() -> None:
    """The same in every position, then each thing in one position with a matrix in the others."""
    for name in FUNCTIONS:
        least, more = of(name)
        for count in range(least, least + more + 1):
            rows = {(thing,) * count for thing in THINGS}
            rows |= {tuple(t if k == j else "M" for j in range(count)) for t in THINGS for k in range(count)}
            for row in sorted(rows):
                worked_or_refused(f"{name}({', '.join(row)})", row, grad=False)


def test_every_operator_takes_or_refuses_every_number_of_dimensions() -> None:
    for a, b in itertools.product(THINGS, repeat=2):
        for sign in ("+", "-", "*", "/", "@"):
            worked_or_refused(f"{a} {sign} {b}", (a, b), grad=False)
    for a, tail in itertools.product(GIVEN, ("[1]", "[2,1]", "[1,1,1]", "[9]", ".T", "^2", "^-1", "^(1/2)", "^0")):
        worked_or_refused(f"{a}{tail}", (a,), grad=True)


SETTINGS = ["0", "1", "-1", "2", "7", "1/2", "10^10"]


@given(st.data())
def test_any_call_is_worked_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FUNCTIONS))
    least, more = of(name)
    count = data.draw(st.integers(least, least + more))
    operands = tuple(data.draw(st.lists(st.sampled_from(THINGS), min_size=count, max_size=count)))
    function: Any = COMPOSED.get(name) or OPS[name]
    settings = data.draw(st.lists(st.sampled_from([*signature_of(function).settings, None]), max_size=2, unique=True))
    typed = [f"{key}={data.draw(st.sampled_from(SETTINGS))}" for key in settings if key]
    worked_or_refused(f"{name}({', '.join([*operands, *typed])})", operands, grad=True)


def test_attention_names_the_operand_that_does_not_fit() -> None:
    said = refused("solve", "attention(10, x, x)", "x=1 2; 3 4", code=1)
    assert "Q of attention" in said and "one number" in said
    assert "K of attention" in refused("solve", "attention(x, v, x)", "x=1 2; 3 4", "v=1 2", code=1)
    worked("solve", "y = layernorm(v, eps=0)", "v=1 2")


def test_one_number_is_worked_as_a_vector_of_one_is() -> None:
    """NumPy's arrays of no dimensions meet decimals on either side of a sign."""
    for p, t in (("0.5", "0"), ("1/2", "1/2"), ("0.25", "1")):
        one, many = (
            json.loads(worked("loss", "bce", *row, "-f", "json"))["answer"]["values"]
            for row in ((p, t), (f"[[{p}]]", f"[[{t}]]"))
        )
        assert one == many and one > 0
    worked("solve", "y = u^0", "u=1 0 2")


# --- Sentences that say what is so ---


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--epochs", "100000001"), ["100000001", "from 1 to 100,000,000"]),
        (("--epochs", "0"), ["--epochs 0", "from 1 to 100,000,000"]),
        (("--explain", "99999999999"), ["from 1 to 100,000,000"]),
        (("--hidden", "99999"), ["99999", "from 1 to 10,000"]),
        (("--epochs", "1", "--entry", "99999999999"), ["99999999999", "last entry is 12"]),
    ],
)
def test_a_number_that_is_too_large_hears_the_bound(options: tuple[str, ...], words: list[str]) -> None:
    said = refused("train", HOUSES, "--target", "price", *options)
    assert [word for word in words if word not in said] == [], said


def test_what_momentum_remembers_may_fade_away() -> None:
    """Units that no row reaches any more have gradients of 0; what is remembered of them halves until float64 ends."""
    options = ("--hidden", "8", "--optimizer", "momentum", "--batch-size", "3", "--lr", "0.01", "--epochs", "2000")
    worked("train", HOUSES, "--target", "price", *options, "--detail", "summary")


# --- Errors for other programs ---


@pytest.mark.parametrize(
    ("arguments", "code", "pointer"),
    [
        (("dot", "1 2", "3", "-f", "json"), 1, False),
        (("dot", "1 2", "3 x", "--format", "json"), 2, False),
        (("dot", "1 2", "-fjson"), 2, False),
        (("dot", "1 2", "3 4", "--digits", "many", "--format=json"), 2, False),
        (("nonsense", "-f", "json"), 2, False),
        (("solve", "a +", "a=2", "-f", "json"), 2, True),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_an_error_is_json_where_json_was_asked_for(arguments: tuple[str, ...], code: int, pointer: bool) -> None:
    ran = pp(*arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    error = json.loads(ran.err)["error"]
    assert set(error) == {"message", "exit_code"} | ({"pointer"} if pointer else set())
    assert error["exit_code"] == code
    assert SENTENCE.fullmatch(f"pp: {error['message']}\n")
    if pointer:
        assert error["pointer"].splitlines()[1].strip() == "^"


@pytest.mark.parametrize(
    "arguments",
    [
        ("dot", "1 2", "3"),
        ("dot", "1 2", "3", "-f", "plain"),
        ("dot", "1 2", "3", "-o", "json"),
        ("dot", "1 2", "3", "--", "-f", "json"),
    ],
    ids=" ".join,
)
def test_an_error_is_a_sentence_elsewhere(arguments: tuple[str, ...]) -> None:
    assert pp(*arguments).err.startswith("pp: ")
