"""Dog, wolf, fox."""

import numpy as np

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import Quadruped, act, build, head, skin, trunk
from promptreel.engines.scenes.stage import Casting, Subject

DOG = Quadruped(
    withers=0.58,
    spine=((-0.285, 0.495, 0.088), (-0.10, 0.495, 0.092), (0.09, 0.455, 0.132), (0.225, 0.440, 0.112)),
    neck=((0.205, 0.505, 0.100), (0.27, 0.585, 0.084), (0.325, 0.650, 0.072)),
    skull=(0.380, 0.695, 0.080),
    muzzle=((0.440, 0.665, 0.054), (0.548, 0.648, 0.038)),
    jaw=((0.420, 0.632, 0.032), (0.530, 0.614, 0.021)),
    fore=((0.078, 0.225, 0.400, 0.066), (0.082, 0.150, 0.300, 0.046), (0.076, 0.180, 0.118, 0.029),
          (0.076, 0.184, 0.036, 0.027), (0.079, 0.232, 0.022, 0.025)),
    hind=((0.068, -0.250, 0.440, 0.094), (0.088, -0.165, 0.300, 0.062), (0.080, -0.320, 0.160, 0.029),
          (0.080, -0.298, 0.036, 0.027), (0.083, -0.252, 0.022, 0.025)),
    tail=((-0.345, 0.535, 0.036), (-0.43, 0.52, 0.036), (-0.50, 0.460, 0.036), (-0.555, 0.395, 0.029),
          (-0.59, 0.345, 0.010)),
    tail_up=0.75,
    wag=0.75,
    extra=(
        Flesh("chest", (0, 0.52, 0.08), (0, 0.53, 0.17), 0.06, 0.07, 0.9, 0.06),
        Flesh("head", (0.036, 0.665, 0.395), (0.030, 0.652, 0.440), 0.046, 0.038, 1, 0.04),
        Flesh("head", (0, 0.712, 0.415), (0, 0.690, 0.450), 0.048, 0.040, 1, 0.03),
        Flesh("head", (0.026, 0.712, 0.432), (0.026, 0.712, 0.44), 0.026, 0.024, 1, 0.02),
        Flesh("head", (0.016, 0.640, 0.505), (0.014, 0.636, 0.54), 0.024, 0.018, 1, 0.015),
    ),
)  # fmt: skip

WOLF = Quadruped(
    withers=0.80,
    spine=((-0.40, 0.720, 0.100), (-0.14, 0.725, 0.095), (0.13, 0.660, 0.150), (0.335, 0.645, 0.125)),
    neck=((0.30, 0.715, 0.130), (0.40, 0.785, 0.115), (0.485, 0.845, 0.090)),
    skull=(0.555, 0.870, 0.082),
    muzzle=((0.615, 0.845, 0.054), (0.745, 0.815, 0.034)),
    jaw=((0.575, 0.812, 0.032), (0.720, 0.783, 0.018)),
    fore=((0.085, 0.315, 0.560, 0.075), (0.088, 0.205, 0.420, 0.050), (0.080, 0.245, 0.170, 0.031),
          (0.080, 0.255, 0.045, 0.031), (0.083, 0.312, 0.027, 0.028)),
    hind=((0.075, -0.350, 0.625, 0.105), (0.095, -0.225, 0.425, 0.066), (0.085, -0.450, 0.225, 0.030),
          (0.085, -0.415, 0.045, 0.029), (0.088, -0.360, 0.027, 0.027)),
    tail=((-0.465, 0.735, 0.045), (-0.545, 0.66, 0.060), (-0.605, 0.545, 0.066), (-0.645, 0.43, 0.056),
          (-0.665, 0.335, 0.020)),
    tail_up=0.25,
    wag=0.2,
    extra=(
        Flesh("chest", (0, 0.735, 0.12), (0, 0.745, 0.24), 0.075, 0.09, 0.9, 0.08),
        Flesh("neck_1", (0.05, 0.70, 0.40), (0.06, 0.775, 0.47), 0.085, 0.075, 1, 0.06),
        Flesh("head", (0.055, 0.842, 0.54), (0.045, 0.835, 0.58), 0.045, 0.036, 1, 0.05),
    ),
)  # fmt: skip

