"""A branch for what perches, and a picnic on its blanket."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, tube, turned
from promptreel.engines.scenes.craft.hull import Doubles, Hull, RigidBody, Stuff
from promptreel.engines.scenes.stage import Casting, Subject

BARK = Stuff((0.115, 0.075, 0.048), 0.03)
MOSS = (0.55, 0.95, 0.35)
LEAVES = {"autumn": ((0.50, 0.20, 0.03), (0.42, 0.09, 0.025), (0.52, 0.36, 0.05)),
          "": ((0.07, 0.17, 0.03), (0.10, 0.23, 0.04), (0.055, 0.13, 0.03))}  # fmt: skip
BLOSSOM = Stuff((0.72, 0.42, 0.50), 0.05, 0.5)
SNOW = Stuff((0.80, 0.82, 0.86), 0.1, 0.2)
RED = np.array([0.42, 0.03, 0.03])
WICKER = Stuff((0.32, 0.18, 0.075), 0.15)


def _bark(points: Doubles) -> Doubles:
    """Furrows along the wood and moss on top of it."""
    furrow = np.sin(points[:, 1] * 260 + points[:, 2] * 230 + 2.5 * np.sin(points[:, 0] * 31))
    patch = np.clip(np.sin(points[:, 0] * 9 + 1.3) * np.sin(points[:, 0] * 23 + 0.4), 0, 1)
    up = np.clip(points[:, 1] / 0.02, 0, 1) * patch
    shade = (0.84 + 0.22 * furrow)[:, None]
    return np.asarray(shade * (1 - up[:, None] + up[:, None] * np.array(MOSS) * 1.6))


def _leaf(hull: Hull, at: Doubles, way: Doubles, long: float, what: Stuff) -> None:
    """A pointed leaf, folded a little along its rib."""
    way = way / np.linalg.norm(way)
    side = np.cross(way, [0.0, 1.0, 0.2])
    side /= np.linalg.norm(side)
    up = np.cross(side, way)
    rows = []
    for u, wide in ((0.0, 0.02), (0.25, 0.24), (0.5, 0.30), (0.78, 0.17), (1.0, 0.01)):
        middle = at + way * long * u - up * long * 0.25 * u * u
        rows.append([middle - side * wide * long + up * 0.12 * wide * long, middle,
                     middle + side * wide * long + up * 0.12 * wide * long])  # fmt: skip
    hull.grid(np.array(rows), what, toward=up, crease=70)


def build_branch(casting: Casting) -> RigidBody:
    """A branch that comes into the picture from one side, its bark at y = 0 where one perches; with the leaves, blossoms or
    the snow of the season. The row's size is the part around the perch."""
    hull = Hull(casting.detail)
    rng = casting.rng
    side = 1.0 if rng.random() < 0.5 else -1.0
    u = np.linspace(0, 1, hull.n(22, 8))
    x = side * (1.15 - 1.75 * u)
    thick = 0.030 * (1.5 - 1.1 * u)
    y = -thick - 0.05 * (u - 0.66) ** 2 * np.sign(u - 0.66) + 0.012 * np.sin(7 * u + 1)
    y -= np.interp(0.0, x[:: -int(side)], (y + thick)[:: -int(side)])
    line = np.stack([x, y, 0.06 * np.sin(3 * u)], 1)
    with hull.part():
        tube(hull, line, thick, BARK, 10)
    tones = LEAVES.get(casting.season, LEAVES[""])
    winter = casting.season == "winter"
    for share in (0.16, 0.36, 0.78, 0.97):
        at = np.array([np.interp(share, u, line[:, k]) for k in range(3)])
        out = np.array([-side * rng.uniform(0.5, 0.9), rng.choice([-0.5, 0.6]) * (1 if share < 0.9 else 0.3),
                        rng.uniform(-0.6, 0.5)])  # fmt: skip
        out /= np.linalg.norm(out)
        twig = [at, at + 0.11 * out, at + 0.23 * out + np.array([0, 0.02, 0])]
        tube(hull, twig, [0.011, 0.008, 0.004], BARK, 6)
        for step in np.linspace(0.35, 1.0, 7):
            foot = at + 0.23 * step * out
            way = out + rng.normal(0, 0.75, 3)
            if winter:
                if step > 0.6:
                    ball(hull, foot + [0, 0.006, 0], (0.022, 0.007, 0.012), SNOW, 8)
                continue
            tint = np.array(tones[int(rng.integers(3))]) * rng.uniform(0.8, 1.2)
            _leaf(hull, foot, way, float(rng.uniform(0.055, 0.085)), Stuff(tuple(tint), 0.12, 0.45))
        if casting.season == "spring":
            for _ in range(5):
                ball(hull, at + 0.22 * out * rng.uniform(0.3, 1) + rng.normal(0, 0.016, 3), 0.012, BLOSSOM, 8)
    if winter:
        tube(hull, line + [0, 0.022, 0], 0.55 * thick, SNOW, 8, flatten=0.5)
    return hull.build()


