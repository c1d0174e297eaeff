"""A concert stage in a dark hall: trusses with swaying beams, loudspeakers, a drum kit, a microphone, heads before it."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.beams import draw_beams
from promptreel.engines.scenes.buildings.building import beam, beams, sheet
from promptreel.engines.scenes.buildings.interior import Interior, Shell
from promptreel.engines.scenes.mesh import Camera, MeshBuilder
from promptreel.engines.scenes.stage import Canvas, Floats, Place, Set, scale_of

HALF, BACK, HIGH = 7.5, 11.0, 6.5
EDGE = 2.3
"""Where the stage begins; the floor of the hall is lower before it."""

LIGHTS = ((0.75, 0.12, 0.85), (0.10, 0.45, 1.0), (1.0, 0.35, 0.10), (0.15, 0.85, 0.75))


@dataclass(frozen=True, slots=True)
class Spotlights:
    """See `stage.Layer`: beams from above, each swaying in its own time."""

    lenses: Floats
    """(n, 3)."""
    colours: Floats
    """Radiance across the beam at its start, (n, 3)."""

    def new_state(self, width: int, height: int) -> Any:
        """Nothing is kept."""
        return None

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Add the beams."""
        rows = []
        for k, (lens, colour) in enumerate(zip(self.lenses, self.colours, strict=True)):
            lean = -0.10 * float(lens[0]) + 0.30 * math.sin(0.9 * t + 1.7 * k)
            way = np.array([lean, -1.0, -0.28 + 0.22 * math.cos(0.7 * t + 2.3 * k)])
            rows.append([*lens, *(way / np.linalg.norm(way)), 0.13, 0.085, 9.0, *colour])
        table = np.array(rows, np.float32)
        draw_beams(canvas.hdr, canvas.near, camera.frame, np.float32(scale_of(camera, canvas.height)), table)


def shell(_rng: np.random.Generator) -> Shell:
    """Black walls, and boards that shine a little."""
    return Shell(HALF, BACK, HIGH, (0.035, 0.035, 0.04), (0.16, 0.13, 0.11), (0.25, 1.0), (0.03, 0.03, 0.033))


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "concert_stage", shell, lit=True, fill=0.03)
    rng, mesh = room.rng, room.mesh
    tints = np.array(LIGHTS)[rng.permutation(4)]
    _curtain(room)
    for z in (4.2, 8.4):
        _truss(mesh, z)
    lenses, colours = [], []
    for k, x in enumerate((-4.2, -1.5, 1.5, 4.2)):
        z = 8.4 if k in (1, 2) else 6.6
        lenses.append(room.plot.world((x, 5.2, z)))
        colours.append(tints[k] * room.plot.unit * 0.50)
        mesh.lathe((x, 5.1, z), [(0.16, 0.0), (0.20, 0.35), (0.10, 0.45)], 14, (0.02, 0.02, 0.02))
        mesh.lathe((x, 5.09, z), [(0.001, 0.0), (0.15, 0.01)], 14, 0.3, 2.2 * tints[k])
        room.lamp((x * 0.8, 3.6, z - 0.6), 1.1, tints[k])
    for x in (-2.6, 2.6):
        room.lamp((x, 4.6, 3.2), 1.5, (1.0, 0.86, 0.70))
    for x in (-5.3, 5.3):
        _speakers(mesh, x, 5.4)
    for x in (-1.6, 1.6):
        f.box(mesh, (x - 0.35, 0.0, 3.0), (x + 0.35, 0.32, 3.4), (0.04, 0.04, 0.045))
    _drums(mesh, 0.2, 8.0, rng)
    beam(mesh, (0.75, 0.0, 4.3), (0.75, 1.42, 4.3), 0.02, f.STEEL)
    mesh.lathe((0.75, 0.0, 4.3), [(0.16, 0.0), (0.14, 0.02), (0.02, 0.04)], 16, (0.05, 0.05, 0.05))
    beam(mesh, (0.75, 1.40, 4.3), (0.62, 1.50, 4.28), 0.035, (0.06, 0.06, 0.06))
    _crowd(mesh, rng)
    stage.layers.append(Spotlights(np.array(lenses, np.float32), np.array(colours, np.float32)))
    room.stand((0.1, 4.9), (-1.6, 5.2), (1.7, 5.3), (-0.9, 5.9), (1.1, 6.2))
    room.finish(bodies=6)


def _curtain(room: Interior) -> None:
    """A red curtain in folds behind everything."""
    v, u = np.meshgrid(np.linspace(0, 1, 10), np.linspace(-1, 1, 180), indexing="ij")
    z = BACK - 0.5 + 0.16 * np.sin(u * 95) + 0.05 * np.sin(u * 31)
    fold = (0.6 + 0.4 * np.cos(u * 95))[..., None]
    at = np.stack([u * HALF, (1 - v) * HIGH, z], -1)
    sheet(room.plot.mesh, at, np.array([0.34, 0.025, 0.035]) * fold, (0, 0, -1))


