"""The skyline of a city, seen from across water or from a hill."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.towers import Beacons, Town, tower
from promptreel.engines.scenes.buildings.towns import WARM, Block, cells, darkness, tree
from promptreel.engines.scenes.mesh import Wall
from promptreel.engines.scenes.stage import Place, Set

WIDE = 980.0
"""Metres of waterfront on either side."""


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """Three rows of towers behind a promenade with trees and lamps; (x, z) is the middle of its quay."""
    rng = stage.brief.rng("city")
    dark = darkness(stage.brief)
    block = Block()
    beacons: list[tuple[float, float, float, float]] = []
    town = Town(block.mesh, stage.light, dark, (-x, 30.0, -z), 0.42, beacons)
    peaks = [
        (rng.uniform(-260, -60), rng.uniform(90, 170), rng.uniform(150, 260)),
        (rng.uniform(60, 330), rng.uniform(80, 160), rng.uniform(120, 230)),
    ]
    _row(town, rng, peaks, 55.0, 16.0, (14, 34), 0.16, 1.0)
    _row(town, rng, peaks, 120.0, 30.0, (28, 62), 0.62, 1.0)
    _row(town, rng, peaks, 230.0, 38.0, (40, 86), 1.0, 1.35)
    _row(town, rng, peaks, 420.0, 55.0, (40, 90), 0.85, 2.0)
    _quay(block, stage, rng, dark)
    base = float(stage.ground.height(x, z))
    block.put(stage, x, z, turn, max(base, 0.0))
    if dark > 0 and beacons:
        c, s = math.cos(turn), math.sin(turn)
        places = [(x + a * c + d * s, b + max(base, 0.0), z - a * s + d * c, p) for a, b, d, p in beacons]
        stage.layers.append(Beacons(np.array(places), np.array([5.0, 0.25, 0.12]), stage.light))
    stage.taken.append((x, z + 200.0, 260.0))


def _row(
    town: Town,
    rng: np.random.Generator,
    peaks: list[tuple[float, float, float]],
    z: float,
    pitch: float,
    usual: tuple[float, float],
    share: float,
    coarse: float,
) -> None:
    """Towers side by side; `peaks` (x, width, height) are where the city grows tall."""
    x = -WIDE - z * 0.4
    while x < WIDE + z * 0.4:
        half = pitch * rng.uniform(0.26, 0.46)
        grow = sum(top * math.exp(-(((x - at) / wide) ** 2)) for at, wide, top in peaks)
        high = (
            rng.uniform(*usual) * (0.55 + 0.45 * math.exp(-((x / 700) ** 2)))
            + share * grow * rng.uniform(0.25, 1.0) ** 1.2
        )
        far = coarse * (1.0 if abs(x) < 500 else 1.5)
        tower(town, rng, x, z + rng.uniform(-0.25, 0.25) * pitch, half, max(high, 10.0), far, rng.uniform(0.7, 1.3))
        x += 2 * half + pitch * rng.uniform(0.04, 0.42)


def _quay(block: Block, stage: Set, rng: np.random.Generator, dark: float) -> None:
    """A stone wall out of the water, a lawn and a promenade with trees and lamps on it."""
    mesh = block.mesh
    wall = Wall((-1800, 0), (1, 0), (0, -1))
    quads, _, row = cells(wall, (0, -3.0, 3600, 3.0), (24.0, 1.5))
    stone = np.array([0.30, 0.28, 0.25]) * rng.uniform(0.8, 1.15, (len(quads), 1)) * (0.45 + 0.16 * row)[:, None]
    mesh.quads(quads, stone, toward=wall.normal)
    lawn = np.array([0.09, 0.13, 0.045]) if stage.brief.spec.season != "winter" else np.array([0.62, 0.65, 0.70])
    mesh.quads(wall.ledges(0, 3600, 3.0, 0, -9), np.array([0.36, 0.34, 0.31]), toward=(0, 1, 0))
    mesh.quads(wall.ledges(0, 3600, 3.02, -9, -46), lawn, toward=(0, 1, 0))
    mesh.quads(wall.ledges(0, 3600, 3.0, -46, -700), np.full(3, 0.16), toward=(0, 1, 0))
    season = stage.brief.spec.season or "summer"
    for at in np.arange(-620, 620, 15.0):
        if rng.random() < 0.8:
            tree(mesh, rng, (at + rng.uniform(-5, 5), 3.0, rng.uniform(14, 40)), rng.uniform(7, 14), season, 46)
    posts = np.arange(-600, 600, 24.0)
    feet = np.stack([posts, np.full(len(posts), 5.4), np.full(len(posts), 2.0)], 1)
    mesh.boxes(feet, [0.10, 2.6, 0.10], 0.08)
    mesh.boxes(feet + [0, 2.8, 0], [0.38, 0.34, 0.38], 0.4, WARM * 5.0 * dark)
    if dark > 0:
        for at in posts[::2]:
            block.lamp((at, 7.8, 1.0), WARM * 24.0 * dark)


ROWS = (Place("city", build, 700.0, 200.0, 620.0, "ground"),)
