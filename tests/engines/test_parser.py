"""What prompts are understood as: a table for each ability, and what must hold for any text."""

import json
import time
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreel.engines.scenes import scene_spec
from promptreel.engines.scenes.creatures.dress import HATS, OUTFITS, TOOLS
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.language.reading import LOOKS, PEOPLE
from promptreel.engines.scenes.language.reading_units import GARMENTS
from promptreel.engines.scenes.language.vocabulary import KINDS, lexicon, mend
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.report import coverage
from promptreel.engines.scenes.report import words as fates
from promptreel.engines.scenes.scene_spec import SceneSpec
from promptreel.engines.scenes.settings import settings as setting_rows

DATA = Path(__file__).parent.parent / "data"


def named(text):
    return frozenset(text.split())


SUBJECTS = named(
    "person child man woman boy girl cat dog horse deer bird eagle seagull owl duck swan penguin butterfly bee fish shark whale dolphin "
    "turtle octopus jellyfish dragon monkey elephant lion tiger bear wolf fox rabbit cow sheep giraffe unicorn dinosaur "
    "frog robot astronaut car taxi truck bus train bicycle motorcycle sailing_boat boat ship submarine aeroplane "
    "helicopter hot_air_balloon rocket drone ufo balloon kite tree flower candle lantern ball umbrella book cup cake apple "
    "clock chair snowman"
)
PLACES = named(
    "lighthouse castle village harbour pier bridge ruins temple windmill house church tower skyscraper tent fountain "
    "statue campfire well pyramid space_station city city_street futuristic_city garden room road railway ferris_wheel torii"
)
SETTINGS = named(
    "ocean beach island lake river waterfall underwater mountains hills desert canyon meadow forest volcano snow_field sky "
    "city_skyline city_street village harbour road space_station futuristic_city ruins garden room studio space planet "
    "nebula asteroids earth_orbit launch_pad red_planet fluid particles waves kaleidoscope fire smoke ink savanna jungle railway "
    "bamboo_forest cherry_avenue vineyard"
)
EFFECTS = named(
    "rain snow fog wind sandstorm tornado leaves petals fireflies embers fireworks confetti bubbles dust smoke sparks"
)
ACTIONS = named(
    "stand walk run jump sit sleep dance wave smile talk eat play fly soar glide hover swim dive drift float sail drive "
    "ride spin rise fall launch explode burn glow flicker bloom sway open land bounce roll surf skate"
)
WEATHER = named("clear clouds overcast storm rain snow fog wind sandstorm lightning")
SKY = named(
    "stars milky_way full_moon crescent_moon half_moon aurora rainbow cumulus cirrus stratus cumulonimbus meteors sun sky "
    "horizon"
)
QUALITIES = named("glowing old wooden stone metal glass golden fluffy baby transparent burning") | LOOKS | GARMENTS
QUALITIES |= {
    *(f"as_{name}" for name in OUTFITS),
    *(f"wears_{name}" for name in HATS),
    *(f"holds_{name}" for name in TOOLS),
}
PARTS = frozenset({"plain", "moon", "desert_road", "forest_road", "station_corridor"})
"""Rows that a director chooses, and no word."""

NAMES = {
    "setting": SETTINGS | setting_rows().keys(),
    "place": PLACES | rows("places").keys(),
    "subject": SUBJECTS | rows("subjects").keys(),
    "effect": EFFECTS,
    "action": ACTIONS,
    "weather": WEATHER,
    "sky": SKY,
    "quality": QUALITIES,
    "time": frozenset(scene_spec.TIMES),
    "season": frozenset(scene_spec.SEASONS),
    "mood": frozenset(scene_spec.MOODS),
    "colour": frozenset(scene_spec.COLOURS),
    "camera": frozenset(scene_spec.MOVES),
    "style": frozenset(scene_spec.STYLES),
    "size": frozenset({"tiny", "small", "large", "giant"}),
    "speed": frozenset({"slow", "fast", "slow_motion", "time_lapse"}),
    "sound": named("sound silent waves rain wind fire birds crickets thunder city water"),
}


