"""Subjects of the kit as they come into a still picture: posed, lit by the picture's light, and laid into it by depth.

They live in a space of their own, in which the camera stands at the origin, looks along +z and never moves: a thing at
nearness n (see `depth`) stands 1 / n ahead and is made as large as the picture wants it. What the camera of the picture
does is a similarity of the screen for everything at one nearness, and is applied to the corners.

A subject is drawn into a window of its own with its coverage, blurred as the picture is, brought to display values between
the picture's black and its white, and mixed in with the picture's grain.
"""

import math
import zlib
from dataclasses import dataclass
from typing import Any

import cv2 as opencv
import numpy as np

from promptreel.engines import Picture
from promptreel.engines.scenes.director import _action
from promptreel.engines.scenes.kernels import f32, hash3, i32, kernel, mix, sat
from promptreel.engines.scenes.materials import COLOURS, material
from promptreel.engines.scenes.mesh import Camera, Rasteriser, look
from promptreel.engines.scenes.pictures.light import PictureLight, measure
from promptreel.engines.scenes.pictures.photo import Photo, View
from promptreel.engines.scenes.pictures.places import Room, Spot, find_spots
from promptreel.engines.scenes.post import tone_map
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.engines.scenes.shading import light_bodies
from promptreel.engines.scenes.stage import Casting, Floats

cv2: Any = opencv
"""Its type stubs know neither the types of elements nor pictures without a rectangle."""

TANGENT = 0.45
"""Of half the vertical angle of view of the space that subjects live in."""

MOST_KINDS, MOST = 4, 24
"""Kinds of subjects in one picture, and how many of one kind."""

EMPTY = -64.0
"""What a window holds where nothing is drawn: so negative that a mixed pixel tells how much of it is covered."""

BRIGHTEST = 14.0
"""Light above this counts as this; see `uncover`."""

NO_LAMPS = np.zeros((0, 6), np.float32)
NO_HAZE = np.zeros(5, np.float32)
NO_GRAIN = np.array([0.0, 7.0, 0.0, 34.0], np.float32)
PLAIN = np.zeros(16, np.float32)


@dataclass(frozen=True, slots=True)
class Actor:
    """One subject in the picture."""

    name: str
    body: Any
    spot: Spot
    scale: float
    """Units of its space per metre of its own."""
    middle: float
    """The row (fraction of the frame) from which it is looked at: the horizon, or its own middle."""
    delay: float
    part: slice
    """Its corners among all."""


@dataclass(slots=True)
class _Kind:
    """Corners of one kind of subject with the light on them."""

    light: PictureLight
    part: slice


@dataclass(slots=True)
class Stage:
    """What one thread draws with."""

    vertices: Floats
    normals: Floats
    shades: Floats
    flat: Floats
    hdr: Floats
    near: Floats
    cover: Floats
    shadow: Floats
    rasteriser: Rasteriser | None = None
    caster: Rasteriser | None = None


