"""Triangles: building them, lighting their corners, and drawing them with a depth buffer.

Coordinates are metres in a left-handed frame: x to the right, y up, z away from the camera. Colour and light are
linear.

A picture is drawn in bands of a few rows with four samples per pixel, so that the sample buffers of a band stay in the
cache and cost the same few hundred kilobytes at any size of the frame.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import as_bits, device, f32, flr, i32, kernel, mix, sat, tex, vexp

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

NEAR = 0.08
"""Metres. What is nearer than this (or behind the camera) is cut off."""

DEEP = -1e9
"""Metres: below everything."""

BAND_ROWS = 16
"""Rows of pixels drawn at once."""

SHEETS = 128
"""Into how many sheets of depth triangles are sorted."""

TILE, TILE_ROWS = 16, 8
"""Samples across and down of a tile of which is known how far one can see in it."""

FLOOR_EVERY = 512
"""After so many triangles drawn the tiles are looked at again."""


# -- building ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mesh:
    """`vertices`, `normals`, `colour` (how much light comes back), `emission`: (n, 3). `triangles`: (m, 3) indices."""

    vertices: Floats
    triangles: Ints
    normals: Floats
    colour: Floats
    emission: Floats


class MeshBuilder:
    """Collects surfaces. `count` is the number of vertices so far, for those who remember ranges."""

    def __init__(self) -> None:
        self.count = 0
        self._parts: list[tuple[Floats, Ints, Floats, Floats, Floats]] = []

    def add(
        self,
        vertices: ArrayLike,
        triangles: ArrayLike,
        colour: ArrayLike,
        emission: ArrayLike = 0.0,
        normals: ArrayLike | None = None,
    ) -> None:
        """Add a surface. Colours are broadcast over its vertices; normals are worked out where none are given."""
        points = np.ascontiguousarray(vertices, np.float32).reshape(-1, 3)
        faces = np.ascontiguousarray(triangles, np.int32).reshape(-1, 3)
        shape = points.shape
        directions = vertex_normals(points, faces) if normals is None else np.asarray(normals, np.float32)
        self._parts.append(
            (
                points,
                faces + np.int32(self.count),
                np.broadcast_to(directions, shape),
                np.broadcast_to(np.asarray(colour, np.float32), shape),
                np.broadcast_to(np.asarray(emission, np.float32), shape),
            )
        )
        self.count += len(points)

    def quads(
        self,
        corners: ArrayLike,
        colour: ArrayLike,
        emission: ArrayLike = 0.0,
        across: int = 1,
        up: int = 1,
        toward: ArrayLike | None = None,
    ) -> None:
        """Add n four-cornered surfaces at once.

        `corners`: (n, 4, 3) in the order around the edge. `colour` and `emission`: (3), (n, 3) or, per corner,
        (n, 4, 3). Each is cut into `across` (corner 0 to 1) times `up` (corner 0 to 3) cells. The normals are turned to
        the side of the direction `toward`, (3) or (n, 3), where one is given.
        """
        square = np.asarray(corners, np.float32).reshape(-1, 4, 3)
        number = len(square)
        if not number:
            return
        # The cross product of the diagonals is right for bent quads too.
        normal = _cross(square[:, 2] - square[:, 0], square[:, 3] - square[:, 1])
        normal /= np.maximum(np.sqrt((normal * normal).sum(axis=1, keepdims=True)), 1e-9)
        if toward is not None:
            facing = (normal * np.asarray(toward, np.float32)).sum(axis=1, keepdims=True)
            normal = np.where(facing < 0, -normal, normal)
        per_quad = (across + 1) * (up + 1)
        self.add(
            _interpolate(square, across, up),
            (np.arange(number, dtype=np.int32)[:, None, None] * per_quad + grid_triangles(up + 1, across + 1)),
            _interpolate(_per_corner(colour, number), across, up),
            _interpolate(_per_corner(emission, number), across, up),
            np.repeat(normal, per_quad, axis=0),
        )

    def quad(
        self,
        corners: ArrayLike,
        colour: ArrayLike,
        emission: ArrayLike = 0.0,
        across: int = 1,
        up: int = 1,
        toward: ArrayLike | None = None,
    ) -> None:
        """Add one four-cornered surface; `colour` and `emission` may be (4, 3)."""
        shade, light = (np.asarray(value, np.float32) for value in (colour, emission))
        self.quads(
            np.asarray(corners, np.float32)[None],
            shade[None] if shade.ndim == 2 else shade,
            light[None] if light.ndim == 2 else light,
            across,
            up,
            toward,
        )

    def boxes(
        self, centres: ArrayLike, halves: ArrayLike, colour: ArrayLike, emission: ArrayLike = 0.0, turn: float = 0.0
    ) -> None:
        """Add n boxes without floor. `centres`, `halves`: (n, 3); colours: (3) or (n, 3); `turn`: radians about y."""
        middle = np.asarray(centres, np.float32).reshape(-1, 1, 1, 3)
        half = np.broadcast_to(np.asarray(halves, np.float32).reshape(-1, 1, 1, 3), (len(middle), 1, 1, 3))
        rotation = turn_about_y(turn)
        corners = (_BOX_FACES * half) @ rotation.T + middle
        outward = np.broadcast_to(_BOX_FACES.mean(axis=1) @ rotation.T, (len(middle), 5, 3))
        self.quads(
            corners.reshape(-1, 4, 3),
            _per_face(colour, len(middle)),
            _per_face(emission, len(middle)),
            toward=outward.reshape(-1, 3),
        )

    def lathe(
        self,
        centre: ArrayLike,
        profile: ArrayLike,
        sides: int,
        colour: ArrayLike,
        emission: ArrayLike = 0.0,
        flatten: float = 1.0,
    ) -> None:
        """Add a turned body: `profile` holds (radius, height) from below to above; `flatten` squeezes it along z."""
        rings = np.asarray(profile, np.float32).reshape(-1, 2)
        angle = np.arange(sides) * (2 * np.pi / sides)
        circle = np.stack([np.cos(angle), np.zeros(sides), np.sin(angle) * flatten], 1)
        points = rings[:, None, :1] * circle + rings[:, None, 1:] * np.array([0.0, 1.0, 0.0])
        faces = wrap_triangles(len(rings), sides)
        normals = vertex_normals(points.reshape(-1, 3).astype(np.float32), faces)
        outward = np.sum(normals * np.tile(circle, (len(rings), 1)), axis=1, keepdims=True)
        normals = np.where(outward < 0, -normals, normals)
        self.add(points.reshape(-1, 3) + np.asarray(centre), faces, colour, emission, normals)

    def build(self) -> Mesh:
        """Everything added, as one mesh."""
        vertices, triangles, normals, colour, emission = (
            np.ascontiguousarray(np.concatenate(arrays)) for arrays in zip(*self._parts, strict=True)
        )
        return Mesh(vertices, triangles, normals, colour, emission)


@dataclass(frozen=True, slots=True)
class Wall:
    """An upright plane as a frame of its own: u metres along it, v up, o outward. All pairs are (x, z)."""

    origin: tuple[float, float]
    along: tuple[float, float]
    outward: tuple[float, float]

    @property
    def normal(self) -> tuple[float, float, float]:
        """The direction it faces."""
        return self.outward[0], 0.0, self.outward[1]

    def points(self, u: ArrayLike, v: ArrayLike, o: ArrayLike = 0.0) -> Floats:
        """Places on it, (…, 3); the arguments are broadcast."""
        u, v, o = np.broadcast_arrays(*(np.asarray(value, np.float32) for value in (u, v, o)))
        x = self.origin[0] + u * self.along[0] + o * self.outward[0]
        z = self.origin[1] + u * self.along[1] + o * self.outward[1]
        return np.stack([x, v, z], axis=-1)

    def rectangles(self, u0: ArrayLike, v0: ArrayLike, u1: ArrayLike, v1: ArrayLike, o: ArrayLike = 0.0) -> Floats:
        """Upright rectangles between two corners, (n, 4, 3); the arguments are broadcast and flattened."""
        left, low, right, high, out = (np.asarray(value, np.float32) for value in (u0, v0, u1, v1, o))
        return self._four((left, right, right, left), (low, low, high, high), (out, out, out, out))

    def ledges(self, u0: ArrayLike, u1: ArrayLike, v: ArrayLike, o0: ArrayLike, o1: ArrayLike) -> Floats:
        """Level rectangles at height `v` that reach from `o0` to `o1` in front of it, (n, 4, 3)."""
        left, right, level, back, front = (np.asarray(value, np.float32) for value in (u0, u1, v, o0, o1))
        return self._four((left, right, right, left), (level,) * 4, (back, back, front, front))

    def _four(self, u: Sequence[Floats], v: Sequence[Floats], o: Sequence[Floats]) -> Floats:
        """Quads, (n, 4, 3), of four corners each; a town has thousands of calls, so nothing is copied twice."""
        made = np.empty((*np.broadcast_shapes(*(part.shape for part in (*u, *v, *o))), 4, 3), np.float32)
        for corner, (along, up, out) in enumerate(zip(u, v, o, strict=True)):
            made[..., corner, 0] = self.origin[0] + along * self.along[0] + out * self.outward[0]
            made[..., corner, 1] = up
            made[..., corner, 2] = self.origin[1] + along * self.along[1] + out * self.outward[1]
        return made.reshape(-1, 4, 3)


_BOX_FACES = np.array(
    [
        [(-1, -1, -1), (1, -1, -1), (1, 1, -1), (-1, 1, -1)],
        [(1, -1, 1), (-1, -1, 1), (-1, 1, 1), (1, 1, 1)],
        [(-1, -1, 1), (-1, -1, -1), (-1, 1, -1), (-1, 1, 1)],
        [(1, -1, -1), (1, -1, 1), (1, 1, 1), (1, 1, -1)],
        [(-1, 1, -1), (1, 1, -1), (1, 1, 1), (-1, 1, 1)],
    ],
    np.float32,
)


def _per_corner(value: ArrayLike, number: int) -> Floats:
    """Colours of `number` quads at their corners, (number, 4, 3), from (), (3), (n, 3) or (n, 4, 3)."""
    colour = np.asarray(value, np.float32)
    if colour.ndim == 2:
        colour = colour[:, None, :]
    return np.broadcast_to(colour, (number, 4, 3))


def _per_face(value: ArrayLike, boxes: int) -> Floats:
    colour = np.asarray(value, np.float32)
    return np.repeat(np.broadcast_to(colour, (boxes, 3)), len(_BOX_FACES), axis=0)


def _cross(a: Floats, b: Floats) -> Floats:
    """The cross product of rows, (n, 3); numpy's own spends ten times as long on few rows."""
    out = np.empty_like(a)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        out[:, i] = a[:, j] * b[:, k] - a[:, k] * b[:, j]
    return out


