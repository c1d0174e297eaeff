"""Inside a cathedral: a nave of pillars and pointed arches, stained glass, pews, an altar with candles under a rose window."""

import math

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import arch, beams, face, sheet, slab
from promptreel.engines.scenes.buildings.interior import FRONT, WARM, Interior, Shell
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH, PILLAR, BAY = 6.2, 27.0, 13.5, 3.9, 4.4
GLASS = np.array(
    [
        (0.05, 0.12, 0.75),
        (0.75, 0.05, 0.06),
        (0.85, 0.55, 0.06),
        (0.05, 0.45, 0.18),
        (0.40, 0.10, 0.60),
        (0.10, 0.45, 0.80),
    ]
)


def shell(rng: np.random.Generator) -> Shell:
    """Stone all around; slabs with a red carpet in the aisle."""
    stone = np.array([(0.46, 0.42, 0.35), (0.42, 0.41, 0.39)][int(rng.integers(2))])

    def floor(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        x = np.abs(u - 0.5) * 2 * HALF
        odd = (np.floor(u * 2 * HALF / 0.6) + np.floor(v * (BACK - FRONT) / 0.6)) % 2
        slabs = np.where(odd[:, None] > 0, (0.42, 0.39, 0.34), (0.27, 0.25, 0.23))
        return np.where((x < 0.72)[:, None], (0.36, 0.035, 0.04), slabs)

    return Shell(HALF, BACK, HIGH, stone, floor, (0.3, 0.6), stone, (1.1, 0.5), 0.05)


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "cathedral", shell, lit=True, fill=0.06)
    rng, stone = room.rng, np.asarray(room.shell.wall)
    day = 0.16 if room.plot.dark else 1.0
    zs = np.arange(1.2 - BAY, BACK - 2, BAY)
    for side in (-1, 1):
        for z in zs:
            _pillar(room.mesh, side * PILLAR, z, stone)
        for z in zs[:-1]:
            at = face((side * PILLAR, 0.0, z + BAY / 2), (-side, 0, 0))
            arch(
                room.mesh,
                at,
                BAY / 2 - 0.36,
                4.6,
                stone,
                rng,
                ring=0.34,
                deep=0.5,
                pointed=0.8,
                proud=0.25,
                jambs=False,
            )
            _window(room, side * (HALF - 0.05), z + BAY / 2, -side, day)
            room.lamp((side * (HALF - 1.0), 4.6, z + BAY / 2), 1.9 * day, (0.95, 0.90, 0.88), always=True)
            room.lamp((side * PILLAR, 3.2, z), 0.75, WARM)
            _candle_arm(room.mesh, side, z)
    _vault(room, zs, stone)
    _rose(room, day)
    room.lamp((0.0, 8.0, BACK - 2.0), 5.0 * day, (0.95, 0.88, 0.90), always=True)
    for z in np.arange(3.4, 19.0, 1.15):
        for side in (-1, 1):
            _pew(room, side, z)
    _altar(room)
    room.stand((0.0, 4.4), (-0.35, 5.2), (0.35, 6.0), (0.0, 3.2), (-0.3, 7.0))
    room.aisle((0.0, 14.0), (0.0, 2.6))
    room.finish(bodies=6)


def _pillar(mesh: MeshBuilder, x: float, z: float, stone: np.ndarray) -> None:
    """A base, a bundled shaft, a capital."""
    slab_half = 0.55
    mesh.boxes([(x, 0.2, z)], [slab_half, 0.2, slab_half], stone * 0.9)
    mesh.lathe(
        (x, 0, z),
        [
            (0.50, 0.4),
            (0.50, 0.55),
            (0.40, 0.65),
            *((0.36, y) for y in np.linspace(0.8, 4.5, 9)),
            (0.40, 4.6),
            (0.55, 4.95),
            (0.55, 5.1),
        ],
        16,
        stone,
    )
    for k in range(4):
        a = math.pi / 4 + math.pi / 2 * k
        shaft = [(0.10, y) for y in np.linspace(0.5, HIGH - 4.2, 10)]
        mesh.lathe((x + 0.40 * math.cos(a), 0, z + 0.40 * math.sin(a)), shaft, 8, stone * 1.06)


