"""Where the camera is: shots, the moves within them, and the check against the ground."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from promptreel.engines.scenes.mesh import Camera, look

DISSOLVE = 0.6
"""Seconds in which one shot melts into the next."""

CLEARANCE = 0.25
"""Metres that the lens stays above the ground."""

CRANE = 0.8
"""What share of its travel a crane that holds no subject rises."""

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Pose:
    """Position in m, yaw to the right and pitch up in radians, `tangent` of half the vertical angle of view."""

    x: float
    y: float
    z: float
    yaw: float
    pitch: float
    tangent: float

    def toward(self, point: Point, share: float = 1.0) -> "Pose":
        """The same, turned by `share` of the way to look at `point` at once."""
        dx, dy, dz = point[0] - self.x, point[1] - self.y, point[2] - self.z
        yaw, pitch = math.atan2(dx, dz), math.atan2(dy, math.hypot(dx, dz))
        return replace(self, yaw=self.yaw + (yaw - self.yaw) * share, pitch=self.pitch + (pitch - self.pitch) * share)


SAFE = 0.9
"""The share of the frame, from its middle to its edge, within which the operator keeps what the film is about."""


@dataclass(frozen=True, slots=True)
class Member:
    """One whom the camera cares for."""

    at: Callable[[float], Sequence[float]]
    """Where it stands at a second of the film, x, y and z first."""
    wide: float
    """Half its width, m."""
    high: float
    """Half its height, m."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who pans and tilts, so that nobody whom the film is about is cut off by the frame's edge."""

    members: tuple[Member, ...]
    aspect: float
    zoom: float = 1.0
    """A factor on the tangent of the angle of view."""

    def kept(self, pose: Pose, t: float) -> Pose:
        """`pose` turned as little as it takes."""
        left, right, low, high = self.reach(pose, t)
        wide, tall = math.atan(pose.tangent * self.aspect), math.atan(pose.tangent)
        yaw, pitch = _correction(left, right, SAFE * wide), _correction(low, high, SAFE * tall)
        return replace(pose, yaw=pose.yaw + min(max(yaw, -wide), wide), pitch=pose.pitch + min(max(pitch, -tall), tall))

    def reach(self, pose: Pose, t: float) -> tuple[float, float, float, float]:
        """How far to the left, right, down and up of the middle of the frame they reach, radians."""
        sides: list[tuple[float, float, float, float]] = []
        for member in self.members:
            x, y, z, *_ = member.at(t)
            dx, foot, dz = x - pose.x, y - pose.y, z - pose.z
            away = max(math.hypot(dx, dz), 0.3)
            bearing = (math.atan2(dx, dz) - pose.yaw + math.pi) % (2 * math.pi) - math.pi
            # What is longer than tall reaches toward the camera, too.
            near = max(away - 0.7 * max(member.wide - 0.5 * member.high, 0.0), 0.3)
            top = foot + 2 * member.high
            low, high = math.atan2(foot, near), math.atan2(top, near if top > 0 else away)
            half = math.atan2(member.wide, away)
            sides.append((bearing - half, bearing + half, low - pose.pitch, high - pose.pitch))
        lefts, rights, lows, highs = zip(*sides, strict=True)
        return min(lefts), max(rights), min(lows), max(highs)

    def filled(self, pose: Pose, times: Sequence[float]) -> tuple[float, float]:
        """How much of the frame's width and height they take from `pose`, at the most, whichever way it is turned."""
        reaches = [self.reach(pose, t) for t in times]
        wide, tall = 2 * math.atan(pose.tangent * self.aspect), 2 * math.atan(pose.tangent)
        return max(r[1] - r[0] for r in reaches) / wide, max(r[3] - r[2] for r in reaches) / tall


def _correction(low: float, high: float, room: float) -> float:
    """By how much to turn so that what reaches from `low` to `high` is within -room … room, or in the middle of it."""
    if high - low > 2 * room:
        return 0.5 * (low + high)
    return min(low + room, 0.0) + max(high - room, 0.0)


@dataclass(frozen=True, slots=True)
class Shot:
    """One take: from `start` to `end` seconds of the film, seen as `pose(part)` says for `part` 0…1."""

    start: float
    end: float
    pose: Callable[[float], Pose]
    follow: Callable[[float], Point] | None = None
    """How far what the camera follows has come at a second of the film."""
    shake: float = 0.0
    """Radians by which a hand-held camera sways."""
    melt: bool = False
    """Whether it melts out of the shot before."""
    lift: float = 0.0
    operator: Operator | None = None

    def camera(self, t: float) -> Camera:
        """The camera at `t` seconds of the film."""
        part = (t - self.start) / max(self.end - self.start, 1e-6)
        pose = self.pose(min(max(part, 0.0), 1.0))
        x, y, z = self.follow(t) if self.follow else (0.0, 0.0, 0.0)
        pose = replace(pose, x=pose.x + x, y=pose.y + y + self.lift, z=pose.z + z)
        pose = self.operator.kept(pose, t) if self.operator else pose
        yaw = pose.yaw + self.shake * (math.sin(t * 6.1) + 0.6 * math.sin(t * 13.7 + 1.0))
        pitch = pose.pitch + self.shake * (math.sin(t * 7.3 + 2.0) + 0.5 * math.sin(t * 16.9 + 4.0))
        return look((pose.x, pose.y, pose.z), yaw, pitch, pose.tangent)

    def above(self, height: Callable[[float, float], float], ceiling: float = math.inf) -> "Shot":
        """The shot, lifted so that it never dips into the ground; `ceiling` is the most that it is lifted."""
        missing = 0.0
        for step in range(17):
            t = self.start + (self.end - self.start) * step / 16
            x, y, z = (float(value) for value in self.camera(t).position)
            missing = max(missing, height(x, z) + CLEARANCE - y)
        return replace(self, lift=self.lift + min(missing, ceiling))


