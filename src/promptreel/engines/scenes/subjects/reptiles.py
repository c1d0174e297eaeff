"""Dragon, dinosaur, frog."""

import math
from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.creatures.creature import (
    Act,
    Creature,
    Kit,
    Patch,
    Pose,
    mottle,
    recoloured,
    soft,
    tones,
)
from promptreel.engines.scenes.creatures.gait import GALLOP, WALK, blink, ease, fract, pulse, step, swing, wander
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import Quadruped, act, breathe, build, head, skin, trunk
from promptreel.engines.scenes.stage import Casting, Subject

# -- dragon ------------------------------------------------------------------------------------------------------------

DRAGON = Quadruped(
    withers=1.75,
    spine=((-0.75, 1.450, 0.300), (-0.25, 1.480, 0.330), (0.30, 1.480, 0.420), (0.72, 1.520, 0.340)),
    neck=((0.80, 1.650, 0.290), (1.25, 2.150, 0.205), (1.55, 2.720, 0.160)),
    skull=(1.72, 2.840, 0.180),
    muzzle=((1.92, 2.770, 0.125), (2.28, 2.660, 0.075)),
    jaw=((1.78, 2.690, 0.100), (2.22, 2.560, 0.045)),
    fore=((0.30, 0.62, 1.28, 0.190), (0.36, 0.42, 0.92, 0.125), (0.31, 0.55, 0.36, 0.085),
          (0.31, 0.60, 0.090, 0.082), (0.32, 0.80, 0.055, 0.058)),
    hind=((0.30, -0.62, 1.38, 0.300), (0.40, -0.30, 0.95, 0.190), (0.34, -0.78, 0.46, 0.090),
          (0.34, -0.66, 0.090, 0.084), (0.35, -0.44, 0.055, 0.060)),
    tail=((-0.98, 1.450, 0.250), (-1.45, 1.320, 0.200), (-1.95, 1.080, 0.150), (-2.45, 0.820, 0.110), (-2.95, 0.660, 0.075),
          (-3.45, 0.620, 0.030)),
    flat=(0.95, 0.92, 0.90, 0.92),
    neck_flat=0.85,
    head_flat=0.90,
    blend=0.14,
    tail_up=-0.05,
    wag=0.16,
    flexible=0.6,
    walk=replace(WALK, stride=1.1),
    run=replace(GALLOP, stride=2.4),
    extra=(
        Flesh("head", (0.10, 2.900, 1.82), (0.07, 2.850, 1.98), 0.050, 0.036, 1, 0.05),
        Flesh("head", (0.05, 2.700, 2.25), (0.05, 2.700, 2.28), 0.045, 0.035, 1, 0.03),
        Flesh("chest", (0.20, 1.70, 0.42), (0.28, 1.66, 0.52), 0.180, 0.16, 1, 0.12),
    ),
)  # fmt: skip

SHOULDER, ELBOW, WRIST = np.array([0.28, 1.78, 0.48]), np.array([1.15, 2.02, 0.18]), np.array([2.05, 2.10, 0.86])
FINGERS = (np.array([4.25, 2.02, 0.35]), np.array([3.70, 1.98, -0.85]), np.array([2.55, 1.95, -1.55]))
INNER, ROOT = np.array([1.25, 1.90, -1.45]), np.array([0.24, 1.58, -0.95])


