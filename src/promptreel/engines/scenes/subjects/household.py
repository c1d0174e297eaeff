"""Books, cups, chairs."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, sheet, tube, turned
from promptreel.engines.scenes.craft.hull import CHROME, Doubles, Floats, Hull, RigidBody, Stuff, stuff
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

COVERS = np.array([(0.30, 0.03, 0.03), (0.03, 0.10, 0.24), (0.05, 0.20, 0.11), (0.20, 0.10, 0.05)])
GLAZES = np.array([(0.72, 0.70, 0.66), (0.05, 0.18, 0.36), (0.50, 0.07, 0.05), (0.12, 0.28, 0.24), (0.62, 0.42, 0.08)])
PAPER = Stuff((0.74, 0.70, 0.60), 0.03, 0.25)


def build_book(casting: Casting) -> RigidBody:
    """An open book on its back; leaf after leaf turns over."""
    hull = Hull(casting.detail)
    cover = paint(casting, COVERS, 0.3)
    glow = "glowing" in casting.qualities
    deep, wide, thick = 0.125, 0.165, 0.020
    u = np.linspace(0, 1, hull.n(16, 6))
    rows = hull.n(20, 4)

    def lines(points: Doubles) -> Doubles:
        """Print: rows of dark dashes inside the margins."""
        x, z = np.abs(points[:, 0]) / wide, points[:, 2] / deep
        inside = (x > 0.14) & (x < 0.90) & (np.abs(z) < 0.82)
        word = np.sin(z * 57.0) > 0.1
        gap = np.sin(points[:, 0] * 310 + np.floor(z * 9.07) * 2.4) > -0.75
        return np.asarray(1 - 0.42 * (inside & word & gap))

    # The pages rise from the spine in an arc and lie flat to the edge.
    profile = thick * (0.55 + 0.45 * np.cos(np.pi * np.clip(u * 1.25, 0, 1))) * np.clip(u / 0.04, 0.35, 1) + 0.008
    page = PAPER.lit((1.2, 0.9, 0.45)) if glow else PAPER
    fine = np.linspace(-1, 1, (6, 24, 56)[hull.detail])
    across = np.linspace(0, 1, (6, 16, 34)[hull.detail])
    height = np.interp(across, u, profile)
    for side in (-1, 1):
        top = [[(side * wide * q, h, deep * z) for q, h in zip(across, height, strict=True)] for z in fine]
        hull.grid(top, page, toward=(0, 1, 0), crease=70, tint=lines)
        for z in (-1, 1):
            edge = [
                [(side * wide * q, h * v + 0.006 * (1 - v), z * deep) for q, h in zip(u, profile, strict=True)]
                for v in (0, 0.5, 1)
            ]
            hull.grid(edge, PAPER.times(0.82), toward=(0, 0, z))
        out = [
            [(side * wide, profile[-1] * v + 0.006 * (1 - v), deep * q) for q in np.linspace(-1, 1, rows)]
            for v in (0, 1)
        ]
        hull.grid(out, PAPER.times(0.82), toward=(side, 0, 0))
        box(hull, (side * (wide + 0.006) / 2, 0.003, 0), ((wide + 0.010) / 2, 0.003, deep + 0.006), cover, 0.002)
    # A leaf lifts at the right, goes over the spine, lies down at the left; then the next one.
    start = np.array([0.0, 0.022, 0.0])

    def turning(t: float, _travelled: float, vertices: Floats, normals: Floats) -> tuple[Floats, Floats]:
        period = 2.4
        u = min(math.fmod(t / period + 0.15, 1.0) / 0.62, 1.0)
        angle = math.pi * (0.5 - 0.5 * math.cos(math.pi * u))
        lag = 0.9 * math.sin(math.pi * u)
        far = (vertices[:, 0] - start[0]) / wide
        # Each strip of the leaf lags behind the one nearer to the spine: paper bends.
        local = angle - lag * far * 0.9
        step = np.float32(wide)
        # The mean of the lag along the leaf, in closed form, gives the place of each strip.
        mean = angle - 0.45 * lag * far
        out = vertices.copy()
        out[:, 0] = far * step * np.cos(mean)
        out[:, 1] = vertices[:, 1] + far * step * np.sin(mean) * 0.98 + 0.004
        turned_normals = normals.copy()
        sign = np.sign(normals[:, 1])
        turned_normals[:, 0] = -np.sin(local) * sign
        turned_normals[:, 1] = np.cos(local) * sign
        turned_normals[:, 2] = 0
        return np.asarray(out, np.float32), np.asarray(turned_normals, np.float32)

    with hull.part(bend=turning):
        leaf = [[(wide * 0.985 * q, 0.022, deep * 0.985 * z) for q in across] for z in fine]
        sheet(hull, leaf, Stuff(PAPER.colour, 0.03, 0.4, page.glow), toward=(0, 1, 0), tint=lines, thick=0.0006)
    tube(
        hull,
        [(0.01, 0.024, -deep), (0.012, 0.012, -deep - 0.03), (0.02, 0.004, -deep - 0.07)],
        0.0025,
        Stuff((0.45, 0.03, 0.03), 0.2),
        4,
    )
    return hull.build((lambda _t: np.array([[0.0, 0.12, 0.0, 0.10, 0.07, 0.035]])) if glow else None)


def build_cup(casting: Casting) -> RigidBody:
    """A cup of coffee on its saucer with a spoon; steam rises in wisps."""
    hull = Hull(casting.detail)
    rng = casting.rng
    glaze = paint(casting, GLAZES, 0.85)
    inner = Stuff((0.74, 0.72, 0.68), 0.8)
    saucer = [
        (0.0, 0.004),
        (0.030, 0.004),
        (0.034, 0.008),
        (0.055, 0.012),
        (0.074, 0.019),
        (0.076, 0.021),
        (0.073, 0.021),
        (0.054, 0.015),
        (0.0, 0.008),
    ]
    turned(hull, saucer, 44, glaze, crease=40)
    outer = [
        (0.022, 0.010),
        (0.024, 0.014),
        (0.030, 0.020),
        (0.0385, 0.034),
        (0.042, 0.052),
        (0.0435, 0.074),
        (0.0425, 0.0755),
        (0.0412, 0.074),
        (0.0395, 0.052),
        (0.037, 0.040),
    ]
    turned(hull, outer, 44, [glaze, inner], [0, 0, 0, 0, 0, 0, 1, 1, 1], caps=(False, False), crease=45)
    rim = 0.0405

    def crema(points: Doubles) -> Doubles:
        r = np.hypot(points[:, 0], points[:, 2]) / rim
        swirl = np.sin(np.arctan2(points[:, 2], points[:, 0]) * 2 + 9 * r)
        return np.asarray(
            np.stack(
                [1 + 0.9 * r**6 + 0.25 * swirl * (1 - r), 1 + 0.7 * r**6 + 0.2 * swirl * (1 - r), 1 + 0.4 * r**6], 1
            )
        )

    q = np.linspace(0, 1, hull.n(8, 3))
    turned(
        hull,
        np.stack([rim * q[::-1], np.full_like(q, 0.066)], 1),
        40,
        Stuff((0.075, 0.030, 0.012), 0.55),
        tint=crema,
        caps=(False, False),
    )
    handle = [(0.040 + 0.024 * math.sin(a), 0.046 + 0.019 * math.cos(a), 0.0) for a in np.linspace(0.15, 2.95, 14)]
    tube(hull, handle, [0.0055, 0.0045, 0.0045, 0.0055], glaze, 10)
    tube(hull, [(-0.02, 0.022, 0.062), (0.03, 0.023, 0.057), (0.07, 0.028, 0.047)], [0.0022, 0.0016, 0.0024], CHROME, 7)
    ball(hull, (-0.032, 0.021, 0.062), (0.015, 0.003, 0.009), CHROME, 12)
    if hull.detail:
        _steam(hull, rng, casting.night)
    return hull.build()


def _steam(hull: Hull, rng: np.random.Generator, night: bool) -> None:
    """Thin ribbons that rise, waver and part: seen edge on, they are almost nothing, as steam is."""
    mist = Stuff((0.40, 0.40, 0.40), 0.0, 0.9).lit(0.03 if night else 0.10)
    for _ in range(5):
        x, z = (float(v) for v in rng.uniform(-0.022, 0.022, 2))
        phase, turn = float(rng.uniform(0, 6)), float(rng.uniform(0, 3.1))
        c, s = math.cos(turn), math.sin(turn)
        rows = []
        for q in np.linspace(0, 1, 14):
            wide = 0.0007 * math.sin(math.pi * min(q * 1.02, 1.0)) ** 1.2
            rows.append(
                [(x - wide * c, 0.068 + 0.085 * q, z - wide * s), (x + wide * c, 0.068 + 0.085 * q, z + wide * s)]
            )

        def waver(
            t: float, _way: float, vertices: Floats, normals: Floats, phase: float = phase
        ) -> tuple[Floats, Floats]:
            up = (vertices[:, 1] - 0.068) / 0.085
            out = vertices.copy()
            out[:, 0] += 0.010 * up * np.sin(5.0 * up - 2.3 * t + phase) + 0.004 * up * np.sin(11 * up - 3.7 * t)
            out[:, 2] += 0.009 * up * np.sin(4.2 * up - 1.9 * t + 2 * phase)
            return np.asarray(out, np.float32), normals

        with hull.part(bend=waver):
            hull.grid(rows, mist, toward=(-s, 0, c))


def build_chair(casting: Casting) -> RigidBody:
    """A wooden chair with turned legs and a spindled, slightly curved back; sometimes an upholstered seat."""
    hull = Hull(casting.detail)
    rng = casting.rng
    wood = paint(casting, np.array([(0.24, 0.12, 0.05), (0.14, 0.065, 0.03), (0.36, 0.21, 0.10)]), 0.4)
    seat = (
        stuff(COVERS[rng.integers(len(COVERS))] * 1.3, 0.05)
        if rng.random() < 0.5 and casting.colour is None
        else wood.times(1.08)
    )

    def grain(points: Doubles) -> Doubles:
        return np.asarray(0.92 + 0.08 * np.sin(points[:, 0] * 90 + 3 * np.sin(points[:, 2] * 11)))

    box(hull, (0, 0.445, 0.0), (0.215, 0.022, 0.21), wood, 0.02, tint=grain)
    box(hull, (0, 0.470, 0.005), (0.195, 0.016, 0.185), seat, 0.016)
    for sx in (-1, 1):
        profile = [
            (0.014, 0.0),
            (0.017, 0.05),
            (0.024, 0.16),
            (0.016, 0.20),
            (0.026, 0.24),
            (0.022, 0.34),
            (0.027, 0.43),
        ]
        with hull.place((sx * 0.185, 0, 0.175)):
            turned(hull, profile, 14, wood)
        leg = [
            (sx * 0.175, 0.0, -0.215),
            (sx * 0.178, 0.25, -0.190),
            (sx * 0.18, 0.45, -0.185),
            (sx * 0.185, 0.70, -0.215),
            (sx * 0.19, 0.96, -0.275),
        ]
        tube(hull, leg, [0.016, 0.022, 0.024, 0.020, 0.016], wood, 12)
        tube(hull, [(sx * 0.182, 0.18, 0.17), (sx * 0.177, 0.18, -0.19)], 0.011, wood, 8)
    tube(hull, [(-0.18, 0.18, 0.0), (0.18, 0.18, 0.0)], 0.011, wood, 8)
    across = np.linspace(-1, 1, hull.n(13, 5))
    for y, z, tall in ((0.93, -0.272, 0.055), (0.60, -0.205, 0.018)):
        rows = [
            [
                (
                    0.195 * x,
                    y + lift * tall + 0.02 * (1 - x * x) * (lift > 0) * (tall > 0.03),
                    z - 0.035 * (1 - x * x) + side,
                )
                for x in across
            ]
            for lift, side in (
                (-1, -0.011),
                (1, -0.015),
                (1.15, -0.004),
                (1, 0.008),
                (-1, 0.011),
                (-1.15, 0.0),
                (-1, -0.011),
            )
        ]
        hull.grid(rows, wood, crease=50, tint=grain)
    for x in np.linspace(-0.12, 0.12, 5):
        tube(hull, [(x, 0.60, -0.235), (x, 0.75, -0.262), (x, 0.90, -0.298)], [0.008, 0.012, 0.008], wood, 8)
    return hull.build()


ROWS = (
    Subject("book", build_book, "table", 0.34, 0.05, {"open": 0.0, "stand": 0.0}, group=3),
    Subject("cup", build_cup, "table", 0.155, 0.155, {"stand": 0.0}, group=3),
    Subject("chair", build_chair, "ground", 1.0, 1.0, {"stand": 0.0}, group=3),
)
