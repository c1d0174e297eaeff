"""What a film sounds like: ambience made of noise, chirps and rumbles, chosen by its plan.

Everything is synthesised from the job's seed, so equal jobs sound alike. Levels are relative; the finished track is brought
to `LOUDNESS` (EBU R 128) and never clips.
"""

import zlib
from fractions import Fraction

import av
import numpy as np

from promptreel.engines.scenes.director import Plan
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.skies.lightning import make_strikes
from promptreel.engines.scenes.skies.skies import choose_look
from promptreel.engines.scenes.sounds import SOUNDS
from promptreel.engines.scenes.stage import Brief
from promptreel.engines.scenes.tape import RATE, Tape, Track

LOUDNESS = -16.0
"""LUFS, integrated over the track: what streaming services and browsers play side by side."""

CEILING = 10 ** (-1.5 / 20)
"""The highest sample, 1.5 dB below full scale: AAC may overshoot a little."""

FADE = 0.08
"""Seconds of fading in and out, so that nothing clicks."""


# -- choosing ----------------------------------------------------------------------------------------------------------

OF_SETTING: dict[str, dict[str, float]] = {
    "ocean": {"waves": 1.0}, "beach": {"waves": 0.9, "gulls": 0.25}, "island": {"waves": 0.8, "gulls": 0.2},
    "harbour": {"lapping": 0.7, "gulls": 0.4}, "lake": {"lapping": 0.6}, "river": {"stream": 0.9},
    "waterfall": {"waterfall": 1.0}, "underwater": {"underwater": 1.0}, "mountains": {"wind": 0.7},
    "hills": {"wind": 0.4}, "desert": {"wind": 0.8}, "canyon": {"wind": 0.7}, "meadow": {"wind": 0.35},
    "forest": {"leaves": 0.5}, "volcano": {"rumble": 0.9, "fire": 0.4}, "snow_field": {"wind": 0.8},
    "plain": {"wind": 0.4}, "sky": {"wind": 0.8}, "city_skyline": {"city": 0.6}, "city_street": {"city": 1.0},
    "futuristic_city": {"city": 0.7, "drone": 0.4}, "village": {"wind": 0.35}, "road": {"wind": 0.4},
    "space_station": {"drone": 0.8}, "ruins": {"wind": 0.5}, "garden": {"leaves": 0.3}, "room": {"room": 0.4, "fire": 0.3},
    "space": {"drone": 1.0}, "planet": {"drone": 1.0}, "nebula": {"drone": 1.0}, "asteroids": {"drone": 1.0},
    "earth_orbit": {"drone": 1.0}, "launch_pad": {"wind": 0.4}, "fluid": {"pad": 1.0}, "particles": {"pad": 1.0},
    "waves": {"pad": 1.0}, "kaleidoscope": {"pad": 1.0}, "fire": {"fire": 1.0}, "smoke": {"pad": 0.8}, "ink": {"pad": 1.0},
    "kitchen": {"fridge": 0.6, "crockery": 0.5}, "office": {"fans": 0.15, "keys": 1.0},
    "library": {"hall": 0.5, "room": 0.3}, "cafe": {"murmur": 0.8, "crockery": 0.6}, "bedroom": {"room": 0.5},
    "classroom": {"hall": 0.4, "room": 0.4}, "subway": {"subway": 0.9, "hall": 0.3}, "cathedral": {"hall": 0.9},
    "museum": {"hall": 0.7}, "server_room": {"fans": 1.0}, "concert_stage": {"crowd": 0.7, "beat": 0.8},
    "gym": {"hall": 0.4, "beat": 0.35}, "laboratory": {"fans": 0.6}, "stadium": {"crowd": 1.0},
    "market": {"murmur": 0.9, "crockery": 0.15}, "rooftop": {"city": 0.5, "wind": 0.2},
    "swimming_pool": {"lapping": 0.7}, "oasis": {"lapping": 0.35, "leaves": 0.3}, "farm": {"wind": 0.35},
    "wheat_field": {"leaves": 0.45, "wind": 0.3}, "lavender_field": {"wind": 0.3}, "rice_terraces": {"stream": 0.35},
    "savanna": {"wind": 0.35}, "jungle": {"leaves": 0.45}, "bamboo_forest": {"leaves": 0.5}, "cherry_avenue": {"leaves": 0.3},
    "vineyard": {"wind": 0.3}, "red_planet": {"wind": 0.7}, "moon": {"drone": 0.8}, "studio": {"room": 0.4},
    "desert_road": {"wind": 0.7}, "forest_road": {"leaves": 0.5}, "railway": {"wind": 0.35},
}  # fmt: skip
"""What each setting sounds like by itself, with levels."""

BIRDS_IN = frozenset({
    "lake", "river", "mountains", "hills", "meadow", "forest", "plain", "village", "road", "ruins", "garden", "waterfall",
    "swimming_pool", "oasis", "farm", "wheat_field", "lavender_field", "rice_terraces",
    "savanna", "jungle", "bamboo_forest", "cherry_avenue", "vineyard", "forest_road", "railway",
})  # fmt: skip
"""Settings with birds by day and crickets by night."""

OF_WEATHER = {
    "rain": {"rain": 0.9}, "storm": {"rain": 1.0, "wind": 0.8, "thunder": 0.9}, "wind": {"wind": 0.9}, "snow": {"wind": 0.35},
    "sandstorm": {"wind": 1.1}, "lightning": {"thunder": 1.0},
}  # fmt: skip

THROUGH_WALLS = 0.3
"""How much of the weather outside is heard in a room."""

