"""Bicycles and motorcycles, with somebody riding them."""

import math
from dataclasses import dataclass

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, lamp, tube, turned, wheel
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    CHROME,
    DARK,
    RUBBER,
    STEEL,
    TYRE,
    Doubles,
    Hull,
    Move,
    RigidBody,
    Stuff,
    hinge,
    rolling,
    shift,
    stuff,
)
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import beams, head_and_tail, paint

FRAMES = np.array([(0.42, 0.03, 0.03), (0.03, 0.16, 0.36), (0.04, 0.22, 0.16), (0.60, 0.26, 0.02), (0.05, 0.05, 0.055)])
SHIRTS = np.array([(0.50, 0.08, 0.06), (0.06, 0.20, 0.45), (0.62, 0.58, 0.50), (0.60, 0.40, 0.05), (0.10, 0.30, 0.18)])
SKINS = np.array([(0.46, 0.29, 0.21), (0.34, 0.20, 0.13), (0.16, 0.085, 0.05), (0.52, 0.36, 0.28)])
HAIRS = np.array([(0.02, 0.014, 0.01), (0.08, 0.04, 0.02), (0.20, 0.12, 0.05)])


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a rider touches the machine: (y, z) in its middle plane, half distances along x, and the pedals."""

    hip: tuple[float, float]
    shoulder: tuple[float, float]
    hand: tuple[float, float, float]
    foot: tuple[float, float, float]
    """The pedals' axle, or the foot rests."""
    crank: float = 0.0
    gear: float = 0.0
    """Metres travelled in one turn of the crank; 0: the feet rest."""
    helmet: bool = False


THIGH, SHIN = 0.44, 0.45


def _pedal(seat: Seat, side: int, travelled: float) -> tuple[float, float]:
    """Where an ankle is, (y, z)."""
    _, y, z = seat.foot
    if not seat.gear:
        return y + 0.09, z - 0.03
    angle = 2 * math.pi * math.fmod(travelled / seat.gear, 1.0) + (0 if side > 0 else math.pi)
    return y + seat.crank * math.cos(angle) + 0.09, z + seat.crank * math.sin(angle) - 0.05


def _leg(seat: Seat, side: int, shin: bool) -> Move:
    """Two bones from hip to ankle, the knee ahead (the law of cosines)."""

    def move(t: float, travelled: float) -> tuple[Doubles, Doubles]:
        ankle_y, ankle_z = _pedal(seat, side, travelled)
        dy, dz = ankle_y - seat.hip[0], ankle_z - seat.hip[1]
        reach = min(math.hypot(dy, dz), THIGH + SHIN - 0.002)
        bend = math.acos(min(max((THIGH**2 + reach**2 - SHIN**2) / (2 * THIGH * reach), -1), 1))
        toward = math.atan2(dz, -dy) + bend
        knee = (seat.hip[0] - THIGH * math.cos(toward), seat.hip[1] + THIGH * math.sin(toward))
        start = knee if shin else seat.hip
        angle = math.atan2(ankle_z - knee[1], knee[0] - ankle_y) if shin else toward
        c, s = math.cos(-angle), math.sin(-angle)
        rotation = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
        return rotation, np.array([0.0, start[0], start[1]])

    return move


