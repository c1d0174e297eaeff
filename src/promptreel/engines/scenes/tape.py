"""What sounds are made on: stereo samples of noise, of things that happen now and then, and of slow changes."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
"""Samples a second."""

Track = NDArray[np.float32]
"""Two channels, (2, samples)."""


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


def band(low: float, high: float, steep: float = 2.0) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Amplitudes that pass `low`…`high` Hz and fall with the power `steep` beyond."""
    return lambda f: 1 / (1 + (low / f) ** steep) / (1 + (f / high) ** steep)


def burst(seconds: float, attack: float) -> NDArray[np.float64]:
    """An envelope that rises in `attack` s and dies away over `seconds`."""
    t = np.arange(max(int(seconds * RATE), 8)) / RATE
    return np.asarray(np.minimum(t / max(attack, 1e-4), 1) * np.exp(-5 * t / seconds))
