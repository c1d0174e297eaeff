"""Things that burst: any body, broken into its triangles, with the fire, the smoke and the sparks of it."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.particles import draw_marks, see
from promptreel.engines.scenes.puffs import Puffs, show
from promptreel.engines.scenes.stage import Canvas, Floats, Light

DRAG, GRAVITY = 1.6, 5.0
"""How the air slows what flies, 1/s, and how fast it falls, m/s²: less than in life, so that the eye can follow."""

LASTS = 6.5
"""Seconds until nothing of the smoke is left."""


class Exploding:
    """A body that flies apart at `at` seconds of the world's time. See `stage.Body`."""

    def __init__(self, body: Any, at: float, random: np.random.Generator) -> None:
        self._body, self._at = body, at
        self._corner = body.triangles.ravel()
        count = len(body.triangles)
        self.vertices: Floats = np.ascontiguousarray(body.vertices[self._corner])
        self.normals: Floats = np.ascontiguousarray(body.normals[self._corner])
        self.colour: Floats = np.ascontiguousarray(body.colour[self._corner])
        self.emission: Floats = np.ascontiguousarray(body.emission[self._corner])
        self.finish: Floats = np.ascontiguousarray(body.finish[self._corner])
        self.triangles = np.arange(3 * count, dtype=np.int32).reshape(count, 3)
        size = float(np.ptp(body.vertices, axis=0).max())
        outward = self.vertices.reshape(count, 3, 3).mean(axis=1) - body.vertices.mean(axis=0)
        outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
        chance = random.normal(0, 0.45, (count, 3))
        # Most lands around it; what would reach the lens would hide all else.
        power = random.uniform(0.3, 1.25, (count, 1)) ** 1.5 * size
        self._speed = ((outward + chance + [0, 0.5, 0]) * power * [1.0, 1.5, 1.0]).astype(np.float32)
        self._spin = random.uniform(-7, 7, count).astype(np.float32)
        axis = random.normal(size=(count, 3))
        self._axis = (axis / np.linalg.norm(axis, axis=1, keepdims=True)).astype(np.float32)

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """Whole before, in flying pieces after."""
        inner, turned = np.empty_like(self._body.vertices), np.empty_like(self._body.vertices)
        self._body.pose(min(t, self._at), travelled, inner, turned)
        vertices[:], normals[:] = inner[self._corner], turned[self._corner]
        age = t - self._at
        if age <= 0:
            return
        pieces = vertices.reshape(-1, 3, 3)
        middle = pieces.mean(axis=1)
        gone = (1 - math.exp(-DRAG * age)) / DRAG
        there = middle + self._speed * np.float32(gone)
        there[:, 1] -= np.float32(0.5 * GRAVITY * age * age)
        there[:, 1] = np.maximum(there[:, 1], 0.01)
        keep = np.float32(max(0.0, 1 - 0.22 * age))
        turn = _rotations(self._axis, self._spin * np.float32(gone))
        pieces[:] = there[:, None] + np.einsum("nij,nkj->nki", turn, pieces - middle[:, None]) * keep
        normals.reshape(-1, 3, 3)[:] = np.einsum("nij,nkj->nki", turn, normals.reshape(-1, 3, 3))

    def lamps(self, t: float) -> Floats:
        """Its own until it bursts, then the flash of it."""
        age = t - self._at
        if age < 0:
            return np.asarray(self._body.lamps(t), np.float32)
        light = 16 * math.exp(-2.2 * age)
        return np.array([[0, 1, 0, light, 0.55 * light, 0.2 * light]], np.float32) if light > 0.05 else NO_LAMPS


NO_LAMPS = np.zeros((0, 6), np.float32)


def _rotations(axis: Floats, angle: Floats) -> Floats:
    """Rotation matrices (n, 3, 3) by Rodrigues' formula."""
    c, s = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    x, y, z = axis.T
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], 1).reshape(-1, 3, 3)
    outer = axis[:, :, None] * axis[:, None, :]
    return np.asarray(c * np.eye(3, dtype=np.float32) + s * cross + (1 - c) * outer, np.float32)


