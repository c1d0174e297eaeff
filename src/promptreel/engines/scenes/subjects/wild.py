"""Elephant, bear, panda, rabbit."""

from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, Pose, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.gait import GALLOP, HOP, WALK, swing
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats, Point
from promptreel.engines.scenes.creatures.quadruped import Quadruped, act, build, head, skin, trunk
from promptreel.engines.scenes.stage import Casting, Subject

ELEPHANT = Quadruped(
    withers=2.75,
    spine=((-0.95, 1.880, 0.600), (-0.35, 1.980, 0.700), (0.40, 1.920, 0.740), (0.90, 1.930, 0.600)),
    neck=((0.98, 2.150, 0.520), (1.20, 2.260, 0.470), (1.36, 2.320, 0.430)),
    skull=(1.52, 2.420, 0.430),
    muzzle=((1.74, 2.150, 0.320), (1.92, 1.880, 0.240)),
    jaw=((1.58, 1.900, 0.230), (1.84, 1.690, 0.100)),
    fore=((0.38, 0.82, 1.58, 0.380), (0.42, 0.70, 1.18, 0.280), (0.39, 0.79, 0.62, 0.205),
          (0.39, 0.79, 0.180, 0.210), (0.39, 0.85, 0.120, 0.225)),
    hind=((0.34, -0.82, 1.60, 0.440), (0.42, -0.62, 1.10, 0.290), (0.37, -0.86, 0.60, 0.200),
          (0.37, -0.82, 0.180, 0.205), (0.37, -0.77, 0.120, 0.215)),
    tail=((-1.52, 2.080, 0.080), (-1.63, 1.75, 0.055), (-1.66, 1.40, 0.040), (-1.67, 1.10, 0.050)),
    flat=(0.98, 1.0, 0.98, 0.90),
    neck_flat=0.85,
    head_flat=0.86,
    limb_flat=0.85,
    blend=0.24,
    wag=0.25,
    flexible=0.0,
    walk=replace(WALK, stride=0.85, duty=0.68, lift=0.06, fold=0.42, bounce=0.006, nod=0.03),
    # An elephant in haste still has a foot on the ground.
    run=replace(WALK, stride=1.25, duty=0.54, lift=0.09, fold=0.6, bounce=0.012, nod=0.03),
    extra=(
        Flesh("belly", (0, 2.52, -0.25), (0, 2.42, 0.35), 0.24, 0.24, 1.2, 0.3),
        Flesh("head", (0.14, 2.66, 1.50), (0.14, 2.60, 1.56), 0.24, 0.22, 1, 0.2),
        Flesh("pelvis", (0.16, 2.20, -0.95), (0.2, 2.0, -1.05), 0.36, 0.36, 1, 0.25),
    ),
)  # fmt: skip

TRUNK: tuple[tuple[float, float, float], ...] = (
    (1.90, 1.96, 0.255), (2.09, 1.58, 0.200), (2.14, 1.20, 0.160), (2.12, 0.84, 0.130), (2.10, 0.52, 0.105),
    (2.18, 0.26, 0.085),
)  # fmt: skip

BEAR = Quadruped(
    withers=1.08,
    spine=((-0.48, 0.840, 0.290), (-0.18, 0.870, 0.285), (0.20, 0.850, 0.320), (0.46, 0.840, 0.275)),
    neck=((0.46, 0.900, 0.260), (0.60, 0.950, 0.225), (0.71, 0.990, 0.195)),
    skull=(0.810, 1.010, 0.172),
    muzzle=((0.930, 0.955, 0.108), (1.095, 0.915, 0.070)),
    jaw=((0.890, 0.890, 0.080), (1.060, 0.860, 0.048)),
    fore=((0.190, 0.46, 0.72, 0.205), (0.210, 0.36, 0.50, 0.150), (0.180, 0.41, 0.200, 0.108),
          (0.180, 0.43, 0.108, 0.105), (0.185, 0.56, 0.078, 0.080)),
    hind=((0.180, -0.45, 0.72, 0.255), (0.215, -0.25, 0.45, 0.178), (0.190, -0.47, 0.190, 0.112),
          (0.190, -0.42, 0.108, 0.105), (0.195, -0.26, 0.080, 0.082)),
    tail=((-0.755, 0.880, 0.065), (-0.80, 0.83, 0.045)),
    flat=(0.98, 0.95, 0.92, 0.92),
    neck_flat=0.95,
    head_flat=0.98,
    blend=0.12,
    wag=0.1,
    flexible=0.8,
    walk=replace(WALK, stride=1.05, duty=0.64, nod=0.06),
    run=replace(GALLOP, stride=2.3, rise=0.06),
    extra=(
        Flesh("chest", (0, 1.06, 0.30), (0, 1.05, 0.40), 0.165, 0.16, 1.0, 0.14),
        Flesh("head", (0.085, 0.96, 0.78), (0.08, 0.95, 0.84), 0.108, 0.09, 1, 0.08),
    ),
)  # fmt: skip