def eased(part: float) -> float:
    """Mostly even, with a gentle start and stop."""
    return 0.7 * part + 0.3 * part * part * (3 - 2 * part)


def make_pose(
    move: str, base: Pose, target: Point, travel: float, sign: float, *, held: bool = False
) -> Callable[[float], Pose]:
    """The way of the camera in one shot: `base` is its middle or its end, `target` what it cares for.

    `travel` is how many metres it goes in all; `sign` is -1 or 1 for the side it prefers. With `held` the target is what
    the film is about, and keeps its place in the picture: the camera goes along the line to it, and turns with it.
    """
    away = max(math.dist((base.x, base.y, base.z), target), 0.5)
    turn = min(0.22, 0.05 + travel / away * 0.5)
    if held:
        turn = min(turn, 0.16 * base.tangent)
    forward = (math.sin(base.yaw), 0.0, math.cos(base.yaw))
    if held:
        forward = ((target[0] - base.x) / away, (target[1] - base.y) / away, (target[2] - base.z) / away)
    through, tilt = (1.3, 0.18) if held else (2.6, 0.30)

    def ahead(metres: float) -> Pose:
        return replace(
            base, x=base.x + forward[0] * metres, y=base.y + forward[1] * metres, z=base.z + forward[2] * metres
        )

    def kept(there: Pose) -> Pose:
        """Turned so that the target is as high in the picture as it is from `base`."""
        was, now = (
            math.atan2(target[1] - pose.y, math.hypot(target[0] - pose.x, target[2] - pose.z)) for pose in (base, there)
        )
        return replace(there, pitch=base.pitch + now - was)

    def orbit(part: float) -> Pose:
        angle = sign * (part - 0.5) * min(0.9, 2.2 * travel / away)
        dx, dz = base.x - target[0], base.z - target[2]
        c, s = math.cos(angle), math.sin(angle)
        x, z = target[0] + dx * c - dz * s, target[2] + dx * s + dz * c
        bearing = math.atan2(target[0] - base.x, target[2] - base.z)
        now = math.atan2(target[0] - x, target[2] - z)
        return replace(base, x=x, z=z, yaw=base.yaw + now - bearing)

    def crane(part: float) -> Pose:
        rise = travel * (0.45 * (part - 0.15) if held else CRANE * part)
        there = replace(base, y=base.y + rise, z=base.z - 0.15 * rise)
        if held:
            return kept(there)
        return replace(there, pitch=base.pitch - math.atan2(rise, max(away, 4.0)) * 0.7)

    def glide(side: float) -> Callable[[float], Pose]:
        return lambda part: replace(
            base,
            x=base.x + side * travel * 0.35 * (part - 0.5) * forward[2],
            z=base.z - side * travel * 0.35 * (part - 0.5) * forward[0],
            yaw=base.yaw + side * turn * (part - 0.5) * 2,
        )

    ways: dict[str, Callable[[float], Pose]] = {
        "static": lambda _part: base,
        "follow": lambda part: ahead(0.06 * travel * (part - 0.5)),
        "shake": lambda part: ahead(0.4 * travel * (part - 0.5)),
        "dolly_in": lambda part: ahead(travel * (part - 0.5)),
        "dolly_out": lambda part: ahead(travel * (0.5 - part)),
        "fly_through": lambda part: ahead(through * travel * (part - 0.35)),
        "zoom_in": lambda part: replace(base, tangent=base.tangent * (1 - 0.34 * part)),
        "zoom_out": lambda part: replace(base, tangent=base.tangent * (0.66 + 0.34 * part)),
        "pan_left": glide(-1.0),
        "pan_right": glide(1.0),
        "tilt_up": lambda part: replace(base, pitch=base.pitch + tilt * base.tangent * (2 * part - 1.4)),
        "tilt_down": lambda part: replace(base, pitch=base.pitch + tilt * base.tangent * (0.6 - 2 * part)),
        "orbit": orbit,
        "crane_up": crane,
        "crane_down": lambda part: crane(1 - part),
    }
    way = ways.get(move, ways["dolly_in"])
    return lambda part: way(eased(part))


def shot_times(duration: float, random: np.random.Generator) -> Sequence[tuple[float, float]]:
    """When the shots of a film begin and end: one up to 8 s, then takes of about 5 to 7 s."""
    if duration <= 8:
        return [(0.0, duration)]
    count = max(2, round(duration / 6))
    marks = [duration * number / count for number in range(count + 1)]
    for number in range(1, count):
        marks[number] += float(random.uniform(-0.12, 0.12)) * duration / count
    return list(zip(marks, marks[1:], strict=False))
