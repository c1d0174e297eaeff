"""The backdrop `above_clouds`: flying in clear air over a sea of clouds, at any hour.

The tops lie some 280 m below the height 0, the valleys 800 m, so a camera and subjects near 0 are above all of
it. `Brief.params`: as of `sky`, and `flight`, how fast the clouds come nearer in m/s.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.backdrops.sky import SkyBackdrop
from promptreel.engines.scenes.skies import heaps
from promptreel.engines.scenes.skies.skies import Look, choose_look
from promptreel.engines.scenes.skies.sky import AMBIENT, HAZE, SUN
from promptreel.engines.scenes.stage import BackdropRow, Brief

Floats = NDArray[np.float32]


class AboveClouds(SkyBackdrop):
    """A sky, and a sea of clouds under it. See `stage.Backdrop`."""

    reflectance = 0.62

    def _choose(self, brief: Brief) -> Look:
        self.flight = float(brief.params.get("flight", 55.0))
        look = choose_look(brief)
        # Up here the air is thin and the weather is below.
        veil = look.cirrus if look.grey == 0 else 0.35
        return replace(
            look,
            haze=0.5 * min(look.haze, 1.5),
            cover=0.0,
            soft=0.0,
            heaps=0.0,
            towers=0.0,
            cirrus=veil,
            grey=0.0,
            gloom=1.0,
            direct=1.0,
            fog=min(look.fog, 0.0001),
            stars=1.0 if look.night and look.stars == 0.0 else look.stars,
            wind=(0.3 * look.wind[0], 0.3 * look.wind[1]),
        )

    def _fields(self, seed: int) -> list[tuple[heaps.Heaps, Floats]]:
        sky = self._sky.sky
        # Far clouds melt into the sky long before the eye could tell one from the next.
        sky[HAZE] = 0.019
        field = heaps.make_heaps(
            seed,
            sky[SUN : SUN + 3],
            cover=0.96,
            cells=7,
            depth=0.72,
            scale=26.0,
            steps=26,
            round_tops=0.85,
            least=0.20,
            vary=0.85,
        )
        ambient = sky[AMBIENT : AMBIENT + 3] * np.float32(1.2)
        vector = heaps.heap_vector(
            ambient, base=-1.0, top=-0.28, scale=26.0, lump=1.5, rough=0.30, thick=16.0, sharp=8.0, stride=0.078,
            shade=6.5,
        )  # fmt: skip
        vector[heaps.FLOOR] = 1.0
        return [(field, vector)]


ROWS = (BackdropRow("above_clouds", AboveClouds),)
