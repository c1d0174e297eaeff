"""What a film sounds like: ambience made of noise, chirps and rumbles, chosen by its plan.

Everything is synthesised from the job's seed, so equal jobs sound alike. Levels are relative; the finished track is brought
to `LOUDNESS` (EBU R 128) and never clips.
"""

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.director import Plan
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.skies.lightning import make_strikes
from promptreel.engines.scenes.skies.skies import choose_look
from promptreel.engines.scenes.stage import Brief

RATE = 48_000
"""Samples a second."""

LOUDNESS = -16.0
"""LUFS, integrated over the track: what streaming services and browsers play side by side."""

CEILING = 10 ** (-1.5 / 20)
"""The highest sample, 1.5 dB below full scale: AAC may overshoot a little."""

FADE = 0.08
"""Seconds of fading in and out, so that nothing clicks."""

Track = NDArray[np.float32]
"""Two channels, (2, samples)."""


# -- choosing ----------------------------------------------------------------------------------------------------------

OF_SETTING: dict[str, dict[str, float]] = {
    "ocean": {"waves": 1.0}, "beach": {"waves": 0.9, "gulls": 0.25}, "island": {"waves": 0.8, "gulls": 0.2},
    "harbour": {"lapping": 0.7, "gulls": 0.4}, "lake": {"lapping": 0.6}, "river": {"stream": 0.9},
    "waterfall": {"waterfall": 1.0}, "underwater": {"underwater": 1.0}, "mountains": {"wind": 0.7},
    "hills": {"wind": 0.4}, "desert": {"wind": 0.8}, "canyon": {"wind": 0.7}, "meadow": {"wind": 0.35},
    "forest": {"leaves": 0.5}, "volcano": {"rumble": 0.9, "fire": 0.4}, "snow_field": {"wind": 0.8},
    "plain": {"wind": 0.4}, "sky": {"wind": 0.8}, "city_skyline": {"city": 0.6}, "city_street": {"city": 1.0},
    "futuristic_city": {"city": 0.7, "drone": 0.4}, "village": {"wind": 0.35}, "road": {"wind": 0.4},
    "space_station": {"drone": 0.8}, "ruins": {"wind": 0.5}, "garden": {"leaves": 0.3}, "room": {"room": 0.5},
    "space": {"drone": 1.0}, "planet": {"drone": 1.0}, "nebula": {"drone": 1.0}, "asteroids": {"drone": 1.0},
    "earth_orbit": {"drone": 1.0}, "launch_pad": {"wind": 0.4}, "fluid": {"pad": 1.0}, "particles": {"pad": 1.0},
    "waves": {"pad": 1.0}, "kaleidoscope": {"pad": 1.0}, "fire": {"fire": 1.0}, "smoke": {"pad": 0.8}, "ink": {"pad": 1.0},
}  # fmt: skip
"""What each setting sounds like by itself, with levels."""

BIRDS_IN = frozenset({
    "lake", "river", "mountains", "hills", "meadow", "forest", "plain", "village", "road", "ruins", "garden", "waterfall",
})  # fmt: skip
"""Settings with birds by day and crickets by night."""

OF_WEATHER = {
    "rain": {"rain": 0.9}, "storm": {"rain": 1.0, "wind": 0.8}, "wind": {"wind": 0.9}, "snow": {"wind": 0.35},
    "sandstorm": {"wind": 1.1}, "lightning": {"thunder": 1.0},
}  # fmt: skip

OF_EFFECT = {"fireworks": {"fireworks": 1.0}, "embers": {"fire": 0.5}, "smoke": {}, "bubbles": {"underwater": 0.5}}
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
    outside = plan.setting.backdrop == "sky"
    if plan.setting.name in BIRDS_IN and not spec.weather & {"rain", "storm", "snow", "sandstorm"}:
        if plan.time == "night":
            levels["crickets"] = 0.0 if spec.season == "winter" else 0.5
        elif spec.season != "winter":
            levels["birds"] = 0.45
    wishes = [OF_WEATHER.get(name, {}) for name in sorted(spec.weather)] if outside else []
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


