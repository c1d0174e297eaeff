"""Robot and astronaut: people-shaped, in metal and in a suit."""

import math
from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, Pose, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.gait import swing, wander
from promptreel.engines.scenes.creatures.human import Build, Clothes, act, flesh, skeleton, spread
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats, Point
from promptreel.engines.scenes.creatures.quadruped import both
from promptreel.engines.scenes.stage import Casting, Subject

ROBOT = Build(scale=1.02, head=1.15, shoulders=1.12)
SUIT = Build(scale=1.02, girth=1.42, head=1.0, shoulders=1.08, hips=1.12, leg=0.97)


def robot(casting: Casting) -> Creature:
    """Rounded plates over dark joints, with eyes that glow."""
    rng = casting.rng
    bones = skeleton(ROBOT)
    kit = Kit(bones, [Flesh("chest", (0, 1, 0), (0, 1.2, 0), 0.1, 0.1)], casting)
    shells = ((0.60, 0.61, 0.62), (0.42, 0.45, 0.49), (0.55, 0.30, 0.08), (0.14, 0.30, 0.42))
    shell = recoloured(shells[rng.integers(len(shells))], casting)
    dark, light = (
        np.array([0.035, 0.037, 0.042]),
        np.asarray(((0.10, 0.75, 1.0), (0.2, 1.0, 0.55), (1.0, 0.45, 0.08))[rng.integers(3)]),
    )
    at, hd, k = ROBOT.at, ROBOT.of_head, ROBOT.scale
    hk = ROBOT.head * k
    heads = {name: np.array(bones.heads[number]) for name, number in bones.index.items()}
    tails = {name: np.array(bones.tails[number]) for name, number in bones.index.items()}

    def plate(
        bone: str,
        centre: Point,
        half: Point,
        round_: float = 0.42,
        tint: object = None,
        gloss: float = 0.55,
        glow: float = 0.0,
    ) -> None:
        colour = shell if tint is None else np.asarray(tint)
        kit.block(bone, centre, half, colour, colour * glow, gloss, round_)

    def limb(bone: str, start: np.ndarray, end: np.ndarray, r0: float, r1: float) -> None:
        """A dark rod with a shell around its middle."""
        way = end - start
        if not kit.fine:
            kit.tube(bone, [start, end], [r0, r1], shell, 0.55, 4)
            return
        u = np.array([0.10, 0.14, 0.30, 0.62, 0.86, 0.90])
        radii = np.array([0.55 * r0, 0.95 * r0, 1.1 * r0, r0 * 0.5 + r1 * 0.5, 0.95 * r1, 0.55 * r1])
        kit.tube(bone, [start, end], [0.45 * r0, 0.45 * r1], dark, 0.4, 6)
        kit.tube(bone, start + way * u[:, None], list(radii), shell, 0.55, 12 if kit.finest else 6)

    plate("chest", at(0, 1.33, -0.01), (0.205 * k, 0.155 * k, 0.120 * k), 0.5)
    plate("spine", at(0, 1.10, -0.005), (0.105 * k, 0.085 * k, 0.080 * k), 0.7, dark)
    plate("hips", at(0, 0.95, 0), (0.155 * k, 0.075 * k, 0.105 * k), 0.55)
    plate("head", hd(0, 1.665, 0.0), (0.088 * hk, 0.085 * hk, 0.092 * hk), 0.55)
    plate("head", hd(0, 1.660, 0.058), (0.076 * hk, 0.048 * hk, 0.042 * hk), 0.5, dark, 0.9)
    kit.tube("neck", [at(0, 1.44, -0.02), hd(0, 1.60, -0.005)], [0.045 * k, 0.042 * k], dark, 0.4)
    for sign in (-1, 1):
        kit.ball(
            "head",
            hd(sign * 0.034, 1.664, 0.094),
            0.0165 * hk,
            light * 0.5,
            light * 2.6,
            0.3,
            (1.0, 1.0, 0.5),
            sides=10 if kit.finest else 6,
        )
    if kit.fine:
        plate("chest", at(0, 1.36, 0.105), (0.075 * k, 0.045 * k, 0.018 * k), 0.4, dark, 0.8)
        kit.ball("chest", at(0, 1.36, 0.122), 0.026 * k, light * 0.4, light * 1.7, 0.3, (1, 1, 0.4))
        for number in range(3):
            plate("spine", at(0, 1.05 + 0.05 * number, 0.0), (0.112 * k, 0.010 * k, 0.088 * k), 0.7, shell * 0.6)
        kit.tube("head", [hd(0.06, 1.735, -0.02), hd(0.07, 1.83, -0.03)], [0.005 * hk, 0.003 * hk], dark, 0.5, 5)
        kit.ball("head", hd(0.07, 1.84, -0.03), 0.011 * hk, light * 0.5, light * 2.0, sides=6)
        plate("head", hd(0, 1.590, 0.070), (0.034 * hk, 0.008 * hk, 0.012 * hk), 0.5, light * 0.4, 0.4, 1.2)
    for side, sign in (("l", -1), ("r", 1)):
        arm, fore, hand, leg, shin, foot, toe = (
            f"arm_{side}", f"arm_{side}_2", f"hand_{side}", f"leg_{side}", f"leg_{side}_2", f"foot_{side}", f"toe_{side}"
        )  # fmt: skip
        joint = heads[arm] + [sign * 0.02, 0.0, 0]
        kit.ball(arm, tuple(joint), 0.078 * k, shell, 0, 0.55, sides=(5, 7, 12)[casting.detail])
        limb(arm, joint, heads[fore], 0.050 * k, 0.046 * k)
        limb(fore, heads[fore], heads[hand], 0.050 * k, 0.058 * k)
        limb(leg, heads[leg], heads[shin], 0.082 * k, 0.068 * k)
        limb(shin, heads[shin], heads[foot], 0.072 * k, 0.070 * k)
        if kit.fine:
            kit.ball(fore, tuple(heads[fore]), 0.045 * k, dark, 0, 0.5)
            kit.ball(shin, tuple(heads[shin] + [0, 0, 0.012]), 0.058 * k, dark, 0, 0.5)
            kit.ball(leg, tuple(heads[leg]), 0.075 * k, dark, 0, 0.5)
            plate("head", hd(sign * 0.094, 1.665, 0.0), (0.016 * hk, 0.036 * hk, 0.036 * hk), 0.6, dark)
        palm = heads[hand] + (tails[hand] - heads[hand]) * 0.22
        plate(hand, tuple(palm), (0.026 * k, 0.048 * k, 0.042 * k), 0.5, dark)
        if kit.fine:
            for finger in (-1, 0, 1):
                root = palm + np.array([0, -0.04, 0.028 * finger]) * k
                kit.tube(
                    hand,
                    [
                        root,
                        root + np.array([-sign * 0.008, -0.045, 0.004 * finger]) * k,
                        root + np.array([-sign * 0.022, -0.08, 0.004 * finger]) * k,
                    ],
                    [0.012 * k, 0.011 * k, 0.008 * k],
                    shell * 0.8,
                    0.5,
                    6,
                )
            kit.tube(
                hand,
                [palm + np.array([0, -0.01, 0.035]) * k, palm + np.array([-sign * 0.015, -0.06, 0.06]) * k],
                [0.012 * k, 0.009 * k],
                shell * 0.8,
                0.5,
                6,
            )
        low = heads[foot]
        plate(foot, (low[0], 0.050 * k, low[2] + 0.055 * k), (0.056 * k, 0.048 * k, 0.115 * k), 0.45)
        plate(
            toe,
            (tails[toe][0], 0.032 * k, tails[toe][2] - 0.022 * k),
            (0.054 * k, 0.030 * k, 0.050 * k),
            0.5,
            shell * 0.7,
        )
    kit.lights.append((*map(float, hd(0, 1.66, 0.25)), *map(float, light * 0.5)))
    seed = float(rng.uniform())

    def more(pose: Pose, t: float, _travelled: float) -> None:
        # A machine looks from one thing to the next quickly, and then keeps still.
        pose.turn("head", yaw=0.35 * wander(t, 1.6, seed, 0.08), pitch=0.08 * wander(t, 2.1, seed + 0.5, 0.08))

    return kit.body(act(ROBOT, casting.action, rng, more=more))