FOX = Quadruped(
    withers=0.38,
    spine=((-0.215, 0.340, 0.052), (-0.07, 0.340, 0.050), (0.07, 0.315, 0.070), (0.165, 0.305, 0.060)),
    neck=((0.155, 0.345, 0.060), (0.205, 0.395, 0.048), (0.245, 0.430, 0.042)),
    skull=(0.280, 0.448, 0.047),
    muzzle=((0.310, 0.432, 0.030), (0.392, 0.412, 0.014)),
    jaw=((0.295, 0.418, 0.019), (0.375, 0.400, 0.009)),
    fore=((0.045, 0.160, 0.270, 0.037), (0.046, 0.110, 0.200, 0.026), (0.042, 0.128, 0.080, 0.0155),
          (0.042, 0.132, 0.024, 0.0155), (0.044, 0.160, 0.015, 0.0145)),
    hind=((0.040, -0.190, 0.300, 0.052), (0.052, -0.125, 0.205, 0.034), (0.045, -0.232, 0.110, 0.0155),
          (0.045, -0.214, 0.024, 0.015), (0.046, -0.187, 0.015, 0.014)),
    tail=((-0.25, 0.350, 0.020), (-0.31, 0.325, 0.038), (-0.385, 0.275, 0.052), (-0.46, 0.225, 0.048),
          (-0.525, 0.200, 0.014)),
    tail_up=0.35,
    wag=0.25,
    extra=(
        Flesh("head", (0.034, 0.430, 0.270), (0.028, 0.427, 0.295), 0.026, 0.021, 1, 0.03),
        Flesh("chest", (0, 0.30, 0.185), (0, 0.345, 0.20), 0.042, 0.040, 0.9, 0.03),
    ),
)  # fmt: skip

DOG_COATS = (
    ((0.50, 0.27, 0.10), (0.66, 0.47, 0.26), False),  # golden
    ((0.30, 0.14, 0.05), (0.52, 0.34, 0.18), False),  # red-brown
    ((0.62, 0.45, 0.26), (0.74, 0.62, 0.44), False),  # fawn
    ((0.035, 0.030, 0.028), (0.42, 0.20, 0.07), True),  # black and tan
    ((0.16, 0.075, 0.035), (0.72, 0.67, 0.58), True),  # brown and white
)


