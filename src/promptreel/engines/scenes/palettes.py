"""Colours that go together, as ramps from dark to light, for pictures that are nothing but colour and motion."""

import numpy as np

from promptreel.engines.scenes.materials import COLOURS
from promptreel.engines.scenes.stage import Brief, Floats

STEPS = 256

RAMPS: tuple[tuple[tuple[float, float, float], ...], ...] = (
    ((0.010, 0.015, 0.060), (0.020, 0.110, 0.330), (0.030, 0.420, 0.560), (0.950, 0.620, 0.250), (1.000, 0.930, 0.780)),
    ((0.030, 0.005, 0.060), (0.240, 0.020, 0.330), (0.800, 0.080, 0.330), (1.000, 0.420, 0.180), (1.000, 0.900, 0.600)),
    ((0.004, 0.030, 0.035), (0.010, 0.170, 0.160), (0.080, 0.500, 0.330), (0.700, 0.850, 0.300), (0.980, 0.980, 0.800)),
    ((0.015, 0.010, 0.020), (0.120, 0.030, 0.250), (0.160, 0.200, 0.750), (0.250, 0.750, 0.950), (0.950, 0.980, 1.000)),
    ((0.050, 0.010, 0.008), (0.350, 0.050, 0.030), (0.850, 0.250, 0.050), (0.980, 0.650, 0.150), (1.000, 0.950, 0.750)),
)
"""Dark to light: sea and sun, sunset, forest, electric, embers."""

COLD, WARM, DARK = 3, 4, 0.45


def ramp(brief: Brief) -> Floats:
    """The ramp that the prompt's colours or mood ask for, or one by chance: (3, STEPS) linear light."""
    random = brief.rng("palette")
    chosen = int(random.integers(len(RAMPS)))
    spec = brief.spec
    if spec.colours:
        stops = _of_colours(spec.colours)
    else:
        chosen = {"cold": COLD, "eerie": COLD, "warm": WARM}.get(spec.mood, chosen)
        stops = np.array(RAMPS[chosen])
    if spec.mood in {"dark", "eerie"}:
        stops = stops * DARK
    at = np.linspace(0, len(stops) - 1, STEPS)
    table = [np.interp(at, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.ascontiguousarray(np.array(table, np.float32))


def _of_colours(names: tuple[str, ...]) -> np.ndarray:
    """From near black through the named colours, dark before light, to a pale tint of the lightest."""
    tones = sorted(
        (np.array(COLOURS[name]) for name in names[:3] if name in COLOURS), key=lambda tone: float(tone.sum())
    )
    tones = tones or [np.array((0.3, 0.3, 0.3))]
    pale = 0.35 * tones[-1] + 0.65
    stops = [0.05 * tones[0] + 0.004, *(0.45 * tone for tone in tones[:1]), *tones, pale]
    return np.array(stops)
