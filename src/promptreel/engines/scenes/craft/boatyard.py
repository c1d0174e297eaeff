"""What ships and boats are made of: hulls through frames, decks, sails with a belly, rows of windows, flags."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from promptreel.engines.scenes.craft.fittings import fluttering, sheet
from promptreel.engines.scenes.craft.hull import GLASS, Doubles, Floats, Glow, Hull, Move, Stuff, hinge


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a hull, which lies along z with its waterline at y = 0. Shares run from stern (0) to bow (1)."""

    length: float
    beam: float
    draught: float
    sheer: Sequence[tuple[float, float]]
    """Height of the rail by share."""
    stern: float = 0.75
    """Width of the transom, in shares of the beam."""
    fullness: float = 2.6
    """How blunt the plan of the bow is: 1.5 fine, 4 full."""
    chine: float = 0.42
    """How round the sections are: 0.25 boxy like a ship's, 0.6 like a wineglass."""
    rake: float = 0.08
    """How far the stem leans ahead from keel to rail, in shares of the length."""

    def rail(self, share: ArrayLike) -> Doubles:
        """Height of the rail."""
        where, value = np.array(self.sheer, float).T
        return np.asarray(np.interp(np.asarray(share, float), where, value))

    def half(self, share: ArrayLike) -> Doubles:
        """Half the beam at the rail."""
        u = np.asarray(share, float)
        aft = self.stern + (1 - self.stern) * np.clip(u / 0.45, 0, 1) ** 0.8
        fore = np.clip((u - 0.45) / 0.55, 0, 1)
        return np.asarray(self.beam / 2 * aft * (1 - fore**self.fullness) ** (1 / 1.25))

    def z(self, share: ArrayLike, up: ArrayLike = 1.0) -> Doubles:
        """Where a share lies; the stem and the transom lean by the height `up` (0 keel, 1 rail)."""
        u = np.asarray(share, float)
        lean = (
            self.rake
            * (np.asarray(up) - 1)
            * (np.clip((u - 0.75) / 0.25, 0, 1) - 0.5 * np.clip((0.12 - u) / 0.12, 0, 1))
        )
        return np.asarray(self.length * (u - 0.5 + lean))


