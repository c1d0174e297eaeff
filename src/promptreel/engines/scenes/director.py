"""The director: turns what a prompt asks for into a plan of the film, and says what of it the frames will hold.

A plan only names rows and numbers; nothing is built yet, so it costs a millisecond and is the same on every machine.
"""

import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from promptreel.engines.scenes.camera import shot_times
from promptreel.engines.scenes.mesh import view_tangent
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import TIMES, Mention, SceneSpec, Wanted
from promptreel.engines.scenes.settings import Setting, settings
from promptreel.engines.scenes.stage import Effect, Habitat, Place, Style, Subject

MOST_KINDS = 6
"""Kinds of subjects in one film."""

MOST = {"air": 60, "underwater": 60, "space": 30}
MOST_ELSEWHERE = 24
"""How many of one kind are drawn; more would be too small to see."""

MOST_PLACES = 3

LARGEST_INDOORS = 3.0
"""Metres: what is built and larger does not stand in a room."""

WEATHER_EFFECTS = {
    "rain": "rain",
    "storm": "rain",
    "snow": "snow",
    "sandstorm": "sandstorm",
    "wind": "wind",
    "fog": "fog",
}
"""Weather that something in the air shows, beside what sky and light do."""

WAYS = {
    ("rail", "*"): "railway",
    ("road", "desert"): "desert_road",
    ("road", "forest"): "forest_road",
    ("road", "*"): "road",
}
"""Settings with a way for what needs one, by habitat and the setting that was asked for."""

WAYS_OVER = {"rail": "railway", "road": "road"}
SIGHTS = frozenset({"mountains"})
"""Settings that another land with a way in it would not show: a way is laid over them."""

WAYLESS = frozenset({"hills", "meadow", "plain", "forest", "desert", "mountains", "savanna", "canyon", "village"})
"""Settings of open land, which a way may cross."""

MATERIALS = frozenset({"golden", "metal", "stone", "wooden", "glass", "transparent", "glowing", "baby"})
"""Qualities that `world` gives to any body."""

AGEING = frozenset({"person", "man", "woman", "car", "taxi", "truck", "bus", "boat", "ship", "sailing_boat", "bicycle",
                    "aeroplane", "rocket", "train", "tree", "lantern"})  # fmt: skip
"""What is drawn otherwise where it is old: grey hair, the shapes of another time, rust."""

SKYLESS = frozenset({"city_street", "room", "forest", "garden"})
"""Settings in which little is seen against the sky."""

SHORES = frozenset({"beach", "ocean", "island", "lake", "river", "harbour"})
"""Settings in which a road that is placed like a house would lead through the water."""

UNNAMED = ("meadow", "ocean", "mountains", "hills", "plain")
"""Settings for a spec that names none."""

OUTDOORS = frozenset({"tree", "car", "horse", "elephant", "bear", "lion", "cow", "train", "bus", "truck"})
"""What does not fit into a room."""

BLOOMS = ("lavender", "tulip", "poppy", "poppies", "sunflower", "daisy", "daisies", "cornflower", "buttercup", "rose")
"""Flowers that a meadow may be full of."""

FROM_BELOW = {"ocean": "underwater", "lake": "underwater", "island": "underwater"}
"""Settings whose swimmers are better seen from among them."""

SMALL_FRY = 1.0
"""Metres: what swims and is smaller is not seen from above the water."""

ANYBODY = {
    "fly": 1.6, "float": 0.0, "hover": 0.0, "drift": 0.12, "rise": 0.35, "fall": 0.6, "spin": 0.0, "jump": 0.5,
    "bounce": 0.4, "explode": 0.0,
}  # fmt: skip
"""What a film can let anything do, and how fast, in its own lengths a second: a path or a burst needs no body's help."""

AFLOAT = {"swim": "lake", "surf": "ocean"}
"""What people do in water alone, and where they do it if the prompt does not say."""

SWIMMING_POOLS = frozenset({"swimming_pool", "underwater", "oasis", "waterfall"})
"""Waters besides `SHORES`."""

SAME_ACTION = {
    "surf": ("surf", "float", "swim"),
    "skate": ("skate", "drive", "glide", "run", "walk"),
    "walk": ("walk", "run", "waddle", "hop", "ride", "drive", "swim"),
    "run": ("run", "gallop", "walk", "drive"),
    "fly": ("fly", "soar", "glide", "hover", "float", "rise"),
    "soar": ("soar", "glide", "fly"),
    "glide": ("glide", "soar", "fly", "float", "swim", "drive", "run", "walk"),
    "hover": ("hover", "float", "fly"),
    "swim": ("swim", "dive", "float", "drift"),
    "dive": ("dive", "swim", "fly", "jump"),
    "drift": ("drift", "float", "swim", "fly"),
    "float": ("float", "drift", "hover", "rise", "swim"),
    "rise": ("rise", "float", "fly", "launch"),
    "fall": ("fall", "land", "drift"),
    "launch": ("launch", "rise", "fly"),
    "sail": ("sail", "float", "drift"),
    "drive": ("drive", "ride", "walk"),
    "ride": ("ride", "drive", "walk", "run"),
    "roll": ("roll", "bounce", "drive"),
    "stand": ("stand", "sit", "idle"),
    "sit": ("sit", "stand"),
    "sleep": ("sleep", "sit"),
    "talk": ("talk", "smile", "stand"),
    "smile": ("smile", "talk"),
    "play": ("run", "jump", "bounce"),
    "eat": ("eat", "stand"),
    "jump": ("jump", "bounce", "run"),
    "bounce": ("bounce", "jump"),
    "dance": ("dance", "spin", "jump"),
    "glow": ("glow", "burn", "flicker"),
    "burn": ("burn", "flicker", "glow"),
    "flicker": ("flicker", "burn", "glow"),
    "sway": ("sway", "bloom"),
    "bloom": ("bloom", "sway"),
    "spin": ("spin", "dance", "fly"),
    "land": ("land", "hover"),
}
"""What a subject does instead of what it cannot, in order; the first name is the thing itself."""


