"""Options of this suite, what it runs by itself, and its random examples.

- `python -m pytest` runs what needs only the project and its `dev` extra, on all cores; `-n 0` keeps to one process.
- `python -m pytest -m "readers or pytorch or tensorflow"` runs what those leave out: programs that read what pp writes
  (pdflatex, pandoc, Chromium, the W3C's validator, KaTeX, cmark-gfm, poppler, ruff), and the scripts for PyTorch and
  TensorFlow. What isn't installed is skipped; `.ci/run` installs it all.
- `python -m pytest --hypothesis-profile=long` tries twenty times as many random examples, others each time. What it
  finds becomes an `@example` of the test, so that it is tried ever after.
- `python -m pytest --accept tests/test_samples.py` writes the output that the README and the lessons show.
- `python -m pytest --case TEXT` tries only the cases of tests/cases.py whose name holds the text.
- `python -m pytest --cov` measures which branches are run.
"""

import cases
import programs
import pytest
from hypothesis import HealthCheck, settings

CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile(
    "fixed", derandomize=True, database=None, deadline=None, report_multiple_bugs=False, suppress_health_check=CALM
)
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=CALM)
settings.load_profile("fixed")

FRAMEWORKS = {"pytorch": "torch", "tensorflow": "tensorflow"}
"""Markers, and the modules that they need."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the output of the lessons' commands into them")
    parser.addoption("--case", default="", metavar="TEXT", help="only the cases whose name holds this text")


def pytest_configure(config: pytest.Config) -> None:
    cases.only[0] = config.getoption("--case")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose reader or library isn't installed: `@pytest.mark.readers("pandoc")`, `@pytest.mark.pytorch`."""
    needed = [name for marker in item.iter_markers("readers") for name in marker.args]
    needed += [library for mark, library in FRAMEWORKS.items() if item.get_closest_marker(mark)]
    for name in needed:
        if not programs.is_there(name):
            pytest.skip(f"{name} is not installed")
