"""The takes of a film: the one that the prompt asks for, and for longer films others of the same world."""

import math
import zlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.camera import CLEARANCE, CRANE, Operator, Point, Pose, Shot, make_pose
from promptreel.engines.scenes.director import Plan
from promptreel.engines.scenes.stage import Ground

OTHER_MOVES = ("pan_right", "dolly_out", "orbit", "crane_up", "pan_left", "dolly_in")
UNDER_ROOF = 0.35
"""How far below a ceiling a crane stops, m."""
MELTING = 0.4
"""The share of cuts that are dissolves."""


def direct_shots(
    plan: Plan,
    seed: int,
    base: Pose,
    target: Point | None,
    follow: Callable[[float], Point] | None,
    ground: Ground,
    operator: Operator | None = None,
) -> list[Shot]:
    """The shots of `plan` in their order, the camera never below the ground. `target` is None for a landscape."""
    setting, spec = plan.setting, plan.spec
    zoom = operator.zoom if operator else 1.0
    operator = None if spec.camera == "static" else operator
    base = replace(base, tangent=zoom * base.tangent)
    if operator and plan.cast and plan.cast[0].habitat == "ground" and setting.ground:
        # Who stands lower than the camera, as at a lake's shore, is not looked down upon.
        feet = operator.members[0].at(0.5 * sum(plan.shots[0]))[1]
        lower = base.y - float(ground.height(base.x, base.z)) - 0.6
        base = replace(base, y=base.y - min(max(float(ground.height(base.x, base.z)) - feet, 0.0), max(lower, 0.0)))
    random = np.random.default_rng([abs(seed), zlib.crc32(b"takes")])
    aim = target or (0.0, base.y + math.tan(base.pitch) * setting.stage, setting.stage)
    away = math.dist(aim, (base.x, base.y, base.z))
    inside = any(place.stands == "around" for place in plan.places)
    roof = min((place.height for place in plan.places), default=math.inf) if setting.params.get("indoors") else math.inf
    shots = []
    for number, (start, end) in enumerate(plan.shots):
        sign = 1.0 if random.random() < 0.5 else -1.0
        melt = bool(random.random() < MELTING) and number > 0
        here, move = _framed(plan, base, target, zoom), plan.camera
        if number:
            here, move = _other_take(plan, base, target, number, sign, inside=inside)
        travel = setting.travel * min(1.0, (end - start) * spec.pace / 5) * (0.6 if spec.mood == "calm" else 1.0)
        if target is not None:
            travel = min(travel, 0.42 * away)
        if move in {"crane_up", "crane_down"}:
            travel = min(travel, max(roof - UNDER_ROOF - here.y, 0.0) / CRANE)
        if move == "orbit":
            travel = min(travel, float(setting.params.get("aisle", math.inf)))
        shake = 0.0045 if move == "shake" else 0.0
        pose = make_pose(move, here, aim, travel, sign, held=target is not None)
        shot = Shot(start, end, pose, follow, shake, melt, operator=operator)
        # Above a table top the lens is as low as it was put.
        low = base.y - float(ground.height(base.x, base.z)) < CLEARANCE
        shots.append(shot if low else shot.above(lambda x, z: float(ground.height(x, z))))
    return shots


def _framed(plan: Plan, base: Pose, target: Point | None, zoom: float) -> Pose:
    """Turned so that the subject is on a third or nearer the middle, without losing the horizon."""
    if target is None:
        return base
    lead = plan.cast[0] if plan.cast else None
    near = plan.portrait > 0 or plan.nearness < 1 or (lead is not None and lead.action in {"smile", "talk"})
    half_wide = math.atan((zoom * math.tan(math.radians(plan.setting.fov / 2))) ** 2 * (16 / 9) / base.tangent)
    bearing = math.atan2(target[0] - base.x, target[2] - base.z)
    yaw = min(max(base.yaw, bearing - 0.36 * half_wide), bearing + 0.36 * half_wide)
    dx, dy, dz = target[0] - base.x, target[1] - base.y, target[2] - base.z
    wanted = math.atan2(dy, math.hypot(dx, dz))
    half = math.atan(base.tangent)
    pitch = min(max(base.pitch, wanted - 0.20 * half), wanted + (0.04 if near else 0.24) * half)
    return replace(base, yaw=yaw, pitch=pitch)


def _other_take(
    plan: Plan, base: Pose, target: Point | None, number: int, sign: float, *, inside: bool
) -> tuple[Pose, str]:
    """Another place for the camera: nearer, lower or from the side; interiors only turn and zoom."""
    move = OTHER_MOVES[(number + int(sign > 0)) % len(OTHER_MOVES)]
    odd = number % 2 == 1
    if inside:
        closer = replace(base, tangent=base.tangent * (0.72 if odd else 0.9), yaw=base.yaw + 0.14 * sign)
        return closer, "pan_left" if sign > 0 else "dolly_in"
    if target is None:
        turned = replace(base, yaw=base.yaw + sign * 0.16, tangent=base.tangent * (0.7 if odd else 1.0))
        return replace(turned, y=base.y + (0.0 if odd else 0.35 * plan.setting.eye)), move
    angle, near = sign * (0.5 if odd else 0.25), 0.62 if odd else 0.95
    dx, dz = base.x - target[0], base.z - target[2]
    c, s = math.cos(angle), math.sin(angle)
    x, z = target[0] + near * (dx * c - dz * s), target[2] + near * (dx * s + dz * c)
    there = replace(base, x=x, y=target[1] + (base.y - target[1]) * near, z=z)
    return there.toward(target, 0.85), "orbit" if odd else "dolly_in"