@dataclass(frozen=True, slots=True)
class Cast:
    """One kind of subject as it will be drawn."""

    wanted: Wanted
    row: Subject
    action: str
    count: int
    index: int
    """Its index in `SceneSpec.subjects`; -1 for what the setting brings itself."""

    raised: str = ""
    """What it is on where others of its kind are on the ground: a `table`, a window's `sill`."""

    @property
    def habitat(self) -> str:
        """Where it is at home in this film."""
        return self.raised or self.row.habitat

    @property
    def aloft(self) -> bool:
        """Whether it is in the air though its kind is not."""
        return self.action in ANYBODY and self.action not in self.row.actions

    @property
    def upright(self) -> bool:
        """Whether it is about as tall as it is large: people, robots, penguins."""
        return self.row.height > 0.9 * self.row.size

    @property
    def pose(self) -> str:
        """What its body does meanwhile: a car that flies turns its wheels."""
        return self.action if self.action in self.row.actions else next(iter(self.row.actions))

    @property
    def speed(self) -> float:
        """How fast it travels, m/s."""
        return self.row.actions.get(self.action, ANYBODY.get(self.action, 0.0) * max(self.row.size, 0.5))


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is decided before anything is built."""

    spec: SceneSpec
    setting: Setting
    time: str
    places: tuple[Place, ...]
    cast: tuple[Cast, ...]
    effects: tuple[Effect, ...]
    styles: tuple[Style, ...]
    camera: str
    shots: tuple[tuple[float, float], ...]
    nearness: float = 1.0
    """A factor on how far away subjects are: a close-up, a wide shot."""
    portrait: float = 0.0
    """Metres of a person that the frame is to be high, where it is a portrait; 0 where it is none."""
    held: dict[tuple[str, str, int], str] = field(default_factory=dict)


def direct(spec: SceneSpec, duration: float, seed: int) -> Plan:
    """The plan for a film of `duration` seconds. The same arguments give the same plan."""
    random = np.random.default_rng([abs(seed), zlib.crc32(b"director")])
    setting = _setting(spec, random)
    cast = tuple(_cast(spec, setting, random))
    setting, cast = _into_the_water(spec, setting, cast)
    if setting.name == "city_skyline" and cast and cast[0].row.habitat in {"ground", "road"} and not cast[0].aloft:
        setting = settings().get("city_street", setting)  # One sees a skyline over water.
    if "silhouette" in spec.styles and setting.name in SKYLESS and not _named(spec, setting.name):
        setting = settings().get("hills", setting)
    if setting.name == "ocean" and cast and cast[0].row.habitat in {"ground", "road", "table"} and not cast[0].aloft:
        setting = settings().get("beach", setting)  # Who does not swim stands beside it.
    if setting.name in {"lake", "ocean"} and "village" in spec.places:
        setting = settings().get("harbour", setting)  # Where the camera looks there is water, and no room for one.
    if setting.name == "room" and any(one.row.name in OUTDOORS for one in cast) and not _named(spec, "room"):
        setting = settings().get("forest", setting)
    if setting.name == "underwater" and not _named(spec, "underwater") and cast and cast[-1].row.habitat == "air":
        setting = settings().get("ocean", setting)  # Who catches the fish flies.
    swims = bool(cast) and cast[0].row.habitat == "underwater" and cast[0].row.size * cast[0].wanted.size > SMALL_FRY
    if swims and cast[0].action == "jump" and setting.name not in SHORES | SWIMMING_POOLS:
        setting = settings().get("ocean", setting)  # There is no water to leap out of.
    # What lives under water is best seen from there, unless it jumps out.
    winged = any(one.row.habitat == "air" for one in cast)
    if winged and setting.name in FROM_BELOW:
        # From above the water nobody sees a fish that is in it.
        cast = tuple(
            one for one in cast if one.row.habitat != "underwater" or one.row.size * one.wanted.size > SMALL_FRY
        )
    if (
        setting.name in FROM_BELOW
        and cast
        and cast[0].row.habitat == "underwater"
        and cast[0].action != "jump"
        and not winged
    ):
        setting = settings().get(FROM_BELOW[setting.name], setting)
    if cast and cast[0].action == "land" and not setting.ground and not _named(spec, setting.name):
        setting = settings().get("meadow", setting)  # Above the clouds there is nothing to land on.
    if cast and cast[0].action == "land" and setting.name == "planet":
        setting = settings().get("red_planet", setting)
    setting = _with_a_way(setting, spec, cast)
    moon = "moon" in _words(spec, "setting") or "lunar" in _words(spec, "setting")
    if setting.name == "planet" and moon:
        setting = settings().get("moon", setting)
    if setting.name == "planet" and cast and cast[0].row.habitat in {"ground", "road"} and cast[0].action != "float":
        setting = settings().get("red_planet", setting)
    setting = _in_bloom(_seen_from(_looking_up(setting, spec, cast), spec), spec)
    if setting.name in CANOPIES and cast and cast[0].row.habitat == "air" and _aloft(cast[0]):
        setting = replace(setting, eye=26.0, horizon=0.52, travel=max(setting.travel, 6.0))
    portrait = _portrait(spec, cast)
    if portrait:
        setting = replace(setting, fov=min(setting.fov, PORTRAIT_LENS))
        cast = (replace(cast[0], action=_posing(cast[0])), *cast[1:])
    time = spec.time or str(random.choice(_times(setting, spec, cast)))
    camera = spec.camera or str(random.choice(setting.camera or ("dolly_in",)))
    names = [*setting.places, *(name for name in spec.places if name not in setting.places)]
    names = [name for name in names if name != "village" or setting.name != "harbour"]
    names = [] if setting.name == "studio" else names  # What is photographed there stands before paper.
    known = rows("places")
    if setting.params.get("indoors") or setting.ground == "indoors":
        names = [
            name for name in names if name in setting.places or (name in known and known[name].size < LARGEST_INDOORS)
        ]
    places = tuple(known[name] for name in names if name in known and name not in spec.without)
    plan = Plan(
        spec=spec,
        setting=setting,
        time=time,
        places=places[: len(setting.places) + MOST_PLACES],
        cast=cast,
        effects=tuple(_effects(spec, setting)),
        styles=tuple(rows("styles")[name] for name in spec.styles if name in rows("styles")),
        camera=camera,
        shots=tuple(shot_times(duration, random)),
        nearness=_nearness(spec) * (0.8 if setting.name == "studio" else 1.0),
        portrait=portrait,
    )
    plan.held.update(_held(plan))
    return plan


def _setting(spec: SceneSpec, random: np.random.Generator) -> Setting:
    known = settings()
    if spec.setting in known:
        return known[spec.setting]
    names: list[str] = [name for name in UNNAMED if name in known] or sorted(known)
    return known[str(random.choice(names))]


def _into_the_water(spec: SceneSpec, setting: Setting, cast: tuple[Cast, ...]) -> tuple[Setting, tuple[Cast, ...]]:
    """People who swim or surf, lying or standing in water: there must be some, else they walk."""
    if not any(one.action in AFLOAT and one.row.name in HUMANS for one in cast):
        return setting, cast
    if cast[0].action == "surf" and setting.name in {"beach", "island"}:
        setting = settings().get("ocean", setting)  # Waves to ride on break out there.
    elif cast[0].action in AFLOAT and setting.name not in SHORES | SWIMMING_POOLS and not _named(spec, setting.name):
        setting = settings().get(AFLOAT[cast[0].action], setting)
    found = []
    for one in cast:
        if one.action in AFLOAT and one.row.name in HUMANS:
            if setting.name not in SHORES | SWIMMING_POOLS:
                one = replace(one, action="walk")
            elif one.action == "swim":
                habitat: Habitat = "underwater" if setting.name == "underwater" else "water"
                one = replace(one, row=replace(one.row, habitat=habitat, height=0.3 * one.row.height))
            else:
                one = replace(one, row=replace(one.row, habitat="water"))
        found.append(one)
    return setting, tuple(found)


def _named(spec: SceneSpec, setting: str) -> bool:
    """Whether the prompt itself says where it is."""
    return any(mention.kind == "setting" and mention.name == setting for mention in spec.mentions)


def _in_bloom(setting: Setting, spec: SceneSpec) -> Setting:
    """A meadow full of the flower that the prompt names."""
    said = " ".join(mention.text.lower() for mention in spec.mentions if not mention.negated)
    bloom = next((name for name in BLOOMS if name in said), "")
    if setting.name not in {"meadow", "hills"} or not bloom:
        return setting
    bloom = {"poppies": "poppy", "daisies": "daisy"}.get(bloom, bloom)
    return replace(setting, params={**setting.params, "bloom": bloom})


def _with_a_way(setting: Setting, spec: SceneSpec, cast: tuple[Cast, ...]) -> Setting:
    """The like of the setting with a road or a railway through it, where what the film is about goes on one."""
    chance = (
        spec.mentions and not _named(spec, setting.name) and setting.name in {"river", "lake", "ocean", "city_skyline"}
    )
    asked = setting.name in SHORES and "road" in spec.places
    if not cast or not (setting.name in WAYLESS or chance or asked) or not cast[0].speed or cast[0].action == "fly":
        return setting
    habitat = cast[0].row.habitat
    large = cast[0].row.size > 2.5  # Of what is small, a camera that sees the peaks sees too little.
    if setting.name in SIGHTS and _named(spec, setting.name) and habitat in WAYS_OVER and large:
        way = settings()[WAYS_OVER[habitat]]  # Filmed as one there: from as high and as far.
        return replace(setting, places=(*setting.places, *way.places), eye=way.eye, fov=way.fov, stage=way.stage)
    name = WAYS.get((habitat, setting.name), WAYS.get((habitat, "*"), ""))
    return settings().get(name, setting)


def _words(spec: SceneSpec, kind: str) -> str:
    """What the prompt says of a kind, in one line."""
    said = (mention.text.lower() for mention in spec.mentions if mention.kind == kind and not mention.negated)
    return " ".join(said).replace("-", " ")


NEARNESS = (("extreme close", 0.36), ("macro", 0.45), ("close", 0.5), ("headshot", 0.45), ("portrait shot", 0.5),
            ("detail", 0.5), ("medium shot", 0.8), ("wide", 1.6), ("establishing", 2.0), ("long shot", 1.9))  # fmt: skip
"""How far away the camera is in the words of film people, as a factor."""


def _nearness(spec: SceneSpec) -> float:
    said = _words(spec, "camera")
    return next((factor for words, factor in NEARNESS if words in said), 1.0)


HUMANS = frozenset({"person", "man", "woman", "child", "boy", "girl"})
"""Whom one makes portraits of."""

PORTRAIT_WORDS = ("portrait", "headshot", "selfie")
CLOSE_WORDS = ("close", "macro", "headshot")
PORTRAIT_LENS = 24.0
"""Degrees, of the frame's height: the long lens of portraits, which flatters a face and draws what is behind it near."""

