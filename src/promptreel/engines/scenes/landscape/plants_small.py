"""Small plants, flowers and stones, one metre high with the foot at the origin. See `vegetation.KINDS`."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.foliage import SNOW, directions, leaves, limbs, unit
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder, grid_triangles, wrap_triangles

Floats = NDArray[np.floating]
Random = np.random.Generator

STEM = np.array([0.085, 0.150, 0.030])


def _blades(
    builder: MeshBuilder,
    rng: Random,
    number: int,
    *,
    knots: int,
    width: float,
    lean: float,
    foot: float,
    colours: Floats,
    low: float = 0.55,
) -> None:
    """Grass-like blades from one foot, bending outward under their weight."""
    turn = rng.uniform(0, 2 * np.pi, number)
    long = rng.uniform(low, 1.0, number)
    over = lean * rng.uniform(0.4, 1.3, number)
    t = np.linspace(0, 1, knots)
    out = np.stack([np.cos(turn), np.zeros(number), np.sin(turn)], 1)
    root = out * rng.uniform(0, foot, (number, 1)) + rng.normal(0, foot * 0.3, (number, 3)) * [1, 0, 1]
    flat = (over * long)[:, None] * t**1.9
    rise = long[:, None] * (t - 0.30 * over[:, None] ** 2 * t**2.4)
    spine = root[:, None] + out[:, None] * flat[..., None] + np.array([0, 1, 0]) * rise[..., None]
    side = np.stack([-np.sin(turn), np.zeros(number), np.cos(turn)], 1)
    half = width * rng.uniform(0.7, 1.3, (number, 1)) * (1 - t) ** 0.65 * (0.75 + 0.5 * np.sqrt(t))
    edges = np.stack([spine - side[:, None] * half[..., None], spine + side[:, None] * half[..., None]], 2)
    tone = colours[rng.integers(len(colours), size=number)] * rng.uniform(0.75, 1.25, (number, 1))
    shade = tone[:, None] * (0.42 + 0.68 * t)[None, :, None]
    faces = grid_triangles(knots, 2)
    index = np.arange(number)[:, None, None] * (2 * knots) + faces
    normals = unit(out * 0.35 + np.array([0, 0.85, 0]) + rng.normal(0, 0.12, (number, 3)))
    builder.add(
        edges.reshape(-1, 3),
        index.reshape(-1, 3),
        np.repeat(shade, 2, axis=1).reshape(-1, 3),
        normals=np.repeat(normals, 2 * knots, axis=0),
    )


def _grass_colours(season: str) -> Floats:
    if season in ("autumn", "dry"):
        return np.array([(0.235, 0.190, 0.060), (0.190, 0.165, 0.050), (0.145, 0.150, 0.040)])
    if season == "winter":
        return np.array([(0.34, 0.29, 0.17), (0.29, 0.25, 0.15), (0.50, 0.49, 0.46)])
    if season == "spring":
        return np.array([(0.115, 0.215, 0.034), (0.140, 0.240, 0.045), (0.100, 0.190, 0.030)])
    return np.array([(0.098, 0.168, 0.030), (0.125, 0.185, 0.038), (0.082, 0.145, 0.028)])


def grass_tuft(rng: Random, detail: int, season: str) -> Mesh:
    """A tuft of grass."""
    builder = MeshBuilder()
    _blades(
        builder, rng, (7, 14, 30)[detail], knots=(2, 3, 5)[detail], width=(0.045, 0.030, 0.021)[detail], lean=0.62,
        foot=0.13, colours=_grass_colours(season), low=0.45,
    )  # fmt: skip
    return builder.build()


def reed(rng: Random, detail: int, season: str) -> Mesh:
    """Reed mace: upright blades and brown heads."""
    builder = MeshBuilder()
    green = np.array([(0.105, 0.150, 0.045), (0.13, 0.165, 0.055), (0.085, 0.130, 0.04)])
    dry = np.array([(0.30, 0.24, 0.12), (0.25, 0.20, 0.10)])
    colours = dry if season in ("autumn", "winter") else green
    _blades(
        builder, rng, (6, 11, 18)[detail], knots=(2, 4, 6)[detail], width=(0.016, 0.011, 0.009)[detail], lean=0.22,
        foot=0.09, colours=colours, low=0.6,
    )  # fmt: skip
    stalks = (2, 3, 4)[detail]
    foot = rng.normal(0, 0.05, (stalks, 3)) * [1, 0, 1]
    tip = foot * 1.5 + np.stack([np.zeros(stalks), rng.uniform(0.78, 1.0, stalks), np.zeros(stalks)], 1)
    limbs(builder, np.stack([foot, tip], 1), np.full((stalks, 2), 0.004), colours[0], 3)
    for end in tip:
        head = [(0.003, -0.16), (0.013, -0.145), (0.014, -0.03), (0.004, -0.012), (0.001, 0.03)]
        builder.lathe(end, head, 4 + 2 * (detail > 0), (0.075, 0.038, 0.018))
    return builder.build()


def fern(rng: Random, detail: int, season: str) -> Mesh:
    """A fern: arching fronds with leaflets in pairs."""
    builder = MeshBuilder()
    fronds, pairs = (6, 9, 12)[detail], (4, 8, 15)[detail]
    turn = np.arange(fronds) * (2 * np.pi / fronds) + rng.normal(0, 0.2, fronds)
    s = np.linspace(0.06, 1, pairs)
    long = rng.uniform(0.75, 1.1, fronds)[:, None]
    out = np.stack([np.cos(turn), np.zeros(fronds), np.sin(turn)], 1)
    side = np.stack([-np.sin(turn), np.zeros(fronds), np.cos(turn)], 1)[:, None]
    spine = out[:, None] * (long * 0.95 * s**1.15)[..., None]
    spine = (
        spine
        + np.array([0, 1, 0]) * (long * (1.55 * s - 1.05 * s**2.1) * rng.uniform(0.85, 1.1, (fronds, 1)))[..., None]
    )
    way = unit(np.gradient(spine, axis=1))
    green = {"autumn": (0.30, 0.17, 0.035), "winter": (0.16, 0.11, 0.05), "spring": (0.12, 0.21, 0.035)}.get(
        season, (0.075, 0.145, 0.028)
    )
    for sign in (-1.0, 1.0):
        size = long * 0.27 * np.sin(np.pi * np.clip(0.16 + 0.84 * s, 0, 1)) ** 0.8 + 0.012
        lay = unit(side * sign + way * 0.45 + rng.normal(0, 0.06, spine.shape))
        tone = np.asarray(green) * rng.uniform(0.75, 1.3, (fronds, pairs, 1)) * (0.55 + 0.55 * s)[None, :, None]
        normals = unit(np.array([0, 0.9, 0]) + out[:, None] * 0.4 + rng.normal(0, 0.15, spine.shape))
        width = way * (long * 0.60 / pairs)[..., None] * 0.62
        leaves(
            builder, (spine + lay * size[..., None] * 0.5).reshape(-1, 3), (lay * size[..., None] * 0.5).reshape(-1, 3),
            width.reshape(-1, 3), normals.reshape(-1, 3), tone.reshape(-1, 3), fine=detail == 2,
        )  # fmt: skip
    return builder.build()


def banana(rng: Random, detail: int, season: str) -> Mesh:
    """A plant of the jungle: large leaves that rise, arch over and hang."""
    builder = MeshBuilder()
    number, knots = (6, 8, 10)[detail], (4, 6, 10)[detail]
    turn = np.arange(number) * 2.399 + rng.uniform(0, 6)
    t = np.linspace(0, 1, knots)
    long = rng.uniform(0.65, 1.05, number)[:, None]
    over = rng.uniform(0.25, 0.75, number)[:, None]
    out = np.stack([np.cos(turn), np.zeros(number), np.sin(turn)], 1)
    side = np.stack([-np.sin(turn), np.zeros(number), np.cos(turn)], 1)
    rise = long * (0.12 * (t > 0) + t * 1.02 - (0.20 + over * 0.62) * t**2.4)
    spine = out[:, None] * (long * over * t**1.3)[..., None] + np.array([0, 1, 0]) * rise[..., None]
    half = long * 0.145 * np.sin(np.pi * np.clip((t - 0.22) / 0.80, 0, 1)) ** 0.6 + 0.006
    fold = np.array([0, 0.35, 0]) * half[..., None]
    rows = [spine - side[:, None] * half[..., None] + fold, spine, spine + side[:, None] * half[..., None] + fold]
    points = np.stack(rows, 2)
    tone = np.array([0.075, 0.150, 0.026]) * rng.uniform(0.7, 1.35, (number, 1, 1, 1))
    stripes = 1 + 0.16 * ((np.arange(knots) % 2) * 2 - 1)
    shade = tone * (0.55 + 0.5 * t)[None, :, None, None] * stripes[None, :, None, None] * np.ones((1, 1, 3, 1))
    shade = shade * np.array([1.0, 1.35, 1.0])[None, None, :, None]
    faces = np.arange(number)[:, None, None] * (knots * 3) + grid_triangles(knots, 3)
    normals = unit(
        np.array([0, 0.8, 0])
        + out[:, None, None] * 0.45
        + side[:, None, None] * np.array([-0.5, 0, 0.5])[None, None, :, None]
    )
    builder.add(
        points.reshape(-1, 3), faces.reshape(-1, 3), shade.reshape(-1, 3),
        normals=np.broadcast_to(normals, points.shape).reshape(-1, 3),
    )  # fmt: skip
    limbs(builder, np.array([[[0, -0.03, 0], [0, 0.18, 0]]]), np.array([[0.04, 0.028]]), (0.10, 0.12, 0.04), 5)
    return builder.build()


def cactus(rng: Random, detail: int, season: str) -> Mesh:
    """A saguaro: a ribbed column with arms that turn up."""
    builder = MeshBuilder()
    sides, knots = (6, 10, 16)[detail], (4, 7, 11)[detail]
    t = np.linspace(0, 1, knots)
    dome = np.sqrt(np.clip(1 - np.clip((t - 0.86) / 0.14, 0, 1) ** 2, 0.0, 1)) * (0.88 + 0.12 * np.sin(np.pi * t))
    paths, radii = [np.stack([0.01 * np.sin(t * 3), t - 0.02, 0 * t], 1)], [0.075 * dome]
    for _ in range(int(rng.integers(1, 4))):
        turn, at, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.30, 0.52), rng.uniform(0.13, 0.19)
        top = rng.uniform(0.18, 0.38)
        bend = np.clip(t / 0.4, 0, 1)
        out = reach * np.sin(bend * np.pi / 2)
        rise = at + 0.05 * (1 - np.cos(bend * np.pi / 2)) + top * np.clip((t - 0.28) / 0.72, 0, 1)
        paths.append(np.stack([out * np.cos(turn), rise, out * np.sin(turn)], 1))
        radii.append(0.048 * dome)
    angle = np.arange(sides) * (2 * np.pi / sides)
    ribs = 1 - 0.14 * (np.arange(sides) % 2)
    faces = wrap_triangles(knots, sides)
    green = np.array([0.105, 0.135, 0.060]) * rng.uniform(0.85, 1.15)
    for path, radius in zip(paths, radii, strict=True):
        along = unit(np.gradient(path, axis=0))
        right = unit(np.cross(np.where(np.abs(along[:, 1:2]) < 0.9, [0.0, 1, 0], [1.0, 0, 0]), along))
        front = np.cross(along, right)
        ring = right[:, None] * np.cos(angle)[:, None] + front[:, None] * np.sin(angle)[:, None]
        points = path[:, None] + ring * (radius[:, None] * ribs)[..., None]
        shade = green * np.where(np.arange(sides) % 2, 0.55, 1.15)[None, :, None] * np.ones((knots, 1, 1))
        builder.add(points.reshape(-1, 3), faces, shade.reshape(-1, 3), normals=ring.reshape(-1, 3))
    return builder.build()


def rock(rng: Random, detail: int, season: str) -> Mesh:
    """A boulder: a ball that planes have cut, mossy or snowy on top."""
    builder = MeshBuilder()
    rows, sides = (5, 8, 14)[detail], (7, 12, 22)[detail]
    up, turn = np.meshgrid(np.linspace(-1.2, np.pi / 2, rows), np.arange(sides) * (2 * np.pi / sides), indexing="ij")
    ball = np.stack([np.cos(up) * np.cos(turn), np.sin(up), np.cos(up) * np.sin(turn)], -1).reshape(-1, 3)
    reach = np.ones(len(ball))
    for plane in directions(rng, 16):
        reach = np.minimum(reach, rng.uniform(0.62, 0.95) / np.maximum(ball @ plane, 0.05))
    for frequency, amount in ((3.0, 0.05), (7.0, 0.03), (15.0, 0.016)):
        phase = rng.uniform(0, 6.3, (3, 1))
        wave = np.sin(ball @ directions(rng, 3).T * frequency + phase.T).sum(axis=1)
        reach = reach + amount * wave
    points = ball * reach[:, None] * rng.uniform([0.75, 0.62, 0.65], [1.1, 0.85, 1.0])
    points[:, 1] += 0.12
    points /= max(float(points[:, 1].max()), 0.3)
    tone = np.array([0.20, 0.19, 0.175]) * rng.uniform(0.8, 1.25)
    patches = np.sin(ball @ directions(rng, 2).T * 6 + 1).sum(axis=1)
    shade = tone * (0.86 + 0.12 * patches + rng.normal(0, 0.06, len(ball)))[:, None]
    shade = shade * np.clip(0.55 + 0.5 * points[:, 1:2], 0.35, 1)
    cover = np.clip((ball[:, 1:2] - 0.35) * 3 + 0.5 * patches[:, None], 0, 1)
    if season == "winter":
        shade = shade * (1 - cover) + SNOW * cover
    elif season != "dry":
        shade = shade * (1 - 0.45 * cover) + np.array([0.075, 0.10, 0.03]) * 0.45 * cover
    builder.add(points, wrap_triangles(rows, sides), shade)
    mesh = builder.build()
    outward = (mesh.normals * ball).sum(axis=1, keepdims=True)
    return Mesh(
        mesh.vertices, mesh.triangles, np.where(outward < 0, -mesh.normals, mesh.normals), mesh.colour, mesh.emission
    )


def log(rng: Random, detail: int, season: str) -> Mesh:
    """A fallen trunk, one metre thick."""
    builder = MeshBuilder()
    knots, half = (3, 5, 9)[detail], rng.uniform(3.0, 6.0)
    x = np.linspace(-half, half, knots)
    path = np.stack([x, 0.42 + 0.05 * np.sin(x), 0.12 * np.sin(x * 0.7)], 1)
    radius = 0.5 - 0.02 * (x + half) + rng.normal(0, 0.012, knots)
    bark = np.array([0.095, 0.070, 0.050]) * rng.uniform(0.8, 1.2, (knots, 1))
    sides = (5, 8, 12)[detail]
    limbs(builder, path[None], radius[None], bark[None], sides, 0.9 if season == "winter" else 0.0)
    angle = np.arange(sides) * (2 * np.pi / sides)
    for end, way in ((0, -1.0), (-1, 1.0)):
        rim = path[end] + np.stack([0 * angle, np.cos(angle), np.sin(angle)], 1) * radius[end]
        fan = [[i, (i + 1) % sides, sides] for i in range(sides)]
        wood = np.concatenate([np.full((sides, 3), 0.7), np.ones((1, 3))]) * [0.36, 0.25, 0.14]
        builder.add([*rim, path[end] + [way * 0.02, 0, 0]], fan, wood, normals=(way, 0.0, 0.0))
    return builder.build()


# -- flowers -----------------------------------------------------------------------------------------------------------

PETALS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "daisy": ((0.86, 0.86, 0.82),),
    "poppy": ((0.62, 0.030, 0.012), (0.70, 0.050, 0.018)),
    "tulip": ((0.62, 0.030, 0.035), (0.78, 0.50, 0.03), (0.66, 0.16, 0.34), (0.80, 0.74, 0.66)),
    "sunflower": ((0.80, 0.46, 0.012), (0.84, 0.54, 0.02)),
    "cornflower": ((0.085, 0.130, 0.60), (0.13, 0.12, 0.56)),
    "buttercup": ((0.84, 0.66, 0.02),),
    "lavender": ((0.26, 0.155, 0.52), (0.32, 0.20, 0.58)),
    "rose": ((0.56, 0.012, 0.030), (0.74, 0.30, 0.36), (0.80, 0.62, 0.44)),
}

# Petals of one flower: how many, half length, width per length, how far they open (0 upright, 1 flat), the heart's
# colour and radius.
_FORMS: dict[str, tuple[int, float, float, float, tuple[float, float, float], float]] = {
    "daisy": (16, 0.085, 0.22, 0.92, (0.72, 0.46, 0.02), 0.045),
    "poppy": (5, 0.105, 0.75, 0.62, (0.02, 0.018, 0.02), 0.030),
    "tulip": (6, 0.125, 0.50, 0.20, (0.30, 0.30, 0.05), 0.012),
    "sunflower": (22, 0.060, 0.30, 0.95, (0.055, 0.030, 0.014), 0.075),
    "cornflower": (12, 0.085, 0.34, 0.66, (0.10, 0.03, 0.26), 0.030),
    "buttercup": (5, 0.080, 0.62, 0.55, (0.60, 0.50, 0.03), 0.022),
    "rose": (14, 0.085, 0.80, 0.42, (0.30, 0.01, 0.02), 0.012),
}


def flower_head(
    builder: MeshBuilder,
    rng: Random,
    kind: str,
    at: Floats,
    face: Floats,
    size: float,
    detail: int,
    opened: float = 1.0,
    colour: Floats | None = None,
) -> None:
    """Petals around a heart at `at`, looking along `face`; `size` scales it, `opened` 0…1 says how far it is open."""
    number, half, slim, open_by, heart, radius = _FORMS[kind]
    number = max(4, number * (detail + 1) // 3) if number > 6 else number
    petal = (
        np.array(PETALS[kind][int(rng.integers(len(PETALS[kind])))]) if colour is None else np.asarray(colour, float)
    )
    axis = unit(np.asarray(face, float))
    right = unit(np.cross(axis, [0.3, 0.2, 0.9]))
    up = np.cross(right, axis)
    turn = np.arange(number) * (2 * np.pi / number) * (1 if kind != "rose" else 1.9) + rng.normal(0, 0.08, number)
    out = right * np.cos(turn)[:, None] + up * np.sin(turn)[:, None]
    spread = (open_by * opened * (np.linspace(0.35, 1.15, number) if kind == "rose" else 1.0) + np.zeros(number))[
        :, None
    ]
    way = unit(out * np.sin(spread * np.pi / 2) + axis * np.cos(spread * np.pi / 2))
    length = half * size * rng.uniform(0.9, 1.1, (number, 1))
    base = np.asarray(at) + out * radius * size * 0.8
    side = np.cross(axis, out) * length * slim
    normals = unit(axis * 0.8 + out * 0.3 * (1 - 2 * (spread < 0.4)) + np.array([0, 0.3, 0]))
    tone = petal * rng.uniform(0.85, 1.12, (number, 1))
    leaves(builder, base + way * length, way * length, side, normals, tone, fine=detail > 0, tip=1.1)
    if kind == "tulip":
        # The inner leaves close the cup.
        shift = np.cross(axis, out) * length * 0.35
        leaves(
            builder,
            base * 0.999 + way * length * 0.95 + shift,
            way * length,
            side,
            normals,
            tone * 0.82,
            fine=detail > 0,
        )
    rings = [(radius, 0.0), (radius * 0.8, radius * 0.38), (0.0, radius * 0.5)]
    sides = (4, 6, 10)[detail]
    angle = np.arange(sides) * (2 * np.pi / sides)
    disc = right * np.cos(angle)[:, None] + up * np.sin(angle)[:, None]
    points = np.concatenate([np.asarray(at) + (disc * r + axis * (h + 0.008)) * size for r, h in rings])
    shade = np.asarray(heart) * rng.uniform(0.75, 1.25, (len(points), 1))
    builder.add(points, wrap_triangles(3, sides), shade, normals=axis)


def _stem(builder: MeshBuilder, rng: Random, foot: Floats, top: Floats, detail: int, thick: float = 0.008) -> None:
    bend = rng.normal(0, 0.03, 3) * [1, 0, 1]
    t = np.linspace(0, 1, (2, 3, 5)[detail])[:, None]
    path = foot * (1 - t) + top * t + bend * 4 * t * (1 - t)
    limbs(builder, path[None], np.full((1, len(t)), thick), STEM, 3 if detail < 2 else 5)


def flower_maker(kind: str) -> Callable[[Random, int, str], Mesh]:
    """The maker of a kind of flower: one plant with a few heads, one metre high."""

    def make(rng: Random, detail: int, season: str) -> Mesh:
        builder = MeshBuilder()
        many = 1 if kind in ("sunflower", "tulip") else (2, 3, 4)[detail]
        if kind == "lavender":
            _lavender(builder, rng, detail)
            return builder.build()
        size = {"sunflower": 1.35, "tulip": 1.2}.get(kind, 1.0)
        for number in range(many):
            foot = rng.normal(0, 0.03, 3) * [1, 0, 1]
            top = foot + np.array([rng.normal(0, 0.10), 0.90 - 0.16 * number * rng.random(), rng.normal(0, 0.10)])
            _stem(builder, rng, foot, top, detail, 0.012 if kind == "sunflower" else 0.008)
            tilt = {"tulip": 0.1, "sunflower": 1.2}.get(kind, 0.45)
            face = np.array([rng.normal(0, 0.3), 1.0, -tilt + rng.normal(0, 0.25)])
            flower_head(builder, rng, kind, top, face, size, detail)
        blades = {"tulip": 5, "sunflower": 0}.get(kind, 4) * (detail + 1) // 2
        if blades:
            wide = 0.030 if kind == "tulip" else 0.014
            _blades(
                builder, rng, blades, knots=2 + detail, width=wide, lean=0.6, foot=0.04, colours=STEM[None], low=0.3
            )
        else:
            _big_leaves(builder, rng, detail)
        return builder.build()

    return make


def _big_leaves(builder: MeshBuilder, rng: Random, detail: int) -> None:
    """The leaves of a sunflower, along its stem."""
    number = 4 + 2 * detail
    up, turn = np.linspace(0.15, 0.75, number), np.arange(number) * 2.399
    out = np.stack([np.cos(turn), 0.15 - 0.3 * rng.random(number), np.sin(turn)], 1)
    half = rng.uniform(0.08, 0.13, (number, 1))
    place = np.stack([0 * up, up, 0 * up], 1) + out * half
    side = np.stack([-np.sin(turn), 0 * turn, np.cos(turn)], 1) * half * 0.6
    normals = unit(np.array([0, 1.0, 0]) + 0.3 * out)
    leaves(builder, place, out * half, side, normals, STEM * rng.uniform(0.75, 1.1, (number, 1)), fine=True)


def _lavender(builder: MeshBuilder, rng: Random, detail: int) -> None:
    """Stalks with rows of small blossoms."""
    stalks, rows = (5, 9, 16)[detail], (3, 5, 8)[detail]
    foot = rng.normal(0, 0.05, (stalks, 3)) * [1, 0, 1]
    tip = foot * 4.0 + np.stack([np.zeros(stalks), rng.uniform(0.7, 1.0, stalks), np.zeros(stalks)], 1)
    limbs(builder, np.stack([foot, tip], 1), np.full((stalks, 2), 0.006), STEM * [1.1, 1, 1.6], 3)
    share = np.linspace(0.66, 1.0, rows)
    place = (foot[:, None] * (1 - share[:, None]) + tip[:, None] * share[:, None]).reshape(-1, 3)
    for _ in range(2):
        out = unit(directions(rng, len(place)) + [0, 0.6, 0])
        colours = np.array(PETALS["lavender"])[rng.integers(2, size=len(place))] * rng.uniform(
            0.7, 1.3, (len(place), 1)
        )
        side = unit(np.cross(out, directions(rng, len(place)))) * 0.022
        leaves(builder, place + out * 0.02, out * 0.034, side, unit(out + [0, 0.5, 0]), colours, fine=detail == 2)
