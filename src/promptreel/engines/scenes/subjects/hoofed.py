"""Horse, unicorn, zebra, deer, cow, sheep, giraffe."""

from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.gait import GALLOP, TROT, WALK
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import Quadruped, act, build, head, skin, trunk
from promptreel.engines.scenes.stage import Casting, Subject

HORSE = Quadruped(
    withers=1.58,
    spine=((-0.58, 1.320, 0.255), (-0.20, 1.320, 0.250), (0.20, 1.245, 0.320), (0.48, 1.230, 0.265)),
    neck=((0.50, 1.340, 0.235), (0.74, 1.620, 0.160), (0.92, 1.860, 0.120)),
    skull=(1.00, 1.910, 0.120),
    muzzle=((1.10, 1.810, 0.098), (1.345, 1.555, 0.068)),
    jaw=((1.03, 1.775, 0.105), (1.290, 1.505, 0.046)),
    fore=((0.17, 0.55, 1.10, 0.165), (0.185, 0.37, 0.92, 0.118), (0.155, 0.42, 0.48, 0.062),
          (0.155, 0.435, 0.150, 0.048), (0.158, 0.515, 0.040, 0.062)),
    hind=((0.15, -0.53, 1.20, 0.260), (0.195, -0.32, 0.91, 0.165), (0.160, -0.72, 0.545, 0.066),
          (0.160, -0.665, 0.150, 0.049), (0.163, -0.585, 0.040, 0.062)),
    tail=((-0.80, 1.450, 0.060), (-0.90, 1.38, 0.070), (-0.955, 1.15, 0.095), (-0.985, 0.90, 0.095), (-0.995, 0.60, 0.020)),
    tail_group="hair",
    flat=(0.95, 0.88, 0.86, 0.85),
    neck_flat=0.58,
    head_flat=0.72,
    blend=0.10,
    tail_up=0.45,
    wag=0.28,
    flexible=0.35,
    walk=replace(WALK, stride=1.12, nod=0.06, lift=0.085),
    trot=replace(TROT, stride=1.60, lift=0.13),
    run=replace(GALLOP, stride=3.0, fold=1.25, rise=0.045),
    extra=(
        Flesh("chest", (0, 1.46, 0.20), (0, 1.44, 0.42), 0.095, 0.120, 0.8, 0.12),
        Flesh("chest", (0.10, 1.10, 0.60), (0.10, 1.18, 0.62), 0.120, 0.10, 1, 0.10),
        Flesh("pelvis", (0.06, 1.44, -0.45), (0.08, 1.36, -0.66), 0.145, 0.140, 1, 0.12),
        Flesh("head", (0, 1.86, 1.08), (0, 1.66, 1.27), 0.066, 0.052, 0.9, 0.05),
    ),
)  # fmt: skip

HORSE_HAIR = (
    Flesh("head", (0.0, 2.035, 0.97), (0.01, 1.915, 1.095), 0.048, 0.030, 0.8, 0.04, "hair"),
    Flesh("neck_2", (0.010, 2.020, 0.89), (0.020, 1.76, 0.64), 0.058, 0.075, 0.50, 0.05, "hair"),
    Flesh("neck_1", (0.020, 1.76, 0.64), (0.010, 1.545, 0.34), 0.080, 0.055, 0.50, 0.06, "hair"),
    Flesh("neck_2", (0.075, 1.93, 0.86), (0.105, 1.72, 0.82), 0.065, 0.035, 0.45, 0.06, "hair"),
    Flesh("neck_2", (0.070, 1.84, 0.74), (0.135, 1.58, 0.74), 0.085, 0.035, 0.42, 0.06, "hair"),
    Flesh("neck_1", (0.070, 1.72, 0.62), (0.160, 1.43, 0.63), 0.095, 0.035, 0.42, 0.06, "hair"),
    Flesh("neck_1", (0.060, 1.60, 0.48), (0.175, 1.34, 0.52), 0.090, 0.030, 0.42, 0.06, "hair"),
)  # fmt: skip

