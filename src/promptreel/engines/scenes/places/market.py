"""A market in a lane between old houses: stalls under striped cloth, heaps of goods, lanterns on lines, people.

In snow it is a Christmas market: huts of boards with white roofs, wreaths, a lit tree at the end.
"""

import math
from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import OAK, Plot, beam, beams, courses, leaves, patch, slab
from promptreel.engines.scenes.buildings.facades import Fronts
from promptreel.engines.scenes.buildings.terraces import Row, house
from promptreel.engines.scenes.buildings.towers import Town, tower
from promptreel.engines.scenes.buildings.towns import add_seen, darkness, snowy, straight, strollers
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

LINE, LENGTH = 6.6, 52.0
"""Metres from the middle of the lane to the fronts of the houses, and how much of it is built."""

CLOTHS = np.array([(0.55, 0.07, 0.05), (0.06, 0.26, 0.14), (0.07, 0.18, 0.42), (0.62, 0.38, 0.05), (0.40, 0.10, 0.22)])
CREAM = np.array([0.64, 0.60, 0.50])
GOODS = np.array([(0.60, 0.22, 0.02), (0.46, 0.04, 0.03), (0.22, 0.36, 0.05), (0.66, 0.50, 0.06), (0.24, 0.04, 0.16),
                  (0.52, 0.30, 0.12), (0.62, 0.34, 0.05), (0.10, 0.24, 0.06)])  # fmt: skip
PAPERS = np.array([(1.0, 0.42, 0.12), (1.0, 0.20, 0.10), (1.0, 0.66, 0.22), (0.95, 0.35, 0.35)])
SNOW = np.array([0.80, 0.83, 0.88])
_TURN = np.linspace(0, 2 * math.pi, 7)[:-1]


def heap(mesh: MeshBuilder, low: tuple[float, float, float], half: tuple[float, float], colour: np.ndarray,
         rng: np.random.Generator, size: float, count: int) -> None:  # fmt: skip
    """Round goods piled in a crate: six-sided balls, each with its own shade, higher in the middle."""
    x = rng.uniform(-half[0], half[0], count)
    z = rng.uniform(-half[1], half[1], count)
    y = low[1] + size * 0.6 + 0.10 * (1 - (x / half[0]) ** 2) * (1 - (z / half[1]) ** 2) + rng.uniform(0, 0.02, count)
    middle = np.stack([low[0] + x, y, low[2] + z], 1)
    ring = np.stack([np.cos(_TURN), np.zeros(6), np.sin(_TURN)], 1)
    local = np.concatenate([ring, [[0, 0.8, 0]]])
    points = middle[:, None] + size * local
    faces = np.array([[k, (k + 1) % 6, 6] for k in range(6)])
    shade = np.clip(colour * rng.normal(1.0, 0.16, (count, 1)), 0.01, 0.9)
    tone = shade[:, None] * np.where(np.arange(7)[:, None] == 6, 1.15, 0.7)
    normal = np.concatenate([ring * 0.8 + [0, 0.6, 0], [[0, 1, 0]]])
    mesh.add(points.reshape(-1, 3), (np.arange(count)[:, None, None] * 7 + faces).reshape(-1, 3), tone.reshape(-1, 3),
             normals=np.tile(normal, (count, 1)))  # fmt: skip


def lantern(plot: Plot, at: np.ndarray, colour: np.ndarray, size: float = 0.17) -> None:
    """A round paper lantern."""
    # Far ones are a few pixels large.
    near = at[2] < 12
    profile = [(0.05, -0.9), (0.5, -0.8), (0.84, -0.5), (1.0, 0.0), (0.84, 0.5), (0.5, 0.8), (0.05, 0.9)]
    shine = colour * (1.35 if plot.dark else 0.14) * plot.unit
    ring = [(r * size, y * size) for r, y in (profile if near else profile[::2])]
    plot.mesh.lathe(at, ring, 10 if near else 6, colour * 0.6, shine)
    plot.mesh.boxes([at + [0, size * 0.98, 0], at - [0, size * 0.98, 0]], [size * 0.3, size * 0.08, size * 0.3], 0.04)


