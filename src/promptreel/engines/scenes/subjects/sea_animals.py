"""Jellyfish, octopus, sea turtle, starfish."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from promptreel.engines.scenes.creatures.flowing import Doubles, Flowing, flowing, pipes, pitched
from promptreel.engines.scenes.creatures.gait import ease, fract, swing, wander
from promptreel.engines.scenes.creatures.loft import Chain, Loft, blade, counts, eyes, loft, mirrored
from promptreel.engines.scenes.mesh import grid_triangles, wrap_triangles
from promptreel.engines.scenes.stage import Casting, Subject

TURN = 2 * math.pi


def _still() -> Skeleton:
    bones = Skeleton()
    bones.add("body", "", (0, 0, 0), (0, 0.1, 0))
    return bones


# -- jellyfish ---------------------------------------------------------------------------------------------------------

JELLIES = (
    ((0.42, 0.30, 0.60), (0.80, 0.42, 0.66)),
    ((0.24, 0.44, 0.66), (0.62, 0.66, 0.86)),
    ((0.66, 0.36, 0.28), (0.90, 0.56, 0.34)),
    ((0.56, 0.42, 0.56), (0.90, 0.70, 0.80)),
)


def _pump(phase: Doubles) -> Doubles:
    """How far a bell is drawn together, 0…1: quick in, slow out."""
    u = phase - np.floor(phase)
    return np.where(u < 0.34, 0.5 - 0.5 * np.cos(np.pi * u / 0.34), 0.5 + 0.5 * np.cos(np.pi * (u - 0.34) / 0.66))


def jellyfish(casting: Casting) -> Flowing:
    """A bell of 40 cm with frilled arms below its mouth and long tentacles, which glows a little."""
    rng = casting.rng
    kit = Kit(_still(), [], casting)
    radius = 0.21
    tint, bright = (np.asarray(c) for c in JELLIES[rng.integers(len(JELLIES))])
    if casting.colour is not None:
        tint = recoloured(tint, casting) * 0.75 + 0.08
        bright = 0.55 * np.asarray(casting.colour) + 0.35
    rings, sides = counts(kit, (7, 14, 26), (10, 24, 56))
    v = np.linspace(0.02, 1.0, rings)[:, None]
    around = np.arange(sides)[None] * (TURN / sides)
    lobes = 16
    # Radial canals, a clover of four gonads seen through the bell, a bright rim.
    x, z = v * np.sin(around), v * np.cos(around)
    clover = np.zeros_like(x)
    for number in range(4):
        a = TURN * (number / 4 + 0.125)
        away = np.hypot(x - 0.36 * math.sin(a), z - 0.36 * math.cos(a))
        clover = np.maximum(clover, soft(0.10, 0.04, np.abs(away - 0.17)))
    canals = soft(0.75, 1.0, np.cos(lobes * around)) * soft(0.45, 0.7, v) * 0.5
    rim = soft(0.90, 0.985, v) + 0 * around
    speck = soft(0.45, 0.7, mottle(np.stack([x, z, 0 * x], -1).reshape(-1, 3), 0.06, rng)).reshape(x.shape) * 0.25
    glow = np.clip(0.9 * clover + canals + 0.8 * rim + speck, 0, 1).ravel()
    pale = soft(0.0, 0.9, v + 0 * around).ravel()
    shade = tones(tint * 0.75, (tint * 1.05, pale * 0.6), (bright, glow * 0.85))
    light = shade * (0.10 + 0.16 * glow + 0.05 * pale)[:, None]
    zero = np.zeros((rings * sides, 3))
    kit.add("body", zero, wrap_triangles(rings, sides), np.clip(shade, 0, 0.9), light, 0.35, 0.75, np.ones((1, 3)))
    tentacles, links, thin = (8, 24, 30)[casting.detail], (5, 11, 20)[casting.detail], (3, 3, 4)[casting.detail]
    if casting.detail == 0:
        thin = 2
    strand = wrap_triangles(links, thin) if thin > 2 else grid_triangles(links, 2)
    each = links * thin
    faces = np.concatenate([strand + each * k for k in range(tentacles)])
    fade = np.tile(np.repeat(np.linspace(1, 0.45, links), thin), tentacles)[:, None]
    thread = (0.55 * tint + 0.45 * bright) * fade
    kit.add(
        "body",
        np.zeros((tentacles * each, 3)),
        faces,
        np.clip(thread, 0, 0.9),
        thread * 0.16,
        0.2,
        0.7,
        np.ones((1, 3)),
    )
    arms, joints, wide = 4 if kit.fine else 2, (5, 12, 24)[casting.detail], 3 if not kit.finest else 5
    ribbon = grid_triangles(joints, wide)
    many = joints * wide
    faces = np.concatenate([ribbon + many * k for k in range(arms)])
    frill = np.tile(np.repeat(np.linspace(1, 0.7, joints), wide), arms)[:, None] * (0.35 * tint + 0.65 * bright)
    frill = frill * np.tile(0.82 + 0.18 * np.abs(np.linspace(-1, 1, wide)), joints * arms)[:, None]
    kit.add("body", np.zeros((arms * many, 3)), faces, np.clip(frill, 0, 0.9), frill * 0.16, 0.1, 0.7, np.ones((1, 3)))
    seed = float(rng.uniform())
    swims = casting.action == "swim"
    rate = 0.62 if swims else 0.42
    long = radius * rng.uniform(2.2, 3.6, tentacles)[:, None]
    odd = rng.uniform(0, TURN, tentacles)[:, None]
    s = np.linspace(0, 1, links)[None]
    root = (np.arange(tentacles)[:, None] + 0.5) * (TURN / tentacles)
    theta = v * 1.72

    def bell(beat: float, v_: Doubles, theta_: Doubles, around_: NDArray[Any]) -> tuple[Doubles, Doubles]:
        squeeze = _pump(beat - 0.16 * v_)
        reach = radius * np.sin(theta_) ** 0.92 * (1.04 - 0.30 * squeeze * v_**1.4)
        reach = reach * (1 + 0.025 * np.cos(lobes * around_) * v_**8)
        high = radius * (0.80 * np.cos(theta_) + 0.10 * squeeze * (1 - v_)) - radius * 0.16 * squeeze * v_**2
        return reach, high

    def shape(t: float) -> list[Doubles]:
        beat = t * rate + seed
        reach, high = bell(beat, v, theta, around)
        dome = np.stack([reach * np.sin(around), high + 0 * around, reach * np.cos(around)], -1)
        reach, high = bell(beat, np.ones((1, 1)), np.full((1, 1), 1.72), root)
        # What hangs follows the bell late, the later the farther down.
        late = _pump(beat - 0.16 - 0.55 * s)
        out = reach * (1 - 0.30 * s) * (1 - 0.10 * late * s) + radius * 0.10 * np.sin(5 * s + odd - 1.9 * t) * s
        swing_ = radius * 0.26 * s * np.sin(4.2 * s - 1.3 * t + 2.0 * odd)
        drift = radius * 0.20 * s**1.5 * math.sin(0.5 * t + seed * 6)
        y = high - long * s * (0.94 + 0.06 * late)
        line = np.stack(
            [
                out * np.sin(root) + swing_ * np.cos(root) + drift,
                y + 0 * out,
                out * np.cos(root) - swing_ * np.sin(root),
            ],
            -1,
        )
        thick = radius * (0.017 if kit.fine else 0.03) * (1 - 0.75 * s) + 0 * root
        if thin == 2:
            threads = np.stack([line - [radius * 0.015, 0, 0], line + [radius * 0.015, 0, 0]], axis=2)
        else:
            threads = pipes(line, thick, thin)
        u = np.linspace(0, 1, joints)[None, :, None]
        side = np.linspace(-1, 1, wide)[None, None]
        turn = np.arange(arms)[:, None, None] * (TURN / arms) + 0.8 * u + 0.25 * np.sin(2.6 * u - 1.1 * t)
        middle = radius * (0.10 + 0.22 * np.sin(2.2 * u) * (1 - 0.15 * _pump(beat - 0.5 * u)))
        ruffle = radius * 0.055 * np.sin(26 * u + 2.0 * side - 1.8 * t + turn) * np.abs(side) * (1 - 0.5 * u)
        width = radius * 0.15 * np.sin(np.pi * np.clip(0.12 + 0.86 * u, 0, 1)) * side
        lag = radius * 0.10 * u**2 * np.sin(2.4 * u - 1.2 * t + np.arange(arms)[:, None, None])
        ax = (middle + ruffle) * np.sin(turn) + width * np.cos(turn) + lag + drift_of(u, t)
        az = (middle + ruffle) * np.cos(turn) - width * np.sin(turn) + lag
        ay = radius * (0.48 - 2.0 * u) + 0 * ax - radius * 0.06 * _pump(beat - 0.2 - 0.4 * u)
        frills = np.stack([ax, ay, az], -1)
        rise = radius * 0.16 * (_pump(np.array(beat - 0.28)) - 0.5)
        lean = (0.95 if swims else 0.10) + 0.12 * math.sin(0.43 * t + 5 * seed)
        lift = np.array([0.12 * radius * math.sin(0.37 * t + seed), 1.05 * radius + float(rise), 0.0])
        return [pitched(part, lean) + lift for part in (dome, threads, frills)]

    def drift_of(u: Doubles, t: float) -> Doubles:
        return radius * 0.14 * u**1.5 * math.sin(0.5 * t + seed * 6)

    if kit.fine:
        kit.lights.append((0.0, radius, 0.0, *(float(c) for c in bright * 0.05)))
    return flowing(kit, shape)


# -- octopus -----------------------------------------------------------------------------------------------------------


def octopus(casting: Casting) -> Flowing:
    """A common octopus, 80 cm: a bag of a mantle, eight arms that curl, or trail together when it jets along."""
    rng = casting.rng
    kit = Kit(_still(), [], casting)
    skins = ((0.36, 0.10, 0.05), (0.30, 0.14, 0.09), (0.34, 0.075, 0.10), (0.24, 0.13, 0.07))
    skin = np.asarray(recoloured(skins[rng.integers(len(skins))], casting))
    pale = 0.45 * skin + np.array([0.34, 0.28, 0.23])
    rings, sides = counts(kit, (7, 16, 34), (6, 16, 32))
    bag = Loft(((0.330, 0, 0.012, 0.012, 0.012), (0.318, 0, 0.045, 0.042, 0.042), (0.270, 0, 0.082, 0.078, 0.078),
                (0.200, 0, 0.094, 0.090, 0.090), (0.130, 0, 0.080, 0.076, 0.076), (0.080, 0, 0.060, 0.058, 0.058),
                (0.045, 0, 0.064, 0.058, 0.058), (0.010, 0, 0.066, 0.056, 0.056), (-0.020, 0, 0.050, 0.045, 0.045),
                (-0.030, 0, 0.010, 0.010, 0.010)))  # fmt: skip
    grid, _share, _line = bag.rings(rings, sides)
    # The loft lies along z; here its axis stands: the tip of the mantle up, what was its back to -z.
    mantle = np.stack([grid[..., 0], grid[..., 2], -grid[..., 1]], axis=-1)
    seed = float(rng.uniform())
    grain = mottle(mantle.reshape(-1, 3), 0.030, rng)
    fine = mottle(mantle.reshape(-1, 3), 0.011, rng)
    spots = soft(0.35, 0.6, grain) * 0.5
    front = soft(0.2, 0.8, mantle[..., 2].ravel() / 0.09) * 0.25
    shade = tones(skin, (pale, np.clip(spots * 0.7 + front, 0, 1)), (skin * 0.5, soft(0.3, 0.7, -grain) * 0.5))
    kit.add(
        "body", mantle, wrap_triangles(rings, sides), shade * (1 + 0.22 * fine)[:, None], 0, 0.30, 0.0, np.ones((1, 3))
    )
    links, round_ = (6, 14, 30)[casting.detail], (3, 6, 12)[casting.detail]
    s = np.linspace(0, 1, links)
    tube = wrap_triangles(links, round_)
    faces = np.concatenate([tube + links * round_ * k for k in range(8)])
    # The inner side of an arm is pale, with two rows of suckers.
    angle = np.arange(round_) * (TURN / round_)
    inner = soft(-0.15, 0.75, np.cos(angle))[None] * np.ones((links, 1))
    rows = soft(0.55, 0.8, np.cos(angle))[None] * soft(-0.2, 0.6, np.sin(s * 110))[:, None] if kit.finest else 0 * inner
    bands = (0.5 + 0.5 * np.sin(s * 46 + seed * 9))[:, None] * (1 - inner) * 0.30
    arm_shade = tones(
        skin,
        (pale, inner.ravel() * 0.85),
        (skin * 0.55, np.clip(bands, 0, 1).ravel()),
        (pale * 1.2, rows.ravel() * 0.7),
    )
    arm_shade = np.tile(arm_shade, (8, 1)) * (1 + 0.12 * rng.uniform(-1, 1, (8 * links * round_, 1)))
    kit.add("body", np.zeros((8 * links * round_, 3)), faces, np.clip(arm_shade, 0, 0.9), 0, 0.30, 0.0, np.ones((1, 3)))
    before = kit.count
    if kit.fine:
        for sign in (-1.0, 1.0):
            at = (sign * 0.052, 0.040, 0.030)
            kit.ball("body", at, 0.024, pale * 0.75, 0, 0.4, sides=10)
            kit.ball(
                "body",
                (at[0] + sign * 0.012, at[1] + 0.004, at[2] + 0.012),
                0.0155,
                (0.55, 0.42, 0.16),
                0,
                0.8,
                sides=8,
            )
            kit.ball("body", (at[0] + sign * 0.019, at[1] + 0.004, at[2] + 0.0185), 0.0095, (0.006, 0.006, 0.006), 0, 0.9,
                     (1.0, 0.45, 1.0), sides=6)  # fmt: skip
    globes = kit.drawn(before).astype(float)
    swims = casting.action == "swim"
    where = (np.arange(8) + 0.5) * (TURN / 8)
    e = np.stack([np.sin(where), 0 * where, np.cos(where)], -1)
    odd = rng.uniform(0, TURN, 8)[:, None]
    long = 0.52 * rng.uniform(0.9, 1.1, 8)[:, None]
    radius = np.broadcast_to((0.030 * (1 - s) ** 0.85 + 0.0022)[None], (8, links))

    def shape(t: float) -> list[Doubles]:
        beat = fract(t * 0.55 + seed)
        jet = float(_pump(np.array(beat)))
        # The angle of each arm against straight down, along its length.
        if swims:
            open_ = 0.75 * (1 - jet) ** 1.5
            fall = open_ * np.exp(-2.2 * s)[None] + 0.10 * np.sin(5.5 * s[None] - 3.4 * t + odd) * s[None]
            fall = fall - 0.15 * open_ * s[None]
            aside = 0.16 * np.sin(4.5 * s[None] - 2.6 * t + 2 * odd) * s[None]
        else:
            curl = 2.6 + 0.9 * np.sin(0.55 * t + odd)
            fall = 1.15 + 0.22 * np.sin(0.7 * t + odd) - 0.75 * np.sin(2.2 * s[None]) + curl * s[None] ** 2.6
            fall = fall + 0.25 * np.sin(6 * s[None] - 1.6 * t + odd) * s[None]
            aside = 0.55 * np.sin(3.6 * s[None] - 1.1 * t + 2.3 * odd) * s[None]
        step = long / (links - 1)
        across = np.stack([np.cos(where), 0 * where, -np.sin(where)], -1)
        way = (
            np.sin(fall)[..., None] * np.cos(aside)[..., None] * e[:, None]
            - np.cos(fall)[..., None] * np.cos(aside)[..., None] * np.array([0, 1.0, 0])
            + np.sin(aside)[..., None] * across[:, None]
        )
        line = 0.040 * e[:, None] + np.array([0, -0.004, 0]) + np.cumsum(way * step[..., None], axis=1)
        # Around the arm: first toward the middle of the animal, where the suckers are.
        side = np.cross(way, across[:, None])
        sense = np.where(np.sum(side[:, :1] * e[:, None], axis=2, keepdims=True) > 0, -1.0, 1.0)
        side = side * sense / np.maximum(np.linalg.norm(side, axis=2, keepdims=True), 1e-9)
        other = np.cross(way, side)
        ring = np.cos(angle)[:, None] * side[:, :, None] + np.sin(angle)[:, None] * other[:, :, None]
        arms = line[:, :, None] + ring * radius[..., None, None]
        breath = (0.14 * jet if swims else 0.035 * math.sin(1.9 * t + seed)) * np.clip(mantle[..., 1:2] / 0.2, 0, 1)
        swell = mantle * np.concatenate([1 - breath, 1 + 0.4 * breath, 1 - breath], axis=-1)
        lean = 1.25 if swims else 0.20 + 0.06 * math.sin(0.5 * t + seed)
        lift = np.array([0.0, 0.30 + 0.02 * math.sin(0.8 * t), 0.10 * jet - 0.05 if swims else 0.0])
        return [pitched(part, lean) + lift for part in (swell, arms, globes)]

    return flowing(kit, shape)


# -- turtle ------------------------------------------------------------------------------------------------------------


def _mosaic(a: Doubles, b: Doubles, spots: Doubles) -> tuple[Doubles, Doubles]:
    """Of the cells around `spots` (k, 2): how near a place is to a border (0 at it), and the distance to its middle."""
    away = np.sort(np.hypot(a[:, None] - spots[:, 0], b[:, None] - spots[:, 1]), axis=1)
    return away[:, 1] - away[:, 0], away[:, 0]


def turtle(casting: Casting) -> Creature:
    """A green sea turtle with a shell of 1 m: it flies with its fore flippers."""
    rng = casting.rng
    bones = Skeleton()
    bones.add("body", "", (0, 0.16, 0.1), (0, 0.16, -0.4))
    bones.add("neck", "body", (0, 0.15, 0.44), (0, 0.17, 0.58))
    bones.add("head", "neck", (0, 0.17, 0.58), (0, 0.17, 0.76))
    for side, sign in (("l", -1.0), ("r", 1.0)):
        bones.add(f"fore_{side}", "body", (sign * 0.27, 0.13, 0.34), (sign * 0.52, 0.12, 0.34))
        bones.add(f"fore_{side}_2", f"fore_{side}", (sign * 0.52, 0.12, 0.34), (sign * 0.95, 0.10, 0.02))
        bones.add(f"hind_{side}", "body", (sign * 0.20, 0.12, -0.40), (sign * 0.34, 0.10, -0.62))
    kit = Kit(bones, [], casting)
    shell = np.asarray(recoloured((0.115, 0.085, 0.035), casting))
    skin = np.asarray(recoloured((0.085, 0.095, 0.060), casting))
    cream = np.array([0.58, 0.52, 0.36])
    rings, sides = counts(kit, (9, 24, 60), (8, 20, 56))
    dome = Loft(
        (
            (0.510, 0.155, 0.03, 0.010, 0.010),
            (0.495, 0.150, 0.13, 0.030, 0.028),
            (0.430, 0.140, 0.255, 0.085, 0.065),
            (0.300, 0.135, 0.355, 0.150, 0.095),
            (0.120, 0.130, 0.405, 0.190, 0.110),
            (-0.080, 0.128, 0.400, 0.190, 0.110),
            (-0.270, 0.128, 0.320, 0.145, 0.090),
            (-0.420, 0.128, 0.190, 0.080, 0.055),
            (-0.505, 0.128, 0.075, 0.032, 0.026),
            (-0.535, 0.126, 0.01, 0.008, 0.008),
        ),
        1.9,
    )
    scutes = [(0.0, z) for z in (0.40, 0.21, 0.0, -0.21, -0.40)]
    scutes += [(sign * x, z) for sign in (-1, 1) for x, z in ((0.25, 0.29), (0.28, 0.10), (0.27, -0.11), (0.21, -0.31))]
    rim = [(sign * x, z) for sign in (-1, 1) for x, z in ((0.16, 0.50), (0.33, 0.40), (0.43, 0.24), (0.47, 0.07), (0.47, -0.10),
           (0.42, -0.26), (0.32, -0.40), (0.19, -0.50))]  # fmt: skip
    cells = np.array(scutes + rim, float)

    def carapace(patch: Patch) -> Doubles:
        x, _y, z = patch.points.T.astype(float)
        border, middle = _mosaic(x, z, cells)
        turn = np.arctan2(x, z)
        rays = 0.5 + 0.5 * np.sin(26 * turn + 40 * middle + 5 * mottle(patch.points, 0.12, rng))
        grain = mottle(patch.points, 0.045, rng)
        rays = soft(0.35, 0.9, rays + 0.3 * grain) * soft(0.16, 0.03, middle) ** 0.5
        above = tones(shell, (np.array([0.34, 0.21, 0.07]), rays * 0.75), (shell * 0.35, soft(0.018, 0.004, border)),
                      (cream * 0.7, soft(0.035, 0.022, border) * soft(0.012, 0.020, border) * 0.22))  # fmt: skip
        under = soft(-0.05, -0.35, patch.normals[:, 1])
        return np.asarray(tones(above * (1 + 0.14 * grain)[:, None], (cream, under)))

    loft(kit, dome, "body", carapace, rings, sides, 0.22)

    def scaly(points: Doubles, under: Doubles, size: float) -> Doubles:
        cells_ = np.abs(mottle(points, size, rng)) + 0.5 * np.abs(mottle(points, 0.6 * size, rng))
        lines = soft(0.14, 0.03, cells_)
        return np.asarray(
            tones(skin, (skin * 0.55, soft(0.4, 0.9, cells_) * 0.6), (cream * 0.85, lines * 0.75), (cream, under))
        )

    head = Loft(((0.790, 0.160, 0.010, 0.010, 0.010), (0.780, 0.162, 0.036, 0.030, 0.034), (0.730, 0.170, 0.066, 0.060, 0.058),
                 (0.660, 0.174, 0.080, 0.074, 0.066), (0.590, 0.168, 0.074, 0.064, 0.062), (0.520, 0.155, 0.072, 0.060, 0.062),
                 (0.420, 0.145, 0.080, 0.060, 0.062)), 2.2)  # fmt: skip
    loft(kit, head, Chain(("head", "neck", "body"), (0.40, 0.62, 0.95)),
         lambda patch: scaly(patch.points.astype(float), soft(-0.1, -0.6, patch.normals[:, 1]), 0.045),
         *counts(kit, (5, 12, 24), (6, 12, 24)), 0.25)  # fmt: skip
    eyes(kit, "head", head, 0.26, 1.15, 0.020, (0.008, 0.008, 0.008), (0.07, 0.055, 0.03), 0.95)

    def flipper(u: Doubles, v: Doubles, way: float) -> Doubles:
        points = np.stack([u * 0.8, v * 0.25, 0 * u], -1)
        colour = scaly(points, np.full(len(u), 0.75 if way < 0 else 0.0), 0.055)
        return np.asarray(tones(colour, (cream, soft(0.88, 0.98, v) * 0.5 + soft(0.08, 0.02, v) * 0.4)))

    fore = np.array(
        [
            (0.20, 0.13, 0.42, 0.20, 0.13, 0.22),
            (0.36, 0.13, 0.46, 0.36, 0.12, 0.23),
            (0.52, 0.125, 0.45, 0.49, 0.12, 0.21),
            (0.68, 0.115, 0.36, 0.62, 0.11, 0.14),
            (0.83, 0.105, 0.20, 0.76, 0.10, 0.03),
            (0.94, 0.095, 0.01, 0.90, 0.095, -0.07),
            (0.975, 0.09, -0.12, 0.97, 0.09, -0.135),
        ]
    )
    hind = np.array(
        [
            (0.16, 0.12, -0.33, 0.13, 0.12, -0.46),
            (0.27, 0.115, -0.42, 0.20, 0.11, -0.56),
            (0.37, 0.11, -0.54, 0.28, 0.11, -0.66),
            (0.40, 0.105, -0.67, 0.36, 0.105, -0.72),
        ]
    )
    for side, sign in (("l", -1.0), ("r", 1.0)):
        chain = Chain(("body", f"fore_{side}", f"fore_{side}_2"), (0.0, 0.22, 0.52))
        blade(kit, mirrored(fore, sign), chain, flipper, *counts(kit, (5, 14, 30), (3, 6, 10)), 0.14, gloss=0.2)
        blade(
            kit,
            mirrored(hind, sign),
            Chain(("body", f"hind_{side}"), (0.0, 0.35)),
            flipper,
            *counts(kit, (3, 7, 14), (3, 5, 8)),
            0.16,
            gloss=0.2,
        )
    kit.tube("body", [(0, 0.125, -0.50), (0, 0.12, -0.57), (0, 0.11, -0.62)], [0.035, 0.022, 0.004], skin, 0.1, 6)
    seed = float(rng.uniform())
    glides = casting.action in ("glide", "drift", "float")

    def act(pose: Pose, t: float, _travelled: float) -> None:
        rate = 0.42
        phase = TURN * (t * rate + seed)
        rest = 0.35 + 0.65 * ease(0.5 + 0.9 * wander(t, 4.5, seed, 0.5)) if not glides else 0.25
        beat = math.sin(phase) * rest
        pose.shift("body", y=-0.035 * math.cos(phase - 0.5) * rest)
        pose.turn(
            "body",
            pitch=0.05 * math.cos(phase) * rest,
            roll=0.06 * wander(t, 3.3, seed, 0.7),
            yaw=0.03 * swing(t, 0.21, seed),
        )
        for side, sign in (("l", -1.0), ("r", 1.0)):
            lift = 0.10 + 0.62 * beat
            pose.turn(f"fore_{side}", roll=-sign * lift, yaw=sign * (0.10 - 0.22 * math.cos(phase) * rest),
                      pitch=0.35 * math.cos(phase) * rest)  # fmt: skip
            pose.turn(
                f"fore_{side}_2",
                roll=-sign * 0.55 * math.sin(phase - 1.1) * rest,
                yaw=sign * (0.08 + 0.2 * max(0.0, math.cos(phase)) * rest),
                pitch=0.30 * math.cos(phase - 0.6) * rest,
            )
            steer_ = 0.15 * wander(t, 2.7, seed + 0.4, 0.6)
            pose.turn(f"hind_{side}", roll=-sign * (0.12 * math.sin(phase - 2.0) * rest), yaw=sign * 0.1 + steer_)
        pose.turn("neck", yaw=0.14 * wander(t, 2.4, seed, 0.5), pitch=0.08 * math.sin(phase - 0.8) * rest)
        pose.turn("head", yaw=0.20 * wander(t, 2.4, seed, 0.4), pitch=0.05 * wander(t, 3.1, seed, 0.5))

    return kit.body(act)


ROWS = (
    Subject(
        "jellyfish",
        jellyfish,
        "underwater",
        0.95,
        0.42,
        {"drift": 0.0, "float": 0.0, "swim": 0.18, "glow": 0.0},
        altitude=3.0,
        group=6,
    ),
    Subject("octopus", octopus, "underwater", 0.85, 0.62, {"swim": 0.7, "drift": 0.0, "float": 0.0}, altitude=1.5),
    Subject("turtle", turtle, "underwater", 1.95, 0.34, {"swim": 0.8, "glide": 0.8, "drift": 0.2}, altitude=2.5),
)
