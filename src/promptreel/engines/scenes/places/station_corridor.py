"""Inside a space station: a corridor of panels with lamps, screens and lockers, and a great window at its end.

As in `room`, all light is worked out here and stored as emission: the strips above, the screens, what shines in.
"""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.building import Plot, beam, beams, courses, patch, slab
from promptreel.engines.scenes.buildings.occlusion import openness
from promptreel.engines.scenes.stage import Place, Set

FAR, NEAR_END = 6.4, -3.0
SECTION = ((-1.15, 0.0), (1.15, 0.0), (1.85, 0.75), (1.85, 1.75), (1.2, 2.5), (-1.2, 2.5), (-1.85, 1.75), (-1.85, 0.75))
"""Corners (x, y) of the section, m."""

COLD = np.array([0.86, 0.94, 1.0])
WINDOW = 1.12
"""The radius of the end window."""


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "station_corridor")
    mesh = plot.mesh
    hull(plot)
    first = mesh.count
    frames(plot)
    lockers(plot)
    end_wall(plot)
    beams(
        mesh,
        [(-1.62, 1.05, k) for k in np.arange(NEAR_END, FAR, 0.5)],
        [(-1.62, 1.05, k + 0.5) for k in np.arange(NEAR_END, FAR, 0.5)],
        0.035,
        (0.55, 0.42, 0.05),
    )
    beams(
        mesh,
        [(1.62, 1.05, k) for k in np.arange(NEAR_END, FAR, 0.5)],
        [(1.62, 1.05, k + 0.5) for k in np.arange(NEAR_END, FAR, 0.5)],
        0.035,
        (0.55, 0.42, 0.05),
    )
    built = mesh.build()
    inner = built.triangles[(built.triangles >= first).all(axis=1)]
    shade = openness(built.vertices, built.normals, built.vertices, inner)
    light = np.zeros(built.vertices.shape)
    for pz in np.arange(NEAR_END + 0.6, FAR, 0.8):
        for px in (-1.05, 1.05):
            light += _point(built.vertices, built.normals, np.array([px, 2.38, pz])) * COLD * 0.085
    light += (
        _point(built.vertices, built.normals, np.array([0.0, 1.3, FAR - 0.4]))
        * np.asarray(plot.light.horizon + plot.light.above * 0.5)
        / plot.unit
        * 0.35
    )
    light += np.array([0.25, 0.55, 1.0]) * _point(built.vertices, built.normals, np.array([-1.3, 1.4, 4.2])) * 0.05
    light += 0.085
    corner = 0.55 + 0.45 * np.clip((built.vertices[:, 1:2] + 0.1) / 0.5, 0, 1)
    emitted = built.colour * light * (0.3 + 0.7 * shade[:, None]) * corner + built.emission
    stage.mesh.add(
        plot.world(built.vertices), built.triangles, np.zeros_like(built.colour), emitted, built.normals @ plot._turn.T
    )
    for pz in (0.5, 2.8, 5.2):
        at = plot.world((0.0, 2.2, pz))
        stage.lamps.append((float(at[0]), float(at[1]), float(at[2]), 0.55, 0.6, 0.64))


def _point(at: NDArray[np.floating], normals: NDArray[np.floating], lamp: NDArray[np.floating]) -> NDArray[np.floating]:
    """What a point light gives: 1 / d² and the cosine, with a share that wraps around, (n, 1)."""
    offset = lamp - at
    d2 = (offset * offset).sum(axis=1)
    facing = np.maximum((normals * offset).sum(axis=1) / np.sqrt(d2 + 1e-6), 0) * 0.85 + 0.15
    return np.asarray((facing / (0.15 + d2))[:, None])


def hull(plot: Plot) -> None:
    """The eight sides, each laid in panels; the floor is a grating, the upper slopes carry strips of light."""
    mesh, rng = plot.mesh, plot.rng
    white = np.array([0.62, 0.63, 0.64])
    for k in range(8):
        (ax, ay), (bx, by) = SECTION[k], SECTION[(k + 1) % 8]
        inward = (-(ax + bx) / 2, 1.25 - (ay + by) / 2, 0)
        side = patch((ax, ay, NEAR_END), (bx, by, NEAR_END), (bx, by, FAR), (ax, ay, FAR), inward)
        if k == 0:
            courses(
                mesh,
                side,
                (0.115, 0.115),
                (0.22, 0.225, 0.235),
                rng,
                vary=0.10,
                round_off=0.25,
                shade=0.7,
                regular=True,
                bond=0.0,
            )
            continue
        tint = white if k % 2 == 0 else white * 0.82
        courses(mesh, side, (0.46, 0.31), tint, rng, vary=0.075, round_off=0.07, shade=0.93)
        dark = np.linspace(NEAR_END, FAR, 11)
        lift = np.array(inward) / np.linalg.norm(inward) * 0.012
        starts = np.stack([np.full(11, ax), np.full(11, ay), dark], 1) + lift
        stops = np.stack([np.full(11, bx), np.full(11, by), dark], 1) + lift
        beams(mesh, starts, stops, 0.02, (0.10, 0.10, 0.11), coarse=True)
        if k in (3, 5):
            for pz in np.arange(NEAR_END + 0.1, FAR - 0.2, 0.62):
                share = 0.72
                middle = (
                    np.array(
                        [
                            ax + (bx - ax) * (share if k == 3 else 1 - share),
                            ay + (by - ay) * (share if k == 3 else 1 - share),
                            0,
                        ]
                    )
                    + lift * 2
                )
                way = np.array([bx - ax, by - ay, 0]) * 0.075
                quad = [
                    middle - way + [0, 0, pz],
                    middle + way + [0, 0, pz],
                    middle + way + [0, 0, pz + 0.55],
                    middle - way + [0, 0, pz + 0.55],
                ]
                mesh.quad(quad, 0.1, COLD * 0.95 * plot.unit, toward=inward)


