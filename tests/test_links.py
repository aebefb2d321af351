"""Every relative link of the documents leads to a file that is there, and every anchor to a heading that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "samples").rglob("*.md")),
    *sorted((ROOT / "penpaper_cli").glob("*.md")),
    *sorted((ROOT / "tests").glob("*.md")),
    *sorted((ROOT / ".github").glob("*.md")),
]
FENCE = re.compile(r"^(`{3,})[^`\n]*\n.*?^\1\n", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.*?)\s*$", re.MULTILINE)


def prose(path: Path) -> str:
    """A document without its fenced blocks, in which nothing is a link or a heading."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> Iterator[str]:
    """The anchors that GitHub gives to headings: lower case, blanks as hyphens, a number for one that comes again."""
    seen: dict[str, int] = {}
    for heading in HEADING.findall(prose(path)):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower()).replace(" ", "-")
        count = seen[slug] = seen.get(slug, -1) + 1
        yield f"{slug}-{count}" if count else slug


def links(path: Path) -> list[str]:
    """Where the links and pictures of a document lead, as written."""
    return LINK.findall(CODE.sub("", prose(path)))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in links(path):
        if link.startswith(("https://", "http://")):
            continue
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        if not target.exists() or (anchor and anchor not in set(anchors(target))):
            broken.append(link)
    assert broken == []


def test_links_and_anchors_are_found() -> None:
    """The check can fail: there are links of both kinds to hold."""
    found = [link for path in DOCUMENTS for link in links(path)]
    assert len(found) > 60 and any("#" in link for link in found)
    assert "where-to-read-on" in set(anchors(ROOT / "README.md"))


def test_every_page_of_the_reference_and_every_lesson_is_linked() -> None:
    index = set(links(ROOT / "samples" / "reference" / "README.md"))
    pages = {path.name for path in (ROOT / "samples" / "reference").glob("*.md")} - {"README.md"}
    assert pages <= index
    lessons = {f"samples/{path.name}" for path in (ROOT / "samples").glob("*.md")}
    assert lessons <= set(links(ROOT / "README.md"))
