"""The kit that makes creatures: bones, flesh around them, skin that follows, and what a creature does.

How to add a species in an hour
-------------------------------
1. Bones. `Skeleton.add(name, parent, head, tail)`: joints in metres, at rest, facing +z, its right at +x, feet at
   y = 0. Parents come first; the first bone is the root. For four-legged ones fill in a `quadruped.Quadruped` instead,
   for people-shaped ones a `human.Build`: their bones, gaits and faces come with them.
2. Flesh. A list of `implicit.Flesh`, round cones that melt together; each moves with one bone. A bone may have many
   (muscles, cheeks, a hump). `group` makes a separate closed surface with a crisp border (shirt, trousers).
3. `Kit(skeleton, fleshes, casting, share=...)` and `kit.grow(group, paint)`: `paint(patch)` returns the colours (n, 3)
   of `patch.points` at rest; `patch.bone` names the bone under each point. `tones`, `mottle`, `soft` help.
4. Details, all optional, dropped in crowds where `kit.fine` is False: `kit.eye`, `kit.ball`, `kit.leaf` (ears, wings,
   feathers, plates, tufts), `kit.tube` (horns, tails, poles), `kit.sheet` (membranes, capes, skirts), `kit.on_surface`
   (what lies on the skin: mouths, brows). Give each the bone it moves with.
5. Motion. A function `act(pose, t, travelled)`: `pose.turn(bone, pitch, yaw, roll)` in radians about the axes of the
   body at rest (pitch lifts what points forward and swings forward what hangs; yaw turns to the right; roll leans to
   the right), `pose.shift(bone, x, y, z)`, `pose.plant(leg, ...)` puts a foot somewhere (see `Leg`), `pose.morph`
   drives shape keys (`kit.morph`). Bones that a creature lacks are passed over, so acts can be shared. Feet go by
   `travelled`, all else by `t`; `wander`, `blink`, `swing` in `gait` give life. The pose must be pure: no state.
6. `return kit.body(act)`, and a `Subject` row in `subjects/`. List only actions that the frames show.

Proportions decide: look up side views, give the joints (not the outline), and render it from the side, front and back.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.creatures.implicit import (
    Flesh,
    Floats,
    Ints,
    Point,
    area,
    distance,
    gradient,
    grow,
    prisms,
)
from promptreel.engines.scenes.creatures.skin import BONES, bend, smooth_weights, weigh
from promptreel.engines.scenes.mesh import grid_triangles, vertex_normals, wrap_triangles
from promptreel.engines.scenes.stage import Casting

VERTICES = (240, 1250, 4200, 15000)
"""Of the grown surfaces, for details 0, 1, 2 and 3 (a portrait); eyes, hair and the like come on top."""


LID = 0.33
"""How much of an eye an open lid covers: the share of half a turn, from above."""

_PRISMS = {
    "head": 4,
    "face": 3,
    "hand": 2,
    "glove": 2,
    "bare": 6,
    "hair": 3,
    "boot": 4,
    "shoe": 4,
    "foot": 2,
    "mane": 3,
}
"""How many cones of a group are worth showing in a crowd."""


# -- bones -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leg:
    """A chain of bones that stands on the ground: `upper`, `lower`, then `end` (from the ankle to the `contact`, which
    is planted) and perhaps a `foot` beyond it. `forward` is 1 where the knee points forward, -1 for an elbow."""

    upper: int
    lower: int
    end: int
    foot: int
    forward: float
    contact: Point


class Skeleton:
    """Bones by name, parents before children; `legs` by the name of their first bone."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.parents: list[int] = []
        self.index: dict[str, int] = {}
        self.heads: list[Point] = []
        self.tails: list[Point] = []
        self.legs: dict[str, Leg] = {}

    def add(self, name: str, parent: str, head: Point, tail: Point) -> None:
        """A bone that turns about `head`; `parent` is empty for the root."""
        self.index[name] = len(self.names)
        self.names.append(name)
        self.parents.append(self.index[parent] if parent else -1)
        self.heads.append(head)
        self.tails.append(tail)

    def leg(self, name: str, lower: str, end: str, foot: str = "", forward: float = 1.0) -> None:
        """Make a leg of bones that were added; the contact is the end of `end`."""
        upper, middle, last, toes = (self.index[bone] if bone else -1 for bone in (name, lower, end, foot))
        self.legs[name] = Leg(upper, middle, last, toes, forward, self.tails[last])


def rotation(pitch: float, yaw: float = 0.0, roll: float = 0.0) -> NDArray[np.float64]:
    """Roll first, then pitch, then yaw; see the module for their signs."""
    cp, sp, cy, sy, cr, sr = (
        math.cos(pitch), math.sin(pitch), math.cos(yaw), math.sin(yaw), math.cos(roll), math.sin(roll)
    )  # fmt: skip
    return np.array([
        (cy * cr + sy * sp * sr, cy * sr - sy * sp * cr, sy * cp),
        (-cp * sr, cp * cr, sp),
        (-sy * cr + cy * sp * sr, -sy * sr - cy * sp * cr, cy * cp),
    ])  # fmt: skip


