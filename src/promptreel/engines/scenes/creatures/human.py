"""People, and what is built like them: bones, flesh, a face that smiles and talks, and what they do."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from promptreel.engines.scenes.creatures.creature import Act, Pose, Skeleton
from promptreel.engines.scenes.creatures.face import skull
from promptreel.engines.scenes.creatures.gait import blink, chance, ease, fract, pulse, step, swing, wander
from promptreel.engines.scenes.creatures.implicit import Flesh, Point
from promptreel.engines.scenes.creatures.quadruped import both

CHAIR = 0.485
"""How high the seat of a chair is, m."""


@dataclass(frozen=True, slots=True)
class Build:
    """Proportions: factors on those of an adult of 1.75 m, who is seven and a half heads tall."""

    scale: float = 1.0
    leg: float = 1.0
    torso: float = 1.0
    arm: float = 1.0
    head: float = 1.0
    girth: float = 1.0
    """Thickness of limbs and trunk."""
    shoulders: float = 1.0
    hips: float = 1.0
    waist: float = 1.0
    bust: float = 0.0
    """0 flat, 1 a woman's."""

    def at(self, x: float, y: float, z: float) -> Point:
        """A place given for the adult, moved to where this one has it. Not for the head."""
        high = y * self.leg if y < 0.92 else 0.92 * self.leg + (y - 0.92) * self.torso
        return x * self.scale, high * self.scale, z * self.scale

    def of_head(self, x: float, y: float, z: float) -> Point:
        """The same for places of the head: y as of the adult, whose head begins at 1.53."""
        base = self.at(0, 1.53, -0.005)
        k = self.head * self.scale
        return x * k, base[1] + (y - 1.53) * k, base[2] + (z + 0.005) * k

    @property
    def hip(self) -> float:
        """The height of the hip joints."""
        return 0.905 * self.leg * self.scale

    @property
    def tall(self) -> float:
        """From the sole to the crown, m."""
        return self.of_head(0, 1.755, 0)[1]


def skeleton(build: Build) -> Skeleton:
    """hips (root), spine, chest, neck, head, jaw, lid_l, lid_r; `arm_l`, `arm_l_2`, `hand_l`; `leg_l`, `leg_l_2`,
    `foot_l`, `toe_l`; and so on the right. `prop_r` is for what the right hand holds, turned by the chest."""
    bones = Skeleton()
    at, hd = build.at, build.of_head
    bones.add("hips", "", at(0, 0.96, 0), at(0, 0.88, 0))
    bones.add("spine", "hips", at(0, 1.03, -0.005), at(0, 1.2, -0.01))
    bones.add("chest", "spine", at(0, 1.20, -0.01), at(0, 1.45, -0.02))
    bones.add("neck", "chest", at(0, 1.47, -0.025), at(0, 1.53, -0.005))
    bones.add("head", "neck", hd(0, 1.545, -0.005), hd(0, 1.75, 0))
    bones.add("jaw", "head", hd(0, 1.60, 0.02), hd(0, 1.55, 0.07))
    for side, sign in (("l", -1), ("r", 1)):
        s, h = sign * build.shoulders, sign * build.hips
        reach = build.arm * build.torso
        bones.add(f"lid_{side}", "head", hd(sign * 0.03, 1.65, 0.08), hd(sign * 0.03, 1.65, 0.1))
        shoulder = at(s * 0.172, 1.415, -0.02)
        elbow = (
            shoulder[0] + sign * 0.045 * build.scale,
            shoulder[1] - 0.285 * build.scale * reach,
            shoulder[2] - 0.012,
        )
        wrist = (
            elbow[0] + sign * 0.025 * build.scale,
            elbow[1] - 0.25 * build.scale * reach,
            elbow[2] + 0.03 * build.scale,
        )
        tip = (wrist[0], wrist[1] - 0.17 * build.scale * reach, wrist[2] + 0.01)
        bones.add(f"arm_{side}", "chest", shoulder, elbow)
        bones.add(f"arm_{side}_2", f"arm_{side}", elbow, wrist)
        bones.add(f"hand_{side}", f"arm_{side}_2", wrist, tip)
        bones.add(f"leg_{side}", "hips", at(h * 0.092, 0.905, 0.0), at(h * 0.096, 0.49, 0.012))
        bones.add(f"leg_{side}_2", f"leg_{side}", at(h * 0.096, 0.49, 0.012), at(h * 0.096, 0.085, -0.025))
        bones.add(f"foot_{side}", f"leg_{side}_2", at(h * 0.096, 0.085, -0.025), at(h * 0.106, 0.022, 0.115))
        bones.add(f"toe_{side}", f"foot_{side}", at(h * 0.106, 0.022, 0.115), at(h * 0.110, 0.020, 0.185))
        bones.leg(f"leg_{side}", f"leg_{side}_2", f"foot_{side}", f"toe_{side}", 1.0)
    bones.add("prop_r", "chest", at(0.2, 1.15, 0.25), at(0.2, 1.5, 0.25))
    return bones