HORSE_COATS = (
    ((0.22, 0.085, 0.030), (0.014, 0.012, 0.011), True),  # bay
    ((0.30, 0.115, 0.035), (0.33, 0.14, 0.05), False),  # chestnut
    ((0.028, 0.024, 0.022), (0.012, 0.011, 0.010), False),  # black
    ((0.52, 0.51, 0.49), (0.60, 0.58, 0.55), True),  # grey
    ((0.50, 0.30, 0.11), (0.66, 0.60, 0.48), False),  # palomino
)

DEER = Quadruped(
    withers=1.00,
    spine=((-0.38, 0.865, 0.140), (-0.13, 0.865, 0.140), (0.13, 0.815, 0.178), (0.31, 0.815, 0.145)),
    neck=((0.31, 0.900, 0.118), (0.43, 1.075, 0.082), (0.52, 1.240, 0.068)),
    skull=(0.565, 1.275, 0.068),
    muzzle=((0.625, 1.225, 0.050), (0.755, 1.135, 0.032)),
    jaw=((0.580, 1.205, 0.042), (0.725, 1.105, 0.022)),
    fore=((0.085, 0.33, 0.71, 0.095), (0.092, 0.23, 0.59, 0.062), (0.078, 0.262, 0.320, 0.031),
          (0.078, 0.272, 0.088, 0.0225), (0.080, 0.313, 0.022, 0.026)),
    hind=((0.080, -0.35, 0.79, 0.150), (0.105, -0.21, 0.59, 0.092), (0.085, -0.470, 0.365, 0.031),
          (0.085, -0.425, 0.088, 0.0230), (0.087, -0.385, 0.022, 0.026)),
    tail=((-0.48, 0.920, 0.042), (-0.53, 0.87, 0.042), (-0.552, 0.80, 0.016)),
    flat=(0.88, 0.82, 0.8, 0.8),
    neck_flat=0.72,
    head_flat=0.80,
    blend=0.06,
    tail_up=0.6,
    wag=0.35,
    flexible=0.7,
    walk=replace(WALK, nod=0.05),
    run=replace(GALLOP, stride=3.2, rise=0.11, lift=0.32),
    extra=(
        Flesh("chest", (0, 0.955, 0.14), (0, 0.945, 0.27), 0.055, 0.065, 0.9, 0.08),
        Flesh("neck_1", (0, 0.84, 0.42), (0, 1.00, 0.47), 0.085, 0.06, 0.75, 0.06),
    ),
)  # fmt: skip

COW = Quadruped(
    withers=1.42,
    spine=((-0.68, 1.130, 0.280), (-0.25, 1.130, 0.310), (0.22, 1.070, 0.365), (0.55, 1.060, 0.290)),
    neck=((0.58, 1.180, 0.225), (0.80, 1.260, 0.180), (0.95, 1.330, 0.145)),
    skull=(1.02, 1.350, 0.135),
    muzzle=((1.12, 1.250, 0.112), (1.325, 1.070, 0.086)),
    jaw=((1.05, 1.200, 0.105), (1.270, 1.020, 0.060)),
    fore=((0.19, 0.60, 0.98, 0.165), (0.21, 0.46, 0.77, 0.118), (0.185, 0.50, 0.405, 0.070),
          (0.185, 0.51, 0.145, 0.056), (0.188, 0.575, 0.042, 0.066)),
    hind=((0.18, -0.60, 1.05, 0.250), (0.225, -0.42, 0.79, 0.155), (0.195, -0.74, 0.475, 0.070),
          (0.195, -0.69, 0.145, 0.056), (0.198, -0.625, 0.042, 0.066)),
    tail=((-0.93, 1.300, 0.045), (-1.02, 1.15, 0.034), (-1.05, 0.88, 0.028), (-1.06, 0.64, 0.030), (-1.06, 0.50, 0.035)),
    flat=(0.98, 0.98, 0.92, 0.85),
    neck_flat=0.68,
    head_flat=0.85,
    blend=0.11,
    wag=0.30,
    flexible=0.3,
    run=replace(GALLOP, stride=2.3, rise=0.03),
    extra=(
        Flesh("chest", (0, 1.36, 0.15), (0, 1.34, 0.42), 0.09, 0.10, 0.8, 0.12),
        Flesh("pelvis", (0.20, 1.34, -0.36), (0.16, 1.30, -0.70), 0.075, 0.085, 1, 0.12),
        Flesh("pelvis", (0, 0.80, -0.44), (0, 0.74, -0.36), 0.145, 0.13, 1.1, 0.06),
        Flesh("neck_1", (0, 0.92, 0.72), (0, 1.06, 0.92), 0.11, 0.07, 0.5, 0.10),
        Flesh("tail_4", (0, 0.55, -1.06), (0, 0.44, -1.06), 0.05, 0.03, 1, 0.02),
    ),
)  # fmt: skip

