"""Butterfly, bee."""

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
from promptreel.engines.scenes.creatures.gait import ease, fract, swing, wander
from promptreel.engines.scenes.creatures.loft import Doubles, Loft, counts, eyes, loft, spline
from promptreel.engines.scenes.mesh import grid_triangles, vertex_normals
from promptreel.engines.scenes.stage import Casting, Subject

TURN = 2 * math.pi
Colour = tuple[float, float, float]
Rows = tuple[tuple[float, float, float, float], ...]
"""A wing from root to margin: x and z of the front edge, x and z of the rear edge, as shares of the span of both wings."""
Pattern = Callable[[Doubles, Doubles, bool], Doubles]
"""Colours at u (0 root … 1 margin) and v (0 front … 1 rear) of the fore (True) or the hind wing."""

FORE: Rows = (
    (0.01, 0.070, 0.01, 0.000),
    (0.10, 0.150, 0.10, -0.005),
    (0.24, 0.255, 0.23, -0.015),
    (0.38, 0.345, 0.335, -0.020),
    (0.475, 0.385, 0.395, -0.010),
    (0.500, 0.385, 0.415, 0.005),
)
HIND: Rows = (
    (0.01, 0.005, 0.01, -0.060),
    (0.11, 0.010, 0.045, -0.165),
    (0.24, 0.005, 0.085, -0.260),
    (0.345, -0.020, 0.120, -0.330),
    (0.385, -0.055, 0.140, -0.370),
    (0.395, -0.075, 0.145, -0.385),
)


def _veins(u: Doubles, v: Doubles, number: float) -> Doubles:
    """Dark lines that run from the root to the margin, beyond the cell at the root."""
    return np.asarray(soft(0.80, 0.97, np.abs(2 * np.abs((v * number) % 1.0 - 0.5))) * soft(0.38, 0.5, u))


def _dots(u: Doubles, v: Doubles, at: float, number: float, size: float) -> Doubles:
    """A row of spots along the margin."""
    along = ((v * number) % 1.0 - 0.5) * 1.6 / number
    return np.asarray(soft(size, 0.6 * size, np.hypot((u - at) * 0.9, along)))


def _eye_spot(u: Doubles, v: Doubles, at: tuple[float, float], size: float) -> Doubles:
    return np.asarray(np.hypot((u - at[0]) * 1.0, (v - at[1]) * 0.8) / size)


def _monarch(main: Doubles, dark: Doubles, light: Doubles) -> Pattern:
    def pattern(u: Doubles, v: Doubles, fore: bool) -> Doubles:
        rim = soft(0.83, 0.88, u) + (soft(0.66, 0.74, u) * soft(0.42, 0.30, v) if fore else 0)
        edge = soft(0.05, 0.02, v) * fore
        cell = soft(0.022, 0.010, np.abs(u - 0.45)) * soft(0.9, 0.7, v)
        black = np.clip(rim + edge + _veins(u, v, 6) + cell * 0.8, 0, 1)
        white = _dots(u, v, 0.94, 12, 0.026) + _dots(u, v, 0.885, 12, 0.018)
        if fore:
            white = white + _dots(u, v, 0.77, 9, 0.035) * soft(0.40, 0.30, v)
        shade = tones(
            main, (main * [1.0, 1.25, 1.3], soft(0.3, 0.6, u) * 0.5), (dark, black), (light, np.clip(white, 0, 1))
        )
        return np.asarray(shade)

    return pattern


def _morpho(main: Doubles, dark: Doubles, light: Doubles) -> Pattern:
    def pattern(u: Doubles, v: Doubles, fore: bool) -> Doubles:
        rim = soft(0.72 if fore else 0.80, 0.90, u + (0.10 * soft(0.5, 0.0, v) if fore else 0))
        sheen = 0.72 + 0.28 * np.sin(3.0 * u + 2.2 * v + 0.8)
        shade = np.asarray(main) * sheen[:, None]
        shade = tones(shade, (dark, np.clip(rim + 0.30 * _veins(u, v, 7) + soft(0.03, 0.01, v) * fore, 0, 1)),
                      (light, _dots(u, v, 0.93, 11, 0.022) * 0.8))  # fmt: skip
        return np.asarray(shade)

    return pattern