# -- making ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tape:
    """What a sound is made on: how many samples, its own chance, and when things happen that are seen."""

    samples: int
    random: np.random.Generator
    strikes: tuple[float, ...] = ()
    """When lightning strikes, in seconds of the film."""

    @property
    def seconds(self) -> NDArray[np.float64]:
        """The time of every sample."""
        return np.arange(self.samples) / RATE

    def noise(self, spectrum: Callable[[NDArray[np.float64]], NDArray[np.floating]], width: float = 0.7) -> Track:
        """Stereo noise with that amplitude over frequency (Hz); `width` 0 (mono) to 1 (two channels of their own)."""
        frequency = np.fft.rfftfreq(self.samples, 1 / RATE)
        shape = np.asarray(spectrum(np.maximum(frequency, 1.0)), np.float64)
        shape[frequency < 20] = 0
        made = []
        for _ in range(3):
            phase = self.random.uniform(0, 2 * np.pi, len(frequency))
            made.append(np.fft.irfft(shape * np.exp(1j * phase), self.samples))
        middle, left, right = made
        both = np.stack([(1 - width) * middle + width * left, (1 - width) * middle + width * right])
        return (both / max(float(np.sqrt(np.mean(both**2))), 1e-12) * 0.1).astype(np.float32)

    def slow(self, period: float, low: float = 0.0, high: float = 1.0) -> NDArray[np.float32]:
        """A smooth wandering between `low` and `high`, changing about every `period` seconds."""
        knots = self.random.uniform(low, high, int(self.samples / RATE / period) + 4)
        at = self.seconds / period + 1
        whole = at.astype(int)
        part = at - whole
        part = part * part * (3 - 2 * part)
        return (knots[whole] * (1 - part) + knots[whole + 1] * part).astype(np.float32)

    def events(self, rate: float) -> NDArray[np.float64]:
        """Times in seconds, `rate` of them a second by chance."""
        count = int(self.random.poisson(max(rate * self.samples / RATE, 0)))
        return np.sort(self.random.uniform(0, self.samples / RATE, count))

    def silence(self) -> Track:
        """Nothing, to add to."""
        return np.zeros((2, self.samples), np.float32)

    def put(self, track: Track, at: float, sound: NDArray[np.floating], pan: float = 0.0) -> None:
        """Add a mono sound at `at` seconds; `pan` -1 left … 1 right, at equal power."""
        start = round(at * RATE)
        stop = min(start + len(sound), self.samples)
        if start >= stop or start < 0:
            return
        angle = (pan + 1) * math.pi / 4
        piece = sound[: stop - start]
        track[0, start:stop] += (math.cos(angle) * piece).astype(np.float32)
        track[1, start:stop] += (math.sin(angle) * piece).astype(np.float32)


def _band(low: float, high: float, steep: float = 2.0) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Amplitudes that pass `low`…`high` Hz and fall with the power `steep` beyond."""
    return lambda f: 1 / (1 + (low / f) ** steep) / (1 + (f / high) ** steep)


def _burst(seconds: float, attack: float) -> NDArray[np.float64]:
    """An envelope that rises in `attack` s and dies away over `seconds`."""
    t = np.arange(max(int(seconds * RATE), 8)) / RATE
    return np.asarray(np.minimum(t / max(attack, 1e-4), 1) * np.exp(-5 * t / seconds))


def _waves(tape: Tape) -> Track:
    """Surf: each wave gathers, breaks and hisses away."""
    roar, hiss = tape.noise(lambda f: (f / 80) / (1 + (f / 220) ** 2)), tape.noise(_band(900, 5200, 1.5))
    body = 0.35 * tape.slow(4.0, 0.6, 1.0)
    foam = np.zeros(tape.samples, np.float32)
    t = tape.seconds
    at = -float(tape.random.uniform(0, 5))
    while at < t[-1] + 4:
        since = t - at
        swell = np.exp(-((since - 2.0) ** 2) / 1.6)
        fall = np.where(since > 2.0, np.exp(-(since - 2.0) / 1.7), np.exp(-((since - 2.0) ** 2) / 0.5))
        strength = float(tape.random.uniform(0.5, 1.0))
        body += (0.8 * strength * swell).astype(np.float32)
        foam += (0.55 * strength * fall).astype(np.float32)
        at += float(tape.random.uniform(4.5, 8.0))
    return roar * body + hiss * foam


def _lapping(tape: Tape) -> Track:
    track = tape.noise(_band(250, 1400)) * (0.25 + 0.5 * tape.slow(0.7) ** 2)
    return track + _drops(tape, rate=5.0, low=300, high=900, length=0.09, level=0.10)


def _drops(tape: Tape, rate: float, low: float, high: float, length: float, level: float) -> Track:
    """Bubbles and drops: short tones that rise as a bubble's does when it closes."""
    track = tape.silence()
    for at in tape.events(rate)[:6000]:
        pitch = low * (high / low) ** float(tape.random.random())
        t = np.arange(int(length * RATE)) / RATE
        tone = np.sin(2 * np.pi * pitch * (t + 1.5 * t * t / length * 0.2)) * np.exp(-5 * t / length)
        tape.put(track, at, level * float(tape.random.uniform(0.3, 1.0)) * tone, float(tape.random.uniform(-0.9, 0.9)))
    return track


