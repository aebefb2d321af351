"""The first minute at the command line: what a newcomer types, and what pp answers."""

from __future__ import annotations

import math
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from test_cli import RUN_PP, answer, on_a_terminal, pp, refused, values_of, worked

from penpaper_cli import __version__
from penpaper_cli.cli import build
from penpaper_cli.commands import FAMILIES
from penpaper_cli.commands.manual import manual
from penpaper_cli.formula.spellings import OF_FUNCTIONS

ROOT = Path(__file__).parent.parent
COMMANDS = typer.main.get_command(build([])).commands

# --- What is refused in a formula names the spelling that pp takes ---


@pytest.mark.parametrize(
    ("formula", "spelling"),
    [
        ("ln(x)", "write log(x)"),
        ("ln x", "write log(x)"),
        ("log10(x)", "write log(x) / log(10)"),
        ("x²", "write x^2"),
        ("x¹²", "write x^12"),
        ("(x + 1)²", "write (…)^2"),
        ("2²", "write 2^2"),
        ("x⁻¹", "x^-1"),
        ("2x", "write 2*x"),
        ("x y", "write x*y"),
        ("2(x + 1)", "write 2*(…)"),
        ("(x+1)(x-1)", "write (…)*(…)"),
        ("x(y + 1)", "write x*(…)"),
        ("exp x", "for a function exp(x)"),
        ("|x|", "write abs(x)"),
        ("σ(x)", "write sigmoid(x)"),
        ("Σ(x)", "write sum(x)"),
        ("Σ x", "write sum(x)"),
        ("∑ x", "write sum(x)"),
        ("x ⊙ y", "entry by entry write *"),
        ("x ⋅ y", "write *, for a dot product @"),
        ("x × y", "write *, for a matrix product @"),
        ("√x", "write sqrt(x)"),
        ("f(x) = x + 1", "write f = …, and give x as x=…"),
        ("y = x; g(x) = y + 1", "write g = …"),
        ("std(x)", "write sqrt(mean((x - mean(x))^2))"),
    ],
)
def test_other_spellings_are_translated(formula: str, spelling: str) -> None:
    ran = pp("solve", formula, "x=1 2", "y=3 4")
    assert (ran.code, ran.out) == (2, "")
    assert spelling in ran.err, ran.err


@pytest.mark.parametrize("spelling", sorted(set(OF_FUNCTIONS.values())))
def test_the_spellings_that_are_named_work(spelling: str) -> None:
    assert worked("solve", spelling.format("x"), "x=1/4 3/4", "p=1/2 1/2", "y=1 0")


@pytest.mark.parametrize("name", ["sin", "inv", "cos", "derivative"])
def test_names_that_only_share_letters_are_not_suggested(name: str) -> None:
    error = pp("solve", f"{name}(x)", "x=1").err
    assert "did you mean" not in error and "there are abs" in error


@pytest.mark.parametrize(
    ("name", "meant"), [("sofmax", "softmax"), ("relus", "relu"), ("ReLU", "relu"), ("men", "mean")]
)
def test_names_that_are_nearly_right_are(name: str, meant: str) -> None:
    assert f"did you mean {meant}?" in pp("solve", f"{name}(x)", "x=1").err


# --- What doesn't fit is named as the reader wrote it ---


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("concat(w[1],w[2])", ["w[1] is one number", "w[2] is one number", "reshape(w[1], 1) makes a vector"]),
        ("concat(w, A)", ["w is a vector of length 2", "reshape(w, 1, 2) makes a matrix"]),
        ("w - y", ["to subtract them"]),
        ("w*y", ["to multiply them"]),
        ("w/y", ["to divide them"]),
        ("w + y", ["to add them"]),
        ("maximum(w, y)", ["to compare them"]),
        ("(2*w + 1) @ y", ["2*w + 1 has length 2"]),
        ("(w + 1)*2 - y", ["(w + 1)*2 is a vector"]),
        ("exp(w) - y", ["exp(w) is a vector"]),
        ("-w + y", ["-w is a vector"]),
    ],
)
def test_shapes_that_do_not_fit_are_told_in_the_reader_s_words(formula: str, words: Sequence[str]) -> None:
    error = pp("solve", formula, "w=1 2", "y=1 2 3", "A=1 2; 3 4").err
    assert [word for word in words if word not in error] == [], error
    assert "an operand" not in error


