"""Compiling ahead: every row drawn once and very small, so that no user's job ever waits for a compiler."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np

from promptreel.engines import Frame, Picture, RenderJob
from promptreel.engines.scenes import post
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.kernels import is_kept
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import Mention, SceneSpec, Wanted
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.world import World
from promptreel.spec import VideoSpec

SIZE = 64, 36
SEED = 5

WEATHERS: tuple[dict[str, object], ...] = (
    {"time": "day", "weather": frozenset({"clear"})},
    {"time": "night", "weather": frozenset({"rain"}), "sky": frozenset({"stars", "aurora", "milky_way", "full_moon"})},
    {"time": "sunset", "weather": frozenset({"snow", "wind"}), "sky": frozenset({"cumulus", "rainbow"})},
    {"time": "dusk", "weather": frozenset({"storm", "lightning", "fog"}), "sky": frozenset({"meteors"})},
)
"""Skies that together use every kernel of the sky."""


SHARED = SceneSpec("space", subjects=(Wanted("ball"),), places=("tower",))
"""The smallest film with triangles, lights and shadows: what it compiles is what nearly all films share."""


def compile_beside() -> subprocess.Popen[bytes] | None:
    """Compile what films share in a process of its own, where nothing is kept yet; a film finds it when it comes to it.

    A compiler thread would not help: numba compiles under a lock.
    """
    if is_kept(post.to_planes):
        return None
    nowhere = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", "promptreel.engines.scenes.warming"], stdin=nowhere, stdout=nowhere)


def warm_up(render: Callable[[RenderJob], Iterator[Frame]]) -> None:
    """Draw one tiny frame of every setting, place, subject, effect and style, and of a picture set in motion."""
    draw_once(SHARED)
    for spec in specs():
        draw_once(spec)
    ramp = np.linspace(0, 255, 36 * 64 * 3).astype(np.uint8).reshape(36, 64, 3)
    # A bright block before a dark ground parts a subject from what is behind; noise is at once water and a likeness.
    block = np.full((120, 200, 3), 30, np.uint8)
    block[40:110, 70:130] = 220
    noise = np.random.default_rng(SEED).integers(0, 255, (300, 500, 3), np.uint8)
    for pictures in ((ramp, None), (ramp, block), (noise, None), (noise, noise)):
        for _ in render(_picture_job(*pictures)):
            pass


def specs() -> Iterator[SceneSpec]:
    """Scenes that together use every row, the most usual ones first."""
    # The sea comes last: the first film of an installation shows it, and compiles it itself meanwhile.
    first, last = ("meadow", "mountains", "city_street", "forest", "room"), ("ocean",)
    names = [name for name in first if name in settings()]
    names += [name for name in settings() if name not in first and name not in last]
    names += [name for name in last if name in settings()]
    subjects, places = list(rows("subjects")), list(rows("places"))
    effects, styles = list(rows("effects")), list(rows("styles"))
    for number, name in enumerate(names):
        sky = WEATHERS[number % len(WEATHERS)]
        yield SceneSpec(setting=name, **sky)  # type: ignore[arg-type]
    for number, name in enumerate(subjects):
        setting = names[number % len(names)]
        action = list(rows("subjects")[name].actions)[-1]
        effect = frozenset({effects[number % len(effects)]}) if effects else frozenset()
        style = (styles[number % len(styles)],) if styles else ()
        yield SceneSpec(setting, subjects=(Wanted(name, action=action),), effects=effect, styles=style)
    sitting = Mention("portrait", 0, 8, "camera", "static")
    yield SceneSpec(names[0], subjects=(Wanted("woman", action="smile"),), mentions=(sitting,))
    for number, name in enumerate(places):
        yield SceneSpec(names[number % 5], places=(name,), time=("night", "day")[number % 2])


def draw_once(spec: SceneSpec) -> None:
    """One frame of it, `SIZE` small."""
    plan = direct(spec, 1.0, SEED)
    world = World(*SIZE, 1.0, SEED, plan)
    Post(*SIZE, [style.paint for style in plan.styles]).run(world.draw(world.new_state(), 0.5), **world.post)


def _picture_job(first: Picture, last: Picture | None) -> RenderJob:
    """A job that sets a picture in motion, by all that can move in one."""
    prompt = (
        "a storm with lightning at night, snow, rain and fog, leaves in the wind, ripples in the water, clouds drifting,"
        " candles and lamps flickering, a monkey smiling"
    )
    spec = VideoSpec(prompt, *SIZE, fps=2, duration=1.0, has_image=True, has_last_image=last is not None)
    return RenderJob(spec, lambda _fraction, _step: None, image=first, last_image=last)


if __name__ == "__main__":
    draw_once(SHARED)
