"""pp ops and pp schema: what pp can work, and the form in which it says so to other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penpaper_cli.commands.shared import command
from penpaper_cli.commands.writing import stream
from penpaper_cli.data.files import write_whole

if TYPE_CHECKING:
    from penpaper_cli.api.solution import Solution


def ops(detail: str) -> Solution:
    """List the operations: what each does, and how its gradient goes.

    It goes by itself, or with options:
      pp ops
      pp ops --detail summary

    Read more: samples/reference/operations.md
    """
    from penpaper_cli.api import catalogue

    return catalogue.ops(detail)


def schema(
    out: Annotated[str | None, typer.Option("--out", "-o", metavar="FILE", help="Write it into FILE.")] = None,
) -> None:
    """Print the JSON schema of what --format json writes.

    It goes by itself, or with the file to write:
      pp schema
      pp schema -o schema.json

    Read more: samples/reference/json.md
    """
    import json

    from penpaper_cli.render.json import schema

    text = json.dumps(schema.schema(), indent=2, ensure_ascii=False) + "\n"
    if out in (None, "-"):
        stream([text])
    else:
        write_whole(str(out), "--out", [text.encode()])


COMMANDS = {"ops": command(ops), "schema": schema}