def dragon(casting: Casting) -> Creature:
    """Scales, horns, a crest of plates, and wings like a bat's."""
    rng = casting.rng
    bones, fleshes = build(DRAGON)
    for side, sign in (("l", -1), ("r", 1)):

        def at(point: np.ndarray, s: int = sign) -> tuple[float, float, float]:
            return float(point[0] * s), float(point[1]), float(point[2])

        bones.add(f"wing_{side}_1", "chest", at(SHOULDER), at(ELBOW))
        bones.add(f"wing_{side}_2", f"wing_{side}_1", at(ELBOW), at(WRIST))
        for number, tip in enumerate(FINGERS, 1):
            bones.add(f"wing_{side}_f{number}", f"wing_{side}_2", at(WRIST), at(tip))
    kit = Kit(bones, fleshes, casting)
    scales = (
        (0.22, 0.035, 0.022),
        (0.045, 0.13, 0.060),
        (0.050, 0.075, 0.16),
        (0.060, 0.055, 0.060),
        (0.24, 0.14, 0.035),
    )
    coat = recoloured(scales[rng.integers(len(scales))], casting)
    belly = coat * 0.5 + np.array([0.27, 0.20, 0.10])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        up = patch.normals[:, 1]
        grain = mottle(patch.points, 0.22, rng) * 0.35 + mottle(patch.points, 0.06, rng) * 0.5
        plates = soft(-0.25, -0.75, up) * (0.80 + 0.20 * np.sin(z * 34)) * ~np.char.startswith(patch.bone, "hind")
        throat = (
            np.char.startswith(patch.bone, "neck") * soft(0.1, 0.6, patch.normals[:, 2]) * (0.8 + 0.2 * np.sin(y * 34))
        )
        shade = tones(coat, (coat * 0.35, soft(0.2, 0.95, up) * 0.65), (belly, np.clip(plates + throat, 0, 1) * 0.9),
                      (coat * 0.4, soft(0.30, 0.1, y) * 0.5))  # fmt: skip
        return np.asarray(shade * (1 + 0.35 * grain)[:, None], np.float32)

    skin(kit, DRAGON, paint, fur=0.10)
    horn = np.array([0.30, 0.25, 0.18])
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.115, 2.865, 1.90),
        0.036,
        (0.85, 0.45, 0.03),
        coat * 0.5,
        (0.85, 0.2, 0.6),
        0.0,
        0.3,
        0.5,
    )
    if kit.fine:
        for sign in (-1, 1):
            kit.tube(
                "head",
                [
                    (sign * 0.10, 2.95, 1.68),
                    (sign * 0.17, 3.10, 1.52),
                    (sign * 0.21, 3.18, 1.30),
                    (sign * 0.20, 3.30, 1.10),
                ],
                [0.055, 0.045, 0.028, 0.004],
                horn,
                0.3,
                7,
            )
            kit.tube(
                "head",
                [(sign * 0.15, 2.80, 1.66), (sign * 0.24, 2.80, 1.52), (sign * 0.28, 2.85, 1.38)],
                [0.036, 0.024, 0.004],
                horn,
                0.3,
                6,
            )
            for tooth in range(5 if kit.finest else 0):
                z = 1.98 + 0.06 * tooth
                kit.tube(
                    "head",
                    [
                        (sign * (0.095 - 0.008 * tooth), 2.665 - 0.12 * (z - 1.98), z),
                        (sign * (0.09 - 0.008 * tooth), 2.61 - 0.14 * (z - 1.98), z + 0.005),
                    ],
                    [0.014, 0.002],
                    (0.72, 0.68, 0.58),
                    0.3,
                    4,
                )
        ridge = [
            ("head", 1.62, 3.0, 0.12),
            ("neck_2", 1.42, 2.74, 0.17),
            ("neck_2", 1.25, 2.45, 0.18),
            ("neck_1", 1.02, 2.20, 0.20),
            ("neck_1", 0.82, 1.98, 0.20),
            ("chest", 0.55, 1.88, 0.20),
            ("chest", 0.30, 1.88, 0.19),
            ("belly", 0.05, 1.84, 0.18),
            ("belly", -0.2, 1.80, 0.17),
            ("pelvis", -0.45, 1.77, 0.17),
            ("pelvis", -0.72, 1.74, 0.17),
            ("tail_1", -1.02, 1.68, 0.16),
            ("tail_1", -1.28, 1.58, 0.15),
            ("tail_2", -1.55, 1.47, 0.14),
            ("tail_2", -1.80, 1.33, 0.13),
            ("tail_3", -2.08, 1.17, 0.12),
            ("tail_4", -2.5, 0.91, 0.10),
            ("tail_5", -2.98, 0.72, 0.09),
        ]
        for bone, z, y, size in ridge[:: 1 if kit.finest else 2]:
            kit.leaf(
                bone,
                (0, y - 0.05, z),
                (0, size, -0.7 * size),
                (0, 0, 0.55 * size),
                coat * 0.35,
                None,
                (1.0, 0.7, 0.05),
                (0, 0, 0),
                3,
                0.1,
                0.012,
            )
    kit.leaf(
        "tail_5",
        (0, 0.62, -3.30),
        (0, 0.02, -0.45),
        (0.22, 0, 0),
        coat * 0.5,
        None,
        (0.15, 1.0, 0.75, 0.05),
        thick=0.02,
    )
    skin_ = coat * 0.55 + belly * 0.30
    for side, sign in (("l", -1), ("r", 1)):
        flip = np.array([sign, 1, 1])
        shoulder, elbow, wrist = SHOULDER * flip, ELBOW * flip, WRIST * flip
        arm, fore = f"wing_{side}_1", f"wing_{side}_2"
        sides = 7 if kit.fine else 4
        kit.tube([arm] * 3, [shoulder, (shoulder + elbow) / 2, elbow], [0.13, 0.085, 0.07], coat, 0.1, sides)
        kit.tube([fore] * 3, [elbow, (elbow + wrist) / 2, wrist], [0.075, 0.055, 0.05], coat, 0.1, sides)
        lines, owners = [], []
        u = np.linspace(0, 1, (3, 4, 6)[casting.detail])[:, None]
        for number, tip in enumerate(FINGERS, 1):
            end = tip * flip
            line = wrist * (1 - u) + end * u + np.array([0, 0.16, 0]) * np.sin(np.pi * u)
            lines.append(line)
            owners.append(f"wing_{side}_f{number}")
            if kit.fine:
                kit.tube(owners[-1], line, list(np.linspace(0.042, 0.010, len(line))), coat * 0.8, 0.1, 5)
        for start, end, owner in ((elbow, INNER * flip, arm), (shoulder, ROOT * flip, "chest")):
            lines.append(start * (1 - u) + end * u)
            owners.append(owner)
        kit.sheet(np.array(lines), owners, skin_, skin_ * 0.85, (1, 2, 3)[casting.detail], 0.20, 0.012, 0.55, 0.12)
        if kit.fine:
            kit.tube(
                fore,
                [wrist, wrist + [0.02 * sign, 0.14, 0.10], wrist + [0.0, 0.16, 0.24]],
                [0.035, 0.022, 0.003],
                horn,
                0.3,
                5,
            )
            for name, joints in (("fore", DRAGON.fore), ("hind", DRAGON.hind)):
                x, z, _, _r = joints[4]
                for claw in (-1, 0, 1) if kit.finest else ():
                    root = np.array([sign * x + claw * 0.05, 0.06, z + 0.03])
                    kit.tube(
                        f"{name}_{side}_4",
                        [root, root + [claw * 0.02, 0.0, 0.09], root + [claw * 0.025, -0.045, 0.14]],
                        [0.026, 0.018, 0.003],
                        horn * 0.4,
                        0.3,
                        5,
                    )
    seed = float(rng.uniform())
    action = casting.action
    flying = action in ("fly", "soar", "glide", "hover")

    def more(pose: Pose, t: float, _travelled: float) -> None:
        if not flying:
            fold_wings(pose, 1.0, 0.06 * swing(t, 0.3, seed))
            if action == "stand" and wander(t, 2.6, seed) > 0.55:
                pose.turn("jaw", pitch=-0.30)

    ground = act(DRAGON, action, rng, more=more)

    def fly(pose: Pose, t: float, _travelled: float) -> None:
        breathe(pose, t, seed, 0.5)
        soaring = action in ("soar", "glide")
        rate = 0.75
        strength = 0.22 if soaring else 1.0
        phase = 2 * math.pi * (t * rate + seed)
        beat = math.sin(phase) * strength
        follow = math.sin(phase - 0.9) * strength
        # The body rises on the down stroke, a quarter after the wings pass the middle.
        pose.shift("belly", y=-0.30 * math.cos(phase - 0.5) * strength * 0.6, z=0)
        pose.turn("belly", pitch=0.10 + 0.05 * math.sin(phase - 1.4) * strength + (0.45 if action == "hover" else 0))
        stretch = 0.35 * strength * max(0.0, math.cos(phase))
        for side, sign in (("l", -1.0), ("r", 1.0)):
            pose.turn(f"wing_{side}_1", roll=-sign * (0.22 + 0.62 * beat), yaw=sign * 0.35 * stretch)
            pose.turn(f"wing_{side}_2", roll=-sign * (-0.10 + 0.34 * follow), yaw=-sign * 0.55 * stretch)
            for number in (1, 2, 3):
                pose.turn(f"wing_{side}_f{number}", roll=-sign * 0.30 * math.sin(phase - 1.5 - 0.15 * number) * strength,
                          yaw=sign * 0.45 * stretch)  # fmt: skip
            pose.turn(f"hind_{side}", pitch=-1.35)
            pose.turn(f"hind_{side}_2", pitch=0.25)
            pose.turn(f"hind_{side}_3", pitch=-0.75)
            pose.turn(f"hind_{side}_4", pitch=-0.9)
            pose.turn(f"fore_{side}", pitch=0.55)
            pose.turn(f"fore_{side}_2", pitch=-1.35)
            pose.turn(f"fore_{side}_3", pitch=-0.3)
            pose.turn(f"fore_{side}_4", pitch=-0.7)
        pose.turn("neck_1", pitch=-0.55 - 0.06 * follow)
        pose.turn("neck_2", pitch=-0.22 + 0.06 * math.sin(phase - 1.8) * strength, yaw=0.12 * wander(t, 2.7, seed))
        pose.turn("head", pitch=0.62, yaw=0.15 * wander(t, 2.7, seed))
        for link in range(1, 6):
            pose.turn(f"tail_{link}", pitch=-(0.06 if link < 3 else -0.02) + 0.07 * math.sin(phase - 0.7 * link) * strength,
                      yaw=0.10 * swing(t, 0.35, seed - 0.12 * link))  # fmt: skip

    return kit.body(fly if flying else ground)


