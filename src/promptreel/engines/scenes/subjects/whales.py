"""Humpback whale, dolphin."""

import math

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
from promptreel.engines.scenes.creatures.loft import Chain, Doubles, Loft, blade, counts, eyes, loft, mirrored
from promptreel.engines.scenes.stage import Casting, Subject

# Shares of 1 m of whale; the belly at y = 0.
WHALE = (
    (0.500, 0.105, 0.010, 0.012, 0.010), (0.490, 0.104, 0.034, 0.022, 0.026), (0.460, 0.102, 0.056, 0.034, 0.052),
    (0.400, 0.102, 0.075, 0.046, 0.076), (0.320, 0.102, 0.090, 0.060, 0.092), (0.210, 0.100, 0.104, 0.078, 0.100),
    (0.080, 0.100, 0.108, 0.088, 0.100), (-0.060, 0.104, 0.098, 0.084, 0.090), (-0.200, 0.114, 0.070, 0.068, 0.068),
    (-0.310, 0.122, 0.043, 0.050, 0.046), (-0.400, 0.126, 0.025, 0.034, 0.030), (-0.455, 0.127, 0.017, 0.020, 0.018),
    (-0.485, 0.127, 0.012, 0.010, 0.009),
)  # fmt: skip
WHALE_JOINTS = (0.50, 0.22, 0.0, -0.15, -0.27, -0.36, -0.43, -0.50)
WHALE_SWIM = Wave(0.28, (0.05, 0.03, 0.06, 0.10, 0.14, 0.18, 0.26), 0.62, upright=True, heave=0.12)


def whale(casting: Casting) -> Creature:
    """A humpback, 13 m long: long knobbly flippers, pleats below, a small fin far back, flukes with a ragged edge."""
    rng = casting.rng
    size = 13.0
    body = Loft(tuple((size * z, size * y, size * w, size * a, size * b) for z, y, w, a, b in WHALE), 2.2)
    bones = Skeleton()
    chain = spine(bones, [size * z for z in WHALE_JOINTS], 0.11 * size)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        shoulder = (sign * 0.085 * size, 0.055 * size, 0.20 * size)
        middle = (sign * 0.215 * size, 0.03 * size, 0.12 * size)
        bones.add(f"flipper_{side}", "spine_1", shoulder, middle)
        bones.add(f"flipper_{side}_2", f"flipper_{side}", middle, (sign * 0.34 * size, 0.02 * size, 0.03 * size))
    kit = Kit(bones, [], casting)
    dark = recoloured((0.036, 0.042, 0.052), casting)
    white = np.array([0.56, 0.57, 0.57])
    rings, sides = counts(kit, (11, 24, 48), (8, 24, 64))

    def pleats(share: Doubles, angle: Doubles) -> Doubles:
        """The grooves of the throat, from the chin to the navel."""
        below = np.minimum(angle, 2 * np.pi - angle) / np.pi
        return np.asarray(0.0035 * size * pleated(share, below) * (np.cos(below * np.pi * 26) - 1) * 0.5)

    def pleated(share: Doubles, below: Doubles) -> Doubles:
        return np.asarray(soft(0.04, 0.10, share) * soft(0.56, 0.44, share) * soft(0.60, 0.70, below))

    def paint(patch: Patch) -> Doubles:
        share = np.repeat(np.linspace(0, 1, rings), sides)
        angle = np.tile(np.arange(sides) * (2 * np.pi / sides), rings)
        below = np.minimum(angle, 2 * np.pi - angle) / np.pi
        blotch = mottle(patch.points, 0.9, rng)
        fine = mottle(patch.points, 0.22, rng)
        pale = soft(0.70, 0.86, below + 0.10 * blotch + 0.04 * fine) * soft(0.80, 0.5, share) * 0.85
        groove = pleated(share, below) * soft(0.3, 1.0, 0.5 - 0.5 * np.cos(below * np.pi * 26)) * 0.75
        scars = soft(0.62, 0.80, mottle(patch.points * [1, 1, 0.35], 0.16, rng)) * 0.20
        chin = soft(0.45, 0.70, mottle(patch.points, 0.13, rng)) * soft(0.16, 0.06, share) * 0.35
        back = soft(0.35, 0.0, below) * 0.30
        shade = tones(
            dark, (dark * 0.62, back), (white, pale), (dark * 0.55, groove), (white * 0.7, np.clip(scars + chin, 0, 1))
        )
        return np.asarray(shade * (1 + 0.16 * blotch + 0.14 * fine)[:, None])

    loft(kit, body, chain, paint, rings, sides, 0.32, along="z", grooves=pleats if kit.finest else None)
    eyes(kit, "spine_0", body, 0.185, 1.95, 0.011 * size, (0.01, 0.01, 0.01), dark * 1.6, 0.985)
    if kit.fine:
        _tubercles(kit, body, dark)
    _flippers(kit, size, dark, white)
    _flukes(kit, chain, size * -0.455, 0.127 * size, 0.165 * size, 0.115 * size, dark, white, ragged=True)
    fin = [
        (0, 0.195, -0.09, 0, 0.178, -0.20),
        (0, 0.213, -0.135, 0, 0.195, -0.195),
        (0, 0.222, -0.178, 0, 0.216, -0.196),
    ]
    blade(kit, np.array(fin) * size, chain, dark * 0.8, *counts(kit, (3, 5, 8), (3, 4, 6)), 0.22, up=(1, 0, 0), gloss=0.3,
          along="z")  # fmt: skip
    seed = float(rng.uniform())
    leaps = casting.action == "jump"

    def act(pose: Pose, t: float, _travelled: float) -> None:
        phase = WHALE_SWIM.apply(pose, t, seed, 0.8 if leaps else 1.0)
        steer(pose, t, seed, 7, 0.025)
        if leaps:
            # A breaching whale arches its back, spreads its flippers and rolls on to its side.
            pose.turn("spine_0", pitch=0.10)
            pose.turn("spine_1", roll=0.45 + 0.12 * swing(t, 0.2, seed))
            for number in (2, 3, 4):
                pose.turn(f"spine_{number}", pitch=0.05)
        for side, sign in (("l", -1.0), ("r", 1.0)):
            flap = 0.16 * math.sin(phase * 0.5 - 1.0 + 0.3 * sign) + 0.10 * wander(t, 4.0, seed + 0.3 * sign, 0.8)
            spread = 0.55 + 0.25 * swing(t, 0.22, seed + 0.2 * sign) if leaps else 0.0
            pose.turn(f"flipper_{side}", roll=-sign * (flap - 0.18 + spread), yaw=sign * (0.10 - 0.3 * (spread > 0)))
            pose.turn(f"flipper_{side}_2", roll=-sign * (0.8 * flap + 0.05), pitch=0.12 * math.sin(phase * 0.5))

    return kit.body(act)


