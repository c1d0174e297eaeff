"""A stadium seen from behind a goal: a mown pitch with its lines, two rings of stands full of people, floodlights."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.building import Plot, beam, beams
from promptreel.engines.scenes.buildings.moving import Still, body_parts, standing
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Acting, Floats, Place, Set

HALF, START, LENGTH = 34.0, -13.0, 105.0
"""Half the width of the pitch, where it begins (the first camera stands before its goal) and how long it is, m."""

LINE = 0.13
"""Half the width of its lines, m: twice as wide as in life, or a small picture would lose them."""

MASTS = tuple((x, z) for x in (-66.0, 66.0) for z in (START + 17.0, START + 111.0))
FLOOD = np.array([1.0, 0.98, 0.92])

CHALK = np.array([0.74, 0.74, 0.71])
SHIRTS = np.array([(0.55, 0.06, 0.05), (0.06, 0.12, 0.45), (0.62, 0.60, 0.56), (0.05, 0.05, 0.06), (0.60, 0.42, 0.05),
                   (0.10, 0.30, 0.14), (0.28, 0.29, 0.32)])  # fmt: skip
SKINS = np.array([(0.42, 0.27, 0.19), (0.30, 0.18, 0.12), (0.16, 0.09, 0.06), (0.10, 0.07, 0.05)])


@dataclass(slots=True)
class Cheering(Still):
    """People who jump, each in a rhythm of its own; a wave runs around the stands."""

    phase: NDArray[np.float64] | None = None
    around: NDArray[np.float64] | None = None
    """Of each vertex: the person's own phase, and where in the ring it sits (rad)."""

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """Up and down."""
        assert self.phase is not None
        assert self.around is not None
        vertices[:], normals[:] = self.vertices, self.normals
        own = np.maximum(np.sin(5.5 * t + self.phase), 0) * 0.18
        wave = np.clip(np.cos(self.around - 1.3 * t) * 6 - 5, 0, 1) * 0.55
        vertices[:, 1] += (own + wave).astype(np.float32)


def ring(angle: NDArray[np.floating], out: float) -> NDArray[np.floating]:
    """The line of the stands `out` m behind their front, (n, 2) of x and z: a rectangle with round corners."""
    c, s = np.cos(angle), np.sin(angle)
    stretch = (np.abs(c) ** 4.5 + np.abs(s) ** 4.5) ** (-1 / 4.5)
    return np.stack([(41.0 + out) * c * stretch, START + LENGTH / 2 + (60.0 + out) * s * stretch], -1)