def _stream(tape: Tape) -> Track:
    return tape.noise(_band(400, 3200)) * (0.6 + 0.3 * tape.slow(0.5)) + _drops(tape, 45, 350, 1500, 0.06, 0.12)


def _waterfall(tape: Tape) -> Track:
    return tape.noise(lambda f: 1 / np.sqrt(f) / (1 + (f / 6000) ** 2)) * (0.9 + 0.1 * tape.slow(1.0))


def _rain(tape: Tape) -> Track:
    hush = tape.noise(_band(1200, 9000, 1.2)) * (0.55 + 0.2 * tape.slow(2.5))
    patter = tape.silence()
    for at in tape.events(90.0)[:8000]:
        click = tape.random.standard_normal(240) * _burst(0.005, 0.0003)
        tape.put(patter, at, 0.16 * float(tape.random.random()) ** 2 * click[:240], float(tape.random.uniform(-1, 1)))
    return hush + patter + _drops(tape, 10, 900, 2600, 0.03, 0.04)


def _wind(tape: Tape) -> Track:
    """Gusts: bands of noise that come and go, the high ones only when it blows hard."""
    gust = tape.slow(2.6, 0.15, 1.0)
    track = tape.noise(_band(60, 300)) * gust
    for centre, share in ((420, 0.5), (760, 0.28), (1300, 0.14)):
        whistle = tape.noise(_band(centre * 0.8, centre * 1.25, 5))
        track += whistle * (share * gust**2 * tape.slow(1.7, 0.2, 1.0))
    return track


def _leaves(tape: Tape) -> Track:
    return tape.noise(_band(1800, 7000, 1.5)) * (0.7 * tape.slow(2.2) ** 2 + 0.06)


def _fire(tape: Tape) -> Track:
    track = tape.noise(_band(40, 260)) * (0.5 + 0.4 * tape.slow(0.25)) + 0.25 * tape.noise(_band(900, 4000))
    for at in tape.events(11.0)[:4000]:
        length = float(tape.random.uniform(0.004, 0.05))
        crack = (
            tape.random.standard_normal(max(int(length * RATE), 8))
            * _burst(length, 0.0004)[: max(int(length * RATE), 8)]
        )
        level = 0.9 * float(tape.random.random()) ** 4 + 0.05
        tape.put(track, at, level * crack, float(tape.random.uniform(-0.6, 0.6)))
    return track


def _city(tape: Tape) -> Track:
    track = tape.noise(lambda f: 1 / f / (1 + (f / 400) ** 2)) * 0.9
    for at in tape.events(0.35):
        length = float(tape.random.uniform(2.5, 5.0))
        piece = Tape(int(length * RATE), tape.random)
        passing = piece.noise(_band(120, 1100), 0.0)[0] * np.hanning(piece.samples)
        tape.put(track, at - 0.2, 0.8 * passing, float(tape.random.uniform(-0.9, 0.9)))
    for at in tape.events(0.05):
        t = np.arange(int(0.45 * RATE)) / RATE
        horn = (np.sin(2 * np.pi * 392 * t) + np.sin(2 * np.pi * 494 * t)) * np.minimum(
            1, np.minimum(t, 0.45 - t) / 0.03
        )
        tape.put(track, at, 0.012 * horn, float(tape.random.uniform(-0.8, 0.8)))
    return track


def _birds(tape: Tape) -> Track:
    """Songs: phrases of swept tones, each bird with its own phrase and place."""
    track = tape.silence()
    singers = [
        (float(tape.random.uniform(2300, 4800)), int(tape.random.integers(2, 6)), float(tape.random.uniform(-0.9, 0.9)))
        for _ in range(4)
    ]
    for at in tape.events(0.9):
        pitch, notes, pan = singers[int(tape.random.integers(len(singers)))]
        for note in range(notes):
            length = float(tape.random.uniform(0.05, 0.14))
            t = np.arange(int(length * RATE)) / RATE
            bend = float(tape.random.uniform(-0.35, 0.35))
            wobble = 0.02 * np.sin(2 * np.pi * 28 * t)
            phase = 2 * np.pi * pitch * (t + bend * t * t / length / 2) + 6 * wobble
            tone = np.sin(phase) * np.hanning(len(t))
            tape.put(track, at + note * 0.16, 0.05 * float(tape.random.uniform(0.4, 1.0)) * tone, pan)
    return track