def stall(plot: Plot, side: float, z: float, wide: float, white: bool) -> None:
    """A table of crates under an awning (a hut of boards with a snowy roof); its front looks to the lane."""
    mesh, rng = plot.mesh, plot.rng
    front, back = side * 2.35, side * 4.5
    cloth = CLOTHS[rng.integers(len(CLOTHS))]
    posts = [(x, zz) for x in (front, back) for zz in (z, z + wide)]
    for x, zz in posts:
        beam(mesh, (x, 0, zz), (x, 2.3 if abs(x) < 3 else 2.75, zz), 0.08, OAK * 0.9)
    strips = np.linspace(z - 0.2, z + wide + 0.2, max(6, int(wide / 0.36)))
    a, b = strips[:-1], strips[1:]
    out, inn, low, top = front - side * 0.55, back, 2.12, 2.85
    tones = np.where((np.arange(len(a)) % 2 == 0)[:, None], cloth, CREAM)
    if white:
        tones = np.broadcast_to(SNOW, (len(a), 3)) * rng.normal(1, 0.02, (len(a), 1))
    roof = np.stack([np.stack([np.full(len(a), p), np.full(len(a), q), r], 1) for p, q, r in
                     ((out, low, a), (out, low, b), (inn, top, b), (inn, top, a))], 1)  # fmt: skip
    mesh.quads(roof, tones, up=3 if z < 15 else 1, toward=(-side * 0.3, 1, 0))
    under = tones * (0.4 if not white else 0.12)
    mesh.quads(roof - np.array([0, 0.03, 0]), under, under * 0.05, toward=(side * 0.3, -1, 0))
    flap = np.stack([np.stack([np.full(len(a), out), np.full(len(a), q), r], 1) for q, r in
                     ((low - 0.20, a), (low - 0.20, b), (low, b), (low, a))], 1)  # fmt: skip
    mesh.quads(flap, tones * 0.92, toward=(-side, 0, 0))
    if white:
        wall = patch((back, 0, z), (back, 0, z + wide), (back, 2.75, z + wide), (back, 2.75, z), (-side, 0, 0))
        courses(mesh, wall, (2.0, 0.2), OAK * 1.2, rng, vary=0.15)
        for zz in (z, z + wide):
            cheek = patch(
                (front, 0, zz), (back, 0, zz), (back, 2.75, zz), (front, 2.25, zz), (0, 0, -1 if zz == z else 1)
            )
            courses(mesh, cheek, (2.0, 0.2), OAK * 1.1, rng, vary=0.15)
    counter = patch((front, 0, z), (front, 0, z + wide), (front, 0.78, z + wide), (front, 0.78, z), (-side, 0, 0))
    courses(mesh, counter, (0.9, 0.2), OAK * 1.3, rng, vary=0.16, round_off=0.2)
    slab(
        mesh,
        (min(front, front + side * 1.3), 0.78, z),
        (max(front, front + side * 1.3), 0.84, z + wide),
        OAK * 1.4,
        rng,
        0.5,
    )
    near = z < 15
    for row, x in enumerate((front + side * 0.32, front + side * 0.92)):
        for at in np.arange(z + 0.36, z + wide - 0.2, 0.70):
            goods = GOODS[rng.integers(len(GOODS))]
            y = 0.84 + 0.16 * row
            f.box(mesh, (x - 0.29, y, at - 0.31), (x + 0.29, y + 0.13, at + 0.31), OAK * rng.uniform(1.0, 1.7))
            heap(
                mesh, (x, y + 0.10, at), (0.25, 0.27), goods, rng, float(rng.uniform(0.045, 0.075)), 30 if near else 10
            )
    for at in np.arange(z + 0.5, z + wide, 1.0):
        if rng.random() < 0.75:
            lantern(plot, np.array([front - side * 0.15, 1.86, at]), PAPERS[rng.integers(len(PAPERS))], 0.12)
    plot.lamp((front + side * 0.6, 1.95, z + wide / 2), 1.5)


def lines(plot: Plot, white: bool) -> None:
    """Lines across the lane with lanterns on them (bulbs in a Christmas market)."""
    mesh, rng = plot.mesh, plot.rng
    for z in np.arange(4.5, 30.0, 4.6):
        share = np.linspace(-1, 1, 15)[:, None]
        rope = np.concatenate([share * LINE, 4.15 - 0.75 * (1 - share**2), np.full_like(share, z) + 0.5 * share], 1)
        beams(mesh, rope[:-1], rope[1:], 0.02, 0.02, coarse=True)
        for k, at in enumerate(rope[2:-2]):
            if white:
                glow = np.array([1.0, 0.72, 0.36]) * (3.0 if plot.dark else 0.8) * plot.unit
                mesh.lathe(at - [0, 0.08, 0], [(0.001, 0.0), (0.05, 0.05), (0.001, 0.1)], 6, 0.6, glow)
            elif k % 2 == 0:
                lantern(plot, at - [0, 0.26, 0], PAPERS[rng.integers(len(PAPERS))], 0.19)
        plot.lamp((0.0, 3.1, float(z)), 1.6, (1.0, 0.55, 0.24))


