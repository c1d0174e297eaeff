"""Otter."""

import numpy as np

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import Quadruped, act, build, head, skin
from promptreel.engines.scenes.stage import Casting, Subject

# A European otter: 0.65 m of body on short legs, 0.4 m of tail that is nearly as thick as the rump where it begins.
OTTER = Quadruped(
    withers=0.225,
    spine=((-0.255, 0.175, 0.066), (-0.090, 0.196, 0.075), (0.095, 0.170, 0.080), (0.200, 0.163, 0.066)),
    neck=((0.185, 0.186, 0.064), (0.240, 0.216, 0.059), (0.280, 0.238, 0.053)),
    skull=(0.318, 0.250, 0.052),
    muzzle=((0.346, 0.238, 0.038), (0.376, 0.231, 0.027)),
    jaw=((0.326, 0.220, 0.027), (0.366, 0.214, 0.017)),
    fore=((0.054, 0.185, 0.145, 0.042), (0.066, 0.140, 0.105, 0.031), (0.060, 0.165, 0.048, 0.023),
          (0.060, 0.170, 0.019, 0.021), (0.064, 0.203, 0.013, 0.020)),
    hind=((0.050, -0.220, 0.150, 0.055), (0.074, -0.160, 0.105, 0.040), (0.064, -0.240, 0.058, 0.023),
          (0.064, -0.222, 0.019, 0.021), (0.070, -0.176, 0.013, 0.022)),
    tail=((-0.290, 0.160, 0.058), (-0.380, 0.128, 0.050), (-0.470, 0.096, 0.039), (-0.560, 0.072, 0.026),
          (-0.650, 0.066, 0.011)),
    flat=(1.0, 1.0, 1.0, 1.05),
    neck_flat=1.05,
    head_flat=1.2,
    blend=0.03,
    tail_up=0.45,
    wag=0.25,
    flexible=1.35,
    extra=(
        # Cheeks with whiskers on them, wide of the nose.
        Flesh("head", (0.023, 0.231, 0.345), (0.019, 0.227, 0.368), 0.026, 0.021, 1.1, 0.015),
        Flesh("head", (0.036, 0.236, 0.300), (0.032, 0.234, 0.325), 0.032, 0.026, 1.0, 0.02),
    ),
)  # fmt: skip


def otter(casting: Casting) -> Creature:
    """Dark brown and sleek, the throat and the belly pale."""
    rng = casting.rng
    skeleton, fleshes = build(OTTER)
    kit = Kit(skeleton, fleshes, casting)
    coat = recoloured(np.array([0.088, 0.058, 0.038]) * rng.uniform(0.85, 1.2), casting)
    pale = 0.45 * coat + np.array([0.25, 0.22, 0.18])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        up = patch.normals[:, 1]
        # Hairs lie along the body: grain that is long in z.
        grain = (
            mottle(patch.points * [1, 1, 0.4], 0.03, rng) * 0.6 + mottle(patch.points * [1, 1, 0.5], 0.011, rng) * 0.5
        )
        throat = soft(0.243, 0.220, y) * soft(0.20, 0.27, z)
        belly = soft(-0.1, -0.75, up) * soft(0.06, 0.11, y) * ~head(patch)
        back = soft(0.3, 1.0, up) * 0.35
        shade = tones(coat, (coat * 0.65, back), (pale, 0.6 * belly), (pale, 0.9 * throat))
        return np.asarray(shade * (1 + 0.2 * grain)[:, None], np.float32)

    skin(kit, OTTER, paint, fur=0.08)
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.032, 0.262, 0.348),
        0.0080,
        (0.035, 0.018, 0.010),
        coat * 0.6,
        (0.6, 0.25, 1.0),
        0.05,
    )
    if kit.fine:
        kit.ball("head", (0, 0.240, 0.400), 0.0125, (0.016, 0.013, 0.013), 0, 0.6, (1.35, 0.85, 0.7))
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(f"ear_{side}", (sign * 0.056, 0.276, 0.296), (sign * 0.012, 0.016, -0.006), (sign * 0.006, 0, 0.014),
                 coat * 0.5, coat * 0.8, (0.9, 1.1, 0.9, 0.4), (0, 0, -0.004), thick=0.004)  # fmt: skip
        for row in range(3) if kit.finest else ():
            start = (sign * 0.032, 0.231 - 0.006 * row, 0.372 - 0.008 * row)
            kit.tube("head", [start, (sign * (0.062 + 0.006 * row), 0.221 - 0.012 * row, 0.360 - 0.02 * row)],
                     [0.0009, 0.0004], (0.5, 0.46, 0.40), 0, 4)  # fmt: skip
    return kit.body(act(OTTER, casting.action, rng))


ROWS = (
    Subject("otter", otter, "ground", 1.05, 0.31, {
        "walk": 0.5, "run": 2.6, "stand": 0, "jump": 0, "sleep": 0, "play": 0, "eat": 0,
    }, group=3),
)  # fmt: skip