def _gulls(tape: Tape) -> Track:
    track = tape.silence()
    for at in tape.events(0.35):
        pan, pitch = float(tape.random.uniform(-0.9, 0.9)), float(tape.random.uniform(900, 1300))
        for cry in range(int(tape.random.integers(1, 5))):
            t = np.arange(int(0.32 * RATE)) / RATE
            sweep = pitch * (1 + 0.5 * np.exp(-((t - 0.08) ** 2) / 0.004) - 0.6 * t)
            phase = 2 * np.pi * np.cumsum(sweep) / RATE
            tone = (np.sin(phase) + 0.6 * np.sin(2 * phase) + 0.35 * np.sin(3 * phase)) * np.hanning(len(t))
            tape.put(track, at + 0.42 * cry, 0.035 * tone, pan)
    return track


def _crickets(tape: Tape) -> Track:
    track = tape.silence()
    t = tape.seconds
    for number in range(5):
        pitch = float(tape.random.uniform(3900, 4900))
        rate, phase = float(tape.random.uniform(1.5, 2.6)), float(tape.random.random())
        chirp = (np.sin(2 * np.pi * rate * t + 6.28 * phase) > 0.35) * (0.5 + 0.5 * np.sin(2 * np.pi * 32 * t + number))
        soft = np.convolve(chirp, np.hanning(480) / 240, "same")
        pan = float(tape.random.uniform(-1, 1))
        angle = (pan + 1) * math.pi / 4
        tone = 0.02 * np.sin(2 * np.pi * pitch * t) * soft
        track[0] += (math.cos(angle) * tone).astype(np.float32)
        track[1] += (math.sin(angle) * tone).astype(np.float32)
    return track


def _thunder(tape: Tape) -> Track:
    """After each strike, by its distance: a crack if it is near, then a long roll."""
    track = tape.silence()
    for strike in tape.strikes:
        delay = float(tape.random.uniform(0.35, 1.6))
        length = float(tape.random.uniform(3.0, 5.5))
        piece = Tape(int(length * RATE), tape.random)
        t = piece.seconds
        roll = piece.noise(lambda f: (f / 40) / (1 + (f / 90) ** 2.2), 0.5)
        roll *= (np.minimum(t / 0.12, 1) * np.exp(-1.1 * t) * (0.5 + piece.slow(0.25))).astype(np.float32)
        crack = piece.noise(_band(200, 3500), 0.2) * (np.exp(-9 * t) * max(0.0, 1.3 - delay)).astype(np.float32)
        start = round((strike + delay) * RATE)
        stop = min(start + piece.samples, tape.samples)
        if start < stop:
            track[:, start:stop] += (3.2 * roll + 1.5 * crack)[:, : stop - start]
    return track


def _underwater(tape: Tape) -> Track:
    deep = tape.noise(lambda f: 1 / (1 + (f / 160) ** 2.5)) * (0.7 + 0.3 * tape.slow(3.0))
    return deep + _drops(tape, 4, 180, 700, 0.14, 0.10)


def _drone(tape: Tape) -> Track:
    """Deep tones that beat slowly: nothing is heard in space, but everybody expects it."""
    t = tape.seconds
    track = 0.25 * tape.noise(_band(40, 220))
    for ratio in (1.0, 1.5, 2.0, 3.0, 4.02):
        for channel in range(2):
            beat = 0.07 * (channel + 1) * ratio
            level = 0.06 / ratio * (0.6 + 0.4 * np.sin(2 * np.pi * 0.05 * ratio * t + channel + ratio))
            track[channel] += (level * np.sin(2 * np.pi * (55 * ratio + beat) * t)).astype(np.float32)
    return track