@dataclass(frozen=True, slots=True)
class Clothes:
    """Which group of flesh each part of the body belongs to: `skin` is bare."""

    forearm: str = "top"
    upper_arm: str = "top"
    thigh: str = "legs"
    shin: str = "legs"
    loose: float = 0.012
    """How far cloth stands off, m."""
    coat: float = 0.0
    """How far the top reaches below the waist, 0…1."""
    skirt: bool = False
    long: bool = False
    """Whether the skirt reaches to the ankles, not to the knees."""


def flesh(build: Build, bones: Skeleton, clothes: Clothes) -> list[Flesh]:
    """Everything but the hair. Groups: top, legs, skin, skirt, head, hand, shoe."""
    at, g, k = build.at, build.girth * build.scale, build.scale
    loose = clothes.loose * k
    heads = {name: bones.heads[number] for name, number in bones.index.items()}
    tails = {name: bones.tails[number] for name, number in bones.index.items()}
    w, hips, wide = build.waist, build.hips, build.shoulders
    found = [
        Flesh("chest", at(0, 1.38, -0.025), at(0, 1.25, -0.01), 0.098 * g, 0.104 * g, 1.34 * wide, 0.07 * k, "top"),
        Flesh("spine", at(0, 1.20, -0.005), at(0, 1.06, 0.0), 0.100 * g, 0.088 * g * w, 1.32, 0.06 * k, "top"),
        Flesh("chest", at(0, 1.455, -0.03), at(0, 1.40, -0.03), 0.050 * g, 0.075 * g, 1.75 * wide, 0.06 * k, "top"),
        Flesh("hips", at(0, 1.02, 0), at(0, 0.93, -0.005), 0.098 * g * w, 0.104 * g, 1.38 * hips, 0.05 * k, "legs"),
        Flesh("neck", at(0, 1.44, -0.03), build.of_head(0, 1.57, -0.010), 0.058 * g, 0.054 * g, 0.98, 0.03 * k, "head"),
    ]
    right = [
        Flesh(
            "hips",
            at(0.065 * hips, 0.91, -0.055),
            at(0.065 * hips, 0.87, -0.045),
            0.075 * g,
            0.07 * g,
            1,
            0.06 * k,
            "legs",
        ),
    ]
    if clothes.coat:
        low = 0.99 - 0.16 * clothes.coat
        found.append(
            Flesh("hips", at(0, 1.03, 0), at(0, low, -0.005), 0.108 * g * w, 0.118 * g, 1.38 * hips, 0.05 * k, "top")
        )
        right.append(
            Flesh(
                "hips",
                at(0.065 * hips, 0.92, -0.055),
                at(0.065 * hips, low, -0.055),
                0.08 * g,
                0.08 * g,
                1,
                0.06 * k,
                "top",
            )
        )
        # The hem: what would close the cloth below is cut away.
        cut = (at(0, low - 0.38, 0), at(0, low - 0.20, 0))
        hem = Flesh("hips", *cut, 0.165 * g, 0.165 * g, 1.08, 0.012 * k, "top", True)
    if build.bust:
        right.append(
            Flesh(
                "chest",
                at(0.075, 1.285, 0.050),
                at(0.073, 1.275, 0.070),
                0.058 * g,
                0.046 * g * build.bust,
                1,
                0.04 * k,
                "top",
            )
        )
    arm, fore, hand = heads["arm_r"], heads["arm_r_2"], heads["hand_r"]
    sleeve = loose if clothes.upper_arm == "top" else 0.0
    right.append(
        Flesh(
            "arm_r",
            (arm[0] - 0.01 * k, arm[1] + 0.005 * k, arm[2]),
            fore,
            0.055 * g + sleeve,
            0.041 * g + sleeve,
            1,
            0.05 * k,
            clothes.upper_arm,
        )
    )
    if clothes.upper_arm == "top" and clothes.forearm == "skin":
        # A short sleeve ends above the elbow; below it the arm is bare.
        middle = _between(arm, fore, 0.55)
        right[-1] = Flesh(
            "arm_r",
            (arm[0] - 0.01 * k, arm[1] + 0.005 * k, arm[2]),
            middle,
            0.053 * g + sleeve,
            0.046 * g + sleeve,
            1,
            0.05 * k,
            "top",
        )
        right.append(Flesh("arm_r", arm, fore, 0.045 * g, 0.039 * g, 1, 0.02 * k, "skin"))
    sleeve = loose if clothes.forearm == "top" else 0.0
    belly = _between(fore, hand, 0.3)
    right.append(Flesh("arm_r_2", fore, belly, 0.039 * g + sleeve, 0.041 * g + sleeve, 0.95, 0.02 * k, clothes.forearm))
    right.append(Flesh("arm_r_2", belly, hand, 0.040 * g + sleeve, 0.026 * g + sleeve, 0.95, 0.03 * k, clothes.forearm))
    right += _hand(hand, tails["hand_r"], k)
    if clothes.skirt:
        found = [replace(f, group="skirt") if f.group == "legs" else f for f in found]
        right = [replace(f, group="skirt") if f.group == "legs" else f for f in right]
    hip, knee, ankle = heads["leg_r"], heads["leg_r_2"], heads["foot_r"]
    cloth = loose if clothes.thigh == "legs" else 0.0
    right.append(
        Flesh(
            "leg_r",
            (hip[0], hip[1] - 0.01 * k, hip[2]),
            knee,
            (0.068 if clothes.skirt else 0.088) * g * hips**0.5,
            0.056 * g + cloth,
            1,
            0.05 * k,
            clothes.thigh,
        )
    )
    cloth = loose * 1.4 if clothes.shin == "legs" else 0.0
    calf = _between(knee, ankle, 0.32)
    calf = (calf[0], calf[1], calf[2] - 0.014 * k)
    right.append(Flesh("leg_r_2", knee, calf, 0.053 * g + cloth, 0.054 * g + cloth, 1, 0.03 * k, clothes.shin))
    right.append(
        Flesh(
            "leg_r_2",
            calf,
            (ankle[0], ankle[1] + 0.01 * k, ankle[2]),
            0.054 * g + cloth,
            0.036 * g + 1.4 * cloth,
            1,
            0.04 * k,
            clothes.shin,
        )
    )
    if clothes.skirt:
        # Two wide cones that melt together, so that each thigh swings its own half.
        top = at(0.05 * hips, 0.99, -0.01)
        low = 0.36 if clothes.long else 0.0
        edge = at(0.082 * hips, 0.34 - 0.7 * low, 0.0)
        right.append(Flesh("leg_r", top, edge, 0.104 * g, 0.175 * g, 1.05, 0.10 * k, "skirt"))
        cut = at(0, 0.16 - low, 0), at(0, 0.26 - low, 0)
        found.append(Flesh("hips", *cut, 0.34 * k, 0.34 * k, 1.15, 0.015 * k, "skirt", True))
    foot, ball, toe = heads["foot_r"], heads["toe_r"], tails["toe_r"]
    sole = 0.034 * k
    right += [
        Flesh(
            "foot_r",
            (foot[0], foot[1], foot[2]),
            (foot[0], sole + 0.004 * k, foot[2] - 0.03 * k),
            0.042 * k,
            0.038 * k,
            0.9,
            0.02 * k,
            "shoe",
        ),
        Flesh(
            "foot_r",
            (foot[0], foot[1] - 0.015 * k, foot[2] + 0.02 * k),
            (ball[0], sole, ball[2] - 0.02 * k),
            0.042 * k,
            0.034 * k,
            1.1,
            0.03 * k,
            "shoe",
        ),
        Flesh(
            "toe_r",
            (ball[0], sole - 0.003 * k, ball[2] - 0.01 * k),
            (toe[0], sole - 0.008 * k, toe[2]),
            0.034 * k,
            0.025 * k,
            1.35,
            0.03 * k,
            "shoe",
        ),
    ]
    return found + both(right) + ([hem] if clothes.coat else []) + skull(build)


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])