def rider(hull: Hull, casting: Casting, seat: Seat) -> None:
    """Somebody of 1.75 m: legs that pedal, a bent back, arms to the handlebar."""
    rng = casting.rng
    shirt = stuff(SHIRTS[rng.integers(len(SHIRTS))], 0.08)
    trousers = stuff(np.array([0.035, 0.045, 0.075]) * rng.uniform(0.6, 2.0), 0.05)
    skin = stuff(SKINS[rng.integers(len(SKINS))], 0.25, 0.1)
    hair = stuff(HAIRS[rng.integers(len(HAIRS))], 0.3)
    (hy, hz), (sy, sz) = seat.hip, seat.shoulder
    lean = np.array([0.0, sy - hy, sz - hz])
    long = float(np.linalg.norm(lean))
    angle = math.atan2(lean[2], lean[1])
    for side in (-1, 1):
        x = side * 0.095
        with hull.part(_leg(seat, side, shin=False)):
            turned(
                hull,
                [(0.055, -THIGH), (0.068, -0.3), (0.085, -0.12), (0.092, 0.0), (0.06, 0.07)],
                11,
                trousers,
                centre=(x, 0, 0),
                crease=80,
            )
        with hull.part(_leg(seat, side, shin=True)):
            turned(
                hull,
                [(0.036, -SHIN), (0.045, -0.34), (0.058, -0.16), (0.056, 0.0), (0.03, 0.04)],
                11,
                trousers,
                centre=(x, 0, 0),
                crease=80,
            )
            ball(hull, (x, -SHIN - 0.045, 0.055), (0.045, 0.045, 0.13), Stuff((0.05, 0.05, 0.055), 0.2), 10)
    breath = shift(lambda t, _: (0.0, 0.006 * math.sin(1.9 * t), 0.0))
    with hull.part(breath), hull.place((0, hy, hz), pitch=angle):
        profile = [
            (0.12, -0.10),
            (0.165, -0.02),
            (0.155, 0.16),
            (0.175, 0.34),
            (0.185, long - 0.06),
            (0.14, long + 0.02),
            (0.06, long + 0.06),
        ]
        turned(hull, profile, 16, [trousers, shirt], [0, 0, 1, 1, 1, 1], flatten=0.66, crease=80)
    with hull.part(breath):
        neck = np.array([0, sy, sz]) + lean / long * 0.04
        head = neck + np.array([0, 0.150, 0.065])
        tube(hull, [neck, head], 0.052, skin, 9)
        ball(hull, head, (0.084, 0.120, 0.102), skin, 14)
        ball(hull, head + [0, 0.018, 0.088], (0.016, 0.026, 0.022), skin, 6)
        if seat.helmet:
            ball(hull, head + [0, 0.02, 0], (0.128, 0.145, 0.150), paint(casting, FRAMES, 0.9), 18)
            ball(hull, head + [0, 0.014, 0.056], (0.110, 0.056, 0.114), Stuff((0.01, 0.01, 0.012), 1.0), 12)
        else:
            ball(hull, head + [0, 0.035, -0.018], (0.094, 0.110, 0.106), hair, 14)
        for side in (-1, 1):
            x, y, z = seat.hand
            shoulder = np.array([side * 0.175, sy - 0.01, sz])
            hand = np.array([side * x, y, z])
            elbow = (shoulder + hand) / 2 + np.array([side * 0.07, -0.07, -0.05])
            tube(hull, [shoulder, elbow], [0.060, 0.047], shirt, 9)
            tube(hull, [elbow, hand], [0.043, 0.032], skin if not seat.helmet else shirt, 9)
            ball(hull, elbow, 0.046, shirt, 8)
            ball(hull, shoulder, 0.066, shirt, 10)
            ball(hull, hand, (0.04, 0.04, 0.055), skin, 8)


def _spoked(hull: Hull, z: float, radius: float, rim: Stuff) -> None:
    """A bicycle's wheel: a thin tyre, a rim, spokes that cross, a hub."""
    with hull.part(rolling(hull.here((0, radius, z)).tolist(), radius)):
        around = np.linspace(0, 2 * np.pi, hull.n(36, 12), endpoint=False)
        for mean, thick, what in ((radius - 0.017, 0.017, TYRE), (radius - 0.040, 0.011, rim)):
            section = np.linspace(0, 2 * np.pi, hull.n(7, 4), endpoint=False)
            wide = mean + thick * np.cos(section)
            points = np.stack(
                [
                    np.broadcast_to(thick * np.sin(section), (len(around), len(section))),
                    radius + np.sin(around)[:, None] * wide,
                    z + np.cos(around)[:, None] * wide,
                ],
                -1,
            )
            hull.grid(np.concatenate([points, points[:1]]), what, wrap=True, crease=80)
        number = (8, 14, 22)[hull.detail]
        for k in range(number):
            start, end = 2 * np.pi * k / number, 2 * np.pi * (k / number + (0.07 if k % 2 else -0.07))
            side = 0.03 if k % 4 < 2 else -0.03
            hub = (side, radius + 0.02 * math.sin(end), z + 0.02 * math.cos(end))
            tip = (0.0, radius + (radius - 0.045) * math.sin(start), z + (radius - 0.045) * math.cos(start))
            tube(hull, np.array([hub, (np.array(hub) + tip) / 2, tip])[[0, 2]], 0.0022, STEEL, 3, closed=False)
        turned(
            hull,
            [(0.02, -0.05), (0.028, -0.045), (0.016, -0.02), (0.016, 0.02), (0.028, 0.045), (0.02, 0.05)],
            10,
            CHROME,
            centre=(0, radius, z),
            axis="x",
        )


