"""Gas behind bodies: where it is, what it does at the ground, how it is lit, and what hides it."""

import functools

import numpy as np
import pytest

from promptreel.engines.scenes import staging
from promptreel.engines.scenes.craft.trails import Plume, Trail
from promptreel.engines.scenes.mesh import look
from promptreel.engines.scenes.puffs import Puffs, show
from promptreel.engines.scenes.stage import Canvas, Light, Path

WHITE = np.ones(3, np.float32)
LIGHT = Light(np.array([1, 0, 0], np.float32), WHITE * 2, WHITE * 0.5, WHITE, WHITE * 0.3, 0.0, wind=(0.0, 0.0))
SHOTS = ((0.0, 4.0), (4.0, 8.0))


class Flat:
    """A plain at 0 m."""

    def height(self, x: float, z: float) -> np.ndarray:
        return np.zeros(np.broadcast(x, z).shape)


def along(speed: float) -> Path:
    mark = staging.Mark(0.0, 0.0, 50.0, 0.0)

    def floor(x: float, z: float, _t: float) -> staging.Moment:
        return x, 0.0, z, 0.0, 0.0, 0.0, 0.0

    return staging.straight(mark, speed, staging.Clock(SHOTS), floor)


def trail(plume: Plume, path: Path) -> Trail:
    return Trail(plume, path, 1.0, SHOTS, Flat(), LIGHT, np.random.default_rng(5))  # type: ignore[arg-type]


STEAM = Plume((0.0, 4.0, 0.0), (0.0, 5.0, 0.0), 2.0, by_travel=True, life=3.0)


@pytest.mark.parametrize("t", [0.0, 1.7, 4.0, 4.1, 7.9])
def test_steam_is_left_behind_at_even_steps_and_disperses(t: float) -> None:
    path = along(20.0)
    puffs = trail(STEAM, path).puffs(t)
    z = path.at(t)[2]
    assert len(puffs.points) == pytest.approx(30, abs=1)
    assert (puffs.points[:, 2] < z + 1).all() and puffs.points[:, 2].min() < z - 50
    assert (np.diff(puffs.points[:, 2]) > 0).mean() > 0.75, "the younger, the nearer to the engine"
    old, young = puffs.radius[:8].mean(), puffs.radius[-8:].mean()
    assert old > 1.5 * young
    assert puffs.opacity[0] < 0.1 < puffs.opacity[-8:].max()


def test_a_puff_goes_on_smoothly_and_any_moment_can_be_asked_first() -> None:
    one, other = trail(STEAM, along(20.0)), trail(STEAM, along(20.0))
    late = one.puffs(2.6)
    other.puffs(1.0)
    assert np.array_equal(other.puffs(2.6).points, late.points)
    before, after = one.puffs(2.60).points[5:25], one.puffs(2.61).points
    moved = np.linalg.norm(after[:, None] - before[None], axis=2).min(axis=0)
    assert moved.max() < 0.08


def test_an_engine_at_rest_still_breathes() -> None:
    assert 2 <= len(trail(STEAM, along(0.0)).puffs(2.0).points) <= 6


def test_a_launch_has_no_smoke_before_it_and_billows_outward_over_the_ground() -> None:
    path = staging.lifting_off(staging.Mark(0.0, 0.0, 100.0, 0.0), SHOTS, 10.0)
    plume = Plume((0.0, 1.0, 0.0), (0.0, -60.0, 0.0), 0.05, life=9.0, radius=3.0, drag=1.7, ignites=True)
    smoke = trail(plume, path)
    assert len(smoke.puffs(0.0).points) <= 1 and len(smoke.puffs(4.0).points) <= 1
    for t in (0.6, 1.5, 3.5, 7.5):
        puffs = smoke.puffs(t)
        assert (puffs.points[:, 1] > 0.3 * puffs.radius).all()

    def reach(t: float) -> float:
        return float(np.hypot(*(smoke.puffs(t).points[:, [0, 2]] - [0.0, 100.0]).T).max())

    assert reach(0.3) < reach(0.8) < reach(2.5) < 60
    flying = smoke.puffs(3.9).points[:, 1]
    assert flying.max() > 15 and flying.min() < 8, "a column from the rocket down to the pad"


@functools.cache
def picture(near: float = 0.0, depth: float = 20.0, fire: float = 0.0) -> np.ndarray:
    """The light that a ball of 3 m in the middle adds to a black picture; what is solid lies at 1 / `near` m."""
    canvas = Canvas(96, 96)
    canvas.near[:] = near
    one = np.ones(1)
    puffs = Puffs(np.array([[0.0, 0.0, depth]]), 3 * one, 0.9 * one, np.array([[0.2, 0.6]]), 0.8, fire * WHITE[None])
    show(canvas, look((0, 0, 0), 0.0, 0.0, 0.25), LIGHT, puffs)
    return canvas.hdr.mean(axis=0)


def test_gas_is_bright_toward_the_sun_and_has_no_hard_edge() -> None:
    seen = picture()
    half = seen[:, 52:].sum(), seen[:, :44].sum()
    assert half[0] > 1.4 * half[1]  # The sun is on the right.
    assert seen[0].max() == 0 and seen[48, 40:56].min() > 0.1
    rims = [row[row > 0][[0, -1]] for row in seen if row.any()]
    assert np.max(rims) < 0.2 * seen.max()


def test_gas_fades_into_what_is_solid() -> None:
    free, before, within, behind = (picture(near).sum() for near in (0.0, 1 / 30, 1 / 20, 1 / 15))
    assert before == pytest.approx(free, rel=1e-5) and behind == 0
    assert within == pytest.approx(free / 2, rel=0.1)


def test_fire_lights_gas() -> None:
    assert picture(fire=4.0).sum() > 1.5 * picture().sum()