def astronaut(casting: Casting) -> Creature:
    """A white suit with rings at the joints, a pack, and a visor with a gold coat."""
    rng = casting.rng
    bones = skeleton(SUIT)
    k, at, hd = SUIT.scale, SUIT.at, SUIT.of_head
    groups = {"top": "suit", "legs": "suit", "skin": "suit", "hand": "glove", "shoe": "boot"}
    body = []
    for part in flesh(SUIT, bones, Clothes(loose=0.010)):
        if part.group in groups:
            thick = 1.45 if part.group == "hand" else 1.32 if part.group == "shoe" else 1.0
            body.append(replace(part, group=groups[part.group], r0=part.r0 * thick, r1=part.r1 * thick))
    body.append(Flesh("chest", at(0, 1.44, -0.02), at(0, 1.36, -0.01), 0.12 * k, 0.14 * k, 1.3, 0.05, "suit"))
    body += both(
        [Flesh("foot_r", at(0.106, 0.16, -0.02), at(0.106, 0.06, -0.01), 0.080 * k, 0.070 * k, 1, 0.03, "boot")]
    )
    kit = Kit(bones, body, casting, {"glove": 2.5, "boot": 1.3})
    white = recoloured((0.66, 0.66, 0.65), casting)
    grey, red = np.array([0.16, 0.17, 0.18]), np.array([0.50, 0.045, 0.03])

    def cloth(patch: Patch) -> Floats:
        _x, y, _z = patch.points.T
        fold = mottle(patch.points * [1, 1.7, 1], 0.05, rng) * 0.10 + mottle(patch.points, 0.02, rng) * 0.05
        shade = white * (1 + fold)[:, None]
        knee, elbow = bones.heads[bones.index["leg_r_2"]], bones.heads[bones.index["arm_r_2"]]
        limbs = ~np.isin(patch.bone, ("chest", "spine", "hips"))
        arms = np.char.startswith(patch.bone, "arm")
        creases = 0.5 * limbs * (
            soft(0.075, 0.04, np.abs(y - knee[1])) * ~arms + soft(0.06, 0.03, np.abs(y - elbow[1])) * arms
        ) * soft(0.2, 0.9, np.sin(y * 260))  # fmt: skip
        stripe = np.clip(
            arms * soft(0.020, 0.014, np.abs(y - elbow[1] - 0.14))
            + soft(0.020, 0.014, np.abs(y - knee[1] - 0.20)) * limbs * ~arms,
            0,
            1,
        )
        belt = soft(0.03, 0.022, np.abs(y - at(0, 1.03, 0)[1])) * ~limbs
        return np.asarray(tones(shade, (grey * 2, creases), (red, stripe), (grey, belt)), np.float32)

    kit.grow("suit", cloth, 0.06, spread=spread(bones))
    kit.grow(
        "glove",
        lambda p: np.asarray(
            tones(
                white * 0.85, (grey, soft(-0.02, -0.06, p.points[:, 1] - bones.heads[bones.index["hand_r"]][1]) * 0.5)
            ),
            np.float32,
        ),
        0.1,
    )
    kit.grow(
        "boot",
        lambda p: np.asarray(
            tones(
                white * 0.9,
                (grey, soft(0.045, 0.03, p.points[:, 1])),
                (grey, soft(0.012, 0.006, np.abs(p.points[:, 1] - 0.19))),
            ),
            np.float32,
        ),
        0.1,
    )
    sides = (8, 10, 20)[casting.detail]
    middle = hd(0, 1.660, 0.010)
    kit.ball("head", middle, 0.158 * k, white, 0, 0.45, (0.97, 1.02, 1.0), sides=sides)

    def gold(polar: Floats) -> Floats:
        edge = soft(0.33, 0.36, polar)
        return np.asarray(
            tones((0.62, 0.36, 0.07), ((0.25, 0.12, 0.03), soft(0.0, 0.35, polar) * 0.5), (grey, edge)), np.float32
        )

    kit.ball(
        "head",
        (middle[0], middle[1] + 0.002, middle[2] + 0.016),
        0.150 * k,
        gold,
        0,
        1.0,
        (1.0, 0.92, 1.03),
        0.37,
        (0, 0.02, 1),
        sides,
    )
    if kit.fine:
        angle = np.linspace(0, 2 * math.pi, 17)
        ring = np.stack(
            [0.115 * k * np.cos(angle), 0 * angle + at(0, 1.50, 0)[1], 0.105 * k * np.sin(angle) - 0.005], 1
        )
        kit.tube("chest", ring, [0.020 * k] * 17, grey * 2.2, 0.5, 6)
        for sign in (-1, 1):
            kit.ball("head", (sign * 0.148 * k, middle[1], middle[2]), 0.035 * k, grey * 2.5, 0, 0.4, (0.5, 1, 1))
    kit.block("chest", at(0, 1.28, -0.235), (0.185 * k, 0.26 * k, 0.095 * k), white * 0.92, 0, 0.15, 0.3)
    if kit.fine:
        kit.block("chest", at(0, 1.52, -0.22), (0.16 * k, 0.03 * k, 0.07 * k), grey * 1.5, 0, 0.2, 0.4)
        kit.block("chest", at(0, 1.235, 0.150), (0.098 * k, 0.070 * k, 0.045 * k), white * 0.8, 0, 0.2, 0.3)
        for number, tint in enumerate(((0.6, 0.05, 0.03), (0.05, 0.2, 0.5), (0.55, 0.4, 0.05))):
            kit.ball(
                "chest",
                at(-0.05 + 0.05 * number, 1.255, 0.198),
                0.013 * k,
                tint,
                np.array(tint) * (0.8 if number == 0 else 0.1),
                0.4,
            )
        for sign in (-1, 1):
            hose = [
                at(sign * 0.06, 1.19, 0.185),
                at(sign * 0.16, 1.12, 0.19),
                at(sign * 0.21, 1.16, 0.06),
                at(sign * 0.17, 1.20, -0.17),
            ]
            kit.tube("chest", hose, [0.015 * k] * 4, grey * 1.6, 0.2, 6)
    seed = float(rng.uniform())
    action = casting.action

    def more(pose: Pose, t: float, travelled: float) -> None:
        if action in ("float", "drift"):
            for leg in ("leg_l", "leg_r"):
                pose.free(leg)
            _weightless(pose, t, seed)

    return kit.body(act(SUIT, "stand" if action in ("float", "drift") else action, rng, more=more))


