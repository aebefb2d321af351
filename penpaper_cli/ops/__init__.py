"""The operations, one class each, in a module for every family. Below them stand the paper and the expressions.

A family is a module that is named in FAMILIES; the registry loads it when one of its operations is asked for.
"""

from penpaper_cli.paper.paper import OPS as OPS

FAMILIES = (
    "elementwise",
    "functions",
    "entropy",
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
