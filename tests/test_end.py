"""The quick end of the program: nothing that others have put off until the end is lost."""

from __future__ import annotations

import subprocess
import sys

RUN = """
import atexit, sys
from penpaper_cli.__main__ import main
atexit.register(lambda: print("put off", file=sys.stderr))
sys.argv[1:] = ["dot", *sys.argv[1:]]
main()
"""


def test_what_was_put_off_until_the_end_is_done() -> None:
    """Coverage writes what it has measured in a process only then."""
    for vectors, code in ((("1 2", "3 4"), 0), (("1 2", "3"), 1)):
        done = subprocess.run([sys.executable, "-c", RUN, *vectors], capture_output=True, encoding="utf-8")
        assert done.returncode == code
        assert done.stderr.endswith("put off\n")
        assert bool(done.stdout) == (code == 0)
