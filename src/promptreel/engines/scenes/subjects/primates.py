"""A monkey that smiles at whoever looks; a gorilla."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.creatures.creature import Creature, Kit, Patch, Pose, mottle, recoloured, soft, tones
from promptreel.engines.scenes.creatures.face import mouth
from promptreel.engines.scenes.creatures.gait import swing
from promptreel.engines.scenes.creatures.human import Build, Clothes, act, flesh, skeleton, spread
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.quadruped import both
from promptreel.engines.scenes.stage import Casting, Subject

BUILD = Build(scale=0.62, leg=0.66, torso=0.98, arm=1.22, head=1.42, girth=1.02, shoulders=0.92, hips=1.0, waist=1.15)

SILVERBACK = Build(
    scale=0.92, leg=0.62, torso=1.08, arm=1.24, head=1.16, girth=1.55, shoulders=1.32, hips=1.12, waist=1.15
)  # fmt: skip


def _head(build: Build) -> list[Flesh]:
    """Skull and ears of fur, the face bare: brows, eye rings, a broad muzzle."""
    hd, k = build.of_head, build.head * build.scale
    fleshes = [
        Flesh("head", hd(0, 1.668, -0.040), hd(0, 1.672, 0.020), 0.086 * k, 0.080 * k, 0.95, 0.03 * k, "fur"),
        Flesh("head", hd(0.050, 1.620, 0.015), hd(0.045, 1.600, 0.020), 0.046 * k, 0.042 * k, 1, 0.04 * k, "fur"),
        Flesh("neck", build.at(0, 1.42, -0.02), hd(0, 1.60, -0.01), 0.062 * build.scale, 0.055 * k, 1, 0.04 * k, "fur"),
        Flesh("head", hd(0, 1.606, 0.060), hd(0, 1.596, 0.088), 0.052 * k, 0.044 * k, 1.14, 0.02 * k, "face"),
        Flesh("jaw", hd(0, 1.572, 0.055), hd(0, 1.570, 0.078), 0.040 * k, 0.034 * k, 1.12, 0.02 * k, "face"),
        Flesh("head", hd(0.030, 1.656, 0.058), hd(0.034, 1.652, 0.062), 0.033 * k, 0.033 * k, 1, 0.02 * k, "face"),
        Flesh("head", hd(0.014, 1.687, 0.078), hd(0.042, 1.682, 0.066), 0.011 * k, 0.010 * k, 1, 0.015 * k, "face"),
        Flesh("head", hd(0, 1.640, 0.088), hd(0, 1.624, 0.112), 0.011 * k, 0.014 * k, 1.15, 0.015 * k, "face"),
        Flesh("head", hd(0.096, 1.655, -0.012), hd(0.094, 1.632, -0.008), 0.033 * k, 0.025 * k, 0.34, 0.01 * k, "face"),
    ]  # fmt: skip
    return both(fleshes) + both(
        [
            Flesh(
                "head",
                hd(0.031, 1.655, 0.103),
                hd(0.033, 1.655, 0.103),
                0.014 * k,
                0.014 * k,
                1.2,
                0.012 * k,
                "face",
                True,
            )
        ]
    )


def monkey(casting: Casting) -> Creature:
    """Brown, with a bare, friendly face and a long tail."""
    rng = casting.rng
    coats = ((0.19, 0.098, 0.042), (0.11, 0.062, 0.034), (0.27, 0.17, 0.085))
    coat = recoloured(np.asarray(coats[rng.integers(3)]), casting)
    bare = np.array([0.46, 0.265, 0.175]) * rng.uniform(0.9, 1.1)
    return _ape(casting, BUILD, coat, bare, tailed=True)


def gorilla(casting: Casting) -> Creature:
    """Black and heavy, long in the arms, with a dark face."""
    coat = recoloured(np.array([0.030, 0.028, 0.028]), casting)
    return _ape(casting, SILVERBACK, coat, np.array([0.060, 0.050, 0.047]), tailed=False)


def _ape(
    casting: Casting, build: Build, coat: NDArray[np.float64], skin: NDArray[np.float64], *, tailed: bool
) -> Creature:
    rng = casting.rng
    bones = skeleton(build)
    at = build.at
    links = [
        at(0, 0.93, -0.09),
        at(0, 0.86, -0.26),
        at(0, 0.90, -0.45),
        at(0, 1.06, -0.56),
        at(0, 1.22, -0.52),
        at(0, 1.27, -0.42),
    ]
    parent = "hips"
    tail = []
    for number, (a, b) in enumerate(zip(links, links[1:], strict=False) if tailed else (), 1):
        bones.add(f"tail_{number}", parent, a, b)
        parent = f"tail_{number}"
        radius = 0.026 - 0.003 * number
        tail.append(Flesh(parent, a, b, radius, radius - 0.003, 1, 0.015, "fur"))
    groups = {"top": "fur", "legs": "fur", "skin": "fur", "hand": "bare", "shoe": "bare"}
    body = [replace(f, group=groups[f.group]) for f in flesh(build, bones, Clothes(loose=0.008)) if f.group in groups]
    kit = Kit(bones, body + tail + _head(build), casting, {"face": 7.0, "bare": 2.2})
    hd, k = build.of_head, build.head * build.scale

    def fur(patch: Patch) -> Floats:
        grain = mottle(patch.points, 0.03, rng) * 0.6 + mottle(patch.points, 0.012, rng) * 0.6
        front = soft(0.1, 0.8, patch.normals[:, 2]) * np.isin(patch.bone, ("chest", "spine", "hips")) * 0.55
        chest = coat * 0.5 + 0.17 if tailed else coat * 1.3
        return np.asarray(tones(coat, (chest, front)) * (1 + 0.18 * grain)[:, None], np.float32)

    kit.grow("fur", fur, fur=0.16, spread=spread(bones))

    def bare(patch: Patch) -> Floats:
        x, y, z = ((patch.points - hd(0, 1.53, 0)) / k).T
        cheeks = sum(np.exp(-(((x - s * 0.048) / 0.02) ** 2 + ((y - 0.08) / 0.02) ** 2)) for s in (-1, 1))
        sockets = sum(np.exp(-(((x - s * 0.031) / 0.020) ** 2 + ((y - 0.125) / 0.016) ** 2)) for s in (-1, 1)) * (
            z > 0.05
        )
        nose = np.exp(-((x / 0.016) ** 2 + ((y - 0.096) / 0.014) ** 2)) * (z > 0.095)
        shade = tones(
            skin, (skin * [1.1, 0.75, 0.68], 0.4 * cheeks), (skin * 0.82, 0.45 * sockets), (skin * 0.6, 0.6 * nose)
        )
        return np.asarray(shade * (1 + 0.05 * mottle(patch.points, 0.01, rng))[:, None], np.float32)

    first = kit.count
    patch = kit.grow("face", bare, 0.12)
    x, y, z = ((patch.points - hd(0, 1.53, 0)) / k).T
    cheek = sum(np.exp(-(((x - s * 0.048) / 0.022) ** 2 + ((y - 0.075) / 0.026) ** 2)) for s in (-1, 1)) * (z > 0.02)
    kit.morph("smile", first, np.stack([0.005 * np.sign(x), 0.006 + 0 * x, 0.004 + 0 * x], 1) * (cheek * k)[:, None])
    kit.eye(("head", "lid_l", "lid_r"), hd(0.0315, 1.655, 0.08), 0.0155 * k, (0.13, 0.055, 0.015), skin * 0.75,
            facing=(0.12, 0.0, 1.0), white=0.26, pupil=0.45)  # fmt: skip
    if kit.fine:
        for sign in (-1, 1):
            spot = kit.on_surface([hd(sign * 0.007, 1.617, 0)[:2]], ("face",), 0.0)[0]
            kit.ball(
                "head",
                (float(spot[0]), float(spot[1]), float(spot[2])),
                0.0045 * k,
                (0.03, 0.015, 0.012),
                0,
                0,
                (1.2, 0.8, 0.6),
                sides=6,
            )
        mouth(kit, build, skin * [0.62, 0.42, 0.40], (0, 1.5815, 0), 0.040, ("face",), 0.75, 1.7)
    kit.grow(
        "bare", lambda p: np.asarray(skin * 0.62 * (1 + 0.1 * mottle(p.points, 0.02, rng))[:, None], np.float32), 0.1
    )
    seed = float(rng.uniform())
    action = casting.action
    mood = {"smile": 1.0, "wave": 0.9, "dance": 0.8}.get(action, 0.35 if tailed else 0.0)

    def more(pose: Pose, t: float, _travelled: float) -> None:
        if action != "sit":
            # A monkey never stands straight: knees and back bent, an ape even less.
            pose.shift("hips", y=-0.035)
            pose.turn("spine", pitch=-0.14 if tailed else -0.34)
            pose.turn("neck", pitch=0.10 if tailed else 0.26)
        for link in range(1, 6) if tailed else ():
            pose.turn(
                f"tail_{link}",
                yaw=0.22 * swing(t, 0.45, seed - 0.1 * link),
                pitch=0.08 * swing(t, 0.3, seed - 0.1 * link),
            )
        if action == "smile":
            pose.turn("head", yaw=0.10 * swing(t, 0.23, seed), roll=0.09 * swing(t, 0.41, seed))
            pose.morph["open"] = 0.12 + 0.10 * swing(t, 0.5, seed)

    return kit.body(act(build, action, rng, smile=mood, more=more))


ROWS = (
    Subject("monkey", monkey, "ground", 0.95, 0.93, {
        "smile": 0, "stand": 0, "wave": 0, "walk": 0.8, "run": 1.9, "jump": 0, "sit": 0, "dance": 0,
    }),
    Subject("gorilla", gorilla, "ground", 1.45, 1.42, {
        "stand": 0, "walk": 1.0, "run": 2.6, "sit": 0, "wave": 0, "smile": 0, "dance": 0,
    }),
)  # fmt: skip
