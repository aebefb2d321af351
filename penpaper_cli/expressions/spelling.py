"""An expression as the formula language spells it, for the sentence of an error: w[1], A @ B, exp(x)."""

from __future__ import annotations

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num
from penpaper_cli.expressions.numbers import Figures

INFIX = {
    "add": (1, " + "),
    "sub": (1, " - "),
    "mul": (2, "*"),
    "hadamard": (2, "*"),
    "div": (2, "/"),
    "dot": (2, " @ "),
    "matmul": (2, " @ "),
    "pow": (4, "^"),
}
NEGATION, WHOLE = 3, 5
LONGEST = 40


def spelled(e: Expr, otherwise: str) -> str:
    """The expression as it would be typed, or what to say `otherwise` of one that is too long to name."""
    text = _spelled(e, 0)
    return text if len(text) <= LONGEST else otherwise


def _spelled(e: Expr, inside: int) -> str:
    """`inside` is how tightly its surroundings bind; what binds less tightly gets brackets."""
    binds = WHOLE
    match e:
        case Num(number):
            text = Figures().text(number)
            binds = NEGATION if text.startswith("-") else INFIX["div"][0] if "/" in text else WHOLE
        case Name(text):
            pass
        case Entry(of, at):
            text = _spelled(of, WHOLE) + (f"[{','.join(str(k + 1) for k in at)}]" if at else "")
        case Apply("neg", (inner,)):
            text, binds = f"-{_spelled(inner, NEGATION)}", NEGATION
        case Apply("transpose", (inner,)):
            text = f"{_spelled(inner, WHOLE)}.T"
        case Apply(op, args) if op in INFIX:
            binds, sign = INFIX[op]
            first, *others = args
            text = sign.join([_spelled(first, binds), *(_spelled(a, binds + 1) for a in others)])
        case Apply(op, args):
            text = f"{op}({', '.join(_spelled(a, 0) for a in args)})"
        case _:
            text = "…"
    return f"({text})" if binds < inside else text
