"""How the camera moves before a still picture: a view for every moment, none of which sees past the picture's border."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from promptreel.engines.scenes.pictures.photo import Photo, View

NEAREST = 0.95
"""A nearness that nothing in a photo passes; for working out how far a view can see."""


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


def eased(u: float, ramp: float = 0.3) -> float:
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
    return eased(u / 0.4, 0.5)


def _advance(lens: float, forward: float, *, back: bool = False) -> Move:
    def at(u: float, power: float) -> View:
        done = eased(1 - u if back else u)
        return View(lens=1 + lens * power * done, forward=forward * power * done)

    return Move(at, _whole)


def _glide(across: float, down: float) -> Move:
    """A pan or a tilt: the camera turns and is carried along a little, so that near things pass faster."""

    def at(u: float, power: float) -> View:
        side = 2 * eased(u) - 1
        turn, carry = 0.030 * power * side, 0.030 * power * side
        return View(pan_x=across * turn, move_x=across * carry, pan_y=down * turn, move_y=down * carry)

    return Move(at, _whole, (0.4 * abs(across), 0.4 * abs(down)))


def orbiting(u: float, power: float) -> View:
    """To one side and back over to the other, always looking at the same point (`Animation` turns the camera)."""
    swing = np.sin(2 * np.pi * eased(u, 0.25))
    lift = 1 - np.cos(2 * np.pi * eased(u, 0.25))
    return View(move_x=0.055 * power * swing, move_y=-0.008 * power * lift, forward=0.02 * power * lift)


def _breathe(u: float, power: float) -> View:
    """A camera on a stand, as alive as a held breath."""
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * eased(u, 0.25))
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
    "orbit": Move(orbiting, _soon),
    "shake": Move(_shake, _soon),
    "fly_through": _advance(0.03, 0.32),
    "follow": _glide(1, 0),
}

LIKE_MOVES = {"fly_through": "a camera that moves in", "follow": "a camera that glides along"}
"""What those moves are before a picture that there is no way through."""

UNNAMED = ("zoom_in", "zoom_in", "zoom_out", "pan_left", "pan_right", "orbit", "dolly_in")
"""What a prompt without a word for the camera may get."""

LEAVE = Move(
    lambda u, power: View(lens=1 + 0.05 * power * eased(u), forward=0.10 * power * eased(u), move_x=0.05 * eased(u)),
    _soon,
)
"""Away from the first of two pictures, ahead and to the right."""

REST_MOVE = Move(lambda _u, _power: View(), _whole)
"""No move at all: the picture itself."""

ARRIVE = Move(
    lambda u, power: View(
        lens=1 + 0.05 * power * eased(1 - u), forward=0.10 * power * eased(1 - u), move_x=-0.05 * eased(1 - u)
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
class Filled:
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
        self._turn_at = photo.focus_nearness if move.at is orbiting else 0.0
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