def fold_wings(pose: Pose, share: float, stir: float = 0.0) -> None:
    """Wings along the flanks."""
    for side, sign in (("l", -1.0), ("r", 1.0)):
        pose.turn(f"wing_{side}_1", yaw=sign * 1.05 * share, roll=-sign * (0.55 + stir) * share)
        pose.turn(f"wing_{side}_2", yaw=-sign * 2.15 * share, roll=sign * 0.25 * share)
        for number, angle in ((1, 2.60), (2, 2.15), (3, 1.65)):
            pose.turn(f"wing_{side}_f{number}", yaw=sign * angle * share, roll=sign * 0.10 * share)


# -- dinosaur ----------------------------------------------------------------------------------------------------------

TREX = Quadruped(
    withers=3.4,
    spine=((-0.45, 2.950, 0.560), (-0.05, 2.980, 0.600), (0.75, 2.980, 0.640), (1.35, 3.080, 0.520)),
    neck=((1.45, 3.250, 0.460), (1.85, 3.600, 0.380), (2.10, 3.900, 0.360)),
    skull=(2.35, 4.050, 0.390),
    muzzle=((2.70, 3.960, 0.300), (3.35, 3.830, 0.210)),
    jaw=((2.35, 3.700, 0.210), (3.20, 3.540, 0.110)),
    fore=((0.36, 1.42, 2.75, 0.150), (0.42, 1.34, 2.45, 0.100), (0.40, 1.58, 2.28, 0.070),
          (0.40, 1.68, 2.20, 0.055), (0.40, 1.78, 2.12, 0.030)),
    hind=((0.36, -0.15, 2.75, 0.620), (0.46, 0.42, 1.85, 0.360), (0.42, -0.42, 1.02, 0.185),
          (0.42, -0.10, 0.170, 0.165), (0.42, 0.36, 0.100, 0.120)),
    tail=((-0.85, 2.980, 0.500), (-1.55, 2.950, 0.400), (-2.35, 2.950, 0.300), (-3.20, 3.000, 0.210), (-4.05, 3.080, 0.130),
          (-4.85, 3.120, 0.040)),
    flat=(0.85, 0.80, 0.82, 0.82),
    neck_flat=0.80,
    head_flat=0.72,
    limb_flat=0.62,
    blend=0.22,
    wag=0.10,
    extra=(
        Flesh("head", (0.20, 4.270, 2.55), (0.17, 4.200, 2.85), 0.085, 0.06, 1, 0.08),
        Flesh("jaw", (0.15, 3.72, 2.40), (0.14, 3.70, 2.55), 0.16, 0.13, 1, 0.12),
        Flesh("hind_r_4", (0.44, 0.13, 0.0), (0.66, 0.075, 0.30), 0.11, 0.075, 1, 0.05),
        Flesh("hind_r_4", (0.40, 0.13, 0.0), (0.20, 0.075, 0.30), 0.11, 0.075, 1, 0.05),
    ),
)  # fmt: skip


