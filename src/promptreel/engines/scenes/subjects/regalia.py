"""Swords and crowns."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, tube, turned
from promptreel.engines.scenes.craft.hull import CHROME, GOLD, Hull, RigidBody, Stuff
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

JEWELS = np.array([(0.45, 0.008, 0.02), (0.02, 0.10, 0.45), (0.01, 0.28, 0.08)])


def build_sword(casting: Casting) -> RigidBody:
    """A knight's sword that stands with its point in a stone: a fullered blade, a gilt guard, a grip bound with wire."""
    hull = Hull(casting.detail)
    rng = casting.rng
    steel = Stuff((0.62, 0.64, 0.67), 0.95)
    if "glowing" in casting.qualities:
        steel = steel.lit((0.35, 0.75, 1.3) if casting.colour is None else np.asarray(casting.colour, float) * 2.0)
    hilt = paint(casting, np.array([(0.62, 0.40, 0.12), (0.34, 0.35, 0.37)]), 0.85)
    low, top = 0.16, 1.05
    rows = []
    for q in np.linspace(0, 1, 22):
        y = low + (top - low) * q
        half = 0.020 + 0.007 * q
        # A lens with a groove along its middle, from edge to edge and back.
        section = [(-1, 0), (-0.55, 0.0042), (-0.25, 0.0022), (0.25, 0.0022), (0.55, 0.0042), (1, 0),
                   (0.55, -0.0042), (0.25, -0.0022), (-0.25, -0.0022), (-0.55, -0.0042)]  # fmt: skip
        rows.append([(half * u, y, v) for u, v in section])
    hull.grid(rows, steel, wrap=True, crease=18)
    guard = [(0.13 * s, top + 0.012 - 0.022 * s * s, 0.0) for s in np.linspace(-1, 1, 15)]
    tube(hull, guard, [0.013, 0.010, 0.012, 0.010, 0.013], hilt, 12)
    for side in (-1, 1):
        ball(hull, (0.131 * side, top - 0.010, 0), 0.016, hilt, 14)
    leather = Stuff((0.10, 0.045, 0.022), 0.2)
    grip = [
        (0.0135 + 0.0016 * (k % 2) + 0.002 * math.sin(math.pi * k / 20), top + 0.02 + 0.17 * k / 20) for k in range(21)
    ]
    turned(hull, grip, 16, leather, crease=50)
    turned(hull, [(0.0, 1.235), (0.018, 1.237), (0.026, 1.252), (0.026, 1.266), (0.018, 1.281), (0.0, 1.284)], 24, hilt,
           crease=55)  # fmt: skip
    ball(hull, (0, 1.259, 0.024), (0.010, 0.010, 0.006), Stuff(tuple(JEWELS[rng.integers(3)]), 1.0, 0.4), 12)
    # The stone: a lump with broken facets.
    number, phase = hull.n(18, 8), rng.uniform(0, 6.28, 4)
    a = np.arange(number) * (2 * np.pi / number)
    rings = []
    for r, y in ((0.40, 0.0), (0.39, 0.06), (0.33, 0.13), (0.22, 0.19), (0.10, 0.215), (0.0, 0.22)):
        bump = (
            1
            + 0.10 * np.sin(3 * a + phase[0] + 9 * y)
            + 0.08 * np.sin(5 * a + phase[1])
            + 0.05 * np.sin(8 * a + phase[2])
        )
        rings.append(
            np.stack([r * bump * np.cos(a), y * (1 + 0.12 * np.sin(2 * a + phase[3])), 0.85 * r * bump * np.sin(a)], 1)
        )
    hull.grid(rings, Stuff((0.21, 0.20, 0.185), 0.05), wrap=True, crease=12, toward=(0, 1, 0))
    return hull.build()


