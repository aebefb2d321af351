"""The operations, by family. Importing this package registers them all in OPS."""

from penpaper_cli.ops import (
    activations,
    classification,
    elementwise,
    entries,
    extremes,
    functions,
    images,
    losses,
    margins,
    pooling,
    products,
    rearranging,
    reductions,
    sequences,
    softmax,
)
from penpaper_cli.paper import OPS

__all__ = [
    "OPS",
    "activations",
    "classification",
    "elementwise",
    "entries",
    "extremes",
    "functions",
    "images",
    "losses",
    "margins",
    "pooling",
    "products",
    "rearranging",
    "reductions",
    "sequences",
    "softmax",
]
