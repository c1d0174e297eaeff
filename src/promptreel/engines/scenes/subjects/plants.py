"""`tree` and `flower`: plants that a film is about. They sway in the wind; flowers open."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.foliage import limbs, unit
from promptreel.engines.scenes.landscape.plants_small import PETALS, STEM
from promptreel.engines.scenes.landscape.plants_trees import BARK, PALE_BARK
from promptreel.engines.scenes.landscape.vegetation import grow
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder, grid_triangles, vertex_normals
from promptreel.engines.scenes.stage import Body, Casting, Subject

Floats = NDArray[np.float32]
_NO_LAMPS: Floats = np.zeros((0, 6), np.float32)

TREE_HEIGHT = 9.0
FLOWER_HEIGHT = 0.55


def _gust(t: float) -> float:
    """How hard the wind blows, about 0…1, never twice the same for a minute."""
    return float(0.45 + 0.30 * np.sin(0.9 * t) * np.sin(0.37 * t + 1.0) + 0.25 * np.sin(1.7 * t + 2.0))


@dataclass(slots=True)
class Swaying:
    """A plant that bends more the higher a part is, and whose leaves flutter."""

    vertices: Floats
    triangles: NDArray[np.int32]
    normals: Floats
    colour: Floats
    emission: Floats
    finish: Floats
    bend: float
    """How far the top moves in a gust, m."""
    flutter: float
    """How far leaves move, m."""
    phase: float

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """See `stage.Body`."""
        vertices[:] = self.vertices
        normals[:] = self.normals
        self.blow(t, vertices)

    def blow(self, t: float, vertices: Floats) -> None:
        """Move vertices (in place) as the wind does."""
        rest = self.vertices
        high = np.maximum(rest[:, 1], 0) / max(float(rest[:, 1].max()), 1e-3)
        lean = high**1.7 * np.float32(self.bend)
        now = t + self.phase
        vertices[:, 0] += lean * np.float32(_gust(now) + 0.35 * np.sin(1.9 * now))
        vertices[:, 2] += lean * np.float32(0.5 * np.sin(1.3 * now + 1.1))
        leafy = self.finish[:, 1] * np.float32(self.flutter * (0.5 + _gust(now)))
        wave = rest[:, 0] * 2.1 + rest[:, 1] * 1.3 + rest[:, 2] * 1.7
        vertices[:, 0] += leafy * np.sin(wave * 3.0 + np.float32(5.3 * now))
        vertices[:, 1] += leafy * np.float32(0.7) * np.sin(wave * 4.1 + np.float32(6.7 * now))

    def lamps(self, t: float) -> Floats:
        """None."""
        return _NO_LAMPS


@dataclass(slots=True)
class Blooming(Swaying):
    """A flower whose petals turn about their feet: closed at 0, open at 1."""

    hinge: Floats
    """Per vertex: foot of its petal (3), axis it turns about (3), by how much from closed to open (rad; 0 for all else)."""
    opens: bool

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """See `stage.Body`."""
        share = 1.0
        if self.opens:
            part = min(max(t / 4.2, 0.0), 1.0)
            share = 0.04 + 0.96 * part * part * (3 - 2 * part)
        share += 0.02 * float(np.sin(1.6 * t + self.phase))
        angle = -self.hinge[:, 6:7] * np.float32(1 - share)
        axis, foot = self.hinge[:, 3:6], self.hinge[:, 0:3]
        c, s = np.cos(angle), np.sin(angle)
        for source, target, origin in ((self.vertices, vertices, foot), (self.normals, normals, None)):
            v = source - origin if origin is not None else source
            along = (v * axis).sum(axis=1, keepdims=True)
            # Rodrigues' formula.
            turned = v * c + np.cross(axis, v) * s + axis * along * (1 - c)
            target[:] = turned + origin if origin is not None else turned
        self.blow(t, vertices)


def build_tree(casting: Casting) -> Body:
    """A tree: of a kind that suits the season, or the colour that is asked for."""
    rng, season = casting.rng, casting.season or "summer"
    kind = str(rng.choice(["broadleaf", "broadleaf", "birch", "cherry" if season == "spring" else "broadleaf"]))
    if casting.action == "bloom":
        kind, season = "cherry", "spring"
    if "old" in casting.qualities:
        kind = "broadleaf"
    mesh = grow(kind, rng, casting.detail, season)
    vertices = (mesh.vertices * np.float32(TREE_HEIGHT)).astype(np.float32)
    colour = np.array(mesh.colour)
    # Limbs were added before leaves: what is brown or white is wood.
    wood = _like(colour, BARK) | (_like(colour, PALE_BARK) if kind == "birch" else False)
    if casting.colour is not None:
        tone = colour.mean(axis=1, keepdims=True) / max(float(colour[~wood].mean()), 1e-3) if (~wood).any() else 1.0
        colour = np.where(wood[:, None], colour, np.asarray(casting.colour) * tone).astype(np.float32)
    finish = np.zeros((len(vertices), 2), np.float32)
    finish[:, 1] = np.where(wood, 0.0, 0.55)
    return Swaying(
        vertices, mesh.triangles, mesh.normals, colour.astype(np.float32), mesh.emission, finish, bend=0.22, flutter=0.035,
        phase=float(rng.uniform(0, 20)),
    )  # fmt: skip


def _like(colour: Floats, wood: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which colours are a lighter or darker `wood`."""
    ratio = colour / wood
    middle = ratio.mean(axis=1, keepdims=True)
    return np.asarray((np.abs(ratio - middle) < 0.12 * middle).all(axis=1))


