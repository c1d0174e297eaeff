"""Films for tests: worlds made from typed wishes, drawn small."""

import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Planes
from promptreel.engines.scenes.blocking import Blocking
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.mesh import on_screen
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import SceneSpec, Wanted
from promptreel.engines.scenes.stage import Path
from promptreel.engines.scenes.takes import direct_shots
from promptreel.engines.scenes.world import World

WIDTH, HEIGHT = 128, 72
SECONDS = 4.0
SEED = 3

Box = tuple[int, int, int, int]

HOME = {
    "air": "hills", "water": "ocean", "underwater": "underwater", "space": "space", "road": "road", "rail": "railway",
    "table": "room", "ground": "meadow",
}  # fmt: skip
"""A setting for each habitat."""

BURIED = Path(lambda _t: (0.0, -1e5, -1e5, 0.0, 0.0, 0.0, 0.0))
"""Where nobody is ever seen."""


def make(
    spec: SceneSpec, width: int = WIDTH, height: int = HEIGHT, duration: float = SECONDS, seed: int = SEED
) -> World:
    """The world of a film."""
    return World(width, height, duration, seed, direct(spec, duration, seed))


def filmed(world: World, move: str) -> World:
    """The same world, built once, as the camera would film it with another move: to a centimetre, where somebody runs."""
    again = copy.copy(world)
    plan = again.plan = direct(replace(world.plan.spec, camera=move), world.duration, world.seed)
    acting = Blocking(plan, world.set, world._base)
    again.shots = direct_shots(
        plan, world.seed, world._base, acting.target, acting.follow, world.ground, acting.operator()
    )
    return again


def planes(world: World, t: float) -> Planes:
    """The frame at `t` seconds, by buffers of its own."""
    post = Post(world.width, world.height, world.paints)
    return post.run(world.draw(world.new_state(), t), t=t, **world.post)


def luma(world: World, t: float) -> NDArray[np.float32]:
    """Its brightness, 16…235."""
    return planes(world, t)[0].astype(np.float32)


def rgb(world: World, t: float) -> NDArray[np.float32]:
    """The frame as display values 0…1, (height, width, 3)."""
    light, blue, red = (plane.astype(np.float32) for plane in planes(world, t))
    light = (light - 16) / 219
    blue, red = ((np.repeat(np.repeat(plane, 2, 0), 2, 1) - 128) / 224 for plane in (blue, red))
    return np.clip(
        np.stack([light + 1.5748 * red, light - 0.1873 * blue - 0.4681 * red, light + 1.8556 * blue], -1), 0, 1
    )


def hide(world: World) -> None:
    """Take the subjects out of a world; light, camera and exposure stay."""
    world._bodies = [replace(acting, path=BURIED) if acting in world.actors else acting for acting in world._bodies]
    world.actors = []


def clipped(box: tuple[float, float, float, float], width: int = WIDTH, height: int = HEIGHT) -> Box | None:
    """What of a box of `World.boxes` is in the frame, in whole pixels; None if nothing is."""
    left, top = max(int(np.floor(box[0])), 0), max(int(np.floor(box[1])), 0)
    right, bottom = min(int(np.ceil(box[2])), width), min(int(np.ceil(box[3])), height)
    return (left, top, right, bottom) if right > left and bottom > top else None


def inside(picture: NDArray[np.float32], box: Box) -> NDArray[np.float32]:
    left, top, right, bottom = box
    return picture[top:bottom, left:right]


def at_home(name: str, **changes: object) -> SceneSpec:
    """A quiet scene in which a subject is at home; `changes` are for `Wanted`."""
    habitat = rows("subjects")[name].habitat
    wanted = Wanted(name, **changes)  # type: ignore[arg-type]
    setting = "ocean" if habitat == "underwater" and wanted.action == "jump" else HOME[habitat]
    return SceneSpec(setting, subjects=(wanted,), time="day", camera="follow")


def place_box(world: World, x: float, z: float, size: float, height: float, t: float) -> Box | None:
    """Where a place that stands at (x, z) should be seen."""
    y = float(world.ground.height(x, z))
    corners = np.array([(x + a * size / 2, y + b * height, z) for a in (-1, 1) for b in (0, 1)], np.float32)
    across, down, near = on_screen(corners, world.camera(t), world.width, world.height)
    if (near <= 0).any():
        return None
    return clipped(
        (float(across.min()), float(down.min()), float(across.max()), float(down.max())), world.width, world.height
    )