def dinosaur(casting: Casting) -> Creature:
    """A tyrannosaur: the back level, the tail a counterweight, the arms tiny."""
    rng = casting.rng
    bones, fleshes = build(TREX)
    kit = Kit(bones, fleshes, casting, {})
    hides = ((0.135, 0.105, 0.060), (0.085, 0.105, 0.055), (0.155, 0.085, 0.048))
    coat = recoloured(hides[rng.integers(3)], casting)
    pale = coat * 0.5 + np.array([0.22, 0.19, 0.14])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        up = patch.normals[:, 1]
        grain = mottle(patch.points, 0.30, rng) * 0.4 + mottle(patch.points, 0.09, rng) * 0.55
        bands = soft(0.15, 0.75, np.sin(z * 7.5 + 1.6 * mottle(patch.points, 0.7, rng))) * soft(-0.1, 0.55, up) * 0.65
        under = soft(-0.1, -0.8, up) * 0.8
        shade = tones(coat, (coat * 0.38, bands), (pale, under), (coat * 0.45, soft(0.8, 0.2, y) * 0.4))
        return np.asarray(shade * (1 + 0.28 * grain)[:, None], np.float32)

    skin(kit, TREX, paint, 0.012, fur=0.10)
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.24, 4.14, 2.66),
        0.055,
        (0.55, 0.33, 0.03),
        coat * 0.5,
        (0.9, 0.15, 0.4),
        0.0,
        0.35,
    )
    if kit.fine:
        for sign in (-1, 1):
            for tooth in range(9 if kit.finest else 0):
                z = 2.62 + 0.085 * tooth
                x, y = sign * (0.205 - 0.011 * tooth), 3.725 - 0.02 * tooth
                kit.tube(
                    "head",
                    [(x, y + 0.02, z), (x * 0.97, y - 0.09 - 0.02 * (tooth % 2), z + 0.01)],
                    [0.026, 0.003],
                    (0.68, 0.63, 0.50),
                    0.3,
                    4,
                )
                if tooth % 2:
                    kit.tube(
                        "jaw",
                        [(x * 0.72, y - 0.09, z), (x * 0.72, y + 0.0, z)],
                        [0.022, 0.003],
                        (0.68, 0.63, 0.50),
                        0.3,
                        4,
                    )
            for _number, (x, z) in enumerate(((0.18, 0.34), (0.42, 0.46), (0.68, 0.34))):
                root = np.array([sign * x, 0.085, z])
                kit.tube(
                    f"hind_{'l' if sign < 0 else 'r'}_4",
                    [root, root + [0, 0.01, 0.10], root + [0, -0.065, 0.20]],
                    [0.055, 0.042, 0.006],
                    (0.05, 0.045, 0.04),
                    0.3,
                    5,
                )
            kit.ball("head", (sign * 0.075, 3.93, 3.50), 0.026, (0.02, 0.015, 0.012), 0, 0, (1, 1, 0.6), sides=6)
    seed = float(rng.uniform())
    return kit.body(_stalk(casting.action, seed))