# How the petals of a flower look: rings of (number, half length, half width, how far they open in rad, how much they
# curl, height of the ring), the heart's radius and colour.
_RINGS: dict[str, tuple[tuple[tuple[int, float, float, float, float, float], ...], float, tuple[float, float, float]]] = {
    "rose": (
        ((5, 0.050, 0.052, 1.35, 0.7, 0.0), (5, 0.052, 0.050, 1.00, 0.5, 0.006), (5, 0.050, 0.046, 0.66, 0.25, 0.012),
         (4, 0.046, 0.040, 0.38, 0.1, 0.016), (3, 0.040, 0.030, 0.16, 0.0, 0.020)),
        0.010, (0.30, 0.02, 0.03)),
    "tulip": (((3, 0.072, 0.050, 0.42, -0.75, 0.0), (3, 0.072, 0.050, 0.34, -0.7, 0.004)), 0.014, (0.12, 0.14, 0.03)),
    "daisy": (((19, 0.060, 0.0125, 1.42, 0.12, 0.0), (17, 0.056, 0.0125, 1.25, 0.1, 0.003)), 0.027, (0.74, 0.48, 0.02)),
    "sunflower": (((21, 0.070, 0.021, 1.45, 0.25, 0.0), (19, 0.062, 0.020, 1.22, 0.2, 0.004)), 0.056, (0.060, 0.032, 0.014)),
    "poppy": (((3, 0.066, 0.066, 1.05, -0.3, 0.0), (3, 0.062, 0.062, 0.86, -0.3, 0.004)), 0.017, (0.025, 0.028, 0.02)),
}  # fmt: skip