def build_crown(casting: Casting) -> RigidBody:
    """A crown of gold on a velvet cushion: a jewelled band, fleurons with pearls, a red cap inside."""
    hull = Hull(casting.detail)
    metal = GOLD if casting.colour is None else paint(casting, np.array([(0.7, 0.45, 0.1)]), 0.9)
    if "silver" in casting.qualities:
        metal = CHROME
    velvet = Stuff((0.20, 0.012, 0.035), 0.03)
    u = np.linspace(-1, 1, hull.n(25, 9))
    x, z = np.meshgrid(u, u)
    soft = np.clip(1 - np.maximum(np.abs(x), np.abs(z)) ** 3, 0, 1) ** 0.5
    pull = 1 - 0.10 * (1 - x**2) * (z**2) - 0.10 * (1 - z**2) * (x**2)
    for side, thick in ((1, 0.038), (-1, 0.036)):
        top = np.stack([0.165 * x * pull, 0.038 + side * thick * soft, 0.165 * z * pull], -1)
        hull.grid(top, velvet, toward=(0, side, 0), crease=80)
    for sx in (-1, 1):
        for sz in (-1, 1):
            ball(hull, (0.165 * sx, 0.038, 0.165 * sz), (0.012, 0.012, 0.012), GOLD, 10)
            tube(hull, [(0.168 * sx, 0.034, 0.168 * sz), (0.182 * sx, 0.008, 0.182 * sz)], [0.004, 0.009], GOLD, 8)
    low, r = 0.070, 0.092
    band = [(r, low), (r + 0.004, low + 0.003), (r + 0.001, low + 0.008), (r + 0.001, low + 0.026), (r + 0.005, low + 0.030),
            (r + 0.001, low + 0.034), (r - 0.004, low + 0.034), (r - 0.004, low)]  # fmt: skip
    turned(hull, band, 64, metal, crease=45, caps=(False, False))
    number = hull.n(96, 24)
    a = np.arange(number) * (2 * np.pi / number)
    wave = 0.5 + 0.5 * np.cos(8 * a)
    high = 0.012 + 0.058 * wave**1.6
    for inner, toward in ((0.0, 1.0), (-0.003, -1.0)):
        rows = []
        for q in np.linspace(0, 1, 8):
            lean = r + inner + 0.016 * q * wave
            rows.append(np.stack([lean * np.cos(a), low + 0.033 + high * q, lean * np.sin(a)], 1))
        hull.grid(rows if toward > 0 else rows[::-1], metal, wrap=True, crease=60)
    cap = [
        (r - 0.005, low + 0.020),
        (r - 0.012, low + 0.045),
        (r - 0.035, low + 0.068),
        (0.03, low + 0.078),
        (0.0, low + 0.080),
    ]
    turned(hull, cap, 36, velvet.times(1.3), crease=80)
    for k in range(8):
        b = 2 * math.pi * k / 8
        c, s = math.cos(b), math.sin(b)
        ball(hull, ((r + 0.018) * c, low + 0.108, (r + 0.018) * s), 0.0085, Stuff((0.74, 0.72, 0.68), 0.9), 12)
        half = b + math.pi / 8
        ball(hull, ((r + 0.001) * math.cos(half), low + 0.050, (r + 0.001) * math.sin(half)), 0.005, metal, 10)
        gem = Stuff(tuple(JEWELS[k % 3]), 1.0, 0.5)
        with hull.place(((r + 0.003) * c, low + 0.017, (r + 0.003) * s), turn=math.pi / 2 - b):
            ball(hull, (0, 0, 0), (0.010, 0.0075, 0.004), gem, 12)
        ball(hull, ((r + 0.003) * math.cos(half), low + 0.017, (r + 0.003) * math.sin(half)), 0.0048,
             Stuff((0.74, 0.72, 0.68), 0.9), 8)  # fmt: skip
    return hull.build()


ROWS = (
    Subject("sword", build_sword, "ground", 1.284, 1.284, {"stand": 0.0, "glow": 0.0}, group=2),
    Subject("crown", build_crown, "table", 0.36, 0.187, {"stand": 0.0}, group=2),
)