PORTRAIT_HEIGHT = 0.58
"""Metres: a head of 0.24 m fills a good third of it."""

HALF_LENGTH = 1.6
"""Times that height is shown of who only smiles, which one must be near to see: to the waist."""

PORTRAIT_ACTIONS = frozenset({"", "stand", "smile", "talk", "idle", "sit", "eat"})
"""What one can do in a portrait; who runs or dances needs room."""


def _portrait(spec: SceneSpec, cast: tuple[Cast, ...]) -> float:
    """How much of a person a portrait shows, m; 0 where the prompt asks for none."""
    if not cast or cast[0].count > 1 or not (cast[0].row.name in HUMANS or _animal(cast[0])):
        return 0.0
    said = _words(spec, "camera")
    details = [m for m in spec.mentions if m.kind == "detail" and not m.negated]
    first = _first_word_of(spec, cast[0].index)
    faced = any(m.text.lower() == "face" and m.start < first for m in details)
    drawn = any(words in m.text.lower() for m in details for words in PORTRAIT_WORDS)
    close = any(words in said for words in (*PORTRAIT_WORDS, *CLOSE_WORDS))
    smiling = cast[0].wanted.action == "smile" and len(cast) == 1 and _nearness(spec) <= 1
    if not (faced or drawn or close or smiling) or cast[0].wanted.action not in PORTRAIT_ACTIONS:
        return 0.0
    tall = cast[0].row.height * cast[0].wanted.size
    # Of what stands upright one sees the upper half, of what stands on four legs nearly all: its head is before it.
    high = PORTRAIT_HEIGHT if cast[0].row.name in HUMANS else (0.5 if cast[0].upright else 0.95) * tall
    if not (faced or drawn or close):
        return HALF_LENGTH * high
    return high * (0.7 if "extreme" in said or "macro" in said else 1.0)


