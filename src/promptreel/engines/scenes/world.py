"""A film's world, built from its plan: parts are made, subjects placed, exposure measured; then any moment can be drawn."""

import math
import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from promptreel.engines.scenes.blocking import Blocking
from promptreel.engines.scenes.camera import DISSOLVE, Pose, Shot
from promptreel.engines.scenes.director import HUMANS, Plan, tangent_of
from promptreel.engines.scenes.focus import Focus
from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.mesh import DEEP, Camera, Rasteriser, band_samples, lamp_table, light_corners, on_screen
from promptreel.engines.scenes.moods import graded
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene import Hdr, Tick, no_tick
from promptreel.engines.scenes.shading import light_bodies
from promptreel.engines.scenes.shadows import ShadowMap, cast_shadows, darken_feet, make_map, share_hidden
from promptreel.engines.scenes.stage import (
    LUMINANCE,
    SUNLIGHT,
    Acting,
    Backdrop,
    Brief,
    Canvas,
    Floats,
    Ground,
    Layer,
    Light,
    Place,
    Set,
    scale_of,
)
from promptreel.engines.scenes.staging import framing_distance
from promptreel.engines.scenes.takes import direct_shots

STILL_SHADOWS, MOVING_SHADOWS = 1024, 320
"""Sides of the two shadow maps."""

BODY_BIAS = 9.0
"""Cells of slack where bodies throw shadows on themselves."""

SOFTBOX = (0.55, 1.45)
"""Factors on the sun's and the sky's light on who is portrayed: photographers put a white screen between."""

FACE_KEY = 1.05
"""How bright paper before the face of a portrait is on the film, in terms of the light's key: incident metering."""

BRIGHTEST_LEAD = 0.55
"""How bright what the film is about may be on the film in the mean: a white robot is not to burn out before dark asphalt."""

BURNING = 0.95
"""How bright its lighter parts may be. Where half of the exposure is too much even so, as in the one ray of sun in a wood,
the light on bodies is dimmed."""

CLEAR_TO = 5.0
"""Metres of a swimmer that plain water lets one see well."""

OUTLINE_DEPTH, OUTLINE_HAZE = 130.0, 0.55
"""Metres after which land is half as light as it ever gets where outlines are wanted, and that lightness as a share of the
haze at the horizon."""

GRAIN = np.array([0.26, 7.0, 0.22, 34.0], np.float32)
"""The grain on what is built, see `mesh.resolve_band`."""

NO_GRAIN = np.array([0.0, 7.0, 0.0, 34.0], np.float32)
NO_LAMPS = np.zeros((0, 6), np.float32)


@dataclass(slots=True)
class _Buffers:
    """What one thread draws one canvas with."""

    canvas: Canvas
    backdrop: Any
    ground: Any
    still: Rasteriser | None
    rigid: Rasteriser | None
    living: Rasteriser | None
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
    focus: Focus | None


