"""A city of slender towers with bridges between them, lanes of flying vehicles, and signs of light in the air."""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.neon import colour as neon_colour
from promptreel.engines.scenes.buildings.neon import frame_quads, write
from promptreel.engines.scenes.buildings.towers import Beacons
from promptreel.engines.scenes.buildings.towns import Rigid, darkness, glint, sky_toward, tree
from promptreel.engines.scenes.mesh import MeshBuilder, Wall, wrap_triangles
from promptreel.engines.scenes.stage import Acting, Path, Place, Set

Rng = np.random.Generator

SIDES = 14
ACCENTS = np.array([(0.10, 0.75, 1.0), (0.25, 0.45, 1.0), (0.75, 0.25, 1.0), (0.10, 1.0, 0.75), (1.0, 0.45, 0.15)])
HULLS = np.array([(0.62, 0.65, 0.68), (0.48, 0.52, 0.57), (0.66, 0.62, 0.56), (0.30, 0.34, 0.40), (0.70, 0.71, 0.72)])


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """Towers on both sides of an avenue that the camera looks along, and behind one another into the haze."""
    rng = stage.brief.rng("futuristic city")
    dark = darkness(stage.brief)
    accent = ACCENTS[rng.integers(len(ACCENTS))]
    beacons: list[tuple[float, float, float, float]] = []
    tops: list[tuple[float, float, float, float]] = []
    for z, spread, number, coarse in (
        (95, 62, 3, 1.0),
        (190, 95, 4, 1.0),
        (330, 170, 6, 1.6),
        (540, 290, 9, 2.4),
        (850, 460, 13, 4.0),
    ):
        for k in range(number):
            side = -1 if k % 2 else 1
            x = side * (26 + z * 0.045 + spread * ((k // 2) + rng.uniform(0.05, 0.75)) / max(number / 2, 1))
            high = rng.uniform(0.55, 1.0) * (150 + 0.30 * z) * math.exp(-((x / (170 + 0.9 * z)) ** 2)) + 40
            radius = rng.uniform(8, 15) * (1 + z / 900)
            _tower(stage, rng, dark, accent, x, z + rng.uniform(-25, 25), radius, high, coarse)
            tops.append((x, z, radius, high))
            beacons.append((x, high + 2, z, float(rng.random())))
            if z < 260:
                stage.taken.append((x, z, radius))
    _bridges(stage, rng, dark, accent, tops)
    _blocks(stage, rng, dark, accent)
    _holograms(stage, rng, dark, tops)
    _lanes(stage, rng, dark)
    if dark > 0:
        stage.layers.append(Beacons(np.array(beacons), np.array([4.0, 0.4, 0.3]), stage.light, 1.2))


def _profile(rng: Rng, high: float, radius: float) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Heights of a tower's rings and their radii: a needle, a waist, a blade, or a stack of lenses."""
    v = np.linspace(0, 1, 25)
    kind = rng.integers(4)
    if kind == 0:
        r = 1.0 - 0.78 * v**1.6
    elif kind == 1:
        r = 0.72 + 0.42 * (2 * v - 0.9) ** 2 - 0.55 * np.clip(v - 0.72, 0, 1) * 2.2
    elif kind == 2:
        r = 0.95 - 0.25 * v - 0.62 * np.clip((v - 0.80) / 0.2, 0, 1) ** 2
    else:
        r = (0.86 + 0.14 * np.cos(v * 6 * np.pi)) * (1 - 0.55 * v**2)
    return v * high, np.maximum(r, 0.06) * radius


def _tower(
    stage: Set,
    rng: Rng,
    dark: float,
    accent: NDArray[np.floating],
    x: float,
    z: float,
    radius: float,
    high: float,
    coarse: float,
) -> None:
    """A turned or twisted tower: bands of glass between pale rings, lights along its edges."""
    mesh, light = stage.mesh, stage.light
    hull = HULLS[rng.integers(len(HULLS))] * rng.uniform(0.8, 1.0)
    levels, radii = _profile(rng, high, radius)
    oval = rng.uniform(0.62, 1.0)
    corners = int(rng.choice([4, 6, SIDES, SIDES]))
    sides = corners * max(1, SIDES // corners)
    twist = rng.uniform(-1.2, 1.2) if rng.random() < 0.45 else 0.0
    angle = np.arange(sides) * (2 * np.pi / sides) + rng.uniform(0, 6)
    # A polygon's outline in polar form, so that square and round towers are one thing.
    sector = np.pi / corners
    shape = (
        np.cos(sector) / np.cos((np.arange(sides) * (2 * np.pi / sides)) % (2 * sector) - sector)
        if corners < SIDES
        else np.ones(sides)
    )
    storey = 4.2 * coarse
    rows = max(6, int(high / (storey * 2)))
    v = np.linspace(0, high, rows + 1)
    r = np.interp(v, levels, radii)
    turn = twist * (v / high)
    ring = angle[None, :] + turn[:, None]
    points = np.stack(
        [
            x + r[:, None] * shape * np.cos(ring),
            np.broadcast_to(v[:, None], ring.shape),
            z + r[:, None] * shape * oval * np.sin(ring),
        ],
        -1,
    )
    corner = np.stack([points[:-1], np.roll(points[:-1], -1, 1), np.roll(points[1:], -1, 1), points[1:]], 2).reshape(
        -1, 4, 3
    )
    middle = corner.mean(axis=1)
    outward = middle - np.stack([np.full(len(middle), x), middle[:, 1], np.full(len(middle), z)], 1)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    seen = (outward * (np.array([0, 40.0, 0]) - middle)).sum(1) > -12
    row = np.repeat(np.arange(rows), sides)
    solid = (row % 5 == 4) | (row == rows - 1)
    corner, middle, outward, solid, row = corner[seen], middle[seen], outward[seen], solid[seen], row[seen]
    way = middle - np.array([0, 40.0, 0])
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    way = way - 2 * (way * outward).sum(1, keepdims=True) * outward
    facing = np.abs((way * outward).sum(1, keepdims=True))
    share = 0.62 * (0.30 + 0.70 * (1 - facing) ** 3) * rng.uniform(0.85, 1.1, (len(middle), 1))
    shine = (
        (sky_toward(light, way[:, 1] * 0.7 + 0.2) + glint(light, way.astype(np.float32), 0.2))
        * share
        * [0.80, 0.94, 1.0]
    )
    mesh.quads(corner[~solid], [0.03, 0.035, 0.042], shine[~solid], toward=outward[~solid])
    mesh.quads(corner[solid] + outward[solid][:, None] * 0.3, hull, toward=outward[solid])
    # Pale fins run up the tower, and thin floors part the glass.
    fin = np.arange(0, sides, max(1, sides // corners if corners < SIDES else 3))
    low, top = points[:-1][:, fin].reshape(-1, 3), points[1:][:, fin].reshape(-1, 3)
    out = low - np.stack([np.full(len(low), x), low[:, 1], np.full(len(low), z)], 1)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    beside = np.stack([-out[:, 2], 0 * out[:, 0], out[:, 0]], 1) * 0.26 * coarse**0.6
    ribs = np.stack([low - beside, low + beside, top + beside, top - beside], 1) + out[:, None] * 0.7
    front = (out * (np.array([0, 40.0, 0]) - low)).sum(1) > -5
    edge = rng.random() < 0.6
    glow = accent * (1.5 * dark) if edge else 0.0
    mesh.quads(ribs[front], hull * 0.9, glow, toward=out[front])
    lines = corner[~solid][:, [0, 1]]
    lines = np.concatenate([lines, lines[:, ::-1] + [0, 0.5 * coarse**0.5, 0]], 1) + outward[~solid][:, None] * 0.15
    mesh.quads(lines, hull * 0.45, toward=outward[~solid])
    if dark > 0:
        _lights(mesh, rng, dark, corner[~solid], outward[~solid], row[~solid], (3, 2) if coarse < 2 else (2, 1))
    rim = int(rng.integers(rows // 2, rows))
    _ring(mesh, points[rim], (x, z), accent, dark, 0.6 * coarse)
    tip = float(v[-1])
    mesh.lathe(
        (x, 0, z), [(r[-1] * 0.5, tip), (0.5, tip + high * 0.04), (0.10, tip + high * rng.uniform(0.08, 0.22))], 6, hull
    )


def _lights(
    mesh: MeshBuilder,
    rng: Rng,
    dark: float,
    corner: NDArray[np.floating],
    outward: NDArray[np.floating],
    row: NDArray[np.intp],
    cells: tuple[int, int],
) -> None:
    """Lit rooms: each piece of the glass in `cells`, in the cold and warm light of homes."""
    across, up = cells
    awake = np.clip(rng.normal(0.34, 0.2, int(row.max(initial=0)) + 1), 0.03, 0.9)[row]
    for i in range(across):
        for j in range(up):
            chosen = rng.random(len(corner)) < awake * dark
            if not chosen.any():
                continue
            c = corner[chosen]
            u0, u1 = (i + 0.08) / across, (i + 0.92) / across
            v0, v1 = (j + 0.14) / up, (j + 0.80) / up

            def at(u: float, v: float, c: NDArray[np.floating] = c) -> NDArray[np.floating]:
                return np.asarray((c[:, 0] * (1 - u) + c[:, 1] * u) * (1 - v) + (c[:, 3] * (1 - u) + c[:, 2] * u) * v)

            cell = np.stack([at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)], 1) + outward[chosen][:, None] * 0.12
            tone = np.array([(1.0, 0.80, 0.52), (0.75, 0.90, 1.0), (1.0, 0.92, 0.78)])[rng.integers(3, size=len(c))]
            mesh.quads(
                cell, 0.02, tone * rng.uniform(0.12, 1.0, (len(c), 1)) * (0.4 + 0.6 * dark), toward=outward[chosen]
            )


def _ring(
    mesh: MeshBuilder,
    line: NDArray[np.floating],
    middle: tuple[float, float],
    accent: NDArray[np.floating],
    dark: float,
    size: float,
) -> None:
    """A band of light around a tower."""
    out = line - np.array([middle[0], 0, middle[1]]) * [1, 0, 1] - line * [0, 1, 0]
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    low, top = line + out * 1.0, line + out * 1.0 + [0, 1.6 * size, 0]
    mesh.add(
        np.concatenate([low, top]),
        wrap_triangles(2, len(line)),
        0.5,
        accent * (2.2 * dark + 0.10),
        np.concatenate([out, out]),
    )


def _bridges(
    stage: Set, rng: Rng, dark: float, accent: NDArray[np.floating], tops: list[tuple[float, float, float, float]]
) -> None:
    """Covered ways from tower to tower, with a line of light below."""
    near = [tower for tower in tops if tower[1] < 420]
    for a in near:
        for b in near:
            gap = math.hypot(a[0] - b[0], a[1] - b[1])
            if not (a[0] < b[0] and 30 < gap < 135) or rng.random() > 0.6:
                continue
            y = rng.uniform(0.28, 0.72) * min(a[3], b[3])
            part = np.linspace(0, 1, 13)
            x, z = a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
            rise = y + 5.0 * np.sin(np.pi * part)
            for low, high, tone, light in ((-1.2, 0.3, 0.55, 0.0), (0.3, 2.6, 0.05, 0.55 * dark), (2.6, 3.2, 0.6, 0.0)):
                quads = np.stack(
                    [
                        np.stack([x[:-1], rise[:-1] + low, z[:-1]], 1),
                        np.stack([x[1:], rise[1:] + low, z[1:]], 1),
                        np.stack([x[1:], rise[1:] + high, z[1:]], 1),
                        np.stack([x[:-1], rise[:-1] + high, z[:-1]], 1),
                    ],
                    1,
                )
                emission = (
                    np.array([1.0, 0.85, 0.6]) * light
                    if light
                    else sky_toward(stage.light, 0.2) * (0.3 if tone < 0.1 else 0.0)
                )
                stage.mesh.quads(quads - [0, 0, 1.6], tone, emission, toward=(0, 0, -1))
                if low < 0:
                    under = quads[:, [0, 1]]
                    under = np.concatenate([under - [0, 0, 1.6], under[:, ::-1] + [0, 0, 1.6]], 1)
                    stage.mesh.quads(under, 0.3, accent * 0.5 * dark, toward=(0, -1, 0))
                    line = np.concatenate([quads[:, [0, 1]], quads[:, [1, 0]] + [0, 0.4, 0]], 1) - [0, 0, 1.75]
                    stage.mesh.quads(line, 0.5, accent * 1.3 * dark, toward=(0, 0, -1))


def _blocks(stage: Set, rng: Rng, dark: float, accent: NDArray[np.floating]) -> None:
    """Lower houses with gardens on their roofs, between which the avenues run."""
    for side in (-1, 1):
        z = 26.0
        while z < 520:
            deep = rng.uniform(22, 40)
            for rank in range(2 + int(z > 150)):
                half = rng.uniform(9, 14)
                high = rng.uniform(8, 26) + rank * 7
                x = side * (24 + rank * 31 + half + z * 0.03)
                tone = HULLS[rng.integers(len(HULLS))] * rng.uniform(0.45, 0.75)
                bright = float(rng.random() < 0.4)
                stage.mesh.boxes([(x, high / 2, z + deep / 2)], [half, high / 2, deep / 2 - 2], tone)
                garden = np.array([0.07, 0.12, 0.035]) * rng.uniform(0.7, 1.3)
                stage.mesh.boxes([(x, high + 0.4, z + deep / 2)], [half * 0.86, 0.5, deep / 2 - 4], garden)
                for _ in range(5 if z < 160 else 0):
                    spot = (x + rng.uniform(-0.7, 0.7) * half, high + 0.8, z + deep * rng.uniform(0.25, 0.75))
                    tree(stage.mesh, rng, spot, rng.uniform(3.0, 6.0), stage.brief.spec.season or "summer", 40)
                for wall, wide in (
                    (Wall((x - half, z + 2), (1, 0), (0, -1)), 2 * half),
                    (Wall((x - side * half, z + (2 if side < 0 else deep - 2)), (0, -side), (-side, 0)), deep - 4),
                ):
                    level = np.arange(2.0, high - 1.5, 3.6)
                    strips = wall.rectangles(0.6, level, wide - 0.6, level + 2.0, 0.1)
                    stage.mesh.quads(strips, 0.03, sky_toward(stage.light, 0.25) * 0.38, toward=wall.normal)
                    if dark > 0:
                        u, v = (grid.ravel() for grid in np.meshgrid(np.arange(1.0, wide - 3, 3.0), level))
                        lit = rng.random(len(u)) < 0.4 * dark
                        warm = np.array([1.0, 0.82, 0.58]) * rng.uniform(0.15, 0.9, (lit.sum(), 1))
                        stage.mesh.quads(
                            wall.rectangles(u[lit], v[lit], u[lit] + 2.6, v[lit] + 2.0, 0.2),
                            0.02,
                            warm,
                            toward=wall.normal,
                        )
                    edge = wall.rectangles(0, high - 0.5, wide, high - 0.2, 0.25)
                    stage.mesh.quads(edge, 0.4, accent * 1.2 * dark * bright, toward=wall.normal)
            z += deep


def _holograms(stage: Set, rng: Rng, dark: float, tops: list[tuple[float, float, float, float]]) -> None:
    """Tall signs of light that hang before towers; faint by day."""
    strength = 0.22 + 1.1 * dark
    for x, z, radius, high in tops[:9]:
        if rng.random() < 0.2:
            continue
        wide, tall = rng.uniform(9, 15), rng.uniform(26, 44)
        foot = rng.uniform(0.22, 0.5) * high
        wall = Wall((x - wide / 2, z - radius - 2.0), (1, 0), (0, -1))
        tint = neon_colour(rng) * strength
        write(stage.mesh, wall, rng, (0, foot, wide, foot + tall), tint * 1.3, 0.2, upright=True)
        stage.mesh.quads(
            frame_quads(wall, (-0.5, foot - 0.8, wide + 0.5, foot + tall + 0.8), 0.28, 0.2), 0.0, tint * 0.8
        )
        lines = foot + np.arange(0, tall, 1.6)
        stage.mesh.quads(wall.rectangles(0, lines, wide, lines + 0.16, 0.1), 0.0, tint * 0.12, toward=wall.normal)


# -- vehicles ----------------------------------------------------------------------------------------------------------


def _craft(rng: Rng, accent: NDArray[np.floating], size: float, lit: float) -> Rigid:
    """A small flying vehicle, its nose toward +z: a drop of a hull with a canopy, lights before and behind."""
    builder = MeshBuilder()
    hull = HULLS[rng.integers(len(HULLS))] * rng.uniform(0.5, 1.0)
    station = np.array(
        [
            (-2.6, 0.35, 0.30),
            (-2.2, 0.85, 0.50),
            (-0.8, 1.15, 0.66),
            (0.8, 1.05, 0.62),
            (2.0, 0.70, 0.40),
            (2.8, 0.16, 0.14),
        ]
    )
    angle = np.arange(10) * (2 * np.pi / 10)
    rings = np.stack(
        [
            station[:, 1, None] * np.cos(angle),
            0.9 + station[:, 2, None] * np.sin(angle) * np.where(np.sin(angle) > 0, 1.0, 0.6),
            np.broadcast_to(station[:, 0, None], (len(station), 10)),
        ],
        -1,
    )
    builder.add(rings.reshape(-1, 3) * size, wrap_triangles(len(station), 10), hull)
    glass = np.array([(-1.2, 1.42), (-0.3, 1.78), (0.8, 1.66), (1.6, 1.30)])
    for side in (-1, 1):
        pane = [
            [(side * 0.62, h - 0.28, z) for z, h in glass[:2]],
            [(side * 0.62, h - 0.28, z) for z, h in glass[1:3]],
            [(side * 0.62, h - 0.28, z) for z, h in glass[2:]],
        ]
        quads = [[a, b, (b[0] * 0.3, b[1] + 0.28, b[2]), (a[0] * 0.3, a[1] + 0.28, a[2])] for a, b in pane]
        builder.quads(np.array(quads) * size, 0.02, [0.02, 0.05, 0.07], toward=(side, 0.6, 0))
        builder.boxes([np.array([side * 1.25, 0.8, -1.3]) * size], np.array([0.22, 0.2, 0.9]) * size, hull * 0.7)
        builder.boxes(
            [np.array([side * 1.25, 0.8, -2.25]) * size],
            np.array([0.18, 0.16, 0.1]) * size,
            0.1,
            np.array([1.0, 0.10, 0.06]) * 5 * lit,
        )
        builder.boxes(
            [np.array([side * 0.5, 0.85, 2.45]) * size],
            np.array([0.16, 0.1, 0.2]) * size,
            0.5,
            np.array([1.0, 0.95, 0.85]) * 6 * lit,
        )
    builder.boxes([np.array([0, 0.42, -0.2]) * size], np.array([0.5, 0.06, 1.6]) * size, 0.2, accent * 2.5 * lit)
    return Rigid.of(builder.build(), 0.45)


def _lanes(stage: Set, rng: Rng, dark: float) -> None:
    """Vehicles one behind the other on lanes in the air: along the avenue both ways, and across."""
    if {"ufo", "drone"} & stage.brief.spec.without:
        return
    accent = ACCENTS[rng.integers(len(ACCENTS))]
    kinds = [_craft(rng, accent, size, 0.12 + 0.88 * dark) for size in (1.3, 1.5, 1.9)]
    number = 0
    for x, y, heading, speed, count in (
        (9.0, 34.0, 0.0, 17.0, 6),
        (-9.0, 30.0, math.pi, 19.0, 6),
        (17.0, 52.0, 0.0, 24.0, 5),
        (-16.0, 47.0, math.pi, 22.0, 5),
    ):
        for k in range(count):
            first = (k + rng.uniform(0.1, 0.8)) * 420 / count
            path = _along(x + rng.uniform(-1.5, 1.5), y + rng.uniform(-1.5, 1.5), heading, speed, first, 24.0, 440.0)
            stage.bodies.append(Acting(kinds[number % 3], path, 1.0, f"craft~{number}"))
            number += 1
    for z, y, way in ((150.0, 62.0, 1.0), (260.0, 40.0, -1.0)):
        for k in range(4):
            path = _across(z, y + rng.uniform(-1, 1), way * 20.0, (k + rng.uniform(0, 0.8)) * 110 - 220)
            stage.bodies.append(Acting(kinds[number % 3], path, 1.0, f"craft~{number}"))
            number += 1


def _along(x: float, y: float, heading: float, speed: float, first: float, near: float, far: float) -> Path:
    sign = 1.0 if heading == 0 else -1.0

    def at(t: float) -> tuple[float, float, float, float, float, float, float]:
        z = near + (first + sign * speed * t) % (far - near)
        return x, y + 0.5 * math.sin(t * 0.7 + first), z, heading, 0.0, 0.04 * math.sin(t * 0.5 + first), speed * t

    return Path(at)


def _across(z: float, y: float, speed: float, first: float) -> Path:
    heading = math.pi / 2 if speed > 0 else -math.pi / 2

    def at(t: float) -> tuple[float, float, float, float, float, float, float]:
        x = -220 + (first + 220 + speed * t) % 440
        return x, y + 0.6 * math.sin(t * 0.6 + first), z, heading, 0.0, 0.0, abs(speed) * t

    return Path(at)


ROWS = (Place("futuristic_city", build, 900.0, 280.0, 0.0, "around"),)
