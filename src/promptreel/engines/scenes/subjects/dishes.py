"""Burgers and pizzas."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import ball, sheet, turned
from promptreel.engines.scenes.craft.hull import Doubles, Hull, RigidBody, Stuff
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

PLATES = np.array([(0.72, 0.71, 0.68)])
BOARDS = np.array([(0.30, 0.17, 0.075), (0.42, 0.27, 0.13)])
LEAF = Stuff((0.16, 0.38, 0.05), 0.3, 0.4)
TOMATO = Stuff((0.55, 0.045, 0.02), 0.7, 0.1)
CHEESE = Stuff((0.80, 0.46, 0.05), 0.45, 0.1)


def _plate(hull: Hull, radius: float, glaze: Stuff) -> None:
    """A flat plate with a raised rim."""
    profile = [(0.0, 0.001), (0.55, 0.001), (0.60, 0.006), (0.80, 0.010), (1.0, 0.018), (0.985, 0.021), (0.78, 0.014),
               (0.58, 0.010), (0.0, 0.009)]  # fmt: skip
    turned(hull, [(radius * r, y) for r, y in profile], 48, glaze, crease=50)


def _frill(
    hull: Hull, rng: np.random.Generator, inner: float, outer: float, y: float, wave: float, leaf: Stuff
) -> None:
    """A leaf that lies under the rim of a bun and curls up and down where it looks out."""
    number = hull.n(72, 12)
    a = np.arange(number + 1) * (2 * np.pi / number)
    phase = rng.uniform(0, 6.28, 3)
    curl = np.sin(9 * a + phase[0]) + 0.7 * np.sin(14 * a + phase[1]) + 0.4 * np.sin(23 * a + phase[2])
    curl[-1] = curl[0]
    rows = []
    for q in np.linspace(0, 1, 5):
        r = inner + (outer - inner) * q * (1 + 0.10 * curl)
        rows.append(np.stack([r * np.cos(a), y - 0.006 * q + wave * q**2 * curl, r * np.sin(a)], 1))
    sheet(hull, rows, leaf, toward=(0, 1, 0), thick=0.0008)


def build_burger(casting: Casting) -> RigidBody:
    """A hamburger: a bun with sesame, lettuce, tomato, melted cheese over the edge of a charred patty."""
    hull = Hull(casting.detail)
    rng = casting.rng
    _plate(hull, 0.105, paint(casting, PLATES, 0.8))
    crumb = (0.66, 0.47, 0.24)
    seeds = rng.uniform(0, 6.28, 4)

    def baked(points: Doubles) -> Doubles:
        """Brown on top, paler to the cut, with the blotches of an oven."""
        up = np.clip((points[:, 1] - 0.070) / 0.032, 0, 1)
        blotch = 0.08 * np.sin(points[:, 0] * 95 + seeds[0]) * np.sin(points[:, 2] * 88 + seeds[1])
        dark = np.clip(up * 1.2 + blotch, 0, 1)[:, None]
        return np.asarray((1 - dark) * np.array([1.0, 1.0, 1.0]) + dark * np.array([0.72, 0.40, 0.24]))

    def charred(points: Doubles) -> Doubles:
        """Ground meat: coarse grains, lighter and darker."""
        grain = np.sin(points[:, 0] * 640 + 2 * np.sin(points[:, 1] * 510)) * np.sin(points[:, 2] * 600 + seeds[2])
        return np.asarray(1 + 0.45 * grain + 0.25 * np.sin(np.arctan2(points[:, 2], points[:, 0]) * 31 + seeds[3]))

    heel = [(0.0, 0.009), (0.044, 0.009), (0.050, 0.014), (0.0515, 0.021), (0.049, 0.027), (0.0, 0.028)]
    turned(hull, heel, 44, Stuff((0.58, 0.33, 0.12), 0.3), crease=70)
    _frill(hull, rng, 0.040, 0.059, 0.031, 0.0040, LEAF)
    patty = [(0.0, 0.030), (0.048, 0.030), (0.0535, 0.034), (0.0545, 0.040), (0.0525, 0.046), (0.0, 0.047)]
    q = np.linspace(0, 1, len(patty) * 2)
    fine = np.stack([np.interp(q, np.linspace(0, 1, len(patty)), column) for column in zip(*patty, strict=True)], 1)
    turned(hull, fine, 56, Stuff((0.105, 0.045, 0.020), 0.4), crease=80, tint=charred)
    # A square slice: its corners hang over the round patty.
    u = np.linspace(-1, 1, hull.n(17, 7))
    x, z = np.meshgrid(u * 0.051, u * 0.051)
    out = np.hypot(x, z)
    over = np.clip(out - 0.051, 0, None)
    fold = np.where(out > 0.0545, 0.0555 / np.maximum(out, 1e-6), 1.0)
    melted = np.stack([x * fold, 0.0495 - 1.05 * over**0.9 - 0.001 * (out > 0.05), z * fold], -1)
    sheet(hull, melted, CHEESE, toward=(0, 1, 0), thick=0.0015)
    for k in range(3):
        a = 2.1 * k + float(rng.uniform(0, 1))
        slice_ = [(0.0, 0.0505), (0.026, 0.0505), (0.0275, 0.053), (0.026, 0.0555), (0.0, 0.0555)]
        turned(hull, slice_, 26, TOMATO, centre=(0.029 * math.cos(a), 0.001 * k, 0.029 * math.sin(a)), crease=50)
    _frill(hull, rng, 0.036, 0.058, 0.0605, 0.0045, LEAF.times(1.15))
    crown = [(0.0, 0.0615), (0.047, 0.0615), (0.0515, 0.065), (0.0535, 0.072), (0.0510, 0.083), (0.044, 0.0935),
             (0.032, 0.1015), (0.016, 0.106), (0.0, 0.107)]  # fmt: skip
    turned(hull, crown, 48, Stuff(crumb, 0.5), crease=80, tint=baked)
    for _ in range((8, 40, 110)[hull.detail]):
        a, r = float(rng.uniform(0, 6.28)), 0.043 * math.sqrt(float(rng.random()))
        y = float(np.interp(r, [0.0, 0.016, 0.032, 0.044], [0.107, 0.106, 0.1015, 0.0935]))
        with hull.place((r * math.cos(a), y, r * math.sin(a)), turn=float(rng.uniform(0, 3.1)), pitch=18.0 * r):
            ball(hull, (0, 0, 0), (0.0011, 0.0008, 0.0019), Stuff((0.76, 0.66, 0.44), 0.4), 5)
    return hull.build()


def build_pizza(casting: Casting) -> RigidBody:
    """A pizza on a round board: a blistered crust, sauce, islands of melted cheese, salami, olives, basil; sliced."""
    hull = Hull(casting.detail)
    rng = casting.rng
    wood = paint(casting, BOARDS, 0.25)

    def grain(points: Doubles) -> Doubles:
        return np.asarray(0.88 + 0.12 * np.sin(points[:, 0] * 190 + 3 * np.sin(points[:, 2] * 14)))

    turned(hull, [(0.0, 0.0), (0.168, 0.0), (0.172, 0.004), (0.172, 0.014), (0.168, 0.018), (0.0, 0.018)], 60, wood,
           crease=40, tint=grain)  # fmt: skip
    phase = rng.uniform(0, 6.28, 8)
    islands = rng.uniform(-0.12, 0.12, (26, 2))
    island_size = rng.uniform(0.012, 0.030, 26)

    def topping(points: Doubles) -> Doubles:
        """Crust, then sauce with melted cheese in blots, browned here and there; dark lines where it is cut."""
        x, z = points[:, 0], points[:, 2]
        r, turn = np.hypot(x, z), np.arctan2(z, x)
        apart = np.hypot(x[:, None] - islands[:, 0], z[:, None] - islands[:, 1]) / island_size
        melted = np.clip((1.15 - apart.min(axis=1)) * 3, 0, 1)[:, None]
        toasted = 0.5 + 0.5 * np.sin(x * 170 + phase[0]) * np.sin(z * 160 + phase[1])
        cheese = np.array([0.80, 0.60, 0.26]) * (1 - 0.35 * (toasted > 0.86))[:, None]
        sauce = np.array([0.52, 0.085, 0.018]) * (0.9 + 0.2 * np.sin(x * 420) * np.sin(z * 390))[:, None]
        inside = sauce + (cheese - sauce) * melted
        char = np.clip(np.sin(11 * turn + phase[2]) + np.sin(17 * turn + phase[3]) - 0.9, 0, 1)[:, None]
        crust = np.array([0.62, 0.37, 0.13]) * (1 - 0.62 * char * np.clip((r - 0.125) / 0.02, 0, 1)[:, None])
        edge = np.clip((r - 0.125) / 0.006, 0, 1)[:, None]
        colour = inside + (crust - inside) * edge
        cut = (np.abs(((turn * 8 / (2 * np.pi)) % 1) - 0.5) * (2 * np.pi / 8) * np.maximum(r, 0.01)) < 0.0016
        return np.asarray(colour * (1 - 0.65 * cut)[:, None])

    rings = np.concatenate([np.linspace(0.0, 0.124, (4, 9, 26)[hull.detail]), [0.129, 0.137, 0.146, 0.152, 0.154]])
    rise = np.interp(rings, [0, 0.118, 0.125, 0.131, 0.139, 0.147, 0.152, 0.154],
                     [0.026, 0.026, 0.027, 0.034, 0.037, 0.033, 0.026, 0.018])  # fmt: skip
    number = hull.n(150, 24)
    a = np.arange(number) * (2 * np.pi / number)
    wobble = 1 + 0.012 * np.sin(3 * a + phase[4]) + 0.010 * np.sin(7 * a + phase[5])
    puff = 1 + 0.20 * (np.sin(13 * a + phase[6]) + np.sin(8 * a + phase[7])) * 0.5
    rows = []
    for r, y in zip(rings, rise, strict=True):
        high = np.where(y > 0.0275, 0.0275 + (y - 0.0275) * puff, y) + 0.0012 * np.sin(a * 31 + r * 300) * (r < 0.124)
        rows.append(np.stack([r * wobble * np.cos(a), high, r * wobble * np.sin(a)], 1))
    hull.grid(rows, Stuff((1.0, 1.0, 1.0), 0.35), wrap=True, crease=80, toward=(0, 1, 0), tint=topping)
    for k in range((5, 8, 11)[hull.detail]):
        b, r = 2.4 * k + float(rng.uniform(-0.2, 0.2)), (0.028, 0.095, 0.072)[k % 3] + float(rng.uniform(-0.006, 0.006))
        disc = [(0.0, 0.0), (0.0175, 0.0), (0.0195, 0.0022), (0.018, 0.003), (0.012, 0.0018), (0.0, 0.0022)]
        centre = (r * math.cos(b), 0.0262, r * math.sin(b))
        turned(hull, disc, 22, [Stuff((0.40, 0.05, 0.025), 0.75), Stuff((0.50, 0.085, 0.04), 0.75)], [0, 0, 0, 1, 1],
               centre=centre, crease=50)  # fmt: skip
    for _ in range((0, 6, 12)[hull.detail]):
        b, r = float(rng.uniform(0, 6.28)), float(rng.uniform(0.02, 0.112))
        ring = [(0.0035, 0.0), (0.0075, 0.0), (0.0078, 0.004), (0.0055, 0.0055), (0.0035, 0.004)]
        turned(hull, ring, 12, Stuff((0.018, 0.016, 0.014), 0.8), centre=(r * math.cos(b), 0.0275, r * math.sin(b)),
               caps=(False, False), crease=70)  # fmt: skip
    for k in range((0, 3, 6)[hull.detail]):
        b, r = 1.05 * k + float(rng.uniform(-0.3, 0.3)), float(rng.uniform(0.02, 0.10))
        with hull.place((r * math.cos(b), 0.031, r * math.sin(b)), turn=float(rng.uniform(0, 6.28))):
            leaf = [
                [(0.011 * s * math.sin(math.pi * q**0.85), 0.005 * abs(s) + 0.004 * math.sin(3.0 * q), 0.036 * (q - 0.5))
                 for s in (-1, -0.5, 0, 0.5, 1)]
                for q in np.linspace(0, 1, 8)
            ]  # fmt: skip
            sheet(hull, leaf, Stuff((0.055, 0.24, 0.035), 0.55, 0.4), toward=(0, 1, 0), thick=0.0004)
    return hull.build()


ROWS = (
    Subject("burger", build_burger, "table", 0.21, 0.108, {"stand": 0.0}, group=2),
    Subject("pizza", build_pizza, "table", 0.344, 0.042, {"stand": 0.0}, group=2),
)