@pytest.mark.parametrize(
    ("arguments", "column"),
    [
        (("forward", "1 2 3", "-w", "1 2 3"), '"1; 2; 3"'),
        (("matmul", "1 2; 3 4", "5 1/2"), '"5; 1/2"'),
        (("loss", "mse", "1; 2; 3", "1 2 1/3"), '"1; 2; 1/3"'),
        (("loss", "mae", "1 2 1/3", "1; 2; 3"), '"1; 2; 1/3"'),
        (("matmul", "1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9"), '"1; 2; …"'),
    ],
)
def test_a_row_where_a_column_is_wanted_names_the_remedy(arguments: tuple[str, ...], column: str) -> None:
    assert f"a column is written with semicolons: {column}." in refused(*arguments, code=1)


def test_the_remedy_is_not_named_where_it_would_not_fit() -> None:
    assert "semicolons" not in refused("matmul", "1 2 3; 4 5 6", "1 2", code=1)
    assert "semicolons" not in refused("loss", "mse", "1 2 3", "1 2", code=1)


# --- Layers and steps ---

TWO_LAYERS = ("1 2", "-w", "1 0; 0 1", "-w", "1; -3")


def test_fewer_activations_than_layers_are_refused_with_both_spellings() -> None:
    error = refused("forward", *TWO_LAYERS, "-a", "relu")
    assert "-a relu -a none or -a relu -a relu" in error
    three = refused("forward", *TWO_LAYERS, "-w", "2", "-a", "tanh")
    assert "-a tanh -a tanh -a none or -a tanh -a tanh -a tanh" in three


def test_the_working_names_each_layer_s_activation() -> None:
    shown = worked("forward", *TWO_LAYERS, "-a", "relu", "-a", "none", "-f", "plain")
    assert "layer 1 has relu and layer 2 has none" in shown and "Z2[1,1] = A1" in shown
    assert shown.rstrip().endswith("Z2 = [-5]")
    assert "No layer has an activation" in worked("forward", *TWO_LAYERS, "-f", "plain")
    assert "layer 2 has leaky-relu" in worked("forward", *TWO_LAYERS, "-a", "relu", "-a", "leaky-relu", "-f", "plain")


def test_a_step_says_what_the_learning_rate_is_and_why_it_goes_against_the_gradient() -> None:
    shown = worked("step", "1 2", "-w", "1; 2", "--target", "1", "--loss", "mse", "--lr", "0.1", "-f", "plain")
    said = re.sub(r"\s+", " ", shown)
    assert "where the loss rises fastest, so each parameter takes a step against its gradient" in said
    assert "η, the learning rate" in said


# --- A line that can't be read: what is wrong, and how the command is written ---


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("dot",), ["dot needs U"]),
        (("dot", "1 2"), ["dot needs V"]),
        (("dot", *"123456"), ["dot takes U and V", "more: 3 4 5 6"]),
        (("ops", "foo"), ["takes no arguments"]),
        (("forward", "1 2"), ["forward needs -w/--weights", 'pp forward "1 2" -w "0.5; -1" -b 0.1.']),
        (("train", "samples/houses.csv", "more.csv", "--target", "price"), ["takes DATA", "more.csv"]),
    ],
)
def test_wrong_arguments_are_answered_with_the_command_s_example(line: tuple[str, ...], words: Sequence[str]) -> None:
    error = refused(*line)
    told = manual(COMMANDS[line[0]].help)
    assert [word for word in (*words, told.advice) if word not in error] == [], error
    if line[0] == "dot":
        assert error.endswith('; write each vector in quotation marks: pp dot "1 2 3" "4 5 6".\n')


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("dot", "1", "2", "--detial", "full"), "There is no option --detial: did you mean --detail"),
        (("dot", "1", "2", "--xyzzy"), "There is no option --xyzzy: pp dot --help lists those that there are."),
        (("dot", "1", "2", "--detail", "ful"), '--detail "ful": choose one of full, normal or summary.'),
        (("dot", "1", "2", "--digits", "0"), '--digits "0": give a whole number from 1 to 15.'),
        (("dot", "1", "2", "--digits", "many"), '--digits "many": give a whole number from 1 to 15.'),
        (("matmul", "1", "2", "--cores", "0"), '--cores "0": give a whole number from 1 up.'),
        (("dot", "1", "2", "--digits"), "--digits needs a value behind it: pp dot --help says which."),
        (("dot", "1", "2", "--append=x"), "--append takes no value"),
        (("matmull", "1"), 'There is no command "matmull": did you mean pp matmul?'),
        (("xyzzy",), 'There is no command "xyzzy": pp help lists those that there are.'),
        (("help", "xyzzy"), 'There is no command "xyzzy"'),
    ],
)
def test_every_message_of_the_framework_is_in_the_reader_s_words(line: tuple[str, ...], sentence: str) -> None:
    error = refused(*line)
    assert error.startswith(f"pp: {sentence}"), error
    assert "argument(s)" not in error and "Invalid value" not in error and "is not in the range" not in error


