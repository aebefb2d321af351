"""A training run as a plot in a file: the loss over the epochs, and what was predicted against what is true."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from penpaper_cli.data.files import check_writable, write_whole
from penpaper_cli.data.sources import quoted, shown
from penpaper_cli.errors import CannotRead, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENDINGS = (".svg", ".png", ".pdf")
INK, GREY, TRAINING, TEST = "#222222", "#999999", "#0072b2", "#d55e00"
"""The last two are told apart by people who see colours differently (Okabe and Ito, Color Universal Design, 2008)."""
SIDE = 3.6
"""Inches."""
MOST_NUMBERED = 24
LONGEST_NAME = 24
FEW_DECADES = 1e4
"""Below this, a logarithmic axis has numbers between the powers of ten too."""
LONGEST_ROW = 32
"""In letters: the names of classes that stand side by side are turned where they are longer than this."""
MOST_DOTS = 5000
"""More dots than this are a picture inside an SVG or PDF, which would grow too large for programs that show it."""
FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Hiragino Sans", "Microsoft YaHei", "Yu Gothic", "Noto Sans Arabic")
"""Where a name needs signs that matplotlib's own font doesn't have."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Numbers that are true beside those that were predicted, each of shape (n,); and the same of rows for a test."""

    target: str
    true: np.ndarray
    predicted: np.ndarray
    test_true: np.ndarray | None = None
    test_predicted: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Confusion:
    """How often each class (a row of `counts`) was taken for each class (a column)."""

    target: str
    classes: tuple[str, ...]
    counts: np.ndarray


def check(path: str, option: str = "--plot") -> None:
    """Raise CannotRead where a plot can't be made, so that no training is wasted."""
    if not path.lower().endswith(ENDINGS):
        raise CannotRead(f"{option} {quoted(path, 200)}: its ending says no format; end it in .svg, .png or .pdf.")
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise missing(f"{option} {quoted(path, 200)}", "matplotlib", "plot") from None
    check_writable(path, option)


def plot(
    path: str,
    losses: Sequence[float],
    test_losses: Sequence[float] = (),
    outcome: Pairs | Confusion | None = None,
    logarithmic: bool = False,
) -> list[str]:
    """Write the plot, whole or not at all; the same run gives the same file.

    `losses[k]` is the loss after k epochs. Without an outcome, as when training diverged, there is only the loss.
    Returns notes on what the plot couldn't show.
    """
    import matplotlib
    from matplotlib.figure import Figure

    style: Any = {
        "font.family": _fonts(),
        "font.size": 9,
        "text.parse_math": False,  # a name such as $x_1$ is no formula
        "svg.fonttype": "none",
        "svg.hashsalt": "pp",
        "axes.spines.top": False,
        "axes.spines.right": False,
        **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    }
    ending = path.lower().rpartition(".")[2]
    dateless: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
    buffer = io.BytesIO()
    with matplotlib.rc_context(style), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        side = SIDE
        if isinstance(outcome, Confusion):
            side = max(SIDE, 0.42 * min(len(outcome.classes), MOST_NUMBERED))
        widths = [1.25 * SIDE] if outcome is None else [1.25 * SIDE, side + 0.6]
        figure = Figure(figsize=(sum(widths), side), layout="constrained")
        left, *right = figure.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0]
        _loss(left, losses, test_losses, logarithmic)
        if isinstance(outcome, Pairs):
            _pairs(right[0], outcome)
        elif outcome is not None:
            _confusion(right[0], outcome)
        figure.savefig(buffer, format=ending, dpi=200, metadata=dateless[ending])
    write_whole(path, "--plot", [buffer.getvalue()])
    lost = any("missing from" in str(warning.message) for warning in caught)
    return [f"--plot {quoted(path, 200)}: no font here has all signs of the names; .svg keeps them."] if lost else []


def _fonts() -> list[str]:
    """matplotlib's own font, and what the machine has for other writing."""
    from matplotlib.font_manager import fontManager

    here = {font.name for font in fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in FONTS if name in here)]


def _loss(axes: Axes, losses: Sequence[float], test_losses: Sequence[float], logarithmic: bool) -> None:
    """The loss over the epochs, and that of the test rows; the curves are named where there are two."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

    curves = [("training", losses, TRAINING, "-")] + ([("test", test_losses, TEST, "--")] if len(test_losses) else [])
    for name, values, colour, dashes in curves:
        axes.plot(range(len(values)), values, dashes, color=colour, linewidth=1.5, label=name)
    if len(curves) > 1:
        axes.legend(frameon=False)
    lowest = min(*losses, *test_losses, losses[0])
    if logarithmic and lowest > 0:
        axes.set_yscale("log")
        few = max(*losses, *test_losses, losses[0]) < FEW_DECADES * lowest
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=8))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.margins(x=0.01)
    axes.yaxis.set_major_formatter(_number)
    axes.xaxis.set_major_formatter(_number)
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")


def _pairs(axes: Axes, found: Pairs) -> None:
    """A dot for each row, and the line on which predicted and true are equal."""
    ends = _span([found.true, found.predicted, found.test_true, found.test_predicted])
    axes.plot(ends, ends, color=GREY, linewidth=1, zorder=1)
    many = len(found.true) > MOST_DOTS
    axes.scatter(found.true, found.predicted, s=16, color=TRAINING, alpha=0.7, linewidths=0, rasterized=many)
    if found.test_true is not None and found.test_predicted is not None:
        axes.scatter(found.test_true, found.test_predicted, s=22, marker="^", facecolors="none", edgecolors=TEST)
    axes.set_aspect("equal", adjustable="datalim")
    axes.locator_params(nbins=6)
    axes.xaxis.set_major_formatter(_number)
    axes.yaxis.set_major_formatter(_number)
    _named(axes, "true", "predicted", found.target)


def _span(numbers: Sequence[np.ndarray | None]) -> tuple[float, float]:
    """The smallest and the largest of all."""
    there = [part for part in numbers if part is not None and len(part)]
    return min(float(part.min()) for part in there), max(float(part.max()) for part in there)


def _confusion(axes: Axes, found: Confusion) -> None:
    """The counts in their cells, each cell the darker the larger its share of the true class."""
    counts = np.asarray(found.counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    k = len(found.classes)
    few = k <= MOST_NUMBERED
    edges = {"edgecolors": "white", "linewidth": 2} if few else {"rasterized": True}
    axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1.25, **edges)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    for i, j in np.ndindex(counts.shape) if few else ():
        axes.text(j + 0.5, i + 0.5, f"{counts[i, j]:,}", ha="center", va="center", color=_ink(shares[i, j]))
    named = range(0, k, -(-k // MOST_NUMBERED))
    labels = [shown(found.classes[place], LONGEST_NAME) for place in named]
    places = [place + 0.5 for place in named]
    crowded = max(map(len, labels)) * len(labels) > LONGEST_ROW
    axes.set_xticks(places, labels, rotation=90 if crowded else 0)
    axes.set_yticks(places, labels)
    _named(axes, "predicted", "true", found.target)


def _ink(share: float) -> str:
    """What can be read on a cell as dark as this."""
    return "white" if share > 0.6 else INK


def _named(axes: Axes, across: str, up: str, target: str) -> None:
    """What the axes show."""
    name = shown(target, LONGEST_NAME)
    axes.set_xlabel(f"{across} {name}")
    axes.set_ylabel(f"{up} {name}")


def _number(value: float, place: float | None = None) -> str:
    """A number on an axis."""
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:g}"
