"""Penguin and snowman: two for the snow."""

import math

import numpy as np

from promptreel.engines.scenes.creatures.creature import (
    Act,
    Creature,
    Kit,
    Patch,
    Pose,
    Skeleton,
    mottle,
    recoloured,
    soft,
    tones,
)
from promptreel.engines.scenes.creatures.gait import blink, ease, fract, pulse, step, swing, wander
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import both
from promptreel.engines.scenes.stage import Casting, Subject


def penguin(casting: Casting) -> Creature:
    """An emperor penguin, 1 m tall; a young one (`baby`) in grey down."""
    rng = casting.rng
    bones = Skeleton()
    bones.add("body", "", (0, 0.30, 0), (0, 0.60, 0))
    bones.add("chest", "body", (0, 0.50, 0), (0, 0.74, 0))
    bones.add("neck_1", "chest", (0, 0.74, 0.0), (0, 0.86, 0.01))
    bones.add("head", "neck_1", (0, 0.88, 0.01), (0, 0.92, 0.12))
    bones.add("tail_1", "body", (0, 0.14, -0.10), (0, 0.03, -0.22))
    for side, sign in (("l", -1), ("r", 1)):
        bones.add(f"lid_{side}", "head", (sign * 0.03, 0.93, 0.05), (sign * 0.03, 0.93, 0.06))
        bones.add(f"wing_{side}", "chest", (sign * 0.145, 0.68, -0.01), (sign * 0.20, 0.34, -0.03))
        bones.add(f"leg_{side}", "body", (sign * 0.075, 0.17, 0.0), (sign * 0.075, 0.10, 0.02))
        bones.add(f"leg_{side}_2", f"leg_{side}", (sign * 0.075, 0.10, 0.02), (sign * 0.080, 0.045, -0.005))
        bones.add(f"foot_{side}", f"leg_{side}_2", (sign * 0.080, 0.045, -0.005), (sign * 0.085, 0.014, 0.05))
        bones.add(f"toe_{side}", f"foot_{side}", (sign * 0.085, 0.014, 0.05), (sign * 0.095, 0.012, 0.12))
        bones.leg(f"leg_{side}", f"leg_{side}_2", f"foot_{side}", f"toe_{side}", 1.0)
    fleshes = [
        Flesh("body", (0, 0.22, 0.005), (0, 0.42, 0.015), 0.145, 0.178, 1.0, 0.06),
        Flesh("chest", (0, 0.42, 0.015), (0, 0.66, 0.0), 0.178, 0.130, 1.0, 0.06),
        Flesh("neck_1", (0, 0.70, 0.0), (0, 0.87, 0.005), 0.108, 0.074, 0.95, 0.06),
        Flesh("head", (0, 0.905, 0.012), (0, 0.908, 0.035), 0.074, 0.066, 0.92, 0.03),
        Flesh("tail_1", (0, 0.15, -0.10), (0, 0.04, -0.20), 0.05, 0.018, 1.6, 0.05),
        *both([
            Flesh("foot_r", (0.080, 0.05, -0.005), (0.085, 0.02, 0.04), 0.026, 0.024, 1.2, 0.02, "foot"),
            Flesh("toe_r", (0.085, 0.016, 0.04), (0.068, 0.012, 0.118), 0.017, 0.011, 1, 0.012, "foot"),
            Flesh("toe_r", (0.085, 0.016, 0.04), (0.094, 0.012, 0.126), 0.017, 0.011, 1, 0.012, "foot"),
            Flesh("toe_r", (0.085, 0.016, 0.04), (0.120, 0.012, 0.112), 0.017, 0.011, 1, 0.012, "foot"),
            Flesh("leg_r_2", (0.075, 0.12, 0.0), (0.08, 0.05, 0.0), 0.045, 0.028, 1, 0.03),
        ]),
    ]  # fmt: skip
    kit = Kit(bones, fleshes, casting, {"foot": 2.0})
    young = "baby" in casting.qualities
    black = recoloured((0.20, 0.205, 0.215) if young else (0.022, 0.024, 0.030), casting)
    white, gold = np.array([0.70, 0.69, 0.66]), np.array([0.70, 0.36, 0.03])

    def paint(patch: Patch) -> Floats:
        x, y, z = patch.points.T
        turn = np.arctan2(np.abs(x), z - 0.0)  # 0 in front, pi behind
        on_head = (patch.bone == "head") | ((patch.bone == "neck_1") & (y > 0.80))
        front = soft(1.45, 1.25, turn) * soft(0.10, 0.15, y) * soft(0.80, 0.76, y) * ~on_head
        glow = front * soft(0.62, 0.76, y)
        ear = (
            soft(0.055, 0.030, np.hypot(y - 0.885, (z - 0.0) * 1.2))
            * soft(0.045, 0.055, np.abs(x))
            * (0 if young else 1)
        )
        collar = (
            soft(0.05, 0.02, np.abs(y - 0.82))
            * soft(1.6, 0.9, turn)
            * soft(0.02, 0.05, np.abs(x))
            * (0 if young else 0.9)
        )
        mask = (patch.bone == "head") * soft(0.02, 0.04, np.abs(x)) * soft(0.03, -0.02, z) * (0.9 if young else 0)
        shade = tones(
            black,
            (white, front),
            (gold * 0.9 + 0.12, 0.55 * glow * (not young)),
            (gold, np.clip(ear + collar, 0, 1)),
            (white, mask),
        )
        return np.asarray(shade * (1 + 0.10 * mottle(patch.points, 0.025, rng))[:, None], np.float32)

    first = kit.count
    patch = kit.grow("body", paint, 0.0 if young else 0.14, fur=0.16 if young else 0.03)
    kit.morph("breath", first, patch.normals * (0.004 * np.isin(patch.bone, ("body", "chest")))[:, None])
    kit.grow("foot", (0.035, 0.032, 0.034), 0.2)
    if kit.fine:
        kit.tube(
            "head",
            [(0, 0.905, 0.075), (0, 0.906, 0.12), (0, 0.897, 0.165), (0, 0.885, 0.185)],
            [0.026, 0.017, 0.009, 0.002],
            np.array([(0.025, 0.024, 0.027)] * 4),
            0.35,
            8,
        )
        kit.tube(
            "head",
            [(0, 0.893, 0.08), (0, 0.892, 0.12), (0, 0.886, 0.165)],
            [0.012, 0.010, 0.003],
            gold if not young else black,
            0.3,
            6,
        )
    kit.eye(
        ("head", "lid_l", "lid_r"), (0.045, 0.925, 0.055), 0.0095, (0.08, 0.04, 0.02), black, (0.9, 0.1, 0.6), 0.0, 0.6
    )
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(
            f"wing_{side}",
            (sign * 0.150, 0.69, -0.005),
            (sign * 0.085, -0.37, -0.03),
            (0, -0.01, sign * 0.055),
            white * 0.75,
            black,
            (0.75, 1.0, 1.0, 0.85, 0.55, 0.1),
            (sign * 0.012, 0, 0),
            3,
            0.0,
            0.007,
        )
    return kit.body(_waddle(casting.action, float(rng.uniform())))


