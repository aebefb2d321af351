"""The option --accept, which rewrites the output that the README and the lessons show."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the output of the lessons' commands into them")
