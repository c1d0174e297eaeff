"""What a prompt says of how somebody looks: hair, beard, glasses, hats and clothes, as flesh and meshes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.creatures.creature import Kit, Paint, Patch, mottle, soft, tones
from promptreel.engines.scenes.creatures.human import Build
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import both

Doubles = NDArray[np.float64]

HAIR_COLOURS = {
    "red": (0.27, 0.055, 0.014), "blond": (0.42, 0.27, 0.10), "brown": (0.075, 0.036, 0.017),
    "black": (0.014, 0.012, 0.012), "grey": (0.22, 0.215, 0.21), "white": (0.44, 0.43, 0.42),
    "blue": (0.03, 0.10, 0.42), "pink": (0.62, 0.13, 0.28), "green": (0.04, 0.26, 0.08), "purple": (0.20, 0.05, 0.34),
}  # fmt: skip
"""Reflectances, linear, by the end of the quality `hair_…`."""

HAIR_STYLES = {"bald": "bald", "ponytail": "ponytail", "hair_bun": "bun", "hair_curly": "curly", "hair_long": "long",
               "hair_short": "short"}  # fmt: skip

GOLD = (0.80, 0.50, 0.10)


def hair_colour(qualities: frozenset[str]) -> Doubles | None:
    """The colour of hair that is asked for."""
    named = (HAIR_COLOURS.get(name.removeprefix("hair_")) for name in sorted(qualities) if name.startswith("hair_"))
    return next((np.array(tone) for tone in named if tone), None)


def hair_style(qualities: frozenset[str], own: str, *, woman: bool) -> str:
    """The haircut that is asked for, or its own one."""
    asked = next((style for name, style in HAIR_STYLES.items() if name in qualities), own)
    if asked == "curly" and "hair_long" in qualities:
        return "long_curly"
    # A woman's short hair goes over her ears, else it would be a man's.
    return "bob" if asked == "short" and woman else asked


def beard_flesh(build: Build, *, full: bool, moustache: bool) -> list[Flesh]:
    """A beard along the jaw and a moustache, which leave the lips free."""
    hd, k = build.of_head, build.head * build.scale

    def lock(a: tuple[float, float, float], b: tuple[float, float, float], r0: float, r1: float, bone: str) -> Flesh:
        return Flesh(bone, hd(*a), hd(*b), r0 * k, r1 * k, 1.0, 0.014 * k, "beard")

    sides, middle = [], []
    if full:
        sides = [
            lock((0.070, 1.628, 0.012), (0.060, 1.590, 0.026), 0.010, 0.017, "head"),
            lock((0.060, 1.590, 0.026), (0.036, 1.560, 0.062), 0.018, 0.022, "jaw"),
        ]
        middle = [
            lock((-0.024, 1.553, 0.070), (0.024, 1.553, 0.070), 0.023, 0.023, "jaw"),
            lock((0, 1.550, 0.070), (0, 1.512, 0.070), 0.030, 0.012, "jaw"),
        ]
    if moustache:
        sides.append(lock((0.003, 1.6035, 0.1035), (0.034, 1.588, 0.086), 0.0072, 0.0055, "head"))
    return middle + both(sides)


def beard_paint(kit: Kit, hair: ArrayLike, k: float) -> Paint:
    """Short strands that run down, lighter and darker."""
    base = np.asarray(hair, np.float64)

    def paint(patch: Patch) -> Floats:
        strand = mottle(patch.points * [1.0, 0.25, 1.0], 0.006 * k, kit.rng)
        return np.asarray(base * (0.95 + 0.28 * strand)[:, None], np.float32)

    return paint


def glasses(kit: Kit, build: Build, *, dark: bool) -> None:
    """Round rims before the eyes, a bridge, and temples to the ears; `dark` ones have lenses."""
    hd, k = build.of_head, build.head * build.scale
    tint = (0.02, 0.018, 0.018)
    angle = np.linspace(0, 2 * np.pi, 21)
    for sign in (-1, 1):
        rim = [hd(sign * 0.0335 + 0.0225 * np.cos(a), 1.647 + 0.0185 * np.sin(a), 0.1085) for a in angle]
        kit.tube("head", rim, [0.0016 * k] * len(rim), tint, 0.5, 5)
        temple = [hd(sign * x, 1.655, z) for x, z in ((0.055, 0.1085), (0.069, 0.078), (0.080, 0.0))]
        kit.tube("head", temple, [0.0017 * k] * 3, tint, 0.5, 5)
        if dark:
            points = np.array([hd(sign * 0.0335, 1.647, 0.1095), *rim[:-1]])
            count = len(points) - 1
            faces = np.array([(0, 1 + i, 1 + (i + 1) % count) for i in range(count)])
            kit.add("head", points, faces, (0.012, 0.012, 0.014), gloss=0.8, normals=(0.0, 0.1, 1.0))
    bridge = [hd(x, 1.652 + 0.003 * (x == 0), 0.1095 + 0.003 * (x == 0)) for x in (-0.011, 0.0, 0.011)]
    kit.tube("head", bridge, [0.0016 * k] * 3, tint, 0.5, 5)


def crown(kit: Kit, build: Build) -> None:
    """A golden band with points all around."""
    hd = build.of_head
    count = 24
    angle = np.arange(count + 1) * (2 * np.pi / count)
    for radius in (0.093, 0.090):
        rings = [
            [hd(grow * radius * np.cos(a), high + point * (i % 3 == 0), grow * 1.08 * radius * np.sin(a) - 0.015)
             for i, a in enumerate(angle)]
            for high, grow, point in ((1.728, 1.0, 0.0), (1.752, 1.03, 0.0), (1.762, 1.06, 0.038))
        ]  # fmt: skip
        points = np.array(rings).reshape(-1, 3)
        normals = np.tile(np.stack([np.cos(angle), 0.1 + 0 * angle, np.sin(angle)], 1), (3, 1))
        faces = [
            (row * (count + 1) + i + a, row * (count + 1) + i + b, row * (count + 1) + i + c)
            for row in (0, 1) for i in range(count)
            for a, b, c in ((0, count + 1, 1), (1, count + 1, count + 2))
        ]  # fmt: skip
        shade = np.array(GOLD) if radius > 0.092 else np.array(GOLD) * 0.4
        kit.add("head", points, np.array(faces), shade, gloss=0.6, normals=normals * (1 if radius > 0.092 else -1))


def tailored(cloth: Paint, build: Build, *, tie: ArrayLike | None) -> Paint:
    """An open jacket over a white shirt, with lapels, and a `tie` of that colour."""

    def paint(patch: Patch) -> Floats:
        x, y, z = (patch.points / build.scale).T.astype(np.float64)
        low, high = build.at(0, 1.16, 0)[1] / build.scale, build.at(0, 1.47, 0)[1] / build.scale
        share = (y - low) / (high - low)
        half = 0.070 * np.clip(share, 0, 1.2)
        front = soft(0.01, 0.03, z) * soft(0.0, 0.02, share)
        shirt = soft(half + 0.003, half - 0.003, np.abs(x)) * front
        lapel = soft(half + 0.034, half + 0.030, np.abs(x)) * front * (1 - shirt)
        edge = np.exp(-(((np.abs(x) - half - 0.032) / 0.003) ** 2)) * front
        seam = soft(0.003, 0.001, np.abs(x)) * soft(0.02, 0.0, share) * soft(0.0, 0.03, z)
        base = np.asarray(cloth(patch), np.float64)
        shade = tones(
            base, (base * 1.25 + 0.004, lapel), (base * 0.45, np.maximum(edge, seam)), ([0.66, 0.66, 0.65], shirt)
        )
        if tie is not None:
            wide = 0.015 + 0.012 * np.clip(1 - share, 0, 1)
            shade = tones(shade, (np.asarray(tie), shirt * soft(wide + 0.002, wide - 0.002, np.abs(x))))
        return np.asarray(shade, np.float32)

    return paint


def collar(kit: Kit, build: Build, colour: ArrayLike) -> None:
    """Two turned-down wings of a shirt's collar around the neck."""
    k, at = build.scale, build.at
    for sign in (-1, 1):
        path = [at(0, 1.512, -0.085), at(sign * 0.052, 1.507, -0.060), at(sign * 0.066, 1.492, -0.015),
                at(sign * 0.045, 1.472, 0.042), at(sign * 0.010, 1.452, 0.066)]  # fmt: skip
        kit.tube("chest", path, [0.012 * k, 0.013 * k, 0.013 * k, 0.012 * k, 0.004 * k], colour, 0.05, 6)
