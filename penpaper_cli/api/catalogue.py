"""What pp can work."""

from __future__ import annotations

from penpaper_cli.api.building import solution
from penpaper_cli.api.solution import Solution
from penpaper_cli.explain.catalogue import operations


def ops(detail: str = "normal") -> Solution:
    """Every operation that a formula may name: what it does and, unless in a "summary", how its gradient goes."""
    return solution("ops", "Operations", lambda: operations(with_gradients=detail != "summary"))