class Actors:
    """All subjects that come into one photo. Safe to use from many threads: nothing in it changes."""

    def __init__(
        self, photo: Photo, picture: Picture, spec: SceneSpec, chosen: tuple[int, ...], duration: float, seed: int
    ) -> None:
        """`picture` is the photo's own crop; `chosen` are indexes of `spec.subjects`."""
        self.width, self.height = photo.width, photo.height
        self._scale = self.height / 2 / TANGENT
        self.actors: list[Actor] = []
        self._kinds: list[_Kind] = []
        room = Room.of(photo)
        known = rows("subjects")
        parts: list[Any] = []
        total = 0
        for number in [number for number in chosen if spec.subjects[number].name in known][:MOST_KINDS]:
            wanted = spec.subjects[number]
            row = known[wanted.name]
            random = np.random.default_rng([abs(seed), zlib.crc32(wanted.name.encode()), number])
            action = _action(row, wanted.action)
            count = min(max(wanted.count, 1), MOST)
            spots = find_spots(room, row, wanted, action, count, duration, photo.nearness_at, random)
            first = total
            bodies: list[Any] = []
            for order, spot in enumerate(spots):
                if order < 5:
                    colour = np.array(COLOURS[wanted.colour], np.float32) if wanted.colour in COLOURS else None
                    detail = 2 if count <= 2 else 1 if count <= 8 else 0
                    casting = Casting(
                        action, random, colour, wanted.qualities, detail, spec.time == "night", spec.season
                    )
                    bodies.append(material(row.build(casting), wanted.qualities))
                body = bodies[order % len(bodies)]
                parts.append(body)
                corners = len(body.vertices)
                scale = 2 * TANGENT * spot.tall / spot.nearness / max(row.height, 0.05)
                middle = room.horizon if room.has_ground and spot.stands and spot.y <= 1 else spot.y - 0.55 * spot.tall
                delay = 0.0 if order == 0 else float(random.uniform(0, 3))
                part = slice(total, total + corners)
                self.actors.append(Actor(f"{wanted.name}#{order}", body, spot, scale, middle, delay, part))
                total += corners
            boxes = np.array([spot.box for spot in spots])
            box = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
            self._kinds.append(_Kind(measure(picture, photo.layers, _on_crop(photo, box)), slice(first, total)))
        self._count = total
        if not self.actors:
            return
        self._triangles = np.concatenate([actor.body.triangles + actor.part.start for actor in self.actors]).astype(
            np.int32
        )
        self._colour, self._emission, self._finish = (
            np.ascontiguousarray(np.concatenate([getattr(body, name) for body in parts]), np.float32)
            for name in ("colour", "emission", "finish")
        )
        casting_parts = [actor for actor in self.actors if actor.spot.stands and not actor.spot.floats]
        self._casters = (
            np.concatenate([actor.body.triangles + actor.part.start for actor in casting_parts]).astype(np.int32)
            if casting_parts
            else np.zeros((0, 3), np.int32)
        )
        first_light = self._kinds[0].light
        self._blur = 0.8 * float(np.sqrt(max((first_light.blur / photo.texels_per_pixel) ** 2 - 0.4, 0.0)))
        self._blur = min(self._blur, 0.004 * self.height)
        self._window = self._window_size(duration)

    def __bool__(self) -> bool:
        return bool(self.actors)

    # -- drawing -------------------------------------------------------------------------------------------------------

    def new_state(self) -> Stage | None:
        """The buffers of one thread."""
        if not self.actors:
            return None
        columns, lines = self._window
        stage = self._corners(columns, lines)
        stage.rasteriser = Rasteriser(columns, lines, self._count, len(self._triangles))
        if len(self._casters):
            stage.caster = Rasteriser(columns, lines, self._count, len(self._casters))
        return stage

    def _corners(self, columns: int, lines: int) -> Stage:
        """Buffers with which one can pose, but not yet draw."""

        def corners() -> Floats:
            return np.zeros((self._count, 3), np.float32)

        def window() -> Floats:
            return np.zeros((lines, columns), np.float32)

        hdr = np.zeros((3, lines, columns), np.float32)
        return Stage(corners(), corners(), corners(), corners(), hdr, window(), window(), window())

    def draw(
        self,
        stage: Stage,
        rgb: Floats,
        nearness: Floats,
        view: View,
        focus: tuple[float, float],
        t: float,
        seen: float = 1.0,
    ) -> None:
        """Lay the subjects at `t` seconds into `rgb` (3, H, W; 0…255), whose depth is `nearness`, seen from `view`.

        `seen` below 1 lets them fade.
        """
        self._pose(stage, t)
        eye = np.zeros(3, np.float32)
        for kind in self._kinds:
            light = kind.light.light
            light_bodies(
                stage.vertices, stage.normals, self._colour, self._emission, self._finish, NO_LAMPS, light.vector, eye,
                np.float32(light.glow), kind.part.start, kind.part.stop, stage.shades,
            )  # fmt: skip
        np.minimum(stage.shades, np.float32(BRIGHTEST), out=stage.shades)
        if stage.caster is not None:
            self._flatten(stage)
            self._see(stage.flat, view, focus)
        self._see(stage.vertices, view, focus)
        left, top = self._place_window(stage.vertices, stage.flat if stage.caster is not None else None)
        camera = self._camera()
        shift = np.array([left, top], np.float32)
        if stage.caster is not None:
            self._move(stage.flat, shift)
            self._draw_shadow(stage, camera, view, focus, t, shift)
            stage.shadow *= np.float32(seen)
            shade_picture(
                rgb, nearness, stage.shadow, np.int32(left), np.int32(top), self._shade(), np.float32(self._near_most())
            )
        self._move(stage.vertices, shift)
        stage.hdr.fill(EMPTY)
        stage.near.fill(0)
        assert stage.rasteriser is not None
        stage.rasteriser.draw(
            stage.vertices, stage.shades, self._triangles, camera, NO_HAZE, NO_GRAIN, PLAIN, stage.hdr, near=stage.near
        )
        uncover(stage.hdr, stage.cover)
        if self._blur > 0.3:
            for plane in (*stage.hdr, stage.cover):
                cv2.GaussianBlur(plane, (0, 0), self._blur, dst=plane)
        lay(rgb, nearness, stage.hdr, stage.cover, stage.near, np.int32(left), np.int32(top), self._numbers(seen))

    def boxes(self, view: View, focus: tuple[float, float], t: float) -> dict[str, tuple[float, float, float, float]]:
        """Where each subject is in the frame: left, top, right, bottom in pixels. For tests and tools."""
        if not self.actors:
            return {}
        stage = self._corners(1, 1)
        self._pose(stage, t)
        self._see(stage.vertices, view, focus)
        found = {}
        for actor in self.actors:
            points = self._pixels(stage.vertices[actor.part])
            low, high = points.min(axis=0), points.max(axis=0)
            found[actor.name] = float(low[0]), float(low[1]), float(high[0]), float(high[1])
        return found

    def _pose(self, stage: Stage, t: float) -> None:
        """Every subject in its pose, at its place before the camera that has not moved."""
        for actor in self.actors:
            vertices, normals = stage.vertices[actor.part], stage.normals[actor.part]
            x, y, heading, pitch, bank, gone = actor.spot.at(t)
            actor.body.pose(t + actor.delay, gone + 1.7 * actor.delay, vertices, normals)
            turn = _rotation(heading, pitch, bank)
            np.matmul(vertices * np.float32(actor.scale), turn.T, out=vertices)
            if actor.spot.floats:
                # What is below the water is not seen.
                np.maximum(vertices[:, 1], 0, out=vertices[:, 1])
            away = 1 / actor.spot.nearness
            aside = (x - 0.5) * self.width / self._scale * away
            down = (y - actor.middle) * self.height / self._scale * away
            vertices += np.array([aside, -down, away], np.float32)
            normals[:] = normals @ turn.T

    def _see(self, vertices: Floats, view: View, focus: tuple[float, float]) -> None:
        """Move corners so that a camera that stands still sees what `view` shows; see `photo.solve`."""
        turn = np.array(
            [[math.cos(view.roll), math.sin(view.roll)], [-math.sin(view.roll), math.cos(view.roll)]], np.float32
        )
        for actor in self.actors:
            points = vertices[actor.part]
            near = actor.spot.nearness
            away = np.maximum(points[:, 2:3], 0.05)
            flat = points[:, :2] / away * np.float32(self._scale)
            flat[:, 1] = (actor.middle - 0.5) * self.height - flat[:, 1]
            moved = np.array(
                [
                    (view.move_x * near + view.pan_x) * self.width + focus[0],
                    (view.move_y * near + view.pan_y) * self.height + focus[1],
                ],
                np.float32,
            )
            grown = np.float32(view.lens / (1 - view.forward * near))
            flat = (flat - moved) @ turn.T * grown + np.array(focus, np.float32)
            points[:, 0:1] = flat[:, 0:1] * away / np.float32(self._scale)
            points[:, 1:2] = -flat[:, 1:2] * away / np.float32(self._scale)
            points[:, 2:3] = away

    def _pixels(self, vertices: Floats) -> Floats:
        """Corners, seen already, in pixels of the frame."""
        flat = vertices[:, :2] / vertices[:, 2:3] * np.array([self._scale, -self._scale], np.float32)
        return np.asarray(flat + np.array([self.width / 2, self.height / 2], np.float32), np.float32)

    def _move(self, vertices: Floats, shift: Floats) -> None:
        """From the frame's middle to that of the window whose corner is at `shift`."""
        columns, lines = self._window
        aside = self.width / 2 - shift[0] - columns / 2
        down = self.height / 2 - shift[1] - lines / 2
        vertices[:, 0] += vertices[:, 2] * np.float32(aside / self._scale)
        vertices[:, 1] -= vertices[:, 2] * np.float32(down / self._scale)

    def _camera(self) -> Camera:
        return look((0.0, 0.0, 0.0), 0.0, 0.0, self._window[1] / 2 / self._scale)

    def _place_window(self, vertices: Floats, flat: Floats | None) -> tuple[int, int]:
        """The corner of the window: about what is drawn, inside of the frame."""
        columns, lines = self._window
        low, high = self._extent(vertices)
        if flat is not None:
            more_low, more_high = self._extent(np.concatenate([flat[actor.part] for actor in self._standing()]))
            low, high = np.minimum(low, more_low), np.maximum(high, more_high)
        low, high = np.maximum(low, 0), np.minimum(high, [self.width, self.height])
        left = min(max(round(float(low[0] + high[0]) / 2 - columns / 2), 0), self.width - columns)
        top = min(max(round(float(low[1] + high[1]) / 2 - lines / 2), 0), self.height - lines)
        return left, top

    def _extent(self, vertices: Floats) -> tuple[Floats, Floats]:
        points = self._pixels(vertices)
        return points.min(axis=0), points.max(axis=0)

    def _standing(self) -> list[Actor]:
        return [actor for actor in self.actors if actor.spot.stands and not actor.spot.floats]

    def _window_size(self, duration: float) -> tuple[int, int]:
        """Large enough for everything at any moment and any zoom; even."""
        self._window = (self.width, self.height)
        if len(self.actors) > 6:
            return self._window
        stage = self._corners(1, 1)
        widest, highest = 8.0, 8.0
        for step in range(7):
            self._pose(stage, duration * step / 6)
            self._flatten(stage)
            self._see(stage.vertices, View(), (0.0, 0.0))
            self._see(stage.flat, View(), (0.0, 0.0))
            flat = [stage.flat[actor.part] for actor in self._standing()]
            low, high = self._extent(np.concatenate([stage.vertices, *flat]))
            widest, highest = max(widest, float(high[0] - low[0])), max(highest, float(high[1] - low[1]))
        even = [2 * math.ceil((1.4 * side + 12) / 2) for side in (widest, highest)]
        return min(even[0], self.width), min(even[1], self.height)

    # -- shadow and mixing ---------------------------------------------------------------------------------------------

    def _flatten(self, stage: Stage) -> None:
        """Corners thrown onto the ground on which each subject stands, away from the light."""
        for actor in self._standing():
            light = self._light_of(actor)
            toward = np.asarray(light.light.sun, np.float32)
            lean = 0.35 + 0.65 * light.hard
            slope = np.clip(toward[[0, 2]] / max(float(toward[1]), 0.4), -1.3, 1.3) * lean
            points, flat = stage.vertices[actor.part], stage.flat[actor.part]
            y = actor.spot.y
            away = 1 / actor.spot.nearness
            floor = -(y - actor.middle) * self.height / self._scale * away
            over = np.maximum(points[:, 1] - floor, 0)
            flat[:, 0] = points[:, 0] - over * slope[0]
            flat[:, 1] = floor
            flat[:, 2] = np.maximum(points[:, 2] - over * slope[1], 0.3 * away)

    def _light_of(self, actor: Actor) -> PictureLight:
        return next(kind.light for kind in self._kinds if kind.part.start <= actor.part.start < kind.part.stop)

    def _draw_shadow(
        self, stage: Stage, camera: Camera, view: View, focus: tuple[float, float], t: float, shift: Floats
    ) -> None:
        """How dark each pixel of the window is from the shadows, 0…1, into `stage.shadow`."""
        assert stage.caster is not None
        stage.hdr.fill(EMPTY)
        stage.near.fill(0)
        stage.caster.draw(
            stage.flat, np.zeros_like(stage.shades), self._casters, camera, NO_HAZE, NO_GRAIN, PLAIN, stage.hdr,
            near=stage.near,
        )  # fmt: skip
        light = self._kinds[0].light
        strength = 0.25 + 0.42 * light.hard
        np.clip(1 + stage.hdr[0] / np.float32(-EMPTY), 0, 1, out=stage.shadow)
        stage.shadow *= np.float32(strength)
        tallest = max(actor.spot.tall for actor in self.actors) * self.height
        cv2.GaussianBlur(stage.shadow, (0, 0), max(0.6, (0.045 - 0.028 * light.hard) * tallest), dst=stage.shadow)
        for actor in self._standing():
            self._darken_feet(stage, actor, view, focus, t, shift)

    def _darken_feet(
        self, stage: Stage, actor: Actor, view: View, focus: tuple[float, float], t: float, shift: Floats
    ) -> None:
        """The dark where a subject meets its ground, which no light explains."""
        x, y, *_ = actor.spot.at(t)
        near = actor.spot.nearness
        grown = view.lens / (1 - view.forward * near)
        column = ((x - 0.5 - view.move_x * near - view.pan_x) * self.width - focus[0]) * grown + focus[0]
        line = ((y - 0.5 - view.move_y * near - view.pan_y) * self.height - focus[1]) * grown + focus[1]
        column, line = column + self.width / 2 - shift[0], line + self.height / 2 - shift[1]
        span = float(np.ptp(actor.body.vertices[:, [0, 2]], axis=0).mean()) * actor.scale * near * self._scale
        wide = max(0.5 * span * grown, 1.0)
        flat = float(np.clip((y - actor.middle) * self.height / self._scale, 0.12, 0.6))
        high = max(wide * flat, 1.0)
        rows_, columns = stage.shadow.shape
        x0, x1 = max(int(column - 2 * wide), 0), min(int(column + 2 * wide) + 1, columns)
        y0, y1 = max(int(line - 2 * high), 0), min(int(line + 2 * high) + 1, rows_)
        if x0 >= x1 or y0 >= y1:
            return
        across = (np.arange(x0, x1, dtype=np.float32) + 0.5 - np.float32(column)) / np.float32(wide)
        down = (np.arange(y0, y1, dtype=np.float32) + 0.5 - np.float32(line)) / np.float32(high)
        dark = 0.42 * np.exp(-1.6 * (across[None] ** 2 + down[:, None] ** 2))
        part = stage.shadow[y0:y1, x0:x1]
        part += (dark * (1 - part)).astype(np.float32)

    def _shade(self) -> Floats:
        """What is left of each colour in full shadow: it is a little bluer there, as by the sky's light."""
        light = self._kinds[0].light.light
        left = light.above / np.maximum(light.above + light.sunlight, 1e-6)
        return np.asarray(np.clip(0.75 * left + 0.1, 0.0, 0.9) * 0.4, np.float32)

    def _near_most(self) -> float:
        return max((actor.spot.nearness for actor in self._standing()), default=1.0) + 0.18

    def _numbers(self, seen: float) -> Floats:
        """What `lay` wants: black (3), the air's colour (3), its strength, grain, how much is seen at all."""
        kind = self._kinds[0].light
        haze = float(np.mean([max(0.0, 0.28 - actor.spot.nearness) for actor in self.actors]))
        return np.array([*np.minimum(kind.black, 0.12), *kind.place, haze, kind.grain, seen], np.float32)