class World:
    """See `scene.Scene`. `actors` and `shots` are there for tests and tools."""

    def __init__(self, width: int, height: int, duration: float, seed: int, plan: Plan, tick: Tick = no_tick) -> None:
        self.width, self.height, self.duration, self.seed = width, height, duration, seed
        self.plan, self.setting, self._tick = plan, plan.setting, tick
        spec = plan.spec
        self._pace = spec.speed
        self.tangent = tangent_of(self.setting, width, height)
        self._outlined = any(style.name == "silhouette" for style in plan.styles)
        self._random = np.random.default_rng([abs(seed), zlib.crc32(b"world")])
        if self.setting.colours and not spec.colours:
            spec = replace(spec, colours=self.setting.colours)
        brief = Brief(spec, width, height, duration, seed, plan.time, self._params(), tick, self.tangent)
        tick("sky")
        self.backdrop: Backdrop = rows("backdrops")[self.setting.backdrop].make(brief)
        self.light: Light = self.backdrop.light
        brief = replace(brief, light=self.light)
        tick("ground")
        self.ground: Ground = rows("grounds")[self.setting.ground or "nothing"].make(brief)
        self.set = Set(brief, self.ground, self.light, spots=dict(getattr(self.ground, "spots", {})))
        self._base = self._camera_base()
        tick("places")
        self._build_places()
        self._base = self._close_to_spot(self._base)
        tick("subjects")
        blocking = Blocking(plan, self.set, self._base)
        self.actors, self._target, self._follow = blocking.actors, blocking.target, blocking.follow
        if self._target is None:
            self._target = getattr(self.backdrop, "sight", None)
        if self._target is not None:
            self.set.sights |= {"subject": (self._target[0], self._target[2]), "camera": (self._base.x, self._base.z)}
        self.ground.dress(self.set)
        tick("light")
        self._finish_set()
        self.effects: list[Layer] = [row.make(brief) for row in plan.effects]
        self.layers: list[Layer] = [*self.set.layers, *self.effects]
        self.shots = direct_shots(plan, seed, self._base, self._target, self._follow, self.ground, blocking.operator())
        tick("exposure")
        self._sharp = self._sharp_to()
        self._glow, self._body_light = self.light.glow, self._soft().vector
        self._brightest = 0.0
        self.post: dict[str, Any] = self._grade()
        # Between walls it is darker than the light outside tells, and a flame is not to burn a hole into the film.
        self._glow = min(self._glow, 1.0 / self.post["exposure"])
        if self.setting.params.get("indoors"):
            self._body_light = self._indoors(self.post["exposure"])
        elif (bright := self._brightest * self.post["exposure"]) > BURNING:
            soft, share = self._soft(), np.float32(BURNING / bright)
            lights = {name: share * getattr(soft, name) for name in ("sunlight", "above", "below")}
            self._body_light = replace(soft, **lights).vector
        self.paints = [style.paint for style in plan.styles]

    # -- building ------------------------------------------------------------------------------------------------------

    def _params(self) -> dict[str, Any]:
        standing = [place.name for place in self.plan.places if place.stands in {"shore", "water"}]
        afloat = [cast.row.name for cast in self.plan.cast if cast.row.habitat == "water"]
        params = {**self.setting.params, "standing": tuple(standing), "afloat": tuple(afloat)}
        lead = self.plan.cast[0] if self.plan.cast else None
        if lead is not None and self.setting.name == "underwater":
            # What is large is filmed from farther away, where murky water would hide it.
            params["clear"] = max(float(params.get("clear", 1.0)), lead.row.size * lead.wanted.size / CLEAR_TO)
        return params

    def _camera_base(self) -> Pose:
        """Where the camera stands before anything moves. It is lowered or raised to suit what the film is about."""
        setting = self.setting
        eye, horizon = setting.eye, setting.horizon
        lead = self.plan.cast[0] if self.plan.cast else None
        around = any(place.stands == "around" for place in self.plan.places)
        if lead is not None:
            size = lead.wanted.size
            resting = lead.action in {"stand", "sit", "sleep", "walk", "land"}
            low = lead.row.habitat == "water" and lead.row.height * size < 1.2
            if (
                low
                or lead.row.habitat in {"ground", "road", "table", "rail"}
                or (lead.row.habitat == "air" and resting)
            ):
                eye = min(eye, max(0.30, 1.05 * lead.row.height * size)) if lead.row.height * size < eye else eye
                if self._outlined and setting.ground:
                    # From as low as a knee, so that the sky is behind it.
                    eye, horizon = min(eye, max(0.10, 0.3 * lead.row.height * size)), max(horizon, 0.66)
            elif lead.row.habitat == "air" and not around and setting.ground:
                eye = max(eye, min(0.6 * lead.row.altitude, 30.0))
                horizon = max(horizon, 0.62)
            elif setting.name == "underwater" and lead.row.size * size > CLEAR_TO:
                horizon = max(horizon, 0.66)  # Before the light from above, over the reef.
        if lead is not None and self.plan.portrait:
            tall = lead.row.height * lead.wanted.size
            eye = tall - 0.14 if lead.row.name in HUMANS else 0.8 * tall
            horizon = min(max(horizon, 0.4), 0.6)
        floor = float(self.ground.height(0.0, 0.0)) if self.setting.ground else 0.0
        pitch = math.atan((2 * horizon - 1) * self.tangent)
        return Pose(0.0, floor + eye, 0.0, 0.0, pitch, self.tangent)

    def _close_to_spot(self, base: Pose) -> Pose:
        """Where the first subject stands on something of the place (a table), the camera goes there."""
        lead = self.plan.cast[0] if self.plan.cast else None
        spots = self.set.spots.get(lead.habitat) if lead else None
        if lead is None or not spots or lead.habitat not in {"table", "sill"}:
            return base
        x, y, z = spots[0]
        size = lead.wanted.size
        away = framing_distance(lead.row, size, lead.count, self.tangent, self.width / self.height)
        if self.setting.name == "studio":
            return self._close_up(base, (x, y + 0.5 * lead.row.height * size, z), lead.row.size * size)
        away = max(away, 0.75)
        return replace(
            base, x=x - 0.25 * away, y=y + 0.55 * lead.row.height * size + 0.12 * away, z=z - away, pitch=-0.08
        )

    def _close_up(self, base: Pose, middle: tuple[float, float, float], size: float) -> Pose:
        """As a product is shot: large, a little from above, a little below the middle of the frame."""
        away = max(size / (0.9 * self.tangent * min(self.width / self.height, 1.2)), 0.35)
        x, y, z = middle
        pose = replace(base, x=x - 0.05 * away, y=y + 0.26 * away, z=z - away).toward(middle)
        return replace(pose, pitch=pose.pitch + 0.16 * self.tangent)

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
            self.set.sights[place.name] = x, z
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
            if step == 4 and place.size < 8:  # All is taken by what is around: it may stand in there.
                return 0.62 * best[0], 0.62 * best[1]
        return best or (0.0, place.distance)

    # -- light ---------------------------------------------------------------------------------------------------------

    def _finish_set(self) -> None:
        """Light what stands still, and draw the shadows that it throws."""
        # What is rigid comes first: it is drawn before the shadows are, and what lives after them.
        self._bodies = sorted([*self.set.bodies, *self.actors], key=_lives)
        self._first_living = sum(not _lives(acting) for acting in self._bodies)
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
        # Far things fade to the sky a little above the horizon, as the land does.
        far = (0.66 * self.light.horizon + 0.34 * self.light.above) * 0.94
        self._haze = np.array([fog, *far, 1.0], np.float32)
        # Everything but sky and water goes dark where only outlines are wanted.
        self._dark = np.float32(0.03 if self._outlined else 1.0)
        self._dusk = np.float32(OUTLINE_HAZE) * self._haze[1:4, None, None]
        self._wet = not self.setting.ground or bool(self.ground.wet(0.0, 2.0 * self.setting.stage))
        if self._still is not None and self._dark < 1:
            self._still = self._still[0], self._still[1] * self._dark, self._still[2]

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

    @staticmethod
    def _indoors(exposure: float) -> Floats:
        """The light that walls throw back, for bodies among them: the world's light stays outside."""
        warm = np.array([1.0, 0.86, 0.70], np.float32) / np.float32(exposure)
        still = np.array([0.3, 0.9, -0.3], np.float32)
        light = Light(still, 0.10 * warm, 0.30 * warm, 0.12 * warm, 0.16 * warm, fog=0.0)
        return light.vector

    def _exposure(self) -> float:
        """What brings the middle tones to `light.key`, without burning much of the bright ones."""
        if self.light.exposure:
            return self.light.exposure
        scale = 96 / max(self.width, self.height)
        width, height = max(16, round(self.width * scale)), max(16, round(self.height * scale))
        state = self._new_state(width, height)
        lights = []
        for part in (0.02, 0.5, 0.98):
            hdr = self._draw(state, part * self.duration)
            lights.append(np.tensordot(LUMINANCE, hdr, 1))
            if (shades := self._lead_shades(state)) is not None:
                self._brightest = max(self._brightest, float(np.percentile(shades.max(axis=1), 80)))
            self._tick("exposure")
        light = np.nan_to_num(np.stack(lights).astype(np.float64), nan=0.0, posinf=1e4)
        middle = float(np.exp(np.mean(np.log(light + 1e-4 * max(self.light.white, 1e-3)))))
        bright = float(np.percentile(light, 92))
        key = self.light.key * float(getattr(self.ground, "key", 1.0))
        exposure = min(key / max(middle, 1e-9), 0.95 / max(bright, 1e-9))
        if self._outlined:
            # What is dark is meant to be, however much of it there is.
            return min(exposure, 0.95 / max(float(np.percentile(light, 97)), 1e-9))
        if self._sharp and not self.setting.params.get("indoors"):
            soft = self._soft()
            incident = float((0.6 * soft.sunlight + 0.7 * soft.above) @ LUMINANCE)
            face = FACE_KEY * self.light.key / 0.16 / max(incident, 1e-9)
            return float(face**0.7 * exposure**0.3)
        return float(max(min(exposure, BRIGHTEST_LEAD / max(self._lead_light(state), 1e-9)), 0.5 * exposure))

    def _lead_light(self, state: _State) -> float:
        """The mean luminance of what the film is about, as it was drawn last."""
        shades = self._lead_shades(state)
        return 0.0 if shades is None else float((shades @ LUMINANCE).mean())

    def _lead_shades(self, state: _State) -> Floats | None:
        """The light from its vertices, (n, 3); None where the film is about nobody."""
        if not self.actors:
            return None
        number = next(n for n, acting in enumerate(self._bodies) if acting is self.actors[0])
        return state.shades[self._ends[number] : self._ends[number + 1]]

    def _soft(self) -> Light:
        """The light on bodies: the world's, softened for a portrait."""
        if not self._sharp:
            return self.light
        sun, sky = SOFTBOX
        return replace(self.light, sunlight=sun * self.light.sunlight, above=sky * self.light.above)

    def _sharp_to(self) -> float:
        """How far a portrait is sharp, m; 0 where all of the picture is."""
        if not self.plan.portrait or self._target is None:
            return 0.0
        base = self._base
        return 1.35 * math.dist(self._target, (base.x, base.y, base.z)) + 0.3

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
            focus=Focus(width, height, self._sharp) if self._sharp else None,
        )

    def _buffers(self, canvas: Canvas, *, layers: bool) -> _Buffers:
        width, height = canvas.width, canvas.height
        still, split, total = self._still, int(self._ends[self._first_living]), int(self._ends[-1])
        rigid = int((self._moving_triangles[:, 0] < split).sum())
        living = len(self._moving_triangles) - rigid
        samples = band_samples(width)
        return _Buffers(
            canvas,
            self.backdrop.new_state(width, height),
            self.ground.new_state(width, height) if layers else None,
            Rasteriser(width, height, len(still[0]), len(still[2]), samples) if still is not None else None,
            Rasteriser(width, height, split, rigid, samples) if rigid else None,
            Rasteriser(width, height, total - split, living, samples) if living else None,
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
        self._light(state, camera, self._lamps_at(now))
        if state.mirror is not None:
            self._draw_mirror(state, state.mirror, camera, now)
        main = state.main
        canvas = main.canvas
        self.backdrop.draw(main.backdrop, canvas, camera, now)
        if getattr(self.ground, "mirrors_sky", False):
            canvas.panorama = self.backdrop.panorama(main.backdrop, now)
        self.ground.draw(main.ground, canvas, camera, now)
        if self._dark < 1 and not self._wet:
            self._draw_outlines(canvas)
        self._draw_still(main, camera, GRAIN)
        self._draw_rigid(state, main, camera)
        self._cast_shadows(state, canvas, camera, now)
        # On round skin one would see the triangles in the shadows: what lives is lit as a whole.
        self._draw_living(state, main, camera)
        flash = getattr(self.backdrop, "flash", None)
        if flash is not None and (strength := float(flash(now))) > 0:
            canvas.hdr *= np.where(canvas.near > 0, np.float32(1 + 2.2 * strength), np.float32(1.0))
        for layer, own in zip(self.layers, main.layers, strict=True):
            layer.draw(own, canvas, camera, now)
        if state.focus is not None:
            state.focus.draw(canvas)
        return canvas.hdr

    def _draw_outlines(self, canvas: Canvas) -> None:
        """Darken the ground, the less the farther: before hills as black as itself a figure would not be seen."""
        land = canvas.near > 0
        canvas.hdr *= np.where(land, np.float32(2 * self._dark), np.float32(1.0))
        canvas.hdr += self._dusk * np.where(land, 1 / (1 + np.float32(OUTLINE_DEPTH) * canvas.near), np.float32(0.0))

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
                table[:, 3:] *= self._glow
                carried.append(table)
        return np.concatenate([self._lamps, *carried]).astype(np.float32) if carried else self._lamps

    def _draw_still(self, buffers: _Buffers, camera: Camera, grain: Floats, floor: float = DEEP) -> None:
        canvas = buffers.canvas
        if buffers.still is not None and self._still is not None:
            vertices, shades, triangles = self._still
            buffers.still.draw(
                vertices, shades, triangles, camera, self._haze, grain, self._noise, canvas.hdr, near=canvas.near,
                floor=floor,
            )  # fmt: skip

    def _light(self, state: _State, camera: Camera, lamps: Floats) -> None:
        """The radiance of every corner of the bodies, as `camera` sees it."""
        if not len(state.vertices):
            return
        split, near_lamps = int(self._ends[self._first_living]), self._near(lamps, state)
        parts = [(0, split, self._body_light)] if split else []
        strength = 0.0 if self._sharp else self._shadow_strength()
        for number in range(self._first_living, len(self._bodies)):
            first, last = int(self._ends[number]), int(self._ends[number + 1])
            light = self._body_light
            if strength > 0.02 and self._still is not None:
                light = light.copy()
                points = state.vertices[first : last : max((last - first) // 40, 1)]
                light[SUNLIGHT : SUNLIGHT + 3] *= 1 - strength * share_hidden(self._still_shadows, points)
            parts.append((first, last, light))
        for first, last, light in parts:
            light_bodies(
                state.vertices, state.normals, self._moving_colour, self._moving_emission, self._moving_finish,
                near_lamps, light, np.ascontiguousarray(camera.frame[:3]), np.float32(self._glow), first, last,
                state.shades,
            )  # fmt: skip
        if self._dark < 1:
            state.shades *= self._dark

    def _draw_rigid(self, state: _State, buffers: _Buffers, camera: Camera, floor: float = DEEP) -> None:
        self._draw_part(state, buffers.rigid, buffers.canvas, camera, 0, int(self._ends[self._first_living]), floor)

    def _draw_living(self, state: _State, buffers: _Buffers, camera: Camera, floor: float = DEEP) -> None:
        first, last = int(self._ends[self._first_living]), int(self._ends[-1])
        self._draw_part(state, buffers.living, buffers.canvas, camera, first, last, floor)

    def _draw_part(
        self,
        state: _State,
        raster: Rasteriser | None,
        canvas: Canvas,
        camera: Camera,
        first: int,
        last: int,
        floor: float,
    ) -> None:
        """The bodies whose corners are `first`…`last`."""
        if raster is None:
            return
        corner = self._moving_triangles[:, 0]
        triangles = self._moving_triangles[(corner >= first) & (corner < last)] - np.int32(first)
        raster.draw(
            state.vertices[first:last], state.shades[first:last], triangles, camera, self._haze, NO_GRAIN, self._noise,
            canvas.hdr, near=canvas.near, floor=floor,
        )  # fmt: skip

    def _near(self, lamps: Floats, state: _State) -> Floats:
        """The dozen lamps nearest to the bodies."""
        if len(lamps) <= 12:
            return lamps
        middle = state.vertices.mean(axis=0)
        away = ((lamps[:, :3] - middle) ** 2).sum(axis=1)
        return np.ascontiguousarray(lamps[np.sort(np.argsort(away, kind="stable")[:12])])

    def _draw_mirror(self, state: _State, mirror: _Buffers, camera: Camera, t: float) -> None:
        """The world upside down under y = 0, for water to mirror."""
        seen = camera.mirrored()
        self.backdrop.draw(mirror.backdrop, mirror.canvas, seen, t)
        self._draw_still(mirror, seen, NO_GRAIN, floor=0.0)
        self._draw_rigid(state, mirror, seen, floor=0.0)
        self._draw_living(state, mirror, seen, floor=0.0)

    def _shadow_strength(self) -> float:
        """How strongly what hides the sun darkens, 0…1."""
        light = self.light
        strength = float(np.clip(1.6 * light.sunlight @ LUMINANCE / max(light.white, 1e-9) - 0.1, 0, 1))
        return strength * float(getattr(self.ground, "shadowed", 1.0))

    def _cast_shadows(self, state: _State, canvas: Canvas, camera: Camera, t: float) -> None:
        light, strength = self.light, self._shadow_strength()
        feet = self._feet(t) if self.setting.ground else None
        if feet is not None and len(feet):
            darken_feet(canvas.hdr, canvas.near, camera.frame, np.float32(scale_of(camera, canvas.height)), feet)
        if strength <= 0.02 or (self._still is None and not self._bodies):
            return
        if len(state.vertices):
            low, high = state.vertices.min(axis=0), state.vertices.max(axis=0)
            middle = (low + high) / 2
            reach = min(max(float(np.linalg.norm(high - low)) / 2 * 1.05, 0.5), 80.0)
            state.shadow = ShadowMap(self._still_shadows.axes, middle, reach, state.shadow.depth, BODY_BIAS)
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


def _lives(acting: Acting) -> bool:
    """Whether it has skin over bones."""
    return getattr(acting.body, "skeleton", None) is not None


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
