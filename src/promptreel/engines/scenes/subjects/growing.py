"""Mushrooms, cactuses, pumpkins and lanterns carved of them."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, tube, turned
from promptreel.engines.scenes.craft.hull import Doubles, Floats, Hull, RigidBody, Stuff, stuff
from promptreel.engines.scenes.stage import Casting, Subject

CAPS = np.array([(0.48, 0.020, 0.014), (0.30, 0.15, 0.06), (0.50, 0.26, 0.09)])
GLOWS = np.array([(0.20, 0.75, 0.95), (0.25, 0.85, 0.45), (0.60, 0.35, 0.95)])
FLESH = Stuff((0.66, 0.60, 0.48), 0.15, 0.25)
STALK = Stuff((0.16, 0.19, 0.045), 0.1)


def build_mushroom(casting: Casting) -> RigidBody:
    """A cluster of toadstools: bell caps with warts and gills on bent stems. Those that glow light the ground."""
    hull = Hull(casting.detail)
    rng = casting.rng
    kind = int(rng.integers(3))
    colour = CAPS[kind] if casting.colour is None else np.asarray(casting.colour, float)
    shine = (GLOWS[kind] if casting.colour is None else colour) if "glowing" in casting.qualities else np.zeros(3)
    warts = casting.colour is not None or kind == 0
    cap = stuff(colour, 0.45, 0.1, 0.32 * shine)
    flesh = FLESH.lit(0.07 * shine)
    gills = Stuff((0.58, 0.50, 0.36), 0.05, 0.2).lit(0.9 * shine)
    spots = [(0.0, 0.0, 1.0)]
    for k in range((1, 3, 5)[casting.detail]):
        a = 2.4 * k + float(rng.uniform(-0.4, 0.4))
        reach = float(rng.uniform(0.085, 0.14))
        spots.append((reach * math.cos(a), reach * math.sin(a), float(rng.uniform(0.38, 0.68))))
    for x, z, size in spots:
        high, wide = 0.20 * size, 0.105 * size * float(rng.uniform(0.85, 1.15))
        lean = rng.uniform(-0.02, 0.02, 2) * size
        stem = [(x, 0.0, z), (x + 0.4 * lean[0], 0.5 * high, z + 0.4 * lean[1]), (x + lean[0], high, z + lean[1])]
        tube(hull, stem, np.array([0.026, 0.017, 0.015]) * size, flesh, 12)
        turned(
            hull,
            [(0.024 * size, 0.62 * high), (0.017 * size, 0.72 * high)],
            12,
            flesh,
            centre=(x + 0.6 * lean[0], 0.0, z + 0.6 * lean[1]),
        )
        with hull.place((x + lean[0], high, z + lean[1]), pitch=float(lean[1]) * 8, roll=-float(lean[0]) * 8):
            dome = [(1.0, -0.10), (1.02, -0.02), (0.94, 0.22), (0.72, 0.48), (0.40, 0.64), (0.0, 0.70)]
            turned(hull, [(0.15 * wide, 0.0), (0.98 * wide, -0.09 * wide)], 30, gills, crease=20)
            turned(hull, [(wide * r, wide * y) for r, y in dome], 30, cap, crease=75, caps=(False, False))
            for n in range(14 if warts and casting.detail else 0):
                turn, out = 2.4 * n, 0.92 * math.sqrt((n + 0.5) / 14)
                y = float(np.interp(out, [0.0, 0.40, 0.72, 0.94], [0.70, 0.64, 0.48, 0.22]))
                place = (wide * out * math.cos(turn), wide * y, wide * out * math.sin(turn))
                ball(hull, place, wide * np.array([0.075, 0.035, 0.075]), Stuff((0.72, 0.70, 0.62), 0.1), 8)
    if not shine.any():
        return hull.build()
    lamps = np.array([[0.0, 0.26, 0.0, *(0.05 * shine)]], np.float32)

    def light(_t: float) -> Floats:
        return lamps

    return hull.build(light)


def _ribbed(hull: Hull, path: Doubles, radii: Doubles, ribs: int, what: Stuff) -> None:
    """A column along `path` with furrows along it, rounded at its end."""
    steps = np.gradient(path, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    one = np.cross(steps, [0.0, 0.0, 1.0])
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    two = np.cross(steps, one)
    angle = np.arange(hull.n(4 * ribs, ribs)) * (2 * np.pi / hull.n(4 * ribs, ribs))
    furrow = 1 + 0.11 * np.cos(ribs * angle)
    ring = (one[:, None] * np.cos(angle)[:, None] + two[:, None] * np.sin(angle)[:, None]) * furrow[:, None]

    def shade(points: Doubles) -> Doubles:
        """Darker in the furrows, where the spines do not catch the light."""
        nearest = np.linalg.norm(points[:, None] - path[None], axis=2)
        row = nearest.argmin(axis=1)
        return np.asarray(0.72 + 0.38 * np.clip(nearest.min(axis=1) / np.maximum(radii[row], 1e-3) - 0.55, 0, 0.7))

    hull.grid(path[:, None] + radii[:, None, None] * ring, what, wrap=True, crease=70, tint=shade)


def build_cactus(casting: Casting) -> RigidBody:
    """A saguaro: a ribbed column, one to three arms that bend upward, a few flowers at the tips."""
    hull = Hull(casting.detail)
    rng = casting.rng
    skin = stuff((0.10, 0.20, 0.065) if casting.colour is None else casting.colour, 0.15)
    high = float(rng.uniform(2.3, 2.8))
    tips = [(0.0, high, 0.0)]

    def rounded(radius: float, number: int) -> Doubles:
        u = np.linspace(0, 1, number)
        return np.asarray(
            radius * (0.9 + 0.1 * np.sin(np.pi * u)) * np.sqrt(np.clip(1 - (np.clip(u - 0.9, 0, 1) / 0.1) ** 2, 0.0, 1))
        )

    rows = hull.n(26, 9)
    trunk = np.stack([np.zeros(rows), high * np.sin(np.linspace(0, 0.5 * np.pi, rows)) ** 0.9, np.zeros(rows)], 1)
    trunk[:, 1] = np.interp(np.linspace(0, 1, rows), [0, 0.9, 1], [0, high - 0.16, high])
    _ribbed(hull, trunk, rounded(0.19, rows), 13, skin)
    for k in range(int(rng.integers(2, 4))):
        side, low = (-1.0, 1.0, -1.0)[k], float(rng.uniform(0.75, 1.25)) + 0.25 * (k == 2)
        out, up = float(rng.uniform(0.42, 0.58)), float(rng.uniform(0.55, 0.95))
        turn = float(rng.uniform(-0.5, 0.5))
        bend = np.linspace(0, 0.5 * np.pi, hull.n(10, 5))
        arc = np.stack([side * (0.12 + (out - 0.12) * np.sin(bend)), low + 0.30 * (1 - np.cos(bend)), 0 * bend], 1)
        rise = np.linspace(0, 1, hull.n(12, 5))[1:, None]
        arm = np.concatenate([arc, arc[-1] + rise * [0.0, up, 0.0]])
        arm = arm @ np.array([[math.cos(turn), 0, -math.sin(turn)], [0, 1, 0], [math.sin(turn), 0, math.cos(turn)]])
        _ribbed(hull, arm, rounded(0.115, len(arm)), 10, skin)
        tips.append(tuple(arm[-1]))
    for x, y, z in tips if casting.detail else ():
        for n in range(3):
            a = 2.1 * n + float(rng.uniform(0, 1))
            centre = (x + 0.05 * math.cos(a), y + 0.005, z + 0.05 * math.sin(a))
            ball(hull, centre, (0.035, 0.024, 0.035), Stuff((0.66, 0.24, 0.34), 0.1, 0.3), 8)
    return hull.build()


def build_pumpkin(casting: Casting, *, carved: bool = False) -> RigidBody:
    """A pumpkin with its furrows and a bent stalk; `carved` with a grinning face and a candle inside."""
    hull = Hull(casting.detail)
    rng = casting.rng
    rind = stuff((0.58, 0.19, 0.018) if casting.colour is None else casting.colour, 0.4)
    phase, wide = float(rng.uniform(0, 0.6)), float(rng.uniform(0.19, 0.215))
    number = hull.n(80, 20)
    angle = np.arange(number) * (2 * np.pi / number)
    u = np.linspace(0, 1, hull.n(26, 9))
    rise = np.pi * (u - 0.5)
    out = wide * np.cos(rise) ** 0.75
    y = 0.145 + 0.145 * np.sin(rise) - 0.05 * np.exp(-(((1 - u) / 0.10) ** 2))
    out[0] = out[-1] = 0.001
    furrow = 1 - 0.10 * np.abs(np.cos(5 * angle + phase)) ** 6
    points = np.stack(
        [
            out[:, None] * furrow * np.cos(angle),
            np.broadcast_to(y[:, None], (len(u), number)),
            out[:, None] * furrow * np.sin(angle),
        ],
        -1,
    )

    def cut(points: Doubles) -> Doubles:
        """1 inside the eyes, the nose and the jagged mouth on its front (z > 0)."""
        x, v = points[:, 0] / wide, (points[:, 1] - 0.145) / 0.145
        eyes = (np.abs(np.abs(x) - 0.40) < 0.20 * (1 - (v - 0.12) / 0.42)) & (v > 0.12) & (v < 0.54)
        nose = (np.abs(x) < 0.10 * (1 - (v + 0.14) / 0.20)) & (v > -0.14) & (v < 0.06)
        teeth = 0.07 * (np.sin(x * 17) > 0.35)
        smile = -0.42 + 0.34 * x**2
        mouth = (np.abs(x) < 0.66) & (v > smile - 0.10 + 0.5 * teeth) & (v < smile + 0.13 - teeth)
        return np.asarray((points[:, 2] > 0) & (eyes | nose | mouth), float)

    def tint(points: Doubles) -> Doubles:
        streak = 0.92 + 0.10 * np.sin(np.arctan2(points[:, 2], points[:, 0]) * 40 + 9 * points[:, 1])
        return np.asarray(streak * (1 - 0.3 * cut(points)))

    lit = np.array([2.6, 1.25, 0.25])
    hull.grid(points, rind, wrap=True, crease=70, tint=tint)
    if carved:
        # The face is finer than the furrows: a patch of its own before the front.
        fine = hull.n(76, 16)
        across, up = np.meshgrid(np.linspace(-0.80, 0.80, fine), np.linspace(-0.62, 0.62, fine))
        x, v = across * wide, 0.145 + 0.145 * up
        radius = np.interp(v, y, out)
        a = np.arctan2(np.sqrt(np.clip(radius**2 - x**2, 1e-6, None)), x)
        scale = (1 - 0.10 * np.abs(np.cos(5 * a + phase)) ** 6) * radius + 0.002
        face = np.stack([scale * np.cos(a), v, scale * np.sin(a)], -1)
        middle = (face[:-1, :-1] + face[1:, 1:]) / 2
        inside = cut(middle.reshape(-1, 3)).reshape(middle.shape[:2]).astype(int)
        hull.grid(face, [rind, Stuff((0.4, 0.2, 0.05), 0.1).lit(lit)], inside, toward=(0, 0, 1), crease=70)
    stalk = [(0.0, 0.22, 0.0), (0.005, 0.29, 0.0), (0.03, 0.335, 0.01), (0.065, 0.35, 0.01)]
    tube(hull, stalk, [0.036, 0.020, 0.017, 0.022], STALK, 8)
    if not carved:
        return hull.build()

    def light(t: float) -> Floats:
        strong = 0.05 * (1 + 0.15 * math.sin(11 * t) * math.sin(7.3 * t + 1))
        return np.array([[0.0, 0.16, 0.42, 1.0 * strong, 0.5 * strong, 0.12 * strong]], np.float32)

    return hull.build(light)


def build_jack_o_lantern(casting: Casting) -> RigidBody:
    """A pumpkin with a face and a candle."""
    return build_pumpkin(casting, carved=True)


ROWS = (
    Subject("mushroom", build_mushroom, "ground", 0.32, 0.28, {"stand": 0.0, "glow": 0.0}, group=7),
    Subject("cactus", build_cactus, "ground", 2.6, 2.6, {"stand": 0.0}, group=5),
    Subject("pumpkin", build_pumpkin, "ground", 0.42, 0.35, {"stand": 0.0}, group=5),
    Subject("jack_o_lantern", build_jack_o_lantern, "ground", 0.42, 0.35, {
        "stand": 0.0, "glow": 0.0, "burn": 0.0, "flicker": 0.0,
    }, group=5),
)  # fmt: skip
