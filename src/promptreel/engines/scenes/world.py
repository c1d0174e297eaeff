"""A film's world, built from its plan: parts are made, subjects placed, exposure measured; then any moment can be drawn."""

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes import staging
from promptreel.engines.scenes.camera import DISSOLVE, Point, Pose, Shot, make_pose
from promptreel.engines.scenes.director import Cast, Plan, tangent_of
from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.mesh import Camera, Rasteriser, lamp_table, light_corners
from promptreel.engines.scenes.moves import graded
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene import Hdr, Tick, no_tick
from promptreel.engines.scenes.shading import light_bodies
from promptreel.engines.scenes.shadows import ShadowMap, cast_shadows, darken_feet, make_map
from promptreel.engines.scenes.stage import (
    LUMINANCE,
    Acting,
    Backdrop,
    Brief,
    Canvas,
    Casting,
    Floats,
    Ground,
    Layer,
    Light,
    Path,
    Place,
    Set,
    scale_of,
)

STILL_SHADOWS, MOVING_SHADOWS = 1024, 320
"""Sides of the two shadow maps."""

GRAIN = np.array([0.26, 7.0, 0.22, 34.0], np.float32)
"""The grain on what is built, see `mesh.resolve_band`."""

NO_GRAIN = np.array([0.0, 7.0, 0.0, 34.0], np.float32)
NO_LAMPS = np.zeros((0, 6), np.float32)

COLOURS = {
    "red": (0.62, 0.03, 0.025), "orange": (0.80, 0.22, 0.02), "gold": (0.80, 0.50, 0.10), "yellow": (0.85, 0.62, 0.03),
    "green": (0.06, 0.34, 0.07), "teal": (0.02, 0.32, 0.32), "blue": (0.03, 0.11, 0.55), "purple": (0.25, 0.05, 0.42),
    "pink": (0.80, 0.25, 0.42), "white": (0.82, 0.82, 0.80), "black": (0.018, 0.018, 0.020), "grey": (0.26, 0.26, 0.27),
    "brown": (0.22, 0.10, 0.04), "silver": (0.55, 0.56, 0.58),
}  # fmt: skip
"""Reflectances, linear, of what a prompt calls by that colour."""


