"""Trees and bushes of four seasons, one metre high with the foot at the origin. See `vegetation.KINDS`."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.foliage import (
    SNOW,
    directions,
    even_directions,
    foliage_cloud,
    leaves,
    limbs,
    unit,
)
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder

Floats = NDArray[np.floating]
Random = np.random.Generator

BARK = np.array([0.085, 0.062, 0.045])
PALE_BARK = np.array([0.52, 0.50, 0.46])

SUMMER = np.array([(0.070, 0.135, 0.026), (0.085, 0.150, 0.030), (0.058, 0.115, 0.024), (0.105, 0.165, 0.035)])
SPRING = np.array([(0.150, 0.245, 0.040), (0.125, 0.220, 0.038), (0.180, 0.270, 0.060)])
AUTUMNS = (
    np.array([(0.52, 0.235, 0.028), (0.60, 0.310, 0.040), (0.45, 0.160, 0.020), (0.34, 0.230, 0.030)]),
    np.array([(0.46, 0.115, 0.016), (0.56, 0.170, 0.020), (0.38, 0.070, 0.014), (0.52, 0.240, 0.030)]),
    np.array([(0.36, 0.045, 0.018), (0.44, 0.080, 0.018), (0.27, 0.030, 0.016), (0.42, 0.120, 0.020)]),
)
"""Gold, orange and red: a tree has one of them."""
DRY = np.array([(0.125, 0.115, 0.050), (0.155, 0.130, 0.060), (0.100, 0.105, 0.045)])
BLOSSOM = np.array([(0.80, 0.46, 0.54), (0.86, 0.58, 0.64), (0.74, 0.36, 0.46), (0.90, 0.72, 0.74)])
NEEDLES = np.array([(0.026, 0.060, 0.028), (0.034, 0.072, 0.032), (0.020, 0.050, 0.026)])


def _leaf_colours(rng: Random, season: str) -> Floats:
    if season == "spring":
        return SPRING
    if season == "dry":
        return DRY
    if season == "autumn":
        return AUTUMNS[int(rng.integers(len(AUTUMNS)))]
    return SUMMER


def _curve(start: Floats, end: Floats, bend: Floats, knots: int) -> Floats:
    """Paths from `start` to `end`, (n, 3) each, pushed to `bend` in the middle: (n, knots, 3)."""
    t = np.linspace(0, 1, knots)[None, :, None]
    return np.asarray(start[:, None] * (1 - t) + end[:, None] * t + bend[:, None] * 4 * t * (1 - t))


def _trunk(rng: Random, top: float, lean: float, knots: int) -> Floats:
    """Points of a trunk that wanders a little, (knots, 3)."""
    height = np.linspace(-0.03, top, knots)
    sway = np.cumsum(rng.normal(0, lean, (knots, 2)), axis=0)
    sway -= sway[0]
    return np.stack([sway[:, 0], height, sway[:, 1]], 1)


def _bark(rng: Random, knots: int, sides: int) -> Floats:
    """Furrows along a trunk, as factors on its colour (knots, sides)."""
    around = rng.normal(0, 0.16, (1, sides))
    return np.asarray(np.clip(1 + around + rng.normal(0, 0.13, (knots, sides)), 0.5, 1.5))


def _on(path: Floats, height: Floats) -> Floats:
    """Points of a trunk at heights, (n, 3)."""
    return np.stack([np.interp(height, path[:, 1], path[:, k]) for k in range(3)], 1)


def _bare_crown(
    builder: MeshBuilder,
    rng: Random,
    starts: Floats,
    tips: Floats,
    thick: float,
    detail: int,
    bark: Floats,
    snowy: float,
) -> None:
    """Twigs that fork from the outer half of each branch: what is left of a crown in winter."""
    forks = (4, 7, 11)[detail]
    number = len(starts)
    owner = np.repeat(np.arange(number), forks)
    share = rng.uniform(0.35, 1.0, len(owner))[:, None]
    axis = tips - starts
    root = starts[owner] + axis[owner] * share
    length = np.linalg.norm(axis, axis=1)[owner, None] * rng.uniform(0.28, 0.62, (len(owner), 1))
    heading = unit(unit(axis[owner]) + directions(rng, len(owner)) * 0.85 + [0, 0.38, 0])
    end = root + heading * length
    bend = rng.normal(0, 0.06, (len(owner), 3)) * length
    sides = 3 if detail else 2
    radii = np.repeat(np.array([[0.30, 0.18, 0.06]]) * thick, len(owner), axis=0)
    limbs(builder, _curve(root, end, bend, 3), radii, bark * 0.9, sides, snowy)
    if detail:
        second = np.repeat(np.arange(len(owner)), 2 + detail)
        share = rng.uniform(0.3, 0.95, (len(second), 1))
        base = root[second] + (end - root)[second] * share
        heading = unit(heading[second] + directions(rng, len(second)) * 0.9 + [0, 0.25, 0])
        tip = base + heading * length[second] * rng.uniform(0.3, 0.6, (len(second), 1))
        radii = np.repeat(np.array([[0.12, 0.035]]) * thick, len(second), axis=0)
        limbs(builder, np.stack([base, tip], 1), radii, bark * 0.8, 2, snowy * 0.8)


def _crowned(
    rng: Random,
    detail: int,
    season: str,
    *,
    foot: float,
    radius: float,
    high: float,
    clumps: int,
    clump: float,
    number: tuple[int, int, int],
    size: tuple[float, float, float],
    colours: Floats,
    bark: Floats,
    thick: float = 0.026,
    lean: float = 0.010,
    hang: float = 0.0,
    slim: float = 0.5,
    bare: bool = False,
    top_heavy: float = 0.0,
    lenticels: bool = False,
) -> Mesh:
    """A tree with a trunk, branches and a crown of clumps.

    The crown reaches from `foot` to 1 with `radius`; `high`: where on the trunk the branches end. `number` and `size` of
    its leaves by detail.
    """
    builder = MeshBuilder()
    knots = (3, 8, 26)[detail]
    trunk = _trunk(rng, high, lean * (7 / (knots - 1)) ** 0.5, knots)
    middle = (foot + 1.0) / 2
    half = (1.0 - foot) / 2
    out = even_directions(clumps, rng)
    reach = rng.uniform(0.62, 0.92, (clumps, 1))
    shape = np.array([radius, half, radius]) - clump * np.array([0.9, 0.62, 0.9])
    wide = 1 + top_heavy * out[:, 1:2]
    centres = np.array([0, middle, 0]) + out * reach * shape * np.concatenate([wide, np.ones_like(wide), wide], 1)
    centres = np.concatenate([centres, np.array([[0, middle, 0], [0, middle + half * 0.45, 0]])])
    sizes = clump * rng.uniform(0.78, 1.22, len(centres))
    spine = trunk[-1, [0, 2]]
    centres[:, [0, 2]] += spine * np.clip(centres[:, 1:2] / high, 0, 1)

    taper = np.linspace(1, 0.30, knots)
    flare = 1 + 0.7 * np.clip(1 - (trunk[:, 1] + 0.03) / 0.07, 0, 1)
    shade = np.repeat((bark * rng.uniform(0.85, 1.15))[None], knots, axis=0)
    if lenticels:
        shade = shade * rng.uniform(0.45, 1.1, (knots, 1))
    snowy = 0.8 if season == "winter" else 0.0
    sides = (4, 7, 14)[detail]
    limbs(builder, trunk[None], (thick * taper * flare)[None], shade[None], sides, furrows=_bark(rng, knots, sides))
    # Every branch leaves the trunk below its clump and rises toward it.
    fork = np.clip(
        centres[:, 1] - np.linalg.norm(centres[:, [0, 2]], axis=1) * rng.uniform(0.5, 1.0, len(centres)), 0, high
    )
    starts = _on(trunk, np.maximum(fork, foot * 0.55))
    ends = centres if not bare else centres + (centres - [0, middle, 0]) * 0.12
    if detail or bare:
        bend = np.array([0, -0.10, 0]) * np.linalg.norm(ends - starts, axis=1)[:, None]
        bend = bend + rng.normal(0, 0.012, bend.shape)
        girth = np.repeat(np.array([[0.42, 0.30, 0.20, 0.10]]) * thick, len(ends), axis=0)
        limbs(builder, _curve(starts, ends, bend, 4), girth, bark * 0.85, 4 if detail == 2 else 3, snowy)
    if bare:
        _bare_crown(builder, rng, starts, ends, thick, detail, bark, snowy)
        return builder.build()
    foliage_cloud(
        builder,
        rng,
        centres,
        sizes,
        number[detail],
        size[detail],
        colours,
        fine=detail == 2,
        hang=hang,
        slim=slim if detail == 2 else max(slim, 0.55),
        hollow=0.35 if detail else 0.6,
    )
    return builder.build()


def broadleaf(rng: Random, detail: int, season: str) -> Mesh:
    """A lime, oak or maple: round and wide, gold to red in autumn, bare in winter."""
    return _crowned(
        rng,
        detail,
        season,
        foot=rng.uniform(0.20, 0.28),
        radius=rng.uniform(0.36, 0.44),
        high=0.72,
        clumps=(9, 15, 19)[detail],
        clump=(0.20, 0.165, 0.15)[detail],
        number=(190, 1000, 4200),
        size=(0.062, 0.0295, 0.0155),
        colours=_leaf_colours(rng, season),
        bark=BARK,
        thick=0.027,
        bare=season == "winter",
    )


def birch(rng: Random, detail: int, season: str) -> Mesh:
    """A birch: slender, white, its small leaves hanging."""
    colours = _leaf_colours(rng, season) * 1.12 if season != "autumn" else AUTUMNS[0] * 1.1
    return _crowned(
        rng,
        detail,
        season,
        foot=rng.uniform(0.22, 0.32),
        radius=rng.uniform(0.17, 0.22),
        high=0.93,
        clumps=(9, 15, 20)[detail],
        clump=(0.115, 0.095, 0.085)[detail],
        number=(150, 800, 3000),
        size=(0.046, 0.0218, 0.0114),
        colours=colours,
        bark=PALE_BARK,
        thick=0.0145,
        lean=0.008,
        hang=0.9,
        slim=0.42,
        bare=season == "winter",
        lenticels=True,
    )


def beech(rng: Random, detail: int, season: str) -> Mesh:
    """A tree of the woods: a tall bare trunk, the crown high up."""
    return _crowned(
        rng,
        detail,
        season,
        foot=rng.uniform(0.34, 0.44),
        radius=rng.uniform(0.21, 0.27),
        high=0.84,
        clumps=(8, 14, 18)[detail],
        clump=(0.135, 0.115, 0.10)[detail],
        number=(150, 800, 3300),
        size=(0.045, 0.0218, 0.0116),
        colours=_leaf_colours(rng, season),
        bark=BARK * np.array([1.25, 1.3, 1.35]),
        thick=0.0195,
        lean=0.006,
        bare=season == "winter",
    )


def cherry(rng: Random, detail: int, season: str) -> Mesh:
    """A cherry tree: a wide crown on a short trunk, all blossom in spring."""
    colours = BLOSSOM if season == "spring" else _leaf_colours(rng, season)
    return _crowned(
        rng,
        detail,
        season,
        foot=0.27,
        radius=0.54,
        high=0.58,
        clumps=(10, 17, 24)[detail],
        clump=(0.21, 0.17, 0.145)[detail],
        number=(210, 1700, 5300),
        size=(0.060, 0.0235, 0.0132),
        colours=colours,
        bark=BARK * 0.75,
        thick=0.034,
        lean=0.016,
        slim=0.72 if season == "spring" else 0.5,
        bare=season == "winter",
        top_heavy=0.18,
    )


def acacia(rng: Random, detail: int, season: str) -> Mesh:
    """An umbrella thorn: a flat wide crown on branches that rise like a fan."""
    builder = MeshBuilder()
    number = (8, 13, 17)[detail]
    turn = np.arange(number) * 2.399 + rng.uniform(0, 6)
    reach = np.sqrt((np.arange(number) + 0.4) / number) * rng.uniform(0.60, 0.70)
    centres = np.stack(
        [reach * np.cos(turn), 0.90 - 0.10 * reach**2 + rng.normal(0, 0.018, number), reach * np.sin(turn)], 1
    )
    trunk = _trunk(rng, 0.42, 0.018, 4)
    limbs(builder, trunk[None], np.array([[0.038, 0.030, 0.027, 0.025]]), BARK, (4, 5, 7)[detail])
    starts = np.repeat(trunk[-1:], number, axis=0) - [0, 0.04, 0]
    bend = np.array([0, -0.05, 0]) + rng.normal(0, 0.015, (number, 3))
    girth = np.repeat(np.array([[0.018, 0.012, 0.008, 0.004]]), number, axis=0)
    limbs(builder, _curve(starts, centres, bend, 4), girth, BARK, 3 + (detail > 1))
    dry = np.array([(0.10, 0.125, 0.035), (0.13, 0.140, 0.045), (0.085, 0.110, 0.030)])
    foliage_cloud(
        builder, rng, centres, np.full(number, (0.20, 0.185, 0.17)[detail]), (130, 560, 1700)[detail],
        (0.062, 0.033, 0.020)[detail], dry, fine=detail == 2, flat=0.30, slim=0.4,
    )  # fmt: skip
    return builder.build()


def bush(rng: Random, detail: int, season: str) -> Mesh:
    """A bush: clumps of leaves on the ground."""
    builder = MeshBuilder()
    number = (4, 7, 10)[detail]
    out = directions(rng, number)
    centres = np.stack([out[:, 0] * 0.42, 0.34 + 0.24 * np.abs(out[:, 1]), out[:, 2] * 0.42], 1)
    starts = np.stack([centres[:, 0] * 0.15, np.full(number, -0.03), centres[:, 2] * 0.15], 1)
    winter = season == "winter"
    girth = np.repeat(np.array([[0.020, 0.016, 0.010]]), number, axis=0)
    limbs(builder, _curve(starts, centres, np.zeros((number, 3)), 3), girth, BARK, 3, 0.7 * winter)
    if winter:
        _bare_crown(builder, rng, starts, centres * [1.25, 1.35, 1.25], 0.03, detail, BARK, 0.8)
        return builder.build()
    foliage_cloud(
        builder, rng, centres, np.full(number, 0.34), (60, 240, 800)[detail], (0.125, 0.066, 0.038)[detail],
        _leaf_colours(rng, season) * 0.9, fine=detail == 2, flat=0.85, hollow=0.45,
    )  # fmt: skip
    return builder.build()


def cypress(rng: Random, detail: int, season: str) -> Mesh:
    """A cypress: a dark flame."""
    builder = MeshBuilder()
    number = (120, 620, 2300)[detail]
    limbs(builder, _trunk(rng, 0.30, 0.0, 3)[None], np.array([[0.022, 0.02, 0.018]]), BARK, 5)
    up = 0.035 + 0.965 * rng.random(number) ** 0.92
    turn = rng.uniform(0, 2 * np.pi, number)
    lumps = 1 + 0.16 * np.sin(turn * 3 + up * 23) + 0.10 * np.sin(turn * 5 - up * 41)
    girth = 0.105 * np.sin(np.pi * np.clip(up, 0, 1) ** 0.62) ** 0.75 * lumps
    depth = rng.random(number) ** 0.35
    out = np.stack([np.cos(turn), np.zeros(number), np.sin(turn)], 1)
    place = out * (girth * depth)[:, None] + np.stack([0 * up, up, 0 * up], 1)
    size = (0.062, 0.034, 0.020)[detail]
    along = unit(out * 0.35 + [0, 1, 0] + rng.normal(0, 0.16, (number, 3)))
    side = unit(np.cross(along, out + rng.normal(0, 0.4, (number, 3))))
    length = (size * rng.uniform(0.7, 1.35, number) * (1.15 - 0.5 * up))[:, None]
    tone = np.array([(0.024, 0.052, 0.020), (0.032, 0.062, 0.024), (0.020, 0.044, 0.020)])[rng.integers(3, size=number)]
    tone = tone * (0.35 + 0.75 * depth)[:, None] * rng.uniform(0.75, 1.25, (number, 1))
    if season == "winter":
        load = np.clip(rng.normal(0.1, 0.25, (number, 1)), 0, 0.8)
        tone = tone * (1 - load) + SNOW * load
    normals = unit(out + rng.normal(0, 0.3, (number, 3)) + [0, 0.3, 0])
    leaves(builder, place, along * length, side * length * 0.42, normals, 1.3 * tone, fine=detail == 2)
    return builder.build()


def conifer(rng: Random, detail: int, season: str) -> Mesh:
    """A spruce: whorls of boughs that hang at the foot and rise toward the top, each a fan of twigs."""
    builder = MeshBuilder()
    whorls = (12, 22, 32)[detail]
    spread = rng.uniform(0.165, 0.215)
    foot = rng.uniform(0.04, 0.10)
    levels = np.linspace(0, 1, whorls) ** 0.95
    counts = np.maximum(4, np.round((7, 9, 10)[detail] * (1 - 0.45 * levels))).astype(int)
    owner = np.repeat(np.arange(whorls), counts)
    number = len(owner)
    up = levels[owner] + rng.normal(0, 0.010, number)
    turn = rng.uniform(0, 2 * np.pi, whorls)[owner] + np.concatenate([np.arange(c) * (2 * np.pi / c) for c in counts])
    turn = turn + rng.normal(0, 0.16, number)
    reach = (spread * np.clip(1 - up, 0, 1) ** 0.85 + 0.016) * rng.uniform(0.72, 1.14, number)
    out = np.stack([np.cos(turn), np.zeros(number), np.sin(turn)], 1)
    side = np.stack([-np.sin(turn), np.zeros(number), np.cos(turn)], 1)
    droop = (rng.uniform(0.30, 0.52, number) * (1 - 1.35 * up)) * reach
    root = np.stack([0 * up, foot + (0.965 - foot) * up, 0 * up], 1)
    snow = (0.60 * rng.uniform(0.3, 1.2, number) if season == "winter" else np.zeros(number))[:, None]
    base = NEEDLES[rng.integers(3, size=number)] * rng.uniform(0.8, 1.25, (number, 1))
    if season == "spring":
        base = base * [1.25, 1.25, 1.0]

    # Twigs along each bough, in pairs, longest in its middle; and one at its end.
    pairs = (1, 3, 6)[detail]
    share = np.repeat((np.arange(pairs) + 0.75) / (pairs + 0.35), 2)
    sign = np.tile([-1.0, 1.0], pairs)
    share, sign = np.append(share, 0.97), np.append(sign, 0.0)
    at = root[:, None] + out[:, None] * (reach[:, None] * share)[..., None]
    at = at - np.array([0, 1, 0]) * (droop[:, None] * share**1.6)[..., None]
    angle = np.where(sign == 0, 0.0, 0.85 - 0.35 * share)
    way = out[:, None] * np.cos(angle)[:, None] + side[:, None] * (sign * np.sin(angle))[:, None]
    way = unit(way + [0, -0.42, 0] + rng.normal(0, 0.12, at.shape))
    long = (0.66, 0.40, 0.25)[detail] * (1 - 0.35 * share) + 0.03
    length = reach[:, None] * long * rng.uniform(0.8, 1.2, at.shape[:2])
    wide = length * (0.62, 0.60, 0.52)[detail]
    middle = at + way * (length * 0.55)[..., None]
    cross = unit(np.cross(way, [0, 1.0, 0]) + rng.normal(0, 0.35, at.shape))
    light = (0.38 + 0.62 * share)[None, :, None] * (0.70 + 0.30 * up)[:, None, None]
    load = np.clip(
        snow[:, None] * (0.45 + 0.65 * share)[None, :, None] * rng.uniform(0.6, 1.3, (*at.shape[:2], 1)), 0, 1
    )
    tone = (base[:, None] * (1 - load) + SNOW * load) * light
    normals = unit(
        out[:, None] * 0.75 + side[:, None] * sign[:, None] * 0.30 + [0, 0.65, 0] + rng.normal(0, 0.15, at.shape)
    )
    leaves(
        builder,
        middle.reshape(-1, 3),
        (way * length[..., None] * 0.62).reshape(-1, 3),
        (cross * wide[..., None]).reshape(-1, 3),
        normals.reshape(-1, 3),
        tone.reshape(-1, 3),
        fine=detail == 2,
        tip=1.25,
    )
    tip = np.array([[[0, 0.88, 0], [0, 1.02, 0]]])
    limbs(builder, tip, np.array([[0.008, 0.001]]), NEEDLES[1], 3, 0.5 if season == "winter" else 0.0)
    if detail:
        limbs(builder, _trunk(rng, 0.6, 0, 3)[None], np.array([[0.017, 0.013, 0.008]]), BARK, 5)
    # A dark core, so that one does not look through the tree.
    core = np.array([[[0, foot + 0.05, 0], [0, 0.72, 0]]])
    limbs(builder, core, np.array([[spread * 0.22, 0.002]]), NEEDLES[2] * 0.45, 5)
    return builder.build()


def palm(rng: Random, detail: int, season: str) -> Mesh:
    """A coconut palm: a bent trunk, fronds that arch and hang."""
    builder = MeshBuilder()
    knots = (5, 8, 14)[detail]
    t = np.linspace(0, 1, knots)
    bend = rng.uniform(0.10, 0.26)
    trunk = np.stack([bend * t**1.7, t * 0.80 - 0.03, 0.04 * np.sin(t * 3)], 1)
    rings = np.array([0.155, 0.125, 0.095]) * (1 + 0.16 * (np.arange(knots) % 2))[:, None]
    limbs(builder, trunk[None], (0.024 - 0.009 * t + 0.012 * np.exp(-t * 14))[None], rings[None], (4, 6, 9)[detail])
    top = trunk[-1]
    fronds = (9, 13, 17)[detail]
    turn = np.arange(fronds) * 2.399 + rng.uniform(0, 6)
    rise = np.linspace(1.15, -0.45, fronds) + rng.normal(0, 0.1, fronds)
    reach = rng.uniform(0.30, 0.38, fronds)
    out = np.stack([np.cos(turn), np.zeros(fronds), np.sin(turn)], 1)
    pairs = (5, 10, 20)[detail]
    s = np.linspace(0.10, 1.0, pairs)
    flat = reach[:, None] * np.sin(np.clip(s * 1.35, 0, np.pi / 2)) ** 0.9
    lift = reach[:, None] * (rise[:, None] * s * 0.75 - (0.55 + 0.25 * rise[:, None]) * s**2.2)
    spine = top + out[:, None] * flat[..., None] + np.array([0, 1, 0]) * lift[..., None]
    way = unit(np.gradient(spine, axis=1))
    side = np.stack([-np.sin(turn), np.zeros(fronds), np.cos(turn)], 1)[:, None]
    limbs(builder, spine, 0.006 * (1.1 - s) * np.ones((fronds, 1)), np.array([0.12, 0.14, 0.04]), 3)
    tone = np.array([(0.075, 0.135, 0.028), (0.100, 0.160, 0.034), (0.058, 0.110, 0.026)])
    for sign in (-1.0, 1.0):
        long = 0.145 * np.sin(np.pi * np.clip(s * 0.80 + 0.16, 0, 1))[None] * rng.uniform(0.85, 1.15, (fronds, pairs))
        # Leaflets point outward and forward and hang from the spine.
        lay = unit(side * sign + way * 0.55 + np.array([0, -0.55, 0]) + rng.normal(0, 0.08, spine.shape))
        cross = unit(way - lay * (way * lay).sum(-1, keepdims=True))
        middle = spine + lay * (long * 0.5)[..., None]
        colour = tone[rng.integers(3, size=fronds)][:, None] * rng.uniform(0.8, 1.2, (fronds, pairs, 1))
        colour = colour * np.where(rise < -0.3, [[1.7], [1.15], [0.9]], 1.0).T[:, None, :]
        normals = unit(np.array([0, 0.8, 0]) + side * sign * 0.3 + out[:, None] * 0.5 + rng.normal(0, 0.1, spine.shape))
        leaves(
            builder,
            middle.reshape(-1, 3),
            (lay * long[..., None] * 0.52).reshape(-1, 3),
            (cross * (0.30 / pairs) * reach[:, None, None]).reshape(-1, 3) * (1.0, 0.8, 0.62)[detail],
            normals.reshape(-1, 3),
            colour.reshape(-1, 3),
            fine=detail == 2,
        )
    if detail:
        nuts = top + unit(np.concatenate([out[:5]]) + [0, -0.5, 0]) * 0.022
        for nut in nuts:
            builder.lathe(nut, [(0.0, -0.014), (0.012, -0.006), (0.012, 0.006), (0.0, 0.014)], 6, (0.11, 0.085, 0.03))
    return builder.build()


def dead_tree(rng: Random, detail: int, season: str) -> Mesh:
    """A dead tree: grey, crooked, with broken branches."""
    builder = MeshBuilder()
    grey = np.array([0.17, 0.15, 0.13]) * rng.uniform(0.8, 1.2)
    knots = (4, 6, 10)[detail]
    trunk = _trunk(rng, 0.93, 0.026, knots)
    snowy = 0.8 if season == "winter" else 0.0
    limbs(builder, trunk[None], np.linspace(0.040, 0.006, knots)[None], grey, (4, 6, 8)[detail], snowy * 0.5)
    number = (6, 9, 12)[detail]
    start = _on(trunk, rng.uniform(0.28, 0.85, number))
    turn = np.arange(number) * 2.399 + rng.uniform(0, 6)
    reach = rng.uniform(0.16, 0.36, number) * (1.15 - start[:, 1] * 0.5)
    end = start + np.stack([np.cos(turn), rng.uniform(0.15, 0.9, number), np.sin(turn)], 1) * reach[:, None]
    bend = rng.normal(0, 0.03, (number, 3))
    girth = np.repeat(np.array([[0.016, 0.012, 0.008, 0.003]]), number, axis=0)
    limbs(builder, _curve(start, end, bend, 4), girth, grey * 0.9, 4, snowy)
    if detail:
        _bare_crown(builder, rng, start, end, 0.024, detail - 1, grey * 0.8, snowy)
    return builder.build()