def build_flower(casting: Casting) -> Body:
    """A flower on its stem, with leaves and buds."""
    rng, detail = casting.rng, casting.detail
    if detail == 0:
        mesh = grow(str(rng.choice(["daisy", "tulip", "poppy"])), rng, 0, "summer")
        return _small_flower(casting, mesh)
    kind = str(rng.choice(list(_RINGS)))
    petal = (
        np.array(PETALS[kind][int(rng.integers(len(PETALS[kind])))])
        if casting.colour is None
        else np.asarray(casting.colour)
    )
    size = (1.35 if kind == "sunflower" else 1.0) * 1.25
    builder = MeshBuilder()
    hinges: list[NDArray[np.floating]] = []
    translucent: list[NDArray[np.floating]] = []

    def kept(through: float) -> None:
        """Remember what the vertices added since the last call are."""
        number = builder.count - sum(map(len, hinges))
        hinges.append(np.tile([0, 0, 0, 0, 1.0, 0, 0], (number, 1)))
        translucent.append(np.full(number, through))

    top = np.array([rng.normal(0, 0.02), FLOWER_HEIGHT * 0.88, rng.normal(0, 0.02)])
    face = unit(np.array([rng.normal(0, 0.12), 0.80 if kind != "tulip" else 1.0, 0.60 if kind != "tulip" else 0.05]))
    t = np.linspace(0, 1, 12)[:, None]
    bow = np.array([0.035, 0, -0.02]) * rng.choice([-1.0, 1.0])
    stem = top * t + bow * 4 * t * (1 - t)
    stem[-3:] = np.stack([stem[-3], top - face * 0.018, top])
    limbs(builder, stem[None], np.linspace(0.0060, 0.0046, 12)[None], STEM * 0.9, 7)
    kept(0.1)
    _stem_leaves(builder, rng, kind, stem)
    kept(0.5)
    rings, radius, heart = _RINGS[kind]
    right = unit(np.cross(face, [0.3, 0.2, 0.9]))
    up = np.cross(right, face)
    rows, columns = (9, 5) if detail == 2 else (5, 3)
    for number, half, wide, opened, curl, lift in rings:
        turn = (np.arange(number) + rng.random()) * (2 * np.pi / number) + rng.normal(0, 0.05, number)
        for angle in turn:
            out = right * np.cos(angle) + up * np.sin(angle)
            foot = top + face * lift * size + out * radius * 0.8 * size
            points, shade = _petal(rng, half * size, wide * size, curl, rows, columns)
            spread = opened * rng.uniform(0.93, 1.07)
            way = out * np.sin(spread) + face * np.cos(spread)
            back = out * np.cos(spread) - face * np.sin(spread)
            across = np.cross(face, out)
            place = foot + points[:, :1] * across + points[:, 1:2] * way + points[:, 2:] * back
            faces = grid_triangles(rows, columns)
            normals = vertex_normals(place.astype(np.float32), faces)
            inner = face * 0.7 + out * 0.2
            normals = np.where((normals @ inner)[:, None] < 0, -normals, normals)
            builder.add(place, faces, petal * shade * rng.uniform(0.9, 1.1), normals=normals)
            hinge = np.concatenate([foot, across, [opened * 0.90]])
            hinges.append(np.tile(hinge, (len(place), 1)))
            translucent.append(np.full(len(place), 0.6))
    _heart(builder, rng, top, face, right, up, radius * size, np.array(heart), detail)
    kept(0.0)
    mesh = builder.build()
    finish = np.stack([np.full(builder.count, 0.06), np.concatenate(translucent)], 1).astype(np.float32)
    return Blooming(
        mesh.vertices, mesh.triangles, mesh.normals, mesh.colour, mesh.emission, finish, bend=0.028, flutter=0.0006,
        phase=float(rng.uniform(0, 20)), hinge=np.concatenate(hinges).astype(np.float32),
        opens=casting.action in ("bloom", "open"),
    )  # fmt: skip


def _small_flower(casting: Casting, mesh: Mesh) -> Body:
    colour = np.array(mesh.colour)
    if casting.colour is not None:
        green = (colour[:, 1] > colour[:, 0]) & (colour[:, 1] > colour[:, 2])
        colour = np.where(green[:, None], colour, np.asarray(casting.colour)).astype(np.float32)
    finish = np.tile(np.array([0.0, 0.4], np.float32), (len(colour), 1))
    vertices = (mesh.vertices * np.float32(FLOWER_HEIGHT)).astype(np.float32)
    return Swaying(
        vertices, mesh.triangles, mesh.normals, colour.astype(np.float32), mesh.emission, finish, 0.03, 0.001,
        float(casting.rng.uniform(0, 20)),
    )  # fmt: skip