class NoGround:
    """For settings without one: everything is in the air."""

    mirrors = False

    def height(self, x: Any, z: Any) -> NDArray[np.float64]:
        """Far below."""
        return np.full(np.broadcast(np.asarray(x), np.asarray(z)).shape, -1000.0)

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """Far below."""
        return -1000.0, 0.0, 0.0

    def wet(self, x: Any, z: Any) -> NDArray[np.bool_]:
        """Nowhere."""
        return np.zeros(np.broadcast(np.asarray(x), np.asarray(z)).shape, bool)

    def dress(self, stage: Set) -> None:
        """Nothing grows on nothing."""

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Nothing."""


@dataclass(slots=True)
class _Buffers:
    """What one thread draws one canvas with."""

    canvas: Canvas
    backdrop: Any
    ground: Any
    still: Rasteriser | None
    moving: Rasteriser | None
    layers: list[Any]


@dataclass(slots=True)
class _State:
    main: _Buffers
    mirror: _Buffers | None
    vertices: Floats
    normals: Floats
    shades: Floats
    shadow: ShadowMap
    other: Hdr | None


class World:
    """See `scene.Scene`. `actors` and `shots` are there for tests and tools."""

    def __init__(self, width: int, height: int, duration: float, seed: int, plan: Plan, tick: Tick = no_tick) -> None:
        self.width, self.height, self.duration, self.seed = width, height, duration, seed
        self.plan, self.setting, self._tick = plan, plan.setting, tick
        spec = plan.spec
        self._pace = spec.speed
        self.tangent = tangent_of(self.setting, width, height)
        self._random = np.random.default_rng([abs(seed), zlib.crc32(b"world")])
        brief = Brief(spec, width, height, duration, seed, plan.time, self._params(), tick, self.tangent)
        tick("sky")
        self.backdrop: Backdrop = rows("backdrops")[self.setting.backdrop].make(brief)
        self.light: Light = self.backdrop.light
        brief = replace(brief, light=self.light)
        tick("ground")
        ground_rows = rows("grounds")
        self.ground: Ground = (
            ground_rows[self.setting.ground].make(brief) if self.setting.ground in ground_rows else NoGround()
        )
        self.set = Set(brief, self.ground, self.light)
        self._base = self._camera_base()
        tick("places")
        self._build_places()
        tick("subjects")
        self.actors: list[Acting] = []
        self._place_subjects()
        self.ground.dress(self.set)
        tick("light")
        self._finish_set()
        self.effects: list[Layer] = [row.make(brief) for row in plan.effects]
        self.layers: list[Layer] = [*self.set.layers, *self.effects]
        self.shots = self._direct_shots()
        tick("exposure")
        self.post: dict[str, Any] = self._grade()

    # -- building ------------------------------------------------------------------------------------------------------

    def _params(self) -> dict[str, Any]:
        standing = [place.name for place in self.plan.places if place.stands in {"shore", "water"}]
        afloat = [cast.row.name for cast in self.plan.cast if cast.row.habitat == "water"]
        return {**self.setting.params, "standing": tuple(standing), "afloat": tuple(afloat)}

    def _camera_base(self) -> Pose:
        """Where the camera stands before anything moves. It is lowered or raised to suit what the film is about."""
        setting = self.setting
        eye, horizon = setting.eye, setting.horizon
        lead = self.plan.cast[0] if self.plan.cast else None
        around = any(place.stands == "around" for place in self.plan.places)
        if lead is not None:
            size = lead.wanted.size
            if lead.row.habitat in {"ground", "road", "table", "rail"}:
                eye = min(eye, max(0.30, 1.05 * lead.row.height * size)) if lead.row.height * size < eye else eye
            elif lead.row.habitat == "air" and not around:
                eye = max(eye, min(0.6 * lead.row.altitude, 30.0))
                horizon = max(horizon, 0.62)
        floor = float(self.ground.height(0.0, 0.0)) if self.setting.ground else 0.0
        pitch = math.atan((2 * horizon - 1) * self.tangent)
        return Pose(0.0, floor + eye, 0.0, 0.0, pitch, self.tangent)

    def _build_places(self) -> None:
        """What is built: the surroundings first, the others before the camera, on the thirds."""
        side = 1.0 if self._random.random() < 0.5 else -1.0
        aspect = self.width / self.height
        for place in sorted(self.plan.places, key=lambda place: place.stands != "around"):
            if place.stands == "around":
                place.build(self.set, 0.0, 0.0, 0.0)
                continue
            x, z = self._place_at(place, side, aspect)
            place.build(self.set, x, z, math.atan2(x, z) * 0.7)
            self.set.taken.append((x, z, 0.6 * place.size))
            side = -side
            self._tick(place.name)

    def _place_at(self, place: Place, side: float, aspect: float) -> tuple[float, float]:
        """Before the camera, on a third; at the water's edge, on dry ground or in the water as it wants to stand."""
        best: tuple[float, float] | None = None
        for step in range(12):
            z = place.distance * (1 + 0.12 * step)
            x = side * 0.33 * z * self.tangent * min(aspect, 2.0)
            wet = bool(self.ground.wet(x, z))
            fits = {"shore": True, "water": wet, "ground": not wet}.get(place.stands, True)
            if fits and self.set.free(x, z, 0.5 * place.size):
                return x, z
            best = best or (x, z)
        return best or (0.0, place.distance)

    # -- subjects ------------------------------------------------------------------------------------------------------

    def _place_subjects(self) -> None:
        clock = staging.Clock(self.plan.shots)
        aspect = self.width / self.height
        self._target: Point | None = None
        self._follow: Callable[[float], Point] | None = None
        leads: dict[str, Acting] = {}
        side = 1.0 if self._random.random() < 0.5 else -1.0
        for order, cast in enumerate(self.plan.cast):
            random = np.random.default_rng([abs(self.seed), zlib.crc32(cast.row.name.encode()), order])
            mark, distance = self._mark(cast, order, side, aspect, random)
            size = cast.wanted.size * (0.55 if "baby" in cast.wanted.qualities else 1.0)
            rider = cast.wanted.relation == "on" and cast.wanted.target in leads
            speed = self._speed(cast, distance, aspect)
            spread = cast.row.size * size * (1.5 if cast.count > 3 else 1.25)
            body_rng = np.random.default_rng([abs(self.seed), 77, order])
            for number, offset in enumerate(staging.formation(cast.count, spread, random)):
                body = self._cast_body(cast, number, body_rng)
                at = staging.Mark(mark.x + offset[0], mark.y + offset[1], mark.z + 0.8 * offset[2], mark.heading)
                if rider:
                    under = leads[cast.wanted.target]
                    mount = self.plan.cast[[c.row.name for c in self.plan.cast].index(cast.wanted.target)]
                    path = staging.carried(under.path, mount.row.height * mount.wanted.size * 0.72)
                else:
                    path = self._path(cast, at, speed, clock, size, float(random.uniform(0, 6.28)))
                delay = 0.0 if number == 0 else float(random.uniform(0, 3))
                acting = Acting(body, path, size, f"{cast.row.name}#{number}", delay)
                self.actors.append(acting)
                leads.setdefault(cast.row.name, acting)
            if self._target is None:
                self._aim(cast, leads[cast.row.name], speed, distance, size, aspect)
            side = -side
            self._tick(cast.row.name)

    def _mark(
        self, cast: Cast, order: int, side: float, aspect: float, random: np.random.Generator
    ) -> tuple[staging.Mark, float]:
        """Where in the world a kind of subject is in the middle of the shot, and how far from the camera."""
        row, wanted, base = cast.row, cast.wanted, self._base
        size = wanted.size
        distance = staging.framing_distance(row, size, cast.count, self.tangent, aspect)
        distance = max(distance * {"far": 2.2, "near": 0.75}.get(wanted.relation, 1.0), 0.55 * row.size * size + 0.8)
        if order:
            lead = self.plan.cast[0]
            first = staging.framing_distance(lead.row, lead.wanted.size, lead.count, self.tangent, aspect)
            distance = max(distance, min(first, distance * 3)) if wanted.relation != "front" else 0.75 * first
            if wanted.relation == "behind":
                distance = 1.5 * max(first, distance)
        half = distance * self.tangent * min(aspect, 2.2)
        aside = {"left": -0.5, "right": 0.5, "middle": 0.0}.get(
            wanted.relation, side * (0.10 if order == 0 else 0.36 + 0.10 * (order > 2))
        )
        x, z = base.x + aside * half, base.z + distance
        heading = self._heading(cast, aside, random)
        spots = self.set.spots.get(row.habitat) or (
            self.set.spots.get("ground") if row.habitat in {"table", "ground"} else None
        )
        if spots:
            place = spots[order % len(spots)]
            return staging.Mark(*place, heading), max(math.dist(place, (base.x, base.y, base.z)), 0.8)
        high = 2 * distance * self.tangent
        y = 0.0
        if row.habitat in {"air", "space"} or not self.setting.ground:
            share = {"above": 0.30, "below": 0.66}.get(wanted.relation, 0.44 + 0.06 * order)
            y = base.y + math.tan(base.pitch) * distance + (0.5 - share) * high - 0.5 * row.height * size
            if self.setting.ground:
                y = max(y, float(self.ground.height(x, z)) + 0.35 * row.size * size + 0.3)
        elif row.habitat == "underwater" and self.setting.name == "underwater":
            share = 0.45 + 0.08 * (order % 2)
            y = base.y + math.tan(base.pitch) * distance + (0.5 - share) * high
            y = max(y, float(self.ground.height(x, z)) + 0.4 * row.size * size)
        elif row.habitat in {"ground", "table", "road", "rail"}:
            spot = staging.dry_spot(self.set, x, z, 0.4 * row.size * size, wet=False)
            x, z = spot or (x, z)
        elif row.habitat in {"water", "underwater"}:
            spot = staging.dry_spot(self.set, x, z, 0.5 * row.size * size, wet=True)
            x, z = spot or (x, z)
        return staging.Mark(x, y, z, heading), distance

    def _heading(self, cast: Cast, aside: float, random: np.random.Generator) -> float:
        """Which way a subject looks: at the viewer when it poses, across the picture and a little nearer when it goes."""
        if cast.action in staging.TOWARD_CAMERA or not cast.row.actions[cast.action]:
            return math.pi - 0.5 * aside + float(random.uniform(-0.45, 0.45))
        across = -1.0 if aside > 0.05 else 1.0 if aside < -0.05 else (1.0 if random.random() < 0.5 else -1.0)
        return across * (math.pi / 2 + float(random.uniform(0.12, 0.55)))

    def _speed(self, cast: Cast, distance: float, aspect: float) -> float:
        """How fast it goes, m/s; not so fast that a shot leaves the part of the world that is there."""
        speed = cast.row.actions[cast.action] * min(max(self._pace, 0.3), 2.0) ** 0.0
        longest = max(end - start for start, end in self.plan.shots)
        return min(speed, max(70.0, 2.2 * distance) / max(longest * self._pace, 1.0))

    def _path(
        self, cast: Cast, mark: staging.Mark, speed: float, clock: staging.Clock, size: float, phase: float
    ) -> Path:
        """The way that fits what it does and where it lives."""
        row, action = cast.row, cast.action
        length = row.size * size
        ground = self.ground
        inside = row.habitat in self.set.spots or (row.habitat in {"ground", "table"} and "ground" in self.set.spots)
        if inside and mark.y:
            return Path(lambda _t: (mark.x, mark.y, mark.z, mark.heading, 0.0, 0.0, 0.0))
        if action == "launch":
            floor = float(ground.height(mark.x, mark.z)) if self.setting.ground else mark.y
            start = staging.Mark(mark.x, floor, mark.z, mark.heading)
            return staging.lifting_off(start, self.plan.shots, max(6.0, 0.25 * length))
        if (
            row.habitat in {"air", "space"}
            or not self.setting.ground
            or (row.habitat == "underwater" and not bool(ground.wet(mark.x, mark.z)))
        ):
            if row.habitat == "air" and action in {"stand", "sit", "sleep", "walk"}:
                floor = staging.on_ground(ground, 0.0, tilts=False, heading=mark.heading)
                return staging.straight(mark, speed, clock, floor)
            if speed < 0.05 or action in {"hover", "rise", "float", "drift", "fall", "spin"}:
                rise = speed if action == "rise" else -speed if action == "fall" else 0.0
                spin = 1.2 if action == "spin" else 0.05 if row.habitat == "space" else 0.0
                return staging.hovering(mark, clock, rise, 0.08 * length + 0.1, spin, phase)
            curve = (0.06 if row.size < 5 else 0.02) * (1 if phase > 3.14 else -1)
            return staging.flying(mark, speed, clock, wander=0.05 * length + 0.15, phase=phase, curve=curve)
        if row.habitat == "underwater" and self.setting.name == "underwater":
            return staging.flying(mark, speed, clock, wander=0.06 * length, phase=phase, curve=0.03)
        wet = bool(ground.wet(mark.x, mark.z))
        if row.habitat == "underwater" or (row.habitat == "water" and action in {"jump", "dive"}):
            if action in {"jump", "dive"}:
                return staging.leaping(mark, max(speed, 2.0), clock, length, phase / 6.28)
            floor = staging.on_water(ground, length, 0.62 * row.height * size, mark.heading)
            return staging.straight(mark, speed, clock, floor)
        if row.habitat == "water" and wet:
            return staging.straight(mark, speed, clock, staging.on_water(ground, length, 0.0, mark.heading))
        if wet:  # a land animal in the sea swims
            floor = staging.on_water(ground, length, 0.62 * row.height * size, mark.heading)
            return staging.straight(mark, min(speed, 1.0), clock, floor)
        lane = getattr(ground, "lane", None)
        if lane is not None and row.habitat in {"road", "rail"}:
            return self._lane_path(lane, mark, speed, clock)
        tilts = row.habitat in {"road", "rail", "water"}
        return staging.straight(mark, speed, clock, staging.on_ground(ground, 0.0, tilts=tilts, heading=mark.heading))

    def _lane_path(
        self, lane: Callable[..., tuple[float, float, float]], mark: staging.Mark, speed: float, clock: staging.Clock
    ) -> Path:
        """Along the road, away from the camera or toward it."""
        sign = 1.0 if math.cos(mark.heading) > 0 else -1.0
        ground = self.ground

        def at(t: float) -> staging.Moment:
            gone = speed * clock.local(t)
            x, z, heading = lane(mark.z + sign * gone, sign)
            y = float(ground.height(x, z))
            ahead = float(ground.height(x + math.sin(heading), z + math.cos(heading)))
            return x, y, z, heading + (math.pi if sign < 0 else 0.0), sign * math.atan(ahead - y), 0.0, gone + 1000

        return Path(at)

    def _cast_body(self, cast: Cast, number: int, random: np.random.Generator) -> Any:
        wanted = cast.wanted
        colour = np.array(COLOURS[wanted.colour], np.float32) if wanted.colour in COLOURS else None
        detail = 2 if cast.count <= 2 else 1 if cast.count <= 8 else 0
        dark = self.plan.time in {"night", "dusk"}
        # Of many that look alike a few are built, and those are seen again and again.
        if number >= 6:
            return self.actors[len(self.actors) - number + number % 6].body
        body = cast.row.build(
            Casting(cast.action, random, colour, wanted.qualities, detail, dark, self.plan.spec.season)
        )
        return material(body, wanted.qualities)

    def _aim(self, cast: Cast, lead: Acting, speed: float, distance: float, size: float, aspect: float) -> None:
        """What the camera cares for: the first subject; and whether it goes with it."""
        middle = (self.plan.shots[0][0] + self.plan.shots[0][1]) / 2
        x, y, z, *_ = lead.path.at(middle)
        self._target = (x, y + 0.5 * cast.row.height * size, z)
        length = (self.plan.shots[0][1] - self.plan.shots[0][0]) * self._pace
        across = 2 * distance * self.tangent * aspect
        fixed = {"static", "pan_left", "pan_right"}
        leaves = speed * length > 0.55 * across
        if self.plan.camera == "follow" or (leaves and self.plan.spec.camera not in fixed):
            home = (x, y, z)
            rising = cast.action in {"launch", "rise"}

            def follow(t: float) -> Point:
                a, b, c, *_ = lead.path.at(t * self._pace)
                lift = (b - home[1]) * (0.8 if rising else 0.0)
                return a - home[0], lift, c - home[2]

            self._follow = follow

    # -- shots ---------------------------------------------------------------------------------------------------------

    def _direct_shots(self) -> list[Shot]:
        """The takes: the wide one that the prompt asks for, then others of the same world."""
        setting, spec = self.setting, self.plan.spec
        target = self._target or (0.0, self._base.y + math.tan(self._base.pitch) * setting.stage, setting.stage)
        away = math.dist(target, (self._base.x, self._base.y, self._base.z))
        shots = []
        inside = any(place.stands == "around" for place in self.plan.places)
        for number, (start, end) in enumerate(self.plan.shots):
            sign = 1.0 if self._random.random() < 0.5 else -1.0
            base = self._base
            if self._target is not None:
                base = self._framed(base)
            move = self.plan.camera
            if number:
                base, move = self._other_take(base, target, number, sign, inside=inside)
            part = min(1.0, (end - start) * spec.pace / 5)
            travel = setting.travel * part * (0.6 if spec.mood == "calm" else 1.0)
            if self._target is not None:
                travel = min(travel, 0.42 * away)
            shot = Shot(
                start,
                end,
                make_pose(move, base, target, travel, sign),
                self._follow,
                0.0045 if move == "shake" else 0.0,
                melt=number > 0 and self._random.random() < 0.4,
            )
            if setting.ground:
                shot = shot.above(lambda x, z: float(self.ground.height(x, z)))
            shots.append(shot)
        return shots

    def _framed(self, base: Pose) -> Pose:
        """Turned so that the subject is on a third or nearer the middle, without losing the horizon."""
        assert self._target is not None
        dx, dy, dz = self._target[0] - base.x, self._target[1] - base.y, self._target[2] - base.z
        wanted = math.atan2(dy, math.hypot(dx, dz))
        half = math.atan(base.tangent)
        pitch = min(max(base.pitch, wanted - 0.22 * half), wanted + 0.34 * half)
        return replace(base, pitch=pitch)

    def _other_take(self, base: Pose, target: Point, number: int, sign: float, *, inside: bool) -> tuple[Pose, str]:
        """Another place for the camera: nearer, lower or from the side; interiors only turn and zoom."""
        moves = ("pan_right", "dolly_out", "orbit", "crane_up", "pan_left", "dolly_in")
        move = moves[(number + int(sign > 0)) % len(moves)]
        if inside:
            closer = replace(base, tangent=base.tangent * (0.72 if number % 2 else 0.9), yaw=base.yaw + 0.14 * sign)
            return closer, "pan_left" if sign > 0 else "dolly_in"
        if self._target is None:
            turn = replace(base, yaw=base.yaw + sign * 0.16, tangent=base.tangent * (0.7 if number % 2 else 1.0))
            return replace(turn, y=base.y + (0.35 * self.setting.eye if number % 2 == 0 else 0.0)), move
        angle = sign * (0.5 if number % 2 else 0.25)
        near = 0.62 if number % 2 else 0.95
        dx, dz = base.x - target[0], base.z - target[2]
        c, s = math.cos(angle), math.sin(angle)
        x, z = target[0] + near * (dx * c - dz * s), target[2] + near * (dx * s + dz * c)
        y = target[1] + (base.y - target[1]) * near
        return replace(base, x=x, y=y, z=z).toward(target, 0.85), "orbit" if number % 2 else "dolly_in"

    # -- light ---------------------------------------------------------------------------------------------------------

    def _finish_set(self) -> None:
        """Light what stands still, and draw the shadows that it throws."""
        self._bodies = [*self.set.bodies, *self.actors]
        self._noise = tile_fbm(256, self.seed % (1 << 31), base=4, octaves=6).ravel()
        lamps = [
            np.asarray(lamp, np.float32) * np.array([1, 1, 1, *[self.light.glow] * 3], np.float32)
            for lamp in self.set.lamps
        ]
        self._lamps = lamp_table(lamps) if lamps else NO_LAMPS
        self._still = None
        if self.set.mesh.count:
            mesh = self.set.mesh.build()
            light = self.light
            sun = np.concatenate([light.sun, light.sunlight]).astype(np.float32)
            shades = np.zeros_like(mesh.vertices)
            emission = (mesh.emission * np.float32(light.glow)).astype(np.float32)
            for start in range(0, len(shades), 60_000):
                stop = min(start + 60_000, len(shades))
                light_corners(
                    mesh.vertices, mesh.normals, mesh.colour, emission, self._lamps, sun,
                    np.asarray(light.above, np.float32), np.asarray(light.below, np.float32), start, stop, shades,
                )  # fmt: skip
                self._tick("light")
            self._still = mesh.vertices, shades, mesh.triangles
        stage = self._target or (0.0, 0.0, self.setting.stage)
        reach = min(max(25.0, 2.2 * stage[2]), 220.0)
        floor = float(self.ground.height(stage[0], stage[2])) if self.setting.ground else stage[1]
        self._still_shadows = make_map(self.light, np.array([0.0, floor, reach * 0.55]), reach, STILL_SHADOWS)
        if self._still is not None:
            self._still_shadows.add(self._still[0], self._still[2])
        counts = [len(acting.body.vertices) for acting in self._bodies]
        self._ends = np.concatenate([[0], np.cumsum(counts)]).astype(int)
        self._moving_triangles = (
            np.concatenate(
                [acting.body.triangles + start for acting, start in zip(self._bodies, self._ends, strict=False)]
            ).astype(np.int32)
            if self._bodies
            else np.zeros((0, 3), np.int32)
        )
        self._moving_colour = _joined([acting.body.colour for acting in self._bodies], 3)
        self._moving_emission = _joined([acting.body.emission for acting in self._bodies], 3)
        self._moving_finish = _joined([acting.body.finish for acting in self._bodies], 2)
        fog = self.light.fog
        self._haze = np.array([fog, *self.light.horizon, 1.0], np.float32)

    def _grade(self) -> dict[str, Any]:
        """The film grade, with the exposure measured on small drawings of three moments."""
        grade: dict[str, Any] = {
            "bloom": 0.30, "threshold": 1.0, "knee": 1.0, "vignette": 0.26, "grain": 0.006, "contrast": 0.12,
            "saturation": 1.10,
        }  # fmt: skip
        grade["exposure"] = self._exposure()
        grade = graded(grade, self.plan.spec.mood)
        for style in self.plan.styles:
            grade.update(style.grade)
        return grade

    def _exposure(self) -> float:
        """What brings the middle tones to `light.key`, without burning much of the bright ones."""
        scale = 96 / max(self.width, self.height)
        width, height = max(16, round(self.width * scale)), max(16, round(self.height * scale))
        state = self._new_state(width, height)
        lights = []
        for part in (0.02, 0.5, 0.98):
            hdr = self._draw(state, part * self.duration)
            lights.append(np.tensordot(LUMINANCE, hdr, 1))
            self._tick("exposure")
        light = np.nan_to_num(np.stack(lights).astype(np.float64), nan=0.0, posinf=1e4)
        middle = float(np.exp(np.mean(np.log(light + 1e-4 * max(self.light.white, 1e-3)))))
        bright = float(np.percentile(light, 92))
        return float(min(self.light.key / max(middle, 1e-9), 0.95 / max(bright, 1e-9)))

    # -- drawing -------------------------------------------------------------------------------------------------------

    def new_state(self) -> _State:
        """The buffers of one thread."""
        return self._new_state(self.width, self.height)

    def _new_state(self, width: int, height: int) -> _State:
        canvas = Canvas(width, height, mirror=self.ground.mirrors)
        total = int(self._ends[-1])
        melts = any(shot.melt for shot in self.shots) if hasattr(self, "shots") else False
        return _State(
            main=self._buffers(canvas, layers=True),
            mirror=self._buffers(canvas.mirror, layers=False) if canvas.mirror is not None else None,
            vertices=np.zeros((total, 3), np.float32),
            normals=np.zeros((total, 3), np.float32),
            shades=np.zeros((total, 3), np.float32),
            shadow=make_map(self.light, np.zeros(3), 1.0, MOVING_SHADOWS),
            other=np.zeros_like(canvas.hdr) if melts else None,
        )

    def _buffers(self, canvas: Canvas, *, layers: bool) -> _Buffers:
        width, height = canvas.width, canvas.height
        still, moving = self._still, len(self._moving_triangles)
        return _Buffers(
            canvas,
            self.backdrop.new_state(width, height),
            self.ground.new_state(width, height) if layers else None,
            Rasteriser(width, height, len(still[0]), len(still[2])) if still is not None else None,
            Rasteriser(width, height, int(self._ends[-1]), moving) if moving else None,
            [layer.new_state(width, height) for layer in self.layers] if layers else [],
        )

    def draw(self, state: _State, t: float) -> Hdr:
        """The picture at `t` seconds of the film, in a buffer of `state`."""
        number = self._shot_at(t)
        shot = self.shots[number]
        since = t - shot.start
        if shot.melt and state.other is not None and since < DISSOLVE:
            state.other[:] = self._draw(state, t, self.shots[number - 1])
            share = np.float32(since / DISSOLVE)
            hdr = self._draw(state, t, shot)
            hdr *= share
            hdr += state.other * (1 - share)
            return hdr
        return self._draw(state, t, shot)

    def _shot_at(self, t: float) -> int:
        return next((number for number, shot in enumerate(self.shots) if t < shot.end), len(self.shots) - 1)

    def camera(self, t: float) -> Camera:
        """The camera at `t` seconds of the film."""
        return self.shots[self._shot_at(t)].camera(t)

    def _draw(self, state: _State, t: float, shot: Shot | None = None) -> Hdr:
        camera = (shot or self.shots[self._shot_at(t)]).camera(t)
        # Everything but the camera lives in the world's time, which may run slower or faster than the film's.
        now = t * self._pace
        self._pose(state, now)
        lamps = self._lamps_at(now)
        if state.mirror is not None:
            self._draw_mirror(state, state.mirror, camera, now, lamps)
        main = state.main
        canvas = main.canvas
        self.backdrop.draw(main.backdrop, canvas, camera, now)
        self.ground.draw(main.ground, canvas, camera, now)
        self._draw_meshes(state, main, camera, lamps, GRAIN)
        self._cast_shadows(state, canvas, camera, now)
        flash = getattr(self.backdrop, "flash", None)
        if flash is not None and (strength := float(flash(now))) > 0:
            canvas.hdr *= np.where(canvas.near > 0, np.float32(1 + 2.2 * strength), np.float32(1.0))
        for layer, own in zip(self.layers, main.layers, strict=True):
            layer.draw(own, canvas, camera, now)
        return canvas.hdr

    def _pose(self, state: _State, t: float) -> None:
        """Every body in its pose, at its place."""
        for number, acting in enumerate(self._bodies):
            part = slice(self._ends[number], self._ends[number + 1])
            vertices, normals = state.vertices[part], state.normals[part]
            x, y, z, heading, pitch, bank, gone = acting.path.at(t)
            acting.body.pose(t + acting.delay, (gone + 1.7 * acting.delay) / acting.scale, vertices, normals)
            turn = _rotation(heading, pitch, bank)
            np.matmul(vertices * np.float32(acting.scale), turn.T, out=vertices)
            vertices += np.array([x, y, z], np.float32)
            normals[:] = normals @ turn.T

    def _lamps_at(self, t: float) -> Floats:
        """The lamps of the set and those that bodies carry."""
        carried = []
        for acting in self._bodies:
            local = acting.body.lamps(t + acting.delay)
            if len(local):
                x, y, z, heading, pitch, bank, _ = acting.path.at(t)
                table = np.array(local, np.float32)
                table[:, :3] = (table[:, :3] * acting.scale) @ _rotation(heading, pitch, bank).T + np.array([x, y, z])
                table[:, 3:] *= self.light.glow
                carried.append(table)
        return np.concatenate([self._lamps, *carried]).astype(np.float32) if carried else self._lamps

    def _draw_meshes(self, state: _State, buffers: _Buffers, camera: Camera, lamps: Floats, grain: Floats) -> None:
        canvas = buffers.canvas
        if buffers.still is not None and self._still is not None:
            vertices, shades, triangles = self._still
            buffers.still.draw(
                vertices, shades, triangles, camera, self._haze, grain, self._noise, canvas.hdr, near=canvas.near
            )
        if buffers.moving is not None:
            near_lamps = self._near(lamps, state)
            light_bodies(
                state.vertices, state.normals, self._moving_colour, self._moving_emission, self._moving_finish,
                near_lamps, self.light.vector, np.ascontiguousarray(camera.frame[:3]), np.float32(self.light.glow),
                0, len(state.vertices), state.shades,
            )  # fmt: skip
            buffers.moving.draw(
                state.vertices, state.shades, self._moving_triangles, camera, self._haze, NO_GRAIN, self._noise,
                canvas.hdr, near=canvas.near,
            )  # fmt: skip

    def _near(self, lamps: Floats, state: _State) -> Floats:
        """The dozen lamps nearest to the bodies."""
        if len(lamps) <= 12:
            return lamps
        middle = state.vertices.mean(axis=0)
        away = ((lamps[:, :3] - middle) ** 2).sum(axis=1)
        return np.ascontiguousarray(lamps[np.sort(np.argsort(away, kind="stable")[:12])])

    def _draw_mirror(self, state: _State, mirror: _Buffers, camera: Camera, t: float, lamps: Floats) -> None:
        """The world upside down under y = 0, for water to mirror."""
        seen = camera.mirrored()
        self.backdrop.draw(mirror.backdrop, mirror.canvas, seen, t)
        self._draw_meshes(state, mirror, seen, lamps, NO_GRAIN)

    def _cast_shadows(self, state: _State, canvas: Canvas, camera: Camera, t: float) -> None:
        light = self.light
        strength = float(np.clip(1.6 * light.sunlight @ LUMINANCE / max(light.white, 1e-9) - 0.1, 0, 1))
        strength *= float(getattr(self.ground, "shadowed", 1.0))
        feet = self._feet(t) if self.setting.ground else None
        if feet is not None and len(feet):
            darken_feet(canvas.hdr, canvas.near, camera.frame, np.float32(scale_of(camera, canvas.height)), feet)
        if strength <= 0.02 or (self._still is None and not self._bodies):
            return
        if len(state.vertices):
            low, high = state.vertices.min(axis=0), state.vertices.max(axis=0)
            middle = (low + high) / 2
            reach = float(min(max(np.linalg.norm(high - low) / 2 * 1.05, 0.5), 80.0))
            state.shadow = ShadowMap(self._still_shadows.axes, middle, reach, state.shadow.depth)
            state.shadow.clear()
            state.shadow.add(state.vertices, self._moving_triangles)
        cast_shadows(canvas, camera, light, strength, self._still_shadows, state.shadow)

    def _feet(self, t: float) -> Floats:
        """Where bodies meet the ground, for the dark below them."""
        blobs = []
        for acting in self.actors[:32]:
            x, y, z, *_ = acting.path.at(t)
            floor = float(self.ground.height(x, z))
            span = np.ptp(acting.body.vertices[:, [0, 2]], axis=0) * acting.scale
            radius = 0.5 * float(span.mean()) + 0.05
            lifted = max(y - floor, 0.0)
            if lifted < radius and not bool(self.ground.wet(x, z)):
                blobs.append((x, floor, z, radius, 0.42 * (1 - lifted / radius)))
        return np.array(blobs, np.float32).reshape(-1, 5)

    def boxes(self, t: float) -> dict[str, tuple[float, float, float, float]]:
        """Where each subject is in the picture at `t`: left, top, right, bottom in pixels. For tests and tools."""
        from promptreel.engines.scenes.mesh import on_screen

        state = self._new_state(16, 16)
        self._pose(state, t * self._pace)
        camera = self.camera(t)
        found = {}
        for number, acting in enumerate(self._bodies):
            points = state.vertices[self._ends[number] : self._ends[number + 1]]
            x, y, near = on_screen(points, camera, self.width, self.height)
            if acting.name and (near > 0).any():
                x, y = x[near > 0], y[near > 0]
                found[acting.name] = float(x.min()), float(y.min()), float(x.max()), float(y.max())
        return found


