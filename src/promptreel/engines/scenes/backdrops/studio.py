"""The light of a photographer's studio, and the colour of the paper that hangs in it.

A large soft lamp above the camera's left, white walls that send its light back, and a backdrop of seamless paper, which
`grounds.studio` draws with the floor, for the one goes over into the other.
"""

import numpy as np

from promptreel.engines.scenes.materials import COLOURS
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.stage import BackdropRow, Brief, Canvas, Floats, Light

PAPERS = ((0.74, 0.71, 0.66), (0.30, 0.31, 0.33), (0.50, 0.40, 0.31), (0.26, 0.36, 0.41), (0.56, 0.44, 0.42))
"""Papers to choose from where the prompt names no colour: warm white, grey, sand, slate blue, rose."""

BEHIND = ("background", "backdrop", "backdrops", "studio", "paper", "wall", "surface", "void")
"""Words before which a colour is that of the paper."""

DARK = 0.05
"""Reflectance below which a paper counts as black."""


def said(brief: Brief) -> list[str]:
    """What the prompt speaks of, phrase by phrase."""
    return [mention.text.lower() for mention in brief.spec.mentions if not mention.negated]


def paper_of(brief: Brief) -> Floats:
    """The reflectance of the paper: of the colour that the prompt names for what is behind, or one by chance."""
    words = [text for text in said(brief) if any(name in text for name in BEHIND)]
    named = [name for name in (*COLOURS, "dark") if any(name in text.split() for text in words)]
    colour = (named or list(brief.spec.colours) or [""])[0]
    chance = PAPERS[int(brief.rng("paper").integers(len(PAPERS)))]
    return np.array(COLOURS.get({"dark": "black"}.get(colour, colour), chance), np.float32)


class Studio:
    """See `stage.Backdrop`."""

    def __init__(self, brief: Brief) -> None:
        paper = paper_of(brief)
        dark = float(paper.max()) < DARK
        toward = np.array([-0.50, 0.72, -0.48], np.float32)
        white = np.array([1.0, 0.985, 0.96], np.float32)
        # Black paper sends nothing back: there the room is dark and the lamp all there is.
        fill = np.float32(0.22 if dark else 0.42) * np.array([0.96, 0.98, 1.0], np.float32)
        self.light = Light(
            toward / np.linalg.norm(toward),
            0.62 * white,
            fill,
            (0.5 * fill + 0.4 * paper).astype(np.float32),
            (0.30 * fill + 0.35 * paper).astype(np.float32),
            fog=0.0,
            exposure=0.95,
        )

    def new_state(self, width: int, height: int) -> None:
        """Nothing is kept."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Fill the canvas with the light of the room, which glossy things mirror."""
        canvas.hdr[:] = self.light.horizon[:, None, None]
        canvas.near.fill(0)

    def panorama(self, state: None, t: float) -> None:
        """There is no sky."""


ROWS = (BackdropRow("studio", Studio, outdoors=False),)
