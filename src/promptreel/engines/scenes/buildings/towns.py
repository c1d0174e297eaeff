"""What all built settings share: how dark it is, blocks of triangles that are moved to their place, letters, traffic."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.buildings.neon import LETTERS, stroke_quads
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder, Wall, turn_about_y
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.stage import Acting, Brief, Casting, Floats, Light, Path, Set

Rng = np.random.Generator

WARM = np.array([1.0, 0.66, 0.34])
"""The colour of a lamp in a home."""
ROOMS = np.array([(1.0, 0.66, 0.34), (1.0, 0.76, 0.48), (0.86, 0.92, 1.0), (1.0, 0.84, 0.62), (1.0, 0.58, 0.26)])
"""Colours of rooms with light in them."""

DARKNESS = {"sunrise": 0.25, "morning": 0.0, "day": 0.0, "golden_hour": 0.0, "sunset": 0.40, "dusk": 0.75, "night": 1.0}
"""By time of day, how much of the artificial light is on."""


def darkness(brief: Brief) -> float:
    """How much of the artificial light is on, 0 by day … 1 at night."""
    return DARKNESS.get(brief.time, 0.0)


def snowy(brief: Brief) -> bool:
    """Whether snow lies."""
    spec = brief.spec
    return "snow" not in spec.without and (
        spec.season == "winter" or "snow" in spec.weather or bool(brief.params.get("snow"))
    )


def rainy(brief: Brief) -> bool:
    """Whether the streets are wet with rain."""
    return "rain" not in brief.spec.without and bool({"rain", "storm"} & brief.spec.weather)


# -- what glass shows --------------------------------------------------------------------------------------------------


def sky_toward(light: Light, up: ArrayLike) -> Floats:
    """The radiance of the sky at a height `up` (sine, -1…1), in units of `Light.glow`: (…, 3). Below 0 is a street."""
    height = np.clip(np.asarray(up, np.float32), -1, 1)[..., None]
    sky = light.horizon + (light.above - light.horizon) * np.clip(height, 0, 1) ** 0.6
    street = 0.18 * (light.above + 0.4 * light.sunlight)
    share = np.clip(height * 6 + 0.5, 0, 1)
    return np.asarray((street * (1 - share) + sky * share) / light.glow, np.float32)


def mirrored(wall: Wall, points: Floats, eye: ArrayLike) -> Floats:
    """Where glass on a wall mirrors to for an eye: unit directions, (n, 3)."""
    sight = points - np.asarray(eye, np.float32)
    sight /= np.maximum(np.linalg.norm(sight, axis=-1, keepdims=True), 1e-6)
    normal = np.asarray(wall.normal, np.float32)
    return np.asarray(sight - 2 * (sight @ normal)[..., None] * normal, np.float32)


def glint(light: Light, directions: Floats, width: float = 0.10) -> Floats:
    """What a pane shows of the sun's surroundings, in units of `Light.glow`: golden windows at a low sun."""
    toward = np.clip(1 - directions @ light.sun, 0, None)[..., None]
    return np.asarray(
        np.minimum(light.sunlight / light.glow * 0.30, 1.1) * np.exp(-toward / (width * width)), np.float32
    )


# -- blocks ------------------------------------------------------------------------------------------------------------


class Block:
    """Surfaces and lamps in a frame of their own, put into the set at a place and a turn."""

    def __init__(self) -> None:
        self.mesh = MeshBuilder()
        self.lamps: list[tuple[ArrayLike, ArrayLike]] = []

    def lamp(self, at: ArrayLike, colour: ArrayLike) -> None:
        """A point light: where, and its colour times its strength."""
        self.lamps.append((at, colour))

    def put(self, stage: Set, x: float, z: float, turn: float, y: float = 0.0) -> None:
        """Turn it about y by `turn` and stand it at (x, y, z)."""
        rotation = turn_about_y(turn)
        origin = np.array([x, y, z], np.float32)
        if self.mesh.count:
            mesh = self.mesh.build()
            stage.mesh.add(
                mesh.vertices @ rotation.T + origin,
                mesh.triangles,
                mesh.colour,
                mesh.emission,
                mesh.normals @ rotation.T,
            )
        for at, colour in self.lamps:
            place = rotation @ np.asarray(at, np.float32) + origin
            r, g, b = np.asarray(colour, np.float64)
            stage.lamps.append((float(place[0]), float(place[1]), float(place[2]), float(r), float(g), float(b)))