def _hand(wrist: Point, tip: Point, k: float) -> list[Flesh]:
    """A relaxed right hand, its palm toward the thigh."""
    x, y, z = wrist
    palm = (x - 0.004 * k, y - 0.075 * k, z + 0.008 * k)
    found = [Flesh("hand_r", (x, y + 0.01 * k, z), palm, 0.026 * k, 0.034 * k, 0.55, 0.02 * k, "hand")]
    for number, (aside, long) in enumerate(((0.027, 0.072), (0.010, 0.082), (-0.008, 0.076), (-0.025, 0.060))):
        base = (palm[0] - 0.002 * k, palm[1] - 0.022 * k, palm[2] + aside * k)
        end = (base[0] - (0.016 + 0.004 * number) * k, base[1] - long * k, base[2] + aside * 0.15 * k)
        found.append(Flesh("hand_r", base, end, 0.0105 * k, 0.008 * k, 1, 0.008 * k, "hand"))
    found.append(
        Flesh("hand_r", (x - 0.008 * k, y - 0.03 * k, z + 0.022 * k), (x - 0.022 * k, y - 0.085 * k, z + 0.052 * k),
              0.014 * k, 0.010 * k, 1, 0.015 * k, "hand")
    )  # fmt: skip
    return found


# -- what they do ------------------------------------------------------------------------------------------------------