def frames(plot: Plot) -> None:
    """Ribs every two metres."""
    mesh = plot.mesh
    for pz in np.arange(NEAR_END + 1.0, FAR, 2.1):
        for k in range(8):
            (ax, ay), (bx, by) = SECTION[k], SECTION[(k + 1) % 8]
            if k == 0:
                continue
            beam(
                mesh,
                (ax * 0.97, 1.25 + (ay - 1.25) * 0.97, pz),
                (bx * 0.97, 1.25 + (by - 1.25) * 0.97, pz),
                (0.13, 0.14),
                (0.36, 0.37, 0.39),
            )


def lockers(plot: Plot) -> None:
    """Racks, screens, cables and labels on both walls."""
    mesh, rng = plot.mesh, plot.rng
    for pz in np.arange(NEAR_END + 1.15, FAR - 1.2, 1.05):
        for side in (-1, 1):
            if rng.random() < 0.72:
                low, high = 0.78, float(rng.choice([1.35, 1.7]))
                deep = float(rng.uniform(0.10, 0.26))
                x0, x1 = sorted((side * 1.85, side * (1.85 - deep)))
                slab(
                    mesh,
                    (x0, low, pz + 0.04),
                    (x1, high, pz + 0.92),
                    np.array([0.50, 0.51, 0.53]) * rng.uniform(0.6, 1.15),
                    rng,
                    0.32,
                )
                at = side * (1.845 - deep - 0.01)
                for _ in range(int(rng.integers(2, 6))):
                    v, w = rng.uniform(low + 0.05, high - 0.14), rng.uniform(pz + 0.1, pz + 0.75)
                    size = rng.uniform(0.02, 0.10, 2)
                    quad = [(at, v, w), (at, v, w + size[0]), (at, v + size[1], w + size[0]), (at, v + size[1], w)]
                    glow = np.array([(0.2, 1.0, 0.4), (1.0, 0.5, 0.1), (0.2, 0.6, 1.0)])[int(rng.integers(3))] * (
                        0.9 if rng.random() < 0.4 else 0.0
                    )
                    mesh.quad(quad, rng.uniform(0.03, 0.4), glow * plot.unit, toward=(-side, 0, 0))
            if rng.random() < 0.45:
                screen(plot, side, 1.28, pz + 0.12)
    for px, py, tint in (
        (-1.5, 2.12, (0.30, 0.05, 0.04)),
        (1.5, 2.12, (0.06, 0.10, 0.25)),
        (-1.45, 2.18, (0.35, 0.35, 0.36)),
        (1.44, 2.2, (0.40, 0.33, 0.06)),
    ):
        u = np.linspace(NEAR_END, FAR, 40)
        line = np.stack([px + 0.02 * np.sin(u * 2.1 + px * 7), py - 0.035 * np.abs(np.sin(u * 1.5)), u], 1)
        beams(mesh, line[:-1], line[1:], 0.035, tint, coarse=True)