def _pale(main: Doubles, dark: Doubles, light: Doubles) -> Pattern:
    def pattern(u: Doubles, v: Doubles, fore: bool) -> Doubles:
        tip = soft(0.80, 0.92, u + 0.10 * soft(0.5, 0.1, v)) * soft(0.62, 0.40, v) * fore
        spots = (
            soft(1.0, 0.7, _eye_spot(u, v, (0.62, 0.45), 0.055)) * fore
            + soft(1.0, 0.7, _eye_spot(u, v, (0.6, 0.78), 0.05)) * fore
        )
        dust = soft(0.35, 0.0, u) * 0.35
        return np.asarray(tones(main, (dark, np.clip(tip + spots + 0.10 * _veins(u, v, 7), 0, 1)), (light, dust)))

    return pattern


def _swallowtail(main: Doubles, dark: Doubles, light: Doubles) -> Pattern:
    def pattern(u: Doubles, v: Doubles, fore: bool) -> Doubles:
        rim = soft(0.78, 0.82, u)
        stripes = (
            (soft(0.05, 0.03, np.abs(u - 0.42)) + soft(0.045, 0.025, np.abs(u - 0.60))) * soft(0.55, 0.45, v) * fore
        )
        root = soft(0.26, 0.18, u) * fore
        black = np.clip(rim + stripes + root + _veins(u, v, 6) * 0.9, 0, 1)
        moons = _dots(u, v, 0.90, 8, 0.040)
        blue = (soft(0.05, 0.02, np.abs(u - 0.84)) if not fore else 0 * u) * 0.8
        red = soft(1.0, 0.7, _eye_spot(u, v, (0.80, 0.93), 0.06)) * (not fore)
        return np.asarray(
            tones(main, (dark, black), ((0.06, 0.16, 0.45), blue), (main, moons), ((0.5, 0.08, 0.03), red))
        )

    return pattern


def _peacock(main: Doubles, dark: Doubles, light: Doubles) -> Pattern:
    def pattern(u: Doubles, v: Doubles, fore: bool) -> Doubles:
        away = _eye_spot(u, v, (0.80, 0.24) if fore else (0.72, 0.30), 0.16)
        rim = soft(0.88, 0.94, u)
        bars = (soft(0.05, 0.03, np.abs(u - 0.36)) + soft(0.05, 0.03, np.abs(u - 0.58))) * soft(0.35, 0.25, v) * fore
        shade = tones(
            main,
            (dark * 3, rim),
            (dark, np.clip(bars, 0, 1)),
            (light, soft(1.0, 0.85, away)),
            (dark, soft(0.80, 0.66, away)),
            ((0.10, 0.22, 0.52), soft(0.55, 0.35, away)),
            (main, soft(0.18, 0.08, away) * 0.6),
        )
        return np.asarray(tones(shade, (dark, 0.25 * _veins(u, v, 7) * soft(1.0, 1.2, away))))

    return pattern


@dataclass(frozen=True, slots=True)
class Butterfly:
    """A kind of butterfly."""

    pattern: Callable[[Doubles, Doubles, Doubles], Pattern]
    main: Colour
    dark: Colour
    light: Colour
    tailed: bool = False


KINDS = (
    Butterfly(_monarch, (0.62, 0.20, 0.018), (0.014, 0.012, 0.011), (0.70, 0.68, 0.62)),
    Butterfly(_morpho, (0.045, 0.24, 0.66), (0.012, 0.012, 0.018), (0.62, 0.66, 0.72)),
    Butterfly(_pale, (0.70, 0.70, 0.62), (0.05, 0.048, 0.045), (0.34, 0.36, 0.32)),
    Butterfly(_swallowtail, (0.70, 0.56, 0.14), (0.016, 0.015, 0.016), (0.7, 0.6, 0.3), True),
    Butterfly(_peacock, (0.40, 0.075, 0.030), (0.016, 0.013, 0.014), (0.66, 0.52, 0.22)),
    Butterfly(_pale, (0.68, 0.52, 0.045), (0.07, 0.04, 0.015), (0.50, 0.42, 0.08)),
)


