"""What the contact sheets show: one tile for every row there is, and for a named row all that one wants to see of it."""

import difflib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.language.vocabulary import lexicon
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import MOVES, SEASONS, TIMES, SceneSpec, Wanted
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.soundtrack import strikes

STAGE_OF = {
    "air": "hills", "water": "ocean", "underwater": "underwater", "space": "space", "road": "road", "rail": "railway",
    "table": "room", "ground": "meadow",
}  # fmt: skip
"""Where a subject is shown, by its habitat."""

DARK = frozenset({"fireflies", "embers", "sparks", "fireworks", "candle", "lantern", "campfire"})
"""What is best seen by night."""

WEATHERS = ("clouds", "overcast", "storm", "rain", "snow", "fog", "wind", "sandstorm")
CLOUDS = ("cumulus", "cirrus", "stratus", "cumulonimbus", "rainbow")
NIGHT_SKY = ("stars", "milky_way", "full_moon", "half_moon", "crescent_moon", "aurora", "meteors")

SECONDS = 4.0
"""How long the films are that tiles are taken from."""

SEEDS = (1, 2, 3, 4)
"""Of the tiles that show what chance does."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One tile."""

    name: str
    spec: SceneSpec
    at: float = 0.5
    """The share of the film at which it is looked at."""
    seed: int = 3
    around: float | None = None
    """From where the subject is looked at, rad from the front, to its right; None: as the film would."""
    near: float = 1.0
    """How far away the camera is then, as a factor."""


class UnknownRow(ValueError):
    """There is no row of such a name; the text says what there is."""


# -- one tile for every row --------------------------------------------------------------------------------------------


def overview() -> dict[str, list[Sample]]:
    """The sheets of everything, by their names: of settings by the file that they are in, of subjects by what they are."""
    sheets = {f"settings-{area}": [Sample(name, SceneSpec(name)) for name in names] for area, names in areas().items()}
    sheets["skies"] = list(_skies())
    sheets["seasons"] = [
        Sample(f"{setting} {season}", SceneSpec(setting, season=season, time="day"))
        for setting in ("forest", "village", "mountains")
        for season in SEASONS
    ]
    sheets["places"] = [Sample(name, place_spec(name)) for name in rows("places")]
    for group, names in groups().items():
        sheets[f"subjects-{group}"] = [Sample(name, subject_spec(name)) for name in names]
    sheets["actions"] = [
        Sample(f"{name} {action}", subject_spec(name, action))
        for name in ("person", "dog", "cat")
        for action in rows("subjects")[name].actions
    ]
    sheets["effects"] = [Sample(name, effect_spec(name)) for name in rows("effects")]
    sheets["styles"] = [Sample(name, style_spec(name)) for name in rows("styles")]
    return sheets


def areas() -> dict[str, list[str]]:
    """The settings by the file that they stand in."""
    found: dict[str, list[str]] = {}
    for row in settings().values():
        found.setdefault(area_of(row.name), []).append(row.name)
    return dict(sorted(found.items()))


def area_of(setting: str) -> str:
    """`lands`, `waters`, `towns`, `indoors`, `space` or `abstract`: by what it is made of."""
    row = settings()[setting]
    if row.backdrop in {"space", "planet", "nebula", "asteroids", "earth_orbit", "moon_sky"}:
        return "space"
    if (
        row.ground in {"ocean", "beach", "island", "lake", "river", "waterfall", "seabed", "pool", "oasis"}
        or row.backdrop == "underwater"
    ):
        return "waters"
    if row.ground == "studio" or (row.ground == "indoors" and not row.params.get("shadowed")):
        return "indoors"
    if not row.ground and row.backdrop not in {"sky", "above_clouds", "city_sky"}:
        return "abstract"
    built = {"street", "town", "road", "indoors"}
    return "towns" if row.ground in built or row.backdrop == "city_sky" or row.places else "lands"


GROUP_OF = {
    "air": "air", "water": "water", "underwater": "water", "space": "space", "road": "road", "rail": "road", "table": "things",
}  # fmt: skip