def pitch(mesh: MeshBuilder, rng: np.random.Generator) -> None:
    """Grass in mown stripes, blades where one sees them, chalk lines, a goal at each end."""
    z = START + np.concatenate(
        [np.arange(-8.5, 8.0, 2.1), np.arange(8.0, 30.0, 0.5), np.arange(30.0, 56.0, 1.4), np.arange(56.0, 116.0, 5.25)]
    )
    x = np.unique(np.concatenate([np.linspace(-44, 44, 45), np.linspace(-9, 9, 37)]))
    a, c = np.meshgrid(x[:-1], z[:-1])
    b, d = np.meshgrid(x[1:], z[1:])
    corners = np.stack([np.stack([u, 0 * u, v], -1) for u, v in ((a, c), (b, c), (b, d), (a, d))], 2).reshape(-1, 4, 3)
    middle = corners.mean(axis=1)
    inside = (np.abs(middle[:, 0]) < HALF + 2.5) & (middle[:, 2] > START - 4)
    stripe = np.floor((middle[:, 2] - START) / 5.25) % 2
    green = np.where(stripe[:, None] > 0, (0.070, 0.155, 0.030), (0.100, 0.200, 0.042))
    track = np.array([0.26, 0.085, 0.055])
    shade = np.where(inside[:, None], green, track) * rng.normal(1.0, 0.05, (len(middle), 1))
    mesh.quads(corners, shade, toward=(0, 1, 0))
    number = 5200
    away = 1.2 + 17.0 * rng.random(number) ** 1.6
    foot = np.stack([rng.uniform(-0.75, 0.75, number) * (away + 2), np.zeros(number), away - 2.0], 1)
    foot = foot[foot[:, 2] > START - 4.2]
    lean = rng.normal(0, 0.02, (len(foot), 3)) + [0, 0.05, 0]
    wide = rng.normal(0, 0.009, (len(foot), 3)) * [1, 0, 1]
    tone = np.where(
        (np.floor((foot[:, 2] - START) / 5.25) % 2)[:, None] > 0, (0.080, 0.180, 0.034), (0.115, 0.230, 0.050)
    )
    mesh.add(np.stack([foot - wide, foot + wide, foot + lean], 1).reshape(-1, 3), np.arange(3 * len(foot)).reshape(-1, 3),
             np.repeat(tone * rng.uniform(0.75, 1.3, (len(foot), 1)), 3, axis=0), normals=(0, 1, 0))  # fmt: skip
    far = START + LENGTH
    boxes = [(-HALF, START, HALF, START), (-HALF, far, HALF, far), (-HALF, START, -HALF, far), (HALF, START, HALF, far),
             (-HALF, START + LENGTH / 2, HALF, START + LENGTH / 2)]  # fmt: skip
    for end, way in ((START, 1), (far, -1)):
        for half, deep in ((20.16, 16.5), (9.16, 5.5)):
            z1 = end + way * deep
            boxes += [(-half, z1, half, z1), (-half, end, -half, z1), (half, end, half, z1)]
    for x0, z0, x1, z1 in boxes:
        steps = max(1, int(max(abs(x1 - x0), abs(z1 - z0)) / 4))
        mesh.quad([(x0 - LINE, 0.012, min(z0, z1) - LINE), (x1 + LINE, 0.012, min(z0, z1) - LINE),
                   (x1 + LINE, 0.012, max(z0, z1) + LINE), (x0 - LINE, 0.012, max(z0, z1) + LINE)], CHALK, toward=(0, 1, 0),
                  across=steps if x0 != x1 else 1, up=steps if z0 != z1 else 1)  # fmt: skip
    turn = np.linspace(0, 2 * math.pi, 65)
    for r0, r1, z0 in (
        (9.15 - LINE, 9.15 + LINE, START + LENGTH / 2),
        (0.001, 0.25, START + LENGTH / 2),
        (0.001, 0.25, START + 11),
    ):
        inner, outer = (np.stack([r * np.cos(turn), np.full(65, 0.013), z0 + r * np.sin(turn)], 1) for r in (r0, r1))
        mesh.quads(np.stack([inner[:-1], inner[1:], outer[1:], outer[:-1]], 1), CHALK, toward=(0, 1, 0))
    for end, back in ((START, -2.0), (far, 2.0)):
        goal(mesh, end, back)


def goal(mesh: MeshBuilder, z: float, back: float) -> None:
    """Two posts, a bar and a net."""
    for x in (-3.66, 3.66):
        beam(mesh, (x, 0, z), (x, 2.44, z), 0.12, CHALK * 1.1)
    beam(mesh, (-3.66, 2.44, z), (3.66, 2.44, z), 0.12, CHALK * 1.1)
    across, up = np.linspace(-3.66, 3.66, 25), np.linspace(0, 2.44, 9)
    deep = z + back * (1 - 0.55 * up / 2.44)
    starts = [(a, 0.0, z + back) for a in across] + [(-3.66, b, d) for b, d in zip(up, deep, strict=True)]
    stops = [(a, 2.44, z + back * 0.45) for a in across] + [(3.66, b, d) for b, d in zip(up, deep, strict=True)]
    beams(mesh, starts, stops, 0.012, CHALK * 0.8, coarse=True)


