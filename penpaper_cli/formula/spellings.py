"""What books and other programs write and the formula language doesn't: each with the spelling that pp takes."""

from __future__ import annotations

import re

OF_CHARACTERS = {
    "|": "for the absolute value write abs(x)",
    "‖": "for the length of a vector write sqrt(sum(x^2))",
    "⊙": "for a product entry by entry write *",
    "⋅": "for a product of numbers write *, for a dot product @",
    "×": "for a product of numbers write *, for a matrix product @",
    "⊗": "for an outer product write outer(u, v)",
    "÷": "for a quotient write /",
    "√": "for the square root write sqrt(x)",
    "∑": "for the sum write sum(x)",
    "⊤": "for the transpose write x.T",
    "'": "for the transpose write x.T",
    "⁻": "for a power write ^, as in x^-1",
    "–": "for a difference write -",
    "{": "brackets are round, as in 2*(x + 1)",
    "∂": "gradients are asked for with --grad W,b",
    "∇": "gradients are asked for with --grad W,b",
}
OF_FUNCTIONS = {
    "ln": "log({0})",
    "log10": "log({0}) / log(10)",
    "log2": "log({0}) / log(2)",
    "log1p": "log(1 + {0})",
    "σ": "sigmoid({0})",
    "logistic": "sigmoid({0})",
    "Σ": "sum({0})",
    "avg": "mean({0})",
    "average": "mean({0})",
    "var": "mean(({0} - mean({0}))^2)",
    "std": "sqrt(mean(({0} - mean({0}))^2))",
    "norm": "sqrt(sum({0}^2))",
    "square": "({0})^2",
    "sinh": "(exp({0}) - exp(-{0})) / 2",
    "cosh": "(exp({0}) + exp(-{0})) / 2",
    "silu": "{0} * sigmoid({0})",
    "swish": "{0} * sigmoid({0})",
    "entropy": "-sum({0} * log({0}))",
    "binary_cross_entropy": "bce(p, y)",
}
"""By the name that is written instead; {0} is what stands in its brackets."""
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
RAISED_END = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+$")
SIMPLE_OPERAND = re.compile(r"\s*\(([\w.]+)\)|\s+([^\W\d]\w*)")


def of_character(sign: str) -> str:
    """What to write for a character that has no meaning in a formula; nothing where it isn't known."""
    return f": {OF_CHARACTERS[sign]}" if sign in OF_CHARACTERS else ""


def of_function(name: str, after: str) -> str:
    """What to write for a function that is called otherwise; `after` is the text behind its name."""
    operand = SIMPLE_OPERAND.match(after)
    inside = next(filter(None, operand.groups())) if operand else "x"
    return f"write {OF_FUNCTIONS[name].format(inside)}" if name in OF_FUNCTIONS else ""


def of_power(name: str) -> str:
    """What to write for a name that ends in raised digits: x^2 for x²."""
    raised = RAISED_END.search(name)
    return f"write {name[: raised.start()]}^{raised[0].translate(RAISED)}" if raised else ""


def of_neighbours(left: str, right: str) -> str:
    """What to write where two things stand side by side with nothing between them."""
    if RAISED_END.fullmatch(right):
        return f"write {left if left != ')' else '(…)'}{of_power(right).removeprefix('write ')}"
    if left in OF_FUNCTIONS:
        return of_function(left, f" {right}")
    first, second = ("(…)" if left in (")", "]") else left), ("(…)" if right == "(" else right)
    product = f"for a product write {first}*{second}"
    return f"{product}, for a function {left}({right})" if left.isalpha() and len(left) > 1 else product