def _animal(cast: Cast) -> bool:
    """Whether it walks and holds still, and is no larger than a horse."""
    own = cast.row.actions
    return cast.row.habitat == "ground" and "walk" in own and bool({"stand", "sit"} & set(own)) and cast.row.size < 3.0


def _first_word_of(spec: SceneSpec, subject: int) -> int:
    """Where in the prompt a subject is named first; 0 for what the prompt does not name."""
    starts = (mention.start for mention in spec.mentions if mention.kind == "subject" and mention.subject == subject)
    return min(starts, default=0)


def _posing(cast: Cast) -> str:
    """What who is portrayed does: what was asked for, or looking at us."""
    calm = next((name for name in ("stand", "sit", "idle") if name in cast.row.actions), cast.action)
    return cast.action if cast.wanted.action else calm


FROM_ABOVE = ("aerial", "bird", "above", "drone", "overhead", "top", "high angle", "fly", "fpv")
FROM_LOW = ("low angle", "from below", "worm")
CANOPIES = frozenset({"forest", "jungle", "forest_road"})
"""Settings over whose trees one must rise to see what flies."""


def _aloft(cast: Cast) -> bool:
    """Whether it flies high: a butterfly stays among the flowers, a small bird unless the prompt has it above them."""
    high = cast.row.size * cast.wanted.size >= 2.0 or (cast.wanted.relation == "above" and cast.row.altitude >= 2.0)
    return high and cast.action not in {"stand", "sit", "sleep", "walk", "perch"}


AERIAL = frozenset(
    {"island", "ocean", "beach", "forest", "hills", "meadow", "mountains", "desert", "canyon", "city_skyline", "village",
     "river", "lake", "snow_field", "savanna", "road", "desert_road", "forest_road", "harbour", "jungle", "volcano"}
)  # fmt: skip
"""Settings that may be looked at from high above."""


def _seen_from(setting: Setting, spec: SceneSpec) -> Setting:
    """The setting with the camera up in the air, or down at the ground, where the prompt says so."""
    said = _words(spec, "camera")
    if any(words in said for words in FROM_LOW) and setting.ground:
        return replace(setting, eye=min(setting.eye, 0.5), horizon=min(setting.horizon + 0.22, 0.86))
    grounded = [one for one in spec.subjects if getattr(rows("subjects").get(one.name), "habitat", "ground") != "air"]
    if any(words in said for words in FROM_ABOVE) and setting.name in AERIAL and not grounded:
        if setting.name == "city_skyline":
            return replace(setting, eye=75.0, horizon=0.44)
        high = min(max(4.0 * setting.eye, 22.0), 60.0)
        return replace(setting, eye=high, horizon=0.20, travel=max(2.5 * setting.travel, 14.0))
    return setting


MARVELS = frozenset({"rainbow", "stars", "milky_way", "aurora", "meteors", "tornado"})
"""What a sky is looked at for."""


def _looking_up(setting: Setting, spec: SceneSpec, cast: tuple[Cast, ...]) -> Setting:
    """The setting with the sky over most of the picture, where the film is about it and no one stands before it."""
    if cast or spec.places or not setting.ground or not MARVELS & (spec.sky | spec.effects) or not _outdoor(setting):
        return setting
    return replace(setting, horizon=max(setting.horizon, 0.68))


LIT_AT_NIGHT = frozenset({"lantern", "candle", "fireworks", "fireflies", "campfire", "ufo"})
"""What is best seen in the dark."""


def _times(setting: Setting, spec: SceneSpec, cast: tuple[Cast, ...]) -> tuple[str, ...]:
    """The times of day to choose from: those of the setting, without low sun where bright colours were asked for."""
    times = setting.times or ("day",)
    if "neon" in spec.styles and setting.name in {"city_street", "futuristic_city", "city_skyline"}:
        return ("night",)  # By day one would not see it.
    if "silhouette" in spec.styles and _outdoor(setting):
        return ("sunset",)
    said = " ".join(mention.text.lower() for mention in spec.mentions)
    if any(word in said for word in ("turquoise", "azure", "tropical", "crystal clear", "blue sky", "rainbow")):
        times = tuple(time for time in times if time in {"day", "morning"}) or ("day",)
    if cast and cast[0].row.habitat in {"ground", "air", "underwater"} and _outdoor(setting):
        dark = {"night", "dusk", "sunset"} if cast[0].row.habitat == "underwater" else {"night", "dusk"}
        times = tuple(time for time in times if time not in dark) or times
    if _outdoor(setting) and LIT_AT_NIGHT & {*spec.effects, *spec.places, *(one.row.name for one in cast)}:
        return ("dusk", "night")
    if {"teal", "blue", "green"} & set(spec.colours) or "rainbow" in spec.sky:
        times = tuple(time for time in times if time in {"day", "morning"}) or ("day",)
    return times


