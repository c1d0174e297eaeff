"""A tower mill with turning sails, on a low hill."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    BRICK,
    GREY_STONE,
    OAK,
    WHITEWASH,
    Plot,
    arch,
    beam,
    beams,
    courses,
    drum,
    face,
    fill_arch,
    mound,
    paint_of,
    plank_door,
    window,
)
from promptreel.engines.scenes.buildings.moving import Turning, body_parts, standing
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.places.house import shrubs
from promptreel.engines.scenes.stage import Acting, Place, Set

HUB = 11.6
"""Height of the axle above the floor, m."""

SAIL = 8.6


def sails(rng: np.random.Generator, cloth: np.ndarray) -> MeshBuilder:
    """Four lattice sails with canvas, about the origin in the plane z = 0, bent a little against the wind."""
    mesh = MeshBuilder()
    for k in range(4):
        a = math.pi / 2 * k + 0.35
        way, side = np.array([math.cos(a), math.sin(a), 0]), np.array([-math.sin(a), math.cos(a), 0])
        back = np.array([0, 0, 1.0])
        beam(mesh, way * 0.2, way * SAIL, (0.22, 0.22), OAK * 0.8)
        rungs = np.linspace(1.7, SAIL - 0.1, 17)
        twist = 0.30 * (1 - rungs / SAIL) + 0.04
        starts = way * rungs[:, None] - side * 0.45
        stops = way * rungs[:, None] + side * 1.55 + back * (twist * 1.5)[:, None]
        beams(mesh, starts, stops, 0.06, OAK * 1.1)
        for share in (0.0, 0.5, 1.0):
            edge = starts + (stops - starts) * share
            beams(mesh, edge[:-1], edge[1:], 0.055, OAK)
        for number in range(16):
            corners = [starts[number] + (stops[number] - starts[number]) * f for f in (0.26, 1.0)]
            corners += [starts[number + 1] + (stops[number + 1] - starts[number + 1]) * f for f in (1.0, 0.26)]
            tint = cloth * rng.uniform(0.9, 1.08)
            for toward, lift in (((0, 0, -1), -0.02), ((0, 0, 1), 0.02)):
                mesh.quad(
                    np.array(corners) + [0, 0, lift], [tint * 0.85, tint, tint, tint * 0.85], across=2, toward=toward
                )
    mesh.boxes([(0, 0, 0)], [0.34, 0.34, 0.34], (0.06, 0.06, 0.065))
    return mesh


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "windmill")
    rng, mesh = plot.rng, plot.mesh
    top = 2.4 if plot.wet else 1.7
    if plot.wet:
        mound(mesh, 17.0, top, -2.0, 9.0, rng, green=0.7, rough=0.7, rings=24, sides=72)
    else:
        mound(mesh, 19.0, top, 0.0, 8.0, rng, green=1.1, rough=0.2, rings=20, sides=64, foot=plot.rise)
    floor = top - 0.15
    tint = paint_of(stage)
    kind = 2 if "wooden" in plot.words else 1 if "stone" in plot.words else int(rng.integers(3))
    wall = np.asarray(tint if tint is not None else (WHITEWASH, BRICK, OAK * 1.2)[kind])
    size, vary = ((0.6, 0.34), (0.42, 0.2), (0.24, 2.4))[kind], (0.05, 0.16, 0.16)[kind]
    body = [(4.0, floor - 1.0), (3.75, floor + 1.0), (2.5, floor + 10.4)]
    courses(mesh, drum((0, 0, 0), body), size, wall, rng, vary=vary, damp=0.5, bond=0.0 if kind == 2 else 0.5)
    courses(mesh, drum((0, 0, 0), [(2.62, floor + 10.1), (2.66, floor + 10.5)]), (0.5, 0.4), OAK, rng)
    cap = [(2.72, floor + 10.4), (2.6, floor + 11.4), (2.1, floor + 12.5), (1.2, floor + 13.3), (0.15, floor + 13.6)]
    thatch = np.array([0.24, 0.18, 0.09]) if kind else np.array([0.10, 0.11, 0.12])
    courses(mesh, drum((0, 0, 0), cap), (0.34, 0.34), thatch, rng, vary=0.18, lap=0.05, shade=0.72)
    gallery(plot, floor + 4.0)
    for share, a in ((0.2, -1.2), (0.55, -1.75), (0.78, -1.45), (0.55, -0.5), (0.3, -2.6)):
        level = floor + 10.4 * share
        radius = float(np.interp(level, [p[1] for p in body], [p[0] for p in body]))
        out = np.array([math.cos(a), 0.0, math.sin(a)])
        window(
            mesh, face(out * (radius + 0.02) + [0, level, 0], out), (0.32, 0.45), rng, glow=plot.glow(), panes=(2, 2)
        )
    on = face((0, floor + 0.05, -3.86), (0, 0, -1))
    arch(mesh, on, 0.62, 1.5, GREY_STONE * 1.1, rng, ring=0.28, deep=0.3, proud=0.12)
    fill_arch(mesh, on, 0.62, 1.5, 0.03, OAK * 0.4)
    plank_door(mesh, face((0, floor + 0.05, -3.92), (0, 0, -1)), 0.56, 1.75, (0.06, 0.13, 0.09), rng)
    beam(mesh, (0, floor + HUB, -1.0), (0, floor + HUB, -3.5), 0.38, OAK * 0.7)
    tail = (0, floor + 11.4, 2.3)
    for side in (-1.1, 1.1):
        beam(mesh, tail, (side, floor + 3.0, 6.2), 0.13, OAK)
    plot.lamp((0.9, floor + 2.2, -4.8), 0.9)
    if not plot.wet:
        shrubs(plot, [(-4.6, -0.6), (4.5, -1.2), (3.4, -3.2)])
    plot.take((0, 0), 11.0)
    plot.finish()
    cloth = np.array([0.62, 0.58, 0.50]) if tint is None or kind else np.array([0.60, 0.52, 0.42])
    rate = 0.35 + 0.11 * math.hypot(*stage.light.wind)
    hub = plot.world((0, floor + HUB, -3.45))
    parts = body_parts(sails(rng, cloth), gloss=0.02, thin=0.15)
    stage.bodies.append(Acting(Turning(**parts, rate=min(rate, 1.3)), standing(hub, turn), name="sails"))  # type: ignore[arg-type]


def gallery(plot: Plot, level: float) -> None:
    """A wooden stage around the tower, on struts."""
    mesh, rng = plot.mesh, plot.rng
    outer, inner = 4.9, 3.1
    ring = drum((0, level, 0), [(inner, 0.02), (outer, 0.0)])
    boards = MeshBuilder()
    courses(boards, ring, (0.32, 2.0), OAK * 1.25, rng, vary=0.16)
    built = boards.build()
    mesh.add(built.vertices, built.triangles, built.colour, 0.0, (0, 1, 0))
    courses(mesh, drum((0, 0, 0), [(outer, level - 0.2), (outer, level + 0.02)]), (0.8, 0.22), OAK, rng)
    angle = np.linspace(0, 2 * math.pi, 25)[:-1]
    circle = np.stack([np.cos(angle), np.zeros(24), np.sin(angle)], 1)
    beams(mesh, circle * (outer - 0.1) + [0, level, 0], circle * (outer - 0.1) + [0, level + 1.0, 0], 0.08, OAK * 1.1)
    for up in (0.5, 1.0):
        rail = circle * (outer - 0.1) + [0, level + up, 0]
        beams(mesh, rail, np.roll(rail, -1, 0), 0.07, OAK * 1.2)
    beams(
        mesh,
        circle[::2] * (outer - 0.3) + [0, level - 0.1, 0],
        circle[::2] * 3.3 + [0, level - 1.9, 0],
        0.14,
        OAK * 0.9,
    )


ROWS = (Place("windmill", build, size=26.0, height=22.0, distance=46.0),)