class Pose:
    """What the bones do at one moment."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self.morph: dict[str, float] = {}
        self._turns: dict[int, list[float]] = {}
        self._shifts: dict[int, list[float]] = {}
        self._planted: dict[int, tuple[Leg, float, float, float, float, float]] = {}

    def turn(self, bone: str, pitch: float = 0.0, yaw: float = 0.0, roll: float = 0.0) -> None:
        """Turn a bone and all that hangs on it, on top of earlier turns. Unknown bones are passed over."""
        number = self.skeleton.index.get(bone)
        if number is not None:
            angles = self._turns.setdefault(number, [0.0, 0.0, 0.0])
            angles[0] += pitch
            angles[1] += yaw
            angles[2] += roll

    def shift(self, bone: str, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> None:
        """Move a bone and all that hangs on it, in m, along the axes of its parent."""
        number = self.skeleton.index.get(bone)
        if number is not None:
            offset = self._shifts.setdefault(number, [0.0, 0.0, 0.0])
            offset[0] += x
            offset[1] += y
            offset[2] += z

    def plant(
        self, leg: str, x: float = 0.0, y: float = 0.0, z: float = 0.0, end: float = 0.0, foot: float = 0.0
    ) -> None:
        """Put the contact of a leg at its place at rest plus (x, y, z), whatever the body does; the bones between bend
        by themselves. `end` and `foot` are the pitches of the bones around the contact."""
        chain = self.skeleton.legs.get(leg)
        if chain is not None:
            cx, cy, cz = chain.contact
            self._planted[chain.upper] = (chain, cx + x, cy + y, cz + z, end, foot)

    def free(self, leg: str) -> None:
        """Forget that a leg was planted: its bones go by turns again."""
        chain = self.skeleton.legs.get(leg)
        if chain is not None:
            self._planted.pop(chain.upper, None)

    def forget(self, *bones: str) -> None:
        """Take back the turns of some bones."""
        for bone in bones:
            self._turns.pop(self.skeleton.index.get(bone, -1), None)

    def solve(self) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
        """The rotation of each bone and the place of its head."""
        skeleton = self.skeleton
        turned: list[NDArray[np.float64]] = []
        places: list[NDArray[np.float64]] = []
        fixed: dict[int, NDArray[np.float64]] = {}
        for number, parent in enumerate(skeleton.parents):
            head = np.array(skeleton.heads[number])
            if parent >= 0:
                head = head - skeleton.heads[parent]
            if number in self._shifts:
                head = head + self._shifts[number]
            place = places[parent] + turned[parent] @ head if parent >= 0 else head
            if number in self._planted:
                _bend_leg(skeleton, place, *self._planted[number], fixed)
            if number in fixed:
                turn = fixed[number]
            else:
                turn = turned[parent] if parent >= 0 else np.eye(3)
                if number in self._turns:
                    turn = turn @ rotation(*self._turns[number])
            turned.append(turn)
            places.append(place)
        return turned, places

    def matrices(self) -> Floats:
        """What `skin.bend` wants, (bones, 12)."""
        turned, places = self.solve()
        turn = np.array(turned)
        offset = np.array(places) - np.einsum("bij,bj->bi", turn, np.array(self.skeleton.heads))
        return np.concatenate([turn, offset[:, :, None]], axis=2).reshape(-1, 12).astype(np.float32)


def _bend_leg(
    skeleton: Skeleton,
    hip: NDArray[np.float64],
    leg: Leg,
    x: float,
    y: float,
    z: float,
    end: float,
    foot: float,
    fixed: dict[int, NDArray[np.float64]],
) -> None:
    """Two-bone inverse kinematics in the plane through the hip and the contact, which may lean sideways."""
    heads, tails = skeleton.heads, skeleton.tails
    aside = x - float(hip[0]) - (leg.contact[0] - heads[leg.upper][0])
    below = max(float(hip[1]) - y, 1e-3)
    lean = -math.atan2(aside, below)
    down, away = -math.hypot(aside, below), z - float(hip[2])
    # From the ankle to the contact, turned by `end`.
    ey, ez = tails[leg.end][1] - heads[leg.end][1], tails[leg.end][2] - heads[leg.end][2]
    c, s = math.cos(end), math.sin(end)
    down, away = down - (c * ey + s * ez), away - (c * ez - s * ey)
    uy, uz = heads[leg.lower][1] - heads[leg.upper][1], heads[leg.lower][2] - heads[leg.upper][2]
    ly, lz = heads[leg.end][1] - heads[leg.lower][1], heads[leg.end][2] - heads[leg.lower][2]
    upper, lower = math.hypot(uy, uz), math.hypot(ly, lz)
    reach = min(max(math.hypot(down, away), abs(upper - lower) * 1.02 + 1e-4), (upper + lower) * 0.9995)
    toward = math.atan2(away, -down)
    opening = math.acos(min(1.0, max(-1.0, (upper**2 + reach**2 - lower**2) / (2 * upper * reach))))
    thigh = toward + leg.forward * opening
    knee_y, knee_z = -upper * math.cos(thigh), upper * math.sin(thigh)
    shin = math.atan2(reach * math.sin(toward) - knee_z, reach * math.cos(toward) + knee_y)
    fixed[leg.upper] = _leaning(thigh - math.atan2(uz, -uy), lean)
    fixed[leg.lower] = _leaning(shin - math.atan2(lz, -ly), lean)
    fixed[leg.end] = _leaning(end, lean)
    if leg.foot >= 0:
        fixed[leg.foot] = rotation(foot)


def _leaning(pitch: float, roll: float) -> NDArray[np.float64]:
    """Pitch first, then roll."""
    return rotation(0.0, 0.0, roll) @ rotation(pitch)


# -- what is built -----------------------------------------------------------------------------------------------------

Act = Callable[[Pose, float, float], None]


@dataclass(slots=True)
class Creature:
    """A `stage.Body` made of skin over bones."""

    skeleton: Skeleton
    vertices: Floats
    triangles: Ints
    normals: Floats
    colour: Floats
    emission: Floats
    finish: Floats
    bones: Ints
    weights: Floats
    act: Act
    morphs: dict[str, tuple[Ints, Floats]]
    closed: tuple[tuple[int, int], ...] = ()
    """Ranges of triangles that are closed surfaces."""
    lights: tuple[tuple[float, ...], ...] = ()

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """See `stage.Body`."""
        pose = Pose(self.skeleton)
        self.act(pose, t, travelled)
        rest = self.vertices
        amounts = {name: amount for name, amount in pose.morph.items() if amount and name in self.morphs}
        if amounts:
            rest = rest.copy()
            for name, amount in amounts.items():
                chosen, offsets = self.morphs[name]
                rest[chosen] += np.float32(amount) * offsets
        bend(rest, self.normals, self.bones, self.weights, pose.matrices(), vertices, normals)

    def lamps(self, t: float) -> Floats:
        """See `stage.Body`."""
        return np.array(self.lights, np.float32).reshape(-1, 6)


@dataclass(slots=True)
class Patch:
    """Points of a surface at rest, on the way to being coloured."""

    points: Floats
    normals: Floats
    bone: NDArray[np.str_]


Paint = Callable[[Patch], ArrayLike]


@dataclass(slots=True)
class _Part:
    vertices: Floats
    triangles: Ints
    normals: Floats
    colour: Floats
    emission: Floats
    finish: Floats
    bones: Ints
    weights: Floats


class Kit:
    """Collects the surfaces of one creature. See the module for how to use it."""

    def __init__(
        self, skeleton: Skeleton, fleshes: Sequence[Flesh], casting: Casting, share: dict[str, float] | None = None
    ) -> None:
        self.skeleton, self.casting, self.rng = skeleton, casting, casting.rng
        self.fleshes = list(fleshes)
        self.fine = casting.detail > 0
        """Whether small things are worth their vertices."""
        self.finest = casting.detail > 1
        self.portrait = casting.detail > 2
        """Whether its face fills the picture."""
        self.fades = True
        """Whether what is `old` loses its colour: cloth and fur do, skin does not."""
        self._parts: list[_Part] = []
        self._count = self._faces = 0
        self._closed: list[tuple[int, int]] = []
        self._morphs: dict[str, list[tuple[Ints, Floats]]] = {}
        self.lights: list[tuple[float, ...]] = []
        groups = dict.fromkeys(flesh.group for flesh in self.fleshes)
        # A group gets vertices by its area, times how much finer than the rest it should be.
        wanted = {group: area(self.group(group)) * (share or {}).get(group, 1.0) for group in groups}
        total = sum(wanted.values())
        self._budget = {group: VERTICES[casting.detail] * part / total for group, part in wanted.items()}

    def group(self, group: str) -> list[Flesh]:
        """The flesh of one surface."""
        return [flesh for flesh in self.fleshes if flesh.group == group]

    @property
    def count(self) -> int:
        """Vertices so far."""
        return self._count

    # -- surfaces --

    def grow(
        self,
        group: str,
        paint: Paint | ArrayLike,
        gloss: float = 0.0,
        bumps: float = 0.0,
        bump_size: float = 0.03,
        fur: float = 0.0,
        spread: Pose | None = None,
        rounds: int = 2,
        relief: Callable[[Floats], ArrayLike] | None = None,
    ) -> Patch:
        """The closed surface around one group of flesh. `bumps` (m) makes it woolly, with lumps of `bump_size`; `fur`
        (0…1) ruffles the light on it. `spread` is a pose in which to grow it and bring it back, so that limbs that lie
        close (arms along the trunk) do not grow together. `rounds` says how far the pull of bones is smoothed. `relief` says
        how far (m) points stand out from the flesh: locks of hair, folds."""
        fleshes = self.group(group)
        names = self.skeleton.names
        bind = None if spread is None else spread.matrices().reshape(-1, 3, 4)
        if bind is not None:
            fleshes = [_moved(flesh, bind[self.skeleton.index[flesh.bone]]) for flesh in fleshes]
        if self.fine:
            points, faces, normals = grow(fleshes, max(int(self._budget[group]), 60))
            bones, weights = weigh(points, fleshes, names, self.skeleton.parents)
            bones, weights = smooth_weights(bones, weights, faces, len(names), rounds)
            if bumps:
                lumps = mottle(points, bump_size, self.rng)
                points = points + normals * (bumps * lumps)[:, None].astype(np.float32)
                normals = vertex_normals(points, faces)
            if relief is not None:
                points = points + normals * np.asarray(relief(points), np.float32)[:, None]
                normals = vertex_normals(points, faces)
            if fur:
                ruffled = normals + np.float32(fur) * self.rng.normal(0, 1, normals.shape).astype(np.float32)
                normals = ruffled / np.linalg.norm(ruffled, axis=1, keepdims=True)
        else:
            points, faces, normals, owners = prisms(fleshes, _PRISMS.get(group, 30))
            bones = np.zeros((len(points), BONES), np.int32)
            bones[:, 0] = [self.skeleton.index[owner] for owner in owners]
            weights = np.zeros((len(points), BONES), np.float32)
            weights[:, 0] = 1
        if bind is not None:
            blended = np.einsum("nk,nkij->nij", weights, bind[bones])
            back = np.linalg.inv(blended[:, :, :3])
            points = np.einsum("nij,nj->ni", back, points - blended[:, :, 3]).astype(np.float32)
            normals = np.einsum("nij,nj->ni", back, normals)
            normals = (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)
        patch = Patch(points, normals, np.array(names)[bones[:, 0]])
        colour = paint(patch) if callable(paint) else paint
        self._closed.append((self._faces, self._faces + len(faces)))
        self._add(points, faces, normals, colour, 0.0, (gloss, 0.0), bones, weights)
        return patch

    def add(
        self,
        bone: str | Sequence[str],
        points: ArrayLike,
        faces: ArrayLike,
        colour: ArrayLike,
        emission: ArrayLike = 0.0,
        gloss: float = 0.0,
        translucency: float = 0.0,
        normals: ArrayLike | None = None,
    ) -> tuple[int, int]:
        """A surface that moves with one bone, or with `bone` per point. Returns the range of its vertices."""
        vertices = np.asarray(points, np.float32).reshape(-1, 3)
        triangles = np.asarray(faces, np.int32).reshape(-1, 3)
        bones = np.zeros((len(vertices), BONES), np.int32)
        index = self.skeleton.index
        bones[:, 0] = index[bone] if isinstance(bone, str) else [index[name] for name in bone]
        weights = np.zeros((len(vertices), BONES), np.float32)
        weights[:, 0] = 1
        directions = vertex_normals(vertices, triangles) if normals is None else np.asarray(normals, np.float32)
        self._add(vertices, triangles, directions, colour, emission, (gloss, translucency), bones, weights)
        return self._count - len(vertices), self._count

    def skinned(
        self,
        points: ArrayLike,
        faces: ArrayLike,
        normals: ArrayLike,
        colour: ArrayLike,
        bones: Ints,
        weights: Floats,
        emission: ArrayLike = 0.0,
        gloss: float = 0.0,
        translucency: float = 0.0,
    ) -> tuple[int, int]:
        """A surface whose vertices move with several bones each, as for `skin.bend`. Returns the range of its vertices."""
        vertices = np.asarray(points, np.float32).reshape(-1, 3)
        triangles = np.asarray(faces, np.int32).reshape(-1, 3)
        directions = np.asarray(normals, np.float32)
        self._add(vertices, triangles, directions, colour, emission, (gloss, translucency), bones, weights)
        return self._count - len(vertices), self._count

    def settle(self, points: ArrayLike) -> None:
        """Say where all vertices so far are at rest, for bodies that a formula moves."""
        rows, start = np.asarray(points, np.float32).reshape(-1, 3), 0
        for part in self._parts:
            part.vertices = rows[start : start + len(part.vertices)]
            start += len(part.vertices)

    def drawn(self, start: int) -> Floats:
        """The vertices from `start` on."""
        return np.concatenate([part.vertices for part in self._parts])[start:]

    def _add(
        self,
        points: Floats,
        faces: Ints,
        normals: Floats,
        colour: ArrayLike,
        emission: ArrayLike,
        finish: tuple[float, float],
        bones: Ints,
        weights: Floats,
    ) -> None:
        shape = points.shape
        self._parts.append(
            _Part(
                points,
                faces + np.int32(self._count),
                np.broadcast_to(np.asarray(normals, np.float32), shape),
                np.broadcast_to(np.asarray(colour, np.float32), shape),
                np.broadcast_to(np.asarray(emission, np.float32), shape),
                np.broadcast_to(np.asarray(finish, np.float32), (len(points), 2)),
                bones,
                weights,
            )
        )
        self._count += len(points)
        self._faces += len(faces)

    def morph(self, name: str, first: int, offsets: ArrayLike) -> None:
        """A shape key: `pose.morph[name] = 1` moves the vertices from `first` on by `offsets` (n, 3)."""
        away = np.asarray(offsets, np.float32)
        chosen = np.arange(first, first + len(away), dtype=np.int32)
        self._morphs.setdefault(name, []).append((chosen, away))

    # -- details --

    def ball(
        self,
        bone: str,
        centre: Point,
        radius: float,
        colour: ArrayLike | Callable[[Floats], Floats],
        emission: ArrayLike = 0.0,
        gloss: float = 0.0,
        squash: Point = (1, 1, 1),
        cover: float = 1.0,
        facing: Point = (0, 1, 0),
        sides: int = 8,
    ) -> tuple[int, int]:
        """A ball, or the part of it around `facing`: `cover` 1 whole, 0.5 half. Colour may be a function of how far
        (0…1) a ring is from the pole."""
        rings = 3 + sides // 3
        polar = np.linspace(0.02, math.pi * cover - (0.02 if cover == 1 else 0), rings)
        around = np.arange(sides) * (2 * np.pi / sides)
        pole = np.asarray(facing, np.float64) / np.linalg.norm(facing)
        side = np.cross(pole, [0, 0, 1.0] if abs(pole[2]) < 0.8 else [1.0, 0, 0])
        side /= np.linalg.norm(side)
        other = np.cross(side, pole)
        ring = np.cos(around)[:, None] * side + np.sin(around)[:, None] * other
        unit = np.cos(polar)[:, None, None] * pole + np.sin(polar)[:, None, None] * ring
        unit = unit.reshape(-1, 3)
        shades = colour(np.repeat(polar / math.pi, sides)) if callable(colour) else colour
        points = np.asarray(centre) + unit * np.asarray(squash) * radius
        normals = unit / np.asarray(squash)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        return self.add(bone, points, wrap_triangles(rings, sides), shades, emission, gloss, normals=normals)

    def eye(
        self,
        side_bones: tuple[str, str, str],
        centre: Point,
        radius: float,
        iris: ArrayLike,
        lid: ArrayLike,
        facing: Point = (0.5, 0.1, 1.0),
        white: float = 0.25,
        pupil: float = 0.45,
        glow: float = 0.0,
        lash: float = 0.0,
    ) -> None:
        """A pair of eyes, the given one at +x. `side_bones`: the head and the bones of the two lids (add them with
        `lids`). `white` is how much white shows around the iris, `pupil` how much of the iris is black. `lash` 0…1 is how
        long the lashes on the lids are."""
        if not self.fine:
            return
        tint, skin = np.asarray(iris, np.float32), np.asarray(lid, np.float32)

        def shade(polar: Floats) -> Floats:
            edge = 0.5 * (1 - white)
            # An iris is lighter around the pupil and has a dark rim; the white greys toward the lids.
            across = np.clip((polar / edge - pupil) / (1 - pupil), 0, 1)[:, None]
            ring = tint * (1.5 - 0.9 * across**2) if self.portrait else tint
            ball = 0.66 - 0.3 * np.clip((polar - 0.35) / 0.2, 0, 1)[:, None] * self.portrait
            colour = np.where((polar < edge)[:, None], ring, ball)
            return np.asarray(np.where((polar < edge * pupil)[:, None], 0.004, colour), np.float32)

        sides = 30 if self.portrait else 12 if self.finest else 6
        seat = self._seat(centre, facing, 0.3 * radius)
        # A lid has the colour of the skin around it.
        grown = max(self._parts, key=lambda part: -float(np.abs(part.vertices - seat).sum(axis=1).min()))
        skin = 0.4 * skin + 0.45 * grown.colour[np.abs(grown.vertices - seat).sum(axis=1).argmin()]
        for number, side in enumerate((-1, 1)):
            at = (seat[0] * side, seat[1], seat[2])
            self.skeleton.heads[self.skeleton.index[side_bones[1 + number]]] = at  # A lid turns about its eye.
            front = (facing[0] * side, facing[1], facing[2])
            self.ball(side_bones[0], at, radius, shade, tint * glow, 0.9, facing=front, cover=0.62, sides=sides)
            if self.finest:
                unit = np.asarray(front) / np.linalg.norm(front)
                glint = (
                    np.asarray(at) + (unit + [0.15, 0.32, 0.0]) / np.linalg.norm(unit + [0.15, 0.32, 0]) * radius * 0.92
                )
                spot = (float(glint[0]), float(glint[1]), float(glint[2]))
                self.ball(side_bones[0], spot, radius * 0.17, 0.9, 0.5, facing=front, sides=5)
                up = (front[0] * 0.3, 0.95, front[2] * 0.1)
                self.ball(side_bones[1 + number], at, radius * 1.1, skin, facing=up, cover=LID, sides=sides)
                if lash:
                    self._lashes(side_bones[1 + number], at, radius * 1.1, up, LID * math.pi, lash)

    def _lashes(self, bone: str, at: Point, radius: float, pole: Point, polar: float, length: float) -> None:
        """A dark line along the front edge of the lid, which is the circle at `polar` rad about `pole`."""
        way = np.asarray(pole) / np.linalg.norm(pole)
        out = np.array([0, 0, 1.0]) - way[2] * way
        out /= np.linalg.norm(out)
        count = 11
        around = np.linspace(-1.25, 1.25, count)
        side = np.cross(way, out)
        level = np.cos(around)[:, None] * out + np.sin(around)[:, None] * side
        taper = np.cos(around)[:, None]
        edge = np.cos(polar) * way + np.sin(polar) * level
        above = np.cos(polar - 0.10) * way + np.sin(polar - 0.10) * level
        outer = edge * (1.02 + (0.10 + 0.28 * length) * taper) + 0.10 * length * taper * way
        points = np.asarray(at) + radius * np.concatenate([above * 1.02, edge * 1.04, outer])
        faces = grid_triangles(3, count)
        self.add(bone, points, np.concatenate([faces, faces[:, ::-1]]), 0.012, normals=np.tile(out, (3 * count, 1)))

    def _seat(self, centre: Point, facing: Point, depth: float) -> Point:
        """The place on the line from `centre` toward `facing` that lies `depth` m under the skin."""
        way = np.asarray(facing, np.float32) / np.linalg.norm(facing)
        at = np.asarray(centre, np.float32)[None]
        for _ in range(12):
            at = at + way * np.clip(-depth - float(distance(self.fleshes, at)[0]), -0.02, 0.02) * np.float32(0.8)
        return float(at[0, 0]), float(at[0, 1]), float(at[0, 2])

    def leaf(
        self,
        bone: str | Sequence[str],
        base: ArrayLike,
        along: ArrayLike,
        across: ArrayLike,
        front: ArrayLike,
        back: ArrayLike | None = None,
        widths: Sequence[float] = (0.7, 1.0, 0.75, 0.05),
        cup: ArrayLike = (0, 0, 0),
        columns: int = 3,
        translucency: float = 0.2,
        thick: float = 0.004,
        droop: ArrayLike = (0, 0, 0),
        gloss: float = 0.0,
    ) -> tuple[int, int]:
        """A thin two-sided blade from `base` along a vector: ears, feathers, tufts, plates.

        `across` is half of its width, times `widths` from foot to tip; `cup` pushes its middle out, `droop` its tip.
        `bone` may be one per row of `widths`. The `front` looks to where `along` × `across` points.
        """
        rows = len(widths)
        u = np.linspace(0, 1, rows)[:, None, None]
        s = np.linspace(-1, 1, columns)[None, :, None]
        wide = np.asarray(widths)[:, None, None]
        line, side = np.asarray(along, np.float64), np.asarray(across, np.float64)
        bow = np.asarray(cup) * (1 - s**2) * np.sin(np.pi * np.clip(u * 0.9 + 0.1, 0, 1))
        grid = np.asarray(base) + line * u + side * wide * s + bow + np.asarray(droop) * u**2
        outward = np.cross(line, side)
        outward /= max(float(np.linalg.norm(outward)), 1e-9)
        points = np.concatenate([grid.reshape(-1, 3) + outward * thick, grid.reshape(-1, 3) - outward * thick])
        half = grid_triangles(rows, columns)
        normal = vertex_normals(points[: rows * columns].astype(np.float32), half)
        if float((normal @ outward).sum()) < 0:
            normal, half = -normal, half[:, ::-1]
        faces = np.concatenate([half, half[:, ::-1] + rows * columns])
        shades = np.concatenate(
            [
                np.broadcast_to(np.asarray(c, np.float32), (rows * columns, 3))
                for c in (front, front if back is None else back)
            ]
        )
        owner = bone if isinstance(bone, str) else [name for name in bone for _ in range(columns)] * 2
        return self.add(owner, points, faces, shades, 0.0, gloss, translucency, np.concatenate([normal, -normal]))

    def tube(
        self,
        bone: str | Sequence[str],
        path: ArrayLike,
        radii: Sequence[float],
        colour: ArrayLike,
        gloss: float = 0.0,
        sides: int = 6,
        emission: ArrayLike = 0.0,
    ) -> tuple[int, int]:
        """A bent pipe through the points of `path` (n, 3): horns, poles, ropes, plaits. Colour may be (n, 3); `bone`
        one per point."""
        line = np.asarray(path, np.float64)
        heading = np.gradient(line, axis=0)
        heading /= np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-9)
        guide = np.array([1.0, 0, 0]) if np.abs(heading[:, 0]).max() < 0.9 else np.array([0, 0.3, 1.0])
        side = np.cross(heading, guide)
        side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
        other = np.cross(heading, side)
        angle = np.arange(sides) * (2 * np.pi / sides)
        out = np.cos(angle)[None, :, None] * side[:, None] + np.sin(angle)[None, :, None] * other[:, None]
        points = line[:, None] + out * np.asarray(radii)[:, None, None]
        shade = np.asarray(colour, np.float32)
        shade = np.repeat(shade, sides, axis=0) if shade.ndim == 2 else shade
        glow = np.asarray(emission, np.float32)
        glow = np.repeat(glow, sides, axis=0) if glow.ndim == 2 else glow
        owner = bone if isinstance(bone, str) else [name for name in bone for _ in range(sides)]
        faces = wrap_triangles(len(line), sides)
        return self.add(owner, points.reshape(-1, 3), faces, shade, glow, gloss, normals=out.reshape(-1, 3))

    def block(
        self,
        bone: str,
        centre: Point,
        half: Point,
        colour: ArrayLike,
        emission: ArrayLike = 0.0,
        gloss: float = 0.0,
        round_: float = 0.35,
        turn: NDArray[np.float64] | None = None,
    ) -> tuple[int, int]:
        """A box with round edges (a superellipsoid: `round_` 1 is an egg, 0.1 a sharp box), turned by a matrix."""
        sides = (4, 8, 16, 16)[self.casting.detail]
        rings = sides // 2 + 2
        polar = np.linspace(-0.5 * np.pi, 0.5 * np.pi, rings)
        around = np.arange(sides) * (2 * np.pi / sides) + np.pi / sides

        def power(value: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
            return np.asarray(np.sign(value) * np.maximum(np.abs(value), 1e-9) ** exponent)

        def shape(exponent: float) -> NDArray[np.float64]:
            ring = power(np.cos(polar), exponent)[:, None]
            x, z = ring * power(np.cos(around), exponent), ring * power(np.sin(around), exponent)
            y = np.broadcast_to(power(np.sin(polar), exponent)[:, None], x.shape)
            return np.stack([x, y, z], axis=-1).reshape(-1, 3)

        points = shape(round_) * half
        normals = shape(2 - round_) / np.asarray(half)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        if turn is not None:
            points, normals = points @ turn.T, normals @ turn.T
        faces = wrap_triangles(rings, sides)
        return self.add(bone, points + np.asarray(centre), faces, colour, emission, gloss, normals=normals)

    def sheet(
        self,
        lines: ArrayLike,
        bones: Sequence[str],
        colour: ArrayLike,
        back: ArrayLike | None = None,
        across: int = 3,
        scallop: float = 0.15,
        thick: float = 0.006,
        translucency: float = 0.5,
        gloss: float = 0.1,
    ) -> tuple[int, int]:
        """A membrane held by `lines` (k, m, 3), each of which moves with one of `bones` (k): wings, sails, fins, capes.

        `across` strips fill the space between two lines, where the far edge draws back by the share `scallop`.
        """
        held = np.asarray(lines, np.float64)
        count, long, _ = held.shape
        place = np.linspace(0, count - 1, (count - 1) * across + 1)
        low = np.minimum(place.astype(int), count - 2)
        share = place - low
        grid = held[low] * (1 - share)[:, None, None] + held[low + 1] * share[:, None, None]
        back_off = 1 - scallop * np.sin(np.pi * share)
        grid = grid[:, :1] + (grid - grid[:, :1]) * back_off[:, None, None]
        faces = grid_triangles(len(place), long)
        normal = vertex_normals(grid.reshape(-1, 3).astype(np.float32), faces)
        if normal[:, 1].sum() < 0:
            normal, faces = -normal, faces[:, ::-1]
        number = len(place) * long
        points = np.concatenate([grid.reshape(-1, 3) + normal * thick / 2, grid.reshape(-1, 3) - normal * thick / 2])
        own = np.zeros((len(place), BONES), np.int32)
        weights = np.zeros((len(place), BONES), np.float32)
        index = np.array([self.skeleton.index[name] for name in bones])
        own[:, 0], own[:, 1] = index[low], index[low + 1]
        weights[:, 0], weights[:, 1] = 1 - share, share
        shades = [
            np.broadcast_to(np.asarray(c, np.float32), (number, 3)) for c in (colour, colour if back is None else back)
        ]
        self._add(
            points.astype(np.float32),
            np.concatenate([faces, faces[:, ::-1] + number]).astype(np.int32),
            np.concatenate([normal, -normal]),
            np.concatenate(shades),
            0.0,
            (gloss, translucency),
            np.ascontiguousarray(np.tile(np.repeat(own, long, axis=0), (2, 1))),
            np.ascontiguousarray(np.tile(np.repeat(weights, long, axis=0), (2, 1))),
        )
        return self._count - len(points), self._count

    def on_surface(self, xy: ArrayLike, groups: Sequence[str], lift: float = 0.002, start: float = 2.0) -> Floats:
        """Points (n, 3) on the front of the flesh of `groups` at given (x, y), `lift` m before it."""
        flat = np.asarray(xy, np.float32).reshape(-1, 2)
        fleshes = [flesh for flesh in self.fleshes if flesh.group in groups]
        top = max(max(f.head[2], f.tail[2]) + max(f.r0, f.r1) for f in fleshes)
        points = np.concatenate([flat, np.full((len(flat), 1), min(start, top + 0.02), np.float32)], axis=1)
        for _ in range(24):
            points[:, 2] -= np.clip(distance(fleshes, points), -0.01, 0.05) * np.float32(0.8)
        normals, _ = gradient(fleshes, points, 0.004)
        return np.asarray(points + normals * np.float32(lift), np.float32)

    # -- done --

    def body(self, act: Act) -> Creature:
        """Everything as one body, with what the prompt's adjectives ask for."""
        arrays = {
            name: np.ascontiguousarray(np.concatenate([getattr(part, name) for part in self._parts]))
            for name in ("vertices", "triangles", "normals", "colour", "emission", "finish", "bones", "weights")
        }
        arrays["colour"], arrays["emission"], arrays["finish"] = _qualities(
            self.casting.qualities, arrays["vertices"], arrays["colour"], arrays["emission"], arrays["finish"], self.rng,
            fades=self.fades,
        )  # fmt: skip
        lights = list(self.lights)
        if "glowing" in self.casting.qualities:
            middle = arrays["vertices"].mean(axis=0)
            lights.append((*map(float, middle), *map(float, arrays["colour"].mean(axis=0) * 2.5)))
        morphs = {
            name: (np.concatenate([chosen for chosen, _ in keys]), np.concatenate([away for _, away in keys]))
            for name, keys in self._morphs.items()
        }
        return Creature(
            self.skeleton, **arrays, act=act, morphs=morphs, closed=tuple(self._closed), lights=tuple(lights)
        )


