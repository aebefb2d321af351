"""Values for other programs: what they are called in JSON, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable

from penpaper_cli.expressions.arithmetic import Apply, Expr, Name
from penpaper_cli.expressions.decimals import real
from penpaper_cli.paper.arrays import each
from penpaper_cli.paper.paper import Value
from penpaper_cli.solution.blocks import Result


def result_of(given: Value) -> Result:
    """A value for other programs: all of it fractions, or all of it decimals."""
    kept = given.exact or given.in_float64
    return Result(given.shape, given.exact, (given.data if kept else each(real, given.data)).tolist())


def key(name: Expr) -> str:
    """What a name on the paper is called in JSON: W, dW, u·v."""
    match name:
        case Name(text):
            return text
        case Apply("grad", (_, by)):
            return "d" + key(by)
        case Apply(_, args):
            return "·".join(map(key, args))
    return "answer"


def results(values: Iterable[Value]) -> dict[str, Result]:
    """Named values for other programs."""
    return {key(v.label): result_of(v) for v in values}
