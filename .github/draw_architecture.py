"""Draws architecture.svg, the picture in penpaper_cli/README.md, from the imports as they stand in the code.

    python .github/draw_architecture.py

Each folder of the package, and each file beside them, is a room. It stands as low as the rooms that import it allow. An
arrow means "imports"; where a longer way of arrows leads to the same room it is left out, so that the picture stays
readable, and every room lists all that it imports. The words are those of its docstring. Standard library only.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape
from itertools import pairwise, permutations
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "penpaper_cli"
PICTURE = Path(__file__).with_name("architecture.svg")

WIDTH, MARGIN, GAP, LANE = 960, 20, 22, 14
"""Of the picture; around it; between rooms; of the lane in which an arrow passes a storey."""

ARROW_HEIGHT, LINE, PADDING, LETTER = 38, 16, 12, 6.8
"""Between two storeys; of a line of text; inside a room; the width that one letter of 12.5 px needs at most."""

STYLE = """
  .ground { fill: #ffffff } .room { fill: #f6f8fa; stroke: #8c959f } .arrow { fill: none; stroke: #57606a }
  .head { fill: #57606a } text { font: 12.5px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif }
  .name { font-weight: 600; font-size: 14px; fill: #0550ae } .words { fill: #1f2328 } .imports { fill: #57606a }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .room { fill: #161b22; stroke: #6e7681 } .arrow { stroke: #9198a1 }
    .head { fill: #9198a1 } .name { fill: #79c0ff } .words { fill: #e6edf3 } .imports { fill: #9198a1 }
  }
"""


@dataclass
class Room:
    """A folder or a file of the package: its name, what its docstring says, and the rooms that it imports."""

    name: str
    words: str
    imports: set[str] = field(default_factory=set)

    @property
    def label(self) -> str:
        return self.name + ("/" if (PACKAGE / self.name).is_dir() else ".py")


def room_of(path: Path) -> str:
    """ops for penpaper_cli/ops/shapes.py, cli for penpaper_cli/cli.py."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(tree: ast.Module) -> Iterator[str]:
    """The rooms that a file imports, wherever in it: what it needs at run time only, not for type checkers."""
    guards = (node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    skipped = {id(inner) for node in guards for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or id(node) in skipped:
            continue
        package, *inside = (node.module or "").split(".")
        if package == PACKAGE.name:
            yield from inside[:1] or (alias.name for alias in node.names if (PACKAGE / alias.name).exists())


@cache
def rooms() -> dict[str, Room]:
    """Every room of the package, read off the source."""
    found: dict[str, Room] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name, tree = room_of(path), ast.parse(path.read_text(encoding="utf-8"))
        room = found.setdefault(name, Room(name, ""))
        if path in (PACKAGE / name / "__init__.py", PACKAGE / f"{name}.py"):
            room.words = " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].replace("`", "").split())
        room.imports |= set(imported(tree)) - {name}
    return found


@cache
def all_below(name: str) -> frozenset[str]:
    """Every room that can be come to by arrows."""
    direct = rooms()[name].imports
    return frozenset(direct).union(*(all_below(lower) for lower in direct))


def arrows() -> list[tuple[str, str]]:
    """The arrows that are drawn: those that no longer way of arrows stands for."""
    return [
        (room.name, lower)
        for room in rooms().values()
        for lower in sorted(room.imports)
        if not any(lower in all_below(other) for other in room.imports - {lower})
    ]


def storeys() -> list[list[str]]:
    """The rooms from the ground up. Each stands just below the lowest of those that import it."""

    @cache
    def depth(name: str) -> int:
        return 1 + max((depth(room.name) for room in rooms().values() if name in room.imports), default=-1)

    connected = {name for name, room in rooms().items() for name in (name, *room.imports) if room.imports}
    deepest = max(map(depth, connected))
    return [sorted(name for name in connected if depth(name) == k) for k in range(deepest, -1, -1)]


def rows() -> tuple[list[list[str]], list[tuple[str, str]]]:
    """The storeys from the top, with a lane wherever an arrow passes one, and the pieces of the arrows.

    The order within a storey is the one with the fewest crossings with the storey above.
    """
    floors = storeys()[::-1]
    level = {name: k for k, floor in enumerate(floors) for name in floor}
    pieces = []
    for upper, lower in arrows():
        way = [upper, *(f"{upper}>{lower}@{k}" for k in range(level[upper] + 1, level[lower])), lower]
        for k, name in enumerate(way[1:-1], start=level[upper] + 1):
            floors[k] = [*floors[k], name]
        pieces += pairwise(way)
    for above, k in zip(floors, range(1, len(floors)), strict=False):
        ends = [(above.index(a), b) for a, b in pieces if a in above]

        def crossings(order: tuple[str, ...], ends: list[tuple[int, str]] = ends) -> int:
            drawn = [(x, order.index(b)) for x, b in ends]
            return sum((a - c) * (b - d) < 0 for a, b in drawn for c, d in drawn)

        floors[k][:] = min(permutations(floors[k]), key=crossings)
    return floors, pieces


@dataclass
class Box:
    """A place in the picture: of a room, or of a lane, which has no text."""

    x: float
    y: float
    width: float
    height: float
    text: list[tuple[str, str]]

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def text_of(name: str, width: float) -> list[tuple[str, str]]:
    """The lines of a room with the style of each: its name, what it is for, and what it imports."""
    room, letters = rooms()[name], int((width - 2 * PADDING) / LETTER)
    imports = f"imports {', '.join(sorted(room.imports))}" if room.imports else "imports none of the others"
    return [
        ("name", room.label),
        *(("words", line) for line in textwrap.wrap(room.words, letters)),
        *(("imports", line) for line in textwrap.wrap(imports, letters)),
    ]


def boxes(floors: list[list[str]]) -> tuple[dict[str, Box], float]:
    """Where everything stands, and how high the picture is."""
    found: dict[str, Box] = {}
    y: float = MARGIN
    for floor in floors:
        lanes = sum(name not in rooms() for name in floor)
        width = (WIDTH - 2 * MARGIN - GAP * (len(floor) - 1) - LANE * lanes) / (len(floor) - lanes)
        texts = {name: text_of(name, width) for name in floor if name in rooms()}
        height = LINE * max(map(len, texts.values())) + 2 * PADDING - 4
        x: float = MARGIN
        for name in floor:
            found[name] = Box(x, y, width if name in texts else LANE, height, texts.get(name, []))
            x += found[name].width + GAP
        y += height + ARROW_HEIGHT
    return found, y - ARROW_HEIGHT + MARGIN


def picture() -> str:
    """The picture as SVG: readable on a light and on a dark ground, the same each time."""
    floors, pieces = rows()
    placed, height = boxes(floors)
    shapes = []
    for name, box in placed.items():
        if name in rooms():
            size = f'width="{box.width:.1f}" height="{box.height:.1f}"'
            shapes.append(f'<rect class="room" x="{box.x:.1f}" y="{box.y:.1f}" {size} rx="6"/>')
            for k, (style, line) in enumerate(box.text, start=1):
                place = f'x="{box.x + PADDING:.1f}" y="{box.y + PADDING + LINE * k - 6:.1f}"'
                shapes.append(f'<text class="{style}" {place}>{escape(line)}</text>')
        else:
            shapes.append(f'<path class="arrow" d="M{box.middle:.1f} {box.y:.1f}v{box.height:.1f}"/>')
    for upper, lower in pieces:
        start, end = placed[upper], placed[lower]
        x, y = spread(upper, lower, pieces, placed, start), start.y + start.height
        into = spread(lower, upper, pieces, placed, end)
        head = ' marker-end="url(#head)"' if lower in rooms() else ""
        tip = end.y - (5 if head else 0)
        bend = f"{x:.1f} {y + ARROW_HEIGHT / 2:.1f} {into:.1f} {tip - ARROW_HEIGHT / 2:.1f}"
        shapes.append(f'<path class="arrow"{head} d="M{x:.1f} {y:.1f}C{bend} {into:.1f} {tip:.1f}"/>')
    count = sum(len(room.imports) for room in rooms().values())
    standing = sum(name in rooms() for floor in floors for name in floor)
    title = f"{standing} rooms on {len(floors)} storeys; {count} arrows between them, all of them downwards."
    head = 'id="head" class="head" viewBox="0 0 8 8" refX="3" refY="4" markerWidth="7" markerHeight="7" orient="auto"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" role="img">',
            f"<title>{title}</title>",
            f"<style>{STYLE}</style>",
            f'<marker {head}><path d="M0 0L8 4L0 8z"/></marker>',
            f'<rect class="ground" width="{WIDTH}" height="{height:.0f}"/>',
            *shapes,
            "</svg>",
            "",
        ]
    )


def spread(name: str, other: str, pieces: list[tuple[str, str]], placed: dict[str, Box], box: Box) -> float:
    """Where on the edge of a box an arrow to or from another starts: side by side, in the order of where they lead."""
    above = (other, name) in pieces
    ends = [a if above else b for a, b in pieces if name == (b if above else a)]
    ends.sort(key=lambda end: placed[end].middle)
    return box.x + box.width * (ends.index(other) + 1) / (len(ends) + 1)


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print("\n".join(f"{len(storeys()) - 1 - k}  {', '.join(floor)}" for k, floor in enumerate(storeys()[::-1])))
