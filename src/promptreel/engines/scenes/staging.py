"""Where subjects are and how they go: framing by their size, paths by their habitat, groups."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from promptreel.engines.scenes.stage import Ground, Path, Set, Subject

TALL = 0.45
"""The share of the frame's height that an upright subject fills."""

WIDE = 0.42
"""The share of the frame's width that a long subject fills."""

Moment = tuple[float, float, float, float, float, float, float]

TOWARD_CAMERA = frozenset({"smile", "wave", "talk", "sit", "stand", "sleep", "eat", "dance", "bloom", "idle"})
"""What is done facing the viewer."""

AIRBORNE = frozenset({"fly", "soar", "glide", "hover", "rise", "float", "drift", "fall", "launch", "spin"})
"""What is done without touching the ground."""


END_ON = 0.42
"""The share of its length that one sees of what comes along a road or a railway."""


def framing_distance(row: Subject, size: float, count: int, tangent: float, aspect: float) -> float:
    """How far away, m, a subject (or a group of them) is framed well. `tangent`: of half the vertical angle of view."""
    high = row.height * size / (TALL * 2 * tangent)
    end_on = END_ON if row.size < 30 else 0.6 * END_ON
    length = row.size * (end_on if row.habitat in {"road", "rail"} and row.size > 6 else 1.0)
    wide = length * size / (WIDE * 2 * tangent * aspect)
    if row.habitat in {"road", "rail"} and row.size > 2.5:
        high += 0.4 * row.size * size  # It comes nearer with its front.
        wide += 0.4 * row.size * size
    crowd = 1 + 0.45 * (min(count, 60) - 1) ** 0.5 if count > 1 else 1.0
    if row.habitat == "air" and count > 3:
        crowd *= 1.5
    # The smallest are filmed as macro photographers do it.
    least = 0.9 if row.habitat != "air" or row.height * size > 0.2 else 0.4
    return float(np.clip(max(high, wide) * crowd, least, 600.0))


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a subject is in the middle of a shot, and which way it goes: m, m, m and radians from +z to the right."""

    x: float
    y: float
    z: float
    heading: float


@dataclass(frozen=True, slots=True)
class Clock:
    """The shots of a film, by which every path begins anew: between cuts a runner need not have run on."""

    shots: tuple[tuple[float, float], ...]

    def local(self, t: float) -> float:
        """Seconds since the middle of the shot that runs at `t`."""
        for start, end in self.shots:
            if t < end:
                return t - (start + end) / 2
        start, end = self.shots[-1]
        return t - (start + end) / 2


def straight(mark: Mark, speed: float, clock: Clock, floor: Callable[[float, float, float], Moment]) -> Path:
    """Ahead at `speed` m/s; `floor(x, z, t)` gives height, pitch and roll as the last of a moment's parts."""
    along = math.sin(mark.heading), math.cos(mark.heading)
    offset = 1000.0

    def at(t: float) -> Moment:
        gone = speed * clock.local(t)
        x, z = mark.x + along[0] * gone, mark.z + along[1] * gone
        _, y, _, _, pitch, bank, _ = floor(x, z, t)
        return x, y, z, mark.heading, pitch, bank, gone + offset

    return Path(at)


def on_ground(ground: Ground, sink: float, *, tilts: bool, heading: float) -> Callable[[float, float, float], Moment]:
    """Feet or wheels on the ground; what has wheels tilts with it."""
    along = math.sin(heading), math.cos(heading)

    def floor(x: float, z: float, _t: float) -> Moment:
        y = float(ground.height(x, z))
        pitch = bank = 0.0
        if tilts:
            step = 0.8
            ahead = float(ground.height(x + along[0] * step, z + along[1] * step))
            aside = float(ground.height(x + along[1] * step, z - along[0] * step))
            pitch, bank = math.atan2(ahead - y, step), math.atan2(y - aside, step)
        return x, y - sink, z, heading, pitch, bank, 0.0

    return floor


def on_water(ground: Ground, size: float, sink: float, heading: float) -> Callable[[float, float, float], Moment]:
    """Afloat: a long hull feels the long waves only."""
    along = math.sin(heading), math.cos(heading)
    reach = max(0.3 * size, 0.4)
    calm = 1 / (1 + size / 25)

    def floor(x: float, z: float, t: float) -> Moment:
        fore = ground.lift(x + along[0] * reach, z + along[1] * reach, t)[0]
        aft = ground.lift(x - along[0] * reach, z - along[1] * reach, t)[0]
        port = ground.lift(x - along[1] * reach * 0.4, z + along[0] * reach * 0.4, t)[0]
        star = ground.lift(x + along[1] * reach * 0.4, z - along[0] * reach * 0.4, t)[0]
        y = (fore + aft + port + star) / 4
        pitch = math.atan2(fore - aft, 2 * reach) * calm
        bank = math.atan2(port - star, 0.8 * reach) * calm
        return x, y - sink, z, heading, pitch, bank, 0.0

    return floor


def flying(mark: Mark, speed: float, clock: Clock, *, wander: float, phase: float, curve: float) -> Path:
    """Through the air or the water: ahead at `speed`, up and down by `wander` m, turning by `curve` rad/s."""
    offset = 1000.0

    def at(t: float) -> Moment:
        u = clock.local(t)
        heading = mark.heading + curve * u
        if abs(curve) > 1e-4:
            radius = speed / curve
            x = mark.x + radius * (math.cos(mark.heading) - math.cos(heading))
            z = mark.z + radius * (math.sin(heading) - math.sin(mark.heading))
        else:
            x, z = mark.x + math.sin(heading) * speed * u, mark.z + math.cos(heading) * speed * u
        y = mark.y + wander * math.sin(0.9 * t + phase)
        climb = 0.9 * wander * math.cos(0.9 * t + phase)
        pitch = math.atan2(climb, max(speed, 2.0)) * 0.8
        bank = min(max(math.atan2(-curve * speed, 9.81), -0.9), 0.9) if speed > 1 else 0.0
        return x, y, z, heading, pitch, -bank, speed * u + offset

    return Path(at)


