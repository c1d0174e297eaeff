"""Reef fish in eight kinds, and a shark."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from promptreel.engines.scenes.creatures.creature import (
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
from promptreel.engines.scenes.creatures.fins import Wave, spine, steer
from promptreel.engines.scenes.creatures.gait import swing, wander
from promptreel.engines.scenes.creatures.loft import Doubles, Loft, blade, counts, eyes, loft, mirrored
from promptreel.engines.scenes.stage import Casting, Subject

Colour = tuple[float, float, float]
Pattern = Callable[[Doubles, Doubles, Doubles, "ReefFish"], Doubles]
"""Colours at z (-0.5 tail … 0.5 nose) and y (-1 belly … 1 back), with noise; fins ask beyond those."""


@dataclass(frozen=True, slots=True)
class ReefFish:
    """A kind of reef fish; lengths are shares of its body without the tail fin."""

    deep: float
    """Half of its height."""
    wide: float
    """Half of its width."""
    main: Colour
    second: Colour
    third: Colour
    pattern: Pattern
    fork: float = 0.10
    """How deep the tail is cut."""
    fin: float = 0.16
    """How high the fins on the back and below stand."""
    streamer: float = 0.0
    """How far the front of the fin on the back is drawn out."""


def _banded(z: Doubles, y: Doubles, grain: Doubles, kind: ReefFish) -> Doubles:
    """Three white bands with dark rims (clownfish)."""
    shade = np.broadcast_to(np.asarray(kind.main, float), (len(z), 3))
    for at, half in ((0.265, 0.055), (-0.03 - 0.0, 0.065), (-0.40, 0.04)):
        away = np.abs(z - at - 0.035 * (1 - y * y) * (at < 0.1) + 0.01 * grain)
        shade = tones(
            shade,
            (kind.third, soft(half + 0.035, half + 0.02, away)),
            (kind.second, soft(half + 0.006, half - 0.006, away)),
        )
    return np.asarray(tones(shade, (kind.third, soft(-0.70, -0.76, z) * 0.8)))


def _tang(z: Doubles, y: Doubles, grain: Doubles, kind: ReefFish) -> Doubles:
    """A dark palette on blue, the tail yellow."""
    band = soft(0.30, 0.16, np.abs(y - 0.55 + 0.5 * z)) * soft(0.33, 0.22, z)
    low = soft(0.14, 0.05, np.abs(y + 0.05 + 1.6 * (z + 0.15) ** 2)) * soft(0.10, 0.0, z)
    tail = soft(-0.46, -0.52, z) * soft(0.34, 0.26, np.abs(y) * 0.3 + 0.0)
    return np.asarray(tones(kind.main, (kind.second, np.clip(band + low, 0, 1)), (kind.third, tail)))


def _masked(z: Doubles, y: Doubles, grain: Doubles, kind: ReefFish) -> Doubles:
    """Pale in front, coloured behind, a dark band through the eye (butterflyfish)."""
    mask = soft(0.050, 0.028, np.abs(z - 0.335 + 0.02 * y))
    lines = soft(0.2, 0.8, np.sin(34 * (z + 0.42 * y))) * 0.25 * soft(0.30, 0.22, z)
    rear = soft(0.16, -0.20, z + 0.25 * y)
    spot = soft(0.15, 0.08, np.hypot((z + 0.30) * 1.2, (y - 0.55) * 0.45))
    return np.asarray(
        tones(kind.third, (kind.main, rear), (kind.main, lines), (kind.second, np.clip(mask + spot, 0, 1)))
    )


def _parted(z: Doubles, y: Doubles, grain: Doubles, kind: ReefFish) -> Doubles:
    """One colour in front, another behind (gramma, bicolour angelfish)."""
    split = soft(0.10, -0.16, z + 0.04 * grain - 0.05 * y)
    return np.asarray(
        tones(
            kind.main,
            (kind.second, split),
            (kind.third, soft(0.05, 0.02, np.abs(y - 0.3 - z)) * soft(0.2, 0.35, z) * 0.5),
        )
    )


def _plain(z: Doubles, y: Doubles, grain: Doubles, kind: ReefFish) -> Doubles:
    """Darker above, paler below, the tail of another colour (anthias, damsels)."""
    scales = 0.5 + 0.5 * np.sin(60 * z + 3 * np.sin(16 * y))
    shade = np.asarray(tones(kind.main, (kind.third, soft(0.1, -0.8, y) * 0.7), (kind.second, soft(-0.40, -0.54, z))))
    return np.asarray(shade * (1 - 0.10 * scales - 0.15 * soft(0.3, 1.0, y))[:, None])


def _striped(z: Doubles, y: Doubles, grain: Doubles, kind: ReefFish) -> Doubles:
    """Fine level stripes and a dark mask (emperor angelfish)."""
    wave = soft(-0.25, 0.35, np.sin(19 * (y - 0.25 * z) + 0.3 * grain)) * soft(0.24, 0.14, z) * soft(-0.52, -0.46, z)
    mask = soft(0.045, 0.03, np.abs(z - 0.345 - 0.03 * y)) + soft(0.05, 0.03, np.abs(z - 0.195)) * soft(0.4, 0.1, y)
    return np.asarray(
        tones(
            kind.main,
            (kind.third, wave),
            (np.asarray(kind.main) * 0.25, np.clip(mask, 0, 1)),
            (kind.second, soft(-0.46, -0.52, z)),
        )
    )


def _idol(z: Doubles, y: Doubles, grain: Doubles, kind: ReefFish) -> Doubles:
    """Broad upright bands of black, white and yellow (bannerfish)."""
    slope = z + 0.10 * y
    bands = soft(0.085, 0.065, np.abs(slope - 0.20)) + soft(0.10, 0.08, np.abs(slope + 0.22))
    return np.asarray(tones(kind.third, (kind.second, soft(-0.33, -0.37, slope)), (kind.main, np.clip(bands, 0, 1)),
                            (kind.main, soft(0.015, 0.005, np.abs(z - 0.36)) * 0.8)))  # fmt: skip


KINDS = (
    ReefFish(0.215, 0.105, (0.66, 0.17, 0.015), (0.74, 0.72, 0.68), (0.02, 0.016, 0.014), _banded, -0.06, 0.11),
    ReefFish(0.260, 0.080, (0.03, 0.17, 0.58), (0.014, 0.016, 0.045), (0.72, 0.52, 0.02), _tang, 0.03, 0.09),
    ReefFish(0.310, 0.075, (0.70, 0.48, 0.02), (0.018, 0.016, 0.016), (0.72, 0.70, 0.60), _masked, 0.0, 0.14),
    ReefFish(0.200, 0.085, (0.34, 0.08, 0.46), (0.72, 0.48, 0.05), (0.02, 0.015, 0.03), _parted, 0.05, 0.11),
    ReefFish(0.180, 0.080, (0.62, 0.19, 0.10), (0.56, 0.14, 0.26), (0.66, 0.36, 0.30), _plain, 0.24, 0.13),
    ReefFish(0.205, 0.085, (0.05, 0.25, 0.62), (0.70, 0.50, 0.05), (0.16, 0.42, 0.68), _plain, 0.12, 0.11),
    ReefFish(0.280, 0.085, (0.03, 0.10, 0.38), (0.70, 0.42, 0.03), (0.70, 0.54, 0.06), _striped, -0.05, 0.13),
    ReefFish(0.310, 0.070, (0.018, 0.016, 0.016), (0.70, 0.50, 0.03), (0.74, 0.73, 0.66), _idol, 0.0, 0.15, 0.55),
)  # fmt: skip
SHOALING = (4, 5, 3)
"""The kinds that come in shoals."""

_PROFILE = ((0.500, 0.05, 0.10), (0.485, 0.15, 0.28), (0.430, 0.40, 0.60), (0.330, 0.72, 0.88), (0.180, 0.96, 1.00),
            (0.020, 1.00, 0.96), (-0.150, 0.86, 0.76), (-0.290, 0.60, 0.50), (-0.390, 0.38, 0.30), (-0.460, 0.29, 0.17),
            (-0.510, 0.28, 0.10))  # fmt: skip
"""z, share of the height, share of the width."""
_JOINTS = (0.50, 0.16, -0.04, -0.18, -0.30, -0.40, -0.52)
FISH_SWIM = Wave(2.3, (0.07, 0.05, 0.10, 0.14, 0.18, 0.26), 0.75, heave=0.004)


def fish(casting: Casting) -> Creature:
    """A reef fish, 18 cm without its tail."""
    rng = casting.rng
    draw = int(rng.integers(1000))
    kind = KINDS[draw % len(KINDS)] if casting.detail else KINDS[SHOALING[draw % len(SHOALING)]]
    size = 0.18
    main = np.asarray(recoloured(kind.main, casting), float)
    if casting.colour is not None:
        pale = tuple(float(value) for value in 0.5 * main + 0.32)
        kind = ReefFish(kind.deep, kind.wide, (main[0], main[1], main[2]), (main[0] * 0.6, main[1] * 0.6, main[2] * 0.6),
                        (pale[0], pale[1], pale[2]), _plain, max(kind.fork, 0.1), kind.fin, kind.streamer)  # fmt: skip
    high = kind.deep * size
    body = Loft(tuple((size * z, high, size * kind.wide * w, high * h, 0.94 * high * h) for z, h, w in _PROFILE))
    bones = Skeleton()
    chain = spine(bones, [size * z for z in _JOINTS], high)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        bones.add(f"fin_{side}", "spine_1", (sign * 0.9 * kind.wide * size, 0.75 * high, 0.17 * size),
                  (sign * 0.3 * size, 0.6 * high, 0.0))  # fmt: skip
    kit = Kit(bones, [], casting)

    def colours(z: Doubles, y: Doubles, points: Doubles) -> Doubles:
        grain = mottle(points / size, 0.07, rng)
        return np.asarray(kind.pattern(z / size, (y - high) / high, grain, kind) * (1 + 0.08 * grain)[:, None])

    def paint(patch: Patch) -> Doubles:
        _x, y, z = patch.points.T.astype(float)
        shade = colours(z, y, patch.points.astype(float))
        gill = soft(0.012, 0.004, np.abs(np.hypot((z / size - 0.33), 0.22 * (y - high) / high) - 0.12)) * soft(
            0.20, 0.24, z / size
        )
        return np.asarray(
            shade
            * (1 - 0.35 * gill * soft(0.33, 0.28, z / size))[:, None]
            * (1 - 0.22 * soft(0.4, 1.0, patch.normals[:, 1]))[:, None]
        )

    rings, sides = counts(kit, (12, 26, 60), (8, 16, 32))
    loft(kit, body, chain, paint, rings, sides, 0.30, along="z")
    eyes(kit, "spine_0", body, 0.150, 1.12, 0.030 * size, (0.006, 0.006, 0.006), (0.42, 0.36, 0.20), 0.96, 0.6)

    def top(z: float, sense: float = 1.0) -> float:
        profile = np.array(_PROFILE)[::-1]
        return float(high + sense * high * np.interp(z, profile[:, 0], profile[:, 1]) * (0.93 if sense > 0 else 0.86))

    def upright(spots: list[tuple[float, float]], sense: float) -> list[tuple[float, ...]]:
        """Rows of a fin along the back (or the belly): z and how high it stands there."""
        return [(0.0, top(z, sense), z * size, 0.0, top(z, sense) + sense * tall * size, (z - 0.55 * tall) * size)
                for z, tall in spots]  # fmt: skip

    def fin(points_z: Doubles, v: Doubles, dark: float) -> Doubles:
        """Rays, and the colours of the body behind."""
        edge = kind.deep * (1.05 if dark > 0 else -1.05)
        shade = colours(points_z, np.full(len(v), high + edge * size * 0.9), np.stack([0 * v, v * 0.02, points_z], 1))
        rays = 1 - 0.20 * soft(0.2, 0.9, np.sin(points_z / size * 150))
        return np.asarray(shade * (rays * (1 - 0.30 * v))[:, None])

    f = kind.fin
    along = counts(kit, (4, 10, 26), (2, 4, 6))
    back = [(0.24, 0.02), (0.16, 0.8 * f), (0.02, f), (-0.15, 0.95 * f), (-0.30, 1.0 * f), (-0.40, 0.35 * f)]
    if kind.streamer:
        back[1:3] = [(0.17, kind.streamer), (0.08, 0.9 * f)]
    belly = [(-0.08, 0.02), (-0.14, 0.9 * f), (-0.28, 0.95 * f), (-0.40, 0.3 * f)]
    for spots, sense in ((back, 1.0), (belly, -1.0)):
        span = (spots[0][0], spots[-1][0])

        def shade(
            u: Doubles, v: Doubles, way: float, span: tuple[float, float] = span, sense: float = sense
        ) -> Doubles:
            return fin((span[0] + (span[1] - span[0]) * u) * size, v, sense)

        blade(
            kit,
            upright(spots, sense),
            chain,
            shade,
            *along,
            0.03,
            up=(1, 0, 0),
            gloss=0.2,
            translucency=0.35,
            along="z",
        )
    rows = []
    for y in (1.0, 0.8, 0.45, 0.0, -0.45, -0.8, -1.0):
        spread = 0.26 * size
        rows.append((0.0, high + 0.24 * high * y, -0.49 * size, 0.0, high + spread * y * 0.9,
                     -(0.64 + 0.16 * abs(y) * (1 + 2 * kind.fork) - kind.fork * (1 - abs(y)) + 0.06) * size))  # fmt: skip

    def tail(u: Doubles, v: Doubles, way: float) -> Doubles:
        shade = colours(-(0.47 + 0.3 * v) * size, high + (1 - 2 * u) * high, np.stack([0 * u, u * 0.04, v * 0.04], 1))
        return np.asarray(shade * (1 - 0.22 * soft(0.2, 0.9, np.sin(u * 80)) * v)[:, None])

    blade(
        kit,
        rows,
        chain,
        tail,
        *counts(kit, (4, 10, 22), (3, 4, 7)),
        0.02,
        up=(1, 0, 0),
        gloss=0.2,
        translucency=0.4,
        along="z",
    )
    if kit.fine:
        light = np.asarray(kind.main, float) * 0.7 + 0.12
        for side, sign in (("l", -1.0), ("r", 1.0)):
            root = np.array([sign * 0.95 * kind.wide * size, 0.80 * high, 0.17 * size])
            kit.leaf(f"fin_{side}", root, (sign * 0.075 * size, -0.02 * size, -0.17 * size), (0, 0.055 * size, -0.02 * size),
                     light, None, (0.35, 0.8, 1.0, 0.9, 0.3), columns=4, translucency=0.5, thick=0.0004)  # fmt: skip
            kit.leaf(
                "spine_1",
                (sign * 0.25 * kind.wide * size, top(0.12, -1), 0.12 * size),
                (sign * 0.02 * size, -0.13 * size, -0.11 * size),
                (0, 0, 0.035 * size),
                light,
                None,
                (0.7, 1.0, 0.7, 0.1),
                translucency=0.4,
                thick=0.0004,
            )
    seed = float(rng.uniform())
    pace = {"drift": 0.45, "float": 0.4}.get(casting.action, 1.0)
    wave = Wave(
        FISH_SWIM.rate * pace * float(rng.uniform(0.88, 1.12)), FISH_SWIM.angles, FISH_SWIM.lag, heave=FISH_SWIM.heave
    )

    def act(pose: Pose, t: float, _travelled: float) -> None:
        # Fish beat their tails for a while, then coast.
        effort = 0.55 + 0.45 * wander(t, 1.6, seed, 0.5)
        phase = wave.apply(pose, t, seed, (0.35 + 0.75 * effort) * min(1.0, 0.5 + 0.5 * pace))
        steer(pose, t, seed, 5, 0.06)
        pose.turn("spine_1", roll=0.05 * swing(t, 0.5, seed), pitch=0.05 * wander(t, 2.2, seed + 0.3, 0.6))
        for side, sign in (("l", -1.0), ("r", 1.0)):
            row = math.sin(0.8 * phase + (0.9 if side == "l" else 0.0))
            pose.turn(f"fin_{side}", yaw=-sign * (0.45 + 0.40 * row), roll=-sign * 0.25 * math.cos(0.8 * phase))

    return kit.body(act)


# -- shark -------------------------------------------------------------------------------------------------------------

SHARK = (
    (0.500, 0.112, 0.008, 0.008, 0.008), (0.488, 0.112, 0.026, 0.020, 0.018), (0.450, 0.108, 0.050, 0.040, 0.036),
    (0.390, 0.102, 0.066, 0.056, 0.056), (0.300, 0.098, 0.076, 0.072, 0.072), (0.180, 0.096, 0.082, 0.086, 0.084),
    (0.040, 0.098, 0.079, 0.086, 0.082), (-0.110, 0.104, 0.060, 0.070, 0.064), (-0.240, 0.112, 0.036, 0.048, 0.043),
    (-0.340, 0.118, 0.021, 0.030, 0.027), (-0.395, 0.121, 0.017, 0.020, 0.019), (-0.425, 0.124, 0.010, 0.016, 0.014),
)  # fmt: skip
SHARK_JOINTS = (0.50, 0.20, 0.02, -0.12, -0.22, -0.31, -0.38, -0.55)
SHARK_SWIM = Wave(0.75, (0.06, 0.03, 0.07, 0.11, 0.14, 0.18, 0.20), 0.66, heave=0.03)


def shark(casting: Casting) -> Creature:
    """A grey shark of 4 m, white below."""
    rng = casting.rng
    size = 4.0
    body = Loft(tuple((size * z, size * y, size * w, size * a, size * b) for z, y, w, a, b in SHARK), 2.1)
    bones = Skeleton()
    chain = spine(bones, [size * z for z in SHARK_JOINTS], 0.10 * size)
    kit = Kit(bones, [], casting)
    grey = np.asarray(recoloured((0.115, 0.125, 0.135), casting))
    white = np.array([0.60, 0.61, 0.60])
    rings, sides = counts(kit, (11, 28, 64), (8, 20, 40))

    def paint(patch: Patch) -> Doubles:
        share = np.repeat(np.linspace(0, 1, rings), sides)
        angle = np.tile(np.arange(sides) * (2 * np.pi / sides), rings)
        below = np.minimum(angle, 2 * np.pi - angle) / np.pi
        cloud, fine = mottle(patch.points, 0.35, rng), mottle(patch.points, 0.08, rng)
        belly = soft(0.585, 0.655, below + 0.020 * cloud + 0.015 * fine)
        back = soft(0.35, 0.05, below) * 0.35
        mouth = (
            soft(0.026, 0.010, np.abs(below - 0.735 + 1.9 * (share - 0.105) * (share > 0.105)))
            * soft(0.175, 0.160, share)
            * soft(0.085, 0.095, share)
        )
        shade = tones(grey, (grey * 0.6, back), (white, belly), ((0.10, 0.05, 0.05), mouth * 0.9))
        return np.asarray(shade * (1 + 0.08 * cloud + 0.07 * fine)[:, None])

    loft(kit, body, chain, paint, rings, sides, 0.28, along="z")
    eyes(kit, "spine_0", body, 0.115, 1.40, 0.0105 * size, (0.005, 0.005, 0.005), (0.015, 0.015, 0.015), 0.97)
    if kit.fine:
        for sign in (-1.0, 1.0):
            x, y, z = body.at(0.05, 1.75, 0.99)
            kit.ball("spine_0", (sign * x, y, z), 0.02, (0.01, 0.01, 0.01), sides=5)
            for number in range(5 if kit.finest else 0):
                slit = [
                    body.at(0.262 + 0.017 * number, angle, 0.999) * [sign, 1, 1] for angle in (1.05, 1.4, 1.75, 2.0)
                ]
                kit.tube("spine_1", slit, [0.002, 0.010, 0.010, 0.002], grey * 0.22, sides=4)
    # Each fin: leading and trailing edge from root to tip, in shares of the length.
    dorsal = [(0.0, 0.165, 0.10, 0, 0.170, -0.045), (0, 0.215, 0.045, 0, 0.212, -0.040), (0, 0.262, -0.010, 0, 0.258, -0.050),
              (0, 0.285, -0.045, 0, 0.282, -0.062)]  # fmt: skip
    second = [
        (0, 0.150, -0.235, 0, 0.148, -0.285),
        (0, 0.168, -0.262, 0, 0.164, -0.292),
        (0, 0.176, -0.280, 0, 0.174, -0.298),
    ]
    anal = [
        (0, 0.080, -0.255, 0, 0.086, -0.30),
        (0, 0.062, -0.280, 0, 0.064, -0.312),
        (0, 0.054, -0.298, 0, 0.055, -0.320),
    ]
    upper = [(0.0, 0.118, -0.375, 0, 0.112, -0.435), (0, 0.165, -0.415, 0, 0.145, -0.468), (0, 0.225, -0.465, 0, 0.200, -0.495),
             (0, 0.278, -0.515, 0, 0.262, -0.535), (0, 0.298, -0.540, 0, 0.290, -0.548)]  # fmt: skip
    lower = [(0.0, 0.122, -0.380, 0, 0.128, -0.440), (0, 0.080, -0.410, 0, 0.098, -0.452), (0, 0.040, -0.445, 0, 0.052, -0.468),
             (0, 0.018, -0.468, 0, 0.022, -0.476)]  # fmt: skip

    def shade(u: Doubles, v: Doubles, way: float) -> Doubles:
        return np.asarray(np.broadcast_to(grey * 0.85, (len(u), 3)) * (1 - 0.25 * soft(0.7, 1.0, u))[:, None])

    for rows in (dorsal, second, anal, upper, lower):
        blade(kit, np.array(rows) * size, chain, shade, *counts(kit, (3, 7, 14), (3, 5, 7)), 0.12, up=(1, 0, 0), gloss=0.2,
              along="z")  # fmt: skip

    def pectoral(u: Doubles, v: Doubles, way: float) -> Doubles:
        colour = grey * 0.85 if way > 0 else white * 0.9
        return np.asarray(tones(colour, (grey * 0.4, soft(0.80, 0.95, u) * 0.7)) * np.ones((len(u), 1)))

    front = [
        (0.055, 0.062, 0.205, 0.055, 0.055, 0.105),
        (0.115, 0.042, 0.155, 0.100, 0.038, 0.075),
        (0.170, 0.020, 0.085, 0.152, 0.018, 0.035),
        (0.205, 0.004, 0.020, 0.196, 0.004, 0.004),
    ]
    pelvic = [
        (0.025, 0.040, -0.10, 0.025, 0.040, -0.155),
        (0.052, 0.028, -0.128, 0.046, 0.028, -0.165),
        (0.066, 0.020, -0.152, 0.062, 0.020, -0.170),
    ]
    for sign in (-1.0, 1.0):
        for paired in (front, pelvic):
            blade(
                kit,
                mirrored(np.array(paired) * size, sign),
                chain,
                pectoral,
                *counts(kit, (3, 8, 16), (3, 5, 7)),
                0.10,
                gloss=0.2,
                along="z",
            )
    seed = float(rng.uniform())

    def act(pose: Pose, t: float, _travelled: float) -> None:
        SHARK_SWIM.apply(pose, t, seed, 0.85 + 0.15 * swing(t, 0.13, seed))
        steer(pose, t, seed, 6, 0.05)
        pose.turn("spine_1", roll=0.05 * wander(t, 3.0, seed, 0.7))

    return kit.body(act)


ROWS = (
    Subject(
        "fish", fish, "underwater", 0.23, 0.10, {"swim": 0.55, "drift": 0.10, "float": 0.0}, altitude=3.0, group=12
    ),
    Subject("shark", shark, "underwater", 4.1, 1.1, {"swim": 1.6, "glide": 1.2, "drift": 0.4}, altitude=4.0),
)
