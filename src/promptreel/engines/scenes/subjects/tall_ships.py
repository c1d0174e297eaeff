"""Full-rigged ships of old, which `ships` sends for where the prompt says old or wooden."""

import numpy as np

from promptreel.engines.scenes.craft.boatyard import (
    TEAK,
    Lines,
    flag,
    heel,
    no_lamps,
    panes_of,
    ship_hull,
    square_sail,
    triangle_sail,
    windows,
)
from promptreel.engines.scenes.craft.fittings import box, rope, sheet, tube, turned
from promptreel.engines.scenes.craft.hull import BLACK, GLASS, ROPE, Doubles, Hull, RigidBody, Stuff, stuff
from promptreel.engines.scenes.stage import Casting
from promptreel.engines.scenes.subjects.cars import paint


def tall_ship(casting: Casting) -> RigidBody:
    """A full-rigged ship of 85 m over all with three masts, square sails, staysails and lit stern windows at night."""
    hull = Hull(casting.detail)
    rng = casting.rng
    night = casting.night
    main = paint(casting, np.array([(0.10, 0.05, 0.025), (0.03, 0.028, 0.026), (0.16, 0.085, 0.04)]), 0.3)
    if "wooden" in casting.qualities and casting.colour is None:
        main = Stuff((0.17, 0.085, 0.038), 0.3)
    stripe = Stuff((0.50, 0.36, 0.16), 0.3)
    lines = Lines(
        68.0,
        13.0,
        4.6,
        [(0, 8.6), (0.22, 6.4), (0.5, 5.2), (0.8, 5.8), (1, 7.6)],
        stern=0.70,
        fullness=3.2,
        chine=0.42,
        rake=0.07,
    )
    spar = Stuff((0.26, 0.14, 0.06), 0.3)
    cloth = Stuff((0.72, 0.66, 0.53), 0.03, 0.5)

    def planks(points: Doubles) -> Doubles:
        return np.asarray(0.86 + 0.14 * np.sin(points[:, 1] * 9.0) + 0.05 * np.sin(points[:, 2] * 1.7))

    with hull.part(heel(-0.05, 0.025, 7.0, float(rng.uniform(0, 6)))):
        ship_hull(
            hull,
            lines,
            [Stuff((0.14, 0.07, 0.03), 0.2), main, stripe, main],
            [0.6, 3.1, 4.3],
            deck=(TEAK, 1.0),
            frames=26,
            strakes=12,
            tint=planks,
        )
        windows(hull, 6.42, 3.7, np.linspace(-20, 16, (5, 8, 13)[hull.detail]), (0.42, 0.42), [BLACK], rng)
        panes = panes_of(night)
        for row, y in enumerate((5.2, 6.9)):
            for x in np.linspace(-2.9, 2.9, 6):
                corners = np.array([(-0.38, -0.55, 0), (0.38, -0.55, 0), (0.38, 0.55, 0), (-0.38, 0.55, 0)])
                z = -34.0 - 0.35 * row - 0.95
                hull.surface(
                    corners + [x, y, z],
                    [(0, 1, 2), (0, 2, 3)],
                    panes[int(rng.integers(3))] if night else GLASS,
                    toward=(0, 0, -1),
                )
        box(hull, (0, 6.5, -26.0), (4.6, 1.1, 6.0), main.times(1.3), 0.2)
        box(hull, (0, 5.9, 2.0), (2.2, 1.0, 4.0), main.times(1.4), 0.2)
        # Bowsprit with its jibs, three masts with square sails.
        tip = np.array([0, 11.6, 48.0])
        tube(hull, np.array([(0, 7.2, 31.5), tip]), [0.42, 0.2], spar, 8)
        masts = [(20.0, 40.0), (1.0, 45.0), (-18.5, 37.0)]
        for index, (z, top) in enumerate(masts):
            tube(hull, [(0, 4.5, z), (0, top * 0.55, z - 0.2), (0, top, z - 0.6)], [0.55, 0.38, 0.16], spar, 9)
            if hull.detail:
                turned(hull, [(0.9, 0), (1.15, 0.15), (1.15, 0.35), (0.9, 0.4)], 10, spar, centre=(0, top * 0.42, z))
            wide, y = (18.5, 18.0, 15.0)[index], 8.4
            share = (top - 9.6) / 4
            for level, height in enumerate((1.15, 1.05, 0.95, 0.80)):
                high = y + height * share
                lower, upper = wide * 0.86**level, wide * 0.86 ** (level + 1)
                tube(
                    hull,
                    [(-upper / 2 - 0.6, high + 0.25, z + 0.5), (upper / 2 + 0.6, high + 0.25, z + 0.5)],
                    [0.12, 0.22, 0.12],
                    spar,
                    6,
                )
                if not (index == 2 and level == 0):
                    square_sail(
                        hull,
                        y + 0.35,
                        high + 0.15,
                        lower * 0.97,
                        upper * 0.97,
                        z + 0.65,
                        0.22 * height * share + 0.8,
                        cloth,
                    )
                y = high + 0.35
            for s in (-1, 1):
                for k in range(3):
                    rope(hull, (s * 6.2, 5.8, z - 1.5 - 1.2 * k), (s * 0.5, top * 0.60, z - 0.3), 0.05, ROPE.times(0.5))
                rope(hull, (s * 6.0, 5.9, z - 5.5), (0, top * 0.93, z - 0.5), 0.04, ROPE.times(0.5))
            ahead = tip if index == 0 else np.array([0, masts[index - 1][1] * 0.6, masts[index - 1][0]])
            rope(hull, ahead, (0, top * 0.92, z - 0.5), 0.04, ROPE.times(0.5))
            if hull.detail:
                flag(hull, (0, top - 0.2, z - 0.6), 3.6, 1.1, [stuff((0.40, 0.03, 0.03))], rate=0.9)
        lee = np.array([-1.6, 0.0, 0.3])
        for start, high, back in ((0.98, 0.78, 0.12), (0.70, 0.60, 0.16), (0.42, 0.46, 0.20)):
            tack = np.array([0, 7.4, 31.5]) + (tip - [0, 7.2, 31.5]) * start
            head = np.array([0, 40.0 * high, 20.4])
            clew = tack * 0.45 + head * 0.10 + np.array([-1.4, 5.0, 20 * (0.45 + back)])
            triangle_sail(hull, tack, clew, head, lee, cloth, rows=8)
        spanker = [
            np.array(p, float) for p in ((0, 8.6, -19.2), (2.2, 9.4, -31.5), (1.6, 22.0, -28.5), (0, 18.5, -19.2))
        ]
        v, u = np.linspace(0, 1, hull.n(7))[:, None, None], np.linspace(0, 1, hull.n(7))[None, :, None]
        points = (spanker[0] * (1 - u) + spanker[1] * u) * (1 - v) + (spanker[3] * (1 - u) + spanker[2] * u) * v
        points = points + np.sin(np.pi * u) * np.sin(np.pi * (0.1 + 0.8 * v)) * np.array([1.3, 0, 0])
        sheet(hull, points, cloth, toward=(1, 0, 0))
        tube(hull, [(0, 8.4, -19.0), (2.3, 9.2, -32.2)], 0.2, spar, 6)
        tube(hull, [(0, 18.4, -19.0), (1.7, 22.4, -29.0)], 0.16, spar, 6)
        lantern = Stuff((0.5, 0.35, 0.1), 0.6, 0.0, (4.5, 2.7, 0.9) if night else (0.05, 0.03, 0.01))
        for x in (-3.2, 0.0, 3.2):
            turned(
                hull, [(0.0, 0.0), (0.35, 0.3), (0.45, 1.0), (0.2, 1.4), (0.0, 1.6)], 8, lantern, centre=(x, 9.0, -35.2)
            )
    glow = [[x, 9.5, -36.2, 9.0, 5.6, 2.0] for x in (-3.2, 3.2)]
    return hull.build((lambda _t: np.array(glow)) if night else no_lamps)