def _stalk(action: str, seed: float) -> Act:
    def perform(pose: Pose, t: float, travelled: float) -> None:
        breathe(pose, t, seed, 0.3)
        size = TREX.withers
        roar = 0.0
        if action in ("walk", "run"):
            run = action == "run"
            length, duty = (1.55 * size, 0.42) if run else (1.15 * size, 0.60)
            phase = travelled / length + seed
            way = duty * length
            sway = math.sin(2 * math.pi * phase)
            pose.shift(
                "belly",
                y=size
                * (0.018 * math.cos(4 * math.pi * (phase - duty / 2)) * (-1 if run else 1) - (0.075 if run else 0.055)),
                x=0.05 * math.cos(2 * math.pi * (phase - 0.3)),
            )
            pose.turn(
                "belly",
                pitch=0.03 * math.cos(4 * math.pi * phase) - (0.05 if run else 0),
                roll=0.03 * sway,
                yaw=0.05 * math.cos(2 * math.pi * phase),
            )
            pose.turn(
                "neck_1", pitch=0.05 * math.cos(4 * math.pi * (phase - 0.1)), yaw=-0.05 * math.cos(2 * math.pi * phase)
            )
            for link in range(1, 6):
                pose.turn(
                    f"tail_{link}",
                    yaw=0.09 * math.sin(2 * math.pi * (phase - 0.08 * link)),
                    pitch=0.02 * math.sin(4 * math.pi * (phase - 0.1 * link)),
                )
            for side, beat in (("l", 0.0), ("r", 0.5)):
                foot = step(phase - beat, duty)
                if foot.fly >= 0:
                    u = foot.fly
                    end = -0.75 * math.sin(math.pi * u**0.8) - 0.45 * (1 - u) ** 2 + 0.15 * u * u
                    toe = -0.9 * math.sin(math.pi * u**0.8) - 0.7 * (1 - u) ** 3
                else:
                    end = 0.15 * (1 - foot.carry) - 0.45 * ease((foot.carry - 0.4) / 0.6)
                    toe = -0.7 * ease((foot.carry - 0.72) / 0.28)
                heel = 0.70 * math.sin(max(-toe, 0.0))
                pose.plant(
                    f"hind_{side}",
                    y=max(0.16 * size * foot.lift, heel),
                    z=foot.along * way + 0.10,
                    x=(0.10 if side == "l" else -0.10),
                    end=end,
                    foot=toe,
                )
        else:
            lean = wander(t, 3.0, seed, 0.4)
            pose.shift("belly", y=-0.10 + 0.02 * swing(t, 0.3, seed), x=0.06 * lean)
            if action == "roar" or action == "stand":
                beat = t / 4.2 + seed
                roar = pulse(beat, 0.55, 0.26)
            pose.turn("belly", pitch=0.02 * lean + 0.12 * roar, yaw=0.05 * lean)
            for side in "lr":
                pose.plant(f"hind_{side}", z=0.25 if side == "l" else -0.10)
            for link in range(1, 6):
                pose.turn(f"tail_{link}", yaw=0.10 * swing(t, 0.22, seed - 0.1 * link), pitch=0.03 * roar)
            pose.turn("neck_1", yaw=0.22 * wander(t, 2.3, seed) * (1 - roar), pitch=0.12 * roar)
            pose.turn("head", yaw=0.25 * wander(t, 2.3, seed) * (1 - roar), pitch=0.16 * roar, roll=0.05 * lean)
        pose.turn("jaw", pitch=-0.10 - 0.05 * swing(t, 0.5, seed) - 0.50 * roar)
        for side, sign in (("l", -1.0), ("r", 1.0)):
            pose.turn(f"fore_{side}", pitch=0.15 * swing(t, 0.6, seed + 0.2 * sign))
            pose.turn(f"fore_{side}_2", pitch=0.15 * swing(t, 0.8, seed + 0.3 * sign))

    return perform


