"""Mouse, hamster, squirrel."""

from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, Pose, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.gait import GALLOP, HOP, TROT, WALK, swing
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import Quadruped, act, build, head, resized, skin
from promptreel.engines.scenes.stage import Casting, Subject

# A house mouse, drawn three times as large as it is and reduced below: 9 cm of body, as much of tail.
MOUSE = Quadruped(
    withers=0.115,
    spine=((-0.085, 0.092, 0.062), (-0.030, 0.098, 0.062), (0.042, 0.088, 0.052), (0.080, 0.086, 0.043)),
    neck=((0.080, 0.094, 0.042), (0.102, 0.104, 0.038), (0.118, 0.110, 0.035)),
    skull=(0.136, 0.112, 0.036),
    muzzle=((0.162, 0.102, 0.024), (0.192, 0.093, 0.012)),
    jaw=((0.148, 0.090, 0.020), (0.176, 0.086, 0.010)),
    fore=((0.026, 0.072, 0.075, 0.022), (0.032, 0.052, 0.054, 0.016), (0.028, 0.064, 0.026, 0.0095),
          (0.028, 0.066, 0.010, 0.0085), (0.029, 0.084, 0.007, 0.0075)),
    hind=((0.034, -0.060, 0.078, 0.040), (0.046, -0.025, 0.054, 0.028), (0.040, -0.080, 0.030, 0.012),
          (0.040, -0.060, 0.010, 0.0100), (0.041, -0.022, 0.008, 0.0085)),
    tail=((-0.140, 0.082, 0.014), (-0.200, 0.060, 0.010), (-0.260, 0.046, 0.0085), (-0.320, 0.044, 0.007),
          (-0.380, 0.050, 0.005), (-0.430, 0.062, 0.003)),
    flat=(1.0, 1.0, 0.96, 0.92),
    neck_flat=0.95,
    head_flat=0.92,
    blend=0.024,
    wag=0.35,
    flexible=1.2,
    sit=0.5,
    walk=replace(WALK, stride=1.2, lift=0.12),
    trot=replace(TROT, stride=1.6),
    run=replace(GALLOP, stride=2.6),
    tail_group="bare",
    extra=(
        Flesh("head", (0.018, 0.104, 0.140), (0.014, 0.098, 0.160), 0.024, 0.017, 1.0, 0.014),
        Flesh("belly", (0, 0.070, -0.03), (0, 0.068, 0.03), 0.042, 0.038, 1.1, 0.03),
    ),
)  # fmt: skip

HAMSTER = replace(
    resized(MOUSE, 0.9, 1.18),
    tail=((-0.128, 0.078, 0.012), (-0.140, 0.076, 0.008)),
    tail_group="body",
    flexible=0.8,
)

# A red squirrel: 22 cm of body, a brush as long that stands up over the back.
SQUIRREL = Quadruped(
    withers=0.125,
    spine=((-0.085, 0.098, 0.048), (-0.030, 0.108, 0.048), (0.045, 0.100, 0.042), (0.082, 0.100, 0.036)),
    neck=((0.080, 0.112, 0.034), (0.098, 0.130, 0.031), (0.112, 0.146, 0.029)),
    skull=(0.124, 0.154, 0.031),
    muzzle=((0.142, 0.146, 0.021), (0.163, 0.139, 0.0125)),
    jaw=((0.132, 0.134, 0.016), (0.152, 0.130, 0.0095)),
    fore=((0.024, 0.074, 0.090, 0.021), (0.029, 0.052, 0.062, 0.015), (0.025, 0.064, 0.029, 0.0095),
          (0.025, 0.067, 0.011, 0.0090), (0.026, 0.086, 0.008, 0.0085)),
    hind=((0.032, -0.062, 0.088, 0.040), (0.044, -0.020, 0.062, 0.028), (0.037, -0.082, 0.031, 0.0130),
          (0.037, -0.052, 0.011, 0.0105), (0.038, -0.006, 0.009, 0.0095)),
    tail=((-0.125, 0.104, 0.026), (-0.165, 0.128, 0.040), (-0.180, 0.190, 0.048), (-0.165, 0.255, 0.050),
          (-0.145, 0.310, 0.044), (-0.165, 0.350, 0.022)),
    flat=(0.96, 0.94, 0.92, 0.9),
    neck_flat=0.92,
    head_flat=0.88,
    blend=0.020,
    wag=0.12,
    flexible=1.3,
    sit=0.75,
    walk=replace(HOP, stride=1.6, rise=0.10, rock=0.14, lift=0.22),
    trot=HOP,
    run=replace(HOP, stride=3.0, duty=0.26, rise=0.22),
    tail_group="brush",
    extra=(Flesh("head", (0.015, 0.146, 0.124), (0.012, 0.140, 0.144), 0.020, 0.015, 1, 0.012),),
)  # fmt: skip