def arms(pose: Pose, swing_: float, bent: float = 0.18, out: float = 0.0, pump: float = 0.0) -> None:
    """Both arms swing against each other; `bent` at the elbow, held `out` from the body."""
    for side, sign in (("l", -1.0), ("r", 1.0)):
        forward = swing_ * sign
        pose.turn(f"arm_{side}", pitch=forward, roll=sign * (0.06 - out))
        pose.turn(f"arm_{side}_2", pitch=bent + max(0.0, forward) * (0.5 + pump))
        pose.turn(f"hand_{side}", pitch=0.12)


def stride(pose: Pose, build: Build, travelled: float, seed: float, run: bool) -> float:
    """Walk or run. Returns the phase."""
    unit = build.leg * build.scale
    length, duty = (2.25, 0.34) if run else (1.28, 0.61)
    length *= unit
    phase = travelled / length + seed
    way = duty * length
    wave = math.sin(2 * math.pi * phase)
    lift, fold = (0.20, 1.35) if run else (0.055, 0.62)
    # Highest in the middle of a stance when walking, between two stances when running.
    top = math.cos(4 * math.pi * (phase - (duty + 0.5) / 2 + (0 if run else 0.25)))
    pose.shift("hips", x=0 if run else -0.014 * unit * math.cos(2 * math.pi * (phase - duty / 2)),
               y=unit * ((0.042 * top - 0.055) if run else (0.016 * top - 0.034)))  # fmt: skip
    twist = 0.13 if run else 0.085
    early = math.cos(2 * math.pi * phase)
    pose.turn("hips", pitch=-0.10 if run else -0.02, yaw=twist * early, roll=0.035 * math.sin(2 * math.pi * phase))
    pose.turn("spine", pitch=-0.07 if run else 0.0, yaw=-0.6 * twist * early)
    pose.turn("chest", yaw=-1.1 * twist * early, roll=-0.03 * wave)
    pose.turn("neck", pitch=0.08 if run else 0.0, yaw=0.5 * twist * early)
    pose.turn("head", pitch=0.06 if run else 0.0, yaw=0.2 * twist * early)
    for side, beat in (("l", 0.0), ("r", 0.5)):
        foot = step(phase - beat, duty)
        reach = foot.along * way - (0.10 if run else 0.045) * unit
        if foot.fly < 0:
            heel = (0.10 if run else 0.34) * (1 - ease(foot.carry / 0.16))
            push = (1.0 if run else 0.95) * ease((foot.carry - 0.52) / 0.48) ** 1.3
            end, toe = heel - push, heel * 0.9 - 0.25 * push * ease((foot.carry - 0.85) / 0.15)
            up = 0.15 * unit * math.sin(heel)
        else:
            u = foot.fly
            early_swing = (1 - ease(u / 0.75)) * (1.0 if run else 0.95) + 0.6 * (fold - 0.5) * math.sin(
                math.pi * u**0.7
            ) * (1 if run else 0.3)
            end = -early_swing + (0.10 if run else 0.34) * ease((u - 0.6) / 0.4)
            toe = 0.7 * end
            up = lift * unit * foot.lift * 1.3 + 0.15 * unit * math.sin(max(end, 0.0))
            if run:
                up += 0.16 * unit * math.sin(math.pi * u**0.6) ** 2
        pose.plant(f"leg_{side}", y=up, z=reach, x=(0.02 if side == "l" else -0.02) * unit, end=end, foot=toe)
    if run:
        arms(pose, 0.62 * early, 1.45, 0.10, 0.25)
    else:
        arms(pose, 0.36 * early, 0.20, 0.02)
    return phase


