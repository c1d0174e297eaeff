"""A wooden pier that runs from the camera's side out over the water, with railings, lamps and a pavilion at its end."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import (
    IRON,
    OAK,
    PAINTS,
    SLATE,
    Plot,
    beam,
    beams,
    courses,
    drum,
    face,
    paint_of,
    patch,
    window,
)
from promptreel.engines.scenes.stage import Place, Set


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder: it begins toward the camera and ends behind (x, z)."""
    plot = Plot(stage, x, z, turn, "pier")
    rng, mesh = plot.rng, plot.mesh
    near, far, wide = -13.0, 22.0, 1.7
    top = 1.6 if plot.wet else 1.1
    walk = patch((-wide, top, near), (wide, top, near), (wide, top, far), (-wide, top, far), (0, 1, 0))
    courses(mesh, walk, (3.6, 0.20), OAK * 1.45, rng, vary=0.17, shade=0.76)
    courses(
        mesh,
        patch((-5, top, far), (5, top, far), (5, top, far + 9), (-5, top, far + 9), (0, 1, 0)),
        (2.4, 0.22),
        OAK * 1.4,
        rng,
        vary=0.17,
        shade=0.76,
    )
    for side in (-wide, wide):
        beam(mesh, (side, top - 0.14, near), (side, top - 0.14, far), (0.14, 0.28), OAK)
        for pz in np.arange(near + 0.4, far, 3.1):
            mesh.lathe(
                (side, -3.0, float(pz)),
                [(0.17, 0), (0.16, top + 3.0), (0.12, top + 3.05), (0.10, top + 4.05)],
                9,
                OAK * rng.uniform(0.6, 0.95),
            )
            beam(mesh, (side, 0.2, pz), (-side, top - 0.3, pz), 0.11, OAK * 0.7)
        for up in (0.5, 0.95):
            beam(mesh, (side, top + up, near + 0.4), (side, top + up, far), (0.07, 0.10), OAK * 1.25)
    for px in (-4.7, 0.0, 4.7):
        for pz in (far + 0.4, far + 4.5, far + 8.6):
            mesh.lathe((px, -3.0, pz), [(0.2, 0), (0.19, top + 3.0)], 9, OAK * 0.75)
    pavilion(plot, top, far + 4.5)
    for pz in (near + 3.5, near + 12.8, near + 22.1, far - 3.7):
        for side in (-wide, wide):
            beam(mesh, (side, top, pz), (side, top + 2.7, pz), 0.09, IRON * 1.2)
            mesh.lathe(
                (side, top + 2.65, pz),
                [(0.07, 0), (0.16, 0.10), (0.17, 0.34), (0.04, 0.46)],
                10,
                (0.34, 0.31, 0.26),
                plot.glow(2.8),
            )
        plot.lamp((0, top + 2.6, pz), 2.6)
    plot.take((0, 5), 12.0)
    plot.finish()


def pavilion(plot: Plot, top: float, z: float) -> None:
    """An eight-sided kiosk with a pointed roof."""
    mesh, rng = plot.mesh, plot.rng
    tint = paint_of(plot.stage)
    paint = np.asarray(tint if tint is not None else np.array(PAINTS["white"]) * 0.9)
    angle = np.linspace(0, 2 * math.pi, 9)[:-1] + math.pi / 8
    ring = np.stack([3.2 * np.cos(angle), np.full(8, top), z + 3.2 * np.sin(angle)], 1)
    beams(mesh, ring, ring + [0, 3.1, 0], 0.22, paint)
    beams(mesh, ring + [0, 3.0, 0], np.roll(ring, -1, 0) + [0, 3.0, 0], (0.2, 0.36), paint)
    for number in range(8):
        a, b = ring[number], np.roll(ring, -1, 0)[number]
        middle, out = (a + b) / 2, (a + b) / 2 - [0, top, z]
        if out[2] < -2.5:
            continue
        low = patch(a, b, b + [0, 1.0, 0], a + [0, 1.0, 0], out)
        courses(mesh, low, (0.18, 1.0), paint * 0.95, rng, vary=0.06, bond=0.0)
        window(
            mesh,
            face(middle + [0, 1.95, 0] - out / np.linalg.norm(out) * 0.05, out),
            (1.02, 0.9),
            rng,
            glow=plot.glow(0.8),
            frame=paint,
            panes=(4, 3),
        )
    roof = np.array(PAINTS["red"]) * 0.6 if rng.random() < 0.5 else SLATE
    cone = [(3.9, top + 2.95), (2.4, top + 4.0), (1.1, top + 4.7), (0.55, top + 5.1)]
    courses(mesh, drum((0, 0, z), cone), (0.4, 0.32), roof, rng, vary=0.15, lap=0.04, shade=0.75)
    courses(mesh, drum((0, 0, z), [(0.5, top + 5.0), (0.5, top + 5.6)]), (0.3, 0.6), paint, rng)
    courses(mesh, drum((0, 0, z), [(0.72, top + 5.55), (0.05, top + 6.7)]), (0.3, 0.3), roof, rng, vary=0.15, lap=0.03)
    mesh.lathe((0, top + 6.6, z), [(0.06, 0), (0.14, 0.15), (0.03, 0.3), (0.02, 1.0)], 8, IRON * 2)
    plot.lamp((0, top + 2.2, z), 2.5)


ROWS = (Place("pier", build, size=46.0, height=8.5, distance=19.0, stands="water"),)