PINK = np.array([0.52, 0.30, 0.26])


def _face(kit: Kit, animal: Quadruped, iris: tuple[float, float, float], coat: np.ndarray, size: float) -> None:
    """Round dark eyes at the sides of the head, a pink nose, whiskers."""
    z, y, r = animal.skull
    kit.eye(("head", "lid_l", "lid_r"), (0.74 * r, y + 0.14 * r, z + 0.42 * r), size * r, iris, coat * 0.6,
            (0.85, 0.2, 0.65), 0.0, 0.75)  # fmt: skip
    nose, tip, thick = animal.muzzle[1]
    if kit.fine:
        kit.ball(
            "head",
            (0, tip + 0.2 * thick, nose + 0.95 * thick),
            0.42 * thick,
            PINK * 0.8,
            0,
            0.3,
            (1.2, 0.9, 0.8),
            sides=8,
        )
    for sign in (-1, 1) if kit.finest else ():
        for row in range(3):
            start = np.array([sign * 0.7 * thick, tip - 0.1 * thick * row, nose - 0.3 * thick * row])
            end = start + np.array([sign * (2.2 + 0.4 * row), 0.6 - 0.9 * row, -0.6]) * r * 0.45
            kit.tube("head", [start, 0.5 * (start + end) + [0, 0.08 * r, 0], end], [0.014 * r, 0.010 * r, 0.005 * r],
                     (0.5, 0.48, 0.45), 0, 4)  # fmt: skip


def _ears(kit: Kit, animal: Quadruped, coat: np.ndarray, width: float, height: float) -> None:
    z, y, r = animal.skull
    for side, sign in (("l", -1), ("r", 1)):
        kit.leaf(
            f"ear_{side}", (sign * 0.55 * r, y + 0.72 * r, z - 0.25 * r), (sign * 0.38 * r, height * r, -0.2 * r),
            (sign * width * r, 0.0, 0.25 * r), PINK * 0.9, coat * 0.9, (0.75, 1.05, 1.1, 0.9, 0.4), (0, 0, -0.08 * r),
            thick=0.05 * r, translucency=0.35,
        )  # fmt: skip


def _rodent(
    casting: Casting, animal: Quadruped, coat: np.ndarray, pale: np.ndarray, ears: tuple[float, float]
) -> Creature:
    """Soft fur, pale below, with feet and a tail of bare skin."""
    rng = casting.rng
    bones, fleshes = build(animal)
    kit = Kit(bones, fleshes, casting)
    size = animal.withers

    def paint(patch: Patch) -> Floats:
        _x, y, z = patch.points.T
        grain = mottle(patch.points, 0.11 * size, rng) * 0.6 + mottle(patch.points, 0.05 * size, rng) * 0.5
        below = soft(-0.05, -0.7, patch.normals[:, 1]) * 0.85
        chin = head(patch) * soft(animal.muzzle[1][1] + 0.004, animal.muzzle[1][1] - 0.012, y)
        feet = soft(0.22 * size, 0.12 * size, y) * (~head(patch))
        snout = head(patch) * soft(animal.muzzle[1][0] - 0.008, animal.muzzle[1][0] + 0.004, z) * 0.7
        shade = tones(coat, (coat * 0.7, soft(0.4, 1, patch.normals[:, 1]) * 0.3), (pale, np.clip(below + chin, 0, 0.95)),
                      (PINK, 0.9 * feet), (PINK, snout))  # fmt: skip
        return np.asarray(shade * (1 + 0.14 * grain)[:, None], np.float32)

    apart = Pose(bones)
    for side in "lr":
        apart.plant(f"hind_{side}", y=-0.3 * size, z=-0.4 * size, end=-0.9, foot=-0.5)
        apart.plant(f"fore_{side}", y=-0.15 * size, z=0.15 * size)
    skin(kit, animal, paint, fur=0.10, spread=apart)
    if animal.tail_group == "bare":
        kit.grow("bare", lambda p: np.asarray(PINK * (1 + 0.1 * mottle(p.points, 0.02, rng))[:, None], np.float32), 0.1)
    _face(kit, animal, (0.02, 0.012, 0.010), coat, 0.30)
    _ears(kit, animal, coat, *ears)
    seed = float(rng.uniform())

    def more(pose: Pose, t: float, _travelled: float) -> None:
        nibbles = 0.10 if casting.action == "eat" else 0.03
        pose.turn("jaw", pitch=-nibbles * max(0.0, swing(t, 4.6, seed)))
        pose.turn("head", pitch=0.04 * swing(t, 3.1, seed))

    return kit.body(act(animal, casting.action, rng, more=more))


