"""Heads of people: skull, features, skin, and a face that smiles, talks and blinks.

Places are those of an adult's head in metres, which begins at y = 1.53 and has its crown at 1.755; `of_head` of the
build moves them to where this one's head is.
"""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.creatures.creature import Kit, Paint, Patch, mottle, soft, tones
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats, Point
from promptreel.engines.scenes.creatures.quadruped import both
from promptreel.engines.scenes.mesh import grid_triangles

Doubles = NDArray[np.float64]

EYE = (0.0315, 1.648, 0.075)
"""The middle of the right eye before it is laid into the skin."""


class Headed(Protocol):
    """What of `human.Build` a head needs."""

    @property
    def head(self) -> float:
        """A factor on the size of the head."""

    @property
    def leg(self) -> float:
        """A factor on the length of the legs."""

    @property
    def scale(self) -> float:
        """A factor on everything."""

    def of_head(self, x: float, y: float, z: float) -> Point:
        """Where a place of an adult's head is."""


def skull(build: Headed) -> list[Flesh]:
    """Skull, jaw, cheeks, nose, lips and ears, of the group `head`."""
    hd, k = build.of_head, build.head * build.scale
    child = childlike(build)

    def lump(
        a: Point, b: Point, r0: float, r1: float, flat: float = 1.0, blend: float = 0.03, bone: str = "head"
    ) -> Flesh:
        return Flesh(bone, hd(*a), hd(*b), r0 * k, r1 * k, flat, blend * k, "head")

    tip = 0.121 - 0.013 * child
    middle = [
        lump((0, 1.668, -0.036), (0, 1.668, 0.022), 0.083, 0.079, 0.90),
        lump((0, 1.645, 0.036), (0, 1.595, 0.045), 0.061, 0.047),
        lump((0, 1.580, 0.048), (0, 1.562, 0.064 - 0.006 * child), 0.036, 0.026, 1.05, 0.025, "jaw"),
        lump((0, 1.660, 0.094), (0, 1.628, tip - 0.006), 0.0070, 0.0085, 0.95, 0.016),
        lump((0, 1.621, tip - 0.004), (0, 1.618, tip - 0.006), 0.0112, 0.0105, 1.05, 0.010),
        lump((0, 1.587, 0.092), (0, 1.590, 0.090), 0.014, 0.014, 1.5, 0.02),
        lump((0, 1.553, 0.076 - 0.006 * child), (0, 1.556, 0.074), 0.016, 0.016, 1.2, 0.02, "jaw"),
    ]
    sides = [
        lump((0.0115, 1.6165, 0.103), (0.0135, 1.6175, 0.098), 0.0075, 0.0070, 1, 0.007),
        lump((0.030, 1.677, 0.079), (0.048, 1.670, 0.060), 0.016, 0.015, 1, 0.02),
        lump((0.039, 1.618, 0.066), (0.050, 1.628, 0.046), 0.023, 0.021, 1, 0.03),
        lump((0.045, 1.588, 0.012), (0.022, 1.566, 0.056), 0.022, 0.020),
        lump((0.077, 1.652, -0.010), (0.073, 1.618, -0.004), 0.021, 0.013, 0.42, 0.008),
    ]
    inner, outer = hd(0.0315, 1.650, 0.099), hd(0.035, 1.650, 0.097)
    socket = Flesh("head", inner, outer, 0.0145 * k, 0.0145 * k, 1.3, 0.014 * k, "head", True)
    return [*middle, *both(sides), *both([socket])]


def childlike(build: Headed) -> float:
    """0 for the face of an adult, 1 for a small child's: short nose, small chin."""
    return min(max((build.head / max(build.leg, 0.3) - 1.0) / 0.6, 0.0), 1.0)


# -- skin --------------------------------------------------------------------------------------------------------------


def _spots(x: Doubles, y: Doubles, at: tuple[float, float], wide: float, high: float) -> Doubles:
    """Two soft spots, one on each side."""
    return np.asarray(np.exp(-(((np.abs(x) - at[0]) / wide) ** 2 + ((y - at[1]) / high) ** 2)))


def _wrinkles(x: Doubles, y: Doubles) -> Doubles:
    """Where an old face is furrowed, 0…1: forehead, crow's feet, bags, and from the nose to the corners of the mouth."""
    side = np.abs(x)
    line = 0.5 + 0.5 * np.cos((y - 0.004 * np.cos(60 * x)) * (2 * np.pi / 0.0115))
    brow = np.exp(-(((y - 0.163) / 0.016) ** 2)) * line**2
    fold = np.exp(-(((side - 0.020 - 0.42 * (0.088 - y)) / 0.0034) ** 2))
    fold *= soft(0.046, 0.056, y) * soft(0.092, 0.082, y)
    sag = y - 0.1005 + 5 * (side - 0.032) ** 2
    bags = np.exp(-((sag / 0.0030) ** 2)) * soft(0.014, 0.020, side) * soft(0.052, 0.044, side)
    ray = np.arctan2(y - 0.119, side - 0.040)
    crow = (0.5 + 0.5 * np.cos(ray * 13)) ** 2 * soft(0.050, 0.054, side) * soft(0.070, 0.060, side)
    crow *= soft(0.9, 0.5, np.abs(ray))
    return np.asarray(np.clip(0.8 * brow + fold + 0.7 * bags + 0.7 * crow, 0, 1))