def _interpolate(corners: Floats, across: int, up: int) -> Floats:
    """(n, 4, 3) at the corners to (n * (up + 1) * (across + 1), 3) at the points of a grid between them."""
    if across == up == 1:
        return corners[:, [0, 1, 3, 2]].reshape(-1, 3)
    u = (np.arange(across + 1, dtype=np.float32) / np.float32(across))[None, None, :, None]
    v = (np.arange(up + 1, dtype=np.float32) / np.float32(up))[None, :, None, None]
    a, b, c, d = (corners[:, k, None, None, :] for k in range(4))
    return np.asarray((a * (1 - u) + b * u) * (1 - v) + (d * (1 - u) + c * u) * v, np.float32).reshape(-1, 3)


@functools.cache
def grid_triangles(rows: int, columns: int) -> Ints:
    """The triangles of a grid of points, numbered row by row: (2 * (rows - 1) * (columns - 1), 3)."""
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    low_left, low_right, top_left, top_right = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    first = np.stack([low_left, low_right, top_right], -1)
    second = np.stack([low_left, top_right, top_left], -1)
    return np.stack([first, second], 2).reshape(-1, 3)


def wrap_triangles(rings: int, sides: int) -> Ints:
    """The triangles of a tube of `rings` rings with `sides` points each."""
    index = np.arange(rings * sides, dtype=np.int32).reshape(rings, sides)
    beside = np.roll(index, -1, axis=1)
    first = np.stack([index[:-1], beside[:-1], beside[1:]], -1)
    second = np.stack([index[:-1], beside[1:], index[1:]], -1)
    return np.concatenate([first.reshape(-1, 3), second.reshape(-1, 3)])