def groups() -> dict[str, list[str]]:
    """The subjects by what they are: people, animals, and things by where they go."""
    found: dict[str, list[str]] = {}
    for name, row in rows("subjects").items():
        # Modules are one family each; who moves by its own will is built by the kit of creatures.
        alive = "creature" in str(getattr(row.build, "__annotations__", {}).get("return", "")).lower()
        human = row.build.__module__.endswith((".people", ".suited"))
        thing = not alive or name == "snowman"
        habitat = "road" if row.habitat == "ground" and "drive" in row.actions else row.habitat
        group = "people" if human else GROUP_OF.get(habitat, "things") if thing else "animals"
        found.setdefault(group, []).append(name)
    return {group: sorted(names) for group, names in sorted(found.items())}


def _skies() -> Iterator[Sample]:
    for time in TIMES:
        yield Sample(time, SceneSpec("lake", time=time))
    for name in (*WEATHERS, *CLOUDS):
        yield Sample(name, sky_spec(name))
    for name in NIGHT_SKY:
        yield Sample(name, sky_spec(name, "lake"))
    yield Sample("lightning", sky_spec("lightning"), _strike(sky_spec("lightning")))


def _strike(spec: SceneSpec) -> float:
    """The share of the film just after lightning strikes first."""
    times = strikes(direct(spec, SECONDS, 3), SECONDS, 3)
    return (times[0] + 0.03) / SECONDS if times else 0.5


def sky_spec(name: str, setting: str = "hills") -> SceneSpec:
    """A scene under such a sky, in such weather or at such a time."""
    if name in TIMES:
        return SceneSpec(setting, time=name)
    if name == "lightning":
        return SceneSpec(setting if setting != "hills" else "ocean", time="night", weather=frozenset({"storm", name}))
    if name in WEATHERS:
        return SceneSpec("desert" if name == "sandstorm" else setting, time="day", weather=frozenset({name}))
    return SceneSpec(setting, time="night" if name in NIGHT_SKY else "day", sky=frozenset({name}))


PLACE_IN = {"water": "lake", "shore": "ocean", "sky": "earth_orbit", "pyramid": "desert", "tower": "meadow"}
"""Where a place is shown that no setting brings, by its name or by what it stands on; else on hills."""


def place_spec(name: str) -> SceneSpec:
    """The setting that the place belongs to, or one that suits it."""
    home = next((row.name for row in settings().values() if name in row.places), "")
    setting = home or PLACE_IN.get(name) or PLACE_IN.get(rows("places")[name].stands, "hills")
    return SceneSpec(setting, places=(name,), time="" if home else "night" if name in DARK else "morning")


def effect_spec(name: str, setting: str = "forest") -> SceneSpec:
    """A scene with the effect in the air."""
    weather = frozenset({name} & {"rain", "snow", "fog", "wind", "sandstorm"})
    if name == "bubbles":
        setting = "underwater"
    elif name == "sandstorm":
        setting = "desert"
    return SceneSpec(setting, time="night" if name in DARK else "day", weather=weather, effects=frozenset({name}))


def style_spec(name: str) -> SceneSpec:
    """A dog on the beach, in that style."""
    return SceneSpec("beach", time="golden_hour", subjects=(Wanted("dog", action="run"),), styles=(name,))


def subject_spec(name: str, action: str = "", **wishes: object) -> SceneSpec:
    """A scene in which a subject is at home; `wishes` are fields of `Wanted`."""
    habitat = rows("subjects")[name].habitat
    setting = STAGE_OF[habitat]
    if habitat == "water" and rows("subjects")[name].size < 8:
        setting = "lake"
    if habitat == "underwater" and action == "jump":
        setting = "ocean"
    time = "night" if name in DARK else "morning"
    wanted = Wanted(name, action=action, **wishes)  # type: ignore[arg-type]
    return SceneSpec(setting if setting in settings() else "plain", subjects=(wanted,), time=time)