def mouse(casting: Casting) -> Creature:
    """Grey or brown, with large round ears and a long bare tail."""
    coats = ((0.17, 0.155, 0.145), (0.20, 0.14, 0.09), (0.60, 0.57, 0.54))
    coat = recoloured(np.asarray(coats[casting.rng.integers(3)]), casting)
    return _rodent(casting, MOUSE, coat, 0.5 * coat + 0.22, (0.62, 1.25))


def hamster(casting: Casting) -> Creature:
    """Golden and round, white below, hardly any tail."""
    coat = recoloured(np.array([0.42, 0.235, 0.095]), casting)
    return _rodent(casting, HAMSTER, coat, np.array([0.66, 0.63, 0.58]), (0.42, 0.62))


def squirrel(casting: Casting) -> Creature:
    """Red, or grey, with a white belly, tufted ears and a brush that it carries over its back."""
    rng = casting.rng
    coats = ((0.30, 0.105, 0.035), (0.20, 0.185, 0.17))
    coat = recoloured(np.asarray(coats[int(rng.random() < 0.25)]), casting)
    pale = np.array([0.64, 0.60, 0.54])
    bones, fleshes = build(SQUIRREL)
    kit = Kit(bones, fleshes, casting)

    def paint(patch: Patch) -> Floats:
        _x, y, _z = patch.points.T
        grain = mottle(patch.points, 0.014, rng) * 0.6 + mottle(patch.points, 0.006, rng) * 0.5
        below = soft(-0.05, -0.7, patch.normals[:, 1]) * 0.9
        chin = head(patch) * soft(0.142, 0.132, y)
        feet = soft(0.03, 0.015, y) * 0.4
        shade = tones(coat, (pale, np.clip(below + chin, 0, 0.95)), (coat * 0.6, feet))
        return np.asarray(shade * (1 + 0.14 * grain)[:, None], np.float32)

    def brush(patch: Patch) -> Floats:
        grain = mottle(patch.points * [1, 0.35, 1], 0.018, rng)
        return np.asarray(
            tones(coat * 0.9, (coat * 0.55, soft(0.1, 0.6, grain))) * (1 + 0.3 * grain)[:, None], np.float32
        )

    apart = Pose(bones)
    for side in "lr":
        apart.plant(f"hind_{side}", y=-0.04, z=-0.06, end=-0.9, foot=-0.5)
        apart.plant(f"fore_{side}", y=-0.02, z=0.02)
    skin(kit, SQUIRREL, paint, fur=0.10, spread=apart)
    kit.grow("brush", brush, 0.012, bumps=0.006, bump_size=0.02, fur=0.22)
    _face(kit, SQUIRREL, (0.03, 0.015, 0.010), coat, 0.27)
    _ears(kit, SQUIRREL, coat, 0.34, 1.25)
    seed = float(rng.uniform())

    def more(pose: Pose, t: float, _travelled: float) -> None:
        if casting.action in {"eat", "sit", "stand"}:
            pose.turn("jaw", pitch=-0.07 * max(0.0, swing(t, 4.4, seed)))
        for link in range(2, 6):
            pose.turn(f"tail_{link}", pitch=0.05 * swing(t, 0.8, seed - 0.08 * link))

    # It eats sitting up, with its food between its paws.
    return kit.body(act(SQUIRREL, "sit" if casting.action == "eat" else casting.action, rng, more=more))


SMALL = {"run": 1.6, "walk": 0.35, "stand": 0, "eat": 0, "sit": 0}
ROWS = (
    Subject("mouse", mouse, "ground", 0.30, 0.15, SMALL, group=3),
    Subject("hamster", hamster, "ground", 0.26, 0.15, SMALL, group=2),
    Subject("squirrel", squirrel, "ground", 0.34, 0.36, {
        "run": 2.4, "sit": 0, "stand": 0, "eat": 0, "walk": 0.6, "jump": 0,
    }, group=3),
)  # fmt: skip