def fir(plot: Plot, z: float) -> None:
    """A tall decorated fir with a star."""
    mesh, rng = plot.mesh, plot.rng
    count = 4200
    up = rng.random(count) ** 1.35
    turn, r = rng.uniform(0, 6.28, count), 2.5 * (1 - up) * rng.uniform(0.75, 1.03, count) + 0.08
    at = np.stack([r * np.cos(turn), 0.7 + 6.8 * up - 0.25 * r, z + r * np.sin(turn)], 1)
    out = np.stack([np.cos(turn), np.full(count, 0.25), np.sin(turn)], 1)
    leaves(mesh, at, out, 0.26, (0.030, 0.085, 0.035), rng)
    pick = rng.choice(count, 230, replace=False)
    for tone, part in ((np.array([1.0, 0.75, 0.35]), pick[:150]), (np.array([1.0, 0.12, 0.08]), pick[150:])):
        mesh.boxes(
            at[part] + out[part] * 0.12, [0.06, 0.06, 0.06], tone * 0.6, tone * (2.4 if plot.dark else 0.7) * plot.unit
        )
    star = np.array([0.0, 7.75, z])
    mesh.boxes([star], [0.22, 0.22, 0.05], (0.7, 0.5, 0.1), np.array([1.0, 0.8, 0.3]) * 2.5 * plot.unit)
    plot.lamp((0.0, 4.0, z - 3.0), 6.0)


def houses(stage: Set, rng: np.random.Generator) -> None:
    """The fronts along the lane and across its end."""
    dark = darkness(stage.brief)
    walls, shops, fronts = MeshBuilder(), MeshBuilder(), Fronts()
    row = Row(walls, shops, fronts, stage.light, dark, snowy(stage.brief))
    for side in (-1, 1):
        z = -9.0
        while z < LENGTH:
            wide = rng.uniform(6.5, 10.0)
            house(row, rng, side, LINE + rng.uniform(0, 0.5), z, wide, int(rng.integers(2, 5)))
            z += wide + 0.02
    view = (-3.0, 0.3, -10.0), (3.0, 14.0, 24.0)
    add_seen(stage, walls.build(), view)
    town = Town(stage.mesh, stage.light, dark, (0.0, 1.7, 0.0), 0.35)
    for x in (-13.0, 0.0, 12.0):
        tower(town, rng, x, LENGTH + 10.0, 6.4, rng.uniform(17, 24), 1.6)
    rooms = shops.build()
    add_seen(stage, replace(rooms, emission=rooms.emission * np.float32(0.13 + 0.7 * dark)), view)


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    houses(stage, stage.brief.rng("market houses"))
    plot = Plot(stage, 0.0, 0.0, 0.0, "market")
    plot._origin[:] = 0.0
    rng, white = plot.rng, snowy(stage.brief)
    floor = patch((-LINE, 0.012, -14), (LINE, 0.012, -14), (LINE, 0.012, 34), (-LINE, 0.012, 34), (0, 1, 0))
    stone = SNOW * 0.9 if white else np.array([0.25, 0.225, 0.20])
    courses(plot.mesh, floor, (0.55, 0.55), stone, rng, vary=0.05 if white else 0.15, round_off=0.12)
    rest = patch((-LINE, 0.012, 34), (LINE, 0.012, 34), (LINE, 0.012, 80), (-LINE, 0.012, 80), (0, 1, 0))
    courses(plot.mesh, rest, (1.6, 1.6), stone, rng, vary=0.08)
    for side in (-1.0, 1.0):
        z = 2.6 + rng.uniform(0, 0.8)
        while z < 34:
            wide = float(rng.uniform(2.6, 3.6))
            stall(plot, side, z, wide, white)
            z += wide + rng.uniform(0.35, 0.8)
    lines(plot, white)
    if white:
        fir(plot, 40.0)
    for x, z in ((0.1, 5.4), (-0.7, 6.4), (0.9, 7.0), (-0.2, 8.6), (0.6, 10.2)):
        stage.spots.setdefault("ground", []).append((x, 0.012, z))
    if not {"person", "people"} & stage.brief.spec.without:
        strollers(stage, stage.brief.rng("market strollers"), straight, (0.5, 1.5), 8, 9.0, 40.0)
    plot.finish(contact=0.55)


ROWS = (Place("market", build, size=96.0, height=32.0, distance=0.0, stands="around"),)