def _checked(points: Doubles) -> Doubles:
    """Red and white checks: stripes both ways."""
    a = np.floor(points[:, 0] / 0.11).astype(int) % 2
    b = np.floor(points[:, 2] / 0.11).astype(int) % 2
    share = 0.5 * (a + b)
    white = np.array([0.72, 0.70, 0.66])
    return np.asarray((1 - share)[:, None] * white + share[:, None] * RED) / 0.5


def _woven(points: Doubles) -> Doubles:
    return np.asarray(0.8 + 0.3 * np.sin(points[:, 1] * 190) * np.sign(np.sin((points[:, 0] + points[:, 2]) * 95)))


def build_picnic(casting: Casting) -> RigidBody:
    """A checked blanket with a basket, plates, bread, apples and a bottle."""
    hull = Hull(casting.detail)
    steps = (10, 26, 60)[hull.detail]
    across, along = np.linspace(-1, 1, steps), np.linspace(-0.8, 0.8, steps)
    rows = [[(x, 0.030 + 0.012 * math.sin(5 * x + 2 * z) * math.cos(4 * z), z) for x in across] for z in along]
    hull.grid(rows, Stuff((0.5, 0.5, 0.5), 0.02), toward=(0, 1, 0), crease=80, tint=_checked)
    with hull.place((0.42, 0.03, 0.22)):
        turned(hull, [(0.0, 0.01), (0.15, 0.01), (0.19, 0.10), (0.20, 0.19), (0.185, 0.19), (0.17, 0.10), (0.0, 0.06)], 28,
               WICKER, flatten=0.7, tint=_woven)  # fmt: skip
        handle = [(0.19 * math.cos(a), 0.18 + 0.20 * math.sin(a), 0.0) for a in np.linspace(0, math.pi, 12)]
        tube(hull, handle, 0.012, WICKER, 8)
        tube(hull, [(-0.10, 0.17, 0.03), (0.02, 0.24, 0.05), (0.16, 0.30, 0.04)], [0.03, 0.038, 0.028],
             Stuff((0.50, 0.27, 0.09), 0.1), 10)  # fmt: skip
    plate = [(0.0, 0.008), (0.07, 0.008), (0.11, 0.022), (0.112, 0.026), (0.07, 0.014), (0.0, 0.013)]
    for x, z in ((-0.18, -0.36), (0.22, -0.40), (-0.45, 0.05)):
        with hull.place((x, 0.03, z)):
            turned(hull, plate, 26, Stuff((0.75, 0.74, 0.71), 0.6))
            box(hull, (0.01, 0.035, 0.0), (0.04, 0.012, 0.035), Stuff((0.62, 0.46, 0.20), 0.1), 0.008)
    for number, colour in enumerate(((0.45, 0.03, 0.025), (0.50, 0.05, 0.03), (0.20, 0.38, 0.05))):
        ball(hull, (-0.10 + 0.075 * number, 0.072, 0.02 + 0.05 * (number % 2)), 0.040, Stuff(colour, 0.4), 14)
    with hull.place((-0.22, 0.03, 0.26)):
        turned(hull, [(0.0, 0.0), (0.042, 0.004), (0.042, 0.17), (0.034, 0.21), (0.016, 0.245), (0.015, 0.31), (0.0, 0.31)],
               20, Stuff((0.03, 0.10, 0.04), 0.9))  # fmt: skip
    return hull.build()


ROWS = (
    Subject("branch", build_branch, "air", 0.62, 0.05, {"sway": 0.0}, altitude=2.0),
    Subject("picnic", build_picnic, "ground", 1.7, 0.40, {"stand": 0.0}),
)