def add_seen(stage: Set, mesh: Mesh, box: tuple[ArrayLike, ArrayLike]) -> None:
    """Add what of a mesh can be seen from somewhere in a box (two opposite corners); its normals look outward."""
    corner = mesh.vertices[mesh.triangles]
    middle, normal = corner.mean(axis=1), mesh.normals[mesh.triangles].mean(axis=1)
    # The corner of the box that is farthest toward the normal decides.
    low, high = (np.asarray(side, np.float32) for side in box)
    best = np.where(normal > 0, high, low)
    seen = ((best - middle) * normal).sum(axis=1) > 0
    triangles = mesh.triangles[seen]
    used = np.zeros(len(mesh.vertices), np.bool_)
    used[triangles] = True
    number = np.cumsum(used).astype(np.int32) - np.int32(1)
    stage.mesh.add(mesh.vertices[used], number[triangles], mesh.colour[used], mesh.emission[used], mesh.normals[used])


def cells(
    wall: Wall, box: tuple[float, float, float, float], size: tuple[float, float], o: float = 0.0
) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
    """A wall's box (u0, v0, u1, v1) cut into cells of about this size: corners (n, 4, 3), and their column and row."""
    u0, v0, u1, v1 = box
    across, up = max(1, round((u1 - u0) / size[0])), max(1, round((v1 - v0) / size[1]))
    row, column = (grid.ravel() for grid in np.meshgrid(np.arange(up), np.arange(across), indexing="ij"))
    wide, high = (u1 - u0) / across, (v1 - v0) / up
    left, low = u0 + column * wide, v0 + row * high
    return wall.rectangles(left, low, left + wide, low + high, o), column, row


def letters(wall: Wall, word: str, box: tuple[float, float, float, float], o: float) -> Floats:
    """A word as strokes that fill a box of a wall, (n, 4, 3)."""
    u0, v0, u1, v1 = box
    pitch = (u1 - u0) / max(len(word), 1)
    size = min(pitch * 0.68 / 4, (v1 - v0) * 0.8 / 6)
    start = (u0 + u1) / 2 - len(word) * size * 6 / 2
    quads = [
        stroke_quads(
            wall,
            LETTERS.get(letter, LETTERS["I"]),
            start + k * size * 6 + size,
            (v0 + v1) / 2 - 3 * size,
            size,
            size * 0.34,
            o,
        )
        for k, letter in enumerate(word)
    ]
    return np.concatenate(quads)


# -- trees -------------------------------------------------------------------------------------------------------------

LEAVES = {
    "spring": np.array([(0.10, 0.17, 0.035), (0.13, 0.20, 0.05)]),
    "summer": np.array([(0.050, 0.105, 0.022), (0.075, 0.135, 0.030)]),
    "autumn": np.array([(0.36, 0.13, 0.022), (0.42, 0.24, 0.035)]),
    "winter": np.array([(0.10, 0.08, 0.06), (0.12, 0.10, 0.08)]),
}


