"""Sunlight scattered in clear air, as a table of the sky's radiance over direction, made once per clip.

What lies on one ray depends on its elevation alone; only the sun's height over its points depends on the azimuth.
"""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import clamp, device, f32, i32, kernel, mix

Floats = NDArray[np.float32]

TABLE_AZIMUTHS = 128
TABLE_ELEVATIONS = 128
"""Azimuth 0…π from the sun (the sky is symmetric); elevation e with row = ±√(|e| / (π/2)), finest at the horizon."""

EARTH = 6360e3
TOP = 6420e3
"""Radii of the ground and of the top of the atmosphere, in m."""

RAYLEIGH = np.array([5.802, 13.558, 33.1], np.float32) * np.float32(1e-6)
MIE = np.float32(3.996e-6)
MIE_EXTINCTION = np.float32(4.44e-6)
OZONE = np.array([0.65, 1.881, 0.085], np.float32) * np.float32(1e-6)
"""Scattering and absorption per m at sea level for red, green and blue (Hillaire, "A scalable and production ready sky
and atmosphere rendering technique", 2020, table 1)."""

SUN_LIGHT = 20.0
"""What the sun sends to the top of the atmosphere, in the units of all light here."""


STEPS = 40
"""Points on a ray."""

AIR_G = 0.76
"""How far forward haze scatters (Henyey and Greenstein)."""


def _densities(height: Floats) -> tuple[Floats, Floats, Floats]:
    """Of air, haze and ozone at `height` in m, relative to their maxima."""
    return (
        np.exp(-height / np.float32(8000)),
        np.exp(-height / np.float32(1200)),
        np.maximum(0, 1 - np.abs(height - 25e3) / np.float32(15e3)).astype(np.float32),
    )


def _extinction(height: Floats, haze: float) -> Floats:
    air, dust, ozone = _densities(height)
    return air[..., None] * RAYLEIGH + dust[..., None] * (MIE_EXTINCTION * np.float32(haze)) + ozone[..., None] * OZONE


HEIGHTS, ANGLES, CEILING, LOWEST = 64, 96, 60e3, -0.25
"""The table of `Transmittance`: its sides, the highest point in m, and the sine of the lowest sun."""


