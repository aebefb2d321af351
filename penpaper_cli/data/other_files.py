"""What a file is that was named as a table and is none, by how it begins."""

from __future__ import annotations

import json
import re
from typing import BinaryIO

from penpaper_cli.errors import CannotRead

SAVE_AS_CSV = "save the table as CSV"
BINARY = {
    b"PK\x03\x04": "a zipped file, such as an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"\x1f\x8b": "compressed",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"SQLite format": "a database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x93NUMPY": "a NumPy array",
}
GIT_LFS = b"version https://git-lfs.github.com/spec/"
MARKUP = re.compile(rb"<(?:!doctype|\?xml|html|head|body|table|svg)\b", re.IGNORECASE)


def refuse_other(raw: BinaryIO, source: str) -> None:
    """Raise CannotRead, which says what the file is and what to do, unless it may be a table."""
    raw.seek(0)
    start = raw.read(4096)
    for magic, kind in BINARY.items():
        if start.startswith(magic):
            remedy = "unpack it first" if kind == "compressed" else SAVE_AS_CSV
            raise CannotRead(f"{source} is {kind}, not text: {remedy}.")
    if start.startswith(GIT_LFS):
        raise CannotRead(
            f"{source} is a pointer of Git LFS, not the file that it points to: fetch that with git lfs pull."
        )
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if markup := MARKUP.match(text):
        kind = "XML" if markup[0].lower() in (b"<?xml", b"<svg") else "HTML, as a web page is"
        raise CannotRead(f"{source} is {kind}, not a table of cells: {SAVE_AS_CSV}.")
    if text[:1] in (b"{", b"[") and _is_json(raw):
        raise CannotRead(f"{source} is JSON, not a table of cells: {SAVE_AS_CSV}, with a line for each row.")


def _is_json(raw: BinaryIO) -> bool:
    """Whether a file is JSON, as a whole or line by line."""
    raw.seek(0)
    first = raw.readline()
    for content in (first, first + raw.read()):
        try:
            json.loads(content)
        except (ValueError, RecursionError):
            continue
        return True
    return False
