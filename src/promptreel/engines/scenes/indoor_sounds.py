"""What rooms sound like: their air, machines, people and clocks."""

from collections.abc import Callable

import numpy as np

from promptreel.engines.scenes.tape import RATE, Tape, Track, band, burst


def _room(tape: Tape) -> Track:
    track = 0.12 * tape.noise(lambda f: 1 / (1 + (f / 150) ** 2))
    for number in range(int(tape.samples / RATE) + 1):
        click = tape.random.standard_normal(600) * burst(0.0125, 0.0003)[:600]
        tape.put(track, number + 0.3, (0.05 if number % 2 else 0.035) * click, 0.3)
    return track


def _tones(tape: Tape, pitches: tuple[float, ...], level: float) -> Track:
    """Steady tones, as of mains and motors, each a little to one side."""
    t, track = tape.seconds, tape.silence()
    for number, pitch in enumerate(pitches):
        tone = level / (1 + number) * np.sin(2 * np.pi * pitch * t + 2.1 * number)
        track[0] += ((0.7 + 0.3 * (-1) ** number) * tone).astype(np.float32)
        track[1] += ((0.7 - 0.3 * (-1) ** number) * tone).astype(np.float32)
    return track


def _fans(tape: Tape) -> Track:
    """Many fans: broad air, and the pitch of their blades."""
    return tape.noise(band(120, 1600, 1.4)) * (0.9 + 0.1 * tape.slow(1.5)) + _tones(tape, (118.0, 236.0, 431.0), 0.014)


def _fridge(tape: Tape) -> Track:
    return 0.18 * tape.noise(band(60, 700)) + _tones(tape, (50.0, 100.0, 150.0, 200.0), 0.03)


def _hall(tape: Tape) -> Track:
    """The air of a large room, and far steps that ring in it."""
    track = 0.35 * tape.noise(lambda f: 1 / (1 + (f / 190) ** 1.6)) * (0.8 + 0.2 * tape.slow(3.0))
    tail = Tape(int(1.6 * RATE), tape.random).noise(band(180, 1500), 0.0)[0]
    tail *= np.exp(-np.arange(len(tail)) / RATE * 3.4).astype(np.float32)
    at, pan = float(tape.random.uniform(0.2, 1.5)), float(tape.random.uniform(-0.7, 0.7))
    while at < tape.samples / RATE:
        for step in range(int(tape.random.integers(3, 7))):
            tape.put(track, at + 0.56 * step, float(tape.random.uniform(0.10, 0.20)) * tail, pan + 0.04 * step)
        at += float(tape.random.uniform(4.5, 9.0))
    return track


def _murmur(tape: Tape) -> Track:
    """Talk that nobody can follow: voices of two formants over a pitch, in syllables, each at a table of its own."""
    track = 0.10 * tape.noise(band(200, 900))
    for _ in range(7):
        pitch, pan = float(tape.random.uniform(95, 215)), float(tape.random.uniform(-0.9, 0.9))
        first, second = tape.slow(0.19, 320, 720), tape.slow(0.23, 950, 1900)
        phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.14 * tape.slow(0.35, -1.0, 1.0))) / RATE
        voice = np.zeros(tape.samples, np.float32)
        for number in range(1, 15):
            f = number * pitch
            loud = 1 / (1 + ((f - first) / 130) ** 2) + 0.4 / (1 + ((f - second) / 190) ** 2)
            voice += (loud * np.sin(number * phase)).astype(np.float32)
        said = np.clip(1.5 * tape.slow(0.13) - 0.35, 0, 1) * np.clip(3 * tape.slow(1.5) - 1, 0, 1)
        tape.put(track, 0.0, 0.05 * float(tape.random.uniform(0.4, 1.0)) * said * voice, pan)
    return track