def complexion(
    kit: Kit, build: Headed, skin: Doubles, hair: Doubles, *, beard: float = 0.0, old: bool = False, rosy: float = 0.4
) -> Paint:
    """Skin with what blood, shade and hair do to it: red cheeks, nose and ears, dark sockets and nostrils, a `beard` of
    that strength 0…1, furrows where `old`, and the root of the hair."""
    hd, k = build.of_head, build.head * build.scale
    rng = kit.rng

    def paint(p: Patch) -> Floats:
        x, y, z = ((p.points - hd(0, 1.53, 0)) / k).T.astype(np.float64)
        front = soft(0.02, 0.04, z)
        cheeks = _spots(x, y, (0.046, 0.085), 0.020, 0.018) * front
        nose = np.exp(-((x / 0.014) ** 2 + ((y - 0.090) / 0.012) ** 2)) * soft(0.08, 0.10, z)
        ears = soft(0.068, 0.074, np.abs(x)) * soft(0.08, 0.09, y)
        sockets = _spots(x, y, (0.031, 0.121), 0.018, 0.011) * front
        crease = _spots(x, y, (0.033, 0.1345), 0.016, 0.0022) * front
        nostrils = _spots(x, y, (0.0075, 0.0795), 0.0042, 0.0030) * soft(0.09, 0.10, z)
        under = np.exp(-((x / 0.018) ** 2 + ((y - 0.043) / 0.0035) ** 2)) * front
        stubble = beard * soft(0.084, 0.055, y) * soft(0.0, 0.03, z) * soft(-0.01, 0.01, y)
        stubble = np.maximum(stubble - 0.75 * beard * _spots(x, y, (0.030, 0.075), 0.012, 0.016), 0)
        scalp = soft(0.168, 0.192, y + 0.004 * np.sin(90 * x)) * soft(0.07, 0.0, z)
        blood = skin * [1.10, 0.70, 0.64]
        shade = tones(
            skin, (blood, rosy * cheeks + 0.35 * nose + 0.4 * ears), (skin * [0.78, 0.68, 0.66], 0.45 * sockets),
            (skin * [0.62, 0.48, 0.42], 0.5 * crease + 0.35 * under), (skin * [0.30, 0.16, 0.13], 0.8 * nostrils),
            (hair + 0.02, stubble), (hair, scalp),
        )  # fmt: skip
        if old:
            shade = tones(shade, (skin * [0.60, 0.50, 0.46], 0.85 * _wrinkles(x, y) * front))
        spotted = 0.05 if old else 0.03
        return np.asarray(shade * (1 + spotted * mottle(p.points, 0.02 * k, rng))[:, None], np.float32)

    return paint


# -- features ----------------------------------------------------------------------------------------------------------


def face(
    kit: Kit,
    build: Headed,
    skin: ArrayLike,
    hair: ArrayLike,
    iris: ArrayLike,
    lips: ArrayLike,
    head: tuple[int, Patch],
    lashes: float = 0.5,
) -> None:
    """Eyes, brows and a mouth, with the shape keys `smile`, `open` and `brows`. `head`: the first vertex and the patch of
    it; `lashes`: how long they are, 0…1."""
    if not kit.fine:
        return
    hd, k = build.of_head, build.head * build.scale
    child = childlike(build)
    tone = np.asarray(skin)
    centre = hd(EYE[0], EYE[1] - 0.006 * child, EYE[2])
    kit.eye(
        ("head", "lid_l", "lid_r"), centre, (0.0145 + 0.003 * child) * k, iris, tone * 0.86, facing=(0.14, 0.0, 1.0),
        white=0.60, pupil=0.45, lash=lashes,
    )  # fmt: skip
    for sign in (-1, 1):
        _brow(kit, build, sign, 0.72 * np.asarray(hair) + 0.16 * tone, 0.0040 - 0.0010 * lashes)
    mouth(kit, build, lips)
    first, patch = head
    x, y, z = ((patch.points - hd(0, 1.53, 0)) / k).T
    cheek = sum(np.exp(-(((x - s * 0.040) / 0.020) ** 2 + ((y - 0.078) / 0.022) ** 2)) for s in (-1, 1)) * (z > 0.02)
    lift = np.stack([0.004 * np.sign(x), np.full_like(x, 0.0045), np.full_like(x, 0.005)], 1)
    kit.morph("smile", first, lift * cheek[:, None] * k)


