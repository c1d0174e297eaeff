"""Camel."""

from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.gait import GALLOP, WALK
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import Quadruped, act, build, head, skin, trunk
from promptreel.engines.scenes.stage import Casting, Subject

# A dromedary: 1.85 m at the shoulder, 2.15 m with its hump, the neck carried low and curved up.
CAMEL = Quadruped(
    withers=1.85,
    spine=((-0.62, 1.480, 0.240), (-0.22, 1.500, 0.290), (0.20, 1.430, 0.360), (0.56, 1.430, 0.270)),
    neck=((0.62, 1.400, 0.190), (0.98, 1.500, 0.130), (1.22, 1.900, 0.105)),
    skull=(1.300, 2.030, 0.120),
    muzzle=((1.430, 1.980, 0.092), (1.620, 1.900, 0.066)),
    jaw=((1.340, 1.930, 0.080), (1.570, 1.840, 0.046)),
    fore=((0.180, 0.56, 1.28, 0.165), (0.190, 0.42, 1.04, 0.110), (0.165, 0.48, 0.560, 0.072),
          (0.165, 0.490, 0.150, 0.052), (0.168, 0.570, 0.045, 0.085)),
    hind=((0.160, -0.58, 1.34, 0.230), (0.195, -0.40, 1.02, 0.130), (0.165, -0.740, 0.620, 0.068),
          (0.165, -0.690, 0.150, 0.052), (0.168, -0.610, 0.045, 0.085)),
    tail=((-0.850, 1.560, 0.040), (-0.920, 1.38, 0.034), (-0.950, 1.15, 0.030), (-0.960, 0.95, 0.038)),
    flat=(0.88, 0.86, 0.84, 0.84),
    neck_flat=0.68,
    head_flat=0.76,
    blend=0.11,
    wag=0.25,
    flexible=0.25,
    walk=replace(WALK, stride=1.05, lift=0.07, nod=0.08),
    run=replace(GALLOP, stride=2.3, rise=0.04),
    extra=(
        Flesh("belly", (0, 1.800, -0.16), (0, 1.800, 0.06), 0.235, 0.225, 0.62, 0.16),
        Flesh("belly", (0, 2.020, -0.08), (0, 2.030, 0.02), 0.130, 0.120, 0.62, 0.14),
        Flesh("neck_1", (0, 1.330, 0.70), (0, 1.300, 0.86), 0.130, 0.090, 0.7, 0.10),
        Flesh("chest", (0, 1.130, 0.44), (0, 1.110, 0.50), 0.120, 0.110, 0.9, 0.08),
    ),
)  # fmt: skip


def camel(casting: Casting) -> Creature:
    """Sandy, woolly on its hump and throat, with a proud head."""
    rng = casting.rng
    skeleton, fleshes = build(CAMEL)
    kit = Kit(skeleton, fleshes, casting)
    coat = recoloured(np.array([0.40, 0.265, 0.145]) * rng.uniform(0.85, 1.12), casting)

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        grain = mottle(patch.points, 0.10, rng) * 0.5 + mottle(patch.points, 0.035, rng) * 0.5
        wool = soft(1.85, 2.02, y) * trunk(patch) + np.char.startswith(patch.bone, "neck") * soft(1.42, 1.30, y)
        knees = soft(0.10, 0.04, np.abs(y - 0.56)) * (z > 0) * 0.4
        muzzle = head(patch) * soft(1.50, 1.60, z)
        belly = soft(-0.2, -0.8, patch.normals[:, 1]) * trunk(patch) * 0.5
        shade = tones(coat, (coat * 1.25, belly), (coat * 0.55, np.clip(wool, 0, 1) * 0.8), (coat * 0.6, knees),
                      (coat * 0.7 + 0.05, 0.7 * muzzle))  # fmt: skip
        return np.asarray(shade * (1 + 0.12 * grain)[:, None], np.float32)

    skin(kit, CAMEL, paint, bumps=0.006, bump_size=0.05, fur=0.09)
    kit.eye(("head", "lid_l", "lid_r"), (0.092, 2.065, 1.395), 0.024, (0.05, 0.028, 0.012), coat * 0.5, (0.9, 0.1, 0.55), 0.0,
            0.6, lash=0.03)  # fmt: skip
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(
            f"ear_{side}", (sign * 0.075, 2.125, 1.250), (sign * 0.055, 0.105, -0.050), (sign * 0.040, -0.01, 0.020),
            coat * 0.6, coat * 0.95, (0.7, 1.1, 0.9, 0.12), (0, 0, -0.02), thick=0.010,
        )  # fmt: skip
        if kit.fine:
            kit.ball("head", (sign * 0.026, 1.925, 1.672), 0.014, (0.03, 0.02, 0.016), 0, 0.1, (0.6, 1.2, 0.5), sides=6)
    return kit.body(act(CAMEL, casting.action, rng, hoofed=True))


ROWS = (
    Subject("camel", camel, "ground", 2.7, 2.2, {
        "walk": 1.3, "stand": 0, "run": 6.0, "eat": 0, "sleep": 0, "trot": 3.2,
    }, group=5),
)  # fmt: skip