RABBIT = Quadruped(
    withers=0.17,
    spine=((-0.088, 0.105, 0.066), (-0.030, 0.116, 0.064), (0.042, 0.100, 0.054), (0.080, 0.094, 0.044)),
    neck=((0.075, 0.116, 0.040), (0.093, 0.136, 0.035), (0.108, 0.152, 0.031)),
    skull=(0.122, 0.166, 0.035),
    muzzle=((0.138, 0.156, 0.0255), (0.158, 0.149, 0.0180)),
    jaw=((0.133, 0.143, 0.018), (0.152, 0.139, 0.0125)),
    fore=((0.025, 0.072, 0.085, 0.024), (0.028, 0.052, 0.062, 0.017), (0.023, 0.062, 0.030, 0.0110),
          (0.023, 0.066, 0.012, 0.0110), (0.024, 0.086, 0.0095, 0.0095)),
    hind=((0.037, -0.065, 0.100, 0.050), (0.052, -0.015, 0.066, 0.034), (0.043, -0.088, 0.032, 0.0155),
          (0.043, -0.045, 0.0125, 0.0125), (0.044, 0.0, 0.0110, 0.0115)),
    tail=((-0.146, 0.120, 0.027), (-0.160, 0.128, 0.024)),
    flat=(0.95, 0.92, 0.90, 0.88),
    neck_flat=0.9,
    head_flat=0.86,
    blend=0.022,
    wag=0.1,
    flexible=1.2,
    sit=0.35,
    walk=replace(HOP, stride=1.5, rise=0.10, rock=0.16, lift=0.22),
    trot=HOP,
    run=replace(HOP, stride=3.2, duty=0.24, rise=0.26),
    extra=(Flesh("head", (0.016, 0.157, 0.122), (0.013, 0.151, 0.142), 0.0215, 0.0165, 1, 0.014),),
)  # fmt: skip


def elephant(casting: Casting) -> Creature:
    """Grey and wrinkled, with ears that fan, tusks, and a trunk that is never still."""
    rng = casting.rng
    bones, fleshes = build(ELEPHANT)
    parent = "head"
    for number, (a, b) in enumerate(zip(TRUNK, TRUNK[1:], strict=False), 1):
        p0, p1 = (0.0, a[1], a[0]), (0.0, b[1], b[0])
        bones.add(f"trunk_{number}", parent, p0, p1)
        parent = f"trunk_{number}"
        fleshes.append(Flesh(parent, p0, p1, a[2], b[2], 0.95, 0.06))
    # The ears hang on joints at the side of the skull.
    for side, sign in (("l", -1), ("r", 1)):
        bones.heads[bones.index[f"ear_{side}"]] = (sign * 0.36, 2.45, 1.38)
    kit = Kit(bones, fleshes, casting)
    coat = recoloured(np.array([0.215, 0.200, 0.190]) * rng.uniform(0.85, 1.1), casting)

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        grain = mottle(patch.points, 0.3, rng) * 0.4 + mottle(patch.points * [1, 2.2, 1], 0.12, rng) * 0.6
        rings = np.char.startswith(patch.bone, "trunk") * soft(0.2, 0.9, np.sin(y * 62)) * 0.22
        dust = soft(0.3, 1.0, patch.normals[:, 1]) * 0.30 + soft(0.5, 0.1, y) * 0.25
        pink = (head(patch) & (z > 1.55)) * soft(2.2, 1.8, y) * 0.14
        nails = soft(0.11, 0.06, y) * soft(0.2, 0.7, patch.normals[:, 2]) * 0.5
        shade = tones(
            coat,
            ((0.32, 0.26, 0.20), dust),
            (coat * 0.55, rings),
            ((0.38, 0.26, 0.22), pink),
            ((0.42, 0.38, 0.32), nails),
        )
        return np.asarray(shade * (1 + 0.15 * grain)[:, None], np.float32)

    skin(kit, ELEPHANT, paint, 0.010, fur=0.07)
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.30, 2.36, 1.74),
        0.038,
        (0.06, 0.03, 0.012),
        coat * 0.7,
        (0.95, 0.05, 0.5),
        0.0,
        0.5,
    )
    outline = (0.55, 0.95, 1.0, 0.92, 0.70, 0.35, 0.05)
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(
            f"ear_{side}",
            (sign * 0.50, 2.80, 1.22),
            (sign * 0.20, -1.25, 0.10),
            (sign * 0.24, 0.06, -0.44),
            coat * 0.92,
            coat * 0.85,
            outline,
            (sign * 0.14, 0, 0.06),
            5,
            0.12,
            0.018,
            (0, 0, 0.10),
        )
        if kit.fine and "baby" not in casting.qualities:
            tusk: list[Point] = [
                (sign * 0.20, 1.98, 1.82),
                (sign * 0.25, 1.72, 2.04),
                (sign * 0.27, 1.52, 2.30),
                (sign * 0.25, 1.44, 2.58),
                (sign * 0.22, 1.47, 2.82),
            ]
            kit.tube("head", tusk, [0.075, 0.070, 0.058, 0.042, 0.010], np.array([(0.55, 0.49, 0.38)] * 5), 0.35, 8)
    seed = float(rng.uniform())
    action = casting.action

    def more(pose: Pose, t: float, _travelled: float) -> None:
        fan = 0.28 + 0.26 * swing(t, 0.42, seed)
        pose.turn("ear_l", yaw=fan)
        pose.turn("ear_r", yaw=-fan)
        eating = action == "eat"
        for link in range(1, 6):
            curl = 0.10 * swing(t, 0.22, seed - 0.09 * link)
            if eating:
                # Down to the grass, then curled to the mouth.
                lifted = max(0.0, swing(t, 0.16, seed)) ** 0.7
                curl += -0.10 + lifted * (-0.42 if link > 1 else 0.12)
            pose.turn(f"trunk_{link}", pitch=curl, yaw=0.10 * swing(t, 0.17, seed + 0.3 - 0.08 * link))

    return kit.body(act(ELEPHANT, "stand" if action == "eat" else action, rng, hoofed=True, more=more))