def _tubercles(kit: Kit, body: Loft, dark: Doubles) -> None:
    """The knobs on a humpback's head."""
    for row, angle in ((0, 0.0), (1, 0.55), (2, 1.25)):
        for number in range(5 if kit.finest else 3):
            share = 0.035 + 0.034 * number * (1.0 if kit.finest else 1.7) + 0.006 * row
            for sign in (-1.0, 1.0) if angle else (1.0,):
                x, y, z = body.at(share, angle, 0.99)
                kit.ball(
                    "spine_0", (sign * x, y, z), 0.075, dark * 1.35, 0, 0.3, (1, 0.8, 1.2), sides=6 if kit.finest else 4
                )


def _flippers(kit: Kit, size: float, dark: Doubles, white: Doubles) -> None:
    """A third of the whale long, knobbed in front, white below."""
    rows = np.array([
        (0.050, 0.060, 0.235, 0.050, 0.055, 0.155), (0.110, 0.050, 0.222, 0.095, 0.046, 0.138),
        (0.170, 0.040, 0.192, 0.150, 0.036, 0.112), (0.235, 0.032, 0.142, 0.215, 0.029, 0.070),
        (0.290, 0.026, 0.090, 0.276, 0.024, 0.034), (0.330, 0.022, 0.040, 0.325, 0.021, 0.008),
        (0.345, 0.020, 0.006, 0.344, 0.020, 0.000),
    ]) * size  # fmt: skip
    span, chord = counts(kit, (5, 14, 32), (3, 5, 9))
    knobs = np.linspace(0, 1, 13)
    fine = np.stack([np.interp(knobs, np.linspace(0, 1, len(rows)), column) for column in rows.T], axis=1)
    fine[1:-1:2, 2] += 0.010 * size
    for side, sign in (("l", -1.0), ("r", 1.0)):
        names = ("spine_1", f"flipper_{side}", f"flipper_{side}_2")

        def shade(u: Doubles, v: Doubles, way: float) -> Doubles:
            patchy = np.sin(9 * u + 2) * np.sin(7 * v + 5 * u)
            pale = soft(0.15, 0.30, u + 0.05 * patchy) if way < 0 else soft(0.5, 0.95, u + 0.25 * patchy) * 0.45
            rim = soft(0.16, 0.03, v) * 0.5 * soft(0.1, 0.3, u)
            return np.asarray(tones(dark, (white, np.clip(pale + rim, 0, 0.95))))

        chain = Chain(names, (0.0, 0.22, 0.80))
        blade(kit, mirrored(fine if kit.finest else rows, sign), chain, shade, span, chord, 0.16, gloss=0.3)


