"""What a prompt asks for, in words that the scenes understand. Any text gives a `SceneSpec`; none is an error."""

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["shown", "approximated", "not_shown"]


@dataclass(frozen=True, slots=True)
class Word:
    """One content word (or phrase) of the prompt: where it stands, and what of it the frames will hold."""

    text: str
    start: int
    end: int
    status: Status
    by: str = ""


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """What to draw. Every word in it comes from the lexicon; an empty one means: the scene decides.

    The scene reads what it knows and leaves the rest.
    """

    scene: str = "sunset"
    """`sunset`, `village`, `street`; for a job with a picture the picture is the scene, and this is `animation`."""
    time: str = ""
    """`sunrise`, `day`, `sunset`, `dusk`, `night`."""
    weather: frozenset[str] = frozenset()
    """Of `clear`, `clouds`, `rain`, `snow`, `fog`, `storm`, `wind`, `aurora`, `stars`."""
    mood: str = ""
    """`calm`, `dramatic`, `warm`, `cold`, `dark`, `bright`, `dreamy`."""
    colours: tuple[str, ...] = ()
    """Names of colours in the order of the prompt: `red`, `orange`, `gold`, `yellow`, `green`, `teal`, `blue`, `purple`,
    `pink`, `white`, `black`, `grey`, `brown`."""
    camera: str = ""
    """`static`, `zoom_in`, `zoom_out`, `pan_left`, `pan_right`, `tilt_up`, `tilt_down`, `orbit`, `dolly_in`,
    `dolly_out`, `crane_up`, `crane_down`, `shake`."""
    speed: float = 1.0
    """How fast things move: 0.5 for slow motion or a slow camera, 2 for fast, 4 for a time lapse."""
    words: tuple[Word, ...] = field(default=(), compare=False)
    """The content words with what becomes of them, in the order of the prompt."""