def _weightless(pose: Pose, t: float, seed: float) -> None:
    """Limbs half bent, as they come to rest without weight, and slow turns of the whole body about its middle."""
    roll, pitch = 0.16 * swing(t, 0.06, seed), 0.20 * swing(t, 0.045, seed + 0.4) + 0.12
    pose.turn("hips", pitch=pitch, roll=roll, yaw=0.25 * swing(t, 0.05, seed + 0.2))
    pose.shift("hips", y=0.03 * swing(t, 0.13, seed))
    for side, sign in (("l", -1.0), ("r", 1.0)):
        drift = swing(t, 0.11, seed + 0.25 * sign)
        pose.forget(f"arm_{side}", f"arm_{side}_2")
        pose.turn(f"arm_{side}", pitch=0.55 + 0.22 * drift, roll=-sign * (0.55 + 0.12 * swing(t, 0.09, seed + sign)))
        pose.turn(f"arm_{side}_2", pitch=0.75 + 0.20 * swing(t, 0.13, seed + 0.1 * sign))
        pose.turn(f"hand_{side}", pitch=0.2)
        pose.turn(f"leg_{side}", pitch=0.42 + 0.16 * drift, roll=-sign * 0.10)
        pose.turn(f"leg_{side}_2", pitch=-0.75 - 0.18 * swing(t, 0.1, seed + 0.3 * sign))
        pose.turn(f"foot_{side}", pitch=-0.30)


ROWS = (
    Subject("robot", robot, "ground", 1.82, 1.85, {
        "walk": 1.2, "stand": 0, "wave": 0, "dance": 0, "run": 3.0, "talk": 0, "jump": 0,
    }),
    Subject("astronaut", astronaut, "ground", 1.9, 1.9, {
        "walk": 0.9, "stand": 0, "wave": 0, "float": 0, "drift": 0.25, "jump": 0, "run": 2.4, "dance": 0, "sit": 0,
    }),
)  # fmt: skip