def build_bicycle(casting: Casting) -> RigidBody:
    """A touring bicycle, ridden unless it stands."""
    hull = Hull(casting.detail)
    main = paint(casting, FRAMES, 0.7)
    radius, back, front = 0.345, -0.50, 0.53
    bottom, seat_top, head_low, head_top = (0, 0.29, -0.07), (0, 0.86, -0.23), (0, 0.66, 0.40), (0, 0.86, 0.345)
    gear = 2 * math.pi * radius * 2.4
    ridden = casting.action in ("ride", "drive")
    for z in (back, front):
        _spoked(hull, z, radius, CHROME)
        if "old" in casting.qualities:
            arc = np.linspace(0.2, 2.6, 9)
            tube(hull, [(0, radius + 0.37 * math.sin(a), z - 0.37 * math.cos(a)) for a in arc], 0.022, main, 6)
    saddle_joint = tuple(np.array(bottom) + 0.86 * (np.array(seat_top) - bottom))
    for a, b, thick in (
        (bottom, (0, 0.925, -0.255), 0.016),
        (saddle_joint, head_top, 0.017),
        (bottom, head_low, 0.020),
        (head_low, (0, 0.93, 0.325), 0.020),
    ):
        tube(hull, [a, b], thick, main, 9)
    for side in (-1, 1):
        tube(hull, [(side * 0.015, *bottom[1:]), (side * 0.055, radius, back)], 0.011, main, 6)
        tube(hull, [(side * 0.015, saddle_joint[1], saddle_joint[2]), (side * 0.055, radius, back)], 0.010, main, 6)
        tube(
            hull, [(side * 0.03, 0.66, 0.40), (side * 0.05, 0.50, 0.465), (side * 0.05, radius, front)], 0.013, main, 6
        )
        tube(
            hull,
            [(0, 0.96, 0.33), (side * 0.10, 0.97, 0.34), (side * 0.22, 0.985, 0.30), (side * 0.29, 0.985, 0.18)],
            0.012,
            CHROME,
            7,
        )
        tube(hull, [(side * 0.27, 0.985, 0.22), (side * 0.29, 0.985, 0.12)], 0.018, RUBBER, 8)
    tube(hull, [(-0.03, 0.66, 0.40), (0.03, 0.66, 0.40)], 0.02, main, 6)
    ball(hull, (0, 0.935, -0.27), (0.075, 0.035, 0.13), BLACK, 12)
    ball(hull, (0, 0.93, -0.15), (0.03, 0.025, 0.10), BLACK, 10)
    head, tail = head_and_tail(casting.night)
    lamp(hull, (0, 0.84, 0.42), 0.04, head)
    ball(hull, (0, 0.72, -0.26), (0.03, 0.02, 0.015), tail, 8)
    turn = hinge(
        "x", hull.here(bottom).tolist(), lambda _t, way: 2 * math.pi * math.fmod(way / gear, 1.0) if ridden else 0.6
    )
    with hull.part(turn):
        turned(
            hull,
            [(0.095, 0.045), (0.098, 0.05), (0.095, 0.055), (0.07, 0.054), (0.068, 0.05), (0.07, 0.046)],
            22,
            STEEL,
            centre=(0, *bottom[1:]),
            axis="x",
            caps=(False, False),
        )
        for side in (-1, 1):
            y = bottom[1] + side * 0.17
            tube(hull, [(side * 0.06, *bottom[1:]), (side * 0.085, y, bottom[2])], 0.012, CHROME, 6)
            box(hull, (side * 0.13, y, bottom[2]), (0.045, 0.012, 0.035), BLACK, 0.008)
    for y in (0.092, -0.092):  # Both runs of the chain.
        tube(hull, [(0.05, bottom[1] + y, bottom[2]), (0.05, radius + y * 0.4, back)], 0.007, DARK, 4)
    if ridden:
        rider(
            hull,
            casting,
            Seat((1.00, -0.20), (1.46, 0.06), (0.285, 1.01, 0.16), (0.13, bottom[1], bottom[2]), 0.17, gear),
        )
    return hull.build(
        lambda _t: (
            beams(casting.night, 0.5, -0.5, 0.84, 0.0)[[0]] * np.array([1, 1, 1, 0.35, 0.35, 0.35])
            if casting.night
            else np.zeros((0, 6))
        )
    )