# -- all of one row ----------------------------------------------------------------------------------------------------


def sheets_of(name: str) -> dict[str, list[Sample]]:
    """The sheets that show one row in its variety; a name that stands for several rows gives several."""
    found: dict[str, list[Sample]] = {}
    for kind, (names, make) in _MAKERS.items():
        if name in names():
            found[f"{kind}-{name}"] = list(make(name))
    if not found:
        raise UnknownRow(_unknown(name))
    return found


def _unknown(name: str) -> str:
    every = {row for names, _ in _MAKERS.values() for row in names()}
    near = difflib.get_close_matches(name.lower().replace(" ", "_").replace("-", "_"), sorted(every), 3, 0.6)
    if near:
        return f"there is no row called {name}; did you mean {' or '.join(near)}?"
    return f"there is no row called {name}; promptreel scenes rows lists what there is: {', '.join(sorted(every))}"


def _subject(name: str) -> Iterator[Sample]:
    row = rows("subjects")[name]
    usual = next(iter(row.actions))
    for action in row.actions:
        yield Sample(action, subject_spec(name, action))
    for share in (0.50, 0.53, 0.56, 0.59):
        yield Sample(f"{usual}, {share:.0%}", subject_spec(name, usual), share)
    for side, angle in (("front", 0.0), ("corner", 0.25), ("side", 0.5), ("back", 1.0)):
        yield Sample(f"from the {side}", _bare(subject_spec(name, usual)), around=angle * math.pi)
    yield Sample("near", _bare(subject_spec(name, usual)), around=0.2 * math.pi, near=0.45)
    for time in TIMES:
        yield Sample(time, _at_time(subject_spec(name, usual), time))
    for weather in ("overcast", "rain", "snow", "fog"):
        yield Sample(weather, _at_time(subject_spec(name, usual), "day", weather))
    for size in (0.6, 1.6, 2.5):
        yield Sample(f"size {size}", subject_spec(name, usual, size=size))
    for count in (2, 3, 12):
        yield Sample(f"{count} of them", subject_spec(name, usual, count=count))
    for colour in ("red", "blue", "white", "black"):
        yield Sample(colour, subject_spec(name, usual, colour=colour))
    for quality in ("golden", "wooden", "glowing", "glass"):
        yield Sample(quality, subject_spec(name, usual, qualities=frozenset({quality})))
    for seed in SEEDS:
        yield Sample(f"seed {seed}", subject_spec(name, usual), seed=seed)
    wanted = Wanted(name)
    homes = lexicon().facts.get(("subject", name))
    for home in list(homes.home if homes else ())[:4]:
        if home in settings():
            yield Sample(f"in {home}", SceneSpec(home, subjects=(wanted,)))


def _bare(spec: SceneSpec) -> SceneSpec:
    """The same by day and on short grass, where the feet are seen."""
    return SceneSpec("plain" if spec.setting == "meadow" else spec.setting, subjects=spec.subjects, time="day")


def _at_time(spec: SceneSpec, time: str, weather: str = "") -> SceneSpec:
    return SceneSpec(
        spec.setting, spec.places, spec.subjects, time=time, weather=frozenset({weather} if weather else ())
    )


def _place(name: str) -> Iterator[Sample]:
    spec = place_spec(name)
    for time in TIMES:
        yield Sample(time, _at_time(spec, time))
    for weather in ("overcast", "rain", "snow", "fog"):
        yield Sample(weather, _at_time(spec, "day", weather))
    for move, at in (("orbit", 0.0), ("orbit", 1.0), ("crane_up", 1.0), ("fly_through", 1.0), ("zoom_in", 1.0)):
        yield Sample(f"{move} {at:.0%}", SceneSpec(spec.setting, spec.places, time="day", camera=move), at)
    for seed in SEEDS:
        yield Sample(f"seed {seed}", _at_time(spec, "day"), seed=seed)
    for home in ("island", "meadow", "snow_field", "desert", "ocean"):
        yield Sample(f"in {home}", SceneSpec(home, places=(name,), time="day"))
    yield Sample("with people", SceneSpec(spec.setting, spec.places, (Wanted("person", count=3),), time="day"))