def hovering(mark: Mark, clock: Clock, rise: float, sway: float, spin: float, phase: float) -> Path:
    """In one place or straight up: `rise` m/s, swaying by `sway` m, turning by `spin` rad/s."""

    def at(t: float) -> Moment:
        u = clock.local(t)
        x = mark.x + sway * math.sin(0.7 * t + phase)
        z = mark.z + sway * 0.6 * math.cos(0.53 * t + 1.7 * phase)
        y = mark.y + rise * u + 0.5 * sway * math.sin(1.1 * t + 2.1 * phase)
        return (
            x,
            y,
            z,
            mark.heading + spin * t,
            0.02 * math.sin(0.8 * t + phase),
            0.03 * math.sin(0.6 * t),
            rise * u + 1000,
        )

    return Path(at)


def lifting_off(mark: Mark, shots: tuple[tuple[float, float], ...], acceleration: float) -> Path:
    """A rocket's start: half a second on the pad in every shot, then ever faster."""

    def at(t: float) -> Moment:
        start = next((start for start, end in shots if t < end), shots[-1][0])
        u = max(t - start - 0.5, 0.0)
        return mark.x, mark.y + 0.5 * acceleration * u * u, mark.z, mark.heading, 0.0, 0.0, 0.5 * acceleration * u * u

    return Path(at)


def leaping(mark: Mark, speed: float, clock: Clock, size: float, phase: float) -> Path:
    """A whale or a dolphin: out of the water in an arc and back in, again and again; `phase` 0…1, at 0 in the air in the
    middle of the shot.
    """
    high = min(0.9 * size, 0.45 * size + 2.0)  # The largest leave the water only just.
    air = 2 * math.sqrt(2 * high / 9.81)
    period = air + min(0.7 + 0.06 * size, 1.6)

    def at(t: float) -> Moment:
        u = clock.local(t) + period * (0.5 + phase)
        inside = u % period - period / 2
        share = inside / (air / 2)
        y = high * (1 - share * share) - 0.35 * size
        y = max(y, -1.2 * size)
        gone = speed * clock.local(t)
        slope = math.atan2(-2 * high * share / (air / 2), max(speed, 0.5))
        pitch = float(np.clip(slope, -1.2, 1.2))
        x, z = mark.x + math.sin(mark.heading) * gone, mark.z + math.cos(mark.heading) * gone
        return x, mark.y + y, z, mark.heading, pitch, 0.25 * math.sin(u), gone + 1000

    return Path(at, surface=mark.y)


def circling(centre: Mark, radius: float, speed: float, floor: Callable[[float, float, float], Moment]) -> Path:
    """Round and round at `speed` m/s, where there is no room to run on."""
    sense = 1.0 if math.sin(centre.heading) > 0 else -1.0

    def at(t: float) -> Moment:
        angle = sense * (speed * t / radius) + centre.heading
        x, z = centre.x - sense * radius * math.cos(angle), centre.z + sense * radius * math.sin(angle)
        _, y, _, _, pitch, bank, _ = floor(x, z, t)
        return x, y, z, angle, pitch, bank, speed * t + 1000

    return Path(at)


def carried(by: Path, height: float, ahead: float = 0.0, aside: float = 0.0) -> Path:
    """On the back of something, or before it in its hands; `aside` is to its right, m."""

    def at(t: float) -> Moment:
        x, y, z, heading, pitch, bank, gone = by.at(t)
        return (
            x + ahead * math.sin(heading) + aside * math.cos(heading),
            y + height,
            z + ahead * math.cos(heading) - aside * math.sin(heading),
            heading,
            pitch * 0.7,
            bank,
            gone,
        )

    return Path(at)


def slung(by: Path, height: float, size: float) -> Path:
    """Before the belly as a guitar is played: its body at the right hip, its neck up to the left; `height` of hands."""
    lean = 1.08
    carry = carried(by, height - (0.06 + 0.22 * math.cos(lean)) * size, 0.23, (0.06 + 0.22 * math.sin(lean)) * size)

    def at(t: float) -> Moment:
        x, y, z, heading, pitch, bank, gone = carry.at(t)
        return x, y, z, heading, pitch, bank - lean, gone

    return Path(at)


def dry_spot(stage: Set, x: float, z: float, radius: float, *, wet: bool) -> tuple[float, float] | None:
    """The place nearest to (x, z) that is free and dry (or `wet`), or None within a reasonable way."""
    ground = stage.ground
    for ring in range(14):
        reach = ring * max(radius, 0.5) * 0.8
        for number in range(max(1, 6 * min(ring, 4))):
            angle = number * 2.399963 + ring
            a, b = x + reach * math.sin(angle), z + 0.7 * reach * math.cos(angle)
            if b > max(radius, 0.6) and bool(ground.wet(a, b)) == wet and stage.free(a, b, radius):
                return a, b
    return None


def formation(count: int, spread: float, random: np.random.Generator) -> list[tuple[float, float, float]]:
    """Offsets of `count` things about (0, 0, 0), the first in the middle: x and z as shares of `spread` m, y likewise."""
    places = [(0.0, 0.0, 0.0)]
    for number in range(1, count):
        reach = spread * math.sqrt(number) * 0.75
        angle = number * 2.399963 + float(random.uniform(-0.3, 0.3))
        lift = float(random.uniform(-0.5, 0.5)) * spread
        places.append((reach * math.cos(angle), lift, reach * math.sin(angle)))
    return places
