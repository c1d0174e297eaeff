"""A field of asteroids: rocks of all sizes that tumble slowly around the camera's way."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import vertex_normals, wrap_triangles
from promptreel.engines.scenes.stage import Acting, Floats, Path, Place, Set

KINDS = 6
COUNT = 70


class Rock:
    """An uneven lump with craters. See `stage.Body`."""

    def __init__(self, random: np.random.Generator, rings: int = 18, sides: int = 26) -> None:
        up = np.linspace(-0.5, 0.5, rings) * np.pi
        around = np.arange(sides) * 2 * np.pi / sides
        a, b = np.meshgrid(up, around, indexing="ij")
        sphere = np.stack([np.cos(a) * np.cos(b), np.sin(a), np.cos(a) * np.sin(b)], -1).reshape(-1, 3)
        stretch = random.uniform(0.65, 1.0, 3)
        size = np.ones(len(sphere))
        for scale in (1.3, 2.6, 5.5):
            for _ in range(4):
                wave = random.normal(0, scale, 3)
                size += 0.11 / scale**0.8 * np.sin(sphere @ wave + random.uniform(0, 6.28))
        for _ in range(9):
            place = random.normal(size=3)
            place /= np.linalg.norm(place)
            width = float(random.uniform(0.15, 0.45))
            away = np.arccos(np.clip(sphere @ place, -1, 1)) / width
            size += width * (0.16 * np.exp(-((away - 1) ** 2) * 9) - 0.30 * np.exp(-(away**2) * 2.2))
        self.vertices: Floats = (sphere * size[:, None] * stretch).astype(np.float32)
        self.triangles = wrap_triangles(rings, sides)
        normals = vertex_normals(self.vertices, self.triangles)
        flip = np.sum(normals * sphere, axis=1, keepdims=True) < 0
        self.normals: Floats = np.where(flip, -normals, normals).astype(np.float32)
        tone = random.uniform(0.06, 0.13) * np.array([1.0, 0.92, 0.84])
        shade = 0.75 + 0.5 * np.clip(size - 0.85, 0, 0.5) + random.normal(0, 0.05, len(sphere))
        self.colour: Floats = (tone * shade[:, None]).astype(np.float32)
        self.emission: Floats = np.zeros_like(self.vertices)
        self.finish: Floats = np.zeros((len(sphere), 2), np.float32)

    def pose(self, _t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """Turned about an axis of its own by `travelled`."""
        c, s = np.cos(travelled), np.sin(travelled)
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float32)
        vertices[:] = self.vertices @ turn.T
        normals[:] = self.normals @ turn.T

    def lamps(self, _t: float) -> Floats:
        """None."""
        return np.zeros((0, 6), np.float32)


def _drifting(
    start: NDArray[np.floating], speed: NDArray[np.floating], spin: float, turn: NDArray[np.floating]
) -> Path:
    def at(t: float) -> tuple[float, float, float, float, float, float, float]:
        x, y, z = (float(value) for value in start + speed * t)
        return x, y, z, float(turn[0]), float(turn[1]), float(turn[2]), spin * t

    return Path(at)


def build(stage: Set, x: float, z: float, _turn: float) -> None:
    """See `stage.Place`: all around the camera's way, with the way itself kept free."""
    random = stage.brief.rng("asteroids")
    rocks = [Rock(random) for _ in range(KINDS)]
    for number in range(COUNT):
        away = 9 + 130 * float(random.random()) ** 1.5
        side = float(random.uniform(0, 2 * np.pi))
        off = float(random.uniform(0.18, 1.0)) * away * 0.85 + 2.5
        start = np.array([x + off * np.cos(side), 0.6 * off * np.sin(side), z + away])
        size = float(0.25 + 2.2 * random.random() ** 4) * (0.5 + away / 45)
        speed = random.normal(0, 0.22, 3)
        path = _drifting(start, speed, float(random.normal(0, 0.35)), random.uniform(0, 6.28, 3))
        stage.bodies.append(Acting(rocks[number % KINDS], path, size))


ROWS = (Place("asteroid_field", build, 200.0, 100.0, 0.0, "around"),)
