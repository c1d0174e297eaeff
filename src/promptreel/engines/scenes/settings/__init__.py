"""The settings: recipes of a backdrop, a ground and what stands there, one table per row of the TOML files here."""

import functools
import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """A recipe. Lengths in metres, angles in degrees."""

    name: str
    backdrop: str = "sky"
    ground: str = ""
    places: tuple[str, ...] = ()
    times: tuple[str, ...] = ("day",)
    """What the director picks from when the prompt names no time; those it cannot do are its backdrop's matter."""
    eye: float = 1.7
    horizon: float = 0.55
    """Where the horizon lies between the top of the frame (0) and its bottom (1)."""
    fov: float = 46.0
    """Vertical angle of view of a 16:9 frame."""
    travel: float = 3.0
    """How far the camera goes in five seconds at its usual pace."""
    camera: tuple[str, ...] = ("dolly_in",)
    stage: float = 12.0
    """How far away subjects are whose size does not tell."""
    effects: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Habitats that this setting does not have."""
    subjects: tuple[str, ...] = ()
    """Subjects that come when the prompt names none, one of them by chance; `""` stands for none."""
    colours: tuple[str, ...] = ()
    """Colours of its light, where the prompt names none."""
    params: dict[str, Any] = field(default_factory=dict)


@functools.cache
def settings() -> dict[str, Setting]:
    """All recipes by their names."""
    found: dict[str, Setting] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for row in tomllib.loads(file.read_text(encoding="utf-8")).get("setting", ()):
                fields: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}
                setting = Setting(**fields)
                if setting.name in found:
                    raise ValueError(f"two settings are called {setting.name}")
                found[setting.name] = setting
    return found
