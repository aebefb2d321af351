"""Draws the mushrooms in this folder: 24 grey pictures of 8 × 8 pixels, and one that belongs to neither pile.

    python samples/draw_mushrooms.py

The mushrooms are invented: the edible ones have a round cap, the poisonous ones a pointed cap. Each is drawn with a
size, a place and a tone of its own, and a little noise; the seed makes the pictures the same every time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = 8
FINE = 16
"""Each pixel is the mean of so many points across and down, so that edges look smooth."""
PER_CLASS = 12
SEED = 4
PAPER, STEM = 245, 165
NOISE = 5


def mushroom(pointed: bool, random: np.random.Generator) -> np.ndarray:
    """One picture: whole numbers from 0 (black) to 255 (white), shape (8, 8). Lengths are in pixels."""
    place = (np.arange(SIZE * FINE) + 0.5) / FINE
    y, x = np.meshgrid(place, place, indexing="ij")
    middle = SIZE / 2 + random.uniform(-0.7, 0.7)
    rim = 4.7 + random.uniform(-0.6, 0.6)
    reach = 3.3 + random.uniform(-0.3, 0.3)
    height = (4.2 if pointed else 3.4) + random.uniform(-0.3, 0.3)
    up, out = (rim - y) / height, abs(x - middle) / reach
    cap = (up >= 0) & (up + out <= 1 if pointed else up**2 + out**2 <= 1)
    stem = (y >= rim) & (y <= 7.6) & (abs(x - middle) <= random.uniform(0.8, 1.1))
    fine = np.where(cap, random.uniform(50, 90), np.where(stem, STEM, PAPER))
    pixels = fine.reshape(SIZE, FINE, SIZE, FINE).mean(axis=(1, 3))
    return np.clip(np.round(pixels + random.normal(0, NOISE, pixels.shape)), 0, 255).astype(np.uint8)


def draw(folder: Path) -> None:
    """All pictures, into a folder: mushroom.png, and mushrooms/edible and mushrooms/poisonous."""
    random = np.random.default_rng(SEED)
    for name in ("edible", "poisonous"):
        (folder / "mushrooms" / name).mkdir(parents=True, exist_ok=True)
        for k in range(1, PER_CLASS + 1):
            Image.fromarray(mushroom(name == "poisonous", random)).save(folder / "mushrooms" / name / f"{k:02}.png")
    Image.fromarray(mushroom(False, random)).save(folder / "mushroom.png")


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