def tree(mesh: MeshBuilder, rng: Rng, at: ArrayLike, high: float, season: str, leaves: int = 260) -> None:
    """A broad-leaved tree: a forked trunk and a crown of leaf clusters that are lit as one body."""
    x, y, z = np.asarray(at, float)
    bark = np.array([0.115, 0.090, 0.068]) * rng.uniform(0.7, 1.2)
    fork, thick = high * 0.36, high * 0.022 + 0.03
    mesh.lathe(
        (x, y, z), [(thick * 1.5, -0.1), (thick, fork * 0.4), (thick * 0.85, fork), (thick * 0.5, high * 0.62)], 7, bark
    )
    number = 7
    angle = rng.uniform(0, 2 * np.pi, number)
    reach = high * rng.uniform(0.14, 0.27, number)
    low = np.array([x, y, z]) + np.stack([0 * angle, fork * rng.uniform(0.8, 1.3, number), 0 * angle], 1)
    end = np.stack(
        [x + reach * np.cos(angle), y + high * rng.uniform(0.58, 0.86, number), z + reach * np.sin(angle)], 1
    )
    for turn in (0.0, np.pi / 2):
        side = np.stack([np.cos(angle + np.pi / 2 + turn * 0), 0 * angle, np.sin(angle + np.pi / 2)], 1) * thick * 0.42
        side = side if turn == 0 else np.array([0.0, 1.0, 0.0]) * thick * 0.42 * np.ones((number, 1))
        mesh.quads(np.stack([low - side, low + side, end + side * 0.3, end - side * 0.3], 1), bark)
    if season == "winter":
        _twigs(mesh, rng, end, high, bark)
        return
    centre = np.concatenate([end, [[x, y + high * 0.72, z]]])
    which = rng.integers(0, len(centre), leaves)
    direction = rng.normal(size=(leaves, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    radius = high * 0.19 * rng.random(leaves)[:, None] ** 0.4
    place = centre[which] + direction * radius * [1, 0.8, 1]
    outward = place - np.array([x, y + high * 0.60, z])
    depth = np.clip(np.linalg.norm(outward / [1, 1.1, 1], axis=1) / (high * 0.36), 0, 1)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    a = rng.normal(size=(leaves, 3))
    a -= (a * outward).sum(1, keepdims=True) * outward * 0.7
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b = np.cross(a, outward + rng.normal(size=(leaves, 3)) * 0.5)
    b /= np.maximum(np.linalg.norm(b, axis=1, keepdims=True), 1e-6)
    size = high * rng.uniform(0.028, 0.062, leaves)[:, None] * math.sqrt(260 / leaves)
    # A cluster is a ragged five-cornered leaf, not a square.
    spokes = [(-0.9, -0.4), (0.1, -1.0), (1.0, -0.1), (0.3, 0.9), (-0.7, 0.6)]
    corners = np.stack([place + (a * p + b * q) * size * rng.uniform(0.6, 1.3, (leaves, 1)) for p, q in spokes], 1)
    two = LEAVES.get(season, LEAVES["summer"])
    shade = two[0] + (two[1] - two[0]) * rng.random((leaves, 1))
    shade = shade * (0.30 + 0.85 * depth[:, None] ** 1.5) * rng.uniform(0.75, 1.25, (leaves, 1))
    faces = np.arange(leaves)[:, None, None] * 5 + np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4]])
    normals = outward + np.array([0, 0.35, 0]) + rng.normal(size=(leaves, 3)) * 0.25
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    mesh.add(
        corners.reshape(-1, 3), faces.reshape(-1, 3), np.repeat(shade, 5, axis=0), normals=np.repeat(normals, 5, axis=0)
    )


def _twigs(mesh: MeshBuilder, rng: Rng, ends: NDArray[np.floating], high: float, bark: NDArray[np.floating]) -> None:
    """The bare crown of winter."""
    number = 16 * len(ends)
    start = np.repeat(ends, 16, axis=0) - [0, high * 0.12, 0] * rng.random((number, 1))
    way = rng.normal(size=(number, 3)) * [1, 0.5, 1] + [0, 0.7, 0]
    stop = start + way / np.linalg.norm(way, axis=1, keepdims=True) * high * rng.uniform(0.10, 0.22, (number, 1))
    side = np.cross(way, rng.normal(size=(number, 3)))
    side *= high * 0.0016 / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-6)
    mesh.quads(np.stack([start - side, start + side, stop + side * 0.3, stop - side * 0.3], 1), bark)


