"""The entry point of `pp`, `penpaper` and `python -m penpaper_cli`: a quick start, a run, a quick end."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import TextIO

from penpaper_cli import __version__


def main() -> None:
    """Run the command line and leave with its exit code.

    A tool that is judged on its first tenth of a second: collecting garbage while modules load, and taking the
    interpreter down piece by piece at the end, cost about a fifth of it.
    """
    if sys.argv[1:] == ["--version"]:
        print(f"pp {__version__}")
        return
    gc.disable()
    # One thread is as quick for small matrices, and NumPy starts faster without the others.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from penpaper_cli.cli import run

    gc.freeze()
    gc.enable()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=_encoding(stream), errors="backslashreplace")
    code = run(sys.argv[1:])
    atexit._run_exitfuncs()  # os._exit would leave out what others, such as coverage, have put off until the end.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _encoding(stream: TextIO) -> str:
    """The encoding that was asked for or that the locale has; but a file or pipe on Windows gets UTF-8 as elsewhere."""
    on_windows = os.name == "nt" and "PYTHONIOENCODING" not in os.environ
    return "utf-8" if on_windows else stream.encoding


if __name__ == "__main__":
    main()
