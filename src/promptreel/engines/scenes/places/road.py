"""A country road: what stands along it; on a ground without one, the road itself."""

import numpy as np

from promptreel.engines.scenes.buildings.roads import (
    guard_rail,
    open_to_traffic,
    paint_lines,
    poles,
    posts,
    ribbon,
    way_of,
)
from promptreel.engines.scenes.buildings.townground import TownGround
from promptreel.engines.scenes.buildings.towns import traffic
from promptreel.engines.scenes.mesh import Wall
from promptreel.engines.scenes.stage import Place, Set

HALF = 3.2


def build(stage: Set, x: float, _z: float, _turn: float) -> None:
    """Along the ground's own road, or straight away from the camera."""
    rng = stage.brief.rng("roadside")
    way = way_of(stage, x, HALF)
    desert = stage.brief.params.get("landscape") == "desert"
    if not way.drawn:
        along = np.concatenate([np.arange(-90, 60, 1.5), np.geomspace(60, 320, 60)])
        ribbon(stage, way, rng, along, np.array([0.125, 0.122, 0.12]), HALF + 0.4, 0.05)
        paint_lines(stage, way, along, HALF, desert)
        open_to_traffic(stage, way, 0.46 * HALF, 0.05)
    side = float(rng.choice([-1.0, 1.0]))
    posts(stage, way, rng, -1.0)
    posts(stage, way, rng, 1.0)
    if not desert:
        start = rng.uniform(24, 50)
        guard_rail(stage, way, -side, start, start + rng.uniform(40, 90))
    poles(stage, way, rng, side, way.half + rng.uniform(4.5, 6.5))
    _sign(stage, way.ground(rng.uniform(20, 32), side * (way.half + 1.7)), desert)
    stage.taken.extend((float(way.middle(z)), z, way.half + 1.0) for z in np.arange(0.0, 200.0, 6.0))
    ground = stage.ground
    without = stage.brief.spec.without
    wanted = {subject.name for subject in stage.brief.spec.subjects}
    vehicles = {"car", "taxi", "bus", "truck", "motorcycle", "bicycle"}
    if isinstance(ground, TownGround) and not (without | wanted) & vehicles and rng.random() < 0.7:
        traffic(stage, stage.brief.rng("traffic"), ground.lane, (1.0, -1.0), 2, 40.0, 300.0)


def _sign(stage: Set, foot: np.ndarray, desert: bool) -> None:
    """A sign on a pole: a bend ahead, or in the desert a yellow diamond."""
    x, y, z = (float(value) for value in foot)
    stage.mesh.lathe((x, y, z), [(0.04, -0.2), (0.035, 2.6)], 7, np.full(3, 0.42))
    wall = Wall((x, z - 0.05), (1, 0), (0, -1))
    if desert:
        plate = np.stack([wall.points(u, y + 2.3 + v, 0.02) for u, v in ((0, -0.46), (0.46, 0), (0, 0.46), (-0.46, 0))])
        inner = np.stack(
            [wall.points(u * 0.88, y + 2.3 + v * 0.88, 0.03) for u, v in ((0, -0.46), (0.46, 0), (0, 0.46), (-0.46, 0))]
        )
        stage.mesh.quads([plate], 0.03, toward=wall.normal)
        stage.mesh.quads([inner], np.array([0.72, 0.45, 0.04]), toward=wall.normal)
    else:
        plate = np.stack(
            [wall.points(u, y + v, 0.02) for u, v in ((-0.48, 1.95), (0.48, 1.95), (0.02, 2.75), (-0.02, 2.75))]
        )
        inner = np.stack(
            [wall.points(u, y + v, 0.03) for u, v in ((-0.34, 2.02), (0.34, 2.02), (0.01, 2.62), (-0.01, 2.62))]
        )
        stage.mesh.quads([plate], np.array([0.55, 0.04, 0.035]), toward=wall.normal)
        stage.mesh.quads([inner], 0.7, toward=wall.normal)
    stage.mesh.quads(wall.rectangles(-0.035, y + 2.12, 0.035, y + 2.42, 0.04), 0.03, toward=wall.normal)


ROWS = (Place("road", build, 300.0, 8.0, 0.0, "around"),)
