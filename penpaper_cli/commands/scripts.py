"""The scripts of the commands: made only when a format asks for them, so that the other formats don't wait."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penpaper_cli.script import Script

MAKERS = {
    "lines": "explain_script.lines_script",
    "steps": "explain_updates.steps_script",
    "training": "explain_training_script.training_script",
    "model": "explain_training_script.model_script",
    "fit": "explain_script.fit_script",
}


def later(kind: str, *work: Any) -> Callable[[], Script]:
    """A script that is made of recorded work when it is asked for."""

    def made() -> Script:
        module, maker = MAKERS[kind].split(".")
        script: Script = getattr(import_module(f"penpaper_cli.{module}"), maker)(*work)
        return script

    return made