SHEEP = Quadruped(
    withers=0.72,
    spine=((-0.32, 0.545, 0.200), (-0.10, 0.560, 0.215), (0.13, 0.545, 0.225), (0.28, 0.550, 0.190)),
    neck=((0.30, 0.620, 0.145), (0.39, 0.710, 0.110), (0.45, 0.775, 0.080)),
    skull=(0.510, 0.800, 0.075),
    muzzle=((0.560, 0.755, 0.058), (0.660, 0.680, 0.042)),
    jaw=((0.530, 0.730, 0.048), (0.635, 0.655, 0.030)),
    fore=((0.105, 0.27, 0.44, 0.100), (0.110, 0.21, 0.35, 0.062), (0.095, 0.225, 0.190, 0.036),
          (0.095, 0.230, 0.068, 0.028), (0.097, 0.262, 0.022, 0.031)),
    hind=((0.105, -0.30, 0.48, 0.130), (0.120, -0.20, 0.36, 0.080), (0.100, -0.355, 0.215, 0.034),
          (0.100, -0.330, 0.068, 0.028), (0.102, -0.298, 0.022, 0.031)),
    tail=((-0.49, 0.600, 0.060), (-0.525, 0.52, 0.060), (-0.535, 0.42, 0.035)),
    flat=(1.0, 1.0, 1.0, 0.95),
    neck_flat=0.95,
    blend=0.08,
    wag=0.2,
    flexible=0.3,
    run=replace(GALLOP, stride=2.2, rise=0.07),
)  # fmt: skip

GIRAFFE = Quadruped(
    withers=3.0,
    spine=((-0.58, 2.330, 0.330), (-0.15, 2.440, 0.340), (0.35, 2.560, 0.430), (0.70, 2.580, 0.350)),
    neck=((0.72, 2.820, 0.310), (1.05, 3.700, 0.190), (1.33, 4.560, 0.140)),
    skull=(1.40, 4.640, 0.130),
    muzzle=((1.53, 4.540, 0.105), (1.83, 4.330, 0.068)),
    jaw=((1.44, 4.490, 0.090), (1.76, 4.270, 0.045)),
    fore=((0.21, 0.72, 2.25, 0.250), (0.23, 0.56, 1.78, 0.165), (0.20, 0.62, 1.02, 0.088),
          (0.20, 0.64, 0.245, 0.066), (0.205, 0.74, 0.060, 0.090)),
    hind=((0.20, -0.52, 2.10, 0.310), (0.25, -0.34, 1.64, 0.200), (0.20, -0.74, 1.08, 0.090),
          (0.20, -0.68, 0.245, 0.066), (0.205, -0.585, 0.060, 0.090)),
    tail=((-0.88, 2.440, 0.060), (-0.98, 2.20, 0.045), (-1.02, 1.80, 0.032), (-1.03, 1.50, 0.032), (-1.03, 1.34, 0.050)),
    flat=(0.85, 0.80, 0.78, 0.78),
    neck_flat=0.68,
    head_flat=0.78,
    blend=0.14,
    wag=0.3,
    flexible=0.15,
    walk=replace(WALK, stride=1.0, beats=(0.0, 0.18, 0.5, 0.68), nod=0.05, lift=0.08),
    run=replace(GALLOP, stride=1.9, rise=0.03, rock=0.06),
    extra=(Flesh("chest", (0, 2.96, 0.35), (0, 2.95, 0.62), 0.10, 0.14, 0.8, 0.18),),
)  # fmt: skip


