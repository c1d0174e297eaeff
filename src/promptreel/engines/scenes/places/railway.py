"""A railway: rails on sleepers in ballast, masts with wires above; on a ground without a track, the ballast as well."""

from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.buildings.roads import Way, open_to_traffic, ribbon, way_of, wire
from promptreel.engines.scenes.grounds.road import TRACK_HIGH
from promptreel.engines.scenes.stage import Place, Set

GAUGE_HALF = 0.75
"""Metres from the middle of the track to the middle of a rail's head."""

ASIDE = 7.0
"""Metres from the camera to a track that is laid over a ground where a train comes: one sees its length, not only its front."""

UNTIL = 330.0

STEAMED = frozenset({"old", "wooden"})
"""Qualities of trains that ran before there were wires above tracks."""


def build(stage: Set, x: float, _z: float, _turn: float) -> None:
    """Along the ground's own track, or straight away from the camera."""
    rng = stage.brief.rng("railway")
    coming = any(wanted.name == "train" for wanted in stage.brief.spec.subjects)
    level = way_of(stage, x + (float(rng.choice([-1.0, 1.0])) * ASIDE if coming else 0.0), 1.75)
    # A ground with a track of its own is as high as its rails; what carries them lies lower.
    drop = TRACK_HIGH if level.drawn else 0.0
    way = replace(level, height=lambda px, pz: level.height(px, pz) - drop)
    if not way.drawn:
        along = np.concatenate([np.arange(-150, 60, 1.2), np.geomspace(60, UNTIL, 60)])
        ribbon(stage, way, rng, along, np.array([0.185, 0.17, 0.15]), 2.3, 0.10, 8)
        open_to_traffic(stage, way, 0.0, TRACK_HIGH)
    _sleepers(stage, way, rng)
    for side in (-1, 1):
        _rail(stage, way, side * GAUGE_HALF)
    if not any(wanted.name == "train" and wanted.qualities & STEAMED for wanted in stage.brief.spec.subjects):
        _masts(stage, level, rng)
    stage.taken.extend((float(way.middle(z)), z, 2.6) for z in np.arange(0.0, 200.0, 5.0))


def _sleepers(stage: Set, way: Way, rng: np.random.Generator) -> None:
    """Beams across the track, near ones one by one, far ones as pairs; old wood or concrete."""
    along = np.concatenate([np.arange(-150, 90, 0.62), np.arange(90, UNTIL, 1.3)])
    concrete = rng.random() < 0.5
    tone = np.array([0.36, 0.35, 0.33]) if concrete else np.array([0.125, 0.092, 0.066])
    deep = np.where(along < 90, 0.13, 0.26)
    corners = [
        way.at(along - deep, -1.27, 0.13),
        way.at(along - deep, 1.27, 0.13),
        way.at(along + deep, 1.27, 0.13),
        way.at(along + deep, -1.27, 0.13),
    ]
    top = np.stack(corners, 1)
    shade = tone * rng.normal(1.0, 0.12, (len(along), 1))
    stage.mesh.quads(top, np.clip(shade, 0.02, 0.6), toward=(0, 1, 0))
    front = np.stack([top[:, 0] - [0, 0.14, 0], top[:, 1] - [0, 0.14, 0], top[:, 1], top[:, 0]], 1)
    stage.mesh.quads(front[along < 90], np.clip(shade[along < 90] * 0.6, 0.02, 0.6), toward=(0, 0, -1))
    near = along < 45
    for side in (-1, 1):
        bolts = way.at(along[near], side * GAUGE_HALF, 0.15)
        stage.mesh.boxes(bolts, [0.12, 0.03, 0.07], np.array([0.10, 0.065, 0.045]))


def _rail(stage: Set, way: Way, beside: float) -> None:
    """A rail: a rusty web and foot, a head that wheels keep bright."""
    along = np.concatenate([np.arange(-150, 60, 1.5), np.geomspace(60, UNTIL, 70)])
    a, b = along[:-1], along[1:]
    rust = np.array([0.165, 0.085, 0.050])
    for u0, v0, u1, v1, tone, toward in (
        (-0.07, 0.15, -0.03, 0.19, rust, (-1, 1, 0)),
        (-0.02, 0.18, -0.02, 0.28, rust * 0.8, (-1, 0, 0)),
        (-0.036, 0.27, -0.036, 0.31, rust * 1.2, (-1, 0, 0)),
        (-0.036, 0.31, 0.036, 0.31, np.array([0.55, 0.56, 0.58]), (0, 1, 0)),
        (0.036, 0.31, 0.036, 0.27, rust * 1.2, (1, 0, 0)),
        (0.02, 0.28, 0.02, 0.18, rust * 0.8, (1, 0, 0)),
        (0.03, 0.19, 0.07, 0.15, rust, (1, 1, 0)),
    ):
        corners = [
            way.at(a, beside + u0, v0),
            way.at(a, beside + u1, v1),
            way.at(b, beside + u1, v1),
            way.at(b, beside + u0, v0),
        ]
        stage.mesh.quads(np.stack(corners, 1), tone, toward=toward)


def _masts(stage: Set, way: Way, rng: np.random.Generator) -> None:
    """Masts with brackets on one side, a carrying wire and a contact wire over the track."""
    side = float(rng.choice([-1.0, 1.0]))
    along = np.arange(rng.uniform(12, 20) - 144, UNTIL, 48.0)
    foot = way.ground(along, side * 3.4)
    level = way.at(along, 0.0)
    steel = np.array([0.26, 0.27, 0.27])
    stage.mesh.boxes(foot + [0, 3.6, 0], [0.10, 3.9, 0.12], steel)
    for reach, height, thick in ((0.0, 6.7, 0.035), (0.3, 5.75, 0.03)):
        a = foot.copy()
        a[:, 1] = level[:, 1] + height
        b = way.at(along, side * reach, height + (0.25 if reach == 0 else 0.0))
        up = np.array([0, thick, 0])
        stage.mesh.quads(np.stack([a - up, b - up, b + up, a + up], 1), steel * 0.8, toward=(0, 0, -1))
    carry, contact = way.at(along, 0.0, 6.9), way.at(along, 0.0, 5.6)
    wire(stage, carry[:-1], carry[1:], 0.85, 0.014)
    wire(stage, contact[:-1], contact[1:], 0.02, 0.013, 5)
    for part in (0.2, 0.4, 0.6, 0.8):
        top = carry[:-1] * (1 - part) + carry[1:] * part - [0, 0.85 * 4 * part * (1 - part), 0]
        low = contact[:-1] * (1 - part) + contact[1:] * part
        size = np.maximum(0.010, 0.0002 * top[:, 2:3]) * np.array([1.0, 0, 0])
        stage.mesh.quads(np.stack([low - size, low + size, top + size, top - size], 1), 0.03, toward=(0, 0, -1))
    back = foot + [0, 7.3, 0]
    wire(stage, back[:-1], back[1:], 0.5, 0.012)


ROWS = (Place("railway", build, 300.0, 8.0, 0.0, "around"),)