class Transmittance:
    """How much sunlight arrives at a height under an angle, as a table over (height, sine of the sun's elevation)."""

    def __init__(self, haze: float) -> None:
        heights = (np.linspace(0, 1, HEIGHTS, dtype=np.float32) ** 2) * np.float32(CEILING)
        sines = np.linspace(LOWEST, 1, ANGLES, dtype=np.float32)
        height, sine = np.meshgrid(heights, sines, indexing="ij")
        radius = EARTH + height
        along = radius * sine
        length = np.sqrt(np.maximum(0, along * along - radius * radius + TOP * TOP)) - along
        depth = np.zeros((*height.shape, 3), np.float32)
        steps = 24
        for step in range(steps):
            distance = ((step + 0.5) / steps) ** 2 * length
            piece = length * (((step + 1) / steps) ** 2 - (step / steps) ** 2)
            above = np.sqrt(radius * radius + distance * distance + 2 * radius * sine * distance) - EARTH
            blocked = np.where(above < -200, 1e3, 0)
            depth += piece[..., None] * _extinction(np.maximum(above, 0), haze) + blocked[..., None]
        self.planes: Floats = np.ascontiguousarray(np.exp(-depth).transpose(2, 0, 1).reshape(3, -1), np.float32)
        """(3, HEIGHTS * ANGLES)."""

    def place(self, height: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """The row of the table for a height in m, and how far it is towards the next."""
        at = np.sqrt(np.clip(height / CEILING, 0, 1)) * (HEIGHTS - 1)
        row = np.minimum(np.floor(at), HEIGHTS - 2)
        return row, at - row

    def __call__(self, height: float, elevation: float) -> Floats:
        """The shares of red, green and blue that arrive at `height` m from a sun at `elevation` rad."""
        row, down = self.place(np.array(height))
        share = np.clip((np.sin(elevation) - LOWEST) / (1 - LOWEST), 0, 1) * (ANGLES - 1)
        column = min(int(share), ANGLES - 2)
        table = self.planes.reshape(3, HEIGHTS, ANGLES)[:, int(row) : int(row) + 2, column : column + 2]
        return np.asarray(
            table @ np.array([1 - (share - column), share - column]) @ np.array([1 - down, down]), np.float32
        )


# -- the sky -----------------------------------------------------------------------------------------------------------


@device
def _angle_place(sine):
    """Column of the table of `Transmittance` for the sine of the sun's elevation."""
    share = (sine - f32(LOWEST)) * f32(1 / (1 - LOWEST))
    return clamp(share, f32(0.0), f32(1.0)) * f32(ANGLES - 1.001)


@kernel
def add_sunlight(table, places, sines, cosines, amounts, phases, lit, out):
    """Add to one row of the sky `out` (3, azimuths) what the points on its rays scatter towards us.

    `table` (3, heights * angles) is of `Transmittance`; `places` (4, points) the rows of that table, and how far
    towards the next, for the sunlight itself and for the glow from all around; `sines` (2, points) the sine of the
    sun's elevation over a point: the first and the second times the cosine of the azimuth, `cosines`; `amounts`
    (9, points) how much air and haze scatter and the share of the glow, per colour; `phases` (2, azimuths) of air and
    haze; `lit` (2, angles) is scratch.
    """
    for c in range(3):
        for point in range(sines.shape[1]):
            for kind in range(2):
                start = i32(places[2 * kind, point]) * i32(ANGLES)
                part = places[2 * kind + 1, point]
                for angle in range(ANGLES):
                    here = start + i32(angle)
                    lit[kind, angle] = mix(table[c, here], table[c, here + i32(ANGLES)], part)
            air, haze, glow = amounts[c, point], amounts[3 + c, point], amounts[6 + c, point]
            level, slope = sines[0, point], sines[1, point]
            for column in range(cosines.shape[0]):
                sine = level + slope * cosines[column]
                at = _angle_place(sine)
                j = i32(at)
                direct = mix(lit[0, j], lit[0, j + i32(1)], at - f32(j))
                at = _angle_place(sine + f32(0.12))
                j = i32(at)
                around = mix(lit[1, j], lit[1, j + i32(1)], at - f32(j))
                out[c, column] += (air * phases[0, column] + haze * phases[1, column]) * direct + glow * around


def scatter(sun_elevation: float, haze: float, transmittance: Transmittance) -> Floats:
    """The light of the clear sky seen from the ground, shape (3, TABLE_ELEVATIONS, TABLE_AZIMUTHS).

    Single scattering, and a guess of the multiple one: an even glow lit from higher up. Below the horizon stands what
    is just above it, for water that reflects a little too low.
    """
    grid = np.linspace(-1, 1, TABLE_ELEVATIONS)
    elevation = np.sign(grid) * grid * grid * np.pi / 2
    start = EARTH + 50.0
    along = start * np.sin(elevation)
    # Rays that meet the ground show what is just above the horizon instead.
    open_sky = (elevation > 0) | (along * along < start * start - EARTH * EARTH)
    up, level, along = np.sin(elevation[open_sky]), np.cos(elevation[open_sky]), along[open_sky]
    length = np.sqrt(along * along - start * start + TOP * TOP) - along

    ends = (np.arange(STEPS + 1) / STEPS) ** 2
    distance = length[:, None] * (((np.arange(STEPS) + 0.5) / STEPS) ** 2)
    piece = (length[:, None] * np.diff(ends))[..., None]
    height_over = start + up[:, None] * distance
    radius = np.hypot(height_over, level[:, None] * distance)
    height = np.maximum(radius - EARTH, 0)
    air, dust, _ = _densities(height)
    extinction = _extinction(height, haze)
    thickness = extinction * piece
    before = np.cumsum(thickness, axis=1) - thickness
    seen = np.exp(-before) * (1 - np.exp(-thickness)) / np.maximum(extinction, 1e-12)
    by_air, by_haze = seen * air[..., None] * RAYLEIGH, seen * dust[..., None] * (MIE * haze)
    amounts = np.concatenate([by_air, by_haze, (by_air + by_haze) * (0.10 / np.pi)], axis=2)
    sun_up, sun_toward = np.sin(sun_elevation), np.cos(sun_elevation)
    sines = np.stack([height_over * sun_up, level[:, None] * distance * sun_toward], axis=1) / radius[:, None]
    places = np.stack([*transmittance.place(height), *transmittance.place(0.6 * height + 9000)], axis=1)

    cosines = np.cos(np.linspace(0, np.pi, TABLE_AZIMUTHS))
    cosine = up[:, None] * sun_up + level[:, None] * cosines * sun_toward
    haze_phase = (1 - AIR_G**2) / (4 * np.pi * (1 + AIR_G**2 - 2 * AIR_G * cosine) ** 1.5)
    phases = np.stack([3 / (16 * np.pi) * (1 + cosine * cosine), haze_phase], axis=1)

    rows = np.zeros((len(up), 3, TABLE_AZIMUTHS), np.float32)
    lit = np.zeros((2, ANGLES), np.float32)
    for row, out in enumerate(rows):
        add_sunlight(
            transmittance.planes, _floats(places[row]), _floats(sines[row]), _floats(cosines), _floats(amounts[row].T),
            _floats(phases[row]), lit, out,
        )  # fmt: skip
    light = np.empty((3, TABLE_ELEVATIONS, TABLE_AZIMUTHS), np.float32)
    light[:, open_sky] = rows.transpose(1, 0, 2)
    light[:, ~open_sky] = light[:, TABLE_ELEVATIONS // 2 + 1][:, None]
    return np.asarray(light * np.float32(SUN_LIGHT), np.float32)


def _floats(values: NDArray[np.floating]) -> Floats:
    return np.ascontiguousarray(values, np.float32)
