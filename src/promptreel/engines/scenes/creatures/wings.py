"""Birds: a body for the air and one for the ground or the water, plumage, wings that beat and wings that fold.

Lengths of a `Bird` are shares of its body's length without bill and tail. A wing has three bones: the arm to the wrist,
the hand, and the tips of the primaries. On the way down it is stretched; on the way up the wrist bends and the hand is
drawn in and back, as in slow films of passerines and gulls.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from promptreel.engines.scenes.creatures.creature import (
    Act,
    Creature,
    Kit,
    Patch,
    Pose,
    Skeleton,
    mottle,
    recoloured,
    soft,
    tones,
)
from promptreel.engines.scenes.creatures.gait import ease, fract, step, swing, wander
from promptreel.engines.scenes.creatures.loft import Chain, Doubles, Loft, blade, counts, eyes, loft, mirrored
from promptreel.engines.scenes.stage import Casting

Colour = tuple[float, float, float]
Station = tuple[float, float, float, float, float]
TURN = 2 * math.pi
FLYING = frozenset({"fly", "soar", "glide", "hover", "dive", "land"})


@dataclass(frozen=True, slots=True)
class Plumage:
    """Reflectances. What is None is like its neighbourhood: the head like the back, the breast like the belly."""

    back: Colour
    belly: Colour
    wing: Colour
    """The coverts: the front of the wing, seen from above."""
    flight: Colour
    """The long feathers behind them."""
    under: Colour
    """The wing from below."""
    tail: Colour
    bill: Colour = (0.05, 0.045, 0.04)
    legs: Colour = (0.10, 0.07, 0.05)
    head: Colour | None = None
    breast: Colour | None = None
    throat: Colour | None = None
    cap: Colour | None = None
    mask: Colour | None = None
    collar: Colour | None = None
    tip: Colour | None = None
    """Of the wings."""
    bar: Colour | None = None
    """A band across the wing, between the coverts and the long feathers."""
    band: Colour | None = None
    """At the end of the tail."""
    iris: Colour = (0.012, 0.010, 0.010)
    speckle: float = 0.0
    """Dark spots on the breast."""


@dataclass(frozen=True, slots=True)
class Bird:
    """The build of a kind of bird; z ahead, y up."""

    length: float
    """Of the body without bill and tail, in m."""
    air: tuple[Station, ...]
    """The body in flight, about the shoulders' height at y = 0."""
    rest: tuple[Station, ...]
    """The body that stands (feet at y = 0) or swims (waterline at y = 0)."""
    bill: tuple[Station, ...]
    """From tip to base; the base is at (0, 0)."""
    face: tuple[tuple[float, float], tuple[float, float]]
    """Where the bill is (z, y): in the air, at rest."""
    span: float
    """Of one wing."""
    wing: tuple[tuple[float, float, float], ...]
    """Rows of a wing as shares of `span`: out from the shoulder, leading edge ahead of it, trailing edge."""
    shoulder: tuple[float, float, float]
    """x, y, z in flight."""
    wrist: float = 0.42
    fingers: int = 0
    """Separate primaries at the tip of a soaring bird's wing."""
    tail: tuple[float, float, float, float] = (0.55, 0.06, 0.13, 0.0)
    """Length, half width at the foot, at the end, and how much longer the middle is than the sides (a fork: negative)."""
    eye: tuple[float, float, float] = (0.10, 1.15, 0.026)
    """Share of the way, angle from the top, radius."""
    neck: tuple[float, float, float] = (0.20, 0.27, 0.38)
    """Shares of the way at which the head rules, the neck, the body."""
    hip: tuple[float, float, float] = (0.07, 0.28, -0.05)
    heel: float = -0.10
    """How far behind the hip the heel is."""
    leg: float = 0.012
    """Half the thickness of the legs; 0: none to be seen (it swims)."""
    toes: float = 0.16
    fold: tuple[float, float, float] = (0.34, 0.93, 0.30)
    """The folded wing: shares of the way at which it begins and ends, and how far its tip goes beyond."""
    beat: float = 4.0
    """Wing beats per second."""
    stroke: float = 0.85
    """How far up and down, rad."""
    glide: float = 0.3
    """The share of the time that it glides."""
    raised: float = 0.06
    """How far the wings are held up while gliding, rad."""
    trail: float = 0.0
    """How far long legs reach behind the tail in flight."""
    lift: float = 0.0
    """How much higher it flies than its path, which for birds of the ground and the water may be the surface."""
    hops: bool = False
    afloat: bool = False
    curl: float = 0.25
    """How far it tucks its legs' shadow: the pitch of its tail at rest, rad."""