def _wing(
    kit: Kit,
    bone: str,
    sign: float,
    rows: Rows,
    size: float,
    fore: bool,
    kind: Butterfly,
    pattern: Pattern,
    high: float,
) -> None:
    span, chord = counts(kit, (4, 10, 30), (4, 10, 30))
    line, u = spline(np.array(rows) * size, span)
    v = np.linspace(0, 1, chord)
    grid = line[:, None, :2] * (1 - v)[None, :, None] + line[:, None, 2:] * v[None, :, None]
    # The margin bulges, with a scallop between any two veins.
    way = np.stack([line[:, 0] + line[:, 2], line[:, 1] + line[:, 3]], -1)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    bulge = (0.035 if fore else 0.075) * np.sin(np.pi * v) + 0.008 * np.abs(np.sin(6 * np.pi * v)) * kit.fine
    if kind.tailed and not fore:
        bulge = bulge + 0.20 * np.exp(-(((v - 0.80) / 0.055) ** 2))
    grid = grid + way[:, None] * (bulge[None] * u[:, None] ** 3 * size)[..., None]
    points = np.stack(
        [
            sign * grid[..., 0],
            high + (0.004 if fore else 0.0) * size + 0.02 * size * np.sin(np.pi * u)[:, None] * (1 - v),
            grid[..., 1],
        ],
        axis=-1,
    ).reshape(-1, 3)
    uu, vv = np.repeat(u, chord), np.tile(v, span)
    shade = pattern(uu, vv, fore) * (0.94 + 0.06 * np.sin(vv * 90) * kit.finest)[:, None]
    faces = grid_triangles(span, chord)
    kit.add(
        bone, points, faces, np.clip(shade, 0, 0.9), 0, 0.06, 0.45, vertex_normals(points.astype(np.float32), faces)
    )


def butterfly(casting: Casting) -> Creature:
    """A butterfly with 13 cm of wings, in one of six patterns."""
    rng = casting.rng
    size = 0.13
    kind = KINDS[rng.integers(len(KINDS))]
    main = np.asarray(recoloured(kind.main, casting), float)
    pattern = kind.pattern(main, np.asarray(kind.dark, float), np.asarray(kind.light, float))
    bones = Skeleton()
    bones.add("body", "", (0, 0.02, 0.02 * size), (0, 0.02, -0.2 * size))
    bones.add("abdomen", "body", (0, 0.02, -0.03 * size), (0, 0.02, -0.3 * size))
    for side, sign in (("l", -1.0), ("r", 1.0)):
        bones.add(
            f"fore_{side}", "body", (sign * 0.01 * size, 0.02, 0.03 * size), (sign * 0.5 * size, 0.02, 0.2 * size)
        )
        bones.add(
            f"hind_{side}", "body", (sign * 0.01 * size, 0.02, -0.02 * size), (sign * 0.4 * size, 0.02, -0.2 * size)
        )
    kit = Kit(bones, [], casting)
    fur = np.asarray(kind.dark, float) * 1.4 + 0.06 * main
    high = 0.02
    body = Loft(
        tuple(
            (size * z, high + size * y, size * w, size * w, size * w)
            for z, y, w in (
                (0.150, 0.0, 0.004),
                (0.140, 0.0, 0.020),
                (0.115, 0.0, 0.024),
                (0.095, 0.0, 0.020),
                (0.060, 0.0, 0.034),
                (0.010, 0.0, 0.036),
                (-0.035, -0.004, 0.022),
                (-0.10, -0.010, 0.026),
                (-0.20, -0.02, 0.020),
                (-0.265, -0.028, 0.006),
            )
        )
    )

    def paint(patch: Patch) -> Doubles:
        bands = (
            soft(0.2, 0.9, np.sin(patch.points[:, 2] / size * 120))
            * soft(-0.04, -0.06, patch.points[:, 2] / size)
            * 0.3
        )
        shade = np.asarray(tones(fur, (main * 0.5, bands)))
        return np.asarray(shade * (1 + 0.3 * mottle(patch.points / size, 0.02, rng))[:, None])

    loft(kit, body, "body", paint, *counts(kit, (6, 14, 30), (5, 8, 14)))
    for side, sign in (("l", -1.0), ("r", 1.0)):
        for fore, rows, bone in ((False, HIND, f"hind_{side}"), (True, FORE, f"fore_{side}")):
            _wing(kit, bone, sign, rows, size, fore, kind, pattern, high)
        if kit.fine:
            path = [
                (sign * 0.010 * size, high + 0.012 * size, 0.14 * size),
                (sign * 0.05 * size, high + 0.06 * size, 0.24 * size),
                (sign * 0.085 * size, high + 0.09 * size, 0.32 * size),
                (sign * 0.09 * size, high + 0.093 * size, 0.335 * size),
            ]
            kit.tube("body", path, [0.0035 * size, 0.003 * size, 0.003 * size, 0.008 * size], kind.dark, 0.1, 4)
            eyes(kit, "body", body, 0.08, 1.3, 0.013 * size, (0.02, 0.015, 0.012))
    seed = float(rng.uniform())
    action = casting.action
    rests = action in ("sit", "stand", "land", "sleep")
    rate = 5.2 * float(rng.uniform(0.9, 1.1))

    def act(pose: Pose, t: float, _travelled: float) -> None:
        if rests:
            # Wings that bask: slowly closed and opened, at times shut for a while.
            lift = 0.75 + 0.62 * swing(t, 0.33, seed) + 0.10 * wander(t, 1.8, seed)
            fore = hind = lift
            pose.turn("body", pitch=0.18)
        else:
            # A few beats, then a short glide; every beat throws the body up.
            phase = TURN * (t * rate + seed)
            glide = ease((fract(t / 1.7 + seed) - 0.72) / 0.08) * (1 - ease((fract(t / 1.7 + seed) - 0.92) / 0.08))
            work = 1 - 0.92 * glide
            fore = 0.32 + 0.98 * math.sin(phase) * work
            hind = 0.30 + 0.86 * math.sin(phase - 0.45) * work
            pose.turn("body", pitch=0.20 + 0.16 * math.cos(phase) * work, roll=0.35 * wander(t, 0.8, seed, 0.6),
                      yaw=0.45 * wander(t, 0.9, seed + 0.4, 0.8))  # fmt: skip
            pose.shift("body", x=0.5 * size * wander(t, 0.7, seed + 0.2, 0.9),
                       y=size * (0.55 * wander(t, 0.6, seed, 0.9) - 0.10 * math.sin(phase - 0.3) * work))  # fmt: skip
        for side, sign in (("l", -1.0), ("r", 1.0)):
            pose.turn(f"fore_{side}", roll=-sign * fore, pitch=0.12 * math.cos(TURN * (t * rate + seed)) * (not rests))
            pose.turn(f"hind_{side}", roll=-sign * hind)

    return kit.body(act)


