"""Strands over the volume of a haircut: ribbons as fine as a few hairs, combed as the style is, each in its own tone and
turned a little otherwise, so that the light breaks up along them as it does on hair and the outline is not one of clay."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.creatures.creature import Kit, Patch, Pose, Skeleton, soft
from promptreel.engines.scenes.creatures.gait import swing
from promptreel.engines.scenes.creatures.human import Build
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats, distance, gradient
from promptreel.engines.scenes.creatures.skin import BONES

Doubles = NDArray[np.float64]

LONG = frozenset({"long", "long_curly", "ponytail"})
"""Haircuts whose ends swing."""


@dataclass(frozen=True, slots=True)
class Combing:
    """How the strands of a haircut run. Lengths in m on a head of usual size."""

    length: float
    down: float = 0.5
    """The share of gravity in their way."""
    wild: float = 0.12
    """How much each goes its own way."""
    parted: bool = False
    """From a parting at the side instead of from the whorl."""
    bound: tuple[float, float, float] | None = None
    """Where they are tied together."""
    curl: float = 0.0


COMBINGS = {
    "short": Combing(0.050, 0.15, 0.16),
    "tousled": Combing(0.055, 0.05, 0.42),
    "bob": Combing(0.150, 0.85, 0.12, parted=True),
    "long": Combing(0.260, 1.00, 0.12, parted=True),
    "bun": Combing(0.085, 0.0, 0.07, bound=(0.0, 1.785, -0.085)),
    "ponytail": Combing(0.085, 0.0, 0.07, bound=(0.0, 1.715, -0.130)),
    "curly": Combing(0.042, 0.1, 0.7, curl=1.2),
    "long_curly": Combing(0.110, 0.8, 0.5, curl=0.7),
}
"""By style; a shaved head has none."""

PARTING = 0.024
"""How far right of the middle hair is parted, m."""


def strands(kit: Kit, build: Build, patch: Patch, style: str, hair: ArrayLike) -> None:
    """Lay strands over the hair that was grown as `patch`. They end in points that stand off the flesh."""
    combing = COMBINGS.get(style)
    if combing is None or not kit.finest:
        return
    rng, size = kit.rng, build.head * build.scale
    count, steps = (860, 8) if kit.portrait else (150, 6)
    flesh = [f for f in kit.fleshes if f.group in {"hair", "head"}]
    roots = patch.points[rng.integers(len(patch.points), size=count)]
    path, out = _combed(build, combing, roots, flesh, steps, rng)
    along = np.linspace(0, 1, steps)
    wide = size * rng.uniform(0.0012, 0.0026, count)[:, None] * (1.6 if not kit.portrait else 1.0)
    wide = wide * np.sqrt(np.clip(1 - along, 0, 1)) * soft(0.0, 0.12, along + 0.05)
    wide = wide * _clear_of_face(build, path)
    # What strays from the volume of the hair, over a cheek or the neck, ends there.
    volume = [f for f in flesh if f.group == "hair"]
    stray = distance(volume, path.reshape(-1, 3).astype(np.float32)).reshape(count, steps)
    wide = wide * (1 - np.maximum.accumulate(soft(0.010 * size, 0.020 * size, stray), axis=1))
    way = np.gradient(path, axis=1)
    way /= np.maximum(np.linalg.norm(way, axis=2, keepdims=True), 1e-9)
    side = np.cross(way, out)
    side /= np.maximum(np.linalg.norm(side, axis=2, keepdims=True), 1e-9)
    points = np.stack([path - side * wide[..., None], path + side * wide[..., None]], axis=2)
    # A hair mirrors light like a thin cylinder: each ribbon is turned about itself at random.
    turn = rng.normal(0, 0.28, (count, 1, 1))
    normals = np.stack([out + side * (turn - 0.2), out + side * (turn + 0.2)], axis=2)
    normals /= np.linalg.norm(normals, axis=3, keepdims=True)
    tone = np.exp(rng.normal(0.0, 0.20, (count, 1))) * (0.82 + 0.30 * along)
    shade = np.asarray(hair)[None, None, None] * np.repeat(tone[:, :, None, None], 2, axis=2)
    cells = np.arange(steps - 1)[None, :] * 2 + np.arange(count)[:, None] * 2 * steps
    faces = np.stack([np.stack([cells, cells + 2, cells + 1], -1), np.stack([cells + 1, cells + 2, cells + 3], -1)])
    faces = faces.reshape(-1, 3)
    flat = points.reshape(-1, 3)
    first = faces[0]
    facing = np.cross(flat[first[1]] - flat[first[0]], flat[first[2]] - flat[first[0]]) @ out[0, 0]
    faces = faces if facing > 0 else faces[:, ::-1]
    bones, weights = _hung(kit, build, flat, style)
    kit.skinned(flat, faces, normals.reshape(-1, 3), shade.reshape(-1, 3), bones, weights, gloss=0.10)


def _combed(
    build: Build, combing: Combing, roots: Floats, flesh: list[Flesh], steps: int, rng: np.random.Generator
) -> tuple[Doubles, Doubles]:
    """The ways of strands (n, steps, 3) from their roots, close over the flesh, and where outside is (n, steps, 3)."""
    size = build.head * build.scale
    pole = np.array(build.of_head(*(combing.bound or (0.012, 1.765, -0.020))))
    part = build.of_head(PARTING, 1.76, 0.0)[0]
    at = roots.astype(np.float64)
    wild = rng.normal(0, combing.wild, at.shape)
    lift = size * rng.uniform(0.0005, 0.0035, (len(at), 1))
    stride = combing.length * size / (steps - 1) * rng.uniform(0.55, 1.15, (len(at), 1))
    phase = rng.uniform(0, 6.28, (len(at), 1))
    path: list[Doubles] = []
    outs: list[Doubles] = []
    last = np.zeros_like(at)
    for step in range(steps):
        normal, gap = gradient(flesh, at.astype(np.float32), 0.004 * size)
        out = normal.astype(np.float64)
        # Below its end hair hangs free instead of curling round it.
        free = (out[:, 1:2] < -0.35) & (step > 0)
        at = np.where(free, at, at - out * (gap[:, None] - lift * (1 + 1.5 * step / steps)))
        path.append(at)
        outs.append(np.where(free, outs[-1] if outs else out, out))
        if combing.bound is not None:
            way = pole - at
        elif combing.parted:
            way = at - np.stack([np.full(len(at), part), at[:, 1], at[:, 2] + 0.02 * size], 1)
            way[:, 2] *= 0.6
        else:
            way = at - pole
        way = way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
        turn = combing.curl * 1.6 * np.sin(2.2 * step + phase)
        way = way + wild + np.cross(out, way) * turn - [0, combing.down, 0]
        way -= out * (way * out).sum(axis=1, keepdims=True)
        way = way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
        way = np.where(free, 0.75 * last + [0, -0.3, 0], 0.35 * last + 0.65 * way if step else way)
        last = way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
        at = at + last * stride * np.where(free, 0.45, 1.0)
    return np.stack(path, 1), np.stack(outs, 1)


def _clear_of_face(build: Build, path: Doubles) -> Doubles:
    """0 for the parts of strands that would hang into the face."""
    low, front = build.of_head(0, 1.698, 0.050)[1:]
    half = 0.060 * build.head * build.scale
    inside = soft(0, 0.012, low - path[..., 1]) * soft(0, 0.010, path[..., 2] - front + 0.01)
    inside *= soft(half + 0.01, half, np.abs(path[..., 0]))
    reached = np.maximum.accumulate(inside, axis=1)
    return np.asarray(1 - reached)


def add_bone(bones: Skeleton, build: Build, style: str) -> None:
    """The bone of hair that swings, from the nape (or the band of a ponytail) down."""
    if style in LONG:
        high = (0, 1.70, -0.13) if style == "ponytail" else (0, 1.61, -0.055)
        bones.add("tresses", "head", build.of_head(*high), build.of_head(0, 1.38, -0.10))


def _hung(kit: Kit, build: Build, points: Doubles, style: str) -> tuple[NDArray[np.int32], Floats]:
    """Bones and weights of strands: the head's, and lower down those of hair that swings."""
    bones = np.zeros((len(points), BONES), np.int32)
    weights = np.zeros((len(points), BONES), np.float32)
    bones[:, 0], weights[:, 0] = kit.skeleton.index["head"], 1
    swings = kit.skeleton.index.get("tresses")
    if swings is not None and style != "ponytail":
        share = soft(build.of_head(0, 1.60, 0)[1], build.of_head(0, 1.46, 0)[1], points[:, 1])
        bones[:, 1], weights[:, 1], weights[:, 0] = swings, share, 1 - share
    return bones, weights


def sway(pose: Pose, t: float, travelled: float, action: str, seed: float, build: Build) -> None:
    """Long hair hangs by its own weight when the head nods, and swings with the steps and a breath of wind."""
    stride = {"walk": 0.64, "run": 1.12}.get(action, 0.0) * build.leg * build.scale
    beat = 2 * np.pi * (travelled / stride + seed) if stride else 0.0
    lively = {"run": 0.22, "walk": 0.07, "dance": 0.16, "jump": 0.16}.get(action, 0.0)
    back = {"run": -0.42, "walk": -0.10}.get(action, 0.0)
    pulse = float(np.sin(beat)) if stride else swing(t, 1.5, seed) if lively else 0.0
    wind = 0.030 * swing(t, 0.43, seed) + 0.018 * swing(t, 0.91, seed + 0.3)
    pose.turn("tresses", pitch=back + lively * pulse + wind, roll=0.6 * lively * float(np.sin(0.5 * beat)) + wind)