def hoofs(kit: Kit, animal: Quadruped, colour: tuple[float, float, float]) -> None:
    """A dark cone around each toe."""
    if not kit.fine:
        return
    for name, joints in (("fore", animal.fore), ("hind", animal.hind)):
        x, z, _, r = joints[4]
        for side, sign in (("l", -1), ("r", 1)):
            path = [
                (sign * x, 0.0, z + 0.15 * r),
                (sign * x, 0.35 * r, z + 0.12 * r),
                (sign * x, 1.5 * r, z - 0.25 * r),
                (sign * x, 1.7 * r, z - 0.3 * r),
            ]
            kit.tube(f"{name}_{side}_4", path, [0.7 * r, 1.22 * r, 1.0 * r, 0.3 * r], colour, 0.25, 8)


def ears(
    kit: Kit,
    animal: Quadruped,
    long: float,
    outer: np.ndarray,
    inner: np.ndarray,
    out: float = 0.35,
    wide: float = 0.30,
) -> None:
    """Upright (`out` small) or level leaves."""
    z, y, r = animal.skull
    for side, sign in (("l", -1), ("r", 1)):
        along = (sign * long * np.sin(out), long * np.cos(out), -0.05 * long)
        kit.leaf(
            f"ear_{side}",
            (sign * 0.45 * r, y + 0.75 * r, z - 0.45 * r),
            along,
            (sign * wide * long * np.cos(out), -wide * long * np.sin(out), 0.12 * long),
            inner,
            outer,
            (0.55, 1.0, 0.8, 0.08),
            (0, 0, -0.10 * long),
            thick=0.04 * long,
        )


def nostrils(kit: Kit, animal: Quadruped, colour: tuple[float, float, float] = (0.015, 0.012, 0.011)) -> None:
    """Two dark dents at the front of the muzzle."""
    z, y, r = animal.muzzle[1]
    if kit.fine:
        for sign in (-1, 1):
            kit.ball(
                "head",
                (sign * 0.48 * r * animal.head_flat, y + 0.25 * r, z + 0.80 * r),
                0.24 * r,
                colour,
                0,
                0.2,
                (0.8, 1.2, 0.7),
                sides=6,
            )


def _eyes(kit: Kit, animal: Quadruped, radius: float, lid: np.ndarray) -> None:
    z, y, r = animal.skull
    kit.eye(
        ("head", "lid_l", "lid_r"),
        (0.55 * r * animal.head_flat, y - 0.1 * r, z + 0.6 * r),
        radius,
        (0.045, 0.022, 0.010),
        lid,
        (0.9, 0.15, 0.5),
        0.0,
        0.6,
    )


def horse(casting: Casting) -> Creature:
    """Bay, chestnut, black, grey or palomino, with a mane and perhaps a blaze and socks."""
    rng = casting.rng
    main, mane, points = HORSE_COATS[rng.integers(len(HORSE_COATS))]
    coat = recoloured(np.asarray(main) * rng.uniform(0.85, 1.15), casting)
    dark = np.asarray(mane) if casting.colour is None else coat * 0.45
    return _horse(casting, coat, dark, points, bool(rng.random() < 0.6), bool(rng.random() < 0.5), False)


def unicorn(casting: Casting) -> Creature:
    """A white horse with a pearly horn and a mane of pink and violet."""
    coat = recoloured((0.72, 0.70, 0.71), casting)
    return _horse(casting, coat, np.array([0.55, 0.28, 0.50]), False, False, False, True)


def zebra(casting: Casting) -> Creature:
    """White with black stripes: upright on its trunk and neck, across its legs."""
    coat = recoloured((0.68, 0.66, 0.62), casting)
    return _horse(casting, coat, np.array([0.020, 0.018, 0.017]), False, False, False, False, striped=True)


def _stripes(patch: Patch, rng: np.random.Generator) -> np.ndarray:
    """How black a zebra is at each point: stripes run round its trunk and neck and lean back over the rump, and lie across
    its legs."""
    _x, y, z = patch.points.T
    wavy = 0.5 * mottle(patch.points, 0.22, rng) + 0.25 * mottle(patch.points, 0.1, rng)
    legs = ~trunk(patch) & ~head(patch) & ~np.char.startswith(patch.bone, "neck")
    rump = soft(-0.15, -0.6, z)
    along = np.where(head(patch), 52 * (z - 0.55 * y), 38 * (z + 0.55 * rump * (y - 1.2)) + 9 * np.maximum(y - 1.3, 0))
    phase = np.where(legs & (y < 0.98), 46 * y, along) + 2.2 * wavy
    return np.asarray(
        soft(-0.12, 0.12, np.sin(phase)) * np.where(trunk(patch), soft(-0.97, -0.75, patch.normals[:, 1]), 1.0)
    )