def alive(pose: Pose, t: float, seed: float, smile: float = 0.15) -> None:
    """Breath, blinking, small movements of the head."""
    breath = swing(t, 0.27, seed)
    pose.morph["breath"] = breath
    pose.turn("chest", pitch=0.010 * breath)
    shut = blink(t, seed) + 0.18 * max(0.0, smile - 0.5)
    pose.turn("lid_l", pitch=-1.15 * min(1.0, shut))
    pose.turn("lid_r", pitch=-1.15 * min(1.0, shut))
    pose.morph["smile"] = smile * (0.9 + 0.1 * swing(t, 0.31, seed))
    pose.turn("head", yaw=0.10 * wander(t, 2.3, seed, 0.3), pitch=0.05 * wander(t, 1.7, seed + 0.4, 0.4),
              roll=0.04 * wander(t, 2.9, seed + 0.7, 0.4))  # fmt: skip


def rest(pose: Pose, build: Build, t: float, seed: float, knees: float = 0.003) -> None:
    """Both feet on the ground, the weight going from one leg to the other."""
    unit = build.leg * build.scale
    lean = wander(t, 3.4, seed, 0.35) * 0.7 + 0.3 * swing(t, 0.21, seed)
    pose.shift("hips", x=0.030 * unit * lean, y=-unit * (knees + 0.006 * abs(lean)))
    pose.turn("hips", roll=-0.045 * lean, yaw=0.05 * lean)
    pose.turn("spine", roll=0.05 * lean)
    pose.turn("chest", roll=0.02 * lean, yaw=-0.04 * lean)
    pose.plant("leg_l", x=-0.015 * unit, z=0.01 * unit)
    pose.plant("leg_r", x=0.015 * unit, z=-0.01 * unit)


def dance(pose: Pose, build: Build, t: float, seed: float, style: int) -> None:
    """Two beats per second: hips from side to side, steps on the spot, arms that mark the beat."""
    unit = build.leg * build.scale
    beat = t * 2.0 + seed
    side = math.sin(math.pi * beat)
    dip = 0.5 + 0.5 * math.cos(2 * math.pi * beat)
    pose.shift("hips", x=0.075 * unit * side, y=-unit * (0.030 + 0.040 * dip), z=0.02 * unit * math.cos(math.pi * beat))
    pose.turn("hips", roll=-0.16 * side, yaw=0.20 * math.sin(math.pi * beat + 0.7))
    pose.turn("spine", roll=0.16 * side, pitch=0.04 * dip)
    pose.turn("chest", roll=0.14 * side, yaw=-0.25 * math.sin(math.pi * beat + 0.7))
    pose.turn("head", roll=-0.12 * side, pitch=-0.10 * dip, yaw=0.15 * side)
    for leg, sign in (("l", -1.0), ("r", 1.0)):
        # The foot without weight comes up on its beat.
        free = max(0.0, -sign * side) ** 1.5
        pose.plant(f"leg_{leg}", x=sign * 0.05 * unit + 0.03 * unit * side * free, y=0.085 * unit * free,
                   z=0.05 * unit * free, end=-0.55 * free, foot=-0.35 * free)  # fmt: skip
    bar = math.floor(beat / 8 + style * 0.25) % 3
    for arm, sign in (("l", -1.0), ("r", 1.0)):
        own = math.sin(math.pi * beat + (0 if sign > 0 else math.pi))
        if bar == 0:  # both up, waving with the hips
            pose.turn(f"arm_{arm}", roll=-sign * 2.35 + 0.25 * side, pitch=0.25)
            pose.turn(f"arm_{arm}_2", roll=-sign * 0.55 + 0.35 * side)
        elif bar == 1:  # bent, pumping in turn
            pose.turn(f"arm_{arm}", pitch=0.35 + 0.45 * own, roll=-sign * 0.45)
            pose.turn(f"arm_{arm}_2", pitch=1.75 + 0.35 * own)
        else:  # one up, one out
            high = ease(0.5 + 0.9 * own)
            pose.turn(f"arm_{arm}", roll=-sign * (0.7 + 1.6 * high), pitch=0.3)
            pose.turn(f"arm_{arm}_2", roll=-sign * 0.5, pitch=0.5 * (1 - high))
        pose.turn(f"hand_{arm}", roll=0.3 * side)


