"""People who walk, and cars. Built standing at the origin and looking along +z; posed for every frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.mesh import MeshBuilder, wrap_triangles

Floats = NDArray[np.floating]

# Parts of a body, by number: which joints move them.
TORSO, LEFT_THIGH, RIGHT_THIGH, LEFT_SHIN, RIGHT_SHIN, LEFT_ARM = range(6)

HIP, KNEE, SHOULDER = 0.90, 0.49, 1.40
"""Heights of the joints of a person of 1.75 m, in metres."""

STRIDE = 1.42
"""Metres per full cycle of both legs."""

COATS = np.array(
    [
        (0.022, 0.022, 0.030),
        (0.10, 0.085, 0.06),
        (0.030, 0.040, 0.085),
        (0.12, 0.025, 0.030),
        (0.05, 0.055, 0.05),
        (0.14, 0.135, 0.13),
    ]
)
UMBRELLAS = np.array(
    [
        (0.75, 0.78, 0.85),
        (0.62, 0.06, 0.10),
        (0.06, 0.07, 0.10),
        (0.65, 0.50, 0.08),
        (0.10, 0.22, 0.55),
        (0.70, 0.32, 0.48),
    ]
)


def person(builder: MeshBuilder, rng: np.random.Generator, *, umbrella: bool) -> NDArray[np.int32]:
    """Add a person; the part that each of its vertices belongs to."""
    first = builder.count
    parts: list[tuple[int, int]] = []

    def mark(part: int) -> None:
        parts.append((part, builder.count))

    coat = COATS[rng.integers(len(COATS))] * rng.uniform(0.7, 1.3)
    trousers = np.array([0.020, 0.022, 0.030]) * rng.uniform(0.6, 2.2)
    skin = np.array([(0.30, 0.19, 0.14), (0.20, 0.12, 0.08), (0.36, 0.25, 0.19)][rng.integers(3)])
    hem = rng.uniform(0.52, 0.84)
    for side, thigh, shin in ((-1, LEFT_THIGH, LEFT_SHIN), (1, RIGHT_THIGH, RIGHT_SHIN)):
        x = side * 0.095
        builder.lathe((x, 0, 0), [(0.066, 0.46), (0.080, 0.62), (0.088, 0.86)], 7, trousers, flatten=1.1)
        mark(thigh)
        builder.lathe((x, 0, 0), [(0.046, 0.06), (0.050, 0.16), (0.062, 0.36), (0.064, 0.50)], 7, trousers, flatten=1.1)
        builder.boxes([(x, 0.05, 0.055)], [0.048, 0.05, 0.135], 0.012)
        mark(shin)
    flare = 0.205 if hem < 0.7 else 0.185
    torso = [(flare, hem), (0.178, 0.96), (0.162, 1.08), (0.190, 1.28), (0.196, 1.40), (0.150, 1.47), (0.062, 1.52)]
    builder.lathe((0, 0, 0), torso, 12, coat, flatten=0.66)
    builder.lathe((0, 0, 0), [(0.052, 1.48), (0.056, 1.56)], 8, skin)
    hair = np.array([0.018, 0.013, 0.010]) * rng.uniform(0.5, 3.0)
    builder.lathe((0, 0, 0.012), [(0.055, 1.545), (0.083, 1.60), (0.094, 1.66), (0.090, 1.70)], 10, skin, flatten=1.12)
    cap = [(0.098, 1.62), (0.104, 1.69), (0.094, 1.75), (0.060, 1.785), (0.006, 1.80)]
    builder.lathe((0, 0, -0.010), cap, 10, hair if rng.random() < 0.6 else coat * 1.2, flatten=1.15)
    if rng.random() < 0.5:
        builder.boxes([(0.0, 1.22, -0.19)], [0.135, 0.20, 0.075], coat[::-1] * 1.4 + 0.01)
    # The right arm holds the umbrella or rests, the left one swings.
    arm = [(0.040, -0.56), (0.047, -0.30), (0.058, -0.02), (0.050, 0.04)]
    if umbrella:
        builder.lathe((0.235, 1.10, 0.03), [(0.050, 0.0), (0.058, 0.28), (0.050, 0.32)], 7, coat)
        builder.boxes([(0.20, 1.13, 0.16)], [0.042, 0.045, 0.15], coat)
        builder.boxes([(0.17, 1.20, 0.30)], [0.035, 0.055, 0.035], skin)
        _umbrella(builder, rng)
    else:
        builder.lathe((0.235, 1.40, 0), arm, 7, coat)
    mark(TORSO)
    builder.lathe((-0.235, 1.40, 0), arm, 7, coat)
    builder.boxes([(-0.235, 0.82, 0)], [0.032, 0.055, 0.04], skin)
    mark(LEFT_ARM)
    sizes = np.diff([first, *(end for _, end in parts)])
    return np.repeat(np.array([part for part, _ in parts], np.int32), sizes)


def _umbrella(builder: MeshBuilder, rng: np.random.Generator) -> None:
    """Eight ribs, its cloth hanging a little between them."""
    colour = UMBRELLAS[rng.integers(len(UMBRELLAS))] * rng.uniform(0.8, 1.1)
    sides = 16
    angle = np.arange(sides) * (2 * np.pi / sides)
    rib = np.arange(sides) % 2 == 0
    rings = []
    for radius, height, sag in ((0.62, 1.86, 0.035), (0.46, 1.99, 0.012), (0.24, 2.08, 0.0), (0.02, 2.12, 0.0)):
        reach = radius * np.where(rib, 1.0, 0.955)
        rings.append(
            np.stack([reach * np.cos(angle), np.where(rib, height - sag, height + sag * 0.4), reach * np.sin(angle)], 1)
        )
    points = np.concatenate(rings) + np.array([0.12, 0, 0.20])
    shade = np.tile(np.where(rib, 0.82, 1.0), 4)[:, None] * colour
    normals = points - np.array([0.12, 1.55, 0.20])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    builder.add(points, wrap_triangles(4, sides), shade, shade * 0.05, normals=normals)
    builder.boxes([(0.12, 1.68, 0.20)], [0.010, 0.46, 0.010], 0.10)


@dataclass(frozen=True, slots=True)
class Crowd:
    """All people of a scene: `rest` (n, 3) as built, `part` (n), `owner` (n) which walker each vertex belongs to."""

    rest: Floats
    normals: Floats
    part: NDArray[np.int32]
    owner: NDArray[np.integer]
    at: Floats
    way: Floats
    phase: Floats
    size: Floats

    def pose(self, t: float, near: float, far: float) -> tuple[Floats, Floats]:
        """Vertices and normals at `t` seconds. Along z people come round again between `near` and `far`."""
        speed = np.hypot(self.way[:, 0], self.way[:, 1])
        walking = np.clip(speed / 0.5, 0, 1)
        cycle = self.phase + 2 * np.pi * speed * t / (STRIDE * self.size)
        point, normal = self.rest.copy(), self.normals.copy()
        who = self.owner
        swing = walking * 0.46
        left, right = np.sin(cycle), -np.sin(cycle)
        for thigh, shin, hip, lead in (
            (LEFT_THIGH, LEFT_SHIN, left, np.cos(cycle)),
            (RIGHT_THIGH, RIGHT_SHIN, right, -np.cos(cycle)),
        ):
            # The knee bends while the leg comes forward, and hardly while it carries.
            bend = walking * (0.10 + 0.85 * np.clip(lead, 0, 1) ** 1.5)
            lower, whole = self.part == shin, (self.part == shin) | (self.part == thigh)
            _turn(point, normal, lower, KNEE, -bend[who])
            _turn(point, normal, whole, HIP, (swing * hip)[who])
        _turn(point, normal, self.part == LEFT_ARM, SHOULDER, (walking * 0.40 * right)[who])
        point *= self.size[who][:, None]
        bob = walking * 0.028 * np.cos(2 * cycle)
        point[:, 1] += bob[who]
        heading = np.arctan2(self.way[:, 0], self.way[:, 1])
        c, s = np.cos(heading)[who], np.sin(heading)[who]
        for vectors in (point, normal):
            x, z = vectors[:, 0].copy(), vectors[:, 2].copy()
            vectors[:, 0], vectors[:, 2] = c * x + s * z, c * z - s * x
        place = self.at + self.way * t
        place[:, 1] = near + (place[:, 1] - near) % (far - near)
        point[:, 0] += place[who, 0]
        point[:, 2] += place[who, 1]
        return point, normal


def _turn(point: Floats, normal: Floats, chosen: NDArray[np.bool_], pivot: float, angle: Floats) -> None:
    """Swing the chosen vertices about a joint at height `pivot`, forward for a positive angle."""
    c, s = np.cos(angle[chosen]), np.sin(angle[chosen])
    y, z = point[chosen, 1] - pivot, point[chosen, 2]
    point[chosen, 1], point[chosen, 2] = pivot + c * y + s * z, c * z - s * y
    y, z = normal[chosen, 1], normal[chosen, 2]
    normal[chosen, 1], normal[chosen, 2] = c * y + s * z, c * z - s * y


# -- cars --------------------------------------------------------------------------------------------------------------


_STATIONS = np.array(
    [
        # z, half width, height of the waist, height of the bonnet or boot
        (-2.20, 0.70, 0.52, 0.66),
        (-2.08, 0.86, 0.60, 0.86),
        (-1.45, 0.92, 0.66, 0.94),
        (-0.20, 0.93, 0.66, 0.94),
        (0.90, 0.92, 0.64, 0.90),
        (1.75, 0.88, 0.60, 0.78),
        (2.12, 0.78, 0.52, 0.62),
        (2.22, 0.66, 0.44, 0.50),
    ]
)

_CABIN = np.array(
    [
        # z, half width, height: foot of the rear window, roof, foot of the windscreen
        (-1.75, 0.76, 0.93),
        (-1.05, 0.64, 1.38),
        (0.15, 0.64, 1.42),
        (1.10, 0.76, 0.90),
    ]
)


def car(builder: MeshBuilder, rng: np.random.Generator, *, taxi: bool) -> None:
    """Add a saloon at the origin, its nose toward +z."""
    paint = np.array(
        [(0.05, 0.05, 0.06), (0.16, 0.16, 0.17), (0.13, 0.02, 0.02), (0.02, 0.04, 0.10), (0.22, 0.22, 0.22)]
    )
    body = np.array([0.24, 0.16, 0.02]) if taxi else paint[rng.integers(len(paint))]
    _body(builder, body)
    _cabin(builder, body)
    _wheels(builder)
    tail, nose = (0, 0, -1), (0, 0, 1)
    red, white = np.array([1.0, 0.03, 0.03]), np.array([1.0, 0.95, 0.85])
    builder.quads(_upright(-2.21, (-0.80, 0.60, -0.44, 0.74), (0.44, 0.60, 0.80, 0.74)), 0.02, red * 5.5, toward=tail)
    builder.quads(_upright(-2.21, (-0.44, 0.69, 0.44, 0.715)), 0.02, red * 2.0, toward=tail)
    builder.quads(_upright(-2.21, (-0.22, 0.44, 0.22, 0.55)), 0.5, 0.16, toward=tail)
    builder.quads(_upright(2.24, (-0.76, 0.50, -0.46, 0.63), (0.46, 0.50, 0.76, 0.63)), 0.02, white * 15, toward=nose)
    builder.quads(_upright(2.24, (-0.40, 0.42, 0.40, 0.54)), 0.01, toward=nose)
    if taxi:
        builder.boxes([(0, 1.50, -0.35)], [0.20, 0.07, 0.09], 0.1, np.array([1.0, 0.78, 0.35]) * 1.6)


def _upright(z: float, *boxes: tuple[float, float, float, float]) -> Floats:
    """Rectangles (x0, y0, x1, y1) across a car, at its length `z`: (n, 4, 3)."""
    x0, y0, x1, y1 = np.array(boxes).T
    at = np.full_like(x0, z)
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return np.stack([np.stack([x, y, at], 1) for x, y in corners], 1)


def _loft(builder: MeshBuilder, rings: Floats, colour: Floats) -> None:
    """A skin over open rings (stations, points, 3), from sill to sill over the top."""
    stations, points = rings.shape[:2]
    quads = np.stack([rings[:-1, :-1], rings[:-1, 1:], rings[1:, 1:], rings[1:, :-1]], 2).reshape(-1, 4, 3)
    middle = quads.mean(axis=1) - np.array([0, 0.45, 0])
    middle[:, 2] *= 0.15
    shades = np.repeat(np.broadcast_to(colour, (stations - 1, points - 1, 3)).reshape(-1, 3), 1, axis=0)
    builder.quads(quads, shades, toward=middle)
    for ring, side in ((rings[0], -1), (rings[-1], 1)):
        half = points // 2
        ends = [[ring[i], ring[i + 1], ring[points - 2 - i], ring[points - 1 - i]] for i in range(half)]
        builder.quads(ends, colour if np.ndim(colour) == 1 else colour.reshape(-1, 3)[0], toward=(0, 0, side))


def _body(builder: MeshBuilder, paint: Floats) -> None:
    z, wide, waist, top = _STATIONS.T
    sill = np.full_like(z, 0.22)
    right = [(wide * 0.95, sill), (wide, waist * 0.7), (wide, waist), (wide * 0.90, top)]
    ring = [np.stack([-x, y, z], 1) for x, y in right] + [np.stack([x, y, z], 1) for x, y in reversed(right)]
    _loft(builder, np.stack(ring, 1), paint)


def _cabin(builder: MeshBuilder, paint: Floats) -> None:
    z, wide, top = _CABIN.T
    foot = np.array([0.80, 0.80, 0.80, 0.80])
    ring = np.stack(
        [
            np.stack([-foot, np.full(4, 0.92), z * np.array([1, 1.28, 1.0, 1.0])], 1),
            np.stack([-wide, top, z], 1),
            np.stack([wide, top, z], 1),
            np.stack([foot, np.full(4, 0.92), z * np.array([1, 1.28, 1.0, 1.0])], 1),
        ],
        1,
    )
    glass = np.array([0.022, 0.028, 0.036])
    shades = np.broadcast_to(glass, (3, 3, 3)).copy()
    shades[1, 1] = paint  # The roof.
    _loft(builder, ring, shades.reshape(3, 3, 3))
    pillars = [
        [
            (s * 0.655, 1.40, a - 0.03),
            (s * 0.655, 1.40, a + 0.03),
            (s * 0.815, 0.92, b + 0.05),
            (s * 0.815, 0.92, b - 0.05),
        ]
        for s in (-1, 1)
        for a, b in ((-0.45, -0.45), (0.15, 0.98), (-1.05, -1.35))
    ]
    builder.quads(pillars, paint, toward=[(s, 0.3, 0) for s in (-1, 1) for _ in range(3)])


def _wheels(builder: MeshBuilder) -> None:
    angle = np.arange(12) * (2 * np.pi / 12)
    for side in (-1, 1):
        for z in (-1.38, 1.38):
            rim = np.stack([np.zeros(12), 0.33 + 0.33 * np.sin(angle), z + 0.33 * np.cos(angle)], 1)
            outer, inner = rim + [side * 0.90, 0, 0], rim + [side * 0.66, 0, 0]
            builder.add(np.concatenate([inner, outer]), wrap_triangles(2, 12), 0.010)
            fan = np.concatenate([outer, [[side * 0.90, 0.33, z]]])
            builder.add(fan, [[i, (i + 1) % 12, 12] for i in range(12)], 0.012, normals=(side, 0, 0))
            hub = np.concatenate([(outer - [0, 0.33, z]) * [1.01, 0.58, 0.58] + [0, 0.33, z], [[side * 0.91, 0.33, z]]])
            builder.add(hub, [[i, (i + 1) % 12, 12] for i in range(12)], 0.16, normals=(side, 0, 0))