def scaled(stations: tuple[Station, ...], size: float, lift: float = 0.0) -> Loft:
    """Stations in m."""
    rows = [tuple(size * value for value in row) for row in stations]
    return Loft(tuple((row[0], row[1] + lift, row[2], row[3], row[4]) for row in rows))


def bird(kind: Bird, coat: Plumage, casting: Casting, trim: Callable[[Kit], None] | None = None) -> Creature:
    """Build a bird of a kind and a plumage; `trim` adds what only it has, such as a comb."""
    size, action = kind.length, casting.action
    flying = action in FLYING and not (kind.afloat and action == "glide")
    body = scaled(kind.air if flying else kind.rest, size)
    bones = _skeleton(kind, body, flying)
    kit = Kit(bones, [], casting)
    shades = _dyed(coat, casting)
    rings, sides = counts(kit, (9, 26, 54), (6, 14, 26))
    chain = Chain(("head", "neck", "body"), kind.neck)
    loft(kit, body, chain, lambda patch: _plumage(shades, patch, rings, sides, casting), rings, sides, 0.03)
    z, y = (size * value for value in kind.face[0 if flying else 1])
    bill = Loft(tuple((z + size * a, y + size * b, size * c, size * d, size * e) for a, b, c, d, e in kind.bill))
    loft(kit, bill, "head", shades.bill, *counts(kit, (3, 6, 10), (4, 8, 12)), 0.35)
    share, angle, radius = kind.eye
    dark = (0.006, 0.006, 0.006)
    eyes(kit, "head", body, share, angle, radius * size, dark, shades.iris, pupil=0.62)
    _tail(kit, kind, body, shades, flying)
    if flying:
        for side, sign in (("l", -1.0), ("r", 1.0)):
            _wing(kit, kind, shades, side, sign)
            if kind.trail:
                root, far = body.at(0.88, 0.0, 0.0), -(kind.trail + 0.5) * size
                x = sign * 0.035 * size
                path = [
                    (x, root[1], root[2]),
                    (x, root[1] - 0.02 * size, 0.5 * (root[2] + far)),
                    (x, root[1] - 0.05 * size, far),
                ]
                thick = kind.leg * size
                kit.tube("tail", path, [thick, 1.2 * thick, 0.8 * thick], shades.legs, 0.15, 6 if kit.fine else 3)
    else:
        for sign in (-1.0, 1.0):
            _folded(kit, kind, body, shades, sign)
        if kind.leg:
            _legs(kit, kind, shades)
    if trim:
        trim(kit)
    seed = float(casting.rng.uniform())
    return kit.body(_flight(kind, action, seed) if flying else _ground(kind, action, seed))


def _dyed(coat: Plumage, casting: Casting) -> Plumage:
    """The colour that a prompt names goes to all but bill and legs; darker on the long feathers, paler below."""
    if casting.colour is None:
        return coat
    main = recoloured(coat.back, casting)
    grey = float(main.mean())

    def tint(share: float, pale: float = 0.0) -> Colour:
        r, g, b = (float(np.clip(value * share + pale, 0.008, 0.85)) for value in main)
        return r, g, b

    light = grey > 0.5
    return Plumage(
        tint(1.0), tint(0.9, 0.10 if grey < 0.4 else 0.0), tint(0.92), tint(0.80 if light else 0.55),
        tint(0.85, 0.06), tint(0.82 if light else 0.6), coat.bill, coat.legs, iris=coat.iris,
    )  # fmt: skip