def _waddle(action: str, seed: float) -> Act:
    def perform(pose: Pose, t: float, travelled: float) -> None:
        pose.morph["breath"] = swing(t, 0.5, seed)
        shut = blink(t, seed)
        pose.turn("lid_l", pitch=-1.2 * shut)
        pose.turn("lid_r", pitch=-1.2 * shut)
        flap = 0.0
        if action in ("walk", "run"):
            length = 0.36 if action == "run" else 0.26
            phase = travelled / length + seed
            lean = math.sin(2 * math.pi * (phase - 0.05))
            pose.turn(
                "body",
                roll=0.20 * lean,
                yaw=0.16 * math.cos(2 * math.pi * phase),
                pitch=-0.10 if action == "run" else -0.02,
            )
            pose.turn("neck_1", roll=-0.12 * lean, yaw=-0.12 * math.cos(2 * math.pi * phase))
            pose.shift("body", y=0.010 * math.cos(4 * math.pi * phase), x=0.015 * lean)
            for side, beat in (("l", 0.0), ("r", 0.5)):
                foot = step(phase - beat, 0.60)
                pose.plant(
                    f"leg_{side}",
                    y=0.05 * foot.lift,
                    z=foot.along * 0.60 * length,
                    end=-0.3 * foot.lift,
                    foot=0.2 * foot.lift,
                )
            flap = (0.5 if action == "run" else 0.22) + 0.12 * swing(t, 2.2, seed)
        else:
            hop = 0.0
            if action == "jump":
                u = fract(t / 1.0 + seed)
                air = min(max((u - 0.3) / 0.4, 0.0), 1.0)
                hop = 0.20 * 4 * air * (1 - air)
                pose.shift("body", y=hop - 0.03 * pulse(u, 0.22, 0.12) - 0.03 * pulse(u, 0.76, 0.1))
                flap = 0.9 * pulse(u, 0.5, 0.3)
            elif action == "dance":
                lean = math.sin(2 * math.pi * t + seed)
                pose.turn("body", roll=0.20 * lean, yaw=0.25 * math.sin(math.pi * t))
                pose.shift("body", y=0.012 * math.cos(4 * math.pi * t + 2 * seed))
                flap = 0.5 + 0.45 * swing(t, 2.0, seed)
            elif action == "wave":
                pose.turn("wing_r", roll=-1.6 - 0.35 * swing(t, 2.0, seed))
            else:
                lean = wander(t, 2.9, seed, 0.3)
                pose.turn("body", roll=0.05 * lean)
                flap = 0.08 + 0.55 * max(0.0, wander(t, 3.3, seed + 0.5, 0.2) - 0.6) * (1 + 0.5 * swing(t, 3.0, seed))
            for leg in ("leg_l", "leg_r"):
                pose.plant(leg, y=hop)
        pose.turn("wing_l", roll=flap)
        if action != "wave":
            pose.turn("wing_r", roll=-flap)
        pose.turn("neck_1", yaw=0.22 * wander(t, 1.8, seed, 0.2))
        pose.turn("head", yaw=0.40 * wander(t, 1.8, seed, 0.2), pitch=0.15 * wander(t, 2.6, seed + 0.4, 0.3))
        pose.turn("tail_1", yaw=0.15 * swing(t, 0.7, seed))

    return perform


