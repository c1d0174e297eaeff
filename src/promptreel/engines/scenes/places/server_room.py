"""A data centre: an aisle between racks full of blinking lights."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import beams
from promptreel.engines.scenes.buildings.interior import COOL, FRONT, Interior, Shell, strip_lights
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH = 2.6, 20.0, 3.0


def shell(rng: np.random.Generator) -> Shell:
    """White floor tiles, dark walls."""

    def floor(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        seam = (np.abs((u * 2 * HALF / 0.6) % 1 - 0.5) > 0.44) | (np.abs((v * (BACK - FRONT) / 0.6) % 1 - 0.5) > 0.44)
        return np.where(seam[:, None], (0.12, 0.13, 0.15), (0.34, 0.36, 0.39))

    return Shell(HALF, BACK, HIGH, (0.10, 0.11, 0.13), floor, (0.15, 0.15), (0.10, 0.11, 0.13))


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "server_room", shell, lit=True, fill=0.05)
    rng = room.rng
    kinds = [f.rack(0.78, 2.25, (0.035, 0.037, 0.042), rng) for _ in range(5)]
    blue = np.array([0.20, 0.50, 1.0])
    for side in (-1, 1):
        for k, z in enumerate(np.arange(-4.4, BACK - 0.4, 0.8)):
            room.put(kinds[int(rng.integers(5))], side * (HALF - 0.42), float(z), side * np.pi / 2)
            if k % 3 == 0:
                room.lamp((side * 0.9, 1.3, float(z)), 0.10, blue)
        edge = side * (HALF - 1.25)
        beams(room.mesh, [(edge, 2.29, FRONT)], [(edge, 2.29, BACK)], 0.05, 0.1, 0.9 * blue)
        beams(room.mesh, [(edge, 0.03, FRONT)], [(edge, 0.03, BACK)], 0.04, 0.1, 0.6 * blue)
        for z in np.arange(0.0, BACK, 2.6):
            room.lamp((side * 1.1, 2.45, float(z)), 0.14, blue)
    for y, tint in ((2.72, (0.10, 0.20, 0.40)), (2.78, (0.40, 0.30, 0.05))):
        beams(
            room.mesh, [(-0.55, y, FRONT), (0.6, y, FRONT)], [(-0.55, y, BACK), (0.6, y, BACK)], 0.05, tint, coarse=True
        )
    strip_lights(room, [(0.0, z) for z in np.arange(-2.4, BACK, 2.6)], (0.25, 1.5), 0.36, COOL)
    room.stand((0.0, 4.2), (-0.3, 5.0), (0.35, 5.6), (0.1, 3.4), (-0.2, 6.6))
    room.aisle((0.0, 12.0), (0.0, 2.6))
    room.finish(bodies=5)


ROWS = (Place("server_room", build, size=25.5, height=3.0, distance=4.2, stands="around"),)
