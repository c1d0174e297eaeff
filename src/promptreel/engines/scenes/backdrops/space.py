"""Space: stars, a band of milky light, nebulae, and worlds that turn in the light of a sun.

Worlds are spheres that every ray is tested against, so they are round at any size and keep their places when the camera
moves. Distances are in metres of the film's world, not of the universe: a planet of 80 m at 260 m looks like a planet.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import (
    device,
    f32,
    i32,
    kernel,
    mix,
    sat,
    sstep,
    texs,
    tile_fbm,
    vasin,
    vatan2,
    vexp,
)
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.palettes import STEPS, ramp
from promptreel.engines.scenes.particles import draw_marks, see
from promptreel.engines.scenes.stage import BackdropRow, Brief, Canvas, Floats, Light, scale_of, view_ray

LOG2 = 9
TEXELS = 1 << LOG2

# Where things are in the vector of a world.
CENTRE = 0  # 3
RADIUS = 3
AXIS = 4  # unit, 3
TURN = 7  # how far it has turned, radians
BANDS = 8  # how much its tone follows the latitude, as on a gas giant
RELIEF = 9  # how rough it is: shadows on its noise
SEA = 10  # the level below which there is water, 0: none
CLOUDS = 11  # how much of it they cover
LIGHTS = 12  # how bright cities are at night
AIR = 13  # colour of its rim, 3
RING_FROM = 16  # in radii, 0: none
RING_TO = 17
ROW = 18  # its ramp, a row of `tables`
ICE = 19  # the sine of the latitude from which it is white


@device
def _ramp(tables, row, channel, value):
    at = sat(value) * f32(STEPS - 1.001)
    low = i32(at)
    return mix(tables[row, channel, low], tables[row, channel, low + 1], at - f32(low))


@device
def _around(dx, dy, dz):
    """Texture coordinates all around without a seam, in turns."""
    return vatan2(dx, dz) * f32(0.15915494), vasin(max(min(dy, f32(0.999)), f32(-0.999))) * f32(0.15915494)


@kernel
def paint_sky(hdr, noise, tables, camera, scale, t, glow, dust):
    """The dark with its milky band and nebulae. `glow` (4): the band's strength, its tilt, and the nebula's strength and
    size; `dust` (3): the light of the band."""
    height, width = hdr.shape[1], hdr.shape[2]
    for y in range(height):
        for x in range(width):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            inverse = f32(1.0) / np.sqrt(dx * dx + dy * dy + dz * dz)
            dx, dy, dz = dx * inverse, dy * inverse, dz * inverse
            u, v = _around(dx, dy, dz)
            u, v = u * f32(TEXELS), v * f32(TEXELS)
            a = texs(noise, i32(LOG2), u * f32(2.0), v * f32(2.0)) - f32(0.5)
            b = texs(noise, i32(LOG2), u * f32(5.0) + f32(71.0), v * f32(5.0)) - f32(0.5)
            off = dy + dx * glow[1] + a * f32(0.30)
            band = vexp(-off * off * f32(16.0)) * (f32(0.55) + b * f32(1.3))
            lane = sstep(f32(0.0), f32(0.22), abs(off + b * f32(0.28)) + a * f32(0.1))
            band = max(band, f32(0.0)) * (f32(0.25) + f32(0.75) * lane) * glow[0]
            # The nebula: light from three depths, each carried by the one before, and dark dust over it.
            s = glow[3]
            shift = t * f32(0.25)
            c = texs(noise, i32(LOG2), (u + a * f32(22.0)) * s + shift, (v + b * f32(22.0)) * s) - f32(0.5)
            d = texs(noise, i32(LOG2), (u + c * f32(34.0)) * s * f32(2.1), (v + a * f32(30.0)) * s * f32(2.1) + shift)
            e = texs(
                noise, i32(LOG2), (u + d * f32(18.0)) * s * f32(4.7) + f32(9.0), (v + c * f32(14.0)) * s * f32(4.7)
            )
            gas = sstep(f32(0.30), f32(0.95), d * f32(0.72) + e * f32(0.28) + c * f32(0.75) + f32(0.06))
            veil = sstep(f32(0.38), f32(0.70), e * f32(0.6) + b * f32(0.8) + f32(0.25))
            tone = (gas * (f32(0.50) + f32(0.45) * e) + c * f32(0.25)) * f32(0.86)
            gain = glow[2] * gas * (f32(0.30) + f32(0.70) * veil) * f32(1.4)
            hdr[0, y, x] = f32(0.0012) + dust[0] * band + _ramp(tables, 0, 0, tone) * gain
            hdr[1, y, x] = f32(0.0014) + dust[1] * band + _ramp(tables, 0, 1, tone) * gain
            hdr[2, y, x] = f32(0.0022) + dust[2] * band + _ramp(tables, 0, 2, tone) * gain


@kernel
def paint_world(hdr, near, noise, tables, camera, scale, world, sun, light, first, last):
    """One world over rows `first`…`last`: its ground, seas, clouds and night, its air, and its rings before and behind.

    `sun` (3) is the direction toward the sun, `light` (3) its light on white.
    """
    height, width = near.shape
    ox, oy, oz = camera[0] - world[0], camera[1] - world[1], camera[2] - world[2]
    radius = world[RADIUS]
    row = i32(world[ROW])
    # Two directions across the axis, for longitudes.
    ax, ay, az = world[AXIS], world[AXIS + 1], world[AXIS + 2]
    length = f32(1.0) / np.sqrt(ay * ay + az * az + f32(1e-6))
    bx, by, bz = f32(0.0), az * length, -ay * length
    cx, cy, cz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    grain = f32(TEXELS) / f32(6.2831853)
    for y in range(first, last):
        for x in range(width):
            dx, dy, dz = view_ray(camera, scale, width, height, x, y)
            size = np.sqrt(dx * dx + dy * dy + dz * dz)
            inverse = f32(1.0) / size
            dx, dy, dz = dx * inverse, dy * inverse, dz * inverse
            along = -(ox * dx + oy * dy + oz * dz)
            reach = ox * ox + oy * oy + oz * oz
            miss2 = max(reach - along * along, f32(0.0))
            miss = np.sqrt(miss2)
            under = radius * radius - miss2
            half = np.sqrt(max(under, f32(0.0)))
            away = along - half
            pixel = along / scale
            hit = sat((radius - miss) / max(pixel, f32(1e-6)) + f32(0.5))
            hit = hit if along > f32(0.0) else f32(0.0)
            inverse_radius = f32(1.0) / radius
            nx = (ox + dx * away) * inverse_radius
            ny = (oy + dy * away) * inverse_radius
            nz = (oz + dz * away) * inverse_radius
            fix = f32(1.0) / np.sqrt(nx * nx + ny * ny + nz * nz + f32(1e-9))
            nx, ny, nz = nx * fix, ny * fix, nz * fix
            high = nx * ax + ny * ay + nz * az
            east = nx * bx + ny * by + nz * bz
            north = nx * cx + ny * cy + nz * cz
            u = (vatan2(east, north) + world[TURN]) * grain
            v = vasin(max(min(high, f32(0.99995)), f32(-0.99995))) * grain
            sunny = nx * sun[0] + ny * sun[1] + nz * sun[2]
            # Ground: continents of noise, or bands that whirl into one another.
            a = texs(noise, i32(LOG2), u, v * f32(2.0)) - f32(0.5)
            b = texs(noise, i32(LOG2), u * f32(3.0) + f32(40.0), v * f32(5.0)) - f32(0.5)
            whirl = a * f32(26.0) + b * f32(9.0)
            lane = texs(noise, i32(LOG2), u * f32(0.0) + f32(77.0), v * f32(2.6) + whirl * f32(0.55))
            fine = texs(noise, i32(LOG2), u * f32(3.0) + whirl, v * f32(14.0) + whirl)
            rough = texs(noise, i32(LOG2), u * f32(2.0) + a * f32(20.0), v * f32(2.0) + b * f32(12.0))
            detail = texs(noise, i32(LOG2), u * f32(9.0), v * f32(9.0))
            shifted = texs(noise, i32(LOG2), u * f32(9.0) + f32(1.6), v * f32(9.0) - f32(1.0))
            land = rough * f32(0.72) + detail * f32(0.28)
            tone = mix(land, lane * f32(0.8) + fine * f32(0.2), world[BANDS])
            relief = f32(1.0) + world[RELIEF] * (detail - shifted) * f32(5.0)
            dry = sstep(world[SEA] - f32(0.006), world[SEA] + f32(0.006), land)
            r = mix(f32(0.010), _ramp(tables, row, 0, tone), dry)
            g = mix(f32(0.045), _ramp(tables, row, 1, tone), dry)
            b2 = mix(f32(0.130), _ramp(tables, row, 2, tone), dry)
            ice = sstep(world[ICE], world[ICE] + f32(0.03), abs(high) + a * f32(0.10))
            r, g, b2 = mix(r, f32(0.80), ice), mix(g, f32(0.84), ice), mix(b2, f32(0.88), ice)
            cu, cv = u * f32(2.0) + world[TURN] * f32(14.0), v * f32(3.0)
            deck = texs(noise, i32(LOG2), cu + a * f32(30.0), cv + b * f32(22.0)) * f32(0.6)
            deck += texs(noise, i32(LOG2), cu * f32(4.0) + b * f32(30.0), cv * f32(4.0)) * f32(0.4)
            cloud = sstep(f32(1.0) - world[CLOUDS], f32(1.22) - world[CLOUDS], deck)
            r, g, b2 = mix(r, f32(0.82), cloud), mix(g, f32(0.83), cloud), mix(b2, f32(0.85), cloud)
            relief = mix(relief, f32(1.0), cloud)
            # A little on the night side, too, or a round world looks like an egg.
            day = sat(sunny * f32(1.15) + f32(0.04)) * relief + f32(0.03)
            # The sea mirrors the sun.
            facing = -(nx * dx + ny * dy + nz * dz)
            mx, my, mz = dx + f32(2.0) * facing * nx, dy + f32(2.0) * facing * ny, dz + f32(2.0) * facing * nz
            shine = max(mx * sun[0] + my * sun[1] + mz * sun[2], f32(0.0))
            shine = shine * shine * shine * shine
            shine = (
                shine * shine * shine * (f32(1.0) - dry) * (f32(1.0) - cloud) * f32(0.45) * sat(world[SEA] * f32(9.0))
            )
            r, g, b2 = (r * day + shine) * light[0], (g * day + shine) * light[1], (b2 * day + shine) * light[2]
            town = sstep(f32(0.62), f32(0.80), detail) * sstep(f32(0.50), f32(0.62), rough) * dry
            town = town * (f32(1.0) - cloud) * sat(-sunny * f32(5.0) - f32(0.1)) * world[LIGHTS] * f32(0.5)
            r, g, b2 = r + town, g + town * f32(0.72), b2 + town * f32(0.38)
            # Air: a rim that is lit where the day is, inside and outside of the edge.
            thick = radius * f32(0.016)
            rim = vexp(-max(miss - radius, f32(0.0)) / thick) * sat(f32(1.0) - facing * hit) ** f32(2.0)
            side = (ox + dx * along) * sun[0] + (oy + dy * along) * sun[1] + (oz + dz * along) * sun[2]
            rim = rim * max(sat(side * inverse_radius * f32(1.3) + f32(0.35)), f32(0.08))
            rim = rim if along > f32(0.0) else f32(0.0)
            back = f32(1.0) - hit
            # The ring: where the ray crosses the plane of the equator.
            drop = dx * ax + dy * ay + dz * az
            cross = -(ox * ax + oy * ay + oz * az) / (drop if abs(drop) > f32(1e-5) else f32(1e-5))
            qx, qy, qz = ox + dx * cross, oy + dy * cross, oz + dz * cross
            out = np.sqrt(qx * qx + qy * qy + qz * qz) * inverse_radius
            share = (out - world[RING_FROM]) / max(world[RING_TO] - world[RING_FROM], f32(1e-3))
            grooves = texs(noise, i32(LOG2), share * f32(210.0), f32(33.0)) * f32(0.6)
            grooves += texs(noise, i32(LOG2), share * f32(60.0), f32(91.0)) * f32(0.5)
            solid = (
                sstep(f32(0.28), f32(0.62), grooves)
                * sstep(f32(0.0), f32(0.03), share)
                * sstep(f32(1.0), f32(0.97), share)
            )
            front = (cross > f32(0.0)) & ((cross < away) | (hit < f32(0.5)))
            solid = solid * f32(0.82) if front & (world[RING_TO] > f32(0.5)) else f32(0.0)
            lit = -(qx * sun[0] + qy * sun[1] + qz * sun[2])
            px, py, pz = qx + sun[0] * lit, qy + sun[1] * lit, qz + sun[2] * lit
            shadow = sstep(f32(0.97), f32(1.03), np.sqrt(px * px + py * py + pz * pz) * inverse_radius)
            shadow = shadow if lit > f32(0.0) else f32(1.0)
            bright = shadow * (f32(0.35) + f32(0.45) * grooves)
            for c in range(3):
                tint = mix(f32(0.9), _ramp(tables, row, c, f32(0.72)), f32(0.5))
                under_light = hdr[c, y, x] * back
                surface = r if c == 0 else (g if c == 1 else b2)
                value = under_light + surface * hit + world[AIR + c] * rim * light[c]
                hdr[c, y, x] = mix(value, tint * bright * light[c], solid)
            depth = size / max(away, f32(1e-3))
            near[y, x] = max(near[y, x], depth if hit > f32(0.5) else f32(0.0))


@dataclass(frozen=True, slots=True)
class World:
    """What stands in a world's vector, by name. See the constants above."""

    centre: tuple[float, float, float]
    radius: float
    ramp: tuple[tuple[float, float, float], ...]
    bands: float = 0.0
    relief: float = 0.0
    sea: float = 0.0
    clouds: float = 0.0
    lights: float = 0.0
    air: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ring: tuple[float, float] = (0.0, 0.0)
    ice: float = 2.0
    tilt: tuple[float, float] = (0.35, 0.25)
    spin: float = 0.03
    """Radians a second."""

    def vector(self, row: int, t: float) -> Floats:
        """For `paint_world`, at `t` seconds."""
        axis = np.array(
            [math.sin(self.tilt[0]), math.cos(self.tilt[0]) * math.cos(self.tilt[1]), -math.sin(self.tilt[1])]
        )
        axis /= np.linalg.norm(axis)
        return np.array(
            [
                *self.centre, self.radius, *axis, self.spin * t, self.bands, self.relief, self.sea, self.clouds, self.lights,
                *self.air, *self.ring, row, self.ice,
            ],
            np.float32,
        )  # fmt: skip