def _truss(mesh: MeshBuilder, z: float) -> None:
    """Four tubes with struts between, from wall to wall."""
    x = np.arange(-HALF, HALF - 0.5, 0.6)
    for y, dz in ((5.5, -0.18), (5.5, 0.18), (5.85, -0.18), (5.85, 0.18)):
        beams(mesh, [(-HALF, y, z + dz)], [(HALF, y, z + dz)], 0.05, f.STEEL * 0.7)
    for dz in (-0.18, 0.18):
        starts = np.stack([x, np.where(np.arange(len(x)) % 2, 5.5, 5.85), np.full(len(x), z + dz)], 1)
        stops = np.stack([x + 0.6, np.where(np.arange(len(x)) % 2, 5.85, 5.5), np.full(len(x), z + dz)], 1)
        beams(mesh, starts, stops, 0.03, f.STEEL * 0.7, coarse=True)


def _speakers(mesh: MeshBuilder, x: float, z: float) -> None:
    """A stack of three cabinets with their cones."""
    turn = np.linspace(0, 2 * np.pi, 21)
    for k in range(3):
        low = 1.15 * k
        f.box(mesh, (x - 0.55, low, z - 0.4), (x + 0.55, low + 1.12, z + 0.4), (0.035, 0.035, 0.038))
        for cy, radius in ((low + 0.40, 0.34), (low + 0.88, 0.15)):
            for r, tone, out in ((radius, 0.10, 0.41), (radius * 0.85, 0.03, 0.415), (radius * 0.3, 0.12, 0.42)):
                rim = np.stack([x + r * np.cos(turn), cy + r * np.sin(turn), np.full(21, z - out)], 1)
                mesh.add([*rim, (x, cy, z - out)], [[i, i + 1, 21] for i in range(20)], tone, normals=(0, 0, -1))


def _drums(mesh: MeshBuilder, x: float, z: float, rng: np.random.Generator) -> None:
    """A kit on a low platform: bass drum, toms, cymbals."""
    f.box(mesh, (x - 1.5, 0.0, z - 0.9), (x + 1.5, 0.35, z + 1.2), (0.05, 0.05, 0.055))
    tint = np.array([(0.45, 0.05, 0.04), (0.06, 0.12, 0.34), (0.30, 0.30, 0.32)][int(rng.integers(3))])
    turn = np.linspace(0, 2 * np.pi, 29)
    for r, tone, out in ((0.38, tint, 0.5), (0.345, (0.62, 0.60, 0.56), 0.51)):
        rim = np.stack([x + r * np.cos(turn), 0.75 + r * np.sin(turn), np.full(29, z - out)], 1)
        mesh.add([*rim, (x, 0.75, z - out)], [[i, i + 1, 29] for i in range(28)], tone, normals=(0, 0, -1))
    for dx, y, r, h in (
        (-0.30, 1.02, 0.19, 0.24),
        (0.30, 1.02, 0.19, 0.24),
        (-0.85, 0.78, 0.22, 0.18),
        (0.85, 0.62, 0.26, 0.42),
    ):
        mesh.lathe((x + dx, y, z - 0.1), [(r, 0.0), (r, h), (r * 0.98, h + 0.01), (0.001, h + 0.012)], 20, tint)
    for dx, y in ((-1.05, 1.55), (1.05, 1.6), (-0.6, 1.75)):
        beam(mesh, (x + dx, 0.35, z), (x + dx, y, z), 0.02, f.STEEL)
        mesh.lathe((x + dx, y, z), [(0.30, -0.02), (0.05, 0.01), (0.001, 0.03)], 24, (0.55, 0.42, 0.12))


def _crowd(mesh: MeshBuilder, rng: np.random.Generator) -> None:
    """Heads and raised hands of those before the stage, dark against it."""
    head = [(0.04, -0.14), (0.09, -0.06), (0.105, 0.03), (0.08, 0.10), (0.004, 0.14)]
    arm = [(0.055, 0.0), (0.045, 0.4), (0.030, 0.52), (0.050, 0.57), (0.045, 0.65), (0.008, 0.69)]
    for z in (1.75, 2.15):
        for x in np.arange(-3.0, 3.01, 0.52) + rng.uniform(-0.1, 0.1):
            y = rng.uniform(0.34, 0.50) - 0.10 * (z < 2)
            mesh.lathe((x, y, z), head, 10, (0.010, 0.009, 0.010))
            mesh.lathe(
                (x, y - 0.5, z),
                [(0.24, -0.2), (0.24, 0.22), (0.16, 0.32), (0.05, 0.38)],
                10,
                (0.010, 0.010, 0.012),
                flatten=0.6,
            )
            if rng.random() < 0.35:
                x += float(rng.choice([-1, 1])) * 0.24
                mesh.lathe((x, y - 0.3, z), arm, 8, (0.012, 0.010, 0.010))


ROWS = (Place("concert_stage", build, size=18.0, height=6.5, distance=4.9, stands="around"),)