OF_EFFECT = {
    "fireworks": {"fireworks": 1.0}, "embers": {"fire": 0.5}, "smoke": {}, "bubbles": {"underwater": 0.5},
    "tornado": {"wind": 1.2, "rumble": 0.5},
}  # fmt: skip
OF_PLACE = {
    "campfire": {"fire": 0.8},
    "fountain": {"stream": 0.6},
    "windmill": {"wind": 0.3},
    "lighthouse": {"waves": 0.5},
}
OF_SUBJECT = {
    "car": {"engine": 0.5}, "taxi": {"engine": 0.5}, "truck": {"engine": 0.7}, "bus": {"engine": 0.6},
    "motorcycle": {"engine": 0.7}, "train": {"train": 0.9}, "helicopter": {"rotor": 0.9}, "drone": {"buzz": 0.4},
    "aeroplane": {"jet": 0.7}, "rocket": {"jet": 1.2}, "bird": {"birds": 0.6}, "seagull": {"gulls": 0.8},
    "ship": {"waves": 0.4}, "sailing_boat": {"lapping": 0.5}, "bee": {"buzz": 0.5}, "whale": {"whale": 0.6},
    "candle": {"room": 0.3}, "dragon": {"rumble": 0.4}, "ufo": {"drone": 0.7}, "hot_air_balloon": {"wind": 0.4},
}  # fmt: skip

SYNONYMS = {"ocean": "waves", "sea": "waves", "surf": "waves", "storm": "thunder", "traffic": "city", "music": "pad"}


def choose(plan: Plan) -> dict[str, float]:
    """The sounds that fit, and their levels."""
    levels = dict(OF_SETTING.get(plan.setting.name, {"wind": 0.4}))
    spec = plan.spec
    outside = rows("backdrops")[plan.setting.backdrop].outdoors
    if plan.setting.name in BIRDS_IN and not spec.weather & {"rain", "storm", "snow", "sandstorm"}:
        if plan.time == "night":
            levels["crickets"] = 0.0 if spec.season == "winter" else 0.5
        elif spec.season != "winter":
            levels["birds"] = 0.45
    share = THROUGH_WALLS if plan.setting.params.get("indoors") else 1.0
    weather = [OF_WEATHER.get(name, {}) for name in sorted(spec.weather)] if outside else []
    wishes = [{name: share * level for name, level in wish.items()} for wish in weather]
    wishes += [OF_EFFECT.get(effect.name, {}) for effect in plan.effects]
    wishes += [OF_PLACE.get(place.name, {}) for place in plan.places]
    wishes += [OF_SUBJECT.get(cast.row.name, {}) for cast in plan.cast]
    named = {mention.name: 1.0 for mention in spec.mentions if mention.kind == "sound" and not mention.negated}
    wishes.append({SYNONYMS.get(name, name): level for name, level in named.items()})
    for wish in wishes:
        for name, level in wish.items():
            levels[name] = max(levels.get(name, 0.0), level)
    return {
        name: level
        for name, level in sorted(levels.items())
        if level > 0 and name in SOUNDS and name not in spec.without
    }


# -- mixing ------------------------------------------------------------------------------------------------------------


def record(levels: dict[str, float], duration: float, seed: int, strikes: tuple[float, ...] = ()) -> Track:
    """The finished track: the sounds of `levels` mixed, faded in and out, at `LOUDNESS`."""
    samples = max(round(duration * RATE), 1)
    total = np.zeros((2, samples), np.float32)
    for name, level in levels.items():
        random = np.random.default_rng([abs(seed), zlib.crc32(name.encode())])
        total += np.float32(level) * SOUNDS[name](Tape(samples, random, strikes))
    edge = min(round(FADE * RATE), samples // 2)
    if edge:
        ramp = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, edge))).astype(np.float32)
        total[:, :edge] *= ramp
        total[:, -edge:] *= ramp[::-1]
    return _at_loudness(total)


def _at_loudness(track: Track) -> Track:
    """The track at `LOUDNESS`, its peaks bent below `CEILING` without clipping; twice, as bending takes loudness away."""
    for _ in range(3):
        heard = loudness(track)
        if heard is None:
            return track
        track = _bent(track * np.float32(10 ** ((LOUDNESS - heard) / 20)))
    return track


def _bent(track: Track) -> Track:
    """Samples above half of the ceiling bend toward it, smoothly."""
    knee = np.float32(0.5 * CEILING)
    size = np.abs(track)
    over = np.maximum(size - knee, 0) / (CEILING - knee)
    return np.where(size > knee, np.sign(track) * (knee + (CEILING - knee) * np.tanh(over)), track).astype(np.float32)


def loudness(track: Track) -> float | None:
    """Integrated loudness in LUFS by FFmpeg's meter (ITU-R BS.1770, EBU R 128); None for silence.

    The meter needs blocks of 0.4 s, so a shorter track is measured as if it went on.
    """
    heard = np.tile(track, (1, -(-RATE // track.shape[1]) + 1)) if track.shape[1] < RATE else track
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE))
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(heard), "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
    graph.push(frame)
    graph.push(None)
    value = None
    while True:
        try:
            measured = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            break
        value = measured.metadata.get("lavfi.r128.I", value)
    return None if value is None or float(value) < -65 else float(value)


def soundtrack(plan: Plan, duration: float, seed: int) -> Track:
    """The sound of a plan, `duration` seconds long."""
    return record(choose(plan), duration, seed, strikes(plan, duration, seed))


def strikes(plan: Plan, duration: float, seed: int) -> tuple[float, ...]:
    """When lightning strikes in the film, in its seconds: as the sky works it out from the same seed."""
    if not rows("backdrops")[plan.setting.backdrop].outdoors:
        return ()
    brief = Brief(plan.spec, 16, 16, duration, seed, plan.time, dict(plan.setting.params))
    made = make_strikes(brief.rng("lightning"), choose_look(brief).lightning, duration, 1.0)
    return tuple(strike.time / plan.spec.speed for strike in made)
