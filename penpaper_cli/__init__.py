"""pp works the mathematics of machine learning step by step, the way a careful student does on paper.

The library has a function behind each command; each gives a `Solution`:

    >>> import penpaper_cli as pp
    >>> pp.matmul([[1, 2]], [[3], [4]]).answer
    array([[11.]])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penpaper_cli.api.products import dot, matmul
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.errors import CannotRead, CannotWork, PaperError

__version__ = "0.1.0"
__all__ = ["CannotRead", "CannotWork", "PaperError", "Solution", "dot", "matmul"]

_HOMES = {
    "CannotRead": "errors",
    "CannotWork": "errors",
    "PaperError": "errors",
    "Solution": "api.solution",
    "dot": "api.products",
    "matmul": "api.products",
}
"""Where each name lives: it is imported when it is first used, so that importing the package costs nothing."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