def _horse(
    casting: Casting, coat: np.ndarray, mane: np.ndarray, points: bool, blaze: bool, socks: bool, horned: bool,
    *, striped: bool = False,
) -> Creature:  # fmt: skip
    rng = casting.rng
    skeleton, fleshes = build(HORSE)
    # The mane of a zebra stands up: it has no locks at the sides of its neck.
    hair = [one for one in HORSE_HAIR if not striped or abs(one.head[0]) < 0.03]
    kit = Kit(skeleton, fleshes + hair, casting, {"hair": 0.8})

    def paint(patch: Patch) -> Floats:
        x, y, z = patch.points.T
        up = patch.normals[:, 1]
        grain = mottle(patch.points, 0.12, rng) * 0.5 + mottle(patch.points, 0.05, rng) * 0.4
        legs = ~trunk(patch) & ~head(patch) & ~np.char.startswith(patch.bone, "neck")
        low = soft(0.68, 0.42, y) * legs
        muzzle = head(patch) * soft(1.26, 1.36, z) * soft(1.66, 1.58, y)
        shade = tones(coat, (coat * 0.72, soft(0.0, -0.9, up) * 0.5), (mane * 1.2, low * (0.92 if points else 0.25)),
                      (coat * 0.45 + 0.02, muzzle * 0.8))  # fmt: skip
        if horned or coat.mean() > 0.4:
            shade = tones(shade, (coat * 0.55, muzzle * 0.5), (coat * 0.75, low * 0.4))
        if striped:
            shade = tones(shade, (mane, 0.96 * _stripes(patch, rng)), (mane, 0.8 * muzzle))
        if socks:
            shade = tones(shade, ((0.62, 0.60, 0.57), soft(0.36, 0.30, y) * (z < 0) * legs))
        if blaze:
            face = (
                head(patch) * soft(0.045, 0.028, np.abs(x)) * soft(-0.2, 0.3, patch.normals[:, 2]) * soft(1.95, 1.90, y)
            )
            shade = tones(shade, ((0.64, 0.62, 0.59), face))
        return np.asarray(shade * (1 + 0.08 * grain)[:, None], np.float32)

    skin(kit, HORSE, paint, fur=0.035)

    def strands(patch: Patch) -> Floats:
        grain = mottle(patch.points * [1, 0.14, 1], 0.03, rng)
        shade = np.asarray(mane * (1 + 0.45 * grain)[:, None])
        if horned:
            shade = tones(
                shade, ((0.30, 0.28, 0.62), soft(-0.2, 0.5, grain)), ((0.70, 0.42, 0.55), soft(0.1, -0.6, grain) * 0.8)
            )
        return np.asarray(shade, np.float32)

    kit.grow("hair", strands, 0.02, bumps=0.014, bump_size=0.05, fur=0.16, rounds=5)
    _eyes(kit, HORSE, 0.026, coat * 0.6)
    ears(kit, HORSE, 0.17, coat * 0.8, coat * 0.35 + 0.03, 0.16, 0.24)
    nostrils(kit, HORSE)
    hoofs(kit, HORSE, (0.05, 0.042, 0.036) if not horned else (0.48, 0.36, 0.18))
    if horned:
        u = np.linspace(0, 1, 18)
        foot = np.array([0, 2.005, 1.055])
        path = foot + np.array([0, 0.50, 0.26]) * u[:, None]
        twist = 1 + 0.20 * np.sin(u * 2 * np.pi * 6)
        shade = tones((0.80, 0.66, 0.40), ((0.92, 0.86, 0.74), 0.5 + 0.5 * np.sin(u * 2 * np.pi * 6)))
        kit.tube("head", path, list(0.034 * (1 - 0.92 * u) * twist), shade, 0.55, 8, emission=shade * 0.12)
    return kit.body(act(HORSE, casting.action, rng, hoofed=True))


