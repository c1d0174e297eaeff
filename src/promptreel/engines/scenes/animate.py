"""A still picture set in motion: the camera moves before it with true parallax, and weather falls in its depth.

`Animation` is a scene (see `scene`), made with the picture instead of a world. Use `frame(state, t)`: it hands over the
planes of a frame as the encoder wants them, with the photo's own colours. `draw(state, t)` gives the same picture as
light, for a caller that grades every scene with `post.Post` (with the keywords in `post`, which leave a photo as it is).

With a last picture, two photos are animated: the camera leaves the one as it arrives at the other, and the change runs
from the far to the near. The first frame is then exactly the first picture and the last frame the last one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Picture, Planes
from promptreel.engines.scenes.kernels import device, f32, i32, kernel, mix, sat
from promptreel.engines.scenes.photo import Canvas, Photo, View
from promptreel.engines.scenes.post import inverse_tone_map
from promptreel.engines.scenes.scene import Hdr, Tick, no_tick
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.engines.scenes.weather import Weather, fog_scratch
from promptreel.errors import EngineFailed

REST = 0.08
"""Seconds at the end in which nothing moves, so that the last frame of any frame rate shows where the move ends."""

NEAREST = 0.95
"""A nearness that nothing in a photo passes; for working out how far a view can see."""


# -- moves -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """A movement of the camera."""

    at: Callable[[float, float], View]
    """`at(u, power)`: the view after the share u (0…1) of the clip; `power` is how large the move is, about 1."""
    overscan: Callable[[float], float]
    """`overscan(u)`: what share of the zoom that hides the picture's border is in place then. Where it starts at 0, the
    first frame is exactly the picture."""
    spare: tuple[float, float] = (0.0, 0.0)
    """How much picture beside the frame it can use, in shares of the frame's width and height."""


def _eased(u: float, ramp: float = 0.3) -> float:
    """0…1 with a soft start and a soft end, each `ramp` long, and an even speed between."""
    u = min(max(u, 0.0), 1.0)

    def area(x: float) -> float:
        """The integral of smoothstep from 0 to x (0…1)."""
        return x**3 - x**4 / 2

    speed = 1 / (1 - ramp)
    if u < ramp:
        return speed * ramp * area(u / ramp)
    if u > 1 - ramp:
        return 1 - speed * ramp * area((1 - u) / ramp)
    return speed * (u - ramp / 2)


def _whole(_u: float) -> float:
    return 1.0


def _soon(u: float) -> float:
    return _eased(u / 0.4, 0.5)


def _advance(lens: float, forward: float, *, back: bool = False) -> Move:
    def at(u: float, power: float) -> View:
        done = _eased(1 - u if back else u)
        return View(lens=1 + lens * power * done, forward=forward * power * done)

    return Move(at, _whole)


def _glide(across: float, down: float) -> Move:
    """A pan or a tilt: the camera turns and is carried along a little, so that near things pass faster."""

    def at(u: float, power: float) -> View:
        side = 2 * _eased(u) - 1
        turn, carry = 0.030 * power * side, 0.030 * power * side
        return View(pan_x=across * turn, move_x=across * carry, pan_y=down * turn, move_y=down * carry)

    return Move(at, _whole, (0.4 * abs(across), 0.4 * abs(down)))


def _orbit(u: float, power: float) -> View:
    """To one side and back over to the other, always looking at the same point (`Animation` turns the camera)."""
    swing = np.sin(2 * np.pi * _eased(u, 0.25))
    lift = 1 - np.cos(2 * np.pi * _eased(u, 0.25))
    return View(move_x=0.055 * power * swing, move_y=-0.008 * power * lift, forward=0.02 * power * lift)


def _breathe(u: float, power: float) -> View:
    """A camera on a stand, as alive as a held breath."""
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * _eased(u, 0.25))
    return View(lens=1 + 0.004 * power * swell, forward=0.035 * power * swell)


