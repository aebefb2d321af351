"""The check that every change has to pass: style, form, types and tests.

`python .ci/check.py` runs it all; words behind it go to pytest, as in `python .ci/check.py -m readers`.
"""

import subprocess
import sys

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy", "--strict", "penpaper_cli"),
    ("pytest", *sys.argv[1:]),
)


def passes(*words: str) -> bool:
    """Run a tool of this Python, and say whether it is content."""
    print(f"\n$ python -m {' '.join(words)}", flush=True)
    return subprocess.run([sys.executable, "-m", *words], stdin=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    failed = [words[0] for words in CHECKS if not passes(*words)]
    sys.exit(f"\nNot content: {', '.join(failed)}" if failed else 0)