def held_by(spec: SceneSpec) -> dict[tuple[str, str, int], str]:
    """What a director would say who shows all that the spec asks for, and nothing that it does not."""
    held = {("setting", spec.setting, -1): "", ("time", spec.time or "day", -1): "", ("camera", spec.camera, -1): ""}
    for kind, names in (("place", spec.places), ("style", spec.styles), ("colour", spec.colours), ("sky", spec.sky),
                        ("weather", spec.weather), ("effect", spec.effects), ("season", [spec.season]),
                        ("mood", [spec.mood])):  # fmt: skip
        held |= {(kind, name, -1): "" for name in names}
    for index, wanted in enumerate(spec.subjects):
        names = {"subject": wanted.name, "action": wanted.action, "colour": wanted.colour, "count": str(wanted.count),
                 "relation": wanted.relation}  # fmt: skip
        held |= {(kind, name, index): "" for kind, name in names.items()}
        held |= {("quality", name, index): "" for name in wanted.qualities}
        sizes = lexicon().grammar["sizes"]
        held |= {("size", name, index): "" for name, factor in sizes.items() if factor == wanted.size}
    for kind, factor in (("speed", spec.speed), ("pace", spec.pace)):
        held |= {(kind, name, -1): "" for name, value in lexicon().grammar[kind + "s"].items() if value == factor}
    if spec.sound:
        held |= {("sound", name, -1): "" for name in NAMES["sound"] - {"silent"}}
    elif spec.sound is False:
        held["sound", "silent", -1] = ""
    return held


def prompts(name: str = "prompts.txt") -> list[str]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def subjects(prompt: str, **options) -> list[str]:
    return [wanted.name for wanted in parse(prompt, **options).subjects]


def fate(prompt: str, text: str) -> tuple[str, str]:
    spec = parse(prompt)
    word = next(word for word in fates(spec, held_by(spec)) if word.text.lower() == text)
    return word.status, word.by


# -- the lexicon -------------------------------------------------------------------------------------------------------


def test_every_name_in_the_lexicon_is_the_name_of_a_row():
    known = lexicon()
    entries = [entry for found in known.words.values() for entry in found] + list(known.phrases.values())
    soft = {"soft_" + kind: names for kind, names in NAMES.items()}
    for entry in entries:
        assert entry.kind in KINDS
        assert entry.kind == "detail" or entry.name in NAMES[entry.kind], entry
        for kind, name in entry.also:
            if kind not in {"count", "intensity"}:
                assert name in {**NAMES, **soft, "tint": NAMES["colour"], "home": NAMES["setting"]}[kind], entry
    for (kind, name), facts in known.facts.items():
        assert kind == "detail" or name in NAMES[kind], (kind, name)
        assert facts.home.keys() <= NAMES["setting"], name
        assert set(facts.does) <= ACTIONS, name
        assert not facts.place or facts.place in NAMES["place"]
        for other, value in (*facts.holds, *facts.carriers):
            assert value in NAMES[other] if other != "detail" else (other, value) in known.facts, (name, other, value)
    for homes in known.grammar["fits"].values():
        assert homes.keys() <= SETTINGS


def test_every_row_that_is_drawn_has_a_word():
    known = lexicon().facts
    assert not {name for name in rows("subjects") if ("subject", name) not in known}
    stages = {name for row in setting_rows().values() for name in row.places} | PARTS
    named = {name for kind, name in known if kind == "place"} | {known["setting", name].place for name in SETTINGS}
    assert not rows("places").keys() - named - stages
    assert {("effect", name) in known or ("weather", name) in known for name in rows("effects")} == {True}
    assert {name for name in setting_rows() if ("setting", name) not in known} <= PARTS


def test_thousands_of_words_are_known():
    known = lexicon()
    assert len(known.words) + len(known.phrases) >= 8000


def test_the_lexicon_is_installed_with_the_package():
    assert files("promptreel.engines.scenes.language").joinpath("lexicon/words.toml").is_file()