EARTH_RAMP = ((0.05, 0.09, 0.02), (0.05, 0.11, 0.02), (0.10, 0.13, 0.035), (0.30, 0.22, 0.11), (0.42, 0.36, 0.28))
GAS_RAMPS = (
    ((0.30, 0.16, 0.08), (0.62, 0.40, 0.22), (0.80, 0.66, 0.48), (0.55, 0.30, 0.16), (0.88, 0.80, 0.68)),
    ((0.05, 0.14, 0.30), (0.10, 0.30, 0.52), (0.30, 0.52, 0.70), (0.12, 0.34, 0.60), (0.62, 0.78, 0.86)),
    ((0.32, 0.10, 0.16), (0.62, 0.26, 0.24), (0.82, 0.52, 0.36), (0.46, 0.18, 0.28), (0.90, 0.74, 0.58)),
    ((0.18, 0.10, 0.34), (0.36, 0.22, 0.56), (0.62, 0.46, 0.74), (0.28, 0.16, 0.46), (0.84, 0.74, 0.90)),
)
ROCK_RAMPS = (
    ((0.14, 0.05, 0.025), (0.30, 0.11, 0.045), (0.46, 0.19, 0.08), (0.56, 0.28, 0.13), (0.62, 0.40, 0.24)),
    ((0.06, 0.06, 0.065), (0.14, 0.14, 0.145), (0.24, 0.235, 0.23), (0.33, 0.32, 0.31), (0.46, 0.45, 0.43)),
)

