"""Programs of the outside world that read what pp writes: where they are, if they are."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

OF_NPM = {"katex", "playwright-core", "vnu-jar"}
"""Packages of npm, which Node finds in NODE_PATH or among those that are installed for everybody."""
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@cache
def is_there(name: str) -> bool:
    """Whether a program, a package of npm or a module of Python is installed."""
    if name in OF_NPM:
        return bool(module(name))
    return bool(CHROMIUM if name == "chromium" else shutil.which(name) or find_spec(name))


@cache
def module(name: str) -> str:
    """Where Node finds a package of npm, or nothing."""
    if not shutil.which("node") or not shutil.which("npm"):
        return ""
    script = f"console.log(require.resolve('{name}'))"
    return subprocess.run(["node", "-e", script], env=node_env(), capture_output=True, text=True).stdout.strip()


@cache
def node_env() -> dict[str, str]:
    """The environment in which Node finds its packages and Chromium."""
    everybodys = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True).stdout.strip()
    paths = os.pathsep.join(filter(None, (os.environ.get("NODE_PATH"), everybodys)))
    return {**os.environ, "NODE_PATH": paths, "CHROMIUM": str(CHROMIUM)}


def vnu_jar() -> str:
    """The validator of the W3C."""
    return str(next(Path(module("vnu-jar")).parent.rglob("vnu.jar")))
