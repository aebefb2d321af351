"""pp works the mathematics of machine learning step by step, the way a careful student does on paper.

The library has a function behind each command; each gives a `Solution`:

    >>> import penpaper_cli as pp
    >>> pp.matmul([[1, 2]], [[3], [4]]).answer
    array([[11.]])
"""

from __future__ import annotations

TYPE_CHECKING = False  # As type checkers know it; typing takes its time to load.

if TYPE_CHECKING:
    from penpaper_cli.api.fitting import fit
    from penpaper_cli.api.formula import solve
    from penpaper_cli.api.looking import look
    from penpaper_cli.api.networks import forward, grad, loss, step
    from penpaper_cli.api.predicting import predict
    from penpaper_cli.api.products import dot, matmul
    from penpaper_cli.api.solution import Solution
    from penpaper_cli.api.training import train
    from penpaper_cli.errors import CannotRead, CannotWork, PaperError

__version__ = "0.1.0"
__all__ = [
    "CannotRead",
    "CannotWork",
    "PaperError",
    "Solution",
    "dot",
    "fit",
    "forward",
    "grad",
    "look",
    "loss",
    "matmul",
    "predict",
    "solve",
    "step",
    "train",
]

_MODULES = {
    "errors": ("CannotRead", "CannotWork", "PaperError"),
    "api.solution": ("Solution",),
    "api.products": ("dot", "matmul"),
    "api.fitting": ("fit",),
    "api.formula": ("solve",),
    "api.looking": ("look",),
    "api.networks": ("forward", "grad", "loss", "step"),
    "api.predicting": ("predict",),
    "api.training": ("train",),
}
"""Where each name is: it is imported when it is first used, so that importing the package costs nothing."""


if not TYPE_CHECKING:  # A type checker that saw it would take any name for one of the package.

    def __getattr__(name):
        for module, names in _MODULES.items():
            if name in names:
                from importlib import import_module

                return getattr(import_module(f"{__name__}.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
