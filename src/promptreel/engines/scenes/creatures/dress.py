"""What people wear and carry by what they are: rows of headgear, outfits and tools, of which `dressing` makes meshes.

A word such as "pirate" gives its person the quality `as_pirate` (`language/lexicon/trades.toml`), which is looked up in
`OUTFITS`; "a straw hat" gives `wears_straw`, looked up in `HATS`, and who has a sword `holds_sword`, looked up in `TOOLS`.
"""

import math
from dataclasses import dataclass, replace

from promptreel.engines.scenes.creatures.implicit import Point

BLACK, NAVY, STEEL, WHITE = (0.014, 0.014, 0.016), (0.018, 0.026, 0.075), (0.42, 0.44, 0.47), (0.74, 0.73, 0.70)
RED, GOLD, STRAW, LEATHER = (0.42, 0.018, 0.018), (0.66, 0.42, 0.08), (0.52, 0.37, 0.14), (0.13, 0.062, 0.027)
OLIVE, CREAM, WOOD, GREEN = (0.075, 0.085, 0.038), (0.60, 0.53, 0.40), (0.17, 0.090, 0.038), (0.035, 0.17, 0.045)


@dataclass(frozen=True, slots=True)
class Hat:
    """Headgear: a profile turned about the head."""

    profile: tuple[tuple[float, float], ...]
    """Radius, and height above 1.70 m of the adult, of its rings from the brim up."""
    tint: Point
    gloss: float = 0.05
    trim: Point | None = None
    trimmed: tuple[int, int] = (0, 0)
    """The rings (first, one past the last) of the colour `trim`."""
    oval: float = 1.15
    """How much longer than wide it is."""
    lobes: int = 0
    lift: float = 0.0
    """A brim wider than the head is turned up by this in `lobes` places, m."""
    droop: float = 0.0
    """How far its tip hangs to the side, m."""
    parts: tuple[str, ...] = ()
    """More of it, of `dressing.PARTS`."""


DOME = ((0.104, -0.02), (0.106, -0.005), (0.103, 0.035), (0.080, 0.080), (0.045, 0.100), (0.0, 0.107))
CONE = ((0.225, -0.012), (0.230, -0.004), (0.108, 0.016), (0.104, 0.050), (0.072, 0.17), (0.042, 0.28), (0.0, 0.40))
PEAKED = ((0.101, -0.012), (0.104, 0.032), (0.138, 0.062), (0.134, 0.078), (0.0, 0.088))
BRIMMED = ((0.185, 0.0), (0.190, 0.008), (0.106, 0.012), (0.104, 0.035), (0.098, 0.095), (0.078, 0.120), (0.0, 0.108))
WIDE = ((0.235, -0.018), (0.240, -0.010), (0.107, 0.016), (0.103, 0.045), (0.096, 0.085), (0.06, 0.108), (0.0, 0.114))
TALL = ((0.155, 0.0), (0.159, 0.007), (0.105, 0.012), (0.103, 0.040), (0.100, 0.14), (0.106, 0.205), (0.0, 0.208))
CLOSED = ((0.066, -0.185), (0.100, -0.150), (0.110, -0.09), (0.109, 0.0), (0.093, 0.070), (0.050, 0.108), (0.0, 0.114))
HOOD = ((0.104, -0.025), (0.107, -0.010), (0.103, 0.040), (0.080, 0.085), (0.040, 0.102), (0.0, 0.106))

