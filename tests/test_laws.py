"""The laws of tests/README.md, tried on every operation in the registry: a new operation is held to them unasked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from cases import each

from penpaper_cli.errors import CannotWork
from penpaper_cli.expressions.arithmetic import shorten, value
from penpaper_cli.expressions.checking import size
from penpaper_cli.expressions.decimals import Decimal, Real, real
from penpaper_cli.formula.choices import TRAINED
from penpaper_cli.formula.network import Trainer
from penpaper_cli.formula.program import Program
from penpaper_cli.formula.update_rules import UPDATE_RULES
from penpaper_cli.models.layers import Layers
from penpaper_cli.ops import OPS
from penpaper_cli.ops.elementwise import Elementwise
from penpaper_cli.paper.arrays import Array
from penpaper_cli.paper.gradients import gradients
from penpaper_cli.paper.paper import Op, Paper, Value

Build = Callable[..., Value]
"""A calculation: from values on a paper to a value on the same paper."""

LETTERS = "ABDEFGHK"
HUGE = Fraction(10) ** 300
SMALLEST_FLOAT = 5e-324
SHAPES = [(), (2,), (3,), (2, 2), (2, 3), (3, 2), (1, 2), (2, 1), (2, 2, 2)]
SYMBOLS = re.compile(r"[$\\*\[\]{}<>|`^_=~#&·∘×∂∇ᵀ√Σηŷ→≈]")

every_op = pytest.mark.parametrize("op", OPS.values(), ids=OPS.keys())


def ops_that(test: Callable[[Op], bool]) -> pytest.MarkDecorator:
    """A test tried on the operations of one sort."""
    chosen = [op for op in OPS.values() if test(op)]
    assert chosen
    return pytest.mark.parametrize("op", chosen, ids=lambda op: op.name)


# --- Examples, and the same calculation on other numbers ---


def leaves(result: Value) -> list[Value]:
    """The named values that a calculation starts from, in order of first use."""
    if result.op is None:
        return [result] if result.name is not None else []
    return list(dict.fromkeys(leaf for parent in result.parents for leaf in leaves(parent)))


def again(result: Value, fresh: dict[Value, Value]) -> Value:
    """The same calculation with other values in place of the ones it started from."""
    if result in fresh:
        return fresh[result]
    if result.op is None:
        return next(iter(fresh.values())).paper.write(np.array(result.data))
    return result.op(*(again(parent, fresh) for parent in result.parents), **result.settings)


def example(op: Op) -> tuple[Build, list[Array]]:
    """The operation's own example, as a calculation and the numbers it starts from."""
    shown = op.example()
    given = leaves(shown)
    return lambda *values: again(shown, dict(zip(given, values, strict=True))), [leaf.data for leaf in given]


def work(build: Build, arrays: list[Array]) -> tuple[Value, list[Value]]:
    """Run a calculation on a new paper; the result and the values that it started from."""
    paper = Paper()
    given = [paper.given(letter, array) for letter, array in zip(LETTERS, arrays, strict=False)]
    return build(*given), given


def exactly(array: Any) -> Array:
    """An object array of exact fractions."""
    fractions: Array = np.vectorize(Fraction, otypes=[object])(np.asarray(array, dtype=object))
    return fractions


def floats(array: Any) -> Array:
    """The same numbers in float64."""
    return np.asarray(array).astype(float)


def countable(shape: tuple[int, ...], start: int = 1) -> Array:
    """Exact numbers that differ from each other, of both signs and with fractions among them."""
    numbers = [Fraction((-1) ** k * (k + start), 1 + k % 2) for k in range(int(np.prod(shape)))]
    return exactly(numbers).reshape(shape)


def positive(shape: tuple[int, ...], start: int = 1) -> Array:
    """The same without their signs."""
    return exactly(abs(countable(shape, start)))


def alternating(array: Array) -> Array:
    """Huge and tiny numbers side by side."""
    powers = np.resize(exactly([HUGE, 1 / HUGE, 1]), array.size).reshape(array.shape)
    return exactly(array * powers)