# --- Help ---


@pytest.mark.parametrize("command", ["", *FAMILIES])
def test_help_begins_with_examples_fits_80_columns_and_says_where_to_read_on(command: str) -> None:
    shown = worked(*([command] if command else []), "--help")
    lead, first, second, *_ = shown.splitlines()
    assert lead.endswith(":")
    assert all(line.startswith(f"  pp {command}".rstrip()) for line in (first, second))
    assert max(map(len, shown.splitlines())) <= 80
    assert "x<=" not in shown and "x>=" not in shown
    assert "..." not in shown.replace("[ARGS]...", "").replace("NAME=MATRIX}...", "").replace("NAME=MATRIX]...", "")
    [page] = re.findall(r"Read more: (\S+)", shown)
    assert (ROOT / page).is_file()
    assert shown == worked("help", *([command] if command else []))


def test_the_list_of_commands_has_every_summary_in_one_whole_line() -> None:
    shown = worked("help")
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(manual(command.help).summary)}$", shown, re.MULTILINE), name
        assert manual(command.help).summary.endswith(".")


def test_the_choices_of_a_format_include_what_it_is_unless_told() -> None:
    shown = " ".join(worked("dot", "--help").split())
    assert "auto, terminal, plain, markdown" in shown and "[default: auto]" in shown