def _joined(parts: list[Floats], columns: int) -> Floats:
    if not parts:
        return np.zeros((0, columns), np.float32)
    return np.ascontiguousarray(np.concatenate(parts).astype(np.float32))


def _rotation(heading: float, pitch: float, bank: float) -> Floats:
    """Turns a body that faces +z: first rolled by `bank` (right side down), then raised by `pitch`, then by `heading`."""
    ch, sh, cp, sp, cb, sb = (f(a) for a in (heading, pitch, bank) for f in (math.cos, math.sin))
    roll = np.array([[cb, sb, 0], [-sb, cb, 0], [0, 0, 1]])
    raised = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    turned = np.array([[ch, 0, sh], [0, 1, 0], [-sh, 0, ch]])
    return (turned @ raised @ roll).astype(np.float32)


# -- what any body can be made of --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Made:
    """A body with another surface."""

    body: Any
    colour: Floats
    emission: Floats
    finish: Floats

    def __getattr__(self, name: str) -> Any:
        return getattr(self.body, name)


SURFACES = {
    "golden": ((0.83, 0.55, 0.16), 0.75, 0.85),
    "metal": ((0.46, 0.48, 0.51), 0.8, 0.85),
    "stone": ((0.34, 0.33, 0.31), 0.9, 0.0),
    "wooden": ((0.28, 0.15, 0.07), 0.9, 0.05),
    "glass": ((0.30, 0.38, 0.42), 0.7, 1.0),
    "transparent": ((0.34, 0.42, 0.46), 0.6, 1.0),
}
"""Colour, how much of it replaces the body's own, and gloss."""


def material(body: Any, qualities: frozenset[str]) -> Any:
    """The body, made of what the prompt says: gold, stone, wood, or glowing."""
    chosen = [name for name in SURFACES if name in qualities]
    if not chosen and "glowing" not in qualities:
        return body
    colour, emission, finish = body.colour.copy(), body.emission.copy(), body.finish.copy()
    for name in chosen[:1]:
        tone, share, gloss = SURFACES[name]
        light = (colour @ LUMINANCE)[:, None]
        relief = np.clip(0.6 + 0.8 * light / max(float(light.mean()), 1e-3) * 0.5, 0.5, 1.4)
        colour = (colour * (1 - share) + np.array(tone) * relief * share).astype(np.float32)
        finish[:, 0] = np.maximum(finish[:, 0], gloss) if gloss else 0.0
    if "glowing" in qualities:
        tone = colour / np.maximum(colour.max(axis=1, keepdims=True), 0.05)
        emission = np.maximum(emission, (0.35 * colour + 0.5 * tone).astype(np.float32))
    return _Made(body, colour, emission, finish)