def dog(casting: Casting) -> Creature:
    """A friendly dog of middle size with hanging or pricked ears, in one of five coats."""
    rng = casting.rng
    skeleton, fleshes = build(DOG)
    kit = Kit(skeleton, fleshes, casting)
    main, pale, two_tone = DOG_COATS[rng.integers(len(DOG_COATS))]
    coat = recoloured(main, casting)
    light = np.asarray(pale) if casting.colour is None else 0.5 * coat + 0.45

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        grain = mottle(patch.points, 0.05, rng) * 0.6 + mottle(patch.points, 0.018, rng) * 0.5
        feet = soft(0.16, 0.05, y) * (0.9 if two_tone else 0.45)
        belly = soft(0.42, 0.34, y) * np.isin(patch.bone, ("belly", "chest", "pelvis")) * 0.75
        bib = (
            soft(0.22, 0.30, z) * soft(0.62, 0.50, y) * soft(0.3, 0.8, patch.normals[:, 2] * 0.7 - patch.normals[:, 1])
        )
        face = np.isin(patch.bone, ("head", "jaw")) * soft(0.44, 0.50, z) * (0.8 if two_tone else 0.5)
        under = soft(0.1, -0.7, patch.normals[:, 1]) * 0.4
        brush = soft(-0.50, -0.60, z) * 0.5
        back = soft(0.2, 0.9, patch.normals[:, 1]) * 0.28 * ~np.isin(patch.bone, ("head", "jaw"))
        shade = tones(
            coat, (coat * 0.62, back), (light, np.clip(feet + belly + bib, 0, 0.95)), (light, under), (light, face),
            (light, brush),
        )  # fmt: skip
        shade *= (1 + 0.16 * grain)[:, None]
        lips = (
            np.isin(patch.bone, ("jaw", "head"))
            * soft(0.008, 0.0, np.abs(y - 0.628 + 0.17 * (z - 0.45)))
            * soft(0.43, 0.47, z)
        )
        return np.asarray(tones(shade, ((0.03, 0.02, 0.018), 0.8 * lips)), np.float32)

    skin(kit, DOG, paint)
    dark = (0.018, 0.014, 0.013)
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.040, 0.703, 0.445),
        0.0145,
        (0.06, 0.025, 0.008),
        coat * 0.5,
        (0.55, 0.15, 1.0),
        0.06,
    )
    if kit.fine:
        kit.ball("head", (0, 0.664, 0.582), 0.022, dark, 0, 0.6, (1.1, 0.85, 0.8))
        # The tongue lies on the jaw and shows when it opens.
        kit.leaf("jaw", (0, 0.628, 0.45), (0, -0.010, 0.105), (0.016, 0, 0), (0.50, 0.12, 0.13), widths=(0.8, 1, 1, 0.6),
                 gloss=0.4, droop=(0, -0.012, 0))  # fmt: skip
    hanging = rng.random() < 0.6
    shade = coat * (0.62 if not two_tone else 0.9)
    for side, sign in (("l", -1), ("r", 1)):
        if hanging:
            kit.leaf(f"ear_{side}", (sign * 0.062, 0.748, 0.372), (sign * 0.036, -0.115, 0.022), (0, 0.012, 0.046), shade,
                     shade * 0.75, (0.6, 1.0, 1.0, 0.75, 0.25), (sign * 0.018, 0.010, 0), thick=0.006)  # fmt: skip
        else:
            kit.leaf(f"ear_{side}", (sign * 0.050, 0.748, 0.368), (sign * 0.022, 0.088, -0.012), (sign * 0.030, -0.006, 0.010),
                     (0.42, 0.24, 0.19), shade, (0.9, 1.0, 0.75, 0.1), (0, 0, -0.014), thick=0.005)  # fmt: skip
    return kit.body(act(DOG, casting.action, rng, pant=True))


def wolf(casting: Casting) -> Creature:
    """Grey with a pale face and belly, a dark saddle and a thick ruff."""
    rng = casting.rng
    skeleton, fleshes = build(WOLF)
    kit = Kit(skeleton, fleshes, casting)
    coat = recoloured(np.array([0.20, 0.185, 0.165]) * rng.uniform(0.75, 1.2), casting)
    pale = 0.4 * coat + np.array([0.36, 0.34, 0.30])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        up = patch.normals[:, 1]
        grain = mottle(patch.points * [1, 1, 0.6], 0.05, rng) * 0.9 + mottle(patch.points, 0.02, rng) * 0.6
        saddle = soft(0.15, 0.9, up) * ~head(patch) * 0.75
        under = np.clip(soft(0.0, -0.7, up) + soft(0.64, 0.50, y) * trunk(patch), 0, 1) * 0.8
        legs = soft(0.42, 0.25, y) * 0.6
        cheeks = head(patch) * soft(0.862, 0.82, y - 0.12 * (z - 0.6)) * 0.9
        tip = soft(0.42, 0.34, y) * soft(-0.55, -0.62, z) * 0.8
        shade = tones(coat, (coat * 0.42, saddle), (pale, under), (pale * [1, 0.94, 0.84], legs), (pale * 1.15, cheeks),
                      (coat * 0.2, tip))  # fmt: skip
        return np.asarray(shade * (1 + 0.15 * grain)[:, None], np.float32)

    skin(kit, WOLF, paint, fur=0.16)
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.042, 0.882, 0.61),
        0.0135,
        (0.40, 0.26, 0.05),
        coat * 0.25,
        (0.6, 0.2, 1.0),
        0.05,
        0.4,
    )
    if kit.fine:
        kit.ball("head", (0, 0.832, 0.778), 0.024, (0.015, 0.014, 0.014), 0, 0.5, (1.1, 0.85, 0.8))
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(f"ear_{side}", (sign * 0.055, 0.925, 0.545), (sign * 0.012, 0.115, -0.004), (sign * 0.042, -0.004, 0.012),
                 pale * 0.7, coat * 0.75, (0.95, 1.0, 0.72, 0.08), (0, 0, -0.02), thick=0.007)  # fmt: skip
    return kit.body(act(WOLF, casting.action, rng))


