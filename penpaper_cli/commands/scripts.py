"""The scripts of the commands: made only when a format asks for them, so that the other formats don't wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penpaper_cli.script import Script


def later(kind: str, *work: Any) -> Callable[[], Script]:
    """A script that `explain_script` makes of recorded work when it is asked for: "lines", "steps" or "training"."""

    def build() -> Script:
        from penpaper_cli import explain_script

        made: Script = getattr(explain_script, f"{kind}_script")(*work)
        return made

    return build
