"""Candles and lanterns: small lights that things around are lit by."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import tube, turned
from promptreel.engines.scenes.craft.hull import (
    BLACK,
    GOLD,
    STEEL,
    Doubles,
    Floats,
    Hull,
    RigidBody,
    Stuff,
    hinge,
    stuff,
)
from promptreel.engines.scenes.craft.plumes import flame
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

WAXES = np.array([(0.72, 0.62, 0.44), (0.70, 0.66, 0.58), (0.55, 0.10, 0.07), (0.62, 0.52, 0.30)])
PAPERS = np.array([(0.72, 0.10, 0.05), (0.78, 0.58, 0.30), (0.80, 0.40, 0.12)])


def flicker(t: float, phase: float = 0.0) -> float:
    """How bright a small flame is, near 1: slow breathing and quick shivers that do not repeat within a shot."""
    return 1 + 0.07 * math.sin(5.1 * t + phase) + 0.05 * math.sin(11.7 * t + 2 * phase) + 0.04 * math.sin(23.3 * t)


def build_candle(casting: Casting) -> RigidBody:
    """A pillar candle 0.2 m high on a brass dish, its rim molten, tears of wax down its side."""
    hull = Hull(casting.detail)
    rng = casting.rng
    wax = stuff(paint(casting, WAXES).colour, 0.45, 0.5)
    high, radius = float(rng.uniform(0.145, 0.165)), 0.034
    burning = casting.action != "stand"

    def glow(points: Doubles) -> Doubles:
        """Wax lets the light of its flame through: its top shines."""
        down = np.clip((high + 0.012 - points[:, 1]) / high, 0, 1)[:, None]
        tone = np.array(wax.colour) * np.array([1.5, 1.0, 0.55])
        return np.asarray(tone * (0.95 * np.exp(-6.0 * down) + 0.06)) if burning else np.zeros((len(points), 3))

    dish = [(0.0, 0.004), (0.055, 0.004), (0.068, 0.014), (0.071, 0.017), (0.068, 0.011), (0.056, 0.0), (0.0, 0.0)]
    turned(hull, dish, 32, GOLD if "golden" in casting.qualities else Stuff((0.42, 0.28, 0.10), 0.8))
    tube(
        hull,
        [(0.069 + 0.02 * math.sin(a), 0.014 + 0.018 * math.cos(a), 0.0) for a in np.linspace(0.2, 2.9, 8)],
        0.0045,
        Stuff((0.42, 0.28, 0.10), 0.8),
        7,
    )
    number = hull.n(36, 10)
    angle = np.arange(number) * (2 * np.pi / number)
    rim = 0.004 * np.sin(2 * angle + rng.uniform(0, 6)) + 0.003 * np.sin(5 * angle + rng.uniform(0, 6))
    y = np.array([0.006, 0.012, 0.05, 0.09, 0.12, high - 0.012, high - 0.003])
    r = radius * np.array([1.10, 1.03, 1.0, 0.995, 0.99, 0.985, 0.95])
    rows = [
        np.stack([q * np.cos(angle), h + rim * (k > 3), q * np.sin(angle)], 1)
        for k, (q, h) in enumerate(zip(r, y, strict=True))
    ]
    for q, h in ((0.86, 0.002), (0.74, -0.005), (0.4, -0.008), (0.05, -0.008)):
        rows.append(np.stack([radius * q * np.cos(angle), high + h + rim * q**3, radius * q * np.sin(angle)], 1))
    hull.grid(rows, wax, wrap=True, crease=70, glow=glow)
    for k in range(5):  # Tears of wax.
        a, long = float(rng.uniform(0, 6.28)), float(rng.uniform(0.03, 0.10))
        path = [
            (
                radius * 1.0 * math.cos(a + 0.05 * math.sin(3 * q + k)),
                high - 0.004 - long * q,
                radius * 1.0 * math.sin(a + 0.05 * math.sin(3 * q + k)),
            )
            for q in np.linspace(0, 1, 7)
        ]
        tube(hull, path, [0.001, 0.003, 0.0035, 0.005, 0.0045, 0.001], wax, 8)
    tube(hull, [(0, high - 0.008, 0), (0.001, high + 0.006, 0), (0.0035, high + 0.014, 0)], 0.0016, BLACK, 5)
    if burning:
        flame(hull, (0.002, high + 0.006, 0.0), 0.048, 7.0)
    phase = float(rng.uniform(0, 6))

    def lamps(t: float) -> Floats:
        if not burning:
            return np.zeros((0, 6), np.float32)
        strong = 0.11 * flicker(t, phase)
        sway = 0.003 * math.sin(3.1 * t)
        return np.array([[sway, high + 0.05, 0.0, strong, 0.52 * strong, 0.16 * strong]], np.float32)

    return hull.build(lamps)


def build_lantern(casting: Casting) -> RigidBody:
    """A sky lantern of thin paper, or (old, metal, or where it stands or hangs) an iron one with glass."""
    if casting.qualities & {"old", "metal", "glass"} or casting.action in ("stand", "burn"):
        return _storm_lantern(casting)
    hull = Hull(casting.detail)
    rng = casting.rng
    paper = stuff(paint(casting, PAPERS[1:]).colour, 0.05, 0.7)
    phase = float(rng.uniform(0, 6))

    def glow(points: Doubles) -> Doubles:
        up = np.clip(points[:, 1] / 0.95, 0, 1)[:, None]
        tone = np.array(paper.colour) / max(paper.colour)
        crease = 0.88 + 0.12 * np.cos(8 * np.arctan2(points[:, 2], points[:, 0]))[:, None]
        return np.asarray(tone * np.array([1.0, 0.60, 0.27]) * (0.26 + 1.25 * np.exp(-3.4 * up)) * crease)

    with (
        hull.part(hinge("z", (0, 0.5, 0), lambda t, _: 0.06 * math.sin(0.8 * t + phase))),
        hull.part(hinge("x", (0, 0.5, 0), lambda t, _: 0.05 * math.sin(0.67 * t + 2 * phase))),
    ):
        number = hull.n(32, 8)
        angle = np.arange(number) * (2 * np.pi / number)
        profile = [
            (0.215, 0.04),
            (0.235, 0.15),
            (0.285, 0.40),
            (0.310, 0.62),
            (0.300, 0.78),
            (0.250, 0.89),
            (0.150, 0.945),
            (0.0, 0.96),
        ]
        rows = []
        for r, y in profile:
            folds = 1 + 0.018 * np.cos(8 * angle) * min(r / 0.2, 1)
            rows.append(np.stack([r * folds * np.cos(angle), np.full(number, y), r * folds * np.sin(angle)], 1))
        hull.grid(rows, paper, wrap=True, crease=80, glow=glow)
        ring = [(0.217 * math.cos(a), 0.04, 0.217 * math.sin(a)) for a in np.linspace(0, 2 * np.pi, 20)]
        tube(hull, ring, 0.005, Stuff((0.30, 0.18, 0.08), 0.1), 5)
        for a in (0.0, math.pi / 2):
            tube(
                hull,
                [(-0.21 * math.cos(a), 0.04, -0.21 * math.sin(a)), (0.21 * math.cos(a), 0.04, 0.21 * math.sin(a))],
                0.002,
                STEEL,
                4,
            )
        flame(hull, (0, 0.045, 0), 0.16, 8.0)

    def lamps(t: float) -> Floats:
        strong = 0.9 * flicker(t, phase)
        return np.array([[0.0, 0.25, 0.0, strong, 0.55 * strong, 0.20 * strong]], np.float32)

    return hull.build(lamps)


def _storm_lantern(casting: Casting) -> RigidBody:
    hull = Hull(casting.detail)
    iron = paint(casting, np.array([(0.05, 0.05, 0.05), (0.20, 0.12, 0.05)]), 0.55)
    with hull.place(scale=2.1):
        for side in (-1, 1):
            path = [(side * 0.055, 0.05, 0), (side * 0.085, 0.07, 0), (side * 0.085, 0.25, 0), (side * 0.04, 0.285, 0)]
            tube(hull, path, 0.008, iron, 8)
        turned(
            hull,
            [(0.0, 0.0), (0.075, 0.0), (0.082, 0.01), (0.080, 0.045), (0.06, 0.062), (0.035, 0.068), (0.028, 0.09)],
            28,
            iron,
        )
        # Wires guard the glass; the glass itself is seen by its light only.
        for a in np.linspace(0, 2 * np.pi, 9)[:-1]:
            wire = [
                (
                    (0.045 + 0.018 * math.sin(math.pi * q)) * math.cos(a),
                    0.09 + 0.13 * q,
                    (0.045 + 0.018 * math.sin(math.pi * q)) * math.sin(a),
                )
                for q in np.linspace(0, 1, 9)
            ]
            tube(hull, wire, 0.0022, iron, 4)
        turned(
            hull,
            [(0.05, 0.215), (0.055, 0.225), (0.045, 0.25), (0.05, 0.255), (0.05, 0.268), (0.035, 0.29), (0.0, 0.302)],
            24,
            iron,
        )
        tube(
            hull,
            [(0.085 * math.cos(a), 0.25 + 0.13 * math.sin(a), 0) for a in np.linspace(0, math.pi, 14)],
            0.0035,
            iron,
            6,
        )
        turned(hull, [(0.012, 0.085), (0.016, 0.10), (0.010, 0.104)], 12, GOLD)
        flame(hull, (0, 0.10, 0), 0.065, 9.0)
    phase = float(casting.rng.uniform(0, 6))

    def lamps(t: float) -> Floats:
        strong = 0.8 * (1 + 0.4 * (flicker(t, phase) - 1))
        return np.array([[0.0, 0.30, 0.0, strong, 0.56 * strong, 0.22 * strong]], np.float32)

    return hull.build(lamps)


ROWS = (
    Subject(
        "candle", build_candle, "table", 0.21, 0.21, {"burn": 0.0, "glow": 0.0, "flicker": 0.0, "stand": 0.0}, group=5
    ),
    Subject(
        "lantern",
        build_lantern,
        "air",
        0.96,
        0.96,
        {"float": 0.25, "rise": 0.6, "glow": 0.0, "drift": 0.4, "fly": 0.6, "flicker": 0.0, "stand": 0.0, "burn": 0.0},
        altitude=3.0,
        group=24,
    ),
)
