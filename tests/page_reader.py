"""Reads an HTML page as a person does: headings, sentences, worked lines, matrices and tables, as lines of plain text.

MathML is written out in the notation of plain text, so that `reader` can judge it. Imports nothing from the package.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "wbr", "br"}
HAT = "\u0302"
SPACED = "+=≈→/∘"


@dataclass
class Node:
    """An element: its tag, its attributes, and what is in it, texts and elements in order."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    inside: list[Node | str] = field(default_factory=list)

    @property
    def elements(self) -> list[Node]:
        return [child for child in self.inside if isinstance(child, Node)]

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.inside)

    def has(self, name: str) -> bool:
        return name in (self.attributes.get("class") or "").split()

    def all(self, tag: str) -> Iterator[Node]:
        for child in self.elements:
            if child.tag == tag:
                yield child
            yield from child.all(tag)


class Tree(HTMLParser):
    """The page as a tree; an element that isn't closed where it should be raises AssertionError."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Node("page")
        self.open = [self.root]
        self.feed(page)
        self.close()
        assert self.open == [self.root], f"left open: {[node.tag for node in self.open[1:]]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        assert len(node.attributes) == len(attrs), f"{tag} has an attribute twice"
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def tree(page: str) -> Node:
    return Tree(page).root


def page_text(page: str) -> str:
    """The lines that a reader of the page sees."""
    return "\n".join(lines(tree(page))) + "\n"


def lines(node: Node) -> Iterator[str]:
    for child in node.elements:
        if child.tag in ("head", "script", "style"):
            continue
        if child.tag in ("p", "summary", "h1", "h2", "h3", "h4", "h5", "h6", "title", "desc", "text"):
            yield " ".join(mixed(child).split())
        elif child.has("grid"):
            yield matrix(child)
        elif child.tag == "tr":
            yield f"| {' | '.join(mixed(cell).strip() for cell in child.elements)} |"
        else:
            yield from lines(child)


def matrix(node: Node) -> str:
    """A matrix on one line: A = [1 2; 3 4]; its columns' names stand before it."""
    heads = ", ".join(mixed(head) for head in node.all("th"))
    body = next(node.all("tbody"))
    rows = "; ".join(" ".join(mixed(cell) for cell in row.elements) for row in body.elements)
    return f"{heads}{', ' if heads else ''}{mixed(next(node.all('p')))} [{rows}]"


def mixed(node: Node) -> str:
    """Words and mathematics; pieces of mathematics with nothing between them are one."""
    pieces: list[str] = []
    maths: list[Node] = []
    for child in [*node.inside, ""]:
        if isinstance(child, Node) and child.tag == "math":
            maths += child.elements
        elif not (isinstance(child, Node) and child.tag == "wbr"):
            pieces.append(written(maths))
            maths = []
            pieces.append(child if isinstance(child, str) else mixed(child))
    return "".join(pieces).replace("−", "-")


def written(nodes: list[Node]) -> str:
    """Siblings in a row of mathematics, in the notation of plain text."""
    texts = []
    for k, node in enumerate(nodes):
        beside = [other.text for other in (nodes[k - 1 : k] if k else []) + nodes[k + 1 : k + 2] if other.tag == "mo"]
        text = one(node)
        broken = node.tag == "mfrac" and " / " in text
        texts.append(f"({text})" if broken and any(sign in "·∘/" for sign in beside) else text)
    return "".join(texts)


def one(node: Node) -> str:
    """One element of mathematics."""
    match node.tag, node.elements:
        case "mi" | "mn" | "mtext", _:
            return node.text
        case "mspace", _:
            return " "
        case "mo", _:
            return sign(node)
        case "mrow", [Node("mo", inside=["|"]), *inside, Node("mo", inside=["|"])]:
            return f"abs({written(inside)})"
        case "mrow", inside:
            return written(inside)
        case "mfrac", [Node("mrow", inside=[Node("mo", inside=["∂"]), *_]) as top, bottom]:
            return f"{one(top)}/{one(bottom)}"
        case "mfrac", [Node("mn") as top, Node("mn") as bottom]:
            return f"{top.text}/{bottom.text}"
        case "mfrac", [top, bottom]:
            return f"{held(top, ' ')} / {held(bottom, ' ·∘/^')}"
        case "mover", [base, Node("mo", inside=["^"])]:
            return unicodedata.normalize("NFC", one(base) + HAT)
        case "msub", [base, Node("mtext") as at]:
            return f"{bare(one(base))}[{at.text}]"
        case "msub", [base, below]:
            if below.tag == "mn":
                return one(base) + below.text
            letter, hat, _ = unicodedata.normalize("NFD", one(base)).partition(HAT)
            return f"{letter}_{one(below)}{'_hat' if hat else ''}"
        case "msubsup", [base, below, above]:
            return f"{one(Node('msub', {}, [base, below]))}_{above.text}"
        case "msup", [base, Node("mtext") as above]:
            return f"{one(base)}_{above.text}"
        case "msup", [base, Node("mi", {"mathvariant": "normal"}, ["T"])]:
            return f"{one(base)}ᵀ"
        case "msup", [base, exponent]:
            return f"{one(base)}^{held(exponent, ' -−·∘/^')}"
        case "msqrt", inside:
            return f"sqrt({written(inside)})"
    raise AssertionError(f"what is {node.tag}?")


def bare(name: str) -> str:
    """A name without the brackets that keep two indices apart."""
    return name[1:-1] if name[:1] == "(" and name[1:-1].isidentifier() else name


def held(node: Node, signs: str) -> str:
    """An operand, in brackets where plain text needs them and a picture of it doesn't."""
    text = one(node)
    depth, loose = 0, False
    for character in text:
        depth += (character in "([") - (character in ")]")
        loose |= not depth and character in signs
    return f"({text})" if loose else text


def sign(node: Node) -> str:
    text = node.text
    if text == "−":
        return "-" if node.attributes.get("form") == "prefix" else " - "
    if text == "," or (text == "·" and "lspace" in node.attributes):
        return ", " if text == "," else " · "
    return f" {text} " if text in SPACED else text