def _cast(spec: SceneSpec, setting: Setting, random: np.random.Generator) -> list[Cast]:
    known = rows("subjects")
    wishes = list(enumerate(spec.subjects))
    if not wishes and setting.subjects:
        name = str(random.choice(setting.subjects))
        wishes = [(-1, Wanted(name, count=getattr(known.get(name), "group", 1)))]
    cast: list[Cast] = []
    for number, wanted in _mounted(wishes):
        row = known.get(wanted.name)
        if row is None or wanted.name in spec.without or len(cast) == MOST_KINDS:
            continue
        if wanted.name == "tree" and (_own_palms(spec, setting) or (cast and setting.name in CANOPIES)):
            continue
        if wanted.name in setting.params.get("own", ()):
            continue
        if row.habitat in {"road", "rail"} and wanted.relation == "near" and wanted.target == "tree":
            wanted = replace(wanted, relation="", target="")  # Trees line its way; it does not stop at one.
        most = MOST.get(row.habitat, MOST_ELSEWHERE)
        if row.size > 8:
            most = min(most, 8)
        borne = wanted.action in {"ride", "fly", "soar", "glide"} and wanted.relation == "on" and row.habitat != "air"
        wish = "sit" if borne and "sit" in row.actions else wanted.action
        wish = "sway" if row.name == "branch" else wish  # Who sits on it turns, not the branch.
        if wanted.action == "sail" and wanted.relation == "on" and row.name in HUMANS:
            wish = "stand"
        if row.habitat == "underwater" and _in_the_sky(spec, wanted):
            row = replace(row, habitat="air")
        small = row.habitat == "ground" and row.size * wanted.size <= 0.9
        raised = _furniture(spec, setting) if small else ""
        if setting.name == "studio" and not wish:
            wish = next((action for action, speed in row.actions.items() if not speed), "")
        if (
            not wish
            and row.name in HUMANS
            and ("campfire" in spec.places or any(w.name == "picnic" for w in spec.subjects))
        ):
            wish = "sit"
        if not wish and any(w.name == "baby" and w.relation == "on" and w.target == row.name for w in spec.subjects):
            wish = "stand"
        if wanted.relation == "on" and wanted.target == "branch" and not wish:
            wish = "sit"
        if "baby" in wanted.qualities:
            wanted = replace(wanted, size=0.55 * wanted.size)
        cast.append(Cast(wanted, row, _action(row, wish), min(max(wanted.count, 1), most), number, raised))
    cast = _to_scale(cast)
    if setting.name == "underwater":
        cast = [_within_sight(one) for one in cast]
    # The camera goes by the first: one that stands on the ground sees what flies above it as well, but not the reverse.
    # What carries somebody comes before who is carried, as `_mounted` has put them.
    carriers = {"branch"} | {one.wanted.target for one in cast if one.wanted.relation == "on"}
    return sorted(
        cast, key=lambda one: bool(setting.ground) and one.row.habitat == "air" and one.row.name not in carriers
    )


SKIES = ("through the sky", "in the sky", "across the sky", "in the air", "through the air", "through the clouds",
         "above the clouds", "mid air", "in space", "through space")  # fmt: skip


def _in_the_sky(spec: SceneSpec, wanted: Wanted) -> bool:
    """Whether what lives in water is to fly: "jellyfish floating above a city"."""
    said = " ".join(mention.text.lower().replace("-", " ") for mention in spec.mentions if not mention.negated)
    dry = spec.setting not in {"underwater", "ocean", "lake", "island", "beach", "river"}
    return dry and (spec.setting == "sky" or wanted.relation == "above" or any(words in said for words in SKIES))


SIGHT_UNDER_WATER = 20.0
"""Metres: what is longer would have to be so far away that the water hides it; nothing there tells how long it is."""


def _within_sight(cast: Cast) -> Cast:
    """The same, no longer than one can see of it under water."""
    longest = SIGHT_UNDER_WATER / cast.row.size
    return replace(cast, wanted=replace(cast.wanted, size=longest)) if cast.wanted.size > longest else cast


SEEN_ON_FLOWERS = 0.3
"""How large an insect is at least, of the height of the flower that it is on: what a macro lens would make of it."""


def _to_scale(cast: list[Cast]) -> list[Cast]:
    """What is on something, and what it is on, in sizes that fit: a branch as thick as its bird needs it; who sits on a
    flower is as small as elves are."""
    found = list(cast)
    for at, one in enumerate(cast):
        below = next((k for k, other in enumerate(cast) if other.row.name == one.wanted.target), -1)
        if one.wanted.relation != "on" or below < 0:
            continue
        mount = found[below]
        if mount.row.name == "branch":
            fits = 2.4 * one.row.height * one.wanted.size / mount.row.size
            found[below] = replace(mount, wanted=replace(mount.wanted, size=fits))
        elif mount.row.name in {"flower", "mushroom"} and one.row.height > 0.8 * mount.row.height:
            small = 0.55 * mount.row.height * mount.wanted.size / one.row.height
            found[at] = replace(one, wanted=replace(one.wanted, size=small))
        elif mount.row.name in {"flower", "mushroom"} and one.row.size < SEEN_ON_FLOWERS * mount.row.height:
            large = SEEN_ON_FLOWERS * mount.row.height * mount.wanted.size / one.row.size
            found[at] = replace(one, wanted=replace(one.wanted, size=large))
    return found