def vertex_normals(points: Floats, faces: Ints) -> Floats:
    """The mean normal of the faces around each point, larger faces counting more."""
    normal = _cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
    corner = faces.T.ravel()
    total = np.stack(
        [np.bincount(corner, np.tile(normal[:, axis], 3), minlength=len(points)) for axis in range(3)], axis=1
    )
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12), np.float32)


def turn_about_y(angle: float) -> Floats:
    """The matrix that turns by `angle` radians about the vertical axis, from x toward -z."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)


# -- light at the corners ----------------------------------------------------------------------------------------------

LIGHT_REACH = 26.0
"""Metres after which a lamp is not counted any more."""


def lamp_table(lamps: Sequence[ArrayLike]) -> Floats:
    """Lamps (x, y, z, r, g, b) as `light_corners` wants them: sorted by z, (k, 6)."""
    table = np.array([np.asarray(lamp, np.float32) for lamp in lamps], np.float32).reshape(-1, 6)
    return np.ascontiguousarray(table[np.argsort(table[:, 2], kind="stable")])


@kernel
def light_corners(vertices, normals, colour, emission, lamps, moon, sky, ground, start, stop, shades):
    """Light the vertices `start`…`stop` into `shades` (n, 3): moonlight, sky above, ground below, and lamps.

    `lamps` (k, 6): position and colour, sorted by z (`lamp_table`). `moon` (6): direction toward it and
    colour. A lamp falls off with the square of the distance, bent to end at `LIGHT_REACH`; 0.15 of it wraps around the
    surface, in place of bounced light.
    """
    reach2 = f32(LIGHT_REACH * LIGHT_REACH)
    for i in range(start, stop):
        nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
        upward = ny * f32(0.5) + f32(0.5)
        direct = max(nx * moon[0] + ny * moon[1] + nz * moon[2], f32(0.0))
        r = moon[3] * direct + mix(ground[0], sky[0], upward)
        g = moon[4] * direct + mix(ground[1], sky[1], upward)
        b = moon[5] * direct + mix(ground[2], sky[2], upward)
        # The lamps are sorted by z: find the first that may reach here, stop behind the last.
        low, high = i32(0), i32(lamps.shape[0])
        nearest = vertices[i, 2] - f32(LIGHT_REACH)
        while low < high:
            middle = (low + high) // 2
            if lamps[middle, 2] < nearest:
                low = middle + 1
            else:
                high = middle
        farthest = vertices[i, 2] + f32(LIGHT_REACH)
        for k in range(low, lamps.shape[0]):
            if lamps[k, 2] > farthest:
                break
            dx = lamps[k, 0] - vertices[i, 0]
            dy = lamps[k, 1] - vertices[i, 1]
            dz = lamps[k, 2] - vertices[i, 2]
            d2 = dx * dx + dy * dy + dz * dz
            if d2 < reach2:
                inverse = f32(1.0) / np.sqrt(d2 + f32(0.01))
                lambert = max((nx * dx + ny * dy + nz * dz) * inverse, f32(0.0)) * f32(0.85) + f32(0.15)
                window = f32(1.0) - d2 / reach2
                weight = lambert * window * window / (f32(1.2) + d2)
                r += lamps[k, 3] * weight
                g += lamps[k, 4] * weight
                b += lamps[k, 5] * weight
        shades[i, 0] = r * colour[i, 0] + emission[i, 0]
        shades[i, 1] = g * colour[i, 1] + emission[i, 1]
        shades[i, 2] = b * colour[i, 2] + emission[i, 2]


# -- camera ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Camera:
    """`frame` (12): position, right, up, forward. `tangent`: of half the vertical angle of view."""

    frame: Floats
    tangent: float

    @property
    def position(self) -> Floats:
        """Where it stands, (3)."""
        return self.frame[:3]

    def mirrored(self) -> "Camera":
        """The camera that sees, at every pixel, the world as it would be mirrored in the plane y = 0."""
        return Camera(self.frame * np.array([1, -1, 1] * 4, np.float32), self.tangent)


def look(position: Sequence[float], yaw: float, pitch: float, tangent: float) -> Camera:
    """A camera at `position`, turned by `yaw` (to the right) and `pitch` (up), in radians."""
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    forward = np.array([sy * cp, sp, cy * cp])
    right = np.array([cy, 0.0, -sy])
    up = np.cross(forward, right)
    return Camera(np.concatenate([np.asarray(position), right, up, forward]).astype(np.float32), tangent)


def view_tangent(width: int, height: int, wide: float) -> float:
    """The tangent of half the vertical angle for a frame, from that of a 16:9 frame, `wide`.

    A narrower frame opens vertically as much as it closes sideways, so that a portrait shows the same place and not a
    slice of it. Beyond 3:1 and 2:5 the view stays as it is.
    """
    aspect = min(max(width / height, 0.4), 3.0)
    return wide * math.sqrt(16 / 9 / aspect)


# -- drawing -----------------------------------------------------------------------------------------------------------


@kernel
def project(vertices, camera, scale, middle_x, middle_y, floor, points):
    """Vertices to the screen: `points` (n, 3) gets x and y in samples and 1/distance (-1 where too near).

    What is below `floor` (m) is drawn as if it were there.
    """
    for i in range(vertices.shape[0]):
        x = vertices[i, 0] - camera[0]
        y = max(vertices[i, 1], floor) - camera[1]
        z = vertices[i, 2] - camera[2]
        across = x * camera[3] + y * camera[4] + z * camera[5]
        above = x * camera[6] + y * camera[7] + z * camera[8]
        away = x * camera[9] + y * camera[10] + z * camera[11]
        inverse = f32(1.0) / away if away > f32(NEAR) else f32(-1.0)
        points[i, 0] = middle_x + scale * across * inverse
        points[i, 1] = middle_y - scale * above * inverse
        points[i, 2] = inverse


@kernel
def find_bands(points, triangles, columns, rows, band, first, last, ends, sheets):
    """Which bands (of `band` rows of samples) each triangle touches: `first`, `last` (-1 where it is not seen).

    `ends` (bands + 1), all 0 before, gets how many triangles come before each band's own; `sheets` (SHEETS + 1), all 0
    before, how many come before each sheet of depth, the nearest sheet first. Returns the total of the bands.
    """
    for t in range(triangles.shape[0]):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        last[t] = -1
        if min(points[i, 2], min(points[j, 2], points[k, 2])) <= f32(0.0):
            continue
        left = min(points[i, 0], min(points[j, 0], points[k, 0]))
        right = max(points[i, 0], max(points[j, 0], points[k, 0]))
        top = min(points[i, 1], min(points[j, 1], points[k, 1]))
        bottom = max(points[i, 1], max(points[j, 1], points[k, 1]))
        if (right < f32(0.5)) | (left >= f32(columns) - f32(0.5)) | (bottom < f32(0.5)) | (top >= f32(rows)):
            continue
        y0 = max(i32(np.ceil(top - f32(0.5))), 0)
        y1 = min(i32(np.ceil(bottom - f32(0.5))), rows)
        if (y0 >= y1) | (np.ceil(left - f32(0.5)) >= np.ceil(right - f32(0.5))):
            continue  # Between the samples.
        first[t] = y0 // band
        last[t] = (y1 - 1) // band
        for b in range(first[t], last[t] + 1):
            ends[b + 1] += 1
        sheets[_sheet(points[i, 2]) + 1] += 1
    for b in range(ends.shape[0] - 1):
        ends[b + 1] += ends[b]
    for sheet in range(sheets.shape[0] - 1):
        sheets[sheet + 1] += sheets[sheet]
    return ends[ends.shape[0] - 1]


@device
def _sheet(near):
    """The sheet of depth of a point at 1/distance `near`: eight to each doubling of the distance, from 0.1 m on."""
    return min(max(i32(1045) - (as_bits(near) >> i32(20)), i32(0)), i32(SHEETS - 1))


@kernel
def sort_into_bands(first, last, ends, cursor, order):
    """Write the triangles' numbers band by band into `order`, as counted by `find_bands`."""
    for b in range(cursor.shape[0]):
        cursor[b] = ends[b]
    for t in range(first.shape[0]):
        if last[t] >= 0:
            for b in range(first[t], last[t] + 1):
                order[cursor[b]] = t
                cursor[b] += 1