def wave(pose: Pose, t: float, seed: float) -> None:
    """The right arm up, its hand going from side to side."""
    beat = swing(t, 1.7, seed)
    pose.turn("arm_r", roll=-2.05, pitch=0.30)
    pose.turn("arm_r_2", roll=-0.72 + 0.42 * beat, pitch=0.25)
    pose.turn("hand_r", roll=0.22 * swing(t, 1.7, seed - 0.08), yaw=-1.2)
    pose.turn("chest", roll=-0.04)
    pose.turn("arm_l", roll=-0.05, pitch=0.02 * beat)
    pose.turn("arm_l_2", pitch=0.22)


def hold(pose: Pose) -> None:
    """The right hand before the chest, around a handle."""
    pose.turn("arm_r", pitch=0.42, roll=0.10)
    pose.turn("arm_r_2", pitch=1.75, roll=0.25)
    pose.turn("hand_r", pitch=0.1)


def leap(pose: Pose, build: Build, t: float, seed: float) -> None:
    """A jump on the spot: crouch with the arms back, spring, tuck, land."""
    unit = build.leg * build.scale
    u = fract(t / 1.35 + seed)
    crouch = ease(u / 0.24) * (1 - ease((u - 0.26) / 0.08)) + 0.7 * ease((u - 0.70) / 0.06) * (
        1 - ease((u - 0.77) / 0.2)
    )
    air = min(max((u - 0.30) / 0.40, 0.0), 1.0)
    arc = 4 * air * (1 - air)
    high = 0.42 * unit * arc
    pose.shift("hips", y=high - unit * (0.02 + 0.26 * crouch), z=-0.07 * unit * crouch)
    pose.turn("hips", pitch=-0.42 * crouch)
    pose.turn("spine", pitch=-0.25 * crouch + 0.10 * arc)
    pose.turn("neck", pitch=0.4 * crouch)
    up = pulse(u, 0.48, 0.30)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        pose.turn(f"arm_{side}", pitch=-0.9 * crouch + 2.5 * up, roll=-sign * (0.12 + 0.35 * up))
        pose.turn(f"arm_{side}_2", pitch=0.35 + 0.2 * crouch)
        away = min(1.0, 3 * arc)
        pose.plant(f"leg_{side}", y=high + 0.13 * unit * arc, z=-0.16 * unit * arc, end=-0.85 * away, foot=-0.5 * away)


def sit_down(pose: Pose, build: Build, t: float, seed: float) -> None:
    """On the ground with the knees up and the forearms on them."""
    unit = build.leg * build.scale
    pose.shift("hips", y=-build.hip + 0.085 * build.scale, z=-0.22 * unit)
    pose.turn("hips", pitch=0.18)
    pose.turn("spine", pitch=-0.30 - 0.02 * swing(t, 0.2, seed))
    pose.turn("chest", pitch=-0.15)
    pose.turn("neck", pitch=0.14)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        pose.plant(f"leg_{side}", x=sign * 0.045 * unit, z=0.20 * unit)
        pose.turn(f"arm_{side}", pitch=1.02, roll=-sign * 0.02)
        pose.turn(f"arm_{side}_2", pitch=0.42, roll=sign * 0.35)
        pose.turn(f"hand_{side}", pitch=-0.5)


def sit_on(pose: Pose, build: Build, t: float, seed: float, seat: float) -> None:
    """On a chair whose seat is `seat` m high, the hands on the thighs; small legs hang."""
    unit = build.leg * build.scale
    pose.shift("hips", y=-build.hip + seat + 0.085 * build.scale, z=-0.06 * unit)
    pose.turn("hips", pitch=0.05)
    pose.turn("spine", pitch=0.03 - 0.015 * swing(t, 0.2, seed))
    hanging = max(0.0, seat - 0.43 * unit)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        pose.plant(f"leg_{side}", x=sign * 0.03 * unit, y=hanging, z=(0.36 + 0.02 * sign) * unit)
        pose.turn(f"arm_{side}", pitch=0.42, roll=-sign * 0.03)
        pose.turn(f"arm_{side}_2", pitch=0.92, roll=sign * 0.22)
        pose.turn(f"hand_{side}", pitch=-0.25)


