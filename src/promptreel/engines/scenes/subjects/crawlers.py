"""What has eight legs: spider, crab."""

import math
from collections.abc import Callable

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, tube
from promptreel.engines.scenes.craft.hull import BLACK, Bend, Floats, Hull, RigidBody, Stuff, stuff
from promptreel.engines.scenes.stage import Casting, Subject

PAIRS = 4
STEP = 0.30
"""Of the length of its stride a leg's foot is off the ground."""


def _leg(hip: np.ndarray, foot: np.ndarray, stride: float, phase: float, restless: float) -> Bend:
    """A leg that is planted while the body goes over it, then lifted ahead: the whole of it is sheared after its foot, so
    that the hip stays where it is. `stride` is a vector along which feet are set, in metres a cycle."""
    reach = max(float(np.linalg.norm((foot - hip)[[0, 2]])), 1e-6)

    def bend(t: float, travelled: float, vertices: Floats, normals: Floats) -> tuple[Floats, Floats]:
        cycle = math.fmod(
            (travelled if stride else restless * t) / max(abs(stride), 1.0 if not stride else 1e-6) + phase, 1.0
        )
        swings = max(0.0, 1 - abs((cycle - 1 + STEP / 2) / (STEP / 2)))  # 0…1…0 while it is in the air
        if stride:
            ahead = 0.5 - cycle / (1 - STEP) if cycle < 1 - STEP else -0.5 + (cycle - 1 + STEP) / STEP
            shift = np.array([0.0, 0.0, ahead * stride * (1 - STEP)])
        else:
            shift, swings = np.zeros(3), 0.25 * swings
        shift = shift + np.array([0.0, swings * 0.28 * reach, 0.0])
        flat = vertices[:, [0, 2]] - hip[[0, 2]]
        share = np.clip(np.linalg.norm(flat, axis=1) / reach, 0, 1.1)[:, None]
        return np.asarray(vertices + share * shift, np.float32), normals

    return bend


def _legs(
    hull: Hull, hips: Callable[[int, int], np.ndarray], spread: float, high: float, thick: float, what: Stuff,
    stride: float, sideways: bool, fan: tuple[float, float],
) -> None:  # fmt: skip
    """Four pairs of legs with high knees; neighbours step in turn. `fan` are the angles of the first and the last pair from
    straight ahead. What goes sideways is built so that it walks along +z with its flank."""
    for pair in range(PAIRS):
        angle = fan[0] + (fan[1] - fan[0]) * pair / (PAIRS - 1)
        for side in (-1, 1):
            hip = hips(pair, side)
            way = np.array([side * math.sin(angle), 0.0, math.cos(angle)])
            if sideways:
                way = np.array([math.cos(angle), 0.0, -side * math.sin(angle)])
            foot = hip + way * spread - [0, hip[1], 0]
            knee = hip + 0.46 * (foot - hip) + [0, high, 0]
            ankle = hip + 0.82 * (foot - hip) + [0, 0.42 * high, 0]
            path = np.array([hip, 0.5 * (hip + knee) + [0, 0.16 * high, 0], knee, ankle, foot])
            phase = (0.5 * ((pair + (side > 0)) % 2)) + 0.06 * pair
            with hull.part(bend=_leg(hip, foot, stride, phase, 0.35)):
                tube(hull, path, np.array([1.0, 0.95, 0.85, 0.55, 0.2]) * thick, what, 6)


def build_spider(casting: Casting) -> RigidBody:
    """Dark and hairy, a round abdomen behind, eight eyes in front."""
    hull = Hull(casting.detail)
    rng = casting.rng
    coats = ((0.030, 0.024, 0.020), (0.11, 0.062, 0.030), (0.055, 0.045, 0.040))
    coat = np.asarray(casting.colour if casting.colour is not None else coats[rng.integers(3)], float)
    main, legs = stuff(coat, 0.25), stuff(coat * 0.8, 0.30)
    marks = stuff(np.clip(coat * 2.2 + 0.03, 0, 0.7), 0.2)
    up = 0.040
    ball(hull, (0, up + 0.016, -0.062), (0.040, 0.036, 0.054), main, 18)
    ball(hull, (0, up + 0.046, -0.066), (0.012, 0.010, 0.034), marks, 10)
    ball(hull, (0, up + 0.004, 0.008), (0.026, 0.019, 0.030), main, 14)
    for side in (-1, 1):
        ball(hull, (side * 0.009, up - 0.006, 0.040), (0.008, 0.012, 0.010), legs, 8)
        tube(hull, [(side * 0.014, up, 0.030), (side * 0.024, up + 0.004, 0.058), (side * 0.018, up - 0.024, 0.074)],
             [0.0055, 0.0050, 0.0030], legs, 6)  # fmt: skip
        for x, y, z, r in (
            (0.0055, 0.013, 0.036, 0.0042),
            (0.0145, 0.014, 0.029, 0.0030),
            (0.008, 0.019, 0.030, 0.0026),
        ):
            ball(hull, (side * x, up + y, z), r, Stuff((0.01, 0.01, 0.012), 0.95), 6)

    def hips(pair: int, side: int) -> np.ndarray:
        return np.array([side * 0.020, up + 0.002, 0.022 - 0.014 * pair])

    _legs(
        hull, hips, 0.135, 0.075, 0.0055, legs, 0.09 if casting.action in {"walk", "run"} else 0.0, False, (0.55, 2.55)
    )
    return hull.build()