def _pad(tape: Tape) -> Track:
    """A calm chord that changes now and then, for pictures of nothing in particular."""
    t = tape.seconds
    track = tape.silence()
    root = 110 * 2 ** (int(tape.random.integers(0, 7)) / 12)
    for number, step in enumerate((0, 7, 12, 16, 19, 24)):
        swell = tape.slow(3.5, 0.1, 1.0)
        for channel in range(2):
            pitch = root * 2 ** (step / 12) * (1 + 0.0012 * (channel - 0.5))
            tone = np.sin(2 * np.pi * pitch * t + number) + 0.3 * np.sin(4 * np.pi * pitch * t)
            track[channel] += (0.05 / (1 + 0.3 * number) * swell * tone).astype(np.float32)
    return track


def _rumble(tape: Tape) -> Track:
    return tape.noise(lambda f: 1 / (1 + (f / 55) ** 3)) * (0.5 + 0.6 * tape.slow(0.6))


def _room(tape: Tape) -> Track:
    track = 0.12 * tape.noise(lambda f: 1 / (1 + (f / 150) ** 2))
    for number in range(int(tape.samples / RATE) + 1):
        click = tape.random.standard_normal(600) * _burst(0.0125, 0.0003)[:600]
        tape.put(track, number + 0.3, (0.05 if number % 2 else 0.035) * click, 0.3)
    return track


def _buzzing(tape: Tape, pitch: float, harmonics: int, wander: float) -> Track:
    """An engine, a rotor, a bee: harmonics of a pitch that wanders a little."""
    sweep = pitch * (1 + wander * (tape.slow(0.8, -1.0, 1.0)))
    phase = 2 * np.pi * np.cumsum(sweep) / RATE
    tone = sum(np.sin(number * phase + number) / number for number in range(1, harmonics))
    return np.stack([0.06 * tone, 0.06 * tone]).astype(np.float32)


def _engine(tape: Tape) -> Track:
    return _buzzing(tape, 62, 9, 0.06) + 0.7 * tape.noise(_band(80, 900)) * (0.7 + 0.3 * tape.slow(1.5))


def _train(tape: Tape) -> Track:
    track = 0.8 * tape.noise(_band(60, 500))
    for number in range(int(tape.samples / RATE / 0.55) + 1):
        for late in (0.0, 0.14):
            clack = tape.random.standard_normal(2400) * _burst(0.05, 0.001)[:2400]
            tape.put(track, 0.55 * number + late, 0.22 * np.convolve(clack, np.ones(24) / 24, "same"), 0.0)
    return track


def _rotor(tape: Tape) -> Track:
    chop = np.maximum(np.sin(2 * np.pi * 11.5 * tape.seconds), 0) ** 3
    return tape.noise(_band(50, 700)) * (0.25 + 1.3 * chop).astype(np.float32)


def _jet(tape: Tape) -> Track:
    return tape.noise(lambda f: 1 / (1 + (f / 500) ** 1.4)) * (0.8 + 0.2 * tape.slow(1.2))


def _fireworks(tape: Tape) -> Track:
    track = 0.05 * tape.noise(_band(200, 1500))
    for at in tape.events(1.3):
        bang = tape.random.standard_normal(int(1.1 * RATE)) * _burst(1.1, 0.002)[: int(1.1 * RATE)]
        low = np.convolve(bang, np.ones(90) / 90, "same")
        tape.put(track, at, 1.6 * low, float(tape.random.uniform(-0.8, 0.8)))
    return track


def _whale(tape: Tape) -> Track:
    track = tape.silence()
    for at in tape.events(0.22):
        length = float(tape.random.uniform(1.2, 2.4))
        t = np.arange(int(length * RATE)) / RATE
        pitch = float(tape.random.uniform(110, 320)) * (
            1 + 0.5 * np.sin(np.pi * t / length) * float(tape.random.uniform(-1, 1))
        )
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        tape.put(track, at, 0.07 * (np.sin(phase) + 0.4 * np.sin(2 * phase)) * np.hanning(len(t)), 0.0)
    return track


SOUNDS: dict[str, Callable[[Tape], Track]] = {
    "waves": _waves, "lapping": _lapping, "stream": _stream, "waterfall": _waterfall, "rain": _rain, "wind": _wind,
    "leaves": _leaves, "fire": _fire, "city": _city, "birds": _birds, "gulls": _gulls, "crickets": _crickets,
    "thunder": _thunder, "underwater": _underwater, "drone": _drone, "pad": _pad, "rumble": _rumble, "room": _room,
    "engine": _engine, "train": _train, "rotor": _rotor, "jet": _jet, "fireworks": _fireworks, "whale": _whale,
    "buzz": lambda tape: _buzzing(tape, 190, 12, 0.08),
}  # fmt: skip
"""All there is to hear."""


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