def _crockery(tape: Tape) -> Track:
    """Cups and spoons: a few partials that ring shortly."""
    track = tape.silence()
    t = np.arange(int(0.4 * RATE)) / RATE
    for at in tape.events(0.9):
        pitch, pan = float(tape.random.uniform(2100, 3800)), float(tape.random.uniform(-0.8, 0.8))
        for knock in range(int(tape.random.integers(1, 4))):
            ring = np.zeros(len(t))
            for ratio, damping in ((1.0, 16), (2.71, 28), (5.1, 45)):
                ring += np.sin(2 * np.pi * pitch * ratio * t) * np.exp(-damping * t) / ratio
            tape.put(track, at + 0.13 * knock, 0.05 * float(tape.random.uniform(0.2, 1.0)) * ring, pan)
    return track


def _keys(tape: Tape) -> Track:
    """Typing: bursts of short dull clicks."""
    track = tape.silence()
    for start in tape.events(0.7):
        pan = float(tape.random.uniform(-0.8, 0.8))
        for key in range(int(tape.random.integers(4, 14))):
            click = np.convolve(tape.random.standard_normal(700) * burst(0.0146, 0.0006)[:700], np.ones(6) / 6, "same")
            late = 0.13 * key + float(tape.random.uniform(0, 0.05))
            tape.put(track, start + late, 0.45 * float(tape.random.uniform(0.3, 1.0)) * click, pan)
    return track


def _subway(tape: Tape) -> Track:
    """The tunnel: a rumble far off that comes and goes, its draught, and the hum of lamps."""
    far = tape.noise(lambda f: 1 / (1 + (f / 70) ** 2.4)) * (0.4 + 0.7 * tape.slow(2.2))
    return far + tape.noise(band(180, 700)) * (0.35 * tape.slow(3.0) ** 2) + _tones(tape, (100.0, 200.0, 300.0), 0.006)


def _crowd(tape: Tape) -> Track:
    """A hall full of people: cheers that swell, whistles and clapping."""
    track = tape.noise(band(450, 2600)) * (0.35 + 0.5 * tape.slow(1.6) ** 2)
    for at in tape.events(25.0)[:3000]:
        clap = tape.random.standard_normal(900) * burst(0.0188, 0.0005)[:900]
        tape.put(track, at, 0.05 * float(tape.random.random()) * clap, float(tape.random.uniform(-1, 1)))
    for at in tape.events(0.25):
        t = np.arange(int(0.5 * RATE)) / RATE
        phase = 2 * np.pi * np.cumsum(2300 + 900 * np.sin(np.pi * t / 0.5)) / RATE
        tape.put(track, at, 0.02 * np.sin(phase) * np.hanning(len(t)), float(tape.random.uniform(-0.9, 0.9)))
    return track


def _beat(tape: Tape) -> Track:
    """A drum kit and a bass at 112 beats a minute."""
    track, root = tape.silence(), 55 * 2 ** (int(tape.random.integers(-3, 4)) / 12)
    t = np.arange(int(0.4 * RATE)) / RATE
    kick = np.sin(2 * np.pi * (48 * t - 12 * np.exp(-t * 26) / 2.6)) * np.exp(-9 * t)
    snare = tape.random.standard_normal(len(t)) * np.exp(-19 * t) * 0.35 + 0.3 * np.sin(2 * np.pi * 190 * t) * np.exp(
        -24 * t
    )
    hat = np.diff(tape.random.standard_normal(len(t) + 1)) * np.exp(-60 * t) * 0.06
    bass = (np.sin(2 * np.pi * root * t) + 0.4 * np.sin(4 * np.pi * root * t)) * np.exp(-4 * t)
    half = 30 / 112
    for number in range(int(tape.samples / RATE / half) + 1):
        tape.put(track, number * half, 0.5 * hat, 0.3)
        tape.put(track, number * half, 0.10 * bass, 0.0)
        if number % 2 == 0:
            tape.put(track, number * half, 0.30 * (kick if number % 4 == 0 else snare), 0.0)
    return track


INDOOR_SOUNDS: dict[str, Callable[[Tape], Track]] = {
    "fans": _fans, "fridge": _fridge, "hall": _hall, "murmur": _murmur, "crockery": _crockery, "keys": _keys,
    "subway": _subway, "crowd": _crowd, "beat": _beat, "room": _room,
}  # fmt: skip
"""By name, as `sounds.SOUNDS`."""