def _own_palms(spec: SceneSpec, setting: Setting) -> bool:
    """Whether the trees that the prompt speaks of are the palms that grow in the setting anyway."""
    said = [mention.text.lower() for mention in spec.mentions if mention.name == "tree" and not mention.negated]
    return (
        bool(setting.params.get("palms")) and bool(said) and all("palm" in text or "coconut" in text for text in said)
    )


def _furniture(spec: SceneSpec, setting: Setting) -> str:
    """What an animal or a thing in a room is to be on, of the surfaces that the room has."""
    said = " ".join(mention.text.lower() for mention in spec.mentions if not mention.negated)
    words = {"table": ("table", "desk", "counter", "on the bed", "in bed", "on a bed"), "sill": ("window", "sill")}
    wished = (name for name, of in words.items() if any(word in said for word in of))
    return next((name for name in wished if name in setting.params.get("surfaces", ())), "")


FURNITURE = frozenset({"chair", "armchair", "sofa", "bench", "stool"})
"""What is put below who sits on it."""

SEATS = frozenset(
    {"bicycle", "motorcycle", "car", "taxi", "truck", "bus", "train", "aeroplane", "helicopter", "submarine"}
)
"""What one sits in or on without being drawn apart from it."""


SERVED_WITH = {"candle": frozenset({"cake"}), "plate": frozenset({"burger", "cake", "pizza", "sushi", "bread"})}
"""What belongs to other things, which are drawn with it."""

CARRIED = frozenset({"sword", "broom"})
"""What people have in the hand."""


def _bearer(wishes: Iterable[Wanted]) -> Wanted | None:
    """Who carries things."""
    return next((one for one in wishes if one.name in HUMANS), None)


def _mounted(wishes: list[tuple[int, Wanted]]) -> list[tuple[int, Wanted]]:
    """The wishes with what carries before what is carried. Who drives is a part of what is driven, and who has an umbrella
    holds it."""
    names = {wanted.name for _, wanted in wishes}
    kept: list[tuple[int, Wanted]] = []
    for number, wanted in wishes:
        if not names.isdisjoint(SERVED_WITH.get(wanted.name, ())):
            continue  # The cake has some, and the burger lies on one.
        if wanted.name in CARRIED and (bearer := _bearer(one for _, one in wishes)) is not None:
            armed = replace(bearer, qualities=bearer.qualities | {f"holds_{wanted.name}"})
            wishes = [(other, armed if one is bearer else one) for other, one in wishes]
            kept = [(other, armed if one is bearer else one) for other, one in kept]
            continue
        target = wanted.target if wanted.relation == "on" and wanted.target in names else ""
        drives = wanted.name in HUMANS or wanted.action not in {"sleep", "stand"}
        if target in SEATS and wanted.name != "umbrella" and drives:
            continue
        if target in FURNITURE and wanted.action in {"", "sit"} and wanted.name in HUMANS:
            wanted = replace(wanted, relation="", target="", action="sit")  # The chair is put below who sits.
        if wanted.name == "umbrella" and target:
            kept = [
                (
                    other,
                    replace(one, qualities=one.qualities | {"umbrella", f"umbrella_{wanted.colour}"})
                    if one.name == target
                    else one,
                )
                for other, one in kept
            ]
            continue
        kept.append((number, wanted))
    return sorted(kept, key=lambda wish: wish[1].relation == "on" and wish[1].target in names)


def _action(row: Subject, wish: str) -> str:
    """What the subject does: the wish, the nearest that it can, or its usual."""
    if wish in row.actions or wish in ANYBODY:
        return wish
    for action in SAME_ACTION.get(wish, ()):
        if action in row.actions:
            return action
    return next(iter(row.actions))


def _effects(spec: SceneSpec, setting: Setting) -> list[Effect]:
    known = rows("effects")
    names = [WEATHER_EFFECTS[name] for name in sorted(spec.weather) if name in WEATHER_EFFECTS]
    if "snow" in spec.weather:
        names = [name for name in names if name != "rain" or "rain" in spec.weather]
    if not rows("backdrops")[setting.backdrop].outdoors or setting.params.get("indoors"):
        names = []
    names += [*sorted(spec.effects), *setting.effects]
    unwanted = {*spec.without, setting.name}  # Smoke before a picture of nothing but smoke would only veil it.
    return [known[name] for name in dict.fromkeys(names) if name in known and name not in unwanted]


# -- what the frames will hold -----------------------------------------------------------------------------------------


def _held(plan: Plan) -> dict[tuple[str, str, int], str]:
    held: dict[tuple[str, str, int], str] = {}
    for mention in plan.spec.mentions:
        by = None if mention.negated else _fate(plan, mention)
        if by is not None:
            held[mention.kind, mention.name, mention.subject] = by
    # What comes without having been asked for, so that "no people" is not said to be left out where there are some.
    held.setdefault(("setting", plan.setting.name, -1), "")
    if _outdoors(plan):
        held.setdefault(("time", plan.time, -1), "")
    for place in plan.places:
        held.setdefault(("place", place.name, -1), "")
    for cast in plan.cast:
        held.setdefault(("subject", cast.row.name, cast.index), "")
    for effect in plan.effects:
        held.setdefault(("effect", effect.name, -1), "")
    return held


def _fate(plan: Plan, mention: Mention) -> str | None:
    """An empty text where the film shows what is mentioned, words for what it shows instead, None where it does not."""
    judges = {
        "setting": _judge_setting,
        "place": _judge_place,
        "subject": _judge_subject,
        "action": _judge_action,
        "quality": _judge_quality,
        "count": _judge_count,
        "size": _judge_size,
        "relation": _judge_relation,
        "time": _judge_time,
        "season": lambda plan, m: "" if m.name == plan.spec.season else None,
        "weather": _judge_weather,
        "sky": _judge_sky,
        "effect": lambda plan, m: "" if any(effect.name == m.name for effect in plan.effects) else None,
        "mood": lambda plan, m: "" if m.name == plan.spec.mood else None,
        "light": lambda plan, m: "",
        "colour": _judge_colour,
        "camera": _judge_camera,
        "speed": lambda plan, m: "",
        "pace": lambda plan, m: "",
        "style": _judge_style,
        "sound": lambda plan, m: "" if plan.spec.sound is not None else None,
    }
    judge = judges.get(mention.kind)
    return judge(plan, mention) if judge and mention.name else None