def _skeleton(kind: Bird, body: Loft, flying: bool) -> Skeleton:
    size = kind.length
    bones = Skeleton()
    middle = body.at(0.6, 0.0, 0.0)
    neck, head, tail = (body.at(share, 0.0, 0.0) for share in (kind.neck[2], 0.5 * sum(kind.neck[:2]), 0.97))

    def spot(point: Doubles) -> tuple[float, float, float]:
        return float(point[0]), float(point[1]), float(point[2])

    bones.add("body", "", spot(middle), spot(tail))
    bones.add("neck", "body", spot(neck), spot(head))
    bones.add("head", "neck", spot(head), spot(body.at(0.02, 0.0, 0.0)))
    bones.add("tail", "body", spot(tail), spot(tail + [0, 0, -size * kind.tail[0]]))
    x, y, z = (size * value for value in kind.shoulder)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        if flying:
            long = kind.span * size
            wrist = (sign * (x + kind.wrist * long), y, z + 0.10 * long)
            knuckle = (sign * (x + (kind.wrist + 1) / 2 * long), y, z)
            bones.add(f"wing_{side}", "body", (sign * x, y, z), wrist)
            bones.add(f"hand_{side}", f"wing_{side}", wrist, knuckle)
            bones.add(f"tip_{side}", f"hand_{side}", knuckle, (sign * (x + long), y, z))
        elif kind.leg:
            a, b, c = (size * value for value in kind.hip)
            heel = (sign * a, 0.52 * b, c + size * kind.heel)
            ankle, contact = (sign * a, 0.03 * b, c), (sign * a, 0.0, c + 0.2 * size * kind.toes)
            bones.add(f"leg_{side}", "body", (sign * a, b, c), heel)
            bones.add(f"leg_{side}_2", f"leg_{side}", heel, ankle)
            bones.add(f"foot_{side}", f"leg_{side}_2", ankle, contact)
            bones.leg(f"leg_{side}", f"leg_{side}_2", f"foot_{side}", "", -1.0)
    return bones


def _plumage(coat: Plumage, patch: Patch, rings: int, sides: int, casting: Casting) -> Doubles:
    """Colours of the body, by the share of the way and by how far up a point lies on its ring."""
    share = np.repeat(np.linspace(0, 1, rings), sides)
    up = np.tile(np.cos(np.arange(sides) * (TURN / sides)), rings)
    grain = mottle(patch.points / casting_scale(patch), 0.035, casting.rng)
    ragged = 0.10 * grain
    head = soft(0.31, 0.25, share + 0.03 * grain)
    layers: list[tuple[object, Doubles]] = [(coat.belly, soft(0.05, -0.35, up + ragged))]
    if coat.breast:
        layers.append((coat.breast, soft(0.20, 0.30, share) * soft(0.62, 0.50, share) * soft(0.25, -0.10, up + ragged)))
    if coat.speckle:
        spots = soft(0.25, 0.5, mottle(patch.points / casting_scale(patch), 0.022, casting.rng))
        where = soft(0.2, 0.3, share) * soft(0.80, 0.6, share) * soft(0.15, -0.1, up)
        layers.append((np.asarray(coat.back) * 0.5, spots * where * coat.speckle))
    if coat.head:
        layers.append((coat.head, head))
    if coat.throat:
        layers.append((coat.throat, soft(0.32, 0.26, share) * soft(0.05, -0.25, up)))
    if coat.cap:
        layers.append((coat.cap, soft(0.24, 0.20, share) * soft(0.45, 0.62, up)))
    if coat.mask:
        layers.append((coat.mask, soft(0.22, 0.17, share) * soft(0.30, 0.16, np.abs(up - 0.30))))
    if coat.collar:
        layers.append((coat.collar, soft(0.045, 0.02, np.abs(share - 0.29))))
    shade = tones(coat.back, *((np.asarray(tint, float), cover) for tint, cover in layers))
    return shade * (1 + 0.10 * grain)[:, None]