def _flukes(
    kit: Kit,
    chain: Chain,
    root: float,
    high: float,
    half: float,
    long: float,
    dark: Doubles,
    white: Doubles,
    ragged: bool,
) -> None:
    """The two lobes of the tail, level, with a notch between; they bend with the end of the spine."""
    rows = []
    for x, ahead, behind in ((0.0, 0.20, 0.62), (0.14, 0.12, 0.80), (0.36, -0.10, 0.86), (0.60, -0.34, 0.88),
                             (0.82, -0.62, 0.96), (0.95, -0.86, 1.04), (1.0, -1.00, 1.06)):  # fmt: skip
        rows.append((x * half, high, root + long * ahead, x * half, high, root - long * behind * 0.9))

    def shade(u: Doubles, v: Doubles, way: float) -> Doubles:
        if way > 0:
            return np.broadcast_to(dark, (len(u), 3)) * (1 - 0.2 * v)[:, None]
        pale = soft(0.2, 0.5, u) * soft(0.98, 0.75, v) * (0.75 + 0.25 * np.sin(11 * u + 6 * v))
        return np.asarray(tones(dark, (white, pale * (0.85 if ragged else 0.25))))

    def edge(u: Doubles) -> Doubles:
        return np.asarray(1 - 0.035 * np.abs(np.sin(u * 24)) * soft(0.1, 0.3, u) * ragged)

    span, chord = counts(kit, (4, 10, 26), (3, 5, 8))
    for sign in (-1.0, 1.0):
        blade(kit, mirrored(rows, sign), chain, shade, span, chord, 0.13, gloss=0.3, edge=edge, along="z")


# -- dolphin -----------------------------------------------------------------------------------------------------------

DOLPHIN = (
    (0.485, 0.098, 0.004, 0.004, 0.004), (0.478, 0.098, 0.013, 0.010, 0.011), (0.440, 0.098, 0.019, 0.015, 0.017),
    (0.410, 0.100, 0.025, 0.022, 0.023), (0.398, 0.102, 0.040, 0.042, 0.036), (0.375, 0.104, 0.055, 0.058, 0.050),
    (0.315, 0.103, 0.073, 0.070, 0.072), (0.200, 0.100, 0.088, 0.084, 0.090), (0.060, 0.100, 0.094, 0.090, 0.096),
    (-0.080, 0.103, 0.080, 0.080, 0.082), (-0.220, 0.108, 0.050, 0.060, 0.058), (-0.330, 0.112, 0.027, 0.042, 0.038),
    (-0.410, 0.113, 0.015, 0.025, 0.022), (-0.455, 0.113, 0.010, 0.012, 0.011),
)  # fmt: skip
DOLPHIN_JOINTS = (0.50, 0.24, 0.02, -0.12, -0.23, -0.32, -0.40, -0.50)
DOLPHIN_SWIM = Wave(1.5, (0.05, 0.02, 0.07, 0.10, 0.14, 0.20, 0.30), 0.62, upright=True, heave=0.025)


