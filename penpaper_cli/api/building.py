"""How the functions of the library build their solutions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from penpaper_cli.api.solution import Solution
from penpaper_cli.errors import PaperError
from penpaper_cli.explain.results import result_of, results
from penpaper_cli.explain.show import Show
from penpaper_cli.solution.blocks import Anew, Block, Record, Result, summary

if TYPE_CHECKING:
    from penpaper_cli.paper.paper import Value
    from penpaper_cli.solution.script import Script


def solution(
    command: str,
    title: str,
    steps: Callable[[], Iterable[Block]],
    show: Show | None = None,
    *,
    given: dict[str, Result] | None = None,
    answer: Result | None = None,
    results: dict[str, Result] | None = None,
    more: dict[str, Any] | None = None,
    sheet: Callable[[], Iterable[Sequence[str]]] = tuple,
    failure: PaperError | None = None,
    script: Callable[[], Script] | None = None,
    notes: Iterable[str] = (),
) -> Solution:
    """A solution from its parts; `steps`, `sheet` and `script` are called whenever they are read."""
    show = show or Show()
    blocks = (lambda: summary(steps(), show.figures)) if show.detail == "summary" else steps
    record = Record(
        command,
        Anew(blocks),
        title,
        show.figures,
        given or {},
        answer,
        results or {},
        more or {},
        Anew(sheet),
        failure,
        script,
    )
    return Solution(record, tuple(notes))


def lines_worked(
    command: str,
    title: str,
    steps: Callable[[], Iterable[Block]],
    show: Show,
    given: Sequence[Value],
    forward: Sequence[Value],
    backward: Sequence[Value] = (),
) -> Solution:
    """A solution of lines on paper: what was given, the lines forward, the last of them the answer, the gradients."""

    def script() -> Script:
        from penpaper_cli.explain.scripts.lines import lines_script

        return lines_script(title, given, forward, backward)

    return solution(
        command,
        title,
        steps,
        show,
        given=results(given),
        answer=result_of(forward[-1]),
        results=results([*given, *forward, *backward]),
        script=script,
    )