def ride(pose: Pose, build: Build, t: float, seed: float) -> None:
    """Astride a mount, whose back is where the feet would be: legs at its sides, hands at the reins, in its rhythm."""
    unit = build.leg * build.scale
    beat = swing(t, 1.9, seed)
    pose.shift("hips", y=-build.hip + (0.10 + 0.018 * beat) * build.scale)
    pose.turn("spine", pitch=-0.10 - 0.04 * beat)
    pose.turn("neck", pitch=0.08)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        pose.plant(f"leg_{side}", x=sign * 0.17 * unit, y=-0.58 * unit, z=0.13 * unit, end=0.15)
        pose.turn(f"arm_{side}", pitch=0.48 + 0.04 * beat, roll=sign * 0.06)
        pose.turn(f"arm_{side}_2", pitch=0.95 - 0.06 * beat, roll=sign * 0.14)


def hold_hands(pose: Pose, side: str, t: float, seed: float) -> None:
    """The hand of one `side`, `l` or `r`, reaches for the neighbour's."""
    sign = -1.0 if side == "l" else 1.0
    pose.forget(f"arm_{side}", f"arm_{side}_2", f"hand_{side}")
    pose.turn(f"arm_{side}", pitch=0.10 + 0.10 * swing(t, 0.9, seed), roll=-sign * 0.12)
    pose.turn(f"arm_{side}_2", pitch=0.12, roll=-sign * 0.05)


def cradle(pose: Pose, t: float, seed: float) -> None:
    """Both forearms before the chest, as under a child, rocking a little."""
    pose.turn("chest", pitch=0.05, roll=0.03 * swing(t, 0.35, seed))
    pose.turn("neck", pitch=-0.18)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        pose.forget(f"arm_{side}", f"arm_{side}_2", f"hand_{side}")
        pose.turn(f"arm_{side}", pitch=0.30, roll=sign * 0.04)
        pose.turn(f"arm_{side}_2", pitch=1.25 + 0.1 * sign, roll=sign * 0.62)


def partner(pose: Pose, build: Build, t: float, steps: bool) -> None:
    """The arms around who stands opposite; with `steps` from one foot to the other, as couples dance."""
    unit = build.leg * build.scale
    side = math.sin(math.pi * 1.1 * t) if steps else 0.25 * swing(t, 0.15)
    pose.shift("hips", x=0.055 * unit * side, y=-0.022 * unit)
    pose.turn("hips", roll=-0.07 * side)
    pose.turn("chest", roll=0.05 * side)
    pose.turn("head", roll=-0.05 * side, yaw=0.12)
    for leg, sign in (("l", -1.0), ("r", 1.0)):
        free = max(0.0, -sign * side) ** 1.5 if steps else 0.0
        pose.plant(f"leg_{leg}", x=0.04 * unit * side * free, y=0.05 * unit * free, end=-0.35 * free, foot=-0.2 * free)
    # One hand at the waist, the other one at the shoulder.
    pose.turn("arm_l", pitch=0.72, roll=0.16)
    pose.turn("arm_l_2", pitch=0.62, roll=-0.35)
    pose.turn("arm_r", pitch=1.22, roll=-0.10)
    pose.turn("arm_r_2", pitch=0.40, roll=0.35)


def box(pose: Pose, build: Build, t: float, seed: float) -> None:
    """Fists up, on light feet, a blow now and then."""
    unit = build.leg * build.scale
    bounce = abs(math.sin(math.pi * 1.6 * t + seed))
    pose.shift("hips", y=-unit * (0.05 - 0.02 * bounce), z=0.03 * unit * swing(t, 0.7, seed))
    pose.turn("hips", yaw=0.35)
    pose.turn("chest", pitch=-0.10, yaw=0.12 * swing(t, 0.8, seed))
    pose.plant("leg_l", x=-0.05 * unit, z=0.16 * unit)
    pose.plant("leg_r", x=0.05 * unit, z=-0.16 * unit, end=-0.2)
    for side, sign, beat in (("l", -1.0, 0.0), ("r", 1.0, 0.5)):
        blow = pulse(fract(t / 1.3 + seed + beat), 0.5, 0.16)
        pose.turn(f"arm_{side}", pitch=0.70 + 0.75 * blow, roll=sign * 0.15)
        pose.turn(f"arm_{side}_2", pitch=1.95 - 1.75 * blow, roll=sign * 0.25)


