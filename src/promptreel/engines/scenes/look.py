"""`python -m promptreel.engines.scenes.look "a prompt" --out x.png`: a strip of frames, for those who make scenes."""

import argparse
import time

import numpy as np
from PIL import Image

from promptreel.engines.scenes.director import direct
from promptreel.engines.scenes.gallery import rgb_of
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.scene_spec import SceneSpec, Wanted
from promptreel.engines.scenes.world import World


def main() -> None:
    """Draw and save."""
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("prompt", nargs="?", default="")
    parse.add_argument("--out", default="/tmp/look.png")
    parse.add_argument("--size", default="640x360")
    parse.add_argument("--times", default="0.02,0.5,0.98", help="shares of the duration")
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--duration", type=float, default=5.0)
    parse.add_argument("--columns", type=int, default=0, help="frames side by side; 0: all")
    parse.add_argument("--setting", default="")
    parse.add_argument("--place", action="append", default=[])
    parse.add_argument("--subject", action="append", default=[], help="name[:action[:count[:colour[:size]]]]")
    parse.add_argument("--time", default="")
    parse.add_argument("--season", default="")
    parse.add_argument("--weather", default="", help="rain,fog")
    parse.add_argument("--sky", default="")
    parse.add_argument("--effects", default="")
    parse.add_argument("--mood", default="")
    parse.add_argument("--colours", default="")
    parse.add_argument("--camera", default="")
    parse.add_argument("--styles", default="")
    parse.add_argument("--qualities", default="", help="of all subjects")
    asked = parse.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    if asked.prompt:
        from promptreel.engines.scenes.parser import parse as read

        spec = read(asked.prompt, seed=asked.seed)
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
    plan = direct(spec, asked.duration, asked.seed)
    names = [place.name for place in plan.places], [f"{cast.row.name}:{cast.action}" for cast in plan.cast]
    print(plan.setting.name, plan.time, plan.camera, *names, [effect.name for effect in plan.effects])
    begun = time.process_time()
    world = World(width, height, asked.duration, asked.seed, plan)
    print(f"set-up {time.process_time() - begun:.2f} s CPU; exposure {world.post['exposure']:.3f}")
    state, post = world.new_state(), Post(width, height, world.paints)
    frames = []
    for share in asked.times.split(","):
        t = float(share) * asked.duration
        world.draw(state, t)
        begun = time.process_time()
        hdr = world.draw(state, t)
        drawn = time.process_time() - begun
        frames.append(rgb_of(post.run(hdr, seed=int(t * 24), t=t, **world.post)))
        boxes = {name: tuple(round(side) for side in box) for name, box in list(world.boxes(t).items())[:3]}
        print(f"t={t:.2f}: draw {1000 * drawn:.0f} ms CPU", boxes)
    columns = asked.columns or len(frames)
    while len(frames) % columns:
        frames.append(np.zeros_like(frames[0]))
    lines = [np.concatenate(frames[i : i + columns], 1) for i in range(0, len(frames), columns)]
    Image.fromarray(np.concatenate(lines, 0)).save(asked.out)


def _subject(text: str, qualities: str) -> Wanted:
    name, action, count, colour, size = (text.split(":") + [""] * 5)[:5]
    return Wanted(
        name, int(count or 1), float(size or 1), colour, action, frozenset(filter(None, qualities.split(",")))
    )


if __name__ == "__main__":
    main()