def fox(casting: Casting) -> Creature:
    """Red with black stockings, a white bib and a brush with a white tip."""
    rng = casting.rng
    skeleton, fleshes = build(FOX)
    kit = Kit(skeleton, fleshes, casting)
    coat = recoloured(np.array([0.48, 0.165, 0.035]) * rng.uniform(0.85, 1.15), casting)
    white, black = np.array([0.66, 0.62, 0.56]), np.array([0.025, 0.02, 0.018])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        up = patch.normals[:, 1]
        grain = mottle(patch.points, 0.03, rng) * 0.7 + mottle(patch.points, 0.012, rng) * 0.6
        limb = (
            ~trunk(patch)
            & ~head(patch)
            & ~np.char.startswith(patch.bone, "tail")
            & ~np.char.startswith(patch.bone, "neck")
        )
        stockings = soft(0.19, 0.13, y) * limb
        bib = soft(0.10, 0.17, z) * soft(0.36, 0.32, y) * ~limb * ~head(patch) * soft(0.55, 0.0, up)
        belly = soft(0.29, 0.26, y) * trunk(patch)
        cheeks = head(patch) * soft(0.436, 0.424, y + 0.35 * (z - 0.30))
        tip = soft(-0.475, -0.50, z)
        back = soft(0.4, 1.0, up) * 0.3
        shade = tones(
            coat,
            (coat * 0.6, back),
            (white, np.clip(bib + belly, 0, 0.95)),
            (black, stockings),
            (white, cheeks),
            (white, tip),
        )
        return np.asarray(shade * (1 + 0.14 * grain)[:, None], np.float32)

    skin(kit, FOX, paint, fur=0.14)
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.025, 0.452, 0.312),
        0.0088,
        (0.34, 0.19, 0.03),
        coat * 0.5,
        (0.6, 0.15, 1.0),
        0.04,
        0.45,
    )
    if kit.fine:
        kit.ball("head", (0, 0.416, 0.405), 0.0105, black * 0.6, 0, 0.5)
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(f"ear_{side}", (sign * 0.033, 0.478, 0.270), (sign * 0.016, 0.082, -0.004), (sign * 0.031, -0.006, 0.008),
                 white * 0.6, black + 0.01, (0.95, 1.0, 0.70, 0.06), (0, 0, -0.014), thick=0.004)  # fmt: skip
    return kit.body(act(FOX, casting.action, rng))


ROWS = (
    Subject(
        "dog",
        dog,
        "ground",
        1.05,
        0.78,
        {
            "run": 5.0,
            "walk": 1.1,
            "trot": 2.2,
            "sit": 0,
            "stand": 0,
            "jump": 0,
            "play": 0,
            "sleep": 0,
            "eat": 0,
        },
    ),
    Subject(
        "wolf",
        wolf,
        "ground",
        1.45,
        1.02,
        {"walk": 1.2, "run": 6.5, "trot": 2.6, "stand": 0, "sit": 0, "jump": 0, "sleep": 0},
        group=3,
    ),
    Subject(
        "fox",
        fox,
        "ground",
        0.95,
        0.56,
        {"walk": 0.8, "run": 4.5, "trot": 1.5, "stand": 0, "sit": 0, "jump": 0, "sleep": 0, "play": 0},
    ),
)