# -- frog --------------------------------------------------------------------------------------------------------------

FROG = Quadruped(
    withers=0.085,
    spine=((-0.055, 0.036, 0.020), (-0.020, 0.052, 0.027), (0.018, 0.050, 0.030), (0.040, 0.048, 0.026)),
    neck=((0.038, 0.052, 0.026), (0.048, 0.055, 0.025), (0.055, 0.057, 0.024)),
    skull=(0.064, 0.058, 0.023),
    muzzle=((0.074, 0.054, 0.0185), (0.087, 0.050, 0.0115)),
    jaw=((0.062, 0.046, 0.017), (0.084, 0.043, 0.0085)),
    fore=((0.026, 0.034, 0.040, 0.0105), (0.042, 0.018, 0.026, 0.0078), (0.040, 0.036, 0.0085, 0.0060),
          (0.040, 0.040, 0.0050, 0.0052), (0.044, 0.053, 0.0030, 0.0040)),
    hind=((0.022, -0.050, 0.034, 0.0150), (0.048, 0.000, 0.034, 0.0115), (0.040, -0.052, 0.014, 0.0072),
          (0.046, -0.010, 0.0060, 0.0055), (0.050, 0.018, 0.0035, 0.0042)),
    tail=((-0.058, 0.034, 0.012), (-0.066, 0.032, 0.008)),
    flat=(1.2, 1.35, 1.4, 1.35),
    neck_flat=1.40,
    head_flat=1.40,
    limb_flat=1.0,
    blend=0.012,
    wag=0.0,
    extra=(Flesh("head", (0.0165, 0.074, 0.064), (0.0165, 0.075, 0.066), 0.0105, 0.0095, 1, 0.006),),
)  # fmt: skip


