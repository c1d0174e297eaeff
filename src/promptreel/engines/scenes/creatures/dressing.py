"""Headgear, capes, aprons and tools as meshes on the bones of people. What is worn by whom is in `dress`.

Places are those of an adult in metres, as in `human` and `face`.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.creatures.creature import Kit
from promptreel.engines.scenes.creatures.dress import BLACK, CREAM, GOLD, LOW, RED, STEEL, TOOLS, WHITE, Hat
from promptreel.engines.scenes.creatures.human import Build
from promptreel.engines.scenes.creatures.implicit import Point
from promptreel.engines.scenes.mesh import grid_triangles, wrap_triangles

Doubles = NDArray[np.float64]

LEANING = np.array([[1.0, 0.0, 0.0], [0.22, 1.0, 0.0], [0.0, 0.0, 1.0]])


def carry(kit: Kit, tool: str, hand: NDArray[np.float64], k: float) -> None:
    """Put a tool into the right hand, which is at `hand` (see `human.hold`)."""
    sides = 8 if kit.finest else 5
    for path, radii, tint, gloss, glow in TOOLS[tool]:
        # Leaning outward, so that what is long passes the face.
        points = hand + k * (np.array(path, np.float64) @ LEANING)
        lit = np.asarray(tint) * glow
        if len(points) == 1:
            squash = radii if len(radii) == 3 else (radii[0],) * 3
            kit.ball("prop_r", tuple(points[0]), k, tint, lit, gloss, squash, sides=sides)
        else:
            kit.tube("prop_r", points, [radius * k for radius in radii], tint, gloss, sides, lit)


# -- headgear and what hangs from the shoulders ------------------------------------------------------------------------


def put_on(kit: Kit, build: Build, hat: Hat, tint: ArrayLike | None = None) -> None:
    """Headgear on the head; `tint` is its colour where the prompt names one."""
    hd = build.of_head
    sides = (7, 12, 24, 32)[kit.casting.detail]
    angle = np.arange(sides) * (2 * np.pi / sides)
    own = np.asarray(hat.tint if tint is None else tint, np.float64)
    top = max(high for _, high in hat.profile)
    rings: list[list[Point]] = []
    shades: list[Doubles] = []
    for number, (radius, high) in enumerate(hat.profile):
        turned_up = (0.5 + 0.5 * np.cos(hat.lobes * angle)) if hat.lobes and radius > 0.12 else np.zeros(sides)
        wide = radius * (1 - 0.22 * turned_up)
        aside = hat.droop * max(high / top, 0.0) ** 2
        lower = 0.5 * abs(hat.droop) * max(high / top, 0.0) ** 3
        y = 1.705 + high + hat.lift * turned_up - lower
        # Tilted back a little, so that the brim leaves the face free.
        z = hat.oval * wide * np.sin(angle) - 0.014 - 0.10 * high
        ring = [hd(aside + wide[i] * math.cos(a), y[i] + 0.09 * z[i], z[i]) for i, a in enumerate(angle)]
        trimmed = hat.trim is not None and hat.trimmed[0] <= number < hat.trimmed[1]
        shade = np.asarray(hat.trim if trimmed else own)
        if shades and (shades[-1] != shade).any():
            rings.append(rings[-1])  # Once more in the other colour: a clean edge.
            shades += [shade] * sides
        rings.append(ring)
        shades += [shade] * sides
    kit.add("head", np.array(rings), _outward(len(rings), sides), np.array(shades), 0.0, hat.gloss)
    for part in hat.parts:
        PARTS[part](kit, build, own, top)


def _outward(rings: int, sides: int) -> NDArray[np.int32]:
    """Triangles of rings that rise, whose points go from +x to +z."""
    return np.asarray(wrap_triangles(rings, sides)[:, ::-1], np.int32)


def wear(kit: Kit, build: Build, part: str, tint: ArrayLike) -> None:
    """Put on a part of an outfit."""
    PARTS[part](kit, build, np.asarray(tint, np.float64), 0.11)


def _slit(kit: Kit, build: Build, _tint: Doubles, _top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    kit.block("head", hd(0, 1.655, 0.112), (0.078 * k, 0.0075 * k, 0.022 * k), BLACK, round_=0.3)
    kit.block("head", hd(0, 1.615, 0.124), (0.006 * k, 0.048 * k, 0.012 * k), np.array(STEEL) * 0.6, 0.0, 0.6)


def _plume(kit: Kit, build: Build, _tint: Doubles, top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    path = [hd(0, 1.70 + top, -0.03), hd(0, 1.78 + top, -0.06), hd(0, 1.79 + top, -0.15), hd(0, 1.68 + top, -0.21)]
    kit.tube("head", path, [0.012 * k, 0.032 * k, 0.034 * k, 0.006 * k], RED)


def _horned(kit: Kit, build: Build, tint: ArrayLike, spread: float, high: float, thick: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    for sign in (-1, 1):
        path = [hd(sign * (0.075 + spread * u), 1.745 + high * u * u, -0.01) for u in (0.0, 0.35, 0.7, 1.0)]
        kit.tube("head", path, [thick * k, 0.85 * thick * k, 0.55 * thick * k, 0.001], tint, 0.3)


def _horns(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    # On a helmet they are of horn, whatever the helmet is of.
    devil = tint.max() < 0.03
    _horned(
        kit,
        build,
        tint if devil else CREAM,
        0.045 if devil else 0.13,
        0.12 if devil else 0.17,
        0.022 if devil else 0.027,
    )


def _crest(kit: Kit, build: Build, _tint: Doubles, _top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    arc = [(0.10, 1.775), (0.06, 1.855), (-0.03, 1.875), (-0.12, 1.83), (-0.16, 1.73)]
    kit.tube("head", [hd(0, y, z) for z, y in arc], [0.012 * k, 0.036 * k, 0.042 * k, 0.038 * k, 0.012 * k], RED)


def _crescent(kit: Kit, build: Build, _tint: Doubles, _top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    for sign in (-1, 1):
        path = [
            hd(sign * x, y, z)
            for x, y, z in ((0.0, 1.755, 0.105), (0.06, 1.80, 0.105), (0.10, 1.90, 0.10), (0.09, 1.96, 0.10))
        ]
        kit.tube("head", path, [0.016 * k, 0.016 * k, 0.011 * k, 0.001], GOLD, 0.7)


def _badge(kit: Kit, build: Build, _tint: Doubles, _top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    kit.block("head", hd(0, 1.752, 0.115), (0.024 * k, 0.028 * k, 0.010 * k), GOLD, 0.0, 0.7, 0.6)


def _peak(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    shade = tint * 0.9 if tint.max() < 0.5 and tint.max() > 0.1 else np.array(BLACK)
    kit.block("head", hd(0, 1.700, 0.125), (0.080 * k, 0.007 * k, 0.062 * k), shade, 0.0, 0.4, 0.55)


def _bobble(kit: Kit, build: Build, _tint: Doubles, top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    kit.ball("head", hd(0.15, 1.695 + 0.62 * top, -0.04), 0.036 * k, WHITE, sides=8)


def _ears(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    """Pointed ones; on who wears a cap they have the colour of skin."""
    hd, k = build.of_head, build.head * build.scale
    shade = tint if tint[0] > 0.1 else np.array((0.48, 0.29, 0.20))
    for sign in (-1, 1):
        path = [hd(sign * x, y, z) for x, y, z in ((0.070, 1.635, 0.0), (0.092, 1.650, -0.008), (0.135, 1.705, -0.03))]
        kit.tube("head", path, [0.014 * k, 0.020 * k, 0.001], shade)


def _mask(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    """Over the lower face and the neck."""
    _tube_of(kit, build, "head", ((0.070, 1.535), (0.084, 1.560), (0.098, 1.600), (0.099, 1.628)), tint, 1.32, 0.004)


def _tube_of(
    kit: Kit, build: Build, bone: str, rings: tuple[tuple[float, float], ...], tint: ArrayLike, oval: float, z: float
) -> None:
    """Rings (radius, height) about the head or, for other bones, about the trunk."""
    place = build.of_head if bone == "head" else build.at
    sides = (7, 10, 20, 28)[kit.casting.detail]
    angle = np.arange(sides) * (2 * np.pi / sides)
    points = [[place(r * math.cos(a), y, z + oval * r * math.sin(a)) for a in angle] for r, y in rings]
    kit.add(bone, np.array(points), _outward(len(rings), sides), tint)


def _shawl(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    """The sides and the back of a hood, down to the shoulders."""
    _drape(kit, build, (("head", 1.745, 0.112, 0.125), ("head", 1.66, 0.118, 0.130), ("head", 1.57, 0.112, 0.120),
                        ("chest", 1.46, 0.15, 0.13)), tint, 0.78, -0.02)  # fmt: skip


def _drape(
    kit: Kit, build: Build, rows: tuple[tuple[str, float, float, float], ...], tint: ArrayLike, around: float, z: float,
    translucency: float = 0.1,
) -> None:  # fmt: skip
    """Cloth about the back: rows of bone, height,
            half width and depth (m); `around` is the share of a whole turn. It is
    seen from both sides."""
    count = (5, 9, 17, 25)[kit.casting.detail]
    angle = -0.5 * np.pi + np.linspace(-np.pi * around, np.pi * around, count)
    # Folds that grow toward the hem.
    rings, bones = [], []
    for number, (bone, y, wide, deep) in enumerate(rows):
        fold = 1 + 0.030 * number * np.cos(7 * angle)
        place = build.of_head if bone == "head" else build.at
        rings.append(
            [place(wide * f * math.cos(a), y, z + deep * f * math.sin(a)) for a, f in zip(angle, fold, strict=True)]
        )
        bones += [bone] * count
    points = np.array(rings).reshape(-1, 3)
    faces = grid_triangles(len(rows), count)
    out = points - np.array([*points.mean(axis=0)])
    out[:, 1] = 0.0
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    out[:, 2] -= 0.3
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    kit.add(bones, points, faces, tint, 0.0, 0.02, translucency, out)
    kit.add(bones, points - 0.006 * out, faces[:, ::-1], np.asarray(tint) * 0.6, 0.0, 0.02, translucency, -out)


def _cape(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    if kit.casting.action not in LOW:
        _drape(kit, build, (("chest", 1.475, 0.13, 0.10), ("chest", 1.40, 0.24, 0.155), ("spine", 1.10, 0.27, 0.20),
                            ("hips", 0.75, 0.31, 0.26), ("hips", 0.36, 0.36, 0.34)), tint, 0.30, -0.02)  # fmt: skip


def _veil(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    fine = tint.max() > 0.3
    _drape(kit, build, (("head", 1.800, 0.050, 0.055), ("head", 1.755, 0.100, 0.112), ("head", 1.66, 0.118, 0.130),
                        ("chest", 1.48, 0.15, 0.16), ("chest", 1.22, 0.20, 0.19)), tint, 0.34 if fine else 0.38, -0.025,
           0.6 if fine else 0.0)  # fmt: skip


def _bib(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    k = build.scale
    kit.block("chest", build.at(0, 1.25, 0.105), (0.100 * k, 0.120 * k, 0.022 * k), tint, round_=0.35)
    for sign in (-1, 1):
        path = [
            build.at(sign * x, y, z)
            for x, y, z in ((0.085, 1.34, 0.115), (0.10, 1.47, 0.03), (0.10, 1.49, -0.06), (0.06, 1.30, -0.13))
        ]
        kit.tube("chest", path, [0.016 * k] * 4, tint)


def _skirts(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    """The skirts of a long coat, open before the legs."""
    if kit.casting.action not in LOW:
        _drape(kit, build, (("hips", 1.09, 0.165, 0.135), ("hips", 0.98, 0.190, 0.165), ("hips", 0.80, 0.215, 0.20),
                            ("hips", 0.56, 0.245, 0.245)), tint, 0.44, 0.0)  # fmt: skip


def _apron(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    """A bib and, unless one sits, a skirt of cloth before the legs."""
    at = build.at
    _bib(kit, build, tint, _top)
    if kit.casting.action in LOW:
        return
    count = 11
    angle = np.linspace(0.18 * np.pi, 0.82 * np.pi, count)
    rows = ((1.06, 0.165, 0.135), (0.98, 0.185, 0.160), (0.80, 0.205, 0.205), (0.60, 0.215, 0.235))
    points = np.array([[at(w * math.cos(a), y, d * math.sin(a)) for a in angle] for y, w, d in rows]).reshape(-1, 3)
    normals = np.stack([np.cos(np.tile(angle, 4)), 0 * points[:, 0], np.sin(np.tile(angle, 4))], 1)
    kit.add("hips", points, grid_triangles(4, count), tint, normals=normals)


def _belt(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    g = build.girth * build.waist
    loose = 0.010 if build.bust else 0.018
    _tube_of(kit, build, "hips", tuple((0.138 * g + loose, y) for y in (1.035, 1.05, 1.085)), tint, 0.78, -0.003)
    if tint.max() < 0.2:
        kit.block(
            "hips",
            build.at(0, 1.06, 0.115 * g + loose),
            (0.022 * build.scale, 0.022 * build.scale, 0.009 * build.scale),
            GOLD,
            0.0,
            0.7,
        )


def _hem(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    """A light band around the lower edge of a coat and one around each cuff."""
    k = build.scale
    _tube_of(kit, build, "hips", ((0.182 * build.girth, 0.86), (0.186 * build.girth, 0.89), (0.180 * build.girth,
            0.92)),
             tint, 0.82, -0.005)  # fmt: skip
    bones = kit.skeleton
    for side in ("l", "r"):
        wrist = np.array(bones.heads[bones.index[f"hand_{side}"]])
        kit.ball(f"arm_{side}_2", tuple(wrist + [0, 0.02 * k, 0]), 0.047 * k, tint, 0, 0.0, (1, 0.55, 1))


def _tutu(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    sides = (8, 16, 36, 48)[kit.casting.detail]
    angle = np.arange(sides) * (2 * np.pi / sides)
    for layer in range(3):
        rings = []
        for r, drop in ((0.13, 0.0), (0.24, -0.012), (0.40 - 0.03 * layer, -0.05)):
            frill = 0.018 * (r / 0.4) ** 2 * np.cos(sides / 2 * angle)
            rings.append(
                [
                    build.at(r * math.cos(a), 0.99 - 0.022 * layer + drop + f, r * math.sin(a))
                    for a, f in zip(angle, frill, strict=True)
                ]
            )
        normals = np.tile([0.0, 1.0, 0.0], (3 * sides, 1))
        kit.add("hips", np.array(rings), _outward(3, sides), tint * (1 - 0.08 * layer), 0.0, 0.05, 0.5, normals)


def _pauldrons(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    k = build.scale
    for side, sign in (("l", -1), ("r", 1)):
        shoulder = np.array(kit.skeleton.heads[kit.skeleton.index[f"arm_{side}"]])
        kit.ball(
            f"arm_{side}",
            tuple(shoulder + np.array([sign * 0.012, 0.0, 0.0]) * k),
            0.098 * k,
            tint,
            0,
            0.6,
            (1, 0.9, 1),
        )


def _backpack(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    at, k = build.at, build.scale
    kit.block("chest", at(0, 1.30, -0.215), (0.145 * k, 0.215 * k, 0.090 * k), tint, 0.0, 0.1, 0.45)
    for sign in (-1, 1):
        path = [at(sign * x, y, z) for x, y, z in ((0.095, 1.47, -0.12), (0.105, 1.50, -0.02), (0.115, 1.38, 0.095),
                (0.135, 1.20, 0.07),
                                                   (0.14, 1.12, -0.08))]  # fmt: skip
        kit.tube("chest", path, [0.018 * k] * 5, tint * 0.6)


def _wings(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    """Feathered ones: three rows of feathers a side."""
    _winged(kit, build, tint, 1.0, 0.25, 13 if kit.fine else 5)


def _fairy_wings(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    _winged(kit, build, tint, 0.72, 0.75, 4)


def _winged(kit: Kit, build: Build, tint: Doubles, long: float, translucency: float, feathers: int) -> None:
    at, k = build.at, build.scale
    for sign in (-1.0, 1.0):
        for n in range(feathers):
            u = n / (feathers - 1)
            lean = 1.25 - 2.05 * u
            reach = long * (0.95 - 0.42 * u) * k
            base = at(sign * (0.05 + 0.10 * (1 - u) * (feathers > 4)), 1.40 - 0.10 * u, -0.13)
            way = np.array([sign * math.cos(lean), math.sin(lean), -0.28])
            side = np.cross(way, [0.0, 0.0, 1.0])
            side /= np.linalg.norm(side)
            wide = (0.065 if feathers > 4 else 0.15) * k
            rows = []
            for q in np.linspace(0, 1, 6):
                half = wide * math.sin(math.pi * min(0.12 + 0.80 * q, 1.0)) ** 0.8
                middle = np.asarray(base) + way * reach * q
                rows.append([middle - side * half, middle + side * half])
            points = np.array(rows).reshape(-1, 3) - [0, 0, 0.004 * n]
            for flip in (1.0, -1.0):
                faces = grid_triangles(6, 2)
                kit.add("chest", points, faces if flip > 0 else faces[:, ::-1], tint,
                        tint * (0.10 if feathers < 5 else 0.0), 0.1,
                        translucency, np.tile([0.0, 0.2, flip], (12, 1)))  # fmt: skip


def _halo(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    ring = [hd(0.115 * math.cos(a), 1.865, 0.115 * math.sin(a) - 0.02) for a in np.linspace(0, 2 * math.pi, 25)]
    kit.tube("head", ring, [0.011 * k] * 25, tint, 0.3, 6, tint * 2.6)


def _stethoscope(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    """Around the neck, both ends on the chest."""
    at, k = build.at, build.scale
    loop = ((-0.075, 1.20, 0.120), (-0.085, 1.36, 0.112), (-0.080, 1.475, 0.045), (-0.05, 1.515, -0.075), (0.05,
            1.515, -0.075),
            (0.080, 1.475, 0.045), (0.085, 1.36, 0.112), (0.060, 1.16, 0.125))  # fmt: skip
    kit.tube("chest", [at(*place) for place in loop], [0.010 * k] * 8, tint, 0.3)
    if tint.max() < 0.1:
        kit.ball("chest", at(0.058, 1.145, 0.128), 0.024 * k, STEEL, 0, 0.8)


def _tusks(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    for sign in (-1, 1):
        kit.tube(
            "jaw", [hd(sign * 0.022, 1.578, 0.088), hd(sign * 0.027, 1.612, 0.106)], [0.0075 * k, 0.001], tint, 0.4
        )


def _feelers(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    hd, k = build.of_head, build.head * build.scale
    for sign in (-1, 1):
        tip = hd(sign * 0.075, 1.875, 0.02)
        kit.tube("head", [hd(sign * 0.035, 1.74, 0.02), tip], [0.008 * k, 0.005 * k], tint)
        kit.ball("head", tip, 0.020 * k, tint, tint * 1.5)
        kit.ball("head", hd(sign * 0.034, 1.650, 0.082), 0.030 * k, BLACK, 0, 0.9, (1.1, 0.8, 0.55))


def _nose(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    kit.ball("head", build.of_head(0, 1.622, 0.126), 0.022 * build.head * build.scale, tint, 0, 0.5)


def _ruff(kit: Kit, build: Build, tint: Doubles, _top: float) -> None:
    sides = 24
    angle = np.arange(sides) * (2 * np.pi / sides)
    wave = 0.014 * np.cos(12 * angle)
    rings = [[build.at(r * math.cos(a), 1.495 + d * w, 0.95 * r * math.sin(a) - 0.01) for a, w in zip(angle, wave,
            strict=True)]
             for r, d in ((0.065, 0.0), (0.15, 1.0))]  # fmt: skip
    kit.add("chest", np.array(rings), _outward(2, sides), tint, 0.0, 0.0, 0.2, np.tile([0.0, 0.9, 0.4], (2 * sides, 1)))


PARTS = {
    "slit": _slit, "plume": _plume, "horns": _horns, "crest": _crest, "crescent": _crescent, "badge": _badge,
            "peak": _peak,
    "bobble": _bobble, "ears": _ears, "mask": _mask, "shawl": _shawl, "cape": _cape, "veil": _veil, "apron": _apron,
            "bib": _bib, "skirts": _skirts,
    "belt": _belt, "hem": _hem, "tutu": _tutu, "pauldrons": _pauldrons, "backpack": _backpack, "wings": _wings,
    "fairy_wings": _fairy_wings, "halo": _halo, "stethoscope": _stethoscope, "tusks": _tusks, "feelers": _feelers,
    "nose": _nose, "ruff": _ruff,
}  # fmt: skip