def _shake(u: float, power: float) -> View:
    """A camera held by hand: slow sway with a tremble over it."""
    start = _soon(u)
    x = np.sin(7.1 * u) + 0.5 * np.sin(17.3 * u + 1) + 0.22 * np.sin(41 * u + 2)
    y = np.sin(8.7 * u + 2) + 0.5 * np.sin(21.1 * u) + 0.22 * np.sin(37 * u + 4) - np.sin(2) - 0.22 * np.sin(4)
    x -= 0.5 * np.sin(1) + 0.22 * np.sin(2)
    hand = 0.0065 * power * start
    return View(
        pan_x=hand * x,
        pan_y=1.2 * hand * y,
        move_x=hand * x,
        move_y=hand * y,
        roll=0.0035 * power * start * float(np.sin(11 * u)),
        forward=0.05 * power * start * u,
    )


MOVES = {
    "static": Move(_breathe, _whole),
    "zoom_in": _advance(0.05, 0.15),
    "zoom_out": _advance(0.05, 0.15, back=True),
    "dolly_in": _advance(0.0, 0.26),
    "dolly_out": _advance(0.0, 0.26, back=True),
    "pan_left": _glide(-1, 0),
    "pan_right": _glide(1, 0),
    "tilt_up": _glide(0, -1),
    "tilt_down": _glide(0, 1),
    "crane_up": _glide(0, -1),
    "crane_down": _glide(0, 1),
    "orbit": Move(_orbit, _soon),
    "shake": Move(_shake, _soon),
}

UNNAMED = ("zoom_in", "zoom_in", "zoom_out", "pan_left", "pan_right", "orbit", "dolly_in")
"""What a prompt without a word for the camera may get."""

LEAVE = Move(
    lambda u, power: View(lens=1 + 0.05 * power * _eased(u), forward=0.10 * power * _eased(u), move_x=0.05 * _eased(u)),
    _soon,
)
"""Away from the first of two pictures, ahead and to the right."""

ARRIVE = Move(
    lambda u, power: View(
        lens=1 + 0.05 * power * _eased(1 - u), forward=0.10 * power * _eased(1 - u), move_x=-0.05 * _eased(1 - u)
    ),
    lambda u: _soon(1 - u),
)
"""To the last of two pictures, going on to the right."""


class Framed(Protocol):
    """What `least_zoom` needs to know of a photo."""

    @property
    def width(self) -> int:
        """Of the frame, in pixels."""

    @property
    def height(self) -> int:
        """Of the frame, in pixels."""

    @property
    def reach(self) -> tuple[float, float]:
        """The sides of the picture in sides of the frame."""


@dataclass(frozen=True, slots=True)
class _Filled:
    """A frame that a picture fills just so."""

    width: int
    height: int
    reach: tuple[float, float] = (1.0, 1.0)


class Path:
    """A move before one photo: a view for every moment, none of which sees past the picture's border."""

    STEPS = 97

    def __init__(self, move: Move, photo: Photo, power: float) -> None:
        self._move, self._power, self._photo = move, power, photo
        self.focus = photo.focus
        self._turn_at = photo.focus_nearness if move.at is _orbit else 0.0
        room_x, room_y = photo.reach[0] - 1, photo.reach[1] - 1
        self._stretch = (
            1 + room_x / 2 / 0.030 / max(power, 1e-6) if move.spare[0] else 1.0,
            1 + room_y / 2 / 0.030 / max(power, 1e-6) if move.spare[1] else 1.0,
        )
        self._overscan = 0.0
        self._overscan = max(self._missing(step / (self.STEPS - 1)) for step in range(self.STEPS))

    def at(self, u: float) -> View:
        """The view after the share `u` of the clip."""
        view = self._bare(u)
        return replace(view, lens=view.lens * (1 + self._overscan * self._move.overscan(u)))

    def _bare(self, u: float) -> View:
        view = self._move.at(u, self._power)
        return replace(
            view,
            pan_x=view.pan_x * self._stretch[0] - view.move_x * self._turn_at,
            pan_y=view.pan_y * self._stretch[1] - view.move_y * self._turn_at,
        )

    def _missing(self, u: float) -> float:
        """How much the lens must zoom at `u`, above 1, by what there is of the overscan then."""
        there = self._move.overscan(u)
        need = least_zoom(self._bare(u), self._photo, self.focus) / self._bare(u).lens - 1
        return max(0.0, need) / there if there > 1e-3 else 0.0