def snowman(casting: Casting) -> Creature:
    """Three balls of snow with a carrot, coal, twigs, a hat and a scarf."""
    rng = casting.rng
    bones = Skeleton()
    bones.add("body", "", (0, 0.0, 0), (0, 0.8, 0))
    bones.add("middle", "body", (0, 0.72, 0), (0, 1.2, 0))
    bones.add("head", "middle", (0, 1.28, 0), (0, 1.7, 0))
    for side, sign in (("l", -1), ("r", 1)):
        bones.add(f"arm_{side}", "middle", (sign * 0.26, 1.10, 0.02), (sign * 0.7, 1.3, 0.05))
    fleshes = [
        Flesh("body", (0, 0.40, 0), (0, 0.40, 0.01), 0.44, 0.44, 1, 0.06),
        Flesh("middle", (0, 0.98, 0), (0, 0.99, 0.01), 0.325, 0.325, 1, 0.05),
        Flesh("head", (0, 1.45, 0), (0, 1.46, 0.01), 0.235, 0.235, 1, 0.04),
    ]
    kit = Kit(bones, fleshes, casting)
    snow = recoloured((0.78, 0.80, 0.84), casting)

    def paint(patch: Patch) -> Floats:
        grain = mottle(patch.points, 0.10, rng) * 0.6 + mottle(patch.points, 0.03, rng) * 0.4
        return np.asarray(snow * (1 + 0.06 * grain - 0.10 * soft(0.15, 0.0, patch.points[:, 1]))[:, None], np.float32)

    kit.grow("body", paint, 0.05, bumps=0.012, bump_size=0.11, fur=0.05)
    coal, twig = (0.018, 0.018, 0.020), np.array([0.085, 0.048, 0.026])
    wool = np.asarray(((0.52, 0.03, 0.035), (0.04, 0.22, 0.12), (0.05, 0.12, 0.42))[rng.integers(3)])
    for sign in (-1, 1):
        kit.ball("head", (sign * 0.078, 1.515, 0.212), 0.027, coal, 0, 0.5, sides=8 if kit.fine else 5)
    kit.tube(
        "head",
        [(0, 1.455, 0.20), (0, 1.450, 0.32), (0.005, 1.437, 0.47)],
        [0.042, 0.030, 0.004],
        (0.72, 0.22, 0.02),
        0.1,
        8,
    )
    if kit.fine:
        for number in range(7):
            u = (number - 3) / 3
            kit.ball("head", (0.105 * u, 1.375 + 0.036 * u * u, 0.222 - 0.03 * u * u), 0.0155, coal, 0, 0.4, sides=6)
        for y in (0.86, 1.0, 1.13):
            kit.ball("middle", (0, y, math.sqrt(0.335**2 - (y - 0.985) ** 2)), 0.028, coal, 0, 0.5, sides=8)
        angle = np.linspace(0, 2 * math.pi, 21)
        kit.tube(
            "head",
            np.stack([0.215 * np.cos(angle), 1.262 + 0.012 * np.sin(3 * angle), 0.215 * np.sin(angle)], 1),
            [0.050] * 21,
            wool,
            0,
            8,
        )
        kit.leaf(
            "middle",
            (0.10, 1.27, 0.235),
            (0.06, -0.42, 0.13),
            (0.065, 0.0, 0),
            wool,
            wool * 0.8,
            (0.9, 1, 1, 1),
            (0, 0, 0.01),
            4,
            0.05,
            0.02,
        )
    kit.tube("head", [(0, 1.630, 0), (0, 1.645, 0), (0, 1.66, 0)], [0.29, 0.30, 0.17], (0.022, 0.021, 0.024), 0.1, 18)
    kit.tube(
        "head",
        [(0, 1.64, 0), (0, 1.70, 0), (0, 1.93, 0), (0, 1.94, 0), (0, 1.941, 0)],
        [0.175, 0.170, 0.185, 0.17, 0.005],
        np.array([wool, (0.022, 0.021, 0.024), (0.022, 0.021, 0.024), (0.022, 0.021, 0.024), (0.022, 0.021, 0.024)]),
        0.1,
        18,
    )
    for side, sign in (("l", -1), ("r", 1)):
        kit.tube(
            f"arm_{side}",
            [(sign * 0.24, 1.08, 0.02), (sign * 0.45, 1.16, 0.04), (sign * 0.72, 1.34, 0.06)],
            [0.020, 0.017, 0.010],
            twig,
            0,
            6,
        )
        if kit.fine:
            for dx, dy in ((0.10, 0.16), (0.16, 0.06), (0.02, 0.15)):
                kit.tube(
                    f"arm_{side}",
                    [(sign * 0.68, 1.31, 0.058), (sign * (0.70 + dx), 1.33 + dy, 0.07)],
                    [0.010, 0.005],
                    twig,
                    0,
                    5,
                )
    seed, action = float(rng.uniform()), casting.action

    def perform(pose: Pose, t: float, _travelled: float) -> None:
        if action == "dance":
            side = math.sin(2 * math.pi * t)
            pose.turn("body", roll=0.09 * side, yaw=0.2 * math.sin(math.pi * t))
            pose.turn("middle", roll=-0.14 * side)
            pose.turn("head", roll=0.12 * side)
        elif action == "jump":
            u = fract(t / 1.1 + seed)
            air = min(max((u - 0.3) / 0.4, 0.0), 1.0)
            pose.shift("body", y=0.28 * 4 * air * (1 - air))
            squash = pulse(u, 0.22, 0.1) + pulse(u, 0.74, 0.08)
            pose.shift("middle", y=-0.05 * squash)
            pose.shift("head", y=-0.04 * squash)
        else:
            pose.turn("middle", roll=0.02 * swing(t, 0.3, seed))
        pose.turn("head", yaw=0.25 * wander(t, 2.6, seed, 0.3), roll=0.06 * wander(t, 3.3, seed + 0.4, 0.3))
        up = ease(0.5) * (1.0 if action in ("wave", "dance", "jump") else 0.1)
        pose.turn("arm_r", roll=-0.9 * up - (0.40 if action != "stand" else 0.04) * swing(t, 1.5, seed))
        pose.turn(
            "arm_l",
            roll=(0.3 * up + 0.05 * swing(t, 0.7, seed))
            if action == "wave"
            else 0.9 * up + 0.3 * up * swing(t, 1.5, seed + 0.5),
        )

    return kit.body(perform)


ROWS = (
    Subject(
        "penguin",
        penguin,
        "ground",
        1.0,
        1.0,
        {"walk": 0.42, "stand": 0, "jump": 0, "dance": 0, "wave": 0, "run": 0.9},
        group=5,
    ),
    Subject("snowman", snowman, "ground", 1.95, 1.95, {"stand": 0, "wave": 0, "dance": 0, "jump": 0}),
)
