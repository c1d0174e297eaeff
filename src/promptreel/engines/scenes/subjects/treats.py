"""Ice cream, sushi, bread and plates; and a treasure chest."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, box, tube, turned
from promptreel.engines.scenes.craft.hull import GOLD, Doubles, Hull, RigidBody, Stuff
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

SCOOPS = np.array([(0.70, 0.32, 0.36), (0.16, 0.075, 0.035), (0.74, 0.68, 0.50), (0.40, 0.60, 0.42)])
PLATES = np.array([(0.72, 0.71, 0.68), (0.10, 0.16, 0.26), (0.30, 0.34, 0.30)])
WAFER, CRUST = Stuff((0.52, 0.30, 0.10), 0.15), Stuff((0.50, 0.24, 0.075), 0.25)
RICE, NORI, SALMON = Stuff((0.74, 0.72, 0.66), 0.2), Stuff((0.012, 0.022, 0.014), 0.3), Stuff((0.66, 0.20, 0.06), 0.55)
TUNA, PRAWN = Stuff((0.42, 0.025, 0.035), 0.55), Stuff((0.72, 0.38, 0.24), 0.5)
OAK, IRON = Stuff((0.15, 0.075, 0.032), 0.2), Stuff((0.055, 0.052, 0.050), 0.45)


def build_ice_cream(casting: Casting) -> RigidBody:
    """Three scoops in a waffle cone, which stands in a ring of wire; sprinkles and a cherry on top."""
    hull = Hull(casting.detail)
    rng = casting.rng

    def waffle(points: Doubles) -> Doubles:
        a, y = np.arctan2(points[:, 2], points[:, 0]), points[:, 1]
        return np.asarray(1 - 0.35 * ((np.sin(9 * a + 130 * y) > 0.75) | (np.sin(9 * a - 130 * y) > 0.75)))

    rows = np.linspace(0, 1, hull.n(22, 6))
    turned(hull, [(0.004 + 0.036 * q, 0.012 + 0.128 * q) for q in rows], 40, WAFER, crease=60, tint=waffle)
    turned(hull, [(0.041, 0.132), (0.044, 0.135), (0.044, 0.144), (0.040, 0.146)], 40, WAFER, crease=60)
    first = int(rng.integers(4))
    for k, (x, y, z, r) in enumerate(
        ((-0.017, 0.163, 0.006, 0.036), (0.020, 0.166, -0.006, 0.036), (0.0, 0.205, 0.002, 0.034))
    ):
        flavour = SCOOPS[(first + k) % 4] if casting.colour is None or k else np.asarray(casting.colour, float)
        bump = rng.uniform(0, 6.28, 3)

        def rough(points: Doubles, bump: Doubles = bump) -> Doubles:
            """The streaks that the scoop leaves."""
            return np.asarray(
                0.94 + 0.08 * np.sin(points[:, 1] * 420 + 3 * np.sin(points[:, 0] * 160 + bump[0]) + bump[1])
            )

        cream = Stuff((float(flavour[0]), float(flavour[1]), float(flavour[2])), 0.3, 0.15)
        ball(hull, (x, y, z), (r, 0.94 * r, r), cream, 28, tint=rough)
        turned(
            hull,
            [(0.70 * r, -0.75 * r), (1.10 * r, -0.62 * r), (1.0 * r, -0.36 * r)],
            26,
            cream,
            centre=(x, y, z),
            crease=70,
        )
    for _ in range((0, 14, 40)[hull.detail]):
        a, b = float(rng.uniform(0, 6.28)), float(rng.uniform(0.25, 1.3))
        place = (
            0.034 * math.cos(a) * math.cos(b),
            0.205 + 0.032 * math.sin(b),
            0.002 + 0.034 * math.sin(a) * math.cos(b),
        )
        tone = ((0.60, 0.05, 0.08), (0.05, 0.25, 0.55), (0.70, 0.55, 0.05), (0.70, 0.70, 0.68))[int(rng.integers(4))]
        ball(hull, place, (0.0035, 0.0014, 0.0014), Stuff(tone, 0.4), 5)
    ball(hull, (0, 0.246, 0.002), 0.011, Stuff((0.40, 0.01, 0.02), 0.95), 14)
    ring = [(0.030 * math.cos(a), 0.090, 0.030 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 25)]
    wire = Stuff((0.45, 0.46, 0.48), 0.8)
    tube(hull, ring, 0.0018, wire, 6)
    for k in range(3):
        a = 2.1 * k + 0.5
        tube(
            hull,
            [(0.030 * math.cos(a), 0.090, 0.030 * math.sin(a)), (0.046 * math.cos(a), 0.0, 0.046 * math.sin(a))],
            0.0018,
            wire,
            6,
        )
    return hull.build()


def build_sushi(casting: Casting) -> RigidBody:
    """Four nigiri and four rolls on a slate with feet, wasabi, and chopsticks on their rest."""
    hull = Hull(casting.detail)
    slate = paint(casting, np.array([(0.030, 0.031, 0.034), (0.16, 0.085, 0.036)]), 0.3)
    box(hull, (0, 0.018, 0), (0.155, 0.007, 0.085), slate, 0.003)
    for x in (-0.11, 0.11):
        box(hull, (x, 0.006, 0), (0.012, 0.006, 0.07), slate.times(0.8))
    for k, top in enumerate((SALMON, TUNA, SALMON, PRAWN)):
        with hull.place((-0.115 + 0.058 * k, 0.025, -0.035), turn=0.35):
            ball(hull, (0, 0.012, 0), (0.0165, 0.0145, 0.034), RICE, 18)

            def streaks(points: Doubles) -> Doubles:
                return np.asarray(1 + 0.35 * (np.sin(points[:, 2] * 480 + 240 * points[:, 0]) > 0.72))

            number = hull.n(16, 6)
            u, v = np.meshgrid(np.linspace(-1, 1, number), np.linspace(-1, 1, number))
            slice_ = np.stack([0.0185 * u, 0.0305 - 0.010 * u**2 - 0.012 * v**4, 0.043 * v], -1)
            hull.grid(slice_, top, toward=(0, 1, 0), crease=70, tint=streaks)
    for k, heart in enumerate((SALMON, Stuff((0.24, 0.42, 0.08), 0.3), TUNA, Stuff((0.62, 0.42, 0.06), 0.4))):
        centre = (-0.10 + 0.055 * k, 0.025, 0.040)
        turned(
            hull,
            [(0.0215, 0.0), (0.0215, 0.026), (0.0200, 0.0275)],
            28,
            NORI,
            centre=centre,
            crease=40,
            caps=(True, False),
        )
        turned(hull, [(0.0203, 0.0272), (0.009, 0.0280)], 28, RICE, centre=centre, crease=70, caps=(False, False))
        turned(
            hull,
            [(0.0095, 0.0278), (0.006, 0.0295), (0.0, 0.0300)],
            14,
            heart,
            centre=centre,
            crease=70,
            caps=(False, False),
        )
    ball(hull, (0.128, 0.033, 0.045), (0.014, 0.010, 0.014), Stuff((0.30, 0.46, 0.10), 0.1), 14)
    for x in (0.165, 0.178):
        tube(hull, [(x, 0.014, 0.11), (x - 0.004, 0.020, -0.11)], [0.0034, 0.0022], Stuff((0.24, 0.03, 0.02), 0.6), 8)
    box(hull, (0.170, 0.006, -0.06), (0.020, 0.006, 0.008), Stuff((0.66, 0.65, 0.62), 0.7), 0.002)
    return hull.build()


def build_bread(casting: Casting) -> RigidBody:
    """A loaf on a board with two slices cut off: crust with slashes and flour, a pale crumb with holes."""
    hull = Hull(casting.detail)
    wood = paint(casting, np.array([(0.30, 0.17, 0.075), (0.42, 0.27, 0.13)]), 0.25)
    box(hull, (0, 0.009, 0), (0.20, 0.009, 0.11), wood, 0.004)
    seeds = casting.rng.uniform(0, 6.28, 3)

    def baked(points: Doubles) -> Doubles:
        """Paler where the loaf was slashed and floured."""
        x, y = points[:, 0], points[:, 1]
        slash = np.clip(1.6 * np.sin((x + 0.5 * points[:, 2]) * 80) - 0.9, 0, 1) * np.clip((y - 0.075) / 0.02, 0, 1)
        flour = 0.25 * (np.sin(x * 210 + seeds[0]) * np.sin(points[:, 2] * 190 + seeds[1]) > 0.4)
        return np.asarray((1 + 0.95 * slash + flour)[:, None] * np.array([1.0, 1.05, 1.15]))

    def crumb(points: Doubles) -> Doubles:
        holes = np.sin(points[:, 1] * 520 + seeds[2]) * np.sin(points[:, 2] * 470 + seeds[0]) > 0.62
        return np.asarray(1 - 0.3 * holes)

    number = hull.n(36, 12)
    angle = np.arange(number) * (2 * np.pi / number)

    def section(x: float, size: float, lean: float = 0.0) -> Doubles:
        """A domed slice with a flat foot."""
        z = 0.068 * size * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.75
        y = 0.018 + np.where(
            np.sin(angle) > 0, 0.045 + 0.052 * size * np.sin(angle), 0.045 * (1 + np.maximum(1.8 * np.sin(angle), -1))
        )
        return np.stack([np.full(number, x) + lean * (y - 0.018), y, z], 1)

    pale = Stuff((0.70, 0.56, 0.34), 0.05, 0.15)
    shares = np.linspace(0, 1, hull.n(18, 7))
    loaf = [
        section(-0.155 + 0.20 * q, float(np.clip(1 - (1 - q / 0.22) ** 2, 0.15, 1)) if q < 0.22 else 1.0)
        for q in shares
    ]
    hull.grid(loaf, CRUST, wrap=True, crease=75, tint=baked, caps=(True, False))

    def cut(x: float, lean: float, toward: float) -> None:
        rim = section(x, 1.0, lean)
        middle = rim.mean(axis=0)
        rows = [middle + (rim - middle) * q for q in np.linspace(0.01, 0.985, hull.n(12, 4))]
        hull.grid(rows, pale, wrap=True, toward=(toward, 0, 0), crease=60, tint=crumb)

    cut(0.0452, 0.0, 1)
    for x, lean in ((0.075, 0.25), (0.115, 0.75)):
        hull.grid([section(x, 1.0, lean), section(x + 0.013, 1.0, lean)], CRUST, wrap=True, crease=60, tint=baked)
        cut(x, lean, -1)
        cut(x + 0.013, lean, 1)
    return hull.build()


def build_plate(casting: Casting) -> RigidBody:
    """A dinner plate with a rim line, a fork at its left and a knife at its right."""
    hull = Hull(casting.detail)
    glaze = paint(casting, PLATES, 0.85)
    profile = [(0.0, 0.004), (0.075, 0.004), (0.085, 0.009), (0.128, 0.019), (0.132, 0.022), (0.128, 0.0235), (0.086, 0.0135),
               (0.076, 0.0085), (0.0, 0.008)]  # fmt: skip
    line = Stuff((0.06, 0.11, 0.25), 0.8) if max(glaze.colour) > 0.4 else GOLD
    turned(hull, profile, 64, [glaze, line], [0, 0, 0, 1, 1, 0, 0, 0], crease=45)
    steel = Stuff((0.50, 0.51, 0.53), 0.9)
    for side, sharp in ((-1, False), (1, True)):
        x = 0.168 * side
        tube(hull, [(x, 0.004, -0.11), (x, 0.005, 0.0)], [0.0065, 0.0035], steel, 8, 0.5)
        if sharp:
            tube(hull, [(x, 0.005, 0.0), (x, 0.005, 0.09), (x, 0.005, 0.115)], [0.008, 0.009, 0.001], steel, 8, 0.25)
            continue
        tube(hull, [(x, 0.005, 0.0), (x, 0.006, 0.04), (x, 0.005, 0.06)], [0.0035, 0.011, 0.012], steel, 8, 0.3)
        for tine in (-1.5, -0.5, 0.5, 1.5):
            tube(hull, [(x + 0.006 * tine, 0.005, 0.055), (x + 0.006 * tine, 0.004, 0.105)], [0.0022, 0.0012], steel, 5)
    return hull.build()


def build_chest(casting: Casting) -> RigidBody:
    """A treasure chest with its lid open: oak bound with iron, heaped with gold and jewels that glint."""
    hull = Hull(casting.detail)
    rng = casting.rng
    wood = OAK if casting.colour is None else paint(casting, np.array([OAK.colour]), 0.2)

    def planks(points: Doubles) -> Doubles:
        seam = np.abs(np.sin(points[:, 1] * 26)) < 0.10
        return np.asarray((0.9 + 0.14 * np.sin(points[:, 0] * 37 + 5 * np.sin(points[:, 1] * 90))) * (1 - 0.5 * seam))

    for z in (-0.24, 0.24):
        box(hull, (0, 0.20, z), (0.40, 0.18, 0.02), wood, 0.006, tint=planks)
    for x in (-0.39, 0.39):
        box(hull, (x, 0.20, 0), (0.02, 0.18, 0.24), wood, 0.006, tint=planks)
    box(hull, (0, 0.03, 0), (0.40, 0.02, 0.25), wood)
    for x in (-0.30, 0.0, 0.30):
        box(hull, (x, 0.20, 0.262), (0.028, 0.185, 0.006), IRON)
    for x in (-0.40, 0.40):
        for z in (-0.25, 0.25):
            box(hull, (x, 0.20, z), (0.022, 0.185, 0.022), IRON, 0.004)
    box(hull, (0, 0.33, 0.272), (0.055, 0.065, 0.012), GOLD, 0.006)
    # The lid leans back on its hinges behind.
    arc = np.linspace(0, np.pi, hull.n(20, 8))
    with hull.place((0, 0.385, -0.26), pitch=-1.25):
        for radius, toward, what in ((0.26, 1, wood), (0.235, -1, wood.times(0.5))):
            rows = [[(x, radius * 0.75 * math.sin(a), 0.26 - radius * math.cos(a)) for a in arc] for x in (-0.41, 0.41)]
            hull.grid(rows, what, toward=(0, toward, 0), crease=60, tint=planks)
        for x in (-0.41, -0.30, 0.0, 0.30, 0.41):
            band = [
                [(x + s, 0.266 * 0.75 * math.sin(a), 0.26 - 0.266 * math.cos(a)) for a in arc] for s in (-0.028, 0.028)
            ]
            hull.grid(band, IRON, toward=(0, 1, 0), crease=60)
        for x in (-0.41, 0.41):
            side = [[(x, q * 0.195 * math.sin(a), 0.26 - q * 0.26 * math.cos(a)) for a in arc] for q in (0.01, 1.0)]
            hull.grid(side, wood, toward=(math.copysign(1, x), 0, 0))
    number = hull.n(40, 12)
    u, v = np.meshgrid(np.linspace(-1, 1, number), np.linspace(-1, 1, number))
    heap = 0.27 + 0.17 * np.clip(1 - 0.8 * u**2 - 0.8 * v**2, 0, 1) + 0.008 * np.sin(u * 47) * np.sin(v * 41)
    coin = Stuff((0.72, 0.45, 0.09), 0.85)
    hull.grid(np.stack([0.37 * u, heap, 0.22 * v], -1), coin.times(0.75), toward=(0, 1, 0), crease=25)
    for _ in range((6, 40, 110)[hull.detail]):
        x, z = rng.uniform(-0.85, 0.85, 2)
        y = 0.275 + 0.17 * max(0.0, 1 - 0.8 * x * x - 0.8 * z * z)
        with hull.place((0.37 * x, y, 0.22 * z), turn=float(rng.uniform(0, 6)), pitch=float(rng.uniform(-0.7, 0.7))):
            turned(hull, [(0.026, 0.0), (0.026, 0.005)], 12, coin, crease=40)
    for k in range((0, 4, 9)[hull.detail]):
        x, z = rng.uniform(-0.7, 0.7, 2)
        tone = ((0.50, 0.01, 0.03), (0.02, 0.12, 0.50), (0.02, 0.34, 0.10))[k % 3]
        y = 0.295 + 0.17 * max(0.0, 1 - 0.8 * x * x - 0.8 * z * z)
        ball(hull, (0.37 * x, y, 0.22 * z), (0.022, 0.018, 0.022), Stuff(tone, 1.0, 0.5), 8)
    return hull.build()


ROWS = (
    Subject("ice_cream", build_ice_cream, "table", 0.257, 0.257, {"stand": 0.0}, group=3),
    Subject("sushi", build_sushi, "table", 0.34, 0.056, {"stand": 0.0}),
    Subject("bread", build_bread, "table", 0.40, 0.117, {"stand": 0.0}),
    Subject("plate", build_plate, "table", 0.35, 0.024, {"stand": 0.0}, group=2),
    Subject("treasure_chest", build_chest, "ground", 0.90, 0.89, {"stand": 0.0}, group=2),
)