# -- bee ---------------------------------------------------------------------------------------------------------------


def bee(casting: Casting) -> Creature:
    """A bumblebee, larger than life: 5 cm."""
    rng = casting.rng
    size = 0.05
    bones = Skeleton()
    bones.add("body", "", (0, 0.42 * size, 0.1 * size), (0, 0.42 * size, -0.1 * size))
    bones.add("abdomen", "body", (0, 0.42 * size, -0.06 * size), (0, 0.36 * size, -0.5 * size))
    bones.add("head", "body", (0, 0.42 * size, 0.28 * size), (0, 0.40 * size, 0.45 * size))
    for side, sign in (("l", -1.0), ("r", 1.0)):
        bones.add(
            f"fore_{side}",
            "body",
            (sign * 0.10 * size, 0.60 * size, 0.12 * size),
            (sign * 0.7 * size, 0.62 * size, 0.1 * size),
        )
        bones.add(
            f"legs_{side}", "body", (sign * 0.09 * size, 0.30 * size, 0.05 * size), (sign * 0.2 * size, 0.1 * size, 0)
        )
    kit = Kit(bones, [], casting)
    gold = np.asarray(recoloured((0.66, 0.40, 0.035), casting))
    black, white = np.array([0.020, 0.017, 0.015]), np.array([0.62, 0.58, 0.48])

    def furry(stations: tuple[tuple[float, float, float], ...]) -> Loft:
        return Loft(tuple((size * z, size * y, size * w, size * w, size * w) for z, y, w in stations))

    def paint(patch: Patch) -> Doubles:
        z = patch.points[:, 2].astype(float) / size
        grain = mottle(patch.points / size, 0.035, rng)
        ragged = z + 0.018 * grain
        bands = soft(0.055, 0.035, np.abs(ragged + 0.13)) + soft(0.045, 0.03, np.abs(ragged + 0.315)) * 0.9
        collar = soft(0.20, 0.235, ragged) + soft(0.045, 0.02, ragged) * soft(-0.04, 0.0, ragged)
        tail = soft(-0.41, -0.45, ragged)
        shade = tones(black, (gold, np.clip(bands + collar, 0, 1)), (white, tail))
        return np.asarray(shade * (1 + 0.30 * grain)[:, None])

    def fur(share: Doubles, _angle: Doubles) -> Doubles:
        """Hairs stand off unevenly."""
        return np.asarray(rng.uniform(0, 0.024, share.shape) * size * soft(0.0, 0.1, share) * soft(1.0, 0.9, share))

    rings, sides = counts(kit, (7, 14, 34), (6, 12, 28))
    thorax = furry(
        (
            (0.32, 0.42, 0.02),
            (0.30, 0.42, 0.10),
            (0.22, 0.43, 0.185),
            (0.12, 0.44, 0.215),
            (0.02, 0.43, 0.185),
            (-0.06, 0.42, 0.09),
        )
    )
    abdomen = furry(
        (
            (-0.02, 0.42, 0.08),
            (-0.06, 0.42, 0.165),
            (-0.16, 0.41, 0.225),
            (-0.28, 0.39, 0.215),
            (-0.40, 0.365, 0.145),
            (-0.475, 0.345, 0.06),
            (-0.495, 0.34, 0.01),
        )
    )
    head = furry(((0.44, 0.37, 0.01), (0.43, 0.375, 0.05), (0.38, 0.39, 0.105), (0.32, 0.41, 0.11), (0.27, 0.42, 0.06)))
    for part, bone in ((thorax, "body"), (abdomen, "abdomen"), (head, "head")):
        loft(kit, part, bone, paint, rings, sides, grooves=fur if kit.fine else None)
    eyes(kit, "head", head, 0.34, 1.25, 0.052 * size, (0.012, 0.010, 0.010), sunk=0.9)
    wing = np.array([0.50, 0.53, 0.56])
    for side, sign in (("l", -1.0), ("r", 1.0)):
        for long, wide, back in ((0.62, 0.135, -0.10), (0.42, 0.10, -0.22)):
            kit.leaf(
                f"fore_{side}",
                (sign * 0.10 * size, 0.60 * size, (0.13 if long > 0.5 else 0.04) * size),
                (sign * long * size, 0.05 * size, back * size),
                (0, 0, wide * size),
                wing,
                None,
                (0.25, 0.7, 1.0, 0.95, 0.45),
                columns=3,
                translucency=0.85,
                thick=0.002 * size,
                gloss=0.5,
            )
        if kit.fine:
            for z in (0.20, 0.08, -0.04):
                hip = np.array([sign * 0.11, 0.28, z]) * size
                knee, foot = (
                    hip + np.array([sign * 0.10, -0.10, 0.03]) * size,
                    hip + np.array([sign * 0.08, -0.26, -0.05]) * size,
                )
                kit.tube(f"legs_{side}", [hip, knee, foot], [0.022 * size, 0.020 * size, 0.010 * size], black, 0.2, 5)
            kit.tube(
                "head",
                np.array([(sign * 0.03, 0.47, 0.40), (sign * 0.07, 0.53, 0.47), (sign * 0.10, 0.50, 0.56)]) * size,
                [0.012 * size, 0.010 * size, 0.010 * size],
                black,
                0.2,
                4,
            )
    seed = float(rng.uniform())
    rests = casting.action in ("sit", "stand", "land")

    def act(pose: Pose, t: float, _travelled: float) -> None:
        # Two hundred beats a second are a blur; at 24 frames a second, eleven look busy.
        beat = math.sin(TURN * (11.3 * t + seed)) if not rests else -0.2
        for side, sign in (("l", -1.0), ("r", 1.0)):
            pose.turn(f"fore_{side}", roll=-sign * (0.25 + 0.85 * beat), yaw=sign * (0.9 if rests else 0.25 * beat))
            pose.turn(f"legs_{side}", pitch=-0.35 if not rests else 0.0, roll=0.05 * swing(t, 1.3, seed))
        pose.turn("abdomen", pitch=0.10 * swing(t, 2.1, seed) - 0.12)
        pose.turn("head", yaw=0.15 * wander(t, 0.8, seed))
        if not rests:
            pose.shift(
                "body", x=0.4 * size * wander(t, 0.5, seed, 0.7), y=0.35 * size * wander(t, 0.45, seed + 0.5, 0.7)
            )
            pose.turn("body", roll=0.25 * wander(t, 0.6, seed, 0.6), yaw=0.3 * wander(t, 0.9, seed, 0.6), pitch=0.08)

    return kit.body(act)


ROWS = (
    Subject(
        "butterfly",
        butterfly,
        "air",
        0.125,
        0.06,
        {"fly": 0.9, "hover": 0.0, "sit": 0.0, "stand": 0.0},
        altitude=0.9,
        group=7,
    ),
    Subject(
        "bee", bee, "air", 0.072, 0.05, {"fly": 1.2, "hover": 0.0, "sit": 0.0, "stand": 0.0}, altitude=0.8, group=6
    ),
)