VARIATIONS: dict[str, Callable[[Array], Array]] = {
    "as it is": lambda a: a,
    "zeros": lambda a: exactly(a * 0),
    "some zeros": lambda a: exactly(a * np.resize(exactly([0, 1]), a.size).reshape(a.shape)),
    "signs turned": lambda a: exactly(-a),
    "all negative": lambda a: exactly(-abs(a)),
    "ties": lambda a: exactly(a * 0 + a.flat[0]),
    "thirds": lambda a: exactly(a / 3),
    "huge": lambda a: exactly(a * HUGE),
    "tiny": lambda a: exactly(a / HUGE),
    "huge beside tiny": alternating,
}


# --- What the laws say ---


def is_sentence(text: str) -> bool:
    return text[:1].isalpha() and text.endswith(".") and "\n" not in text


def obeys_entry_law(result: Value) -> None:
    """Each entry's own expression, written out in full, comes to the number that was recorded."""
    assert not result.data.flags.writeable, "written numbers never change"
    for at in np.ndindex(result.shape):
        recorded = result.data[at]
        for longest in (None, 3):
            written = shorten(result.entry(at), longest, str)
            found = value(written)
            if isinstance(recorded, Fraction):
                assert isinstance(found, Fraction), f"{at} is not a fraction"
                assert found == recorded, f"{at}: {found} was worked, {recorded} recorded"
            elif isinstance(recorded, Real):
                tolerance = real(Decimal("1e-40")) * size(written)
                assert abs(real(found) - recorded) <= tolerance, f"{at}: {found} was worked, {recorded} recorded"
            else:
                assert np.isfinite(recorded), f"{at} is {recorded}"
                tolerance = real(1e-12) * size(written) + real(4 * SMALLEST_FLOAT)
                assert abs(real(found) - recorded) <= tolerance, f"{at}: {found} was worked, {recorded} recorded"


def obeys_entry_law_or_refuses(build: Build, arrays: list[Array]) -> None:
    """As `obeys_entry_law`, unless the mathematics can't be done, and that is said in a sentence."""
    try:
        result, _ = work(build, arrays)
    except CannotWork as refusal:
        assert is_sentence(str(refusal))
    else:
        obeys_entry_law(result)


def every_line_is_explained(paper: Paper) -> None:
    """Each line on the paper that an operation wrote, gradients included, obeys the entry law."""
    worked = [line for line in paper.lines if line.op is not None]
    assert worked
    for line in worked:
        obeys_entry_law(line)


def weighted(result: Value) -> Value:
    """One number in which every entry of the result counts differently, so that no mix-up goes unseen."""
    weights = countable(result.shape, start=2)
    given = result.paper.given("weights", weights if result.exact else floats(weights))
    return OPS["sum"](result * given)


def differences(build: Build, arrays: list[Array], k: int) -> Array:
    """Central differences of a one-number calculation by every entry of its k-th array, in float64."""
    found = np.zeros(arrays[k].shape)
    for at in np.ndindex(found.shape):
        h = 1e-5 * max(1.0, float(abs(arrays[k][at])))
        ends = []
        for step in (h, -h):
            moved = [np.array(array) for array in arrays]
            moved[k][at] += step
            ends.append(float(work(build, moved)[0].data))
        found[at] = (ends[0] - ends[1]) / (2 * h)
    return found


def obeys_gradient_law(build: Build, arrays: list[Array]) -> None:
    """The gradients agree with central differences, have the shape of what they belong to, and explain themselves."""
    arrays = [floats(array) for array in arrays]
    loss, given = work(build, arrays)
    loss.paper.call("L", loss)
    found = gradients(loss, given)
    assert [gradient.shape for gradient in found] == [array.shape for array in arrays]
    for k, gradient in enumerate(found):
        expected = differences(build, arrays, k)
        room = 1e-6 * max(1.0, float(abs(expected).max(initial=0)), abs(float(loss.data)))
        np.testing.assert_allclose(floats(gradient.data), expected, rtol=1e-6, atol=room)
    every_line_is_explained(loss.paper)


