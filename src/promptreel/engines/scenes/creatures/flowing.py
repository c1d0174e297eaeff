"""Soft bodies without bones: a formula gives every vertex at every moment (jellyfish, octopus, starfish)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.creatures.creature import Kit
from promptreel.engines.scenes.creatures.implicit import Floats, Ints
from promptreel.engines.scenes.mesh import vertex_normals

Doubles = NDArray[np.float64]
Shape = Callable[[float], Sequence[Doubles]]
"""`shape(t)`: the parts of the body, in the order in which they were added, each (…, 3) in m."""


@dataclass(slots=True)
class Flowing:
    """A `stage.Body` whose form is a formula; see there."""

    vertices: Floats
    triangles: Ints
    normals: Floats
    colour: Floats
    emission: Floats
    finish: Floats
    shape: Shape
    lights: Floats

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """See `stage.Body`."""
        start = 0
        for part in self.shape(t):
            rows = part.reshape(-1, 3)
            vertices[start : start + len(rows)] = rows
            start += len(rows)
        way = vertex_normals(vertices, self.triangles)
        # What has no area looks up.
        normals[:] = np.where(np.abs(way).sum(axis=1, keepdims=True) > 0.5, way, np.array([0, 1, 0], np.float32))

    def lamps(self, t: float) -> Floats:
        """See `stage.Body`."""
        return self.lights


def flowing(kit: Kit, shape: Shape) -> Flowing:
    """The body of all that `kit` holds, moved by `shape`."""
    kit.settle(np.concatenate([part.reshape(-1, 3) for part in shape(0.0)]))
    body = kit.body(lambda pose, t, travelled: None)
    lights = body.lamps(0.0)
    return Flowing(body.vertices, body.triangles, body.normals, body.colour, body.emission, body.finish, shape, lights)


def pipes(line: Doubles, radius: Doubles, sides: int, flat: float = 1.0) -> Doubles:
    """Surfaces (k, n, sides, 3) around lines (k, n, 3) that have `radius` (k, n) there; `flat` squeezes them."""
    way = np.gradient(line, axis=1)
    way /= np.maximum(np.linalg.norm(way, axis=2, keepdims=True), 1e-9)
    guide = np.where(np.abs(way[..., 0:1]) < 0.8, np.array([1.0, 0, 0]), np.array([0, 0, 1.0]))
    side = np.cross(way, guide)
    side /= np.maximum(np.linalg.norm(side, axis=2, keepdims=True), 1e-9)
    other = np.cross(way, side)
    angle = np.arange(sides) * (2 * np.pi / sides)
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None] * flat
    out = c * side[:, :, None] + s * other[:, :, None]
    return np.asarray(line[:, :, None] + out * radius[..., None, None])


def pitched(points: Doubles, angle: float) -> Doubles:
    """Turned about x: what was above goes ahead."""
    c, s = np.cos(angle), np.sin(angle)
    y, z = points[..., 1], points[..., 2]
    return np.stack([points[..., 0], c * y - s * z, s * y + c * z], axis=-1)
