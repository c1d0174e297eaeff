"""Animals on four legs: from the measures of a species to its bones and flesh, and what all of them do."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.creatures.creature import Act, Kit, Paint, Patch, Pose, Skeleton
from promptreel.engines.scenes.creatures.gait import (
    FEET,
    GALLOP,
    TROT,
    WALK,
    Gait,
    blink,
    chance,
    ease,
    fract,
    pulse,
    step,
    swing,
    wander,
)
from promptreel.engines.scenes.creatures.implicit import Flesh, Point

Station = tuple[float, float, float]
"""z (forward), y and the radius there, m."""
Joint = tuple[float, float, float, float]
"""x (aside), z, y and the radius there, m."""


@dataclass(frozen=True, slots=True)
class Quadruped:
    """The measures of a species from the side, m: where its joints are, and how thick it is there."""

    withers: float
    """Height of the shoulders: the unit of its gaits."""
    spine: tuple[Station, Station, Station, Station]
    """Rump, loin, ribs, breast."""
    neck: tuple[Station, Station, Station]
    """Foot, middle, and where the skull begins."""
    skull: Station
    muzzle: tuple[Station, Station]
    jaw: tuple[Station, Station]
    fore: tuple[Joint, Joint, Joint, Joint, Joint]
    """Shoulder joint, elbow, wrist, fetlock (ball of the foot), toe; of the side at +x."""
    hind: tuple[Joint, Joint, Joint, Joint, Joint]
    """Hip, knee, hock, fetlock, toe."""
    tail: tuple[Station, ...]
    flat: tuple[float, float, float, float] = (0.85, 0.8, 0.8, 0.85)
    """Width by height of rump, loin, ribs and breast."""
    neck_flat: float = 0.75
    head_flat: float = 0.85
    limb_flat: float = 0.75
    blend: float = 0.05
    extra: tuple[Flesh, ...] = ()
    """More flesh (humps, cheeks, muscles); what lies at x > 0 is mirrored."""
    walk: Gait = WALK
    trot: Gait = TROT
    run: Gait = GALLOP
    tail_up: float = 0.0
    """How the tail is carried in motion, radians."""
    wag: float = 0.4
    flexible: float = 1.0
    """Of the spine: 1.3 a cat, 0.4 a horse, 0 an elephant."""
    sit: float = 0.62
    """How steep the back is when sitting."""
    tail_group: str = "body"
    """The surface that the tail is part of: another one for tails of long hair."""


def resized(animal: Quadruped, size: float, stout: float = 1.0) -> Quadruped:
    """Another species of the same build: `size` times as large, `stout` times as thick for that."""
    thick = size * stout

    def flesh(one: Flesh) -> Flesh:
        (a, b, c), (d, e, f) = one.head, one.tail
        ends = (size * a, size * b, size * c), (size * d, size * e, size * f)
        return replace(one, head=ends[0], tail=ends[1], r0=thick * one.r0, r1=thick * one.r1, blend=size * one.blend)

    def station(one: tuple[float, ...]) -> tuple[float, ...]:
        return (*(size * part for part in one[:-1]), thick * one[-1])

    def line(name: str) -> tuple[tuple[float, ...], ...]:
        return tuple(station(one) for one in getattr(animal, name))

    lines: dict[str, Any] = {name: line(name) for name in ("spine", "neck", "muzzle", "jaw", "fore", "hind", "tail")}
    lines |= {"withers": size * animal.withers, "blend": size * animal.blend, "skull": station(animal.skull)}
    return replace(animal, **lines, extra=tuple(flesh(one) for one in animal.extra))


def mirrored(flesh: Flesh) -> Flesh:
    """The same on the other side."""
    bone = flesh.bone[:-2] + "_l" if flesh.bone.endswith("_r") else flesh.bone.replace("_r_", "_l_")
    (ax, ay, az), (bx, by, bz) = flesh.head, flesh.tail
    return Flesh(
        bone, (-ax, ay, az), (-bx, by, bz), flesh.r0, flesh.r1, flesh.flat, flesh.blend, flesh.group, flesh.carve
    )


def both(fleshes: Sequence[Flesh]) -> list[Flesh]:
    """Each, with its mirror image where it is off the middle."""
    found = []
    for flesh in fleshes:
        found.append(flesh)
        if abs(flesh.head[0]) + abs(flesh.tail[0]) > 1e-6:
            found.append(mirrored(flesh))
    return found


def _at(station: Station) -> Point:
    return 0.0, station[1], station[0]


def build(animal: Quadruped) -> tuple[Skeleton, list[Flesh]]:
    """Bones and flesh. The bones: belly (root), chest, pelvis, neck_1, neck_2, head, jaw, ear_l, ear_r, lid_l, lid_r,
    tail_1 …, and per leg `fore_l`, `fore_l_2` (forearm), `fore_l_3` (cannon), `fore_l_4` (toes)."""
    bones = Skeleton()
    rump, loin, ribs, breast = animal.spine
    middle = ((loin[0] + ribs[0]) / 2, (loin[1] + ribs[1]) / 2, (loin[2] + ribs[2]) / 2)
    bones.add("belly", "", _at(middle), _at(ribs))
    bones.add("chest", "belly", _at(ribs), _at(breast))
    bones.add("pelvis", "belly", _at(loin), _at(rump))
    n0, n1, n2 = animal.neck
    bones.add("neck_1", "chest", _at(n0), _at(n1))
    bones.add("neck_2", "neck_1", _at(n1), _at(n2))
    bones.add("head", "neck_2", _at(n2), _at(animal.muzzle[1]))
    j0, j1 = animal.jaw
    bones.add("jaw", "head", _at(j0), _at(j1))
    for side, sign in (("l", -1), ("r", 1)):
        z, y, r = animal.skull
        bones.add(f"ear_{side}", "head", (sign * r * 0.6, y + 0.7 * r, z - 0.2 * r), (sign * r, y + 2 * r, z))
        bones.add(f"lid_{side}", "head", (sign * r * 0.6, y, z + 0.4 * r), (sign * r * 0.6, y, z + r))
    parent = "pelvis"
    for number, (a, b) in enumerate(zip(animal.tail, animal.tail[1:], strict=False), 1):
        bones.add(f"tail_{number}", parent, _at(a), _at(b))
        parent = f"tail_{number}"
    k = animal.blend
    f = animal.flat
    fleshes = [
        Flesh("pelvis", _at(rump), _at(loin), rump[2], loin[2], (f[0] + f[1]) / 2, k),
        Flesh("belly", _at(loin), _at(ribs), loin[2], ribs[2], (f[1] + f[2]) / 2, k),
        Flesh("chest", _at(ribs), _at(breast), ribs[2], breast[2], (f[2] + f[3]) / 2, k),
        Flesh("neck_1", _at(n0), _at(n1), n0[2], n1[2], animal.neck_flat, k),
        Flesh("neck_2", _at(n1), _at(n2), n1[2], n2[2], animal.neck_flat, k * 0.7),
        Flesh("head", _at(n2), _at(animal.skull), n2[2], animal.skull[2], animal.head_flat, k * 0.6),
        Flesh("head", _at(animal.muzzle[0]), _at(animal.muzzle[1]), animal.muzzle[0][2], animal.muzzle[1][2],
              animal.head_flat, k * 0.5),
        Flesh("jaw", _at(j0), _at(j1), j0[2], j1[2], animal.head_flat, k * 0.3),
    ]  # fmt: skip
    for number, (a, b) in enumerate(zip(animal.tail, animal.tail[1:], strict=False), 1):
        fleshes.append(Flesh(f"tail_{number}", _at(a), _at(b), a[2], b[2], 1.0, k * 0.4, animal.tail_group))
    for name, joints, root, knee in (("fore", animal.fore, "chest", -1.0), ("hind", animal.hind, "pelvis", 1.0)):
        for side, sign in (("l", -1), ("r", 1)):
            leg = f"{name}_{side}"
            points = [(sign * x, y, z) for x, z, y, _ in joints]
            radii = [r for *_, r in joints]
            parts = (leg, f"{leg}_2", f"{leg}_3", f"{leg}_4")
            for number, part in enumerate(parts):
                bones.add(part, parts[number - 1] if number else root, points[number], points[number + 1])
                fleshes.append(
                    Flesh(part, points[number], points[number + 1], radii[number], radii[number + 1],
                          animal.limb_flat if number == 0 else 0.9, (k, 0.5 * k, 0.25 * k, 0.2 * k)[number])
                )  # fmt: skip
            bones.leg(leg, parts[1], parts[2], parts[3], knee)
    return bones, fleshes + both(animal.extra)


def skin(
    kit: Kit,
    animal: Quadruped,
    paint: Paint,
    breath: float = 0.02,
    bumps: float = 0.0,
    bump_size: float = 0.03,
    fur: float = 0.10,
    spread: Pose | None = None,
) -> None:
    """The surface `body`, with the shape key `breath`, which goes by the thickness of the ribs."""
    first = kit.count
    patch = kit.grow("body", paint, bumps=bumps, bump_size=bump_size, fur=fur, spread=spread)
    ribs = animal.spine[2]
    near = np.exp(-(((patch.points[:, 2] - ribs[0] + 0.4 * ribs[2]) / (1.6 * ribs[2])) ** 2)) * trunk(patch)
    kit.morph("breath", first, patch.normals * (2.4 * breath * ribs[2] * near)[:, None])


def trunk(patch: Patch) -> NDArray[np.bool_]:
    """Which points are of the trunk."""
    return np.isin(patch.bone, ("belly", "chest", "pelvis"))


def head(patch: Patch) -> NDArray[np.bool_]:
    """Which points are of the head."""
    return np.isin(patch.bone, ("head", "jaw"))


# -- what they do ------------------------------------------------------------------------------------------------------


def go(pose: Pose, animal: Quadruped, gait: Gait, travelled: float, offset: float = 0.0) -> float:
    """Move the legs and the trunk in a gait. Returns the phase, which grows by 1 per stride."""
    size = animal.withers
    stride = gait.stride * size
    phase = travelled / stride + offset
    way = gait.duty * stride
    rise = gait.rise * math.cos(2 * math.pi * (phase - gait.rise_at))
    bounce = gait.bounce * math.cos(4 * math.pi * (phase - gait.bounce_at))
    pose.shift("belly", y=size * (rise + bounce - gait.crouch))
    rock = gait.rock * math.sin(2 * math.pi * (phase - 0.12))
    flex = gait.flex * animal.flexible * math.cos(2 * math.pi * (phase - 0.88))
    pose.turn("belly", pitch=rock)
    pose.turn("pelvis", pitch=0.9 * flex)
    pose.turn("chest", pitch=-0.6 * flex)
    pose.turn("neck_1", pitch=-0.7 * rock + 0.35 * flex + gait.nod * math.sin(4 * math.pi * (phase + 0.05)))
    pose.turn("head", pitch=-0.3 * rock + 0.25 * flex - 0.6 * gait.nod * math.sin(4 * math.pi * (phase + 0.05)))
    sway = 0.03 * math.sin(2 * math.pi * phase) if gait.duty > 0.5 else 0.0
    pose.turn("belly", roll=0.6 * sway)
    pose.turn("pelvis", yaw=1.2 * sway)
    pose.turn("chest", yaw=-1.5 * sway)
    for leg, beat in zip(FEET, gait.beats, strict=True):
        foot = step(phase - beat, gait.duty)
        fore = leg.startswith("fore")
        reach = foot.along * way
        lift = gait.lift * size * foot.lift * (1.0 if fore else 0.8)
        if foot.fly >= 0:
            u = foot.fly
            fold = -gait.fold * math.sin(math.pi * u**0.75) ** 1.3 * (1.15 if fore else 0.75)
            end = fold - 0.35 * (1 - u) ** 2 + (0.16 * u * u)
            toe = 1.1 * fold - 0.5 * (1 - u) ** 3
        else:
            # The heel leaves the ground before the toe does.
            end = 0.16 * (1 - foot.carry) - 0.35 * ease((foot.carry - 0.35) / 0.65)
            toe = -0.5 * ease((foot.carry - 0.75) / 0.25)
        # A toe that points down lifts the ball of the foot.
        ball, tip = (animal.fore if fore else animal.hind)[3:]
        ty, tz = tip[2] - ball[2], tip[1] - ball[1]
        heel = max(0.0, ty - math.cos(toe) * ty - math.sin(toe) * tz)
        # The shoulder blade swings with the leg; so does the croup, less.
        pose.shift(leg, z=reach * (0.26 if fore else 0.12), y=0.25 * lift * fore)
        pose.plant(leg, 0.0, max(lift, heel), reach, end, toe)
    return phase


def breathe(pose: Pose, t: float, seed: float, rate: float = 0.42, depth: float = 1.0) -> None:
    """Ribs and belly out and in; lids."""
    pose.morph["breath"] = depth * swing(t, rate, seed)
    shut = blink(t, seed)
    if shut:
        pose.turn("lid_l", pitch=-1.25 * shut)
        pose.turn("lid_r", pitch=-1.25 * shut)


def look_around(pose: Pose, t: float, seed: float, wide: float = 0.5) -> None:
    """The head turns to something else now and then, and the ears before it."""
    yaw = wide * wander(t, 1.9, seed, 0.22)
    nod = 0.18 * wide * wander(t, 2.7, seed + 0.3, 0.3)
    tilt = 0.22 * wide * wander(t, 3.7, seed + 0.6, 0.15)
    pose.turn("neck_1", yaw=0.25 * yaw)
    pose.turn("neck_2", yaw=0.35 * yaw, pitch=0.5 * nod)
    pose.turn("head", yaw=0.5 * yaw, pitch=nod, roll=tilt)


def ears(pose: Pose, t: float, seed: float, back: float = 0.0) -> None:
    """Twitches, each ear by itself; `back` lays them back."""
    for side, sign in (("l", -1.0), ("r", 1.0)):
        twitch = max(0.0, chance(t / 1.3 + seed, seed + 0.11 * sign)) * pulse(t / 1.3 + seed, 0.5, 0.16)
        pose.turn(f"ear_{side}", pitch=0.25 * twitch + back, yaw=sign * 0.5 * twitch, roll=sign * 0.2 * twitch)


def tail(pose: Pose, animal: Quadruped, t: float, seed: float, wag: float, hertz: float, up: float = 0.0) -> None:
    """A wave that runs down the tail."""
    number = len(animal.tail) - 1
    for link in range(1, number + 1):
        lag = 0.11 * link
        pose.turn(
            f"tail_{link}",
            pitch=-(up * (0.5 if link == 1 else 0.5 / number) + 0.05 * swing(t, 0.4, seed - lag)),
            yaw=wag * (0.55 if link == 1 else 0.5) * swing(t, hertz, seed - lag),
        )


def stand_still(pose: Pose, t: float, seed: float) -> None:
    """All feet on the ground, the weight moving a little."""
    lean = wander(t, 3.1, seed + 0.2, 0.5)
    pose.shift("belly", x=0.0, z=0.008 * lean)
    pose.turn("belly", roll=0.012 * lean)
    for leg in FEET:
        pose.plant(leg)


def sit_down(pose: Pose, animal: Quadruped, share: float = 1.0) -> None:
    """On the haunches, the forelegs straight."""
    rump, loin, ribs, _ = animal.spine
    steep = animal.sit * share
    middle = (loin[0] + ribs[0]) / 2, (loin[1] + ribs[1]) / 2
    # The shoulders stay above the forefeet and a little lower than before; the rump sinks to the ground.
    dz, dy = animal.fore[0][1] - middle[0], animal.fore[0][2] - middle[1]
    c, s = math.cos(steep), math.sin(steep)
    pose.turn("belly", pitch=steep)
    pose.shift("belly", y=dy - (c * dy + s * dz) + share * 0.02 * animal.withers, z=dz - (c * dz - s * dy))
    bz, by = rump[0] - middle[0], rump[1] - middle[1]
    shift = dy - (c * dy + s * dz)
    height = middle[1] + shift + c * by + s * bz - rump[2]
    tuck = math.asin(max(-0.2, min(0.75, height / max(loin[0] - rump[0], 0.05) * 0.8))) * share
    pose.turn("pelvis", pitch=tuck)
    pose.turn("neck_1", pitch=-0.55 * steep)
    pose.turn("head", pitch=-0.45 * steep)
    for leg in FEET:
        if leg.startswith("fore"):
            pose.plant(leg, z=-0.02 * animal.withers * share, end=-0.03)
        else:
            cannon = animal.hind[2][2] - animal.hind[3][2]
            pose.plant(leg, z=share * (0.26 * animal.withers + 0.6 * cannon), end=1.25 * share, foot=0.0,
                       x=math.copysign(0.035 * animal.withers * share, -1 if leg.endswith("l") else 1))  # fmt: skip


def lie_down(pose: Pose, animal: Quadruped, share: float = 1.0, hoofed: bool = False) -> None:
    """On the belly, the forelegs forward (paws) or folded (hoofs)."""
    low = min(y - 0.97 * r for _, y, r in animal.spine[1:])
    pose.shift("belly", y=-low * share)
    joints = animal.fore
    length = sum(math.hypot(b[1] - a[1], b[2] - a[2]) for a, b in zip(joints[:2], joints[1:3], strict=True))
    cannon = joints[2][2] - joints[3][2]
    for leg in FEET:
        side = -1 if leg.endswith("l") else 1
        if leg.startswith("fore") and hoofed:
            # The knee before the chest, the cannon folded back under it.
            pose.plant(leg, x=side * 0.02, y=share * joints[3][3] * 0.6, z=share * (0.42 * length - cannon), end=-1.5 * share,
                       foot=-2.0 * share)  # fmt: skip
        elif leg.startswith("fore"):
            pose.shift(leg, y=share * 0.075 * animal.withers, z=0.03 * animal.withers * share)
            pose.plant(
                leg,
                x=side * 0.01,
                z=share * (joints[0][1] - joints[3][1] + 0.93 * length + cannon * 0.8),
                end=1.35 * share,
            )
        else:
            shank = animal.hind[2][2] - animal.hind[3][2]
            pose.plant(
                leg,
                x=side * 0.06 * animal.withers * share,
                z=share * (0.02 * animal.withers + 0.75 * shank),
                end=1.3 * share,
            )


def lay_tail(pose: Pose, animal: Quadruped) -> None:
    """Bend the tail so that it sinks to the ground and then lies on it, wherever the rump is."""
    if not animal.tail or "tail_1" not in pose.skeleton.index:
        return
    turned, places = pose.solve()
    pelvis = turned[pose.skeleton.index["pelvis"]]
    height = float(places[pose.skeleton.index["tail_1"]][1])
    pitch = math.atan2(float(pelvis[1, 2]), float(pelvis[2, 2]))
    for link, (a, b) in enumerate(zip(animal.tail, animal.tail[1:], strict=False), 1):
        rise, length = math.atan2(b[1] - a[1], a[0] - b[0]), math.hypot(b[0] - a[0], b[1] - a[1])
        sink = math.asin(min(0.6, max(-0.85, (1.05 * b[2] - height) / max(length, 1e-3))))
        pose.turn(f"tail_{link}", pitch=rise - sink - pitch)
        pitch = rise - sink
        height += length * math.sin(sink)


def leap(pose: Pose, animal: Quadruped, t: float, period: float = 1.5) -> float:
    """Crouch, spring up, gather, land: in place, once per `period`. Returns how far it is off the ground, m."""
    size = animal.withers
    u = fract(t / period)
    crouch = ease(u / 0.22) * (1 - ease((u - 0.24) / 0.08)) + 0.8 * ease((u - 0.66) / 0.06) * (
        1 - ease((u - 0.74) / 0.24)
    )
    air = min(max((u - 0.28) / 0.40, 0.0), 1.0)
    height = 0.62 * size * 4 * air * (1 - air)
    pitch = 0.38 * math.cos(math.pi * air) * (0 < air < 1) * min(1.0, 12 * air * (1 - air))
    pose.shift("belly", y=height - 0.17 * size * crouch)
    pose.turn("belly", pitch=pitch + 0.10 * crouch * (1 if u < 0.5 else -1))
    pose.turn("neck_1", pitch=-0.6 * pitch)
    tucked = 4 * air * (1 - air)
    pose.turn("pelvis", pitch=0.25 * tucked - 0.2 * pulse(u, 0.31, 0.1))
    for leg in FEET:
        fore = leg.startswith("fore")
        own = min(max((u - (0.26 if fore else 0.30)) / (0.40 if fore else 0.41), 0.0), 1.0)
        up = 4 * own * (1 - own)
        fold = -0.9 * up if fore else -0.6 * up
        pose.plant(
            leg, y=0.62 * size * up + 0.10 * size * up, z=size * (0.05 if fore else 0.08) * up, end=fold, foot=fold
        )
    return height


def graze(pose: Pose, animal: Quadruped, t: float, seed: float) -> None:
    """The mouth at the ground, chewing; the head comes up now and then."""
    up = ease((wander(t, 4.2, seed) - 0.7) * 4)
    down = 1 - 0.55 * up
    n0, n1, n2 = animal.neck
    # Turn the neck until the muzzle, hanging, is at the ground.
    length = math.hypot(n2[0] - n0[0], n2[1] - n0[1])
    slope = math.atan2(n2[1] - n0[1], n2[0] - n0[0])
    hang = math.hypot(animal.muzzle[1][0] - n2[0], animal.muzzle[1][1] - n2[1]) * 0.92
    drop = (n0[1] - hang - animal.muzzle[1][2] * 0.5) / max(length, 0.05)
    target = -math.asin(min(0.98, max(-0.9, drop)))
    short = max(0.0, drop - 0.98) * length
    rest = math.atan2(animal.muzzle[1][1] - n2[1], animal.muzzle[1][0] - n2[0])
    total = (target - slope) * down
    # What is still missing: the neck stretches, then the forequarters come down.
    stretch = min(short, 0.45 * length) * down
    for bone, (a, b) in (("neck_2", (n0, n1)), ("head", (n1, n2))):
        part = max(math.hypot(b[0] - a[0], b[1] - a[1]), 1e-3)
        pose.shift(bone, y=0.5 * stretch * (b[1] - a[1]) / part, z=0.5 * stretch * (b[0] - a[0]) / part)
    lower = min(0.26, max(0.0, short * down - stretch) / max(n0[0] - animal.spine[1][0], 0.1))
    pose.turn("belly", pitch=-lower)
    pose.turn("neck_1", pitch=0.62 * total + lower * 0.6)
    pose.turn("neck_2", pitch=0.38 * total)
    pose.turn("head", pitch=(-1.25 - rest) * down - total, yaw=0.12 * swing(t, 0.35, seed))
    pose.turn("jaw", pitch=-0.10 - 0.10 * swing(t, 1.5, seed), yaw=0.05 * swing(t, 1.5, seed + 0.25))
    for leg in FEET:
        pose.plant(leg)


def act(
    animal: Quadruped,
    action: str,
    rng: np.random.Generator,
    pant: bool = False,
    hoofed: bool = False,
    more: Callable[[Pose, float, float], None] | None = None,
) -> Act:
    """What a four-legged animal does for each of the usual actions: stand, walk, trot, run, jump, sit, sleep, eat, play.

    `more` adds the species' own (wings, a trunk) to every pose.
    """
    seed = float(rng.uniform(0, 1))
    gaits = {"walk": animal.walk, "trot": animal.trot, "run": animal.run}

    def perform(pose: Pose, t: float, travelled: float) -> None:
        if action in gaits:
            phase = go(pose, animal, gaits[action], travelled, seed)
            fast = action == "run"
            breathe(pose, t, seed, 1.6 if fast else 0.8, 0.8)
            look_around(pose, t, seed, 0.10 if fast else 0.28)
            ears(
                pose,
                t,
                seed,
                0.35 + 0.12 * math.sin(2 * math.pi * phase) if fast else 0.04 * math.sin(4 * math.pi * phase),
            )
            rhythm = 0.10 * math.sin(2 * math.pi * phase)
            tail(pose, animal, t, seed, animal.wag * (0.25 if fast else 0.6), 0.9, animal.tail_up + rhythm)
            if pant:
                pose.turn("jaw", pitch=-0.22 - 0.06 * swing(t, 3.2, seed))
        elif action == "jump":
            height = leap(pose, animal, t + seed * 1.5)
            breathe(pose, t, seed, 0.8)
            ears(pose, t, seed, 0.4 * min(1.0, height / (0.4 * animal.withers)))
            tail(pose, animal, t, seed, animal.wag * 0.4, 1.2, animal.tail_up + 0.3)
        elif action == "sit":
            sit_down(pose, animal)
            breathe(pose, t, seed, 0.5)
            look_around(pose, t, seed, 0.55)
            ears(pose, t, seed)
            lay_tail(pose, animal)
            sweep = animal.wag * 0.6 * swing(t, 1.4 if pant else 0.4, seed)
            for link in range(1, len(animal.tail)):
                pose.turn(f"tail_{link}", yaw=sweep / (1 + 0.5 * link))
            if pant:
                pose.turn("jaw", pitch=-0.20 - 0.07 * swing(t, 3.4, seed))
        elif action == "sleep":
            lie_down(pose, animal, hoofed=hoofed)
            breathe(pose, t, seed, 0.26, 1.7)
            n0, _n1, n2 = animal.neck
            slope = math.atan2(n2[1] - n0[1], n2[0] - n0[0])
            pose.turn("neck_1", pitch=-(slope + 0.30) * (0.9 if not hoofed else 0.3), yaw=0.12)
            pose.turn("head", pitch=(slope + 0.22) * (0.85 if not hoofed else 0.1), roll=0.05)
            for side in "lr":
                pose.turn(f"lid_{side}", pitch=-1.3)
            ears(pose, t, seed, 0.15)
            lay_tail(pose, animal)
            for link in range(1, len(animal.tail)):
                pose.turn(f"tail_{link}", yaw=0.35 + 0.03 * swing(t, 0.2, seed - 0.1 * link))
        elif action == "eat":
            graze(pose, animal, t, seed)
            breathe(pose, t, seed, 0.4)
            ears(pose, t, seed)
            tail(pose, animal, t, seed, animal.wag * 0.7, 0.7)
        elif action == "play":
            bow(pose, animal, t, seed)
            breathe(pose, t, seed, 1.2)
            ears(pose, t, seed)
            tail(pose, animal, t, seed, animal.wag * 1.5, 2.6, animal.tail_up + 0.6)
            pose.turn("jaw", pitch=-0.25 - 0.08 * swing(t, 3.0, seed))
        else:
            stand_still(pose, t, seed)
            breathe(pose, t, seed)
            look_around(pose, t, seed)
            ears(pose, t, seed)
            tail(pose, animal, t, seed, animal.wag, 1.9 if pant else 0.5, animal.tail_up * 0.6)
            if pant:
                pose.turn("jaw", pitch=-0.16 - 0.07 * swing(t, 3.2, seed))
        if more is not None:
            more(pose, t, travelled)

    return perform


def bow(pose: Pose, animal: Quadruped, t: float, seed: float) -> None:
    """The bow that asks others to play, with hops from side to side between."""
    size = animal.withers
    u = fract(t / 1.6 + seed)
    low = ease(u / 0.18) * (1 - ease((u - 0.52) / 0.12))
    hop = math.sin(math.pi * min(max((u - 0.62) / 0.3, 0.0), 1.0))
    side = 1.0 if chance(t / 1.6 + seed, seed) > 0 else -1.0
    joint, _elbow, _wrist = animal.fore[:3]
    drop = 0.52 * joint[2] * low
    pose.turn("belly", pitch=-math.asin(min(0.7, drop / (animal.spine[3][0] - animal.spine[0][0]) * 0.9)))
    pose.shift("belly", y=-0.42 * drop + 0.16 * size * hop, z=-0.10 * size * low)
    pose.turn("neck_1", pitch=0.25 * low)
    pose.turn("head", pitch=0.3 * low, roll=0.15 * swing(t, 1.2, seed))
    pose.turn("chest", yaw=0.15 * side * hop)
    for leg in FEET:
        fore = leg.startswith("fore")
        pose.plant(leg, y=size * hop * (0.24 if fore else 0.14), z=(0.30 * size * low if fore else -0.02 * size * low),
                   end=(0.5 * low if fore else 0.0) - 0.5 * hop, foot=-0.4 * hop)  # fmt: skip
