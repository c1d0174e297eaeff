"""A village of wooden houses round a church, in all seasons: meadows and geraniums, or snow and lit windows."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.chalet import Chalet, Placed, church, lamp_post
from promptreel.engines.scenes.buildings.lamppools import LampPools, pools_of
from promptreel.engines.scenes.buildings.smoke import Smoke
from promptreel.engines.scenes.buildings.towns import darkness, sky_toward, snowy
from promptreel.engines.scenes.landscape.vegetation import grow, plant, season_of
from promptreel.engines.scenes.stage import Place, Set

Rng = np.random.Generator

LANE_HALF = 1.5

_POOL = np.array([1, 1, 1, 1, 0.42, 0.42, 0.42])
"""Less of the lamps than meshes get: their light falls on the ground from the side, and snow is bright."""


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """Houses on both sides of a lane that winds from the camera to the church; (x, z) is the middle of the village."""
    rng = stage.brief.rng("village")
    winter = snowy(stage.brief)
    dark = darkness(stage.brief)
    pane = sky_toward(stage.light, 0.25) * np.float32(0.28)
    look: dict[str, Any] = {"snowy": winter, "glow": 0.75 * dark, "pane": pane}
    placed = Placed()
    lane = _Lane(rng, x, z, turn)
    homes: list[tuple[float, float, float]] = []
    cx, cz = lane.at(26.0 + rng.uniform(0, 8), float(rng.choice([-1.0, 1.0])) * rng.uniform(9, 13))
    if not stage.ground.wet(cx, cz):
        church(
            stage.mesh, placed, rng, (cx, _floor(stage, cx, cz, 3.5) - 0.1, cz), turn + rng.uniform(-0.3, 0.3), **look
        )
        homes.append((cx, cz, 12.0))
    for attempt in range(160):
        if len(homes) > 15:
            break
        along = -30 + 90 * (attempt / 160) + rng.uniform(-8, 8)
        side = float(rng.choice([-1.0, 1.0]))
        hx, hz = lane.at(along, side * (8.0 + abs(rng.normal(0, 12.0))))
        if (
            hz < 20
            or (abs(hx) < 4 and hz < 34)
            or any((hx - a) ** 2 + (hz - b) ** 2 < (7.4 + r) ** 2 * 0.74 for a, b, r in homes)
        ):
            continue
        if stage.ground.wet(hx, hz) or not stage.free(hx, hz, 5.0):
            continue
        home = Chalet(rng, rng.uniform(0.55, 0.9), **look)
        facing = turn + side * rng.uniform(0.0, 0.75) + math.atan2(-hx, hz) * 0.4
        home.place(stage.mesh, placed, (hx, _floor(stage, hx, hz, home.half_width), hz), facing)
        homes.append((hx, hz, max(home.half_width, home.half_depth) + 2.2))
    _lane_and_lamps(stage, rng, lane, placed, homes, winter, dark)
    _gardens(stage, rng, homes, winter)
    for lamp in placed.lamps:
        stage.lamps.append(tuple(float(number) for number in lamp))  # type: ignore[arg-type]
    if placed.lamps:
        feet = np.asarray(stage.ground.height(*np.array(placed.lamps)[:, [0, 2]].T), np.float32)
        stage.layers.append(LampPools(pools_of(placed.lamps, feet) * _POOL, stage.light))
    stage.taken.extend(homes)
    stage.taken.extend((*lane.at(a, 0.0), 2.4) for a in np.arange(-46, 30, 4.0))
    smoking = [mouth for mouth in placed.chimneys if rng.random() < (0.75 if winter or dark > 0.5 else 0.3)]
    if smoking and "smoke" not in stage.brief.spec.without:
        mouths = tuple((float(a), float(b), float(c)) for a, b, c in smoking)
        stage.layers.append(Smoke(mouths, stage.light))


class _Lane:
    """The lane in the world: `at(along, beside)` from metres along and beside it."""

    def __init__(self, rng: Rng, x: float, z: float, turn: float) -> None:
        self._middle = x, z
        self._turn = turn
        self._swing, self._rate, self._phase = rng.uniform(2.5, 5.0), rng.uniform(0.05, 0.075), rng.uniform(0, 6.28)

    def at(self, along: float, beside: float) -> tuple[float, float]:
        """The place `along` m behind the middle of the village, `beside` m to the right of the lane."""
        u = beside + self._swing * math.sin(along * self._rate + self._phase)
        c, s = math.cos(self._turn), math.sin(self._turn)
        return self._middle[0] + c * u + s * along, self._middle[1] + c * along - s * u


def _floor(stage: Set, x: float, z: float, half: float) -> float:
    """The height for a house: its lowest corner must not hang in the air."""
    corners = [float(stage.ground.height(x + a * half, z + b * half)) for a in (-1, 1) for b in (-1, 1)]
    return 0.6 * min(corners) + 0.4 * float(np.mean(corners))


def _lane_and_lamps(
    stage: Set,
    rng: Rng,
    lane: _Lane,
    placed: Placed,
    homes: list[tuple[float, float, float]],
    winter: bool,
    dark: float,
) -> None:
    """The trodden lane as a ribbon on the ground, a fence on one side, lanterns."""
    steps = np.arange(-58.0, 36.0, 1.1)
    across = np.linspace(-1, 1, 7) * LANE_HALF
    width = 1 + 0.16 * np.sin(steps * 0.9) + 0.1 * rng.normal(size=len(steps))
    points = np.array([[lane.at(float(a), float(b * w)) for b in across] for a, w in zip(steps, width, strict=True)])
    x, z = points[..., 0], points[..., 1]
    edge = np.abs(across)[None, :] / LANE_HALF
    y = np.asarray(stage.ground.height(x, z)) + 0.06 * (1 - edge**4) - 0.05 * edge**4
    grid = np.stack([x, y, z], -1)
    soil = np.array([0.58, 0.60, 0.64]) if winter else np.array([0.245, 0.205, 0.155])
    shade = soil * rng.normal(1.0, 0.07, (*x.shape, 1)) * (0.86 + 0.14 * np.cos(edge * 9.0))[..., None]
    ok = (z > 3.0) & ~np.asarray(stage.ground.wet(x, z), bool)
    keep = ok[:-1, :-1] & ok[1:, 1:]
    corners = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], 2)[keep]
    tones = np.stack([shade[:-1, :-1], shade[:-1, 1:], shade[1:, 1:], shade[1:, :-1]], 2)[keep]
    stage.mesh.quads(corners, tones, toward=(0, 1, 0))
    for number, along in enumerate(np.arange(-38.0, 34.0, 13.0)):
        lx, lz = lane.at(float(along), 2.4 if number % 2 else -2.4)
        if (
            lz > 9
            and not stage.ground.wet(lx, lz)
            and all((lx - a) ** 2 + (lz - b) ** 2 > (r - 1) ** 2 for a, b, r in homes)
        ):
            lamp_post(stage.mesh, placed, (lx, float(stage.ground.height(lx, lz)) - 0.15, lz), snowy=winter, glow=dark)
    wood = np.array([0.15, 0.10, 0.062])
    side = float(rng.choice([-1.0, 1.0]))
    posts = np.array([lane.at(float(a), side * 3.6) for a in np.arange(-52, 26, 2.0)])
    free = np.array(
        [pz > 5 and all((px - a) ** 2 + (pz - b) ** 2 > (r - 0.6) ** 2 for a, b, r in homes) for px, pz in posts]
    )
    free &= ~np.asarray(stage.ground.wet(posts[:, 0], posts[:, 1]), bool)
    feet = np.stack([posts[:, 0], np.asarray(stage.ground.height(posts[:, 0], posts[:, 1])) + 0.38, posts[:, 1]], 1)
    stage.mesh.boxes(feet[free], [0.06, 0.62, 0.06], wood)
    both = free[:-1] & free[1:]
    for level in (0.12, 0.42):
        a, b = feet[:-1][both] + [0, level, 0], feet[1:][both] + [0, level, 0]
        stage.mesh.quads(
            np.stack([a, b, b + [0, 0.11, 0], a + [0, 0.11, 0]], 1), wood * 1.25, toward=(-side, 0.3, -0.3)
        )
    if winter:
        stage.mesh.boxes(feet[free] + [0, 0.66, 0], [0.095, 0.07, 0.095], [0.84, 0.88, 0.94])


def _gardens(stage: Set, rng: Rng, homes: list[tuple[float, float, float]], winter: bool) -> None:
    """A tree or two beside most houses, bushes under the windows, stacks of firewood."""
    season = "winter" if winter else season_of(stage.brief.spec)
    kinds = {
        name: grow(name, np.random.default_rng(int(rng.integers(1 << 31))), 1, season)
        for name in ("broadleaf", "conifer", "bush")
    }
    feet: dict[str, list[NDArray[np.floating]]] = {name: [] for name in kinds}
    for hx, hz, radius in homes:
        for _ in range(int(rng.integers(1, 4))):
            angle = rng.uniform(-0.5, math.pi + 0.5)
            away = radius + rng.uniform(0.2, 2.5)
            px, pz = hx + away * math.cos(angle), hz + away * math.sin(angle)
            if stage.ground.wet(px, pz) or any((px - a) ** 2 + (pz - b) ** 2 < (r - 1.5) ** 2 for a, b, r in homes):
                continue
            name = str(rng.choice(["broadleaf", "conifer", "bush", "bush"]))
            feet[name].append(np.array([px, float(stage.ground.height(px, pz)) - 0.05, pz]))
    for name, places in feet.items():
        if not places:
            continue
        high = rng.uniform(*{"broadleaf": (4.5, 8.0), "conifer": (6.0, 11.0), "bush": (0.8, 1.6)}[name], len(places))
        tint = 1 + 0.12 * rng.normal(size=(len(places), 3))
        plant(
            stage.mesh, kinds[name], np.array(places), high, rng.uniform(0, 6.28, len(places)), np.clip(tint, 0.6, 1.5)
        )


ROWS = (Place("village", build, 70.0, 26.0, 58.0, "ground"),)