def least_zoom(view: View, photo: Framed, focus: tuple[float, float]) -> float:
    """The smallest lens with which `view` shows nothing beyond the picture, whatever is how near."""
    width, height = photo.width, photo.height
    tilt = abs(np.sin(view.roll)) * max(width / height, height / width) + abs(np.cos(view.roll))
    zoom = 0.0
    for nearness in (0.0, NEAREST):
        shrink = (1 - view.forward * nearness) * tilt
        sides = (
            (width, photo.reach[0], focus[0], view.move_x * nearness + view.pan_x),
            (height, photo.reach[1], focus[1], view.move_y * nearness + view.pan_y),
        )
        for side, reach, centre, moved in sides:
            for sign in (1, -1):
                room = reach * side / 2 - sign * (centre + moved * side)
                zoom = max(zoom, (side / 2 - sign * centre) * shrink / max(room, 0.1 * side))
    return zoom


# -- grade -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grade:
    """A light touch on the colours. `Grade()` leaves a photo as it is."""

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    contrast: float = 0.0

    def numbers(self) -> NDArray[np.float32]:
        """As `to_planes` wants them."""
        return np.array([*self.gain, self.saturation, self.contrast], np.float32)


GRADES = {
    "warm": Grade((1.05, 1.0, 0.91), 1.04),
    "cold": Grade((0.93, 0.99, 1.06), 0.96),
    "dark": Grade((0.78, 0.79, 0.82), 0.95, 0.06),
    "bright": Grade((1.10, 1.10, 1.09), 1.03),
    "dramatic": Grade((1.0, 0.99, 0.98), 1.06, 0.16),
    "dreamy": Grade((1.05, 1.02, 1.03), 0.93, -0.10),
}


# -- the scene ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """What one thread draws with."""

    canvas: Canvas
    other: Canvas | None
    fog: NDArray[np.float32]
    chroma: NDArray[np.float32]


