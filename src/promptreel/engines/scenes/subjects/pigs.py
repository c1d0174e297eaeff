"""Pig."""

from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.gait import GALLOP, WALK
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import Quadruped, act, build, head, skin
from promptreel.engines.scenes.stage import Casting, Subject

# A domestic pig: 1.3 m long, 0.75 m high at the back, a barrel on short legs.
PIG = Quadruped(
    withers=0.72,
    spine=((-0.40, 0.520, 0.210), (-0.14, 0.520, 0.235), (0.16, 0.500, 0.245), (0.36, 0.510, 0.205)),
    neck=((0.36, 0.540, 0.190), (0.46, 0.560, 0.165), (0.53, 0.565, 0.145)),
    skull=(0.590, 0.565, 0.132),
    muzzle=((0.680, 0.520, 0.090), (0.800, 0.470, 0.064)),
    jaw=((0.640, 0.480, 0.080), (0.755, 0.430, 0.045)),
    fore=((0.120, 0.34, 0.42, 0.120), (0.130, 0.27, 0.30, 0.078), (0.115, 0.295, 0.150, 0.045),
          (0.115, 0.300, 0.060, 0.036), (0.117, 0.332, 0.020, 0.036)),
    hind=((0.120, -0.36, 0.46, 0.165), (0.140, -0.27, 0.32, 0.098), (0.120, -0.430, 0.185, 0.044),
          (0.120, -0.400, 0.060, 0.036), (0.122, -0.368, 0.020, 0.036)),
    tail=((-0.600, 0.620, 0.020), (-0.645, 0.590, 0.017), (-0.655, 0.630, 0.015), (-0.625, 0.640, 0.013),
          (-0.640, 0.590, 0.009)),
    flat=(0.98, 1.0, 1.0, 0.98),
    neck_flat=0.98,
    head_flat=1.0,
    blend=0.09,
    wag=0.25,
    flexible=0.35,
    walk=replace(WALK, stride=1.05),
    run=replace(GALLOP, stride=1.9, rise=0.04),
    extra=(
        Flesh("belly", (0, 0.400, -0.16), (0, 0.395, 0.14), 0.190, 0.185, 1.0, 0.09),
        Flesh("head", (0.075, 0.505, 0.610), (0.060, 0.480, 0.680), 0.080, 0.055, 1.0, 0.05),
    ),
)  # fmt: skip


def pig(casting: Casting) -> Creature:
    """Pink, sometimes with black patches, muddy below, with a flat snout and ears that hang over the eyes."""
    rng = casting.rng
    skeleton, fleshes = build(PIG)
    kit = Kit(skeleton, fleshes, casting)
    coat = recoloured(np.array([0.60, 0.355, 0.300]) * rng.uniform(0.94, 1.06), casting)
    patched = casting.colour is None and bool(rng.random() < 0.25)
    pink = np.array([0.58, 0.27, 0.24])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        grain = mottle(patch.points, 0.06, rng) * 0.5 + mottle(patch.points * [1, 1, 0.4], 0.02, rng) * 0.5
        snout = head(patch) * soft(0.745, 0.790, z)
        mud = soft(0.24, 0.06, y) * 0.45
        spots = soft(0.30, 0.42, mottle(patch.points + [0, 0, 1.7], 0.30, rng)) * patched
        shade = tones(coat, ((0.030, 0.026, 0.025), 0.9 * spots), (pink, 0.6 * snout), ((0.16, 0.115, 0.075), mud))
        return np.asarray(shade * (1 + 0.07 * grain)[:, None], np.float32)

    skin(kit, PIG, paint, fur=0.02)
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.090, 0.610, 0.665),
        0.0135,
        (0.09, 0.05, 0.03),
        coat * 0.8,
        (0.75, 0.1, 0.8),
        0.08,
        0.5,
    )
    if kit.fine:
        kit.ball("head", (0, 0.468, 0.850), 0.062, pink * 0.95, 0.15, 0.2, (1.0, 0.92, 0.34), sides=12)
        for sign in (-1, 1):
            kit.ball(
                "head", (sign * 0.022, 0.470, 0.870), 0.013, (0.10, 0.045, 0.04), 0, 0.1, (0.8, 1.2, 0.35), sides=6
            )
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(
            f"ear_{side}", (sign * 0.078, 0.685, 0.560), (sign * 0.055, 0.085, 0.135), (sign * 0.075, -0.02, -0.030),
            coat * 0.95, coat, (0.8, 1.1, 0.85, 0.08), (0, 0.02, -0.03), thick=0.010, droop=(0, -0.05, 0.03),
            translucency=0.25,
        )  # fmt: skip
    return kit.body(act(PIG, casting.action, rng))


ROWS = (
    Subject("pig", pig, "ground", 1.3, 0.80, {
        "walk": 0.8, "run": 3.6, "stand": 0, "eat": 0, "sit": 0, "sleep": 0, "jump": 0,
    }, group=4),
)  # fmt: skip