def deer(casting: Casting) -> Creature:
    """A stag with antlers; a young one (`baby`) has spots instead."""
    rng = casting.rng
    young = "baby" in casting.qualities
    stag = not young and bool(rng.random() < 0.65)
    skeleton, fleshes = build(DEER)
    kit = Kit(skeleton, fleshes, casting)
    winter = casting.season == "winter"
    coat = recoloured(
        np.asarray((0.24, 0.155, 0.085) if winter else (0.34, 0.165, 0.065)) * rng.uniform(0.9, 1.1), casting
    )
    pale = np.array([0.60, 0.53, 0.43])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        up = patch.normals[:, 1]
        grain = mottle(patch.points, 0.06, rng) * 0.6 + mottle(patch.points, 0.025, rng) * 0.5
        belly = soft(-0.2, -0.8, up) * trunk(patch) * 0.9
        mirror = soft(-0.44, -0.50, z) * soft(0.62, 0.70, y) * soft(0.95, 0.6, up)
        throat = np.char.startswith(patch.bone, "neck") * soft(0.1, -0.6, up) * 0.6
        chin = head(patch) * soft(1.135, 1.11, y - 0.15 * (z - 0.7)) * 0.8
        nose = head(patch) * soft(0.755, 0.775, z)
        back = soft(0.5, 1.0, up) * trunk(patch) * 0.4
        legs = soft(0.45, 0.2, y) * 0.3
        shade = tones(coat, (coat * 0.55, back), (pale, np.clip(belly + mirror, 0, 0.95)), (pale * 0.8, throat), (pale, chin),
                      (coat * 0.6, legs), ((0.02, 0.017, 0.015), nose))  # fmt: skip
        if young:
            spots = soft(0.42, 0.60, mottle(patch.points, 0.045, rng)) * trunk(patch) * soft(0.76, 0.82, y)
            shade = tones(shade, (pale * 1.1, spots))
        return np.asarray(shade * (1 + 0.11 * grain)[:, None], np.float32)

    skin(kit, DEER, paint, fur=0.06)
    _eyes(kit, DEER, 0.021, coat * 0.5)
    ears(kit, DEER, 0.165, coat * 0.8, pale * 0.8, 0.95, 0.27)
    nostrils(kit, DEER)
    hoofs(kit, DEER, (0.02, 0.018, 0.016))
    if stag and kit.fine:
        horn = np.array([0.22, 0.15, 0.085])
        sides = 6 if kit.finest else 3
        for sign in (-1, 1):
            beam = np.array(
                [
                    (0.025, 1.33, 0.545),
                    (0.07, 1.42, 0.50),
                    (0.17, 1.53, 0.46),
                    (0.235, 1.67, 0.50),
                    (0.225, 1.80, 0.56),
                    (0.19, 1.90, 0.58),
                ]
            )
            beam = beam * [sign, 1, 1]
            kit.tube("head", beam, [0.021, 0.019, 0.017, 0.014, 0.010, 0.003], horn, 0.1, sides)
            for number, tip in (
                (1, (0.085, 1.46, 0.66)),
                (2, (0.20, 1.60, 0.62)),
                (3, (0.30, 1.80, 0.46)),
                (4, (0.30, 1.93, 0.55)),
            ):
                end = np.array(tip) * [sign, 1, 1]
                bow = (beam[number] + end) / 2 - [0, 0.03, -0.02]
                kit.tube("head", [beam[number], bow, end], [0.014, 0.010, 0.002], horn * (1.0, 1.05, 1.1), 0.1, sides)
    return kit.body(act(DEER, casting.action, rng, hoofed=True))