# -- settings, places, light -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "setting", "places"),
    [
        ("a calm lake", "lake", ()),
        ("sunset over the sea", "ocean", ()),
        ("a tropical beach in the Maldives", "beach", ()),
        ("rolling hills", "hills", ()),
        ("a street in Tokyo", "city_street", ()),
        ("New York skyline", "city_skyline", ()),
        ("a village in the mountains", "mountains", ("village",)),
        ("a small village", "village", ()),
        ("a castle by a lake", "lake", ("castle",)),
        ("ancient ruins in a desert", "desert", ("ruins",)),
        ("the Eiffel Tower in a meadow", "meadow", ("tower",)),
        ("a field of sunflowers", "meadow", ()),
        ("an astronaut on the moon", "planet", ()),
        ("a purple nebula in deep space", "nebula", ()),
        ("high above the clouds", "sky", ()),
        ("a river between the rocks", "river", ()),
        ("underwater coral reef", "underwater", ()),
        ("a cosy living room", "room", ()),
        ("a cyberpunk city", "futuristic_city", ()),
        ("ink in water", "ink", ()),
        ("abstract waves of light", "waves", ()),
        ("a waterfall in the jungle", "waterfall", ()),
        ("a space station above the earth", "earth_orbit", ("space_station",)),
        ("a lane in a village", "village", ()),
        ("sea, sand and sun", "beach", ()),
        ("mountains behind a meadow", "meadow", ()),
    ],
)
def test_settings_and_places(prompt, setting, places):
    spec = parse(prompt)
    assert (spec.setting, spec.places[: len(places)]) == (setting, places)


@pytest.mark.parametrize(
    ("prompt", "plausible"),
    [
        ("a whale", {"ocean", "underwater"}),
        ("a red car", {"road", "city_street"}),
        ("an astronaut", {"space", "planet", "earth_orbit"}),
        ("a candle", {"room"}),
        ("a camel caravan and pyramids", {"desert"}),
        ("a penguin", {"snow_field"}),
        ("a dragon breathing fire", {"mountains", "hills", "canyon", "volcano", "sky"}),
        ("a rocket launch with smoke", {"launch_pad", "space"}),
        ("a bowl of ramen with steam", {"room"}),
        ("northern lights", {"snow_field", "mountains", "lake"}),
        ("sand and waves", {"beach"}),
    ],
)
def test_a_setting_that_fits_is_chosen_by_the_seed(prompt, plausible):
    assert {parse(prompt, seed=seed).setting for seed in range(40)} <= plausible


@pytest.mark.parametrize(
    ("prompt", "action"),
    [("a fish swam", "swim"), ("the plane took off", "fly"), ("a woman knelt", "sit"), ("a deer fled", "run")],
)
def test_the_past_of_irregular_verbs_is_read(prompt, action):
    assert parse(prompt).subjects[0].action == action


@pytest.mark.parametrize(
    ("prompt", "field", "value"),
    [
        ("a lake at dawn", "time", "sunrise"),
        ("the sun rose over a lake", "time", "sunrise"),
        ("a lake in the morning", "time", "morning"),
        ("a lake at noon", "time", "day"),
        ("a lake at golden hour", "time", "golden_hour"),
        ("a lake in the blue hour", "time", "dusk"),
        ("a lake at midnight", "time", "night"),
        ("a lake under the stars", "time", "night"),
        ("midday at midnight", "time", "day"),
        ("deer stood in a silent wood", "setting", "forest"),
        ("stars over a lake at sunset", "time", "sunset"),
        ("a forest in fall", "season", "autumn"),
        ("fall foliage", "season", "autumn"),
        ("spring meadow", "season", "spring"),
        ("a snowy village", "season", "winter"),
        ("summer, not winter", "season", "summer"),
        ("a peaceful lake", "mood", "calm"),
        ("a spooky forest", "mood", "eerie"),
        ("a cozy room", "mood", "warm"),
        ("clouds in pink and gold", "colours", ("pink", "gold")),
        ("a crimson sky", "colours", ("red",)),
        ("turquoise water", "colours", ()),
        ("slow pan left", "camera", "pan_left"),
        ("the camera zooms in", "camera", "zoom_in"),
        ("camera pulls back from a house", "camera", "dolly_out"),
        ("aerial view of a boat", "camera", "crane_up"),
        ("aerial view, the camera tilts down", "camera", "tilt_down"),
        ("drone shot over mountains", "camera", "fly_through"),
        ("flying over mountains", "camera", "fly_through"),
        ("birds flying over mountains", "camera", ""),
        ("handheld", "camera", "shake"),
        ("360 degree shot", "camera", "orbit"),
        ("a lion, close-up", "camera", "static"),
        ("slow-mo of a dog", "speed", 0.4),
        ("timelapse of clouds", "speed", 8.0),
        ("clouds moving fast, time lapse", "speed", 8.0),
        ("a slow zoom in", "pace", 0.5),
        ("a slow zoom in", "speed", 1.0),
        ("a dog running fast", "speed", 2.0),
        ("a lake, black and white", "styles", ("black_and_white",)),
        ("anime", "styles", ("comic",)),
        ("Studio Ghibli style meadow", "styles", ("watercolour",)),
        ("8-bit forest", "styles", ("pixel_art",)),
        ("shot on 35mm, film grain", "styles", ("cinematic",)),
        ("heavy rain", "intensity", 2.0),
        ("drizzle", "intensity", 0.4),
        ("waves with the sound of the sea", "sound", True),
        ("a silent forest", "sound", False),
        ("a forest", "sound", None),
    ],
)
def test_light_camera_and_style(prompt, field, value):
    assert getattr(parse(prompt), field) == value


