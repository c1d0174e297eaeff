"""Cat, lion, tiger, leopard."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import Quadruped, act, build, head, resized, skin, trunk
from promptreel.engines.scenes.stage import Casting, Subject

CAT = Quadruped(
    withers=0.26,
    spine=((-0.150, 0.222, 0.043), (-0.055, 0.226, 0.043), (0.050, 0.212, 0.056), (0.112, 0.208, 0.048)),
    neck=((0.105, 0.235, 0.043), (0.133, 0.264, 0.038), (0.155, 0.287, 0.034)),
    skull=(0.180, 0.303, 0.042),
    muzzle=((0.203, 0.289, 0.025), (0.224, 0.283, 0.017)),
    jaw=((0.193, 0.275, 0.019), (0.218, 0.271, 0.0125)),
    fore=((0.032, 0.108, 0.185, 0.031), (0.035, 0.074, 0.145, 0.022), (0.031, 0.090, 0.060, 0.0150),
          (0.031, 0.094, 0.018, 0.0150), (0.032, 0.119, 0.012, 0.0135)),
    hind=((0.030, -0.128, 0.202, 0.045), (0.043, -0.085, 0.136, 0.030), (0.037, -0.162, 0.076, 0.0140),
          (0.037, -0.147, 0.018, 0.0135), (0.038, -0.121, 0.012, 0.0130)),
    tail=((-0.182, 0.240, 0.0165), (-0.235, 0.242, 0.0140), (-0.29, 0.225, 0.0130), (-0.34, 0.205, 0.0125),
          (-0.385, 0.205, 0.0090)),
    blend=0.022,
    tail_up=1.1,
    wag=0.5,
    flexible=1.35,
    sit=0.72,
    extra=(
        Flesh("head", (0.018, 0.286, 0.203), (0.013, 0.283, 0.213), 0.017, 0.014, 1, 0.012),
        Flesh("head", (0.022, 0.292, 0.178), (0.020, 0.290, 0.190), 0.024, 0.020, 1, 0.02),
    ),
)  # fmt: skip

LION = Quadruped(
    withers=1.08,
    spine=((-0.60, 0.96, 0.175), (-0.22, 0.96, 0.165), (0.22, 0.91, 0.235), (0.50, 0.89, 0.205)),
    neck=((0.47, 0.99, 0.195), (0.61, 1.08, 0.175), (0.70, 1.15, 0.155)),
    skull=(0.82, 1.20, 0.148),
    muzzle=((0.92, 1.145, 0.105), (1.06, 1.115, 0.080)),
    jaw=((0.88, 1.075, 0.075), (1.02, 1.045, 0.055)),
    fore=((0.145, 0.49, 0.80, 0.140), (0.155, 0.35, 0.60, 0.100), (0.135, 0.41, 0.25, 0.066),
          (0.135, 0.43, 0.072, 0.064), (0.140, 0.54, 0.048, 0.058)),
    hind=((0.120, -0.53, 0.87, 0.185), (0.165, -0.33, 0.60, 0.125), (0.145, -0.67, 0.32, 0.060),
          (0.145, -0.61, 0.068, 0.058), (0.150, -0.50, 0.048, 0.055)),
    tail=((-0.75, 1.00, 0.046), (-0.89, 0.91, 0.036), (-1.00, 0.75, 0.030), (-1.07, 0.58, 0.027), (-1.13, 0.46, 0.024)),
    blend=0.09,
    tail_up=0.3,
    wag=0.35,
    flexible=1.1,
    extra=(
        Flesh("head", (0.055, 1.125, 0.96), (0.050, 1.115, 1.03), 0.068, 0.056, 1, 0.05),
        Flesh("head", (0.07, 1.14, 0.82), (0.06, 1.14, 0.88), 0.085, 0.07, 1, 0.08),
        Flesh("tail_4", (0, 0.48, -1.115), (0, 0.41, -1.15), 0.055, 0.02, 1, 0.02),
    ),
)  # fmt: skip

MANE = (
    Flesh("neck_2", (0, 1.20, 0.70), (0, 1.12, 0.70), 0.235, 0.235, 0.88, 0.10, "mane"),
    Flesh("neck_1", (0, 1.10, 0.56), (0, 0.95, 0.58), 0.260, 0.240, 0.88, 0.12, "mane"),
    Flesh("chest", (0, 0.98, 0.42), (0, 0.80, 0.50), 0.240, 0.160, 0.92, 0.12, "mane"),
    Flesh("head", (0, 1.31, 0.78), (0, 1.33, 0.72), 0.110, 0.120, 1.0, 0.08, "mane"),
    Flesh("head", (0, 0.98, 0.84), (0, 0.92, 0.80), 0.085, 0.070, 1.1, 0.08, "mane"),
)

# A tiger is a lion without the mane, longer and lower.
TIGER = Quadruped(
    withers=0.98,
    spine=((-0.64, 0.88, 0.175), (-0.24, 0.88, 0.170), (0.22, 0.83, 0.240), (0.52, 0.82, 0.200)),
    neck=((0.50, 0.90, 0.195), (0.64, 0.97, 0.175), (0.73, 1.03, 0.155)),
    skull=(0.84, 1.07, 0.150),
    muzzle=((0.94, 1.015, 0.105), (1.06, 0.990, 0.082)),
    jaw=((0.90, 0.945, 0.075), (1.02, 0.92, 0.055)),
    fore=tuple((x, z + 0.02, y * 0.92, r * 1.04) for x, z, y, r in LION.fore),  # type: ignore[arg-type]
    hind=tuple((x, z - 0.04, y * 0.92, r * 1.03) for x, z, y, r in LION.hind),  # type: ignore[arg-type]
    tail=((-0.79, 0.90, 0.052), (-0.95, 0.80, 0.046), (-1.08, 0.62, 0.042), (-1.17, 0.45, 0.040), (-1.27, 0.38, 0.030)),
    blend=0.09,
    tail_up=0.25,
    wag=0.35,
    flexible=1.2,
    extra=(
        Flesh("head", (0.055, 0.995, 0.97), (0.050, 0.985, 1.03), 0.068, 0.058, 1, 0.05),
        Flesh("head", (0.085, 1.01, 0.82), (0.07, 1.00, 0.88), 0.095, 0.075, 1, 0.08),
    ),
)

# A leopard is a smaller tiger, finer of limb.
LEOPARD = resized(TIGER, 0.74, 0.90)

CAT_COATS = (
    ((0.40, 0.18, 0.06), (0.22, 0.075, 0.018), "tabby"),
    ((0.26, 0.22, 0.17), (0.045, 0.038, 0.030), "tabby"),
    ((0.022, 0.020, 0.020), (0.022, 0.020, 0.020), "plain"),
    ((0.20, 0.21, 0.23), (0.13, 0.14, 0.155), "plain"),
    ((0.66, 0.64, 0.60), (0.035, 0.030, 0.028), "patches"),
    ((0.68, 0.66, 0.63), (0.42, 0.17, 0.05), "patches"),
)


def cat(casting: Casting) -> Creature:
    """A house cat in one of six coats."""
    rng = casting.rng
    skeleton, fleshes = build(CAT)
    kit = Kit(skeleton, fleshes, casting)
    main, marks, pattern = CAT_COATS[rng.integers(len(CAT_COATS))]
    coat = recoloured(main, casting)
    dark = np.asarray(marks) if casting.colour is None else coat * 0.45
    white = bool(rng.random() < 0.6) and pattern != "plain"

    def paint(patch: Patch) -> Floats:
        x, y, z = patch.points.T
        up = patch.normals[:, 1]
        grain = mottle(patch.points, 0.016, rng) * 0.6 + mottle(patch.points, 0.007, rng) * 0.5
        shade = tones(coat, (coat * 0.75, soft(0.3, 1, up) * 0.4))
        if pattern == "tabby":
            wobble = mottle(patch.points, 0.05, rng)
            ring = (
                np.where(trunk(patch) | np.char.startswith(patch.bone, "tail"), z * 150, y * 150 + 20 * z)
                + 2.2 * wobble
            )
            band = soft(0.1, 0.7, np.sin(ring)) * soft(0.13, 0.17, y + 0.06 * ~trunk(patch))
            brow = head(patch) * soft(0.25, 0.75, np.sin(np.abs(x) * 520)) * soft(0.305, 0.318, y)
            shade = tones(shade, (dark, 0.75 * band * ~head(patch)), (dark, 0.7 * brow))
        elif pattern == "patches":
            blotch = soft(0.05, 0.22, mottle(patch.points, 0.085, rng) + 0.25 * up)
            shade = tones(shade, (dark, blotch))
        if white:
            snow = np.clip(
                soft(0.05, 0.03, y) + trunk(patch) * soft(0.19, 0.17, y) * soft(0.02, 0.1, z)
                + head(patch) * soft(0.289, 0.281, y) * soft(0.185, 0.2, z), 0, 1,
            )  # fmt: skip
            shade = tones(shade, ((0.68, 0.66, 0.63), snow))
        return np.asarray(shade * (1 + 0.12 * grain)[:, None], np.float32)

    skin(kit, CAT, paint, fur=0.12)
    iris = ((0.18, 0.30, 0.06), (0.42, 0.27, 0.03), (0.12, 0.25, 0.38))[rng.integers(3)]
    kit.eye(("head", "lid_l", "lid_r"), (0.0185, 0.307, 0.212), 0.0098, iris, coat * 0.6, (0.42, 0.12, 1.0), 0.0, 0.5)
    if kit.fine:
        kit.ball("head", (0, 0.2895, 0.2395), 0.0046, (0.42, 0.17, 0.16), 0, 0.3, (1.3, 0.9, 0.8))
    if kit.finest:
        for sign in (-1, 1):
            for number, rise in enumerate((-0.006, 0.0, 0.007)):
                root = np.array([sign * 0.017, 0.281 + 0.003 * number, 0.222])
                kit.tube("head", [root, root + [sign * 0.03, rise, 0.004], root + [sign * 0.055, rise - 0.006, -0.004]],
                         [0.0007, 0.0006, 0.0002], 0.6, sides=3)  # fmt: skip
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(
            f"ear_{side}",
            (sign * 0.0245, 0.333, 0.176),
            (sign * 0.010, 0.036, -0.003),
            (sign * 0.0205, -0.008, 0.006),
            (0.45, 0.24, 0.20),
            tones(coat, (dark, np.full(1, 0.3)))[0],
            (1.0, 0.9, 0.58, 0.06),
            (0, 0, -0.008),
            thick=0.003,
        )
    return kit.body(act(CAT, casting.action, rng))


def _big_cat_face(kit: Kit, animal: Quadruped, coat: np.ndarray, iris: tuple[float, float, float]) -> None:
    """Eyes, nose and round ears of a lion or a tiger."""
    z, y, r = animal.skull
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.43 * r, y + 0.12 * r, z + 0.7 * r),
        0.155 * r,
        iris,
        coat * 0.3,
        (0.45, 0.12, 1.0),
        0.0,
        0.38,
    )
    nz, ny, nr = animal.muzzle[1]
    if kit.fine:
        kit.ball("head", (0, ny + 0.42 * nr, nz + 0.72 * nr), 0.34 * nr, (0.16, 0.06, 0.05), 0, 0.35, (1.35, 0.8, 0.8))
        line = kit.on_surface([(0, ny + 0.15 * nr), (0, ny - 0.2 * nr), (0, ny - 0.5 * nr)], ("body",), 0.002)
        kit.tube("head", line, [0.007, 0.006, 0.003], 0.02, sides=4)
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(
            f"ear_{side}",
            (sign * 0.68 * r, y + 0.66 * r, z - 0.12 * r),
            (sign * 0.25 * r, 0.55 * r, 0),
            (sign * 0.36 * r, -0.12 * r, 0.05 * r),
            coat * 0.6 + 0.12,
            coat * 0.45,
            (0.85, 1.1, 0.95, 0.4),
            (0, 0, -0.12 * r),
            thick=0.07 * r,
        )


def lion(casting: Casting) -> Creature:
    """With a mane; a young one (`baby`) without."""
    rng = casting.rng
    young = "baby" in casting.qualities
    skeleton, fleshes = build(LION)
    kit = Kit(skeleton, fleshes + ([] if young else list(MANE)), casting, {"mane": 0.8})
    coat = recoloured(np.array([0.46, 0.285, 0.125]) * rng.uniform(0.88, 1.1), casting)
    mane = np.asarray(((0.19, 0.085, 0.030), (0.10, 0.045, 0.020), (0.27, 0.14, 0.05))[rng.integers(3)])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        grain = mottle(patch.points, 0.09, rng) * 0.6 + mottle(patch.points, 0.035, rng) * 0.4
        pale = np.clip(soft(-0.1, -0.8, patch.normals[:, 1]) * 0.5 + head(patch) * soft(1.13, 1.07, y) * 0.8, 0, 1)
        tuft = soft(-1.085, -1.12, z) * soft(0.6, 0.5, y)
        shade = tones(
            coat, (coat * 0.8, soft(0.4, 1, patch.normals[:, 1]) * 0.3), (coat * 0.5 + 0.32, pale), (mane * 0.5, tuft)
        )
        return np.asarray(shade * (1 + 0.11 * grain)[:, None], np.float32)

    skin(kit, LION, paint, fur=0.08)
    if not young:

        def strands(patch: Patch) -> Floats:
            front = soft(0.62, 0.86, patch.points[:, 2])
            grain = mottle(patch.points * [1, 0.35, 0.5], 0.04, rng) * 0.45 + mottle(patch.points, 0.1, rng) * 0.2
            return np.asarray(tones(mane, (coat * 0.75, 0.75 * front)) * (1 + grain)[:, None], np.float32)

        kit.grow("mane", strands, bumps=0.035, bump_size=0.07, fur=0.2)
    _big_cat_face(kit, LION, coat, (0.34, 0.19, 0.03))
    return kit.body(act(LION, casting.action, rng))


def tiger(casting: Casting) -> Creature:
    """Orange (or white) with black stripes."""
    rng = casting.rng
    skeleton, fleshes = build(TIGER)
    kit = Kit(skeleton, fleshes, casting)
    coat = recoloured(np.array([0.52, 0.205, 0.038]) * rng.uniform(0.9, 1.08), casting)
    white, black = np.array([0.66, 0.62, 0.55]), np.array([0.018, 0.015, 0.013])

    def paint(patch: Patch) -> Floats:
        x, y, z = patch.points.T
        up = patch.normals[:, 1]
        grain = mottle(patch.points, 0.05, rng)
        under = np.clip(soft(0.0, -0.65, up) * ~head(patch) + head(patch) * soft(1.02, 0.96, y) * soft(0.8, 0.9, z)
                        + head(patch) * soft(0.06, 0.11, np.abs(x)) * soft(1.06, 1.0, y), 0, 1)  # fmt: skip
        wobble = mottle(patch.points * [1, 0.5, 1], 0.16, rng)
        tail = np.char.startswith(patch.bone, "tail")
        legs = ~trunk(patch) & ~head(patch) & ~tail & ~np.char.startswith(patch.bone, "neck")
        along = np.where(legs, y * 58 + z * 14, z * 46) + 2.6 * wobble
        stripe = soft(0.30, 0.72, np.sin(along) + 0.25 * mottle(patch.points, 0.07, rng)) * np.where(
            legs, soft(0.2, 0.45, y), 1
        )
        stripe = stripe * soft(-0.95, -0.5, up) * ~(head(patch) & (z > 0.97))
        crown = head(patch) * soft(0.2, 0.7, np.sin(y * 120 + np.abs(x) * 60)) * soft(1.08, 1.12, y)
        shade = tones(
            coat,
            (white, under),
            (black, np.where(head(patch), np.clip(0.9 * crown + 0.8 * stripe * (np.abs(x) > 0.07), 0, 1), stripe)),
        )
        return np.asarray(shade * (1 + 0.08 * grain)[:, None], np.float32)

    skin(kit, TIGER, paint, fur=0.07)
    _big_cat_face(kit, TIGER, coat, (0.38, 0.28, 0.05))
    return kit.body(act(TIGER, casting.action, rng))


def _scattered(points: ArrayLike, apart: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """How far the nearest of the spots is that lie about `apart` m from each other, in units of that."""
    place = np.asarray(points, np.float64) / apart
    nearest = np.full(len(place), 9.0)
    jitter = rng.uniform(-0.30, 0.30, (16, 16, 16, 3))
    cell = np.floor(place).astype(np.int64)
    for step in np.ndindex(3, 3, 3):
        other = cell + np.array(step) - 1
        spot = other + 0.5 + jitter[tuple((other % 16).T)]
        nearest = np.minimum(nearest, np.linalg.norm(place - spot, axis=1))
    return nearest


def leopard(casting: Casting) -> Creature:
    """Golden with black rosettes, a pale belly, solid spots on its limbs and face."""
    rng = casting.rng
    skeleton, fleshes = build(LEOPARD)
    kit = Kit(skeleton, fleshes, casting)
    coat = recoloured(np.array([0.50, 0.285, 0.095]) * rng.uniform(0.92, 1.08), casting)
    white, black = np.array([0.64, 0.59, 0.50]), np.array([0.020, 0.016, 0.013])

    def paint(patch: Patch) -> Floats:
        under = soft(-0.1, -0.75, patch.normals[:, 1]) * ~head(patch)
        away = _scattered(patch.points, 0.105, rng)
        ring = soft(0.17, 0.25, away) * soft(0.46, 0.38, away) * soft(-0.55, -0.05, mottle(patch.points, 0.05, rng))
        spot = soft(0.36, 0.28, _scattered(patch.points, 0.055, rng))
        flank = trunk(patch) | np.char.startswith(patch.bone, "neck")
        marks = np.where(flank, ring, 0.9 * spot) * np.where(head(patch), soft(0.74, 0.68, patch.points[:, 2]), 1.0)
        grain = mottle(patch.points, 0.045, rng)
        shade = tones(
            coat,
            (coat * 0.72, flank * soft(0.34, 0.26, away)),
            (white, 0.9 * under),
            (black, marks * (1 - 0.4 * under)),
        )
        return np.asarray(shade * (1 + 0.07 * grain)[:, None], np.float32)

    skin(kit, LEOPARD, paint, fur=0.06)
    _big_cat_face(kit, LEOPARD, coat, (0.40, 0.34, 0.08))
    return kit.body(act(LEOPARD, casting.action, rng))


def snow_leopard(casting: Casting) -> Creature:
    """A leopard of the high mountains: pale grey, its rosettes the same."""
    smoke = np.array([0.47, 0.46, 0.45], np.float32) if casting.colour is None else casting.colour
    return leopard(replace(casting, colour=smoke))


ROWS = (
    Subject("cat", cat, "ground", 0.62, 0.38, {
        "walk": 0.55, "run": 3.6, "sit": 0, "stand": 0, "jump": 0, "sleep": 0, "play": 0, "eat": 0,
    }),
    Subject("lion", lion, "ground", 2.3, 1.45, {"walk": 1.15, "run": 8.0, "stand": 0, "sit": 0, "sleep": 0, "jump": 0}),
    Subject("leopard", leopard, "ground", 1.8, 0.90, {
        "walk": 1.0, "run": 9.0, "stand": 0, "sit": 0, "sleep": 0, "jump": 0,
    }),
    Subject("snow_leopard", snow_leopard, "ground", 1.8, 0.90, {
        "walk": 1.0, "run": 9.0, "stand": 0, "sit": 0, "sleep": 0, "jump": 0,
    }),
    Subject("tiger", tiger, "ground", 2.4, 1.22, {"walk": 1.1, "run": 8.0, "stand": 0, "sit": 0, "sleep": 0, "jump": 0}),
)  # fmt: skip