PLANET_COLOURS = {
    "red": 2,
    "orange": 0,
    "brown": 0,
    "gold": 0,
    "yellow": 0,
    "blue": 1,
    "teal": 1,
    "purple": 3,
    "pink": 3,
}


def _table(stops: tuple[tuple[float, float, float], ...] | NDArray[np.floating]) -> Floats:
    array = np.array(stops)
    at = np.linspace(0, len(array) - 1, STEPS)
    return np.array([np.interp(at, np.arange(len(array)), array[:, c]) for c in range(3)], np.float32)


class Space:
    """One such view. See `stage.Backdrop`."""

    def __init__(self, brief: Brief, name: str) -> None:
        random = brief.rng(name)
        side = 1.0 if random.random() < 0.5 else -1.0
        self._noise = tile_fbm(TEXELS, brief.seed % (1 << 31), base=8, octaves=6, gain=0.55).ravel()
        self._worlds = self._choose(brief, name, random, side)
        nebula = {"nebula": 1.0, "space": 0.42, "asteroids": 0.10, "earth_orbit": 0.0, "moon_sky": 0.0}.get(name, 0.05)
        band = {"nebula": 0.02, "space": 0.20, "earth_orbit": 0.015, "moon_sky": 0.012}.get(name, 0.06)
        self._glow = np.array(
            [band, side * random.uniform(0.35, 0.8), nebula, 0.55 if name == "nebula" else 0.9], np.float32
        )
        self._dust = np.array([0.85, 0.80, 1.0], np.float32)
        tables = [ramp(brief), *(_table(world.ramp) for world in self._worlds)]
        self._tables = np.ascontiguousarray(np.stack(tables))
        sun = np.array([side * 0.62, 0.38, -0.66])
        if name == "earth_orbit":
            sun = np.array([side * 0.62, 0.36, 0.55])
        elif name == "moon_sky":
            sun = np.array([side * 0.86, 0.34, -0.22])  # Low and from the side: what is flat shows no craters.
        elif name == "planet" and random.random() < 0.4:
            sun = np.array([side * 0.92, 0.25, 0.30])
        self.sight = self._worlds[-1].centre if name == "planet" else None
        """What the film is about where nobody is in it, m."""
        self._sun = (sun / np.linalg.norm(sun)).astype(np.float32)
        self._stars = self._scatter(random)
        light = 3.0
        fill = 0.10 if name == "nebula" else 0.05
        self.light = Light(
            sun=self._sun,
            sunlight=np.array([light, 0.97 * light, 0.92 * light], np.float32),
            above=np.array([fill, fill, 1.4 * fill], np.float32),
            horizon=np.array([0.5 * fill, 0.5 * fill, 0.8 * fill], np.float32),
            below=np.array([fill, fill, 1.4 * fill], np.float32),
            fog=0.0,
            exposure={"nebula": 0.62, "earth_orbit": 0.30}.get(name, 0.36),
        )

    @staticmethod
    def _choose(brief: Brief, name: str, random: np.random.Generator, side: float) -> list[World]:
        """The worlds in view: a planet on a third, perhaps with a moon; or the Earth below."""
        tilt = (float(random.uniform(-0.5, 0.5)), float(random.uniform(0.1, 0.5)))
        if name == "earth_orbit":
            return [
                World(
                    (0.0, -640.0, 330.0), 600.0, EARTH_RAMP, relief=0.25, sea=0.53, clouds=0.46, lights=0.9,
                    air=(0.10, 0.32, 0.85), ice=0.86, tilt=(0.9, 0.6), spin=0.012,
                )
            ]  # fmt: skip
        if name == "moon_sky":
            return [
                World(
                    (-side * float(random.uniform(55, 105)), float(random.uniform(88, 120)), 400.0), 22.0, EARTH_RAMP,
                    relief=0.3, sea=0.5, clouds=0.46, air=(0.12, 0.34, 0.85), ice=0.84, tilt=tilt, spin=0.01,
                )
            ]  # fmt: skip
        if name not in {"planet", "asteroids"}:
            return []
        named = [PLANET_COLOURS[colour] for colour in brief.spec.colours if colour in PLANET_COLOURS]
        kind = int(random.integers(0, 3))
        said = " ".join(mention.text.casefold() for mention in brief.spec.mentions)
        ringed = "ring" in said or "saturn" in said
        kind = 0 if named or ringed else kind
        x = -side * float(random.uniform(20, 46))
        centre = (x, float(random.uniform(-4, 16)), 240.0)
        if name == "asteroids":
            centre = (1.7 * x, 30.0, 420.0)
        radius = float(random.uniform(52, 66))
        if kind == 0:
            stops = GAS_RAMPS[named[0] if named else int(random.integers(len(GAS_RAMPS)))]
            planet = World(
                centre, radius, stops, bands=1.0, air=(0.10, 0.10, 0.12), ring=(1.35, 2.25), tilt=tilt, spin=0.05
            )
        elif kind == 1:
            stops = ROCK_RAMPS[0]
            planet = World(centre, radius, stops, relief=0.8, clouds=0.16, air=(0.30, 0.14, 0.07), ice=0.9, tilt=tilt)
        else:
            planet = World(
                centre, radius, EARTH_RAMP, relief=0.3, sea=0.5, clouds=0.44, lights=0.8, air=(0.12, 0.34, 0.85), ice=0.84,
                tilt=tilt,
            )  # fmt: skip
        moon = World((-0.9 * x, 34.0, 330.0), 13.0, ROCK_RAMPS[1], relief=1.0, tilt=tilt, spin=0.01)
        return [moon, planet]

    @staticmethod
    def _scatter(random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
        """Stars all around: directions, colours, phases. Fainter ones are more, by the counts of real magnitudes."""
        number = 5200
        direction = random.normal(size=(number, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        bright = np.minimum(0.085 * random.random(number) ** -0.72, 4.0)
        heat = random.normal(0, 0.16, (number, 1)) * np.array([1.0, 0.1, -1.2])
        colour = bright[:, None] * (1 + heat)
        return (
            np.asarray(direction, np.float32),
            np.asarray(np.maximum(colour, 0), np.float32),
            np.asarray(random.uniform(0, 6.28, number), np.float32),
        )

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def panorama(self, state: None, t: float) -> None:
        """There is nothing around that would be mirrored."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Fill the canvas."""
        canvas.near.fill(0)
        scale = np.float32(scale_of(camera, canvas.height))
        frame = camera.frame
        paint_sky(canvas.hdr, self._noise, self._tables, frame, scale, np.float32(t), self._glow, self._dust)
        self._draw_stars(canvas, camera, t)
        for number, world in enumerate(self._worlds):
            vector = world.vector(number + 1, t)
            first, last = self._rows(canvas, camera, world)
            if first < last:
                paint_world(
                    canvas.hdr, canvas.near, self._noise, self._tables, frame, scale, vector, self._sun,
                    self.light.sunlight, np.int32(first), np.int32(last),
                )  # fmt: skip

    @staticmethod
    def _rows(canvas: Canvas, camera: Camera, world: World) -> tuple[int, int]:
        """Which rows of the picture the world with its air and rings can touch."""
        reach = world.radius * max(1.10, world.ring[1] * 1.02)
        offset = np.array(world.centre) - camera.position
        away = float(offset @ camera.frame[9:12])
        if away < 1.3 * reach:
            return 0, canvas.height
        scale = scale_of(camera, canvas.height)
        middle = canvas.height / 2 - float(offset @ camera.frame[6:9]) / away * scale
        spread = reach / (away - reach) * scale + 2
        return max(0, int(middle - spread)), min(canvas.height, int(middle + spread) + 1)

    def _draw_stars(self, canvas: Canvas, camera: Camera, t: float) -> None:
        direction, colour, phase = self._stars
        seen = see(camera.position + direction * 5000, camera, canvas, 10.0)
        which = seen.which
        # All at one distance, so the size in the picture depends on the frame alone.
        size = np.full(len(which), 5000 * camera.tangent / 360) * (
            0.8 + 1.2 * np.minimum(colour[which].max(axis=1), 0.6)
        )
        light = 1 + 0.08 * np.sin(2.1 * t + phase[which])
        draw_marks(
            canvas,
            seen,
            long=size,
            short=size,
            angle=0 * size,
            opacity=light,
            colour=colour[which],
            adds=1.0,
            least=0.8,
        )
        toward = camera.position + self._sun * 5000
        sun = see(toward[None], camera, canvas, 3000.0)
        one = np.ones(len(sun.which))
        for reach, strength in ((900.0, 0.05), (330.0, 0.22), (95.0, 30.0)):
            draw_marks(
                canvas, sun, long=one * reach, short=one * reach, angle=0 * one, opacity=one * strength,
                colour=np.array([1.0, 0.94, 0.84]), adds=1.0,
            )  # fmt: skip


NAMES = ("space", "planet", "nebula", "asteroids", "earth_orbit", "moon_sky")
ROWS = tuple(BackdropRow(name, lambda brief, name=name: Space(brief, name), outdoors=False) for name in NAMES)  # type: ignore[misc]