@pytest.mark.parametrize(
    ("prompt", "weather", "sky", "effects"),
    [
        ("a thunderstorm", {"lightning", "storm", "rain"}, set(), set()),
        ("a foggy lake", {"fog"}, set(), set()),
        ("fluffy clouds", {"clouds"}, {"cumulus"}, set()),
        ("a clear sky", {"clear"}, set(), set()),
        ("clear water in a lake", set(), set(), set()),
        ("overcast", {"overcast", "clouds"}, set(), set()),
        ("the milky way and a crescent moon", set(), {"milky_way", "stars", "crescent_moon"}, set()),
        ("northern lights", set(), {"aurora", "stars"}, set()),
        ("a rainbow after the rain", {"rain", "clouds"}, {"rainbow"}, set()),
        ("a desert dust storm", {"sandstorm", "wind"}, set(), set()),
        ("autumn leaves falling", set(), set(), {"leaves"}),
        ("fireflies", set(), set(), {"fireflies"}),
        ("sparks and embers", set(), set(), {"sparks", "embers"}),
        ("new year's eve fireworks", set(), set(), {"fireworks"}),
    ],
)
def test_weather_sky_and_air(prompt, weather, sky, effects):
    spec = parse(prompt)
    assert (spec.weather, spec.sky, spec.effects) == (weather, sky, effects)


# -- subjects ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a dog", [("dog", 1)]),
        ("three small red birds", [("bird", 3)]),
        ("a couple of cats", [("cat", 2)]),
        ("a couple walking", [("person", 2)]),
        ("a flock of birds", [("bird", 12)]),
        ("dozens of balloons", [("balloon", 36)]),
        ("1000000 butterflies", [("butterfly", 1000000)]),
        ("1,000,000 butterflies", [("butterfly", 1000000)]),
        ("a million butterflies", [("butterfly", 1000000)]),
        ("birds", [("bird", 9)]),
        ("a school of fish", [("fish", 20)]),
        ("two dogs and a cat", [("dog", 2), ("cat", 1)]),
        ("a corgi on a beach, the dog is happy", [("dog", 1)]),
        ("a man and a woman", [("man", 1), ("woman", 1)]),
        ("a lone wolf", [("wolf", 1)]),
        ("wolves", [("wolf", 3)]),
        ("children", [("child", 3)]),
        ("a fish", [("fish", 1)]),
        ("a bus", [("bus", 1)]),
        ("the girl's dog", [("girl", 1), ("dog", 1)]),
        ("sail-boats", [("sailing_boat", 4)]),
        ("lots of people", [("person", 8)]),
    ],
)
def test_who_and_how_many(prompt, expected):
    assert [(wanted.name, wanted.count) for wanted in parse(prompt).subjects] == expected