def bear(casting: Casting) -> Creature:
    """Brown or black, heavy, with a hump over the shoulders; a white one in winter."""
    rng = casting.rng
    coats = ((0.155, 0.078, 0.036), (0.10, 0.052, 0.027), (0.030, 0.026, 0.024), (0.24, 0.135, 0.066))
    coat = recoloured(
        (0.62, 0.59, 0.52) if casting.season == "winter" and rng.random() < 0.6 else coats[rng.integers(4)], casting
    )
    snout = coat * 0.6 + np.array([0.12, 0.085, 0.055])
    return _bear(casting, coat, snout, panda=False)


def panda(casting: Casting) -> Creature:
    """White, with black legs, shoulders, ears and rings around the eyes."""
    white = recoloured((0.66, 0.64, 0.60), casting)
    return _bear(casting, white, white * 0.95, panda=True)


def _panda_marks(patch: Patch) -> np.ndarray:
    """How black a panda is at each point: its limbs, a band over the shoulders, and around the eyes."""
    x, y, z = patch.points.T
    limbs = (
        ~trunk(patch) & ~head(patch) & ~np.char.startswith(patch.bone, "neck") & ~np.char.startswith(patch.bone, "tail")
    )
    band = trunk(patch) * soft(0.16, 0.26, z) * soft(0.62, 0.52, z)
    away = np.hypot(np.hypot(np.abs(x) - 0.090, 0.8 * (y - 1.020)), z - 0.915)
    rings = head(patch) * soft(0.100, 0.070, away)
    nose = head(patch) * soft(1.09, 1.12, z)
    return np.asarray(np.clip(limbs * soft(0.80, 0.62, y) + band + rings + nose, 0, 1))


def _bear(casting: Casting, coat: np.ndarray, snout: np.ndarray, *, panda: bool) -> Creature:
    rng = casting.rng
    bones, fleshes = build(BEAR)
    kit = Kit(bones, fleshes, casting)
    black = np.array([0.020, 0.018, 0.018])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        grain = mottle(patch.points * [1, 0.7, 1], 0.07, rng) * 0.7 + mottle(patch.points, 0.03, rng) * 0.5
        muzzle = head(patch) * soft(0.93, 0.99, z)
        legs = soft(0.5, 0.2, y) * ~head(patch) * 0.45
        tips = soft(0.2, 0.9, patch.normals[:, 1]) * trunk(patch) * 0.30
        shade = tones(coat, (coat * 0.5, legs), (coat * 1.5 + 0.02, tips), (snout, muzzle * 0.9))
        if panda:
            shade = tones(
                coat, (coat * 0.85, 0.4 * soft(0.0, -0.9, patch.normals[:, 1])), (black, 0.97 * _panda_marks(patch))
            )
        return np.asarray(shade * (1 + 0.18 * grain)[:, None], np.float32)

    skin(kit, BEAR, paint, bumps=0.008, bump_size=0.05, fur=0.18)
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.072, 1.04, 0.93),
        0.0185,
        (0.05, 0.024, 0.01),
        coat * 0.5,
        (0.45, 0.1, 1.0),
        0.0,
        0.5,
    )
    if kit.fine:
        kit.ball("head", (0, 0.950, 1.142), 0.040, (0.012, 0.011, 0.011), 0, 0.5, (1.2, 0.8, 0.7))
        for name, joints in (("fore", BEAR.fore), ("hind", BEAR.hind)):
            x, z, _, r = joints[4]
            for side, sign in (("l", -1), ("r", 1)):
                for claw in (-1.2, -0.4, 0.4, 1.2):
                    root = np.array([sign * x + claw * 0.36 * r, 0.055, z + 0.85 * r])
                    kit.tube(
                        f"{name}_{side}_4",
                        [root, root + [0, -0.010, 0.04], root + [0, -0.030, 0.06]],
                        [0.011, 0.009, 0.002],
                        (0.035, 0.03, 0.025),
                        0.3,
                        4,
                    )
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(
            f"ear_{side}",
            (sign * 0.115, 1.135, 0.765),
            (sign * 0.038, 0.105, 0.0),
            (sign * 0.062, -0.02, 0.010),
            black if panda else coat * 0.45,
            black if panda else coat * 0.9,
            (0.85, 1.1, 1.0, 0.55),
            (0, 0, -0.02),
            thick=0.016,
        )
    return kit.body(act(BEAR, casting.action, rng))


