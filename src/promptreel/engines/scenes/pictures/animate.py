"""A still picture set in motion: the camera moves before it with true parallax, and weather falls in its depth.

`Animation` is a scene (see `scene`), made with the picture instead of a world. Use `frame(state, t)`: it hands over the
planes of a frame as the encoder wants them, with the photo's own colours. `draw(state, t)` gives the same picture as
light, for a caller that grades every scene with `post.Post` (with the keywords in `post`, which leave a photo as it is).

With a last picture, two photos are animated: the camera leaves the one as it arrives at the other, and the change runs
from the far to the near. The first frame is then exactly the first picture and the last frame the last one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Picture, Planes
from promptreel.engines.scenes.kernels import f32, kernel, mix, sat
from promptreel.engines.scenes.pictures.actors import Actors, Stage
from promptreel.engines.scenes.pictures.effects import Effects
from promptreel.engines.scenes.pictures.grade import (
    GRADES,
    LIGHT,
    Grade,
    grade,
    light_of,
    style_of,
    to_light,
    to_planes,
)
from promptreel.engines.scenes.pictures.intent import intent
from promptreel.engines.scenes.pictures.morph import TRUSTED, Morph, melt
from promptreel.engines.scenes.pictures.motion import Motion
from promptreel.engines.scenes.pictures.moves import (
    ARRIVE,
    LEAVE,
    MOVES,
    REST_MOVE,
    UNNAMED,
    Filled,
    Move,
    Path,
    eased,
    least_zoom,
)
from promptreel.engines.scenes.pictures.photo import CELL, Canvas, Photo, View
from promptreel.engines.scenes.pictures.waving import Waving
from promptreel.engines.scenes.pictures.weather import Weather, fog_scratch
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene import Hdr, Tick, no_tick
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.errors import EngineRefused

REST = 0.08
"""Seconds at the end in which nothing moves, so that the last frame of any frame rate shows where the move ends."""


@dataclass(frozen=True, slots=True)
class State:
    """What one thread draws with."""

    canvas: Canvas
    other: Canvas | None
    fog: NDArray[np.float32]
    chroma: NDArray[np.float32]
    stage: Stage | None
    air: list[Any]
    paints: list[Callable[[NDArray[np.float32], float], None]]


class Animation:
    """A scene made of one or two pictures. Errors: `EngineRefused` when there is no picture."""

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
        prompt: str = "",
    ) -> None:
        """As for every scene, and the pictures: RGB, any size, nothing transparent.

        A job with a last picture only is drawn as a move that ends at it. The `prompt` itself tells "a dog", which comes
        into the picture, from "the dog", which is there.
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
            raise EngineRefused("there is no picture to set in motion")
        rng = np.random.default_rng([seed, 0xA11])
        chosen = spec.camera or ("zoom_out" if image is None else UNNAMED[int(rng.integers(len(UNNAMED)))])
        move = MOVES.get(chosen, MOVES["zoom_in"])
        self._meant = intent(spec, prompt)
        last = None if image is None else last_image
        power = _power(spec, self.duration)
        leave, flagged = (LEAVE, False) if last is not None else (move, self._meant.flags > 0)
        self._photo, self._path = _shown(first, width, height, leave, power, tick, flagged=flagged)
        self._last: tuple[Photo, Path] | None = None
        self._morph: Morph | None = None
        if last is not None:
            self._last = _shown(last, width, height, ARRIVE, power, tick)
            tick("comparing the pictures")
            morph = Morph(self._photo.picture, self._last[0].picture)
            if morph.confidence > TRUSTED:
                # The way between them is all the motion that it needs.
                self._morph = morph
                self._path = Path(REST_MOVE, self._photo, power)
                self._last = self._last[0], Path(REST_MOVE, self._last[0], power)
        wind = 0.09 if spec.weather & {"wind", "storm"} else 0.02
        self._weather = Weather(
            spec.weather, self._photo, seed, wind * (1 if rng.random() < 0.5 else -1), spec.intensity
        )
        self._pace = float(np.clip(spec.speed, 0.4, 2.0))
        styles = [rows("styles")[name] for name in spec.styles if name in rows("styles")]
        self._grade = GRADES.get(spec.mood, Grade())
        for style in styles:
            self._grade = self._grade.joined(style_of(style.grade))
        # Bars above and below would be a black border to a picture.
        self._paints = [style.paint for style in styles if style.paint is not None and style.name != "cinematic"]
        self._time = light_of(spec.time, self._photo.mean)
        self._effects = Effects(self._photo, spec, self.duration * self._pace, seed, tick)
        tick("what moves")
        self._motion = Motion(self._photo, self._meant, seed, self.duration * self._pace, rests=last is not None)
        lifted = self._photo.lifted
        self._waving = Waving(lifted, self._photo, seed, self._meant.flags) if lifted else None
        self._actors: Actors | None = None
        if self._meant.inserted:
            tick("subjects")
            self._actors = Actors(
                self._photo, self._photo.picture, spec, self._meant.inserted, self.duration * self._pace, seed
            )
        tick("ready")

    def new_state(self) -> State:
        """The buffers of one thread."""
        return State(
            canvas=Canvas.make(self.width, self.height),
            other=Canvas.make(self.width, self.height) if self._last else None,
            fog=fog_scratch(self.width, self.height),
            chroma=np.zeros((2, 2, self.width + 2), np.float32),
            stage=self._actors.new_state() if self._actors else None,
            air=self._effects.new_state(),
            paints=[paint(self.width, self.height) for paint in self._paints],
        )

    def frame(self, state: State, t: float) -> Planes:
        """The frame at `t` seconds as the planes Y, U and V, new arrays each time."""
        self._compose(state, t)
        luma = np.empty((self.height, self.width), np.uint8)
        blue = np.empty((self.height // 2, self.width // 2), np.uint8)
        red = np.empty((self.height // 2, self.width // 2), np.uint8)
        rgb, numbers = state.canvas.rgb, self._numbers(t)
        if state.paints:
            grade(rgb, numbers)
            for paint in state.paints:
                paint(rgb, t)
            rgb *= np.float32(255)
            numbers = Grade().numbers()
        to_planes(rgb, numbers, luma, blue, red, state.chroma)
        return luma, blue, red

    def draw(self, state: State, t: float) -> Hdr:
        """The frame at `t` seconds as light that `post.Post` shows as `frame` would."""
        self._compose(state, t)
        to_light(state.canvas.rgb, self._numbers(t), LIGHT)
        return state.canvas.rgb

    def _numbers(self, t: float) -> NDArray[np.float32]:
        """The grade at `t` seconds: the light goes over into that of the time that was asked for."""
        share = eased(min(t / (0.85 * self.duration), 1.0), 0.3)
        if self._last is not None:
            share = 0.0
        return self._grade.joined(self._time.faded(share)).numbers()

    def boxes(self, t: float) -> dict[str, tuple[float, float, float, float]]:
        """Where what comes into the picture is at `t`: left, top, right, bottom in pixels. For tests and tools."""
        u = min(max(t / max(self.duration - REST, 1e-3), 0.0), 1.0)
        return self._actors.boxes(self._path.at(u), self._path.focus, t * self._pace) if self._actors else {}

    def _compose(self, state: State, t: float) -> None:
        u = min(max(t / max(self.duration - REST, 1e-3), 0.0), 1.0)
        view = self._path.at(u)
        now = t * self._pace
        canvas = state.canvas
        if self._morph is not None and self._last is not None and state.other is not None:
            share = eased(u, 0.4)
            self._between(state, share, now)
        else:
            share = eased((u - 0.12) / 0.76, 0.2) if self._last else 0.0
            self._dissolved(state, u, share, now)
        if self._actors and state.stage is not None and share < 1:
            # Who is only in the first picture leaves with it.
            seen = min(1.0, 2.5 * (1 - share)) if self._last else 1.0
            self._actors.draw(state.stage, canvas.rgb, canvas.nearness, view, self._path.focus, now, seen)
        if self._effects:
            self._effects.draw(state.air, canvas, view, now)
        self._weather.draw(canvas.rgb, canvas.nearness, state.fog, view, now)

    def _between(self, state: State, share: float, now: float) -> None:
        """The moment `share` of the way from the first picture to a last one that shows the same things."""
        assert self._morph is not None
        assert self._last is not None
        assert state.other is not None
        canvas = state.canvas
        rows, columns = canvas.water.shape
        between = self._morph.nodes(share, columns, rows, CELL, self.width, self.height)
        last, rest = self._last[0], View()
        if share < 1:
            self._photo.draw(canvas, rest, (0.0, 0.0), self._motion, now, between.first)
        last.draw(state.other if share < 1 else canvas, rest, (0.0, 0.0), None, now, between.last)
        if share < 1:
            melt(canvas.rgb, canvas.nearness, state.other.rgb, state.other.nearness, between.share, np.int32(CELL))

    def _dissolved(self, state: State, u: float, share: float, now: float) -> None:
        """One picture, or the first melting into a last one that has nothing in common with it."""
        canvas, view = state.canvas, self._path.at(u)
        if share < 1:
            self._photo.draw(canvas, view, self._path.focus, self._motion, now)
            if self._waving:
                self._waving.draw(canvas, now, self._motion.strength(now))
        if self._last and state.other is not None and share > 0:
            photo, path = self._last
            photo.draw(state.other if share < 1 else canvas, path.at(u), path.focus)
            if share < 1:
                dissolve(canvas.rgb, canvas.nearness, state.other.rgb, state.other.nearness, np.float32(share))


def _shown(
    picture: Picture, width: int, height: int, move: Move, power: float, tick: Tick, *, flagged: bool = False
) -> tuple[Photo, Path]:
    """The picture as a photo, made as large as the move will show it, and the path before it."""
    zoom = 1.0
    if move.overscan(0.0) > 0 and move.overscan(1.0) > 0:
        # Never seen as it is. What the focus adds to the zoom is not known yet, and too little to matter here.
        filled = Filled(width, height)
        zoom = min(1.25, *(least_zoom(move.at(u, power), filled, (0.0, 0.0)) for u in (0.0, 1.0)))
    photo = Photo(picture, width, height, tick, zoom=max(1.0, zoom), spare=move.spare, flagged=flagged)
    return photo, Path(move, photo, power)


def _power(spec: SceneSpec, duration: float) -> float:
    """How large the move is: longer clips go farther, but not in proportion."""
    calm = 0.6 if spec.mood == "calm" else 1.0
    return float(np.clip(spec.speed, 0.5, 1.6) * calm * np.clip((duration / 5) ** 0.35, 0.6, 1.5))


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