@kernel
def sort_near_first(points, triangles, first, last, sheets, ends, cursor, sorted_, order):
    """As `sort_into_bands`, in each band the nearest first.

    `sorted_` (triangles) and `cursor` (bands) are scratch; `sheets` is used up.
    """
    for t in range(first.shape[0]):
        if last[t] >= 0:
            sheet = _sheet(points[triangles[t, 0], 2])
            sorted_[sheets[sheet]] = t
            sheets[sheet] += 1
    for b in range(cursor.shape[0]):
        cursor[b] = ends[b]
    for n in range(sheets[SHEETS - 1]):
        t = sorted_[n]
        for b in range(first[t], last[t] + 1):
            order[cursor[b]] = t
            cursor[b] += 1


@kernel
def start_band(distance, row0, depth, red):
    """Give every sample of a band the depth of what is there already, and mark it as not drawn (red below 0)."""
    height, width = distance.shape
    for row in range(depth.shape[0]):
        y = min(row0 + (row >> 1), height - 1)
        for x in range(width):
            depth[row, 2 * x] = distance[y, x]
            depth[row, 2 * x + 1] = distance[y, x]
            red[row, 2 * x] = f32(-1.0)
            red[row, 2 * x + 1] = f32(-1.0)


@kernel
def fill_band(
    points, shades, triangles, order, start, stop, columns, row0, rows, depth, red, green, blue, floors, least
):
    """Draw triangles into the samples of one band, the nearest winning.

    `depth` (rows, columns) holds 1/distance; the colour planes hold colour/distance, which is linear on the screen, so
    that the loop over samples needs no division. `floors` (rows / TILE_ROWS, columns / TILE) is scratch: the farthest
    that can be seen in each tile, brought up to date now and then. Most leaves of a wood are behind others, and are left
    out by one look at it. `least` (columns) is scratch too.
    """
    drawn = 0
    for tile in range(floors.shape[0]):
        for column in range(floors.shape[1]):
            floors[tile, column] = f32(-1.0)
    for n in range(start, stop):
        t = order[n]
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        nearest = max(points[i, 2], max(points[j, 2], points[k, 2]))
        left = min(points[i, 0], min(points[j, 0], points[k, 0]))
        right = max(points[i, 0], max(points[j, 0], points[k, 0]))
        top = min(points[i, 1], min(points[j, 1], points[k, 1])) - f32(row0)
        bottom = max(points[i, 1], max(points[j, 1], points[k, 1])) - f32(row0)
        tile0 = max(i32(left), 0) // TILE
        tile1 = min(i32(right), columns - 1) // TILE
        tile2 = max(i32(top), 0) // TILE_ROWS
        tile3 = min(i32(bottom), rows - 1) // TILE_ROWS
        seen = False
        for tile in range(tile2, tile3 + 1):
            for column in range(tile0, tile1 + 1):
                seen |= nearest > floors[tile, column]
        if not seen:
            continue
        drawn += 1
        if drawn % FLOOR_EVERY == 0:
            _find_floors(depth, floors, least)
        # Sorted from top to bottom, every edge is walked from its upper end: neighbours meet without gaps.
        if points[i, 1] > points[j, 1]:
            i, j = j, i
        if points[j, 1] > points[k, 1]:
            j, k = k, j
        if points[i, 1] > points[j, 1]:
            i, j = j, i
        x0, y0, z0 = points[i, 0], points[i, 1], points[i, 2]
        x1, y1, z1 = points[j, 0], points[j, 1], points[j, 2]
        x2, y2, z2 = points[k, 0], points[k, 1], points[k, 2]
        dx1, dy1, dx2, dy2 = x1 - x0, y1 - y0, x2 - x0, y2 - y0
        area = dx1 * dy2 - dx2 * dy1
        if abs(area) < f32(1e-5):
            continue
        inverse = f32(1.0) / area
        r0, g0, b0 = shades[i, 0] * z0, shades[i, 1] * z0, shades[i, 2] * z0
        r1, g1, b1 = shades[j, 0] * z1 - r0, shades[j, 1] * z1 - g0, shades[j, 2] * z1 - b0
        r2, g2, b2 = shades[k, 0] * z2 - r0, shades[k, 1] * z2 - g0, shades[k, 2] * z2 - b0
        zx, zy = _slopes(z1 - z0, z2 - z0, dx1, dy1, dx2, dy2, inverse)
        rx, ry = _slopes(r1, r2, dx1, dy1, dx2, dy2, inverse)
        gx, gy = _slopes(g1, g2, dx1, dy1, dx2, dy2, inverse)
        bx, by = _slopes(b1, b2, dx1, dy1, dx2, dy2, inverse)
        along = dx2 / dy2
        upper = dx1 / dy1 if dy1 > f32(0.0) else f32(0.0)
        lower = (x2 - x1) / (y2 - y1) if y2 > y1 else f32(0.0)
        ya = max(i32(np.ceil(y0 - f32(0.5))), row0)
        yb = min(i32(np.ceil(y2 - f32(0.5))), row0 + rows)
        for y in range(ya, yb):
            at = f32(y) + f32(0.5)
            down = at - y0
            edge = x0 + along * down
            other = x0 + upper * down if at < y1 else x1 + lower * (at - y1)
            xa = max(i32(np.ceil(min(edge, other) - f32(0.5))), 0)
            xb = min(i32(np.ceil(max(edge, other) - f32(0.5))), columns)
            zr = z0 + zy * down + zx * (f32(0.5) - x0)
            rr = r0 + ry * down + rx * (f32(0.5) - x0)
            gr = g0 + gy * down + gx * (f32(0.5) - x0)
            br = b0 + by * down + bx * (f32(0.5) - x0)
            row = y - row0
            for x in range(xa, xb):
                z = zr + zx * f32(x)
                nearer = z > depth[row, x]
                depth[row, x] = z if nearer else depth[row, x]
                red[row, x] = rr + rx * f32(x) if nearer else red[row, x]
                green[row, x] = gr + gx * f32(x) if nearer else green[row, x]
                blue[row, x] = br + bx * f32(x) if nearer else blue[row, x]


