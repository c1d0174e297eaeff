"""A space station seen from outside: pressure modules, a truss with solar wings, radiators and dishes, slowly turning."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import DARK_PANE, Plot, beams, courses, drum
from promptreel.engines.scenes.buildings.moving import Still, body_parts
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Acting, Path, Place, Set

SHELL = np.array([0.62, 0.62, 0.60])
GOLD = np.array([0.55, 0.36, 0.10])


MODULES = (
    ((-8.2, 0.0, 0.0), 7.5, 1.9, 0),
    ((0.0, 0.0, 0.0), 6.0, 2.1, 0),
    ((8.0, 0.0, 0.0), 7.0, 1.9, 0),
    ((0.0, 0.0, -6.4), 5.5, 1.8, 2),
    ((0.0, 0.0, 6.0), 5.0, 1.7, 2),
    ((-5.0, -4.4, 0.0), 3.6, 1.4, 1),
    ((4.2, 4.2, 0.0), 3.4, 1.4, 1),
    ((13.6, 0.0, 0.0), 2.2, 1.2, 0),
)
"""The middle, length, radius (m) and axis of each."""


def module(
    mesh: MeshBuilder,
    at: tuple[float, float, float],
    long: float,
    radius: float,
    axis: int,
    rng: np.random.Generator,
    lights: float,
) -> None:
    """A pressurised drum along an axis (0 x, 1 y, 2 z), with panels, rings, windows and conical ends."""
    part = MeshBuilder()
    half = long / 2
    profile = [
        (radius * 0.5, -half - radius * 0.35),
        (radius, -half),
        (radius, half),
        (radius * 0.5, half + radius * 0.35),
    ]
    tint = SHELL if rng.random() < 0.75 else SHELL * np.array([0.95, 0.85, 0.66])
    courses(part, drum((0, 0, 0), profile), (0.62, 0.52), tint, rng, vary=0.10, round_off=0.06, shade=0.95)
    for level in (-half, -half * 0.33, half * 0.33, half):
        courses(
            part,
            drum((0, 0, 0), [(radius * 1.035, level - 0.1), (radius * 1.035, level + 0.1)]),
            (0.5, 0.2),
            tint * 0.7,
            rng,
        )
    for end in (-1, 1):
        courses(
            part,
            drum(
                (0, 0, 0), [(radius * 0.46, end * (half + radius * 0.3)), (radius * 0.46, end * (half + radius * 0.55))]
            ),
            (0.3, 0.2),
            (0.10, 0.10, 0.11),
            rng,
        )
    a = rng.uniform(0, 6.28, 26)
    starts = np.stack([radius * 1.03 * np.cos(a), rng.uniform(-half, half * 0.4, 26), radius * 1.03 * np.sin(a)], 1)
    beams(
        part,
        starts,
        starts + np.stack([np.zeros(26), rng.uniform(0.4, half * 0.9, 26), np.zeros(26)], 1),
        0.05,
        (0.30, 0.30, 0.31),
        coarse=True,
    )
    for k in range(5):
        angle, level = 2.4 * k + rng.uniform(0, 1), rng.uniform(-half * 0.7, half * 0.7)
        out = np.array([math.cos(angle), 0, math.sin(angle)])
        side = np.array([-math.sin(angle), 0, math.cos(angle)])
        middle = out * radius * 1.02 + [0, level, 0]
        turn = np.linspace(0, 2 * math.pi, 13)[:-1]
        for r, lift, tint_, shine in ((0.30, 0.02, np.array([0.25, 0.25, 0.26]), 0.0), (0.22, 0.05, DARK_PANE, lights)):
            rim = middle + out * lift + r * (np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * [0, 1.0, 0])
            part.add(
                np.concatenate([rim, (middle + out * lift)[None]]),
                [[i, (i + 1) % 12, 12] for i in range(12)],
                tint_,
                np.array([1.0, 0.85, 0.6]) * shine,
                out,
            )
    built = part.build()
    order = {0: [1, 0, 2], 1: [0, 1, 2], 2: [0, 2, 1]}[axis]
    mesh.add(
        built.vertices[:, order] + np.asarray(at, np.float32),
        built.triangles,
        built.colour,
        built.emission,
        built.normals[:, order],
    )


def wing(
    mesh: MeshBuilder,
    root: tuple[float, float, float],
    way: float,
    long: float,
    wide: float,
    lean: float,
    rng: np.random.Generator,
) -> None:
    """A solar wing of blue cells along y; `lean` turns it about that axis."""
    x, y, z = root
    side = np.array([math.cos(lean), 0, math.sin(lean)])
    out = np.array([-math.sin(lean), 0, math.cos(lean)])
    rows, columns = 22, 6
    for half in (-1, 1):
        for column in range(columns // 2):
            s0, s1 = (0.12 + (wide / 2 - 0.12) * (column + k) / (columns / 2) for k in (0, 1))
            v = np.linspace(0.9, long, rows + 1)
            low, top = v[:-1] + 0.03, v[1:] - 0.03
            corner = [
                np.array([x, y, z]) + side * half * s + np.stack([np.zeros(rows), way * w, np.zeros(rows)], 1)
                for s, w in ((s0 + 0.02, low), (s1 - 0.02, low), (s1 - 0.02, top), (s0 + 0.02, top))
            ]
            cells = np.stack(corner, 1)
            tint = np.array([0.018, 0.030, 0.085]) * rng.uniform(0.7, 1.5, (rows, 1))
            mesh.quads(cells, tint, across=2, toward=-out)
            mesh.quads(cells + out * 0.04, GOLD * 0.5 * rng.uniform(0.8, 1.2, (rows, 1)), toward=out)
        edge = [np.array([x, y + way * v, z]) + side * half * wide / 2 for v in (0.9, long)]
        beams(mesh, edge[0][None], edge[1][None], 0.06, (0.4, 0.4, 0.4))
    beams(mesh, [(x, y, z)], [(x, y + way * long, z)], 0.14, (0.45, 0.44, 0.42))
    steps = np.linspace(0.9, long, rows + 1)
    starts = np.stack([np.full(rows + 1, x), y + way * steps, np.full(rows + 1, z)], 1)
    beams(mesh, starts - side * wide / 2, starts + side * wide / 2, 0.035, GOLD * 0.8, coarse=True)


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder. It floats before the camera and turns slowly, so it is a body."""
    plot = Plot(stage, x, z, turn, "space_station")
    rng = plot.rng
    mesh = MeshBuilder()
    lights = 0.8
    for where, long, radius, axis in MODULES:
        module(mesh, where, long, radius, axis, rng, lights)
    cupola = [(1.25, 0.0), (1.2, 0.4), (0.75, 0.95), (0.05, 1.0)]
    mesh.lathe((-5.0, -7.3, 0), [(r, -h) for r, h in cupola], 8, DARK_PANE * 2, np.array([0.5, 0.7, 1.0]) * 0.06)
    truss(mesh, rng)
    for px in (-22.5, -16.5, 16.5, 22.5):
        for way in (1.0, -1.0):
            wing(mesh, (px, 3.2 + way * 0.6, 0.6), way, 13.5, 4.6, 0.28, rng)
    for px, way in ((-5.0, 1.0), (5.6, 1.0)):
        for k in range(5):
            low, top = 4.2 + 1.75 * k, 4.2 + 1.75 * (k + 1) - 0.08
            panel = [
                (px - 1.2, low * way, 3.0 + 0.12 * (k % 2)),
                (px + 1.2, low * way, 3.0 + 0.12 * (k % 2)),
                (px + 1.2, top * way, 3.12 - 0.12 * (k % 2)),
                (px - 1.2, top * way, 3.12 - 0.12 * (k % 2)),
            ]
            mesh.quad(panel, (0.70, 0.70, 0.69), across=4, up=2, toward=(0, 0, -1))
            mesh.quad(np.array(panel) + [0, 0, 0.05], (0.60, 0.60, 0.59), toward=(0, 0, 1))
        beams(mesh, [(px, 2.2, 2.6)], [(px, 13.0, 3.05)], 0.12, (0.4, 0.4, 0.4))
    capsule = [(0.7, 0.0), (1.25, 0.5), (1.3, 1.7), (0.85, 2.6), (0.3, 2.9)]
    part = MeshBuilder()
    courses(part, drum((0, 0, 0), capsule), (0.5, 0.4), SHELL * 1.1, rng, vary=0.06)
    built = part.build()
    mesh.add(
        built.vertices[:, [1, 0, 2]] * np.array([-1, 1, 1], np.float32) + np.array([-12.6, 0, 0], np.float32),
        built.triangles,
        built.colour,
        0.0,
        built.normals[:, [1, 0, 2]] * np.array([-1, 1, 1], np.float32),
    )
    for px, py, pz in ((2.4, 3.4, -3.0), (-12.0, 4.6, 0.2)):
        dish = [(0.05, 0.0), (0.5, 0.08), (0.85, 0.28), (1.05, 0.5)]
        mesh.lathe((px, py, pz), dish, 22, (0.66, 0.66, 0.64))
        beams(mesh, [(px, py - 1.6, pz), (px, py, pz)], [(px, py, pz), (px, py + 0.8, pz)], 0.09, (0.35, 0.35, 0.36))
    parts = body_parts(mesh, gloss=0.35)
    at = plot.world((0, 3.0, 0))

    def drift(t: float) -> tuple[float, float, float, float, float, float, float]:
        heading = turn + 0.42 + 0.020 * t
        return float(at[0]), float(at[1]), float(at[2]), heading, -0.16 + 0.004 * t, 0.10, 0.0

    stage.bodies.append(Acting(Still(**parts), Path(drift), name="space_station"))  # type: ignore[arg-type]
    plot.take((0, 0), 22.0)


def truss(mesh: MeshBuilder, rng: np.random.Generator) -> None:
    """The lattice girder that carries the wings."""
    knots = np.linspace(-24, 24, 33)
    lines = []
    for y, z in ((2.6, 0.0), (2.6, 1.2), (3.8, 0.0), (3.8, 1.2)):
        lines.append(np.stack([knots, np.full(33, y), np.full(33, z)], 1))
        beams(mesh, lines[-1][:-1], lines[-1][1:], 0.12, SHELL * 0.7, coarse=True)
    for a, b in ((0, 1), (1, 3), (3, 2), (2, 0)):
        beams(mesh, lines[a], lines[b], 0.09, SHELL * 0.65, coarse=True)
        beams(mesh, lines[a][:-1], lines[b][1:], 0.07, SHELL * 0.6, coarse=True)
    at = np.stack([rng.uniform(-15, 15, 22), rng.uniform(2.7, 3.6, 22), rng.uniform(-0.2, 1.2, 22)], 1)
    mesh.boxes(at, rng.uniform(0.2, 0.75, (22, 3)), np.where(rng.random((22, 1)) < 0.4, GOLD, SHELL * 0.8))


ROWS = (Place("space_station", build, size=50.0, height=18.0, distance=60.0, stands="sky"),)
