"""`promptreel scenes look`, and `python -m promptreel.engines.scenes.look` with rows instead of a prompt: a strip of frames,
for those who make scenes."""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from promptreel.engines import Picture
from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.gallery import rgb_of
from promptreel.engines.scenes.language.parser import parse
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.scene_spec import SceneSpec, Wanted
from promptreel.engines.scenes.world import World

TIMES = (0.02, 0.5, 0.98)


def read(prompt: str, seed: int) -> SceneSpec:
    """What the parser makes of a prompt."""
    return parse(prompt, seed=seed)


def frames(
    spec: SceneSpec,
    size: tuple[int, int],
    duration: float,
    seed: int,
    shares: Sequence[float] = TIMES,
    told: Callable[[str], None] = print,
) -> list[Picture]:
    """Frames at `shares` of the film as RGB; what is in it and what it costs goes to `told`."""
    plan = direct(spec, duration, seed)
    parts = [
        *(place.name for place in plan.places),
        *(f"{cast.count} {cast.row.name}:{cast.action}" for cast in plan.cast),
        *(effect.name for effect in plan.effects),
        *(style.name for style in plan.styles),
    ]
    told(f"{plan.setting.name}, {plan.time}, camera {plan.camera}; {', '.join(parts) or 'nothing else'}")
    begun = time.process_time()
    world = World(*size, duration, seed, plan)
    told(f"set-up {time.process_time() - begun:.2f} s CPU; exposure {world.post['exposure']:.3f}")
    state, post = world.new_state(), Post(*size, world.paints)
    found = []
    for share in shares:
        t = share * duration
        # Once for the caches, once for the clock.
        world.draw(state, t)
        begun = time.process_time()
        hdr = world.draw(state, t)
        drawn = time.process_time() - begun
        found.append(rgb_of(post.run(hdr, seed=int(t * 24), t=t, **world.post)))
        boxes = [f"{name} {_box(box)}" for name, box in list(world.boxes(t).items())[:3]]
        told(f"t={t:.2f}: {1000 * drawn:.0f} ms CPU; {', '.join(boxes) or 'no subject in the picture'}")
    return found


def grid(pictures: list[Picture], columns: int = 0) -> Image.Image:
    """The pictures side by side, `columns` in a line (0: all)."""
    across = min(columns or len(pictures), len(pictures))
    missing = -len(pictures) % across
    tiles = [*pictures, *[np.zeros_like(pictures[0])] * missing]
    lines = [np.concatenate(tiles[i : i + across], 1) for i in range(0, len(tiles), across)]
    return Image.fromarray(np.concatenate(lines, 0))


def _box(box: tuple[float, float, float, float]) -> str:
    left, top, right, bottom = (round(side) for side in box)
    return f"at {left},{top} to {right},{bottom}"


def main() -> None:
    """Draw and save."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("prompt", nargs="?", default="")
    ask.add_argument("--out", default="/tmp/look.png")
    ask.add_argument("--size", default="640x360")
    ask.add_argument("--times", default=",".join(map(str, TIMES)), help="shares of the duration")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--duration", type=float, default=5.0)
    ask.add_argument("--columns", type=int, default=0, help="frames side by side; 0: all")
    ask.add_argument("--setting", default="")
    ask.add_argument("--place", action="append", default=[])
    ask.add_argument("--subject", action="append", default=[], help="name[:action[:count[:colour[:size]]]]")
    ask.add_argument("--time", default="")
    ask.add_argument("--season", default="")
    ask.add_argument("--weather", default="", help="rain,fog")
    ask.add_argument("--sky", default="")
    ask.add_argument("--effects", default="")
    ask.add_argument("--mood", default="")
    ask.add_argument("--colours", default="")
    ask.add_argument("--camera", default="")
    ask.add_argument("--styles", default="")
    ask.add_argument("--qualities", default="", help="of all subjects")
    asked = ask.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    if asked.prompt:
        spec = read(asked.prompt, asked.seed)
        print(spec.as_dict())
    else:
        spec = SceneSpec(
            setting=asked.setting,
            places=tuple(asked.place),
            subjects=tuple(_subject(text, asked.qualities) for text in asked.subject),
            time=asked.time,
            season=asked.season,
            weather=frozenset(filter(None, asked.weather.split(","))),
            sky=frozenset(filter(None, asked.sky.split(","))),
            effects=frozenset(filter(None, asked.effects.split(","))),
            mood=asked.mood,
            colours=tuple(filter(None, asked.colours.split(","))),
            camera=asked.camera,
            styles=tuple(filter(None, asked.styles.split(","))),
        )
    shares = [float(share) for share in asked.times.split(",")]
    found = frames(spec, (width, height), asked.duration, asked.seed, shares)
    grid(found, asked.columns).save(Path(asked.out))


def _subject(text: str, qualities: str) -> Wanted:
    name, action, count, colour, size = (text.split(":") + [""] * 5)[:5]
    return Wanted(
        name, int(count or 1), float(size or 1), colour, action, frozenset(filter(None, qualities.split(",")))
    )


if __name__ == "__main__":
    main()
