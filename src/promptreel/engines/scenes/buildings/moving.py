"""Bodies of what moves in a building: parts that turn, flags and curtains in the wind, boats at rest on the water."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import MeshBuilder, grid_triangles
from promptreel.engines.scenes.stage import Acting, Path

Floats = NDArray[np.float32]
_NO_LAMPS: Floats = np.zeros((0, 6), np.float32)


@dataclass(slots=True)
class Still:
    """A body whose mesh does not bend. The others here share its fields."""

    vertices: Floats
    triangles: NDArray[np.int32]
    normals: Floats
    colour: Floats
    emission: Floats
    finish: Floats

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """As it is."""
        vertices[:] = self.vertices
        normals[:] = self.normals

    def lamps(self, t: float) -> Floats:
        """None."""
        return _NO_LAMPS


@dataclass(slots=True)
class Turning(Still):
    """Turns about its local z axis, `rate` radians a second: sails of a mill, wheels, fans."""

    rate: float = 0.6

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """Turned by the time."""
        angle = self.rate * t
        c, s = np.float32(math.cos(angle)), np.float32(math.sin(angle))
        for source, target in ((self.vertices, vertices), (self.normals, normals)):
            target[:, 0] = source[:, 0] * c - source[:, 1] * s
            target[:, 1] = source[:, 0] * s + source[:, 1] * c
            target[:, 2] = source[:, 2]


@dataclass(slots=True)
class Cloth(Still):
    """Cloth that hangs in the wind from the edge x = 0 and waves along +x: flags, pennants."""

    speed: float = 1.0
    swing: float = 0.16
    """How far it waves to the side, in shares of its length."""
    droop: float = 0.25

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """A wave runs from the pole outward and grows on its way."""
        x, y = self.vertices[:, 0], self.vertices[:, 1]
        length = np.float32(max(float(x.max()), 1e-3))
        u = x / length
        phase = u * 7.5 - t * 6.0 * self.speed + y * (0.9 / length)
        slow = u * 2.6 - t * 1.9 * self.speed
        grow = u**0.8
        vertices[:, 2] = self.vertices[:, 2] + length * self.swing * grow * (0.6 * np.sin(phase) + 0.5 * np.sin(slow))
        vertices[:, 1] = y - length * self.droop * u * u * (0.8 + 0.2 * np.sin(slow * 1.3 + 1))
        vertices[:, 0] = x * (1 - 0.10 * grow)
        tilt = -self.swing * grow * (0.6 * 7.5 * np.cos(phase) + 0.5 * 2.6 * np.cos(slow))
        length_n = np.sqrt(tilt * tilt + 1)
        normals[:, 0] = tilt / length_n
        normals[:, 1] = 0.1
        normals[:, 2] = 1 / length_n


@dataclass(slots=True)
class Moored(Still):
    """A boat at rest: it heaves and rolls a little on the water."""

    swell: float = 1.0
    phase: float = 0.0

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """Rolled about its keel and lifted by the waves."""
        roll = 0.035 * self.swell * math.sin(1.3 * t + self.phase) + 0.015 * math.sin(2.3 * t + 1.7 * self.phase)
        lift = 0.06 * self.swell * math.sin(0.9 * t + 2.1 * self.phase)
        c, s = np.float32(math.cos(roll)), np.float32(math.sin(roll))
        for source, target in ((self.vertices, vertices), (self.normals, normals)):
            target[:, 0] = source[:, 0] * c - source[:, 1] * s
            target[:, 1] = source[:, 0] * s + source[:, 1] * c
            target[:, 2] = source[:, 2]
        vertices[:, 1] += np.float32(lift)


def body_parts(mesh: MeshBuilder, gloss: float = 0.05, thin: float = 0.0) -> dict[str, Floats | NDArray[np.int32]]:
    """The fields of `Still` for what was built; `gloss` and `thin` (translucency) hold for all of it."""
    built = mesh.build()
    finish = np.broadcast_to(np.array([gloss, thin], np.float32), (len(built.vertices), 2))
    return {
        "vertices": built.vertices,
        "triangles": built.triangles,
        "normals": built.normals,
        "colour": built.colour,
        "emission": built.emission,
        "finish": np.ascontiguousarray(finish),
    }


def standing(at: NDArray[np.floating], heading: float) -> Path:
    """The path of what stays where it is."""
    x, y, z = (float(value) for value in at)

    def stay(_t: float) -> tuple[float, float, float, float, float, float, float]:
        return x, y, z, heading, 0.0, 0.0, 0.0

    return Path(stay)


def flag(
    at: NDArray[np.floating],
    size: tuple[float, float],
    colours: Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]],
    wind: tuple[float, float],
    *,
    delay: float = 0.0,
    pennant: bool = False,
) -> Acting:
    """A flag whose upper corner is fixed at `at` in the world; `colours(u, v)` (…, 3); it flies with the wind."""
    columns, rows = 13, 6
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    narrow = 1 - 0.85 * u if pennant else np.ones_like(u)
    y = -(v - 0.5) * size[1] * narrow - size[1] / 2
    points = np.stack([u * size[0], y, np.zeros_like(u)], -1).reshape(-1, 3).astype(np.float32)
    count = len(points)
    front = grid_triangles(rows, columns)
    cloth = Cloth(
        points,
        np.concatenate([front, front[:, ::-1]]).astype(np.int32),
        np.tile(np.array([0, 0, 1], np.float32), (count, 1)),
        np.asarray(colours(u, v), np.float32).reshape(-1, 3),
        np.zeros((count, 3), np.float32),
        np.tile(np.array([0.02, 0.45], np.float32), (count, 1)),
        speed=0.7 + 0.09 * math.hypot(*wind),
    )
    # Local +x has to go with the wind; a heading turns +z toward +x, so +x toward -z.
    heading = math.atan2(-wind[1], wind[0])
    return Acting(cloth, standing(at, heading), name="flag", delay=delay)