def dolphin(casting: Casting) -> Creature:
    """A bottlenose: grey above, pale below, with a smile."""
    rng = casting.rng
    size = 2.7
    body = Loft(tuple((size * z, size * y, size * w, size * a, size * b) for z, y, w, a, b in DOLPHIN))
    bones = Skeleton()
    chain = spine(bones, [size * z for z in DOLPHIN_JOINTS], 0.10 * size)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        bones.add(
            f"flipper_{side}",
            "spine_1",
            (sign * 0.06 * size, 0.05 * size, 0.20 * size),
            (sign * 0.15 * size, 0, 0.06 * size),
        )
    kit = Kit(bones, [], casting)
    grey = recoloured((0.125, 0.145, 0.170), casting)
    pale = 0.4 * grey + np.array([0.40, 0.40, 0.41])
    rings, sides = counts(kit, (11, 26, 60), (8, 20, 40))

    def paint(patch: Patch) -> Doubles:
        share = np.repeat(np.linspace(0, 1, rings), sides)
        angle = np.tile(np.arange(sides) * (2 * np.pi / sides), rings)
        below = np.minimum(angle, 2 * np.pi - angle) / np.pi
        cloud = mottle(patch.points, 0.22, rng)
        belly = soft(0.60, 0.80, below + 0.03 * cloud + 0.10 * soft(0.5, 0.2, share)) * soft(0.97, 0.80, share)
        flank = soft(0.30, 0.55, below) * 0.30
        cape = soft(0.34, 0.20, below + 0.02 * cloud) * 0.45
        line = 0.605 - 0.17 * soft(0.085, 0.165, share) ** 2 + 0.05 * soft(0.0, 0.06, share)
        mouth = soft(0.020, 0.006, np.abs(below - line)) * soft(0.175, 0.165, share) * soft(0.0, 0.012, share) * 0.8
        blaze = soft(0.055, 0.02, np.hypot((share - 0.175) * 1.6, below - 0.40)) * 0.5
        shade = tones(
            grey, (pale, flank), (grey * 0.55, cape), (pale, belly), (grey * 0.3, mouth), (grey * 0.45, blaze)
        )
        return np.asarray(shade * (1 + 0.07 * cloud)[:, None])

    loft(kit, body, chain, paint, rings, sides, 0.42, along="z")
    eyes(kit, "spine_0", body, 0.178, 1.62, 0.0085 * size, (0.012, 0.01, 0.01), (0.03, 0.025, 0.025), 0.985)
    fin = [(0, 0.165, 0.08, 0, 0.170, -0.115), (0, 0.215, 0.012, 0, 0.213, -0.098), (0, 0.252, -0.055, 0, 0.248, -0.108),
           (0, 0.272, -0.115, 0, 0.269, -0.130)]  # fmt: skip
    blade(kit, np.array(fin) * size, chain, grey * 0.7, *counts(kit, (3, 7, 14), (3, 5, 8)), 0.16, up=(1, 0, 0), gloss=0.4,
          along="z")  # fmt: skip
    flipper = np.array([(0.045, 0.055, 0.235, 0.050, 0.045, 0.150), (0.085, 0.030, 0.195, 0.085, 0.026, 0.118),
                        (0.125, 0.006, 0.135, 0.120, 0.004, 0.085), (0.150, -0.010, 0.070, 0.146, -0.010, 0.055)])  # fmt: skip
    flipper *= size
    for side, sign in (("l", -1.0), ("r", 1.0)):
        blade(
            kit,
            mirrored(flipper, sign),
            f"flipper_{side}",
            grey * 0.75,
            *counts(kit, (4, 7, 14), (3, 4, 7)),
            0.15,
            gloss=0.4,
        )
    _flukes(kit, chain, -0.43 * size, 0.113 * size, 0.135 * size, 0.085 * size, grey * 0.75, pale, ragged=False)
    seed = float(rng.uniform())
    leaps = casting.action in ("jump", "play")

    def act(pose: Pose, t: float, _travelled: float) -> None:
        phase = DOLPHIN_SWIM.apply(pose, t, seed, 0.75 if leaps else 1.0)
        steer(pose, t, seed, 7, 0.03)
        if leaps:
            for number in (2, 3, 4, 5):
                pose.turn(f"spine_{number}", pitch=0.09)
            pose.turn("spine_0", pitch=-0.10)
        for side, sign in (("l", -1.0), ("r", 1.0)):
            pose.turn(f"flipper_{side}", roll=-sign * (0.08 * math.sin(phase - 1) + 0.12 * wander(t, 2.0, seed, 0.6)))

    return kit.body(act)


ROWS = (
    Subject(
        "whale", whale, "underwater", 13.0, 2.75, {"swim": 2.2, "jump": 3.0, "drift": 0.5, "glide": 1.6}, altitude=6.0
    ),
    Subject(
        "dolphin", dolphin, "underwater", 2.6, 0.70, {"swim": 3.2, "jump": 4.5, "glide": 2.4}, altitude=1.5, group=3
    ),
)
