"""A ferris wheel: a wheel of steel on two trestles, with cabins that stay upright while it turns, lit by night."""

import math
from dataclasses import dataclass, field

import numpy as np

from promptreel.engines.scenes.buildings.building import DARK_PANE, PAINTS, Plot, beam, beams
from promptreel.engines.scenes.buildings.masonry import islet
from promptreel.engines.scenes.buildings.moving import Floats, Still, body_parts, standing
from promptreel.engines.scenes.mesh import MeshBuilder
from promptreel.engines.scenes.stage import Acting, Place, Set

RADIUS = 13.0
HUB = 16.0
"""Height of the axle above the ground, m."""

CABINS = 16
TURN = 0.16
"""How fast it turns, rad/s: faster than a real one (about 0.02), so that five seconds show it."""

STEEL = np.array([0.62, 0.63, 0.65])
BULBS = np.array([(1.0, 0.25, 0.35), (1.0, 0.65, 0.15), (0.25, 0.75, 1.0), (0.75, 0.35, 1.0)])


@dataclass(slots=True)
class Wheel(Still):
    """Every vertex is carried around by its `pivot`, (n, 3): its own place for the wheel, which so turns as one piece, and
    the axle of its cabin for what hangs, which so stays upright."""

    pivot: Floats = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    fixed: Floats = field(default_factory=lambda: np.zeros((0, 1), np.float32))
    """1 for what turns with the wheel, 0 for what hangs, (n, 1)."""

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """Turned by the time."""
        c, s = math.cos(TURN * t), math.sin(TURN * t)
        turn = np.array([(c, s, 0), (-s, c, 0), (0, 0, 1)], np.float32)
        vertices[:] = self.pivot @ turn + (self.vertices - self.pivot)
        normals[:] = self.fixed * (self.normals @ turn) + (1 - self.fixed) * self.normals


def _circle(radius: float, z: float, sides: int) -> np.ndarray:
    angle = np.arange(sides) * (2 * math.pi / sides)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.full(sides, z)], 1)


def wheel(steel: np.ndarray, paints: np.ndarray, lit: float) -> Wheel:
    """About the axle; `lit`: how bright its bulbs and cabins are, in the units of `Light.glow`."""
    frame, sides = MeshBuilder(), CABINS * 4
    bulbs = np.repeat(BULBS, sides // len(BULBS), axis=0)
    for z in (-1.0, 1.0):
        outer, inner = _circle(RADIUS, z, sides), _circle(RADIUS - 1.3, z, sides)
        for ring, glow in ((outer, bulbs), (inner, np.roll(bulbs, sides // 8, axis=0))):
            beams(frame, ring, np.roll(ring, -1, 0), 0.17, steel, glow * lit, coarse=True)
        beams(frame, outer[::2], inner[1::2], 0.08, steel, coarse=True)
        beams(frame, inner[1::2], np.roll(outer, -2, 0)[::2], 0.08, steel, coarse=True)
        spokes = _circle(RADIUS - 1.3, z, CABINS)
        glow = BULBS[np.arange(CABINS) % len(BULBS)] * (0.7 * lit)
        beams(frame, spokes * [0.05, 0.05, 1], spokes, 0.13, steel, glow, coarse=True)
    axles = _circle(RADIUS, 0.0, CABINS)
    beams(frame, axles - [0, 0, 1.1], axles + [0, 0, 1.1], 0.12, steel * 0.8)
    frame.lathe((0, 0, 0), [(0.0, -0.9), (0.9, -0.9), (0.9, 0.9), (0.0, 0.9)], 14, steel * 0.9, steel * (0.4 * lit))
    turning = len(frame.build().vertices)
    pivots = []
    for number, axle in enumerate(axles):
        cabin, tint = MeshBuilder(), paints[number % len(paints)]
        cabin.lathe((0, -2.2, 0), [(0.5, 0.0), (0.95, 0.18), (1.0, 0.85)], 12, tint)
        pane = np.asarray(DARK_PANE, float)
        cabin.lathe((0, -2.2, 0), [(0.97, 0.85), (0.93, 1.55)], 12, pane, np.array([1.0, 0.72, 0.38]) * (0.6 * lit))
        cabin.lathe((0, -2.2, 0), [(1.06, 1.55), (0.7, 1.92), (0.0, 2.05)], 12, tint * 0.85)
        beam(cabin, (0, -0.2, 0), (0, 0.05, 0), 0.16, steel)
        built = cabin.build()
        frame.add(built.vertices + axle, built.triangles, built.colour, built.emission, built.normals)
        pivots.append(np.broadcast_to(axle, built.vertices.shape))
    parts = body_parts(frame, gloss=0.15)
    rigid = parts["vertices"][:turning]
    fixed = np.zeros((len(parts["vertices"]), 1), np.float32)
    fixed[:turning] = 1
    return Wheel(**parts, pivot=np.concatenate([rigid, *pivots]).astype(np.float32), fixed=fixed)  # type: ignore[arg-type]


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "ferris_wheel")
    mesh, rng = plot.mesh, plot.rng
    floor = islet(plot, 17.0, 1.6, 8.0)
    for near in (-1.9, 1.9):
        for side in (-1.0, 1.0):
            foot = (side * 6.2, floor + float(plot.rise(side * 6.2, near * 2.2)) - 0.3, near * 2.2)
            beam(mesh, foot, (0, floor + HUB, near), 0.45, STEEL)
        beam(mesh, (-3.1, floor + HUB / 2, near * 1.6), (3.1, floor + HUB / 2, near * 1.6), 0.22, STEEL * 0.9)
    beam(mesh, (0, floor + HUB, -2.1), (0, floor + HUB, 2.1), 0.5, STEEL * 0.8)
    mesh.boxes([(0, floor + 0.45, 0)], [2.6, 0.45, 3.2], np.array([0.30, 0.28, 0.26]))
    mesh.boxes([(3.9, floor + 1.2, -3.6)], [0.9, 1.2, 0.9], np.array([0.52, 0.10, 0.08]))
    mesh.boxes([(3.9, floor + 2.5, -3.6)], [1.15, 0.1, 1.15], np.array([0.66, 0.62, 0.55]))
    mesh.boxes([(3.9, floor + 1.5, -4.52)], [0.6, 0.45, 0.02], np.asarray(DARK_PANE, float), plot.glow())
    for side in (-3.0, 3.0):
        plot.lamp((side, floor + 3.4, -4.5), 2.4)
    plot.take((0, 0), 10.0)
    plot.finish()
    paints = np.asarray(list(PAINTS.values()), float)[rng.permutation(len(PAINTS))[:4]]
    turned = wheel(STEEL, paints, 0.85 if plot.dark else 0.0)
    stage.bodies.append(Acting(turned, standing(plot.world((0, floor + HUB, 0)), turn), name="wheel"))


ROWS = (Place("ferris_wheel", build, size=30.0, height=30.0, distance=52.0),)
