"""Swimmers: chains of bones along a body, and the waves that run down them.

Fish throw their bodies from side to side, whales up and down; either way the wave grows toward the tail (for tunas,
sharks and dolphins nearly all of it is in the last third: thunniform swimming; reef fish bend more of the body:
carangiform).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from promptreel.engines.scenes.creatures.creature import Pose, Skeleton
from promptreel.engines.scenes.creatures.gait import wander
from promptreel.engines.scenes.creatures.loft import Chain

TURN = 2 * math.pi


def spine(bones: Skeleton, joints: Sequence[float], height: float) -> Chain:
    """Bones along z: `joints` from nose to tail; the widest part is the root, and the head hangs on it. Returns the chain
    (by -z) that a body and its fins move with: `spine_0` is the head."""
    root = 1
    count = len(joints) - 1
    order = [root, 0, *range(2, count)]
    for number in order:
        ahead, behind = joints[number], joints[number + 1]
        if number == root:
            parent, head, tail = "", (ahead + behind) / 2, behind
        elif number == 0:
            parent, head, tail = "spine_1", behind, ahead
        else:
            parent, head, tail = f"spine_{number - 1}", ahead, behind
        bones.add(f"spine_{number}", parent, (0, height, head), (0, height, tail))
    middles = tuple(-(a + b) / 2 for a, b in zip(joints[:-1], joints[1:], strict=True))
    return Chain(tuple(f"spine_{number}" for number in range(count)), middles)


@dataclass(frozen=True, slots=True)
class Wave:
    """How a body swims."""

    rate: float
    """Beats per second."""
    angles: tuple[float, ...]
    """How far each bone of the spine turns against the one before, rad."""
    lag: float = 0.75
    """How far each is behind the one before, rad."""
    upright: bool = False
    """Whether it beats up and down (whales) instead of from side to side."""
    heave: float = 0.0
    """How far the middle goes the other way, m."""

    def apply(self, pose: Pose, t: float, seed: float, strength: float = 1.0) -> float:
        """Bend the spine; returns the phase in rad."""
        phase = TURN * (t * self.rate + seed)
        for number, angle in enumerate(self.angles):
            turn = strength * angle * math.sin(phase - self.lag * number)
            if self.upright:
                pose.turn(f"spine_{number}", pitch=turn)
            else:
                pose.turn(f"spine_{number}", yaw=turn)
        away = -strength * self.heave * math.sin(phase + 0.6)
        pose.shift("spine_1", y=away if self.upright else 0.0, x=0.0 if self.upright else away)
        return phase


def steer(pose: Pose, t: float, seed: float, count: int, amount: float = 0.05) -> None:
    """Slow turns of the whole body, so that it is not one straight stick."""
    turn = amount * wander(t, 3.1, seed, 0.8)
    for number in range(count):
        pose.turn(f"spine_{number}", yaw=-turn if number else turn)
