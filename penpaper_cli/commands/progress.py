"""While training runs: a progress bar on stderr, and a clean end on Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def watching() -> Iterator[Callable[[int, int], bool]]:
    """What hears of every epoch: it moves the bar, and says whether Ctrl-C was pressed."""
    with bar() as draw, interruptible() as stop:

        def heard(epoch: int, last: int) -> bool:
            draw(epoch, last)
            return stop()

        yield heard


@contextmanager
def bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr once training has taken a second, where stderr is a terminal."""
    import sys
    import time

    if not sys.stderr.isatty():
        yield lambda epoch, last: None
        return
    from rich.progress import Progress

    start = time.monotonic()
    bars: list[Progress] = []

    def draw(epoch: int, last: int) -> None:
        if bars:
            bars[0].update(bars[0].task_ids[0], completed=epoch)
        elif time.monotonic() - start > 1:
            from rich.console import Console

            bars.append(Progress(console=Console(stderr=True), transient=True))
            bars[0].add_task("training", total=last)
            bars[0].start()

    try:
        yield draw
    finally:
        for drawn in bars:
            drawn.stop()


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: the first time training ends after its epoch, the second time at once."""
    import signal
    import threading

    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def note(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)
