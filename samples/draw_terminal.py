"""Draws terminal.svg, the picture in the README: what `pp matmul` writes on a screen of 80 columns, in its colours.

    python samples/draw_terminal.py

The picture asks for nothing from the network, and is the same each time.
"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from penpaper_cli.cli import run

PICTURE = Path(__file__).with_name("terminal.svg")
COMMAND = ("matmul", "1.5 2; 3 -4", "5 6; 7 8", "--entry", "1,2")
TYPED = '$ pp matmul "1.5 2; 3 -4" "5 6; 7 8" --entry 1,2\n'
NORMAL = [
    (40, 44, 52),
    (178, 24, 43),
    (26, 127, 55),
    (154, 103, 0),
    (9, 105, 218),
    (163, 44, 160),
    (5, 122, 138),
    (87, 96, 106),
]
LIGHT = TerminalTheme((255, 255, 255), (31, 35, 40), NORMAL)
"""The 16 colours on paper; a reader's own terminal has its own."""


class Screen(io.StringIO):
    """Text that takes itself for a terminal."""

    def isatty(self) -> bool:
        return True


def output() -> str:
    """What the command writes on a screen of 80 columns with colours."""
    settings = {"COLUMNS": "80", "TERM": "xterm-256color", "FORCE_COLOR": "1"}
    with mock.patch.dict("os.environ", settings, clear=True), redirect_stdout(Screen()) as screen:
        code = run(list(COMMAND))
    assert code == 0
    return screen.getvalue()


def picture(theme: TerminalTheme = LIGHT) -> str:
    """The screen as SVG, with a typeface that is at hand."""
    console = Console(record=True, width=80, file=io.StringIO(), color_system="standard", force_terminal=True)
    console.print(Text(TYPED), Text.from_ansi(output()), sep="\n", soft_wrap=True)
    svg = console.export_svg(title="pp", theme=theme, unique_id="pp")
    svg = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("rgba(255,255,255,0.35)", "#d0d7de")
    svg = svg.replace("Fira Code", "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono'")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