def _of(plan: Plan, mention: Mention) -> Cast | None:
    """Who plays the subject that is mentioned; who sits in something is played by that."""
    number = mention.subject
    wishes = plan.spec.subjects
    if 0 <= number < len(wishes) and not any(cast.index == number for cast in plan.cast):
        wanted = wishes[number]
        if with_it := SERVED_WITH.get(wanted.name):
            return next((cast for cast in plan.cast if cast.row.name in with_it), None)
        if wanted.name in CARRIED:
            return next((cast for cast in plan.cast if f"holds_{wanted.name}" in cast.wanted.qualities), None)
        if wanted.relation == "on" and (wanted.target in SEATS or wanted.name == "umbrella"):
            return next((cast for cast in plan.cast if cast.row.name == wanted.target), None)
    return next((cast for cast in plan.cast if cast.index == mention.subject and mention.subject >= 0), None)


def _outdoors(plan: Plan) -> bool:
    """Whether the film has a sky, with times of day and weather."""
    return _outdoor(plan.setting)


def _outdoor(setting: Setting) -> bool:
    return bool(rows("backdrops")[setting.backdrop].outdoors)


def _judge_place(plan: Plan, mention: Mention) -> str | None:
    if any(place.name == mention.name for place in plan.places):
        return ""
    return "houses at the water" if mention.name == "village" and plan.setting.name == "harbour" else None


def _judge_setting(plan: Plan, mention: Mention) -> str | None:
    if plan.setting.name == "harbour" and mention.name == plan.spec.setting and mention.name in {"lake", "ocean"}:
        return ""
    if mention.name in SIGHTS and plan.setting.name in WAYS.values():
        return "hills"  # Nothing higher stands beside those.
    if mention.name in (plan.setting.name, plan.spec.setting) and plan.setting.name in {*WAYS.values(), mention.name}:
        drowned = mention.name in SHORES and plan.setting.name != mention.name
        return None if drowned else ""
    if mention.name == plan.spec.setting == "city_skyline" and plan.setting.name == "city_street":
        return ""
    if mention.name == plan.spec.setting == "ocean" and plan.setting.name == "beach":
        return ""
    if mention.name == plan.spec.setting == "planet" and plan.setting.name in {"red_planet", "moon"}:
        return ""
    if mention.name == plan.spec.setting:
        return "a view of it from below" if plan.setting.name == FROM_BELOW.get(mention.name) else None
    return None


def _judge_subject(plan: Plan, mention: Mention) -> str | None:
    if mention.name == "tree" and _own_palms(plan.spec, plan.setting):
        return ""
    if mention.name == "tree" and plan.setting.name in CANOPIES and not any(c.row.name == "tree" for c in plan.cast):
        return ""
    if mention.name in plan.setting.params.get("own", ()):
        return ""  # The place brings it.
    cast = _of(plan, mention)
    if cast is None:
        return None
    if cast.index == mention.subject or plan.spec.subjects[mention.subject].name in {
        "umbrella",
        *SERVED_WITH,
        *CARRIED,
    }:
        return ""
    rider = plan.spec.subjects[mention.subject].name in HUMANS
    return "" if rider and cast.row.name in {"bicycle", "motorcycle"} else f"{_a(cast.row.name)} that is driven"


def _a(name: str) -> str:
    """The name of a row as a person says it."""
    spoken = name.replace("_", " ")
    return f"an {spoken}" if spoken[0] in "aeiou" else f"a {spoken}"


def _judge_action(plan: Plan, mention: Mention) -> str | None:
    cast = _of(plan, mention)
    if cast is None:
        return None
    if cast.index != mention.subject:
        return ""
    if cast.wanted.action != mention.name:
        return None
    if cast.action == mention.name or (mention.name in ABOARD and cast.wanted.relation == "on"):
        return ""
    return doing(cast.action) if cast.action in SAME_ACTION.get(mention.name, ()) else None


ABOARD = frozenset({"ride", "sit", "sail", "drive", "fly", "soar", "glide"})
"""What who is on something does by being there."""


def doing(action: str) -> str:
    """An action as a person tells of it: "run" as "running"."""
    if action.endswith("e") and not action.endswith("ee"):
        return f"{action[:-1]}ing"
    doubled = action[-1] if action in {"run", "swim", "sit", "spin"} else ""
    return f"{action}{doubled}ing"


def _judge_quality(plan: Plan, mention: Mention) -> str | None:
    cast = _of(plan, mention)
    if cast is None:
        return None
    if mention.name in MATERIALS - {"baby"} or (mention.name == "old" and cast.row.name in AGEING):
        return ""
    if cast.row.name in HUMANS:
        return _judge_looks(cast, mention.name)
    return "a small one" if mention.name == "baby" else None


BEARDS = frozenset({"bearded", "moustached"})
DRAWN_NEAR = frozenset({"glasses", "sunglasses"})
"""What is too thin to be drawn on people of a group."""

HAIRCUTS = ("ponytail", "hair_bun", "hair_curly", "hair_long", "hair_short")
"""Of those asked for the first is cut; only long hair may be curly too."""

WORN = frozenset({"dress", "suit", "coat", "jacket", "shirt", "hat"})