def cow(casting: Casting) -> Creature:
    """Black and white, brown, or brown and white."""
    rng = casting.rng
    skeleton, fleshes = build(COW)
    kit = Kit(skeleton, fleshes, casting)
    main, marks, share = (((0.66, 0.64, 0.60), (0.025, 0.022, 0.021), 0.0), ((0.25, 0.115, 0.05), (0.25, 0.115, 0.05), 9.0),
                          ((0.66, 0.63, 0.58), (0.30, 0.10, 0.035), -0.05))[rng.choice(3, p=(0.5, 0.2, 0.3))]  # fmt: skip
    dark = recoloured(marks, casting)
    pink = np.array([0.55, 0.30, 0.25])

    def paint(patch: Patch) -> Floats:
        x, y, z = patch.points.T
        grain = mottle(patch.points, 0.1, rng) * 0.6 + mottle(patch.points, 0.04, rng) * 0.4
        blotch = soft(
            share - 0.03,
            share + 0.06,
            mottle(patch.points + [0, 0, 3.1], 0.42, rng) + 0.15 * patch.normals[:, 1] + 0.35 * head(patch),
        )
        blotch = blotch * soft(0.55, 0.72, y) if share < 5 else np.ones(len(y))
        face = head(patch) * soft(0.06, 0.03, np.abs(x)) * soft(0.0, 0.4, patch.normals[:, 2]) * (share < 5)
        udder = trunk(patch) * soft(0.80, 0.72, y) * soft(-0.22, -0.30, z)
        nose = head(patch) * soft(1.27, 1.33, z)
        shade = tones(
            np.asarray(main), (dark, blotch), (np.asarray(main), face), (pink, udder * 0.9), (pink * 0.75, nose * 0.8)
        )
        dirt = soft(0.35, 0.1, y) * 0.25
        return np.asarray(tones(shade, ((0.20, 0.16, 0.11), dirt)) * (1 + 0.07 * grain)[:, None], np.float32)

    skin(kit, COW, paint, fur=0.04)
    _eyes(kit, COW, 0.026, dark * 0.7 + 0.02)
    ears(kit, COW, 0.19, dark, pink * 0.8, 1.35, 0.30)
    nostrils(kit, COW)
    hoofs(kit, COW, (0.06, 0.05, 0.04))
    if kit.fine:
        for sign in (-1, 1):
            kit.tube(
                "head",
                np.array(
                    [
                        (sign * 0.08, 1.46, 0.97),
                        (sign * 0.17, 1.50, 0.98),
                        (sign * 0.225, 1.58, 1.03),
                        (sign * 0.22, 1.64, 1.06),
                    ]
                ),
                [0.032, 0.026, 0.016, 0.004],
                np.array([(0.45, 0.40, 0.32)] * 3 + [(0.12, 0.10, 0.08)]),
                0.3,
            )
    return kit.body(act(COW, casting.action, rng, hoofed=True))


def sheep(casting: Casting) -> Creature:
    """Wool all around, the face and the legs bare."""
    rng = casting.rng
    skeleton, fleshes = build(SHEEP)
    kit = Kit(skeleton, fleshes, casting)
    wool = recoloured(np.array([0.62, 0.585, 0.51]) * rng.uniform(0.92, 1.08), casting)
    face = np.asarray(((0.035, 0.030, 0.028), (0.58, 0.53, 0.46), (0.20, 0.15, 0.11))[rng.integers(3)])

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        bare = np.clip(
            head(patch) * soft(0.50, 0.535, z - 0.2 * (y - 0.78)) + soft(0.33, 0.27, y) * ~trunk(patch) * (z > -0.48),
            0,
            1,
        )
        lumps = mottle(patch.points, 0.045, rng)
        shade = wool * (1 + 0.14 * lumps - 0.18 * soft(0.2, -0.8, patch.normals[:, 1]))[:, None]
        return np.asarray(
            tones(shade, (face * 1.0, bare)) * (1 + 0.08 * mottle(patch.points, 0.02, rng))[:, None], np.float32
        )

    # Lumps on the whole skin, small enough not to harm the face.
    skin(kit, SHEEP, paint, bumps=0.014, bump_size=0.050, fur=0.18)
    _eyes(kit, SHEEP, 0.0135, face * 0.8 + 0.02)
    ears(kit, SHEEP, 0.115, face, face * 0.7 + 0.1, 1.45, 0.28)
    nostrils(kit, SHEEP)
    hoofs(kit, SHEEP, (0.03, 0.026, 0.023))
    return kit.body(act(SHEEP, casting.action, rng, hoofed=True))