def nearby(arrays: list[Array]) -> list[Array]:
    """Float64 numbers beside these, off any kink at a round number."""
    rng = np.random.default_rng(7)
    return [floats(a * (1 + 0.05 * rng.random(a.shape)) + 0.01 * (1 + rng.random(a.shape))) for a in arrays]


# --- The entry law ---


@every_op
@each("variation", VARIATIONS)
@each("kind", [exactly, floats], ids=["exact", "float64"])
def test_each_entry_is_worked_to_the_number_recorded(op: Op, variation: str, kind: Callable[[Array], Array]) -> None:
    build, arrays = example(op)
    obeys_entry_law_or_refuses(build, [kind(VARIATIONS[variation](array)) for array in arrays])


@every_op
def test_the_example_itself_works_in_both_kinds_of_number(op: Op) -> None:
    build, arrays = example(op)
    for kind in (exactly, floats):
        result, _ = work(build, [kind(array) for array in arrays])
        assert result.op is op
        obeys_entry_law(result)


@every_op
def test_numbers_beyond_float64_are_worked_exactly_or_refused(op: Op) -> None:
    """An exact product of two large numbers may be 1e600; an operation that needs float64 says that it is too much."""
    build, arrays = example(op)
    obeys_entry_law_or_refuses(build, [exactly(array * HUGE * HUGE) for array in arrays])


@every_op
def test_operands_of_any_shape_are_worked_or_refused(op: Op) -> None:
    shown = op.example()
    if any(isinstance(setting, tuple) for setting in shown.settings.values()):
        shapes: Iterator[Any] = iter([tuple(parent.shape for parent in shown.parents)])
    else:
        shapes = itertools.product(SHAPES, repeat=len(shown.parents))
    failures = []
    for chosen in shapes:
        arrays = [floats(positive(shape, k + 1)) for k, shape in enumerate(chosen)]
        try:
            obeys_entry_law_or_refuses(lambda *values: op(*values, **shown.settings), arrays)
        except Exception as error:
            failures.append(f"{op.name}{chosen}: {type(error).__name__}: {error}")
    assert failures == []


# --- Exact stays exact ---


@every_op
def test_exact_stays_exact(op: Op) -> None:
    build, arrays = example(op)
    result, _ = work(build, arrays)
    assert result.exact == op.keeps_exact
    assert all(isinstance(number, Fraction | Real) for number in result.data.flat)
    from_floats, _ = work(build, [floats(array) for array in arrays])
    assert from_floats.data.dtype == np.float64
    np.testing.assert_allclose(floats(result.data), from_floats.data, rtol=1e-14)


@ops_that(lambda op: op.keeps_exact)
def test_gradients_of_exact_numbers_are_exact_and_explained(op: Op) -> None:
    build, arrays = example(op)
    loss, given = work(lambda *values: weighted(build(*values)), arrays)
    loss.paper.call("L", loss)
    for gradient, leaf in zip(gradients(loss, given), given, strict=True):
        assert gradient.shape == leaf.shape
        assert all(isinstance(number, Fraction) for number in gradient.data.flat)
    every_line_is_explained(loss.paper)


def test_large_work_leaves_the_fractions_for_float64() -> None:
    big = exactly(np.arange(1, 50 * 50 + 1).reshape(50, 50))
    paper = Paper()
    product = paper.given("A", big) @ paper.given("B", big)
    assert not product.exact
    np.testing.assert_allclose(product.data, floats(big) @ floats(big), rtol=1e-12)


# --- The gradient law ---


@every_op
def test_gradients_agree_with_central_differences(op: Op) -> None:
    build, arrays = example(op)
    obeys_gradient_law(lambda *values: weighted(build(*values)), nearby(arrays))


@every_op
def test_gradients_of_a_bare_result(op: Op) -> None:
    """Where the result is one number, it may be the loss itself, whose own gradient of 1 is left out of the rules."""
    build, arrays = example(op)

    def bare(*values: Value) -> Value:
        result = build(*values)
        return result if result.shape == () else OPS["sum"](result)

    obeys_gradient_law(bare, nearby(arrays))