def _moved(flesh: Flesh, matrix: Floats) -> Flesh:
    """The same flesh where a 3×4 matrix puts it."""
    ends = np.array([flesh.head, flesh.tail]) @ matrix[:, :3].T + matrix[:, 3]
    head, tail = ((float(x), float(y), float(z)) for x, y, z in ends)
    return replace(flesh, head=head, tail=tail)


def _qualities(
    qualities: frozenset[str],
    points: Floats,
    colour: Floats,
    emission: Floats,
    finish: Floats,
    rng: np.random.Generator,
    *,
    fades: bool,
) -> tuple[Floats, Floats, Floats]:
    """What adjectives make of a surface."""
    colour, emission, finish = colour.copy(), emission.copy(), finish.copy()
    grey = colour @ np.array([0.3, 0.6, 0.1], np.float32)
    grain = mottle(points, float(np.ptp(points[:, 1])) * 0.06, rng)[:, None]
    for quality, tint, gloss in (
        ("golden", (0.95, 0.62, 0.18), 0.75), ("metal", (0.50, 0.53, 0.57), 0.65), ("stone", (0.34, 0.33, 0.31), 0.0),
        ("wooden", (0.34, 0.20, 0.10), 0.08), ("glass", (0.55, 0.68, 0.72), 0.9),
    ):  # fmt: skip
        if quality in qualities:
            shade = 0.7 + 0.5 * np.sqrt(np.clip(grey, 0, 1))[:, None] + (0.18 * grain if gloss < 0.5 else 0)
            colour = (np.array(tint, np.float32) * shade).astype(np.float32)
            finish[:, 0] = gloss
    if "old" in qualities and fades:
        colour = (colour * 0.6 + 0.4 * (0.25 + 0.6 * grey[:, None])).astype(np.float32)
    if {"glass", "transparent"} & qualities:
        finish[:, 1] = 0.8
    if "glowing" in qualities:
        emission = emission + colour * np.float32(1.1) + np.float32(0.05)
    if "burning" in qualities:
        low, high = points[:, 1].min(), points[:, 1].max()
        rise = ((points[:, 1] - low) / max(high - low, 1e-3))[:, None]
        emission = emission + np.array([1.5, 0.45, 0.06], np.float32) * np.clip(rise * 0.6 + 0.5 * grain + 0.2, 0, 1)
    return colour, emission.astype(np.float32), finish