class Animation:
    """A scene made of one or two pictures. Errors: `EngineFailed` when there is no picture."""

    def __init__(
        self,
        width: int,
        height: int,
        duration: float,
        seed: int,
        spec: SceneSpec,
        tick: Tick = no_tick,
        *,
        image: Picture | None = None,
        last_image: Picture | None = None,
    ) -> None:
        """As for every scene, and the pictures: RGB, any size, nothing transparent.

        A job with a last picture only is drawn as a move that ends at it.
        """
        self.width, self.height, self.duration = width, height, max(duration, 1e-3)
        self.post: dict[str, Any] = {
            "bloom": 0.0,
            "vignette": 0.0,
            "grain": 0.0,
            "contrast": 0.0,
            "saturation": 1.0,
        }
        first = last_image if image is None else image
        if first is None:
            raise EngineFailed("there is no picture to set in motion")
        rng = np.random.default_rng([seed, 0xA11])
        chosen = spec.camera or ("zoom_out" if image is None else UNNAMED[int(rng.integers(len(UNNAMED)))])
        move = MOVES.get(chosen, MOVES["zoom_in"])
        last = None if image is None else last_image
        power = _power(spec, self.duration)
        self._photo, self._path = _shown(first, width, height, LEAVE if last is not None else move, power, tick)
        self._last: tuple[Photo, Path] | None = None
        if last is not None:
            self._last = _shown(last, width, height, ARRIVE, power, tick)
        wind = 0.09 if spec.weather & {"wind", "storm"} else 0.02
        self._weather = Weather(
            spec.weather, self._photo, seed, wind * (1 if rng.random() < 0.5 else -1), spec.intensity
        )
        self._pace = float(np.clip(spec.speed, 0.4, 2.0))
        self._grade = GRADES.get(spec.mood, Grade()).numbers()
        tick("ready")

    def new_state(self) -> State:
        """The buffers of one thread."""
        return State(
            canvas=Canvas.make(self.width, self.height),
            other=Canvas.make(self.width, self.height) if self._last else None,
            fog=fog_scratch(self.width, self.height),
            chroma=np.zeros((2, 2, self.width + 2), np.float32),
        )

    def frame(self, state: State, t: float) -> Planes:
        """The frame at `t` seconds as the planes Y, U and V, new arrays each time."""
        self._compose(state, t)
        luma = np.empty((self.height, self.width), np.uint8)
        blue = np.empty((self.height // 2, self.width // 2), np.uint8)
        red = np.empty((self.height // 2, self.width // 2), np.uint8)
        to_planes(state.canvas.rgb, self._grade, luma, blue, red, state.chroma)
        return luma, blue, red

    def draw(self, state: State, t: float) -> Hdr:
        """The frame at `t` seconds as light that `post.Post` shows as `frame` would."""
        self._compose(state, t)
        to_light(state.canvas.rgb, self._grade, _LIGHT)
        return state.canvas.rgb

    def _compose(self, state: State, t: float) -> None:
        u = min(max(t / max(self.duration - REST, 1e-3), 0.0), 1.0)
        view = self._path.at(u)
        canvas = state.canvas
        share = _eased((u - 0.12) / 0.76, 0.2) if self._last else 0.0
        if share < 1:
            self._photo.draw(canvas, view, self._path.focus)
        if self._last and state.other is not None and share > 0:
            photo, path = self._last
            view = path.at(u)
            photo.draw(state.other if share < 1 else canvas, view, path.focus)
            if share < 1:
                dissolve(canvas.rgb, canvas.nearness, state.other.rgb, state.other.nearness, np.float32(share))
        self._weather.draw(canvas.rgb, canvas.nearness, state.fog, view, t * self._pace)


def _shown(picture: Picture, width: int, height: int, move: Move, power: float, tick: Tick) -> tuple[Photo, Path]:
    """The picture as a photo, made as large as the move will show it, and the path before it."""
    zoom = 1.0
    if move.overscan(0.0) > 0 and move.overscan(1.0) > 0:
        # Never seen as it is. What the focus adds to the zoom is not known yet, and too little to matter here.
        filled = _Filled(width, height)
        zoom = min(1.25, *(least_zoom(move.at(u, power), filled, (0.0, 0.0)) for u in (0.0, 1.0)))
    photo = Photo(picture, width, height, tick, zoom=max(1.0, zoom), spare=move.spare)
    return photo, Path(move, photo, power)


def _power(spec: SceneSpec, duration: float) -> float:
    """How large the move is: longer clips go farther, but not in proportion."""
    calm = 0.6 if spec.mood == "calm" else 1.0
    return float(np.clip(spec.speed, 0.5, 1.6) * calm * np.clip((duration / 5) ** 0.35, 0.6, 1.5))


# -- kernels -----------------------------------------------------------------------------------------------------------

_LIGHT = inverse_tone_map(np.linspace(0, 1, 1025)).astype(np.float32)
"""`inverse_tone_map` of display values 0…1 in 1024 steps."""


@device
def _graded(red, green, blue, numbers):
    """Display values 0…255 with a `Grade`, as 0…1."""
    red = sat(red * numbers[0] * f32(1.0 / 255.0))
    green = sat(green * numbers[1] * f32(1.0 / 255.0))
    blue = sat(blue * numbers[2] * f32(1.0 / 255.0))
    grey = f32(0.2126) * red + f32(0.7152) * green + f32(0.0722) * blue
    red = sat(grey + (red - grey) * numbers[3])
    green = sat(grey + (green - grey) * numbers[3])
    blue = sat(grey + (blue - grey) * numbers[3])
    bend = numbers[4] * f32(4.0)
    red = sat(red + (red - f32(0.45)) * red * (f32(1.0) - red) * bend)
    green = sat(green + (green - f32(0.45)) * green * (f32(1.0) - green) * bend)
    blue = sat(blue + (blue - f32(0.45)) * blue * (f32(1.0) - blue) * bend)
    return red, green, blue


@kernel
def to_planes(rgb, numbers, luma, blue_plane, red_plane, chroma):
    """`rgb` (3, H, W; 0…255) graded, as Y, U and V: BT.709, limited range, colour samples left as H.264 has them.

    `chroma` (2, 2, W + 2) is scratch.
    """
    height, width = luma.shape
    for y in range(height):
        parity = y & 1
        for x in range(width):
            red, green, blue = _graded(rgb[0, y, x], rgb[1, y, x], rgb[2, y, x], numbers)
            level = f32(0.2126) * red + f32(0.7152) * green + f32(0.0722) * blue
            luma[y, x] = np.uint8(i32(f32(16.5) + f32(219.0) * level))
            chroma[0, parity, x + 1] = (blue - level) * f32(1.0 / 1.8556)
            chroma[1, parity, x + 1] = (red - level) * f32(1.0 / 1.5748)
        chroma[0, parity, 0] = chroma[0, parity, 1]
        chroma[1, parity, 0] = chroma[1, parity, 1]
        if parity == 1:
            for x in range(width // 2):
                # A colour sample lies on the even column, between two rows: 1-2-1 across, 1-1 down.
                at = 2 * x
                u = chroma[0, 0, at] + f32(2.0) * chroma[0, 0, at + 1] + chroma[0, 0, at + 2]
                u += chroma[0, 1, at] + f32(2.0) * chroma[0, 1, at + 1] + chroma[0, 1, at + 2]
                v = chroma[1, 0, at] + f32(2.0) * chroma[1, 0, at + 1] + chroma[1, 0, at + 2]
                v += chroma[1, 1, at] + f32(2.0) * chroma[1, 1, at + 1] + chroma[1, 1, at + 2]
                blue_plane[y >> 1, x] = np.uint8(i32(u * f32(28.0) + f32(128.5)))
                red_plane[y >> 1, x] = np.uint8(i32(v * f32(28.0) + f32(128.5)))


@kernel
def to_light(rgb, numbers, light):
    """`rgb` (3, H, W; 0…255) graded, turned in place into the light that `post.tone_map` shows as it."""
    height, width = rgb.shape[1], rgb.shape[2]
    for y in range(height):
        for x in range(width):
            red, green, blue = _graded(rgb[0, y, x], rgb[1, y, x], rgb[2, y, x], numbers)
            rgb[0, y, x] = _looked_up(light, red)
            rgb[1, y, x] = _looked_up(light, green)
            rgb[2, y, x] = _looked_up(light, blue)


@device
def _looked_up(table, value):
    """`table` (1025 steps over 0…1), linear between its steps."""
    place = value * f32(1024.0)
    low = min(i32(place), i32(1023))
    return mix(table[low], table[low + 1], place - f32(low))


@kernel
def dissolve(rgb, nearness, other, other_nearness, share):
    """Turn `rgb` into `other` in place: the far first, then the near, all of it between share 0 and share 1."""
    height, width = nearness.shape
    for y in range(height):
        for x in range(width):
            depth = sat((nearness[y, x] + other_nearness[y, x]) * f32(0.5))
            there = sat(share * f32(1.4) - f32(0.4) * depth)
            there = there * there * (f32(3.0) - f32(2.0) * there)
            rgb[0, y, x] = mix(rgb[0, y, x], other[0, y, x], there)
            rgb[1, y, x] = mix(rgb[1, y, x], other[1, y, x], there)
            rgb[2, y, x] = mix(rgb[2, y, x], other[2, y, x], there)
            nearness[y, x] = mix(nearness[y, x], other_nearness[y, x], there)
