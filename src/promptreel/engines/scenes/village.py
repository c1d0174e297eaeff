"""A snowy mountain village at night under northern lights."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.chalet import SNOW, Chalet, Placed, church, conifer, lamp_post, plant
from promptreel.engines.scenes.kernels import tile_fbm
from promptreel.engines.scenes.mesh import (
    Camera,
    MeshBuilder,
    Rasteriser,
    grid_triangles,
    lamp_table,
    light_corners,
    on_screen,
    splat_discs,
    vertex_normals,
    view_tangent,
)
from promptreel.engines.scenes.moves import Move, Pose, graded, shake_of, share_of_move
from promptreel.engines.scenes.night import AURORA_COLOURS, AuroraState, Night, half_width
from promptreel.engines.scenes.prompt import SceneSpec
from promptreel.engines.scenes.scene import Hdr, Tick
from promptreel.engines.scenes.terrain import Mountains, NightLight

Floats = NDArray[np.float32]

WIDE = math.tan(math.radians(25.0))
"""Tangent of half the vertical angle of view of a 16:9 frame."""

PITCH = math.radians(9.0)
EYE = 7.6
"""Metres above the ground at which the camera starts."""

NEAREST_HOUSE = 34.0
FLAKES = 1500
FLAKE_BOX = np.array([26.0, 16.0, 30.0])
PUFFS = 22


class Ground:
    """The height of the snow in metres, for one seed. The lane winds through x = `lane(z)`."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 31])
        self._phase = rng.uniform(0, 2 * np.pi, 6)
        self._swing = rng.uniform(4.0, 7.5)
        self._turns = rng.uniform(0.034, 0.052)
        self._rise = rng.uniform(0.045, 0.070)

    def lane(self, z: NDArray[np.floating] | float) -> Any:
        """Where the lane runs at `z`. It begins before the camera."""
        return self._swing * np.sin(np.asarray(z) * self._turns + self._phase[0]) * np.clip(np.asarray(z) / 40, 0, 1)

    def height(self, x: NDArray[np.floating] | float, z: NDArray[np.floating] | float) -> Any:
        """The smooth shape of the valley floor, rising away from the camera and to both sides."""
        x, z = np.asarray(x, np.float64), np.asarray(z, np.float64)
        waves = 1.4 * np.sin(x * 0.045 + self._phase[1]) * np.cos(z * 0.037 + self._phase[2])
        waves = waves + 0.45 * np.sin(x * 0.13 + z * 0.11 + self._phase[3])
        bowl = 0.00105 * x**2 * np.clip(1 - z / 1100, 0.25, 1)
        bowl = np.where(bowl > 14, 14 + (bowl - 14) * 0.35, bowl)
        slope = self._rise * np.clip(z - 24, 0, None) * np.clip(1.25 - z / 700, 0.35, 1)
        return waves * np.clip(z / 20, 0.2, 1) + bowl + slope


@dataclass(slots=True)
class VillageState:
    """One thread's buffers."""

    hdr: Hdr
    raster: Rasteriser
    aurora: AuroraState
    shades: Floats


