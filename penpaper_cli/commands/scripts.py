"""The scripts of the commands: made only when a format asks for them, so that the other formats don't wait."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penpaper_cli.solution.script import Script

MAKERS = {
    "lines": "lines.lines_script",
    "steps": "updates.steps_script",
    "training": "training.training_script",
    "model": "training.model_script",
    "fit": "lines.fit_script",
}


def later(kind: str, *work: Any) -> Callable[[], Script]:
    """A script that is made of recorded work when it is asked for."""

    def made() -> Script:
        module, maker = MAKERS[kind].split(".")
        script: Script = getattr(import_module(f"penpaper_cli.explain.scripts.{module}"), maker)(*work)
        return script

    return made