@every_op
def test_fan_out_adds_up(op: Op) -> None:
    """Operands that are also used elsewhere, and a result that is used twice, collect all their gradients."""
    build, arrays = example(op)

    def fanned(*values: Value) -> Value:
        result = build(*values)
        total = weighted(result * result)
        for operand in values:
            total = total + OPS["sum"](operand**2)
        return total

    obeys_gradient_law(fanned, nearby(arrays))


@ops_that(lambda op: len(op.reasons) == 2)
@pytest.mark.parametrize("shape", [(), (3,), (2, 2), (1, 1)], ids=str)
def test_a_value_used_twice_by_one_operation(op: Op, shape: tuple[int, ...]) -> None:
    arrays = nearby([positive(shape)])
    try:
        work(lambda a: op(a, a), arrays)
    except CannotWork as refusal:
        assert is_sentence(str(refusal))
    else:
        obeys_gradient_law(lambda a: weighted(op(a, a)), arrays)


@ops_that(lambda op: isinstance(op, Elementwise) or op.broadcasts)
@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 3), (3,)),
        ((3,), (2, 3)),
        ((2, 3), ()),
        ((), (3,)),
        ((2, 1), (1, 3)),
        ((2, 3), (2, 1)),
        ((1,), (4,)),
        ((1, 1), (2, 2)),
        ((2, 2, 3), (3,)),
        ((2, 1, 3), (2, 1)),
    ],
    ids=str,
)
def test_an_operand_that_was_repeated_collects_its_gradients(op: Op, shapes: tuple[Any, Any]) -> None:
    arrays = nearby([positive(shape, k + 1) for k, shape in enumerate(shapes)])
    obeys_gradient_law(lambda a, b: weighted(op(a, b)), arrays)


@pytest.mark.parametrize(
    "shapes",
    [((2, 3), (3, 2)), ((2, 3), (3,)), ((3,), (3, 2)), ((3,), (3,)), ((1, 3), (3, 1)), ((2, 1), (1, 2))],
    ids=str,
)
def test_matrix_products_with_vectors_on_either_side(shapes: tuple[Any, Any]) -> None:
    obeys_gradient_law(lambda a, b: weighted(a @ b), nearby([countable(shape) for shape in shapes]))


@pytest.mark.parametrize(
    "build",
    [
        lambda a: weighted(a @ a.T),
        lambda a: weighted(a.T @ a),
        lambda a: weighted((a @ a.T) @ a),
        lambda a: weighted(a.T.T / 2 - a),
        lambda a: OPS["mean"](a * a - a) ** 2,
        lambda a: OPS["sqrt"](OPS["mean"]((a - OPS["mean"](a)) ** 2)),
        lambda a: OPS["mse"](a, a * a),
        lambda a: OPS["half_mse"](a, OPS["neg"](a)),
        lambda a: weighted(OPS["same"](a) + OPS["same"](a)),
    ],
)
def test_one_matrix_in_several_places(build: Build) -> None:
    obeys_gradient_law(build, nearby([countable((2, 3))]))


@pytest.mark.parametrize("power", [-2, -1, 0, 1, 2, 3, 5])
def test_whole_powers(power: int) -> None:
    obeys_gradient_law(lambda a: weighted(a**power), nearby([positive((2, 2))]))


@pytest.mark.parametrize(("power", "slope"), [(0, 0), (1, 1), (2, 0), (3, 0)])
@pytest.mark.parametrize("kind", [exactly, floats], ids=["exact", "float64"])
def test_the_slope_of_a_power_at_zero(power: int, slope: int, kind: Callable[[Array], Array]) -> None:
    loss, given = work(lambda a: a**power, [kind(exactly(0))])
    assert gradients(loss, given)[0].data == slope