def _petal(
    rng: np.random.Generator, half: float, wide: float, curl: float, rows: int, columns: int
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """A petal upright on its foot: points (across, along, outward) and how bright each is."""
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    outline = np.sin(np.pi * np.clip(0.10 + 0.86 * v, 0, 1)) ** 0.62 * (0.55 + 0.75 * v) * (1 - 0.35 * v**6)
    x = u * wide * outline
    y = 2 * half * v * (1 - 0.10 * u * u * v)
    # A cup across, and the rim rolls outward.
    z = -0.30 * wide * (1 - u * u) * np.sin(np.pi * v) + curl * half * (v**2.6) * 0.8
    z = z + rng.normal(0, 0.018) * half * np.sin(u * 5 + v * 7)
    shade = (0.62 + 0.42 * v) * (1 - 0.10 * np.cos(u * 9 * np.pi / 4) * (1 - v)) * (1 - 0.12 * np.abs(u))
    return np.stack([x.ravel(), y.ravel(), z.ravel()], 1), shade.reshape(-1, 1)


def _stem_leaves(builder: MeshBuilder, rng: np.random.Generator, kind: str, stem: NDArray[np.floating]) -> None:
    """Long blades for a tulip, oval leaves along the stem for the others."""
    tulip = kind == "tulip"
    for number in range(3 if tulip else 6):
        turn = number * 2.399 + rng.uniform(0, 0.6)
        root = stem[0] + [0, 0.01, 0] if tulip else stem[2 + number]
        long, wide = (
            (rng.uniform(0.26, 0.36), 0.030) if tulip else (rng.uniform(0.085, 0.125), rng.uniform(0.026, 0.036))
        )
        v, u = np.meshgrid(np.linspace(0, 1, 9), np.linspace(-1, 1, 5), indexing="ij")
        out, side = np.array([np.cos(turn), 0, np.sin(turn)]), np.array([-np.sin(turn), 0, np.cos(turn)])
        outline = np.sin(np.pi * np.clip(0.04 + 0.95 * v, 0, 1)) ** (0.55 if tulip else 0.85)
        flat = long * v * (0.35 + 0.55 * v if tulip else 0.85)
        rise = long * (v * 0.95 - 0.45 * v**3) if tulip else long * (0.55 * v - 0.75 * v**2)
        fold = wide * 0.35 * np.abs(u) * outline
        points = (
            root
            + out * flat[..., None]
            + side * (u * wide * outline)[..., None]
            + np.array([0, 1, 0]) * (rise + fold)[..., None]
        )
        faces = grid_triangles(9, 5)
        normals = vertex_normals(points.reshape(-1, 3).astype(np.float32), faces)
        normals = np.where(normals[:, 1:2] < 0, -normals, normals)
        vein = 1 + 0.25 * (np.abs(u) < 0.2) - 0.12 * (np.sin(v * 40) > 0.6)
        builder.add(points.reshape(-1, 3), faces, STEM * [0.8, 0.85, 0.9] * vein.reshape(-1, 1), normals=normals)


def _heart(
    builder: MeshBuilder, rng: np.random.Generator, at: NDArray[np.floating], face: NDArray[np.floating],
    right: NDArray[np.floating], up: NDArray[np.floating], radius: float, colour: NDArray[np.floating], detail: int,
) -> None:  # fmt: skip
    """Florets in the spiral of Vogel: little cones over a dome."""
    number = 90 if detail == 2 else 34
    i = np.arange(number)
    r, turn = np.sqrt((i + 0.5) / number), i * 2.399963
    dome = radius * (0.16 + 0.34 * (1 - r * r))
    flat = right * np.cos(turn)[:, None] + up * np.sin(turn)[:, None]
    middle = at + flat * (r * radius)[:, None] + face * dome[:, None]
    size = radius * 1.35 / np.sqrt(number)
    corner = turn[:, None] + np.arange(4) * (np.pi / 2)
    ring = right * np.cos(corner)[..., None] + up * np.sin(corner)[..., None]
    points = np.concatenate([middle[:, None] + ring * size, (middle + face * size * 1.3)[:, None]], 1)
    faces = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]]) + 5 * i[:, None, None]
    tone = colour * rng.uniform(0.7, 1.3, (number, 1)) * (0.75 + 0.45 * r)[:, None]
    shade = np.repeat(tone[:, None], 5, axis=1) * np.array([0.6, 0.6, 0.6, 0.6, 1.3])[:, None]
    normals = unit(np.concatenate([ring * 0.6 + face, np.broadcast_to(face, (number, 1, 3))], 1))
    builder.add(points.reshape(-1, 3), faces.reshape(-1, 3), shade.reshape(-1, 3), normals=normals.reshape(-1, 3))


ROWS = (
    Subject("tree", build_tree, "ground", TREE_HEIGHT, TREE_HEIGHT, {"sway": 0.0, "stand": 0.0, "bloom": 0.0}, group=5),
    Subject(
        "flower", build_flower, "ground", FLOWER_HEIGHT, FLOWER_HEIGHT,
        {"sway": 0.0, "bloom": 0.0, "open": 0.0, "stand": 0.0}, group=7,
    ),
)  # fmt: skip
