"""Bamboo and vines, one metre high with the foot at the origin. See `vegetation.KINDS`."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.landscape.foliage import SNOW, foliage_cloud, limbs
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder

Floats = NDArray[np.floating]
Random = np.random.Generator

CULM = np.array([(0.150, 0.205, 0.048), (0.115, 0.185, 0.045), (0.200, 0.215, 0.060)])
BAMBOO = np.array([(0.105, 0.175, 0.030), (0.140, 0.215, 0.040), (0.085, 0.150, 0.028)])
VINES = {
    "spring": np.array([(0.150, 0.240, 0.040), (0.120, 0.210, 0.036)]),
    "autumn": np.array([(0.52, 0.240, 0.030), (0.46, 0.110, 0.020), (0.42, 0.30, 0.045)]),
    "dry": np.array([(0.135, 0.130, 0.050), (0.110, 0.115, 0.044)]),
}
SUMMER_VINE = np.array([(0.080, 0.150, 0.028), (0.105, 0.175, 0.034), (0.066, 0.125, 0.026)])


def bamboo(rng: Random, detail: int, season: str) -> Mesh:
    """A few culms from one root: straight, ringed, bent over at their tips, leaves on the upper half."""
    builder = MeshBuilder()
    stems, knots = (2, 3, 3)[detail], (5, 12, 34)[detail]
    t = np.linspace(0, 1, knots)
    turn = rng.uniform(0, 2 * np.pi, stems)
    out = np.stack([np.cos(turn), np.zeros(stems), np.sin(turn)], 1)
    tall = rng.uniform(0.78, 1.0, stems)
    lean = rng.uniform(0.01, 0.05, stems)[:, None] * t + rng.uniform(0.04, 0.11, stems)[:, None] * t**4
    foot = out * rng.uniform(0.008, 0.035, (stems, 1))
    paths = foot[:, None] + out[:, None] * lean[..., None]
    paths[..., 1] = -0.02 + tall[:, None] * t - 0.6 * lean**2
    radii = np.repeat(0.0040 * (1 - 0.72 * t)[None], stems, 0) * rng.uniform(0.8, 1.25, (stems, 1))
    rings = np.where(np.arange(knots) % 3 == 0, 0.55, np.where(np.arange(knots) % 3 == 1, 1.25, 1.0))
    colour = (
        CULM[rng.integers(len(CULM), size=stems)][:, None] * (rings if detail == 2 else 1.0 + 0 * rings)[None, :, None]
    )
    limbs(builder, paths, radii, colour, (3, 5, 9)[detail])
    number = (5, 8, 12)[detail]
    owner = np.repeat(np.arange(stems), number)
    share = np.tile(np.linspace(0.48, 1.0, number), stems) + rng.uniform(-0.03, 0.03, len(owner))
    at = np.stack(
        [[np.interp(s, t, paths[k, :, axis]) for k, s in zip(owner, share, strict=True)] for axis in range(3)], 1
    )
    aside = rng.normal(0, 0.030, (len(owner), 3)) * np.array([1, 0.4, 1])
    leafy = np.minimum(BAMBOO * (0.95 if season != "winter" else 0.8), 0.8)
    foliage_cloud(
        builder, rng, at + aside, np.full(len(owner), 0.052), (80, 380, 1500)[detail], (0.040, 0.0215, 0.0135)[detail], leafy,
        fine=detail == 2, flat=0.7, hang=0.75, slim=(0.42, 0.32, 0.20)[detail], hollow=0.15,
        snowy=0.6 if season == "winter" else 0.0,
    )  # fmt: skip
    return builder.build()


def vine(rng: Random, detail: int, season: str) -> Mesh:
    """A vine on its trellis: a gnarled stock, a wall of leaves above, grapes in autumn; bare canes in winter."""
    builder = MeshBuilder()
    knots = (3, 4, 7)[detail]
    t = np.linspace(0, 1, knots)
    wander = np.cumsum(rng.normal(0, 0.022, (knots, 2)), axis=0)
    stock = np.stack([wander[:, 0], -0.03 + 0.50 * t, wander[:, 1]], 1)
    limbs(builder, stock[None], (0.030 * (1.15 - 0.4 * t))[None], np.array([0.085, 0.062, 0.045]), (3, 5, 7)[detail])
    ends = np.array([[0.0, 0.62, -0.36], [0.0, 0.62, 0.36], [0.02, 0.95, -0.14], [-0.02, 0.95, 0.16]])
    if not detail and season != "winter":
        ends = ends[:0]
    canes = np.stack([np.repeat(stock[-1:], len(ends), 0), 0.5 * (stock[-1] + ends) + [0, 0.05, 0], ends], 1)
    limbs(builder, canes, np.repeat([[0.014, 0.011, 0.006]], len(ends), 0), np.array([0.11, 0.080, 0.055]), 3)
    if season == "winter":
        builder.add(ends + [0, 0.01, 0], [[0, 1, 2], [1, 3, 2]], SNOW * 0.2)
        return builder.build()
    centres = np.array([[0, 0.55, z] for z in (-0.3, 0.0, 0.3)] + [[0, 0.78, z] for z in (-0.32, -0.1, 0.12, 0.34)])
    centres = centres + rng.normal(0, 0.03, centres.shape)
    foliage_cloud(
        builder, rng, centres, np.full(len(centres), 0.20), (30, 230, 1000)[detail], (0.125, 0.052, 0.0290)[detail],
        VINES.get(season, SUMMER_VINE), fine=detail == 2, flat=0.95, slim=0.8, hollow=0.35,
    )  # fmt: skip
    return builder.build()
