"""Bottles, glasses of wine, teapots."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, sheet, tube, turned
from promptreel.engines.scenes.craft.hull import GOLD, Doubles, Hull, RigidBody, Stuff
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

BOTTLES = np.array([(0.012, 0.050, 0.018), (0.070, 0.024, 0.006), (0.020, 0.055, 0.060)])
GLAZES = np.array([(0.66, 0.64, 0.58), (0.05, 0.15, 0.34), (0.10, 0.22, 0.16), (0.46, 0.07, 0.04), (0.09, 0.06, 0.05)])
SHINE = Stuff((0.50, 0.52, 0.55), 1.0, 0.5, (0.10, 0.105, 0.11))
"""Clear glass is seen by what it mirrors only: bright lines, and nothing between them."""


def build_bottle(casting: Casting) -> RigidBody:
    """A wine bottle of dark glass with a label and a foil over the cork; a long streak of window light down its side."""
    hull = Hull(casting.detail)
    glass = paint(casting, BOTTLES, 0.95)
    glass = Stuff(glass.colour, 0.95, 0.25)
    foil = GOLD if casting.rng.random() < 0.4 else Stuff((0.20, 0.015, 0.02), 0.6)
    body = [(0.0, 0.006), (0.030, 0.0), (0.036, 0.003), (0.0375, 0.012), (0.0375, 0.185), (0.0360, 0.200), (0.030, 0.217),
            (0.020, 0.232), (0.0155, 0.243), (0.0140, 0.256)]  # fmt: skip
    turned(hull, body, 48, glass, crease=50)
    neck = [(0.0146, 0.250), (0.0142, 0.285), (0.0160, 0.288), (0.0160, 0.296), (0.0135, 0.299), (0.0, 0.2995)]
    turned(hull, neck, 32, foil, crease=45)

    def print_(points: Doubles) -> Doubles:
        """A label: a frame, a crest, lines of print."""
        turn, y = np.arctan2(points[:, 0], points[:, 2]), points[:, 1]
        frame = (np.abs(y - 0.105) > 0.042) | (np.abs(turn) > 1.08)
        crest = (turn * 0.0375) ** 2 + (y - 0.128) ** 2 < 0.010**2
        lines = (np.sin(y * 900) > 0.45) & (y < 0.108) & (np.abs(turn) < 0.75 + 0.2 * np.sin(y * 300))
        return np.where(frame[:, None], (0.55, 0.42, 0.20), np.where(crest[:, None], (0.45, 0.08, 0.06),
                        np.where(lines[:, None], 0.42, 1.0) * np.ones(3)))  # fmt: skip

    turn = np.linspace(-1.15, 1.15, hull.n(56, 8))
    height = np.linspace(0.06, 0.15, hull.n(48, 4))
    label = [[(0.0381 * math.sin(a), y, 0.0381 * math.cos(a)) for a in turn] for y in height]
    hull.grid(label, Stuff((0.70, 0.66, 0.56), 0.05), toward=(0, 0, 1), crease=80, tint=print_)
    for a, wide in ((-0.62, 0.0024), (2.2, 0.0014)):
        x, z = math.sin(a), math.cos(a)
        streak = [(0.0377 * x, 0.165, 0.0377 * z), (0.0377 * x, 0.188, 0.0377 * z), (0.0330 * x, 0.212, 0.0330 * z),
                  (0.0205 * x, 0.232, 0.0205 * z), (0.0150 * x, 0.246, 0.0150 * z)]  # fmt: skip
        tube(hull, streak, [0.0003, wide, 0.0002], SHINE, 6, flatten=0.3)
    return hull.build()


def build_wine_glass(casting: Casting) -> RigidBody:
    """A stemmed glass, two fifths full of wine: the wine is solid, the glass above it only outlines and reflections."""
    hull = Hull(casting.detail)
    wine = paint(casting, np.array([(0.17, 0.006, 0.016)]), 0.85)
    wine = Stuff(wine.colour, 0.85, 0.45)
    clear = Stuff((0.46, 0.48, 0.50), 1.0, 0.6, (0.03, 0.032, 0.034))
    turned(hull, [(0.0, 0.0), (0.034, 0.0), (0.0345, 0.0012), (0.018, 0.0035), (0.006, 0.008), (0.0, 0.009)], 44, clear,
           crease=50)  # fmt: skip
    stem = [(0.0055, 0.007), (0.0036, 0.022), (0.0032, 0.060), (0.0042, 0.088), (0.0075, 0.096), (0.0, 0.0965)]
    turned(hull, stem, 18, clear, crease=60)

    def bowl(y: float) -> float:
        """The inside radius of the bowl at a height."""
        return float(np.interp(y, [0.096, 0.100, 0.108, 0.120, 0.138, 0.158, 0.180, 0.205],
                               [0.004, 0.015, 0.026, 0.0345, 0.0395, 0.0395, 0.0365, 0.0310]))  # fmt: skip

    surface = 0.142
    levels = np.linspace(0.0965, surface, 12)
    turned(hull, [(bowl(y), y) for y in levels] + [(0.0, surface)], 44, wine, crease=50)
    turned(hull, [(bowl(surface) - 0.0012, surface + 0.0004), (bowl(surface) + 0.0002, surface + 0.0010)], 44, SHINE,
           caps=(False, False))  # fmt: skip
    rim = bowl(0.205)
    turned(hull, [(rim - 0.0007, 0.2046), (rim, 0.2055), (rim + 0.0007, 0.2046)], 56, SHINE, caps=(False, False))
    # The outline of the bowl, wherever one stands: thin uprights all around, four of them wide as mirrored windows.
    for k in range(hull.n(40, 8)):
        a = 2 * math.pi * k / hull.n(40, 8)
        wide = 0.0030 if k % 10 == 3 else 0.00028
        high = np.linspace(surface if wide < 0.001 else 0.150, 0.204 if wide < 0.001 else 0.192, 8)
        line = [((bowl(y) + 0.0004) * math.cos(a), y, (bowl(y) + 0.0004) * math.sin(a)) for y in high]
        tube(hull, line, [0.0002, wide, 0.0002], SHINE if wide > 0.001 else clear, 4, flatten=0.25)
    return hull.build()


def build_teapot(casting: Casting) -> RigidBody:
    """A round teapot: a bellied body, a lid with a knob, a curved spout and a handle, a painted band."""
    hull = Hull(casting.detail)
    glaze = paint(casting, GLAZES, 0.9)
    band = Stuff((0.60, 0.42, 0.14), 0.8) if max(glaze.colour) < 0.5 else Stuff((0.07, 0.14, 0.30), 0.85)
    body = [(0.0, 0.004), (0.042, 0.0), (0.046, 0.004), (0.046, 0.008), (0.066, 0.022), (0.082, 0.045), (0.087, 0.068),
            (0.086, 0.074), (0.080, 0.092), (0.064, 0.112), (0.044, 0.124), (0.041, 0.127), (0.0, 0.128)]  # fmt: skip
    turned(hull, body, 52, [glaze, band], [0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0], crease=60)
    lid = [(0.044, 0.127), (0.043, 0.131), (0.034, 0.139), (0.016, 0.145), (0.007, 0.147), (0.0055, 0.151)]
    turned(hull, lid, 40, [glaze, band], [1, 0, 0, 0, 0], crease=60)
    ball(hull, (0, 0.1575, 0), 0.0095, band, 16)
    spout = [(0.072, 0.048, 0), (0.098, 0.060, 0), (0.113, 0.084, 0), (0.122, 0.108, 0), (0.138, 0.124, 0)]
    curve = [np.interp(np.linspace(0, 4, 15), range(5), [p[k] for p in spout]) for k in range(3)]
    tube(hull, np.stack(curve, 1), [0.024, 0.019, 0.014, 0.010, 0.0085], glaze, 16)
    handle = [(-0.072 - 0.052 * math.sin(a), 0.072 + 0.040 * math.cos(a), 0.0) for a in np.linspace(0.12, 2.98, 18)]
    tube(hull, handle, [0.0085, 0.0070, 0.0070, 0.0085], glaze, 12)
    petals = []
    for k in range(0 if hull.detail == 0 else 10):
        a = 2 * math.pi * k / 10 + 0.2
        x, z = math.cos(a), math.sin(a)
        petals.append((0.0865 * x, 0.058, 0.0865 * z))
    for x, y, z in petals:
        ball(hull, (x, y, z), (0.0045, 0.0045, 0.0045), band, 8)
    if hull.detail:
        steam = [[(0.150 + 0.004 * math.sin(6 * q) + s, 0.126 + 0.05 * q, 0.003 * math.sin(5 * q)) for s in (-w, w)]
                 for q, w in ((q, 0.0008 * math.sin(math.pi * min(q * 1.02, 1))) for q in np.linspace(0, 1, 12))]  # fmt: skip
        mist = Stuff((0.40, 0.40, 0.40), 0.0, 0.9).lit(0.03 if casting.night else 0.10)
        sheet(hull, steam, mist, toward=(0, 0, 1), thick=0.0002)
    return hull.build()


ROWS = (
    Subject("bottle", build_bottle, "table", 0.30, 0.30, {"stand": 0.0}, group=3),
    Subject("wine_glass", build_wine_glass, "table", 0.206, 0.206, {"stand": 0.0}, group=2),
    Subject("teapot", build_teapot, "table", 0.278, 0.176, {"stand": 0.0}, group=2),
)
