"""A road (or a railway) through open land: gently rolling fields, a desert, or a cutting through woods.

`Brief.params`: `landscape` = "country", "desert" or "forest"; `track` for the ballast of a railway in place of asphalt.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.townground import GroundMap, Look, Relief, TownGround, ground_noise, relief
from promptreel.engines.scenes.buildings.towns import rainy, snowy
from promptreel.engines.scenes.landscape.vegetation import Corridor, scatter, season_of
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow, Light, Set

TRACK_HIGH = 0.30
"""Metres from the ballast to the top of the rails."""

FIELDS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "spring": ((0.085, 0.135, 0.030), (0.125, 0.165, 0.040)),
    "summer": ((0.085, 0.115, 0.030), (0.190, 0.165, 0.060)),
    "autumn": ((0.165, 0.120, 0.045), (0.115, 0.105, 0.040)),
    "winter": ((0.130, 0.115, 0.080), (0.105, 0.100, 0.070)),
}
SAND = ((0.390, 0.255, 0.150), (0.330, 0.195, 0.105))
FLOOR = ((0.075, 0.070, 0.035), (0.060, 0.085, 0.030))


class RoadGround(TownGround):
    """Land with a road in it. The road lies level across; the land rises away from it."""

    def __init__(self, look: Look, brief: Brief, light: Light, landscape: str, *, rail: bool) -> None:
        rng = brief.rng("road land")
        self.landscape, self.rail = landscape, rail
        self._brief = brief
        self._phase = rng.uniform(0, 2 * math.pi, 6)
        self._dip = rng.uniform(0.5, 1.1) * (0.35 if rail else 1.0)
        self._hills = {"country": 34.0, "desert": 9.0, "forest": 26.0}.get(landscape, 30.0)
        self.look = look
        # Behind the first camera as well: one that follows a car goes that way.
        rows = np.concatenate(
            [
                np.linspace(-200, -16, 16),
                # As fine as far as a camera goes along with a car: what lies across its plane is not drawn.
                np.linspace(-12, 120, 81),
                np.linspace(124, 200, 18),
                np.geomspace(208, 2600, 28),
            ]
        )
        across = np.linspace(-1, 1, 76)
        across = 0.24 * across + 0.76 * across**3
        noise = ground_noise(brief.seed)
        super().__init__(look, GroundMap(-30.0, -10.0, 0.8, 76, 160), light, noise, self._shape_of(rows, across))

    def _shape_of(self, rows: NDArray[np.floating], across: NDArray[np.floating]) -> Relief:
        """The land as triangles."""
        return relief(self._land, rows, across, 120.0)

    def _land(self, x: Any, z: Any) -> NDArray[np.float64]:
        """What is drawn: under a track the ballast, which lies lower than the rails that trains run on."""
        level = self.height(x, z)
        if not self.rail:
            return level
        beside = np.abs(np.asarray(x, np.float64) - self.look.middle(z))
        return np.asarray(level - TRACK_HIGH * np.clip((3.0 - beside) / 0.8, 0, 1))

    def height(self, x: Any, z: Any) -> NDArray[np.float64]:
        """The road dips and climbs a little; hills stand off on both sides and close the view."""
        x, z = np.asarray(x, np.float64), np.asarray(z, np.float64)
        p = self._phase
        along = self._dip * np.sin(z * 0.019 + p[0]) * np.clip(z / 50, 0, 1) + self._dip * 1.6 * np.sin(
            z * 0.0075 + p[1]
        ) * np.clip(z / 150, 0, 1)
        beside = np.abs(x - self.look.middle(z))
        off = np.clip((beside - self.look.road - 2.0) / 30, 0, None)
        swell = 0.9 * np.sin(x * 0.06 + p[2]) * np.cos(z * 0.05 + p[3]) + 0.35 * np.sin(x * 0.21 + z * 0.17 + p[4])
        # The ditch is no steeper than the lowest sun stands: its far side would be left out of the shadows of trees.
        bank = swell * np.clip(off * 1.6, 0, 1) - 0.15 * np.exp(-(((beside - self.look.road - 2.2) / 1.25) ** 2))
        away = np.clip((np.hypot(x * 1.25, z) - 160) / 900, 0, 1)
        far = (
            0.55
            + 0.30 * np.sin(x * 0.0052 + p[3]) * np.cos(z * 0.0038 + p[2])
            + 0.15 * np.sin(x * 0.013 + z * 0.009 + p[5])
        )
        hills = self._hills * 2.4 * far * away**1.5 * np.clip(off / 6, 0, 1)
        return np.asarray(along + bank + hills)

    def lane(self, along: float, side: float) -> tuple[float, float, float]:
        """See `TownGround.lane`; what runs on rails keeps to their middle."""
        return super().lane(along, 0.0 if self.rail else side)

    def dress(self, stage: Set) -> None:
        """What grows beside the road, out of its way."""
        super().dress(stage)
        brief, look = self._brief, self.look
        rng = brief.rng("road plants")
        keep = look.road + 3.2

        def off_road(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return np.asarray(np.abs(x - look.middle(z)) > keep, float)

        def field(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            rows = np.abs(np.sin(x * 0.022 + self._phase[0]) * np.cos(z * 0.017 + self._phase[1])) < 0.22
            return np.asarray((np.abs(x - look.middle(z)) > keep + 5.0) * np.where(rows, 1.0, 0.10))

        def wood(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.floating]:
            return np.asarray(np.abs(x - look.middle(z)) > keep + 3.0 + 1.5 * np.sin(z * 0.4), float)

        season = "winter" if snowy(brief) else season_of(brief.spec)
        free = Corridor(0.0, 0.0, 0.0)
        if "tree" in brief.spec.without:
            return
        if self.landscape == "desert":
            scatter(
                stage,
                ["cactus", "rock", "bush", "rock"],
                off_road,
                240,
                rng,
                span=(5, 230),
                corridor=free,
                season=season,
                near=5,
                middle=26,
            )
        elif self.landscape == "forest":
            scatter(
                stage,
                ["conifer", "conifer", "broadleaf", "birch"],
                wood,
                560,
                rng,
                span=(6, 260),
                wide=0.9,
                corridor=free,
                season=season,
                near=2,
                middle=16,
            )
            scatter(
                stage,
                ["fern", "bush"],
                off_road,
                70,
                rng,
                span=(4, 45),
                corridor=free,
                season=season,
                near=4,
                middle=24,
            )
        else:
            scatter(
                stage,
                ["broadleaf", "broadleaf", "birch"],
                field,
                420,
                rng,
                span=(16, 420),
                corridor=free,
                season=season,
                near=2,
                middle=14,
            )
            scatter(stage, "bush", field, 160, rng, span=(9, 160), corridor=free, season=season, near=3, middle=20)
            scatter(
                stage,
                "grass_tuft",
                off_road,
                130,
                rng,
                span=(3.5, 30),
                corridor=free,
                season=season,
                near=10,
                middle=60,
                keep=False,
            )


def make(brief: Brief) -> Ground:
    """The row's ground."""
    assert brief.light is not None
    rng = brief.rng("road")
    landscape = str(brief.params.get("landscape", "") or rng.choice(["country", "country", "forest"]))
    rail = bool(brief.params.get("track", False))
    season = season_of(brief.spec)
    pair = SAND if landscape == "desert" else FLOOR if landscape == "forest" else FIELDS[season]
    look = Look(
        road=1.75 if rail else 3.4,
        wet=0.75 if rainy(brief) and not rail else 0.0,
        snow=0.9 if snowy(brief) else 0.0,
        paint=0.0 if rail else 1.0,
        swing=rng.uniform(2.0, 4.0) if rail else rng.uniform(5.0, 11.0),
        turns=rng.uniform(0.010, 0.014) if rail else rng.uniform(0.016, 0.024),
        phase=float(rng.uniform(0, 2 * math.pi)),
        # Whoever films trains stands beside the track.
        aside=float(rng.choice([-1.0, 1.0])) * 4.4 if rail else 0.0,
        field=pair[0],
        field2=pair[1],
        blades=0.35 if landscape == "desert" else 0.75,
        asphalt=(0.185, 0.170, 0.150) if rail else (0.135, 0.132, 0.130),
        yellow=1.0 if landscape == "desert" else 0.0,
        ragged=0.35 if rail else 0.10,
        ripples=0.7 if landscape == "desert" else 0.0,
        blooms=0.10 if landscape == "country" and season in ("spring", "summer") else 0.0,
        verge=(0.36, 0.26, 0.17) if landscape == "desert" else (0.17, 0.15, 0.105),
        wear=0.25 if rail else 0.55,
    )
    # Reflections lie in a plane, and this road does not: rain shows by its dark asphalt alone.
    ground = RoadGround(look, brief, brief.light, landscape, rail=rail)
    ground.mirrors = False
    return ground


ROWS = (GroundRow("road", make),)
