"""What people do in water and on boards: the crawl, and standing on a board that slides or rolls; and the boards."""

import math

import numpy as np

from promptreel.engines.scenes.creatures.creature import Kit, Pose, Skeleton
from promptreel.engines.scenes.creatures.gait import fract, swing, wander
from promptreel.engines.scenes.creatures.human import Build
from promptreel.engines.scenes.stage import Casting

BOARDED = {"surf": 0.07, "skate": 0.135}
"""Actions on a board, and how high above the origin its deck is, m."""

BOARDS = ((0.62, 0.60, 0.55), (0.04, 0.30, 0.42), (0.62, 0.34, 0.05), (0.50, 0.05, 0.06))
DECKS = ((0.05, 0.05, 0.055), (0.30, 0.17, 0.08), (0.42, 0.05, 0.05))

STROKE = 1.05
"""Seconds from one stroke of an arm to its next."""


def crawl(pose: Pose, build: Build, t: float, seed: float) -> None:
    """Flat in the water, whose surface is at the origin: the arms pull in turn, the feet flutter, a breath at one side."""
    turn = fract(t / STROKE + seed)
    roll = math.sin(2 * math.pi * turn)
    pose.shift("hips", y=-0.96 * build.leg * build.scale - 0.055 * build.scale, z=-0.05)
    pose.turn("hips", pitch=-1.46, roll=0.16 * roll)
    pose.turn("chest", pitch=0.10, roll=0.22 * roll)
    pose.turn("neck", pitch=0.38)
    pose.turn("head", pitch=0.40, yaw=-0.95 * max(0.0, roll) ** 2)
    for side, sign, beat in (("l", -1.0, 0.5), ("r", 1.0, 0.0)):
        u = fract(turn + beat)
        # Ahead over the water in a third of the time, back below it in the rest.
        over = u < 0.36
        angle = 0.15 + (math.pi * (1 - u / 0.36) if over else math.pi * (u - 0.36) / 0.64)
        angle = -angle if over else angle
        pose.turn(f"arm_{side}", pitch=math.pi - angle, roll=-sign * (0.30 if over else 0.10))
        bent = math.sin(math.pi * (u / 0.36 if over else (u - 0.36) / 0.64))
        pose.turn(f"arm_{side}_2", pitch=(1.15 if over else 0.55) * bent)
        kick = math.sin(2 * math.pi * (3 * turn + 0.5 * (sign > 0)))
        pose.turn(f"leg_{side}", pitch=0.06 + 0.20 * kick)
        pose.turn(f"leg_{side}_2", pitch=-0.16 - 0.16 * math.sin(2 * math.pi * (3 * turn + 0.5 * (sign > 0)) - 1.1))
        pose.turn(f"foot_{side}", pitch=-0.9)


def stand_on_board(pose: Pose, build: Build, t: float, seed: float, high: float) -> None:
    """Sideways on a board that goes ahead, knees bent, the arms out for balance; the deck is `high` m above the origin."""
    unit = build.leg * build.scale
    sink, lean = 0.19 + 0.03 * swing(t, 0.45, seed), wander(t, 1.1, seed, 0.5)
    pose.shift("hips", y=high - sink * unit, x=0.03 * unit * lean)
    pose.turn("hips", yaw=1.25, pitch=-0.28)
    pose.turn("spine", pitch=-0.22 + 0.05 * lean, roll=0.06 * lean)
    pose.turn("chest", yaw=-0.35, pitch=-0.05)
    pose.turn("neck", yaw=-0.45, pitch=0.22)
    pose.turn("head", yaw=-0.45, pitch=0.12)
    for side, sign in (("l", -1.0), ("r", 1.0)):
        # The feet stand one behind the other along the board.
        pose.plant(f"leg_{side}", y=high, x=-sign * 0.09 * unit + 0.01, z=-sign * 0.30 * unit)
        pose.turn(
            f"arm_{side}", roll=-sign * (1.05 + 0.16 * lean * sign), pitch=0.22 + 0.12 * swing(t, 0.6, seed + sign)
        )
        pose.turn(f"arm_{side}_2", pitch=0.38, roll=-sign * 0.10)


def add_board_bone(bones: Skeleton) -> None:
    """A bone that stays with the origin, for what one stands on."""
    bones.add("board", "", (0.0, 0.0, 0.0), (0.0, 0.0, 1.0))


def board(kit: Kit, casting: Casting, k: float) -> None:
    """The surfboard or the skateboard under who stands on it; `k` is the size of the person."""
    surf = casting.action == "surf"
    long, wide, thick = (2.15, 0.27, 0.035) if surf else (0.80, 0.10, 0.008)
    deck = BOARDED[casting.action]
    choices = BOARDS if surf else DECKS
    colour = np.asarray(choices[casting.rng.integers(len(choices))])
    rows, around = 13, 10
    points = []
    for u in np.linspace(-1, 1, rows):
        half = wide * max(1 - abs(u) ** (2.4 if surf else 5.0), 0.0) ** 0.5
        lift = (0.16 * max(u, 0.0) ** 3 + 0.03 * max(-u, 0.0) ** 3) if surf else 0.05 * max(abs(u) - 0.72, 0.0) / 0.28
        angle = np.arange(around) * (2 * np.pi / around)
        points.append(
            np.stack(
                [half * np.cos(angle), deck - thick + lift + thick * np.sin(angle), np.full(around, 0.5 * long * u)], 1
            )
        )
    faces = []
    for row in range(rows - 1):
        for number in range(around):
            a, b = row * around + number, row * around + (number + 1) % around
            faces += [(a, a + around, b), (b, a + around, b + around)]
    mesh = np.concatenate(points) * [1.0, 1.0, max(k, 0.7)]
    shade = np.tile(colour, (len(mesh), 1))
    if surf:
        shade[np.abs(mesh[:, 0]) < 0.035] = colour * 0.25 + 0.02
    kit.add("board", mesh, faces, shade, 0.0, 0.5 if surf else 0.1)
    if surf or not casting.detail:
        return
    for z in (-0.26, 0.26):
        for x in (-0.085, 0.085):
            kit.ball("board", (x, 0.030, z * max(k, 0.7)), 0.030, (0.62, 0.58, 0.45), 0, 0.3, (0.7, 1.0, 1.0))
        kit.tube("board", [np.array([-0.08, 0.045, z * max(k, 0.7)]), np.array([0.08, 0.045, z * max(k, 0.7)])],
                 [0.018, 0.018], (0.35, 0.35, 0.36), 0.6, sides=5)  # fmt: skip