# -- colour ------------------------------------------------------------------------------------------------------------


def soft(low: float, high: float, value: ArrayLike) -> NDArray[np.float64]:
    """0 below `low`, 1 above `high`, smooth between; also falling, where `low` > `high`."""
    share = np.clip((np.asarray(value, np.float64) - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def tones(base: ArrayLike, *layers: tuple[ArrayLike, ArrayLike]) -> NDArray[np.float64]:
    """A colour over which others are laid: pairs of a colour and the share (n) that it covers."""
    colour = np.asarray(base, np.float64)
    for tint, share in layers:
        cover = np.asarray(share)[:, None]
        colour = colour * (1 - cover) + np.asarray(tint) * cover
    return colour


def mottle(points: ArrayLike, cell: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Smooth noise -1…1 (n) with lumps of about `cell` metres."""
    side = 16
    table = rng.uniform(-1, 1, (side, side, side))
    place = np.asarray(points, np.float64) / cell
    low = np.floor(place)
    share = place - low
    share = share * share * (3 - 2 * share)
    low = low.astype(np.int64)
    total = np.zeros(len(place))
    for i in (0, 1):
        for j in (0, 1):
            for k in (0, 1):
                corner = table[(low[:, 0] + i) % side, (low[:, 1] + j) % side, (low[:, 2] + k) % side]
                weight = np.ones(len(place))
                for axis, bit in enumerate((i, j, k)):
                    weight = weight * (share[:, axis] if bit else 1 - share[:, axis])
                total += corner * weight
    return total


def recoloured(coat: ArrayLike, casting: Casting) -> NDArray[np.float64]:
    """The main colour of a species, or the one that the prompt names: a dyed coat keeps a little of its own tone."""
    own = np.asarray(coat, np.float64)
    if casting.colour is None:
        return own
    return np.asarray(0.94 * np.asarray(casting.colour, np.float64) + 0.06 * own)
