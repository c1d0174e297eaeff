"""Grown-ups and children, no two alike: build, skin, hair and clothes by chance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.creatures.creature import (
    Creature,
    Kit,
    Paint,
    Patch,
    Pose,
    mottle,
    recoloured,
    soft,
    tones,
)
from promptreel.engines.scenes.creatures.dress import BARE_HATS, BUSY, HATS, outfit_of
from promptreel.engines.scenes.creatures.dressing import carry, put_on, wear
from promptreel.engines.scenes.creatures.face import complexion, face
from promptreel.engines.scenes.creatures.human import Build, Clothes, act, flesh, hold, skeleton, spread
from promptreel.engines.scenes.creatures.implicit import Flesh, Floats
from promptreel.engines.scenes.creatures.looks import (
    beard_flesh,
    beard_paint,
    collar,
    crown,
    glasses,
    hair_colour,
    hair_style,
    tailored,
)
from promptreel.engines.scenes.creatures.quadruped import both
from promptreel.engines.scenes.creatures.sports import BOARDED, add_board_bone, board, crawl, stand_on_board
from promptreel.engines.scenes.creatures.tresses import LONG, add_bone, strands, sway
from promptreel.engines.scenes.materials import COLOURS
from promptreel.engines.scenes.mesh import wrap_triangles
from promptreel.engines.scenes.stage import Casting, Subject

SKINS = ((0.60, 0.38, 0.28), (0.52, 0.31, 0.21), (0.42, 0.235, 0.145), (0.30, 0.155, 0.085), (0.21, 0.108, 0.062),
         (0.64, 0.43, 0.33))  # fmt: skip
HAIRS = ((0.018, 0.013, 0.011), (0.045, 0.026, 0.015), (0.10, 0.052, 0.024), (0.22, 0.125, 0.052), (0.33, 0.21, 0.095),
         (0.20, 0.065, 0.025))  # fmt: skip
IRISES = ((0.055, 0.026, 0.010), (0.09, 0.15, 0.24), (0.08, 0.12, 0.06), (0.035, 0.018, 0.010))
TOPS = ((0.42, 0.045, 0.040), (0.055, 0.11, 0.29), (0.55, 0.53, 0.48), (0.060, 0.20, 0.13), (0.52, 0.31, 0.06),
        (0.17, 0.085, 0.21), (0.46, 0.17, 0.20), (0.10, 0.26, 0.33), (0.035, 0.036, 0.042), (0.30, 0.21, 0.13))  # fmt: skip
MENS_TOPS = ((0.055, 0.11, 0.29), (0.55, 0.53, 0.48), (0.060, 0.20, 0.13), (0.10, 0.26, 0.33), (0.035, 0.036, 0.042),
             (0.30, 0.21, 0.13), (0.27, 0.028, 0.030), (0.11, 0.12, 0.14))  # fmt: skip
TROUSERS = ((0.045, 0.065, 0.125), (0.075, 0.105, 0.175), (0.030, 0.030, 0.034), (0.20, 0.155, 0.10), (0.085, 0.085, 0.09),
            (0.040, 0.045, 0.065))  # fmt: skip
SHOES = ((0.025, 0.022, 0.020), (0.10, 0.052, 0.028), (0.50, 0.48, 0.45), (0.20, 0.035, 0.03), (0.05, 0.06, 0.09))
BOOTS = (0.035, 0.026, 0.020)
SHIRT_TIES = ((0.20, 0.012, 0.018), (0.02, 0.045, 0.15), (0.03, 0.03, 0.035))
UMBRELLAS = (
    (0.55, 0.03, 0.045),
    (0.03, 0.03, 0.04),
    (0.62, 0.42, 0.04),
    (0.05, 0.16, 0.42),
    (0.52, 0.20, 0.32),
    (0.06, 0.28, 0.20),
)


def hair_flesh(build: Build, style: str) -> list[Flesh]:
    """The volume of a haircut."""
    hd, k = build.of_head, build.head * build.scale

    def lock(
        a: Sequence[float],
        b: Sequence[float],
        r0: float,
        r1: float,
        flat: float = 1.0,
        blend: float = 0.03,
        bone: str = "head",
    ) -> Flesh:
        return Flesh(bone, hd(*a), hd(*b), r0 * k, r1 * k, flat, blend * k, "hair")

    thin = 0.006 if style == "shaved" else 0.0
    found = [
        lock((0, 1.703, -0.045), (0, 1.706, 0.024), 0.076 - thin, 0.068 - thin, 0.98),
        lock((0, 1.690, -0.060), (0, 1.640, -0.062), 0.077 - thin, 0.062 - thin, 0.98),
    ]
    sides = [lock((0.045, 1.700, 0.015), (0.066, 1.660, -0.020), 0.036 - thin, 0.022 - thin)]
    if style in ("bob", "long", "bun", "ponytail"):
        # Parted at the side, swept over the forehead, and a strand before each ear.
        found += [
            lock((0.022, 1.738, 0.050), (-0.058, 1.699, 0.050), 0.021, 0.015, 1, 0.025),
            lock((0.026, 1.738, 0.048), (0.062, 1.700, 0.044), 0.020, 0.014, 1, 0.025),
        ]
        sides.append(lock((0.070, 1.690, 0.022), (0.075, 1.612, 0.016), 0.015, 0.008, 0.8, 0.02))
    if style in ("short", "shaved"):
        found.append(lock((0, 1.63, -0.060), (0, 1.585, -0.052), 0.060 - thin, 0.045 - thin, 1.1))
        if style == "short":
            found.append(lock((-0.02, 1.742, 0.055), (0.03, 1.750, 0.040), 0.030, 0.026))
    elif style in ("curly", "long_curly"):
        rng = np.random.default_rng(7)
        for a, b in rng.uniform((-0.5, 0.0), (np.pi + 0.5, 1.0), (46, 2)):
            # All around the head but the face: a = 0 is one ear, pi the other, b = 1 the crown.
            x, z = 0.088 * np.cos(a) * (1 - 0.55 * b), -0.035 - 0.085 * np.sin(a) * (1 - 0.7 * b) + 0.055 * b
            y = 1.615 + 0.145 * b
            found.append(lock((x, y, z), (x * 1.12, y + 0.008, z), 0.026, 0.022, 1, 0.006))
        for a, y in rng.uniform((0.0, 1.44), (np.pi, 1.62), (40 if style == "long_curly" else 0, 2)):
            x, z = 0.092 * np.cos(a), -0.035 - 0.07 * np.sin(a)
            found.append(lock((x, y, z), (x * 1.1, y + 0.01, z), 0.029, 0.024, 1, 0.006))
    elif style == "tousled":
        rng = np.random.default_rng(5)
        for x, y, z in rng.uniform((-0.055, 1.725, -0.07), (0.055, 1.755, 0.06), (11, 3)):
            found.append(lock((x, y - 0.01, z), (x * 1.25, y + 0.014, z + 0.012), 0.026, 0.015, 1, 0.012))
        found.append(lock((0, 1.63, -0.062), (0, 1.58, -0.055), 0.062, 0.045, 1.1))
    elif style == "bob":
        sides += [
            lock((0.068, 1.69, -0.005), (0.078, 1.575, 0.000), 0.034, 0.026, 0.8),
            lock((0.06, 1.66, -0.05), (0.062, 1.565, -0.045), 0.048, 0.036),
        ]
        found.append(lock((0, 1.63, -0.070), (0, 1.56, -0.068), 0.070, 0.045, 1.25))
    elif style == "long":
        sides += [
            lock((0.068, 1.69, -0.010), (0.080, 1.545, -0.012), 0.033, 0.028, 0.85),
            lock((0.072, 1.56, -0.030), (0.075, 1.43, -0.030), 0.034, 0.014, 1.0, bone="tresses"),
        ]
        found += [
            lock((0, 1.63, -0.072), (0, 1.50, -0.085), 0.070, 0.058, 1.25),
            lock((0, 1.50, -0.085), (0, 1.36, -0.105), 0.060, 0.030, 1.45, bone="tresses"),
        ]
    elif style == "bun":
        found += [
            lock((0, 1.790, -0.075), (0, 1.800, -0.085), 0.046, 0.042, 1.05, 0.012),
            lock((0, 1.63, -0.058), (0, 1.60, -0.050), 0.058, 0.040, 1.1),
        ]
    elif style == "ponytail":
        found += [
            lock((0, 1.715, -0.120), (0, 1.66, -0.165), 0.028, 0.034, 1, 0.012),
            lock((0, 1.66, -0.165), (0, 1.47, -0.155), 0.036, 0.012, 1, 0.02, "tresses"),
            lock((0, 1.63, -0.058), (0, 1.60, -0.050), 0.058, 0.040, 1.1),
        ]
    return found + both(sides)


class _Locks:
    """Hair as it is combed: locks that run from a whorl, or toward where it is bound."""

    def __init__(self, build: Build, style: str, rng: np.random.Generator) -> None:
        self.size = build.head * build.scale
        bound = {"bun": (0.0, 1.790, -0.080), "ponytail": (0.0, 1.715, -0.130)}
        self.pole = np.array(build.of_head(*bound.get(style, (0.012, 1.765, -0.015))))
        self.axis = np.array([0.0, 0.35, -0.94]) if style in bound else np.array([0.0, 1.0, 0.0])
        self.deep = 0.0016 if style in {"bun", "ponytail", "shaved"} else 0.0034
        self.seeds = [int(seed) for seed in rng.integers(1 << 31, size=3)]

    def _noise(self, points: Floats, wide: float, number: int) -> NDArray[np.float64]:
        """-1…1, long along the hair and `wide` m across."""
        away = (points - self.pole) / self.size
        side = np.cross(self.axis, [1.0, 0.0, 0.0])
        angle = np.arctan2(away @ side, away[:, 0])
        along = np.linalg.norm(away, axis=1)
        round_ = 0.075 * np.stack([np.cos(angle), np.sin(angle)], 1)
        # The same lumps every time it is asked: the relief and the paint are to agree.
        state = np.random.default_rng(self.seeds[number])
        return mottle(np.column_stack([round_, 0.10 * along]), wide, state)

    def relief(self, points: Floats) -> NDArray[np.float64]:
        """How far the locks stand out, m."""
        return np.asarray(self.size * self.deep * (self._noise(points, 0.011, 0) + 0.5 * self._noise(points, 0.005, 1)))

    def paint(self, patch: Patch, hair: NDArray[np.float64]) -> Floats:
        """Lighter locks and darker ones, dark between them."""
        strand = 0.30 * self._noise(patch.points, 0.011, 0) + 0.30 * self._noise(patch.points, 0.0045, 2)
        return np.asarray(hair * (1 + strand + 0.2 * soft(0.2, 1.0, patch.normals[:, 1]))[:, None], np.float32)


def hat_flesh(build: Build) -> list[Flesh]:
    """A knitted cap."""
    hd, k = build.of_head, build.head * build.scale
    return [
        Flesh("head", hd(0, 1.714, -0.044), hd(0, 1.722, 0.018), 0.092 * k, 0.084 * k, 0.98, 0.03 * k, "hat"),
        Flesh("head", hd(0, 1.775, -0.018), hd(0, 1.795, -0.022), 0.055 * k, 0.03 * k, 1, 0.04 * k, "hat"),
    ]


def _cloth(colour: ArrayLike, rng: np.random.Generator, stripes: bool = False, period: float = 0.095) -> Paint:
    """Cloth with folds: darker in long soft furrows, worn where it rubs."""
    base = np.asarray(colour, np.float64)

    def paint(patch: Patch) -> Floats:
        fold = mottle(patch.points * [1.0, 0.42, 1.0], 0.045, rng) * 0.13 + mottle(patch.points, 0.014, rng) * 0.05
        under = soft(0.0, -0.8, patch.normals[:, 1]) * 0.12
        shade = base * (1 + fold - under)[:, None]
        if stripes:
            band = soft(-0.25, 0.25, np.sin(patch.points[:, 1] * (2 * np.pi / period)))
            shade = tones(shade, (0.55 * base + 0.32, band))
        return np.asarray(shade, np.float32)

    return paint


def umbrella(kit: Kit, at: np.ndarray, rng: np.random.Generator, tint: ArrayLike | None, k: float) -> None:
    """Eight ribs with cloth between them, over the hand at `at`."""
    own = np.asarray(UMBRELLAS[rng.integers(len(UMBRELLAS))]) if tint is None else np.asarray(tint)
    sides = 16 if kit.fine else 8
    angle = np.arange(sides) * (2 * np.pi / sides)
    rib = np.arange(sides) % 2 == 0
    top = at + np.array([-0.02, 0.98, 0.02]) * k
    profile = ((0.60, -0.26, 0.05), (0.50, -0.165, 0.03), (0.34, -0.075, 0.012), (0.17, -0.020, 0.0), (0.015, 0.0, 0.0))
    for inner in (0.0, 0.008):
        rings = []
        for radius, drop, sag in profile:
            reach = radius * np.where(rib, 1.0, 0.955)
            height = drop + np.where(rib, -0.4 * sag, 0.45 * sag) - inner
            rings.append(np.stack([reach * np.cos(angle), height, reach * np.sin(angle)], 1) * k)
        points = np.concatenate(rings)
        normals = points - np.array([0, -0.65, 0]) * k
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        shade = np.tile(np.where(rib, 0.80, 1.06), len(profile))[:, None] * own * (1.0 if not inner else 0.7)
        kit.add(
            "prop_r",
            points + top,
            wrap_triangles(len(profile), sides),
            shade,
            0.0,
            0.15,
            0.45,
            normals * (-1 if inner else 1),
        )
    kit.tube("prop_r", [at + np.array([0.0, -0.10, 0]) * k, at, top, top + np.array([0, 0.05, 0]) * k],
             [0.012 * k, 0.010 * k, 0.006 * k, 0.002], (0.06, 0.05, 0.045), 0.4)  # fmt: skip


def _umbrella_tint(casting: Casting) -> ArrayLike | None:
    """The colour that the prompt gives the umbrella."""
    named = (
        quality.removeprefix("umbrella_") for quality in sorted(casting.qualities) if quality.startswith("umbrella_")
    )
    return next((COLOURS[name] for name in named if name in COLOURS), None)


def _held(build: Build) -> np.ndarray:
    """Where the right hand is when it holds something."""
    bones = skeleton(build)
    pose = Pose(bones)
    hold(pose)
    turns, places = pose.solve()
    hand = bones.index["hand_r"]
    palm = (np.array(bones.tails[hand]) - bones.heads[hand]) * 0.55
    return np.asarray(places[hand] + turns[hand] @ palm)


def _body(casting: Casting, build: Build, woman: bool, young: bool) -> Creature:
    rng = casting.rng
    outfit = outfit_of(casting.qualities)
    skin = np.asarray(SKINS[rng.integers(len(SKINS))]) * rng.uniform(0.94, 1.06)
    skin = skin if outfit.skin is None else np.array(outfit.skin)
    dark = bool(skin[0] < 0.35)
    hair = np.asarray(HAIRS[rng.integers(2 if dark else len(HAIRS))]) * rng.uniform(0.8, 1.2)
    asked = casting.qualities | set(outfit.looks.split())
    old = "old" in asked
    if old:
        hair = np.array([0.23, 0.225, 0.22]) * rng.uniform(0.8, 1.1)
    named = hair_colour(asked)
    hair = hair if named is None else named
    iris = IRISES[rng.integers(1 if dark else len(IRISES))]
    women = ("bob", "long", "long", "ponytail") if young else ("bob", "long", "bun", "long")
    styles = women if woman else ("short", "tousled", "short", "shaved")
    style = hair_style(asked, styles[rng.integers(4)], woman=woman)
    tops = TOPS if woman or young else MENS_TOPS
    top = recoloured(np.asarray(tops[rng.integers(len(tops))]) * rng.uniform(0.8, 1.1), casting)
    trousers = np.asarray(TROUSERS[rng.integers(len(TROUSERS))]) * rng.uniform(0.8, 1.3)
    top = top if outfit.top is None else recoloured(np.array(outfit.top), casting)
    trousers = trousers if outfit.legs is None else np.array(outfit.legs)
    shoes = np.asarray(SHOES[rng.integers(len(SHOES))])
    shoes = shoes if outfit.top is None else np.array(BOOTS)
    wearing = rng.uniform(0, 1, 4)
    cold = casting.season == "winter"
    warm = casting.season == "summer" or (not cold and wearing[0] < (0.6 if young else 0.35))
    suit, dress = "suit" in asked, "dress" in asked
    tailor = suit or "jacket" in asked
    warm = warm and not (tailor or "coat" in asked or outfit.legs is not None)
    skirt = dress or (woman and wearing[1] < 0.45 and not cold and not suit and outfit.legs is None)
    shorts = not skirt and warm and wearing[1] > (0.5 if young else 0.8)
    bare = any(name.startswith("hair_") or name in {"bald", "crowned"} for name in asked)
    headgear = HATS.get(outfit.hat)
    covered = headgear is not None and outfit.hat not in BARE_HATS
    bare = bare or outfit.top is not None
    hat = headgear is None and (
        "hat" in asked or (not bare and (cold or (not woman and wearing[2] > 0.85 and not suit)))
    )
    if (hat or covered) and not woman and style not in {"bald", "long"}:
        style = "shaved"
    if covered and style in {"bun", "curly", "long_curly", "ponytail"}:
        style = "long"
    coat = 1.0 if cold or (not warm and wearing[3] < 0.3) else (0.55 if not warm else 0.3)
    if suit or "coat" in asked or "jacket" in asked:
        coat = 1.0 if "coat" in asked else 0.6
    elif outfit.legs is not None:
        coat = 0.0  # Tucked into the trousers.
    if suit:
        top = recoloured([0.030, 0.034, 0.048], casting)
    if suit:
        trousers = top
    tool = (
        outfit.tool
        if casting.action not in BUSY and casting.company in ("", "chair") and "umbrella" not in asked
        else ""
    )
    holding = "umbrella" in asked or bool(tool)
    clothes = Clothes(
        forearm="skin" if warm else "top", shin="skin" if skirt or shorts else "legs", thigh="skin" if skirt else "legs",
        loose=0.020 if cold else 0.012, coat=0.2 if skirt else coat, skirt=skirt, long="robe" in asked,
    )  # fmt: skip
    bones = skeleton(build)
    add_bone(bones, build, style)
    boarded = casting.action in BOARDED and not casting.company
    if boarded:
        add_board_bone(bones)
    fleshes = flesh(build, bones, clothes) + (hat_flesh(build) if hat else [])
    fleshes += [] if style == "bald" else hair_flesh(build, style)
    full = "bearded" in asked and not young
    moustache = (full or "moustached" in asked) and not young
    fleshes += beard_flesh(build, full=full, moustache=moustache)
    hand = _held(build)
    if holding:
        bones.heads[bones.index["prop_r"]] = (float(hand[0]), float(hand[1]), float(hand[2]))
    fine = (
        {"head": 9.0, "hair": 5.0, "hat": 3.0, "beard": 5.0}
        if casting.detail > 2
        else {"head": 6.0, "hair": 1.8, "hat": 1.2, "beard": 3.0}
    )
    kit = Kit(bones, fleshes, casting, {**fine, "hand": 4.5, "shoe": 2.2})
    kit.fades = False
    k = build.scale
    apart = spread(bones)
    first = kit.count
    plain = casting.colour is not None or tailor or dress or "plain" in asked
    cloth = _cloth(top, rng, not plain and ((not woman and wearing[3] > 0.75) or (young and wearing[3] > 0.55)))
    if tailor:
        tie = SHIRT_TIES[rng.integers(len(SHIRT_TIES))] if suit and not woman else None
        cloth = tailored(cloth, build, tie=tie)
    patch = kit.grow("top", cloth, outfit.gloss, spread=apart)
    if kit.fine and not young and (tailor or "shirt" in asked or not woman):
        collar(kit, build, (0.66, 0.66, 0.65) if tailor else top * 0.9)
    chest = np.exp(-(((patch.points[:, 1] - build.at(0, 1.3, 0)[1]) / (0.14 * k)) ** 2)) * (patch.bone == "chest")
    kit.morph("breath", first, patch.normals * (0.005 * k * chest)[:, None])
    if skirt:
        other = recoloured(np.asarray(TOPS[rng.integers(len(TOPS))]) * 0.7, casting)
        kit.grow("skirt", _cloth(top if dress else other, rng), 0.02, rounds=7)
    else:
        kit.grow("legs", _cloth(trousers, rng), outfit.gloss, spread=apart)
    if any(f.group == "skin" for f in fleshes):
        kit.grow(
            "skin",
            lambda p: np.asarray(skin * (1 + 0.06 * mottle(p.points, 0.05, rng))[:, None], np.float32),
            0.12,
            spread=apart,
        )
    hd, hk = build.of_head, build.head * build.scale
    shaven = woman or young or wearing[2] >= 0.5
    beard = 0.9 if full else 0.0 if shaven or named is not None or young else 0.3 if old else 0.22
    first = kit.count
    scalp = skin if style == "bald" else hair
    rosy = 0.34 if woman or young else 0.18
    patch = kit.grow("head", complexion(kit, build, skin, scalp, beard=beard, old=old, rosy=rosy), 0.16)
    lips = skin * ([0.98, 0.55, 0.54] if woman else [0.88, 0.72, 0.70])
    face(kit, build, skin, hair, iris, lips, (first, patch), 0.9 if woman and not young else 0.45 if young else 0.2)
    kit.grow(
        "hand", lambda p: np.asarray(skin * (1.02 + 0.06 * mottle(p.points, 0.02 * k, rng))[:, None], np.float32), 0.12
    )
    locks = _Locks(build, style, rng)
    if style != "bald":
        relief = locks.relief if kit.finest else None
        grown = kit.grow("hair", lambda p: locks.paint(p, hair), 0.10, fur=0.12 if kit.finest else 0.03, relief=relief)
        if not hat and not covered:
            strands(kit, build, grown, style, hair)
    if moustache:
        kit.grow("beard", beard_paint(kit, hair, hk), 0.1, fur=0.05)
    if kit.fine and asked & {"glasses", "sunglasses"}:
        glasses(kit, build, dark="sunglasses" in asked)
    if "crowned" in asked and not hat:
        crown(kit, build)
    dyed = next((COLOURS[tone] for tone in COLOURS if f"hat_{tone}" in asked), None)
    if hat:
        wool = np.asarray(TOPS[rng.integers(len(TOPS))] if dyed is None else dyed)
        kit.grow("hat", _cloth(wool, rng, dyed is None, 0.035), fur=0.12)
        if kit.fine:
            kit.ball("head", hd(0, 1.845, -0.025), 0.034 * hk, wool * 0.5 + 0.3)
    sole = 0.75 if shoes[0] > 0.15 else 0.1
    kit.grow(
        "shoe",
        lambda p: np.asarray(tones(shoes, (np.full(3, sole), soft(0.022, 0.014, p.points[:, 1] / k))), np.float32),
        0.25,
    )
    if headgear is not None:
        put_on(kit, build, headgear, dyed)
    for part, tint in outfit.parts:
        wear(kit, build, part, tint)
    if tool:
        carry(kit, tool, hand, k)
    elif holding:
        umbrella(kit, hand, rng, _umbrella_tint(casting), k)
    if boarded:
        board(kit, casting, k)
    bent = 0.16 if old else 0.0

    waft = float(rng.uniform(0, 1))

    def stoop(pose: Pose, t: float, travelled: float) -> None:
        if style in LONG:
            sway(pose, t, travelled, casting.action, waft, build)
        if bent:
            pose.turn("spine", pitch=-bent)
            pose.turn("chest", pitch=-bent * 0.6)
            pose.turn("neck", pitch=bent * 1.2)

    def swims(pose: Pose, t: float, seed: float) -> None:
        crawl(pose, build, t, seed)

    def slides(pose: Pose, t: float, seed: float) -> None:
        stand_on_board(pose, build, t, seed, BOARDED[casting.action])

    sport = slides if boarded else swims if casting.action == "swim" else None
    return kit.body(act(build, casting.action, rng, holding, more=stoop, company=casting.company, sport=sport))


def woman(casting: Casting) -> Creature:
    """A grown woman."""
    rng = casting.rng
    tall, stout = rng.uniform(0.95, 1.05), rng.uniform(0.95, 1.08)
    build = Build(
        scale=0.945 * tall, shoulders=0.90, hips=1.04, waist=0.84, bust=1.0, girth=0.94 * stout, head=1.02
    )  # fmt: skip
    return _body(casting, build, True, False)


def man(casting: Casting) -> Creature:
    """A grown man."""
    rng = casting.rng
    build = Build(scale=1.01 * rng.uniform(0.95, 1.05), girth=rng.uniform(0.97, 1.14), waist=rng.uniform(0.96, 1.12))
    return _body(casting, build, False, False)


MALE = ("as_wizard", "as_king", "as_santa", "as_pirate", "as_viking", "as_spartan", "as_captain", "as_vampire", "as_orc",
        "as_monk", "as_priest", "as_sheikh", "as_devil")  # fmt: skip
FEMALE = (
    "as_witch",
    "as_queen",
    "as_princess",
    "as_bride",
    "as_ballerina",
    "as_nun",
    "as_fairy",
    "as_angel",
    "as_red_hood",
)
"""What a person of no named sex is taken for, by what it is."""


def person(casting: Casting) -> Creature:
    """A woman or a man; a `baby` is a small child."""
    if "baby" in casting.qualities:
        return child(casting)
    female = bool(casting.rng.random() < 0.5)
    if casting.qualities & {"bearded", "moustached", *MALE}:
        return man(casting)
    return woman(casting) if female or casting.qualities & {"dress", *FEMALE} else man(casting)


def _young(casting: Casting, female: bool) -> Creature:
    """A child of about seven years: six heads tall."""
    scale = 0.70 * casting.rng.uniform(0.93, 1.05) * (0.8 if "baby" in casting.qualities else 1.0)
    build = Build(scale=scale, leg=0.93, torso=0.97, arm=0.95, head=1.30, girth=1.02, shoulders=0.90, waist=1.05)
    return _body(casting, build, female, True)


def baby(casting: Casting) -> Creature:
    """A baby that can just sit: four heads tall, short of limb, with little hair."""
    scale = 0.40 * casting.rng.uniform(0.95, 1.05)
    build = Build(scale=scale, leg=0.72, torso=0.95, arm=0.82, head=1.72, girth=1.28, shoulders=0.82, waist=1.15)
    cropped = replace(casting, qualities=casting.qualities | {"hair_short"})
    return _body(cropped, build, False, True)


def girl(casting: Casting) -> Creature:
    """A girl of about seven years."""
    return _young(casting, True)


def boy(casting: Casting) -> Creature:
    """A boy of about seven years."""
    return _young(casting, False)


def child(casting: Casting) -> Creature:
    """A girl or a boy."""
    return _young(casting, bool(casting.rng.random() < 0.5))


ACTIONS = {
    "walk": 1.35, "stand": 0.0, "run": 3.6, "dance": 0.0, "wave": 0.0, "smile": 0.0, "jump": 0.0, "sit": 0.0, "talk": 0.0,
    "swim": 1.0, "surf": 4.5, "skate": 3.2,
}  # fmt: skip

YOUNG = {**ACTIONS, "run": 2.6, "walk": 1.0}

ROWS = (
    Subject("person", person, "ground", 1.75, 1.75, ACTIONS, group=4),
    Subject("woman", woman, "ground", 1.68, 1.68, ACTIONS, group=4),
    Subject("man", man, "ground", 1.78, 1.78, ACTIONS, group=4),
    Subject("child", child, "ground", 1.22, 1.22, YOUNG, group=3),
    Subject("girl", girl, "ground", 1.22, 1.22, YOUNG, group=3),
    Subject("baby", baby, "ground", 0.48, 0.44, {"sit": 0.0, "smile": 0.0, "wave": 0.0}, group=2),
    Subject("boy", boy, "ground", 1.22, 1.22, YOUNG, group=3),
)