HATS = {
    "toque": Hat(
        ((0.101, -0.012), (0.103, 0.058), (0.110, 0.062), (0.142, 0.105), (0.146, 0.16), (0.115, 0.20), (0.0, 0.208)),
        WHITE,
    ),
    "wizard": Hat(CONE, (0.030, 0.030, 0.16), 0.1, GOLD, (2, 4), droop=-0.05),
    "witch": Hat(CONE, BLACK, 0.1, (0.16, 0.03, 0.20), (2, 4), droop=0.06),
    "helm": Hat(CLOSED, STEEL, 0.75, oval=1.24, parts=("slit", "plume")),
    "viking": Hat(DOME, (0.20, 0.19, 0.17), 0.5, (0.34, 0.24, 0.10), (0, 2), parts=("horns",)),
    "crested": Hat(DOME, (0.42, 0.26, 0.08), 0.7, parts=("crest",)),
    "kabuto": Hat(
        ((0.185, -0.085), (0.150, -0.040), (0.108, 0.0), *DOME[2:]),
        (0.028, 0.026, 0.030),
        0.6,
        RED,
        (0, 2),
        parts=("crescent",),
    ),
    "fire": Hat(
        ((0.150, -0.020), (0.156, -0.012), (0.108, 0.008), *DOME[2:]),
        (0.45, 0.028, 0.020),
        0.5,
        (0.70, 0.55, 0.06),
        (0, 2),
        1.35,
        parts=("badge",),
    ),
    "hard": Hat(((0.124, -0.012), (0.127, -0.006), (0.107, 0.004), *DOME[2:]), (0.72, 0.46, 0.03), 0.45, oval=1.25),
    "army": Hat(
        ((0.120, -0.045), (0.119, -0.035), (0.114, 0.015), (0.088, 0.078), (0.045, 0.102), (0.0, 0.108)), OLIVE
    ),
    "cowboy": Hat(BRIMMED, LEATHER, 0.1, (0.04, 0.02, 0.01), (2, 4), 1.2, 2, 0.075),
    "fedora": Hat(((0.150, 0.0), (0.154, 0.006), *BRIMMED[2:]), (0.055, 0.050, 0.046), 0.1, BLACK, (2, 4)),
    "straw": Hat(WIDE, STRAW, 0.05, (0.06, 0.03, 0.02), (2, 4)),
    "top": Hat(TALL, BLACK, 0.35, (0.30, 0.02, 0.03), (2, 4)),
    "peaked": Hat(PEAKED, NAVY, 0.1, (0.05, 0.05, 0.06), (0, 2), parts=("peak", "badge")),
    "captain": Hat(PEAKED, WHITE, 0.1, BLACK, (0, 2), parts=("peak", "badge")),
    "cap": Hat(DOME, (0.05, 0.09, 0.22), 0.05, parts=("peak",)),
    "santa": Hat(
        (
            (0.106, -0.020),
            (0.118, -0.006),
            (0.117, 0.032),
            (0.101, 0.040),
            (0.080, 0.10),
            (0.050, 0.16),
            (0.018, 0.215),
            (0.0, 0.225),
        ),
        RED,
        0.02,
        WHITE,
        (0, 3),
        droop=0.14,
        parts=("bobble",),
    ),
    "tricorn": Hat(
        ((0.190, 0.0), (0.196, 0.006), *BRIMMED[2:5], (0.060, 0.112), (0.0, 0.116)),
        (0.022, 0.017, 0.014),
        0.1,
        GOLD,
        (0, 1),
        1.1,
        3,
        0.105,
    ),
    "beret": Hat(
        ((0.098, 0.010), (0.102, 0.026), (0.135, 0.048), (0.122, 0.075), (0.0, 0.088)), (0.20, 0.02, 0.03), droop=0.06
    ),
    "elf": Hat(
        ((0.104, -0.01), (0.110, 0.0), (0.100, 0.03), (0.07, 0.11), (0.035, 0.19), (0.0, 0.25)),
        GREEN,
        0.02,
        RED,
        (0, 2),
        droop=0.08,
        parts=("ears",),
    ),
    "mask": Hat(HOOD, BLACK, parts=("mask",)),
    "hood": Hat(HOOD, (0.09, 0.05, 0.03), parts=("shawl",)),
    "turban": Hat(
        ((0.104, -0.015), (0.125, 0.010), (0.132, 0.05), (0.115, 0.09), (0.06, 0.112), (0.0, 0.118)), (0.58, 0.50, 0.36)
    ),
    "nurse": Hat(((0.070, 0.045), (0.078, 0.095), (0.0, 0.098)), WHITE, trim=RED, trimmed=(1, 2)),
}

