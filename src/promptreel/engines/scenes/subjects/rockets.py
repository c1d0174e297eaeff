"""Rockets: on the pad, lifting off on a column of fire and smoke, and flying in space."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, turned
from promptreel.engines.scenes.craft.hull import (
    GLASS,
    STEEL,
    WHITE,
    Bend,
    Doubles,
    Floats,
    Hull,
    RigidBody,
    Stuff,
)
from promptreel.engines.scenes.craft.trails import Plume
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

ACCENTS = np.array([(0.50, 0.03, 0.03), (0.02, 0.08, 0.30), (0.64, 0.24, 0.02)])
HEIGHT = 42.0
IGNITION = 0.5
"""Seconds after which the engines have their full thrust."""


def build_rocket(casting: Casting) -> RigidBody:
    """A launcher of 42 m with two boosters; an old one is the pointed rocket with fins of the picture books."""
    if casting.qualities & {"old", "wooden", "baby"}:
        return _storybook(casting)
    hull = Hull(casting.detail)
    named = casting.colour is not None or "golden" in casting.qualities
    accent = paint(casting, ACCENTS, 0.5)
    shell = accent if named else Stuff((0.74, 0.74, 0.73), 0.45)
    stripe = WHITE if named else accent
    dark = Stuff((0.05, 0.05, 0.055), 0.3)

    def panels(points: Doubles) -> Doubles:
        """Rings where tanks are welded, soot toward the foot, frost where the cold tank is."""
        ring = np.abs(np.sin(points[:, 1] * 1.57)) > 0.992
        soot = np.clip((6.0 - points[:, 1]) / 6.0, 0, 1)
        return np.asarray((1 - 0.14 * ring) * (1 - 0.45 * soot**2))

    core = [
        (1.55, 2.3),
        (1.85, 3.2),
        (1.85, 9.0),
        (1.85, 9.2),
        (1.85, 17.0),
        (1.85, 25.0),
        (1.85, 25.2),
        (1.85, 26.0),
        (1.85, 26.2),
        (1.55, 27.2),
        (1.55, 31.0),
        (1.55, 31.2),
        (2.05, 32.6),
        (2.05, 36.2),
    ]
    cone = [(2.05 * math.sqrt(max(1 - (k / 9) ** 1.7, 0)), 36.2 + 5.8 * k / 9) for k in range(1, 10)]
    kinds = [2, 0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 1, 0, *[0] * 9]
    turned(hull, core + cone, 28, [shell, stripe, dark], kinds, crease=30, tint=panels)
    for side in (-1, 1):
        with hull.place((side * 3.05, 0, 0)):
            booster = [
                (0.8, 1.6),
                (1.12, 2.4),
                (1.12, 14.0),
                (1.12, 14.3),
                (1.12, 15.0),
                (0.95, 16.6),
                (0.55, 18.2),
                (0.0, 19.2),
            ]
            turned(hull, booster, 20, [shell, stripe], [0, 0, 1, 0, 1, 1, 1], tint=panels)
            turned(hull, [(0.5, 1.7), (0.85, 0.4), (0.8, 0.4), (0.45, 1.7)], 16, dark, caps=(False, False))
            box(hull, (-side * 0.6, 14.2, 0), (0.5, 0.12, 0.2), dark)
            box(hull, (-side * 0.6, 3.4, 0), (0.5, 0.12, 0.2), dark)
    for k in range(4):
        a = math.pi / 4 + k * math.pi / 2
        with hull.place((0.78 * math.cos(a), 0, 0.78 * math.sin(a))):
            turned(
                hull,
                [(0.35, 2.4), (0.45, 1.7), (0.72, 0.35), (0.68, 0.35), (0.4, 1.7)],
                14,
                Stuff((0.16, 0.13, 0.11), 0.6),
                caps=(False, False),
            )
        with hull.place(turn=a):  # Fins at the foot.
            box(hull, (1.95, 4.0, 0), (0.55, 1.2, 0.07), dark, 0.05, taper=(0.35, 1.0))
    for z in (-1, 1):  # Upright letters on the tank, as bars.
        for k in range(5):
            box(hull, (0, 22.5 - 1.5 * k, z * 1.845), (0.38, 0.42, 0.03), stripe, 0.0)
    _fire(hull, casting, [(0.0, 1.0, 1.5), (-3.05, 0.6, 0.85), (3.05, 0.6, 0.85)])

    def lamps(t: float) -> Floats:
        if casting.action in ("stand", "float", "drift"):
            return np.zeros((0, 6), np.float32)
        thrust = _thrust(casting.action, t) * (1 + 0.06 * math.sin(41 * t) + 0.05 * math.sin(67 * t))
        strong = 900.0 * thrust
        return np.array([[0.0, -7.0, -4.0, strong, 0.62 * strong, 0.26 * strong]], np.float32)

    return hull.build(lamps, _exhaust(casting, 4.0))


def _thrust(action: str, t: float) -> float:
    """0…1: on the pad it builds up in half a second."""
    return min(t / IGNITION + 0.15, 1.0) if action == "launch" else 1.0


def _storybook(casting: Casting) -> RigidBody:
    """A plump pointed rocket with three fins and a porthole, 40 m like the others."""
    hull = Hull(casting.detail)
    accent = paint(casting, ACCENTS, 0.8)
    shell = Stuff((0.70, 0.70, 0.70), 0.8)
    u = np.linspace(0, 1, hull.n(30, 10))
    radius = 6.2 * np.sin(np.pi * (0.14 + 0.86 * u)) ** 0.85 * (1 - 0.25 * u)
    radius[-1] = 0.0
    y = 5.0 + 36.0 * u
    which = np.where((u[:-1] > 0.72) | (u[:-1] < 0.07), 1, 0)
    which[(u[:-1] > 0.34) & (u[:-1] < 0.37)] = 1
    turned(hull, np.stack([radius, y], 1), 30, [shell, accent], which, crease=40)
    turned(hull, [(2.4, 5.0), (3.0, 2.6), (2.8, 2.6), (2.2, 5.0)], 20, STEEL, caps=(False, False))
    for k in range(3):
        with hull.place(turn=2 * math.pi * k / 3):
            edge = np.array([(0, 15.5, 4.6), (0, 10.0, 9.6), (0, 0.0, 11.0), (0, 3.0, 8.4), (0, 6.5, 3.2)])
            for side in (-1, 1):
                rows = np.stack(
                    [edge + [side * 0.35, 0, 0], np.broadcast_to(edge.mean(axis=0) + [side * 0.55, 0, 0], edge.shape)]
                )
                hull.grid(rows, accent, wrap=True, toward=(side, 0, 0))
            rim = np.stack([edge + [-0.35, 0, 0], edge + [0.35, 0, 0]])
            hull.grid(rim, accent, wrap=True)
    for turn in (0.0, math.pi / 2, math.pi, 1.5 * math.pi):
        with hull.place(turn=turn):
            at = (0, 25.0, 5.55)
            turned(hull, [(1.9, -0.5), (1.9, 0.35), (1.5, 0.5), (1.45, 0.2)], 20, STEEL, centre=at, axis="z")
            ball(
                hull,
                (at[0], at[1], at[2] + 0.1),
                (1.45, 1.45, 0.25),
                Stuff(GLASS.colour, 1.0, 0.0, (0.9, 0.75, 0.4) if casting.night else (0, 0, 0)),
                14,
            )
    _fire(hull, casting, [(0.0, 3.0, 2.6)])
    return hull.build(
        lambda t: (
            np.array([[0.0, -6.0, -4.0, 700.0, 430.0, 180.0]])
            if casting.action in ("launch", "fly", "rise")
            else np.zeros((0, 6))
        ),
        _exhaust(casting, 4.5),
    )


def _fire(hull: Hull, casting: Casting, nozzles: list[tuple[float, float, float]]) -> None:
    """The flames of the nozzles, (x, y, radius)."""
    action = casting.action
    if action in ("stand", "float", "drift"):
        return
    launch = action == "launch"
    for x, y, radius in nozzles:
        long = 15.0 * radius if launch else 9.0 * radius
        share = np.array([0.0, 0.03, 0.10, 0.22, 0.36, 0.52, 0.68, 0.82, 0.93, 1.0])
        width = np.array([0.55, 0.72, 0.95, 1.08, 1.10, 1.0, 0.82, 0.58, 0.30, 0.0]) * radius
        shape = np.stack([width, y - share * long], 1)

        def glow(points: Doubles, y: float = y, long: float = long) -> Doubles:
            down = np.clip((y - points[:, 1]) / long, 0, 1)[:, None]
            hot = np.clip(1 - down / 0.45, 0, 1)
            rest = np.clip((down - 0.35) / 0.65, 0, 1)
            return np.asarray(
                hot * np.array([15.0, 12.5, 9.0])
                + (1 - hot) * (np.array([9.0, 4.6, 1.2]) * (1 - rest) + np.array([3.0, 0.9, 0.12]) * rest)
            )

        with hull.part(bend=_burning(x, y, long, launch)):
            turned(hull, shape[::-1], 16, Stuff((0, 0, 0), 0.0), centre=(x, 0, 0), crease=90, glow=glow)


def _exhaust(casting: Casting, breadth: float) -> tuple[Plume, ...]:
    """The smoke of a launch from engines `breadth` m wide: down, out over the ground, and hanging where it has been."""
    if casting.action != "launch" or casting.detail == 0:
        return ()
    return (
        Plume(
            mouth=(0.0, 1.0, 0.0),
            velocity=(0.0, -64.0, 0.0),
            every=0.034 if casting.detail == 2 else 0.09,
            life=9.0,
            radius=1.15 * breadth,
            growth=1.35 * breadth,
            spread=0.16,
            drag=1.7,
            buoyancy=0.5,
            albedo=0.82,
            opacity=0.85,
            fire=(1.25, 0.66, 0.26),
            reach=14.0,
            ignites=True,
        ),
    )


def _burning(x: float, y: float, long: float, launch: bool) -> Bend:
    """A jet that flutters: knots of light run down it; on the pad it grows with the thrust."""

    def bend(t: float, travelled: float, vertices: Floats, normals: Floats) -> tuple[Floats, Floats]:
        down = np.clip((y - vertices[:, 1]) / np.float32(long), 0, 1)
        thrust = _thrust("launch" if launch else "fly", t)
        # Before the tower is cleared the flame is turned aside by the ground.
        room = min((travelled + 2.0) / long, 1.0) if launch else 1.0
        stretch = thrust * room * (1 + 0.05 * math.sin(37 * t) + 0.04 * math.sin(59 * t))
        swell = 1 + 0.16 * np.sin(2 * np.pi * (3.0 * down - math.fmod(9.0 * t, 1.0))) * down
        swell = swell * (1 + 0.10 * np.sin(2 * np.pi * (7.0 * down - math.fmod(13.0 * t, 1.0))) * down)
        out = vertices.copy()
        out[:, 0] = x + (vertices[:, 0] - x) * swell
        out[:, 2] = vertices[:, 2] * swell
        out[:, 1] = y - down * long * stretch
        return np.asarray(out, np.float32), normals

    return bend


ROWS = (
    Subject(
        "rocket",
        build_rocket,
        "space",
        HEIGHT,
        HEIGHT,
        {"launch": 0.0, "fly": 30.0, "rise": 12.0, "drift": 1.0, "float": 0.0, "land": 12.0, "stand": 0.0},
    ),
)