def screen(plot: Plot, side: int, low: float, pz: float) -> None:
    """A panel with a curve, bars and lines of text in light."""
    mesh, rng = plot.mesh, plot.rng
    x = side * 1.60
    slab(
        mesh,
        (min(x, side * 1.85), low - 0.03, pz - 0.03),
        (max(x, side * 1.85), low + 0.43, pz + 0.63),
        (0.07, 0.07, 0.08),
        rng,
        0.4,
    )
    face_x = x - side * 0.012

    def cell(u0: float, v0: float, u1: float, v1: float, light: NDArray[np.floating]) -> None:
        quad = [
            (face_x, low + 0.4 * v0, pz + 0.6 * u0),
            (face_x, low + 0.4 * v0, pz + 0.6 * u1),
            (face_x, low + 0.4 * v1, pz + 0.6 * u1),
            (face_x, low + 0.4 * v1, pz + 0.6 * u0),
        ]
        mesh.quad(np.array(quad) - [side * 0.004, 0, 0], 0.02, light * plot.unit, toward=(-side, 0, 0))

    tint = np.array([(0.15, 0.55, 0.95), (0.15, 0.85, 0.55), (0.95, 0.55, 0.15)])[int(rng.integers(3))]
    mesh.quad(
        [(face_x, low, pz), (face_x, low, pz + 0.6), (face_x, low + 0.4, pz + 0.6), (face_x, low + 0.4, pz)],
        0.02,
        tint * 0.10 * plot.unit,
        toward=(-side, 0, 0),
    )
    for k in range(9):
        high = rng.uniform(0.05, 0.42)
        cell(0.06 + 0.05 * k, 0.08, 0.09 + 0.05 * k, 0.08 + high, tint * 0.9)
    for k in range(6):
        cell(0.58, 0.12 + 0.13 * k, 0.58 + rng.uniform(0.1, 0.36), 0.17 + 0.13 * k, tint * 0.6)
    u = np.linspace(0.05, 0.52, 15)
    v = 0.72 + 0.14 * np.sin(u * 22 + rng.uniform(0, 6)) * rng.uniform(0.4, 1.0)
    for k in range(14):
        cell(float(u[k]), float(v[k]), float(u[k + 1]), float(v[k]) + 0.035, tint * 1.3)


def end_wall(plot: Plot) -> None:
    """The wall at the end, around a round window with six spokes."""
    mesh, rng = plot.mesh, plot.rng
    middle = np.array([0.0, 1.27])
    turn = np.linspace(0, 2 * math.pi, 49)
    outline = np.array([*SECTION, SECTION[0]])
    for k in range(48):
        a0, a1 = turn[k], turn[k + 1]
        ring = [middle + WINDOW * np.array([math.cos(a), math.sin(a)]) for a in (a0, a1)]
        edge = [_reach(outline, middle, a) for a in (a0, a1)]
        tone = np.array([0.55, 0.56, 0.58]) * rng.uniform(0.9, 1.08)
        for s0, s1 in ((0.0, 0.5), (0.5, 1.0)):
            corner = [
                ring[0] + (edge[0] - ring[0]) * s0,
                ring[1] + (edge[1] - ring[1]) * s0,
                ring[1] + (edge[1] - ring[1]) * s1,
                ring[0] + (edge[0] - ring[0]) * s1,
            ]
            mesh.quad([(p[0], p[1], FAR) for p in corner], tone * (0.8 if s0 else 1.0), toward=(0, 0, -1))
        rim = [(*ring[0], FAR - 0.09), (*ring[1], FAR - 0.09), (*ring[1], FAR + 0.25), (*ring[0], FAR + 0.25)]
        mesh.quad(rim, (0.25, 0.26, 0.28), toward=(middle[0] - ring[0][0], middle[1] - ring[0][1], 0))
        wide = [middle + (WINDOW + 0.10) * np.array([math.cos(a), math.sin(a)]) for a in (a0, a1)]
        mesh.quad(
            [(*ring[0], FAR - 0.09), (*ring[1], FAR - 0.09), (*wide[1], FAR - 0.07), (*wide[0], FAR - 0.07)],
            (0.34, 0.35, 0.37),
            toward=(0, 0, -1),
        )
        if k % 4 == 0:
            bolt = middle + (WINDOW + 0.05) * np.array([math.cos(a0), math.sin(a0)])
            mesh.boxes([(bolt[0], bolt[1], FAR - 0.09)], [0.018, 0.018, 0.02], (0.15, 0.15, 0.16))
    for k in range(6):
        a = math.pi / 3 * k + math.pi / 6
        way = np.array([math.cos(a), math.sin(a)])
        start, stop = middle + way * 0.36, middle + way * WINDOW
        beam(mesh, (*start, FAR + 0.08), (*stop, FAR + 0.08), 0.05, (0.22, 0.23, 0.25))
    inner = np.stack([0.36 * np.cos(turn), 1.27 + 0.36 * np.sin(turn), np.full(49, FAR + 0.08)], 1)
    beams(mesh, inner[:-1], inner[1:], 0.05, (0.22, 0.23, 0.25), coarse=True)


def _reach(outline: NDArray[np.floating], middle: NDArray[np.floating], angle: float) -> NDArray[np.floating]:
    """Where a ray from the middle leaves the section."""
    way = np.array([math.cos(angle), math.sin(angle)])
    best = 3.0
    for a, b in zip(outline[:-1], outline[1:], strict=True):
        edge = b - a
        cross = way[0] * edge[1] - way[1] * edge[0]
        if abs(cross) < 1e-9:
            continue
        offset = a - middle
        t = (offset[0] * edge[1] - offset[1] * edge[0]) / cross
        s = (offset[0] * way[1] - offset[1] * way[0]) / cross
        if t > 0 and -1e-6 <= s <= 1 + 1e-6:
            best = min(best, t)
    return np.asarray(middle + way * best)


ROWS = (Place("station_corridor", build, size=9.6, height=2.5, distance=4.0, stands="around"),)
