"""Everything there is to hear, synthesised: waters, weathers, animals, machines and music of no particular kind."""

import math
from collections.abc import Callable

import numpy as np

from promptreel.engines.scenes.indoor_sounds import INDOOR_SOUNDS
from promptreel.engines.scenes.tape import RATE, Tape, Track, band, burst


def _waves(tape: Tape) -> Track:
    """Surf: each wave gathers, breaks and hisses away."""
    roar, hiss = tape.noise(lambda f: (f / 80) / (1 + (f / 220) ** 2)), tape.noise(band(900, 5200, 1.5))
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
    track = tape.noise(band(250, 1400)) * (0.25 + 0.5 * tape.slow(0.7) ** 2)
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
    return tape.noise(band(400, 3200)) * (0.6 + 0.3 * tape.slow(0.5)) + _drops(tape, 45, 350, 1500, 0.06, 0.12)


def _waterfall(tape: Tape) -> Track:
    return tape.noise(lambda f: 1 / np.sqrt(f) / (1 + (f / 6000) ** 2)) * (0.9 + 0.1 * tape.slow(1.0))


def _rain(tape: Tape) -> Track:
    hush = tape.noise(band(1200, 9000, 1.2)) * (0.55 + 0.2 * tape.slow(2.5))
    patter = tape.silence()
    for at in tape.events(90.0)[:8000]:
        click = tape.random.standard_normal(240) * burst(0.005, 0.0003)
        tape.put(patter, at, 0.16 * float(tape.random.random()) ** 2 * click[:240], float(tape.random.uniform(-1, 1)))
    return hush + patter + _drops(tape, 10, 900, 2600, 0.03, 0.04)


def _wind(tape: Tape) -> Track:
    """Gusts: bands of noise that come and go, the high ones only when it blows hard."""
    gust = tape.slow(2.6, 0.15, 1.0)
    track = tape.noise(band(60, 300)) * gust
    for centre, share in ((420, 0.5), (760, 0.28), (1300, 0.14)):
        whistle = tape.noise(band(centre * 0.8, centre * 1.25, 5))
        track += whistle * (share * gust**2 * tape.slow(1.7, 0.2, 1.0))
    return track


def _leaves(tape: Tape) -> Track:
    return tape.noise(band(1800, 7000, 1.5)) * (0.7 * tape.slow(2.2) ** 2 + 0.06)


def _fire(tape: Tape) -> Track:
    track = tape.noise(band(40, 260)) * (0.5 + 0.4 * tape.slow(0.25)) + 0.25 * tape.noise(band(900, 4000))
    for at in tape.events(11.0)[:4000]:
        length = float(tape.random.uniform(0.004, 0.05))
        crack = (
            tape.random.standard_normal(max(int(length * RATE), 8))
            * burst(length, 0.0004)[: max(int(length * RATE), 8)]
        )
        level = 0.9 * float(tape.random.random()) ** 4 + 0.05
        tape.put(track, at, level * crack, float(tape.random.uniform(-0.6, 0.6)))
    return track


def _city(tape: Tape) -> Track:
    track = tape.noise(lambda f: 1 / f / (1 + (f / 400) ** 2)) * 0.9
    for at in tape.events(0.35):
        length = float(tape.random.uniform(2.5, 5.0))
        piece = Tape(int(length * RATE), tape.random)
        passing = piece.noise(band(120, 1100), 0.0)[0] * np.hanning(piece.samples)
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
        crack = piece.noise(band(200, 3500), 0.2) * (np.exp(-9 * t) * max(0.0, 1.3 - delay)).astype(np.float32)
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
    track = 0.25 * tape.noise(band(40, 220))
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


def _buzzing(tape: Tape, pitch: float, harmonics: int, wander: float) -> Track:
    """An engine, a rotor, a bee: harmonics of a pitch that wanders a little."""
    sweep = pitch * (1 + wander * (tape.slow(0.8, -1.0, 1.0)))
    phase = 2 * np.pi * np.cumsum(sweep) / RATE
    tone = sum(np.sin(number * phase + number) / number for number in range(1, harmonics))
    return np.stack([0.06 * tone, 0.06 * tone]).astype(np.float32)


def _engine(tape: Tape) -> Track:
    return _buzzing(tape, 62, 9, 0.06) + 0.7 * tape.noise(band(80, 900)) * (0.7 + 0.3 * tape.slow(1.5))


def _train(tape: Tape) -> Track:
    track = 0.8 * tape.noise(band(60, 500))
    for number in range(int(tape.samples / RATE / 0.55) + 1):
        for late in (0.0, 0.14):
            clack = tape.random.standard_normal(2400) * burst(0.05, 0.001)[:2400]
            tape.put(track, 0.55 * number + late, 0.22 * np.convolve(clack, np.ones(24) / 24, "same"), 0.0)
    return track


def _rotor(tape: Tape) -> Track:
    chop = np.maximum(np.sin(2 * np.pi * 11.5 * tape.seconds), 0) ** 3
    return tape.noise(band(50, 700)) * (0.25 + 1.3 * chop).astype(np.float32)


def _jet(tape: Tape) -> Track:
    return tape.noise(lambda f: 1 / (1 + (f / 500) ** 1.4)) * (0.8 + 0.2 * tape.slow(1.2))


def _fireworks(tape: Tape) -> Track:
    track = 0.05 * tape.noise(band(200, 1500))
    for at in tape.events(1.3):
        bang = tape.random.standard_normal(int(1.1 * RATE)) * burst(1.1, 0.002)[: int(1.1 * RATE)]
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
    "thunder": _thunder, "underwater": _underwater, "drone": _drone, "pad": _pad, "rumble": _rumble,
    "engine": _engine, "train": _train, "rotor": _rotor, "jet": _jet, "fireworks": _fireworks, "whale": _whale,
    **INDOOR_SOUNDS,
    "buzz": lambda tape: _buzzing(tape, 190, 12, 0.08),
}  # fmt: skip
"""All there is to hear."""
