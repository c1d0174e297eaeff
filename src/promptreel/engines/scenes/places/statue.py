"""A statue of marble or bronze on a pedestal: a person in a pose, twice as large as life."""

import numpy as np

from promptreel.engines.scenes.buildings.building import GREY_STONE, WHITEWASH, Plot, face, paint_of, slab
from promptreel.engines.scenes.buildings.masonry import islet
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.stage import Casting, Place, Set

SCALE = 1.9


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "statue")
    rng, mesh = plot.rng, plot.mesh
    y = islet(plot, 7.0, 1.3, 4.0)
    tint = paint_of(stage)
    metal = "metal" in plot.words or "golden" in plot.words or rng.random() < 0.4
    bronze = np.array([0.52, 0.34, 0.09]) if "golden" in plot.words else np.array([0.13, 0.20, 0.16])
    stone = np.asarray(tint if tint is not None else bronze if metal else WHITEWASH * np.array([0.95, 0.93, 0.88]))
    base = GREY_STONE * 1.2
    for grow, low, top in (
        (1.7, -0.6, 0.22),
        (1.4, 0.22, 0.42),
        (1.05, 0.42, 0.75),
        (0.85, 0.75, 2.2),
        (1.05, 2.2, 2.38),
        (0.95, 2.38, 2.5),
    ):
        slab(mesh, (-grow, y + low, -grow), (grow, y + top, grow), base * rng.uniform(0.92, 1.06), rng, 0.7)
    on = face((0, y + 1.5, -0.86), (0, 0, -1))
    on.bar(mesh, (-0.5, -0.3), (0.5, 0.3), 0.03, (0.16, 0.11, 0.05))
    for v in (-0.16, 0.0, 0.16):
        on.bar(mesh, (-0.38, v - 0.025), (0.38 - 0.2 * (v < -0.1), v + 0.025), 0.04, (0.42, 0.32, 0.14))
    person = rows("subjects")["person"].build(Casting("wave", rng, detail=2))
    points, normals = np.empty_like(person.vertices), np.empty_like(person.normals)
    person.pose(float(rng.uniform(0.9, 1.4)), 0.0, points, normals)
    # A body faces +z and a place looks to -z: half a turn.
    half = np.array([-1, 1, -1], np.float32)
    weather = 1 - 0.28 * np.clip(0.3 - normals[:, 1], 0, 1) + 0.12 * np.sin(points[:, 1] * 21 + points[:, 0] * 13)
    shade = stone * weather[:, None] * (0.88 + 0.24 * rng.random((len(points), 1)))
    if metal:
        streak = np.clip(np.sin(points[:, 0] * 31 + points[:, 2] * 23) * 0.7 + normals[:, 1], 0, 1)[:, None]
        shade = shade * (1 - 0.5 * streak) + np.array([0.26, 0.40, 0.33]) * 0.5 * streak * (
            1.0 if "golden" not in plot.words else 0.0
        )
    mesh.add(
        points * half * np.float32(SCALE) + np.array([0, y + 2.5, 0], np.float32),
        person.triangles,
        shade,
        0.0,
        normals * half,
    )
    plot.lamp((-1.8, y + 1.2, -2.6), 1.6, (1.0, 0.86, 0.66))
    plot.lamp((1.9, y + 0.8, -2.2), 1.0, (1.0, 0.86, 0.66))
    plot.take((0, 0), 2.4)
    plot.finish(contact=0.7)


ROWS = (Place("statue", build, size=3.4, height=6.2, distance=15.0),)