@pytest.mark.parametrize(
    ("prompt", "name", "field", "value"),
    [
        ("a red car", "car", "colour", "red"),
        ("an azure butterfly", "butterfly", "colour", "blue"),
        ("the car is red", "car", "colour", "red"),
        ("a dark blue boat", "boat", "colour", "blue"),
        ("a woman in red", "woman", "colour", "red"),
        ("a woman in a red dress", "woman", "colour", "red"),
        ("a red car and a blue bus", "car", "colour", "red"),
        ("a red car and a blue bus", "bus", "colour", "blue"),
        ("a car under a red sky", "car", "colour", ""),
        ("a big red balloon", "balloon", "size", 1.6),
        ("a tiny mouse", "mouse", "size", 0.4),
        ("a giant robot", "robot", "size", 2.5),
        ("a glowing jellyfish", "jellyfish", "qualities", {"glowing"}),
        ("an old wooden boat", "boat", "qualities", {"old", "wooden"}),
        ("a puppy", "dog", "qualities", {"baby"}),
        ("a horse made of glass", "horse", "qualities", {"glass"}),
        ("a golden dragon", "dragon", "qualities", {"golden"}),
        ("a ghost", "person", "qualities", {"transparent"}),
        ("a boat in front of a lighthouse", "boat", "relation", "front"),
        ("a boat in front of a lighthouse", "boat", "target", "lighthouse"),
        ("birds over the hills", "bird", "relation", "above"),
        ("a cat on a chair", "cat", "target", "chair"),
        ("a cat on a chair", "cat", "relation", "on"),
        ("a dog behind a tree", "dog", "relation", "behind"),
        ("a dog on the left", "dog", "relation", "left"),
        ("a ship in the distance", "ship", "relation", "far"),
        ("a man with an umbrella", "umbrella", "target", "man"),
        ("a girl holding a red balloon", "balloon", "relation", "on"),
        ("a fisherman in a boat", "man", "target", "boat"),
        ("a knight riding a white horse", "person", "target", "horse"),
        ("a knight riding a white horse", "horse", "colour", "white"),
        ("a dog running", "dog", "action", "run"),
        ("a running dog", "dog", "action", "run"),
        ("a dog that runs", "dog", "action", "run"),
        ("the monkey smiles at you", "monkey", "action", "smile"),
        ("a monkey waves", "monkey", "action", "wave"),
        ("make the monkey smile", "monkey", "action", "smile"),
        ("a boy flying a kite", "kite", "action", "fly"),
        ("a boy flying a kite", "boy", "action", ""),
        ("a dog and a cat running", "dog", "action", "run"),
        ("a dog and a cat running", "cat", "action", "run"),
        ("a man driving a car", "car", "action", "drive"),
        ("a horse on the beach galloping", "horse", "action", "run"),
        ("a boat on the ocean with waves crashing", "boat", "action", ""),
        ("a car racing down the road", "car", "action", "drive"),
        ("a ship leaving the harbour", "ship", "action", "drive"),
        ("a candle burning", "candle", "action", "burn"),
        ("a black and white cat", "cat", "colour", "black"),
        ("a cat on a chair next to a window", "cat", "target", "chair"),
        ("MAKE A VIDEO OF A DOG,ON THE BEACH", "dog", "action", ""),
        ("a woman in a red coat with a black umbrella and a white dog", "woman", "colour", "red"),
        ("a woman in a red coat with a black umbrella and a white dog", "umbrella", "colour", "black"),
        ("a woman in a red coat with a black umbrella and a white dog", "dog", "colour", "white"),
        ("a yellow car behind a blue bus in front of a red house", "car", "target", "bus"),
        ("a yellow car behind a blue bus in front of a red house", "car", "colour", "yellow"),
        ("a yellow car behind a blue bus in front of a red house", "bus", "colour", "blue"),
        ("one or two birds", "bird", "count", 2),
        ("hundreds of balloons", "balloon", "count", 200),
        ("can you show me a small lion", "lion", "size", 0.6),
        ("I want to see a horse that gallops", "horse", "action", "run"),
        ("a swan glides", "swan", "action", "glide"),
        ("a person standing and waving", "person", "action", "wave"),
        ("an eagle soaring", "eagle", "action", "soar"),
        ("a girl dancing", "girl", "action", "dance"),
    ],
)
def test_what_is_said_of_whom(prompt, name, field, value):
    wanted = next(wanted for wanted in parse(prompt).subjects if wanted.name == name)
    assert getattr(wanted, field) == value


