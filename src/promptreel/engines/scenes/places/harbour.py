"""A harbour: a quay of stone with bollards and crates, gabled houses of a fishing town, boats that rock at their
moorings, a wooden jetty and a crane."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    BRICK,
    CLAY_TILE,
    GREY_STONE,
    IRON,
    OAK,
    PAINTS,
    SLATE,
    Plot,
    beam,
    beams,
    courses,
    face,
    patch,
    plank_door,
    slab,
    window,
)
from promptreel.engines.scenes.buildings.moving import Moored, body_parts, standing
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.places.house import Shell, house_shell
from promptreel.engines.scenes.stage import Acting, Place, Set

QUAY = 1.7
"""Height of the quay above the water, m."""

FRONTS = ((0.55, 0.10, 0.06), (0.62, 0.42, 0.12), (0.62, 0.60, 0.54), (0.12, 0.22, 0.34), (0.45, 0.18, 0.12),
          (0.50, 0.52, 0.40), (0.20, 0.34, 0.32), (0.66, 0.50, 0.40))  # fmt: skip


BERTHS = (
    (-24.0, -1.2, 1.62, "trawler"),
    (-5.8, -7.5, 0.1, "yacht"),
    (-12.6, -10.5, 3.2, "yacht"),
    (4.0, -0.6, 1.5, "trawler"),
    (22.5, -1.0, -1.6, "yacht"),
    (-5.9, -15.0, 0.05, "rowing"),
    (29.0, -6.5, -1.3, "trawler"),
    (12.0, -7.5, 1.9, "rowing"),
)
"""Where boats lie: x, z, heading, kind."""


def hull(rng: np.random.Generator, long: float, wide: float, high: float, paint: np.ndarray, kind: str) -> MeshBuilder:
    """A boat with its waterline at y = 0 and its bow toward +z: `yacht`, `trawler` or `rowing`."""
    mesh = MeshBuilder()
    sections, steps = 19, 8
    s, v = np.meshgrid(np.linspace(0, 1, sections), np.linspace(0, 1, steps), indexing="ij")
    beam_at = (
        wide / 2 * np.clip(1 - np.abs((s - 0.42) / 0.58) ** 2.4, 0.015, 1) * np.where(s < 0.42, 0.75 + 0.6 * s, 1.0)
    )
    sheer = high * (1 + 0.55 * (s - 0.4) ** 2 * np.where(s > 0.4, 2.2, 1.0))
    keel = -0.32 * high * np.clip(1 - ((s - 0.45) / 0.58) ** 4, 0, 1)
    y = keel + (sheer - keel) * v
    x = beam_at * np.clip(v * 1.5, 0, 1) ** 0.55 * (0.86 + 0.14 * v)
    z = (s - 0.5) * long + 0.10 * long * (s - 0.3) * v * (s > 0.5)
    band = (y / high)[..., None]
    tint = np.where(
        band < 0.12, np.array([0.22, 0.04, 0.03]), np.where(band > 0.80, np.array([0.66, 0.64, 0.58]), paint)
    )
    tint = tint * rng.uniform(0.92, 1.06, (sections, steps, 1))
    for side in (-1.0, 1.0):
        points = np.stack([side * x, y, z], -1)
        quads = np.stack([points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]], 2).reshape(-1, 4, 3)
        shades = np.stack([tint[:-1, :-1], tint[1:, :-1], tint[1:, 1:], tint[:-1, 1:]], 2).reshape(-1, 4, 3)
        mesh.quads(quads, shades, toward=np.tile([side, -0.2, 0.0], (len(quads), 1)))
        rim = np.stack([side * x[:, -1], y[:, -1], z[:, -1]], -1)
        beams(mesh, rim[:-1], rim[1:], 0.09, OAK * 1.5)
    low = 0.55 if kind == "rowing" else 0.92
    left = np.stack([-x[:, -1], y[:, -1] * low, z[:, -1]], -1)
    right = left * [-1, 1, 1]
    deck = np.stack([left[:-1], right[:-1], right[1:], left[1:]], 1)
    mesh.quads(deck, OAK * 1.5 * rng.uniform(0.8, 1.1, (len(deck), 1)), across=3, toward=(0, 1, 0))
    stern = [(-x[0, -1], y[0, -1], z[0, -1]), (x[0, -1], y[0, -1], z[0, -1]), (0.0, keel[0, 0], z[0, 0])]
    mesh.add(stern, [[0, 1, 2]], paint * 0.9, normals=(0, 0, -1))
    if kind == "rowing":
        for at in (-0.2, 0.12):
            mesh.boxes([(0, high * 0.75, at * long)], [wide * 0.42, 0.03, 0.12], OAK * 1.6)
        return mesh
    if kind == "yacht":
        tall = long * 1.25
        mast = np.array([0, high * 0.9, 0.08 * long])
        tip = mast + np.array([0, tall, 0])
        beam(mesh, mast, tip, 0.11, (0.55, 0.50, 0.42))
        boom = mast + [0, 0.9, -0.05]
        beam(mesh, boom, boom + [0, 0.1, -0.42 * long], 0.09, (0.5, 0.45, 0.38))
        for k in range(7):
            furled = boom + np.array([0, 0.14, -0.055 * long * (k + 0.4)])
            canvas = np.array([0.60, 0.58, 0.53]) * rng.uniform(0.9, 1.1)
            beam(mesh, furled, furled + np.array([0, 0.01, -0.06 * long]), (0.26, 0.22), canvas)
        ends = np.array(
            [(0, high * 1.15, 0.48 * long), (0, high, -0.48 * long), (-wide * 0.45, high, 0), (wide * 0.45, high, 0)]
        )
        beams(mesh, np.tile(tip, (4, 1)), ends, 0.022, (0.25, 0.25, 0.26))
        mesh.boxes([(0, high * 1.1, -0.05 * long)], [wide * 0.28, high * 0.3, long * 0.14], (0.62, 0.60, 0.55))
        mesh.boxes([(0, high * 1.14, -0.05 * long)], [wide * 0.285, high * 0.10, long * 0.11], (0.03, 0.04, 0.05))
        return mesh
    cabin = np.array([0, high * 1.45, -0.16 * long])
    mesh.boxes([cabin], [wide * 0.27, high * 0.62, long * 0.13], (0.64, 0.62, 0.56))
    mesh.boxes([cabin + [0, high * 0.3, 0]], [wide * 0.275, high * 0.17, long * 0.132], (0.03, 0.04, 0.05))
    mesh.boxes([cabin + [0, high * 0.68, 0]], [wide * 0.33, high * 0.06, long * 0.16], paint)
    mast = np.array([0, high * 0.9, 0.12 * long])
    beam(mesh, mast, mast + [0, 0.55 * long, 0], 0.13, OAK * 1.3)
    beam(mesh, mast + [0, 0.5, 0], mast + [0, 0.36 * long, 0.3 * long], 0.09, OAK * 1.3)
    ends = np.array([(0, high * 1.2, 0.5 * long), (-wide * 0.4, high, -0.1 * long), (wide * 0.4, high, -0.1 * long)])
    beams(mesh, np.tile(mast + [0, 0.53 * long, 0], (3, 1)), ends, 0.03, (0.12, 0.12, 0.12))
    mesh.boxes(
        [(0.2 * wide, high * 1.1, 0.25 * long), (-0.15 * wide, high * 1.08, 0.3 * long)], [0.3, 0.2, 0.3], OAK * 1.4
    )
    return mesh


def moor(plot: Plot, local: tuple[float, float], heading: float, kind: str) -> None:
    """A boat at a place (x, z) of the harbour."""
    rng = plot.rng
    long, wide, high = {"yacht": (8.5, 2.7, 0.95), "trawler": (9.5, 3.2, 1.25), "rowing": (4.0, 1.5, 0.5)}[kind]
    paint = np.array(PAINTS[str(rng.choice(["blue", "red", "teal", "white", "green", "black"]))]) * 0.9
    parts = body_parts(hull(rng, long * rng.uniform(0.9, 1.1), wide, high, paint, kind), gloss=0.25)
    at = plot.world((local[0], 0.0, local[1]))
    at[1] = 0.0 if plot.wet else at[1] + 0.25
    boat = Moored(**parts, swell=1.0 if plot.wet else 0.0, phase=float(rng.uniform(0, 6)))  # type: ignore[arg-type]
    plot.stage.bodies.append(Acting(boat, standing(at, plot.turn + heading), name="moored_boat"))


def town(plot: Plot) -> None:
    """A row of tall narrow houses along the quay."""
    rng, mesh = plot.rng, plot.mesh
    left, number = -33.0, int(rng.integers(8))
    while left < 31.0:
        wide = float(rng.uniform(5.2, 7.4))
        number = (number + 1 + int(rng.integers(3))) % 8
        walls = ("plaster", "wooden", "plaster", "brick")[int(rng.integers(4))]
        paint = None if walls == "brick" else np.array(FRONTS[number])
        high = QUAY + float(rng.uniform(5.6, 8.6))
        deep = 4.2
        z = 15.0 + float(rng.uniform(-0.5, 0.8))
        shell = Shell(
            left + wide / 2,
            z,
            wide / 2 - 0.06,
            deep,
            QUAY,
            high,
            float(rng.uniform(2.4, 3.6)),
            gable_front=rng.random() < 0.7,
            deep=0.2,
        )
        roof = CLAY_TILE if rng.random() < 0.6 else SLATE
        house_shell(mesh, shell, rng, walls, paint, roof, tile=(1.5, 0.8))
        front = z - deep
        storeys = 2 if high < QUAY + 7 else 3
        for storey in range(storeys):
            level = QUAY + 1.6 + storey * (high - QUAY - 0.6) / storeys
            spots = np.linspace(left + 1.2, left + wide - 1.2, 2 if wide < 6 else 3)
            for k, u in enumerate(spots):
                if storey == 0 and k == number % len(spots):
                    plank_door(
                        mesh,
                        face((float(u), QUAY, front - 0.03), (0, 0, -1)),
                        0.55,
                        2.2,
                        np.array(FRONTS[(number + 3) % 8]) * 0.6,
                        rng,
                    )
                    continue
                lit = plot.glow(1.0 if rng.random() < 0.7 else 0.03)
                window(mesh, face((float(u), level, front), (0, 0, -1)), (0.42, 0.62), rng, glow=lit, panes=(2, 2))
        if shell.gable_front:
            window(
                mesh,
                face((left + wide / 2, high + 0.9, front), (0, 0, -1)),
                (0.34, 0.45),
                rng,
                glow=plot.glow(0.8),
                panes=(2, 2),
            )
        slab(mesh, (left + 0.9, high + 1.0, z + 1), (left + 1.5, high + shell.rise + 0.8, z + 1.6), BRICK, rng, 0.3)
        left += wide


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    if stage.brief.spec.setting == "harbour":
        x, turn = 0.0, 0.1 * turn  # It is the setting: in the middle, not on a third.
    plot = Plot(stage, x, z, turn, "harbour")
    rng, mesh = plot.rng, plot.mesh
    wall = patch((-36, -2.0, 2.0), (36, -2.0, 2.0), (36, QUAY, 2.0), (-36, QUAY, 2.0), (0, 0, -1))
    courses(
        mesh,
        wall,
        (1.1, 0.5),
        lambda u, v: GREY_STONE * (0.32 + 0.68 * np.clip((v - 0.5) / 0.3, 0, 1))[:, None],
        rng,
        vary=0.14,
    )
    slab(mesh, (-36, QUAY - 0.02, 1.8), (36, QUAY + 0.22, 2.7), GREY_STONE * 1.15, rng, 1.2)
    deck = patch((-36, QUAY, 2.7), (36, QUAY, 2.7), (36, QUAY, 22), (-36, QUAY, 22), (0, 1, 0))
    courses(mesh, deck, (1.3, 0.9), GREY_STONE * 0.85, rng, vary=0.15)
    for side in (-36.0, 36.0):
        end = patch((side, -2, 2), (side, -2, 22), (side, QUAY, 22), (side, QUAY, 2), (side, 0, 0))
        courses(mesh, end, (1.2, 0.6), GREY_STONE * 0.7, rng, vary=0.14)
    town(plot)
    furnish(plot)
    jetty(plot, -9.0)
    crane(plot, 13.0)
    for px, pz, heading, kind in BERTHS:
        moor(plot, (px + float(rng.uniform(-0.6, 0.6)), pz), heading + float(rng.uniform(-0.08, 0.08)), kind)
    plot.take((0, 8), 34.0)
    plot.finish()


def furnish(plot: Plot) -> None:
    """Bollards, lamps, crates, barrels, ladders and tyres."""
    rng, mesh = plot.rng, plot.mesh
    top = QUAY + 0.2
    for px in np.arange(-33, 34, 6.0):
        mesh.lathe(
            (float(px), top, 2.35),
            [(0.2, 0), (0.16, 0.2), (0.17, 0.4), (0.26, 0.5), (0.26, 0.6), (0.1, 0.66)],
            12,
            IRON * 1.3,
        )
    for px in np.arange(-28, 30, 14.0):
        beam(mesh, (px, QUAY, 4.4), (px, QUAY + 4.2, 4.4), 0.12, IRON)
        beam(mesh, (px, QUAY + 4.15, 4.4), (px, QUAY + 4.3, 3.4), 0.07, IRON)
        mesh.lathe(
            (float(px), QUAY + 3.8, 3.4),
            [(0.12, 0), (0.2, 0.1), (0.16, 0.42), (0.04, 0.5)],
            10,
            (0.3, 0.28, 0.24),
            plot.glow(3.0),
        )
        plot.lamp((float(px), QUAY + 3.5, 3.3), 3.2)
    for _ in range(16):
        px, pz = rng.uniform(-32, 32), rng.uniform(4.6, 8.5)
        size = rng.uniform(0.3, 0.5)
        for layer in range(int(rng.integers(1, 3))):
            slab(
                mesh,
                (px - size, QUAY + layer * size * 1.5, pz - size),
                (px + size, QUAY + (layer + 1) * size * 1.5, pz + size),
                OAK * rng.uniform(1.1, 1.9),
                rng,
                0.45,
            )
    for _ in range(12):
        px, pz = rng.uniform(-32, 32), rng.uniform(4.4, 8.5)
        mesh.lathe(
            (px, QUAY, pz),
            [(0.28, 0), (0.36, 0.3), (0.36, 0.6), (0.28, 0.92), (0.02, 0.9)],
            14,
            OAK * rng.uniform(0.8, 1.5),
        )
    for px in (-30.0, -17.0, 2.0, 18.0, 33.0):
        for side in (-0.25, 0.25):
            beam(mesh, (px + side, -1, 1.93), (px + side, QUAY + 0.2, 1.93), 0.06, IRON * 1.4)
        rungs = np.arange(0.1, QUAY, 0.3)
        beams(mesh, [(px - 0.25, v, 1.93) for v in rungs], [(px + 0.25, v, 1.93) for v in rungs], 0.05, IRON * 1.4)


def jetty(plot: Plot, x: float) -> None:
    """A wooden jetty that runs out from the quay."""
    rng, mesh = plot.rng, plot.mesh
    top = QUAY - 0.35
    walk = patch((x - 1.3, top, -20), (x + 1.3, top, -20), (x + 1.3, top, 2), (x - 1.3, top, 2), (0, 1, 0))
    courses(mesh, walk, (2.6, 0.22), OAK * 1.4, rng, vary=0.17, shade=0.75)
    for side in (-1.3, 1.3):
        beam(mesh, (x + side, top - 0.14, -20), (x + side, top - 0.14, 2), (0.12, 0.26), OAK)
        for z in np.arange(-19.6, 2, 3.6):
            mesh.lathe(
                (x + side, -2.5, float(z)),
                [(0.17, 0), (0.16, 2.6), (0.15, top + 3.1), (0.02, top + 3.12)],
                9,
                OAK * rng.uniform(0.6, 0.95),
            )
    for z in (-18.0, -9.0):
        beam(mesh, (x + 1.2, top, z), (x + 1.2, top + 2.3, z), 0.10, OAK)
        mesh.lathe(
            (x + 1.2, top + 2.25, z),
            [(0.08, 0), (0.13, 0.06), (0.11, 0.3), (0.02, 0.36)],
            9,
            (0.3, 0.28, 0.24),
            plot.glow(2.5),
        )
        plot.lamp((x + 1.2, top + 2.3, z - 0.4), 1.6)


def crane(plot: Plot, x: float) -> None:
    """A wooden treadwheel-like crane with a jib and a hanging crate."""
    mesh, rng = plot.mesh, plot.rng
    slab(mesh, (x - 1.4, QUAY, 4.2), (x + 1.4, QUAY + 3.4, 7.0), OAK * 1.3, rng, 0.4)
    for side in (-0.45, 0.45):
        beam(mesh, (x + side, QUAY + 1.0, 5.6), (x + side, QUAY + 8.2, -0.6), 0.24, OAK)
        beam(mesh, (x + side, QUAY + 3.2, 6.6), (x + side, QUAY + 6.6, 0.9), 0.14, OAK)
    beams(mesh, [(x - 0.45, QUAY + 1.0 + 7.2 * s, 5.6 - 6.2 * s) for s in (0.4, 0.7, 0.98)],
          [(x + 0.45, QUAY + 1.0 + 7.2 * s, 5.6 - 6.2 * s) for s in (0.4, 0.7, 0.98)], 0.14, OAK)  # fmt: skip
    beam(mesh, (x, QUAY + 8.1, -0.6), (x, QUAY + 3.6, -0.6), 0.05, (0.35, 0.28, 0.18))
    slab(mesh, (x - 0.5, QUAY + 2.8, -1.1), (x + 0.5, QUAY + 3.6, -0.1), OAK * 1.6, rng, 0.3)
    roof = patch(
        (x - 1.6, QUAY + 3.4, 4.0),
        (x + 1.6, QUAY + 3.4, 4.0),
        (x + 1.6, QUAY + 4.6, 7.2),
        (x - 1.6, QUAY + 4.6, 7.2),
        (0, 1, -0.4),
    )
    courses(mesh, roof, (0.4, 0.4), SLATE, rng, vary=0.15, lap=0.04)
    mesh.lathe((x, QUAY + 8.05, -0.6), [(0.02, -0.1), (0.26, 0), (0.02, 0.1)], 12, OAK * math.sqrt(1.2))


ROWS = (Place("harbour", build, size=74.0, height=14.0, distance=42.0, stands="shore"),)