def stands(mesh: MeshBuilder, rng: np.random.Generator) -> list[tuple[NDArray[np.floating], NDArray[np.floating]]]:
    """Two rings of steps, advertisements before them, a roof over the upper one; the rows of seats: (n, 3) and angles."""
    angle = np.linspace(0, 2 * math.pi, 89)
    concrete = np.array([0.20, 0.20, 0.205])

    def band(
        out0: float,
        y0: float,
        out1: float,
        y1: float,
        shade: NDArray[np.floating],
        glow: NDArray[np.floating] | float = 0.0,
    ) -> None:
        low, top = ring(angle, out0), ring(angle, out1)
        a = np.insert(low, 1, y0, axis=1)
        b = np.insert(top, 1, y1, axis=1)
        corners = np.stack([a[:-1], a[1:], b[1:], b[:-1]], 1)
        toward = np.array([0.0, 2.0, START + LENGTH / 2]) - corners.mean(axis=1)
        mesh.quads(corners, shade, glow, toward=toward + [0, 60.0 * (abs(out1 - out0) > 0.01), 0])

    boards = SHIRTS[rng.integers(0, len(SHIRTS), 88)] * np.where(rng.random((88, 1)) < 0.5, 1.2, 0.7)
    band(-1.0, 0.0, -1.0, 0.95, boards, boards * 0.10)
    band(-1.0, 0.95, 0.0, 0.95, concrete * 0.6)
    rows: list[tuple[NDArray[np.floating], NDArray[np.floating]]] = []
    for deck, (out, y, count, rise) in enumerate(((0.0, 1.2, 15, 0.42), (15.0, 10.5, 15, 0.56))):
        band(
            out - (1.0 if deck else 0.0),
            y - (2.6 if deck else 0.6),
            out - (1.0 if deck else 0.0),
            y,
            concrete * (0.7, 1.1)[deck],
        )
        for k in range(count):
            at, level = out + 0.9 * k, y + rise * k
            band(at, level - rise, at, level, concrete * 0.75)
            band(at, level, at + 0.9, level, concrete)
            spots = np.linspace(0, 2 * math.pi, int(330 / 0.78), endpoint=False) + rng.uniform(0, 0.01)
            place = ring(spots, at + 0.5)
            aisle = np.abs((spots * 22 / math.pi) % 1 - 0.5) > 0.455
            keep = ~aisle & (rng.random(len(spots)) < 0.80) & (place[:, 1] > 12)
            rows.append((np.insert(place[keep], 1, level, axis=1), spots[keep]))
        band(out + 0.9 * count, y + rise * count - 1, out + 0.9 * count, y + rise * count + 3.4, concrete * 0.35)
    roof = np.array([0.40, 0.41, 0.43])
    band(29.5, 25.0, 14.0, 27.2, roof * 0.30)
    band(14.0, 27.2, 14.0, 28.4, roof * 1.3)
    back = ring(angle, 29.5)
    for k in range(0, 88, 4):
        front = ring(angle[k : k + 1], 14.0)[0]
        beam(mesh, (back[k, 0], 25.5, back[k, 1]), (front[0], 28.6, front[1]), 0.35, roof)
    return rows


def people(at: NDArray[np.floating], rng: np.random.Generator) -> MeshBuilder:
    """One upright card each that looks at the pitch: a shirt, and a face above it."""
    mesh = MeshBuilder()
    number = len(at)
    way = np.array([0.0, 0.0, START + LENGTH / 2]) - at
    side = np.stack([way[:, 2], np.zeros(number), -way[:, 0]], 1)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-6)
    shirt = SHIRTS[np.minimum(rng.geometric(0.34, number) - 1, len(SHIRTS) - 1)] * rng.uniform(0.7, 1.2, (number, 1))
    skin = SKINS[rng.integers(0, len(SKINS), number)]
    high = rng.uniform(0.78, 1.0, number)[:, None] * [0, 1.0, 0]
    for low, top, half, tone in ((0.0, 0.72, 0.25, shirt), (0.72, 1.0, 0.12, skin)):
        corners = np.stack([at + high * low - side * half, at + high * low + side * half,
                            at + high * top + side * half * 0.8, at + high * top - side * half * 0.8], 1)  # fmt: skip
        mesh.quads(corners, tone, toward=way)
    return mesh