def casting_scale(patch: Patch) -> float:
    """The length of what is painted, so that grain is as fine on a wren as on an eagle."""
    return float(np.ptp(patch.points[:, 2]) + np.ptp(patch.points[:, 1])) * 0.75


def _feathers(u: Doubles, number: float) -> Doubles:
    """0 in the middle of each feather, 1 where two meet."""
    return np.abs(2 * (u * number - np.floor(u * number)) - 1) ** 2


def _wing(kit: Kit, kind: Bird, coat: Plumage, side: str, sign: float) -> None:
    size = kind.length
    long = kind.span * size
    x0, y0, z0 = (size * value for value in kind.shoulder)
    rows = []
    for x, ahead, behind in kind.wing:
        y = y0 + 0.012 * long * math.sin(math.pi * x)
        rows.append((x0 + x * long, y, z0 + ahead * long, x0 + x * long, y - 0.012 * long, z0 + behind * long))
    rows[0] = (0.3 * x0, *rows[0][1:3], 0.3 * x0, *rows[0][4:])
    number = 13
    top, flight, under = (np.asarray(c, float) for c in (coat.wing, coat.flight, coat.under))
    tip = np.asarray(coat.tip or coat.flight, float)
    reach = kind.wing[-1][0]

    def shade(u: Doubles, v: Doubles, way: float) -> Doubles:
        out = u * reach
        long_feathers = soft(0.42, 0.52, v + 0.05 * np.cos(out * number * TURN))
        lines = _feathers(u, number) if kit.finest else np.zeros_like(u)
        ends = soft(0.74, 0.86, out + 0.12 * (v - 0.5))
        if way > 0:
            rows_ = 1 - 0.16 * soft(0.5, 1.0, _feathers(v, 5.5)) * (1 - long_feathers)
            colour = tones(top, (flight, long_feathers), (tip, ends * (1.0 if coat.tip else 0.3)))
            if coat.bar:
                colour = tones(colour, (coat.bar, soft(0.06, 0.025, np.abs(v - 0.43)) * soft(0.85, 0.7, out)))
            return colour * rows_[:, None] * (1 - 0.38 * lines * long_feathers)[:, None]
        colour = tones(
            under, (under * 0.72, long_feathers * 0.7), (0.5 * (under + tip), ends * (0.9 if coat.tip else 0.3))
        )
        return colour * (1 - 0.22 * lines * long_feathers)[:, None]

    def edge(u: Doubles) -> Doubles:
        return np.asarray(1 - (0.055 if kit.fine else 0.0) * _feathers(u, number) * soft(0.02, 0.15, u))

    names = (f"wing_{side}", f"hand_{side}", f"tip_{side}")
    chain = Chain(names, (0.30 / reach * kind.wrist / 0.42, min(0.62 / reach, 0.93), min(0.98 / reach, 1.0)))
    span, chord = counts(kit, (5, 18, 48), (3, 5, 9))
    blade(kit, mirrored(rows, sign), chain, shade, span, chord, 0.05, 0.05, translucency=0.12, edge=edge)
    tips = kind.fingers if kit.finest else (kind.fingers + 1) // 2
    for finger in range(tips):
        u = finger / max(tips - 1, 1)
        turn = math.radians(16 - 70 * u)
        reach_ = long * (0.27 + 0.07 * math.sin(math.pi * min(u + 0.15, 1)))
        _, ahead, behind = kind.wing[-1]
        base = (x0 + (kind.wing[-1][0] - 0.05 - 0.03 * u) * long, y0 + 0.004 * long * (1 - u),
                z0 + (ahead * (1 - u) + behind * 0.72 * u) * long)  # fmt: skip
        wide = 0.021 * long * (kind.fingers / max(tips, 1)) ** 0.7
        across = np.array([math.sin(turn), 0, -math.cos(turn)]) * wide * [sign, 1, 1]
        along = np.array([math.cos(turn) * sign, 0.06, math.sin(turn)]) * reach_
        widths = (0.9, 1.0, 1.05, 0.95, 0.75, 0.15) if kit.fine else (1.0, 1.0, 0.2)
        kit.leaf(names[2], np.asarray(base) * [sign, 1, 1], along, across, tip, 0.45 * tip + 0.3 * under, widths,
                 columns=3 if kit.fine else 2, translucency=0.15, thick=0.0015 * long, droop=(0, 0.035 * long, 0))  # fmt: skip