def giraffe(casting: Casting) -> Creature:
    """Brown fields in a net of pale lines."""
    rng = casting.rng
    skeleton, fleshes = build(GIRAFFE)
    mane = [
        Flesh("neck_1", (0, 2.98, 0.50), (0, 3.78, 0.88), 0.06, 0.05, 0.35, 0.05, "mane"),
        Flesh("neck_2", (0, 3.78, 0.88), (0, 4.62, 1.23), 0.05, 0.05, 0.35, 0.05, "mane"),
    ]
    kit = Kit(skeleton, fleshes + mane, casting)
    pale = np.array([0.58, 0.46, 0.29])
    field_ = recoloured(np.array([0.34, 0.155, 0.050]) * rng.uniform(0.85, 1.1), casting)
    seeds = rng.uniform((-0.7, 0.3, -1.1), (0.7, 5.0, 2.0), (1400, 3))

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        place = patch.points.astype(np.float64)
        # Cells around scattered points: the nearest and the second nearest decide where the lines run.
        nearest = np.full((2, len(place)), 9.0)
        for start in range(0, len(seeds), 100):
            away = np.sqrt(((place[:, None] - seeds[None, start : start + 100]) ** 2).sum(axis=2))
            nearest = np.sort(np.concatenate([nearest, np.partition(away, 1, axis=1)[:, :2].T]), axis=0)[:2]
        line = soft(0.055, 0.020, nearest[1] - nearest[0])
        plain = np.clip(soft(1.05, 0.75, y) + head(patch) * 0.65 + soft(-0.4, -0.9, patch.normals[:, 1]), 0, 1)
        shade = tones(field_, (pale, np.maximum(line, plain)))
        tuft = soft(1.52, 1.42, y) * soft(-0.98, -1.0, z)
        nose = head(patch) * soft(1.80, 1.88, z) * 0.6
        shade = tones(shade, ((0.025, 0.02, 0.018), tuft), (field_ * 0.4, nose))
        return np.asarray(shade * (1 + 0.10 * mottle(patch.points, 0.08, rng))[:, None], np.float32)

    skin(kit, GIRAFFE, paint, fur=0.04)
    kit.grow("mane", field_ * 0.5, bumps=0.015, bump_size=0.06)
    _eyes(kit, GIRAFFE, 0.034, field_ * 0.5)
    ears(kit, GIRAFFE, 0.22, pale * 0.8, pale * 0.9, 1.25, 0.28)
    nostrils(kit, GIRAFFE)
    hoofs(kit, GIRAFFE, (0.05, 0.042, 0.035))
    if kit.fine:
        for sign in (-1, 1):
            kit.tube(
                "head",
                [
                    (sign * 0.05, 4.72, 1.36),
                    (sign * 0.06, 4.84, 1.33),
                    (sign * 0.065, 4.90, 1.32),
                    (sign * 0.065, 4.94, 1.315),
                ],
                [0.030, 0.026, 0.034, 0.012],
                np.array([field_, field_, (0.03, 0.025, 0.02), (0.03, 0.025, 0.02)]),
                0.05,
            )
    return kit.body(act(GIRAFFE, casting.action, rng, hoofed=True))


ROWS = (
    Subject(
        "horse",
        horse,
        "ground",
        2.4,
        2.1,
        {
            "run": 10.0,
            "walk": 1.6,
            "trot": 3.6,
            "stand": 0,
            "jump": 0,
            "eat": 0,
            "sleep": 0,
        },
        group=4,
    ),
    Subject(
        "unicorn", unicorn, "ground", 2.4, 2.5, {"walk": 1.6, "run": 9.0, "trot": 3.6, "stand": 0, "jump": 0, "eat": 0}
    ),
    Subject(
        "zebra",
        zebra,
        "ground",
        2.4,
        2.1,
        {"walk": 1.6, "run": 9.0, "trot": 3.6, "stand": 0, "eat": 0, "jump": 0, "sleep": 0},
        group=5,
    ),
    Subject(
        "deer",
        deer,
        "ground",
        1.35,
        1.9,
        {"stand": 0, "walk": 1.1, "run": 8.0, "trot": 3.0, "jump": 0, "eat": 0, "sleep": 0},
        group=3,
    ),
    Subject("cow", cow, "ground", 2.4, 1.6, {"eat": 0, "stand": 0, "walk": 1.0, "run": 4.5, "sleep": 0}, group=5),
    Subject(
        "sheep",
        sheep,
        "ground",
        1.25,
        0.9,
        {"eat": 0, "stand": 0, "walk": 0.8, "run": 3.4, "sleep": 0, "jump": 0},
        group=7,
    ),
    Subject("giraffe", giraffe, "ground", 4.9, 4.9, {"walk": 1.5, "stand": 0, "run": 7.0}, group=3),
)