@pytest.mark.parametrize(
    ("prompt", "text", "expected"),
    [
        ("a wolf in a forest", "wolf", ("shown", "")),
        ("a corgi in a forest", "corgi", ("approximated", "a dog")),
        ("a knight in a forest", "knight", ("shown", "")),
        ("the Eiffel Tower", "eiffel tower", ("approximated", "a tower")),
        ("a wizard with a spreadsheet", "spreadsheet", ("not_shown", "")),
        ("midday at midnight", "midnight", ("not_shown", "")),
        ("a blue ocean", "blue", ("shown", "")),
        ("waves crashing on a beach", "crashing", ("shown", "")),
        ("a beach with soft sand", "sand", ("shown", "")),
        ("a meadow, no people", "people", ("shown", "left out")),
        ("an empty beach", "empty", ("shown", "left out")),
        ("claymation penguin", "claymation", ("approximated", "a photographic look")),
        ("a car without redness", "car", ("shown", "")),
    ],
)
def test_what_becomes_of_words(prompt, text, expected):
    assert fate(prompt, text) == expected


def test_what_is_held_by_something_else_is_told():
    spec = parse("two dogs on a beach")
    told = fates(spec, {("subject", "dog", 0): "", ("count", "2", 0): "one of them", ("setting", "beach", -1): ""})
    assert [(word.text, word.status, word.by) for word in told] == [
        ("two", "approximated", "one of them"),
        ("dogs", "shown", ""),
        ("beach", "shown", ""),
    ]
    assert coverage(told) == 1.0
    assert coverage(()) == 1.0


def test_what_was_to_be_left_out_and_is_there_is_told():
    spec = parse("a street without people")
    assert [
        word.status for word in fates(spec, {("subject", "person", 4): "", ("setting", "city_street", -1): ""})
    ] == [
        "shown",
        "not_shown",
    ]


# -- denied ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "without"),
    [
        ("a street, no people", PEOPLE),
        ("a street with no cars or people", {"car", *PEOPLE}),
        ("a sky without clouds", {"clouds"}),
        ("it is not raining in the street", {"rain"}),
        ("a beach free of people", PEOPLE),
        ("a cloud-free sky", {"clouds"}),
        ("an empty beach", PEOPLE),
        ("no dogs, a cat", {"dog"}),
        ("not a single cloud in the sky", {"clouds"}),
        ("no people but a dog", PEOPLE),
        ("a desert", set()),
        ("nobody on the beach", PEOPLE),
        ("a street with not a single person", PEOPLE),
        ("a village without any people", PEOPLE),
        ("a beach devoid of life", PEOPLE),
        ("a lighthouse without people or birds, no clouds", {"bird", "clouds", *PEOPLE}),
        ("a house without trees in the snow", {"tree"}),
    ],
)
def test_negation(prompt, without):
    spec = parse(prompt)
    assert spec.without == without
    assert not {wanted.name for wanted in spec.subjects} & without
    assert not spec.weather & without


def test_negation_ends():
    assert subjects("no people but a dog") == ["dog"]
    assert subjects("no dogs, a cat on a chair") == ["cat", "chair"]
    assert subjects("no people and a dog") == ["dog"]
    assert parse("a house without trees in the snow").weather == {"snow"}
    assert parse("no people on the beach").setting == "beach"


def test_who_is_named_stays_where_people_are_ruled_out():
    assert subjects("a knight riding a horse, no people") == ["person", "horse"]
    assert subjects("a girl on an empty beach, no one else") == ["girl"]
    assert "person" in parse("a girl on the beach, no people").without
    assert subjects("people on the beach, no people") == []


def test_negative_prompt():
    spec = parse("a beach with people, palm trees and clouds", "people, blurry, clouds, no snow")
    assert spec.without >= {"person", "clouds", "snow"}
    assert [wanted.name for wanted in spec.subjects] == ["tree"]
    assert "clouds" not in spec.weather
    assert {word.text: word.status for word in fates(spec, held_by(spec))}["people"] == "not_shown"
    assert parse("waves", "ocean", seed=3).setting != "ocean"