def _tail(kit: Kit, kind: Bird, body: Loft, coat: Plumage, flying: bool) -> None:
    long, foot, end, middle = (kind.length * value for value in kind.tail)
    if not flying:
        end = 0.6 * end
    base = body.at(0.90, 0.0, 0.2)
    line = body.at(0.97, 0.0, 0.0) - body.at(0.80, 0.0, 0.0)
    slope = 0.5 * min(1.0, 0.5 / kind.tail[0]) * math.atan2(line[1], -line[2]) if not flying else 0.0
    rows = []
    for x in (-1.0, -0.72, -0.36, 0.0, 0.36, 0.72, 1.0):
        far = long - (middle * abs(x) if middle >= 0 else -middle * (1 - abs(x)))
        lead = (x * foot, base[1] - 0.25 * foot * x * x, base[2])
        rows.append((*lead, x * end, base[1] - 0.12 * end * x * x + slope * far, base[2] - far))
    dark, tint = np.asarray(coat.tail, float), np.asarray(coat.band or coat.tail, float)

    def shade(u: Doubles, v: Doubles, way: float) -> Doubles:
        lines = _feathers(u, 9) if kit.finest else np.zeros_like(u)
        colour = tones(dark, (tint, soft(0.78, 0.86, v)))
        return np.asarray(colour * ((1 if way > 0 else 0.8) - 0.3 * lines * soft(0.15, 0.4, v))[:, None])

    span, chord = counts(kit, (4, 9, 28), (3, 4, 8))
    blade(kit, rows, "tail", shade, span, chord, 0.02, translucency=0.12)


def _folded(kit: Kit, kind: Bird, body: Loft, coat: Plumage, sign: float) -> None:
    """A wing that lies along the flank, its tip over the foot of the tail."""
    start, stop, beyond = kind.fold
    rows = []
    for u in np.linspace(0, 1, 6):
        share = start + (stop - start) * u
        high = math.radians(62 - 46 * u)
        low = math.radians(112 - 30 * u) if 0 < u < 1 else math.radians(85)
        if kind.afloat:
            high, low = high * 0.75, low * (0.97 - 0.15 * u)
        out = 1.03 + 0.07 * math.sin(math.pi * u)
        rows.append((*body.at(share, high, out), *body.at(share, low, out)))
    line = body.at(0.96, 0.0, 0.0) - body.at(0.82, 0.0, 0.0)
    far = body.at(stop, math.radians(28), 1.05) + line / np.linalg.norm(line) * beyond * kind.length
    far[0] *= 0.75
    rows.append((*far, *(far + [0, -0.012 * kind.length, 0])))
    top, flight = np.asarray(coat.wing, float), np.asarray(coat.flight, float)

    def shade(u: Doubles, v: Doubles, way: float) -> Doubles:
        slant = u + 0.18 * v
        colour = tones(top, (flight, soft(0.50, 0.60, slant)))
        if coat.bar:
            colour = tones(colour, (coat.bar, soft(0.035, 0.015, np.abs(slant - 0.52))))
        scale = 1 - 0.15 * soft(0.4, 1.0, _feathers(slant, 7)) * soft(0.6, 0.5, slant)
        lines = _feathers(v + 0.4 * u, 5) * soft(0.5, 0.6, slant)
        return np.asarray(colour * scale[:, None] * (1 - 0.32 * lines)[:, None])

    span, chord = counts(kit, (5, 12, 30), (3, 6, 11))
    blade(kit, mirrored(rows, sign), "body", shade, span, chord, 0.10, 0.05, up=(sign, 0.3, 0))


