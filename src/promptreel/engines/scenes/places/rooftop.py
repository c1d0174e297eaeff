"""A flat roof over a city: a parapet, a water tank on legs, pipes and boxes, plants, a table, strings of lights."""

import math

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import BRICK, OAK, Plot, beam, beams, courses, drum, patch, slab
from promptreel.engines.scenes.buildings.masonry import leaf_ball
from promptreel.engines.scenes.buildings.towers import Beacons, Town, tower
from promptreel.engines.scenes.buildings.towns import Block, darkness
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, FRONT = 9.0, 13.0, -9.0
"""Half the width, the far and the near edge of the roof, m."""

DEEP = 62.0
"""Metres from the roof down to the street."""


def city(stage: Set, rng: np.random.Generator) -> None:
    """Roofs below, towers around and beyond, streets as dark gaps between; red lights on the tops."""
    dark = darkness(stage.brief)
    block = Block()
    beacons: list[tuple[float, float, float, float]] = []
    town = Town(block.mesh, stage.light, dark, (0.0, DEEP, 0.0), 0.40, beacons)
    for ring, (pitch, usual, coarse) in enumerate(
        ((34.0, (26, 50), 1.4), (44.0, (34, 78), 1.8), (60.0, (40, 96), 2.4), (90.0, (40, 120), 3.2))
    ):
        away = (52.0, 105.0, 190.0, 330.0)[ring]
        for x in np.arange(-away * 1.25, away * 1.25 + 1, pitch):
            tall = rng.uniform(*usual) * (1.0 + (ring > 0) * 0.9 * math.exp(-(((x - 0.4 * away) / (0.35 * away)) ** 2)))
            tower(town, rng, float(x + rng.uniform(-4, 4)), away + rng.uniform(-8, 8), pitch * rng.uniform(0.32, 0.44), tall,
                  coarse, rng.uniform(0.8, 1.2))  # fmt: skip
        for x in (-1, 1):
            for z in np.arange(-20.0, away * 0.8, pitch):
                if ring < 3:
                    tower(
                        town,
                        rng,
                        x * (away * 0.85 + rng.uniform(0, 8)),
                        float(z),
                        pitch * 0.4,
                        rng.uniform(*usual),
                        coarse,
                    )
    for _ in range(7):
        tower(town, rng, rng.uniform(-330, 330), rng.uniform(420, 620), rng.uniform(14, 24), rng.uniform(120, 230), 3.0)
    lit = np.array([1.0, 0.6, 0.25]) * 0.05 * dark
    corners = [(-900, 0, -200), (900, 0, -200), (900, 0, 1500), (-900, 0, 1500)]
    block.mesh.quad(corners, 0.05, lit, across=12, up=12, toward=(0, 1, 0))
    block.put(stage, 0.0, 0.0, 0.0, -DEEP)
    if dark > 0 and beacons:
        places = np.array([(a, b - DEEP, c, p) for a, b, c, p in beacons])
        stage.layers.append(Beacons(places, np.array([4.0, 0.2, 0.1]), stage.light, 0.7))


def tank(mesh: MeshBuilder, x: float, z: float, rng: np.random.Generator) -> None:
    """A barrel of staves under a pointed cap on braced steel legs."""
    steel = np.array([0.10, 0.10, 0.11])
    for a in (0.8, 2.37, 3.94, 5.51):
        c, s = math.cos(a), math.sin(a)
        beam(mesh, (x + 1.3 * c, 0, z + 1.3 * s), (x + 1.15 * c, 3.0, z + 1.15 * s), 0.16, steel)
        b = a + 1.57
        beam(mesh, (x + 1.3 * c, 0.3, z + 1.3 * s), (x + 1.18 * math.cos(b), 2.8, z + 1.18 * math.sin(b)), 0.05, steel)
    slab(mesh, (x - 1.5, 3.0, z - 1.5), (x + 1.5, 3.14, z + 1.5), steel * 1.4, rng, 0.6)
    courses(
        mesh,
        drum((x, 3.14, z), [(1.42, 0.0), (1.45, 1.3), (1.38, 2.7)]),
        (0.16, 2.7),
        OAK * 1.1,
        rng,
        vary=0.16,
        shade=0.8,
        bond=0.0,
    )
    for y in (3.5, 4.1, 4.8, 5.5):
        mesh.lathe((x, y, z), [(1.47, 0.0), (1.48, 0.06)], 24, steel)
    mesh.lathe((x, 5.8, z), [(1.62, 0.0), (0.9, 0.55), (0.06, 1.05), (0.001, 1.2)], 24, np.array([0.13, 0.125, 0.12]))


