"""A bedroom: a made bed between two lamps, a window with curtains, a wardrobe, a rug."""

import numpy as np

from promptreel.engines.scenes.buildings import furniture as f
from promptreel.engines.scenes.buildings.building import beam, sheet
from promptreel.engines.scenes.buildings.interior import WARM, Interior, Opening, Shell, board
from promptreel.engines.scenes.stage import Place, Set

HALF, BACK, HIGH = 3.0, 5.6, 2.65
WINDOW = Opening("far", -2.45, -1.05, 0.85, 2.2, (2, 2))


def shell(rng: np.random.Generator) -> Shell:
    """Boards and soft colours."""
    wall = ((0.52, 0.46, 0.42), (0.34, 0.42, 0.46), (0.46, 0.50, 0.42), (0.58, 0.53, 0.46))[int(rng.integers(4))]
    return Shell(HALF, BACK, HIGH, wall, f.oak(1.5), (0.16, 1.3), openings=(WINDOW,))


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The row's builder."""
    room = Interior.of(stage, "bedroom", shell)
    rng, mesh = room.rng, room.mesh
    wood = f.oak(rng.uniform(0.9, 1.7))
    blanket = np.array(
        [(0.16, 0.24, 0.34), (0.44, 0.22, 0.16), (0.20, 0.30, 0.22), (0.46, 0.38, 0.26)][int(rng.integers(4))]
    )
    cx = 0.95
    room.put(f.bed(1.7, (0.66, 0.64, 0.60), blanket, wood, rng), cx, BACK - 1.12)
    glow = WARM * (1.0 if room.lit else 0.0)
    for x in (cx - 1.2, cx + 1.2):
        room.put(f.cabinet(0.46, 0.52, 0.40, wood, 1, rng, wood), x, BACK)
        room.put(f.table_lamp(glow), x, BACK - 0.22, y=0.52)
        room.lamp((x, 0.95, BACK - 0.35), 0.50)
    f.vessel(mesh, (cx - 1.08, 0.52, BACK - 0.32), rng, 0.12)
    room.put(f.cabinet(1.7, 2.1, 0.6, wood, 2, rng), HALF, 2.6, np.pi / 2)
    _rug(room, blanket)
    _curtains(room, blanket)
    u, v = np.meshgrid(np.linspace(0, 1, 24), np.linspace(0, 1, 24))
    crest = (u + 0.12 * np.sin(7 * v + 1) > 0.55).ravel()[:, None]
    tones = np.where(crest, blanket * 1.5, (0.62, 0.58, 0.50)) * rng.uniform(0.9, 1.1, (576, 1))
    board(room, "far", cx - 0.55, cx + 0.55, 1.42, 2.12, tones, wood, cells=24)
    room.put(f.greenery(0.30, rng, 130), -2.6, 4.9)
    room.put(f.chair(wood, (0.5, 0.45, 0.38)), -2.35, 3.1, -2.0)
    room.lamp((0.0, HIGH - 0.15, 2.2), 0.45)
    room.stand((-0.85, 3.3), (-1.2, 3.9), (-0.4, 2.9), (-1.6, 2.8))
    room.stand((cx, 4.3), on="table", y=0.62)
    room.stand((-1.6, BACK - 0.03), (-1.9, BACK - 0.03), on="sill", y=0.85)
    room.plot.take((cx, BACK - 1.1), 1.5)
    room.finish()


def _rug(room: Interior, tint: np.ndarray) -> None:
    """Round, with rings."""
    turn, share = np.meshgrid(np.linspace(0, 2 * np.pi, 61), np.linspace(0, 1, 25))
    at = np.stack(
        [-0.75 + 1.25 * share * np.cos(turn), np.full(turn.shape, 0.012), 3.3 + 1.0 * share * np.sin(turn)], -1
    )
    ring = np.where((np.floor(share * 8) % 2 == 0)[..., None], np.array([0.58, 0.54, 0.46]), tint * 0.9)
    sheet(room.plot.mesh, at, ring * room.rng.uniform(0.9, 1.08, (*turn.shape, 1)))


def _curtains(room: Interior, tint: np.ndarray) -> None:
    """Two, from a rod down to the floor."""
    rod = WINDOW.top + 0.18
    beam(room.mesh, (WINDOW.a - 0.4, rod, BACK - 0.12), (WINDOW.b + 0.4, rod, BACK - 0.12), 0.03, f.oak(0.7))
    v, u = np.meshgrid(np.linspace(0, 1, 12), np.linspace(0, 1, 28), indexing="ij")
    for edge, side in ((WINDOW.a, -1.0), (WINDOW.b, 1.0)):
        x = edge + side * (0.32 - 0.42 * u)
        z = BACK - 0.12 + 0.045 * np.sin(u * 34)
        fold = (0.75 + 0.25 * np.cos(u * 34))[..., None]
        sheet(room.mesh, np.stack([x, rod - (rod - 0.05) * v, z], -1), np.clip(tint * 1.6, 0, 0.7) * fold, (0, 0, -1))


ROWS = (Place("bedroom", build, size=11.3, height=2.7, distance=3.4, stands="around"),)