def _on_crop(photo: Photo, box: tuple[float, ...]) -> tuple[float, float, float, float]:
    """A box of the frame (fractions) as one of the photo's crop."""
    left, top, right, bottom = ((side - 0.5) / photo.reach[number % 2] + 0.5 for number, side in enumerate(box))
    return left, top, right, bottom


def _rotation(heading: float, pitch: float, bank: float) -> Floats:
    """As in `world`: rolled by `bank`, raised by `pitch`, turned by `heading`."""
    ch, sh, cp, sp, cb, sb = (f(a) for a in (heading, pitch, bank) for f in (math.cos, math.sin))
    roll = np.array([[cb, sb, 0], [-sb, cb, 0], [0, 0, 1]])
    raised = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    turned = np.array([[ch, 0, sh], [0, 1, 0], [-sh, 0, ch]])
    return (turned @ raised @ roll).astype(np.float32)


# -- kernels -----------------------------------------------------------------------------------------------------------


@kernel
def uncover(hdr, cover):
    """From a window over `EMPTY`: the covered share (of four samples) into `cover`, and the light alone into `hdr`."""
    height, width = cover.shape
    for y in range(height):
        for x in range(width):
            bare = np.ceil(-hdr[0, y, x] * f32(4.0 / -EMPTY) - f32(0.001)) * f32(0.25)
            bare = sat(bare)
            cover[y, x] = f32(1.0) - bare
            hdr[0, y, x] = max(hdr[0, y, x] - bare * f32(EMPTY), f32(0.0))
            hdr[1, y, x] = max(hdr[1, y, x] - bare * f32(EMPTY), f32(0.0))
            hdr[2, y, x] = max(hdr[2, y, x] - bare * f32(EMPTY), f32(0.0))