class Fireball:
    """The fire and smoke around `place` (m) from `at` seconds on, `size` m wide. See `stage.Layer`."""

    PUFFS, SPARKS = 44, 160

    def __init__(
        self, place: NDArray[np.floating], size: float, at: float, light: Light, random: np.random.Generator
    ) -> None:
        """`place` is on the ground, or the middle of what bursts in the air."""
        self._place, self._size, self._at, self._light = place, size, at, light
        out = random.normal(0, 1, (self.PUFFS, 3))
        out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
        self._out = out * random.uniform(0.15, 1.0, (self.PUFFS, 1)) ** 0.5 * [0.75, 0.65, 0.75]
        self._grow = random.uniform(0.55, 1.25, self.PUFFS)
        self._delay = random.uniform(0, 0.35, self.PUFFS) ** 1.4
        self._noise = random.random((self.PUFFS, 2))
        self._rise = random.uniform(0.35, 1.0, self.PUFFS)
        spark = random.normal(size=(self.SPARKS, 3))
        spark /= np.linalg.norm(spark, axis=1, keepdims=True)
        self._spark = spark * random.uniform(0.8, 2.6, (self.SPARKS, 1)) * size

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """See `stage.Layer`."""
        age = t - self._at
        if not 0 <= age < LASTS:
            return
        show(canvas, camera, self._light, self._gas(age))
        if age < 1.8:
            self._draw_sparks(canvas, camera, age)

    def _gas(self, age: float) -> Puffs:
        """Balls of gas that swell, cool from yellow to red, turn to black smoke, rise and go with the wind."""
        size, since = self._size, np.maximum(age - self._delay, 0.0)
        swell = 1 - np.exp(-5 * since)
        radius = size * self._grow * (0.14 + 0.20 * swell + 0.085 * since**0.8)
        points = self._place + self._out * (size * (0.75 * swell + 0.10 * since))[:, None]
        points[:, 1] += size * (0.35 * swell + 0.34 * self._rise * since)
        wind = np.array(self._light.wind) / max(1.0, float(np.hypot(*self._light.wind)) / 1.5)
        points[:, [0, 2]] += wind * (0.5 * self._rise * since**1.3)[:, None]
        points[:, 1] = np.maximum(points[:, 1], self._place[1] + 0.45 * radius)
        # The heart burns longer than the rim.
        heart = 1.25 - np.linalg.norm(self._out, axis=1)
        heat = np.exp(-since * 2.1 / np.maximum(heart, 0.4))[:, None]
        fire = np.array([1.0, 0.27, 0.035]) * heat**1.2 * 1.5 + np.array([0.3, 0.55, 0.25]) * heat**4
        fade = np.clip((LASTS - since) / (0.7 * LASTS), 0, 1) * np.clip(since / 0.05, 0, 1)
        return Puffs(points, radius, 0.85 * fade, self._noise + 0.004 * age, 0.035 + 0.045 * (1 - heat),
                     fire * self._light.glow)  # fmt: skip

    def _draw_sparks(self, canvas: Canvas, camera: Camera, age: float) -> None:
        gone = (1 - math.exp(-DRAG * age)) / DRAG
        points = self._place + self._spark * gone
        points[:, 1] = np.maximum(points[:, 1] + 0.4 * self._size - 0.5 * GRAVITY * age * age, self._place[1])
        seen = see(points, camera, canvas, 1.0)
        size = np.full(len(seen.which), 0.008 * self._size + 0.006)
        draw_marks(
            canvas, seen, long=1.6 * size, short=size, angle=0 * size,
            opacity=np.full(len(size), max(0.0, 1 - age / 1.8)),
            colour=(np.array([1.0, 0.6, 0.2]) * 2.5 * self._light.glow).astype(np.float32), adds=1.0,
        )  # fmt: skip
