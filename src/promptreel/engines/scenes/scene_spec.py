"""What a prompt asks for, typed: the contract between reading a prompt (`prompt`) and directing a film (`director`).

Every name in it is the name of a row somewhere (a setting, a subject, an effect …), so a spec can be checked, stored as
JSON and read by people. An empty field means that the director decides.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["shown", "approximated", "not_shown"]

TIMES = ("sunrise", "morning", "day", "golden_hour", "sunset", "dusk", "night")
SEASONS = ("spring", "summer", "autumn", "winter")
MOODS = ("calm", "dramatic", "warm", "cold", "dark", "bright", "dreamy", "eerie", "joyful")
COLOURS = (
    "red", "orange", "gold", "yellow", "green", "teal", "blue", "purple", "pink", "white", "black", "grey", "brown",
    "silver",
)  # fmt: skip
MOVES = (
    "static", "pan_left", "pan_right", "tilt_up", "tilt_down", "dolly_in", "dolly_out", "zoom_in", "zoom_out", "orbit",
    "crane_up", "crane_down", "fly_through", "follow", "shake",
)  # fmt: skip
STYLES = (
    "photographic", "cinematic", "watercolour", "oil", "comic", "pixel_art", "black_and_white", "vintage", "neon",
    "low_poly", "silhouette",
)  # fmt: skip
RELATIONS = ("", "left", "right", "front", "behind", "above", "below", "on", "far", "near", "middle")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One subject of the prompt: "three small red birds flying over the hills"."""

    name: str
    """A row of `subjects`: `bird`, `dog`, `sailing_boat`."""
    count: int = 1
    """As the prompt says it, however large: "a flock of" is 12, "many" 8. The director draws what fits."""
    size: float = 1.0
    """A factor: 0.6 small, 1.6 large, 2.5 giant."""
    colour: str = ""
    """Of `COLOURS`."""
    action: str = ""
    """A verb in its base form, one of the actions that some row of `subjects` knows: `run`, `fly`, `wave`, `smile`."""
    qualities: frozenset[str] = frozenset()
    """Of `glowing`, `old`, `wooden`, `stone`, `metal`, `glass`, `golden`, `fluffy`, `baby`, `transparent`, `burning`."""
    relation: str = ""
    """Of `RELATIONS`: where it is, in the picture or relative to `target`."""
    target: str = ""
    """The name of another subject or place that `relation` speaks of: "in front of the lighthouse"."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One content word or phrase of the prompt, and what it is about."""

    text: str
    start: int
    end: int
    kind: str = ""
    """`setting`, `place`, `subject`, `effect`, `sky`, `time`, `season`, `mood`, `colour`, `camera`, `speed`, `style`,
    `action`, `quality`, `count`, `size`, `relation`, `sound`, `light` …; empty where nobody knows the word."""
    name: str = ""
    """The row or value that the word stands for: `dog` for "puppies"."""
    by: str = ""
    """Words for what is shown instead, where the row is not quite what the word says: "a dog" for "wolf"."""
    subject: int = -1
    """The index in `SceneSpec.subjects` that this word is about (a subject, its colour, its action …), or -1."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A content word with what becomes of it in the film; `by` says by what."""

    text: str
    start: int
    end: int
    status: Status
    by: str = ""


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """What to draw."""

    setting: str = ""
    """The name of a row of `settings.toml`: `ocean`, `mountains`, `city_street` …"""
    places: tuple[str, ...] = ()
    """Rows of `places` that stand in the setting: `lighthouse`, `castle`."""
    subjects: tuple[Wanted, ...] = ()
    time: str = ""
    season: str = ""
    weather: frozenset[str] = frozenset()
    """Of `clear`, `clouds`, `overcast`, `storm`, `rain`, `snow`, `fog`, `wind`, `sandstorm`, `lightning`."""
    sky: frozenset[str] = frozenset()
    """Of `stars`, `milky_way`, `full_moon`, `crescent_moon`, `half_moon`, `aurora`, `rainbow`, `cumulus`, `cirrus`,
    `stratus`, `cumulonimbus`, `meteors`, `sun`."""
    effects: frozenset[str] = frozenset()
    """Rows of `effects` that are not weather: `petals`, `leaves`, `fireflies`, `embers`, `fireworks`, `smoke` …"""
    mood: str = ""
    colours: tuple[str, ...] = ()
    """Colours of the light or of the whole picture ("in pink and gold"), in the order of the prompt."""
    camera: str = ""
    speed: float = 1.0
    """How fast things move: 0.4 slow motion, 2 fast, 8 a time lapse."""
    pace: float = 1.0
    """How fast the camera moves: 0.5 slowly, 2 quickly."""
    styles: tuple[str, ...] = ()
    intensity: float = 1.0
    """How much falls or blows: 0.4 a drizzle, 2 a downpour."""
    sound: bool | None = None
    """Whether the prompt asks for sound (or for silence)."""
    without: frozenset[str] = frozenset()
    """Names of rows or values that the prompt or the negative prompt rules out: `clouds`, `person`."""
    has_image: bool = False
    mentions: tuple[Mention, ...] = field(default=(), compare=False)

    def as_dict(self) -> dict[str, Any]:
        """As JSON, without the mentions."""
        return {name: _plain(value) for name, value in asdict(self).items() if name != "mentions"}


def _plain(value: Any) -> Any:
    """`value` of nothing but what JSON knows; sets become sorted lists."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dict):
        return {name: _plain(other) for name, other in value.items()}
    return [_plain(other) for other in value] if isinstance(value, list | tuple) else value
