"""The progress bar of a training run: on a terminal, once it takes long, and gone at the end."""

from __future__ import annotations

import io
import time

import pytest

from penpaper_cli.commands.progress import bar


class Screen(io.StringIO):
    """Text that takes itself for a terminal, or not."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def drawn(seconds: list[float], is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is written to stderr when epochs end at these times after the start."""
    screen, clock = Screen(is_terminal), iter([0.0, *seconds])
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(time, "monotonic", lambda: next(clock, seconds[-1]))
    with bar() as draw:
        for epoch in range(1, len(seconds) + 1):
            draw(epoch, 10)
    return screen.getvalue()


def test_a_long_run_has_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn([0.1, 2.0, 2.1], True, monkeypatch)
    assert "training" in text and text.endswith("\x1b[2K")


@pytest.mark.parametrize(("is_terminal", "late"), [(True, 0.2), (False, 9.0)])
def test_a_short_run_has_none_and_neither_has_a_file(
    is_terminal: bool, late: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drawn([0.1, late], is_terminal, monkeypatch) == ""