def build_crab(casting: Casting) -> RigidBody:
    """A broad red shell on four pairs of legs, eyes on stalks, two claws that it waves; it walks sideways."""
    hull = Hull(casting.detail)
    rng = casting.rng
    coats = ((0.50, 0.085, 0.030), (0.42, 0.16, 0.05), (0.20, 0.13, 0.10))
    coat = np.asarray(casting.colour if casting.colour is not None else coats[rng.integers(3)], float)
    shell, below = stuff(coat, 0.45), stuff(np.clip(0.5 * coat + 0.28, 0, 0.8), 0.25)
    legs = stuff(coat * 0.8, 0.35)
    up = 0.050

    def at(x: float, y: float, z: float) -> np.ndarray:
        """From a crab that looks along +z to one that looks along +x, and walks to its side along +z."""
        return np.array([z, y, -x])

    ball(hull, at(0, up + 0.012, 0), (0.062, 0.026, 0.085), shell, 20)
    ball(hull, at(0, up - 0.006, 0), (0.054, 0.020, 0.074), below, 16)
    for side in (-1, 1):
        tube(
            hull, [at(side * 0.022, up + 0.022, 0.052), at(side * 0.024, up + 0.052, 0.060)], [0.0042, 0.0036], shell, 6
        )
        ball(hull, at(side * 0.024, up + 0.058, 0.061), 0.0075, BLACK, 8)
        wave = _claw(float(rng.uniform(0, 6)), side)
        with hull.part(bend=wave):
            arm = [
                at(side * 0.060, up, 0.040),
                at(side * 0.105, up + 0.016, 0.070),
                at(side * 0.085, up + 0.012, 0.110),
            ]
            tube(hull, arm, [0.013, 0.012, 0.011], legs, 8)
            tube(hull, [arm[-1], at(side * 0.066, up + 0.018, 0.140), at(side * 0.040, up + 0.014, 0.168)],
                 [0.018, 0.025, 0.005], shell, 10)  # fmt: skip
            thumb = [(0.080, 0.014, 0.128), (0.050, -0.004, 0.150), (0.036, 0.004, 0.166)]
            tube(hull, [at(side * x, up + y, z) for x, y, z in thumb], [0.010, 0.011, 0.003], below, 8)

    def hips(pair: int, side: int) -> np.ndarray:
        return at(side * 0.066, up - 0.002, 0.026 - 0.022 * pair)

    walks = casting.action in {"walk", "run"}
    _legs(hull, hips, 0.115, 0.055, 0.0085, legs, 0.10 if walks else 0.0, True, (1.05, 2.25))
    return hull.build()


def _claw(phase: float, side: int) -> Bend:
    """A claw that is raised and lowered from time to time."""

    def bend(t: float, _travelled: float, vertices: Floats, normals: Floats) -> tuple[Floats, Floats]:
        raised = max(0.0, math.sin(1.7 * t + phase + 0.7 * side)) * 0.32
        lift = np.clip(vertices[:, :1] - 0.04, 0, None) * raised
        return np.asarray(vertices + lift * np.array([[0.0, 1.0, 0.0]]), np.float32), normals

    return bend


ROWS = (
    Subject("spider", build_spider, "ground", 0.27, 0.12, {"walk": 0.16, "run": 0.4, "stand": 0.0}, group=4),
    Subject("crab", build_crab, "ground", 0.30, 0.12, {"walk": 0.18, "run": 0.45, "stand": 0.0}, group=4),
)