def _window(room: Interior, x: float, z: float, out: int, day: float) -> None:
    """A lancet of stained glass that shines with the light outside."""
    rng = room.rng
    half, low, spring = 0.95, 2.6, 6.6
    columns, rows = 8, 26
    u, v = (grid.ravel() for grid in np.meshgrid(np.arange(columns), np.arange(rows)))
    top = spring + 2.2
    du, dv = 2 * half / columns, (top - low) / rows
    left, base = -half + u * du, low + v * dv
    mid = np.abs(left + du / 2)
    keep = base + dv / 2 < spring + 2.2 * np.sqrt(np.clip(1 - (mid / half) ** 1.5, 0, 1))
    left, base, u, v = left[keep], base[keep], u[keep], v[keep]
    motif = (np.abs(u - (columns - 1) / 2) + np.abs((v % 9) - 4) * 0.8).astype(int)
    tone = GLASS[(motif + int(rng.integers(6))) % 6] * rng.uniform(0.55, 1.25, (len(u), 1))
    g = 0.018
    corner = [
        (left + g, base + g),
        (left + du - g, base + g),
        (left + du - g, base + dv - g),
        (left + g, base + dv - g),
    ]
    quads = np.stack([np.stack([np.full(len(u), x + out * 0.03), b, z + a], 1) for a, b in corner], 1)
    room.plot.mesh.quads(quads, 0.03, tone * 1.15 * day, toward=(out, 0, 0))
    at = face((x, low, z), (out, 0, 0))
    arch(
        room.plot.mesh,
        at,
        half + 0.02,
        spring - low,
        np.asarray(room.shell.wall),
        rng,
        ring=0.25,
        deep=0.1,
        pointed=0.9,
        proud=0.1,
    )


def _vault(room: Interior, zs: np.ndarray, stone: np.ndarray) -> None:
    """A pointed barrel with ribs at each bay."""
    u = np.linspace(-1, 1, 41)
    rise = 8.4 + 4.6 * (1 - np.abs(u) ** 1.7)
    z = np.linspace(FRONT, BACK, 52)
    at = np.stack(np.broadcast_arrays((u * (PILLAR + 0.3))[None], rise[None], z[:, None]), -1)
    shade = (0.86 + 0.14 * room.rng.random((52, 41)))[..., None] * stone * 1.05
    sheet(room.plot.mesh, at, shade, (0, -1, 0))
    for side in (-1, 1):
        x = side * (PILLAR + 0.3)
        room.plot.mesh.quad(
            [(x, 6.9, FRONT), (x, 6.9, BACK), (x, 8.5, BACK), (x, 8.5, FRONT)],
            stone * 0.95,
            across=50,
            up=3,
            toward=(-side, 0, 0),
        )
        low, top = (side * HALF, 8.9), (side * (PILLAR + 0.3), 8.6)
        room.plot.mesh.quad(
            [(*low, FRONT), (*low, BACK), (*top, BACK), (*top, FRONT)], stone * 0.8, across=40, up=2, toward=(0, -1, 0)
        )
    for z0 in zs:
        line = np.stack([u * (PILLAR + 0.22), rise - 0.06, np.full(41, z0)], 1)
        beams(room.mesh, line[:-1], line[1:], (0.26, 0.22), stone * 1.1, coarse=True)
    for z0, z1 in zip(zs, zs[1:], strict=False):
        for a in (-1, 1):
            share = (u * a + 1) / 2
            line = np.stack([u * (PILLAR + 0.22), rise - 0.05, z0 + (z1 - z0) * share], 1)
            beams(room.mesh, line[:-1], line[1:], (0.16, 0.16), stone * 1.1, coarse=True)


