"""A neon street in the rain."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.facades import Fronts, building, cables, street_lamp, towers, vending_machine
from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.mesh import (
    Camera,
    MeshBuilder,
    Rasteriser,
    lamp_table,
    light_corners,
    on_screen,
    splat_discs,
    view_tangent,
)
from promptreel.engines.scenes.moves import Move, Pose, graded, shake_of, share_of_move
from promptreel.engines.scenes.post import halve
from promptreel.engines.scenes.prompt import SceneSpec
from promptreel.engines.scenes.scene import Hdr, Tick
from promptreel.engines.scenes.walkers import Crowd, car, person
from promptreel.engines.scenes.wet import draw_drops, draw_ground, smear_down

Floats = NDArray[np.float32]

WIDE = math.tan(math.radians(29.0))
"""Tangent of half the vertical angle of view of a 16:9 frame."""

PITCH = math.radians(5.0)
EYE = 1.75
LENGTH = 190.0
"""Metres of street that are built."""

PEOPLE_RANGE = (-4.0, 120.0)
CAR_RANGE = (-14.0, 175.0)
DROPS = 2600
DROP_BOX = np.array([14.0, 9.0, 22.0])
PUFFS = 16

HAZES = np.array([(0.050, 0.034, 0.088), (0.026, 0.046, 0.090), (0.064, 0.030, 0.070), (0.022, 0.052, 0.066)])
"""Colours of the wet air between the houses: violet, blue, magenta, teal."""

HAZE_BY_NAME = {
    "purple": (0.050, 0.034, 0.088),
    "blue": (0.024, 0.044, 0.100),
    "pink": (0.074, 0.028, 0.064),
    "red": (0.074, 0.029, 0.036),
    "orange": (0.082, 0.044, 0.022),
    "gold": (0.076, 0.050, 0.020),
    "yellow": (0.074, 0.056, 0.018),
    "teal": (0.022, 0.052, 0.066),
    "green": (0.024, 0.054, 0.038),
}


@dataclass(frozen=True, slots=True)
class _Cars:
    """Cars on their lanes: `first` vertex and number of each, where they start, and their speed along z."""

    ranges: list[tuple[int, int]]
    x: Floats
    z: Floats
    speed: Floats


@dataclass(slots=True)
class StreetState:
    """One thread's buffers. `soft` are the mirrored picture's halves, quarters and so on."""

    hdr: Hdr
    raster: Rasteriser
    mirror: Hdr
    mirror_raster: Rasteriser
    soft: list[Hdr]
    streaks: tuple[Hdr, Hdr]
    ground: Floats
    vertices: Floats
    normals: Floats
    shades: Floats


class Street:
    """The scene. See `scene.Scene`."""

    def __init__(self, width: int, height: int, duration: float, seed: int, spec: SceneSpec, tick: Tick) -> None:
        self._width, self._height, self._duration = width, height, duration
        self._tangent = view_tangent(width, height, WIDE)
        self._speed = spec.speed
        rng = np.random.default_rng([seed, 3])
        self._noise = tile_fbm(512, seed % (1 << 31), base=4, octaves=7).ravel()
        tick("noise")
        self._raining = "rain" not in spec.without
        by_chance = HAZES[int(rng.integers(len(HAZES)))]
        air = next((HAZE_BY_NAME[name] for name in spec.colours if name in HAZE_BY_NAME), by_chance)
        density = 0.005 if "fog" in spec.without else 0.019 if "fog" in spec.weather else 0.011
        self._haze = np.array([density, *air, 0.96], np.float32)
        self._grain = np.array([0.55, 1.3 * 6, 0.40, 7.0 * 6], np.float32)
        self._look = np.array([0.9 if self._raining else 0.45, 1.0 if self._raining else 0.0, 1.0, 0.9], np.float32)
        self._way = self._plan(spec)
        self._build(seed, spec, tick)
        self._drops = np.random.default_rng([seed, 41]).random((round(DROPS * spec.intensity), 4))
        grade = {
            "exposure": 1.72,
            "bloom": 0.42,
            "threshold": 0.85,
            "knee": 1.0,
            "vignette": 0.36,
            "grain": 0.010,
            "contrast": 0.17,
            "saturation": 1.08,
        }
        self.post: dict[str, Any] = graded(grade, spec.mood)

    # -- set-up --------------------------------------------------------------------------------------------------------

    def _plan(self, spec: SceneSpec) -> Move:
        """How the camera goes: down the middle of the road, unless asked otherwise."""
        far = share_of_move(self._duration, spec)
        here = (-0.3, EYE, 0.0, 0.0, PITCH)
        back, near = (-0.5, EYE, -0.5, 0.0, PITCH), (-0.2, EYE + 0.1, -0.5 + 6.0 * far, 0.0, PITCH)
        low, high = (-0.3, 1.3, 0.0, 0.0, PITCH + 0.02), (-0.3, 1.3 + 4.2 * far, 0.5, 0.0, PITCH - 0.05 * far)
        drift = (
            (-0.55, EYE, -0.5, 0.015, PITCH),
            (-0.55 + 0.5 * far, EYE + 0.15 * far, -0.5 + 5.2 * far, 0.015 - 0.03 * far, PITCH),
        )
        turn = 0.16 * far
        ways: dict[str, tuple[Pose, Pose]] = {
            "static": (here, here),
            "zoom_in": (back, near),
            "dolly_in": (back, near),
            "zoom_out": (near, back),
            "dolly_out": (near, back),
            "pan_left": ((*here[:3], turn, PITCH), (*here[:3], -turn, PITCH)),
            "pan_right": ((*here[:3], -turn, PITCH), (*here[:3], turn, PITCH)),
            "tilt_up": ((*here[:4], PITCH - 0.08), (*here[:4], PITCH - 0.08 + 0.30 * far)),
            "tilt_down": ((*here[:4], PITCH + 0.24), (*here[:4], PITCH + 0.24 - 0.30 * far)),
            "orbit": ((-1.3 * far, EYE, 0.0, 0.07 * far, PITCH), (1.0 * far, EYE, 0.6, -0.07 * far, PITCH)),
            "crane_up": (low, high),
            "crane_down": (high, low),
        }
        start, stop = ways.get(spec.camera, drift)
        return Move(start, stop, self._duration, shake_of(spec))

    def _build(self, seed: int, spec: SceneSpec, tick: Tick) -> None:
        """The street, then everything that moves, whose vertices come last."""
        builder = MeshBuilder()
        fronts = Fronts()
        self._build_houses(builder, fronts, np.random.default_rng([seed, 5]), tick)
        self._build_furniture(builder, fronts, np.random.default_rng([seed, 7]))
        towers(builder, np.random.default_rng([seed, 9]))
        tick("towers")
        self._still = builder.count
        self._cars = self._build_cars(builder, np.random.default_rng([seed, 13]), spec)
        self._crowd_start = builder.count
        crowd = self._build_crowd(builder, np.random.default_rng([seed, 17]), spec)
        mesh = builder.build()
        self._mesh = mesh
        self._vertices, self._triangles = mesh.vertices, mesh.triangles
        self._crowd = self._gather(crowd)
        self._flickering = fronts.flickering
        self._lamps = lamp_table([np.concatenate([lamp.at, lamp.colour]) for lamp in fronts.lamps])
        self._shades = np.zeros_like(mesh.vertices)
        for start in range(0, self._still, 40_000):
            self._light(mesh.vertices, mesh.normals, start, min(start + 40_000, self._still), self._shades)
            tick("light")

    def _light(self, vertices: Floats, normals: Floats, start: int, stop: int, shades: Floats) -> None:
        haze = self._haze[1:4]
        moon = np.array([0, 1, 0, 0.010, 0.010, 0.020], np.float32)
        sky, below = haze * np.float32(0.5), haze * np.float32(0.8) + np.float32(0.006)
        mesh = self._mesh
        light_corners(vertices, normals, mesh.colour, mesh.emission, self._lamps, moon, sky, below, start, stop, shades)

    @staticmethod
    def _build_houses(builder: MeshBuilder, fronts: Fronts, rng: np.random.Generator, tick: Tick) -> None:
        for side in (-1, 1):
            z = -8.0
            while z < LENGTH:
                wide = rng.uniform(7, 14)
                high = rng.uniform(11, 26) if rng.random() < 0.55 else rng.uniform(26, 60)
                building(builder, fronts, rng, side, 8.2 + rng.uniform(0, 1.5), z, wide, high)
                z += wide + (0.0 if rng.random() < 0.75 else rng.uniform(0.8, 2.2))
                tick("houses")

    @staticmethod
    def _build_furniture(builder: MeshBuilder, fronts: Fronts, rng: np.random.Generator) -> None:
        """Lamps, wires, machines, bollards, bins and parked bicycles' worth of clutter along the kerbs."""
        for side in (-1, 1):
            for z in np.arange(10.0, 120.0, 18.0):
                fronts.lamps.append(street_lamp(builder, side, float(z + rng.uniform(-3, 3))))
            for z in rng.uniform(9, 60, 3):
                fronts.lamps.append(vending_machine(builder, rng, side, float(z), 8.2))
            z = np.arange(7.5, 70, 2.6)
            z = z[rng.random(len(z)) < 0.75]
            posts = np.stack([np.full(len(z), side * 5.95), np.full(len(z), 0.42), z], 1)
            builder.boxes(posts, [0.055, 0.42, 0.055], 0.09)
            builder.boxes(posts + [0, 0.30, 0], [0.06, 0.05, 0.06], 0.35)
            number = 9
            at = np.stack([side * rng.uniform(7.5, 8.0, number), np.full(number, 0.35), rng.uniform(7, 60, number)], 1)
            half = np.stack([rng.uniform(0.18, 0.35, number), np.full(number, 0.35), rng.uniform(0.2, 0.5, number)], 1)
            builder.boxes(at, half, rng.uniform(0.03, 0.14, (number, 3)))
        cables(builder, rng, 11)

    @staticmethod
    def _build_cars(builder: MeshBuilder, rng: np.random.Generator, spec: SceneSpec) -> _Cars:
        """Half of the cars drive away on the right, half come on the left, at one speed per lane so that none meet."""
        ranges, x, z, speed = [], [], [], []
        lane_speed = {1: rng.uniform(3.6, 5.2), -1: -rng.uniform(5.0, 7.0)}
        span = CAR_RANGE[1] - CAR_RANGE[0]
        number = 0 if "cars" in spec.without else 6
        for k in range(number):
            lane = 1 if k % 2 == 0 else -1
            start = builder.count
            # The first two are ahead of the camera from the start.
            taxi = bool(rng.random() < 0.4) or (k < 2 and "taxis" in spec.named)
            car(builder, rng, taxi=taxi and "taxis" not in spec.without)
            ranges.append((start, builder.count))
            x.append(lane * rng.uniform(2.35, 2.75))
            first = 26.0 if lane == 1 else 62.0
            z.append(first + (k // 2) * span / max(1, number / 2) * 0.8 + rng.uniform(0, 10))
            speed.append(lane_speed[lane])
        return _Cars(ranges, np.array(x), np.array(z), np.array(speed))

    @staticmethod
    def _build_crowd(builder: MeshBuilder, rng: np.random.Generator, spec: SceneSpec) -> dict[str, list[Any]]:
        """People on both pavements, most with umbrellas; every seventh stands and waits."""
        crowd: dict[str, list[Any]] = {"part": [], "at": [], "way": [], "phase": [], "size": []}
        number = 0 if {"people", "someone"} & spec.without else 18
        for k in range(number):
            umbrella = bool(rng.random() < 0.72) and "umbrellas" not in spec.without
            crowd["part"].append(person(builder, rng, umbrella=umbrella))
            side = -1 if k % 2 else 1
            crowd["at"].append((side * rng.uniform(6.35, 7.55), 7.5 + (k // 2) * 5.6 + rng.uniform(0, 4.0)))
            pace = rng.uniform(0.95, 1.45) * rng.choice([-1, 1])
            crowd["way"].append((0.0, 0.0 if k % 7 == 6 else pace))
            crowd["phase"].append(rng.uniform(0, 2 * np.pi))
            crowd["size"].append(rng.uniform(0.93, 1.05))
        return crowd

    def _gather(self, crowd: dict[str, list[Any]]) -> Crowd | None:
        if not crowd["part"]:
            return None
        mesh, start = self._mesh, self._crowd_start
        owner = np.repeat(np.arange(len(crowd["part"])), [len(part) for part in crowd["part"]])
        return Crowd(
            mesh.vertices[start:].astype(np.float64),
            mesh.normals[start:].astype(np.float64),
            np.concatenate(crowd["part"]),
            owner,
            np.array(crowd["at"]),
            np.array(crowd["way"]),
            np.array(crowd["phase"]),
            np.array(crowd["size"]),
        )

    # -- drawing -------------------------------------------------------------------------------------------------------

    def new_state(self) -> StreetState:
        """The buffers that one thread draws with."""
        width, height = self._width, self._height
        # Ripples blur what is mirrored, so a large frame does with half of it.
        share = 1 if height < 300 else 2
        across, down = max(8, -(-width // share)), max(8, -(-height // share))
        soft = []
        x, y = across, down
        for _ in range(4 - share):
            x, y = -(-x // 2), -(-y // 2)
            soft.append(np.zeros((3, y, x), np.float32))
        counts = len(self._vertices), len(self._triangles)
        return StreetState(
            np.zeros((3, height, width), np.float32),
            Rasteriser(width, height, *counts),
            np.zeros((3, down, across), np.float32),
            Rasteriser(across, down, *counts),
            soft,
            (np.zeros_like(soft[0]), np.zeros_like(soft[0])),
            np.zeros((5, width), np.float32),
            self._vertices.copy(),
            self._mesh.normals.copy(),
            self._shades.copy(),
        )

    def camera(self, t: float) -> Camera:
        """Where the camera is at `t` seconds."""
        return self._way.camera(t, self._tangent)

    def draw(self, state: StreetState, t: float) -> Hdr:
        """The picture at `t` seconds."""
        camera = self.camera(t)
        time = t * self._speed
        self._move(state, time)
        for c in range(3):
            state.mirror[c] = self._haze[1 + c]
        world = state.vertices, state.shades, self._triangles, camera, self._haze, self._grain, self._noise
        state.mirror_raster.draw(*world, state.mirror, mirror=True)
        source = state.mirror
        for level in state.soft:
            halve(source, level)
            source = level
        radius = max(1, state.soft[0].shape[1] // 11)
        once, twice = state.streaks
        smear_down(state.soft[0], once, radius, state.ground[0])
        smear_down(once, twice, radius, state.ground[0])
        draw_ground(
            state.hdr,
            state.mirror,
            twice,
            source,
            self._noise,
            camera.frame,
            np.float32(camera.tangent),
            np.float32(time),
            self._look,
            self._haze,
            state.ground,
        )
        state.raster.draw(*world, state.hdr)
        self._draw_steam(state, camera, time)
        if self._raining:
            self._draw_rain(state, source, camera, time)
        return state.hdr

    def _move(self, state: StreetState, t: float) -> None:
        """Put cars and people where they are, light them there, and let some signs flicker."""
        near, far = CAR_RANGE
        cars = self._cars
        place = near + (cars.z + cars.speed * t - near) % (far - near)
        for (start, stop), x, z, speed in zip(cars.ranges, cars.x, place, cars.speed, strict=True):
            facing = np.float32(np.sign(speed))
            for target, source in ((state.vertices, self._vertices), (state.normals, self._mesh.normals)):
                target[start:stop, 0] = source[start:stop, 0] * facing
                target[start:stop, 2] = source[start:stop, 2] * facing
            state.vertices[start:stop, 0] += np.float32(x)
            state.vertices[start:stop, 2] += np.float32(z)
        if self._crowd is not None:
            point, normal = self._crowd.pose(t, *PEOPLE_RANGE)
            state.vertices[self._crowd_start :] = point
            state.normals[self._crowd_start :] = normal
        self._light(state.vertices, state.normals, self._still, len(state.vertices), state.shades)
        for number, (start, stop) in enumerate(self._flickering):
            state.shades[start:stop] = self._shades[start:stop] * np.float32(_flicker(t, number))

    def _draw_steam(self, state: StreetState, camera: Camera, t: float) -> None:
        """Vapour from two gratings, lit by the street."""
        grate = np.array([(-4.4, 21.0), (4.6, 36.0)])[:, None, :]
        puff = np.arange(PUFFS)[None, :]
        age = (t * 0.22 + puff / PUFFS + np.arange(2)[:, None] * 0.31) % 1.0
        phase = puff * 2.4
        x = grate[..., 0] + 0.5 * age * np.sin(phase + t * 0.6) + age * age * 0.8
        y = 0.1 + 2.9 * age
        z = grate[..., 1] + 0.4 * age * np.cos(phase * 1.7)
        points = np.stack([x, y, z], -1).reshape(-1, 3)
        radius, opacity = (0.22 + 0.95 * age).ravel(), (0.075 * (1 - age) ** 1.2 * np.minimum(age * 6, 1)).ravel()
        column, row, close = on_screen(points, camera, self._width, self._height)
        size = radius * (self._height / 2 / camera.tangent) * close
        seen = (close > 0) & (close < 0.25)
        discs = np.stack([column, row, close, np.maximum(size, 0.6), opacity], 1)[seen].astype(np.float32)
        colour = np.broadcast_to(self._haze[1:4] * np.float32(2.4) + np.float32(0.03), (len(discs), 3))
        splat_discs(state.hdr, state.raster.distance, np.ascontiguousarray(discs), np.ascontiguousarray(colour))

    def _draw_rain(self, state: StreetState, soft: Hdr, camera: Camera, t: float) -> None:
        """Drops in a box that goes with the camera, each a streak as long as it falls while the shutter is open."""
        points = self._drops[:, :3] * DROP_BOX
        points[:, 1] -= t * (8.5 + self._drops[:, 3] * 1.5)
        points[:, 0] += t * 0.5
        corner = camera.position + np.array([-7.0, -3.2, 0.7])
        points = (points - corner) % DROP_BOX + corner
        x0, y0, near = on_screen(points, camera, self._width, self._height)
        x1, y1, beyond = on_screen(points + np.array([-0.018, 0.30, 0.0]), camera, self._width, self._height)
        scale = self._height / 2 / camera.tangent
        half = np.clip(scale * 0.0035 * near, 0.35, 2.2)
        strength = np.clip(scale * 0.0035 * near / 0.8, 0.10, 1) * 0.26
        drops = np.stack([x0, y0, x1, y1, near, half, strength], 1)
        seen = (near > 0) & (beyond > 0) & (x0 > -8) & (x0 < self._width + 8)
        ambient = self._haze[1:4] * np.float32(1.2) + np.float32(0.06)
        draw_drops(
            state.hdr,
            soft,
            state.raster.distance,
            np.ascontiguousarray(drops[seen], np.float32),
            ambient.astype(np.float32),
        )


def _flicker(t: float, number: int) -> float:
    """A bad tube: mostly on, with short stutters now and then."""
    stutter = math.sin(t * 31.0 + number * 1.7) * math.sin(t * 17.3 + number * 4.1)
    fit = math.sin(t * 0.9 + number * 2.3) > 0.72
    return 0.25 if fit and stutter > 0.1 else 1.0
