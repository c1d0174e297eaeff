"""Laptops and phones, their pages lit."""

import numpy as np

from promptreel.engines.scenes.craft.fittings import box, turned
from promptreel.engines.scenes.craft.hull import BLACK, GLASS, Doubles, Floats, Hull, RigidBody, Stuff
from promptreel.engines.scenes.stage import Casting, Subject
from promptreel.engines.scenes.subjects.cars import paint

SHELLS = np.array([(0.42, 0.43, 0.45), (0.10, 0.105, 0.115), (0.50, 0.42, 0.36)])
ACCENTS = np.array([(0.10, 0.35, 0.90), (0.85, 0.25, 0.30), (0.10, 0.65, 0.45), (0.75, 0.45, 0.10)])


def _page(rng: np.random.Generator, wide: int, high: int) -> Doubles:
    """A page of a program, (high, wide, 3) of light: a bar, a list at the side, a picture, lines of writing."""
    accent = ACCENTS[rng.integers(len(ACCENTS))]
    page = np.full((high, wide, 3), 0.85)
    page[: max(1, high // 12)] = accent * 0.9
    side = max(2, wide // 5)
    page[high // 12 :, :side] = 0.60
    for row in range(high // 8, high - 2, 3):
        page[row, 1 : 1 + int(rng.integers(2, max(3, side - 1)))] = 0.30
    top, left = high // 7, side + 2
    bottom, right = high // 2, side + 2 + (wide - side) * 2 // 5
    slope = np.linspace(0, 1, max(1, bottom - top))[:, None, None]
    page[top:bottom, left:right] = accent * (1 - slope) * 0.8 + np.array([1.0, 0.75, 0.45]) * slope * 0.9
    for row in range(top, high - 2, 2):
        begin = right + 2 if row < bottom + 1 else left
        stop = int(begin + (wide - 2 - begin) * rng.uniform(0.55, 1.0))
        if row % 7 and begin < stop:
            page[row, begin:stop] = 0.38
    return page


def _screen(hull: Hull, half: tuple[float, float], page: Doubles, strong: float) -> None:
    """A lit page in the plane z = 0 about the origin, looking to +z: a colour for each of its fields."""
    rows, columns = page.shape[:2]
    x = np.linspace(-half[0], half[0], columns + 1)
    y = np.linspace(half[1], -half[1], rows + 1)

    def light(points: Doubles) -> Doubles:
        column = np.clip(((points[:, 0] / half[0] + 1) / 2 * columns).astype(int), 0, columns - 1)
        row = np.clip(((1 - points[:, 1] / half[1]) / 2 * rows).astype(int), 0, rows - 1)
        return np.asarray(page[row, column] * strong)

    points = [[(a, b, 0.0) for a in x] for b in y]
    hull.grid(points, Stuff((0.02, 0.02, 0.022), 0.7), toward=(0, 0, 1), glow=light)


def build_laptop(casting: Casting) -> RigidBody:
    """An open laptop: keys row by row, a touch pad, a page on its screen."""
    hull = Hull(casting.detail)
    rng = casting.rng
    shell = paint(casting, SHELLS, 0.55)
    box(hull, (0, 0.008, 0), (0.160, 0.0075, 0.112), shell, 0.005)
    wide, deep = 14, 5
    if hull.detail:
        box(hull, (0, 0.0156, -0.026), (0.144, 0.0006, 0.058), BLACK, 0.0)
        for row in range(deep):
            for column in range(wide):
                if row == deep - 1 and 4 <= column <= 8:
                    continue
                x, z = (column - 6.5) * 0.0202, -0.074 + row * 0.0225
                box(hull, (x, 0.0170, z), (0.0085, 0.0013, 0.0092), Stuff((0.050, 0.051, 0.054), 0.3), 0.0)
        box(
            hull,
            (-0.5 * 0.0202, 0.0170, -0.074 + 4 * 0.0225),
            (0.049, 0.0013, 0.0092),
            Stuff((0.05, 0.051, 0.054), 0.3),
        )
    box(hull, (0, 0.0157, 0.070), (0.050, 0.0004, 0.032), shell.times(0.8), 0.0)
    page = _page(rng, *((12, 8), (24, 15), (40, 26))[hull.detail])
    with hull.place((0, 0.015, -0.112), pitch=-0.26):
        box(hull, (0, 0.104, -0.004), (0.160, 0.104, 0.0035), shell, 0.003)
        box(hull, (0, 0.105, -0.0002), (0.156, 0.099, 0.0006), BLACK, 0.0)
        with hull.place((0, 0.106, 0.0008)):
            _screen(hull, (0.149, 0.091), page, 0.85)
    strong = 0.16 if casting.night else 0.05
    tint = page.mean(axis=(0, 1))
    lamp: Floats = np.array([[0.0, 0.14, 0.06, *(strong * tint)]], np.float32)
    return hull.build(lambda _t: lamp)


def build_phone(casting: Casting) -> RigidBody:
    """A phone that leans on a small stand, its page lit; a camera looks out of its back."""
    hull = Hull(casting.detail)
    shell = paint(casting, SHELLS, 0.8)
    page = _page(casting.rng, *((6, 10), (12, 24), (22, 44))[hull.detail])
    box(hull, (0, 0.004, -0.012), (0.032, 0.004, 0.040), Stuff((0.24, 0.12, 0.05), 0.3), 0.003)
    box(hull, (0, 0.010, 0.016), (0.032, 0.004, 0.004), Stuff((0.24, 0.12, 0.05), 0.3), 0.002)
    with hull.place((0, 0.009, 0.006), pitch=-0.38):
        box(hull, (0, 0.074, -0.004), (0.0365, 0.074, 0.0040), shell, 0.0039)
        box(hull, (0, 0.074, 0.0002), (0.0350, 0.0725, 0.0002), GLASS, 0.0)
        with hull.place((0, 0.074, 0.0007)):
            _screen(hull, (0.0335, 0.0705), page, 0.9)
        for y in (0.125, 0.108):
            lens = [(0.0085, -0.0085), (0.0085, -0.011), (0.0065, -0.0115), (0.0, -0.0105)]
            turned(hull, lens, 18, BLACK, centre=(-0.018, y, 0.0), axis="z", caps=(False, False))
    strong = 0.05 if casting.night else 0.015
    lamp: Floats = np.array([[0.0, 0.08, 0.05, *(strong * page.mean(axis=(0, 1)))]], np.float32)
    return hull.build(lambda _t: lamp)


ROWS = (
    Subject("laptop", build_laptop, "table", 0.32, 0.219, {"stand": 0.0}, group=2),
    Subject("phone", build_phone, "table", 0.148, 0.148, {"stand": 0.0}, group=2),
)