def _judge_looks(cast: Cast, name: str) -> str | None:
    """What `people` does about how somebody is to look."""
    if name == "baby":
        return "a small one"
    asked = cast.wanted.qualities
    if name not in asked or (name in BEARDS and cast.row.name not in {"man", "person"}):
        return None
    if name in DRAWN_NEAR:
        return "" if cast.count <= 2 else None
    if name == "crowned":
        return "" if "hat" not in asked else None
    if name in HAIRCUTS and next(cut for cut in HAIRCUTS if cut in asked) != name:
        return "" if {name, *asked} >= {"hair_long", "hair_curly"} and not asked & {"ponytail", "hair_bun"} else None
    if name.startswith("hair") or name == "ponytail":
        return "" if "bald" not in asked or asked & BEARDS else None
    return "" if name in BEARDS | WORN or name == "bald" or name.startswith("hat_") else None


def _judge_count(plan: Plan, mention: Mention) -> str | None:
    cast = _of(plan, mention)
    if cast is None:
        return None
    return "" if cast.count == max(cast.wanted.count, 1) else f"{cast.count} of them"


def _judge_size(plan: Plan, mention: Mention) -> str | None:
    cast = _of(plan, mention)
    if cast is None or cast.index != mention.subject:
        return None
    if (plan.spec.subjects[cast.index].size > 1) != (mention.name in {"large", "giant"}):
        return None
    # Where there is nothing else, the camera frames a mouse as it frames a whale.
    compared = len(plan.cast) > 1 or plan.places or plan.setting.ground not in {"", "nothing", "studio"}
    return "" if compared else "one with nothing beside it"


def _judge_relation(plan: Plan, mention: Mention) -> str | None:
    """What `blocking` does about it: places stay where they are, and who leads is placed first."""
    cast = _of(plan, mention)
    if cast is None or (cast.index == mention.subject and cast.wanted.relation != mention.name):
        return None
    if cast.index != mention.subject:
        return ""  # It is a part of what it is on.
    if cast.wanted.target == "tree" and plan.setting.name in CANOPIES:
        return ""
    target, aloft = cast.wanted.target, cast.aloft or cast.row.habitat in {"air", "space"} or not plan.setting.ground
    other = next((one for one in plan.cast if one.row.name == target and one is not cast), None)
    if target and other is None and not any(place.name == target for place in plan.places):
        return None
    grounded = cast.habitat in {"ground", "table"} and other is not None and other.habitat in {"ground", "table"}
    if mention.name in {"left", "right"}:
        if grounded:
            return ""
        if cast.raised or plan.setting.params.get("indoors"):
            return "somewhere in the room"
        return "beside it" if target and (other is None or cast is plan.cast[0]) else ""
    if mention.name == "far" or (mention.name in {"near", "middle"} and not target):
        return ""
    if mention.name == "above":
        return "" if aloft else "near it"
    if mention.name == "below":
        return "" if aloft or (other is not None and other.row.habitat == "air") else "near it"
    if other is None:
        return {"front": "", "behind": "in front of it"}.get(mention.name, "near it")
    if mention.name in {"front", "behind"} and cast is plan.cast[0]:
        return "beside it"
    return "between them and us" if mention.name == "middle" and not grounded else ""


def _judge_time(plan: Plan, mention: Mention) -> str | None:
    if not _outdoors(plan):
        return None
    return "" if mention.name == plan.time else None


def _judge_weather(plan: Plan, mention: Mention) -> str | None:
    if mention.name not in plan.spec.weather or not _outdoors(plan) or plan.setting.params.get("indoors"):
        return None
    return ""


VEILED = frozenset({"storm", "overcast", "fog", "sandstorm", "rain", "snow"})
"""Weather whose clouds hide what is above them."""

HOURS = {
    "stars": {"dusk", "night"}, "milky_way": {"night"}, "rainbow": {*TIMES} - {"night"}, "sun": {*TIMES} - {"night"},
    "aurora": {"sunrise", "sunset", "dusk", "night"}, "meteors": {"sunrise", "sunset", "dusk", "night"},
}  # fmt: skip
"""When there is light, or dark, enough for what is in the sky; other things are there at any time."""


def _judge_sky(plan: Plan, mention: Mention) -> str | None:
    if mention.name == "horizon":
        hidden = plan.spec.weather & {"fog", "snow", "sandstorm"}
        return "" if plan.setting.name in (AERIAL | {"plain"}) - CANOPIES and not hidden else None
    if not _outdoors(plan) or mention.name not in plan.spec.sky or plan.time not in HOURS.get(mention.name, {*TIMES}):
        return None
    falls = "clouds" in plan.spec.weather and not plan.spec.weather & (VEILED - {"rain", "snow"})
    veiled = bool(plan.spec.weather & VEILED) and not falls
    return None if veiled and mention.name not in {"rainbow", "aurora", "cumulonimbus"} else ""


def _judge_colour(plan: Plan, mention: Mention) -> str | None:
    if mention.subject < 0:
        return "" if mention.name in plan.spec.colours else None
    cast = _of(plan, mention)
    if cast and cast.index != mention.subject and f"umbrella_{mention.name}" in cast.wanted.qualities:
        return ""
    return "" if cast and cast.wanted.colour == mention.name else None


def _judge_camera(plan: Plan, mention: Mention) -> str | None:
    said = mention.text.lower().replace("-", " ")
    sized = plan.nearness != 1 and plan.cast and any(words in said for words, _ in NEARNESS)
    high = plan.setting.horizon <= 0.2 and any(words in said for words in FROM_ABOVE)
    low = plan.setting.ground and any(words in said for words in FROM_LOW)
    return "" if mention.name == plan.camera or sized or high or low else None


def _judge_style(plan: Plan, mention: Mention) -> str | None:
    return "" if mention.name == "photographic" or any(style.name == mention.name for style in plan.styles) else None


def tangent_of(setting: Setting, width: int, height: int) -> float:
    """Of half the vertical angle of view for a frame."""
    return view_tangent(width, height, math.tan(math.radians(setting.fov / 2)))