@kernel
def shade_picture(rgb, nearness, shadow, left, top, shade, nearest):
    """Darken `rgb` by the `shadow` of a window whose corner is at (left, top), but not what is nearer than `nearest`."""
    for j in range(shadow.shape[0]):
        y = j + top
        for i in range(shadow.shape[1]):
            x = i + left
            dark = shadow[j, i] * sat((nearest - nearness[y, x]) * f32(12.0) + f32(0.5))
            rgb[0, y, x] *= mix(f32(1.0), shade[0], dark)
            rgb[1, y, x] *= mix(f32(1.0), shade[1], dark)
            rgb[2, y, x] *= mix(f32(1.0), shade[2], dark)


@kernel
def lay(rgb, nearness, hdr, cover, near, left, top, numbers):
    """Mix a window (light times `cover`) into `rgb`, where it is not hidden by what is nearer.

    `numbers` as from `Actors._numbers`. Light becomes display values between the picture's black and white.
    """
    for j in range(cover.shape[0]):
        y = j + top
        for i in range(cover.shape[1]):
            x = i + left
            share = cover[j, i]
            inverse = f32(1.0) / max(share, f32(1e-3))
            noise = hash3(i32(i), i32(j), i32(5)) + hash3(i32(i), i32(j), i32(9)) - f32(1.0)
            noise = noise * numbers[7] * f32(2.4)
            # A soft edge is nearer than the picture where its own depth is unknown.
            front = max(near[j, i], f32(0.0))
            seen = sat((front - nearness[y, x]) * f32(9.0) + f32(1.6))
            seen = seen if front > f32(0.0) else f32(1.0)
            share = share * seen * numbers[8]
            for c in range(3):
                light = hdr[c, j, i] * inverse
                # The contrast of a camera: the film curve of the drawn worlds, which shows grey as grey at this exposure.
                value = tone_map(light * f32(0.72))
                value = numbers[c] + (f32(1.0) - numbers[c]) * value
                value = mix(value, numbers[3 + c], numbers[6])
                rgb[c, y, x] = mix(rgb[c, y, x], value * f32(255.0) + noise, share)
            nearness[y, x] = mix(nearness[y, x], front, share)
