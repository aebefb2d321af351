"""The list of operations."""

from __future__ import annotations

from collections.abc import Iterator

from penpaper_cli.solution.blocks import Block, Heading, Parts, Table


def operations(with_gradients: bool) -> Iterator[Block]:
    """Every operation that a formula may name: what it does, and how its gradient goes."""
    from penpaper_cli.ops import OPS

    head: tuple[Parts, ...] = (("operation",), ("what it does",), ("how its gradient goes",))
    rows = [((op.name,), (op.about,), (" ".join(dict.fromkeys(op.reasons)),)) for op in OPS.values() if op.public]
    count = 3 if with_gradients else 2
    yield Heading(("Operations",))
    yield Table(head[:count], [row[:count] for row in rows], "l" * count)