# -- spelling and other languages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("a lighthose in the strom", "a lighthouse in the storm"),
        ("a beatiful sunst", "a beautiful sunset"),
        ("two dolphns jumpng", "two dolphins jumping"),
        ("a yelow buterfly", "a yellow butterfly"),
        ("a casttle on a hilll", "a castle on a hill"),
        ("the gray harbor", "the grey harbour"),
        ("a colorful garden", "a colourful garden"),
        ("slow-motion", "slow motion"),
        ("time-lapse of the city", "timelapse of the city"),
        ("A DOG ON A BEACH", "a dog on a beach"),
        ("un perro en la playa", "a dog on the beach"),
        ("ｄｏｇ ｏｎ ａ ｂｅａｃｈ", "dog on a beach"),
    ],
)
def test_spelling(wrong, right):
    one, other = parse(wrong).as_dict(), parse(right).as_dict()
    assert {**one, "setting": other["setting"]} == other


@pytest.mark.parametrize(
    "word", ["house", "mouse", "broom", "eyes", "flowing", "could", "weaving", "trace", "place", "ramp"]
)
def test_english_words_are_not_mended(word):
    known = lexicon()
    assert word in known.words or word in known.grammar["stop"] or not mend(word, known)


@pytest.mark.parametrize(
    ("prompt", "setting", "names"),
    [
        ("海边的日落", "beach", []),
        ("雪山上的狼", "mountains", ["wolf"]),
        ("夜の東京、雨", "city_street", []),
        ("ein Hund läuft am Strand", "beach", ["dog"]),
        ("un gato negro en el jardín", "garden", ["cat"]),
        ("🐶 🏖", "beach", ["dog"]),
        ("кошка в лесу, лес", "forest", ["cat"]),
    ],
)
def test_other_languages(prompt, setting, names):
    spec = parse(prompt)
    assert (spec.setting, [wanted.name for wanted in spec.subjects]) == (setting, names)


# -- any text ----------------------------------------------------------------------------------------------------------


def test_an_unknown_prompt_still_gives_a_film():
    specs = [parse("xqzzt blorfgh", seed=seed) for seed in range(30)]
    assert all(spec.setting and spec.mood and spec.camera and spec.colours for spec in specs)
    assert len({spec.setting for spec in specs}) > 4
    assert parse("xqzzt").as_dict() != parse("blorfgh").as_dict()
    assert [word.status for word in fates(specs[0], {})] == ["not_shown", "not_shown"]
    assert parse("").setting


def test_a_picture_brings_its_own_setting():
    assert parse("a dog", has_image=True).setting == ""
    assert parse("let it snow", has_image=True).weather == {"snow"}
    assert parse("xqzzt", has_image=True).mood == ""


TEXTS = st.text(max_size=400) | st.lists(
    st.sampled_from([*lexicon().words, ",", ".", "no", "a", "and"]), max_size=60
).map(" ".join)


@settings(max_examples=120, deadline=None)
@given(TEXTS, TEXTS, st.integers(), st.booleans())
def test_any_text_gives_a_spec(prompt, negative, seed, has_image):
    spec = parse(prompt, negative, seed=seed, has_image=has_image)
    assert spec == parse(prompt, negative, seed=seed, has_image=has_image)
    assert spec.setting in NAMES["setting"] or (has_image and not spec.setting)
    assert not {wanted.name for wanted in spec.subjects} & spec.without
    end = 0
    for mention in spec.mentions:
        assert end <= mention.start < mention.end <= len(prompt)
        assert prompt[mention.start : mention.end] == mention.text
        assert -1 <= mention.subject < len(spec.subjects)
        end = mention.end
    for word in fates(spec, held_by(spec)):
        assert word.status in {"shown", "approximated", "not_shown"}
        assert bool(word.by) == (word.status == "approximated" or (word.status == "shown" and word.by == "left out"))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2000,
        "a " * 1000,
        "dog " * 500,
        "no " * 600,
        "ocaen drgon " * 160,
        "\u0301" * 2000,
        "\ufdfa" * 2000,
        "🐶" * 2000,
        "人" * 2000,
        "\ud800" * 2000,
        "1" * 2000,
        "²" * 2000,
        "zxqv wqzx " * 200,
        "red " * 500,
        "a dog running, a cat flying over a castle, " * 45,
    ],
    ids=range(15),
)
def test_hostile_texts_are_read_in_time(text):
    parse("warm up the lexicon, drgon")
    best = 1.0
    for _ in range(3):
        start = time.thread_time()
        spec = parse(text[:2000], text[:2000])
        best = min(best, time.thread_time() - start)
    assert spec.setting
    assert len(spec.subjects) <= 12
    assert best < 0.5  # 0.05 s on a quiet machine, and many times that where time grows with the square of the length