def frog(casting: Casting) -> Creature:
    """A tree frog, sitting with folded legs; it leaps."""
    rng = casting.rng
    bones, fleshes = build(FROG)
    kit = Kit(bones, fleshes, casting)
    coat = recoloured(
        ((0.10, 0.30, 0.035), (0.13, 0.20, 0.05), (0.20, 0.15, 0.06))[rng.choice(3, p=(0.6, 0.25, 0.15))], casting
    )
    pale = np.array([0.60, 0.58, 0.36])

    def paint(patch: Patch) -> Floats:
        up = patch.normals[:, 1]
        spots = soft(0.30, 0.50, mottle(patch.points, 0.014, rng)) * soft(0.0, 0.5, up) * 0.6
        under = soft(0.0, -0.55, up)
        stripe = head(patch) * soft(0.004, 0.002, np.abs(patch.points[:, 1] - 0.0475)) * 0.6
        shade = tones(coat, (coat * 0.45, spots), (pale, under * 0.9), (coat * 0.25, stripe))
        return np.asarray(shade * (1 + 0.10 * mottle(patch.points, 0.006, rng))[:, None], np.float32)

    first = kit.count
    apart = Pose(bones)
    for side, sign in (("l", -1), ("r", 1)):
        apart.plant(f"hind_{side}", x=sign * 0.03, y=-0.02, z=-0.085, end=-1.7, foot=-1.5)
        apart.plant(f"fore_{side}", x=sign * 0.012, y=-0.012, z=0.012)
    patch = kit.grow("body", paint, 0.45, spread=apart)
    throat = np.exp(-(((patch.points[:, 2] - 0.062) / 0.016) ** 2)) * soft(-0.1, -0.7, patch.normals[:, 1])
    kit.morph("throat", first, patch.normals * (0.006 * throat)[:, None])
    kit.morph("breath", first, patch.normals * (0.0015 * trunk(patch))[:, None])
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.0175, 0.077, 0.068),
        0.0082,
        (0.62, 0.36, 0.03),
        coat * 0.8,
        (0.85, 0.3, 0.5),
        0.0,
        0.55,
    )
    seed = float(rng.uniform())
    action = casting.action

    def perform(pose: Pose, t: float, travelled: float) -> None:
        pose.morph["throat"] = 0.5 + 0.5 * swing(t, 2.1, seed)
        pose.morph["breath"] = swing(t, 1.1, seed)
        shut = blink(t, seed)
        for side in "lr":
            pose.turn(f"lid_{side}", pitch=-1.2 * shut)
        u = -1.0
        if action in ("walk", "run"):
            u = fract(travelled / 0.30 + seed)
        elif action == "jump":
            u = fract(t / 1.5 + seed)
            u = max(0.0, (u - 0.45) / 0.55)
        legs = ("fore_l", "fore_r", "hind_l", "hind_r")
        if u < 0 or action == "stand" or action == "sit":
            pose.turn("belly", pitch=0.02 * wander(t, 2.0, seed))
            for leg in legs:
                pose.plant(leg)
            return
        # Push, stretch through the air, land on the hands, draw the legs in.
        push = ease(u / 0.16) * (1 - ease((u - 0.16) / 0.10))
        air = min(max((u - 0.16) / 0.52, 0.0), 1.0)
        arc = 4 * air * (1 - air)
        height = (0.10 if action == "jump" else 0.09) * arc
        stretch = ease((u - 0.08) / 0.12) * (1 - ease((u - 0.42) / 0.30))
        pose.shift("belly", y=height + 0.008 * push)
        pose.turn("belly", pitch=0.40 * math.cos(math.pi * air) * min(1.0, 6 * arc) + 0.25 * push)
        # On the ground the feet stay where they are while the body goes over them.
        glide = 0.30 if action != "jump" else 0.0
        for leg in legs:
            fore = leg.startswith("fore")
            if fore:
                behind = glide * (0.10 * ease(u / 0.10) * (u < 0.2) - 0.0)
                pose.plant(
                    leg,
                    y=height + 0.012 * arc,
                    z=-behind - 0.022 * stretch + 0.012 * arc,
                    end=-0.8 * stretch,
                    foot=-0.8 * stretch,
                )
            else:
                pose.plant(
                    leg,
                    y=max(0.0, height - 0.012 * stretch),
                    z=-0.085 * stretch,
                    end=-1.9 * stretch,
                    foot=-1.7 * stretch,
                )

    return kit.body(perform)


ROWS = (
    Subject(
        "dragon",
        dragon,
        "air",
        8.5,
        3.2,
        {"fly": 9.0, "soar": 8.0, "glide": 8.0, "hover": 0, "stand": 0, "walk": 1.6, "run": 6.0},
        altitude=7.0,
    ),
    Subject("dinosaur", dinosaur, "ground", 8.2, 4.4, {"walk": 2.4, "stand": 0, "run": 6.5}),
    Subject("frog", frog, "ground", 0.16, 0.09, {"jump": 0, "stand": 0, "sit": 0, "walk": 0.25}),
)
