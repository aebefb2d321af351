"""pp ops: what pp can work."""

from __future__ import annotations

from penpaper_cli.commands.shared import command
from penpaper_cli.solution import Solution


def ops() -> Solution:
    """List the operations: what each does, and how its gradient goes."""
    from penpaper_cli.explain_products import operations

    return Solution(command="ops", title="Operations", steps=operations())


COMMANDS = {"ops": command(ops, explains=False)}