@pytest.mark.parametrize(
    "text", ["a dog running, a cat flying over a castle, ", "zxqv wqzx ", "人竹", "🐶🦄", "der Zxqvwagen mit "]
)
def test_texts_of_twenty_thousand_characters_are_read(text):
    spec = parse((text * 20000)[:20000])
    assert spec.setting
    assert len(spec.subjects) <= 12


@pytest.mark.parametrize(
    ("prompt", "subjects"),
    [
        ("a samurai cat", ["cat"]),
        ("a robot barista", ["robot"]),
        ("a sushi chef", ["person"]),
        ("a dog walker", ["person"]),
        ("a mouse in a chef hat", ["mouse"]),
        ("the girl's dog", ["girl", "dog"]),
        ("he looks up at the stars", ["man"]),
        ("a cowboy riding into the sunset", ["man", "horse"]),
        ("cranes at a construction site", []),
        ("ein roter Rennwagen auf der Straße", ["car"]),
    ],
)
def test_names_beside_names_are_of_one(prompt, subjects):
    assert [wanted.name for wanted in parse(prompt).subjects] == subjects


@pytest.mark.parametrize(
    ("prompt", "action"),
    [
        ("a black cat without a tail sits on a roof", "sit"),
        ("a violinist playing on a street", "stand"),
        ("a man playing chess", "sit"),
        ("a boxer strikes a bag", "stand"),
        ("a paper crane unfolding and flying away", "fly"),
    ],
)
def test_verbs_are_done_as_they_are_meant(prompt, action):
    assert parse(prompt).subjects[0].action == action


def test_snow_lies_under_stars_and_hair_tints_no_light():
    assert "snow" not in parse("a cabin in the snow, stars").weather
    assert "snow" in parse("a fox in the snow").weather
    assert parse("a woman with blue hair").colours == ()


# -- coverage ----------------------------------------------------------------------------------------------------------


def test_most_content_words_are_shown_or_approximated():
    found = [word for prompt in prompts() for spec in [parse(prompt)] for word in fates(spec, held_by(spec))]
    assert len(prompts()) >= 300
    assert len(found) > 1200
    assert coverage(tuple(found)) >= 0.9


def test_prompts_that_the_lexicon_was_not_written_for_are_understood():
    found = [
        word for text in prompts("prompts_more.txt") for spec in [parse(text)] for word in fates(spec, held_by(spec))
    ]
    assert len(prompts("prompts_more.txt")) == 120
    assert coverage(tuple(found)) >= 0.9


def test_a_spec_is_json():
    spec = parse("three small red birds over a lake in front of a castle, no people, at dawn, watercolour")
    assert json.loads(json.dumps(spec.as_dict())) == spec.as_dict()


@pytest.mark.parametrize(
    "prompt",
    [
        "a dog at the oc\u200bean",
        "a dog at the \u00f3c\u00e8an",
        "a d\u200d\u200bog at the ocean\ufe0f",
        "a dog\ufeff at the o\u0301cean",
        "a dog at the ocean, 0 birds",
    ],
)
def test_what_nobody_sees_is_not_read(prompt: str) -> None:
    spec = parse(prompt)
    assert (spec.setting, [subject.name for subject in spec.subjects]) == ("ocean", ["dog"])
    assert not [mention for mention in spec.mentions if not mention.text.strip("\ufe0f\u200b\u200d\ufeff")]