class Village:
    """The scene. See `scene.Scene`."""

    def __init__(self, width: int, height: int, duration: float, seed: int, spec: SceneSpec, tick: Tick) -> None:
        self._width, self._height, self._duration = width, height, duration
        self._tangent = view_tangent(width, height, WIDE)
        self._speed = spec.speed
        rng = np.random.default_rng([seed, 3])
        strength = 0.0 if "aurora" in spec.without else 1.0
        self._snowing = "snow" not in spec.without and not ({"clear"} & spec.weather and "snow" not in spec.weather)
        colour = next((name for name in spec.colours if name in AURORA_COLOURS), "green")
        self._noise = tile_fbm(512, seed % (1 << 31), base=4, octaves=7).ravel()
        tick("sky")
        self._light = self._night_light(rng, colour, strength, "fog" in spec.weather)
        self._ground = Ground(seed)
        self._move = self._plan(spec, rng)
        reach = half_width(self._tangent, width, height) * 1.12 + 0.30
        self._night = Night(seed, width, height, min(reach, 2.2), colour=colour, strength=strength)
        self._draw_mountains(seed, min(reach, 2.2), tick)
        self._build(seed, tick)
        self._flakes = np.random.default_rng([seed, 41]).random((round(FLAKES * spec.intensity), 5))
        self._smoking = "smoke" not in spec.without
        self._starry = "stars" not in spec.without
        density = 0.0012 if "fog" in spec.without else 0.0075 if "fog" in spec.weather else 0.0026
        self._haze = np.array([density, *(self._light.haze * 1.15), 0.92], np.float32)
        self._grain = np.array([0.34, 1.9 * 4, 0.30, 9.0 * 4], np.float32)
        grade = {
            "exposure": 1.62,
            "bloom": 0.34,
            "threshold": 0.75,
            "knee": 1.1,
            "vignette": 0.34,
            "grain": 0.012,
            "contrast": 0.16,
            "saturation": 1.06,
        }
        self.post: dict[str, Any] = graded(grade, spec.mood)

    # -- set-up --------------------------------------------------------------------------------------------------------

    @staticmethod
    def _night_light(rng: np.random.Generator, colour: str, strength: float, foggy: bool) -> NightLight:
        side = rng.choice([-1.0, 1.0])
        moon = np.array([side * rng.uniform(0.50, 0.75), rng.uniform(0.42, 0.58), -rng.uniform(0.25, 0.65)])
        moon /= np.linalg.norm(moon)
        tint = np.array(AURORA_COLOURS[colour][0]) * 0.030 * strength
        sky = np.array([0.022, 0.046, 0.058]) + tint * np.array([1, 1, 0.8])
        haze = np.array([0.0098, 0.0212, 0.0330]) * (1.7 if foggy else 1.0)
        return NightLight(
            moon.astype(np.float32),
            np.array([0.078, 0.106, 0.160], np.float32),
            sky.astype(np.float32),
            haze.astype(np.float32),
        )

    def _plan(self, spec: SceneSpec, rng: np.random.Generator) -> Move:
        """How the camera goes."""
        far = share_of_move(self._duration, spec)
        eye = float(self._ground.height(0.0, 0.0)) + EYE
        open_by = math.atan(self._tangent)
        # A portrait looks up a little more: it has more snow in front than it needs.
        tilt = PITCH + 0.28 * (open_by - math.atan(WIDE))
        # The feet of the nearest houses stay in the picture to the end of the way.
        nearest = EYE / math.tan(max(open_by - tilt, 0.15))
        end = min(max(NEAREST_HOUSE - 6.5 - nearest, -16.0), 3.5)
        side = float(rng.choice([-1.0, 1.0]))
        here = (0.0, eye, end - 3.0, 0.0, tilt)
        near, back = (0.0, eye + 0.2, end, 0.0, tilt), (0.0, eye, end - 7.5 * far, 0.0, tilt)
        low, high = (
            (0.0, eye - 1.5, end - 3.0, 0.0, tilt + 0.02),
            (0.0, eye - 1.5 + 5 * far, end - 3.0, 0.0, tilt - 0.03 * far),
        )
        drift = (
            (-1.6 * far * side, eye - 0.3, end - 6.5 * far, 0.035 * far * side, tilt - 0.005),
            (1.6 * far * side, eye - 0.3 + 0.8 * far, end, -0.035 * far * side, tilt + 0.010 * far),
        )
        turn = 0.13 * far
        ways: dict[str, tuple[Pose, Pose]] = {
            "static": (here, here),
            "zoom_in": (back, near),
            "dolly_in": (back, near),
            "zoom_out": (near, back),
            "dolly_out": (near, back),
            "pan_left": ((*here[:3], turn, tilt), (*here[:3], -turn, tilt)),
            "pan_right": ((*here[:3], -turn, tilt), (*here[:3], turn, tilt)),
            "tilt_up": ((*here[:4], tilt - 0.04), (*here[:4], tilt - 0.04 + 0.18 * far)),
            "tilt_down": ((*here[:4], tilt + 0.14), (*here[:4], tilt + 0.14 - 0.18 * far)),
            "orbit": (
                (-5 * far * side, eye, end - 3, 0.08 * far * side, tilt),
                (5 * far * side, eye, end - 3, -0.08 * far * side, tilt),
            ),
            "crane_up": (low, high),
            "crane_down": (high, low),
        }
        start, stop = ways.get(spec.camera, drift)
        return Move(start, stop, self._duration, shake_of(spec))

    def _draw_mountains(self, seed: int, reach: float, tick: Tick) -> None:
        mountains = Mountains(seed, self._light, self._noise, tick)
        per_radian = self._height / 2 / self._tangent * 1.15
        self._panorama = mountains.panorama(reach, 60.0, 0.55, per_radian, tick)

    def _build(self, seed: int, tick: Tick) -> None:
        """Everything that is made of triangles, with the light on it."""
        builder = MeshBuilder()
        placed = Placed()
        taken = self._build_houses(builder, placed, np.random.default_rng([seed, 5]), tick)
        self._build_lane(builder, placed, np.random.default_rng([seed, 7]), taken)
        tick("houses")
        taken = self._build_trees(builder, np.random.default_rng([seed, 9]), taken)
        tick("trees")
        self._build_ground(builder, taken)
        tick("ground")
        mesh = builder.build()
        self._vertices, self._triangles = mesh.vertices, mesh.triangles
        self._chimneys = np.array(placed.chimneys, np.float32)
        self._shades = self._light_up(mesh, lamp_table(placed.lamps), tick)
        upward = (mesh.normals[:, 1:] * 0.5 + 0.5)[:, :1]
        self._glow = np.ascontiguousarray(mesh.colour * upward)

    def _build_houses(
        self, builder: MeshBuilder, placed: Placed, rng: np.random.Generator, tick: Tick
    ) -> list[tuple[float, float, float]]:
        """Chalets along the lane and above it, and the church. Returns what ground is taken: (x, z, radius)."""
        taken: list[tuple[float, float, float]] = []
        cz = rng.uniform(92, 128)
        cx = float(self._ground.lane(cz)) + rng.choice([-1.0, 1.0]) * rng.uniform(7, 12)
        church(builder, placed, rng, (cx, float(self._ground.height(cx, cz)) - 0.2, cz), rng.uniform(-0.3, 0.3))
        taken.append((cx, cz + 5, 12.0))
        wanted = int(rng.integers(17, 23))
        for attempt in range(400):
            if len(taken) > wanted:
                break
            z = NEAREST_HOUSE + (165 - NEAREST_HOUSE) * rng.random() ** 1.25
            side = rng.choice([-1.0, 1.0])
            x = float(self._ground.lane(z)) + side * (rng.uniform(7.5, 11) + abs(rng.normal(0, 0.17 * z)))
            if abs(x) > 12 + 0.62 * z or self._crowded(x, z, 8.2, taken):
                continue
            chalet = Chalet(rng, rng.uniform(0.6, 0.95))
            facing = math.atan2(-x, z) * 0.5 + side * rng.uniform(-0.1, 0.75)
            chalet.place(builder, placed, (x, float(self._ground.height(x, z)) - 0.15, z), facing)
            taken.append((x, z, max(chalet.half_width, chalet.half_depth) + 2.6))
            if attempt % 8 == 7:
                tick("houses")
        return taken

    @staticmethod
    def _crowded(x: float, z: float, radius: float, taken: list[tuple[float, float, float]]) -> bool:
        return any((x - a) ** 2 + (z - b) ** 2 < (radius + r) ** 2 * 0.72 for a, b, r in taken)

    def _build_lane(
        self,
        builder: MeshBuilder,
        placed: Placed,
        rng: np.random.Generator,
        taken: list[tuple[float, float, float]],
    ) -> None:
        """Lanterns along the lane and a fence of posts with caps of snow."""
        for number, z in enumerate(np.arange(21.0, 150.0, 15.5)):
            x = float(self._ground.lane(z)) + (2.6 if number % 2 else -2.6)
            if not self._crowded(x, z, -1.5, taken):
                lamp_post(builder, placed, (x, float(self._ground.height(x, z)) - 0.2, z))
        side = rng.choice([-1.0, 1.0])
        z = np.arange(13.0, 90.0, 1.9)
        x = self._ground.lane(z) + side * (4.2 + 0.3 * np.sin(z * 0.4))
        keep = np.array([not self._crowded(a, b, -0.8, taken) for a, b in zip(x, z, strict=True)])
        y = self._ground.height(x, z)
        posts = np.stack([x, y + 0.35, z], 1)
        builder.boxes(posts[keep], [0.06, 0.65, 0.06], np.array([0.10, 0.062, 0.036]))
        builder.boxes(posts[keep] + [0, 0.70, 0], [0.095, 0.07, 0.095], SNOW)
        both = keep[:-1] & keep[1:]
        a, b = posts[:-1][both], posts[1:][both]
        for level in (0.20, 0.52):
            low = np.array([0, level, 0])
            rail = np.stack([a + low, b + low, b + low + [0, 0.10, 0], a + low + [0, 0.10, 0]], 1)
            builder.quads(rail, np.array([0.13, 0.080, 0.046]), toward=(-side, 0.2, -0.4))
            cap = rail[:, [3, 2, 2, 3]] + np.array([[0, 0, 0], [0, 0, 0], [0, 0.05, 0], [0, 0.05, 0]])
            builder.quads(cap, SNOW, toward=(0, 1, -0.5))

    def _build_trees(
        self, builder: MeshBuilder, rng: np.random.Generator, taken: list[tuple[float, float, float]]
    ) -> list[tuple[float, float, float]]:
        """A wood around the village, thin between the houses, dense behind; coarser trees farther away."""
        near = [conifer(rng, 16, 11, snow, 2) for snow in rng.uniform(0.40, 0.95, 6)]
        middle = [conifer(rng, 13, 9, snow, 1) for snow in rng.uniform(0.40, 0.90, 6)]
        far = [conifer(rng, 8, 7, snow, 0) for snow in rng.uniform(0.35, 0.80, 6)]
        kinds = [*near, *middle, *far]
        standing: list[tuple[float, float, float]] = []
        kind: list[int] = []
        count = 1950
        z_all = 12 + 390 * rng.random(count) ** 1.35
        x_all = rng.uniform(-1, 1, count) * (16 + z_all * 1.05)
        chance = rng.random(count)
        high_all = rng.uniform(5.0, 11.5, count) * (1 + 0.3 * (z_all > 90))
        blocks = np.array(taken)
        for x, z, roll, high in zip(x_all, z_all, chance, high_all, strict=True):
            open_ground = abs(x - float(self._ground.lane(z))) < 9 + z * 0.17 and z < 165
            if (open_ground and roll > 0.10) or (z < 32 and abs(x) < 13 + 0.15 * z):
                continue
            if abs(x - float(self._ground.lane(z))) < 4.6:
                continue
            if np.any((blocks[:, 0] - x) ** 2 + (blocks[:, 1] - z) ** 2 < (blocks[:, 2] + 1.2) ** 2):
                continue
            # In front of a house only small trees, so that its windows are seen.
            before = (blocks[:, 1] > z) & (np.abs(blocks[:, 0] * z / blocks[:, 1] - x) < blocks[:, 2])
            if z < 110 and np.any(before & (blocks[:, 1] < z + 35)):
                high *= 0.42
            standing.append((x, z, high))
            away = math.hypot(x, z)
            group = 0 if away < 40 else 1 if away < 120 else 2
            kind.append(6 * group + int(rng.integers(6)))
        trees = np.array(standing)
        feet = np.stack([trees[:, 0], self._ground.height(trees[:, 0], trees[:, 1]) - 0.2, trees[:, 1]], 1)
        turn = rng.uniform(0, 2 * np.pi, len(trees))
        plant(builder, kinds, np.array(kind), feet.astype(np.float32), trees[:, 2], turn)
        return taken + [(x, z, high * 0.16) for x, z, high in standing if z < 150]

    def _build_ground(self, builder: MeshBuilder, taken: list[tuple[float, float, float]]) -> None:
        """The snow cover: fine near the camera, with the trodden lane and soft shade around what stands on it."""
        rows = np.concatenate([np.linspace(-8, 70, 170), np.linspace(70.6, 180, 120), np.geomspace(182, 1000, 36)])
        across = np.linspace(-1, 1, 190)
        across = 0.65 * across + 0.35 * across**3
        z, u = np.meshgrid(rows, across, indexing="ij")
        x = u * (18 + np.maximum(z, 0) * 1.35)
        texture = self._noise.reshape(512, 512)
        y = self._ground.height(x, z)
        y += 0.42 * (texture[(z * 5.1).astype(int) % 512, (x * 5.1).astype(int) % 512] - 0.5)
        lane = np.exp(-(((x - self._ground.lane(z)) / 1.35) ** 2)) * (z < 160)
        tracks = 0.55 + 0.45 * np.cos((x - self._ground.lane(z)) * 5.2)
        y -= (0.26 + 0.08 * tracks) * lane
        shade = np.ones_like(x)
        for a, b, radius in taken:
            # Only the rows and columns near enough to matter.
            low, high = np.searchsorted(rows, [b - 3.2 * radius, b + 3.2 * radius])
            part = slice(low, high)
            square = (x[part] - a) ** 2 + (z[part] - b) ** 2
            shade[part] = np.minimum(shade[part], 1 - 0.50 * np.exp(-square / (radius * radius * 0.8)))
        points = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
        faces = grid_triangles(*x.shape)
        normals = vertex_normals(points, faces)
        normals[normals[:, 1] < 0] *= -1
        colour = SNOW * (shade - 0.20 * lane)[..., None]
        builder.add(points, faces, colour.reshape(-1, 3), normals=normals)

    def _light_up(self, mesh: Any, lamps: Floats, tick: Tick) -> Floats:
        light = self._light
        shades = np.zeros_like(mesh.vertices)
        moon = np.concatenate([light.moon, light.moonlight]).astype(np.float32)
        below = np.array([0.008, 0.012, 0.018], np.float32)
        for start in range(0, len(shades), 60_000):
            stop = min(start + 60_000, len(shades))
            light_corners(
                mesh.vertices,
                mesh.normals,
                mesh.colour,
                mesh.emission,
                lamps,
                moon,
                light.sky,
                below,
                start,
                stop,
                shades,
            )
            tick("light")
        return shades

    # -- drawing -------------------------------------------------------------------------------------------------------

    def new_state(self) -> VillageState:
        """The buffers that one thread draws with."""
        return VillageState(
            np.zeros((3, self._height, self._width), np.float32),
            Rasteriser(self._width, self._height, len(self._vertices), len(self._triangles)),
            self._night.new_state(),
            np.empty_like(self._shades),
        )

    def camera(self, t: float) -> Camera:
        """Where the camera is at `t` seconds."""
        return self._move.camera(t, self._tangent)

    def draw(self, state: VillageState, t: float) -> Hdr:
        """The picture at `t` seconds."""
        camera = self.camera(t)
        time = t * self._speed
        # The aurora's own light, around what the set-up has counted on.
        glow = self._night.aurora(state.aurora, time) * np.float32(0.16)
        self._night.sky(state.aurora, state.hdr, camera)
        if self._starry:
            self._night.stars(state.hdr, camera, t)
        self._panorama.over(state.hdr, camera, glow)
        np.multiply(self._glow, glow, out=state.shades)
        state.shades += self._shades
        state.raster.draw(
            self._vertices, state.shades, self._triangles, camera, self._haze, self._grain, self._noise, state.hdr
        )
        if self._smoking:
            self._draw_smoke(state, camera, time)
        if self._snowing:
            self._draw_flakes(state, camera, time)
        return state.hdr

    def _draw_smoke(self, state: VillageState, camera: Camera, t: float) -> None:
        """Puffs that rise from the chimneys, grow and thin out."""
        chimney = np.arange(len(self._chimneys))[:, None]
        puff = np.arange(PUFFS)[None, :]
        age = (t * 0.15 + puff / PUFFS + chimney * 0.37) % 1.0
        phase = puff * 2.4 + chimney
        mouth = self._chimneys[:, None, :]
        x = mouth[..., 0] + age * age * 4.6 + 0.35 * age * np.sin(phase + t * 0.8 + age * 5)
        y = mouth[..., 1] + age * 5.8
        z = mouth[..., 2] + 0.4 * age * np.cos(phase * 1.7)
        points = np.stack([x, y, z], -1).reshape(-1, 3)
        radius = (0.20 + 1.5 * age).ravel()
        opacity = (0.10 * (1 - age) ** 1.3 * np.minimum(age * 8, 1)).ravel()
        self._splat(state, camera, points, radius, opacity, np.array([0.052, 0.064, 0.074]))

    def _splat(
        self,
        state: VillageState,
        camera: Camera,
        points: NDArray[np.floating],
        radius: NDArray[np.floating],
        opacity: NDArray[np.floating],
        colour: NDArray[np.floating],
    ) -> None:
        x, y, near = on_screen(points, camera, self._width, self._height)
        size = radius * (self._height / 2 / camera.tangent) * near
        seen = (near > 0) & (x > -size) & (x < self._width + size) & (y > -size) & (y < self._height + size)
        discs = np.stack([x, y, near, np.maximum(size, 0.6), opacity], 1)[seen].astype(np.float32)
        shades = np.broadcast_to(colour.astype(np.float32), (len(discs), 3))
        splat_discs(state.hdr, state.raster.distance, np.ascontiguousarray(discs), np.ascontiguousarray(shades))

    def _draw_flakes(self, state: VillageState, camera: Camera, t: float) -> None:
        """Falling snow in a box that goes with the camera. Near flakes are out of focus."""
        size, phase = 0.5 + self._flakes[:, 3], self._flakes[:, 4] * 2 * np.pi
        points = self._flakes[:, :3] * FLAKE_BOX
        points[:, 0] += 0.5 * np.sin(t * 0.9 + phase) + t * 0.55
        points[:, 1] -= t * (0.9 + 0.5 * size)
        points[:, 2] += 0.3 * np.cos(t * 0.7 + phase * 1.7)
        corner = camera.position + np.array([-13.0, -8.0, 0.9])
        points = (points - corner) % FLAKE_BOX + corner
        x, y, near = on_screen(points, camera, self._width, self._height)
        radius = 0.017 * size * (self._height / 2 / camera.tangent) * near
        least = 0.75
        opacity = np.clip(radius / least, 0.05, 1) ** 1.5
        # A flake that is nearer than the focus spreads over a larger, fainter disc.
        blur = np.clip((near - 0.30) * 2.4, 0, 6)
        radius = np.maximum(radius, least) * (1 + blur)
        opacity = opacity / (1 + blur) ** 1.5 * 0.62
        reach = radius + 1
        seen = (near > 0) & (x > -reach) & (x < self._width + reach) & (y > -reach) & (y < self._height + reach)
        discs = np.stack([x, y, near, radius, opacity], 1)[seen].astype(np.float32)
        shades = np.broadcast_to(np.array([0.40, 0.46, 0.52], np.float32), (len(discs), 3))
        splat_discs(state.hdr, state.raster.distance, np.ascontiguousarray(discs), np.ascontiguousarray(shades))