def rabbit(casting: Casting) -> Creature:
    """Long ears, a tail like cotton wool; it hops."""
    rng = casting.rng
    bones, fleshes = build(RABBIT)
    kit = Kit(bones, fleshes, casting)
    coats = ((0.25, 0.175, 0.105), (0.64, 0.62, 0.59), (0.16, 0.14, 0.12), (0.40, 0.26, 0.13))
    coat = recoloured(coats[rng.integers(4)], casting)
    white = np.array([0.66, 0.64, 0.61])

    def paint(patch: Patch) -> Floats:
        _x, y, _z = patch.points.T
        grain = mottle(patch.points, 0.014, rng) * 0.6 + mottle(patch.points, 0.006, rng) * 0.5
        belly = soft(-0.2, -0.8, patch.normals[:, 1]) * 0.8
        tail = np.char.startswith(patch.bone, "tail") * soft(0.14, 0.11, y)
        chin = head(patch) * soft(0.150, 0.140, y)
        shade = tones(
            coat, (coat * 0.7, soft(0.4, 1, patch.normals[:, 1]) * 0.3), (white, np.clip(belly + tail + chin, 0, 0.95))
        )
        return np.asarray(shade * (1 + 0.14 * grain)[:, None], np.float32)

    # A rabbit at rest is folded: its legs are grown stretched, or its thighs would stick to the belly.
    apart = Pose(bones)
    for side in "lr":
        apart.plant(f"hind_{side}", y=-0.06, z=-0.09, end=-0.9, foot=-0.5)
        apart.plant(f"fore_{side}", y=-0.03, z=0.03)
    skin(kit, RABBIT, paint, fur=0.13, spread=apart)
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.026, 0.172, 0.134),
        0.0088,
        (0.05, 0.022, 0.010),
        coat * 0.7,
        (0.95, 0.15, 0.5),
        0.0,
        0.6,
    )
    if kit.fine:
        kit.ball("head", (0, 0.1555, 0.1750), 0.0038, (0.42, 0.20, 0.18), 0, 0.2, (1.3, 0.9, 0.7), sides=6)
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(
            f"ear_{side}",
            (sign * 0.013, 0.193, 0.112),
            (sign * 0.016, 0.092, -0.026),
            (sign * 0.017, -0.002, 0.006),
            (0.50, 0.30, 0.26),
            coat * 0.9,
            (0.6, 0.9, 1.0, 0.9, 0.6, 0.06),
            (0, 0, -0.006),
            thick=0.003,
            translucency=0.35,
        )
    seed = float(rng.uniform())

    def more(pose: Pose, t: float, _travelled: float) -> None:
        pose.turn("jaw", pitch=-0.06 * max(0.0, swing(t, 4.2, seed)) * (1 if casting.action != "run" else 0))

    return kit.body(act(RABBIT, "stand" if casting.action == "sit" else casting.action, rng, more=more))


ROWS = (
    Subject("elephant", elephant, "ground", 4.6, 2.95, {"walk": 1.6, "stand": 0, "eat": 0, "run": 4.5}, group=3),
    Subject("bear", bear, "ground", 2.0, 1.3, {"walk": 1.2, "run": 6.5, "stand": 0, "sit": 0, "sleep": 0}),
    Subject("panda", panda, "ground", 1.8, 1.2, {"walk": 1.0, "sit": 0, "stand": 0, "eat": 0, "run": 4.0, "sleep": 0}),
    Subject(
        "rabbit",
        rabbit,
        "ground",
        0.36,
        0.30,
        {"run": 2.6, "walk": 0.7, "jump": 0, "stand": 0, "eat": 0, "sit": 0},
        group=3,
    ),
)
