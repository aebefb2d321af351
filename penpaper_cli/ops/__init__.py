"""The operations, by family. Asking for OPS registers them all; a single family can be imported by itself, sooner."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penpaper_cli.paper.paper import OPS as OPS

FAMILIES = (
    "elementwise",
    "functions",
    "reductions",
    "extremes",
    "products",
    "softmax",
    "losses",
    "targets",
    "cross_entropy",
    "hinge",
    "indexing",
    "reshaping",
    "convolution",
    "pooling",
    "lookup",
    "normalisation",
)


def __getattr__(name: str) -> Any:
    if name != "OPS":
        raise AttributeError(f"penpaper_cli.ops has no {name}")
    for family in FAMILIES:
        import_module(f"penpaper_cli.ops.{family}")
    return import_module("penpaper_cli.paper.paper").OPS