def ship_hull(
    hull: Hull,
    lines: Lines,
    stuffs: Sequence[Stuff],
    bands: Sequence[float],
    *,
    frames: int = 24,
    strakes: int = 9,
    deck: tuple[Stuff, float] | None = None,
    inside: Stuff | None = None,
    tint: Glow | None = None,
) -> None:
    """The skin of a hull: `stuffs` from below to above, parted at the heights `bands`; a deck, (stuff, m below the
    rail), or the `inside` of an open boat."""
    count = hull.n(frames, 9)
    share = 1 - (1 - np.linspace(0, 1, count)) ** 1.35
    rail = lines.rail(share)
    keel = (
        -lines.draught
        * (1 - 0.9 * np.clip((share - 0.80) / 0.20, 0, 1) ** 1.6)
        * (0.55 + 0.45 * np.clip(share / 0.15, 0, 1))
    )
    # Rows at the same heights all along, so that paint lines are straight; then the free board above the last band.
    top = bands[-1]
    rows = [
        *(keel + (bands[0] - keel) * level for level in (0.0, 0.25, 0.5, 0.75)),
        *(np.full(count, band) for band in bands[:-1]),
        *(top + (rail - top) * level for level in np.linspace(0, 1, max(3, strakes - len(bands) - 4))),
    ]
    heights = np.stack([np.minimum(np.maximum(row, keel), rail) for row in rows], 1)
    up = (heights - keel[:, None]) / np.maximum(rail - keel, 1e-6)[:, None]
    # A round bilge below, nearly upright above; toward the bow the sections sharpen to a V with flare.
    vee = np.clip((share - 0.45) / 0.55, 0, 1)[:, None]
    wide = (1 - (1 - up) ** (1.9 / lines.chine * 0.8)) * (1 - vee) + up ** (0.75 + 0.35 * vee) * vee
    points = np.stack([lines.half(share)[:, None] * wide, heights, lines.z(share[:, None], up)], -1)
    points[:, 0, 0] = 0
    which = np.zeros(len(rows) - 1, int)
    for k in range(len(rows) - 1):
        which[k] = sum(heights[count // 2, k] >= band - 1e-6 for band in bands)
    both = np.concatenate([points[:, ::-1], points[:, 1:] * [-1, 1, 1]], 1)
    cells = np.broadcast_to(np.concatenate([which[::-1], which]), (count - 1, 2 * len(which)))
    hull.grid(both, stuffs, np.minimum(cells, len(stuffs) - 1), crease=40, tint=tint)
    # The transom closes the stern.
    stern = both[0]
    middle = stern * [0, 1, 1]
    hull.grid([stern, middle], stuffs, np.minimum(cells[:1], len(stuffs) - 1), toward=(0, 0, -1), tint=tint)
    if inside is not None:
        skin = both * np.array([0.955, 1, 0.985]) + np.array([0, 0.05, 0])
        skin[..., 1] = np.minimum(skin[..., 1], both[..., 1].max(axis=1, keepdims=True))
        hull.grid(skin, inside, toward=(0, 1, 0), crease=40, tint=tint)
        hull.grid([skin[0], skin[0] * [0, 1, 1]], inside, toward=(0, 0, 1), tint=tint)
        rim = np.stack([both[:, 0], skin[:, 0]], 1)
        for edge in (rim, rim * [-1, 1, 1]):
            hull.grid(edge + [0, 0.004, 0], inside.times(0.8), toward=(0, 1, 0))
    if deck is not None:
        plank, below = deck
        half = lines.half(share) * 0.99
        across = np.linspace(-1, 1, 7)
        y = (rail - below)[:, None] + 0.03 * lines.beam * (1 - across**2) * 0.6
        z = lines.z(share)[:, None] - 0 * across
        hull.grid(np.stack([half[:, None] * across, y, z], -1), plank, toward=(0, 1, 0))
        bulwark = [np.stack([s * half, rail - lift, lines.z(share)], -1) for s in (1,) for lift in (0.0, below)]
        for s in (1.0, -1.0):
            hull.grid(np.stack(bulwark, 1) * [s * 0.985, 1, 1], stuffs[-1], toward=(-s, 0, 0))


def triangle_sail(
    hull: Hull,
    tack: ArrayLike,
    clew: ArrayLike,
    head: ArrayLike,
    belly: ArrayLike,
    what: Stuff | Sequence[Stuff],
    *,
    roach: float = 0.0,
    rows: int = 12,
    stripes: Callable[[Doubles, Doubles], Doubles] | None = None,
) -> None:
    """A sail between three corners, blown out by the vector `belly`; its free edge (clew to head) bows out by `roach`."""
    a, b, c = (np.asarray(corner, float) for corner in (tack, clew, head))
    v = np.linspace(0, 1, hull.n(rows))[:, None]
    u = np.linspace(0, 1, hull.n(9))[None, :]
    luff = a + (c - a) * v
    leech = b + (c - b) * v + (b - a) / np.linalg.norm(b - a) * roach * 4 * v * (1 - v) ** 0.7
    points = luff[:, None] * (1 - u[..., None]) + leech[:, None] * u[..., None]
    full = np.sin(np.pi * u**0.75) * np.sin(np.pi * np.clip(0.10 + 0.86 * v, 0, 1)) ** 0.8 * (1 - 0.35 * v)
    points = points + full[..., None] * np.asarray(belly, float)
    which = None
    if stripes is not None:
        which = stripes((v[:-1] + v[1:]) / 2 + 0 * (u[:, :-1]), (u[:, :-1] + u[:, 1:]) / 2 + 0 * v[:-1])
    edge = (b + c) / 2
    start = (a + c) / 2
    along = (edge - start) / np.linalg.norm(edge - start)
    side = np.asarray(belly, float) / np.linalg.norm(np.asarray(belly, float))
    bend = fluttering(
        hull.here(start).tolist(), along.tolist(), side.tolist(), float(np.linalg.norm(edge - start)),
        0.018 * float(np.linalg.norm(edge - start)), rate=0.55, waves=0.9,
    )  # fmt: skip
    with hull.part(bend=bend):
        sheet(hull, points, what, which, toward=side, tint=_seams(a[1], c[1]))


def square_sail(
    hull: Hull, y0: float, y1: float, wide0: float, wide1: float, z: float, belly: float, what: Stuff
) -> None:
    """A sail that hangs from a yard at `y1` to one at `y0`, blown ahead by `belly` m."""
    v = np.linspace(0, 1, hull.n(6))[:, None]
    u = np.linspace(-1, 1, hull.n(11))[None, :]
    foot = 0.10 * (y1 - y0) * (1 - u**2) * (1 - v)
    full = belly * (1 - u**2) ** 0.6 * np.sin(np.pi * (0.14 + 0.80 * v)) ** 0.8
    points = np.stack(
        [
            (wide0 + (wide1 - wide0) * v) / 2 * u,
            y0 + (y1 - y0) * v + foot + 0 * u,
            z + full + 0.3 * belly * (1 - v) * 0.5,
        ],
        -1,
    )
    middle = hull.here((0, (y0 + y1) / 2, z))
    bend = fluttering(
        [float(middle[0]), float(hull.here((0, y1, z))[1]), float(middle[2])], [0, -1, 0], [0, 0, 1], y1 - y0, 0.02 * (y1 - y0),
        rate=0.35, waves=0.6,
    )  # fmt: skip
    with hull.part(bend=bend):
        sheet(hull, points, what, toward=(0, 0, 1), tint=_seams(y0, y1))


def _seams(y0: float, y1: float) -> Glow:
    """Cloth is sewn of panels: each a shade of its own."""

    def tint(points: Doubles) -> Doubles:
        up = (points[:, 1] - y0) / max(y1 - y0, 1e-6)
        return np.asarray(0.955 + 0.045 * np.sin(up * 47.0) * np.sign(np.sin(up * 23.0)))

    return tint


def flag(
    hull: Hull, hoist: Sequence[float], length: float, height: float, stuffs: Sequence[Stuff], rate: float = 1.1
) -> None:
    """A flag of upright stripes that waves astern (toward -z)."""
    x, y, z = hoist
    cells = 3 * max(1, hull.n(5) // 2)
    u = np.linspace(0, 1, cells + 1)
    points = [[(x, y + v * height, z - length * k) for k in u] for v in (0.0, 0.5, 1.0)]
    which = np.broadcast_to(np.arange(cells) * len(stuffs) // cells, (2, cells))
    with hull.part(
        bend=fluttering(hull.here((x, y, z)).tolist(), [0, 0, -1], [1, 0, 0], length, 0.14 * length, rate=rate)
    ):
        sheet(hull, points, stuffs, which, toward=(1, 0, 0))


def windows(
    hull: Hull,
    x: float,
    y: float,
    z: ArrayLike,
    half: tuple[float, float],
    stuffs: Sequence[Stuff],
    rng: np.random.Generator,
    weights: Sequence[float] | None = None,
) -> None:
    """A row of windows on both sides (at ±x, centres z), each of one of `stuffs` by chance."""
    for side in (-1.0, 1.0):
        middle = np.ravel(np.asarray(z, float))
        picks = rng.choice(len(stuffs), len(middle), p=weights)
        corner = np.array(
            [(0, -half[0], -half[1]), (0, -half[0], half[1]), (0, half[0], half[1]), (0, half[0], -half[1])]
        )
        points = corner[None] + np.stack([np.full_like(middle, side * x), np.full_like(middle, y), middle], -1)[:, None]
        base = 4 * np.arange(len(middle))[:, None, None]
        faces = base + np.array([(0, 1, 2), (0, 2, 3)])
        hull.surface(points, faces, stuffs, np.repeat(picks, 2), toward=(side, 0, 0))


TEAK = Stuff((0.36, 0.22, 0.11), 0.15)


LIT = ((0.9, 0.62, 0.28), (1.5, 1.05, 0.52), (0.5, 0.34, 0.16))


def heel(lean: float, sway: float, period: float, phase: float) -> Move:
    """The list of a boat under sail and its slow roll, on top of what the waves do to it."""
    return hinge("z", (0, 0, 0), lambda t, _: lean + sway * math.sin(2 * math.pi * t / period + phase))


def no_lamps(_t: float) -> Floats:
    """None."""
    return np.zeros((0, 6), np.float32)


def panes_of(night: bool) -> list[Stuff]:
    """Windows: dark by day; at night three of four are lit, each a little differently."""
    return [Stuff(GLASS.colour, 0.8, 0.0, glow if night else (0.0, 0.0, 0.0)) for glow in (*LIT, (0.0, 0.0, 0.0))]
