"""What grows on the bed of a warm sea: corals of four kinds, sponges, and weed that sways."""

import math

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import Mesh, MeshBuilder, vertex_normals, wrap_triangles

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]

CORALS = np.array(
    [
        [0.78, 0.26, 0.14],
        [0.72, 0.24, 0.36],
        [0.45, 0.22, 0.52],
        [0.75, 0.52, 0.16],
        [0.62, 0.55, 0.42],
        [0.28, 0.42, 0.30],
    ]
)
"""Reflectances."""


def tube(builder: MeshBuilder, points: Numbers, radii: Numbers, colour: Numbers, sides: int = 5) -> None:
    """A bent tube along `points` (n, 3), closed by its own taper; `colour` (3) or (n, 3)."""
    along = np.gradient(points, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    side = np.cross(along, np.array([0.31, 0.17, 0.93]))
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    other = np.cross(along, side)
    angle = np.arange(sides) * 2 * np.pi / sides
    round_ = side[:, None] * np.cos(angle)[None, :, None] + other[:, None] * np.sin(angle)[None, :, None]
    vertices = points[:, None] + round_ * radii[:, None, None]
    shade = np.broadcast_to(np.asarray(colour, float), points.shape)
    builder.add(
        vertices.reshape(-1, 3),
        wrap_triangles(len(points), sides),
        np.repeat(shade, sides, axis=0),
        normals=round_.reshape(-1, 3),
    )


def staghorn(random: np.random.Generator, colour: Numbers) -> Mesh:
    """A coral that branches like antlers, about 1 m high."""
    builder = MeshBuilder()

    def branch(foot: Numbers, way: Numbers, length: float, radius: float, level: int) -> None:
        bend = random.normal(0, 0.16, 3)
        share = np.linspace(0, 1, 4)[:, None]
        points = foot + way * length * share + bend * length * share**2
        pale = np.minimum(1.0, 0.72 + 0.16 * level + 0.12 * share)
        tip = 0.35 if level == 2 else 0.72
        tube(builder, points, radius * (1 - (1 - tip) * share[:, 0]), colour * pale)
        if level < 2:
            for _ in range(3):
                at = float(random.uniform(0.45, 1.0))
                turn = way + random.normal(0, 0.55, 3)
                turn[1] = abs(turn[1]) * 0.8 + 0.25
                start = foot + way * length * at + bend * length * at * at
                branch(start, turn / np.linalg.norm(turn), length * 0.68, radius * 0.70, level + 1)

    for _ in range(4):
        way = np.array([random.normal(0, 0.5), 1.0, random.normal(0, 0.5)])
        branch(random.normal(0, 0.05, 3) * np.array([1, 0, 1]), way / np.linalg.norm(way), 0.44, 0.050, 0)
    return builder.build()


def lump(random: np.random.Generator, colour: Numbers) -> Mesh:
    """A round coral with the furrows of a brain, about 1 m wide."""
    rings, sides = 14, 28
    u = np.linspace(0.04, 0.58, rings)[:, None] * np.pi
    v = np.arange(sides)[None, :] * 2 * np.pi / sides
    phase = random.uniform(0, 6, 3)
    furrow = np.sin(7 * v + 3 * np.sin(5 * u + phase[0]) + phase[1]) * np.sin(9 * u + 2 * np.sin(3 * v + phase[2]))
    radius = 0.5 * (1 + 0.10 * np.sin(2 * v + phase[0]) * np.sin(u) + 0.045 * furrow)
    points = np.stack(
        [radius * np.sin(u) * np.cos(v), radius * np.cos(u) * 0.85 + 0.06, radius * np.sin(u) * np.sin(v)], axis=2
    )
    faces = wrap_triangles(rings, sides)
    flat = points.reshape(-1, 3).astype(np.float32)
    normals = vertex_normals(flat, faces)
    normals *= np.sign(np.sum(normals * (flat - np.array([0, 0.1, 0], np.float32)), axis=1, keepdims=True))
    builder = MeshBuilder()
    shade = colour * (0.75 + 0.30 * furrow.reshape(-1, 1))
    builder.add(flat, faces, np.clip(shade, 0, 1), normals=normals)
    return builder.build()


def sponge(random: np.random.Generator, colour: Numbers) -> Mesh:
    """A clump of tube sponges."""
    builder = MeshBuilder()
    for _ in range(int(random.integers(4, 8))):
        high = float(random.uniform(0.45, 1.0))
        lean = np.array([random.normal(0, 0.16), 1.0, random.normal(0, 0.16)])
        share = np.array([0, 0.3, 0.7, 0.97, 1.0, 0.90])[:, None]
        foot = np.array([random.normal(0, 0.14), 0.0, random.normal(0, 0.14)])
        radii = np.array([0.055, 0.075, 0.085, 0.095, 0.075, 0.055]) * random.uniform(0.8, 1.25)
        dark = np.array([0.8, 0.9, 1.0, 1.1, 0.7, 0.25])[:, None]
        tube(builder, foot + lean * high * share, radii, np.clip(colour * dark, 0, 1), sides=9)
    return builder.build()


def fan(random: np.random.Generator, colour: Numbers) -> Mesh:
    """A sea fan: fine branches in one plane."""
    builder = MeshBuilder()
    for spread in np.linspace(-1.15, 1.15, 15):
        share = np.linspace(0, 1, 5)[:, None]
        length = (0.75 + 0.25 * math.cos(spread)) * random.uniform(0.85, 1.05)
        bend = spread * (0.55 + 0.45 * share)
        points = np.concatenate(
            [np.sin(bend) * share * length, np.cos(bend) * share * length, 0.04 * random.normal() * share], 1
        )
        tube(builder, points, np.linspace(0.022, 0.008, 5), colour * (0.8 + 0.2 * share), sides=4)
        for k in (1, 2, 3):
            for side in (-1, 1):
                way = np.array([math.sin(spread + side * 0.6), math.cos(spread + side * 0.6), 0.0])
                short = points[k] + way * length * 0.26 * np.linspace(0, 1, 3)[:, None]
                tube(builder, short, np.linspace(0.012, 0.006, 3), colour, sides=3)
    return builder.build()


KINDS = (staghorn, lump, sponge, fan, staghorn, lump)


class Weed:
    """Ribbons of weed, all in one body: see `stage.Body`. They bend more the higher they are, one after another."""

    def __init__(self, random: np.random.Generator, feet: Numbers, high: Numbers) -> None:
        """`feet` (n, 3) and heights (n) of the plants, m."""
        self._segments = segments = 9
        points, phases, share, normals, colours, faces = [], [], [], [], [], []
        count = 0
        for foot, tall in zip(feet, high, strict=True):
            for _ in range(int(random.integers(4, 8))):
                turn, off = random.uniform(0, np.pi), random.normal(0, 0.10, 2)
                length, wide = tall * random.uniform(0.6, 1.0), 0.030 + 0.028 * random.random()
                up = np.linspace(0, 1, segments)
                half = wide * np.sqrt(np.maximum(1.0 - up**3, 0.03)) * (0.55 + 0.45 * np.sin(up * 3.1))
                across = np.array([math.cos(turn), 0.0, math.sin(turn)])
                middle = np.array([foot[0] + off[0], foot[1], foot[2] + off[1]]) + np.outer(up * length, [0, 1, 0])
                ruffle = (
                    0.25 * np.sin(up * 19 + turn * 5)[:, None] * np.array([-across[2], 0, across[0]]) * half[:, None]
                )
                points.append(np.stack([middle - across * half[:, None], middle + across * half[:, None] + ruffle], 1))
                phases.append(np.full((segments, 2), random.uniform(0, 6.28)))
                share.append(np.repeat((up * up * length)[:, None], 2, 1))
                normals.append(np.broadcast_to(np.array([-across[2], 0.25, across[0]]), (segments, 2, 3)))
                green = (
                    np.array([0.16, 0.21, 0.045]) * random.uniform(0.7, 1.3)
                    + np.array([0.10, 0.02, 0]) * random.random()
                )
                colours.append(green * (0.5 + 0.7 * up)[:, None, None] * np.ones((1, 2, 1)))
                index = count + np.arange(segments * 2).reshape(segments, 2)
                a, b, c, d = index[:-1, 0], index[:-1, 1], index[1:, 1], index[1:, 0]
                faces.append(np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]))
                count += segments * 2
        self.vertices: Floats = np.concatenate(points).reshape(-1, 3).astype(np.float32)
        self.normals: Floats = np.concatenate(normals).reshape(-1, 3).astype(np.float32)
        self.normals /= np.linalg.norm(self.normals, axis=1, keepdims=True)
        self.triangles = np.concatenate(faces).astype(np.int32)
        self.colour: Floats = np.concatenate(colours).reshape(-1, 3).astype(np.float32)
        self.emission: Floats = np.zeros_like(self.vertices)
        self.finish: Floats = np.broadcast_to(np.array([0.15, 0.55], np.float32), (len(self.vertices), 2)).copy()
        self._phase = np.concatenate(phases).ravel().astype(np.float32)
        self._bend = np.concatenate(share).ravel().astype(np.float32)

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """Sway to `t` seconds."""
        place = self.vertices[:, 0] * np.float32(0.45) + self.vertices[:, 2] * np.float32(0.3)
        surge = np.sin(np.float32(0.75 * t) - place)
        flutter = np.sin(np.float32(1.9 * t) + self._phase - self.vertices[:, 1] * np.float32(1.7))
        vertices[:] = self.vertices
        vertices[:, 0] += self._bend * (np.float32(0.16) * surge + np.float32(0.045) * flutter)
        vertices[:, 2] += self._bend * (
            np.float32(0.05) * surge + np.float32(0.035) * np.cos(np.float32(1.4 * t) + self._phase)
        )
        vertices[:, 1] -= self._bend * np.float32(0.035) * surge * surge
        normals[:] = self.normals

    def lamps(self, t: float) -> Floats:
        """None."""
        return np.zeros((0, 6), np.float32)