def _legs(kit: Kit, kind: Bird, coat: Plumage) -> None:
    size, thick = kind.length, kind.leg * kind.length
    for side, sign in (("l", -1.0), ("r", 1.0)):
        a, b, c = (size * value for value in kind.hip)
        heel = np.array([sign * a, 0.52 * b, c + size * kind.heel])
        hip, ankle = np.array([sign * a, b, c]), np.array([sign * a, 0.03 * b, c])
        sides = 8 if kit.finest else 4
        plume = np.asarray(coat.belly, float) * 0.8
        kit.tube(
            f"leg_{side}", [hip, 0.5 * (hip + heel), heel], [4.0 * thick, 3.0 * thick, 1.2 * thick], plume, 0, sides
        )
        kit.tube(
            f"leg_{side}_2", [heel, 0.5 * (heel + ankle), ankle], [1.25 * thick, thick, thick], coat.legs, 0.15, sides
        )
        for turn in (-0.5, 0.0, 0.5, math.pi) if kit.fine else (0.0,):
            long = size * kind.toes * (0.65 if turn > 1 else 1.0)
            way = np.array([math.sin(turn), 0, math.cos(turn)])
            path = [ankle, ankle + way * 0.5 * long + [0, -0.012 * b, 0], ankle + way * long + [0, -0.028 * b, 0]]
            kit.tube(f"foot_{side}", path, [thick, 0.8 * thick, 0.3 * thick], coat.legs, 0.15, 5)


# -- motion ------------------------------------------------------------------------------------------------------------


def _flight(kind: Bird, action: str, seed: float) -> Act:
    """Wing beats, by turns with gliding."""

    def perform(pose: Pose, t: float, _travelled: float) -> None:
        phase = TURN * (t * kind.beat + seed)
        # Bursts of beats and glides take turns.
        rest = {"soar": 0.93, "glide": 0.88, "hover": 0.0}.get(action, kind.glide)
        cycle = fract(t / (7.0 if rest > 0.5 else 2.4 + 6.0 / kind.beat) + seed * 1.7)
        calm = ease((cycle - (1 - rest)) / 0.10) * (1 - ease((cycle - 0.93) / 0.07)) if rest > 0 else 0.0
        work = 1 - calm
        hover = action == "hover"
        beat, rising = math.sin(phase), max(0.0, math.cos(phase))
        stroke = kind.stroke * (1.15 if hover else 1.0) * work
        dip = -0.020 * kind.span * kind.length * math.cos(phase - 0.4) * work * kind.stroke * 2
        pose.shift("body", y=dip + kind.lift * kind.length)
        tilt = 0.62 if hover else 0.05 * work
        pose.turn("body", pitch=tilt + 0.03 * work * math.sin(phase - 1.2), roll=0.06 * wander(t, 1.9, seed, 0.5))
        pose.turn(
            "head", pitch=-0.75 * tilt - 0.03 * work * math.sin(phase - 1.2), yaw=0.16 * wander(t, 1.4, seed, 0.2)
        )
        pose.turn("tail", pitch=0.05 * math.sin(phase - 2.0) * work - (0.35 if hover else 0.0),
                  roll=0.10 * wander(t, 1.3, seed + 0.3, 0.5))  # fmt: skip
        trim = 0.025 * swing(t, 0.45, seed)
        for side, sign in (("l", -1.0), ("r", 1.0)):
            lift = 0.10 * work + stroke * beat + kind.raised + sign * trim * calm
            bend = -(0.75 * rising - 0.10) * stroke - 0.09 * calm * (1 - 3 * kind.raised)
            sweep = (0.60 * rising * stroke + 0.10 * calm) * sign
            pose.turn(f"wing_{side}", roll=-sign * lift, yaw=-0.40 * sweep, pitch=0.22 * stroke * math.cos(phase))
            pose.turn(f"hand_{side}", roll=-sign * bend, yaw=1.15 * sweep, pitch=0.30 * stroke * math.cos(phase - 0.3))
            flex = 0.22 * stroke * -math.cos(phase) + 0.06 * calm
            pose.turn(f"tip_{side}", roll=-sign * flex, yaw=0.35 * sweep)

    return perform