def floodlight(plot: Plot, x: float, z: float) -> None:
    """A lattice mast whose head is a board of lamps that look at the middle of the pitch."""
    mesh = plot.mesh
    steel = np.array([0.30, 0.31, 0.32])
    for dx, dz in ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)):
        beam(mesh, (x + dx, 0, z + dz), (x + dx * 0.4, 41, z + dz * 0.4), 0.22, steel)
    way = np.array([-x, -30.0, START + LENGTH / 2 - z])
    way /= np.linalg.norm(way)
    side = np.array([way[2], 0, -way[0]]) / math.hypot(way[0], way[2])
    up = np.cross(way, side)
    up = up if up[1] > 0 else -up
    middle = np.array([x, 44.0, z])
    board = np.stack([middle + side * a * 4.2 + up * b * 3.0 for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    mesh.quads(board[None], steel * 0.35, toward=way)
    mesh.quads(board[None] - way * 0.1, steel * 0.5, toward=-way)
    cells = np.array([(a, b) for a in np.linspace(-0.86, 0.86, 7) for b in np.linspace(-0.8, 0.8, 5)])
    centre = middle + way * 0.06 + cells[:, :1] * side * 4.2 + cells[:, 1:] * up * 3.0
    lamps = np.stack([centre + side * a * 0.45 + up * b * 0.42 for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))], 1)
    mesh.quads(lamps, (0.45, 0.46, 0.48), plot.glow(2.4, (1.0, 0.97, 0.90)) if plot.dark else 0.0, toward=way)


def flooded(points: NDArray[np.floating], normals: NDArray[np.floating]) -> NDArray[np.floating]:
    """The light of the masts on a white surface, (n, 1): they are too far away for the lamps of meshes (`light_corners`)."""
    total = np.full((len(points), 1), 0.10)
    for x, z in MASTS:
        way = np.array([x, 44.0, z]) - points
        total += 0.34 * np.clip(np.sum(normals * way, axis=1) / np.linalg.norm(way, axis=1), 0, 1)[:, None]
    return total * FLOOD


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, 0.0, 0.0, 0.0, "stadium")
    rng = plot.rng
    pitch(plot.mesh, rng)
    rows = stands(plot.mesh, rng)
    at, angles = np.concatenate([row for row, _ in rows]), np.concatenate([turns for _, turns in rows])
    order = rng.permutation(len(at))
    still, lively = order[: min(6200, len(at))], order[6200:7700]
    if not {"person", "people", "crowd"} & stage.brief.spec.without:
        seated = people(at[still], rng).build()
        plot.mesh.add(seated.vertices, seated.triangles, seated.colour, seated.emission, seated.normals)
        if len(lively):
            fans = people(at[lively], rng)
            parts = body_parts(fans)
            if plot.dark:
                shape = fans.build()
                parts["emission"] = (shape.colour * flooded(shape.vertices, shape.normals)).astype(np.float32)
            phase, turn = (
                np.tile(np.repeat(values, 4), 2) for values in (rng.uniform(0, 6.28, len(lively)), angles[lively])
            )
            body = Cheering(**parts, phase=phase, around=turn)  # type: ignore[arg-type]
            stage.bodies.append(Acting(body, standing(np.zeros(3), 0.0), name="crowd"))
    for x, z in MASTS:
        floodlight(plot, x, z)
        plot.lamp((x, 44.0, z), 950.0, FLOOD)
    for px, pz in ((0.0, 11.5), (-3.2, 13.0), (3.6, 14.5), (-6.5, 17.0), (7.0, 19.0), (-1.5, 21.0)):
        stage.spots.setdefault("ground", []).append((px, 0.0, pz))
    if plot.dark:
        built, plot.mesh = plot.mesh.build(), MeshBuilder()
        light = built.emission + built.colour * flooded(built.vertices, built.normals) * plot.unit
        plot.mesh.add(built.vertices, built.triangles, built.colour, light, built.normals)
    plot.finish(contact=0.45)


ROWS = (Place("stadium", build, size=190.0, height=47.0, distance=0.0, stands="around"),)
