"""The entry point of `pp`, `penpaper` and `python -m penpaper_cli`: a quick start, a run, a quick end."""

from __future__ import annotations

import atexit
import gc
import os
import sys

from penpaper_cli import TYPE_CHECKING, __version__

if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from typing import TextIO


def main() -> None:
    """Run the command line and leave with its exit code.

    A tool that is judged on its first tenth of a second: collecting garbage while modules load, and taking the
    interpreter down piece by piece at the end, cost about a fifth of it.
    """
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # Before Ctrl-C is listened for, or once more while the first one is being said.
        code = _leave()
    os._exit(code)


def _run(args: list[str]) -> int:
    import signal
    from contextlib import suppress

    # While modules load there is nothing to put in order, and an exception may end up in any of them.
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heard:
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(_leave()))
    if args == ["--version"] and _printed(f"pp {__version__}"):
        return 0
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is None:  # Closed before pp began. No file that is opened later may get its number.
            os.open(os.devnull, os.O_RDWR)
    gc.disable()
    # One thread is as quick for small matrices, and NumPy starts faster without the others.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from penpaper_cli.cli import interrupt, run

    gc.freeze()
    gc.enable()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=_encoding(stream), errors="backslashreplace")
    if heard:
        sys.unraisablehook = _not_lost
        signal.signal(signal.SIGINT, interrupt)
    code = run(args)
    atexit._run_exitfuncs()  # os._exit would leave out what others, such as coverage, have put off until the end.
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError):  # There is none, or nobody takes it: run has said so.
            stream.flush()
    return code


def _not_lost(error: UnraisableHookArgs) -> None:
    """Leave on a Ctrl-C that came where Python can only drop it, as in a weak reference's callback."""
    if error.exc_type is KeyboardInterrupt:
        os._exit(_leave())
    sys.__unraisablehook__(error)


def _printed(line: str) -> bool:
    """Whether a line could be printed; why not is said by what comes after."""
    try:
        print(line, flush=True)
    except OSError:
        return False
    return True


def _leave() -> int:
    """Say that pp was interrupted, whatever keys are pressed meanwhile; the exit code."""
    while True:
        try:
            import signal

            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.write(2, b"pp: interrupted.\n")
        except KeyboardInterrupt:
            continue
        except OSError:
            pass
        return 130


def _encoding(stream: TextIO) -> str:
    """The encoding that was asked for or that the locale has; but a file or pipe on Windows gets UTF-8 as elsewhere."""
    on_windows = os.name == "nt" and "PYTHONIOENCODING" not in os.environ
    return "utf-8" if on_windows else stream.encoding


if __name__ == "__main__":
    main()