EXAMPLES = [line for command in COMMANDS.values() for line in manual(command.help).examples]


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_examples_run(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    if "model.json" in line and "--save" not in line:
        assert pp("train", "samples/houses.csv", "--target", "price", "--epochs", "5", "--save", "model.json").code == 0
        (tmp_path / "new.csv").write_text("size,bedrooms\n1650,3\n", encoding="utf-8")
    name, *arguments = shlex.split(line)
    assert name == "pp"
    assert pp(*arguments).code == 0


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version(option: str) -> None:
    assert worked(option) == f"pp {__version__}\n"


# --- Quiet, colour, pager ---


def test_quiet_keeps_notes_to_itself_and_not_errors(tmp_path: Path) -> None:
    data = tmp_path / "codes.csv"
    data.write_text("code,y\n02134,1\n10001,2\n94110,4\n60601,3\n", encoding="utf-8")
    loud = pp("fit", str(data), "--target", "y")
    quiet = pp("fit", str(data), "--target", "y", "-q")
    assert loud.err and loud.code == 0
    assert (quiet.code, quiet.err, quiet.out) == (0, "", loud.out)
    assert pp("dot", "1 2", "3", "--quiet").err.startswith("pp: ")


def test_no_color_leaves_a_terminal_without_colour() -> None:
    assert "\x1b" in on_a_terminal("dot", "1 2", "3 4")
    assert "\x1b[3" not in on_a_terminal("dot", "1 2", "3 4", "--no-color")


SHOWS = "sh -c 'echo LESS=$LESS; cat'"
LONG = ("dot", " ".join(["1"] * 60), " ".join(["2"] * 60), "--detail", "full")


def test_long_output_in_a_terminal_goes_through_the_pager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LESS", raising=False)
    straight = on_a_terminal(*LONG)
    assert on_a_terminal(*LONG, PAGER=SHOWS) == f"LESS=FRX\r\n{straight}"
    assert on_a_terminal(*LONG, PAGER=SHOWS, LESS="S") == f"LESS=S\r\n{straight}"
    assert on_a_terminal(*LONG, "--no-pager", PAGER=SHOWS) == straight
    assert on_a_terminal("train", "--help", PAGER=SHOWS) == f"LESS=FRX\r\n{on_a_terminal('train', '--help')}"
    for name in ("", "no-such-pager"):
        assert on_a_terminal(*LONG, PAGER=name) == straight


def test_short_output_and_piped_output_go_through_no_pager() -> None:
    assert "LESS" not in on_a_terminal("dot", "1 2", "3 4", PAGER=SHOWS)
    piped = subprocess.run(
        [*RUN_PP, *LONG], env={**os.environ, "PAGER": SHOWS}, capture_output=True, encoding="utf-8", timeout=60
    )
    assert piped.returncode == 0 and "LESS" not in piped.stdout


def test_a_pager_that_is_left_early_is_no_error() -> None:
    assert on_a_terminal(*LONG, PAGER="head -n 2").count("\n") == 2


# --- Completion ---


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("pp tr", ["train"]),
        ("pp loss cr", ["cross-entropy"]),
        ("pp grad 1 --loss h", ["half-mse", "half-sse", "hinge", "huber"]),
        ("pp forward 1 -a s", ["sigmoid", "softmax"]),
        ("pp step 1 --optimizer ada", ["adagrad", "adam", "adamw"]),
        ("pp solve soft", ["softmax(", "softplus("]),
        ("pp train samples/houses.csv --target ", ["size", "bedrooms", "price"]),
        ("pp fit samples/houses.csv --features size,b", ["size,bedrooms"]),
        ("pp look samples/houses.csv --drop p", ["price"]),
        ("pp train no-such.csv --target ", []),
        ("pp dot 1 2 -f la", ["latex"]),
    ],
)
def test_the_shell_completes(line: str, offered: list[str]) -> None:
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_PP_COMPLETE": "complete_bash"}
    done = subprocess.run(
        RUN_PP, env={**os.environ, **asked}, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == offered


# --- Hinge: the targets that its help promises, and its margin; a rate that is 0 ---

SCORES = "3 5 0; 1/2 3 1"


@pytest.mark.parametrize(
    ("scores", "one_hot", "classes"),
    [(SCORES, "0 1 0; 0 0 1", "1 2"), ("3 5 0", "0 0 1", "2"), ("3 5", "1 0", "0"), ("3 5", "[[1, 0]]", "0")],
)
@pytest.mark.parametrize("options", [(), ("--delta", "2.5")])
def test_hinge_takes_one_hot_targets(scores: str, one_hot: str, classes: str, options: tuple[str, ...]) -> None:
    if one_hot.startswith("[["):
        scores = f"[[{scores.replace(' ', ', ')}]]"
    assert answer("loss", "hinge", scores, one_hot, *options) == answer("loss", "hinge", scores, classes, *options)


def test_the_gradient_with_one_hot_targets_is_that_with_class_numbers() -> None:
    layers = ("grad", "1 2", "-w", "1 0 2; 0 1 1", "--loss", "hinge", "--delta", "2")
    one, other = (values_of(*layers, "--target", target)["results"] for target in ("0 1 0", "1"))
    assert one["dW1"] == other["dW1"] and one["L"] == other["L"]
    assert one["dW1"]["values"] == [["1", "-2", "1"], ["2", "-4", "2"]]


@pytest.mark.parametrize(
    ("scores", "target", "delta", "loss"),
    [
        (SCORES, "1 2", "2.5", "7/2"),
        ("0.5 -2", "1 -1", "3", "7/4"),
        ("0.5 -2", "1 -1", "1", "1/4"),
        ("3 5 0", "1", "9", "11"),
    ],
)
def test_delta_is_the_margin_of_hinge(scores: str, target: str, delta: str, loss: str) -> None:
    """By hand: the first is (0.5 + 0 + 2 + 4.5) / 2, the second (2.5 + 1) / 2, the last 7 + 4."""
    assert answer("loss", "hinge", scores, target, "--delta", delta) == loss


def test_targets_that_are_neither_are_refused_with_all_three_forms() -> None:
    error = refused("loss", "hinge", SCORES, "0 1 1; 0 0 1", code=1)
    assert "one class number" in error and "1 for its class and 0 for the others" in error and "1 or -1" in error


def test_epsilon_may_be_0() -> None:
    step = ("step", "1 2", "-w", "1; 2", "--target", "1", "--loss", "mse", "--lr", "0.1", "--optimizer", "adam")
    assert answer(*step, "--epsilon", "0")
    assert "divided by 0" in pp("step", "0 2", *step[2:], "--epsilon", "0").err


# --- 0·log 0 ---


@pytest.mark.parametrize(
    ("formula", "values", "entropy"),
    [
        ("-sum(p*log(p))", ("p=1/2 1/2 0",), math.log(2)),
        ("-sum(log(p)*p)", ("p=1/2 1/2 0",), math.log(2)),
        ("-sum(p*log(p)) / log(2)", ("p=1/4 1/4 1/2 0",), 1.5),
        ("sum(p*log(p/q))", ("p=0 1", "q=1/2 1/2"), math.log(2)),
        ("-sum(y*log(p))", ("p=1/2 1/2 0", "y=1 0 0"), math.log(2)),
        ("-sum(P*log(P))", ("P=1 0; 1/2 1/2",), math.log(2)),
        ("0*log(0)", (), 0),
    ],
)
@pytest.mark.parametrize("options", [(), ("--float",)])
def test_0_times_its_logarithm_counts_as_0(
    formula: str, values: tuple[str, ...], entropy: float, options: tuple[str, ...]
) -> None:
    assert math.isclose(float(answer("solve", f"H = {formula}", *values, *options)), entropy, abs_tol=1e-12)


def test_the_working_says_that_0_times_its_logarithm_counts_as_0() -> None:
    shown = worked("solve", "H = -sum(p*log(p))", "p=1/2 1/2 0", "-f", "plain")
    assert "0 times the logarithm of 0 counts as 0" in shown and "\nG[3] = 0\n" in shown
    assert "counts as 0" not in worked("solve", "H = -sum(p*log(p))", "p=1/2 1/4 1/4", "-f", "plain")


def test_the_logarithm_of_0_is_refused_where_no_0_meets_it() -> None:
    for formula in ("sum(y*log(p))", "sum(log(p))", "sum(p + log(p))", "sum(log(p)*log(p))"):
        assert "p has an entry 0" in refused("solve", formula, "p=1/2 1/2 0", "y=0 0 1", code=1)


def test_gradients_through_0_times_its_logarithm_where_there_are_any() -> None:
    """By q it is -p/q; by p there is none, since log p + 1 goes to minus infinity."""
    kl = ("solve", "KL = sum(p*log(p/q))", "p=0 1", "q=1/2 1/2")
    assert [float(slope) for slope in values_of(*kl, "--grad", "q")["results"]["dq"]["values"]] == [0, -2]
    assert "p/q has an entry 0, and only numbers above 0 have a logarithm" in refused(*kl, "--grad", "p", code=1)
    truth = values_of("solve", "H = -sum(y*log(p))", "p=1/2 1/2 0", "y=1 0 0", "--grad", "p")
    assert [float(slope) for slope in truth["results"]["dp"]["values"]] == [-2, 0, 0]


@pytest.mark.parametrize("form", ["numpy", "pytorch"])
def test_scripts_of_0_times_its_logarithm_agree(form: str) -> None:
    pytest.importorskip({"numpy": "numpy", "pytorch": "torch"}[form])
    script = worked("solve", "H = -sum(p*log(p))", "p=1/2 1/2 0", "-f", form)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", timeout=120, check=True
    )
    [found] = re.findall(r"H = (\S+)", done.stdout)
    assert math.isclose(float(found), math.log(2))