def _rose(room: Interior, day: float) -> None:
    """A wheel of glass high in the far wall, and three lancets below."""
    rng, y0, z = room.rng, 8.6, BACK - 0.06
    for ring, (r0, r1, count) in enumerate(((0.0, 0.45, 8), (0.5, 1.25, 12), (1.32, 2.2, 24))):
        for k in range(count):
            a0, a1 = 2 * math.pi * (k + 0.04) / count, 2 * math.pi * (k + 0.96) / count
            quad = [
                (r * math.cos(a), y0 + r * math.sin(a), z) for r, a in ((r0, a0), (r1, a0), (r1, a1), (r0 + 1e-3, a1))
            ]
            tone = GLASS[(k + 2 * ring) % 6 if ring else 2] * rng.uniform(0.8, 1.3)
            room.plot.mesh.quad(quad, 0.03, tone * 1.3 * day, toward=(0, 0, -1))
    turn = np.linspace(0, 2 * math.pi, 49)
    rim = np.stack([2.3 * np.cos(turn), y0 + 2.3 * np.sin(turn), np.full(49, z - 0.08)], 1)
    beams(room.plot.mesh, rim[:-1], rim[1:], 0.24, np.asarray(room.shell.wall) * 1.1, coarse=True)
    for x in (-1.7, 0.0, 1.7):
        rows = np.arange(12)
        for column in (-0.45, -0.15, 0.15):
            quads = np.stack(
                [np.stack([np.full(12, x + column + a), 2.9 + 0.25 * rows + b, np.full(12, z)], 1)
                 for a, b in ((0.01, 0.01), (0.29, 0.01), (0.29, 0.24), (0.01, 0.24))], 1
            )  # fmt: skip
            tone = GLASS[(rows + int(rng.integers(6))) % 6] * rng.uniform(0.6, 1.2, (12, 1))
            room.plot.mesh.quads(quads, 0.03, tone * day, toward=(0, 0, -1))


def _pew(room: Interior, side: int, z: float) -> None:
    wood, mesh = f.oak(0.9), room.mesh
    a, b = sorted((side * 0.95, side * 3.3))
    f.box(mesh, (a, 0.40, z - 0.18), (b, 0.45, z + 0.18), wood)
    f.box(mesh, (a, 0.45, z - 0.22), (b, 0.92, z - 0.17), wood * 1.05)
    for x in (a, b):
        f.box(mesh, (x - 0.035, 0, z - 0.26), (x + 0.035, 0.98, z + 0.24), wood * 0.85)


def _candle_arm(mesh: MeshBuilder, side: int, z: float) -> None:
    """A sconce on a pillar with three flames."""
    x = side * (PILLAR - 0.62)
    beams(mesh, [(side * (PILLAR - 0.35), 2.7, z)], [(x, 2.7, z)], 0.03, f.BRASS)
    for dz in (-0.14, 0.0, 0.14):
        mesh.boxes([(x, 2.80, z + dz)], [0.02, 0.09, 0.02], 0.6)
        mesh.lathe((x, 2.9, z + dz), [(0.002, 0.0), (0.018, 0.03), (0.002, 0.10)], 6, 0.3, 2.2 * WARM)


def _altar(room: Interior) -> None:
    """Three steps, a table with a cloth, candlesticks and a golden cross."""
    mesh, rng = room.mesh, room.rng
    for k in range(3):
        slab(
            mesh,
            (-3.4 + 0.4 * k, 0.16 * k, 20.6 + 0.5 * k),
            (3.4 - 0.4 * k, 0.16 * (k + 1), BACK),
            (0.50, 0.47, 0.42),
            rng,
            0.6,
        )
    f.box(mesh, (-1.4, 0.48, 22.8), (1.4, 1.48, 23.7), (0.66, 0.63, 0.56))
    f.box(mesh, (-0.5, 0.7, 22.78), (0.5, 1.49, 22.8), (0.45, 0.06, 0.06))
    f.box(mesh, (-1.45, 1.48, 22.75), (1.45, 1.53, 23.75), (0.72, 0.70, 0.64))
    gold = np.array([0.62, 0.44, 0.12])
    beams(mesh, [(0, 1.5, 23.5), (-0.38, 2.62, 23.5)], [(0, 3.1, 23.5), (0.38, 2.62, 23.5)], 0.09, gold, 0.12 * gold)
    for x in (-1.2, -0.9, -0.6, 0.6, 0.9, 1.2):
        mesh.lathe((x, 1.53, 23.4), [(0.07, 0), (0.02, 0.06), (0.02, 0.26), (0.05, 0.28)], 10, gold)
        mesh.boxes([(x, 1.98, 23.4)], [0.025, 0.17, 0.025], 0.65)
        mesh.lathe((x, 2.16, 23.4), [(0.003, 0.0), (0.03, 0.05), (0.003, 0.16)], 8, 0.3, 2.4 * WARM)
    room.lamp((0.0, 2.6, 22.6), 1.6, WARM)


ROWS = (Place("cathedral", build, size=32.5, height=13.5, distance=4.4, stands="around"),)