# -- what moves --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Rigid:
    """A body that keeps its shape. See `stage.Body`."""

    vertices: Floats
    triangles: NDArray[np.int32]
    normals: Floats
    colour: Floats
    emission: Floats
    finish: Floats

    @classmethod
    def of(cls, mesh: Mesh, gloss: float = 0.3) -> "Rigid":
        """From a mesh, all of it equally glossy."""
        finish = np.tile(np.array([gloss, 0.0], np.float32), (len(mesh.vertices), 1))
        return cls(mesh.vertices, mesh.triangles, mesh.normals, mesh.colour, mesh.emission, finish)

    def pose(self, _t: float, _travelled: float, vertices: Floats, normals: Floats) -> None:
        """As it is."""
        vertices[:] = self.vertices
        normals[:] = self.normals

    def lamps(self, _t: float) -> Floats:
        """None."""
        return np.zeros((0, 6), np.float32)


Lane = Callable[[float, float], tuple[float, float, float]]


def along_lane(
    lane: Lane, ground: Any, side: float, first: float, speed: float, near: float, far: float, rise: float = 0.0
) -> Path:
    """A path along z = `near` … `far` and round again, `side` m beside the middle; backward for a negative speed."""
    span = far - near

    def at(t: float) -> tuple[float, float, float, float, float, float, float]:
        along = near + (first + speed * t - near) % span
        x, z, heading = lane(along, side)
        y = float(ground.height(x, z)) + rise
        return x, y, z, heading + (math.pi if speed < 0 else 0.0), 0.0, 0.0, abs(speed) * t

    return Path(at)


def straight(along: float, side: float) -> tuple[float, float, float]:
    """The lane of a street that runs along z."""
    return side, along, 0.0


def cast(stage: Set, name: str, action: str, rng: Rng, detail: int = 0) -> Any | None:
    """A body of a row of `subjects`, or None where the prompt rules it out or nobody has made it."""
    row = rows("subjects").get(name)
    if row is None or name in stage.brief.spec.without:
        return None
    chosen = action if action in row.actions else next(iter(row.actions))
    night = darkness(stage.brief) > 0.5
    return row.build(Casting(chosen, rng, None, frozenset(), detail, night, stage.brief.spec.season))


def traffic(stage: Set, rng: Rng, lane: Lane, sides: tuple[float, float], number: int, near: float, far: float) -> None:
    """Cars on two lanes: `sides` are the lane that drives away and the one that comes."""
    pace = (rng.uniform(5.0, 7.5), -rng.uniform(6.0, 8.5))
    for k in range(number):
        kind = "taxi" if rng.random() < 0.25 else "car"
        body = cast(stage, kind, "drive", rng, 1)
        if body is None:
            return
        way = k % 2
        first = near + (far - near) * ((k // 2) * 2 / max(number, 1) + rng.uniform(0.12, 0.28))
        path = along_lane(lane, stage.ground, sides[way], first, pace[way], near, far)
        stage.bodies.append(Acting(body, path, 1.0, f"{kind}~{k}"))


def strollers(
    stage: Set, rng: Rng, lane: Lane, reach: tuple[float, float], number: int, near: float, far: float
) -> None:
    """People on both sides of a street, `reach` m from its middle."""
    for k in range(number):
        body = cast(stage, "person", "walk", rng, 0)
        if body is None:
            return
        side = (-1 if k % 2 else 1) * rng.uniform(*reach)
        pace = rng.uniform(1.1, 1.5) * float(rng.choice([-1, 1]))
        first = near + (far - near) * (k + rng.uniform(0.1, 0.9)) / max(number, 1)
        path = along_lane(lane, stage.ground, side, first, pace, near, far, 0.0)
        stage.bodies.append(Acting(body, path, rng.uniform(0.94, 1.04), f"person~{k}", rng.uniform(0, 9)))