def _brow(kit: Kit, build: Headed, sign: int, tint: Doubles, thick: float) -> None:
    """An arched brow of tapering thickness (m, half of it), lighter at its upper edge."""
    hd, k = build.of_head, build.head * build.scale
    count = 12
    u = np.linspace(0, 1, count)
    across, middle = 0.0125 + 0.038 * u, 1.6680 + 0.0085 * np.sin(np.pi * (0.08 + 0.68 * u)) - 0.003 * u
    half = thick * np.interp(u, [0, 0.12, 0.5, 0.85, 1], [0.45, 0.95, 0.95, 0.5, 0.08])
    ways = (-1.0, 0.0, 1.0)
    rows = [[hd(sign * x, y + way * h, 0)[:2] for x, y, h in zip(across, middle, half, strict=True)] for way in ways]
    points = kit.on_surface(np.array(rows).reshape(-1, 2), ("head",), 0.0010 * k)
    shade = np.repeat([0.9, 0.85, 1.25], count)[:, None] * tint
    first, _ = kit.add("head", points, grid_triangles(3, count), shade, normals=(0.15 * sign, 0.25, 0.95))
    kit.morph("brows", first, np.tile([0, 0.005 * k, 0.0008], (len(points), 1)))


def mouth(
    kit: Kit,
    build: Headed,
    lips: ArrayLike,
    at: Point = (0, 1.5855, 0),
    wide: float = 0.0255,
    groups: tuple[str, ...] = ("head",),
    thick: float = 1.0,
    grin: float = 1.0,
) -> None:
    """Lips with teeth between them; the keys `smile` and `open`. `at`: y as of an adult's head."""
    hd, k = build.of_head, build.head * build.scale
    count = 9
    u = np.linspace(-1, 1, count)
    round_ = 1 - u**2
    tint = np.asarray(lips, np.float64)

    def rows(smile: float, opened: float) -> Floats:
        """Six lines across the mouth, from the upper edge to the lower one, (6, count, 3)."""
        broad = wide * (1 + 0.30 * smile - 0.12 * opened)
        curve = 0.0125 * grin * smile * (np.abs(u) ** 2.0 - 0.35) - 0.0015 * np.abs(u) ** 2
        gap_up = (0.0025 * smile + 0.002 * opened) * round_
        gap_down = (0.0075 * grin * smile + 0.013 * opened) * round_
        bow = 0.0062 * thick * round_**0.7 * (1 - 0.22 * np.exp(-((u / 0.16) ** 2))) * (1 - 0.2 * smile)
        low = 0.0085 * thick * round_**0.8 * (1 - 0.1 * smile)
        heights = [curve + gap_up + bow, curve + gap_up, curve + gap_up - 0.0002, curve + 0.5 * gap_up - 0.55 * gap_down,
                   curve - gap_down, curve - gap_down - low]  # fmt: skip
        flat = [[hd(x * broad, at[1] + h, 0)[:2] for x, h in zip(u, line, strict=True)] for line in heights]
        show = min(1.0, smile + opened)
        inner = -0.006 + 0.0072 * show  # Behind the skin as long as the lips are closed.
        lifts = np.repeat([0.0003, 0.0026, inner, inner, 0.0028, 0.0003], count)
        points = kit.on_surface(np.array(flat).reshape(-1, 2), groups, 0.0)
        return np.asarray(points + np.stack([0 * lifts, 0 * lifts, lifts * k], 1), np.float32)

    rest = rows(0, 0)
    smile, opened = rows(1, 0) - rest, rows(0, 1) - rest
    faces = grid_triangles(2, count)
    normal = np.tile([0, 0, 1.0], (count, 1))
    up, down = [0, 0.45, 0.9], [0, -0.45, 0.9]
    for a, b, tone, n0, n1, gloss in (
        (0, 1, tint, up, [0, -0.2, 1], 0.25),
        (4, 5, tint * 1.15, [0, 0.5, 0.9], down, 0.3),
        (2, 3, np.array([0.80, 0.77, 0.72]), [0, 0, 1], [0, 0, 1], 0.4),
        (3, 4, np.array([0.10, 0.02, 0.02]), [0, 0, 1], [0, 0, 1], 0.0),
    ):
        chosen = np.concatenate([np.arange(count) + a * count, np.arange(count) + b * count])
        normals = np.concatenate([normal * 0 + n0, normal * 0 + n1])
        first, _ = kit.add("head", rest[chosen], faces, tone, gloss=gloss, normals=normals)
        kit.morph("smile", first, smile[chosen])
        kit.morph("open", first, opened[chosen])
