"""The notation of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from penpaper_cli.arithmetic import Expr
from penpaper_cli.render.maths import Maths


class Text(Maths):
    """Unicode text, for terminals, plain text and Markdown."""

    points: ClassVar[re.Pattern[str]] = re.compile(r"[()]| (?=[+-] )|(?<=,) ")

    infix: ClassVar[Mapping[str, str]] = {
        "add": " + ",
        "sub": " - ",
        "mul": "·",
        "hadamard": " ∘ ",
        "dot": " · ",
        "matmul": "·",
        "div": " / ",
        "pow": "^",
        "equals": " = ",
        "maps": " → ",
        "shape": "×",
        "vector": " ",
    }
    templates: ClassVar[Mapping[str, str]] = {
        "neg": "-{0}",
        "at": "{0}({1})",
        "grad": "∂{0}/∂{1}",
        "transpose": "{0}ᵀ",
        "log1p": "log(1 + {0})",
        "log1m": "log(1 - {0})",
        "normal_share": "Φ({0})",
        "normal_height": "φ({0})",
    }

    def apply(self, op: str, args: tuple[Expr, ...]) -> str:
        drawn = super().apply(op, args)
        return f"[{drawn}]" if op == "vector" else drawn

    def breaks(self, drawn: str) -> Iterator[tuple[int, int, int]]:
        depth = 0
        for found in self.points.finditer(drawn, 1):
            if found[0] == " ":
                yield found.start(), depth, found.start()
            else:
                depth += 1 if found[0] == "(" else -1
