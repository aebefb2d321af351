"""Many cases in one test: small ones written out, and random examples.

An item costs pytest a millisecond or two besides what it does, which is more than most of ours do, and there would be
ten thousand of them. `each` stands in place of `pytest.mark.parametrize` where a case needs no fixture of its own: one
test tries them all, goes on after a failure, and reports every case that failed by its name. `pytest --case TEXT`
tries only the cases whose name holds the text.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import settings

Test = Callable[..., None]

only = [""]
"""What a case's name must hold to be tried: conftest.py puts the option --case here."""
MOST = 20
"""How many failures of one test are shown whole; the others are named."""


def name_of(value: object) -> str:
    """A case's name: of its value, or of the values in it."""
    if isinstance(value, tuple | list):
        return " ".join(map(name_of, value))
    return str(getattr(value, "name", None) or getattr(value, "__name__", None) or value)


def examples(count: int) -> settings:
    """So many random examples in an ordinary run, and in proportion in others."""
    return settings(max_examples=count * settings.default.max_examples // 100)


def each(names: str, values: Iterable[Any], ids: Iterable[Any] | None = None) -> Callable[[Test], Test]:
    """Try a test with each of some values, in one item; written, and stacked, like `pytest.mark.parametrize`."""
    words = [name.strip() for name in names.split(",")]
    rows = [(row,) if len(words) == 1 else tuple(row) for row in values]
    labels = list(map(name_of, rows if ids is None else ids))
    outer = [(label, dict(zip(words, row, strict=True))) for label, row in zip(labels, rows, strict=True)]
    assert outer, f"there is no {names} to try"

    def decorate(test: Test) -> Test:
        body: Test = vars(test).get("body", test)
        inner: list[tuple[str, dict[str, Any]]] = vars(test).get("cases", [("", {})])
        cases = [(f"{one} {other}".strip(), {**a, **b}) for one, a in outer for other, b in inner]

        @functools.wraps(body)
        def try_each(**fixtures: Any) -> None:
            failed: dict[str, BaseException] = {}
            for label, case in cases:
                if only[0] in label:
                    try:
                        body(**case, **fixtures)
                    except (Exception, pytest.fail.Exception) as error:
                        error.add_note(f"Case: {label}")
                        failed[label] = error
            if failed:
                told = "; ".join(list(failed)[MOST:])
                said = f"{len(failed)} of {len(cases)} cases failed" + (f", also {told}" if told else "")
                raise BaseExceptionGroup(said, list(failed.values())[:MOST])

        parameters = inspect.signature(body).parameters.values()
        fixtures = [parameter for parameter in parameters if parameter.name not in cases[0][1]]
        vars(try_each).update(body=body, cases=cases, __signature__=inspect.Signature(fixtures))
        return try_each

    return decorate