@device
def _find_floors(depth, floors, least):
    """The least 1/distance in each tile of samples. `least` (columns) is scratch."""
    columns = depth.shape[1]
    for tile in range(floors.shape[0]):
        for x in range(columns):
            least[x] = depth[tile * TILE_ROWS, x]
        for row in range(tile * TILE_ROWS + 1, (tile + 1) * TILE_ROWS):
            for x in range(columns):
                least[x] = min(least[x], depth[row, x])
        for column in range(floors.shape[1]):
            floor = least[column * TILE]
            for x in range(column * TILE, min(column * TILE + TILE, columns)):
                floor = min(floor, least[x])
            floors[tile, column] = floor


@device
def _slopes(q1, q2, dx1, dy1, dx2, dy2, inverse):
    """The change along x and y of a value that is 0, `q1` and `q2` at the corners of a triangle."""
    return (q1 * dy2 - q2 * dy1) * inverse, (q2 * dx1 - q1 * dx2) * inverse


@kernel
def resolve_band(depth, red, green, blue, row0, camera, scale, haze, grain, noise, log2_side, hdr, distance, texture):
    """Average the drawn ones of 2×2 samples of a band over what is in `hdr`, with haze and a grain on the surfaces.

    `haze` (5): density per metre, colour, and the most it may cover. `grain` (4): strength and cells per metre of a
    coarse and a fine noise, which darken what does not glow. `distance` (H, W) gets 1/distance of the nearest sample.
    `texture` (W) is scratch.
    """
    width = hdr.shape[2]
    height = hdr.shape[1]
    for row in range(depth.shape[0] // 2):
        y = row0 + row
        if y >= height:
            break
        vy = (f32(height) * f32(0.5) - f32(y) - f32(0.5)) / scale
        for x in range(width):
            near = max(max(depth[2 * row, 2 * x], depth[2 * row, 2 * x + 1]), f32(1e-5))
            near = max(near, max(depth[2 * row + 1, 2 * x], depth[2 * row + 1, 2 * x + 1]))
            away = f32(1.0) / near
            vx = (f32(x) + f32(0.5) - f32(width) * f32(0.5)) / scale
            px = camera[0] + (camera[9] + camera[3] * vx + camera[6] * vy) * away
            py = camera[1] + (camera[10] + camera[4] * vx + camera[7] * vy) * away
            pz = camera[2] + (camera[11] + camera[5] * vx + camera[8] * vy) * away
            # One skewed plane that is degenerate on no wall and no floor, in place of three projections.
            u = px + py * f32(0.37)
            v = pz + py * f32(0.61)
            # A noise finer than the pixels would flicker: fade it out by the cells per pixel.
            step = away / scale
            coarse = grain[0] * sat(f32(1.6) - step * grain[1] * f32(1.6))
            fine = grain[2] * sat(f32(1.6) - step * grain[3] * f32(1.6))
            a = tex(noise, log2_side, i32(0), u * grain[1], v * grain[1]) - f32(0.5)
            b = tex(noise, log2_side, i32(0), u * grain[3] + f32(17.3), v * grain[3]) - f32(0.5)
            texture[x] = f32(1.0) + a * coarse + b * fine
        for x in range(width):
            r, g, b, cover, near = f32(0.0), f32(0.0), f32(0.0), f32(0.0), f32(0.0)
            for s in range(4):
                sy = 2 * row + (s >> 1)
                sx = 2 * x + (s & 1)
                z = depth[sy, sx]
                hit = f32(1.0) if red[sy, sx] >= f32(0.0) else f32(0.0)
                away = f32(1.0) / max(z, f32(1e-5))
                fog = (f32(1.0) - vexp(-haze[0] * away)) * haze[4]
                sr, sg, sb = red[sy, sx] * away, green[sy, sx] * away, blue[sy, sx] * away
                share = mix(texture[x], f32(1.0), sat((sr + sg + sb) * f32(0.7)))
                r += hit * mix(sr * share, haze[1], fog)
                g += hit * mix(sg * share, haze[2], fog)
                b += hit * mix(sb * share, haze[3], fog)
                cover += hit * f32(0.25)
                near = max(near, z)
            hdr[0, y, x] = hdr[0, y, x] * (f32(1.0) - cover) + r * f32(0.25)
            hdr[1, y, x] = hdr[1, y, x] * (f32(1.0) - cover) + g * f32(0.25)
            hdr[2, y, x] = hdr[2, y, x] * (f32(1.0) - cover) + b * f32(0.25)
            distance[y, x] = near


def cut_near(
    vertices: Floats, shades: Floats, triangles: Ints, near: Floats, camera: Camera, floor: float
) -> tuple[Floats, Floats, Ints]:
    """What is left of the triangles that pass through the plane at `NEAR`: their own vertices, shades and triangles.

    `near` (n) is 1/distance of the vertices, below 0 where too near. Each such triangle leaves one triangle or, where
    only one corner is cut off, two. The new edge lies a little behind the plane, so that rounding does not lose it.
    """
    front = near > 0
    faces = triangles[np.isin(front[triangles].sum(axis=1), (1, 2))]
    kept = front[faces]
    # Turned so that the corner that is alone on its side comes first.
    alone = np.argmax(kept != (kept.sum(axis=1) == 2)[:, None], axis=1)
    faces = np.take_along_axis(faces, (alone[:, None] + np.arange(3)) % 3, axis=1)
    places, lights = vertices[faces], shades[faces]
    places[..., 1] = np.maximum(places[..., 1], floor)
    away = (places - camera.position) @ camera.frame[9:12]
    share = ((away[:, 1:] - NEAR * 1.01) / (away[:, 1:] - away[:, :1]))[..., None]
    edge, glow = (part[:, 1:] + (part[:, :1] - part[:, 1:]) * share for part in (places, lights))
    inside = front[faces[:, 0]]
    first = np.arange(len(faces), dtype=np.int32) * 5
    tip = np.stack([first, first + 3, first + 4], 1)[inside]
    stump = np.stack([first + 1, first + 2, first + 4, first + 1, first + 4, first + 3], 1)[~inside]
    return (
        np.concatenate([places, edge], axis=1).reshape(-1, 3),
        np.concatenate([lights, glow], axis=1).reshape(-1, 3),
        np.concatenate([tip, stump.reshape(-1, 3)]),
    )


def band_samples(width: int) -> list[Floats]:
    """The samples of a band: 1/distance and three colours. Rasterisers that draw one after the other can share them."""
    return [np.zeros((2 * BAND_ROWS, 2 * width), np.float32) for _ in range(4)]


class Rasteriser:
    """Draws one mesh into pictures of one size. Holds the buffers, so one per thread."""

    def __init__(
        self, width: int, height: int, vertices: int, triangles: int, samples: list[Floats] | None = None
    ) -> None:
        """`samples`: see `band_samples`."""
        self.width, self.height = width, height
        bands = -(-height // BAND_ROWS)
        self._samples = samples or band_samples(width)
        self._points = np.zeros((vertices, 3), np.float32)
        self._first = np.zeros(triangles, np.int32)
        self._last = np.zeros(triangles, np.int32)
        self._ends = np.zeros(bands + 1, np.int32)
        self._cursor = np.zeros(bands, np.int32)
        self._sheets = np.zeros(SHEETS + 1, np.int32)
        self._sorted = np.zeros(triangles, np.int32)
        self._least = np.zeros(2 * width, np.float32)
        self._floors = np.zeros((2 * BAND_ROWS // TILE_ROWS, -(-2 * width // TILE)), np.float32)
        self._order = np.zeros(triangles, np.int32)
        self._texture = np.zeros(width, np.float32)
        self._distance: Floats | None = None

    @property
    def distance(self) -> Floats:
        """1/distance of what was drawn last without a `near` of the caller's, (H, W); 0 where there was nothing."""
        if self._distance is None:
            self._distance = np.zeros((self.height, self.width), np.float32)
        return self._distance

    def draw(
        self,
        vertices: Floats,
        shades: Floats,
        triangles: Ints,
        camera: Camera,
        haze: Floats,
        grain: Floats,
        noise: Floats,
        hdr: Floats,
        *,
        floor: float = DEEP,
        near: Floats | None = None,
    ) -> None:
        """Draw over `hdr` (3, height, width). `noise` is a flat square texture; `haze`, `grain`: see `resolve_band`.

        `floor` (m) flattens what is below it: nothing under water is to be seen mirrored.
        `near` (H, W) is the 1/distance of what is in `hdr` already: it hides what is farther, and is brought up to date.
        """
        if near is None:
            near = self.distance
            near.fill(0)
        width, height = np.int32(2 * self.width), np.int32(2 * self.height)
        scale = self.height / 2 / camera.tangent
        middle = np.float32(self.width), np.float32(self.height)
        project(vertices, camera.frame, np.float32(2 * scale), *middle, np.float32(floor), self._points)
        points, first, last = self._points, self._first, self._last
        if (points[:, 2] < 0).any():
            cut = cut_near(vertices, shades, triangles, points[:, 2], camera, floor)
            if len(cut[2]):
                added = np.zeros_like(cut[0])
                project(cut[0], camera.frame, np.float32(2 * scale), *middle, np.float32(DEEP), added)
                triangles = np.concatenate([triangles, cut[2] + np.int32(len(points))])
                points, shades = np.concatenate([points, added]), np.concatenate([shades, cut[1]])
                first, last, self._sorted = (np.zeros(len(triangles), np.int32) for _ in range(3))
        band = np.int32(2 * BAND_ROWS)
        self._ends.fill(0)
        self._sheets.fill(0)
        total = find_bands(points, triangles, width, height, band, first, last, self._ends, self._sheets)
        if total > len(self._order):
            self._order = np.zeros(total * 5 // 4, np.int32)
        sort_near_first(
            points, triangles, first, last, self._sheets, self._ends, self._cursor, self._sorted, self._order
        )
        log2_side = np.int32(round(math.log2(noise.size) / 2))
        for number in range(len(self._cursor)):
            start, stop = self._ends[number], self._ends[number + 1]
            row0 = np.int32(number * BAND_ROWS)
            if start == stop:
                continue
            start_band(near, row0, self._samples[0], self._samples[1])
            fill_band(
                points,
                shades,
                triangles,
                self._order,
                start,
                stop,
                width,
                2 * row0,
                band,
                *self._samples,
                self._floors,
                self._least,
            )
            resolve_band(
                *self._samples,
                row0,
                camera.frame,
                np.float32(scale),
                haze,
                grain,
                noise,
                log2_side,
                hdr,
                near,
                self._texture,
            )


# -- soft discs and points ---------------------------------------------------------------------------------------------


@kernel
def splat_discs(hdr, distance, discs, colour):
    """Blend soft discs over `hdr`. `discs` (n, 5): x, y, 1/distance (0: behind nothing), radius in pixels, opacity.

    A disc is hidden where `distance` (1/distance of the surfaces) is nearer.
    """
    height, width = hdr.shape[1], hdr.shape[2]
    for i in range(discs.shape[0]):
        cx, cy, near, radius, opacity = discs[i, 0], discs[i, 1], discs[i, 2], discs[i, 3], discs[i, 4]
        x0 = max(i32(flr(cx - radius)), 0)
        x1 = min(i32(flr(cx + radius)) + 1, width)
        y0 = max(i32(flr(cy - radius)), 0)
        y1 = min(i32(flr(cy + radius)) + 1, height)
        inverse = f32(1.0) / max(radius, f32(0.6))
        for y in range(y0, y1):
            dy = (f32(y) + f32(0.5) - cy) * inverse
            for x in range(x0, x1):
                dx = (f32(x) + f32(0.5) - cx) * inverse
                inside = max(f32(1.0) - (dx * dx + dy * dy), f32(0.0))
                share = inside * inside * (f32(3.0) - f32(2.0) * inside) * opacity
                share = share if distance[y, x] < near else f32(0.0)
                hdr[0, y, x] = mix(hdr[0, y, x], colour[i, 0], share)
                hdr[1, y, x] = mix(hdr[1, y, x], colour[i, 1], share)
                hdr[2, y, x] = mix(hdr[2, y, x], colour[i, 2], share)


def on_screen(points: NDArray[np.floating], camera: Camera, width: int, height: int) -> tuple[Floats, Floats, Floats]:
    """Where points (n, 3) lie in a picture: x and y in pixels, and 1/distance (0 behind the camera)."""
    offset = np.asarray(points, np.float32) - camera.frame[:3]
    across, above, away = offset @ camera.frame[3:6], offset @ camera.frame[6:9], offset @ camera.frame[9:12]
    inverse = np.where(away > NEAR, 1 / np.maximum(away, NEAR), 0.0).astype(np.float32)
    scale = np.float32(height / 2 / camera.tangent)
    return (
        np.asarray(width / 2 + scale * across * inverse, np.float32),
        np.asarray(height / 2 - scale * above * inverse, np.float32),
        inverse,
    )
