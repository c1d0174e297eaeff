"""A campfire: logs in a ring of stones, flames, embers, smoke and flickering light; logs to sit on around it."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import OAK, Plot, beam, slab
from promptreel.engines.scenes.buildings.fire import Fire
from promptreel.engines.scenes.buildings.smoke import Smoke
from promptreel.engines.scenes.places.lighthouse import rock
from promptreel.engines.scenes.stage import Place, Set

FIRELIGHT = np.array([1.0, 0.45, 0.13])


def log(plot: Plot, start: tuple[float, float, float], stop: tuple[float, float, float], radius: float) -> None:
    """A round log with bark, and rings on its sawn ends."""
    rng = plot.rng
    a, b = np.array(start), np.array(stop)
    along = (b - a) / np.linalg.norm(b - a)
    side = np.cross(along, [0.1, 1.0, 0.2])
    side /= np.linalg.norm(side)
    up = np.cross(side, along)
    turn = np.linspace(0, 2 * math.pi, 15)
    ring = radius * (np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * up)
    share = np.linspace(0, 1, 7)[:, None, None]
    rough = 1 + 0.07 * rng.normal(0, 1, (7, 15, 1))
    rough[:, -1] = rough[:, 0]
    points = a + (b - a) * share + ring[None] * rough
    bark = np.array([0.11, 0.075, 0.048]) * rng.uniform(0.55, 1.35, (7, 15, 1))
    bark[:, -1] = bark[:, 0]
    quads = np.stack([points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]], 2).reshape(-1, 4, 3)
    shades = np.stack([bark[:-1, :-1], bark[1:, :-1], bark[1:, 1:], bark[:-1, 1:]], 2).reshape(-1, 4, 3)
    middle = (a + b) / 2
    out = quads.mean(axis=1) - middle
    out -= (out @ along)[:, None] * along
    plot.mesh.quads(quads, shades, toward=out)
    for end, way, at in ((points[0], -along, a), (points[-1], along, b)):
        for inner, tint in ((0.0, 1.0), (0.45, 0.75), (0.85, 1.1)):
            outer = {0.0: 0.45, 0.45: 0.85, 0.85: 1.0}[inner]
            cut = np.stack([at + (end[:-1] - at) * inner, at + (end[1:] - at) * inner,
                            at + (end[1:] - at) * outer, at + (end[:-1] - at) * outer], 1)  # fmt: skip
            plot.mesh.quads(cut, np.array([0.36, 0.25, 0.14]) * tint, toward=way)


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder. On water it burns on a raft of logs."""
    plot = Plot(stage, x, z, turn, "campfire")
    rng, mesh = plot.rng, plot.mesh
    floor = 0.0
    if plot.wet:
        floor = 0.34
        for u in np.linspace(-1.6, 1.6, 10):
            log(plot, (float(u), 0.12, -1.7), (float(u), 0.12, 1.7), 0.19)
        slab(mesh, (-0.8, 0.2, -0.8), (0.8, floor, 0.8), (0.12, 0.11, 0.10), rng, 0.25)
    for k in range(13):
        angle = 2 * math.pi * k / 13 + rng.uniform(-0.08, 0.08)
        rock(plot, (0.72 * math.cos(angle), floor - 0.04, 0.72 * math.sin(angle)), float(rng.uniform(0.15, 0.22)))
    ash = np.linspace(0, 2 * math.pi, 19)[:-1]
    ring = np.stack([0.66 * np.cos(ash), np.full(18, floor + 0.02), 0.66 * np.sin(ash)], 1)
    embers = FIRELIGHT * plot.unit * 0.55
    mesh.add(
        np.concatenate([ring, [[0, floor + 0.06, 0]]]),
        [[i, (i + 1) % 18, 18] for i in range(18)],
        (0.03, 0.028, 0.026),
        np.concatenate([np.zeros((18, 3)), embers[None]]),
        (0, 1, 0),
    )
    for k in range(7):
        angle = 2 * math.pi * k / 7 + rng.uniform(-0.2, 0.2)
        foot = (0.56 * math.cos(angle), floor + 0.06, 0.56 * math.sin(angle))
        log(plot, foot, (-0.06 * math.cos(angle), floor + 0.52, -0.06 * math.sin(angle)), 0.062)
    if not plot.wet:
        log(
            plot,
            (-2.5, float(plot.rise(-2.5, 0.1)) + 0.22, -0.6),
            (-1.7, float(plot.rise(-1.7, 1.6)) + 0.22, 1.5),
            0.25,
        )
        log(plot, (1.6, float(plot.rise(1.6, 1.5)) + 0.22, 1.7), (2.6, float(plot.rise(2.6, 0)) + 0.22, -0.3), 0.25)
        for px, pz, way in ((-0.85, 0.95, 0.4), (-1.0, 1.1, 1.1), (-0.95, 1.2, 0.8)):
            beam(mesh, (px, 0.10, pz), (px + 0.6 * math.cos(way), 0.13, pz + 0.6 * math.sin(way)), 0.10, OAK)
    plot.lamp((0, floor + 0.75, 0), 3.4, FIRELIGHT, always=True)
    plot.take((0, 0), 3.2)
    plot.finish()
    at = plot.world((0, floor + 0.08, 0))
    foot = (float(at[0]), float(at[1]), float(at[2]))
    bright = 2.4 if plot.dark else 1.5
    stage.layers.append(Smoke(((foot[0], foot[1] + 0.9, foot[2]),), stage.light, strength=0.45, size=0.62, shade=0.5))
    stage.layers.append(
        Fire(
            foot,
            1.15,
            0.46,
            bright * plot.unit,
            seed=int(rng.integers(1, 9000)),
            reach=7.0,
            pool=0.7 * plot.unit if plot.dark else 0.0,
        )
    )


ROWS = (Place("campfire", build, size=5.5, height=1.6, distance=6.5),)