def strings(plot: Plot) -> None:
    """Bulbs on slack wires between posts."""
    mesh = plot.mesh
    posts = [(-6.6, 4.2), (6.6, 4.2), (-6.6, 11.6), (6.6, 11.6), (0.0, 11.8)]
    for x, z in posts:
        beam(mesh, (x, 0, z), (x, 3.25, z), 0.07, (0.05, 0.05, 0.055))
    spans = [(0, 1), (0, 3), (1, 2), (2, 4), (4, 3), (0, 2), (1, 3)]
    light = np.array([1.0, 0.70, 0.36])
    glow = light * (3.2 if plot.dark else 0.25) * plot.unit
    for i, j in spans:
        a, b = np.array([posts[i][0], 3.2, posts[i][1]]), np.array([posts[j][0], 3.2, posts[j][1]])
        length = float(np.linalg.norm(b - a))
        share = np.linspace(0, 1, max(8, int(length / 0.62)))[:, None]
        line = a * (1 - share) + b * share - np.array([0, 0.075 * length, 0]) * 4 * share * (1 - share)
        beams(mesh, line[:-1], line[1:], 0.014, (0.02, 0.02, 0.02), coarse=True)
        for at in line[1:-1]:
            mesh.lathe(
                at - [0, 0.13, 0], [(0.001, 0.0), (0.042, 0.035), (0.040, 0.065), (0.014, 0.11)], 7, light * 0.6, glow
            )
        middle = line[len(line) // 2]
        plot.lamp((float(middle[0]), float(middle[1]) - 0.3, float(middle[2])), 1.1, light)


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    city(stage, stage.brief.rng("rooftop city"))
    plot = Plot(stage, 0.0, 0.0, 0.0, "rooftop")
    mesh, rng = plot.mesh, plot.rng
    floor = patch((-HALF, 0, FRONT), (HALF, 0, FRONT), (HALF, 0, BACK), (-HALF, 0, BACK), (0, 1, 0))
    courses(mesh, floor, (0.6, 0.6), (0.26, 0.245, 0.23), rng, vary=0.14, round_off=0.06, bond=0.0)
    wood = patch((-4.2, 0.04, 5.0), (4.2, 0.04, 5.0), (4.2, 0.04, 10.6), (-4.2, 0.04, 10.6), (0, 1, 0))
    courses(mesh, wood, (2.4, 0.14), OAK * 1.5, rng, vary=0.14, round_off=0.15)
    for low, top in (((-HALF, 0, BACK), (HALF, 0.95, BACK + 0.35)), ((-HALF - 0.35, 0, FRONT), (-HALF, 0.95, BACK + 0.35)),
                     ((HALF, 0, FRONT), (HALF + 0.35, 0.95, BACK + 0.35))):  # fmt: skip
        slab(mesh, low, top, BRICK * 1.1, rng, 0.34)
        slab(
            mesh,
            (low[0] - 0.06, 0.95, low[2] - 0.06),
            (top[0] + 0.06, 1.05, top[2] + 0.06),
            (0.36, 0.34, 0.31),
            rng,
            0.9,
        )
    side = float(rng.choice([-1.0, 1.0]))
    tank(mesh, side * 6.4, 10.0, rng)
    slab(mesh, (-side * 8.6 - 1.4, 0, 7.6), (-side * 8.6 + 2.2, 2.6, 11.0), BRICK, rng, 0.36)
    f.box(mesh, (-side * 7.2 - 0.5, 0.0, 7.56), (-side * 7.2 + 0.5, 2.05, 7.60), (0.10, 0.13, 0.12))
    for z in (3.0, 4.6):
        slab(mesh, (side * 7.6 - 0.55, 0.15, z), (side * 7.6 + 0.55, 0.95, z + 1.0), (0.42, 0.43, 0.43), rng, 0.3)
        mesh.lathe((side * 7.6, 0.95, z + 0.5), [(0.40, 0.0), (0.40, 0.07), (0.08, 0.05)], 20, (0.08, 0.08, 0.085))
    table = f.round_table(0.45, 0.74, OAK * 1.4, rng)
    chairs = [(1.7 + 0.95 * math.cos(a), 8.0 + 0.95 * math.sin(a), math.pi / 2 - a) for a in (0.4, 2.5, 4.6)]
    for piece, (x, z, turn) in [(table, (1.7, 8.0, 0.0)), *((f.chair(OAK * 0.9), at) for at in chairs)]:
        c, s = math.cos(turn), math.sin(turn)
        spin = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)
        mesh.add(piece.vertices @ spin.T + np.array([x, 0.05, z], np.float32), piece.triangles, piece.colour, piece.emission,
                 piece.normals @ spin.T)  # fmt: skip
    stage.spots.setdefault("table", []).append((1.7, 0.79, 8.0))
    for x, z in ((-4.6, 4.9), (4.6, 4.9), (-4.6, 10.8), (-2.4, 11.2), (2.6, 11.2), (-5.4, 7.6)):
        slab(mesh, (x - 0.34, 0, z - 0.34), (x + 0.34, 0.5, z + 0.34), (0.20, 0.10, 0.065), rng, 0.3)
        leaf_ball(plot, (x, 0.85, z), (0.5, 0.55, 0.5), (0.06, 0.14, 0.035), 170, 0.13)
    strings(plot)
    for x, z in ((-1.0, 6.2), (0.6, 5.6), (-2.2, 7.4), (-0.4, 8.6), (2.8, 6.0)):
        stage.spots.setdefault("ground", []).append((x, 0.05, z))
    plot.finish(contact=0.5)


ROWS = (Place("rooftop", build, size=24.0, height=7.0, distance=0.0, stands="around"),)
