"""The kit for vehicles and things: surfaces of several materials with sharp and soft edges, and bodies of moving parts.

A `Hull` collects surfaces. Where two materials or two faces at a sharp angle meet, the vertices are doubled, so that
window edges stay sharp and bodywork stays soft. Coordinates are those of `stage.Body`: x right, y up, z ahead, metres.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.craft.trails import Plume
from promptreel.engines.scenes.craft.welding import clusters, corner_normals, cross, means, weld
from promptreel.engines.scenes.mesh import grid_triangles

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int32]
Colour = tuple[float, float, float]
Move = Callable[[float, float], tuple[Doubles, Doubles]]
"""`move(t, travelled)`: the rotation (3, 3) and then the shift (3) that take a part from rest to its pose."""
Bend = Callable[[float, float, Floats, Floats], tuple[Floats, Floats]]
"""`bend(t, travelled, vertices, normals)`: the same vertices and unit normals, bent (new arrays)."""
Glow = Callable[[Doubles], ArrayLike]

BUDGET = (380, 2400, 7900)
"""The most vertices at each level of detail."""


@dataclass(frozen=True, slots=True)
class Stuff:
    """A material: reflectance, gloss 0…1, how much light goes through 0…1, and its own light."""

    colour: Colour
    gloss: float = 0.1
    through: float = 0.0
    glow: Colour = (0.0, 0.0, 0.0)

    def lit(self, glow: ArrayLike) -> "Stuff":
        """The same with a light in it."""
        r, g, b = (float(value) for value in np.broadcast_to(np.asarray(glow, float), 3))
        return Stuff(self.colour, self.gloss, self.through, (r, g, b))

    def times(self, share: float) -> "Stuff":
        """The same, darker or brighter."""
        r, g, b = (min(value * share, 0.95) for value in self.colour)
        return Stuff((r, g, b), self.gloss, self.through, self.glow)


def stuff(colour: ArrayLike, gloss: float = 0.1, through: float = 0.0, glow: ArrayLike = 0.0) -> Stuff:
    """A material from arrays."""
    r, g, b = (float(value) for value in np.broadcast_to(np.asarray(colour, float), 3))
    return Stuff((r, g, b), gloss, through).lit(glow)


GLASS = Stuff((0.012, 0.014, 0.017), 0.95)
TYRE = Stuff((0.016, 0.016, 0.017), 0.06)
CHROME = Stuff((0.58, 0.59, 0.61), 0.9)
STEEL = Stuff((0.30, 0.31, 0.33), 0.5)
BLACK = Stuff((0.020, 0.020, 0.022), 0.25)
DARK = Stuff((0.006, 0.006, 0.007), 0.02)
RUBBER = Stuff((0.030, 0.030, 0.032), 0.12)
WHITE = Stuff((0.76, 0.76, 0.74), 0.55)
GOLD = Stuff((0.72, 0.45, 0.11), 0.85)
WOOD = Stuff((0.22, 0.115, 0.052), 0.22)
ROPE = Stuff((0.26, 0.21, 0.15), 0.03)


# -- motion of parts ---------------------------------------------------------------------------------------------------


def about(axis: str, angle: float) -> Doubles:
    """Rotation about an axis: x takes y to z (a wheel that rolls ahead), y takes z to x, z takes x to y."""
    c, s = math.cos(angle), math.sin(angle)
    if axis == "x":
        return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    if axis == "y":
        return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def hinge(axis: str, pivot: Sequence[float], angle: Callable[[float, float], float]) -> Move:
    """A part that turns about a line through `pivot` by `angle(t, travelled)`."""
    middle = np.asarray(pivot, float)

    def move(t: float, travelled: float) -> tuple[Doubles, Doubles]:
        rotation = about(axis, angle(t, travelled))
        return rotation, middle - rotation @ middle

    return move


def shift(offset: Callable[[float, float], ArrayLike]) -> Move:
    """A part that moves without turning."""

    def move(t: float, travelled: float) -> tuple[Doubles, Doubles]:
        return np.eye(3), np.asarray(offset(t, travelled), float)

    return move


def rolling(centre: Sequence[float], radius: float) -> Move:
    """A wheel: it turns by the way travelled, so that its lowest point stands still on the road."""
    return hinge("x", centre, lambda _t, travelled: math.fmod(travelled / radius, 2 * math.pi))


def spinning(axis: str, pivot: Sequence[float], rate: float) -> Move:
    """A rotor, `rate` turns per second."""
    return hinge(axis, pivot, lambda t, _: math.fmod(t * rate, 1.0) * 2 * math.pi)


@dataclass(frozen=True, slots=True)
class Part:
    """The vertices `start`…`stop`, which move together, after (and with) their `parent`."""

    start: int
    stop: int
    parent: int
    move: Move | None
    bend: Bend | None


@dataclass(slots=True)
class RigidBody:
    """A `stage.Body` of parts that each move as a whole, or bend by a formula."""

    vertices: Floats
    triangles: Ints
    normals: Floats
    colour: Floats
    emission: Floats
    finish: Floats
    parts: tuple[Part, ...]
    light: Callable[[float], ArrayLike] | None = None
    plumes: tuple[Plume, ...] = ()
    """What it leaves in the air."""

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """See `stage.Body`."""
        frames: list[tuple[Doubles, Doubles] | None] = []
        for part in self.parts:
            own = part.move(t, travelled) if part.move else None
            above = frames[part.parent] if part.parent >= 0 else None
            if own and above:
                own = above[0] @ own[0], above[0] @ own[1] + above[1]
            frame = own or above
            frames.append(frame)
            if part.stop == part.start:
                continue
            span = slice(part.start, part.stop)
            points, directions = self.vertices[span], self.normals[span]
            if part.bend:
                points, directions = part.bend(t, travelled, points, directions)
            if frame:
                rotation, offset = frame[0].astype(np.float32), frame[1].astype(np.float32)
                points, directions = points @ rotation.T + offset, directions @ rotation.T
            vertices[span], normals[span] = points, directions

    def lamps(self, t: float) -> Floats:
        """See `stage.Body`."""
        if self.light is None:
            return np.zeros((0, 6), np.float32)
        return np.asarray(self.light(t), np.float32).reshape(-1, 6)


# -- building ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Piece:
    part: int
    vertices: Doubles
    faces: Ints
    normals: Doubles
    stuff: Ints
    tint: Doubles
    glow: Doubles


@dataclass(slots=True)
class Hull:
    """Collects the surfaces of one body."""

    detail: int = 2
    _pieces: list[_Piece] = field(default_factory=list)
    _stuffs: list[Stuff] = field(default_factory=list)
    _parts: list[tuple[int, Move | None, Bend | None]] = field(default_factory=lambda: [(-1, None, None)])
    _part: int = 0
    _matrix: Doubles = field(default_factory=lambda: np.eye(3))
    _offset: Doubles = field(default_factory=lambda: np.zeros(3))

    def n(self, number: int, least: int = 5) -> int:
        """How many sides or steps for what deserves `number` of them at full detail."""
        return max(least, round(number * (0.34, 0.62, 1.0)[self.detail]))

    @contextmanager
    def place(
        self,
        at: ArrayLike = (0.0, 0.0, 0.0),
        turn: float = 0.0,
        pitch: float = 0.0,
        roll: float = 0.0,
        scale: ArrayLike = 1.0,
    ) -> Iterator[None]:
        """Everything added inside is scaled, rolled (about z), pitched (about x: nose down), turned (about y), moved."""
        before = self._matrix, self._offset
        local = about("y", turn) @ about("x", pitch) @ about("z", roll) @ np.diag(np.broadcast_to(scale, 3))
        self._offset = before[0] @ np.asarray(at, float) + before[1]
        self._matrix = before[0] @ local
        yield
        self._matrix, self._offset = before

    @contextmanager
    def part(self, move: Move | None = None, bend: Bend | None = None) -> Iterator[None]:
        """Everything added inside moves as one, together with the part that this is inside of."""
        before = self._part
        self._parts.append((before, move, bend))
        self._part = len(self._parts) - 1
        yield
        self._part = before

    def here(self, point: ArrayLike) -> Doubles:
        """A local point in the coordinates of the body: what the pivot of a part wants."""
        return self._matrix @ np.asarray(point, float) + self._offset

    def surface(
        self,
        points: ArrayLike,
        faces: ArrayLike,
        stuffs: Stuff | Sequence[Stuff],
        which: ArrayLike | None = None,
        *,
        crease: float = 38.0,
        toward: ArrayLike | None = None,
        tint: Glow | None = None,
        glow: Glow | None = None,
    ) -> None:
        """Add triangles; `which` (m) says of which of `stuffs` each is.

        Edges sharper than `crease` degrees stay sharp. Normals point outward where it is (nearly) closed, or to the
        side of `toward`. `tint` and `glow` give, for local points (n, 3), a factor of the colour and light to add.
        """
        local = np.asarray(points, float).reshape(-1, 3)
        triangles = np.asarray(faces, np.int64).reshape(-1, 3)
        materials = [stuffs] if isinstance(stuffs, Stuff) else list(stuffs)
        kind = np.zeros(len(triangles), np.int64) if which is None else np.asarray(which, np.int64).ravel()
        world = local @ self._matrix.T + self._offset
        joined = weld(world)
        triangles = joined[triangles]
        area = cross(world[triangles[:, 1]] - world[triangles[:, 0]], world[triangles[:, 2]] - world[triangles[:, 0]])
        size = np.linalg.norm(area, axis=1)
        keep = size > 1e-10
        triangles, area, kind, size = triangles[keep], area[keep], kind[keep], size[keep]
        if not len(triangles):
            return
        if toward is None:
            middle = world[triangles].mean(axis=1)
            outward = np.sum((middle - middle.mean(axis=0)) * area) >= 0
        else:
            outward = np.sum(area @ (self._matrix @ np.asarray(toward, float))) >= 0
        if not outward:
            area = -area
        corner = corner_normals(triangles, area, size, math.cos(math.radians(crease)))
        # One vertex for each place, material and direction that meet there.
        code = ((corner * 14.99).round().astype(np.int64) + 16) @ np.array([1, 32, 1024])
        key = (triangles.ravel() << 24) | (np.repeat(kind, 3) << 16) | code
        _, first, index = np.unique(key, return_index=True, return_inverse=True)
        ids = triangles.ravel()[first]
        seen = local[ids]
        shade = np.ones((len(ids), 3)) if tint is None else _rows(tint(seen), len(ids))
        light = np.zeros((len(ids), 3)) if glow is None else _rows(glow(seen), len(ids))
        slots = np.array([self._slot(material) for material in materials], np.int32)
        self._pieces.append(
            _Piece(
                self._part,
                world[ids],
                index.reshape(-1, 3).astype(np.int32),
                corner[first],
                slots[np.repeat(kind, 3)[first]],
                shade,
                light,
            )
        )

    def _slot(self, material: Stuff) -> int:
        if material not in self._stuffs:
            self._stuffs.append(material)
        return self._stuffs.index(material)

    def grid(
        self,
        points: ArrayLike,
        stuffs: Stuff | Sequence[Stuff],
        which: ArrayLike | None = None,
        *,
        wrap: bool = False,
        caps: tuple[bool, bool] = (False, False),
        cap: int = 0,
        crease: float = 38.0,
        toward: ArrayLike | None = None,
        tint: Glow | None = None,
        glow: Glow | None = None,
    ) -> None:
        """Add a surface through rows of points (rows, columns, 3); `which` (rows - 1, columns - 1) names its cells' stuff.

        `wrap` closes each row to a ring (then `which` has as many columns as there are points). `caps` closes the first
        and the last ring with the stuff `cap`.
        """
        rings = np.asarray(points, float)
        if wrap:
            rings = np.concatenate([rings, rings[:, :1]], axis=1)
        rows, columns = rings.shape[:2]
        faces = grid_triangles(rows, columns).astype(np.int64)
        cells = np.zeros((rows - 1, columns - 1), np.int64) if which is None else np.asarray(which, np.int64)
        kind = np.repeat(np.broadcast_to(cells, (rows - 1, columns - 1)).ravel(), 2)
        spots = rings.reshape(-1, 3)
        for end, closed in ((0, caps[0]), (rows - 1, caps[1])):
            if closed:
                edge = end * columns + np.arange(columns - 1)
                around = np.stack([edge, edge + 1, np.full(columns - 1, len(spots))], 1)
                spots = np.concatenate([spots, rings[end, :-1].mean(axis=0, keepdims=True)])
                faces = np.concatenate([faces, around if end else around[:, ::-1]])
                kind = np.concatenate([kind, np.full(len(around), cap)])
        self.surface(spots, faces, stuffs, kind, crease=crease, toward=toward, tint=tint, glow=glow)

    def build(self, light: Callable[[float], ArrayLike] | None = None, plumes: tuple[Plume, ...] = ()) -> RigidBody:
        """The body, with no more vertices than its level of detail allows. `light(t)` are its lamps."""
        pieces = sorted(self._pieces, key=lambda piece: piece.part)  # Stable: parts become ranges.
        starts = np.cumsum([0] + [len(piece.vertices) for piece in pieces])
        part = np.repeat([piece.part for piece in pieces], np.diff(starts))
        faces = np.concatenate([piece.faces + start for piece, start in zip(pieces, starts, strict=False)])
        slot = np.concatenate([piece.stuff for piece in pieces])
        vertices, normals, tint, glow = (
            np.concatenate([getattr(piece, name) for piece in pieces])
            for name in ("vertices", "normals", "tint", "glow")
        )
        if len(vertices) > BUDGET[self.detail]:
            cell, owner, faces = clusters(vertices, normals, faces, part, slot, BUDGET[self.detail])
            heads = np.unique(owner, return_index=True)[1]
            # All that meet in a cell share its place, whatever their stuff: so no cracks open between two of them.
            vertices = means(vertices, cell)[cell[heads]]
            normals, tint, glow = (means(rows, owner) for rows in (normals, tint, glow))
            used = np.unique(faces)
            vertices, normals, tint, glow = vertices[used], normals[used], tint[used], glow[used]
            part, slot = part[heads][used], slot[heads][used]
            faces = np.searchsorted(used, faces)
        table = np.array([[*m.colour, *m.glow, m.gloss, m.through] for m in self._stuffs])[slot]
        bounds = np.searchsorted(part, np.arange(len(self._parts) + 1))
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = np.where(length > 1e-6, normals / np.maximum(length, 1e-6), [0.0, 1.0, 0.0])
        return RigidBody(
            np.ascontiguousarray(vertices, np.float32),
            np.ascontiguousarray(faces, np.int32),
            np.ascontiguousarray(normals, np.float32),
            np.ascontiguousarray(np.clip(table[:, :3] * tint, 0, 1), np.float32),
            np.ascontiguousarray(table[:, 3:6] + glow, np.float32),
            np.ascontiguousarray(table[:, 6:8], np.float32),
            tuple(
                Part(int(bounds[k]), int(bounds[k + 1]), parent, move, bend)
                for k, (parent, move, bend) in enumerate(self._parts)
            ),
            light,
            plumes,
        )


def _rows(value: ArrayLike, number: int) -> Doubles:
    array = np.asarray(value, float)
    return np.broadcast_to(array[:, None] if array.ndim == 1 and len(array) == number else array, (number, 3))
