"""Paper plane."""

import math

import numpy as np

from promptreel.engines.scenes.craft.fittings import plate
from promptreel.engines.scenes.craft.hull import Hull, RigidBody, hinge, stuff
from promptreel.engines.scenes.stage import Casting, Subject


def build_paper_plane(casting: Casting) -> RigidBody:
    """A dart folded of one sheet: two wings with a slit between them, and the keel that one holds it by."""
    hull = Hull(casting.detail)
    colour = casting.colour if casting.colour is not None else np.array([0.80, 0.80, 0.78])
    paper, shaded = stuff(colour, 0.06, 0.45), stuff(np.asarray(colour) * 0.88, 0.06, 0.45)
    phase = float(casting.rng.uniform(0, 6))
    nose, tail = np.array([0.0, 0.0, 0.16]), -0.14
    rock = hinge("z", (0, 0, 0), lambda t, _: 0.16 * math.sin(1.9 * t + phase))
    nod = hinge("x", (0, 0, 0), lambda t, _: 0.07 * math.sin(2.3 * t + 1.3 * phase))
    up = 0.05
    with hull.place((0, up, 0)), hull.part(rock), hull.part(nod):
        for side in (-1, 1):
            root = np.array([side * 0.006, 0.0, tail])
            tip = np.array([side * 0.105, 0.022, tail])
            keel = np.array([0.0, -0.040, tail + 0.02])
            for way in (1, -1):
                plate(hull, [nose, nose, tip, root], paper if way > 0 else shaded, (0, way, 0))
                plate(hull, [nose, nose, root, keel], shaded, (way * side, 0, 0))
            # The flap that was folded in once more, lying on the wing.
            fold = np.array([side * 0.050, 0.0155, tail])
            lift = np.array([0, 0.0012, 0])
            plate(hull, [nose + lift, nose + lift, fold + lift, root + lift], shaded, (0, 1, 0))
    return hull.build()


ROWS = (
    Subject("paper_plane", build_paper_plane, "air", 0.30, 0.07, {"fly": 1.6, "glide": 1.6, "float": 0.3, "fall": 0.5},
            altitude=1.4, group=5),
)  # fmt: skip