def _setting(name: str) -> Iterator[Sample]:
    outdoors = rows("backdrops")[settings()[name].backdrop].outdoors
    for seed in SEEDS:
        yield Sample(f"seed {seed}", SceneSpec(name), seed=seed)
    for time in TIMES if outdoors else ():
        yield Sample(time, SceneSpec(name, time=time))
    for weather in WEATHERS if outdoors else ():
        yield Sample(weather, SceneSpec(name, time="day", weather=frozenset({weather})))
    for season in SEASONS if outdoors else ():
        yield Sample(season, SceneSpec(name, time="day", season=season))
    for share in (0.0, 0.25, 0.75, 1.0):
        yield Sample(f"at {share:.0%}", SceneSpec(name), share)
    for move in MOVES:
        yield Sample(move, SceneSpec(name, camera=move), 0.95)
    for colours in (("red",), ("blue", "gold"), ("teal", "pink")):
        yield Sample(" and ".join(colours), SceneSpec(name, colours=colours))
    yield Sample("with a person", SceneSpec(name, subjects=(Wanted("person"),)))


def _effect(name: str) -> Iterator[Sample]:
    spec = effect_spec(name)
    for setting in dict.fromkeys((spec.setting, "ocean", "city_street", "meadow", "mountains", "village")):
        yield Sample(f"in {setting}", effect_spec(name, setting))
    for time in TIMES:
        yield Sample(time, SceneSpec(spec.setting, time=time, weather=spec.weather, effects=spec.effects))
    for strength in (0.4, 1.0, 2.5):
        yield Sample(
            f"strength {strength}",
            SceneSpec(spec.setting, time=spec.time, weather=spec.weather, effects=spec.effects, intensity=strength),
        )
    for share in (0.50, 0.51, 0.52, 0.55, 0.60):
        yield Sample(f"at {share:.0%}", spec, share)
    for seed in SEEDS:
        yield Sample(f"seed {seed}", spec, seed=seed)


def _style(name: str) -> Iterator[Sample]:
    yield Sample("a dog", style_spec(name))
    for setting in ("mountains", "ocean", "city_street", "forest", "village", "nebula", "room", "underwater"):
        yield Sample(setting, SceneSpec(setting, styles=(name,)))
    for subject in ("person", "cat", "car"):
        spec = subject_spec(subject)
        yield Sample(subject, SceneSpec(spec.setting, subjects=spec.subjects, time="day", styles=(name,)))
    for time in ("morning", "sunset", "night"):
        yield Sample(time, SceneSpec("village", time=time, styles=(name,)))
    for share in (0.50, 0.51, 0.52):
        yield Sample(f"at {share:.0%}", style_spec(name), share)


def _sky(name: str) -> Iterator[Sample]:
    for setting in ("hills", "lake", "ocean", "mountains", "village", "city_skyline", "forest", "snow_field"):
        yield Sample(f"over {setting}", sky_spec(name, setting))
    for seed in SEEDS:
        yield Sample(f"seed {seed}", sky_spec(name), seed=seed)
    for share in (0.0, 0.25, 0.75, 1.0):
        yield Sample(f"at {share:.0%}", sky_spec(name), share)


_MAKERS: dict[str, tuple[Callable[[], Iterable[str]], Callable[[str], Iterator[Sample]]]] = {
    "subject": (lambda: rows("subjects"), _subject),
    "place": (lambda: rows("places"), _place),
    "setting": (settings, _setting),
    "effect": (lambda: rows("effects"), _effect),
    "style": (lambda: rows("styles"), _style),
    "sky": (lambda: dict.fromkeys((*TIMES, *WEATHERS, *CLOUDS, *NIGHT_SKY, "lightning")), _sky),
}
"""The kinds of rows: what there is, and what is shown of one."""