def talk(pose: Pose, t: float, seed: float) -> None:
    """The mouth, and hands that go with the words."""
    loud = 0.5 + 0.5 * swing(t, 0.37, seed)
    word = max(0.0, 0.35 + 0.4 * swing(t, 2.3, seed) + 0.35 * swing(t, 3.7, seed + 0.3))
    pose.morph["open"] = word * (0.45 + 0.4 * loud)
    pose.turn("head", pitch=0.06 * swing(t, 1.15, seed), yaw=0.08 * swing(t, 0.5, seed))
    for side, sign in (("l", -1.0), ("r", 1.0)):
        lively = ease(0.5 + 0.9 * chance(t / 1.4 + sign * 0.3, seed)) * pulse(t / 1.4 + sign * 0.3, 0.5, 0.5)
        pose.turn(f"arm_{side}", pitch=0.12 + 0.38 * lively, roll=-sign * (0.05 + 0.14 * lively))
        pose.turn(f"arm_{side}_2", pitch=0.45 + 1.0 * lively + 0.15 * swing(t, 1.6, seed + sign) * lively)
        pose.turn(f"hand_{side}", pitch=0.2, yaw=-sign * 0.5 * lively)


def act(
    build: Build,
    action: str,
    rng: np.random.Generator,
    holding: bool = False,
    smile: float | None = None,
    more: Callable[[Pose, float, float], None] | None = None,
    company: str = "",
    sport: Callable[[Pose, float, float], None] | None = None,
) -> Act:
    """What a person does for: stand, walk, run, dance, wave, smile, jump, sit, talk. `holding`: an umbrella. `company`:
    with whom, see `company.ROLES`. `sport` is a pose of `sports` that stands for all of these, given t and a seed."""
    seed = float(rng.uniform(0, 1))
    style = int(rng.integers(4))
    mood = {"smile": 1.0, "wave": 0.85, "dance": 0.7, "jump": 0.7}.get(action, 0.28) if smile is None else smile

    def perform(pose: Pose, t: float, travelled: float) -> None:
        alive(pose, t, seed, mood)
        if company in ("dance", "embrace"):
            partner(pose, build, t, company == "dance")
        elif company == "box":
            box(pose, build, t, seed)
        elif company == "chair":
            sit_on(pose, build, t, seed, CHAIR)
        elif company == "ride":
            ride(pose, build, t, seed)
        elif sport is not None:
            sport(pose, t, seed)
        elif action in ("walk", "run"):
            stride(pose, build, travelled, seed, action == "run")
        elif action == "dance":
            dance(pose, build, t, seed, style)
        elif action == "jump":
            leap(pose, build, t, seed)
        elif action == "sit":
            sit_down(pose, build, t, seed)
        else:
            rest(pose, build, t, seed)
            if action == "wave":
                wave(pose, t, seed)
            elif action == "talk":
                talk(pose, t, seed)
            else:
                arms(pose, 0.03 * swing(t, 0.23, seed), 0.20, 0.02)
            if action == "smile":
                pose.turn("head", pitch=0.04, roll=0.07 + 0.03 * swing(t, 0.3, seed))
                pose.morph["brows"] = 0.5
        if company in ("hand_l", "hand_r"):
            hold_hands(pose, company[-1], t, 0.0)
        if company == "cradle":
            cradle(pose, t, seed)
        if holding and action not in ("dance", "jump"):
            pose.forget("arm_r", "arm_r_2", "hand_r")
            hold(pose)
        if more is not None:
            more(pose, t, travelled)

    return perform


def spread(bones: Skeleton) -> Pose:
    """Arms away from the trunk, legs from one another: the pose to grow clothes and skin in, however few points they get."""
    pose = Pose(bones)
    pose.turn("leg_l", roll=0.22)
    pose.turn("leg_r", roll=-0.22)
    pose.turn("arm_l", roll=0.75)
    pose.turn("arm_r", roll=-0.75)
    return pose