@pytest.mark.parametrize("loss", ["mse", "half_mse"])
@pytest.mark.parametrize(("w", "b"), [((3,), ()), ((3,), (1,)), ((3, 2), (2,)), ((3, 1), (1, 1))], ids=str)
def test_a_loss_through_a_linear_layer(loss: str, w: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Every one of X, w, b and y gets the right gradient through loss(X·w + b, y)."""
    X, y = countable((4, 3)), countable((4, *w[1:]), 5)
    obeys_gradient_law(lambda X, w, b, y: OPS[loss](X @ w + b, y), nearby([X, countable(w, 2), countable(b, 3), y]))


@pytest.mark.parametrize("loss", TRAINED)
@pytest.mark.parametrize("optimizer", UPDATE_RULES)
@pytest.mark.parametrize("kind", [exactly, floats], ids=["exact", "float64"])
def test_every_line_of_an_epoch_is_explained(loss: str, optimizer: str, kind: Callable[[Array], Array]) -> None:
    layers = Layers((2, 3 if loss == "cross_entropy" else 1), (), loss)
    w = countable((2,), 2) if layers.single else countable((2, 3), 2)
    parameters = (
        {"w": kind(w), "b": kind(exactly(1))} if layers.single else {"W1": kind(w), "b1": kind(exactly([1, 2, 3]))}
    )
    y = countable((5,), 3) if "mse" in loss else exactly([0, 1, 1, 0, 1])
    given = {"X": kind(countable((5, 2))), "y": kind(y)}
    rule = UPDATE_RULES[optimizer]
    trainer = Trainer(Program(layers.text()), given, parameters, (), rule, rule.with_defaults({"lr": Fraction(1, 10)}))
    epoch = trainer.step(1, parameters)
    every_line_is_explained(epoch.work.paper)
    assert epoch.work.answer.exact == (kind is exactly and "mse" in loss)


def test_a_value_that_the_loss_does_not_depend_on_gets_exact_zeros() -> None:
    for kind in (exactly, floats):
        loss, (_, other) = work(lambda a, b: weighted(a), [kind(countable((2,))), kind(countable((2, 3)))])
        [gradient] = gradients(loss, [other])
        assert gradient.shape == (2, 3) and not gradient.data.any()
        assert all(isinstance(number, Fraction if kind is exactly else float) for number in gradient.data.flat)


def test_a_loss_by_itself_and_by_a_step_on_the_way() -> None:
    paper = Paper()
    a = paper.given("a", exactly([1, 2, 3]))
    q = paper.call("q", a * a)
    loss = paper.call("L", OPS["sum"](q * a))
    by_itself, by_q, by_a = gradients(loss, [loss, q, a])
    assert by_itself.data == 1
    assert by_q.data.tolist() == [1, 2, 3]
    assert by_a.data.tolist() == [3, 12, 27]


def test_two_losses_on_one_paper_keep_their_own_gradients() -> None:
    paper = Paper()
    a = paper.given("a", exactly([1, 2, 3]))
    first, second = paper.call("L1", OPS["sum"](a**2)), paper.call("L2", OPS["mean"](a))
    assert [gradients(loss, [a])[0].data.tolist() for loss in (first, second)] == [[2, 4, 6], [Fraction(1, 3)] * 3]
    assert gradients(first, [a])[0].data.tolist() == [2, 4, 6]


def test_a_slope_that_is_infinite_is_refused() -> None:
    loss, given = work(lambda a: OPS["sqrt"](a), [exactly(0)])
    with pytest.raises(CannotWork, match=r"\.$"):
        gradients(loss, given)


# --- The words law ---


@every_op
def test_words(op: Op) -> None:
    """How an entry is worked, what it is for, and one reason for each gradient rule: sentences without symbols."""
    shown = op.example()
    assert shown.op is op
    assert len(op.reasons) == len(op.backward) == len(shown.parents) > 0
    assert "__doc__" in type(op).__dict__ and op.about
    for sentence in (op.rule, op.about, *op.reasons):
        assert sentence[:1].isupper() and is_sentence(sentence), sentence
        assert not SYMBOLS.search(sentence), sentence


@every_op
def test_the_registry_knows_it_by_its_own_name(op: Op) -> None:
    assert OPS[op.name] is op
    assert re.fullmatch(r"[a-z][a-z0-9_]*", op.name)
    assert len([other for other in OPS.values() if type(other) is type(op)]) == 1