BARE_HATS = frozenset({"nurse"})
"""Headgear so small that hair is combed as without it."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """How one dresses who is something."""

    hat: str = ""
    top: Point | None = None
    legs: Point | None = None
    skin: Point | None = None
    parts: tuple[tuple[str, Point], ...] = ()
    """Of `dressing.PARTS`, with their colours."""
    tool: str = ""
    """Of `TOOLS`, in the right hand."""
    looks: str = ""
    """Qualities that it brings, as in `looks` and `people`."""
    gloss: float = 0.02
    """Of what is worn."""


KNIGHT = Outfit("helm", STEEL, STEEL, None, (("pauldrons", STEEL), ("belt", LEATHER)), "sword", "plain", 0.6)
WIZARD = Outfit("wizard", (0.030, 0.030, 0.16), None, None, (("belt", GOLD),), "staff", "dress robe bearded hair_white")
COAT = (0.70, 0.71, 0.72)
WHITE_COAT = Outfit("", COAT, (0.10, 0.16, 0.22), None, (("skirts", COAT),), "", "plain")
SOLDIER = Outfit("army", OLIVE, OLIVE, None, (("belt", LEATHER), ("backpack", OLIVE)), "", "plain")
POLICE = Outfit("peaked", NAVY, (0.020, 0.022, 0.040), None, (("belt", BLACK),), "", "plain")
ANGEL = Outfit(
    "", WHITE, None, None, (("wings", (0.74, 0.74, 0.72)), ("halo", GOLD)), "", "dress robe hair_long hair_blond"
)

OUTFITS = {
    "chef": Outfit("toque", WHITE, (0.05, 0.05, 0.055), None, (("apron", WHITE),), "ladle", "plain"),
    "knight": KNIGHT,
    "wizard": WIZARD,
    "witch": Outfit("witch", BLACK, None, None, (("belt", (0.16, 0.03, 0.20)),), "broom", "dress robe hair_long"),
    "king": Outfit("", (0.25, 0.02, 0.035), None, None, (("cape", RED), ("belt", GOLD)), "", "crowned bearded plain"),
    "queen": Outfit("", (0.16, 0.025, 0.20), None, None, (("cape", RED),), "", "crowned dress robe hair_long"),
    "princess": Outfit("", (0.62, 0.22, 0.34), None, None, (), "", "crowned dress robe hair_long"),
    "pirate": Outfit(
        "tricorn",
        (0.25, 0.03, 0.03),
        BLACK,
        None,
        (("belt", LEATHER), ("skirts", (0.25, 0.03, 0.03))),
        "cutlass",
        "bearded plain",
    ),
    "viking": Outfit(
        "viking",
        (0.14, 0.10, 0.06),
        LEATHER,
        None,
        (("belt", BLACK), ("cape", (0.12, 0.10, 0.08))),
        "axe",
        "bearded hair_long plain",
    ),
    "spartan": Outfit(
        "crested", (0.34, 0.20, 0.07), (0.30, 0.02, 0.02), None, (("cape", RED), ("belt", GOLD)), "spear", "plain", 0.35
    ),
    "samurai": Outfit(
        "kabuto",
        (0.30, 0.025, 0.025),
        (0.030, 0.028, 0.034),
        None,
        (("pauldrons", (0.30, 0.025, 0.025)), ("belt", GOLD)),
        "katana",
        "plain",
        0.3,
    ),
    "ninja": Outfit("mask", BLACK, BLACK, None, (("belt", (0.10, 0.10, 0.11)),), "katana", "plain"),
    "firefighter": Outfit(
        "fire",
        (0.10, 0.078, 0.045),
        (0.10, 0.078, 0.045),
        None,
        (("belt", (0.70, 0.62, 0.05)), ("hem", (0.70, 0.62, 0.05))),
        "axe",
        "coat plain",
    ),
    "builder": Outfit(
        "hard", (0.72, 0.22, 0.02), (0.045, 0.065, 0.125), None, (("belt", (0.66, 0.64, 0.50)),), "", "plain"
    ),
    "doctor": replace(WHITE_COAT, parts=(("skirts", COAT), ("stethoscope", BLACK))),
    "nurse": Outfit("nurse", (0.62, 0.70, 0.72), None, None, (), "", "dress"),
    "scientist": replace(WHITE_COAT, looks="plain glasses"),
    "soldier": SOLDIER,
    "police": POLICE,
    "captain": Outfit("captain", NAVY, NAVY, None, (), "", "coat plain bearded"),
    "sailor": Outfit("captain", WHITE, NAVY, None, (), "", "plain"),
    "pilot": Outfit("captain", NAVY, NAVY, None, (), "", "suit plain"),
    "cowboy": Outfit("cowboy", (0.24, 0.06, 0.035), (0.05, 0.075, 0.15), None, (("belt", LEATHER),), "", "plain"),
    "explorer": Outfit(
        "fedora", (0.34, 0.26, 0.15), (0.22, 0.17, 0.10), None, (("belt", LEATHER), ("backpack", LEATHER)), "", "plain"
    ),
    "hiker": Outfit("cap", None, None, None, (("backpack", (0.42, 0.10, 0.03)),)),
    "detective": Outfit(
        "fedora",
        (0.20, 0.155, 0.10),
        (0.05, 0.05, 0.055),
        None,
        (("belt", (0.15, 0.11, 0.07)), ("skirts", (0.20, 0.155, 0.10))),
        "",
        "plain",
    ),
    "gangster": Outfit("fedora", None, None, None, (), "", "suit"),
    "magician": Outfit("top", None, None, None, (("cape", (0.05, 0.01, 0.02)),), "wand", "suit"),
    "farmer": Outfit(
        "straw", (0.36, 0.05, 0.04), (0.05, 0.075, 0.16), None, (("bib", (0.05, 0.075, 0.16)),), "", "plain"
    ),
    "fisher": Outfit("straw", (0.10, 0.14, 0.09), (0.06, 0.07, 0.05), None, (), "rod", "plain"),
    "painter": Outfit("beret", (0.70, 0.68, 0.62), None, None, (("apron", (0.22, 0.22, 0.24)),), "brush", "plain"),
    "photographer": Outfit("cap", None, None, None, (("backpack", BLACK),), "camera"),
    "santa": Outfit("santa", RED, RED, None, (("belt", BLACK), ("hem", WHITE)), "", "coat bearded hair_white plain"),
    "elf": Outfit("elf", GREEN, (0.30, 0.02, 0.02), None, (("belt", GOLD),), "", "plain"),
    "bride": Outfit("", WHITE, None, None, (("veil", WHITE),), "bouquet", "dress robe hair_bun"),
    "ballerina": Outfit(
        "", (0.66, 0.32, 0.40), (0.62, 0.44, 0.44), None, (("tutu", (0.72, 0.40, 0.48)),), "", "hair_bun plain"
    ),
    "nun": Outfit("", BLACK, None, None, (("veil", BLACK),), "", "dress robe hair_short"),
    "monk": Outfit("", (0.52, 0.17, 0.015), None, None, (("belt", (0.36, 0.07, 0.01)),), "", "dress robe bald"),
    "priest": Outfit("", BLACK, None, None, (("stethoscope", (0.62, 0.58, 0.45)),), "", "dress robe"),
    "hooded": Outfit(
        "hood", (0.09, 0.05, 0.03), None, None, (("cape", (0.09, 0.05, 0.03)), ("belt", LEATHER)), "", "dress robe"
    ),
    "reaper": Outfit("hood", BLACK, None, (0.30, 0.28, 0.24), (("cape", BLACK),), "scythe", "dress robe bald"),
    "red_hood": Outfit("hood", RED, None, None, (("cape", RED),), "", "dress robe"),
    "superhero": Outfit(
        "", (0.02, 0.06, 0.34), (0.02, 0.06, 0.34), None, (("cape", RED), ("belt", GOLD)), "", "plain", 0.15
    ),
    "vampire": Outfit("", BLACK, BLACK, (0.60, 0.52, 0.50), (("cape", (0.05, 0.005, 0.008)),), "", "suit hair_black"),
    "devil": Outfit(
        "", (0.30, 0.02, 0.015), BLACK, (0.45, 0.05, 0.03), (("horns", BLACK), ("cape", BLACK)), "trident", "plain"
    ),
    "angel": ANGEL,
    "fairy": Outfit(
        "", (0.20, 0.46, 0.24), None, None, (("fairy_wings", (0.50, 0.66, 0.74)),), "wand", "dress hair_long"
    ),
    "orc": Outfit(
        "",
        LEATHER,
        BLACK,
        (0.12, 0.22, 0.06),
        (("tusks", CREAM), ("belt", BLACK), ("ears", (0.12, 0.22, 0.06))),
        "axe",
        "bald plain",
    ),
    "zombie": Outfit("", (0.12, 0.12, 0.10), (0.06, 0.06, 0.07), (0.22, 0.27, 0.17), (), "", "plain"),
    "alien": Outfit(
        "",
        (0.20, 0.22, 0.24),
        (0.20, 0.22, 0.24),
        (0.18, 0.42, 0.16),
        (("feelers", (0.18, 0.42, 0.16)),),
        "",
        "bald plain",
        0.3,
    ),
    "clown": Outfit(
        "",
        (0.62, 0.45, 0.04),
        (0.05, 0.20, 0.50),
        (0.66, 0.55, 0.50),
        (("nose", RED), ("ruff", WHITE)),
        "",
        "hair_curly hair_red",
    ),
    "sheikh": Outfit("turban", WHITE, None, None, (), "", "dress robe bearded"),
    "archer": Outfit("elf", GREEN, LEATHER, None, (("belt", LEATHER), ("cape", (0.04, 0.10, 0.03))), "bow", "plain"),
}

NONE = Outfit()


def outfit_of(qualities: frozenset[str]) -> Outfit:
    """How somebody of these `qualities` dresses; hat and tool may be asked for by themselves."""
    found = next((OUTFITS[name[3:]] for name in sorted(qualities) if name.startswith("as_")), NONE)
    hat = next((name[6:] for name in sorted(qualities) if name.startswith("wears_")), "")
    tool = next((name[6:] for name in sorted(qualities) if name.startswith("holds_")), "")
    return replace(found, hat=hat if hat in HATS else found.hat, tool=tool if tool in TOOLS else found.tool)


# -- tools: pieces about the hand, m -----------------------------------------------------------------------------------

Piece = tuple[tuple[Point, ...], tuple[float, ...], Point, float, float]
"""Path, radii, colour, gloss, glow: a tube, or a ball (its radius, or three half axes) where the path has one point."""

_LIT = (0.35, 0.75, 1.0)
_BLOOMS = ((0.62, 0.10, 0.18), (0.72, 0.70, 0.66), (0.66, 0.30, 0.40))

TOOLS: dict[str, tuple[Piece, ...]] = {
    "staff": (
        (((0, -1.08, 0), (0.01, 0, 0), (0, 0.66, 0)), (0.020, 0.017, 0.022), WOOD, 0.1, 0),
        (((0, 0.72, 0),), (0.055,), _LIT, 0.6, 1.6),
    ),
    "sword": (
        (((0, -0.10, 0), (0, 0.08, 0)), (0.015, 0.015), LEATHER, 0.1, 0),
        (((-0.12, 0.09, 0), (0.12, 0.09, 0)), (0.014, 0.014), GOLD, 0.7, 0),
        (((0, 0.09, 0), (0, 0.80, 0.06), (0, 0.95, 0.075)), (0.026, 0.022, 0.001), (0.62, 0.64, 0.67), 0.9, 0),
    ),
    "katana": (
        (((0, -0.12, 0), (0, 0.10, 0)), (0.014, 0.014), BLACK, 0.1, 0),
        (((0, 0.10, 0),), (0.035,), GOLD, 0.6, 0),
        (((0, 0.10, 0), (0, 0.55, 0.02), (0, 0.88, 0.10)), (0.018, 0.016, 0.001), (0.62, 0.64, 0.67), 0.9, 0),
    ),
    "cutlass": (
        (((0, -0.09, 0), (0, 0.06, 0)), (0.015, 0.015), LEATHER, 0.1, 0),
        (((0, 0.07, 0.02),), (0.050,), GOLD, 0.7, 0),
        (((0, 0.08, 0), (0, 0.45, 0.03), (0, 0.72, 0.14)), (0.022, 0.026, 0.002), (0.55, 0.56, 0.58), 0.9, 0),
    ),
    "axe": (
        (((0, -0.34, 0), (0, 0.46, 0)), (0.016, 0.016), WOOD, 0.1, 0),
        (((0.075, 0.39, 0),), (0.10, 0.080, 0.014), (0.42, 0.43, 0.45), 0.8, 0),
    ),
    "spear": (
        (((0, -1.08, 0), (0, 0.92, 0)), (0.015, 0.015), WOOD, 0.1, 0),
        (((0, 0.90, 0), (0, 0.97, 0), (0, 1.16, 0)), (0.016, 0.034, 0.001), (0.55, 0.56, 0.58), 0.9, 0),
    ),
    "trident": (
        (((0, -1.08, 0), (0, 0.72, 0)), (0.016, 0.016), (0.45, 0.30, 0.07), 0.6, 0),
        *((((x, 0.72, 0), (1.25 * x, 1.02, 0)), (0.015, 0.002), (0.45, 0.30, 0.07), 0.6, 0) for x in (-0.11, 0, 0.11)),
        (((-0.12, 0.72, 0), (0.12, 0.72, 0)), (0.014, 0.014), (0.45, 0.30, 0.07), 0.6, 0),
    ),
    "scythe": (
        (((0.05, -1.08, 0), (0, 0, 0), (0.03, 0.78, 0)), (0.017, 0.017, 0.017), WOOD, 0.1, 0),
        (
            ((0.03, 0.76, 0), (-0.30, 0.82, 0.05), (-0.62, 0.66, 0.08)),
            (0.030, 0.034, 0.002),
            (0.50, 0.51, 0.53),
            0.9,
            0,
        ),
    ),
    "bow": (
        (
            ((0.0, -0.62, 0.10), (0, -0.36, 0.25), (0, 0, 0.30), (0, 0.36, 0.25), (0, 0.62, 0.10)),
            (0.009, 0.014, 0.018, 0.014, 0.009),
            WOOD,
            0.2,
            0,
        ),
        (((0, -0.62, 0.10), (0, 0.62, 0.10)), (0.004, 0.004), CREAM, 0, 0),
    ),
    "rod": (
        (
            ((0, -0.16, -0.10), (0, 0.04, 0.06), (0.04, 0.75, 0.85), (0.05, 0.98, 1.35)),
            (0.017, 0.015, 0.010, 0.005),
            WOOD,
            0.3,
            0,
        ),
        (
            ((0.05, 0.98, 1.35), (0.05, -0.10, 1.62), (0.05, -1.20, 1.75)),
            (0.004, 0.004, 0.004),
            (0.60, 0.60, 0.58),
            0.3,
            0,
        ),
    ),
    "broom": (
        (((0, -0.60, 0), (0, 0.70, 0)), (0.015, 0.015), WOOD, 0.1, 0),
        (((0, -0.56, 0), (0, -0.66, 0), (0, -1.04, 0)), (0.020, 0.055, 0.105), STRAW, 0, 0),
    ),
    "ladle": (
        (((0, -0.06, 0), (0, 0.26, 0.05)), (0.011, 0.009), WOOD, 0.1, 0),
        (((0, 0.30, 0.05),), (0.045,), WOOD, 0.1, 0),
    ),
    "wand": (
        (((0, -0.06, 0), (0, 0.28, 0.10)), (0.010, 0.007), BLACK, 0.3, 0),
        (((0, 0.30, 0.105),), (0.026,), _LIT, 0.5, 2.0),
    ),
    "brush": (
        (((0, -0.10, 0), (0, 0.20, 0.10)), (0.009, 0.009), WOOD, 0.3, 0),
        (((0, 0.23, 0.115),), (0.022,), RED, 0.2, 0),
    ),
    "camera": (
        (((-0.075, 0.10, 0.02), (0.075, 0.10, 0.02)), (0.055, 0.055), (0.03, 0.03, 0.033), 0.3, 0),
        (((0, 0.10, 0.03), (0, 0.10, 0.16)), (0.042, 0.046), (0.02, 0.02, 0.022), 0.6, 0),
    ),
    "bouquet": (
        (((0, -0.22, 0), (0, -0.06, 0)), (0.016, 0.030), GREEN, 0, 0),
        *(
            (
                ((0.075 * math.cos(2.4 * n) * (n > 0), -0.01 + 0.018 * (n % 3), 0.075 * math.sin(2.4 * n) * (n > 0)),),
                (0.042,),
                _BLOOMS[n % 3],
                0.05,
                0,
            )
            for n in range(8)
        ),
    ),
}

BUSY = frozenset({"swim", "surf", "skate", "dance", "jump", "ride", "sleep"})
"""Actions for which one puts a tool down."""

LOW = frozenset({"sit", "swim", "sleep", "ride"})
"""Actions in which what hangs to the knees would lie in the ground or in the water."""