def _ground(kind: Bird, action: str, seed: float) -> Act:
    """Standing, walking or hopping, and swimming."""
    size = kind.length

    def perform(pose: Pose, t: float, travelled: float) -> None:
        look = wander(t, 1.1, seed, 0.12)
        pose.turn("head", yaw=0.55 * look, pitch=0.16 * wander(t, 1.6, seed + 0.4, 0.15), roll=0.12 * look)
        pose.turn("neck", yaw=0.22 * look)
        pose.turn("tail", pitch=0.10 * max(0.0, wander(t, 0.9, seed + 0.2, 0.2)), yaw=0.10 * wander(t, 2.1, seed, 0.1))
        if kind.afloat and not kind.leg:
            paddle = swing(t, 1.2, seed)
            pose.turn("body", roll=0.025 * paddle + 0.02 * swing(t, 0.4, seed), pitch=0.015 * swing(t, 0.55, seed))
            if action == "swim":
                pose.turn("neck", pitch=0.05 * swing(t, 1.2, seed + 0.2))
            return
        if action in ("walk", "run") and kind.hops:
            # On the ground the bird stays where it is while its path goes on; in the air it catches up.
            stride = 0.8 * size
            u = fract(travelled / stride + seed)
            air = min(max((u - 0.55) / 0.45, 0.0), 1.0)
            along = stride * (ease(air) - u)
            high = 0.20 * size * 4 * air * (1 - air)
            crouch = -0.05 * size * math.exp(-(((u - 0.48) / 0.08) ** 2))
            pose.shift("body", y=high + crouch, z=along)
            pose.turn("body", pitch=0.16 * math.cos(math.pi * air) * (4 * air * (1 - air)))
            for side in "lr":
                pose.plant(f"leg_{side}", y=high * 0.92, z=along, end=-0.5 * math.sin(math.pi * air))
            return
        if action in ("walk", "run"):
            stride = (2.6 if kind.hip[1] < 0.7 else 1.25) * kind.hip[1] * size  # Long legs take short steps.
            phase = travelled / stride + seed
            pose.turn("body", roll=0.05 * math.sin(TURN * phase), yaw=0.04 * math.cos(TURN * phase))
            pose.shift("body", y=-0.03 * kind.hip[1] * size + 0.012 * size * math.cos(2 * TURN * phase))
            # The head waits in place and then darts ahead, once per step.
            nod = fract(2 * phase)
            pose.shift("head", z=0.07 * size * (ease(nod / 0.35) - nod))
            for side, beat in (("l", 0.0), ("r", 0.5)):
                foot = step(phase - beat, 0.62)
                pose.plant(f"leg_{side}", y=0.22 * kind.hip[1] * size * foot.lift, z=foot.along * 0.62 * stride,
                           end=-0.7 * foot.lift)  # fmt: skip
            return
        if action == "eat":
            # Down to the grain, a few pecks, and up again to look around.
            u = fract(0.30 * t + seed)
            down = ease(min(u / 0.12, 1.0)) * ease(min(max(0.72 - u, 0.0) / 0.12, 1.0))
            pecks = 0.22 * down * max(0.0, math.sin(TURN * 2.6 * t))
            pose.turn("body", pitch=-0.52 * down)
            pose.turn("neck", pitch=-(0.95 + pecks) * down)
        pose.turn("body", roll=0.02 * wander(t, 2.3, seed, 0.3), pitch=0.04 * wander(t, 1.7, seed + 0.6, 0.15))
        pose.shift("body", y=0.006 * size * swing(t, 0.9, seed))
        for side in "lr":
            pose.plant(f"leg_{side}")

    return perform