def build_motorcycle(casting: Casting) -> RigidBody:
    """A roadster with a round lamp, twin pipes and a rider in a helmet."""
    hull = Hull(casting.detail)
    main = paint(casting, FRAMES, 0.85)
    head, tail = head_and_tail(casting.night)
    radius, back, front = 0.315, -0.70, 0.74
    for z, wide in ((back, 0.17), (front, 0.12)):
        wheel(hull, (0.0005, radius, z), radius, wide, STEEL, spokes=6, share=0.72)
        turned(
            hull,
            [(0.13, -0.07), (0.15, -0.066), (0.15, -0.058), (0.06, -0.056)],
            20,
            CHROME,
            centre=(0, radius, z),
            axis="x",
        )
    bob = shift(lambda t, way: (0, 0.006 * math.sin(1.7 * way) + 0.0015 * math.sin(31 * t), 0))
    with hull.part(bob):
        # Tank and seat are drawn as one line, the engine hangs under them.
        ball(hull, (0, 0.83, 0.20), (0.155, 0.135, 0.30), main, 20)
        ball(hull, (0, 0.79, -0.22), (0.135, 0.060, 0.28), BLACK, 14)
        ball(hull, (0, 0.83, -0.56), (0.115, 0.060, 0.24), BLACK, 14)
        ball(hull, (0, 0.76, -0.74), (0.100, 0.060, 0.22), main, 14)
        box(hull, (0, 0.36, 0.02), (0.16, 0.13, 0.26), STEEL.times(0.6), 0.07)
        for k in range(6):
            with hull.place((0, 0.52 + 0.035 * k, 0.13 + 0.012 * k), pitch=0.3):
                box(hull, (0, 0, 0), (0.13, 0.011, 0.13), STEEL, 0.01)
        for side in (-1, 1):
            tube(
                hull,
                [
                    (side * 0.08, 0.62, 0.22),
                    (side * 0.13, 0.50, 0.38),
                    (side * 0.15, 0.24, 0.28),
                    (side * 0.17, 0.22, -0.20),
                ],
                0.026,
                CHROME,
                9,
            )
            tube(
                hull,
                [(side * 0.17, 0.22, -0.20), (side * 0.185, 0.26, -0.50), (side * 0.19, 0.30, -0.95)],
                [0.03, 0.055, 0.058, 0.05],
                CHROME,
                12,
            )
            tube(
                hull,
                [(side * 0.11, radius, front), (side * 0.105, 0.62, 0.56), (side * 0.10, 0.95, 0.40)],
                [0.032, 0.030, 0.024, 0.022],
                CHROME,
                9,
            )
            tube(hull, [(side * 0.11, radius, back), (side * 0.11, 0.38, -0.25)], 0.03, BLACK, 7)
            tube(
                hull,
                [(side * 0.13, 0.34, -0.62), (side * 0.12, 0.72, -0.52)],
                0.035,
                CHROME if hull.detail else BLACK,
                8,
            )
            tube(hull, [(0, 0.98, 0.38), (side * 0.16, 1.03, 0.36), (side * 0.34, 1.04, 0.24)], 0.014, CHROME, 7)
            tube(hull, [(side * 0.27, 1.045, 0.28), (side * 0.37, 1.035, 0.22)], 0.020, RUBBER, 8)
            tube(hull, [(side * 0.27, 1.05, 0.30), (side * 0.33, 1.20, 0.32)], 0.007, CHROME, 5)
            ball(hull, (side * 0.345, 1.23, 0.32), (0.055, 0.038, 0.016), CHROME, 10)
        lamp(hull, (0, 0.90, 0.52), 0.095, head)
        tube(hull, [(0, 0.44, 0.10), (0, 0.92, 0.40)], 0.03, BLACK, 7)
        ball(hull, (0, 0.72, -0.95), (0.05, 0.03, 0.03), tail, 8)
        for z, spread in ((front, 0.9), (back, 0.8)):
            arc = np.linspace(
                math.pi / 2 - spread + (0.2 if z < 0 else -0.2), math.pi / 2 + spread + (0.2 if z < 0 else -0.2), 9
            )
            strip = [
                [(x, radius + 0.355 * math.sin(a), z + 0.355 * math.cos(a)) for x in (-0.075, -0.04, 0.04, 0.075)]
                for a in arc
            ]
            hull.grid(strip, main, toward=(0, 1, 0))
        if casting.action in ("ride", "drive"):
            rider(
                hull, casting, Seat((0.90, -0.26), (1.36, 0.00), (0.335, 1.06, 0.25), (0.17, 0.30, -0.16), helmet=True)
            )
    return hull.build(lambda _t: beams(casting.night, 0.6, -0.9, 0.9, 0.0)[1:] if casting.night else np.zeros((0, 6)))


ROWS = (
    Subject("bicycle", build_bicycle, "road", 1.75, 1.79, {"ride": 5.0, "drive": 5.0, "stand": 0.0}, group=3),
    Subject("motorcycle", build_motorcycle, "road", 2.07, 1.70, {"ride": 14.0, "drive": 14.0, "stand": 0.0}, group=3),
)
